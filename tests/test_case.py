"""Cases: what is told, what is left out, what there is none of."""

from __future__ import annotations

import pytest

from policygraph.case import Attestation, Authorisation, Case, Larger
from policygraph.errors import BadQuestion, UnknownName
from policygraph.parties import Party
from tests.small import graph, said

WORLD = graph(
    [said("ascend-910c", "designedBy", "huawei")],
    {"ascend-910c": "Chip", "huawei": "Company", "MY": "Country", "fab-1": "Fab"},
)


def test_what_is_left_out_is_a_gap_and_none_is_an_answer() -> None:
    case = Case(end_user="none", end_use="none", authorisations="none")
    assert case.party("end-user") == ()
    assert case.party("purchaser") is None
    assert (case.end_use, case.authorisations, case.attestations) == ((), (), None)


def test_complete_parties_leave_nobody_unnamed() -> None:
    for case in (Case(parties="complete"), Case(parties="none"), Case(parties={"complete": True}), Case(parties_complete=True)):
        assert case.party("lender") == ()
    assert Case(parties_complete="no").party("lender") is None
    named = Case(parties={"end_user": "huawei", "complete": True})
    assert named.party("end-user") == (Party(id="huawei"),)
    assert named.party("purchaser") == ()


def test_a_role_may_be_given_by_its_own_name_however_it_is_spelt() -> None:
    assert Case(end_user="huawei") == Case(parties={"End User": "huawei"}) == Case(**{"end-user": ["huawei"]})


def test_several_parties_may_share_a_role() -> None:
    assert Case(purchaser=["a", {"name": "Stranger Ltd"}]).party("purchaser") == (Party(id="a"), Party(name="Stranger Ltd"))


def test_a_stranger_is_told_by_name_country_and_headquarters() -> None:
    (stranger,) = Case(end_user={"name": "Shell Sdn", "country": "MY", "headquarters": "CN"}).party("end-user") or ()
    assert stranger.is_stranger
    assert str(stranger) == "Shell Sdn"
    with pytest.raises(BadQuestion, match="read from the data"):
        Case(end_user={"id": "huawei", "headquarters": "CN"})
    with pytest.raises(BadQuestion, match="a party is an id, or a stranger"):
        Case(end_user={"country": "MY"})


@pytest.mark.parametrize(
    ("given", "topic", "known"),
    [("yes", "destination", True), ("no", "violation", False), ("none", "violation", False), (True, "x", True),
     ({"violation": "no"}, "violation", False), ({"violation": "no"}, "destination", None), (None, "destination", None)],
)  # fmt: skip
def test_knowledge_is_yes_no_or_not_told_by_topic_or_of_everything(given: object, topic: str, known: bool | None) -> None:
    assert Case(knowledge=given).knows(topic) is known


def test_short_forms_of_what_is_attested_authorised_and_made_part_of() -> None:
    case = Case(attestations="For Masks", authorisations=[{"covers": "production", "from": "2024-01-01"}], into="server")
    assert case.attestations == (Attestation(what="for-masks"),)
    assert case.authorisations is not None
    assert case.authorisations[0] == Authorisation(covers=("production",), since="2024-01-01")
    assert case.into == (Larger(item="server"),)
    assert Case(into={"item": "server", "by": "huawei"}).party("incorporator") == (Party(id="huawei"),)
    assert Case(into="none").party("incorporator") == ()
    assert Case().party("incorporator") is None


def test_earlier_acts_are_cases_too() -> None:
    case = Case(earlier=[{"item": "die", "act": "export"}])
    assert case.earlier is not None
    assert case.earlier[0].act == "export"


def test_the_country_it_leaves_is_from() -> None:
    assert Case(**{"from": "TW"}) == Case(origin="TW")


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"iten": "x"}, "a case has no input 'iten'; did you mean 'item'?"),
        ({"parties": {"end_usr": "x"}}, "a case has no party 'end-usr'; did you mean 'end-user'?"),
        ({"knowledge": "perhaps"}, "knowledge is yes or no, and not 'perhaps'"),
        ({"parties_complete": "perhaps"}, "parties_complete is yes or no, and not 'perhaps'"),
        ({"on": "2025-05"}, "'2025-05' is not a date; write a date as YYYY-MM-DD, for example 2025-05-13"),
        ({"quantity": -1}, "the quantity of a case is 0 or more, and not -1"),
        ({"value": -5.0}, "the value of a case is 0 or more, and not -5"),
        ({"parties": "some"}, "parties are given by role, or 'complete', or 'none', and not 'some'"),
        ({"parties": 3}, "parties are given by role, for example {end_user: bytedance}"),
        ({"end_user": {"name": "x", "contry": "CN"}}, "there is no 'contry' of the end-user; did you mean 'country'?"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(given: dict[str, object], sentence: str) -> None:
    with pytest.raises(BadQuestion) as caught:
        Case(**given)
    assert str(caught.value) == sentence


def test_names_are_replaced_by_ids() -> None:
    case = Case.of({"item": "Ascend 910C", "to": "my", "end_user": "HUAWEI", "into": {"item": "ascend 910c", "to": "MY"}}, WORLD)
    assert (case.item, case.to, case.party("end-user")) == ("ascend-910c", "MY", (Party(id="huawei"),))
    assert case.into == (Larger(item="ascend-910c", to="MY"),)
    assert case.resolved(WORLD) == case


def test_none_and_strangers_are_left_as_they_are() -> None:
    case = Case.of({"to": "none", "end_user": {"name": "Shell", "country": "MY"}}, WORLD)
    assert (case.to, case.party("end-user")) == ("none", (Party(name="Shell", country="MY"),))


def test_a_stranger_may_be_told_with_its_owners() -> None:
    shell = {"name": "Shell", "owners": [{"id": "HUAWEI", "share": 16.67}, {"name": "Fund", "share": [10, 20]}, "huawei"]}
    (party,) = Case.of({"end_user": shell}, WORLD).party("end-user") or ()
    assert [(str(owner), owner.share) for owner in party.owners or ()] == [("huawei", ("16.67",)), ("Fund", ("10", "20")), ("huawei", ())]
    assert Party(name="Shell", owners="none").owners == ()
    for share in (-1, 101, "half", [30, 20], [1, 2, 3], True):
        with pytest.raises(BadQuestion, match=r"a share is a number from 0 to 100, in per cent, or \[least, most\], and not"):
            Case(end_user={"name": "Shell", "owners": [{"id": "huawei", "share": share}]})
    with pytest.raises(BadQuestion, match="owners of 'huawei' are read from the data"):
        Case(end_user={"id": "huawei", "owners": "none"})


def test_an_unknown_party_is_refused_with_the_way_to_tell_of_a_stranger() -> None:
    with pytest.raises(UnknownName, match=r"no party 'huawai'; tell a stranger as .* did you mean 'huawei'"):
        Case.of({"end_user": "huawai"}, WORLD)
    with pytest.raises(UnknownName):
        Case.of({"item": "huawei"}, WORLD)


def test_it_reads_as_a_clause() -> None:
    case = Case(item="h20", act="export", to="CN", end_user="none", knowledge="yes", authorisations="none", end_use=["games"])
    assert str(case) == "item h20, act export, to CN, end-user none, end use games, knowledge yes, authorisations none"
    assert str(Case()) == "an empty case"
