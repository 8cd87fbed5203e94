"""Tests put to several things: ``some`` and ``every`` of parties, earlier acts or what a path leads to; paths from an item's entries.

Comes in: the condition and what is bound already. Goes out: a reading. Whether there are more of them than are known is open unless
the case says that all are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from policygraph.case import Case, Party
from policygraph.law import conditions as law
from policygraph.law.readings import YES, Reading, joined
from policygraph.law.rules import Rule
from policygraph.law.told import Bound, names_role
from policygraph.truth import Verdict

if TYPE_CHECKING:
    from policygraph.law.evaluate import Evaluation

__all__ = ["computed_entries", "from_entries", "led_from", "quantified", "said_entries"]

_ENTRIES = "pg:variantOf?/pg:classifiedAs"
"""From an item to the entries that claims put it in."""


def quantified(evaluation: Evaluation, condition: law.Some | law.Every, bound: Bound) -> Reading:
    """Read whether one of them, or every one, passes the test."""
    every = condition.kind == "every"
    parts = []
    for member, case, thing in _domain(evaluation, condition, bound):
        case_of = case if case is not None else bound.case
        inner = Bound(bound.item, case_of, {**bound.more, condition.as_: (thing,)})
        tested = evaluation.condition(condition.test, inner)
        named = f"{condition.as_} {thing}"
        if member == YES:
            parts.append(tested.but(label=f"{named}: {tested.label}"))
        elif every:
            outside = Reading("not", f"{named} is not one of them", ~member)
            parts.append(joined("any", named, (outside, tested)))
        else:
            parts.append(joined("all", named, (Reading("member", f"{named} is one of them", member), tested)))
    if _is_open(condition, bound):
        parts.append(evaluation.told.untold(condition.among, "Thing", f"whether there are more ({condition.among})", bound))
    return joined("all" if every else "any", f"{condition.kind} {condition.as_} of {condition.among}", parts)


def _domain(
    evaluation: Evaluation, condition: law.Some | law.Every, bound: Bound
) -> Iterator[tuple[Verdict, Case | None, str | Party]]:
    case = bound.case
    if condition.among == "parties":
        for _, party in case.everybody if case else ():
            yield YES, None, party
    elif condition.among == "earlier":
        for act in (case.earlier or ()) if case else ():
            yield YES, act, act.item
    else:
        index = evaluation.view.graph.index
        starts = tuple(id_ for id_ in evaluation.told.items(condition.start, bound) or () if id_ in index)
        for node in evaluation.ends(condition.among, starts)[1]:
            verdict = evaluation.led(condition.among, starts, node)
            if verdict.all_.for_:
                yield verdict, None, evaluation.view.graph.node_ids[node]


def _is_open(condition: law.Some | law.Every, bound: Bound) -> bool:
    case = bound.case
    if condition.among == "parties":
        return case is None or not case.parties_complete
    if condition.among == "earlier":
        return case is None or case.earlier is None
    return True


def from_entries(evaluation: Evaluation, condition: law.Path, bound: Bound) -> Reading:
    """Read a path that begins at the entries of an item: those that claims say, and those that rules put it in."""
    parts = [evaluation.path(said_entries(condition), "item", condition.to, bound)]
    for found in computed_entries(evaluation, bound.item).parts:
        rule = evaluation.book.rules[found.rule]
        parts.append(joined("all", f"from {rule.title}", (found, led_from(evaluation, condition, rule, bound))))
    return parts[0] if len(parts) == 1 else joined("any", "from an entry of the item", parts)


def said_entries(condition: law.Path) -> str:
    """Return a path from entries as one from an item, by the entries that claims put it in."""
    return f"{_ENTRIES}/({condition.path})"


def computed_entries(evaluation: Evaluation, item: str) -> Reading:
    """Return the rules that put an item by itself in an entry, as the parts of one reading."""

    def read() -> Reading:
        rules = (rule for rule in evaluation.book.of_effect("classified") if item and evaluation.version_of(rule) is not None)
        found = (evaluation.rule(rule.id, Bound(item, None)) for rule in rules)
        return joined("any", "in an entry by its figures", [reading for reading in found if reading.verdict.all_.for_])

    return evaluation.lasting(("entries", item), read)


def led_from(evaluation: Evaluation, condition: law.Path, rule: Rule, bound: Bound) -> Reading:
    """Read where a path leads from the entries that a rule puts items in; the same for every item, unless its end is named by the case."""
    codes = tuple(f"eccn:{code}" for code in rule.classifies)
    inner = Bound(bound.item, bound.case, {**bound.more, condition.start: codes})

    def read() -> Reading:
        return evaluation.path(condition.path, condition.start, condition.to, inner)

    return read() if names_role(condition.to) else evaluation.lasting(("led", id(condition), rule.id), read)
