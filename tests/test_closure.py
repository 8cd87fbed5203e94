"""All nodes at once: the same answers as one question at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from policygraph.paths import Closure, Grammar, Reach, Search, Targets, closure, closure_to
from policygraph.truth import Truth, Verdict
from tests.small import graph, said, view
from tests.test_paths import LINEAGE, LINES, NODES, TERMS, TIMED, Claims, dated, declared, lineages
from tests.walking import paths_of


def verdict_of(found: Closure, node: int) -> Verdict:
    return Verdict(
        Truth(int(found.all_for[node]), int(found.all_against[node])),
        Truth(int(found.clear_for[node]), int(found.clear_against[node])),
    )


@settings(deadline=None, max_examples=80)
@given(lineages(), declared(), paths_of(LINEAGE), st.data())
def test_each_start_gets_the_verdict_it_would_get_alone(
    claims: Claims, completes: tuple[dict[str, Any], ...], text: str, data: st.DataObject
) -> None:
    frozen = view(graph(claims, LINES, completes))
    path, count = Grammar.parse(text, TERMS), len(frozen.graph.node_ids)
    if data.draw(st.booleans()):
        targets = Targets.of(count, [frozen.graph.index[node] for node in data.draw(st.sets(st.sampled_from(NODES)))])
    else:
        grades = st.lists(st.sampled_from([0, 0, 1, 3, 4]), min_size=count, max_size=count)
        every, refused = (np.array(data.draw(grades), np.int8) for _ in range(2))
        every[refused > 0] = 0
        clear = np.where(np.array(data.draw(grades)) > 2, 0, every).astype(np.int8)
        targets = Targets(every, clear, refused, refused)
    found = closure_to(frozen, path, targets)
    for node in range(count):
        assert verdict_of(found, node) == Search(frozen, path, [node], targets).verdict


@settings(deadline=None, max_examples=60)
@given(dated(), paths_of(TIMED), st.sets(st.sampled_from(NODES), min_size=1))
def test_each_node_is_reached_as_surely_as_the_best_path_to_it(claims: Claims, text: str, starts: set[str]) -> None:
    frozen = view(graph(claims, dict.fromkeys(NODES, "Item")))
    path, sources = Grammar.parse(text, TERMS), [frozen.graph.index[node] for node in sorted(starts)]
    found = closure(frozen, path, sources)
    for node in range(len(frozen.graph.node_ids)):
        verdict = Search(frozen, path, sources, [node]).verdict
        assert (found.all_for[node], found.clear_for[node]) == (verdict.all_.for_, verdict.uncontested.for_)
    assert not found.all_against.any()


def test_levels_at_which_nothing_differs_are_one_graph() -> None:
    claims = [said("a", "variantOf", "b", grade=1), said("b", "variantOf", "c", grade=3)]
    frozen = view(graph(claims, LINES))
    reach = Reach(frozen, Grammar.parse("pg:variantOf+", TERMS), range(len(frozen.graph.node_ids)))
    every, clear = reach.levels
    assert clear is every
    assert [every[0] is every[1], every[1] is every[2], every[2] is every[3]] == [False, True, False]
    found = closure(frozen, Grammar.parse("pg:variantOf+", TERMS), [frozen.graph.index["a"]])
    assert [int(found.all_for[frozen.graph.index[node]]) for node in "abc"] == [0, 1, 1]


def test_zero_steps_reach_the_sources_themselves() -> None:
    frozen = view(graph([said("a", "variantOf", "b")], LINES))
    found = closure(frozen, Grammar.parse("pg:variantOf?", TERMS), [frozen.graph.index["a"]])
    assert [int(found.all_for[frozen.graph.index[node]]) for node in "abc"] == [4, 3, 0]


def test_no_sources_reach_nothing() -> None:
    frozen = view(graph([said("a", "variantOf", "b")], LINES))
    assert not closure(frozen, Grammar.parse("pg:variantOf*", TERMS), []).all_for.any()


@settings(deadline=None, max_examples=60)
@given(dated(), paths_of(TIMED), st.sampled_from(NODES))
def test_dates_join_for_all_starts_as_for_one(claims: Claims, text: str, end: str) -> None:
    frozen = view(graph(claims, dict.fromkeys(NODES, "Item")))
    path = Grammar.parse(text, TERMS)
    targets = Targets.of(len(frozen.graph.node_ids), [frozen.graph.index[end]])
    found = closure_to(frozen, path, targets)
    for node in range(len(frozen.graph.node_ids)):
        assert verdict_of(found, node) == Search(frozen, path, [node], targets).verdict
