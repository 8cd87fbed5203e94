"""Paths read from every cell of a column at once.

Comes in: a plan, and a condition that asks where a path leads. Goes out: how it comes out for each cell, the same as for a single
case with that cell. One search from all starts stands for one from each.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final

import numpy as np

from policygraph.law import conditions as law
from policygraph.law.evaluate import PARTS, Evaluation
from policygraph.law.quantified import computed_entries, led_from, said_entries
from policygraph.law.told import Bound, names_role
from policygraph.law.verdicts import Codes, Verdicts
from policygraph.truth import Verdict

if TYPE_CHECKING:
    from policygraph.law.plan import Plan

__all__ = ["from_entries", "is_led", "led"]

_ENTRIES: Final = "eccn"


def from_entries(condition: law.Condition) -> bool:
    """Tell whether a condition asks where a path leads from the entries of the item."""
    return isinstance(condition, law.Path) and condition.start == _ENTRIES and not names_role(condition.to)


def is_led(condition: law.Condition) -> bool:
    """Tell whether a condition asks where a path leads from what one column names."""
    return isinstance(condition, law.Path | law.Contains) and not names_role(_asked(condition)[2])


def led(plan: Plan, condition: law.Path | law.Contains, column: str) -> Codes:
    """Return how such a condition comes out for each cell of a column, before doubts about its wording."""
    evaluation = plan.evaluation
    start = _asked(condition)[0]
    if start == _ENTRIES and isinstance(condition, law.Path) and column != _ENTRIES:
        found = evaluation.settled(lambda: _from_entries(evaluation, condition, plan.items))
    else:
        cells = [plan.bound((column,), (number,)) for number in range(plan.cells(column))]
        found = evaluation.settled(lambda: _from_each(evaluation, condition, cells))
    evaluation.forget()
    return np.array([Verdicts.code_of(verdict) for verdict in found], np.uint8)


def _asked(condition: law.Path | law.Contains) -> tuple[str, str, law.Target]:
    if isinstance(condition, law.Path):
        return condition.start, condition.path, condition.to
    return condition.item, PARTS, condition.what


def _from_each(evaluation: Evaluation, condition: law.Path | law.Contains, cells: Sequence[Bound]) -> list[Verdict]:
    """Read a path from what each cell names: from all that name one thing on record at once, from the others one by one."""
    start, path, target = _asked(condition)
    told, index = evaluation.told, evaluation.view.graph.index
    named = [() if told.strangers(start, bound) else tuple(told.items(start, bound) or ()) for bound in cells]
    alone = tuple(dict.fromkeys(ids[0] for ids in named if len(ids) == 1 and ids[0] in index))
    each = dict(zip(alone, evaluation.leads(path, alone, target), strict=True))
    return [
        each[ids[0]] if len(ids) == 1 and ids[0] in each else evaluation.condition(condition, bound).verdict
        for ids, bound in zip(named, cells, strict=True)
    ]  # fmt: skip


def _from_entries(evaluation: Evaluation, condition: law.Path, items: Sequence[str]) -> list[Verdict]:
    said = evaluation.leads(said_entries(condition), items, condition.to)
    found = []
    for item, verdict in zip(items, said, strict=True):
        computed = computed_entries(evaluation, item).parts
        ways = (
            part.verdict & led_from(evaluation, condition, evaluation.book.rules[part.rule], Bound(item, None)).verdict for part in computed
        )
        found.append(reduce(or_, ways, verdict))
    return found
