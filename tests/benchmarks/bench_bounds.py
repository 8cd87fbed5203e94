"""How much of what reached a destination could, and must, have come from a source: 10 thousand to 1 million shipments of one item.

    python tests/benchmarks/bench_bounds.py                       all sizes, the peers beside the smallest
    python tests/benchmarks/bench_bounds.py --largest 100000      up to that size

Made-up trade of two years in which one shipment of ten leaves the source and one of ten reaches the destination. *Wide*: seven
shipments a party, as archives mostly have. *Dense*: 67 a party, in which nearly everything is connected and flows are hard. ``open`` is
a file that is not complete, ``complete`` one that is (two flows), ``90 days`` one with a holding time. Seconds are of the processor, of
one run, of the whole answer from a frame; networkx and HiGHS solve the plain network of the same question (a node for each party and
day), the flow only.
``slope`` is the exponent of growth from the size before. All must come to the same most.
"""

from __future__ import annotations

import argparse
import importlib.util
import math
import sys
from time import process_time
from typing import Any

import numpy as np
import pandas as pd

SIZES = (10_000, 100_000, 1_000_000)
SHAPES = {"wide": 7, "dense": 67}
MODES: dict[str, dict[str, Any]] = {"open": {}, "complete": {"complete": True}, "90 days": {"lag_days": 90}}
HARD = ("dense", "90 days", 1_000_000)
"""Left out: it takes a quarter of an hour or more."""


def trade(count: int, shape: str) -> pd.DataFrame:
    """Return made-up shipments of one item."""
    dice = np.random.default_rng(20230101)
    parties = max(count * 2 // SHAPES[shape], 3)
    shipper = dice.integers(0, parties, count)
    consignee = (shipper + dice.integers(1, parties, count)) % parties
    kind = dice.random(count)
    names = np.array([f"party {number}" for number in range(parties)], dtype=object)
    return pd.DataFrame(
        {
            "id": np.arange(count).astype(str), "date": np.datetime64("2022-01-01") + dice.integers(0, 730, count), "item": "chip",
            "quantity": dice.integers(1, 100, count), "unit": "piece", "shipper": names[shipper], "consignee": names[consignee],
            "origin": np.where(kind < 0.1, "US", "AE"), "destination": np.where(kind > 0.9, "RU", "AE"),
        }
    )  # fmt: skip


def plain(frame: pd.DataFrame) -> tuple[Any, Any, Any, int]:
    """Return the network as one would draw it: tails, heads and capacities; the source is the last node but one, the sink the last."""
    day = (frame["date"] - frame["date"].min()).dt.days.to_numpy()
    party, _ = pd.factorize(pd.concat([frame["shipper"], frame["consignee"]]))
    leaves, arrives = party[: len(frame)] * 1000 + day, party[len(frame) :] * 1000 + day
    keys = np.unique(np.concatenate([leaves, arrives]))
    tail = np.where(frame["origin"] == "US", len(keys), np.searchsorted(keys, leaves))
    head = np.where(frame["destination"] == "RU", len(keys) + 1, np.searchsorted(keys, arrives))
    stays = np.flatnonzero(keys[1:] // 1000 == keys[:-1] // 1000)
    capacity = np.concatenate([frame["quantity"], np.full(len(stays), frame["quantity"].sum())])
    return np.concatenate([tail, stays]), np.concatenate([head, stays + 1]), capacity, len(keys) + 2


def networkx(frame: pd.DataFrame) -> float:
    import networkx as nx

    tail, head, capacity, nodes = plain(frame)
    graph: Any = nx.DiGraph()
    for one, other, size in zip(tail.tolist(), head.tolist(), capacity.tolist(), strict=True):
        known = graph.get_edge_data(one, other, {"capacity": 0})["capacity"]
        graph.add_edge(one, other, capacity=known + size)
    return float(nx.maximum_flow_value(graph, nodes - 2, nodes - 1))


def highs(frame: pd.DataFrame) -> float:
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    tail, head, capacity, nodes = plain(frame)
    arcs = np.arange(len(tail))
    balance = csr_array((np.repeat([1.0, -1.0], len(arcs)), (np.concatenate([head, tail]), np.tile(arcs, 2))), shape=(nodes, len(arcs)))
    limits = np.stack([np.zeros(len(arcs)), capacity], axis=1)
    found = linprog(np.where(head == nodes - 1, -1.0, 0.0), A_eq=balance[: nodes - 2], b_eq=np.zeros(nodes - 2), bounds=limits)
    return float(round(-found.fun))


PEERS = {"networkx": networkx, "highs": highs}


def main(arguments: list[str] | None = None) -> int:
    """Print the table."""
    from policygraph.diversion.bounds import volumes

    parser = argparse.ArgumentParser(description="How much, beside other engines.")
    parser.add_argument("--largest", type=int, default=SIZES[-1])
    parser.add_argument("--shape", choices=SHAPES, action="append")
    given = parser.parse_args(arguments)
    agree = True
    print(f"{'shape':<8}{'shipments':>10}  {'engine':<22}{'seconds':>9}{'slope':>7}{'most':>14}{'least':>14}")
    for shape in given.shape or SHAPES:
        before: dict[str, float] = {}
        for size in (size for size in SIZES if size <= given.largest):
            frame = trade(size, shape)
            found = {}
            for mode, asked in MODES.items():
                if (shape, mode, size) == HARD:
                    continue
                begin = process_time()
                found[mode] = volumes(frame, from_="US", to="RU", **asked)
                took = process_time() - begin
                slope = f"{math.log10(took / before[mode]):.2f}" if mode in before else ""
                before[mode] = took
                row = f"{shape:<8}{size:>10,}  {'policygraph, ' + mode:<22}{took:>9.2f}{slope:>7}"
                print(f"{row}{found[mode].most:>14,.0f}{found[mode].least:>14,.0f}", flush=True)
            for name, peer in PEERS.items() if size == SIZES[0] else ():
                if importlib.util.find_spec("networkx" if name == "networkx" else "scipy") is None:
                    print(f"{shape:<8}{size:>10,}  {name:<22}{'-':>9}  not installed")
                    continue
                begin = process_time()
                most = peer(frame)
                print(f"{shape:<8}{size:>10,}  {name + ', open':<22}{process_time() - begin:>9.2f}{'':>7}{most:>14,.0f}", flush=True)
                agree &= most == found["open"].most
    if not agree:
        print("The engines do not agree.")
    return 0 if agree else 1


if __name__ == "__main__":
    sys.exit(main())
