"""Path grammars: what is read, how it is written back, what is refused and in which words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.errors import BadGrammar
from policygraph.names import PG
from policygraph.ontology import Ontology
from policygraph.paths.grammar import Grammar

TERMS = Ontology.shipped()
RELATIONS = ("variantOf", "successorOf", "designedWith")

names = st.sampled_from(RELATIONS)
members = st.tuples(st.sampled_from(["", "^"]), names).map(lambda pair: f"{pair[0]}pg:{pair[1]}")
words = st.one_of(
    names.map(lambda name: f"pg:{name}"),
    names.map(lambda name: f"<{PG}{name}>"),
    members.map(lambda member: f"!{member}"),
    st.lists(members, min_size=1, max_size=3).map(lambda parts: f"!({'|'.join(parts)})"),
)
paths = st.recursive(
    words,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from("?*+")).map(lambda pair: f"({pair[0]}){pair[1]}"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + " / ".join(parts) + ")"),
        st.lists(inner, min_size=2, max_size=3).map(lambda parts: "(" + "|".join(parts) + ")"),
        inner.map(lambda part: f"^({part})"),
    ),
    max_leaves=5,
)


def parse(text: str) -> Grammar:
    return Grammar.parse(text, TERMS)


@given(paths)
def test_what_is_written_back_reads_the_same(text: str) -> None:
    grammar = parse(text)
    again = parse(str(grammar))
    assert (again, str(again)) == (grammar, str(grammar))
    assert again.automaton == grammar.automaton


@given(paths)
def test_turning_twice_changes_nothing(text: str) -> None:
    grammar = parse(text)
    assert str(grammar.turned().turned()) == str(grammar)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        (" pg:owns\n/ pg:listed ", "pg:owns/pg:listed"),
        ("(pg:owns)/((pg:owns)/pg:listed)", "pg:owns/pg:owns/pg:listed"),
        ("pg:owns|(pg:controls|pg:owns/pg:listed)", "pg:owns|pg:controls|pg:owns/pg:listed"),
        ("(pg:owns|pg:controls)/pg:listed", "(pg:owns|pg:controls)/pg:listed"),
        ("^(pg:owns/pg:listed?)", "(^pg:listed)?/^pg:owns"),
        ("^pg:owns*", "(^pg:owns)*"),
        ("^(^pg:owns)", "pg:owns"),
        ("(pg:owns+)?", "pg:owns*"),
        ("(pg:owns/pg:owns)+", "(pg:owns/pg:owns)+"),
        ("!(^pg:owns|pg:listed)", "!(pg:listed|^pg:owns)"),
        ("^!(pg:owns|^pg:listed)", "!(pg:listed|^pg:owns)"),
        ("!pg:owns", "!pg:owns"),
        ("!()", "!()"),
        ("^!()", "^!()"),
        (f"<{PG}owns>#a remark\n/pg:owns", "pg:owns/pg:owns"),
    ],
)
def test_the_canonical_form(text: str, written: str) -> None:
    assert str(parse(text)) == written


@pytest.mark.parametrize(
    ("text", "states"),
    [("pg:owns*", 1), ("pg:owns+", 2), ("(pg:owns|pg:controls)*", 1), ("pg:owns/pg:owns", 3), ("pg:owns?", 2),
     ("(pg:owns?)*/pg:listed", 2), ("pg:owns/pg:listed|pg:controls/pg:listed", 3)],
)  # fmt: skip
def test_states_from_which_the_same_can_be_walked_are_one(text: str, states: int) -> None:
    assert len(parse(text).automaton) == states


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("", None, "is empty"),
        ("   ", None, "is empty"),
        ("pg:fabricatdAt", 1, "did you mean pg:fabricatedAt"),
        ("pg:owns/fabricatedAt", 9, "write pg:fabricatedAt"),
        ("pg:owns/", 9, "a relation is missing after '/'"),
        ("pg:owns||pg:owns", 9, "a relation is missing after '|', before '|'"),
        ("/pg:owns", 1, "a relation is missing, before '/'"),
        ("pg:owns{1,2}", 8, "not part of SPARQL 1.1"),
        ("(pg:owns", 1, "this '(' is not closed"),
        ("pg:owns)", 8, "this ')' closes nothing"),
        ("()", 2, "a relation is missing after '(', before ')'"),
        ("pg:owns pg:owns", 9, "join two steps with '/' or '|'"),
        ("pg:owns*+", 9, "a second mark '+'"),
        ("^^pg:owns", 2, "a relation is missing after '^'"),
        ("!(pg:owns/pg:owns)", 10, "may hold only relations"),
        ("!(pg:owns", 2, "this '(' is not closed"),
        ("!", 2, "a relation is missing in the negated set"),
        ("!(pg:owns|)", 11, "a relation is missing in the negated set"),
        ("a", 1, "rdf:type"),
        ("eli:amends", 1, "did you mean pg:amends"),
        ("foo:owns", 1, "'foo:' is no known prefix"),
        ("pg:dieArea", 1, "leads to a value"),
        ("pg:owns/$x", 9, "has no meaning here"),
        ("<https://example.org/owns>", 1, "did you mean pg:owns"),
        ("<https://example.org", 1, "no closing '>'"),
        ("pg:owns/" + "(" * 60 + "pg:owns" + ")" * 60, 59, "more than 50 parentheses"),
        ("|".join(["pg:owns"] * 201), 1601, "more than 200 steps"),
        ("pg:owns/" * 1000, None, "at most 5000 are read"),
    ],
)
def test_what_is_refused_is_told_with_its_place(text: str, place: int | None, words: str) -> None:
    with pytest.raises(BadGrammar) as refused:
        parse(text)
    lines = str(refused.value).splitlines()
    assert words in lines[0]
    if place is not None:
        assert f"at character {place}:" in lines[0]
        caret = lines[2].index("^")
        shown = lines[1][caret:].removesuffix("...")
        assert text.replace("\n", " ")[place - 1 :].startswith(shown)


@given(st.text(alphabet="pg:owns/|^?*+!()<># a{}\n", max_size=60))
def test_whatever_is_written_is_read_or_refused(text: str) -> None:
    said = ""
    try:
        grammar = parse(text)
    except BadGrammar as refused:
        said = str(refused)
    else:
        assert parse(str(grammar)) == grammar
    assert not said or re.search(r"at character \d+: .+; .+|is empty", said)
