"""What testing a condition came to: a tree that can be read as a proof and worked through again with other leaves.

Comes in: verdicts with what they rest on. Goes out: a :class:`Reading`; from it the proof, the gaps that would move the outcome, the
claims it rests on.

>>> from policygraph.truth import Verdict
>>> unknown = Reading("knowledge", "knowledge of it", Verdict.unknown(), gaps=lambda: (Gap("case", "knowledge", None, "YesNo", "?"),))
>>> both = joined("all", "both", (Reading("act", "the act", Verdict.sure(True)), unknown))
>>> str(both.verdict.outcome), [gap.relation for gap in pivotal_gaps(both)]
('unknown', ['knowledge'])
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Protocol

from policygraph.findings import Evidence, Gap, Proof, Step
from policygraph.truth import Outcome, Strength, Truth, Verdict, merged

__all__ = ["NO", "UNKNOWN", "YES", "Reading", "doubted", "joined", "merged", "noted", "opposed", "pivotal_gaps", "supported", "weighed"]

YES = Verdict.sure(True)
NO = Verdict.sure(False)
UNKNOWN = Verdict.unknown()

_DOUBTS = {
    "unverified": "this wording was not read in the text itself, so it counts as presumed at most",
    "argued": "this reading is argued and not settled, so it counts as presumed at most",
}

Combine = Callable[[Sequence[Verdict]], Verdict]


@dataclass(frozen=True)
class Reading:
    """How one condition came out.

    Attributes
    ----------
    kind, label, cite, note
        As in a proof.
    verdict
        In both runs.
    parts
        The readings it was combined from by *combine*; a leaf has none.
    beside
        Readings shown under it that are not combined, such as what the end of a path was tested for.
    shown
        What stands for the parts in a proof, where many are alike.
    steps, evidence
        What a leaf rests on.
    more_paths
        For a path: the best path for each way it runs, best first.
    gaps
        For a leaf: what is not known.
    claims
        Ids of the claims of which one must be rejected before a leaf can change.
    redo
        How to read it again in another evaluation.
    elsewhere
        In which evaluation its parts are read again, given another: that of another day.
    rule
        For a rule: its id.
    """

    kind: str
    label: str
    verdict: Verdict
    cite: str = ""
    note: str = ""
    parts: tuple[Reading, ...] = ()
    beside: tuple[Reading, ...] = ()
    shown: tuple[Reading, ...] = ()
    steps: tuple[Step, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    more_paths: Callable[[], Iterable[tuple[Verdict, tuple[Step, ...]]]] | None = field(default=None, repr=False, compare=False)
    combine: Combine | None = field(default=None, repr=False, compare=False)
    gaps: Callable[[], Iterable[Gap]] | None = field(default=None, repr=False, compare=False)
    claims: Callable[[], Iterable[str]] | None = field(default=None, repr=False, compare=False)
    redo: Callable[[Any], Reading] | None = field(default=None, repr=False, compare=False)
    elsewhere: Callable[[Any], Any] | None = field(default=None, repr=False, compare=False)
    rule: str = ""

    def but(self, **fields: Any) -> Reading:
        """Return it with other fields, as :func:`dataclasses.replace` does, but without the cost of making it anew."""
        other = object.__new__(Reading)
        kept = vars(other)
        kept.update(vars(self))
        kept.pop("rests_on", None)
        kept.pop("rules", None)
        kept.update(fields)
        return other

    def again(self, verdicts: Sequence[Verdict]) -> Verdict:
        """Return the verdict that other verdicts of its parts would give."""
        return self.combine(verdicts) if self.combine else self.verdict

    def capped(self, strength: Strength, note: str) -> Reading:
        """Return the reading with every grade capped, and the reason noted."""
        combine, redo = self.combine, self.redo
        return self.but(
            verdict=self.verdict.at_most(strength),
            note=noted(self.note, note),
            combine=(lambda verdicts: combine(verdicts).at_most(strength)) if combine else None,
            redo=(lambda other: redo(other).capped(strength, note)) if redo else None,
        )

    def at_least(self, strength: Strength) -> Reading:
        """Return the reading without what is weaker than a strength, which then counts neither for nor against."""
        verdict, combine, redo = _at_least(self.verdict, strength), self.combine, self.redo
        note = self.note if verdict == self.verdict else noted(self.note, f"left out: weaker than {strength.word}")
        return self.but(
            verdict=verdict,
            note=note,
            combine=(lambda verdicts: _at_least(combine(verdicts), strength)) if combine else None,
            redo=(lambda other: redo(other).at_least(strength)) if redo else None,
        )

    def walk(self, *, beside: bool = True) -> Iterator[Reading]:
        """Yield this reading and all below it, each once, with or without those beside."""
        seen: set[int] = set()
        ahead = [self]
        while ahead:
            here = ahead.pop()
            if id(here) not in seen:
                seen.add(id(here))
                yield here
                ahead += reversed((*here.parts, *here.beside) if beside else here.parts)

    def proof(self, shown: set[tuple[object, ...]] | None = None) -> Proof:
        """Return it as a node of a proof tree.

        A rule that was shown is not shown again; of what stands beside, only what decides is shown; and where one of several
        holds, those of which nothing is known are named and no more.
        """
        told: set[tuple[object, ...]] = set() if shown is None else shown
        key = (self.rule, id(self.parts))
        note = self.note
        children: tuple[Reading, ...] = ()
        if self.rule and key in told:
            note = "as shown above"
        else:
            told |= {key} if self.rule else set()
            beside = tuple(part for reading in self.beside for part in reading.deciding())
            children = (*(self.shown or self.parts), *beside)
        settled = self.kind == "any" and self.verdict.leaning is Outcome.MET
        return Proof(
            kind=self.kind, label=self.label, verdict=self.verdict, cite=self.cite, note=note, steps=self.steps,
            evidence=self.evidence,
            children=tuple(part._named() if settled and part.is_unknown else part.proof(told) for part in children),
        )  # fmt: skip

    def _named(self) -> Proof:
        return Proof(self.kind, self.label, self.verdict, self.cite)

    @property
    def is_unknown(self) -> bool:
        """Whether nothing is known either way."""
        return self.verdict.all_ == Truth(0, 0)

    def deciding(self) -> Iterator[Reading]:
        """Yield the reading with only those parts that decide it, or those parts alone where it has nothing to say itself."""
        parts = self.parts
        if self.kind == "any" and self.verdict.all_.for_:
            best = max(parts, key=lambda part: (part.verdict.uncontested.for_, part.verdict.all_.for_))
            parts = (best,)
        elif self.is_unknown:
            parts = tuple(part for part in parts if part.kind != "rule" and any(below.steps for below in part.walk()))
        kept = tuple(part for reading in parts for part in reading.deciding())
        if len(kept) == 1 and self.kind in ("any", "all") and not self.note and not self.cite:
            yield kept[0]
        elif self.label:
            yield self.but(parts=kept)

    @cached_property
    def rests_on(self) -> tuple[str, ...]:
        """The claims of which one must be rejected before the verdict can change."""
        found = dict.fromkeys(item.claim for item in self.evidence)
        if self.claims is not None:
            found |= dict.fromkeys(self.claims())
        else:
            found |= dict.fromkeys(item.claim for step in self.steps for item in step.evidence)
        for part in (*self.parts, *self.beside):
            found |= dict.fromkeys(part.rests_on)
        return tuple(found)

    @cached_property
    def rules(self) -> frozenset[str]:
        """The rules that it asked, itself included."""
        below = (part.rules for part in (*self.parts, *self.beside))
        return frozenset({self.rule} - {""}).union(*below)

    def redone(
        self, changed: Callable[[Reading], bool], other: Any, whole: Container[str] = (), known: dict[int, Reading] | None = None
    ) -> Reading:
        """Return how it comes out in another evaluation; only what is *changed* there is read again, and some rules as a whole.

        What stands at several places is worked through once; *known* holds what has been.
        """
        done = {} if known is None else known
        if id(self) not in done:
            done[id(self)] = self._redone(changed, other, whole, done)
        return done[id(self)]

    def _redone(self, changed: Callable[[Reading], bool], other: Any, whole: Container[str], known: dict[int, Reading]) -> Reading:
        if not changed(self):
            return self
        if self.parts and self.rule not in whole and all(part.redo or not changed(part) for part in self.parts):
            within = self.elsewhere(other) if self.elsewhere else other
            parts = tuple(part.redone(changed, within, whole, known) for part in self.parts)
            return self.but(parts=parts, verdict=self.again([part.verdict for part in parts]))
        return self.redo(other) if self.redo else self


def noted(*notes: str) -> str:
    """Join notes, each once.

    >>> noted("a", "", "a", "b")
    'a; b'
    """
    return "; ".join(dict.fromkeys(note for note in notes if note))


def joined(kind: str, label: str, parts: Sequence[Reading], *, cite: str = "", note: str = "") -> Reading:
    """Return the reading of ``all`` or ``any`` of some parts; without parts ``all`` holds and ``any`` does not."""
    combine = any_of if kind == "any" else all_of
    verdict = combine([part.verdict for part in parts])
    return Reading(kind, label, verdict, cite, note, tuple(parts), combine=combine)


def all_of(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the AND of some verdicts, which holds where there are none.

    >>> all_of([YES, UNKNOWN]) == YES & UNKNOWN, all_of([]) == YES
    (True, True)
    """
    if not verdicts:
        return YES
    every, clear = [one.all_ for one in verdicts], [one.uncontested for one in verdicts]
    return Verdict(
        Truth(min([one.for_ for one in every]), max([one.against for one in every])),
        Truth(min([one.for_ for one in clear]), max([one.against for one in clear])),
    )


def any_of(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the OR of some verdicts, which does not hold where there are none.

    >>> any_of([NO, UNKNOWN]) == NO | UNKNOWN, any_of([]) == NO
    (True, True)
    """
    if not verdicts:
        return NO
    every, clear = [one.all_ for one in verdicts], [one.uncontested for one in verdicts]
    return Verdict(
        Truth(max([one.for_ for one in every]), min([one.against for one in every])),
        Truth(max([one.for_ for one in clear]), min([one.against for one in clear])),
    )


def _at_least(verdict: Verdict, strength: Strength) -> Verdict:
    def kept(truth: Truth[int]) -> Truth[int]:
        return Truth(truth.for_ if truth.for_ >= strength else 0, truth.against if truth.against >= strength else 0)

    return Verdict(kept(verdict.all_), kept(verdict.uncontested))


class _Doubtful(Protocol):
    """What may be known badly, or from one edition alone."""

    @property
    def confidence(self) -> str: ...

    @property
    def edition(self) -> date | None: ...


def doubted(reading: Reading, of: _Doubtful, on: date) -> Reading:
    """Cap a reading at presumed where what was read is in doubt, and say why."""
    if of.confidence:
        reading = reading.capped(Strength.PRESUMED, _DOUBTS[of.confidence])
    if of.edition is not None and on < of.edition:
        said = f"known from the edition of {of.edition} and carried back, so it counts as presumed at most"
        reading = reading.capped(Strength.PRESUMED, said)
    return reading


def weighed(presumption: Verdict, record: Verdict) -> Verdict:
    """Return a presumption in the light of what the record has of the very thing presumed.

    Silence leaves it as it is. A dispute makes it contested, and so does weaker evidence to the contrary; stronger evidence refutes it.

    >>> presumed = Verdict.sure(True, Strength.PRESUMED)
    >>> [str(weighed(presumed, Verdict.of_leaf(Truth(*record))).outcome) for record in ((0, 0), (2, 1), (0, 1), (0, 4), (3, 0))]
    ['met', 'contested', 'contested', 'not met', 'met']
    """
    if not presumption.all_.for_ or record == UNKNOWN:
        return presumption
    if record.all_.for_:
        clear = min(presumption.uncontested.for_, record.uncontested.for_)
        return Verdict(presumption.all_, Truth(clear, presumption.uncontested.against))
    return merged((presumption, opposed(~record)))


def supported(verdict: Verdict) -> Verdict:
    """Return only what speaks for.

    >>> supported(Verdict.sure(False)) == Verdict.unknown()
    True
    """
    return Verdict(Truth(verdict.all_.for_, 0), Truth(verdict.uncontested.for_, 0))


def opposed(verdict: Verdict) -> Verdict:
    """Return what speaks for a statement as speaking against another.

    >>> opposed(Verdict.sure(True)) == Verdict.sure(False)
    True
    """
    return ~supported(verdict)


def pivotal_gaps(root: Reading, limit: int = 10) -> Iterator[Gap]:
    """Yield the gaps of unknown leaves whose truth would move the outcome, at most *limit*.

    Each leaf is put as true and as false, and the tree worked through again. Leaves beside it that are unknown too are taken as they
    must be for it to matter: true under ``all``, false under ``any``.
    """
    seen: set[str] = set()
    for trail in _unknown_leaves(root, ()):
        leaf = trail[-1]
        if leaf.gaps is None or _worked(trail, YES).outcome is _worked(trail, NO).outcome:
            continue
        for gap in leaf.gaps():
            if gap.pattern not in seen:
                seen.add(gap.pattern)
                yield gap
            if len(seen) >= limit:
                return


def _unknown_leaves(reading: Reading, above: tuple[Reading, ...]) -> Iterator[tuple[Reading, ...]]:
    trail = (*above, reading)
    if not reading.parts and reading.is_unknown:
        yield trail
    for part in reading.parts:
        if _worked((*trail, part), YES).outcome is not _worked((*trail, part), NO).outcome:
            yield from _unknown_leaves(part, trail)


def _worked(trail: tuple[Reading, ...], value: Verdict) -> Verdict:
    below = trail[-1]
    for reading in reversed(trail[:-1]):
        value = reading.again([value if part is below else _neutral(reading, part) for part in reading.parts])
        below = reading
    return value


def _neutral(reading: Reading, part: Reading) -> Verdict:
    if not part.is_unknown:
        return part.verdict
    return {"all": YES, "rule": YES, "any": NO}.get(reading.kind, part.verdict)
