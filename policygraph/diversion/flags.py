"""Which red flags records raise, on which rows and why; which could not be asked; which no record shows.

Comes in: shipments or the chains found in them, a view, and what the asker knows of parties. Goes out: :class:`Flagging`. A flag is a
reason to ask somebody something. Flags are counted and given with their reasons; nothing adds them up.

>>> leg = {"id": "1", "date": "2024-01-05", "item": "H100", "shipper": "A", "consignee": "B", "origin": "US", "destination": "MY"}
>>> rows = [{**leg, "end_user": "C"}, {**leg, "id": "2", "loading": "SG"}]
>>> found = red_flags(rows, flags=["end-user-not-named", "hub-route"])
>>> found.fired[["flag", "id", "reason", "told_then"]].values.tolist()
[['end-user-not-named', '2', 'the end user is not told', True], ['hub-route', '2', 'by way of SG', True]]
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any, Final, Literal, cast

from policygraph.diversion.chains import Search
from policygraph.diversion.flagged_parties import PARTY_CONDITIONS, Asked, Days, ask_parties
from policygraph.diversion.flagged_records import HEADING, Records, ask_records, needed, parties_of
from policygraph.diversion.parties import party_of
from policygraph.diversion.profiles import ROLES, Given, Known
from policygraph.diversion.reading import did_you_mean
from policygraph.diversion.redflags import AnyCondition, RedFlag, load_flags, load_lists
from policygraph.errors import BadQuestion
from policygraph.law import Rulebook
from policygraph.names import counted, legible
from policygraph.shipments.columns import EARLIEST
from policygraph.shipments.table import Shipments, together
from policygraph.view import FrozenView

if TYPE_CHECKING:
    import ibis.expr.types as ir
    import pandas as pd

    from policygraph.diversion.transship import Transshipments, Viewed

__all__ = ["Flagging", "Outcome", "red_flags", "wanted_flags"]

State = Literal["asked", "not asked", "not in records"]
_ITEMS: Final = ("Item", "Software", "Technology", "AIModel")
_SHOWN: Final = 3
_LONGEST: Final = 500
_FIRED: Final = ("flag", "id", "reason", "told_then")


def red_flags(
    shipments: Shipments | Transshipments | Any, view: Viewed | FrozenView | None = None, *, flags: Iterable[str | RedFlag] | None = None,
    parties: Given | Known = None, book: Rulebook | None = None, progress: Callable[[str], None] = lambda _: None,
) -> Flagging:  # fmt: skip
    """Ask the red flags of records.

    Parameters
    ----------
    shipments
        Shipments, or whatever :func:`~policygraph.shipments.reading.read_shipments` reads; or the chains found in some, and then their
        rows are asked, in the light of the whole file.
    view
        What tells who is on lists, owned by whom, and sits where; without one only records and profiles are asked.
    flags
        Ids of flags, or flags of one's own; all that are shipped where left out.
    parties
        Profiles of parties (:class:`~policygraph.diversion.profiles.Profile`): a CSV file, mappings, or a told case.
    book
        The rules, which name lists of goods; those of the view where left out.
    progress
        Is told in words what is being done.

    Raises
    ------
    BadQuestion
        If a flag or a profile is not what it must be.
    """
    from policygraph.diversion.transship import Transshipments
    from policygraph.shipments.reading import read_shipments

    wanted = wanted_flags(flags)
    chains = shipments if isinstance(shipments, Transshipments) else None
    given = chains.shipments if chains is not None else shipments
    records = given if isinstance(given, Shipments) else read_shipments(given, progress=progress)
    frozen = view if view is None or isinstance(view, FrozenView) else view.frozen
    known = parties if isinstance(parties, Known) else Known.of(frozen, parties)
    rules = book if book is not None else getattr(getattr(view, "kg", None), "rules", None)
    return _Asking(records, known, rules, chains).put(wanted, progress)


def wanted_flags(flags: Iterable[str | RedFlag] | None) -> Mapping[str, RedFlag]:
    """Return the flags of some ids, beside flags of one's own, or all shipped ones.

    Raises
    ------
    BadQuestion
        If there is no such flag.
    """
    every = load_flags()
    found: dict[str, RedFlag] = {}
    for one in every.values() if flags is None else [flags] if isinstance(flags, str) else flags:
        if isinstance(one, str) and one not in every:
            hint = did_you_mean(one, every, "'policygraph redflags' lists them")
            raise BadQuestion(f"there is no red flag '{one}'; {hint}")
        flag = every[one] if isinstance(one, str) else one
        found[flag.id] = flag
    return found


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one flag: whether it could be asked, why not or of whom not, and on how many rows it holds."""

    state: State
    why: str = ""
    rows: int = 0


@dataclass(frozen=True, eq=False)
class Flagging:
    """Red flags put to records.

    Attributes
    ----------
    shipments
        The records.
    flags
        The flags that were put.
    rows
        How many rows were asked.
    outcomes
        What came of each flag.
    """

    shipments: Shipments
    flags: Mapping[str, RedFlag]
    rows: int
    outcomes: Mapping[str, Outcome]
    _fired: ir.Table | None = field(repr=False)

    @cached_property
    def fired(self) -> pd.DataFrame:
        """One line for each flag, row and reason; ``told_then``: the flag was published, and had not ended, on the day of the row."""
        import pandas as pd

        if self._fired is None:
            return pd.DataFrame(columns=list(_FIRED))
        frame: pd.DataFrame = self._fired.order_by("flag", "id", "reason").execute()
        return frame

    @property
    def counts(self) -> Mapping[str, int]:
        """On how many rows each flag holds that holds on any."""
        return {id_: one.rows for id_, one in self.outcomes.items() if one.rows}

    def _why(self, state: State) -> Mapping[str, str]:
        return {id_: one.why for id_, one in self.outcomes.items() if one.state == state}

    @property
    def not_asked(self) -> Mapping[str, str]:
        """Flags that could not be asked of these records, and why."""
        return self._why("not asked")

    @property
    def not_in_records(self) -> Mapping[str, str]:
        """Flags that no record shows, and why."""
        return self._why("not in records")

    @property
    def in_part(self) -> Mapping[str, str]:
        """Flags that could not be asked of every party, and what is not known."""
        return {id_: why for id_, why in self._why("asked").items() if why}

    def of(self, ids: Collection[str]) -> pd.DataFrame:
        """Return the lines of some rows."""
        return self.fired[self.fired["id"].isin(list(ids))]

    @cached_property
    def _by_row(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, dict[str, None]] = {}
        for flag, id_ in zip(self.fired["flag"], self.fired["id"], strict=True):
            found.setdefault(id_, {})[flag] = None
        return {id_: tuple(flags) for id_, flags in found.items()}

    def on(self, ids: Iterable[str]) -> tuple[str, ...]:
        """Return the flags that hold on any of some rows, as those of a chain."""
        return tuple(sorted({flag for id_ in ids for flag in self._by_row.get(id_, ())}))

    def to_json(self) -> dict[str, Any]:
        """Return counts, lines and what could not be asked as plain data."""
        return {
            "rows": self.rows, "counts": dict(self.counts), "fired": self.fired.to_dict(orient="records"),
            "not_asked": dict(self.not_asked), "in_part": dict(self.in_part), "not_in_records": sorted(self.not_in_records),
        }  # fmt: skip

    def __str__(self) -> str:
        lines = [f"Which red flags do the records raise? {counted(self.rows, 'row')} asked."]
        lines.append("A red flag is a reason to ask, and no finding that anybody did anything; flags are counted, and not added up.")
        for id_, many in sorted(self.counts.items(), key=lambda pair: (-pair[1], pair[0])):
            flag, told = self.flags[id_], self.fired[self.fired["flag"] == id_]
            span = f"told from {flag.applies_from} on" + (f", until {flag.applies_to}" if flag.applies_to else "")
            early = int((~told.drop_duplicates("id")["told_then"].astype(bool)).sum())
            span += f"; {early:,} earlier or after it ended" if early else ""
            lines.append(f"  {id_}: {counted(many, 'row')}. {flag.title} ({flag.told}; {span})")
            shown = told.head(_SHOWN)
            pairs = zip(shown["id"], shown["reason"], strict=True)
            lines += [f"      {legible(id_row)}: {legible(reason, _LONGEST)}" for id_row, reason in pairs]
            lines += [f"      and {len(told) - _SHOWN:,} more"] if len(told) > _SHOWN else []
        for title, several in (("Could not be asked", self.not_asked), ("Asked in part", self.in_part)):
            lines += [f"{title}:"] if several else []
            lines += [f"  {id_}: {why}" for id_, why in several.items()]
        if self.not_in_records:
            lines.append(f"No record shows {len(self.not_in_records)} more, as {', '.join(list(self.not_in_records)[:_SHOWN])}.")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


class _Asking:
    """Records made ready for flags: who the parties are, which goods, which rows."""

    def __init__(self, shipments: Shipments, known: Known, book: Rulebook | None, chains: Transshipments | None) -> None:
        import ibis

        self.known, self.book, self.lists = known, book, load_lists()
        self.shipments, self.hold = shipments, shipments.hold
        every = self.hold(self._keyed(shipments.table))
        if chains is None:
            sides = {"starts": ibis.literal(True), "arrives": ibis.literal(True)}
            rows = every.mutate(**sides, chain_key=every.key)
        else:
            rows = self.hold(every.join(chains.told_legs.rename(chain_key="key"), "id"))
        days = every.agg(first=every.date.min(), last=every.date.max(), many=every.count()).execute().iloc[0]
        self.empty = not int(days["many"])
        self.records = None if self.empty else Records(
            every, rows, days["first"].date(), days["last"].date(), chains.search if chains else Search(),
            chains.asked.to.countries if chains and not chains.asked.to.parties else frozenset(), known, self.lists, self.hold,
        )  # fmt: skip
        self._of: dict[str, tuple[Records | None, str]] = {}
        self._rows: dict[str, int] = {}
        self._entries: dict[str, tuple[str, ...]] = {}
        self._parties: dict[tuple[str, str], list[str]] = {}

    def _keyed(self, table: ir.Table) -> ir.Table:
        """Put the keys of parties and goods beside their names; only different names come into Python."""
        import ibis

        kept = [name for name in table.columns if name not in ("file", "row")]
        told = table.select(*kept, day=table.date.delta(EARLIEST, unit="day").cast("int64"))
        names: set[str] = set()
        for role in ROLES:
            names |= set(table.select(name=role).distinct().execute()["name"].dropna())
        pairs = [{"name": name, "party": self.known.key(name)} for name in sorted(names)]
        of = ibis.memtable(pairs, schema={"name": "string", "party": "string"})
        for role in ROLES:
            side = of.rename({f"{role}_name": "name", f"{role}_party": "party"})
            told = told.left_join(side, told[role] == side[f"{role}_name"]).drop(f"{role}_name")
        items = table.select(name="item").distinct().execute()["name"].tolist()
        keys = [{"item_name": name, "key": party_of(name, self.known.view, *_ITEMS)} for name in items]
        goods = ibis.memtable(keys, schema={"item_name": "string", "key": "string"})
        return told.join(goods, told.item == goods.item_name).drop("item_name")

    def put(self, flags: Mapping[str, RedFlag], progress: Callable[[str], None]) -> Flagging:
        """Ask every flag."""
        import ibis

        outcomes: dict[str, Outcome] = {}
        fired = []
        for id_, flag in flags.items():
            if flag.test is None:
                outcomes[id_] = Outcome("not in records", flag.not_in_records)
                continue
            progress(f"asking for the red flag {id_}")
            found, why = self._ask(flag.test)
            if isinstance(found, str):
                outcomes[id_] = Outcome(cast("State", found), why)
                continue
            assert self.records is not None
            outcomes[id_] = Outcome("asked", why)
            dated = self.hold(found.distinct()).join(self.records.rows.select("id", "date"), "id")
            told = dated.date >= ibis.date(flag.applies_from)
            told = told & (dated.date < ibis.date(flag.applies_to)) if flag.applies_to else told
            fired.append(dated.select("id", "reason", flag=ibis.literal(id_), told_then=told).select(*_FIRED))
        whole = self.hold(together(fired)) if fired else None
        if whole is not None:
            counts = whole.group_by("flag").agg(rows=whole.id.nunique()).execute()
            many = dict(zip(counts["flag"], counts["rows"].tolist(), strict=True))
            outcomes = {id_: replace(one, rows=many.get(id_, 0)) for id_, one in outcomes.items()}
        count = 0 if self.records is None else int(self.records.rows.count().execute())
        return Flagging(self.shipments, flags, count, outcomes, whole)

    def _ask(self, test: AnyCondition) -> tuple[ir.Table | State, str]:
        """Return the rows on which a condition holds, or that it was asked in vain or not at all; and what was not asked, and why."""
        records, but = self._goods(test.items)
        if records is None:
            return "not asked", but
        if not self._count(test.items, records):
            none = f"no row asked is known to be of {test.items}" if test.items else "there is no row"
            return "not asked", "; ".join(part for part in (none, but) if part)
        if isinstance(test, PARTY_CONDITIONS):
            found, why = self._of_parties(test, records)
            return found, "; ".join(part for part in (but, why) if part)
        answer = ask_records(test, records)
        if isinstance(answer, str):
            return "not asked", answer
        return answer.select("id", "reason"), "; ".join(part for part in (but, records.untold(*needed(test))) if part)

    def _count(self, items: str, records: Records) -> int:
        """Count the rows of some goods."""
        if items not in self._rows:
            self._rows[items] = int(records.rows.count().execute())
        return self._rows[items]

    def _goods(self, items: str) -> tuple[Records | None, str]:
        """Return the records of some goods, and of which rows, or why of none, it is not known whether they are of them."""
        if items not in self._of:
            self._of[items] = self._some(items)
        return self._of[items]

    def _some(self, items: str) -> tuple[Records | None, str]:
        records = self.records
        if records is None:
            return None, "there is no row"
        if not items:
            return records, ""
        if items in self.lists:
            headings = self.lists[items].codes
            if not records.named("hs"):
                return None, f"no row tells a tariff code, by which goods are of the list {items}"
            return records.of(lambda table: table.hs.substr(0, HEADING).isin(headings)), records.untold("hs")
        if self.book is None:
            return None, f"the list {items} is one of the law, and no rules were given"
        entries, view = self.book.lists[items].entries, self.known.view
        told = records.every.select("eccn").distinct().execute()["eccn"].dropna().tolist()
        keys = records.every.select("key").distinct().execute()["key"].tolist()
        there = [key for key in keys if view is not None and key in view.graph.index]
        if not told and not there:
            return None, f"no row tells an entry of the Commerce Control List, and the data know none of the goods, so none is of {items}"
        codes = [code for code in told if any(entry.covers(code) for entry in entries)]
        of = [key for key in there if any(entry.covers(code) for code in self._entries_of(key) for entry in entries)]
        rows = records.rows
        dark = int(rows.filter(rows.eccn.isnull() & ~rows.key.isin(there)).count().execute())
        but = f"of {dark:,} rows it is not known whether they are of {items}" if dark else ""
        return records.of(lambda table: table.eccn.isin(codes).fill_null(False) | table.key.isin(of)), but

    def _entries_of(self, item: str) -> tuple[str, ...]:
        from policygraph.law.classify import classify
        from policygraph.law.evaluate import Evaluation

        if item not in self._entries and self.book is not None and self.known.view is not None:
            self._entries[item] = classify(Evaluation(self.known.view, self.book, self.known.view.as_of), item).met
        return self._entries[item]

    def _of_parties(self, test: Any, records: Records) -> tuple[ir.Table | State, str]:
        import ibis

        key = test.items, test.role
        if key not in self._parties:
            self._parties[key] = parties_of(records.rows, test.role).select("party").distinct().execute()["party"].tolist()
        there = self._parties[key]
        if not there:
            return "not asked", f"no row asked names a {test.role.replace('_', ' ')}"

        def first(keys: Collection[str]) -> Mapping[str, int]:
            each = parties_of(records.every, test.role, "day")
            each = each.filter(each.party.isin(sorted(keys)))
            frame = each.group_by("party").agg(first=each.day.min()).execute()
            return {party: int(day) + EARLIEST.toordinal() for party, day in zip(frame["party"], frame["first"], strict=True)}

        controls = {entry.code: entry.day for one in self.lists.values() for entry in one.entries if entry.day}
        asked: Asked = ask_parties(test, sorted(there), self.known, Days(controls, first))
        if asked.not_asked or not asked.about:
            return ("not asked", asked.not_asked) if asked.not_asked else ("asked", asked.but)
        zero = EARLIEST.toordinal()
        told = [
            {"of": one.party, "why": one.why, "since": one.since - zero if one.since is not None else -zero,
             "until": one.until - zero if one.until is not None else 1 << 30, "other": one.other}
            for one in asked.about
        ]  # fmt: skip
        about = ibis.memtable(told, schema={"of": "string", "why": "string", "since": "int64", "until": "int64", "other": "string"})
        sides = [f"{role}_party" for role in ROLES]
        each = parties_of(records.rows, test.role, "day", *sides)
        met = each.join(about, each.party == about.of).filter(lambda row: (row.day >= row.since) & (row.day < row.until))
        beside: Any = met.other.isnull()
        for side in sides:
            beside = beside | (met[side] == met.other).fill_null(False)
        met = met.filter(beside)
        return met.select("id", reason=met.role + " " + met.name + ": " + met.why), asked.but
