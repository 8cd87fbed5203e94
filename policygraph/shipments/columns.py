"""The table form of shipments: its columns, what each means, and the codes that cells may hold.

Comes in: cells as people write them. Goes out: codes, or why there is none.

>>> country_code("Hong Kong"), country_code("RUS"), country_code("Rusia")
('HK', 'RU', None)
>>> Shipment(id="1", date="2024-03-01", item="a chip", shipper="A", consignee="B", origin="US", destination="Türkiye").destination
'TR'
"""

from __future__ import annotations

import re
from datetime import date as Day  # noqa: N812 (a field of the form is called date)
from difflib import get_close_matches
from functools import cache
from typing import Annotated, Any, Final, NamedTuple

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from policygraph.bill import CURRENCIES
from policygraph.names import folded
from policygraph.ontology import shipped

__all__ = ["COLUMNS", "COUNTRIES_IN", "LATEST", "MOST", "NAMES", "REQUIRED", "SYNONYMS", "Column", "Shipment", "country_code", "no_country"]


class Column(NamedTuple):
    """One column of the form."""

    name: str
    type: str
    required: bool
    meaning: str
    unit: str = ""


COLUMNS: Final = (
    Column("id", "string", True, "What the record calls the shipment; no two rows have the same."),
    Column("date", "date", True, "The day of the shipment."),
    Column("item", "string", True, "What moved, as the record names it."),
    Column("hs", "string", False, "Code of the Harmonized System, or of a tariff that extends it; digits."),
    Column("eccn", "string", False, "Entry of the Commerce Control List, as the record tells it."),
    Column("quantity", "float64", False, "How much moved.", "unit"),
    Column("unit", "string", False, "In what the quantity is told."),
    Column("value", "float64", False, "What it was worth, as declared.", "currency"),
    Column("currency", "string", False, "Code of ISO 4217."),
    Column("shipper", "string", True, "The party that sends."),
    Column("consignee", "string", True, "The party to which it is sent."),
    Column("forwarder", "string", False, "The party that carries, or has it carried."),
    Column("payer", "string", False, "The party that pays."),
    Column("origin", "string", True, "The country from which this leg departs; code of ISO 3166-1."),
    Column("loading", "string", False, "The country where it was loaded, where that is another."),
    Column("destination", "string", True, "The country in which this leg arrives."),
    Column("end_user", "string", False, "The end user, as declared."),
    Column("made_in", "string", False, "The country in which the goods were made."),
    Column("source", "string", False, "The document that says so."),
)
"""The columns, in order."""
NAMES: Final = tuple(column.name for column in COLUMNS)
REQUIRED: Final = tuple(column.name for column in COLUMNS if column.required)
COUNTRIES_IN: Final = ("origin", "loading", "destination", "made_in")
"""The columns that hold countries."""
MOST: Final = 1e12
"""More of anything than one shipment can hold, in any unit."""
EARLIEST: Final = Day(1950, 1, 1)
LATEST: Final = Day(2100, 1, 1)
"""Days of shipments lie between these."""
SYNONYMS: Final = {
    "id": ("declaration", "declaration number", "record id", "bill of lading", "shipment id", "number", "no"),
    "date": ("day", "shipment date", "declaration date", "arrival date", "period"),
    "item": ("description", "goods", "product", "commodity", "goods description", "product description", "model"),
    "hs": ("hs code", "hscode", "hs6", "tariff", "tariff code", "commodity code", "tnved", "hts"),
    "quantity": ("qty", "amount", "pieces", "units"), "unit": ("uom", "quantity unit", "unit of measure"),
    "value": ("price", "amount usd", "value usd", "fob", "cif", "total value"), "currency": ("ccy", "currency code"),
    "shipper": ("exporter", "consignor", "sender", "seller", "supplier", "exporter name", "shipper name"),
    "consignee": ("importer", "buyer", "receiver", "recipient", "importer name", "consignee name", "purchaser"),
    "forwarder": ("carrier", "freight forwarder"), "payer": ("paid by", "bank"),
    "origin": ("country of departure", "departure country", "exporting country", "from", "country of export", "shipper country"),
    "loading": ("port of loading", "country of loading"),
    "destination": ("country of destination", "destination country", "importing country", "to", "consignee country"),
    "end_user": ("end user", "final user"), "made_in": ("country of origin", "origin country", "country of manufacture"),
    "source": ("document", "file", "reference"),
}  # fmt: skip
"""What files call the columns; only to suggest a mapping, never to guess one."""


@cache
def _countries() -> dict[str, str]:
    """Return the code of each country by every code and name, folded."""
    import pyoxigraph

    found: dict[str, str] = {}
    kinds = ("notation", "prefLabel", "altLabel")
    for quad in pyoxigraph.parse(path=str(shipped("ontology") / "codes" / "countries.ttl")):
        predicate, subject = str(quad.predicate.value), str(getattr(quad.subject, "value", ""))
        code = subject.rpartition("/")[2]
        if predicate.rpartition("#")[2] in kinds and re.fullmatch("[A-Z]{2}", code):
            found.setdefault(folded(quad.object.value), code)
    return found


def country_code(text: str) -> str | None:
    """Return the ISO code of two letters of a country told by a code or a name, in English or Chinese; None if there is none."""
    return _countries().get(folded(text))


def no_country(column: str, text: str) -> str:
    """Say that a cell holds no country, and which it may mean."""
    near = get_close_matches(folded(text), _countries(), 1, cutoff=0.75) if len(text) > 3 else ()
    hint = f"did you mean {_countries()[near[0]]}?" if near else "give a code of ISO 3166-1 or an English name"
    return f"{column} '{text}' is no country; {hint}"


def _as_country(told: Any) -> Any:
    if told is None:
        return None
    code = country_code(str(told))
    if code is None:
        raise ValueError(no_country("a cell", str(told)))
    return code


def _as_currency(told: Any) -> Any:
    if told is not None and str(told).upper() not in CURRENCIES:
        raise ValueError(f"'{told}' is no currency of ISO 4217")
    return None if told is None else str(told).upper()


_Text = Annotated[str, Field(min_length=1)]
_Country = Annotated[str, BeforeValidator(_as_country)]
_Currency = Annotated[str, BeforeValidator(_as_currency)]
_Amount = Annotated[float, Field(gt=0, lt=MOST, allow_inf_nan=False)]


class Shipment(BaseModel):
    """One row, checked by itself."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, coerce_numbers_to_str=True)

    id: _Text
    date: Annotated[Day, Field(ge=EARLIEST, lt=LATEST)]
    item: _Text
    hs: str | None = None
    eccn: str | None = None
    quantity: _Amount | None = None
    unit: str | None = None
    value: Annotated[float, Field(ge=0, lt=MOST, allow_inf_nan=False)] | None = None
    currency: _Currency | None = None
    shipper: _Text
    consignee: _Text
    forwarder: str | None = None
    payer: str | None = None
    origin: _Country
    loading: _Country | None = None
    destination: _Country
    end_user: str | None = None
    made_in: _Country | None = None
    source: str | None = None
