"""Screening gives every case the answer that the reader of single cases gives; a bad table is refused whole."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import policygraph as pg
from policygraph.errors import BadData
from policygraph.law import conditions as law
from policygraph.law import readings
from policygraph.law.evaluate import Evaluation
from policygraph.law.question import family_of, of_family
from policygraph.law.rulebook import Rule, Rulebook, Version
from policygraph.law.screen import screen
from policygraph.law.table import CaseTable
from policygraph.law.verdicts import CODES, Verdicts, merged, weighed
from policygraph.ontology import Ontology
from policygraph.truth import Strength
from tests.datalog.agreement import drawn
from tests.small import graph, said, view


@pytest.fixture(scope="module")
def kg() -> pg.KnowledgeGraph:
    return pg.load()


@pytest.mark.parametrize(("day", "seed"), [("2020-09-01", 1), ("2023-01-15", 2), ("2026-07-15", 5)])
def test_screen_and_explain_agree_on_random_cases(kg: pg.KnowledgeGraph, day: str, seed: int) -> None:
    """Those of ``make agree`` are many more, and put to all rules."""
    view = kg.view(day).frozen
    table = drawn(kg, 24, seed)
    asked = [str(rule) for rule in np.random.default_rng(seed).choice(sorted(kg.rules.rules), 30, replace=False)]
    found = screen(view, kg.rules, table, asked)
    evaluation = Evaluation(view, kg.rules, view.as_of)
    for row in range(len(table)):
        evaluation.forget()
        case = table.case(row).resolved(kg.graph)
        family = family_of(view, case.item)
        for rule in asked:
            one = of_family(evaluation, case.item, family, lambda other, item, rule=rule, case=case: other.answer(rule, case, item))
            assert found[rule].at(row) == one.verdict, (rule, str(case))


def outcomes(condition: law.Condition, claims: list[dict[str, Any]], classes: dict[str, str], **columns: list[str]) -> list[str]:
    versions = (Version(when=condition),)
    rule = Rule(id="r", title="r", effect="definition", order="US", bindingness="regulation", basis="ear:r", versions=versions)
    found = screen(view(graph(claims, classes)), Rulebook({"r": rule}, {}, Ontology.shipped(), ""), CaseTable.of(pd.DataFrame(columns)))
    return found.outcomes("r").tolist()  # type: ignore[no-any-return]


def test_content_is_worth_what_the_row_says_in_its_currency_of_an_item_or_its_family() -> None:
    claims = [
        said("chip", "incorporates", "die", grade=4, qualifiers={"amount": "30", "currency": "USD"}),
        said("die", "originIn", "US", grade=4), said("chip", "variantOf", "line", grade=4),
    ]  # fmt: skip
    quarter = law.Content(of=law.Target(origin=("US",)), over=25)
    classes = {"chip": "Chip", "die": "Chip", "line": "Chip", "US": "Country"}
    items, values = ["chip", "line", "chip", "chip", "die"], ["100", "100", "100", "", "100"]
    found = outcomes(quarter, claims, classes, item=items, value=values, currency=["USD", "USD", "EUR", "USD", "USD"])
    assert found == ["met", "met", "unknown", "unknown", "unknown"]
    of_a_party = law.Some(among="parties", as_="one", test=quarter)
    assert outcomes(of_a_party, claims, classes, item=["chip"], value=["100"], currency=["USD"], exporter=["{name: A}"]) == ["met"]


def test_what_every_party_must_pass_may_be_about_another_party() -> None:
    claims = [said("maker", "listed", "entity-list", grade=4), said("buyer", "remark", value="named")]
    classes = {"maker": "Company", "buyer": "Company", "entity-list": "PartyList"}
    with_a_listed_exporter = law.Every(among="parties", as_="one", test=law.Listed(role=("exporter",), list="entity-list"))
    told = {"exporter": ["maker", "maker"], "end_user": ["buyer", "none"], "parties": ["complete", ""]}
    assert outcomes(with_a_listed_exporter, claims, classes, **told) == ["met", "unknown"]


def test_the_licence_of_a_screen_is_that_of_determine(kg: pg.KnowledgeGraph) -> None:
    view = kg.view("2025-05-20")
    frame = pd.DataFrame(
        {"item": ["h20", "h100", "rtx-4090", "h20"], "act": "export", "from": "US", "to": ["CN", "CN", "VN", "JP"], "exporter": "nvidia"}
    )
    found = view.screen(frame)
    for row in range(4):
        case = {key: value for key, value in frame.iloc[row].items() if value}
        assert found.frame["licence_US"][row] == str(view.determine(**case).outcome)


def test_arrays_of_verdicts_combine_as_single_ones_do() -> None:
    every = Verdicts.decoded(np.arange(CODES, dtype=np.uint8))
    lost = [code for code in range(CODES) if abs(int(every.clear[code])) <= 4]
    assert [int(code) for code in every.codes] == lost
    for first in range(CODES):
        one = Verdicts(every.all_[first : first + 1], every.clear[first : first + 1])
        assert one.supported.at(0) == readings.supported(one.at(0))
        assert one.at_most(Strength.PRESUMED).at(0) == one.at(0).at_most(Strength.PRESUMED)
        for second in range(0, CODES, 5):
            other = Verdicts(every.all_[second : second + 1], every.clear[second : second + 1])
            assert (one & other).at(0) == one.at(0) & other.at(0)
            assert (one | other).at(0) == one.at(0) | other.at(0)
            assert merged((one, other)).at(0) == readings.merged((one.at(0), other.at(0)))
            if int(one.all_[0]) >= int(one.clear[0]) >= 0 and int(other.clear[0]) * int(other.all_[0]) >= 0:
                assert weighed(one, other).at(0) == readings.weighed(one.at(0), other.at(0))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("itm,to\nh20,CN\n", r":1: a case has no input 'itm'; did you mean 'item'\?"),
        ("item,to\nh20,XX\n", r":2: column 'to'"), ("item,to\nno-such-chip,CN\n", r":2: column 'item'"),
        ("item,value\nh20,-5\n", r":2: column 'value'"), ("item,value\nh20,much\n", r":2: column 'value': 'much' is no number"),
        ("item,to\nh20\n", r":2: this row has 1 cells, and the header 2"), ("item,item\nh20,h20\n", "the column 'item' stands there twice"),
        ("", "the file is empty"), ("exporter,end_user\nsmic,smic\n", r":2: 'smic' cannot be both exporter and end-user"),
        ("end_user\n{name: A\n", r":2: column 'end_user'"),
    ],
)  # fmt: skip
def test_a_bad_table_is_refused_with_its_row(kg: pg.KnowledgeGraph, tmp_path: Path, text: str, said: str) -> None:
    place = tmp_path / "cases.csv"
    place.write_text(text, encoding="utf-8")
    with pytest.raises(BadData, match=said):
        screen(kg.view("2025-05-20").frozen, kg.rules, CaseTable.read(place), ["eccn-3a090-a"])
