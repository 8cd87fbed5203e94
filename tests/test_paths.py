"""Paths through a view: held against SPARQL engines, against plain walking, and against possible worlds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import combinations, pairwise
from typing import Any

import numpy as np
import pyoxigraph as ox
import pytest
import rdflib
from hypothesis import example, given, settings
from hypothesis import strategies as st

from policygraph.claims import Kind, Stance
from policygraph.errors import BadQuestion, UnknownName
from policygraph.names import PG
from policygraph.ontology import Ontology
from policygraph.paths import Grammar, Path, Search, Targets, flips
from policygraph.paths.product import Product
from policygraph.paths.walks import Walks
from policygraph.truth import Outcome, Strength, Truth, Verdict
from policygraph.view import FrozenView
from tests.small import graph, said, view
from tests.walking import chains_of, expression, in_time, paths_of, spelt, support, walks

TERMS = Ontology.shipped()
LINEAGE = ("variantOf", "successorOf", "designedWith")
NODES = ("a", "b", "c", "d")
CHAIN = {"chip": "Chip", "chip-2": "Chip", "fab": "Fab", "fab-2": "Fab", "tool": "Equipment", "tool-2": "Equipment",
         "die": "Die", "tech": "Technology", "us": "Country", "server": "System", "list": "PartyList", "firm": "Company"}  # fmt: skip

Claims = list[dict[str, Any]]


def grammar(text: str) -> Grammar:
    return Grammar.parse(text, TERMS)


def search(frozen: FrozenView, text: str, start: str, *ends: str) -> Search:
    return Search(frozen, grammar(text), [start], list(ends))


def chain(claims: Claims, text: str, start: str, *ends: str, completes: tuple[dict[str, Any], ...] = (), **when: str) -> Search:
    return search(view(graph(claims, CHAIN, completes), **when), text, start, *ends)


@st.composite
def lineages(draw: st.DrawFn, *, graded: bool = True) -> Claims:
    """Undated claims among four nodes: cycles, loops, parallel claims, denials."""
    statements = st.tuples(st.sampled_from(NODES), st.sampled_from(LINEAGE), st.sampled_from(NODES))
    made: Claims = []
    for subject, relation, object_ in draw(st.lists(statements, min_size=1, max_size=7)):
        grade = draw(st.integers(0, 4)) if graded else 4
        denied = draw(st.sampled_from([0, 0, 1, 3, 4])) if graded else 0
        if grade or not denied:
            made.append(said(subject, relation, object_, grade=grade or 1, id=f"x{len(made)}"))
        if denied:
            made.append(said(subject, relation, object_, grade=denied, stance=Stance.DENIES, id=f"x{len(made)}"))
    return made


LINES = dict.fromkeys(NODES, "Chip")


# ---- reachability is SPARQL's


@settings(deadline=None, max_examples=150)
@given(lineages(graded=False), paths_of(LINEAGE))
def test_what_is_reached_is_what_sparql_engines_reach(claims: Claims, text: str) -> None:
    frozen = view(graph(claims, LINES))
    path = grammar(text)
    store, triples = ox.Store(), rdflib.Graph()
    for claim in claims:
        ends = [f"urn:{claim['subject']}", PG + claim["relation"], f"urn:{claim['object']}"]
        store.add(ox.Quad(*(ox.NamedNode(end) for end in ends)))
        triples.add(tuple(rdflib.URIRef(end) for end in ends))  # type: ignore[arg-type]
    for start in sorted({claim["subject"] for claim in claims}):
        everywhere = Search(frozen, path, [start], Targets.anywhere(len(frozen.graph.node_ids)))
        product = everywhere.product
        reached = product.graph.reached(product.start)
        mine = {frozen.graph.node_ids[product.node[vertex]] for vertex in reached if product.accepts[vertex]}
        query = f"PREFIX pg: <{PG}> SELECT DISTINCT ?x WHERE {{ <urn:{start}> {path} ?x }}"
        theirs = {row["x"].value.removeprefix("urn:") for row in store.query(query)}  # type: ignore[union-attr]
        assert mine == theirs
        if "^" not in text or "!" not in text:  # rdflib reads an inverse inside a negated set otherwise than the standard
            assert mine == {str(row[0]).removeprefix("urn:") for row in triples.query(query)}  # type: ignore[index]


@settings(deadline=None, max_examples=80)
@given(lineages(), paths_of(LINEAGE))
def test_a_product_grown_or_laid_out_is_the_same(claims: Claims, text: str) -> None:
    frozen = view(graph(claims, LINES))
    automaton, nodes = grammar(text).automaton, np.arange(len(frozen.graph.node_ids), dtype=np.int32)
    grown = Product.grown(Walks(frozen), automaton, nodes)
    laid = Product.of(Walks(frozen), automaton, nodes)

    def edges(product: Product) -> set[tuple[int, ...]]:
        inside = set(product.graph.reached(product.start).tolist())
        columns = product.node, product.state
        return {
            (*(int(column[end]) for end in (source, target) for column in columns), int(row), int(way))
            for source, target, row, way in zip(
                product.graph.sources.tolist(), product.graph.indices.tolist(), product.edge, product.inverse, strict=True
            )
            if source in inside
        }

    assert edges(grown) == edges(laid)


# ---- the verdict


@settings(deadline=None, max_examples=120)
@given(lineages(), paths_of(LINEAGE), st.sampled_from(NODES), st.sampled_from(NODES))
def test_support_is_that_of_the_best_walk(claims: Claims, text: str, start: str, end: str) -> None:
    frozen = view(graph(claims, LINES))
    asked = search(frozen, text, start, end)
    pattern = expression(str(asked.grammar), LINEAGE)
    begin = frozen.graph.index[start]
    found = [
        (node, walk)
        for node, walk in walks(frozen, begin, 4)
        if node == frozen.graph.index[end] and pattern.fullmatch(spelt(frozen, walk, LINEAGE))
    ]
    for clear, truth in ((False, asked.verdict.all_), (True, asked.verdict.uncontested)):
        expected = support(frozen, found, asked.targets, clear=clear)
        assert expected <= truth.for_
        if not clear and asked.best is not None and len(asked.best) <= 4:
            assert expected == truth.for_


@settings(deadline=None, max_examples=100)
@given(lineages(), paths_of(LINEAGE), st.sampled_from(NODES))
def test_the_second_run_only_loses_answers(claims: Claims, text: str, end: str) -> None:
    verdict = search(view(graph(claims, LINES)), text, "a", end).verdict
    assert verdict.uncontested.for_ <= verdict.all_.for_
    assert verdict.uncontested.against <= verdict.all_.against


@settings(deadline=None, max_examples=100)
@given(lineages(), lineages(), paths_of(LINEAGE), st.sampled_from(NODES))
def test_a_further_supporting_claim_never_lowers_support(claims: Claims, more: Claims, text: str, end: str) -> None:
    further = {**more[0], "id": "y0"}
    further.pop("stance", None)
    before = search(view(graph(claims, LINES)), text, "a", end).verdict
    after = search(view(graph([*claims, further], LINES)), text, "a", end).verdict
    assert after.all_.for_ >= before.all_.for_
    assert after.all_.against <= before.all_.against


def declared() -> st.SearchStrategy[tuple[dict[str, Any], ...]]:
    one = st.tuples(st.sampled_from(["subject", "object"]), st.sampled_from(NODES), st.sampled_from(LINEAGE), st.integers(1, 4))
    some = st.lists(one, max_size=12)
    every = st.integers(2, 4).map(lambda grade: [("subject", node, relation, grade) for node in NODES for relation in LINEAGE])
    several = st.one_of(some, st.tuples(every, some).map(lambda parts: parts[0] + parts[1]))
    return several.map(lambda found: tuple({end: node, "relation": r, "grade": grade} for end, node, r, grade in found))


@settings(deadline=None, max_examples=200)
@given(lineages(), declared(), st.one_of(chains_of(LINEAGE), paths_of(LINEAGE)), st.sampled_from(NODES), st.data())
def test_against_is_the_greatest_fixed_point(
    claims: Claims, completes: tuple[dict[str, Any], ...], text: str, start: str, data: st.DataObject
) -> None:
    frozen = view(graph(claims, LINES, completes))
    count, edges, automaton = len(frozen.graph.node_ids), frozen.edges, grammar(text).automaton
    grades = st.lists(st.integers(0, 4), min_size=count, max_size=count)
    against = np.array(data.draw(grades), np.int8)
    none = np.zeros(count, np.int8)
    asked = Search(frozen, grammar(text), [start], Targets(none, none, against, against))
    product = asked.product
    walls = asked._walls.around(automaton, product.node, product.state, against)
    value = np.full(len(product), 4)
    for _ in range(5 * len(product) + 5):
        for vertex in range(len(product)):
            options = [int(walls[vertex])]
            if product.accepts[vertex]:
                options.append(int(against[product.node[vertex]]))
            for place in range(product.graph.pointer[vertex], product.graph.pointer[vertex + 1]):
                opposed = int(edges.all_against[product.edge[place]])
                options.append(max(opposed, int(value[product.graph.indices[place]])))
            value[vertex] = min(options)
    assert asked.verdict.all_.against == value[product.start[0]]


@settings(deadline=None, max_examples=150)
@given(lineages(), declared(), paths_of(LINEAGE), st.sampled_from(NODES), st.sampled_from(NODES))
def test_what_is_refuted_is_so_in_every_world_the_claims_allow(
    claims: Claims, completes: tuple[dict[str, Any], ...], text: str, start: str, end: str
) -> None:
    frozen = view(graph(claims, LINES, completes))
    asked = search(frozen, text, start, end)
    level = asked.verdict.all_.against
    if level == 0 or "!" in text:
        return
    edges, names = frozen.edges, frozen.graph.node_ids
    store = ox.Store()

    def add(subject: str, relation: str, object_: str) -> None:
        store.add(ox.Quad(*(ox.NamedNode(part) for part in (f"urn:{subject}", PG + relation, f"urn:{object_}"))))

    claimed = set()
    for row in np.flatnonzero(edges.for_ > 0).tolist():
        statement = names[edges.subject[row]], frozen.graph.relation_names[edges.relation[row]], names[edges.object[row]]
        claimed.add(statement)
        if edges.all_against[row] < level:
            add(*statement)
    for relation in LINEAGE:
        number = frozen.graph.relation_index[relation]
        out, into = frozen.complete_from(number), frozen.complete_to(number)
        domain, range_ = TERMS.relation(relation).domain, TERMS.relation(relation).range
        classes = dict(zip(names, frozen.graph.node_class, strict=True))
        for subject in (*names, "unheard-of"):
            for object_ in (*names, "unheard-of"):
                if subject in names and (out[names.index(subject)] >= level or not TERMS.may_be(classes[subject], domain)):
                    continue
                if object_ in names and (into[names.index(object_)] >= level or not TERMS.may_be(classes[object_], range_)):
                    continue
                if (subject, relation, object_) not in claimed:
                    add(subject, relation, object_)
    query = f"PREFIX pg: <{PG}> ASK {{ <urn:{start}> {asked.grammar} <urn:{end}> }}"
    assert not bool(store.query(query))


def test_graded_targets_carry_their_own_dispute() -> None:
    frozen = view(graph([said("chip", "usesIP", "tech", grade=3)], CHAIN))
    disputed = Verdict(Truth(2, 0), Truth(0, 0))
    targets = Targets.graded(len(frozen.graph.node_ids), {frozen.graph.index["tech"]: disputed})
    asked = Search(frozen, grammar("pg:usesIP"), ["chip"], targets)
    assert (asked.verdict, asked.verdict.outcome) == (disputed, Outcome.CONTESTED)
    assert asked.paths()[0].verdict == disputed


def test_a_chip_with_no_claims_is_unknown_never_no() -> None:
    assert chain([said("chip-2", "fabricatedAt", "fab")], "pg:fabricatedAt", "chip", "fab").verdict == Verdict.unknown()


def test_a_complete_list_refutes_absent_names() -> None:
    complete = ({"relation": "listed", "object": "list", "grade": 4},)
    claims = [said("firm", "owns", "firm-2"), said("firm-3", "listed", "list")]
    frozen = view(graph(claims, {**CHAIN, "firm-2": "Company", "firm-3": "Company"}, complete))
    assert search(frozen, "pg:listed", "firm", "list").verdict == Verdict(Truth(0, 4), Truth(0, 4))
    assert search(frozen, "pg:owns/pg:listed", "firm", "list").verdict == Verdict.unknown()


def test_an_outweighed_step_refutes_as_surely_as_what_outweighs_it() -> None:
    claims = [said("chip", "fabricatedAt", "fab", grade=1), said("chip", "fabricatedAt", "fab", grade=3, stance=Stance.DENIES)]
    complete = ({"subject": "chip", "relation": "fabricatedAt", "grade": 4},)
    assert chain(claims, "pg:fabricatedAt", "chip", "fab", completes=complete).verdict == Verdict(Truth(0, 3), Truth(0, 3))
    assert chain(claims, "pg:fabricatedAt", "chip", "fab").verdict == Verdict.unknown()


def test_what_is_complete_in_a_relation_is_complete_in_its_narrower_ones() -> None:
    complete = ({"subject": "chip", "relation": "incorporates", "grade": 4},)
    asked = chain([said("chip", "madeBy", "firm")], "pg:incorporatesDie/pg:fabricatedAt", "chip", "fab", completes=complete)
    assert asked.verdict.outcome is Outcome.NOT_MET


def test_a_negated_set_does_not_walk_what_only_repeats_a_relation_in_it() -> None:
    claims = [said("chip", "incorporates", "die")]
    assert chain(claims, "pg:incorporatesDie", "chip", "die").verdict.outcome is Outcome.MET
    assert chain(claims, "!pg:incorporates", "chip", "die").verdict.outcome is Outcome.UNKNOWN
    assert chain(claims, "!pg:owns", "chip", "die").verdict.outcome is Outcome.MET


@pytest.mark.parametrize("text", ["(pg:variantOf?/pg:successorOf?)+", "(pg:variantOf*|pg:successorOf)+", "(pg:variantOf?)+"])
def test_at_least_once_of_what_may_be_nothing_matches_the_start(text: str) -> None:
    assert chain([said("chip", "variantOf", "chip-2")], text, "chip", "chip").verdict == Verdict.sure(True)


def test_what_leads_to_a_target_may_be_complete_and_the_way_there_not() -> None:
    claims = [said("b", "variantOf", "c")]
    complete = ({"relation": "variantOf", "object": "c", "grade": 4},)
    frozen = view(graph(claims, LINES, complete))
    assert search(frozen, "pg:variantOf", "a", "c").verdict.outcome is Outcome.NOT_MET
    assert search(frozen, "pg:variantOf+", "a", "c").verdict.outcome is Outcome.UNKNOWN


def test_what_the_ontology_forbids_cannot_be_missing() -> None:
    frozen = view(graph([said("chip", "fabricatedAt", "fab")], CHAIN))
    assert search(frozen, "pg:fabricatedAt", "us", "fab").verdict.outcome is Outcome.NOT_MET


def test_an_unknown_node_is_refused_with_what_is_near() -> None:
    frozen = view(graph([said("chip", "fabricatedAt", "fab")], CHAIN))
    with pytest.raises(UnknownName, match="the data have no 'fib'"):
        search(frozen, "pg:fabricatedAt", "chip", "fib")


def test_no_starts_say_nothing() -> None:
    frozen = view(graph([said("chip", "fabricatedAt", "fab")], CHAIN))
    asked = Search(frozen, grammar("pg:fabricatedAt"), [], ["fab"])
    assert (asked.verdict, asked.paths(), asked.chokepoints(), asked.minimum_cut()) == (Verdict.unknown(), (), (), None)


def test_zero_steps_match_the_start_itself() -> None:
    asked = chain([said("chip", "variantOf", "chip-2")], "pg:variantOf*", "chip", "chip", "chip-2")
    assert [path.nodes for path in asked.paths()] == [("chip",), ("chip", "chip-2")]
    assert asked.verdict == Verdict.sure(True)
    assert asked.minimum_cut() is None


def test_an_empty_view_has_no_paths() -> None:
    asked = chain([said("chip", "fabricatedAt", "fab")], "pg:fabricatedAt", "chip", "fab", known_by="2019-01-01")
    assert (len(asked.view.edges), asked.verdict, asked.paths()) == (0, Verdict.unknown(), ())


# ---- time

DURING = ("fabricatedAt", "usesEquipment")
TIMED = (*DURING, "incorporates", "variantOf")
EPOCH = date(2020, 1, 1)


@st.composite
def dated(draw: st.DrawFn) -> Claims:
    made = []
    for number in range(draw(st.integers(3, 8))):
        relation = draw(st.sampled_from(TIMED))
        begin, length = draw(st.integers(0, 6)), draw(st.integers(1, 4))
        since = None if draw(st.booleans()) and draw(st.booleans()) else str(EPOCH + timedelta(days=begin))
        until = None if draw(st.booleans()) and draw(st.booleans()) else str(EPOCH + timedelta(days=begin + length))
        grade = draw(st.sampled_from([1, 3, 4]))
        made.append(
            said(draw(st.sampled_from(NODES)), relation, draw(st.sampled_from(NODES)), grade=grade, since=since, until=until,
                 id=f"x{number}")
        )  # fmt: skip
    return made


@settings(deadline=None, max_examples=200)
@given(dated(), st.one_of(chains_of(TIMED), paths_of(TIMED)), st.sampled_from(NODES), st.sampled_from(NODES))
def test_dates_join_as_a_plain_walker_joins_them(claims: Claims, text: str, start: str, end: str) -> None:
    frozen = view(graph(claims, dict.fromkeys(NODES, "Item")))
    asked = search(frozen, text, start, end)
    pattern = expression(str(asked.grammar), TIMED)
    found = [
        (node, walk)
        for node, walk in walks(frozen, frozen.graph.index[start], 4)
        if node == frozen.graph.index[end] and in_time(frozen, walk) and pattern.fullmatch(spelt(frozen, walk, TIMED))
    ]
    expected = support(frozen, found, asked.targets, clear=False)
    assert expected <= asked.verdict.all_.for_
    if asked.best is None:
        assert expected == 0
        return
    walk = tuple(zip(asked.best.rows, asked.best.inverse, strict=True))
    assert in_time(frozen, walk)
    assert pattern.fullmatch(spelt(frozen, walk, TIMED))
    if len(walk) <= 4:
        assert expected == asked.verdict.all_.for_
        assert len(walk) == min(len(w) for n, w in found if support(frozen, [(n, w)], asked.targets, clear=False) == expected)


@settings(deadline=None, max_examples=60)
@given(dated(), paths_of(TIMED), st.sampled_from(NODES))
def test_turning_the_question_round_changes_nothing(claims: Claims, text: str, start: str) -> None:
    frozen = view(graph(claims, dict.fromkeys(NODES, "Item")))
    for end in NODES:
        there = search(frozen, text, start, end).verdict
        back = Search(frozen, grammar(text).turned(), [end], [start]).verdict
        assert there.all_.for_ == back.all_.for_


def test_a_tool_that_came_after_the_chip_had_left_was_not_touched() -> None:
    claims = [
        said("chip", "fabricatedAt", "fab", since="2019-08-01", until="2020-09-15"),
        said("fab", "usesEquipment", "tool", since="2022-01-01"),
        said("fab", "usesEquipment", "tool-2", since="2018-01-01", until="2019-08-02"),
    ]
    assert chain(claims, "pg:fabricatedAt/pg:usesEquipment", "chip", "tool").verdict == Verdict.unknown()
    assert chain(claims, "pg:fabricatedAt/pg:usesEquipment", "chip", "tool-2").verdict.outcome is Outcome.MET


def test_a_banked_die_of_2024_sits_in_a_package_of_2025() -> None:
    claims = [
        said("chip", "incorporates", "die", since="2025-01-01"),
        said("die", "fabricatedAt", "fab", since="2023-01-01", until="2024-11-01"),
        said("die", "fabricatedAt", "fab-2", since="2025-06-01"),
    ]
    route = "pg:incorporates/pg:fabricatedAt"
    assert chain(claims, route, "chip", "fab").verdict.outcome is Outcome.MET
    ended = [{**claims[0], "until": "2025-06-01"}, *claims[1:]]
    assert chain(ended, route, "chip", "fab-2", as_of="2025-12-01").verdict.outcome is Outcome.UNKNOWN
    assert chain(claims, route, "chip", "fab-2", as_of="2025-12-01").verdict.outcome is Outcome.MET


def test_a_part_of_a_tool_must_have_been_made_while_the_tool_stood() -> None:
    claims = [
        said("fab", "usesEquipment", "tool", since="2020-01-01", until="2021-01-01"),
        said("tool", "incorporates", "die", since="2022-01-01"),
    ]
    assert chain(claims, "pg:usesEquipment/pg:incorporates", "fab", "die").verdict.outcome is Outcome.UNKNOWN
    assert chain(claims, "^pg:incorporates/^pg:usesEquipment", "die", "fab").verdict.outcome is Outcome.UNKNOWN
    stood = [claims[0], {**claims[1], "since": "2019-01-01"}]
    assert chain(stood, "pg:usesEquipment/pg:incorporates", "fab", "die").verdict.outcome is Outcome.MET


def test_what_is_asked_from_the_plant_up_is_held_to_the_same_dates() -> None:
    claims = [
        said("chip", "incorporates", "die", until="2023-01-01"),
        said("die", "fabricatedAt", "fab", since="2024-01-01"),
        said("die", "fabricatedAt", "fab-2", since="2022-01-01"),
    ]
    up = "^pg:fabricatedAt/^pg:incorporates"
    assert chain(claims, up, "fab", "chip").verdict.outcome is Outcome.UNKNOWN
    assert chain(claims, up, "fab-2", "chip").verdict.outcome is Outcome.MET


def test_what_two_edges_that_lead_into_one_node_say_of_time() -> None:
    claims = [
        said("chip", "fabricatedAt", "fab", since="2019-01-01", until="2020-01-01"),
        said("chip-2", "fabricatedAt", "fab", since="2021-01-01", until="2022-01-01"),
        said("chip", "incorporates", "die", until="2018-01-01"),
        said("server", "incorporates", "die", since="2024-01-01"),
    ]
    assert chain(claims, "pg:fabricatedAt/^pg:fabricatedAt", "chip", "chip-2").verdict.outcome is Outcome.UNKNOWN
    assert chain(claims, "pg:incorporates/^pg:incorporates", "chip", "server").verdict.outcome is Outcome.MET


def test_a_timeless_step_beside_a_dated_one_loses_no_date() -> None:
    claims = [
        said("chip", "fabricatedAt", "fab", since="2019-01-01", until="2021-01-01"),
        said("fab", "usesEquipment", "tool", since="2018-01-01"),
        said("fab", "variantOf", "fab-2"),
        said("fab-2", "usesEquipment", "tool-2", since="2020-01-01"),
        said("fab-2", "usesEquipment", "tool-3", since="2022-01-01"),
    ]
    asked = {tool: chain(claims, "pg:fabricatedAt/pg:variantOf?/pg:usesEquipment", "chip", tool) for tool in ("tool", "tool-2", "tool-3")}
    assert [str(one.verdict.outcome) for one in asked.values()] == ["met", "met", "unknown"]


def test_timeless_steps_hand_on_what_the_last_dated_one_said() -> None:
    claims = [
        said("chip", "fabricatedAt", "fab", since="2019-01-01", until="2020-01-01"),
        said("fab", "variantOf", "fab-2"),
        said("fab-2", "usesEquipment", "tool", since="2021-01-01"),
    ]
    route = "pg:fabricatedAt/pg:variantOf/pg:usesEquipment"
    assert chain(claims, route, "chip", "tool").verdict.outcome is Outcome.UNKNOWN
    assert chain([{**claims[0], "until": None}, *claims[1:]], route, "chip", "tool").verdict.outcome is Outcome.MET


def test_a_graph_whose_dates_do_not_conflict_is_not_split() -> None:
    claims = [said(f"chip-{n}", "fabricatedAt", "fab", since=f"20{n}-01-01") for n in range(10, 20)]
    claims += [said("fab", "usesEquipment", f"tool-{n}", since=f"20{n}-06-01") for n in range(10, 20)]
    frozen = view(graph(claims))
    route = grammar("pg:fabricatedAt/pg:usesEquipment")
    starts = [frozen.graph.index[f"chip-{n}"] for n in range(10, 20)]
    product = Product.grown(Walks(frozen), route.automaton, np.array(starts, np.int32))
    assert np.count_nonzero(product.node == frozen.graph.index["fab"]) == 1
    claims += [said("chip-20", "fabricatedAt", "fab", since="2009-01-01", until="2014-01-01"),
               said("chip-21", "fabricatedAt", "fab", since="2009-06-01", until="2014-02-01")]  # fmt: skip
    frozen = view(graph(claims))
    product = Product.grown(Walks(frozen), route.automaton, np.arange(len(frozen.graph.node_ids), dtype=np.int32))
    at_fab = (product.node == frozen.graph.index["fab"]) & (product.state == 1)
    assert np.count_nonzero(at_fab) == 2, "both early chips are one epoch, all others are another"


def test_bounds_that_a_path_relies_on_are_shown() -> None:
    claims = [
        said("chip", "fabricatedAt", "fab", since="2019-08-01", until="2020-09-15", id="c-chip"),
        said("fab", "usesEquipment", "tool", since=["2020-01-01", "2021-01-01"], recorded="2021-06-01", id="c-tool"),
    ]
    asked = chain(claims, "pg:fabricatedAt/pg:usesEquipment", "chip", "tool")
    assert asked.best is not None
    assert [len(step.unknown_bounds) for step in asked.best.steps] == [0, 1]
    assert [gap.pattern for gap in asked.gaps()] == ["c-tool validFrom ?date"]
    sure = [claims[0], {**claims[1], "since": ["2020-01-01", "2020-03-01"]}]
    assert chain(sure, "pg:fabricatedAt/pg:usesEquipment", "chip", "tool").gaps() == ()


# ---- the best paths


def brute_paths(frozen: FrozenView, asked: Search, start: int, longest: int) -> list[Any]:
    """Rank every walk that passes no node twice, but may end where it began."""
    pattern = expression(str(asked.grammar), TIMED)
    ids, edges, ranked = frozen.graph.node_ids, frozen.edges, set()
    for end, walk in walks(frozen, start, longest):
        nodes = [start]
        for row, inverse in walk:
            nodes.append(int(edges.subject[row] if inverse else edges.object[row]))
        loop = len(set(nodes)) == len(nodes) - 1 and nodes[0] == nodes[-1]
        if (len(set(nodes)) < len(nodes) and not loop) or not in_time(frozen, walk):
            continue
        strength = support(frozen, [(end, walk)], asked.targets, clear=False)
        if strength and pattern.fullmatch(spelt(frozen, walk, TIMED)):
            ranked.add((-strength, len(walk), tuple(ids[node] for node in nodes), later_first(walk)))
    return sorted(ranked)


def later_first(walk: Any) -> tuple[tuple[int, bool], ...]:
    return tuple((-row, inverse) for row, inverse in walk)


def ranks(paths: tuple[Path, ...]) -> list[Any]:
    return [
        (-path.verdict.all_.for_, len(path), path.nodes, later_first(zip(path.rows, path.inverse, strict=True)))
        for path in paths
    ]


@settings(deadline=None, max_examples=150)
@given(dated(), paths_of(TIMED), st.sampled_from(NODES), st.lists(st.sampled_from(NODES), min_size=1, max_size=2, unique=True))
def test_the_best_paths_are_all_simple_ones_in_order(claims: Claims, text: str, start: str, ends: list[str]) -> None:
    frozen = view(graph(claims, dict.fromkeys(NODES, "Item")))
    asked = search(frozen, text, start, *ends)
    expected = brute_paths(frozen, asked, frozen.graph.index[start], 4)
    found = asked.paths(200)
    listed = ranks(found)
    assert not found.truncated
    if listed and listed[0] not in expected:
        first = listed.pop(0)
        assert not expected or first[:2] <= expected[0][:2], "the best comes first even if it passes a node twice"
    assert listed == expected
    assert ranks(asked.paths(2)) == ranks(found)[:2]


def test_the_search_for_paths_stops_at_its_budget_and_says_so() -> None:
    layers = [[f"n{layer}-{place}" for place in range(6)] for layer in range(7)]
    claims = [said(s, "incorporates", o) for upper, lower in pairwise(layers) for s in upper for o in lower]
    frozen = view(graph([said("chip", "incorporates", s) for s in layers[0]] + claims))
    asked = Search(frozen, grammar("pg:incorporates+"), ["chip"], layers[-1], budget=400)
    found = asked.paths(1000)
    assert found.truncated
    assert 1 <= len(found) < 1000
    assert asked.paths(3).truncated is False


def test_each_path_has_its_own_verdict_and_evidence() -> None:
    claims = [
        said("chip", "fabricatedAt", "fab", grade=3),
        said("chip", "fabricatedAt", "fab-2", grade=3),
        said("chip", "fabricatedAt", "fab-2", grade=1, stance=Stance.DENIES),
        said("fab", "usesEquipment", "tool", grade=1),
        said("fab-2", "usesEquipment", "tool", grade=4),
    ]
    asked = chain(claims, "pg:fabricatedAt/pg:usesEquipment", "chip", "tool")
    disputed, alleged = asked.paths()
    assert [disputed.nodes[1], alleged.nodes[1]] == ["fab-2", "fab"]
    assert (disputed.verdict.outcome, alleged.verdict.outcome) == (Outcome.CONTESTED, Outcome.MET)
    assert asked.verdict == Verdict(Truth(3, 0), Truth(1, 0))
    assert [step.relation for step in disputed.steps] == ["fabricatedAt", "usesEquipment"]
    assert disputed.steps[0].is_contested


def test_barring_an_edge_gives_a_path_that_differs_there() -> None:
    claims = [said("chip", "fabricatedAt", "fab"), said("chip", "fabricatedAt", "fab-2"), said("fab", "usesEquipment", "tool"),
              said("fab-2", "usesEquipment", "tool")]  # fmt: skip
    asked = chain(claims, "pg:fabricatedAt/pg:usesEquipment", "chip", "tool")
    first = asked.paths(1)[0]
    assert [path.nodes[1] for path in asked.paths(1, barring=first.rows[1:])] == ["fab-2"]
    assert asked.paths(barring=[*first.rows, *asked.paths()[1].rows]) == ()


# ---- gaps


def patterns(asked: Search, **more: Any) -> list[str]:
    return [gap.pattern for gap in asked.gaps(**more)]


ROUTE = "pg:fabricatedAt/pg:usesEquipment/pg:directProductOf"
LINEAGE_OF_TOOLS = [said("tool-2", "directProductOf", "tech", grade=4)]


def test_a_gap_is_one_missing_step_nearest_to_the_target_first() -> None:
    claims = [said("chip", "fabricatedAt", "fab"), said("fab", "usesEquipment", "tool"), said("fab-2", "usesEquipment", "tool-2"),
              *LINEAGE_OF_TOOLS]  # fmt: skip
    asked = chain(claims, ROUTE, "chip", "tech")
    assert patterns(asked) == ["tool directProductOf ?Technology", "fab usesEquipment ?Equipment", "chip fabricatedAt ?Site"]
    assert "does not lead there" in asked.gaps()[1].why
    assert patterns(asked, limit=1) == ["tool directProductOf ?Technology"]


def test_what_is_declared_complete_is_no_gap() -> None:
    claims = [said("chip", "fabricatedAt", "fab"), *LINEAGE_OF_TOOLS]
    complete = ({"subject": "chip", "relation": "fabricatedAt", "grade": 3},)
    assert patterns(chain(claims, ROUTE, "chip", "tech", completes=complete)) == ["fab usesEquipment ?Equipment"]


def test_from_a_start_of_which_nothing_is_known_gaps_are_told_from_both_ends() -> None:
    claims = [said("fab", "usesEquipment", "tool-2"), *LINEAGE_OF_TOOLS]
    found = patterns(chain(claims, ROUTE, "chip", "tech"))
    assert found[0] == "chip fabricatedAt ?Site"
    assert "?Item directProductOf tech" in found
    assert "?Site usesEquipment tool-2" in found


def test_a_met_answer_has_no_missing_steps_unless_it_is_to_be_strengthened() -> None:
    claims = [said("chip", "fabricatedAt", "fab", grade=2), said("fab", "usesEquipment", "tool-2", grade=4), *LINEAGE_OF_TOOLS]
    asked = chain(claims, ROUTE, "chip", "tech")
    assert patterns(asked) == []
    assert patterns(asked, strengthen=True) == ["chip fabricatedAt ?Site"]
    for grade, found in ((1, ["chip fabricatedAt ?Site"]), (2, []), (3, [])):
        complete = ({"subject": "chip", "relation": "fabricatedAt", "grade": grade},)
        assert patterns(chain(claims, ROUTE, "chip", "tech", completes=complete), strengthen=True) == found


def test_a_contested_answer_asks_for_an_undisputed_way() -> None:
    claims = [
        said("chip", "fabricatedAt", "fab"), said("fab", "usesEquipment", "tool-2", grade=3),
        said("fab", "usesEquipment", "tool-2", grade=1, stance=Stance.DENIES), *LINEAGE_OF_TOOLS,
    ]  # fmt: skip
    asked = chain(claims, ROUTE, "chip", "tech")
    assert asked.verdict.outcome is Outcome.CONTESTED
    assert patterns(asked) == ["fab usesEquipment ?Equipment"]


def test_gaps_walk_backwards_too_and_name_the_wider_relation() -> None:
    claims = [said("server", "variantOf", "server-2")]
    asked = chain(claims, "^pg:designedBy", "firm", "chip")
    assert patterns(asked) == ["?Item designedBy firm"]
    frozen = view(graph([said("chip", "madeBy", "firm"), said("die", "fabricatedAt", "fab")], CHAIN))
    narrow = search(frozen, "pg:incorporatesDie/pg:fabricatedAt", "chip", "fab")
    assert patterns(narrow)[0] == "chip incorporates ?Die"


@settings(deadline=None, max_examples=100)
@given(lineages(), paths_of(LINEAGE), st.sampled_from(NODES), st.sampled_from(NODES))
def test_filling_a_gap_makes_a_path(claims: Claims, text: str, start: str, end: str) -> None:
    asked = search(view(graph(claims, LINES)), text, start, end)
    if asked.verdict.all_.for_ or start == end:
        return
    unsaid = {(claim["subject"], claim["relation"], claim["object"]) for claim in claims}
    left_side = [gap for gap in asked.gaps() if gap.subject == start or gap.object == start]
    for gap in left_side[:2]:
        filled = [
            said(gap.subject or node, gap.relation, gap.object or node, grade=4, id="y")
            for node in NODES
            if (gap.subject or node, gap.relation, gap.object or node) not in unsaid
        ]
        supports = [search(view(graph([*claims, more], LINES)), text, start, end).verdict.all_.for_ for more in filled]
        refused = len(filled) < len(NODES)
        assert any(supports) or refused or gap.of == "Software"


# ---- chokepoints, cuts, flips


@settings(deadline=None, max_examples=100)
@given(lineages(), paths_of(LINEAGE), st.sampled_from(NODES), st.sampled_from(NODES))
@example(
    [said("a", "variantOf", "a", grade=1, id="x0"), said("a", "variantOf", "a", grade=3, id="x1"),
     said("a", "variantOf", "a", grade=3, stance=Stance.DENIES, id="x2")], "pg:variantOf", "a", "a",
)  # fmt: skip
def test_a_cut_leaves_no_path_and_nothing_can_be_left_out_of_it(claims: Claims, text: str, start: str, end: str) -> None:
    frozen = view(graph(claims, LINES))
    asked = search(frozen, text, start, end)
    cut = asked.minimum_cut()
    if cut is None:
        assert asked.best is None or len(asked.best) == 0
        return
    assert asked.without(cut.claims).verdict.all_.for_ == 0
    if cut.is_smallest:
        ids = [claim["id"] for claim in claims]
        for smaller in combinations(ids, len(cut.claims) - 1):
            assert asked.without(smaller).verdict.all_.for_ > 0


@settings(deadline=None, max_examples=100)
@given(lineages(), paths_of(LINEAGE), st.sampled_from(NODES), st.sampled_from(NODES))
def test_chokepoints_are_the_nodes_without_which_there_is_no_path(claims: Claims, text: str, start: str, end: str) -> None:
    asked = search(view(graph(claims, LINES)), text, start, end)
    if asked.best is None:
        assert asked.chokepoints() == ()
        return
    inner = [node for node in NODES if node not in (start, end)]
    for node in inner:
        rest = [claim for claim in claims if node not in (claim["subject"], claim["object"])]
        gone = search(view(graph(rest, LINES)), text, start, end).verdict.all_.for_ == 0
        assert (node in asked.chokepoints()) == gone


def test_every_way_leads_through_a_chokepoint() -> None:
    claims = [said("chip", "fabricatedAt", "fab"), said("chip", "fabricatedAt", "fab-2"), said("fab", "usesEquipment", "tool"),
              said("fab-2", "usesEquipment", "tool"), said("tool", "directProductOf", "tech")]  # fmt: skip
    asked = chain(claims, ROUTE, "chip", "tech")
    assert asked.chokepoints() == ("tool",)
    cut = asked.minimum_cut()
    assert cut is not None
    assert cut.is_smallest
    assert [asked.view.graph.claim(claim).relation for claim in cut.claims] == ["directProductOf"]


def test_a_claim_about_a_kind_is_cut_by_itself() -> None:
    kind = Kind(of="Fab", where={"operatedBy": ("firm",)})
    claims = [said("chip", "fabricatedAt", "fab"), said("chip", "fabricatedAt", "fab-2"), said("fab", "operatedBy", "firm"),
              said("fab-2", "operatedBy", "firm"), said(kind, "usesEquipment", "tool", id="c-kind")]  # fmt: skip
    cut = chain(claims, "pg:fabricatedAt/pg:usesEquipment", "chip", "tool").minimum_cut()
    assert cut is not None
    assert cut.claims == ("c-kind",)


@settings(deadline=None, max_examples=60)
@given(lineages(), paths_of(LINEAGE), st.sampled_from(NODES), st.sampled_from(NODES))
def test_flips_are_all_the_smallest_sets_of_claims(claims: Claims, text: str, start: str, end: str) -> None:
    claims = [{**claim, "document": f"doc-{claim['grade']}-{number % 3}"} for number, claim in enumerate(claims[:7])]
    asked = search(view(graph(claims, LINES)), text, start, end)
    found, truncated = asked.flips(count=50, budget=2000)
    assert not truncated
    now = asked.verdict.outcome
    for flip in found:
        rejected = flip.documents if flip.whole_source else flip.claims
        assert asked.without(rejected).verdict.outcome is flip.becomes is not now
    sets = [frozenset(flip.claims) for flip in found if not flip.whole_source]
    whole = [frozenset(flip.claims) for flip in found if flip.whole_source]
    expected: list[frozenset[str]] = []
    for size in (1, 2, 3):
        for chosen in combinations([claim["id"] for claim in claims], size):
            one = frozenset(chosen)
            if not any(smaller <= one for smaller in expected) and asked.without(one).verdict.outcome is not now:
                expected.append(one)
    assert set(sets) <= set(expected)
    assert set(expected) <= {*sets, *whole}


def test_flips_name_whole_sources_first_and_stop_at_their_budget() -> None:
    claims = [said("chip", "fabricatedAt", "fab", document="teardown", id="c-1"),
              said("fab", "usesEquipment", "tool", document="teardown", id="c-2"),
              said("chip", "fabricatedAt", "fab", document="paper", id="c-3")]  # fmt: skip
    asked = chain(claims, "pg:fabricatedAt/pg:usesEquipment", "chip", "tool")
    found, truncated = asked.flips()
    assert [(flip.whole_source, flip.documents, flip.claims) for flip in found] == [
        (True, ("teardown",), ("c-1", "c-2")), (False, ("teardown",), ("c-2",)), (False, ("paper", "teardown"), ("c-1", "c-3")),
    ] or [(flip.whole_source, flip.claims) for flip in found][:2] == [(True, found[0].claims), (False, ("c-2",))]
    assert not truncated
    assert all(flip.becomes is Outcome.UNKNOWN for flip in found)
    assert asked.flips(budget=2)[1]


def test_rejecting_a_denial_settles_a_contested_answer() -> None:
    claims = [said("chip", "fabricatedAt", "fab", id="c-1"),
              said("chip", "fabricatedAt", "fab", grade=1, stance=Stance.DENIES, id="c-2", document="speech")]  # fmt: skip
    found, _ = chain(claims, "pg:fabricatedAt", "chip", "fab").flips()
    assert ("speech",) in [flip.documents for flip in found if flip.becomes is Outcome.MET]


def test_flips_serve_any_question_that_can_be_asked_again() -> None:
    held = {"c-1": "d-1", "c-2": "d-2", "c-3": "d-2"}

    def evaluate(rejected: frozenset[str]) -> Verdict:
        left = [claim for claim, source in held.items() if not {claim, source} & rejected]
        return Verdict.sure(len(left) >= 2, Strength.REPORTED)

    rest: Callable[[frozenset[str]], list[str]] = lambda rejected: [claim for claim in held if claim not in rejected]  # noqa: E731
    found, truncated = flips(evaluate, rest, held.__getitem__)
    assert not truncated
    assert [flip.documents for flip in found if flip.whole_source] == [("d-2",)]
    assert {flip.claims for flip in found if not flip.whole_source} == {("c-1", "c-2"), ("c-1", "c-3")}


def test_what_does_not_fit_is_refused_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("policygraph.paths.product._MOST_EDGES", 3)
    frozen = view(graph([said("a", "variantOf", "b"), said("b", "variantOf", "a")] * 3, LINES))
    with pytest.raises(BadQuestion, match="ask a shorter path"):
        _ = Search(frozen, grammar("pg:variantOf+/^pg:variantOf+"), ["a"], ["b"]).verdict
