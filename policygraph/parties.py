"""Who has a part in a transaction: parties by role, entities of the data or strangers of whom only the case tells.

Comes in: what people write for a party. Goes out: :class:`Party` values, and :class:`Owner` values of those who own a stranger.

>>> Party.model_validate({"name": "X", "country": "SG"}).is_stranger
True
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol, Self

from pydantic import BaseModel, ConfigDict, field_validator, model_validator

__all__ = ["RECEIVING", "ROLES", "SENDING", "Names", "Owner", "Party", "Told", "is_none", "several", "word"]

ROLES: Final = (
    "purchaser", "intermediate-consignee", "ultimate-consignee", "end-user", "exporter", "seller", "designer", "fabricator",
    "packager", "forwarder", "lender", "service-provider", "compute-user", "actor",
)  # fmt: skip
"""What a party may be to a transaction. ``actor`` is whoever does the act, if that is not the exporter."""
SENDING: Final = ("exporter", "seller")
RECEIVING: Final = ("purchaser", "ultimate-consignee", "end-user")
"""Roles on the two sides of a transaction, which nobody has both."""


def word(text: str) -> str:
    """Return a word of law as rules write it: ``End Use`` is ``end-use``."""
    return text.strip().lower().replace("_", "-").replace(" ", "-")


def is_none(value: object) -> bool:
    """Tell whether somebody says that there is none."""
    return isinstance(value, str) and value.strip().lower() == "none"


class Told(BaseModel):
    """Something told of a case: immutable, and nothing in it that is not asked for."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        for name in type(self).model_fields:
            value = getattr(self, name)
            if value not in (None, "", ()):
                yield name, value


class Names(Protocol):
    """What finds the id of a name, such as a claim graph."""

    def resolve(self, text: str, *classes: str) -> str:
        """Return the id of what the text names, of one of the classes."""


class Party(Told):
    """Somebody in a transaction: an entity of the data, or a stranger of whom only this is known.

    Attributes
    ----------
    id
        Id or name of an entity of the data; empty for a stranger.
    name, country, headquarters
        Of a stranger: its name, where it is, and where it (or its ultimate parent) has its headquarters.
    person_of
        Countries of which it is a person: a citizen, a resident, or organised under its law.
    natural
        Whether it is a natural person; None where that is not told.
    employer
        For a person who acts: whom it works or acts for.
    owners
        Of a stranger: who owns it, each with its share, or nobody (``none``); the whole list unless the shares leave room for others.
    """

    id: str = ""
    name: str = ""
    country: str = ""
    headquarters: str = ""
    person_of: tuple[str, ...] = ()
    natural: bool | None = None
    employer: Party | None = None
    owners: tuple[Owner, ...] | None = None

    @model_validator(mode="before")
    @classmethod
    def _short(cls, given: Any) -> Any:
        if not isinstance(given, Mapping):
            return {"id": given} if isinstance(given, str) else given
        return {**given, **{key: several(given[key]) for key in ("person_of", "owners") if given.get(key) is not None}}

    @model_validator(mode="after")
    def _is_somebody(self) -> Self:
        if not self.id and not self.name:
            raise ValueError("a party is an id, or a stranger with a name: {name: ..., country: ..., headquarters: ...}")
        if self.id and (self.country or self.headquarters or self.owners is not None):
            raise ValueError(f"the country, headquarters and owners of '{self.id}' are read from the data; write name instead of id")
        return self

    @property
    def is_stranger(self) -> bool:
        """Whether the data are not asked about it."""
        return not self.id

    def __str__(self) -> str:
        return self.id or self.name


class Owner(Party):
    """Somebody who owns a share of a stranger, with the share in per cent as it is told: ``16.67``, ``[20, 30]``, or not at all.

    >>> Owner(id="huawei", share=25).share, Owner(name="Fund", share=[10, 20]).share
    (('25',), ('10', '20'))
    """

    share: tuple[str, ...] = ()

    @field_validator("share", mode="before")
    @classmethod
    def _as_told(cls, given: Any) -> tuple[str, ...]:
        told = tuple(given) if isinstance(given, (list, tuple)) else (given,)
        try:
            numbers = [float(one) for one in told if not isinstance(one, bool)]
        except (TypeError, ValueError):
            numbers = []
        if not 1 <= len(numbers) <= 2 or len(numbers) < len(told) or not 0 <= numbers[0] <= numbers[-1] <= 100:
            raise ValueError(f"a share is a number from 0 to 100, in per cent, or [least, most], and not {given!r}")
        return tuple(str(one) for one in told)


def several(given: Any) -> tuple[Any, ...]:
    """Return what is given as several: ``none`` is nobody, and one is a tuple of one."""
    if is_none(given):
        return ()
    return tuple(given) if isinstance(given, (list, tuple)) else (given,)
