"""What is known of the parties of records: what the data claim of them, and what the asker tells beside it.

Comes in: a view, and profiles as a CSV file, as mappings, or as the parties of a told case. Goes out: :class:`Known`, which says under
which key a name of a record stands, and what is known of that party. A party of which nothing is known has no profile.

>>> known = Known.of(None, [{"name": "Example Trading FZE", "country": "AE", "founded": "2022-03", "aliases": "ExTra"}])
>>> known.key("EXTRA"), known.of_party("exampletradingfze").country, str(known.of_party("exampletradingfze").founded.since)
('exampletradingfze', 'AE', '2022-03-01')
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BeforeValidator, Field, ValidationError

from policygraph.datasets.files import Faults, parse_csv, text_of
from policygraph.dates import FIRST, LAST
from policygraph.diversion.cases import Dates, DiversionCase
from policygraph.diversion.parties import party_of
from policygraph.diversion.reading import Business, Texts, Value, did_you_mean, sentence
from policygraph.errors import BadQuestion
from policygraph.names import folded
from policygraph.shipments.columns import country_code, no_country
from policygraph.view import FrozenView

__all__ = ["Known", "OnList", "Profile"]

_PARTS: Final = re.compile(r"\s*;\s*")
_VAGUE: Final = re.compile(r"((?:19|20)\d\d)(?:-(0[1-9]|1[0-2]))?\Z")
_SEATS: Final = ("headquarteredIn", "registeredIn", "addressIn")


def _several(value: Any) -> Any:
    return [part for part in _PARTS.split(value.strip()) if part] if isinstance(value, str) else value


def _country(value: Any) -> Any:
    if value is None or value == "":
        return None
    code = country_code(str(value))
    if code is None:
        raise ValueError(no_country("country", str(value)))
    return code


def _days(value: Any) -> Any:
    """Read a day, a month or a year as the days between which something happened."""
    text = value.isoformat() if isinstance(value, date) else value
    if not isinstance(text, (str, int)) or text == "":
        return text or None
    if vague := _VAGUE.match(str(text).strip()):
        year, month = int(vague[1]), int(vague[2] or 0)
        last = calendar.monthrange(year, month or 12)[1]
        return {"from": date(year, month or 1, 1), "to": date(year, month or 12, last), "stated": str(text)}
    try:
        day = date.fromisoformat(str(text).strip())
    except ValueError:
        raise ValueError(f"{text!r} is no day; write 2022-03-01, or a month or a year, as 2022-03 or 2022") from None
    return {"from": day, "to": day}


def _listed(value: Any) -> Any:
    """Read ``entity-list 2019-05-16``: a list, and since when where that is known."""
    if not isinstance(value, str):
        return value
    list_, _, since = value.strip().partition(" ")
    return {"on": list_, "dates": since.strip() or None}


_Days = Annotated[Dates | None, BeforeValidator(_days)]
_Several = Annotated[Texts, BeforeValidator(_several)]


class OnList(Value):
    """A list on which a party stands, and between which days it was put there, where that is known."""

    on: str
    dates: _Days = None


_OnLists = Annotated[tuple[Annotated[OnList, BeforeValidator(_listed)], ...], BeforeValidator(_several)]


class Profile(Value):
    """What the asker knows of a party.

    Attributes
    ----------
    founded
        A day, a month or a year, or the days between which it was.
    listed
        Lists on which it stands beside those that the data know, as ``entity-list 2019-05-16``.
    power, draw, places
        Of its site: the power in MW, how many kW one unit of what it gets draws, and for how many units it has room.
    """

    name: Annotated[str, Field(min_length=1)]
    aliases: _Several = ()
    country: Annotated[str | None, BeforeValidator(_country)] = None
    founded: _Days = None
    business: Annotated[Business, BeforeValidator(lambda value: value or "unknown")] = "unknown"
    address: _Several = ()
    officers: _Several = ()
    phones: _Several = ()
    listed: _OnLists = ()
    power: Annotated[float, Field(gt=0)] | None = None
    draw: Annotated[float, Field(gt=0)] | None = None
    places: Annotated[float, Field(gt=0)] | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """That a party stands on a list: from the ordinal of a day until before that of another, None where a bound is not known."""

    list: str
    since: int | None
    until: int | None
    words: str


Given = str | Path | DiversionCase | Iterable[Any] | Mapping[str, Any] | None
"""Profiles as a CSV file, a case, or an iterable or mapping of profiles."""


def _profiles(given: Given) -> list[Profile]:
    if given is None:
        return []
    if isinstance(given, DiversionCase):
        kept = ("name", "country", "business", "founded", "address", "officers", "phones")
        return [
            Profile(
                **{key: getattr(party, key) for key in kept}, aliases=(*party.aliases, *((party.entity,) if party.entity else ())),
                listed=tuple(OnList(on=one.on, dates=one.dates) for one in party.listed),
            )
            for party in given.party_list
        ]  # fmt: skip
    if isinstance(given, (str, Path)):
        return _read(Path(given))
    rows = [{"name": name, **told} for name, told in given.items()] if isinstance(given, Mapping) else given
    made = []
    for one in rows:
        try:
            made.append(one if isinstance(one, Profile) else Profile.model_validate(one))
        except ValidationError as error:
            raise BadQuestion(sentence(Profile, error.errors()[0], "a profile of a party")) from None
    return made


def _read(path: Path) -> list[Profile]:
    """Read a CSV file of profiles, several of a thing in a cell parted by semicolons."""
    faults = Faults()
    shown = path.as_posix()
    if not path.is_file():
        faults.add(shown, None, "there is no such file; name a CSV file of parties")
        raise faults.error()
    table = parse_csv(text_of(path, shown)[1], shown)
    faults.extend(table.problems)
    accepted = tuple(Profile.model_fields)
    for name in table.columns:
        if name not in accepted:
            faults.add(shown, 1, f"a profile has no column '{name}'; {did_you_mean(name, accepted, 'use ' + ', '.join(accepted))}")
    made = []
    for line, cells in table.rows if not len(faults) else ():
        try:
            made.append(Profile.model_validate({name: cell for name, cell in zip(table.columns, cells, strict=True) if cell.strip()}))
        except ValidationError as error:
            for fault in error.errors():
                faults.add(shown, line, sentence(Profile, fault, "a profile of a party"))
    if len(faults):
        raise faults.error()
    return made


class Known:
    """Parties as records name them, and what is known of them.

    Parameters
    ----------
    view
        What the data claim; None where all parties are strangers to them.
    profiles
        What the asker tells. A name or alias of a profile stands for the same party wherever it is written.
    """

    def __init__(self, view: FrozenView | None, profiles: Iterable[Profile] = ()) -> None:
        self.view = view
        self._profiles: dict[str, Profile] = {}
        self._alias: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        for profile in profiles:
            self._refuse_strange_lists(profile)
            keys = [party_of(name, view) for name in (profile.name, *profile.aliases)]
            key = next((one for one in keys if view is not None and one in view.graph.index), keys[0])
            if taken := next((self._alias[one] for one in (key, *keys) if one in self._alias), None):
                raise BadQuestion(f"'{profile.name}' and '{self._profiles[taken].name}' are one party; give it one profile")
            self._profiles[key] = profile
            self._alias.update(dict.fromkeys((key, *keys), key))

    def _refuse_strange_lists(self, profile: Profile) -> None:
        """Refuse a list that the data have none of: no flag looks it up, so a slip of the pen would silence one."""
        if self.view is None:
            return
        graph = self.view.graph
        for one in profile.listed:
            node = graph.index.get(one.on)
            if node is None or not graph.ontology.is_a(graph.node_class[node], "PartyList"):
                lists = [id_ for id_, of in zip(graph.node_ids, graph.node_class, strict=True) if of == "PartyList"]
                hint = did_you_mean(one.on, lists, f"use {', '.join(lists)}")
                raise BadQuestion(f"the profile of '{profile.name}' names a list of parties '{one.on}', and there is none such; {hint}")

    @classmethod
    def of(cls, view: FrozenView | None, given: Given = None) -> Known:
        """Read profiles and put them beside a view."""
        return cls(view, _profiles(given))

    def key(self, name: str) -> str:
        """Return under which key a name stands: the id of an entity, or a folded name."""
        if name not in self._keys:
            key = party_of(name, self.view)
            self._keys[name] = self._alias.get(key, key)
        return self._keys[name]

    def of_party(self, key: str) -> Profile | None:
        """Return what the asker tells of a party."""
        return self._profiles.get(key)

    @property
    def profiles(self) -> Mapping[str, Profile]:
        """What the asker tells, by key."""
        return self._profiles

    def in_data(self, key: str) -> bool:
        """Tell whether the data know a party."""
        return self.view is not None and key in self.view.graph.index

    def country(self, key: str) -> str | None:
        """Return where a party sits: as the asker tells, else its headquarters, registration or address where the data have one of it."""
        profile = self._profiles.get(key)
        if profile is not None and profile.country:
            return profile.country
        if self.view is None or not self.in_data(key):
            return None
        names, edges = self.view.graph.node_ids, self.view.edges
        for relation in _SEATS:
            found = {names[edges.object[row]] for row in self.view.find(key, relation) if edges.all_for[row]}
            if found:
                return found.pop() if len(found) == 1 else None
        return None

    def names(self, key: str) -> tuple[str, ...]:
        """Return what a party is called."""
        profile = self._profiles.get(key)
        told = (profile.name, *profile.aliases) if profile else ()
        return told or ((self.view.graph.label(key),) if self.view is not None and self.in_data(key) else ())

    @property
    def tells_lists(self) -> bool:
        """Whether anybody at all is known to stand on a list."""
        return len(self._claims) > 0 or any(profile.listed for profile in self._profiles.values())

    @cached_property
    def _claims(self) -> npt.NDArray[np.int64]:
        """The rows of claims that somebody stands on a list, in the order of who does."""
        if self.view is None:
            return np.zeros(0, np.int64)
        rows = self.view.claims_of("listed")
        return rows[np.argsort(self.view.graph.table.subject[rows], kind="stable")]

    def listed(self, key: str, lists: Iterable[str]) -> tuple[Listing, ...]:
        """Return when a party stands, or stood, on any of some lists, as the data and profiles tell."""
        wanted, found = set(lists), list[Listing]()
        if self.view is not None and self.in_data(key):
            table, names = self.view.graph.table, self.view.graph.node_ids
            low, high = np.searchsorted(table.subject[self._claims], [self.view.graph.index[key], self.view.graph.index[key] + 1])
            for row in self._claims[low:high].tolist():
                begin, end = int(table.from_earliest[row]), int(table.to_latest[row])
                found.append(_listing(names[table.object[row]], begin, int(table.from_latest[row]), end))
        profile = self._profiles.get(key)
        for listed in profile.listed if profile else ():
            since = listed.dates.since.toordinal() if listed.dates and listed.dates.since else FIRST
            until = listed.dates.until.toordinal() if listed.dates and listed.dates.until else LAST
            found.append(_listing(listed.on, since, until, LAST))
        return tuple(_simplest(one for one in found if one.list in wanted))

    def spellings(self, lists: Iterable[str]) -> Mapping[str, str]:
        """Return the folded names of who stands on some lists, each with its party."""
        wanted = set(lists)
        there = {key for key, profile in self._profiles.items() if any(one.on in wanted for one in profile.listed)}
        found = {folded(name): key for key in there for name in self.names(key)}
        if self.view is not None:
            graph = self.view.graph
            on = [graph.index[one] for one in wanted if one in graph.index]
            numbers = set(graph.table.subject[self._claims[np.isin(graph.table.object[self._claims], on)]].tolist())
            pairs = zip(graph.lookup.keys, graph.lookup.nodes.tolist(), strict=True)
            found |= {name: graph.node_ids[node] for name, node in pairs if node in numbers}
        return found


def _listing(list_: str, begin: int, begin_by: int, end: int) -> Listing:
    if begin <= FIRST:
        words = "since when is not known"
    else:
        words = f"since {date.fromordinal(begin)}" if begin_by in (begin, LAST) else f"since some day from {date.fromordinal(begin)} on"
    if end < LAST:
        words += f", until before {date.fromordinal(end)}"
    return Listing(list_, begin if begin > FIRST else None, end if end < LAST else None, words)


def _simplest(several: Iterable[Listing]) -> list[Listing]:
    """Leave out what is said twice, and where a beginning is known, that it is not."""
    each = list(dict.fromkeys(several))
    dated = {one.list for one in each if one.since is not None}
    return [one for one in each if one.since is not None or one.list not in dated]


Role = Literal["shipper", "consignee", "forwarder", "payer", "end_user"]
ROLES: Final[tuple[Role, ...]] = ("shipper", "consignee", "forwarder", "payer", "end_user")
"""The columns of records that hold parties."""
