"""Conditions of rules as Datalog: each kind of the closed union, on the row of a case or on an entity by itself.

Comes in: a condition, and to what its names refer. Goes out: a verdict on the variables it reads. Conditions on items are in
``items.py``, the rules that conditions ask for in ``reader.py``. What cannot be said raises ``NotImplementedError``: content of what
``some`` or ``every`` binds, and a path to the item of a rule that is asked of an entity by itself. No shipped rule needs either.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from policygraph.case import Case
from policygraph.law import conditions as law
from policygraph.parties import ROLES
from policygraph.truth import Verdict
from tests.datalog.contents import Contents
from tests.datalog.graded import NO, UNKNOWN, YES, Graded, pair
from tests.datalog.items import PARTS, Items, Scope
from tests.datalog.program import ROW, Atom, Bool
from tests.datalog.rows import UNTOLD
from tests.datalog.world import ENTITY, LINKED

__all__ = ["Conditions"]

PLACES: Final = ("from", "to", "facility", "into")
_OTHER: Final = "n"
"""The item that a rule is asked of in the place of that of the case."""
_COMPARES: Final[dict[str, Callable[[float, float], bool]]] = {
    ">=": lambda one, other: not one < other, ">": lambda one, other: other < one,
    "<": lambda one, other: one < other, "<=": lambda one, other: not other < one,
}  # fmt: skip


class Conditions(Items):
    """Conditions as verdicts of a program."""

    contents: Contents

    def status(self, rule: str) -> str:
        """Return the recorded status of a rule on the day."""
        raise NotImplementedError

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
                return self.path(PARTS, asked.item, asked.what, scope)
            case law.Classified():
                found = self.of_items(asked.item, scope, self.classified(asked.in_, asked.except_))
                if asked.item != "item" or scope.alone:
                    return found
                told = rows.column("eccn")
                return algebra.where(
                    rows.where(told, lambda case: case.eccn is not None), rows.said(told, lambda case: self._entries(asked, case)), found
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

    def among_entries(self, entries: tuple[law.Entry, ...]) -> Graded:
        """Return whether the entries that a case tells are among some."""
        asked = law.Classified(in_=entries)
        return self.rows.said(self.rows.column("eccn"), lambda case: self._entries(asked, case))

    def placed(self, role: str, places: tuple[str, ...]) -> Graded:
        """Return whether a place of the case is one of some."""
        return self._place(role, places, (), Scope("x", False))

    def _told(self, asked: law.Condition) -> Graded:
        rows = self.rows
        match asked:
            case law.Act():
                return rows.said(rows.column("act"), lambda case: case.act in asked.in_ if case.act else None)
            case law.Service():
                return rows.said(rows.column("service"), lambda case: case.service in asked.in_ if case.service else None)
            case law.EndUse():
                return rows.said(
                    rows.column("end_use"), lambda case: None if case.end_use is None else not set(case.end_use).isdisjoint(asked.in_)
                )
            case law.Amount():
                return rows.said(rows.column(asked.of), lambda case: self._amount(asked, case))
            case law.Given():
                return rows.said(rows.column("attestations"), lambda case: self._given(asked, case))
            case law.Authorised():
                return rows.said(rows.column("act", "authorisations"), lambda case: self._authorised(asked, case))
        raise AssertionError(asked.kind)

    @staticmethod
    def _amount(asked: law.Amount, case: Case) -> bool | None:
        amount = getattr(case, asked.of)
        return None if amount is None else _COMPARES[asked.comparison](amount, asked.value)

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
        algebra, rows = self.algebra, self.rows
        notices = []
        for rule in self.book.notices(topic):
            notice, known_by = rule.notice, self.view.known_by
            assert notice is not None
            begun = self.on >= notice.since and (known_by is None or known_by >= notice.since)
            if begun and not self.is_rejected(rule.document) and self.status(rule.id) == "in-force":
                notices.append(algebra.supported(algebra.at_most(self.condition(notice.when, scope))))
        supplied = algebra.any(*notices) if notices else UNKNOWN
        told = rows.column("knowledge")
        said = rows.said(told, lambda case: case.knows(topic))
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
                parts.append(Graded(NO.for_, pair(lambda run, grade, free=free: free)))
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
        world = self.world
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

    def _content(self, asked: law.Content, scope: Scope) -> Graded:
        """Return how much of an item is content of a sort: a fact, rolled up of parts that the engine was asked about before."""
        if scope.alone and (asked.controlled or asked.needs):
            return UNKNOWN
        if scope.alone:
            return self.algebra.of(ENTITY, self.contents.of_entities(asked, self.world.known))
        if scope.item not in ("x", _OTHER) or asked.item != "item":
            raise NotImplementedError("content of something that some or every binds")
        if scope.item == "x":
            found = self.contents.of_rows(asked, list(enumerate(self.rows.items.tolist())))
            return self.algebra.of((ROW,), {row: verdict for (row, _), verdict in found.items()})
        index = self.view.graph.index
        named = [(row, index[one.item]) for row, case in enumerate(self.rows.told) for one in case.into or () if one.item]
        return self.algebra.of((ROW, _OTHER), self.contents.of_rows(asked, named))

    # ---- several things

    def _other_rule(self, asked: law.RuleResult, scope: Scope) -> Graded:
        if asked.item == "item":
            return self.rule(asked.rule, scope)
        if asked.item in scope.bound:
            bound = scope.bound[asked.item]
            return self.if_told(bound, self.rule(asked.rule, Scope(bound, scope.alone)))
        if scope.alone:
            return UNKNOWN
        found = self.rule(asked.rule, Scope(_OTHER, False))
        column, named = self.named(asked.item)
        index = self.view.graph.index
        pairs = [(cell, index[one]) for cell, case in enumerate(column.cases) for one in named(case) or ()]
        link = self.program.given((column.name, _OTHER), pairs)
        silent = self.rows.where(column, lambda case: named(case) is None)

        def one(part: Bool) -> Bool:
            joined = self.program.all(link, part)
            rest = tuple(arg for arg in self.program.args([joined]) if arg != _OTHER)
            return self.program.some(rest, joined)

        reached = found.each(one)
        return Graded(reached.for_, pair(lambda run, grade: self.program.any(silent, reached.free[run][grade - 1])))

    def _quantified(self, asked: law.Some | law.Every, scope: Scope) -> Graded:
        self._bound += 1
        name = f"b{self._bound}"
        inner = Scope(scope.item, scope.alone, {**scope.bound, asked.as_: name})
        every = isinstance(asked, law.Every)
        if asked.among in ("parties", "earlier"):
            if scope.alone:
                return UNKNOWN
            unknown = self.rows.leaves_out if asked.among == "earlier" else tuple(self.world.strangers.values())
            self.untold[name] = self.program.given((name,), unknown)
            tested = self.condition(asked.test, inner)
            return self._of_everybody(name, every, tested) if asked.among == "parties" else self._of_earlier(name, every, tested)
        return self._of_ends(asked, name, every, self.condition(asked.test, inner), scope)

    def _of_earlier(self, name: str, every: bool, tested: Graded) -> Graded:
        """Return whether one earlier act, or every one, passes: each is a row of its own."""
        rows, index = self.rows, self.view.graph.index
        if any(act.on not in (None, self.on) for case in rows.told for act in case.earlier or ()):
            raise NotImplementedError("an earlier act of another day")
        column = rows.column("earlier")
        complete = rows.where(column, lambda case: case.earlier is not None)
        link = self.program.given((ROW, "act"), rows.earlier)
        items = self.program.given(("act", name), ((act, index.get(rows.told[act].item, UNTOLD)) for _, act in rows.earlier))
        present = self.program.some((ROW, "act", name), link, items)

        def there(part: Bool) -> Bool:
            raised = self.program.raised(part, self.program.args([part, Atom("", (ROW,))]))
            return raised.at(ROW, "act") if isinstance(raised, Atom) else raised

        return self._joined(every, complete, present, tested.each(there))

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

        return self._joined(every, complete, present, tested)

    def _joined(self, every: bool, complete: Bool, present: Bool, tested: Graded) -> Graded:
        """Return whether some, or all, of what is linked to rows pass; whether there is more is open unless the list is complete."""
        program = self.program

        def anything(part: Bool) -> Bool:
            return program.some((ROW,), program.all(present, part))

        def everything(part: Bool) -> Bool:
            return program.no(anything(program.all(present, without=[part])))

        if not every:
            open_ = program.no(complete)
            return Graded(
                pair(lambda run, grade: anything(tested.for_[run][grade - 1])),
                pair(lambda run, grade: program.any(open_, anything(tested.free[run][grade - 1]))),
            )
        return Graded(
            pair(lambda run, grade: program.all(complete, everything(tested.for_[run][grade - 1]))),
            pair(lambda run, grade: everything(tested.free[run][grade - 1])),
        )

    def _of_ends(self, asked: law.Some | law.Every, name: str, every: bool, tested: Graded, scope: Scope) -> Graded:
        """Return whether one of the things that a path leads to, or every one, passes; there may always be more."""
        program, algebra = self.program, self.algebra
        args = (*ENTITY, *sorted(self.variables(tested) - {name}))
        same = program.given(("*", name), ((node, node) for node in self.world.known))
        member = self.paths.led(asked.among, algebra.sure(same))

        def one(part: Bool, run: int, grade: int) -> Bool:
            return program.some(args, member.for_[run][grade - 1], part)

        if not every:
            some = Graded(pair(lambda run, grade: one(tested.for_[run][grade - 1], run, grade)), UNKNOWN.free)
            return self.of_items(asked.start, scope, some)
        fails = algebra.against(tested)
        free = pair(lambda run, grade: program.no(one(fails[run][grade - 1], run, grade)))
        return self.of_items(asked.start, scope, Graded(NO.for_, free))
