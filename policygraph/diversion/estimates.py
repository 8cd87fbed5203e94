"""Two customary estimates of how much of each shipment is of the source: first in, first out, and pro rata.

In goes a ledger, out comes of each shipment the part that is of the source under each assumption. Both walk the same books and differ
in one thing only, which goods a party takes from its stock. *First in, first out*: the oldest, receipts of one day being mixed.
*Pro rata*: an even mix of all it holds. All that a party ships on a day has one composition, since the file knows no hours; so it does
not matter how a day's trade is cut into shipments. These are assumptions about warehouses nobody looked into: estimates, not findings.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from policygraph.diversion.books import Books, books
from policygraph.diversion.flow import Arcs, reached
from policygraph.diversion.ledger import Ledger, Mask, Whole

__all__ = ["Estimates", "estimates"]

Part = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimates:
    """Of each shipment on a way from the source to the destination, how much is of the source; in the parts of the ledger, not rounded."""

    fifo: Part
    pro_rata: Part


def estimates(ledger: Ledger) -> Estimates:
    """Return both estimates of a ledger.

    >>> two = np.array([1, 2, 3])
    >>> ledger = Ledger(two, np.array([0, 1, 2]), np.array([2, 2, 3]), np.array([10, 10, 10]), two == 1, two == 3, two == 3)
    >>> found = estimates(ledger)
    >>> found.fifo.tolist(), found.pro_rata.tolist()
    ([10.0, 0.0, 10.0], [10.0, 0.0, 5.0])
    """
    kept = books(ledger)
    onward, begin = np.flatnonzero(~ledger.source & ~ledger.reaches), ledger.source & ~ledger.reaches
    relevant = _relevant(ledger, kept, onward, begin)
    onward = onward[relevant[kept.leaving[onward]] & relevant[kept.entering[onward]]]
    walk = _Walk.of(kept, np.flatnonzero(relevant), kept.leaving[onward], kept.entering[onward], ledger.quantity[onward])
    fresh = np.bincount(kept.entering[begin], ledger.quantity[begin], len(kept.party)).astype(np.float64)
    shares = [walk.shares(rule, fresh) for rule in (_FirstIn.of(kept), _Mixed.of(kept))]
    return Estimates(*(np.where(ledger.source, ledger.quantity, ledger.quantity * share[kept.leaving]) for share in shares))


def _relevant(ledger: Ledger, kept: Books, onward: Whole, begin: Mask) -> Mask:
    """Tell which lines the source's goods can come to and go on to the destination from."""
    count = len(kept.party)
    start, end, stays = count, count + 1, kept.next_of_party()
    entry, arrival = kept.entering[begin], kept.leaving[ledger.counted & ~ledger.source]
    tail = np.concatenate([np.full(len(entry), start), kept.leaving[onward], stays, arrival])
    head = np.concatenate([entry, kept.entering[onward], stays + 1, np.full(len(arrival), end)])
    arcs, usable = Arcs(tail, head, np.ones_like(tail), count + 2), np.ones(len(tail), bool)
    return (reached(arcs, usable, start, backwards=False) & reached(arcs, usable, end, backwards=True))[:count]


@dataclass(frozen=True, slots=True)
class _Walk:
    """Lines and shipments in an order in which goods can have moved: by day, within a day givers before takers.

    Parameters
    ----------
    steps
        Of each step, its lines, the stretch of shipments that leave them, and circles of lines that gave to one another on that day.
    tail, head, quantity
        The shipments from line to line, in that order.
    """

    steps: list[tuple[Whole, slice, list[Whole]]]
    tail: Whole
    head: Whole
    quantity: Whole

    @classmethod
    def of(cls, kept: Books, lines: Whole, tail: Whole, head: Whole, quantity: Whole) -> _Walk:
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import connected_components

        count = len(kept.party)
        graph = csr_array((np.ones(len(tail), np.int8), (tail, head)), shape=(count, count))
        _, circle = connected_components(graph, connection="strong")
        between = circle[tail] != circle[head]
        giver, taker, depth = circle[tail[between]], circle[head[between]], np.zeros(count, np.int64)
        while True:
            deeper = depth.copy()
            np.maximum.at(deeper, taker, depth[giver] + 1)
            if (deeper == depth).all():
                break
            depth = deeper
        stage = kept.day * (int(depth.max(initial=0)) + 1) + depth[circle]
        lines = lines[np.lexsort((circle[lines], stage[lines]))]
        order = np.argsort(stage[tail], kind="stable")
        tail, head, quantity = tail[order], head[order], quantity[order]
        stages, begins = np.unique(stage[lines], return_index=True)
        sent = np.searchsorted(stage[tail], np.append(stages, np.iinfo(np.int64).max)).tolist()
        together = np.bincount(circle[lines], minlength=count)[circle] > 1
        steps = []
        for number, own in enumerate(np.split(lines, begins[1:]) if len(lines) else []):
            inside = own[together[own]]
            circles = np.split(inside, np.flatnonzero(np.diff(circle[inside])) + 1) if len(inside) else []
            steps.append((own, slice(sent[number], sent[number + 1]), circles))
        return cls(steps, tail, head, quantity)

    def shares(self, rule: _FirstIn | _Mixed, fresh: Part) -> Part:
        """Return of each line what share of its dispatches is of the source, where *fresh* is what each received from it straight."""
        live, share = fresh.copy(), np.zeros(len(fresh))
        for lines, sent, circles in self.steps:
            tail, head, quantity = self.tail[sent], self.head[sent], self.quantity[sent]
            for circle in circles:
                within = np.isin(tail, circle) & np.isin(head, circle)
                live[circle] += _given_round(circle, tail[within], head[within], quantity[within], rule.drawn(circle, live), live[circle])
            old, part, whole = rule.drawn(lines, live)
            share[lines] = np.divide(old + part * live[lines], whole, out=np.zeros(len(lines)), where=whole > 0)
            rule.keep(lines, live)
            if circles:
                onward = ~np.logical_or.reduce([np.isin(tail, circle) & np.isin(head, circle) for circle in circles])
                tail, head, quantity = tail[onward], head[onward], quantity[onward]
            np.add.at(live, head, quantity * share[tail])
        return share


def _given_round(circle: Whole, tail: Whole, head: Whole, quantity: Whole, drawn: tuple[Part, Part, Part], live: Part) -> Part:
    """Return what each line of a circle received of the source's from the others on the same day.

    The shares of the lines solve a linear system. Lines that nothing of the source can come to are left out: among the others some part
    comes from outside the circle, so the system has one solution.
    """
    sorter = np.argsort(circle)
    giver, taker = (sorter[np.searchsorted(circle, ends, sorter=sorter)] for ends in (tail, head))
    gives = np.zeros((len(circle), len(circle)))
    np.add.at(gives, (taker, giver), quantity)
    old, part, whole = drawn
    whole = np.where(whole > 0, whole, 1.0)
    own, passed = (old + part * live) / whole, gives * (part / whole)[:, None]
    some = own > 0
    while True:
        more = some | (passed[:, some] > 0).any(axis=1)
        if (more == some).all():
            break
        some = more
    share = np.zeros(len(circle))
    share[some] = np.linalg.solve(np.eye(int(some.sum())) - passed[np.ix_(some, some)], own[some])
    return np.asarray(gives @ share)


@dataclass(frozen=True, slots=True)
class _Mixed:
    """Stock is an even mix: *held* is what each party has of the source's."""

    kept: Books
    held: Part

    @classmethod
    def of(cls, kept: Books) -> _Mixed:
        return cls(kept, np.zeros(int(kept.party.max(initial=-1)) + 1))

    def drawn(self, lines: Whole, live: Part) -> tuple[Part, Part, Part]:
        """Return the source's part of what is drawn from apart from the day's receipts, the share of these, and the whole."""
        kept = self.kept
        whole = kept.before[lines] + kept.received[lines] + kept.made[lines]
        return self.held[kept.party[lines]], np.ones(len(lines)), whole.astype(np.float64)

    def keep(self, lines: Whole, live: Part) -> None:
        """Note what is left at the end of the day."""
        held, _, whole = self.drawn(lines, live)
        left = (held + live[lines]) * self.kept.after[lines]
        self.held[self.kept.party[lines]] = np.divide(left, whole, out=np.zeros(len(lines)), where=whole > 0)


@dataclass(frozen=True, slots=True)
class _FirstIn:
    """What came first leaves first; what is made for a dispatch leaves with it.

    All that a party ever had stands in one queue, in the order in which it came. Up to which place it is drawn at the end of a line
    follows from quantities alone: place *reach*, of whose receipts the share *part* is gone.

    Parameters
    ----------
    came, gone
        How much of the source's stands before each line's receipts in the queue, and has been drawn when the line ends.
    """

    kept: Books
    first: Whole
    reach: Whole
    part: Part
    came: Part
    gone: Part

    @classmethod
    def of(cls, kept: Books) -> _FirstIn:
        count = len(kept.party)
        begins = np.append(True, kept.party[1:] != kept.party[:-1])[:count]
        first = np.maximum.accumulate(np.where(begins, np.arange(count), 0))
        queue, drawn = np.cumsum(kept.received + kept.made), np.cumsum(kept.shipped)
        ahead = queue - kept.received - kept.made
        place = drawn - (drawn - kept.shipped)[first] + ahead[first]
        reach = np.maximum(np.searchsorted(queue, place), first)
        taken = np.minimum(place - ahead[reach], kept.received[reach])
        part = np.divide(taken, kept.received[reach], out=np.zeros(count), where=kept.received[reach] > 0)
        return cls(kept, first, reach, part, np.zeros(count + 1), np.zeros(count))

    def drawn(self, lines: Whole, live: Part) -> tuple[Part, Part, Part]:
        """Return the source's part of what is drawn from earlier days, the share drawn of the day's receipts, and the whole."""
        reach, part = self.reach[lines], self.part[lines]
        today = reach == lines
        before = np.where(lines > self.first[lines], self.gone[lines - 1], 0.0)
        old = self.came[reach] + np.where(today, 0.0, part * live[reach]) - before
        return np.maximum(old, 0.0), np.where(today, part, 0.0), self.kept.shipped[lines].astype(np.float64)

    def keep(self, lines: Whole, live: Part) -> None:
        """Note what has been drawn, and where the next receipts will stand."""
        self.gone[lines] = self.came[self.reach[lines]] + self.part[lines] * live[self.reach[lines]]
        follows = np.append(self.kept.party[1:] == self.kept.party[:-1], False)[lines]
        self.came[lines[follows] + 1] = self.came[lines[follows]] + live[lines[follows]]
