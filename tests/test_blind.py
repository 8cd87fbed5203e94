"""Told cases asked blind: their raw rows among 100,000 rows of made-up ordinary trade of the same years, found by where they begin and end.

The report stands in ``datasets/cases/BLIND.md``; ``python -m tests.test_blind`` writes it anew. It is there to be read, not to
look good: made-up trade tells how many innocent trails come with a case, and says nothing of how many would in a real archive.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Final

import pandas as pd
import pytest

import policygraph as pg
from policygraph.asking import View
from policygraph.diversion.cases import DiversionCase, load_cases
from policygraph.diversion.flags import red_flags, wanted_flags
from policygraph.diversion.ordinary import ordinary_shipments
from policygraph.diversion.transship import Transshipments
from policygraph.shipments.table import Shipments

REPORT: Final = Path(__file__).parents[1] / "datasets" / "cases" / "BLIND.md"
ROWS: Final = 100_000
ERAS: Final = ((2012, 2014), (2016, 2018), (2021, 2024))
"""Years of made-up trade, one of which holds each case."""


@dataclass(frozen=True, slots=True)
class Found:
    """What came of asking for one case."""

    case: str
    asked: str
    rows: int
    rows_found: int
    chains: int
    chains_of_it: int
    first: int | None
    fired: tuple[str, ...]
    silent: Mapping[str, str]
    alike: int


@cache
def trade(era: tuple[int, int]) -> Shipments:
    """Mix the rows of all cases of some years into made-up trade of those years."""
    since, until = era
    made = ordinary_shipments(ROWS, seed=since, since=date(since, 1, 1), until=date(until, 12, 31))
    rows = [row for case in load_cases().values() for row in case.shipments() if since <= row["date"].year <= until]
    told = pd.DataFrame(rows).reindex(columns=made.columns).assign(date=lambda table: pd.to_datetime(table["date"]))
    return pg.read_shipments(pd.concat([made, told.astype(object)], ignore_index=True).astype({"date": "datetime64[ns]"}))


@cache
def today() -> View:
    return pg.load().view("2025-05-13")


@cache
def asked(era: tuple[int, int], from_: tuple[str, ...], to: tuple[str, ...]) -> Transshipments:
    return pg.transshipments(trade(era), today(), from_=from_, to=to, flags=False)


def ends_of(rows: Sequence[Mapping[str, Any]]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return where the goods of a case begin and end: where nobody sent, or sends, them on."""
    got, sent = {row["consignee"] for row in rows}, {row["shipper"] for row in rows}
    starts = {row["origin"] for row in rows if row["shipper"] not in got}
    return tuple(sorted(starts)), tuple(sorted({row["destination"] for row in rows if row["consignee"] not in sent}))


def asked_blind(case: DiversionCase) -> Found:
    """Ask the trade of the years of a case for chains from where it begins to where it ends, and for the flags that its file names."""
    rows = case.shipments()
    era = next(one for one in ERAS if all(one[0] <= row["date"].year <= one[1] for row in rows))
    from_, to = ends_of(rows)
    found = asked(era, from_, to)
    ids = {row["id"] for row in rows}
    paths = [set(path) for path in found.chains["legs"]]
    of_it = [place for place, path in enumerate(paths, 1) if path <= ids]
    named = wanted_flags(dict.fromkeys(seen.flag for seen in case.flags))
    flagging = red_flags(found if of_it else trade(era), today(), flags=named.values(), parties=case)
    fired = flagging.on(ids)
    silent = {
        id_: one.why if one.state == "not asked" else f"asked, and does not hold{f' ({one.why})' if one.why else ''}"
        for id_, one in flagging.outcomes.items() if id_ not in fired and named[id_].test is not None
    }  # fmt: skip
    alike = sum(set(fired) <= set(flagging.on(path)) for path in paths if not path & ids) if fired else 0
    there = ids & (set(found.legs["id"]) | set(found.direct["id"]))
    words = f"{', '.join(from_)} to {', '.join(to)}"
    return Found(case.id, words, len(ids), len(there), len(paths), len(of_it), of_it[0] if of_it else None, fired, silent, alike)


@cache
def report() -> tuple[Found, ...]:
    return tuple(asked_blind(case) for case in load_cases().values() if case.rows)


# ---- the report


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}" if whole else "none"


HEAD: Final = f"""# Cases asked blind

The rows of each told case stand among {ROWS:,} rows of made-up ordinary trade of the same years (`policygraph.diversion.ordinary`), with
those of all other cases of these years. Asked is for chains of the same item from where the case begins to where it ends, with no word of
its parties, and for the red flags that its file names. A chain of ordinary trade is innocent by construction.
`python -m tests.test_blind` writes this page, and a test compares it.

The numbers say how much of *such* trade looks like a case, not how much of real trade does. Sources rarely tell what goods were called in
papers; a case whose goods bear one name throughout is easy to follow, and a mislabelled one is not. Where a source counts many shipments
together, one row stands for them, so that surges, split parcels and quantities cannot show.

| case | asked | rows found | chains of it | chains in all | precision | its best rank | flags fired | innocent chains with these flags |
|---|---|---|---|---|---|---|---|---|
"""


def lines_of(found: Sequence[Found]) -> Iterator[str]:
    """Write the report."""
    for one in found:
        chains = f"none: direct, or in one country | {one.chains:,} |  | "
        if one.chains_of_it:
            chains = f"{one.chains_of_it} | {one.chains:,} | {one.chains_of_it / one.chains:.1%} | {one.first}"
        flags = _share(len(one.fired), len(one.fired) + len(one.silent))
        alike = one.alike if one.chains_of_it and one.fired else ""
        yield f"| {one.case} | {one.asked} | {_share(one.rows_found, one.rows)} | {chains} | {flags} | {alike} |"
    with_chains = [one for one in found if one.chains_of_it]
    mine, every = sum(one.chains_of_it for one in with_chains), sum(one.chains for one in with_chains)
    rows, there = sum(one.rows for one in found), sum(one.rows_found for one in found)
    fired, silent = sum(len(one.fired) for one in found), sum(len(one.silent) for one in found)
    yield ""
    yield f"In all: **recall** {there} of {rows} rows ({there / rows:.0%}); **precision** {mine} of {every:,} chains ({mine / every:.1%})"
    yield f"over the {len(with_chains)} cases with a chain; {fired} of {fired + silent} flags that cases name and records can show."
    yield ""
    yield "## Flags"
    yield ""
    yield "| case | fired | did not, and why |"
    yield "|---|---|---|"
    for one in found:
        yield f"| {one.case} | {', '.join(one.fired)} | {'; '.join(f'{id_}: {why}' for id_, why in one.silent.items())} |"


def write() -> str:
    return HEAD + "\n".join(lines_of(report())) + "\n"


# ---- tests


CHAINS: Final = ("dc-03", "dc-05", "dc-07", "dc-09", "dc-10", "dc-21", "dc-25", "dc-26", "dc-29")
"""Cases whose sources give at least two legs that follow one another."""


@pytest.mark.parametrize("id_", CHAINS)
def test_the_chain_of_a_case_is_found_among_ordinary_trade(id_: str) -> None:
    found = next(one for one in report() if one.case == id_)
    assert found.chains_of_it > 0
    assert found.rows_found == found.rows


def test_cases_are_hidden_among_innocent_chains() -> None:
    innocent = [one.chains - one.chains_of_it for one in report() if one.chains_of_it]
    assert sum(many > 0 for many in innocent) >= 8


def test_other_cases_are_direct_or_within_one_country() -> None:
    others = {one.case: one.rows_found for one in report() if one.case not in CHAINS}
    assert all(not one.chains_of_it for one in report() if one.case in others)
    assert {id_ for id_, many in others.items() if not many} <= {"dc-13"}


def test_flags_that_cases_name_fire_or_the_report_says_why_not() -> None:
    for one in report():
        assert all(one.silent.values())
        assert set(one.fired).isdisjoint(one.silent)
    fired = {one.case: one.fired for one in report()}
    assert "hub-route" in fired["dc-07"]
    assert "forwarder-as-destination" in fired["dc-07"]
    assert "founded-after-control" in fired["dc-26"]
    assert "payer-elsewhere" in fired["dc-05"]


def test_the_report_is_the_one_that_stands_beside_the_cases() -> None:
    text = write()
    print(text)
    assert REPORT.read_text(encoding="utf-8") == text


if __name__ == "__main__":
    REPORT.write_text(write(), encoding="utf-8")
