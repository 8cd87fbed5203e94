"""Days and half-open intervals with vague bounds.

A day is a :class:`datetime.date`; in columns it is its ordinal. An interval is ``[from, to)``. Each bound is itself a pair
*(earliest, latest)*, because sources say "in 2022" or nothing at all. Only known bounds exclude: a day outside every possible
reading is out; a day inside some readings is in, and whoever relies on it is told which bound was not known.

>>> from datetime import date
>>> stated_2022 = Interval.of([date(2022, 1, 1), date(2023, 1, 1)], None)
>>> stated_2022.possibly(date(2022, 6, 1)), stated_2022.certainly(date(2022, 6, 1))
(True, False)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Final

from policygraph.errors import BadQuestion

__all__ = ["COVERED_SINCE", "FIRST", "LAST", "Interval", "as_day", "covered", "day", "span"]

FIRST: Final = 0
"""Ordinal that stands for "no known beginning"; before every date."""
LAST: Final = 4_000_000
"""Ordinal that stands for "no known end"; after every date."""

COVERED_SINCE: Final = date(2019, 1, 1)
"""The first day for which the data tell the law."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}\Z")


def as_day(value: str | date) -> date:
    """Return *value* as a date, accepting only ``YYYY-MM-DD`` or a :class:`datetime.date`.

    >>> as_day("2025-05-13")
    datetime.date(2025, 5, 13)

    Raises
    ------
    BadQuestion
        If it is anything less precise, or no day of the calendar.
    """
    if type(value) is date:
        return value
    if isinstance(value, str) and _DATE.match(value):
        try:
            return date.fromisoformat(value)
        except ValueError as error:
            raise BadQuestion(f"'{value}' is no day of the calendar ({error}); write a date as YYYY-MM-DD") from None
    raise BadQuestion(f"{value!r} is not a date; write a date as YYYY-MM-DD, for example 2025-05-13")


def covered(on: date) -> date:
    """Return a day on which a question of law can be asked.

    >>> covered(date(2018, 12, 31))
    Traceback (most recent call last):
        ...
    policygraph.errors.BadQuestion: 2018-12-31 is outside coverage; the data cover 2019-01-01 and later

    Raises
    ------
    BadQuestion
        If it lies before the data begin to tell the law.
    """
    if on < COVERED_SINCE:
        raise BadQuestion(f"{on} is outside coverage; the data cover {COVERED_SINCE} and later")
    return on


def day(ordinal: int) -> date | None:
    """Return the date of an ordinal, or None where the bound is open.

    >>> day(date(2025, 5, 13).toordinal()), day(LAST)
    (datetime.date(2025, 5, 13), None)
    """
    return None if ordinal <= FIRST or ordinal >= LAST else date.fromordinal(ordinal)


@dataclass(frozen=True, slots=True)
class Interval:
    """A half-open interval whose bounds may each be vague; four ordinals.

    Parameters
    ----------
    from_earliest, from_latest
        The first day lies within these; equal when it is known, ``FIRST`` when nothing is known of how early.
    to_earliest, to_latest
        The day after the last lies within these; both ``LAST`` for something that has not ended.
    """

    from_earliest: int = FIRST
    from_latest: int = FIRST
    to_earliest: int = LAST
    to_latest: int = LAST

    @classmethod
    def of(cls, begin: date | list[date] | None, end: date | list[date] | None) -> Interval:
        """Build an interval from dates, ``[earliest, latest]`` lists or None for open.

        >>> Interval.of(date(2020, 5, 15), date(2020, 8, 17)).certainly(date(2020, 8, 17))
        False
        """
        begins = begin if isinstance(begin, list) else [begin, begin]
        ends = end if isinstance(end, list) else [end, end]
        return cls(
            *(FIRST if bound is None else bound.toordinal() for bound in begins),
            *(LAST if bound is None else bound.toordinal() for bound in ends),
        )

    def possibly(self, on: date) -> bool:
        """Tell whether the day is inside under some reading of the bounds."""
        return self.from_earliest <= on.toordinal() < self.to_latest

    def certainly(self, on: date) -> bool:
        """Tell whether the day is inside under every reading of the bounds."""
        return self.from_latest <= on.toordinal() < self.to_earliest

    def __str__(self) -> str:
        return span(self.from_earliest, self.from_latest, self.to_earliest, self.to_latest)


def span(from_earliest: int, from_latest: int, to_earliest: int, to_latest: int) -> str:
    """Write an interval for people.

    >>> span(date(2020, 1, 1).toordinal(), date(2020, 1, 1).toordinal(), LAST, LAST)
    'from 2020-01-01'
    """

    def bound(earliest: int, latest: int) -> str:
        low, high = day(earliest), day(latest)
        if low == high:
            return str(low) if low else ""
        if low is None:
            return f"some day up to {high}"
        if high is None:
            return f"some day after {low}"
        return f"some day in {low}..{high}"

    begin, end = bound(from_earliest, from_latest), bound(to_earliest, to_latest)
    return " ".join(part for part in (begin and f"from {begin}", end and f"until {end}") if part)
