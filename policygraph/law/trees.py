"""The tree of a rule, for many cases: which columns its conditions read, and how their verdicts are combined.

Comes in: a rule, and a plan that reads cells. Goes out: a :class:`~policygraph.law.nodes.Run`. How readings are combined follows the
reader of single cases, condition by condition, on arrays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import and_, or_
from typing import TYPE_CHECKING, Any

import numpy as np

from policygraph.case import Case
from policygraph.law import conditions as law
from policygraph.law.contents import bearing, parts_of
from policygraph.law.evaluate import stands_for_all
from policygraph.law.inputs import PLACES
from policygraph.law.led import from_entries, is_led, led
from policygraph.law.nodes import ITEM, Node, Run, joined
from policygraph.law.readings import NO, UNKNOWN, YES
from policygraph.law.rulebook import Rule, in_operation
from policygraph.law.told import names_role
from policygraph.law.verdicts import Codes, Verdicts, merged, weighed
from policygraph.truth import Strength

if TYPE_CHECKING:
    from policygraph.law.plan import Plan

__all__ = ["compiled"]



def compiled(plan: Plan, rule: Rule) -> Run:
    """Return how a rule comes out."""
    return _Compiler(plan, rule.id).rule(rule)


class _Compiler:
    """Makes the tree of one rule."""

    def __init__(self, plan: Plan, name: str) -> None:
        self.plan = plan
        self.name = name

    def rule(self, rule: Rule) -> Run:
        evaluation = self.plan.evaluation
        version, operation = evaluation.operation(rule)
        runs = [Run.constant(operation.verdict)]
        # what does not operate is not met, whatever else; so nothing is read for it
        if version is not None and operation.verdict != NO:
            where = version.when
            if stands_for_all(version) and isinstance(where, law.All):
                runs += [self.condition(child) for child in where.of]
            else:
                runs.append(self._counted(self.condition(where), version))
            runs += [~self._of_rule(other) for other in self.plan.book.displacers.get(rule.id, ())]
        return self._all(runs)

    def _all(self, runs: Sequence[Run]) -> Run:
        return joined([Run.constant(YES), *runs], and_, self.plan.unnamed)

    def _any(self, runs: Sequence[Run]) -> Run:
        return joined([Run.constant(NO), *runs], or_, self.plan.unnamed)

    def _counted(self, run: Run, of: Any) -> Run:
        """Cap what is in doubt and leave out what is too weak, as the reader of single cases does."""
        if of.confidence or (of.edition is not None and self.plan.on < of.edition):
            run = run.then(lambda verdicts: verdicts.at_most(Strength.PRESUMED))
        least = self.plan.view.policy.at_least
        return run.then(lambda verdicts: verdicts.at_least(least)) if least > Strength.ALLEGED else run

    def condition(self, condition: law.Condition) -> Run:
        match condition:
            case law.All():
                run = self._all([self.condition(child) for child in condition.of])
            case law.Any_():
                run = self._any([self.condition(child) for child in condition.of])
            case law.Not():
                run = ~self.condition(condition.of)
            case law.Presumed():
                run = self._presumed(condition)
            case law.RuleResult() if condition.item == ITEM:
                run = self._of_rule(condition.rule)
            case law.Knowledge():
                run = self._knowledge(condition)
            case law.Classified() if condition.item == ITEM and self.plan.has("eccn"):
                run = self._unless_told(condition)
            case law.Path() if from_entries(condition) and self.plan.has("eccn"):
                run = self._unless_told(condition)
            case law.Listed() | law.Headquartered() | law.Owned() | law.PartyIs() | law.PersonOf() | law.Place():
                return self._of_roles(condition)
            case _:
                return self._leaf(condition)
        return self._counted(run, condition)

    def _presumed(self, condition: law.Presumed) -> Run:
        asked = [self.condition(one) if one is not None else None for one in (condition.if_, condition.of, condition.unless)]
        silent = [Run.constant(YES), Run.constant(UNKNOWN), Run.constant(UNKNOWN)]

        def work(given: Verdicts, said: Verdicts, rebutted: Verdicts) -> Verdicts:
            held = weighed(merged((given.supported.at_most(Strength.PRESUMED), (~given).opposed)), said)
            return (held & rebutted.opposed).where(rebutted.all_ > 0, held)

        return Run.made([one or left for one, left in zip(asked, silent, strict=True)], work)

    def _of_rule(self, name: str) -> Run:
        return Run.of(self.plan.rule(name))

    def _knowledge(self, condition: law.Knowledge) -> Run:
        """Read knowledge as told by the case, or supplied by a notice that is worked through like any condition."""
        plan, topic = self.plan, condition.of
        evaluation = plan.evaluation
        notices: list[Run] = [Run.constant(UNKNOWN)]
        for rule in plan.book.notices(topic):
            notice = rule.notice
            if notice is None or evaluation.is_rejected(rule):
                continue
            known_by = plan.view.known_by
            status = evaluation.assume.get(rule.id, in_operation(rule.operates, plan.on, known_by)[0])
            if plan.on >= notice.since and (known_by is None or known_by >= notice.since) and status == "in-force":
                notices.append(self.condition(notice.when).then(lambda verdicts: verdicts.supported.at_most(Strength.PRESUMED)))
        column = next((name for name in (f"knowledge:{topic}", "knowledge") if plan.has(name)), "")
        told = Run.of(self._told(column, topic)) if column else Run.constant(UNKNOWN)

        def work(said: Verdicts, notice: Verdicts) -> Verdicts:
            disputed = Verdicts(notice.all_, np.zeros_like(notice.clear)).where(notice.all_ > 0, said)
            return notice.where(said.all_ == 0, disputed.where(said.all_ < 0, said))

        return Run.made([told, self._any(notices)], work)

    def _told(self, column: str, topic: str) -> Node:
        plan = self.plan

        def make(number: int) -> Node:
            known = [Case(**plan.told(column, cell)).knows(topic) for cell in range(plan.cells(column))]
            codes = [Verdicts.code_of({True: YES, False: NO, None: UNKNOWN}[one]) for one in known]
            return Node.of_column(number, column, np.array(codes, np.uint8))

        return plan.node(("told", column, topic), make)

    def _unless_told(self, condition: law.Classified | law.Path) -> Run:
        """Read what asks for entries off those that the case tells where it does, and off those of the item elsewhere."""
        plan = self.plan
        by_case = self._read_of(condition, ("eccn",))
        is_told = Run.of(plan.node("eccn-told", lambda number: Node.of_column(number, "eccn", _is_told(plan))))
        by_item = self._read_of(condition, plan.columns_of(frozenset((ITEM,))))
        return Run.made([by_case, is_told, by_item], lambda case, told, item: case.where(told.all_ > 0, item))

    def _of_roles(self, condition: Any) -> Run:
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
        return joined([self._read_of(alone, (column,) if column else ()) for column, alone in columns], or_, plan.unnamed)

    def _leaf(self, condition: law.Condition) -> Run:
        inputs = self.plan.book.inputs.of(condition)
        if isinstance(condition, law.Some | law.Every) and condition.among == "parties" and not self.plan.book.inputs.of_test(condition):
            return self._of_parties(condition)
        if isinstance(condition, law.Content) and condition.item == ITEM:
            node = self.plan.node(("content", _asking(condition)), lambda number: self._of_content(condition, number))
            self.plan.note(self.name, ("act", "to", ITEM), node)
            return Run.of(node)
        named = {"given" if name.startswith("given:") else name for name in inputs}
        if any(name.startswith("knowledge:") for name in named):
            named.add("knowledge")
        return self._read_of(condition, self.plan.columns_of(frozenset(named)))

    def _of_parties(self, condition: law.Some | law.Every) -> Run:
        """Read a test of every party, or of some: each column of parties by itself, since they are only joined."""
        parts = [self._read_of(condition, (column,)) for column in self.plan.party_columns()] or [self._read_of(condition, ())]
        return joined(parts, or_ if condition.kind == "some" else and_, self.plan.unnamed)

    def _of_content(self, condition: law.Content, number: int) -> Node:
        """Read content once for each item of which no part is on record, and elsewhere by whatever bears on its parts."""
        plan = self.plan
        if not plan.has(ITEM):
            return Node.constant(number, np.uint8(plan.read(condition, (), ())))
        bears = [bearing(plan.evaluation, condition, item) if item else frozenset[str]() for item in plan.items]
        asked = frozenset(name for names in bears for name in names)
        if not condition.needs and not names_role(condition.of):
            asked -= {"act", "to"}
        columns = tuple(name for name in plan.columns_of(asked) if name != ITEM)
        alone = {cell: plan.read(condition, (ITEM,), (cell,)) for cell, names in enumerate(bears) if not names or not columns}
        if not columns:
            return Node.of_column(number, ITEM, np.array([alone[cell] for cell in range(len(bears))], np.uint8))
        if not condition.needs or names_role(condition.of) or not {"act", "to"}.issuperset(columns):
            return plan.of_columns(
                number, (ITEM, *columns),
                lambda cells: alone[cells[0]] if cells[0] in alone else plan.read(condition, (ITEM, *columns), cells),
            )  # fmt: skip
        return self._of_parts(condition, number, columns, alone)

    def _of_parts(self, condition: law.Content, number: int, columns: tuple[str, ...], alone: Mapping[int, int]) -> Node:
        """Read content once for each set of parts of an item that its rule reaches; nothing else of the case bears on it."""
        plan = self.plan
        alike = {column: plan.alike(condition.needs, column) for column in columns}
        parts = {cell: parts_of(plan.evaluation, item) if item else () for cell, item in enumerate(plan.items)}
        every = tuple(dict.fromkeys(part for each in parts.values() for part in each))
        stand = {column: np.unique(numbers) for column, numbers in alike.items()}
        reached = plan.needed(condition.needs, every, {column: numbers.tolist() for column, numbers in stand.items()})
        rows = {cell: [every.index(part) for part in each] for cell, each in parts.items()}
        known: dict[tuple[int, bytes], int] = {}

        def read(cells: Sequence[int]) -> int:
            if cells[0] in alone:
                return alone[cells[0]]
            places = tuple(int(np.searchsorted(stand[column], cell)) for column, cell in zip(columns, cells[1:], strict=True))
            which = int(np.ravel_multi_index(places, tuple(len(numbers) for numbers in stand.values())))
            key = (cells[0], reached[rows[cells[0]], which].tobytes())
            if key not in known:
                known[key] = plan.read(condition, (ITEM, *columns), cells)
            return known[key]

        return plan.of_columns(number, (ITEM, *columns), read, alike)

    def _read_of(self, condition: law.Condition, columns: tuple[str, ...]) -> Run:
        """Read a condition of some columns; conditions that ask the same are read once for all rules."""
        plan = self.plan

        def make(number: int) -> Node:
            if not columns:
                return Node.constant(number, np.uint8(plan.read(condition, (), ())))
            if len(columns) > 1:
                return plan.of_columns(number, columns, lambda cells: plan.read(condition, columns, cells))
            if isinstance(condition, law.Path | law.Contains) and is_led(condition):
                return Node.of_column(number, columns[0], self._led(condition, columns[0]))
            cells = range(plan.cells(columns[0]))
            return Node.of_column(number, columns[0], np.array([plan.read(condition, columns, (cell,)) for cell in cells], np.uint8))

        node = plan.node(("read", _asking(condition), columns), make)
        plan.note(self.name, columns, node)
        return Run.of(node)

    def _led(self, condition: law.Path | law.Contains, column: str) -> Codes:
        """Read a path from every cell at once."""
        codes = led(self.plan, condition, column)
        run = self._counted(Run({}, lambda env, size: Verdicts.decoded(codes)), condition)
        return run.work({}, len(codes)).codes


def _column_of_role(plan: Plan, role: str) -> str:
    places = {"incorporator": "into", "employer": "party:actor", **{place: place for place in PLACES}}
    name = places.get(role, f"party:{role}")
    return name if plan.has(name) else ""


def _asking(condition: law.Condition) -> str:
    """Return what a condition asks, in words that are the same for all that ask it, wherever they stand."""
    return condition.model_dump_json(exclude={"name", "cite", "note", "place"})


def _is_told(plan: Plan) -> Codes:
    return np.array([Verdicts.code_of(YES if plan.told("eccn", number) else NO) for number in range(plan.cells("eccn"))], np.uint8)
