"""Told cases of diversion: who passed what to whom, on whose word, and who disputes it.

Comes in: ``datasets/cases/*.yaml``, one file a case (its README tells the form). Goes out: :class:`DiversionCase` values, and of those
legs whose goods, parties, countries and days a source gives, rows of the table form of shipments.

A case carries *reported acts*. What a court found or a firm admitted has the stance ``asserts`` or ``admits``, and nothing else has.

>>> case = load_cases()["dc-06"]
>>> case.title, case.words_of(case.chain[0])
('Seagate hard disks to Huawei', 'established')
>>> [(row["shipper"], row["consignee"], row["quantity"]) for row in case.shipments()]
[('seagate-singapore-ihq', 'huawei', 7420496.0)]
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, model_validator

from policygraph.claims import Entity, Stance
from policygraph.datasets.files import Faults
from policygraph.datasets.files import Mapping as Written
from policygraph.diversion.reading import Business, Location, Texts, Value, did_you_mean, documents, line_at, made
from policygraph.ontology import shipped

__all__ = ["STATUS", "DiversionCase", "Leg", "Party", "Statement", "load_cases"]

STATUS: Final[Mapping[Stance, str]] = {
    Stance.ASSERTS: "established", Stance.ADMITS: "established",
    Stance.REPORTS: "reported", Stance.ESTIMATES: "reported",
    Stance.ALLEGES: "alleged", Stance.PRESUMES: "alleged",
    Stance.DENIES: "disputed", Stance.DISPUTES: "disputed",
    Stance.OPINES: "opinion",
}  # fmt: skip
"""The word of common speech for each stance, as the case files use it."""

_PUBLISHED = re.compile(r"(19|20)\d\d(-[01]\d(-[0-3]\d)?)?\Z")
_AUTHORITIES: Final = ("Court", "GovernmentBody")


def _one_or_more(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


def _published(value: Any) -> Any:
    if not isinstance(value, (str, int)) or not _PUBLISHED.match(str(value)):
        raise ValueError(f"'published' holds {value!r}; write a day, a month or a year, as 2025-01-16, 2025-01 or 2025")
    return str(value)


Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Countries = Annotated[tuple[Country, ...], BeforeValidator(lambda value: [value] if isinstance(value, str) else value)]


class Dates(Value):
    """Days between which something happened, both included, and the words of the source where they say it less exactly."""

    since: date | None = Field(None, alias="from")
    until: date | None = Field(None, alias="to")
    stated: str = ""

    @model_validator(mode="after")
    def _in_order(self) -> Dates:
        if self.since and self.until and self.until < self.since:
            raise ValueError(f"the dates end on {self.until}, before they begin on {self.since}; write the earlier day as from")
        return self


class Said(Value):
    """How something is said: the stance, who says it, and in which of the sources of the case."""

    stance: Stance
    by: str
    source: Annotated[Texts, Field(min_length=1)]
    note: str = ""


class Statement(Said):
    """Something said of a case: a false declaration, a dispute, an outcome."""

    what: str
    on: Dates | None = Field(None, alias="date")
    leg: int | None = None


class Amount(Value):
    """A range of a quantity or of money, on the word of the leg or on one of its own."""

    at_least: Annotated[float, Field(ge=0)] | None = None
    at_most: Annotated[float, Field(ge=0)] | None = None
    unit: str = ""
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    stated: str = ""
    stance: Stance | None = None
    by: str = ""
    source: Texts = ()

    @model_validator(mode="after")
    def _a_range(self) -> Amount:
        if self.at_least is None and self.at_most is None:
            raise ValueError("an amount has no bound; write at_least, at_most, or both")
        if self.at_least is not None and self.at_most is not None and self.at_most < self.at_least:
            raise ValueError(f"at_most {self.at_most:g} is less than at_least {self.at_least:g}; write the smaller one as at_least")
        if bool(self.unit) == bool(self.currency):
            raise ValueError("an amount has either a unit, as {at_least: 3, unit: units}, or a currency, as {at_least: 3, currency: USD}")
        return self


Amounts = Annotated[tuple[Amount, ...], BeforeValidator(_one_or_more)]


class Listing(Value):
    """A list on which a party stands, and since when, as a source of the case says."""

    on: str
    dates: Dates
    source: Texts


class Party(Value):
    """Somebody in a case; *unnamed* where the sources give a role and a country and no name."""

    id: str
    name: str
    aliases: Texts = ()
    country: Country | None = None
    role: str = ""
    business: Business = "unknown"
    entity: str = ""
    unnamed: bool = False
    founded: Dates | None = None
    listed: tuple[Listing, ...] = ()
    address: Texts = ()
    officers: Texts = ()
    phones: Texts = ()
    source: Texts = ()
    note: str = ""

    @property
    def named(self) -> str:
        """How a row of shipments names it: the id in the data set where it has one, else its name."""
        return self.entity or self.name


class Item(Value):
    """A kind of goods in a case."""

    id: str
    name: str
    entity: str = ""
    hs: str = ""
    eccn: str = ""
    note: str = ""

    @property
    def named(self) -> str:
        """How a row of shipments names it."""
        return self.entity or self.id


class Leg(Said):
    """One step from somebody to somebody: of goods, of a design, of access to compute, of know-how or of money."""

    leg: int
    sender: Annotated[Texts, Field(alias="from", min_length=1)]
    receiver: Annotated[Texts, Field(alias="to", min_length=1)]
    how: Literal["goods", "design", "access", "know-how", "money"]
    item: Texts = ()
    origin: Countries = ()
    destination: Countries = ()
    dates: Dates | None = None
    quantity: Amounts = ()
    value: Amounts = ()
    stopped: bool = False


class FlagSeen(Value):
    """A red flag that could be seen before the outcome."""

    flag: str
    note: str
    source: Texts


class Refused(Value):
    """What somebody writes about the case and the data refuse, and why."""

    said: str
    where: str
    why: str


class Source(Value):
    """A page or paper; *relays* tells whose text it passes on."""

    title: str
    publisher: str
    published: Annotated[str, BeforeValidator(_published)]
    url: str
    relays: str = ""


class CaseRow(Value):
    """A row of the table form of shipments, the leg it tells, and in words what the source leaves open."""

    id: str
    leg: int
    date: date
    item: str
    quantity: Annotated[float, Field(gt=0)] | None = None
    unit: str | None = None
    value: Annotated[float, Field(gt=0)] | None = None
    currency: Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None = None
    shipper: str
    consignee: str
    forwarder: str | None = None
    payer: str | None = None
    origin: Country
    loading: Country | None = None
    destination: Country
    end_user: str | None = None
    made_in: Country | None = None
    source: str
    stated: str = ""


class DiversionCase(Value):
    """A case: its parties, goods, legs, what is disputed and how it ended, each on somebody's word.

    Attributes
    ----------
    file
        Where it was read from.
    kind
        ``goods``, ``production`` (made to order), ``access`` (to compute), ``know-how``, or ``flow`` (trade figures without a firm).
    chain
        The legs in order; an end that is not public is an unnamed party.
    no_shipments
        Why a case has no rows of shipments.
    """

    id: str = Field(alias="case")
    title: str
    summary: str
    kind: Literal["goods", "production", "access", "know-how", "flow"]
    party_list: Annotated[tuple[Party, ...], Field(alias="parties")]
    items: tuple[Item, ...] = ()
    chain: Annotated[tuple[Leg, ...], Field(min_length=1)]
    false_declarations: tuple[Statement, ...] = ()
    disputes: tuple[Statement, ...] = ()
    outcome: tuple[Statement, ...] = ()
    flags: tuple[FlagSeen, ...] = ()
    refused: tuple[Refused, ...] = ()
    rows: Annotated[tuple[CaseRow, ...], Field(alias="shipments")] = ()
    no_shipments: str = ""
    gaps: tuple[str, ...] = ()
    sources: Annotated[Mapping[str, Source], Field(min_length=1)]
    file: str = ""

    @property
    def parties(self) -> Mapping[str, Party]:
        """The parties by their id in the case."""
        return {party.id: party for party in self.party_list}

    @property
    def statements(self) -> tuple[Statement, ...]:
        """Everything that is said of the case beside its legs."""
        return self.false_declarations + self.disputes + self.outcome

    @staticmethod
    def words_of(said: Said) -> str:
        """Return the status of a leg or a statement: established, reported, alleged, disputed or opinion."""
        return STATUS[said.stance]

    def shipments(self) -> tuple[Mapping[str, Any], ...]:
        """Return the rows of the table form; a party or good of the data set stands by its id there.

        A day in a row lies within the range that the source states, and a row may stand for several shipments that the source counts
        together; ``rows`` tells both in words.
        """
        parties, items = self.parties, {item.id: item for item in self.items}
        found = []
        for row in self.rows:
            told = {key: value for key, value in row.model_dump(exclude={"leg", "stated"}).items() if value is not None}
            told |= {key: parties[told[key]].named for key in ("shipper", "consignee", "forwarder", "payer", "end_user") if key in told}
            item = items[row.item]
            told |= {"item": item.named, "source": f"{self.id}:{row.source}"}
            told |= {key: code for key, code in (("hs", item.hs), ("eccn", item.eccn)) if code}
            found.append(told)
        return tuple(found)


def load_cases(
    directory: Path | None = None, *, entities: Mapping[str, Entity] | None = None, flags: Collection[str] | None = None
) -> Mapping[str, DiversionCase]:
    """Read every case below a directory.

    Parameters
    ----------
    directory
        Holds one YAML file a case; the shipped cases where left out.
    entities, flags
        What ``entity``, ``by`` and countries, and what flags, may name; not checked where left out.

    Raises
    ------
    BadData
        With every fault, each with file and line.

    Examples
    --------
    >>> len(load_cases())
    30
    """
    faults = Faults()
    cases: dict[str, DiversionCase] = {}
    for shown, node in documents(directory or shipped("datasets") / "cases", faults):
        case = made(DiversionCase, node, shown, "a case", faults)
        if case is None:
            continue
        case = case.model_copy(update={"file": shown})
        _Checks(case, node, entities, flags, faults).all()
        if case.id in cases:
            text = f"the case '{case.id}' stands in {cases[case.id].file} already; give this one another id"
            faults.add(shown, line_at(node, ("case",)), text)
        cases[case.id] = case
    if len(faults):
        raise faults.error()
    return dict(sorted(cases.items()))


class _Checks:
    """What no single value shows: that names are declared, and that rows say no more than their legs."""

    def __init__(
        self, case: DiversionCase, node: Written, entities: Mapping[str, Entity] | None, flags: Collection[str] | None, faults: Faults
    ) -> None:
        self.case, self.node, self.entities, self.flags, self.faults = case, node, entities, flags, faults
        self.used: set[str] = set()

    def all(self) -> None:
        """Note every fault."""
        case = self.case
        if not case.file.rpartition("/")[2].startswith(f"{case.id}-"):
            self._fault(("case",), f"the case is '{case.id}', so its file is named {case.id}-....yaml; rename one of them")
        if bool(case.rows) == bool(case.no_shipments):
            self._fault(("shipments",), "a case has rows of 'shipments', or says in 'no_shipments' why it has none; write one of them")
        self._once("parties", [party.id for party in case.party_list])
        self._once("items", [item.id for item in case.items])
        self._once("chain", [str(leg.leg) for leg in case.chain])
        self._once("shipments", [row.id for row in case.rows])
        for number, party in enumerate(case.party_list):
            self._party(party, ("parties", number))
        for number, item in enumerate(case.items):
            self._entity(item.entity, ("items", number, "entity"))
        for number, leg in enumerate(case.chain):
            self._leg(leg, ("chain", number))
        for key in ("false_declarations", "disputes", "outcome"):
            for number, said in enumerate(getattr(case, key)):
                self._said(said, (key, number))
                if said.leg is not None:
                    self._known(str(said.leg), [str(leg.leg) for leg in case.chain], "leg", (key, number, "leg"))
        for number, seen in enumerate(case.flags):
            self._sources(seen.source, ("flags", number, "source"))
            if self.flags is not None and seen.flag not in self.flags:
                hint = did_you_mean(seen.flag, self.flags, "the files of datasets/redflags name them")
                self._fault(("flags", number, "flag"), f"there is no red flag '{seen.flag}'; {hint}")
        for number, row in enumerate(case.rows):
            self._row(row, ("shipments", number))
        for key in case.sources.keys() - self.used:
            self._fault(("sources", key), f"nothing in the case rests on the source '{key}'; name it where it is used, or take it out")

    def _fault(self, place: Location, text: str) -> None:
        self.faults.add(self.case.file, line_at(self.node, place), text)

    def _once(self, key: str, ids: list[str]) -> None:
        for number, one in enumerate(ids):
            if one in ids[:number]:
                self._fault((key, number), f"'{one}' stands twice in '{key}'; give each its own")

    def _known(self, name: str, accepted: list[str], what: str, place: Location) -> bool:
        if name in accepted:
            return True
        hint = did_you_mean(name, accepted, "the case has " + (", ".join(accepted) or "none"))
        self._fault(place, f"the case has no {what} '{name}'; {hint}")
        return False

    def _sources(self, keys: tuple[str, ...], place: Location) -> None:
        self.used.update(keys)
        for key in keys:
            self._known(key, list(self.case.sources), "source", place)

    def _entity(self, name: str, place: Location) -> None:
        if name and self.entities is not None and name not in self.entities:
            hint = did_you_mean(name, self.entities, "leave 'entity' out for what the data set has not")
            self._fault(place, f"no entity is named '{name}'; {hint}")

    def _countries(self, codes: tuple[str, ...], place: Location) -> None:
        for code in codes if self.entities is not None else ():
            if self.entities is not None and (code not in self.entities or self.entities[code].type != "Country"):
                self._fault(place, f"'{code}' is no country; use its two letters of ISO 3166-1, as MY")

    def _speaker(self, name: str, place: Location) -> None:
        if self.entities is not None and name not in self.case.parties and name not in self.entities:
            hint = did_you_mean(name, [*self.case.parties, *self.entities], "name a party of the case, or an entity of the data set")
            self._fault(place, f"nobody is named '{name}'; {hint}")

    def _said(self, said: Said, place: Location) -> None:
        self._speaker(said.by, (*place, "by"))
        self._sources(said.source, (*place, "source"))
        if said.stance is Stance.ADMITS and said.by not in self.case.parties:
            self._fault((*place, "stance"), f"'{said.by}' is no party of the case, and only a party admits; use reports or alleges")
        speaker = self.entities.get(said.by) if self.entities is not None else None
        if said.stance is Stance.ASSERTS and self.entities is not None and (speaker is None or speaker.type not in _AUTHORITIES):
            text = f"only a court or an authority puts on record, and '{said.by}' is neither; use reports, alleges or admits"
            self._fault((*place, "stance"), text)

    def _party(self, party: Party, place: Location) -> None:
        self._entity(party.entity, (*place, "entity"))
        self._countries((party.country,) if party.country else (), (*place, "country"))
        self._sources(party.source, (*place, "source"))
        for listing in party.listed:
            self._entity(listing.on, (*place, "listed"))
            self._sources(listing.source, (*place, "listed"))
        if (party.founded or party.address or party.officers or party.phones) and not party.source:
            self._fault(place, f"of '{party.id}' a founding day, an address, officers or a phone are told without a source; name it")

    def _leg(self, leg: Leg, place: Location) -> None:
        self._said(leg, place)
        for key, ids in (("from", leg.sender), ("to", leg.receiver)):
            for id_ in ids:
                self._known(id_, list(self.case.parties), "party", (*place, key))
        for id_ in leg.item:
            self._known(id_, [item.id for item in self.case.items], "item", (*place, "item"))
        self._countries(leg.origin, (*place, "origin"))
        self._countries(leg.destination, (*place, "destination"))
        for key, amounts in (("quantity", leg.quantity), ("value", leg.value)):
            for amount in amounts:
                self._sources(amount.source, (*place, key))
                if amount.by:
                    self._speaker(amount.by, (*place, key))
                if bool(amount.currency) != (key == "value"):
                    self._fault((*place, key), "'quantity' counts in a unit and 'value' in a currency; here it is the other way about")

    def _row(self, row: CaseRow, place: Location) -> None:
        self._sources((row.source,), (*place, "source"))
        known = list(self.case.parties)
        for key in ("shipper", "consignee", "forwarder", "payer", "end_user"):
            if (name := getattr(row, key)) is not None:
                self._known(name, known, "party", (*place, key))
        if not self._known(str(row.leg), [str(leg.leg) for leg in self.case.chain], "leg", (*place, "leg")):
            return
        leg = next(leg for leg in self.case.chain if leg.leg == row.leg)
        self._countries((row.origin, row.destination), place)
        if leg.how != "goods" or leg.stopped:
            why = "was stopped" if leg.stopped else f"moves no goods but is of {leg.how}"
            self._fault(place, f"a row of shipments tells leg {leg.leg}, which {why}; take the row out")
        for key, told, allowed in (
            ("shipper", row.shipper, leg.sender), ("consignee", row.consignee, leg.receiver), ("item", row.item, leg.item),
            ("origin", row.origin, leg.origin), ("destination", row.destination, leg.destination),
        ):  # fmt: skip
            if told not in allowed:
                self._fault((*place, key), f"'{key}' is '{told}', but leg {leg.leg} has {' or '.join(allowed) or 'none'}")
        dates = leg.dates
        if dates is None or (dates.since and row.date < dates.since) or (dates.until and row.date > dates.until):
            span = f"{dates.since or '...'} to {dates.until or '...'}" if dates else "no dates"
            self._fault((*place, "date"), f"the row is of {row.date}, but leg {leg.leg} has {span}; choose a day within")
        most = [amount.at_most for amount in leg.quantity if amount.at_most is not None]
        if row.quantity is not None and most and row.quantity > max(most):
            self._fault((*place, "quantity"), f"the row has {row.quantity:g}, but leg {leg.leg} at most {max(most):g}")
