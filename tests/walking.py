"""Plain, slow readings of what a path is, to hold the engine against.

Nothing here uses the automaton: a walk matches a grammar if the word it spells matches a regular expression.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from hypothesis import strategies as st

from policygraph.ontology import TimeRule
from policygraph.paths.targets import Targets
from policygraph.view import FrozenView

Walk = tuple[tuple[int, bool], ...]
"""Edges of a view, each with whether it is walked backwards."""


def expression(grammar: str, relations: tuple[str, ...]) -> re.Pattern[str]:
    """Turn the canonical form of a grammar without inverse groups into a regular expression over relations and directions."""
    letters = {name: (chr(ord("a") + number), chr(ord("A") + number)) for number, name in enumerate(relations)}

    def negated(match: re.Match[str]) -> str:
        members = match.group(1).strip("()").split("|")
        forward = {member.removeprefix("pg:") for member in members if not member.startswith("^")} - {""}
        backward = {member.removeprefix("^pg:") for member in members if member.startswith("^")}
        allowed = [letters[name][0] for name in relations if name not in forward] if forward or not backward else []
        allowed += [letters[name][1] for name in relations if name not in backward] if backward else []
        return "[" + "".join(allowed) + "]" if allowed else "(?!)"

    text = re.sub(r"!(\([^)]*\)|\^?pg:\w+)", negated, grammar)
    text = re.sub(r"\^pg:(\w+)", lambda match: letters[match.group(1)][1], text)
    text = re.sub(r"pg:(\w+)", lambda match: letters[match.group(1)][0], text)
    return re.compile(text.replace("/", "").replace("(", "(?:").replace("(?:?!)", "(?!)"))


def spelt(view: FrozenView, walk: Walk, relations: tuple[str, ...]) -> str:
    """Return the word that a walk spells."""
    names = view.graph.relation_names
    numbers = [(relations.index(names[view.edges.relation[row]]), inverse) for row, inverse in walk]
    return "".join(chr(ord("A" if inverse else "a") + number) for number, inverse in numbers)


def walks(view: FrozenView, start: int, longest: int) -> Iterator[tuple[int, Walk]]:
    """Yield every walk from a node along edges that anyone claims, with the node it ends at."""
    edges = view.edges
    pairs = [(int(edges.subject[row]), int(edges.object[row]), row) for row in range(len(edges)) if edges.for_[row] > 0]
    layer: list[tuple[int, Walk]] = [(start, ())]
    while layer:
        yield from layer
        further = []
        for node, walk in layer:
            if len(walk) < longest:
                further += [(end, (*walk, (row, False))) for begin, end, row in pairs if begin == node]
                further += [(begin, (*walk, (row, True))) for begin, end, row in pairs if end == node]
        layer = further


def in_time(view: FrozenView, walk: Walk) -> bool:
    """Tell whether the dates of a walk allow it, by the rules as they are told."""
    edges, rules = view.edges, view.graph.time_rules

    def timed(row: int) -> TimeRule | None:
        rule = rules[edges.relation[row]]
        return rule if rule in (TimeRule.DURING, TimeRule.BEFORE) else None

    for (first, first_back), (second, second_back) in pairwise([step for step in walk if timed(step[0])]):
        if timed(first) is timed(second) is TimeRule.DURING:
            days = range(max(edges.begin[first], edges.begin[second]), min(edges.end[first], edges.end[second]))
            if not days:
                return False
            continue
        if first_back == second_back:
            into, out = (second, first) if first_back else (first, second)
            if not edges.begin[out] < edges.end[into]:
                return False
    return True


def support(view: FrozenView, found: list[tuple[int, Walk]], targets: Targets, *, clear: bool) -> int:
    """Return the support of the best of these walks."""
    column = view.edges.clear_for if clear else view.edges.all_for
    reached = targets.clear_for if clear else targets.all_for
    return max((min([int(reached[end]), *(int(column[row]) for row, _ in walk)]) for end, walk in found), default=0)


def chains_of(relations: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Write grammars that are a few steps one after the other, so that many match."""
    names = st.sampled_from(relations)
    steps = st.tuples(st.sampled_from(["", "", "^"]), names, st.sampled_from(["", "", "", "?", "*", "+"]))
    words = steps.map(lambda step: f"({step[0]}pg:{step[1]}){step[2]}")
    return st.lists(st.one_of(words, st.just(f"(pg:{relations[0]}|^pg:{relations[-1]})")), min_size=2, max_size=4).map("/".join)


def paths_of(relations: tuple[str, ...]) -> st.SearchStrategy[str]:
    """Write random grammars over some relations."""
    names = st.sampled_from(relations)
    members = st.tuples(st.sampled_from(["", "^"]), names).map(lambda pair: f"{pair[0]}pg:{pair[1]}")
    words = st.one_of(
        members,
        members.map(lambda member: f"!{member}"),
        st.lists(members, min_size=1, max_size=3).map(lambda parts: f"!({'|'.join(parts)})"),
    )
    return st.recursive(
        words,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from("?*+")).map(lambda pair: f"({pair[0]}){pair[1]}"),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + "/".join(parts) + ")"),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + "|".join(parts) + ")"),
            inner.map(lambda part: f"^({part})"),
        ),
        max_leaves=4,
    )
