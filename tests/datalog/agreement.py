"""Three readers held against each other: the answers they give to the same cases, counted.

Comes in: a view, a rulebook, cases. Goes out: a :class:`Tally`. Answers are equal if the grades for and against are, in both runs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import process_time

import numpy as np
import pandas as pd

import policygraph as pg
from policygraph.case import Case
from policygraph.law.evaluate import Evaluation
from policygraph.law.question import family_of, of_family
from policygraph.law.rulebook import Rulebook
from policygraph.law.screen import screen
from policygraph.law.table import CaseTable, cell, joined_cells
from policygraph.truth import Verdict
from policygraph.view import FrozenView
from tests.datalog.chance import SmallWorld
from tests.datalog.reader import read

__all__ = ["Tally", "compared", "drawn", "of_small_world", "told_by"]

ITEMS = (
    "h20", "h100", "h100-sxm5-80gb", "rtx-4090", "ascend-910c", "asml-nxt-2000i", "kirin-9000", "",
)  # fmt: skip
PARTIES = (
    "huawei", "smic", "ymtc", "bytedance", "none", "", "{name: A cloud, country: SG, headquarters: CN}",
    "{name: A bank, country: DE, headquarters: DE}", "huawei; tsmc",
)  # fmt: skip
PLACES = ("CN", "HK", "MO", "US", "JP", "NL", "MY", "SG", "AE", "VN", "RU", "IR", "", "none")


@dataclass
class Tally:
    """What a comparison came to.

    Attributes
    ----------
    cases
        How many cases were put.
    answers
        By reader, how many answers were compared: cases times rules.
    differences
        Every answer of one reader that is not that of the Datalog engine, in words.
    seconds
        By reader, its processor time.
    outcomes
        How many answers of the Datalog engine came out how.
    left_out
        Why cases could not be put to the Datalog engine, and how many.
    """

    cases: int = 0
    answers: Counter[str] = field(default_factory=Counter)
    differences: list[str] = field(default_factory=list)
    seconds: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Tally) -> Tally:
        self.cases += other.cases
        self.differences += other.differences
        for name in ("answers", "seconds", "outcomes", "left_out"):
            getattr(self, name).update(getattr(other, name))
        return self

    def __str__(self) -> str:
        lines = [f"{self.cases:,} cases, {len(self.differences)} differences"]
        lines += [
            f"  {name}: {self.answers[name]:,} answers compared, {self.seconds[name]:,.0f} s of processor"
            for name in ("datalog", "screen", "explain") if self.answers[name]
        ]  # fmt: skip
        lines.append("  outcomes: " + ", ".join(f"{name} {many:,}" for name, many in self.outcomes.most_common()))
        lines += [f"  left out: {many:,} cases, {why}" for why, many in self.left_out.items()]
        return "\n".join([*lines, *(f"  {said}" for said in self.differences[:20])])


def compared(
    view: FrozenView, book: Rulebook, cases: Sequence[Case], table: CaseTable | None = None, rules: Sequence[str] | None = None,
    every: int = 1,
) -> Tally:  # fmt: skip
    """Put rules to cases by all readers.

    Parameters
    ----------
    table
        The same cases as a table, if a table can tell them; else they are not screened.
    rules
        Those that are asked; None for all.
    every
        Of how many rules the reader of single cases is asked one for each case, the next case the next one.
    """
    tally, asked = Tally(), tuple(rules or book.rules)
    try:
        with _timed(tally, "datalog"):
            found = read(view, book, cases, asked)
    except NotImplementedError as error:
        tally.left_out[str(error)] += len(cases)
        return tally
    tally.cases = len(cases)
    tally.answers["datalog"] = len(cases) * len(asked)
    for every_, clear in found.values():
        signs = np.sign(every_), np.sign(clear)
        words = np.select([signs[0] != signs[1], signs[0] > 0, signs[0] < 0], ["contested", "met", "not met"], "unknown")
        tally.outcomes.update(words.tolist())
    if table is not None:
        with _timed(tally, "screen"):
            screened = screen(view, book, table, asked)
        tally.answers["screen"] = len(cases) * len(asked)
        for rule in asked:
            there = screened[rule]
            for row in np.flatnonzero((there.all_ != found[rule][0]) | (there.clear != found[rule][1])).tolist():
                told = int(there.all_[row]), int(there.clear[row])
                tally.differences.append(_said("screen", rule, cases[row], told, (int(found[rule][0][row]), int(found[rule][1][row]))))
    with _timed(tally, "explain"):
        evaluation = Evaluation(view, book, view.as_of)
        for row, case in enumerate(cases):
            evaluation.forget()
            family = family_of(view, case.item)
            for rule in asked[row % every :: every]:
                verdict = of_family(
                    evaluation, case.item, family, lambda other, item, rule=rule, case=case: other.answer(rule, case, item)
                ).verdict  # fmt: skip
                tally.answers["explain"] += 1
                here = int(found[rule][0][row]), int(found[rule][1][row])
                if _signed(verdict) != here:
                    tally.differences.append(_said("explain", rule, case, _signed(verdict), here))
    return tally


@contextmanager
def _timed(tally: Tally, reader: str) -> Iterator[None]:
    begun = process_time()
    yield
    tally.seconds[reader] += process_time() - begun


def _signed(verdict: Verdict) -> tuple[int, int]:
    return verdict.all_.for_ - verdict.all_.against, verdict.uncontested.for_ - verdict.uncontested.against


def _said(reader: str, rule: str, case: Case, told: tuple[int, int], here: tuple[int, int]) -> str:
    return f"{rule}: {reader} says {told} and the Datalog engine {here} of {case}"


# ---- random cases


def of_small_world(number: int, cases: int, more: int, every: int = 1) -> Tally:
    """Compare the readers on a small world drawn at random: on some cases of a table, and on more with earlier acts and bills."""
    world = SmallWorld(number)
    table = world.table(cases)
    told = told_by(table, world.view)
    tally = compared(world.view, world.book, told, table, every=every)
    if more:
        tally += compared(world.view, world.book, [world.told_more(case, told) for case in told[:more]])
    tally.differences = [f"world {number}: {said}" for said in tally.differences]
    return tally


def told_by(table: CaseTable, view: FrozenView) -> list[Case]:
    """Return the rows of a table as cases with every name resolved; each different cell is read once."""
    columns = [([cell(name, text) for text in column.values], column.codes.tolist()) for name, column in table.columns.items()]
    rows = (joined_cells(*(told[codes[row]] for told, codes in columns)) for row in range(len(table)))
    return [Case(**row).resolved(view.graph) for row in rows]


def drawn(kg: pg.KnowledgeGraph, count: int, seed: int) -> CaseTable:
    """Draw cases from the words of the shipped rules and a few items, places and parties of the shipped data."""
    draw, words = np.random.default_rng(seed), kg.rules.words

    def pick(values: Sequence[str]) -> np.ndarray:
        return draw.choice(np.array(values, dtype=object), count)

    return CaseTable.of(
        pd.DataFrame({
            "item": pick(ITEMS), "act": pick([*sorted(words["act"]), ""]), "from": pick(PLACES), "to": pick(PLACES),
            "end_user": pick(PARTIES), "purchaser": pick(["", *PARTIES]), "exporter": pick(["", "asml", "nvidia"]),
            "parties": pick(["", "complete"]), "knowledge": pick(["", "yes", "no"]), "knowledge_of_destination": pick(["", "", "no"]),
            "end_use": pick(["", "none", *sorted(words["end_use"])]), "attestations": pick(["", "none", *sorted(words["given"])[:40]]),
            "authorisations": pick(["", "none", "act"]), "eccn": pick(["", "", "", "3A090.a", "3B001.c", "none"]),
        })
    )  # fmt: skip
