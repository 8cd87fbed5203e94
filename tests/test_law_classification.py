"""Classification as rules: which entry an item falls under, on which day, and what stays open.

Published figures and conclusions: data sheets and the table of S. W. Kelly (2026-03-18) for chips, CSIS (2024-12-11), SemiAnalysis
(2023-10-24) and Bits&Chips (2023-10-23) for scanners; the thresholds are those of the Commerce Control List of 2026-07-23.
"""

from __future__ import annotations

from datetime import date
from functools import cache
from typing import Any

import pytest

import policygraph as pg
from policygraph.case import Case
from policygraph.desk import KnowledgeGraph, View
from policygraph.findings import Finding
from policygraph.law import explain
from policygraph.law.classify import classify
from policygraph.law.conditions import Entry
from policygraph.law.evaluate import Evaluation
from policygraph.measures import figures
from policygraph.truth import Outcome, Strength
from tests.small import graph, said, view

TPP, PD = "total-processing-performance", "performance-density"
NOW = "2025-06-01"


@cache
def shipped() -> KnowledgeGraph:
    return pg.load()


@cache
def on(day: str) -> View:
    return shipped().view(day)


def check(rule: str, day: str, item: str, **case: Any) -> Finding:
    return on(day).check(rule, item=item, **case)


def made_up(class_: str, day: str, rule: str, case: dict[str, Any] | None = None, **values: Any) -> Finding:
    """Put a rule to an item of which only these figures are known."""
    claims = [said("it", name, value=str(value).lower() if isinstance(value, bool) else str(value)) for name, value in values.items()]
    frozen = view(graph([*claims, said("it", "remark", value="named")], {"it": class_}), day)
    return explain(frozen, shipped().rules, rule, Case(item="it", **(case or {})))


def outcome(finding: Finding) -> str:
    return str(finding.outcome)


# ---- figures of chips against published tables


@pytest.mark.parametrize(
    ("item", "performance", "density"),
    [
        ("a100-sxm4-80gb", 4992, 6.04), ("a800-sxm4-80gb", 4992, 6.04), ("h100-sxm5-80gb", 15832, 19.45), ("h100-nvl-94gb", 13364, 16.42),
        ("h200-sxm-141gb", 15832, 19.45), ("h200-nvl-141gb", 13364, 16.42), ("h800-sxm5-80gb", 15832, 19.45),
        ("h800-pcie-80gb", 12104, 14.87), ("h20", 2368, 2.91), ("b100", 28000, 17.20), ("b200", 36000, 22.11), ("b300", 56000, 34.40),
        ("b30a", 28000, 34.40), ("mi300x", 20919, 20.57), ("mi325x", 20919, 20.57), ("mi210", 2896, None), ("mi250", 5794, None),
        ("mi250x", 6128, None), ("mi300a", 15690, None), ("mi350x", 36910, None), ("mi355x", 40265, None), ("rtx-4090", 5285, 8.69),
        ("rtx-4090-d", 4707, None), ("l40s", 5864, None), ("l20", 1912, None), ("l2", 1544, None), ("l4", 1936, None),
        ("gaudi-2", 7200, None), ("ascend-910b1", 6400, None), ("ascend-910b4", 4480, None), ("ascend-910c", 12800, None),
    ],
)  # fmt: skip
def test_performance_and_density_are_those_of_published_tables(item: str, performance: float, density: float | None) -> None:
    frozen = on("2026-06-01").frozen
    assert figures(frozen, item, TPP)[0].number == pytest.approx(performance, rel=0.002)
    if density is not None:
        assert figures(frozen, item, PD)[0].number == pytest.approx(density, rel=0.002)


@pytest.mark.parametrize(
    ("item", "a", "b"),
    [
        ("h100", "met", "not met"), ("h800", "met", "not met"), ("a800", "met", "not met"), ("b200", "met", "not met"),
        ("mi250x", "met", "not met"),  # 4.23 is within the density of .b, and 6,128 within .a whatever the density
        ("mi300x", "met", "not met"), ("gaudi-2", "met", "not met"), ("l40s", "met", "not met"),
        ("l4", "met", "not met"),  # 1,936 at 6.6: dense enough
        ("l40", "not met", "met"), ("mi210", "not met", "met"), ("a40", "not met", "met"),
        ("h20", "not met", "not met"),  # 2,368 is below .b.1, 2.91 below .b.2
        ("l20", "not met", "not met"), ("l2", "not met", "not met"), ("a10", "not met", "not met"), ("v100", "not met", "not met"),
        ("t4", "not met", "not met"),
        ("rtx-4090", "met", "not met"),  # 4,800 or more, whatever it is marketed for
        ("rtx-4090-d", "not met", "not met"), ("rtx-4080", "not met", "not met"), ("rtx-5090-d", "not met", "not met"),
        ("ascend-910b", "met", "not met"), ("ascend-910c", "met", "not met"),
        ("gaudi-3", "unknown", "unknown"), ("mi308x", "unknown", "unknown"),  # no rates published
    ],
)  # fmt: skip
def test_chips_under_the_entry_of_november_2023(item: str, a: str, b: str) -> None:
    assert (outcome(check("eccn-3a090-a", NOW, item)), outcome(check("eccn-3a090-b", NOW, item))) == (a, b)


@pytest.mark.parametrize(
    ("performance", "area", "marketed", "a", "b"),
    [
        (4800, 100000, True, "met", "not met"), (4800, 100000, False, "met", "not met"), (4799, 100000, True, "not met", "not met"),
        (4736, 800, True, "met", "not met"),  # 5.92 exactly
        (4735, 800, True, "not met", "met"), (4736, 800, False, "not met", "not met"),
        (2400, 1500, True, "not met", "met"),  # 1.6 exactly
        (2399, 1499, True, "not met", "not met"), (2400, 1501, True, "not met", "not met"),
        (1600, 500, True, "not met", "met"),  # 3.2 exactly
        (1599, 400, True, "not met", "not met"), (1600, 501, True, "not met", "not met"), (1600, 270, True, "met", "not met"),
        (1599, 100, True, "not met", "not met"), (4799, 811, False, "not met", "not met"),
    ],
)  # fmt: skip
def test_lower_limits_are_inside_and_upper_limits_outside(performance: int, area: int, marketed: bool, a: str, b: str) -> None:
    chip: dict[str, Any] = {"denseInt8Tops": performance / 8, "nonPlanarDieArea": area, "marketedForDataCentre": marketed}
    assert outcome(made_up("Chip", NOW, "eccn-3a090-a", **chip)) == a
    assert outcome(made_up("Chip", NOW, "eccn-3a090-b", **chip)) == b


def test_without_a_non_planar_die_no_test_of_density_is_met() -> None:
    chip: dict[str, Any] = {"denseInt8Tops": 400, "nonPlanarDieArea": 0, "marketedForDataCentre": True}
    for rule in ("eccn-3a090-a", "eccn-3a090-b"):
        finding = made_up("Chip", NOW, rule, **chip)
        assert outcome(finding) == "not met"
        assert finding.verdict.all_.against == Strength.PRESUMED
    assert outcome(made_up("Chip", NOW, "eccn-3a090-a", **{**chip, "denseInt8Tops": 600})) == "met"


def test_what_it_is_marketed_for_matters_and_left_out_is_a_gap() -> None:
    finding = made_up("Chip", NOW, "eccn-3a090-b", denseInt8Tops=400, nonPlanarDieArea=800)
    assert finding.outcome is Outcome.UNKNOWN
    assert any(gap.relation == "marketedForDataCentre" for gap in finding.gaps)


@pytest.mark.parametrize(
    ("day", "rate", "link", "expected"),
    [
        ("2022-10-20", 300, 600, "not met"), ("2022-10-21", 300, 600, "met"), ("2023-11-16", 300, 600, "met"),
        ("2023-11-17", 300, 600, "not met"), ("2022-12-01", 299, 600, "not met"), ("2022-12-01", 300, 599, "not met"),
        ("2022-12-01", 300, None, "unknown"),
    ],
)
def test_the_first_version_asked_for_both_performance_and_transfer_rate(
    day: str, rate: float, link: float | None, expected: str
) -> None:
    figures_: dict[str, Any] = {"denseFp16Tflops": rate} | ({"interconnectBandwidth": link} if link else {})
    assert outcome(made_up("Chip", day, "eccn-3a090-2022", **figures_)) == expected


@pytest.mark.parametrize(
    ("day", "item", "expected"),
    [
        (NOW, "h20", "met"), (NOW, "rtx-4090-d", "met"), (NOW, "h100", "not met"), (NOW, "mi308x", "unknown"),
        ("2022-10-20", "v100", "not met"), ("2022-10-21", "v100", "met"),
    ],
)
def test_what_misses_3a090_falls_back_on_3a991(day: str, item: str, expected: str) -> None:
    finding = check("eccn-3a991-p", day, item)
    assert outcome(finding) == expected
    if expected == "met":
        assert finding.verdict.all_.for_ == Strength.PRESUMED  # that no other entry holds it is presumed


# ---- computers, and items classified elsewhere


def test_a_computer_is_what_the_worst_chip_in_it_is() -> None:
    assert outcome(check("eccn-4a090-a", NOW, "nvl72")) == "met"
    assert outcome(check("eccn-4a090-a", "2023-11-16", "nvl72")) == "not met"
    assert outcome(check("eccn-4a994-l", NOW, "nvl72")) == "not met"
    names = {"server": "System", "chip": "Chip"}
    weak = [said("server", "incorporates", "chip", since="2024-01-01"), said("chip", "denseInt8Tops", value="296")]
    weak += [said("chip", "nonPlanarDieArea", value="814"), said("chip", "marketedForDataCentre", value="true")]
    frozen = view(graph(weak, names), NOW)
    for rule, expected in (("eccn-4a090-a", "unknown"), ("eccn-4a090-b", "unknown"), ("eccn-4a994-l", "unknown")):
        assert outcome(explain(frozen, shipped().rules, rule, Case(item="server"))) == expected  # what else is in it is not known


@pytest.mark.parametrize("entry", ["3a001", "4a003", "4a004", "4a005", "5a002", "5a004", "5a992"])
def test_a_z_paragraph_asks_for_the_entry_and_for_the_parameters(entry: str) -> None:
    rule, said_so = f"eccn-{entry}-z", {"attestations": [f"described-in-{entry}"]}
    strong, weak = ("nvl72", "h20") if entry.startswith("4") else ("h100", "h20")
    assert outcome(check(rule, NOW, strong, **said_so)) == "met"
    assert outcome(check(rule, NOW, strong)) == "unknown"
    assert outcome(check(rule, NOW, weak, **said_so)) == "not met"  # what Note 2 and the limits free is free here too
    assert outcome(check(rule, "2023-11-16", strong, **said_so)) == "not met"


@pytest.mark.parametrize("entry", ["3A001", "3A991", "4A003", "4A004", "4A005", "4A994", "5A002", "5A004", "5A992"])
def test_an_entry_of_which_only_some_paragraphs_are_computed_is_not_refuted(entry: str) -> None:
    built = graph([said("it", "denseInt8Tops", value="1")], {"it": "Chip"})
    reading = Evaluation(view(built, NOW), shipped().rules, date(2025, 6, 1)).classified("it", (Entry(code=entry),), ())
    assert reading.is_unknown
    assert outcome(check(f"eccn-{entry.lower()}-rest", NOW, "l2", attestations=[f"described-in-{entry.lower()}"])) == "met"
    assert outcome(check(f"eccn-{entry.lower()}-rest", NOW, "l2", attestations="none")) == "not met"


def test_that_nobody_names_an_entry_does_not_dispute_what_the_figures_come_to() -> None:
    claims = [said("it", "denseInt8Tops", value="1000"), said("it", "marketedForDataCentre", value="true")]
    complete = ({"relation": "classifiedAs", "subject": "it"},)
    found = classify(Evaluation(view(graph(claims, {"it": "Chip"}, complete), NOW), shipped().rules, date(2025, 6, 1)), "it")
    assert found.to_json()["paragraphs"]["3A090.a"] == "met"
    assert found.verdicts["3B001.c"].outcome is Outcome.NOT_MET, "what no figure puts it in, silence still refutes"


# ---- memory


@pytest.mark.parametrize(
    ("bandwidth", "controlled", "below"),
    [(200, "not met", "met"), (201, "met", "met"), (329, "met", "met"), (330, "met", "not met"), (None, "unknown", "unknown")],
)
def test_high_bandwidth_memory_is_controlled_above_2_and_excepted_below_3_3(
    bandwidth: float | None, controlled: str, below: str
) -> None:
    stack: dict[str, Any] = {"packageArea": 100} | ({"memoryBandwidth": bandwidth} if bandwidth else {})
    assert outcome(made_up("Memory", NOW, "eccn-3a090-c", **stack)) == controlled
    assert outcome(made_up("Memory", NOW, "eccn-hbm-below-3-3", **stack)) == below


@pytest.mark.parametrize(("day", "expected"), [("2024-12-01", "not met"), ("2024-12-02", "met"), ("2024-12-31", "met")])
def test_memory_is_classified_from_the_day_the_rule_took_effect(day: str, expected: str) -> None:
    assert outcome(made_up("Memory", day, "eccn-3a090-c", packageArea=100, memoryBandwidth=400)) == expected


def test_a_processor_packaged_with_its_memory_is_not_memory() -> None:
    assert outcome(check("eccn-3a090-c", NOW, "h20")) == "not met"


# ---- tools


@pytest.mark.parametrize(
    ("item", "f1a", "f1b", "b993", "b991"),
    [
        ("asml-nxt-2000i", "not met", "met", "not met", "not met"), ("asml-nxt-2050i", "not met", "met", "not met", "not met"),
        ("asml-nxt-2100i", "not met", "met", "not met", "not met"), ("asml-nxt-1980i", "not met", "not met", "met", "not met"),
        ("asml-nxt-1970i", "not met", "not met", "met", "not met"), ("asml-nxe-3400c", "met", "not met", "not met", "not met"),
        ("asml-nxe-3800e", "met", "not met", "not met", "not met"), ("asml-exe-5000", "met", "not met", "not met", "not met"),
        ("asml-nxt-1930di", "not met", "unknown", "unknown", "unknown"),  # nobody states its overlay
        ("kla-tools", "unknown", "unknown", "unknown", "unknown"),
    ],
)  # fmt: skip
def test_scanners(item: str, f1a: str, f1b: str, b993: str, b991: str) -> None:
    rules = ("eccn-3b001-f-1-a", "eccn-3b001-f-1-b", "eccn-3b993-f-1", "eccn-3b991-b-2-f")
    assert tuple(outcome(check(rule, NOW, item)) for rule in rules) == (f1a, f1b, b993, b991)


@pytest.mark.parametrize(
    ("overlay", "resolution", "f1b", "b993"),
    [
        (1.5, 45, "met", "not met"), (1.51, 45, "not met", "met"), (2.4, 38, "not met", "met"), (2.41, 38, "not met", "not met"),
        (1.4, 46, "not met", "not met"), (1.6, 46, "not met", "not met"), (None, 38, "unknown", "unknown"),
        (1.5, None, "unknown", "not met"),
    ],
)
def test_overlay_and_resolution_at_their_limits(overlay: float | None, resolution: float | None, f1b: str, b993: str) -> None:
    tool: dict[str, Any] = {"toolKind": "scanner", "sourceWavelength": 193}
    tool |= {"dedicatedChuckOverlay": overlay} if overlay else {}
    tool |= {"minimumResolvableFeature": resolution} if resolution else {}
    assert outcome(made_up("Equipment", NOW, "eccn-3b001-f-1-b", **tool)) == f1b
    assert outcome(made_up("Equipment", NOW, "eccn-3b993-f-1", **tool)) == b993


@pytest.mark.parametrize(
    ("day", "f1b", "second_row", "b993"),
    [
        ("2023-11-16", "unknown", "not met", "not met"), ("2023-11-17", "not met", "met", "not met"),
        ("2024-12-01", "not met", "met", "not met"), ("2024-12-02", "not met", "not met", "met"),
    ],
)
def test_the_second_row_of_immersion_scanners_moved(day: str, f1b: str, second_row: str, b993: str) -> None:
    rules = ("eccn-3b001-f-1-b", "eccn-3b001-f-1-b-2-b", "eccn-3b993-f-1")
    assert tuple(outcome(check(rule, day, "asml-nxt-1980i")) for rule in rules) == (f1b, second_row, b993)


@pytest.mark.parametrize(("aperture", "expected"), [(1.35, "not met"), (1.55, "met")])
def test_before_overlay_counted_the_formula_kept_immersion_scanners_out(aperture: float, expected: str) -> None:
    finding = made_up("Equipment", "2022-06-01", "eccn-3b001-f-1-b", toolKind="scanner", sourceWavelength=193, numericalAperture=aperture)
    assert outcome(finding) == expected
    assert Strength(finding.verdict.all_.for_ or finding.verdict.all_.against) == Strength.PRESUMED


@pytest.mark.parametrize(
    ("rule", "tool", "case", "expected"),
    [
        ("eccn-3b001-f-5", {"toolKind": "imprint", "imprintOverlay": 1.49}, {}, "met"),
        ("eccn-3b001-f-5", {"toolKind": "imprint", "imprintOverlay": 1.5}, {}, "not met"),
        ("eccn-3b001-f-5", {"toolKind": "imprint"}, {}, "unknown"),
        ("eccn-3b993-f-2", {"toolKind": "imprint", "imprintOverlay": 1.5}, {}, "not met"),
        ("eccn-3b993-f-2", {"toolKind": "imprint", "imprintOverlay": 1.6}, {}, "met"),
        ("eccn-3b993-f-2", {"toolKind": "imprint", "imprintOverlay": 4.1}, {}, "not met"),
        ("eccn-3b993-f-2", {"toolKind": "imprint"}, {}, "unknown"),
        ("eccn-3b001-c-1-a", {"toolKind": "dry-etch", "etchSelectivity": 100}, {"attestations": ["isotropic-etch"]}, "met"),
        ("eccn-3b001-c-1-a", {"toolKind": "dry-etch", "etchSelectivity": 99}, {"attestations": ["isotropic-etch"]}, "not met"),
        ("eccn-3b001-c-1-a", {"toolKind": "dry-etch", "etchSelectivity": 100}, {}, "unknown"),
        ("eccn-3b001-c-2", {"toolKind": "wet-etch", "etchSelectivity": 100}, {}, "met"),
        ("eccn-3b001-c-2", {"toolKind": "dry-etch", "etchSelectivity": 100}, {}, "not met"),
        ("eccn-3b001-c-2", {"toolKind": "wet-etch"}, {}, "unknown"),
        ("eccn-3b001-c-1-c", {"toolKind": "dry-etch", "pulsedRf": True, "gasSwitchingTime": 299, "chuckZones": 20},
         {"attestations": ["anisotropic-etch"]}, "met"),
        ("eccn-3b001-c-1-c", {"toolKind": "dry-etch", "pulsedRf": True, "gasSwitchingTime": 300, "chuckZones": 20},
         {"attestations": ["anisotropic-etch"]}, "not met"),
        ("eccn-3b001-c-1-c", {"toolKind": "dry-etch", "pulsedRf": True, "gasSwitchingTime": 299}, {"attestations": ["anisotropic-etch"]},
         "unknown"),
        ("eccn-3b993-c-3", {"toolKind": "dry-etch", "pulsedRf": True, "gasSwitchingTime": 300, "chuckZones": 20},
         {"attestations": ["anisotropic-etch"]}, "met"),
        ("eccn-3b993-c-3", {"toolKind": "dry-etch", "pulsedRf": True, "gasSwitchingTime": 299, "chuckZones": 20},
         {"attestations": ["anisotropic-etch"]}, "not met"),  # that is 3B001.c.1.c
        ("eccn-3b993-c-3", {"toolKind": "dry-etch", "pulsedRf": True, "gasSwitchingTime": 499, "chuckZones": 9},
         {"attestations": ["anisotropic-etch"]}, "not met"),
        ("eccn-3b001-a-4", {"toolKind": "epitaxy", "epitaxyTemperature": 685}, {"attestations": ["preclean-chamber"]}, "met"),
        ("eccn-3b001-a-4", {"toolKind": "epitaxy", "epitaxyTemperature": 686}, {"attestations": ["preclean-chamber"]}, "not met"),
        ("eccn-3b001-a-4", {"toolKind": "epitaxy", "epitaxyTemperature": 685}, {}, "unknown"),
        ("eccn-3b991-b-2-f", {"toolKind": "scanner", "sourceWavelength": 365, "minimumResolvableFeature": 350,
                              "dedicatedChuckOverlay": 20}, {}, "met"),
        ("eccn-3b991-b-2-f", {"toolKind": "deposition", "sourceWavelength": 365}, {}, "not met"),
        ("eccn-3b991-b-2-f", {"toolKind": "scanner"}, {}, "unknown"),
    ],
)  # fmt: skip
def test_tools_by_their_parameters(rule: str, tool: dict[str, Any], case: dict[str, Any], expected: str) -> None:
    assert outcome(made_up("Equipment", NOW, rule, case, **tool)) == expected


@pytest.mark.parametrize(
    ("rule", "kind", "word"),
    [
        ("eccn-3b001-f-6", "upgrade", ["lowers-feature-size-of-immersion-scanner", "lowers-overlay-to-1-5-nm"]),
        ("eccn-3b001-c-3-4", "dry-etch", ["meets-3b001-c"]), ("eccn-3b001-d", "deposition", ["meets-3b001-d"]),
        ("eccn-3b001-p-2", "cleaner", ["surface-modification-drying"]),
        ("eccn-3b001-p-4", "cleaner", ["supercritical-or-sublimation-drying"]), ("eccn-3b001-a-other", "epitaxy", ["meets-3b001-a"]),
        ("eccn-3b001-f-other", "mask-writer", ["meets-3b001-f"]), ("eccn-3b001-other", "implanter", ["meets-3b001"]),
        ("eccn-3b001-g", "mask", ["meets-3b001-g"]), ("eccn-3b001-h", "mask", ["meets-3b001-h"]),
        ("eccn-3b991-b-2-a-b", "mask", ["meets-3b991-b-2"]), ("eccn-3b002-other", "tester", ["meets-3b002"]),
        ("eccn-3b903", "microscope", ["meets-3b903"]), ("eccn-3b993-c-other", "dry-etch", ["meets-3b993-c"]),
        ("eccn-3b993-f-other", "upgrade", ["meets-3b993-f"]), ("eccn-3b993-other", "anneal", ["meets-3b993"]),
        ("eccn-3b994", "implanter", ["meets-3b994", "volume-production"]), ("eccn-3b992", "inspection", ["meets-3b992"]),
        ("eccn-3b991-other", "bonder", ["meets-3b991"]),
    ],
)  # fmt: skip
def test_what_only_a_case_can_tell_is_open_until_it_does(rule: str, kind: str, word: list[str]) -> None:
    assert outcome(made_up("Equipment", NOW, rule, {"attestations": word}, toolKind=kind)) in ("met", "unknown")
    assert outcome(made_up("Equipment", NOW, rule, toolKind=kind)) == "unknown"
    assert outcome(made_up("Equipment", NOW, rule, {"attestations": "none"}, toolKind=kind)) == "not met"
    if rule != "eccn-3b991-other":
        assert outcome(made_up("Equipment", NOW, rule, toolKind="scanner")) == "not met"


@pytest.mark.parametrize(
    ("rule", "kind"),
    [
        ("eccn-3b001-k", "mask-deposition"), ("eccn-3b001-l", "pellicle"), ("eccn-3b001-m", "pellicle-tool"), ("eccn-3b001-n", "track"),
        ("eccn-3b001-q", "mask"), ("eccn-3b001-r", "pattern-shaper"), ("eccn-3b002-c", "mask-inspection"),
    ],
)
def test_what_is_made_for_euv(rule: str, kind: str) -> None:
    assert outcome(made_up("Equipment", NOW, rule, toolKind=kind, madeForEuv=True)) == "met"
    assert outcome(made_up("Equipment", NOW, rule, toolKind=kind, madeForEuv=False)) == "not met"
    assert outcome(made_up("Equipment", NOW, rule, toolKind=kind)) == "unknown"


@pytest.mark.parametrize(
    ("rule", "before", "first", "tool", "case"),
    [
        ("eccn-3b001-n", "2023-11-16", "2023-11-17", {"toolKind": "track", "madeForEuv": True}, {}),
        ("eccn-3b001-q", "2024-09-05", "2024-09-06", {"toolKind": "mask", "madeForEuv": True}, {}),
        ("eccn-3b903", "2024-09-05", "2024-09-06", {"toolKind": "microscope"}, {"attestations": ["meets-3b903"]}),
        ("eccn-3b993-other", "2024-12-01", "2024-12-02", {"toolKind": "anneal"}, {"attestations": ["meets-3b993"]}),
        ("eccn-3b994", "2024-12-01", "2024-12-02", {"toolKind": "implanter"}, {"attestations": ["meets-3b994", "volume-production"]}),
        ("eccn-3b090", "2022-10-06", "2022-10-07", {"toolKind": "deposition"}, {"attestations": ["meets-3b090"]}),
    ],
)  # fmt: skip
def test_the_day_an_entry_for_tools_began(rule: str, before: str, first: str, tool: dict[str, Any], case: dict[str, Any]) -> None:
    assert [outcome(made_up("Equipment", day, rule, case, **tool)) for day in (before, first)] == ["not met", "met"]


def test_the_entry_of_2022_for_deposition_ended_when_it_was_folded_into_3b001() -> None:
    case = {"attestations": ["meets-3b090", "meets-3b001-d"]}
    for day, old, new in (("2023-11-16", "met", "not met"), ("2023-11-17", "not met", "met")):
        assert outcome(made_up("Equipment", day, "eccn-3b090", case, toolKind="deposition")) == old
        assert outcome(made_up("Equipment", day, "eccn-3b001-d", case, toolKind="deposition")) == new


def test_a_scanner_that_misses_its_paragraphs_is_outside_3b001_and_an_etch_tool_is_open() -> None:
    old: dict[str, Any] = {"toolKind": "scanner", "sourceWavelength": 248, "minimumResolvableFeature": 110, "dedicatedChuckOverlay": 6}
    for tool, expected in ((old, Outcome.NOT_MET), ({"toolKind": "dry-etch"}, Outcome.UNKNOWN), ({}, Outcome.UNKNOWN)):
        claims = [said("it", name, value=str(value)) for name, value in tool.items()] or [said("it", "remark", value="named")]
        frozen = view(graph(claims, {"it": "Equipment"}), NOW)
        reading = Evaluation(frozen, shipped().rules, date(2025, 6, 1)).classified("it", (Entry(code="3B001"),), ())
        assert reading.verdict.outcome is expected


# ---- technology and software


@pytest.mark.parametrize(
    ("rule", "class_", "what", "first", "before"),
    [
        ("eccn-3d001-for-3a090", "Software", "h100", "2022-10-21", "2022-10-20"),
        ("eccn-3e001-for-3a090", "Technology", "h100", "2022-10-21", "2022-10-20"),
        ("eccn-4d090", "Software", "nvl72", "2022-10-21", "2022-10-20"),
        ("eccn-4e001-for-4a090", "Technology", "nvl72", "2022-10-21", "2022-10-20"),
        ("eccn-3d992-for-sme", "Software", "sme", "2023-11-17", "2023-11-16"),
        ("eccn-3e992-for-sme", "Technology", "sme", "2023-11-17", "2023-11-16"),
        ("eccn-3d993-for-3b993", "Software", "3b993", "2024-12-02", "2024-12-01"),
        ("eccn-3e993-for-3b993", "Technology", "3b993", "2024-12-02", "2024-12-01"),
        ("eccn-3d994-for-3b994", "Software", "3b994", "2024-12-02", "2024-12-01"),
        ("eccn-3e994-for-3b994", "Technology", "3b994", "2024-12-02", "2024-12-01"),
        ("eccn-3d901-for-3b903", "Software", "3b903", "2024-09-06", "2024-09-05"),
        ("eccn-3e901-for-3b903", "Technology", "3b903", "2024-09-06", "2024-09-05"),
    ],
)
def test_technology_and_software_follow_what_they_are_for(rule: str, class_: str, what: str, first: str, before: str) -> None:
    word = {"h100": "for-3a090", "nvl72": "for-4a090"}.get(what, f"for-{what}")
    case = {"attestations": [word]}
    assert outcome(made_up(class_, first, rule, case)) == "met"
    assert outcome(made_up(class_, before, rule, case)) == "not met"
    assert outcome(made_up(class_, first, rule)) == "unknown"
    assert outcome(made_up("Chip", first, rule, case)) == "not met"


def test_what_technology_is_for_may_be_on_record() -> None:
    claims = [said("mask-data", "technologyFor", "gpu"), said("gpu", "denseInt8Tops", value="700")]
    frozen = view(graph(claims, {"mask-data": "Technology", "gpu": "Chip"}), NOW)
    assert outcome(explain(frozen, shipped().rules, "eccn-3e001-for-3a090", Case(item="mask-data"))) == "met"


# ---- model weights


@pytest.mark.parametrize(
    ("day", "operations", "published", "further", "share", "expected"),
    [
        ("2025-01-12", 10**26, False, None, None, "not met"), ("2025-01-13", 10**26, False, None, None, "met"),
        ("2025-05-12", 10**26, False, None, None, "met"), ("2025-05-13", 10**26, False, None, None, "not met"),  # no longer enforced
        ("2025-02-01", 10**26 - 10**24, False, None, None, "not met"), ("2025-02-01", 10**26, True, None, None, "not met"),
        ("2025-02-01", 10**26, None, None, None, "unknown"), ("2025-02-01", None, False, None, None, "unknown"),
        ("2025-02-01", 2 * 10**26, False, 6 * 10**25, 30, "met"), ("2025-02-01", 2 * 10**26, False, 4 * 10**25, 20, "not met"),
        ("2025-02-01", 10**26, False, 25 * 10**24, 26, "not met"),
    ],
)  # fmt: skip
def test_model_weights(
    day: str, operations: int | None, published: bool | None, further: int | None, share: int | None, expected: str
) -> None:
    given = {"trainingOperations": operations, "weightsPublished": published, "furtherTrainingOperations": further}
    told = {name: value for name, value in {**given, "furtherTrainingShare": share}.items() if value is not None}
    claims = [said("it", name, value=str(value).lower()) for name, value in told.items()]
    claims += [said("base", "weightsPublished", value="true")] + ([said("it", "derivedFromModel", "base")] if further else [])
    frozen = view(graph(claims, {"it": "AIModel", "base": "AIModel"}), day)
    assert outcome(explain(frozen, shipped().rules, "eccn-4e091", Case(item="it"))) == expected


def test_a_published_model_is_outside_and_the_text_stands_though_it_is_not_enforced() -> None:
    assert outcome(check("eccn-4e091", "2025-02-01", "deepseek-v3")) == "not met"
    finding = check("eccn-4e091", NOW, "deepseek-v3")
    assert any("unenforced" in node.label or "unenforced" in node.note for node in finding.proof.walk())


# ---- advanced nodes


@pytest.mark.parametrize(
    ("day", "item", "expected"),
    [
        (NOW, "tsmc-7nm", "met"), (NOW, "smic-n-plus-2", "met"), (NOW, "smic-28nm", "not met"), (NOW, "node-7nm", "met"),
        (NOW, "kirin-9000s", "met"), (NOW, "kirin-710a", "met"), (NOW, "ascend-910b", "met"), (NOW, "h20", "met"),
        (NOW, "hbm2e-samsung", "met"),  # more than 3,000 vias a die
        (NOW, "hbm-samsung", "unknown"), ("2022-10-06", "kirin-9000s", "not met"), ("2022-10-07", "kirin-710a", "met"),
    ],
)
def test_advanced_node_circuits_and_processes(day: str, item: str, expected: str) -> None:
    assert outcome(check("ear-advanced-node-ic", day, item)) == expected


@pytest.mark.parametrize(
    ("day", "memory", "expected"),
    [
        ("2024-12-01", {"halfPitch": 18}, "met"), ("2024-12-01", {"halfPitch": 18.5}, "not met"),
        ("2024-12-02", {"halfPitch": 18}, "unknown"),
        ("2024-12-01", {"memoryDensity": 0.3}, "unknown"), ("2024-12-02", {"memoryDensity": 0.3}, "met"),
        ("2024-12-02", {"memoryDensity": 0.25}, "unknown"), ("2025-01-15", {"memoryDensity": 0.25}, "unknown"),
        ("2025-01-16", {"memoryDensity": 0.25}, "met"), ("2025-01-16", {"memoryDensity": 0.2}, "unknown"),
        ("2025-01-15", {"memoryCellArea": 0.0019}, "unknown"), ("2025-01-15", {"memoryCellArea": 0.0018}, "met"),
        ("2025-01-16", {"memoryCellArea": 0.0025}, "met"), ("2025-01-16", {"memoryCellArea": 0.0026}, "unknown"),
        (NOW, {"throughSiliconVias": 3000, "memoryCellArea": 0.003, "memoryDensity": 0.1}, "not met"),
        (NOW, {"throughSiliconVias": 3001}, "met"),
    ],
)
def test_memory_of_an_advanced_node_by_the_day(day: str, memory: dict[str, Any], expected: str) -> None:
    assert outcome(made_up("Memory", day, "ear-advanced-node-ic-dram", **memory)) == expected


def test_the_figures_of_december_2024_were_not_read_and_count_as_presumed() -> None:
    for day, strength in (("2024-12-02", Strength.PRESUMED), ("2025-01-16", Strength.REPORTED)):
        finding = made_up("Memory", day, "ear-advanced-node-ic-dram", memoryDensity=0.3)
        assert Strength(finding.verdict.all_.for_) == strength


def test_nand_counts_for_the_definition_and_not_for_footnote_5() -> None:
    assert outcome(made_up("Memory", NOW, "ear-advanced-node-ic", memoryLayers=128)) == "met"
    assert outcome(made_up("Memory", NOW, "ear-advanced-node-ic-nand", memoryLayers=127)) == "not met"
    assert outcome(made_up("Memory", NOW, "ear-advanced-node-ic-nand")) == "unknown"
    assert outcome(made_up("Memory", NOW, "ear-advanced-node-ic-logic-dram", memoryLayers=232)) == "unknown"  # what DRAM it is nobody says
    for day, expected in (("2024-12-01", "not met"), ("2024-12-02", "met")):
        assert outcome(made_up("Chip", day, "ear-advanced-node-ic-logic-dram", nonPlanarDieArea=100)) == expected


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        ({"nodeSize": 16, "nonPlanarTransistors": False}, "met"), ({"nodeSize": 22, "nonPlanarTransistors": True}, "met"),
        ({"nodeSize": 22, "nonPlanarTransistors": False}, "not met"), ({"nodeSize": 17}, "unknown"), ({}, "unknown"),
    ],
)
def test_a_logic_process_by_its_size_or_its_transistors(node: dict[str, Any], expected: str) -> None:
    assert outcome(made_up("ProcessNode", NOW, "ear-advanced-node-logic-process", **node)) == expected


# ---- the presumption against foundries

FEW, DESIGNER = "packaged-by-fabricator-outside-macau-and-d5", ["designer-agreed-to-report", "datasheet-below-3a090"]
APPLIED = [*DESIGNER, "designer-authorised", {"what": "designer-applied-for-approval", "on": "2026-12-01"}]


@pytest.mark.parametrize(
    ("day", "item", "case", "expected"),
    [
        ("2025-01-15", "h20", {}, "not met"), ("2025-01-16", "h20", {}, "met"), ("2025-01-31", "h20", {}, "met"),
        (NOW, "h20", {"attestations": [FEW, "transistor-count-below-30-billion"]}, "not met"),
        (NOW, "h20", {"attestations": ["transistor-count-below-30-billion"]}, "met"),  # who packages it is not attested
        (NOW, "h20", {"attestations": ["packaged-by-approved-osat", "transistor-count-below-30-billion"]}, "not met"),
        (NOW, "h20", {"attestations": [FEW, "transistor-count-below-35-billion-without-hbm"]}, "met"),  # not before 2027
        ("2026-12-31", "h20", {"attestations": [FEW, "transistor-count-below-35-billion-without-hbm"]}, "met"),
        ("2027-01-01", "h20", {"attestations": [FEW, "transistor-count-below-35-billion-without-hbm"]}, "not met"),
        ("2028-12-31", "h20", {"attestations": [FEW, "transistor-count-below-40-billion-without-hbm"]}, "met"),
        ("2029-01-01", "h20", {"attestations": [FEW, "transistor-count-below-40-billion-without-hbm"]}, "not met"),
        (NOW, "h20", {"attestations": DESIGNER}, "not met"),  # a designer in the United States
        (NOW, "ascend-910b", {"attestations": DESIGNER}, "met"),  # a designer in China
        (NOW, "h20", {"attestations": ["designer-agreed-to-report"]}, "met"),
        ("2026-04-13", "h20", {"attestations": DESIGNER}, "not met"),
        ("2026-12-31", "h20", {"attestations": [*DESIGNER, "designer-authorised"]}, "not met"),
        ("2027-01-01", "h20", {"attestations": DESIGNER}, "met"),
        ("2027-01-01", "h20", {"attestations": APPLIED}, "not met"),
        ("2027-06-01", "h20", {"attestations": APPLIED}, "met"),
        (NOW, "h20", {"exporter": "nvidia", "attestations": ["exporter-is-no-fabricator-or-osat"]}, "not met"),
        (NOW, "h20", {"exporter": "nvidia", "attestations": "none"}, "unknown"),
        (NOW, "h20", {"act": "use"}, "not met"), (NOW, "mi308x", {}, "met"), (NOW, "hbm-samsung", {}, "not met"),
    ],
)  # fmt: skip
def test_the_presumption_against_foundries(day: str, item: str, case: dict[str, Any], expected: str) -> None:
    finding = check("ear-presumption-foundry", day, item, **{"exporter": "tsmc", "act": "export", **case})
    assert outcome(finding) == expected
    if expected == "met":
        assert Strength(finding.verdict.all_.for_) == Strength.PRESUMED
