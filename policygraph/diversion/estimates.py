"""Two customary estimates of how much of each shipment is of the source: first in, first out, and pro rata.

In goes a ledger, out comes of each shipment the part that is of the source under each assumption. Both walk the same books and differ
in one thing only, which goods a party takes from its stock. *First in, first out*: the oldest, receipts of one day being mixed.
*Pro rata*: an even mix of all it holds. All that a party ships on a day has one composition, since the file knows no hours; so it does
not matter how a day's trade is cut into shipments. These are assumptions about warehouses nobody looked into: estimates, not findings.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from policygraph.diversion.books import Books, Ledger, Whole, books
from policygraph.diversion.flow import Arcs, reached

__all__ = ["Estimates", "estimates"]

Part = npt.NDArray[np.float64]
Order = list[tuple[int, ...]]
_Drawn = tuple[float, float, float]
"""What a line's dispatches hold of the source from earlier days, the share of the day's receipts in them, and the whole of both."""


@dataclass(frozen=True, slots=True)
class Estimates:
    """Of each shipment on a way from the source to the destination, how much is of the source; in the parts of the ledger, not rounded."""

    fifo: Part
    pro_rata: Part


def estimates(ledger: Ledger) -> Estimates:
    """Return both estimates of a ledger.

    >>> two = np.array([1, 2, 3])
    >>> no = np.array([False, False, False])
    >>> ledger = Ledger(two, np.array([0, 1, 2]), np.array([2, 2, 3]), np.array([10, 10, 10]), two == 1, two == 3, two == 3)
    >>> found = estimates(ledger)
    >>> found.fifo.tolist(), found.pro_rata.tolist()
    ([10.0, 0.0, 10.0], [10.0, 0.0, 5.0])
    """
    kept = books(ledger)
    count = len(kept.party)
    onward = np.flatnonzero(~ledger.source & ~ledger.reaches)
    begin = ledger.source & ~ledger.reaches
    relevant = _relevant(ledger, kept, onward, begin)
    onward = onward[relevant[kept.leaving[onward]] & relevant[kept.entering[onward]]]
    order = _order(kept, np.flatnonzero(relevant), kept.leaving[onward], kept.entering[onward])
    fresh = np.bincount(kept.entering[begin], ledger.quantity[begin], count)
    by_line = np.argsort(kept.leaving[onward], kind="stable")
    start = np.searchsorted(kept.leaving[onward][by_line], np.arange(count + 1)).tolist()
    ahead = list(zip(kept.entering[onward][by_line].tolist(), ledger.quantity[onward][by_line].tolist(), strict=True))
    found = []
    for rule in (_FirstIn, _Mixed):
        share = _walk(order, fresh.tolist(), start, ahead, rule(kept))
        found.append(np.where(ledger.source, ledger.quantity, ledger.quantity * np.array(share)[kept.leaving]))
    return Estimates(*found)


def _relevant(ledger: Ledger, kept: Books, onward: Whole, begin: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    """Tell which lines the source's goods can come to and go on to the destination from."""
    count = len(kept.party)
    start, end, stays = count, count + 1, kept.next_of_party()
    entry, arrival = kept.entering[begin], kept.leaving[ledger.counted & ~ledger.source]
    tail = np.concatenate([np.full(len(entry), start), kept.leaving[onward], stays, arrival])
    head = np.concatenate([entry, kept.entering[onward], stays + 1, np.full(len(arrival), end)])
    arcs = Arcs(tail, head, np.ones_like(tail), count + 2)
    usable = np.ones(len(tail), bool)
    return (reached(arcs, usable, start, backwards=False) & reached(arcs, usable, end, backwards=True))[:count]


def _order(kept: Books, lines: Whole, tail: Whole, head: Whole) -> Order:
    """Put lines in an order in which goods can have moved: by day, within a day givers before takers; those in a circle together."""
    from scipy.sparse import csr_array
    from scipy.sparse.csgraph import connected_components

    count = len(kept.party)
    graph = csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=(count, count))
    _, circle = connected_components(graph, connection="strong")
    between = circle[tail] != circle[head]
    tail, head, depth = circle[tail[between]], circle[head[between]], np.zeros(count, np.int64)
    while len(tail):
        deeper = depth.copy()
        np.maximum.at(deeper, head, depth[tail] + 1)
        if (deeper == depth).all():
            break
        depth = deeper
    lines = lines[np.lexsort((circle[lines], depth[circle[lines]], kept.day[lines]))]
    cuts = np.flatnonzero(circle[lines][1:] != circle[lines][:-1]) + 1
    bounds = [0, *cuts.tolist(), len(lines)] if len(lines) else [0]
    told = lines.tolist()
    return [tuple(told[low:high]) for low, high in zip(bounds, bounds[1:], strict=False)]


def _walk(order: Order, live: list[float], start: Sequence[int], ahead: Sequence[tuple[int, int]], rule: _Rule) -> list[float]:
    """Return of each line what share of its dispatches is of the source."""
    share = [0.0] * len(live)
    for lines in order:
        drawn = [rule.draw(line) for line in lines]
        if len(lines) > 1:
            _close(lines, drawn, live, start, ahead)
        for line, (old, part, whole) in zip(lines, drawn, strict=True):
            share[line] = (old + part * live[line]) / whole if whole else 0.0
            rule.keep(line, live[line])
            for taker, quantity in ahead[start[line] : start[line + 1]] if share[line] else ():
                if len(lines) == 1 or taker not in lines:
                    live[taker] += quantity * share[line]
    return share


def _close(lines: Sequence[int], drawn: Sequence[_Drawn], live: list[float], start: Sequence[int], ahead: Sequence[tuple[int, int]]) -> None:
    """Add to what each line of a circle received what the others gave it on the same day.

    The shares of the lines solve a linear system. Lines that nothing of the source can come to are left out: among the others each has a
    part that is not of the circle, so the system has one solution.
    """
    at = {line: number for number, line in enumerate(lines)}
    gives = np.zeros((len(lines), len(lines)))
    for line in lines:
        for taker, quantity in ahead[start[line] : start[line + 1]]:
            if taker in at:
                gives[at[taker], at[line]] += quantity
    old, part, whole = (np.array(column) for column in zip(*drawn, strict=True))
    whole = np.where(whole > 0, whole, 1.0)
    known = np.array([live[line] for line in lines])
    own, passed = (old + part * known) / whole, gives * (part / whole)[:, None]
    some = own > 0
    while True:
        more = some | (passed[:, some] > 0).any(axis=1)
        if (more == some).all():
            break
        some = more
    share = np.zeros(len(lines))
    share[some] = np.linalg.solve(np.eye(int(some.sum())) - passed[np.ix_(some, some)], own[some])
    for line, added in zip(lines, gives @ share, strict=True):
        live[line] += float(added)


@dataclass(slots=True)
class _Mixed:
    """Stock is an even mix."""

    kept: Books
    held: dict[int, float] = field(default_factory=dict)
    lines: Callable[[int], tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = _reader(self.kept)

    def draw(self, line: int) -> _Drawn:
        party, before, received, _, _, made = self.lines(line)
        return self.held.get(party, 0.0), 1.0, before + received + made

    def keep(self, line: int, live: float) -> None:
        party, before, received, _, after, made = self.lines(line)
        whole = before + received + made
        self.held[party] = (self.held.get(party, 0.0) + live) * after / whole if whole else 0.0


@dataclass(slots=True)
class _FirstIn:
    """What came first leaves first; what is made for a dispatch leaves with it."""

    kept: Books
    stock: dict[int, deque[tuple[float, float]]] = field(default_factory=dict)
    lines: Callable[[int], tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.lines = _reader(self.kept)

    def draw(self, line: int) -> _Drawn:
        party, before, received, shipped, _, made = self.lines(line)
        layers = self.stock.setdefault(party, deque([(before, 0.0)]))
        wanted, old = min(shipped - made, before), 0.0
        rest = float(wanted)
        while rest > 0 and layers:
            amount, live = layers.popleft()
            if amount > rest:
                taken = live * rest / amount
                layers.appendleft((amount - rest, live - taken))
                old, rest = old + taken, 0.0
            else:
                old, rest = old + live, rest - amount
        fresh = shipped - made - wanted
        return old, fresh / received if received else 0.0, shipped

    def keep(self, line: int, live: float) -> None:
        party, before, received, shipped, _, made = self.lines(line)
        left = received - max(0, shipped - made - before)
        if left:
            self.stock[party].append((left, live * left / received))


_Rule = _Mixed | _FirstIn


def _reader(kept: Books) -> Callable[[int], tuple[int, ...]]:
    columns: list[Any] = [getattr(kept, name).tolist() for name in ("party", "before", "received", "shipped", "after", "made")]
    return list(zip(*columns, strict=True)).__getitem__
