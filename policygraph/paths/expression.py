"""A path grammar as a tree: steps, chains, choices and repetitions; and how it is written.

Comes in: parts, from the parser. Goes out: an :data:`Expression`, in which only steps are walked backwards, never groups, and its
canonical text.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

__all__ = ["Chain", "Choice", "Expression", "Letter", "Repeat", "Word", "flat", "repeated", "words", "written"]


@dataclass(frozen=True, slots=True)
class Letter:
    """One step: any of these relations, or, where *others*, any relation but these; backwards where *inverse*."""

    names: frozenset[str]
    others: bool = False
    inverse: bool = False

    def turned(self) -> Letter:
        """Return the same step in the other direction."""
        return Letter(self.names, self.others, not self.inverse)


@dataclass(frozen=True, slots=True)
class Word:
    """One step; a negated set that looks both ways has two letters."""

    letters: tuple[Letter, ...]

    def turned(self) -> Word:
        """Return the same paths walked from their end."""
        return Word(tuple(sorted((letter.turned() for letter in self.letters), key=lambda letter: letter.inverse)))


@dataclass(frozen=True, slots=True)
class Chain:
    """One part after the other."""

    parts: tuple[Expression, ...]

    def turned(self) -> Chain:
        """Return the same paths walked from their end."""
        return Chain(tuple(part.turned() for part in reversed(self.parts)))


@dataclass(frozen=True, slots=True)
class Choice:
    """Any of the parts."""

    parts: tuple[Expression, ...]

    def turned(self) -> Choice:
        """Return the same paths walked from their end."""
        return Choice(tuple(part.turned() for part in self.parts))


@dataclass(frozen=True, slots=True)
class Repeat:
    """A part, as often as the mark ``?``, ``*`` or ``+`` says."""

    part: Expression
    mark: str

    def turned(self) -> Repeat:
        """Return the same paths walked from their end."""
        return Repeat(self.part.turned(), self.mark)


Expression = Word | Chain | Choice | Repeat


def flat(kind: type[Chain] | type[Choice], parts: list[Expression]) -> Expression:
    """Join parts in a chain or a choice, without one inside another of its kind.

    >>> one = Word((Letter(frozenset(("owns",))),))
    >>> flat(Chain, [one, Chain((one, one))]) == Chain((one, one, one)), flat(Choice, [one]) == one
    (True, True)
    """
    flat: list[Expression] = []
    for part in parts:
        flat.extend(part.parts if isinstance(part, kind) else (part,))
    return flat[0] if len(flat) == 1 else kind(tuple(flat))


def repeated(path: Expression, mark: str) -> Expression:
    """Put a mark on a part; two marks on one part come to one.

    >>> one = Word((Letter(frozenset(("owns",))),))
    >>> written(repeated(repeated(one, "+"), "?"))
    'pg:owns*'
    """
    if isinstance(path, Repeat):
        return path if path.mark == mark else Repeat(path.part, "*")
    return Repeat(path, mark)


def written(path: Expression, binding: int = 0) -> str:
    """Write a path; *binding* 0 by itself or inside a choice, 1 inside a chain, 2 before a mark.

    >>> owns, listed = (Word((Letter(frozenset((name,))),)) for name in ("owns", "listed"))
    >>> written(Chain((Repeat(Choice((owns, listed)), "*"), owns.turned())))
    '(pg:owns|pg:listed)*/^pg:owns'
    """
    if isinstance(path, Word):
        text = _word(path)
        return f"({text})" if binding == 2 and text.startswith("^") else text
    if isinstance(path, Repeat):
        text = written(path.part, 2) + path.mark
        return f"({text})" if binding == 2 else text
    if isinstance(path, Chain):
        text = "/".join(written(part, 1) for part in path.parts)
        return f"({text})" if binding == 2 else text
    text = "|".join(written(part, 0) for part in path.parts)
    return f"({text})" if binding else text


def _word(word: Word) -> str:
    first = word.letters[0]
    if not first.others:
        return ("^" if first.inverse else "") + "pg:" + next(iter(first.names))
    members = [("^" if letter.inverse else "") + "pg:" + name for letter in word.letters for name in sorted(letter.names)]
    if not members:
        return "^!()" if first.inverse else "!()"
    return "!" + (members[0] if len(members) == 1 else "(" + "|".join(members) + ")")


def words(path: Expression) -> Iterator[Word]:
    """Yield the steps written in a path, in their order."""
    if isinstance(path, Word):
        yield path
    elif isinstance(path, Repeat):
        yield from words(path.part)
    else:
        for part in path.parts:
            yield from words(part)
