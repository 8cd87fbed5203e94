"""The store that answers SPARQL: all claims of a graph, the terms they are said in, and the plain edges of one view at a time.

The claims are loaded once per graph, on the first question; another view only changes the edges in ``graph:view``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import islice
from threading import Lock
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyoxigraph as ox

from policygraph.graph import ClaimGraph
from policygraph.names import PG, PREFIXES, short
from policygraph.rdf.asking import ask_store
from policygraph.rdf.terms import VIEW, named
from policygraph.rdf.writing import n_quads, node_iris
from policygraph.view import FrozenView

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ask", "claim_store", "joined_edges", "view_quads", "view_store"]

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


def view_quads(view: FrozenView) -> Iterator[str]:
    """Yield the plain edges of a view as N-Quads in ``graph:view``: what stands, and what is joined in time."""
    graph, edges = view.graph, view.edges
    nodes = [named(node) for node in node_iris(graph)]
    relations = [f" {named(PG + name)} " for name in graph.relation_names]
    end = f" <{VIEW}> .\n"
    stands = np.flatnonzero(edges.all_for > 0)
    columns = (column[stands].tolist() for column in (edges.subject, edges.relation, edges.object))
    for subject, relation, object_ in zip(*columns, strict=True):
        yield f"{nodes[subject]}{relations[relation]}{nodes[object_]}{end}"
    for name, first, second in _joined(graph):
        for subject, object_ in joined_edges(view, first, second):
            yield f"{nodes[subject]} {named(PG + name)} {nodes[object_]}{end}"


def joined_edges(view: FrozenView, first: int, second: int) -> list[tuple[int, int]]:
    """Return the ends of two steps, both of the clock *during*, that meet at a node on shared days, in order and each once."""
    edges = view.edges
    into, out = ((found.start + np.flatnonzero(edges.all_for[found] > 0)) for found in map(view.edges_of, (first, second)))
    starts = edges.subject[out]
    order = np.argsort(starts, kind="stable")
    out, starts = out[order], starts[order]
    meet = edges.object[into]
    low, high = np.searchsorted(starts, meet, "left"), np.searchsorted(starts, meet, "right")
    lengths = high - low
    one = np.repeat(into, lengths)
    other = out[np.arange(lengths.sum()) + np.repeat(low - (np.cumsum(lengths) - lengths), lengths)]
    share = (edges.begin[one] < edges.end[other]) & (edges.begin[other] < edges.end[one])
    return sorted(set(zip(edges.subject[one[share]].tolist(), edges.object[other[share]].tolist(), strict=True)))


def _terms(graph: ClaimGraph) -> frozenset[str]:
    """Return every term the ontology file uses, by short name."""
    quads = ox.parse(path=str(graph.ontology.path), format=ox.RdfFormat.TURTLE)
    used = {getattr(term, "value", "") for quad in quads for term in (quad.subject, quad.predicate, quad.object)}
    return frozenset(short(term) for term in used if term.startswith(PG))


def _joined(graph: ClaimGraph) -> list[tuple[str, int, int]]:
    """Return the joined relations the ontology declares: name, first and second step."""
    steps: dict[str, dict[str, int]] = defaultdict(dict)
    for quad in ox.parse(path=str(graph.ontology.path), format=ox.RdfFormat.TURTLE):
        predicate, step = short(quad.predicate.value), getattr(quad.object, "value", "")
        if predicate in ("pg:first", "pg:second"):
            steps[short(quad.subject.value)][predicate] = graph.relation_index[step.removeprefix(PG)]
    return [(name.removeprefix("pg:"), found["pg:first"], found["pg:second"]) for name, found in sorted(steps.items())]


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
