"""The plain edges of a view: what stands, one triple for each statement, and what is joined in time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import numpy as np
import pyoxigraph as ox

from policygraph.graph import ClaimGraph
from policygraph.names import PG, short
from policygraph.rdf.terms import VIEW, named
from policygraph.rdf.writing import node_iris
from policygraph.view import FrozenView

__all__ = ["joined_edges", "view_quads"]


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


def _joined(graph: ClaimGraph) -> list[tuple[str, int, int]]:
    """Return the joined relations the ontology declares: name, first and second step."""
    steps: dict[str, dict[str, int]] = defaultdict(dict)
    for quad in ox.parse(path=str(graph.ontology.path), format=ox.RdfFormat.TURTLE):
        predicate, step = short(quad.predicate.value), getattr(quad.object, "value", "")
        if predicate in ("pg:first", "pg:second"):
            steps[short(quad.subject.value)][predicate] = graph.relation_index[step.removeprefix(PG)]
    return [(name.removeprefix("pg:"), found["pg:first"], found["pg:second"]) for name, found in sorted(steps.items())]
