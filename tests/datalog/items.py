"""Conditions on items as Datalog: families, statements, attributes, figures, entries of control lists, paths and their ends.

Comes in: a condition, and to what its names refer. Goes out: a verdict on the variables it reads. What the case tells is in
``conditions.py``, the rules that are asked for in ``reader.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Final

from policygraph.case import Case
from policygraph.law import conditions as law
from policygraph.law.rulebook import Rule, Rulebook
from policygraph.truth import Strength, Verdict
from policygraph.view import FrozenView
from tests.datalog.figures import Measures
from tests.datalog.graded import NO, UNKNOWN, Algebra, Graded, Pair, pair
from tests.datalog.paths import Paths
from tests.datalog.program import Atom, Bool, Program
from tests.datalog.rows import Column, Rows
from tests.datalog.world import ENTITY, World

__all__ = ["ENTRIES", "PARTS", "Items", "Scope"]

PARTS: Final = "pg:incorporates+"
ENTRIES: Final = "pg:variantOf?/pg:classifiedAs"
NO_PARTIES: Final = ("item", "eccn", "from", "to", "destination", "facility", "into")
"""Names of what is no party."""


@dataclass(frozen=True)
class Scope:
    """To what names refer: the variable of the item, whether it is asked for by itself, and what is bound, each with its variable."""

    item: str
    alone: bool
    bound: Mapping[str, str] = field(default_factory=dict)


class Items:
    """Conditions on items as verdicts of a program.

    Parameters
    ----------
    on
        The day by which the law is read.
    """

    def __init__(self, program: Program, view: FrozenView, book: Rulebook, on: date, rows: Rows, world: World) -> None:
        self.program = program
        self.view = view
        self.book = book
        self.on = on
        self.rows = rows
        self.world = world
        self.algebra = Algebra(program)
        self.paths = Paths(world)
        self.measures = Measures(view)
        self._classified: dict[object, Graded] = {}
        self._figures: dict[tuple[object, ...], Graded] = {}
        self._bound = 0
        self.untold: dict[str, Bool] = {}

    def rule(self, name: str, scope: Scope) -> Graded:
        """Return how a rule comes out."""
        raise NotImplementedError

    def is_read(self, rule: Rule) -> bool:
        """Tell whether there is a version by which a rule is read on the day."""
        raise NotImplementedError

    def counted(self, verdict: Graded, of: Any) -> Graded:
        """Cap what is in doubt, and leave out what is weaker than the view asks for."""
        if of.confidence or (of.edition is not None and self.on < of.edition):
            verdict = self.algebra.at_most(verdict)
        least = int(self.view.policy.at_least)
        return self.algebra.at_least(verdict, least) if least > Strength.ALLEGED else verdict

    # ---- names

    def of_items(self, role: str, scope: Scope, test: Graded, *, of_owners: bool = False) -> Graded:
        """Return whether one of the things that a name refers to passes a test of entities; of strangers it is not known.

        A test *of owners* fails for a stranger of whom the case tells that nobody owns it.
        """
        more = tuple(sorted(self.variables(test) - {"*"}))
        if role in scope.bound:
            bound = scope.bound[role]
            return self.if_told(bound, test.at("*", bound).each(self.program.on_rows), of_owners=of_owners)
        if role == "item":
            found = test.at("*", scope.item).each(self.program.on_rows)
            return self._if_any(found) if scope.item == "x" else found
        if scope.alone:
            return UNKNOWN
        column, named = self.named(role)
        index = self.view.graph.index

        def told(case: Case) -> tuple[int, ...] | None:
            return None if (ids := named(case)) is None else tuple(index[one] for one in ids)

        def unknown(case: Case) -> bool:
            strangers = (one for one in case.party(role) or () if one.is_stranger) if role not in NO_PARTIES else ()
            return any(not of_owners or one.owners != () for one in strangers)

        return self.rows.linked(column, told, test, more, unknown)

    def if_told(self, bound: str, found: Graded, *, of_owners: bool = False) -> Graded:
        """Return what is found of something that is bound; nothing of a stranger, and of the item of an act that names none."""
        program, untold = self.program, self.untold.get(bound, False)
        if of_owners and untold:
            alone = program.given((bound,), (number for party, number in self.world.strangers.items() if party.owners == ()))
            untold = program.all(untold, without=[alone])
        if untold is False:
            return found
        return Graded(
            pair(lambda run, grade: program.all(found.for_[run][grade - 1], program.no(untold))),
            pair(lambda run, grade: program.any(untold, found.free[run][grade - 1])),
        )

    def _if_any(self, found: Graded) -> Graded:
        """Return what is found of the item of each row; of a case that names none, nothing is known, and no predicate holds."""
        program, no_item = self.program, self.rows.no_item
        return Graded(
            pair(lambda run, grade: program.no(no_item) if found.for_[run][grade - 1] is True else found.for_[run][grade - 1]),
            pair(lambda run, grade: program.any(no_item, found.free[run][grade - 1])),
        )

    def named(self, role: str) -> tuple[Column, Callable[[Case], tuple[str, ...] | None]]:
        """Return the column that tells of something in a role, and how it names it; the destination is what the place is treated as."""
        if role != "destination":
            return self.rows.named(role)
        column, told = self.rows.named("to")
        treated = self.world.treated_as
        return column, lambda case: None if (places := told(case)) is None else tuple(there for one in places for there in treated(one))

    @staticmethod
    def variables(verdict: Graded) -> set[str]:
        """Return the variables of a verdict."""
        columns = (*verdict.for_, *verdict.free)
        return {arg for column in columns for part in column if isinstance(part, Atom) for arg in part.args}

    # ---- items

    def with_families(self, local: Bool) -> Bool:
        """Return where something holds of an entity, or of a family it is a variant of."""
        there = local.at("*", "y") if isinstance(local, Atom) else local
        return self.program.any(local, self.program.some(ENTITY, self.world.edge("variantOf", 0, 1), there))

    def _said(self, relation: str, object_: str) -> Graded:
        program, world, algebra = self.program, self.world, self.algebra
        said = world.statement(relation, object_)
        target = self.view.graph.index.get(object_)
        told = program.given(ENTITY, (one for one, other in world.pairs(relation, lambda row: True) if other == target))
        against = algebra.against(said)
        evidence = [
            pair(lambda run, grade, side=side: self.with_families(program.all(told, side[run][grade - 1]))) for side in (said.for_, against)
        ]
        return algebra.where(self.with_families(told), algebra.merged(evidence[:1], evidence[1:]), said)

    def _has(self, asked: law.Has) -> Graded:
        """Return whether an attribute has one of some values; what is said of a family holds for its members, as presumed."""
        program, world, algebra = self.program, self.world, self.algebra
        if asked.attribute == "class":
            return algebra.sure(world.of_class([str(value) for value in asked.value]))
        single = self.view.graph.ontology.relations[asked.attribute].one_at_a_time
        wanted = {str(value).lower() for value in asked.value}
        told: set[int] = set()
        evidence: dict[tuple[bool, int, int], set[int]] = {}
        for node in world.known:
            for leaf in self.view.values(self.view.graph.node_ids[node], asked.attribute):
                told.add(node)
                verdict = Verdict.of_leaf(leaf.truth)
                passes = leaf.value.lower() in wanted or leaf.number in asked.value
                for run, truth in enumerate((verdict.all_, verdict.uncontested)):
                    against = (truth.against if passes else truth.for_) if passes or single else 0
                    for side, most in ((True, truth.for_ if passes else 0), (False, against)):
                        for grade in range(1, most + 1):
                            evidence.setdefault((side, run, grade), set()).add(node)
        own = program.given(ENTITY, told)

        def found(side: bool, run: int, grade: int) -> Bool:
            here = program.given(ENTITY, evidence.get((side, run, grade), ()))
            there = here.at("*", "y") if isinstance(here, Atom) and grade <= Strength.PRESUMED else False
            of_family = program.some(ENTITY, world.edge("variantOf", 0, 1), there, without=[own])
            return program.any(here, of_family)

        return algebra.merged([pair(lambda run, grade: found(True, run, grade))], [pair(lambda run, grade: found(False, run, grade))])

    def _measured(self, asked: law.Measure) -> Graded:
        """Return how a quantity compares: a fact, worked out by arithmetic."""
        key = (asked.quantity, asked.comparison, asked.value)
        if key not in self._figures:
            ids = self.view.graph.node_ids
            self._figures[key] = self.algebra.of(ENTITY, {node: self.measures.compared(ids[node], asked) for node in self.world.known})
        return self._figures[key]

    # ---- classification

    def classified(self, codes: Sequence[law.Entry], excepted: Sequence[law.Entry] = ()) -> Graded:
        """Return whether an entity is specified in one of some entries, by claims or by the rules that classify."""
        if excepted:
            return self.algebra.all(self.classified(codes), self.algebra.not_(self.classified(excepted)))
        key = tuple(codes)
        if key not in self._classified:
            live = [entry for entry in codes if entry.stands(self.on)]
            claimed, is_named = self._claimed(live)
            rules = [rule for rule in self._classifiers if any(_covers(entry.code, code) for entry in live for code in rule.classifies)]
            computed = self.algebra.any(*(self.rule(rule.id, Scope("*", True)) for rule in rules))
            told, names = {code for rule in rules for code in rule.classifies}, {entry.code for entry in live}
            whole = all(any(_covers(entry.code, code) for code in told) or not names.isdisjoint(entry.meets) for entry in live)
            found = claimed
            if rules:
                found = self._weighed(claimed, is_named, computed, whole)
            self._classified[key] = found
        return self._classified[key]

    def _weighed(self, claimed: Graded, is_named: Bool, computed: Graded, whole: bool) -> Graded:
        """Weigh what claims say against what rules come to; that nobody names an entry does not dispute figures."""
        program, either = self.program, computed if whole else self.algebra.supported(computed)

        def free(run: int, grade: int) -> Bool:
            silent = program.all(claimed.free[run][grade - 1], either.free[run][grade - 1])
            return program.any(silent, program.all(computed.known, computed.free[run][grade - 1]))

        return self.algebra.where(is_named, self.algebra.joined(claimed, either), Graded(computed.for_, pair(free)))

    def _claimed(self, live: Sequence[law.Entry]) -> tuple[Graded, Bool]:
        """Return whether an entity, or a family it is a variant of, is said to be in one of some entries, and whether anyone says which."""
        program, world, algebra = self.program, self.world, self.algebra
        nodes = self.view.graph.node_ids
        by_code: dict[int, list[int]] = {}
        for one, other in world.pairs("classifiedAs", lambda row: True):
            by_code.setdefault(other, []).append(one)
        shown, opposing, settled, open_ = [], [], [], []
        for code, holders in by_code.items():
            name = nodes[code].removeprefix("eccn:")
            here = program.given(ENTITY, holders)
            said = world.statement("classifiedAs", nodes[code]).each(lambda part, here=here: program.all(here, part))
            against = algebra.against(world.statement("classifiedAs", nodes[code]))
            entry = next((one for one in live if _covers(one.code, name)), None)
            if entry is not None:
                doubtful = bool(entry.confidence) or (entry.edition is not None and self.on < entry.edition)
                capped = range(1, 5) if not doubtful else range(1, 3)
                shown.append(
                    pair(lambda run, grade, said=said, capped=capped: grade in capped and self.with_families(said.for_[run][grade - 1]))
                )
                opposing.append(
                    pair(
                        lambda run, grade, here=here, against=against, capped=capped: (
                            grade in capped and self.with_families(program.all(here, against[run][grade - 1]))
                        )
                    )
                )
                settled.append(here)
            elif "EAR99" in (name, *(one.code for one in live)):
                opposing.append(pair(lambda run, grade, said=said: self.with_families(said.for_[run][grade - 1])))
                settled.append(here)
            elif any(one.code.startswith(f"{name}.") for one in live):
                open_.append(here)
        index = self.view.graph.relation_index.get("classifiedAs")
        column = None if index is None else self.view.complete_from(index)
        said_all = {} if column is None else {node: int(column[node]) for node in world.known}
        is_named = self.with_families(program.any(*settled))
        told = program.any(is_named, self.with_families(program.any(*open_)))

        def silent(run: int, grade: int) -> Bool:
            return program.all(program.given(ENTITY, (node for node, sure in said_all.items() if sure >= grade)), without=[told])

        return algebra.merged(shown, [*opposing, pair(silent)]), is_named

    @cached_property
    def _classifiers(self) -> list[Rule]:
        return [rule for rule in self.book.rules.values() if rule.effect == "classified" and self.is_read(rule)]

    # ---- paths

    def path(self, text: str, start: str, target: law.Target, scope: Scope) -> Graded:
        """Return whether a path leads from what a name refers to, to what is asked for."""
        led = self.paths.led(text, self.target(target, scope))
        return self.of_items(start, scope, led, of_owners=self.paths.leads_to_owners(text))

    def _path(self, asked: law.Path, scope: Scope) -> Graded:
        if asked.start != "eccn":
            return self.path(asked.path, asked.start, asked.to, scope)
        led = self.paths.led(asked.path, self.target(asked.to, scope))
        by_claims = self.path(f"{ENTRIES}/({asked.path})", "item", asked.to, scope)
        by_item = self.algebra.any(by_claims, self.of_items("item", scope, self._from_entries(led)))
        if scope.alone:
            return by_item
        told = self.rows.column("eccn")
        return self.algebra.where(self.rows.where(told, lambda case: case.eccn is not None), self.of_items("eccn", scope, led), by_item)

    def _from_entries(self, led: Graded) -> Graded:
        """Return whether what holds of entries holds of one that a rule puts an entity in; what no rule does, says nothing."""
        args = ("*", *sorted(self.variables(led) - {"*"}))
        inside, not_outside, without_nodes = self._by_rules
        there = led.at("*", "n")

        def free(run: int, grade: int) -> Bool:
            by_codes = self.program.some(args, not_outside[run][grade - 1], there.free[run][grade - 1])
            return self.program.any(by_codes, without_nodes[run][grade - 1])

        return Graded(pair(lambda run, grade: self.program.some(args, inside[run][grade - 1], there.for_[run][grade - 1])), pair(free))

    @cached_property
    def _by_rules(self) -> tuple[Pair, Pair, Pair]:
        """The entries that rules put entities in: how surely, how far not denied, and where the data know none of the entries."""
        program, index = self.program, self.view.graph.index
        found = [(self.rule(rule.id, Scope("*", True)), rule.classifies) for rule in self._classifiers]
        known = [(verdict, [index[f"eccn:{code}"] for code in codes if f"eccn:{code}" in index]) for verdict, codes in found]

        def linked(verdict: Graded, part: Bool, nodes: list[int]) -> Bool:
            return program.some(("*", "n"), verdict.known, part, program.given(("n",), nodes))

        def each(side: Callable[[Graded], Pair]) -> Pair:
            return pair(lambda run, grade: program.any(*(linked(one, side(one)[run][grade - 1], nodes) for one, nodes in known)))

        def unknown(run: int, grade: int) -> Bool:
            return program.any(*(program.all(one.known, one.free[run][grade - 1]) for one, nodes in known if not nodes))

        return each(lambda one: one.for_), each(lambda one: one.free), pair(unknown)

    def target(self, asked: law.Target, scope: Scope) -> Graded:
        """Return which entities are what the end of a path must be."""
        algebra, world = self.algebra, self.world
        parts = []
        if asked.is_:
            parts.append(algebra.sure(world.named(asked.is_)))
        if asked.class_:
            parts.append(algebra.sure(world.of_class(asked.class_)))
        if asked.eccn:
            parts.append(self.classified(asked.eccn))
        if asked.origin:
            parts.append(algebra.any(*(world.statement("originIn", country) for country in asked.origin)))
        if asked.rule:
            parts.append(self.rule(asked.rule, Scope("*", True)))
        if asked.listed is not None:
            parts.append(world.listed(asked.listed))
        if asked.headquartered is not None:
            parts.append(world.headquartered(asked.headquartered.in_, asked.headquartered.parent))
        if asked.located:
            parts.append(world.stands_in(asked.located))
        if asked.role:
            parts.append(algebra.any(*(self._named_in(role, scope) for role in asked.role)))
        if asked.either:
            parts.append(algebra.any(*(self.target(one, scope) for one in asked.either)))
        if asked.except_ is not None:
            parts.append(algebra.not_(self.target(asked.except_, scope)))
        return self.counted(algebra.all(*parts), asked)

    def _named_in(self, role: str, scope: Scope) -> Graded:
        """Return which entities the case names in a role, or a place of it is treated as."""
        program, rows, index = self.program, self.rows, self.view.graph.index
        bound = scope.bound.get(role, scope.item if role == "item" else "")
        if bound == "*":
            raise NotImplementedError("the end of a path is the item of a rule that is asked of an entity by itself")
        if bound:
            same = program.given(("*", bound), ((node, node) for node in self.world.known))
            return self.algebra.where(rows.no_item, UNKNOWN, self.algebra.sure(same)) if bound == "x" else self.algebra.sure(same)
        if scope.alone:
            return UNKNOWN
        column, named = self.named(role)
        args = ("*", column.name)
        pairs = {(index[one], cell) for cell, case in enumerate(column.cases) for one in named(case) or ()}
        same, silent = program.given(args, pairs), rows.where(column, lambda case: named(case) is None)
        links = self.world.links("treatedAs") if role in ("from", "to") else NO.for_

        def treated(run: int, grade: int) -> Bool:
            link = links[run][grade - 1]
            there = Atom(link.name, ("n", "*")) if isinstance(link, Atom) else link
            return program.some(args, program.given(("n", column.name), pairs), there)

        free = program.any(same, silent, treated(0, 1))
        return Graded(pair(lambda run, grade: program.any(same, treated(run, grade))), pair(lambda run, grade: free))


def _covers(entry: str, code: str) -> bool:
    return code == entry or code.startswith(f"{entry}.")
