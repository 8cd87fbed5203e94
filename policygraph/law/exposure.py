"""Which reported acts with an item a prohibition names: by whom, when, and after which public notice.

Comes in: a view, a rule that prohibits acts, an item. Goes out: an :class:`Exposure`. It lists reported acts that the prohibition names
and finds nothing about anybody: whether the prohibition reaches one of them is a question of its own, with its own proof.

Which relations tell of an act stands in the ontology (``pg:act``); acts with what contains the item are acts with the item.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from html import escape
from typing import Any

from policygraph.errors import BadQuestion
from policygraph.findings import Evidence
from policygraph.law import conditions as law
from policygraph.law.evaluate import PARTS, Evaluation, grammar_of
from policygraph.law.question import family_of
from policygraph.law.rulebook import Rule, Rulebook, conditions_of
from policygraph.paths import Search
from policygraph.truth import Outcome, Strength, Verdict

__all__ = ["Exposure", "ReportedAct", "exposure", "prohibition"]


@dataclass(frozen=True, slots=True)
class ReportedAct:
    """One act that a source reports.

    Attributes
    ----------
    act, by, item
        What is done, by whom, with what: the item asked about, a member of its family, or something that contains it.
    begins, ends
        When, as far as the sources tell.
    verdict
        How surely it happened.
    after
        Whether it went on after the notice: yes, no, or unknown where no source gives its time.
    notice
        The notice it is held against, with its day; empty where there is none.
    evidence
        Who says so.
    """

    act: str
    by: str
    item: str
    begins: date | None
    ends: date | None
    verdict: Verdict
    after: str
    notice: str
    evidence: tuple[Evidence, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "act": self.act, "by": self.by, "item": self.item, "from": self.begins and self.begins.isoformat(),
            "to": self.ends and self.ends.isoformat(), "outcome": str(self.verdict.outcome),
            "strength": Strength(self.verdict.all_.for_).word, "after_notice": self.after, "notice": self.notice,
            "claims": [item.to_json() for item in self.evidence],
        }  # fmt: skip


@dataclass(frozen=True, eq=False)
class Exposure:
    """Reported acts that a prohibition names.

    Attributes
    ----------
    question, as_of, rule, named
        What was asked, on which day, of which prohibition, and the acts that it names.
    since
        The day from which the item counts as tainted, where whoever asks gives one.
    notices
        Public notices that cover the item, with the day of each.
    acts
        What is reported, with the names of parties and items.
    """

    question: str
    as_of: date
    rule: str
    named: tuple[str, ...]
    since: date | None
    notices: tuple[tuple[str, date], ...]
    acts: tuple[ReportedAct, ...]
    labels: dict[str, str]
    coverage: str

    def to_json(self) -> dict[str, Any]:
        """Return it in the form the command line prints with ``--json``."""
        return {
            "question": self.question, "as_of": self.as_of.isoformat(), "rule": self.rule, "acts_named": list(self.named),
            "tainted_from": self.since and self.since.isoformat(),
            "notices": [{"notice": name, "from": day.isoformat()} for name, day in self.notices],
            "acts": [act.to_json() for act in self.acts], "count": len(self.acts), "coverage": self.coverage,
        }  # fmt: skip

    def __str__(self) -> str:
        return "\n".join(self._lines())

    def _lines(self) -> Iterator[str]:
        yield self.question
        yield f"As of {self.as_of}. Reported acts that the prohibition names; whether it reaches them is asked by check."
        for name, day in self.notices:
            yield f"  public notice: {name}, from {day}"
        if not self.notices:
            yield "  no public notice covers the item on that day"
        for act in self.acts:
            when = f"from {act.begins or '?'}" + (f" to {act.ends}" if act.ends else "")
            grade = Strength(act.verdict.all_.for_).word
            contested = ", contested" if act.verdict.outcome is Outcome.CONTESTED else ""
            yield f"  {act.act}: {self._name(act.by)}, {self._name(act.item)}, {when} ({grade}{contested}); after the notice: {act.after}"
            yield from (f"      {'against' if item.against else 'for'}: {item}" for item in act.evidence[:2])
        if not self.acts:
            yield "  No such act is on record; that says nothing of acts that no source here reports."
        yield f"Looked at: {self.coverage}."

    def _name(self, id_: str) -> str:
        return self.labels.get(id_, id_)

    def _repr_html_(self) -> str:
        return f"<pre>{escape(str(self))}</pre>"


def exposure(evaluation: Evaluation, rule: Rule, item: str, since: date | None = None) -> Exposure:
    """Return the reported acts with an item that a prohibition names.

    Parameters
    ----------
    evaluation
        Rules on a view.
    rule
        A rule that prohibits acts.
    item
        Id of the item.
    since
        The day from which it counts as tainted; acts that ended before are left out. None: all acts on record.

    Raises
    ------
    BadQuestion
        If the rule prohibits no acts by name.

    Examples
    --------
    >>> import policygraph as pg
    >>> kg = pg.load()
    >>> view = kg.view("2025-09-30").frozen
    >>> found = exposure(Evaluation(view, kg.rules, view.as_of), kg.rules.rule("ear-gp10"), "ascend-910c")
    >>> [str(day) for _, day in found.notices]
    ['2025-05-13']
    """
    view, graph = evaluation.view, evaluation.view.graph
    named = _acts_of(rule)
    if rule.effect != "prohibited" or not named:
        raise BadQuestion(f"'{rule.id}' prohibits no acts by name; give a rule that does, such as ear-gp10")
    notices = tuple(_notices(evaluation, rule, item))
    first = min((day for _, day in notices), default=None)
    acts = [act for act in _reported(evaluation, item, named, notices, first) if since is None or act.ends is None or act.ends > since]
    acts.sort(key=lambda act: (-act.verdict.all_.for_, act.begins or date.min, act.by, act.item))
    ids = {id_ for act in acts for id_ in (act.by, act.item)}
    told = f", from {since}" if since else ""
    return Exposure(
        question=f"Which reported acts with {graph.label(item)} does '{rule.title}' name{told}?",
        as_of=view.as_of, rule=rule.id, named=named, since=since, notices=notices, acts=tuple(acts),
        labels={id_: graph.label(id_) for id_ in ids},
        coverage="claims of the data set that tell of buying, ordering, using or running the item, its members or what contains them",
    )  # fmt: skip


def prohibition(book: Rulebook) -> Rule:
    """Return the prohibition of acts whose knowledge a public notice supplies.

    Raises
    ------
    BadQuestion
        If there is none, or more than one.
    """
    noticed = {rule.notice.of for rule in book.rules.values() if rule.notice is not None}
    found = [
        rule for rule in book.of_effect("prohibited")
        if any(isinstance(condition, law.Knowledge) and condition.of in noticed for condition in conditions_of(rule)) and _acts_of(rule)
    ]  # fmt: skip
    if len(found) != 1:
        named = ", ".join(rule.id for rule in found) or "none"
        raise BadQuestion(f"which prohibition is meant is not plain ({named}); name the rule")
    return found[0]


def _acts_of(rule: Rule) -> tuple[str, ...]:
    found = (condition for condition in conditions_of(rule) if isinstance(condition, law.Act))
    return tuple(dict.fromkeys(word for condition in found for word in condition.in_))


def _notices(evaluation: Evaluation, rule: Rule, item: str) -> Iterator[tuple[str, date]]:
    """Yield the public notices, of what the rule asks knowledge of, that cover the item on the day."""
    topics = {condition.of for condition in conditions_of(rule) if isinstance(condition, law.Knowledge)}
    items = family_of(evaluation.view, item) or (item,)
    for topic in sorted(topics):
        for other in evaluation.book.notices(topic):
            notice = other.notice
            if notice is None or notice.since > evaluation.on or evaluation.is_rejected(other):
                continue
            if all(evaluation.covered(notice.when, one).verdict.all_.for_ for one in items):
                yield other.title, notice.since


def _reported(
    evaluation: Evaluation, item: str, named: tuple[str, ...], notices: tuple[tuple[str, date], ...], first: date | None
) -> Iterator[ReportedAct]:
    view, graph = evaluation.view, evaluation.view.graph
    ontology = graph.ontology
    for thing, contains in _containing(evaluation, item):
        for relation in (one for one in ontology.relations.values() if one.act in named and one.act):
            item_is_subject = not any(ontology.is_a(graph.node_class[graph.index[thing]], end) for end in relation.range)
            rows = view.find(thing, relation.name) if item_is_subject else view.find(None, relation.name, thing)
            for row in rows:
                step = view.step(row)
                if not step.truth.for_:
                    continue
                verdict = view.verdict(step.subject, relation.name, step.object) & contains
                ends = step.ends if step.ends is not None and step.ends <= view.as_of else None
                after = "unknown"
                if first is not None and ends is not None and ends <= first:
                    after = "no"
                elif first is not None and ((step.begins is not None and step.begins >= first) or ends is not None):
                    after = "yes"
                told = next((f"{name}, {day}" for name, day in notices if day == first), "")
                by = _actor(evaluation, step.object if item_is_subject else step.subject)
                yield ReportedAct(relation.act, by, thing, step.begins, ends, verdict, after, told, step.evidence)


def _actor(evaluation: Evaluation, id_: str) -> str:
    """Return who acts: the party itself, or the maker of a model that was trained."""
    view, graph = evaluation.view, evaluation.view.graph
    if graph.ontology.is_a(graph.node_class[graph.index[id_]], "Agent"):
        return id_
    makers = [view.step(row).object for row in view.find(id_, "madeBy")]
    return makers[0] if makers else id_


def _containing(evaluation: Evaluation, item: str) -> Iterator[tuple[str, Verdict]]:
    """Yield the item, its members and families, and what contains one of them, with how surely it does."""
    view, graph = evaluation.view, evaluation.view.graph
    own = tuple(dict.fromkeys((item, *family_of(view, item), *evaluation.facts.family(item))))
    yield from ((one, Verdict.sure(True)) for one in own)
    grammar = grammar_of(f"^({PARTS})", graph.ontology)
    search = Search(view, grammar, own, ())
    reached = sorted({int(node) for node in search.product.node} - {graph.index[one] for one in own})
    for node in reached:
        verdict = Search(view, grammar, own, [node]).verdict
        if verdict.all_.for_:
            yield graph.node_ids[node], verdict
