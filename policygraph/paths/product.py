"""A view walked by an automaton: one graph whose vertices are a node, a state, and what the walk remembers of time.

Comes in: a view, a grammar, start nodes. Goes out: a :class:`Product` in compressed rows, each edge with the row of the view's edge
and the direction it was walked in. A path of the grammar is a path of this graph, and the other way round.

Two ways of building give the same graph. From a few starts, or where dates may conflict, it is grown from the starts, layer by
layer. From many, it is laid out relation by relation over all nodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import numpy as np

from policygraph.errors import BadQuestion
from policygraph.paths.automaton import Automaton
from policygraph.paths.clock import FREE, Clock, Marks
from policygraph.paths.compressed import Compressed, Flags, Grades, Ints
from policygraph.paths.walks import Hop, Walks
from policygraph.view import FrozenView

__all__ = ["Product"]

_MOST_EDGES = 2**31 - 2**24


@dataclass(frozen=True, eq=False)
class Product:
    """The walks of an automaton in a view, as a graph.

    Attributes
    ----------
    node, state
        Of each vertex. Vertices with the same node and state differ in what the walk remembers of time.
    graph
        Successors of each vertex.
    edge, inverse
        Of each edge of :attr:`graph`: the row of the view's edge, and whether it is walked backwards.
    start
        The vertices of the start nodes, in the order given.
    """

    view: FrozenView = field(repr=False)
    automaton: Automaton = field(repr=False)
    node: Ints = field(repr=False)
    state: Ints = field(repr=False)
    graph: Compressed = field(repr=False)
    edge: Ints = field(repr=False)
    inverse: Flags = field(repr=False)
    start: Ints = field(repr=False)

    @classmethod
    def grown(cls, walks: Walks, automaton: Automaton, nodes: Ints, states: Ints | None = None) -> Product:
        """Grow the product from start nodes; *states* are their states, 0 by default."""
        hops = walks.hops(automaton)
        return _Growth(walks, automaton, hops, Clock(walks, hops)).product(nodes, states)

    @classmethod
    def of(cls, walks: Walks, automaton: Automaton, nodes: Ints) -> Product:
        """Build the product from start nodes in state 0, by whichever way is faster."""
        hops = walks.hops(automaton)
        clock = Clock(walks, hops)
        if clock.binds or len(nodes) * 1000 < walks.count:
            return _Growth(walks, automaton, hops, clock).product(nodes, None)
        return _laid_out(walks, automaton, hops, nodes)

    def __len__(self) -> int:
        return len(self.node)

    @cached_property
    def accepts(self) -> Flags:
        """The vertices in which a path may end."""
        accepting = np.array(self.automaton.accepting, bool)
        return accepting[self.state]

    @cached_property
    def turned(self) -> tuple[Compressed, Ints]:
        """The graph with every edge turned, and the place of each edge in :attr:`graph`."""
        return self.graph.turned()

    def on(self, grades: Grades) -> Grades:
        """Return what a column of the view's edges says of each edge of the product."""
        return grades[self.edge]


def _laid_out(walks: Walks, automaton: Automaton, hops: tuple[tuple[Hop, ...], ...], nodes: Ints) -> Product:
    """Give every node a vertex in each state that is entered; the starts get their own where the first state is not."""
    count = walks.count
    entered = sorted({hop.to for moves in hops for hop in moves})
    base = {state: place * count for place, state in enumerate(entered)}
    extra = 0 if 0 in base else len(nodes)
    total = len(entered) * count + extra
    if total > _MOST_EDGES:
        raise BadQuestion(f"the question has {len(entered)} states on {count} nodes, more than fits; ask a shorter path")
    parts: list[tuple[Ints, Ints, Ints, bool]] = []
    source: Ints
    for state, moves in enumerate(hops):
        for hop in moves:
            if state == 0 and extra:
                owner, rows = walks.leaving(hop, nodes)
                source = owner + np.int32(total - extra)
            elif state in base:
                rows = walks.rows_of(hop)
                source = walks.ends(rows, inverse=not hop.inverse) + np.int32(base[state])
            else:
                continue
            parts.append((source, walks.ends(rows, inverse=hop.inverse) + np.int32(base[hop.to]), rows, hop.inverse))
    _checked(sum(len(rows) for _, _, rows, _ in parts))
    source, target, rows = (_joined([part[0] for part in parts]), _joined([part[1] for part in parts]),
                            _joined([part[2] for part in parts]))  # fmt: skip
    inverse = np.concatenate([np.zeros(0, bool), *(np.full(len(part[2]), part[3]) for part in parts)])
    del parts
    graph, order = Compressed.of(source, target, total)
    del source, target
    if order is not None:
        rows, inverse = rows[order], inverse[order]
    each = np.arange(count, dtype=np.int32)
    return Product(
        view=walks.view,
        automaton=automaton,
        node=np.concatenate([*([each] * len(entered)), *([nodes.astype(np.int32)] if extra else []), np.zeros(0, np.int32)]),
        state=np.concatenate([*(np.full(count, state, np.int32) for state in entered), np.zeros(extra, np.int32)]),
        graph=graph,
        edge=rows,
        inverse=inverse,
        start=np.arange(total - extra, total, dtype=np.int32) if extra else (nodes + base[0]).astype(np.int32),
    )


def _joined(columns: list[Ints]) -> Ints:
    """Concatenate columns, without a copy of a single one."""
    return columns[0] if len(columns) == 1 else np.concatenate([np.zeros(0, np.int32), *columns])


def _checked(edges: int) -> None:
    if edges > _MOST_EDGES:
        raise BadQuestion(f"the question leads through {edges} steps, more than fits; ask a shorter path or fewer starts")


class _Growth:
    """A product under construction, from its starts outwards."""

    def __init__(self, walks: Walks, automaton: Automaton, hops: tuple[tuple[Hop, ...], ...], clock: Clock) -> None:
        self.walks, self.automaton, self.hops, self.clock = walks, automaton, hops, clock
        self.timed = clock.binds
        self.place = np.full(len(automaton) * walks.count, -1, np.int32)
        self.marks: dict[int, int] = {}
        self.marked: dict[int, int] = {}
        self.fresh: list[_Layer] = []
        self.size = 0

    def product(self, nodes: Ints, states: Ints | None) -> Product:
        nodes = nodes.astype(np.int32)
        nothing = np.zeros(len(nodes), np.int32)
        start = self._placed(nodes, nothing if states is None else states, Marks(nothing, nothing, nothing))
        layers: list[_Layer] = []
        steps: list[tuple[Ints, Ints, Ints, Flags]] = []
        edges = 0
        while self.fresh:
            layer = _stacked(self.fresh)
            layers.append(layer)
            self.fresh = []
            for step in self._steps(layer):
                steps.append(step)
                edges += len(step[0])
                _checked(edges)
        whole = _stacked(layers) if layers else _Layer(nothing, nothing, nothing, Marks(nothing, nothing, nothing))
        source, target, rows = (_joined([step[0] for step in steps]), _joined([step[1] for step in steps]),
                                _joined([step[2] for step in steps]))  # fmt: skip
        inverse = np.concatenate([np.zeros(0, bool), *(step[3] for step in steps)])
        graph, order = Compressed.of(source, target, self.size)
        return Product(
            view=self.walks.view, automaton=self.automaton, node=whole.node, state=whole.state, graph=graph,
            edge=rows if order is None else rows[order], inverse=inverse if order is None else inverse[order], start=start,
        )  # fmt: skip

    def _steps(self, layer: _Layer) -> Iterator[tuple[Ints, Ints, Ints, Flags]]:
        """Walk one step from every vertex of a layer: yield sources, targets, rows and directions."""
        for state, hops in enumerate(self.hops):
            chosen = np.flatnonzero(layer.state == state) if hops else ()
            if not len(chosen):
                continue
            vertices, nodes_here = layer.vertex[chosen], layer.node[chosen]
            marks_here = Marks(*(part[chosen] for part in layer.marks))
            for hop in hops:
                for owner, rows in self.walks.portions(hop, nodes_here):
                    marks = Marks(*(part[owner] for part in marks_here))
                    if self.timed and len(rows):
                        allowed = self.clock.allows(marks, hop, rows)
                        owner, rows, marks = owner[allowed], rows[allowed], Marks(*(part[allowed] for part in marks))
                    if not len(rows):
                        continue
                    nodes = self.walks.ends(rows, inverse=hop.inverse)
                    if self.timed:
                        marks = self.clock.reduced(self.clock.left(hop, marks, rows), nodes, hop.to)
                    states = np.full(len(rows), hop.to, np.int32)
                    yield vertices[owner], self._placed(nodes, states, marks), rows, np.full(len(rows), hop.inverse)

    def _placed(self, nodes: Ints, states: Ints, marks: Marks) -> Ints:
        """Return the vertices of these nodes, states and marks, making those that are new."""
        key = states.astype(np.int64) * self.walks.count + nodes
        found = np.empty(len(key), np.int32)
        free = marks.kind == FREE
        plain = np.flatnonzero(free)
        found[plain] = self.place[key[plain]]
        new = plain[found[plain] < 0]
        if len(new):
            keys, order = key[new], np.arange(len(new), dtype=np.int32)
            self.place[keys] = order
            chosen = new[self.place[keys] == order]
            self.place[key[chosen]] = self._made(nodes, states, marks, chosen)
            found[new] = self.place[keys]
        bound = np.flatnonzero(~free)
        if len(bound):
            pairs = self._mark_numbers(Marks(*(part[bound] for part in marks))) * len(self.place) + key[bound]
            keys, first, which = np.unique(pairs, return_index=True, return_inverse=True)
            missing = [place for place, pair in enumerate(keys.tolist()) if pair not in self.marked]
            made = self._made(nodes, states, marks, bound[first[missing]])
            self.marked.update(zip(keys[missing].tolist(), made.tolist(), strict=True))
            found[bound] = np.array([self.marked[pair] for pair in keys.tolist()], np.int32)[which]
        return found

    def _made(self, nodes: Ints, states: Ints, marks: Marks, chosen: Ints) -> Ints:
        vertices = np.arange(self.size, self.size + len(chosen), dtype=np.int32)
        self.size += len(chosen)
        if len(chosen):
            kept = Marks(*(part[chosen] for part in marks))
            self.fresh.append(_Layer(vertices, nodes[chosen], states[chosen], kept))
        return vertices

    def _mark_numbers(self, marks: Marks) -> Ints:
        """Number marks in the order of their first appearance."""
        codes = (marks.kind.astype(np.int64) << 46) + (marks.begin.astype(np.int64) << 23) + marks.end
        unique, which = np.unique(codes, return_inverse=True)
        numbers = [self.marks.setdefault(code, len(self.marks)) for code in unique.tolist()]
        found: Ints = np.array(numbers, np.int64)[which]
        return found


class _Layer(NamedTuple):
    """Vertices under construction."""

    vertex: Ints
    node: Ints
    state: Ints
    marks: Marks


def _stacked(layers: list[_Layer]) -> _Layer:
    if len(layers) == 1:
        return layers[0]
    columns = [np.concatenate(parts) for parts in zip(*((layer.vertex, layer.node, layer.state) for layer in layers), strict=True)]
    marks = Marks(*(np.concatenate(parts) for parts in zip(*(layer.marks for layer in layers), strict=True)))
    return _Layer(columns[0], columns[1], columns[2], marks)
