"""Shipments as a table, with what was rejected and why.

Comes in: checked rows on a backend. Goes out: :class:`Shipments`, immutable: accepted rows as an Ibis expression, rejected rows with file,
row, reasons and the row as it stood, and a report in which the rows that came in are those accepted and those rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from policygraph.names import counted

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from policygraph.shipments.columns import Shipment

__all__ = ["FileReport", "Report", "Shipments", "together"]


@dataclass(frozen=True, slots=True)
class FileReport:
    """What came of one file.

    Attributes
    ----------
    ignored
        Columns that are none of the form and that no mapping names.
    remarks
        What looks odd and rejects nothing by itself.
    """

    file: str
    rows: int
    accepted: int
    rejected: int
    ignored: tuple[str, ...] = ()
    remarks: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = f"{self.file}: {counted(self.rows, 'row')}, {self.accepted:,} accepted, {self.rejected:,} rejected"
        told += f"; columns that are not read: {', '.join(self.ignored)}" if self.ignored else ""
        return told + "".join(f"; {remark}" for remark in self.remarks)


@dataclass(frozen=True, slots=True)
class Report:
    """What came of all files; every row that came in was accepted or rejected."""

    files: tuple[FileReport, ...]

    def __post_init__(self) -> None:
        for one in self.files:
            if one.rows != one.accepted + one.rejected:
                said = f"{one.rows} rows of {one.file} came in, {one.accepted} were accepted and {one.rejected} rejected"
                raise AssertionError(f"rows were lost or doubled: {said}")

    @property
    def rows(self) -> int:
        """Rows that came in."""
        return sum(one.rows for one in self.files)

    @property
    def accepted(self) -> int:
        """Rows that stay."""
        return sum(one.accepted for one in self.files)

    @property
    def rejected(self) -> int:
        """Rows that do not."""
        return sum(one.rejected for one in self.files)

    def __str__(self) -> str:
        return "\n".join(map(str, self.files))


@dataclass(frozen=True, eq=False)
class Shipments:
    """Records of trade in one form.

    Attributes
    ----------
    table
        The accepted rows: the columns of the form, with ``file`` and ``row``; an Ibis expression.
    rejections
        ``file``, ``row``, ``reason``, and ``stood``, the row as it stood; an Ibis expression.
    report
        Rows in, accepted and rejected, of each file.
    hold
        Computes an expression once, in memory or, where that is full, on disk.
    """

    table: ir.Table = field(repr=False)
    rejections: ir.Table = field(repr=False)
    report: Report
    hold: Callable[[ir.Table], ir.Table] = field(repr=False)

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any] | Shipment] | pd.DataFrame | Any) -> Shipments:
        """Take rows: mappings or :class:`Shipment` values, a pandas frame, an Arrow table.

        Examples
        --------
        >>> row = dict(id="1", date="2024-03-01", item="chip", shipper="A", consignee="B", origin="US", destination="TR")
        >>> Shipments.of([row, {**row, "id": "2", "quantity": -1}]).rejected["reason"].tolist()
        ["quantity '-1' is not above zero"]
        """
        from policygraph.shipments.reading import read_shipments

        return read_shipments(rows)

    @property
    def backend(self) -> str:
        """Where the table is: ``duckdb`` or ``pyspark``."""
        return str(self.table.get_backend().name)

    @property
    def rejected(self) -> pd.DataFrame:
        """The rejected rows, in the order of files and rows."""
        frame: pd.DataFrame = self.rejections.order_by("file", "row").execute()
        return frame

    def write_rejected(self, path: str | Path) -> Path:
        """Write the rejected rows with their reasons to a CSV file."""
        self.rejected.to_csv(path, index=False)
        return Path(path)

    def to_pandas(self) -> pd.DataFrame:
        """Return the accepted rows, in the order of files and rows."""
        frame: pd.DataFrame = self.table.order_by("file", "row").execute()
        return frame

    def __len__(self) -> int:
        return self.report.accepted

    def __str__(self) -> str:
        return str(self.report)


def together(tables: Sequence[ir.Table]) -> ir.Table:
    """Put tables of the same columns under each other."""
    whole = tables[0]
    for table in tables[1:]:
        whole = whole.union(table.select(*whole.columns))
    return whole
