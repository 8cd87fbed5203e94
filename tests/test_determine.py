"""The whole of the law put to one case: what it comes to, and that nothing kept from one case is taken for another."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import policygraph as pg
from policygraph.errors import BadQuestion
from policygraph.law.evaluate import Evaluation
from policygraph.law.rulings import Determination, strictest
from policygraph.law.verdicts import Verdicts

TOLD: dict[str, Any] = {"act": "export", "from": "US", "exporter": "nvidia", "end_user": "bytedance", "knowledge": "yes"}


@pytest.fixture(scope="module")
def kg() -> pg.KnowledgeGraph:
    return pg.load()


@pytest.fixture(scope="module")
def view(kg: pg.KnowledgeGraph) -> pg.View:
    return kg.view("2025-05-20")


def determined(view: pg.View, **told: Any) -> Determination:
    return view.determine(**{**TOLD, **told})


@pytest.mark.parametrize(
    ("day", "outcome"), [("2025-04-08", "unknown"), ("2025-04-09", "met"), ("2025-05-20", "met")],
)  # fmt: skip
def test_the_h20_needs_a_licence_from_the_day_of_the_letter(kg: pg.KnowledgeGraph, day: str, outcome: str) -> None:
    found = determined(kg.view(day), item="h20", to="CN")
    assert str(found.ruling("ear-lr-letter-h20").outcome) == ("met" if outcome == "met" else "not met")
    assert str(found.outcome) == outcome
    assert {"3A090.a", "3A090.b"} <= set(found.classification.not_met)


def test_a_letter_binds_its_addressee_only(view: pg.View) -> None:
    found = determined(view, item="h20", to="CN", exporter="amd")
    assert str(found.ruling("ear-lr-letter-h20").outcome) == "not met"


def test_subject_is_not_licence_required(view: pg.View) -> None:
    bank = {"name": "A bank", "country": "DE", "headquarters": "DE"}
    found = determined(view, item="h100", to="DE", end_user=bank, parties_complete=True)
    assert (str(found.subject.verdict.outcome), found.status) == ("met", "subject")
    assert str(found.ruling("ear-lr-742.6-a-6-iii-a").outcome) == "not met"


def test_the_headquarters_of_a_stranger_count_wherever_it_is(view: pg.View) -> None:
    home, abroad = ({"name": "A cloud", "country": "SG", "headquarters": seat} for seat in ("SG", "CN"))
    assert str(determined(view, item="h100", to="SG", end_user=abroad).outcome) == "met"
    of_home = determined(view, item="h100", to="SG", end_user=home, parties_complete=True)
    assert str(of_home.ruling("ear-lr-742.6-a-6-iii-a").outcome) == "not met"


def test_every_rule_is_told_and_why(view: pg.View) -> None:
    found = determined(view, item="h100", to="CN", attestations="none")
    assert set(found.rulings) == set(view.kg.rules.rules)
    assert all(ruling.why for ruling in found.rulings.values())
    told = found.to_json()
    assert told["licence"] == "met"
    assert told["requirements"]["ear-lr-742.6-a-6-iii-a"] == "met"
    assert told["review"] == "presumption-of-denial"
    assert "Licence required (US): met" in str(found)


def test_a_demand_of_one_order_that_another_forbids_to_carry_out_is_a_conflict(kg: pg.KnowledgeGraph) -> None:
    bank = {"name": "A bank", "country": "SG", "headquarters": "SG"}
    found = kg.view("2025-06-01").conflicts(item="ascend-910c", act="finance", lender=bank, end_user="huawei", knowledge="yes")
    pairs = {(conflict.demands.rule.id, conflict.forbids.rule.id) for conflict in found}
    assert ("ear-gp10", "cn-afsl-12") in pairs
    assert {conflict.demands.rule.order for conflict in found} == {"US"}
    before = kg.view("2021-06-09").conflicts(item="ascend-910c", act="finance", lender=bank, end_user="huawei", knowledge="yes")
    assert "cn-afsl-12" not in {conflict.forbids.rule.id for conflict in before}


def test_the_affiliates_rule_is_unknown_after_its_suspension_and_may_be_assumed(kg: pg.KnowledgeGraph) -> None:
    case = {**TOLD, "item": "rtx-4090", "to": "CN", "end_user": "siltech-shanghai"}
    outcomes = {}
    for day in ("2025-09-28", "2025-10-10", "2025-11-10", "2026-11-10"):
        outcomes[day] = str(kg.view(day).determine(**case).ruling("ear-lr-affiliates").outcome)
    assert outcomes == {"2025-09-28": "not met", "2025-10-10": "met", "2025-11-10": "not met", "2026-11-10": "unknown"}
    assumed = kg.view("2026-11-10").determine(assume={"ear-lr-affiliates": "in-force"}, **case)
    assert str(assumed.ruling("ear-lr-affiliates").outcome) == "met"


def test_a_party_on_both_sides_is_refused(view: pg.View) -> None:
    with pytest.raises(BadQuestion, match="cannot be both exporter and end-user"):
        determined(view, item="h20", to="CN", exporter="huawei", end_user="huawei")


def test_what_is_kept_for_one_case_is_never_taken_for_another(view: pg.View) -> None:
    """A shared evaluation answers as a fresh one does, whatever it was asked before."""
    draw = np.random.default_rng(7)
    rules = list(view.kg.rules.rules)
    shared = Evaluation(view.frozen, view.kg.rules, view.as_of)
    for _ in range(25):
        told = {
            "item": draw.choice(["h20", "h100-sxm5-80gb", "ascend-910c", "rtx-4090"]), "to": draw.choice(["CN", "SG", "RU", "JP"]),
            "from": draw.choice(["US", "TW"]), "act": draw.choice(["export", "reexport", "use"]),
            "end_user": draw.choice(["huawei", "bytedance", "none"]), "knowledge": draw.choice(["yes", "no"]),
        }  # fmt: skip
        case = pg.Case(**{key: str(value) for key, value in told.items()}).resolved(view.kg.graph)
        shared.forget()
        fresh = Evaluation(view.frozen, view.kg.rules, view.as_of)
        for rule in draw.choice(rules, 12):
            one, other = shared.answer(str(rule), case).verdict, fresh.answer(str(rule), case).verdict
            assert Verdicts.code_of(one) == Verdicts.code_of(other), (rule, case)


def test_the_strictest_policy_wins() -> None:
    assert strictest(["presumption-of-approval", "policy-of-denial", ""]) == "policy-of-denial"
    assert strictest([]) == ""


def test_a_timeline_names_what_changed_the_answer(view: pg.View) -> None:
    found = view.timeline("ear-lr-letter-h20", item="h20", to="CN", until="2025-05-20", **TOLD)
    assert [(str(spell.begins), str(spell.outcome)) for spell in found.spells][-1] == ("2025-04-09", "met")
    assert any("letter" in str(change).lower() for change in found.spells[-1].changes)
    with pytest.raises(BadQuestion, match="outside coverage"):
        view.timeline("ear-lr-letter-h20", item="h20", since="2018-01-01")


def test_a_draft_rule_shows_whom_it_would_hit(kg: pg.KnowledgeGraph, tmp_path: Any) -> None:
    import pandas as pd

    draft = tmp_path / "draft.yaml"
    draft.write_text(
        "rule: draft-a\ntitle: A draft\neffect: licence-required\norder: US\nbindingness: bill\nbasis: ear:742.6-a-6\n"
        "versions: [{when: {all: [{classified: {in: [3A090]}}, {destination: {in: [SG]}}]}}]\n"
    )
    cases = pd.DataFrame({"item": ["h100-sxm5-80gb", "h20"], "to": ["SG", "SG"]})
    found = kg.compare("2025-05-20", draft=draft, cases=cases)
    told = [(row["item"], row["rule"], row["after"]) for row in found.to_json()["changed"]]
    assert told == [("h100-sxm5-80gb", "draft-a", "met")]
