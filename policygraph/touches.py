"""By which routes an item touched tooling or technology of an origin.

Comes in: a view, an item, a country. Goes out: a finding whose routes stand side by side, one for each kind of way (fab equipment,
design software, design IP, memory, packaging) and each plant, program or part it runs through. The ways are path grammars and stand
in ``ontology/routes.yaml``; there is not one of them in Python.

Where the item itself comes from (its origin, where it is made, the seat of its designer) is another question; its answer stands
beside the first and does not count in it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property, reduce
from operator import and_, or_
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from policygraph.findings import Finding, Flip, Gap, Proof, Route
from policygraph.ontology import Ontology, shipped
from policygraph.paths import Grammar, Search, flips
from policygraph.truth import Outcome, Strength, Verdict
from policygraph.view import FrozenView

__all__ = ["Way", "Ways", "as_one", "members_of", "touches"]

MOST_ROUTES = 8
"""Plants, programs or parts shown for each kind of way."""
MOST_GAPS = 3
"""Gaps shown for each kind of way."""
FLIP_BUDGET = 80
"""How often the question is put again in the search for flips."""


@dataclass(frozen=True, slots=True)
class Way:
    """One kind of way with one tail: a grammar from the item to a country.

    Attributes
    ----------
    begins
        The relations of which one must lead away from the item, or what it is built from, if there is to be a path.
    after_item
        The relations of claims walked after that: what a gap of the way can be about.
    across
        The relation whose object tells two routes of the way apart: the fab, the program.
    at_most
        What the way can amount to at most.
    """

    kind: str
    label: str
    grammar: Grammar
    begins: tuple[str, ...]
    after_item: frozenset[str]
    across: str = ""
    at_most: Strength = Strength.ESTABLISHED


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways of ``routes.yaml``: what counts as the item, by which ways it can touch an origin, and where it comes from itself.

    >>> sorted({way.kind for way in Ways.shipped().touching})
    ['design IP', 'design software', 'direct product', 'fab equipment', 'memory', 'packaging']
    """

    item: Grammar
    touching: tuple[Way, ...]
    direct: tuple[Way, ...]

    @classmethod
    def read(cls, path: Path) -> Ways:
        """Read the ways from a file of the form of ``ontology/routes.yaml``."""
        raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
        terms = Ontology.shipped()

        def way(entry: dict[str, Any], prefix: str, rest: str, label: str, at_most: str = "established") -> Way:
            grammar = Grammar.parse("/".join(part for part in (prefix, rest) if part), terms)
            moves = Grammar.parse(rest, terms).automaton.moves
            begins = tuple(sorted({name for move in moves[0] for name in move.letter.names}))
            walked = {name for state in moves for move in state for name in move.letter.names}
            after = frozenset(terms.relations[name].narrows or name for name in walked) | {"validFrom", "validTo"}
            return Way(entry["kind"], label, grammar, begins, after, entry.get("across", ""), Strength.named(at_most))

        touching = [
            way(kind, raw["item"], "/".join(part for part in (kind["stem"], tail["path"]) if part),
                f"{kind['label']} {tail['label']}", tail.get("at_most", "established"))
            for kind in raw["kinds"]
            for tail in (raw["tails"][name] for name in kind["tails"])
        ]
        direct = [way(entry, raw["family"], entry["path"], entry["label"]) for entry in raw["direct"]]
        return cls(Grammar.parse(raw["item"], terms), tuple(touching), tuple(direct))

    @classmethod
    @cache
    def shipped(cls) -> Ways:
        """Return the ways that come with the package, read once."""
        return cls.read(shipped("ontology") / "routes.yaml")


class _Asked:
    """A way put to a view; the search is made only where it can matter."""

    def __init__(self, way: Way, view: FrozenView, item: str, origin: str, begins: npt.NDArray[np.bool_]) -> None:
        self.way, self.view, self.item, self.origin, self.begins = way, view, item, origin, begins

    @cached_property
    def search(self) -> Search:
        return Search(self.view, self.way.grammar, [self.item], [self.origin])

    @cached_property
    def verdict(self) -> Verdict:
        return self.search.verdict.at_most(self.way.at_most) if self.may_begin() else Verdict.unknown()

    def may_begin(self) -> bool:
        """Tell whether what stands for the item has a first step of the way, or is said to have none."""
        graph, edges = self.view.graph, self.view.edges
        for name in self.way.begins:
            relation = graph.relation_index[name]
            whole = graph.relation_index.get(graph.ontology.relations[name].narrows, relation)
            leads = self.begins[edges.subject[self.view.edges_of(relation)]].any()
            if leads or self.view.complete_from(whole)[self.begins].any():
                return True
        return False

    def routes(self) -> Iterator[Route]:
        """Yield the best path through each plant, program or part that the way runs across, best first."""
        barred: set[int] = set()
        names = self.view.graph.relation_names
        for _ in range(MOST_ROUTES if self.verdict.all_.for_ else 0):
            path = next(iter(self.search.paths(1, barring=barred)), None)
            if path is None:
                return
            across = [row for row in path.rows if names[self.view.edges.relation[row]] == self.way.across]
            through = self.view.graph.node_ids[self.view.edges.object[across[0]]] if across else path.nodes[0]
            yield Route(self.way.kind, path.verdict.at_most(self.way.at_most), path.steps, self.way.label, through)
            if not across:
                return
            barred |= set(across)


class _Question:
    """Whether one item touched an origin, put to a view: one search for each way."""

    def __init__(self, view: FrozenView, item: str, origin: str) -> None:
        ways = Ways.shipped()
        self.item = item
        stands = np.zeros(len(view.graph.node_ids), bool)
        stands[Search(view, ways.item, [item], ()).product.node] = True
        self.touching = [_Asked(way, view, item, origin, stands) for way in ways.touching]
        self.direct = [_Asked(way, view, item, origin, stands) for way in ways.direct]

    @cached_property
    def verdict(self) -> Verdict:
        return _either(self.touching)

    def routes(self) -> list[Route]:
        return [route for one in self.touching for route in one.routes()]

    def candidates(self) -> Iterator[str]:
        for one in self.touching:
            if one.may_begin():
                yield from one.search.flip_candidates()

    def passed(self) -> Iterator[int]:
        """Yield every node that some way may pass, whatever stands."""
        for one in self.touching:
            if one.may_begin():
                yield from one.search.product.node.tolist()


def _either(asked: Iterable[_Asked]) -> Verdict:
    """Return the verdict of several ways together: refuted only where every one of them is."""
    return reduce(or_, [one.verdict for one in asked] or [Verdict.unknown()])


class _Answer:
    """The question put to an item, or, where it is a family, to each of its members."""

    def __init__(self, view: FrozenView, item: str, origin: str) -> None:
        self.view = view
        self.own = _Question(view, item, origin)
        self.members = {member: _Question(view, member, origin) for member in members_of(view, item)}

    @cached_property
    def by_member(self) -> dict[str, Verdict]:
        """The verdict for each member; one of which nothing is said but its family shares the family's."""
        return {member: self._inherited(member) or question.verdict for member, question in self.members.items()}

    def _inherited(self, member: str) -> Verdict | None:
        view, index = self.view, self.view.graph.index[member]
        ways = Ways.shipped()
        letters = [move.letter for move in ways.item.automaton.moves[0]]
        first = {name for letter in letters for name in letter.names} | {name for way in ways.touching for name in way.begins}
        for name in first - {"variantOf"}:
            relation = view.graph.relation_index[name]
            if (view.edges.subject[view.edges_of(relation)] == index).any() or view.complete_from(relation)[index]:
                return None
        families = [row for row in view.find(member, "variantOf") if view.edges.all_for[row]]
        if len(families) != 1 or view.graph.node_ids[view.edges.object[families[0]]] != self.own.item:
            return None
        return view.verdict(member, "variantOf", self.own.item) & self.own.verdict

    @cached_property
    def verdict(self) -> Verdict:
        return as_one(list(self.by_member.values())) if self.members else self.own.verdict

    def questions(self) -> Iterator[_Question]:
        yield self.own
        yield from self.members.values()

    def candidates(self) -> Iterator[str]:
        yield from self.own.candidates()
        for member, question in self.members.items():
            if self._inherited(member) is None:
                yield from question.candidates()


def touches(view: FrozenView, item: str, origin: str) -> Finding:
    """Tell by which routes an item touched tooling or technology of an origin.

    A family is answered for each member, and as one only if all agree.

    Parameters
    ----------
    view
        What stands.
    item
        Id of the item.
    origin
        Id of the country.
    """
    graph = view.graph
    answer = _Answer(view, item, origin)
    routes = _best(answer.own.routes() or [route for question in answer.members.values() for route in question.routes()])
    asked = f"Did {graph.label(item)} touch {origin}-origin tooling or technology?"
    steps = [step for route in routes for step in route.path]
    speakers = (claim.speaker for step in steps for claim in step.evidence)
    ends = sorted({item, origin, *(end for step in steps for end in (step.subject, step.object)), *speakers})
    return Finding(
        question=asked, as_of=view.as_of, known_by=view.known_by,
        data={"name": graph.name, "version": graph.version, "date": str(graph.date), "digest": graph.digest[:16]},
        verdict=answer.verdict, proof=Proof("any", asked, answer.verdict, children=tuple(_proofs(answer))), routes=routes,
        remarks=tuple(_remarks(answer)), subject=item,
        coverage=f"the data set of {graph.date}; what it holds and what it does not is told in datasets/COVERAGE.md",
        labels={id_: graph.label(id_) for id_ in ends}, classes={id_: graph.node_class[graph.index[id_]] for id_ in ends},
        find_gaps=lambda: _gaps(answer), find_flips=lambda: _flips(answer, item, origin),
    )


def members_of(view: FrozenView, item: str) -> tuple[str, ...]:
    """Return the members of a family: the items said to be a variant of it, by id."""
    edges, names = view.edges, view.graph.node_ids
    rows = [row for row in view.find(None, "variantOf", item) if edges.all_for[row] > 0]
    return tuple(sorted(names[edges.subject[row]] for row in rows))


def as_one(verdicts: Sequence[Verdict]) -> Verdict:
    """Answer for a family: as its members do where all agree, no surer than the least sure; otherwise unknown.

    >>> met, unknown = Verdict.sure(True, Strength.REPORTED), Verdict.unknown()
    >>> str(as_one([met, met]).outcome), str(as_one([met, unknown]).outcome)
    ('met', 'unknown')
    """
    if len({verdict.outcome for verdict in verdicts}) != 1:
        return Verdict.unknown()
    if verdicts[0].leaning is Outcome.NOT_MET:
        return ~reduce(and_, (~verdict for verdict in verdicts))
    return reduce(and_, verdicts)


def _remarks(answer: _Answer) -> Iterator[str]:
    label = answer.view.graph.label
    if answer.members:
        told = ", ".join(f"{label(member)} {verdict.outcome}" for member, verdict in answer.by_member.items())
        yield f"A family: answered for each of its members, and as one only where all agree: {told}."
    view, item = answer.view, answer.own.item
    beside = []
    for one in answer.own.direct:
        known = [view.step(row).object for name in one.way.begins for row in view.find(item, name) if view.edges.all_for[row]]
        told = ", ".join(f"{label(id_)}{_seat(view, id_)}" for id_ in dict.fromkeys(known)) or "nothing on record"
        beside.append(f"{one.way.label}, {one.verdict.outcome} ({told})")
    yield f"Where the item itself comes from is another question, not counted here: {'; '.join(beside)}."


def _seat(view: FrozenView, firm: str) -> str:
    seats = [view.graph.label(view.step(row).object) for row in view.find(firm, "headquarteredIn") if view.edges.all_for[row]]
    return f", seat in {' or '.join(seats)}" if seats else ""


def _proofs(answer: _Answer) -> Iterator[Proof]:
    """Yield a node for each kind of way, its tails below it; then the members; then where the item itself comes from."""
    for kind in dict.fromkeys(one.way.kind for one in answer.own.touching):
        tails = [one for one in answer.own.touching if one.way.kind == kind]
        yield Proof("any", kind, _either(tails), children=tuple(_proof(one) for one in tails if one.verdict != Verdict.unknown()))
    for member, verdict in answer.by_member.items():
        yield Proof("member", f"{answer.view.graph.label(member)}, a member of the family", verdict)
    direct = tuple(_proof(one) for one in answer.own.direct)
    yield Proof("beside", "Another question, not counted: where the item itself comes from", _either(answer.own.direct), children=direct)


def _proof(one: _Asked) -> Proof:
    best = one.search.best if one.verdict.all_.for_ else None
    note = f"counts as {one.way.at_most.word} at most" if one.way.at_most < Strength.ESTABLISHED else ""
    return Proof("path", one.way.label, one.verdict, steps=best.steps if best else (), note=note)


def _gaps(answer: _Answer) -> Iterator[Gap]:
    """Yield, for each kind of way, the steps that would settle it and the bounds of time that it relies on, nearest to the item first."""
    families = {answer.view.step(row).object for row in answer.view.find(answer.own.item, "variantOf")}
    for kind in dict.fromkeys(one.way.kind for one in answer.own.touching):
        found: dict[str, Gap] = {}
        for one in answer.own.touching:
            if one.way.kind == kind and one.verdict.outcome is not Outcome.NOT_MET:
                for gap in one.search.gaps():
                    if gap.subject is not None and gap.subject not in families and gap.relation in one.way.after_item:
                        found.setdefault(gap.pattern, replace(gap, route=kind))
        yield from list(found.values())[:MOST_GAPS]


def _flips(answer: _Answer, item: str, origin: str) -> tuple[Iterable[Flip], bool]:
    graph = answer.view.graph
    narrow = answer.view.within({node for question in answer.questions() for node in (graph.index[question.item], *question.passed())})
    kept: dict[frozenset[str], _Answer] = {}

    def again(rejected: frozenset[str]) -> _Answer:
        if rejected not in kept:
            kept[rejected] = _Answer(narrow.without(rejected), item, origin)
        return kept[rejected]

    return flips(
        lambda rejected: again(rejected).verdict,
        lambda rejected: dict.fromkeys(again(rejected).candidates()),
        lambda claim: graph.document_ids[graph.table.document[graph.row_of[claim]]],
        budget=FLIP_BUDGET,
    )


def _best(routes: Iterable[Route]) -> tuple[Route, ...]:
    """Keep the best route of each kind through each plant, program or part, and order them best first."""

    def rank(route: Route) -> tuple[int, int, int]:
        return (-route.verdict.all_.for_, -route.verdict.uncontested.for_, len(route.path))

    kept: dict[tuple[str, str], Route] = {}
    for route in sorted(routes, key=rank):
        kept.setdefault((route.kind, route.through), route)
    return tuple(kept.values())
