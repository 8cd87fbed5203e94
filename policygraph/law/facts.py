"""What law asks of the world, read off a view: places, lists, headquarters, holdings, figures.

Comes in: a view and ids of things, or strangers of whom a case tells. Goes out: readings, each with its claims and its gaps. Nothing
here knows a rule. Silence refutes only where something is declared complete; two presumptions are made, each said where it counts:
a party of which no owner of half or more is on record is its own ultimate parent, and what is said of a family of items holds for
its members.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from functools import partial

from policygraph import measures
from policygraph.findings import Gap, Step
from policygraph.law import conditions as law
from policygraph.law.readings import NO, UNKNOWN, YES, Reading, doubted, joined, merged, noted, opposed, supported
from policygraph.listings import listing, programmes_told
from policygraph.ownership import WHOLE, By, Capture, Cascade, Share, Test, parts_per_million, stakes_in
from policygraph.parties import Party
from policygraph.truth import Strength, Truth, Verdict
from policygraph.view import FrozenView

__all__ = ["Facts", "on_list"]

_HALF = parts_per_million(50)


class Facts:
    """Questions of fact to one view.

    Parameters
    ----------
    view
        What stands.
    """

    def __init__(self, view: FrozenView) -> None:
        self.view = view
        self._known: dict[tuple[object, ...], Reading] = {}

    # ---- statements

    def statement(self, subject: str, relation: str, object_: str, *, of: str = "", why: str = "") -> Reading:
        """Read one statement."""
        key = ("statement", subject, relation, object_, of, why)
        return self._once(key, lambda: self._statement(subject, relation, object_, of, why))

    def _once(self, key: tuple[object, ...], read: Callable[[], Reading]) -> Reading:
        if key not in self._known:
            self._known[key] = read()
        return self._known[key]

    def _statement(self, subject: str, relation: str, object_: str, of: str, why: str) -> Reading:
        view = self.view
        steps = tuple(view.step(row) for row in view.find(subject, relation, object_))
        verdict = view.verdict(subject, relation, object_)
        label = f"{self.name(subject)} {view.graph.ontology.label(relation)} {self.name(object_)}"
        silent = verdict.all_.against and not any(step.truth.against for step in steps)
        note = "not among those said, where all are declared to be said" if silent else ""
        asked = why or f"whether {label}"
        return Reading(
            "statement", label, verdict, note=note, steps=steps,
            gaps=lambda: (Gap(subject, relation, object_, of or "statement", asked),),
        )  # fmt: skip

    def said(self, id_: str, relation: str, object_: str) -> Reading:
        """Read one statement about an item together with the same about the families it is a variant of."""
        each = [self.statement(holder, relation, object_) for holder in (id_, *self.family(id_))]
        found = [reading for reading in each if reading.steps] or each[:1]
        return found[0].but(
            verdict=merged(reading.verdict for reading in found), note=noted(*(reading.note for reading in found)),
            steps=tuple(step for reading in found for step in reading.steps),
        )  # fmt: skip

    def name(self, id_: str) -> str:
        """Return the usual name of a node, or the id where the data have none."""
        return self.view.graph.label(id_) if id_ in self.view.graph.index else id_

    def class_of(self, id_: str) -> str:
        """Return the class of a node, empty where the data have none."""
        graph = self.view.graph
        return graph.node_class[graph.index[id_]] if id_ in graph.index else ""

    def is_a(self, id_: str, classes: Iterable[str]) -> bool:
        """Tell whether a node is of one of the classes."""
        of = self.class_of(id_)
        return any(self.view.graph.ontology.is_a(of, class_) for class_ in classes)

    # ---- places

    def among(self, country: str, places: Sequence[str], excepted: Sequence[str] = ()) -> Reading:
        """Read whether a country is, or is treated as, one of some places, and none of those excepted."""
        key = ("among", country, tuple(places), tuple(excepted))
        if key not in self._known:
            inside = self._inside(country, places)
            if excepted:
                outside = self._inside(country, excepted)
                inverse = Reading("not", f"not {outside.label}", ~outside.verdict, parts=(outside,), combine=lambda v: ~v[0])
                inside = joined("all", f"{inside.label}, except {_listed(excepted)}", (inside, inverse))
            self._known[key] = inside
        return self._known[key]

    def treated_as(self, country: str) -> tuple[str, ...]:
        """Return what a country is treated as, which is itself where nothing else is said; nothing for no country."""
        if country.lower() == "none":
            return ()
        found = [self.view.step(row).object for row in self.view.find(country, "treatedAs") if self.view.edges.all_for[row]]
        return tuple(dict.fromkeys(found)) or (country,)

    def _inside(self, country: str, places: Sequence[str]) -> Reading:
        view = self.view
        label = f"{self.name(country)} is {'anywhere' if 'anywhere' in places else 'in ' + _listed(places)}"
        if "anywhere" in places or country in places:
            return Reading("place", label, YES)
        treated = [row for row in view.find(country, "treatedAs") if view.edges.all_for[row]]
        ways: list[tuple[str, tuple[Step, ...], Verdict]] = [(country, (), YES)]
        for row in treated:
            step = view.step(row)
            ways.append((step.object, (step,), view.verdict(country, "treatedAs", step.object)))
        parts = []
        for here, steps, verdict in ways:
            if steps and here in places:
                parts.append(Reading("place", f"{self.name(country)} is treated as {self.name(here)}", verdict, steps=steps))
            for group in (place for place in places if place.startswith("cg:")):
                member = self.statement(here, "memberOf", group)
                if steps:
                    member = member.but(verdict=member.verdict & verdict, steps=(*steps, *member.steps))
                parts.append(member)
        shown = [part for part in parts if part.verdict.all_.for_] or parts[:1]
        verdict = joined("any", label, parts).verdict if parts else NO
        steps = tuple(step for part in shown for step in part.steps)
        gaps = lambda: (Gap(country, "memberOf", None, "CountryGroup", f"whether {label}"),)  # noqa: E731
        return Reading("place", label, verdict, note=noted(*(part.note for part in shown)), steps=steps, gaps=gaps)

    def stands_in(self, id_: str, places: Sequence[str], excepted: Sequence[str] = ()) -> Reading:
        """Read whether a country, site or party is in one of some places, and in none of those excepted."""
        if self.is_a(id_, ("Country",)):
            return self.among(id_, places, excepted)
        relations = ("locatedIn",) if self.is_a(id_, ("Site",)) else ("addressIn", "registeredIn")
        label = f"{self.name(id_)} is in {_listed(places)}"
        gap = Gap(id_, relations[0], None, "Country", f"where {self.name(id_)} is")
        return self._through(id_, relations, lambda country: self.among(country, places, excepted), label, gap)

    def _through(
        self, id_: str, relations: Sequence[str], test: Callable[[str], Reading], label: str, gap: Gap
    ) -> Reading:
        """Read whether what a node is linked to passes a test; what fails it speaks against."""
        view, found, steps, parts = self.view, [], [], []
        for relation in relations:
            for row in view.find(id_, relation):
                edge = Verdict(
                    Truth(int(view.edges.all_for[row]), int(view.edges.all_against[row])),
                    Truth(int(view.edges.clear_for[row]), int(view.edges.clear_against[row])),
                )
                if not edge.all_.for_:
                    continue
                step = view.step(row)
                tested = test(step.object)
                steps.append(step)
                parts.append(tested)
                found += [supported(edge & tested.verdict), opposed(edge & ~tested.verdict)]
        note = noted(*(part.note for part in parts))
        return Reading("place", label, merged(found), note=note, steps=tuple(steps), beside=tuple(parts), gaps=lambda: (gap,))

    # ---- parties

    def listed(self, party: Party, by: By) -> Reading:
        """Read whether a party stands on a list, with a footnote, and under one of some programmes and scopes if any are named."""
        who, list_ = self.name(str(party)), self.name(by.list)
        label = f"{who} stands on {by.named(self.name)}"
        if party.is_stranger:
            return self._unlisted(label, by.list)
        here = self.statement(party.id, "listed", by.list)
        here = here if by.footnote else here.but(kind="listed", label=label)
        if by.programmes or by.scopes:
            verdict = listing(self.view, party.id, by.list, by.programmes, by.scopes)
            told = " and ".join(sorted(programmes_told(self.view, party.id, by.list))) if by.programmes else ""
            gap = Gap(party.id, "listed", by.list, "programme", f"under which programme {who} stands on {list_}")
            gaps = (lambda: (gap,)) if here.verdict.all_.for_ else here.gaps
            here = here.but(verdict=verdict, note=noted(here.note, f"listed under {told}" if told else ""), gaps=gaps)
        if not by.footnote:
            return here
        bears = self.statement(party.id, "bearsFootnote", by.footnote)
        return joined("all", label, (here, bears))

    def _unlisted(self, label: str, list_: str) -> Reading:
        graph = self.view.graph
        relation, node = graph.relation_index["listed"], graph.index.get(list_)
        strength = Strength(int(self.view.complete_to(relation)[node])) if node is not None else Strength.NONE
        note = "nobody of that name is known to the data" + (", and the list is complete in them" if strength else "")
        gap = Gap(None, "listed", list_, "Agent", f"whether {label}")
        return Reading("listed", label, Verdict.sure(False, strength), note=note, gaps=lambda: (gap,))

    def is_party(self, party: Party, ids: Sequence[str], classes: Sequence[str]) -> Reading:
        """Read whether a party is one of some, or of one of some classes."""
        shown = " or ".join([*map(self.name, ids), *classes])
        label = f"{self.name(str(party))} is {shown}"
        if party.is_stranger and classes:
            gap = Gap("case", "class", None, "Class", f"what {party} is")
            return Reading("party", label, UNKNOWN, gaps=lambda: (gap,))
        return Reading("party", label, Verdict.sure(party.id in ids or self.is_a(party.id, classes)))

    def person(self, party: Party, of: Sequence[str], natural: bool | None, excepted: Sequence[str] = ()) -> Reading:
        """Read whether a party is a person of one of some countries and of none excepted, and of which sort."""
        parts = []
        if natural is not None:
            label = f"{self.name(str(party))} is {'a' if natural else 'no'} natural person"
            known = party.natural if party.natural is not None else None if party.is_stranger else self.is_a(party.id, ("Person",))
            gap = Gap("case", "natural", None, "YesNo", f"whether {party} is a natural person")
            verdict = UNKNOWN if known is None else Verdict.sure(known is natural)
            parts.append(Reading("person", label, verdict, gaps=lambda: (gap,)))
        if of:
            parts.append(self._person_of(party, of, excepted))
        return parts[0] if len(parts) == 1 else joined("all", "a person of that sort", parts)

    def _person_of(self, party: Party, of: Sequence[str], excepted: Sequence[str]) -> Reading:
        label = f"{self.name(str(party))} is a person of {_listed(of)}"
        if party.person_of:
            told = [self.among(country, of, excepted) for country in party.person_of]
            return joined("any", f"{label}, as the case tells", told)
        gap = Gap("case", "person-of", None, "Country", f"of which country {party} is a citizen, a resident or a body")
        if party.is_stranger:
            return Reading("person", label, UNKNOWN, gaps=lambda: (gap,))
        registered = self._through(party.id, ("registeredIn",), lambda country: self.among(country, of, excepted), label, gap)
        if not registered.is_unknown:
            return registered
        seat = self._through(party.id, ("headquarteredIn",), lambda country: self.among(country, of, excepted), label, gap)
        return seat.capped(Strength.PRESUMED, "taken to be organised under the law of the country where it has its headquarters")

    def headquartered(self, party: Party, places: Sequence[str], parent: str = "ultimate") -> Reading:
        """Read whether a party, or its ultimate parent, has its headquarters in one of some places."""
        whose = "itself or by its ultimate parent " if parent == "ultimate" else ""
        label = f"{self.name(str(party))} is {whose}headquartered in {_listed(places)}"
        if party.is_stranger:
            if party.headquarters:
                told = self.among(party.headquarters, places)
                return Reading("headquartered", label, told.verdict, note="as the case tells of a stranger", beside=(told,))
            gap = Gap("case", "headquarters", None, "Country", f"where {party} has its headquarters")
            return Reading("headquartered", label, UNKNOWN, gaps=lambda: (gap,))
        own = self._seat(party.id, places)
        if parent == "own":
            return own.but(label=label)
        owners = self._owners(party.id)
        parts: list[Verdict] = [supported(own.verdict)]
        above: list[Reading] = []
        note = ""
        if not owners:
            note = "no owner of half or more is on record, so it is taken to be its own ultimate parent"
            complete = int(self.view.complete_to(self.view.graph.relation_index["owns"])[self.view.graph.index[party.id]])
            parts.append(opposed(~own.verdict).at_most(Strength(max(complete, Strength.PRESUMED))))
        seen = frozenset((party.id,))
        for step, share, verdict in owners:
            if step.subject in seen:
                continue
            higher = self._parent(step.subject, places, seen)
            reached = verdict & higher.verdict
            parts.append(supported(reached) if share else UNKNOWN)
            parts.append(opposed(verdict & ~higher.verdict & ~own.verdict) if share else UNKNOWN)
            above.append(higher.but(steps=(step, *higher.steps)))
            if not share:
                note = noted(note, f"the share that {self.name(step.subject)} holds is not known")
        verdict = merged(parts)
        gap = Gap(None, "owns", party.id, "Agent", f"who holds half or more of {self.name(party.id)}")
        seat = Gap(party.id, "headquarteredIn", None, "Country", f"where {self.name(party.id)} has its headquarters")
        return Reading(
            "headquartered", label, verdict, note=noted(own.note, note), steps=own.steps, beside=tuple(above),
            gaps=lambda: (seat, gap) if not own.steps else (gap,),
        )  # fmt: skip

    def _parent(self, id_: str, places: Sequence[str], seen: frozenset[str]) -> Reading:
        """Read where the ultimate parent above an owner has its seat."""
        owners = [found for found in self._owners(id_) if found[0].subject not in seen]
        if not owners:
            return self._seat(id_, places)
        found = []
        for step, _, verdict in owners:
            higher = self._parent(step.subject, places, seen | {id_})
            found.append((verdict, higher.but(steps=(step, *higher.steps))))
        total = merged(
            part for verdict, higher in found
            for part in (supported(verdict & higher.verdict), opposed(verdict & ~higher.verdict))
        )  # fmt: skip
        label = f"the ultimate parent of {self.name(id_)}"
        return Reading("headquartered", label, total, beside=tuple(higher for _, higher in found))

    def _seat(self, id_: str, places: Sequence[str]) -> Reading:
        label = f"{self.name(id_)} has its own headquarters in {_listed(places)}"
        gap = Gap(id_, "headquarteredIn", None, "Country", f"where {self.name(id_)} has its headquarters")
        seat = self._through(id_, ("headquarteredIn",), lambda country: self.among(country, places), label, gap)
        return seat.but(kind="headquartered")

    def _owners(self, id_: str) -> list[tuple[Step, bool, Verdict]]:
        """Return who holds half or more, or an unknown share, or controls; with whether it surely does."""
        view, found = self.view, []
        for relation in ("owns", "controls"):
            for row in view.find(None, relation, id_):
                if not view.edges.all_for[row]:
                    continue
                share = stakes_in(view, (row,))[0].share() if relation == "owns" else Share(WHOLE, WHOLE)
                if share.high < _HALF:
                    continue
                step = view.step(row, inverse=True)
                found.append((step, share.low >= _HALF, supported(view.verdict(step.subject, relation, id_))))
        return found

    def owned(self, party: Party, condition: law.Owned) -> Reading:
        """Read whether parties on lists, or that pass other tests, hold a share of a party, directly or through companies held so."""
        key = ("owned", party, condition.by, condition.share, condition.aggregate)
        if key in self._known:
            return self._known[key]
        tests: dict[str, Callable[[Party], Reading]] = {}
        by: list[By | Test] = []
        for one in condition.by:
            if isinstance(one, law.Listed):
                by.append(on_list(one))
                tests.setdefault(one.list, partial(self.listed, by=on_list(one)))
            else:
                name, test = self._test_of(one)
                by.append(Test(name, lambda owner, test=test: ((found := test(owner)).verdict, found.rests_on)))  # type: ignore[misc]
                tests[name] = test
        called = " or ".join([*(f"on {one.named(self.name)}" for one in by if isinstance(one, By)),
                              *(f"that are {one.name}" for one in by if isinstance(one, Test))])  # fmt: skip
        label = f"{self.name(str(party))} is held to {condition.share:g} % or more by parties {called}"
        cascade = Cascade(self.view, by, parts_per_million(condition.share), (party,), aggregate=condition.aggregate)
        found = cascade.capture(party)
        decided = found.verdict.all_.for_
        shown = [owner for first in found.owners if first.counts or not decided for owner in first.walk() if owner.counts or not decided]
        passing = {owner.id: owner for owner in shown if owner.on and owner.id in self.view.graph.index}
        note = "no owner is on record" if not found.owners else f"they hold {found.share}" + _at_tier(found)
        self._known[key] = Reading(
            "owned", label, found.verdict, note=noted(note, found.note), steps=tuple(owner.step for owner in shown if owner.step),
            beside=tuple(tests[name](Party(id=id_)) for id_, owner in passing.items() for name in owner.on if name in tests),
            gaps=lambda: self._untold_owners(party) or found.gaps, claims=cascade.claims,
        )  # fmt: skip
        return self._known[key]

    def _test_of(self, one: law.Headquartered | law.PartyIs | law.PersonOf) -> tuple[str, Callable[[Party], Reading]]:
        """Return what an owner must be, in words, and how that is read."""
        match one:
            case law.Headquartered():
                return f"headquartered in {_listed(one.in_)}", lambda party: self.headquartered(party, one.in_, one.parent)
            case law.PartyIs():
                return " or ".join((*map(self.name, one.is_), *one.class_)), lambda party: self.is_party(party, one.is_, one.class_)
            case law.PersonOf():
                sort = {True: "natural persons", False: "bodies", None: "persons"}[one.natural]
                words = f"{sort} of {_listed(one.of)}" if one.of else sort
                return words, lambda party: self.person(party, one.of, one.natural, one.except_)

    def _untold_owners(self, party: Party) -> tuple[Gap, ...]:
        if party.is_stranger and party.owners is None:
            return (Gap("case", "owners", None, "Agent", f"who owns {party}, and how much of it, or that nobody does"),)
        return ()

    # ---- items

    def family(self, id_: str) -> tuple[str, ...]:
        """Return the families an item is a variant of."""
        view = self.view
        return tuple(view.graph.node_ids[view.edges.object[row]] for row in view.find(id_, "variantOf") if view.edges.all_for[row])

    def claimed(self, id_: str, codes: Sequence[law.Entry], on: date, label: str) -> Reading:
        """Read whether an item, or the family it is a variant of, is said to be specified in one of some entries."""
        view, found, steps, notes = self.view, [], [], []
        open_ = False  # an entry is said, and one of its paragraphs is asked for
        for holder in (id_, *self.family(id_)):
            for row in view.find(holder, "classifiedAs"):
                step = view.step(row)
                code = step.object.removeprefix("eccn:")
                said = view.verdict(holder, "classifiedAs", step.object)
                if entry := next((entry for entry in codes if entry.covers(code)), None):
                    doubt = doubted(Reading("claim", "", said), entry, on)
                    found.append(doubt.verdict)
                    steps.append(step)
                    notes.append(noted(doubt.note, entry.note if doubt.note else ""))
                elif "EAR99" in (code, *(entry.code for entry in codes)):
                    found.append(opposed(said))
                    steps.append(step)
                else:
                    open_ = open_ or any(entry.code.startswith(f"{code}.") for entry in codes)
        if id_ in view.graph.index and not found and not open_:
            relation = view.graph.relation_index["classifiedAs"]
            found.append(Verdict.sure(False, Strength(int(view.complete_from(relation)[view.graph.index[id_]]))))
        gap = Gap(id_, "classifiedAs", None, "ECCN", f"under which entry {self.name(id_)} falls")
        return Reading("classified", label, merged(found), note=noted(*notes), steps=tuple(steps), gaps=lambda: (gap,))

    def has(self, id_: str, attribute: str, values: Sequence[str | bool | float]) -> Reading:
        """Read whether an attribute of an item has one of some values."""
        return self._once(("has", id_, attribute, *map(repr, values)), lambda: self._has(id_, attribute, values))

    def _has(self, id_: str, attribute: str, values: Sequence[str | bool | float]) -> Reading:
        wanted = {str(value).lower() for value in values}
        shown = " or ".join(str(value) for value in values)
        if attribute == "class":
            label = f"{self.name(id_)} is a {shown}"
            return Reading("has", label, Verdict.sure(self.is_a(id_, [str(value) for value in values])))
        ontology = self.view.graph.ontology
        label = f"{self.name(id_)}: {ontology.label(attribute)} is {shown}"
        leaves, note, cap = self.view.values(id_, attribute), "", Strength.ESTABLISHED
        for family in self.family(id_) if not leaves else ():
            leaves = self.view.values(family, attribute)
            note, cap = f"said of the family {self.name(family)}", Strength.PRESUMED
        single = ontology.relations[attribute].one_at_a_time
        found: list[Verdict] = []
        rows: list[int] = []
        against: list[int] = []
        for leaf in leaves:
            passes = leaf.value.lower() in wanted or (leaf.number == leaf.number and leaf.number in values)
            verdict = Verdict.of_leaf(leaf.truth).at_most(cap)
            if passes:
                found.append(verdict)
                rows += leaf.rows
            elif single:
                found.append(opposed(verdict))
                against += leaf.rows
        gap = Gap(id_, attribute, None, "value", f"{ontology.label(attribute)} of {self.name(id_)}")
        evidence = (*self.view.evidence(rows), *self.view.evidence(against, against=True))
        return Reading("has", label, merged(found), note=note, evidence=evidence, gaps=lambda: (gap,))

    def measured(self, id_: str, condition: law.Measure) -> Reading:
        """Read how a quantity of an item compares with a number."""
        asked = (condition.quantity, condition.comparison, condition.value, condition.unit)
        return self._once(("measured", id_, *asked), lambda: self._measured(id_, condition))

    def _measured(self, id_: str, condition: law.Measure) -> Reading:
        view = self.view
        label = f"{self.name(id_)}: {condition.quantity} {condition.comparison} {condition.value:,g} {condition.unit}".strip()
        result = measures.compare(view, id_, condition.quantity, condition.comparison, condition.value)
        best = result.figures[0] if result.figures else None
        deciding = [figure for figure in result.figures if best and figure.group == best.group]
        evidence = (
            *view.evidence(dict.fromkeys(row for figure in deciding for row in figure.rows)),
            *view.evidence(dict.fromkeys(row for figure in deciding for row in figure.opposed), against=True),
        )
        all_rows = dict.fromkeys(row for figure in result.figures for row in (*figure.rows, *figure.opposed))
        gap = Gap(id_, condition.quantity, None, "decimal", f"{condition.quantity} of {self.name(id_)}")
        return Reading(
            "measure", label, result.verdict, note=noted(best.text if best else "", result.note), evidence=evidence,
            gaps=lambda: (gap,), claims=lambda: (view.graph.table.ids[row] for row in all_rows),
        )  # fmt: skip


def on_list(condition: law.Listed) -> By:
    """Return the list that a condition asks for, without whom it asks it of."""
    return By(condition.list, condition.footnote, condition.programme, condition.scope)


def _at_tier(found: Capture) -> str:
    return f", by way of {found.tier - 1} that are held so themselves" if found.tier and found.tier > 1 else ""


def _listed(places: Sequence[str]) -> str:
    """Write places as the law writes them.

    >>> _listed(("cg:D5", "MO"))
    'D:5 or MO'
    """
    shown = [f"{place[3]}:{place[4:]}" if place.startswith("cg:") and place[4:].isdigit() else place for place in places]
    return " or ".join(shown)
