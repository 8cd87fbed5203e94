"""The ontology is whole, and the program reads it live."""

from __future__ import annotations

import re
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from policygraph.datasets import read
from policygraph.datasets.files import Faults
from policygraph.datasets.register import Register
from policygraph.errors import UnknownName
from policygraph.names import PG, PREFIXES
from policygraph.ontology import Ontology, TimeRule, shipped
from policygraph.truth import EvidenceTable, Strength

TERMS = Ontology.shipped()
FILE = shipped("ontology") / "policygraph.ttl"
BORROWED = ("eli", "prov", "skos", "w3org", "schema", "dct", "rdf")


@pytest.fixture(scope="module")
def graph() -> rdflib.Graph:
    return rdflib.Graph().parse(FILE)


def test_every_term_has_a_label_and_one_sentence() -> None:
    for term in (*TERMS.classes.values(), *TERMS.relations.values(), *TERMS.qualifiers.values()):
        assert term.labels.get("en"), term.name
        assert re.fullmatch(r"[A-Z].*[.]", term.comment), f"{term.name}: {term.comment}"
        assert not re.search(r"[.] [A-Z]", term.comment.replace("U.S. ", "")), f"{term.name} says more than one sentence"


def test_names_of_classes_are_capital_and_of_relations_are_not() -> None:
    assert all(re.fullmatch(r"[A-Z][A-Za-z]*", name) for name in TERMS.classes)
    assert all(re.fullmatch(r"[a-z][A-Za-z0-9]*", name) for name in (*TERMS.relations, *TERMS.qualifiers))
    assert not set(TERMS.relations) & set(TERMS.qualifiers)


def test_ends_are_classes_and_a_relation_leads_to_entities_or_to_a_value() -> None:
    for relation in TERMS.relations.values():
        assert set(relation.domain) | set(relation.range) <= set(TERMS.classes), relation.name
        assert bool(relation.range) != relation.is_value, relation.name


def test_every_datatype_is_one_that_is_read() -> None:
    read_ones = {"decimal", "boolean", "date", "string"}
    assert {relation.datatype for relation in TERMS.relations.values() if relation.is_value} <= read_ones
    assert {term.datatype for term in TERMS.qualifiers.values()} <= read_ones


def test_every_number_has_a_unit() -> None:
    assert all(relation.unit for relation in TERMS.relations.values() if relation.datatype == "decimal")


def test_every_relation_says_how_it_stands_to_the_clock(graph: rdflib.Graph) -> None:
    rules = {
        str(subject).removeprefix(PG): str(rule).removeprefix(PG) for subject, rule in graph.subject_objects(rdflib.URIRef(PG + "timeRule"))
    }
    assert set(rules) == set(TERMS.relations)
    assert set(rules.values()) == set(TimeRule)
    assert {name: str(relation.time) for name, relation in TERMS.relations.items()} == rules


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("owns", TimeRule.STATE),
        ("listed", TimeRule.STATE),
        ("memberOf", TimeRule.STATE),
        ("headquarteredIn", TimeRule.STATE),
        ("fabricatedAt", TimeRule.DURING),
        ("usesEquipment", TimeRule.DURING),
        ("incorporates", TimeRule.BEFORE),
        ("designedBy", TimeRule.TIMELESS),
        ("directProductOf", TimeRule.TIMELESS),
    ],
)
def test_time_rules_are_those_of_the_design(name: str, rule: TimeRule) -> None:
    assert TERMS.relation(name).time is rule


def test_the_classes_form_no_ring() -> None:
    for name in TERMS.classes:
        assert name in TERMS.ancestors(name)
        assert not any(name in TERMS.ancestors(parent) for parent in TERMS.classes[name].parents)


def test_every_class_has_a_place_for_its_iris() -> None:
    assert {term.name: term.kind for term in TERMS.classes.values() if term.kind not in PREFIXES} == {}


def test_what_is_not_ours_is_borrowed_from_declared_vocabularies(graph: rdflib.Graph) -> None:
    above = {str(parent) for link in ("subClassOf", "subPropertyOf") for parent in graph.objects(None, rdflib.RDFS[link])}
    foreign = {parent for parent in above if not parent.startswith(PG)}
    assert foreign
    assert all(parent.startswith(tuple(PREFIXES[prefix] for prefix in BORROWED)) for parent in foreign)


def test_the_file_says_the_same_to_another_parser(graph: rdflib.Graph) -> None:
    store = ox.Store()
    store.bulk_load(path=str(FILE), format=ox.RdfFormat.TURTLE)
    assert len(store) == len(graph)
    assert not any(isinstance(term, rdflib.BNode) for triple in graph for term in triple)


def test_terms_are_found_in_any_case_and_with_their_prefix() -> None:
    assert TERMS.class_("fab").name == TERMS.class_("pg:Fab").name == "Fab"
    assert TERMS.relation("pg:owns").name == "owns"
    assert "Fab" in TERMS.below("Site")
    assert TERMS.label("fabricatedAt", "zh") == "制造于"
    assert TERMS.label("nothing") == "nothing"


@pytest.mark.parametrize(("wrong", "right"), [("fabricatdAt", "fabricatedAt"), ("FABRICATEDAT", "fabricatedAt")])
def test_an_unknown_relation_offers_the_nearest(wrong: str, right: str) -> None:
    with pytest.raises(UnknownName) as refused:
        TERMS.relation(wrong)
    assert refused.value.accepted[0] == right


def test_an_unknown_class_offers_the_nearest() -> None:
    with pytest.raises(UnknownName, match=r"the ontology has no class 'Compnay'; did you mean 'Company'"):
        TERMS.class_("Compnay")


def test_may_be_follows_the_classes() -> None:
    assert TERMS.may_be("Fab", ("Site",))
    assert TERMS.may_be("Company", ("Agent",))
    assert TERMS.may_be("Chip", ())
    assert not TERMS.may_be("Company", ("Site",))


def test_a_new_relation_needs_no_code(tmp_path: Path) -> None:
    text = FILE.read_text(encoding="utf-8") + (
        "pg:sponsors a rdf:Property ; rdfs:domain pg:Agent ; rdfs:range pg:Person ; pg:timeRule pg:State ;\n"
        '    rdfs:label "sponsors"@en ; rdfs:comment "Pays for the other."@en .\n'
    )
    (tmp_path / "terms.ttl").write_text(text, encoding="utf-8")
    more = Ontology(tmp_path / "terms.ttl")
    assert set(more.relations) - set(TERMS.relations) == {"sponsors"}
    data = tmp_path / "data"
    (data / "entities").mkdir(parents=True)
    (data / "tables").mkdir()
    (data / "dataset.yaml").write_text("{name: x, version: 1, date: 2025-01-01, licence: CC0-1.0}", encoding="utf-8")
    (data / "entities" / "all.csv").write_text("id,type,name\nacme,Company,Acme\njo,Person,Jo\n", encoding="utf-8")
    (data / "tables" / "documents.csv").write_text("document,title,publisher,kind,published\nd,D,acme,press,2025-01-01\n", encoding="utf-8")
    (data / "tables" / "all.csv").write_text("s,sponsors,document\nacme,jo,d\n", encoding="utf-8")
    (claim,) = read(data, ontology=more).claims
    assert (claim.relation, claim.object) == ("sponsors", "jo")


def test_the_evidence_table_grades_every_stance_and_kind() -> None:
    table = EvidenceTable.read(shipped("ontology") / "evidence.yaml")
    assert table.stances["opines"] is Strength.NONE
    assert set(table.speakers) - {"default"} <= set(TERMS.classes)
    assert all(strength > Strength.NONE for strength in table.carriers.values())


def test_code_lists_hold_only_classes_of_the_ontology() -> None:
    faults = Faults()
    register = Register(TERMS, {}, faults)
    for path in sorted((shipped("ontology") / "codes").glob("*.ttl")):
        register.codes(path.read_text(encoding="utf-8"), path.name)
    assert len(faults) == 0
    assert len([1 for entity in register.entities.values() if entity.type == "Country"]) >= 249
    assert {"cg:A1", "cg:D5", "cg:E1"} <= set(register.entities)
    assert all(re.fullmatch(r"[A-Z]{2}", id_) for id_, entity in register.entities.items() if entity.type == "Country")


def test_concepts_name_broader_concepts_that_exist() -> None:
    for path in sorted((shipped("ontology") / "codes").glob("*.ttl")):
        graph = rdflib.Graph().parse(path)
        broader = set(graph.objects(None, rdflib.SKOS.broader))
        assert broader <= set(graph.subjects(rdflib.SKOS.prefLabel, None)), path.name
