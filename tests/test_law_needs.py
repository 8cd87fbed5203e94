"""Licence requirements that follow from an item's entry and its destination, letters, embargoes, and the review of applications.

One table: the rule, the day, what it comes to, the case. Days come in pairs: the day before a change and the day of it.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

import policygraph as pg
from policygraph.desk import KnowledgeGraph, View
from policygraph.findings import Finding

CHART, A, B, MEMORY, DESIGN = (
    "ear-lr-country-chart", "ear-lr-742.6-a-6-iii-a", "ear-lr-742.6-a-6-iii-b", "ear-lr-742.6-a-6-i-b", "ear-lr-742.6-a-6-ii",
)  # fmt: skip
TOOLS_NS, TOOLS_RS, WORLD_NS, WORLD_RS = "ear-lr-742.4-a-4", "ear-lr-742.6-a-6-i-a", "ear-lr-742.4-a-5", "ear-lr-742.6-a-10"
AGNOSTIC, WEIGHTS = "ear-lr-742.6-a-11", "ear-lr-742.6-a-13"
A100, H100, H200 = "a100-sxm4-80gb", "h100-sxm5-80gb", "h200-sxm-141gb"
TAIWANESE: dict[str, Any] = {
    "item": H100, "from": "TW", "act": "reexport", "to": "RU", "knowledge": "yes", "attestations": "none",
    "bill": {"value": 1, "lines": "none"},
}
"""A chip without US content that leaves Taiwan for Russia."""
CERTIFICATES = [
    "sufficient-us-supply", "no-diversion-of-foundry-capacity", "volume-cap", "recipient-security", "no-military-use",
    "third-party-testing-in-us",
]  # fmt: skip


@cache
def shipped() -> KnowledgeGraph:
    return pg.load()


@cache
def on(day: str) -> View:
    return shipped().view(day)


def check(rule: str, day: str, **case: Any) -> Finding:
    return on(day).check(rule, **{"act": "export", "from": "US", **case})


def only(country: str, headquarters: str = "") -> dict[str, Any]:
    """Return the parties of a case: one buyer, who is there and nobody else."""
    return {"end_user": {"name": "A buyer", "country": country, "headquarters": headquarters or country}, "complete": True}


Row = tuple[str, str, str, dict[str, Any]]
CHARTED: list[Row] = [
    (CHART, "2026-08-01", "met", {"eccn": ["3A001"], "to": "CN"}),
    (CHART, "2026-08-01", "met", {"eccn": ["3B001.e"], "to": "HK"}),  # Hong Kong has no row: China's
    (CHART, "2026-08-01", "not met", {"eccn": ["3A991"], "to": "CN"}),
    (CHART, "2026-08-01", "not met", {"eccn": ["EAR99"], "to": "CN"}),
    (CHART, "2026-08-01", "not met", {"eccn": ["3E001"], "to": "CA"}),
    (CHART, "2026-08-01", "not met", {"eccn": ["3E001"], "to": "IR"}),  # no marks: part 746 governs it
    (CHART, "2026-08-01", "unknown", {"eccn": ["3E001"], "to": "KY"}),  # no row, and no list says whose it shares
    (CHART, "2026-08-01", "unknown", {"eccn": ["3B001"], "to": "CN"}),  # which paragraph?
    (CHART, "2026-08-01", "not met", {"eccn": ["3B001.q"], "to": "CN"}),
    (CHART, "2024-04-18", "met", {"eccn": ["3E001"], "to": "AU"}),
    (CHART, "2024-04-19", "not met", {"eccn": ["3E001"], "to": "AU"}),
    (CHART, "2026-08-01", "unknown", {"eccn": ["3A001.a.5.a"], "to": "DE"}),  # when usable in missiles
    (CHART, "2026-08-01", "met", {"eccn": ["3A001.a.5.a"], "to": "DE", "attestations": ["within-the-control"]}),
    (CHART, "2026-08-01", "not met", {"eccn": ["3A001.a.5.a"], "to": "DE", "attestations": ["outside-the-control"]}),
    (CHART, "2026-08-01", "unknown", {"eccn": ["3A001.a.5.a"], "to": "DE", "attestations": "none"}),
    (CHART, "2026-08-01", "not met", {"eccn": ["3A001"], "to": "CN", "act": "transfer"}),
    (CHART, "2025-06-01", "not met", {"item": H100, "to": "DE"}),
    (CHART, "2025-06-01", "not met", {"item": "h20", "to": "DE"}),  # 3A991.p
    (CHART, "2025-06-01", "unknown", {"item": "synopsys-eda", "to": "CN"}),
]
ADVANCED: list[Row] = [
    (A, "2022-10-20", "not met", {"item": A100, "to": "CN"}),
    (A, "2022-10-21", "met", {"item": A100, "to": "CN"}),
    (A, "2023-01-16", "not met", {"item": A100, "to": "MO"}),
    (A, "2023-01-17", "met", {"item": A100, "to": "MO"}),
    (A, "2023-11-16", "not met", {"item": H100, "to": "SA"}),
    (A, "2023-11-17", "met", {"item": H100, "to": "SA"}),
    (A, "2024-06-01", "not met", {"item": H100, "to": "IL", "parties": only("IL")}),  # D:4 and A:6
    (A, "2024-06-01", "not met", {"item": H100, "to": "DE", "parties": only("DE")}),
    (A, "2024-06-01", "not met", {"item": H100, "to": "DE", "parties": only("DE", "CN"), "knowledge": "yes"}),  # then 744.23(a)(3) alone
    (A, "2026-06-01", "met", {"item": H100, "to": "DE", "parties": only("DE", "CN")}),
    (A, "2025-05-14", "not met", {"item": H100, "to": "IN", "parties": only("IN")}),
    (A, "2025-05-16", "not met", {"item": H100, "to": "IN", "parties": only("IN")}),  # worldwide in the text, not enforced
    (A, "2026-07-09", "met", {"item": H100, "to": "AE", "parties": only("AE")}),
    (A, "2026-07-10", "met", {"item": H100, "to": "AE", "parties": only("AE")}),
    (A, "2026-07-09", "met", {"item": H100, "to": "AE", "parties": {"end_user": "g42", "complete": True}}),
    (A, "2026-07-10", "not met", {"item": H100, "to": "AE", "parties": {"end_user": "g42", "complete": True}}),
    (A, "2025-06-01", "not met", {"item": "h20", "to": "CN"}),
    (A, "2025-06-01", "met", {"item": "ascend-910d", "to": "CN"}),  # 3A090, and nobody says which paragraph
    (A, "2025-06-01", "not met", {"item": H100, "to": "DE"}),
    (A, "2026-06-01", "not met", {"item": H100, "to": "US", "act": "transfer", "parties": only("US", "CN")}),  # a sale at home
    (A, "2026-06-01", "not met", {"item": H100, "from": "TW", "to": "US", "act": "reexport", "parties": only("US", "CN")}),
    (A, "2026-08-01", "met", {"eccn": ["5A992.z.1"], "to": "VN"}),
    (A, "2026-08-01", "not met", {"eccn": ["5A992.z.2"], "to": "VN"}),
    (A, "2027-04-07", "met", {"item": H100, "to": "AE", "parties": {"end_user": "g42", "complete": True}}),
    (B, "2026-08-01", "met", {"eccn": ["5A992.z.2"], "to": "VN"}),
    (B, "2026-08-01", "met", {"eccn": ["3A001.z.4.b"], "to": "AE", "parties": only("AE")}),
    (B, "2026-08-01", "not met", {"eccn": ["5A992.z.1"], "to": "VN"}),
    (B, "2024-06-01", "not met", {"item": "l40", "to": "DE", "parties": only("DE", "CN"), "knowledge": "yes"}),  # 744.23(a)(3) alone
    (B, "2023-11-16", "not met", {"eccn": ["3A090.b"], "to": "CN"}),
    (B, "2023-11-17", "met", {"eccn": ["3A090.b"], "to": "CN"}),
    (B, "2025-06-01", "met", {"eccn": ["3A090.b"], "to": "VN"}),
    (B, "2025-06-01", "not met", {"eccn": ["3A090.b"], "to": "SG", "parties": only("SG")}),
    (B, "2026-07-09", "met", {"eccn": ["3A090.b"], "to": "AE"}),
    (B, "2026-07-10", "met", {"eccn": ["3A090.b"], "to": "AE"}),
    (B, "2025-06-01", "not met", {"item": "h20", "to": "CN"}),
    (B, "2025-06-01", "not met", {"eccn": ["3A090.a"], "to": "CN"}),
    (MEMORY, "2024-12-30", "not met", {"eccn": ["3A090.c"], "to": "CN"}),
    (MEMORY, "2024-12-31", "met", {"eccn": ["3A090.c"], "to": "CN"}),
    (MEMORY, "2024-12-31", "met", {"eccn": ["3A090.c"], "to": "MO"}),
    (MEMORY, "2025-02-01", "not met", {"eccn": ["3A090.c"], "to": "KR"}),
    (MEMORY, "2025-02-01", "not met", {"item": H100, "to": "CN"}),  # memory inside a processor package
    (MEMORY, "2025-02-01", "unknown", {"eccn": ["3A090"], "to": "CN"}),
    (DESIGN, "2025-06-01", "not met", {"item": H100, "from": "CN", "to": "TW"}),
    (DESIGN, "2022-10-20", "not met", {"item": H100, "from": "CN", "to": "TW"}),
    (DESIGN, "2025-06-01", "not met", {"eccn": ["3E001"], "from": "TW", "to": "US", "attestations": "none"}),
]
TOOLS: list[Row] = [
    (TOOLS_NS, "2023-11-16", "not met", {"eccn": ["3B001.c"], "to": "CN"}),
    (TOOLS_NS, "2023-11-17", "met", {"eccn": ["3B001.c"], "to": "CN"}),
    (TOOLS_NS, "2024-12-30", "not met", {"eccn": ["3B001.r"], "to": "CN"}),
    (TOOLS_NS, "2024-12-31", "met", {"eccn": ["3B001.r"], "to": "MO"}),
    (TOOLS_NS, "2025-06-01", "not met", {"eccn": ["3B001.c"], "to": "KR"}),
    (TOOLS_NS, "2025-06-01", "unknown", {"eccn": ["3B001"], "to": "CN"}),
    (TOOLS_NS, "2025-06-01", "met", {"item": "asml-nxt-2000i", "to": "CN"}),
    (TOOLS_NS, "2025-06-01", "unknown", {"eccn": ["3B001.c"], "from": "JP", "act": "reexport", "to": "CN"}),  # who ships?
    (TOOLS_NS, "2025-06-01", "not met", {"eccn": ["3B001.c"], "from": "JP", "act": "reexport", "to": "CN", "exporter": "tokyo-electron"}),
    (TOOLS_NS, "2025-06-01", "met", {"item": "asml-nxt-2000i", "from": "US", "to": "CN", "exporter": "asml"}),
    (TOOLS_RS, "2022-10-06", "not met", {"eccn": ["3B090"], "to": "CN"}),
    (TOOLS_RS, "2022-10-07", "met", {"eccn": ["3B090"], "to": "CN"}),
    (TOOLS_RS, "2023-01-16", "not met", {"eccn": ["3B090"], "to": "MO"}),
    (TOOLS_RS, "2023-01-17", "met", {"eccn": ["3B090"], "to": "MO"}),
    (TOOLS_RS, "2025-06-01", "met", {"eccn": ["3E992"], "to": "CN"}),
    (WORLD_NS, "2024-09-05", "not met", {"eccn": ["3B001.q"], "to": "DE"}),
    (WORLD_NS, "2024-09-06", "met", {"eccn": ["3B001.q"], "to": "DE"}),
    (WORLD_NS, "2025-06-01", "not met", {"item": H100, "to": "DE"}),
    (WORLD_NS, "2025-06-01", "unknown", {"eccn": ["3B001"], "to": "DE"}),
    (WORLD_RS, "2024-09-05", "not met", {"eccn": ["3B903"], "to": "JP"}),
    (WORLD_RS, "2024-09-06", "met", {"eccn": ["3B903"], "to": "JP"}),
    (WORLD_RS, "2025-06-01", "not met", {"eccn": ["3B991"], "to": "JP", "attestations": "none"}),
    (AGNOSTIC, "2024-12-30", "not met", {"eccn": ["3B993"], "to": "CN", "end_user": "smic"}),
    (AGNOSTIC, "2024-12-31", "met", {"eccn": ["3B993"], "to": "CN", "end_user": "smic"}),
    (AGNOSTIC, "2025-06-01", "not met", {"eccn": ["3B993"], "to": "CN", "parties": {"end_user": "ymtc", "complete": True}}),
    (AGNOSTIC, "2025-06-01", "unknown", {"eccn": ["3B993"], "to": "CN"}),
    (WEIGHTS, "2025-05-12", "not met", {"eccn": ["4E091"], "to": "DE"}),
    (WEIGHTS, "2025-05-15", "not met", {"eccn": ["4E091"], "to": "DE"}),
    (WEIGHTS, "2026-11-01", "not met", {"eccn": ["4E091"], "to": "CN"}),
]
LETTERS: list[Row] = [
    ("ear-lr-letter-h20", "2025-04-08", "not met", {"item": "h20", "to": "CN", "exporter": "nvidia"}),
    ("ear-lr-letter-h20", "2025-04-09", "met", {"item": "h20", "to": "CN", "exporter": "nvidia"}),
    ("ear-lr-letter-h20", "2025-05-01", "met", {"item": "h20", "to": "HK", "exporter": "nvidia"}),
    ("ear-lr-letter-h20", "2025-05-01", "met", {"item": "h20", "to": "SG", "exporter": "nvidia", "end_user": "huawei"}),
    ("ear-lr-letter-h20", "2025-05-01", "not met", {"item": "h20", "to": "CN", "exporter": "amd"}),
    ("ear-lr-letter-h20", "2025-05-01", "not met", {"item": "h20", "to": "DE", "exporter": "nvidia", "parties": only("DE")}),
    ("ear-lr-letter-h20", "2025-05-01", "unknown", {"item": "h20", "to": "CN"}),  # who exports?
    ("ear-lr-letter-h20", "2025-05-01", "not met", {"item": A100, "to": "CN", "exporter": "nvidia"}),
    ("ear-lr-letter-nvidia-2022", "2024-06-01", "not met", {"item": "h20", "to": "CN", "exporter": "nvidia"}),
    ("ear-lr-letter-h20", "2026-02-01", "unknown", {"item": "h20", "to": "CN", "exporter": "nvidia"}),
    ("ear-lr-letter-mi308", "2025-04-14", "not met", {"item": "mi308x", "to": "CN", "exporter": "amd"}),
    ("ear-lr-letter-mi308", "2025-04-15", "met", {"item": "mi308x", "to": "CN", "exporter": "amd"}),
    ("ear-lr-letter-mi308", "2025-05-01", "not met", {"item": "mi308x", "to": "CN", "exporter": "nvidia"}),
    ("ear-lr-letter-eda", "2025-05-22", "not met", {"item": "cadence-eda", "to": "CN", "exporter": "cadence"}),
    ("ear-lr-letter-eda", "2025-05-23", "met", {"item": "cadence-eda", "to": "CN", "exporter": "cadence"}),
    ("ear-lr-letter-eda", "2025-07-01", "met", {"item": "synopsys-eda", "to": "CN", "exporter": "synopsys"}),
    ("ear-lr-letter-eda", "2025-07-02", "not met", {"item": "synopsys-eda", "to": "CN", "exporter": "synopsys"}),
    ("ear-lr-letter-eda", "2025-06-01", "not met", {"item": "cadence-eda", "to": "CN", "exporter": "tsmc"}),
    ("ear-lr-letter-nvidia-2022", "2022-08-25", "not met", {"item": A100, "to": "CN", "exporter": "nvidia"}),
    ("ear-lr-letter-nvidia-2022", "2022-08-26", "met", {"item": A100, "to": "HK", "exporter": "nvidia"}),
    ("ear-lr-letter-nvidia-2022", "2022-10-20", "met", {"item": "h100-pcie-80gb", "to": "RU", "exporter": "nvidia"}),
    ("ear-lr-letter-nvidia-2022", "2022-10-21", "unknown", {"item": A100, "to": "CN", "exporter": "nvidia"}),
    ("ear-lr-letter-nvidia-2022", "2022-09-01", "not met", {"item": A100, "to": "TW", "exporter": "nvidia"}),
    ("ear-lr-letter-amd-2022", "2022-08-25", "not met", {"item": "mi250", "to": "CN", "exporter": "amd"}),
    ("ear-lr-letter-amd-2022", "2022-08-26", "met", {"item": "mi250", "to": "CN", "exporter": "amd"}),
    ("ear-lr-letter-amd-2022", "2022-09-01", "not met", {"item": "mi250", "to": "CN", "exporter": "nvidia"}),
    ("ear-lr-letter-nvidia-2023-07", "2023-08-15", "unknown", {"item": H100, "to": "SA", "exporter": "nvidia"}),
    ("ear-lr-letter-nvidia-2023-07", "2023-08-15", "not met", {"item": H100, "to": "DE", "exporter": "nvidia"}),
    ("ear-lr-letter-nvidia-2023-07", "2023-07-30", "not met", {"item": H100, "to": "SA", "exporter": "nvidia"}),
    ("ear-lr-letter-nvidia-2023-10", "2023-10-22", "not met", {"item": "h800-sxm5-80gb", "to": "CN", "exporter": "nvidia"}),
    ("ear-lr-letter-nvidia-2023-10", "2023-10-23", "met", {"item": "h800-sxm5-80gb", "to": "CN", "exporter": "nvidia"}),
    ("ear-lr-letter-nvidia-2023-10", "2023-11-17", "not met", {"item": "h800-sxm5-80gb", "to": "CN", "exporter": "nvidia"}),
    ("ear-lr-letter-smic-2020", "2020-09-24", "not met", {"end_user": "smic", "attestations": ["informed-of-smic-in-2020"]}),
    ("ear-lr-letter-smic-2020", "2020-09-25", "met", {"end_user": "smic", "attestations": ["informed-of-smic-in-2020"]}),
    ("ear-lr-letter-smic-2020", "2020-10-01", "unknown", {"end_user": "smic"}),  # who was written to is not public
    ("ear-lr-letter-smic-2020", "2020-10-01", "not met", {"end_user": "smic", "attestations": "none"}),
    ("ear-lr-letter-smic-2020", "2026-10-01", "not met", {"end_user": "g42"}),  # nobody says that SMIC holds it
    ("ear-lr-letter-tsmc-2024", "2024-11-10", "not met", {"item": "ascend-910b-die-tsmc", "to": "CN", "exporter": "tsmc"}),
    ("ear-lr-letter-tsmc-2024", "2024-11-11", "unknown", {"item": "ascend-910b-die-tsmc", "to": "CN", "exporter": "tsmc"}),
    ("ear-lr-letter-tsmc-2024", "2024-11-11", "met",
     {"item": "ascend-910b-die-tsmc", "to": "CN", "exporter": "tsmc", "attestations": ["ai-accelerator-or-graphics-processor"]}),
]  # fmt: skip
EMBARGOES: list[Row] = [
    ("ear-lr-746.2", "2021-01-01", "met", {"eccn": ["EAR99"], "to": "CU"}),
    ("ear-lr-746.2", "2025-06-01", "not met", {"eccn": ["EAR99"], "to": "MX"}),
    ("ear-lr-746.2", "2025-06-01", "unknown", {"eccn": ["EAR99"]}),
    ("ear-lr-746.4", "2025-06-01", "met", {"item": H100, "to": "KP"}),
    ("ear-lr-746.4", "2025-06-01", "met", {"eccn": ["EAR99"], "to": "KP", "attestations": "none"}),
    ("ear-lr-746.4", "2025-06-01", "not met", {"eccn": ["EAR99"], "to": "KP", "attestations": ["food-or-medicine"]}),
    ("ear-lr-746.4", "2025-06-01", "not met", {"eccn": ["3A001"], "to": "KR"}),
    ("ear-lr-746.9", "2025-06-01", "met", {"eccn": ["3A991"], "to": "SY"}),
    ("ear-lr-746.9", "2025-06-01", "not met", {"eccn": ["EAR99"], "to": "SY", "attestations": ["food-or-medicine"]}),
    ("ear-lr-746.9", "2025-06-01", "not met", {"eccn": ["EAR99"], "to": "SY", "act": "deemed-export", "attestations": "none"}),
    ("ear-lr-746.7", "2025-06-01", "met", {"eccn": ["3A991"], "to": "IR"}),
    ("ear-lr-746.7", "2025-06-01", "not met", {"eccn": ["EAR99"], "to": "IR", "attestations": "none"}),
    ("ear-lr-746.7", "2025-06-01", "unknown", {"eccn": ["EAR99"], "to": "IR"}),  # Supplement No. 7 is asked of the case
    ("ear-lr-746.6", "2021-06-01", "met", {"eccn": ["EAR99"], "to": "UA", "attestations": ["destined-to-crimea"]}),
    ("ear-lr-746.6", "2022-02-23", "not met", {"eccn": ["EAR99"], "to": "UA", "attestations": ["destined-to-dnr-or-lnr"]}),
    ("ear-lr-746.6", "2022-02-24", "met", {"eccn": ["EAR99"], "to": "UA", "attestations": ["destined-to-dnr-or-lnr"]}),
    ("ear-lr-746.6", "2025-06-01", "unknown", {"eccn": ["EAR99"], "to": "UA"}),
    ("ear-lr-746.8", "2022-02-23", "not met", {"eccn": ["3A001"], "to": "RU"}),
    ("ear-lr-746.8", "2022-02-24", "met", {"eccn": ["3A001"], "to": "RU", "attestations": "none"}),
    ("ear-lr-746.8", "2022-03-01", "not met", {"eccn": ["3A001"], "to": "BY", "attestations": "none"}),
    ("ear-lr-746.8", "2022-03-02", "met", {"eccn": ["3A001"], "to": "BY", "attestations": "none"}),
    ("ear-lr-746.8", "2022-04-07", "unknown", {"eccn": ["1C350"], "to": "RU"}),  # categories 3 to 9 until then: asked of the case
    ("ear-lr-746.8", "2022-04-08", "met", {"eccn": ["1C350"], "to": "RU"}),
    ("ear-lr-746.8", "2025-06-01", "met", {"item": H100, "to": "RU"}),
    ("ear-lr-746.8", "2023-02-23", "met", TAIWANESE),
    ("ear-lr-746.8", "2023-02-24", "not met", TAIWANESE),  # a country of Supplement No. 3 since
    ("ear-lr-746.8", "2025-06-01", "not met",
     {"eccn": ["EAR99"], "to": "RU", "attestations": "none", "into": "none", "parties": only("RU")}),
    ("ear-lr-746.8", "2025-06-01", "unknown", {"eccn": ["3A991"], "from": "CN", "act": "export-from-abroad", "to": "RU"}),
    ("ear-lr-746.8-a-3", "2025-06-01", "not met",
     {"item": H100, "act": "reexport", "from": "CN", "to": "RU", "parties": only("RU"), "into": "none"}),
    ("ear-lr-746.8-a-3", "2025-06-01", "not met", {"item": H100, "act": "export", "to": "RU"}),
    ("ear-lr-746.8-a-3", "2022-02-23", "not met", {"item": H100, "act": "reexport", "from": "CN", "to": "RU"}),
    ("ear-lr-746.8-a-5", "2022-02-23", "not met", {"to": "RU", "attestations": ["listed-in-supplement-4-to-part-746"]}),
    ("ear-lr-746.8-a-5", "2022-02-24", "met", {"to": "RU", "attestations": ["listed-in-supplement-4-to-part-746"]}),
    ("ear-lr-746.8-a-5", "2025-06-01", "unknown", {"eccn": ["EAR99"], "to": "RU"}),
]  # fmt: skip
REVIEWS: list[Row] = [
    ("ear-review-742.6-b-10-macau-d5", "2022-10-20", "not met", {"to": "CN"}),
    ("ear-review-742.6-b-10-macau-d5", "2022-10-21", "met", {"to": "CN", "attestations": "none"}),
    ("ear-review-742.6-b-10-macau-d5", "2025-06-01", "met", {"to": "DE", "parties": only("DE", "CN"), "attestations": "none"}),
    ("ear-review-742.6-b-10-macau-d5", "2025-06-01", "not met", {"to": "DE", "parties": only("DE")}),
    ("ear-review-742.6-b-10-other-destinations", "2023-11-16", "not met", {"to": "VN", "parties": only("VN")}),
    ("ear-review-742.6-b-10-other-destinations", "2023-11-17", "met", {"to": "VN", "parties": only("VN")}),
    ("ear-review-742.6-b-10-other-destinations", "2025-06-01", "not met", {"to": "VN", "parties": only("VN", "CN")}),
    ("ear-review-742.6-b-10-other-destinations", "2025-06-01", "not met", {"to": "CN"}),
    ("ear-review-742.6-b-10-case-by-case-2024", "2024-04-03", "not met", {"attestations": ["case-by-case-category-of-april-2024"]}),
    ("ear-review-742.6-b-10-case-by-case-2024", "2024-04-04", "met", {"attestations": ["case-by-case-category-of-april-2024"]}),
    ("ear-review-742.6-b-10-case-by-case-2024", "2024-04-04", "not met", {"to": "CN"}),  # who says nothing is in no category
    ("ear-review-742.6-b-10-macau-d5", "2025-06-01", "met", {"to": "CN", "parties": only("CN")}),
    ("ear-review-742.4-b-2", "2023-11-16", "not met", {"to": "CN", "parties": only("CN")}),
    ("ear-review-742.4-b-2", "2023-11-17", "met", {"to": "MO", "parties": only("MO")}),
    ("ear-review-742.4-b-2", "2025-06-01", "not met", {"to": "CN", "parties": only("CN", "KR")}),
    ("ear-review-742.6-b-10-iii-a-1", "2026-01-14", "not met", {"item": H200, "to": "CN", "attestations": CERTIFICATES}),
    ("ear-review-742.6-b-10-iii-a-1", "2026-01-15", "met", {"item": H200, "to": "CN", "attestations": CERTIFICATES}),
    ("ear-review-742.6-b-10-iii-a-1", "2026-02-01", "not met", {"item": "b200", "to": "CN", "attestations": CERTIFICATES}),
    ("ear-review-742.6-b-10-iii-a-1", "2026-02-01", "not met",
     {"item": H200, "to": "CN", "attestations": CERTIFICATES, "act": "reexport"}),
    ("ear-review-742.6-b-10-iii-a-1", "2026-02-01", "not met", {"item": H200, "to": "CN", "attestations": CERTIFICATES[1:]}),
    ("ear-review-742.6-b-10-iii-a-1", "2026-02-01", "unknown", {"item": H200, "to": "CN"}),
    ("ear-review-742.6-b-10-diffusion", "2025-05-12", "not met", {"to": "IN", "attestations": ["within-the-country-cap"]}),
    ("ear-review-742.6-b-10-diffusion", "2025-05-15", "not met", {"to": "IN", "attestations": ["within-the-country-cap"]}),
    ("ear-review-742.6-b-10-diffusion", "2026-11-01", "not met", {"to": "IN", "attestations": ["within-the-country-cap"]}),
    ("ear-review-742.6-b-10-diffusion-beyond-cap", "2025-05-12", "not met", {"to": "IN"}),
    ("ear-review-742.6-b-10-diffusion-beyond-cap", "2025-05-15", "not met", {"to": "IN"}),
    ("ear-review-742.6-b-10-diffusion-beyond-cap", "2026-11-01", "not met", {"to": "IN"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("rule", "day", "outcome", "case"), [*CHARTED, *ADVANCED, *TOOLS, *LETTERS, *EMBARGOES, *REVIEWS],
    ids=lambda given: str(given) if isinstance(given, str) else " ".join(f"{key}={value}" for key, value in given.items())[:60],
)  # fmt: skip
def test_what_a_rule_comes_to(rule: str, day: str, outcome: str, case: dict[str, Any]) -> None:
    assert str(check(rule, day, **case).outcome) == outcome


def test_every_rule_of_this_table_has_three_rows() -> None:
    rows = [row[0] for row in (*CHARTED, *ADVANCED, *TOOLS, *LETTERS, *EMBARGOES, *REVIEWS)]
    assert {rule for rule in rows if rows.count(rule) < 3} == set()


def test_the_chart_before_its_edition_counts_as_presumed_and_says_so() -> None:
    before, after = (check(CHART, day, eccn=["3A001"], to="CN") for day in ("2026-07-22", "2026-07-23"))
    told = [next(node for node in found.proof.walk() if node.label == "NS column 2") for found in (before, after)]
    assert [node.verdict.all_.for_ for node in told] == [2, 4]
    assert ["carried back" in node.note for node in told] == [True, False]


def test_the_proof_of_the_chart_names_the_column_and_both_tables() -> None:
    shown = check(CHART, "2026-08-01", eccn=["3A001"], to="CN").note()
    assert "chart-ns-2" in shown
    assert {"ear-774-supp1-2026-07-23", "ear-738-supp1-2026-07-23"} <= {
        item.document for item in check(CHART, "2026-08-01", eccn=["3A001"], to="CN").proof.all_evidence()
    }


def test_entries_that_rules_find_lead_to_the_chart_too() -> None:
    """An H100 is put in 3A090.a by its figures and by no claim; the list controls that entry under AT column 1."""
    assert str(check("ear-lr-746.7", "2025-06-01", item=H100, to="IR").outcome) == "met"


def test_what_the_text_alone_would_say_is_printed_where_it_is_not_enforced() -> None:
    finding = check(A, "2025-06-01", item=H100, to="IN", parties=only("IN"))
    assert str(finding.outcome) == "not met"
    assert "the text alone" in str(finding).lower()


def test_all_paragraphs_of_an_entry_are_in_the_table_of_columns() -> None:
    """What the list says of an entire entry it says of each paragraph; a new paragraph in the code list needs its rows too."""
    graph = shipped().graph
    relation = graph.relation_index["chartColumn"]
    columns: dict[str, set[str]] = {}
    whole: dict[str, set[str]] = {}
    for row in range(len(graph.table)):
        if graph.table.relation[row] == relation:
            claim = graph.claim_at(row)
            columns.setdefault(str(claim.subject), set()).add(str(claim.object))
            if claim.at == "entire entry":
                whole.setdefault(str(claim.subject), set()).add(str(claim.object))
    former = "eccn:3B001.f.1.b.2.b"  # a paragraph of 2023 that the edition no longer has
    entries = (id_ for id_, class_ in zip(graph.node_ids, graph.node_class, strict=True) if class_ == "ECCN")
    paragraphs = [id_ for id_ in entries if "." in id_ and id_ != former]
    missing = {id_: left for id_ in paragraphs if (left := whole.get(id_.partition(".")[0], set()) - columns.get(id_, set()))}
    assert missing == {}


def test_the_review_of_january_2026_displaces_the_presumption_of_denial() -> None:
    case: dict[str, Any] = {
        "item": H200, "act": "export", "from": "US", "to": "CN", "parties": only("CN"), "knowledge": "yes", "authorisations": "none",
    }  # fmt: skip
    found = on("2026-02-01").determine(**case, attestations=CERTIFICATES)
    assert found.orders["US"].policy == "case-by-case"
    found = on("2026-02-01").determine(**{**case, "act": "reexport", "from": "TW"}, attestations=CERTIFICATES)
    assert found.orders["US"].policy == "presumption-of-denial"
