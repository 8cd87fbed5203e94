"""The whole of the law put to one case: every rule asked, and what they come to together.

Comes in: a view, a rulebook, a case. Goes out: a :class:`~policygraph.law.rulings.Determination`. Nothing here knows a rule. What a
rule does is told by its effect: it makes an item subject, classifies it, requires a licence, excepts, limits exceptions, sets a review
policy, prohibits, obliges, or forbids to comply with another order.

An exception must be shown by whoever relies on it: one that reaches the case takes a requirement away, one of which nothing is known
does not, and is told as open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Final

from policygraph.case import Case
from policygraph.law.classify import Classification, classify
from policygraph.law.evaluate import Evaluation
from policygraph.law.explain import assumed, refuse_strange_words
from policygraph.law.question import Question, family_of, of_family
from policygraph.law.readings import NO, UNKNOWN, YES, Reading, joined
from policygraph.law.rulebook import Rule, Rulebook
from policygraph.law.rulings import Conflict, Determination, OrderRulings, Ruling
from policygraph.truth import Truth, Verdict
from policygraph.view import FrozenView

_FLIP_BUDGET: Final = 8
"""Rejections tried for the whole of the law, each of which asks many rules again."""

__all__ = ["HOME", "conflicts", "determine", "licence_reading"]

HOME = "US"
"""The order whose licence is asked for where the case does not say which: that of the regulations most rules are of."""


def determine(
    view: FrozenView, book: Rulebook, case: Case, assume: Mapping[str, str] | None = None, *, home: str = HOME,
    evaluation: Evaluation | None = None,
) -> Determination:  # fmt: skip
    """Put all rules to a case.

    Parameters
    ----------
    view
        What stands.
    book
        The rules.
    case
        The transaction as far as it is told.
    assume
        Statuses to assume, by rule.
    home
        The legal order whose licence the outcome is about, by the code of its country.
    evaluation
        One of the same view, day and assumptions to go on with.

    Raises
    ------
    UnknownName
        If there is no such item or party.
    BadQuestion
        If the case speaks of an act or topic that no rule knows.

    Examples
    --------
    >>> import policygraph as pg
    >>> kg = pg.load()
    >>> found = determine(kg.view("2025-05-20").frozen, kg.rules, Case(item="h100", to="SG", act="export", **{"from": "US"}))
    >>> str(found.subject.verdict.outcome)
    'met'
    """
    told = case.resolved(view.graph)
    refuse_strange_words(told, book)
    statuses = assumed(book, assume or {})
    on = told.on or view.as_of
    dated = view if on == view.as_of else FrozenView(view.graph, on, view.known_by, view.policy)
    shared = evaluation if evaluation is not None else Evaluation(dated, book, on, statuses)
    shared.forget()
    asked = _Asked(shared, told, family_of(dated, told.item))
    rulings = {rule.id: asked.ruling(rule) for rule in book.rules.values()}
    item = view.graph.label(told.item) if told.item else "a case without an item"
    rest = told.model_copy(update={"item": ""})
    required = book.of_effect("licence-required")
    question = Question(
        view, book, told, statuses, text=f"Is a licence required for {item}{f' ({rest})' if rest != Case() else ''}?",
        answer=lambda other, one: licence_reading(other, told, one, home),
        rules=tuple(rule for rule in required if rule.order == home), shared=shared,
        budget=_FLIP_BUDGET, over_time=False,
    )  # fmt: skip
    others = sorted({rule.order for rule in book.rules.values()} - {home})
    orders = {home: asked.order(home, rulings, question.reading), **{order: asked.order(order, rulings) for order in others}}
    return Determination(
        question=question.text, as_of=view.as_of, known_by=view.known_by,
        data={
            "name": view.graph.name, "version": view.graph.version, "date": str(view.graph.date),
            "digest": view.graph.digest[:16], "law": book.digest[:16],
        },
        case=str(told), home=home, subject=asked.subject(home), orders=orders,
        conflicts=tuple(conflicts(rulings.values())), licence=question.reading, find=question.finding, classify=asked.classification,
        coverage=f"{len(rulings)} rules of {len(orders)} legal orders, and what the data set of {view.graph.date} holds; "
        "other rules may apply, and a rule that does not reach a case is no permission",
    )  # fmt: skip


class _Asked:
    """A case put to one evaluation, rule by rule."""

    def __init__(self, evaluation: Evaluation, case: Case, family: tuple[str, ...]) -> None:
        self.evaluation = evaluation
        self.case = case
        self.family = family

    def ruling(self, rule: Rule) -> Ruling:
        evaluation, case = self.evaluation, self.case
        reading = of_family(evaluation, case.item, self.family, lambda other, one: other.answer(rule.id, case, one))
        version = evaluation.version_of(rule)
        return Ruling(rule, rule.basis_of(version), str(version) if version else "none on that day", reading)

    def subject(self, order: str) -> Reading:
        roots = self.evaluation.book.jurisdiction.get(order, ())
        case = self.case

        def answer(evaluation: Evaluation, one: str) -> Reading:
            parts = [evaluation.answer(rule.id, case, one) for rule in roots]
            return parts[0] if len(parts) == 1 else joined("any", "subject to the regulations", parts)

        return of_family(self.evaluation, case.item, self.family, answer)

    def classification(self) -> Classification:
        return classify(self.evaluation, self.case.item, self.case.eccn)

    def order(self, order: str, rulings: Mapping[str, Ruling], licence: Reading | None = None) -> OrderRulings:
        case, book, on = self.case, self.evaluation.book, self.evaluation.on
        mine = {name: ruling for name, ruling in rulings.items() if ruling.rule.order == order}
        if licence is None:
            licence = of_family(
                self.evaluation, case.item, self.family, lambda other, one: licence_reading(other, case, one, order)
            )
        return OrderRulings(order, licence.verdict, mine, lambda rule: book.about(rule, on))


def licence_reading(evaluation: Evaluation, case: Case, item: str, order: str) -> Reading:
    """Read whether any requirement of an order stands that no exception takes away."""
    rules = [rule for rule in evaluation.book.of_effect("licence-required") if rule.order == order]
    if not rules:
        return Reading("any", f"no rule of {order} that requires a licence is held", UNKNOWN)
    return joined("any", "a licence is required", [_unexcepted(evaluation, case, item, rule) for rule in rules])


def _unexcepted(evaluation: Evaluation, case: Case, item: str, rule: Rule) -> Reading:
    requirement = evaluation.answer(rule.id, case, item)
    if not requirement.verdict.all_.for_:
        return requirement
    about = evaluation.book.about(rule, evaluation.on)
    parts = []
    for exception in about.exceptions:
        found = evaluation.answer(exception.id, case, item)
        if found.verdict.all_.for_:
            barred = [evaluation.answer(one.id, case, item) for one in about.barring(exception)]
            parts.append(joined("all", exception.title, (found, *map(_not_barred, barred))))
    if not parts:
        return requirement

    def combine(given: Sequence[Verdict]) -> Verdict:
        return given[0] & _not_shown(reduce(or_, given[1:], NO))

    verdict = combine([requirement.verdict, *(part.verdict for part in parts)])
    label = f"{requirement.label}, unless excepted"
    return Reading("all", label, verdict, requirement.cite, parts=(requirement, *parts), combine=combine)


def _not_barred(limit: Reading) -> Reading:
    return Reading("not", f"not barred by '{limit.label}'", ~limit.verdict, parts=(limit,), combine=lambda given: ~given[0])


def _not_shown(exception: Verdict) -> Verdict:
    """Return the contrary of an exception: one that is not shown is no exception."""

    def contrary(truth: Truth[int]) -> Truth[int]:
        return ~truth if truth.for_ else YES.all_

    return Verdict(contrary(exception.all_), contrary(exception.uncontested))


def conflicts(rulings: Iterable[Ruling]) -> Iterator[Conflict]:
    """Yield the pairs of rulings of which one demands what another legal order forbids to carry out, and both may bind."""
    given = tuple(rulings)
    demanding = [one for one in given if one.rule.effect in ("licence-required", "prohibited", "obliges") and one.stands]
    forbidding = [one for one in given if one.rule.effect == "forbids-compliance" and one.stands]
    for forbids in forbidding:
        for demands in demanding:
            if demands.rule.order != forbids.rule.order and demands.rule.falls_under(forbids.rule.forbids):
                yield Conflict(demands, forbids)
