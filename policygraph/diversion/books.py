"""What each party received, shipped, made and held on each day of a file, and the network of what can have come from a source.

In go shipments of one item as whole numbers (:class:`~policygraph.diversion.ledger.Ledger`), out come the books by party and day
(:class:`Books`) and the time-expanded network whose flows are the possible ways of the source's goods (:class:`Network`).

The day is the smallest unit of time: what arrives on a day may leave on that day.
Goods count once, when they first reach the destination; what the destination ships on again is no longer followed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from policygraph.diversion.flow import UNBOUNDED, Arcs
from policygraph.diversion.ledger import Ledger, Mask, Whole

__all__ = ["Books", "Network", "books", "network"]


@dataclass(frozen=True, slots=True)
class Books:
    """Receipts, dispatches, production and stock of each party on each day on which it did something; sorted by party and day.

    Parameters
    ----------
    party, day
        Whose line it is, and of which day.
    entering, leaving
        Of each shipment, the line of its consignee and that of its shipper; -1 where the shipment is not in the books.
    received, shipped
        Quantities of the line.
    before, after
        Stock at the beginning and the end of the day.
    made
        What the party shipped beyond its stock and receipts, and so made itself or had before the file begins.
    """

    party: Whole
    day: Whole
    entering: Whole
    leaving: Whole
    received: Whole
    shipped: Whole
    before: Whole
    after: Whole
    made: Whole

    def next_of_party(self) -> Whole:
        """Return the lines that are followed by another of the same party."""
        return np.flatnonzero(self.party[1:] == self.party[:-1])


def books(ledger: Ledger, entering: Mask | None = None, leaving: Mask | None = None) -> Books:
    """Keep the books of a ledger; stocks start empty, and a party makes what its stock and the day's receipts do not cover.

    Where shipments of one day go in a circle, not all receipts can have come first. Those of the circle then count as held at the end of
    the day and cover nothing before, so that more is made: the larger a stock, the less it proves.

    Parameters
    ----------
    entering, leaving
        Which shipments count for their consignees and for their shippers; default: all.
    """
    import pandas as pd

    everything, whole = np.ones(len(ledger.day), bool), entering is None and leaving is None
    entering, leaving = everything if entering is None else entering, everything if leaving is None else leaving
    first = int(ledger.day.min()) if len(ledger.day) else 0
    span = int(ledger.day.max()) - first + 1 if len(ledger.day) else 1
    arriving = ledger.consignee[entering] * span + ledger.day[entering] - first
    departing = ledger.shipper[leaving] * span + ledger.day[leaving] - first
    keys, line = np.unique(np.concatenate([arriving, departing]), return_inverse=True)
    lines_in, lines_out = np.full(len(ledger.day), -1), np.full(len(ledger.day), -1)
    lines_in[entering], lines_out[leaving] = line[: len(arriving)], line[len(arriving) :]
    received = _total(lines_in[entering], ledger.quantity[entering], len(keys))
    shipped = _total(lines_out[leaving], ledger.quantity[leaving], len(keys))
    party = keys // span
    same = np.flatnonzero(party[1:] == party[:-1])
    late, before = np.zeros(len(keys), np.int64), np.zeros(len(keys), np.int64)
    if whole:
        round_ = _in_circles(lines_out, lines_in, len(keys))
        late = _total(lines_in[round_], ledger.quantity[round_], len(keys))
    change = received - late - shipped
    change[same + 1] += late[same]
    running = pd.Series(change).groupby(party).cumsum()
    lowest = running.groupby(party).cummin().clip(upper=0)
    after = (running - lowest).to_numpy(np.int64) + late
    before[same + 1] = after[same]
    return Books(party, keys % span + first, lines_in, lines_out, received, shipped, before, after, after - before - received + shipped)


def _in_circles(tail: Whole, head: Whole, count: int) -> Mask:
    """Tell which shipments are part of a circle of one day's shipments."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    graph = csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=(count, count))
    _, circle = connected_components(graph, connection="strong")
    return np.asarray(circle[tail] == circle[head])


def _total(lines: Whole, quantity: Whole, count: int) -> Whole:
    return np.bincount(lines, quantity, count).astype(np.int64)  # exact: all quantities together stay below 2**53


@dataclass(frozen=True, slots=True)
class Network:
    """A time-expanded network: parties at times, joined by shipments and by stock carried over.

    Parameters
    ----------
    arcs
        Its arcs and capacities.
    shipment
        Of each arc, the row of the ledger, or -1 for stock.
    party, day
        Of each node, whose it is and the last day on it; -1 for the ends.
    source, sink, elsewhere
        The ends: where the source's goods come from, the destination, and everything that is neither.
    supply
        All that leaves the source other than straight for the destination.
    """

    arcs: Arcs
    shipment: Whole
    party: Whole
    day: Whole
    source: int
    sink: int
    elsewhere: int
    supply: int


def network(ledger: Ledger, *, complete: bool, lag_days: int | None = None) -> Network:
    """Lay out the ways of the source's goods.

    Parameters
    ----------
    complete
        Whether stocks are what the file leaves, so that they bound what is carried over; otherwise stock has no bound.
    lag_days
        The most days a party holds goods; only where the file is not complete.
    """
    if complete:
        kept = books(ledger)
        node, first, last = _merged(kept)
        entry, exit_, size = node, node, len(first)
    else:
        kept = books(ledger, ~ledger.reaches, ~ledger.source)
        if lag_days is None:
            kept = _unbounded(kept)
            node, first, last = _merged(kept)
            entry, exit_, size = node, node, len(first)
        else:
            first = last = np.arange(len(kept.party))
            entry, exit_, size = np.arange(len(first)), np.arange(len(first)) + len(first), 4 * len(first)
    source, sink, elsewhere = size, size + 1, size + 2
    pieces: list[tuple[Any, Any, Any, Any]] = []

    def join(rows: Mask, tail: Any, head: Any) -> None:
        at = np.flatnonzero(rows)
        ends = [np.broadcast_to(end if isinstance(end, int) else end[at], len(at)) for end in (tail, head)]
        pieces.append((ends[0], ends[1], ledger.quantity[at], at))

    def carry(tail: Any, head: Any, capacity: Any) -> None:
        pieces.append((tail, np.broadcast_to(head, len(tail)), np.broadcast_to(capacity, len(tail)), np.full(len(tail), -1)))

    into, out_of = np.append(entry, -1)[kept.entering], np.append(exit_, -1)[kept.leaving]
    join(ledger.source & ~ledger.reaches, source, into)
    join(~ledger.source & ~ledger.reaches, out_of, into)
    join(~ledger.source & ledger.counted, out_of, sink)
    supply = int(ledger.quantity[ledger.source & ~ledger.reaches].sum())
    if complete:
        join(ledger.source | (ledger.reaches & ~ledger.counted), out_of, elsewhere)
        follows = kept.party[first[1:]] == kept.party[first[:-1]]
        here = np.flatnonzero(follows)
        carry(here, here + 1, kept.after[last[here]])
        final = np.flatnonzero(np.append(~follows, True)) if len(first) else here
        carry(final, elsewhere, kept.after[last[final]])
    elif lag_days is None:
        here = np.flatnonzero(kept.party[first[1:]] == kept.party[first[:-1]])
        carry(here, here + 1, UNBOUNDED)
    else:
        for tail, head in _held(kept, lag_days):
            carry(tail, head, UNBOUNDED)
    tail, head, capacity, shipment = (np.concatenate(column).astype(np.int64) for column in zip(*pieces, strict=True))
    copies, ends = size // max(len(first), 1), np.full(3, -1)
    whose, when = (np.concatenate([np.tile(column, copies), ends]) for column in (kept.party[first], kept.day[last]))
    return Network(Arcs(tail, head, capacity, size + 3), shipment, whose, when, source, sink, elsewhere, supply)


def _unbounded(kept: Books) -> Books:
    """Return the books of parties that never run out, so that nothing needs to be made."""
    values = {column.name: getattr(kept, column.name) for column in fields(kept)}
    return Books(**{**values, "made": np.zeros_like(kept.made)})


def _merged(kept: Books) -> tuple[Whole, Whole, Whole]:
    """Return the node of each line, and of each node its first line and its last.

    Lines of a party make one node as long as nothing enters after something left. Receipts wait for the first dispatch in any case: all of
    them are still in stock then. Dispatches that follow one another without receipts share one stock: what they take and leave together
    is what there was.
    """
    begins = np.ones(len(kept.party), bool)
    begins[1:] = (kept.party[1:] != kept.party[:-1]) | (((kept.received[1:] > 0) | (kept.made[1:] > 0)) & (kept.shipped[:-1] > 0))
    first = np.flatnonzero(begins)
    return np.cumsum(begins) - 1, first, np.append(first[1:], len(begins)) - 1 if len(first) else first


def _held(kept: Books, lag_days: int) -> list[tuple[Whole, Whole]]:
    """Return arcs by which what is received on a line reaches the dispatches of that day and of the next *lag_days* days.

    Time is cut into stretches of ``lag_days + 1`` days. The days a receipt may leave on are the rest of its stretch, reached by a chain
    that runs forwards, and the beginning of the next, reached by a chain that runs backwards from the last such day. So a window
    costs two arcs, however many dispatches it spans.

    Nodes are, for line i of n: i receives, n + i dispatches, 2n + i is on the chain forwards, 3n + i on that backwards.
    """
    count = len(kept.party)
    line = np.arange(count)
    stretch = kept.day // (lag_days + 1)
    near = np.flatnonzero((kept.party[1:] == kept.party[:-1]) & (stretch[1:] == stretch[:-1]))
    span = int(kept.day.max() if count else 0) + lag_days + 2
    latest = np.searchsorted(kept.party * span + kept.day, kept.party * span + kept.day + lag_days, side="right") - 1
    beyond = np.flatnonzero(stretch[latest] > stretch)
    return [
        (line, 2 * count + line), (2 * count + line, count + line), (3 * count + line, count + line),
        (2 * count + near, 2 * count + near + 1), (3 * count + near + 1, 3 * count + near), (beyond, 3 * count + latest[beyond]),
    ]  # fmt: skip
