"""The tree of a rule, for many cases: which sources it reads, and how their verdicts are combined.

Comes in: a rule, and a plan that reads cells. Goes out: a :class:`Tree`. How readings are combined follows the reader of single cases,
condition by condition, on arrays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np
import numpy.typing as npt

from policygraph.case import Case
from policygraph.law import conditions as law
from policygraph.law.contents import bearing
from policygraph.law.evaluate import PARTS, stands_for_all
from policygraph.law.inputs import PLACES
from policygraph.law.readings import NO, UNKNOWN, YES
from policygraph.law.rulebook import Rule, in_operation
from policygraph.law.verdicts import Codes, Verdicts, merged, weighed
from policygraph.truth import Strength, Verdict

if TYPE_CHECKING:
    from policygraph.law.plan import Plan

__all__ = ["ITEM", "Cells", "Rows", "Source", "Tree", "compiled"]

Numbers = npt.NDArray[Any]
Run = Callable[[Mapping[int, Verdicts], int], Verdicts]

ITEM: Final = "item"
"""The column of the item, whose cells are members where they name families."""


class Cells(Protocol):
    """For each column of the plan, the number of each row's cell."""

    @property
    def size(self) -> int:
        """How many rows there are."""

    @property
    def codes(self) -> Mapping[str, Numbers]:
        """The numbers, by column."""


class Rows(Cells, Protocol):
    """Some rows of the table, as sources see them."""

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
    reads
        All columns it is read of.
    """

    id: int
    column: str
    table: Codes
    codes: Callable[[Rows], Codes]
    reads: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Tree:
    """A rule: the sources it reads, and how their verdicts are combined."""

    sources: tuple[Source, ...]
    run: Run


def compiled(plan: Plan, rule: Rule) -> Tree:
    """Return the tree of a rule."""
    return _Compiler(plan).rule(rule)


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
            case law.RuleResult() if condition.item == ITEM:
                run = self._use(self._of_rule(condition.rule))
            case law.Knowledge():
                run = self._knowledge(condition)
            case law.Classified() if condition.item == ITEM and self.plan.has("eccn"):
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
        columns = plan.columns_of(frozenset((ITEM,)))
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

        return plan.source(key, "", lambda: codes, tuple(column for column, _ in columns))

    def _leaf(self, condition: law.Condition) -> Source:
        inputs = self.plan.book.inputs.of(condition)
        if isinstance(condition, law.Some | law.Every) and condition.among == "parties" and not self.plan.book.inputs.of_test(condition):
            return self._of_parties(condition)
        if isinstance(condition, law.Content) and condition.item == ITEM:
            return self.plan.source(("content", _asking(condition)), "", lambda: self._of_content(condition), ("act", "to"))
        named = {"given" if name.startswith("given:") else name for name in inputs}
        if any(name.startswith("knowledge:") for name in named):
            named.add("knowledge")
        return self._read_of(condition, self.plan.columns_of(frozenset(named)))

    def _of_parties(self, condition: law.Some | law.Every) -> Source:
        """Read a test of every party, or of some: each column of parties by itself, since they are only joined."""
        parts = [self._read_of(condition, (column,)) for column in self.plan.party_columns()] or [self._read_of(condition, ())]
        join = Verdicts.__or__ if condition.kind == "some" else Verdicts.__and__

        def codes(rows: Rows) -> Codes:
            return reduce(join, (Verdicts.decoded(part.codes(rows)) for part in parts)).codes

        return self.plan.source(("parties", _asking(condition)), "", lambda: codes)

    def _of_content(self, condition: law.Content) -> Callable[[Rows], Codes]:
        """Read content once for each item of which no part is on record, and elsewhere by whatever bears on its parts."""
        plan = self.plan
        bears = [bearing(plan.evaluation, condition, item) if item else frozenset[str]() for item in plan.items]
        here = (ITEM,) if plan.has(ITEM) else ()
        table = np.array([plan.read(condition, here, (number,) if here else ()) for number in range(len(plan.items))], np.uint8)
        with_parts = np.array([bool(names) for names in bears])
        columns = plan.columns_of(frozenset((ITEM, *(name for names in bears for name in names))))
        tuples = plan.tuples(condition, columns)
        alike = {column: plan.alike(condition.needs, column) for column in columns if column != ITEM and condition.needs}

        def codes(rows: Rows) -> Codes:
            items = rows.codes[ITEM] if here else np.zeros(rows.size, np.int64)
            found = np.take(table, items)
            among = np.flatnonzero(np.take(with_parts, items))
            if len(among):
                numbers = {column: rows.codes[column][among] for column in columns}
                found[among] = tuples(_Some(len(among), {**numbers, **{name: np.take(alike[name], numbers[name]) for name in alike}}))
            return found

        return codes

    def _read_of(self, condition: law.Condition, columns: tuple[str, ...]) -> Source:
        """Read a condition of some columns; conditions that ask the same are read once for all rules."""
        plan = self.plan
        key = ("read", _asking(condition), columns)
        if not columns:
            return plan.source(key, "", lambda: _everywhere(np.uint8(plan.read(condition, (), ()))))
        if columns == (ITEM,) and (isinstance(condition, law.Contains) or (isinstance(condition, law.Path) and condition.start == ITEM)):
            return plan.source(key, ITEM, lambda: self._led(condition))
        if len(columns) == 1:
            return plan.source(key, columns[0], lambda: _table(plan, condition, columns[0]))
        return plan.source(key, "", lambda: plan.tuples(condition, columns), columns)

    def _led(self, condition: law.Path | law.Contains) -> Codes:
        """Read a path from every item at once."""
        plan = self.plan
        path, target = (condition.path, condition.to) if isinstance(condition, law.Path) else (PARTS, condition.what)
        found = plan.evaluation.settled(lambda: plan.evaluation.leads(path, plan.items, target))
        codes = np.array([Verdicts.code_of(verdict) for verdict in found], np.uint8)
        counted = self._counted(lambda env, size: Verdicts.decoded(codes), condition)
        return counted({}, len(codes)).codes


@dataclass(frozen=True, eq=False)
class _Some:
    """Some of the rows."""

    size: int
    codes: Mapping[str, Numbers]


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
