"""How surely something is said: strengths, graded truth, the two runs, and the evidence table.

A :class:`Truth` is a pair *(for, against)*, each 0 to 4. AND is (min, max), OR is (max, min), NOT swaps: Belnap's four values,
graded (N. D. Belnap, "A useful four-valued logic", 1977). The same operators work on scalars and on int8 arrays.

Every answer is given twice. In the run *all*, what stands counts, disputed or not; in the run *uncontested*, what is disputed
counts for nothing. So the second run can only lose answers.

>>> reported, denied = Truth(3, 0), Truth(3, 1)
>>> Verdict.of_leaf(denied).outcome, Verdict.of_leaf(reported).outcome
(<Outcome.CONTESTED: 'contested'>, <Outcome.MET: 'met'>)
>>> (Verdict.of_leaf(reported) & Verdict.of_leaf(Truth(0, 4))).outcome
<Outcome.NOT_MET: 'not met'>
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum
from pathlib import Path
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import yaml

from policygraph.errors import BadQuestion, as_text, nearest

__all__ = ["EvidenceTable", "Outcome", "Strength", "Truth", "Verdict", "merged", "two_runs"]

Grades = npt.NDArray[np.int8]
G = TypeVar("G", int, Grades)


class Strength(IntEnum):
    """How surely a claim speaks, from nothing to a finding of law.

    >>> Strength.named("reported")
    <Strength.REPORTED: 3>
    """

    NONE = 0
    ALLEGED = 1
    PRESUMED = 2
    REPORTED = 3
    ESTABLISHED = 4

    @property
    def word(self) -> str:
        """The lower-case word used in files and answers."""
        return self.name.lower()

    @classmethod
    def named(cls, word: str) -> Strength:
        """Return the strength a word names.

        Raises
        ------
        BadQuestion
            If no strength bears the word.
        """
        try:
            return cls[as_text(word, "a strength").upper()]
        except KeyError:
            words = [strength.word for strength in cls]
            hint = "".join(f"; did you mean '{near}'?" for near in nearest(word, words, 1))
            raise BadQuestion(f"'{word}' is no strength{hint or '; use one of ' + ', '.join(words)}") from None


class Outcome(StrEnum):
    """What an answer comes to; never "legal", "clear" or "compliant"."""

    MET = "met"
    NOT_MET = "not met"
    CONTESTED = "contested"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Truth(Generic[G]):
    """Support for and against, 0 to 4 each, as numbers or as int8 arrays of one shape.

    >>> Truth(3, 0) & Truth(2, 1), Truth(3, 0) | Truth(2, 1), ~Truth(3, 0)
    (Truth(for_=2, against=1), Truth(for_=3, against=0), Truth(for_=0, against=3))
    """

    for_: G
    against: G

    def __and__(self, other: Truth[G]) -> Truth[G]:
        return Truth(_low(self.for_, other.for_), _high(self.against, other.against))

    def __or__(self, other: Truth[G]) -> Truth[G]:
        return Truth(_high(self.for_, other.for_), _low(self.against, other.against))

    def __invert__(self) -> Truth[G]:
        return Truth(self.against, self.for_)


def _low(left: G, right: G) -> G:
    return min(left, right) if isinstance(left, int) and isinstance(right, int) else np.minimum(left, right)


def _high(left: G, right: G) -> G:
    return max(left, right) if isinstance(left, int) and isinstance(right, int) else np.maximum(left, right)


def two_runs(leaf: Truth[Grades]) -> tuple[Truth[Grades], Truth[Grades]]:
    """Split leaves into the runs *all* and *uncontested*, array-wise; no leaf is two-sided inside a run.

    >>> every, clear = two_runs(Truth(np.array([3, 3, 1], np.int8), np.array([0, 1, 3], np.int8)))
    >>> every.for_.tolist(), every.against.tolist(), clear.for_.tolist(), clear.against.tolist()
    ([3, 3, 0], [0, 0, 3], [3, 0, 0], [0, 0, 3])
    """
    stands = (leaf.for_ > 0) & (leaf.for_ >= leaf.against)
    contested = stands & (leaf.against > 0)
    zero = np.int8(0)
    every = Truth(np.where(stands, leaf.for_, zero), np.where(stands, zero, leaf.against))
    clear = Truth(np.where(stands & ~contested, leaf.for_, zero), np.where(stands, zero, leaf.against))
    return every, clear


def _read(truth: Truth[int]) -> Outcome:
    if truth.for_ > 0:
        return Outcome.MET
    return Outcome.NOT_MET if truth.against > 0 else Outcome.UNKNOWN


@dataclass(frozen=True, slots=True)
class Verdict:
    """The truth of one question in both runs.

    >>> Verdict.of_leaf(Truth(3, 1)).leaning
    <Outcome.MET: 'met'>
    """

    all_: Truth[int]
    uncontested: Truth[int]

    @classmethod
    def of_leaf(cls, leaf: Truth[int]) -> Verdict:
        """Give the two runs of a leaf: what stands counts whole in the first, and only if undisputed in the second."""
        stands = leaf.for_ > 0 and leaf.for_ >= leaf.against
        if not stands:
            return cls(Truth(0, leaf.against), Truth(0, leaf.against))
        return cls(Truth(leaf.for_, 0), Truth(0 if leaf.against else leaf.for_, 0))

    @classmethod
    def sure(cls, held: bool, strength: Strength = Strength.ESTABLISHED) -> Verdict:
        """Give the verdict of something that is simply so, or not so."""
        truth = Truth(int(strength), 0) if held else Truth(0, int(strength))
        return cls(truth, truth)

    @classmethod
    def unknown(cls) -> Verdict:
        """Give the verdict of which nothing is known."""
        return cls(Truth(0, 0), Truth(0, 0))

    def __and__(self, other: Verdict) -> Verdict:
        return Verdict(self.all_ & other.all_, self.uncontested & other.uncontested)

    def __or__(self, other: Verdict) -> Verdict:
        return Verdict(self.all_ | other.all_, self.uncontested | other.uncontested)

    def __invert__(self) -> Verdict:
        return Verdict(~self.all_, ~self.uncontested)

    @property
    def leaning(self) -> Outcome:
        """What the run *all* says."""
        return _read(self.all_)

    @property
    def outcome(self) -> Outcome:
        """The outcome: the common answer of both runs, else contested."""
        return self.leaning if self.leaning is _read(self.uncontested) else Outcome.CONTESTED

    def at_most(self, strength: Strength) -> Verdict:
        """Return the verdict with every grade capped."""
        cap = int(strength)
        return Verdict(
            Truth(min(self.all_.for_, cap), min(self.all_.against, cap)),
            Truth(min(self.uncontested.for_, cap), min(self.uncontested.against, cap)),
        )


def merged(verdicts: Iterable[Verdict]) -> Verdict:
    """Merge evidence on one question: the stronger side stands, and a lesser one makes it contested.

    >>> supported, refuted = Verdict.sure(True, Strength.REPORTED), Verdict.sure(False, Strength.PRESUMED)
    >>> str(merged([supported, refuted]).outcome), str(merged([supported]).outcome)
    ('contested', 'met')
    """
    given = tuple(verdicts)
    for_ = max((verdict.all_.for_ for verdict in given), default=0)
    against = max((verdict.all_.against for verdict in given), default=0)
    clear_for = max((verdict.uncontested.for_ for verdict in given), default=0)
    clear_against = max((verdict.uncontested.against for verdict in given), default=0)
    if for_ and for_ >= against:
        undisputed = against == 0 and clear_against == 0
        return Verdict(Truth(for_, 0), Truth(clear_for if undisputed else 0, 0))
    return Verdict(Truth(0, against), Truth(0, clear_against))


@dataclass(frozen=True, slots=True)
class EvidenceTable:
    """The published table from which strengths are computed; a user may replace it.

    See ``ontology/evidence.yaml``. The weaker of carrier and speaker counts, capped by stance and document.
    """

    carriers: Mapping[str, Strength]
    speakers: Mapping[str, Strength]
    stances: Mapping[str, Strength]
    own_conduct: Mapping[str, Strength]
    generally: Strength

    @classmethod
    def read(cls, path: Path) -> EvidenceTable:
        """Read a table from a YAML file of the form of ``ontology/evidence.yaml``."""
        raw: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))

        def grades(key: str) -> dict[str, Strength]:
            return {str(name): Strength.named(str(word)) for name, word in raw[key].items()}

        return cls(
            carriers=grades("carriers"),
            speakers=grades("speakers"),
            stances=grades("stances"),
            own_conduct=grades("own-conduct"),
            generally=Strength.named(str(raw["generally"])),
        )

    def vouched(self, lineage: Iterable[str]) -> Strength:
        """Return what a speaker can vouch for, given the classes of the speaker from the most special to the most general."""
        return next((self.speakers[class_] for class_ in lineage if class_ in self.speakers), self.speakers["default"])
