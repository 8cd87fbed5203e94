"""Shipments of one item as whole numbers: days, parties, quantities, and which depart from a source or reach a destination.

In goes a table of shipments with what was asked, out comes an :class:`Account`: the rows that matter as a :class:`Ledger` of arrays, with
the names that its numbers stand for. Whatever cannot be counted is refused here, with the row that is to blame.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from policygraph.dates import as_day
from policygraph.diversion.ends import End, end_of
from policygraph.diversion.parties import party_of
from policygraph.errors import BadQuestion, UnknownName, nearest
from policygraph.names import folded, legible
from policygraph.shipments.columns import country_code

if TYPE_CHECKING:
    import pandas as pd

    from policygraph.view import FrozenView

__all__ = ["Account", "Ends", "Ledger", "account", "items_of"]

Mask = npt.NDArray[np.bool_]
Whole = npt.NDArray[np.int64]
Ends = str | Collection[str] | End
NEEDED: Final = ("id", "date", "item", "quantity", "shipper", "consignee", "origin", "destination")
MOST_DECIMALS: Final = 6
LARGEST: Final = 2**53
"""Parts of a unit that all shipments of an item may sum to: beyond it whole numbers are no longer exact on their way through columns."""
SHOWN: Final = 10


@dataclass(frozen=True, slots=True)
class Ledger:
    """Shipments of one item up to the end of a period, one array a column.

    Parameters
    ----------
    day
        Ordinal of the day.
    shipper, consignee
        Numbers of parties.
    quantity
        In whole parts of the unit.
    source
        It departs from the source; all of it is of the source.
    reaches
        It goes to the destination.
    counted
        It reaches the destination from outside and in the period.
    """

    day: Whole
    shipper: Whole
    consignee: Whole
    quantity: Whole
    source: Mask
    reaches: Mask
    counted: Mask

    def only(self, rows: Mask) -> Ledger:
        """Return some of the rows."""
        return Ledger(*(getattr(self, column.name)[rows] for column in fields(self)))


@dataclass(frozen=True, slots=True)
class Account:
    """A ledger and what its numbers mean.

    Parameters
    ----------
    item, unit
        What is counted, and in what.
    source, destination
        The ends.
    first, last
        The period.
    scale
        How many parts of the ledger make one unit.
    ids, parties
        The shipment of each row, and the names of parties.
    """

    item: str
    unit: str
    source: End
    destination: End
    first: date
    last: date
    scale: int
    ids: Any
    parties: Any
    ledger: Ledger


def items_of(shipments: Any) -> tuple[str, ...]:
    """Return the items of a table of shipments, sorted.

    >>> items_of({"item": ["h100", "a100", "h100"]})
    ('a100', 'h100')
    """
    return tuple(sorted(map(str, _frame(shipments, ("item",))["item"].dropna().unique())))


def account(
    shipments: Any, view: FrozenView | None, ends: tuple[Ends, Ends], item: str | None, since: str | date | None, until: str | date | None
) -> Account:  # fmt: skip
    """Read the shipments of an item up to the end of a period; see :func:`~policygraph.diversion.bounds.volumes`.

    >>> rows = {"id": [1], "date": ["2024-03-01"], "item": ["h100"], "quantity": [0.5], "shipper": ["A"], "consignee": ["B"],
    ...         "origin": ["US"], "destination": ["RU"]}
    >>> found = account(rows, None, ("US", "RU"), None, None, None)
    >>> found.scale, found.ledger.quantity.tolist(), found.ledger.source.tolist()
    (10, [5], [True])
    """
    source, destination = _ends(*ends, view)
    frame = _of_item(_frame(shipments, NEEDED), item)
    named = str(frame["item"].iloc[0])
    unit, days = _unit(frame, named), _days(frame)
    first = as_day(since) if since is not None else date.fromordinal(int(days.min()))
    last = as_day(until) if until is not None else date.fromordinal(int(days.max()))
    if first > last:
        raise BadQuestion(f"the period from {first} to {last} ends before it begins; give its first day first")
    quantity, scale = _whole(frame)
    ids, ledger, parties = _ledger(frame, days, quantity, (source, destination), view, (first, last))
    return Account(named, unit, source, destination, first, last, scale, ids, parties, ledger)


def _ends(from_: str | Collection[str] | End, to: str | Collection[str] | End, view: FrozenView | None) -> tuple[End, End]:
    source, destination = _end("from", from_, view), _end("to", to, view)
    if both := sorted(source.countries & destination.countries) + sorted(source.parties & destination.parties):
        raise BadQuestion(f"{', '.join(both[:SHOWN])} cannot be source and destination at once; take it out of 'from' or of 'to'")
    return source, destination


def _end(name: str, told: str | Collection[str] | End, view: FrozenView | None) -> End:
    if isinstance(told, End):
        return told
    texts = [told] if isinstance(told, str) else sorted(told)
    if not any(text.strip() for text in texts):
        raise BadQuestion(f"'{name}' names nothing; give countries and parties, for example US")
    if view is not None:
        return end_of(texts, view)
    countries = frozenset(code for text in texts if (code := country_code(text)))
    strangers = tuple((folded(text), text) for text in texts if not country_code(text))
    return End(countries, frozenset(key for key, _ in strangers), strangers, ", ".join(texts))


def _frame(shipments: Any, needed: Iterable[str]) -> pd.DataFrame:
    import pandas as pd

    if isinstance(shipments, str | Path):
        raise BadQuestion(f"'{shipments}' is read first; give what pg.read_shipments returns")
    frame = shipments.to_pandas() if hasattr(shipments, "to_pandas") else pd.DataFrame(shipments)
    if missing := [name for name in needed if name not in frame.columns]:
        raise BadQuestion(f"the shipments have no column {', '.join(missing)}; volumes need {', '.join(NEEDED)}, and unit if there is one")
    return frame


def _of_item(frame: pd.DataFrame, item: str | None) -> pd.DataFrame:
    known = tuple(sorted(map(str, frame["item"].dropna().unique())))
    if item is None:
        if len(known) != 1:
            if not known:
                raise BadQuestion("there are no shipments to ask of; every row was rejected, or the table has none")
            told = ", ".join(legible(one) for one in known[:SHOWN])
            raise BadQuestion(f"the shipments are of {len(known)} items ({told}); say of which with 'item' (--item)")
        return frame
    if item not in known:
        raise UnknownName(f"no shipment is of item '{item}'", accepted=nearest(item, known))
    return frame[frame["item"].astype(str) == item]


def _unit(frame: pd.DataFrame, item: str) -> str:
    found = sorted(frame["unit"].fillna("").astype(str).unique()) if "unit" in frame.columns else [""]
    if len(found) > 1:
        told = ", ".join(repr(unit) if unit else "none" for unit in found)
        raise BadQuestion(f"shipments of {item} are in several units ({told}), which cannot be summed; bring them to one")
    return found[0]


def _days(frame: pd.DataFrame) -> Any:
    import pandas as pd

    days = pd.to_datetime(frame["date"], errors="coerce")
    if days.isna().any():
        row = frame[days.isna()].iloc[0]
        raise BadQuestion(f"the date {row['date']!r} of shipment {row['id']} is no day; write a date as YYYY-MM-DD")
    return days.to_numpy("datetime64[D]").astype(np.int64) + date(1970, 1, 1).toordinal()


def _whole(frame: pd.DataFrame) -> tuple[Any, int]:
    """Return quantities as whole numbers of the smallest part they are given in, and how many parts make one."""
    import pandas as pd

    given = pd.to_numeric(frame["quantity"], errors="coerce").to_numpy(np.float64)
    bad = ~(np.isfinite(given) & (given >= 0))
    if bad.any():
        row = frame[bad].iloc[0]
        shown = "" if pd.isna(row["quantity"]) else f" ('{legible(str(row['quantity']))}')"
        raise BadQuestion(
            f"{int(bad.sum()):,} of {len(frame):,} shipments of {row['item']} have no quantity of 0 or more, the first is {row['id']}"
            f"{shown}; leave such rows out, or tell their quantity"
        )
    for decimals in range(MOST_DECIMALS + 1):
        parts = given * 10**decimals
        whole = np.rint(parts)
        off = np.abs(parts - whole) > 1e-9 * np.maximum(1, whole)
        if not off.any():
            if whole.sum() >= LARGEST:
                told = f"{decimals} decimals that sum to {given.sum():,.0f}"
                raise BadQuestion(f"quantities with {told} are too large to be exact; use a larger unit")
            return whole.astype(np.int64), 10**decimals
    row = frame[off].iloc[0]
    raise BadQuestion(f"the quantity {row['quantity']!r} of shipment {row['id']} has more than {MOST_DECIMALS} decimals; round it")


def _ledger(
    frame: pd.DataFrame, days: Any, quantity: Any, ends: tuple[End, End], view: FrozenView | None, period: tuple[date, date]
) -> tuple[Any, Ledger, Any]:  # fmt: skip
    """Return ids, ledger and names of parties; what comes after the period, moves nothing or stays with one party is left out."""
    import pandas as pd

    numbers, written = pd.factorize(pd.concat([frame["shipper"], frame["consignee"]], ignore_index=True).astype(str))
    same, keys = pd.factorize(np.array([party_of(name, view) for name in written], dtype=object))
    names = np.array(keys, dtype=object)
    for number, name in reversed(list(zip(same.tolist(), written, strict=True))):
        if view is None or keys[number] not in view.graph.index:
            names[number] = name
    for key, text in (pair for end in ends for pair in end.strangers):
        if key not in set(keys):
            raise UnknownName(f"neither a country nor a party of these shipments is called '{text}'", nearest(text, map(str, written)))
    shipper, consignee = (same[numbers[half]].astype(np.int64) for half in (slice(len(frame)), slice(len(frame), None)))
    source, destination = ends

    def at(country: str, party: Any, end: End) -> Any:
        return frame[country].isin(end.countries).to_numpy() | np.isin(keys, list(end.parties))[party]

    departs, reaches = at("origin", shipper, source), at("destination", consignee, destination)
    inside = at("origin", shipper, destination)
    ledger = Ledger(days, shipper, consignee, quantity, departs, reaches, reaches & ~inside & (days >= period[0].toordinal()))
    rows = (quantity > 0) & (days <= period[1].toordinal()) & ((shipper != consignee) | departs | reaches)
    return frame["id"].astype(str).to_numpy()[rows], ledger.only(rows), names
