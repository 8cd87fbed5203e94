"""How rules are put to a table of cases: what each condition reads of which column, and how the answers are combined.

Comes in: a view, a rulebook, a table. Goes out: a :class:`Plan`: for each rule a tree over *sources*. A source is what one condition
comes to for each different cell of a column, for each row by several columns, or what another rule comes to. Cells are read by the
reader of single cases, once each; how readings are combined follows the same reader, on arrays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from policygraph.case import Case
from policygraph.law import conditions as law
from policygraph.law.evaluate import Evaluation
from policygraph.law.question import family_of
from policygraph.law.rulebook import Rule, Rulebook
from policygraph.law.table import CaseTable, joined_cells
from policygraph.law.told import Bound
from policygraph.law.trees import ITEM, Cells, Rows, Source, Tree, compiled
from policygraph.law.verdicts import Codes, Verdicts
from policygraph.parties import ROLES
from policygraph.view import FrozenView

__all__ = ["Plan", "distinct"]

Numbers = npt.NDArray[Any]
_DENSE: Final = 1 << 22
_UNREAD: Final = 255


@dataclass(frozen=True, eq=False)
class _Cells:
    """A column of the plan: what each different cell tells, and each row's number."""

    told: tuple[Mapping[str, Any], ...]
    codes: Numbers


class Plan:
    """How the rules of a book are put to a table."""

    def __init__(
        self, view: FrozenView, book: Rulebook, cases: CaseTable, told: Mapping[str, tuple[Mapping[str, Any], ...]],
        assume: Mapping[str, str], on: date | None = None,
    ) -> None:  # fmt: skip
        self.view = view
        self.book = book
        self.on = on or view.as_of
        self.evaluation = Evaluation(view, book, self.on, assume, once=True)
        self.keeping = Evaluation(view, book, self.on, assume)
        self.size = len(cases)
        self._columns = dict(_columns(cases, told))
        self.items, self._members = self._families()
        self._sources: dict[object, Source] = {}
        self._trees: dict[str, Tree] = {}
        self._asked: dict[str, frozenset[str]] = {}
        self._copies: dict[tuple[int, str], law.Condition] = {}
        self._minis: dict[tuple[object, ...], Case] = {}
        self._classes: dict[tuple[str, tuple[int, ...]], tuple[Numbers, dict[int, Codes]]] = {}
        self._lock = threading.RLock()

    # ---- rows

    def _families(self) -> tuple[tuple[str, ...], tuple[Numbers, ...] | None]:
        """Return the different items, families by their members, and for each cell the numbers of its items."""
        cells = self._columns.get(ITEM)
        if cells is None:
            return ("",), None
        ids = [self._resolved(cell).get("item", "") for cell in cells.told]
        members = [family_of(self.view, id_) or (id_,) for id_ in ids]
        items = tuple(dict.fromkeys(one for family in members for one in family))
        number = {id_: place for place, id_ in enumerate(items)}
        return items, tuple(np.array([number[one] for one in family]) for family in members)

    def _resolved(self, cell: Mapping[str, Any]) -> dict[str, Any]:
        return {"item": Case(**cell).resolved(self.view.graph).item}

    def rows(self, rows: slice) -> tuple[dict[str, Numbers], npt.NDArray[np.intp] | None]:
        """Return the cell numbers of some rows, a family once for each member, and where each row's members begin (None: no families)."""
        codes = {name: cells.codes[rows] for name, cells in self._columns.items()}
        if self._members is None:
            return codes, None
        many = np.array([len(members) for members in self._members])
        here = many[codes[ITEM]]
        first = np.array([members[0] for members in self._members])
        if not (here > 1).any():
            return {**codes, ITEM: first[codes[ITEM]]}, None
        starts = np.concatenate(([0], np.cumsum(here)[:-1])).astype(np.intp)
        repeated = {name: np.repeat(each, here) for name, each in codes.items()}
        flat = np.concatenate(self._members)
        begins = np.concatenate(([0], np.cumsum(many)[:-1]))
        place = np.arange(int(here.sum())) - np.repeat(starts, here)
        repeated[ITEM] = flat[np.repeat(begins[codes[ITEM]], here) + place]
        return repeated, starts

    # ---- rules

    def tree(self, name: str) -> Tree:
        """Return the tree of a rule."""
        if name not in self._trees:
            self._trees[name] = compiled(self, self.book.rules[name])
        return self._trees[name]

    def prepare(self) -> None:
        """Work out the trees of all rules that are asked for by others."""
        pending = list(self._trees)
        while pending:
            for name in self.asked(pending.pop()):
                if name not in self._trees:
                    self.tree(name)
                    pending.append(name)
        for rule in self.book.of_effect("licence-required", "excepted", "limits-exceptions"):
            if rule.id not in self._trees:
                self.tree(rule.id)
                self.prepare()

    def asked(self, name: str) -> frozenset[str]:
        """Return the rules that a rule asks for of the same case, directly."""
        if name not in self._asked:
            self._asked[name] = frozenset(self._asked_in(self.book.rules[name]))
        return self._asked[name]

    def _asked_in(self, rule: Rule) -> Iterator[str]:
        version = self.evaluation.version_of(rule)
        if version is None:
            return
        yield from self.book.displacers.get(rule.id, ())
        wheres = [version.when]
        while wheres:
            for condition, _ in law.below(wheres.pop()):
                if isinstance(condition, law.RuleResult) and condition.item == ITEM:
                    yield condition.rule
                if isinstance(condition, law.Knowledge):
                    wheres += [other.notice.when for other in self.book.notices(condition.of) if other.notice is not None]

    def asked_by(self, name: str) -> frozenset[str]:
        """Return every rule that a rule asks for of the same case, however indirectly."""
        found: set[str] = set()
        pending = [name]
        while pending:
            fresh = self.asked(pending.pop()) - found
            found |= fresh
            pending += fresh
        return frozenset(found)

    def asks_for_itself(self, name: str) -> bool:
        """Tell whether a rule asks for itself by way of others."""
        return name in self.asked_by(name)

    # ---- sources

    def classes(self, column: str, sources: tuple[Source, ...]) -> tuple[Numbers, dict[int, Codes]]:
        """Return the class of each cell of a column, cells alike for all sources being one, and each source's verdict by class."""
        key = (column, tuple(source.id for source in sources))
        if key not in self._classes:
            stacked = np.stack([source.table for source in sources])
            alike, classes = np.unique(stacked, axis=1, return_inverse=True)
            tables = {source.id: np.ascontiguousarray(alike[place]) for place, source in enumerate(sources)}
            self._classes[key] = classes.reshape(-1).astype(np.int64), tables
        return self._classes[key]

    def source(self, key: object, column: str, make: Callable[[], Codes | Callable[[Rows], Codes]], reads: tuple[str, ...] = ()) -> Source:
        """Return a source, made once for each key; *reads* are the columns of one that is no table."""
        with self._lock:
            if key not in self._sources:
                made = make()
                number = len(self._sources)
                if isinstance(made, np.ndarray):
                    table = made
                    self._sources[key] = Source(number, column, table, lambda rows: np.take(table, rows.codes[column]), (column,))
                else:
                    self._sources[key] = Source(number, "", np.zeros(0, np.uint8), made, reads)
            return self._sources[key]

    def alike(self, rule: str, column: str) -> Numbers:
        """Return for each cell of a column one that a rule, and all it asks for, cannot tell from it."""
        every = np.arange(self.cells(column))
        sources = [source for name in {rule, *self.asked_by(rule)} for source in self.tree(name).sources if column in source.reads]
        if not sources:
            return np.zeros_like(every)
        if any(source.column != column for source in sources):
            return every
        _, first, classes = np.unique(np.stack([source.table for source in sources]), axis=1, return_index=True, return_inverse=True)
        found: Numbers = first[classes.reshape(-1)]
        return found

    def columns_of(self, inputs: frozenset[str]) -> tuple[str, ...]:
        """Return the columns of the plan that tell some inputs."""
        found = {name for name in self._columns if name in inputs}
        # the column of a party tells whether all parties are named too
        return tuple(sorted(found - {"parties"} if any(name.startswith("party:") for name in found) else found))

    def cells(self, column: str) -> int:
        """Return how many different cells a column has."""
        return len(self.items) if column == ITEM else len(self._columns[column].told)

    def has(self, column: str) -> bool:
        """Tell whether the table has a column."""
        return column in self._columns

    def told(self, column: str, number: int) -> Mapping[str, Any]:
        """Return what a cell tells."""
        return self._columns[column].told[number]

    def party_columns(self) -> tuple[str, ...]:
        """Return the columns that tell of parties."""
        return tuple(name for name in self._columns if name.startswith("party:"))

    def read(self, condition: law.Condition, columns: Sequence[str], numbers: Sequence[int]) -> int:
        """Return the code of the verdict that a condition comes to where some columns have these cells, and nothing else is told."""
        with self._lock:
            item = next((self.items[number] for column, number in zip(columns, numbers, strict=True) if column == ITEM), "")
            rest = [(column, number) for column, number in zip(columns, numbers, strict=True) if column != ITEM]
            # what the item is worth is told of the item of the case
            worth_of = item if isinstance(condition, law.Content) else ""
            key = (worth_of, *rest)
            if key not in self._minis:
                cells = joined_cells(*(self.told(column, number) for column, number in rest))
                self._minis[key] = Case(**cells).resolved(self.view.graph).model_copy(update={"item": worth_of})
            evaluation, case = self.keeping if isinstance(condition, law.Content) else self.evaluation, self._minis[key]
            reading = evaluation.settled(lambda: evaluation.condition(condition, Bound(item, case)))
            evaluation.forget()
            return Verdicts.code_of(reading.verdict)

    def tuples(self, condition: law.Condition, columns: tuple[str, ...]) -> Callable[[Cells], Codes]:
        """Return what reads a condition on several columns, once for each combination of cells that occurs."""
        return _Tuples(self, condition, columns).codes

    def narrowed(self, condition: law.Condition, role: str) -> law.Condition:
        """Return a condition on one of its roles alone, the same value each time."""
        key = (id(condition), role)
        if key not in self._copies:
            self._copies[key] = condition.model_copy(update={"role": (role,)})
        return self._copies[key]


def _columns(cases: CaseTable, told: Mapping[str, tuple[Mapping[str, Any], ...]]) -> Iterator[tuple[str, _Cells]]:
    """Yield the columns of a plan: one for each input that rules read, joined from those of the table that tell it."""
    table = {name: _Cells(told[name], column.codes) for name, column in cases.columns.items()}
    for name in ("item", "eccn", "act", "from", "to", "facility", "service", "authorisations", "quantity", "value", "currency"):
        if name in table:
            yield name, table[name]
    if "end_use" in table:
        yield "end-use", table["end_use"]
    if "attestations" in table:
        yield "given", table["attestations"]
    into = [table[name] for name in ("into", "into_to", "into_by") if name in table]
    if into:
        yield "into", _joined(into)
    complete = [table["parties"]] if "parties" in table else []
    for role in ROLES:
        column = role.replace("-", "_")
        own = [table[column]] if column in table else []
        if own or complete:
            yield f"party:{role}", _joined([*own, *complete])
    if complete:
        yield "parties", complete[0]
    topics = {name.removeprefix("knowledge_of_").replace("_", "-"): name for name in table if name.startswith("knowledge_of_")}
    general = [table["knowledge"]] if "knowledge" in table else []
    for topic, name in topics.items():
        yield f"knowledge:{topic}", _joined([*general, table[name]])
    if general:
        yield "knowledge", general[0]


def _joined(cells: Sequence[_Cells]) -> _Cells:
    """Return several columns as one, with a cell for each combination that occurs."""
    if len(cells) == 1:
        return cells[0]
    key = np.zeros(len(cells[0].codes), np.int64)
    for each in cells:
        key *= len(each.told)
        key += each.codes
    codes, first = distinct(key, int(np.prod([len(each.told) for each in cells])))
    combinations = key[first]
    told = []
    for combination in combinations.tolist():
        numbers, rest = [], combination
        for each in reversed(cells):
            rest, number = divmod(rest, len(each.told))
            numbers.append(each.told[number])
        told.append(joined_cells(*reversed(numbers)))
    return _Cells(tuple(told), codes)


def distinct(key: npt.NDArray[np.int64], span: int) -> tuple[Numbers, Numbers]:
    """Return for each row the number of its key among the different ones, and for each of them a row that has it.

    Parameters
    ----------
    span
        A bound above all keys.
    """
    if span <= max(_DENSE, len(key)):
        row = np.full(span, -1, np.int64)
        row[key] = np.arange(len(key))
        present = np.flatnonzero(row >= 0)
        number = np.zeros(span, np.int32)
        number[present] = np.arange(len(present), dtype=np.int32)
        return np.take(number, key), row[present]
    import pandas as pd

    place, found = pd.factorize(key)
    first = np.empty(len(found), np.int64)
    first[place] = np.arange(len(key))
    return place, first


class _Tuples:
    """A condition on several columns, read once for each combination of cells that occurs."""

    def __init__(self, plan: Plan, condition: law.Condition, columns: tuple[str, ...]) -> None:
        self.plan = plan
        self.condition = condition
        self.columns = columns
        self.counts = tuple(plan.cells(column) for column in columns)
        self.read: dict[int, int] = {}
        many = int(np.prod(self.counts, dtype=object))
        self.dense = np.full(many, _UNREAD, np.uint8) if many <= _DENSE else None

    def codes(self, rows: Cells) -> Codes:
        key = np.zeros(rows.size, np.int64)
        for column, count in zip(self.columns, self.counts, strict=True):
            key = key * count + rows.codes[column]
        if self.dense is not None:
            found = np.take(self.dense, key)
            missing = np.unique(key[found == _UNREAD]) if (found == _UNREAD).any() else np.zeros(0, np.int64)
            for combination in missing.tolist():
                self.dense[combination] = self._read(combination)
            return np.take(self.dense, key) if len(missing) else found
        place, first = distinct(key, int(np.prod(self.counts, dtype=object)))
        combinations = key[first]
        for combination in combinations.tolist():
            if combination not in self.read:
                self.read[combination] = self._read(combination)
        return np.take(np.array([self.read[combination] for combination in combinations.tolist()], np.uint8), place)

    def _read(self, combination: int) -> int:
        numbers = []
        for count in reversed(self.counts):
            combination, number = divmod(combination, count)
            numbers.append(number)
        return self.plan.read(self.condition, self.columns, numbers[::-1])
