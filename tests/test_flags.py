"""Red flags put to records: each condition holds where it must, does not where it must not, and says why it could not be asked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import pytest

import policygraph as pg
from policygraph import cli
from policygraph.diversion.cases import load_cases
from policygraph.diversion.flags import Flagging, red_flags, wanted_flags
from policygraph.diversion.profiles import Known
from policygraph.diversion.redflags import CONDITIONS, RedFlag
from policygraph.errors import BadData, BadQuestion
from policygraph.view import FrozenView
from tests.small import graph, said, view

SOURCE: Final = {"document": "A note", "publisher": "gov", "url": "https://example.org"}


def flag(id_: str, test: Mapping[str, Any], **more: Any) -> RedFlag:
    """Make a flag of one's own."""
    told = {"flag": id_, "title": id_, "text": id_, "source": SOURCE, "applies_from": date(2020, 1, 1), "test": test, **more}
    return RedFlag.model_validate(told)


def row(id_: str, day: str, shipper: str, consignee: str, origin: str, destination: str, **more: Any) -> dict[str, Any]:
    ends = {"shipper": shipper, "consignee": consignee, "origin": origin, "destination": destination}
    return {"id": id_, "date": day, "item": f"goods of {id_[:2]}", **ends, **more}


def buys(id_: str, day: str, consignee: str, **more: Any) -> dict[str, Any]:
    return row(id_, day, "seller", consignee, "US", "DE", **more)


# ---- one file of trade; the first letters of an id say which flag a row is about

CLAIMS: Final = [
    said("red-star", "listed", "entity-list", since="2022-06-01", grade=4),
    said("black-hand", "listed", "entity-list", grade=4),
    said("red-star", "owns", "daughter", grade=4, qualifiers={"share": "60"}),
    said("mother", "owns", "far-child", grade=4, qualifiers={"share": "100"}),
    said("mother", "headquarteredIn", "CN", grade=4), said("far-child", "headquarteredIn", "SG", grade=4),
    said("bank", "headquarteredIn", "CY", grade=4),
]  # fmt: skip
CLASSES: Final = {
    **dict.fromkeys(("red-star", "black-hand", "daughter", "mother", "far-child", "bank", "seller"), "Company"),
    "entity-list": "PartyList", "CN": "Country", "SG": "Country", "CY": "Country",
}  # fmt: skip
PROFILES: Final = [
    {"name": "Newborn", "founded": "2022-03", "business": "freight-forwarder", "address": "1 High Street; PO Box 7", "places": 5},
    {"name": "Oldtimer", "founded": "1980", "business": "maker", "officers": "A. Nobody", "address": "2 Low Road"},
    {"name": "Between", "founded": {"from": "2022-01-01", "to": "2022-12-31"}},
    {"name": "Neighbour", "address": "po box 7", "officers": "A. Nobody"},
    {"name": "Shadow", "address": "2, Low Road", "listed": "entity-list 2023-01-01"},
    {"name": "Power House", "power": 1, "draw": 10, "country": "MY"},
]
CONTROL: Final = "russia-2022"
TESTS: Final[Mapping[str, tuple[dict[str, Any], set[str]]]] = {
    "ft": ({"first_trade_after": {"role": "consignee", "control": CONTROL}}, {"ft-new", "ft-new-again"}),
    "fo": ({"founded_after": {"role": "consignee", "control": CONTROL}}, {"fo-newborn"}),
    "yo": ({"young": {"role": "shipper", "days": 400}}, {"yo-newborn"}),
    "sh": ({"shares": {"role": "consignee", "by": ["address"], "among": "listed", "lists": ["entity-list"]}}, {"sh-since"}),
    "st": ({"shares": {"role": "consignee", "by": ["officers"], "among": "trading-partners"}}, {"st-partner"}),
    "sa": ({"shares": {"role": "shipper", "by": ["address"], "among": "anyone"}}, {"sa-newborn"}),
    "li": ({"listed": {"role": "any", "lists": ["entity-list"]}}, {"li-after", "li-unknown", "li-profile", "li-payer"}),
    "si": ({"listed": {"role": "any", "lists": ["entity-list"], "names": "similar"}}, {"si-alike"}),
    "ow": ({"owned": {"role": "consignee", "lists": ["entity-list"], "over": 50}}, {"ow-daughter"}),
    "he": ({"headquartered": {"role": "consignee", "countries": ["CN"]}}, {"he-child"}),
    "bu": ({"business": {"role": "consignee", "is": ["freight-forwarder"]}}, {"bu-newborn"}),
    "di": ({"differs": {"of": "payer", "from": "consignee"}}, {"di-bank", "di-seen"}),
    "mi": ({"missing": {"column": "end_user"}}, {"mi-none", "mi-forwarder"}),
    "vi": ({"via": {"countries": "hubs-russia"}}, {"vi-loaded", "vi-made"}),
    "on": ({"onward": {"to": ["RU"]}}, {"on-1", "on-2"}),
    "ma": ({"matches": {"days": 30, "within": 10}}, {"ma-in", "ma-out"}),
    "su": ({"succeeds": {"lists": ["entity-list"], "days": 90}}, {"su-heir"}),
    "ra": ({"rare": {"of": ["origin", "loading"], "below": 10, "rows": 12}}, {"ra-odd"}),
    "ro": ({"surge": {"of": "quantity", "per": "consignee", "factor": 3, "control": CONTROL, "when": "after"}}, {"ro-8"}),
    "rb": ({"surge": {"of": "rows", "per": "destination", "factor": 3, "control": CONTROL, "when": "before"}}, set()),
    "pr": ({"price": {"side": "either", "factor": 2, "rows": 5}}, {"pr-dear", "pr-cheap"}),
    "ex": ({"exceeds": {"limit": "places"}}, {"ex-1", "ex-2"}),
    "ep": ({"exceeds": {"limit": "power"}}, {"ep-1"}),
    "hs": ({"hs_in": {"codes": "high-priority", "tiers": ["1"]}}, {"hs-chip"}),
    "re": ({"repeats": {"of": "serial"}}, set()),
    "sp": ({"splits": {"below": 2500, "currency": "USD", "days": 10, "rows": 3}}, {"sp-1", "sp-2", "sp-3"}),
    "ib": ({"missing": {"column": "end_user", "items": "computing-hardware"}}, {"ib-chip"}),
}  # fmt: skip


def trade() -> list[dict[str, Any]]:
    return [
        buys("ft-old", "2021-01-04", "Regular"), buys("ft-old-again", "2022-05-02", "Regular"),
        buys("ft-new", "2022-05-03", "Newcomer"), buys("ft-new-again", "2022-06-03", "NEWCOMER"),
        buys("fo-newborn", "2022-04-01", "Newborn"), buys("fo-between", "2023-01-01", "Between"),
        buys("fo-old", "2022-04-01", "Oldtimer"), buys("fo-stranger", "2022-04-01", "Unheard"),
        row("yo-newborn", "2022-04-02", "Newborn", "Regular", "US", "DE"), row("yo-old", "2022-04-02", "Oldtimer", "Regular", "US", "DE"),
        buys("sh-before", "2022-12-30", "Oldtimer"), buys("sh-since", "2023-01-02", "Oldtimer"),
        buys("sh-other", "2023-01-02", "Newborn"),
        row("st-partner", "2022-04-03", "Oldtimer", "Neighbour", "US", "DE"), buys("st-else", "2022-04-03", "Neighbour"),
        row("sa-newborn", "2022-04-04", "Newborn", "Regular", "US", "DE"), buys("sa-other", "2022-04-04", "Regular"),
        buys("li-before", "2022-05-31", "red-star"), buys("li-after", "2022-06-01", "Red Star"),
        row("li-unknown", "2021-06-01", "black-hand", "Regular", "US", "DE"), buys("li-profile", "2023-05-01", "Shadow"),
        buys("li-payer", "2023-06-01", "Regular", payer="red-star"),
        buys("si-alike", "2022-07-01", "Black-Handd Co., Ltd."), buys("si-far", "2022-07-01", "Blackbird"),
        buys("ow-daughter", "2022-07-02", "daughter"), buys("ow-child", "2022-07-02", "far-child"),
        row("he-child", "2022-07-03", "seller", "far-child", "US", "SG"), row("he-mother", "2022-07-03", "seller", "mother", "US", "CN"),
        buys("bu-newborn", "2022-07-04", "Newborn"), buys("bu-old", "2022-07-04", "Oldtimer"),
        buys("di-bank", "2022-07-05", "Buyer", payer="bank"),
        buys("di-self", "2022-07-05", "Buyer", payer="Buyer"),
        buys("di-seen", "2022-07-05", "Buyer", payer="Only French"),
        buys("di-lost", "2022-07-05", "Buyer", payer="Never seen"),
        row("di-home", "2022-07-06", "seller", "Only French", "US", "FR"),
        buys("mi-none", "2022-07-06", "Buyer"), buys("mi-told", "2022-07-06", "Buyer", end_user="Buyer"),
        buys("mi-forwarder", "2022-07-06", "Buyer", end_user="CARRIER AG", forwarder="Carrier A.G."),
        row("vi-loaded", "2022-07-07", "seller", "Buyer", "DE", "RU", loading="TR"),
        row("vi-plain", "2022-07-07", "seller", "Buyer", "DE", "KZ"),
        row("vi-made", "2022-07-07", "seller", "Buyer", "AE", "RU", made_in="US"),
        row("vi-own", "2022-07-07", "seller", "Buyer", "TR", "RU", made_in="TR"),
        row("on-1", "2022-07-08", "Sender", "Middle", "DE", "KZ"), row("on-2", "2022-08-08", "Middle", "Last", "KZ", "RU"),
        row("on-late", "2023-08-08", "Middle", "Last", "KZ", "RU"),
        row("ma-in", "2022-08-01", "seller", "Hub One", "US", "AE", quantity=100, unit="kg"),
        row("ma-out", "2022-08-20", "Hub Two", "Buyer", "AE", "IN", quantity=95, unit="kg"),
        row("ma-less", "2022-08-20", "Hub Two", "Buyer", "AE", "IN", quantity=80, unit="kg"),
        row("ma-unit", "2022-08-20", "Hub Two", "Buyer", "AE", "IN", quantity=100, unit="units"),
        row("ma-late", "2022-09-20", "Hub Two", "Buyer", "AE", "IN", quantity=100, unit="kg"),
        row("su-listed", "2022-05-01", "Supplier", "red-star", "US", "DE"), row("su-heir", "2022-07-01", "Supplier", "Heir", "US", "DE"),
        row("su-late", "2022-12-01", "Supplier", "Late heir", "US", "DE"), buys("su-elsewhere", "2022-07-01", "Another"),
        *(buys(f"ra-{number}", "2022-07-09", "Buyer") for number in range(12)),
        buys("ra-odd", "2022-07-09", "Buyer", loading="CA"),
        *(buys(f"ro-{month}", f"2022-{month:02}-09", "Grower", quantity=400 if month == 8 else 100, unit="kg")
          for month in range(1, 10)),
        *(buys(f"pr-{number}", "2022-07-10", "Buyer", quantity=10, value=100 + number, currency="USD") for number in range(5)),
        buys("pr-dear", "2022-07-10", "Buyer", quantity=10, value=300, currency="USD"),
        buys("pr-cheap", "2022-07-10", "Buyer", quantity=10, value=30, currency="USD"),
        buys("pr-yen", "2022-07-10", "Buyer", quantity=10, value=14000, currency="JPY"),
        buys("ex-1", "2022-07-11", "Newborn", quantity=4), buys("ex-2", "2022-08-11", "Newborn", quantity=4),
        buys("ex-other", "2022-08-11", "Buyer", quantity=400),
        row("ep-1", "2022-08-11", "seller", "Power House", "US", "MY", quantity=101),
        buys("hs-chip", "2022-07-12", "Buyer", hs="85423190", end_user="Buyer"),
        buys("hs-other", "2022-07-12", "Buyer", hs="847150", end_user="Buyer"),
        buys("hs-short", "2022-07-12", "Buyer", hs="8542", end_user="Buyer"),
        buys("ib-chip", "2022-07-12", "Buyer", hs="854231"), buys("ib-shirt", "2022-07-12", "Buyer", hs="610910"),
        *(row(f"sp-{number}", f"2022-07-1{2 + number}", "Splitter", "Buyer", "US", "DE", value=1000, currency="USD")
          for number in (1, 2, 3)),
        row("sp-late", "2022-09-14", "Splitter", "Buyer", "US", "DE", value=1000, currency="USD"),
        row("sp-big", "2022-07-14", "Splitter", "Buyer", "US", "DE", value=9000, currency="USD"),
        row("sp-euro", "2022-07-14", "Splitter", "Buyer", "US", "DE", value=1000, currency="EUR"),
    ]  # fmt: skip


@pytest.fixture(scope="module")
def frozen() -> FrozenView:
    return view(graph(CLAIMS, CLASSES), "2023-07-01")


@pytest.fixture(scope="module")
def flagging(frozen: FrozenView) -> Flagging:
    return red_flags(trade(), frozen, flags=[flag(id_, test) for id_, (test, _) in TESTS.items()], parties=PROFILES)


def test_every_condition_is_tried() -> None:
    assert {next(iter(test)) for test, _ in TESTS.values()} == set(CONDITIONS)


@pytest.mark.parametrize("id_", TESTS)
def test_a_flag_holds_where_it_must_and_nowhere_else(flagging: Flagging, id_: str) -> None:
    fired = flagging.fired
    assert {one for one in fired[fired["flag"] == id_]["id"] if one.startswith(f"{id_}-")} == TESTS[id_][1]


@pytest.mark.parametrize(
    ("id_", "row_id", "words"),
    [
        ("ft", "ft-new", "consignee Newcomer has its first row after the control of 2022-02-24"),
        ("fo", "fo-newborn", "consignee Newborn: founded from 2022-03-01 on and by 2022-03-31, not before the control of 2022-02-24"),
        ("li", "li-after", "consignee Red Star: on entity-list, since 2022-06-01"),
        ("li", "li-unknown", "shipper black-hand: on entity-list, since when is not known"),
        ("si", "si-alike", "its name is much like that of black-hand"),
        ("st", "st-partner", "consignee Neighbour: shares the officer A. Nobody with Oldtimer"),
        ("di", "di-bank", "payer bank is of CY, consignee Buyer of DE"),
        ("vi", "vi-loaded", "by way of TR"),
        ("ma", "ma-in", "about as much of it leaves again as row ma-out, at AE"),
        ("su", "su-heir", "within 90 days after red-star, which got them from the same shipper, was put on entity-list"),
        ("ra", "ra-odd", "goes a rare way for these goods, US > CA: 1 of 13 rows"),
        ("ro", "ro-8", "Grower got 400 kg in 2022-08, 4.0 times the usual month of the year before"),
        ("pr", "pr-dear", "30.0 USD each, against a median of 10.2 over 7 rows"),
        ("ex", "ex-2", "got 8.0 in all, and its site has room for 5.0"),
        ("ep", "ep-1", "got 101 in all, and its site has power for 100"),
        ("hs", "hs-chip", "tariff code 85423190 is of the list high-priority, tier 1"),
        ("sp", "sp-2", "together 3000 USD"),
    ],
)
def test_the_reason_says_what_is_seen(flagging: Flagging, id_: str, row_id: str, words: str) -> None:
    lines = flagging.of([row_id])
    assert any(words in reason for reason in lines[lines["flag"] == id_]["reason"]), lines["reason"].tolist()


def test_what_is_not_known_is_told(flagging: Flagging) -> None:
    assert flagging.not_asked == {"re": "the table form has no column for a serial number"}
    assert flagging.in_part["fo"].startswith("whether the founding lies before the control is not known of ")
    assert "the day of the view" in flagging.in_part["ow"]
    assert not flagging.not_in_records
    assert flagging.counts["sp"] == 3
    assert "ex-1: consignee Newborn got 8.0 in all" in str(flagging)
    assert "no finding that anybody did anything" in str(flagging)


def test_flags_of_some_rows_and_as_plain_data(flagging: Flagging) -> None:
    assert "vi" in flagging.on(["vi-loaded"])
    assert set(flagging.on(["sp-1", "vi-loaded"])) >= {"sp", "vi"}
    told = flagging.to_json()
    assert json.loads(json.dumps(told)) == told
    assert set(told) == {"rows", "counts", "fired", "not_asked", "in_part", "not_in_records"}
    assert {line["id"] for line in told["fired"] if line["flag"] == "sp"} == {"sp-1", "sp-2", "sp-3"}


@pytest.fixture(scope="module")
def bare() -> Flagging:
    """All shipped flags, put to a file that tells no more than it must."""
    return red_flags([row("1", "2024-01-05", "Alpha", "Beta", "US", "MY")])


@pytest.mark.parametrize(
    ("id_", "why"),
    [
        ("payer-elsewhere", "no row names a payer"),
        ("end-user-not-named", "no row of the file tells the end user, so that its lack says nothing of one"),
        ("founded-after-control", "no founding day of a party is known"),
        ("forwarder-as-destination", "of no party the trade is known"),
        ("listed-consignee", "neither a view nor profiles of parties tell who stands on lists"),
        ("resembles-listed", "neither a view nor profiles of parties tell who stands on lists"),
        ("owned-by-listed-party", "holdings are asked of a view"),
        ("listed-address", "of no party the address is known"),
        ("abnormal-route", "no goods have 100 rows in the file, from which it could be told what is rare"),
        ("price-out-of-line", "no row tells both a value and a quantity"),
        ("same-goods-in-and-out", "no row tells a quantity"),
        ("bunched-before-rule", "the file spans 1 months, and a month is held against 6 or more before it"),
        ("high-priority-goods", "no row tells a tariff code"),
        ("first-high-priority-trade", "no row tells a tariff code, by which goods are of the list high-priority"),
        ("no-purchase-before-controls", "the list advanced-computing-items is one of the law, and no rules were given"),
        ("more-than-the-site-can-use", "of no party the places of its site (places) is told; profiles of parties may tell it"),
        ("succeeds-listed-customer", "neither a view nor profiles of parties tell who stands on lists"),
        ("split-parcels", "no row tells a value"),
        ("serial-seen-elsewhere", "the table form has no column for a serial number"),
    ],
)
def test_why_a_flag_could_not_be_asked(bare: Flagging, id_: str, why: str) -> None:
    assert bare.not_asked[id_] == why


def test_every_shipped_flag_is_asked_or_says_why_not(bare: Flagging) -> None:
    shipped = wanted_flags(None)
    assert set(bare.outcomes) == set(shipped)
    assert set(bare.not_in_records) == {id_ for id_, one in shipped.items() if one.test is None}
    assert all(one.why for one in bare.outcomes.values() if one.state != "asked")
    assert not len(bare.fired)


def test_a_file_that_begins_late_cannot_show_who_is_new() -> None:
    late = [row("1", "2022-01-05", "A", "B", "US", "DE"), row("2", "2023-01-05", "A", "C", "US", "DE")]
    found = red_flags(late, flags=[flag("ft", TESTS["ft"][0])])
    assert found.not_asked["ft"] == "the file begins on 2022-01-05, and would have to begin by 2021-02-24 to show who came after 2022-02-24"


def test_whether_a_flag_was_told_by_the_day_of_the_row() -> None:
    day = date(2023, 3, 1)
    rows = [row(str(number), str(day + timedelta(number)), "A", "B", "US", "DE", loading="TR") for number in range(-1, 3)]
    ended = flag("vi", TESTS["vi"][0], applies_from=day, applies_to=day + timedelta(2))
    fired = red_flags(rows, flags=[ended]).fired
    assert dict(zip(fired["id"], map(bool, fired["told_then"]), strict=True)) == {"-1": False, "0": True, "1": True, "2": False}


# ---- chains


def test_chains_tell_their_flags_and_a_hub_is_a_place_between() -> None:
    rows = [
        row("1", "2024-01-05", "Alpha", "Beta", "US", "TR", item="drones", hs="8542.31"),
        row("2", "2024-02-01", "Beta", "Omega", "TR", "RU", item="drones", hs="8542.31"),
        row("3", "2024-02-01", "Alpha", "Omega", "US", "TR", item="drones", hs="8542.31"),
    ]  # fmt: skip
    found = pg.transshipments(rows, to="RU")
    assert [chain["flags"] for chain in found.to_json()["chains"]] == [["high-priority-goods", "hub-route", "supplier-on-high-risk-list"]]
    assert found.flagging.rows == 2
    assert found.flagging.of(["1"])["reason"].tolist() == [
        "tariff code 854231 is of the list high-priority, tier 1", "by way of TR", "on a chain of shipments that ends in RU or BY",
    ]  # fmt: skip
    assert "red flags: high-priority-goods, hub-route, supplier-on-high-risk-list" in str(found)
    assert pg.transshipments(rows, to="RU", flags=False).to_json()["chains"][0]["flags"] == []


def test_a_supplier_of_other_goods_than_those_of_the_list_is_not_told_of() -> None:
    rows = [
        row("1", "2024-01-05", "Alpha", "Beta", "US", "TR", item="toasters", hs="8516.72"),
        row("2", "2024-02-01", "Beta", "Omega", "TR", "RU", item="toasters", hs="8516.72"),
    ]  # fmt: skip
    assert pg.transshipments(rows, to="RU").to_json()["chains"][0]["flags"] == ["hub-route"]


def test_a_chain_goes_on_under_another_name_of_a_party(frozen: FrozenView) -> None:
    rows = [
        row("1", "2024-01-05", "Alpha", "Beta Ltd", "US", "TR", item="drones"),
        row("2", "2024-02-01", "Gamma", "Omega", "TR", "RU", item="drones"),
    ]  # fmt: skip
    assert pg.transshipments(rows, frozen, to="Omega", flags=False).count == 0
    profiles = [{"name": "Beta Ltd", "aliases": "Gamma"}, {"name": "Omega", "aliases": "Last One"}]
    found = pg.transshipments(rows, frozen, to="Last One", parties=profiles, flags=False)
    assert found.chains["parties"].tolist() == [("alpha", "betaltd", "omega")]


def test_goods_of_a_list_of_the_law_by_entry_or_by_what_the_data_say_of_the_item() -> None:
    today = pg.load().view("2025-05-13")
    rows = [
        row("entry", "2025-06-01", "A", "B", "US", "MY", item="a card", eccn="3A090.a", end_user=""),
        row("item", "2025-06-01", "A", "B", "US", "MY", item="H100"),
        row("other", "2025-06-01", "A", "B", "US", "MY", item="a fridge", eccn="EAR99"),
        row("dark", "2025-06-01", "A", "B", "US", "MY", item="something"),
        row("told", "2025-06-01", "A", "B", "US", "MY", item="H100", end_user="B"),
    ]
    found = red_flags(rows, today, flags=["evasive-end-use"])
    assert found.fired["id"].tolist() == ["entry", "item"]
    assert found.in_part == {"evasive-end-use": "of 1 rows it is not known whether they are of advanced-computing-items"}


# ---- profiles


def test_profiles_are_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "parties.csv"
    text = "name,aliases,founded,listed,country\nAperia Cloud,A-Speed; アペリア,2023,entity-list 2024-01-05;sdn-list,Singapore\n"
    path.write_text(text, encoding="utf-8")
    known = Known.of(None, path)
    assert known.key("a speed") == known.key("アペリア") == "aperiacloud"
    profile = known.profiles["aperiacloud"]
    assert (profile.country, str(profile.founded and profile.founded.until)) == ("SG", "2023-12-31")
    assert [(one.list, one.words) for one in known.listed("aperiacloud", ["entity-list", "sdn-list"])] == [
        ("entity-list", "since 2024-01-05"), ("sdn-list", "since when is not known"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("name,nation\nA,US\n", "parties.csv:1: a profile has no column 'nation'"),
        ("name,country\nA,Atlantis\n", "parties.csv:2: country 'Atlantis' is no country"),
        ("name,founded\nA,some day\n", "parties.csv:2: 'some day' is no day; write 2022-03-01"),
        ("name,business\nA,magician\n", "parties.csv:2: 'business' holds 'magician'"),
        ("name,power\nA,-3\n", "parties.csv:2: 'power' holds '-3'"),
        ("name,country\nA,US,DE\n", "parties.csv:2: the row has 3 cells"),
    ],
)
def test_a_bad_file_of_profiles_is_refused_with_its_line(tmp_path: Path, text: str, words: str) -> None:
    path = tmp_path / "parties.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(BadData) as refused:
        Known.of(None, path)
    assert words in str(refused.value)


def test_the_parties_of_every_told_case_are_profiles() -> None:
    for case in load_cases().values():
        known = Known.of(None, case)
        assert len(known.profiles) == len(case.party_list), case.id
        assert all(known.key(name) == known.key(party.name) for party in case.party_list for name in party.aliases)


def test_two_profiles_of_one_party_are_refused() -> None:
    with pytest.raises(BadQuestion, match="'B' and 'A' are one party"):
        Known.of(None, [{"name": "A", "aliases": ["B"]}, {"name": "B", "aliases": ["a"]}])


def test_a_flag_that_is_none_is_refused() -> None:
    with pytest.raises(BadQuestion, match="there is no red flag 'hub-rout'; did you mean 'hub-route'"):
        wanted_flags(["hub-rout"])


# ---- the command


def test_the_command_lists_flags_and_asks_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> str:
        with pytest.raises(SystemExit) as ended:
            cli.main(["redflags", *arguments])
        said = capsys.readouterr()
        assert not ended.value.code, said.err
        return said.out

    (told,) = json.loads(run("--flag", "payer-elsewhere", "--json"))["flags"]
    assert told["test"] == {"differs": {"of": "payer", "from": "consignee"}}
    path = tmp_path / "trade.csv"
    text = "id,date,item,shipper,consignee,origin,destination,payer\n1,2024-01-05,x,A,B,US,DE,P\n2,2024-01-06,x,P,C,CY,FR,\n"
    path.write_text(text, encoding="utf-8")
    out = tmp_path / "fired.csv"
    assert "1: payer P is of CY, consignee B of DE" in run(str(path), "--flag", "payer-elsewhere", "-o", str(out))
    assert out.read_text(encoding="utf-8").splitlines()[1] == 'payer-elsewhere,1,"payer P is of CY, consignee B of DE",True'


def test_a_profile_that_names_no_list_is_refused(frozen: FrozenView) -> None:
    with pytest.raises(BadQuestion, match="the profile of 'Alpha' names a list of parties 'entity-lst', and there is none such; did you"):
        red_flags([row("1", "2024-01-05", "Alpha", "Beta", "US", "TR")], frozen, parties=[{"name": "Alpha", "listed": "entity-lst"}])


def test_a_listed_end_user_is_told_of_where_the_consignee_is_not() -> None:
    rows = [row("1", "2024-01-05", "Alpha", "Beta", "US", "TR", end_user="Omega"), row("2", "2024-01-05", "Omega", "Beta", "US", "TR")]
    found = red_flags(rows, parties=[{"name": "Omega", "listed": "entity-list 2023-01-01"}], flags=["listed-consignee"])
    assert dict(zip(found.fired["id"], found.fired["reason"], strict=True)) == {
        "1": "end user Omega: on entity-list, since 2023-01-01",
    }  # fmt: skip
