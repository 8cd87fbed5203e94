"""Cases as a table: one row a case, each column coded once, each different cell read once.

Comes in: a frame or a CSV file whose columns are inputs of a case. Goes out: a :class:`CaseTable`. A cell that is empty is an input left
out, ``none`` says that there is none, several values are parted by ``;``, and a stranger is written
``{name: X, country: SG, headquarters: CN}``. Headings may be spelt as people spell them (``End User``), and the cells of a file may be
parted by commas, semicolons or tabs. A table with a fault is refused whole, each fault with its row.

>>> import pandas as pd
>>> table = CaseTable.of(pd.DataFrame({"item": ["h20", "h100", "h20"], "to": ["CN", "", "none"]}))
>>> len(table), table.columns["item"].values, table.columns["to"].values
(3, ('h100', 'h20'), ('', 'CN', 'none'))
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import yaml

from policygraph.case import Case
from policygraph.errors import BadData, BadQuestion, Place, PolicygraphError, nearest
from policygraph.parties import RECEIVING, ROLES, SENDING, Names

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["INPUTS", "CaseTable", "Column", "cell", "joined_cells"]

_KEY: Final = "id"
_LISTS: Final = ("eccn", "end_use", "attestations", "authorisations")
_PLAIN: Final = ("item", "act", "from", "to", "facility", "service", "knowledge", "parties", "quantity", "value", "currency")
_INTO: Final = ("into", "into_to", "into_by")
INPUTS: Final = (*_PLAIN, *_LISTS, *_INTO, *(role.replace("-", "_") for role in ROLES))
"""Columns that a table of cases may have, beside ``id`` and ``knowledge_of_...``."""
_KNOWLEDGE: Final = "knowledge_of_"
_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_DAYS: Final = ("on", "as_of", "date", "day")
_MOST_FAULTS: Final = 50

Codes = npt.NDArray[Any]


@dataclass(frozen=True, eq=False)
class Column:
    """One column: for each row the number of its cell among the different cells.

    Attributes
    ----------
    name
        The input of a case it tells.
    codes
        One number a row.
    values
        The different cells as text; empty for an input left out.
    """

    name: str
    codes: Codes
    values: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class CaseTable:
    """Cases in columns.

    Attributes
    ----------
    columns
        By name.
    ids
        What each row is called; None for its number from 1.
    source
        How errors name the table.
    """

    columns: Mapping[str, Column]
    size: int
    ids: npt.NDArray[Any] | None = field(default=None, repr=False)
    source: str = "the table"

    def __len__(self) -> int:
        return self.size

    @classmethod
    def of(cls, frame: pd.DataFrame, source: str = "the table") -> CaseTable:
        """Code the columns of a frame.

        Raises
        ------
        BadData
            If a column is no input of a case.
        """
        import pandas as pd

        heads = [_head(name) for name in frame.columns]
        twice = next((name for name in heads if heads.count(name) > 1), None)
        if twice is not None:
            raise BadData([(Place(source, 1), f"the column '{twice}' stands there twice; keep one of them")])
        frame = frame.set_axis(heads, axis="columns")
        faults = [(Place(source, 1), said) for said in _strange(heads)]
        if not faults and not len(frame):
            faults.append((Place(source, 1), "the table has no case; write one on each line below the header"))
        if faults:
            raise BadData(faults)
        columns = {}
        for name in (name for name in frame.columns if name != _KEY):
            series = frame[name]
            texts = series if isinstance(series.dtype, pd.CategoricalDtype) else series.astype(object).where(series.notna(), "")
            try:
                codes, values = pd.factorize(texts, sort=False)
            except TypeError:
                said = f"column '{name}' holds lists or mappings; write each cell as text, such as '{{name: X, country: SG}}' or 'a; b'"
                raise BadData([(Place(source), said)]) from None
            cells = tuple(_text(value) for value in values)
            missing = "" in cells or (codes < 0).any()
            order = sorted({*cells, *([""] if missing else [])})
            place = {text: number for number, text in enumerate(order)}
            renumber = np.array([*(place[text] for text in cells), place.get("", 0)], dtype=np.int64)
            small = np.uint8 if len(order) <= 1 << 8 else np.uint16 if len(order) <= 1 << 16 else np.uint32
            columns[str(name)] = Column(str(name), renumber[codes].astype(small), tuple(order))
        return cls(columns, len(frame), frame[_KEY].to_numpy() if _KEY in frame.columns else None, source)

    @classmethod
    def read(cls, path: Path) -> CaseTable:
        """Read a CSV or Parquet file.

        Raises
        ------
        BadData
            If it cannot be read, or a column is no input of a case.
        """
        import pandas as pd

        shown = path.as_posix()
        try:
            if path.suffix == ".parquet":
                return cls.of(pd.read_parquet(path), shown)
            separator = _whole(path, shown)
            frame = pd.read_csv(path, sep=separator, dtype=str, keep_default_na=False, na_filter=False, encoding="utf-8-sig")
            return cls.of(frame, shown)
        except UnicodeDecodeError:
            raw = path.read_bytes()
            good = raw.decode("utf-8", "ignore").encode()
            line = 1 + next((raw.count(b"\n", 0, at) for at, (one, other) in enumerate(zip(raw, good, strict=False)) if one != other), 0)
            raise BadData([(Place(shown, line), "this is no UTF-8 text; save it as UTF-8 (in a spreadsheet: CSV UTF-8)")]) from None
        except (OSError, ValueError, ImportError) as error:
            if isinstance(error, PolicygraphError):
                raise
            said = getattr(error, "strerror", None) or " ".join(str(error).split())[:200]
            text = f"this table cannot be read: {said}; give a CSV file with a header, or a Parquet file"
            raise BadData([(Place(shown), text)]) from None

    @classmethod
    def given(cls, cases: CaseTable | pd.DataFrame | str | Path) -> CaseTable:
        """Return a table from whatever form it is given in: a frame, a file, or a table already."""
        if isinstance(cases, CaseTable):
            return cases
        if isinstance(cases, (str, Path)):
            return cls.read(Path(cases))
        if not hasattr(cases, "columns"):
            raise BadQuestion(f"a {type(cases).__name__} is no table of cases; give a DataFrame, or the path of a CSV or Parquet file")
        return cls.of(cases)

    # ---- cells

    def resolved(self, names: Names, check: Callable[[Case], None]) -> Mapping[str, tuple[Mapping[str, Any], ...]]:
        """Return what each different cell tells, as inputs of a case with every name replaced by its id.

        Parameters
        ----------
        check
            Raises an error for a case with words that mean nothing.

        Raises
        ------
        BadData
            With every cell that no case can hold, and the first row that has it.
        """
        faults: list[tuple[Place, str]] = []
        told: dict[str, tuple[Mapping[str, Any], ...]] = {}
        for column in self.columns.values():
            each = []
            for number, text in enumerate(column.values):
                try:
                    given = cell(column.name, text)
                    check(Case(**given).resolved(names))
                    each.append(given)
                except PolicygraphError as error:
                    row = int(np.argmax(column.codes == number)) + 2
                    faults.append((Place(self.source, row), f"column '{column.name}': {error}"))
                    each.append({})
            told[column.name] = tuple(each)
        if not faults:
            faults += self._on_both_sides(names)
        if faults:
            more = len(faults) - _MOST_FAULTS
            rest = [(Place(self.source), f"and {more:,} more different cells that no case can hold")] if more > 0 else []
            raise BadData([*sorted(faults, key=lambda fault: fault[0].line or 0)[:_MOST_FAULTS], *rest])
        return told

    def _on_both_sides(self, names: Names) -> Iterator[tuple[Place, str]]:
        """Yield the rows in which a party would deal with itself."""
        sides = {
            role: [set(Case(**cell(one.name, text)).resolved(names).parties.get(role, ())) for text in one.values]
            for role in (*SENDING, *RECEIVING) if (one := self.columns.get(role.replace("-", "_")))
        }  # fmt: skip
        for sending in (role for role in SENDING if role in sides):
            for receiving in (role for role in RECEIVING if role in sides):
                one, other = self.columns[sending], self.columns[receiving.replace("-", "_")]
                pairs = product(enumerate(sides[sending]), enumerate(sides[receiving]))
                for here, there in ((a, b) for (a, ours), (b, theirs) in pairs if ours & theirs):
                    rows = np.flatnonzero((one.codes == here) & (other.codes == there))
                    if len(rows):
                        said = f"'{one.values[here]}' cannot be both {sending} and {receiving} of one transaction"
                        yield Place(self.source, int(rows[0]) + 2), f"{said}; name the branch that stands on the other side"

    def taken(self, rows: npt.NDArray[np.intp]) -> CaseTable:
        """Return some rows as a table, with only the cells that occur in them."""
        columns = {}
        for name, column in self.columns.items():
            cells, codes = np.unique(column.codes[rows], return_inverse=True)
            columns[name] = Column(name, codes.astype(column.codes.dtype), tuple(column.values[cell] for cell in cells.tolist()))
        return CaseTable(columns, len(rows), None if self.ids is None else self.ids[rows], self.source)

    def case(self, row: int) -> Case:
        """Return one row as a case.

        >>> import pandas as pd
        >>> CaseTable.of(pd.DataFrame({"item": ["h20"], "end_user": ["{name: X, country: SG}"]})).case(0).party("end-user")
        (Party(name='X', country='SG'),)
        """
        return Case(**joined_cells(*(cell(one.name, one.values[int(one.codes[row])]) for one in self.columns.values())))

    @cached_property
    def names(self) -> npt.NDArray[Any]:
        """What each row is called."""
        return self.ids if self.ids is not None else np.arange(1, self.size + 1)


def joined_cells(*cells: Mapping[str, Any]) -> dict[str, Any]:
    """Return the inputs that several cells tell together."""
    told: dict[str, Any] = {}
    into: dict[str, Any] = {}
    for cell in cells:
        for key, value in cell.items():
            if key == "into" and isinstance(value, Mapping):
                into |= value
            elif key == "knowledge" and isinstance(told.get(key), Mapping) and isinstance(value, Mapping):
                told[key] = {**told[key], **value}
            else:
                told[key] = value
    if into:
        told["into"] = into
    return told


def _text(value: Any) -> str:
    if isinstance(value, float) and value == int(value):
        return str(int(value))
    return str(value).strip()


def cell(name: str, text: str) -> dict[str, Any]:
    """Return what one cell of a table tells, in the words of a case.

    >>> cell("end_user", "{name: X, country: SG}"), cell("knowledge_of_end_use", "yes")
    ({'end_user': [{'name': 'X', 'country': 'SG'}]}, {'knowledge': {'end-use': 'yes'}})
    """
    if text == "":
        return {}
    if _CONTROL.search(text):
        raise BadQuestion(f"{text!a} holds a character that cannot be seen; take it out")
    if name.startswith(_KNOWLEDGE):
        return {"knowledge": {name.removeprefix(_KNOWLEDGE).replace("_", "-"): text}}
    if name == "knowledge":
        return {"knowledge": {"*": text} if "=" not in text else dict(_pair(part) for part in text.split(";"))}
    if name in _INTO:
        if text.lower() == "none":
            return {"into": "none"}
        key = {"into": "item", "into_to": "to", "into_by": "by"}[name]
        return {"into": {key: _parties(text) if key == "by" else text}}
    if name in ("quantity", "value"):
        try:
            return {name: float(text.replace(",", ""))}
        except ValueError:
            raise BadQuestion(f"'{text}' is no number, as {name} must be") from None
    if name in _LISTS:
        return {name: text if text.lower() == "none" else [part.strip() for part in text.split(";") if part.strip()]}
    if name == "parties" or name not in INPUTS or name in _PLAIN:
        return {name: text}
    return {name: text if text.lower() == "none" else _parties(text)}


def _pair(part: str) -> tuple[str, str]:
    topic, _, value = part.partition("=")
    return topic.strip(), value.strip()


def _parties(text: str) -> list[Any]:
    """Return the parties of a cell: ids or names, and strangers as mappings."""
    found: list[Any] = []
    for part in _parted(text):
        if part.startswith("{"):
            try:
                told = yaml.safe_load(part)
            except yaml.YAMLError:
                told = None
            if not isinstance(told, dict):
                raise BadQuestion(f"'{part}' is no stranger; write {{name: X, country: SG, headquarters: CN}}")
            # the YAML of one word reads the code of Norway as a refusal
            found.append({key: "NO" if value is False and key in ("country", "headquarters") else value for key, value in told.items()})
        else:
            found.append(part)
    return found


def _parted(text: str) -> Iterator[str]:
    depth, begin = 0, 0
    for place, letter in enumerate(text):
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter == ";" and depth == 0:
            yield text[begin:place].strip()
            begin = place + 1
    yield text[begin:].strip()


def _head(name: Any) -> str:
    """Return a heading as the input that it names, however it is spelt: ``End User`` is ``end_user``."""
    return str(name).strip().lower().replace("-", "_").replace(" ", "_")


def _strange(heads: Sequence[str]) -> Iterator[str]:
    """Yield what is to be said of the headings that no input of a case has; what is accepted is told once."""
    known = (_KEY, *INPUTS)
    told = False
    for name in (name for name in heads if name not in known and not name.startswith(_KNOWLEDGE)):
        if name in _DAYS:
            yield f"a case has no input '{name}': all are asked of one day, that of --as-of or of the view; leave the column out"
            continue
        near = nearest(name, known, 1)
        hint = f"did you mean '{near[0]}'?" if near else "leave the column out" if told else "leave it out, or use " + ", ".join(known)
        told = told or not near
        yield f"a case has no input '{name}'; {hint}"


def _separator(line: str) -> str:
    """Return what parts the cells of a first line: a comma, or a semicolon or tab where spreadsheets write those."""
    return max((",", ";", "\t"), key=line.count)


def _whole(path: Path, shown: str) -> str:
    """Return what parts the cells of a CSV file; one with a row of more or fewer cells than the header, or a column twice, is refused."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        separator = _separator(stream.readline())
        stream.seek(0)
        reader = csv.reader(stream, strict=True, delimiter=separator)
        try:
            head = next(reader)
            if not head:
                raise StopIteration
        except StopIteration:
            raise BadData([(Place(shown, 1), "the file is empty; its first line names the inputs of a case")]) from None
        except csv.Error as error:
            raise BadData([(Place(shown, 1), f"the first line cannot be read: {error}")]) from None
        if "" in map(str.strip, head):
            said = f"column {[*map(str.strip, head)].index('') + 1} has no name; name the input of a case that it tells, or take it out"
            raise BadData([(Place(shown, 1), said)])
        if len(set(head)) < len(head):
            twice = next(name for name in head if head.count(name) > 1)
            raise BadData([(Place(shown, 1), f"the column '{twice}' stands there twice; keep one of them")])
        try:
            for row in reader:
                if row and len(row) != len(head):
                    said = f"this row has {len(row)} cells, and the header {len(head)}; put cells that hold '{separator}' in quotes"
                    raise BadData([(Place(shown, reader.line_num), said)])
        except csv.Error as error:
            said = f"this row cannot be read: {error}; close every quote, and double those inside"
            raise BadData([(Place(shown, reader.line_num), said)]) from None
    return separator
