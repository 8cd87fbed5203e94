"""Where tables are read and computed: DuckDB in this process, or Spark.

Comes in: files of one form. Goes out: :class:`Raw`, an Ibis table of their cells as they stand. Everything else about shipments and
chains is written once, in Ibis, for both.
"""

from __future__ import annotations

import csv
import os
import re
import sys
import weakref
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, Protocol

from policygraph.errors import BadData, BadQuestion, MissingExtra, Place

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pyarrow as pa

__all__ = ["DuckDB", "Engine", "Raw", "Spark", "engine_of"]

_MEMORY: Final = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([KMGT]i?B)\s*", re.IGNORECASE)
_BATCH: Final = 50_000
_NEVER: Final = "\x01"
_CUT: Final = "the file may have been cut, or a cell holds an unquoted separator"


@dataclass(frozen=True, eq=False)
class Raw:
    """Rows as they stand in some files of one form.

    Attributes
    ----------
    table
        ``file``, ``row`` (from 1), ``fault`` and ``whole`` (null for a row with the right number of cells), and the cells ``c0`` ...
    header
        What the files call these columns.
    remarks
        What looks odd about a file.
    """

    table: ir.Table
    header: tuple[str, ...]
    files: tuple[str, ...]
    remarks: Mapping[str, str] = field(default_factory=dict)


class Engine(Protocol):
    """What reads and computes."""

    def csv(self, paths: Sequence[Path], separator: str, header: Sequence[str]) -> Raw:
        """Read CSV files with the same first line."""

    def parquet(self, paths: Sequence[Path]) -> Raw:
        """Read Parquet files with the same columns."""

    def arrow(self, name: str, table: pa.RecordBatchReader) -> Raw:
        """Take an Arrow table."""

    def hold(self, expression: ir.Table) -> ir.Table:
        """Compute a table once, for as long as somebody asks something of it."""

    def keep(self, expression: ir.Table) -> ir.Table:
        """Compute a table once, on disk, for as long as the engine lives."""


def engine_of(backend: str | None, memory: str) -> Engine:
    """Return an engine by its name.

    Raises
    ------
    MissingExtra
        If what it needs is not installed.
    BadQuestion
        If there is no such engine, or it cannot have that much memory.
    """
    found = _MEMORY.fullmatch(memory)
    if found is None or float(found[1]) == 0:
        raise BadQuestion(f"'{memory}' is no amount of memory; write it as 2GB or 500MB")
    size = f"{found[1]}{found[2].upper().replace('I', '')}"
    if backend in (None, "duckdb"):
        return DuckDB(size)
    if backend in ("spark", "pyspark"):
        return Spark(size)
    raise BadQuestion(f"shipments are not read with '{backend}'; use duckdb or spark")


def first_line(path: Path) -> tuple[str, tuple[str, ...]]:
    """Return what parts the cells of a CSV file, and its columns."""
    try:
        with _text(path) as stream:
            line = stream.readline()
    except (OSError, EOFError) as error:
        raise unreadable(path, error) from None
    if not line.strip():
        raise BadData([(Place(path.as_posix(), 1), "the file is empty; its first line names the columns")])
    if _is_no_text(line):
        raise BadData([(Place(path.as_posix(), 1), "the first line is no UTF-8 text; save the file as UTF-8")])
    separator = max((",", ";", "\t", "|"), key=line.count)
    header = tuple(cell.strip() for cell in next(csv.reader([line], delimiter=separator)))
    double = next((name for name in header if header.count(name) > 1), None)
    if double is not None:
        raise BadData([(Place(path.as_posix(), 1), f"two columns are called '{double}'; call each by one name")])
    return separator, header


def _text(path: Path) -> Any:
    """Open a text file, packed or not; bytes that are no text come as surrogates."""
    import gzip

    opened: Any = gzip.open if path.suffix == ".gz" else open
    return opened(path, "rt", encoding="utf-8-sig", errors="surrogateescape", newline="")


def _is_no_text(cell: str) -> bool:
    return not cell.isascii() and any("\udc80" <= character <= "\udcff" for character in cell)


def unreadable(path: Path | str, error: Exception) -> BadData:
    """Say that a file cannot be read."""
    said = " ".join(str(error).split())[:200]
    return BadData([(Place(Path(path).as_posix()), f"the file cannot be read, perhaps because it was cut: {said}")])


class DuckDB:
    """DuckDB in this process; what does not fit into its memory goes to a directory that is removed with it.

    Parameters
    ----------
    memory
        The most it may use, such as ``2GB``.
    """

    def __init__(self, memory: str) -> None:
        try:
            import duckdb
            import ibis
        except ImportError:
            raise MissingExtra("reading shipments", "ship") from None
        self._errors: type[Exception] = duckdb.Error
        self._place = TemporaryDirectory(prefix="policygraph-", ignore_cleanup_errors=True)
        self._numbers = count()
        try:
            self.connection = ibis.duckdb.connect(
                Path(self._place.name) / "shipments.duckdb", memory_limit=memory, temp_directory=str(Path(self._place.name) / "spilled")
            )
        except duckdb.Error as error:
            raise BadQuestion(f"DuckDB cannot have {memory} of memory: {error}") from None
        self._closing = weakref.finalize(self, _close, self.connection, self._place)

    def sql(self, text: str) -> Any:
        """Run a statement."""
        return self.connection.raw_sql(text)

    def _name(self) -> str:
        return f"t{next(self._numbers)}"

    def hold(self, expression: ir.Table) -> ir.Table:
        """Compute a table once, for as long as somebody asks something of it."""
        name = self._name()
        held = self.connection.create_table(name, expression, temp=True)
        weakref.finalize(held.op(), _drop, weakref.ref(self), name).atexit = False
        return held

    def keep(self, expression: ir.Table) -> ir.Table:
        """Compute a table once, on disk, for as long as the engine lives."""
        return self.connection.create_table(self._name(), expression)

    def csv(self, paths: Sequence[Path], separator: str, header: Sequence[str]) -> Raw:
        """Read CSV files with the same first line; one in which some row has not the right cells is read once more, row by row."""
        name = self._name()
        names = [f"c{place}" for place in range(len(header))]
        cells = ", ".join(f"{cell} VARCHAR" for cell in names)
        self.sql(f"CREATE TABLE {name} (file VARCHAR, row BIGINT, fault VARCHAR, whole VARCHAR, {cells})")
        for path in paths:
            quoted = path.as_posix().replace("'", "''")
            kinds = ", ".join(f"'{cell}': 'VARCHAR'" for cell in names)
            read = (
                f"read_csv('{quoted}', header=true, auto_detect=false, delim='{separator}', quote='\"', escape='\"', nullstr='{_NEVER}', "
                f"columns={{{kinds}}}, strict_mode=true)"
            )
            try:
                self.sql(f"INSERT INTO {name} SELECT '{quoted}', row_number() OVER (), NULL, NULL, * FROM {read}")
            except self._errors:
                self._row_by_row(name, path, separator, len(header))
        remark = "its last line does not end, so the file may have been cut"
        remarks = {path.as_posix(): remark for path in paths if not _ends(path)}
        return Raw(self.connection.table(name), tuple(header), tuple(path.as_posix() for path in paths), remarks)

    def _row_by_row(self, name: str, path: Path, separator: str, cells: int) -> None:
        import pyarrow as pa

        names = ["file", "row", "fault", "whole", *(f"c{place}" for place in range(cells))]
        schema = pa.schema([(one, pa.int64() if one == "row" else pa.string()) for one in names])
        rows = _rows(path, separator, cells)
        batches = iter(lambda: list(islice(rows, _BATCH)), [])
        reader = pa.RecordBatchReader.from_batches(
            schema, (pa.record_batch([list(column) for column in zip(*batch, strict=True)], schema=schema) for batch in batches)
        )
        self._taken(f"INSERT INTO {name}", reader, "*")

    def _taken(self, statement: str, reader: pa.RecordBatchReader, columns: str) -> None:
        """Put what an Arrow reader gives, in its order, where a statement says."""
        name = self._name()
        self.connection.con.register(name, reader)
        self.sql(f"{statement} SELECT {columns} FROM {name}")
        self.connection.con.unregister(name)

    def parquet(self, paths: Sequence[Path]) -> Raw:
        """Read Parquet files with the same columns; nothing is copied."""
        name = self._name()
        files = ", ".join("'" + path.as_posix().replace("'", "''") + "'" for path in paths)
        try:
            read = f"read_parquet([{files}], file_row_number=true, filename=true)"
            header = [row[0] for row in self.sql(f"DESCRIBE SELECT * EXCLUDE (file_row_number, filename) FROM {read}").fetchall()]
            cells = ", ".join(f'"{column.replace(chr(34), chr(34) * 2)}" AS c{place}' for place, column in enumerate(header))
            fixed = "filename AS file, file_row_number + 1 AS row, NULL::VARCHAR AS fault, NULL::VARCHAR AS whole"
            self.sql(f"CREATE VIEW {name} AS SELECT {fixed}, {cells} FROM {read}")
            return Raw(self.connection.table(name), tuple(header), tuple(path.as_posix() for path in paths))
        except self._errors as error:
            raise unreadable(next((path for path in paths if path.as_posix() in str(error)), paths[0]), error) from None

    def arrow(self, name: str, table: pa.RecordBatchReader) -> Raw:
        """Take an Arrow table, in its order."""
        held, header = self._name(), tuple(table.schema.names)
        quoted = name.replace("'", "''")
        fixed = f"'{quoted}' AS file, row_number() OVER () AS row, NULL::VARCHAR AS fault, NULL::VARCHAR AS whole"
        cells = ", ".join(f'"{column.replace(chr(34), chr(34) * 2)}" AS c{place}' for place, column in enumerate(header))
        try:
            self._taken(f"CREATE TABLE {held} AS", table, f"{fixed}, {cells}")
            return Raw(self.connection.table(held), header, (name,))
        except self._errors as error:
            raise unreadable(name, error) from None


def _drop(engine: weakref.ref[DuckDB], name: str) -> None:
    alive = engine()
    if alive is not None and alive._closing.alive:
        alive.sql(f"DROP TABLE IF EXISTS {name}")


def _close(connection: Any, place: TemporaryDirectory[str]) -> None:
    connection.disconnect()
    place.cleanup()


def _ends(path: Path) -> bool:
    """Tell whether the last line of a file ends; of a packed file nothing is said."""
    if path.suffix == ".gz":
        return True
    with path.open("rb") as stream:
        stream.seek(-1, os.SEEK_END)
        return stream.read(1) in (b"\n", b"\r")


def _rows(path: Path, separator: str, cells: int) -> Iterator[tuple[Any, ...]]:
    """Read a CSV file row by row, with a fault for a row that has not so many cells or is no text."""
    shown = path.as_posix()
    csv.field_size_limit(sys.maxsize)
    with _text(path) as stream:
        reader = csv.reader(stream, delimiter=separator)
        next(reader)
        number, before = 0, reader.line_num
        for row in reader:
            lines, before = reader.line_num - before, reader.line_num
            if not row:
                continue
            number += 1
            fault = None
            if len(row) != cells:
                fault = f"the row has {len(row)} cells, and the columns are {cells}: {_CUT}"
                fault += f"; it runs over {lines:,} lines, as where a quotation mark is not closed" if lines > 1 else ""
            elif any(map(_is_no_text, row)):
                fault = "the row is no UTF-8 text; save the file as UTF-8"
            if fault is None:
                yield (shown, number, None, None, *row)
            else:
                whole = separator.join(row).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
                yield (shown, number, fault, whole, *([None] * cells))


class Spark:
    """Spark, in a session that is there already or in a local one.

    Parameters
    ----------
    memory
        What a new session may use; one that is there already keeps its own.
    """

    def __init__(self, memory: str) -> None:
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        try:
            import ibis
            from pyspark.sql import SparkSession
        except ImportError:
            raise MissingExtra("reading shipments with Spark", "spark") from None
        self.session = SparkSession.getActiveSession() or _session(SparkSession, memory)
        self.connection = ibis.pyspark.connect(self.session)
        self._numbers = count()

    def hold(self, expression: ir.Table) -> ir.Table:
        """Compute a table once; what it was computed from is forgotten, or Spark would plan all of it again at each step."""
        name = self._name()
        self.connection.create_view(name, expression)
        held = self.session.table(name).localCheckpoint()
        self.session.catalog.dropTempView(name)
        held.createTempView(name)
        return self.connection.table(name)

    keep = hold

    def _name(self) -> str:
        return f"policygraph_{os.getpid()}_{id(self)}_{next(self._numbers)}"

    def _raw(self, frame: Any, header: Sequence[str], files: Sequence[str]) -> Raw:
        name = self._name()
        frame.createOrReplaceTempView(name)
        return Raw(self.connection.table(name), tuple(header), tuple(files))

    def csv(self, paths: Sequence[Path], separator: str, header: Sequence[str]) -> Raw:
        """Read CSV files with the same first line."""
        from functools import reduce

        from pyspark.sql import functions as f

        cells = [f"c{place}" for place in range(len(header))]
        schema = ", ".join([*(f"{cell} string" for cell in cells), "whole string"])
        said = f.lit(f"the row has not the {len(header)} cells of the columns: {_CUT}")
        frames = []
        for path in paths:
            read = self.session.read.csv(
                str(path.resolve()), schema=schema, header=True, sep=separator, quote='"', escape='"', multiLine=True,
                enforceSchema=True, columnNameOfCorruptRecord="whole",
            )  # fmt: skip
            placed = read.select(
                f.lit(path.as_posix()).alias("file"), f.monotonically_increasing_id().alias("place"),
                f.when(f.col("whole").isNotNull(), said).alias("fault"), "whole", *cells,
            )  # fmt: skip
            frames.append(_numbered(placed))
        whole = reduce(lambda one, other: one.union(other), frames).localCheckpoint()  # Spark finds bad rows only where it reads all cells
        return self._raw(whole, header, [path.as_posix() for path in paths])

    def parquet(self, paths: Sequence[Path]) -> Raw:
        """Read Parquet files with the same columns."""
        from pyspark.sql import functions as f

        read = self.session.read.parquet(*(str(path.resolve()) for path in paths))
        header = read.columns
        names = self.session.createDataFrame([(path.resolve().as_uri().replace("file:///", "file:/"), path.as_posix()) for path in paths],
                                             "uri string, file string")  # fmt: skip
        cells = [f.col(f"`{column}`").alias(f"c{place}") for place, column in enumerate(header)]
        nothing = f.lit(None).cast("string")
        where = f.regexp_replace(f.col("_metadata.file_path"), "^file:/+", "file:/").alias("uri")
        rows = read.select(where, (f.col("_metadata.row_index") + 1).alias("row"), nothing.alias("fault"), nothing.alias("whole"), *cells)
        named = rows.join(f.broadcast(names), "uri").select("file", "row", "fault", "whole", *(f"c{place}" for place in range(len(header))))
        return self._raw(named, header, [path.as_posix() for path in paths])

    def arrow(self, name: str, table: pa.RecordBatchReader) -> Raw:
        """Take an Arrow table, in its order."""
        from pyspark.sql import functions as f

        whole = table.read_all()
        frame = self.session.createDataFrame(whole.rename_columns([f"c{place}" for place in range(whole.num_columns)]))
        nothing = f.lit(None).cast("string")
        placed = frame.select(f.lit(name).alias("file"), f.monotonically_increasing_id().alias("place"), nothing.alias("fault"),
                              nothing.alias("whole"), "*")  # fmt: skip
        return self._raw(_numbered(placed), table.schema.names, [name])


def _numbered(frame: Any) -> Any:
    """Number the rows of each file by their place."""
    from pyspark.sql import Window
    from pyspark.sql import functions as f

    number = f.row_number().over(Window.partitionBy("file").orderBy("place")).cast("long").alias("row")
    return frame.select("file", number, *(column for column in frame.columns if column not in ("file", "place")))


def _session(builder: Any, memory: str) -> Any:
    """Start Spark on this machine, out of reach of others."""
    amount = re.sub(r"(\d+)(?:\.\d+)?([KMGT])B", r"\1\2", memory).lower()
    try:
        return (
            builder.builder.master("local[2]").appName("policygraph").config("spark.driver.memory", amount)
            .config("spark.driver.host", "127.0.0.1").config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.ui.enabled", "false").config("spark.ui.showConsoleProgress", "false").config("spark.sql.shuffle.partitions", "4")
            .config("spark.sql.session.timeZone", "UTC").config("spark.log.level", "ERROR").getOrCreate()
        )  # fmt: skip
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise BadQuestion(f"Spark does not start ({said}); it needs Java 17 or later") from None
