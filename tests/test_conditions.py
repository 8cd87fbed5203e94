"""Each condition of the language of law, on small graphs: what meets it, what refutes it, what leaves it unknown."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policygraph.case import Case
from policygraph.claims import Stance
from policygraph.findings import Finding, Gap
from policygraph.graph import ClaimGraph
from policygraph.law import Rulebook, explain
from policygraph.law.readings import NO, UNKNOWN, YES, Reading, joined, merged, pivotal_gaps
from policygraph.ontology import Ontology
from policygraph.truth import Outcome, Strength, Truth, Verdict
from tests.small import graph, said, view

HEAD = "rule: {id}\ntitle: {id}\neffect: {effect}\norder: US\nbindingness: regulation\nbasis: ear:734.9\n"
CLASSES = {
    "chip": "Chip", "die": "Die", "hbm": "Memory", "server": "System", "fab": "Fab", "tool": "Equipment", "tech": "Technology",
    "maker": "Company", "parent": "Company", "holding": "Company", "owner-1": "Company", "owner-2": "Company", "buyer": "Company",
    "entity-list": "PartyList", "fn1": "Footnote", "CN": "Country", "HK": "Country", "MO": "Country", "MY": "Country", "US": "Country",
    "TW": "Country", "cg:D5": "CountryGroup", "cg:D1": "CountryGroup", "cg:A5": "CountryGroup", "eccn:3A090.a": "ECCN",
    "eccn:3A090": "ECCN", "eccn:3E001": "ECCN", "eccn:EAR99": "ECCN", "eccn:5A992": "ECCN", "soft": "DesignSoftware",
}  # fmt: skip
Ask = Callable[..., Finding]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    def asked(
        condition: str, claims: list[dict[str, Any]] | None = None, completes: tuple[dict[str, Any], ...] = (),
        rules: dict[str, str] | None = None, as_of: str = "2025-05-13", classes: dict[str, str] | None = None,
        effect: str = "subject-to-ear", **case: Any,
    ) -> Finding:
        texts = {"r": HEAD.format(id="r", effect=effect) + f"versions:\n  - when: {condition}\n", **(rules or {})}
        for name, text in texts.items():
            (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
        built = world(claims or [], completes, classes or {})
        frozen = view(built, as_of)
        return explain(frozen, Rulebook.load(tmp_path, Ontology.shipped()), "r", Case(**{"item": "chip", **case}))

    return asked


def world(claims: list[dict[str, Any]], completes: tuple[dict[str, Any], ...], classes: dict[str, str]) -> ClaimGraph:
    known = {**CLASSES, **classes}
    named = [said(id_, "remark", value="named") for id_ in known]
    return graph([*claims, *named], known, completes)


def outcome(finding: Finding) -> str:
    return str(finding.outcome)


def strength(finding: Finding) -> Strength:
    return Strength(finding.verdict.all_.for_ or finding.verdict.all_.against)


def patterns(finding: Finding) -> list[str]:
    return [gap.pattern for gap in finding.gaps]


# ---- the inputs of a case


def test_act(ask: Ask) -> None:
    assert outcome(ask("{act: [use, store]}", act="use")) == "met"
    assert outcome(ask("{all: [{act: [use, store]}, {not: {act: [sell]}}]}", act="sell")) == "not met"
    left_out = ask("{act: [use, store]}")
    assert (outcome(left_out), patterns(left_out)) == ("unknown", ["case act ?Act"])


def test_end_use(ask: Ask) -> None:
    assert outcome(ask("{end_use: supercomputer}", end_use=["supercomputer"])) == "met"
    assert outcome(ask("{end_use: supercomputer}", end_use="none")) == "not met"
    assert outcome(ask("{end_use: supercomputer}", end_use=["games"])) == "not met"
    assert patterns(ask("{end_use: supercomputer}")) == ["case end-use ?Use"]


def test_given_by_whom_in_which_form_and_in_time(ask: Ask) -> None:
    proof = {"what": "datasheet", "by": "designer", "form": "agreed", "on": "2025-05-01"}
    assert outcome(ask("{given: datasheet}", attestations=[proof])) == "met"
    assert outcome(ask("{given: {what: datasheet, by: designer, form: agreed, within: 12}}", attestations=[proof])) == "met"
    assert outcome(ask("{given: {what: datasheet, within: 11}}", attestations=[proof])) == "not met"
    assert outcome(ask("{given: {what: datasheet, by: end-user}}", attestations=[proof])) == "not met"
    assert outcome(ask("{given: {what: datasheet, form: notified}}", attestations=[proof])) == "not met"
    assert outcome(ask("{given: datasheet}", attestations="none")) == "not met"
    assert patterns(ask("{given: datasheet}")) == ["case attestations ?Statement"]


def test_authorised_on_the_day_for_what_it_covers(ask: Ask) -> None:
    licence = {"covers": ["production"], "from": "2025-01-01", "to": "2025-06-01"}
    assert outcome(ask("{authorised: production}", authorisations=[licence])) == "met"
    assert outcome(ask("{authorised: {covers: act}}", authorisations=[licence])) == "not met"
    assert outcome(ask("{all: [{authorised: act}, {act: [use]}]}", authorisations=["use"], act="use")) == "met"
    assert outcome(ask("{authorised: production}", authorisations=[licence], on="2025-06-01")) == "not met"
    assert outcome(ask("{authorised: production}", authorisations=[{"number": "D1"}])) == "met"
    assert outcome(ask("{authorised: production}", authorisations="none")) == "not met"
    assert outcome(ask("{authorised: production}")) == "unknown"


QUARTER = "{content: {of: {origin: US}, over: 25, stop_at: discrete}}"
CONTROLLED = "{content: {of: {origin: US}, controlled: destination, %sover: 25, stop_at: discrete}}"
TO_D1 = (
    HEAD.format(id="c", effect="licence-required")
    + "versions: [{when: {all: [{classified: [3A090]}, {destination: [D:1]}, {act: [reexport]}]}}]\n"
)


def us(value: float, **more: Any) -> dict[str, Any]:
    return {"name": "US part", "value": value, "origin": "US", **more}


def test_content_is_not_counted_without_a_bill_of_materials(ask: Ask) -> None:
    finding = ask("{content: {of: {origin: US}, controlled: destination, over: 25}}", [said("chip", "originIn", "US")])
    assert outcome(finding) == "unknown"
    assert patterns(finding) == ["case bill ?Values"]


def test_content_is_counted_from_the_bill_of_the_case(ask: Ask) -> None:
    tw = {"name": "rest", "value": 700, "origin": "TW", "parts": "none"}
    met = ask(QUARTER, bill={"value": 1000, "lines": [us(300), tw]})
    assert (outcome(met), strength(met)) == ("met", Strength.ESTABLISHED)
    assert "1 of 2 parts count; it is 30 %" in str(met)
    assert outcome(ask(QUARTER, bill={"value": 1000, "lines": [us(250), tw]})) == "not met"
    assert outcome(ask(QUARTER, bill=[us(300)], value=1000)) == "met"
    assert outcome(ask(QUARTER, bill="none")) == "not met"
    board = {"name": "board", "value": 600, "origin": "TW", "parts": [us(300)]}
    assert outcome(ask(QUARTER, bill={"value": 1000, "lines": [{**board, "discrete": "no"}]})) == "met"
    assert outcome(ask(QUARTER, bill={"value": 1000, "lines": [{**board, "discrete": "yes"}]})) == "not met", "it ceases to be counted"


def test_what_a_bill_leaves_out_is_a_gap_or_presumed(ask: Ask) -> None:
    silent = ask(QUARTER, bill={"value": 1000, "lines": [{"name": "board", "value": 600, "origin": "TW"}]})
    assert (outcome(silent), strength(silent)) == ("not met", Strength.PRESUMED)
    assert "told without its own parts is presumed to hold nothing else that counts" in str(silent)
    board = {"name": "board", "value": 600, "origin": "TW", "discrete": "no", "parts": "unknown"}
    opened = ask(QUARTER, bill={"value": 1000, "lines": [board]})
    assert (outcome(opened), patterns(opened)) == ("unknown", ["board parts ?Item"])
    origin = ask(QUARTER, bill={"value": 1000, "lines": [{"name": "board", "value": 600, "parts": "none"}]})
    assert (outcome(origin), patterns(origin)) == ("unknown", ["board originIn ?Country"])
    unpriced = ask(QUARTER, bill=[us(300)])
    assert (outcome(unpriced), patterns(unpriced)) == ("unknown", ["chip value ?decimal"])
    assert outcome(ask(QUARTER.replace("over: 25", "over: 0"), bill=[{"name": "US part", "origin": "US"}])) == "met"


def test_a_part_is_tested_as_a_thing_of_the_data_unless_the_case_tells_of_it(ask: Ask) -> None:
    claims = [said("die", "originIn", "US", grade=3), said("die", "originIn", "US", grade=1, stance=Stance.DENIES)]
    finding = ask(QUARTER, claims, bill={"value": 100, "lines": [{"item": "die", "value": 60}]})
    assert (outcome(finding), finding.leaning) == ("contested", Outcome.MET)
    assert finding.flips
    told = ask(QUARTER, claims, bill={"value": 100, "lines": [{"item": "die", "value": 60, "origin": "US"}]})
    assert (outcome(told), strength(told)) == ("met", Strength.ESTABLISHED)
    listed = "{content: {of: {eccn: [3A090]}, over: 25}}"
    assert outcome(ask(listed, bill={"value": 100, "lines": [{"name": "x", "value": 60, "eccn": "3A090"}]})) == "met"
    coded = [said("die", "classifiedAs", "eccn:3A090.a")]
    assert outcome(ask(listed, coded, bill={"value": 100, "lines": [{"item": "die", "value": 60}]})) == "met"


def test_content_counts_where_a_rule_says_that_it_is_controlled_to_the_destination(ask: Ask) -> None:
    bill = {"value": 1000, "lines": [us(300, eccn="3A090"), us(200, eccn="5A992")]}
    places = [said("CN", "memberOf", "cg:D1", grade=4)]
    only = ({"relation": "memberOf", "object": "cg:D1"},)

    def reached(condition: str, **case: Any) -> Finding:
        return ask(condition, places, only, rules={"c": TO_D1}, bill=bill, act="reexport", **case)

    named = CONTROLLED % "needs: c, "
    assert outcome(reached(named, to="CN")) == "met"
    assert outcome(reached(named, to="MY")) == "not met", "nothing in it is controlled there"
    assert "300" not in str(reached(named, to="MY").gaps)
    open_ = reached(CONTROLLED % "", to="CN")
    assert outcome(open_) == "unknown"
    assert "US part controlledTo CN" in patterns(open_), "no rule says what is controlled"
    cheap = {"value": 1000, "lines": [us(200, eccn="3A090"), us(300, eccn="5A992")]}
    assert outcome(ask(named, places, only, rules={"c": TO_D1}, bill=cheap, act="reexport", to="CN")) == "not met", "20 % is controlled"


def test_content_on_record_is_found_by_what_things_incorporate(ask: Ask) -> None:
    claims = [said("chip", "incorporates", "die", grade=3), said("die", "originIn", "US", grade=3)]
    anything = "{content: {of: {origin: US}, over: 0}}"
    met = ask(anything, claims)
    assert (outcome(met), strength(met)) == ("met", Strength.REPORTED)
    assert "chip --incorporates--> die" in met.note()
    assert met.flips
    assert outcome(ask(anything, claims[:1])) == "unknown"
    assert outcome(ask(QUARTER, claims)) == "unknown"
    worth = [said("chip", "incorporates", "die", grade=3, qualifiers={"amount": "30", "currency": "USD"}), claims[1]]
    assert outcome(ask(QUARTER, worth, value=100, currency="USD")) == "met"
    assert outcome(ask(QUARTER, worth, value=100, currency="EUR")) == "unknown", "in another currency nothing is known of its share"
    of_a_line = [*worth, said("chip", "variantOf", "line", grade=4)]
    assert outcome(ask(QUARTER, of_a_line, item="line", value=100, currency="USD")) == "met", "the value is that of any member"
    whole = ({"relation": "incorporates", "subject": "die", "grade": 3}, {"relation": "incorporates", "subject": "chip", "grade": 3})
    assert outcome(ask(QUARTER, worth, whole, value=200, currency="USD")) == "not met"


# ---- knowledge and notice

NOTICE = (
    HEAD.format(id="n", effect="presumption")
    + "notice: {of: violation, from: 2025-05-13, cite: guidance, when: {classified: {in: [3A090]}}}\nversions: [{when: {act: [use]}}]\n"
)
NAMED = [said("chip", "classifiedAs", "eccn:3A090.a", grade=4)]


@pytest.mark.parametrize(
    ("told", "as_of", "named", "result", "grade"),
    [
        ("yes", "2025-05-13", True, "met", Strength.ESTABLISHED),
        ("no", "2025-05-12", True, "not met", Strength.ESTABLISHED),
        ("no", "2025-05-13", False, "not met", Strength.ESTABLISHED),
        ("no", "2025-05-13", True, "contested", Strength.PRESUMED),
        (None, "2025-05-13", True, "met", Strength.PRESUMED),
        (None, "2025-05-12", True, "unknown", Strength.NONE),
        (None, "2025-05-13", False, "unknown", Strength.NONE),
    ],
)  # fmt: skip
def test_knowledge_is_told_or_supplied_by_public_notice_from_its_day(
    ask: Ask, told: str | None, as_of: str, named: bool, result: str, grade: Strength
) -> None:
    finding = ask("{knowledge: {of: violation}}", NAMED if named else [], rules={"n": NOTICE}, as_of=as_of, knowledge=told)
    assert (outcome(finding), strength(finding)) == (result, grade)
    if result == "contested":
        assert finding.leaning is Outcome.MET
    if result == "unknown":
        assert patterns(finding) == ["case knowledge-of-violation ?YesNo"]


# ---- places


def test_destination_in_a_group_on_the_day(ask: Ask) -> None:
    member = [said("MY", "memberOf", "cg:D5", grade=4, since="2024-01-01", until="2025-01-01")]
    complete = ({"relation": "memberOf", "object": "cg:D5"},)
    assert outcome(ask("{destination: [D:5, MO]}", member, complete, to="MY", as_of="2024-06-01")) == "met"
    assert outcome(ask("{destination: [D:5, MO]}", member, complete, to="MY", as_of="2025-06-01")) == "not met"
    assert outcome(ask("{destination: [D:5, MO]}", member, to="MY", as_of="2025-06-01")) == "unknown"
    assert outcome(ask("{destination: [D:5, MO]}", member, complete, to="MO")) == "met"
    assert outcome(ask("{destination: [CN]}", to="MY")) == "not met"
    assert outcome(ask("{destination: [anywhere]}", to="MY")) == "met"
    assert outcome(ask("{destination: [anywhere]}", to="none")) == "not met"
    assert patterns(ask("{destination: [D:5]}")) == ["case to ?Country"]


def test_an_exception_takes_a_destination_out(ask: Ask) -> None:
    both = [said("MY", "memberOf", "cg:D1", grade=4), said("MY", "memberOf", "cg:A5", grade=3)]
    assert outcome(ask("{destination: {in: [D:1], except: [A:5]}}", both, to="MY")) == "not met"
    only = ({"relation": "memberOf", "object": "cg:A5"},)
    assert outcome(ask("{destination: {in: [D:1], except: [A:5]}}", both[:1], only, to="MY")) == "met"


def test_a_place_treated_as_another_follows_its_groups_from_that_day(ask: Ask) -> None:
    claims = [said("HK", "treatedAs", "CN", grade=4, since="2020-12-23"), said("CN", "memberOf", "cg:D5", grade=4)]
    complete = ({"relation": "memberOf", "object": "cg:D5"},)
    assert outcome(ask("{destination: [D:5]}", claims, complete, to="HK")) == "met"
    assert outcome(ask("{destination: [CN]}", claims, complete, to="HK")) == "met"
    assert outcome(ask("{destination: [D:5]}", claims, complete, to="HK", as_of="2020-12-22")) == "not met"


def test_place_of_leaving_of_the_facility_of_a_party_and_of_the_larger_thing(ask: Ask) -> None:
    located = [said("fab", "locatedIn", "CN", grade=4), said("maker", "addressIn", "CN", grade=4)]
    assert outcome(ask("{place: {role: from, in: [US]}}", **{"from": "US"})) == "met"
    assert outcome(ask("{place: {role: facility, in: [CN]}}", located, facility="fab")) == "met"
    assert outcome(ask("{place: {role: facility, in: [MY]}}", located, facility="fab")) == "not met"
    assert outcome(ask("{place: {role: facility, in: [CN]}}")) == "unknown"
    assert outcome(ask("{place: {role: facility, in: [CN]}}", facility="none")) == "not met"
    assert outcome(ask("{place: {role: seller, in: [CN]}}", located, seller="maker")) == "met"
    assert outcome(ask("{place: {role: seller, in: [CN]}}", seller={"name": "Shell", "country": "MY"})) == "not met"
    assert outcome(ask("{place: {role: seller, in: [CN]}}", seller={"name": "Shell"})) == "unknown"
    assert outcome(ask("{place: {role: into, in: [CN]}}", into={"item": "server", "to": "CN"})) == "met"
    assert outcome(ask("{place: {role: into, in: [CN]}}", into="none")) == "not met"
    assert outcome(ask("{place: {role: into, in: [CN]}}", into="server")) == "unknown"
    assert outcome(ask("{place: {role: [from, to], in: [CN]}}", to="CN", **{"from": "US"})) == "met"


# ---- parties

LISTED = [said("maker", "listed", "entity-list", grade=4), said("maker", "bearsFootnote", "fn1", grade=3)]
WHOLE = ({"relation": "listed", "object": "entity-list"}, {"relation": "bearsFootnote", "object": "fn1", "grade": 2})


def test_listed_with_and_without_footnote(ask: Ask) -> None:
    rule = "{listed: {role: end-user, list: entity-list, footnote: fn1}}"
    met = ask(rule, LISTED, WHOLE, end_user="maker")
    assert (outcome(met), strength(met)) == ("met", Strength.REPORTED)
    assert outcome(ask(rule, LISTED[:1], WHOLE, end_user="maker")) == "not met"
    assert outcome(ask(rule, LISTED[:1], end_user="maker")) == "unknown"
    absent = ask("{listed: {role: end-user, list: entity-list}}", LISTED, WHOLE, end_user="buyer")
    assert (outcome(absent), strength(absent)) == ("not met", Strength.ESTABLISHED)
    assert outcome(ask("{listed: {role: end-user, list: entity-list}}", LISTED, end_user="buyer")) == "unknown"


def test_a_stranger_is_off_a_complete_list_and_unknown_to_another(ask: Ask) -> None:
    rule = "{listed: {role: end-user, list: entity-list}}"
    stranger = {"name": "Shell Sdn", "country": "MY"}
    assert outcome(ask(rule, LISTED, WHOLE, end_user=stranger)) == "not met"
    assert outcome(ask(rule, LISTED, end_user=stranger)) == "unknown"


def test_of_a_stranger_a_path_knows_nothing_but_what_the_case_tells(ask: Ask) -> None:
    stranger = {"name": "Shell Sdn", "country": "MY"}
    upwards = "{path: '^pg:owns+', from: end-user, to: {is: [parent]}}"
    finding = ask(upwards, [owns("parent", "maker")], end_user=stranger)
    assert (outcome(finding), patterns(finding)) == ("unknown", ["case end-user ?Thing"])
    assert outcome(ask(upwards, [owns("parent", "maker")], end_user={**stranger, "owners": "none"})) == "not met"
    assert outcome(ask(upwards.replace("+", "*"), end_user={**stranger, "owners": "none"})) == "unknown"
    assert outcome(ask(upwards, [owns("parent", "maker")], end_user=["maker", stranger])) == "met"
    closed = ({"relation": "owns", "object": "maker"},)
    assert outcome(ask(upwards, [], closed, end_user="maker")) == "not met"
    assert outcome(ask(upwards, [], closed, end_user=["maker", stranger])) == "unknown"
    assert outcome(ask("{some: {among: parties, as: one, test: {path: '^pg:operatedBy', from: one}}}", end_user=stranger)) == "unknown"
    assert outcome(ask("{has: {item: end-user, attribute: keyElement, value: tin}}", end_user=stranger)) == "unknown"


def test_one_party_of_several_roles_is_enough_and_silence_is_not_absence(ask: Ask) -> None:
    rule = "{listed: {role: [purchaser, end-user], list: entity-list}}"
    assert outcome(ask(rule, LISTED, WHOLE, purchaser="buyer", end_user="maker")) == "met"
    assert outcome(ask(rule, LISTED, WHOLE, purchaser="buyer")) == "unknown"
    assert outcome(ask(rule, LISTED, WHOLE, purchaser="buyer", end_user="none")) == "not met"
    assert outcome(ask(rule, LISTED, WHOLE, purchaser="buyer", parties="complete")) == "not met"
    assert patterns(ask(rule, LISTED, WHOLE, purchaser="buyer")) == ["case parties ?Agent"]
    anybody = "{listed: {role: any, list: entity-list}}"
    assert outcome(ask(anybody, LISTED, WHOLE, seller="maker")) == "met"
    assert outcome(ask(anybody, LISTED, WHOLE, seller="buyer")) == "unknown"
    assert outcome(ask(anybody, LISTED, WHOLE, parties="complete")) == "not met"


SEATS = [
    said("maker", "headquarteredIn", "US", grade=4), said("parent", "headquarteredIn", "CN", grade=3),
    said("holding", "headquarteredIn", "MY", grade=3),
]  # fmt: skip
OWNERS = {"relation": "owns", "object": "buyer", "grade": 3}
SEAT = "{headquartered: {role: end-user, in: [CN]}}"


def owns(owner: str, owned: str, **share: str) -> dict[str, Any]:
    return said(owner, "owns", owned, grade=3, qualifiers=share)


def test_headquarters_of_its_own_decide_where_no_owner_of_half_is_on_record(ask: Ask) -> None:
    finding = ask(SEAT, SEATS, end_user="maker")
    assert (outcome(finding), strength(finding)) == ("not met", Strength.PRESUMED)
    assert "taken to be its own ultimate parent" in str(finding)
    assert strength(ask(SEAT, SEATS, ({"relation": "owns", "object": "maker"},), end_user="maker")) is Strength.ESTABLISHED
    assert outcome(ask(SEAT, SEATS, end_user="parent")) == "met"
    assert outcome(ask(SEAT, end_user="maker")) == "unknown"


def test_the_ultimate_parent_is_found_through_holdings_of_half_or_more(ask: Ask) -> None:
    assert outcome(ask(SEAT, [*SEATS, owns("parent", "maker", share="50")], end_user="maker")) == "met"
    assert outcome(ask(SEAT, [*SEATS, owns("parent", "maker", share="49.99")], end_user="maker")) == "not met"
    assert outcome(ask(SEAT, [*SEATS, owns("parent", "maker", shareMin="51")], end_user="maker")) == "met"
    assert outcome(ask(SEAT, [*SEATS, owns("parent", "maker")], end_user="maker")) == "unknown"
    assert outcome(ask(SEAT, [*SEATS, said("parent", "controls", "maker")], end_user="maker")) == "met"
    chain = [owns("parent", "holding", share="100"), owns("holding", "maker", share="60")]
    assert outcome(ask(SEAT, [*SEATS, *chain], end_user="maker")) == "met"
    assert outcome(ask(SEAT.replace("CN", "MY"), [*SEATS, *chain], end_user="maker")) == "not met"
    circle = [owns("holding", "maker", share="60"), owns("maker", "holding", share="60")]
    assert outcome(ask(SEAT, [*SEATS, *circle], end_user="maker")) == "not met"


def test_own_headquarters_alone_may_be_what_counts(ask: Ask) -> None:
    own = "{headquartered: {role: end-user, parent: own, in: [CN]}}"
    finding = ask(own, [*SEATS, owns("parent", "maker", share="100")], end_user="maker")
    assert (outcome(finding), strength(finding)) == ("not met", Strength.ESTABLISHED)


def test_a_stranger_is_headquartered_where_the_case_says(ask: Ask) -> None:
    assert outcome(ask(SEAT, end_user={"name": "Shell", "headquarters": "CN"})) == "met"
    assert outcome(ask(SEAT, end_user={"name": "Shell", "headquarters": "MY"})) == "not met"
    assert patterns(ask(SEAT, end_user={"name": "Shell"})) == ["case headquarters ?Country"]


OWNED = "{owned: {role: end-user, by: {list: entity-list}, share: 50}}"
TWO = [said(owner, "listed", "entity-list", grade=4) for owner in ("owner-1", "owner-2")]


def test_owned_counts_holdings_together(ask: Ask) -> None:
    quarters = [owns("owner-1", "buyer", share="25"), owns("owner-2", "buyer", share="25")]
    met = ask(OWNED, [*TWO, *quarters], end_user="buyer")
    assert (outcome(met), strength(met)) == ("met", Strength.REPORTED)
    assert "they hold at least 50 %" in str(met)
    assert outcome(ask(OWNED, [*TWO, quarters[0]], end_user="buyer")) == "unknown"
    assert outcome(ask(OWNED, [TWO[0], *quarters], WHOLE[:1], end_user="buyer")) == "unknown"
    one = OWNED.replace("share: 50", "share: 50, aggregate: false")
    assert outcome(ask(one, [*TWO, *quarters], ({"relation": "owns", "object": "buyer", "grade": 3},), end_user="buyer")) == "not met"


def test_owned_adds_what_parties_on_several_lists_hold(ask: Ask) -> None:
    quarters = [owns("owner-1", "buyer", share="25"), owns("owner-2", "buyer", share="25")]
    claims = [TWO[0], said("owner-2", "listed", "sdn-list", grade=4), *quarters]
    both = "{owned: {role: end-user, by: [{list: entity-list}, sdn-list]}}"
    assert outcome(ask(both, claims, classes={"sdn-list": "PartyList"}, end_user="buyer")) == "met"
    assert outcome(ask(OWNED, claims, classes={"sdn-list": "PartyList"}, end_user="buyer")) == "unknown"


def test_owned_follows_holdings_through_companies_that_are_held_so_themselves(ask: Ask) -> None:
    chain = [TWO[0], owns("owner-1", "holding", share="50"), owns("holding", "buyer", share="50")]
    met = ask(OWNED, chain, end_user="buyer")
    assert (outcome(met), strength(met)) == ("met", Strength.REPORTED)
    assert "holding --owns--> buyer" in met.note()
    assert "owner-1 --owns--> holding" in met.note()
    assert met.flips
    thin = [TWO[0], owns("owner-1", "holding", share="49"), owns("holding", "buyer", share="100")]
    left = [*({"relation": "owns", "object": name, "grade": 3} for name in ("owner-1", "buyer")), *WHOLE]
    open_ = ask(OWNED, thin, tuple(left), end_user="buyer")
    assert (outcome(open_), patterns(open_)) == ("unknown", ["?Agent owns holding"])


def test_what_would_decide_who_owns_a_party_is_a_gap(ask: Ask) -> None:
    whole = ({"relation": "owns", "object": "buyer", "grade": 3},)
    claims = [*TWO, owns("owner-1", "buyer", share="30"), owns("owner-2", "buyer")]
    finding = ask(OWNED, claims, whole, end_user="buyer")
    assert (outcome(finding), patterns(finding)) == ("unknown", ["owner-2 owns buyer"])
    assert "with 20 % or more, restricted parties hold 50 %" in finding.gaps[0].why
    sixths = [*TWO, said("holding", "listed", "entity-list", grade=4)]
    sixths += [owns(owner, "buyer", share="16.67") for owner in ("owner-1", "owner-2", "holding")]
    rounded = ask(OWNED, sixths, whole, end_user="buyer")
    assert outcome(rounded) == "unknown"
    assert "restricted parties hold 49.995 to 50.025 %, so that it is not known whether they hold 50 %" in str(rounded)


def test_a_stranger_is_owned_as_the_case_tells(ask: Ask) -> None:
    assert patterns(ask(OWNED, end_user={"name": "Shell"})) == ["case owners ?Agent"]
    met = ask(OWNED, TWO, end_user={"name": "Shell", "owners": [{"id": "owner-1", "share": 20}, {"id": "owner-2", "share": 30}]})
    assert (outcome(met), strength(met)) == ("met", Strength.ESTABLISHED)
    nobody = ask(OWNED, TWO, WHOLE[:1], end_user={"name": "Shell", "owners": "none"})
    assert outcome(nobody) == "not met"
    through = {"name": "Shell", "owners": [{"name": "Holding", "share": 60, "owners": [{"id": "owner-1", "share": 51}]}]}
    assert outcome(ask(OWNED, TWO, end_user=through)) == "met"


# ---- items


def test_classified_by_claim_down_to_the_paragraph(ask: Ask) -> None:
    paragraph = [said("chip", "classifiedAs", "eccn:3A090.a")]
    assert outcome(ask("{classified: 3A090}", paragraph)) == "met"
    assert outcome(ask("{classified: 3A090.a}", [said("chip", "classifiedAs", "eccn:3A090")])) == "unknown"
    assert outcome(ask("{classified: {in: [3A090], except: [3A090.a]}}", paragraph)) == "not met"
    assert outcome(ask("{classified: 3A090}", [said("chip", "classifiedAs", "eccn:EAR99")])) == "not met"
    assert outcome(ask("{classified: EAR99}", paragraph)) == "not met"
    assert outcome(ask("{classified: 3A090}", [said("chip", "classifiedAs", "eccn:5A992")])) == "unknown"
    only = ({"relation": "classifiedAs", "subject": "chip"},)
    assert outcome(ask("{classified: 3A090}", [said("chip", "classifiedAs", "eccn:5A992")], only)) == "not met"
    assert patterns(ask("{classified: 3A090}")) == ["chip classifiedAs ?ECCN"]


def test_an_entry_counts_only_while_it_stands_in_the_list_and_an_edition_carried_back_is_presumed(ask: Ask) -> None:
    claims = [said("chip", "classifiedAs", "eccn:3A090.a", grade=4)]
    dated = "{classified: {in: [{code: 3A090, from: 2022-10-21, to: 2025-01-01}]}}"
    assert outcome(ask(dated, claims, as_of="2022-10-21")) == "met"
    assert outcome(ask(dated, claims, as_of="2022-10-20")) == "unknown"
    assert outcome(ask(dated, claims, as_of="2025-01-01")) == "unknown"
    carried = ask("{classified: {in: [{code: 3A090, edition: 2026-07-23}]}}", claims)
    assert strength(carried) is Strength.PRESUMED
    assert "known from the edition of 2026-07-23 and carried back" in str(carried)
    assert strength(ask("{classified: {in: [{code: 3A090, edition: 2025-05-13}]}}", claims)) is Strength.ESTABLISHED


CLASSIFIER = (
    HEAD.format(id="c", effect="classified") + "classifies: [3A090.a]\nversions:\n"
    "  - {effective: 2023-11-17, when: {measure: {quantity: total-processing-performance, comparison: '>=', value: 4800}}}\n"
)


def test_classified_by_a_rule_of_parameters(ask: Ask) -> None:
    fast, slow = [said("chip", "denseFp16Tflops", value="400")], [said("chip", "denseFp16Tflops", value="100")]
    rules = {"c": CLASSIFIER}
    assert outcome(ask("{classified: 3A090}", fast, rules=rules)) == "met"
    assert outcome(ask("{classified: 3A090}", slow, rules=rules)) == "not met"
    assert outcome(ask("{classified: 3A090}", fast, rules=rules, as_of="2023-11-16")) == "unknown"
    assert outcome(ask("{classified: {in: [3A090, 5A992]}}", slow, rules=rules)) == "unknown"
    assert outcome(ask("{classified: {in: [3A090, {code: 5A992.z, meets: [3A090]}]}}", slow, rules=rules)) == "not met"


def test_a_claim_against_the_parameters_is_contested(ask: Ask) -> None:
    claims = [said("chip", "denseFp16Tflops", value="100"), said("chip", "classifiedAs", "eccn:3A090.a")]
    finding = ask("{classified: 3A090}", claims, rules={"c": CLASSIFIER})
    assert (finding.outcome, finding.leaning) == (Outcome.CONTESTED, Outcome.MET)


def test_has_an_attribute_or_a_class(ask: Ask) -> None:
    marketed = [said("chip", "marketedForDataCentre", value="true")]
    assert outcome(ask("{has: {attribute: marketedForDataCentre}}", marketed)) == "met"
    assert outcome(ask("{has: {attribute: marketedForDataCentre, value: false}}", marketed)) == "not met"
    assert patterns(ask("{has: {attribute: marketedForDataCentre}}")) == ["chip marketedForDataCentre ?value"]
    assert outcome(ask("{has: {attribute: class, value: [Chip, Die]}}")) == "met"
    assert outcome(ask("{has: {attribute: class, value: Memory}}")) == "not met"
    family = [said("chip", "variantOf", "line"), said("line", "marketedForDataCentre", value="true", grade=3)]
    inherited = ask("{has: {attribute: marketedForDataCentre}}", family, classes={"line": "Chip"})
    assert (outcome(inherited), strength(inherited)) == ("met", Strength.PRESUMED)


def test_contains_however_deep(ask: Ask) -> None:
    parts = [said("server", "incorporates", "chip"), said("chip", "incorporates", "hbm"), said("hbm", "originIn", "US")]
    assert outcome(ask("{contains: {what: {origin: US}}}", parts, item="server")) == "met"
    assert outcome(ask("{contains: {what: {class: Memory}}}", parts, item="server")) == "met"
    closed = tuple({"relation": "incorporates", "subject": item} for item in ("server", "chip", "hbm"))
    assert outcome(ask("{contains: {what: {class: Equipment}}}", parts, closed, item="server")) == "not met"
    assert outcome(ask("{contains: {what: {class: Equipment}}}", parts, item="server")) == "unknown"


# ---- paths

LINE = [
    said("chip", "incorporates", "die", since="2024-01-01"), said("die", "fabricatedAt", "fab", since="2023-01-01"),
    said("fab", "usesEquipment", "tool", since="2022-01-01"), said("tool", "directProductOf", "tech"),
    said("tech", "originIn", "US", grade=4), said("tech", "classifiedAs", "eccn:3E001", grade=4),
]  # fmt: skip
PLANT = "{path: 'pg:incorporatesDie?/pg:fabricatedAt/pg:usesEquipment/pg:directProductOf', to: {eccn: [3E001], origin: US}}"


def test_a_path_to_what_its_end_must_be(ask: Ask) -> None:
    finding = ask(PLANT, LINE)
    assert (outcome(finding), strength(finding)) == ("met", Strength.REPORTED)
    assert [step.object for step in finding.routes[0].path] == ["die", "fab", "tool", "tech"]
    assert outcome(ask(PLANT, LINE[:-2])) == "unknown"
    assert "tech classifiedAs ?ECCN" in patterns(ask(PLANT, LINE[:-1]))
    assert outcome(ask(PLANT.replace("3E001", "3D001"), LINE)) == "unknown"


def test_memory_in_the_package_is_another_item(ask: Ask) -> None:
    memory = [said("chip", "incorporates", "hbm"), said("hbm", "fabricatedAt", "fab"), *LINE[2:]]
    assert outcome(ask(PLANT, memory)) == "unknown"


def test_incorporation_alone_does_not_carry_it_to_the_larger_thing(ask: Ask) -> None:
    assert outcome(ask(PLANT, [said("server", "incorporates", "chip"), *LINE], item="server")) == "unknown"


@pytest.mark.parametrize(
    ("target", "result"),
    [
        ("{is: tech}", "met"), ("{class: Technology}", "met"), ("{class: Software}", "unknown"), ("{origin: [CN, US]}", "met"),
        ("{either: [{is: soft}, {origin: US}]}", "met"), ("{class: Technology, except: {is: tech}}", "unknown"),
        ("{except: {is: soft}}", "met"), ("{}", "met"), ("{is: tech, confidence: argued}", "met"),
    ],
)  # fmt: skip
def test_ends_of_paths(ask: Ask, target: str, result: str) -> None:
    finding = ask(f"{{path: 'pg:incorporatesDie/pg:fabricatedAt/pg:usesEquipment/pg:directProductOf', to: {target}}}", LINE)
    assert outcome(finding) == result
    if "argued" in target:
        assert strength(finding) is Strength.PRESUMED


def test_a_path_may_end_in_a_party_on_a_list_or_with_its_seat_somewhere(ask: Ask) -> None:
    claims = [said("chip", "designedBy", "maker"), *LISTED, said("maker", "headquarteredIn", "CN")]
    assert outcome(ask("{path: 'pg:designedBy', to: {listed: {list: entity-list, footnote: fn1}}}", claims)) == "met"
    assert outcome(ask("{path: 'pg:designedBy', to: {headquartered: {in: [CN]}}}", claims)) == "met"
    assert outcome(ask("{path: 'pg:designedBy/pg:headquarteredIn', to: {located: [CN]}}", claims)) == "met"
    assert outcome(ask("{path: 'pg:headquarteredIn', from: end-user, to: {is: CN}}", claims, end_user="maker")) == "met"
    assert outcome(ask("{path: 'pg:headquarteredIn', from: end-user, to: {is: CN}}", claims)) == "unknown"


def test_absence_of_a_path_refutes_only_where_the_steps_are_complete(ask: Ask) -> None:
    rule = "{path: 'pg:designedBy', to: {is: maker}}"
    other = [said("chip", "designedBy", "buyer")]
    assert outcome(ask(rule, other)) == "unknown"
    assert outcome(ask(rule, other, ({"relation": "designedBy", "subject": "chip"},))) == "not met"


# ---- presumptions


@pytest.mark.parametrize(
    ("ground", "rebuttal", "result", "grade"),
    [
        ("use", None, "met", 2), ("use", "none", "met", 2), ("use", ["proof"], "not met", 4), ("sell", None, "not met", 4),
        (None, None, "unknown", 0), (None, ["proof"], "not met", 4),
    ],
)  # fmt: skip
def test_a_presumption_holds_as_presumed_until_it_is_rebutted(
    ask: Ask, ground: str | None, rebuttal: object, result: str, grade: int
) -> None:
    rule = "{presumed: {if: {act: [use]}, unless: {given: proof}}}"
    told = {"act": ground, "attestations": rebuttal}
    words = {"w": HEAD.format(id="w", effect="prohibited") + "versions: [{when: {act: [sell]}}]\n"}
    finding = ask(rule, rules=words, **told)
    assert (outcome(finding), int(strength(finding))) == (result, grade)


@pytest.mark.parametrize(
    ("record", "result", "grade"),
    [
        ([], "met", 2),
        ([(3, "asserts")], "met", 2),
        ([(3, "asserts"), (1, "disputes")], "contested", 2),
        ([(1, "denies")], "contested", 2),
        ([(4, "denies")], "not met", 4),
    ],
)
def test_a_presumption_is_weighed_against_the_record_of_what_is_presumed(
    ask: Ask, record: list[tuple[int, str]], result: str, grade: int
) -> None:
    rule = "{presumed: {if: {act: [use]}, of: {statement: {relation: designedBy, is: maker}}}}"
    claims = [said("chip", "designedBy", "maker", grade=grade, stance=Stance(stance)) for grade, stance in record]
    finding = ask(rule, claims, act="use")
    assert (outcome(finding), int(strength(finding))) == (result, grade)
    assert outcome(ask(rule, claims)) in ("unknown", result)


def test_a_statement_is_that_of_the_item_and_its_family_together(ask: Ask) -> None:
    rule = "{statement: {relation: designedBy, is: maker}}"
    bin_ = [said("chip", "variantOf", "family"), said("family", "designedBy", "maker")]
    assert outcome(ask(rule, bin_, classes={"family": "Chip"})) == "met"
    disputed = [*bin_, said("family", "designedBy", "maker", grade=1, stance=Stance.DISPUTES)]
    assert outcome(ask(rule, disputed, classes={"family": "Chip"})) == "contested"
    assert outcome(ask(rule, [said("chip", "designedBy", "maker", grade=4, stance=Stance.DENIES)])) == "not met"
    open_ = ask(rule)
    assert (outcome(open_), patterns(open_)) == ("unknown", ["chip designedBy maker"])


def test_a_closed_world_may_be_written_as_a_presumption(ask: Ask) -> None:
    path = "{path: 'pg:designedBy', to: {listed: {list: entity-list}}}"
    rule = f"{{not: {{presumed: {{if: {{path: 'pg:designedBy', to: {{}}}}, unless: {path}}}}}}}"
    designed = said("chip", "designedBy", "maker")
    assert outcome(ask(rule, [designed, *LISTED])) == "met"
    refuted = ask(rule, [designed], WHOLE[:1])
    assert (outcome(refuted), strength(refuted)) == ("not met", Strength.PRESUMED)
    assert outcome(ask(rule, [], WHOLE[:1])) == "unknown"  # of a chip of which nothing is said nothing follows


# ---- some and every


def test_some_and_every_party(ask: Ask) -> None:
    some = "{some: {among: parties, as: who, test: {listed: {role: who, list: entity-list}}}}"
    every = some.replace("some:", "every:")
    assert outcome(ask(some, LISTED, WHOLE, seller="maker")) == "met"
    assert outcome(ask(some, LISTED, WHOLE, seller="buyer")) == "unknown"
    assert outcome(ask(some, LISTED, WHOLE, parties={"seller": "buyer", "complete": True})) == "not met"
    assert outcome(ask(every, LISTED, WHOLE, parties={"seller": "maker", "complete": True})) == "met"
    assert outcome(ask(every, LISTED, WHOLE, seller="maker")) == "unknown"
    assert outcome(ask(every, LISTED, WHOLE, seller=["maker", "buyer"])) == "not met"


def test_some_part_that_a_path_leads_to(ask: Ask) -> None:
    large = "{some: {among: 'pg:incorporates+', as: part, test: {measure: {item: part, quantity: dieArea, comparison: '>', value: 500}}}}"
    parts = [said("server", "incorporates", "chip"), said("chip", "incorporates", "die"), said("die", "dieArea", value="600")]
    assert outcome(ask(large, parts, item="server")) == "met"
    assert outcome(ask(large.replace("500", "700"), parts, item="server")) == "unknown"
    assert outcome(ask(large.replace("some:", "every:").replace("500", "700"), parts, item="server")) == "not met"


def test_some_earlier_act(ask: Ask) -> None:
    rule = "{some: {among: earlier, as: before, test: {all: [{act: [export]}, {destination: [CN]}]}}}"
    assert outcome(ask(rule, earlier=[{"item": "die", "act": "export", "to": "CN"}])) == "met"
    assert outcome(ask(rule, earlier=[{"item": "die", "act": "export", "to": "MY"}])) == "not met"
    assert outcome(ask(rule, earlier="none")) == "not met"
    assert outcome(ask(rule)) == "unknown"
    of_a_die = "{some: {among: earlier, as: before, test: {has: {item: before, attribute: class, value: Die}}}}"
    assert outcome(ask(of_a_die, earlier=[{"item": "die", "act": "export"}])) == "met"
    assert outcome(ask(of_a_die, earlier=[{"item": "chip", "act": "export"}])) == "not met"
    assert outcome(ask(of_a_die, earlier=[{"act": "export"}])) == "unknown", "of an act that names no item it is not known what it was"


# ---- other rules, and rules that ask for themselves


def test_another_rule_of_the_same_case_or_of_another_item_of_it(ask: Ask) -> None:
    other = {"o": HEAD.format(id="o", effect="subject-to-ear") + "versions: [{when: {path: 'pg:originIn', to: {is: US}}}]\n"}
    assert outcome(ask("{rule: o}", [said("chip", "originIn", "US")], rules=other)) == "met"
    into = ask("{rule: {rule: o, item: into}}", [said("server", "originIn", "US")], rules=other, into="server")
    assert outcome(into) == "met"


def test_recursion_through_nodes_is_a_least_fixed_point(ask: Ask) -> None:
    rule = "{any: [{path: 'pg:originIn', to: {is: US}}, {path: 'pg:directProductOf', to: {rule: r}}]}"
    chain = [said("chip", "directProductOf", "tech"), said("tech", "directProductOf", "soft"), said("soft", "originIn", "US")]
    assert outcome(ask(rule, chain)) == "met"
    circle = [said("chip", "directProductOf", "tech"), said("tech", "directProductOf", "soft"), said("soft", "directProductOf", "tech")]
    assert outcome(ask(rule, circle)) == "unknown"
    ends = [(relation, id_) for relation in ("originIn", "directProductOf") for id_ in ("chip", "tech", "soft")]
    closed = tuple({"relation": relation, "subject": id_} for relation, id_ in ends)
    assert outcome(ask(rule, circle, closed)) == "not met"  # nothing in the circle comes from outside it
    assert outcome(ask(rule, [*circle, said("soft", "originIn", "US")], closed)) == "met"


def test_a_rule_at_the_end_of_a_path_is_asked_of_the_node_and_not_of_the_transaction(ask: Ask) -> None:
    here = {"o": HEAD.format(id="o", effect="subject-to-ear") + "versions: [{when: {place: {role: from, in: [US]}}}]\n"}
    assert outcome(ask("{rule: o}", rules=here, **{"from": "US"})) == "met"
    finding = ask("{path: 'pg:directProductOf', to: {rule: o}}", [said("chip", "directProductOf", "tech")], rules=here, **{"from": "US"})
    assert outcome(finding) == "unknown"
    assert not any(pattern.startswith("case") for pattern in patterns(finding))


# ---- doubt


def test_doubtful_wording_counts_as_presumed_and_says_so(ask: Ask) -> None:
    for doubt, words in (("unverified", "was not read in the text itself"), ("argued", "is argued and not settled")):
        finding = ask(f"{{act: [use], confidence: {doubt}}}", act="use")
        assert strength(finding) is Strength.PRESUMED
        assert words in str(finding)


def test_one_edition_carried_back_counts_as_presumed(ask: Ask) -> None:
    assert strength(ask("{act: [use], edition: 2026-07-23}", act="use")) is Strength.PRESUMED
    assert strength(ask("{act: [use], edition: 2025-05-13}", act="use")) is Strength.ESTABLISHED


# ---- laws of the tree


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    """A verdict as leaves give them: no run two-sided, and the second run no more than the first."""
    grade = draw(st.integers(0, 4))
    clear = draw(st.integers(0, grade))
    if draw(st.booleans()):
        return Verdict(Truth(grade, 0), Truth(clear, 0))
    return Verdict(Truth(0, grade), Truth(0, clear))


@st.composite
def trees(draw: st.DrawFn, depth: int = 3) -> Reading:
    if depth == 0 or draw(st.booleans()):
        number = draw(st.integers(0, 10**6))
        gap = Gap("case", f"input-{number}", None, "X", "?")
        return Reading("input", "leaf", draw(verdicts()), gaps=lambda: (gap,))
    parts = tuple(draw(trees(depth - 1)) for _ in range(draw(st.integers(1, 3))))
    kind = draw(st.sampled_from(["all", "any", "not"]))
    if kind == "not":
        return Reading("not", "not", ~parts[0].verdict, parts=parts[:1], combine=lambda given: ~given[0])
    return joined(kind, kind, parts)


def weaker(one: Verdict) -> bool:
    every, clear = one.all_, one.uncontested
    return clear.for_ <= every.for_ and clear.against <= every.against and 0 in (every.for_, every.against)


@given(trees())
def test_the_second_run_only_loses_answers_and_no_run_is_two_sided(tree: Reading) -> None:
    assert weaker(tree.verdict)
    assert tree.verdict == tree.again([part.verdict for part in tree.parts])


@given(st.lists(verdicts(), max_size=5))
def test_merged_evidence_keeps_the_law_of_the_two_runs(given_: list[Verdict]) -> None:
    result = merged(given_)
    assert weaker(result)
    if given_:
        assert max(result.all_.for_, result.all_.against) == max(max(one.all_.for_, one.all_.against) for one in given_)
    assert merged([*given_, UNKNOWN]) == result


@given(trees())
def test_gaps_come_only_from_what_is_unknown_and_a_settled_tree_of_sure_leaves_has_none(tree: Reading) -> None:
    leaves = [leaf for leaf in tree.walk() if not leaf.parts]
    unknown = {gap.pattern for leaf in leaves if leaf.verdict.all_ == Truth(0, 0) for gap in (leaf.gaps() if leaf.gaps else ())}
    assert {gap.pattern for gap in pivotal_gaps(tree)} <= unknown


def test_a_gap_is_told_only_where_its_truth_would_move_the_outcome() -> None:
    def leaf(name: str, verdict: Verdict) -> Reading:
        return Reading("input", name, verdict, gaps=lambda: (Gap("case", name, None, "X", "?"),))

    def asked(tree: Reading) -> list[str]:
        return [gap.relation for gap in pivotal_gaps(tree)]

    open_, other = leaf("open", UNKNOWN), leaf("other", UNKNOWN)
    yes, no = leaf("yes", YES), leaf("no", NO)
    assert asked(joined("all", "", (open_, yes))) == ["open"]
    assert asked(joined("all", "", (open_, no))) == []
    assert asked(joined("any", "", (open_, yes))) == []
    assert asked(joined("any", "", (open_, no))) == ["open"]
    assert asked(joined("all", "", (open_, other))) == ["open", "other"]
    assert asked(joined("all", "", (joined("any", "", (open_, other)), joined("any", "", (yes, other))))) == ["open", "other"]


# ---- lists with programmes, and owners of other sorts


def test_listed_under_a_programme(ask: Ask) -> None:
    rule = "{listed: {role: end-user, list: entity-list, programme: [A, B]}}"

    def listed(**told: str) -> list[dict[str, Any]]:
        return [said("maker", "listed", "entity-list", grade=4, qualifiers=told)]

    assert outcome(ask(rule, listed(role="B; C"), WHOLE, end_user="maker")) == "met"
    assert outcome(ask(rule, listed(role="BB; C"), WHOLE, end_user="maker")) == "not met"
    untold = ask(rule, listed(), WHOLE, end_user="maker")
    assert (outcome(untold), patterns(untold)) == ("unknown", ["maker listed entity-list"])
    assert outcome(ask(rule, listed(role="A"), WHOLE, end_user="buyer")) == "not met"
    owned = "{owned: {role: end-user, by: {list: entity-list, programme: A}}}"
    holding = owns("maker", "buyer", share="60")
    assert outcome(ask(owned, [*listed(role="A"), holding], WHOLE, end_user="buyer")) == "met"
    assert outcome(ask(owned, [*listed(role="C"), holding], (*WHOLE, OWNERS, {**OWNERS, "object": "maker"}), end_user="buyer")) == "not met"


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("{headquartered: {in: [CN]}}", "met"), ("{headquartered: {in: [TW]}}", "not met"), ("{party: {is: [parent]}}", "met"),
        ("{party: {is: [holding]}}", "not met"), ("{person: {of: [CN]}}", "met"),
        ("[{headquartered: {in: [TW]}}, {list: entity-list}]", "not met"), ("[{party: {is: [parent]}}, entity-list]", "met"),
    ],
)  # fmt: skip
def test_owned_by_parties_of_a_sort(ask: Ask, by: str, expected: str) -> None:
    claims = [*SEATS, owns("parent", "maker", share="30"), owns("maker", "buyer", share="60"), owns("parent", "owner-1", share="51")]
    whole = (*WHOLE, *({"relation": "owns", "object": one, "grade": 3} for one in ("parent", "maker", "buyer", "owner-1")))
    rule = f"{{owned: {{role: end-user, by: {by}, share: 50}}}}"
    finding = ask(rule, claims, whole, end_user="owner-1")
    assert outcome(finding) == expected
    if expected == "met" and "party" not in by:
        assert len([flip for flip in finding.flips if len(flip.claims) == 1]) == 2, "the seat, or the holding"


def test_owned_by_parties_of_a_sort_through_what_they_own_and_with_a_gap(ask: Ask) -> None:
    rule = "{owned: {role: end-user, by: {headquartered: {in: [CN]}}, share: 50}}"
    claims = [owns("parent", "maker", share="60"), owns("maker", "buyer", share="60")]
    assert outcome(ask(rule, [*SEATS, *claims], end_user="buyer")) == "met"
    unknown = ask(rule, claims, (OWNERS,), end_user="buyer")
    assert outcome(unknown) == "unknown"
    assert any("headquartered in CN" in gap.why for gap in unknown.gaps)
    stranger = {"name": "X", "country": "MY", "owners": [{"name": "Y", "country": "CN", "headquarters": "CN", "share": 60}]}
    assert outcome(ask(rule, claims, end_user=stranger)) == "met"


# ---- content of what is named


def test_content_that_is_named_may_be_a_variant_of_what_is_named(ask: Ask) -> None:
    rule = "{content: {of: {is: [hbm]}, at_least: 0.1}}"
    bill = [{"item": "die", "value": 5}, {"name": "the rest", "value": 95}]

    def asked(*claims: dict[str, Any]) -> Finding:
        return ask(rule, list(claims), bill=bill, value=100)

    assert outcome(asked()) == "not met"
    found = asked(said("die", "variantOf", "hbm", grade=3))
    assert (outcome(found), strength(found)) == ("met", Strength.REPORTED)
    assert outcome(asked(said("die", "variantOf", "server", grade=3), said("server", "variantOf", "hbm", grade=3))) == "met"
    assert outcome(asked(said("hbm", "variantOf", "die", grade=3))) == "not met"
    assert [flip.claims for flip in found.flips]


def test_what_is_rejected_is_rejected_on_the_day_of_an_earlier_act_too(ask: Ask) -> None:
    rule = "{some: {among: earlier, as: before, test: {listed: {role: end-user, list: entity-list}}}}"
    listed = [said("maker", "listed", "entity-list", grade=4, since="2020-01-01", until="2021-01-01")]
    told = {"end_user": "maker", "item": "chip"}
    found = ask(rule, listed, WHOLE, earlier=[{**told, "on": "2020-06-01"}])
    assert (outcome(found), len(found.flips)) == ("met", 1)
    assert outcome(ask(rule, listed, WHOLE, earlier=[{**told, "on": "2021-06-01"}])) == "not met"
    assert outcome(ask(rule, listed, WHOLE, earlier=[told])) == "not met"
