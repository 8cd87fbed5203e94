"""How rules are put to a table of cases: what each condition reads of which column, and how the answers are combined.

Comes in: a view, a rulebook, a table. Goes out: a :class:`Plan`: for each rule a node, made when it is asked for. Cells are read by the
reader of single cases, once each; how readings are combined follows the same reader, on arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import count, pairwise
from operator import and_, or_
from typing import Any, Final

import numpy as np

from policygraph.case import Case
from policygraph.law import conditions as law
from policygraph.law.evaluate import Evaluation
from policygraph.law.inputs import OF_CASE
from policygraph.law.nodes import ITEM, Members, Node, Numbers, Rows, Run, distinct, joined
from policygraph.law.question import family_of
from policygraph.law.readings import NO
from policygraph.law.rulebook import Rule, Rulebook
from policygraph.law.table import CaseTable, joined_cells
from policygraph.law.told import Bound
from policygraph.law.trees import compiled
from policygraph.law.verdicts import Verdicts
from policygraph.parties import ROLES
from policygraph.truth import Verdict
from policygraph.view import FrozenView

__all__ = ["Plan"]

CHUNK: Final = 1 << 16
"""Cases worked through together: enough that arrays pay, few enough that they stay near the processor."""
_DENSE: Final = 1 << 22
_YES: Final = Verdict.sure(True)


@dataclass(frozen=True, eq=False)
class _Cells:
    """A column of the plan: what each different cell tells, and each row's number."""

    told: tuple[Mapping[str, Any], ...]
    codes: Numbers


class Plan:
    """How the rules of a book are put to a table."""

    def __init__(
        self, view: FrozenView, book: Rulebook, columns: Mapping[str, _Cells], assume: Mapping[str, str], on: date | None = None, *,
        within: Plan | None = None,
    ) -> None:  # fmt: skip
        self.view = view
        self.book = book
        self.on = on or view.as_of
        # what a plan within another asks of things by themselves has mostly been read
        self.evaluation: Evaluation = within.evaluation if within is not None else Evaluation(view, book, self.on, assume, once=True)
        self.keeping: Evaluation = within.keeping if within is not None else Evaluation(view, book, self.on, assume)
        self.size = max((len(cells.codes) for cells in columns.values()), default=0)
        self._columns = columns
        self.items, self._members = self._families(as_one=within is not None)
        self._numbers = count()
        self._nodes: dict[object, Node] = {}
        self._runs: dict[str, Run] = {}
        self._noted: dict[str, list[tuple[tuple[str, ...], Node]]] = {}
        self._asked: dict[str, frozenset[str]] = {}
        self._copies: dict[tuple[int, str], law.Condition] = {}
        self._needed: dict[tuple[object, ...], Numbers] = {}
        self._minis: dict[tuple[object, ...], Case] = {}

    @classmethod
    def of_table(
        cls, view: FrozenView, book: Rulebook, cases: CaseTable, told: Mapping[str, tuple[Mapping[str, Any], ...]],
        assume: Mapping[str, str], on: date | None = None,
    ) -> Plan:  # fmt: skip
        """Return how rules are put to a table, given what its cells tell."""
        return cls(view, book, dict(_columns(cases, told)), assume, on)

    # ---- rows

    def _families(self, *, as_one: bool) -> tuple[tuple[str, ...], Members | None]:
        """Return the different items, families by their members, and for each cell the numbers of its items."""
        cells = self._columns.get(ITEM)
        if cells is None:
            return ("",), None
        ids = [Case(**cell).resolved(self.view.graph).item for cell in cells.told]
        members = [(id_,) if as_one else family_of(self.view, id_) or (id_,) for id_ in ids]
        items = tuple(dict.fromkeys(one for family in members for one in family))
        number = {id_: place for place, id_ in enumerate(items)}
        return items, Members([np.array([number[one] for one in family]) for family in members])

    def chunks(self) -> Iterator[slice]:
        """Yield the rows of the table, some at a time."""
        yield from (slice(*bounds) for bounds in pairwise((*range(0, self.size, CHUNK), self.size)))

    def rows(self, rows: slice) -> Rows:
        """Return some rows of the table."""
        return Rows({name: cells.codes for name, cells in self._columns.items()}, rows, self._members)

    # ---- rules

    def rule(self, name: str) -> Node:
        """Return the node of a rule."""
        if self.asks_for_itself(name):
            loops = [other for other in (name, *self.asked_by(name)) if self.asks_for_itself(other)]
            return self.node(
                ("rule", name), lambda number: Node.looping(number, (*self._columns, ITEM), name, loops, lambda: self.run(name))
            )
        return self.node(("rule", name), lambda number: Node.combined(number, self.run(name)))

    def run(self, name: str) -> Run:
        """Return how a rule comes out, by its conditions."""
        if name not in self._runs:
            self._runs[name] = compiled(self, self.book.rules[name])
        return self._runs[name]

    def prepare(self) -> None:
        """Work out the rules that ask for themselves, which else are only when their rows are."""
        pending = [key[1] for key in self._nodes if isinstance(key, tuple) and key[0] == "rule" and self.asks_for_itself(key[1])]
        while pending:
            name = pending.pop()
            if name not in self._runs:
                self.run(name)
                pending += [other for other in self.asked_by(name) if self.asks_for_itself(other)]

    def licence(self, order: str) -> Node:
        """Return whether a licence of an order is required, exceptions that are shown taken off; as ``determine`` does for one case."""
        rules = [rule for rule in self.book.of_effect("licence-required") if rule.order == order]
        parts = [Run.constant(NO), *(self._unexcepted(rule) for rule in rules)]
        return self.node(("licence", order), lambda number: Node.combined(number, joined(parts, or_, self.unnamed)))

    def _unexcepted(self, rule: Rule) -> Run:
        requirement = Run.of(self.rule(rule.id))
        about = self.book.about(rule, self.on)
        usable = []
        for exception in about.exceptions:
            shown = Run.of(self.rule(exception.id))
            barred = [~Run.of(self.rule(one.id)) for one in about.barring(exception)]
            held = joined([shown, *barred], and_, self.unnamed)
            usable.append(Run.made([held, shown], lambda held, shown: held.where(shown.all_ > 0, Verdicts.filled(NO, len(held.all_)))))
        if not usable:
            return requirement

        def taken_off(needed: Verdicts, excepted: Verdicts) -> Verdicts:
            yes = Verdicts.filled(_YES, len(needed.all_))
            contrary = Verdicts(
                np.where(excepted.all_ > 0, -excepted.all_, yes.all_), np.where(excepted.clear > 0, -excepted.clear, yes.clear)
            )
            return (needed & contrary).where(needed.all_ > 0, needed)

        excepted = Run.of(self.unnamed(joined(usable, or_, self.unnamed)))
        return Run.of(self.unnamed(Run.made([requirement, excepted], taken_off)))

    def asked(self, name: str) -> frozenset[str]:
        """Return the rules that a rule asks for of the same case, directly."""
        if name not in self._asked:
            self._asked[name] = frozenset(self._asked_in(self.book.rules[name]))
        return self._asked[name]

    def _asked_in(self, rule: Rule) -> Iterator[str]:
        version, operation = self.evaluation.operation(rule)
        if version is None or operation.verdict == NO:
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

    # ---- nodes

    def node(self, key: object, make: Callable[[int], Node]) -> Node:
        """Return a node, made once for each key."""
        if key not in self._nodes:
            made = make(next(self._numbers))
            self._nodes[key] = made
        return self._nodes[key]

    def unnamed(self, run: Run) -> Node:
        """Return a node for what is worked through by itself."""
        return self.node(object(), lambda number: Node.combined(number, run))

    def of_columns(
        self, number: int, columns: tuple[str, ...], read: Callable[[Sequence[int]], int], alike: Mapping[str, Numbers] | None = None
    ) -> Node:
        """Return a node that reads several columns together, once for each combination of cells that occurs.

        Parameters
        ----------
        read
            Reads one combination.
        alike
            For a column, the cell that stands for each.
        """
        stand = {column: np.unique(alike[column]) if alike and column in alike else np.arange(self.cells(column)) for column in columns}
        classes = {
            column: (np.searchsorted(cells, alike[column]) if alike and column in alike else cells, len(cells))
            for column, cells in stand.items()
        }
        keys = self._occurring(classes)
        codes = []
        for key in keys.tolist():
            cells = []
            for column, (_, many) in reversed(classes.items()):
                key, place = divmod(key, many)
                cells.append(int(stand[column][place]))
            codes.append(read(cells[::-1]))
        return Node.of_columns(number, classes, keys, np.array(codes, np.uint8))

    def _occurring(self, classes: Mapping[str, tuple[Numbers, int]]) -> Numbers:
        """Return the combinations of classes of cells that occur in the table, as numbers in mixed radix, ascending."""
        found: Numbers = np.zeros(0, np.int64)
        for each in self.chunks():
            rows = self.rows(each)
            key = np.zeros(rows.size, np.int64)
            for column, (numbers, many) in classes.items():
                key = key * many + np.take(numbers, rows.column(column))
            found = np.union1d(found, key)
        return found

    def note(self, rule: str, columns: tuple[str, ...], node: Node) -> None:
        """Note what a condition of a rule is read of."""
        self._noted.setdefault(rule, []).append((columns, node))

    def alike(self, rule: str, column: str) -> Numbers:
        """Return for each cell of a column one that a rule, and all it asks for, cannot tell from it, whatever the item."""
        every = np.arange(self.cells(column))
        names = {rule, *self.asked_by(rule)}
        for name in names:
            self.rule(name)
        noted = [(columns, node) for name in names for columns, node in self._noted.get(name, ()) if column in columns]
        if any(columns != (column,) for columns, _ in noted):
            return every
        tables = [node.table for _, node in noted if node.table is not None]
        if not tables:
            return np.zeros_like(every)
        _, first, classes = np.unique(np.stack(tables), axis=1, return_index=True, return_inverse=True)
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
        # what is worth how much is told of the item of the case
        bound = self.bound(columns, numbers, named=OF_CASE in self.book.inputs.names_of(condition))
        evaluation = self.keeping if isinstance(condition, law.Content) else self.evaluation
        reading = evaluation.settled(lambda: evaluation.condition(condition, bound))
        evaluation.forget()
        return Verdicts.code_of(reading.verdict)

    def needed(self, rule: str, parts: Sequence[str], cells: Mapping[str, Sequence[int]]) -> Numbers:
        """Return how a rule comes out on parts of items, as cases of their own: one row a part, one column a combination of cells.

        Parameters
        ----------
        cells
            For some columns, the cells that a part is taken with.
        """
        key = (rule, *parts, *((column, *numbers) for column, numbers in cells.items()))
        if key not in self._needed:
            self._needed[key] = self._on_parts(rule, parts, cells)
        return self._needed[key]

    def _on_parts(self, rule: str, parts: Sequence[str], cells: Mapping[str, Sequence[int]]) -> Numbers:
        axes = np.indices((len(parts), *(len(numbers) for numbers in cells.values()))).reshape(1 + len(cells), -1)
        told = {column: tuple(self.told(column, number) for number in numbers) for column, numbers in cells.items()}
        columns = {ITEM: _Cells(tuple({"item": part} for part in parts), axes[0])}
        columns |= {column: _Cells(told[column], numbers) for column, numbers in zip(told, axes[1:], strict=True)}
        plan = Plan(self.view, self.book, columns, self.evaluation.assume, self.on, within=self)
        node = plan.rule(rule)
        plan.prepare()
        return plan.rows(slice(0, axes.shape[1])).of(node).reshape(len(parts), -1)

    def bound(self, columns: Sequence[str], numbers: Sequence[int], *, named: bool = False) -> Bound:
        """Return what some cells tell, as a case of its own, the same one whenever it is asked for; *named*, one that names the item."""
        item, rest = "", []
        for column, number in zip(columns, numbers, strict=True):
            if column == ITEM:
                item = self.items[number]
            else:
                rest.append((column, number))
        name = item if named else ""
        key = (name, *rest)
        if key not in self._minis:
            cells = joined_cells(*(self.told(column, number) for column, number in rest))
            self._minis[key] = Case(**cells).resolved(self.view.graph).model_copy(update={"item": name})
        return Bound(item, self._minis[key])

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
