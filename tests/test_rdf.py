"""Claims as RDF: what is written can be read back, byte for byte, and what cannot be read is refused in a sentence."""

from __future__ import annotations

import errno
import io
import os
import stat
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st

from policygraph import rdf
from policygraph.claims import Claim, Complete, Document, Entity, Kind, Stance, Version
from policygraph.dates import FIRST, LAST, Interval
from policygraph.errors import BadData, BadQuestion
from policygraph.graph import ClaimGraph
from policygraph.names import PREFIXES, iri
from policygraph.ontology import Ontology
from policygraph.truth import Strength
from tests.test_graph import small

RDF_FORMATS = ("nquads", "trig", "turtle", "jsonld")
ONTOLOGY = Ontology.shipped()


@pytest.fixture(scope="module")
def graph() -> ClaimGraph:
    return ClaimGraph.of(small())  # type: ignore[arg-type]


# ---- random graphs

words = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
some = words.filter(bool)
days = st.dates(date(1990, 1, 1), date(2050, 1, 1))
slugs = st.from_regex(r"[a-z][a-z0-9]{0,6}(-[a-z0-9]{1,4})?", fullmatch=True)
numbers = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=0, max_value=10**6).map(str)


def bounds(open_at: int) -> st.SearchStrategy[tuple[int, int]]:
    ordinals = days.map(date.toordinal)
    return st.one_of(
        st.just((open_at, open_at)), ordinals.map(lambda day: (day, day)), st.just((FIRST, LAST)),
        st.tuples(ordinals, ordinals).map(lambda pair: (min(pair), max(pair))),
        ordinals.map(lambda day: (FIRST, day)), ordinals.map(lambda day: (day, LAST)),
    )  # fmt: skip


intervals = st.builds(lambda begin, end: Interval(*begin, *end), bounds(FIRST), bounds(LAST))


@st.composite
def graphs(draw: st.DrawFn) -> ClaimGraph:
    ids = draw(st.lists(slugs, min_size=4, max_size=7, unique=True))
    classes = ("Company", "Chip", "Fab", "Country")
    entities: dict[str, Entity] = {}
    for number, id_ in enumerate(ids):
        languages = draw(st.lists(st.sampled_from(["en", "zh", "zh-hant", "und", "nl"]), unique=True, max_size=3))
        names = {language: tuple(draw(st.lists(some, min_size=1, max_size=3, unique=True))) for language in languages}
        schemes = draw(st.dictionaries(st.sampled_from(["lei", "stock", "us cage", "ofac/x"]), some, max_size=2))
        entities[id_] = Entity(
            id=id_, type=classes[number % 4], name=draw(some), names=names, identifiers=schemes, note=draw(words)
        )
    of = {class_: [id_ for number, id_ in enumerate(ids) if number % 4 == place] for place, class_ in enumerate(classes)}
    firm, chip, fab = (st.sampled_from(of[name]) for name in ("Company", "Chip", "Fab"))
    documents: dict[str, Document] = {}
    for name in draw(st.lists(slugs, min_size=1, max_size=3, unique=True)):
        published = sorted(draw(st.lists(days, min_size=1, max_size=3, unique=True)))
        versions = tuple(
            Version(number=number, published=day, url=draw(words), note=draw(words))
            for number, day in enumerate(published, start=1)
        )
        documents[f"d-{name}"] = Document(
            id=f"d-{name}", title=draw(some), publisher=draw(firm), kind="press", published=published[0], versions=versions,
            language="zh", url=draw(words), via=draw(words), licence=draw(words), note=draw(words),
            cap=draw(st.sampled_from(list(Strength)[1:])), bindingness=draw(st.sampled_from(["", "guidance"])),
        )  # fmt: skip
    operators = tuple(draw(st.lists(firm, min_size=1, max_size=2, unique=True)))
    kind = Kind(of="Fab", where={"operatedBy": operators, "locatedIn": (of["Country"][0],)})
    claims: dict[str, Claim] = {}
    for number in range(draw(st.integers(1, 6))):
        document = documents[draw(st.sampled_from(sorted(documents)))]
        ends: dict[str, Any] = draw(st.one_of(
            st.fixed_dictionaries({"subject": chip, "relation": st.just("fabricatedAt"), "object": fab}),
            st.fixed_dictionaries({"subject": chip, "relation": st.just("denseFp16Tflops"), "value": numbers}),
            st.fixed_dictionaries({"subject": chip, "relation": st.just("remark"), "value": some}),
            st.fixed_dictionaries({"subject": chip, "relation": st.just("announcedOn"), "value": days.map(str)}),
            st.fixed_dictionaries({"subject": st.just(kind.id), "relation": st.just("usesEquipment"), "object": chip,
                                   "holds": st.sampled_from(["every", "generally"])}),
        ))  # fmt: skip
        disputed = draw(st.sampled_from(["", *claims]))
        claim = Claim(
            **ends, document=document.id, version=draw(st.integers(1, len(document.versions))), recorded=draw(days),
            stance=Stance.DISPUTES if disputed else draw(st.sampled_from(list(Stance))), disputes=disputed, at=draw(words),
            by=draw(st.one_of(st.just(""), firm).filter(lambda by, document=document: by != document.publisher)),
            interval=draw(intervals), stated=draw(words), quote=draw(words), note=draw(words),
            name=draw(st.sampled_from(["", f"n-{number}"])),
            qualifiers=draw(st.fixed_dictionaries({}, optional={"share": numbers, "role": some, "quantityMin": numbers})),
        )  # fmt: skip
        claims.setdefault(claim.id, claim)
    complete = Complete(
        relation="fabricatedAt", subject=of["Chip"][0], document=sorted(documents)[0], interval=draw(intervals), recorded=draw(days)
    )
    return ClaimGraph.build(
        tuple(claims.values()), entities=entities, documents=documents, kinds={kind.id: kind}, completes=(complete,),
        ontology=ONTOLOGY, name=draw(some), version="1", date=draw(days), digest="ab",
    )  # fmt: skip


def everything(graph: ClaimGraph) -> tuple[Any, ...]:
    """Everything a graph holds, whatever its order."""

    def sorted_names(entity: Entity) -> Entity:
        return entity.model_copy(update={"names": {language: tuple(sorted(names)) for language, names in entity.names.items()}})

    return (
        {id_: graph.claim(id_) for id_ in graph.table.ids},
        {id_: sorted_names(graph.entity(id_)) for id_, class_ in zip(graph.node_ids, graph.node_class, strict=True)
         if class_ not in ("Document", "Kind")},
        graph.documents, sorted(graph.kinds.values(), key=lambda kind: kind.id), graph.completes,
        graph.name, graph.version, graph.date, graph.digest,
    )  # fmt: skip


def one_version(document: Document) -> Document:
    """A document whose only version says no more than it does itself is a document without versions."""
    only = document.versions[0]
    same = len(document.versions) == 1 and (only.published, only.url, only.note) == (document.published, document.url, "")
    return document.model_copy(update={"versions": ()}) if same else document


@settings(max_examples=60, deadline=None)
@given(graphs(), st.sampled_from(RDF_FORMATS))
def test_what_is_written_is_read_back(graph: ClaimGraph, format: str) -> None:
    written = rdf.to_bytes(graph, format)
    back = rdf.read(written, format)
    claims, entities, documents, *rest = everything(graph)
    again, entities_again, documents_again, *rest_again = everything(back)
    assert again == claims
    assert entities_again == entities
    assert documents_again == {id_: one_version(document) for id_, document in documents.items()}
    assert rest_again == rest
    assert rdf.to_bytes(back, format) == written


@settings(max_examples=15, deadline=None)
@given(graphs())
def test_rdflib_says_the_same(graph: ClaimGraph) -> None:
    dataset = rdf.to_dataset(graph)
    assert rdf.to_bytes(rdf.read(dataset)) == rdf.to_bytes(graph)
    parsed = rdflib.Dataset(default_union=True)
    parsed.parse(data=rdf.to_bytes(graph, "trig").decode(), format="trig")
    assert len(list(parsed.quads())) == len(list(dataset.quads()))


@settings(max_examples=15, deadline=None)
@given(graphs())
def test_graphml_reads_as_what_was_written(graph: ClaimGraph) -> None:
    back = nx.read_graphml(io.BytesIO(rdf.to_bytes(graph, "graphml")), force_multigraph=True)
    assert back.number_of_edges() == len(graph.table)
    assert {data["stance"] for *_, data in back.edges(data=True)} == {
        data["stance"] for *_, data in rdf.to_networkx(graph).edges(data=True)
    }


# ---- what is said where


def test_claims_live_in_the_graph_of_their_document(graph: ClaimGraph) -> None:
    dataset = rdf.to_dataset(graph)
    claim = rdflib.URIRef(iri("c-die", "claim"))
    homes = {str(home) for _, _, _, home in dataset.quads((claim, None, None, None))}
    assert homes == {PREFIXES["graph"] + "ti-2024"}
    assert not any(isinstance(term, rdflib.BNode) for quad in dataset.quads() for term in quad)


def test_turtle_still_says_which_document(graph: ClaimGraph) -> None:
    text = rdf.to_bytes(graph, "turtle").decode()
    said = text[text.index("claim:c-die a pg:Claim") :]
    assert "prov:wasDerivedFrom doc:ti-2024.v1" in said[: said.index(" .\n")]


def test_no_plain_edge_among_claims(graph: ClaimGraph) -> None:
    relations = {PREFIXES["pg"] + name for name in ONTOLOGY.relations}
    assert not [quad for quad in rdf.to_dataset(graph).quads() if str(quad[1]) in relations]


def test_every_term_used_is_declared(graph: ClaimGraph) -> None:
    declared = {str(subject) for subject in rdflib.Graph().parse(ONTOLOGY.path).subjects()}
    quads = list(rdf.to_dataset(graph).quads())
    used = {str(term) for quad in quads for term in quad[:3] if str(term).startswith(PREFIXES["pg"])}
    assert used - declared == set()


def test_files_do_not_change_with_the_hash_seed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from tests.test_graph import small; from policygraph.graph import ClaimGraph;"
        "from policygraph import rdf\n"
        "for name in rdf.FORMATS: rdf.export(ClaimGraph.of(small()), Path(sys.argv[1]) / name, name)"
    )
    written = []
    for seed in ("0", "1", "4242"):
        place = tmp_path / seed
        place.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        root = Path(__file__).parent.parent
        subprocess.run([sys.executable, "-c", code, str(place)], check=True, env=environment, cwd=root)
        written.append({path.name: path.read_bytes() for path in place.iterdir()})
    assert written[0].keys() == rdf.FORMATS.keys()
    assert written[0] == written[1] == written[2]


def test_export_by_the_ending_of_the_file(graph: ClaimGraph, tmp_path: Path) -> None:
    for name, ending in rdf.FORMATS.items():
        path = rdf.export(graph, tmp_path / f"claims{ending}")
        assert path is not None
        assert path.read_bytes() == rdf.to_bytes(graph, name)
    stream = io.BytesIO()
    assert rdf.export(graph, stream, "trig") is None
    assert stream.getvalue() == rdf.to_bytes(graph, "trig")
    with pytest.raises(BadQuestion, match=r"the ending of 'claims.xls' is not known; accepted: nquads, trig, turtle, jsonld, graphml"):
        rdf.export(graph, tmp_path / "claims.xls")
    with pytest.raises(BadQuestion, match=r"the format 'turtel' is not known; .* did you mean 'turtle'"):
        rdf.to_bytes(graph, "turtel")
    assert sorted(path.suffix for path in tmp_path.iterdir()) == sorted(rdf.FORMATS.values())


def test_export_leaves_alone_what_it_is_not_asked_to_write(graph: ClaimGraph, tmp_path: Path) -> None:
    own, real, link = tmp_path / "real.ttl.part", tmp_path / "there" / "real.ttl", tmp_path / "link.ttl"
    own.write_text("mine")
    real.parent.mkdir()
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    assert rdf.export(graph, link) == link
    assert link.is_symlink()
    assert real.read_bytes() == rdf.to_bytes(graph, "turtle")
    assert stat.S_IMODE(real.stat().st_mode) == 0o640
    rdf.export(graph, tmp_path / "real.ttl")
    usual = tmp_path / "usual"
    usual.touch()
    assert (tmp_path / "real.ttl").stat().st_mode == usual.stat().st_mode
    assert own.read_text() == "mine"
    assert [path.name for path in real.parent.iterdir()] == ["real.ttl"]


def test_export_refuses_what_it_cannot_write(graph: ClaimGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pipe, circle, kept = tmp_path / "pipe.ttl", tmp_path / "circle.ttl", tmp_path / "kept.ttl"
    os.mkfifo(pipe)
    circle.symlink_to(circle)
    kept.write_text("old")
    for path in (pipe, tmp_path, Path("/dev/full")):
        with pytest.raises(BadQuestion) as refused:
            rdf.export(graph, path, "turtle")
        assert str(refused.value) == f"{path} cannot be written: it is no regular file"
    for path in (tmp_path / "none" / "x.ttl", kept / "x.ttl"):
        with pytest.raises(OSError, match=r"No such file|Not a directory") as failed:
            rdf.export(graph, path)
        assert failed.value.filename == str(path)
    with pytest.raises((BadQuestion, OSError), match=r"circle\.ttl"):
        rdf.export(graph, circle)

    def fails(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), ".x.part")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", fails)
        with pytest.raises(OSError, match="No space left") as failed:
            rdf.export(graph, kept)
        assert failed.value.filename == str(kept)
    with monkeypatch.context() as patched:
        patched.setattr(os, "access", lambda *_: False)
        with pytest.raises(BadQuestion, match=r"kept\.ttl cannot be written: it is read-only"):
            rdf.export(graph, kept)
    assert kept.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["circle.ttl", "kept.ttl", "pipe.ttl"]


# ---- what cannot be read


def changed(graph: ClaimGraph, old: str, new: str) -> bytes:
    text = rdf.to_bytes(graph, "trig").decode()
    assert old in text
    return text.replace(old, new).encode()


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("\t\tpg:recorded \"2024-10-22\"^^xsd:date ;\n", "", "claim:c-die has no pg:recorded, and a claim needs one"),
        ("\t\tpg:stance stance:reports ;\n", "", "claim:c-die has no pg:stance, and a claim needs one"),
        ("pg:stance stance:reports", "pg:stance stance:shouts", "claim:c-die, pg:stance: 'shouts' is none of asserts, admits"),
        ("rdf:predicate pg:variantOf", "rdf:predicate pg:varientOf", "no relation 'varientOf'; did you mean 'variantOf'"),
        ("rdf:predicate pg:variantOf", "rdf:predicate skos:broader", "skos:broader is no term of the ontology; it should begin"),
        ("rdf:object chip:ascend-910 ", "rdf:object chip:ascend-920 ", "names 'ascend-920', which nothing describes"),
        ("rdf:object chip:ascend-910 ", "rdf:object <http://other.org/x> ", "<http://other.org/x> is no IRI of a policygraph entity"),
        ("cito:disputes claim:c-die", "cito:disputes claim:c-dye", "disputes claim:c-dye, which is not there"),
        ("\t\teli:realizes doc:ti-2024 ;\n", "", "doc:ti-2024.v1 is no document, nor a version of one, that is described"),
        ('"2022-01-01"^^xsd:date', '"2022"^^xsd:gYear', "pg:validFromEarliest: '2022' is not a date"),
        ('pg:holds "every"', 'pg:holds "some"', "pg:holds: 'some' is neither 'every' nor 'generally'"),
        ("dct:publisher org:us-bis", 'dct:publisher org:us-bis , org:tsmc', "doc:list-2026 has 2 of dct:publisher and may have one"),
        ("pg:anyOf org:tsmc", "pg:anyOf org:huawei", "says something else than its name stands for"),
        ("site:tsmc-fab-15 a pg:Fab", "site:tsmc-fab-15 a pg:Company", "is a Company, and its IRI is that of something else"),
        ("\t\trdfs:label \"Ascend 910B\" ;\n", "", "chip:ascend-910b has no rdfs:label, and a thing needs one"),
    ],
)  # fmt: skip
def test_what_a_claim_needs(graph: ClaimGraph, old: str, new: str, sentence: str) -> None:
    with pytest.raises(BadData) as refused:
        rdf.read(changed(graph, old, new), "trig")
    assert sentence in str(refused.value)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [('"abc"^^<http://www.w3.org/2001/XMLSchema#decimal>', "'abc' is no number, and pg:"), ('"1e999"', "'1e999' is no number, and pg:"),
     ("<http://a.org/x>", "http://a.org/x is no value, and pg:")],
)  # fmt: skip
def test_a_value_is_of_its_type(graph: ClaimGraph, value: str, sentence: str) -> None:
    text = rdf.to_bytes(graph).decode()
    with pytest.raises(BadData) as refused:
        rdf.read(text.replace('"320"^^<http://www.w3.org/2001/XMLSchema#decimal>', value).encode(), "nquads")
    assert f"rdf:object: {sentence}" in str(refused.value)


@pytest.mark.parametrize(
    ("content", "format", "sentence"),
    [
        (b"<a> <b>", "turtle", "this is no turtle"),
        (b"{", "jsonld", "this is no jsonld"),
        (b"\xff\xfe", "nquads", "this is no nquads"),
        (b"<http://a.org/x> <http://a.org/y> <http://a.org/z> .", "nquads", "there is no pg:Claim in it"),
        (b"", "trig", "there is no pg:Claim in it"),
    ],
)
def test_foreign_files_are_refused(content: bytes, format: str, sentence: str) -> None:
    with pytest.raises(BadData, match=sentence):
        rdf.read(content, format)


def test_graphml_and_missing_files_are_refused(tmp_path: Path) -> None:
    with pytest.raises(BadQuestion, match="claims cannot be read from graphml"):
        rdf.read(b"", "graphml")
    with pytest.raises(BadData, match=r"missing\.trig: the file cannot be read: No such file"):
        rdf.read(tmp_path / "missing.trig")


def test_other_triples_are_left_alone(graph: ClaimGraph) -> None:
    more = rdf.to_bytes(graph) + b"<http://a.org/x> <http://a.org/y> _:b .\n"
    assert rdf.to_bytes(rdf.read(more, "nquads")) == rdf.to_bytes(graph)
