"""How rules are put to a table of cases: what each condition reads of which column, and how the answers are combined.

Comes in: a view, a rulebook, a table. Goes out: a :class:`Plan`: for each rule a tree over *sources*. A source is what one condition
comes to for each different cell of a column, for each row by several columns, or what another rule comes to. Cells are read by the
reader of single cases, once each; how readings are combined follows the same reader, on arrays.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from policygraph.case import ROLES, Case
from policygraph.law import conditions as law
from policygraph.law.evaluate import PARTS, Evaluation, stands_for_all
from policygraph.law.inputs import PLACES
from policygraph.law.question import family_of
from policygraph.law.readings import NO, UNKNOWN, YES
from policygraph.law.rulebook import Rule, Rulebook, in_operation
from policygraph.law.table import CaseTable, joined_cells
from policygraph.law.told import Bound
from policygraph.law.verdicts import Codes, Verdicts, merged, weighed
from policygraph.truth import Strength, Verdict
from policygraph.view import FrozenView

__all__ = ["Plan", "Source", "Tree"]

Numbers = npt.NDArray[Any]
Run = Callable[[Mapping[int, Verdicts], int], Verdicts]

_ITEM: Final = "item"
_DENSE: Final = 1 << 22
_UNREAD: Final = 255


class Rows(Protocol):
    """Some rows of the table, as sources see them."""

    size: int

    @property
    def codes(self) -> Mapping[str, Numbers]:
        """For each column of the plan, the number of each row's cell."""

    def rule_codes(self, name: str) -> Codes:
        """Return how a rule comes out in each row."""


@dataclass(frozen=True, eq=False)
class Source:
    """What something comes to, row by row.

    Attributes
    ----------
    column
        The one column it is read of; empty where *codes* works it out from more.
    table
        For one column: the code of the verdict for each different cell.
    """

    id: int
    column: str
    table: Codes
    codes: Callable[[Rows], Codes]


@dataclass(frozen=True, eq=False)
class Tree:
    """A rule: the sources it reads, and how their verdicts are combined."""

    sources: tuple[Source, ...]
    run: Run


@dataclass(frozen=True, eq=False)
class _Cells:
    """A column of the plan: what each different cell tells, and each row's number."""

    told: tuple[Mapping[str, Any], ...]
    codes: Numbers


class Plan:
    """How the rules of a book are put to a table."""

    def __init__(
        self, view: FrozenView, book: Rulebook, cases: CaseTable, told: Mapping[str, tuple[Mapping[str, Any], ...]],
        assume: Mapping[str, str],
    ) -> None:  # fmt: skip
        self.view = view
        self.book = book
        self.on = view.as_of
        self.evaluation = Evaluation(view, book, self.on, assume)
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
        cells = self._columns.get(_ITEM)
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
        here = many[codes[_ITEM]]
        first = np.array([members[0] for members in self._members])
        if not (here > 1).any():
            return {**codes, _ITEM: first[codes[_ITEM]]}, None
        starts = np.concatenate(([0], np.cumsum(here)[:-1])).astype(np.intp)
        repeated = {name: np.repeat(each, here) for name, each in codes.items()}
        flat = np.concatenate(self._members)
        begins = np.concatenate(([0], np.cumsum(many)[:-1]))
        place = np.arange(int(here.sum())) - np.repeat(starts, here)
        repeated[_ITEM] = flat[np.repeat(begins[codes[_ITEM]], here) + place]
        return repeated, starts

    # ---- rules

    def tree(self, name: str) -> Tree:
        """Return the tree of a rule."""
        if name not in self._trees:
            self._trees[name] = _Compiler(self).rule(self.book.rules[name])
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
                if isinstance(condition, law.RuleResult) and condition.item == _ITEM:
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

    def source(self, key: object, column: str, make: Callable[[], Codes | Callable[[Rows], Codes]]) -> Source:
        """Return a source, made once for each key."""
        with self._lock:
            if key not in self._sources:
                made = make()
                number = len(self._sources)
                if isinstance(made, np.ndarray):
                    table = made
                    self._sources[key] = Source(number, column, table, lambda rows: np.take(table, rows.codes[column]))
                else:
                    self._sources[key] = Source(number, "", np.zeros(0, np.uint8), made)
            return self._sources[key]

    def columns_of(self, inputs: frozenset[str]) -> tuple[str, ...]:
        """Return the columns of the plan that tell some inputs."""
        return tuple(sorted(name for name in self._columns if name in inputs))

    def cells(self, column: str) -> int:
        """Return how many different cells a column has."""
        return len(self.items) if column == _ITEM else len(self._columns[column].told)

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
            item = next((self.items[number] for column, number in zip(columns, numbers, strict=True) if column == _ITEM), "")
            rest = [(column, number) for column, number in zip(columns, numbers, strict=True) if column != _ITEM]
            key = tuple(rest)
            if key not in self._minis:
                cells = joined_cells(*(self.told(column, number) for column, number in rest))
                self._minis[key] = Case(**cells).resolved(self.view.graph)
            evaluation, case = self.evaluation, self._minis[key]
            reading = evaluation.settled(lambda: evaluation.condition(condition, Bound(item, case)))
            evaluation.forget()
            return Verdicts.code_of(reading.verdict)

    def narrowed(self, condition: law.Condition, role: str) -> law.Condition:
        """Return a condition on one of its roles alone, the same value each time."""
        key = (id(condition), role)
        if key not in self._copies:
            self._copies[key] = condition.model_copy(update={"role": (role,)})
        return self._copies[key]


def _columns(cases: CaseTable, told: Mapping[str, tuple[Mapping[str, Any], ...]]) -> Iterator[tuple[str, _Cells]]:
    """Yield the columns of a plan: one for each input that rules read, joined from those of the table that tell it."""
    table = {name: _Cells(told[name], column.codes) for name, column in cases.columns.items()}
    for name in ("item", "eccn", "act", "from", "to", "facility", "service", "authorisations", "quantity", "value"):
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
        key = key * len(each.told) + each.codes
    combinations, codes = np.unique(key, return_inverse=True)
    told = []
    for combination in combinations.tolist():
        numbers, rest = [], combination
        for each in reversed(cells):
            rest, number = divmod(rest, len(each.told))
            numbers.append(each.told[number])
        told.append(joined_cells(*reversed(numbers)))
    return _Cells(tuple(told), codes.astype(np.uint32))


# ---- trees


class _Compiler:
    """Makes the tree of one rule."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.sources: dict[int, Source] = {}

    def rule(self, rule: Rule) -> Tree:
        evaluation = self.plan.evaluation
        version, operation = evaluation.operation(rule)
        runs = [_constant(operation.verdict)]
        if version is not None:
            where = version.when
            if stands_for_all(version) and isinstance(where, law.All):
                runs += [self.condition(child) for child in where.of]
            else:
                runs.append(self._counted(self.condition(where), version))
            for other in self.plan.book.displacers.get(rule.id, ()):
                runs.append(_not(self._use(self._of_rule(other))))
        run = _all(runs)
        return Tree(tuple(self.sources.values()), run)

    def _use(self, source: Source) -> Run:
        self.sources[source.id] = source
        return lambda env, size: env[source.id]

    def _counted(self, run: Run, of: Any) -> Run:
        """Cap what is in doubt and leave out what is too weak, as the reader of single cases does."""
        if of.confidence or (of.edition is not None and self.plan.on < of.edition):
            run = _then(run, lambda verdicts: verdicts.at_most(Strength.PRESUMED))
        least = self.plan.view.policy.at_least
        return _then(run, lambda verdicts: verdicts.at_least(least)) if least > Strength.ALLEGED else run

    def condition(self, condition: law.Condition) -> Run:
        match condition:
            case law.All():
                run = _all([self.condition(child) for child in condition.of])
            case law.Any_():
                run = _any([self.condition(child) for child in condition.of])
            case law.Not():
                run = _not(self.condition(condition.of))
            case law.Presumed():
                run = self._presumed(condition)
            case law.RuleResult() if condition.item == _ITEM:
                run = self._use(self._of_rule(condition.rule))
            case law.Knowledge():
                run = self._knowledge(condition)
            case law.Classified() if condition.item == _ITEM and self.plan.has("eccn"):
                run = self._classified(condition)
            case law.Listed() | law.Headquartered() | law.Owned() | law.PartyIs() | law.PersonOf() | law.Place():
                return self._use(self._of_roles(condition))
            case _:
                return self._use(self._leaf(condition))
        return self._counted(run, condition)

    def _presumed(self, condition: law.Presumed) -> Run:
        asked = [self.condition(one) if one is not None else None for one in (condition.if_, condition.of, condition.unless)]
        silent = [_constant(YES), _constant(UNKNOWN), _constant(UNKNOWN)]
        ground, record, shown = (one or left for one, left in zip(asked, silent, strict=True))

        def run(env: Mapping[int, Verdicts], size: int) -> Verdicts:
            given, said, rebutted = ground(env, size), record(env, size), shown(env, size)
            held = weighed(merged((given.supported.at_most(Strength.PRESUMED), (~given).opposed)), said)
            return (held & rebutted.opposed).where(rebutted.all_ > 0, held)

        return run

    def _of_rule(self, name: str) -> Source:
        return self.plan.source(("rule", name), "", lambda: lambda rows: rows.rule_codes(name))

    def _knowledge(self, condition: law.Knowledge) -> Run:
        """Read knowledge as told by the case, or supplied by a notice that is worked through like any condition."""
        plan, topic = self.plan, condition.of
        evaluation = plan.evaluation
        notices: list[Run] = [_constant(UNKNOWN)]
        for rule in plan.book.notices(topic):
            notice = rule.notice
            if notice is None or evaluation.is_rejected(rule):
                continue
            known_by = plan.view.known_by
            status = evaluation.assume.get(rule.id, in_operation(rule.operates, plan.on, known_by)[0])
            if plan.on >= notice.since and (known_by is None or known_by >= notice.since) and status == "in-force":
                notices.append(_then(self.condition(notice.when), lambda verdicts: verdicts.supported.at_most(Strength.PRESUMED)))
        supplied = _any(notices)
        column = next((name for name in (f"knowledge:{topic}", "knowledge") if plan.has(name)), "")
        told = self._use(self._told(column, topic)) if column else _constant(UNKNOWN)

        def run(env: Mapping[int, Verdicts], size: int) -> Verdicts:
            said, notice = told(env, size), supplied(env, size)
            disputed = Verdicts(notice.all_, np.zeros_like(notice.clear)).where(notice.all_ > 0, said)
            return notice.where(said.all_ == 0, disputed.where(said.all_ < 0, said))

        return run

    def _told(self, column: str, topic: str) -> Source:
        def make() -> Codes:
            known = [Case(**self.plan.told(column, number)).knows(topic) for number in range(self.plan.cells(column))]
            return np.array([Verdicts.code_of({True: YES, False: NO, None: UNKNOWN}[one]) for one in known], np.uint8)

        return self.plan.source(("told", column, topic), column, make)

    def _classified(self, condition: law.Classified) -> Run:
        """Read the entries that the case tells where it does, and those of the item elsewhere."""
        plan = self.plan
        by_case = self._use(plan.source(("eccn", _asking(condition)), "eccn", lambda: _table(plan, condition, "eccn")))
        is_told = self._use(plan.source("eccn-told", "eccn", lambda: _is_told(plan)))
        columns = plan.columns_of(frozenset((_ITEM,)))
        by_item = self._use(self._read_of(condition, columns))
        return lambda env, size: by_case(env, size).where(is_told(env, size).all_ > 0, by_item(env, size))

    def _of_roles(self, condition: Any) -> Source:
        """Read a condition on parties or places: any role that passes is enough, so each is read by itself."""
        plan = self.plan
        columns: list[tuple[str, law.Condition]] = []
        for role in condition.role:
            alone = condition if len(condition.role) == 1 else plan.narrowed(condition, role)
            if role == "any":
                everybody = plan.party_columns() or ("",)
                columns += [(column, alone) for column in everybody]
            else:
                columns.append((_column_of_role(plan, role), alone))
        key = ("roles", _asking(condition))
        if len(columns) == 1:
            column, alone = columns[0]
            return self._read_of(alone, (column,) if column else ())
        parts = [self._read_of(alone, (column,) if column else ()) for column, alone in columns]

        def codes(rows: Rows) -> Codes:
            return reduce(Verdicts.__or__, (Verdicts.decoded(part.codes(rows)) for part in parts)).codes

        return plan.source(key, "", lambda: codes)

    def _leaf(self, condition: law.Condition) -> Source:
        inputs = self.plan.book.inputs.of(condition)
        named = {"given" if name.startswith("given:") else name for name in inputs}
        if any(name.startswith("knowledge:") for name in named):
            named.add("knowledge")
        return self._read_of(condition, self.plan.columns_of(frozenset(named)))

    def _read_of(self, condition: law.Condition, columns: tuple[str, ...]) -> Source:
        """Read a condition of some columns; conditions that ask the same are read once for all rules."""
        plan = self.plan
        key = ("read", _asking(condition), columns)
        if not columns:
            return plan.source(key, "", lambda: _everywhere(np.uint8(plan.read(condition, (), ()))))
        if columns == (_ITEM,) and isinstance(condition, law.Path | law.Contains):
            return plan.source(key, _ITEM, lambda: self._led(condition))
        if len(columns) == 1:
            return plan.source(key, columns[0], lambda: _table(plan, condition, columns[0]))
        return plan.source(key, "", lambda: _Tuples(plan, condition, columns).codes)

    def _led(self, condition: law.Path | law.Contains) -> Codes:
        """Read a path from every item at once."""
        plan = self.plan
        path, target = (condition.path, condition.to) if isinstance(condition, law.Path) else (PARTS, condition.what)
        found = plan.evaluation.settled(lambda: plan.evaluation.leads(path, plan.items, target))
        codes = np.array([Verdicts.code_of(verdict) for verdict in found], np.uint8)
        counted = self._counted(lambda env, size: Verdicts.decoded(codes), condition)
        return counted({}, len(codes)).codes


def _column_of_role(plan: Plan, role: str) -> str:
    places = {"incorporator": "into", "employer": "party:actor", **{place: place for place in PLACES}}
    name = places.get(role, f"party:{role}")
    return name if plan.has(name) else ""


def _everywhere(code: np.uint8) -> Callable[[Rows], Codes]:
    return lambda rows: np.full(rows.size, code)


def _asking(condition: law.Condition) -> str:
    """Return what a condition asks, in words that are the same for all that ask it, wherever they stand."""
    return condition.model_dump_json(exclude={"name", "cite", "note", "place"})


def _table(plan: Plan, condition: law.Condition, column: str) -> Codes:
    return np.array([plan.read(condition, (column,), (number,)) for number in range(plan.cells(column))], np.uint8)


def _is_told(plan: Plan) -> Codes:
    return np.array([Verdicts.code_of(YES if plan.told("eccn", number) else NO) for number in range(plan.cells("eccn"))], np.uint8)


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

    def codes(self, rows: Rows) -> Codes:
        key = np.zeros(rows.size, np.int64)
        for column, count in zip(self.columns, self.counts, strict=True):
            key = key * count + rows.codes[column]
        if self.dense is not None:
            found = np.take(self.dense, key)
            missing = np.unique(key[found == _UNREAD])
            for combination in missing.tolist():
                self.dense[combination] = self._read(combination)
            return np.take(self.dense, key) if len(missing) else found
        combinations, place = np.unique(key, return_inverse=True)
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


def _constant(verdict: Verdict) -> Run:
    return lambda env, size: Verdicts.filled(verdict, size)


def _all(runs: Sequence[Run]) -> Run:
    return lambda env, size: reduce(Verdicts.__and__, (run(env, size) for run in runs), Verdicts.filled(YES, size))


def _any(runs: Sequence[Run]) -> Run:
    return lambda env, size: reduce(Verdicts.__or__, (run(env, size) for run in runs), Verdicts.filled(NO, size))


def _not(run: Run) -> Run:
    return lambda env, size: ~run(env, size)


def _then(run: Run, change: Callable[[Verdicts], Verdicts]) -> Run:
    return lambda env, size: change(run(env, size))
