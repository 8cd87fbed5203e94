"""Entries of lists of codes, and what weakens a test: the values that conditions are made of.

Pure values.

>>> Entry(code="3A090", since="2023-11-17").stands(date(2023, 11, 16))
False
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

__all__ = ["Codes", "Confidence", "Doubt", "Entry", "Value", "Words", "several"]

Confidence = Literal["", "unverified", "argued"]
"""``unverified``: the wording was not read in the text itself. ``argued``: a reading that is argued, not settled. Either counts
as presumed at most, and every proof that uses it says so."""


def several(given: Any) -> Any:
    """Return one value as several."""
    return (given,) if isinstance(given, (str, int, float, bool, dict)) else given


Words = Annotated[tuple[str, ...], BeforeValidator(several)]


class Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Doubt(Value):
    """What weakens a test: how well its wording is known, and from which edition alone it is known."""

    note: str = ""
    confidence: Confidence = ""
    edition: date | None = None


class Entry(Doubt):
    """An entry of a list of codes: the code, and from when until when it stood in the list.

    ``meets`` names entries of the same list whose parameters an item of this one must meet, so that what meets none of them is not in
    this one either.
    """

    code: str
    meets: Words = ()
    since: date | None = Field(default=None, alias="from")
    until: date | None = Field(default=None, alias="to")

    def covers(self, code: str) -> bool:
        """Tell whether a code is this one or a paragraph of it.

        >>> Entry(code="3A090").covers("3A090.a"), Entry(code="3A090.a").covers("3A090")
        (True, False)
        """
        return code == self.code or code.startswith(self.code + ".")

    def stands(self, on: date) -> bool:
        """Tell whether it stands in the list on a day."""
        return (self.since is None or self.since <= on) and (self.until is None or on < self.until)


def _entry(given: Any) -> Any:
    if isinstance(given, str):
        return {"code": given.removeprefix("eccn:")}
    if isinstance(given, dict) and isinstance(given.get("code"), str):
        return {**given, "code": given["code"].removeprefix("eccn:")}
    return given


Codes = Annotated[tuple[Entry, ...], BeforeValidator(lambda given: tuple(map(_entry, several(given)))), Field(min_length=1)]
