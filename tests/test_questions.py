"""The competency questions of ``ontology/questions``: Oxigraph and rdflib give each the same answer, and the shipped data answer it."""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
import rdflib

import policygraph
from policygraph import rdf
from policygraph.graph import ClaimGraph
from policygraph.names import SPARQL_PREFIXES
from policygraph.ontology import shipped
from policygraph.truth import EvidenceTable
from policygraph.view import FrozenView, Policy

QUESTIONS = sorted((shipped("ontology") / "questions").glob("*.rq"))
named = pytest.mark.parametrize("path", QUESTIONS, ids=lambda path: path.stem)


@pytest.fixture(scope="module")
def whole() -> ClaimGraph:
    return policygraph.load().graph


@pytest.fixture(scope="module")
def frozen(whole: ClaimGraph) -> FrozenView:
    return FrozenView(whole, whole.date, None, Policy(EvidenceTable.read(shipped("ontology") / "evidence.yaml")))


@pytest.fixture(scope="module")
def part(whole: ClaimGraph) -> FrozenView:
    """All that the shipped data say, but of the lists only what concerns parties of whom more is said than that."""
    table = whole.table
    is_list = [whole.documents[id_].kind == "official-list" for id_ in whole.document_ids]
    known = {int(table.subject[row]) for row in range(len(table)) if not is_list[table.document[row]]}
    known |= {int(table.object[row]) for row in range(len(table)) if not is_list[table.document[row]]}
    kept = [row for row in range(len(table)) if not is_list[table.document[row]] or int(table.subject[row]) in known]
    claims = [whole.claim_at(row) for row in kept]
    ids = {name for claim in claims for name in (claim.subject, claim.object, claim.by) if name}
    ids |= {document.publisher for document in whole.documents.values()}
    ids |= {end for kind in whole.kinds.values() for ends in kind.where.values() for end in ends}
    ids |= {name for complete in whole.completes for name in (complete.subject, complete.object, complete.by) if name}
    kinds = {kind.id: kind for kind in whole.kinds.values()}
    small = ClaimGraph.build(
        claims, entities={id_: whole.entity(id_) for id_ in sorted(ids - whole.documents.keys() - kinds.keys())},
        documents=whole.documents, kinds=kinds, completes=whole.completes, ontology=whole.ontology, name="part",
        version=whole.version, date=whole.date, digest="",
    )  # fmt: skip
    return FrozenView(small, small.date, None, Policy(EvidenceTable.read(shipped("ontology") / "evidence.yaml")))


@pytest.fixture(scope="module")
def engines(part: FrozenView) -> tuple[ox.Store, rdflib.Dataset]:
    """The same quads in both."""
    store = rdf.view_store(part)
    dataset = rdflib.Dataset(default_union=True)
    dataset.parse(data=store.dump(format=ox.RdfFormat.N_QUADS), format="nquads")
    return store, dataset


def header(path: Path, key: str) -> str:
    found = re.search(rf"^# {key}: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    return found.group(1) if found else ""


def cell(term: Any) -> Any:
    """One value, whichever engine gave it: numbers by size, everything else by text."""
    if term is None:
        return None
    text = str(term.value if hasattr(term, "value") and not isinstance(term, rdflib.term.Identifier) else term)
    datatype = str(getattr(getattr(term, "datatype", None), "value", getattr(term, "datatype", None)) or "")
    if datatype.endswith(("decimal", "integer", "double", "float")):
        number = float(text)
        return number if math.isnan(number) else round(number, 6)
    return text


def answers(engines: tuple[ox.Store, rdflib.Dataset], query: str) -> tuple[Counter[tuple[Any, ...]], Counter[tuple[Any, ...]]]:
    store, dataset = engines
    found = store.query(SPARQL_PREFIXES + query, use_default_graph_as_union=True)
    assert isinstance(found, ox.QuerySolutions)
    names = [variable.value for variable in found.variables]
    fast = Counter(tuple(cell(row[name]) for name in names) for row in found)
    slow = Counter(tuple(cell(row[rdflib.Variable(name)] if name in row.labels else None) for name in names)
                   for row in dataset.query(SPARQL_PREFIXES + query))  # type: ignore[index, union-attr]
    return fast, slow


def test_there_are_enough() -> None:
    assert len(QUESTIONS) >= 25


@named
def test_it_says_what_it_asks(path: Path) -> None:
    number, question = header(path, "question").split(". ", 1)
    assert path.stem.startswith(f"{int(number):02}-")
    assert question.endswith("?")
    assert header(path, "asks") in ("claims", "view")
    parameters = header(path, "parameters")
    for variable in re.findall(r"\?\w+", parameters):
        assert re.search(rf"VALUES \(?[^{{]*\{variable}\b", path.read_text(encoding="utf-8")), f"{variable} is not given by VALUES"


@named
def test_both_engines_agree(path: Path, engines: tuple[ox.Store, rdflib.Dataset]) -> None:
    fast, slow = answers(engines, path.read_text(encoding="utf-8"))
    assert fast == slow


@named
def test_the_shipped_data_answer_it(path: Path, frozen: FrozenView) -> None:
    query = path.read_text(encoding="utf-8")
    frame = rdf.ask(frozen, query)
    assert len(frame) > 0
    if header(path, "asks") == "claims":
        assert rdf.ask(frozen.graph, query).equals(frame)
    assert not [value for column in frame for value in frame[column] if str(value).startswith("http")]


@named
def test_a_question_of_a_view_needs_its_edges(path: Path, frozen: FrozenView) -> None:
    if header(path, "asks") == "view":
        assert len(rdf.ask(frozen.graph, path.read_text(encoding="utf-8"))) < len(rdf.ask(frozen, path.read_text(encoding="utf-8")))
