"""Licence exceptions and their limits: whom they reach, on which day they begin and end, what a limit leaves of them.

One table: the rule, the day, what it comes to, the case. Days come in pairs: the day before a change and the day of it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import policygraph as pg
from policygraph.desk import KnowledgeGraph, View

H100, GAMING, TOOL = "h100-sxm5-80gb", "rtx-4090", "asml-nxt-1980i"
NAC, ACA, HBM, RFF = "ear-le-nac", "ear-le-aca", "ear-le-hbm", "ear-le-rff"
TMP, REPAIR, RPL, GOV, OFFICIAL = "ear-le-tmp", "ear-le-tmp-a-6", "ear-le-rpl", "ear-le-gov", "ear-le-gov-b-2-ii"
TOOLS, CHIPS, CHIPS_2022 = "ear-limit-740.2-a-9-i", "ear-limit-740.2-a-9-ii", "ear-limit-740.2-a-9-ii-2022"
WORLDWIDE, EMBARGO = "ear-limit-740.2-a-22", "ear-limit-740.2-a-6"
NOTIFIED = ["nac-notification", "nac-authorisation"]
PACKAGED = [
    "purchased-by-designer", "shipped-directly-to-packaging-site", "returned-to-designer", "quantities-reported",
    "not-for-advanced-computing",
]  # fmt: skip
NSA = "national-security-alone"
MADE_THERE = ("for-development-production-or-storage", "destined-outside-macau-and-d5", "private-sector-end-user")
WITH_LEAVE = ("authorised-by-reexporting-government", "national-security-controlled")
KEPT = "facility-meets-supplement-10-to-part-748"
LATE, EARLY = ([{"what": "rff-notification", "on": day}, "not-for-advanced-node"] for day in ("2024-12-19", "2024-12-18"))
FROM_GERMANY = {"act": "reexport", "from": "DE"}


@cache
def shipped() -> KnowledgeGraph:
    return pg.load()


@cache
def on(day: str) -> View:
    return shipped().view(day)


def at(country: str, headquarters: str = "", **more: Any) -> dict[str, Any]:
    """Return the parties of a case: one end user, who is there, and nobody but those named."""
    return {"end_user": {"name": "A buyer", "country": country, "headquarters": headquarters or country}, "complete": True, **more}


def outcome(rule: str, day: str, case: dict[str, Any]) -> str:
    return str(on(day).check(rule, **{"act": "export", "from": "US", **case}).outcome)


def gaming(to: str, headquarters: str = "", **more: Any) -> dict[str, Any]:
    return {"item": GAMING, "eccn": ["3A090.a"], "to": to, "parties": at(to, headquarters), **more}


def xmc(code: str, **more: Any) -> dict[str, Any]:
    parties = {"purchaser": "xmc", "end_user": "xmc", "complete": True}
    return {"eccn": [code], "to": "CN", "parties": parties, "attestations": ["rff-notification", "not-for-advanced-node"], **more}


def told(code: str, to: str, *given: str, **more: Any) -> dict[str, Any]:
    return {"eccn": [code], "to": to, "parties": at(to), "attestations": list(given) or "none", **more}


Row = tuple[str, str, str, dict[str, Any]]
ADVANCED: list[Row] = [
    (NAC, "2023-11-16", "not met", gaming("CN", attestations=NOTIFIED)),
    (NAC, "2023-11-17", "met", gaming("CN", attestations=NOTIFIED)),
    (NAC, "2024-04-03", "met", gaming("VN", attestations="none")),  # D:1 without notice, until ACA took that over
    (NAC, "2024-04-04", "not met", gaming("VN", attestations=NOTIFIED)),
    (NAC, "2024-06-01", "met", gaming("VN", "CN", attestations=NOTIFIED)),  # a Chinese subsidiary anywhere
    (NAC, "2024-06-01", "not met", gaming("CN", attestations=["nac-notification"])),  # not confirmed
    (NAC, "2024-06-01", "unknown", gaming("CN")),
    (NAC, "2024-06-01", "not met", gaming("CN", attestations=[*NOTIFIED, "distributor-is-party"])),
    (NAC, "2024-06-01", "not met", gaming("CN", attestations=[*NOTIFIED, "without-purchase-order"])),
    (NAC, "2024-06-01", "not met", gaming("CN", attestations=NOTIFIED) | {"item": H100}),
    (NAC, "2024-06-01", "not met", gaming("CN", attestations=NOTIFIED) | {"eccn": ["3A090.c"], "item": ""}),
    (NAC, "2024-06-01", "not met", gaming("CN", attestations=NOTIFIED, act="transfer")),
    (ACA, "2024-04-03", "not met", gaming("VN", attestations="none")),
    (ACA, "2024-04-04", "met", gaming("VN", attestations="none")),
    (ACA, "2024-06-01", "not met", gaming("VN", "CN", attestations="none")),
    (ACA, "2024-06-01", "not met", gaming("CN", attestations="none")),
    (ACA, "2024-06-01", "met", gaming("CN", attestations="none", act="transfer")),  # within China
    (ACA, "2024-06-01", "not met", gaming("VN", attestations="none") | {"item": H100}),
    (ACA, "2024-06-01", "not met", gaming("VN", attestations="none") | {"eccn": ["5A991"], "item": ""}),
    (RFF, "2024-12-01", "not met", xmc("3B991")),
    (RFF, "2024-12-02", "met", xmc("3B991")),
    (RFF, "2025-02-01", "not met", xmc("3B993")),
    (RFF, "2025-02-01", "not met", xmc("3B991", attestations=["not-for-advanced-node"])),
    (RFF, "2025-02-01", "not met", xmc("3B991", attestations=["rff-notification", "not-for-advanced-node", "for-more-advanced-tools"])),
    (RFF, "2025-02-01", "not met", xmc("3B991", parties={"purchaser": "smic", "end_user": "xmc", "complete": True})),
    (RFF, "2025-02-01", "not met", xmc("3B991", parties={"end_user": "smic", "complete": True})),
    (RFF, "2025-02-01", "unknown", xmc("3B991", attestations=None)),
]
RECENT: list[Row] = [  # 44 days are too few
    (RFF, "2025-02-01", "not met", xmc("3B991", attestations=LATE)),
    (RFF, "2025-02-01", "met", xmc("3B991", attestations=EARLY)),
]
OTHERS: list[Row] = [
    (REPAIR, "2025-02-01", "met", told("3A090.a", "CN", "for-inspection-test-calibration-or-repair", item=H100)),
    (REPAIR, "2025-02-01", "not met", told("3A090.a", "CN", "for-inspection-test-calibration-or-repair", "order-to-acquire")),
    (REPAIR, "2025-02-01", "not met", told("3A001", "IR", "for-inspection-test-calibration-or-repair")),
    (TMP, "2025-02-01", "met", told("3A001", "CN", "tools-of-trade")),
    (TMP, "2025-02-01", "not met", told("3A001", "CN")),
    (TMP, "2025-02-01", "unknown", {"eccn": ["3A001"], "to": "CN"}),
    ("ear-le-tmp-a-3", "2025-02-01", "not met", told("3B001.q", "CN", "tools-of-trade")),
    (RPL, "2025-02-01", "met", told("3A001", "CN", "one-for-one-replacement", "original-lawfully-exported")),
    (RPL, "2025-02-01", "not met", told("3A001", "CN", "one-for-one-replacement", "original-lawfully-exported", "improves-the-original")),
    (RPL, "2025-02-01", "not met", told("3A001", "CN", "one-for-one-replacement")),
    (RPL, "2025-02-01", "unknown", {"eccn": ["3A001"], "to": "CN"}),
    (OFFICIAL, "2025-02-01", "met", told("3A090.a", "CN", "for-official-use-of-us-government")),
    (OFFICIAL, "2025-02-01", "not met", told("3A090.a", "CN")),
    (OFFICIAL, "2025-02-01", "unknown", {"eccn": ["3A090.a"], "to": "CN"}),
    (GOV, "2025-02-01", "met", told("3A090.a", "CN", "on-behalf-of-us-government")),
    (GOV, "2025-02-01", "not met", told("3A090.a", "IR", "on-behalf-of-us-government")),
    (GOV, "2025-02-01", "not met", told("3A090.a", "CN")),
    ("ear-le-lvs", "2025-02-01", "met", told("3B001.q", "KR", "within-lvs-limit", item=TOOL)),
    ("ear-le-lvs", "2025-02-01", "not met", told("3A001", "CN", "within-lvs-limit")),
    ("ear-le-lvs", "2025-02-01", "not met", told("3A090.a", "KR", "within-lvs-limit")),
    ("ear-le-lvs", "2025-02-01", "unknown", {"eccn": ["3A001"], "to": "KR"}),
    ("ear-le-gbs", "2025-02-01", "met", told("3B001", "KR", "gbs-eligible-entry", NSA, item=TOOL)),
    ("ear-le-gbs", "2025-02-01", "not met", told("3B001", "CN", "gbs-eligible-entry", NSA)),
    ("ear-le-gbs", "2020-12-28", "not met", told("3B001", "UA", "gbs-eligible-entry", NSA)),
    ("ear-le-civ", "2020-06-28", "met", told("3A001", "CN", "civ-eligible-entry", NSA, "civil-end-use", end_use="none")),
    ("ear-le-civ", "2020-06-29", "not met", told("3A001", "CN", "civ-eligible-entry", NSA, "civil-end-use", end_use="none")),
    ("ear-le-civ", "2020-06-28", "not met", told("3A001", "CN", "civ-eligible-entry", NSA, "civil-end-use", end_use="military")),
    ("ear-le-apr", "2025-02-01", "met", told("6A001", "CN", *WITH_LEAVE, **FROM_GERMANY)),
    ("ear-le-apr", "2025-02-01", "not met", told("3A001", "CN", *WITH_LEAVE)),
    ("ear-le-apr", "2025-02-01", "not met", told("3A001", "CN", **FROM_GERMANY)),
    ("ear-le-sta", "2025-02-01", "met", told("6A001", "DE", "sta-consignee-statement")),
    ("ear-le-sta", "2025-02-01", "not met", told("3A001", "CN", "sta-consignee-statement")),
    ("ear-le-sta", "2025-02-01", "not met", told("3A001", "IL", "sta-consignee-statement")),  # A:6: for that reason alone
    ("ear-le-sta", "2025-02-01", "met", told("6A001", "IL", "sta-consignee-statement", NSA)),
    ("ear-le-sta", "2025-02-01", "not met", told("3A001.z", "DE", "sta-consignee-statement")),
    ("ear-le-enc", "2025-02-01", "met", told("5A002", "CN", "enc-requirements-met")),
    ("ear-le-enc", "2025-02-01", "not met", told("5A992", "CN", "enc-requirements-met")),
    ("ear-le-enc", "2025-02-01", "not met", told("5A002", "IR", "enc-requirements-met")),
    ("ear-le-iec", "2024-09-05", "not met", told("3B903", "JP", "in-the-iec-table")),
    ("ear-le-iec", "2024-09-06", "met", told("3B903", "JP", "in-the-iec-table")),
    ("ear-le-iec", "2024-09-06", "not met", told("3B903", "CN")),
    ("ear-le-aia", "2025-01-12", "not met", told("3A090.a", "JP", "aia-certification")),
    ("ear-le-aia", "2025-01-13", "met", told("3A090.a", "JP", "aia-certification")),
    ("ear-le-aia", "2025-05-12", "met", told("3A090.a", "JP", "aia-certification")),
    ("ear-le-aia", "2025-05-13", "not met", told("3A090.a", "JP", "aia-certification")),
    ("ear-le-aia", "2025-02-01", "not met", told("3A090.a", "JP", "aia-certification", parties=at("JP", "CN"))),
    ("ear-le-aia", "2025-02-01", "not met", told("3A090.a", "IN", "aia-certification")),
    ("ear-le-aia-weights", "2025-02-01", "met", told("4E091", "IN", KEPT, parties=at("IN", "JP"))),
    ("ear-le-aia-weights", "2025-02-01", "not met", told("4E091", "CN", KEPT, parties=at("CN", "JP"))),
    ("ear-le-aia-weights", "2025-05-13", "not met", told("4E091", "IN", KEPT, parties=at("IN", "JP"))),
    ("ear-le-acm", "2025-02-01", "met", told("3A090.b", "VN", *MADE_THERE)),
    ("ear-le-acm", "2025-02-01", "not met", told("3A090.b", "CN", *MADE_THERE)),
    ("ear-le-acm", "2025-05-13", "not met", told("3A090.b", "VN", *MADE_THERE)),
    ("ear-le-lpp", "2025-02-01", "met", told("3A090.a", "IN", "within-lpp-limit")),
    ("ear-le-lpp", "2025-02-01", "not met", told("3A090.a", "CN", "within-lpp-limit")),
    ("ear-le-lpp", "2025-05-13", "not met", told("3A090.a", "IN", "within-lpp-limit")),
    ("ear-le-tsr", "2025-02-01", "not met", told("3E001", "CN", "tsr-eligible-entry", NSA, "written-assurance")),
    ("ear-le-tsu-a", "2025-02-01", "not met", told("3A001", "CN", "minimum-operation-technology", item=H100)),  # not technology
    ("ear-le-tsu-c", "2025-02-01", "not met", told("3A001", "CN", "bug-fix", item=H100)),
    ("ear-le-tsu", "2025-02-01", "not met", told("3A001", "CN", "sales-technology", item=H100)),
]
LIMITS: list[Row] = [
    (TOOLS, "2022-10-06", "not met", told("3B090", "CN")),
    (TOOLS, "2022-10-07", "met", told("3B090", "CN")),
    (TOOLS, "2023-01-16", "not met", told("3B090", "MO")),
    (TOOLS, "2023-01-17", "met", told("3B090", "MO")),
    (TOOLS, "2023-11-17", "met", told("3B001.a.4", "CN")),
    (TOOLS, "2024-12-01", "not met", told("3B993", "CN")),
    (TOOLS, "2024-12-02", "met", told("3B993", "CN")),
    (TOOLS, "2025-02-01", "not met", told("3B993", "VN")),
    (TOOLS, "2025-02-01", "not met", told("3B991", "CN")),
    (CHIPS_2022, "2022-10-20", "not met", told("3A090", "CN")),
    (CHIPS_2022, "2022-10-21", "met", told("3A090", "CN")),
    (CHIPS_2022, "2023-01-16", "not met", told("3A090", "MO")),
    (CHIPS_2022, "2023-01-17", "met", told("3A090", "MO")),
    (CHIPS_2022, "2023-11-16", "met", told("3A090", "CN")),
    (CHIPS_2022, "2023-11-17", "not met", told("3A090", "CN")),
    (CHIPS, "2023-11-16", "not met", told("3A090.a", "CN")),
    (CHIPS, "2023-11-17", "met", told("3A090.a", "CN")),
    (CHIPS, "2025-02-01", "met", told("3A090.a", "VN")),
    (CHIPS, "2025-02-01", "not met", told("3A090.a", "DE")),
    (CHIPS, "2025-02-01", "met", told("3A090.a", "DE", parties=at("DE", "CN"))),
    (CHIPS, "2025-02-01", "unknown", {"eccn": ["3A090.a"], "to": "DE"}),
    (CHIPS, "2025-01-12", "not met", told("4E091", "CN")),
    (CHIPS, "2025-01-13", "met", told("4E091", "CN")),
    (WORLDWIDE, "2024-09-05", "not met", told("3B903", "JP")),
    (WORLDWIDE, "2024-09-06", "met", told("3B903", "JP")),
    (WORLDWIDE, "2024-09-06", "not met", told("3B001.f.1", "JP")),
    (EMBARGO, "2025-02-01", "met", told("3A001", "IR")),
    (EMBARGO, "2025-02-01", "not met", told("3A001", "CN")),
    (EMBARGO, "2020-12-28", "not met", told("3A001", "BY")),
]  # fmt: skip


@pytest.mark.parametrize(("rule", "day", "expected", "case"), [*ADVANCED, *RECENT, *OTHERS, *LIMITS])
def test_what_an_exception_or_a_limit_comes_to(rule: str, day: str, expected: str, case: dict[str, Any]) -> None:
    assert outcome(rule, day, {key: value for key, value in case.items() if value is not None}) == expected


STACK = """
scenario: stack
title: A stack of memory
base: shipped
as_of: {day}
entities:
  - {{id: stack, type: Memory, name: A stack}}
  - {{id: maker, type: Company, name: A maker}}
claims:
  - {{s: stack, r: madeBy, o: maker}}
  - {{s: stack, r: memoryBandwidth, value: {bandwidth}}}
  - {{s: stack, r: packageArea, value: 100}}
  - {{s: maker, r: headquarteredIn, o: {home}}}
case:
  item: stack
  eccn: [3A090.c]
  act: export
  from: US
  to: CN
  exporter: maker
  parties:
    end_user: {{name: A designer, country: US, headquarters: US}}
    packager: {{name: A packaging site, country: CN, headquarters: {packager}}}
    complete: true
  attestations: [{attested}]
ask: ear-le-hbm
"""


@pytest.mark.parametrize(
    ("expected", "told"),
    [
        ("met", {}),
        ("not met", {"bandwidth": "330"}),  # 3.3 is the ceiling
        ("not met", {"home": "CN"}),  # who ships must be of the United States or A:5
        ("not met", {"packager": "CN"}),  # then the goods come back to whoever shipped
        ("met", {"packager": "CN", "attested": ", ".join([*PACKAGED, "returned-to-exporter"])}),
        ("not met", {"attested": ", ".join(PACKAGED[1:])}),  # not bought by the designer
        ("not met", {"attested": ", ".join([*PACKAGED, "packaged-at-advanced-node-facility"])}),
    ],
)
def test_which_memory_may_go_to_be_packaged(expected: str, told: dict[str, str], tmp_path: Path) -> None:
    said = {"day": "2025-02-01", "bandwidth": "280", "home": "US", "packager": "US", "attested": ", ".join(PACKAGED), **told}
    file = tmp_path / "stack.yaml"
    file.write_text(STACK.format(**said), encoding="utf-8")
    assert str(shipped().ask(file)[0].outcome) == expected


@pytest.mark.parametrize(
    ("exception", "day", "expected", "case"),
    [
        (NAC, "2024-06-01", "met", gaming("CN", attestations=NOTIFIED)),  # the limit leaves it
        ("ear-le-lvs", "2024-06-01", "not met", gaming("CN", attestations=["within-lvs-limit"])),
        (TMP, "2024-06-01", "not met", gaming("CN", attestations=["tools-of-trade"])),  # TMP, but not its paragraph (a)(6)
        (REPAIR, "2024-06-01", "met", gaming("CN", attestations=["for-inspection-test-calibration-or-repair"])),
        (RFF, "2025-02-01", "met", xmc("3B991", authorisations="none", into="none")),  # the Entity List leaves it
    ],
)
def test_a_limit_bars_what_it_does_not_leave(exception: str, day: str, expected: str, case: dict[str, Any]) -> None:
    found = on(day).determine(**{"act": "export", "from": "US", "knowledge": "yes", **case}).to_json()
    assert found["exceptions"][exception] == expected


def test_every_exception_says_its_conditions_in_words() -> None:
    exceptions = [rule for rule in shipped().rules.rules.values() if rule.id.startswith("ear-le-")]
    assert len(exceptions) > 20
    assert [rule.id for rule in exceptions if not rule.terms.get("conditions")] == []
