"""Whether a party stands on a list, under which programme of it, and with what scope.

Comes in: a view. Goes out: verdicts. A list may tell beside each party by which programme it stands there, as the list of blocked persons
does; who is listed and of whom no programme is told may be listed under any. A listing may be limited to some items, as some entries of
the Entity List are; one that tells no limit covers all.
"""

from __future__ import annotations

from collections.abc import Collection

from policygraph.truth import Truth, Verdict
from policygraph.view import FrozenView

__all__ = ["ALL", "PROGRAMMES", "SCOPE", "listing", "programmes_told", "told_in"]

_LISTED = "listed"
PROGRAMMES = "role"
"""The qualifier of a listing that holds its programmes, parted by semicolons."""
SCOPE = "scope"
"""The qualifier of a listing that says to which items it is limited."""
ALL = "all"
"""The scope of a listing that tells none."""


def told_in(told: str) -> frozenset[str]:
    """Return the words that a qualifier of a listing tells, such as its programmes.

    >>> sorted(told_in("SDGT; IRAN-EO13902"))
    ['IRAN-EO13902', 'SDGT']
    """
    return frozenset(word for part in told.split(";") if (word := part.strip()))


def programmes_told(view: FrozenView, party: str, list_: str) -> frozenset[str]:
    """Return the programmes under which a party is said to stand on a list."""
    return _told(view, party, list_, PROGRAMMES)


def _told(view: FrozenView, party: str, list_: str, qualifier: str) -> frozenset[str]:
    qualifiers = view.graph.table.qualifiers
    rows = [row for edge in view.find(party, _LISTED, list_) for row in view.edges.rows(edge).tolist()]
    return frozenset[str]().union(*(told_in(qualifiers.get(row, {}).get(qualifier, "")) for row in rows))


def listing(view: FrozenView, party: str, list_: str, programmes: Collection[str] = (), scopes: Collection[str] = ()) -> Verdict:
    """Tell whether a party of the data stands on a list, under one of some programmes and with one of some scopes if any are asked for.

    >>> from datetime import date
    >>> import policygraph as pg
    >>> view = pg.load().view("2026-07-31").frozen
    >>> [str(listing(view, "0day-technologies", "sdn-list", asked).outcome) for asked in ((), ("RUSSIA-EO14024",), ("NPWMD",))]
    ['met', 'met', 'not met']
    >>> [str(listing(view, "huawei", "entity-list", scopes=asked).outcome) for asked in (("all",), ("projects-of-746.8-a-4",))]
    ['met', 'not met']
    """
    on_list = view.verdict(party, _LISTED, list_)
    if not on_list.all_.for_:
        return on_list
    told = programmes_told(view, party, list_)
    if programmes and not told:
        return Verdict.unknown()
    covered = _told(view, party, list_, SCOPE) or {ALL}
    if (programmes and told.isdisjoint(programmes)) or (scopes and covered.isdisjoint(scopes)):
        return Verdict(Truth(0, on_list.all_.for_), Truth(0, on_list.uncontested.for_))
    return on_list
