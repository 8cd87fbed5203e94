"""Transshipment: which records of trade lie on a trail from one place by way of others to another.

Comes in: shipments, a view that knows groups, lists and parties, and the ends. Goes out: :class:`Transshipments`: chains, best first, as a
table, as a graph and as claims, direct shipments apart, and the shipments that lie on a chain. A chain is a pattern of records; it is no
finding that anybody diverted anything.

>>> import policygraph as pg
>>> leg = {"item": "H100", "quantity": 8, "source": "made up"}
>>> rows = [{**leg, "id": "1", "date": "2024-01-05", "shipper": "A", "consignee": "B", "origin": "US", "destination": "MY"},
...         {**leg, "id": "2", "date": "2024-02-01", "shipper": "B", "consignee": "C", "origin": "MY", "destination": "CN"}]
>>> found = pg.transshipments(rows, pg.load().view("2025-05-13"), to="D:5")
>>> found.to_json()["chains"][0]["countries"]
['US', 'MY', 'CN']
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from policygraph.claims import Claim, Stance
from policygraph.diversion.chains import MOST_LEGS, Search, Stages, best, enumerated, pruned
from policygraph.diversion.ends import End, end_of
from policygraph.diversion.legs import legs_of
from policygraph.diversion.profiles import Given, Known
from policygraph.errors import BadQuestion
from policygraph.names import counted, legible, slug
from policygraph.shipments.mapping import Mapping
from policygraph.shipments.table import Shipments
from policygraph.view import FrozenView

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import networkx as nx
    import pandas as pd

    from policygraph.diversion.flags import Flagging
    from policygraph.law import Rulebook

__all__ = ["MATCHES", "Transshipments", "Viewed", "transshipments"]

MATCHES: Final = ("item", "hs6", "hs4", "any")
"""What must be the same on every leg."""
_MOST_DAYS: Final = 36_500
_SHOWN: Final = 20
_REJECTED: Final = 5
_LONGEST: Final = 500


class Viewed(Protocol):
    """A view as people meet it."""

    @property
    def frozen(self) -> FrozenView:
        """What stands in it."""


def transshipments(
    shipments: Shipments | str | Path | Any, view: Viewed | FrozenView | None = None, *, to: str | Sequence[str],
    from_: str | Sequence[str] = "US", not_via: str | Sequence[str] = (), lag_days: int = 90, max_legs: int = 4, match: str = "item",
    contiguous: bool = False, transform: bool = False, best: int | None = None, only_shipments: bool = False,
    flags: bool = True, parties: Given = None, mapping: Mapping | str | Path | None = None,
    progress: Callable[[str], None] = lambda _: None,
) -> Transshipments:  # fmt: skip
    """Find the chains of shipments from one place by way of others to another.

    Parameters
    ----------
    shipments
        Shipments, or whatever :func:`~policygraph.shipments.reading.read_shipments` reads.
    view
        What knows groups, lists, parties and parts; without one, only countries can be asked for and all parties are strangers.
    from_, to
        Where the first leg departs and the last arrives: a country, a group such as ``D:5``, a list, a party, a SPARQL query, or
        several. A party sends the first leg, or receives the last.
    not_via
        Countries and parties that no leg between may touch.
    lag_days
        The most days from one leg to the next.
    max_legs
        The most legs of a chain.
    match
        What must be the same on every leg: ``item``, ``hs6``, ``hs4`` or ``any``.
    contiguous
        Whether a leg must depart where the last arrived.
    transform
        Whether the item may become a declared part or product of itself on the way.
    best
        Tell only so many chains, the best; all are counted.
    only_shipments
        Tell only which shipments lie on a chain. This stays linear where the number of chains does not.
    flags, parties
        Whether red flags are told with the chains, and profiles of parties, as for :func:`~policygraph.diversion.flags.red_flags`: under
        which names they go, and what flags ask of them.
    mapping, progress
        As for reading.

    Raises
    ------
    BadQuestion
        If the question cannot be put.
    """
    from policygraph.shipments.reading import read_shipments

    if match not in MATCHES:
        raise BadQuestion(f"legs do not match by '{match}'; use {', '.join(MATCHES)}")
    for count, what in ((max_legs, "max_legs"), (lag_days, "lag_days"), (best, "best")):
        if count is not None and not isinstance(count, int):
            raise BadQuestion(f"{count!r} is no whole number; give '{what}' as one")
    if not 2 <= max_legs <= MOST_LEGS:
        raise BadQuestion(f"a chain has from two to {MOST_LEGS} legs, and not at most {max_legs}")
    if not 0 <= lag_days <= _MOST_DAYS:
        raise BadQuestion(f"the next leg follows after 0 to {_MOST_DAYS:,} days, and not after {lag_days:,}")
    if best is not None and (best < 1 or only_shipments):
        raise BadQuestion("the best chains are one or more, and are not asked for where only shipments are")
    frozen = view if view is None or isinstance(view, FrozenView) else view.frozen
    if transform and (match != "item" or frozen is None):
        raise BadQuestion("an item may become a part or product only where legs match by item, and in a view, which knows the parts")
    ends = end_of(from_, frozen), end_of(to, frozen), end_of(not_via, frozen)
    if not (ends[0] and ends[1]):
        raise BadQuestion("chains have a start and an end: name a country, a group such as D:5, a list or a party for each")
    given = shipments if isinstance(shipments, Shipments) else read_shipments(shipments, mapping, progress=progress)
    progress("finding out who the parties are")
    known = Known.of(frozen, parties)
    legs, changes = legs_of(given, known, ends, match, transform)
    search = Search(lag_days, max_legs, match != "any", contiguous, changes)
    progress(f"following shipments over up to {max_legs} legs")
    stages = pruned(legs, search, given.hold)
    asked = Asked(*ends, match, transform, best, only_shipments, flags)
    return _found(given, known, getattr(getattr(view, "kg", None), "rules", None), asked, search, legs, stages, progress)


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked."""

    from_: End
    to: End
    not_via: End
    match: str
    transform: bool
    best: int | None
    only_shipments: bool
    flags: bool = True

    def words(self, search: Search) -> str:
        """Say how legs make a chain."""
        same = {"item": "the same item", "any": "whatever the goods"}.get(self.match, f"the same {self.match.upper()} code")
        told = f"from {self.from_.words} to {self.to.words}, of 2 to {search.max_legs} legs, "
        told += f"each 0 to {search.lag_days} days after the last, {same}"
        told += " or a part or product of it" if self.transform else ""
        told += ", each from where the last arrived" if search.contiguous else ""
        return told + (f", not by way of {self.not_via.words}" if self.not_via else "")


def _found(
    given: Shipments, known: Known, book: Rulebook | None, asked: Asked, search: Search, legs: ir.Table, stages: Stages,
    progress: Callable[[str], None],
) -> Transshipments:  # fmt: skip
    from policygraph.diversion.families import on_chains

    direct = given.hold(legs.filter(legs.starts & legs.arrives).select("id"))
    count, chains = None, None
    if asked.only_shipments or asked.best is not None:
        progress("finding the shipments that lie on a chain")
        lying = given.hold(on_chains(stages, search, given.hold))
    if not asked.only_shipments:
        progress("listing chains")
        every = enumerated(stages, search)
        if asked.best is None:
            every = given.hold(every)
            lying = given.hold(_legs(every, search.max_legs))
        count = int(every.count().execute())
        chains = best(every, search.max_legs, asked.best).execute()
    return Transshipments(
        given, known, book, asked, search, count, int(direct.count().execute()), int(lying.count().execute()), chains, lying, direct, legs,
    )  # fmt: skip


def _legs(chains: ir.Table, most: int) -> ir.Table:
    from policygraph.shipments.table import together

    each = [chains.select(id=f"leg_{one}") for one in range(1, most + 1)]
    whole = together(each)
    return whole.filter(whole.id.notnull()).distinct()


@dataclass(frozen=True, eq=False)
class Transshipments:
    """Chains of shipments, and what stands beside them.

    Attributes
    ----------
    shipments
        The records, with the report on what was rejected.
    known, book
        What is known of the parties, and the rules that name lists of goods.
    asked, search
        The question.
    count
        How many chains there are; None where only shipments were asked for.
    direct_count, shipments_on_chains
        How many shipments go straight from start to end, and how many lie on a chain.
    """

    shipments: Shipments
    known: Known = field(repr=False)
    book: Rulebook | None = field(repr=False)
    asked: Asked
    search: Search
    count: int | None
    direct_count: int
    shipments_on_chains: int
    _chains: pd.DataFrame | None = field(repr=False)
    _lying: ir.Table = field(repr=False)
    _direct: ir.Table = field(repr=False)
    _legs: ir.Table = field(repr=False)

    @property
    def view(self) -> FrozenView | None:
        """In whose light the records were read."""
        return self.known.view

    @cached_property
    def flagging(self) -> Flagging:
        """The red flags of the shipments on chains, in the light of the whole file."""
        from policygraph.diversion.flags import red_flags

        return red_flags(self, self.view, parties=self.known, book=self.book)

    @cached_property
    def legs(self) -> pd.DataFrame:
        """The shipments that lie on a chain (of the best alone, if only they were asked for), with the parties they were taken for."""
        return self._told(self._ids)

    @cached_property
    def _ids(self) -> ir.Table:
        import ibis

        if self._chains is None or self.asked.best is None:
            return self._lying
        told = sorted({leg for chain in self._paths for leg in chain})
        return ibis.memtable({"id": told}, schema={"id": "string"})

    @property
    def told_legs(self) -> ir.Table:
        """The same shipments as an Ibis table: ``id``, what must be the same on each leg (``key``), and whether they start and arrive."""
        legs = self._legs
        return legs.semi_join(self._ids, "id").select("id", "key", "starts", "arrives")

    @cached_property
    def direct(self) -> pd.DataFrame:
        """The shipments that go straight from start to end."""
        return self._told(self._direct)

    def _told(self, ids: ir.Table) -> pd.DataFrame:
        table, legs = self.shipments.table, self._legs
        of = legs.select(
            "id", "day", "key", shipper_party="shipper", consignee_party="consignee", shipper_known="shipper_known",
            consignee_known="consignee_known", shipper_listed="shipper_listed", consignee_listed="consignee_listed",
        )  # fmt: skip
        frame: pd.DataFrame = table.semi_join(ids, "id").join(of, "id").order_by("day", "id").execute()
        return frame

    @cached_property
    def _paths(self) -> list[tuple[str, ...]]:
        if self._chains is None:
            return []
        legs = self._chains[[f"leg_{one}" for one in range(1, self.search.max_legs + 1)]].to_numpy().tolist()
        return [tuple(row[:many]) for row, many in zip(legs, self._chains["legs"].tolist(), strict=True)]

    @cached_property
    def chains(self) -> pd.DataFrame:
        """The chains, best first: legs, parties, countries, quantity and unit, first and last day, documents, and what ranks them."""
        import pandas as pd

        leg = self.legs.set_index("id").to_dict(orient="index")
        ranks = self._chains.to_dict(orient="records") if self._chains is not None else []
        rows = []
        for path, rank in zip(self._paths, ranks, strict=True):
            of = [leg[one] for one in path]
            quantity, unit = rank["quantity"], rank["unit"]
            rows.append(
                {
                    "legs": path, "parties": (of[0]["shipper_party"], *(one["consignee_party"] for one in of)), "countries": _countries(of),
                    "quantity": None if quantity != quantity else quantity, "unit": unit if isinstance(unit, str) else None,
                    "first": of[0]["date"].date(), "last": of[-1]["date"].date(),
                    "documents": tuple(one["source"] if isinstance(one["source"], str) else None for one in of),
                    "listed": rank["listed"], "known": rank["known"],
                }
            )  # fmt: skip
        names = ("legs", "parties", "countries", "quantity", "unit", "first", "last", "documents", "listed", "known")
        return pd.DataFrame({name: pd.Series([row[name] for row in rows], dtype=object) for name in names})

    def graph(self) -> nx.MultiDiGraph[str]:
        """Return the parties of chains as a networkx multigraph; an edge is a shipment, under its id."""
        import networkx as nx

        made: nx.MultiDiGraph[str] = nx.MultiDiGraph()
        for row in self.legs.to_dict(orient="records"):
            for end in ("shipper", "consignee"):
                made.add_node(
                    row[f"{end}_party"], label=row[end], known=bool(row[f"{end}_known"]), listed=bool(row[f"{end}_listed"])
                )  # fmt: skip
            names = ("item", "hs", "quantity", "unit", "origin", "destination", "source")
            told = {name: row[name] for name in names if row[name] is not None and row[name] == row[name]}
            made.add_edge(row["shipper_party"], row["consignee_party"], row["id"], date=row["date"].date().isoformat(), **told)
        return made

    def claims(self) -> tuple[Claim, ...]:
        """Return what the shipments on chains say as claims: who sent what to whom, from where to where, each on its document.

        A shipment without a document of its own rests on the file it stands in; all are reports of whoever keeps the records.
        """
        made = []
        for row in self.legs.to_dict(orient="records"):
            said = {
                "shipper": row["shipper_party"], "consignee": row["consignee_party"], "shipped": row["key"] or row["item"],
                "departedFrom": row["origin"], "arrivedIn": row["destination"],
            }  # fmt: skip
            document = row["source"] if isinstance(row["source"], str) else row["file"]
            for relation, object_ in said.items():
                if self.asked.match != "item" and relation == "shipped":
                    object_ = row["item"]
                made.append(
                    Claim(
                        subject=f"shipment-{slug(row['id']) or row['id']}", relation=relation, object=object_, document=document,
                        stance=Stance.REPORTS, recorded=row["date"].date(), at=f"row {row['row']} of {row['file']}",
                    )
                )  # fmt: skip
        return tuple(made)

    def to_json(self) -> dict[str, Any]:
        """Return chains, counts and totals as plain data; where only shipments were asked for, also their ids."""
        told = [
            {
                "legs": list(chain["legs"]), "quantity": chain["quantity"], "first": chain["first"].isoformat(),
                "last": chain["last"].isoformat(), "countries": list(chain["countries"]),
                "flags": list(self.flagging.on(chain["legs"])) if self.asked.flags else [],
            }
            for chain in self.chains.to_dict(orient="records")
        ]  # fmt: skip
        report = self.shipments.report
        found: dict[str, Any] = {
            "chains": told, "count": self.count, "direct": self.direct_count, "shipments_on_chains": self.shipments_on_chains,
            "accepted": report.accepted, "rejected": report.rejected,
        }  # fmt: skip
        return {**found, "shipments": sorted(self.legs["id"].tolist())} if self.asked.only_shipments else found

    def write(self, path: str | Path) -> Path:
        """Write the chains, or where only shipments were asked for the shipments, to a CSV or Parquet file; lists are parted by `` > ``."""
        frame = self.legs if self.asked.only_shipments else self.chains.copy()
        for name in ("legs", "parties", "countries", "documents") if not self.asked.only_shipments else ():
            frame[name] = [" > ".join(cell or "" for cell in cells) for cells in frame[name]]
        if Path(path).suffix == ".parquet":
            frame.to_parquet(path, index=False)
        else:
            frame.to_csv(path, index=False)
        return Path(path)

    def _rejections(self) -> list[str]:
        """Tell the first rejected rows, so that none goes unnoticed."""
        report = self.shipments.report
        rows = self.shipments.rejected.head(_REJECTED).to_dict(orient="records") if report.rejected else []
        told = [f"  {row['file']}, row {row['row']}: {legible(row['reason'], _LONGEST)}" for row in rows]
        return [*told, *([f"  and {counted(report.rejected - len(rows), 'more rejected row')}"] if report.rejected > len(rows) else [])]

    def __str__(self) -> str:
        report = self.shipments.report
        lines = [f"Which shipments may have gone on? Chains {self.asked.words(self.search)}."]
        day = f"As of {self.view.as_of}. " if self.view is not None else ""
        lines.append(f"{day}{counted(report.rows, 'row')}: {report.accepted:,} accepted, {report.rejected:,} rejected.")
        lines += self._rejections()
        found = f"{counted(self.count, 'chain')} of " if self.count is not None else ""
        lying, direct = counted(self.shipments_on_chains, "shipment"), counted(self.direct_count, "direct shipment")
        lines.append(f"{found}{lying} on chains; {direct}, told apart.")
        lines.append("A chain is a pattern of records, and no finding that anybody diverted anything.")
        leg = self.legs.set_index("id").to_dict(orient="index")
        if self._chains is None:
            lines += [f"  {_leg(id_, one)}" for id_, one in list(leg.items())[:_SHOWN]]
            lines += [f"  and {len(leg) - _SHOWN:,} more"] if len(leg) > _SHOWN else []
            return "\n".join(lines)
        for number, chain in enumerate(self.chains.head(_SHOWN).to_dict(orient="records"), 1):
            amount = "quantity not known" if chain["quantity"] is None else _amount(chain["quantity"], chain["unit"])
            ends = f"; {chain['known']} of the parties known, {chain['listed']} on a list" if chain["known"] else ""
            lines.append(f"{number:>3}  {' > '.join(chain['countries'])}, {chain['first']} to {chain['last']}, {amount}{ends}")
            lines += [f"       {_leg(id_, leg[id_])}" for id_ in chain["legs"]]
            if self.asked.flags and (flags := self.flagging.on(chain["legs"])):
                lines.append(f"       red flags: {', '.join(flags)}")
        rest = len(self._paths) - _SHOWN
        lines += [f"and {rest:,} more"] if rest > 0 else []
        return "\n".join(lines)


def _countries(legs: Sequence[dict[Any, Any]]) -> tuple[str, ...]:
    """Return the countries of a chain in order, each once in a row."""
    every = [country for leg in legs for country in (leg["origin"], leg["destination"])]
    return tuple(one for place, one in enumerate(every) if place == 0 or one != every[place - 1])


def _amount(quantity: float, unit: object) -> str:
    return f"{quantity:,.10g} {legible(unit) if isinstance(unit, str) else ''}".rstrip()


def _leg(id_: object, leg: dict[Any, Any]) -> str:
    amount = f", {_amount(leg['quantity'], leg['unit'])}" if leg["quantity"] == leg["quantity"] else ""
    source = f" [{legible(leg['source'])}]" if isinstance(leg["source"], str) else ""
    ends = f"{legible(leg['shipper'])} ({leg['origin']}) -> {legible(leg['consignee'])} ({leg['destination']})"
    return f"{legible(str(id_))}  {leg['date'].date()}  {ends}: {legible(leg['item'])}{amount}{source}"
