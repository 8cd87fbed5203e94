"""Red flags as data: what authorities tell exporters to look for, and which of it records can show.

Comes in: ``datasets/redflags/*.yaml``, one file a flag, and the lists in ``lists/`` (their README tells the form). Goes out:
:class:`RedFlag` values, each with one test of a small closed set, or with the reason why no record shows it.

A flag says that somebody should ask. It is no finding, and nothing here adds flags up to a score.

>>> flags = load_flags()
>>> flags["payer-elsewhere"].test.kind_of_condition, flags["cash-payment"].not_in_records[:26]
('differs', 'the table form has no colu')
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator, Field, model_validator

from policygraph.datasets.files import Faults
from policygraph.datasets.files import Mapping as Written
from policygraph.diversion.reading import Business, Location, Texts, Value, did_you_mean, documents, line_at, made
from policygraph.ontology import shipped

__all__ = ["CONDITIONS", "AnyCondition", "FlagList", "RedFlag", "load_flags", "load_lists"]

_ONE_OR_MORE = BeforeValidator(lambda value: [value] if isinstance(value, str) else value)
Role = Literal["shipper", "consignee", "forwarder", "payer", "end_user", "any"]


class Condition(Value):
    """One condition over shipments and parties; where ``items`` names a list, of the law or of tariff codes, it asks of those goods."""

    kind_of_condition: str
    items: str = ""


class FirstTradeAfter(Condition):
    """A party has its first row after the day of a control, in a file that begins at least *covered* days before it."""

    kind_of_condition: Literal["first_trade_after"] = "first_trade_after"
    role: Role
    control: str
    covered: Annotated[int, Field(gt=0)] = 365


class FoundedAfter(Condition):
    """A party was founded on or after the day of a control."""

    kind_of_condition: Literal["founded_after"] = "founded_after"
    role: Role
    control: str


class Young(Condition):
    """A party was founded at most so many days before its first row."""

    kind_of_condition: Literal["young"] = "young"
    role: Role
    days: Annotated[int, Field(gt=0)]


class Shares(Condition):
    """A party shares an address, an officer or a phone with a listed party, or with another party of its rows."""

    kind_of_condition: Literal["shares"] = "shares"
    role: Role
    by: Annotated[tuple[Literal["address", "officers", "phones"], ...], _ONE_OR_MORE, Field(min_length=1)]
    among: Literal["listed", "trading-partners", "anyone"]
    lists: Texts = ()


class Listed(Condition):
    """A party stands on a list on the day of the row, by name or, with ``similar``, by a name much like one of it.

    A ``receiver`` is the consignee or the end user.
    """

    kind_of_condition: Literal["listed"] = "listed"
    role: Role | Literal["receiver"]
    lists: Texts
    names: Literal["exact", "similar"] = "exact"


class Owned(Condition):
    """Parties on the lists hold together more than so many per cent of a party, on the day of the row."""

    kind_of_condition: Literal["owned"] = "owned"
    role: Role
    lists: Texts
    over: Annotated[float, Field(ge=0, lt=100)]


class Headquartered(Condition):
    """The ultimate parent of a party sits in one of the countries or groups, and the party itself does not."""

    kind_of_condition: Literal["headquartered"] = "headquartered"
    role: Role
    countries: Texts


class OfBusiness(Condition):
    """A party is of one of the trades."""

    kind_of_condition: Literal["business"] = "business"
    role: Role
    trades: Annotated[tuple[Business, ...], _ONE_OR_MORE, Field(alias="is", min_length=1)]


class Differs(Condition):
    """The country of one party is another than that of a second."""

    kind_of_condition: Literal["differs"] = "differs"
    of: Role
    other: Annotated[Role, Field(alias="from")]


class Missing(Condition):
    """A column is empty, or holds the forwarder."""

    kind_of_condition: Literal["missing"] = "missing"
    column: Literal["end_user", "payer", "hs", "value", "quantity", "made_in"]


class Via(Condition):
    """A country of the list lies between the first and the last of a chain, or of the places of a row."""

    kind_of_condition: Literal["via"] = "via"
    countries: str


class Onward(Condition):
    """The row is a leg of a chain that ends in one of the countries or groups."""

    kind_of_condition: Literal["onward"] = "onward"
    to: Texts


class Matches(Condition):
    """The same goods leave a country, in about the quantity, within so many days of coming in."""

    kind_of_condition: Literal["matches"] = "matches"
    days: Annotated[int, Field(gt=0)]
    within: Annotated[float, Field(ge=0, le=100)] = 10


class Succeeds(Condition):
    """A consignee gets its first row of goods within so many days after the listing of a party that got them from the same shipper."""

    kind_of_condition: Literal["succeeds"] = "succeeds"
    lists: Texts
    days: Annotated[int, Field(gt=0)]


class Rare(Condition):
    """Fewer than so many per cent of at least *rows* rows of the same goods have this combination of columns."""

    kind_of_condition: Literal["rare"] = "rare"
    of: Annotated[tuple[Literal["origin", "loading", "destination", "forwarder"], ...], _ONE_OR_MORE, Field(min_length=1)]
    below: Annotated[float, Field(gt=0, lt=100)]
    rows: Annotated[int, Field(gt=0)] = 100


class Surge(Condition):
    """A month has at least *factor* times the median month of the year before, for a consignee or a country."""

    kind_of_condition: Literal["surge"] = "surge"
    of: Literal["quantity", "value", "rows"]
    per: Literal["consignee", "destination"]
    factor: Annotated[float, Field(gt=1)]
    control: str = ""
    when: Literal["any", "before", "after"] = "any"


class Price(Condition):
    """The unit value is so many times above, or below, the median of the same goods in the same unit, over at least *rows* rows."""

    kind_of_condition: Literal["price"] = "price"
    side: Literal["above", "below", "either"]
    factor: Annotated[float, Field(gt=1)]
    rows: Annotated[int, Field(gt=0)] = 20


class Exceeds(Condition):
    """What a consignee got in all needs more of what its site has than the site has: power in MW, or places."""

    kind_of_condition: Literal["exceeds"] = "exceeds"
    of: Literal["quantity"] = "quantity"
    limit: Literal["power", "places"]


class HsIn(Condition):
    """The tariff code stands in a list."""

    kind_of_condition: Literal["hs_in"] = "hs_in"
    codes: str
    tiers: Texts = ()


class Repeats(Condition):
    """The same serial number stands in rows of different consignees; for files that bring serial numbers."""

    kind_of_condition: Literal["repeats"] = "repeats"
    of: Literal["serial"] = "serial"


class Splits(Condition):
    """At least *rows* rows of one shipper to one consignee within so many days each lie below a value, and together above it."""

    kind_of_condition: Literal["splits"] = "splits"
    below: Annotated[float, Field(gt=0)]
    currency: str
    days: Annotated[int, Field(gt=0)]
    rows: Annotated[int, Field(gt=1)] = 3


AnyCondition = (
    FirstTradeAfter | FoundedAfter | Young | Shares | Listed | Owned | Headquartered | OfBusiness | Differs | Missing | Via | Onward
    | Matches | Succeeds | Rare | Surge | Price | Exceeds | HsIn | Repeats | Splits
)  # fmt: skip
CONDITIONS: Final = tuple(one.model_fields["kind_of_condition"].default for one in get_args(AnyCondition))
"""Every condition there is, by the key it is written with."""


def _told(value: Any) -> Any:
    """Turn ``{differs: {of: payer}}``, as files write it, into what the union reads."""
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        said = "'test' holds one condition, as {differs: {of: payer, from: consignee}}; the conditions are "
        raise ValueError(said + ", ".join(CONDITIONS))
    ((kind, told),) = value.items()
    if kind not in CONDITIONS:
        raise ValueError(f"there is no condition '{kind}'; " + did_you_mean(str(kind), CONDITIONS, "use one of " + ", ".join(CONDITIONS)))
    return {"kind_of_condition": kind, **(told if isinstance(told, dict) else {})}


class FlagSource(Value):
    """The document a flag stands in, and its number there; *confidence* ``unverified`` where its text was not read."""

    document: str
    publisher: str
    url: str
    published: date | None = None
    provision: str = ""
    number: str = ""
    via: str = ""
    confidence: Literal["read", "unverified"] = "read"


class RedFlag(Value):
    """Something that should make an exporter ask.

    Attributes
    ----------
    text
        What it says, in our words.
    applies_from, applies_to
        The first day on which it was told, and the day on which it ended, where it did.
    rule, gives
        The rule of law in the data that the flag is, and the word by which a case tells it to rules.
    test, not_in_records
        What shows it in records, or why nothing there does; one of the two.
    """

    id: str = Field(alias="flag")
    title: str
    text: str
    source: FlagSource
    applies_from: date
    applies_to: date | None = None
    rule: str = ""
    gives: str = ""
    test: Annotated[Annotated[AnyCondition, Field(discriminator="kind_of_condition")] | None, BeforeValidator(_told)] = None
    not_in_records: str = ""
    note: str = ""

    @property
    def told(self) -> str:
        """The document that tells it, with its number there."""
        return self.source.document + (f", {self.source.number}" if self.source.number else "")

    def to_json(self) -> dict[str, Any]:
        """Return it as its file writes it."""
        told = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        if self.test is not None:
            told["test"] = {self.test.kind_of_condition: told["test"]}
        return told

    @model_validator(mode="after")
    def _one_way(self) -> RedFlag:
        if (self.test is None) == (not self.not_in_records):
            raise ValueError("a flag has either a 'test', or says in 'not_in_records' why no record shows it; write one of them")
        if self.applies_to and self.applies_to <= self.applies_from:
            raise ValueError(f"it ends on {self.applies_to}, no later than it begins on {self.applies_from}")
        return self


class Entry(Value):
    """One entry of a list: a code, and what the list says of it."""

    code: str
    tier: str = ""
    day: date | None = None
    note: str = ""


def _entries(value: Any) -> Any:
    return [one if isinstance(one, dict) else {"code": one} for one in value] if isinstance(value, list) else value


class FlagList(Value):
    """Codes that flags look up: countries, tariff codes, or controls with their days."""

    id: str = Field(alias="list")
    title: str
    of: Literal["countries", "hs", "controls"]
    source: FlagSource
    note: str = ""
    entries: Annotated[tuple[Entry, ...], BeforeValidator(_entries), Field(min_length=1)]

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes alone."""
        return tuple(entry.code for entry in self.entries)

    @model_validator(mode="after")
    def _sound(self) -> FlagList:
        width = {"countries": 2, "hs": 6}.get(self.of)
        wrong = [code for code in self.codes if width and len(code) != width]
        if wrong:
            raise ValueError(f"'{wrong[0]}' is no code of {self.of}; write {'two letters' if width == 2 else 'six digits in quotes'}")
        if len(set(self.codes)) < len(self.codes):
            raise ValueError("a code stands twice; take one out")
        if self.of == "controls" and any(entry.day is None for entry in self.entries):
            raise ValueError("a control has no 'day', the first on which it was in force or, if earlier, published")
        return self


def load_lists(directory: Path | None = None) -> Mapping[str, FlagList]:
    """Read the lists that flags look up; the shipped ones unless a directory of flags is named.

    >>> len(load_lists()["high-priority"].codes)
    50
    """
    faults = Faults()
    found = _lists(directory or shipped("datasets") / "redflags", faults)
    if len(faults):
        raise faults.error()
    return found


def load_flags(
    directory: Path | None = None, *, entities: Collection[str] | None = None, goods: Collection[str] | None = None
) -> Mapping[str, RedFlag]:
    """Read every red flag of a directory.

    Parameters
    ----------
    directory
        Holds one YAML file a flag, and ``lists/``; the shipped flags where left out.
    entities, goods
        What publishers, provisions and party lists, and what ``items``, may name; not checked where left out.

    Raises
    ------
    BadData
        With every fault, each with file and line.
    """
    folder = directory or shipped("datasets") / "redflags"
    faults = Faults()
    lists = _lists(folder, faults) if (folder / "lists").is_dir() else {}
    flags: dict[str, RedFlag] = {}
    for shown, node in documents(folder, faults):
        if Path(shown).parent.name == "lists":
            continue
        flag = made(RedFlag, node, shown, "a red flag", faults)
        if flag is None:
            continue
        flags[flag.id] = flag
        _named_alike(flag.id, "flag", node, shown, faults)
        for place, what, name, known in _looked_up(flag, lists, entities, goods):
            if name not in known:
                hint = did_you_mean(name, known, f"the data have {len(known)}" + (": " + ", ".join(known) if 0 < len(known) < 12 else ""))
                faults.add(shown, line_at(node, place), f"there is no {what} '{name}'; {hint}")
    if len(faults):
        raise faults.error()
    return flags


def _named_alike(id_: str, what: str, node: Written, shown: str, faults: Faults) -> None:
    stem = Path(shown).stem
    if stem != id_:
        faults.add(shown, line_at(node, (what,)), f"the {what} is '{id_}', but the file is named '{stem}'; name both alike")


def _looked_up(
    flag: RedFlag, lists: Mapping[str, FlagList], entities: Collection[str] | None, goods: Collection[str] | None
) -> Iterator[tuple[Location, str, str, Collection[str]]]:
    """Give each name that a flag looks up: where it stands, what it is, and the names there are."""
    test = flag.test
    if isinstance(test, Via):
        yield ("test",), "list of countries", test.countries, [id_ for id_, one in lists.items() if one.of == "countries"]
    if isinstance(test, HsIn):
        yield ("test",), "list of tariff codes", test.codes, [id_ for id_, one in lists.items() if one.of == "hs"]
    if isinstance(test, FirstTradeAfter | FoundedAfter | Surge) and test.control:
        yield ("test",), "control", test.control, [code for one in lists.values() if one.of == "controls" for code in one.codes]
    if test is not None and test.items and goods is not None:
        yield ("test",), "list of goods", test.items, [*goods, *(id_ for id_, one in lists.items() if one.of == "hs")]
    if entities is None:
        return
    yield ("source", "publisher"), "publisher", flag.source.publisher, entities
    if flag.source.provision:
        yield ("source", "provision"), "provision", flag.source.provision, entities
    for key, what in (("lists", "list of parties"), ("countries", "country or group"), ("to", "country or group")):
        named = getattr(test, key, ())
        for name in named if isinstance(named, tuple) else ():
            yield ("test",), what, name, entities


def _lists(place: Path, faults: Faults) -> dict[str, FlagList]:
    found: dict[str, FlagList] = {}
    for shown, node in documents(place / "lists", faults):
        one = made(FlagList, node, shown, "a list", faults)
        if one is not None:
            found[one.id] = one
            _named_alike(one.id, "list", node, shown, faults)
    return found
