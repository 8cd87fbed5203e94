"""Rules put to millions of cases at once, as array algebra.

Comes in: a view, a rulebook, a table of cases. Goes out: a :class:`Screening`, one verdict for each rule and case.

What a rule asks of one column is read once for each different cell of it, by the same reader as a single case. Then everything is
arrays: for a rule, cells that come out alike are one class; a case is a combination of classes; the tree of conditions is worked
through once for each combination, and every case is given that of its own. So the cost of a further case is a few look-ups a rule.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, reduce
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from policygraph.law.explain import assumed, refuse_strange_words
from policygraph.law.plan import Plan, distinct
from policygraph.law.rulebook import Rule, Rulebook
from policygraph.law.table import CaseTable
from policygraph.law.trees import Source
from policygraph.law.verdicts import CODES, OUTCOMES, Codes, Verdicts, agreed
from policygraph.truth import Verdict
from policygraph.view import FrozenView

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Screening", "screen"]

Digit = tuple[npt.NDArray[np.int64], int, dict[int, Codes]]
"""The class of each row, how many classes there are, and for each source the code of its verdict by class."""

_CHUNK: Final = 1 << 18
"""Cases worked through together: enough that arrays pay, few enough that they stay near the processor."""
_DENSE: Final = 1 << 16
"""Combinations of classes up to which all are worked through; beyond, only those that occur."""
_THREADS: Final = 2
_YES: Final = Verdict.sure(True)
_NO: Final = Verdict.sure(False)


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
    plan = Plan(view, book, cases, told, assumed(book, assume or {}), on)
    codes = np.empty((len(asked), len(cases)), dtype=np.uint8)
    orders = sorted({rule.order for rule in asked if rule.effect == "licence-required"}) if rules is None else []
    licences = {order: np.empty(len(cases), dtype=np.uint8) for order in orders}

    def work(begin: int) -> None:
        rows = slice(begin, min(begin + _CHUNK, len(cases)))
        chunk = _Chunk(plan, rows)
        for place, rule in enumerate(asked):
            codes[place, rows] = chunk.finished(chunk.rule(rule.id)).codes
        for order, row in licences.items():
            row[rows] = chunk.finished(chunk.licence(order)).codes

    for rule in asked:
        plan.tree(rule.id)
    plan.prepare()
    with ThreadPoolExecutor(_THREADS) as pool:
        for _ in pool.map(work, range(0, len(cases), _CHUNK)):
            continue
    return Screening(plan.on, tuple(rule.id for rule in asked), codes, licences, cases.names)


class _Chunk:
    """Some rows of a table, with what has been worked out for them so far; a case of a family stands once for each member."""

    def __init__(self, plan: Plan, rows: slice) -> None:
        self.plan = plan
        self.codes, self.starts = plan.rows(rows)
        self.size = len(next(iter(self.codes.values()))) if self.codes else rows.stop - rows.start
        self._known: dict[str, Codes] = {}
        self._under_way: dict[str, Codes] = {}

    def finished(self, verdicts: Verdicts) -> Verdicts:
        """Return one verdict a case."""
        return verdicts if self.starts is None else agreed(verdicts, self.starts)

    def rule(self, name: str) -> Verdicts:
        return Verdicts.decoded(self.rule_codes(name))

    def rule_codes(self, name: str) -> Codes:
        """Return how a rule comes out in every row; rules that ask for each other are worked through until nothing changes."""
        if name in self._known:
            return self._known[name]
        if name in self._under_way:
            return self._under_way[name]
        tree = self.plan.tree(name)
        loops = self.plan.asks_for_itself(name)
        if loops:
            self._under_way[name] = np.full(self.size, Verdicts.code_of(_NO), np.uint8)
        while True:
            found = self._worked(tree.sources, tree.run)
            if not loops or np.array_equal(found, self._under_way[name]):
                break
            self._under_way[name] = found
            self._known = {known: codes for known, codes in self._known.items() if name not in self.plan.asked_by(known)}
        self._under_way.pop(name, None)
        self._known[name] = found
        return found

    def _worked(self, sources: Sequence[Source], run: Callable[[Mapping[int, Verdicts], int], Verdicts]) -> Codes:
        """Work a tree through, once for each combination of classes that its sources come in."""
        digits: list[Digit] = []
        for column, group in self._by_column(sources).items():
            if column:
                classes, tables = self.plan.classes(column, tuple(group))
                digits.append((np.take(classes, self.codes[column]), len(next(iter(tables.values()))), tables))
            else:
                for source in group:
                    codes = source.codes(self)
                    present = np.flatnonzero(np.bincount(codes, minlength=CODES))
                    number = np.zeros(CODES, np.int64)
                    number[present] = np.arange(len(present))
                    digits.append((np.take(number, codes), len(present), {source.id: present.astype(np.uint8)}))
        if not digits:
            return run({}, 1).codes.repeat(self.size)
        key, span, is_plain = _keyed(digits, self.size)
        env: dict[int, Verdicts] = {}
        if is_plain and span <= min(_DENSE, max(self.size, 1)):
            combinations, place = np.arange(span), key
            for _, count, tables in reversed(digits):
                combinations, digit = np.divmod(combinations, count)
                env |= {id_: Verdicts.decoded(np.take(table, digit)) for id_, table in tables.items()}
            return np.take(run(env, span).codes, place)
        place, first = distinct(key, span)
        for each, _, tables in digits:
            env |= {id_: Verdicts.decoded(np.take(table, each[first])) for id_, table in tables.items()}
        return np.take(run(env, len(first)).codes, place)

    @staticmethod
    def _by_column(sources: Sequence[Source]) -> Mapping[str, list[Source]]:
        groups: dict[str, list[Source]] = {}
        for source in sources:
            groups.setdefault(source.column, []).append(source)
        return groups

    def licence(self, order: str) -> Verdicts:
        """Return whether a licence of an order is required, exceptions that are shown taken off; as ``determine`` does for one case."""
        book = self.plan.book
        found = Verdicts.filled(_NO, self.size)
        for rule in (one for one in book.of_effect("licence-required") if one.order == order):
            found |= self._unexcepted(rule, book)
        return found

    def _unexcepted(self, rule: Rule, book: Rulebook) -> Verdicts:
        requirement = self.rule(rule.id)
        about = book.about(rule, self.plan.on)
        usable = []
        for exception in about.exceptions:
            barred = (~self.rule(one.id) for one in about.barring(exception))
            shown = self.rule(exception.id)
            usable.append(reduce(Verdicts.__and__, barred, shown).where(shown.all_ > 0, Verdicts.filled(_NO, self.size)))
        if not usable:
            return requirement
        excepted = reduce(Verdicts.__or__, usable)
        yes = Verdicts.filled(_YES, self.size)
        contrary = Verdicts(np.where(excepted.all_ > 0, -excepted.all_, yes.all_), np.where(excepted.clear > 0, -excepted.clear, yes.clear))
        return (requirement & contrary).where(requirement.all_ > 0, requirement)


def _keyed(digits: Sequence[Digit], size: int) -> tuple[npt.NDArray[np.int64], int, bool]:
    """Return one number for each row that tells its classes, the bound of these numbers, and whether the classes can be read off it."""
    key, span, is_plain = np.zeros(size, np.int64), 1, True
    for each, count, _ in digits:
        if span * count >= 1 << 62:
            key, first = distinct(key, span)
            span, is_plain = len(first), False
        key = key * count + each
        span *= count
    return key, span, is_plain
