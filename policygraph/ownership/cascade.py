"""Who is caught by a share: a least fixed point on arrays, re-based at every tier.

Comes in: holdings as arrays, who is restricted to begin with, a threshold. Goes out: which companies are surely, and which are
possibly held to the threshold. A company that is held to it counts as a restricted owner, with its full holding, at the next tier; so
shares are never multiplied along a chain. What is caught only because it is taken to be caught is not: circles of holdings end.

>>> import numpy as np
>>> holder, held = np.array([0, 1, 1, 2]), np.array([1, 2, 3, 3])
>>> low, high = np.array([500_000, 600_000, 300_000, 0]), np.array([500_000, 600_000, 300_000, 400_000])
>>> listed = np.array([True, False, False, False])
>>> surely, possibly = captured(holder, held, low, high, listed, 500_000, complete=np.ones(4, bool))
>>> surely.tolist(), possibly.tolist()
([False, True, True, False], [False, True, True, True])
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from policygraph.ownership.shares import WHOLE

__all__ = ["Spread", "captured", "spread"]

Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]
Any_ = npt.NDArray[Any]

_NEVER = -1


@dataclass(frozen=True, slots=True)
class Spread:
    """Who is caught, surely and possibly.

    Attributes
    ----------
    surely, possibly
        Which companies are held to the threshold by restricted parties.
    tier
        At which tier a company surely becomes a restricted owner: 0 if it is so to begin with, -1 if never.
    may_be
        Which may be restricted owners, to begin with or because they are possibly held.
    """

    surely: Flags
    possibly: Flags
    tier: npt.NDArray[np.int32]
    may_be: Flags


def captured(
    holder: Any_, held: Any_, low_ppm: Any_, high_ppm: Any_, seeds: Flags, threshold_ppm: int, *, possible_seeds: Flags | None = None,
    complete: Flags | None = None, aggregate: bool = True,
) -> tuple[Flags, Flags]:
    """Tell which companies are surely, and which are possibly, held to a threshold by restricted parties.

    Parameters
    ----------
    holder, held
        The holdings, as numbers of parties from 0 on.
    low_ppm, high_ppm
        The least and the most that each may be, in parts per million.
    seeds
        For each party, whether it is restricted to begin with.
    threshold_ppm
        The share from which a company is held, in parts per million.
    possible_seeds
        Who may be restricted to begin with; the same as *seeds* unless given.
    complete
        Of which companies all owners are among the holdings; of none unless given.
    aggregate
        Whether the shares of several restricted owners are added.

    Returns
    -------
    surely, possibly
        A flag for each party. A party that is restricted to begin with bears one only if it is also held.

    References
    ----------
    15 CFR part 744, Supplement No. 8, as of 2025-09-29: entities owned 50 per cent or more, directly or indirectly, individually or
    in aggregate, by one or more listed entities.
    """
    found = spread(
        holder, held, low_ppm, high_ppm, seeds, threshold_ppm, possible_seeds=possible_seeds, complete=complete, aggregate=aggregate
    )
    return found.surely, found.possibly | found.surely


def spread(
    holder: Any_, held: Any_, low_ppm: Any_, high_ppm: Any_, seeds: Flags, threshold_ppm: int, *, possible_seeds: Flags | None = None,
    complete: Flags | None = None, aggregate: bool = True,
) -> Spread:
    """Tell the same as :func:`captured`, with the tiers.

    Where more than all of a company is on record, one may be both surely and not possibly held: the record contradicts itself.
    """
    size = len(seeds)
    low, high = np.asarray(low_ppm, np.int64), np.asarray(high_ppm, np.int64)
    target = np.asarray(held, np.int64)
    sure_sum = np.bincount(target, low, size).astype(np.int64)  # exact: sums of parts per million stay far below 2**53
    is_open = np.ones(size, bool) if complete is None else ~complete
    may = seeds if possible_seeds is None else seeds | possible_seeds
    if not aggregate:
        high = np.minimum(high, WHOLE - sure_sum[target] + low)
        is_open = is_open & (sure_sum <= WHOLE - threshold_ppm)
        low, high = (np.where(bound >= threshold_ppm, threshold_ppm, 0) for bound in (low, high))
    links = _Links.by_holder(np.asarray(holder, np.int64), target, size)
    weights = links.ordered(low), links.ordered(high)

    def surely(sums: Sequence[Numbers], which: Any) -> Flags:
        enough: Flags = sums[0][which] >= threshold_ppm
        return enough

    def possibly(sums: Sequence[Numbers], which: Any) -> Flags:
        enough: Flags = (sums[1][which] >= threshold_ppm) | is_open[which]
        if aggregate:
            # what those hold who are shown not to be restricted is out of reach
            enough &= WHOLE - sure_sum[which] + sums[0][which] >= threshold_ppm
        return enough

    tier, sums = _spread(links, weights[:1], seeds, surely)
    reach, most = _spread(links, weights, may, possibly)
    return Spread(surely(sums, slice(None)), possibly(most, slice(None)), tier, reach != _NEVER)


@dataclass(frozen=True, slots=True)
class _Links:
    """Holdings in compressed rows, by holder."""

    begin: Any_
    order: Any_
    held: Any_

    @classmethod
    def by_holder(cls, holder: Any_, held: Any_, size: int) -> _Links:
        from scipy.sparse import csr_array

        count = len(holder)
        # one column for each holding, so that scipy sorts by counting and sums nothing up
        rows = csr_array((np.ones(count, bool), (holder, np.arange(count))), shape=(size, max(count, 1)))
        return cls(rows.indptr, rows.indices, held[rows.indices])

    def ordered(self, column: Numbers) -> Numbers:
        return column[self.order]

    def of(self, holders: Any_) -> Any_:
        """Return the places of all holdings of some parties."""
        begin = self.begin[holders]
        sizes = self.begin[holders + 1] - begin
        return np.repeat(begin - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())


def _spread(
    links: _Links, weights: Sequence[Numbers], start: Flags, enough: Callable[[Sequence[Numbers], Any], Flags]
) -> tuple[npt.NDArray[np.int32], list[Numbers]]:
    """Add up what restricted owners hold, tier by tier, until nobody new is caught; each holding is looked at once at most."""
    size = len(start)
    sums = [np.zeros(size, np.int64) for _ in weights]
    tier = np.where(start | enough(sums, slice(None)), 0, _NEVER).astype(np.int32)
    fresh, depth = np.flatnonzero(tier == 0), 0
    while len(fresh):
        depth += 1
        places = links.of(fresh)
        ends = links.held[places]
        for total, weight in zip(sums, weights, strict=True):
            np.add.at(total, ends, weight[places])
        ends = ends[tier[ends] == _NEVER]
        caught = ends[enough(sums, ends)]
        tier[caught] = depth
        fresh = np.flatnonzero(tier == depth) if len(caught) > size >> 4 else np.unique(caught)
    return tier, sums
