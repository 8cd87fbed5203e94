"""A rule put to a case: operation, versions, the two clocks, what is told beside the answer; the founding question; printed proofs.

The printed proofs stand in ``tests/proofs``, one question a file, to be read like prose. ``POLICYGRAPH_REWRITE_PROOFS=1`` writes them
anew; the difference is the review.
"""

from __future__ import annotations

import json
import os
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import policygraph as pg
from policygraph.case import Case
from policygraph.desk import KnowledgeGraph
from policygraph.errors import BadQuestion, UnknownName
from policygraph.findings import Finding
from policygraph.law import Rulebook, explain
from policygraph.ontology import Ontology
from policygraph.truth import Outcome, Strength
from tests.small import graph, said, view

PROOFS = Path(__file__).parent / "proofs"
HEAD = "rule: {id}\ntitle: Rule {id}\neffect: {effect}\norder: US\nbindingness: {bindingness}\nbasis: ear:734.9\n"
CLASSES = {"chip": "Chip", "bin-1": "Chip", "bin-2": "Chip", "maker": "Company", "buyer": "Company", "US": "Country", "MY": "Country",
           "TW": "Country", "entity-list": "PartyList", "tech": "Technology"}  # fmt: skip


def rules(tmp_path: Path, *, effect: str = "subject-to-ear", bindingness: str = "regulation", **texts: str) -> Rulebook:
    for name, text in texts.items():
        head = HEAD.format(id=name, effect=effect, bindingness=bindingness)
        (tmp_path / f"{name}.yaml").write_text(head + text, encoding="utf-8")
    return Rulebook.load(tmp_path, Ontology.shipped())


def world(*claims: dict[str, Any], completes: tuple[dict[str, Any], ...] = ()) -> Any:
    return graph([*claims, *(said(id_, "remark", value="named") for id_ in CLASSES)], CLASSES, completes)


ORIGIN = "{path: 'pg:originIn', to: {is: US}}"
AMERICAN = said("chip", "originIn", "US", grade=4, id="c-origin", document="d-origin")


# ---- operation and versions


@pytest.mark.parametrize(
    ("as_of", "outcome", "status"),
    [
        ("2025-09-28", "not met", "not yet in force"), ("2025-09-29", "met", "in force"), ("2025-11-10", "not met", "suspended"),
        ("2026-11-10", "unknown", "unknown"),
    ],
)  # fmt: skip
def test_operation_is_the_first_leaf_of_every_proof(tmp_path: Path, as_of: str, outcome: str, status: str) -> None:
    book = rules(
        tmp_path,
        r="operates:\n  - {from: 2025-09-29, to: 2025-11-10, status: in-force}\n  - {from: 2025-11-10, to: 2026-11-10, status: suspended}\n"
        f"  - {{from: 2026-11-10, status: unknown}}\nversions: [{{when: {ORIGIN}}}]\n",
    )
    finding = explain(view(world(AMERICAN), as_of), book, "r", Case(item="chip"))
    assert str(finding.outcome) == outcome
    first = finding.proof.children[0]
    assert (first.kind, first.label) == ("operation", f"in operation on {as_of}: {status}")
    if outcome == "unknown":
        assert [gap.pattern for gap in finding.gaps] == ["r legalStatus ?LegalStatus"]
        assumed = explain(view(world(AMERICAN), as_of), book, "r", Case(item="chip"), assume={"Rule r": "in force"})
        assert assumed.outcome is Outcome.MET
        assert "Assumed by whoever asks: 'Rule r' is in force." in assumed.remarks


def test_before_the_first_version_nothing_is_met(tmp_path: Path) -> None:
    book = rules(tmp_path, r=f"versions: [{{effective: 2022-10-21, when: {ORIGIN}}}]\n")
    assert explain(view(world(AMERICAN), "2022-10-20"), book, "r", Case(item="chip")).outcome is Outcome.NOT_MET
    assert explain(view(world(AMERICAN), "2022-10-21"), book, "r", Case(item="chip")).outcome is Outcome.MET


UNENFORCED = (
    "versions:\n  - {effective: 2023-11-17, published: 2023-10-25, when: {destination: [US]}}\n"
    "  - effective: 2025-01-13\n    published: 2025-01-15\n    cite: 90 FR 4544\n"
    "    operates: [{from: 2025-01-13, to: 2025-05-13, status: in-force},"
    " {from: 2025-05-13, status: unenforced, published: 2025-05-13}]\n"
    "    when: {destination: [anywhere]}\n"
)


def test_the_enforced_reading_is_the_answer_and_the_text_alone_is_told_beside_it(tmp_path: Path) -> None:
    book = rules(tmp_path, r=UNENFORCED)
    case = Case(item="chip", to="MY")
    enforced = explain(view(world(), "2025-05-13"), book, "r", case)
    assert enforced.outcome is Outcome.NOT_MET
    assert any(remark.startswith("The text alone, enforced or not, would say: met. Not enforced on 2025-05-13: 'Rule r' (90 FR 4544")
               for remark in enforced.remarks)  # fmt: skip
    before = explain(view(world(), "2025-05-12"), book, "r", case)
    assert before.outcome is Outcome.MET
    assert before.remarks == ()
    assumed = explain(view(world(), "2025-05-13"), book, "r", case, assume={"r": "in-force"})
    assert assumed.outcome is Outcome.MET


def test_what_the_text_alone_would_say_is_left_out_where_it_says_the_same(tmp_path: Path) -> None:
    finding = explain(view(world(), "2025-05-13"), rules(tmp_path, r=UNENFORCED), "r", Case(item="chip", to="US"))
    assert finding.remarks == ()


def test_known_by_hides_law_published_later(tmp_path: Path) -> None:
    book, case = rules(tmp_path, r=UNENFORCED), Case(item="chip", to="MY")
    assert explain(view(world(), "2025-06-01", known_by="2025-05-12"), book, "r", case).outcome is Outcome.MET
    assert explain(view(world(), "2025-06-01", known_by="2025-01-14"), book, "r", case).outcome is Outcome.NOT_MET


def test_law_and_facts_are_those_of_the_day_of_the_act(tmp_path: Path) -> None:
    listed = said("buyer", "listed", "entity-list", grade=4, since="2024-01-01", until="2025-01-01")
    book = rules(tmp_path, r="versions: [{effective: 2022-10-21, when: {listed: {role: end-user, list: entity-list}}}]\n")
    frozen = view(world(listed, completes=({"relation": "listed", "object": "entity-list"},)), "2025-05-13")
    outcomes = {
        on: explain(frozen, book, "r", Case(item="chip", end_user="buyer", on=on)).outcome
        for on in (None, "2024-06-01", "2022-10-20")
    }
    assert outcomes == {None: Outcome.NOT_MET, "2024-06-01": Outcome.MET, "2022-10-20": Outcome.NOT_MET}
    told = explain(frozen, book, "r", Case(item="chip", end_user="buyer", on="2024-06-01"))
    assert "Law and facts are read on the day of the act, 2024-06-01." in told.remarks
    assert told.intervals == ()


def test_a_version_of_unverified_wording_counts_as_presumed(tmp_path: Path) -> None:
    book = rules(tmp_path, r=f"versions: [{{effective: 2022-10-21, confidence: unverified, when: {ORIGIN}}}]\n")
    finding = explain(view(world(AMERICAN)), book, "r", Case(item="chip"))
    assert Strength(finding.verdict.all_.for_) is Strength.PRESUMED
    assert "was not read in the text itself" in str(finding)


# ---- the finding


def test_how_far_the_text_binds_is_told_and_what_less_binding_it_rests_on(tmp_path: Path) -> None:
    rules(tmp_path, bindingness="guidance", effect="presumption", g=f"versions: [{{when: {ORIGIN}}}]\n")
    book = rules(tmp_path, r="versions: [{when: {rule: g}}]\n")
    stands, open_ = view(world(AMERICAN)), view(world())
    assert explain(stands, book, "g", Case(item="chip")).binding == "guidance, ear:734.9 (Rule g)"
    assert explain(stands, book, "g", Case(item="chip")).weakest == ""
    rests = explain(stands, book, "r", Case(item="chip"))
    assert (rests.binding, rests.weakest) == ("regulation, ear:734.9 (Rule r)", "guidance, ear:734.9 (Rule g)")
    assert "Least binding text it cannot do without: guidance, ear:734.9 (Rule g)." in str(rests)
    assert explain(open_, book, "r", Case(item="chip")).weakest == ""


def test_a_less_binding_text_that_is_not_needed_is_not_named(tmp_path: Path) -> None:
    rules(tmp_path, bindingness="guidance", effect="presumption", g=f"versions: [{{when: {ORIGIN}}}]\n")
    book = rules(tmp_path, r=f"versions: [{{when: {{any: [{{rule: g}}, {ORIGIN}]}}}}]\n")
    assert explain(view(world(AMERICAN)), book, "r", Case(item="chip")).weakest == ""


def test_what_is_known_of_a_duty_by_guidance_alone_rests_on_guidance(tmp_path: Path) -> None:
    notice = f"notice: {{of: violation, from: 2025-05-13, when: {ORIGIN}}}\n"
    rules(tmp_path, bindingness="guidance", effect="presumption", g=notice + f"versions: [{{when: {ORIGIN}}}]\n")
    book = rules(tmp_path, r="versions: [{when: {knowledge: violation}}]\n")
    finding = explain(view(world(AMERICAN)), book, "r", Case(item="chip"))
    assert (finding.outcome, finding.weakest) == (Outcome.MET, "guidance, ear:734.9 (Rule g)")
    assert explain(view(world(AMERICAN)), book, "r", Case(item="chip", knowledge="yes")).weakest == ""


def test_an_answer_that_rests_on_a_text_not_being_enforced_names_what_says_so(tmp_path: Path) -> None:
    text = UNENFORCED.replace("published: 2025-05-13}", "published: 2025-05-13, cite: a press release, bindingness: press-release}")
    finding = explain(view(world(), "2025-05-13"), rules(tmp_path, r=text), "r", Case(item="chip", to="MY"))
    assert (finding.outcome, finding.weakest) == (
        Outcome.NOT_MET, "press release, a press release, by which the latest text is not enforced",
    )  # fmt: skip


def test_what_is_enforced_of_a_text_that_says_more_is_not_the_text(tmp_path: Path) -> None:
    book = rules(tmp_path, r=UNENFORCED + "  - {effective: 2026-07-10, in_text: false, when: {destination: [US, MY]}}\n")
    frozen, case = view(world(), "2026-07-10"), Case(item="chip", to="TW")
    assert explain(view(world(), "2026-07-09"), book, "r", Case(item="chip", to="MY")).outcome is Outcome.NOT_MET
    assert explain(frozen, book, "r", Case(item="chip", to="MY")).outcome is Outcome.MET
    told = explain(frozen, book, "r", case)
    assert told.outcome is Outcome.NOT_MET
    assert any(remark.startswith("The text alone, enforced or not, would say: met.") for remark in told.remarks)
    assert explain(frozen, book, "r", case, assume={"r": "in-force"}).outcome is Outcome.MET


def test_a_version_that_stood_elsewhere_is_cited_there(tmp_path: Path) -> None:
    book = rules(
        tmp_path,
        r=f"versions: [{{effective: 2020-05-15, basis: 'ear:736.2-b-3', when: {ORIGIN}}}, {{effective: 2022-02-03, when: {ORIGIN}}}]\n",
    )
    old, new = (explain(view(world(AMERICAN), day), book, "r", Case(item="chip")) for day in ("2022-02-02", "2022-02-03"))
    for finding, basis in ((old, "ear:736.2-b-3"), (new, "ear:734.9")):
        assert finding.binding == f"regulation, {basis} (Rule r)"
        assert (finding.proof.cite, finding.proof.children[0].cite) == (basis, basis)


def test_a_rule_that_one_document_makes_is_left_open_without_it(tmp_path: Path) -> None:
    head = "document: d-origin\n" + f"notice: {{of: violation, from: 2020-05-13, when: {ORIGIN}}}\n"
    rules(tmp_path, bindingness="guidance", effect="presumption", g=head + "versions: [{when: {act: [use]}}]\n")
    book = rules(tmp_path, r="versions: [{when: {all: [{rule: g}, {knowledge: violation}]}}]\n")
    case = Case(item="chip", act="use")
    assert explain(view(world(AMERICAN)), book, "r", case).outcome is Outcome.MET
    finding = explain(view(world(AMERICAN), without=frozenset({"d-origin"})), book, "r", case)
    assert finding.outcome is Outcome.UNKNOWN
    assert "the document that makes it is left out: d-origin" in str(finding)


@pytest.mark.parametrize(("at_least", "outcome"), [("presumed", "met"), ("reported", "unknown"), ("established", "unknown")])
def test_what_the_law_presumes_counts_only_where_presumptions_are_asked_for(tmp_path: Path, at_least: str, outcome: str) -> None:
    book = rules(tmp_path, r=f"versions: [{{when: {{presumed: {{if: {ORIGIN}, unless: {{given: proof}}}}}}}}]\n")
    finding = explain(view(world(AMERICAN), at_least=Strength.named(at_least)), book, "r", Case(item="chip"))
    assert str(finding.outcome) == outcome
    said = [remark for remark in finding.remarks if remark.startswith(f"Nothing weaker than {at_least} counts: no weaker claim,")]
    assert len(said) == (outcome == "unknown")
    assert (f"left out: weaker than {at_least}" in str(finding)) == (outcome == "unknown")


@given(grade=st.sampled_from(Strength), rest=st.integers(1, 4), doubt=st.sampled_from(("", "unverified")))
def test_no_answer_is_weaker_than_was_asked_for(grade: Strength, rest: int, doubt: str) -> None:
    if grade is Strength.NONE:
        return
    with TemporaryDirectory() as place:
        confidence = f"confidence: {doubt}, " if doubt else ""
        when = f"{{any: [{ORIGIN}, {{presumed: {{if: {ORIGIN}, unless: {{act: [use]}}}}}}]}}"
        book = rules(Path(place), r=f"versions: [{{{confidence}when: {when}}}]\n")
        built = world(said("chip", "originIn", "US", grade=rest))
        verdict = explain(view(built, at_least=grade), book, "r", Case(item="chip")).verdict
    for truth in (verdict.all_, verdict.uncontested):
        assert all(side == 0 or side >= grade for side in (truth.for_, truth.against))


def test_flips_are_claims_or_sources_whose_rejection_changes_the_outcome(tmp_path: Path) -> None:
    book = rules(tmp_path, r=f"versions: [{{when: {{all: [{ORIGIN}, {{act: [use]}}]}}}}]\n")
    finding = explain(view(world(AMERICAN)), book, "r", Case(item="chip", act="use"))
    assert [(flip.documents, flip.becomes, flip.whole_source) for flip in finding.flips] == [(("d-origin",), Outcome.UNKNOWN, True)]
    second = said("chip", "originIn", "US", id="c-second", document="d-second", recorded="2021-01-01")
    both = explain(view(world(AMERICAN, second)), book, "r", Case(item="chip", act="use"))
    assert [flip.claims for flip in both.flips] == [("c-origin", "c-second")]
    for flip in (*finding.flips, *both.flips):
        rejected = flip.documents if flip.whole_source else flip.claims
        again = explain(view(world(AMERICAN, second), without=frozenset(rejected)), book, "r", Case(item="chip", act="use"))
        assert flip.whole_source or again.outcome is flip.becomes


def test_flips_reach_what_is_declared_complete(tmp_path: Path) -> None:
    book = rules(tmp_path, r="versions: [{when: {listed: {role: end-user, list: entity-list}}}]\n")
    listed = said("maker", "listed", "entity-list", grade=4, id="c-listed")
    built = world(listed, completes=({"relation": "listed", "object": "entity-list"},))
    finding = explain(view(built), book, "r", Case(item="chip", end_user="maker"))
    assert finding.outcome is Outcome.MET
    assert [flip.becomes for flip in finding.flips] == [Outcome.NOT_MET]


def test_the_dates_over_which_the_answer_is_the_same(tmp_path: Path) -> None:
    book = rules(tmp_path, r=f"versions: [{{effective: 2022-10-21, until: 2026-01-01, when: {ORIGIN}}}]\n")
    finding = explain(view(world(AMERICAN)), book, "r", Case(item="chip"))
    assert finding.intervals == ((date(2022, 10, 21), date(2026, 1, 1)),)
    listed = said("buyer", "listed", "entity-list", grade=4, since="2024-01-01", until="2025-01-01")
    book = rules(tmp_path, r="versions: [{when: {listed: {role: end-user, list: entity-list}}}]\n")
    frozen = view(world(listed, completes=({"relation": "listed", "object": "entity-list"},)), "2024-06-01")
    assert explain(frozen, book, "r", Case(item="chip", end_user="buyer")).intervals == ((date(2024, 1, 1), date(2025, 1, 1)),)


def test_a_family_is_answered_as_one_only_if_its_members_agree(tmp_path: Path) -> None:
    book = rules(tmp_path, r=f"versions: [{{when: {ORIGIN}}}]\n")
    family = [said("bin-1", "variantOf", "chip"), said("bin-2", "variantOf", "chip"), said("bin-1", "originIn", "US")]
    split = explain(view(world(*family)), book, "r", Case(item="chip"))
    assert split.outcome is Outcome.UNKNOWN
    assert any("answered as one only if all agree. Met: bin-1; unknown: bin-2." in remark for remark in split.remarks)
    agreed = explain(view(world(*family, said("bin-2", "originIn", "US"))), book, "r", Case(item="chip"))
    assert agreed.outcome is Outcome.MET
    assert len(agreed.proof.children) == 1


def test_routes_stand_under_the_paragraph_that_asks_for_them(tmp_path: Path) -> None:
    path = "{path: 'pg:directProductOf/pg:originIn', to: {is: US}}"
    book = rules(tmp_path, r=f"versions: [{{when: {{cite: 'ear:734.9-h-1', all: [{path}]}}}}]\n")
    finding = explain(view(world(said("chip", "directProductOf", "tech"), said("tech", "originIn", "US"))), book, "r", Case(item="chip"))
    (route,) = finding.routes
    assert (route.kind, route.through, len(route.path)) == ("ear:734.9-h-1", "US", 2)


def test_a_finding_is_json(tmp_path: Path) -> None:
    book = rules(tmp_path, r=f"versions: [{{when: {ORIGIN}}}]\n")
    told = json.loads(json.dumps(explain(view(world(AMERICAN)), book, "r", Case(item="chip")).to_json()))
    assert (told["outcome"], told["proof"]["kind"], told["data"]["law"]) == ("met", "rule", book.digest[:16])


def test_a_case_without_an_item_asks_for_one(tmp_path: Path) -> None:
    finding = explain(view(world()), rules(tmp_path, r=f"versions: [{{when: {ORIGIN}}}]\n"), "r", Case())
    assert finding.outcome is Outcome.UNKNOWN
    assert "case item ?Item" in [gap.pattern for gap in finding.gaps]


@pytest.mark.parametrize(
    ("rule", "case", "assume", "error", "sentence"),
    [
        ("q", {"item": "chip"}, {}, UnknownName, "there is no rule 'q'"),
        ("r", {"item": "chp"}, {}, UnknownName, "'chp'"),
        ("r", {"item": "chip", "to": "XX"}, {}, UnknownName, "'XX'"),
        ("r", {"item": "chip", "act": "uze"}, {}, BadQuestion, "no rule knows 'uze' as act; did you mean 'use'?"),
        ("r", {"item": "chip", "act": "admire"}, {}, BadQuestion, "no rule knows 'admire' as act; they know use"),
        ("r", {"item": "chip", "knowledge": {"vilation": "yes"}}, {}, BadQuestion, "no rule knows 'vilation' as knowledge; did you mean"),
        ("r", {"item": "chip", "attestations": ["prof"]}, {}, BadQuestion, "no rule knows 'prof' as given; did you mean 'proof'?"),
        ("r", {"item": "chip", "end_use": ["missle"]}, {}, BadQuestion, "no rule knows the end use 'missle'; did you mean 'missile'?"),
        ("r", {"item": "chip"}, {"r": "on"}, BadQuestion, "'on' is no status of a rule; use one of in-force, suspended"),
        ("r", {"item": "chip"}, {"s": "in-force"}, UnknownName, "there is no rule 's'"),
    ],
)
def test_a_question_that_cannot_be_put_is_refused(
    tmp_path: Path, rule: str, case: dict[str, Any], assume: dict[str, str], error: type[Exception], sentence: str
) -> None:
    text = "versions: [{when: {any: [{act: [use]}, {knowledge: violation}, {given: proof}, {end_use: missile}]}}]\n"
    with pytest.raises(error, match=sentence.replace("?", r"\?")):
        explain(view(world()), rules(tmp_path, r=text), rule, Case(**case), assume=assume)


# ---- the founding question, on the shipped data


@cache
def shipped() -> KnowledgeGraph:
    return pg.load()


def check(rule: str, as_of: str = "2025-05-13", known_by: str | None = None, **case: Any) -> Finding:
    return shipped().view(as_of, known_by=known_by).check(rule, **case)


FN1, ADVANCED, GP10 = "ear-fdp-footnote-1", "ear-fdp-advanced-computing", "ear-gp10"


def test_the_910c_for_huawei_is_within_the_footnote_1_rule_as_presumed() -> None:
    finding = check(FN1, item="ascend-910c", end_user="huawei", knowledge="yes")
    assert finding.leaning is Outcome.MET
    assert Strength(finding.verdict.all_.for_) is Strength.PRESUMED
    assert {route.through for route in finding.routes} & {"us-controlled-ic-technology", "us-semiconductor-technology"}


def test_flips_on_the_shipped_data_are_what_a_view_without_them_answers() -> None:
    told: dict[str, Any] = {"item": "ascend-910c", "knowledge": "yes"}
    finding = check(FN1, **told)
    assert finding.flips
    for flip in finding.flips:
        rejected = flip.documents if flip.whole_source else flip.claims
        assert shipped().view("2025-05-13", without=rejected).check(FN1, **told).outcome is flip.becomes


def test_without_a_word_on_knowledge_it_is_unknown_and_says_what_is_missing() -> None:
    finding = check(FN1, item="ascend-910c", end_user="huawei")
    assert finding.outcome is Outcome.UNKNOWN
    assert "case knowledge-of-destination ?YesNo" in [gap.pattern for gap in finding.gaps]


def test_an_h100_raises_no_footnote_1_question() -> None:
    assert check(FN1, item="h100", parties="complete", into="none", knowledge="yes").outcome is Outcome.NOT_MET


def test_a_chip_of_which_nothing_is_said_is_unknown_and_never_refuted() -> None:
    frozen = view(graph([said("chip", "remark", value="named"), said("us-bis", "remark", value="named")],
                        {"chip": "Chip", "us-bis": "GovernmentBody", "entity-list": "PartyList", "US": "Country"}))  # fmt: skip
    finding = explain(frozen, shipped().rules, FN1, Case(item="chip", knowledge="yes"))
    assert finding.outcome is Outcome.UNKNOWN


def test_before_the_rule_of_may_2020_huawei_was_not_within_it() -> None:
    told = {"item": "kirin-9000", "end_user": "huawei", "knowledge": "yes"}
    assert check(FN1, "2020-05-14", **told).outcome is Outcome.NOT_MET
    assert check(FN1, "2020-05-15", attestations="none", **told).leaning is Outcome.MET
    assert check(FN1, "2020-09-15", **told).leaning is Outcome.MET


def test_goods_begun_before_the_first_rule_could_still_be_shipped() -> None:
    told = {"item": "kirin-9000", "end_user": "huawei", "knowledge": "yes"}
    for day in ("2020-07-01", "2020-08-17", "2020-09-14"):
        assert check(FN1, day, attestations=["production-begun-by-2020-05-15"], **told).outcome is Outcome.NOT_MET
        asked = check(FN1, day, **told)
        assert asked.outcome is Outcome.UNKNOWN
        assert "whether it is attested or agreed: production-begun-by-2020-05-15" in [gap.why for gap in asked.gaps]
    assert check(FN1, "2020-09-15", attestations=["production-begun-by-2020-05-15"], **told).leaning is Outcome.MET


def test_the_worldwide_reach_stands_in_the_text_and_is_not_enforced() -> None:
    told: dict[str, Any] = {"item": "h100-sxm5-80gb", "to": "SG", "parties": "complete", "into": "none", "knowledge": "yes"}
    before = check(ADVANCED, "2025-05-12", **told)
    after = check(ADVANCED, "2025-05-13", **told)
    assert (before.leaning, after.outcome) == (Outcome.MET, Outcome.NOT_MET)
    assert any(remark.startswith("The text alone, enforced or not, would say: met.") for remark in after.remarks)
    assert check(ADVANCED, "2025-01-12", **told).outcome is Outcome.NOT_MET


def test_a_buyer_headquartered_in_china_is_reached_wherever_it_is() -> None:
    told: dict[str, Any] = {"item": "h100-sxm5-80gb", "to": "SG", "into": "none", "knowledge": "yes"}
    buyer = {"name": "Cloud Pte", "country": "SG", "headquarters": "CN"}
    assert check(ADVANCED, parties={"end_user": buyer, "complete": True}, **told).leaning is Outcome.MET
    assert check(ADVANCED, "2023-11-16", parties={"end_user": buyer, "complete": True}, **told).outcome is Outcome.NOT_MET


def test_the_h20_misses_the_parameters() -> None:
    finding = check(ADVANCED, item="h20", to="CN", parties="complete", into="none", knowledge="yes", attestations="none")
    assert finding.outcome is Outcome.NOT_MET


def test_macau_is_named_beside_d5_and_hong_kong_is_china() -> None:
    told: dict[str, Any] = {"item": "h100-sxm5-80gb", "parties": "complete", "into": "none", "knowledge": "yes"}
    for country in ("MO", "HK", "CN"):
        assert check(ADVANCED, to=country, **told).leaning is Outcome.MET, country
    assert check(ADVANCED, "2022-12-01", to="MO", **told).outcome is Outcome.NOT_MET
    assert check(ADVANCED, "2022-12-01", to="HK", **told).outcome is not Outcome.NOT_MET


def test_using_an_ascend_anywhere_after_the_guidance_is_reached_as_presumed() -> None:
    finding = check(GP10, item="ascend-910c", act="use", to="MY")
    assert finding.leaning is Outcome.MET
    assert Strength(finding.verdict.all_.for_) is Strength.PRESUMED
    assert check(GP10, "2025-05-12", item="ascend-910c", act="use", to="MY").outcome is Outcome.UNKNOWN


def test_whoever_says_no_against_the_notice_is_contested() -> None:
    finding = check(GP10, item="ascend-910c", act="use", knowledge="no")
    assert (finding.outcome, finding.leaning) == (Outcome.CONTESTED, Outcome.MET)


def test_what_ends_the_presumption() -> None:
    told: dict[str, Any] = {"item": "ascend-910c", "act": "buy", "authorisations": ["production"]}
    assert check("ear-gp10-presumption", **told).outcome is Outcome.NOT_MET
    assert check("ear-gp10-presumption", item="ascend-910c", act="buy", end_use="technical-analysis").outcome is Outcome.NOT_MET
    assert check(GP10, item="ascend-910c", act="use", authorisations=["use"]).outcome is Outcome.NOT_MET


def test_the_presumption_is_guidance_and_the_prohibition_a_regulation() -> None:
    presumption, prohibition = check("ear-gp10-presumption", item="ascend-910c"), check(GP10, item="ascend-910c", act="use")
    assert (presumption.binding.partition(",")[0], presumption.weakest) == ("guidance", "")
    assert prohibition.binding == "regulation, ear:736.2-b-10 (General Prohibition Ten)"
    assert prohibition.weakest == "guidance, ear:736.2-b-10 (Presumption of May 2025 on PRC advanced computing circuits)"


# ---- printed proofs

QUESTIONS: dict[str, tuple[str, str, str | None, dict[str, Any]]] = {
    "footnote-1-ascend-910c-to-huawei": (FN1, "2025-05-13", None, {"item": "ascend-910c", "end_user": "huawei", "knowledge": "yes"}),
    "footnote-1-ascend-910c-known-by-2024-09": (FN1, "2025-05-13", "2024-09-01", {"item": "ascend-910c", "end_user": "huawei"}),
    "footnote-1-kirin-9000-in-2020": (FN1, "2020-09-01", None, {"item": "kirin-9000", "purchaser": "huawei", "knowledge": "yes"}),
    "footnote-1-h100": (FN1, "2025-05-13", None, {"item": "h100-sxm5-80gb", "parties": "complete", "into": "none", "knowledge": "yes"}),
    "advanced-computing-h100-to-singapore": (
        ADVANCED, "2025-05-13", None,
        {"item": "h100-sxm5-80gb", "to": "SG", "parties": "complete", "into": "none", "knowledge": "yes"},
    ),
    "advanced-computing-h20-to-china": (
        ADVANCED, "2025-05-13", None,
        {"item": "h20", "to": "CN", "end_user": "bytedance", "into": "none", "knowledge": "yes", "attestations": "none"},
    ),
    "gp10-using-an-ascend-910c": (GP10, "2025-05-20", None, {"item": "ascend-910c", "act": "use", "to": "MY"}),
    "gp10-against-the-notice": (GP10, "2025-05-20", None, {"item": "ascend-910d", "act": "finance", "knowledge": "no"}),
    "classified-a100-in-3a090-a": ("eccn-3a090-a", "2023-11-17", None, {"item": "a100-sxm4-80gb"}),
    "classified-h20-not-in-3a090-b": ("eccn-3a090-b", "2025-05-13", None, {"item": "h20"}),
    "classified-rtx-4090-in-3a090-a": ("eccn-3a090-a", "2023-11-17", None, {"item": "rtx-4090"}),
    "classified-nxt-2000i-in-3b001-f-1-b": ("eccn-3b001-f-1-b", "2024-12-31", None, {"item": "asml-nxt-2000i"}),
    "letter-h20-from-nvidia": (
        "ear-lr-letter-h20", "2025-04-09", None, {"item": "h20", "act": "export", "from": "US", "to": "CN", "exporter": "nvidia"},
    ),
    "letter-h20-the-day-before": (
        "ear-lr-letter-h20", "2025-04-08", None, {"item": "h20", "act": "export", "from": "US", "to": "CN", "exporter": "nvidia"},
    ),
    "letter-eda-withdrawn": (
        "ear-lr-letter-eda", "2025-07-03", None, {"act": "export", "from": "US", "to": "CN", "exporter": "synopsys", "eccn": ["3D991"]},
    ),
    "affiliates-in-force": ("ear-affiliate-fn5", "2025-10-10", None, {"end_user": "smic-beijing", "parties": "complete"}),
    "affiliates-suspended": ("ear-affiliate-fn5", "2025-12-01", None, {"end_user": "smic-beijing", "parties": "complete"}),
    "affiliates-open-since-november-2026": ("ear-affiliate-fn5", "2026-11-10", None, {"end_user": "smic-beijing", "parties": "complete"}),
    "afsl-bank-refuses-to-finance": (
        "cn-afsl-12", "2025-06-01", None,
        {"item": "ascend-910c", "act": "finance", "actor": {"name": "A bank", "country": "SG", "person_of": ["SG"]}, "end_user": "huawei"},
    ),
    "afsl-before-the-law": (
        "cn-afsl-12", "2021-06-09", None,
        {"item": "ascend-910c", "act": "finance", "actor": {"name": "A bank", "country": "SG", "person_of": ["SG"]}, "end_user": "huawei"},
    ),
    "china-18-2025-dysprosium": ("cn-18-2025", "2025-04-04", None, {"item": "dysprosium-metal", "act": "export", "from": "CN", "to": "DE"}),
    "china-46-2024-gallium-suspended": (
        "cn-46-2024-para-2", "2025-12-01", None, {"item": "gallium-metal", "act": "export", "from": "CN", "to": "US"},
    ),
    "gp10-presumption-on-an-h20": ("ear-gp10-presumption", "2025-05-20", None, {"item": "h20"}),
    "gp10-presumption-on-an-ascend-910c": ("ear-gp10-presumption", "2025-05-20", None, {"item": "ascend-910c"}),
    "chart-3a001-to-china": ("ear-chart-marked", "2026-07-23", None, {"eccn": ["3A001"], "to": "CN", "attestations": "none"}),
    "chart-3a991-to-china": ("ear-chart-marked", "2026-07-23", None, {"eccn": ["3A991"], "to": "CN", "attestations": "none"}),
}  # fmt: skip


@pytest.mark.parametrize("name", QUESTIONS)
def test_the_printed_proof_is_the_one_that_was_reviewed(name: str) -> None:
    rule, as_of, known_by, case = QUESTIONS[name]
    finding = check(rule, as_of, known_by, **case)
    printed = "\n".join(_document(finding, rule, case)) + "\n"
    path = PROOFS / f"{name}.txt"
    if os.environ.get("POLICYGRAPH_REWRITE_PROOFS"):
        path.write_text(printed, encoding="utf-8")
    assert path.read_text(encoding="utf-8") == printed, "if the new proof is right, write it with POLICYGRAPH_REWRITE_PROOFS=1"


def _document(finding: Finding, rule: str, case: dict[str, Any]) -> list[str]:
    leaning = f", leaning {finding.leaning}" if finding.outcome is not finding.leaning else ""
    return [
        finding.question,
        f"rule {rule}; case {json.dumps(case, ensure_ascii=False)}",
        f"as of {finding.as_of}" + (f", known by {finding.known_by}" if finding.known_by else ""),
        "",
        f"Outcome: {finding.outcome}{leaning}. Binding: {finding.binding}.",
        *((f"Not without: {finding.weakest}.",) if finding.weakest else ()),
        *finding.remarks,
        "",
        *finding.proof.lines(),
        "",
        "Gaps:" if finding.gaps else "No gap would move the outcome.",
        *(f"  {gap.pattern}: {gap.why}" for gap in finding.gaps),
    ]
