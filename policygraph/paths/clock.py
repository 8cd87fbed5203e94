"""Time on a path: whether two edges that meet at a node may be walked one after the other.

The rules (the ontology gives each relation its own): two edges *during* share a day, whichever way they are walked. Where one edge
leads into a node and the other out of it and one of them is *before* (a part's making begins by the end of the product's), the
outgoing begins before the incoming ends. Timeless and state edges hand on what the last timed edge said.

A walk remembers its last timed edge as a *mark*: its kind, begin and end. A mark is reduced to what can still matter at the node it
has come to, so that marks that allow the same steps are one mark, and a graph in which no dates conflict has none at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from policygraph.dates import FIRST, LAST
from policygraph.ontology import TimeRule
from policygraph.paths.compressed import Flags, Ints
from policygraph.paths.walks import RULES, Hop, Walks

__all__ = ["FREE", "Clock", "Marks", "precedences"]

FREE = 0
"""Kind of the mark that constrains nothing."""
_KINDS = 5
"""Free; then during walked forwards, during walked backwards, before walked forwards, before walked backwards."""
_NONE = FIRST - 1


class Marks(NamedTuple):
    """What walks remember of their last timed edge: kind, begin, end."""

    kind: Ints
    begin: Ints
    end: Ints


class Clock:
    """The time rules of the relations of a view, and what they can exclude in the walks of an automaton.

    Parameters
    ----------
    walks
        The edges.
    hops
        What can be walked from each state.
    """

    def __init__(self, walks: Walks, hops: tuple[tuple[Hop, ...], ...]) -> None:
        self.walks = walks
        self.hops = hops
        self.starts, self.ends = _needs()
        self._known: dict[tuple[int, ...], tuple[int, int]] = {}
        self._latest, self._earliest = self._limits()

    @property
    def binds(self) -> bool:
        """Whether the dates of any two edges that may meet could be in conflict."""
        for hops in self.hops:
            for hop in hops:
                kind = self.kind(hop)
                if kind != FREE:
                    latest, earliest = self._extremes(hop)
                    if self._latest[kind, hop.to] >= earliest or latest >= self._earliest[kind, hop.to]:
                        return True
        return False

    def kind(self, hop: Hop) -> int:
        """Return the kind of mark that a hop leaves, ``FREE`` where it hands on the one before."""
        return FREE if hop.rule == 0 else 2 * hop.rule - 1 + int(hop.inverse)

    def allows(self, marks: Marks, hop: Hop, rows: Ints) -> Flags:
        """Tell which edges may follow, each after its mark."""
        edges = self.walks.view.edges
        rule, inverse = hop.rule, int(hop.inverse)
        begun = ~self.starts[marks.kind, rule, inverse] | (edges.begin[rows] < marks.end)
        allowed: Flags = begun & (~self.ends[marks.kind, rule, inverse] | (marks.begin < edges.end[rows]))
        return allowed

    def left(self, hop: Hop, marks: Marks, rows: Ints) -> Marks:
        """Return the marks that walks carry after a hop."""
        kind = self.kind(hop)
        if kind == FREE:
            return marks
        edges = self.walks.view.edges
        kinds = np.full(len(rows), kind, np.int32)
        return Marks(kinds, edges.begin[rows], edges.end[rows])

    def reduced(self, marks: Marks, nodes: Ints, state: int) -> Marks:
        """Reduce marks to what still matters at the nodes and the state they have come to."""
        kind, begin, end = marks.kind.copy(), marks.begin.copy(), marks.end.copy()
        for value in np.unique(kind).tolist():
            if value == FREE:
                continue
            chosen = np.flatnonzero(kind == value)
            if self._latest[value, state] == _NONE and self._earliest[value, state] > LAST:
                kind[chosen], begin[chosen], end[chosen] = FREE, FIRST, LAST
                continue
            here, which = np.unique(nodes[chosen], return_inverse=True)
            begins, ends, latest, earliest = self._departures(value, here.astype(np.int32), state)
            end[chosen] = _ceiling(end[chosen], which, *begins, latest)
            begin[chosen] = _floor(begin[chosen], which, *ends, earliest)
            free = chosen[(end[chosen] == LAST) & (begin[chosen] == FIRST)]
            kind[free] = FREE
        return Marks(kind, begin, end)

    def _departures(self, kind: int, nodes: Ints, state: int) -> tuple[tuple[Ints, Ints], tuple[Ints, Ints], Ints, Ints]:
        """Return the begins and the ends of what may be walked next, sorted by node, and the limits of what comes after that."""
        edges = self.walks.view.edges
        found: list[list[tuple[Ints, Ints]]] = [[], []]
        latest = np.full(len(nodes), _NONE, np.int32)
        earliest = np.full(len(nodes), LAST + 1, np.int32)
        for hop in self.hops[state]:
            needed = self.starts[kind, hop.rule, int(hop.inverse)], self.ends[kind, hop.rule, int(hop.inverse)]
            further = hop.rule == 0 and (self._latest[kind, hop.to] > _NONE or self._earliest[kind, hop.to] <= LAST)
            if not (any(needed) or further):
                continue
            owner, rows = self.walks.leaving(hop, nodes)
            if further:
                latest[owner] = np.maximum(latest[owner], self._latest[kind, hop.to])
                earliest[owner] = np.minimum(earliest[owner], self._earliest[kind, hop.to])
            for place, days in enumerate((edges.begin[rows], edges.end[rows])):
                if needed[place]:
                    found[place].append((owner, days))
        begins, ends = (_by_owner(pairs) for pairs in found)
        return begins, ends, latest, earliest

    def _extremes(self, hop: Hop) -> tuple[int, int]:
        """Return the latest begin and the earliest end of the edges that a hop may walk."""
        found = self._known.get(hop.relations)
        if found is None:
            rows, edges = self.walks.rows_of(hop), self.walks.view.edges
            found = self._known[hop.relations] = int(edges.begin[rows].max()), int(edges.end[rows].min())
        return found

    def _limits(self) -> tuple[Ints, Ints]:
        """For each kind of mark and state: the latest begin and the earliest end it may ever be held against."""
        latest = np.full((_KINDS, len(self.hops)), _NONE, np.int32)
        earliest = np.full((_KINDS, len(self.hops)), LAST + 1, np.int32)
        for _ in self.hops:
            for state, hops in enumerate(self.hops):
                for hop in hops:
                    rule, inverse = hop.rule, int(hop.inverse)
                    if rule == 0:
                        np.maximum(latest[:, state], latest[:, hop.to], out=latest[:, state])
                        np.minimum(earliest[:, state], earliest[:, hop.to], out=earliest[:, state])
                        continue
                    begin, end = self._extremes(hop)
                    starts, ends = self.starts[:, rule, inverse], self.ends[:, rule, inverse]
                    latest[starts, state] = np.maximum(latest[starts, state], begin)
                    earliest[ends, state] = np.minimum(earliest[ends, state], end)
        return latest, earliest


def precedences(steps: Sequence[tuple[TimeRule, int, bool]]) -> Iterator[tuple[int, int]]:
    """Yield, for a path, the pairs of edges of which the first must begin before the second ends.

    Parameters
    ----------
    steps
        The time rule of each step, its edge, and whether it is walked backwards.

    Examples
    --------
    >>> list(precedences([(TimeRule.BEFORE, 7, False), (TimeRule.TIMELESS, 8, False), (TimeRule.DURING, 9, False)]))
    [(9, 7)]
    """
    starts, ends = _needs()
    timed = [(RULES[rule], edge, int(inverse)) for rule, edge, inverse in steps if rule in RULES]
    for (rule, edge, inverse), (next_rule, next_edge, next_inverse) in pairwise(timed):
        kind = 2 * rule - 1 + inverse
        if starts[kind, next_rule, next_inverse]:
            yield next_edge, edge
        if ends[kind, next_rule, next_inverse]:
            yield edge, next_edge


def _needs() -> tuple[Flags, Flags]:
    """Return, by kind of mark, rule and direction of the next edge: must it begin before the mark ends, end after it begins."""
    starts = np.zeros((_KINDS, 3, 2), bool)
    ends = np.zeros((_KINDS, 3, 2), bool)
    during, before, forwards, backwards = 1, 2, 0, 1
    for kind in (1, 2):
        starts[kind, during, :] = ends[kind, during, :] = True
    starts[1, before, forwards] = True
    ends[2, before, backwards] = True
    starts[3, (during, before), forwards] = True
    ends[4, (during, before), backwards] = True
    return starts, ends


def _by_owner(pairs: list[tuple[Ints, Ints]]) -> tuple[Ints, Ints]:
    if not pairs:
        return np.zeros(0, np.int32), np.zeros(0, np.int32)
    owner, days = (np.concatenate(column) for column in zip(*pairs, strict=True))
    order = np.lexsort((days, owner))
    return owner[order], days[order]


def _ceiling(end: Ints, which: Ints, owner: Ints, begins: Ints, limit: Ints) -> Ints:
    """Lower ends to the day after the last begin that they let through; LAST where they let all through."""
    scale = np.int64(LAST + 2)
    keys = owner * scale + begins
    place = np.searchsorted(keys, which * scale + end) - 1
    some = place >= 0
    some[some] = owner[place[some]] == which[some]
    last = np.searchsorted(keys, (which + 1) * scale) - 1
    top = np.full(len(which), _NONE, np.int32)
    exists = last >= 0
    exists[exists] = owner[last[exists]] == which[exists]
    top[exists] = begins[last[exists]]
    top = np.maximum(top, limit[which])
    lowered = np.full(len(which), FIRST, np.int32)
    lowered[some] = begins[place[some]] + 1
    kept = np.where(limit[which] > _NONE, end, lowered)
    return np.where(top < end, LAST, kept).astype(np.int32)


def _floor(begin: Ints, which: Ints, owner: Ints, ends: Ints, limit: Ints) -> Ints:
    """Raise begins to the day before the first end that they let through; FIRST where they let all through."""
    mirrored = _ceiling(LAST - begin, which, *_mirrored(owner, ends), (LAST - limit).astype(np.int32))
    return (LAST - mirrored).astype(np.int32)


def _mirrored(owner: Ints, days: Ints) -> tuple[Ints, Ints]:
    turned = (LAST - days).astype(np.int32)
    order = np.lexsort((turned, owner))
    return owner[order], turned[order]
