"""Questions in SPARQL beside the bare engine, and claims into the store beside rdflib's parser. Run with ``make bench``.

``raw`` asks pyoxigraph the same text with the same prefixes and reads every cell's ``.value`` in Python; ``ask`` is what
:meth:`KnowledgeGraph.sparql` calls, and ends in a typed frame with short names. The two take turns, each many times, and the medians
are compared, in processor time, so that whatever else the machine does counts little. A pandas frame has its price (a tenth of a
millisecond or two) however small it is: that is all of the difference for a look-up that the engine answers sooner.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from time import process_time
from typing import Any

import pyoxigraph as ox
import rdflib

import policygraph as pg
from policygraph import rdf
from policygraph.graph import ClaimGraph
from policygraph.rdf.asking import prepared
from policygraph.rdf.writing import n_quads

LISTED = """?c rdf:predicate pg:listed ; rdf:object list:entity-list ; rdf:subject ?party ; pg:recorded ?recorded ; pg:policy ?policy .
  ?party rdfs:label ?name FILTER(CONTAINS(LCASE(?policy), "denial"))"""
QUESTIONS = {
    ("look-up", 10): "SELECT ?c ?s ?d WHERE { ?c rdf:subject ?s ; pg:recorded ?d ; a pg:Claim } LIMIT 10",
    ("question", 10): f"SELECT ?party ?name ?recorded ?policy WHERE {{ {LISTED} }} ORDER BY ?name LIMIT 10",
    ("look-up", 1_000): "SELECT ?c ?s ?d WHERE { ?c rdf:subject ?s ; pg:recorded ?d ; a pg:Claim } LIMIT 1000",
    ("question", 1_000): f"SELECT ?party ?name ?recorded ?policy WHERE {{ {LISTED} }} ORDER BY ?name LIMIT 1000",
    ("look-up", 100_000): "SELECT ?c ?p ?o WHERE { ?c a pg:Claim ; ?p ?o } LIMIT 100000",
    ("question", 100_000): "SELECT ?c ?s ?o ?speaker ?word WHERE { ?c rdf:subject ?s ; rdf:object ?o ; pg:speaker ?speaker ; ?p ?word } "
                           "ORDER BY ?c LIMIT 100000",
}  # fmt: skip


def raw(store: ox.Store, query: str) -> list[list[Any]]:
    """Ask the engine and read every cell."""
    found = store.query(query, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    return [[term.value if term is not None else None for term in row] for row in found]  # type: ignore[union-attr]


def in_turns(runs: int, *asked: Callable[[], object]) -> list[float]:
    """Return the median time of each, run one after the other and again."""
    taken: list[list[float]] = [[] for _ in asked]
    for _ in range(runs):
        for times, ask in zip(taken, asked, strict=True):
            begin = process_time()
            answer = ask()
            times.append(process_time() - begin)
            del answer
    return [statistics.median(times) for times in taken]


def questions(store: ox.Store) -> None:
    """Print the table of questions."""
    print(f"{'question':10} {'rows':>8} {'raw ms':>10} {'ask ms':>10} {'ratio':>7} {'at most':>8}")
    for (kind, limit), query in QUESTIONS.items():
        text = prepared(query)
        rows = len(raw(store, text))
        bare, framed = in_turns(5 if rows > 10_000 else 51, lambda t=text: raw(store, t), lambda q=query: rdf.ask(store, q))
        bound = 1.15 if limit <= 1_000 else 2
        print(f"{kind:10} {rows:8,} {bare * 1e3:10.2f} {framed * 1e3:10.2f} {framed / bare:7.2f} {bound:8.2f}")


def loading(graph: ClaimGraph, share: int) -> None:
    """Print how long the same quads take to be read by rdflib and to be loaded from the columns."""
    text = "".join(n_quads(graph)).encode()
    lines = text.splitlines(keepends=True)
    portion = b"".join(lines[:: max(share, 1)])
    (ours,) = in_turns(3, lambda: rdf.claim_store(graph))
    (parsed,) = in_turns(1, lambda: rdflib.Dataset().parse(data=portion, format="nquads"))
    theirs = parsed * len(lines) / len(lines[:: max(share, 1)])
    print(f"\n{len(lines):,} quads of {len(graph.table):,} claims into a store that answers SPARQL")
    print(f"{'rdflib, N-Quads parser':34} {theirs:8.2f} s{'' if share <= 1 else f'   (one in {share} parsed, times {share})'}")
    print(f"{'policygraph, columns to Oxigraph':34} {ours:8.2f} s   {theirs / ours:.1f} times faster (at least 10)")


def main() -> None:
    """Print both tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--share", type=int, default=1, help="let rdflib parse only one quad in so many")
    share = arguments.parse_args().share
    graph = pg.load().graph
    questions(rdf.claim_store(graph))
    loading(graph, share)


if __name__ == "__main__":
    main()
