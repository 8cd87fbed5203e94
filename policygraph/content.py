"""How much of an item's value is content of a sort: a bill of materials rolled up, with what is unknown carried through.

Comes in: an item as :class:`Part`, with a verdict for each part whether it counts; whether it is controlled is for the caller to say.
Goes out: a :class:`Content`: whether the share exceeds (or reaches) a threshold, in both runs, the share as bounds, and what is not known.

A part that counts, counts with its whole value; of one that does not, what is inside may count. With *stop at discrete*, what is
inside a discrete part that does not count itself is no longer counted. A threshold of nothing asks for presence: any amount is
enough, whatever it is worth. All figures are fractions, so a quarter is not more than 25 per cent.

>>> us, rest = Part("chip", (Fraction(250), Fraction(250)), Verdict.sure(True)), Part("rest", (Fraction(750), Fraction(750)))
>>> whole = Part("server", (Fraction(1000), Fraction(1000)), parts=(us, rest))
>>> str(roll_up(whole, Fraction(25)).verdict.outcome), str(roll_up(whole, Fraction(249, 10)).verdict.outcome)
('not met', 'met')
>>> str(roll_up(whole, Fraction(25)))
'25 %'
"""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from policygraph.bill import UNKNOWN, Amount, sums
from policygraph.truth import Outcome, Strength, Truth, Verdict, merged

__all__ = ["Content", "Open", "Part", "roll_up"]

_NOTHING: Amount = (Fraction(0), Fraction(0))
_LEVELS = tuple(int(strength) for strength in reversed(Strength) if strength)


@dataclass(frozen=True)
class Part:
    """Something an item is made of, or the item itself.

    Attributes
    ----------
    name
        How it is called in answers.
    worth
        What all of it is worth together.
    counts
        Whether it is content of the sort that counts.
    present
        Whether it is in there at all.
    discrete
        Whether it is a product of its own; None where that is not known.
    parts
        What it is made of, likewise all of them together.
    complete
        How surely these are all its parts.
    """

    name: str
    worth: Amount = UNKNOWN
    counts: Verdict = field(default_factory=lambda: Verdict.sure(False))
    present: Verdict = field(default_factory=lambda: Verdict.sure(True))
    discrete: bool | None = False
    parts: tuple[Part, ...] = ()
    complete: Strength = Strength.ESTABLISHED

    def walk(self) -> Iterator[Part]:
        """Yield all parts at any depth, in order, without this one."""
        for part in self.parts:
            yield part
            yield from part.walk()

    def with_counts(self, counts: Iterator[Verdict]) -> Part:
        """Return it with other verdicts for its parts, in the order of :meth:`walk`."""
        return replace(self, parts=tuple(replace(part, counts=next(counts)).with_counts(counts) for part in self.parts))


@dataclass(frozen=True, slots=True)
class Open:
    """Something that is not known and bears on the share: of which part, and what (``worth``, ``discrete``, ``parts``).

    ``alone`` tells whether knowing it could settle the answer by itself.
    """

    part: str
    what: str
    alone: bool


@dataclass(frozen=True)
class Content:
    """How much of an item is content of the sort that counts.

    Attributes
    ----------
    verdict
        Whether it passes the threshold, in both runs.
    low, high
        The share in per cent, at least and at most, by evidence as strong as the answer, or by all that stands where there is none.
    least, most
        Whether it passes the threshold where everything unknown is such that the least, or the most, counts.
    """

    whole: Part
    over: Fraction
    reached: bool
    stops: bool
    verdict: Verdict
    low: Fraction
    high: Fraction
    least: bool
    most: bool

    @cached_property
    def open(self) -> tuple[Open, ...]:
        """What is not known and bears on the answer where it is unknown, those first that could settle it alone."""
        if self.verdict.leaning is not Outcome.UNKNOWN:
            return ()
        found = sorted(_opens(self.whole, self.over, self.reached, self.stops), key=lambda one: not one.alone)
        return tuple(one for one in found if one.alone or not found[0].alone)

    def __str__(self) -> str:
        low, high = (f"{float(share):.6g}" for share in (self.low, self.high))
        if low == high:
            return f"{low} %"
        return f"at least {low} %" if self.high >= 100 else f"at most {high} %" if not self.low else f"{low} to {high} %"


@dataclass(frozen=True, slots=True)
class _Sum:
    """What counts of a part: its least and most worth, whether it is there surely and possibly, and the least worth of what does not."""

    worth: Amount
    surely: bool
    possibly: bool
    other: Fraction = Fraction(0)


def roll_up(whole: Part, over: Fraction, *, reached: bool = False, stop_at_discrete: bool = False) -> Content:
    """Tell whether more than *over* per cent of the worth of an item, or so much with *reached*, is content that counts.

    Parameters
    ----------
    whole
        The item.
    over
        The threshold in per cent, to be exceeded; 0 where any amount is enough.
    reached
        Whether it is enough to reach the threshold.
    stop_at_discrete
        Whether what is inside a discrete part that does not count itself is left out.
    """
    sides = []
    for clear in (False, True):
        truth = Truth(0, 0)
        for level in _LEVELS:
            for_, against = _settled(_whole(whole, level, clear, stop_at_discrete), over, reached)
            truth = Truth(max(truth.for_, level if for_ else 0), max(truth.against, level if against else 0))
        sides.append(truth)
    verdict = merged([Verdict(*sides)])
    found = _whole(whole, verdict.all_.for_ or verdict.all_.against or _LEVELS[-1], False, stop_at_discrete)
    more, less = _settled(found, over, reached)
    return Content(whole, over, reached, stop_at_discrete, verdict, *_share(found), more, not less)


def _whole(whole: Part, level: int, clear: bool, stops: bool) -> tuple[_Sum, Amount]:
    """Return what counts of an item, by evidence of a strength and stronger, and what the item is worth."""
    each = [_counted(part, level, clear, stops) for part in whole.parts]
    least = max(whole.worth[0], sum((part.worth[0] for part in whole.parts if _has(part.present, level, clear) == 1), Fraction(0)))
    worth = least, whole.worth[1]
    low, high = sums(one.worth for one in each)
    other = sum((one.other for one in each), Fraction(0))
    known = whole.complete >= level
    if not known:
        high = None
    if worth[1] is not None:
        high = max(low, worth[1] - other) if high is None else max(low, min(high, worth[1] - other))
    return _Sum((low, high), any(one.surely for one in each), not known or any(one.possibly for one in each), other), worth


def _counted(part: Part, level: int, clear: bool, stops: bool) -> _Sum:
    least = max(part.worth[0], sum((inner.worth[0] for inner in part.parts if _has(inner.present, level, clear) == 1), Fraction(0)))
    worth, counts, there = (least, part.worth[1]), _has(part.counts, level, clear), _has(part.present, level, clear)
    if there == -1:
        return _Sum(_NOTHING, False, False)
    if counts == 1:
        found = _Sum(worth, True, True)
    else:
        found = _inside(part, worth, level, clear, stops)
        if counts == 0:
            found = _Sum((found.worth[0], worth[1]), found.surely, True)
    return found if there == 1 else _Sum((Fraction(0), found.worth[1]), False, found.possibly)


def _inside(part: Part, worth: Amount, level: int, clear: bool, stops: bool) -> _Sum:
    """Return what counts inside a part that does not count itself."""
    if stops and part.discrete:
        return _Sum(_NOTHING, False, False, worth[0])
    each = [_counted(inner, level, clear, stops) for inner in part.parts]
    low, high = sums(one.worth for one in each)
    surely, possibly = any(one.surely for one in each), any(one.possibly for one in each)
    other = sum((one.other for one in each), Fraction(0))
    if part.complete < level:
        high, possibly = None, True
    if worth[1] is not None:
        room = max(worth[1] - other, low)
        high = room if high is None else min(high, room)
    if stops and part.discrete is None:
        low, surely = Fraction(0), False
    return _Sum((low, high), surely, possibly, other if high is None else max(worth[0] - high, other))


def _has(verdict: Verdict, level: int, clear: bool) -> int:
    """Return 1 where something is so, -1 where it is not, 0 where evidence that strong does not tell."""
    truth = verdict.uncontested if clear else verdict.all_
    return 1 if truth.for_ >= level else -1 if truth.against >= level else 0


def _settled(found: tuple[_Sum, Amount], over: Fraction, reached: bool) -> tuple[bool, bool]:
    """Tell whether it surely passes the threshold, and whether it surely does not."""
    counted, worth = found
    if over == 0:
        return counted.surely, not counted.possibly
    limit = over / 100
    passes, fails = (operator.ge, operator.lt) if reached else (operator.gt, operator.le)
    more = worth[1] is not None and passes(counted.worth[0], limit * worth[1])
    most = counted.worth[1]
    # the whole is worth what counts and what does not, at least; so the most that counts makes the greatest share
    less = fails(1, limit) or (most is not None and fails(most, limit * max(worth[0], most + counted.other)))
    return more, less


def _share(found: tuple[_Sum, Amount]) -> tuple[Fraction, Fraction]:
    counted, worth = found
    low, most = counted.worth
    least = low / worth[1] * 100 if worth[1] else Fraction(0)
    if most is None:
        return least, Fraction(100)
    below = max(worth[0], most + counted.other)
    return least, max(least, most / below * 100 if below else Fraction(100 if counted.possibly else 0))


def _opens(whole: Part, over: Fraction, reached: bool, stops: bool) -> Iterator[Open]:
    """Yield each figure that is not known exactly, and whether putting it high or low would settle the answer."""

    def settles(*others: Part) -> bool:
        found = (roll_up(other, over, reached=reached, stop_at_discrete=stops) for other in others)
        return any(content.verdict.leaning is not Outcome.UNKNOWN for content in found)

    if whole.worth[0] != whole.worth[1] and over:
        known = [bound for bound in whole.worth if bound]
        yield Open(whole.name, "worth", settles(*(replace(whole, worth=(bound, bound)) for bound in known)) or not known)
    if not whole.complete:
        yield Open(whole.name, "parts", settles(replace(whole, complete=Strength.ESTABLISHED)))
    for number, part in enumerate(whole.walk()):
        if part.counts.leaning is not Outcome.NOT_MET and part.worth[0] != part.worth[1] and over:
            bounds = [part.worth[0], *(() if part.worth[1] is None else (part.worth[1],))]
            yield Open(part.name, "worth", settles(*(_changed(whole, number, replace(part, worth=(bound, bound))) for bound in bounds)))
        if part.counts.leaning is Outcome.MET or (stops and part.discrete):
            continue
        if stops and part.discrete is None and (part.parts or not part.complete):
            yield Open(part.name, "discrete", settles(*(_changed(whole, number, replace(part, discrete=way)) for way in (True, False))))
        if not part.complete:
            yield Open(part.name, "parts", settles(_changed(whole, number, replace(part, complete=Strength.ESTABLISHED))))


def _changed(whole: Part, number: int, other: Part) -> Part:
    """Return an item with one of its parts, by its place in the walk, in another state."""
    place = 0

    def rebuilt(parts: Sequence[Part]) -> tuple[Part, ...]:
        nonlocal place
        found = []
        for part in parts:
            here = place
            place += 1
            inner = rebuilt(part.parts)
            found.append(replace(other, parts=inner) if here == number else replace(part, parts=inner))
        return tuple(found)

    return replace(whole, parts=rebuilt(whole.parts))
