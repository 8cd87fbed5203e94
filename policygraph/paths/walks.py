"""The edges of a view, ready to be walked either way from many nodes at once.

Comes in: a view, and which of its edges may be walked. Goes out: for nodes and a relation, the rows of the edges that leave them.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from policygraph.ontology import TimeRule
from policygraph.paths.automaton import Automaton
from policygraph.paths.compressed import Flags, Ints, grouping
from policygraph.paths.expression import Letter
from policygraph.view import FrozenView

__all__ = ["RULES", "Hop", "Walks"]

RULES = {TimeRule.DURING: 1, TimeRule.BEFORE: 2}
"""Numbers of the time rules that join edges; any other is 0."""
_PORTION = 4_000_000


class Hop(NamedTuple):
    """Moves of the automaton to one state, by relations that the view has edges of and that share a time rule."""

    relations: tuple[int, ...]
    rule: int
    inverse: bool
    to: int


class _Index(NamedTuple):
    """Rows of edges sorted by the node they are walked from."""

    sources: Ints
    rows: Ints
    pointer: Ints | None


class Walks:
    """The edges of a view by relation, direction and node.

    Parameters
    ----------
    view
        The view.
    keep
        Which edges may be walked; by default those that anyone claims.
    """

    def __init__(self, view: FrozenView, keep: Flags | None = None) -> None:
        self.view = view
        self.count = len(view.graph.node_ids)
        self.keep = keep
        self._index: dict[tuple[tuple[int, ...], bool], _Index] = {}
        self._rows: dict[int, Ints] = {}
        self._rules = [RULES.get(rule, 0) for rule in view.graph.time_rules]
        names = view.graph.relation_names
        self.pointer = np.searchsorted(view.edges.relation, np.arange(len(names) + 1))

    def rows(self, relation: int) -> Ints:
        """Return the rows of the edges of a relation that may be walked."""
        rows = self._rows.get(relation)
        if rows is None:
            low, high = int(self.pointer[relation]), int(self.pointer[relation + 1])
            keep = self.view.edges.for_[low:high] > 0 if self.keep is None else self.keep[low:high]
            rows = self._rows[relation] = (low + np.flatnonzero(keep)).astype(np.int32)
        return rows

    def named(self, letter: Letter) -> list[int]:
        """Return the numbers of the relations a letter stands for.

        A negated set leaves out narrower relations: their edges only repeat those of the wider one.
        """
        graph = self.view.graph
        if not letter.others:
            return sorted(graph.relation_index[name] for name in letter.names if name in graph.relation_index)
        terms = graph.ontology.relations
        return [
            number
            for number, name in enumerate(graph.relation_names)
            if name not in letter.names and not terms[name].is_value and not terms[name].narrows
        ]

    def hops(self, automaton: Automaton) -> tuple[tuple[Hop, ...], ...]:
        """Return what can be walked from each state in this view."""
        found = []
        for moves in automaton.moves:
            groups: dict[tuple[int, bool, int], set[int]] = {}
            for move in moves:
                for relation in self.named(move.letter):
                    if len(self.rows(relation)):
                        groups.setdefault((self._rules[relation], move.letter.inverse, move.to), set()).add(relation)
            found.append(tuple(Hop(tuple(sorted(relations)), *group) for group, relations in groups.items()))
        return tuple(found)

    def rows_of(self, hop: Hop) -> Ints:
        """Return the rows of the edges that a hop may walk, in their order in the view."""
        parts = [self.rows(relation) for relation in hop.relations]
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def ends(self, rows: Ints, *, inverse: bool) -> Ints:
        """Return the nodes that the edges lead to."""
        return self.view.edges.subject[rows] if inverse else self.view.edges.object[rows]

    def leaving(self, hop: Hop, nodes: Ints) -> tuple[Ints, Ints]:
        """Return the edges by which a hop leaves nodes: for each, the place of its node in *nodes*, and its row."""
        index, low, sizes = self._spans(hop, nodes)
        return _gathered(index, low, sizes)

    def portions(self, hop: Hop, nodes: Ints) -> Iterator[tuple[Ints, Ints]]:
        """Yield what :meth:`leaving` returns in portions that fit in memory, for whoever throws most of it away."""
        index, low, sizes = self._spans(hop, nodes)
        cuts = np.flatnonzero(np.diff(np.cumsum(sizes) // _PORTION)) + 1
        for begin, end in pairwise([0, *cuts.tolist(), len(nodes)]):
            owner, rows = _gathered(index, low[begin:end], sizes[begin:end])
            yield owner + np.int32(begin), rows

    def _spans(self, hop: Hop, nodes: Ints) -> tuple[_Index, Ints, Ints]:
        index = self._indexed(hop, len(nodes))
        if index.pointer is not None:
            low, high = index.pointer[nodes], index.pointer[nodes + 1]
        else:
            low, high = np.searchsorted(index.sources, nodes), np.searchsorted(index.sources, nodes, "right")
        return index, low, high - low

    def _indexed(self, hop: Hop, asked: int) -> _Index:
        key = hop.relations, hop.inverse
        index = self._index.get(key)
        if index is None:
            rows, edges = self.rows_of(hop), self.view.edges
            sources = (edges.object if hop.inverse else edges.subject)[rows]
            if hop.inverse or len(hop.relations) > 1:
                order = grouping(sources, self.count)
                rows, sources = rows[order], sources[order]
            index = _Index(sources, rows, None)
        if index.pointer is None and asked * 50 > self.count:
            pointer = np.zeros(self.count + 1, np.int32)
            np.cumsum(np.bincount(index.sources, minlength=self.count), out=pointer[1:])
            index = index._replace(pointer=pointer)
        self._index[key] = index
        return index


def _gathered(index: _Index, low: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    owner = np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)
    places = np.repeat(low - (np.cumsum(sizes) - sizes), sizes) + np.arange(len(owner))
    return owner, index.rows[places]
