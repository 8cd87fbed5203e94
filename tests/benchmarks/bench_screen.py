"""Screening millions of cases against all rules, beside a loop over single cases.

Cases are drawn at random from the shipped data: chips, tools and memory, destinations, end users on lists and not, exporters, uses and
knowledge. Every rule is put to every case. The cost of a further case is what the slope tells; the loop over single cases is measured on
a sample and told for the whole by multiplying. Ratios are of processor time.
"""

from __future__ import annotations

import resource
import sys
import time

import numpy as np
import pandas as pd

import policygraph as pg
from policygraph.law.evaluate import Evaluation
from policygraph.law.question import family_of, of_family
from policygraph.law.screen import screen
from policygraph.law.table import CaseTable
from policygraph.law.verdicts import Verdicts

DAY = "2025-05-20"
SIZES = (100_000, 1_000_000, 10_000_000)
LOOKED_AT = 40


def cases(view: pg.View, size: int) -> CaseTable:
    """Draw cases at random, the same ones each time."""
    graph, draw = view.kg.graph, np.random.default_rng(20250520)
    classes = dict(zip(graph.node_ids, graph.node_class, strict=True))
    items = [id_ for id_, of in classes.items() if of in ("Chip", "Memory", "Equipment", "DesignSoftware")]
    countries = [id_ for id_, of in classes.items() if of == "Country"]
    listed = [view.frozen.step(row).subject for row in view.frozen.find(None, "listed", "entity-list")[::12]]
    strangers = [f"{{name: Firm {place}, country: {place}, headquarters: {seat}}}" for place in countries[::9] for seat in ("CN", place)]
    columns: dict[str, list[str]] = {
        "item": items, "act": ["export", "reexport", "transfer"], "from": ["US", "US", "TW", "JP", "MY"], "to": countries,
        "exporter": ["nvidia", "amd", "asml", "", ""], "end_user": [*listed, *strangers, "", "none"], "knowledge": ["yes", "no", ""],
        "end_use": ["", "none", "datacentre", "supercomputer", "advanced-node-ic-production", "military"],
        "parties": ["complete"], "authorisations": ["none", ""],
    }  # fmt: skip
    return CaseTable.of(
        pd.DataFrame({
            name: pd.Categorical.from_codes(draw.integers(0, len(values), size, dtype=np.int32), categories=_once(values))
            if len(set(values)) == len(values) else np.array(values, dtype=object)[draw.integers(0, len(values), size)]
            for name, values in columns.items()
        })
    )  # fmt: skip


def _once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def main(sizes: tuple[int, ...] = SIZES) -> None:
    """Print the measurements."""
    view = pg.load().view(DAY)
    rules = len(view.kg.rules.rules)
    spent: list[tuple[int, float]] = []
    for size in sizes:
        table = cases(view, size)
        begin, clock = time.process_time(), time.perf_counter()
        found = screen(view.frozen, view.kg.rules, table)
        used, passed = time.process_time() - begin, time.perf_counter() - clock
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
        spent.append((size, used))
        print(f"screen {size:>11,} cases x {rules} rules: {passed:7.1f} s passed, {used:7.1f} s of processor, {memory:.1f} GB at most")
        if size == sizes[0]:
            first_table, first = table, found
    if len(spent) > 1:
        slope = (spent[-1][1] - spent[0][1]) / (spent[-1][0] - spent[0][0])
        print(f"each further case: {slope * 1e6:.2f} millionths of a second, {slope * 1e9 / rules:.1f} billionths a rule")
    evaluation = Evaluation(view.frozen, view.kg.rules, view.as_of)
    begin, differ = time.process_time(), 0
    for row in range(LOOKED_AT):
        evaluation.forget()
        case = first_table.case(row).resolved(view.kg.graph)
        family = family_of(view.frozen, case.item)
        for place, rule in enumerate(first.rules):
            one = of_family(evaluation, case.item, family, lambda other, item: other.answer(rule, case, item))  # noqa: B023
            differ += Verdicts.code_of(one.verdict) != first.codes[place, row]
    loop = (time.process_time() - begin) / LOOKED_AT
    print(
        f"a loop over single cases: {loop * 1e3:.1f} thousandths of a second a case on {LOOKED_AT} of them, so "
        f"{loop * spent[-1][0]:,.0f} s of processor for {spent[-1][0]:,} (extrapolated); {differ} of {LOOKED_AT * rules:,} answers differ"
    )
    if len(spent) > 1:
        print(f"that is {loop / slope:,.0f} times what a further case costs the screen")


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or SIZES)
