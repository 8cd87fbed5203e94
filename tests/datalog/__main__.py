"""The three readers held against each other at length: ``python -m tests.datalog``, or ``make agree``.

Comes in: how many small worlds and cases, which dates. Goes out: counts, printed; the status is 1 if any answer differs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from functools import cache
from time import monotonic

import policygraph as pg
from tests.datalog.agreement import Tally, compared, drawn, of_small_world, told_by

DATES = ("2020-09-01", "2022-11-01", "2023-12-01", "2025-05-20", "2025-10-15", "2026-07-15")
_TOLD_EVERY = 60


@cache
def _shipped() -> pg.KnowledgeGraph:
    return pg.load()


def of_shipped_data(day: str, cases: int, every: int) -> Tally:
    """Compare the readers on the shipped data and rules, on a day."""
    kg = _shipped()
    view, table = kg.view(day).frozen, drawn(kg, cases, DATES.index(day))
    tally = compared(view, kg.rules, told_by(table, view), table, every=every)
    tally.differences = [f"{day}: {said}" for said in tally.differences]
    return tally


def main(given: list[str]) -> int:
    """Compare, print, and return the status."""
    parser = argparse.ArgumentParser(prog="python -m tests.datalog", description=__doc__)
    parser.add_argument("--worlds", type=int, default=50, help="how many small random graphs, each with rules of its own")
    parser.add_argument("--first", type=int, default=0, help="the number of the first")
    parser.add_argument("--cases", type=int, default=2000, help="how many cases for each of them")
    parser.add_argument("--shipped", type=int, default=300, help="how many cases for each date of the shipped data")
    parser.add_argument("--every", type=int, default=40, help="of how many shipped rules explain is asked one for each case")
    parser.add_argument("--asked", type=int, default=3, help="of how many random rules explain is asked one for each case, in turn")
    parser.add_argument("--processes", type=int, default=2)
    told = parser.parse_args(given)
    begun = last = monotonic()
    totals = {"random graphs": Tally(), "shipped data": Tally()}
    with ProcessPoolExecutor(told.processes) as pool:
        jobs: dict[Future[Tally], str] = {}
        for day in DATES if told.shipped else ():
            jobs[pool.submit(of_shipped_data, day, told.shipped, told.every)] = "shipped data"
        for number in range(told.first, told.first + told.worlds):
            jobs[pool.submit(of_small_world, number, told.cases, told.cases // 20, told.asked)] = "random graphs"
        for place, job in enumerate(as_completed(jobs), 1):
            totals[jobs[job]] += job.result()
            if monotonic() - last > _TOLD_EVERY:
                last = monotonic()
                parts = ", ".join(f"{name} {tally.cases:,} cases" for name, tally in totals.items())
                differ = sum(len(tally.differences) for tally in totals.values())
                print(f"{last - begun:,.0f} s: {place} of {len(jobs)} done; {parts}; {differ} differences", flush=True)
    print("\n".join(_lines(totals, told)))
    print(f"{monotonic() - begun:,.0f} s in all, {told.processes} processes")
    return 1 if any(tally.differences for tally in totals.values()) else 0


def _lines(totals: dict[str, Tally], told: argparse.Namespace) -> Iterator[str]:
    yield f"{told.worlds} random graphs with 9 random rules each; explain is asked one rule in {told.asked}, in turn; "
    yield "a twentieth of the cases again with earlier acts and bills, of all rules, not screened:"
    yield str(totals["random graphs"])
    if told.shipped:
        many = len(_shipped().rules.rules)
        yield f"the shipped data and all {many} rules on {', '.join(DATES)}; explain is asked one rule in {told.every}, in turn:"
        yield str(totals["shipped data"])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
