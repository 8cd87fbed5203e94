"""When the answer to a question of law was what: the question put to every day on which law or facts may change it.

Comes in: a view, a rulebook, a case, and a rule or none for the licence. Goes out: a :class:`~policygraph.law.timeline.Timeline`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from policygraph.case import Case
from policygraph.dates import COVERED_SINCE, covered
from policygraph.errors import BadQuestion
from policygraph.law.determine import HOME, licence_reading
from policygraph.law.evaluate import Evaluation
from policygraph.law.explain import assumed, refuse_strange_words
from policygraph.law.question import family_of, of_family
from policygraph.law.rulebook import Rule, Rulebook
from policygraph.law.timeline import Timeline, relevant_rows, timeline
from policygraph.truth import Verdict
from policygraph.view import FrozenView

__all__ = ["history"]


def history(
    view: FrozenView, book: Rulebook, rule: str | None, case: Case, assume: Mapping[str, str] | None = None,
    since: date | None = None, until: date | None = None,
) -> Timeline:  # fmt: skip
    """Tell when the answer was what.

    Parameters
    ----------
    rule
        Id or title of a rule; None for whether a licence is required.
    case
        The transaction; its own day is left aside, for every day is asked.
    since, until
        The first and the last day; from the first day that the rules cover to the day of the view where left out.

    Raises
    ------
    BadQuestion
        If the days lie before the rules begin, or the wrong way round.
    """
    begin, end = covered(since or COVERED_SINCE), covered(until or view.as_of)
    if end < begin:
        raise BadQuestion(f"{end} lies before {begin}; give the earlier day first")
    asked = book.rule(rule) if rule is not None else None
    told = case.resolved(view.graph).model_copy(update={"on": None})
    refuse_strange_words(told, book)
    statuses = assumed(book, assume or {})
    rules = tuple(_reachable(book, (asked,) if asked else book.of_effect("licence-required", "excepted", "limits-exceptions")))

    def ask(day: date) -> tuple[Verdict, frozenset[str], frozenset[str]]:
        dated = FrozenView(view.graph, day, view.known_by, view.policy)
        evaluation = Evaluation(dated, book, day, statuses)

        def answer(other: Evaluation, item: str):  # type: ignore[no-untyped-def]
            return other.answer(asked.id, told, item) if asked else licence_reading(other, told, item, HOME)

        reading = of_family(evaluation, told.item, family_of(dated, told.item), answer)
        return reading.verdict, frozenset(part.rule for part in reading.walk() if part.rule), frozenset(reading.rests_on)

    starts = [told.item, told.origin, told.to, told.facility, *(party.id for _, party in told.everybody)]
    item = view.graph.label(told.item) if told.item else "a case"
    text = f"When did '{asked.title}' reach {item}?" if asked else f"When was a licence required for {item}?"
    return timeline(text, ask, view.graph, book, relevant_rows(view.graph, starts), rules, begin, end)


def _reachable(book: Rulebook, roots: tuple[Rule, ...]) -> Iterator[Rule]:
    """Yield some rules and all that they ask for, however indirectly."""
    seen: set[str] = set()
    ahead = [rule.id for rule in roots]
    while ahead:
        name = ahead.pop()
        if name in seen:
            continue
        seen.add(name)
        rule = book.rules[name]
        yield rule
        ahead += [other for other, _ in book.depends_on(rule)]
