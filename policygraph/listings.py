"""Whether a party stands on a list, and under which programme of it.

Comes in: a view. Goes out: verdicts. A list may tell beside each party by which programme it stands there, as the list of blocked persons
does; who is listed and of whom no programme is told may be listed under any.
"""

from __future__ import annotations

from collections.abc import Collection

from policygraph.truth import Truth, Verdict
from policygraph.view import FrozenView

__all__ = ["listing", "programmes_of", "programmes_told"]

_LISTED = "listed"
_PROGRAMMES = "role"
"""The qualifier of a listing that holds its programmes, parted by semicolons."""


def programmes_of(told: str) -> frozenset[str]:
    """Return the programmes that a listing tells.

    >>> sorted(programmes_of("SDGT; IRAN-EO13902"))
    ['IRAN-EO13902', 'SDGT']
    """
    return frozenset(word for part in told.split(";") if (word := part.strip()))


def programmes_told(view: FrozenView, party: str, list_: str) -> frozenset[str]:
    """Return the programmes under which a party is said to stand on a list."""
    qualifiers = view.graph.table.qualifiers
    rows = [row for edge in view.find(party, _LISTED, list_) for row in view.edges.rows(edge).tolist()]
    return frozenset[str]().union(*(programmes_of(qualifiers.get(row, {}).get(_PROGRAMMES, "")) for row in rows))


def listing(view: FrozenView, party: str, list_: str, programmes: Collection[str] = ()) -> Verdict:
    """Tell whether a party of the data stands on a list, under one of some programmes if any are asked for.

    >>> from datetime import date
    >>> import policygraph as pg
    >>> view = pg.load().view("2026-07-31").frozen
    >>> [str(listing(view, "0day-technologies", "sdn-list", asked).outcome) for asked in ((), ("RUSSIA-EO14024",), ("NPWMD",))]
    ['met', 'met', 'not met']
    """
    on_list = view.verdict(party, _LISTED, list_)
    if not programmes or not on_list.all_.for_:
        return on_list
    told = programmes_told(view, party, list_)
    if not told:
        return Verdict.unknown()
    if told.isdisjoint(programmes):
        return Verdict(Truth(0, on_list.all_.for_), Truth(0, on_list.uncontested.for_))
    return on_list
