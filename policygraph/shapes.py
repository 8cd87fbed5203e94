"""The second check of a data directory: its RDF form against the SHACL shapes.

Comes in: a directory, or any RDF in the form of :mod:`policygraph.rdf`. Goes out: the corpus, or one
:class:`~policygraph.errors.BadData` with every fault. Needs the extra ``shacl``.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph as ox

from policygraph import datasets
from policygraph.errors import BadData, MissingExtra, Place
from policygraph.graph import ClaimGraph
from policygraph.names import PREFIXES, short
from policygraph.ontology import shipped
from policygraph.rdf.writing import n_quads

if TYPE_CHECKING:
    import rdflib

    from policygraph.datasets import Corpus

__all__ = ["shape_faults", "validate"]


def validate(directory: Path, shapes: Path | None = None) -> Corpus:
    """Read a data directory and check its RDF form against the shapes.

    Parameters
    ----------
    directory
        A data directory; see :func:`policygraph.datasets.read`.
    shapes
        A file of SHACL Core shapes; ``ontology/shapes.ttl`` where left out.

    Raises
    ------
    BadData
        With every fault the reader finds, or, if it finds none, every fault the shapes find.
    MissingExtra
        If pySHACL is not installed.

    Examples
    --------
    >>> from policygraph.ontology import shipped
    >>> validate(shipped("datasets") / "no-such-part")
    Traceback (most recent call last):
        ...
    policygraph.errors.BadData: ...no-such-part: there is no such directory; name one that holds dataset.yaml
    """
    corpus = datasets.read(directory)
    quads = ox.parse(io.BytesIO("".join(n_quads(ClaimGraph.of(corpus))).encode()), ox.RdfFormat.N_QUADS, lenient=True)
    faults = shape_faults(quads, corpus.places, shapes)
    if faults:
        raise BadData(faults)
    return corpus


def shape_faults(quads: Iterable[ox.Quad], places: Mapping[str, Place], shapes: Path | None = None) -> list[tuple[Place, str]]:
    """Check quads against the shapes, all named graphs together, and say what is wrong where.

    Parameters
    ----------
    quads
        Claims and what they are about, as :mod:`policygraph.rdf` writes them.
    places
        Where each claim stands, by its id; what is no claim is placed by its short name.
    """
    try:
        import pyshacl
        import rdflib
    except ImportError:
        raise MissingExtra("checking against SHACL shapes", "shacl") from None
    rules = rdflib.Graph().parse(shapes or shipped("ontology") / "shapes.ttl")
    data = _together(quads, rules)
    data.parse(shipped("ontology") / "policygraph.ttl")
    _, results, _ = pyshacl.validate(data, shacl_graph=rules, inplace=True)
    sh = rdflib.Namespace(PREFIXES["sh"])
    found: list[tuple[Place, str]] = []
    for result in results.subjects(rdflib.RDF.type, sh.ValidationResult):
        node = str(results.value(result, sh.focusNode))
        value, message = results.value(result, sh.value), results.value(result, sh.resultMessage)
        here = f"; here stands {short(str(value)) if isinstance(value, rdflib.URIRef) else repr(str(value))}" if value is not None else ""
        claim = node.removeprefix(PREFIXES["claim"]) if node.startswith(PREFIXES["claim"]) else ""
        found.append((places.get(claim, Place(short(node))), f"{short(node)}: {message}{here}"))
    return sorted(set(found), key=lambda fault: (fault[0].file, fault[0].line or 0, fault[1]))


def _together(quads: Iterable[ox.Quad], rules: rdflib.Graph) -> rdflib.Graph:
    """Put all quads in one rdflib graph, save those of which the shapes do not speak; every term is made once."""
    import rdflib

    closed = (None, rdflib.URIRef(PREFIXES["sh"] + "closed"), None) in rules
    mentioned = {str(term) for term in rules.objects()} | {PREFIXES["rdf"] + "type", PREFIXES["rdfs"] + "subClassOf"}
    graph = rdflib.Graph()
    add: Any = graph.store.add
    made: dict[Any, Any] = {}
    for quad in quads:
        if not closed and quad.predicate.value not in mentioned:
            continue
        triple = []
        for node in (quad.subject, quad.predicate, quad.object):
            term = made.get(node)
            if term is None:
                if isinstance(node, ox.Literal):
                    plain = node.language or node.datatype.value == PREFIXES["xsd"] + "string"
                    datatype = None if plain else rdflib.URIRef(node.datatype.value)
                    term = rdflib.Literal(node.value, lang=node.language, datatype=datatype, normalize=False)
                elif isinstance(node, ox.NamedNode):
                    term = rdflib.URIRef(node.value)
                else:
                    term = rdflib.BNode(str(node))
                made[node] = term
            triple.append(term)
        add(tuple(triple), graph)
    return graph
