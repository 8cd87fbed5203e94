"""Chains of shipments: who passed on to whom what came from one place and reached another.

Comes in: legs, an Ibis table with the columns of :data:`LEG`, on any backend. Goes out: Ibis tables again, so the same expression runs
in DuckDB and on Spark; nothing is brought into Python.

A chain is s1 ... sk, from two legs to ``max_legs``: s1 *starts*, sk *arrives* and no earlier leg does, the consignee of each leg is the
shipper of the next, the goods are the same, each next leg follows after 0 to ``lag_days`` days, and no party occurs twice. Its quantity
is the smallest leg's.

Legs are pruned before they are joined: forward from the starts, back from the arrivals. Whether something came to a party at most
``lag_days`` before a day is read off one row for each party and stretch of ``lag_days + 1`` days: within the stretch of the day itself the
earliest arrival decides, within the one before it the latest. So pruning takes one pass a leg, however many pairs of legs would meet.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from policygraph.shipments.table import together

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["LEG", "MOST_LEGS", "RANKED", "Search", "Stages", "best", "enumerated", "mirrored", "pruned"]

LEG: Final = (
    "id", "day", "key", "shipper", "consignee", "origin", "destination", "quantity", "unit", "starts", "onward", "enters", "arrives",
    "shipper_known", "consignee_known", "shipper_listed", "consignee_listed", "documented",
)  # fmt: skip
"""Columns of a leg.

``day`` counts days from any day, never below zero; ``key`` says what must be the same on each leg. A leg may *start* a chain, go
*onward* (be none but the last), *enter* (be none but the first) and *arrive*; no leg that arrives goes onward. The parties are known to the
data, and on a list, or not (1 or 0), and the leg rests on a document of its own, or not.
"""
MOST_LEGS: Final = 8
RANKED: Final = ("listed", "known", "undocumented", "quantity", "legs", "first")
"""What ranks chains, in this order: more listed parties, more known parties, fewer legs without a document of their own, a larger
quantity, fewer legs, an earlier beginning."""
_HORIZON: Final = 1 << 20
_MIRROR: Final = {"shipper": "consignee", "consignee": "shipper", "origin": "destination", "destination": "origin"}

Hold = Callable[["ir.Table"], "ir.Table"]
"""Computes a table once, for all that is asked of it later."""


@dataclass(frozen=True, slots=True)
class Search:
    """How legs make a chain.

    Attributes
    ----------
    lag_days
        The most days from a leg to the next.
    max_legs
        The most legs of a chain.
    keyed
        Whether legs must agree in ``key``.
    contiguous
        Whether a leg must depart where the last arrived.
    changes
        Pairs ``item``, ``becomes``: goods that may pass on under another key; symmetric. None where goods stay what they are.
    """

    lag_days: int = 90
    max_legs: int = 4
    keyed: bool = True
    contiguous: bool = False
    changes: ir.Table | None = None

    @property
    def meets(self) -> tuple[tuple[str, str], ...]:
        """Which column of a leg must equal which of the next."""
        keys = (("key", "key"),) if self.keyed else ()
        return (("consignee", "shipper"), *keys, *((("destination", "origin"),) if self.contiguous else ()))

    @property
    def stretch(self) -> int:
        """Days of a stretch, within which any two days are near enough."""
        return self.lag_days + 1

    def handed(self, legs: ir.Table) -> ir.Table:
        """Return legs under each key by which their goods may be passed on."""
        if self.changes is None or not self.keyed:
            return legs
        others = self.changes.view()
        changed = legs.join(others, legs.key == others.item).mutate(key=others.becomes)
        return legs.union(changed.select(*legs.columns))


@dataclass(frozen=True, slots=True)
class Stages:
    """Legs that may lie on a chain, by their place in it.

    Attributes
    ----------
    first, last
        Legs that may start a chain, and legs that may end one.
    middles
        Legs that may be second, third, and so on, and not the last.
    """

    first: ir.Table
    middles: tuple[ir.Table, ...]
    last: ir.Table


def mirrored(legs: ir.Table) -> ir.Table:
    """Return legs in a world where time and goods run the other way."""
    turned = {name: legs[other] for name, other in _MIRROR.items() if other in legs.columns}
    return legs.mutate(**turned, day=_HORIZON - legs.day)


def openings(legs: ir.Table, search: Search, *, back: bool = False, roughly: bool = False) -> ir.Table:
    """Return when a leg may come next after one of some legs: one row for each party, goods and stretch of days.

    Parameters
    ----------
    back
        When a leg may have come before one of them instead.
    roughly
        One row for each party and goods: from the first such day to the last, and the days between them that are too many.
    """
    import ibis

    legs = legs.select("day", *dict.fromkeys(name for pair in search.meets for name in pair))
    out = search.handed(mirrored(legs) if back else legs)
    at = {f"at_{into}": out[left] for left, into in search.meets}
    since, until = out.day.min().cast("int64"), (out.day.max() + search.lag_days).cast("int64")
    if roughly:
        return out.group_by(**at).agg(since=since, until=until)
    arrived = out.group_by(**at, at_block=out.day // search.stretch).agg(since=since, until=until)
    same = arrived.mutate(until=ibis.null("int64"))
    after = arrived.mutate(since=ibis.null("int64"), at_block=arrived.at_block + 1)
    both = same.union(after.select(*same.columns))
    return both.group_by(*at, "at_block").agg(since=both.since.min(), until=both.until.max())


def within(legs: ir.Table, open_: ir.Table, search: Search, *, back: bool = False) -> ir.Table:
    """Keep the legs to which it is open to come next, or before."""
    clock = _HORIZON - legs.day if back else legs.day
    meets = [legs[_MIRROR.get(into, into) if back else into] == open_[f"at_{into}"] for _, into in search.meets]
    exactly = "at_block" in open_.columns
    met = legs.join(open_, [*meets, *([clock // search.stretch == open_.at_block] if exactly else [])])
    clock = _HORIZON - met.day if back else met.day
    since, until = met.since <= clock, clock <= met.until
    return met.filter((since | until) if exactly else (since & until)).select(*legs.columns)


def pruned(legs: ir.Table, search: Search, hold: Hold) -> Stages:
    """Leave out legs that cannot lie on a chain: forward roughly, over everything; then back exactly, over what is left."""
    unused = {"starts", "enters", *(() if search.contiguous else ("origin", "destination"))}
    columns = [name for name in LEG if name not in unused]
    legs = legs.filter(legs.shipper != legs.consignee)
    ends = hold(legs.filter((legs.starts & legs.onward) | (legs.enters & legs.arrives)).select(*columns))
    first, last = ends.filter(ends.onward), ends.filter(ends.arrives)
    through = legs.filter(legs.enters & legs.onward).select(*columns)
    middles: list[ir.Table] = []
    open_ = [hold(openings(first, search, roughly=True))]
    for _ in range(2, search.max_legs):
        middles.append(hold(within(through, open_[-1], search)))
        open_.append(openings(middles[-1], search, roughly=True))
    last = hold(together([within(last, one, search) for one in open_]).distinct())
    later = last
    for place in reversed(range(len(middles))):
        middles[place] = hold(within(middles[place], openings(later, search, back=True), search, back=True))
        later = together([last, middles[place]])
    first = hold(within(first, openings(later, search, back=True), search, back=True))
    return Stages(first, tuple(middles), last)


def enumerated(stages: Stages, search: Search) -> ir.Table:
    """Return every chain: its number of legs, ``leg_1`` ... by their ids, quantity and unit, first and last day, and what ranks it.

    Where legs are told in different units a chain has no quantity.
    """
    paths, ends = _started(stages.first), []
    for legs in range(2, search.max_legs + 1):
        ends.append(_closed(_extended(paths, stages.last, legs, search), legs, search.max_legs))
        if legs < search.max_legs:
            paths = _extended(paths, stages.middles[legs - 2], legs, search)
    return together(ends)


def _started(first: ir.Table) -> ir.Table:
    place = ["destination"] if "destination" in first.columns else []
    return first.select(
        "day", "key", "quantity", "unit", *place, leg_1="id", party_0="shipper", party_1="consignee", first="day",
        known=first.shipper_known + first.consignee_known, listed=first.shipper_listed + first.consignee_listed,
        undocumented=1 - first.documented, clash=first.id.isnull(),
    )  # fmt: skip


def _extended(paths: ir.Table, rows: ir.Table, number: int, search: Search) -> ir.Table:
    """Join one more leg, whose number is given, to paths."""
    import ibis

    out = search.handed(paths.mutate(consignee=paths[f"party_{number - 1}"]))
    into = rows.rename({f"next_{name}": name for name in rows.columns})
    meets = [out[left] == into[f"next_{right}"] for left, right in search.meets]
    strange = [into.next_consignee != out[f"party_{one}"] for one in range(number - 1)]
    near = [into.next_day >= out.day, into.next_day <= out.day + search.lag_days]
    both = out.join(into, [*meets, *near, *strange])
    kept = [f"leg_{one}" for one in range(1, number)] + [f"party_{one}" for one in range(number)]
    place = {"destination": both.next_destination} if search.contiguous else {}
    clash = both.clash | (both.unit.notnull() & both.next_unit.notnull() & (both.unit != both.next_unit)).fill_null(False)
    return both.select(
        *kept, "first", day="next_day", key="next_key", clash=clash, **place,
        quantity=ibis.least(both.quantity.fill_null(both.next_quantity), both.next_quantity.fill_null(both.quantity)),
        unit=both.unit.fill_null(both.next_unit), known=both.known + both.next_consignee_known,
        listed=both.listed + both.next_consignee_listed, undocumented=both.undocumented + 1 - both.next_documented,
        **{f"leg_{number}": both.next_id, f"party_{number}": both.next_consignee},
    )  # fmt: skip


def _closed(paths: ir.Table, number: int, most: int) -> ir.Table:
    import ibis

    nothing = ibis.null("string")
    legs: dict[str, Any] = {f"leg_{one}": paths[f"leg_{one}"] if one <= number else nothing for one in range(1, most + 1)}
    return paths.select(
        legs=ibis.literal(number, "int64"), **legs,
        quantity=ibis.ifelse(paths.clash, ibis.null("float64"), paths.quantity.cast("float64")),
        unit=ibis.ifelse(paths.clash, nothing, paths.unit),
        first=paths.first.cast("int64"), last=paths.day.cast("int64"),
        known=paths.known.cast("int64"), listed=paths.listed.cast("int64"), undocumented=paths.undocumented.cast("int64"),
    )  # fmt: skip


def best(chains: ir.Table, most: int, count: int | None) -> ir.Table:
    """Order chains by :data:`RANKED`, then by the ids of their legs, and keep so many of them, or all."""
    legs = [chains[f"leg_{one}"].asc(nulls_first=True) for one in range(1, most + 1)]
    ordered = chains.order_by(
        [
            chains.listed.desc(), chains.known.desc(), chains.undocumented.asc(), chains.quantity.desc(nulls_first=False),
            chains.legs.asc(), chains["first"].asc(), *legs,
        ]
    )  # fmt: skip
    return ordered if count is None else ordered.limit(count)
