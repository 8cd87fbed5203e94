"""How much of an item counts: exact, at the threshold, and unknown where a figure or a verdict is."""

from __future__ import annotations

import itertools
import random
from fractions import Fraction
from typing import Any

import pytest

from policygraph.content import Content, Part, roll_up
from policygraph.truth import Outcome, Strength, Truth, Verdict

YES, NO, UNKNOWN = Verdict.sure(True), Verdict.sure(False), Verdict.unknown()
CONTESTED = Verdict.of_leaf(Truth(3, 1))


def part(worth: Any = None, counts: Verdict = NO, *parts: Part, name: str = "part", **more: Any) -> Part:
    low, high = worth if isinstance(worth, tuple) else (worth or 0, worth)
    bounds = Fraction(str(low)), None if high is None else Fraction(str(high))
    return Part(name, bounds, counts, parts=parts, **more)


def item(worth: Any, *parts: Part, **more: Any) -> Part:
    return part(worth, NO, *parts, name="item", **more)


def over(whole: Part, threshold: float = 25, *, stop: bool = False) -> Content:
    return roll_up(whole, Fraction(str(threshold)), stop_at_discrete=stop)


def outcome(whole: Part, threshold: float = 25, *, stop: bool = False) -> str:
    return str(over(whole, threshold, stop=stop).verdict.outcome)


# ---- thresholds


def test_a_quarter_is_not_more_than_a_quarter() -> None:
    assert outcome(item(1000, part(250, YES), part(750))) == "not met"
    assert outcome(item(1000, part("250.01", YES))) == "met"
    assert outcome(item(3, part(1, YES)), 33.33) == "met"
    tenths = [part("0.1", YES) for _ in range(3)]
    assert outcome(item("1.2", *tenths)) == "not met", "three tenths are exactly a quarter of 1.2"


def test_with_no_threshold_any_amount_is_enough_whatever_it_is_worth() -> None:
    assert outcome(item(None, part(None, YES)), 0) == "met"
    assert outcome(item(1000, part("0.01", YES)), 0) == "met"
    assert outcome(item(1000, part(1000)), 0) == "not met"
    assert outcome(item(None, part(None, UNKNOWN)), 0) == "unknown"
    assert outcome(item(None, part(None, YES, present=UNKNOWN)), 0) == "unknown"
    assert outcome(item(None, part(None, YES, present=NO)), 0) == "not met"
    assert outcome(item(None), 0) == "not met", "nothing in it"
    assert outcome(item(None, complete=Strength.NONE), 0) == "unknown"


def test_never_more_than_the_whole() -> None:
    assert outcome(item(None, part(None, YES)), 100) == "not met"


# ---- what counts


def test_a_part_that_counts_counts_whole_and_of_another_what_is_inside() -> None:
    chip = part(200, YES)
    assert outcome(item(1000, part(400, NO, chip))) == "not met"
    assert outcome(item(1000, part(400, YES, chip))) == "met", "its whole value, and what is inside only once"
    assert over(item(1000, part(400, YES, chip))).low == 40


def test_what_is_inside_a_discrete_part_is_no_longer_counted() -> None:
    def board(discrete: bool | None) -> Part:
        return item(1000, part(500, NO, part(300, YES), discrete=discrete))

    assert outcome(board(True)) == "met", "unless the count stops there"
    assert outcome(board(True), stop=True) == "not met"
    assert outcome(board(False), stop=True) == "met"
    assert outcome(board(None), stop=True) == "unknown"
    assert outcome(item(1000, part(500, YES, discrete=True)), stop=True) == "met", "a discrete part that counts itself counts"
    twice = item(1000, part(500, NO, part(400, NO, part(300, YES), discrete=True), discrete=False))
    assert outcome(twice, stop=True) == "not met"
    assert outcome(board(True), 0, stop=True) == "not met"


def test_parts_that_are_not_told_leave_it_open_as_far_as_they_may_matter() -> None:
    assert outcome(item(1000, part(300, NO, complete=Strength.NONE))) == "unknown"
    assert outcome(item(1000, part(200, NO, complete=Strength.NONE))) == "not met", "they are a fifth at most"
    presumed = over(item(1000, part(300, NO, complete=Strength.PRESUMED)))
    assert (str(presumed.verdict.outcome), presumed.verdict.all_.against) == ("not met", Strength.PRESUMED)


# ---- what is unknown


def test_an_unknown_worth_is_bounded_by_the_whole_and_by_the_others() -> None:
    assert outcome(item(1000, part(None, YES), part(800))) == "not met", "the others leave a fifth"
    assert outcome(item(1000, part(None, YES), part(700))) == "unknown"
    assert outcome(item(1000, part((260, 400), YES))) == "met"
    assert outcome(item((1000, 2000), part(600, YES))) == "met"
    assert outcome(item((1000, 2000), part(400, YES))) == "unknown"
    assert outcome(item((2000, 3000), part(400, YES))) == "not met"
    assert outcome(item(None, part(400, YES), part(100))) == "unknown"
    assert outcome(item(None, part(100, YES), part(900))) == "not met", "the whole is worth no less than its parts"


def test_what_would_decide_is_told_and_first_what_settles_it_alone() -> None:
    worth = over(item(None, part(400, YES, name="chip")))
    assert [(one.part, one.what, one.alone) for one in worth.open] == [("item", "worth", True)]
    two = over(item(1000, part((0, 200), YES, name="a"), part((0, 200), YES, name="b")))
    assert [(one.part, one.what, one.alone) for one in two.open] == [("a", "worth", True), ("b", "worth", True)]
    inside = over(item(1000, part(500, NO, name="board", complete=Strength.NONE)), stop=True)
    assert [(one.part, one.what) for one in inside.open] == [("board", "parts")]
    discrete = over(item(1000, part(500, NO, part(300, YES), name="board", discrete=None)), stop=True)
    assert [(one.part, one.what) for one in discrete.open] == [("board", "discrete")]
    assert over(item(1000, part(400, YES))).open == ()


# ---- how surely


def test_an_answer_is_as_sure_as_the_weakest_part_it_needs_and_disputes_flow_through() -> None:
    strong, weak = Verdict.sure(True, Strength.REPORTED), Verdict.sure(True, Strength.ALLEGED)
    assert over(item(1000, part(200, strong), part(100, weak))).verdict.all_.for_ == Strength.ALLEGED
    assert over(item(1000, part(300, strong), part(100, weak))).verdict.all_.for_ == Strength.REPORTED
    refuted = Verdict.sure(False, Strength.PRESUMED)
    assert over(item(1000, part(500, refuted))).verdict.all_.against == Strength.PRESUMED
    disputed = over(item(1000, part(300, CONTESTED))).verdict
    assert (disputed.outcome, disputed.leaning) == (Outcome.CONTESTED, Outcome.MET)
    assert outcome(item(1000, part(300, CONTESTED), part(260, YES))) == "met", "it is enough without the disputed part"
    assert outcome(item(1000, part(200, CONTESTED))) == "not met"


# ---- brute force


def tree(dice: random.Random, worth: Fraction, depth: int = 0) -> Part:
    left, parts = worth, []
    for _ in range(dice.randint(0, 3 if depth < 3 else 0)):
        inner = left * Fraction(dice.randint(0, 6), 10)
        left -= inner
        parts.append(tree(dice, inner, depth + 1))
    counts = dice.choice((YES, NO, NO)) if depth else NO
    return Part("p", (worth, worth), counts, discrete=dice.choice((True, False)), parts=tuple(parts))


def naive(whole: Part, *, stop: bool) -> Fraction:
    """Count the worth of what counts, in the words of the rule."""
    total = Fraction(0)
    for one in whole.parts:
        if one.counts == YES:
            total += one.worth[0]
        elif not (stop and one.discrete):
            total += naive(one, stop=stop)
    return total


@pytest.mark.parametrize("stop", [True, False])
def test_exact_bills_agree_with_brute_force(stop: bool) -> None:
    for number in range(700):
        dice = random.Random(number)
        whole = tree(dice, Fraction(dice.randint(1, 50)))
        threshold = dice.choice((Fraction(10), Fraction(25), Fraction(50), Fraction(1, 10)))
        share = naive(whole, stop=stop) / whole.worth[0] * 100
        found = roll_up(whole, threshold, stop_at_discrete=stop)
        assert found.low == found.high == share, number
        assert found.verdict == (YES if share > threshold else NO), number


@pytest.mark.parametrize("start", range(0, 1500, 500))
def test_bills_with_unknowns_agree_with_every_way_they_may_be(start: int) -> None:
    for number in range(start, start + 500):
        dice = random.Random(number)
        lines = []
        for _ in range(dice.randint(1, 4)):
            low = Fraction(dice.randint(0, 30))
            lines.append(Part("p", (low, low + dice.choice((0, 0, 10, 25))), dice.choice((YES, NO, UNKNOWN))))
        least = sum((line.worth[0] for line in lines), Fraction(0))
        whole_low = max(least, Fraction(dice.randint(1, 100)))
        whole = Part("item", (whole_low, whole_low + dice.choice((0, 0, 40))), parts=tuple(lines))
        shares = []
        may = [{True, False} if line.counts == UNKNOWN else {line.counts == YES} for line in lines]
        ways = [list(itertools.product({*line.worth}, each)) for line, each in zip(lines, may, strict=True)]
        for way in itertools.product(*ways):
            together = sum((worth for worth, _ in way), Fraction(0))
            for worth in {*whole.worth, max(together, whole.worth[0])}:
                if worth and together <= worth <= (whole.worth[1] or 0):
                    shares.append(sum((one for one, counts in way if counts), Fraction(0)) / worth * 100)
        if not shares:
            continue
        threshold = dice.choice((Fraction(10), Fraction(25), Fraction(50)))
        found = roll_up(whole, threshold)
        assert found.low <= min(shares), number
        assert max(shares) <= found.high, number
        if sum((line.worth[1] or 0 for line in lines), Fraction(0)) <= (whole.worth[1] or 0):
            assert (found.low, found.high) == (min(shares), max(shares)), number
            expected = YES if min(shares) > threshold else NO if max(shares) <= threshold else UNKNOWN
            assert found.verdict == expected, number
        elif min(shares) <= threshold < max(shares):
            assert found.verdict == UNKNOWN, number
