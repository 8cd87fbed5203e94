"""Truth is a graded pair; the algebra holds, and the second run only loses answers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.errors import BadQuestion
from policygraph.ontology import shipped
from policygraph.truth import EvidenceTable, Outcome, Strength, Truth, Verdict, two_runs

grades = st.integers(0, 4)
truths = st.builds(Truth, grades, grades)
verdicts = st.builds(Verdict.of_leaf, truths)


@given(truths, truths, truths)
def test_and_and_or_form_a_lattice(a: Truth[int], b: Truth[int], c: Truth[int]) -> None:
    assert a & b == b & a
    assert a | b == b | a
    assert a & (b & c) == (a & b) & c
    assert a | (b | c) == (a | b) | c
    assert a & a == a == a | a
    assert a & (a | b) == a == a | (a & b)
    assert a & (b | c) == (a & b) | (a & c)


@given(truths, truths)
def test_de_morgan(a: Truth[int], b: Truth[int]) -> None:
    assert ~(a & b) == ~a | ~b
    assert ~(a | b) == ~a & ~b
    assert ~~a == a


@given(st.lists(st.tuples(grades, grades, grades, grades), min_size=1, max_size=20))
def test_arrays_and_scalars_agree(rows: list[tuple[int, int, int, int]]) -> None:
    left_for, left_against, right_for, right_against = (np.array(column, np.int8) for column in zip(*rows, strict=True))
    both = Truth(left_for, left_against) & Truth(right_for, right_against)
    either = Truth(left_for, left_against) | Truth(right_for, right_against)
    for place, (a, b, c, d) in enumerate(rows):
        assert Truth(int(both.for_[place]), int(both.against[place])) == Truth(a, b) & Truth(c, d)
        assert Truth(int(either.for_[place]), int(either.against[place])) == Truth(a, b) | Truth(c, d)


@given(st.lists(st.tuples(grades, grades), min_size=1, max_size=20))
def test_the_two_runs_of_arrays_are_those_of_scalars(rows: list[tuple[int, int]]) -> None:
    leaf = Truth(*(np.array(column, np.int8) for column in zip(*rows, strict=True)))
    every, clear = two_runs(leaf)
    for place, row in enumerate(rows):
        verdict = Verdict.of_leaf(Truth(*row))
        assert Truth(int(every.for_[place]), int(every.against[place])) == verdict.all_
        assert Truth(int(clear.for_[place]), int(clear.against[place])) == verdict.uncontested


@st.composite
def formulas(draw: st.DrawFn, depth: int = 3) -> tuple[Verdict, str]:
    if depth == 0 or draw(st.booleans()):
        return draw(verdicts), "leaf"
    left, _ = draw(formulas(depth=depth - 1))
    right, _ = draw(formulas(depth=depth - 1))
    return draw(st.sampled_from([left & right, left | right, ~left])), "formula"


@given(formulas())
def test_the_second_run_only_loses_answers(formula: tuple[Verdict, str]) -> None:
    verdict = formula[0]
    assert verdict.uncontested.for_ <= verdict.all_.for_
    assert verdict.uncontested.against <= verdict.all_.against


@given(formulas())
def test_no_run_is_two_sided(formula: tuple[Verdict, str]) -> None:
    for truth in (formula[0].all_, formula[0].uncontested):
        assert min(truth.for_, truth.against) == 0


@given(grades, grades, grades)
def test_a_further_claim_in_support_never_lowers_support(for_: int, against: int, further: int) -> None:
    before, after = Verdict.of_leaf(Truth(for_, against)), Verdict.of_leaf(Truth(max(for_, further), against))
    assert after.all_.for_ >= before.all_.for_
    assert after.all_.against <= before.all_.against


@pytest.mark.parametrize(
    ("leaf", "outcome", "leaning"),
    [
        (Truth(3, 0), Outcome.MET, Outcome.MET),
        (Truth(0, 2), Outcome.NOT_MET, Outcome.NOT_MET),
        (Truth(0, 0), Outcome.UNKNOWN, Outcome.UNKNOWN),
        (Truth(3, 1), Outcome.CONTESTED, Outcome.MET),
        (Truth(3, 3), Outcome.CONTESTED, Outcome.MET),
        (Truth(1, 3), Outcome.NOT_MET, Outcome.NOT_MET),
    ],
)
def test_a_leaf_comes_out_as_the_design_says(leaf: Truth[int], outcome: Outcome, leaning: Outcome) -> None:
    verdict = Verdict.of_leaf(leaf)
    assert (verdict.outcome, verdict.leaning) == (outcome, leaning)


def test_the_shipped_table_grades_speakers_by_their_nearest_class() -> None:
    table = EvidenceTable.read(shipped("ontology") / "evidence.yaml")
    assert table.vouched(("Court", "GovernmentBody", "Organization")) is Strength.ESTABLISHED
    assert table.vouched(("Company", "Organization")) is Strength.REPORTED
    assert table.vouched(()) is Strength.REPORTED


def test_an_unknown_strength_is_refused_with_the_nearest() -> None:
    with pytest.raises(BadQuestion, match="did you mean 'reported'"):
        Strength.named("reportd")
