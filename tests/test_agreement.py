"""Three readers that agree: explain, screen, and a Datalog program generated from the same rules. ``make agree`` does it at length."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

import policygraph as pg
from policygraph import measures
from policygraph.case import Case
from policygraph.law import conditions as law
from policygraph.law.rulebook import Rule, Rulebook, Version, conditions_of
from policygraph.ontology import Ontology
from policygraph.ownership import By, Cascade, parts_per_million
from policygraph.parties import Party
from tests.datalog.agreement import Tally, compared, drawn, of_small_world, told_by
from tests.datalog.chance import FIRMS, ITEMS, QUANTITIES, SmallWorld
from tests.datalog.figures import Holdings, Measures
from tests.datalog.reader import read
from tests.small import graph, said, view


@pytest.mark.parametrize("first", [0, 3])
def test_all_three_agree_on_random_graphs_rules_and_cases(first: int) -> None:
    tally = Tally()
    for number in range(first, first + 3):
        tally += of_small_world(number, 24, 8)
    assert not tally.differences, str(tally)
    assert tally.cases == 3 * 32
    assert {"met", "not met", "unknown"} <= {name for name, many in tally.outcomes.items() if many > 40}, str(tally)


def test_all_three_agree_on_the_shipped_data() -> None:
    kg = pg.load()
    view, table = kg.view("2025-10-15").frozen, drawn(kg, 24, 7)
    tally = compared(view, kg.rules, told_by(table, view), table, sorted(kg.rules.rules)[7::12], every=4)
    assert not tally.differences, str(tally)
    assert tally.answers["screen"] >= 24 * 23


def test_random_rules_ask_every_kind_of_condition() -> None:
    known = {kind.model_fields["kind"].default for kind in get_args(get_args(law.Condition)[0])}
    drawn_ = {
        condition.kind for number in range(12) for rule in SmallWorld(number).book.rules.values() for condition in conditions_of(rule)
    }
    assert drawn_ == known


def test_the_datalog_reader_tells_the_four_outcomes_apart() -> None:
    claims = [
        said("chip", "fabricatedAt", "fab", grade=3), said("fab", "usesEquipment", "tool", grade=4),
        said("tool", "originIn", "US", grade=4),
        said("die", "fabricatedAt", "fab", grade=3), said("die", "fabricatedAt", "fab", grade=1, stance="denies"),
        said("other", "fabricatedAt", "elsewhere", grade=3), said("bare", "remark", value="named"),
    ]  # fmt: skip
    completes = (
        {"relation": "fabricatedAt", "subject": "other", "grade": 2},
        {"relation": "usesEquipment", "subject": "elsewhere", "grade": 3},
    )
    classes = {"fab": "Fab", "elsewhere": "Fab", "tool": "Equipment", "US": "Country"}
    touched = law.Path(path="pg:fabricatedAt/pg:usesEquipment", to=law.Target(origin=("US",)))
    rule = Rule(
        id="r", title="r", effect="definition", order="US", bindingness="regulation", basis="ear:r", versions=(Version(when=touched),)
    )
    book = Rulebook({"r": rule}, {}, Ontology.shipped(), "")
    every, clear = read(view(graph(claims, classes, completes)), book, [Case(item=one) for one in ("chip", "die", "other", "bare")])["r"]
    assert every.tolist() == [3, 3, -2, 0], "as sure as the weakest step, as closed as the weakest declaration, and else open"
    assert clear.tolist() == [3, 0, -2, 0], "a denial takes the answer from the second run alone"


def test_an_answer_that_differs_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def contrary(*given: object) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        return {name: (-every, -clear) for name, (every, clear) in read(*given).items()}

    monkeypatch.setattr("tests.datalog.agreement.read", contrary)
    tally = of_small_world(1, 8, 0)
    known = sum(many for outcome, many in tally.outcomes.items() if outcome != "unknown")
    assert 0 < known <= len(tally.differences), "each answer that is known differs, from explain and from screen"


def test_figures_agree_with_the_engines_of_the_package() -> None:
    measured = held = 0
    for number in range(20):
        world = SmallWorld(number)
        figures = Measures(world.view)
        for name, limit in QUANTITIES.items():
            for comparison in (">=", ">", "<", "<="):
                asked = law.Measure(quantity=name, comparison=comparison, value=limit)
                for item in (*ITEMS, "line"):
                    verdict = measures.compare(world.view, item, name, comparison, limit).verdict
                    assert figures.compared(item, asked) == verdict, (number, item, asked)
                    measured += verdict.all_.for_ > 0
        for asked in (law.Owned(by=(law.Listed(list="list-a"),)), law.Owned(by=(law.Listed(list="list-b"),), share=25, aggregate=False)):
            by = [By(one.list, one.footnote) for one in asked.by]
            for firm in FIRMS:
                party = Party(id=firm)
                cascade = Cascade(world.view, by, parts_per_million(asked.share), (party,), aggregate=asked.aggregate)
                assert Holdings(world.view, asked).held(party) == cascade.verdict(firm), (number, firm, asked)
                held += cascade.verdict(firm).all_.for_ > 0
    assert measured > 20
    assert held > 5
