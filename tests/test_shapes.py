"""The SHACL shapes: what is exported passes, and each thing they ask for is missed when it is not there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyoxigraph as ox
import pytest
import rdflib

from policygraph import datasets, shapes
from policygraph.errors import BadData, Place
from policygraph.graph import ClaimGraph
from policygraph.names import PG, PREFIXES
from policygraph.ontology import Ontology, shipped
from policygraph.rdf import to_bytes

GOOD = Path(__file__).parent / "bad" / "good"
SH = rdflib.Namespace(PREFIXES["sh"])


@pytest.fixture(scope="module")
def corpus() -> datasets.Corpus:
    return datasets.read(GOOD)


@pytest.fixture(scope="module")
def quads(corpus: datasets.Corpus) -> list[ox.Quad]:
    return list(ox.parse(to_bytes(ClaimGraph.of(corpus)), ox.RdfFormat.N_QUADS))


def term(name: str) -> ox.NamedNode:
    prefix, _, local = name.partition(":")
    return ox.NamedNode(PREFIXES[prefix] + local)


def without(quads: Iterable[ox.Quad], subject: str, predicate: str) -> list[ox.Quad]:
    return [quad for quad in quads if (quad.subject, quad.predicate) != (term(subject), term(predicate))]


def replaced(quads: Iterable[ox.Quad], subject: str, predicate: str, object_: ox.NamedNode | ox.Literal) -> list[ox.Quad]:
    return [*without(quads, subject, predicate), ox.Quad(term(subject), term(predicate), object_)]


def test_a_sound_directory_is_valid() -> None:
    assert len(shapes.validate(GOOD).claims) == 9


def test_the_shapes_are_core_and_sound_themselves() -> None:
    import pyshacl

    rules = rdflib.Graph().parse(shipped("ontology") / "shapes.ttl")
    assert not {str(p) for p in rules.predicates() if str(p).startswith(str(SH))} & {str(SH.sparql), str(SH.rule), str(SH.js)}
    conforms, _, text = pyshacl.validate(rdflib.Graph(), shacl_graph=rules, meta_shacl=True)
    assert conforms, text


def test_every_shape_says_what_it_asks_for() -> None:
    rules = rdflib.Graph().parse(shipped("ontology") / "shapes.ttl")
    aimed = {shape for target in ("targetClass", "targetSubjectsOf") for shape in rules.subjects(SH[target], None)}
    assert aimed == set(rules.subjects(SH.message, None))


def test_the_shapes_name_only_terms_that_exist() -> None:
    rules, terms = rdflib.Graph().parse(shipped("ontology") / "shapes.ttl"), Ontology.shipped()
    named = {str(node).removeprefix(PG) for triple in rules for node in triple if str(node).startswith(PG)}
    assert {name for name in named if name[0].isupper()} <= set(terms.classes)


@pytest.mark.parametrize(
    ("subject", "predicate", "said"),
    [
        ("claim:c-presumed", "rdf:subject", "it has one subject"),
        ("claim:c-presumed", "rdf:predicate", "it has one predicate"),
        ("claim:c-presumed", "rdf:object", "it has one object"),
        ("claim:c-presumed", "pg:stance", "it has one stance of the nine"),
        ("claim:c-presumed", "pg:speaker", "it has one speaker"),
        ("claim:c-presumed", "pg:recorded", "it has one day on which it was first on record"),
        ("claim:c-presumed", "prov:wasDerivedFrom", "it has one source"),
        ("doc:techinsights-2024", "dct:title", "it has one title"),
        ("doc:techinsights-2024", "dct:publisher", "it has one publisher"),
        ("doc:techinsights-2024", "pg:carrier", "it is of one kind of document"),
        ("doc:techinsights-2024", "dct:issued", "it has one day of publication"),
        ("doc:techinsights-2024", "eli:is_realized_by", "it has at least one version"),
        ("doc:techinsights-2024.v1", "pg:versionNumber", "it has one number"),
        ("chip:ascend-910b", "rdfs:label", "it has one usual name"),
    ],
)
def test_what_is_missing_is_missed(quads: list[ox.Quad], corpus: datasets.Corpus, subject: str, predicate: str, said: str) -> None:
    ((place, text),) = shapes.shape_faults(without(quads, subject, predicate), corpus.places)
    assert text.startswith(f"{subject}: {said}")
    assert place == corpus.places.get(subject.removeprefix("claim:"), Place(subject))


@pytest.mark.parametrize(
    ("predicate", "object_"),
    [
        ("pg:stance", term("pg:certain")),
        ("pg:speaker", term("chip:ascend-910b")),
        ("pg:recorded", ox.Literal("2025")),
        ("pg:recorded", ox.Literal("May 2025", datatype=term("xsd:date"))),
        ("prov:wasDerivedFrom", term("doc:nowhere")),
        ("rdf:predicate", ox.NamedNode("https://example.org/knows")),
        ("pg:validTo", ox.Literal("2025-05-13", datatype=term("xsd:date"))),
        ("pg:holds", ox.Literal("mostly")),
        ("cito:disputes", term("claim:c-nowhere")),
        ("pg:share", ox.Literal("150", datatype=term("xsd:decimal"))),
    ],
    ids=str,
)
def test_what_is_wrong_is_told(quads: list[ox.Quad], corpus: datasets.Corpus, predicate: str, object_: ox.NamedNode | ox.Literal) -> None:
    faults = shapes.shape_faults(replaced(quads, "claim:c-presumed", predicate, object_), corpus.places)
    assert {place for place, _ in faults} == {corpus.places["c-presumed"]}


def test_shapes_of_ones_own_may_be_used(quads: list[ox.Quad], corpus: datasets.Corpus, tmp_path: Path) -> None:
    own = tmp_path / "own.ttl"
    own.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> . @prefix pg: <https://w3id.org/policygraph/ns#> .\n"
        '[] a sh:PropertyShape ; sh:targetClass pg:Claim ; sh:path pg:locator ; sh:minCount 1 ; sh:message "it says where" .\n',
        encoding="utf-8",
    )
    faults = shapes.shape_faults(quads, corpus.places, own)
    assert len(faults) == 8


def test_the_reader_speaks_first(tmp_path: Path) -> None:
    with pytest.raises(BadData, match=r"there is no such directory"):
        shapes.validate(tmp_path / "nowhere")
