"""What rules of law come to in one case, as values: rulings, conflicts of duties, and the whole determination.

Nothing is decided here. ``str()`` reads like a lawyer's note, ``_repr_html_`` shows it in a notebook cell, :meth:`Determination.to_json`
is the command line's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property, reduce
from html import escape
from typing import Any, Final

from policygraph.findings import WHOLE, Finding, Gap, Proof
from policygraph.law.classify import Classification
from policygraph.law.readings import Reading
from policygraph.law.reasons import reason
from policygraph.law.rulebook import About, Rule
from policygraph.truth import Outcome, Strength, Verdict

__all__ = ["POLICIES", "Conflict", "Determination", "OrderRulings", "Ruling", "strictest"]

POLICIES: Final = (
    "policy-of-denial", "presumption-of-denial", "case-by-case", "presumption-of-approval", "policy-of-approval",
)  # fmt: skip
"""Review policies, the strictest first."""
_MOST_TITLES: Final = 8
"""Rules that are open, named in a brief answer; the whole note and the JSON have them all."""


def strictest(policies: Iterable[str]) -> str:
    """Return the strictest of some review policies, empty for none.

    >>> strictest(["case-by-case", "presumption-of-denial"])
    'presumption-of-denial'
    """
    known = [policy for policy in policies if policy]
    return min(known, key=lambda policy: POLICIES.index(policy) if policy in POLICIES else len(POLICIES), default="")


@dataclass(frozen=True, eq=False)
class Ruling:
    """How one rule comes out on the case.

    Attributes
    ----------
    rule
        The rule.
    basis, version
        The provision that its version of the day stands in, and the version in words.
    """

    rule: Rule
    basis: str
    version: str
    reading: Reading = field(repr=False)

    @cached_property
    def why(self) -> str:
        """What decides it, in one sentence."""
        return reason(self.reading)

    @property
    def verdict(self) -> Verdict:
        """How it comes out in both runs."""
        return self.reading.verdict

    @property
    def outcome(self) -> Outcome:
        """Met, not met, contested or unknown."""
        return self.verdict.outcome

    @property
    def stands(self) -> bool:
        """Whether it reaches the case, disputed or not."""
        return self.verdict.leaning is Outcome.MET

    @property
    def policy(self) -> str:
        """Its review policy, where it has one."""
        return str(self.rule.terms.get("policy", ""))

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "rule": self.rule.id, "title": self.rule.title, "effect": self.rule.effect, "order": self.rule.order, "basis": self.basis,
            "bindingness": self.rule.bindingness, "version": self.version, **_graded(self.verdict), "why": self.why,
            "duty": self.rule.duty.model_dump() if self.rule.duty else None, "terms": dict(self.rule.terms),
        }  # fmt: skip

    def __str__(self) -> str:
        return f"{_mark(self.verdict)} {self.rule.title} [{self.basis}]: {_words(self.verdict)}; {self.why}"


@dataclass(frozen=True, eq=False)
class Conflict:
    """Two duties of two legal orders of which one forbids what the other demands."""

    demands: Ruling
    forbids: Ruling

    @property
    def verdict(self) -> Verdict:
        """Whether both bind in this case."""
        return self.demands.verdict & self.forbids.verdict

    @property
    def outcome(self) -> Outcome:
        """Met, contested or unknown."""
        return self.verdict.outcome

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "demands": self.demands.rule.id, "demanding_order": self.demands.rule.order, "forbids": self.forbids.rule.id,
            "forbidding_order": self.forbids.rule.order, **_graded(self.verdict), "says": str(self),
        }  # fmt: skip

    def __str__(self) -> str:
        first, second = self.demands.rule, self.forbids.rule
        return (
            f"{_mark(self.verdict)} {first.order} demands to observe '{first.title}' [{self.demands.basis}]; {second.order} forbids to "
            f"carry that out by '{second.title}' [{self.forbids.basis}]: {_words(self.verdict)}"
        )


@dataclass(frozen=True, eq=False)
class OrderRulings:
    """What one legal order comes to in the case.

    Attributes
    ----------
    order
        Code of its country.
    licence
        The verdict on whether a licence is required, exceptions that are shown taken off.
    rulings
        Every rule of the order, by its id.
    about
        Gives what speaks to a requirement.
    """

    order: str
    licence: Verdict
    rulings: Mapping[str, Ruling]
    about: Callable[[Rule], About] = field(repr=False)

    @cached_property
    def available(self) -> Mapping[str, Mapping[str, Verdict]]:
        """For each requirement, its exceptions, each with the verdict on whether it may be used."""
        return {ruling.rule.id: self._usable(ruling.rule) for ruling in self.of("licence-required")}

    def _usable(self, requirement: Rule) -> dict[str, Verdict]:
        about = self.about(requirement)
        return {
            one.id: reduce(Verdict.__and__, (~self.rulings[limit.id].verdict for limit in about.barring(one)), self.rulings[one.id].verdict)
            for one in about.exceptions
        }

    def of(self, *effects: str) -> tuple[Ruling, ...]:
        """Return the rulings of some effects."""
        return tuple(ruling for ruling in self.rulings.values() if ruling.rule.effect in effects)

    @property
    def policy(self) -> str:
        """The strictest review policy of the requirements that stand, by the review rules that stand."""
        standing = (ruling for ruling in self.of("licence-required") if ruling.stands)
        reviews = (self.rulings[review.id] for ruling in standing for review in self.about(ruling.rule).reviews)
        return strictest(review.policy for review in reviews if review.stands)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "licence": str(self.licence.outcome),
            "requirements": _outcomes(self.of("licence-required")),
            "exceptions": {
                name: str(verdict.outcome) for name, verdict in self._exceptions().items()
            },
            "review": self.policy or None,
            "prohibited": _outcomes(self.of("prohibited")),
            "duties": _outcomes(self.of("obliges", "forbids-compliance")),
        }  # fmt: skip

    def _exceptions(self) -> dict[str, Verdict]:
        """Return whether each exception reaches the case and may be used for some requirement that stands."""
        found: dict[str, Verdict] = {ruling.rule.id: ruling.verdict for ruling in self.of("excepted")}
        for requirement, usable in self.available.items():
            if self.rulings[requirement].stands:
                found |= usable
        return found


@dataclass(frozen=True, eq=False)
class Determination:
    """The whole of what law says of one case on one view.

    Attributes
    ----------
    question, as_of, known_by, data, case
        What was asked of what.
    home
        Code of the legal order whose licence the outcome is about.
    subject
        Whether the item is subject to that order, and by which routes.
    orders
        What each legal order comes to.
    conflicts
        Duties of two orders that collide.
    coverage
        What was looked at.
    """

    question: str
    as_of: date
    known_by: date | None
    data: Mapping[str, str]
    case: str
    home: str
    subject: Reading
    orders: Mapping[str, OrderRulings]
    conflicts: tuple[Conflict, ...]
    coverage: str
    licence: Reading = field(repr=False)
    find: Callable[[], Finding] = field(repr=False)
    classify: Callable[[], Classification] = field(repr=False)

    @cached_property
    def classification(self) -> Classification:
        """The entries the item is specified in."""
        return self.classify()

    @cached_property
    def finding(self) -> Finding:
        """Whether a licence is required, as a finding with its proof, gaps and flips."""
        return self.find()

    @property
    def verdict(self) -> Verdict:
        """Whether a licence of the home order is required, in both runs."""
        return self.licence.verdict

    @property
    def outcome(self) -> Outcome:
        """Whether a licence of the home order is required."""
        return self.verdict.outcome

    @property
    def leaning(self) -> Outcome:
        """What the run over everything that stands says."""
        return self.verdict.leaning

    @property
    def rulings(self) -> dict[str, Ruling]:
        """Every rule by its id."""
        return {name: ruling for order in self.orders.values() for name, ruling in order.rulings.items()}

    def ruling(self, rule: str) -> Ruling:
        """Return how one rule came out."""
        return self.rulings[rule]

    @property
    def status(self) -> str:
        """``not subject``, ``EAR99`` or ``subject``, three answers that are not to be confused; or ``contested`` or ``unknown``."""
        outcome = self.subject.verdict.outcome
        if outcome is Outcome.NOT_MET:
            return "not subject"
        if outcome is not Outcome.MET:
            return str(outcome)
        return "EAR99" if self.classification.is_basket else "subject"

    @property
    def routes(self) -> tuple[Reading, ...]:
        """The routes by which it is, or may be, subject: those that are not refuted."""
        reached = (part for part in _reached(self.subject) if part.kind != "operation" and part.verdict.leaning is Outcome.MET)
        return tuple({(part.label, part.cite): part for part in reached}.values())

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """What is not known and would move the answer."""
        return self.finding.gaps

    def proof(self, rule: str) -> Proof:
        """Return the proof of one rule."""
        return self.ruling(rule).reading.proof()

    # ---- telling

    def to_json(self) -> dict[str, Any]:
        """Return it in the form the command line prints with ``--json``."""
        told = {key: value for key, value in self.finding.to_json().items() if key != "intervals"}
        return {
            **told, **self.outcomes(), "status": self.status,
            "routes": [{"kind": part.label, "cite": part.cite, "rule": part.rule, **_graded(part.verdict)} for part in self.routes],
            "classified": self.classification.to_json(), "orders": {code: order.to_json() for code, order in self.orders.items()},
            "rulings": [ruling.to_json() for ruling in self.rulings.values()],
            "missing": [gap.to_json() for gap in self.gaps],
        }  # fmt: skip

    def outcomes(self) -> dict[str, Any]:
        """Return what the law comes to, by the keys of the JSON that need neither proof nor gaps nor flips."""
        home, others = self.orders[self.home].to_json(), [order for code, order in self.orders.items() if code != self.home]
        duties = {
            ruling.rule.id: str(ruling.outcome)
            for order in others for ruling in order.of("obliges", "forbids-compliance", "licence-required", "prohibited")
        }  # fmt: skip
        return {
            "outcome": str(self.outcome), "leaning": str(self.leaning), "subject": str(self.subject.verdict.outcome),
            "classification": list(self.classification.met), **home, "duties": {**home["duties"], **duties},
            "conflicts": [conflict.to_json() for conflict in self.conflicts],
        }  # fmt: skip

    def note(self) -> str:
        """Return it as a whole note, with every requirement and what decides it."""
        return "\n".join(self._lines(whole=True))

    def __str__(self) -> str:
        return "\n".join(self._lines(whole=False))

    def _lines(self, whole: bool) -> Iterator[str]:
        known = f", known by {self.known_by}" if self.known_by else ""
        yield self.question
        yield f"As of {self.as_of}{known}. Data: {self.data['name']} {self.data['version']}."
        yield ""
        yield f"Licence required ({self.home}): {_words(self.verdict)}."
        for remark in self.finding.remarks:
            yield f"  {remark}"
        yield ""
        yield f"Subject to the regulations: {_words(self.subject.verdict)}; status: {self.status}."
        for part in self.routes:
            cite = f" [{part.cite}]" if part.cite else ""
            yield f"  {_mark(part.verdict)} {part.label}{cite}: {_words(part.verdict)}"
        yield from self.classification.lines()
        for order in self.orders.values():
            yield from self._order_lines(order, whole)
        if self.conflicts:
            yield ""
            yield "Duties that collide:"
            yield from (f"  {conflict}" for conflict in self.conflicts)
        if self.gaps:
            yield ""
            yield "Not known, and would move the answer:"
            yield from (f"  {gap}" for gap in self.gaps)
        yield ""
        yield f"Looked at: {self.coverage}."
        yield from () if whole else (WHOLE,)

    def _order_lines(self, order: OrderRulings, whole: bool) -> Iterator[str]:
        required = order.of("licence-required")
        biting = [ruling for ruling in required if ruling.outcome is not Outcome.NOT_MET and ruling.verdict.leaning is Outcome.MET]
        open_ = [ruling for ruling in required if ruling.outcome is Outcome.UNKNOWN]
        others = [ruling for ruling in required if ruling not in biting and ruling not in open_]
        yield ""
        yield f"{order.order}: licence {_words(order.licence)}" + (f"; review: {order.policy.replace('-', ' ')}" if order.policy else "")
        for ruling in biting:
            yield f"  {ruling}"
            for name, verdict in order.available.get(ruling.rule.id, {}).items():
                if verdict.outcome is not Outcome.NOT_MET:
                    exception = order.rulings[name]
                    yield f"      exception {_words(verdict)}: {exception.rule.title}; {exception.why}"
            reviews = [order.rulings[review.id] for review in order.about(ruling.rule).reviews]
            standing = [review for review in reviews if review.stands]
            for review in standing or (review for review in reviews if review.outcome is Outcome.UNKNOWN):
                said = f"review {_words(review.verdict)}: {review.rule.title} [{review.basis}]"
                yield f"      {said}" if review.stands else f"      {said}; {review.why}"
        if whole:
            yield from (f"  {ruling}" for ruling in (*open_, *others))
        elif open_:
            yield f"  ? open, for the case tells too little: {_titles(open_)}"
        if others and not whole:
            yield f"  - {len(others)} requirement{'' if len(others) == 1 else 's'} do{'es' if len(others) == 1 else ''} not reach it"
        rest = [
            ruling for ruling in order.of("prohibited", "obliges", "forbids-compliance", "red-flag")
            if ruling.outcome is not Outcome.NOT_MET and (ruling.stands or ruling.rule.effect != "red-flag")
        ]  # fmt: skip
        untold = [] if whole else [ruling for ruling in rest if ruling.outcome is Outcome.UNKNOWN]
        yield from (f"  {ruling}" for ruling in rest if ruling not in untold)
        if untold:
            yield f"  ? prohibitions and duties that are open: {_titles(untold)}"

    def _repr_html_(self) -> str:
        rows = "".join(
            "<tr>" + "".join(f"<td style='text-align:left'>{escape(cell)}</td>" for cell in (
                ruling.rule.order, ruling.rule.title, ruling.basis, _words(ruling.verdict), ruling.why)) + "</tr>"
            for ruling in self.rulings.values()
            if ruling.rule.effect in ("licence-required", "prohibited", "obliges", "forbids-compliance")
            and ruling.outcome is not Outcome.NOT_MET
        )  # fmt: skip
        head = "".join(f"<th style='text-align:left'>{name}</th>" for name in ("order", "rule", "basis", "outcome", "why"))
        top = f"<b>{escape(self.question)}</b><br>Licence required ({self.home}): <b>{escape(_words(self.verdict))}</b>"
        top += f". Status: {escape(self.status)}. As of {self.as_of}."
        note = escape(self.note())
        table = f"<table><tr>{head}</tr>{rows}</table>" if rows else ""
        return f"<div><p>{top}</p>{table}<details><summary>The whole note</summary><pre>{note}</pre></details></div>"


def _reached(reading: Reading) -> Iterator[Reading]:
    """Yield the alternatives of a reading: the parts of the first ``any`` below it."""
    for part in reading.parts:
        if part.kind == "any":
            yield from part.parts
        elif part.kind in ("all", "family", "rule"):
            yield from _reached(part)


def _titles(rulings: Sequence[Ruling]) -> str:
    named = "; ".join(f"{ruling.rule.title} [{ruling.basis}]" for ruling in rulings[:_MOST_TITLES])
    return f"{named}; and {len(rulings) - _MOST_TITLES} more" if len(rulings) > _MOST_TITLES else named


def _outcomes(rulings: Iterable[Ruling]) -> dict[str, str]:
    return {ruling.rule.id: str(ruling.outcome) for ruling in rulings}


def _graded(verdict: Verdict) -> dict[str, str]:
    return {
        "outcome": str(verdict.outcome), "leaning": str(verdict.leaning), "for": Strength(verdict.all_.for_).word,
        "against": Strength(verdict.all_.against).word,
    }  # fmt: skip


def _mark(verdict: Verdict) -> str:
    return {"met": "+", "not met": "-", "contested": "~", "unknown": "?"}[str(verdict.outcome)]


def _words(verdict: Verdict) -> str:
    leaning = f", leaning {verdict.leaning}" if verdict.outcome is Outcome.CONTESTED else ""
    best = verdict.all_.for_ or verdict.all_.against
    return f"{verdict.outcome}{leaning}{f', {Strength(best).word}' if best else ''}"
