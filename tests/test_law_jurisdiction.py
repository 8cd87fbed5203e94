"""Jurisdiction by rule, case and day: the thirteen foreign-direct-product rules, de minimis, exclusions, and who is left out.

Two worlds are asked. The small one holds a few plants, tools and technologies, each link of which is on record, so that every prong
can be told from the others; its lists and country groups are complete. The other is the shipped one.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import policygraph as pg
from policygraph.case import Case
from policygraph.desk import KnowledgeGraph
from policygraph.findings import Finding
from policygraph.graph import ClaimGraph
from policygraph.law import conditions as law
from policygraph.law import explain
from policygraph.law.rulebook import Rule, conditions_of
from policygraph.truth import Strength
from tests.small import graph, said, view

SUBJECT, DE_MINIMIS, SME, FN5, FLAG, LEFT_OUT = (
    "ear-subject", "ear-de-minimis", "ear-fdp-sme", "ear-fdp-footnote-5", "ear-presumption-red-flag-26", "ear-exclusion-supp-4",
)  # fmt: skip
GROUPS = {
    "D1": "CN RU BY MO", "D3": "CN RU IR", "D4": "CN SA", "D5": "CN RU IR BY CU", "E1": "IR", "E2": "CU", "A5": "JP NL DE", "A6": "SG",
    "742-supp-4": "JP NL DE",
}  # fmt: skip
COUNTRIES = ("US", "CN", "HK", "MO", "RU", "BY", "IR", "CU", "JP", "NL", "DE", "MY", "KR", "TW", "SG", "SA")
LINKS = ("variantOf", "directProductOf", "fabricatedAt", "packagedAt", "originIn", "designedWith", "designedBy", "incorporates")
KNOWN: dict[str, Any] = {"parties": "complete", "into": "none", "knowledge": "yes", "attestations": "none", "end_use": "none"}
"""Nobody else, nothing it goes into, knowledge, nothing attested, no use of note."""


@cache
def world() -> ClaimGraph:
    classes: dict[str, str] = dict.fromkeys(COUNTRIES, "Country")
    claims: list[dict[str, Any]] = []
    completes: list[dict[str, Any]] = []

    def fact(subject: str, relation: str, *objects: str) -> None:
        claims.extend(said(subject, relation, object_, grade=4) for object_ in objects)

    for group, members in GROUPS.items():
        classes[f"cg:{group}"] = "CountryGroup"
        completes.append({"relation": "memberOf", "object": f"cg:{group}"})
        for country in members.split():
            fact(country, "memberOf", f"cg:{group}")
    fact("HK", "treatedAs", "CN")
    for number in (1, 3, 4, 5):
        firm, footnote = f"fn{number}-firm", f"entity-list-fn{number}"
        classes |= {firm: "Company", footnote: "Footnote"}
        completes.append({"relation": "bearsFootnote", "object": footnote})
        fact(firm, "listed", "entity-list")
        fact(firm, "bearsFootnote", footnote)
    completes.append({"relation": "listed", "object": "entity-list"})
    classes |= {"entity-list": "PartyList", "maker": "Company", "plain": "Company", "lab": "Company"}
    fact("maker", "headquarteredIn", "KR")
    fact("plain", "headquarteredIn", "CN")
    fact("lab", "headquarteredIn", "CN")
    # technologies by their entry, of US origin unless the name says otherwise
    for code in ("3D992", "3E001", "3E991", "3E992", "4E001", "9E515", "9E610", "5E002", "6E001", "1E001", "3D002"):
        classes[f"tech-{code}"] = "Technology"
        fact(f"tech-{code}", "classifiedAs", f"eccn:{code}")
        fact(f"tech-{code}", "originIn", "US")
        classes[f"eccn:{code}"] = "ECCN"
    classes |= {"tech-jp": "Technology", "paper": "Technology"}
    fact("tech-jp", "classifiedAs", "eccn:3E991")
    fact("tech-jp", "originIn", "JP")
    fact("paper", "originIn", "US")
    for tech in [name for name, class_ in classes.items() if class_ == "Technology" and name != "paper"]:
        completes.extend({"relation": relation, "subject": tech} for relation in ("classifiedAs", "originIn"))
    # plants: one with US technology behind its tools, one with Japanese
    for name, tech in (("us", "tech-3E991"), ("jp", "tech-jp")):
        classes |= {f"{name}-plant": "Fab", f"{name}-tool": "Equipment"}
        fact(f"{name}-plant", "locatedIn", "KR")
        fact(f"{name}-plant", "usesEquipment", f"{name}-tool")
        fact(f"{name}-tool", "directProductOf", tech)
        completes.append({"relation": "usesEquipment", "subject": f"{name}-plant"})
        completes.append({"relation": "directProductOf", "subject": f"{name}-tool"})
    # items: what they are, and by which prong they were made
    made = {
        "chip-us-plant": ("Chip", "", "us-plant", ""), "chip-jp-plant": ("Chip", "", "jp-plant", ""),
        "chip-encryption": ("Chip", "", "", "tech-5E002"), "etcher-plain": ("Equipment", "3B001.c", "", ""),
        "etcher-direct": ("Equipment", "3B001.c", "", "tech-3E992"), "etcher-other-tech": ("Equipment", "3B001.c", "", "tech-3E001"),
        "etcher-plant": ("Equipment", "3B001.c", "us-plant", ""), "etcher-jp": ("Equipment", "3B001.c", "jp-plant", ""),
        "etcher-holds-us": ("Equipment", "3B001.c", "", ""), "etcher-holds-jp": ("Equipment", "3B001.c", "", ""),
        "washer-direct": ("Equipment", "3B993", "", "tech-3E001"), "washer-sme-tech": ("Equipment", "3B993", "", "tech-3E992"),
        "washer-holds-us": ("Equipment", "3B993", "", ""),
        "ns-chip": ("Chip", "3A001", "", "tech-3E001"), "at-chip": ("Chip", "3A991", "", "tech-3E001"),
        "ns-chip-plant": ("Chip", "3A001", "us-plant", ""),
        "satellite": ("Item", "9A515", "", "tech-9E515"), "satellite-other": ("Item", "9A515", "", "tech-3E001"),
        "engine": ("Item", "9A610", "", "tech-9E610"), "camera": ("Item", "0A919", "", "tech-9E610"),
        "camera-plant": ("Item", "0A919", "mil-plant", ""),
        "laser": ("Item", "6A005", "", "tech-6E001"), "pump": ("Item", "2B999", "", "tech-1E001"),
        "pump-9": ("Item", "3A001", "", "tech-3E001"),
        "radio": ("Item", "EAR99", "", "tech-3E001"),
    }  # fmt: skip
    classes |= {"mil-plant": "Site", "mil-tool": "Equipment"}
    fact("mil-plant", "locatedIn", "KR")
    fact("mil-plant", "usesEquipment", "mil-tool")
    fact("mil-tool", "directProductOf", "tech-9E610")
    for item, (class_, code, plant, tech) in made.items():
        classes[item] = class_
        fact(item, "madeBy", "maker")
        fact(item, "madeIn", "KR")
        completes.append({"relation": "classifiedAs", "subject": item})
        if code:
            classes[f"eccn:{code}"] = "ECCN"
            fact(item, "classifiedAs", f"eccn:{code}")
        if plant:
            fact(item, "fabricatedAt", plant)
        if tech:
            fact(item, "directProductOf", tech)
        completes.extend({"relation": relation, "subject": item} for relation in LINKS)
    fact("etcher-holds-us", "incorporates", "chip-us-plant")
    fact("washer-holds-us", "incorporates", "chip-us-plant")
    fact("etcher-holds-jp", "incorporates", "chip-jp-plant")
    classes |= {"server": "System", "us-ic": "Chip", "us-bolt": "Item", "model": "AIModel"}
    classes |= {"tool-with-us-ic": "Equipment", "washer-with-us-ic": "Equipment"}
    fact("server", "madeBy", "maker")
    fact("server", "madeIn", "KR")
    fact("server", "incorporates", "chip-us-plant")
    fact("us-ic", "originIn", "US")
    fact("us-ic", "classifiedAs", "eccn:3A001")
    for tool, code in (("tool-with-us-ic", "3B001.c"), ("washer-with-us-ic", "3B993")):
        fact(tool, "madeIn", "KR")
        fact(tool, "madeBy", "maker")
        fact(tool, "classifiedAs", f"eccn:{code}")
        fact(tool, "incorporates", "us-ic")
    classes |= dict.fromkeys(("eccn:EAR99", "eccn:4E091", "eccn:3B001", "eccn:3B001.e"), "ECCN")
    fact("us-bolt", "originIn", "US")
    fact("us-bolt", "classifiedAs", "eccn:EAR99")
    fact("model", "madeBy", "lab")
    fact("model", "classifiedAs", "eccn:4E091")
    fact("model", "trainedOn", "chip-us-plant")
    classes |= {"cn-fab": "Fab", "cn-nand": "Fab", "smic-14nm": "ProcessNode", "tech-node-nand": "ProcessNode"}
    fact("cn-fab", "locatedIn", "CN")
    fact("cn-fab", "runsProcess", "smic-14nm")
    claims.append(said("smic-14nm", "nodeSize", value="14", grade=4))
    fact("cn-nand", "locatedIn", "CN")
    completes.append({"relation": "runsProcess", "subject": "cn-nand"})
    return graph(claims, classes, tuple(completes))


@cache
def shipped() -> KnowledgeGraph:
    return pg.load()


@cache
def frozen(as_of: str) -> Any:
    return view(world(), as_of)


def ask(rule: str, as_of: str, **case: Any) -> Finding:
    told = {key: value for key, value in {**KNOWN, **case}.items() if value != "untold"}
    return explain(frozen(as_of), shipped().rules, rule, Case(**told))


def outcome(rule: str, as_of: str, **case: Any) -> str:
    return str(ask(rule, as_of, **case).outcome)


CHIP = {"item": "chip-us-plant"}
"""A chip made in Korea on tools of US technology."""


@pytest.mark.parametrize(
    ("rule", "as_of", "case", "expected"),
    [
        # (b) national security: NS product of US-origin NS technology, to D:1 or E
        ("ear-fdp-national-security", "2019-06-01", {"item": "ns-chip", "to": "CN"}, "met"),
        ("ear-fdp-national-security", "2025-06-01", {"item": "ns-chip", "to": "CN", "knowledge": "no"}, "met"),  # no knowledge is asked
        ("ear-fdp-national-security", "2025-06-01", {"item": "ns-chip", "to": "DE"}, "not met"),
        ("ear-fdp-national-security", "2025-06-01", {"item": "at-chip", "to": "CN"}, "not met"),  # the product is not NS
        ("ear-fdp-national-security", "2025-06-01", {"item": "ns-chip-plant", "to": "CN"}, "not met"),  # 3E991 is controlled for AT alone
        ("ear-fdp-national-security", "2025-06-01", {"item": "ns-chip", "to": "untold"}, "unknown"),
        ("ear-fdp-national-security", "2025-06-01", {"item": "ns-chip", "to": "HK"}, "met"),
        # (c) 9x515, to D:5 or E
        ("ear-fdp-9x515", "2025-06-01", {"item": "satellite", "to": "CN"}, "met"),
        ("ear-fdp-9x515", "2025-06-01", {"item": "satellite-other", "to": "CN"}, "not met"),
        ("ear-fdp-9x515", "2025-06-01", {"item": "satellite", "to": "SA"}, "not met"),  # D:4 is not in it
        # (d) 600 series; 0A919 by the direct-product prong only
        ("ear-fdp-600-series", "2025-06-01", {"item": "engine", "to": "SA"}, "met"),  # D:4 is
        ("ear-fdp-600-series", "2025-06-01", {"item": "camera", "to": "CN"}, "met"),
        ("ear-fdp-600-series", "2025-06-01", {"item": "camera-plant", "to": "CN"}, "not met"),
        ("ear-fdp-600-series", "2025-06-01", {"item": "engine", "to": "JP"}, "not met"),
        # (e)(1) and (e)(2): each its own footnote, and footnote 4 adds encryption
        ("ear-fdp-footnote-1", "2025-06-01", {**CHIP, "end_user": "fn1-firm"}, "met"),
        ("ear-fdp-footnote-1", "2025-06-01", {**CHIP, "end_user": "fn4-firm"}, "not met"),
        ("ear-fdp-footnote-1", "2025-06-01", {"item": "chip-encryption", "end_user": "fn1-firm"}, "not met"),
        ("ear-fdp-footnote-4", "2022-10-20", {**CHIP, "end_user": "fn4-firm"}, "not met"),
        ("ear-fdp-footnote-4", "2022-10-21", {**CHIP, "end_user": "fn4-firm"}, "met"),
        ("ear-fdp-footnote-4", "2025-06-01", {"item": "chip-encryption", "end_user": "fn4-firm"}, "met"),
        ("ear-fdp-footnote-4", "2025-06-01", {**CHIP, "end_user": "fn1-firm"}, "not met"),
        ("ear-fdp-footnote-4", "2025-06-01", {**CHIP, "end_user": "plain"}, "not met"),
        ("ear-fdp-footnote-4", "2025-06-01", {**CHIP, "end_user": "fn4-firm", "knowledge": "no"}, "not met"),
        ("ear-fdp-footnote-4", "2025-06-01", {**CHIP, "end_user": "fn4-firm", "knowledge": "untold"}, "unknown"),
        ("ear-fdp-footnote-4", "2025-06-01", {"item": "chip-jp-plant", "end_user": "fn4-firm"}, "not met"),  # Japanese tools
        ("ear-fdp-footnote-4", "2025-06-01", {"item": "server", "end_user": "fn4-firm"}, "unknown"),  # never by the chip inside
        ("ear-fdp-footnote-4", "2025-06-01", {**CHIP, "into": [{"item": "server", "by": "fn4-firm"}]}, "met"),
        # (f) Russia, Belarus, Crimea: by day, category and place
        ("ear-fdp-russia-belarus", "2022-02-23", {"item": "pump-9", "to": "RU"}, "not met"),
        ("ear-fdp-russia-belarus", "2022-02-24", {"item": "pump-9", "to": "RU"}, "met"),
        ("ear-fdp-russia-belarus", "2022-03-01", {"item": "pump-9", "to": "BY"}, "not met"),
        ("ear-fdp-russia-belarus", "2022-03-02", {"item": "pump-9", "to": "BY"}, "met"),
        ("ear-fdp-russia-belarus", "2022-04-07", {"item": "pump", "to": "RU"}, "not met"),  # 1E001 is of category 1
        ("ear-fdp-russia-belarus", "2022-04-08", {"item": "pump", "to": "RU"}, "met"),
        ("ear-fdp-russia-belarus", "2025-06-01", {"item": "radio", "to": "RU"}, "not met"),  # EAR99
        ("ear-fdp-russia-belarus", "2023-02-23", {"item": "radio", "to": "RU", "attestations": "in-supplement-7-to-part-746"}, "not met"),
        ("ear-fdp-russia-belarus", "2023-02-24", {"item": "radio", "to": "RU", "attestations": "in-supplement-7-to-part-746"}, "met"),
        ("ear-fdp-russia-belarus", "2022-09-14", {"item": "radio", "to": "RU", "attestations": "in-supplement-6-to-part-746"}, "not met"),
        ("ear-fdp-russia-belarus", "2022-09-15", {"item": "radio", "to": "RU", "attestations": "in-supplement-6-to-part-746"}, "met"),
        ("ear-fdp-russia-belarus", "2023-05-18", {"item": "pump", "to": "DE", "attestations": "destined-to-occupied-crimea"}, "not met"),
        ("ear-fdp-russia-belarus", "2023-05-19", {"item": "pump", "to": "DE", "attestations": "destined-to-occupied-crimea"}, "met"),
        ("ear-fdp-russia-belarus", "2025-06-01", {"item": "pump", "to": "RU", "knowledge": "untold"}, "unknown"),
        # (g) footnote 3, any item
        ("ear-fdp-footnote-3", "2022-02-23", {"item": "radio", "end_user": "fn3-firm"}, "not met"),
        ("ear-fdp-footnote-3", "2022-02-24", {"item": "radio", "end_user": "fn3-firm"}, "met"),
        ("ear-fdp-footnote-3", "2022-04-07", {"item": "pump", "end_user": "fn3-firm"}, "not met"),
        ("ear-fdp-footnote-3", "2022-04-08", {"item": "pump", "end_user": "fn3-firm"}, "met"),
        ("ear-fdp-footnote-3", "2024-08-27", {"item": "radio", "end_user": "fn3-firm", "to": "TW"}, "met"),
        ("ear-fdp-footnote-3", "2025-06-01", {"item": "radio", "end_user": "fn1-firm"}, "not met"),
        # (i) supercomputers: by end use and place
        ("ear-fdp-supercomputer", "2022-10-20", {**CHIP, "to": "CN", "end_use": "supercomputer"}, "not met"),
        ("ear-fdp-supercomputer", "2022-10-21", {**CHIP, "to": "CN", "end_use": "supercomputer"}, "met"),
        ("ear-fdp-supercomputer", "2023-01-16", {**CHIP, "to": "MO", "end_use": "supercomputer"}, "unknown"),  # it may stand in China
        ("ear-fdp-supercomputer", "2023-01-17", {**CHIP, "to": "MO", "end_use": "supercomputer"}, "met"),
        ("ear-fdp-supercomputer", "2025-06-01", {**CHIP, "to": "CN", "end_use": "datacentre"}, "not met"),
        ("ear-fdp-supercomputer", "2025-06-01", {**CHIP, "to": "CN", "end_use": "untold"}, "unknown"),
        ("ear-fdp-supercomputer", "2025-06-01", {"item": "chip-jp-plant", "to": "CN", "end_use": "supercomputer"}, "not met"),
        # (j) Iran: categories 3 to 5 and 7, then 3 to 9
        ("ear-fdp-iran", "2023-02-23", {"item": "ns-chip", "to": "IR"}, "not met"),
        ("ear-fdp-iran", "2023-02-24", {"item": "ns-chip", "to": "IR"}, "met"),
        ("ear-fdp-iran", "2024-07-22", {"item": "laser", "to": "IR"}, "not met"),
        ("ear-fdp-iran", "2024-07-23", {"item": "laser", "to": "IR"}, "met"),
        ("ear-fdp-iran", "2025-06-01", {"item": "ns-chip", "to": "MY"}, "not met"),
        ("ear-fdp-iran", "2024-07-22", {"item": "ns-chip", "to": "MY", "attestations": "government-of-iran-is-a-party"}, "not met"),
        ("ear-fdp-iran", "2024-07-23", {"item": "ns-chip", "to": "MY", "attestations": "government-of-iran-is-a-party"}, "met"),
        ("ear-fdp-iran", "2025-06-01", {"item": "radio", "to": "IR"}, "not met"),
        ("ear-fdp-iran", "2025-06-01", {"item": "radio", "to": "IR", "attestations": "in-supplement-7-to-part-746"}, "met"),
        # (l) model weights: the plant prong alone, in the text and not enforced
        ("ear-fdp-ai-weights", "2025-01-12", {"item": "model", "to": "MY"}, "not met"),
        ("ear-fdp-ai-weights", "2025-01-13", {"item": "model", "to": "MY"}, "met"),
        ("ear-fdp-ai-weights", "2025-05-12", {"item": "model", "to": "MY"}, "met"),
        ("ear-fdp-ai-weights", "2025-05-13", {"item": "model", "to": "MY"}, "not met"),
        ("ear-fdp-ai-weights", "2025-02-01", {**CHIP, "to": "MY"}, "not met"),
    ],
)  # fmt: skip
def test_who_is_within_a_rule(rule: str, as_of: str, case: dict[str, Any], expected: str) -> None:
    assert outcome(rule, as_of, **case) == expected


@pytest.mark.parametrize(
    ("as_of", "case", "expected"),
    [
        ("2024-12-01", {"item": "etcher-direct", "to": "CN"}, "not met"),
        ("2024-12-02", {"item": "etcher-direct", "to": "CN"}, "met"),
        ("2025-06-01", {"item": "etcher-direct", "to": "MO"}, "met"),  # named beside D:5
        ("2025-06-01", {"item": "etcher-direct", "to": "HK"}, "met"),
        ("2025-06-01", {"item": "etcher-direct", "to": "TW"}, "not met"),
        ("2025-06-01", {"item": "etcher-plant", "to": "CN"}, "met"),
        ("2025-06-01", {"item": "etcher-holds-us", "to": "CN"}, "met"),
        ("2025-06-01", {"item": "etcher-jp", "to": "CN"}, "not met"),
        ("2025-06-01", {"item": "etcher-other-tech", "to": "CN"}, "not met"),  # 3E001 is no input of the direct-product prong
        ("2025-06-01", {"item": "washer-direct", "to": "CN"}, "not met"),  # no tool of this rule
        ("2025-06-01", {"item": "etcher-direct", "to": "CN", "knowledge": "no"}, "not met"),
        ("2025-06-01", {"item": "etcher-direct", "to": "CN", "knowledge": "untold"}, "unknown"),
        ("2025-06-01", {"item": "etcher-direct", "to": "CN", "eccn": "3B001.c"}, "met"),
        ("2025-06-01", {"item": "etcher-direct", "to": "CN", "eccn": "3B001"}, "unknown"),  # which paragraph is not told
        ("2025-06-01", {"item": "etcher-direct", "to": "CN", "eccn": "3B001.e"}, "not met"),
        ("2025-06-01", {"item": "etcher-direct", "to": "CN", "from": "JP"}, "met"),  # subject; what is left out is the licence requirement
    ],
)
def test_chip_making_tools(as_of: str, case: dict[str, Any], expected: str) -> None:
    assert outcome(SME, as_of, **case) == expected


MAKES_DRAM = "facility-makes-advanced-node-logic-or-dram"


@pytest.mark.parametrize(
    ("as_of", "case", "expected"),
    [
        ("2024-12-01", {"item": "washer-direct", "end_user": "fn5-firm"}, "not met"),
        ("2024-12-02", {"item": "washer-direct", "end_user": "fn5-firm"}, "met"),
        ("2025-06-01", {"item": "washer-holds-us", "end_user": "fn5-firm"}, "met"),
        ("2025-06-01", {"item": "washer-sme-tech", "end_user": "fn5-firm"}, "not met"),  # 3E992 is an input of the plant prong alone
        ("2025-06-01", {"item": "etcher-direct", "end_user": "fn5-firm"}, "not met"),  # the two lists of tools do not meet
        ("2025-06-01", {"item": "washer-direct", "end_user": "fn4-firm", "facility": "cn-nand"}, "not met"),
        ("2025-06-01", {"item": "washer-direct", "end_user": "plain", "facility": "cn-fab"}, "met"),  # whoever is at the plant
        ("2025-06-01", {"item": "washer-direct", "end_user": "plain", "facility": "us-plant"}, "not met"),  # in Korea
        ("2025-06-01", {"item": "washer-direct", "end_user": "plain"}, "unknown"),  # at which plant is not told
        ("2025-06-01", {"item": "washer-direct", "end_user": "plain", "facility": "cn-nand", "attestations": MAKES_DRAM}, "met"),
    ],
)  # fmt: skip
def test_footnote_5_and_advanced_node_plants(as_of: str, case: dict[str, Any], expected: str) -> None:
    assert outcome(FN5, as_of, **case) == expected


@pytest.mark.parametrize(
    ("as_of", "case", "expected"),
    [
        ("2024-12-01", {"item": "etcher-holds-jp"}, "not met"),
        ("2024-12-02", {"item": "etcher-holds-jp"}, "met"),
        ("2025-06-01", {"item": "etcher-holds-jp", "attestations": "red-flag-26-resolved"}, "not met"),
        ("2025-06-01", {"item": "etcher-holds-jp", "attestations": "untold"}, "met"),  # it holds until it is resolved
        ("2025-06-01", {"item": "etcher-plain"}, "not met"),  # no circuit in it
        ("2025-06-01", {"item": "etcher-plain", "attestations": "contains-integrated-circuit"}, "met"),
        ("2025-06-01", {"item": "chip-us-plant"}, "not met"),  # not of Category 3B
    ],
)
def test_red_flag_26_presumes_until_it_is_resolved(as_of: str, case: dict[str, Any], expected: str) -> None:
    assert outcome(FLAG, as_of, **case) == expected


def test_red_flag_26_carries_a_tool_into_the_product_scope_as_presumed_and_no_further() -> None:
    presumed = ask(SME, "2025-06-01", item="etcher-holds-jp", to="CN")
    assert (str(presumed.outcome), Strength(presumed.verdict.all_.for_)) == ("met", Strength.PRESUMED)
    assert presumed.weakest.startswith("guidance, ear:732-supp-3-26")
    assert outcome(SME, "2025-06-01", item="etcher-holds-jp", to="CN", attestations="red-flag-26-resolved") == "not met"
    assert outcome(SME, "2025-06-01", item="etcher-holds-us", to="CN", attestations="red-flag-26-resolved") == "met"


@pytest.mark.parametrize(
    ("as_of", "case", "expected"),
    [
        ("2024-12-30", {"from": "JP"}, "not met"),  # no duty yet, so nothing to be left out of
        ("2024-12-31", {"from": "JP"}, "met"),
        ("2025-06-01", {"from": "NL", "act": "export-from-abroad"}, "met"),
        ("2025-06-01", {"from": "MY"}, "not met"),  # the place it ships from, whoever made it
        ("2025-06-01", {"from": "KR"}, "not met"),
        ("2025-06-01", {"from": "KR", "attestations": "equivalent-controls-in-country-of-export"}, "met"),
        ("2025-06-01", {"from": "JP", "act": "transfer"}, "not met"),
        ("2025-06-01", {"from": "JP", "exporter": "lab"}, "not met"),  # headquartered in D:5
        ("2025-06-01", {"from": "JP", "exporter": "untold"}, "unknown"),
        ("2025-06-01", {"from": "untold"}, "unknown"),
    ],
)
def test_who_is_left_out_by_the_place_it_ships_from(as_of: str, case: dict[str, Any], expected: str) -> None:
    told = {"item": "etcher-direct", "to": "CN", "act": "reexport", "exporter": "maker", **case}
    if told["exporter"] == "untold":
        told["parties"] = "untold"
    assert outcome(LEFT_OUT, as_of, **told) == expected


@pytest.mark.parametrize(
    ("as_of", "case", "expected"),
    [
        ("2022-02-23", {"item": "pump-9", "to": "RU", "from": "JP"}, "not met"),
        ("2022-02-24", {"item": "pump-9", "to": "RU", "from": "JP"}, "met"),
        ("2022-04-07", {"item": "pump-9", "to": "RU", "from": "KR"}, "not met"),
        ("2022-04-08", {"item": "pump-9", "to": "RU", "from": "KR"}, "met"),
        ("2023-02-23", {"item": "pump-9", "to": "RU", "from": "TW"}, "not met"),
        ("2023-02-24", {"item": "ns-chip", "to": "IR", "from": "TW"}, "met"),
        ("2025-06-01", {"item": "pump-9", "to": "RU", "from": "CN"}, "not met"),
        ("2025-06-01", {"item": "pump-9", "to": "CN", "from": "JP"}, "not met"),  # within none of those rules
        ("2025-06-01", {"item": "us-bolt", "to": "RU", "from": "JP"}, "not met"),  # of US origin
        ("2025-06-01", {"item": "pump-9", "to": "RU", "from": "untold"}, "unknown"),
    ],
)
def test_who_is_left_out_of_what_follows_for_russia_and_iran(as_of: str, case: dict[str, Any], expected: str) -> None:
    assert outcome("ear-exclusion-746-supp-3", as_of, act="reexport", **case) == expected


# ---- prongs: which origin each asks for


def _prongs(rule: Rule) -> set[tuple[str, str]]:
    """Return what each prong asks of the technology at its end: (last relations of the path, subject or US)."""
    found = set()
    for condition in conditions_of(rule):
        if isinstance(condition, law.Path) and ("directProductOf" in condition.path or "designedWith" in condition.path):
            prong = "plant" if "usesEquipment" in condition.path else "direct"
            for target in (condition.to, *condition.to.either):
                if target.eccn or target.origin:
                    found.add((prong, "subject" if target.rule == "ear-subject" else ",".join(target.origin)))
    return found


@pytest.mark.parametrize(
    ("direct", "rules"),
    [
        ("US", ("national-security", "9x515", "600-series", "russia-belarus", "iran")),
        ("subject", ("footnote-1", "footnote-3", "footnote-4", "footnote-5", "advanced-computing", "supercomputer", "sme")),
    ],
)
def test_the_direct_product_prong_asks_for_subject_or_us_origin_technology_and_the_plant_prong_for_us_origin(
    direct: str, rules: tuple[str, ...]
) -> None:
    for name in rules:
        assert _prongs(shipped().rules.rule(f"ear-fdp-{name}")) == {("direct", direct), ("plant", "US")}, name


def test_no_entity_list_rule_goes_through_what_an_item_contains() -> None:
    for number in (1, 3, 4):
        for condition in conditions_of(shipped().rules.rule(f"ear-fdp-footnote-{number}")):
            assert not isinstance(condition, law.Contains)
            assert not (isinstance(condition, law.Path) and "pg:incorporates+" in condition.path)


def test_the_two_lists_of_chip_making_tools_do_not_meet() -> None:
    lists = shipped().rules.lists
    mine, others = (lists[name].entries for name in ("sme-items", "footnote-5-items"))
    assert not [(one.code, other.code) for one in mine for other in others if one.covers(other.code) or other.covers(one.code)]


# ---- de minimis


@pytest.mark.parametrize(
    ("as_of", "case", "expected"),
    [
        ("2024-12-01", {"item": "tool-with-us-ic", "to": "CN"}, "unknown"),  # only the percentages, and they are open
        ("2024-12-02", {"item": "tool-with-us-ic", "to": "CN"}, "met"),
        ("2025-06-01", {"item": "tool-with-us-ic", "to": "TW"}, "unknown"),
        ("2025-06-01", {"item": "tool-with-us-ic", "to": "CN", "from": "JP"}, "unknown"),  # left out: the percentages are what is left
        ("2025-06-01", {"item": "tool-with-us-ic", "to": "CN", "from": "MY"}, "met"),
        ("2025-06-01", {"item": "etcher-holds-us", "to": "CN"}, "not met"),  # made on US tools, and not of US origin
        ("2025-06-01", {"item": "washer-with-us-ic", "end_user": "fn5-firm"}, "met"),
        ("2025-06-01", {"item": "washer-with-us-ic", "end_user": "plain", "facility": "cn-fab"}, "met"),
        ("2025-06-01", {"item": "washer-with-us-ic", "end_user": "plain", "facility": "cn-nand"}, "unknown"),
    ],
)
def test_a_us_origin_circuit_in_a_chip_making_tool_is_enough(as_of: str, case: dict[str, Any], expected: str) -> None:
    told = {"act": "reexport", "exporter": "maker", "from": "KR", **case}
    finding = ask(DE_MINIMIS, as_of, **told)
    labels = ("a chip-making tool with a US-origin circuit", "another tool of Category 3B with a US-origin circuit")
    nodes = [node for node in finding.proof.walk() if node.label.startswith(labels)]
    assert str(finding.outcome) == expected
    assert any(str(node.verdict.outcome) == "met" for node in nodes) == (expected == "met")


@pytest.mark.parametrize(
    ("to", "ten"), [("IR", "unknown"), ("CU", "unknown"), ("CN", "not met"), ("DE", "not met")]
)
def test_ten_per_cent_is_asked_for_e_1_and_e_2_alone_and_twenty_five_everywhere(to: str, ten: str) -> None:
    finding = ask(DE_MINIMIS, "2025-06-01", item="server", to=to)
    outcomes = {node.cite: str(node.verdict.outcome) for node in finding.proof.walk()}
    assert (outcomes["ear:734.4-c"], outcomes["ear:734.4-d"]) == (ten, "unknown")


@pytest.mark.parametrize(
    ("cite", "as_of", "case", "expected"),
    [
        ("ear:734.4-a-2", "2025-06-01", {"item": "paper", "attestations": "incorporates-us-origin-5e002-technology"}, "met"),
        ("ear:734.4-a-2", "2025-06-01", {"item": "server", "attestations": "incorporates-us-origin-5e002-technology"}, "not met"),
        ("ear:734.4-a-4", "2025-06-01", {"item": "paper", "attestations": "commingled-with-us-origin-9e003-technology"}, "met"),
        ("ear:734.4-a-5", "2025-06-01", {"item": "camera", "to": "CN", "attestations": "incorporates-0a919-a-1-commodity"}, "met"),
        ("ear:734.4-a-5", "2025-06-01", {"item": "camera", "to": "DE", "attestations": "incorporates-0a919-a-1-commodity"}, "not met"),
    ],
)
def test_content_of_which_any_amount_is_enough(cite: str, as_of: str, case: dict[str, Any], expected: str) -> None:
    finding = ask(DE_MINIMIS, as_of, **case)
    assert {str(node.verdict.outcome) for node in finding.proof.walk() if node.cite == cite} == {expected}


@pytest.mark.parametrize(
    ("as_of", "code", "to", "expected"),
    [
        ("2024-06-01", "3A001", "CN", "met"),
        ("2024-06-01", "3A991", "CN", "not met"),
        ("2024-06-01", "EAR99", "CN", "not met"),
        ("2024-06-01", "3A991", "IR", "met"),
        ("2024-06-01", "EAR99", "IR", "not met"),  # the Treasury's embargo is not part 746
        ("2024-06-01", "EAR99", "CU", "met"),
        ("2024-06-01", "EAR99", "KP", "met"),
        ("2024-06-01", "3A001.b.2", "MY", "not met"),  # open to GBS
        ("2024-06-01", "3A001.e", "MY", "met"),
        ("2024-06-01", "3A001", "MY", "unknown"),  # open to it in part
        ("2022-02-23", "3A991", "RU", "not met"),
        ("2022-02-24", "3A991", "RU", "met"),
        ("2022-03-01", "3A991", "BY", "not met"),
        ("2022-03-02", "3A991", "BY", "met"),
        ("2022-10-20", "3A090", "CN", "not met"),
        ("2022-10-21", "3A090", "CN", "met"),
        ("2023-01-16", "3A090", "MO", "not met"),
        ("2023-01-17", "3A090", "MO", "met"),
        ("2023-11-16", "3A090.a", "SA", "not met"),
        ("2023-11-17", "3A090.a", "SA", "met"),
        ("2024-09-05", "3B001.c.1.a", "DE", "not met"),
        ("2024-09-06", "3B001.c.1.a", "DE", "met"),
        ("2024-12-01", "3B001.f.1.a", "CN", "not met"),
        ("2024-12-02", "3B001.f.1.a", "CN", "met"),
        ("2024-12-02", "3B001.f.1.a", "", "unknown"),
    ],
)
def test_content_counts_by_its_entry_and_the_destination_alone(as_of: str, code: str, to: str, expected: str) -> None:
    assert str(shipped().view(as_of).check("ear-controlled-content", eccn=code, to=to, act="reexport").outcome) == expected


# ---- subject, EAR99, not subject

ANOTHER_AGENCY = "exclusively-controlled-by-another-agency"


@pytest.mark.parametrize(
    ("case", "expected", "strength"),
    [
        ({"item": "us-bolt", "to": "DE"}, "met", Strength.ESTABLISHED),  # EAR99 of US origin is subject
        ({"item": "us-bolt", "to": "DE", "attestations": "untold"}, "met", Strength.PRESUMED),  # that nobody else controls it is presumed
        ({"item": "us-bolt", "to": "DE", "attestations": ANOTHER_AGENCY}, "met", Strength.PRESUMED),  # EAR99 says otherwise
        ({"item": "us-bolt", "to": "DE", "attestations": "published"}, "met", Strength.PRESUMED),  # goods are not published
        ({"item": "server", "from": "US"}, "met", Strength.ESTABLISHED),  # in the United States, or passing through
        ({"item": "server", "from": "US", "attestations": ANOTHER_AGENCY}, "not met", Strength.PRESUMED),
        ({"item": "paper"}, "met", Strength.PRESUMED),
        ({"item": "paper", "attestations": "published"}, "not met", Strength.ESTABLISHED),
        ({"item": "paper", "attestations": "result-of-fundamental-research"}, "not met", Strength.ESTABLISHED),
        ({"item": "tech-3E001", "attestations": "published"}, "not met", Strength.ESTABLISHED),  # published, whatever its entry would be
        ({"item": "server", "to": "DE"}, "unknown", Strength.NONE),  # never refuted while content is open
    ],
)  # fmt: skip
def test_subject_is_one_thing_and_left_out_another(case: dict[str, Any], expected: str, strength: Strength) -> None:
    finding = ask(SUBJECT, "2025-06-01", **case)
    truth = finding.verdict.all_
    assert str(finding.outcome) == expected
    assert Strength(truth.for_ or truth.against) <= strength or expected == "met"
    if case.get("attestations", "none") == "none" and expected == "met" and case["item"] != "paper":
        assert Strength(truth.for_) == strength


def test_what_is_left_out_is_never_called_ear99() -> None:
    for rule in shipped().rules.of_effect("not-subject"):
        assert rule.displaces == ("ear-subject",)
        assert "not EAR99" in rule.note
    assert not [rule.id for rule in shipped().rules.rules.values() if "EAR99" in rule.classifies]


def test_the_routes_to_jurisdiction_name_every_foreign_direct_product_rule() -> None:
    asked = {name for name, _ in shipped().rules.depends_on(shipped().rules.rule(SUBJECT))}
    rules = {rule.id for rule in shipped().rules.rules.values() if rule.id.startswith("ear-fdp-")}
    assert len(rules) == 13
    assert rules | {DE_MINIMIS} <= asked


# ---- on the shipped data


@pytest.mark.parametrize(
    ("rule", "as_of", "case", "expected"),
    [
        (SME, "2024-12-01", {"item": "asml-nxt-2000i", "to": "CN"}, "not met"),
        (SME, "2024-12-02", {"item": "asml-nxt-2000i", "to": "CN"}, "met"),
        (SME, "2025-06-01", {"item": "asml-nxt-2000i", "to": "HK"}, "met"),
        (SME, "2025-06-01", {"item": "asml-nxt-2000i", "to": "TW"}, "not met"),
        (LEFT_OUT, "2025-06-01", {"from": "NL"}, "met"),
        (LEFT_OUT, "2025-06-01", {"from": "JP"}, "met"),
        (LEFT_OUT, "2025-06-01", {"from": "DE"}, "met"),
        (LEFT_OUT, "2025-06-01", {"from": "MY"}, "not met"),
        (LEFT_OUT, "2025-06-01", {"from": "KR"}, "not met"),
        (LEFT_OUT, "2025-06-01", {"from": "SG"}, "not met"),
        (LEFT_OUT, "2025-06-01", {"from": "TW"}, "not met"),
        (LEFT_OUT, "2025-06-01", {"from": "IL"}, "not met"),
        (LEFT_OUT, "2025-06-01", {"from": "CN"}, "not met"),
        ("ear-fdp-footnote-4", "2025-06-01", {"item": "h100-sxm5-80gb", "end_user": "biren"}, "met"),
        ("ear-fdp-footnote-4", "2025-06-01", {"item": "h100-sxm5-80gb", "end_user": "ymtc"}, "not met"),
        (SUBJECT, "2025-06-01", {"item": "kirin-9000", "end_user": "huawei"}, "met"),
        (SUBJECT, "2025-06-01", {"item": "h100-sxm5-80gb", "from": "US"}, "met"),
    ],
)
def test_the_shipped_data(rule: str, as_of: str, case: dict[str, Any], expected: str) -> None:
    told = {**KNOWN, "item": "asml-nxt-2000i", "act": "reexport", "exporter": "asml", **case}
    assert str(shipped().view(as_of).check(rule, **told).outcome) == expected


def test_the_names_of_the_countries_left_out_are_presumed_and_the_proof_says_so() -> None:
    told: dict[str, Any] = {**KNOWN, "item": "asml-nxt-2000i", "act": "reexport", "exporter": "asml", "from": "DE"}
    finding = shipped().view("2025-06-01").check(LEFT_OUT, **told)
    assert Strength(finding.verdict.all_.for_) == Strength.PRESUMED
    assert "us-bis presumes: Germany member of" in str(finding)
