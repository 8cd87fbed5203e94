"""Whether a company is held to a threshold by restricted parties, on a view: how surely, by whom, and which unknown share decides.

Comes in: a view, the lists that make a party restricted, a threshold, and whatever a case tells of strangers. Goes out: a
:class:`Capture` for each company asked about.

The fixed point of ``cascade.py`` runs once for each strength and run. What is caught by evidence of a strength and stronger is
caught that surely: so an answer is as sure as the weakest holding or listing it needs. It is refuted as surely as what shows that it
cannot be: that owners are all on record, that lists are complete, or that others hold too much.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from policygraph.findings import Gap, Step
from policygraph.listings import ALL, listing
from policygraph.ownership.cascade import Spread, spread
from policygraph.ownership.deciding import Open, deciding
from policygraph.ownership.shares import NOTHING_KNOWN, WHOLE, Share, Stake, stakes_in
from policygraph.parties import Owner as Told
from policygraph.parties import Party
from policygraph.truth import Outcome, Strength, Truth, Verdict, merged
from policygraph.view import FrozenView

__all__ = ["By", "Capture", "Cascade", "Owner", "Test", "key_of"]

_STRANGER = "case:"
_OWNS = "owns"


@dataclass(frozen=True, slots=True)
class By:
    """A list that makes a party restricted, with a footnote, programmes or scopes where not all who stand on it are.

    >>> By("sdn-list", programmes=("NPWMD", "SDGT")).named(str.upper)
    'SDN-LIST under NPWMD or SDGT'
    """

    list: str
    footnote: str = ""
    programmes: tuple[str, ...] = ()
    scopes: tuple[str, ...] = ()

    def named(self, name: Callable[[str], str]) -> str:
        """Write it; *name* tells what an id is called."""
        programmes = self.programmes if len(self.programmes) <= 3 else (f"one of {len(self.programmes)} programmes",)
        with_ = f" with {name(self.footnote)}" if self.footnote else ""
        limited = f" for {' or '.join(self.scopes)}" if self.scopes and self.scopes != (ALL,) else ""
        return name(self.list) + with_ + (f" under {' or '.join(programmes)}" if programmes else "") + limited


@dataclass(frozen=True, slots=True)
class Test:
    """A test of a party other than a list: what it is called, and how a party passes it, with the claims that rests on."""

    name: str
    read: Callable[[Party], tuple[Verdict, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Owner:
    """Who holds a share of a company, and whether it counts.

    Attributes
    ----------
    id, name
        Id, or key of a stranger, and usual name.
    share
        What it may hold.
    verdict
        Whether it is a restricted owner: on a list, or held by such.
    on
        The lists it stands on.
    counts
        Whether its share is among those that settle the answer.
    tier
        0 if it is on a list itself, else the tier at which it is caught; None if it is not surely caught.
    step
        The holding, with its evidence.
    above
        Its own owners, as far as they make it, or may make it, a restricted owner.
    """

    id: str
    name: str
    share: Share
    verdict: Verdict
    on: tuple[str, ...]
    counts: bool
    tier: int | None
    step: Step | None = field(repr=False)
    above: tuple[Owner, ...] = ()

    def walk(self) -> Iterator[Owner]:
        """Yield the owner and all above it."""
        yield self
        for owner in self.above:
            yield from owner.walk()

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data; the share in per cent."""
        return {
            "owner": self.id, "name": self.name, "share": self.share.to_json(), "restricted": str(self.verdict.outcome),
            "leaning": str(self.verdict.leaning), "lists": list(self.on), "counts": self.counts, "tier": self.tier,
            "holding": self.step.to_json() if self.step else None, "above": [owner.to_json() for owner in self.above],
        }


@dataclass(frozen=True, slots=True)
class Capture:
    """Whether a company is held to a threshold by restricted parties.

    Attributes
    ----------
    company, name
        Id, or key of a stranger, and usual name.
    threshold
        In parts per million.
    verdict
        In both runs.
    share
        What restricted owners hold together, at least and at most.
    owners
        Everybody on record who holds of it, those that count first.
    gaps
        Where it is unknown: the holdings, listings or owners that decide.
    note
        What a reader must know to weigh it.
    tier
        The tier at which it is surely caught, or None.
    """

    company: str
    name: str
    threshold: int
    verdict: Verdict
    share: Share
    owners: tuple[Owner, ...]
    gaps: tuple[Gap, ...]
    note: str
    tier: int | None

    @property
    def counting(self) -> tuple[Owner, ...]:
        """The owners whose shares settle it."""
        return tuple(owner for owner in self.owners if owner.counts)


def key_of(party: Party) -> str:
    """Return the key of a party here: its id, or what tells a stranger from anything the data have.

    >>> key_of(Party(id="smic")), key_of(Party(name="Shell Ltd"))
    ('smic', 'case:Shell Ltd')
    """
    return party.id or _STRANGER + party.name


class Cascade:
    """Holdings above some companies, with who is caught through them.

    Parameters
    ----------
    view
        What stands.
    by
        The lists, or other tests of a party, that make a party restricted.
    threshold
        The share from which a company is held, in parts per million.
    about
        The companies that will be asked about: ids, or strangers with what a case tells of their owners.
    restricted
        Ids of parties that are taken to be restricted, whatever the lists say.
    aggregate
        Whether the shares of several owners are added.
    """

    def __init__(
        self, view: FrozenView, by: Sequence[By | Test], threshold: int, about: Iterable[str | Party], *, restricted: Collection[str] = (),
        aggregate: bool = True,
    ) -> None:
        self.view = view
        self.by = tuple(one for one in by if isinstance(one, By))
        self.tests = tuple(one for one in by if isinstance(one, Test))
        self.threshold = threshold
        self.aggregate = aggregate
        self._taken = frozenset(restricted)
        self._whole: set[str] = set()
        self._strangers: dict[str, Party] = {}
        told: list[Stake] = []
        asked = []
        for one in about:
            party = Party(id=one) if isinstance(one, str) else one
            asked.append(key_of(party))
            told += self._told(party)
        self.stakes = self._gathered({*asked, *(stake.holder for stake in told)}, told)
        keys = dict.fromkeys([*asked, *(key for stake in self.stakes for key in (stake.held, stake.holder))])
        self.index = {key: number for number, key in enumerate(keys)}
        self._of: dict[str, list[Stake]] = {}
        for stake in self.stakes:
            self._of.setdefault(stake.held, []).append(stake)

    def _told(self, party: Party) -> Iterator[Stake]:
        """Yield what a case tells of the owners of a stranger; a list that leaves room for others is not the whole."""
        if party.is_stranger:
            self._strangers[key_of(party)] = party
        if not party.is_stranger or party.owners is None:
            return
        most = 0
        for owner in party.owners:
            share = _told_share(owner)
            most += share.high
            yield Stake.told(key_of(owner), key_of(party), share)
            yield from self._told(owner)
        if most >= WHOLE or not party.owners:
            self._whole.add(key_of(party))

    def _gathered(self, companies: set[str], told: list[Stake]) -> list[Stake]:
        """Return the holdings of everything at or above some companies, and those told."""
        view, graph = self.view, self.view.graph
        where = view.edges_of(graph.relation_index[_OWNS])
        objects, subjects = view.edges.object[where], view.edges.subject[where]
        wanted = np.zeros(len(graph.node_ids), bool)
        wanted[[graph.index[key] for key in companies if key in graph.index]] = True
        count = 0
        while count != (count := int(wanted.sum())):
            wanted[subjects[wanted[objects]]] = True
        return [*stakes_in(view, (where.start + np.flatnonzero(wanted[objects])).tolist()), *told]

    # ---- who is restricted to begin with

    @cached_property
    def _by_list(self) -> dict[str, list[Verdict]]:
        """Who is on each of the lists, by number of party."""
        nodes = self.view.graph.index
        places = [nodes.get(key, -1) for key in self.index]
        found: dict[str, list[Verdict]] = {}
        for by in self.by:
            one = self._standing("listed", by.list, places, by)
            if by.footnote:
                one = [here & there for here, there in zip(one, self._standing("bearsFootnote", by.footnote, places), strict=True)]
            found[by.list] = [here | there for here, there in zip(found.get(by.list, one), one, strict=True)]
        for test in self.tests:
            found[test.name] = [self._tested(test, key)[0] for key in self.index]
        return found

    def _tested(self, test: Test, key: str) -> tuple[Verdict, tuple[str, ...]]:
        return test.read(self._strangers.get(key) or Party(id=key))

    @cached_property
    def _listed(self) -> list[Verdict]:
        """Who is on one of the lists, or is taken to be restricted, by number of party."""
        found = [Verdict.sure(key in self._taken) for key in self.index]
        for one in self._by_list.values():
            found = [here | there for here, there in zip(found, one, strict=True)]
        return found

    def _standing(self, relation: str, object_: str, places: list[int], by: By | None = None) -> list[Verdict]:
        view, graph = self.view, self.view.graph
        number, names = graph.relation_index[relation], graph.node_ids
        node, where = graph.index.get(object_, -1), view.edges_of(graph.relation_index[relation])
        subjects = view.edges.subject[where][view.edges.object[where] == node]
        said = set(subjects[np.isin(subjects, places)].tolist())
        of_all = int(view.complete_to(number)[node]) if node >= 0 else 0
        of_each = view.complete_from(number)
        found = []
        for place in places:
            if place in said:
                limited = by is not None and (by.programmes or by.scopes)
                found.append(
                    listing(view, names[place], object_, by.programmes, by.scopes)
                    if by is not None and limited else view.verdict(names[place], relation, object_)
                )  # fmt: skip
            else:
                silent = max(of_all, int(of_each[place]) if place >= 0 else 0)
                found.append(Verdict.sure(False, Strength(silent)))
        return found

    def listed(self, key: str) -> Verdict:
        """Tell whether a party is restricted to begin with."""
        return self._listed[self.index[key]]

    # ---- the fixed points

    @cached_property
    def _complete(self) -> np.ndarray[Any, Any]:
        """How surely all owners of each company are on record."""
        nodes = self.view.graph.index
        column = self.view.complete_to(self.view.graph.relation_index[_OWNS])
        told = {key: int(Strength.ESTABLISHED) for key in self._whole}
        return np.array([int(column[nodes[key]]) if key in nodes else told.get(key, 0) for key in self.index])

    @cached_property
    def levels(self) -> tuple[int, ...]:
        """The strengths that anything here has, from the strongest."""
        verdicts = [*self._listed, *(stake.verdict for stake in self.stakes)]
        found = {grade for verdict in verdicts for truth in (verdict.all_, verdict.uncontested) for grade in (truth.for_, truth.against)}
        found |= {int(strength) for stake in self.stakes for strength, _, _ in stake.said} | set(self._complete.tolist())
        return tuple(sorted(found - {0}, reverse=True)) or (int(Strength.ESTABLISHED),)

    @cached_property
    def _spreads(self) -> dict[tuple[int, bool], Spread]:
        """Who is caught, by the evidence of each strength and stronger, in either run."""
        size = len(self.index)
        holder, held = (np.array([self.index[getattr(stake, end)] for stake in self.stakes], np.int64) for end in ("holder", "held"))
        found = {}
        for level in self.levels:
            for clear in (False, True):
                shares = [stake.share(level, uncontested=clear) for stake in self.stakes]
                low, high = (np.array([getattr(share, end) for share in shares], np.int64) for end in ("low", "high"))
                if clear and len(low):
                    # where more than all of a company is on record, any holding may be the one that is overstated
                    excess = np.maximum(np.bincount(held, low, size).astype(np.int64) - WHOLE, 0)
                    low = np.maximum(low - excess[held], 0)
                truths = [verdict.uncontested if clear else verdict.all_ for verdict in self._listed]
                found[level, clear] = spread(
                    holder, held, low, high, np.array([truth.for_ >= level for truth in truths], bool), self.threshold,
                    possible_seeds=np.array([truth.against < level for truth in truths], bool),
                    complete=self._complete >= level, aggregate=self.aggregate,
                )  # fmt: skip
        return found

    @cached_property
    def _verdicts(self) -> list[Verdict]:
        sides = []
        for clear in (False, True):
            for_, against = np.zeros(len(self.index), np.int8), np.zeros(len(self.index), np.int8)
            for level in self.levels:
                found = self._spreads[level, clear]
                for_ = np.maximum(for_, np.where(found.surely, level, 0))
                against = np.maximum(against, np.where(found.possibly, 0, level))
            sides.append([Truth(int(one), int(other)) for one, other in zip(for_, against, strict=True)])
        return [merged([Verdict(every, clear)]) for every, clear in zip(*sides, strict=True)]

    def verdict(self, key: str) -> Verdict:
        """Tell whether a company is held to the threshold by restricted parties."""
        return self._verdicts[self.index[key]]

    def restricted(self, key: str) -> Verdict:
        """Tell whether a party is a restricted owner: on a list, or held by such."""
        return self.listed(key) | self.verdict(key)

    # ---- answers

    def name(self, key: str) -> str:
        """Return the usual name of a party."""
        return self.view.graph.label(key) if key in self.view.graph.index else key.removeprefix(_STRANGER)

    def capture(self, party: str | Party) -> Capture:
        """Tell whether a company is held to the threshold by restricted parties, by whom, and what decides where it is unknown."""
        key = party if isinstance(party, str) else key_of(party)
        verdict, state = self.verdict(key), self._open(key)
        share = state.together
        notes = []
        if verdict.leaning is Outcome.UNKNOWN and share.low < self.threshold <= share.high and share != NOTHING_KNOWN:
            limit = Share(self.threshold, self.threshold)
            notes.append(f"restricted parties hold {share}, so that it is not known whether they hold {limit}")
        if sum(stake.share().low for stake in self._of.get(key, ())) > WHOLE:
            notes.append("more than all of it is on record, so the record contradicts itself")
        level = verdict.all_.for_
        tier = int(self._spreads[level, False].tier[self.index[key]]) if level else None
        gaps = tuple(deciding(key, self._open, self.name)) if verdict.leaning is Outcome.UNKNOWN else ()
        owners = tuple(self._owners(key, (key,)))
        return Capture(key, self.name(key), self.threshold, verdict, share, owners, gaps, "; ".join(notes), tier)

    def _open(self, key: str) -> Open:
        """Return how a company stands in the run *all*, by evidence as strong as the answer, or by all where there is none."""
        verdict = self.verdict(key).all_
        level = verdict.for_ or verdict.against or self.levels[-1]
        stakes = [stake for stake in self._of.get(key, ()) if stake.verdict.all_.for_]
        return Open(
            key, self.threshold, tuple(stakes), tuple(stake.share(level) for stake in stakes),
            tuple(self.restricted(stake.holder).leaning for stake in stakes),
            tuple(self._may_be_on(stake.holder) for stake in stakes),
            tuple(self.verdict(stake.holder).leaning is Outcome.UNKNOWN for stake in stakes),
            bool(self._complete[self.index[key]]), self.aggregate,
        )  # fmt: skip

    def _owners(self, key: str, trail: tuple[str, ...]) -> Iterator[Owner]:
        verdict = self.verdict(key)
        level = verdict.all_.for_ or self.levels[-1]
        found, here = self._spreads[level, False], self.index[key]
        stakes = [stake for stake in self._of.get(key, ()) if stake.verdict.all_.for_]
        lows = sum(stake.share().low for stake in stakes)

        least = 1 if self.aggregate else self.threshold

        def counts(stake: Stake) -> bool:
            tier = int(found.tier[self.index[stake.holder]])
            # a company on a list itself is restricted before anybody above it is; whoever holds it may count
            below = int(found.tier[here]) or len(self.index) + 1
            return bool(verdict.all_.for_ > 0 and stake.share(level).low >= least and 0 <= tier < below)

        order: Callable[[Stake], Any] = lambda stake: (  # noqa: E731
            not counts(stake), -self.restricted(stake.holder).all_.for_, self.restricted(stake.holder).all_.against, -stake.share().low,
            stake.holder,
        )  # fmt: skip
        for stake in sorted(stakes, key=order):
            holder = stake.holder
            restricted, on = self.restricted(holder), self._on(holder)
            grade = restricted.all_.for_
            tier = int(self._spreads[grade, False].tier[self.index[holder]]) if grade else None
            may = restricted.leaning is not Outcome.NOT_MET and not on and holder not in self._taken and holder not in trail
            share = stake.share().beside(lows - stake.share().low)
            above = tuple(self._owners(holder, (*trail, holder))) if may else ()
            yield Owner(holder, self.name(holder), share, restricted, on, counts(stake), tier, stake.step(self.view), above)

    def _on(self, key: str) -> tuple[str, ...]:
        return tuple(list_ for list_, found in self._by_list.items() if found[self.index[key]].all_.for_)

    def _may_be_on(self, key: str) -> tuple[tuple[str, str], ...]:
        """Return the lists of which it is unknown whether a party stands on them, and the other tests, each with that in words."""
        open_ = [name for name, found in self._by_list.items() if found[self.index[key]].leaning is Outcome.UNKNOWN]
        tests = {test.name for test in self.tests}
        return tuple(("", f"is {name}") if name in tests else (name, f"stands on {self.name(name)}") for name in open_)

    def claims(self) -> Iterator[str]:
        """Yield the ids of all claims of which an answer here may depend: holdings, and listings of who holds."""
        view, ids = self.view, self.view.graph.table.ids
        rows = [stake.edge for stake in self.stakes if stake.edge >= 0]
        for test in self.tests:
            yield from (claim for key in self.index for claim in self._tested(test, key)[1])
        for by in self.by:
            for relation, object_ in (("listed", by.list), *((("bearsFootnote", by.footnote),) if by.footnote else ())):
                rows += [row for row in view.find(None, relation, object_) if view.graph.node_ids[view.edges.subject[row]] in self.index]
        for row in rows:
            for against in (False, True):
                yield from (ids[claim] for claim in view.edges.rows(row, against=against).tolist())


def _told_share(owner: Told) -> Share:
    if not owner.share:
        return NOTHING_KNOWN
    return Share.stated(owner.share[0]) if len(owner.share) == 1 else Share.between(*owner.share)

