"""Who and what there is: entities, code lists and documents, each declared once.

Comes in: the files of ``entities/``, the heads of source files, tables of documents, and the SKOS code lists of the ontology.
Goes out: a :class:`Register` that knows the class of every name and can say which right name is nearest to a wrong one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Final, Protocol

import pyoxigraph as ox

from policygraph.claims import Document, Entity, Version
from policygraph.datasets import files
from policygraph.datasets.files import Faults, Record
from policygraph.dates import as_day
from policygraph.errors import BadQuestion, Place, UnknownName, nearest
from policygraph.names import BASE, PG, PREFIXES, folded, identifier
from policygraph.ontology import Ontology
from policygraph.truth import Strength

__all__ = ["DOCUMENT_KEYS", "ENTITY_KEYS", "SLUG", "SOURCE_KEYS", "VERSION_KEYS", "Beneath", "Register", "article", "calendar_day"]

ENTITY_KEYS: Final = ("id", "type", "name", "names", "identifiers", "note")
DOCUMENT_KEYS: Final = (
    "document", "title", "publisher", "kind", "published", "url", "via", "language", "licence", "bindingness", "cap", "note",
)  # fmt: skip
SOURCE_KEYS: Final = (*DOCUMENT_KEYS, "versions", "complete", "claims")
VERSION_KEYS: Final = ("version", "published", "url", "note")
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2100
_NOT_DECLARED: Final = frozenset({"Document", "DocumentVersion", "Kind", "Claim", "Completeness", "Condition", "Stance", "Scenario"})
"""Classes whose members come about otherwise than by an entry in ``entities/``."""
SLUG: Final = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\Z")
_LOCAL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?\Z")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z")
_TAGGED = re.compile(r"([a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*):\s*(\S.*)\Z")
_WEB = re.compile(r"https?://[^\s<>\"{}|\\^`]+\Z")
_CODED = (BASE + "law/", BASE + "code/")
_HINTS = 40
"""How many different wrong names are compared with all right ones; a directory that is wrong throughout needs no more hints."""


def calendar_day(text: str) -> date:
    """Return the day that a file names.

    >>> calendar_day("1066-10-14")
    Traceback (most recent call last):
        ...
    policygraph.errors.BadQuestion: '1066-10-14' lies outside the years 1900 to 2100

    Raises
    ------
    BadQuestion
        If it is no day of the calendar, or none that export control knows.
    """
    day = as_day(text)
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise BadQuestion(f"'{text}' lies outside the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return day


class Beneath(Protocol):
    """What a register lies over: names that stand already and are not declared again."""

    @property
    def called(self) -> str:
        """What errors call it, such as "the shipped data"."""

    def class_of(self, id_: str) -> str | None:
        """Return the class of an entity or document, or None where it has none of that name."""

    def near(self, id_: str) -> tuple[str, ...]:
        """Return the names that are nearest to one that it has not."""


class Register:
    """Everything that has been declared, and where.

    Parameters
    ----------
    ontology
        The classes.
    carriers
        The kinds of document that the evidence table grades.
    faults
        Where faults are noted.
    beneath
        What stands already, if anything does.

    Examples
    --------
    >>> register = Register(Ontology.shipped(), {}, Faults())
    >>> register.entity(Record("chips.csv", 2, {"id": "tsmc", "type": "Company", "name": "TSMC"}))
    >>> register.class_of("tsmc"), register.unknown("TSMC")
    ('Company', "no entity is named 'TSMC'; did you mean 'tsmc'?")
    """

    def __init__(self, ontology: Ontology, carriers: Mapping[str, Strength], faults: Faults, beneath: Beneath | None = None) -> None:
        self.ontology = ontology
        self.beneath = beneath
        self.carriers = carriers
        self.faults = faults
        self.entities: dict[str, Entity] = {}
        self.documents: dict[str, Document] = {}
        self.places: dict[str, Place] = {}
        self._agents: list[tuple[str, str, Place]] = []
        self._bindingness: list[tuple[str, Place]] = []
        self._aliases: list[Record] = []
        self._hints: dict[str, tuple[str, ...]] = {}
        self._folded: dict[str, str] | None = None

    # ---- asking

    def class_of(self, id_: str) -> str | None:
        """Return the class of an entity or document, or None where the name is not declared."""
        entity = self.entities.get(id_)
        if entity is not None:
            return entity.type
        if id_ in self.documents:
            return "Document"
        return self.beneath.class_of(id_) if self.beneath else None

    def unknown(self, id_: str, what: str = "entity") -> str:
        """Say that nothing bears the name, and which names are near."""
        return str(UnknownName(f"no {what} is named '{id_}'", self._near(id_)))

    def miss(self, id_: str, file: str, line: int, what: str = "entity") -> None:
        """Note that nothing bears the name, unless its own declaration has a fault, which is told already."""
        if id_ not in self.places:
            self.faults.add(file, line, self.unknown(id_, what))

    def _near(self, id_: str) -> tuple[str, ...]:
        if id_ not in self._hints:
            if self._folded is None:
                self._folded = {folded(name): entity.id for entity in self.entities.values() for name in entity.all_names}
                self._folded |= {folded(id_): id_ for id_ in (*self.entities, *self.documents)}
            same = self._folded.get(folded(id_)) or self._folded.get(folded(identifier(id_)))
            if same:
                self._hints[id_] = (same,)
            elif len(self._hints) < _HINTS:
                own = nearest(id_, (*self.entities, *self.documents), 2)
                self._hints[id_] = own or (self.beneath.near(id_) if self.beneath else ())
            else:
                return ()
        return self._hints[id_]

    # ---- declaring

    def _declare(self, id_: str, file: str, line: int) -> bool:
        """Tell whether the id is well formed and new."""
        if self.beneath and self.beneath.class_of(id_) is not None:
            text = f"'{id_}' stands in {self.beneath.called} already; claim about it under `claims`, or choose another id"
            self.faults.add(file, line, text)
            return False
        prefix, colon, local = id_.partition(":")
        if colon:
            coded = PREFIXES.get(prefix, "").startswith(_CODED)
            if not coded or identifier(id_) != id_ or not _LOCAL.match(local):
                bare = f"; write '{local}'" if SLUG.match(local) else ""
                self.faults.add(file, line, f"'{id_}' is not an id: '{prefix}:' is no prefix of laws or codes{bare}")
                return False
        elif not SLUG.match(id_):
            better = re.sub(r"[^a-z0-9]+", "-", id_.lower()).strip("-")
            hint = f"; for example '{better}'" if better else ""
            self.faults.add(file, line, f"'{id_}' is not an id: use lower-case letters, digits and single hyphens{hint}")
            return False
        earlier = self.places.get(id_)
        if earlier is not None:
            self.faults.add(file, line, f"'{id_}' is declared here and at {earlier} already; give one of them another id")
            return False
        self.places[id_] = Place(file, line)
        return True

    def entity(self, record: Record) -> None:
        """Declare an entity."""
        before = len(self.faults)
        texts, at = record.texts, record.line_of
        missing = [f"'{key}'" for key in ("id", "type", "name") if key not in texts]
        if missing:
            whose = f"the entity '{texts['id']}'" if "id" in texts else "the entity"
            said = f"{whose} has no {' and no '.join(missing)}; every entity has id, type and name"
            self.faults.add(record.file, record.line, said)
        type_ = ""
        if "type" in texts:
            try:
                type_ = self.ontology.class_(texts["type"]).name
            except UnknownName as error:
                self.faults.add(record.file, at("type"), str(error))
            if type_ in _NOT_DECLARED:
                otherwise = {"Document": "as a file in sources/ or in tables/documents.csv", "Scenario": "by the scenario file itself"}
                where = otherwise.get(type_, "by the claims themselves")
                self.faults.add(record.file, at("type"), f"a {type_} is not declared as an entity, but {where}")
        names, identifiers = self._names(record), self._identifiers(record)
        fresh = "id" in texts and self._declare(texts["id"], record.file, at("id"))
        if fresh and len(self.faults) == before:
            self.entities[texts["id"]] = Entity(
                id=texts["id"],
                type=type_,
                name=texts["name"],
                names=names,
                identifiers=identifiers,
                note=texts.get("note", ""),
            )

    def alias(self, record: Record) -> None:
        """Note more names for an entity that is declared elsewhere; see :meth:`settle`."""
        self._aliases.append(record)

    def _names(self, record: Record) -> dict[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for part in (part.strip() for part in record.texts.get("names", "").split("|")):
            if part:
                tagged = _TAGGED.match(part)
                found.setdefault(tagged[1] if tagged else "und", []).append(tagged[2] if tagged else part)
        node = record.nested.get("names")
        if isinstance(node, files.Sequence):
            self.faults.add(record.file, record.line_of("names"), "names are written by language: {en: [...], zh: [...]}")
        elif node is not None:
            for language, item in node.items.items():
                if not _LANGUAGE.match(language):
                    text = f"'{language}' is no code of a language; use two letters such as en or zh, or und"
                    self.faults.add(record.file, node.lines[language], text)
                values = item.items if isinstance(item, files.Sequence) else [item]
                texts = [value.text.strip() for value in values if isinstance(value, files.Scalar) and not value.is_null]
                if len(texts) != len(values):
                    self.faults.add(record.file, node.lines[language], f"the names in '{language}' are a list of texts")
                found.setdefault(language, []).extend(texts)
        return {language: tuple(dict.fromkeys(names)) for language, names in found.items() if names}

    def _identifiers(self, record: Record) -> dict[str, str]:
        found: dict[str, str] = {}
        for part in (part.strip() for part in record.texts.get("identifiers", "").split("|")):
            scheme, colon, value = (text.strip() for text in part.partition(":"))
            if part and not (scheme and colon and value):
                self.faults.add(record.file, record.line, f"'{part}' is no identifier; write scheme:value")
            elif part:
                found[scheme] = value
        node = record.nested.get("identifiers")
        if isinstance(node, files.Sequence):
            said = "identifiers are written by scheme: {lei: ..., stock: ...}"
            self.faults.add(record.file, record.line_of("identifiers"), said)
        elif node is not None:
            for scheme, item in node.items.items():
                if isinstance(item, files.Scalar):
                    found[scheme] = item.text.strip()
                else:
                    self.faults.add(record.file, node.lines[scheme], f"the identifier '{scheme}' is one text")
        return found

    def codes(self, text: str, shown: str) -> None:
        """Declare the concepts of a SKOS code list in Turtle."""
        store = ox.Store()
        try:
            store.load(text.encode(), format=ox.RdfFormat.TURTLE)
        except SyntaxError as error:
            line = getattr(error, "lineno", None)
            self.faults.add(shown, line, f"the code list is not Turtle: {error.msg if error.msg else error}")
            return
        skos = PREFIXES["skos"]
        typed: dict[str, str] = {}
        for quad in store.quads_for_pattern(None, ox.NamedNode(PREFIXES["rdf"] + "type"), None):
            subject, type_node = quad.subject, quad.object
            if isinstance(subject, ox.NamedNode) and isinstance(type_node, ox.NamedNode) and type_node.value.startswith(PG):
                typed[subject.value] = type_node.value.removeprefix(PG)
        for full, type_ in sorted(typed.items()):
            id_ = identifier(full)
            said: dict[str, list[ox.Literal]] = {}
            for quad in store.quads_for_pattern(ox.NamedNode(full), None, None):
                if isinstance(quad.object, ox.Literal):
                    said.setdefault(quad.predicate.value.removeprefix(skos), []).append(quad.object)
            if type_ not in self.ontology.classes:
                near = nearest(type_, self.ontology.classes, 1)
                text = str(UnknownName(f"'{id_}' is of the class '{type_}', which the ontology has not", near))
                self.faults.add(shown, None, text)
            elif id_ in self.places:
                self.faults.add(shown, None, f"'{id_}' is declared here and at {self.places[id_]} already; keep one of them")
            else:
                self.places[id_] = Place(shown)
                self.entities[id_] = _concept(id_, type_, said)

    def document(self, record: Record) -> Document | None:
        """Declare a document; return it unless its id is wrong, so that what it says is checked even where its head is not sound."""
        texts, at, file = record.texts, record.line_of, record.file
        missing = [f"'{key}'" for key in ("document", "title", "publisher", "kind") if key not in texts]
        versions = self._versions(record)
        if "published" not in texts and "versions" not in record.nested:
            missing.append("'published'")
        if missing:
            whose = f"the document '{texts['document']}'" if "document" in texts else "the document"
            self.faults.add(file, record.line, f"{whose} has no {' and no '.join(missing)}")
        published = self._day(record, "published") or (versions[0].published if versions else None)
        if versions and published != versions[0].published and "published" in texts and published is not None:
            first = versions[0].published
            said = f"the document is published on {published}, but its first version on {first}; they are one day"
            self.faults.add(file, at("published"), said)
        kind, cap = texts.get("kind", ""), Strength.ESTABLISHED
        if kind and kind not in self.carriers:
            near = nearest(kind, self.carriers, 1)
            hint = f"; did you mean '{near[0]}'?" if near else "; use one of " + ", ".join(self.carriers)
            self.faults.add(file, at("kind"), f"'{kind}' is no kind of document in the evidence table{hint}")
        if "cap" in texts:
            try:
                cap = Strength.named(texts["cap"])
            except BadQuestion as error:
                self.faults.add(file, at("cap"), str(error))
        for key in ("url", "via"):
            if key in texts and not _WEB.match(texts[key]):
                said = f"'{texts[key]}' is no web address; it begins with https:// and has no spaces"
                self.faults.add(file, at(key), said)
        if "language" in texts and not _LANGUAGE.match(texts["language"]):
            said = f"'{texts['language']}' is no code of a language; use two letters such as en or zh"
            self.faults.add(file, at("language"), said)
        if "publisher" in texts:
            self._agents.append((texts["publisher"], "publisher", Place(file, at("publisher"))))
        if "bindingness" in texts:
            self._bindingness.append((texts["bindingness"], Place(file, at("bindingness"))))
        if "document" not in texts or not self._declare(texts["document"], file, at("document")):
            return None
        rest = {key: texts[key] for key in ("language", "url", "via", "licence", "bindingness", "note") if key in texts}
        document = Document(
            id=texts["document"],
            title=texts.get("title", ""),
            publisher=texts.get("publisher", ""),
            kind=kind,
            published=published or date(_LAST_YEAR, 12, 31),
            versions=tuple(versions),
            cap=cap,
            **rest,
        )
        self.documents[document.id] = document
        return document

    def _day(self, record: Record, key: str) -> date | None:
        if key not in record.texts:
            return None
        try:
            return calendar_day(record.texts[key])
        except BadQuestion as error:
            self.faults.add(record.file, record.line_of(key), f"'{key}': {error}")
            return None

    def _versions(self, record: Record) -> list[Version]:
        node = record.nested.get("versions")
        if node is None and "versions" not in record.texts:
            return []
        if not isinstance(node, files.Sequence):
            self.faults.add(record.file, record.line_of("versions"), "versions are a list: [{version: 1, published: ..., url: ...}, ...]")
            return []
        found: list[Version] = []
        for number, item in enumerate(node.items, 1):
            inner = Record.of(item, record.file, "a version", VERSION_KEYS, (), self.faults)
            if inner is None:
                continue
            if inner.texts.get("version", str(number)) != str(number):
                written = inner.texts["version"]
                text = f"version '{written}' stands at place {number}; versions are numbered 1, 2, 3 from the oldest on"
                self.faults.add(inner.file, inner.line_of("version"), text)
            if "published" not in inner.texts:
                self.faults.add(inner.file, inner.line, f"version {number} has no 'published'")
            published = self._day(inner, "published")
            if published is None:
                continue
            if found and published < found[-1].published:
                text = f"version {number} is older ({published}) than the version before it ({found[-1].published}); oldest first"
                self.faults.add(inner.file, inner.line_of("published"), text)
                continue
            rest = {key: inner.texts[key] for key in ("url", "note") if key in inner.texts}
            found.append(Version(number=number, published=published, **rest))
        return found

    def settle(self) -> None:
        """Check what could not be checked before everything was declared: publishers, bindingness, aliases."""
        for id_, role, place in self._agents:
            self.agent(id_, role, place)
        for word, place in self._bindingness:
            if self.class_of(f"bindingness:{word}") != "Bindingness":
                words = [id_.partition(":")[2] for id_, entity in self.entities.items() if entity.type == "Bindingness"]
                text = str(UnknownName(f"no degree of bindingness is called '{word}'", nearest(word, words, 1)))
                self.faults.extend([(place, text)])
        for record in self._aliases:
            entity = self.entities.get(record.texts.get("id", ""))
            names = self._names(record)
            if entity is None:
                self.miss(record.texts.get("id", ""), record.file, record.line)
            else:
                languages = dict.fromkeys((*entity.names, *names))
                merged = {key: tuple(dict.fromkeys((*entity.names.get(key, ()), *names.get(key, ())))) for key in languages}
                self.entities[entity.id] = entity.model_copy(update={"names": merged})

    def agent(self, id_: str, role: str, place: Place) -> bool:
        """Tell whether the id is that of somebody who can speak; note a fault where it is not."""
        class_ = self.class_of(id_)
        if class_ is None:
            self.miss(id_, place.file, place.line or 1)
        elif not self.ontology.is_a(class_, "Agent"):
            self.faults.extend([(place, f"'{id_}' is {article(class_)}, but a {role} is an Agent: a body or a person")])
        else:
            return True
        return False


def article(word: str) -> str:
    """Return the word with its article.

    >>> article("Item"), article("Company")
    ('an Item', 'a Company')
    """
    return ("an " if word[:1].lower() in "aeiou" else "a ") + word


def _concept(id_: str, type_: str, said: Mapping[str, Iterable[ox.Literal]]) -> Entity:
    names: dict[str, list[str]] = {}
    identifiers: dict[str, str] = {}
    for literal in (*sorted(said.get("prefLabel", ()), key=str), *sorted(said.get("altLabel", ()), key=str)):
        names.setdefault(literal.language or "und", []).append(literal.value)
    for literal in said.get("notation", ()):
        scheme = literal.datatype.value
        if scheme.startswith(BASE):
            identifiers[scheme.rpartition("/")[2]] = literal.value
        elif literal.value != id_:
            names.setdefault("und", []).append(literal.value)
    english = names.get("en") or next(iter(names.values()), [id_])
    name = english[0]
    return Entity(
        id=id_,
        type=type_,
        name=name,
        names={key: rest for key, each in names.items() if (rest := tuple(x for x in dict.fromkeys(each) if x != name))},
        identifiers=dict(sorted(identifiers.items())),
        note=next((literal.value for key in ("historyNote", "scopeNote") for literal in said.get(key, ())), ""),
    )
