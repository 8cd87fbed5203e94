"""Questions in SPARQL 1.1, and their answers as frames.

Comes in: an Oxigraph store and the text of a question. Goes out: a pandas frame with short names and typed columns. A question only
reads, and reaches nothing outside: updates and ``SERVICE`` are refused before the engine sees them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import pyoxigraph as ox

from policygraph.errors import BadQuestion
from policygraph.names import PREFIXES, short

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ask_store", "prepared"]

_TOKEN: Final = re.compile(
    r"""
    (?P<comment>\#[^\r\n]*)
  | (?P<iri><[^<>"{}|^`\s]*>)
  | (?P<text>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
  | (?P<variable>[?$]\w+)
  | (?P<tag>@\w[\w-]*)
  | (?P<name>(?:[^\W\d_][\w.-]*|_)?:(?:[\w:.-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?#@%-])*)
  | (?P<word>[^\W\d]\w*)
  | (?P<other>\d[\w.]*|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_FORMS: Final = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES: Final = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
_LINE: Final = re.compile(r"error at (\d+):(\d+): ")


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(query):
        kind = found.lastgroup or "other"
        if kind != "comment":
            yield kind, found.group()


def _checked(query: str) -> tuple[set[str], set[str]]:
    """Refuse what is no question; return the prefixes it uses and those it declares."""
    used: set[str] = set()
    declared: set[str] = set()
    form, before = "", ""
    for kind, text in _tokens(query):
        word = text.upper() if kind == "word" else ""
        if word == "SERVICE":
            raise BadQuestion("the question asks another server (SERVICE); only the data at hand can be asked")
        if word in _FORMS or (word in _UPDATES and not form):
            form = form or word
        if kind == "name":
            prefix = text.partition(":")[0]
            (declared if before == "PREFIX" else used).add(prefix)
        before = word
    if form in _UPDATES:
        raise BadQuestion(f"{form} would change the data; a question begins with {', '.join(_FORMS)}")
    return used, declared


@lru_cache(maxsize=256)
def prepared(query: str) -> str:
    """Return a question as the engine gets it: checked, with the prefixes it uses declared on a line before it.

    >>> prepared("ASK { chip:h20 a pg:Chip }").splitlines()[0].count("PREFIX")
    2

    Raises
    ------
    BadQuestion
        If it would change something or ask another server.
    """
    used, declared = _checked(query)
    plain = _ESCAPE.sub(lambda found: chr(int(found.group(1) or found.group(2), 16) % 0x110000), query)
    if plain != query:
        _checked(plain)
    needed = sorted((used - declared) & PREFIXES.keys())
    return " ".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>" for prefix in needed) + "\n" + query


def ask_store(store: ox.Store, query: str) -> pd.DataFrame:
    """Ask a store; return one row per solution, one cell for ASK, one row per triple for CONSTRUCT and DESCRIBE.

    Columns are numbers, truth values or days where all their values are, else text; entities come under their short names, which
    can be pasted into the next question.

    Raises
    ------
    BadQuestion
        If the question does not parse, would change something, or asks another server.
    """
    import pandas as pd

    try:
        answer = store.query(prepared(query), use_default_graph_as_union=True)
        if isinstance(answer, ox.QueryBoolean):
            return pd.DataFrame({"answer": [bool(answer)]})
        if isinstance(answer, ox.QueryTriples):
            rows = sorted((str(triple.subject), str(triple.predicate), _turtle(triple.object)) for triple in answer)
            return _frame(["subject", "predicate", "object"], [list(column) for column in zip(*rows, strict=True)])
        written = answer.serialize(format=ox.QueryResultsFormat.TSV) or b""
    except SyntaxError as error:
        raise BadQuestion(f"the question does not parse: {_place(str(error))}") from None
    except (OSError, ValueError, RuntimeError) as error:
        raise BadQuestion(f"the question cannot be answered: {error}") from None
    head, _, body = written.decode().partition("\n")
    names = [name.removeprefix("?") for name in head.split("\t")] if head else []
    lines = body.split("\n")[:-1]
    if len(names) == 1:
        return _frame(names, [lines])
    return _frame(names, [list(column) for column in zip(*(line.split("\t") for line in lines), strict=True)])


def _place(message: str) -> str:
    """Count lines as the person wrote them, without the line of prefixes."""
    return _LINE.sub(lambda found: f"line {int(found.group(1)) - 1}, column {found.group(2)}: ", message, count=1)


def _turtle(term: Any) -> str:
    text = str(term)
    return text.replace("\t", "\\t")


# ---- cells, written as in Turtle, to values


def _frame(names: list[str], columns: list[list[str]]) -> pd.DataFrame:
    import pandas as pd

    filled = columns or [[] for _ in names]
    return pd.DataFrame({name: _column(cells) for name, cells in zip(names, filled, strict=True)}, columns=names, copy=False)


_XSD = PREFIXES["xsd"]
_DAY_ENDS: Final = f'"^^<{_XSD}date>'
_KINDS: Final[dict[str, Callable[[str], Any]]] = {
    _XSD + "integer": int, _XSD + "decimal": float, _XSD + "double": float, _XSD + "float": float,
    _XSD + "boolean": lambda text: text in ("true", "1"),
}  # fmt: skip


class _Cells(dict[str, Any]):
    """What cells mean, each worked out once."""

    def __missing__(self, cell: str) -> Any:
        value = self[cell] = _value(cell)
        return value


def _value(cell: str) -> Any:
    if not cell:
        return None
    if cell[0] == "<":
        return short(cell[1:-1])
    if cell[0] == '"':
        text, _, mark = cell[1:].rpartition('"')
        if "\\" in text:
            text = _unescaped(text)
        if mark.startswith("^^<"):
            return _typed(text, mark[3:-1])
        return text
    if cell in ("true", "false"):
        return cell == "true"
    if cell[0] in "+-.0123456789":
        return int(cell) if cell.lstrip("+-").isdigit() else float(cell)
    return cell


def _typed(text: str, datatype: str) -> Any:
    if datatype == _XSD + "date":
        return np.datetime64(text[:10], "s") if re.fullmatch(r"\d{4}-\d\d-\d\d", text) else text
    read = _KINDS.get(datatype)
    try:
        return read(text) if read else text
    except ValueError:
        return text


def _unescaped(text: str) -> str:
    plain = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}
    return re.sub(
        r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))",
        lambda found: plain.get(found[3], found[3]) if found[3] else chr(int(found[1] or found[2], 16)),
        text,
    )


def _column(cells: list[str]) -> Any:
    """Turn one column of cells into an array of the narrowest type that holds them all."""
    import pandas as pd

    meaning = _Cells()
    values = [meaning[cell] for cell in cells]
    kinds = {type(value) for value in meaning.values()}
    empty = type(None) in kinds
    kinds.discard(type(None))
    if kinds == {np.datetime64}:
        return np.array([np.datetime64("NaT") if value is None else value for value in values], dtype="datetime64[s]")
    if kinds == {bool}:
        return pd.array(values, dtype="boolean") if empty else np.array(values, dtype=bool)
    if kinds == {int} and not empty:
        return np.array(values, dtype=np.int64) if all(abs(value) < 2**63 for value in meaning.values()) else values
    if kinds == {int}:
        return pd.array(values, dtype="Int64")
    if kinds and kinds <= {int, float}:
        return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
    if kinds <= {str}:
        column = np.empty(len(values), dtype=object)
        column[:] = values
        return column
    return pd.Series([value.item().date() if isinstance(value, np.datetime64) else value for value in values], dtype=object)
