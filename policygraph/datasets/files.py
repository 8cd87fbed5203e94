"""Text that people wrote, read safely, and every part of it with its line.

Comes in: YAML and CSV files of any origin. Goes out: YAML nodes and CSV rows that know their line. Refused, each with one
sentence: files too large, not UTF-8 or with control characters; in YAML anchors, aliases, tags, repeated keys and deep nesting; in CSV
ragged rows.

YAML is read as YAML 1.2 core: ``NO`` is text (Norway), and a date stays the text it is. A scalar keeps what was written; only
:func:`plain` makes numbers of it.

>>> node = parse_yaml("document: a-b\\nclaims:\\n  - {s: NO, value: 1.50}\\n", "a-b.yaml")
>>> plain(node), node.items["claims"].items[0].line
({'document': 'a-b', 'claims': [{'s': 'NO', 'value': 1.5}]}, 3)
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

from policygraph.errors import BadData, Place, nearest

__all__ = [
    "MAXIMUM_SIZE",
    "Faults",
    "Mapping",
    "Node",
    "Record",
    "Scalar",
    "Sequence",
    "Table",
    "parse_csv",
    "parse_yaml",
    "plain",
    "text_of",
]

MAXIMUM_SIZE: Final = 32 * 1024 * 1024
"""Largest file that is opened, in bytes."""
_DEEPEST = 32
_MOST_NODES = 2_000_000
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufeff\ufffe\uffff]")
_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_INTEGER = re.compile(r"[-+]?[0-9]+\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?\Z")
_CODE = re.compile(r"[0-9]E[0-9]{3}\Z")
"""Entries of control lists, such as 3E001, which YAML would take for a number with an exponent."""
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text as written; *bare* when it stands without quotes."""

    text: str
    line: int
    bare: bool

    @property
    def is_null(self) -> bool:
        """Whether nothing is said: empty, ``~`` or ``null``."""
        return self.bare and self.text in _NULL


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list of nodes."""

    items: list[Node]
    line: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """Nodes by key, and the line of each key."""

    items: dict[str, Node]
    lines: dict[str, int]
    line: int


Node = Scalar | Sequence | Mapping


def text_of(path: Path, shown: str) -> tuple[bytes, str]:
    """Return the bytes and the text of a file.

    Parameters
    ----------
    path
        The file.
    shown
        How errors name it.

    Raises
    ------
    BadData
        If it cannot be read, is larger than :data:`MAXIMUM_SIZE`, is not UTF-8 or holds control characters.

    Examples
    --------
    >>> text_of(Path("no-such-file.yaml"), "no-such-file.yaml")
    Traceback (most recent call last):
        ...
    policygraph.errors.BadData: no-such-file.yaml: the file cannot be read: No such file or directory
    """
    try:
        size = path.stat().st_size
        if size > MAXIMUM_SIZE:
            raise _bad(shown, None, f"the file has {size:,} bytes, but at most {MAXIMUM_SIZE:,} are read; split it into several")
        raw = path.read_bytes()
    except OSError as error:
        raise _bad(shown, None, f"the file cannot be read: {error.strerror}") from None
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        said = f"the file is not UTF-8: byte 0x{raw[error.start]:02x} cannot stand here; save it as UTF-8"
        raise _bad(shown, line, said) from None
    control = _CONTROL.search(text)
    if control:
        line = text.count("\n", 0, control.start()) + 1
        raise _bad(shown, line, f"the file holds the control character U+{ord(control[0]):04X}; save it as plain text")
    return raw, text


def _bad(shown: str, line: int | None, text: str) -> BadData:
    return BadData([(Place(shown, line), text)])


def parse_yaml(text: str, shown: str) -> Node:
    """Read one YAML document into nodes that know their line.

    >>> parse_yaml("a: 1\\na: 2\\n", "x.yaml")
    Traceback (most recent call last):
        ...
    policygraph.errors.BadData: x.yaml:2: the key 'a' stands here and on line 1 already; keep one of them

    Raises
    ------
    BadData
        If it is no YAML, is empty, or uses what is refused (see the head of this module).
    """
    try:
        return _compose(_LOADER(text), shown)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else None
        said = " ".join(str(part) for part in (error.context, error.problem) if part)
        raise _bad(shown, line, f"the YAML cannot be read: {said}; check the indentation, quotes and brackets here") from None
    except yaml.YAMLError as error:
        said = str(error).splitlines()[0]
        raise _bad(shown, None, f"the YAML cannot be read: {said}") from None


class _Open:
    """A list or mapping still being read."""

    __slots__ = ("key", "key_line", "node")

    def __init__(self, node: Sequence | Mapping) -> None:
        self.node = node
        self.key: str | None = None
        self.key_line = 0


def _compose(loader: Any, shown: str) -> Node:
    root: Node | None = None
    above: list[_Open] = []
    problems: list[tuple[Place, str]] = []
    count = documents = 0
    while loader.check_event():
        event = loader.get_event()
        kind = type(event)
        if kind is yaml.MappingEndEvent or kind is yaml.SequenceEndEvent:
            above.pop()
            continue
        if kind is yaml.DocumentStartEvent:
            documents += 1
            if documents > 1:
                raise _bad(shown, event.start_mark.line + 1, "a second YAML document starts here; one file holds one document")
            continue
        if kind not in (yaml.ScalarEvent, yaml.MappingStartEvent, yaml.SequenceStartEvent, yaml.AliasEvent):
            continue
        line = event.start_mark.line + 1
        if event.anchor is not None:
            raise _bad(shown, line, f"the YAML anchor or alias '{event.anchor}' is not read; write the value itself")
        if event.tag is not None and event.tag != "!":
            raise _bad(shown, line, f"the YAML tag '{event.tag}' is not read; write the plain value")
        count += 1
        if count > _MOST_NODES:
            raise _bad(shown, line, f"the file holds more than {_MOST_NODES:,} values; split it into several files")
        node: Node
        if kind is yaml.ScalarEvent:
            if event.style == '"' and (control := _CONTROL.search(event.value)):
                raise _bad(shown, line, f"the text holds the control character U+{ord(control[0]):04X}; write it without")
            node = Scalar(event.value, line, event.implicit[0] and not event.style)
        elif kind is yaml.SequenceStartEvent:
            node = Sequence([], line)
        else:
            node = Mapping({}, {}, line)
        if not above:
            root = node
        else:
            top = above[-1]
            parent = top.node
            if isinstance(parent, Sequence):
                parent.items.append(node)
            elif top.key is None:
                if not isinstance(node, Scalar):
                    raise _bad(shown, line, "a list or mapping stands where a key should; write key: value")
                top.key, top.key_line = node.text, line
            else:
                if top.key in parent.items:
                    earlier = parent.lines[top.key]
                    text = f"the key '{top.key}' stands here and on line {earlier} already; keep one of them"
                    problems.append((Place(shown, top.key_line), text))
                parent.items[top.key] = node
                parent.lines[top.key] = top.key_line
                top.key = None
        if not isinstance(node, Scalar):
            if len(above) >= _DEEPEST:
                raise _bad(shown, line, f"the YAML is nested more than {_DEEPEST} deep; no data file needs that")
            above.append(_Open(node))
    if problems:
        raise BadData(problems)
    if root is None or (isinstance(root, Scalar) and root.is_null):
        raise _bad(shown, 1, "the file is empty; delete it or fill it")
    return root


def plain(node: Node) -> Any:
    """Return the plain value of a node, scalars by the core schema of YAML 1.2; a date and an entry of a control list stay text.

    >>> plain(parse_yaml("[NO, no, true, 7, 1e3, 3E001, 2025-05-13, '7', ~]", "x.yaml"))
    ['NO', 'no', True, 7, 1000.0, '3E001', '2025-05-13', '7', None]
    """
    if isinstance(node, Sequence):
        return [plain(item) for item in node.items]
    if isinstance(node, Mapping):
        return {key: plain(item) for key, item in node.items.items()}
    if not node.bare:
        return node.text
    if node.text in _NULL:
        return None
    if node.text in ("true", "True", "TRUE", "false", "False", "FALSE"):
        return node.text.lower() == "true"
    if _INTEGER.match(node.text) and len(node.text) < 300:
        return int(node.text)
    return float(node.text) if _FLOAT.match(node.text) and not _CODE.match(node.text) else node.text


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV file: its columns, and its rows each with the line on which it starts."""

    columns: tuple[str, ...]
    rows: tuple[tuple[int, list[str]], ...]
    problems: tuple[tuple[Place, str], ...] = ()


def parse_csv(text: str, shown: str) -> Table:
    """Read a CSV table with a header; rows with a wrong number of cells are among its *problems*.

    >>> table = parse_csv('s,note\\nh20,"two\\nlines"\\nh100,x,y\\n', "t.csv")
    >>> table.rows, str(table.problems[0][0])
    (((2, ['h20', 'two\\nlines']),), 't.csv:4')

    Raises
    ------
    BadData
        If it is empty, has no proper header or breaks the rules of CSV.
    """
    lines = _records(text, shown)
    start, header = next(lines, (1, []))
    columns = tuple(name.strip() for name in header)
    if not any(columns):
        raise _bad(shown, 1, "the table is empty; its first line names the columns")
    problems = [
        (Place(shown, start), f"column {number} has no name; name it or remove it") for number, name in enumerate(columns, 1) if not name
    ]
    problems += [
        (Place(shown, start), f"the column '{name}' stands twice in the header; keep one of them")
        for name in dict.fromkeys(columns)
        if name and columns.count(name) > 1
    ]
    if problems:
        raise BadData(problems)
    rows: list[tuple[int, list[str]]] = []
    width = len(columns)
    count = 0
    for line, cells in lines:
        count += len(cells)
        if count > _MOST_NODES:
            raise _bad(shown, line, f"the table holds more than {_MOST_NODES:,} cells; split it into several files")
        if len(cells) == width:
            rows.append((line, cells))
        else:
            text = f"the row has {len(cells)} cells, but the header has {width}; put cells that hold a comma in double quotes"
            problems.append((Place(shown, line), text))
    return Table(columns, tuple(rows), tuple(problems))


def _records(text: str, shown: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    before = 0
    try:
        for cells in reader:
            if cells:
                yield before + 1, cells
            before = reader.line_num
    except csv.Error as error:
        said = f"the CSV cannot be read: {error}; a double quote inside a quoted cell is written twice"
        raise _bad(shown, before + 1, said) from None


class Faults:
    """What is wrong, gathered while files are read, so that every fault is told and not only the first.

    >>> faults = Faults()
    >>> faults.add("a.yaml", 3, "the title is missing")
    >>> len(faults), str(faults.error())
    (1, 'a.yaml:3: the title is missing')
    """

    def __init__(self) -> None:
        self._problems: list[tuple[Place, str]] = []

    def __len__(self) -> int:
        return len(self._problems)

    def add(self, file: str, line: int | None, text: str) -> None:
        """Note a fault."""
        self._problems.append((Place(file, line), text))

    def extend(self, problems: Iterable[tuple[Place, str]]) -> None:
        """Note the faults that another error holds."""
        self._problems.extend(problems)

    def error(self) -> BadData:
        """Return the error that tells all faults, by file and line."""
        return BadData(sorted(dict.fromkeys(self._problems), key=lambda fault: (fault[0].file, fault[0].line or 0)))


@dataclass(frozen=True, slots=True)
class Record:
    """One thing that a file says: texts by key, the keys that hold lists or mappings apart.

    Blank cells, ``~`` and empty values are left out; *refused* are the keys at which a list or mapping stood for a text.
    """

    file: str
    line: int
    texts: dict[str, str]
    nested: dict[str, Sequence | Mapping] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    refused: frozenset[str] = frozenset()

    def line_of(self, key: str) -> int:
        """Return the line on which the key stands."""
        return self.lines.get(key, self.line)

    @classmethod
    def of(cls, node: Node, file: str, what: str, keys: Collection[str], nested: Collection[str], faults: Faults) -> Record | None:
        """Read a mapping whose keys are known; whatever else stands in it is a fault.

        Parameters
        ----------
        node
            The node, expected to be a mapping.
        what
            What it describes, with its article, for the errors.
        keys
            All keys it may have.
        nested
            Those of them whose value may be a list or a mapping.
        """
        if not isinstance(node, Mapping):
            faults.add(file, node.line, f"{what} is written as key: value, but here stands a {_word(node)}")
            return None
        texts: dict[str, str] = {}
        inner: dict[str, Sequence | Mapping] = {}
        refused: list[str] = []
        for key, item in node.items.items():
            if key not in keys:
                near = nearest(key, keys, 1)
                hint = f"did you mean '{near[0]}'?" if near else "use " + ", ".join(keys)
                faults.add(file, node.lines[key], f"{what} has no key '{key}'; {hint}")
            elif isinstance(item, Scalar):
                if not item.is_null and (text := item.text.strip()):
                    texts[key] = text
            elif key in nested:
                inner[key] = item
            else:
                faults.add(file, node.lines[key], f"'{key}' of {what} is one text, but here stands a {_word(item)}")
                refused.append(key)
        return cls(file, node.line, texts, inner, node.lines, frozenset(refused))


def _word(node: Node) -> str:
    if isinstance(node, Mapping):
        return "mapping"
    return "list" if isinstance(node, Sequence) else "text"
