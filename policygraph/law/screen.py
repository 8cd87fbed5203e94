"""Rules put to millions of cases at once, as array algebra.

Comes in: a view, a rulebook, a table of cases. Goes out: a :class:`Screening`, one verdict for each rule and case.

What a rule asks of one column is read once for each different cell of it, by the same reader as a single case. For a rule, cells that
come out alike are one class, and the tree of conditions is worked through once for each combination of classes. Then everything is
arrays: the cost of a further case is a few look-ups for each rule that can come out in more than one way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from policygraph.law.explain import assumed, refuse_strange_words
from policygraph.law.plan import Plan
from policygraph.law.rulebook import Rulebook
from policygraph.law.table import CaseTable
from policygraph.law.verdicts import CODES, OUTCOMES, Codes, Verdicts
from policygraph.view import FrozenView

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Screening", "screen"]

_THREADS: Final = 2


@dataclass(frozen=True, eq=False)
class Screening:
    """How every rule comes out on every case.

    Attributes
    ----------
    as_of
        The day by which law and facts were read.
    rules
        Ids of the rules, in the order of the rows of *codes*.
    codes
        One row a rule and one column a case: codes of verdicts, see :mod:`policygraph.law.verdicts`.
    licences
        For each legal order, the verdicts on whether a licence is required.
    names
        What each case is called.
    """

    as_of: date
    rules: tuple[str, ...]
    codes: Codes = field(repr=False)
    licences: Mapping[str, Codes] = field(repr=False)
    names: npt.NDArray[Any] = field(repr=False)

    def __len__(self) -> int:
        return int(self.codes.shape[1])

    def __getitem__(self, rule: str) -> Verdicts:
        """Return the verdicts of one rule."""
        return Verdicts.decoded(self.codes[self.rules.index(rule)])

    def outcomes(self, rule: str) -> npt.NDArray[Any]:
        """Return the outcome of one rule, as a word for each case."""
        found: npt.NDArray[Any] = OUTCOMES[self.codes[self.rules.index(rule)]]
        return found

    def counts(self) -> dict[str, dict[str, int]]:
        """Return for each rule how many cases come out how, and for each order the same of its licence."""
        given = {**dict(zip(self.rules, self.codes, strict=True)), **{f"licence {order}": row for order, row in self.licences.items()}}
        found = {}
        for name, row in given.items():
            many = np.bincount(row, minlength=CODES)
            words = {word: int(many[word == OUTCOMES].sum()) for word in ("met", "not met", "contested", "unknown")}
            found[name] = words
        return found

    @cached_property
    def frame(self) -> pd.DataFrame:
        """The outcomes as a frame: one row a case, one column a rule, and one for each order's licence."""
        import pandas as pd

        columns = {f"licence_{order}": _category(row) for order, row in self.licences.items()}
        columns |= {rule: _category(row) for rule, row in zip(self.rules, self.codes, strict=True)}
        return pd.DataFrame({"id": self.names, **columns})


def _category(codes: Codes) -> Any:
    import pandas as pd

    words = ["met", "not met", "contested", "unknown"]
    number = np.array([words.index(word) for word in OUTCOMES], dtype=np.int8)
    return pd.Categorical.from_codes(np.take(number, codes), dtype=pd.CategoricalDtype(words))


def screen(
    view: FrozenView, book: Rulebook, cases: CaseTable, rules: Sequence[str] | None = None, assume: Mapping[str, str] | None = None,
    *, on: date | None = None,
) -> Screening:  # fmt: skip
    """Put rules to every case of a table.

    Parameters
    ----------
    view
        What stands; all cases are read on its day.
    cases
        The table.
    rules
        Ids or titles of rules; None for all.
    assume
        Statuses to assume, by rule.
    on
        The day by which the law is read; None for that of the view.

    Raises
    ------
    BadData
        With every cell that no case can hold, and the row of it.
    UnknownName
        If there is no such rule.

    Examples
    --------
    >>> import pandas as pd
    >>> import policygraph as pg
    >>> kg = pg.load()
    >>> table = CaseTable.of(pd.DataFrame({"item": ["h20", "h100"], "from": "US", "to": "CN"}))
    >>> found = screen(kg.view("2025-05-13").frozen, kg.rules, table, ["eccn-3a090-a", "ear-subject"])
    >>> found.outcomes("eccn-3a090-a").tolist(), found.outcomes("ear-subject").tolist()
    (['not met', 'met'], ['met', 'met'])
    """
    asked = tuple(book.rule(name) for name in rules) if rules is not None else tuple(book.rules.values())
    told = cases.resolved(view.graph, lambda case: refuse_strange_words(case, book))
    plan = Plan.of_table(view, book, cases, told, assumed(book, assume or {}), on)
    codes = np.empty((len(asked), len(cases)), dtype=np.uint8)
    orders = sorted({rule.order for rule in asked if rule.effect == "licence-required"}) if rules is None else []
    licences = {order: np.empty(len(cases), dtype=np.uint8) for order in orders}

    nodes = [plan.rule(rule.id) for rule in asked]
    needed = {order: plan.licence(order) for order in orders}
    plan.prepare()

    def work(cases: slice) -> None:
        rows = plan.rows(cases)
        for place, node in enumerate(nodes):
            codes[place, cases] = rows.finished(node)
        for order, node in needed.items():
            licences[order][cases] = rows.finished(node)

    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(work, plan.chunks()):
            continue
    return Screening(plan.on, tuple(rule.id for rule in asked), codes, licences, cases.names)


