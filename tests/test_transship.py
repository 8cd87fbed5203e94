"""Transshipment as people ask for it: ends, parties, matches, what is told of a chain, the JSON, the command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import policygraph as pg
from policygraph import cli
from policygraph.asking import View
from policygraph.diversion.ends import end_of
from policygraph.diversion.parties import item_pairs, party_of
from policygraph.diversion.transship import Transshipments, transshipments
from policygraph.errors import BadQuestion, MissingExtra, UnknownName
from policygraph.shipments.table import Shipments
from tests.small import graph, said, view

KEYS = {"chains", "count", "direct", "shipments_on_chains", "accepted", "rejected"}
TRADE = """id,date,item,hs,quantity,unit,shipper,consignee,origin,destination,source
a1,2024-01-05,H100 PCIe,8473.30,8,pcs,Alpha Inc.,Beta Sdn Bhd,US,MY,invoice 1
a2,2024-02-01,H100 PCIe,8473.30,5,pcs,BETA SDN. BHD.,SMIC,SG,CN,invoice 2
b1,2024-02-01,servers,8471.50,2,pcs,Alpha Inc.,Gamma LLC,US,AE,
b2,2024-02-10,heaters,8471.41,40,kg,Gamma LLC,Delta Trading,AE,TR,
b3,2024-05-10,heaters,8516.10,40,kg,Delta Trading,Omega OOO,TR,RU,
d1,2024-03-01,H100 PCIe,8473.30,1,pcs,Alpha Inc.,Omega OOO,US,RU,
x1,2024-03-01,H100 PCIe,8473.30,0,pcs,Alpha Inc.,Omega OOO,US,RU,
"""


@pytest.fixture(scope="module")
def today() -> View:
    return pg.load().view("2025-05-13")


@pytest.fixture(scope="module")
def trade(tmp_path_factory: pytest.TempPathFactory) -> Shipments:
    path = tmp_path_factory.mktemp("trade") / "trade.csv"
    path.write_text(TRADE, encoding="utf-8")
    return pg.read_shipments(path)


def chains(found: Transshipments) -> set[tuple[str, ...]]:
    return set(found.chains["legs"])


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {("a1", "a2")}),
        ({"match": "hs6"}, {("a1", "a2")}),
        ({"match": "any", "to": "RU"}, {("b1", "b2", "b3")}),
        ({"match": "any", "lag_days": 89, "to": "RU"}, set()),
        ({"match": "any", "contiguous": True}, {("b1", "b2", "b3")}),
        ({"match": "any", "not_via": ["delta trading", "SG"]}, set()),
        ({"match": "any", "to": "entity-list"}, {("a1", "a2")}),
        ({"match": "any", "to": ["smic", "Omega OOO"]}, {("a1", "a2"), ("b1", "b2", "b3")}),
        ({"match": "any", "from_": "gamma llc"}, {("b2", "b3")}),
        ({"to": "SELECT ?firm WHERE { ?firm pg:headquarteredIn country:CN . ?firm pg:listed list:entity-list }"}, {("a1", "a2")}),
    ],
    ids=lambda value: " ".join(f"{key}={told}" for key, told in value.items())[:40] if isinstance(value, dict) else "",
)
def test_ends_and_matches(trade: Shipments, today: View, more: dict[str, Any], expected: set[tuple[str, ...]]) -> None:
    assert chains(transshipments(trade, today, **{"to": "D:5", "flags": False, **more})) == expected


def test_what_is_told_of_a_chain(trade: Shipments, today: View) -> None:
    found = transshipments(trade, today, to=["D:5"], match="any")
    told = found.to_json()
    assert set(told) == KEYS
    assert told == json.loads(json.dumps(told))
    assert {key: told[key] for key in KEYS - {"chains"}} == {
        "count": 2, "direct": 1, "shipments_on_chains": 5, "accepted": 6, "rejected": 1,
    }  # fmt: skip
    assert told["chains"] == [
        {"legs": ["a1", "a2"], "quantity": 5.0, "first": "2024-01-05", "last": "2024-02-01",
         "countries": ["US", "MY", "SG", "CN"],
         "flags": ["chip-hub-route", "hub-route", "listed-consignee", "purchase-after-listing"]},
        {"legs": ["b1", "b2", "b3"], "quantity": None, "first": "2024-02-01", "last": "2024-05-10",
         "countries": ["US", "AE", "TR", "RU"],
         "flags": ["high-priority-goods", "hub-route", "same-goods-in-and-out"]},
    ]  # fmt: skip
    first = found.chains.iloc[0]
    assert (first["parties"], first["documents"], first["unit"]) == (("alphainc", "betasdnbhd", "smic"), ("invoice 1", "invoice 2"), "pcs")
    assert (first["known"], first["listed"]) == (1, 1)
    assert found.direct["id"].tolist() == ["d1"]
    note = str(found)
    assert "row 7: quantity '0' is not above zero" in note
    assert "no finding that anybody diverted anything" in note
    assert "a2  2024-02-01  BETA SDN. BHD. (SG) -> SMIC (CN): H100 PCIe, 5 pcs [invoice 2]" in note


def test_chains_as_a_graph_and_as_claims_with_their_documents(trade: Shipments, today: View) -> None:
    found = transshipments(trade, today, to="CN")
    edges = {(shipper, consignee, leg): told for shipper, consignee, leg, told in found.graph().edges(keys=True, data=True)}
    assert edges.keys() == {("alphainc", "betasdnbhd", "a1"), ("betasdnbhd", "smic", "a2")}
    assert edges["betasdnbhd", "smic", "a2"]["source"] == "invoice 2"
    assert found.graph().nodes["smic"] == {"label": "SMIC", "known": True, "listed": True}
    said_of = {(claim.subject, claim.relation): claim for claim in found.claims()}
    assert len(said_of) == 10
    consignee = said_of["shipment-a2", "consignee"]
    assert (consignee.object, consignee.document, consignee.at.partition(" of ")[0]) == ("smic", "invoice 2", "row 2")
    assert said_of["shipment-a1", "arrivedIn"].object == "MY"
    relations = today.frozen.graph.ontology.relations
    assert {claim.relation for claim in said_of.values()} <= set(relations)


def test_the_best_are_first_and_all_are_counted(trade: Shipments, today: View) -> None:
    found = transshipments(trade, today, to="D:5", match="any", best=1)
    assert (chains(found), found.count, found.shipments_on_chains) == ({("a1", "a2")}, 2, 5)
    assert sorted(found.legs["id"]) == ["a1", "a2"]


def test_only_the_shipments_on_chains(trade: Shipments, today: View) -> None:
    found = transshipments(trade, today, to="D:5", match="any", only_shipments=True)
    told = found.to_json()
    assert (told["shipments"], told["count"], told["chains"]) == (["a1", "a2", "b1", "b2", "b3"], None, [])
    assert "b2  2024-02-10" in str(found)


def test_without_a_view_countries_can_be_asked_for(trade: Shipments) -> None:
    assert chains(transshipments(trade, to="China")) == {("a1", "a2")}
    with pytest.raises(BadQuestion, match="give one"):
        transshipments(trade, to="D:5")


def test_an_item_may_become_a_part_or_product_of_itself() -> None:
    small = view(graph([said("card", "incorporates", "chip"), said("chip", "incorporates", "die"), said("rack", "incorporates", "card")],
                       {"chip": "Chip", "die": "Die"}), "2025-05-13")  # fmt: skip
    assert set(item_pairs(["card", "die", "rack", "other"], small)) == {
        pair for one, other in (("card", "die"), ("rack", "card"), ("rack", "die")) for pair in ((one, other), (other, one))
    }
    leg = {"date": "2024-01-05", "item": "die", "shipper": "A", "consignee": "B", "origin": "US", "destination": "TR"}
    rows = [
        {**leg, "id": "1"}, {**leg, "id": "2", "item": "card", "shipper": "B", "consignee": "C", "origin": "TR", "destination": "RU"},
        {**leg, "id": "3", "item": "other", "shipper": "B", "consignee": "D", "origin": "TR", "destination": "RU"},
        {**leg, "id": "4", "item": "rack", "shipper": "B", "consignee": "E", "origin": "TR", "destination": "KZ"},
        {**leg, "id": "5", "item": "card", "shipper": "E", "consignee": "C", "origin": "TR", "destination": "RU"},
    ]  # fmt: skip
    given = Shipments.of(rows)
    assert chains(transshipments(given, small, to="RU")) == set()
    for more in ({}, {"only_shipments": True}):
        found = transshipments(given, small, to="RU", transform=True, **more)
        assert set(found.legs["id"]) == {"1", "2", "4", "5"}
    assert chains(transshipments(given, small, to="RU", transform=True)) == {("1", "2"), ("1", "4", "5")}


def test_a_name_is_an_entitys_or_a_strangers(today: View) -> None:
    frozen = today.frozen
    names = ("中芯国际", "Semiconductor Manufacturing International Corporation", "smic")
    assert [party_of(name, frozen) for name in names] == ["smic"] * 3
    assert party_of("Ascend 910B", frozen) == "ascend910b"  # no party
    assert party_of("S.M.I.C", None) == "smic"
    assert party_of("???", frozen) == "???"


def test_a_group_is_read_on_the_day_of_the_view(today: View) -> None:
    now = end_of(["D:5"], today.frozen)
    assert {"CN", "RU", "IR", "BY"} <= now.countries
    assert "HK" in now.countries  # treated as China
    assert end_of("cg:D5", today.frozen).countries == now.countries
    assert end_of(["US", "smic"], today.frozen) == end_of(("US", "SMIC"), today.frozen).__class__(
        frozenset({"US"}), frozenset({"smic"}), (), "US or smic"
    )


@pytest.mark.parametrize(
    ("more", "error", "why"),
    [
        ({"to": "D:9"}, BadQuestion, "no country is known to belong to 'D:9'"),
        ({"to": "Nobody At All GmbH"}, UnknownName, "neither the data nor the records know"),
        ({"to": "SELECT ?x WHERE { ?x pg:listed list:no-such }"}, BadQuestion, "finds nothing"),
        ({"to": "SELECT ?x WHERE { ?x a pg:Chip }"}, BadQuestion, "neither a country nor a party"),
        ({"to": []}, BadQuestion, "chains have a start and an end"),
        ({"match": "serial"}, BadQuestion, "use item, hs6, hs4, any"),
        ({"max_legs": 1}, BadQuestion, "from two to 8 legs"),
        ({"lag_days": -1}, BadQuestion, "0 to 36,500 days"),
        ({"best": 0}, BadQuestion, "one or more"),
        ({"best": 1, "only_shipments": True}, BadQuestion, "not asked for where only shipments are"),
        ({"transform": True, "match": "any"}, BadQuestion, "only where legs match by item"),
    ],
)
def test_a_question_that_cannot_be_put_is_refused(
    trade: Shipments, today: View, more: dict[str, Any], error: type[Exception], why: str
) -> None:
    with pytest.raises(error, match=why):
        transshipments(trade, today, **{"to": "D:5", **more})


def test_the_command_prints_one_object_writes_files_and_says_what_it_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("trade.csv").write_text(TRADE, encoding="utf-8")
    ask = ["transship", "trade.csv", "--from", "US", "--to", "D:5", "--to", "RU", "--lag", "90", "--max-legs", "4", "--match", "any"]

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            cli.main(arguments)
        printed = capsys.readouterr()
        return int(left.value.code or 0), printed.out, printed.err

    status, out, err = run(*ask, "--json", "--rejects", "no.csv", "-o", "chains.csv", "--memory", "500MB", "--progress")
    assert status == 0
    assert set(json.loads(out)) == KEYS
    assert "policygraph: reading trade.csv" in err.splitlines()
    assert Path("no.csv").read_text(encoding="utf-8").splitlines()[1].startswith("trade.csv,7,quantity '0' is not above zero,")
    assert Path("chains.csv").read_text(encoding="utf-8").splitlines()[1].startswith("a1 > a2,alphainc > betasdnbhd > smic,")
    for wrong in (("-o", "x.txt"), ("--rejects", "x.txt"), ("--backend", "oracle"), ("--memory", "much")):
        status, out, err = run(*ask, *wrong)
        assert (status, out, len(err.splitlines())) == (1, "", 1)
    status, out, err = run("transship", "missing.csv", "--to", "D:5")
    assert (status, out, err) == (1, "", "missing.csv: there is no such file or directory\n")


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"lag_days": "30"}, "'30' is no whole number; give 'lag_days' as one"),
        ({"max_legs": 2.5}, "2.5 is no whole number; give 'max_legs' as one"),
        ({"to": 5}, "5 is no text; give a country, a group such as D:5"),
        ({"shipments": 5}, "5 holds no shipments; give a file"),
    ],
)
def test_what_is_of_another_kind_is_refused_in_words(trade: Shipments, more: dict[str, Any], said: str) -> None:
    with pytest.raises(BadQuestion, match=said):
        transshipments(**{"shipments": trade, "to": "RU", **more})


def test_too_little_memory_is_no_mistake_of_the_program(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "trade.csv"
    path.write_text(TRADE, encoding="utf-8")
    with pytest.raises(SystemExit) as left:
        cli.main(["transship", str(path), "--to", "RU", "--no-flags", "--memory", "1KB"])
    printed = capsys.readouterr()
    assert (left.value.code, printed.out) == (1, "")
    assert printed.err == "policygraph: the question does not fit into the memory it was given; give more, for example --memory 4GB\n"


def test_no_cell_of_a_file_passes_for_a_line_of_the_answer(tmp_path: Path) -> None:
    forged = '"chip\n  2  US > IR, a chain that is none \x1b[2J' + "x" * 500 + '"'
    path = tmp_path / "trade.csv"
    head = "id,date,item,shipper,consignee,origin,destination\n"
    path.write_text(f"{head}1,2024-01-01,{forged},A,B,US,MY\n2,2024-01-02,{forged},B,C,MY,CN\n", encoding="utf-8")
    note = str(transshipments(pg.read_shipments(path), to="CN", flags=False))
    assert "1 chain of 2 shipments on chains; 0 direct shipments, told apart." in note
    assert "A (US) -> B (MY): chip 2 US > IR, a chain that is none \N{REPLACEMENT CHARACTER}[2Jxxx" in note
    assert len(note.splitlines()) == 7
    assert max(map(len, note.splitlines())) < 250


def test_what_is_missing_is_named_by_its_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(MissingExtra, match=r"pip install 'policygraph\[ship\]'"):
        pg.read_shipments([])
