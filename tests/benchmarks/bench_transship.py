"""Chains of shipments, beside hand-written SQL and other engines, on made-up trade.

    python tests/benchmarks/bench_transship.py                          1 and 10 million shipments
    python tests/benchmarks/bench_transship.py --sizes 1 10 100         and 100 million (1.3 GB of Parquet; SQL, Polars and policygraph)
    python tests/benchmarks/bench_transship.py --sizes 10 --spark       the identical table from Spark too, which needs Java 17
    python tests/benchmarks/bench_transship.py --sizes 10 --whole       reading and checking every row too, and only the shipments on chains

The question: from the US by way of others to RU, IR or BY, the same item, each leg 0 to 90 days after the last, 2 to 4 legs, no party
twice; of each chain its legs and the smallest leg's quantity.
Trade is made up: 250 sectors with 20 items and their own parties, each party in one country (US 5 %, RU, IR and BY 4 %), 80 shipments a
party, three years. Times run from Parquet on disk to the ids of every chain in Python, each in a process of its own with two threads,
imports apart; medians of three runs, one at 100 million and for engines that take over 20 seconds. All must find the same chains.
``ratio`` is to the hand-written SQL; ``processor`` is seconds of processor, which other work on the machine changes less (Spark's are
not seen).
"""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import math
import os
import resource
import statistics
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from tempfile import gettempdir
from time import perf_counter
from typing import Any

LAG, LEGS, ENDS = 90, 4, ("RU", "IR", "BY")
SECTORS, ITEMS, DAYS, PER_PARTY = 250, 20, 1095, 80
MEMORY = "6GB"
Chains = Iterable[tuple[Any, ...]]
"""The ids of the legs of each chain, None where it has fewer, and its quantity."""


def trade(millions: float, place: Path) -> Path:
    """Write made-up trade of so many million shipments, once."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    size = int(millions * 1_000_000)
    path = place / f"trade-{size}.parquet"
    if path.exists():
        return path
    dice = np.random.default_rng(20250513)
    parties = max(size // PER_PARTY // SECTORS, 4)
    countries = np.array(["US", *ENDS, "CN", "HK", "TR", "AE", "KZ", "DE", "MY", "TW", "SG", "IN"])
    weights = np.array([0.05, 0.03, 0.005, 0.005, *([0.091] * 10)])
    home = dice.choice(len(countries), SECTORS * parties, p=weights / weights.sum()).astype(np.int8)
    names = pa.array([f"p{number:07d}" for number in range(SECTORS * parties)])
    items = pa.array([f"i{number:05d}" for number in range(SECTORS * ITEMS)])
    first = np.datetime64("2022-01-01", "D").astype(np.int32)
    beside = path.with_suffix(".part")
    writer = None
    for start in range(0, size, 1_000_000):
        many = min(1_000_000, size - start)
        sector = dice.integers(0, SECTORS, many)
        shipper, consignee = (sector * parties + dice.integers(0, parties, many) for _ in range(2))
        coded = {
            "item": (sector * ITEMS + dice.integers(0, ITEMS, many), items), "shipper": (shipper, names), "consignee": (consignee, names),
            "origin": (home[shipper], pa.array(countries)), "destination": (home[consignee], pa.array(countries)),
        }  # fmt: skip
        columns: dict[str, Any] = {
            "id": pc.binary_join_element_wise("s", pc.utf8_lpad(pa.array(np.arange(start, start + many)).cast("string"), 9, "0"), ""),
            "date": pa.array(first + dice.integers(0, DAYS, many, dtype=np.int32), pa.date32()),
            "quantity": pa.array(dice.integers(1, 1000, many).astype(np.float64)),
        }
        columns |= {name: words.take(pa.array(codes.astype(np.int32))) for name, (codes, words) in coded.items()}
        table = pa.table(columns)
        writer = writer or pq.ParquetWriter(beside, table.schema, compression="zstd")
        writer.write_table(table)
    assert writer is not None
    writer.close()
    beside.replace(path)
    return path


# ---- the engines; each returns the ids of every chain


def connected(path: Path) -> Any:
    import duckdb

    database = duckdb.connect()
    database.execute(f"SET threads=2; SET memory_limit='{MEMORY}'; SET preserve_insertion_order=false")
    database.execute(f"CREATE VIEW s AS SELECT * FROM read_parquet('{path}')")
    return database


def sql(path: Path) -> Chains:
    near = f"s.item = c.item AND s.shipper = c.consignee AND s.date BETWEEN c.date AND c.date + {LAG}"
    out = "s.item, s.date, s.consignee, s.destination, least(c.quantity, s.quantity) AS quantity"
    found = connected(path).execute(f"""
        WITH c1 AS (SELECT id AS l1, shipper AS p0, item, date, consignee, destination, quantity FROM s
                    WHERE origin = 'US' AND destination NOT IN {ENDS} AND shipper <> consignee),
        c2 AS (SELECT l1, s.id AS l2, p0, s.shipper AS p1, {out} FROM c1 c JOIN s ON {near}
               WHERE s.consignee NOT IN (c.p0, s.shipper)),
        c3 AS (SELECT l1, l2, s.id AS l3, p0, p1, s.shipper AS p2, {out} FROM c2 c JOIN s ON {near}
               WHERE c.destination NOT IN {ENDS} AND s.consignee NOT IN (c.p0, c.p1, s.shipper)),
        c4 AS (SELECT l1, l2, l3, s.id AS l4, least(c.quantity, s.quantity) FROM c3 c JOIN s ON {near}
               WHERE c.destination NOT IN {ENDS} AND s.destination IN {ENDS} AND s.consignee NOT IN (c.p0, c.p1, c.p2, s.shipper))
        SELECT l1, l2, NULL, NULL, quantity FROM c2 WHERE destination IN {ENDS} UNION ALL
        SELECT l1, l2, l3, NULL, quantity FROM c3 WHERE destination IN {ENDS} UNION ALL SELECT * FROM c4
    """).fetchall()
    return list(found)


def recursive(path: Path) -> Chains:
    found = connected(path).execute(f"""
        WITH RECURSIVE c AS (
            SELECT [id] AS legs, [shipper, consignee] AS parties, item, date, consignee, destination, quantity FROM s
            WHERE origin = 'US' AND destination NOT IN {ENDS} AND shipper <> consignee
            UNION ALL
            SELECT list_append(c.legs, s.id), list_append(c.parties, s.consignee), s.item, s.date, s.consignee, s.destination,
                   least(c.quantity, s.quantity)
            FROM c JOIN s ON s.item = c.item AND s.shipper = c.consignee AND s.date BETWEEN c.date AND c.date + {LAG}
            WHERE c.destination NOT IN {ENDS} AND len(c.legs) < {LEGS} AND NOT list_contains(c.parties, s.consignee)
        )
        SELECT legs[1], legs[2], legs[3], legs[4], quantity FROM c WHERE len(legs) > 1 AND destination IN {ENDS}
    """).fetchall()
    return list(found)


def polars(path: Path) -> Chains:
    import polars as pl

    col = pl.col
    every = pl.scan_parquet(path)
    paths = every.filter((col("origin") == "US") & ~col("destination").is_in(ENDS) & (col("shipper") != col("consignee"))).select(
        "item", "date", "consignee", "quantity", l1="id", p0="shipper"
    )
    ended = []
    for legs in range(2, LEGS + 1):
        right = every.select("item", "shipper", to="consignee", on="date", where="destination", leg="id", much="quantity")
        right = right.filter(col("where").is_in(ENDS)) if legs == LEGS else right
        near = (col("on") >= col("date")) & (col("on") <= col("date") + pl.duration(days=LAG)) & (col("to") != col("consignee"))
        for place in range(legs - 1):
            near &= col("to") != col(f"p{place}")
        joined = paths.join(right, left_on=["item", "consignee"], right_on=["item", "shipper"], how="inner").filter(near)
        joined = joined.with_columns(quantity=pl.min_horizontal("quantity", "much"))
        kept = [col(f"l{one}") for one in range(1, legs)] + [col("leg").alias(f"l{legs}")]
        nothing = [pl.lit(None, pl.String).alias(f"l{one}") for one in range(legs + 1, LEGS + 1)]
        ended.append(joined.filter(col("where").is_in(ENDS)).select(*kept, *nothing, "quantity"))
        paths = joined.filter(~col("where").is_in(ENDS)).select(
            "item", "quantity", *kept, *(col(f"p{place}") for place in range(legs - 1)), col("consignee").alias(f"p{legs - 1}"),
            date="on", consignee="to",
        )  # fmt: skip
    return pl.concat(ended).collect(engine="streaming").rows()


def numbered(path: Path) -> tuple[Any, dict[str, Any]]:
    """Return ids, and the columns as numbers, with shipments in the order of shipper, item and date."""
    import numpy as np
    import pyarrow.parquet as pq

    table = pq.read_table(path)
    columns: dict[str, Any] = {}
    for name in ("shipper", "consignee", "item"):
        coded = table[name].combine_chunks().dictionary_encode()
        words = coded.dictionary.to_pylist()
        known = np.array([int(word[1:]) for word in words])
        columns[name] = known[coded.indices.to_numpy()]
    columns["day"] = table["date"].cast("int32").to_numpy()
    columns["starts"] = (table["origin"].to_pandas() == "US").to_numpy()
    columns["quantity"] = table["quantity"].to_numpy()
    columns["ends"] = table["destination"].to_pandas().isin(ENDS).to_numpy()
    order = np.lexsort((columns["day"], columns["item"], columns["shipper"]))
    return table["id"].combine_chunks().take(order), {name: column[order] for name, column in columns.items()}


def numba(path: Path) -> Chains:
    import numba as nb
    import numpy as np

    ids, by = numbered(path)
    key = by["shipper"].astype(np.int64) * (SECTORS * ITEMS) + by["item"]
    onward = by["consignee"].astype(np.int64) * (SECTORS * ITEMS) + by["item"]
    low, high = np.searchsorted(key, onward, "left"), np.searchsorted(key, onward, "right")

    @nb.njit  # type: ignore[untyped-decorator]
    def walk(low: Any, high: Any, day: Any, shipper: Any, consignee: Any, starts: Any, ends: Any) -> Any:
        found = [(-1, -1, -1, -1)]
        place, upto = np.zeros(4, np.int64), np.zeros(4, np.int64)
        for first in range(len(day)):
            if not starts[first] or ends[first] or shipper[first] == consignee[first]:
                continue
            path = [first]
            place[1], upto[1] = low[first], high[first]
            while path:
                depth, last = len(path), path[-1]
                if place[depth] == upto[depth]:
                    path.pop()
                    continue
                leg = place[depth]
                place[depth] += 1
                if day[leg] < day[last] or day[leg] > day[last] + 90 or consignee[leg] == shipper[path[0]]:
                    continue
                twice = False
                for one in path:
                    twice = twice or consignee[one] == consignee[leg]
                if twice:
                    continue
                if ends[leg]:
                    found.append((path[0], path[1] if depth > 1 else leg, leg if depth == 2 else path[2] if depth > 2 else -1,
                                  leg if depth == 3 else -1))  # fmt: skip
                elif depth < 3:
                    path.append(leg)
                    place[depth + 1], upto[depth + 1] = low[leg], high[leg]
        return found[1:]

    found = walk(low, high, by["day"], by["shipper"], by["consignee"], by["starts"], by["ends"])
    much = by["quantity"]
    return [
        (*(ids[int(leg)].as_py() if leg >= 0 else None for leg in chain), min(float(much[leg]) for leg in chain if leg >= 0))
        for chain in found
    ]  # fmt: skip


def rows_of(path: Path) -> list[tuple[Any, ...]]:
    import pyarrow.parquet as pq

    names = ["id", "date", "item", "shipper", "consignee", "origin", "destination", "quantity"]
    table = pq.read_table(path, columns=names)
    columns = [(table[name].cast("int32") if name == "date" else table[name]).to_pylist() for name in names]
    return list(zip(*columns, strict=True))


def python(path: Path) -> Chains:
    rows = rows_of(path)
    sent: dict[tuple[str, str], list[tuple[Any, ...]]] = defaultdict(list)
    for row in rows:
        sent[row[3], row[2]].append(row)
    found: list[tuple[Any, ...]] = []

    def walk(legs: tuple[str, ...], parties: tuple[str, ...], item: str, day: int, least: float) -> None:
        for id_, on, _, _, consignee, _, destination, much in sent.get((parties[-1], item), ()):
            if day <= on <= day + LAG and consignee not in parties:
                if destination in ENDS:
                    found.append((*legs, id_, *([None] * (LEGS - 1 - len(legs))), min(least, much)))
                elif len(legs) < LEGS - 1:
                    walk((*legs, id_), (*parties, consignee), item, on, min(least, much))

    for id_, day, item, shipper, consignee, origin, destination, much in rows:
        if origin == "US" and destination not in ENDS and shipper != consignee:
            walk((id_,), (shipper, consignee), item, day, much)
    return found


def networkx(path: Path) -> Chains:
    import networkx as nx

    graph: Any = nx.MultiDiGraph()
    for id_, day, item, shipper, consignee, origin, destination, much in rows_of(path):
        graph.add_edge(shipper, consignee, id_, day=day, item=item, origin=origin, destination=destination, much=much)
    found: list[tuple[Any, ...]] = []

    def walk(legs: tuple[str, ...], parties: tuple[str, ...], item: str, day: int, least: float) -> None:
        for _, consignee, id_, leg in graph.out_edges(parties[-1], keys=True, data=True):
            if leg["item"] == item and day <= leg["day"] <= day + LAG and consignee not in parties:
                if leg["destination"] in ENDS:
                    found.append((*legs, id_, *([None] * (LEGS - 1 - len(legs))), min(least, leg["much"])))
                elif len(legs) < LEGS - 1:
                    walk((*legs, id_), (*parties, consignee), item, leg["day"], min(least, leg["much"]))

    for shipper, consignee, id_, leg in graph.edges(keys=True, data=True):
        if leg["origin"] == "US" and leg["destination"] not in ENDS and shipper != consignee:
            walk((id_,), (shipper, consignee), leg["item"], leg["day"], leg["much"])
    return found


# ---- policygraph


def legs(table: Any) -> Any:
    """Return trade as legs; what this question does not ask for is left constant."""
    import ibis

    from policygraph.diversion.chains import LEG
    from policygraph.shipments.columns import EARLIEST

    arrives = table.destination.isin(ENDS)
    nobody = {f"{side}_{what}": ibis.literal(0, "int64") for side in ("shipper", "consignee") for what in ("known", "listed")}
    return table.select(
        "id", "shipper", "consignee", "origin", "destination", "quantity", key="item", unit=ibis.null("string"),
        day=table.date.delta(EARLIEST, unit="day").cast("int64"), starts=table.origin == "US", onward=~arrives,
        enters=ibis.literal(True), arrives=arrives, documented=ibis.literal(0, "int64"), **nobody,
    ).select(*LEG)  # fmt: skip


def found(engine: Any, path: Path) -> Chains:
    from policygraph.diversion.chains import Search, enumerated, pruned

    search = Search(LAG, LEGS)
    stages = pruned(legs(engine.connection.read_parquet(path)), search, engine.hold)
    table = enumerated(stages, search).select(*(f"leg_{one}" for one in range(1, LEGS + 1)), "quantity").to_pyarrow()
    return list(zip(*(column.to_pylist() for column in table.columns), strict=True))


def policygraph(path: Path) -> Chains:
    from policygraph.shipments.engines import DuckDB

    engine = DuckDB(MEMORY)
    engine.sql("SET threads=2")
    return found(engine, path)


def spark(path: Path) -> Chains:
    from policygraph.shipments.engines import Spark

    return found(Spark(MEMORY), path)


def on_chains(path: Path) -> Chains:
    """Find only the shipments that lie on a chain."""
    from policygraph.diversion import families
    from policygraph.diversion.chains import Search, pruned
    from policygraph.shipments.engines import DuckDB

    engine, search = DuckDB(MEMORY), Search(LAG, LEGS)
    engine.sql("SET threads=2")
    stages = pruned(legs(engine.connection.read_parquet(path)), search, engine.hold)
    return [(id_, 0.0) for id_ in families.on_chains(stages, search, engine.hold).to_pyarrow()["id"].to_pylist()]


def whole(path: Path) -> Chains:
    """Read, check every row, resolve parties and find chains, as the command does."""
    import policygraph as pg

    shipments = pg.read_shipments(path, memory=MEMORY)
    chains = pg.transshipments(shipments, from_="US", to=ENDS, lag_days=LAG, max_legs=LEGS).chains
    return [
        (*legs, *([None] * (LEGS - len(legs))), quantity) for legs, quantity in zip(chains["legs"], chains["quantity"], strict=True)
    ]


ENGINES: dict[str, Callable[[Path], Chains]] = {
    "DuckDB SQL by hand": sql, "policygraph": policygraph, "Polars, streaming": polars, "DuckDB recursive CTE": recursive,
    "numba, sort and walk": numba, "Python loop": python, "networkx walk": networkx, "policygraph on Spark": spark,
    "policygraph, whole command": whole, "policygraph, only shipments": on_chains,
}  # fmt: skip
NEEDS = {"Polars, streaming": "polars", "numba, sort and walk": "numba", "policygraph on Spark": "pyspark", "networkx walk": "networkx"}
MOST = {"networkx walk": 1.0, "Python loop": 10.0, "numba, sort and walk": 10.0, "DuckDB recursive CTE": 10.0, "policygraph on Spark": 10.0}
"""The most million shipments that an engine is asked for; the others took minutes or more than 8 GB."""


def child(name: str, path: Path, runs: int) -> None:
    """Run one engine in this process and print what it found and took."""
    for module in ("pyarrow.parquet", "duckdb", NEEDS.get(name, "json"), "ibis" if "policygraph" in name else "json"):
        __import__(module)
    if name == "numba, sort and walk":  # compile apart
        ENGINES[name](trade(0.02, path.parent))
    times, worked, chains = [], [], []
    while len(times) < runs and sum(times) < 60:
        begun, before = perf_counter(), processor()
        chains = list(ENGINES[name](path))
        times.append(perf_counter() - begun)
        worked.append(processor() - before)
    told = sorted((" ".join(leg for leg in chain[:-1] if leg), float(chain[-1])) for chain in chains)
    words = [legs for legs, _ in told]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    legs_of = [word.count(" ") + 1 for word in words]
    counts = [legs_of.count(number) for number in range(1, LEGS + 1)]
    jvm = sum(int(line.split()[1]) for line in _children()) // 1024
    digest = hashlib.sha256(repr(told).encode()).hexdigest()[:12]
    told_of = {
        "time": statistics.median(times), "processor": statistics.median(worked), "peak": peak + jvm, "counts": counts, "digest": digest,
        "legs": len({leg for word in words for leg in word.split()}),
    }  # fmt: skip
    print(json.dumps(told_of))


def processor() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _children() -> list[str]:
    """Return the peak memory of the processes that this one started (Spark's machine), as Linux tells it."""
    found = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            text = status.read_text()
        except OSError:
            continue
        if f"PPid:\t{os.getpid()}\n" in text:
            found += [line for line in text.splitlines() if line.startswith("VmHWM")]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=float, nargs="+", default=[1, 10], help="millions of shipments")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--spark", action="store_true")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--only", nargs="+", help="only engines with these words in their names")
    parser.add_argument("--place", type=Path, default=Path(gettempdir()) / "policygraph-trade", help="where made-up trade is kept")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.child:
        child(asked.child[0], Path(asked.child[1]), asked.runs)
        return
    asked.place.mkdir(exist_ok=True)
    times: dict[str, dict[float, float]] = defaultdict(dict)
    for millions in asked.sizes:
        path = trade(millions, asked.place)
        print(f"\n{millions:g} million shipments, {path.stat().st_size / 1e6:,.0f} MB of Parquet")
        print(f"{'engine':32}{'seconds':>10}{'ratio':>8}{'processor':>11}{'ratio':>8}{'peak MB':>10}   chains of 2, 3, 4 legs")
        base, agreed = None, None
        for name in ENGINES:
            extra = {"policygraph on Spark": asked.spark}
            extra |= dict.fromkeys(("policygraph, whole command", "policygraph, only shipments"), asked.whole)
            named = not asked.only or any(word in name for word in asked.only)
            if not (extra.get(name, True) and named and millions <= MOST.get(name, math.inf)):
                continue
            if name in NEEDS and importlib.util.find_spec(NEEDS[name]) is None:
                print(f"{name:32} is not installed")
                continue
            runs = 1 if millions > 20 else asked.runs
            command = [sys.executable, __file__, "--child", name, str(path), "--runs", str(runs)]
            run = subprocess.run(command, capture_output=True, text=True)
            if run.returncode:
                print(f"{name:32} failed: {(run.stderr.strip().splitlines() or [str(run.returncode)])[-1][:120]}")
                continue
            told = json.loads(run.stdout.splitlines()[-1])
            base = base or told
            times[name][millions] = told["time"]
            ratios = [told[what] / base[what] for what in ("time", "processor")]
            spent = f"{told['time']:>10.2f}{ratios[0]:>8.2f}{told['processor']:>11.2f}{ratios[1]:>8.2f}"
            print(f"{name:32}{spent}{told['peak']:>10,}   {told['counts'][1:]}", flush=True)
            if name == "policygraph, only shipments":
                assert agreed is None or told["counts"][0] == agreed[2], "the shipments on chains are not those of the chains"
                continue
            agreed = agreed or (told["digest"], told["counts"], told["legs"])
            assert (told["digest"], told["counts"]) == agreed[:2], f"{name} finds other chains"
    print("\nslope: how many times longer for each time as many shipments (1 is linear)")
    for name, by_size in times.items():
        sizes = sorted(by_size)
        for one, other in pairwise(sizes):
            slope = math.log(by_size[other] / by_size[one]) / math.log(other / one)
            print(f"{name:32}{one:g} to {other:g} million: {slope:.2f}")


if __name__ == "__main__":
    main()
