"""Everything reached from many starts, at four strengths and in both runs, beside other engines that only say what is reached.

    python tests/benchmarks/bench_closure.py              10 million edges, 2 million nodes, 5,000 sources
    python tests/benchmarks/bench_closure.py --size small  a tenth of that

A layered graph of depth 12 with skewed in-degree. Every edge is claimed with a strength from 1 to 4 in equal parts, and one in ten is
also denied. Each engine runs in its own process, so that peak memory is its own; those that are not installed are said to be so.
Times are medians of three passes, of one for engines that take more than a few seconds. ``ratio`` is to one bare breadth-first pass
of scipy over the same arrays. Every engine must reach the same nodes.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import resource
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

LAYERS = 12
SIZES = {"full": (2_000_000, 10_000_000, 5_000), "small": (200_000, 1_000_000, 5_000), "tiny": (6_000, 24_000, 50)}
DAY = date(2025, 5, 13)


# ---- the graph


def generate(folder: Path, size: str) -> None:
    """Write the edges, sorted by their source, their strengths, which are denied, and the sources of the question."""
    nodes, edges, sources = SIZES[size]
    random = np.random.default_rng(20251113)
    layer_size = nodes // LAYERS
    layer = random.integers(0, LAYERS - 1, edges)
    subject = layer * layer_size + random.integers(0, layer_size, edges)
    target = (layer + 1) * layer_size + (random.random(edges) ** 2 * layer_size).astype(np.int64)
    pairs = np.unique(subject * nodes + target)
    np.save(folder / "subject.npy", (pairs // nodes).astype(np.int32))
    np.save(folder / "object.npy", (pairs % nodes).astype(np.int32))
    np.save(folder / "grade.npy", random.integers(1, 5, len(pairs)).astype(np.int8))
    np.save(folder / "denied.npy", random.random(len(pairs)) < 0.1)
    np.save(folder / "sources.npy", random.choice(layer_size, sources, replace=False).astype(np.int32))
    np.save(folder / "nodes.npy", np.array([nodes]))


def read(folder: Path, *names: str) -> list[Any]:
    return [np.load(folder / f"{name}.npy") for name in names]


def with_super_source(folder: Path) -> tuple[Any, Any, int]:
    """Return the edges with one more node, from which an edge leads to each source."""
    subject, target, sources, nodes = read(folder, "subject", "object", "sources", "nodes")
    count = int(nodes[0])
    return np.concatenate([subject, np.full(len(sources), count, np.int32)]), np.concatenate([target, sources]), count


# ---- the engines; each returns seconds to build, seconds for passes, and how many nodes are reached, sources included


def timed(run: Callable[[], Any], times: int = 3) -> tuple[float, Any]:
    seconds, answer = [], None
    for _ in range(times):
        begin = perf_counter()
        answer = run()
        seconds.append(perf_counter() - begin)
    return statistics.median(seconds), answer


def claims_to_view(folder: Path) -> dict[str, Any]:
    """Time what comes before: claims in columns to the edges that stand; keep those for the next engine."""
    from policygraph.claims import Document, Stance
    from policygraph.graph import ClaimGraph
    from policygraph.ontology import shipped
    from policygraph.truth import EvidenceTable
    from policygraph.view import FrozenView, Policy

    subject, target, grade, denied, nodes = read(folder, "subject", "object", "grade", "denied", "nodes")
    again = np.flatnonzero(denied)
    stances = list(Stance)
    kinds = ("forum", "analysis", "law")
    documents = [Document(id=kind, title=kind, publisher="n-0", kind=kind, published=DAY) for kind in kinds]
    count = int(nodes[0])
    begin = perf_counter()
    graph = ClaimGraph.of_columns(
        relations=["incorporates"], subject=np.concatenate([subject, subject[again]]), object=np.concatenate([target, target[again]]),
        relation=np.zeros(len(subject) + len(again), np.int8), node_count=count, date=DAY,
        node_class=["GovernmentBody"] + ["Item"] * (count - 1), documents=documents,
        document=np.concatenate([np.array([0, 0, 1, 1, 2])[grade], np.zeros(len(again), int)]),
        stance=np.concatenate([
            np.where(grade == 2, stances.index(Stance.PRESUMES), 0), np.full(len(again), stances.index(Stance.DENIES)),
        ]),
    )  # fmt: skip
    made = perf_counter() - begin
    begin = perf_counter()
    view = FrozenView(graph, DAY, None, Policy(EvidenceTable.read(shipped("ontology") / "evidence.yaml")))
    frozen = perf_counter() - begin
    np.savez(folder / "edges.npz", **vars(view.edges))
    return {"build": made, "run": frozen, "reached": None}


def policygraph(folder: Path) -> dict[str, Any]:
    """Eight passes over the edges of the view: four strengths in both runs."""
    from policygraph.edges import EdgeTable
    from policygraph.graph import ClaimGraph
    from policygraph.ontology import shipped
    from policygraph.paths import Grammar, Reach
    from policygraph.truth import EvidenceTable
    from policygraph.view import FrozenView, Policy

    sources, nodes = read(folder, "sources", "nodes")
    one = np.zeros(1, np.int8)
    graph = ClaimGraph.of_columns(
        relations=["incorporates"], subject=one, object=one, relation=one, node_count=int(nodes[0]), date=DAY
    )
    view = FrozenView(graph, DAY, None, Policy(EvidenceTable.read(shipped("ontology") / "evidence.yaml")))
    with np.load(folder / "edges.npz") as kept:
        used = {name: kept[name] for name in vars(view.edges) if not name.endswith(("_ptr", "_rows"))}
    view.edges = replace(view.edges, **used)
    assert isinstance(view.edges, EdgeTable)
    grammar = Grammar.parse("pg:incorporates*", graph.ontology)
    begin = perf_counter()
    reach = Reach(view, grammar, sources)
    passes = sum(len(run) for run in reach.levels)
    built = perf_counter() - begin
    assert passes == 8
    timed(reach.closure, 1)
    memory = peak_memory()
    matrix = bare_matrix(*with_super_source(folder))
    rounds = []
    for _ in range(5):
        rounds.append((timed(reach.closure, 1)[0], timed(lambda: bare_pass(matrix), 1)[0]))
    eight, one_pass = (statistics.median(column) for column in zip(*rounds, strict=True))
    reached = int((reach.closure().all_for > 0).sum())
    return {"build": built, "run": eight, "in_turns": eight / one_pass, "reached": reached, "memory": memory}


def bare_matrix(subject: Any, target: Any, count: int) -> Any:
    from scipy.sparse import csr_array

    pointer = np.zeros(count + 2, np.int32)
    np.cumsum(np.bincount(subject, minlength=count + 1), out=pointer[1:])
    return csr_array((np.ones(len(target)), target, pointer), shape=(count + 1, count + 1))


def bare_pass(matrix: Any) -> Any:
    from scipy.sparse.csgraph import breadth_first_order

    return breadth_first_order(matrix, matrix.shape[0] - 1, directed=True, return_predecessors=False)


def scipy(folder: Path) -> dict[str, Any]:
    """One bare pass."""
    import scipy.sparse.csgraph  # noqa: F401  (so that building does not count the import)

    edges = with_super_source(folder)
    built, matrix = timed(lambda: bare_matrix(*edges), 1)
    run, order = timed(lambda: bare_pass(matrix), 5)
    return {"build": built, "run": run, "reached": len(order) - 1}


def networkx(folder: Path) -> dict[str, Any]:
    import networkx as nx

    subject, target, count = with_super_source(folder)
    begin = perf_counter()
    graph = nx.DiGraph()
    graph.add_edges_from(zip(subject.tolist(), target.tolist(), strict=True))
    built = perf_counter() - begin
    run, found = timed(lambda: nx.descendants(graph, count), 1)
    return {"build": built, "run": run, "reached": len(found)}


def rustworkx(folder: Path) -> dict[str, Any]:
    import rustworkx as rx

    subject, target, count = with_super_source(folder)
    begin = perf_counter()
    graph = rx.PyDiGraph(multigraph=True)
    graph.extend_from_edge_list(list(zip(subject.tolist(), target.tolist(), strict=True)))
    built = perf_counter() - begin
    run, found = timed(lambda: rx.descendants(graph, count))
    return {"build": built, "run": run, "reached": len(found)}


def ladybug(folder: Path) -> dict[str, Any]:
    import ladybug as lb

    subject, target, count = with_super_source(folder)
    np.savetxt(folder / "ladybug-nodes.csv", np.arange(count + 1), fmt="%d")
    write_pairs(folder / "ladybug-edges.csv", subject, target)
    with tempfile.TemporaryDirectory() as place:
        connection = lb.Connection(lb.Database(str(Path(place) / "graph")))
        begin = perf_counter()
        connection.execute("CREATE NODE TABLE N(id INT64, PRIMARY KEY(id))")
        connection.execute("CREATE REL TABLE E(FROM N TO N)")
        connection.execute(f"COPY N FROM '{folder / 'ladybug-nodes.csv'}'")
        connection.execute(f"COPY E FROM '{folder / 'ladybug-edges.csv'}'")
        built = perf_counter() - begin
        query = f"MATCH (a:N {{id: {count}}})-[:E* SHORTEST 1..{LAYERS + 1}]->(b:N) RETURN count(b)"
        run, found = timed(lambda: connection.execute(query).get_next()[0])
    return {"build": built, "run": run, "reached": int(found)}


def raphtory(folder: Path) -> dict[str, Any]:
    import pandas as pd
    from raphtory import Graph, algorithms

    subject, target, count = with_super_source(folder)
    path = folder / "raphtory-edges.csv"
    pd.DataFrame({"time": np.ones(len(subject), np.int8), "src": subject, "dst": target}).to_csv(path, index=False)
    begin = perf_counter()
    graph = Graph()
    graph.load_edges(str(path), time="time", src="src", dst="dst")
    built = perf_counter() - begin
    run, found = timed(lambda: len(algorithms.out_component(graph.node(count))), 1)
    return {"build": built, "run": run, "reached": int(found)}


def nemo(folder: Path) -> dict[str, Any]:
    import nmo_python

    subject, target, sources = read(folder, "subject", "object", "sources")
    write_pairs(folder / "nemo-edges.csv", subject, target)
    np.savetxt(folder / "nemo-sources.csv", sources, fmt="%d")
    program = f"""
        @import edge :- csv{{resource="{folder / 'nemo-edges.csv'}", format=(int,int)}} .
        @import source :- csv{{resource="{folder / 'nemo-sources.csv'}", format=(int)}} .
        reached(?x) :- source(?x) .
        reached(?y) :- reached(?x), edge(?x, ?y) .
        @output reached .
    """
    begin = perf_counter()
    engine = nmo_python.NemoEngine(nmo_python.load_string(program))
    built = perf_counter() - begin
    run, _ = timed(engine.reason, 1)
    return {"build": built, "run": run, "reached": sum(1 for _ in engine.result("reached"))}


def write_pairs(path: Path, subject: Any, target: Any) -> None:
    import pandas as pd

    pd.DataFrame({"s": subject, "o": target}).to_csv(path, index=False, header=False)


ENGINES: dict[str, tuple[str, str, Callable[[Path], dict[str, Any]]]] = {
    "claims to view": ("policygraph", "what comes before: 11 claims for 10 edges", claims_to_view),
    "policygraph": ("policygraph", "eight passes", policygraph),
    "scipy": ("scipy", "one bare pass", scipy),
    "rustworkx": ("rustworkx", "descendants", rustworkx),
    "ladybug": ("ladybug", "Cypher, shortest, on disk", ladybug),
    "raphtory": ("raphtory", "out-component; the build reads a CSV file; GPL, never a dependency", raphtory),
    "nemo": ("nmo_python", "Datalog; the pass reads a CSV file too", nemo),
    "networkx": ("networkx", "descendants", networkx),
}


# ---- running


def child(engine: str, folder: Path) -> None:
    """Run one engine and print what it took as one line of JSON."""
    measured = ENGINES[engine][2](folder)
    measured.setdefault("memory", peak_memory())
    print(json.dumps(measured))


def peak_memory() -> float:
    """Return the peak of this process alone in MB; what getrusage says may be its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measure(engine: str, folder: Path, limit: float) -> dict[str, Any] | str:
    if importlib.util.find_spec(ENGINES[engine][0]) is None:
        return "not installed"
    command = [sys.executable, __file__, "--engine", engine, "--folder", str(folder)]
    try:
        run = subprocess.run(command, capture_output=True, text=True, timeout=limit, check=False)
    except subprocess.TimeoutExpired:
        return f"not finished in {limit:.0f} s"
    if run.returncode:
        return "failed: " + (run.stderr.strip().splitlines() or ["no message"])[-1]
    answer: dict[str, Any] = json.loads(run.stdout.strip().splitlines()[-1])
    return answer


def table(results: dict[str, dict[str, Any] | str]) -> list[str]:
    """Lay the measurements out in rows, with the ratio to one bare pass of scipy."""
    bare = results["scipy"]
    lines = [f"{'engine':<16}{'build s':>10}{'run s':>10}{'ratio':>8}{'peak MB':>10}{'reached':>12}  what runs"]
    for engine, result in results.items():
        what = ENGINES[engine][1]
        if isinstance(result, str):
            lines.append(f"{engine:<16}{'-':>10}{'-':>10}{'-':>8}{'-':>10}{'-':>12}  {result}")
            continue
        counts = isinstance(bare, dict) and result["reached"] is not None
        ratio = f"{result['run'] / bare['run']:.1f}" if counts and isinstance(bare, dict) else ""
        reached = f"{result['reached']:,}" if result["reached"] is not None else ""
        lines.append(
            f"{engine:<16}{result['build']:>10.3f}{result['run']:>10.4f}{ratio:>8}{result['memory']:>10,.0f}{reached:>12}  {what}"
        )
    return lines


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="All nodes at once, beside other engines.")
    parser.add_argument("--size", choices=SIZES, default="full")
    parser.add_argument("--only", nargs="*", choices=ENGINES, default=list(ENGINES), help="engines to run")
    parser.add_argument("--limit", type=float, default=900, help="seconds an engine may take")
    parser.add_argument("--engine", choices=ENGINES, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.engine:
        child(given.engine, given.folder)
        return 0
    chosen = [engine for engine in ENGINES if engine in {*given.only, "claims to view", "policygraph", "scipy"}]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        generate(folder, given.size)
        edges, nodes = len(np.load(folder / "subject.npy", mmap_mode="r")), SIZES[given.size][0]
        print(f"{edges:,} edges, {nodes:,} nodes, {SIZES[given.size][2]:,} sources", flush=True)
        results = {engine: measure(engine, folder, given.limit) for engine in chosen}
    print("\n".join(table(results)))
    reached = {result["reached"] for result in results.values() if isinstance(result, dict)} - {None}
    if len(reached) > 1:
        print("The engines do not agree on what is reached.")
        return 1
    ours = results["policygraph"]
    if isinstance(ours, dict):
        print(f"Measured in turns in one process, eight passes take {ours['in_turns']:.1f} times one bare pass (wanted: at most 10).")
    return 0


if __name__ == "__main__":
    sys.exit(main())
