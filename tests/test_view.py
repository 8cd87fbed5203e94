"""What stands on a date: strengths, clocks, disputes, kinds, completeness."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.claims import Kind, Stance
from policygraph.truth import Outcome, Strength, Truth
from tests.small import graph, said, view

FABS = {"fab": "Fab", "fab-2": "Fab", "tsmc": "Company", "smic": "Company", "chip": "Chip", "tool": "Equipment", "us": "Country",
        "nl": "Country", "huawei": "Company", "list": "PartyList"}


def outcome(claims: list[dict[str, object]], *statement: str, **clocks: str) -> str:
    return str(view(graph(claims, FABS), **clocks).verdict(*statement).outcome)


def test_silence_is_unknown_not_no() -> None:
    assert outcome([said("chip", "fabricatedAt", "fab")], "chip", "fabricatedAt", "fab-2") == "unknown"


def test_a_denial_by_a_party_is_alleged_and_contests_a_report() -> None:
    claims = [
        said("chip", "designedBy", "huawei"),
        said("chip", "fabricatedAt", "fab", grade=3),
        said("chip", "fabricatedAt", "fab", grade=3, stance=Stance.DENIES, by="huawei"),
    ]
    verdict = view(graph(claims, FABS)).verdict("chip", "fabricatedAt", "fab")
    assert (verdict.outcome, verdict.leaning) == (Outcome.CONTESTED, Outcome.MET)
    step = view(graph(claims, FABS)).step(view(graph(claims, FABS)).find("chip", "fabricatedAt")[0])
    assert [item.strength for item in step.evidence] == [Strength.REPORTED, Strength.ALLEGED]


def test_a_denial_by_a_bystander_outweighs_an_allegation() -> None:
    claims = [said("chip", "fabricatedAt", "fab", grade=1), said("chip", "fabricatedAt", "fab", grade=3, stance=Stance.DENIES)]
    assert outcome(claims, "chip", "fabricatedAt", "fab") == "not met"


def test_opinions_never_make_an_edge() -> None:
    assert len(view(graph([said("chip", "fabricatedAt", "fab", stance=Stance.OPINES)], FABS)).edges) == 0


def test_known_by_hides_what_was_not_on_record() -> None:
    claims = [said("chip", "fabricatedAt", "fab", recorded="2024-10-22")]
    assert outcome(claims, "chip", "fabricatedAt", "fab", known_by="2024-09-01") == "unknown"
    assert outcome(claims, "chip", "fabricatedAt", "fab", known_by="2024-10-22") == "met"


def test_what_was_made_stays_made_and_what_is_to_come_does_not_count() -> None:
    claims = [said("chip", "fabricatedAt", "fab", since="2019-08-01", until="2020-09-15")]
    assert outcome(claims, "chip", "fabricatedAt", "fab", as_of="2025-05-13") == "met"
    assert outcome(claims, "chip", "fabricatedAt", "fab", as_of="2019-07-31") == "unknown"


def test_a_state_holds_inside_its_interval_only() -> None:
    claims = [said("huawei", "listed", "list", since="2019-05-16", until="2024-01-01")]
    days = ("2019-05-15", "2019-05-16", "2023-12-31", "2024-01-01")
    found = [outcome(claims, "huawei", "listed", "list", as_of=day) for day in days]
    assert found == ["unknown", "met", "met", "unknown"]


def test_a_vague_bound_does_not_exclude_and_is_shown() -> None:
    built = graph([said("huawei", "listed", "list", since=["2020-12-08", "2020-12-18"])], FABS)
    frozen = view(built, as_of="2020-12-10")
    assert frozen.verdict("huawei", "listed", "list").outcome is Outcome.MET
    assert "began some day" in frozen.step(frozen.find("huawei", "listed")[0]).unknown_bounds[0]
    assert view(built, as_of="2021-01-01").step(0).unknown_bounds == ()
    assert view(built, as_of="2020-12-07").verdict("huawei", "listed", "list").outcome is Outcome.UNKNOWN


def test_a_later_claim_that_is_no_weaker_ends_a_state() -> None:
    claims = [
        said("huawei", "owns", "smic", since="2015-01-01", recorded="2016-01-01"),
        said("huawei", "owns", "smic", since="2015-01-01", until="2021-01-01", recorded="2021-02-01"),
    ]
    assert outcome(claims, "huawei", "owns", "smic", as_of="2022-01-01") == "unknown"
    assert outcome(claims, "huawei", "owns", "smic", as_of="2022-01-01", known_by="2020-01-01") == "met"


def test_a_weaker_ending_only_contests() -> None:
    claims = [
        said("huawei", "owns", "smic", since="2015-01-01", recorded="2016-01-01", grade=4),
        said("huawei", "owns", "smic", since="2015-01-01", until="2021-01-01", recorded="2021-02-01", grade=1),
    ]
    verdict = view(graph(claims, FABS), as_of="2022-01-01").verdict("huawei", "owns", "smic")
    assert (verdict.outcome, verdict.leaning) == (Outcome.CONTESTED, Outcome.MET)


def test_one_value_at_a_time_makes_a_rival_evidence_against() -> None:
    claims = [said("smic", "headquarteredIn", "us", grade=3), said("smic", "headquarteredIn", "nl", grade=1)]
    assert outcome(claims, "smic", "headquarteredIn", "us") == "contested"
    assert outcome(claims, "smic", "headquarteredIn", "nl") == "not met"


def test_a_later_value_ends_the_earlier() -> None:
    claims = [
        said("smic", "headquarteredIn", "us", since="2000-01-01"),
        said("smic", "headquarteredIn", "nl", since="2020-01-01", recorded="2020-02-01"),
    ]
    assert outcome(claims, "smic", "headquarteredIn", "us", as_of="2019-06-01") == "met"
    assert outcome(claims, "smic", "headquarteredIn", "nl", as_of="2022-06-01") == "met"
    assert outcome(claims, "smic", "headquarteredIn", "us", as_of="2022-06-01") == "not met"


KIND = Kind(of="Fab", where={"operatedBy": ("tsmc",)})


def test_a_claim_about_every_member_of_a_kind_is_as_sure_as_claim_and_membership() -> None:
    claims = [said("fab", "operatedBy", "tsmc", grade=3), said(KIND, "usesEquipment", "tool", grade=4)]
    frozen = view(graph(claims, FABS))
    assert frozen.verdict("fab", "usesEquipment", "tool").all_ == Truth(3, 0)
    assert frozen.verdict("fab-2", "usesEquipment", "tool").outcome is Outcome.UNKNOWN
    assert len(frozen.step(frozen.find("fab", "usesEquipment")[0]).claims) == 2


def test_what_holds_generally_is_presumed_at_most() -> None:
    claims = [said("fab", "operatedBy", "tsmc", grade=4), said(KIND, "usesEquipment", "tool", grade=4, holds="generally")]
    assert view(graph(claims, FABS)).verdict("fab", "usesEquipment", "tool").all_ == Truth(2, 0)


def test_a_contested_membership_contests_what_follows_from_it() -> None:
    claims = [
        said("fab", "operatedBy", "tsmc", grade=3),
        said("fab", "operatedBy", "tsmc", grade=1, stance=Stance.DENIES),
        said(KIND, "usesEquipment", "tool", grade=4),
    ]
    verdict = view(graph(claims, FABS)).verdict("fab", "usesEquipment", "tool")
    assert (verdict.outcome, verdict.leaning) == (Outcome.CONTESTED, Outcome.MET)


def test_a_direct_claim_is_not_contested_by_a_doubtful_membership() -> None:
    claims = [
        said("fab", "operatedBy", "tsmc", grade=3),
        said("fab", "operatedBy", "tsmc", grade=1, stance=Stance.DENIES),
        said(KIND, "usesEquipment", "tool", grade=4),
        said("fab", "usesEquipment", "tool", grade=3),
    ]
    assert view(graph(claims, FABS)).verdict("fab", "usesEquipment", "tool").outcome is Outcome.MET


def test_a_kind_denial_speaks_against_each_member() -> None:
    kind = Kind(of="Chip", where={"designedBy": ("huawei",)})
    claims = [
        said("chip", "designedBy", "huawei"),
        said("chip", "fabricatedAt", "fab", since="2023-01-01"),
        said(kind, "fabricatedAt", "fab", stance=Stance.DENIES, by="huawei", since="2020-09-15"),
    ]
    verdict = view(graph(claims, FABS)).verdict("chip", "fabricatedAt", "fab")
    assert (verdict.outcome, verdict.leaning) == (Outcome.CONTESTED, Outcome.MET)


def test_what_a_complete_list_does_not_name_is_refuted_on_its_day_and_presumed_refuted_on_others() -> None:
    completes = (
        {"relation": "listed", "object": "list", "since": "2026-07-09", "until": "2026-07-10"},
        {"relation": "listed", "object": "list", "grade": 2},
    )
    named = said("huawei", "listed", "list", since="2019-05-16", grade=4, document="complete-4-2020-01-01")
    built = graph([named], {**FABS}, completes)
    assert view(built, as_of="2026-07-09").verdict("smic", "listed", "list").all_ == Truth(0, 4)
    assert view(built, as_of="2025-05-13").verdict("smic", "listed", "list").all_ == Truth(0, 2)
    assert view(built, as_of="2026-07-09").verdict("huawei", "listed", "list").outcome is Outcome.MET


def test_what_is_told_of_some_days_does_not_refute_what_was_made_before() -> None:
    def asked(**when: str) -> Outcome:
        completes = ({"subject": "chip", "relation": "fabricatedAt", **when},)
        built = graph([said("chip", "fabricatedAt", "fab-2", since="2021-01-01")], {**FABS, "fab-2": "Fab"}, completes)
        return view(built, "2024-06-01").verdict("chip", "fabricatedAt", "fab").outcome

    assert asked(until="2024-06-02") is Outcome.NOT_MET
    assert asked(since="2024-06-01", until="2024-06-02") is Outcome.UNKNOWN


def test_an_earlier_spell_does_not_end_a_state_that_was_said_to_hold_later() -> None:
    spell = said("huawei", "listed", "list", since="2010-01-01", until="2012-01-01", recorded="2025-01-01")
    undated = said("huawei", "listed", "list", recorded="2024-06-01")
    assert view(graph([undated, spell])).verdict("huawei", "listed", "list").outcome is Outcome.MET
    vague = said("huawei", "listed", "list", since=["2009-01-01", "2023-01-01"], recorded="2024-06-01")
    assert view(graph([vague, spell])).verdict("huawei", "listed", "list").outcome is Outcome.MET


def test_a_later_value_that_is_refuted_ends_nothing_and_speaks_against_nothing() -> None:
    earlier = said("fab", "operatedBy", "tsmc", since="2015-01-01")
    for since in ("2015-01-01", "2022-01-01"):
        rival = {"subject": "fab", "relation": "operatedBy", "object": "smic", "since": since}
        denied = {**rival, "grade": 4, "stance": Stance.DENIES}
        built = graph([earlier, {**rival, "recorded": "2022-06-01"}, denied], FABS)
        assert view(built).verdict("fab", "operatedBy", "tsmc").outcome is Outcome.MET
        assert view(built).verdict("fab", "operatedBy", "smic").outcome is Outcome.NOT_MET


def test_two_voices_in_one_document_are_rivals() -> None:
    claims = [said("fab", "operatedBy", "tsmc", by="tsmc"), said("fab", "operatedBy", "smic", by="smic")]
    for firm in ("tsmc", "smic"):
        assert view(graph(claims, FABS)).verdict("fab", "operatedBy", firm).outcome is Outcome.CONTESTED


def test_what_a_kind_says_is_a_rival_too() -> None:
    kind = Kind(of="Fab", where={"locatedIn": ("TW",)})
    claims = [said("fab", "operatedBy", "smic"), said("fab", "locatedIn", "TW"), said(kind, "operatedBy", "tsmc", recorded="2021-01-01")]
    for firm in ("tsmc", "smic"):
        assert view(graph(claims, FABS)).verdict("fab", "operatedBy", firm).outcome is Outcome.CONTESTED


def test_rejecting_what_a_kind_says_gives_back_what_it_ended() -> None:
    kind = Kind(of="Fab", where={"locatedIn": ("TW",)})
    claims = [
        said("fab", "operatedBy", "smic", since="2010-01-01"), said("fab", "locatedIn", "TW"),
        said(kind, "operatedBy", "tsmc", since="2015-01-01", until="2018-01-01", recorded="2021-01-01", id="c-kind"),
    ]  # fmt: skip
    frozen = view(graph(claims, FABS))
    assert frozen.verdict("fab", "operatedBy", "smic").outcome is Outcome.UNKNOWN
    assert frozen.without(["c-kind"]).verdict("fab", "operatedBy", "smic").outcome is Outcome.MET


def test_every_spell_of_membership_counts() -> None:
    kind = Kind(of="Fab", where={"operatedBy": ("smic", "tsmc")})
    general = said(kind, "usesEquipment", "tool", since="2000-01-01")
    spells = [
        said("fab", "operatedBy", "tsmc", since="2005-01-01", until="2010-01-01"),
        said("fab", "operatedBy", "smic", since="2010-01-01", until="2012-01-01"),
        said("fab", "operatedBy", "tsmc", since="2020-01-01"),
    ]
    frozen = view(graph([general, *spells], FABS))
    held = [(frozen.step(row).begins, frozen.step(row).ends) for row in frozen.find("fab", "usesEquipment", "tool")]
    assert [tuple(str(day)[:4] for day in spell) for spell in held] == [("2005", "2010"), ("2010", "2012"), ("2020", "2025")]


def test_what_is_said_for_all_time_of_a_kind_is_said_of_its_members_on_the_day() -> None:
    listed = Kind(of="Company", where={"listed": ("list",)})
    buys = Kind(of="Company", where={"ordered": ("chip",)})
    claims = [
        said(listed, "possiblySameAs", "huawei"), said("smic", "listed", "list", since="2020-01-01", until="2022-01-01"),
        said(buys, "possiblySameAs", "huawei"), said("tsmc", "ordered", "chip", since="2020-01-01", until="2022-01-01"),
    ]  # fmt: skip
    for day, listed_then, bought_by_then in (("2019-06-01", 0, 0), ("2021-06-01", 3, 3), ("2023-06-01", 0, 3)):
        frozen = view(graph(claims, FABS), day)
        assert frozen.verdict("smic", "possiblySameAs", "huawei").all_.for_ == listed_then
        assert frozen.verdict("tsmc", "possiblySameAs", "huawei").all_.for_ == bought_by_then


def test_a_denial_of_members_whose_membership_is_contested_is_contested() -> None:
    kind = Kind(of="Fab", where={"operatedBy": ("tsmc",)})
    claims = [
        said(kind, "usesEquipment", "tool", stance=Stance.DENIES), said("fab", "operatedBy", "tsmc"),
        said("fab", "operatedBy", "tsmc", grade=1, stance=Stance.DENIES),
    ]  # fmt: skip
    verdict = view(graph(claims, FABS)).verdict("fab", "usesEquipment", "tool")
    assert (verdict.outcome, verdict.leaning) == (Outcome.CONTESTED, Outcome.NOT_MET)


def test_allegations_can_be_left_out_on_both_sides() -> None:
    claims = [said("chip", "fabricatedAt", "fab", grade=3), said("chip", "fabricatedAt", "fab", grade=1, stance=Stance.DENIES)]
    frozen = view(graph(claims, FABS), at_least=Strength.REPORTED)
    assert frozen.verdict("chip", "fabricatedAt", "fab").outcome is Outcome.MET


@pytest.mark.parametrize("rejected", ["gov-4-2020-01-01", "gov", "c-law"])
def test_a_source_a_publisher_or_a_claim_can_be_rejected(rejected: str) -> None:
    claims = [said("chip", "fabricatedAt", "fab", grade=4, id="c-law"), said("chip", "fabricatedAt", "fab", grade=1)]
    assert view(graph(claims, FABS)).without([rejected]).verdict("chip", "fabricatedAt", "fab").all_ == Truth(1, 0)


def test_values_are_read_with_their_rivals() -> None:
    given = (("665.6", 3), ("665.60", 4), ("700", 1))
    claims = [said("chip", "dieArea", value=value, grade=grade) for value, grade in given]
    leaves = view(graph(claims, FABS)).values("chip", "dieArea")
    assert [(leaf.number, leaf.truth.for_) for leaf in leaves] == [(665.6, 4), (700.0, 1)]


def test_narrower_relations_are_derived() -> None:
    classes = {**FABS, "hbm": "Memory", "die": "Die"}
    claims = [said("chip", "incorporates", "hbm"), said("chip", "incorporates", "die")]
    frozen = view(graph(claims, classes))
    assert [frozen.step(row).object for row in frozen.find("chip", "incorporatesMemory")] == ["hbm"]
    assert [frozen.step(row).object for row in frozen.find("chip", "incorporatesDie")] == ["die"]
    narrow, broad = (frozen.step(frozen.find("chip", name, "die")[0]) for name in ("incorporatesDie", "incorporates"))
    assert narrow.claims == broad.claims


def test_the_networkx_graph_carries_truth_claims_and_dates() -> None:
    frozen = view(graph([said("chip", "fabricatedAt", "fab", since="2019-08-01", until="2020-09-15", id="c-1")], FABS))
    ((_, _, data),) = frozen.to_networkx().edges(data=True)
    assert (data["relation"], data["strength"], data["claims"], data["begins"]) == ("fabricatedAt", 3, "c-1", "2019-08-01")


DAYS = ["2019-01-01", "2020-01-01", "2021-01-01", "2022-01-01", None]


@st.composite
def statements(draw: st.DrawFn) -> list[dict[str, object]]:
    def one(number: int) -> dict[str, object]:
        begin = draw(st.sampled_from(DAYS))
        later = [day for day in DAYS if day is None or begin is None or day > begin]
        return said(
            "huawei", draw(st.sampled_from(["owns", "supplies", "affiliatedWith"])), draw(st.sampled_from(["smic", "tsmc"])),
            grade=draw(st.integers(1, 4)), since=begin, until=draw(st.sampled_from(later)), id=f"c-{number}",
            stance=draw(st.sampled_from([Stance.ASSERTS, Stance.ASSERTS, Stance.DENIES])),
            recorded=draw(st.sampled_from(["2022-06-01", "2023-01-01"])),
        )

    return [one(number) for number in range(draw(st.integers(1, 7)))]


@given(statements(), st.sampled_from(["2019-06-01", "2020-06-01", "2023-06-01"]))
def test_edges_keep_the_algebra(claims: list[dict[str, object]], on: str) -> None:
    edges = view(graph(claims, FABS), as_of=on).edges
    assert np.all(edges.clear_for <= edges.all_for)
    assert np.all(edges.clear_against <= edges.all_against)
    assert np.all((edges.all_for == 0) | (edges.all_against == 0))
    assert np.all(edges.begin < edges.end)
    assert np.all(np.diff(edges.support_ptr) + np.diff(edges.oppose_ptr) > 0)


@given(statements(), st.sampled_from(["2019-06-01", "2020-06-01", "2023-06-01"]))
def test_a_further_claim_in_support_never_lowers_support(claims: list[dict[str, object]], on: str) -> None:
    """The further claim is open-ended: one that ends a state on record is evidence of its end, not only support."""
    further = [*claims, said("huawei", "supplies", "smic", grade=3, id="c-more")]
    before = view(graph(claims, FABS), as_of=on).verdict("huawei", "supplies", "smic").all_
    after = view(graph(further, FABS), as_of=on).verdict("huawei", "supplies", "smic").all_
    assert after.for_ >= before.for_


def test_a_view_within_some_nodes_has_their_edges_and_no_others() -> None:
    claims = [said("fab", "operatedBy", "tsmc"), said(KIND, "usesEquipment", "tool", grade=4), said("fab-2", "operatedBy", "tsmc")]
    frozen = view(graph(claims, FABS))
    narrow = frozen.within([frozen.graph.index["fab"]])
    assert {narrow.step(row).subject for row in range(len(narrow.edges))} == {"fab"}
    assert narrow.verdict("fab", "usesEquipment", "tool") == frozen.verdict("fab", "usesEquipment", "tool")
    assert narrow.without(["gov"]).verdict("fab", "usesEquipment", "tool").outcome is Outcome.UNKNOWN


@st.composite
def lines_of_supply(draw: st.DrawFn) -> list[dict[str, object]]:
    def one(number: int) -> dict[str, object]:
        subject, relation, object_ = draw(st.sampled_from([
            ("chip", "fabricatedAt", "fab"), ("chip", "fabricatedAt", "fab-2"), ("fab", "operatedBy", "tsmc"),
            ("fab-2", "operatedBy", "tsmc"), ("fab", "operatedBy", "smic"), ("fab", "usesEquipment", "tool"),
            (KIND, "usesEquipment", "tool"), (KIND, "locatedIn", "us"), ("chip", "designedBy", "huawei"),
        ]))  # fmt: skip
        return said(
            subject, relation, object_, id=f"c-{number}", grade=draw(st.integers(1, 4)), since=draw(st.sampled_from(DAYS)),
            stance=draw(st.sampled_from([Stance.ASSERTS, Stance.ASSERTS, Stance.DENIES])),
            recorded=draw(st.sampled_from(["2022-06-01", "2023-01-01"])),
        )

    return [one(number) for number in range(draw(st.integers(1, 9)))]


@given(lines_of_supply(), st.sets(st.integers(0, 8), max_size=3))
def test_rejecting_claims_is_as_if_they_had_never_been_made(claims: list[dict[str, object]], rejected: set[int]) -> None:
    names = {f"c-{number}" for number in rejected}
    built = graph(claims, FABS)
    left = view(built).without(names)
    anew = view(built, without=frozenset(names))
    for column in ("subject", "relation", "object", "begin", "end", "all_for", "all_against", "clear_for", "for_", "against"):
        assert getattr(left.edges, column).tolist() == getattr(anew.edges, column).tolist()
    rows = range(len(anew.edges))
    assert [left.edges.rows(row).tolist() for row in rows] == [anew.edges.rows(row).tolist() for row in rows]


LISTED = {"huawei": "Company", "smic": "Company", "list": "PartyList"}
WHOLE = ({"relation": "listed", "object": "list", "since": "2025-05-13", "until": "2025-05-14"},)


def test_a_rumour_of_a_listing_does_not_stand_against_the_complete_list() -> None:
    claims = [said("huawei", "listed", "list", grade=4, document="complete-4-2020-01-01"), said("smic", "listed", "list", grade=1)]
    frozen = view(graph(claims, LISTED, WHOLE))
    assert frozen.verdict("smic", "listed", "list").all_ == Truth(0, 4)
    assert frozen.verdict("huawei", "listed", "list").outcome is Outcome.MET
    assert view(graph(claims, LISTED, WHOLE), as_of="2025-05-20").verdict("smic", "listed", "list").all_ == Truth(1, 0)
    assert frozen.without(["complete-4-2020-01-01"]).verdict("smic", "listed", "list").all_ == Truth(1, 0)


def test_what_the_complete_list_says_itself_in_doubt_is_not_refuted_by_its_silence() -> None:
    doubted = said("smic", "listed", "list", grade=4, stance=Stance.PRESUMES, document="complete-4-2020-01-01")
    assert view(graph([doubted], LISTED, WHOLE)).verdict("smic", "listed", "list").all_ == Truth(2, 0)
