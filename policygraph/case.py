"""A transaction as somebody puts it: what, which act, when, from where to where, between whom, for what, with what knowledge.

Comes in: what a person knows. Goes out: a :class:`Case`, immutable. Three silences are kept apart. An input left out is a gap:
nothing follows from it. ``none`` says that there is none, and refutes. A list that is given is the whole list, except that of the
parties: others may exist unless ``parties: complete`` (or ``complete: true`` among them) says that all are named.

A party is an entity of the data by id or name, or a stranger: ``{name, country, headquarters, owners}``.

>>> case = Case(item="h20", to="CN", end_user="bytedance", knowledge="yes")
>>> case.party("end-user"), case.party("purchaser"), case.knows("destination")
((Party(id='bytedance'),), None, True)
>>> Case(item="h20", end_usr="bytedance")
Traceback (most recent call last):
    ...
policygraph.errors.BadQuestion: a case has no input 'end_usr'; did you mean 'end_user'?
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, Final, Self

from pydantic import Field, ValidationError, field_validator, model_validator

from policygraph.bill import Bill
from policygraph.dates import as_day
from policygraph.errors import BadQuestion, UnknownName, nearest
from policygraph.parties import RECEIVING, ROLES, SENDING, Names, Owner, Party, Told, is_none, several, word

__all__ = ["Attestation", "Authorisation", "Case", "Larger"]

_EVERY_TOPIC: Final = "*"


class Attestation(Told):
    """Something attested, agreed or notified: what, by whom (a role), on which day."""

    what: str
    by: str = ""
    form: str = "attested"
    on: date | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        return {"what": given} if isinstance(given, str) else given

    @field_validator("what", "by", "form")
    @classmethod
    def _as_word(cls, text: str) -> str:
        return word(text)


class Authorisation(Told):
    """A licence, exception or other authorisation: who holds it, what it covers, and from when until when."""

    covers: tuple[str, ...] = ()
    holder: str = ""
    number: str = ""
    since: date | None = Field(default=None, alias="from")
    until: date | None = Field(default=None, alias="to")

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"covers": (given,)}
        if isinstance(given, Mapping) and isinstance(given.get("covers"), str):
            return {**given, "covers": (given["covers"],)}
        return given

    @field_validator("covers")
    @classmethod
    def _as_words(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(map(word, words))


class Larger(Told):
    """The larger thing the item goes into or helps make: itself, where it goes, and who produces, buys or orders it."""

    item: str = ""
    to: str = ""
    by: tuple[Party, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"item": given}
        if isinstance(given, Mapping) and "by" in given and not isinstance(given["by"], (list, tuple)):
            return {**given, "by": (given["by"],)}
        return given


class Case(Told):
    """One act on one item, as far as it is told.

    Attributes
    ----------
    item
        Id or name of the item.
    eccn
        The control-list entries that whoever asks puts the item in: the whole list of them.
    act
        What is done: export, reexport, transfer, use, finance ... as rules call it.
    on
        The day of the act; the day of the view where it is left out.
    origin, to
        The country it leaves (``from`` in files) and the one it goes to; ``none`` where it goes nowhere.
    facility
        The site where it will be used.
    parties
        Somebody for each role of :data:`ROLES`, or nobody where the case says ``none``; a role may also be given by its own
        name: ``Case(end_user="bytedance")``.
    parties_complete
        Whether there are no other parties.
    into
        The larger thing it goes into.
    service
        The service rendered, where the act is one.
    end_use
        What it will be used for, in the words of rules.
    knowledge
        By what it is knowledge of (destination, end-use, violation), or of everything: yes or no.
    attestations, authorisations
        What was attested, agreed or notified, and which authorisations are held.
    earlier
        Earlier acts with the same item.
    quantity, value, currency
        How many and how much.
    bill
        What one unit of the item is made of; see :mod:`policygraph.bill`. A bill without a value of its own takes that of the case.

    Examples
    --------
    >>> Case(item="ascend-910c", act="buy", to="MY", parties="complete", authorisations="none").authorisations
    ()
    """

    item: str = ""
    eccn: tuple[str, ...] | None = None
    act: str = ""
    on: date | None = None
    origin: str = Field(default="", alias="from")
    to: str = ""
    facility: str = ""
    parties: Mapping[str, tuple[Party, ...]] = Field(default_factory=dict)
    parties_complete: bool = False
    into: tuple[Larger, ...] | None = None
    service: str = ""
    end_use: tuple[str, ...] | None = None
    knowledge: Mapping[str, bool] = Field(default_factory=dict)
    attestations: tuple[Attestation, ...] | None = None
    authorisations: tuple[Authorisation, ...] | None = None
    earlier: tuple[Case, ...] | None = None
    quantity: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    value: float | None = Field(default=None, ge=0, allow_inf_nan=False)
    currency: str = ""
    bill: Bill | None = None

    def __init__(self, **given: Any) -> None:
        try:
            super().__init__(**given)
        except ValidationError as error:
            raise BadQuestion(_sentence(error)) from None

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, given: Any) -> Any:
        """Accept the short forms, and move parties given by role to ``parties``."""
        if not isinstance(given, Mapping):
            raise ValueError(f"it is told by its inputs, {{item: ..., act: ...}}, and not as {given!r}")
        told = {key: value for key, value in given.items() if value is not None}
        parties: Any = told.pop("parties", {})
        complete = _yes_or_no("parties_complete", told.pop("parties_complete", False))
        if isinstance(parties, str):
            if word(parties) not in ("complete", "none"):
                raise ValueError(f"parties are given by role, or 'complete', or 'none', and not '{parties}'")
            parties, complete = {}, True
        if not isinstance(parties, Mapping):
            raise ValueError("parties are given by role, for example {end_user: bytedance}")
        by_role = {word(role): somebody for role, somebody in parties.items()}
        if "complete" in by_role:
            complete = complete or _yes_or_no("complete", by_role.pop("complete"))
        for key in [key for key in told if word(key) in ROLES]:
            by_role[word(key)] = told.pop(key)
        for role in by_role:
            if role not in ROLES:
                raise ValueError(_unknown(f"a case has no party '{role}'", role, ROLES))
        told["parties"] = {role: several(somebody) for role, somebody in by_role.items() if somebody is not None}
        told["parties_complete"] = complete
        if "knowledge" in told:
            told["knowledge"] = _knowledge(told["knowledge"])
        if "on" in told:
            told["on"] = as_day(told["on"])
        if "bill" in told:
            told["bill"] = _bill(told)
        for key in ("eccn", "end_use", "attestations", "authorisations", "earlier", "into"):
            if key in told:
                told[key] = several(told[key])
        for one in told.get("earlier", ()):
            if not isinstance(one, (Case, Mapping)):
                raise ValueError(f"an earlier act is a case too, such as {{act: export, from: TW, to: CN}}, and not {one!r}")
        return told

    @field_validator("eccn")
    @classmethod
    def _codes(cls, codes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if codes is None else tuple(code.removeprefix("eccn:") for code in codes)

    @model_validator(mode="after")
    def _is_possible(self) -> Self:
        """Refuse a party that would deal with itself, and an earlier act that is later."""
        for act in self.earlier or ():
            if self.on is not None and act.on is not None and act.on > self.on:
                raise ValueError(f"an earlier act is told to be of {act.on}, after the day of the act itself, {self.on}")
        for sending in SENDING:
            for receiving in RECEIVING:
                both = set(self.parties.get(sending, ())) & set(self.parties.get(receiving, ()))
                for party in both:
                    said = f"'{party}' cannot be both {sending} and {receiving} of one transaction"
                    raise ValueError(f"{said}; name the branch or affiliate that stands on the other side, or leave one role out")
        return self

    @field_validator("act", "service")
    @classmethod
    def _act_word(cls, text: str) -> str:
        return word(text)

    @field_validator("end_use")
    @classmethod
    def _use_words(cls, words: tuple[str, ...] | None) -> tuple[str, ...] | None:
        return None if words is None else tuple(map(word, words))

    @classmethod
    def of(cls, given: Mapping[str, Any], names: Names) -> Case:
        """Make a case of what is given, with every name replaced by its id.

        Raises
        ------
        UnknownName
            If nothing bears a name; a stranger is told as ``{name: ..., country: ..., headquarters: ...}``.
        """
        return cls(**given).resolved(names)

    def resolved(self, names: Names) -> Case:
        """Return the case with every name replaced by its id."""

        def one(text: str, *classes: str) -> str:
            if not text or is_none(text):
                return text
            try:
                return names.resolve(text, *classes)
            except UnknownName as error:
                if classes != ("Country",):
                    raise
                said = f"no country is called '{text}'; give its ISO code of two letters or its name, for example US"
                raise UnknownName(said, error.accepted) from None

        def somebody(party: Party) -> Party:
            more: dict[str, Any] = {"person_of": tuple(one(country, "Country") for country in party.person_of)}
            more["employer"] = None if party.employer is None else somebody(party.employer)
            more["owners"] = None if party.owners is None else tuple(map(somebody, party.owners))
            place = {"country": one(party.country, "Country"), "headquarters": one(party.headquarters, "Country")}
            try:
                return party.model_copy(update=more | (place if party.is_stranger else {"id": one(party.id, "Agent")}))
            except UnknownName as error:
                said = f"the data know no party '{party.id}'; tell a stranger as {{name: ..., country: ..., headquarters: ...}}"
                raise UnknownName(said, error.accepted) from None

        def larger(thing: Larger) -> Larger:
            by = tuple(somebody(party) for party in thing.by)
            return thing.model_copy(update={"item": one(thing.item, "Item"), "to": one(thing.to, "Country"), "by": by})

        return self.model_copy(
            update={
                "item": one(self.item, "Item", "Software", "Technology", "AIModel"),
                "eccn": None if self.eccn is None else tuple(one(f"eccn:{code}", "ECCN")[5:] for code in self.eccn),
                "origin": one(self.origin, "Country"),
                "to": one(self.to, "Country"),
                "facility": one(self.facility, "Site"),
                "parties": {role: tuple(map(somebody, parties)) for role, parties in self.parties.items()},
                "into": None if self.into is None else tuple(map(larger, self.into)),
                "bill": None if self.bill is None else self.bill.resolved(one),
                "earlier": None if self.earlier is None else tuple(case.resolved(names) for case in self.earlier),
            }
        )

    def party(self, role: str) -> tuple[Party, ...] | None:
        """Return who has the role: somebody, nobody (an empty tuple), or None where the case does not tell.

        >>> Case(end_user="none").party("end-user"), Case(parties="complete").party("lender"), Case().party("lender")
        ((), (), None)
        """
        if role == "incorporator":
            return None if self.into is None else tuple(party for larger in self.into for party in larger.by)
        if role == "employer":
            actors = self.party("actor")
            return None if actors is None else tuple(actor.employer for actor in actors if actor.employer is not None)
        found = self.parties.get(role)
        return () if found is None and self.parties_complete else found

    def knows(self, topic: str) -> bool | None:
        """Return whether there is knowledge of a topic, or None where the case does not tell."""
        return self.knowledge.get(topic, self.knowledge.get(_EVERY_TOPIC))

    @property
    def everybody(self) -> tuple[tuple[str, Party], ...]:
        """Every party with its role."""
        return tuple((role, party) for role, parties in self.parties.items() for party in parties)

    def __str__(self) -> str:
        return ", ".join(self._words()) or "an empty case"

    def _words(self) -> Iterator[str]:
        if self.item:
            yield f"item {self.item}"
        if self.eccn is not None:
            yield f"entries {', '.join(self.eccn) or 'none'}"
        if self.act:
            yield f"act {self.act}"
        if self.service:
            yield f"service {self.service}"
        if self.on:
            yield f"on {self.on}"
        if self.origin:
            yield f"from {self.origin}"
        if self.to:
            yield f"to {self.to}"
        for role, parties in self.parties.items():
            yield f"{role} {' and '.join(map(str, parties)) or 'none'}"
        if self.end_use is not None:
            yield f"end use {', '.join(self.end_use) or 'none'}"
        if self.bill is not None:
            yield f"made of {self.bill}"
        for topic, known in self.knowledge.items():
            yield f"knowledge{'' if topic == _EVERY_TOPIC else f' of {topic}'} {'yes' if known else 'no'}"
        if self.authorisations is not None:
            covered = " and ".join(", ".join(held.covers) or held.number for held in self.authorisations)
            yield f"authorisations {covered or 'none'}"


def _bill(told: Mapping[str, Any]) -> Any:
    """Complete a bill from the case: what one unit of the item is worth, and the currency."""
    given = told["bill"]
    if isinstance(given, (list, tuple)):
        given = {"lines": given}
    if not isinstance(given, Mapping):
        return given
    value, quantity = told.get("value"), told.get("quantity")
    beside = {"value": [Fraction(str(value)) / Fraction(str(quantity or 1))] * 2} if isinstance(value, (int, float)) and value >= 0 else {}
    return {**beside, **({"currency": told["currency"]} if told.get("currency") else {}), **given}


def _knowledge(given: Any) -> dict[str, bool]:
    if isinstance(given, Mapping):
        return {word(str(topic)): _yes_or_no("knowledge", value) for topic, value in given.items()}
    return {_EVERY_TOPIC: _yes_or_no("knowledge", given)}


def _yes_or_no(what: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and word(value) in ("yes", "no", "none", "true", "false"):
        return word(value) in ("yes", "true")
    raise ValueError(f"{what} is yes or no, and not {value!r}")


def _unknown(said: str, word: str, accepted: tuple[str, ...]) -> str:
    near = nearest(word, accepted, 1)
    return said + ("; did you mean " + " or ".join(repr(name) for name in near) + "?" if near else "; use " + ", ".join(accepted))


def _sentence(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    if first["loc"][:1] == ("parties",):
        where, *roles = reversed([str(part) for part in first["loc"][1:] if not isinstance(part, int)])
        whose = "".join(f" of the {role}" for role in roles)
        if first["type"] == "extra_forbidden":
            held = tuple((Owner if "owners" in roles else Party).model_fields)
            return _unknown(f"there is no '{where}'{whose}", where, held)
        where += whose
    if first["type"] == "extra_forbidden":
        if len(first["loc"]) > 1:
            return f"a case cannot hold '{where}'"
        inputs = tuple(field.alias or name for name, field in Case.model_fields.items())
        return _unknown(f"a case has no input '{where}'", where, (*inputs, *(role.replace("-", "_") for role in ROLES)))
    said = str(first["msg"]).removeprefix("Value error, ")
    if first["type"] == "greater_than_equal":
        return f"the {where} of a case is {first['ctx']['ge']:g} or more, and not {float(first['input']):g}"
    return f"{where} of a case: {said}" if where else said
