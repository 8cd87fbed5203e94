"""Trade statistics as UN Comtrade shapes them, to one row a month (or year) of what one country reports of its trade with another.

In go CSV files or frames with Comtrade's column names, out comes a :class:`Trade`: accepted rows, and how many were set aside and why. A
row that is a part of another (by mode of transport, customs procedure or second partner) or a total of others (the world) is set aside,
so that nothing is counted twice. A row that cannot be read is a fault, and the files are refused whole.

Columns needed: ``period`` (2024 or 202401), ``reporterCode``, ``partnerCode`` (Comtrade's numbers), ``flowCode``, ``cmdCode``,
``primaryValue``. Read if there: ``freqCode``, ``typeCode``, ``partner2Code``, ``motCode``, ``mosCode``, ``customsCode``, ``cifvalue``,
``fobvalue``, ``netWgt``, ``isNetWgtEstimated``, ``classificationCode``, and the columns that end in ``ISO`` and ``Desc``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from policygraph.errors import BadData, BadQuestion, Place
from policygraph.shipments.columns import country_code

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["COLUMNS", "Trade", "country", "read_trade"]

NEEDED: Final = ("period", "reporterCode", "partnerCode", "flowCode", "cmdCode", "primaryValue")
COLUMNS: Final = ("reporter", "partner", "flow", "hs", "period", "value", "basis", "weight", "weight_estimated", "classification", "place")
"""Columns of accepted rows; *flow* is ``exports`` or ``imports``, *basis* ``cif``, ``fob`` or ``not said``."""
FLOWS: Final = {"X": "exports", "M": "imports"}
TERRITORIES: Final = {"842": "840", "757": "756", "579": "578", "251": "250", "381": "380", "699": "356"}
"""Comtrade's numbers of customs territories that are not the ISO number of the country; from its table of reporters."""
PARTS: Final = {
    "partner2Code": ("0", "by second partner"), "motCode": ("0", "by mode of transport"), "mosCode": ("0", "by mode of supply"),
    "customsCode": ("C00", "by customs procedure"),
}  # fmt: skip
"""Columns that split a row, and what stands there in the row for all."""


@dataclass(frozen=True, slots=True, eq=False)
class Trade:
    """What countries report of their trade.

    Parameters
    ----------
    rows
        A table of :data:`COLUMNS`.
    read
        How many rows came in.
    set_aside
        How many rows were set aside, by reason; with the accepted ones they make up those that came in.
    """

    rows: pd.DataFrame = field(repr=False)
    read: int
    set_aside: Mapping[str, int]


def country(code: str, iso: str = "", name: str = "") -> str:
    """Return the ISO code of a country that Comtrade numbers; what is no country keeps the name it has there.

    >>> country("842"), country("156"), country("31"), country("490", "S19", "Other Asia, nes")
    ('US', 'CN', 'AZ', 'Other Asia, nes')
    """
    number = TERRITORIES.get(code.strip(), code.strip()).zfill(3)
    spelled = country_code(iso) if re.fullmatch("[A-Z]{3}", iso) else None
    return country_code(number) or spelled or name.strip() or f"Comtrade {code.strip()}"


def read_trade(files: Iterable[str | Path | pd.DataFrame]) -> Trade:
    """Read tables of trade statistics.

    Raises
    ------
    BadQuestion
        If a file is no table of this shape.
    BadData
        If rows cannot be read, or two rows tell the same trade differently; every fault has its file and line.

    Examples
    --------
    >>> import pandas as pd
    >>> row = {"period": "202401", "reporterCode": "156", "partnerCode": "842", "flowCode": "M", "cmdCode": "8542", "primaryValue": "7",
    ...        "cifvalue": "7"}
    >>> trade = read_trade([pd.DataFrame([row, {**row, "partnerCode": "0"}])])
    >>> trade.rows[["reporter", "partner", "flow", "period", "value", "basis"]].to_dict("records")
    [{'reporter': 'CN', 'partner': 'US', 'flow': 'imports', 'period': '2024-01', 'value': 7.0, 'basis': 'cif'}]
    >>> trade.set_aside
    {'totals of all partners': 1}
    """
    import pandas as pd

    told = [_told(file, number) for number, file in enumerate(files, 1)]
    if not told:
        raise BadQuestion("no file of trade statistics is given; give one or more")
    whole = pd.concat(told, ignore_index=True).fillna("")
    whole = whole.apply(lambda column: column.str.strip())
    aside = _aside(whole)
    kept = whole[aside == ""]
    rows, faults = _rows(kept)
    if faults:
        raise BadData(faults)
    rows, again = _once(rows)
    counts = {str(reason): int(count) for reason, count in aside[aside != ""].value_counts().items()}
    return Trade(rows, len(whole), {**counts, **({"told again": again} if again else {})})


def _told(file: str | Path | pd.DataFrame, number: int) -> pd.DataFrame:
    """Return a table as text, each row with its place."""
    import pandas as pd

    if isinstance(file, pd.DataFrame):
        name, frame = f"table {number}", file.astype("string").astype(object)
    else:
        name = str(file)
        frame = _csv(Path(file))
    if missing := [column for column in NEEDED if column not in frame.columns]:
        raise BadQuestion(f"{name} has no column {', '.join(missing)}; a table of trade statistics has {', '.join(NEEDED)}, as UN Comtrade")
    return frame.assign(place=[f"{name}:{line}" for line in range(2, len(frame) + 2)])


def _csv(path: Path) -> pd.DataFrame:
    """Read a file; some end each line with a comma, and some are not in UTF-8."""
    import warnings

    import pandas as pd

    for encoding in ("utf-8-sig", "latin-1"):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", pd.errors.ParserWarning)
                return pd.read_csv(path, dtype=str, keep_default_na=False, encoding=encoding, index_col=False)
        except UnicodeDecodeError:
            continue
        except (pd.errors.ParserError, pd.errors.EmptyDataError) as error:
            raise BadQuestion(f"{path} cannot be read as CSV: {error}") from None
    raise AssertionError("latin-1 reads any bytes")


def _aside(whole: pd.DataFrame) -> pd.Series[str]:
    """Say of each row why it is set aside, or nothing."""
    import pandas as pd

    why = pd.Series("", index=whole.index, dtype=object)

    def note(where: Any, reason: str) -> None:
        why[where & (why == "")] = reason

    def cells(name: str) -> Any:
        return whole[name] if name in whole.columns else pd.Series("", index=whole.index)

    note(~cells("typeCode").isin(["", "C"]), "services, not goods")
    note(~whole["flowCode"].isin(list(FLOWS)), "flows other than exports (X) and imports (M)")
    note(whole["partnerCode"] == "0", "totals of all partners")
    for column, (whole_row, reason) in PARTS.items():
        note(~cells(column).isin(["", whole_row]), f"parts of a row, {reason}")
    return why


def _rows(kept: pd.DataFrame) -> tuple[pd.DataFrame, list[tuple[Place, str]]]:
    import numpy as np
    import pandas as pd

    blank = pd.Series("", index=kept.index)
    value = pd.to_numeric(kept["primaryValue"], errors="coerce").astype("float64")
    period = kept["period"].str.replace(r"^(\d{4})(0[1-9]|1[0-2])$", r"\1-\2", regex=True)
    bad_period = ~period.str.fullmatch(r"\d{4}(-\d{2})?")
    bad_value = ~(np.isfinite(value) & (value >= 0))
    bad_hs = ~kept["cmdCode"].str.fullmatch(r"\d{2,10}|TOTAL")
    wrong_cells: list[tuple[Any, str, str]] = [
        (bad_period, "period", "neither a year (2024) nor a month (202401)"), (bad_value, "primaryValue", "no amount of 0 or more"),
        (bad_hs, "cmdCode", "no code of the Harmonized System"),
        *((~kept[name].str.fullmatch(r"\d{1,3}"), name, "no number of a country as Comtrade gives them") for name in NEEDED[1:3]),
    ]  # fmt: skip
    faults = [
        (_place(str(kept.at[at, "place"])), f"{column} '{kept.at[at, column]!s}' is {wrong}")
        for bad, column, wrong in wrong_cells
        for at in kept.index[bad]
    ]
    cif, fob = (pd.to_numeric(kept.get(name, blank), errors="coerce").fillna(0) for name in ("cifvalue", "fobvalue"))
    weight = pd.to_numeric(kept.get("netWgt", blank), errors="coerce").astype("float64")
    columns = {
        "reporter": _countries(kept, "reporter"), "partner": _countries(kept, "partner"), "flow": kept["flowCode"].map(FLOWS),
        "hs": kept["cmdCode"], "period": period, "value": value,
        "basis": np.where((cif > 0) & (cif == value), "cif", np.where((fob > 0) & (fob == value), "fob", "not said")),
        "weight": weight.where(weight > 0), "weight_estimated": kept.get("isNetWgtEstimated", blank).str.lower() == "true",
        "classification": kept.get("classificationCode", blank), "place": kept["place"],
    }  # fmt: skip
    faults.sort(key=lambda fault: (fault[0].file, fault[0].line or 0))
    return pd.DataFrame(columns, columns=list(COLUMNS)).reset_index(drop=True), faults


def _countries(kept: pd.DataFrame, side: str) -> pd.Series[str]:
    import pandas as pd

    blank = pd.Series("", index=kept.index)
    keys = list(zip(*(kept.get(f"{side}{part}", blank) for part in ("Code", "ISO", "Desc")), strict=True))
    named = {key: country(*key) for key in set(keys)}
    return pd.Series([named[key] for key in keys], kept.index, dtype=object)


def _once(rows: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """Return rows told once, and how many were told again; the same trade told differently is a fault."""
    key = ["reporter", "partner", "flow", "hs", "period"]
    double = rows[rows.duplicated(key, keep=False)]
    faults = []
    for _, same in double.groupby(key, sort=False):
        other = same[same["value"] != same["value"].iloc[0]]
        if len(other):
            first, then = same.iloc[0], other.iloc[0]
            what = f"{then['flow']} of {then['hs']}, {then['reporter']} with {then['partner']} in {then['period']}"
            told = f"{what} are {then['value']:,.0f} here and {first['value']:,.0f} at {first['place']}; keep one"
            faults.append((_place(then["place"]), told))
    if faults:
        raise BadData(faults)
    once = rows.drop_duplicates(key).reset_index(drop=True)
    return once, len(rows) - len(once)


def _place(text: str) -> Place:
    file, _, line = text.rpartition(":")
    return Place(file, int(line))
