"""Who is caught through ownership among a million companies, beside other engines that answer the simpler half of it.

    python tests/benchmarks/bench_ownership.py               1 million companies, 2 million holdings, 5,000 listed
    python tests/benchmarks/bench_ownership.py --size small  a tenth of that

Holdings form a graph with circles; a company is held to no more than the whole, in steps of a per cent. The others say who is surely
caught, of exact shares; policygraph says in one call who surely and who possibly is, of intervals. Times are medians of three runs and
include what each engine builds from the arrays, one run for engines that take seconds. ``ratio`` is to the bare fixed point of scipy.
All must catch the same companies. Engines that are not installed are said to be so.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import numpy as np

SIZES = {"full": (1_000_000, 2_000_000, 5_000), "small": (100_000, 200_000, 500), "tiny": (2_000, 4_000, 10)}
WHOLE, HALF = 1_000_000, 500_000


@dataclass(frozen=True)
class Holdings:
    """The graph of the question."""

    holder: Any
    held: Any
    share: Any
    listed: Any

    @classmethod
    def random(cls, size: str) -> Holdings:
        companies, holdings, seeds = SIZES[size]
        dice = np.random.default_rng(20250929)
        holder, held = dice.integers(0, companies, holdings), dice.integers(0, companies, holdings)
        share = dice.integers(1, 101, holdings)
        together = np.bincount(held, share, companies)[held]
        share = np.where(together > 100, (share * 100 / together).astype(np.int64), share) * 10_000
        listed = np.zeros(companies, bool)
        listed[dice.choice(companies, seeds, replace=False)] = True
        return cls(holder, held, share, listed)


# ---- the engines; each returns how many are caught or listed


def policygraph(graph: Holdings) -> int:
    from policygraph.ownership import captured

    surely, _ = captured(graph.holder, graph.held, graph.share, graph.share, graph.listed, HALF)
    return int((surely | graph.listed).sum())


def rounded(graph: Holdings) -> int:
    """Count with intervals, of a record that is complete."""
    from policygraph.ownership import captured

    high = np.minimum(graph.share + 5_000, WHOLE)
    everywhere = np.ones(len(graph.listed), bool)
    surely, _ = captured(graph.holder, graph.held, graph.share, high, graph.listed, HALF, complete=everywhere)
    return int((surely | graph.listed).sum())


def scipy(graph: Holdings) -> int:
    from scipy.sparse import csr_array

    size = len(graph.listed)
    matrix = csr_array((graph.share, (graph.held, graph.holder)), shape=(size, size))
    caught = graph.listed
    while True:
        again = caught | (matrix @ caught.astype(np.int64) >= HALF)
        if (again == caught).all():
            return int(caught.sum())
        caught = again


def duckdb(graph: Holdings) -> int:
    import duckdb
    import pandas as pd

    database = duckdb.connect()
    holdings = pd.DataFrame({"holder": graph.holder, "held": graph.held, "share": graph.share})
    seeds = pd.DataFrame({"company": np.flatnonzero(graph.listed)})
    database.register("holdings", holdings)
    database.register("seeds", seeds)
    query = f"""
        WITH RECURSIVE sums(company, total, fresh) USING KEY (company) AS (
            SELECT company, {WHOLE}::HUGEINT, true FROM seeds
            UNION
            SELECT h.held, coalesce(any_value(r.total), 0) + sum(h.share),
                   coalesce(any_value(r.total), 0) < {HALF} AND coalesce(any_value(r.total), 0) + sum(h.share) >= {HALF}
            FROM sums s JOIN holdings h ON h.holder = s.company LEFT JOIN recurring.sums r ON r.company = h.held
            WHERE s.fresh GROUP BY h.held
        )
        SELECT count(*) FROM sums WHERE total >= {HALF}
    """
    found = database.execute(query).fetchone()
    return int(found[0]) if found else 0


def networkx(graph: Holdings) -> int:
    import networkx as nx

    owners: Any = nx.MultiDiGraph()
    owners.add_nodes_from(range(len(graph.listed)))
    owners.add_weighted_edges_from(zip(graph.holder.tolist(), graph.held.tolist(), graph.share.tolist(), strict=True))
    caught = set(np.flatnonzero(graph.listed).tolist())
    ahead, held = list(caught), dict.fromkeys(owners, 0)
    while ahead:
        for _, company, share in owners.out_edges(ahead.pop(), data="weight"):
            held[company] += share
            if held[company] >= HALF and company not in caught:
                caught.add(company)
                ahead.append(company)
    return len(caught)


ENGINES: dict[str, tuple[str, str, int, Callable[[Holdings], int]]] = {
    "policygraph": ("policygraph", "surely and possibly, an open record", 3, policygraph),
    "policygraph, rounded": ("policygraph", "surely and possibly, a complete record of intervals", 3, rounded),
    "scipy": ("scipy", "bare fixed point, surely only", 3, scipy),
    "duckdb": ("duckdb", "recursive, USING KEY, surely only", 3, duckdb),
    "networkx": ("networkx", "a loop in Python, surely only", 1, networkx),
}


def measure(engine: str, graph: Holdings) -> tuple[float, int] | None:
    """Return the median of seconds and how many are caught, or None where the engine is not installed."""
    package, _, runs, run = ENGINES[engine]
    if importlib.util.find_spec(package) is None:
        return None
    if runs > 1:
        run(Holdings.random("tiny"))
    seconds, caught = [], 0
    for _ in range(runs):
        begin = perf_counter()
        caught = run(graph)
        seconds.append(perf_counter() - begin)
    return statistics.median(seconds), caught


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description="Ownership, beside other engines.")
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--only", nargs="*", choices=ENGINES, default=list(ENGINES), help="engines to run, beside scipy")
    given = parser.parse_args(arguments)
    companies, holdings, seeds = SIZES[given.size]
    graph = Holdings.random(given.size)
    print(f"{companies:,} companies, {holdings:,} holdings, {seeds:,} listed", flush=True)
    results = {engine: measure(engine, graph) for engine in ENGINES if engine in {*given.only, "scipy"}}
    bare = results["scipy"]
    print(f"{'engine':<22}{'seconds':>10}{'ratio':>8}{'caught':>12}  what runs")
    for engine, result in results.items():
        what = ENGINES[engine][1]
        if result is None or bare is None:
            print(f"{engine:<22}{'-':>10}{'-':>8}{'-':>12}  not installed")
            continue
        print(f"{engine:<22}{result[0]:>10.3f}{result[0] / bare[0]:>8.1f}{result[1]:>12,}  {what}")
    if len({result[1] for result in results.values() if result is not None}) > 1:
        print("The engines do not agree on who is caught.")
        return 1
    ours = results.get("policygraph")
    if ours is not None:
        print(f"policygraph took {ours[0]:.2f} s (wanted at full size: at most 1 s).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
