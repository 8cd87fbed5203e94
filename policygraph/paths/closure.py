"""All nodes at once: what a grammar reaches from many starts, and which starts reach a target.

Comes in: a view and a grammar. Goes out: grades over all nodes. Each strength and run is one breadth-first pass of
:mod:`scipy.sparse.csgraph`, over the edges that are at least that strong; a level at which no edge and no end differs from the next
is not walked again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from policygraph.paths.compressed import Compressed, Flags, Grades, Ints
from policygraph.paths.grammar import Grammar
from policygraph.paths.product import Product
from policygraph.paths.targets import Targets
from policygraph.paths.walks import Walks
from policygraph.paths.walls import Walls
from policygraph.view import FrozenView

__all__ = ["Closure", "Reach", "closure", "closure_to"]


@dataclass(frozen=True, eq=False)
class Closure:
    """For each node of the graph, how surely there is a path, in the runs *all* and *uncontested*; and how surely there is none.

    Nothing speaks against what is merely not reached: :func:`closure` leaves the latter zero, :func:`closure_to` fills it.

    Examples
    --------
    >>> none = np.zeros(2, np.int8)
    >>> Closure(np.array([0, 3], np.int8), none, none, none).all_for.tolist()
    [0, 3]
    """

    all_for: Grades
    clear_for: Grades
    all_against: Grades
    clear_against: Grades


class Reach:
    """A product ready to be walked: from its starts, at every strength and in both runs.

    Building it is the slow part, so that whoever asks twice keeps it.

    Parameters
    ----------
    view, grammar
        What stands, and which paths count.
    starts
        Numbers of the nodes to start from.
    """

    def __init__(self, view: FrozenView, grammar: Grammar, starts: Iterable[int] | Ints) -> None:
        nodes = starts if isinstance(starts, np.ndarray) else np.fromiter(starts, np.int32)
        walks = Walks(view)
        self.view = view
        self.product = Product.of(walks, grammar.automaton, np.unique(nodes).astype(np.int32))

    @cached_property
    def levels(self) -> tuple[tuple[Compressed, ...], tuple[Compressed, ...]]:
        """For each run, the graphs of the edges of at least the strengths 1 to 4."""
        edges = self.view.edges
        every = _levels(self.product, edges.all_for, None)
        if np.array_equal(edges.all_for, edges.clear_for):
            return every, every
        return every, _levels(self.product, edges.clear_for, every)

    def closure(self) -> Closure:
        """Walk from the starts, and grade every node of the graph by the best path to it."""
        graphs, undisputed = self.levels
        every = self._walked(graphs)
        clear = every if undisputed is graphs else self._walked(undisputed)
        nothing = np.zeros(len(every), np.int8)
        return Closure(every, clear, nothing, nothing)

    def _walked(self, graphs: tuple[Compressed, ...]) -> Grades:
        product = self.product
        found = np.zeros(len(self.view.graph.node_ids), np.int8)
        everywhere = bool(product.accepts.all())
        before: Compressed | None = None
        for level, graph in enumerate(graphs, 1):
            if graph is before:
                found[found == level - 1] = level
                continue
            before = graph
            reached = graph.reached(product.start)
            if not everywhere:
                reached = reached[product.accepts[reached]]
            found[reached if self._plain else product.node[reached]] = level
        return found

    @cached_property
    def _plain(self) -> bool:
        """Whether vertices are simply nodes."""
        return bool(np.array_equal(self.product.node, np.arange(len(self.view.graph.node_ids))))


def closure(view: FrozenView, grammar: Grammar, sources: Iterable[int] | Ints) -> Closure:
    """Return, for each node, how surely a path of the grammar leads to it from any of the sources.

    Examples
    --------
    >>> import datetime
    >>> from policygraph.graph import ClaimGraph
    >>> from policygraph.ontology import shipped
    >>> from policygraph.truth import EvidenceTable
    >>> from policygraph.view import Policy
    >>> day = datetime.date(2025, 5, 13)
    >>> graph = ClaimGraph.of_columns(relations=["incorporates"], subject=np.array([0, 1]), relation=np.array([0, 0]),
    ...                               object=np.array([1, 2]), node_count=4, date=day)
    >>> view = FrozenView(graph, day, None, Policy(EvidenceTable.read(shipped("ontology") / "evidence.yaml")))
    >>> closure(view, Grammar.parse("pg:incorporates+", graph.ontology), [0]).all_for.tolist()
    [0, 3, 3, 0]
    """
    return Reach(view, grammar, sources).closure()


def closure_to(view: FrozenView, grammar: Grammar, targets: Targets, starts: Ints | None = None) -> Closure:
    """Return, for each node taken as the start, how surely a path of the grammar leads from it to a target, and how surely none does.

    The same as :attr:`Search.verdict` of every one of them, in passes over all.

    Parameters
    ----------
    targets
        How surely each node is a target.
    starts
        Numbers of the nodes to start from, each once; None for every node of the graph.
    """
    nodes = np.arange(len(view.graph.node_ids), dtype=np.int32) if starts is None else starts
    product = Product.of(Walks(view), grammar.automaton, nodes)
    edges = view.edges
    turned, order = product.turned
    walls = Walls(view)
    columns: list[Grades] = []
    for support, reached in ((edges.all_for, targets.all_for), (edges.clear_for, targets.clear_for)):
        grade, end = product.on(support)[order], np.where(product.accepts, reached[product.node], np.int8(0))
        columns.append(_graded(product, [(turned.kept(grade >= level), end >= level) for level in range(1, 5)]))
    for opposition, refused in ((edges.all_against, targets.all_against), (edges.clear_against, targets.clear_against)):
        grade = product.on(opposition)[order]
        closed = walls.around(product.automaton, product.node, product.state, refused)
        wall = np.minimum(closed, np.where(product.accepts, refused[product.node], np.int8(4)))
        open_ = _graded(product, [(turned.kept(grade < level), wall < level) for level in range(4, 0, -1)])
        columns.append((np.int8(4) - open_).astype(np.int8))
    return Closure(*columns)


def _graded(product: Product, passes: list[tuple[Compressed, Flags]]) -> Grades:
    """Count, for each start, the passes in which it is reached; each reaches no more than the one before."""
    found = np.zeros(len(product.start), np.int8)
    for graph, ends in passes:
        reached = np.zeros(len(product), bool)
        reached[graph.reached(np.flatnonzero(ends).astype(np.int32))] = True
        found += reached[product.start]
    return found


def _levels(product: Product, column: Grades, every: tuple[Compressed, ...] | None) -> tuple[Compressed, ...]:
    """Return the graphs of the edges of at least each strength; where two are equal, they are one."""
    graph, grade = product.graph, product.on(column)
    graphs: list[Compressed] = []
    for level in range(1, 5):
        keep = grade >= level
        kept = int(np.count_nonzero(keep))
        if every and kept == len(every[level - 1].indices):
            graphs.append(every[level - 1])
            continue
        if kept < len(grade):
            graph, grade = graph.kept(keep), grade[keep]
        graphs.append(graph)
    return tuple(graphs)
