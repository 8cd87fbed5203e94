"""Questions in SPARQL: what they see, what comes back, what is refused; and the edges of a view."""

from __future__ import annotations

import http.server
import io
import threading
from datetime import date
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policygraph import rdf
from policygraph.claims import Kind, Stance
from policygraph.errors import BadQuestion
from policygraph.graph import ClaimGraph
from policygraph.names import PREFIXES, short
from policygraph.paths import Grammar, closure
from policygraph.rdf.asking import ask_store, prepared
from policygraph.view import FrozenView
from tests.small import graph as small_graph
from tests.small import said, view
from tests.test_graph import small

CLASSES = {"chip": "Chip", "fab": "Fab", "tool": "Equipment", "late": "Equipment", "us-firm": "Company"}


@pytest.fixture(scope="module")
def graph() -> ClaimGraph:
    return ClaimGraph.of(small())  # type: ignore[arg-type]


# ---- answers


def test_columns_are_typed() -> None:
    store = ox.Store()
    values = {
        "whole": ('"7"^^xsd:integer', '"-3"^^xsd:integer'), "part": ('"1.5"^^xsd:decimal', '"2"^^xsd:integer'),
        "truth": ("true", "false"), "day": ('"2025-05-13"^^xsd:date', '"1999-01-01"^^xsd:date'), "name": ('"a"', '"华为"@zh'),
        "thing": ("chip:h20", "pg:Chip"), "mixed": ("chip:h20", '"7"^^xsd:integer'),
        "odd": ('"2025-13-40"^^xsd:date', '"soon"^^xsd:integer'), "escaped": ('"tab\\tquote\\"line\\n\\\\"', '"\\u00e9"'),
    }  # fmt: skip
    rows = " ".join(f"({' '.join(pair)})" for pair in zip(*values.values(), strict=True))
    names = " ".join(f"?{name}" for name in values)
    frame = ask_store(store, f"SELECT {names} WHERE {{ VALUES ({names}) {{ {rows} }} }}")
    assert frame["whole"].dtype == np.int64
    assert frame["part"].dtype == np.float64
    assert frame["truth"].dtype == bool
    assert frame["day"].tolist() == [pd.Timestamp("2025-05-13"), pd.Timestamp("1999-01-01")]
    assert frame["name"].tolist() == ["a", "华为"]
    assert frame["thing"].tolist() == ["chip:h20", "pg:Chip"]
    assert frame["mixed"].tolist() == ["chip:h20", 7]
    assert frame["odd"].tolist() == ["2025-13-40", "soon"]
    assert frame["escaped"].tolist() == ['tab\tquote"line\n\\', "é"]


def test_unbound_cells_are_missing() -> None:
    frame = ask_store(ox.Store(), """SELECT * { VALUES (?a ?b ?c ?d ?e) {
        (1 true "2025-05-13"^^xsd:date "x" 1.5) (UNDEF UNDEF UNDEF UNDEF UNDEF) } }""")
    assert frame.dtypes.astype(str).to_dict()["a"] == "Int64"
    assert frame.dtypes.astype(str).to_dict()["b"] == "boolean"
    assert frame.dtypes.astype(str).to_dict()["c"].startswith("datetime64")
    assert frame.iloc[1].isna().all()
    assert not frame.iloc[0].isna().any()


def test_no_rows_and_no_columns(graph: ClaimGraph) -> None:
    assert rdf.ask(graph, "SELECT ?a ?b { ?a pg:speaker ?b FILTER(false) }").columns.tolist() == ["a", "b"]
    assert len(rdf.ask(graph, "SELECT ?a ?b { ?a pg:speaker ?b FILTER(false) }")) == 0
    assert rdf.ask(graph, "SELECT * {}").empty
    assert len(rdf.ask(graph, "CONSTRUCT { ?a pg:speaker ?b } WHERE { ?a pg:speaker ?b FILTER(false) }")) == 0


def test_truth_and_triples(graph: ClaimGraph) -> None:
    yes = rdf.ask(graph, "ASK { claim:c-die pg:stance stance:reports }")
    assert yes.to_dict("list") == {"answer": [True]}
    built = rdf.ask(graph, "CONSTRUCT { ?s ?p ?o } WHERE { ?c rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o ; pg:locator ?x }")
    assert built.values.tolist() == [["chip:ascend-910b", "pg:fabricatedAt", "site:tsmc-fab-15"]]
    about = rdf.ask(graph, "DESCRIBE org:tsmc")
    assert about.columns.tolist() == ["subject", "predicate", "object"]
    assert "台积电" in about["object"].tolist()


iris = st.one_of(
    st.builds("".join, st.tuples(st.sampled_from(list(PREFIXES.values())), st.text("abAB19_.-", max_size=5))),
    st.builds("https://example.org/{}".format, st.text("ab/.", max_size=5)),
)


@given(st.lists(iris, min_size=1, max_size=6))
def test_short_names_in_columns_are_those_of_names(given_iris: list[str]) -> None:
    rows = " ".join(f"<{name}>" for name in given_iris)
    assert ask_store(ox.Store(), f"SELECT ?x {{ VALUES ?x {{ {rows} }} }}")["x"].tolist() == [short(name) for name in given_iris]


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


@given(st.lists(st.one_of(texts, st.integers(-10, 10), st.booleans(), st.dates()), min_size=1, max_size=5))
def test_any_values_come_back(values: list[Any]) -> None:
    store = ox.Store()
    for number, value in enumerate(values):
        literal = ox.Literal(str(value), datatype=ox.NamedNode(PREFIXES["xsd"] + "date")) if type(value) is date else ox.Literal(value)
        store.add(ox.Quad(ox.NamedNode(f"https://example.org/{number:03}"), ox.NamedNode("https://example.org/p"), literal))
    column = ask_store(store, "SELECT ?x { ?s <https://example.org/p> ?x } ORDER BY ?s")["x"]
    found = [value.date() if isinstance(value, pd.Timestamp) else value for value in column.tolist()]
    assert found == values


# ---- what a question sees


def test_plain_patterns_see_every_graph(graph: ClaimGraph) -> None:
    frame = rdf.ask(graph, "SELECT ?who ?class { ?c pg:speaker ?who . ?who a/rdfs:subClassOf* pg:Organization ; a ?class } ORDER BY ?who")
    assert set(frame["class"]) == {"pg:Company", "pg:GovernmentBody", "pg:ResearchBody"}
    homes = rdf.ask(graph, "SELECT DISTINCT ?g { GRAPH ?g { ?c a pg:Claim } } ORDER BY ?g")
    assert homes["g"].tolist() == ["graph:list-2026", "graph:ti-2024"]
    assert rdf.ask(graph, "SELECT ?n { country:US skos:notation ?n }")["n"].tolist().count("USA") == 1


def test_from_says_which_graphs_are_asked(graph: ClaimGraph) -> None:
    def count(dataset: str, pattern: str = "?c a pg:Claim") -> int:
        return int(rdf.ask(graph, f"SELECT (COUNT(*) AS ?n) {dataset} {{ {pattern} }}")["n"][0])

    inside = {home: count("", f"GRAPH graph:{home} {{ ?c a pg:Claim }}") for home in ("list-2026", "ti-2024")}
    assert min(inside.values()) > 0
    for home, claims in inside.items():
        assert count(f"FROM graph:{home}") == count(f"from<{PREFIXES['graph']}{home}>") == claims
        assert count(f"FROM NAMED graph:{home}", "GRAPH ?g { ?c a pg:Claim }") == claims
        assert count(f"FROM NAMED graph:{home}") == 0
    assert count("FROM graph:list-2026 FROM graph:ti-2024") == sum(inside.values()) == count("")
    assert count("FROM graph:nowhere") == 0
    assert count("# FROM graph:nowhere\n", "?c a pg:Claim FILTER('FROM' != '')") == count("")


def test_a_view_adds_what_stands() -> None:
    built = small_graph(
        [
            said("chip", "fabricatedAt", "fab", since="2020-01-01", until="2021-01-01"),
            said("fab", "usesEquipment", "tool", since="2019-01-01", until="2020-06-01"),
            said("fab", "usesEquipment", "late", since="2022-01-01"),
            said("chip", "designedBy", "us-firm"),
            said("chip", "designedBy", "us-firm", stance=Stance.DENIES, grade=4, by="gov"),
            said("fab", "operatedBy", "us-firm", stance=Stance.OPINES),
        ],
        CLASSES,
    )
    edges = "SELECT ?s ?p ?o { GRAPH graph:view { ?s ?p ?o } } ORDER BY ?p ?o"
    now = view(built)
    assert rdf.ask(now, edges).values.tolist() == [
        ["chip:chip", "pg:fabricatedAt", "site:fab"],
        ["chip:chip", "pg:madeOn", "tool:tool"],
        ["site:fab", "pg:usesEquipment", "tool:late"],
        ["site:fab", "pg:usesEquipment", "tool:tool"],
    ]
    assert rdf.ask(view(built, "2019-06-01"), edges)["o"].tolist() == ["tool:tool"]
    assert len(rdf.ask(built, edges)) == 0
    assert len(rdf.ask(now, edges)) == 4
    assert ask_store(rdf.view_store(now), edges).equals(rdf.ask(now, edges))


def test_a_view_of_another_policy_is_another_view() -> None:
    built = small_graph([said("chip", "fabricatedAt", "fab", grade=1, document="forum-post", since="2020-01-01")], CLASSES)
    question = "ASK { chip:chip pg:fabricatedAt site:fab }"
    assert rdf.ask(view(built), question)["answer"].tolist() == [True]
    assert rdf.ask(view(built, without=frozenset({"forum-post"})), question)["answer"].tolist() == [False]
    assert rdf.ask(view(built), question)["answer"].tolist() == [True]


def timed(draw: st.DrawFn) -> dict[str, str]:
    years = sorted(draw(st.lists(st.integers(2000, 2012), min_size=2, max_size=2, unique=True)))
    return {"since": f"{years[0]}-01-01", "until": f"{years[1]}-01-01"}


@st.composite
def factories(draw: st.DrawFn) -> FrozenView:
    claims = []
    for chip, fab in draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=5)):
        claims.append(said(f"chip-{chip}", "fabricatedAt", f"fab-{fab}", **timed(draw), grade=draw(st.integers(1, 4))))
    for fab, tool in draw(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=1, max_size=5)):
        claims.append(said(f"fab-{fab}", "usesEquipment", f"tool-{tool}", **timed(draw)))
    claims.append(said(Kind(of="Fab"), "usesEquipment", "tool-0", **timed(draw)))
    kinds = {"chip": "Chip", "fab": "Fab", "tool": "Equipment"}
    return view(small_graph(claims, {f"{name}-{number}": class_ for name, class_ in kinds.items() for number in range(3)}), "2010-01-01")


@settings(max_examples=60, deadline=None)
@given(factories())
def test_made_on_joins_in_time_as_paths_do(frozen: FrozenView) -> None:
    made = {tuple(row) for row in rdf.ask(frozen, "SELECT ?chip ?tool { ?chip pg:madeOn ?tool }").values.tolist()}
    graph = frozen.graph
    grammar = Grammar.parse("pg:fabricatedAt/pg:usesEquipment", graph.ontology)
    walked = set()
    for chip in (node for node, class_ in enumerate(graph.node_class) if class_ == "Chip"):
        found = np.flatnonzero(closure(frozen, grammar, [chip]).all_for > 0)
        walked |= {(f"chip:{graph.node_ids[chip]}", f"tool:{graph.node_ids[tool]}") for tool in found}
    assert made == walked


# ---- what is refused


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }", "asks another server"),
        ("select * { service silent ?x { ?s ?p ?o } }", "asks another server"),
        ("SELECT * {\n # a remark\n ?s ?p 'x' SERVICE<http://localhost/>{?s ?p ?o}}", "asks another server"),
        ("SELECT * { \\u0053ERVICE <http://localhost/> { ?s ?p ?o } }", "asks another server"),
        *((f"PREFIX x: <http://localhost/> SELECT * {{ ?s ?p {end}SERVICE <http://localhost/> {{?a ?b ?c}} }}", "asks another server")
          for end in ("1", "1.", "1.5", "1.5.", ".5", "1e5", "1e+5", "1.e-5", "1.5E5", ".5e5", "+1", "-1.5", "true",
                      "x:.", "''", "_:b ")),
        *((f"PREFIX SERVICEx: <y:> PREFIX x: <http://localhost/> PREFIX : <http://localhost/> SELECT * {{ {call} }}", "asks another server")
          for call in ("1 ?p 1serviceSILENT<http://localhost/>{}", "SERVICEx:y {?a ?b ?c}", "SERVICE:y {}", "SERVICE?x {}",
                       "FILTER(1<2)SERVICEx:y#>\n{}", "?s ?p <http://a/\u00a0#>SERVICE x:y {}")),
        ("INSERT DATA { chip:a a pg:Chip }", "INSERT would change the data; a question begins with SELECT, ASK, CONSTRUCT, DESCRIBE"),
        ("PREFIX x: <http://x/> DELETE WHERE { ?s ?p ?o }", "DELETE would change the data"),
        ("LOAD <http://localhost/>", "LOAD would change the data"),
        ("CLEAR ALL", "CLEAR would change the data"),
        ("SELECT ?x {\n ?x BAD }", "the question does not parse: line 2, column"),
        ("", "the question does not parse: line 1, column 1"),
        ("SELECT ?x { ?x orgs:listed ?y }", "the prefix 'orgs:', which it does not declare; did you mean 'org:'"),
        ("SELECT ?x { ?x qqqqq:listed ?y }", "'qqqqq:', which it does not declare; begin with PREFIX"),
        ("SELECT ?x { ?x pg:fabricatdAt ?y }", "no term 'pg:fabricatdAt'; did you mean 'pg:fabricatedAt'"),
    ],
)
def test_refused_in_one_sentence(graph: ClaimGraph, query: str, sentence: str) -> None:
    with pytest.raises(BadQuestion) as refused:
        rdf.ask(graph, query)
    assert sentence in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?s ?p 'SERVICE <http://localhost/> { }' }",
        'SELECT * { ?s ?p """a "quoted" SERVICE""" }',
        "SELECT * { ?s ?p ?o } # SERVICE and INSERT",
        "SELECT * { ?s <http://example.org/SERVICE#SERVICE> ?service }",
        "PREFIX x: <http://example.org/> SELECT * { ?service x:SERVICE ?o ; x:a.SERVICE ?b }",
        "SELECT * { ?s ?p 1.5e3, .5, 1 , 1.0 , 'x'@en-service }",
        "SELECT * { ?s ?p ?o FILTER(?o < 3 && ?o > 1) }",
        "SELECT ('INSERT' AS ?insert) {}",
        "BASE <http://example.org/> SELECT * { <a> <b> 'x'@en }",
        "SELECT * { _:b rdfs:label ?x }",
        "PREFIX pg: <http://example.org/> SELECT * { ?s pg:anything ?o }",
    ],
)
def test_not_refused(graph: ClaimGraph, query: str) -> None:
    rdf.ask(graph, query)


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("ASK {} #" + "x" * 100_000, "has 100,008 characters and may have 100,000"),
        ("SELECT * " + "{" * 3000 + "}" * 3000, "more than 50 brackets within each other"),
        ("SELECT * { FILTER(" + "(" * 3000 + "1" + ")" * 3000 + ") }", "more than 50 brackets"),
        ("SELECT * {" + "FILTER EXISTS {" * 1000 + "}" * 1001, "more than 50 brackets"),
        ("SELECT (1" + "+1" * 20_000 + " AS ?x) {}", "more than 100 operators in one expression or path"),
        ("SELECT (1" + " \\u002B 1" * 5_000 + " AS ?x) {}", "more than 100 operators"),
        ("SELECT (1." + "+1." * 5_000 + " AS ?x) {}", "more than 100 operators"),
        ("SELECT (" + "!" * 20_000 + "1 AS ?x) {}", "more than 100 operators"),
        ("SELECT * { ?s pg:speaker" + "/pg:speaker" * 5_000 + " ?o }", "more than 100 operators"),
        ("SELECT * { {}" + "UNION{}" * 8_000 + " }", "more than 1,000 groups"),
        ("SELECT * {" + "".join(f"BIND(1 AS ?x{number})" for number in range(4_000)) + " }", "more than 1,000 groups"),
    ],
    ids=range(11),
)  # fmt: skip
def test_what_the_engine_cannot_bear_is_refused(query: str, sentence: str) -> None:
    with pytest.raises(BadQuestion, match=sentence):
        ask_store(ox.Store(), query)


def test_what_the_engine_bears_is_asked() -> None:
    for query in (
        "SELECT * " + "{" * 50 + "}" * 50, "SELECT (" + "!" * 100 + "true AS ?x) {}", "SELECT (1" + "+ 1" * 99 + " AS ?x) {}",
        "SELECT * { {}" + "UNION{}" * 498 + " }", "SELECT * { VALUES ?x {" + " 1" * 40_000 + "} }",
        "SELECT * { ?s rdfs:label" + "/rdfs:label" * 100 + " ?o }",
    ):  # fmt: skip
        ask_store(ox.Store(), query)


def test_nothing_leaves_the_machine(graph: ClaimGraph) -> None:
    asked: list[str] = []

    class Listening(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.path)
            self.send_error(500)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: Any) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Listening)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        url = f"http://127.0.0.1:{server.server_port}/sparql"
        for hidden in (
            f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ ?s ?p '\\u0027 SERVICE <{url}> {{ ?s ?p ?o }} #' }}",
            f"SELECT * {{ ?s <http://a/\\u0061#> ?o SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ ?s ?p ?o FILTER(?o<1)SERVICE<{url}>{{?s ?p ?o}} }}",
            *(f"SELECT * {{ ?s ?p {end}SERVICE <{url}> {{ ?a ?b ?c }} }}" for end in ("1", "1.", "1.5.", "1e+5", "true", "rdf:.")),
            f"PREFIX SERVICEx: <y:> PREFIX x: <{url}> SELECT * {{ SERVICEx:y {{ ?a ?b ?c }} }}",
            f"PREFIX x: <{url}> SELECT * {{ FILTER(1<2)SERVICEx:y#>\n{{ ?a ?b ?c }} }}",
            f"SELECT * {{ ?s ?p <http://a/\u00a0#>SERVICE <{url}> {{ ?a ?b ?c }} }}",
            f"SELECT * {{ ?s rdf:p?1SERVICE <{url}> {{ ?a ?b ?c }} }}",
            f"SELECT * {{ {{ SELECT * {{ serVice <{url}> {{ ?s ?p ?o }} }} }} }}",
            f"SELECT * FROM <{url}> {{ ?s ?p ?o }}",
        ):
            try:
                rdf.ask(graph, hidden)
            except BadQuestion:
                continue
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    assert asked == []


def test_only_needed_prefixes_are_declared() -> None:
    assert prepared("SELECT * { ?s ?p ?o }") == "\nSELECT * { ?s ?p ?o }"
    assert prepared("PREFIX chip: <http://x/> ASK { chip:a a pg:Chip }").startswith("PREFIX pg: <")


# ---- a view in the hands of other tools


def test_a_view_travels_with_its_edges() -> None:
    built = small_graph([said("chip", "fabricatedAt", "fab", since="2020-01-01", id="c-made"),
                         said("chip", "fabricatedAt", "fab", since="2020-01-01", grade=1, stance=Stance.DENIES)], CLASSES)  # fmt: skip
    frozen = view(built)
    drawn = nx.read_graphml(io.BytesIO(rdf.to_bytes(frozen, "graphml")), force_multigraph=True)
    ((one, other, edge),) = drawn.edges(data=True)
    assert (one, other, edge["relation"], edge["contested"]) == ("chip", "fab", "fabricatedAt", True)
    assert "c-made" in edge["claims"]
    for name in ("nquads", "trig", "turtle", "jsonld"):
        written = rdf.to_bytes(frozen, name)
        assert len(written) > len(rdf.to_bytes(built, name))
        assert rdf.to_bytes(rdf.read(written, name), name) == rdf.to_bytes(built, name)
