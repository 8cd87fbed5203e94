"""A data directory, read and checked: the only way in for claims.

Comes in: a directory with ``dataset.yaml``, ``entities/``, ``sources/`` and ``tables/``. Goes out: a :class:`Corpus`, or one
:class:`~policygraph.errors.BadData` that tells every fault with file and line. A directory with a fault is refused whole.

>>> from policygraph.ontology import shipped
>>> corpus = read(shipped("datasets"))
>>> corpus.entities["TW"].name, corpus.entities["cg:D5"].type
('Taiwan', 'CountryGroup')
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from policygraph.claims import Claim, Complete, Document, Entity, Kind
from policygraph.datasets import files
from policygraph.datasets.files import Faults, Record
from policygraph.datasets.register import DOCUMENT_KEYS, ENTITY_KEYS, SOURCE_KEYS, Register, calendar_day
from policygraph.datasets.schema import source_schema
from policygraph.datasets.statements import Statements
from policygraph.errors import BadData, BadQuestion, Place, nearest
from policygraph.ontology import Ontology, shipped
from policygraph.truth import EvidenceTable

__all__ = ["Corpus", "digest", "read", "source_schema"]

_HEAD = "dataset.yaml"
_HEAD_KEYS = ("name", "title", "version", "date", "licence", "note")
_FOLDERS = ("entities", "sources", "tables")
_MISNAMED: Mapping[str, str] = {
    "entity": "entities", "entities": "entities", "source": "sources", "sources": "sources", "table": "tables", "tables": "tables",
    "case": "cases", "redflag": "redflags", "red-flags": "redflags", "red_flags": "redflags",
}  # fmt: skip
_SUFFIXES: Mapping[str, tuple[str, ...]] = {"entities": (".yaml", ".csv"), "sources": (".yaml",), "tables": (".csv",)}


@dataclass(frozen=True)
class Corpus:
    """Everything a data directory says, checked.

    Attributes
    ----------
    documents, entities, kinds
        By id; entities include the concepts of the ontology's code lists.
    claims, completes
        In the order of the files.
    places
        Where each claim stands, by its id.
    date
        The day as of which the data set tells the world; the default of every question.
    digest
        A hash of the contents of every file read.
    """

    ontology: Ontology
    documents: Mapping[str, Document]
    entities: Mapping[str, Entity]
    kinds: Mapping[str, Kind]
    claims: tuple[Claim, ...]
    completes: tuple[Complete, ...]
    places: Mapping[str, Place]
    date: date
    name: str
    version: str
    digest: str


def read(
    directory: Path, *, ontology: Ontology | None = None, codes: Path | None = None, evidence: Path | None = None
) -> Corpus:  # fmt: skip
    """Read a data directory.

    Parameters
    ----------
    directory
        Holds ``dataset.yaml`` and any of ``entities/``, ``sources/``, ``tables/``.
    ontology, codes, evidence
        The terms, the directory of code lists and the evidence table; those that come with the package where left out.

    Raises
    ------
    BadData
        With every fault, if there is any.

    Examples
    --------
    >>> read(Path("no-such-directory"))
    Traceback (most recent call last):
        ...
    policygraph.errors.BadData: no-such-directory: there is no such directory; name one that holds dataset.yaml
    """
    terms = ontology or Ontology.shipped()
    table = evidence or shipped("ontology") / "evidence.yaml"
    faults = Faults()
    hash_ = hashlib.blake2b(digest_size=16)
    texts: dict[str, dict[str, str]] = {folder: {} for folder in (_HEAD, "codes", *_FOLDERS)}
    if not directory.is_dir():
        faults.add(directory.as_posix(), None, f"there is no such directory; name one that holds {_HEAD}")
    for file in _files(directory, terms.path, codes, table):
        if file.fault:
            faults.add(file.shown, None, file.fault)
            continue
        if file.path.suffix not in _SUFFIXES.get(file.folder, (file.path.suffix,)):
            wanted = " or ".join(_SUFFIXES[file.folder])
            faults.add(file.shown, None, f"files in {file.folder}/ end in {wanted}; rename this one or take it out")
            continue
        try:
            raw, text = files.text_of(file.path, file.shown)
        except BadData as error:
            faults.extend(error.problems)
        else:
            file.add_to(hash_, raw)
            texts.get(file.folder, {})[file.shown] = text
    register = Register(terms, EvidenceTable.read(table).carriers, faults)
    name, version, day = _head(texts[_HEAD], directory, faults)
    for shown, text in texts["codes"].items():
        register.codes(text, shown)
    for shown, text in texts["entities"].items():
        _entities(register, shown, text)
    sources = [_source(register, shown, text) for shown, text in texts["sources"].items()]
    tables = [_table(register, shown, text) for shown, text in texts["tables"].items()]
    register.settle()
    statements = Statements(register)
    for shown, document, node in (source for source in sources if source):
        statements.source(node.items.get("claims"), node.items.get("complete"), document, shown)
    for shown, rows in (table for table in tables if table):
        statements.table(rows, shown)
    entries = tuple(statements.settle())
    if len(faults):
        raise faults.error()
    return Corpus(
        ontology=terms,
        documents=register.documents,
        entities=register.entities,
        kinds=statements.kinds,
        claims=tuple(claim for _, claim in entries),
        completes=tuple(statements.completes),
        places={claim.id: place for place, claim in entries},
        date=day,
        name=name,
        version=version,
        digest=hash_.hexdigest(),
    )


def digest(
    directory: Path, *, ontology: Ontology | None = None, codes: Path | None = None, evidence: Path | None = None
) -> str:  # fmt: skip
    """Return the hash that :func:`read` would give the corpus, without reading more than bytes.

    A file that :func:`read` would refuse unopened counts with its name and what is wrong with it.

    >>> from policygraph.ontology import shipped
    >>> len(digest(shipped("datasets")))
    32
    """
    hash_ = hashlib.blake2b(digest_size=16)
    terms = ontology.path if ontology else shipped("ontology") / "policygraph.ttl"
    for file in _files(directory, terms, codes, evidence or shipped("ontology") / "evidence.yaml"):
        if file.fault:
            file.add_to(hash_, file.fault.encode())
            continue
        try:
            size = file.path.stat().st_size
            file.add_to(hash_, file.path.read_bytes() if size <= files.MAXIMUM_SIZE else str(size).encode())
        except OSError as error:
            file.add_to(hash_, str(error.errno).encode())
    return hash_.hexdigest()


@dataclass(frozen=True, slots=True)
class _File:
    folder: str
    path: Path
    relative: str
    shown: str
    fault: str = ""
    """Why it is not opened."""

    def add_to(self, hash_: hashlib.blake2b, raw: bytes) -> None:
        hash_.update(os.fsencode(f"{self.folder}:{self.relative}:{len(raw)}:"))
        hash_.update(raw)


def _files(directory: Path, terms: Path, codes: Path | None, evidence: Path) -> Iterator[_File]:
    """Give every file that a corpus is made of, in a fixed order, and whatever stands among them and cannot be one."""
    head = directory / _HEAD
    if head.is_file():
        yield _File(_HEAD, head, _HEAD, head.as_posix())
    for path in (terms, evidence):
        yield _File("ontology", path, path.name, path.as_posix())
    for folder, place in (("codes", codes or shipped("ontology") / "codes"), *((name, directory / name) for name in _FOLDERS)):
        found = {path.relative_to(place).as_posix(): (path, fault) for path, fault in _within(place)}
        for relative, (path, fault) in sorted(found.items()):
            yield _File(folder, path, relative, os.fsencode(path).decode("utf-8", "backslashreplace"), fault)
    for path in sorted(directory.iterdir()) if directory.is_dir() else ():
        if path.name not in _FOLDERS and path.name.lower() in _MISNAMED and path.is_dir():
            fault = f"a data set has no folder of this name; did you mean '{_MISNAMED[path.name.lower()]}'?"
            yield _File("misnamed", path, path.name, path.as_posix(), fault)


def _within(place: Path) -> Iterator[tuple[Path, str]]:
    """Give every file below a place, and what is wrong with those that are none: nothing is passed over in silence."""
    unread: list[OSError] = []
    for folder, below, names in os.walk(place, onerror=unread.append):
        for name in [*names, *(name for name in below if Path(folder, name).is_symlink())]:
            path = Path(folder, name)
            if name.startswith(".") or path.suffix == ".md":
                continue
            fault = ""
            if path.is_dir():
                fault = "a link to a folder is not followed; put the files here, or link each of them"
            elif not path.is_file():
                fault = "this is no file that can be read, or a link that leads to none; take it out"
            elif os.fsencode(path) != str(path).encode("utf-8", "replace"):
                fault = "the name of the file is not UTF-8; rename it"
            yield path, fault
    for error in unread:
        if error.filename != os.fspath(place) or os.path.lexists(place):
            yield Path(error.filename), f"the folder cannot be read: {error.strerror}"


def _head(texts: Mapping[str, str], directory: Path, faults: Faults) -> tuple[str, str, date]:
    """Read what the data set says of itself."""
    nothing = ("", "", date.min)
    if not texts:
        if directory.is_dir():
            shown = (directory / _HEAD).as_posix()
            faults.add(shown, None, "the file is missing; it says the name, version, date and licence of the data")
        return nothing
    ((shown, text),) = texts.items()
    record = _record(shown, text, "a data set", _HEAD_KEYS, faults)
    if record is None:
        return nothing
    missing = [f"'{key}'" for key in ("name", "version", "date", "licence") if key not in record.texts]
    if missing:
        faults.add(shown, 1, f"the data set has no {' and no '.join(missing)}")
        return nothing
    try:
        return record.texts["name"], record.texts["version"], calendar_day(record.texts["date"])
    except BadQuestion as error:
        faults.add(shown, record.line_of("date"), f"'date': {error}")
        return nothing


def _record(shown: str, text: str, what: str, keys: tuple[str, ...], faults: Faults) -> Record | None:
    try:
        return Record.of(files.parse_yaml(text, shown), shown, what, keys, (), faults)
    except BadData as error:
        faults.extend(error.problems)
        return None


def _entities(register: Register, shown: str, text: str) -> None:
    faults = register.faults
    try:
        if shown.endswith(".yaml"):
            node = files.parse_yaml(text, shown)
            if not isinstance(node, files.Sequence):
                faults.add(shown, node.line, "a file of entities is a list; begin each entity with a hyphen")
                return
            for item in node.items:
                record = Record.of(item, shown, "an entity", ENTITY_KEYS, ("names", "identifiers"), faults)
                if record is not None:
                    register.entity(record)
            return
        rows = files.parse_csv(text, shown)
    except BadData as error:
        faults.extend(error.problems)
        return
    aliases = Path(shown).name.startswith("aliases")
    wanted = ("id", "names") if aliases else ENTITY_KEYS
    for record in _rows(rows, shown, wanted, faults):
        if aliases:
            register.alias(record)
        else:
            register.entity(record)


def _rows(table: files.Table, shown: str, wanted: tuple[str, ...], faults: Faults) -> Iterator[Record]:
    """Give the rows of a table that may have only the columns wanted."""
    wrong = [name for name in table.columns if name not in wanted]
    for name in wrong:
        near = nearest(name, wanted, 1)
        hint = f"did you mean '{near[0]}'?" if near else "use " + ", ".join(wanted)
        faults.add(shown, 1, f"a table of this name has no column '{name}'; {hint}")
    faults.extend(table.problems)
    for line, cells in () if wrong else table.rows:
        texts = {name: cell for name, text in zip(table.columns, cells, strict=True) if (cell := text.strip())}
        yield Record(shown, line, texts)


def _source(register: Register, shown: str, text: str) -> tuple[str, Document, files.Mapping] | None:
    faults = register.faults
    try:
        node = files.parse_yaml(text, shown)
    except BadData as error:
        faults.extend(error.problems)
        return None
    record = Record.of(node, shown, "a source file", SOURCE_KEYS, ("versions", "complete", "claims"), faults)
    if record is None or not isinstance(node, files.Mapping):
        return None
    stem = Path(shown).stem
    if record.texts.get("document", stem) != stem:
        named = record.texts["document"]
        said = f"the document is '{named}', but the file is named '{stem}'; a file bears the id of its document"
        faults.add(shown, record.line_of("document"), said)
        return None
    document = register.document(record)
    return (shown, document, node) if document else None


def _table(register: Register, shown: str, text: str) -> tuple[str, files.Table] | None:
    """Read a table; one of documents is declared at once and gives nothing."""
    try:
        table = files.parse_csv(text, shown)
    except BadData as error:
        register.faults.extend(error.problems)
        return None
    if not Path(shown).name.startswith("documents"):
        return shown, table
    for record in _rows(table, shown, DOCUMENT_KEYS, register.faults):
        register.document(record)
    return None
