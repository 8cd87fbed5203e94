"""Total processing performance and the densities: the arithmetic, the rivals, what is undefined and what is not known."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.measures import QUANTITIES, compare, figures, known, members
from policygraph.ontology import Ontology
from policygraph.truth import Outcome, Strength
from policygraph.view import FrozenView
from tests.small import graph, said, view

TPP, PD, MBD = "total-processing-performance", "performance-density", "memory-bandwidth-density"


def chip(*values: tuple[str, float] | tuple[str, float, int], extra: list[dict[str, object]] | None = None) -> FrozenView:
    claims = [
        said("chip", value[0], value=str(value[1]), grade=value[2] if len(value) == 3 else 3, document=f"d-{number}")
        for number, value in enumerate(values)
    ]
    return view(graph(claims + (extra or []), {"chip": "Chip", "hbm": "Memory"}))


@pytest.mark.parametrize(
    ("values", "tpp"),
    [
        ([("denseFp16Tflops", 300)], 4800),  # the regulation's own calibration
        ([("denseInt8Tops", 600)], 4800),
        ([("denseFp16Tflops", 312), ("denseInt8Tops", 624), ("denseFp32Tflops", 19.5)], 4992),  # A100
        ([("denseFp16Tflops", 148), ("denseInt8Tops", 296)], 2368),  # H20
        ([("denseFp16Tflops", 989.4), ("denseInt8Tops", 1979)], 15832),  # H100
        ([("denseFp32Tflops", 10), ("denseTf32Tflops", 9999)], 320),  # the bit length of TF32 is contested, so it does not count
    ],
)
def test_performance_is_the_dense_rate_times_the_bit_length_of_the_best_precision(
    values: list[tuple[str, float]], tpp: float
) -> None:
    assert figures(chip(*values), "chip", TPP)[0].number == pytest.approx(tpp)


def test_density_divides_by_the_non_planar_area() -> None:
    a100 = chip(("denseFp16Tflops", 312), ("nonPlanarDieArea", 826), ("dieArea", 900))
    assert figures(a100, "chip", PD)[0].number == pytest.approx(6.0436, abs=1e-4)
    assert compare(a100, "chip", PD, ">=", 5.92).verdict.outcome is Outcome.MET


def test_without_a_non_planar_die_the_density_is_undefined_and_the_test_not_met_as_presumed() -> None:
    planar = chip(("denseFp16Tflops", 312), ("nonPlanarDieArea", 0))
    assert math.isnan(figures(planar, "chip", PD)[0].number)
    measured = compare(planar, "chip", PD, ">=", 1.6)
    assert measured.verdict.outcome is Outcome.NOT_MET
    assert measured.verdict.all_.against == Strength.PRESUMED
    assert "undefined" in measured.note


@pytest.mark.parametrize("comparison", [">=", ">", "<", "<="])
def test_what_is_undefined_passes_no_test_either_way(comparison: str) -> None:
    planar = chip(("denseFp16Tflops", 312), ("nonPlanarDieArea", 0))
    assert compare(planar, "chip", PD, comparison, 5.92).verdict.outcome is Outcome.NOT_MET


def test_wavelength_by_aperture_leaves_the_factor_to_the_rule() -> None:
    immersion = chip(("sourceWavelength", 193), ("numericalAperture", 1.35))
    assert figures(immersion, "chip", "wavelength-by-aperture")[0].number == pytest.approx(142.963, abs=1e-3)
    assert compare(immersion, "chip", "wavelength-by-aperture", "<=", 45 / 0.25).verdict.outcome is Outcome.MET
    assert compare(immersion, "chip", "wavelength-by-aperture", "<=", 45 / 0.35).verdict.outcome is Outcome.NOT_MET
    assert compare(chip(("sourceWavelength", 193)), "chip", "wavelength-by-aperture", "<=", 180).missing == ("wavelength-by-aperture",)


def test_the_whole_die_area_bounds_the_density_from_below() -> None:
    view_ = chip(("denseFp16Tflops", 312), ("dieArea", 826))
    assert compare(view_, "chip", PD, ">=", 5.92).verdict.all_.for_ == Strength.REPORTED
    below = compare(view_, "chip", PD, ">=", 10)
    assert below.verdict.all_.against == Strength.PRESUMED
    assert "stands in" in below.note


def test_memory_bandwidth_density() -> None:
    stack = [said("hbm", "memoryBandwidth", value="819"), said("hbm", "packageArea", value="121")]
    hbm = chip(extra=stack)
    assert figures(hbm, "hbm", MBD)[0].number == pytest.approx(6.7686, abs=1e-4)
    assert compare(hbm, "hbm", MBD, ">", 2).verdict.outcome is Outcome.MET


def test_a_boundary_is_inside_or_outside_as_the_comparison_says() -> None:
    exact = chip(("denseFp16Tflops", 300))
    outcomes = [str(compare(exact, "chip", TPP, comparison, 4800).verdict.outcome) for comparison in (">=", ">", "<", "<=")]
    assert outcomes == ["met", "not met", "not met", "met"]


def test_rivals_within_one_precision_contest_each_other() -> None:
    rivals = chip(("denseFp16Tflops", 320, 3), ("denseFp16Tflops", 280, 3))
    verdict = compare(rivals, "chip", TPP, ">=", 4800).verdict
    assert (verdict.outcome, verdict.leaning) == (Outcome.CONTESTED, Outcome.MET)
    outweighed = chip(("denseFp16Tflops", 320, 2), ("denseFp16Tflops", 280, 3))
    assert compare(outweighed, "chip", TPP, ">=", 4800).verdict.outcome is Outcome.NOT_MET


def test_a_slow_precision_says_nothing_against_a_fast_one() -> None:
    both = chip(("denseFp32Tflops", 19.5), ("denseFp16Tflops", 312))
    assert compare(both, "chip", TPP, ">=", 4800).verdict.outcome is Outcome.MET


def test_long_formats_alone_refute_nothing() -> None:
    long = chip(("denseFp32Tflops", 19.5), ("denseFp64Tflops", 9.7))
    assert compare(long, "chip", TPP, ">=", 4800).verdict.outcome is Outcome.UNKNOWN
    assert compare(long, "chip", TPP, ">=", 600).verdict.outcome is Outcome.MET


def test_without_figures_nothing_is_known_and_the_missing_quantity_is_named() -> None:
    measured = compare(chip(), "chip", TPP, ">=", 4800)
    assert (measured.verdict.outcome, measured.missing) == (Outcome.UNKNOWN, (TPP,))


def family(*rates: float | None) -> FrozenView:
    claims = [said(f"bin-{number}", "variantOf", "line") for number in range(len(rates))]
    claims += [said(f"bin-{n}", "denseFp16Tflops", value=str(rate)) for n, rate in enumerate(rates) if rate is not None]
    return view(graph(claims, {f"bin-{number}": "Chip" for number in range(len(rates))} | {"line": "Chip"}))


@pytest.mark.parametrize(
    ("rates", "outcome"),
    [((320, 400), Outcome.MET), ((200, 100), Outcome.NOT_MET), ((320, 100), Outcome.UNKNOWN), ((320, None), Outcome.UNKNOWN)],
)
def test_a_family_is_answered_as_one_only_if_its_members_agree(rates: tuple[float | None, ...], outcome: Outcome) -> None:
    line = family(*rates)
    assert members(line, "line") == ("bin-0", "bin-1")
    assert compare(line, "line", TPP, ">=", 4800).verdict.outcome is outcome


def test_a_family_with_a_figure_of_its_own_is_asked_itself() -> None:
    claims = [said("bin", "variantOf", "line"), said("line", "denseFp16Tflops", value="320")]
    assert compare(view(graph(claims)), "line", TPP, ">=", 4800).verdict.outcome is Outcome.MET


def test_any_numeric_relation_is_a_quantity() -> None:
    assert set(QUANTITIES) < set(known(Ontology.shipped()))
    fast = chip(("interconnectBandwidth", 600))
    assert compare(fast, "chip", "interconnectBandwidth", ">=", 600).verdict.outcome is Outcome.MET
    assert figures(fast, "chip", "interconnectBandwidth")[0].text == "600 GB/s"


def test_every_figure_rests_on_its_claims() -> None:
    view_ = chip(("denseFp16Tflops", 312, 4), ("nonPlanarDieArea", 826, 2))
    figure = figures(view_, "chip", PD)[0]
    assert {item.document for item in view_.evidence(figure.rows)} == {"d-0", "d-1"}
    assert figure.truth.for_ == Strength.PRESUMED


@given(
    st.lists(st.tuples(st.sampled_from(["denseFp16Tflops", "denseInt8Tops", "denseFp8Tflops"]), st.integers(1, 2000)), max_size=4),
    st.integers(1, 20_000),
)
def test_a_comparison_and_its_contrary_are_never_both_met(values: list[tuple[str, int]], threshold: int) -> None:
    view_ = chip(*((name, float(rate)) for name, rate in values))
    above = compare(view_, "chip", TPP, ">=", threshold).verdict
    below = compare(view_, "chip", TPP, "<", threshold).verdict
    assert above == ~below
    bits = {"denseFp16Tflops": 16, "denseInt8Tops": 8, "denseFp8Tflops": 8}
    if len({name for name, _ in values}) == len(values):
        highest = max((rate * bits[name] for name, rate in values), default=None)
        expected = Outcome.UNKNOWN if highest is None else Outcome.MET if highest >= threshold else Outcome.NOT_MET
        assert above.outcome is expected
