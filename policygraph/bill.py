"""A bill of materials as somebody puts it: what an item is made of, how many of each, worth how much, from where.

Comes in: what a person knows. Goes out: a :class:`Bill`, immutable. Figures are exact, or bounds ``[least, most]``; what is left out is
unknown. A list of parts is the whole list. Parts left out say that the bill goes no deeper there; ``parts: none`` says that there are
none, ``parts: unknown`` that there may be any.

``value`` is what one unit is worth, ``total`` what all units of the line are worth together; parts are told for one unit.

>>> bill = Bill(value=1000, currency="USD", lines=[{"item": "h100", "quantity": 2, "value": 200, "origin": "US", "eccn": "3A001"}])
>>> bill.lines[0].worth, bill.lines[0].eccn
((Fraction(400, 1), Fraction(400, 1)), ('3A001',))
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from fractions import Fraction
from typing import Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from policygraph.errors import nearest

__all__ = ["CURRENCIES", "UNKNOWN", "Amount", "Bill", "Line", "sums", "times"]

Amount = tuple[Fraction, Fraction | None]
"""The least and the most that a figure may be; None where it has no bound."""

CURRENCIES: Final = frozenset(
    re.findall(
        "[A-Z]{3}",
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNY COP CRC CUP "
        "CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD "
        "JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
        "NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL "
        "THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG",
    )
)
"""The currencies of ISO 4217 in circulation."""

UNKNOWN: Final[Amount] = (Fraction(0), None)
"""A figure of which nothing is known."""
_NOTHING: Final = "none"
_ANY: Final = "unknown"


def _figure(what: str, given: Any) -> Amount:
    """Read a figure as it is told: a number, ``[least, most]``, or ``unknown``."""
    if given is None or given == _ANY:
        return UNKNOWN
    told = list(given) if isinstance(given, (list, tuple)) else [given, given]
    try:
        numbers = [None if one is None else Fraction(str(one)) for one in told if not isinstance(one, bool)]
    except (ValueError, ZeroDivisionError):
        numbers = []
    if len(numbers) != 2 or numbers[0] is None:
        raise ValueError(f"'{what}' is a number, or [least, most], and not {given!r}")
    least, most = numbers[0], numbers[1]
    if least < 0:
        raise ValueError(f"'{what}' cannot be negative, but is {given!r}")
    if most is not None and most < least:
        raise ValueError(f"'{what}' is told as [least, most], and {given!r} has the more before the less")
    return least, most


def times(one: Amount, other: Amount) -> Amount:
    """Multiply figures.

    >>> times((Fraction(2), Fraction(2)), (Fraction(3), None))
    (Fraction(6, 1), None)
    """
    if one[1] == 0 or other[1] == 0:
        return Fraction(0), Fraction(0)
    return one[0] * other[0], None if one[1] is None or other[1] is None else one[1] * other[1]


def _several(given: Any) -> tuple[Any, ...]:
    if isinstance(given, str) and given.strip().lower() == _NOTHING:
        return ()
    return tuple(given) if isinstance(given, (list, tuple)) else (given,)


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, arbitrary_types_allowed=True)


class Line(_Value):
    """One line of a bill: some units of one thing.

    Attributes
    ----------
    item, name
        Id or name of an item of the data, or how something is called that the data do not know.
    quantity
        How many units; one unless told.
    value, total
        What one unit is worth, or all of them; at most one of the two is told.
    currency
        That of the bill.
    origin
        The country of its origin.
    eccn
        The control-list entries it is in: the whole list; ``none`` where it is in none.
    discrete
        Whether it is a product of its own, as opposed to content of what it was built into.
    parts
        What one unit is made of; None where the bill goes no deeper.
    parts_unknown
        Whether it is told that the parts are not known.
    """

    item: str = ""
    name: str = ""
    quantity: Amount = (Fraction(1), Fraction(1))
    value: Amount = UNKNOWN
    total: Amount | None = None
    currency: str = ""
    origin: str = ""
    eccn: tuple[str, ...] | None = None
    discrete: bool | None = None
    parts: tuple[Line, ...] | None = None
    parts_unknown: bool = False

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, given: Any) -> Any:
        if isinstance(given, str):
            return {"item": given}
        if not isinstance(given, Mapping):
            raise ValueError("a line of a bill is written as {item: ..., quantity: ..., value: ...}, or {name: ...} for a stranger")
        told = {key: value for key, value in given.items() if value is not None}
        if "value" in told and "total" in told:
            raise ValueError("a line tells the value of one unit or the total of all, and not both")
        told |= {what: _figure(what, told[what]) for what in ("quantity", "value", "total") if what in told}
        if "eccn" in told:
            told["eccn"] = tuple(str(code).removeprefix("eccn:") for code in _several(told["eccn"]))
        if told.get("parts") == _ANY:
            told["parts_unknown"] = told.pop("parts") == _ANY
        elif "parts" in told:
            told["parts"] = _several(told["parts"])
        if isinstance(told.get("discrete"), str):
            word = told["discrete"].strip().lower()
            if word not in ("yes", "no", _ANY):
                raise ValueError(f"'discrete' is yes or no, and not {told['discrete']!r}")
            told["discrete"] = {"yes": True, "no": False}.get(word)
        return told

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        if bool(self.item) == bool(self.name):
            raise ValueError("a line of a bill names an item of the data (item), or calls a thing that they do not know (name)")
        most = self.value[1] if self.total is None else None
        least = sum((part.worth[0] for part in self.parts or ()), Fraction(0))
        if self.total is not None and self.total[1] is not None and self.quantity[0] > 0:
            most = self.total[1] / self.quantity[0]
        if most is not None and least > most:
            raise ValueError(_too_much(f"the parts of {self}", least, "one unit", most))
        return self

    @property
    def worth(self) -> Amount:
        """What all units are worth together."""
        return self.total if self.total is not None else times(self.quantity, self.value)

    def walk(self) -> Iterator[Line]:
        """Yield the line and all below it."""
        yield self
        for part in self.parts or ():
            yield from part.walk()

    def resolved(self, one: Callable[..., str]) -> Line:
        """Return the line with every name replaced by its id."""
        return self.model_copy(
            update={
                "item": one(self.item, "Item", "Software", "Technology"), "origin": one(self.origin, "Country"),
                "eccn": None if self.eccn is None else tuple(one(f"eccn:{code}", "ECCN").removeprefix("eccn:") for code in self.eccn),
                "parts": None if self.parts is None else tuple(part.resolved(one) for part in self.parts),
            }
        )  # fmt: skip

    def __str__(self) -> str:
        return self.item or self.name


class Bill(_Value):
    """What one item is made of.

    Attributes
    ----------
    value, currency
        What the item is worth, and in which currency all figures are.
    lines
        Its parts: the whole list.
    """

    value: Amount = UNKNOWN
    currency: str = ""
    lines: tuple[Line, ...] = Field(default=())

    @model_validator(mode="before")
    @classmethod
    def _gathered(cls, given: Any) -> Any:
        if isinstance(given, str) or not isinstance(given, (Mapping, list, tuple)):
            if given == _NOTHING:
                return {"lines": ()}
            raise ValueError("a bill is a list of lines, or {value: ..., currency: ..., lines: [...]}, or none where the item has no parts")
        if not isinstance(given, Mapping):
            return {"lines": tuple(given)}
        told = {key: value for key, value in given.items() if value is not None}
        if "value" in told:
            told["value"] = _figure("value", told["value"])
        if "lines" not in told:
            raise ValueError("a bill holds its lines: {value: ..., lines: [...]}, or lines: none")
        return told | {"lines": _several(told["lines"])}

    @field_validator("currency")
    @classmethod
    def _is_one(cls, code: str) -> str:
        if code and code not in CURRENCIES:
            near = nearest(code, CURRENCIES, 1)
            hint = f"did you mean '{near[0]}'?" if near else "use a code of ISO 4217, for example USD"
            raise ValueError(f"no currency is called '{code}'; {hint}")
        return code

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        others = {line.currency for line in self.walk()} - {"", self.currency}
        if others:
            named = f"the bill is in {self.currency}" if self.currency else "the bill does not say its own"
            raise ValueError(f"a line is in {sorted(others)[0]}, and {named}; tell every figure in one currency")
        least = sum((line.worth[0] for line in self.lines), Fraction(0))
        if self.value[1] is not None and least > self.value[1]:
            raise ValueError(_too_much("the lines", least, "the item", self.value[1]))
        return self

    def walk(self) -> Iterator[Line]:
        """Yield every line at any depth."""
        for line in self.lines:
            yield from line.walk()

    def resolved(self, one: Callable[..., str]) -> Bill:
        """Return the bill with every name replaced by its id."""
        return self.model_copy(update={"lines": tuple(line.resolved(one) for line in self.lines)})

    def __str__(self) -> str:
        return ", ".join(map(str, self.lines)) or "nothing"


def _too_much(parts: str, least: Fraction, whole: str, most: Fraction) -> str:
    together = f"{parts} are worth {_number(least)} together, and {whole} is worth {_number(most)}"
    return f"{together}; a part is worth no more than the whole"


def _number(figure: Fraction) -> str:
    return f"{float(figure):,.10g}"


def sums(amounts: Iterable[Amount]) -> Amount:
    """Add up figures.

    >>> sums([(Fraction(1), Fraction(2)), (Fraction(3), None)])
    (Fraction(4, 1), None)
    """
    least, most = Fraction(0), Fraction(0)
    bounded = True
    for low, high in amounts:
        least += low
        bounded = bounded and high is not None
        most += high or 0
    return least, most if bounded else None
