"""What is said of a kind, said of each of its members.

Comes in: the edges between things, and the claims about kinds. Goes out: a statement about each member, as sure as the claim and the
membership together, over the days that both hold; what is said for all time is said of those that are members on the day. Membership
is read off what is said of things directly, not off what follows from another kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from policygraph.claims import Stance
from policygraph.columns import ClaimTable
from policygraph.dates import FIRST, LAST
from policygraph.edges import EdgeTable, Flags, Grades, Rows
from policygraph.graph import ClaimGraph
from policygraph.ontology import TimeRule
from policygraph.stretches import Said

__all__ = ["Classes", "Derived", "classes_of", "derived", "voice_of"]

_AGAINST = np.array([stance.is_against for stance in Stance])

Classes = tuple[list[str], npt.NDArray[np.int16]]
"""The classes in use, and the number of its class for each node."""


def classes_of(graph: ClaimGraph) -> Classes:
    """Return the classes in use, and the number of its class for each node."""
    names = sorted(set(graph.node_class))
    numbers = {name: number for number, name in enumerate(names)}
    return names, np.array([numbers[class_] for class_ in graph.node_class], np.int16)


@dataclass(frozen=True, slots=True)
class Derived:
    """One statement about a member of a kind."""

    relation: int
    subject: int
    object: int
    said: Said


@dataclass(frozen=True, slots=True)
class _Member:
    node: int
    begin: int
    end: int
    sure_begin: int
    sure_end: int
    for_: int
    clear: int
    rows: tuple[int, ...]
    opposed: tuple[int, ...]

    def joined(self, edges: EdgeTable, edge: int, *, begins: bool, ends: bool) -> _Member:
        """Return the membership narrowed by one more condition, which *begins* and *ends* it or does not."""
        return _Member(
            self.node,
            max(self.begin, int(edges.begin[edge])) if begins else self.begin,
            min(self.end, int(edges.end[edge])) if ends else self.end,
            max(self.sure_begin, int(edges.sure_begin[edge])) if begins else self.sure_begin,
            min(self.sure_end, int(edges.sure_end[edge])) if ends else self.sure_end,
            min(self.for_, int(edges.all_for[edge])),
            min(self.clear, int(edges.clear_for[edge])),
            (*self.rows, *edges.rows(edge).tolist()),
            (*self.opposed, *edges.rows(edge, against=True).tolist()),
        )

    def covers(self, other: _Member) -> bool:
        """Tell whether it says at least as much: as surely, over the same days and more."""
        longer = self.begin <= other.begin and other.end <= self.end
        surer = self.sure_begin <= other.sure_begin and other.sure_end <= self.sure_end
        return longer and surer and self.clear >= other.clear and self.for_ >= other.for_


def voice_of(table: ClaimTable, row: int) -> tuple[int, int, int]:
    """Return the document, the version of it, and the speaker of a claim."""
    return int(table.document[row]), int(table.version[row]), int(table.speaker[row])


def derived(
    graph: ClaimGraph, strength: Grades, plain: EdgeTable, general: Rows, classes: Classes, scope: Flags | None
) -> Iterator[Derived]:
    """Say of each member what is said of its kind: as sure as the claim and the membership together."""
    table = graph.table
    by_kind: dict[tuple[int, bool], list[_Member]] = {}
    for row in general.tolist():
        kind_node = int(table.subject[row])
        claim_for = int(strength[row])
        relation, target = int(table.relation[row]), int(table.object[row])
        begin, end = int(table.from_earliest[row]), int(table.to_latest[row])
        timeless = graph.time_rules[relation] is TimeRule.TIMELESS
        if timeless:
            begin, end = FIRST, LAST
        key = kind_node, timeless
        if key not in by_kind:
            by_kind[key] = list(_members_of(graph, plain, kind_node, classes, scope, lasting=timeless))
        from_latest = int(table.from_latest[row])
        sure_begin = from_latest if from_latest > FIRST else int(table.recorded[row])
        against = bool(_AGAINST[table.stance[row]])
        for member in by_kind[key]:
            if member.node == target:
                continue
            low, high = max(begin, member.begin), min(end, member.end)
            if low >= high:
                continue
            yield Derived(
                relation, member.node, target,
                Said(low, high, max(sure_begin, member.sure_begin), min(int(table.to_earliest[row]), member.sure_end),
                     min(claim_for, member.for_), min(claim_for, member.clear), against, int(table.recorded[row]),
                     voice_of(table, row), (row,) if against else (row, *member.rows), member.opposed),
            )


def _members_of(
    graph: ClaimGraph, plain: EdgeTable, kind_node: int, known: Classes, scope: Flags | None, *, lasting: bool
) -> Iterator[_Member]:
    """Give the members of a kind, each once for every stretch of its membership; *lasting*: once done, made or supplied is for good."""
    kind = graph.kinds[kind_node]
    classes = set(graph.ontology.below(kind.of))
    numbers = [number for number, name in enumerate(known[0]) if name in classes]
    inside = np.isin(known[1], numbers)
    nodes = np.flatnonzero(inside if scope is None else inside & scope).tolist()
    members = {node: [_Member(node, FIRST, LAST, FIRST, LAST, 4, 4, (), ())] for node in nodes}
    for name, objects in kind.where.items():
        relation = graph.relation_index.get(name)
        wanted = {graph.index[object_] for object_ in objects if object_ in graph.index}
        met: dict[int, list[_Member]] = {}
        if relation is not None:
            lower, upper = np.searchsorted(plain.relation, [relation, relation + 1])
            rule = graph.time_rules[relation]
            begins = rule in (TimeRule.STATE, TimeRule.DURING)
            ends = rule is TimeRule.STATE or (rule is TimeRule.DURING and not lasting)
            for edge in (int(lower) + np.flatnonzero(np.isin(plain.object[lower:upper], list(wanted)))).tolist():
                if plain.all_for[edge] == 0:
                    continue
                for so_far in members.get(int(plain.subject[edge]), ()):
                    found = so_far.joined(plain, edge, begins=begins, ends=ends)
                    others = met.setdefault(found.node, [])
                    if found.begin < found.end and not any(other.covers(found) for other in others):
                        others[:] = [other for other in others if not found.covers(other)] + [found]
        members = met
    for stretches in members.values():
        yield from stretches
