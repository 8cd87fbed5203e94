"""When the answer was what, and what changed it: a question of law asked on every day on which law or facts change.

Comes in: a question that can be put to any day. Goes out: a :class:`Timeline` of spells, each with its outcome, and what began or ended
on the day it began: versions and times of operation of rules, and claims with their documents.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from policygraph.dates import FIRST, LAST
from policygraph.graph import ClaimGraph
from policygraph.law.rulebook import Rule, Rulebook
from policygraph.truth import Outcome, Strength, Verdict

__all__ = ["Change", "Spell", "Timeline", "law_days", "relevant_rows", "timeline"]

_WALKED: Final = ("Item", "Site", "Software", "Technology", "AIModel")
"""Classes whose forward links may bear on an answer about them."""
_DEEPEST: Final = 6
_MOST_CHANGES: Final = 8

Ask = Callable[[date], tuple[Verdict, frozenset[str], frozenset[str]]]
"""Puts the question to a day: the verdict, and the rules and claims it was read from."""


@dataclass(frozen=True, slots=True)
class Change:
    """Something that began or ended on a day: law or fact, in words, with where it is said."""

    by: str
    text: str
    source: str

    def to_json(self) -> dict[str, str]:
        """Return it as plain data."""
        return {"by": self.by, "what": self.text, "source": self.source}

    def __str__(self) -> str:
        return f"{self.by}: {self.text}" + (f" ({self.source})" if self.source else "")


@dataclass(frozen=True, slots=True)
class Spell:
    """A stretch of days over which the answer is the same, and what began it; half-open."""

    begins: date
    ends: date | None
    verdict: Verdict
    changes: tuple[Change, ...]

    @property
    def outcome(self) -> Outcome:
        """Met, not met, contested or unknown."""
        return self.verdict.outcome

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "from": self.begins.isoformat(), "to": self.ends.isoformat() if self.ends else None, "outcome": str(self.outcome),
            "leaning": str(self.verdict.leaning), "for": Strength(self.verdict.all_.for_).word,
            "against": Strength(self.verdict.all_.against).word, "changed_by": [change.to_json() for change in self.changes],
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Timeline:
    """The answer to one question over time."""

    question: str
    spells: tuple[Spell, ...]
    asked: int

    def to_json(self) -> dict[str, Any]:
        """Return it in the form the command line prints with ``--json``."""
        return {"question": self.question, "days_asked": self.asked, "intervals": [spell.to_json() for spell in self.spells]}

    def on(self, day: date) -> Outcome:
        """Return the outcome on a day."""
        return next(spell.outcome for spell in reversed(self.spells) if spell.begins <= day)

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield self.question
        for spell in self.spells:
            leaning = f", leaning {spell.verdict.leaning}" if spell.outcome is Outcome.CONTESTED else ""
            best = spell.verdict.all_.for_ or spell.verdict.all_.against
            grade = f", {Strength(best).word}" if best else ""
            yield f"  {spell.begins} to {spell.ends or 'the end of what is known'}: {spell.outcome}{leaning}{grade}"
            yield from (f"      changed by {change}" for change in spell.changes)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def timeline(
    question: str, ask: Ask, graph: ClaimGraph, book: Rulebook, rows: npt.NDArray[np.intp], rules: Iterable[Rule], since: date, until: date
) -> Timeline:  # fmt: skip
    """Put a question to every day on which its answer may change.

    Parameters
    ----------
    question, ask
        In words, and as a function of the day.
    rows
        Claims whose bounds may change the answer; see :func:`relevant_rows`.
    rules
        Rules whose versions and times of operation may.
    since, until
        The first and the last day asked.
    """
    told = tuple(rules)
    days = sorted({since, *law_days(told, since, until), *_fact_days(graph, rows, since, until)})
    spells: list[Spell] = []
    before: tuple[Verdict, frozenset[str], frozenset[str]] | None = None
    for day in days:
        found = ask(day)
        if before is None or found[0] != before[0]:
            if spells:
                spells[-1] = Spell(spells[-1].begins, day, spells[-1].verdict, spells[-1].changes)
            used = (found[1] | before[1], found[2] | before[2]) if before else (frozenset[str](), frozenset[str]())
            changes = () if before is None else tuple(_changes(graph, book, rows, day, *used))
            spells.append(Spell(day, None, found[0], changes))
        before = found
    return Timeline(question, tuple(spells), len(days))


def law_days(rules: Iterable[Rule], since: date, until: date) -> Iterator[date]:
    """Yield the days on which one of some rules changes."""
    yield from (day for rule in rules for day in rule.days if since < day <= until)


def _fact_days(graph: ClaimGraph, rows: npt.NDArray[np.intp], since: date, until: date) -> Iterator[date]:
    table = graph.table
    low, high = since.toordinal(), until.toordinal()
    for column in (table.from_earliest, table.from_latest, table.to_earliest, table.to_latest):
        for day in np.unique(column[rows]).tolist():
            if low < day <= high and FIRST < day < LAST:
                yield date.fromordinal(day)


def relevant_rows(graph: ClaimGraph, starts: Iterable[str]) -> npt.NDArray[np.intp]:
    """Return the claims that may bear on an answer about some nodes.

    These are what is said of them, of what leads on from items, sites, software and technology, of who owns a party and who owns its
    owners, and of kinds.
    """
    table, ontology = graph.table, graph.ontology
    classes = sorted(set(graph.node_class))
    number = {name: place for place, name in enumerate(classes)}
    of = np.array([number[name] for name in graph.node_class])
    walked = np.array([any(ontology.is_a(name, end) for end in _WALKED) for name in classes])[of]
    agents = np.array([ontology.is_a(name, "Agent") for name in classes])[of]
    kinds = np.array([name == "Kind" for name in classes])[of]
    owning = np.isin(table.relation, [graph.relation_index[name] for name in ("owns", "controls")])
    variants = table.relation == graph.relation_index["variantOf"]
    known = np.zeros(len(graph.node_ids), bool)
    known[[graph.index[id_] for id_ in starts if id_ in graph.index]] = True
    ends = np.where(table.object >= 0, table.object, 0)
    for _ in range(_DEEPEST):
        fresh = known.copy()
        forward = (table.object >= 0) & known[table.subject] & walked[table.subject] & (walked | agents)[ends]
        fresh[ends[forward]] = True
        upward = (owning | variants) & (table.object >= 0) & known[ends]
        fresh[table.subject[upward]] = True
        if np.array_equal(fresh, known):
            break
        known = fresh
    return np.flatnonzero(known[table.subject] | kinds[table.subject] | ((owning) & (table.object >= 0) & known[ends]))


def _changes(
    graph: ClaimGraph, book: Rulebook, rows: npt.NDArray[np.intp], day: date, rules: frozenset[str], claims: frozenset[str]
) -> Iterator[Change]:
    """Yield what began or ended on a day: first of what the answers on both sides were read from, else of whatever may bear on them."""
    law = [change for name in sorted(rules) for change in _law_changes(book.rules[name], day)]
    table, ordinal = graph.table, day.toordinal()
    touched = [
        int(row) for row in rows
        if ordinal in (int(table.from_earliest[row]), int(table.from_latest[row]), int(table.to_earliest[row]), int(table.to_latest[row]))
    ]  # fmt: skip
    used = [row for row in touched if table.ids[row] in claims] or ([] if law else touched)
    facts = []
    for row in used:
        claim = graph.claim_at(row)
        begins = ordinal in (int(table.from_earliest[row]), int(table.from_latest[row]))
        facts.append(Change("facts", f"{graph.says(claim)} {'begins' if begins else 'ends'}", claim.document))
    found = list({str(change): change for change in (*law, *facts)}.values())
    yield from found[:_MOST_CHANGES]


def _law_changes(rule: Rule, day: date) -> Iterator[Change]:
    for version in rule.versions:
        if rule.begins(version) == day:
            yield Change("law", f"{rule.title}: a version begins", version.cite)
        if version.until == day:
            yield Change("law", f"{rule.title}: a version lapses", version.cite)
    for operation in (*rule.operates, *(one for version in rule.versions for one in version.operates)):
        if operation.since == day:
            yield Change("law", f"{rule.title}: {operation.status.replace('-', ' ')} from this day", operation.cite)
        if operation.until == day:
            yield Change("law", f"{rule.title}: no longer {operation.status.replace('-', ' ')}", operation.cite)
    if rule.notice is not None and rule.notice.since == day:
        yield Change("law", f"{rule.title}: public notice", rule.notice.cite)
