"""How long a hypothetical takes: laid over the shipped data, read, answered. Medians; run with ``make bench``.

Prints milliseconds and, beside them, the ratio to freezing a view of the shipped data, in the same run. The last row is what laying over
saves.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path

import policygraph as pg
from policygraph import datasets
from policygraph.graph import ClaimGraph
from policygraph.ontology import shipped
from policygraph.overlay import law_alone, overlaid

EXAMPLES = Path(__file__).parent.parent / "scenarios" / "examples"


def seconds(what: Callable[[], object], runs: int = 7) -> float:
    """Return the median time of a few runs, after one that warms up."""
    what()
    took = []
    for _ in range(runs):
        begin = time.perf_counter()
        what()
        took.append(time.perf_counter() - begin)
    return statistics.median(took)


def main() -> None:
    """Print the table."""
    kg = pg.load()
    over_data, over_law = EXAMPLES / "accelerator-made-at-smic.yaml", EXAMPLES / "phone-with-caught-chip.yaml"
    scenario, worked = kg.scenario(over_data), kg.scenario(over_law)
    law = law_alone(kg.graph)
    view = seconds(lambda: kg.view("2025-05-13"))
    rows = [
        ("kg.view('2025-05-13'), for comparison", view),
        ("laid over the shipped data", seconds(lambda: overlaid(kg.graph, scenario.additions))),
        ("laid over the law alone", seconds(lambda: overlaid(law, worked.additions))),
        ("kg.scenario(...), over the data", seconds(lambda: kg.scenario(over_data))),
        ("kg.scenario(...), over the law alone", seconds(lambda: kg.scenario(over_law))),
        ("kg.ask(...), over the data, two questions", seconds(lambda: [str(answer.outcome) for answer in kg.ask(over_data)])),
        ("kg.ask(...), over the law alone", seconds(lambda: [str(answer.outcome) for answer in kg.ask(over_law)])),
        ("the same graph built anew from the files", seconds(lambda: ClaimGraph.of(datasets.read(shipped("datasets"))), 1)),
    ]
    print(f"{len(kg.graph.table):,} claims beneath; {len(scenario.additions.claims)} and {len(worked.additions.claims)} laid over")
    print(f"{'':44} {'ms':>9} {'x a view':>9}")
    for name, took in rows:
        print(f"{name:44} {took * 1000:9.1f} {took / view:9.2f}")


if __name__ == "__main__":
    main()
