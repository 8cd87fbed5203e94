"""A claim graph with more laid over it, and the law of a graph alone.

Comes in: a :class:`ClaimGraph`, and what a hypothetical adds. Goes out: another, immutable like the first, which answers as if both had
been read together. Nothing is read again: old rows keep their place, old nodes get their new numbers, and texts stay unread beneath.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_left
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from policygraph import columns as laid
from policygraph.claims import Claim, Complete, Document, Entity, Kind
from policygraph.columns import ClaimTable, Sparse
from policygraph.errors import BadQuestion
from policygraph.graph import ClaimGraph, details_of, in_order
from policygraph.lookup import inserted

__all__ = ["Additions", "law_alone", "overlaid"]

Numbers = npt.NDArray[np.integer[Any]]
Flags = npt.NDArray[np.bool_]

_OF_LAW: Final = (
    "LegalResource", "LegalStatus", "Bindingness", "Country", "CountryGroup", "Code", "PartyList", "Footnote", "ChartColumn",
)  # fmt: skip
"""Classes of what law is made of and what it classes by: neither parties nor items nor sites."""
_NODES: Final = ("subject", "object", "speaker")
"""Columns that hold numbers of nodes."""


@dataclass(frozen=True, slots=True)
class Additions:
    """What is laid over a graph: checked, and in the form in which it was read.

    Attributes
    ----------
    entities, documents, kinds
        By id; none of the first two may stand in the graph already.
    claims, completes
        About these and whatever the graph has.
    """

    entities: Mapping[str, Entity] = field(default_factory=dict)
    documents: Mapping[str, Document] = field(default_factory=dict)
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    claims: Sequence[Claim] = ()
    completes: Sequence[Complete] = ()


def overlaid(graph: ClaimGraph, more: Additions, name: str | None = None) -> ClaimGraph:
    """Lay more over a graph; the answers are those of a graph of both together, whatever its size.

    Parameters
    ----------
    graph
        What lies beneath; it stays what it is.
    more
        What is added. A claim whose id the graph has already counts once.
    name
        What the new graph is called; as the first where left out.

    Raises
    ------
    BadQuestion
        If an entity or document stands in the graph already.

    Examples
    --------
    >>> import datetime
    >>> from policygraph.ontology import Ontology
    >>> bare = ClaimGraph.build([], entities={}, documents={}, kinds={}, completes=[], name="", version="",
    ...                         ontology=Ontology.shipped(), date=datetime.date(2025, 5, 13), digest="")
    >>> chip = Entity(id="example-chip", type="Chip", name="Example chip")
    >>> overlaid(bare, Additions(entities={chip.id: chip})).resolve("Example chip")
    'example-chip'
    """
    twice = [id_ for id_ in (*more.entities, *more.documents) if id_ in graph.index]
    if twice:
        raise BadQuestion(f"'{twice[0]}' stands in the data already; make claims about it, or choose another id")
    kinds = {id_: in_order(kind) for id_, kind in more.kinds.items() if id_ not in graph.index}
    nodes: dict[str, tuple[str, str]] = {id_: ("Kind", str(kind)) for id_, kind in kinds.items()}
    nodes |= {id_: ("Document", document.title) for id_, document in more.documents.items()}
    nodes |= {id_: (entity.type, entity.name) for id_, entity in more.entities.items()}
    ids = sorted(nodes)
    places, moved = _places(graph.node_ids, ids)
    texts = sorted(more.documents)
    text_places, text_moved = _places(graph.document_ids, texts)
    node_ids = inserted(graph.node_ids, places, ids)
    document_ids = inserted(graph.document_ids, text_places, texts)
    claims = _once(graph, more.claims)
    stored = {name: list(values) for name, values in graph.stored.items()}
    stored.setdefault("details", [""] * len(graph.node_ids))
    return ClaimGraph(
        ontology=graph.ontology, name=graph.name if name is None else name, version=graph.version, date=graph.date,
        digest=_digest(graph, more), table=_table(graph, more, kinds, claims, node_ids, document_ids, moved, text_moved),
        node_ids=node_ids, node_class=inserted(graph.node_class, places, [nodes[id_][0] for id_ in ids]),
        node_names=inserted(graph.node_names, places, [nodes[id_][1] for id_ in ids]), document_ids=document_ids,
        lookup=graph.lookup.over(
            moved, {id_: place + number for number, (id_, place) in enumerate(zip(ids, places, strict=True))},
            {id_: nodes[id_][1] for id_ in ids}, more.entities,
        ),
        stored={
            "details": inserted(stored["details"], places, [details_of(more.entities.get(id_)) for id_ in ids]),
            "documents": inserted(stored["documents"], text_places, [more.documents[id_].model_dump_json() for id_ in texts]),
            "kinds": _kinds(graph, stored.get("kinds", []), kinds),
            "completes": [*stored.get("completes", []), *(complete.model_dump_json() for complete in more.completes)],
        },
    )  # fmt: skip


def _places(old: Sequence[str], new: Sequence[str]) -> tuple[list[int], Numbers]:
    """Return where in the order of ids the new ones come, and the new number of each old one."""
    places = [bisect_left(old, id_) for id_ in new]
    numbers = np.arange(len(old))
    return places, numbers + np.searchsorted(np.array(places, dtype=np.int64), numbers, side="right")


def _once(graph: ClaimGraph, claims: Sequence[Claim]) -> list[Claim]:
    once: dict[str, Claim] = {}
    for claim in claims:
        if claim.id not in graph.row_of:
            once.setdefault(claim.id, claim)
    return list(once.values())


def _table(
    graph: ClaimGraph, more: Additions, kinds: Mapping[str, Kind], claims: Sequence[Claim], node_ids: Sequence[str],
    document_ids: Sequence[str], moved: Numbers, text_moved: Numbers,
) -> ClaimTable:  # fmt: skip
    old = graph.table
    index = {id_: number for number, id_ in enumerate(node_ids)}
    numbers = {id_: number for number, id_ in enumerate(document_ids)}
    rows = dict(graph.row_of) if any(claim.disputes for claim in claims) else {}
    rows |= {claim.id: row for row, claim in enumerate(claims, len(old))}
    documents = {**graph.documents, **more.documents}
    new = laid.columns_of(claims, index, documents, numbers, rows, graph.ontology)
    beneath = {name: getattr(old, name) for name in (*laid.INTEGERS, "number")}
    beneath |= {name: _moved(getattr(old, name), moved) for name in _NODES} | {"document": text_moved[old.document]}
    columns = {name: np.concatenate([column, np.array(new[name], column.dtype)]) for name, column in beneath.items()}
    every_kind = {int(moved[number]): kind for number, kind in graph.kinds.items()} | {index[id_]: kind for id_, kind in kinds.items()}
    return laid.claim_table(
        columns, ids=[*old.ids, *(claim.id for claim in claims)], node_count=len(node_ids), ontology=graph.ontology,
        parties=[(node, index[end]) for node, kind in every_kind.items() for ends in kind.where.values() for end in ends],
        **{name: Sparse(texts, beneath=getattr(old, name)) for name, texts in laid.texts_of(claims, len(old)).items()},
    )  # fmt: skip


def _moved(column: Numbers, moved: Numbers) -> Numbers:
    """Return a column with new numbers; what has none stays at -1."""
    return np.append(moved, -1)[column]


def _kinds(graph: ClaimGraph, stored: Sequence[str], kinds: Mapping[str, Kind]) -> list[str]:
    both = dict(zip(sorted(kind.id for kind in graph.kinds.values()), stored, strict=True))
    both |= {id_: kind.model_dump_json() for id_, kind in kinds.items()}
    return [both[id_] for id_ in sorted(both)]


def _digest(graph: ClaimGraph, more: Additions) -> str:
    hash_ = hashlib.blake2b(graph.digest.encode(), digest_size=16)
    for part in (*more.entities.values(), *more.documents.values(), *more.kinds.values(), *more.claims, *more.completes):
        hash_.update(part.model_dump_json().encode())
    return hash_.hexdigest()


def law_alone(graph: ClaimGraph, named: Collection[str] = ()) -> ClaimGraph:
    """Return what a graph says of law, places and codes, without a fact about any party, item or site.

    Kept are provisions and measures, countries and their groups, control-list entries, party lists and footnotes, empty, and what is said
    of these; with the documents that say it. The law of a graph is made once and then remembered.

    Parameters
    ----------
    named
        What else the rules of law name, such as a class of technology: kept, with what is said of it in terms of law and places.

    Examples
    --------
    >>> import policygraph as pg
    >>> alone = law_alone(pg.load().graph)
    >>> "cg:D5" in alone.index, "h20" in alone.index
    (True, False)
    """
    key = f"law:{' '.join(sorted(named))}"
    if key not in graph.derived:
        graph.derived[key] = _law_alone(graph, named)
    made: ClaimGraph = graph.derived[key]
    return made


def _law_alone(graph: ClaimGraph, named: Collection[str]) -> ClaimGraph:
    terms, table = graph.ontology, graph.table
    of_law = {name for name in set(graph.node_class) if any(terms.is_a(name, class_) for class_ in _OF_LAW)}
    law = np.array([class_ in of_law or id_ in named for class_, id_ in zip(graph.node_class, graph.node_ids, strict=True)], bool)
    text = np.array([class_ == "Document" for class_ in graph.node_class], bool)
    either = np.append(law | text, True)
    claims = either[table.subject] & either[table.object] & (law[table.subject] | np.append(law, False)[table.object])
    completes = [complete for complete in graph.completes if _still_complete(graph, complete, law, claims)]
    documents = np.zeros(len(graph.document_ids), bool)
    documents[table.document[claims]] = True
    documents |= np.array([id_ in named or id_ in {one.document for one in completes} for id_ in graph.document_ids], bool)
    nodes = law.copy()
    for name in _NODES:
        column = getattr(table, name)[claims]
        nodes[column[column >= 0]] = True
    for number in np.flatnonzero(documents).tolist():
        document = graph.documents[graph.document_ids[number]]
        nodes[[graph.index[document.id], graph.index[document.publisher]]] = True
    nodes[[graph.index[complete.by] for complete in completes if complete.by]] = True
    nodes[np.fromiter(graph.kinds, np.int64, len(graph.kinds))] = False
    documents |= np.array([bool(nodes[graph.index[id_]]) for id_ in graph.document_ids], bool)
    return _part(graph, nodes, documents, claims, completes)


def _still_complete(graph: ClaimGraph, complete: Complete, kept: Flags, claims: Flags) -> bool:
    """Tell whether everything that is declared complete is still there."""
    table, node = graph.table, graph.index[complete.subject or complete.object]
    end = table.subject if complete.subject else table.object
    concerned = (table.relation == graph.relation_index[complete.relation]) & (end == node)
    return bool(kept[node]) and not (concerned & ~claims).any()


def _part(graph: ClaimGraph, nodes: Flags, documents: Flags, claims: Flags, completes: Sequence[Complete]) -> ClaimGraph:
    """Return the graph of some of the nodes and claims; whoever calls has seen to it that nothing is missing that they need."""
    kept, texts, rows = np.flatnonzero(nodes).tolist(), np.flatnonzero(documents).tolist(), np.flatnonzero(claims)
    moved, text_moved, row_moved = _renumbered(nodes), _renumbered(documents), _renumbered(claims)
    table = graph.table
    columns = {name: getattr(table, name)[rows] for name in (*laid.INTEGERS, "number")}
    columns |= {name: _moved(columns[name], moved) for name in _NODES} | {"document": text_moved[columns["document"]]}
    columns["disputes"] = _moved(columns["disputes"], row_moved)
    sparse: dict[str, Any] = {}
    for name in (*laid.TEXTS, "qualifiers"):
        column = getattr(table, name)
        sparse[name] = Sparse({int(row_moved[row]): value for row, value in column.items() if row_moved[row] >= 0})
    details = graph.stored.get("details") or [""] * len(graph.node_ids)
    return ClaimGraph(
        ontology=graph.ontology, name=f"the law of {graph.name}", version=graph.version, date=graph.date,
        digest=hashlib.blake2b(f"law of {graph.digest}".encode(), digest_size=16).hexdigest(),
        table=laid.claim_table(
            columns, ids=[table.ids[row] for row in rows.tolist()], parties=[], node_count=len(kept), ontology=graph.ontology, **sparse
        ),
        node_ids=[graph.node_ids[node] for node in kept], node_class=[graph.node_class[node] for node in kept],
        node_names=[graph.node_names[node] for node in kept], document_ids=[graph.document_ids[number] for number in texts],
        lookup=graph.lookup.of_nodes(moved),
        stored={
            "details": [details[node] for node in kept], "documents": [graph.stored["documents"][number] for number in texts],
            "kinds": [], "completes": [complete.model_dump_json() for complete in completes],
        },
    )  # fmt: skip


def _renumbered(kept: Flags) -> Numbers:
    """Return the new number of each, -1 for what is left out."""
    return np.where(kept, np.cumsum(kept) - 1, -1)
