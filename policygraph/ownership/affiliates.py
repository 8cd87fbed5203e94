"""Who stands above a party and whom it catches below, by a threshold of ownership.

Comes in: a view, a party, the lists that make a party restricted. Goes out: :class:`Affiliates`, which reads like a note.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np

from policygraph.errors import BadQuestion
from policygraph.findings import Gap
from policygraph.ownership.capture import By, Capture, Cascade, Owner
from policygraph.ownership.shares import Share, parts_per_million
from policygraph.truth import Outcome, Strength, Verdict
from policygraph.view import FrozenView

__all__ = ["Affiliates", "Child", "affiliates"]


@dataclass(frozen=True, slots=True)
class Child:
    """A company below a party.

    Attributes
    ----------
    company
        Its id and name stand in here; ``verdict`` and ``share`` count the party, whatever it catches, and all restricted others.
    through
        What the party, and whatever it catches by itself, hold of it.
    alone
        Whether these alone hold it to the threshold.
    tier
        How many holdings lie between the party and it: 1 where the party holds of it directly.
    """

    company: Capture
    through: Share
    alone: Verdict
    tier: int

    @property
    def id(self) -> str:
        """Id of the company."""
        return self.company.company

    @property
    def verdict(self) -> Verdict:
        """Whether it is held to the threshold."""
        return self.company.verdict

    @property
    def share(self) -> Share:
        """What restricted owners, the party among them, hold of it together."""
        return self.company.share

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The unknown that decides, where it is unknown."""
        return self.company.gaps

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data; shares in per cent."""
        return {
            "company": self.id, "name": self.company.name, "tier": self.tier, **_outcome(self.verdict),
            "share": self.share.to_json(), "through": self.through.to_json(), "alone": str(self.alone.outcome),
            "owners": [owner.to_json() for owner in self.company.owners], "gaps": [gap.to_json() for gap in self.gaps],
            "note": self.company.note,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Affiliates:
    """Who stands above a party and whom it catches below.

    Attributes
    ----------
    party, name
        Id and usual name.
    by
        The lists that make a party restricted, by name.
    threshold
        In parts per million.
    as_of, known_by
        The two clocks of the view.
    listed
        Whether the party stands on one of the lists itself.
    above
        Whether restricted parties hold the party to the threshold; ``parents`` are all its owners on record.
    children
        The companies below it: those caught, and those that may be or are held by it too little to be.
    rules
        The rules of law that ask about such holdings, each with its ``rule``, ``title``, ``basis``, ``status`` on the day and ``cite``.
    """

    party: str
    name: str
    by: tuple[str, ...]
    threshold: int
    as_of: date
    known_by: date | None
    listed: Verdict
    above: Capture
    children: tuple[Child, ...]
    rules: tuple[Mapping[str, str], ...] = ()

    @property
    def parents(self) -> tuple[Owner, ...]:
        """Its owners, each with its share and chain, those first that count."""
        return self.above.owners

    @property
    def verdict(self) -> Verdict:
        """Whether restricted parties hold the party to the threshold."""
        return self.above.verdict

    @property
    def caught(self) -> tuple[Child, ...]:
        """The companies below that are held to the threshold, by what stands."""
        return tuple(child for child in self.children if child.verdict.leaning is Outcome.MET)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data; shares in per cent."""
        return {
            "party": self.party, "name": self.name, "by": list(self.by), "threshold": Share(self.threshold, self.threshold).to_json()[0],
            "as_of": self.as_of.isoformat(), "known_by": self.known_by.isoformat() if self.known_by else None,
            "listed": _outcome(self.listed), **_outcome(self.verdict), "share": self.above.share.to_json(), "tier": self.above.tier,
            "parents": [owner.to_json() for owner in self.parents], "gaps": [gap.to_json() for gap in self.above.gaps],
            "note": self.above.note, "rules": [dict(rule) for rule in self.rules], "children": [child.to_json() for child in self.children],
        }  # fmt: skip

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        limit = Share(self.threshold, self.threshold)
        on_record = f", on record by {self.known_by}" if self.known_by else ""
        yield f"Who holds {self.name}, and whom does it hold to {limit} or more?"
        yield f"As of {self.as_of}{on_record}. Restricted are parties on {' or '.join(self.by) or 'no list'}, and whatever they hold so."
        for rule in self.rules:
            cite = f" ({rule['cite']})" if rule["cite"] else ""
            status = rule["status"].replace("-", " ")
            yield f"{rule['title']} [{rule['basis']}], which asks about such holdings, is that day: {status}{cite}."
        yield ""
        if self.by:
            yield f"{self.name} is on such a list itself: {_words(self.listed)}."
        yield f"It is held to {limit} by restricted parties: {_words(self.verdict)}; they hold {self.above.share}."
        if self.above.note:
            yield f"    note: {self.above.note}"
        yield from (_owner_line(owner, depth) for owner, depth in _trails(self.parents, 1))
        if not self.parents:
            yield "  no owner is on record"
        yield from (f"  would decide: {gap.why}" for gap in self.above.gaps)
        yield ""
        restricted = (self.listed | self.verdict).all_.for_
        yield "Below it:" if restricted else f"Below it, were {self.name} restricted:"
        for child in self.children:
            beside = "" if child.share == child.through else f", {child.share} with other restricted parties"
            yield f"  {_mark(child.verdict)} {child.company.name}, tier {child.tier}: {child.through}{beside}: {_words(child.verdict)}"
            yield from (_owner_line(owner, depth) for owner, depth in _trails(child.company.owners, 3))
            yield from (f"      would decide: {gap.why}" for gap in child.gaps)
            if child.company.note:
                yield f"      note: {child.company.note}"
        if not self.children:
            yield "  no holding of it is on record"


def _trails(owners: Iterable[Owner], depth: int) -> Iterator[tuple[Owner, int]]:
    for owner in owners:
        yield owner, depth
        yield from _trails(owner.above, depth + 1)


def _owner_line(owner: Owner, depth: int) -> str:
    why = f"on {', '.join(owner.on)}" if owner.on else "restricted" if owner.tier is not None else "restricted?"
    held = f", {', '.join(owner.step.claims)}" if owner.step else ""
    return f"{'  ' * depth}{_mark(owner.verdict)} {owner.name} holds {owner.share} ({why}: {_words(owner.verdict)}{held})"


def _mark(verdict: Verdict) -> str:
    return {"met": "+", "not met": "-", "contested": "~", "unknown": "?"}[str(verdict.outcome)]


def _words(verdict: Verdict) -> str:
    leaning = f", leaning {verdict.leaning}" if verdict.outcome is Outcome.CONTESTED else ""
    grade = verdict.all_.for_ or verdict.all_.against
    return f"{verdict.outcome}{leaning}{f', {Strength(grade).word}' if grade else ''}"


def _outcome(verdict: Verdict) -> dict[str, str]:
    return {
        "outcome": str(verdict.outcome), "leaning": str(verdict.leaning), "for": Strength(verdict.all_.for_).word,
        "against": Strength(verdict.all_.against).word,
    }  # fmt: skip


def affiliates(
    view: FrozenView, party: str, by: Sequence[str | By], threshold: float | str | Decimal = 50, *, aggregate: bool = True
) -> Affiliates:
    """Tell who holds a party, and which companies it catches through its holdings, directly or through tiers.

    Parameters
    ----------
    view
        What stands.
    party
        Id of a party.
    by
        The lists that make a party restricted: ids of lists, or lists with a footnote or programmes.
    threshold
        The share from which a company is held, in per cent.
    aggregate
        Whether the shares of several restricted owners are added.

    Returns
    -------
    Affiliates
        Above the party what the lists say counts; below it the party itself counts as restricted too, on a list or not.

    Examples
    --------
    >>> import policygraph as pg
    >>> found = affiliates(pg.load().view("2025-10-10").frozen, "smic", ["entity-list"])
    >>> [(str(child.verdict.outcome), child.tier) for child in found.caught if child.id == "siltech-shanghai"]
    [('met', 1)]
    """
    lists = tuple(By(one) if isinstance(one, str) else one for one in by)
    limit = parts_per_million(threshold)
    if not limit:
        raise BadQuestion("nobody is held by a share of nothing; give a threshold above 0 and up to 100 per cent")
    above = Cascade(view, lists, limit, [party], aggregate=aggregate)
    below = _below(view, party)
    together = Cascade(view, lists, limit, [party, *below], restricted=[party], aggregate=aggregate)
    alone = Cascade(view, (), limit, [party, *below], restricted=[party], aggregate=aggregate)
    graph = view.graph
    named = tuple(one.named(graph.label) for one in lists)
    return Affiliates(
        party, graph.label(party), named, limit, view.as_of, view.known_by, above.listed(party), above.capture(party),
        tuple(_children(party, below, together, alone)),
    )  # fmt: skip


def _below(view: FrozenView, party: str) -> dict[str, list[str]]:
    """Return every company at any depth below a party, with whoever there holds of it."""
    graph = view.graph
    where = view.edges_of(graph.relation_index["owns"])
    subjects, objects = view.edges.subject[where], view.edges.object[where]
    standing = view.edges.all_for[where] > 0
    reached = np.zeros(len(graph.node_ids), bool)
    reached[graph.index[party]] = True
    count = 0
    while count != (count := int(reached.sum())):
        reached[objects[standing & reached[subjects]]] = True
    found: dict[str, list[str]] = {}
    for row in np.flatnonzero(standing & reached[subjects]).tolist():
        if (company := graph.node_ids[objects[row]]) != party:
            found.setdefault(company, []).append(graph.node_ids[subjects[row]])
    return found


def _children(party: str, below: dict[str, list[str]], together: Cascade, alone: Cascade) -> Iterator[Child]:
    """Yield the companies below a party, tier by tier, no further than what may be caught."""
    seen, tier = {party}, 0
    fresh = [party]
    while fresh:
        tier += 1
        here = sorted(company for company, holders in below.items() if company not in seen and not set(fresh).isdisjoint(holders))
        seen |= set(here)
        for company in here:
            yield Child(together.capture(company), alone.capture(company).share, alone.verdict(company), tier)
        fresh = [company for company in here if together.verdict(company).leaning is not Outcome.NOT_MET]
