"""Which shipments lie on a chain: exact, and linear even where the number of chains explodes.

Whether a shipment lies on a chain hangs on the parties before it and after it, none of which may occur twice; to list them all is to list
the chains. Instead, of the ways to come to a shipment only a *representative family* is kept: of all lists of its p earlier parties, so
many that whatever q parties follow, if any list was disjoint from them, one that is kept is.

**Reduction.** Let c_0 = 1 and c_j = j * q * c_{j-1} + 1. Take the distinct lists. For j = 1, ..., p, and for every choice of p - j places
of the list, keep of the lists that agree in these places at most c_j. All of it is done by window functions.

**Proof.** Suppose that a list L, disjoint from a set Q of at most q parties, is dropped at step j, where it agreed in the fixed places
F with c_j lists that are kept. In the places of F these have the parties of L, none of which is in Q. One that is not disjoint from Q
thus has a party of Q in one of the j free places. For each free place and each party of Q, the lists that agree in F and have that
party in that place agree in p - (j - 1) places, and step j - 1 has left at most c_{j-1} of those (for j = 1 there is one such list,
since lists are distinct). So at most j * q * c_{j-1} < c_j of them meet Q, and at least one is disjoint from it. It may be dropped
later, but then the same holds of it; droppings end, so in the end one that is kept is disjoint from Q.

**Order.** Where lists have a day, they are kept in the order of their days. A list stays if fewer than c_j lists stand before it, so
the kept lists up to a day are those that would be kept of the lists up to that day. One family for each party and stretch of ``lag_days
+ 1`` days, in ascending order, therefore serves every day of its stretch, and one in descending order every day of the next: which of
the last ``lag_days`` days are near enough is read off these two, of bounded size, and no two legs are ever joined.

**The answer.** For a shipment at place i families of its earlier parties are kept against q = max_legs - i later ones; from the back,
with time mirrored, families of its d later parties against max_legs - 1 - d earlier ones. It lies on a chain if and only if a kept
prefix and a kept suffix are disjoint, with i + d <= max_legs: the kept prefix may replace the prefix of a chain, since the suffix has d
<= q parties, and then the kept suffix the suffix; and every kept list is one of a real trail of shipments.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from policygraph.diversion.chains import Hold, Search, Stages, mirrored
from policygraph.shipments.table import together

if TYPE_CHECKING:
    import ibis.expr.types as ir

__all__ = ["on_chains", "reduced", "sizes"]

_CARRIED = ("id", "day", "key", "shipper", "consignee", "arrives")


def sizes(places: int, avoided: int) -> tuple[int, ...]:
    """Return c_1 ... c_p: how many lists are kept that agree in all but 1, ..., p places.

    >>> sizes(1, 3), sizes(2, 2), sizes(3, 1)
    ((4,), (3, 13), (2, 5, 16))
    """
    found = [1]
    for free in range(1, places + 1):
        found.append(free * avoided * found[-1] + 1)
    return tuple(found[1:])


def reduced(
    lists: ir.Table, group: Sequence[str], places: Sequence[str], avoided: int, hold: Hold, day: str = "", latest: bool = False
) -> ir.Table:
    """Keep of the distinct lists of each group a family that represents them against any so many parties.

    Parameters
    ----------
    group, places
        The columns that tell groups apart, and those of the parties of a list.
    avoided
        How many parties may have to be avoided.
    hold
        Computes what stands so far, since window upon window makes an expression that no engine plans well. Where every group is small
        enough as it is, nothing else is computed.
    day
        A column of days in whose order lists are kept; none where lists have none.
    latest
        Whether the latest come first.
    """
    import ibis

    bounds = sizes(len(places), avoided)
    if len(places) > 1 and _crowded(lists, group) <= bounds[0]:
        return lists
    for free, most in enumerate(bounds, 1):
        for fixed in combinations(places, len(places) - free):
            days = [lists[day].desc() if latest else lists[day].asc()] if day else []
            rank = ibis.row_number().over(group_by=[*group, *fixed], order_by=[*days, *(lists[place].asc() for place in places)])
            ranked = lists.mutate(rank=rank)
            lists = ranked.filter(ranked["rank"] < most).drop("rank")
        lists = hold(lists)
    return lists


def _crowded(lists: ir.Table, group: Sequence[str]) -> int:
    """Return how many lists the fullest group has."""
    counts = lists.group_by(*group).agg(many=lists.count())
    return int(counts.many.max().fill_null(0).execute())


def _next(stage: ir.Table, rows: ir.Table, earlier: tuple[str, ...], search: Search, hold: Hold) -> ir.Table:
    """Return the rows that come next after a stage, each with a family of the parties before it."""
    places = (*earlier, f"party_{len(earlier)}")
    left = search.max_legs - len(places)
    out = search.handed(stage)
    at = [f"at_{into}" for _, into in search.meets]
    lists = out.select(
        **{f"at_{into}": out[column] for column, into in search.meets}, at_block=out.day // search.stretch, at_day=out.day,
        **{place: out[place] for place in earlier}, **{places[-1]: out.shipper},
    )  # fmt: skip
    group = [*at, "at_block"]
    gathered = lists.group_by(*group, *places).agg(soonest=lists.at_day.min(), latest=lists.at_day.max())
    gathered = hold(gathered)
    here = rows.mutate(block=rows.day // search.stretch)
    found = []
    for day, latest in (("soonest", False), ("latest", True)):
        family = reduced(gathered.drop("soonest" if latest else "latest"), group, places, left, hold, day, latest)
        meets = [here[into] == family[f"at_{into}"] for _, into in search.meets]
        near = [here.block == family.at_block + 1, here.day <= family.latest + search.lag_days] if latest else [
            here.block == family.at_block, here.day >= family.soonest
        ]  # fmt: skip
        strange = [here.consignee != family[place] for place in places]
        found.append(here.join(family, [*meets, *near, *strange]).select(*rows.columns, *places))
    return reduced(hold(together(found).distinct()), ["id", "arrives"], places, left - 1, hold)


def on_chains(stages: Stages, search: Search, hold: Hold) -> ir.Table:
    """Return the ids of the shipments that lie on a chain, each once."""
    columns = [*_CARRIED, *(("origin", "destination") if search.contiguous else ())]
    first, last = stages.first.select(*columns), stages.last.select(*columns)
    middles = [middle.select(*columns) for middle in stages.middles]
    found: list[ir.Table] = []
    prefixes: dict[int, ir.Table] = {}
    stage = first
    places: tuple[str, ...] = ()
    for position in range(2, search.max_legs + 1):
        rows = together([last, *middles[position - 2 : position - 1]])
        reached = _next(stage, rows, places, search, hold)
        places = (*places, f"party_{position - 2}")
        found.append(reached.filter(reached.arrives).select("id"))
        stage = prefixes[position] = reached.filter(~reached.arrives)
    before = together(middles).distinct().mutate(arrives=False) if middles else None
    rows = together([mirrored(first).mutate(arrives=True), *([mirrored(before)] if before is not None else [])])
    stage, places = mirrored(last), ()
    for depth in range(1, search.max_legs):
        reached = _next(stage, rows, places, search, hold)
        places = (*places, f"party_{depth - 1}")
        found.append(reached.filter(reached.arrives).select("id"))
        stage = reached.filter(~reached.arrives)
        for position in range(2, search.max_legs - depth + 1):
            found.append(_disjoint(prefixes[position], position - 1, stage, depth))
    return together(found).distinct()


def _disjoint(prefixes: ir.Table, before: int, suffixes: ir.Table, after: int) -> ir.Table:
    """Return the ids of the shipments with a prefix and a suffix that share no party."""
    later = suffixes.select(later="id", **{f"after_{place}": f"party_{place}" for place in range(after)})
    strange = [prefixes[f"party_{one}"] != later[f"after_{other}"] for one in range(before) for other in range(after)]
    return prefixes.join(later, [prefixes.id == later.later, *strange]).select("id")
