"""What a scenario stipulates: its own entities, its claims, and in what it leaves nothing out.

Comes in: the lists ``entities:``, ``claims:`` and ``complete:``, in the form of entity files and source files. Goes out:
:class:`~policygraph.overlay.Additions`. All of it stands in one document, said by the scenario, and counts as established unless a claim
names a weaker stance or a real speaker. What is told without a beginning has held since the data begin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from policygraph.claims import Claim, Complete, Document, Entity
from policygraph.datasets import files
from policygraph.datasets.files import Faults, Record
from policygraph.datasets.register import ENTITY_KEYS, Register, article
from policygraph.datasets.statements import Statements
from policygraph.dates import COVERED_SINCE
from policygraph.errors import Place, UnknownName
from policygraph.graph import ClaimGraph
from policygraph.overlay import Additions

__all__ = ["stipulated"]

_SPEAKER: Final = "scenario"
"""Who says what a scenario stipulates, and the kind of document it says it in."""
_UNLESS_LISTED: Final = ("listed", "bearsFootnote")
"""Relations in which a scenario tells everything of its own parties."""
_LIKE: Final = 0.6
"""How like a wrong name a right one must be to be offered."""

Silent = tuple[str, str, str]
"""A relation, an end of it (subject or object), and the entity of which everything is told there."""


@dataclass(frozen=True)
class _Names:
    """What a scenario lies over, as a register asks it."""

    graph: ClaimGraph
    called: str

    def class_of(self, id_: str) -> str | None:
        number = self.graph.index.get(id_)
        return None if number is None else self.graph.node_class[number]

    def near(self, id_: str) -> tuple[str, ...]:
        return tuple(name for name, _, _, score in self.graph.find(id_, 2) if score >= _LIKE)


@dataclass(frozen=True)
class _Claims(Mapping[str, Claim]):
    """The claims of a graph by id, made when they are asked for."""

    graph: ClaimGraph

    def __getitem__(self, id_: str) -> Claim:
        return self.graph.claim_at(self.graph.row_of[id_])

    def __iter__(self) -> Iterator[str]:
        return iter(self.graph.table.ids)

    def __len__(self) -> int:
        return len(self.graph.table)


def stipulated(
    record: Record, graph: ClaimGraph, as_of: date, known_by: date | None, called: str, faults: Faults
) -> Additions:  # fmt: skip
    """Read what a scenario stipulates.

    Parameters
    ----------
    record
        The scenario file.
    graph, called
        What it lies over, and what errors call that.
    as_of, known_by
        Its two clocks: unless it says otherwise, all is on record on both.
    """
    file, line = record.file, record.line_of("scenario")
    on_record = min(as_of, known_by or as_of)
    document = Document(
        id=f"scenario-{record.texts.get('scenario', '')}", title=record.texts.get("title", ""), publisher=_SPEAKER, kind=_SPEAKER,
        published=max(as_of, known_by or as_of),
    )  # fmt: skip
    register = Register(graph.ontology, {}, faults, _Names(graph, called))
    register.entities[_SPEAKER] = Entity(id=_SPEAKER, type="Scenario", name="Scenario")
    register.documents[document.id] = document
    register.places |= {id_: Place(file, line) for id_ in (_SPEAKER, document.id)}
    for node in _listed(record, "entities", faults):
        entity = Record.of(node, file, "an entity", ENTITY_KEYS, ("names", "identifiers"), faults)
        if entity is not None:
            register.entity(entity)
    statements = Statements(register, _Claims(graph), on_record, COVERED_SINCE)
    statements.source(files.Sequence(_listed(record, "claims", faults), record.line_of("claims")), None, document, file)
    claims = tuple(claim for _, claim in statements.settle())
    silent = dict.fromkeys((*_of_own(register, _UNLESS_LISTED), *_complete(record, register)))
    completes = tuple(
        Complete(relation=relation, document=document.id, recorded=on_record, closed=True, **{end: id_}) for relation, end, id_ in silent
    )  # fmt: skip
    return Additions(register.entities, register.documents, statements.kinds, claims, completes)


def _listed(record: Record, key: str, faults: Faults) -> list[files.Node]:
    node = record.nested.get(key)
    if isinstance(node, files.Sequence):
        return node.items
    if node is not None or key in record.texts:
        faults.add(record.file, record.line_of(key), f"'{key}' is a list; begin each entry with a hyphen")
    return []


def _of_own(register: Register, relations: tuple[str, ...], ends: tuple[str, ...] = ("subject",)) -> Iterator[Silent]:
    """Give the entities of the scenario that may stand at the ends of relations."""
    terms = register.ontology
    for name in relations:
        for end in ends:
            classes = terms.relations[name].domain if end == "subject" else terms.relations[name].range
            for id_, entity in register.entities.items():
                if id_ != _SPEAKER and classes and terms.may_be(entity.type, classes):
                    yield name, end, id_


def _complete(record: Record, register: Register) -> Iterator[Silent]:
    """Read in what the scenario leaves nothing out."""
    written, node = record.texts.get("complete"), record.nested.get("complete")
    if written == "all":
        relations = register.ontology.relations.values()
        claimed = tuple(relation.name for relation in relations if not relation.narrows and not relation.is_value)
        yield from _of_own(register, claimed, ("subject", "object"))
    elif isinstance(node, files.Sequence):
        for item in node.items:
            declared = Record.of(item, record.file, "a declaration of completeness", ("s", "o", "r"), ("r",), register.faults)
            if declared is not None:
                yield from _declared(declared, register)
    elif written or node is not None:
        text = "'complete' is all, or a list of {s: ..., r: ...} and {o: ..., r: ...}"
        register.faults.add(record.file, record.line_of("complete"), text)


def _declared(record: Record, register: Register) -> Iterator[Silent]:
    faults, file = register.faults, record.file
    several = record.nested.get("r")
    nodes = several.items if isinstance(several, files.Sequence) else []
    names = [node.text for node in nodes if isinstance(node, files.Scalar)] or [record.texts.get("r", "")]
    if ("s" in record.texts) == ("o" in record.texts) or not all(names) or len(names) < len(nodes):
        text = "completeness names one subject (s) or one object (o), and a relation or a list of them: {s: x, r: [owns, controls]}"
        faults.add(file, record.line, text)
        return
    key, end = ("s", "subject") if "s" in record.texts else ("o", "object")
    id_ = record.texts[key]
    class_ = register.class_of(id_)
    if class_ is None:
        register.miss(id_, file, record.line_of(key))
        return
    for name in names:
        try:
            relation = register.ontology.relation(name)
        except UnknownName as error:
            faults.add(file, record.line_of("r"), str(error))
            continue
        classes = relation.domain if key == "s" else relation.range
        if not register.ontology.may_be(class_, classes) or (key == "o" and relation.is_value):
            leads = f"{relation.name} leads {'from' if key == 's' else 'to'} {' or '.join(map(article, classes)) or 'a value'}"
            faults.add(file, record.line_of(key), f"'{id_}' is {article(class_)}, but {leads}")
        else:
            yield relation.name, end, id_
