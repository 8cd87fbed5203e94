"""A claim graph, or a view of it, as N-Quads.

Every claim is a node in the named graph of its document; entities and kinds are in the graph ``graph:entities``; a view adds its
plain edges in ``graph:view``. No blank nodes, and the same graph always gives the same bytes.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from functools import cache
from typing import Any

import numpy as np

from policygraph.claims import Complete, Document
from policygraph.columns import HOLDS, STANCES
from policygraph.dates import FIRST, LAST
from policygraph.graph import ClaimGraph
from policygraph.names import PG, PREFIXES, iri
from policygraph.rdf.terms import ENTITIES, NODES, TERMS, literal, named
from policygraph.truth import Strength

__all__ = ["n_quads", "node_iris"]

Pairs = Iterable[tuple[str, str]]
_TERM: Mapping[str, str] = {word: named(term) for word, term in TERMS.items()}
_IS_CLAIM = f" {_TERM['type']} {_TERM['Claim']}"


def node_iris(graph: ClaimGraph) -> list[str]:
    """Return the IRI of every node, in the order of the nodes."""
    kinds = {name: term.kind or "item" for name, term in graph.ontology.classes.items()}
    return [iri(id_, kinds[class_]) for id_, class_ in zip(graph.node_ids, graph.node_class, strict=True)]


def n_quads(graph: ClaimGraph) -> Iterator[str]:
    """Yield a graph as N-Quads, piece by piece: first the entities, then document by document."""
    nodes = [named(node) for node in node_iris(graph)]
    details = graph.all_details()
    yield _said(named(ENTITIES), ENTITIES, [
        ("type", _TERM["Dataset"]), ("title", literal(graph.name)), ("dataVersion", literal(graph.version)),
        ("issued", _day(graph.date.toordinal())), ("identifier", literal(graph.digest)),
    ])  # fmt: skip
    for number, class_ in enumerate(graph.node_class):
        if class_ == "Kind":
            yield _kind(graph, number, nodes)
        elif class_ != "Document":
            yield _entity(graph, number, nodes[number], details[number])
    completes: dict[str, list[Complete]] = defaultdict(list)
    for complete in graph.completes:
        completes[complete.document].append(complete)
    claims: dict[int, list[int]] = defaultdict(list)
    for row in sorted(range(len(graph.table)), key=graph.table.ids.__getitem__):
        claims[int(graph.table.document[row])].append(row)
    write = _ClaimWriter(graph, nodes)
    for number, id_ in enumerate(graph.document_ids):
        yield _document(graph, graph.documents[id_], nodes)
        yield "".join(sorted(_complete(graph, complete, nodes) for complete in completes[id_]))
        home, ids = PREFIXES["graph"] + id_, graph.table.ids
        yield from (_lines(f"<{NODES['claim']}{ids[row]}>", home, write.claim(row)) for row in claims[number])


def _said(subject: str, graph: str, pairs: Pairs) -> str:
    return _lines(subject, graph, [f" {_TERM[word]} {object_}" for word, object_ in pairs])


def _lines(subject: str, graph: str, said: list[str]) -> str:
    """Write one line for each thing said, a predicate and an object."""
    end = f" <{graph}> .\n"
    return subject + f"{end}{subject}".join(said) + end


@cache
def _day(ordinal: int) -> str:
    return literal(date.fromordinal(ordinal).isoformat(), "date")


def _entity(graph: ClaimGraph, number: int, node: str, more: Mapping[str, Any]) -> str:
    pairs = [("type", named(PG + graph.node_class[number])), ("label", literal(graph.node_names[number]))]
    if more:
        for language, names in sorted(more.get("names", {}).items()):
            tag = "" if language == "und" else language
            first = language not in ("en", "und")
            pairs += [("prefLabel", literal(name, language=tag)) for name in names[:first]]
            pairs += [("altLabel", literal(name, language=tag)) for name in sorted(set(names[first:]))]
        for scheme, value in sorted(more.get("identifiers", {}).items()):
            pairs.append(("notation", literal(value, NODES["scheme"] + _quoted(scheme))))
        if "note" in more:
            pairs.append(("note", literal(more["note"])))
    return _said(node, ENTITIES, pairs)


def _quoted(scheme: str) -> str:
    return "".join(c if c.isascii() and (c.isalnum() or c in "-_.") else "".join(f"%{b:02X}" for b in c.encode()) for c in scheme)


def _kind(graph: ClaimGraph, number: int, nodes: list[str]) -> str:
    kind, node = graph.kinds[number], nodes[number]
    conditions = {relation: named(f"{node[1:-1]}.{relation}") for relation in sorted(kind.where)}
    parts = [_said(node, ENTITIES, [
        ("type", _TERM["Kind"]), ("label", literal(str(kind))), ("memberClass", named(PG + kind.of)),
        *(("condition", condition) for condition in conditions.values()),
    ])]  # fmt: skip
    for relation, condition in conditions.items():
        ends = [("anyOf", nodes[graph.index[end]]) for end in sorted(set(kind.where[relation]))]
        parts.append(_said(condition, ENTITIES, [("type", _TERM["Condition"]), ("onRelation", named(PG + relation)), *ends]))
    return "".join(parts)


def _document(graph: ClaimGraph, document: Document, nodes: list[str]) -> str:
    node, home = named(PREFIXES["doc"] + document.id), PREFIXES["graph"] + document.id
    versions = document.versions or (document.version(1),)
    texts = [
        ("language", document.language, ""), ("url", document.url, "anyURI"), ("via", document.via, "anyURI"),
        ("licence", document.licence, ""), ("note", document.note, ""),
    ]  # fmt: skip
    pairs = [
        ("type", _TERM["Document"]), ("title", literal(document.title)), ("label", literal(document.title)),
        ("publisher", nodes[graph.index[document.publisher]]), ("carrier", literal(document.kind)),
        ("issued", _day(document.published.toordinal())),
        *((word, literal(text, datatype)) for word, text, datatype in texts if text),
    ]  # fmt: skip
    if document.bindingness:
        pairs.append(("force", named(iri(f"bindingness:{document.bindingness.removeprefix('bindingness:')}"))))
    if document.cap < Strength.ESTABLISHED:
        pairs.append(("cap", literal(document.cap.word)))
    pairs += [("realizedBy", _version(document.id, version.number)) for version in versions]
    parts = [_said(node, home, pairs)]
    for version in versions:
        more = [("url", literal(version.url, "anyURI"))] if version.url else []
        more += [("note", literal(version.note))] if version.note else []
        parts.append(_said(_version(document.id, version.number), home, [
            ("type", _TERM["DocumentVersion"]), ("realizes", node), ("versionNumber", literal(str(version.number), "integer")),
            ("versionDate", _day(version.published.toordinal())), *more,
        ]))  # fmt: skip
    return "".join(parts)


def _version(document: str, number: int) -> str:
    return f"<{PREFIXES['doc']}{document}.v{number}>"


@cache
def _bounds(from_earliest: int, from_latest: int, to_earliest: int, to_latest: int) -> tuple[tuple[str, str], ...]:
    """Return what is said of an interval, so that the four bounds can be told from it."""
    pairs = []
    for earliest, latest, open_at, words in (
        (from_earliest, from_latest, FIRST, ("validFrom", "validFromEarliest", "validFromLatest", "began")),
        (to_earliest, to_latest, LAST, ("validTo", "validToEarliest", "validToLatest", "ended")),
    ):
        if earliest == latest == open_at:
            continue
        if earliest == latest:
            pairs.append((words[0], _day(earliest)))
            continue
        pairs += [(words[1], _day(earliest))] if earliest > FIRST else []
        pairs += [(words[2], _day(latest))] if latest < LAST else []
        pairs += [(words[3], literal("true", "boolean"))] if earliest <= FIRST and latest >= LAST else []
    return tuple(pairs)


def _complete(graph: ClaimGraph, complete: Complete, nodes: list[str]) -> str:
    interval = complete.interval
    end = ("subject", complete.subject) if complete.subject else ("object", complete.object)
    pairs = [
        ("type", _TERM["Completeness"]), ("predicate", named(PG + complete.relation)), (end[0], nodes[graph.index[end[1]]]),
        ("stance", named(NODES["stance"] + complete.stance.value)),
        ("speaker", nodes[graph.index[complete.by or graph.documents[complete.document].publisher]]),
        ("recorded", _day(complete.recorded.toordinal())), ("source", named(PREFIXES["doc"] + complete.document)),
        *_bounds(interval.from_earliest, interval.from_latest, interval.to_earliest, interval.to_latest),
    ]  # fmt: skip
    id_ = "k-" + hashlib.sha256(repr(pairs).encode()).hexdigest()[:12]
    return _said(f"<{NODES['claim']}{id_}>", PREFIXES["graph"] + complete.document, pairs)


class _ClaimWriter:
    """Writes claims from columns; what many claims share is written once."""

    def __init__(self, graph: ClaimGraph, nodes: list[str]) -> None:
        table = graph.table
        self._graph, self._nodes = graph, nodes
        self._subject, self._relation, self._object = table.subject.tolist(), table.relation.tolist(), table.object.tolist()
        self._subjects = [f" {_TERM['subject']} {node}" for node in nodes]
        self._value = f" {_TERM['object']} "
        self._objects = [self._value + node for node in nodes]
        self._relations = [f" {_TERM['predicate']} {named(PG + name)}" for name in graph.relation_names]
        self._datatypes = [graph.ontology.relations[name].datatype for name in graph.relation_names]
        self._stances = [named(NODES["stance"] + stance.value) for stance in STANCES]
        circumstances = np.stack([
            table.stance, table.speaker, table.recorded, table.document, table.version, table.from_earliest, table.from_latest,
            table.to_earliest, table.to_latest,
        ])  # fmt: skip
        different, which = np.unique(circumstances, axis=1, return_inverse=True)
        self._shared = [self._circumstance(*column) for column in different.T.tolist()]
        self._which = which.ravel().tolist()
        texts = {"stated": table.stated, "locator": table.at, "quotation": table.quote, "note": table.note}
        self._texts = [(f" {_TERM[word]} ", dict(column)) for word, column in texts.items()]
        self._qualified = dict(table.qualifiers)
        self._qualifiers = {name: (f" <{PG}{name}> ", term.datatype) for name, term in graph.ontology.qualifiers.items()}
        self._rare = {*np.flatnonzero((table.holds > 0) | (table.disputes >= 0)).tolist()}

    def _circumstance(self, stance: int, speaker: int, recorded: int, document: int, version: int, *bounds: int) -> list[str]:
        source = self._graph.document_ids[document]
        pairs = [
            ("stance", self._stances[stance]), ("speaker", self._nodes[speaker]), ("recorded", _day(recorded)),
            ("source", _version(source, version)), *_bounds(*bounds),
        ]  # fmt: skip
        return [f" {_TERM[word]} {object_}" for word, object_ in pairs]

    def claim(self, row: int) -> list[str]:
        """Return what is said of a claim."""
        table, relation, object_ = self._graph.table, self._relation[row], self._object[row]
        end = self._objects[object_] if object_ >= 0 else self._value + literal(table.value[row], self._datatypes[relation])
        said = [_IS_CLAIM, self._subjects[self._subject[row]], self._relations[relation], end, *self._shared[self._which[row]]]
        if row in self._rare:
            said += [f" {_TERM['holds']} {literal(HOLDS[table.holds[row]])}"] if table.holds[row] else []
            disputed = table.disputes[row]
            said += [f" {_TERM['disputes']} <{NODES['claim']}{table.ids[disputed]}>"] if disputed >= 0 else []
        for word, texts in self._texts:
            if row in texts:
                said.append(word + literal(texts[row]))
        if row in self._qualified:
            for name, text in sorted(self._qualified[row].items()):
                word, datatype = self._qualifiers[name]
                said.append(word + literal(text, datatype))
        return said
