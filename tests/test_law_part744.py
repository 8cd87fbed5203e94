"""End uses, end users and lists of part 744, the Affiliates Rule, validated end users and the general prohibitions, day by day.

Each row is a rule, a day, a case and the outcome that the text of that day gives. What a case leaves out is unknown and never refuted.
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
from policygraph.law.evaluate import Evaluation
from policygraph.law.question import family_of
from policygraph.truth import Strength

BLOCKED_AS_PROLIFERATOR, BLOCKED_OTHERWISE = "academy-of-national-defense-science", "7-makara-phary-co-ltd"
H100, TOOL, SN1, XIAN = "h100-sxm5-80gb", "asml-nxt-2000i", "smic-sn1", "samsung-xian-fab"
ALONE: dict[str, Any] = {"parties": "complete", "into": "none", "knowledge": "yes", "attestations": "none"}
FROM_US: dict[str, Any] = {**ALONE, "from": "US", "act": "export"}
"""An export from the United States, so that the item is subject to the EAR for certain."""
NETHERLANDS: dict[str, Any] = {"from": "NL"}
MALAYSIA: dict[str, Any] = {"from": "MY"}
ADVANCED, UNKNOWN_NODE = ["advanced-node-ic-production"], ["ic-production-node-unknown"]
CLERICAL = ["not-subject-to-ear", "clerical-or-administrative"]


def somebody(country: str, seat: str) -> dict[str, str]:
    """A stranger in a country, with headquarters in another."""
    return {"name": "Somebody", "country": country, "headquarters": seat}


def person(seat: str = "", natural: bool = True) -> dict[str, Any]:
    """A US person, and where whoever employs it has its headquarters."""
    told: dict[str, Any] = {"name": "A person", "person_of": ["US"], "natural": natural}
    return {**told, "employer": {"name": "An employer", "headquarters": seat}} if seat else told


@cache
def shipped() -> KnowledgeGraph:
    return pg.load()


@cache
def view(day: str) -> View:
    return shipped().view(day)


def check(rule: str, day: str, case: dict[str, Any], **assume: str) -> Finding:
    return view(day).check(rule, assume={name.replace("_", "-"): status for name, status in assume.items()}, **case)


@cache
def evaluations(day: str) -> tuple[Evaluation, list[Case]]:
    """Return one evaluation a day, and the cases it was asked of, which it tells apart by where they are kept."""
    return Evaluation(view(day).frozen, shipped().rules, date.fromisoformat(day)), []


def outcome(rule: str, day: str, case: dict[str, Any]) -> str:
    """Return how a rule comes out, without all that a finding tells beside it; of a family of items, as the finding has it."""
    asked = Case(**case).resolved(shipped().graph)
    if family_of(view(day).frozen, asked.item):
        return str(check(rule, day, case).outcome)
    evaluation, cases = evaluations(day)
    cases.append(asked)
    return str(evaluation.answer(rule, asked).verdict.outcome)


def us(item: str = "h20", to: str = "CN", **more: Any) -> dict[str, Any]:
    return {**FROM_US, "item": item, "to": to, **more}


def abroad(item: str, act: str = "reexport", to: str = "CN", **more: Any) -> dict[str, Any]:
    return {**ALONE, "item": item, "act": act, "to": to, **more}


def support(act: str = "service", **more: Any) -> dict[str, Any]:
    """Something a US person does with a tool that is not subject to the EAR."""
    told: dict[str, Any] = {"item": TOOL, "act": act, "to": "CN", "attestations": ["not-subject-to-ear"], "actor": person(natural=False)}
    return {**ALONE, **told, **more}


# ---- the Entity List

LIST = "ear-lr-744.11"


@pytest.mark.parametrize(
    ("day", "case", "expected"),
    [
        ("2019-05-15", us(H100, end_user="huawei"), "not met"),
        ("2019-05-16", us(H100, end_user="huawei"), "met"),
        ("2019-06-01", us(H100, purchaser="huawei"), "met"),  # argued before August 2020
        ("2024-12-01", us(H100, end_user="smic-advanced-technology-rd"), "not met"),
        ("2024-12-02", us(H100, end_user="smic-advanced-technology-rd"), "met"),
        ("2025-05-13", us(H100, end_user="ymtc"), "met"),  # no footnote is needed for what is subject anyway
        ("2025-05-13", us(H100, intermediate_consignee="smee"), "met"),
        ("2025-05-13", us(H100, end_user="cxmt"), "not met"),
        ("2025-05-13", us(H100, seller="smic"), "not met"),  # a seller is no party in that sense
        ("2025-05-13", us(H100, end_user="ymtc", act="use"), "not met"),
        ("2025-05-13", {"item": H100, "from": "US", "act": "export", "to": "CN"}, "unknown"),
    ],
)
def test_the_entity_list(day: str, case: dict[str, Any], expected: str) -> None:
    assert outcome(LIST, day, case) == expected


def test_before_august_2020_a_purchaser_counts_by_a_reading_and_afterwards_by_the_text() -> None:
    strengths = [Strength(check(LIST, day, us(H100, purchaser="huawei")).verdict.all_.for_) for day in ("2020-08-16", "2020-08-17")]
    assert strengths == [Strength.PRESUMED, Strength.ESTABLISHED]


def test_the_general_licence_for_huawei_and_releases_for_standards() -> None:
    networks = us("h20", end_user="huawei", attestations=["tgl-huawei-terms"])
    assert [outcome("ear-tgl-huawei", day, networks) for day in ("2019-05-19", "2019-05-20", "2020-08-13", "2020-08-14")] == [
        "not met", "met", "met", "not met",
    ]  # fmt: skip
    standards = us("us-semiconductor-technology", end_user="huawei", attestations=["standards-related-activity"])
    days = ("2020-06-17", "2020-06-18", "2022-09-09")
    assert [outcome("ear-exclusion-744.11-a-1", day, standards) for day in days] == ["not met", "met", "met"]
    assert outcome("ear-exclusion-744.11-a-1", "2022-09-09", us(H100, attestations=["standards-related-activity"])) == "not met"


@pytest.mark.parametrize(
    ("day", "case", "expected"),
    [
        ("2020-05-14", abroad("kirin-9000", end_user="huawei"), "not met"),
        ("2020-05-15", abroad("kirin-9000", end_user="huawei"), "met"),
        ("2025-05-13", abroad("kirin-9000", end_user="huawei"), "met"),
        ("2025-05-13", abroad("kirin-9000", end_user="huawei", act="export"), "not met"),
        ("2025-05-13", abroad(H100, end_user="ymtc"), "not met"),  # listed without the footnote
        ("2025-05-13", abroad(H100, end_user="huawei", knowledge="no"), "not met"),
        ("2025-05-13", {"item": H100, "act": "reexport", "to": "CN", "end_user": "huawei"}, "unknown"),  # knowledge is not told
    ],
)
def test_foreign_items_within_the_footnote_1_rule(day: str, case: dict[str, Any], expected: str) -> None:
    assert outcome("ear-lr-744.11-a-2-i", day, case) == expected


def test_a_party_without_the_footnote_gets_what_was_made_for_huawei_only_with_a_licence_since_2024() -> None:
    case = abroad("kirin-9000", end_user=somebody("DE", "DE"), to="DE")
    assert [outcome("ear-lr-744.11-a-2-i", day, case) for day in ("2024-08-22", "2024-08-23")] == ["not met", "met"]


@pytest.mark.parametrize(
    ("rule", "day", "case", "expected"),
    [
        ("ear-lr-744.11-a-2-ii", "2022-10-20", abroad(H100, end_user="sugon"), "not met"),
        ("ear-lr-744.11-a-2-ii", "2022-10-21", abroad(H100, end_user="sugon"), "met"),
        ("ear-lr-744.11-a-2-ii", "2023-10-16", abroad(H100, end_user="biren"), "not met"),
        ("ear-lr-744.11-a-2-ii", "2023-10-17", abroad(H100, end_user="biren"), "met"),
        ("ear-lr-744.11-a-2-ii", "2025-05-13", abroad(H100, end_user="ymtc"), "not met"),
        ("ear-lr-744.11", "2025-02-01", abroad(TOOL, "export-from-abroad", end_user="smic-south", exporter="asml", **MALAYSIA), "met"),
        ("ear-lr-744.11", "2024-12-30", abroad(TOOL, "export-from-abroad", end_user="smic-south", exporter="asml", **MALAYSIA), "not met"),
        ("ear-lr-744.11-a-2-v", "2024-12-30", abroad(TOOL, eccn=["3B993"], end_user="smic-south", **NETHERLANDS), "not met"),
        ("ear-lr-744.11-a-2-v", "2024-12-31", abroad(TOOL, eccn=["3B993"], end_user="smic-south", **NETHERLANDS), "met"),
        (
            "ear-lr-744.11-a-2-v",
            "2024-12-31",
            abroad(TOOL, eccn=["3B993"], end_user="smic-south", **{**NETHERLANDS, "attestations": ["equivalent-control"]}),
            "not met",
        ),
        ("ear-lr-744.11-a-2-v", "2024-12-31", abroad(TOOL, eccn=["3B992"], end_user="smic-south", **NETHERLANDS), "not met"),
        ("ear-lr-744.11-a-2-v", "2024-12-31", abroad(TOOL, eccn=["3B992"], end_user="smic-south", **{"from": "KR"}), "met"),
        ("ear-lr-744.11-a-2-v", "2024-12-31", abroad(TOOL, eccn=["3B991"], end_user="smic-south"), "unknown"),  # from where, is not told
    ],
)
def test_foreign_items_within_the_footnote_4_and_footnote_5_rules(rule: str, day: str, case: dict[str, Any], expected: str) -> None:
    assert outcome(rule, day, case) == expected


# ---- military and blocked parties


@pytest.mark.parametrize(
    ("rule", "day", "case", "expected"),
    [
        ("ear-lr-744.21", "2020-06-28", us(eccn=["3A991"], end_use=["military"]), "not met"),  # the list of that time is not attested
        ("ear-lr-744.21", "2020-06-29", us(eccn=["3A991"], end_use=["military"]), "met"),
        ("ear-lr-744.21", "2020-06-29", us(eccn=["3A001"], end_use=["military"]), "not met"),  # not in Supplement No. 2
        ("ear-lr-744.21", "2020-06-29", us(eccn=["3A991"], end_use=["datacentre"]), "not met"),
        ("ear-lr-744.21", "2020-06-29", us(eccn=["3A991"], end_use="none", attestations=["military-end-user"]), "met"),
        ("ear-lr-744.21", "2020-06-29", us(eccn=["3A991"]), "unknown"),
        ("ear-lr-744.21", "2021-03-07", us(eccn=["3A991"], to="MM", end_use=["military"]), "not met"),
        ("ear-lr-744.21", "2021-03-08", us(eccn=["3A991"], to="MM", end_use=["military"]), "met"),
        ("ear-lr-744.21", "2021-12-08", us(eccn=["3A991"], to="KH", end_use=["military"]), "not met"),
        ("ear-lr-744.21", "2021-12-09", us(eccn=["3A991"], to="KH", end_use=["military"]), "met"),
        ("ear-lr-744.21", "2024-03-14", us(eccn=["3A991"], to="NI", end_use=["military"]), "not met"),
        ("ear-lr-744.21", "2024-03-15", us(eccn=["3A991"], to="NI", end_use=["military"]), "met"),
        ("ear-lr-744.21-a-2", "2022-02-23", us(eccn=["EAR99"], to="RU", end_use=["military"]), "not met"),
        ("ear-lr-744.21-a-2", "2022-02-24", us(eccn=["EAR99"], to="RU", end_use=["military"]), "met"),
        ("ear-lr-744.21-a-2", "2022-03-01", us(eccn=["EAR99"], to="BY", end_use=["military"]), "not met"),
        ("ear-lr-744.21-a-2", "2022-03-02", us(eccn=["EAR99"], to="BY", end_use=["military"]), "met"),
        ("ear-lr-744.21-a-2", "2022-03-02", us(eccn=["EAR99"], end_use=["military"]), "not met"),
        ("ear-lr-744.22", "2021-03-15", us(end_use=["military-intelligence"]), "not met"),
        ("ear-lr-744.22", "2021-03-16", us(end_use=["military-intelligence"]), "met"),
        ("ear-lr-744.22", "2021-12-08", us(to="KH", end_use=["military-intelligence"]), "not met"),
        ("ear-lr-744.22", "2021-12-09", us(to="KH", end_use=["military-intelligence"]), "met"),
        ("ear-lr-744.22", "2022-03-02", us(to="BY", end_use=["military-intelligence"]), "met"),
        ("ear-lr-744.22", "2022-09-14", us(to="DE", end_use="none", attestations=["named-military-intelligence-end-user"]), "not met"),
        ("ear-lr-744.22", "2022-09-15", us(to="DE", end_use="none", attestations=["named-military-intelligence-end-user"]), "met"),
        ("ear-lr-744.22", "2025-06-01", {"act": "export", "from": "US", "item": "h20", "to": "DE", "knowledge": "yes"}, "not met"),
        ("ear-lr-744.22", "2022-09-15", us(), "unknown"),
        ("ear-lr-744.8", "2025-05-13", us(end_user="cxmt"), "not met"),
        ("ear-lr-744.8", "2025-05-13", us(to="RU", end_user="0day-technologies"), "met"),
        ("ear-lr-744.8", "2024-03-20", us(to="RU", end_user="0day-technologies"), "not met"),
        ("ear-lr-744.8", "2024-03-20", us(to="IR", end_user=BLOCKED_AS_PROLIFERATOR), "met"),
        ("ear-lr-744.8", "2025-05-13", us(to="RU", end_user=BLOCKED_OTHERWISE), "not met"),
    ],
)
def test_military_and_blocked_parties(rule: str, day: str, case: dict[str, Any], expected: str) -> None:
    assert outcome(rule, day, case) == expected


def test_a_listed_military_end_user_needs_no_knowledge_and_the_list_begins_in_december_2020() -> None:
    listed = "aecc-aero-science-technology-co-ltd"
    case = us(eccn=["3A991"], end_user=listed, knowledge="no")
    assert outcome("ear-lr-744.21-b-1", "2026-07-09", case) == "met"
    assert outcome("ear-lr-744.21-b-1", "2020-12-22", case) == "not met"
    assert outcome("ear-lr-744.21-b-1", "2026-07-09", {**case, "eccn": ["EAR99"]}) == "not met"
    assert outcome("ear-lr-744.21-b-1", "2026-07-09", {**case, "end_user": "cxmt"}) == "not met"


def test_the_unverified_list_asks_for_a_statement_and_shuts_exceptions() -> None:
    listed = "able-supply-chain-limited"
    for rule in ("ear-uvl-statement", "ear-limit-744.15"):
        assert outcome(rule, "2026-07-31", us(end_user=listed)) == "met"
        assert outcome(rule, "2026-07-31", us(end_user="cxmt")) != "met"
        assert outcome(rule, "2026-07-31", {"item": "h20", "from": "US", "to": "CN", "act": "export"}) == "unknown"
    assert outcome("ear-uvl-statement", "2026-07-31", us(end_user=listed, attestations=["uvl-statement"])) == "not met"


# ---- 744.23


@pytest.mark.parametrize(
    ("rule", "day", "case", "expected"),
    [
        # supercomputers
        ("ear-lr-744.23-a-1", "2022-10-20", us(eccn=["3A991"], end_use=["supercomputer"]), "not met"),
        ("ear-lr-744.23-a-1", "2022-10-21", us(eccn=["3A991"], end_use=["supercomputer"]), "met"),
        ("ear-lr-744.23-a-1", "2023-01-16", us(eccn=["3A991"], to="MO", end_use=["supercomputer"]), "not met"),
        ("ear-lr-744.23-a-1", "2023-01-17", us(eccn=["3A991"], to="MO", end_use=["supercomputer"]), "met"),
        ("ear-lr-744.23-a-1", "2023-11-16", us(eccn=["3A991"], to="RU", end_use=["supercomputer"]), "not met"),
        ("ear-lr-744.23-a-1", "2023-11-17", us(eccn=["3A991"], to="RU", end_use=["supercomputer"]), "met"),
        ("ear-lr-744.23-a-1", "2023-11-17", us(eccn=["5A991"], end_use=["supercomputer"]), "not met"),
        ("ear-lr-744.23-a-1", "2023-11-17", us(eccn=["3A991"], end_use=["datacentre"]), "not met"),
        ("ear-lr-744.23-a-1", "2023-11-17", us(eccn=["3A991"]), "unknown"),
        # any item for advanced-node plants
        ("ear-lr-744.23-a-2-i", "2022-10-06", us(TOOL, end_use=ADVANCED), "not met"),
        ("ear-lr-744.23-a-2-i", "2022-10-07", us(TOOL, end_use=ADVANCED), "met"),
        ("ear-lr-744.23-a-2-i", "2022-10-07", us(TOOL, eccn=["EAR99"], end_use=ADVANCED), "met"),
        ("ear-lr-744.23-a-2-i", "2023-01-16", us(TOOL, to="MO", end_use=ADVANCED), "not met"),
        ("ear-lr-744.23-a-2-i", "2023-01-17", us(TOOL, to="MO", end_use=ADVANCED), "met"),
        ("ear-lr-744.23-a-2-i", "2023-11-17", us(TOOL, facility=XIAN, end_use=ADVANCED), "met"),  # whoever owns it
        ("ear-lr-744.23-a-2-i", "2023-11-17", us(TOOL, to="HK", facility=SN1, end_use=ADVANCED), "met"),
        ("ear-lr-744.23-a-2-i", "2024-12-02", us(TOOL, to="TW", end_use=ADVANCED), "not met"),
        ("ear-lr-744.23-a-2-i", "2024-12-02", us(TOOL, end_use=["back-end-production"]), "not met"),
        ("ear-lr-744.23-a-2-i", "2024-12-02", us(TOOL, end_use=ADVANCED, knowledge="no"), "not met"),
        ("ear-lr-744.23-a-2-i", "2024-12-02", us(TOOL, end_use=["ic-production"]), "unknown"),  # the plant is not told
        ("ear-lr-744.23-a-2-i", "2024-12-02", us(TOOL), "unknown"),
        # footnote 5 entities are left to their entries
        ("ear-lr-744.23-a-2-i", "2024-12-01", us(TOOL, end_user="smic-south", end_use=ADVANCED), "met"),
        ("ear-lr-744.23-a-2-i", "2024-12-02", us(TOOL, end_user="smic-south", end_use=ADVANCED), "not met"),
        ("ear-lr-744.23-a-2-i", "2024-12-02", us(TOOL, facility=SN1, end_use=ADVANCED), "not met"),
        ("ear-lr-744.23-a-2-i", "2024-12-02", us(TOOL, end_user="cxmt", end_use=ADVANCED), "met"),
        ("ear-lr-744.11", "2024-12-02", us(TOOL, end_user="smic-south", end_use=ADVANCED), "met"),
        # plants of unknown node
        ("ear-lr-744.23-a-2-ii", "2022-10-06", us(TOOL, eccn=["3B001"], end_use=UNKNOWN_NODE), "not met"),
        ("ear-lr-744.23-a-2-ii", "2022-10-07", us(TOOL, eccn=["3B001"], end_use=UNKNOWN_NODE), "met"),
        ("ear-lr-744.23-a-2-ii", "2024-12-02", us(TOOL, eccn=["EAR99"], end_use=UNKNOWN_NODE), "not met"),
        ("ear-lr-744.23-a-2-ii", "2024-12-02", us(TOOL, eccn=["3B001"], end_use=["ic-production"], attestations=["node-not-known"]), "met"),
        ("ear-lr-744.23-a-2-ii", "2024-12-02", us(TOOL, eccn=["3B001"], to="TW", end_use=UNKNOWN_NODE), "not met"),
        ("ear-lr-744.23-a-2-ii", "2024-12-02", us(TOOL, eccn=["3B001"], end_user="smic-south", end_use=UNKNOWN_NODE), "not met"),
        ("ear-lr-744.23-a-2-ii", "2024-12-02", us(TOOL, eccn=["3B001"]), "unknown"),
        # design software
        ("ear-lr-744.23-a-2-iii", "2024-12-30", us("synopsys-eda", end_use=["ic-design-advanced-node"]), "not met"),
        ("ear-lr-744.23-a-2-iii", "2024-12-31", us("synopsys-eda", end_use=["ic-design-advanced-node"]), "met"),
        ("ear-lr-744.23-a-2-iii", "2024-12-31", us(H100, end_use=["ic-design-advanced-node"]), "not met"),
        ("ear-lr-744.23-a-2-iii", "2024-12-31", us("synopsys-eda"), "unknown"),
        # by headquarters
        ("ear-lr-744.23-a-3", "2023-11-16", us(H100, to="SG", end_user=somebody("SG", "CN")), "not met"),
        ("ear-lr-744.23-a-3", "2023-11-17", us(H100, to="SG", end_user=somebody("SG", "CN")), "met"),
        ("ear-lr-744.23-a-3", "2023-11-17", us(H100, to="SG", end_user=somebody("SG", "SG")), "not met"),
        ("ear-lr-744.23-a-3", "2023-11-17", us(H100, end_user=somebody("CN", "CN")), "not met"),  # there another section requires it
        ("ear-lr-744.23-a-3", "2023-11-17", us(H100, to="IL", end_user=somebody("IL", "CN")), "met"),  # D:4, and A:6 too
        ("ear-lr-744.23-a-3", "2025-06-01", us(H100, to="SG", end_user=somebody("SG", "CN")), "met"),
        ("ear-lr-744.23-a-3", "2023-11-17", us("h20", to="SG", end_user=somebody("SG", "CN")), "not met"),
        ("ear-lr-744.23-a-3", "2023-11-17", us(H100, to="SG", end_user={"name": "Somebody", "country": "SG"}), "unknown"),
        # equipment
        ("ear-lr-744.23-a-4", "2022-10-06", us(TOOL, eccn=["EAR99"], end_use=["sme-production"]), "not met"),
        ("ear-lr-744.23-a-4", "2022-10-07", us(TOOL, eccn=["EAR99"], end_use=["sme-production"]), "met"),
        ("ear-lr-744.23-a-4", "2023-11-16", us(TOOL, eccn=["EAR99"], end_use=["sme-production"]), "met"),
        ("ear-lr-744.23-a-4", "2023-11-17", us(TOOL, eccn=["EAR99"], end_use=["sme-production"]), "not met"),
        ("ear-lr-744.23-a-4", "2023-11-17", us(TOOL, eccn=["3B991"], end_use=["sme-production"]), "met"),
        ("ear-lr-744.23-a-4", "2024-04-03",
         us(TOOL, eccn=["3B991"], to="MY", end_user=somebody("MY", "CN"), end_use=["sme-production"]), "not met"),
        ("ear-lr-744.23-a-4", "2024-04-04",
         us(TOOL, eccn=["3B991"], to="MY", end_user=somebody("MY", "CN"), end_use=["sme-production"]), "met"),
        ("ear-lr-744.23-a-4", "2024-04-04",
         us(TOOL, eccn=["3B991"], to="MY", end_user=somebody("MY", "MY"), end_use=["sme-production"]), "not met"),
        ("ear-lr-744.23-a-4", "2024-04-04", us(TOOL, eccn=["3B991"]), "unknown"),
    ],
)  # fmt: skip
def test_end_uses_of_744_23(rule: str, day: str, case: dict[str, Any], expected: str) -> None:
    assert outcome(rule, day, case) == expected


def test_whether_the_listing_alone_reaches_a_tool_from_an_excluded_country_is_left_to_whoever_asks() -> None:
    case = abroad(TOOL, "export-from-abroad", end_user="smic-south", exporter="asml", **NETHERLANDS)
    assert str(check("ear-lr-744.11", "2025-02-01", case).outcome) == "unknown"
    assert str(check("ear-lr-744.11", "2025-02-01", case, ear_listing_and_excluded_places="in-force").outcome) == "not met"
    assert str(check("ear-lr-744.11", "2025-02-01", case, ear_listing_and_excluded_places="repealed").outcome) == "met"


@pytest.mark.parametrize(("item", "expected"), [("ascend-910c", "met"), ("biren-br100", "met"), (H100, "not met"), ("mi300x", "not met")])
def test_the_guidance_of_may_2025_presumes_nothing_of_chips_of_others(item: str, expected: str) -> None:
    assert str(check("ear-gp10-presumption", "2025-05-20", {"item": item, "act": "use"}).outcome) == expected
    assert str(check("ear-gp10-presumption", "2025-05-12", {"item": item, "act": "use"}).outcome) == "not met"


def test_what_is_shipped_from_the_united_states_is_no_foreign_direct_product() -> None:
    case = {"item": H100, "to": "SA", "knowledge": "yes"}
    assert outcome("ear-fdp-advanced-computing", "2024-06-01", {**case, "from": "TW", "act": "reexport"}) == "met"
    assert outcome("ear-fdp-advanced-computing", "2024-06-01", {**case, "from": "US", "act": "export"}) == "not met"
    assert outcome("ear-subject", "2024-06-01", {**case, "from": "US", "act": "export"}) == "met"


def test_no_facility_is_no_facility_elsewhere() -> None:
    """Equipment for China is controlled for US persons whatever the use; that there is no facility takes nothing away."""
    told = {"act": "ship", "item": TOOL, "eccn": ["3B001.f.1.a"], "to": "CN", "facility": "none", "attestations": ["not-subject-to-ear"]}
    case = {**ALONE, **told, "end_use": ["ic-production"], "actor": person(), "end_user": somebody("CN", "CN")}
    assert outcome("ear-lr-744.6-c-2-iii", "2024-06-01", case) == "met"
    assert outcome("ear-lr-744.23-a-2-i", "2024-06-01", {**us("h20", facility="none"), "end_use": ["ic-production"]}) == "not met"


def test_a_facility_on_record_is_better_than_the_place_an_item_goes_to() -> None:
    strengths = [
        Strength(check("ear-lr-744.23-a-2-i", "2023-11-17", us(TOOL, end_use=ADVANCED, **more)).verdict.all_.for_)
        for more in ({}, {"facility": SN1})
    ]
    assert strengths == [Strength.PRESUMED, Strength.REPORTED]


# ---- US persons


@pytest.mark.parametrize(
    ("rule", "day", "case", "expected"),
    [
        ("ear-lr-744.6-c-2-i", "2022-10-11", support(end_use=ADVANCED), "not met"),
        ("ear-lr-744.6-c-2-i", "2022-10-12", support(end_use=ADVANCED), "met"),
        ("ear-lr-744.6-c-2-i", "2022-10-12", support(end_use=ADVANCED, facility=XIAN), "met"),  # at first, whoever owns it
        ("ear-lr-744.6-c-2-i", "2022-12-01", support(end_use=ADVANCED, attestations=CLERICAL), "not met"),  # as the agency answered
        ("ear-lr-744.6-c-2-ii", "2022-12-01", support(eccn=["3B001"], end_use=UNKNOWN_NODE, attestations=CLERICAL), "not met"),
        ("ear-lr-744.6-c-2-iii", "2022-12-01", support("ship", eccn=["3B090"], attestations=CLERICAL), "not met"),
        ("ear-lr-744.6-c-2-i", "2023-01-16", support(end_use=ADVANCED, to="MO"), "not met"),
        ("ear-lr-744.6-c-2-i", "2023-01-17", support(end_use=ADVANCED, to="MO"), "met"),
        ("ear-lr-744.6-c-2-i", "2023-11-17", support(end_use=ADVANCED, end_user=somebody("CN", "CN")), "met"),
        ("ear-lr-744.6-c-2-i", "2023-11-17", support(end_use=ADVANCED, end_user=somebody("CN", "KR")), "unknown"),  # no plant told
        ("ear-lr-744.6-c-2-i", "2023-11-17", support(end_use=ADVANCED, end_user=somebody("CN", "CN"), actor=person("NL")), "not met"),
        ("ear-lr-744.6-c-2-i", "2023-11-16", support(end_use=ADVANCED, end_user=somebody("CN", "CN"), actor=person("NL")), "met"),
        ("ear-lr-744.6-c-2-i", "2023-11-17", support(end_use=ADVANCED, end_user=somebody("CN", "CN"), actor=person("CN")), "met"),
        ("ear-lr-744.6-c-2-i", "2023-11-17", support(end_use=["back-end-production"], end_user=somebody("CN", "CN")), "not met"),
        ("ear-lr-744.6-c-2-i", "2023-11-17",
         support(end_use=ADVANCED, actor={"name": "A person", "person_of": ["NL"], "natural": True}), "not met"),
        ("ear-lr-744.6-c-2-i", "2023-11-17",
         support(end_use=ADVANCED, end_user=somebody("CN", "CN"), attestations=["not-subject-to-ear", "clerical-or-administrative"]),
         "not met"),
        ("ear-lr-744.6-c-2-i", "2023-11-17",
         {**support(end_use=ADVANCED, end_user=somebody("CN", "CN")), "actor": None, "parties": None}, "unknown"),
        ("ear-lr-744.6-c-2-ii", "2022-10-11", support(eccn=["3B001"], end_use=UNKNOWN_NODE), "not met"),
        ("ear-lr-744.6-c-2-ii", "2022-10-12", support(eccn=["3B001"], end_use=UNKNOWN_NODE), "met"),
        ("ear-lr-744.6-c-2-ii", "2023-11-17", support(eccn=["3B001"], end_use=UNKNOWN_NODE, end_user=somebody("CN", "CN")), "met"),
        ("ear-lr-744.6-c-2-ii", "2023-11-17", support(eccn=["2B001"], end_use=UNKNOWN_NODE, end_user=somebody("CN", "CN")), "not met"),
        ("ear-lr-744.6-c-2-iii", "2022-10-12", support("ship", eccn=["3B090"]), "met"),
        ("ear-lr-744.6-c-2-iii", "2023-11-16", support("ship", eccn=["3B001.c"]), "not met"),
        ("ear-lr-744.6-c-2-iii", "2023-11-17", support("ship", eccn=["3B001.c"]), "met"),
        ("ear-lr-744.6-c-2-iii", "2023-11-17", support("ship", eccn=["3B090"]), "not met"),
        ("ear-lr-744.6-c-2-iii", "2023-11-17", support(eccn=["3B001.c"], end_use=ADVANCED), "met"),
        ("ear-lr-744.6-c-2-iii", "2024-12-01", support("ship", eccn=["3B001.r"]), "not met"),
        ("ear-lr-744.6-c-2-iii", "2024-12-02", support("ship", eccn=["3B001.r"]), "met"),
        ("ear-lr-744.6-c-2-iii", "2024-12-02", support("ship", eccn=["3B001.c"], actor=person("US")), "not met"),
        ("ear-lr-744.6-c-2-iii", "2024-12-02", support("ship", eccn=["3B001.c"], to="KR"), "not met"),
        ("ear-lr-744.6-b", "2021-03-15", support("finance", end_use=["military-intelligence"]), "not met"),
        ("ear-lr-744.6-b", "2021-03-16", support("finance", end_use=["military-intelligence"]), "met"),
        ("ear-lr-744.6-b", "2022-03-01", support("finance", to="BY", end_use=["military-intelligence"]), "not met"),
        ("ear-lr-744.6-b", "2022-03-02", support("finance", to="BY", end_use=["military-intelligence"]), "met"),
        ("ear-lr-744.6-b", "2025-05-13", support("finance", to="DE", end_use=["nuclear"]), "not met"),
        ("ear-lr-744.6-b", "2025-05-13", support("finance", to="PK", end_use=["nuclear"]), "met"),
        ("ear-lr-744.6-b", "2025-05-13", support("ship", to="PK", end_use=["missile"]), "met"),
        ("ear-lr-744.6-b", "2025-05-13", support("ship", to="BR", end_use=["missile"]), "not met"),
        ("ear-lr-744.6-b", "2025-05-13", support("negotiate", to="FR", end_use=["chemical-biological"]), "met"),
        ("ear-lr-744.6-b", "2025-05-13", support("finance", end_use=["datacentre"]), "not met"),
        ("ear-lr-744.6-b", "2025-05-13", support("finance"), "unknown"),
    ],
)  # fmt: skip
def test_us_persons(rule: str, day: str, case: dict[str, Any], expected: str) -> None:
    assert outcome(rule, day, case) == expected


# ---- the Affiliates Rule

AFFILIATES, OWNED = "ear-lr-affiliates", "smic-shanghai"
"""A company that SMIC holds whole."""


def test_the_affiliates_rule_by_day() -> None:
    case = us("h20", end_user=OWNED)
    days = {
        "2025-09-28": "not met", "2025-09-29": "met", "2025-11-09": "met", "2025-11-10": "not met", "2026-11-09": "not met",
        "2026-11-10": "unknown",
    }  # fmt: skip
    assert {day: outcome(AFFILIATES, day, case) for day in days} == days
    assert str(check(AFFILIATES, "2026-11-10", case, **{AFFILIATES: "in-force"}).outcome) == "met"
    assert str(check(AFFILIATES, "2026-11-10", case, **{AFFILIATES: "suspended"}).outcome) == "not met"


def test_a_company_that_nobody_listed_is_known_to_own_is_unknown_and_never_free() -> None:
    assert outcome(AFFILIATES, "2025-10-10", us("h20", end_user="cxmt")) != "met"
    assert outcome(AFFILIATES, "2025-10-10", us("h20", end_user=somebody("SG", "SG"))) == "unknown"


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        ("ear-affiliate-fn5", "2025-09-28", "not met"),
        ("ear-affiliate-fn5", "2025-09-29", "met"),
        ("ear-affiliate-fn5", "2025-11-10", "not met"),
        ("ear-affiliate-fn5", "2026-11-10", "unknown"),
        ("ear-affiliate-fn4", "2025-09-29", "unknown"),
        ("ear-affiliate-fn1", "2025-09-29", "unknown"),
    ],
)
def test_the_footnote_of_an_owner_travels(rule: str, day: str, expected: str) -> None:
    assert outcome(rule, day, us("h20", end_user=OWNED)) == expected


def test_the_general_licence_beside_the_affiliates_rule_ends_with_the_suspension_and_its_own_end_is_in_doubt() -> None:
    licence, allied = "ear-tgl-go7", us("h20", to="DE")
    assert [outcome(licence, day, allied) for day in ("2025-09-28", "2025-09-29", "2025-11-09", "2025-11-10")] == [
        "not met", "met", "met", "not met",
    ]  # fmt: skip
    assert outcome(licence, "2025-10-10", us("h20")) == "not met"
    assert outcome(licence, "2025-10-10", us("h20", attestations=["joint-venture-with-allied-partner"])) == "met"
    assert outcome(licence, "2025-10-10", us("h20", to="IR", attestations=["joint-venture-with-allied-partner"])) == "not met"
    went_on = [str(check(licence, day, allied, **{licence: "in-force"}).outcome) for day in ("2025-11-28", "2025-12-01", "2025-12-02")]
    assert went_on == ["met", "met", "not met"]
    assert "one on 1 December" in check(licence, "2025-12-01", allied, **{licence: "in-force"}).proof.note


@pytest.mark.parametrize(
    ("rule", "day", "case", "expected"),
    [
        ("ear-red-flag-29", "2025-09-28", us(end_user=OWNED), "not met"),
        ("ear-red-flag-29", "2025-09-29", us(end_user=OWNED), "met"),
        ("ear-red-flag-29", "2025-11-10", us(end_user=OWNED), "not met"),
        ("ear-red-flag-29", "2025-09-29", us(end_user=somebody("SG", "SG")), "unknown"),
        ("ear-red-flag-19", "2023-11-16", us("ascend-910b"), "not met"),
        ("ear-red-flag-19", "2023-11-17", us(TOOL), "not met"),
        ("ear-red-flag-19", "2023-11-17", us("ascend-910b"), "unknown"),  # its transistors are not on record
        ("ear-red-flag-28", "2025-02-01", us(H100, service="iaas", end_use=["ai-training"], compute_user=somebody("MY", "CN"),
                                             attestations=["trains-4e091"]), "met"),
        ("ear-red-flag-28", "2025-05-13", us(H100, service="iaas", end_use=["ai-training"], compute_user=somebody("MY", "CN"),
                                             attestations=["trains-4e091"]), "not met"),
        ("ear-red-flag-28", "2025-02-01", us(H100, service="iaas", end_use=["ai-training"], compute_user=somebody("JP", "JP"),
                                             attestations=["trains-4e091"]), "not met"),
        ("ear-red-flag-diversion-2025", "2025-05-12", us(H100, attestations=["unusual-route"]), "not met"),
        ("ear-red-flag-diversion-2025", "2025-05-13", us(H100, attestations=["unusual-route"]), "met"),
        ("ear-red-flag-diversion-2025", "2025-05-13", us(H100), "not met"),
        ("ear-policy-ai-training", "2025-05-12",
         us(H100, to="MY", compute_user=somebody("MY", "CN"), end_use=["ai-training-wmd"]), "not met"),
        ("ear-policy-ai-training", "2025-05-13", us(H100, to="MY", compute_user=somebody("MY", "CN"), end_use=["ai-training-wmd"]), "met"),
        ("ear-policy-ai-training", "2025-05-13", us(H100, to="MY", compute_user=somebody("MY", "CN"), end_use=["ai-training"]), "not met"),
        ("ear-policy-ai-training", "2025-05-13",
         us(H100, to="MY", compute_user=somebody("MY", "JP"), end_use=["ai-training-wmd"]), "not met"),
        ("ear-policy-ai-training", "2025-05-13", us(H100, to="MY", compute_user=somebody("MY", "CN")), "unknown"),
    ],
)  # fmt: skip
def test_red_flags_and_guidance(rule: str, day: str, case: dict[str, Any], expected: str) -> None:
    assert outcome(rule, day, case) == expected


# ---- validated end users


@pytest.mark.parametrize(
    ("rule", "party"),
    [
        ("ear-veu-samsung-china", "samsung-china-semiconductor"),
        ("ear-veu-sk-hynix-china", "sk-hynix-wuxi"),
        ("ear-veu-intel-dalian", "intel-semiconductor-dalian"),
        ("ear-veu-tsmc-nanjing", "tsmc-nanjing"),
    ],
)
def test_validated_end_users_end_on_the_last_day_of_2025(rule: str, party: str) -> None:
    case = us(TOOL, end_user=party)
    assert [outcome(rule, day, case) for day in ("2022-12-01", "2024-06-01", "2025-12-30", "2025-12-31")] == [
        "not met", "met", "met", "not met",
    ]  # fmt: skip
    assert outcome(rule, "2025-12-30", us(TOOL, end_user="smic")) == "not met"
    assert outcome(rule, "2025-12-30", us(TOOL, end_user=party, attestations=["outside-veu-authorisation"])) == "not met"
    assert outcome(rule, "2025-12-30", {"item": TOOL, "act": "export", "to": "CN"}) == "unknown"


# ---- review policies and limits of exceptions


@pytest.mark.parametrize(
    ("rule", "day", "case", "expected"),
    [
        ("ear-review-744.23", "2022-11-01", us(TOOL, end_user="cxmt", end_use=ADVANCED), "met"),
        ("ear-review-744.23", "2024-05-01", us(TOOL, end_user="cxmt", end_use=ADVANCED), "met"),
        ("ear-review-744.23", "2024-05-01", us(TOOL, end_user=somebody("CN", "KR"), end_use=ADVANCED), "not met"),
        ("ear-review-744.23-approval", "2023-11-16", us(TOOL, end_user=somebody("CN", "KR"), end_use=ADVANCED), "not met"),
        ("ear-review-744.23-approval", "2023-11-17", us(TOOL, end_user=somebody("CN", "KR"), end_use=ADVANCED), "met"),
        ("ear-review-744.23-approval", "2024-04-03",
         us(TOOL, end_user="cxmt", end_use=ADVANCED, attestations=["foreign-substitute-available"]), "met"),
        ("ear-review-744.23-approval", "2024-04-04", us(TOOL, end_user=somebody("CN", "CN"), end_use=ADVANCED), "not met"),
        ("ear-review-744.23-case-by-case", "2022-11-01", us(TOOL, end_user=somebody("CN", "KR"), end_use=ADVANCED), "met"),
        ("ear-review-744.23-case-by-case", "2024-04-04",
         us(TOOL, end_user="cxmt", end_use=ADVANCED, attestations=["foreign-substitute-available"]), "met"),
        ("ear-review-744.23-case-by-case", "2024-05-01", us(TOOL, end_user=somebody("CN", "CN"), end_use=ADVANCED), "not met"),
        ("ear-review-744.6", "2023-11-17", support(end_use=ADVANCED, end_user=somebody("CN", "CN")), "met"),
        ("ear-review-744.6", "2022-10-12", support(end_use=ADVANCED, end_user=somebody("CN", "KR")), "not met"),
        ("ear-review-744.6-case-by-case", "2022-10-12", support(end_use=ADVANCED, end_user=somebody("CN", "KR")), "met"),
        ("ear-review-744.6-case-by-case", "2023-11-17", support(end_use=ADVANCED, end_user=somebody("CN", "CN")), "not met"),
        ("ear-review-744.6-b", "2025-05-13", support("finance", to="PK", end_use=["nuclear"]), "met"),
        ("ear-review-744.21", "2024-05-01", us(eccn=["3A991"], end_use=["military"]), "met"),
        ("ear-review-744.21-a-2", "2024-05-01", us(eccn=["EAR99"], to="RU", end_use=["military"]), "met"),
        ("ear-review-744.22", "2024-05-01", us(end_use=["military-intelligence"]), "met"),
        ("ear-review-744.22", "2024-05-01", us(end_use=["datacentre"], attestations="none"), "not met"),
        ("ear-review-744.8", "2025-05-13", us(end_user="cxmt"), "not met"),
        ("ear-limit-744.23", "2022-10-07", us(TOOL, end_use=ADVANCED), "met"),
        ("ear-limit-744.23-a-3-a-4", "2024-04-03", us(TOOL, eccn=["3B991"], end_use=["sme-production"]), "met"),
        ("ear-limit-744.23-a-3-a-4", "2024-04-04", us(TOOL, eccn=["3B991"], end_use=["sme-production"]), "not met"),
        ("ear-limit-744.6", "2022-10-12", support(end_use=ADVANCED), "met"),
        ("ear-limit-744.16", "2025-05-13", us(H100, end_user="ymtc"), "met"),
        ("ear-limit-744.21", "2024-05-01", us(eccn=["3A991"], end_use=["military"]), "met"),
        ("ear-limit-744.22", "2024-05-01", us(end_use=["military-intelligence"]), "met"),
        ("ear-limit-744.8", "2025-05-13", us(end_user="cxmt"), "not met"),
        ("ear-limit-affiliates", "2025-10-10", us(end_user=OWNED), "met"),
    ],
)  # fmt: skip
def test_review_and_exceptions(rule: str, day: str, case: dict[str, Any], expected: str) -> None:
    assert outcome(rule, day, case) == expected


@pytest.mark.parametrize(
    ("rule", "party", "expected"),
    [
        ("ear-review-744.11", "huawei", "met"),
        ("ear-review-744.11", "smic", "met"),
        ("ear-review-744.11-case-by-case", "smic", "met"),  # for items for 200 mm wafers, as the entry says
        ("ear-review-744.11-policy-of-denial", "inspur-electronic-information-industry-co-ltd", "met"),
        ("ear-review-744.11", "inspur-electronic-information-industry-co-ltd", "unknown"),
        ("ear-review-744.11", "smic-south", "unknown"),  # its entry refers to 744.23(d)
        ("ear-review-744.11-approval", "cxmt", "not met"),
    ],
)
def test_the_review_policy_of_a_listed_entity_is_that_of_its_entry(rule: str, party: str, expected: str) -> None:
    assert outcome(rule, "2026-07-09", us(end_user=party)) == expected


@pytest.mark.parametrize(
    ("rule", "day", "attestations", "expected"),
    [
        ("ear-review-744.11-smic-2020-denial", "2020-12-17", ["uniquely-required-for-10-nm-and-below"], "not met"),
        ("ear-review-744.11-smic-2020-denial", "2020-12-18", ["uniquely-required-for-10-nm-and-below"], "met"),
        ("ear-review-744.11-smic-2020-denial", "2024-12-01", ["uniquely-required-for-10-nm-and-below"], "met"),
        ("ear-review-744.11-smic-2020-denial", "2024-12-02", ["uniquely-required-for-10-nm-and-below"], "not met"),
        ("ear-review-744.11-smic-2020-denial", "2021-06-01", "none", "not met"),
        ("ear-review-744.11-smic-2020-case-by-case", "2021-06-01", "none", "met"),
        ("ear-review-744.11-smic-2020-case-by-case", "2021-06-01", ["uniquely-required-for-10-nm-and-below"], "not met"),
        ("ear-review-744.11", "2024-12-01", "none", "unknown"),  # the edition's policy is that of the amendment
        ("ear-review-744.11", "2024-12-02", "none", "met"),
    ],
)
def test_smics_entry_had_another_policy_before_december_2024(rule: str, day: str, attestations: Any, expected: str) -> None:
    assert outcome(rule, day, us(end_user="smic", attestations=attestations)) == expected


@pytest.mark.parametrize(
    ("rule", "day", "expected"),
    [
        ("ear-review-744.11", "2025-10-10", "met"),
        ("ear-review-744.11", "2025-09-28", "not met"),
        ("ear-review-744.11-policy-of-denial", "2025-10-10", "unknown"),
    ],
)
def test_a_firm_that_listed_ones_own_is_reviewed_as_its_owners_are(rule: str, day: str, expected: str) -> None:
    assert outcome(rule, day, us(to="JP", end_user="smic-japan")) == expected


# ---- the general prohibitions

NONE: dict[str, Any] = {"authorisations": "none"}
NEEDS_ONE = ["licence-required-by-entry-and-destination"]


@pytest.mark.parametrize(
    ("rule", "case", "expected"),
    [
        ("ear-gp-1", us(H100, attestations=NEEDS_ONE, **NONE), "met"),
        ("ear-gp-1", us(H100, attestations=NEEDS_ONE), "unknown"),  # whether it is authorised is not told
        ("ear-gp-1", us(H100, attestations=NEEDS_ONE, authorisations=["export"]), "not met"),
        ("ear-gp-1", us(H100, attestations=NEEDS_ONE, act="transfer", **NONE), "not met"),
        ("ear-gp-2", abroad("kirin-9000", attestations=[*NEEDS_ONE, "above-de-minimis"], **NONE), "met"),
        ("ear-gp-2", abroad("kirin-9000", attestations=NEEDS_ONE, **NONE), "unknown"),
        ("ear-gp-2", us("kirin-9000", attestations=[*NEEDS_ONE, "above-de-minimis"], **NONE), "not met"),
        ("ear-gp-3", abroad("kirin-9000", end_user="huawei", **NONE), "met"),
        ("ear-gp-3", abroad("kirin-9000", end_user="huawei"), "unknown"),
        ("ear-gp-3", abroad("kirin-9000", end_user="huawei", authorisations=["reexport"]), "not met"),
        ("ear-gp-3", abroad("kirin-9000", end_user="huawei", act="use", **NONE), "not met"),
        ("ear-gp-4", us(end_user="smic", **NONE), "not met"),
        ("ear-gp-5", us(end_user="smic", **NONE), "met"),
        ("ear-gp-5", us(end_user="smic"), "unknown"),
        ("ear-gp-5", us(end_user="smic", authorisations=["export"]), "not met"),
        ("ear-gp-6", us(to="CU", **NONE), "met"),
        ("ear-gp-6", us(to="CN", **NONE), "not met"),
        ("ear-gp-6", us(to="RU", eccn=["3A991"], **NONE), "met"),
        ("ear-gp-6", us(to="CU"), "unknown"),
        ("ear-gp-7", support(end_use=ADVANCED, end_user=somebody("CN", "CN"), **NONE), "met"),
        ("ear-gp-7", support(end_use=ADVANCED, end_user=somebody("CN", "CN")), "unknown"),
        ("ear-gp-8", us(attestations=["transit-through-listed-country", "licence-required-to-transit-country"], **NONE), "met"),
        ("ear-gp-8", us(**NONE), "not met"),
        ("ear-gp-9", us(attestations=["terms-broken"]), "met"),
        ("ear-gp-9", us(), "not met"),
        ("ear-gp-9", {"item": "h20", "act": "export"}, "unknown"),
    ],
)
def test_general_prohibitions(rule: str, case: dict[str, Any], expected: str) -> None:
    assert outcome(rule, "2025-05-30", case) == expected


def test_a_denied_person_in_any_role_engages_general_prohibition_four() -> None:
    denied = "3k-aviation-consulting-logistics"
    for role in ("end_user", "forwarder", "purchaser"):
        assert outcome("ear-gp-4", "2026-07-31", us(**{role: denied})) == "met"
    assert outcome("ear-gp-4", "2026-07-31", us(end_user=denied, authorisations=["denial-order"])) == "not met"
    assert outcome("ear-gp-4", "2026-07-31", {"item": "h20", "from": "US", "act": "export"}) == "unknown"


@pytest.mark.parametrize(
    ("party", "told", "expected"),
    [
        ("huawei", {}, "met"),
        ("druzhba-ao", {"attestations": None}, "unknown"),  # its entry is about projects of 746.8(a)(4)
        ("druzhba-ao", {"attestations": "none"}, "not met"), ("druzhba-ao", {"attestations": ["used-in-project-of-746.8-a-4"]}, "met"),
        ("entity-list-address-01", {"eccn": ["3A090.a"], "attestations": "none"}, "met"),
        ("entity-list-address-01", {"eccn": ["EAR99"], "attestations": "none"}, "not met"),
        ("entity-list-address-01", {"eccn": ["EAR99"], "attestations": ["in-supplement-7-to-part-746"]}, "met"),
        ("entity-list-address-01", {"eccn": ["EAR99"], "attestations": None}, "unknown"),
        ("dji", {"item": H100}, "met"),
        ("dji", {"item": "us-controlled-ic-technology", "eccn": ["EAR99"], "attestations": None}, "unknown"),
        ("cnooc-limited-a-subsidiary-of-china-national-offshore-oil-corporation", {"attestations": None}, "unknown"),
    ],
)  # fmt: skip
def test_entries_that_cover_some_items_only_are_read_by_item(party: str, told: dict[str, Any], expected: str) -> None:
    finding = check(LIST, "2025-05-13", {**us(end_user=party, parties="complete"), **told})
    assert str(finding.outcome) == expected
    if expected == "unknown":
        assert {gap.relation for gap in finding.gaps} & {"attestations", "classifiedAs"}


def test_an_earlier_act_without_its_licence_reaches_general_prohibition_ten() -> None:
    """Buying on what was exported to a listed party without a licence is dealing in a tainted item; with the licence it is not shown."""
    bought = {"item": H100, "act": "use", "from": "US", "knowledge": "yes", "attestations": "none", **NONE}
    export = us(H100, end_user="huawei")
    met = check("ear-gp10", "2025-05-14", {**bought, "earlier": [{**export, **NONE}]})
    assert (str(met.outcome), Strength(met.verdict.all_.for_)) == ("met", Strength.ESTABLISHED)
    for earlier in ([{**export, "authorisations": ["export"]}], [export], "none"):
        assert outcome("ear-gp10", "2025-05-14", {**bought, "earlier": earlier}) != "met"
    assert outcome("ear-gp10", "2025-05-14", {**bought, "earlier": [{**export, **NONE}], "knowledge": "no"}) != "met"


def test_an_earlier_act_is_read_by_the_law_and_the_facts_of_its_own_day() -> None:
    """An H100 left for China before its entry was written, and after; an exporter's customer was listed on one of two days."""
    bought = {"item": H100, "act": "use", "from": "US", "knowledge": "yes", "attestations": "none", **NONE}

    def asked(day: str, party: str) -> Finding:
        export = us(H100, act="export", end_user=party, parties="complete", **NONE)
        return check("ear-gp10", "2025-05-14", {**bought, "earlier": [{**export, "on": day}]})

    before, after = asked("2019-05-01", "bytedance"), asked("2024-05-01", "bytedance")
    assert (str(before.outcome), str(after.outcome)) == ("unknown", "met")
    assert any(node.note == "law and facts are read on the day of the act, 2024-05-01" for node in after.proof.walk())
    assert str(asked("2019-05-15", "huawei").outcome) != str(asked("2019-05-16", "huawei").outcome) == "met"
