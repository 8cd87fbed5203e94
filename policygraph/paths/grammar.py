"""Which paths count: a path grammar in SPARQL 1.1 property-path syntax, and the automaton that walks it.

Comes in: a text such as ``pg:fabricatedAt/pg:usesEquipment``. Goes out: a :class:`Grammar` with its automaton.

>>> from policygraph.ontology import Ontology
>>> grammar = Grammar.parse(" ( pg:variantOf )* / ^( pg:owns/pg:owns ) ", Ontology.shipped())
>>> str(grammar), len(grammar.automaton.moves)
('pg:variantOf*/^pg:owns/^pg:owns', 3)
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from policygraph.errors import BadGrammar, nearest
from policygraph.names import PG, PREFIXES
from policygraph.ontology import Ontology
from policygraph.paths.automaton import Automaton, automaton_of
from policygraph.paths.expression import Chain, Choice, Expression, Letter, Word, flat, repeated, words, written

__all__ = ["Grammar"]

LONGEST: Final = 5_000
"""Most characters of a grammar."""
DEEPEST: Final = 50
"""Most parentheses inside one another."""
MOST_STEPS: Final = 200
"""Most relations written in one grammar."""


@dataclass(frozen=True)
class Grammar:
    """A set of paths, written as a SPARQL 1.1 property path over relations of the ontology.

    Examples
    --------
    >>> from policygraph.ontology import Ontology
    >>> grammar = Grammar.parse("pg:incorporates*/pg:fabricatedAt", Ontology.shipped())
    >>> sorted(grammar.relations)
    ['fabricatedAt', 'incorporates']
    >>> grammar == Grammar.parse("(pg:incorporates)* / pg:fabricatedAt", Ontology.shipped())
    True
    """

    path: Expression

    @classmethod
    def parse(cls, text: str, ontology: Ontology | None = None) -> Grammar:
        """Read a grammar.

        Parameters
        ----------
        text
            ``/`` then, ``|`` or, ``^`` backwards, ``?`` at most once, ``*`` any number of times, ``+`` at least once,
            ``!(pg:a|^pg:b)`` any relation but these, parentheses; relations as ``pg:name`` or full IRI.
        ontology
            Where relations are looked up; the shipped one by default.

        Raises
        ------
        BadGrammar
            With the place, what is wrong, and what would be accepted. The first line of the message stands by itself; an excerpt
            with a caret follows.

        References
        ----------
        W3C, SPARQL 1.1 Query Language, section 9, property paths.
        """
        return cls(_Parser(text, ontology or Ontology.shipped()).read())

    @cached_property
    def relations(self) -> frozenset[str]:
        """Names of the relations that are written in it."""
        return frozenset(name for word in words(self.path) for letter in word.letters for name in letter.names)

    @cached_property
    def automaton(self) -> Automaton:
        """The automaton, equivalent states merged."""
        return automaton_of(self.path)

    def turned(self) -> Grammar:
        """Return the grammar of the same paths walked from their end.

        >>> from policygraph.ontology import Ontology
        >>> str(Grammar.parse("pg:owns/^pg:listed?", Ontology.shipped()).turned())
        'pg:listed?/^pg:owns'
        """
        return Grammar(self.path.turned())

    def __str__(self) -> str:
        return written(self.path)


# ---- reading

_TOKEN = re.compile(
    r"""(?P<space>(?:\s|\#[^\n]*)+)
      | (?P<iri><[^<>"{}|^`\\\x00-\x20]*>)
      | (?P<name>[A-Za-z_][\w.\-]*?:[\w.\-:%]*)
      | (?P<bare>[A-Za-z_][\w\-]*)
      | (?P<mark>[/|^?*+!()])""",
    re.VERBOSE,
)


class _Parser:
    def __init__(self, text: str, ontology: Ontology) -> None:
        self.text = text
        self.ontology = ontology
        if len(text) > LONGEST:
            raise BadGrammar(f"the path grammar has {len(text)} characters; at most {LONGEST} are read")
        self.tokens = list(self._tokens())
        self.place = 0
        self.depth = 0
        self.steps = 0

    def _tokens(self) -> Iterator[tuple[str, str, int]]:
        place = 0
        while place < len(self.text):
            found = _TOKEN.match(self.text, place)
            if not found:
                raise self._wrong(place, 1, *self._stray(place))
            kind = str(found.lastgroup)
            if kind == "mark":
                kind = found.group()
            if kind != "space":
                yield kind, found.group(), place
            place = found.end()
        yield "end", "", len(self.text)

    def _stray(self, place: int) -> tuple[str, str]:
        character = self.text[place]
        if character == "{":
            return (
                "counted repetition {n,m} is not part of SPARQL 1.1",
                "write the steps out, as in pg:owns/pg:owns?, or use ? * +",
            )
        if character == "<":
            return "the IRI has no closing '>'", f"write <{PG}name> or pg:name"
        return f"{character!r} has no meaning here", "a path is made of relations and / | ^ ? * + ! ( )"

    def _wrong(self, place: int, width: int, what: str, accepted: str) -> BadGrammar:
        low, high = max(0, place - 40), place + 40
        line = re.sub(r"\s", " ", self.text[low:high])
        before, after = "..." if low else "", "..." if high < len(self.text) else ""
        width = max(1, min(width, len(line) - (place - low)))
        caret = " " * (len(before) + place - low) + "^" * width
        return BadGrammar(
            f"the path grammar cannot be read at character {place + 1}: {what}; {accepted}\n  {before}{line}{after}\n  {caret}"
        )

    def read(self) -> Expression:
        if len(self.tokens) == 1:
            raise BadGrammar("the path grammar is empty; write a path such as pg:fabricatedAt/pg:usesEquipment")
        path = self._choice()
        kind, text, place = self.tokens[self.place]
        if kind != "end":
            raise self._unexpected(kind, text, place)
        return path

    def _unexpected(self, kind: str, text: str, place: int) -> BadGrammar:
        if kind == ")":
            return self._wrong(place, 1, "this ')' closes nothing", "take it away, or open it with '('")
        if kind in ("?", "*", "+"):
            return self._wrong(place, 1, f"a second mark '{text}' on one step", "put the step in parentheses: (pg:owns?)+")
        return self._wrong(
            place, len(text), f"'{text}' does not follow from what stands before it", "join two steps with '/' or '|'"
        )

    def _next(self, *kinds: str) -> bool:
        if self.tokens[self.place][0] in kinds:
            self.place += 1
            return True
        return False

    def _choice(self) -> Expression:
        parts = [self._chain()]
        while self._next("|"):
            parts.append(self._chain())
        return flat(Choice, parts)

    def _chain(self) -> Expression:
        parts = [self._step()]
        while self._next("/"):
            parts.append(self._step())
        return flat(Chain, parts)

    def _step(self) -> Expression:
        inverse = self._next("^")
        path = self._primary()
        kind = self.tokens[self.place][0]
        if kind in ("?", "*", "+"):
            self.place += 1
            path = repeated(path, kind)
        return path.turned() if inverse else path

    def _primary(self) -> Expression:
        kind, text, place = self.tokens[self.place]
        self.place += 1
        if kind == "(":
            self.depth += 1
            if self.depth > DEEPEST:
                raise self._wrong(place, 1, f"more than {DEEPEST} parentheses inside one another", "write the path flatter")
            path = self._choice()
            if not self._next(")"):
                if self.tokens[self.place][0] != "end":
                    raise self._unexpected(*self.tokens[self.place])
                raise self._wrong(place, 1, "this '(' is not closed", "add ')'")
            self.depth -= 1
            return path
        if kind == "!":
            return self._negated()
        if kind in ("iri", "name", "bare"):
            return Word((Letter(frozenset((self._relation(kind, text, place),))),))
        before = f" after '{self.tokens[self.place - 2][1]}'" if self.place > 1 else ""
        what = f"a relation is missing{before}" if kind == "end" else f"a relation is missing{before}, before '{text}'"
        raise self._wrong(place, len(text) or 1, what, "write a relation such as pg:fabricatedAt, or '('")

    def _negated(self) -> Expression:
        members: list[tuple[bool, str]] = []
        if self._next("("):
            opened = self.tokens[self.place - 1][2]
            if not self._next(")"):
                members.append(self._member())
                while self._next("|"):
                    members.append(self._member())
                if not self._next(")"):
                    kind, text, place = self.tokens[self.place]
                    if kind == "end":
                        raise self._wrong(opened, 1, "this '(' is not closed", "add ')'")
                    raise self._wrong(
                        place, len(text), f"'{text}' inside a negated set", "it may hold only relations, as in !(pg:owns|^pg:listed)"
                    )
        else:
            members.append(self._member())
        forward = frozenset(name for inverse, name in members if not inverse)
        backward = frozenset(name for inverse, name in members if inverse)
        letters = [Letter(forward, others=True)] if forward or not backward else []
        if backward:
            letters.append(Letter(backward, others=True, inverse=True))
        return Word(tuple(letters))

    def _member(self) -> tuple[bool, str]:
        inverse = self._next("^")
        kind, text, place = self.tokens[self.place]
        self.place += 1
        if kind not in ("iri", "name", "bare"):
            raise self._wrong(
                place, len(text) or 1, "a relation is missing in the negated set", "it holds relations, as in !(pg:owns|^pg:listed)"
            )
        return inverse, self._relation(kind, text, place)

    def _relation(self, kind: str, text: str, place: int) -> str:
        self.steps += 1
        if self.steps > MOST_STEPS:
            raise self._wrong(place, len(text), f"more than {MOST_STEPS} steps", "ask in several paths")
        relations = self.ontology.relations
        if kind == "bare":
            if text == "a":
                raise self._wrong(place, 1, "'a' (rdf:type) is no relation of the ontology", "classes are not walked; leave it out")
            close = nearest(text, relations, 1)
            raise self._wrong(
                place, len(text), f"'{text}' has no prefix", f"write {'pg:' + close[0] if close else 'it as pg:name'}"
            )
        if kind == "iri":
            iri = text[1:-1]
        else:
            prefix, _, local = text.partition(":")
            if prefix not in PREFIXES:
                raise self._wrong(place, len(text), f"'{prefix}:' is no known prefix", "relations are written pg:name")
            iri = PREFIXES[prefix] + local
        name = iri.removeprefix(PG)
        if not iri.startswith(PG) or name not in relations:
            close = nearest(re.split(r"[/#:]", iri)[-1], relations, 3)
            hint = " or ".join("pg:" + one for one in close)
            raise self._wrong(
                place, len(text), f"'{text}' is no relation of the ontology", f"did you mean {hint}?" if close else "use one of pg:"
            )
        if relations[name].is_value:
            raise self._wrong(
                place, len(text), f"'{text}' leads to a value", "a path walks only relations between entities"
            )
        return name
