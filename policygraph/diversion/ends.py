"""Where chains start, end, and may not pass: countries and parties, from what people write.

Comes in: a country, a group such as ``D:5``, a list such as ``entity-list``, a party, or a SPARQL query of the view. Goes out: an immutable
:class:`End`.

>>> import policygraph as pg
>>> end = end_of(["D:5"], pg.load().view("2025-05-13").frozen)
>>> "CN" in end.countries, "RU" in end.countries, "US" in end.countries, end.words
(True, True, False, 'D:5')
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from policygraph.errors import BadQuestion, UnknownName, as_text
from policygraph.names import folded, identifier
from policygraph.shipments.columns import country_code
from policygraph.view import FrozenView

__all__ = ["End", "end_of"]

_GROUP: Final = re.compile(r"(?:cg:)?([A-Z]):?(\d{1,2})")
_QUERY: Final = re.compile(r"\s*(?:PREFIX\b.*\s)*SELECT\b", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class End:
    """Countries and parties, any of which will do.

    Attributes
    ----------
    countries
        Codes of ISO 3166-1.
    parties
        Ids of entities, and folded names of parties that the data do not know.
    strangers
        What was written for such parties, by their folded names: they must occur in the records.
    words
        What was asked for.
    """

    countries: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    strangers: tuple[tuple[str, str], ...] = ()
    words: str = ""

    def __bool__(self) -> bool:
        return bool(self.countries or self.parties)


def end_of(told: str | Sequence[str], view: FrozenView | None) -> End:
    """Read what people write for an end; several mean any of them.

    A group, a list and a query are read in the view, on its day. To a group belongs what is treated as a member of it.

    Raises
    ------
    BadQuestion
        If a group or a query names nothing, or there is no view to ask.
    """
    countries: set[str] = set()
    parties: set[str] = set()
    strangers: list[tuple[str, str]] = []
    given = told if isinstance(told, Collection) and not isinstance(told, str) else [told]
    texts = [as_text(one, "a country, a group such as D:5, a list, a party or a query") for one in given]
    for text in texts:
        code = text if re.fullmatch("[A-Z]{2}", text) and country_code(text) == text else None
        if code is not None:
            countries.add(code)
        elif view is None:
            found = country_code(text)
            if found is None:
                raise BadQuestion(f"'{text}' is no country; groups, lists, parties and queries are asked of a view, so give one")
            countries.add(found)
        elif match := _GROUP.fullmatch(text):
            countries |= _members(f"cg:{match[1]}{match[2]}", text, view)
        elif _QUERY.match(text):
            _sort(_asked(text, view), view, countries, parties)
        else:
            _named(text, view, countries, parties, strangers)
    return End(frozenset(countries), frozenset(parties), tuple(strangers), " or ".join(texts))


def _members(group: str, text: str, view: FrozenView) -> set[str]:
    """Return the countries of a group on the day of the view, and those that are treated as one of them."""
    edges, names = view.edges, view.graph.node_ids
    inside = {names[edges.subject[row]] for row in view.find(None, "memberOf", group) if edges.all_for[row]}
    if not inside:
        raise BadQuestion(f"no country is known to belong to '{text}' on {view.as_of}; name a group such as D:5, a country or a list")
    treated = view.find(None, "treatedAs")
    return inside | {names[edges.subject[row]] for row in treated if edges.all_for[row] and names[edges.object[row]] in inside}


def _asked(query: str, view: FrozenView) -> list[str]:
    from policygraph import rdf

    frame = rdf.ask(view, query)
    return [identifier(str(cell)) for cell in frame.iloc[:, 0].dropna()]


def _sort(ids: Sequence[str], view: FrozenView, countries: set[str], parties: set[str]) -> None:
    """Put what a query found among countries and parties."""
    graph = view.graph
    if not ids:
        raise BadQuestion(f"the query for an end of chains finds nothing on {view.as_of}; its first column names countries or parties")
    for id_ in ids:
        node = graph.index.get(id_)
        class_ = graph.node_class[node] if node is not None else ""
        if class_ == "Country":
            countries.add(id_)
        elif node is not None and graph.ontology.is_a(class_, "Agent"):
            parties.add(id_)
        else:
            raise BadQuestion(f"the query for an end of chains finds '{id_}', which is neither a country nor a party")


def _named(text: str, view: FrozenView, countries: set[str], parties: set[str], strangers: list[tuple[str, str]]) -> None:
    graph = view.graph
    for class_ in ("Country", "PartyList", "CountryGroup", "Agent"):
        try:
            id_ = graph.resolve(text, class_)
        except UnknownName:
            continue
        if class_ == "Country":
            countries.add(id_)
        elif class_ == "CountryGroup":
            countries |= _members(id_, text, view)
        elif class_ == "PartyList":
            rows = view.find(None, "listed", id_)
            found = {graph.node_ids[view.edges.subject[row]] for row in rows if view.edges.all_for[row]}
            if not found:
                raise BadQuestion(f"nobody is known to stand on '{text}' on {view.as_of}")
            parties |= found
        else:
            parties.add(id_)
        return
    if not folded(text):
        raise BadQuestion("an end of chains is a country, a group such as D:5, a list, a party or a query, and not ''")
    parties.add(folded(text))
    strangers.append((folded(text), text))
