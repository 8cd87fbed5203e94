"""The claims in columns, and what they are about.

Comes in: a corpus (or, for measurements, bare arrays). Goes out: a :class:`ClaimGraph`, immutable: nodes, documents, kinds, and
the :class:`ClaimTable`, one row per claim. What stands on a date is no business of this module; see ``view.py``.

A graph is kept in one file of arrays and texts, and comes back from it without building a single entity or claim: those are made
when they are asked for.
"""

from __future__ import annotations

import datetime
import json
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np
import numpy.typing as npt

from policygraph import columns as laid
from policygraph.claims import Claim, Complete, Document, Entity, Kind
from policygraph.columns import ClaimTable, Numbered, Sparse
from policygraph.dates import FIRST, LAST, Interval
from policygraph.errors import BadData, BadQuestion, Place, UnknownName, nearest
from policygraph.lookup import Lookup
from policygraph.names import folded, identifier
from policygraph.ontology import Ontology, TimeRule

if TYPE_CHECKING:
    from policygraph.datasets import Corpus

__all__ = ["ClaimGraph", "ClaimTable"]

Array = npt.NDArray[Any]

_FORMAT: Final = "policygraph claims 1"
_HASHED: Final = re.compile(r"c-([0-9a-f]{12}|\d+)")


@dataclass(frozen=True, eq=False)
class ClaimGraph:
    """Everything that is said, by whom and about what.

    Attributes
    ----------
    name, version, date, digest
        Of the data set; *digest* changes with the contents of its files.
    table
        The claims.
    node_ids, node_class, node_names
        One entry per node: entities, documents (class ``Document``) and kinds (class ``Kind``), in the order of their ids.
    document_ids
        In the order of the table's ``document`` numbers.
    derived
        What others worked out from the graph and would rather not work out twice; may be emptied at any time.

    Examples
    --------
    >>> graph = ClaimGraph.of_columns(relations=["incorporates"], subject=np.array([0, 1]), relation=np.array([0, 0]),
    ...                               object=np.array([1, 2]), node_count=3, date=datetime.date(2025, 5, 13))
    >>> graph.claim("c-1").object
    'n-2'
    """

    ontology: Ontology
    name: str
    version: str
    date: datetime.date
    digest: str
    table: ClaimTable = field(repr=False)
    node_ids: Sequence[str] = field(repr=False)
    node_class: Sequence[str] = field(repr=False)
    node_names: Sequence[str] = field(repr=False)
    document_ids: Sequence[str] = field(repr=False)
    lookup: Lookup = field(repr=False)
    stored: Mapping[str, Sequence[str]] = field(repr=False)
    derived: dict[str, Any] = field(default_factory=dict, repr=False)

    # ------------------------------------------------------------------------------------------------------------ coming in

    @classmethod
    def of(cls, corpus: Corpus) -> ClaimGraph:
        """Lay out a corpus in columns."""
        return cls.build(
            corpus.claims, entities=corpus.entities, documents=corpus.documents, kinds=corpus.kinds, completes=corpus.completes,
            ontology=corpus.ontology, name=corpus.name, version=corpus.version, date=corpus.date, digest=corpus.digest,
        )  # fmt: skip

    @classmethod
    def build(
        cls, claims: Sequence[Claim], *, entities: Mapping[str, Entity], documents: Mapping[str, Document],
        kinds: Mapping[str, Kind], completes: Sequence[Complete], ontology: Ontology, name: str, version: str,
        date: datetime.date, digest: str,
    ) -> ClaimGraph:  # fmt: skip
        """Lay out claims and what they are about in columns; whoever calls has checked that every name used is given.

        A claim that is there twice, under one id, counts once.
        """
        once: dict[str, Claim] = {}
        for claim in claims:
            once.setdefault(claim.id, claim)
        claims = tuple(once.values())
        kinds = {id_: in_order(kind) for id_, kind in kinds.items()}
        nodes: dict[str, tuple[str, str]] = {id_: ("Kind", str(kind)) for id_, kind in kinds.items()}
        nodes |= {id_: ("Document", document.title) for id_, document in documents.items()}
        nodes |= {id_: (entity.type, entity.name) for id_, entity in entities.items()}
        node_ids, document_ids = sorted(nodes), sorted(documents)
        index = {id_: number for number, id_ in enumerate(node_ids)}
        table = laid.table_of(claims, index, documents, kinds, ontology)
        return cls(
            ontology=ontology, name=name, version=version, date=date, digest=digest, table=table, node_ids=node_ids,
            node_class=[nodes[id_][0] for id_ in node_ids], node_names=[nodes[id_][1] for id_ in node_ids],
            document_ids=document_ids, lookup=Lookup.of(index, {id_: name for id_, (_, name) in nodes.items()}, entities),
            stored={
                "details": [details_of(entities.get(id_)) for id_ in node_ids],
                "documents": [documents[id_].model_dump_json() for id_ in document_ids],
                "kinds": [kinds[id_].model_dump_json() for id_ in sorted(kinds)],
                "completes": [complete.model_dump_json() for complete in completes],
            },
        )  # fmt: skip

    @classmethod
    def of_columns(
        cls, *, relations: Sequence[str], subject: Array, relation: Array, object: Array, node_count: int, date: datetime.date,
        node_class: str | Sequence[str] = "Item", documents: Sequence[Document] = (), ontology: Ontology | None = None,
        **columns: Array,
    ) -> ClaimGraph:  # fmt: skip
        """Build a graph straight from arrays, for millions of claims; nodes and claims are called ``n-0``, ``c-0`` and so on.

        Parameters
        ----------
        relations
            Names of relations; the array *relation* holds numbers in this sequence.
        columns
            Any other column of :class:`ClaimTable` of numbers, by its name; what is left out is open (times), the first version,
            asserted (stance), or said by node 0 (speaker).
        """
        terms = ontology or Ontology.shipped()
        numbers = laid.relation_numbers(terms)
        chosen = np.array([numbers[terms.relation(name).name] for name in relations], dtype=np.int16)
        texts = documents or [Document(id="d-0", title="columns", publisher="n-0", kind="dataset", published=date)]
        default = {
            "number": np.nan, "from_earliest": FIRST, "from_latest": FIRST, "to_earliest": LAST, "to_latest": LAST,
            "recorded": date.toordinal(), "document": 0, "version": 1, "stance": 0, "speaker": 0, "holds": 0, "disputes": -1,
        }  # fmt: skip
        given = {"subject": subject, "relation": chosen[relation], "object": object}
        given |= {name: columns.get(name, np.full(len(subject), value)) for name, value in default.items()}
        names = Numbered("n-", node_count)
        table = laid.claim_table(given, ids=Numbered("c-", len(subject)), parties=[], node_count=node_count, ontology=terms)
        return cls(
            ontology=terms, name="columns", version="0", date=date, digest="", table=table, node_ids=names,
            node_class=[node_class] * node_count if isinstance(node_class, str) else node_class, node_names=names,
            document_ids=[text.id for text in texts], lookup=Lookup([], np.zeros(0, np.int32)),
            stored={"documents": [text.model_dump_json() for text in texts]},
        )  # fmt: skip

    # ------------------------------------------------------------------------------------------------------------ keeping

    def save(self, path: Path) -> None:
        """Write the graph to one file; the caller gives it a name that changes with :attr:`digest`."""
        table = self.table
        head = [_FORMAT, self.name, self.version, self.date.isoformat(), self.digest]
        lists: dict[str, Sequence[str]] = {
            "ids": table.ids, "node_ids": self.node_ids, "node_class": self.node_class, "node_names": self.node_names,
            "document_ids": self.document_ids, "name_keys": self.lookup.keys, **self.stored,
        }  # fmt: skip
        texts = {"head": _json(head), **{name: _json(list(values)) for name, values in lists.items()}}
        texts |= {name: Sparse(getattr(table, name)).stored() for name in (*laid.TEXTS, "qualifiers")}
        arrays: dict[str, Any] = {name: getattr(table, name) for name in (*laid.INTEGERS, "number", "own")}
        arrays["name_nodes"] = self.lookup.nodes
        arrays |= {f"text:{name}": np.frombuffer(text, dtype=np.uint8) for name, text in texts.items()}
        beside = path.with_name(path.name + ".part")
        with beside.open("wb") as stream:
            np.savez(stream, allow_pickle=False, **arrays)
        beside.replace(path)

    @classmethod
    def restore(cls, path: Path, ontology: Ontology | None = None) -> ClaimGraph:
        """Read a graph that :meth:`save` wrote.

        Raises
        ------
        BadData
            If the file is not whole, or not of this form.
        """
        try:
            with path.open("rb") as stream, np.load(_whole(stream), allow_pickle=False) as kept:
                texts = {name[5:]: kept[name].tobytes() for name in kept.files if name.startswith("text:")}
                arrays: dict[str, Any] = {name: kept[name] for name in kept.files if not name.startswith("text:")}
            form, name, version, day, digest = json.loads(texts.pop("head"))
            if form != _FORMAT:
                raise ValueError(f"its form is {form!r}, not {_FORMAT!r}")
            nodes = arrays.pop("name_nodes")
            sparse: dict[str, Any] = {key: Sparse(stored=texts.pop(key)) for key in (*laid.TEXTS, "qualifiers")}
            lists: dict[str, list[str]] = {key: json.loads(text) for key, text in texts.items()}
            return cls(
                ontology=ontology or Ontology.shipped(), name=name, version=version, date=datetime.date.fromisoformat(day),
                digest=digest, table=ClaimTable(**arrays, ids=lists.pop("ids"), **sparse), node_ids=lists.pop("node_ids"),
                node_class=lists.pop("node_class"), node_names=lists.pop("node_names"), document_ids=lists.pop("document_ids"),
                lookup=Lookup(lists.pop("name_keys"), nodes), stored=lists,
            )  # fmt: skip
        except Exception as error:  # a damaged archive may fail in any way
            raise BadData([(Place(str(path)), f"this is no stored graph ({error}); load the data again")]) from error

    # ------------------------------------------------------------------------------------------------------------ what there is

    @cached_property
    def index(self) -> Mapping[str, int]:
        """Number of each node by its id."""
        return {id_: number for number, id_ in enumerate(self.node_ids)}

    @cached_property
    def row_of(self) -> Mapping[str, int]:
        """Row of each claim by its id."""
        return {id_: row for row, id_ in enumerate(self.table.ids)}

    @cached_property
    def relation_names(self) -> tuple[str, ...]:
        """Every relation of the ontology, in the order of the table's numbers."""
        return tuple(sorted(self.ontology.relations))

    @cached_property
    def relation_index(self) -> Mapping[str, int]:
        """Number of each relation by its name."""
        return laid.relation_numbers(self.ontology)

    @cached_property
    def time_rules(self) -> tuple[TimeRule, ...]:
        """How each relation stands to the clock, by its number."""
        return tuple(self.ontology.relations[name].time for name in self.relation_names)

    @cached_property
    def documents(self) -> Mapping[str, Document]:
        """Documents by id."""
        read = (Document.model_validate_json(text) for text in self.stored["documents"])
        return {document.id: document for document in read}

    @cached_property
    def kinds(self) -> Mapping[int, Kind]:
        """Kinds by the number of their node."""
        read = (Kind.model_validate_json(text) for text in self.stored.get("kinds", ()))
        return {self.index[kind.id]: kind for kind in read}

    @cached_property
    def completes(self) -> tuple[Complete, ...]:
        """What documents say they leave nothing out of."""
        return tuple(Complete.model_validate_json(text) for text in self.stored.get("completes", ()))

    def entity(self, id_: str) -> Entity:
        """Return what is known of a node by itself: its class, names and identifiers.

        Raises
        ------
        UnknownName
            If there is no such id; see :meth:`resolve` for names.
        """
        number = self._node(id_)
        return Entity(id=id_, type=self.node_class[number], name=self.node_names[number], **self.details(number))

    def claim(self, id_: str) -> Claim:
        """Return a claim by its id, as it was read.

        Raises
        ------
        UnknownName
            If there is no such claim.
        """
        local = id_.removeprefix("claim:")
        row = self.row_of.get(local)
        if row is None:
            raise UnknownName(f"there is no claim '{id_}'", nearest(local, self._given_names))
        return self.claim_at(row)

    def claim_at(self, row: int) -> Claim:
        """Return the claim of a row."""
        table, ids = self.table, self.node_ids
        document = self.documents[self.document_ids[table.document[row]]]
        speaker = ids[table.speaker[row]]
        said: dict[str, Any] = {
            "subject": ids[table.subject[row]], "relation": self.relation_names[table.relation[row]],
            "object": ids[table.object[row]] if table.object[row] >= 0 else "", "document": document.id,
            "version": int(table.version[row]), "stance": laid.STANCES[table.stance[row]],
            "by": "" if speaker == document.publisher else speaker, "holds": laid.HOLDS[table.holds[row]],
            "interval": Interval(int(table.from_earliest[row]), int(table.from_latest[row]),
                                 int(table.to_earliest[row]), int(table.to_latest[row])),
            "recorded": datetime.date.fromordinal(int(table.recorded[row])),
            "disputes": table.ids[table.disputes[row]] if table.disputes[row] >= 0 else "",
        }  # fmt: skip
        for name in (*laid.TEXTS, "qualifiers"):
            texts = getattr(table, name)
            if row in texts:
                said[name] = texts[row]
        claim = Claim(**said)
        return claim if claim.id == table.ids[row] else Claim(**said, name=table.ids[row])

    def claims_about(self, id_: str) -> tuple[Claim, ...]:
        """Return the claims in which a node is subject or object, in the order of the table."""
        number = self._node(id_)
        found = np.flatnonzero((self.table.subject == number) | (self.table.object == number))
        return tuple(self.claim_at(int(row)) for row in found)

    def says(self, claim: Claim) -> str:
        """Return the statement of a claim in words, without who says it or whether they are for it."""
        relation = self.ontology.relations[claim.relation]
        unit = f" {relation.unit}" if relation.unit not in ("", "1") else ""
        target = self._called(claim.object) if claim.object else f"{claim.value}{unit}"
        kind = self.kinds.get(self.index[claim.subject])
        every = "in general, every" if claim.holds == "generally" else "every"
        subject = f"{every} {self._in_words(kind)}" if kind else self._called(claim.subject)
        return f"{subject} {self.ontology.label(claim.relation)} {target}"

    def _in_words(self, kind: Kind) -> str:
        """Return a kind in words: "die designed by HiSilicon or Huawei"."""
        conditions = [f"{self.ontology.label(name)} {' or '.join(map(self._called, ends))}" for name, ends in kind.where.items()]
        return " ".join([self.ontology.label(kind.of).lower(), " and ".join(conditions)]).strip()

    def _called(self, id_: str) -> str:
        """Return the name of a node, a code by its notation first."""
        class_ = self.node_class[self._node(id_)]
        notation = id_.partition(":")[2]
        return f"{notation} ({self.label(id_)})" if notation and self.ontology.is_a(class_, "Code") else self.label(id_)

    def label(self, id_: str, language: str = "en") -> str:
        """Return the name of a node in a language, or its usual name."""
        number = self._node(id_)
        names = () if language == "en" else self.details(number).get("names", {}).get(language)
        return str(names[0]) if names else self.node_names[number]

    @cached_property
    def _given_names(self) -> tuple[str, ...]:
        return tuple(id_ for id_ in self.table.ids if not _HASHED.fullmatch(id_))

    def details(self, number: int) -> dict[str, Any]:
        """Return the aliases, identifiers and note of a node as plain data, each only if it has any."""
        details = self.stored.get("details")
        return dict(json.loads(details[number])) if details and details[number] else {}

    def all_details(self) -> list[dict[str, Any]]:
        """Return :meth:`details` of every node, read at once."""
        details = self.stored.get("details") or [""] * len(self.node_ids)
        return list(json.loads(f"[{','.join(text or '{}' for text in details)}]"))

    def _node(self, id_: str) -> int:
        number = self.index.get(id_)
        if number is None:
            raise UnknownName(f"the data have no '{id_}'", self._near(id_, ()))
        return number

    # ------------------------------------------------------------------------------------------------------------ names

    def resolve(self, text: str, *classes: str) -> str:
        """Return the id of what *text* names: an id, a short name, an IRI, or a name or alias in any script.

        Where several bear the name, one that claims are about wins over one with none, and one of which more is said than that it
        stands on a list wins over a row of that list; then a usual name wins over an alias.

        Parameters
        ----------
        text
            What was written.
        classes
            The classes asked for; none for anything.

        Raises
        ------
        UnknownName
            If nothing of those classes bears the name; the message offers the nearest ids.
        BadQuestion
            If several bear it with equal right.

        Examples
        --------
        >>> from policygraph.claims import Entity
        >>> chip = Entity(id="ascend-910b", type="Chip", name="Ascend 910B", names={"zh": ("昇腾910B",)})
        >>> graph = ClaimGraph.build([], entities={chip.id: chip}, documents={}, kinds={}, completes=[], name="", version="",
        ...                          ontology=Ontology.shipped(), date=datetime.date(2025, 5, 13), digest="")
        >>> graph.resolve("昇腾 910b"), graph.resolve("ASCEND-910B", "Item"), graph.find("ascend")[0][0]
        ('ascend-910b', 'ascend-910b', 'ascend-910b')
        """
        wanted = " or ".join(classes) or "entity"
        exact = self.index.get(identifier(text.strip()))
        named = self.lookup.bearers(text) if exact is None else (exact, *self.lookup.bearers(text))
        candidates = [number for number in named if self._is_a(number, classes)]
        if exact is not None and exact in candidates:
            return self.node_ids[exact]
        if not candidates:
            others = " and ".join(sorted({self.node_class[number] for number in named}))
            wrong = f"'{text}' names something of class {others}, and what is asked for is of class {wanted}"
            near = self._near(text, classes)
            hint = "" if near else "; look for part of a name, in any script, with find"
            raise UnknownName((wrong if others else f"the data have no {wanted} '{text}'") + hint, near)
        usual = folded(text)
        rank = {number: (int(self._weight[number]), folded(self.node_names[number]) == usual) for number in candidates}
        best = [number for number in candidates if rank[number] == max(rank.values())]
        if len(best) > 1:
            listed = ", ".join(f"'{self.node_ids[number]}' ({self.node_names[number]})" for number in best[:6])
            raise BadQuestion(f"'{text}' names {len(best)} things; ask for one of them by its id: {listed}")
        return self.node_ids[best[0]]

    def find(self, text: str, limit: int = 10, classes: Sequence[str] = ()) -> list[tuple[str, str, str, float]]:
        """Return what *text* may name, best first: id, class, usual name, and a score up to 1."""
        found = [(number, score) for number, score in self.lookup.like(text) if self._is_a(number, classes)]
        found.sort(key=lambda item: (-item[1], -int(self._weight[item[0]]), self.node_ids[item[0]]))
        return [(self.node_ids[n], self.node_class[n], self.node_names[n], round(score, 3)) for n, score in found[:limit]]

    def _near(self, text: str, classes: Sequence[str]) -> tuple[str, ...]:
        return tuple(match[0] for match in self.find(text, 3, classes))

    def _is_a(self, number: int, classes: Sequence[str]) -> bool:
        return not classes or any(self.ontology.is_a(self.node_class[number], name) for name in classes)

    @cached_property
    def _weight(self) -> npt.NDArray[np.int8]:
        """How much is said of each node: 0 nothing, 1 only what a list says, 2 more."""
        lists = np.array([self.documents[id_].kind == "official-list" for id_ in self.document_ids], dtype=bool)
        weight = np.zeros(len(self.node_ids), dtype=np.int8)
        said = np.where(lists[self.table.document], 1, 2).astype(np.int8)
        for end in (self.table.subject, self.table.object):
            np.maximum.at(weight, end[end >= 0], said[end >= 0])
        return weight


def in_order(kind: Kind) -> Kind:
    """Return a kind with its conditions in order; its id stays what it is."""
    return Kind(of=kind.of, where={relation: tuple(sorted(ends)) for relation, ends in sorted(kind.where.items())})


def details_of(entity: Entity | None) -> str:
    """Return what a graph stores of an entity beside its class and usual name."""
    if entity is None:
        return ""
    more: dict[str, Any] = {"names": entity.names, "identifiers": entity.identifiers, "note": entity.note}
    kept = {name: value for name, value in more.items() if value}
    return json.dumps(kept, ensure_ascii=False) if kept else ""


def _whole(stream: BinaryIO) -> BinaryIO:
    if not zipfile.is_zipfile(stream):
        raise ValueError("it is no whole archive")
    stream.seek(0)
    return stream


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
