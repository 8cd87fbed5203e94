"""What two countries say of the same trade, and what became of it after a control.

In go trade statistics (:class:`~policygraph.diversion.comtrade.Trade`), out comes a :class:`Mirror`: for each exporter, importer, code and
month what the exporter says it sent and what the importer says it got, and, if a date is given, how each reported series stood in the
months before and after it.

*Gaps.* ``difference`` is imports less exports, ``ratio`` imports by exports; both only where both sides report. Exports are mostly told
free on board (fob), imports with cost, insurance and freight (cif): a ratio a little above 1 is what freight alone makes. Nothing is
adjusted; the basis stands beside each figure (of a weight, whether it is reported or estimated). Where one side says nothing the cell is
empty, never zero, and ``exports_missing`` or ``imports_missing`` says which silence it is: *no report* (that country reports no such
trade with anybody for the month in these tables) or *not listed* (it reports others; statistics leave out rows of nothing, small rows and
confidential ones alike).

*Surges.* ``before`` and ``after`` are the medians of the reported months among the 12 before and the 12 after the month of the date, which
itself counts for neither unless the date is its first day; ``ratio`` is after by before, only where each side has at least six
reported months. ``beyond`` counts the reported months after the date, in those 12, that exceed every earlier reported month. These are
descriptions of a series: no model, no probability, and no cause. Trade moves by hubs, by prices, by season and by how codes change.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any, Final

from policygraph.dates import as_day
from policygraph.diversion.comtrade import Trade
from policygraph.errors import BadQuestion, UnknownName, nearest
from policygraph.shipments.columns import country_code

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["FEWEST", "MEASURES", "WINDOW", "Mirror", "mirror"]

WINDOW: Final = 12
"""Months before and after a date that are compared."""
FEWEST: Final = 6
"""Reported months that a median needs on each side."""
MEASURES: Final = ("value", "weight")
SHOWN: Final = 20
GAPS: Final = (
    "exporter", "importer", "hs", "period", "exports", "exports_basis", "exports_missing", "imports", "imports_basis", "imports_missing",
    "difference", "ratio",
)  # fmt: skip
SURGES: Final = (
    "reporter", "partner", "flow", "hs", "months_before", "before", "months_after", "after", "ratio", "highest_before", "beyond",
    "classification_changed",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Mirror:
    """Trade as both sides report it.

    Parameters
    ----------
    hs
        Codes of the Harmonized System that were asked for.
    measure
        ``value`` in US dollars, or ``weight`` in kilograms.
    control
        The date whose before and after are compared, or None.
    read, set_aside
        Rows that came in, and how many of them were set aside, by reason.
    gaps
        One row an exporter, importer, code and period; see the module.
    surges
        One row a reported monthly series; empty without a date.
    """

    hs: tuple[str, ...]
    measure: str
    control: date | None
    read: int
    set_aside: tuple[tuple[str, int], ...]
    gaps: pd.DataFrame = field(repr=False)
    surges: pd.DataFrame = field(repr=False)

    @property
    def words(self) -> tuple[str, ...]:
        """What the tables say and what they do not, in sentences."""
        both = int(self.gaps["difference"].notna().sum())
        silent = [int(self.gaps[flow].isna().sum()) for flow in ("exports", "imports")]
        unit = "US dollars" if self.measure == "value" else "kilograms of net weight"
        said = [
            f"{len(self.gaps):,} trades by exporter, importer, code and period, of {', '.join(self.hs)}, in {unit}.",
            f"Both sides report {both:,} of them; the exporter tells nothing of {silent[0]:,}, the importer of {silent[1]:,}.",
            "Imports mostly include cost, insurance and freight, exports do not; nothing is adjusted.",
            "A report that is missing is not a zero.",
        ]
        if self.control is not None:
            said.append(
                f"{len(self.surges):,} monthly series about {self.control}: medians of up to {WINDOW} months before and after, "
                "and the months beyond all earlier ones."
            )
        if self.set_aside:
            told = "; ".join(f"{many:,} {reason}" for reason, many in self.set_aside)
            said.append(f"Of {self.read:,} rows read, set aside: {told}.")
        return (*said, "These describe statistics; by themselves they show no diversion.")

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "hs": list(self.hs), "measure": self.measure, "after": self.control.isoformat() if self.control else None, "read": self.read,
            "set_aside": dict(self.set_aside), "gaps": _records(self.gaps), "surges": _records(self.surges), "words": list(self.words),
        }  # fmt: skip

    def __str__(self) -> str:
        lines = list(self.words)
        for title, table in (("Gaps, the widest first:", _widest(self.gaps)), ("Surges, the steepest first:", self.surges)):
            if len(table):
                lines += [title, table.head(SHOWN).to_string(index=False, na_rep="-", float_format=_number)]
                lines += [f"and {len(table) - SHOWN:,} more"] if len(table) > SHOWN else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(text)}</p>" for text in self.words)
        tables = [table.head(SHOWN) for table in (_widest(self.gaps), self.surges) if len(table)]
        return said + "".join(table.to_html(index=False, na_rep="-", float_format=_number) for table in tables)


def mirror(
    trade: Trade, hs: str | Sequence[str], *, after: str | date | None = None,
    exporter: Collection[str] = (), importer: Collection[str] = (), measure: str = "value",
) -> Mirror:  # fmt: skip
    """Compare what both sides of a trade report, and what each reports before and after a date.

    Parameters
    ----------
    trade
        From :func:`~policygraph.diversion.comtrade.read_trade`.
    hs
        Codes, as they stand in the tables; a code does not take in longer ones, which would count the same trade twice.
    after
        The date of a control; compares the months before and after it.
    exporter, importer
        Only these countries, by code or name; default: all.
    measure
        ``value`` or ``weight``.

    Raises
    ------
    BadQuestion
        If the measure is another, or the tables hold only years and a date is given.
    UnknownName
        If the tables do not have the code or the country.

    Examples
    --------
    >>> import pandas as pd
    >>> from policygraph.diversion.comtrade import read_trade
    >>> sent = {"period": "202401", "reporterCode": "842", "partnerCode": "792", "flowCode": "X", "cmdCode": "8542", "primaryValue": "100"}
    >>> got = {**sent, "reporterCode": "792", "partnerCode": "842", "flowCode": "M", "primaryValue": "150"}
    >>> found = mirror(read_trade([pd.DataFrame([sent, got])]), "8542")
    >>> found.gaps[["exporter", "importer", "period", "exports", "imports", "difference", "ratio"]].to_dict("records")
    [{'exporter': 'US', 'importer': 'TR', 'period': '2024-01', 'exports': 100.0, 'imports': 150.0, 'difference': 50.0, 'ratio': 1.5}]
    """
    if measure not in MEASURES:
        raise BadQuestion(f"the measure '{measure}' is none of {', '.join(MEASURES)}")
    codes = (hs,) if isinstance(hs, str) else tuple(dict.fromkeys(hs))
    if not codes:
        raise BadQuestion("no code of the Harmonized System is asked for; give one or more, such as 8542")
    rows = _of_codes(trade.rows, codes)
    rows = rows.assign(told=rows[measure].astype("float64"), sender=rows["reporter"].where(rows["flow"] == "exports", rows["partner"]),
                       taker=rows["partner"].where(rows["flow"] == "exports", rows["reporter"]))  # fmt: skip
    if measure == "weight":
        rows = rows.assign(basis=rows["weight_estimated"].map({True: "estimated", False: "reported"}))
    wanted = rows
    for column, given in (("sender", exporter), ("taker", importer)):
        if given:
            wanted = wanted[wanted[column].isin(_countries(given, rows[column]))]
    control = as_day(after) if after is not None else None
    surges = _surges(wanted, control)
    aside = tuple(sorted(trade.set_aside.items()))
    return Mirror(codes, measure, control, trade.read, aside, _gaps(rows, wanted), surges)


def _of_codes(rows: pd.DataFrame, codes: Sequence[str]) -> pd.DataFrame:
    known = sorted(set(rows["hs"]))
    for code in codes:
        if code not in known:
            longer = [one for one in known if one.startswith(code)]
            told = f"; they have {', '.join(longer[:SHOWN])}" if longer else ""
            raise UnknownName(f"the tables tell no trade of one country with another in code '{code}'{told}", accepted=nearest(code, known))
    return rows[rows["hs"].isin(codes)]


def _countries(given: Collection[str], known: pd.Series[str]) -> set[str]:
    found = set()
    for text in (given,) if isinstance(given, str) else given:
        code = text if text in set(known) else country_code(text)
        if code not in set(known):
            raise UnknownName(f"the tables tell nothing of '{text}' as asked", accepted=nearest(text, sorted(set(known))))
        found.add(code)
    return found


def _gaps(rows: pd.DataFrame, wanted: pd.DataFrame) -> pd.DataFrame:
    """Put both reports of a trade beside one another; *rows* tell which countries reported at all."""
    key = ["sender", "taker", "hs", "period"]
    sides = {flow: wanted.loc[wanted["flow"] == flow, [*key, "told", "basis"]] for flow in ("exports", "imports")}
    table = sides["exports"].merge(sides["imports"], "outer", on=key, suffixes=("_x", "_m"))
    who = ["reporter", "hs", "period"]
    reports = {flow: set(rows.loc[rows["flow"] == flow, who].itertuples(index=False, name=None)) for flow in sides}
    for flow, end, side in (("exports", "_x", "sender"), ("imports", "_m", "taker")):
        table[flow] = table[f"told{end}"]
        table[f"{flow}_basis"] = table[f"basis{end}"].fillna("")
        lines = zip(table[side], table["hs"], table["period"], table[f"basis{end}"].isna(), table[f"told{end}"].isna(), strict=True)
        table[f"{flow}_missing"] = [
            _silence((name, code, period) in reports[flow], silent, empty) for name, code, period, silent, empty in lines
        ]
    table["difference"] = table["imports"] - table["exports"]
    table["ratio"] = (table["imports"] / table["exports"]).where(table["exports"] > 0)
    named = table.rename(columns={"sender": "exporter", "taker": "importer"})[list(GAPS)]
    return named.sort_values(["exporter", "importer", "hs", "period"], ignore_index=True)


def _silence(reports: bool, silent: bool, empty: bool) -> str:
    """Say why there is no figure, or nothing."""
    if silent:
        return "not listed" if reports else "no report"
    return "not told in this measure" if empty else ""


def _surges(wanted: pd.DataFrame, control: date | None) -> pd.DataFrame:
    """Describe each monthly series about a date."""
    import pandas as pd

    if control is None:
        return pd.DataFrame(columns=list(SURGES))
    monthly = wanted[wanted["period"].str.len() == len("2024-01") if len(wanted) else []]
    monthly = monthly[monthly["told"].notna()]
    if not len(monthly):
        raise BadQuestion(f"the tables tell no months about {control}, only years or nothing; before and after need monthly rows")
    month = monthly["period"].str.slice(0, 4).astype(int) * 12 + monthly["period"].str.slice(5).astype(int) - 1
    turn = control.year * 12 + control.month - 1
    start = turn if control.day == 1 else turn + 1
    monthly = monthly.assign(month=month)
    found = []
    for key, series in monthly.groupby(["reporter", "partner", "flow", "hs"]):
        earlier, later = series[series["month"] < turn], series[(series["month"] >= start) & (series["month"] < start + WINDOW)]
        near = earlier[earlier["month"] >= turn - WINDOW]
        before, then = (float(part["told"].median()) if len(part) else None for part in (near, later))
        highest = float(earlier["told"].max()) if len(earlier) else None
        enough = min(len(near), len(later)) >= FEWEST
        ratio = then / before if enough and then is not None and before else None
        beyond = None if highest is None else int((later["told"] > highest).sum())
        changed = len(set(near["classification"]) | set(later["classification"])) > 1
        found.append((*key, len(near), before, len(later), then, ratio, highest, beyond, changed))
    table = pd.DataFrame(found, columns=list(SURGES))
    table["beyond"] = table["beyond"].astype("Int64")
    figures = ["before", "after", "ratio", "highest_before"]
    table[figures] = table[figures].astype("float64")
    return table.sort_values(["ratio", "beyond", "after"], ascending=False, na_position="last", ignore_index=True, kind="stable")


def _widest(gaps: pd.DataFrame) -> pd.DataFrame:
    told = gaps[gaps["difference"].notna()]
    return told.loc[told["difference"].abs().sort_values(ascending=False, kind="stable").index]


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows with None where nothing is told."""
    import pandas as pd

    return [{str(name): None if pd.isna(cell) else cell for name, cell in row.items()} for row in table.to_dict("records")]


def _number(value: float) -> str:
    return f"{value:,.2f}" if abs(value) < 1000 else f"{value:,.0f}"
