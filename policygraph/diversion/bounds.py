"""How much of what reached a destination could, or must, have come from a source.

In goes a table of shipments, out comes a :class:`Volumes`: of one item and period, the most that could have come from the source, the
least that must have, and two estimates between them.

The network. A node is a party at a day; a shipment is an arc from shipper to consignee on its day that carries at most its quantity;
stock is an arc from a party's day to its next. A shipment that departs from the source is of the source, whole. Goods count once, when
they first reach the destination. What happens after the period cannot change what reached the destination in it, and is left out.

*The most.* Any way of mixing stocks is a flow of the source's goods from its shipments to the arrivals, and any such flow is a way of
mixing stocks; so the most is a maximum flow, and the shipments of a minimum cut prove that it is no more.

*The least* needs a file that is complete: then what each party holds is what it received and did not ship, and what it ships beyond
that and beyond the receipts of the day it made itself, or had when the file begins (which is not of the source: what leaves the source
is of the source already). Let ``q`` be the quantity of a shipment or of a stock and ``x`` the part of it that is of the source. What is
possible are exactly the x with 0 <= x <= q on each arc and x in = x out at each node, where x = q on each shipment from the source and
x = 0 on production and on goods that have been at the destination: the rest q - x then balances by itself, since q does. So x is a flow
of one commodity. All of it ends either in the destination or elsewhere (in stocks at the end of the period, in earlier arrivals, in what
the source itself took back), and the two ends together always take the whole supply, as the pro rata mix shows. A maximum flow to one end
can be completed to a flow of the whole supply by augmenting paths, none of which takes anything back from that end. So the most is the
maximum flow to the destination, and the least is the supply less the maximum flow to everything else. Both are reached by whole units
if quantities are whole. Where shipments of one day go in a circle the file does not say who had the goods first; stocks are then taken
as large as they can have been, which makes the bounds wider, never narrower.

Without completeness stocks have no bound and nothing is proved but what was shipped straight from the source to the destination; and
the most is then the most that the shipments *of the file* can have carried.

Quantities are numbers with up to six decimals, of one unit per item. Where a source gives a range, the most is safe with the upper
ends, since a larger shipment never lowers it; the least has no such end, so ask with both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from html import escape
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from policygraph.diversion.books import Network, network
from policygraph.diversion.estimates import estimates
from policygraph.diversion.flow import Flow, maximum_flow
from policygraph.diversion.ledger import LARGEST, Account, Ends, account
from policygraph.errors import BadQuestion

if TYPE_CHECKING:
    import pandas as pd

    from policygraph.view import FrozenView

__all__ = ["Bound", "Intermediary", "Viewed", "Volumes", "volumes"]

SHOWN: Final = 10


class Viewed(Protocol):
    """A view as people hold it."""

    @property
    def frozen(self) -> FrozenView:
        """What stands on its day."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What keeps the most from being more: a shipment, or (in a complete file) a stock that a party carried over.

    Parameters
    ----------
    kind
        ``shipment`` or ``stock``.
    id
        Of the shipment; for a stock, of the party that holds it.
    on
        The day of the shipment; of a stock, the day at whose end it is held.
    quantity
        How much it can carry.
    """

    kind: str
    id: str
    on: date
    quantity: float

    def __str__(self) -> str:
        text = f"shipment {self.id} of {self.on}" if self.kind == "shipment" else f"stock of {self.id} at the end of {self.on}"
        return f"{text}: {_told(self.quantity)}"


@dataclass(frozen=True, slots=True)
class Intermediary:
    """A party that shipped to the destination without being the source.

    Parameters
    ----------
    received, received_direct
        What it received up to the end of the period (outside the destination), and what of that straight from the source.
    passed_on
        What it shipped to the destination in the period.
    most
        Of that, what is of the source in one way of reaching the most for all together; there may be others.
    fifo, pro_rata
        Of that, what is of the source by the estimates; None where they are not made.
    """

    party: str
    received: float
    received_direct: float
    passed_on: float
    most: float
    fifo: float | None
    pro_rata: float | None

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {name: getattr(self, name) for name in self.__dataclass_fields__}


@dataclass(frozen=True, slots=True)
class Volumes:
    """How much of an item reached a destination in a period, and what of it could and must have come from a source.

    Parameters
    ----------
    item, unit
        What is counted, and in what; an empty unit where the file gives none.
    source, destination
        What was asked for.
    since, until
        The period, both days included.
    complete
        Whether the caller says that the file holds all shipments of the item.
    lag_days
        The most days that a party holds goods, or None for no limit.
    shipments
        How many rows of the item up to the end of the period were read.
    arrived
        All that reached the destination from outside in the period.
    direct
        What of it was shipped straight from the source; it is part of all that follows.
    most, least
        The bounds.
    fifo, pro_rata
        Estimates by first in, first out, and by even mixing; None where a holding time is set.
    intermediaries
        Who shipped the rest, the largest first.
    bound_by
        The shipments (and stocks) of a minimum cut: together with *direct* they sum to *most*.
    """

    item: str
    unit: str
    source: str
    destination: str
    since: date
    until: date
    complete: bool
    lag_days: int | None
    shipments: int
    arrived: float
    direct: float
    most: float
    least: float
    fifo: float | None
    pro_rata: float | None
    intermediaries: tuple[Intermediary, ...]
    bound_by: tuple[Bound, ...]

    @property
    def words(self) -> tuple[str, ...]:
        """What the figures say and what they do not, in sentences."""
        unit = f" ({self.unit})" if self.unit else ""
        there, here = self.destination, self.source
        said = [
            f"Of {self.item}, {_told(self.arrived)}{unit} reached {there} from {self.since} to {self.until}.",
            f"{_told(self.direct)} of it came straight from {here}.",
        ]
        if self.complete:
            said += [
                f"At most {_told(self.most)} of it can have come from {here}.",
                f"At least {_told(self.least)} must have, if the file is complete, as it is said to be.",
                "Whoever ships more than it received is taken to have made the difference, and no more.",
            ]
        else:
            said += [
                f"At most {_told(self.most)} of it can have come from {here} by this file; shipments it lacks could add to that.",
                f"A file that is not complete proves no least beyond what was shipped straight: {_told(self.least)}.",
            ]
        if self.fifo is None or self.pro_rata is None:
            said.append(f"No goods are held for more than {self.lag_days} days, as asked; estimates are not made under that limit.")
        else:
            said.append(
                f"Estimates, by what is assumed of stocks nobody looked into: first in, first out {_told(self.fifo)}; "
                f"pro rata {_told(self.pro_rata)}."
            )
        return tuple(said)

    def table(self) -> pd.DataFrame:
        """Return the intermediaries as a table."""
        import pandas as pd

        return pd.DataFrame([one.to_json() for one in self.intermediaries], columns=list(Intermediary.__dataclass_fields__))

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        named = ("item", "unit", "complete", "lag_days", "shipments", "arrived", "direct", "most", "least", "fifo", "pro_rata")
        return {
            **{name: getattr(self, name) for name in named},
            "from": self.source, "to": self.destination, "since": self.since.isoformat(), "until": self.until.isoformat(),
            "intermediaries": [one.to_json() for one in self.intermediaries],
            "bound_by": [{"kind": one.kind, "id": one.id, "date": one.on.isoformat(), "quantity": one.quantity} for one in self.bound_by],
            "words": list(self.words),
        }  # fmt: skip

    def __str__(self) -> str:
        lines = list(self.words)
        for title, found in (("Shipped on by", [_line(one) for one in self.intermediaries]), ("Bound by", list(map(str, self.bound_by)))):
            if found:
                lines += [f"{title}:", *(f"  {one}" for one in found[:SHOWN])]
                lines += [f"  and {len(found) - SHOWN:,} more"] if len(found) > SHOWN else []
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(text)}</p>" for text in self.words)
        if not self.intermediaries:
            return said
        columns = [name.replace("_", " ") for name in Intermediary.__dataclass_fields__]
        rows = "".join(f"<tr>{''.join(f'<td>{escape(_told(cell))}</td>' for cell in one.to_json().values())}</tr>"
                       for one in self.intermediaries[:SHOWN])  # fmt: skip
        return f"{said}<table><tr>{''.join(f'<th>{name}</th>' for name in columns)}</tr>{rows}</table>"


def _told(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.6f}".rstrip("0").rstrip(".") if abs(value) < LARGEST else f"{value:,.0f}"
    return "" if value is None else str(value)


def _line(one: Intermediary) -> str:
    guess = "" if one.fifo is None else f"; first in, first out {_told(one.fifo)}, pro rata {_told(one.pro_rata)}"
    return f"{one.party}: {_told(one.passed_on)}, {_told(one.most)} of it in the most{guess}"


def volumes(
    shipments: Any, view: Viewed | FrozenView | None = None, *, to: Ends, from_: Ends = "US", item: str | None = None,
    since: str | date | None = None, until: str | date | None = None, lag_days: int | None = None, complete: bool = False,
) -> Volumes:  # fmt: skip
    """Tell how much of an item that reached a destination could, and must, have come from a source.

    Parameters
    ----------
    shipments
        A table with the columns ``id, date, item, quantity, shipper, consignee, origin, destination`` and, if given, ``unit``:
        :class:`~policygraph.shipments.table.Shipments`, a pandas frame, or columns. Countries are codes of ISO 3166-1.
    view
        What knows groups, lists and parties under all their names; without one, ends are countries and parties as the table writes them,
        and two names are one party if they differ in case, accents and punctuation only.
    from_, to
        Ends as for :func:`~policygraph.diversion.transship.transshipments`, one or several. A shipment is of the source if it departs
        from such a country or is shipped by such a party; it reaches the destination if it goes to such a country or is consigned to
        such a party.
    item
        Which item; may be left out if there is one only.
    since, until
        First and last day on which arrivals count; default: those of the item's first and last shipment. Shipments before *since* fill
        stocks.
    lag_days
        The most days that a party holds goods; not together with *complete*, since the books of a complete file say what is held.
    complete
        Say so only if the file holds every shipment of the item to and from everybody in it.

    Returns
    -------
    Volumes

    Raises
    ------
    BadQuestion
        If columns, quantities, units, dates or ends do not allow an answer, or the file is said to be complete and rows of it were
        rejected; the message says which and what would be accepted.
    UnknownName
        If the table has no such item or party.

    Examples
    --------
    A dealer in the Emirates has 10 from the United States and 20 from elsewhere, and ships 25 to Russia.

    >>> rows = {
    ...     "id": ["s1", "s2", "s3"], "date": ["2023-01-02", "2023-01-05", "2023-02-01"], "item": ["h100"] * 3,
    ...     "quantity": [10, 20, 25], "unit": ["piece"] * 3, "shipper": ["maker", "elsewhere", "dealer"],
    ...     "consignee": ["dealer", "dealer", "buyer"], "origin": ["US", "MY", "AE"], "destination": ["AE", "AE", "RU"],
    ... }
    >>> found = volumes(rows, from_="US", to="RU", complete=True)
    >>> found.most, found.least, found.fifo, round(found.pro_rata, 2)
    (10.0, 5.0, 10.0, 8.33)
    >>> volumes(rows, from_="US", to="RU").least
    0.0
    """
    if lag_days is not None and (lag_days < 0 or complete):
        wrong = "together with a complete file, whose books say what is held" if complete else "below 0"
        raise BadQuestion(f"a holding time of {lag_days} days cannot be asked {wrong}; leave it out or give 0 or more days")
    if complete and (lost := getattr(getattr(shipments, "report", None), "rejected", 0)):
        raise BadQuestion(f"{lost:,} rows of the file were rejected, so it is not complete as read; mend them, or ask without completeness")
    known: Any = view
    told = account(shipments, getattr(known, "frozen", known), (from_, to), item, since, until)
    ledger, scale = told.ledger, told.scale
    net = network(ledger, complete=complete, lag_days=lag_days)
    flow = maximum_flow(net.arcs, net.source, net.sink)
    direct = int(ledger.quantity[ledger.source & ledger.counted].sum())
    surely = net.supply - maximum_flow(net.arcs, net.source, net.elsewhere).value if complete else 0
    passing = ledger.counted & ~ledger.source
    made = estimates(ledger) if lag_days is None else None
    guesses = [None, None] if made is None else [made.fifo[passing], made.pro_rata[passing]]
    totals = [None if part is None else (direct + float(part.sum())) / scale for part in guesses]
    return Volumes(
        told.item, told.unit, told.source.words, told.destination.words, told.first, told.last, complete, lag_days, len(ledger.day),
        int(ledger.quantity[ledger.counted].sum()) / scale, direct / scale, (direct + flow.value) / scale, (direct + surely) / scale,
        totals[0], totals[1], _intermediaries(told, net, flow, passing, guesses),
        _bound(told, net, flow),
    )  # fmt: skip


def _intermediaries(told: Account, net: Network, flow: Flow, passing: Any, guesses: list[Any]) -> tuple[Intermediary, ...]:
    ledger, count, outside = told.ledger, len(told.parties), ~told.ledger.reaches

    def by(party: Any, quantity: Any) -> Any:
        return np.bincount(party, quantity, count) / told.scale

    received, directly = (by(ledger.consignee[rows], ledger.quantity[rows]) for rows in (outside, outside & ledger.source))
    onward = by(ledger.shipper[passing], ledger.quantity[passing])
    handed = flow.into(net.sink)[: len(net.party)]
    most = by(net.party[net.party >= 0], handed[net.party >= 0])
    parts = [None if part is None else by(ledger.shipper[passing], part) for part in guesses]
    found = np.flatnonzero(onward)
    found = found[np.lexsort((found, -onward[found], -most[found]))]
    return tuple(
        Intermediary(str(told.parties[at]), *(float(one[at]) for one in (received, directly, onward, most)),
                     *(None if part is None else float(part[at]) for part in parts))
        for at in found.tolist()
    )  # fmt: skip


def _bound(told: Account, net: Network, flow: Flow) -> tuple[Bound, ...]:
    arcs, ledger = net.arcs, told.ledger
    crossing = np.flatnonzero(flow.before[arcs.tail] & ~flow.before[arcs.head] & (arcs.head != net.elsewhere) & (arcs.capacity > 0))
    found = []
    for arc in crossing.tolist():
        row, quantity = int(net.shipment[arc]), int(arcs.capacity[arc]) / told.scale
        if row >= 0:
            found.append(Bound("shipment", str(told.ids[row]), date.fromordinal(int(ledger.day[row])), quantity))
        else:
            tail = int(arcs.tail[arc])
            found.append(Bound("stock", str(told.parties[net.party[tail]]), date.fromordinal(int(net.day[tail])), quantity))
    return tuple(sorted(found, key=lambda one: (one.on, one.kind, one.id)))
