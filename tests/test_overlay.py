"""A graph with more laid over it is the graph of both together; the law of a graph alone says nothing of parties, items or sites."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import policygraph as pg
from policygraph import desk
from policygraph.claims import Claim, Complete, Document, Entity, Kind, Stance
from policygraph.columns import INTEGERS, TEXTS
from policygraph.dates import Interval
from policygraph.edges import EdgeTable
from policygraph.errors import BadQuestion
from policygraph.graph import ClaimGraph
from policygraph.ontology import Ontology
from policygraph.overlay import Additions, law_alone, overlaid
from tests.small import view

TERMS = Ontology.shipped()
ENDS = {
    "incorporates": ("Chip", "Die"), "fabricatedAt": ("Chip", "Fab"), "usesEquipment": ("Fab", "Equipment"),
    "operatedBy": ("Fab", "Company"), "designedBy": ("Chip", "Company"), "owns": ("Company", "Company"),
    "originIn": ("Equipment", "Country"), "headquarteredIn": ("Company", "Country"), "listed": ("Company", "PartyList"),
    "variantOf": ("Chip", "Chip"),
}  # fmt: skip
CLASSES = ("Chip", "Die", "Fab", "Equipment", "Company", "Country", "PartyList")


class Made:
    """A random part of a corpus; what is made later may be about what was made before."""

    def __init__(self, chance: random.Random, prefix: str, before: Made | None = None) -> None:
        self.chance = chance
        self.entities: dict[str, Entity] = {}
        for number in range(chance.randint(4, 9)):
            id_ = f"{chance.choice('amz')}{prefix}{number}"
            class_ = CLASSES[number] if number < len(CLASSES) and not before else chance.choice(CLASSES)
            names = {"zh": (f"名{chance.randint(0, 3)}",)} if chance.random() < 0.4 else {}
            self.entities[id_] = Entity(id=id_, type=class_, name=chance.choice(("Same", id_.upper())), names=names)
        self.entities[f"k{prefix}"] = Entity(id=f"k{prefix}", type=chance.choice(("GovernmentBody", "MediaOutlet")), name="Speaker")
        self.documents = {
            id_: Document(id=id_, title=id_, publisher=f"k{prefix}", kind=chance.choice(("law", "press")), published=date(2024, 1, 1))
            for id_ in (f"{chance.choice('bny')}{prefix}-{number}" for number in range(2))
        }
        self.known = {**(before.known if before else {}), **self.entities}
        self.kinds: dict[str, Kind] = {}
        self.claims: list[Claim] = []
        earlier = list(before.claims) if before else []
        for _ in range(chance.randint(3, 14)):
            claim = self._claim([*earlier, *self.claims])
            if claim is not None:
                self.claims.append(claim)
        self.completes = [
            Complete(relation=relation, subject=id_, document=next(iter(self.documents)), recorded=date(2024, 1, 1))
            for relation, (class_, _) in ENDS.items() for id_ in self._of(class_) if chance.random() < 0.1
        ]  # fmt: skip

    def _of(self, class_: str) -> list[str]:
        return [id_ for id_, entity in self.known.items() if entity.type == class_]

    def _claim(self, earlier: list[Claim]) -> Claim | None:
        chance = self.chance
        said: dict[str, Any] = {
            "document": chance.choice(list(self.documents)), "recorded": date(2024, chance.randint(1, 12), 1),
            "by": chance.choice(("", *self._of("Company"))), "note": chance.choice(("", "a note")), "at": chance.choice(("", "p. 2")),
            "stance": chance.choice((Stance.ASSERTS, Stance.PRESUMES, Stance.DENIES)),
        }  # fmt: skip
        supported = [claim for claim in earlier if not claim.stance.is_against]
        if supported and chance.random() < 0.2:
            other = chance.choice(supported)
            said |= {"subject": other.subject, "relation": other.relation, "object": other.object, "holds": other.holds}
            return Claim(**said | {"stance": Stance.DISPUTES, "disputes": other.id, "interval": other.interval})
        relation, (left, right) = chance.choice(list(ENDS.items()))
        subjects, objects = self._of(left), self._of(right)
        if not subjects or not objects:
            return None
        since, until = chance.choice((None, date(2022, 1, 1))), chance.choice((None, date(2025, 1, 1)))
        said |= {"relation": relation, "object": chance.choice(objects), "interval": Interval.of(since, until)}
        firms = self._of("Company")
        if firms and left == "Chip" and chance.random() < 0.3:
            kind = Kind(of="Chip", where={"designedBy": tuple(chance.sample(firms, min(2, len(firms))))})
            self.kinds.setdefault(kind.id, kind)
            return Claim(**said, subject=kind.id, holds=chance.choice(("every", "generally")))
        qualifiers = {"share": "50"} if relation == "owns" else {}
        return Claim(**said, subject=chance.choice(subjects), qualifiers=qualifiers)


def built(*parts: Made) -> ClaimGraph:
    def both(name: str) -> dict[str, Any]:
        return {id_: value for part in parts for id_, value in getattr(part, name).items()}

    return ClaimGraph.build(
        [claim for part in parts for claim in part.claims], entities=both("entities"), documents=both("documents"), kinds=both("kinds"),
        completes=[complete for part in parts for complete in part.completes], ontology=TERMS, name="random", version="0",
        date=date(2025, 5, 13), digest="",
    )  # fmt: skip


def laid(base: ClaimGraph, part: Made) -> ClaimGraph:
    return overlaid(base, Additions(part.entities, part.documents, part.kinds, part.claims, part.completes))


def contents(graph: ClaimGraph) -> dict[str, Any]:
    """Return everything a graph holds, in plain values."""
    table = graph.table
    held: dict[str, Any] = {name: getattr(table, name).tolist() for name in (*INTEGERS, "own")}
    held |= {name: dict(getattr(table, name)) for name in (*TEXTS, "qualifiers")}
    held |= {name: list(getattr(graph, name)) for name in ("node_ids", "node_class", "node_names", "document_ids")}
    held |= {name: list(values) for name, values in graph.stored.items()}
    held["lookup"] = list(zip(graph.lookup.keys, graph.lookup.nodes.tolist(), strict=True))
    return held | {"ids": list(table.ids), "number": np.nan_to_num(table.number, nan=-1).tolist(), "index": dict(graph.index)}


def edges(table: EdgeTable) -> dict[str, list[Any]]:
    return {column.name: getattr(table, column.name).tolist() for column in fields(table)}


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32))
def test_a_graph_laid_over_another_is_the_graph_of_both(seed: int) -> None:
    chance = random.Random(seed)
    base = Made(chance, "x")
    more = Made(chance, "y", base)
    together, over = built(base, more), laid(built(base), more)
    assert contents(over) == contents(together)
    assert edges(view(over).edges) == edges(view(together).edges)
    assert edges(view(over, known_by="2024-06-01").edges) == edges(view(together, known_by="2024-06-01").edges)
    assert [over.claim_at(row) for row in range(len(over.table))] == [together.claim_at(row) for row in range(len(together.table))]
    for text in ("Same", "名1", more.claims[0].subject if more.claims else "kx"):
        assert over.find(text) == together.find(text)


@settings(deadline=None, max_examples=20)
@given(st.integers(0, 2**32))
def test_two_layers_are_as_good_as_one(seed: int) -> None:
    chance = random.Random(seed)
    base = Made(chance, "x")
    second = Made(chance, "y", base)
    third = Made(chance, "z", second)
    third.known |= base.known
    assert contents(laid(laid(built(base), second), third)) == contents(built(base, second, third))


def test_what_lies_beneath_stays_what_it_is() -> None:
    chance = random.Random(7)
    base = Made(chance, "x")
    graph = built(base)
    before = contents(graph)
    over = laid(graph, Made(chance, "y", base))
    assert contents(graph) == before
    assert over.digest != graph.digest
    assert over.derived is not graph.derived


def test_a_laid_over_graph_can_be_kept(tmp_path: Path) -> None:
    chance = random.Random(11)
    base = Made(chance, "x")
    over = laid(built(base), Made(chance, "y", base))
    over.save(tmp_path / "over.npz")
    assert contents(ClaimGraph.restore(tmp_path / "over.npz")) == contents(over)


def test_what_stands_already_is_not_declared_again() -> None:
    graph = built(Made(random.Random(3), "x"))
    with pytest.raises(BadQuestion, match="'kx' stands in the data already"):
        overlaid(graph, Additions(entities={"kx": Entity(id="kx", type="Company", name="Another")}))


# ---- the shipped data


@pytest.fixture(scope="module")
def kg() -> desk.KnowledgeGraph:
    return pg.load()


def asked(graph: ClaimGraph, kg: desk.KnowledgeGraph) -> Mapping[str, Any]:
    """Ask of a graph what is asked of the shipped one, as JSON without what names the graph."""
    over = kg.over(graph).view("2025-05-13")
    found = [over.touches("ascend-910c").to_json(), over.check("ear-fdp-footnote-1", item="ascend-910c", end_user="huawei").to_json()]
    return {str(number): {key: value for key, value in answer.items() if key != "data"} for number, answer in enumerate(found)}


def test_what_is_laid_over_the_shipped_data_changes_no_answer_about_something_else(kg: desk.KnowledgeGraph) -> None:
    stranger = {id_: Entity(id=id_, type="Company", name=id_) for id_ in ("aaa-example", "mmm-example", "zzz-example")}
    document = Document(id="a-document", title="A document", publisher="aaa-example", kind="press", published=date(2025, 1, 1))
    claim = Claim(subject="aaa-example", relation="owns", object="zzz-example", document="a-document", recorded=date(2025, 1, 1))
    over = overlaid(kg.graph, Additions(entities=stranger, documents={document.id: document}, claims=[claim]))
    assert asked(over, kg) == asked(kg.graph, kg)


def test_the_law_alone_has_no_fact_about_a_party_an_item_or_a_site(kg: desk.KnowledgeGraph) -> None:
    alone = law_alone(kg.graph, {"us-controlled-ic-technology"})
    assert law_alone(kg.graph, {"us-controlled-ic-technology"}) is alone
    facts = ("Agent", "Vessel", "Item", "Site", "Software", "AIModel", "Shipment", "Kind")
    ends = (*np.unique(alone.table.subject).tolist(), *np.unique(alone.table.object[alone.table.object >= 0]).tolist())
    assert [alone.node_ids[node] for node in ends if any(TERMS.is_a(alone.node_class[node], class_) for class_ in facts)] == []
    for id_ in ("US", "cg:D5", "eccn:3A090.a", "ear:734.9-e-1", "entity-list", "entity-list-fn1", "us-controlled-ic-technology"):
        assert id_ in alone.index
    for id_ in ("h20", "huawei", "smic-finfet-lines", "asml-nxt-2000i"):
        assert id_ not in alone.index


def test_the_law_alone_says_what_the_data_say_of_countries(kg: desk.KnowledgeGraph) -> None:
    over = kg.over(law_alone(kg.graph)).view("2025-05-13")
    whole = kg.view("2025-05-13")
    for country, group in (("CN", "cg:D5"), ("MO", "cg:D5"), ("JP", "cg:A5"), ("HK", "cg:D5"), ("SG", "cg:D5")):
        assert over.verdict(country, "memberOf", group) == whole.verdict(country, "memberOf", group)
    assert over.verdict("HK", "treatedAs", "CN").leaning == "met"


def test_a_list_whose_entries_are_left_out_is_no_longer_complete(kg: desk.KnowledgeGraph) -> None:
    alone = law_alone(kg.graph)
    relations = {"memberOf", "repeals", "markedFor", "chartColumn", "partlyControlledUnder"}
    assert {complete.relation for complete in alone.completes} == relations
    assert any(complete.relation == "listed" for complete in kg.graph.completes)
