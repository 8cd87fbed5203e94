"""Names in rules, held against what the data know: a name that nothing bears makes a condition that silently never holds.

Comes in: rules that were read, and what things are called. Goes out: a fault for every place, list, footnote, entry, party, document,
provision, role or word that does not exist, with its line and the nearest right name. Roles and words are checked in any case; what
stands in the data only where they are given.

>>> book = Rulebook({}, {}, Ontology.shipped(), "")
>>> sorted(vocabulary(book)["knowledge"])
['destination', 'discriminatory-measure', 'end-use', 'headquarters', 'violation']
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

import numpy as np

from policygraph.datasets import files
from policygraph.datasets.files import Faults
from policygraph.errors import nearest
from policygraph.law import conditions as law
from policygraph.law.rulebook import Rule, Rulebook
from policygraph.listings import ALL, PROGRAMMES, SCOPE, told_in
from policygraph.names import PREFIXES
from policygraph.ontology import Ontology
from policygraph.parties import ROLES

if TYPE_CHECKING:
    from policygraph.datasets import Corpus
    from policygraph.graph import ClaimGraph

__all__ = ["Known", "refuse_unknown_names", "vocabulary"]

Bound = frozenset[str]

_GROUPS: Final = ("incorporator", "employer", *ROLES)
_THINGS: Final = ("item", "eccn", "from", "to", "destination", "facility", "into", *_GROUPS)
"""What a condition on a thing, or a path, may begin at."""
_PARTIES: Final = ("any", *_GROUPS)
_PLACED: Final = ("from", "to", "facility", "into", *_PARTIES)
_FORMS: Final = ("attested", "agreed", "notified")
_KIND_OF_VALUE: Final[Mapping[str, tuple[tuple[type, ...], str]]] = {
    "boolean": ((bool,), "true or false"), "decimal": ((float,), "a number"), "integer": ((float,), "a number"),
}  # fmt: skip
_ANYWHERE: Final = "anywhere"
_MOST_NAMED: Final = 24


@dataclass(frozen=True)
class Known:
    """What things there are: the class of each id, what it is usually called, and what stands beside listings, by list and qualifier.

    >>> known = Known({"CN": "Country", "cg:B": "CountryGroup"}, {"CN": "China"})
    >>> known.near("China", ("CN", "cg:B")), known.near("B", ("CN", "cg:B"))
    ('CN', 'cg:B')
    """

    classes: Mapping[str, str]
    names: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[tuple[str, str], frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of_graph(cls, graph: ClaimGraph) -> Self:
        """Return what a graph knows."""
        table, ids = graph.table, graph.node_ids
        rows = np.flatnonzero(table.relation == graph.relation_index["listed"]).tolist()
        beside = _beside((ids[table.object[row]], table.qualifiers.get(row, {})) for row in rows)
        return cls(dict(zip(ids, graph.node_class, strict=True)), dict(zip(ids, graph.node_names, strict=True)), beside)

    @classmethod
    def of_corpus(cls, corpus: Corpus) -> Self:
        """Return what a data directory declares."""
        documents = dict.fromkeys(corpus.documents, "Document")
        return cls(
            {**documents, **{id_: entity.type for id_, entity in corpus.entities.items()}},
            {id_: entity.name for id_, entity in corpus.entities.items()},
            _beside((claim.object, claim.qualifiers) for claim in corpus.claims if claim.relation == "listed"),
        )

    @cached_property
    def _by_name(self) -> Mapping[str, str]:
        return {name.casefold(): id_ for id_, name in self.names.items()}

    def near(self, word: str, among: Iterable[str]) -> str:
        """Return the id among some that a wrong one was most likely meant to be, or nothing."""
        accepted = tuple(among)
        for guess in (f"cg:{word}", f"cg:{word.replace(':', '')}", self._by_name.get(word.casefold(), "")):
            if guess in accepted:
                return guess
        holding = sorted((id_ for id_ in accepted if len(word) > 2 and word.casefold() in id_.split("-")), key=len)
        return next(iter((*nearest(word, accepted, 1), *holding)), "")


def _beside(listings: Iterable[tuple[str, Mapping[str, str]]]) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = {}
    for list_, qualifiers in listings:
        for qualifier in (PROGRAMMES, SCOPE):
            if told := qualifiers.get(qualifier):
                found.setdefault((list_, qualifier), set()).update(told_in(told))
    return {key: frozenset(words) for key, words in found.items()}


def vocabulary(book: Rulebook) -> dict[str, frozenset[str]]:
    """Return the words that rules may use, by the condition that uses them: of ``ontology/words.yaml``, and those that rules bring."""
    shared = _words(book.ontology.path.parent / "words.yaml")
    brought = {kind: [rule.words.get(kind, ()) for rule in book.rules.values()] for kind in shared}
    return {kind: words.union(*brought[kind]) for kind, words in shared.items()}


@cache
def _words(path: Path) -> Mapping[str, frozenset[str]]:
    told = files.plain(files.parse_yaml(files.text_of(path, path.as_posix())[1], path.as_posix()))
    return {kind: frozenset(words) for kind, words in told.items()}


def refuse_unknown_names(
    book: Rulebook, rules: Iterable[Rule], known: Known | None, faults: Faults, nodes: Mapping[str, files.Mapping]
) -> None:
    """Note a fault for every name in some rules that nothing bears.

    Parameters
    ----------
    book
        All rules, among which others are looked up.
    rules
        Those to be checked.
    known
        What the data know; None where that is not to be looked up.
    nodes
        What each file holds, for the lines.
    """
    words = vocabulary(book)
    for rule in rules:
        _Names(book, rule, known, faults, nodes[rule.file], words).check()


@dataclass(frozen=True)
class _Names:
    """The names in one rule."""

    book: Rulebook
    rule: Rule
    known: Known | None
    faults: Faults
    node: files.Mapping
    words: Mapping[str, frozenset[str]]

    @property
    def ontology(self) -> Ontology:
        return self.book.ontology

    def wrong(self, line: int | None, text: str) -> None:
        self.faults.add(self.rule.file, line, text)

    def check(self) -> None:
        rule, lines = self.rule, self.node.lines
        for kind in rule.words:
            self._among(kind, tuple(self.words), lines.get("words"), "a rule brings no words for '{}'")
        for name in rule.displaces:
            self._among(name, tuple(self.book.rules), lines.get("displaces"), "it displaces '{}', and there is no such rule")
        for key in ("concerns", "leaves", "forbids"):
            for name in getattr(rule, key):
                self._rule_or_provision(key, name, lines.get(key))
        if rule.document:
            self._thing(rule.document, ("Document",), lines.get("document"), "document")
        if self.known is not None and self.known.classes.get(rule.order) != "Country":
            self.wrong(lines.get("order"), f"a legal order is that of a country, by its ISO code such as US or CN, and not '{rule.order}'")
        for code in rule.classifies:
            self._entry(code, lines.get("classifies"))
        self._cited(rule.basis, lines.get("basis"))
        written = self.node.items["versions"]
        places = written.items if isinstance(written, files.Sequence) else [written]
        for version, place in zip(rule.versions, places, strict=True):
            for cite in (version.cite, version.basis):
                self._cited(cite, place.line)
            self._conditions(version.when, frozenset())
        if rule.notice is not None:
            self._among(rule.notice.of, self.words["knowledge"], lines.get("notice"), "there is no knowledge of '{}'")
            self._cited(rule.notice.cite, lines.get("notice"))
            self._conditions(rule.notice.when, frozenset())

    # ---- conditions

    def _conditions(self, condition: law.Condition, bound: Bound) -> None:
        line = int(condition.place.rpartition(":")[2] or 1)
        self._cited(condition.cite, line)
        self._condition(condition, bound, line)
        for target, _ in law.targets_of(condition):
            self._target(target, bound, line)
        if isinstance(condition, law.Some | law.Every):
            if condition.as_ in (*_THINGS, *_PLACED):
                self.wrong(line, f"'as' gives the name '{condition.as_}', which is that of a role; choose another")
            bound |= {condition.as_}
        for inner, _ in law.inside(condition):
            self._conditions(inner, bound)

    def _condition(self, condition: law.Condition, bound: Bound, line: int) -> None:
        match condition:
            case law.Act() | law.EndUse() | law.Service():
                self._said(condition.kind, condition.in_, line)
            case law.Knowledge():
                self._said(condition.kind, (condition.of,), line)
            case law.Authorised():
                self._said(condition.kind, condition.covers, line)
                self._role(condition.holder, _GROUPS, bound, line)
            case law.Given():
                self._role(condition.by, ROLES, bound, line)
                if condition.form:
                    self._among(condition.form, _FORMS, line, "nothing is given in the form '{}'")
            case law.Path() | law.Some() | law.Every():
                self._role(condition.start, _THINGS, bound, line)
            case law.Classified() | law.Measure() | law.Has() | law.Statement() | law.Contains() | law.Content() | law.RuleResult():
                self._role(condition.item, _THINGS, bound, line)
                self._of_thing(condition, line)
            case law.Destination():
                self._places((*condition.in_, *condition.except_), line)
            case law.Place():
                self._roles(condition.role, _PLACED, bound, line)
                self._places((*condition.in_, *condition.except_), line)
            case law.Headquartered() | law.Listed() | law.Owned() | law.PartyIs() | law.PersonOf():
                self._roles(condition.role, _PARTIES, bound, line)
                self._of_party(condition, line)

    def _of_thing(self, condition: law.Condition, line: int) -> None:
        match condition:
            case law.Classified():
                for entry in (*condition.in_, *condition.except_):
                    self._entry(entry.code, line)
            case law.Has() if condition.attribute == "class":
                for value in condition.value:
                    self._class(str(value), line)
            case law.Has():
                types, called = _KIND_OF_VALUE.get(self.ontology.relations[condition.attribute].datatype, ((str, bool, float), ""))
                for value in condition.value:
                    if type(value) not in types:
                        self.wrong(line, f"'{condition.attribute}' is {called}, and not '{value}'")
            case law.Measure() if condition.unit and condition.quantity in self.ontology.relations:
                unit = self.ontology.relations[condition.quantity].unit
                if condition.unit != unit:
                    self.wrong(line, f"'{condition.quantity}' is told in {unit or 'no unit'}, and not in {condition.unit}")
            case law.Statement():
                relation = self.ontology.relations[condition.relation]
                if relation.is_value:
                    self.wrong(line, f"'{relation.name}' has a value; write has: {{attribute: {relation.name}, value: ...}}")
                else:
                    self._thing(condition.is_, relation.range, line, " or ".join(relation.range) or "thing")
            case law.RuleResult():
                self._rule(condition.rule, line)
            case law.Content() if condition.needs:
                self._rule(condition.needs, line)

    def _of_party(self, condition: law.Condition, line: int) -> None:
        match condition:
            case law.Headquartered():
                self._places(condition.in_, line)
            case law.PersonOf():
                self._places((*condition.of, *condition.except_), line)
            case law.Listed():
                self._list(condition, line)
            case law.Owned():
                for owner in condition.by:
                    self._of_party(owner, line)
            case law.PartyIs():
                for id_ in condition.is_:
                    self._thing(id_, ("Agent",), line, "party")
                for class_ in condition.class_:
                    self._class(class_, line)

    def _target(self, target: law.Target, bound: Bound, line: int) -> None:
        for id_ in target.is_:
            self._thing(id_, (), line, "thing")
        for entry in target.eccn:
            self._entry(entry.code, line)
        for country in target.origin:
            self._thing(country, ("Country",), line, "country")
        for role in target.role:
            self._role(role, _THINGS, bound, line)
        if target.rule:
            self._rule(target.rule, line)
        if target.listed is not None:
            self._list(target.listed, line)
        if target.headquartered is not None:
            self._places(target.headquartered.in_, line)
        self._places(target.located, line)

    # ---- names

    def _among(self, word: str, accepted: Iterable[str], line: int | None, said: str) -> bool:
        known = sorted(accepted) if isinstance(accepted, frozenset) else list(accepted)
        if word in known:
            return True
        near = nearest(word, known, 1)
        hint = f"did you mean '{near[0]}'?" if near else "use " + ", ".join(known[:_MOST_NAMED])
        self.wrong(line, f"{said.format(word)}; {hint}")
        return False

    def _said(self, kind: str, words: Iterable[str], line: int) -> None:
        called = {"act": "an act", "end_use": "an end use", "service": "a service", "knowledge": "a topic of knowledge", "authorised":
                  "what an authorisation covers"}[kind]  # fmt: skip
        for word in words:
            if word not in self.words[kind]:
                near = nearest(word, self.words[kind], 1)
                hint = f"did you mean '{near[0]}'?" if near else "use " + ", ".join(sorted(self.words[kind])[:_MOST_NAMED]) + "."
                text = f"'{word}' is no word for {called}; {hint} A rule that needs a new one brings it: words: {{{kind}: [{word}]}}"
                self.wrong(line, text)

    def _role(self, role: str, accepted: tuple[str, ...], bound: Bound, line: int) -> None:
        if role and role not in bound:
            self._among(role, (*accepted, *sorted(bound)), line, "'{}' is no role that this condition can be about")

    def _roles(self, roles: Iterable[str], accepted: tuple[str, ...], bound: Bound, line: int) -> None:
        for role in roles:
            self._role(role, accepted, bound, line)

    def _rule(self, name: str, line: int) -> None:
        if name not in self.book.rules:
            self._among(name, tuple(self.book.rules), line, "there is no rule '{}'")

    def _rule_or_provision(self, key: str, name: str, line: int | None) -> None:
        if name in self.book.rules or self.known is None or name in self.known.classes:
            return
        near = nearest(name, (*self.book.rules, *(other.basis for other in self.book.rules.values())), 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        self.wrong(line, f"'{key}' names '{name}', which is no rule and no provision of the data{hint}")

    def _cited(self, cite: str, line: int | None) -> None:
        if self.known is not None and cite.partition(":")[0] in PREFIXES and cite not in self.known.classes:
            near = self.known.near(cite, (id_ for id_ in self.known.classes if id_.partition(":")[0] == cite.partition(":")[0]))
            hint = f"; did you mean '{near}'?" if near else ""
            self.wrong(line, f"the citation '{cite}' names no provision of the data{hint or '; enter it among the entities'}")

    def _class(self, name: str, line: int) -> None:
        if name not in self.ontology.classes:
            self._among(name, tuple(self.ontology.classes), line, "the ontology has no class '{}'")

    def _thing(self, id_: str, classes: tuple[str, ...], line: int | None, called: str) -> None:
        """Refuse an id that nothing bears, or something of another class."""
        if self.known is None:
            return
        found = self.known.classes.get(id_)
        if found is not None and self.ontology.may_be(found, classes):
            return
        accepted = (name for name, class_ in self.known.classes.items() if self.ontology.may_be(class_, classes))
        near = self.known.near(id_, accepted)
        hint = f"did you mean '{near}'?" if near else "name one of the data by its id"
        self.wrong(line, f"there is no {called} '{id_}'{'' if found is None else f' (it is a {found})'}; {hint}")

    def _places(self, places: Iterable[str], line: int) -> None:
        known = self.known
        if known is None:
            return
        for place in places:
            if place == _ANYWHERE or self.ontology.may_be(known.classes.get(place, ""), ("Country", "CountryGroup")):
                continue
            accepted = [id_ for id_, class_ in known.classes.items() if class_ in ("Country", "CountryGroup")]
            near = known.near(place, [*accepted, _ANYWHERE])
            hint = f"did you mean '{near}'? " if near else ""
            form = "a country is written by its ISO code (CN), a group as D:5 or cg:B, every place as anywhere"
            self.wrong(line, f"there is no country and no country group '{place}'; {hint}{form}")

    def _list(self, listed: law.Listed, line: int) -> None:
        self._thing(listed.list, ("PartyList",), line, "list of parties")
        if listed.footnote:
            self._thing(listed.footnote, ("Footnote",), line, "footnote")
        if self.known is not None:
            for programme in listed.programme:
                known = self.known.beside.get((listed.list, PROGRAMMES), frozenset())
                self._among(programme, known, line, f"nobody stands on '{listed.list}' under a programme '{{}}'")
            for scope in listed.scope:
                known = self.known.beside.get((listed.list, SCOPE), frozenset()) | {ALL}
                self._among(scope, known, line, f"no listing on '{listed.list}' has the scope '{{}}'")

    def _entry(self, code: str, line: int | None) -> None:
        """Refuse a code whose entry is in no control list; how far its paragraphs go is for the entry to say."""
        if self.known is None or f"eccn:{code}" in self.known.classes or f"eccn:{code.partition('.')[0]}" in self.known.classes:
            return
        entries = tuple(id_[5:] for id_ in self.known.classes if id_.startswith("eccn:"))
        near = nearest(code, entries, 1)
        self.wrong(line, f"there is no control-list entry '{code}'" + (f"; did you mean '{near[0]}'?" if near else "; write it as 3A090.a"))

