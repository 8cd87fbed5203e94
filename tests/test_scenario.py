"""Scenarios: what is read and how it counts, what is refused, and what is answered.

Every file in ``tests/bad/scenarios`` holds one fault (one of them several), and what is then said must be what stands in the ``.expected``
file beside it. ``python -m tests.test_scenario`` writes those files anew; read the difference like prose.
"""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import policygraph as pg
from policygraph import cli, desk
from policygraph.errors import BadData
from policygraph.scenario import Answers, Scenario, answered

BAD = Path(__file__).parent / "bad" / "scenarios"
CASES = sorted(BAD.glob("*.yaml"))
HEAD = """
scenario: trial
title: A trial
as_of: 2025-05-13
"""
OWN = """
entities:
  - {id: my-chip, type: Chip, name: My chip, names: {zh: [我的芯片]}}
  - {id: my-phone, type: System, name: My phone}
  - {id: my-fab, type: Fab, name: My fab}
  - {id: my-tools, type: Equipment, name: My tools}
  - {id: my-firm, type: Company, name: My firm}
"""
MADE = """
claims:
  - {s: my-chip, r: fabricatedAt, o: my-fab}
  - {s: my-fab, r: usesEquipment, o: my-tools}
  - {s: my-tools, r: originIn, o: US}
"""
ASK = """
case: {item: my-chip}
ask: touches
"""


@cache
def kg() -> desk.KnowledgeGraph:
    return pg.load()


def told(case: Path) -> str:
    with pytest.raises(BadData) as refused:
        kg().scenario(case)
    return str(refused.value).replace(f"{case.as_posix()}", case.name) + "\n"


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_each_fault_is_told_in_one_sentence(case: Path) -> None:
    assert told(case) == case.with_suffix(".yaml.expected").read_text(encoding="utf-8")


def test_every_expected_file_has_its_case() -> None:
    assert {path.name.removesuffix(".expected") for path in BAD.glob("*.expected")} == {case.name for case in CASES}


@pytest.fixture
def write(tmp_path: Path) -> Any:
    """Give what writes a scenario of these texts and names the file."""

    def one(*texts: str) -> Path:
        path = tmp_path / "trial.yaml"
        path.write_text("".join(texts), encoding="utf-8")
        return path

    return one


def outcome(path: Path, number: int = 0) -> str:
    return str(kg().ask(path)[number].outcome)


def laid(scenario: Scenario, as_of: str = "", known_by: str | None = None) -> desk.View:
    return kg().over(scenario.graph).view(as_of or scenario.as_of, known_by or scenario.known_by)


# ---------------------------------------------------------------------------------------------------------------- what is stipulated


def test_what_is_stipulated_counts_as_established(write: Any) -> None:
    finding = kg().ask(write(HEAD, OWN, MADE, ASK))[0]
    assert (str(finding.outcome), int(finding.verdict.all_.for_)) == ("met", 4)
    assert {item.speaker for item in finding.sources} == {"scenario"}


def test_a_real_speaker_vouches_as_themselves(write: Any) -> None:
    made = MADE.replace("o: my-fab}", "o: my-fab, by: techinsights}").replace("o: US}", "o: US, stance: alleges}")
    finding = kg().ask(write(HEAD, OWN, made, "complete: all\n", ASK))[0]
    (route,) = [route for route in finding.routes if {step.object for step in route.path} == {"my-fab", "my-tools", "US"}]
    assert [(step.relation, int(step.truth.for_)) for step in route.path] == [("fabricatedAt", 3), ("usesEquipment", 4), ("originIn", 1)]


def test_nothing_is_told_of_what_lies_beneath(write: Any) -> None:
    before = len(kg().graph.table)
    kg().ask(write(HEAD, OWN, MADE, ASK))
    assert len(kg().graph.table) == before
    assert "my-chip" not in kg().graph.index


def test_a_hypothetical_may_be_about_what_is_shipped(write: Any) -> None:
    claim = "claims:\n  - {s: h20, r: fabricatedAt, o: smic-finfet-lines, from: 2024-01-01}\n"
    case = "case: {item: h20}\nask: touches\n"
    plain, moved = kg().ask(write(HEAD, case))[0], kg().ask(write(HEAD, claim, case))[0]
    there = "smic-finfet-lines"
    assert there not in {step.object for route in plain.routes for step in route.path}
    assert there in {step.object for route in moved.routes for step in route.path}


def test_a_shipped_claim_may_be_disputed(write: Any) -> None:
    graph = kg().graph
    shipped = kg().view("2025-05-13").frozen
    (edge,) = shipped.find("h20", "designedBy", "nvidia")
    claim = graph.table.ids[int(shipped.edges.rows(edge)[0])]
    text = f"claims:\n  - {{disputes: {claim}, by: huawei}}\n"
    scenario = kg().scenario(write(HEAD, text, "case: {item: h20}\nask: touches\n"))
    assert kg().view("2025-05-13").verdict("h20", "designedBy", "nvidia").outcome == "met"
    assert laid(scenario).verdict("h20", "designedBy", "nvidia").outcome == "contested"


@pytest.mark.parametrize("known_by", ["", "known_by: 2024-01-01\n"], ids=["everything", "known by"])
def test_what_is_stipulated_is_on_record_unless_it_says_since_when(write: Any, known_by: str) -> None:
    since = "claims:\n  - {s: my-chip, r: fabricatedAt, o: my-fab}\n  - {s: my-chip, r: madeBy, o: my-firm, recorded: 2024-06-01}\n"
    scenario = kg().scenario(write(HEAD, known_by, OWN, since, ASK))
    view = laid(scenario)
    assert view.verdict("my-chip", "fabricatedAt", "my-fab").outcome == "met"
    assert view.verdict("my-chip", "madeBy", "my-firm").outcome == ("unknown" if known_by else "met")


def test_what_has_no_beginning_held_since_the_data_begin(write: Any) -> None:
    state = "claims:\n  - {s: my-firm, r: headquarteredIn, o: CN}\n"
    scenario = kg().scenario(write(HEAD, OWN, state, ASK))
    early = laid(scenario, "2019-01-01", "2025-05-13")
    (row,) = early.frozen.find("my-firm", "headquarteredIn")
    assert early.frozen.step(row).unknown_bounds == ()


# ---------------------------------------------------------------------------------------------------------------- what is refuted


def verdict(path: Path, *statement: str) -> str:
    return str(laid(kg().scenario(path)).verdict(*statement).outcome)


@pytest.mark.parametrize(
    ("complete", "made_by", "owned"),
    [
        ("", "unknown", "unknown"), ("complete: all\n", "not met", "not met"),
        ("complete: [{s: my-chip, r: [madeBy, designedBy]}]\n", "not met", "unknown"),
        ("complete: [{o: my-firm, r: owns}]\n", "unknown", "not met"),
    ],
)  # fmt: skip
def test_what_is_not_claimed_is_refuted_where_it_is_complete(write: Any, complete: str, made_by: str, owned: str) -> None:
    path = write(HEAD, OWN, MADE, complete, ASK)
    assert verdict(path, "my-chip", "madeBy", "my-firm") == made_by
    assert verdict(path, "huawei", "owns", "my-firm") == owned
    assert verdict(path, "my-chip", "fabricatedAt", "my-fab") == "met"


def test_completeness_of_all_says_nothing_of_what_is_shipped(write: Any) -> None:
    path = write(HEAD, OWN, MADE, "complete: all\n", ASK)
    assert verdict(path, "h20", "madeBy", "huawei") == verdict(write(HEAD, OWN, ASK), "h20", "madeBy", "huawei")


def test_complete_makes_a_clean_item_not_met_and_silence_leaves_it_open(write: Any) -> None:
    clean = "claims:\n  - {s: my-chip, r: fabricatedAt, o: my-fab}\n"
    assert outcome(write(HEAD, OWN, clean, ASK)) == "unknown"
    assert outcome(write(HEAD, OWN, clean, "complete: all\n", ASK)) == "not met"


def test_what_is_said_in_general_holds_of_own_items_unless_they_are_told_completely(write: Any) -> None:
    made = "claims:\n  - {s: my-chip, r: fabricatedAt, o: my-fab}\n  - {s: my-fab, r: operatedBy, o: tsmc}\n"
    assert verdict(write(HEAD, OWN, made, ASK), "my-fab", "usesEquipment", "us-made-fab-tools") == "met"
    assert verdict(write(HEAD, OWN, made, "complete: all\n", ASK), "my-fab", "usesEquipment", "us-made-fab-tools") == "not met"


def test_own_parties_are_unlisted_unless_they_are_listed(write: Any) -> None:
    listed = "claims:\n  - {s: my-firm, r: listed, o: entity-list}\n"
    for text, on_list in ((MADE, "not met"), (listed, "met")):
        path = write(HEAD, OWN, text, ASK)
        assert verdict(path, "my-firm", "listed", "entity-list") == on_list
        assert verdict(path, "my-firm", "listed", "meu-list") == "not met"
        assert verdict(path, "my-firm", "bearsFootnote", "entity-list-fn1") == "not met"


# ---------------------------------------------------------------------------------------------------------------- bases and clocks


def test_the_law_alone_has_the_rules_and_none_of_the_shipped_items(write: Any) -> None:
    path = write(HEAD, "base: none\n", OWN, MADE, "complete: all\n", "case: {item: my-chip, to: CN}\nask: ear-subject\n")
    scenario = kg().scenario(path)
    assert "h20" not in scenario.graph.index
    assert str(kg().ask(path)[0].outcome) in ("met", "not met", "contested", "unknown")


def test_an_id_of_the_shipped_data_is_free_over_the_law_alone(write: Any) -> None:
    own = "entities:\n  - {id: h20, type: Chip, name: Another}\ncase: {item: h20}\nask: touches\n"
    assert kg().scenario(write(HEAD, "base: none\n", own)).graph.entity("h20").name == "Another"


def test_the_days_are_those_of_the_data_unless_told(write: Any) -> None:
    scenario = kg().scenario(write(HEAD.replace("as_of: 2025-05-13\n", ""), OWN, ASK))
    assert (scenario.as_of, scenario.known_by) == (kg().date, None)
    other = kg().scenario(write(HEAD, "known_by: 2024-09-01\n", OWN, ASK))
    assert (other.as_of, other.known_by) == (date(2025, 5, 13), date(2024, 9, 1))


def test_an_assumption_reaches_the_rule(write: Any) -> None:
    case = "case: {item: ascend-910c, act: use, end_use: none, authorisations: none, knowledge: yes}\nask: ear-gp10\n"
    for assumed in ("", "assume: {ear-gp10: suspended}\n"):
        assert (outcome(write(HEAD, assumed, case)) == "not met") is bool(assumed)


def test_a_name_in_any_script_is_found_in_the_case(write: Any) -> None:
    assert kg().scenario(write(HEAD, OWN, "case: {item: 我的芯片}\nask: touches\n")).case.item == "my-chip"
    assert kg().scenario(write(HEAD, "case: {item: 昇腾910B, to: 中国}\nask: touches\n")).case.to == "CN"


def test_a_control_list_entry_is_no_number(write: Any) -> None:
    assert kg().scenario(write(HEAD, "case: {eccn: [3E001, 3A090.a]}\nask: ear-gp10\n")).case.eccn == ("3E001", "3A090.a")


# ---------------------------------------------------------------------------------------------------------------- answers


class Desk:
    """A view that notes what it is asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []

    def __getattr__(self, verb: str) -> Any:
        if verb in ("outcome", "leaning"):
            return "met"
        if verb == "outcomes":
            raise AttributeError(verb)

        def one(*given: Any, **more: Any) -> Any:
            self.asked.append((verb, *given, *more.values()))
            return [self] if verb == "conflicts" else self

        return one

    def to_json(self) -> dict[str, Any]:
        return {"outcome": "met", "eccn": ["3A090.b", "3A090.a"], "tpp": 2368.4, "deep": {"er": [1, 2]}, "of": {"ear-742.6": "met"}}


def test_each_question_asks_its_verb_of_the_view(write: Any) -> None:
    asks = "ask: [determine, ear-gp10, touches, {touches: JP}, classify, affiliates, content, conflicts]\n"
    scenario = kg().scenario(write(HEAD, "assume: {ear-gp10: in-force}\ncase: {item: h20, end_user: huawei, exporter: nvidia}\n", asks))
    view, case, assumed = Desk(), scenario.case, {"ear-gp10": "in-force"}
    assert len(answered(scenario, view)) == 8
    assert view.asked == [
        ("determine", case, assumed), ("check", "ear-gp10", case, assumed), ("touches", "h20"), ("touches", "h20", "JP"),
        ("classify", "h20"), ("affiliates", "huawei"), ("content", case), ("conflicts", case, assumed),
    ]  # fmt: skip


def test_the_only_party_is_the_one_asked_about(write: Any) -> None:
    told = {
        "purchaser: huawei": "huawei", "purchaser: huawei, exporter: nvidia": "None", "purchaser: nvidia, end_user: huawei": "huawei",
        "purchaser: huawei, end_user: huawei": "huawei",
    }  # fmt: skip
    for parties, party in told.items():
        assert str(kg().scenario(write(HEAD, f"case: {{{parties}}}\nask: ear-gp10\n")).party) == party


@pytest.mark.parametrize(
    ("expect", "agrees"),
    [
        ("outcome: met", True), ("outcome: not met", False), ("eccn: [3A090.a, 3A090.b]", True), ("eccn: [3A090.a]", False),
        ("eccn: []", False), ("tpp: 2368", True), ("tpp: 2368.4", True), ("tpp: 2368.5", False), ("tpp: 2367", False),
        ("deep.er.1: 2", True), ("deep.er.2: 2", False), ("deep.er.0.1: 2", False), ("of.ear-742.6: met", True),
        ("deep: {er: [2, 1]}", True), ("missing: met", False), ("outcome: true", False),
    ],
)  # fmt: skip
def test_an_answer_is_compared_with_what_was_published(write: Any, expect: str, agrees: bool) -> None:
    scenario = kg().scenario(write(HEAD, "case: {item: h20}\nask: classify\n", f"expect: {{{expect}}}\n"))
    (row,) = answered(scenario, Desk()).expected
    assert row.agrees is agrees
    assert ("DISAGREES" in str(row)) is not agrees


def test_one_answer_stands_beside_the_scenario_in_json(write: Any) -> None:
    one = kg().ask(write(HEAD, OWN, MADE, ASK, "expect: {outcome: met}\n")).to_json()
    assert {key: one[key] for key in ("scenario", "title", "as_of", "known_by", "base", "outcome")} == {
        "scenario": "trial", "title": "A trial", "as_of": "2025-05-13", "known_by": None, "base": "shipped", "outcome": "met",
    }  # fmt: skip
    assert one["answers"][0]["ask"] == "touches"
    assert one["answers"][0]["proof"] == one["proof"]
    assert one["expected"] == [{"ask": "touches", "key": "outcome", "expected": "met", "found": "met", "agrees": True}]
    json.dumps(one)


def test_several_answers_stand_in_a_list_in_json(write: Any) -> None:
    asks = "ask: [touches, {touches: JP}]\nexpect: [{outcome: met}, {}]\n"
    both = kg().ask(write(HEAD, OWN, MADE, "complete: all\ncase: {item: my-chip}\n", asks))
    told = both.to_json()
    assert set(told) == {"scenario", "title", "as_of", "known_by", "base", "answers", "expected"}
    assert [(answer["ask"], answer["outcome"]) for answer in told["answers"]] == [("touches", "met"), ("touches JP", "not met")]
    assert [row.agrees for row in both.expected] == [True]


def test_a_disagreement_is_told_and_is_no_error(write: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(desk, "load", lambda *_: kg())
    source = "source: {title: A note, publisher: A firm, published: 2025-05-20, says: It did not touch them.}\n"
    path = write(HEAD, source, OWN, MADE, ASK, "expect: {outcome: not met}\n")
    for more in ((), ("--json",)):
        with pytest.raises(SystemExit) as left:
            cli.main(("ask", str(path), *more))
        out, err = capsys.readouterr()
        assert (left.value.code, err) == (0, "")
        if more:
            assert json.loads(out)["expected"][0]["agrees"] is False
        else:
            assert "Published conclusion (A firm, A note, 2025-05-20): It did not touch them." in out
            assert "touches: outcome is expected to be not met; the answer DISAGREES: met." in out


def test_a_question_that_is_refused_tells_where_it_is_asked(write: Any) -> None:
    path = write(HEAD, "case: {item: us-eda-software}\n", "ask: touches\n")
    with pytest.raises(BadData, match=r"trial\.yaml:6: 'us-eda-software' names something of class"):
        kg().ask(path)


def test_a_scenario_is_a_value(write: Any) -> None:
    scenario = kg().scenario(write(HEAD, OWN, MADE, ASK))
    assert isinstance(scenario, Scenario)
    assert isinstance(answered(scenario, laid(scenario)), Answers)
    with pytest.raises(AttributeError):
        scenario.title = "Another"  # type: ignore[misc]


def test_the_same_scenario_over_other_data(tmp_path: Path, write: Any) -> None:
    from tests.test_datasets import GOOD

    small = pg.load(GOOD)
    path = write(HEAD, "entities:\n  - {id: ascend-910b, type: Chip, name: Mine}\n", "case: {item: smic-sn1}\nask: touches\n")
    with pytest.raises(BadData, match="'ascend-910b' stands in the data already"):
        small.scenario(path)


def write_expected() -> None:
    """Write what is said of each case beside it."""
    for case in CASES:
        case.with_suffix(".yaml.expected").write_text(told(case), encoding="utf-8")


if __name__ == "__main__":
    write_expected()
