"""The founding question, on the shipped data and on small graphs: by which routes did an item touch tooling of an origin?"""

from __future__ import annotations

from functools import cache

import pytest

import policygraph as pg
from policygraph.claims import Stance
from policygraph.desk import KnowledgeGraph
from policygraph.findings import Finding, Route
from policygraph.touches import Ways, touches
from policygraph.truth import Outcome, Strength
from tests.small import graph, said, view


@cache
def shipped() -> KnowledgeGraph:
    return pg.load()


def ask(item: str, as_of: str = "2025-05-13", origin: str = "US", **more: object) -> Finding:
    return shipped().view(as_of, **more).touches(item, origin)  # type: ignore[arg-type]


def through(finding: Finding, kind: str = "fab equipment") -> dict[str, Route]:
    return {route.through: route for route in finding.routes if route.kind == kind}


# ---- the reader's test, on the shipped data


def test_for_the_910b_the_foundry_in_taiwan_and_the_one_in_china_stand_side_by_side() -> None:
    finding = ask("ascend-910b")
    fabs = through(finding)
    assert finding.leaning is Outcome.MET
    assert {"tsmc-7nm-lines", "smic-finfet-lines"} <= set(fabs)
    assert fabs["tsmc-7nm-lines"].verdict.outcome is Outcome.CONTESTED
    assert fabs["smic-finfet-lines"].verdict.leaning is Outcome.MET


def test_the_die_is_a_teardown_report_and_huawei_disputes_where_it_was_made() -> None:
    steps = {step.relation: step for step in through(ask("ascend-910b"))["tsmc-7nm-lines"].path}
    assert "techinsights" in {item.speaker for item in steps["incorporates"].evidence}
    assert Strength(steps["incorporates"].truth.for_) is Strength.REPORTED
    against = [(item.speaker, item.strength) for item in steps["fabricatedAt"].evidence if item.against]
    assert ("huawei", Strength.ALLEGED) in against


def test_what_us_tools_stand_in_each_fab_is_told_with_its_speakers() -> None:
    for route in through(ask("ascend-910b")).values():
        tools = next(step for step in route.path if step.relation == "usesEquipment")
        assert {item.speaker for item in tools.evidence}
        assert route.path[-1].object == "US"


def test_the_presumption_of_the_authority_is_a_presumption_and_its_dispute_is_shown() -> None:
    route = next(route for route in ask("ascend-910b").routes if route.kind == "direct product")
    assert Strength(route.verdict.all_.for_) is Strength.PRESUMED
    assert route.verdict.outcome is Outcome.CONTESTED
    speakers = {item.speaker: item for item in route.path[0].evidence}
    assert speakers["us-bis"].stance == "presumes" or "us-bis" in speakers
    assert {"cn-mofcom", "yang-jie"} & {item.speaker for item in route.path[0].evidence if item.against}


def test_without_allegations_fewer_tools_speak_for_the_foundry_in_china() -> None:
    full, strict = (shipped().view("2025-05-13", at_least=level).frozen for level in ("alleged", "reported"))
    tools = [{v.step(row).object for row in v.find("smic-finfet-lines", "usesEquipment") if v.edges.all_for[row]} for v in (full, strict)]
    assert tools[1] < tools[0]
    assert "kla-tools" in tools[0] - tools[1]
    assert "direct product" not in {route.kind for route in ask("ascend-910b", at_least="reported").routes}


def test_what_would_settle_the_open_ways_is_named() -> None:
    patterns = {gap.pattern for gap in ask("ascend-910b").gaps}
    assert "ascend-910b designedWith ?Software" in patterns


def test_before_the_teardown_was_public_the_foundry_in_taiwan_is_not_there() -> None:
    finding = ask("ascend-910b", known_by="2024-09-01")
    assert "tsmc-7nm-lines" not in through(finding)
    assert all(item.published <= finding.known_by for item in finding.sources)  # type: ignore[operator]


def test_banked_dies_and_older_memory_count_in_packages_of_2025() -> None:
    finding = ask("ascend-910c")
    die = through(finding)["tsmc-7nm-lines"].path[0]
    made = through(finding)["tsmc-7nm-lines"].path[1]
    assert die.object == "ascend-910b-die-tsmc"
    assert made.ends is not None
    assert made.ends.year == 2024
    assert {"hbm2e-samsung", "hbm2e-sk-hynix"} <= set(through(finding, "memory"))


def test_the_dispute_about_the_chiplets_of_the_910c_is_shown() -> None:
    die = through(ask("ascend-910c"))["tsmc-7nm-lines"].path[0]
    assert "toms-hardware" in {item.speaker for item in die.evidence if item.against}


def test_the_kirin_9000_was_made_in_taiwan_until_2020_and_stays_made() -> None:
    finding = ask("kirin-9000", as_of="2025-05-13")
    made = next(step for step in through(finding)["tsmc-5nm-lines"].path if step.relation == "fabricatedAt")
    assert made.ends is not None
    assert made.ends.year == 2020
    assert finding.outcome is Outcome.MET


def test_the_h100_is_touched_and_its_own_origin_is_another_answer() -> None:
    finding = ask("h100")
    assert finding.outcome is Outcome.MET
    beside = next(child for child in finding.proof.children if child.kind == "beside")
    assert beside.verdict.outcome is Outcome.MET
    assert any("designed or made by a firm" in remark and "NVIDIA" in remark for remark in finding.remarks)


def test_a_chip_of_which_nothing_is_said_is_unknown_never_no() -> None:
    assert ask("br106").outcome is Outcome.UNKNOWN


@pytest.mark.parametrize("name", ["昇腾910B", "Ascend 910B", "chip:ascend-910b", "ascend-910b"])
def test_a_name_in_any_script_is_understood(name: str) -> None:
    assert ask(name).subject == "ascend-910b"


def test_rejecting_a_source_is_rejecting_its_route() -> None:
    without = ask("ascend-910c", without=["toms-hardware-2025-03-huawei-tsmc-dies", "scmp-2025-ascend-910c-smic"])
    assert "smic-finfet-lines" not in through(without)


# ---- rules of the clock and of families, on small graphs

CLASSES = {"chip": "Chip", "die": "Die", "fab": "Fab", "old": "Equipment", "new": "Equipment", "US": "Country", "firm": "Company",
           "family": "Chip", "bin-1": "Chip", "bin-2": "Chip", "hbm": "Memory", "eda": "DesignSoftware", "tech": "Technology"}
LINE = [said("chip", "fabricatedAt", "fab", since="2018-01-01", until="2020-09-15"),
        said("fab", "usesEquipment", "old", since="2017-01-01", until="2019-01-01"),
        said("fab", "usesEquipment", "new", since="2021-01-01")]


def test_a_tool_that_came_after_the_chip_had_left_was_not_touched() -> None:
    later = view(graph([*LINE, said("new", "originIn", "US")], CLASSES))
    assert touches(later, "chip", "US").outcome is Outcome.UNKNOWN
    earlier = view(graph([*LINE, said("old", "originIn", "US")], CLASSES))
    assert touches(earlier, "chip", "US").outcome is Outcome.MET


def test_a_part_whose_making_began_after_the_product_had_ended_is_not_in_it() -> None:
    def asked(begin: str) -> Outcome:
        claims = [
            said("chip", "incorporates", "die", since="2018-01-01", until="2020-09-15"),
            said("die", "fabricatedAt", "fab", since=begin), said("fab", "usesEquipment", "old"), said("old", "originIn", "US"),
        ]
        return touches(view(graph(claims, CLASSES)), "chip", "US").outcome

    assert asked("2020-01-01") is Outcome.MET
    assert asked("2021-01-01") is Outcome.UNKNOWN


def test_memory_is_a_route_of_its_own() -> None:
    claims = [said("chip", "incorporates", "hbm"), said("hbm", "fabricatedAt", "fab"), said("fab", "usesEquipment", "old"),
              said("old", "directProductOf", "tech"), said("tech", "originIn", "US")]
    assert [route.kind for route in touches(view(graph(claims, CLASSES)), "chip", "US").routes] == ["memory"]


def test_the_seat_of_a_maker_is_a_presumption_of_where_its_tool_comes_from() -> None:
    claims = [said("chip", "fabricatedAt", "fab", grade=4), said("fab", "usesEquipment", "old", grade=4),
              said("old", "madeBy", "firm", grade=4), said("firm", "headquarteredIn", "US", grade=4)]
    assert touches(view(graph(claims, CLASSES)), "chip", "US").verdict.all_.for_ == Strength.PRESUMED


def test_a_design_in_the_us_is_no_us_tooling() -> None:
    claims = [said("chip", "designedBy", "firm"), said("firm", "headquarteredIn", "US")]
    finding = touches(view(graph(claims, CLASSES)), "chip", "US")
    assert finding.outcome is Outcome.UNKNOWN
    assert next(child for child in finding.proof.children if child.kind == "beside").verdict.outcome is Outcome.MET


FAMILY = [said("bin-1", "variantOf", "family"), said("bin-2", "variantOf", "family"), said("eda", "originIn", "US")]


def test_a_family_is_answered_as_one_only_if_its_members_agree() -> None:
    one = [*FAMILY, said("bin-1", "designedWith", "eda")]
    assert touches(view(graph(one, CLASSES)), "family", "US").outcome is Outcome.UNKNOWN
    both = [*one, said("bin-2", "designedWith", "eda")]
    assert touches(view(graph(both, CLASSES)), "family", "US").outcome is Outcome.MET


def test_what_is_said_of_a_family_is_said_of_its_members() -> None:
    claims = [*FAMILY, said("family", "designedWith", "eda")]
    frozen = view(graph(claims, CLASSES))
    assert [touches(frozen, name, "US").outcome for name in ("family", "bin-1")] == [Outcome.MET, Outcome.MET]


def test_rejecting_the_one_claim_a_route_hangs_on_is_a_flip() -> None:
    claims = [said("chip", "designedWith", "eda", recorded="2021-01-01"), said("eda", "originIn", "US", grade=4)]
    flips = touches(view(graph(claims, CLASSES)), "chip", "US").flips
    assert {flip.documents for flip in flips if flip.whole_source} == {("press-3-2021-01-01",), ("gov-4-2020-01-01",)}
    assert all(flip.becomes is Outcome.UNKNOWN for flip in flips)


def test_rejecting_a_dispute_settles_a_contested_answer() -> None:
    claims = [said("chip", "designedWith", "eda"), said("eda", "originIn", "US", grade=4),
              said("chip", "designedWith", "eda", grade=1, stance=Stance.DENIES, id="c-denial")]
    finding = touches(view(graph(claims, CLASSES)), "chip", "US")
    assert finding.outcome is Outcome.CONTESTED
    assert any(flip.claims == ("c-denial",) and flip.becomes is Outcome.MET for flip in finding.flips)


def test_every_way_is_a_grammar_of_the_ontology() -> None:
    assert all(str(way.grammar).startswith("pg:variantOf*") for way in Ways.shipped().touching)
