"""RDF in the form that :mod:`policygraph.rdf.writing` gives it, back to a claim graph.

What a claim needs and lacks is refused, each fault in one sentence; triples that say nothing of claims, documents, entities, kinds
or completeness are left alone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final
from urllib.parse import unquote

import pyoxigraph as ox

from policygraph.claims import Claim, Complete, Document, Entity, Kind, Stance, Version
from policygraph.columns import HOLDS
from policygraph.dates import FIRST, LAST, Interval, as_day
from policygraph.errors import BadData, BadQuestion, Place, UnknownName
from policygraph.graph import ClaimGraph
from policygraph.names import PG, PREFIXES, identifier, iri, short
from policygraph.ontology import Ontology
from policygraph.rdf.terms import ENTITIES, NODES, TERMS
from policygraph.truth import Strength

__all__ = ["graph_of"]

Term = ox.NamedNode | ox.Literal
_NUMBERS: Final = frozenset(("decimal", "integer", "double", "float"))
_NO_ENTITIES: Final = frozenset(("Claim", "Completeness", "Condition", "Document", "DocumentVersion", "Kind"))


class _Fault(Exception):
    """One thing cannot be read; the message is the sentence."""


class _Node:
    """Everything said of one node, by predicate."""

    __slots__ = ("iri", "said")

    def __init__(self, node: str, said: Mapping[str, list[Term]]) -> None:
        self.iri, self.said = node, said

    def texts(self, word: str) -> list[str]:
        return sorted({term.value for term in self.said.get(TERMS[word], ())})

    def text(self, word: str) -> str:
        found = self.texts(word)
        if len(found) > 1:
            raise _Fault(f"{self} has {len(found)} of {short(TERMS[word])} and may have one")
        return found[0] if found else ""

    def needs(self, word: str, what: str = "claim") -> str:
        found = self.text(word)
        if not found:
            raise _Fault(f"{self} has no {short(TERMS[word])}, and a {what} needs one")
        return found

    def day(self, word: str, what: str = "") -> int | None:
        found = self.needs(word, what) if what else self.text(word)
        try:
            return as_day(found).toordinal() if found else None
        except BadQuestion as error:
            raise _Fault(f"{self}, {short(TERMS[word])}: {error}") from None

    def __str__(self) -> str:
        return short(self.iri)


def graph_of(quads: Iterable[ox.Quad], source: str, ontology: Ontology | None = None) -> ClaimGraph:
    """Read a claim graph from quads.

    Raises
    ------
    BadData
        If anything lacks what it needs, naming each.
    """
    return _Reader(quads, source, ontology or Ontology.shipped()).graph()


class _Reader:
    def __init__(self, quads: Iterable[ox.Quad], source: str, ontology: Ontology) -> None:
        self.source, self.ontology = source, ontology
        self.problems: list[str] = []
        about: dict[str, dict[str, list[Term]]] = defaultdict(dict)
        for quad in quads:
            subject, object_ = quad.subject, quad.object
            if isinstance(subject, ox.NamedNode) and isinstance(object_, (ox.NamedNode, ox.Literal)):
                about[subject.value].setdefault(quad.predicate.value, []).append(object_)
        self.nodes = {node: _Node(node, said) for node, said in sorted(about.items())}
        self.by_type: dict[str, list[_Node]] = defaultdict(list)
        for node in self.nodes.values():
            for type_ in node.texts("type"):
                self.by_type[type_].append(node)
        self.ids: dict[str, str] = {}

    def graph(self) -> ClaimGraph:
        entities = {entity.id: entity for entity in self._each(self._entities(), self._entity)}
        documents = {document.id: document for document in self._each(self._of("Document"), self._document)}
        self.documents = documents
        known = {*entities, *documents}
        kinds = {kind.id: kind for kind in self._each(self._of("Kind"), self._kind)}
        claims = list(self._each(self._of("Claim"), self._claim))
        completes = list(self._each(self._of("Completeness"), self._complete))
        self._check(claims, completes, kinds, known)
        head = self.nodes.get(ENTITIES, _Node(ENTITIES, {}))
        day = head.day("issued") if not self.problems else None
        if not claims and not self.problems:
            self.problems.append("there is no pg:Claim in it, so there is nothing to read")
        if self.problems:
            raise BadData([(Place(self.source), problem) for problem in self.problems])
        recorded = max(claim.recorded for claim in claims)
        return ClaimGraph.build(
            sorted(claims, key=lambda claim: (claim.document, claim.id)), entities=entities, documents=documents, kinds=kinds,
            completes=sorted(completes, key=lambda complete: complete.model_dump_json()), ontology=self.ontology,
            name=head.text("title") or "imported", version=head.text("dataVersion") or "0",
            date=date.fromordinal(day) if day else recorded, digest=head.text("identifier"),
        )  # fmt: skip

    def _each(self, nodes: Iterable[_Node], read: Any) -> Iterator[Any]:
        for node in nodes:
            try:
                yield read(node)
            except (_Fault, UnknownName) as fault:
                self.problems.append(str(fault))
            except ValueError as error:
                self.problems.append(f"{node} cannot be read: {str(error).splitlines()[0]}")

    def _of(self, word: str) -> list[_Node]:
        return self.by_type.get(TERMS[word], [])

    def _entities(self) -> list[_Node]:
        classes = [PG + name for name in self.ontology.classes if name not in _NO_ENTITIES]
        found = {node.iri: node for class_ in classes for node in self.by_type.get(class_, ())}
        return [found[name] for name in sorted(found)]

    def _id(self, node: str) -> str:
        found = self.ids.get(node)
        if found is None:
            found = self.ids[node] = identifier(node)
            if ":" in found and found.partition(":")[0] not in PREFIXES:
                raise _Fault(f"<{node}> is no IRI of a policygraph entity; it should begin with {NODES['base']}")
        return found

    def _local(self, node: _Node, word: str, what: str = "claim") -> str:
        found = node.needs(word, what)
        if not found.startswith(PG):
            raise _Fault(f"{node}, {short(TERMS[word])}: {short(found)} is no term of the ontology; it should begin with pg:")
        return found.removeprefix(PG)

    # ---- what claims are about

    def _entity(self, node: _Node) -> Entity:
        types = [type_.removeprefix(PG) for type_ in node.texts("type") if type_.startswith(PG)]
        types = [name for name in types if name in self.ontology.classes]
        finest = [name for name in types if not any(other != name and self.ontology.is_a(other, name) for other in types)]
        if len(finest) > 1:
            raise _Fault(f"{node} is of several classes ({', '.join(finest)}) and may be of one")
        id_ = self._id(node.iri)
        if iri(id_, self.ontology.classes[finest[0]].kind or "item") != node.iri:
            raise _Fault(f"{node} is a {finest[0]}, and its IRI is that of something else")
        names: dict[str, list[str]] = defaultdict(list)
        for word in ("prefLabel", "altLabel"):
            for term in sorted(node.said.get(TERMS[word], ()), key=lambda term: term.value):
                names[getattr(term, "language", None) or "und"].append(term.value)
        notations = (term for term in node.said.get(TERMS["notation"], ()) if isinstance(term, ox.Literal))
        schemes = {unquote(term.datatype.value.removeprefix(NODES["scheme"])): term.value for term in notations
                   if term.datatype.value.startswith(NODES["scheme"])}  # fmt: skip
        return Entity(
            id=id_, type=finest[0], name=node.needs("label", "thing"), note=node.text("note"),
            names={language: tuple(words) for language, words in sorted(names.items())},
            identifiers=dict(sorted(schemes.items())),
        )  # fmt: skip

    def _document(self, node: _Node) -> Document:
        id_ = self._id(node.iri)
        published = date.fromordinal(node.day("issued", "document") or 1)
        versions = sorted((self._version(version) for version in node.texts("realizedBy")), key=lambda v: v.number)
        url = node.text("url")
        plain = [Version(number=1, published=published, url=url)]
        return Document(
            id=id_, title=node.needs("title", "document"), publisher=self._id(node.needs("publisher", "document")),
            kind=node.needs("carrier", "document"), published=published, versions=() if versions == plain else tuple(versions),
            language=node.text("language") or "en", url=url, via=node.text("via"), licence=node.text("licence"),
            bindingness=node.text("force").removeprefix(PREFIXES["bindingness"]), note=node.text("note"),
            cap=Strength.named(node.text("cap")) if node.text("cap") else Strength.ESTABLISHED,
        )  # fmt: skip

    def _version(self, name: str) -> Version:
        node = self.nodes.get(name, _Node(name, {}))
        number = node.needs("versionNumber", "version")
        return Version(
            number=int(number), published=date.fromordinal(node.day("versionDate", "version") or 1), url=node.text("url"),
            note=node.text("note"),
        )  # fmt: skip

    def _kind(self, node: _Node) -> Kind:
        where: dict[str, tuple[str, ...]] = {}
        for name in node.texts("condition"):
            condition = self.nodes.get(name, _Node(name, {}))
            ends = tuple(sorted(self._id(end) for end in condition.texts("anyOf")))
            where[self._local(condition, "onRelation", "condition")] = ends
        kind = Kind(of=self._local(node, "memberClass", "kind"), where=dict(sorted(where.items())))
        if kind.id != self._id(node.iri):
            raise _Fault(f"{node} says something else than its name stands for; the kind with these conditions is kind:{kind.id}")
        return kind

    # ---- claims

    def _interval(self, node: _Node) -> Interval:
        bounds: list[int] = []
        for words, open_at in (
            (("validFrom", "validFromEarliest", "validFromLatest", "began"), FIRST),
            (("validTo", "validToEarliest", "validToLatest", "ended"), LAST),
        ):
            exact, earliest, latest = (node.day(word) for word in words[:3])
            if exact is not None:
                bounds += [exact, exact]
            elif earliest is None and latest is None and not node.text(words[3]):
                bounds += [open_at, open_at]
            else:
                bounds += [FIRST if earliest is None else earliest, LAST if latest is None else latest]
        return Interval(*bounds)

    def _who(self, node: _Node, document: str, what: str) -> dict[str, Any]:
        stance = node.needs("stance", what).removeprefix(NODES["stance"])
        if stance not in list(Stance):
            raise _Fault(f"{node}, pg:stance: '{stance}' is none of {', '.join(Stance)}")
        speaker = self._id(node.text("speaker")) if node.text("speaker") else ""
        by = "" if speaker == self.documents[document].publisher else speaker
        recorded = date.fromordinal(node.day("recorded", what) or 1)
        return {"stance": Stance(stance), "by": by, "recorded": recorded, "interval": self._interval(node)}

    def _source(self, node: _Node, what: str) -> tuple[str, int]:
        name = node.needs("source", what)
        version = self.nodes.get(name)
        realizes = version.text("realizes") if version else ""
        document = self._id(realizes or name)
        if version is None or document not in self.documents:
            raise _Fault(f"{node}, prov:wasDerivedFrom: {short(name)} is no document, nor a version of one, that is described")
        return document, int(version.needs("versionNumber", "version")) if realizes else 1

    def _claim(self, node: _Node) -> Claim:
        document, version = self._source(node, "claim")
        relation = self.ontology.relation(self._local(node, "predicate")).name
        value = self.ontology.relations[relation].is_value
        end = node.needs("object")
        if value:
            datatype = self.ontology.relations[relation].datatype
            if not isinstance(node.said[TERMS["object"]][0], ox.Literal):
                raise _Fault(f"{node}, rdf:object: {short(end)} is no value, and pg:{relation} needs one (xsd:{datatype})")
            if datatype in _NUMBERS and not _is_number(end):
                raise _Fault(f"{node}, rdf:object: '{end[:80]}' is no number, and pg:{relation} needs one (xsd:{datatype})")
        disputes, holds = node.text("disputes"), node.text("holds")
        if holds not in HOLDS:
            raise _Fault(f"{node}, pg:holds: '{holds}' is neither 'every' nor 'generally'")
        qualifiers = {name: str(node.said[PG + name][0].value) for name in self.ontology.qualifiers if PG + name in node.said}
        said: dict[str, Any] = {
            "subject": self._id(node.needs("subject")), "relation": relation, "document": document, "version": version,
            "object": "" if value else self._id(end), "value": end if value else "", "holds": holds,
            "disputes": disputes.removeprefix(NODES["claim"]), "qualifiers": qualifiers, "stated": node.text("stated"),
            "at": node.text("locator"), "quote": node.text("quotation"), "note": node.text("note"),
            **self._who(node, document, "claim"),
        }  # fmt: skip
        claim, name = Claim(**said), node.iri.removeprefix(NODES["claim"])
        return claim if claim.id == name else Claim(**said, name=self._id(node.iri))

    def _complete(self, node: _Node) -> Complete:
        document, _ = self._source(node, "completeness")
        return Complete(
            relation=self.ontology.relation(self._local(node, "predicate", "completeness")).name, document=document,
            subject=self._id(node.text("subject")) if node.text("subject") else "",
            object=self._id(node.text("object")) if node.text("object") else "",
            **self._who(node, document, "completeness"),
        )  # fmt: skip

    def _check(
        self, claims: list[Claim], completes: list[Complete], kinds: Mapping[str, Kind], known: set[str]
    ) -> None:
        """Refuse names that nothing describes."""
        if self.problems:
            return
        ids = {claim.id for claim in claims}
        used: dict[str, str] = {document.publisher: f"doc:{document.id}" for document in self.documents.values()}
        for kind in kinds.values():
            used |= {end: f"kind:{kind.id}" for ends in kind.where.values() for end in ends}
        for complete in completes:
            used |= {name: f"the completeness in doc:{complete.document}"
                     for name in (complete.subject, complete.object, complete.by) if name}  # fmt: skip
        for claim in claims:
            used |= {name: f"claim:{claim.id}" for name in (claim.object, claim.by) if name}
            if claim.subject not in kinds:
                used[claim.subject] = f"claim:{claim.id}"
            if claim.disputes and claim.disputes not in ids:
                self.problems.append(f"claim:{claim.id} disputes claim:{claim.disputes}, which is not there")
        missing = sorted((where, name) for name, where in used.items() if name not in known)
        self.problems += [f"{where} names '{name}', which nothing describes; it needs an rdf:type and an rdfs:label"
                          for where, name in missing]  # fmt: skip


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
