"""Ids, IRIs and short names go into one another; slugs and folding."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.names import BASE, PG, PREFIXES, SPARQL_PREFIXES, folded, identifier, iri, short, slug

SLUGS = st.from_regex(r"[a-z0-9]+(-[a-z0-9]+){0,3}", fullmatch=True)
KINDS = st.sampled_from(["org", "chip", "site", "tool", "item", "person", "law", "doc", "claim", "kind"])


@pytest.mark.parametrize(
    ("id_", "kind", "full", "name"),
    [
        ("ascend-910b", "chip", "id/chip/ascend-910b", "chip:ascend-910b"),
        ("US", "country", "code/country/US", "country:US"),
        ("eccn:3A090.a", "eccn", "code/eccn/3A090.a", "eccn:3A090.a"),
        ("ear:734.9-e-1", "law", "law/us-ear/734.9-e-1", "ear:734.9-e-1"),
        ("cg:D5", "cg", "code/cg/D5", "cg:D5"),
        ("status:in-force", "status", "code/status/in-force", "status:in-force"),
        ("us-bis-2025", "doc", "doc/us-bis-2025", "doc:us-bis-2025"),
        ("c-0123456789ab", "claim", "claim/c-0123456789ab", "claim:c-0123456789ab"),
    ],
)
def test_an_id_its_iri_and_its_short_name(id_: str, kind: str, full: str, name: str) -> None:
    assert iri(id_, kind) == BASE + full
    assert short(BASE + full) == name
    assert identifier(name) == identifier(BASE + full) == identifier(id_) == id_


@given(SLUGS, KINDS)
def test_every_slug_comes_back_from_its_iri(id_: str, kind: str) -> None:
    assert identifier(iri(id_, kind)) == id_
    assert identifier(short(iri(id_, kind))) == id_


def test_terms_and_foreign_iris() -> None:
    assert short(PG + "fabricatedAt") == "pg:fabricatedAt"
    assert identifier("pg:fabricatedAt") == "pg:fabricatedAt"
    assert short("https://example.org/x") == identifier("https://example.org/x") == "https://example.org/x"


@pytest.mark.parametrize("local", ["a/b", "a b", "", "-x", "x.", "华为"])
def test_what_is_no_local_name_is_not_shortened(local: str) -> None:
    assert short(PREFIXES["chip"] + local) == PREFIXES["chip"] + local


def test_every_prefix_is_declared_for_queries() -> None:
    assert all(f"PREFIX {prefix}: <{namespace}>\n" in SPARQL_PREFIXES for prefix, namespace in PREFIXES.items())


def test_prefixes_are_distinct_namespaces() -> None:
    assert len(set(PREFIXES.values())) == len(PREFIXES)


@given(st.text())
def test_slugs_are_slugs_and_stay_as_they_are(name: str) -> None:
    made = slug(name)
    assert set(made) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert not made.startswith("-")
    assert not made.endswith("-")
    assert "--" not in made
    assert slug(made) == made


@given(st.text())
def test_folding_once_is_enough(name: str) -> None:
    assert folded(folded(name)) == folded(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Ascend 910B", "ascend-910b"),
        ("Ａｓｃｅｎｄ　９１０Ｂ", "ascend 910b"),
        ("Türkiye", "turkiye"),
        ("中芯国际（上海）", "中芯国际(上海)"),
        ("STRASSE", "straße"),
    ],
)
def test_case_width_accents_and_punctuation_do_not_count(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_script_counts() -> None:
    assert folded("华为") != folded("Huawei")
    assert folded("华为") != folded("華為")
