"""Files and objects of other tools: out of a claim graph and back in.

RDF travels as N-Quads, TriG, Turtle or JSON-LD; the same graph always gives the same bytes, and what is read back is the same
claims. networkx and GraphML get one edge per claim, or, of a view, one edge per statement that stands.
"""

from __future__ import annotations

import io
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

import pyoxigraph as ox

from policygraph.columns import HOLDS, STANCES
from policygraph.dates import day
from policygraph.errors import BadData, BadQuestion, Place, nearest
from policygraph.graph import ClaimGraph
from policygraph.names import PREFIXES
from policygraph.ontology import Ontology
from policygraph.rdf.reading import graph_of
from policygraph.rdf.standing import view_quads
from policygraph.rdf.writing import n_quads
from policygraph.view import FrozenView

if TYPE_CHECKING:
    import networkx as nx
    import rdflib

__all__ = ["FORMATS", "export", "format_of", "read", "to_bytes", "to_dataset", "to_networkx"]

FORMATS: Final = {"nquads": ".nq", "trig": ".trig", "turtle": ".ttl", "jsonld": ".jsonld", "graphml": ".graphml"}
"""Formats by name, with the usual ending of their files."""
_RDF: Final = {
    "nquads": ox.RdfFormat.N_QUADS, "trig": ox.RdfFormat.TRIG, "turtle": ox.RdfFormat.TURTLE, "jsonld": ox.RdfFormat.JSON_LD,
}  # fmt: skip
_ILLEGIBLE: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_OTHER_ENDINGS: Final = {".json": "jsonld", ".nquads": "nquads", ".turtle": "turtle"}


def format_of(path: str | Path, format: str | None = None) -> str:
    """Return the name of a format, given or told by the ending of a file.

    >>> format_of("graph.trig"), format_of("graph.json"), format_of("graph", "turtle")
    ('trig', 'jsonld', 'turtle')

    Raises
    ------
    BadQuestion
        If it is none of :data:`FORMATS`.
    """
    endings = {ending: name for name, ending in FORMATS.items()} | _OTHER_ENDINGS
    name = format or endings.get(Path(path).suffix.lower(), "")
    if name not in FORMATS:
        asked = f"the format '{format}'" if format else f"the ending of '{Path(path).name}'"
        near = nearest(format or "", FORMATS, 1)
        hint = f"; did you mean '{near[0]}'?" if near else ""
        raise BadQuestion(f"{asked} is not known; accepted: {', '.join(FORMATS)}{hint}")
    return name


def to_bytes(source: ClaimGraph | FrozenView, format: str = "nquads") -> bytes:
    """Return a graph in a format; see :func:`export`.

    Raises
    ------
    BadQuestion
        If the format is not known.
    """
    name = format_of("", format)
    if name == "graphml":
        return _graphml(source.to_networkx() if isinstance(source, FrozenView) else to_networkx(source))
    text = "".join((*n_quads(source.graph), *view_quads(source)) if isinstance(source, FrozenView) else n_quads(source)).encode()
    if name == "nquads":
        return text
    quads: Iterable[Any] = ox.parse(text, ox.RdfFormat.N_QUADS, lenient=True)
    if name == "turtle":
        quads = (quad.triple for quad in quads)
    return ox.serialize(quads, format=_RDF[name], prefixes=PREFIXES) or b""


def export(source: ClaimGraph | FrozenView, target: Path | BinaryIO, format: str | None = None) -> Path | None:
    """Write a graph to a file or stream; return the path, if it was one.

    Parameters
    ----------
    source
        A graph: all claims. A view: the claims and the plain edges that stand, in ``graph:view``; in GraphML only what stands, with
        truth, claims and dates on each edge.
    format
        A key of :data:`FORMATS`; by default told by the ending of the file.

    Raises
    ------
    BadQuestion
        If the format is not known, or the target is no regular file or read-only.
    OSError
        If the file cannot be written; what was there is then as it was.
    """
    name = format_of(target if isinstance(target, Path) else "", format)
    content = to_bytes(source, name)
    if not isinstance(target, Path):
        target.write(content)
        return None
    try:
        _replace(target, content)
    except RuntimeError as error:
        raise BadQuestion(f"{target} cannot be written: its links lead in a circle") from error
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from error
    return target


def _replace(target: Path, content: bytes) -> None:
    """Write a file whole or not at all; a link stays, and what is no file of the user's is left as it is."""
    home = target.resolve()
    if home.exists() and not home.is_file():
        raise BadQuestion(f"{target} cannot be written: it is no regular file")
    if home.exists() and not os.access(home, os.W_OK):
        raise BadQuestion(f"{target} cannot be written: it is read-only")
    mode = stat.S_IMODE(home.stat().st_mode) if home.exists() else None
    handle, name = tempfile.mkstemp(prefix=".", suffix=".part", dir=home.parent)
    beside = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
        beside.chmod(_usual_mode() if mode is None else mode)
        beside.replace(home)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def _usual_mode() -> int:
    """Return the mode of new files; a temporary one is its owner's alone."""
    mask = os.umask(0o077)
    os.umask(mask)
    return 0o666 & ~mask


def read(source: Path | bytes | BinaryIO | rdflib.Dataset, format: str | None = None, ontology: Ontology | None = None) -> ClaimGraph:
    """Read a graph from RDF in the form that :func:`export` writes.

    Raises
    ------
    BadData
        If it is not RDF, or something lacks what it needs.

    Examples
    --------
    >>> import datetime, numpy as np
    >>> graph = ClaimGraph.of_columns(relations=["incorporates"], subject=np.array([0]), relation=np.array([0]),
    ...                               object=np.array([1]), node_count=2, date=datetime.date(2025, 5, 13))
    >>> read(to_bytes(graph, "trig"), "trig").claim("c-0") == graph.claim("c-0")
    True
    """
    if not isinstance(source, (Path, bytes)) and hasattr(source, "quads"):
        return graph_of(_quads(cast("rdflib.Dataset", source)), "the rdflib dataset", ontology)
    shown = str(source) if isinstance(source, Path) else "RDF"
    name = format_of(source if isinstance(source, Path) else "", format)
    if name not in _RDF:
        raise BadQuestion(f"claims cannot be read from {name}, which has no place for them; accepted: {', '.join(_RDF)}")
    try:
        content = source.read_bytes() if isinstance(source, Path) else source if isinstance(source, bytes) else source.read()
        return graph_of(ox.parse(io.BytesIO(content), _RDF[name]), shown, ontology)
    except OSError as error:
        raise BadData([(Place(shown), f"the file cannot be read: {error.strerror}")]) from error
    except SyntaxError as error:
        raise BadData([(Place(shown, error.lineno), f"this is no {name}: {error.msg}")]) from error


def to_dataset(graph: ClaimGraph) -> rdflib.Dataset:
    """Return a graph as an rdflib ``Dataset``, each document's claims in its named graph; plain patterns see all graphs.

    rdflib takes some ten seconds for half a million triples; :func:`~policygraph.rdf.ask` needs two.

    Examples
    --------
    >>> import datetime, numpy as np
    >>> graph = ClaimGraph.of_columns(relations=["incorporates"], subject=np.array([0]), relation=np.array([0]),
    ...                               object=np.array([1]), node_count=2, date=datetime.date(2025, 5, 13))
    >>> from rdflib import RDF, URIRef
    >>> [str(subject) for subject in to_dataset(graph).subjects(RDF.subject, URIRef("https://w3id.org/policygraph/id/item/n-0"))]
    ['https://w3id.org/policygraph/claim/c-0']
    """
    import rdflib

    made: dict[Any, Any] = {}

    def term(node: Any) -> Any:
        found = made.get(node)
        if found is None:
            if isinstance(node, ox.NamedNode):
                found = rdflib.URIRef(node.value)
            elif node.language:
                found = rdflib.Literal(node.value, lang=node.language)
            elif node.datatype.value == PREFIXES["xsd"] + "string":
                found = rdflib.Literal(node.value)
            else:
                found = rdflib.Literal(node.value, datatype=rdflib.URIRef(node.datatype.value), normalize=False)
            made[node] = found
        return found

    dataset = rdflib.Dataset(default_union=True)
    for prefix, namespace in PREFIXES.items():
        dataset.bind(prefix, namespace, replace=True)
    graphs: dict[Any, Any] = {}
    for quad in ox.parse("".join(n_quads(graph)).encode(), ox.RdfFormat.N_QUADS, lenient=True):
        home = graphs.get(quad.graph_name)
        if home is None:
            home = graphs[quad.graph_name] = dataset.graph(term(quad.graph_name))
        home.add((term(quad.subject), term(quad.predicate), term(quad.object)))
    return dataset


def _quads(dataset: rdflib.Dataset) -> Iterator[ox.Quad]:
    """Yield what an rdflib dataset says of named nodes; blank nodes mean nothing here."""
    import rdflib

    for subject, predicate, object_, _ in dataset.quads():
        if not isinstance(subject, rdflib.URIRef) or isinstance(object_, rdflib.BNode):
            continue
        value: ox.NamedNode | ox.Literal
        if isinstance(object_, rdflib.Literal):
            datatype = ox.NamedNode(str(object_.datatype)) if object_.datatype else None
            value = ox.Literal(str(object_), datatype=datatype, language=object_.language)
        else:
            value = ox.NamedNode(str(object_))
        yield ox.Quad(ox.NamedNode(str(subject)), ox.NamedNode(str(predicate)), value)


def to_networkx(graph: ClaimGraph) -> nx.MultiDiGraph[str]:
    """Return every claim as an edge, whether or not it stands; values are attributes of their subject's claims, as nodes.

    Examples
    --------
    >>> import numpy as np, datetime
    >>> graph = ClaimGraph.of_columns(relations=["incorporates"], subject=np.array([0]), relation=np.array([0]),
    ...                               object=np.array([1]), node_count=2, date=datetime.date(2025, 5, 13))
    >>> to_networkx(graph)["n-0"]["n-1"]["c-0"]["stance"]
    'asserts'
    """
    import networkx as nx

    table = graph.table
    made: nx.MultiDiGraph[str] = nx.MultiDiGraph(name=graph.name, version=graph.version, date=graph.date.isoformat())
    for id_, class_, name in zip(graph.node_ids, graph.node_class, graph.node_names, strict=True):
        made.add_node(id_, **{"class": class_, "name": name})
    for row in sorted(range(len(table)), key=table.ids.__getitem__):
        if table.object[row] >= 0:
            end = graph.node_ids[table.object[row]]
        else:
            end = f'"{table.value[row]}"'
            made.add_node(end, **{"class": "value", "name": table.value[row]})
        bounds = {name: day(int(getattr(table, name)[row])) for name in ("from_earliest", "from_latest", "to_earliest", "to_latest")}
        made.add_edge(graph.node_ids[table.subject[row]], end, key=table.ids[row], **{
            "relation": graph.relation_names[table.relation[row]], "stance": STANCES[table.stance[row]].value,
            "speaker": graph.node_ids[table.speaker[row]], "document": graph.document_ids[table.document[row]],
            "version": int(table.version[row]), "recorded": str(day(int(table.recorded[row]))), "holds": HOLDS[table.holds[row]],
            **{name: str(bound) for name, bound in bounds.items() if bound},
        })  # fmt: skip
    return made


def _graphml(graph: nx.MultiDiGraph[str]) -> bytes:
    """Write GraphML, whose attributes are plain: lists are joined, nothing is left out where there is nothing."""
    import networkx as nx

    def plain(attributes: Mapping[Any, Any]) -> dict[str, Any]:
        return {str(name): _plain(value) for name, value in sorted(attributes.items()) if value is not None and value != ""}

    made: nx.MultiDiGraph[str] = nx.MultiDiGraph(**plain(graph.graph))
    made.add_nodes_from((_legible(str(node)), plain(attributes)) for node, attributes in graph.nodes(data=True))
    for one, other, key, attributes in graph.edges(keys=True, data=True):
        made.add_edge(_legible(str(one)), _legible(str(other)), key=_legible(str(key)), **plain(attributes))
    stream = io.BytesIO()
    nx.write_graphml(made, stream, named_key_ids=True)
    return stream.getvalue()


def _plain(value: Any) -> Any:
    if isinstance(value, (bool, int, float)):
        return value if type(value) in (bool, int, float) else int(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return "; ".join(_legible(str(part)) for part in (sorted(value) if isinstance(value, (set, frozenset)) else value))
    return _legible(str(value))


def _legible(text: str) -> str:
    """Leave out what XML cannot hold."""
    return text if text.isprintable() else _ILLEGIBLE.sub("", text)
