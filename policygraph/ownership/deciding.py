"""The unknown that decides: of a company that may or may not be held to a threshold, the holding, listing or owner to ask for.

Comes in: how a company stands, as an :class:`Open` question. Goes out: gaps, those first that settle it alone. An unknown is put as
high and as low as it may be; where none on record settles it alone, all that could do so together are told; and last, who else holds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from policygraph.findings import Gap
from policygraph.ownership.shares import WHOLE, Share, Stake
from policygraph.truth import Outcome

__all__ = ["Open", "deciding"]

_DEEPEST = 12


@dataclass(frozen=True)
class Open:
    """How a company stands: who holds what of it, and who of them is restricted.

    Attributes
    ----------
    company, threshold
        Its key, and the threshold in parts per million.
    stakes, shares, restricted, may_be_listed, may_be_held
        For each holding: itself, its share, whether its holder is a restricted owner, the lists on which it may be (or the empty
        string for what else would make it one), each with that in words, and whether it is unknown if it is held by restricted parties
        itself.
    complete
        Whether all its owners are on record.
    aggregate
        Whether the shares of several owners are added; else the largest counts.
    """

    company: str
    threshold: int
    stakes: tuple[Stake, ...]
    shares: tuple[Share, ...]
    restricted: tuple[Outcome, ...]
    may_be_listed: tuple[tuple[tuple[str, str], ...], ...]
    may_be_held: tuple[bool, ...]
    complete: bool
    aggregate: bool = True

    @cached_property
    def sure(self) -> int:
        """What restricted owners surely hold together."""
        low = [share.low for share, outcome in zip(self.shares, self.restricted, strict=True) if outcome is Outcome.MET]
        return sum(low) if self.aggregate else max(low, default=0)

    @cached_property
    def others(self) -> int:
        """What those surely hold who are shown not to be restricted."""
        return sum(share.low for share, outcome in zip(self.shares, self.restricted, strict=True) if outcome is Outcome.NOT_MET)

    @cached_property
    def rest(self) -> int:
        """What is on no record, at most: nothing where all owners are."""
        return 0 if self.complete else max(WHOLE - sum(share.low for share in self.shares), 0)

    @cached_property
    def most(self) -> int:
        """What restricted owners hold together, at most, were there room for it."""
        high = [share.high for share, outcome in zip(self.shares, self.restricted, strict=True) if outcome is not Outcome.NOT_MET]
        if not self.complete:
            return WHOLE
        return sum(high) if self.aggregate else max(high, default=0)

    @property
    def together(self) -> Share:
        """What restricted owners hold together."""
        most = min(self.most, max(WHOLE - self.others, 0))
        return Share(min(self.sure, WHOLE), max(min(self.sure, WHOLE), most))

    def room(self, place: int) -> Share:
        """Return a share as far as the others leave room."""
        return self.shares[place].beside(sum(share.low for share in self.shares) - self.shares[place].low)


def deciding(company: str, of: Callable[[str], Open], name: Callable[[str], str], trail: tuple[str, ...] = ()) -> Iterator[Gap]:
    """Yield what would decide whether a company is held to the threshold, nearest first.

    Parameters
    ----------
    of
        How a company stands.
    name
        How it is called.
    """
    here = of(company)
    found = list(_unknowns(here, of, name, (*trail, company)))
    alone = [gap for settles, gap in found if settles]
    yield from dict.fromkeys(alone or (gap for _, gap in found))
    if here.rest:
        left = f"who else holds of {name(company)}, of which {Share(0, here.rest)} is on no record"
        yield Gap(None, "owns", company, "Agent", left if here.stakes else f"who holds shares of {name(company)}, and how much")


def _unknowns(here: Open, of: Callable[[str], Open], name: Callable[[str], str], trail: tuple[str, ...]) -> Iterator[tuple[bool, Gap]]:
    threshold, whom = here.threshold, name(here.company)
    for place, (stake, outcome) in enumerate(zip(here.stakes, here.restricted, strict=True)):
        share, room, who = here.shares[place], here.room(place), name(stake.holder)
        if outcome is Outcome.UNKNOWN:
            settles = (here.sure if here.aggregate else 0) + room.low >= threshold or _falls(here, share.high)
            for list_, words in here.may_be_listed[place]:
                why = f"whether {who}, which holds {room} of {whom}, {words}"
                yield settles, Gap(stake.holder, "listed", list_, "PartyList", why) if list_ else Gap("case", "owners", None, "Agent", why)
            if here.may_be_held[place] and stake.holder not in trail and len(trail) < _DEEPEST:
                for gap in deciding(stake.holder, of, name, trail):
                    yield settles, gap
        if room.is_exact:
            continue
        asked = f"what share {who} holds of {whom}: {room} by what is on record"
        if outcome is Outcome.NOT_MET:
            if here.others - share.low + room.high > WHOLE - threshold:
                limit = Share(*[WHOLE - threshold - here.others + share.low] * 2)
                yield True, Gap(stake.holder, "owns", here.company, "share", f"{asked}; above {limit} it leaves too little to others")
            continue
        needed = threshold - (here.sure - (share.low if outcome is Outcome.MET else 0) if here.aggregate else 0)
        reaches = needed <= room.high and outcome is Outcome.MET
        said = ""
        if needed <= room.high:
            said = f"; with {Share(needed, needed)} or more, restricted parties hold {Share(threshold, threshold)}"
        yield reaches or _falls(here, share.high - share.low), Gap(stake.holder, "owns", here.company, "share", asked + said)


def _falls(here: Open, less: int) -> bool:
    """Tell whether so much less than the most that is possible is less than the threshold."""
    return min(here.most, WHOLE - here.others) >= here.threshold > here.most - less if here.complete else False
