"""Shares of a company as exact intervals, in parts per million, and what the claims of a view say of them.

Comes in: shares as they are written, and the edges of owning in a view. Goes out: a :class:`Share`, and a :class:`Stake` for each
holding, with its share in both runs at each strength. No share is ever a float: three times 16.67 % is not 50 %.

A whole number is taken as exact; a number with decimals is what somebody rounded to its last digit, and so an interval. Bounds
(``shareMin``, ``shareMax``) are exact as written. Of a holding without any of them nothing is known but that it is no more than all.

>>> Share.stated("50"), Share.stated("16.67")
(Share(low=500000, high=500000), Share(low=166650, high=166750))
>>> three = [Share.stated("16.67")] * 3
>>> sum(share.low for share in three) >= 500_000, sum(share.high for share in three) >= 500_000
(False, True)
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation

from policygraph.dates import FIRST, LAST
from policygraph.errors import BadQuestion
from policygraph.findings import Step
from policygraph.truth import Strength, Truth, Verdict
from policygraph.view import FrozenView

__all__ = ["NOTHING_KNOWN", "WHOLE", "Share", "Stake", "parts_per_million", "share_of", "stakes_in"]

WHOLE = 1_000_000
"""All of a company, in parts per million."""

_OF_ONE_PER_CENT = 10_000


def parts_per_million(per_cent: float | str | Decimal) -> int:
    """Return a share in per cent as parts per million, which it must be exactly.

    >>> parts_per_million(50), parts_per_million("33.3333")
    (500000, 333333)

    Raises
    ------
    BadQuestion
        If it is no share, or finer than a part per million.
    """
    parts = _number(per_cent) * _OF_ONE_PER_CENT
    if not 0 <= parts <= WHOLE or parts != parts.to_integral_value():
        raise BadQuestion(f"'{per_cent}' is no share in per cent; give a number from 0 to 100 with at most four decimals")
    return int(parts)


def _number(text: float | str | Decimal) -> Decimal:
    try:
        number = Decimal(str(text).strip())
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        raise BadQuestion(f"'{text}' is no share in per cent; give a number from 0 to 100")
    return number


@dataclass(frozen=True, slots=True)
class Share:
    """What a share may be: the least and the most, in parts per million, both possible.

    >>> str(Share.stated("16.67")), str(Share.between("20", None)), str(NOTHING_KNOWN)
    ('16.665 to 16.675 %', 'at least 20 %', 'an unknown share')
    """

    low: int
    high: int

    @classmethod
    def stated(cls, text: float | str | Decimal) -> Share:
        """Read a share as it is written, in per cent: exact if whole, else the interval that rounds to it.

        Raises
        ------
        BadQuestion
            If it is no number from 0 to 100.
        """
        number = _number(text)
        if not 0 <= number <= 100:
            raise BadQuestion(f"'{text}' is no share in per cent; give a number from 0 to 100")
        if number == number.to_integral_value():
            return cls(int(number) * _OF_ONE_PER_CENT, int(number) * _OF_ONE_PER_CENT)
        half = Decimal((0, (5,), int(number.as_tuple().exponent) - 1))
        return cls._outward(number - half, number + half)

    @classmethod
    def between(cls, least: float | str | Decimal | None, most: float | str | Decimal | None) -> Share:
        """Read a share given by bounds, in per cent; None leaves a side open.

        Raises
        ------
        BadQuestion
            If a bound is no number from 0 to 100, or the least is above the most.
        """
        low, high = (_number(bound) for bound in (0 if least is None else least, 100 if most is None else most))
        if not 0 <= low <= high <= 100:
            raise BadQuestion(f"a share lies between a least and a most, from 0 to 100 per cent, and not between {low} and {high}")
        return cls._outward(low, high)

    @classmethod
    def _outward(cls, low: Decimal, high: Decimal) -> Share:
        """Return the interval in whole parts per million that surely holds it."""
        parts = (low * _OF_ONE_PER_CENT).to_integral_value(ROUND_FLOOR), (high * _OF_ONE_PER_CENT).to_integral_value(ROUND_CEILING)
        return cls(max(int(parts[0]), 0), min(int(parts[1]), WHOLE))

    @property
    def is_exact(self) -> bool:
        """Whether it is known to the last part."""
        return self.low == self.high

    def meets(self, other: Share) -> bool:
        """Tell whether both can be so at once."""
        return max(self.low, other.low) <= min(self.high, other.high)

    def __and__(self, other: Share) -> Share:
        return Share(max(self.low, other.low), min(self.high, other.high))

    def beside(self, others: int) -> Share:
        """Return it as far as what others surely hold of the same company leaves room; never less than is said of it."""
        return Share(self.low, max(self.low, min(self.high, WHOLE - others)))

    def __str__(self) -> str:
        if self == NOTHING_KNOWN:
            return "an unknown share"
        if self.is_exact:
            return f"{_per_cent(self.low)} %"
        if self.high >= WHOLE:
            return f"at least {_per_cent(self.low)} %"
        return f"at most {_per_cent(self.high)} %" if not self.low else f"{_per_cent(self.low)} to {_per_cent(self.high)} %"

    def to_json(self) -> list[float]:
        """Return the bounds in per cent."""
        return [self.low / _OF_ONE_PER_CENT, self.high / _OF_ONE_PER_CENT]


NOTHING_KNOWN = Share(0, WHOLE)
"""What a share may be of which nothing is said."""


def _per_cent(parts: int) -> str:
    return f"{Decimal(parts) / _OF_ONE_PER_CENT:f}".rstrip("0").rstrip(".") if parts % _OF_ONE_PER_CENT else str(parts // _OF_ONE_PER_CENT)


@dataclass(frozen=True, slots=True)
class Stake:
    """A holding: who holds of what, whether so at all, and what share, at each strength.

    Attributes
    ----------
    holder, held
        Ids, or names of strangers.
    verdict
        Whether the one holds anything of the other.
    said
        From the strongest on: a strength, and what the claims that strong say of the share in the run *all* and in *uncontested*.
        Claims that agree narrow it. Where they differ, the stronger counts, and of equals the one that says more, as of a figure
        that passes a test; and then, in the run *uncontested*, no more is sure than the one that says less.
    edge
        Row of the edge in the view, or -1.
    """

    holder: str
    held: str
    verdict: Verdict
    said: tuple[tuple[Strength, Share, Share], ...] = ()
    edge: int = -1

    @classmethod
    def told(cls, holder: str, held: str, share: Share) -> Stake:
        """Return a holding that a case tells of."""
        return cls(holder, held, Verdict.sure(True), ((Strength.ESTABLISHED, share, share),))

    def share(self, at_least: int = 1, *, uncontested: bool = False) -> Share:
        """Return the share by what is that sure; a holding that is outweighed is none, as far as what outweighs it is that sure."""
        if not self.verdict.all_.for_:
            return Share(0, 0 if self.verdict.all_.against >= at_least else WHOLE)
        every, clear = next(((one, two) for strength, one, two in reversed(self.said) if strength >= at_least), (NOTHING_KNOWN,) * 2)
        truth = self.verdict.uncontested if uncontested else self.verdict.all_
        found = clear if uncontested else every
        return found if truth.for_ >= at_least else replace(found, low=0)

    def step(self, view: FrozenView) -> Step | None:
        """Return it as a step, where it is an edge of the view."""
        return view.step(self.edge, inverse=True) if self.edge >= 0 else None


@dataclass(frozen=True, slots=True)
class _Telling:
    """What one claim tells of a share, how surely, and from when on."""

    grade: int
    share: Share
    begin: int
    sure_begin: int
    is_open: bool

    def succeeds(self, other: _Telling) -> bool:
        return other.is_open and self.begin > max(other.begin, other.sure_begin) and self.grade >= other.grade


def share_of(qualifiers: Mapping[str, str]) -> Share | None:
    """Return the share that the qualifiers of a claim tell, or None where they tell none.

    >>> share_of({"shareMin": "51"}), share_of({})
    (Share(low=510000, high=1000000), None)
    """
    stated, least, most = (qualifiers.get(name) for name in ("share", "shareMin", "shareMax"))
    if stated is None and least is None and most is None:
        return None
    bounds = Share.between(least, most)
    return bounds if stated is None else Share.stated(stated) & bounds


def stakes_in(view: FrozenView, edges: Iterable[int]) -> list[Stake]:
    """Return edges of owning as holdings.

    A share that is said from a later day on takes the place of an earlier one that is no stronger, as a later value does of a
    relation that holds one at a time.
    """
    names, table = view.graph.node_ids, view.edges
    found = []
    for edge in edges:
        verdict = Verdict(
            Truth(int(table.all_for[edge]), int(table.all_against[edge])),
            Truth(int(table.clear_for[edge]), int(table.clear_against[edge])),
        )
        tellings = list(_tellings(view, edge))
        counting = [one for one in tellings if not any(other.succeeds(one) for other in tellings)]
        said = tuple(_levels(counting, int(table.all_for[edge])))
        found.append(Stake(names[table.subject[edge]], names[table.object[edge]], verdict, said, edge))
    return found


def _tellings(view: FrozenView, edge: int) -> Iterable[_Telling]:
    claims = view.graph.table
    for row in view.edges.rows(edge).tolist():
        share = share_of(claims.qualifiers.get(row, {}))
        if share is None:
            continue
        begin, latest = int(claims.from_earliest[row]), int(claims.from_latest[row])
        known = latest if latest > FIRST else int(claims.recorded[row])
        is_open = int(claims.to_latest[row]) == LAST and int(claims.to_earliest[row]) == LAST
        yield _Telling(int(view.strength[row]), share, begin, max(latest, begin) if begin > FIRST else known, is_open)


def _levels(tellings: Iterable[_Telling], most: int) -> Iterable[tuple[Strength, Share, Share]]:
    share, disputed = None, WHOLE
    levels: dict[int, Share] = {}
    for telling in sorted(tellings, key=lambda one: (-one.grade, -one.share.low, -one.share.high)):
        told = telling.share
        if share is None:
            share = told
        elif share.meets(told):
            share &= told
        elif told.high < share.low:
            disputed = min(disputed, told.low)
        levels[min(telling.grade, most)] = share
    for grade, every in levels.items():
        yield Strength(grade), every, Share(min(every.low, disputed), every.high)
