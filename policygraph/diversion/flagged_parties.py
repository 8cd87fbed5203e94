"""Red flags that are asked of parties: who is listed, young, owned, of which trade, and with whom it shares an address.

Comes in: a condition, what is known of parties, and the parties that rows name in a role. Goes out: :class:`About` values, each saying of
one party why the flag holds and on which days; or why nothing could be asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import singledispatch
from itertools import groupby
from typing import Any, Final

from policygraph.diversion.profiles import Known, Listing, Profile
from policygraph.diversion.redflags import FoundedAfter, Headquartered, Listed, OfBusiness, Owned, Shares, Young
from policygraph.errors import MissingExtra
from policygraph.names import folded
from policygraph.parties import Party

__all__ = ["PARTY_CONDITIONS", "About", "Asked", "Days", "ask_parties"]

_LIKE: Final = 0.9
"""How much alike names must be to resemble each other: one less the share of letters that are put in or left out, after folding."""
_SHORTEST: Final = 8
_FORMS: Final = re.compile(
    r"(?:co|company|limited|ltd|inc|incorporated|corp|corporation|llc|llp|gmbh|ag|bv|nv|sa|sarl|srl|pte|pvt|plc|fze|fzco|ooo|jsc|"
    r"sdnbhd|sdn|bhd|有限公司)+\Z"
)
"""Legal forms at the end of a folded name; a name that is left shorter than a resembling name can be is not cut."""


@dataclass(frozen=True, slots=True)
class About:
    """What is said of a party: why, from when until when (ordinals; None where no bound is known), and of which other party of the row."""

    party: str
    why: str
    since: int | None = None
    until: int | None = None
    other: str | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of a question: who it holds of; why it could not be asked; what was left out."""

    about: tuple[About, ...] = ()
    not_asked: str = ""
    but: str = ""


@dataclass(frozen=True, slots=True)
class Days:
    """What parties are asked in the light of.

    Attributes
    ----------
    controls
        Days of controls by their names.
    first
        Gives the ordinal of the first row of each party in its role, of those given.
    """

    controls: Mapping[str, date]
    first: Callable[[Collection[str]], Mapping[str, int]] = field(default=lambda _: {})


@singledispatch
def ask_parties(test: Any, parties: Collection[str], known: Known, days: Days) -> Asked:
    """Tell of which of some parties a condition holds."""
    raise TypeError(f"'{test.kind_of_condition}' is not asked of parties")


def _but(told: int, parties: Collection[str], what: str) -> str:
    left = len(parties) - told
    return f"{what} is not known of {left:,} of {len(parties):,} parties" if left else ""


def _with(known: Known, parties: Collection[str], has: Callable[[Profile], object]) -> dict[str, Profile]:
    return {key: profile for key in parties if (profile := known.of_party(key)) is not None and has(profile)}


@ask_parties.register(FoundedAfter)
def _(test: FoundedAfter, parties: Collection[str], known: Known, days: Days) -> Asked:
    told = _with(known, parties, lambda one: one.founded and (one.founded.since or one.founded.until))
    if not told:
        return Asked(not_asked="no founding day of a party is known")
    day, found, open_ = days.controls[test.control], [], 0
    for key, profile in told.items():
        assert profile.founded is not None
        since, until = profile.founded.since, profile.founded.until
        if since is not None and since >= day:
            found.append(About(key, f"founded {_when(since, until)}, not before the control of {day} ({test.control})"))
        elif until is None or until >= day:
            open_ += 1
    return Asked(tuple(found), but=_but(len(told) - open_, parties, "whether the founding lies before the control"))


def _when(since: date | None, until: date | None) -> str:
    if since == until:
        return f"on {since}"
    return " ".join(part for part in (f"from {since} on" if since else "", f"and by {until}" if until else "") if part)


@ask_parties.register(Young)
def _(test: Young, parties: Collection[str], known: Known, days: Days) -> Asked:
    told = _with(known, parties, lambda one: one.founded and one.founded.since)
    if not told:
        return Asked(not_asked="no founding day of a party is known")
    first, found = days.first(told), []
    for key, profile in told.items():
        assert profile.founded is not None
        assert profile.founded.since is not None
        age = first[key] - profile.founded.since.toordinal()
        if 0 <= age <= test.days:
            when = _when(profile.founded.since, profile.founded.until)
            found.append(About(key, f"founded {when}, at most {age:,} days before its first row of {date.fromordinal(first[key])}"))
    return Asked(tuple(found), but=_but(len(told), parties, "the founding day"))


@ask_parties.register(OfBusiness)
def _(test: OfBusiness, parties: Collection[str], known: Known, days: Days) -> Asked:
    told = _with(known, parties, lambda one: one.business != "unknown")
    persons = {key for key in parties if known.in_data(key) and known.view is not None and known.view.graph.entity(key).type == "Person"}
    if not told and not persons:
        return Asked(not_asked="of no party the trade is known")
    trades = {**dict.fromkeys(persons, "person"), **{key: profile.business for key, profile in told.items()}}
    about = tuple(About(key, f"its trade is {trade.replace('-', ' ')}") for key, trade in trades.items() if trade in test.trades)
    return Asked(about, but=_but(len(trades), parties, "the trade"))


@ask_parties.register(Listed)
def _(test: Listed, parties: Collection[str], known: Known, days: Days) -> Asked:
    if not known.tells_lists:
        return Asked(not_asked="neither a view nor profiles of parties tell who stands on lists")
    if test.names == "similar":
        return Asked(tuple(_resembling(test.lists, parties, known)))
    return Asked(tuple(_on(known, one, "on") for key in parties for one in _stands(known, key, test.lists)))


def _stands(known: Known, key: str, lists: Iterable[str]) -> Iterator[tuple[str, Listing]]:
    for one in known.listed(key, lists):
        yield key, one


def _on(known: Known, standing: tuple[str, Listing], words: str) -> About:
    key, one = standing
    return About(key, f"{words} {_label(known, one.list)}, {one.words}", one.since, one.until)


def _label(known: Known, id_: str) -> str:
    return known.view.graph.label(id_) if known.in_data(id_) and known.view is not None else id_


def _resembling(lists: Iterable[str], parties: Collection[str], known: Known) -> Iterator[About]:
    """Tell which parties have a name much like one on a list, and do not stand on it: among names that begin with the same letters."""
    spellings = known.spellings(lists)
    names = {spelling: key for key in parties if not known.listed(key, lists) for spelling in (key, *map(folded, known.names(key)))}
    by_start: dict[str, list[str]] = {}
    for spelling in spellings:
        by_start.setdefault(spelling[:2], []).append(spelling)
    seen: set[tuple[str, str]] = set()
    for start, several in groupby(sorted(names), key=lambda name: name[:2]):
        for name, like in _alike(list(several), by_start.get(start, [])):
            pair = names[name], spellings[like]
            if pair not in seen:
                seen.add(pair)
                for one in known.listed(pair[1], lists):
                    other = known.names(pair[1])[0]
                    words = f"its name is much like that of {other} on {_label(known, one.list)}, {one.words}"
                    yield About(pair[0], words, one.since, one.until)


def _core(name: str) -> str:
    short = _FORMS.sub("", name)
    return short if len(short) >= _SHORTEST else name


def _alike(names: list[str], others: list[str]) -> Iterator[tuple[str, str]]:
    """Give the pairs of folded names that are much alike; names that differ in a digit are those of different things."""
    try:
        from rapidfuzz.distance import Indel
        from rapidfuzz.process import cdist
    except ImportError:
        raise MissingExtra("looking for names that resemble each other", "ship") from None
    long, theirs = ([name for name in several if len(name) >= _SHORTEST] for several in (names, others))
    if not theirs:
        return
    digits = re.compile(r"\d+")
    for at in range(0, len(long), 256):
        some = long[at : at + 256]
        likeness = cdist(
            [_core(one) for one in some], [_core(one) for one in theirs], scorer=Indel.normalized_similarity, score_cutoff=_LIKE,
        )  # fmt: skip
        for row, column in zip(*likeness.nonzero(), strict=True):
            one, other = some[row], theirs[column]
            if one != other and digits.findall(one) == digits.findall(other):
                yield one, other


@ask_parties.register(Owned)
def _(test: Owned, parties: Collection[str], known: Known, days: Days) -> Asked:
    from policygraph.ownership import By, Cascade, parts_per_million

    view = known.view
    there = [key for key in parties if known.in_data(key)]
    if view is None or not there:
        return Asked(not_asked="holdings are asked of a view, and it knows none of the parties" if view else "holdings are asked of a view")
    by = [By(one) for one in test.lists if one in view.graph.index]
    cascade = Cascade(view, by, max(parts_per_million(test.over), 1), there)
    found = []
    for key in there:
        if cascade.verdict(key).all_.for_:
            holders = ", ".join(owner.name for owner in cascade.capture(key).counting)
            found.append(About(key, f"held by {holders}, on a list or held by such, on {view.as_of}"))
    return Asked(tuple(found), but=_but(len(there), parties, f"who holds it on {view.as_of}, the day of the view,"))


@ask_parties.register(Headquartered)
def _(test: Headquartered, parties: Collection[str], known: Known, days: Days) -> Asked:
    from policygraph.law.facts import Facts

    view = known.view
    there = [key for key in parties if known.in_data(key)]
    if view is None or not there:
        return Asked(not_asked="seats are asked of a view, and it knows none of the parties" if view else "seats are asked of a view")
    facts, found = Facts(view), []
    for key in there:
        above, own = (facts.headquartered(Party(id=key), test.countries, parent).verdict.all_ for parent in ("ultimate", "own"))
        if above.for_ and not own.for_:
            found.append(About(key, f"its ultimate parent sits in {' or '.join(test.countries)}, on {view.as_of}, and it does not"))
    return Asked(tuple(found), but=_but(len(there), parties, f"whose it is on {view.as_of}, the day of the view,"))


@ask_parties.register(Shares)
def _(test: Shares, parties: Collection[str], known: Known, days: Days) -> Asked:
    told = _with(known, parties, lambda one: any(getattr(one, thing) for thing in test.by))
    things = " or ".join({"address": "address", "officers": "officer", "phones": "phone"}[thing] for thing in test.by)
    if not told:
        return Asked(not_asked=f"of no party the {things} is known")
    others: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for key, profile in known.profiles.items():
        for thing in test.by:
            for text in getattr(profile, thing):
                others.setdefault((thing, folded(text)), []).append((key, text))
    found = dict[About, None]()
    for key, profile in told.items():
        for thing in test.by:
            for text in getattr(profile, thing):
                for other, _ in others[thing, folded(text)]:
                    if other != key:
                        found.update(dict.fromkeys(_shared(test, known, key, other, f"{thing.removesuffix('s')} {text}")))
    return Asked(tuple(found), but=_but(len(told), parties, f"the {things}"))


def _shared(test: Shares, known: Known, key: str, other: str, what: str) -> Iterator[About]:
    name = known.names(other)[0]
    if test.among == "listed":
        for one in known.listed(other, test.lists):
            yield About(key, f"shares the {what} with {name}, on {_label(known, one.list)}, {one.words}", one.since, one.until)
    else:
        yield About(key, f"shares the {what} with {name}", other=other if test.among == "trading-partners" else None)


PARTY_CONDITIONS: Final = (FoundedAfter, Young, OfBusiness, Listed, Owned, Headquartered, Shares)
"""The conditions that are asked of parties."""
