"""Directed graphs in compressed rows, and how far one gets in them.

Comes in: arrays of vertex numbers. Goes out: what is reached, and in how many steps. The passes themselves are
:mod:`scipy.sparse.csgraph`; many sources become one by a super source, a row after the last.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

__all__ = ["Compressed", "Flags", "Grades", "Ints"]

Ints = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]
Grades = npt.NDArray[np.int8]


class Compressed(NamedTuple):
    """A directed graph: the successors of vertex *v* are ``indices[pointer[v]:pointer[v + 1]]``.

    >>> import numpy as np
    >>> graph, _ = Compressed.of(np.array([0, 2, 0]), np.array([1, 3, 2]), 4)
    >>> graph.reached(np.array([0])).tolist(), graph.steps(np.array([0])).tolist()
    ([0, 1, 2, 3], [0, 1, 1, 2])
    """

    pointer: Ints
    indices: Ints

    @classmethod
    def of(cls, source: Ints, target: Ints, count: int) -> tuple[Compressed, Ints | None]:
        """Build from pairs; also return the order in which the pairs now stand, None if they stood so."""
        pointer = np.zeros(count + 1, np.int32)
        np.cumsum(np.bincount(source, minlength=count), out=pointer[1:])
        if not len(source) or bool(np.all(source[1:] >= source[:-1])):
            return cls(pointer, target.astype(np.int32, copy=False)), None
        order = grouping(source, count)
        return cls(pointer, target[order].astype(np.int32, copy=False)), order

    @property
    def sources(self) -> Ints:
        """The vertex from which each edge starts."""
        return np.repeat(np.arange(len(self.pointer) - 1, dtype=np.int32), np.diff(self.pointer))

    def turned(self) -> tuple[Compressed, Ints]:
        """Return the graph with every edge turned, and the old place of each edge."""
        count = len(self.pointer) - 1
        turned, order = Compressed.of(self.indices, self.sources, count)
        return turned, np.arange(len(self.indices), dtype=np.int32) if order is None else order

    def kept(self, keep: Flags) -> Compressed:
        """Return the graph with only these edges."""
        if bool(keep.all()):
            return self
        before = np.zeros(len(keep) + 1, np.int32)
        np.cumsum(keep, out=before[1:])
        return Compressed(before[self.pointer], self.indices[keep])

    def reached(self, sources: Ints) -> Ints:
        """Return the vertices reached from any source, sources included, nearest first."""
        return self._walked(sources)[0]

    def steps(self, sources: Ints) -> Ints:
        """Return the fewest steps from any source to each vertex, -1 where there is no way."""
        order, before = self._walked(sources)
        found = np.full(len(self.pointer) - 1, -1, np.int32)
        if not len(order):
            return found
        place = np.empty(len(self.pointer), np.int32)
        place[order] = np.arange(len(order), dtype=np.int32)
        super_source = len(self.pointer) - 1
        first = int(np.searchsorted(before[order] != super_source, True))
        found[order[:first]] = 0
        parents = place[before[order[first:]]]
        low, steps = 0, 0
        high = first
        while high < len(order):
            steps += 1
            reach = first + int(np.searchsorted(parents, high))
            found[order[high:reach]] = steps
            low, high = high, reach
            if low == high:
                break
        return found

    def way(self, sources: Ints, ends: Flags) -> list[int] | None:
        """Return the vertices of a shortest way from a source to an end, or None.

        >>> graph, _ = Compressed.of(np.array([0, 1, 0]), np.array([1, 2, 3]), 4)
        >>> graph.way(np.array([0]), np.array([False, False, True, False]))
        [0, 1, 2]
        """
        order, before = self._walked(sources)
        arrived = order[ends[order]]
        if not len(arrived):
            return None
        way = [int(arrived[0])]
        while before[way[-1]] != len(self.pointer) - 1:
            way.append(int(before[way[-1]]))
        return way[::-1]

    def _walked(self, sources: Ints) -> tuple[Ints, Ints]:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import breadth_first_order

        count = len(self.pointer) - 1
        if not len(sources):
            return np.zeros(0, np.int32), np.zeros(0, np.int32)
        indices = np.concatenate([self.indices, sources.astype(np.int32, copy=False)])
        pointer = np.append(self.pointer, np.int32(len(indices)))
        ones = np.broadcast_to(np.float64(1), len(indices))
        matrix = csr_array((ones, indices, pointer), shape=(count + 1, count + 1))
        order, parents = breadth_first_order(matrix, count, directed=True, return_predecessors=True)
        return order[1:], parents


def grouping(keys: Ints, count: int) -> Ints:
    """Return the order that puts keys below *count* in groups, stable; a counting sort."""
    from scipy.sparse import csr_array

    ones = np.ones(len(keys), np.int8)
    rows = np.arange(len(keys) + 1, dtype=np.int32)
    order: Ints = csr_array((ones, keys, rows), shape=(len(keys), count)).tocsc().indices
    return order
