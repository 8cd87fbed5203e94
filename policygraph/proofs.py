"""Proofs, as values: the claims that counted, the steps of paths, the tree of what was tested, whole or in brief.

Nothing is computed here. A proof tells itself as indented lines: whole (:meth:`Proof.lines`), or cut to what decides it
(:meth:`Proof.brief`), so that an answer fits on a screen.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from policygraph.truth import Outcome, Strength, Truth, Verdict

__all__ = ["Evidence", "Proof", "Step"]


MOST_SHOWN: Final = 3
"""Claims shown for each side of a step in a whole note; the JSON has them all."""
_MOST_LINES: Final = 36
"""Lines of a proof in brief: what fits on a screen beside the answer."""
_MOST_FLAT: Final = 3
"""Conditions named in one line each where none of them decides alone."""
_LONGEST_NOTE: Final = 240


@dataclass(frozen=True, slots=True)
class Evidence:
    """One claim as it counted: what it says, for or against, how surely, and who says it where.

    Attributes
    ----------
    claim
        Id of the claim.
    text
        What it says, in words.
    against
        Whether it speaks against the statement it is listed under.
    strength
        As computed from the evidence table in force.
    speaker, document, version, at
        Who says it, in which version of which document, at which place.
    title, published, url
        Of the document.
    when
        The interval it is said to hold over, in words.
    relation
        The relation it speaks of.
    """

    claim: str
    text: str
    against: bool
    strength: Strength
    stance: str
    speaker: str
    document: str
    version: int
    at: str
    title: str
    published: date
    url: str
    when: str = ""
    note: str = ""
    relation: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {
            "claim": self.claim, "says": self.text, "against": self.against, "strength": self.strength.word,
            "stance": self.stance, "by": self.speaker, "source": self.document, "version": self.version, "at": self.at,
            "title": self.title, "published": self.published.isoformat(), "url": self.url, "when": self.when, "note": self.note,
        }

    def __str__(self) -> str:
        place = f", {self.at}" if self.at else ""
        verb = "" if self.stance in ("asserts", "reports") else f" {self.stance}"
        return f"{self.strength.word}: {self.speaker}{verb}: {self.text} ({self.document}{place}, {self.published})"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: an edge of a view, walked forwards or, where *inverse*, backwards.

    ``subject``, ``relation`` and ``object`` are ids as the claim says them, whichever way the step was walked.
    ``unknown_bounds`` names the bounds of time the step relies on without knowing them.
    """

    subject: str
    relation: str
    object: str
    inverse: bool
    truth: Truth[int]
    evidence: tuple[Evidence, ...]
    begins: date | None = None
    ends: date | None = None
    unknown_bounds: tuple[str, ...] = ()

    @property
    def claims(self) -> tuple[str, ...]:
        """Ids of the claims in support."""
        return tuple(item.claim for item in self.evidence if not item.against)

    @property
    def is_contested(self) -> bool:
        """Whether the step stands and something speaks against it."""
        return self.truth.for_ >= self.truth.against > 0

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data, the strongest supporting claim first."""
        support = [item for item in self.evidence if not item.against]
        best = max(support, key=lambda item: item.strength) if support else None
        return {
            "s": self.subject, "r": self.relation, "o": self.object, "inverse": self.inverse,
            "claim": best.claim if best else None, "source": best.document if best else None,
            "by": best.speaker if best else None, "strength": Strength(self.truth.for_).word,
            "against": Strength(self.truth.against).word, "contested": self.is_contested,
            "claims": [item.to_json() for item in self.evidence],
            "unknown_bounds": list(self.unknown_bounds),
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """A node of a proof tree: what was tested, where the law says so, and how it came out.

    Attributes
    ----------
    kind
        The kind of condition (``all``, ``any``, ``not``, ``path``, ``listed`` ...), or ``leaf``.
    label
        What was tested, in words.
    cite
        The paragraph that demands the test, an id such as ``ear:734.9-e-1``.
    verdict
        The truth of this node in both runs.
    children
        What it rests on.
    steps
        For a path: its best path.
    evidence
        The claims that counted here, for and against.
    note
        Whatever a reader must know to weigh it: a presumption, one edition carried back, an input not given.
    """

    kind: str
    label: str
    verdict: Verdict
    cite: str = ""
    children: tuple[Proof, ...] = ()
    steps: tuple[Step, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    note: str = ""

    def walk(self) -> Iterator[Proof]:
        """Yield this node and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()

    def all_evidence(self) -> Iterator[Evidence]:
        """Yield every claim that counted in the tree, in order, each once."""
        seen: set[tuple[str, bool]] = set()
        for node in self.walk():
            for item in (*node.evidence, *(item for step in node.steps for item in step.evidence)):
                if (item.claim, item.against) not in seen:
                    seen.add((item.claim, item.against))
                    yield item

    def to_json(self) -> dict[str, Any]:
        """Return the tree as plain data."""
        return {
            "kind": self.kind, "label": self.label, "cite": self.cite, "outcome": str(self.verdict.outcome),
            "leaning": str(self.verdict.leaning), "for": Strength(self.verdict.all_.for_).word,
            "against": Strength(self.verdict.all_.against).word, "note": self.note,
            "path": [step.to_json() for step in self.steps], "evidence": [item.to_json() for item in self.evidence],
            "children": [child.to_json() for child in self.children],
        }

    def lines(self, depth: int = 0, *, outline: bool = False, most: int | None = None) -> Iterator[str]:
        """Yield the tree as indented lines of text; as an *outline*, without the steps of paths; at *most* so many claims for a side."""
        shown = most or (1 if outline else MOST_SHOWN)
        pad = "  " * depth
        yield f"{pad}{self._head}"
        if self.note:
            yield f"{pad}    note: {self.note}"
        for step in () if outline else self.steps:
            yield from step_lines(step, pad + "    ", shown)
        yield from _side_lines(self.evidence, pad + "    ", shown)
        for child in self.children:
            yield from child.lines(depth + 1, outline=outline, most=most)

    @property
    def _head(self) -> str:
        cite = f" [{self.cite}]" if self.cite else ""
        mark = {"met": "+", "not met": "-", "contested": "~", "unknown": "?"}[str(self.verdict.outcome)]
        leaning = f", leaning {self.verdict.leaning}" if self.verdict.outcome is Outcome.CONTESTED else ""
        best = self.verdict.all_.for_ or self.verdict.all_.against
        strength = f", {Strength(best).word}" if best else ""
        return f"{mark} {self.label}{cite}: {self.verdict.outcome}{leaning}{strength}"

    def brief(self, pad: str = "") -> tuple[list[str], list[Evidence]]:
        """Return the lines of what decides the outcome, as deep as a screen holds, and the claims that they show."""
        told: list[tuple[str, Evidence | None]] = []
        for floors in range(8, 0, -1):
            told = list(self._deciding(pad, floors, set()))
            if len(told) <= _MOST_LINES:
                break
        return [line for line, _ in told], [item for _, item in told if item is not None]

    def _deciding(self, pad: str, floors: int, seen: set[tuple[str, str]]) -> Iterator[tuple[str, Evidence | None]]:
        """Yield this node and what decides it; what has been told once is not told again."""
        key = (self.label, self.cite)
        again = key in seen and bool(self.children or self.steps)
        hidden = bool(self.children) and (floors == 0 or again)
        yield f"{pad}{self._head}{' (as above)' if again else ' ...' if hidden else ''}", None
        if again:
            return
        seen.add(key)
        if self.note:
            note = self.note if len(self.note) <= _LONGEST_NOTE else f"{self.note[:_LONGEST_NOTE].rstrip()} ..."
            yield f"{pad}    note: {note}", None
        for step in self.steps:
            yield from _first_of_each_side(step.evidence, step.truth.for_, pad + "    ", step.relation)
            for bound in step.unknown_bounds:
                yield f"{pad}    relies on an unknown bound: {bound}", None
        yield from _first_of_each_side(self.evidence, self.verdict.all_.for_, pad + "    ")
        if hidden:
            return
        deep, flat, left = self._parts
        for part in deep:
            yield from part._deciding(pad + "  ", floors - 1, seen)
        for part in flat[:_MOST_FLAT]:
            yield f"{pad}  {part._head}{' ...' if part.children or part.steps else ''}", None
        left += len(flat) - _MOST_FLAT if len(flat) > _MOST_FLAT else 0
        if left:
            yield f"{pad}  and {left} more that {'do' if left > 1 else 'does'} not change it", None

    @property
    def _parts(self) -> tuple[tuple[Proof, ...], tuple[Proof, ...], int]:
        """Return the children to tell whole, those to name, and the number of those to count."""
        outcome, children = self.verdict.outcome, self.children
        if len(children) == 1 and children[0].label == self.label:
            return children[0]._parts if not (children[0].steps or children[0].evidence) else (children, (), 0)
        alike = tuple(child for child in children if child.verdict.outcome is outcome)
        if not alike:
            return children, (), 0
        if self.kind == "any" and outcome in (Outcome.MET, Outcome.CONTESTED):
            best = max(alike, key=lambda child: child.verdict.all_.for_)
            others = tuple(child for child in children if child.verdict.all_.for_ and child is not best)
            return (best,), others, len(children) - 1 - len(others)
        if self.kind == "any":
            return (alike, (), 0) if len(alike) == 1 == len(children) else ((), alike, len(children) - len(alike))
        if self.kind in ("all", "rule", "family"):
            others = tuple(child for child in children if child not in alike)
            if outcome is Outcome.MET:
                return alike, (), 0
            if outcome is Outcome.NOT_MET:
                return alike[:1], alike[1:], len(others)
            return alike, others, 0
        return children, (), 0


def step_lines(step: Step, pad: str, most: int = MOST_SHOWN, *, count: bool = True) -> Iterator[str]:
    """Yield a step of a path as lines: its ends by id, and the claims for and against it, at *most* so many on each side.

    The others in support are told in a line of their own if they *count*; those against always.
    """
    arrow = f"{step.subject} --{step.relation}--> {step.object}"
    yield f"{pad}{arrow} ({Strength(step.truth.for_).word}{', contested' if step.is_contested else ''})"
    # what a step holds by is shown before that which only says that its subject is of a kind
    decisive = sorted(step.evidence, key=lambda item: not item.against and item.strength != step.truth.for_)
    if most == 1:
        decisive.sort(key=lambda item: not item.against and item.relation != step.relation)
    yield from _side_lines(decisive, pad + "    ", most, count)
    for bound in step.unknown_bounds:
        yield f"{pad}    relies on an unknown bound: {bound}"


def _side_lines(evidence: Iterable[Evidence], pad: str, most: int, count: bool = True) -> Iterator[str]:
    items = list(evidence)
    for against in (False, True):
        side = [item for item in items if item.against is against]
        for item in side[:most]:
            yield f"{pad}{'against' if against else 'for'}: {item}"
        if len(side) > most and (against or count):
            others = ", ".join(dict.fromkeys(item.speaker for item in side[most:]))
            yield f"{pad}and {len(side) - most} more {f'against, by {others}' if against else 'in support'}"


def _first_of_each_side(
    evidence: Iterable[Evidence], strength: int, pad: str, relation: str = ""
) -> Iterator[tuple[str, Evidence | None]]:  # fmt: skip
    """Yield the claim that decides for, which is as strong as what holds by it, and the strongest against, and count the others."""
    items = list(evidence)
    for against in (False, True):
        side = [item for item in items if item.against is against]
        side.sort(key=lambda item: (item.relation != relation if relation else False, item.strength != strength, -item.strength))
        if side:
            others = f", by {', '.join(dict.fromkeys(item.speaker for item in side[1:]))}" if against else ""
            more = f"; and {len(side) - 1} more{others}" if len(side) > 1 else ""
            yield f"{pad}{'against' if against else 'for'}: {side[0]}{more}", side[0]
