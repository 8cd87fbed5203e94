"""The best paths of a product: best supported first, then shortest, then by the ids of the nodes passed, then the later stretch.

A best path is found level by level: if there is a way along edges of at least the strength asked, the shortest such way. The next
best are found by splitting what remains into sets that share a beginning and leave out one next step (J. Y. Yen, "Finding the k
shortest loopless paths in a network", 1971; E. L. Lawler, 1972). Every set is searched towards the targets with the true remaining
distance as a guide (P. E. Hart, N. J. Nilsson and B. Raphael, 1968), so that little is looked at; and no more than the budget.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from heapq import heappop, heappush
from typing import NamedTuple

import numpy as np

from policygraph.paths.compressed import Grades, Ints
from policygraph.paths.path import Path, Paths
from policygraph.paths.product import Product
from policygraph.paths.targets import Targets
from policygraph.truth import Truth, Verdict

__all__ = ["best_paths"]

_END = -1


def best_paths(
    product: Product, targets: Targets, count: int, *, budget: int = 100_000, uncontested: bool = False,
    barring: Collection[int] = (),
) -> Paths:
    """Return up to *count* paths, best first, in the run *all*, or in the run *uncontested*.

    No path passes a node twice, unless it ends where it began, or it is the best there is.

    Parameters
    ----------
    budget
        How many vertices may be looked at; when they are used up, the paths found so far are marked truncated.
    barring
        Edges of the view that no path may use.
    """
    finder = _Finder(product, targets, budget, uncontested=uncontested, barring=barring)
    found: list[Path] = []
    seen: set[tuple[str, tuple[int, ...], tuple[bool, ...]]] = set()
    for choices in finder.in_order():
        path = finder.path(choices)
        same = path.nodes[0], path.rows, path.inverse
        if (not found or finder.is_simple(choices)) and same not in seen:
            seen.add(same)
            found.append(path)
        if len(found) == count:
            break
    return Paths(found, truncated=finder.spent and len(found) < count)


class _Choices(NamedTuple):
    """A path as what was chosen: a start vertex, then edges of the product; whole once it ends at a target."""

    vertices: tuple[int, ...]
    edges: tuple[int, ...]


@dataclass(order=True, slots=True)
class _Candidate:
    """The best path of a set, and the set: paths that begin with the first *fixed* choices and do not go on as *banned* says."""

    rank: tuple[int, int, tuple[str, ...], tuple[int, ...]]
    choices: _Choices
    fixed: int = field(compare=False)
    banned: frozenset[int] = field(compare=False)

    @property
    def level(self) -> int:
        return -self.rank[0]


class _Finder:
    def __init__(self, product: Product, targets: Targets, budget: int, *, uncontested: bool, barring: Collection[int]) -> None:
        self.product, self.targets, self.budget = product, targets, budget
        edges = product.view.edges
        self.grade: Grades = product.on(edges.clear_for if uncontested else edges.all_for)
        if barring:
            self.grade = np.where(np.isin(product.edge, list(barring)), np.int8(0), self.grade)
        if barring:
            self.grade = np.where(np.isin(product.edge, list(barring)), np.int8(0), self.grade)
        reached = (targets.clear_for if uncontested else targets.all_for)[product.node]
        self.end: Grades = np.where(product.accepts, reached, np.int8(0))
        self.ids = product.view.graph.node_ids
        self.spent = False
        self._remaining: dict[int, Ints] = {}

    def in_order(self) -> Iterator[_Choices]:
        """Yield whole paths, best first."""
        heap: list[_Candidate] = []
        self._offer(heap, _Choices((), ()), frozenset(), 0, 4)
        while heap:
            best = heappop(heap)
            yield best.choices
            whole = best.choices
            if self.spent:
                continue
            for place in range(best.fixed, len(whole.vertices) + 1):
                begin = _Choices(whole.vertices[:place], whole.edges[: max(place - 1, 0)])
                if len({int(self.product.node[vertex]) for vertex in begin.vertices}) < len(begin.vertices):
                    break
                step = whole.vertices[0] if place == 0 else whole.edges[place - 1] if place < len(whole.vertices) else _END
                banned = (best.banned if place == best.fixed else frozenset()) | {step}
                self._offer(heap, begin, banned, place, best.level)

    def _offer(self, heap: list[_Candidate], begin: _Choices, banned: frozenset[int], fixed: int, highest: int) -> None:
        """Put the best path of a set among the candidates."""
        highest = min([highest, *(int(self.grade[edge]) for edge in begin.edges)])
        for level in range(highest, 0, -1):
            choices = None if self.spent else self._search(level, begin, banned)
            if choices is not None:
                ids = tuple(self.ids[self.product.node[vertex]] for vertex in choices.vertices)
                ways = tuple(self._way(edge) for edge in choices.edges)
                heappush(heap, _Candidate((-level, len(ways), ids, ways), choices, fixed, banned))
                return

    def _search(self, level: int, begin: _Choices, banned: frozenset[int]) -> _Choices | None:
        """Find the shortest way on from a beginning, along edges of at least the level; the first by ids where several are."""
        product, remaining = self.product, self.remaining(level)
        pointer, indices = product.graph
        passed = {int(product.node[vertex]) for vertex in begin.vertices}
        home = int(product.node[begin.vertices[0]]) if begin.vertices else -1
        heap: list[tuple[int, tuple[str, ...], tuple[int, ...], int, tuple[int, ...], tuple[int, ...]]] = []
        closed: set[int] = set()

        def go(vertex: int, steps: int, ids: tuple[str, ...], ways: tuple[int, ...], way: _Choices) -> None:
            left = int(remaining[vertex])
            if left >= 0 and vertex not in closed:
                here = (*ids, self.ids[product.node[vertex]])
                heappush(heap, (steps + left, here, ways, vertex, way.vertices, way.edges))

        def leave(vertex: int, ids: tuple[str, ...], ways: tuple[int, ...], way: _Choices, barred: frozenset[int]) -> None:
            for edge in range(int(pointer[vertex]), int(pointer[vertex + 1])):
                if self.grade[edge] < level or edge in barred:
                    continue
                target = int(indices[edge])
                node = int(product.node[target])
                if node in passed and not (node == home and self.end[target] >= level):
                    continue
                further = _Choices((*way.vertices, target), (*way.edges, edge))
                go(target, len(further.edges), ids, (*ways, self._way(edge)), further)

        none = _Choices((), ())
        if begin.vertices:
            last = begin.vertices[-1]
            if self.end[last] >= level and _END not in banned:
                return begin
            leave(last, (), (), none, banned)
        else:
            for vertex in dict.fromkeys(product.start.tolist()):
                if vertex not in banned:
                    go(vertex, 0, (), (), _Choices((vertex,), ()))
        while heap:
            _, ids, ways, vertex, vertices, edges = heappop(heap)
            if vertex in closed:
                continue
            closed.add(vertex)
            self.budget -= 1
            if self.budget < 0:
                self.spent = True
                return None
            if self.end[vertex] >= level:
                return _Choices(begin.vertices + vertices, begin.edges + edges)
            leave(vertex, ids, ways, _Choices(vertices, edges), frozenset())
        return None

    def _way(self, edge: int) -> int:
        """Return one number for the edge of the view and the direction it is walked in."""
        return int(self.product.inverse[edge]) - 2 * int(self.product.edge[edge])

    def remaining(self, level: int) -> Ints:
        """Return the fewest steps from each vertex to a target along edges of at least the level."""
        found = self._remaining.get(level)
        if found is None:
            turned, order = self.product.turned
            ends = np.flatnonzero(self.end >= level).astype(np.int32)
            found = self._remaining[level] = turned.kept(self.grade[order] >= level).steps(ends)
        return found

    def is_simple(self, choices: _Choices) -> bool:
        """Tell whether a path passes no node twice, but for ending where it began."""
        nodes = [int(self.product.node[vertex]) for vertex in choices.vertices]
        return len(set(nodes)) == len(nodes) or (nodes[0] == nodes[-1] and len(set(nodes)) == len(nodes) - 1)

    def path(self, choices: _Choices) -> Path:
        product, edges, targets = self.product, self.product.view.edges, self.targets
        rows = [int(product.edge[edge]) for edge in choices.edges]
        end = int(product.node[choices.vertices[-1]])
        every = Truth(
            min([int(targets.all_for[end]), *(int(edges.all_for[row]) for row in rows)]),
            max([int(targets.all_against[end]), *(int(edges.all_against[row]) for row in rows)]),
        )
        clear = Truth(
            min([int(targets.clear_for[end]), *(int(edges.clear_for[row]) for row in rows)]),
            max([int(targets.clear_against[end]), *(int(edges.clear_against[row]) for row in rows)]),
        )
        return Path(
            nodes=tuple(self.ids[product.node[vertex]] for vertex in choices.vertices),
            rows=tuple(rows),
            inverse=tuple(bool(product.inverse[edge]) for edge in choices.edges),
            verdict=Verdict(every, clear),
            view=product.view,
        )
