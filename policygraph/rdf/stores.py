"""The store that answers SPARQL: all claims of a graph, the terms they are said in, and the plain edges of one view at a time.

The claims are loaded once per graph, on the first question; another view only changes the edges in ``graph:view``.
"""

from __future__ import annotations

from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import pyoxigraph as ox

from policygraph.graph import ClaimGraph
from policygraph.names import PG, PREFIXES, short
from policygraph.rdf.asking import ask_store
from policygraph.rdf.standing import view_quads
from policygraph.rdf.terms import VIEW
from policygraph.rdf.writing import n_quads
from policygraph.view import FrozenView

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ask", "claim_store", "view_store"]

_KEPT: Final = "rdf.stores"
_SLICE: Final = 2_000


def claim_store(graph: ClaimGraph) -> ox.Store:
    """Load all claims of a graph, the ontology and its code lists into a new store."""
    store = ox.Store()
    pieces = n_quads(graph)
    while text := "".join(islice(pieces, _SLICE)):
        _load(store, text)
    terms = graph.ontology.path
    for path in (terms, *sorted((terms.parent / "codes").glob("*.ttl"))):
        home = ox.NamedNode(PREFIXES["graph"] + ("ontology" if path == terms else f"codes-{path.stem}"))
        store.load(path=str(path), format=ox.RdfFormat.TURTLE, to_graph=home, lenient=True)
    return store


def _load(store: ox.Store, text: str) -> None:
    """Load our own N-Quads, which need no checking; the engine is quicker with bytes."""
    store.load(text.encode(), ox.RdfFormat.N_QUADS, lenient=True)


def view_store(view: FrozenView) -> ox.Store:
    """Load all claims and the plain edges of a view into a new store, which is the caller's to keep."""
    store = claim_store(view.graph)
    _load(store, "".join(view_quads(view)))
    return store


def _terms(graph: ClaimGraph) -> frozenset[str]:
    """Return every term the ontology file uses, by short name."""
    quads = ox.parse(path=str(graph.ontology.path), format=ox.RdfFormat.TURTLE)
    used = {getattr(term, "value", "") for quad in quads for term in (quad.subject, quad.predicate, quad.object)}
    return frozenset(short(term) for term in used if term.startswith(PG))


class _Shelf:
    """The store of one graph, and the view whose edges it holds now."""

    def __init__(self, graph: ClaimGraph) -> None:
        self._store = claim_store(graph)
        self._terms = _terms(graph)
        self._view: FrozenView | None = None
        self._lock = Lock()

    def ask(self, query: str, view: FrozenView | None) -> pd.DataFrame:
        with self._lock:
            if not _same(view, self._view):
                if self._view is not None:
                    self._store.remove_graph(ox.NamedNode(VIEW))
                self._view = None
                if view is not None:
                    _load(self._store, "".join(view_quads(view)))
                self._view = view
            return ask_store(self._store, query, self._terms)


def _same(one: FrozenView | None, other: FrozenView | None) -> bool:
    if one is None or other is None:
        return one is other
    return one is other or (one.as_of, one.known_by, one.policy) == (other.as_of, other.known_by, other.policy)


def ask(source: ClaimGraph | FrozenView | ox.Store, query: str) -> pd.DataFrame:
    """Ask in SPARQL over all claims and, of a view, the plain edges that stand in it.

    Parameters
    ----------
    source
        A graph (claims only), a view (claims and its edges), or a store.
    query
        SPARQL 1.1; every prefix of :data:`policygraph.names.PREFIXES` may be used undeclared, and plain patterns see all graphs.

    Raises
    ------
    BadQuestion
        If the question does not parse, would change something, or asks another server.

    Examples
    --------
    >>> import datetime, numpy as np
    >>> graph = ClaimGraph.of_columns(relations=["incorporates"], subject=np.array([0]), relation=np.array([0]),
    ...                               object=np.array([1]), node_count=2, date=datetime.date(2025, 5, 13))
    >>> ask(graph, "SELECT ?part WHERE { ?c rdf:subject item:n-0 ; rdf:object ?part }")["part"].tolist()
    ['item:n-1']
    """
    if isinstance(source, ox.Store):
        return ask_store(source, query)
    view = source if isinstance(source, FrozenView) else None
    graph: Any = source.graph if isinstance(source, FrozenView) else source
    if _KEPT not in graph.derived:
        graph.derived[_KEPT] = _Shelf(graph)
    shelf: _Shelf = graph.derived[_KEPT]
    return shelf.ask(query, view)
