"""Verdicts of many cases at once, as two arrays of small numbers.

In each run a verdict speaks for or against and never both, so one number from -4 to 4 holds it: AND is the lesser, OR the greater, NOT
the negative. The run over everything that stands and the run over undisputed claims have an array each.

>>> met, contested = Verdicts.filled(Verdict.of_leaf(Truth(3, 0)), 2), Verdicts.filled(Verdict.of_leaf(Truth(2, 1)), 2)
>>> [str((met & contested).at(0).outcome), str((met | contested).at(1).outcome), str((~met).at(0).outcome)]
['contested', 'met', 'not met']
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np
import numpy.typing as npt

from policygraph.truth import Outcome, Strength, Truth, Verdict

__all__ = ["CODES", "OUTCOMES", "Verdicts"]

Signed = npt.NDArray[np.int8]
Codes = npt.NDArray[np.uint8]

_LEAST, _SPAN = 4, 9
CODES = _SPAN * _SPAN
"""How many verdicts there are."""
_OF_CODE = np.divmod(np.arange(CODES, dtype=np.int16), _SPAN)
_ALL_OF = (_OF_CODE[0] - _LEAST).astype(np.int8)
_CLEAR_OF = (_OF_CODE[1] - _LEAST).astype(np.int8)


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdicts of many cases on one question: of everything that stands, and of what is undisputed."""

    all_: Signed
    clear: Signed

    @classmethod
    def filled(cls, verdict: Verdict, size: int) -> Verdicts:
        """Return one verdict many times over."""
        code = cls.code_of(verdict)
        return cls(np.full(size, _ALL_OF[code], np.int8), np.full(size, _CLEAR_OF[code], np.int8))

    @classmethod
    def decoded(cls, codes: Codes) -> Verdicts:
        """Return the verdicts of some codes."""
        return cls(np.take(_ALL_OF, codes), np.take(_CLEAR_OF, codes))

    @staticmethod
    def code_of(verdict: Verdict) -> int:
        """Return the code of a verdict, from 0 to 80."""
        all_, clear = verdict.all_, verdict.uncontested
        return (all_.for_ - all_.against + _LEAST) * _SPAN + clear.for_ - clear.against + _LEAST

    @property
    def codes(self) -> Codes:
        """The code of each."""
        return ((self.all_ + np.int8(_LEAST)).astype(np.uint8) * np.uint8(_SPAN)) + (self.clear + np.int8(_LEAST)).astype(np.uint8)

    def at(self, row: int) -> Verdict:
        """Return one of them."""
        return Verdict(_truth(int(self.all_[row])), _truth(int(self.clear[row])))

    def __and__(self, other: Verdicts) -> Verdicts:
        return Verdicts(np.minimum(self.all_, other.all_), np.minimum(self.clear, other.clear))

    def __or__(self, other: Verdicts) -> Verdicts:
        return Verdicts(np.maximum(self.all_, other.all_), np.maximum(self.clear, other.clear))

    def __invert__(self) -> Verdicts:
        return Verdicts(-self.all_, -self.clear)

    def at_most(self, strength: Strength) -> Verdicts:
        """Return them with every grade capped."""
        cap = np.int8(strength)
        return Verdicts(np.clip(self.all_, -cap, cap), np.clip(self.clear, -cap, cap))

    def at_least(self, strength: Strength) -> Verdicts:
        """Return them without what is weaker than a strength."""
        least = np.int8(strength)
        kept = [np.where(np.abs(grades) >= least, grades, np.int8(0)) for grades in (self.all_, self.clear)]
        return Verdicts(kept[0], kept[1])

    @property
    def supported(self) -> Verdicts:
        """Only what speaks for."""
        return Verdicts(np.maximum(self.all_, np.int8(0)), np.maximum(self.clear, np.int8(0)))

    @property
    def opposed(self) -> Verdicts:
        """What speaks for it as speaking against another."""
        return ~self.supported

    def where(self, rows: npt.NDArray[np.bool_], other: Verdicts) -> Verdicts:
        """Return these in some rows and others elsewhere."""
        return Verdicts(np.where(rows, self.all_, other.all_), np.where(rows, self.clear, other.clear))


def merged(given: Sequence[Verdicts]) -> Verdicts:
    """Merge evidence on one question, as :func:`policygraph.law.readings.merged` does for one case."""
    zero = np.int8(0)
    most = reduce(np.maximum, (one.all_ for one in given))
    least = reduce(np.minimum, (one.all_ for one in given))
    clear_most = np.maximum(reduce(np.maximum, (one.clear for one in given)), zero)
    clear_least = np.minimum(reduce(np.minimum, (one.clear for one in given)), zero)
    for_, against = np.maximum(most, zero), np.maximum(-least, zero)
    stands = (for_ > 0) & (for_ >= against)
    undisputed = (against == 0) & (clear_least == 0)
    return Verdicts(
        np.where(stands, for_, -against), np.where(stands, np.where(undisputed, clear_most, zero), clear_least)
    )


def weighed(presumption: Verdicts, record: Verdicts) -> Verdicts:
    """Return presumptions in the light of the record, as :func:`policygraph.law.readings.weighed` does for one case."""
    for_ = record.all_ > 0
    silent = (presumption.all_ <= 0) | ((record.all_ == 0) & (record.clear == 0))
    positive = np.maximum(presumption.clear, np.int8(0))
    limited = np.where(presumption.clear < 0, presumption.clear, np.minimum(positive, np.maximum(record.clear, np.int8(0))))
    against = merged((presumption, (~record).opposed))
    shown = Verdicts(presumption.all_, limited).where(for_, against)
    return presumption.where(silent, shown)


def agreed(given: Verdicts, begins: npt.NDArray[np.intp]) -> Verdicts:
    """Return one verdict for each family: that of all its members if they agree, and nothing where they differ.

    Parameters
    ----------
    given
        The verdicts of the members, family by family.
    begins
        Where each family begins.
    """

    def one(grades: Signed) -> Signed:
        least, most = (bound.reduceat(grades, begins) for bound in (np.minimum, np.maximum))
        return np.where(least > 0, least, np.where(most < 0, most, np.int8(0)))

    return Verdicts(one(given.all_), one(given.clear))


def _truth(grade: int) -> Truth[int]:
    return Truth(max(grade, 0), max(-grade, 0))


OUTCOMES: npt.NDArray[np.object_] = np.array(
    [str(Verdict(_truth(int(every)), _truth(int(clear))).outcome) for every, clear in zip(_ALL_OF, _CLEAR_OF, strict=True)], dtype=object
)
"""The outcome of each code, as a word."""
assert set(OUTCOMES) <= {str(outcome) for outcome in Outcome}
