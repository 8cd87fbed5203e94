"""``content``: how much of an item's value is content of a sort, from the bill of a case or from what is on record of its parts.

Comes in: the condition and what is bound. Goes out: a reading. A part is tested as a thing of the data where it is one; what a case
says of its origin and entries goes before. Whether a part is controlled to the destination is for the rule that ``needs`` names, put to
the part alone. A part of a bill that is told without its own parts is presumed to hold nothing else that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from fractions import Fraction
from functools import partial
from typing import TYPE_CHECKING

from policygraph.bill import UNKNOWN, Amount, Line, times
from policygraph.case import Case
from policygraph.content import Content, Open, Part, roll_up
from policygraph.findings import Gap
from policygraph.law import conditions as law
from policygraph.law.inputs import OF_PARTS
from policygraph.law.readings import NO, YES, Reading, joined, noted
from policygraph.law.readings import UNKNOWN as NOT_KNOWN
from policygraph.law.rulebook import Rule, Rulebook, conditions_of
from policygraph.law.told import Bound
from policygraph.truth import Outcome, Strength, Truth, Verdict

if TYPE_CHECKING:
    from policygraph.law.evaluate import Evaluation

__all__ = ["asked_of_content", "bearing", "content", "parts_of"]

_ONE: Amount = (Fraction(1), Fraction(1))
_DEEPEST = 16
_VARIANTS = "pg:variantOf+"
"""From an item to what it is a variant of, and so on."""


def content(evaluation: Evaluation, condition: law.Content, bound: Bound) -> Reading:
    """Read whether the content of an item exceeds a threshold."""
    if bound.case is None and (condition.controlled or condition.needs):
        return _Counting(evaluation, condition, bound, bound.item).untold()
    if condition.item != "item":
        return evaluation.told.of_items(condition.item, bound, lambda id_: _Counting(evaluation, condition, bound, id_).of_record())
    counting = _Counting(evaluation, condition, bound, bound.item)
    return counting.of_bill() if counting.has_bill else counting.of_record()


def bearing(evaluation: Evaluation, condition: law.Content, item: str) -> frozenset[str]:
    """Return the inputs that bear on the content of an item as the record has it: none where no part of it is on record."""
    view = evaluation.view
    rows = [row for row in view.find(item, "incorporates") if view.edges.all_for[row]]
    if not rows:
        return frozenset()
    worth = any("amount" in told for told in view.graph.table.qualifiers.values())
    asked = evaluation.book.inputs.by_rule[condition.needs] if condition.needs else frozenset(("to",))
    return frozenset(name for name in OF_PARTS if worth or (name in asked and name in ("act", "to")))


def parts_of(evaluation: Evaluation, item: str) -> tuple[str, ...]:
    """Return the parts of an item on record, those of its parts included."""
    view, found, ahead = evaluation.view, dict[str, None](), [item]
    while ahead:
        here = ahead.pop()
        below = [view.step(row).object for row in view.find(here, "incorporates") if view.edges.all_for[row]]
        ahead += [part for part in below if part not in found]
        found |= dict.fromkeys(below)
    return tuple(found)


def _alone(evaluation: Evaluation, line: Line, case: Case | None) -> Case:
    """Return the part as a case of its own, the same whenever it is asked for: so rules that ask for each other end."""
    told = {"item": line.item, "eccn": line.eccn, "to": case.to if case else "", "act": case.act if case else ""}
    return evaluation.by_itself.setdefault(tuple(told.values()), Case(**told))


def asked_of_content(book: Rulebook, case: Case) -> tuple[tuple[Rule, ...], Callable[[Evaluation, str], Reading]]:
    """Return the rules that ask for content, and what puts every such condition of theirs to an item."""
    rules = tuple(rule for rule in book.rules.values() if any(isinstance(one, law.Content) for one in conditions_of(rule)))

    def answer(evaluation: Evaluation, item: str) -> Reading:
        parts = []
        for version in filter(None, map(evaluation.version_of, rules)):
            for condition, _ in law.below(version.when):
                if isinstance(condition, law.Content):
                    bound = Bound(item, case)
                    parts.append(evaluation.settled(partial(evaluation.condition, condition, bound)))
        return joined("any", "content above what is allowed", parts) if parts else Reading("any", "no rule asks for content", NOT_KNOWN)

    return rules, answer


class _Counting:
    """One condition put to one item: its parts, and for each a reading whether it counts."""

    def __init__(self, evaluation: Evaluation, condition: law.Content, bound: Bound, item: str) -> None:
        self.evaluation = evaluation
        self.condition = condition
        self.bound = bound
        self.item = item
        self.readings: list[Reading] = []

    @property
    def has_bill(self) -> bool:
        """Whether the case tells what the item, or the family it is of, is made of."""
        case = self.bound.case
        return case is not None and case.bill is not None and self._is_of_case

    @property
    def _is_of_case(self) -> bool:
        """Whether it is the item of the case, or of the family that the case names."""
        case = self.bound.case
        if case is None:
            return False
        seen, ahead = {self.item}, [self.item]
        while ahead:
            above = [one for one in self.evaluation.facts.family(ahead.pop()) if one not in seen]
            seen |= set(above)
            ahead += above
        return case.item in seen

    # ---- from the bill of a case

    def of_bill(self) -> Reading:
        """Read it from what the case tells."""
        case = self.bound.case
        assert case is not None
        assert case.bill is not None
        parts = tuple(self._part(line, _ONE) for line in case.bill.lines)
        return self._reading(Part(self._name(self.item), case.bill.value, parts=parts))

    def _part(self, line: Line, units: Amount) -> Part:
        self.readings.append(self._counts(line))
        counts = self.readings[-1].verdict
        inner = times(units, line.quantity)
        least, most = inner
        present = Verdict.sure(True) if least > 0 else Verdict.sure(False) if most == 0 else NOT_KNOWN
        complete = Strength.NONE if line.parts_unknown else Strength.PRESUMED if line.parts is None else Strength.ESTABLISHED
        parts = tuple(self._part(part, inner) for part in line.parts or ())
        return Part(self._name(str(line)), times(units, line.worth), counts, present, line.discrete, parts, complete)

    # ---- from the record

    def of_record(self) -> Reading:
        """Read it from the parts on record, of which the claims tell what they are worth, if anything."""
        case, graph = self.bound.case, self.evaluation.view.graph
        worth = UNKNOWN
        if case is not None and case.value is not None and self._is_of_case:
            one = Fraction(str(case.value)) / Fraction(str(case.quantity or 1))
            worth = one, one
        parts = tuple(self._found(self.item, (self.item,))) if self.item in graph.index else ()
        whole = Part(self._name(self.item), worth, parts=parts, complete=self._complete(self.item))
        return self._reading(whole, self.untold())

    def untold(self) -> Reading:
        """Return the reading where nothing tells what it is made of."""
        what = self.condition.name or f"content of {_words(self.condition)}"
        why = f"{what}: what {self._name(self.item) or 'the item'} is made of, and what its parts are worth"
        return self.evaluation.told.untold("bill", "Values", why, self.bound)

    def _complete(self, item: str) -> Strength:
        view = self.evaluation.view
        number = view.graph.relation_index["incorporates"]
        return Strength(int(view.complete_from(number)[view.graph.index[item]])) if item in view.graph.index else Strength.NONE

    def _found(self, item: str, above: tuple[str, ...]) -> Iterator[Part]:
        view, case = self.evaluation.view, self.bound.case
        for row in view.find(item, "incorporates"):
            edges = view.edges
            present = Verdict(
                Truth(int(edges.all_for[row]), int(edges.all_against[row])), Truth(int(edges.clear_for[row]), int(edges.clear_against[row]))
            )
            step = view.step(row)
            if not present.all_.for_ or step.object in above or len(above) > _DEEPEST:
                continue
            reading = self._counts(Line(item=step.object))
            self.readings.append(reading.but(steps=(step, *reading.steps)))
            worth = UNKNOWN
            for claim in edges.rows(row).tolist():
                told = view.graph.table.qualifiers.get(claim, {})
                if "amount" in told and case is not None and told.get("currency", "") == case.currency:
                    worth = Fraction(told["amount"]), Fraction(told["amount"])
            parts = tuple(self._found(step.object, (*above, step.object)))
            complete = self._complete(step.object)
            yield Part(self._name(step.object), worth, reading.verdict, present, None, parts, complete)

    # ---- whether a part counts

    def _counts(self, line: Line) -> Reading:
        tests = [self._is(line, self.condition.of)]
        if self.condition.controlled or self.condition.needs:
            tests.append(self._controlled(line))
        return joined("all", f"{self._name(str(line))} counts", tests)

    def _controlled(self, line: Line) -> Reading:
        case = self.bound.case
        to = case.to if case is not None else ""
        if self.condition.needs:
            return self.evaluation.rule(self.condition.needs, Bound(line.item, _alone(self.evaluation, line, case)))
        name, where = self._name(str(line)), self._name(to) if to else "the destination"
        gap = Gap(str(line), "controlledTo", to or None, "Country", f"whether {name} itself is controlled to {where}")
        return Reading("input", f"{name} is controlled to {where}: no rule says", NOT_KNOWN, gaps=lambda: (gap,))

    def _is(self, line: Line, target: law.Target) -> Reading:
        """Read whether a part is what is asked for; what the case tells of it goes before what is on record."""
        evaluation, name = self.evaluation, self._name(str(line))
        origin = bool(target.origin) and not (line.item and not line.origin)
        eccn = bool(target.eccn) and not (line.item and line.eccn is None)
        parts = []
        if origin:
            parts.append(self._from(line, target.origin))
        if eccn:
            parts.append(self._classified(line, target.eccn))
        parts += [
            joined("any", f"{name} is what is asked for", [self._is(line, one) for one in target.either])
            for _ in range(bool(target.either))
        ]
        if target.except_ is not None:
            inner = self._is(line, target.except_)
            parts.append(Reading("not", f"not: {inner.label}", ~inner.verdict, parts=(inner,), combine=lambda given: ~given[0]))
        named = bool(target.is_) and bool(line.item)
        if named:
            parts.append(self._named(line.item, target))
        settled = [name for name, done in (("is_", named), ("origin", origin), ("eccn", eccn)) if done]
        left = target.model_copy(update={"either": (), "except_": None, **dict.fromkeys(settled, ())})
        if left.model_copy(update={"note": "", "confidence": "", "edition": None}) != law.Target():
            parts.append(evaluation.target(line.item, left, self.bound) if line.item else self._strange(line, left))
        return parts[0] if len(parts) == 1 else joined("all", f"{name} is what is asked for", parts)

    def _named(self, item: str, target: law.Target) -> Reading:
        """Read whether a part is one of those named, or a variant of one."""
        name = self._name(item)
        if item in target.is_:
            return Reading("target", f"{name} is named" if target.note else "", YES)
        start = "part"
        led = self.evaluation.path(_VARIANTS, start, law.Target(is_=target.is_), Bound(item, None, {start: (item,)}))
        return led if led.verdict.all_.for_ else Reading("target", f"{name} is one of those named, or a variant of one", NO)

    def _from(self, line: Line, places: Sequence[str]) -> Reading:
        label = f"{self._name(str(line))} originates in {' or '.join(places)}"
        if line.origin:
            told = self.evaluation.facts.among(line.origin, tuple(places))
            return told.but(label=f"{label}; the case says: {line.origin}")
        gap = Gap(str(line), "originIn", None, "Country", f"where {line} originates")
        return Reading("statement", label, NOT_KNOWN, gaps=lambda: (gap,))

    def _classified(self, line: Line, entries: Sequence[law.Entry]) -> Reading:
        if line.eccn is not None:
            return self.evaluation.told.classified(line.eccn, law.Classified(in_=tuple(entries)), self.evaluation.on)
        gap = Gap(str(line), "classifiedAs", None, "ECCN", f"under which entry {line} falls")
        return Reading("classified", f"{line} is specified in one of the entries asked for", NOT_KNOWN, gaps=lambda: (gap,))

    def _strange(self, line: Line, target: law.Target) -> Reading:
        """Read the rest of what a part must be of one that the data do not know."""
        if target.is_:
            return Reading("target", f"{line} is one of those named", Verdict.sure(False))
        if target.rule and target.model_copy(update={"rule": ""}) == law.Target():
            return self.evaluation.rule(target.rule, Bound("", _alone(self.evaluation, line, self.bound.case)))
        gap = Gap(str(line), "type", None, "Class", f"what {line} is")
        return Reading("target", f"what {line} is", NOT_KNOWN, gaps=lambda: (gap,))

    # ---- the reading

    def _name(self, id_: str) -> str:
        return self.evaluation.facts.name(id_)

    def _reading(self, whole: Part, untold: Reading | None = None) -> Reading:
        condition, readings = self.condition, tuple(self.readings)
        over, stops, reached = Fraction(str(_threshold(condition))), condition.stop_at == "discrete", condition.at_least is not None
        found = roll_up(whole, over, reached=reached, stop_at_discrete=stops)
        if untold is not None and found.verdict.leaning is Outcome.UNKNOWN and not readings:
            return untold
        name = whole.name or "the item"
        label = f"content that counts is {_words(condition)} of {name}" if over else f"{name} has content that counts"
        figures = untold or Reading("input", "figures that are not known", NOT_KNOWN, gaps=lambda: [_gap(whole, one) for one in found.open])
        unsettled = found.verdict.leaning is Outcome.UNKNOWN and (untold is not None or found.open)

        def combine(given: Sequence[Verdict]) -> Verdict:
            again = roll_up(whole.with_counts(iter(given[: len(readings)])), over, reached=reached, stop_at_discrete=stops)
            told = given[len(readings)] if len(given) > len(readings) else NOT_KNOWN
            if again.verdict.leaning is not Outcome.UNKNOWN or told == NOT_KNOWN:
                return again.verdict
            return Verdict.sure(again.most if told.all_.for_ else again.least)

        shown = tuple(reading for reading in readings if reading.verdict.leaning is not Outcome.NOT_MET)
        parts = (*readings, *((figures,) if unsettled else ()))
        return Reading(
            "content", label, found.verdict, note=_note(whole, found, readings), parts=parts,
            shown=(*shown, *((figures,) if unsettled else ())), combine=combine,
        )  # fmt: skip


def _words(condition: law.Content) -> str:
    return f"{'more than' if condition.at_least is None else 'at least'} {_threshold(condition):g} %"


def _threshold(condition: law.Content) -> float:
    return condition.at_least if condition.at_least is not None else condition.over or 0.0


def _note(whole: Part, found: Content, readings: Sequence[Reading]) -> str:
    counting = sum(reading.verdict.leaning is Outcome.MET for reading in readings)
    share = f"; it is {found}" if found.over and found.high > 0 else ""
    presumed = any(part.complete is Strength.PRESUMED and part.counts.leaning is not Outcome.MET for part in whole.walk())
    silent = "what is told without its own parts is presumed to hold nothing else that counts" if presumed else ""
    return noted(f"{counting} of {len(readings)} parts count{share}", silent if found.verdict.leaning is Outcome.NOT_MET else "")


def _gap(whole: Part, one: Open) -> Gap:
    asked = {
        "worth": ("value", "decimal", f"what {one.part} is worth" + (", all units together" if one.part != whole.name else "")),
        "discrete": ("discrete", "YesNo", f"whether {one.part} is a product of its own"),
        "parts": ("parts", "Item", f"what {one.part} is made of"),
    }  # fmt: skip
    relation, of, why = asked[one.what]
    return Gap(one.part, relation, None, of, why)
