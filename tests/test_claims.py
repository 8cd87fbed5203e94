"""Claims, documents, entities and kinds as values."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from policygraph.claims import Claim, Complete, Document, Entity, Kind, Stance, Version
from policygraph.dates import Interval
from policygraph.truth import Strength

SAID: dict[str, Any] = {
    "subject": "ascend-910b",
    "relation": "fabricatedAt",
    "object": "smic-sn1",
    "document": "d",
    "recorded": date(2024, 10, 22),
}


def test_the_id_follows_from_what_is_said_where_and_by_whom() -> None:
    assert Claim(**SAID).id == Claim(**SAID).id == "c-" + Claim(**SAID).id[2:]
    assert len(Claim(**SAID).id) == 14


def test_the_id_of_a_claim_never_changes() -> None:
    assert Claim(**SAID).id == "c-d0dc9beddfd8"


@pytest.mark.parametrize(
    "change",
    [
        {"subject": "ascend-910c"},
        {"relation": "packagedAt"},
        {"object": "smic-sn2"},
        {"object": "", "value": "smic-sn1"},
        {"document": "e"},
        {"version": 2},
        {"stance": Stance.ALLEGES},
        {"by": "techinsights"},
        {"interval": Interval.of(date(2022, 1, 1), None)},
        {"holds": "every"},
        {"disputes": "c-x"},
        {"qualifiers": {"share": "50"}},
    ],
    ids=str,
)
def test_another_statement_has_another_id(change: dict[str, Any]) -> None:
    assert Claim(**{**SAID, **change}).id != Claim(**SAID).id


@pytest.mark.parametrize(
    "change", [{"at": "p. 2"}, {"note": "x"}, {"quote": "x"}, {"stated": "2022"}, {"recorded": date(2020, 1, 1)}], ids=str
)
def test_remarks_on_a_claim_do_not_change_its_id(change: dict[str, Any]) -> None:
    assert Claim(**{**SAID, **change}).id == Claim(**SAID).id


def test_a_name_given_by_hand_is_the_id() -> None:
    assert Claim(**SAID, name="c-mine").id == "c-mine"


@given(st.dictionaries(st.text(), st.text(), max_size=4))
def test_the_order_of_qualifiers_does_not_count(qualifiers: dict[str, str]) -> None:
    backwards = dict(reversed(qualifiers.items()))
    assert Claim(**SAID, qualifiers=qualifiers).id == Claim(**SAID, qualifiers=backwards).id


def test_values_cannot_be_changed_and_know_their_fields() -> None:
    with pytest.raises(ValidationError):
        Claim(**SAID).subject = "other"
    with pytest.raises(ValidationError):
        Claim(**SAID, certainty=0.9)


def test_which_stances_speak_against() -> None:
    assert [stance for stance in Stance if stance.is_against] == [Stance.DENIES, Stance.DISPUTES]


def test_all_names_begin_with_the_usual_one() -> None:
    entity = Entity(id="smic", type="Company", name="SMIC", names={"zh": ("中芯国际", "中芯"), "en": ("SMIC Corp.",)})
    assert entity.all_names == ("SMIC", "中芯国际", "中芯", "SMIC Corp.")


def test_a_kind_is_known_by_its_content() -> None:
    one = Kind(of="Fab", where={"operatedBy": ("tsmc", "smic"), "locatedIn": ("TW",)})
    other = Kind(of="Fab", where={"locatedIn": ("TW",), "operatedBy": ("smic", "tsmc")})
    assert one.id == other.id
    assert one.id != Kind(of="Fab", where={"operatedBy": ("tsmc",)}).id
    assert str(one) == "every Fab with operatedBy tsmc or smic, locatedIn TW"
    assert str(Kind(of="Fab")) == "every Fab"


def document(**more: Any) -> Document:
    return Document(id="d", title="D", publisher="us-bis", kind="guidance", published=date(2025, 5, 13), url="https://x.org/", **more)


def test_a_document_without_versions_has_one() -> None:
    assert document().version(1) == Version(number=1, published=date(2025, 5, 13), url="https://x.org/")
    assert document().cap is Strength.ESTABLISHED


def test_versions_are_found_by_number() -> None:
    versions = (Version(number=1, published=date(2025, 5, 13)), Version(number=2, published=date(2025, 5, 19)))
    assert document(versions=versions).version(2).published == date(2025, 5, 19)


def test_versions_stand_from_the_oldest_on() -> None:
    versions = (Version(number=1, published=date(2025, 5, 19)), Version(number=2, published=date(2025, 5, 13)))
    with pytest.raises(ValidationError, match="from the oldest to the newest"):
        document(versions=versions)


@pytest.mark.parametrize("ends", [{}, {"subject": "a", "object": "b"}])
def test_completeness_has_one_end(ends: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="either a subject"):
        Complete(relation="listed", document="d", recorded=date(2026, 7, 9), **ends)
