"""The checks, as expressions: what a row says in the form of :mod:`~policygraph.shipments.columns`, and why it cannot stay.

Comes in: rows as a file has them, under our names, with ``file`` and ``row``. Goes out: the same rows with every cell brought to its form
and a ``reason``, which is null for a good one. All of it is Ibis, so it runs on any backend and at any size; only the different spellings
of countries and currencies are brought into Python, which knows their names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from policygraph.bill import CURRENCIES
from policygraph.shipments.columns import COLUMNS, COUNTRIES_IN, EARLIEST, LATEST, MOST, NAMES, REQUIRED, country_code, no_country
from policygraph.shipments.mapping import Mapping

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["checked", "doubles"]

_MOST_SPELLINGS: Final = 200_000
_NUMBER: Final = r"^[+-]?(\d{1,40}\.?\d{0,40}|\.\d{1,40})([eE][+-]?\d{1,2})?$"
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_FIRST, _LAST = f"{EARLIEST:%Y}", f"{LATEST:%Y}"

Reasons = list[tuple[Any, Any]]
"""When a row is bad, and what is then said."""


def checked(raw: ir.Table, mapping: Mapping) -> ir.Table:
    """Bring every cell to its form and say what is wrong with each row.

    Parameters
    ----------
    raw
        ``file``, ``row``, and any of the columns of the form, in any type.
    mapping
        How dates and numbers are written.
    """
    import ibis

    texts = {name: _text(raw[name], mapping.defaults.get(name)) for name in NAMES if name in raw.columns}
    spelled = raw.select("file", "row", **{f"raw_{name}": raw[name] for name in texts}, **texts)
    reasons: Reasons = [(spelled[name].isnull(), f"no {name}") for name in REQUIRED]
    told = _with_codes(spelled, [name for name in COUNTRIES_IN if name in texts], "currency" in texts)
    cells: dict[str, Any] = {}
    for column in COLUMNS:
        name = column.name
        if name not in texts:
            cells[name] = ibis.null(column.type)
        elif name == "date":
            cells[name] = _date(told, told[f"raw_{name}"], mapping, reasons)
        elif column.type == "float64":
            cells[name] = _number(name, told, told[f"raw_{name}"], mapping, reasons)
        elif name in COUNTRIES_IN or name == "currency":
            cells[name] = told[f"code_{name}"]
            bad = told[name].notnull() & told[f"code_{name}"].isnull()
            reasons.append((bad, told[f"why_{name}"].fill_null(f"{name} holds no known code")))
        elif name == "hs":
            cells[name] = told.hs.re_replace(r"[.\s]", "")
            bad = ~cells[name].re_search(r"^\d{4,12}$")
            reasons.append((bad.fill_null(False), ibis.literal("hs '") + told.hs.fill_null("") + "' is no code of four to twelve digits"))
        else:
            cells[name] = {"unit": lambda cell: cell.lower(), "eccn": lambda cell: cell.upper()}.get(name, lambda cell: cell)(told[name])
    said: Any = ibis.literal("")
    for bad, text in reasons:
        said = said + ibis.ifelse(bad, ibis.literal(text) + "; " if isinstance(text, str) else text + "; ", "")
    return told.select("file", "row", **cells, reason=said.re_replace("; $", "").nullif(""))


def _text(cell: Any, default: str | None) -> Any:
    """Return a cell as text without blanks around it, null where it is empty; ``strip`` takes letters too on Spark."""
    text = (cell if cell.type().is_string() else cell.cast("string")).re_replace(r"^\s+|\s+$", "").nullif("")
    return text if default is None else text.fill_null(default)


def _with_codes(spelled: ir.Table, countries: list[str], currency: bool) -> ir.Table:
    """Join the code of every country and currency, or why there is none."""
    import ibis

    coded = [*countries, *(["currency"] if currency else [])]
    told = spelled
    for name in coded:
        found = spelled.select(cell=spelled[name]).distinct().limit(_MOST_SPELLINGS).execute()["cell"].dropna().tolist()
        rows = []
        for cell in found:
            code = country_code(cell) if name != "currency" else cell.upper() if cell.upper() in CURRENCIES else None
            why = no_country(name, cell) if name != "currency" else f"currency '{cell}' is no code of ISO 4217, such as USD"
            rows.append({f"cell_{name}": cell, f"code_{name}": code or "", f"why_{name}": "" if code else why})
        kinds = {f"cell_{name}": "string", f"code_{name}": "string", f"why_{name}": "string"}
        known = ibis.memtable(rows or [dict.fromkeys(kinds, "")], schema=kinds)  # a null in one would become a word on Spark
        told = told.left_join(known, told[name] == known[f"cell_{name}"]).drop(f"cell_{name}")
        told = told.mutate(**{column: told[column].nullif("") for column in (f"code_{name}", f"why_{name}")})
    return told


def _number(name: str, told: ir.Table, raw: Any, mapping: Mapping, reasons: Reasons) -> Any:
    import ibis

    shown = ibis.literal(f"{name} '") + told[name].fill_null("") + "'"
    if raw.type().is_numeric():
        number = raw.cast("float64")
        bad = (number.isnan() | number.isinf()).fill_null(False)
        reasons.append((bad, shown + " is no number"))
    else:
        plain = told[name].replace(mapping.thousands, "") if mapping.thousands else told[name]
        plain = plain.replace(mapping.decimal, ".") if mapping.decimal != "." else plain
        reads = plain.re_search(_NUMBER).fill_null(False)
        bad = told[name].notnull() & ~reads
        parted = told[name].re_search(r"^[0-9.,' ]+$").fill_null(False)
        hint = ibis.ifelse(parted, "; tell decimal and thousands in a mapping file", "")
        reasons.append((bad, shown + " is no number" + hint))
        number = ibis.ifelse(reads, plain, ibis.null("string")).cast("float64")
    number = ibis.ifelse(bad, ibis.null("float64"), number)
    low = number <= 0 if name == "quantity" else number < 0
    reasons.append((low.fill_null(False), shown + (" is not above zero" if name == "quantity" else " is below zero")))
    reasons.append(((number >= MOST).fill_null(False), shown + f" is more than any shipment can hold ({MOST:,.0f})"))
    return number


def _date(told: ir.Table, raw: Any, mapping: Mapping, reasons: Reasons) -> Any:
    import ibis

    shown = ibis.literal("date '") + told.date.fill_null("") + "'"
    if raw.type().is_date() or raw.type().is_timestamp():
        day = raw.cast("date")
        outside = ((day < EARLIEST) | (day >= LATEST)).fill_null(False)
        reasons.append((outside, shown + f" lies outside {_FIRST} to {_LAST}"))
        return day
    read = [_parts(told.date, form) for form in mapping.date_format]
    forms = " or ".join(form.replace("%Y", "YYYY").replace("%m", "MM").replace("%d", "DD") for form in mapping.date_format)
    shaped = read[0][0]
    for looks, *_ in read[1:]:
        shaped = shaped | looks
    number = ibis.coalesce(*(value for _, value in read)) if len(read) > 1 else read[0][1]
    doubtful: Any = ibis.literal(False)
    for _, value in read:
        doubtful = doubtful | (value != number).fill_null(False)
    hint = f" is not written as {forms}; tell how it is written in a mapping file, for example date_format: '%d/%m/%Y'"
    reasons.append((told.date.notnull() & ~shaped, shown + hint))
    reasons.append((shaped & number.isnull(), shown + f" is no day of the calendar from {_FIRST} to {_LAST}"))
    reasons.append((doubtful, shown + " means one day in one of the forms and another day in another"))
    safe = number.fill_null(20000101)
    day = ibis.date((safe // 10000).cast("int32"), ((safe // 100) % 100).cast("int32"), (safe % 100).cast("int32"))
    return ibis.ifelse(number.isnull(), ibis.null("date"), day)


def _parts(text: Any, form: str) -> tuple[Any, Any]:
    """Return whether a text has the shape of a form of dates, and which day it then is, as YYYYMMDD, null for none."""
    import ibis

    pattern, order = Mapping.parts_of(form)
    shaped = text.re_search(pattern).fill_null(False)
    fitting = ibis.ifelse(shaped, text, ibis.null("string"))
    piece = {letter: fitting.re_extract(pattern, place) for place, letter in enumerate(order, 1)}
    if "b" in piece:
        lower = piece["b"].lower()
        month = lower.cases(*((name, number) for number, name in enumerate(_MONTHS, 1)), else_=0).cast("int64")
    else:
        month = piece["m"].nullif("").cast("int64")
    day = piece["d"].nullif("").cast("int64")
    year = piece["Y" if "Y" in piece else "y"].nullif("").cast("int64")
    year = year if "Y" in piece else ibis.ifelse(year < 70, year + 2000, year + 1900)
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    longest = ibis.cases((month.isin((4, 6, 9, 11)), 30), (month == 2, ibis.ifelse(leap, 29, 28)), else_=31)
    good = (month >= 1) & (month <= 12) & (day >= 1) & (day <= longest) & (year >= EARLIEST.year) & (year < LATEST.year)
    return shaped, ibis.ifelse(good.fill_null(False), year * 10000 + month * 100 + day, ibis.null("int64"))


def doubles(rows: ir.Table) -> ir.Table:
    """Return ``file``, ``row`` and ``reason`` of the rows whose id stands in another row too.

    Where such rows say the same, the first stays; where they differ, none can be believed, and each names another.
    """
    import ibis

    told = rows.filter(rows.id.notnull())
    often = told.group_by("id").agg(many=told.count())
    often = often.filter(often.many > 1).select(twice="id")
    apart: Any = ibis.literal("")
    twice = told.join(often, told.id == often.twice)
    for column in COLUMNS:
        apart = apart + twice[column.name].cast("string").fill_null("\x00") + "\x1f"
    twice = twice.select("file", "row", "id", said=apart)
    order = [twice.file.asc(), twice["row"].asc()]
    window = ibis.window(group_by=twice.id, order_by=order)
    whole = ibis.window(group_by=twice.id)
    place = ibis.literal("row ") + twice["row"].cast("string") + " of " + twice.file
    seen = twice.mutate(place=place)
    seen = seen.mutate(
        least=seen.said.min().over(whole), most=seen.said.max().over(whole), number=ibis.row_number().over(window),
        before=seen.place.lag().over(window), after=seen.place.lead().over(window),
    )  # fmt: skip
    same = seen.least == seen.most
    name = ibis.literal("id '") + seen.id + "'"
    reason = ibis.ifelse(
        same, name + " stands already, with the same words, in " + seen.before.fill_null(""),
        name + " stands with other words in " + seen.after.fill_null(seen.before).fill_null("") + ", and neither can be believed",
    )  # fmt: skip
    return seen.mutate(reason=reason).filter(~same | (seen.number > 0)).select("file", "row", "reason")
