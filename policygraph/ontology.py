"""The terms in use, read from ``ontology/policygraph.ttl``: classes, relations, qualifiers.

Comes in: the Turtle file. Goes out: an :class:`Ontology`, immutable. Nothing about a relation (its ends, its label, its clock) is
repeated in Python.

>>> terms = Ontology.shipped()
>>> terms.relation("fabricatedAt").time, terms.relation("fabricatedAt").range
(<TimeRule.DURING: 'During'>, ('Site',))
>>> terms.is_a("Fab", "Site")
True
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import pyoxigraph as ox

from policygraph.errors import UnknownName, nearest
from policygraph.names import PG, PREFIXES, short

__all__ = ["Ontology", "Relation", "Term", "TimeRule", "shipped"]

_RDF_TYPE = ox.NamedNode(PREFIXES["rdf"] + "type")
_RDFS = PREFIXES["rdfs"]
_XSD = PREFIXES["xsd"]


class TimeRule(StrEnum):
    """How a relation stands to the clock; see the head of ``policygraph.ttl``."""

    STATE = "State"
    DURING = "During"
    BEFORE = "Before"
    TIMELESS = "Timeless"


@dataclass(frozen=True, slots=True)
class Term:
    """A class or qualifier of the ontology: its name, labels by language and one-sentence comment."""

    name: str
    labels: Mapping[str, str]
    comment: str
    parents: tuple[str, ...] = ()
    kind: str = ""
    datatype: str = ""
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A relation of the ontology and all that is declared of it.

    Attributes
    ----------
    domain, range
        Local names of the classes it may join; an empty domain means anything.
    datatype
        The local name of the XSD type of its value, or ``""`` where the object is an entity.
    one_at_a_time
        Whether a subject has one value at a time.
    narrows
        The relation of which this one is the part with a narrower range; such a relation is derived, never claimed.
    own_conduct
        ``"object"`` where the object answers for the subject, ``"subject"`` where the subject acts, or ``""``.
    act
        The act, in the words of rules, that somebody does with an item by it, or ``""``.
    """

    name: str
    labels: Mapping[str, str]
    comment: str
    domain: tuple[str, ...]
    range: tuple[str, ...]
    datatype: str
    time: TimeRule
    one_at_a_time: bool
    own_conduct: str
    act: str
    unit: str
    bit_length: int | None
    narrows: str

    @property
    def is_value(self) -> bool:
        """Whether the object is a literal value."""
        return bool(self.datatype)


def shipped(part: str) -> Path:
    """Return the directory of a shipped part, ``ontology`` or ``datasets``, in a wheel or in a checkout."""
    package = Path(__file__).resolve().parent
    inside = package / "_shipped" / part
    return inside if inside.is_dir() else package.parent / part


class Ontology:
    """All terms, by local name."""

    def __init__(self, path: Path) -> None:
        self.path = path
        store = ox.Store()
        store.bulk_load(path=str(path), format=ox.RdfFormat.TURTLE)
        self._store = store
        self._fitting: dict[tuple[str, tuple[str, ...]], bool] = {}
        self.classes: Mapping[str, Term] = {
            term.name: term for term in (self._term(node) for node in self._typed(_RDFS + "Class"))
        }
        self.relations: Mapping[str, Relation] = {
            relation.name: relation for relation in (self._relation(node) for node in self._typed(PREFIXES["rdf"] + "Property"))
        }
        self.qualifiers: Mapping[str, Term] = {
            term.name: term for term in (self._term(node) for node in self._typed(PG + "Qualifier"))
        }

    @classmethod
    def shipped(cls) -> Ontology:
        """Return the ontology that comes with the package, read once."""
        return _read_once(shipped("ontology") / "policygraph.ttl")

    def relation(self, name: str) -> Relation:
        """Return the relation of that name, with or without ``pg:``.

        Raises
        ------
        UnknownName
            With the nearest relations.
        """
        local = name.removeprefix("pg:")
        try:
            return self.relations[local]
        except KeyError:
            near = nearest(local, self.relations)
            hint = "" if near else "; ontology/policygraph.ttl has them all, such as madeBy, fabricatedAt or denseFp16Tflops"
            raise UnknownName(f"the ontology has no relation '{name}'{hint}", near) from None

    def class_(self, name: str) -> Term:
        """Return the class of that name, in any case, with or without ``pg:``."""
        local = name.removeprefix("pg:")
        found = self.classes.get(local) or self._by_lower.get(local.lower())
        if found is None:
            raise UnknownName(f"the ontology has no class '{name}'", nearest(local, self.classes))
        return found

    @cached_property
    def _by_lower(self) -> Mapping[str, Term]:
        return {name.lower(): term for name, term in self.classes.items()}

    @cached_property
    def _above(self) -> Mapping[str, frozenset[str]]:
        def above(name: str) -> frozenset[str]:
            term = self.classes.get(name)
            found = {name}
            for parent in term.parents if term else ():
                found |= above(parent)
            return frozenset(found)

        return {name: above(name) for name in self.classes}

    def ancestors(self, name: str) -> frozenset[str]:
        """Return the class itself and all classes above it."""
        return self._above[name]

    def lineage(self, name: str) -> tuple[str, ...]:
        """Return the class and those above it, the nearest first."""
        found, level = [name], [name]
        while level:
            level = [parent for class_ in level if class_ in self.classes for parent in self.classes[class_].parents]
            found += [parent for parent in level if parent not in found]
        return tuple(found)

    def is_a(self, name: str, ancestor: str) -> bool:
        """Tell whether a class is another or below it."""
        return ancestor in self._above.get(name, ())

    def may_be(self, name: str, ends: tuple[str, ...]) -> bool:
        """Tell whether a member of the class may stand at an end declared with these classes."""
        key = (name, ends)
        if key not in self._fitting:
            self._fitting[key] = not ends or any(self.is_a(name, end) for end in ends)
        return self._fitting[key]

    def below(self, name: str) -> tuple[str, ...]:
        """Return the class itself and all classes below it."""
        return tuple(candidate for candidate, above in self._above.items() if name in above)

    def label(self, name: str, language: str = "en") -> str:
        """Return the label of a class, relation or qualifier, or its name."""
        term = self.relations.get(name) or self.classes.get(name) or self.qualifiers.get(name)
        return term.labels.get(language, name) if term else name

    def _typed(self, type_: str) -> list[ox.NamedNode]:
        found = [quad.subject for quad in self._store.quads_for_pattern(None, _RDF_TYPE, ox.NamedNode(type_))]
        return sorted((node for node in found if isinstance(node, ox.NamedNode)), key=lambda node: node.value)

    def _objects(self, node: ox.NamedNode, predicate: str) -> list[Any]:
        return [quad.object for quad in self._store.quads_for_pattern(node, ox.NamedNode(predicate), None)]

    def _texts(self, node: ox.NamedNode, predicate: str) -> dict[str, str]:
        return {literal.language or "": literal.value for literal in self._objects(node, predicate)}

    def _first(self, node: ox.NamedNode, predicate: str, default: str = "") -> str:
        return next((str(value.value) for value in self._objects(node, predicate)), default)

    def _local(self, node: ox.NamedNode, predicate: str) -> tuple[str, ...]:
        values = sorted(str(value.value) for value in self._objects(node, predicate))
        return tuple(value.removeprefix(PG) for value in values if value.startswith(PG))

    def _term(self, node: ox.NamedNode) -> Term:
        return Term(
            name=node.value.removeprefix(PG),
            labels=self._texts(node, _RDFS + "label"),
            comment=self._texts(node, _RDFS + "comment").get("en", ""),
            parents=self._local(node, _RDFS + "subClassOf"),
            kind=self._first(node, PG + "iriKind"),
            datatype=self._first(node, _RDFS + "range").removeprefix(_XSD),
            unit=self._first(node, PG + "unit"),
        )

    def _relation(self, node: ox.NamedNode) -> Relation:
        ranges = [str(value.value) for value in self._objects(node, _RDFS + "range")]
        bits = self._first(node, PG + "bitLength")
        datatypes = [value.removeprefix(_XSD) for value in ranges if value.startswith(_XSD)]
        return Relation(
            name=node.value.removeprefix(PG),
            labels=self._texts(node, _RDFS + "label"),
            comment=self._texts(node, _RDFS + "comment").get("en", ""),
            domain=self._local(node, _RDFS + "domain"),
            range=tuple(sorted(value.removeprefix(PG) for value in ranges if value.startswith(PG))),
            datatype=datatypes[0] if datatypes else "",
            time=TimeRule(short(self._first(node, PG + "timeRule", PG + "Timeless")).removeprefix("pg:")),
            one_at_a_time=self._first(node, PG + "oneAtATime") == "true",
            own_conduct=self._first(node, PG + "ownConduct"),
            act=self._first(node, PG + "act"),
            unit=self._first(node, PG + "unit"),
            bit_length=int(bits) if bits else None,
            narrows=self._first(node, PG + "narrows").removeprefix(PG),
        )


@cache
def _read_once(path: Path) -> Ontology:
    return Ontology(path)
