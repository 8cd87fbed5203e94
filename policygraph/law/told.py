"""What a case tells: who and what the names in conditions refer to, and the inputs that only somebody can give.

Comes in: a case, or nothing where a rule is asked of a node by itself. Goes out: readings. What the case leaves out is unknown, with
a gap that says what is asked; what it says there is none of is refuted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import assert_never

from policygraph.case import Case
from policygraph.findings import Gap
from policygraph.law import conditions as law
from policygraph.law.facts import Facts
from policygraph.law.readings import NO, UNKNOWN, Reading, joined
from policygraph.measures import COMPARISONS
from policygraph.parties import Party
from policygraph.truth import Verdict

__all__ = ["Bound", "Told", "names_role"]


@dataclass(frozen=True)
class Bound:
    """To what the names in conditions refer: the item, the case if it is asked for itself, and what ``some`` and ``every`` bind."""

    item: str
    case: Case | None
    more: Mapping[str, tuple[str | Party, ...]] = field(default_factory=dict)

    @property
    def key(self) -> tuple[object, ...]:
        """What tells it from others in one evaluation."""
        return (self.item, id(self.case), tuple(self.more.items()))


class Told:
    """The inputs of cases.

    Parameters
    ----------
    facts
        What is asked of places and parties that a case names.
    on
        The day of the act.
    """

    def __init__(self, facts: Facts, on: date) -> None:
        self.facts = facts
        self.on = on

    def items(self, role: str, bound: Bound) -> tuple[str, ...] | None:
        """Return the ids that a name refers to, none where there is nothing, None where the case does not tell."""
        if role in bound.more:
            things = (thing if isinstance(thing, str) else thing.id for thing in bound.more[role])
            return tuple(id_ for id_ in things if id_) or None  # an earlier act may name no item
        if role == "item":
            return (bound.item,) if bound.item else None
        if bound.case is None:
            return None
        if role == "eccn":
            return None if bound.case.eccn is None else tuple(f"eccn:{code}" for code in bound.case.eccn)
        if role == "destination":
            return None if not bound.case.to else tuple(self.facts.treated_as(bound.case.to))
        if role in ("from", "to", "facility"):
            place = {"from": bound.case.origin, "to": bound.case.to, "facility": bound.case.facility}[role]
            return None if not place else () if place.lower() == "none" else (place,)
        if role == "into":
            into = bound.case.into
            return None if into is None else tuple(larger.item for larger in into if larger.item)
        found = bound.case.party(role)
        return None if found is None else tuple(party.id for party in found if party.id)

    def strangers(self, role: str, bound: Bound) -> tuple[Party, ...]:
        """Return the parties that a name refers to and that only the case tells of."""
        found: Sequence[str | Party] = bound.more.get(role, ())
        if not found and bound.case is not None:
            found = bound.case.party(role) or ()
        return tuple(party for party in found if isinstance(party, Party) and party.is_stranger)

    def untold(self, what: str, of: str, why: str, bound: Bound) -> Reading:
        """Return the reading of an input that is left out."""
        if bound.case is None:
            return Reading("input", f"{what}: asked of a node by itself, so not known", UNKNOWN)
        gap = Gap("case", what, None, of, why)
        return Reading("input", f"{what}: the case does not tell", UNKNOWN, gaps=lambda: (gap,))

    def of_items(self, role: str, bound: Bound, test: Callable[[str], Reading]) -> Reading:
        """Test what a name refers to; one that passes is enough."""
        items = self.items(role, bound)
        if items is None:
            return self.untold(role, "Item", f"what the {role} is", bound)
        readings = [test(id_) for id_ in items]
        readings += [self.untold(role, "Agent", f"what is asked of {party}, of which only the case tells", bound)
                     for party in self.strangers(role, bound)]  # fmt: skip
        if len(readings) == 1:
            return readings[0]
        return joined("any", f"there is such {role}" if readings else f"there is no {role}", readings)

    def classified(self, codes: Sequence[str], condition: law.Classified, on: date) -> Reading:
        """Read whether the entries that a case puts its item in are among some entries.

        An entry named without its paragraph leaves open whether the item is in a paragraph of it.
        """
        def among(entries: Sequence[law.Entry]) -> bool:
            return any(entry.stands(on) and entry.covers(code) for entry in entries for code in codes)

        def below(entries: Sequence[law.Entry]) -> bool:
            return any(entry.stands(on) and entry.code.startswith(f"{code}.") for entry in entries for code in codes)

        held, outside = among(condition.in_), among(condition.except_)
        open_ = not outside and below(condition.except_ if held else condition.in_)
        wanted = ", ".join(entry.code for entry in condition.in_[:6])
        label = f"specified in {wanted}{' and so on' if len(condition.in_) > 6 else ''}; the case says: {', '.join(codes) or 'in no entry'}"
        gap = Gap("case", "eccn", None, "ECCN", f"which paragraph of {' or '.join(codes)} the item is in")
        verdict = UNKNOWN if open_ else Verdict.sure(held and not outside)
        return Reading("classified", label, verdict, gaps=(lambda: (gap,)) if open_ else None)

    def named_in(self, id_: str, roles: Sequence[str], bound: Bound) -> Reading:
        """Read whether a node is what the case names in one of some roles, or what a place of it is treated as."""
        label = f"{self.facts.name(id_)} is the {' or '.join(roles)} of the case"
        parts: list[Reading] = []
        for role in roles:
            named = self.items(role, bound)
            if named is None:
                parts.append(self.untold(role, "Thing", f"what the {role} is", bound))
            elif role in ("from", "to"):
                parts += [self.facts.among(place, (id_,)) for place in named]
            else:
                parts.append(Reading("target", label, Verdict.sure(id_ in named)))
        return joined("any", label, parts)

    def of_parties(self, roles: Sequence[str], bound: Bound, test: Callable[[Party], Reading]) -> Reading:
        """Test the parties in some roles; one that passes is enough."""
        case = bound.case
        parts: list[Reading] = []
        untold: list[str] = []
        for role in roles:
            if role in bound.more:
                parts += [test(thing if isinstance(thing, Party) else Party(id=thing)) for thing in bound.more[role]]
            elif case is None:
                untold.append(role)
            elif role == "any":
                parts += [test(party) for _, party in case.everybody]
                untold += [] if case.parties_complete else ["other-parties"]
            elif (found := case.party(role)) is None:
                untold.append(role)
            else:
                parts += [test(party) for party in found]
        if untold:
            names = ", ".join(role.replace("-", " ") for role in untold)
            parts.append(self.untold("parties", "Agent", f"who else has a part in it ({names}), or that nobody has", bound))
        if len(parts) == 1:
            return parts[0]
        return joined("any", "one of the parties" if parts else "there is no such party", parts)

    def of_place(self, role: str, places: Sequence[str], excepted: Sequence[str], bound: Bound) -> Reading:
        """Read whether something or somebody is in some places."""
        case = bound.case
        if case is None:
            return self.untold(role, "Country", f"where {role} is", bound)
        if role in ("from", "to"):
            country = case.origin if role == "from" else case.to
            if not country:
                return self.untold(role, "Country", f"the country it goes {role}", bound)
            if country.lower() == "none":
                return Reading("place", f"it goes {role} nowhere", NO)
            return self.facts.among(country, places, excepted)
        if role == "facility":
            if not case.facility:
                return self.untold(role, "Site", "the site where it will be used", bound)
            if case.facility.lower() == "none":
                return Reading("place", "it is for no facility", NO)
            return self.facts.stands_in(case.facility, places, excepted)
        if role == "into":
            return self._into(places, excepted, bound)

        def stands(party: Party) -> Reading:
            if not party.is_stranger:
                return self.facts.stands_in(party.id, places, excepted)
            if party.country:
                return self.facts.among(party.country, places, excepted)
            return self.untold(role, "Country", f"where {party} is", bound)

        return self.of_parties((role,), bound, stands)

    def _into(self, places: Sequence[str], excepted: Sequence[str], bound: Bound) -> Reading:
        into = bound.case.into if bound.case is not None else None
        if into is None:
            return self.untold("into", "Item", "what it goes into, and where that goes, or that it goes into nothing", bound)
        parts = [
            self.facts.among(larger.to, places, excepted)
            if larger.to
            else self.untold("into", "Country", "where the larger thing goes", bound)
            for larger in into
        ]
        return joined("any", "where the larger thing goes" if parts else "it goes into nothing", parts)

    def input(
        self, condition: law.Act | law.EndUse | law.Service | law.Amount | law.Given | law.Authorised, bound: Bound
    ) -> Reading:
        """Read a condition that only the case can answer."""
        case = bound.case
        match condition:
            case law.Act():
                if case is None or not case.act:
                    return self.untold("act", "Act", "what is done with the item", bound)
                label = f"the act is one of: {', '.join(condition.in_)}; it is: {case.act}"
                return Reading("act", label, Verdict.sure(case.act in condition.in_))
            case law.Service():
                if case is None or not case.service:
                    return self.untold("service", "Service", "which service is rendered, or that none is", bound)
                label = f"the service is one of: {', '.join(condition.in_)}; it is: {case.service}"
                return Reading("service", label, Verdict.sure(case.service in condition.in_))
            case law.Amount():
                return self._amount(condition, bound)
            case law.EndUse():
                if case is None or case.end_use is None:
                    return self.untold("end-use", "Use", "what it will be used for", bound)
                said = ", ".join(case.end_use) or "none"
                return Reading("end_use", f"end use {said}", Verdict.sure(bool(set(case.end_use) & set(condition.in_))))
            case law.Given():
                if case is None or case.attestations is None:
                    return self.untold("attestations", "Statement", f"whether it is attested or agreed: {condition.what}", bound)
                return Reading("given", f"given: {condition.what}", Verdict.sure(any(self._given(condition, case))))
            case law.Authorised():
                covers = " or ".join(condition.covers)
                if case is None or case.authorisations is None:
                    why = f"which authorisation covers the {covers}, or that none does"
                    return self.untold("authorisations", "Authorisation", why, bound)
                held = Verdict.sure(any(self._covered(condition, case)))
                return Reading("authorised", f"an authorisation covers the {covers}", held)
            case _:
                assert_never(condition)

    def _amount(self, condition: law.Amount, bound: Bound) -> Reading:
        told = None if bound.case is None else bound.case.quantity if condition.of == "quantity" else bound.case.value
        if told is None:
            return self.untold(condition.of, "decimal", f"the {condition.of}", bound)
        label = f"{condition.of} {condition.comparison} {condition.value:,g} {condition.unit}".strip()
        return Reading("amount", f"{label}; it is {told:,g}", Verdict.sure(COMPARISONS[condition.comparison](told, condition.value)))

    def _given(self, condition: law.Given, case: Case) -> Iterator[bool]:
        for given in case.attestations or ():
            in_time = condition.within is None or (given.on is not None and 0 <= (self.on - given.on).days <= condition.within)
            fits = (not condition.by or given.by == condition.by) and (not condition.form or given.form == condition.form)
            yield given.what == condition.what and fits and in_time

    def _covered(self, condition: law.Authorised, case: Case) -> Iterator[bool]:
        wanted = {*condition.covers, *((case.act,) if "act" in condition.covers and case.act else ())}
        for held in case.authorisations or ():
            begun = held.since is None or held.since <= self.on
            lasts = held.until is None or self.on < held.until
            holders = {condition.holder, *map(str, case.party(condition.holder) or ())} if condition.holder else {held.holder}
            yield begun and lasts and held.holder in holders and (not held.covers or bool(wanted & set(held.covers)))


def names_role(target: law.Target) -> bool:
    """Tell whether the end of a path must be something that a case names.

    >>> names_role(law.Target(role=("to",))), names_role(law.Target(is_=("us",)))
    (True, False)
    """
    return bool(target.role) or any(map(names_role, (*target.either, *((target.except_,) if target.except_ else ()))))
