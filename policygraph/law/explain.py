"""One rule, one case, one view: the finding, with its proof, gaps, flips, and the dates over which it stays the same."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

from policygraph.case import Case
from policygraph.errors import BadQuestion, nearest
from policygraph.findings import Finding
from policygraph.law.question import Question
from policygraph.law.rulebook import Rulebook, Status
from policygraph.view import FrozenView

__all__ = ["assumed", "explain", "refuse_strange_words"]

_STATUSES = get_args(Status)
_WORD = re.compile(r"[a-z0-9.-]+\Z")


def explain(
    view: FrozenView, rulebook: Rulebook, rule: str, case: Case, assume: Mapping[str, str] | None = None
) -> Finding:
    """Tell whether a rule of law reaches a case.

    Parameters
    ----------
    view
        What stands.
    rulebook
        The rules.
    rule
        Id or title of the rule.
    case
        The transaction as far as it is told.
    assume
        Statuses to assume, by rule: ``{"ear-fdp-advanced-computing": "in-force"}``.

    Raises
    ------
    UnknownName
        If there is no such rule, item or party.
    BadQuestion
        If the case speaks of an act or topic that no rule knows, or a status is none.

    Examples
    --------
    >>> import policygraph as pg
    >>> kg = pg.load()
    >>> finding = explain(kg.view("2025-05-20").frozen, kg.rules, "ear-gp10", Case(item="ascend-910c", act="use"))
    >>> str(finding.outcome), [gap.relation for gap in finding.gaps]
    ('contested', ['authorisations', 'end-use'])
    """
    asked = rulebook.rule(rule)
    told = case.resolved(view.graph)
    refuse_strange_words(told, rulebook)
    item = view.graph.label(told.item) if told.item else "a case without an item"
    rest = told.model_copy(update={"item": ""})
    return Question(
        view, rulebook, told, assumed(rulebook, assume or {}),
        text=f"Does '{asked.title}' reach {item}{f' ({rest})' if rest != Case() else ''}?",
        answer=lambda evaluation, item: evaluation.answer(asked.id, told, item), rules=(asked,),
    ).finding()  # fmt: skip


def assumed(rulebook: Rulebook, assume: Mapping[str, str]) -> dict[str, str]:
    """Return statuses to assume, by the ids of rules."""
    return {rulebook.rule(name).id: _status(status) for name, status in assume.items()}


def _status(word: str) -> str:
    status = word.strip().lower().replace("_", "-").replace(" ", "-")
    if status not in _STATUSES:
        raise BadQuestion(f"'{word}' is no status of a rule; use one of {', '.join(_STATUSES)}")
    return status


def refuse_strange_words(case: Case, book: Rulebook) -> None:
    """Refuse words that no rule knows where they would silently count as something else."""
    spoken = {
        "act": [case.act] if case.act else [],
        "knowledge": [topic for topic in case.knowledge if topic != "*"],
        "given": [given.what for given in case.attestations or ()],
        "service": [case.service] if case.service else [],
    }
    for kind, words in spoken.items():
        for word in words:
            if word not in book.words[kind]:
                near = nearest(word, book.words[kind], 1)
                hint = f"did you mean '{near[0]}'?" if near else "they know " + ", ".join(sorted(book.words[kind]))
                raise BadQuestion(f"no rule knows '{word}' as {kind}; {hint}")
    acts = book.words["authorised"] | book.words["act"]
    for word in {word for held in case.authorisations or () for word in held.covers} - acts:
        if near := nearest(word, acts, 1):
            raise BadQuestion(f"no rule knows '{word}' as what an authorisation covers; did you mean '{near[0]}'?")
    for word in case.end_use or ():
        if word not in book.words["end_use"] and (near := nearest(word, book.words["end_use"], 1)):
            raise BadQuestion(f"no rule knows the end use '{word}'; did you mean '{near[0]}'?")
    known = book.words["authorised"] | book.words["act"]
    for word in (word for held in case.authorisations or () for word in held.covers if word not in known):
        if near := nearest(word, known, 1):
            raise BadQuestion(f"no rule knows an authorisation that covers '{word}'; did you mean '{near[0]}'?")
        if not _WORD.match(word):
            raise BadQuestion(f"an authorisation covers an act or another word of rules, such as export, and not '{word}'")
