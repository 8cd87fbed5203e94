"""Conditions of rules as Datalog: each kind of the closed union, on the row of a table or on an entity by itself.

Comes in: a condition, and to what its names refer. Goes out: a verdict on the variables it reads. The rules that conditions ask for
are in ``reader.py``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from policygraph import measures
from policygraph.case import ROLES, Case, Party
from policygraph.law import conditions as law
from policygraph.law.evaluate import Evaluation
from policygraph.law.rulebook import Rulebook, in_operation
from policygraph.law.told import Bound
from policygraph.truth import Strength, Verdict
from policygraph.view import FrozenView
from tests.datalog.graded import NO, UNKNOWN, YES, Algebra, Graded, pair
from tests.datalog.paths import Paths
from tests.datalog.program import ROW, Atom, Bool, Program
from tests.datalog.rows import Column, Rows
from tests.datalog.world import ENTITY, LINKED, World

__all__ = ["Conditions", "Scope"]

PLACES: Final = ("from", "to", "facility", "into")
_PARTS: Final = "pg:incorporates+"
_ENTRIES: Final = "pg:variantOf?/pg:classifiedAs"


@dataclass(frozen=True)
class Scope:
    """To what names refer: the variable of the item, whether it is asked for by itself, and what is bound, each with its variable."""

    item: str
    alone: bool
    bound: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        return (self.item, self.alone, *self.bound.items())


class Conditions:
    """Conditions as verdicts of a program.

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
        self.evaluation = Evaluation(view, book, on)
        self._classified: dict[object, Graded] = {}
        self._figures: dict[tuple[object, ...], Verdict] = {}
        self._bound = 0

    def rule(self, name: str, scope: Scope) -> Graded:
        """Return how a rule comes out."""
        raise NotImplementedError

    def counted(self, verdict: Graded, of: Any) -> Graded:
        """Cap what is in doubt, and leave out what is weaker than the view asks for."""
        if of.confidence or (of.edition is not None and self.on < of.edition):
            verdict = self.algebra.at_most(verdict)
        least = int(self.view.policy.at_least)
        return self.algebra.at_least(verdict, least) if least > Strength.ALLEGED else verdict

    def condition(self, asked: law.Condition, scope: Scope) -> Graded:
        """Return how a condition comes out."""
        return self.counted(self._condition(asked, scope), asked)

    def _condition(self, asked: law.Condition, scope: Scope) -> Graded:
        algebra, world, rows = self.algebra, self.world, self.rows
        match asked:
            case law.All():
                return algebra.all(*(self.condition(one, scope) for one in asked.of))
            case law.Any_():
                return algebra.any(*(self.condition(one, scope) for one in asked.of))
            case law.Not():
                return algebra.not_(self.condition(asked.of, scope))
            case law.Presumed():
                return self._presumed(asked, scope)
            case law.Path():
                return self._path(asked, scope)
            case law.Contains():
                return self.path(_PARTS, asked.item, asked.what, scope)
            case law.Classified():
                found = self.of_items(asked.item, scope, self.classified(asked.in_, asked.except_))
                if asked.item != "item" or scope.alone:
                    return found
                told = rows.column("eccn")
                return algebra.where(
                    rows.where(told, lambda case: case.eccn is not None), rows.told(told, lambda case: self._entries(asked, case)), found
                )
            case law.Measure():
                return self.of_items(asked.item, scope, self._measured(asked))
            case law.Has():
                return self.of_items(asked.item, scope, self._has(asked))
            case law.Statement():
                return self.of_items(asked.item, scope, self._said(asked.relation, asked.is_))
            case law.RuleResult():
                return self._other_rule(asked, scope)
            case law.Some() | law.Every():
                return self._quantified(asked, scope)
            case law.Listed():
                return self.of_parties(asked.role, scope, world.listed(asked))
            case law.Headquartered():
                return self.of_parties(asked.role, scope, world.headquartered(asked.in_, asked.parent))
            case law.Owned():
                return self.of_parties(asked.role, scope, world.owned(asked))
            case law.PartyIs():
                return self.of_parties(asked.role, scope, world.is_party(asked))
            case law.PersonOf():
                return self.of_parties(asked.role, scope, self._person(asked))
            case law.Destination():
                return self._place("to", asked.in_, asked.except_, scope)
            case law.Place():
                return algebra.any(*(self._place(role, asked.in_, asked.except_, scope) for role in asked.role))
            case law.Content():
                return self._content(asked, scope)
            case law.Knowledge():
                return self._knowledge(asked.of, scope)
        return UNKNOWN if scope.alone else self._told(asked)

    # ---- what the case tells

    def _told(self, asked: law.Condition) -> Graded:
        rows = self.rows
        match asked:
            case law.Act():
                return rows.told(rows.column("act"), lambda case: case.act in asked.in_ if case.act else None)
            case law.Service():
                return rows.told(rows.column("service"), lambda case: case.service in asked.in_ if case.service else None)
            case law.EndUse():
                return rows.told(
                    rows.column("end_use"), lambda case: None if case.end_use is None else not set(case.end_use).isdisjoint(asked.in_)
                )
            case law.Amount():
                compares = measures.COMPARISONS[asked.comparison]

                def exceeds(case: Case) -> bool | None:
                    amount = getattr(case, asked.of)
                    return None if amount is None else compares(amount, asked.value)

                return rows.told(rows.column(asked.of), exceeds)
            case law.Given():
                return rows.told(rows.column("attestations"), lambda case: self._given(asked, case))
            case law.Authorised():
                return rows.told(rows.column("act", "authorisations"), lambda case: self._authorised(asked, case))
        raise AssertionError(asked.kind)

    def _given(self, asked: law.Given, case: Case) -> bool | None:
        if case.attestations is None:
            return None
        for one in case.attestations:
            days = None if one.on is None else (self.on - one.on).days
            in_time = asked.within is None or (days is not None and 0 <= days <= asked.within)
            if one.what == asked.what and asked.by in ("", one.by) and asked.form in ("", one.form) and in_time:
                return True
        return False

    def _authorised(self, asked: law.Authorised, case: Case) -> bool | None:
        if case.authorisations is None:
            return None
        wanted = {*asked.covers, case.act} if "act" in asked.covers and case.act else set(asked.covers)
        return any(
            (one.since or date.min) <= self.on < (one.until or date.max) and (not one.covers or not wanted.isdisjoint(one.covers))
            for one in case.authorisations
        )

    def _entries(self, asked: law.Classified, case: Case) -> bool | None:
        """Tell whether the entries that a case puts its item in are among those asked for; an entry leaves its paragraphs open."""
        codes = case.eccn or ()

        def held(entries: Iterable[law.Entry]) -> bool:
            return any(code == one.code or code.startswith(f"{one.code}.") for one in entries if one.stands(self.on) for code in codes)

        def open_(entries: Iterable[law.Entry]) -> bool:
            return any(one.code.startswith(f"{code}.") for one in entries if one.stands(self.on) for code in codes)

        inside, outside = held(asked.in_), held(asked.except_)
        if not outside and open_(asked.except_ if inside else asked.in_):
            return None
        return inside and not outside

    def _knowledge(self, topic: str, scope: Scope) -> Graded:
        """Return what the case tells, or public notices supply; a no against a notice is contested."""
        if scope.alone:
            return UNKNOWN
        algebra, program, rows = self.algebra, self.program, self.rows
        notices = []
        for rule in self.book.notices(topic):
            notice, known_by = rule.notice, self.view.known_by
            assert notice is not None
            begun = self.on >= notice.since and (known_by is None or known_by >= notice.since)
            if begun and not self.is_rejected(rule.document) and in_operation(rule.operates, self.on, known_by)[0] == "in-force":
                notices.append(algebra.supported(algebra.at_most(self.condition(notice.when, scope))))
        supplied = algebra.any(*notices) if notices else UNKNOWN
        told = rows.column("knowledge", f"knowledge_of_{topic.replace('-', '_')}")
        said = rows.told(told, lambda case: case.knows(topic))
        silent = rows.where(told, lambda case: case.knows(topic) is None)
        disputed = Graded((supplied.for_[0], NO.for_[1]), YES.free)
        denied = algebra.where(supplied.known, disputed, said)
        return algebra.where(silent, supplied if notices else UNKNOWN, algebra.where(said.for_[0][0], said, denied))

    def is_rejected(self, id_: str) -> bool:
        """Tell whether the view leaves out a document, or whoever published it."""
        document = self.view.graph.documents.get(id_)
        return document is not None and bool({document.id, document.publisher} & self.view.policy.without)

    def _presumed(self, asked: law.Presumed, scope: Scope) -> Graded:
        algebra = self.algebra
        ground = self.condition(asked.if_, scope) if asked.if_ else YES
        held = algebra.at_most(ground)
        held = Graded(held.for_, ground.free)
        if asked.of is not None:
            held = algebra.weighed(held, self.condition(asked.of, scope))
        if asked.unless is None:
            return held
        shown = self.condition(asked.unless, scope)
        rebutted = Graded(NO.for_, algebra.not_(shown).free)
        return algebra.where(shown.known, algebra.all(held, rebutted), held)

    # ---- names

    def of_items(self, role: str, scope: Scope, test: Graded) -> Graded:
        """Return whether one of the things that a name refers to passes a test of entities."""
        more = tuple(sorted(self.variables(test) - {"*"}))
        if role in scope.bound:
            return test.at("*", scope.bound[role])
        if role == "item":
            found = test.at("*", scope.item).each(self.program.on_rows)
            return self.algebra.where(self.rows.no_item, UNKNOWN, found) if scope.item == "x" else found
        if scope.alone:
            return UNKNOWN
        column, named = self.rows.named(role)
        index = self.view.graph.index

        def told(case: Case) -> tuple[int, ...] | None:
            return None if (ids := named(case)) is None else tuple(index[one] for one in ids)

        return self.rows.linked(column, told, test, more).each(self.program.on_rows)

    @staticmethod
    def variables(verdict: Graded) -> set[str]:
        """Return the variables of a verdict."""
        columns = (*verdict.for_, *verdict.free)
        return {arg for column in columns for part in column if isinstance(part, Atom) for arg in part.args}

    def of_parties(self, roles: Sequence[str], scope: Scope, test: Graded) -> Graded:
        """Return whether one of the parties in some roles passes a test of entities."""
        parts = []
        for role in roles:
            if role in scope.bound:
                parts.append(test.at("*", scope.bound[role]))
            elif scope.alone:
                parts.append(UNKNOWN)
            elif role == "any":
                parts += [self._of_role(one, test, given=True) for one in ROLES]
                complete = self.rows.where(self.rows.column("parties"), lambda case: case.parties_complete)
                free = self.program.no(complete)
                parts.append(Graded(NO.for_, pair(lambda run, grade, free=free: free)))  # type: ignore[misc]
            else:
                parts.append(self._of_role(role, test))
        return self.algebra.any(*parts)

    def _of_role(self, role: str, test: Graded, *, given: bool = False) -> Graded:
        """Return whether somebody in a role passes; *given* leaves out what is not told of it."""
        column = self.rows.role(role)

        def told(case: Case) -> tuple[int, ...] | None:
            found = case.party(role)
            return (() if given else None) if found is None else tuple(map(self.world.number, found))

        return self.rows.linked(column, told, test, ())

    # ---- places

    def _place(self, role: str, places: tuple[str, ...], excepted: tuple[str, ...], scope: Scope) -> Graded:
        rows, world = self.rows, self.world
        if role in scope.bound or (role not in PLACES and not scope.alone):
            return self.of_parties((role,), scope, world.stands(places, excepted))
        if scope.alone:
            return UNKNOWN
        if role == "into":
            return self._into(world.among(places, excepted))
        test = world.stands_in(places, excepted) if role == "facility" else world.among(places, excepted)
        return self.of_items(role, scope, test)

    def _into(self, test: Graded) -> Graded:
        rows, index = self.rows, self.view.graph.index
        found = rows.linked(
            rows.into, lambda case: None if case.into is None else tuple(index[one.to] for one in case.into if one.to), test, ()
        )
        open_ = rows.where(rows.into, lambda case: any(not one.to for one in case.into or ()))
        return Graded(found.for_, pair(lambda run, grade: self.program.any(open_, found.free[run][grade - 1])))

    def _person(self, asked: law.PersonOf) -> Graded:
        """Return whether an entity is a person of some countries, and of a sort."""
        algebra, world, program = self.algebra, self.world, self.program
        parts = []
        if asked.natural is not None:
            natural = world.of_class(("Person",))
            known = algebra.sure(natural if asked.natural else program.no(natural))
            told = {world.number(one): Verdict.sure(one.natural is asked.natural) for one in world.parties if one.natural is not None}
            known = world.of_strangers(lambda party: Verdict.unknown(), known)
            parts.append(algebra.where(program.given(ENTITY, told), algebra.of(ENTITY, told), known))
        if asked.of:
            test = world.among(asked.of, asked.except_)
            registered, seat = world.through(("registeredIn",), test), world.through(("headquarteredIn",), test)
            silent = program.all(registered.free[0][0], without=[registered.known])
            found = world.of_strangers(lambda party: Verdict.unknown(), algebra.where(silent, algebra.at_most(seat), registered))
            told_of = [(world.number(one), self.view.graph.index[country]) for one in world.parties for country in one.person_of]
            link, said = program.given(LINKED, told_of), program.given(ENTITY, (number for number, _ in told_of))
            parts.append(algebra.where(said, algebra.some(ENTITY, link, test.at("*", "y")), found))
        return algebra.all(*parts)

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
        evidence = [pair(lambda run, grade, side=side: self.with_families(program.all(told, side[run][grade - 1]))) for side in (said.for_, against)]  # type: ignore[misc]
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

        return algebra.merged(
            [pair(lambda run, grade: found(True, run, grade))], [pair(lambda run, grade: found(False, run, grade))]
        )

    def _measured(self, asked: law.Measure) -> Graded:
        """Return how a quantity compares: given, as the arithmetic of measures finds it."""
        ids, found = self.view.graph.node_ids, {}
        for node in self.world.known:
            key = (node, asked.quantity, asked.comparison, asked.value)
            if key not in self._figures:
                self._figures[key] = measures.compare(self.view, ids[node], asked.quantity, asked.comparison, asked.value).verdict
            found[node] = self._figures[key]
        return self.algebra.of(ENTITY, found)

    def _content(self, asked: law.Content, scope: Scope) -> Graded:
        """Return how much of an item is content of a sort: given, as the roll-up finds it."""
        evaluation, ids = self.evaluation, self.view.graph.node_ids
        def read(bound: Bound) -> Verdict:
            found = evaluation.settled(lambda: evaluation.condition(asked, bound)).verdict
            evaluation.forget()
            return found

        if scope.alone:
            if asked.controlled or asked.needs:
                return UNKNOWN
            return self.algebra.of(ENTITY, {node: read(Bound(ids[node], None)) for node in self.world.known})
        if scope.item != "x" or asked.item != "item":
            raise NotImplementedError("content of something else than the item of the row")
        names = ("act", "to", "value", "quantity", "currency", "eccn", *(("from",) if asked.needs else ()))
        column, items = self.rows.column(*names), self.rows.items
        known: dict[tuple[int, int], Verdict] = {}
        found = {}
        for row, (cell, item) in enumerate(zip(column.cells.tolist(), items.tolist(), strict=True)):
            if (cell, item) not in known:
                name = ids[item] if item >= 0 else ""
                known[cell, item] = read(Bound(name, column.cases[cell].model_copy(update={"item": name})))
            found[row] = known[cell, item]
        return self.algebra.of((ROW,), found)

    # ---- classification

    def classified(self, codes: Sequence[law.Entry], excepted: Sequence[law.Entry] = ()) -> Graded:
        """Return whether an entity is specified in one of some entries, by claims or by the rules that classify."""
        if excepted:
            return self.algebra.all(self.classified(codes), self.algebra.not_(self.classified(excepted)))
        key = tuple(codes)
        if key not in self._classified:
            live = [entry for entry in codes if entry.stands(self.on)]
            claimed = self._claimed(live)
            rules = [
                rule for rule in self.book.rules.values()
                if rule.effect == "classified" and any(_covers(entry.code, code) for entry in live for code in rule.classifies)
                and rule.enforced(self.on, self.view.known_by) is not None
            ]  # fmt: skip
            computed = self.algebra.any(*(self.rule(rule.id, Scope("*", True)) for rule in rules))
            told, names = {code for rule in rules for code in rule.classifies}, {entry.code for entry in live}
            whole = all(any(_covers(entry.code, code) for code in told) or not names.isdisjoint(entry.meets) for entry in live)
            found = self.algebra.joined(claimed, computed if whole else self.algebra.supported(computed)) if rules else claimed
            self._classified[key] = found
        return self._classified[key]

    def _claimed(self, live: Sequence[law.Entry]) -> Graded:
        """Return whether an entity, or a family it is a variant of, is said to be specified in one of some entries."""
        program, world, algebra = self.program, self.world, self.algebra
        nodes = self.view.graph.node_ids
        by_code: dict[int, list[int]] = {}
        for one, other in world.pairs("classifiedAs", lambda row: True):
            by_code.setdefault(other, []).append(one)
        shown, opposing, settled, open_ = [], [], [], []
        for code, holders in by_code.items():
            name = nodes[code].removeprefix("eccn:")
            here = program.given(ENTITY, holders)
            said = world.statement("classifiedAs", nodes[code]).each(lambda part, here=here: program.all(here, part))  # type: ignore[misc]
            against = algebra.against(world.statement("classifiedAs", nodes[code]))
            entry = next((one for one in live if _covers(one.code, name)), None)
            if entry is not None:
                doubtful = bool(entry.confidence) or (entry.edition is not None and self.on < entry.edition)
                capped = range(1, 5) if not doubtful else range(1, 3)
                shown.append(pair(lambda run, grade, said=said, capped=capped: grade in capped and self.with_families(said.for_[run][grade - 1])))  # type: ignore[misc]
                opposing.append(
                    pair(
                        lambda run, grade, here=here, against=against, capped=capped: grade in capped  # type: ignore[misc]
                        and self.with_families(program.all(here, against[run][grade - 1]))
                    )
                )
                settled.append(here)
            elif "EAR99" in (name, *(one.code for one in live)):
                opposing.append(pair(lambda run, grade, said=said: self.with_families(said.for_[run][grade - 1])))  # type: ignore[misc]
                settled.append(here)
            elif any(one.code.startswith(f"{name}.") for one in live):
                open_.append(here)
        index = self.view.graph.relation_index.get("classifiedAs")
        column = None if index is None else self.view.complete_from(index)
        said_all = {} if column is None else {node: int(column[node]) for node in world.known}
        told = self.with_families(program.any(*settled, *open_))

        def silent(run: int, grade: int) -> Bool:
            return program.all(program.given(ENTITY, (node for node, sure in said_all.items() if sure >= grade)), without=[told])

        return algebra.merged(shown, [*opposing, pair(silent)])

    # ---- paths

    def path(self, text: str, start: str, target: law.Target, scope: Scope) -> Graded:
        """Return whether a path leads from what a name refers to, to what is asked for."""
        return self.of_items(start, scope, self.paths.led(text, self.target(target, scope)))

    def _path(self, asked: law.Path, scope: Scope) -> Graded:
        if asked.start != "eccn":
            return self.path(asked.path, asked.start, asked.to, scope)
        led = self.paths.led(asked.path, self.target(asked.to, scope))
        parts = [self.path(f"{_ENTRIES}/({asked.path})", "item", asked.to, scope)]
        for rule in self.book.of_effect("classified"):
            if rule.enforced(self.on, self.view.known_by) is not None:
                found = self.rule(rule.id, Scope("*", True))
                codes = [self.view.graph.index.get(f"eccn:{code}", -1) for code in rule.classifies]
                link = self.program.given(("n",), (code for code in codes if code in self.world.known))
                more = tuple(sorted(self.variables(led) - {"*"}))
                from_codes = self.algebra.some(("*", *more), link, led.at("*", "n")) if link else UNKNOWN
                reached = self.algebra.all(found, from_codes)
                parts.append(self.of_items("item", scope, reached.each(lambda part, found=found: self.program.all(found.known, part))))  # type: ignore[misc]
        by_item = self.algebra.any(*parts)
        if scope.alone:
            return by_item
        told = self.rows.column("eccn")
        by_case = self.of_items("eccn", scope, led)
        return self.algebra.where(self.rows.where(told, lambda case: case.eccn is not None), by_case, by_item)

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
        if role in scope.bound:
            raise NotImplementedError("the end of a path is what some or every binds")
        if role == "item":
            raise NotImplementedError("the end of a path is the item")
        if scope.alone:
            return UNKNOWN
        column, named = rows.named(role)
        args = ("*", column.name)
        pairs = {(index[one], cell) for cell, case in enumerate(column.cases) for one in named(case) or ()}
        same, silent = program.given(args, pairs), rows.where(column, lambda case: named(case) is None)
        links = self.world.links("treatedAs") if role in ("from", "to") else UNKNOWN.for_

        def treated(run: int, grade: int) -> Bool:
            link = links[run][grade - 1]
            there = Atom(link.name, ("n", "*")) if isinstance(link, Atom) else link
            return program.some(args, program.given(("n", column.name), pairs), there) if there else False

        free = program.any(same, silent, treated(0, 1))
        return Graded(pair(lambda run, grade: program.any(same, treated(run, grade))), pair(lambda run, grade: free))

    # ---- several things

    def _other_rule(self, asked: law.RuleResult, scope: Scope) -> Graded:
        if asked.item == "item":
            return self.rule(asked.rule, scope)
        if asked.item in scope.bound:
            return self.rule(asked.rule, Scope(scope.bound[asked.item], scope.alone))
        if scope.alone:
            return UNKNOWN
        found = self.rule(asked.rule, Scope("n", False))
        column, named = self.rows.named(asked.item)
        index = self.view.graph.index
        pairs = [(cell, index[one]) for cell, case in enumerate(column.cases) for one in named(case) or ()]
        link = self.program.given((column.name, "n"), pairs)
        silent = self.rows.where(column, lambda case: named(case) is None)

        def one(part: Bool) -> Bool:
            joined = self.program.all(link, part)
            rest = tuple(arg for arg in self.program.args([joined]) if arg != "n")
            return self.program.some(rest, joined)

        reached = found.each(one)
        return Graded(reached.for_, pair(lambda run, grade: self.program.any(silent, reached.free[run][grade - 1])))

    def _quantified(self, asked: law.Some | law.Every, scope: Scope) -> Graded:
        if asked.among == "earlier":  # a table tells of none
            return UNKNOWN
        program, every = self.program, isinstance(asked, law.Every)
        self._bound += 1
        name = f"b{self._bound}"
        inner = Scope(scope.item, scope.alone, {**scope.bound, asked.as_: name})
        if asked.among == "parties":
            if scope.alone:
                return UNKNOWN
            return self._of_everybody(name, every, self.condition(asked.test, inner))
        return self._of_ends(asked, name, every, self.condition(asked.test, inner), scope)

    def _of_everybody(self, name: str, every: bool, tested: Graded) -> Graded:
        """Return whether somebody, or everybody, of a row passes."""
        program, rows = self.program, self.rows
        complete = rows.where(rows.column("parties"), lambda case: case.parties_complete)
        links = []
        for role in ROLES:
            column = rows.role(role)
            pairs = [(cell, self.world.number(one)) for cell, case in enumerate(column.cases) for one in case.parties.get(role, ())]
            links.append(program.raised(program.given((column.name, name), pairs), (ROW, name)))
        present = program.any(*links)

        def anybody(part: Bool) -> Bool:
            joined = program.all(present, part)
            return program.some((ROW,), joined)

        def all_of(part: Bool) -> Bool:
            return program.no(anybody(program.no(part)))

        if not every:
            open_ = program.no(complete)
            return Graded(
                pair(lambda run, grade: anybody(tested.for_[run][grade - 1])),
                pair(lambda run, grade: program.any(open_, anybody(tested.free[run][grade - 1]))),
            )
        return Graded(
            pair(lambda run, grade: program.all(complete, all_of(tested.for_[run][grade - 1]))),
            pair(lambda run, grade: all_of(tested.free[run][grade - 1])),
        )

    def _of_ends(self, asked: law.Some | law.Every, name: str, every: bool, tested: Graded, scope: Scope) -> Graded:
        """Return whether one of the things that a path leads to, or every one, passes; there may always be more."""
        program, algebra = self.program, self.algebra
        if self.variables(tested) - {name}:
            raise NotImplementedError("what some or every of a path tests reads the case")
        same = program.some(("*", name), program.domain("*"), Atom(program.domain("*").name, (name,)), *self._equal(name))
        there = algebra.sure(same)
        member = self.paths.led(asked.among, there)

        def one(part: Bool, run: int, grade: int) -> Bool:
            return program.some(ENTITY, member.for_[run][grade - 1], part)

        if not every:
            some = Graded(pair(lambda run, grade: one(tested.for_[run][grade - 1], run, grade)), UNKNOWN.free)
            return self.of_items(asked.start, scope, some)
        fails = algebra.against(tested)
        free = pair(lambda run, grade: program.no(one(fails[run][grade - 1], run, grade)))
        return self.of_items(asked.start, scope, Graded(NO.for_, free))

    def _equal(self, name: str) -> list[Bool]:
        return [self.program.given(("*", name), ((node, node) for node in self.world.known))]


def _covers(entry: str, code: str) -> bool:
    return code == entry or code.startswith(f"{entry}.")
