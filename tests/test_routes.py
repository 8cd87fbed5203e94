"""Routes of weakest control: against every route tried in turn, and on the law of days that are known."""

from __future__ import annotations

from datetime import date
from itertools import pairwise, permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import policygraph as pg
from policygraph.diversion.controls import Control, Controls, controls
from policygraph.diversion.routes import differences, routes
from policygraph.errors import BadQuestion
from policygraph.figures.routemap import RouteMap

NAMES = ("US", "CN", "MY", "SG", "AE", "TW")


def made(rows: list[list[int]]) -> Controls:
    """Return what is demanded between the first countries of NAMES."""
    levels = np.array(rows, np.int8)
    return Controls("a chip", date(2025, 5, 20), NAMES[: len(levels)], levels)


def every_route(
    levels: np.ndarray, starts: list[int], ends: list[int], max_legs: int, barred: set[int]
) -> dict[tuple[int, ...], tuple[int, int, int]]:
    """Return every simple route with the strictest leg, the sum and the number of its legs."""
    inner = [row for row in range(len(levels)) if row not in (*starts, *ends) and row not in barred]
    found = {}
    for start in starts:
        for end in ends:
            for legs in range(1, max_legs + 1):
                for between in permutations(inner, legs - 1):
                    walk = (start, *between, end)
                    each = [int(levels[one, other]) for one, other in pairwise(walk)]
                    found[walk] = (max(each), sum(each), legs)
    return found


@given(
    st.integers(3, 6).flatmap(
        lambda size: st.lists(st.lists(st.integers(0, 8), min_size=size, max_size=size), min_size=size, max_size=size)
    ),
    st.integers(1, 4), st.booleans(),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_the_weakest_routes_are_those_found_by_trying_all(rows: list[list[int]], max_legs: int, is_barred: bool) -> None:
    demands = made(rows)
    not_via = ["MY"] if is_barred else []
    found = routes(demands, ["US"], ["CN"], max_legs=max_legs, not_via=not_via)
    every = every_route(demands.levels, [0], [1], max_legs, {2} if is_barred else set())
    least = min(every.values())
    expected = {tuple(NAMES[row] for row in walk) for walk, weight in every.items() if weight == least}
    assert {route.countries for route in found.best} == expected
    assert found.count == len(expected)
    assert {route.weakest for route in found.best} == {least}


def test_holders_are_passed_by_every_weakest_route() -> None:
    found = routes(made([[0, 7, 0, 7], [0, 0, 0, 0], [0, 5, 0, 0], [0, 7, 0, 0]]), ["US"], ["CN"])
    assert found.holders == ("MY",)
    assert found.stones.set_index("country")["weaker"].to_dict() == {"MY": True, "SG": False}


@pytest.mark.parametrize(
    ("start", "end", "legs", "said"),
    [
        (["US"], ["US"], 2, "US cannot be both where a route starts and where it ends"),
        (["US"], ["CN"], 0, "a route has from 1 to 5 legs, and not 0"),
        (["US"], ["Atlantis"], 2, "'Atlantis' is no country; give codes such as US, CN, MY"),
    ],
)
def test_a_route_that_cannot_be_is_refused(start: list[str], end: list[str], legs: int, said: str) -> None:
    with pytest.raises(BadQuestion) as caught:
        routes(made([[0, 1, 1]] * 3), start, end, max_legs=legs)
    assert str(caught.value) == said


@pytest.fixture(scope="module")
def december() -> Controls:
    kg = pg.load()
    return controls(kg.view("2024-12-10").frozen, kg.rules, "h100")


def test_a_reexport_to_china_needs_a_licence_wherever_it_starts(december: Controls) -> None:
    assert december.leg("US", "CN").control is Control.DENIAL
    assert december.leg("MY", "CN").control is Control.DENIAL
    assert "ear-lr-742.6-a-6-iii-a" in december.leg("MY", "CN").rules


def test_malaysia_was_a_stepping_stone_until_the_diffusion_rule_would_have_closed_it(december: Controls) -> None:
    kg = pg.load()
    assumed = controls(kg.view("2025-05-20").frozen, kg.rules, "h100", assume={"ear-lr-742.6-a-6-iii-a": "in-force"})
    assert december.leg("US", "MY").control is Control.NONE
    assert assumed.leg("US", "MY").control > Control.CONDITIONAL
    first, second = (routes(one, ["US"], ["CN"], max_legs=2) for one in (december, assumed))
    difference = differences(first, second, ("December", "had it been enforced"))
    changed = difference.changed.set_index("country")
    assert changed.loc["MY", "into_before"] == "no requirement"
    assert changed.loc["MY", "onward_before"] == changed.loc["MY", "onward_after"]
    assert "stepping stones differ between December and had it been enforced" in str(difference)


def test_one_leg_is_what_the_whole_law_says_of_the_same_case(december: Controls) -> None:
    view = pg.load().view("2024-12-10")
    firm = {"name": "a firm", "country": "VN", "headquarters": "VN"}
    found = view.determine(
        item="h100", act="export", to="VN", ultimate_consignee=firm, end_user=firm, parties="complete", into="none", end_use="none",
        attestations="none", authorisations="none", facility="none",
        knowledge={"destination": "yes", "end-use": "no", "violation": "no"}, **{"from": "US"},
    )  # fmt: skip
    assert str(found.licence.verdict.outcome) == "met"
    assert december.leg("US", "VN").control is Control.APPROVAL


def test_a_letter_to_one_exporter_is_told_and_weighed_only_where_it_sends() -> None:
    view = pg.load().view("2025-05-20")
    found = view.routes("h20", to="CN")
    letter = next(one for one in found.to_json()["letters"] if one["rule"] == "ear-lr-letter-h20")
    assert letter["exporters"] == ["nvidia"]
    assert {"CN", "HK", "MO"} <= set(letter["into"])
    assert "DE" not in letter["into"]
    assert "Not weighed: ear-lr-letter-h20 demands, or may demand, a licence of nvidia into" in str(found)
    assert "What other countries demand by their own law is not in the data." in str(found)
    asked = view.routes("h20", to="CN", inputs={"exporter": "nvidia"})
    assert asked.controls.leg("US", "CN").rules == ("ear-lr-letter-h20",)
    assert asked.controls.letters == ()


def test_what_every_leg_says_itself_is_not_told_of_all() -> None:
    with pytest.raises(BadQuestion, match="'to' is another on every leg, and is not told of all"):
        pg.load().view("2024-12-10").routes("h100", to="CN", inputs={"to": "MY"})


def test_the_map_fills_every_country_by_what_is_demanded_into_it(tmp_path: Path) -> None:
    found = routes(made([[0, 7, 0, 7], [0, 0, 0, 0], [0, 5, 0, 0], [0, 7, 0, 0]]), ["US"], ["CN"])
    drawn = pg.figure(found)
    assert isinstance(drawn, RouteMap)
    assert drawn.panels[0].into == {"MY": Control.NONE, "SG": Control.DENIAL}
    assert drawn.panels[0].ways == (("US", "MY", "CN"),)
    assert drawn.answer == (
        "Directly: licence, presumption of denial. Into one country less is demanded; onward from there, at the least: "
        "licence, case by case."
    )
    assert drawn.save(tmp_path / "map.svg").read_bytes() == drawn.rendered("svg")
    both = pg.figure(differences(found, found, ("before", "after")))
    assert [panel.title for panel in both.panels] == ["before", "after"]


def test_there_is_no_figure_of_what_is_no_answer() -> None:
    with pytest.raises(BadQuestion, match="there is no figure of a str; give what touches, check, routes or transshipments returns"):
        pg.figure("routes")


@pytest.mark.parametrize(
    ("to", "said"),
    [
        ("Atlantis", "'Atlantis' is no country and no group; give one such as MY or D:5"),
        ("huawei", "routes lead from countries to countries, and 'huawei' names a party; give its country, or a group"),
        ("Z:9", "no country is known to belong to 'Z:9' on 2024-12-10; name a group such as D:5, a country or a list"),
    ],
)
def test_an_end_that_is_no_place_is_refused(to: str, said: str) -> None:
    with pytest.raises(BadQuestion) as caught:
        pg.load().view("2024-12-10").routes("h100", to=to)
    assert str(caught.value) == said
