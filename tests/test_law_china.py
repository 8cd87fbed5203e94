"""The law of China, the Netherlands and Japan on the shipped data: what each rule reaches, what not, from which day, and what stays open.

Each row is a case and what a reader of the text would answer. A row without an input that the text asks for must stay unknown.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import policygraph as pg
from policygraph.desk import KnowledgeGraph, View
from policygraph.findings import Finding
from policygraph.law.rulebook import Rule
from policygraph.truth import Strength

ABROAD: dict[str, Any] = {"country": "SG", "headquarters": "SG", "person_of": "SG"}
BANK = {"name": "Bank of the Straits", **ABROAD}
TRADER = {"name": "Trader", **ABROAD}
US_FIRM = {"name": "American Maker", "country": "US", "headquarters": "US", "person_of": "US"}
US_LAB = {"name": "American Laboratory", "country": "US", "headquarters": "US", "person_of": "US"}
SUBSIDIARY = {"name": "American Maker (Shanghai)", "country": "CN", "headquarters": "US", "person_of": "CN"}
HONG_KONG = {"name": "Harbour Trading", "country": "HK", "headquarters": "HK", "person_of": "HK"}
MALAYSIAN = {"name": "Klang Data Centre", "country": "MY", "headquarters": "MY", "person_of": "MY"}
CHINESE = {"name": "Pearl River Chips", "country": "CN", "headquarters": "CN", "person_of": "CN"}
JAPANESE = {"name": "Osaka Works", "country": "JP", "headquarters": "JP", "person_of": "JP"}
ALONE: dict[str, Any] = {"attestations": "none", "authorisations": "none"}
H100 = "h100-sxm5-80gb"


@cache
def shipped() -> KnowledgeGraph:
    return pg.load()


@cache
def view(as_of: str, known_by: str | None = None, without: tuple[str, ...] = ()) -> View:
    return shipped().view(as_of, known_by=known_by, without=without)


def check(rule: str, as_of: str, *, assume: dict[str, str] | None = None, **case: Any) -> Finding:
    return view(as_of).check(rule, assume=assume, **case)


def rule(name: str) -> Rule:
    return shipped().rules.rule(name)


def parties(**by_role: Any) -> dict[str, Any]:
    return {role.replace("_", "-"): somebody for role, somebody in by_role.items()} | {"complete": True}


FROM_CHINA: dict[str, Any] = {"act": "export", "from": "CN", "to": "US", **ALONE}
TO_GERMANY: dict[str, Any] = {"act": "export", "from": "CN", "to": "DE", **ALONE}
ABROAD_TO_ABROAD: dict[str, Any] = {"act": "export", "from": "MY", "to": "DE", **ALONE}
MAGNETS = "samarium-cobalt-magnets"
MILITARY: dict[str, Any] = {"end_use": "military"}
CIVIL: dict[str, Any] = {"end_use": "none"}
CHINESE_ORIGIN: dict[str, Any] = {"attestations": ["item-of-chinese-origin"], "authorisations": "none"}
MADE_ABROAD: dict[str, Any] = {"attestations": ["made-outside-china", "chinese-rare-earths-at-least-0.1-per-cent"]}

STOPPED: dict[str, Any] = {"attestations": ["foreign-measure-stops-trade"]}
ON_LIST: dict[str, Any] = {"attestations": ["chinese-dual-use-item"]}
SERVING = parties(service_provider=CHINESE, end_user=MALAYSIAN)

ROWS: list[tuple[str, str, dict[str, Any], str]] = [
    # ---- Anti-Foreign Sanctions Law, article 12: from 10 June 2021, for whom a Chinese party is hit
    ("cn-afsl-12", "2021-06-09", {"item": "ascend-910c", "act": "finance", "lender": BANK}, "not met"),
    ("cn-afsl-12", "2021-06-10", {"item": "ascend-910c", "act": "finance", "lender": BANK}, "met"),
    ("cn-afsl-12", "2025-06-01", {"item": H100, "act": "sell", "parties": parties(seller=SUBSIDIARY, end_user=CHINESE)}, "met"),
    ("cn-afsl-12", "2025-06-01",
     {"item": H100, "act": "sell", "parties": parties(seller=US_FIRM, end_user=MALAYSIAN), "to": "MY"}, "not met"),
    ("cn-afsl-12", "2025-06-01", {"item": H100, "act": "sell", "parties": parties(seller=US_FIRM, end_user="huawei"), "to": "MY"}, "met"),
    ("cn-afsl-12", "2025-06-01", {"item": H100, "act": "sell", "parties": parties(seller=US_FIRM, end_user=HONG_KONG), "to": "HK"}, "met"),
    ("cn-afsl-12", "2025-06-01", {"item": H100, "act": "sell", "seller": US_FIRM, "to": "CN"}, "met"),
    ("cn-afsl-12", "2025-06-01", {"item": H100, "act": "sell", "seller": US_FIRM, "to": "MY"}, "unknown"),  # who uses it is not told
    ("cn-afsl-12", "2025-06-01", {"item": H100, "seller": US_FIRM, "to": "CN"}, "unknown"),  # nor what is done
    # ---- what the ministry said on 21 May 2025, of which chips
    ("cn-afsl-12-ascend-statement", "2025-05-20", {"item": "ascend-910b", "act": "use"}, "not met"),
    ("cn-afsl-12-ascend-statement", "2025-05-21", {"item": "ascend-910b", "act": "use"}, "met"),
    ("cn-afsl-12-ascend-statement", "2025-05-21", {"item": H100, "act": "use"}, "unknown"),
    ("cn-afsl-12-ascend-statement", "2025-05-21",
     {"item": "ascend-910b", "act": "use", "attestations": ["measure-found-not-discriminatory"]}, "not met"),
    # ---- Decree 803 follows the law, from 23 March 2025
    ("cn-decree-803", "2025-03-22", {"item": "ascend-910c", "act": "finance", "lender": BANK}, "not met"),
    ("cn-decree-803", "2025-03-23", {"item": "ascend-910c", "act": "finance", "lender": BANK}, "met"),
    ("cn-decree-803", "2025-06-01",
     {"item": H100, "act": "sell", "parties": parties(seller=US_FIRM, end_user=MALAYSIAN), "to": "MY"}, "not met"),
    ("cn-decree-803", "2025-06-01", {"item": H100, "act": "sell", "seller": US_FIRM, "to": "MY"}, "unknown"),
    # ---- Blocking Rules, the report: a Chinese party, a third country, a foreign measure
    ("cn-blocking-rules-report", "2021-01-08",
     {"item": H100, "act": "sell", "parties": parties(seller=CHINESE, end_user=MALAYSIAN), **STOPPED}, "not met"),
    ("cn-blocking-rules-report", "2021-01-09",
     {"item": H100, "act": "sell", "parties": parties(seller=CHINESE, end_user=MALAYSIAN), **STOPPED}, "met"),
    ("cn-blocking-rules-report", "2025-06-01",
     {"item": H100, "act": "sell", "from": "US", "to": "CN", "parties": parties(seller=US_FIRM, end_user=CHINESE),
      **STOPPED}, "not met"),  # trade between China and the country of the measure
    ("cn-blocking-rules-report", "2025-06-01",
     {"item": H100, "act": "sell", "to": "MY", "parties": parties(seller=TRADER, end_user=MALAYSIAN), **STOPPED}, "not met"),
    ("cn-blocking-rules-report", "2025-06-01",
     {"item": H100, "act": "sell", "parties": parties(seller=CHINESE, end_user=MALAYSIAN)}, "unknown"),
    ("cn-blocking-rules-report", "2025-06-01",  # a foundry in Taiwan that a US requirement keeps from supplying a Chinese firm
     {"item": H100, "act": "reexport", "from": "TW", "to": "CN", "knowledge": "yes",
      "parties": parties(exporter="tsmc", end_user="huawei")}, "met"),
    # ---- Blocking Rules, the order of 2 May 2026: five refineries, no chips
    ("cn-blocking-rules-order", "2026-05-01",
     {"act": "buy", "parties": parties(seller="hebei-xinhai-chemical-group-co-ltd", purchaser=CHINESE)}, "not met"),
    ("cn-blocking-rules-order", "2026-05-02",
     {"act": "buy", "parties": parties(seller="hebei-xinhai-chemical-group-co-ltd", purchaser=CHINESE)}, "met"),
    ("cn-blocking-rules-order", "2026-06-01",
     {"act": "buy", "parties": parties(seller="hebei-xinhai-chemical-group-co-ltd", purchaser=CHINESE),
      "authorisations": ["exemption-from-prohibition-order"]}, "not met"),
    ("cn-blocking-rules-order", "2026-06-01",
     {"item": "ascend-910c", "act": "buy", "parties": parties(seller="huawei", purchaser=CHINESE)}, "not met"),
    ("cn-blocking-rules-order", "2026-06-01", {"item": "ascend-910c", "act": "buy", "seller": "huawei"}, "unknown"),
    # ---- Decree 835: nothing is forbidden without an identification
    ("cn-decree-835", "2026-04-06",
     {"item": "ascend-910c", "act": "finance", "lender": CHINESE, "attestations": ["improper-measure-identified"]}, "not met"),
    ("cn-decree-835", "2026-04-13",
     {"item": "ascend-910c", "act": "finance", "lender": CHINESE, "attestations": ["improper-measure-identified"]}, "met"),
    ("cn-decree-835", "2026-06-01", {"item": "ascend-910c", "act": "finance", "lender": CHINESE, "attestations": "none"}, "not met"),
    ("cn-decree-835", "2026-06-01", {"item": "ascend-910c", "act": "finance", "lender": CHINESE}, "unknown"),
    ("cn-decree-835-nuctech", "2026-05-14", {"act": "comply", "actor": "tongfang-nuctech-technology-ltd"}, "not met"),
    ("cn-decree-835-nuctech", "2026-05-15", {"act": "comply", "actor": "tongfang-nuctech-technology-ltd"}, "met"),
    ("cn-decree-835-nuctech", "2026-06-01", {"act": "comply", "parties": parties(actor=CHINESE)}, "not met"),
    ("cn-decree-835-nuctech", "2026-06-01", {"act": "comply"}, "unknown"),
    # ---- lists of parties
    ("cn-malicious-entity-list", "2026-04-06", {"act": "sell", "seller": CHINESE, "purchaser": US_FIRM}, "not met"),
    ("cn-malicious-entity-list", "2026-06-01", {"act": "sell", "seller": CHINESE, "purchaser": "nvidia"}, "unknown"),
    ("cn-malicious-entity-list", "2026-06-01",
     {"act": "sell", "from": "SG", "to": "MY", "parties": parties(seller=TRADER, purchaser=MALAYSIAN)}, "not met"),
    ("cn-uel", "2025-10-08", {"act": "sell", "seller": CHINESE, "purchaser": "epirus-inc"}, "unknown"),
    ("cn-uel", "2025-10-09", {"act": "sell", "seller": CHINESE, "purchaser": "techinsights"}, "met"),
    ("cn-uel", "2023-02-15", {"act": "export", "from": "CN", "purchaser": "lockheed-martin-corporation"}, "unknown"),
    ("cn-uel", "2023-02-16", {"act": "export", "from": "CN", "purchaser": "lockheed-martin-corporation"}, "met"),
    ("cn-uel", "2025-12-01",
     {"act": "sell", "from": "US", "to": "MY", "parties": parties(seller="techinsights", purchaser=MALAYSIAN)}, "not met"),
    ("cn-uel", "2020-09-18", {"act": "sell", "seller": CHINESE, "purchaser": US_FIRM}, "not met"),
    ("cn-control-list-export", "2026-06-21", {"item": "gallium-metal", **FROM_CHINA, "end_user": "mp-materials-corp"}, "unknown"),
    ("cn-control-list-export", "2026-06-22", {"item": "gallium-metal", **FROM_CHINA, "end_user": "mp-materials-corp"}, "met"),
    ("cn-control-list-export", "2026-07-01",
     {"item": "gallium-metal", "act": "export", "from": "MY", "to": "US", "end_user": "mp-materials-corp",
     "exporter": MALAYSIAN, **ALONE}, "not met"),
    ("cn-control-list-export", "2020-11-30", {"item": "gallium-metal", **FROM_CHINA, "end_user": "mp-materials-corp"}, "not met"),
    ("cn-control-list-transfer", "2026-06-22",
     {"item": "gallium-metal", "act": "sell", "seller": MALAYSIAN, "end_user": "mp-materials-corp", **CHINESE_ORIGIN}, "met"),
    ("cn-control-list-transfer", "2026-06-22",
     {"item": "gallium-metal", "act": "use", "end_user": "mp-materials-corp", **CHINESE_ORIGIN}, "not met"),
    ("cn-control-list-transfer", "2026-06-22",
     {"item": "gallium-metal", "act": "sell", "from": "MY", "seller": MALAYSIAN, "end_user": "mp-materials-corp"}, "unknown"),
    # ---- the framework
    ("cn-ecl-licence", "2020-11-30", {"item": H100, **TO_GERMANY, **ON_LIST}, "not met"),
    ("cn-ecl-licence", "2020-12-01", {"item": H100, **TO_GERMANY, **ON_LIST}, "met"),
    ("cn-ecl-licence", "2025-01-01", {"item": H100, **TO_GERMANY}, "not met"),
    ("cn-ecl-licence", "2025-01-01", {"item": H100, "act": "export", "from": "CN", "to": "DE"}, "unknown"),
    ("cn-ecl-licence", "2025-01-01",
     {"item": H100, "act": "export", "from": "HK", "to": "DE", "exporter": HONG_KONG, **ON_LIST}, "not met"),
    ("cn-ecl-catch-all", "2025-01-01", {"item": H100, **TO_GERMANY, "end_use": "missile", "knowledge": "yes"}, "met"),
    ("cn-ecl-catch-all", "2025-01-01", {"item": H100, **TO_GERMANY, "end_use": "missile", "knowledge": "no"}, "not met"),
    ("cn-ecl-catch-all", "2025-01-01", {"item": H100, **TO_GERMANY, "end_use": "missile"}, "unknown"),
    ("cn-ecl-catch-all", "2020-11-30", {"item": H100, **TO_GERMANY, "end_use": "missile", "knowledge": "yes"}, "not met"),
    # ---- announcements on materials: the day before, the day, another element, another thing, from elsewhere
    ("cn-23-2023", "2023-07-31", {"item": "gallium-metal", **TO_GERMANY}, "not met"),
    ("cn-23-2023", "2023-08-01", {"item": "gallium-metal", **TO_GERMANY}, "met"),
    ("cn-23-2023", "2023-08-01", {"item": "germanium-dioxide", **TO_GERMANY}, "met"),
    ("cn-23-2023", "2025-08-01", {"item": "samarium-oxide", **TO_GERMANY}, "not met"),
    ("cn-23-2023", "2025-08-01", {"item": H100, **TO_GERMANY}, "not met"),
    ("cn-23-2023", "2025-08-01", {"item": "gallium-metal", "act": "export", "to": "DE"}, "unknown"),
    ("cn-39-2023", "2023-11-30", {"item": "natural-flake-graphite", **TO_GERMANY}, "not met"),
    ("cn-39-2023", "2023-12-01", {"item": "natural-flake-graphite", **TO_GERMANY}, "met"),
    ("cn-39-2023", "2023-12-01", {"item": "gallium-metal", **TO_GERMANY}, "not met"),
    ("cn-33-2024", "2024-09-14", {"item": "antimony-metal", **TO_GERMANY}, "not met"),
    ("cn-33-2024", "2024-09-15", {"item": "antimony-metal", **TO_GERMANY}, "met"),
    ("cn-33-2024", "2024-09-15", {"item": "gallium-antimonide", **TO_GERMANY}, "not met"),
    ("cn-10-2025", "2025-02-03", {"item": "indium-phosphide", **TO_GERMANY}, "not met"),
    ("cn-10-2025", "2025-02-04", {"item": "indium-phosphide", **TO_GERMANY}, "met"),
    ("cn-10-2025", "2025-02-04", {"item": "dysprosium-oxide", **TO_GERMANY}, "not met"),
    ("cn-18-2025", "2025-04-03", {"item": "dysprosium-oxide", **TO_GERMANY}, "not met"),
    ("cn-18-2025", "2025-04-04", {"item": "dysprosium-oxide", **TO_GERMANY}, "met"),
    ("cn-18-2025", "2025-12-01", {"item": MAGNETS, **TO_GERMANY}, "met"),  # never suspended
    ("cn-18-2025", "2026-11-20", {"item": MAGNETS, **TO_GERMANY}, "met"),
    ("cn-18-2025", "2025-12-01", {"item": "holmium-items", **TO_GERMANY}, "not met"),
    ("cn-18-2025", "2025-12-01", {"item": H100, **TO_GERMANY}, "not met"),
    ("cn-18-2025", "2025-12-01", {"item": MAGNETS, "act": "export", "to": "DE"}, "unknown"),
    ("cn-18-2025", "2025-12-01", {"item": MAGNETS, "act": "export", "from": "HK", "to": "DE", "exporter": HONG_KONG, **ALONE}, "not met"),
    # ---- Nos. 55 to 58: suspended before they began, unknown afterwards
    *[
        (name, day, {"item": item, **TO_GERMANY}, outcome)
        for name, item in (("cn-55-2025", "synthetic-diamond-items"), ("cn-56-2025", "rare-earth-production-equipment"),
                           ("cn-57-2025", "holmium-items"), ("cn-58-2025", "lithium-ion-batteries-controlled"))
        for day, outcome in (("2025-11-06", "not met"), ("2025-11-08", "not met"), ("2026-11-10", "not met"), ("2026-11-11", "unknown"))
    ],
    # ---- No. 61: three limbs
    ("cn-61-2025-chinese-origin", "2025-10-08", {"item": MAGNETS, **ABROAD_TO_ABROAD, **CHINESE_ORIGIN}, "not met"),
    ("cn-61-2025-chinese-origin", "2025-10-09", {"item": MAGNETS, **ABROAD_TO_ABROAD, **CHINESE_ORIGIN}, "met"),
    ("cn-61-2025-chinese-origin", "2025-10-09", {"item": MAGNETS, "act": "export", "from": "HK", "to": "DE", **CHINESE_ORIGIN}, "met"),
    ("cn-61-2025-chinese-origin", "2025-10-09", {"item": MAGNETS, "act": "export", "from": "CN", "to": "DE", **CHINESE_ORIGIN}, "not met"),
    ("cn-61-2025-chinese-origin", "2025-10-09", {"item": MAGNETS, "act": "export", "from": "MY", "to": "CN", **CHINESE_ORIGIN}, "not met"),
    ("cn-61-2025-chinese-origin", "2025-10-09", {"item": H100, **ABROAD_TO_ABROAD, **CHINESE_ORIGIN}, "not met"),
    ("cn-61-2025-chinese-origin", "2025-10-09", {"item": MAGNETS, **ABROAD_TO_ABROAD}, "unknown"),  # its origin is not told
    ("cn-61-2025-chinese-origin", "2025-11-06", {"item": MAGNETS, **ABROAD_TO_ABROAD, **CHINESE_ORIGIN}, "met"),
    ("cn-61-2025-chinese-origin", "2025-11-07", {"item": MAGNETS, **ABROAD_TO_ABROAD, **CHINESE_ORIGIN}, "not met"),
    ("cn-61-2025-chinese-origin", "2026-11-10", {"item": MAGNETS, **ABROAD_TO_ABROAD, **CHINESE_ORIGIN}, "not met"),
    ("cn-61-2025-chinese-origin", "2026-11-11", {"item": MAGNETS, **ABROAD_TO_ABROAD, **CHINESE_ORIGIN}, "unknown"),
    *[
        (name, day, {"item": MAGNETS, **ABROAD_TO_ABROAD, "attestations": told}, outcome)
        for name, told in (("cn-61-2025-content", MADE_ABROAD["attestations"]),
                           ("cn-61-2025-technology", ["made-with-chinese-rare-earth-technology"]))
        for day, outcome in (("2025-11-06", "not met"), ("2025-12-01", "not met"), ("2026-11-10", "not met"), ("2026-11-11", "unknown"))
    ],
    ("cn-61-2025-review-users", "2025-10-10", {"item": MAGNETS, "attestations": ["foreign-military-user"]}, "met"),
    ("cn-61-2025-review-users", "2026-11-12", {"item": MAGNETS, "attestations": ["foreign-military-user"]}, "unknown"),
    ("cn-61-2025-review-users", "2025-12-10", {"item": MAGNETS, "attestations": ["foreign-military-user"]}, "not met"),
    ("cn-61-2025-review-users", "2025-10-10", {"item": MAGNETS, "attestations": "none"}, "unknown"),
    ("cn-61-2025-review-end-use", "2025-10-10", {"item": MAGNETS, "end_use": "military"}, "met"),
    ("cn-61-2025-review-end-use", "2025-10-10", {"item": MAGNETS, "end_use": "datacentre"}, "not met"),
    ("cn-61-2025-review-end-use", "2025-10-10", {"item": MAGNETS}, "unknown"),
    ("cn-61-2025-review-advanced", "2025-10-10", {"item": MAGNETS, "end_use": "semiconductor-14nm", **ALONE}, "met"),
    ("cn-61-2025-review-advanced", "2025-10-10", {"item": MAGNETS, "end_use": "memory-256-layers", **ALONE}, "met"),
    ("cn-61-2025-review-advanced", "2025-10-10", {"item": MAGNETS, "end_use": "sme-production", **ALONE}, "not met"),
    ("cn-61-2025-review-advanced", "2025-10-10", {"item": MAGNETS}, "unknown"),
    ("cn-61-2025-humanitarian", "2025-10-10", {"item": MAGNETS, "end_use": "humanitarian"}, "met"),
    ("cn-61-2025-humanitarian", "2025-10-10", {"item": MAGNETS, "end_use": "military"}, "not met"),
    ("cn-61-2025-humanitarian", "2025-10-10", {"item": MAGNETS}, "unknown"),
    # ---- No. 62
    ("cn-62-2025-technology", "2025-10-08", {"item": "rare-earth-process-technology", **TO_GERMANY}, "not met"),
    ("cn-62-2025-technology", "2025-10-09", {"item": "rare-earth-process-technology", **TO_GERMANY}, "met"),
    ("cn-62-2025-technology", "2025-11-07", {"item": "rare-earth-process-technology", **TO_GERMANY}, "not met"),
    ("cn-62-2025-technology", "2026-11-11", {"item": "rare-earth-process-technology", **TO_GERMANY}, "unknown"),
    ("cn-62-2025-technology", "2025-10-10",
     {"item": "rare-earth-line-technology", "act": "service", "parties": SERVING, **ALONE}, "met"),
    ("cn-62-2025-technology", "2025-10-10", {"item": MAGNETS, **TO_GERMANY}, "not met"),
    ("cn-62-2025-assistance", "2025-10-10",
     {"item": H100, "act": "sell", "from": "CN", "to": "MY", "end_use": "rare-earth-production", "knowledge": "yes"}, "met"),
    ("cn-62-2025-assistance", "2025-10-10",
     {"item": H100, "act": "sell", "from": "CN", "to": "MY", "end_use": "rare-earth-production", "knowledge": "no"}, "not met"),
    ("cn-62-2025-assistance", "2025-10-10",
     {"item": H100, "act": "sell", "from": "CN", "to": "MY", "end_use": "rare-earth-production"}, "unknown"),
    # ---- No. 46 of 2024: paragraph 1 runs on, paragraph 2 sleeps from 9 November 2025 to 27 November 2026
    ("cn-46-2024-para-1", "2024-12-02", {"item": "gallium-metal", **FROM_CHINA, **MILITARY}, "not met"),
    ("cn-46-2024-para-1", "2024-12-03", {"item": "gallium-metal", **FROM_CHINA, **MILITARY}, "met"),
    ("cn-46-2024-para-1", "2026-11-20", {"item": "gallium-metal", **FROM_CHINA, **MILITARY}, "met"),
    ("cn-46-2024-para-1", "2026-11-20", {"item": "gallium-metal", **FROM_CHINA, **CIVIL}, "not met"),
    ("cn-46-2024-para-1", "2026-11-20", {"item": "gallium-metal", **FROM_CHINA}, "unknown"),
    ("cn-46-2024-para-2", "2024-12-02", {"item": "gallium-metal", **FROM_CHINA}, "not met"),
    ("cn-46-2024-para-2", "2024-12-03", {"item": "gallium-metal", **FROM_CHINA}, "met"),
    ("cn-46-2024-para-2", "2025-11-08", {"item": "antimony-metal", **FROM_CHINA}, "met"),
    ("cn-46-2024-para-2", "2025-11-09", {"item": "antimony-metal", **FROM_CHINA}, "not met"),
    ("cn-46-2024-para-2", "2026-11-27", {"item": "antimony-metal", **FROM_CHINA}, "not met"),
    ("cn-46-2024-para-2", "2026-11-28", {"item": "antimony-metal", **FROM_CHINA}, "unknown"),
    ("cn-46-2024-para-2", "2025-01-10", {"item": "natural-flake-graphite", **FROM_CHINA}, "not met"),
    ("cn-46-2024-para-2", "2025-01-10",
     {"item": "gallium-metal", **TO_GERMANY, "parties": parties(exporter=CHINESE, end_user=MALAYSIAN)}, "not met"),
    ("cn-46-2024-para-2", "2025-01-10", {"item": "gallium-metal", **TO_GERMANY, "exporter": CHINESE, "end_user": US_LAB}, "met"),
    ("cn-46-2024-para-2-graphite", "2024-12-03", {"item": "natural-flake-graphite", **FROM_CHINA}, "met"),
    ("cn-46-2024-para-2-graphite", "2025-11-09", {"item": "natural-flake-graphite", **FROM_CHINA}, "not met"),
    ("cn-46-2024-para-2-graphite", "2025-01-10", {"item": "gallium-metal", **FROM_CHINA}, "not met"),
    ("cn-46-2024-transfer-military", "2025-12-01",
     {"item": "gallium-metal", "act": "export", "from": "MY", "to": "US", **MILITARY, **CHINESE_ORIGIN}, "met"),
    ("cn-46-2024-transfer-military", "2025-12-01",
     {"item": "gallium-metal", "act": "export", "from": "MY", "to": "US", **MILITARY, **ALONE}, "unknown"),
    ("cn-46-2024-transfer-military", "2024-12-02",
     {"item": "gallium-metal", "act": "export", "from": "MY", "to": "US", **MILITARY, **CHINESE_ORIGIN}, "not met"),
    ("cn-46-2024-transfer-materials", "2025-11-08",
     {"item": "gallium-metal", "act": "export", "from": "MY", "to": "US", **CHINESE_ORIGIN}, "met"),
    ("cn-46-2024-transfer-materials", "2025-11-09",
     {"item": "gallium-metal", "act": "export", "from": "MY", "to": "US", **CHINESE_ORIGIN}, "not met"),
    ("cn-46-2024-transfer-materials", "2025-11-08", {"item": "gallium-metal", "act": "use", "to": "US", **CHINESE_ORIGIN}, "not met"),
    # ---- No. 1 of 2026
    ("cn-1-2026-japan", "2026-01-05", {"item": MAGNETS, "act": "export", "from": "CN", "to": "JP", **MILITARY}, "not met"),
    ("cn-1-2026-japan", "2026-01-06", {"item": MAGNETS, "act": "export", "from": "CN", "to": "JP", **MILITARY}, "met"),
    ("cn-1-2026-japan", "2026-01-06",
     {"item": MAGNETS, "act": "sell", "from": "MY", "end_user": JAPANESE, **MILITARY, **CHINESE_ORIGIN}, "met"),
    ("cn-1-2026-japan", "2026-01-06", {"item": MAGNETS, "act": "export", "from": "CN", "to": "JP", **CIVIL, **ALONE}, "not met"),
    # ---- Netherlands: model by model, day by day
    ("nl-asme-2023", "2023-08-31", {"item": "asml-nxt-2000i", "act": "export", "from": "NL", "to": "CN"}, "not met"),
    ("nl-asme-2023", "2023-09-01", {"item": "asml-nxt-2000i", "act": "export", "from": "NL", "to": "CN"}, "met"),
    ("nl-asme-2023", "2023-09-01", {"item": "asml-nxt-2000i", "act": "export", "from": "NL", "to": "US"}, "met"),
    ("nl-asme-2023", "2023-09-01", {"item": "asml-nxt-2000i", "act": "export", "from": "NL", "to": "DE"}, "not met"),
    ("nl-asme-2023", "2024-09-06", {"item": "asml-nxt-1980i", "act": "export", "from": "NL", "to": "CN"}, "not met"),
    ("nl-asme-2023", "2024-09-07", {"item": "asml-nxt-1980i", "act": "export", "from": "NL", "to": "CN"}, "met"),
    ("nl-asme-2023", "2024-09-07", {"item": "asml-nxt-1970i", "act": "export", "from": "NL", "to": "CN"}, "met"),
    ("nl-asme-2023", "2024-09-07", {"item": "asm-international-tools", "act": "export", "from": "NL", "to": "CN"}, "unknown"),
    ("nl-asme-2023", "2024-09-07", {"item": H100, "act": "export", "from": "NL", "to": "CN"}, "not met"),
    ("nl-asme-2023", "2024-09-07", {"item": "asml-nxt-1980i", "act": "export", "from": "KR", "to": "CN"}, "not met"),
    # ---- Japan: which model is one of the 23 is told by no source
    ("jp-meti-23-items", "2023-07-22", {"item": "tokyo-electron-tools", "act": "export", "from": "JP", "to": "CN",
     "attestations": ["one-of-the-23-japanese-items"]}, "not met"),
    ("jp-meti-23-items", "2023-07-23", {"item": "tokyo-electron-tools", "act": "export", "from": "JP", "to": "CN",
     "attestations": ["one-of-the-23-japanese-items"]}, "met"),
    ("jp-meti-23-items", "2023-07-23", {"item": "tokyo-electron-tools", "act": "export", "from": "JP", "to": "CN", **ALONE}, "unknown"),
    ("jp-meti-23-items", "2023-07-23", {"item": H100, "act": "export", "from": "JP", "to": "CN"}, "not met"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "as_of", "case", "outcome"), ROWS)
def test_a_rule_reaches_what_its_text_reaches(name: str, as_of: str, case: dict[str, Any], outcome: str) -> None:
    assert str(check(name, as_of, **case).outcome) == outcome


def test_every_rule_of_the_three_orders_has_a_row_that_holds_and_one_that_does_not() -> None:
    written = {name for name, rule in shipped().rules.rules.items() if rule.order in ("CN", "NL", "JP")}
    reached = {name for name, _, _, outcome in ROWS if outcome == "met"}
    unreached = {name for name, _, _, outcome in ROWS if outcome == "not met"}
    never = {"cn-malicious-entity-list", *(f"cn-{number}-2025" for number in (55, 56, 57, 58))}
    never |= {"cn-61-2025-content", "cn-61-2025-technology"}
    assert written - never <= reached
    assert written <= unreached


# ---- what is argued stays argued


def test_that_us_controls_are_discriminatory_measures_counts_as_presumed_and_the_proof_says_why() -> None:
    finding = check("cn-afsl-12", "2025-06-01", item=H100, act="sell", parties=parties(seller=SUBSIDIARY, end_user=CHINESE))
    truth = finding.verdict.all_
    assert Strength(truth.for_) is Strength.PRESUMED
    assert "argued and not settled" in str(finding)
    assert "orders nobody to sell" in str(finding)
    assert (
        str(
            view("2025-06-01")
            .kg.view("2025-06-01", at_least="reported")
            .check("cn-afsl-12", item=H100, act="sell", parties=parties(seller=SUBSIDIARY, end_user=CHINESE))
            .outcome
        )
        == "unknown"
    )


def test_for_an_ascend_the_answer_rests_on_the_statement_and_without_it_the_statement_is_open() -> None:
    case = {"item": "ascend-910b2", "act": "finance", "lender": BANK}
    finding = check("cn-afsl-12", "2025-06-01", **case)
    assert "MOFCOM statement of 21 May 2025" in str(finding)
    without = view("2025-06-01", None, ("mofcom-2025-05-21-statement",))
    assert str(without.check("cn-afsl-12-ascend-statement", **case).outcome) == "unknown"
    assert str(without.check("cn-afsl-12", **case).outcome) == "met"  # by the reading of controls at large


def test_whoever_knew_only_until_a_day_knows_no_later_suspension() -> None:
    case = {"item": MAGNETS, **ABROAD_TO_ABROAD, "attestations": MADE_ABROAD["attestations"]}
    assert str(view("2025-12-01", "2025-10-15").check("cn-61-2025-content", **case).outcome) == "met"
    assert str(view("2025-12-01", "2025-11-07").check("cn-61-2025-content", **case).outcome) == "not met"
    gallium = {"item": "gallium-metal", **FROM_CHINA}
    assert str(view("2025-11-20", "2025-11-08").check("cn-46-2024-para-2", **gallium).outcome) == "met"


@pytest.mark.parametrize("name", ["cn-61-2025-content", "cn-61-2025-technology", "cn-57-2025"])
def test_after_the_suspension_the_caller_may_assume_either(name: str) -> None:
    item = "holmium-items" if name == "cn-57-2025" else MAGNETS
    told = [*MADE_ABROAD["attestations"], "made-with-chinese-rare-earth-technology"]
    place = TO_GERMANY if name == "cn-57-2025" else ABROAD_TO_ABROAD
    case = {"item": item, **place, "attestations": told}
    assert str(check(name, "2026-11-22", **case).outcome) == "unknown"
    assert str(check(name, "2026-11-22", assume={name: "in-force"}, **case).outcome) == "met"
    assert str(check(name, "2026-11-22", assume={name: "suspended"}, **case).outcome) == "not met"


# ---- what the rules say of themselves


FORBIDDING = ("cn-afsl-12", "cn-decree-803", "cn-decree-835", "cn-blocking-rules-order", "cn-decree-835-nuctech")


@pytest.mark.parametrize("name", FORBIDDING)
def test_what_may_not_be_complied_with_is_named(name: str) -> None:
    told = rule(name)
    assert told.effect == "forbids-compliance"
    assert told.forbids
    assert told.duty is not None


def test_the_duties_of_article_12_stand_against_the_us_rules_and_those_of_the_refinery_order_do_not() -> None:
    gp10 = rule("ear-gp10")
    assert gp10.falls_under(rule("cn-afsl-12").forbids)
    assert gp10.falls_under(rule("cn-decree-835").forbids)
    assert not gp10.falls_under(rule("cn-blocking-rules-order").forbids)


def test_every_chinese_rule_that_binds_somebody_says_whom_to_what() -> None:
    for told in shipped().rules.of_effect("prohibited", "licence-required", "obliges", "forbids-compliance"):
        if told.order != "US":
            assert told.duty is not None, told.id
            assert all((told.duty.bearer, told.duty.act, told.duty.object)), told.id


# ---- two legal orders


def colliding(as_of: str, **case: Any) -> dict[tuple[str, str], str]:
    found = view(as_of).conflicts(**case)
    return {(conflict.demands.rule.id, conflict.forbids.rule.id): str(conflict.outcome) for conflict in found}


def test_a_bank_in_singapore_asked_to_finance_ascend_chips_stands_between_two_orders() -> None:
    case = {"item": "ascend-910b2", "act": "finance", "to": "MY", "lender": BANK}
    assert colliding("2025-06-01", **case)["ear-gp10", "cn-afsl-12"] == "contested"
    assert colliding("2025-06-01", **case)["ear-gp10", "cn-decree-803"] == "contested"
    assert ("ear-gp10", "cn-blocking-rules-order") not in colliding("2026-06-01", **case)
    assert "met" not in colliding("2025-05-12", **case).values()  # before the guidance nobody presumes a violation


def test_the_duties_of_a_letter_and_of_the_affiliates_rule_collide_like_others() -> None:
    letter = {"item": "h20", "act": "export", "from": "US", "to": "CN", "parties": parties(exporter="nvidia", end_user="bytedance")}
    assert colliding("2025-06-01", **letter)["ear-lr-letter-h20", "cn-afsl-12"] == "met"
    owners = [{"id": "huawei", "share": 60}, {"name": "Others", "share": 40}]
    held = {"name": "A subsidiary", "country": "CN", "person_of": ["CN"], "owners": owners}
    affiliate = {"eccn": ["EAR99"], "act": "export", "from": "US", "to": "CN", "parties": parties(exporter="nvidia", end_user=held)}
    assert colliding("2025-10-10", **affiliate)["ear-lr-affiliates", "cn-afsl-12"] == "met"
    assert ("ear-lr-affiliates", "cn-afsl-12") not in colliding("2025-11-10", **affiliate)


def test_no_duties_collide_where_no_chinese_party_is_hit() -> None:
    case = {"item": H100, "act": "sell", "parties": parties(seller=US_FIRM, end_user=MALAYSIAN), "to": "MY"}
    assert not [pair for pair in colliding("2025-06-01", **case) if pair[1].startswith("cn-")]


def test_an_identified_measure_collides_under_decree_835_and_no_other_does() -> None:
    case: dict[str, Any] = {"item": "ascend-910b2", "act": "use", "parties": parties(end_user=SUBSIDIARY), "authorisations": "none"}
    with_order = colliding("2026-06-01", **case, attestations=["improper-measure-identified"])
    without = colliding("2026-06-01", **case, attestations="none")
    assert with_order["ear-gp10", "cn-decree-835"] == "contested"
    assert ("ear-gp10", "cn-decree-835") not in without


@pytest.mark.parametrize(
    ("worth", "origin", "outcome"),
    [("1", "CN", "met"), ("0.999", "CN", "not met"), ("50", "CN", "met"), ("50", "AU", "not met")],
)
def test_a_tenth_of_a_per_cent_of_chinese_rare_earths_is_enough(worth: str, origin: str, outcome: str) -> None:
    bill = {
        "value": 1000,
        "currency": "USD",
        "lines": [
            {"item": "dysprosium-oxide", "total": worth, "origin": origin},
            {"item": "gallium-metal", "total": str(1000 - float(worth)), "origin": "AU"},
        ],
    }
    case = {"item": "ndfeb-magnets-with-dysprosium", **ABROAD_TO_ABROAD, "attestations": ["made-outside-china"], "bill": bill}
    assert str(view("2025-12-01", "2025-10-15").check("cn-61-2025-content", **case).outcome) == outcome
    assert str(check("cn-61-2025-content", "2025-12-01", **case).outcome) == "not met"  # suspended meanwhile
