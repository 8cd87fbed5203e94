"""Reading shipments: files, a directory of them, or rows, into one table; what cannot stay is told, row by row.

Comes in: CSV (also ``.csv.gz`` and ``.tsv``), Parquet, Arrow or Feather files. Goes out:
:class:`~policygraph.shipments.table.Shipments`. A file that cannot be read, or in which a required column is missing, refuses the whole; a
bad row only itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from policygraph.errors import BadData, BadQuestion, MissingExtra, Place
from policygraph.shipments.columns import NAMES
from policygraph.shipments.mapping import Mapping
from policygraph.shipments.table import FileReport, Report, Shipments, together

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

    from policygraph.shipments.engines import Engine, Raw

__all__ = ["read_shipments"]

_CSV: Final = (".csv", ".tsv", ".csv.gz")
_PARQUET: Final = (".parquet", ".pq")
_ARROW: Final = (".arrow", ".feather", ".ipc")
_ROWS: Final = "the rows"


def read_shipments(
    given: str | Path | Iterable[Any] | Any, mapping: Mapping | str | Path | None = None, backend: str | None = None,
    memory: str = "2GB", progress: Callable[[str], None] = lambda _: None,
) -> Shipments:  # fmt: skip
    """Read shipments and check every row.

    Parameters
    ----------
    given
        A file, a directory, a pandas frame, an Arrow table, or rows as mappings or as :class:`~policygraph.shipments.columns.Shipment`.
    mapping
        What the files call the columns and how they write dates and numbers; a mapping or a YAML file, see
        :mod:`policygraph.shipments.mapping`.
    backend
        ``duckdb``, the default, or ``spark``.
    memory
        The most memory to use; what does not fit goes to disk.
    progress
        Is told in words what is being done.

    Raises
    ------
    BadData
        If a file cannot be read at all, or a required column is missing.
    MissingExtra
        If the extra that the backend needs is not installed.

    Examples
    --------
    >>> row = dict(id="1", date="2024-03-01", item="chip", shipper="A", consignee="B", origin="US", destination="Turkey")
    >>> print(read_shipments([row, {**row, "id": "2", "destination": "Atlantis"}]))
    the rows: 2 rows, 1 accepted, 1 rejected
    """
    from policygraph.shipments.engines import engine_of

    known = mapping if isinstance(mapping, Mapping) else Mapping() if mapping is None else Mapping.read(Path(mapping))
    engine = engine_of(backend, memory)
    raws: list[Raw] = []
    unread: list[Path] = []
    if isinstance(given, (str, Path)):
        files, unread = _files(Path(given))
        raws = list(_read(files, engine, progress))
    else:
        raws = [engine.arrow(_ROWS, _arrow(given))]
    return _checked(raws, unread, known, engine, progress)


def _files(place: Path) -> tuple[list[Path], list[Path]]:
    """Return the files to read, and those of no form that can be read."""
    if not place.exists():
        raise BadData([(Place(place.as_posix()), "there is no such file or directory")])
    if place.is_file():
        if not place.name.lower().endswith((*_CSV, *_PARQUET, *_ARROW)):
            ends = ", ".join((*_CSV, *_PARQUET, *_ARROW))
            raise BadData([(Place(place.as_posix()), f"a file of shipments ends in one of {ends}")])
        return [place], []
    found = sorted(path for path in place.rglob("*") if path.is_file() and not path.name.startswith("."))
    files = [path for path in found if path.name.lower().endswith((*_CSV, *_PARQUET, *_ARROW))]
    if not files:
        raise BadData([(Place(place.as_posix()), "the directory holds no CSV, Parquet, Arrow or Feather file")])
    return files, [path for path in found if path not in files]


def _read(files: Sequence[Path], engine: Engine, progress: Callable[[str], None]) -> Iterable[Raw]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from policygraph.shipments.engines import first_line, unreadable

    alike: dict[tuple[Any, ...], list[Path]] = {}
    texts: dict[tuple[str, tuple[str, ...]], list[Path]] = {}
    for path in files:
        name = path.name.lower()
        progress(f"reading {path.as_posix()}")
        if name.endswith(_CSV):
            texts.setdefault(first_line(path), []).append(path)
            continue
        try:
            if name.endswith(_PARQUET):
                schema = pq.read_schema(path)
                alike.setdefault(tuple((field.name, str(field.type)) for field in schema), []).append(path)
            else:
                yield engine.arrow(path.as_posix(), _ipc(path))
        except (pa.ArrowInvalid, pa.ArrowException, OSError) as error:
            raise unreadable(path, error) from None
    for (separator, header), paths in texts.items():
        yield engine.csv(paths, separator, header)
    for paths in alike.values():
        yield engine.parquet(paths)


def _ipc(path: Path) -> pa.RecordBatchReader:
    """Open an Arrow file or stream."""
    import pyarrow as pa

    with path.open("rb") as stream:
        is_file = stream.read(6) == b"ARROW1"
    if not is_file:
        return pa.ipc.open_stream(path)
    opened = pa.ipc.open_file(path)
    batches = (opened.get_batch(number) for number in range(opened.num_record_batches))
    return pa.RecordBatchReader.from_batches(opened.schema, batches)


def _arrow(given: Any) -> pa.RecordBatchReader:
    """Return rows, a frame or an Arrow table as Arrow."""
    try:
        import pandas as pd
        import pyarrow as pa
    except ImportError:
        raise MissingExtra("reading shipments", "ship") from None
    if isinstance(given, (pa.Table, pa.RecordBatchReader)):
        return given if isinstance(given, pa.RecordBatchReader) else given.to_reader()
    if not isinstance(given, pd.DataFrame):
        if not isinstance(given, Iterable):
            raise BadQuestion(f"{given!r} holds no shipments; give a file, a directory, rows, a pandas frame or an Arrow table")
        rows = [row.model_dump() if hasattr(row, "model_dump") else row for row in given]
        wrong = next((row for row in rows if not hasattr(row, "keys")), None)
        if wrong is not None:
            raise BadQuestion(f"a row of shipments is a mapping of columns to cells, and not {wrong!r}")
        names = list(dict.fromkeys(key for row in rows for key in row)) or list(NAMES)
        columns = [pa.array([None if row.get(name) is None else str(row[name]) for row in rows], pa.string()) for name in names]
        return pa.table(columns, names=list(map(str, names))).to_reader()
    frame = given.reset_index(drop=True)
    for name in frame.columns:
        if frame[name].dtype == object:
            frame[name] = [None if pd.isna(cell) else str(cell) for cell in frame[name]]
    return pa.Table.from_pandas(frame, preserve_index=False).to_reader()


def _checked(raws: Sequence[Raw], unread: Sequence[Path], mapping: Mapping, engine: Engine, progress: Callable[[str], None]) -> Shipments:
    from policygraph.shipments import checking

    mapped = [mapping.columns_of(raw.header, raw.files[0]) for raw in raws]
    rows = []
    for raw, columns in zip(raws, mapped, strict=True):
        progress(f"checking {', '.join(raw.files[:3])}{' and others' if len(raw.files) > 3 else ''}")
        sound = raw.table.filter(raw.table.fault.isnull())
        rows.append(engine.keep(checking.checked(_ours(sound, raw.header, columns, mapping), mapping)))
    progress("looking for ids that stand twice")
    whole = together(rows)
    twice = engine.hold(checking.doubles(whole))
    doubled = bool(twice.count().execute())
    accepted = whole.filter(whole.reason.isnull())
    bad = whole.filter(whole.reason.notnull()).select("file", "row", "reason")
    if doubled:
        others = twice.rename(file_="file", row_="row", again="reason")
        same = [accepted.file == others.file_, accepted["row"] == others.row_]
        accepted = accepted.anti_join(others, same)
        both = bad.outer_join(twice, ["file", "row"])
        joined = both.reason + "; " + both.reason_right
        bad = both.select(
            file=both.file.fill_null(both.file_right), row=both["row"].fill_null(both["row_right"]),
            reason=joined.fill_null(both.reason).fill_null(both.reason_right),
        )  # fmt: skip
    accepted = accepted.drop("reason")
    bad = engine.hold(together([bad, *(raw.table.filter(raw.table.fault.notnull()).select("file", "row", reason="fault") for raw in raws)]))
    rejected = engine.hold(together([_as_it_stood(raw, bad) for raw in raws]))
    progress("counting what was accepted and what was rejected")
    report = _report(raws, mapped, mapping, unread, accepted, bad)
    return Shipments(accepted, rejected, report, engine.hold)


def _ours(table: ir.Table, header: Sequence[str], columns: dict[str, str], mapping: Mapping) -> ir.Table:
    """Return the cells of rows under our names."""
    import ibis

    cells = {ours: table[f"c{header.index(theirs)}"] for ours, theirs in columns.items()}
    fixed = {ours: ibis.literal(value) for ours, value in mapping.constants.items()}
    return table.select("file", "row", **cells, **fixed)


def _as_it_stood(raw: Raw, bad: ir.Table) -> ir.Table:
    """Return the rejected rows of some files with the row as it stood."""
    import ibis

    table = raw.table.rename(file_="file", row_="row")
    found = bad.join(table, [bad.file == table.file_, bad["row"] == table.row_])
    stood: Any = ibis.literal("")
    for place in range(len(raw.header)):
        cell = found[f"c{place}"]
        text = (cell if cell.type().is_string() else cell.cast("string")).fill_null("")
        quoted = ibis.ifelse(text.re_search('[,"\n]'), ibis.literal('"') + text.replace('"', '""') + '"', text)
        stood = stood + ("," if place else "") + quoted
    return found.select("file", "row", "reason", stood=found.whole.fill_null(stood))


def _report(
    raws: Sequence[Raw], mapped: Sequence[dict[str, str]], mapping: Mapping, unread: Sequence[Path], accepted: ir.Table, bad: ir.Table
) -> Report:  # fmt: skip
    """Count rows where they come in and where they stay; the report refuses to be made if they do not add up."""
    stay, gone = _counts(accepted), _counts(bad)
    files = []
    for raw, columns in zip(raws, mapped, strict=True):
        came = _counts(raw.table)
        ignored = tuple(name for name in raw.header if name not in columns.values())
        for file in raw.files:
            remarks = (raw.remarks[file],) if file in raw.remarks else ()
            files.append(FileReport(file, came.get(file, 0), stay.get(file, 0), gone.get(file, 0), ignored, remarks))
    unknown = ("is no CSV, Parquet, Arrow or Feather file, and was not read",)
    files += [FileReport(path.as_posix(), 0, 0, 0, remarks=unknown) for path in unread]
    return Report(tuple(sorted(files, key=lambda one: one.file)))


def _counts(table: ir.Table) -> dict[str, int]:
    frame = table.group_by("file").agg(many=table.count()).execute()
    return {str(file): int(many) for file, many in zip(frame["file"], frame["many"], strict=True)}
