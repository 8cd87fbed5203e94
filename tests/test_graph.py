"""Claims in columns: what goes in comes out, names lead to one thing, and a stored graph is the same graph."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from policygraph.claims import Claim, Complete, Document, Entity, Kind, Stance
from policygraph.columns import STANCES
from policygraph.dates import Interval
from policygraph.errors import BadData, BadQuestion, UnknownName
from policygraph.graph import ClaimGraph
from policygraph.names import iri
from policygraph.ontology import Ontology

DAY = date(2024, 10, 22)


@dataclass
class Small:
    """What a loader hands over, made by hand."""

    claims: tuple[Claim, ...]
    entities: Mapping[str, Entity]
    documents: Mapping[str, Document]
    kinds: Mapping[str, Kind] = field(default_factory=dict)
    completes: tuple[Complete, ...] = ()
    ontology: Ontology = field(default_factory=Ontology.shipped)
    name: str = "small"
    version: str = "1"
    date: date = date(2026, 7, 9)
    digest: str = "0"


def small() -> Small:
    entities = [
        Entity(id="huawei", type="Company", name="Huawei", names={"zh": ("华为", "华为技术有限公司")}),
        Entity(id="tsmc", type="Company", name="TSMC", names={"zh": ("台积电",)}, identifiers={"stock": "2330.TW"}),
        Entity(id="techinsights", type="ResearchBody", name="TechInsights"),
        Entity(id="ascend-910", type="Chip", name="Ascend 910"),
        Entity(id="ascend-910b", type="Chip", name="Ascend 910B", names={"zh": ("昇腾910B",)}, note="a family of bins"),
        Entity(id="tsmc-fab-15", type="Fab", name="TSMC Fab 15"),
        Entity(id="us-tools", type="Equipment", name="Deposition tools"),
        Entity(id="entity-list", type="PartyList", name="Entity List"),
        Entity(id="huawei-tech-row", type="Company", name="Huawei Technologies Co., Ltd.", names={"en": ("Huawei",)}),
        Entity(id="us-bis", type="GovernmentBody", name="BIS"),
        Entity(id="smic-a", type="Company", name="SMIC", names={"en": ("Semi South",)}),
        Entity(id="smic-b", type="Company", name="Smic"),
        Entity(id="US", type="Country", name="United States"),
        Entity(id="eccn:3A090.a", type="ECCN", name="Processors above a threshold"),
    ]
    kind = Kind(of="Fab", where={"operatedBy": ("tsmc",)})
    documents = [
        Document(id="ti-2024", title="Teardown", publisher="techinsights", kind="analysis", published=DAY),
        Document(id="list-2026", title="The list", publisher="us-bis", kind="official-list", published=date(2026, 7, 9)),
    ]
    claims = [
        Claim(subject="ascend-910b", relation="fabricatedAt", object="tsmc-fab-15", document="ti-2024", recorded=DAY,
              stance=Stance.REPORTS, interval=Interval.of([date(2022, 1, 1), date(2023, 1, 1)], None), stated="2022",
              at="p. 2", quote="the die", note="seen", qualifiers={"quantity": "2"}, name="c-die"),
        Claim(subject="ascend-910b", relation="fabricatedAt", object="tsmc-fab-15", document="ti-2024", recorded=DAY,
              stance=Stance.DISPUTES, by="huawei", disputes="c-die"),
        Claim(subject="ascend-910b", relation="variantOf", object="ascend-910", document="ti-2024", recorded=DAY),
        Claim(subject="ascend-910", relation="designedBy", object="huawei", document="ti-2024", recorded=DAY),
        Claim(subject="tsmc-fab-15", relation="operatedBy", object="tsmc", document="ti-2024", recorded=DAY),
        Claim(subject="ascend-910b", relation="denseFp16Tflops", value="320", document="ti-2024", recorded=DAY, by="tsmc"),
        Claim(subject="ascend-910b", relation="fabricatedAt", object="tsmc-fab-15", document="ti-2024", recorded=DAY,
              stance=Stance.DENIES, by="tsmc"),
        Claim(subject=kind.id, relation="usesEquipment", object="us-tools", holds="every", document="ti-2024", recorded=DAY,
              stance=Stance.ADMITS, by="tsmc"),
        Claim(subject="huawei-tech-row", relation="listed", object="entity-list", document="list-2026",
              recorded=date(2026, 7, 9)),
    ]  # fmt: skip
    return Small(
        claims=tuple(claims),
        entities={entity.id: entity for entity in entities},
        documents={document.id: document for document in documents},
        kinds={kind.id: kind},
        completes=(
            Complete(relation="listed", object="entity-list", document="list-2026", recorded=date(2026, 7, 9)),
        ),
    )


@pytest.fixture(scope="module")
def graph() -> ClaimGraph:
    return ClaimGraph.of(small())  # type: ignore[arg-type]


def test_what_went_in_comes_out(graph: ClaimGraph) -> None:
    corpus = small()
    assert tuple(graph.claim_at(row) for row in range(len(graph.table))) == corpus.claims
    assert {id_: graph.entity(id_) for id_ in corpus.entities} == corpus.entities
    assert graph.documents == corpus.documents
    assert list(graph.kinds.values()) == list(corpus.kinds.values())
    assert graph.completes == corpus.completes


def test_columns(graph: ClaimGraph) -> None:
    table = graph.table
    row = graph.row_of["c-die"]
    assert table.number[5] == 320
    assert np.isnan(table.number[row])
    assert table.object[5] == -1
    assert STANCES[table.stance[row]] is Stance.REPORTS
    assert graph.node_ids[table.speaker[row]] == "techinsights"
    assert table.disputes[1] == row
    assert [table.subject.dtype, table.relation.dtype, table.stance.dtype] == [np.int32, np.int16, np.int8]
    with pytest.raises(ValueError, match="read-only"):
        table.subject[0] = 1


def test_a_party_speaks_of_its_own(graph: ClaimGraph) -> None:
    own = dict(enumerate(graph.table.own.tolist()))
    assert own[1], "the designer of the family speaks of a variant"
    assert own[6], "the operator of the fab speaks of what was made there"
    assert own[7], "the operator speaks of the kind of its own fabs"
    assert not own[0], "a laboratory speaks of somebody else"
    assert not own[5], "a foundry speaks of somebody else's figures"


def test_names_lead_to_one_thing(graph: ClaimGraph) -> None:
    for text in ("ascend-910b", "Ascend 910B", "ASCEND910B", "昇腾 910B", "chip:ascend-910b", iri("ascend-910b", "chip")):
        assert graph.resolve(text) == "ascend-910b"
    assert graph.resolve("华为技术有限公司", "Agent") == "huawei"
    assert graph.resolve("2330.TW") == "tsmc"
    assert graph.resolve("us") == graph.resolve("country:US") == "US"
    assert graph.resolve("3A090.a", "ECCN") == "eccn:3A090.a"


def test_more_said_wins_over_a_list_row(graph: ClaimGraph) -> None:
    assert graph.resolve("Huawei") == "huawei"
    assert graph.resolve("Huawei Technologies Co Ltd") == "huawei-tech-row"


def test_equal_right_is_refused(graph: ClaimGraph) -> None:
    with pytest.raises(BadQuestion, match=r"'smic' names 2 things; ask for one .*'smic-a' \(SMIC\), 'smic-b' \(Smic\)"):
        graph.resolve("smic")


def test_unknown_and_wrong_class(graph: ClaimGraph) -> None:
    with pytest.raises(UnknownName, match="no entity 'ascned-910b'; did you mean 'ascend-910b'"):
        graph.resolve("ascned-910b")
    with pytest.raises(UnknownName, match="'tsmc' names something of class Company, and what is asked for is of class Item"):
        graph.resolve("tsmc", "Item")
    with pytest.raises(UnknownName, match="there is no claim 'c-dye'; did you mean"):
        graph.claim("c-dye")
    with pytest.raises(UnknownName):
        graph.resolve("")


def test_find(graph: ClaimGraph) -> None:
    assert [match[0] for match in graph.find("ascend")] == ["ascend-910", "ascend-910b"]
    assert graph.find("台积")[0][:3] == ("tsmc", "Company", "TSMC")
    assert graph.find("asend 910b", limit=1)[0][0] == "ascend-910b"
    assert graph.find("ascend", classes=["Company"]) == []


def test_labels_and_words(graph: ClaimGraph) -> None:
    assert graph.label("huawei", "zh") == "华为"
    assert graph.label("techinsights", "zh") == "TechInsights"
    assert graph.says(graph.claim("c-die")) == "Ascend 910B fabricated at TSMC Fab 15"
    assert graph.says(graph.claim_at(5)) == "Ascend 910B FP16, dense 320 TFLOPS"
    assert len(graph.claims_about("huawei")) == 1


def test_kept_and_restored(graph: ClaimGraph, tmp_path: Path) -> None:
    graph.save(tmp_path / "g.npz")
    back = ClaimGraph.restore(tmp_path / "g.npz")
    assert [back.claim_at(row) for row in range(len(back.table))] == [graph.claim_at(row) for row in range(len(graph.table))]
    assert (back.name, back.version, back.date, back.digest) == (graph.name, graph.version, graph.date, graph.digest)
    assert {id_: back.entity(id_) for id_ in back.node_ids} == {id_: graph.entity(id_) for id_ in graph.node_ids}
    assert back.kinds == graph.kinds
    assert back.completes == graph.completes
    assert back.resolve("昇腾910B") == "ascend-910b"
    assert (back.table.own == graph.table.own).all()
    back.save(tmp_path / "again.npz")
    assert ClaimGraph.restore(tmp_path / "again.npz").claim("c-die") == graph.claim("c-die")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 cut short", b"not a zip"])
def test_a_broken_store_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "g.npz").write_bytes(content)
    with pytest.raises(BadData, match="this is no stored graph"):
        ClaimGraph.restore(tmp_path / "g.npz")


def test_a_cut_store_is_refused(graph: ClaimGraph, tmp_path: Path) -> None:
    graph.save(tmp_path / "g.npz")
    whole = (tmp_path / "g.npz").read_bytes()
    for length in (100, len(whole) // 2, len(whole) - 10):
        (tmp_path / "cut.npz").write_bytes(whole[:length])
        with pytest.raises(BadData):
            ClaimGraph.restore(tmp_path / "cut.npz")


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_store_is_refused_or_whole(graph: ClaimGraph, tmp_path: Path, data: st.DataObject) -> None:
    graph.save(tmp_path / "g.npz")
    content = bytearray((tmp_path / "g.npz").read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    (tmp_path / "bad.npz").write_bytes(content)
    try:
        back = ClaimGraph.restore(tmp_path / "bad.npz")
    except BadData:
        return
    assert [back.claim_at(row) for row in range(len(back.table))] == [graph.claim_at(row) for row in range(len(graph.table))]


def test_a_claim_that_is_there_twice_counts_once() -> None:
    corpus = small()
    corpus.claims = (*corpus.claims, corpus.claims[0])
    graph = ClaimGraph.of(corpus)  # type: ignore[arg-type]
    assert len(graph.table) == len(graph.table.ids) == len(small().claims)


def test_from_arrays() -> None:
    many = 100_000
    numbers = np.arange(many)
    graph = ClaimGraph.of_columns(
        relations=["incorporates", "fabricatedAt"], subject=numbers, relation=numbers % 2, object=(numbers * 7 + 1) % many,
        node_count=many, date=date(2025, 5, 13), from_earliest=numbers, from_latest=numbers,
    )  # fmt: skip
    assert len(graph.table) == many
    claim = graph.claim("c-99999")
    assert (claim.subject, claim.relation, claim.interval.from_earliest) == ("n-99999", "fabricatedAt", 99_999)
