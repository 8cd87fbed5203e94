"""Tests put to several things: ``some`` and ``every`` of parties, earlier acts or what a path leads to; paths from wherever they begin.

Comes in: the condition and what is bound already. Goes out: a reading. Whether there are more of them than are known is open unless
the case says that all are told.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from policygraph.case import Case
from policygraph.findings import Gap
from policygraph.law import conditions as law
from policygraph.law.readings import NO, UNKNOWN, YES, Reading, joined, noted
from policygraph.law.rules import Rule
from policygraph.law.told import Bound, names_role
from policygraph.law.wording import path_words, target_words
from policygraph.parties import Party
from policygraph.paths import Grammar
from policygraph.paths.expression import Letter
from policygraph.truth import Verdict
from policygraph.view import FrozenView

if TYPE_CHECKING:
    from policygraph.law.evaluate import Evaluation

__all__ = ["computed_entries", "led_from", "path_from", "quantified", "said_entries"]

_ENTRIES = "pg:variantOf?/pg:classifiedAs"
"""From an item to the entries that claims put it in."""
_OWNED = Letter(frozenset(("owns",)), inverse=True)


def quantified(evaluation: Evaluation, condition: law.Some | law.Every, bound: Bound) -> Reading:
    """Read whether one of them, or every one, passes the test."""
    every = condition.kind == "every"
    parts = []
    for member, case, thing in _domain(evaluation, condition, bound):
        case_of = case if case is not None else bound.case
        item = case.item if case is not None and bound.case is not None and case.item not in ("", bound.case.item) else bound.item
        inner = Bound(item, case_of, {**bound.more, condition.as_: (thing,)})
        tested = evaluation.condition(condition.test, inner) if case is None else _as_done(evaluation, condition.test, inner, case)
        named = f"{condition.as_} {thing}"
        if member == YES:
            parts.append(tested.but(label=f"{named}: {tested.label}"))
        elif every:
            outside = Reading("not", f"{named} is not one of them", ~member)
            parts.append(joined("any", named, (outside, tested)))
        else:
            parts.append(joined("all", named, (Reading("member", f"{named} is one of them", member), tested)))
    terms = evaluation.view.graph.ontology
    among = f"{condition.among} {'acts' if condition.among == 'earlier' else ''}".strip()
    if condition.among not in ("parties", "earlier"):
        among = f"what it {path_words(Grammar.parse(condition.among, terms).path, terms)}"
    if _is_open(condition, bound):
        parts.append(evaluation.told.untold(condition.among, "Thing", f"whether there are more ({among})", bound))
    return joined("all" if every else "any", f"{condition.kind} {condition.as_} of {among}", parts)


def _as_done(evaluation: Evaluation, test: law.Condition, bound: Bound, act: Case) -> Reading:
    """Read a test of an earlier act by the law and the facts of its own day."""
    other = _on(evaluation, act.on)
    tested = other.settled(lambda: other.condition(test, bound))
    if other is evaluation:
        told = "" if act.on else f"the day of the act is not told, so law and facts are read on {evaluation.on}"
        return tested.but(note=noted(tested.note, told))
    return Reading(
        "earlier", tested.label, tested.verdict, note=f"law and facts are read on the day of the act, {act.on}", parts=(tested,),
        combine=lambda given: given[0], elsewhere=lambda again: _on(again, act.on),
    )  # fmt: skip


def _on(evaluation: Evaluation, day: date | None) -> Evaluation:
    """Return an evaluation of another day, the same each time."""
    if day is None or day == evaluation.on:
        return evaluation
    if day not in evaluation.other_days:
        view = FrozenView(evaluation.view.graph, day, evaluation.view.known_by, evaluation.view.policy)
        more = {"textual": evaluation.textual, "once": evaluation.once}
        evaluation.other_days[day] = type(evaluation)(view, evaluation.book, day, evaluation.assume, **more)
    return evaluation.other_days[day]


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


def path_from(evaluation: Evaluation, condition: law.Path, bound: Bound) -> Reading:
    """Read a path from what the case names, from the entries of its item, and from parties of which only the case tells."""
    if condition.start == "eccn" and (bound.case is None or bound.case.eccn is None):
        return _from_entries(evaluation, condition, bound)
    strangers = evaluation.told.strangers(condition.start, bound)
    if not strangers:
        return evaluation.path(condition.path, condition.start, condition.to, bound)
    known = evaluation.told.items(condition.start, bound)
    parts = [evaluation.path(condition.path, condition.start, condition.to, bound)] if known else []
    parts += [_from_stranger(evaluation, condition, party) for party in strangers]
    return parts[0] if len(parts) == 1 else joined("any", f"from one of those who are the {condition.start}", parts)


def _from_stranger(evaluation: Evaluation, condition: law.Path, party: Party) -> Reading:
    """Read a path from a party that the data do not know: open, unless it leads to its owners and the case says that nobody owns it."""
    terms = evaluation.view.graph.ontology
    grammar = Grammar.parse(condition.path, terms)
    label = f"{party} {path_words(grammar.path, terms)} {target_words(condition.to, evaluation.facts.name)}".strip()
    upwards = all(move.letter == _OWNED for move in grammar.automaton.moves[0]) and not grammar.automaton.accepting[0]
    if upwards and party.owners == ():
        return Reading("path", label, NO, note="nobody owns it, as the case tells")
    gap = Gap("case", condition.start, None, "Thing", f"whether {label}")
    return Reading("path", label, UNKNOWN, note="of a party that only the case tells of", gaps=lambda: (gap,))


def _from_entries(evaluation: Evaluation, condition: law.Path, bound: Bound) -> Reading:
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
