"""Red flags that records of trade show by themselves: routes, months, prices, parcels, what comes in and goes out again.

Comes in: a condition and :class:`Records`, Ibis tables on any backend. Goes out: a table of the ids on which the condition holds, each with
the reason in words, or why the records cannot be asked. Nothing but counts comes into Python.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property, singledispatch
from typing import TYPE_CHECKING, Any, Final, cast

from policygraph.diversion.chains import LEG, Hold, Search, pruned
from policygraph.diversion.ends import end_of
from policygraph.diversion.families import on_chains
from policygraph.diversion.profiles import ROLES, Known
from policygraph.diversion.redflags import (
    AnyCondition,
    Differs,
    Exceeds,
    FirstTradeAfter,
    FlagList,
    HsIn,
    Matches,
    Missing,
    Onward,
    Price,
    Rare,
    Repeats,
    Splits,
    Succeeds,
    Surge,
    Via,
)  # fmt: skip
from policygraph.shipments.columns import EARLIEST, NAMES
from policygraph.shipments.table import together

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["HEADING", "Records", "ask_records", "needed", "parties_of"]

HEADING: Final = 6
"""Digits of a tariff code that are the same in every country."""

_MONTHS_TOLD: Final = 6
"""So many of the twelve months before must have rows, or a month is not held against them."""


@dataclass(frozen=True, eq=False)
class Records:
    """The rows that are asked, among all rows of the file.

    Attributes
    ----------
    every, rows
        All rows, and those that are asked: columns of the form, ``day`` counted from a fixed one, ``key`` of the goods, and of each
        party ``..._party``. Rows that are asked also tell whether they may start a chain (``starts``) and end one (``arrives``),
        and what legs of a chain must agree in (``chain_key``).
    first, last
        The first and the last day of the file.
    chains, end
        How legs make a chain; where all rows lie on chains, in which countries these end.
    """

    every: ir.Table
    rows: ir.Table
    first: date
    last: date
    chains: Search
    end: frozenset[str]
    known: Known
    lists: Mapping[str, FlagList]
    hold: Hold

    def of(self, those: Callable[[ir.Table], ir.BooleanValue]) -> Records:
        """Return the records of some rows alone."""
        return replace(self, every=self.every.filter(those(self.every)), rows=self.rows.filter(those(self.rows)), end=frozenset())

    def day_of(self, control: str) -> date:
        """Return the day of a control."""
        return next(entry.day for one in self.lists.values() for entry in one.entries if entry.code == control and entry.day)

    @cached_property
    def _filled(self) -> Mapping[str, int]:
        every = self.every
        counts = every.agg(**{name: every[name].count() for name in NAMES}).execute().iloc[0]
        return {name: int(counts[name]) for name in NAMES}

    @cached_property
    def _empty(self) -> Mapping[str, int]:
        rows = self.rows
        dark = {name: rows[name].isnull() for name in NAMES} | {"hs": rows.hs.length().fill_null(0) < HEADING}
        counts = rows.agg(**{name: told.sum() for name, told in dark.items()}).execute().iloc[0]
        return {name: int(counts[name]) for name in NAMES}

    def untold(self, *columns: str) -> str:
        """Say in how many of the rows that are asked columns are empty, or a tariff code is cut short."""
        return ", ".join(f"{self._empty[name]:,} rows tell no {told_as(name)}" for name in columns if self._empty[name])

    def named(self, column: str) -> bool:
        """Tell whether any row of the file fills a column."""
        return self._filled[column] > 0


def told_as(column: str) -> str:
    """Return what people call a column."""
    return {"hs": "tariff code of six digits", "made_in": "country of making"}.get(column, column.replace("_", " "))


def needed(test: AnyCondition) -> tuple[str, ...]:
    """Return the columns without which a row cannot be asked."""
    if isinstance(test, Differs):
        return (test.of,)
    if isinstance(test, Surge):
        return (test.of,) if test.of != "rows" else ()
    of = {HsIn: ("hs",), Price: ("value", "quantity"), Matches: ("quantity",), Splits: ("value",)}
    return of.get(type(test), ())


def _ordinal(day: date) -> int:
    return (day - EARLIEST).days


def _word(*parts: Any) -> ir.StringValue:
    """Put literals and columns together as text; what is missing is told as a dash."""
    import ibis

    told: Any = ibis.literal("")
    for part in parts:
        told = told + (part if isinstance(part, str) else part.cast("string").fill_null("-"))
    return cast("ir.StringValue", told)


def _number(value: Any) -> Any:
    """Round a number for people."""
    import ibis

    return ibis.ifelse(value.abs() >= 100, value.round(0).cast("int64").cast("string"), value.round(2).cast("string"))


def parties_of(rows: ir.Table, role: str, *more: str) -> ir.Table:
    """Return the parties of rows in a role, one line each: ``id``, ``role``, ``name``, ``party`` and further columns."""
    import ibis

    roles = {"any": ROLES, "receiver": ("consignee", "end_user")}.get(role, (role,))
    each = [
        rows.select("id", *more, role=ibis.literal(one.replace("_", " ")), name=rows[one], party=rows[f"{one}_party"]) for one in roles
    ]
    whole = together(each)
    return whole.filter(whole.party.notnull())


@singledispatch
def ask_records(test: Any, records: Records) -> ir.Table | str:
    """Return the rows on which a condition holds, ``id`` and ``reason``, or in words why that cannot be asked."""
    raise TypeError(f"'{test.kind_of_condition}' is not asked of records")


@ask_records.register(FirstTradeAfter)
def _(test: FirstTradeAfter, records: Records) -> ir.Table | str:
    day = records.day_of(test.control)
    begin = day - timedelta(test.covered)
    if records.first > begin:
        return f"the file begins on {records.first}, and would have to begin by {begin} to show who came after {day}"
    every = parties_of(records.every, test.role, "day")
    first = every.group_by("party").agg(first=every.day.min())
    first = first.filter(first["first"] > _ordinal(day)).rename(newcomer="party")
    rows = parties_of(records.rows, test.role)
    met = rows.join(first, rows.party == first.newcomer)
    return met.select("id", reason=_word(met.role, " ", met.name, f" has its first row after the control of {day} ({test.control})"))


@ask_records.register(Differs)
def _(test: Differs, records: Records) -> ir.Table | str:
    if not records.named(test.of):
        return f"no row names a {test.of.replace('_', ' ')}"
    import ibis

    every, rows = records.every, records.rows
    places = together(
        [every.select(party=every.shipper_party, place=every.origin), every.select(party=every.consignee_party, place=every.destination)]
    )
    seen = places.group_by("party").agg(place=places.place.min(), last=places.place.max())
    seen = seen.filter(seen.place == seen["last"]).drop("last")
    asked = parties_of(rows, test.of).select("party").union(parties_of(rows, test.other).select("party")).distinct().execute()
    told = [{"party": key, "place": place} for key in asked["party"] if (place := records.known.country(key))]
    if told:
        known = ibis.memtable(told, schema={"party": "string", "place": "string"})
        seen = together([known, seen.anti_join(known, "party")])
    one, other = (seen.rename({f"{side}_key": "party", f"{side}_place": "place"}) for side in ("one", "other"))
    met = rows.join(one, rows[f"{test.of}_party"] == one.one_key)
    met = met.left_join(other, met[f"{test.other}_party"] == other.other_key)
    at_end = met.destination if test.other in ("consignee", "end_user") else ibis.null("string")
    met = met.mutate(other_place=met.other_place.fill_null(at_end))
    met = met.filter((met.one_place != met.other_place) & (met[f"{test.of}_party"] != met[f"{test.other}_party"]))
    sides = _word(f"{test.of.replace('_', ' ')} ", met[test.of], " is of ", met.one_place, f", {test.other.replace('_', ' ')} ")
    return met.select("id", reason=_word(sides, met[test.other], " of ", met.other_place))


@ask_records.register(Missing)
def _(test: Missing, records: Records) -> ir.Table | str:
    import ibis

    column, rows = test.column, records.rows
    what = told_as(column)
    if not records.named(column):
        return f"no row of the file tells the {what}, so that its lack says nothing of one"
    empty = rows[column].isnull()
    if column == "end_user":
        forwarder = (rows.end_user_party == rows.forwarder_party).fill_null(False)
        met = rows.filter(empty | forwarder)
        told = _word("the end user is the forwarder, ", met.forwarder)
        return met.select("id", reason=ibis.ifelse(met.end_user.isnull(), f"the {what} is not told", told))
    met = rows.filter(empty)
    return met.select("id", reason=ibis.literal(f"the {what} is not told"))


@ask_records.register(Via)
def _(test: Via, records: Records) -> ir.Table | str:
    import ibis

    codes, rows = records.lists[test.countries].codes, records.rows
    ends = rows.destination
    departs = rows.origin.isin(codes) & (~rows.starts | ((rows.made_in != rows.origin) & (rows.made_in != ends))).fill_null(~rows.starts)
    loaded = (rows.loading.isin(codes) & (rows.loading != rows.origin) & (rows.loading != ends)).fill_null(False)
    arrives = rows.destination.isin(codes) & ~rows.arrives
    place = ibis.cases((arrives, rows.destination), (departs, rows.origin), (loaded, rows.loading), else_=ibis.null("string"))
    met = rows.mutate(by=place).filter(lambda table: table.by.notnull())
    return met.select("id", reason=_word("by way of ", met.by))


@ask_records.register(Onward)
def _(test: Onward, records: Records) -> ir.Table | str:
    end = end_of(list(test.to), records.known.view)
    rows, words = records.rows, _word(f"on a chain of shipments that ends in {end.words}")
    if records.end and records.end <= end.countries:
        return rows.select("id", reason=words)
    arrives = rows.destination.isin(sorted(end.countries)) & rows.arrives
    legs = rows.select(
        "id", "day", "origin", "destination", "quantity", "unit", shipper=rows.shipper_party, consignee=rows.consignee_party,
        key=rows.chain_key, starts=rows.starts & ~rows.origin.isin(sorted(end.countries)),
        onward=~arrives, enters=rows.day >= 0, arrives=arrives,
        **{name: rows.day * 0 for name in LEG if name.endswith(("_known", "_listed")) or name == "documented"},
    ).select(*LEG)  # fmt: skip
    if not legs.filter(legs.arrives).count().execute():
        return legs.filter(legs.arrives).select("id", reason=legs.key)
    met = on_chains(pruned(legs, records.chains, records.hold), records.chains, records.hold)
    return met.select("id", reason=words)


@ask_records.register(Matches)
def _(test: Matches, records: Records) -> ir.Table | str:
    import ibis

    if not (records.named("quantity")):
        return "no row tells a quantity"
    width = -math.log(1 - min(max(test.within / 100, 1e-9), 0.99))
    stretch = test.days + 1

    def side(table: ir.Table, place: str, prefix: str) -> ir.Table:
        table = table.filter(table.quantity.notnull())
        return table.select(
            **{
                f"{prefix}_id": table.id, f"{prefix}_day": table.day, f"{prefix}_quantity": table.quantity, "place": table[place],
                "key": table.key, "of": table.unit.fill_null(""), "size": (table.quantity.ln() / width).floor().cast("int64"),
                "block": table.day // stretch,
            }
        )  # fmt: skip

    def near(table: ir.Table) -> ir.Table:
        """Put what goes out where anything that matches it can have come in: three sizes, two stretches of days."""
        return together(
            [table.mutate(size=table["size"] + step, block=table.block - back) for step in (-1, 0, 1) for back in (0, 1)]
        )

    meet = ["place", "key", "of", "size", "block"]
    found = []
    for asked, into, out in (("came", records.rows, records.every), ("left", records.every, records.rows)):
        both = side(into, "destination", "came").join(near(side(out, "origin", "left")), meet)
        gap = (both.left_quantity - both.came_quantity).abs()
        met = both.filter(
            (both.left_day >= both.came_day) & (both.left_day <= both.came_day + test.days) & (both.came_id != both.left_id)
            & (gap <= both.came_quantity * (test.within / 100))
        )  # fmt: skip
        other = met.left_id if asked == "came" else met.came_id
        words = "leaves again as row " if asked == "came" else "came in as row "
        found.append(met.select(id=met[f"{asked}_id"], reason=_word("about as much of it ", words, other, ", at ", met.place)))
    whole = together(found)
    each = whole.group_by("id").agg(reason=whole.reason.min(), many=whole.reason.nunique())
    more = ibis.ifelse(each.many > 1, _word(", and ", each.many - 1, " more"), ibis.literal(""))
    return each.select("id", reason=each.reason + more)


@ask_records.register(Succeeds)
def _(test: Succeeds, records: Records) -> ir.Table | str:
    import ibis

    known, every, rows = records.known, records.every, records.rows
    if not known.tells_lists:
        return "neither a view nor profiles of parties tell who stands on lists"
    there = every.select(party=every.consignee_party).distinct().execute()["party"]
    listed = [
        {"listed": key, "since": one.since - EARLIEST.toordinal(), "list": one.list}
        for key in there for one in known.listed(key, test.lists) if one.since is not None
    ]  # fmt: skip
    if not listed:
        return "no consignee of the file is known to have been put on one of the lists on a day that is known"
    table = ibis.memtable(listed, schema={"listed": "string", "since": "int64", "list": "string"})
    before = every.join(table, every.consignee_party == table.listed)
    before = before.filter(before.day < before.since)
    before = before.select("listed", "since", "list", before_name="consignee", of="shipper_party", goods="key").distinct()
    first = every.group_by(who=every.consignee_party, what=every.key).agg(first=every.day.min())
    new = rows.join(first, [rows.consignee_party == first.who, rows.key == first.what])
    met = new.join(before, [new.shipper_party == before.of, new.key == before.goods, new.consignee_party != before.listed])
    met = met.filter((met["first"] > met.since) & (met["first"] <= met.since + test.days) & (met.day <= met.since + test.days))
    words = _word(
        "consignee ", met.consignee, f" first gets these goods within {test.days} days after ", met.before_name,
        ", which got them from the same shipper, was put on ", met["list"],
    )  # fmt: skip
    told = met.select("id", reason=words)
    return told.group_by("id").agg(reason=told.reason.min())


@ask_records.register(Rare)
def _(test: Rare, records: Records) -> ir.Table | str:
    every, rows = records.every, records.rows
    many = every.group_by("key").agg(all=every.count())
    many = many.filter(many["all"] >= test.rows)
    if not many.count().execute():
        return f"no goods have {test.rows} rows in the file, from which it could be told what is rare"

    def ways(table: ir.Table) -> ir.Table:
        return table.select("id", "key", **{column: table[column].fill_null("") for column in test.of})

    of = ways(every)
    counts = of.group_by("key", *test.of).agg(so=of.count()).join(many, "key")
    rare = counts.filter(counts.so * 100 < counts["all"] * test.below)
    met = ways(rows).join(rare, ["key", *test.of])
    way = _word(*(part for number, column in enumerate(test.of) for part in ((" > ",) if number else ()) + (met[column],)))
    return met.select("id", reason=_word("goes a rare way for these goods, ", way, ": ", met.so, " of ", met["all"], " rows"))


@ask_records.register(Surge)
def _(test: Surge, records: Records) -> ir.Table | str:
    import ibis

    span = (records.last.year - records.first.year) * 12 + records.last.month - records.first.month
    if span < _MONTHS_TOLD:
        return f"the file spans {span + 1} months, and a month is held against {_MONTHS_TOLD} or more before it"
    if test.of != "rows" and not records.named(test.of):
        return f"no row tells a {test.of}"
    who = "consignee_party" if test.per == "consignee" else "destination"
    measure = {"quantity": "unit", "value": "currency"}.get(test.of)

    def monthly(table: ir.Table) -> ir.Table:
        return table.select(
            "id", who=table[who], unit=table[measure].fill_null("") if measure else ibis.literal("rows"),
            month=table.date.year().cast("int64") * 12 + table.date.month().cast("int64") - 1,
            amount=table[test.of].cast("float64") if measure else ibis.literal(1.0),
            name=table.consignee if test.per == "consignee" else table.destination,
        ).filter(lambda one: one.amount.notnull())  # fmt: skip

    each = monthly(records.every)
    totals = records.hold(each.group_by("who", "unit", "month").agg(amount=each.amount.sum()))
    before = totals.rename({f"before_{name}": name for name in totals.columns})
    pairs = totals.join(before, [totals.who == before.before_who, totals.unit == before.before_unit])
    pairs = pairs.filter((pairs.before_month < pairs.month) & (pairs.before_month >= pairs.month - 12))
    base = pairs.group_by("who", "unit", "month", "amount").agg(usual=pairs.before_amount.median(), months=pairs.before_month.nunique())
    surges = base.filter((base.months >= _MONTHS_TOLD) & (base.amount >= base.usual * test.factor))
    if test.when != "any":
        control = records.day_of(test.control)
        at = control.year * 12 + control.month - 1
        if test.when == "after":
            surges = surges.filter(surges.month >= at)
        else:
            surges = surges.filter((surges.month <= at) & (surges.month > at - 12))
    rows = monthly(records.rows)
    met = rows.drop("amount").join(surges, ["who", "unit", "month"])
    amount = _word(_number(met.amount), " ", met.unit, " in ", met.month // 12, "-", (met.month % 12 + 1).cast("string").lpad(2, "0"))
    times = _word(", ", _number(met.amount / met.usual), " times the usual month of the year before")
    return met.select("id", reason=_word(met.name, " got ", amount, times))


@ask_records.register(Price)
def _(test: Price, records: Records) -> ir.Table | str:
    if not (records.named("value") and records.named("quantity")):
        return "no row tells both a value and a quantity"

    def priced(table: ir.Table) -> ir.Table:
        table = table.filter(table.value.notnull() & table.quantity.notnull())
        return table.select(
            "id", "key", of=table.unit.fill_null(""), money=table.currency.fill_null(""), price=table.value / table.quantity
        )

    goods = ["key", "of", "money"]
    every = priced(records.every)
    usual = every.group_by(*goods).agg(usual=every.price.median(), many=every.count())
    usual = usual.filter((usual.many >= test.rows) & (usual.usual > 0))
    if not usual.count().execute():
        return f"no goods have {test.rows} rows with a value and a quantity in one currency and unit"
    met = priced(records.rows).join(usual, goods)
    dear, cheap = met.price >= met.usual * test.factor, met.price * test.factor <= met.usual
    met = met.filter({"above": dear, "below": cheap, "either": dear | cheap}[test.side])
    each = _word(_number(met.price), " ", met.money, " each, against a median of ", _number(met.usual), " over ", met.many, " rows")
    return met.select("id", reason=each)


@ask_records.register(Exceeds)
def _(test: Exceeds, records: Records) -> ir.Table | str:
    import ibis

    sites = []
    for key, profile in records.known.profiles.items():
        room = profile.places
        if test.limit == "power":
            room = profile.power * 1000 / profile.draw if profile.power and profile.draw else None
        if room:
            sites.append({"site": key, "room": float(room)})
    if not sites:
        needs = "the power of its site and what a unit draws (power, draw)" if test.limit == "power" else "the places of its site (places)"
        return f"of no party {needs} is told; profiles of parties may tell it"
    table = ibis.memtable(sites, schema={"site": "string", "room": "float64"})
    every, rows = records.every, records.rows
    got = every.join(table, every.consignee_party == table.site)
    total = got.group_by("site", "room").agg(got=got.quantity.sum())
    total = total.filter(total.got > total.room)
    met = rows.join(total, rows.consignee_party == total.site)
    words = f" in all, and its site has {'power' if test.limit == 'power' else 'room'} for "
    return met.select("id", reason=_word("consignee ", met.consignee, " got ", _number(met.got), words, _number(met.room)))


@ask_records.register(HsIn)
def _(test: HsIn, records: Records) -> ir.Table | str:
    import ibis

    list_, rows = records.lists[test.codes], records.rows
    if not records.named("hs"):
        return "no row tells a tariff code"
    entries = [entry for entry in list_.entries if not test.tiers or entry.tier in test.tiers]
    codes = ibis.memtable([{"code": one.code, "tier": one.tier} for one in entries], schema={"code": "string", "tier": "string"})
    met = rows.join(codes, rows.hs.substr(0, HEADING) == codes.code)
    tier = ibis.ifelse(met.tier == "", ibis.literal(""), _word(", tier ", met.tier))
    return met.select("id", reason=_word("tariff code ", met.hs, f" is of the list {list_.id}", tier))


@ask_records.register(Repeats)
def _(test: Repeats, records: Records) -> ir.Table | str:
    return f"the table form has no column for a {test.of} number"


@ask_records.register(Splits)
def _(test: Splits, records: Records) -> ir.Table | str:
    import ibis

    if not records.named("value"):
        return "no row tells a value"
    every = records.every
    small = every.filter((every.currency == test.currency) & (every.value < test.below))
    pair = ["shipper_party", "consignee_party"]
    back = ibis.window(group_by=pair, order_by="day", range=(-test.days, 0))
    ends = small.mutate(sum=small.value.sum().over(back), many=small.id.count().over(back))
    ends = ends.mutate(full=((ends.many >= test.rows) & (ends["sum"] > test.below)).cast("int64"))
    ahead = ibis.window(group_by=pair, order_by="day", range=(0, test.days))
    full = ends.mutate(near=ends.full.max().over(ahead), together=(ends["sum"] * ends.full).max().over(ahead))
    met = full.filter(full.near == 1).semi_join(records.rows, "id")
    parcels = _word("one of several parcels within ", f"{test.days} days, each below {test.below:g} {test.currency}, together ")
    return met.select("id", reason=_word(parcels, _number(met.together), " ", test.currency))


