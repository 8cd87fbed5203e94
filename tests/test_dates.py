"""Days, and half-open intervals with vague bounds."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.dates import FIRST, LAST, Interval, as_day, day, span
from policygraph.errors import BadQuestion

DAYS = st.dates(date(1990, 1, 1), date(2050, 1, 1))


@given(DAYS)
def test_a_day_is_read_as_it_is_written(one: date) -> None:
    assert as_day(one.isoformat()) == as_day(one) == one


@pytest.mark.parametrize(
    "value",
    ["2025", "2025-05", "13.05.2025", "2025-5-13", "2025-05-13T00:00:00", "20250513", " 2025-05-13", "2025-05-13\n", "", "٢٠٢٥-٠٥-١٣",
     None, 20250513, 2025.0, datetime(2025, 5, 13)],
)  # fmt: skip
def test_only_whole_days_are_dates(value: Any) -> None:
    with pytest.raises(BadQuestion, match="write a date as YYYY-MM-DD"):
        as_day(value)


@pytest.mark.parametrize("value", ["2023-02-29", "2025-13-01", "2025-04-31", "2025-00-10", "0000-01-01"])
def test_days_of_no_calendar_are_refused(value: str) -> None:
    with pytest.raises(BadQuestion, match=f"'{value}' is no day of the calendar"):
        as_day(value)


def test_a_leap_day_is_a_day() -> None:
    assert as_day("2024-02-29") == date(2024, 2, 29)


@given(DAYS)
def test_ordinals_come_back_as_days(one: date) -> None:
    assert day(one.toordinal()) == one


def test_open_bounds_are_no_days() -> None:
    assert day(FIRST) is None
    assert day(LAST) is None
    assert FIRST < date.min.toordinal() <= date.max.toordinal() < LAST


@given(DAYS, st.integers(1, 5000))
def test_an_interval_holds_its_first_day_and_not_the_day_of_its_end(begin: date, length: int) -> None:
    end = begin + timedelta(days=length)
    interval = Interval.of(begin, end)
    assert interval.certainly(begin)
    assert interval.possibly(begin)
    assert interval.certainly(end - timedelta(days=1))
    assert not interval.possibly(end)
    assert not interval.possibly(begin - timedelta(days=1))


@given(DAYS, DAYS, DAYS, DAYS, DAYS)
def test_what_is_certain_is_possible(one: date, two: date, three: date, four: date, on: date) -> None:
    interval = Interval.of(sorted([one, two]), sorted([three, four]))
    assert interval.possibly(on) or not interval.certainly(on)


def test_a_vague_bound_includes_and_excludes_nothing_more_than_it_says() -> None:
    interval = Interval.of([date(2022, 1, 1), date(2023, 1, 1)], None)
    assert not interval.possibly(date(2021, 12, 31))
    assert interval.possibly(date(2022, 1, 1))
    assert not interval.certainly(date(2022, 12, 31))
    assert interval.certainly(date(2023, 1, 1))


def test_without_bounds_every_day_is_inside() -> None:
    assert Interval().certainly(date(1, 1, 1))
    assert Interval().certainly(date.max)


@pytest.mark.parametrize(
    ("interval", "text"),
    [
        (Interval(), ""),
        (Interval.of(date(2020, 5, 15), date(2020, 8, 17)), "from 2020-05-15 until 2020-08-17"),
        (Interval.of(None, date(2020, 8, 17)), "until 2020-08-17"),
        (Interval.of([date(2022, 1, 1), date(2023, 1, 1)], None), "from some day in 2022-01-01..2023-01-01"),
        (Interval(FIRST, date(2024, 1, 1).toordinal(), LAST, LAST), "from some day up to 2024-01-01"),
        (Interval(FIRST, FIRST, date(2024, 1, 1).toordinal(), LAST), "until some day after 2024-01-01"),
    ],
)
def test_intervals_are_written_for_people(interval: Interval, text: str) -> None:
    assert str(interval) == text
    assert span(interval.from_earliest, interval.from_latest, interval.to_earliest, interval.to_latest) == text
