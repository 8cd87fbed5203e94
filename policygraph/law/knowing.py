"""Knowledge, as law asks for it: told by the case, or supplied by a public notice of the class of item.

Comes in: a topic, and what the case says of it. Goes out: a reading. A notice supplies knowledge as presumed at most; a case that
says no against one is contested.
"""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import TYPE_CHECKING

from policygraph.findings import Gap
from policygraph.law.readings import NO, UNKNOWN, YES, Reading, supported
from policygraph.law.rulebook import Notice, Rule, in_operation
from policygraph.law.told import Bound
from policygraph.truth import Strength, Truth, Verdict

if TYPE_CHECKING:
    from policygraph.law.evaluate import Evaluation

__all__ = ["knowledge"]


def knowledge(evaluation: Evaluation, topic: str, bound: Bound) -> Reading:
    """Read whether there is knowledge of a topic."""
    if bound.case is None:
        return evaluation.told.untold("knowledge", "YesNo", "", bound)
    notices = [_notice(evaluation, rule, rule.notice, bound) for rule in evaluation.book.notices(topic) if rule.notice]
    notice = reduce(or_, (supported(reading.verdict).at_most(Strength.PRESUMED) for reading in notices), UNKNOWN)
    told = bound.case.knows(topic)
    label = f"knowledge of {topic}"
    shown = tuple(reading for reading in notices if reading.verdict.all_.for_)
    if told:
        return Reading("knowledge", f"{label}: the case says yes", YES, beside=shown)
    if told is None:
        gap = Gap("case", f"knowledge-of-{topic}", None, "YesNo", f"whether there is knowledge in the sense of: {topic}")
        note = "supplied by public notice" if shown else ""
        return Reading("knowledge", label, notice, note=note, beside=shown or tuple(notices), gaps=lambda: (gap,))
    if not notice.all_.for_:
        return Reading("knowledge", f"{label}: the case says no", NO, beside=tuple(notices))
    note = "the case says no, against a public notice of the class"
    return Reading("knowledge", f"{label}: disputed", Verdict(notice.all_, Truth(0, 0)), note=note, beside=shown)


def _notice(evaluation: Evaluation, rule: Rule, notice: Notice, bound: Bound) -> Reading:
    label = f"public notice: {rule.title}, from {notice.since}"
    on, known_by = evaluation.on, evaluation.view.known_by
    status = evaluation.assume.get(rule.id, in_operation(rule.operates, on, known_by)[0])
    if evaluation.is_rejected(rule):
        return Reading("notice", f"{label}: left out with the document that gives it", UNKNOWN, notice.cite, rule=rule.id)
    if on < notice.since or (known_by is not None and known_by < notice.since) or status != "in-force":
        return Reading("notice", f"{label}: not on that day", NO, notice.cite, rule=rule.id)
    inner = evaluation.condition(notice.when, bound)
    return Reading("notice", label, inner.verdict, notice.cite, beside=(inner,), rule=rule.id)
