"""What of a case a condition reads: the item, a place, the parties in a role, an input that only somebody can give.

Comes in: conditions and rules. Goes out: sets of names of inputs. Nothing is evaluated here. What reads the item alone comes out the
same for every case that has it; what reads a few inputs comes out the same for every case that agrees in them.

>>> from policygraph.law import conditions as law
>>> condition = law.All(of=(law.Act(in_=("use",)), law.Listed(role=("end-user",), list="entity-list")))
>>> sorted(Inputs.of_condition(condition))
['act', 'parties', 'party:end-user']
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from policygraph.case import Case
from policygraph.law import conditions as law
from policygraph.law.rulebook import Rulebook
from policygraph.parties import ROLES

__all__ = ["OF_CASE", "OF_PARTS", "PLACES", "Inputs", "told_of"]

PLACES = ("from", "to", "facility", "into")
"""Roles that are places of a case."""
OF_PARTS = ("act", "currency", "quantity", "to", "value")
"""Inputs that bear on the content of an item only where its parts are known."""
_ITEM = frozenset(("item",))
OF_CASE = "case-item"
"""The item that the case names, which may be another than the one that is asked about; what the case says of worth is said of it."""
_INCORPORATOR = ("incorporator", "into")
_EMPLOYER = "party:actor"


class Inputs:
    """The inputs that rules of a book read.

    Parameters
    ----------
    book
        Where the rules that conditions ask for are found.
    """

    def __init__(self, book: Rulebook) -> None:
        self.book = book
        self._names: dict[int, tuple[str, ...]] = {}
        self._rule_names: dict[str, tuple[str, ...]] = {}
        self._same: dict[tuple[str, ...], tuple[str, ...]] = {}

    @cached_property
    def by_rule(self) -> dict[str, frozenset[str]]:
        """The inputs of each rule in any of its versions, by its id; what rules ask of each other is followed."""
        own: dict[str, set[str]] = {}
        asked: dict[str, set[str]] = {}
        for rule in self.book.rules.values():
            wheres = [version.when for version in rule.versions]
            own[rule.id] = {name for where in wheres for name in self._read(where, frozenset())}
            asked[rule.id] = {name for where in wheres for name in self._asked(where)} | set(self.book.displacers.get(rule.id, ()))
        changed = True
        while changed:
            changed = False
            for name, others in asked.items():
                more = set().union(*(own[other] for other in others)) - own[name] if others else set()
                own[name] |= more
                changed = changed or bool(more)
        return {name: frozenset(inputs) for name, inputs in own.items()}

    @classmethod
    def of_condition(cls, condition: law.Condition) -> frozenset[str]:
        """Return the inputs of a condition that asks for no other rule."""
        return frozenset(cls._own(condition, frozenset()))

    def of(self, condition: law.Condition) -> frozenset[str]:
        """Return the inputs of a condition, those of the rules it asks for included."""
        found = set(self._read(condition, frozenset()))
        for name in self._asked(condition):
            found |= self.by_rule[name]
        return frozenset(found)

    def of_test(self, condition: law.Some | law.Every) -> frozenset[str]:
        """Return the inputs that a test put to several things reads beside the thing that it is put to."""
        found = set(self._read(condition.test, frozenset((condition.as_,))))
        for name in self._asked(condition.test):
            found |= self.by_rule[name]
        return frozenset(found)

    def names_of(self, condition: law.Condition) -> tuple[str, ...]:
        """Return the inputs of a condition of the book beside its item, in a fixed order; the same value for the same inputs."""
        key = id(condition)
        if key not in self._names:
            self._names[key] = self._named(self.of(condition))
        return self._names[key]

    def names_of_rule(self, name: str) -> tuple[str, ...]:
        """Return the inputs of a rule beside its item, in a fixed order."""
        if name not in self._rule_names:
            self._rule_names[name] = self._named(self.by_rule[name])
        return self._rule_names[name]

    def _named(self, inputs: frozenset[str]) -> tuple[str, ...]:
        """Return inputs in a fixed order, the same value for the same inputs."""
        names = tuple(sorted(inputs - _ITEM))
        return self._same.setdefault(names, names)

    # ---- what one condition reads

    def _read(self, condition: law.Condition, bound: frozenset[str]) -> Iterator[str]:
        yield from self._own(condition, bound)
        for inner, names in _inside(condition, bound):
            if isinstance(inner, law.Knowledge):
                for rule in self.book.notices(inner.of):
                    if rule.notice is not None and rule.notice.when is not condition:
                        yield from self._read(rule.notice.when, names)

    @classmethod
    def _own(cls, condition: law.Condition, bound: frozenset[str]) -> Iterator[str]:
        for inner, names in _inside(condition, bound):
            yield from (name for role in _roles(inner) if role not in names for name in _input(role))
            yield from _told(inner)

    def _asked(self, condition: law.Condition) -> Iterator[str]:
        for inner, _ in _inside(condition, frozenset()):
            if isinstance(inner, law.RuleResult):
                yield inner.rule
            if isinstance(inner, law.Knowledge):
                for rule in self.book.notices(inner.of):
                    if rule.notice is not None and rule.notice.when is not condition:
                        yield from self._asked(rule.notice.when)


def _inside(condition: law.Condition, bound: frozenset[str]) -> Iterator[tuple[law.Condition, frozenset[str]]]:
    """Yield a condition and all inside it, each with the names that something above it binds."""
    yield condition, bound
    if isinstance(condition, law.Some | law.Every):
        # what is asked of earlier acts is read from these acts, which are one input
        if condition.among != "earlier":
            yield from _inside(condition.test, bound | {condition.as_})
        return
    for inner, _ in law.inside(condition):
        yield from _inside(inner, bound)


def _roles(condition: law.Condition) -> Iterable[str]:
    """Yield the names of what a condition is about."""
    for target, _ in law.targets_of(condition):
        yield from target.role
    match condition:
        case law.Path() if condition.start == "eccn":
            yield from ("item", "eccn")
        case law.Path() | law.Some() | law.Every() if getattr(condition, "among", "") not in ("parties", "earlier"):
            yield condition.start
        case law.Some() | law.Every():
            yield from ("any",) if condition.among == "parties" else ("earlier", "item")
        case law.Classified() if condition.item == "item":
            yield from ("item", "eccn")
        case law.Classified() | law.Measure() | law.Has() | law.Statement() | law.Contains() | law.RuleResult():
            yield condition.item
        case law.Content():
            yield from (condition.item, OF_CASE, "bill", *OF_PARTS)
        case law.Destination():
            yield "to"
        case law.Place() | law.Listed() | law.Headquartered() | law.Owned() | law.PartyIs() | law.PersonOf():
            yield from condition.role
        case _:
            return


def _input(role: str) -> Iterator[str]:
    if role == "any":
        yield from ("parties", *(f"party:{name}" for name in ROLES))
    elif role in _INCORPORATOR:
        yield "into"
    elif role == "employer":
        yield _EMPLOYER
    elif role == "destination":
        yield "to"
    elif role in ROLES:
        yield from (f"party:{role}", "parties")
    else:
        yield role


def _told(condition: law.Condition) -> Iterator[str]:
    """Yield the input that a condition reads straight from the case."""
    match condition:
        case law.Act():
            yield "act"
        case law.Service():
            yield "service"
        case law.EndUse():
            yield "end-use"
        case law.Knowledge():
            yield f"knowledge:{condition.of}"
        case law.Given():
            yield f"given:{condition.what}"
        case law.Authorised():
            yield "authorisations"
            if "act" in condition.covers:
                yield "act"
        case law.Amount():
            yield condition.of


def told_of(case: Case, name: str) -> object:
    """Return what a case tells of an input, as something that is equal where what is told is.

    >>> told_of(Case(end_user="none"), "party:end-user"), told_of(Case(knowledge="yes"), "knowledge:violation")
    ((), True)
    """
    kind, _, rest = name.partition(":")
    match kind:
        case "party":
            return case.party(rest)
        case "parties":
            return ("complete", case.parties_complete)
        case "knowledge":
            return case.knows(rest)
        case "given":
            return ("given", case.attestations)
        case "end-use":
            return ("end-use", case.end_use)
        case "from":
            return ("place", case.origin)
        case "to" | "facility" | "act" | "service":
            return ("word", getattr(case, kind))
        case "eccn" | "into" | "authorisations" | "quantity" | "value" | "currency":
            return (kind, getattr(case, kind))
        case "item" | "case-item":
            return (kind, case.item)
        case _:
            return (kind, id(case)) if getattr(case, kind, None) is not None else (kind, None)
