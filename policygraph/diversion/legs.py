"""From shipments to the legs of chains: who the parties are, what must be the same, which part of a chain a leg may be.

Comes in: accepted shipments, a view and three ends. Goes out: an Ibis table with the columns of
:data:`policygraph.diversion.chains.LEG`. Only the different names of parties and items are brought into Python, which knows whose they are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from policygraph.diversion.chains import LEG
from policygraph.diversion.ends import End
from policygraph.diversion.parties import item_pairs, listed_in, party_of
from policygraph.errors import UnknownName, nearest
from policygraph.shipments.columns import EARLIEST
from policygraph.shipments.table import Shipments
from policygraph.view import FrozenView

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["legs_of"]

_NAMED: Final = {
    "name": "string", "party": "string", "known": "int64", "listed": "int64",
    "is_start": "boolean", "is_end": "boolean", "is_barred": "boolean",
}  # fmt: skip


def legs_of(
    shipments: Shipments, view: FrozenView | None, ends: tuple[End, End, End], match: str, transform: bool
) -> tuple[ir.Table, ir.Table | None]:
    """Return the legs, and the pairs of items of which one may become the other, if that was asked.

    Raises
    ------
    UnknownName
        If a party was asked for that neither the data nor the records know.
    """
    import ibis

    table = shipments.table
    start, end, barred = ends
    names = _distinct(table, ("shipper", "consignee"))
    rows = _named(names, view, ends)
    plain = all(row["name"] == row["party"] and not any(list(row.values())[2:]) for row in rows)
    key, changes = _keys(table, view, match, transform)
    if plain:
        nobody = ibis.literal(0, "int64")
        never = ibis.literal(False)
        sides: dict[str, Any] = {
            f"{side}_{what}": never if what.startswith("is_") else nobody for side in ("shipper", "consignee") for what in list(_NAMED)[2:]
        }  # fmt: skip
        told = key.mutate(**sides, shipper_party=key.shipper, consignee_party=key.consignee)
    else:
        known = ibis.memtable(rows, schema=_NAMED)
        told = key
        for side in ("shipper", "consignee"):
            of = known.rename({f"{side}_{what}": what for what in _NAMED})
            told = told.join(of, told[side] == of[f"{side}_name"])
    arrives = told.destination.isin(sorted(end.countries)) | told.consignee_is_end
    legs = told.select(
        "id", "key", "origin", "destination", "quantity", "unit", day=told.date.delta(EARLIEST, unit="day").cast("int64"),
        shipper=told.shipper_party, consignee=told.consignee_party,
        starts=told.origin.isin(sorted(start.countries)) | told.shipper_is_start,
        onward=~arrives & ~told.destination.isin(sorted(barred.countries)) & ~told.consignee_is_barred,
        enters=~told.origin.isin(sorted(barred.countries)), arrives=arrives,
        **{f"{side}_{what}": told[f"{side}_{what}"] for side in ("shipper", "consignee") for what in ("known", "listed")},
        documented=told.source.notnull().cast("int64"),
    )  # fmt: skip
    legs = legs.select(*LEG)
    return (legs if plain else shipments.hold(legs)), changes


def _distinct(table: ir.Table, columns: Sequence[str]) -> list[str]:
    found: set[str] = set()
    for column in columns:
        found |= set(table.select(name=column).distinct().execute()["name"].dropna().tolist())
    return sorted(found)


def _named(names: Sequence[str], view: FrozenView | None, ends: tuple[End, End, End]) -> list[dict[str, Any]]:
    """Return for each name the party it is, whether the data know it, whether it stands on a list, and which ends it is of."""
    start, end, barred = ends
    on_list = listed_in(view) if view is not None else frozenset[str]()
    rows = []
    for name in names:
        party = party_of(name, view)
        rows.append(
            {
                "name": name, "party": party, "known": int(view is not None and party in view.graph.index), "listed": int(party in on_list),
                "is_start": party in start.parties, "is_end": party in end.parties, "is_barred": party in barred.parties,
            }
        )  # fmt: skip
    seen = {row["party"] for row in rows}
    for key, written in (pair for one in ends for pair in one.strangers):
        if key not in seen:
            near = nearest(written, names, 3)
            raise UnknownName(f"neither the data nor the records know a country, group, list or party '{written}'", near)
    return rows


def _keys(table: ir.Table, view: FrozenView | None, match: str, transform: bool) -> tuple[ir.Table, ir.Table | None]:
    """Return the table with what must be the same on each leg, and which of it may become which."""
    import ibis

    if match == "any":
        return table.mutate(key=ibis.literal("")), None
    if match in ("hs6", "hs4"):
        digits = int(match[2:])
        return table.mutate(key=ibis.ifelse(table.hs.length() >= digits, table.hs.substr(0, digits), ibis.null("string"))), None
    names = _distinct(table, ("item",))
    keys = {name: party_of(name, view, "Item", "Software", "Technology", "AIModel") for name in names}
    if all(name == key for name, key in keys.items()):
        keyed = table.mutate(key=table.item)
    else:
        rows = [{"item_name": name, "key": key} for name, key in keys.items()]
        known = ibis.memtable(rows, schema={"item_name": "string", "key": "string"})
        keyed = table.join(known, table.item == known.item_name)
    if not transform or view is None:
        return keyed, None
    pairs = [{"item": one, "becomes": other} for one, other in item_pairs(keys.values(), view)]
    return keyed, ibis.memtable(pairs, schema={"item": "string", "becomes": "string"})
