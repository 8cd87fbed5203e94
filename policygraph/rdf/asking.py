"""Questions in SPARQL 1.1, and their answers as frames.

Comes in: an Oxigraph store and the text of a question. Goes out: a pandas frame with short names and typed columns. A question only
reads, and reaches nothing outside: updates and ``SERVICE`` are refused before the engine sees them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pyoxigraph as ox

from policygraph.errors import BadQuestion, UnknownName, nearest
from policygraph.names import PREFIXES, short

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["ask_store", "prepared"]

_TOKEN: Final = re.compile(
    r"""
    (?P<comment>\#[^\r\n]*)
  | (?P<iri><[^<>"{}|^`\x00-\x20]*>)
  | (?P<text>\"{3}(?:\"{0,2}(?:[^"\\]|\\.))*\"{3}|'{3}(?:'{0,2}(?:[^'\\]|\\.))*'{3}|"(?:[^"\\\r\n]|\\.)*"|'(?:[^'\\\r\n]|\\.)*')
  | (?P<variable>[?$]\w+)
  | (?P<tag>@\w[\w-]*)
  | (?P<name>(?:[^\W\d_][\w.-]*|_)?:
      (?:(?:[\w:]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?#@%-])
         (?:[\w:.-]|%[0-9A-Fa-f]{2}|\\[_~.!$&'()*+,;=/?#@%-])*)?)
  | (?P<word>[^\W\d]\w*)
  | (?P<space>\s+)
  | (?P<number>(?:[0-9]+\.?[0-9]*|\.[0-9]+)[eE][+-]?[0-9]+|[0-9]*\.[0-9]+|[0-9]+)
  | (?P<other>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_FORMS: Final = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES: Final = ("INSERT", "DELETE", "LOAD", "CLEAR", "CREATE", "DROP", "COPY", "MOVE", "ADD", "WITH")
_AFTER_LESS: Final = re.compile(r"\).*SERVICE.*#", re.IGNORECASE)
"""In what looks like an IRI: ``(?x<1)SERVICE...#>`` is a comparison, a call and a remark."""
_LONGEST, _DEEPEST, _IN_A_ROW, _PARTS = 100_000, 50, 100, 1000
"""What the engine bears: it recurses without a guard, so beyond a few times as much it takes the process down with it."""
_OPERATORS: Final = frozenset("!+-*/|&^=<>?")
_CLAUSES: Final = ("AS", "BIND", "FILTER", "VALUES", "UNION", "OPTIONAL", "MINUS", "EXISTS")
_LINE: Final = re.compile(r"error at (\d+):(\d+): ")


def _tokens(query: str) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(query):
        kind = found.lastgroup or "other"
        if kind not in ("comment", "space"):
            yield kind, found.group()


def _calls(kind: str, text: str) -> bool:
    """Whether a token can call another server; the engine finds the word also where it touches others, as in ``SERVICEx:y``."""
    if kind == "iri":
        return _AFTER_LESS.search(text) is not None
    return kind not in ("text", "variable", "tag") and "SERVICE" in text.partition(":")[0].upper()


def _checked(query: str) -> tuple[set[str], set[str]]:
    """Refuse what is no question; return the prefixed names it uses and the prefixes it declares."""
    used: set[str] = set()
    declared: set[str] = set()
    form, before = "", ""
    for kind, text in _tokens(query):
        word = text.upper() if kind == "word" else ""
        if _calls(kind, text):
            raise BadQuestion("the question asks another server (SERVICE); only the data at hand can be asked")
        if word in _FORMS or (word in _UPDATES and not form):
            form = form or word
        if kind == "name":
            if before == "PREFIX":
                declared.add(text[:-1])
            else:
                used.add(text.replace("\\", ""))
        before = word
    if form in _UPDATES:
        raise BadQuestion(f"{form} would change the data; a question begins with {', '.join(_FORMS)}")
    return used, declared


def _bounded(query: str) -> None:
    """Refuse what is longer, deeper or more involved than the engine bears."""
    if len(query) > _LONGEST:
        raise BadQuestion(f"the question has {len(query):,} characters and may have {_LONGEST:,}")
    depth = row = parts = 0
    before = ""
    for kind, text in _tokens(query):
        if kind == "other" and text in _OPERATORS:
            row += 1
        elif kind == "other" and text in "{}.;" and before != "number":
            row = 0
        before = kind
        if kind == "other":
            depth = depth + 1 if text in "{([" else max(depth - 1, 0) if text in "})]" else depth
        parts += text == "{" or (kind == "word" and text.upper() in _CLAUSES)
        if depth > _DEEPEST:
            raise BadQuestion(f"the question has more than {_DEEPEST} brackets within each other; ask in parts")
        if row > _IN_A_ROW:
            raise BadQuestion(f"the question has more than {_IN_A_ROW} operators in one expression or path; ask in parts, or use IN")
        if parts > _PARTS:
            raise BadQuestion(f"the question has more than {_PARTS:,} groups, filters and bindings; ask in parts")


def _chooses_graphs(query: str) -> bool:
    """Whether a question says with FROM which graphs it asks."""
    return any(kind == "word" and "FROM" in text.upper() for kind, text in _tokens(_plain(query)))


def _plain(query: str) -> str:
    return _ESCAPE.sub(lambda found: chr(int(found[1] or found[2], 16) % 0x110000), query)


@lru_cache(maxsize=256)
def prepared(query: str, terms: frozenset[str] = frozenset()) -> str:
    """Return a question as the engine gets it: checked, with the prefixes it uses declared on a line before it.

    Parameters
    ----------
    query
        The question as written.
    terms
        Every term of the ontology, by short name; if given, the question may use no other ``pg:`` term.

    Raises
    ------
    BadQuestion
        If it would change something, ask another server, use a prefix or a term that does not exist, or is too long or involved.

    Examples
    --------
    >>> prepared("ASK { chip:h20 a pg:Chip }").splitlines()[0].count("PREFIX")
    2
    """
    _bounded(query)
    names, declared = _checked(query)
    plain = _plain(query)
    if plain != query:
        _bounded(plain)
        _checked(plain)
    used = {name.partition(":")[0] for name in names} - declared - {"_"}
    for prefix in sorted(used - PREFIXES.keys()):
        near = nearest(prefix, PREFIXES, 1)
        hint = f"; did you mean '{near[0]}:'?" if near else "; begin with PREFIX, or use one of the known prefixes"
        raise BadQuestion(f"the question uses the prefix '{prefix}:', which it does not declare{hint}")
    for name in sorted(name for name in names if terms and name.startswith("pg:") and "pg" not in declared):
        if name not in terms:
            raise BadQuestion(str(UnknownName(f"the ontology has no term '{name}'", nearest(name, terms))))
    return " ".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}>" for prefix in sorted(used)) + "\n" + query


def ask_store(store: ox.Store, query: str, terms: frozenset[str] = frozenset()) -> pd.DataFrame:
    """Ask a store; return one row per solution, one cell for ASK, one row per triple for CONSTRUCT and DESCRIBE.

    Plain patterns see every graph, unless ``FROM`` names some. Columns are numbers, truth values or days where all their values are,
    else text; entities come under their short names, which can be pasted into the next question.

    Raises
    ------
    BadQuestion
        If the question does not parse, would change something, or asks another server.
    """
    question = prepared(query, terms)
    try:
        answer = store.query(question, use_default_graph_as_union=not _chooses_graphs(query))
        if isinstance(answer, ox.QueryBoolean):
            return _frame(["answer"], [["true" if answer else "false"]])
        if isinstance(answer, ox.QueryTriples):
            triples = sorted((str(triple.subject), str(triple.predicate), str(triple.object)) for triple in answer)
            names = ["subject", "predicate", "object"]
            return _frame(names, [[triple[place] for triple in triples] for place in range(3)])
        written = answer.serialize(format=ox.QueryResultsFormat.TSV) or b""
    except SyntaxError as error:
        raise BadQuestion(f"the question does not parse: {_place(str(error))}") from None
    except (OSError, ValueError, RuntimeError) as error:
        raise BadQuestion(f"the question cannot be answered: {error}") from None
    head, _, body = written.decode().partition("\n")
    names = [name[1:] for name in head.split("\t") if name]
    cells = body.replace("\n", "\t").split("\t")[:-1]
    return _frame(names, [cells[place :: len(names)] for place in range(len(names))])


def _place(message: str) -> str:
    """Count lines as the person wrote them, without the line of prefixes."""
    placed = _LINE.sub(lambda found: f"line {int(found[1]) - 1}, column {found[2]}: ", message, count=1)
    return placed if len(placed) <= 160 else placed[:160].rpartition(",")[0] + " ..."


# ---- cells, written as in Turtle, to values


def _frame(names: Sequence[str], columns: Iterable[Sequence[str]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame({name: _column(cells) for name, cells in zip(names, columns, strict=True)}, copy=False)


_XSD = PREFIXES["xsd"]
_DAY: Final = f"^^<{_XSD}date>"
_READ: Final[dict[str, Callable[[str], Any]]] = {
    f"^^<{_XSD}integer>": int, f"^^<{_XSD}decimal>": float, f"^^<{_XSD}double>": float, f"^^<{_XSD}float>": float,
    f"^^<{_XSD}boolean>": lambda text: text in ("true", "1"), _DAY: lambda text: date.fromisoformat(text),
}  # fmt: skip
_HEADS: Final = {f"<{namespace[:-1]}": f"{prefix}:" for prefix, namespace in PREFIXES.items() if namespace.endswith("/")}
_IN_LOCAL: Final = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-:\n"
_ESCAPED: Final = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|(.))")
_CONTROLS: Final = {"t": "\t", "n": "\n", "r": "\r", "b": "\b", "f": "\f"}


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda found: _CONTROLS.get(found[3], found[3]) if found[3] else chr(int(found[1] or found[2], 16)), text)


def _value(cell: str) -> Any:
    """Return what one cell means; a number, truth value or day that is malformed stays text."""
    if not cell:
        return None
    if cell[0] == "<" and cell[1] != "<":
        return short(cell[1:-1])
    if cell[0] == '"':
        text, _, mark = cell[1:].rpartition('"')
        if "\\" in text:
            text = _unescaped(text)
        read = _READ.get(mark)
    else:
        text, read = cell, int if cell.lstrip("+-").isdigit() else float if cell[0] in "+-.0123456789" else None
        if cell in ("true", "false"):
            return cell == "true"
    try:
        return read(text) if read else text
    except ValueError:
        return text


def _column(cells: Sequence[str]) -> Any:
    """Turn a column of cells into an array of the narrowest type that holds them all."""
    import pandas as pd

    different = set(cells)
    values: Any = _alike(cells) if len(different) > len(cells) // 4 else None
    if isinstance(values, np.ndarray):
        return values
    kinds: set[type] = {str}
    if values is None:
        means = {cell: _value(cell) for cell in different}
        values = [means[cell] for cell in cells]
        kinds = {type(value) for value in means.values()}
    empty = type(None) in kinds
    kinds.discard(type(None))
    if kinds == {date}:
        return np.array([cell[1:11] or "NaT" for cell in cells], dtype="datetime64[s]")
    if kinds == {bool}:
        return pd.array(values, dtype="boolean") if empty else np.array(values, dtype=bool)
    if kinds == {int} and all(abs(value or 0) < 2**63 for value in values):
        return pd.array(values, dtype="Int64") if empty else np.array(values, dtype=np.int64)
    if float in kinds and kinds <= {int, float}:
        return np.array(values, dtype=np.float64)
    column = np.empty(len(values), dtype=object)
    column[:] = values
    return column if kinds <= {str} else pd.Series(column, dtype=object)


def _alike(cells: Sequence[str]) -> list[str] | npt.NDArray[np.datetime64] | None:
    """Read a column at once whose cells are all IRIs under known prefixes, all days, or all plain texts; else None."""
    text, count = "\n".join(cells), len(cells)
    if text.startswith("<"):
        return _shortened(cells, text) if text.count("\n<") == count - 1 else None
    if not text.startswith('"'):
        return None
    if len(text) == count * (13 + len(_DAY)) - 1 and text.count('"' + _DAY) == count:
        try:
            return np.array([cell[1:11] for cell in cells], dtype="datetime64[s]")
        except ValueError:
            return None
    plain = text.count('"') == 2 * count and text.count('"\n"') == count - 1 and text.endswith('"') and "\\" not in text
    return text[1:-1].split('"\n"') if plain else None


def _shortened(cells: Sequence[str], text: str) -> list[str] | None:
    """Give IRIs their short names, without looking at each local name; None if one of them has none."""
    head = cells[0].rpartition("/")[0]
    try:
        if text.count(f"\n{head}/") == len(cells) - 1:
            prefix, start = _HEADS[head], len(head) + 1
            names = [prefix + cell[start:-1] for cell in cells]
        else:
            names = [_HEADS[head] + local[:-1] for head, _, local in [cell.rpartition("/") for cell in cells]]
    except KeyError:
        return None
    text = "\n".join(names) + "\n"
    usual = not text.encode().translate(None, _IN_LOCAL) and text.count(":") == len(names)
    return names if usual and not any(end in text for end in (":.", ":-", ".\n", ":\n")) else None
