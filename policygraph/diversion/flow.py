"""Exact maximum flow on whole numbers of any size, with the cut that proves it.

In go arcs with capacities and two ends, out comes how much can flow between them, how much each arc carries and on which side of a
minimum cut each node lies. The work is done by :func:`scipy.sparse.csgraph.maximum_flow`, which counts in 32 bits; larger capacities
are taken in rounds, the leading bits first, so that nothing is rounded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

__all__ = ["UNBOUNDED", "Arcs", "Flow", "maximum_flow", "reached"]

Whole = npt.NDArray[np.int64]
UNBOUNDED: Final = 2**60
"""The capacity of an arc that never limits anything; not for arcs at the ends."""
_LARGEST: Final = 2**30 - 1
"""A forward and a backward arc together must stay below 2**31."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """Arcs of a network: their ends as numbers of nodes, their capacities, and how many nodes there are."""

    tail: Whole
    head: Whole
    capacity: Whole
    nodes: int


@dataclass(frozen=True, slots=True)
class Flow:
    """A maximum flow.

    Parameters
    ----------
    value
        How much flows from the source to the sink.
    before
        Of each node, whether it lies on the source's side of the minimum cut that is nearest to the source.
    carried
        The net flow of each pair of nodes as a sparse matrix over the nodes that matter, or None if nothing can flow.
    kept
        Of each node, its number in that matrix, which nodes joined by arcs without bound share; -1 for one that does not matter.
    """

    value: int
    before: npt.NDArray[np.bool_]
    carried: Any
    kept: Whole

    def into(self, sink: int) -> Whole:
        """Return how much each node hands to the sink straight away; of nodes that share a number, the first tells it for all.

        >>> arcs = Arcs(np.array([0, 1]), np.array([1, 2]), np.array([5, 3]), 3)
        >>> maximum_flow(arcs, 0, 2).into(2).tolist()
        [0, 3, 0]
        """
        handed = np.zeros(len(self.kept), np.int64)
        if self.carried is not None:
            numbers, first = np.unique(self.kept, return_index=True)
            column = np.asarray(self.carried[:, [self.kept[sink]]].todense()).ravel()
            handed[first[numbers >= 0]] = np.maximum(column[numbers[numbers >= 0]], 0)
        return handed


def maximum_flow(arcs: Arcs, source: int, sink: int) -> Flow:
    """Return the most that can flow from one node to another.

    >>> arcs = Arcs(np.array([0, 0, 1]), np.array([1, 2, 2]), np.array([2**40, 7, 2**35 + 1]), 3)
    >>> flow = maximum_flow(arcs, 0, 2)
    >>> flow.value == 2**35 + 8, flow.before.tolist()
    (True, [True, True, False])
    """
    from scipy.sparse import csr_array

    open_ = (arcs.capacity > 0) & (arcs.tail != arcs.head)
    ahead = reached(arcs, open_, source, backwards=False)
    matter = ahead & reached(arcs, open_, sink, backwards=True)
    if not matter[sink]:
        return Flow(0, ahead, None, np.full(arcs.nodes, -1))
    inside = open_ & matter[arcs.tail] & matter[arcs.head]
    tail, head, capacity = arcs.tail[inside], arcs.head[inside], arcs.capacity[inside]
    largest = min(int(capacity[tail == source].sum()), int(capacity[head == sink].sum()))
    one = _joined(arcs.nodes, tail, head, capacity >= UNBOUNDED, (source, sink))
    present = np.zeros(arcs.nodes, bool)
    present[one[np.flatnonzero(matter)]] = True
    kept = np.where(matter, (np.cumsum(present) - 1)[one], -1)
    size, start, end = int(present.sum()), int(kept[source]), int(kept[sink])
    apart = one[tail] != one[head]
    capacity = np.minimum(capacity, largest + 1)  # one more than can flow, so that such an arc is never part of a cut
    left: Any = csr_array((capacity[apart], (kept[tail[apart]], kept[head[apart]])), shape=(size, size))
    left.sum_duplicates()
    whole, value = left.copy(), 0
    shift = _shift(min(int(left.data.max()), largest))
    while True:
        value += _round(left, start, end, shift, largest)
        if shift == 0:
            break
        largest = left.nnz << shift
        shift = min(shift - 1, _shift(min(int(left.data.max()), largest)))
    left.eliminate_zeros()
    before = ahead.copy()
    before[matter] = _reached_in(left, start)[kept[matter]]
    return Flow(value, before, whole - left, kept)


def _joined(nodes: int, tail: Whole, head: Whole, free: npt.NDArray[np.bool_], ends: tuple[int, int]) -> Whole:
    """Return of each node the one it is joined to.

    A node that is entered only by an arc without bound is one with its tail: all that is there may go on to it, and nothing else
    comes in. Likewise one that is left only by such an arc, and its head. Every node must lie on a way between the ends, so that no
    circle consists of such arcs.
    """
    one, apart = np.arange(nodes), tail != head
    joinable = free & ~np.isin(tail, ends) & ~np.isin(head, ends)
    while True:
        count = int(apart.sum())
        for inner, outer in ((head, tail), (tail, head)):
            inner, outer = one[inner], one[outer]
            lone = joinable & apart & (np.bincount(inner[apart], minlength=nodes) == 1)[inner]
            leads = np.arange(nodes)
            leads[inner[lone]] = outer[lone]
            while not (leads[leads] == leads).all():
                leads = leads[leads]
            one = leads[one]
            apart = one[tail] != one[head]
        if int(apart.sum()) == count:
            return one


def _shift(largest: int) -> int:
    """Return how many trailing bits must wait so that a capacity fits."""
    return max(0, largest.bit_length() - _LARGEST.bit_length())


def _round(left: Any, source: int, sink: int, shift: int, largest: int) -> int:
    """Send what fits when the last bits of each capacity are left out; *left* then holds what remains, in both directions."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import maximum_flow as most

    rough = csr_array(((np.minimum(left.data, largest) >> shift).astype(np.int32), left.indices, left.indptr), shape=left.shape)
    sent = most(rough, source, sink)
    carried: Any = csr_array(sent.flow).astype(np.int64)
    remains = left - carried * (1 << shift)
    left.data, left.indices, left.indptr = remains.data, remains.indices, remains.indptr
    return int(sent.flow_value) << shift


def reached(arcs: Arcs, usable: npt.NDArray[np.bool_], start: int, *, backwards: bool) -> npt.NDArray[np.bool_]:
    """Return which nodes usable arcs lead to from a node, or from which they lead to it.

    >>> arcs = Arcs(np.array([0, 1]), np.array([1, 2]), np.array([5, 3]), 3)
    >>> reached(arcs, np.array([True, False]), 0, backwards=False).tolist()
    [True, True, False]
    """
    from scipy.sparse import csr_array

    tail, head = (arcs.head, arcs.tail) if backwards else (arcs.tail, arcs.head)
    return _reached_in(csr_array((np.ones(int(usable.sum()), np.int8), (tail[usable], head[usable])), shape=(arcs.nodes,) * 2), start)


def _reached_in(matrix: Any, start: int) -> npt.NDArray[np.bool_]:
    from scipy.sparse.csgraph import breadth_first_order

    reached = np.zeros(matrix.shape[0], bool)
    reached[breadth_first_order(matrix, start, return_predecessors=False)] = True
    return reached
