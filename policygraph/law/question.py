"""A question of law put to one case on one view: what is read, and the finding that comes of it.

Comes in: how an evaluation answers it. Goes out: a finding, with its proof, routes, gaps, flips, and the dates over which it stays the
same. The law is read on the day of the act (``case.on``), else on that of the view; the facts likewise. The reading is the enforced
one; what the text alone would say is told beside it where it differs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, reduce
from operator import and_, or_

from policygraph.case import Case
from policygraph.findings import Finding, Flip, Gap, Route
from policygraph.law.evaluate import Evaluation
from policygraph.law.readings import Reading, pivotal_gaps
from policygraph.law.rulebook import BINDINGNESS, Operation, Rule, Rulebook, in_operation
from policygraph.measures import members
from policygraph.paths import flips
from policygraph.truth import Outcome, Strength, Truth, Verdict
from policygraph.view import FrozenView

__all__ = ["Answer", "Question", "family_of", "of_family"]

_MOST_ROUTES = 8
_MOST_DAYS = 24
_FLIP_BUDGET = 60

Answer = Callable[[Evaluation, str], Reading]
"""How an evaluation answers a question about an item."""


@dataclass(frozen=True)
class Question:
    """A question put to a case on a view.

    Attributes
    ----------
    view, book
        What stands, and the rules.
    case
        The case, every name resolved.
    assume
        Statuses that the caller assumes, by rule.
    text
        The question in words.
    answer
        How an evaluation answers it about an item.
    rules
        The rules asked for, the first one first.
    shared
        An evaluation of the same view, day and assumptions to go on with; None for one of its own.
    budget
        How many rejections are tried in the search for flips.
    over_time
        Whether the finding tells over which dates it stays the same.
    """

    view: FrozenView
    book: Rulebook
    case: Case
    assume: Mapping[str, str]
    text: str
    answer: Answer
    rules: tuple[Rule, ...]
    shared: Evaluation | None = None
    budget: int = _FLIP_BUDGET
    over_time: bool = True

    @property
    def on(self) -> date:
        return self.case.on or self.view.as_of

    @cached_property
    def dated(self) -> FrozenView:
        """The view on the day of the act."""
        view = self.view
        return view if self.on == view.as_of else FrozenView(view.graph, self.on, view.known_by, view.policy)

    @cached_property
    def family(self) -> tuple[str, ...]:
        """The members, where the item is a family."""
        return family_of(self.dated, self.case.item)

    def read(self, view: FrozenView | None = None) -> Reading:
        """Put it to the case, on another view for its verdict alone; a family is answered as one only if all its members agree."""
        if view is None and self.shared is not None:
            evaluation = self.shared
        else:
            on = view.as_of if view else self.on
            evaluation = Evaluation(view or self.dated, self.book, on, self.assume, once=view is not None)
        return of_family(evaluation, self.case.item, self.family, self._answered)

    def _answered(self, evaluation: Evaluation, item: str) -> Reading:
        return self.answer(evaluation, item).but(redo=lambda other: self.answer(other, item))

    @cached_property
    def reading(self) -> Reading:
        """How it comes out."""
        return self.read()

    # ---- the finding

    def finding(self) -> Finding:
        """Return the answer with all it carries."""
        graph, reading = self.view.graph, self.reading
        routes = _routes(reading)
        beside, dormant = self._text_beside(reading)
        steps = [step for route in routes for step in route.path]
        ends = dict.fromkeys(end for step in steps for end in (step.subject, step.object))
        ends |= dict.fromkeys(item.speaker for step in steps for item in step.evidence)
        return Finding(
            question=self.text,
            as_of=self.view.as_of,
            known_by=self.view.known_by,
            data={
                "name": graph.name, "version": graph.version, "date": str(graph.date), "digest": graph.digest[:16],
                "law": self.book.digest[:16],
            },
            verdict=reading.verdict,
            proof=reading.proof(),
            routes=routes,
            binding=self._binding(reading),
            weakest=self._weakest(reading, dormant),
            coverage=self._coverage(),
            remarks=tuple(self._remarks(reading, beside)),
            subject=self.case.item,
            told_by="proof",
            labels={id_: graph.label(id_) for id_ in ends},
            classes={id_: graph.node_class[graph.index[id_]] for id_ in ends},
            find_gaps=lambda: self._gaps(reading),
            find_flips=lambda: self._flips(reading),
            find_intervals=lambda: self._intervals(reading) if self.over_time else (),
        )  # fmt: skip

    def _named(self, rule: Rule) -> str:
        basis = rule.basis_of(rule.enforced(self.on, self.view.known_by, self.assume.get(rule.id)))
        return f"{rule.bindingness.replace('-', ' ')}, {basis} ({rule.title})"

    def _binding(self, reading: Reading) -> str:
        """Name the most binding of the rules asked for, of several those that decide."""
        asked = self.rules
        if len(asked) > 1:
            used = {part.rule for part in reading.walk() if part.rule and part.verdict.all_.for_}
            asked = tuple(rule for rule in asked if rule.id in used) or asked
        return self._named(min(asked, key=lambda rule: BINDINGNESS.index(rule.bindingness))) if asked else ""

    def _weakest(self, reading: Reading, dormant: Iterable[Operation]) -> str:
        """Name the least binding text without which the answer would be another, where it binds less than the rule asked for.

        That is a rule without which what is met would not be, or the text by which a version is not enforced.
        """
        rank = BINDINGNESS.index
        found = {max((rank(rule.bindingness) for rule in self.rules), default=0): ""}
        for operation in dormant:
            if operation.bindingness is not None:
                words = operation.bindingness.replace("-", " ")
                said = operation.cite if operation.cite.startswith(words) else f"{words}, {operation.cite}"
                found.setdefault(rank(operation.bindingness), f"{said}, by which the latest text is not enforced")
        used = {part.rule for part in reading.walk() if part.rule and part.verdict.all_.for_} if reading.verdict.all_.for_ else ()
        for rule in sorted((self.book.rules[name] for name in used), key=lambda rule: rank(rule.bindingness), reverse=True):
            if rank(rule.bindingness) > max(found) and not self._without(rule.id, reading).verdict.all_.for_:
                found[rank(rule.bindingness)] = self._named(rule)
        return found[max(found)]

    def _without(self, name: str, reading: Reading) -> Reading:
        """Return the answer as it would be if there were no such rule."""
        other = Evaluation(self.dated, self.book, self.on, {**self.assume, name: "repealed"})
        return reading.redone(lambda part: name in part.rules, other, whole={name})

    def _coverage(self) -> str:
        graph = self.view.graph
        return (
            f"what the data set of {graph.date} holds about the item and the parties, and {len(self.book.rules)} rules of law; "
            "other rules may apply, and a rule that does not reach a case is no permission"
        )

    def _remarks(self, reading: Reading, beside: str) -> Iterator[str]:
        if self.case.on is not None and self.case.on != self.view.as_of:
            yield f"Law and facts are read on the day of the act, {self.on}."
        for name, status in self.assume.items():
            yield f"Assumed by whoever asks: '{self.book.rules[name].title}' is {status.replace('-', ' ')}."
        least = self.view.policy.at_least
        if least > Strength.PRESUMED:
            yield (
                f"Nothing weaker than {least.word} counts: no weaker claim, and nothing that is only presumed, "
                "be it by the text of a rule or because its wording was not read."
            )
        if len(self.rules) == 1 and self.rules[0].note:
            yield self.rules[0].note
        if beside:
            yield beside
        if self.family:
            yield reading.note

    def _text_beside(self, reading: Reading) -> tuple[str, tuple[Operation, ...]]:
        """Say what the text alone would answer where that is something else, and by what it is not enforced."""
        known_by = self.view.known_by
        told = {}
        causes = []
        for name in dict.fromkeys(part.rule for part in reading.walk(beside=False) if part.rule):
            rule = self.book.rules[name]
            text, enforced = rule.text(self.on, known_by), rule.enforced(self.on, known_by, self.assume.get(name))
            dormant = in_operation(rule.operates, self.on, known_by)[0] == "unenforced" and name not in self.assume
            if text is not None and (dormant or text != enforced):
                told[name] = f"'{rule.title}' ({text})"
                recorded = (in_operation(operations, self.on, known_by) for operations in (text.operates, rule.operates))
                causes += [entry for status, entry in recorded if entry is not None and status == "unenforced"]
        if told:
            other = Evaluation(self.dated, self.book, self.on, self.assume, textual=True)
            alone = reading.redone(lambda part: not part.rules.isdisjoint(told), other, whole=told).verdict
            if alone != reading.verdict:
                outcome = f"{alone.outcome}" + (f", leaning {alone.leaning}" if alone.outcome is not alone.leaning else "")
                said = f"The text alone, enforced or not, would say: {outcome}. Not enforced on {self.on}: {', '.join(told.values())}."
                return said, tuple(causes)
        return "", ()

    # ---- on access

    def _gaps(self, reading: Reading) -> Iterable[Gap]:
        if not self.case.item:
            yield Gap("case", "item", None, "Item", "which item the question is about")
        yield from pivotal_gaps(reading)

    def _flips(self, reading: Reading) -> tuple[Iterable[Flip], bool]:
        graph = self.view.graph
        known: dict[frozenset[str], Reading] = {frozenset(): reading}
        complete = {complete.document for complete in graph.completes}

        def source(claim: str) -> str:
            return str(graph.document_ids[graph.table.document[graph.row_of[claim]]])

        def again(rejected: frozenset[str]) -> Reading:
            if rejected not in known:
                view = self.dated.without(rejected)
                if rejected & complete:
                    known[rejected] = self.read(view)
                else:
                    lost = {claim for claim in reading.rests_on if claim in rejected or source(claim) in rejected}
                    other = Evaluation(view, self.book, self.on, self.assume, once=True)
                    known[rejected] = reading.redone(lambda part: not lost.isdisjoint(part.rests_on), other)
            return known[rejected]

        return flips(
            lambda rejected: again(rejected).verdict, lambda rejected: again(rejected).rests_on, source,
            budget=max(min(12, self.budget), self.budget // max(1, len(self.family))),
        )

    def _intervals(self, reading: Reading) -> Iterator[tuple[date | None, date | None]]:
        """Yield the stretches of dates with the same outcome, as far as the nearest changes of law and claims tell."""
        if self.case.on is not None:
            return
        most = max(8, _MOST_DAYS // max(1, len(self.family)))
        days = sorted(self._days(reading), key=lambda day: abs((day - self.on).days))[:most]
        bounds = [None, *sorted(days)]
        view = self.view
        stretches: list[tuple[date | None, date | None, Outcome]] = []
        for begin, end in zip(bounds, [*bounds[1:], None], strict=True):
            inside = self.on if (begin is None or begin <= self.on) and (end is None or self.on < end) else begin
            on = inside or (end or self.on) - timedelta(days=1)
            dated = self.dated if on == self.on else FrozenView(view.graph, on, view.known_by, view.policy)
            outcome = reading.verdict.outcome if on == self.on else self.read(dated).verdict.outcome
            if stretches and stretches[-1][2] is outcome:
                stretches[-1] = (stretches[-1][0], end, outcome)
            else:
                stretches.append((begin, end, outcome))
        yield from ((begin, end) for begin, end, outcome in stretches if outcome is reading.verdict.outcome)

    def _days(self, reading: Reading) -> set[date]:
        found = {day for name in {part.rule for part in reading.walk() if part.rule} for day in self.book.rules[name].days}
        table, graph = self.view.graph.table, self.view.graph
        for claim in reading.rests_on:
            row = graph.row_of[claim]
            for ordinal in (int(table.from_earliest[row]), int(table.to_latest[row])):
                if date(2000, 1, 1).toordinal() < ordinal < date(2100, 1, 1).toordinal():
                    found.add(date.fromordinal(ordinal))
        return found


def family_of(view: FrozenView, item: str) -> tuple[str, ...]:
    """Return the members of a family of items, down to those that are no families themselves; none for an item that is none."""

    def leaves(item: str, above: tuple[str, ...]) -> Iterator[str]:
        below = [member for member in members(view, item) if member not in above]
        if not below:
            yield item
        for member in below:
            yield from leaves(member, (*above, item))

    found = tuple(dict.fromkeys(leaves(item, ()))) if item else ()
    return () if found == (item,) else found


def of_family(evaluation: Evaluation, item: str, family: Sequence[str], answer: Answer) -> Reading:
    """Answer for an item, or for the members of a family: as one where all agree, and not at all where they differ."""
    if not family:
        return answer(evaluation, item)
    name = evaluation.facts.name
    each = {member: answer(evaluation, member) for member in family}
    alike: dict[Verdict, list[str]] = {}
    for member, reading in each.items():
        alike.setdefault(reading.verdict, []).append(member)
    shown = tuple(
        each[same[0]].but(label=f"{', '.join(map(name, same))}: {each[same[0]].label}") for same in alike.values()
    )
    said = "; ".join(f"{verdict.outcome}: {', '.join(map(name, same))}" for verdict, same in alike.items())
    note = f"{name(item)} is a family of {len(each)} and is answered as one only if all agree. {said[:1].upper()}{said[1:]}."

    def combine(given: Sequence[Verdict]) -> Verdict:
        every, some = reduce(and_, given), reduce(or_, given)
        return Verdict(Truth(every.all_.for_, some.all_.against), Truth(every.uncontested.for_, some.uncontested.against))

    parts = tuple(each.values())
    verdict = combine([part.verdict for part in parts])
    return Reading("family", f"every member of {name(item)}", verdict, note=note, parts=parts, shown=shown, combine=combine)


def _routes(reading: Reading) -> tuple[Route, ...]:
    """Return the paths of more than one step that support the answer, the longest first, each under the paragraph that asks for it."""
    told: dict[tuple[tuple[str, str, str], ...], Route] = {}
    for part, cite in _cited(reading, ""):
        for verdict, steps in part.more_paths() if part.more_paths and part.verdict.all_.for_ else ():
            key = tuple((step.subject, step.relation, step.object) for step in steps)
            if len(steps) > 1 and key not in told:
                end = steps[-1].subject if steps[-1].inverse else steps[-1].object
                told[key] = Route(cite, verdict, steps, part.label, end)
    ordered = sorted(told.values(), key=lambda route: (-len(route.path), -route.verdict.all_.for_, -route.verdict.uncontested.for_))
    return tuple(ordered[:_MOST_ROUTES])


def _cited(reading: Reading, cite: str, seen: set[int] | None = None) -> Iterator[tuple[Reading, str]]:
    """Yield what a reading was combined from, each once, with the nearest paragraph above it."""
    known = set() if seen is None else seen
    if id(reading) in known:
        return
    known.add(id(reading))
    here = reading.cite or cite
    yield reading, here
    for part in reading.parts:
        yield from _cited(part, here, known)
