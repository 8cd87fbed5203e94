"""Told cases and red flags: what the files say, what is refused, and the made-up trade among which cases are looked for.

Every file in ``tests/bad/cases`` and ``tests/bad/redflags`` holds one fault, and what is then said must be what stands in the ``.expected``
file beside it. ``python -m tests.test_cases`` writes those files anew; read the difference like prose.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from collections import Counter
from collections.abc import Mapping
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import policygraph as pg
from policygraph import datasets, desk
from policygraph.claims import Entity, Stance
from policygraph.diversion import redflags
from policygraph.diversion.cases import STATUS, DiversionCase, load_cases
from policygraph.diversion.ordinary import ordinary_shipments
from policygraph.errors import BadData, BadQuestion
from policygraph.ontology import shipped

BAD = Path(__file__).parent / "bad"
FAULTY = sorted(path for folder in ("cases", "redflags") for path in (BAD / folder).rglob("*") if path.suffix in (".yaml", ".txt"))
FOLDER = shipped("datasets") / "cases"
GUILTY = {"dc-06", "dc-09", "dc-20", "dc-21", "dc-27", "dc-29", "dc-30"}
"""Cases with a plea, a settlement or a judgment."""
CHARGED = {"dc-03", "dc-05", "dc-07", "dc-08", "dc-10", "dc-12"}
"""Cases in which somebody is charged and not tried."""


@cache
def kg() -> desk.KnowledgeGraph:
    return pg.load()


@cache
def entities() -> Mapping[str, Entity]:
    classes = zip(kg().graph.node_ids, kg().graph.node_class, strict=True)
    return {id_: Entity.model_construct(id=id_, type=class_, name=id_) for id_, class_ in classes}


@cache
def flags() -> Mapping[str, redflags.RedFlag]:
    return redflags.load_flags(entities=entities(), goods=kg().rules.lists)


@cache
def cases() -> Mapping[str, DiversionCase]:
    return load_cases(entities=entities(), flags=flags())


# ---- what is refused


def read(place: Path) -> None:
    """Read the folder of a file as what it is."""
    if "cases" in place.parts:
        load_cases(place.parent, entities=entities(), flags=flags())
    else:
        redflags.load_flags(place.parents["lists" in place.parts], entities=entities(), goods=kg().rules.lists)


def told(faulty: Path) -> str:
    """Say what a file is refused for, alone in a directory; flags stand there with the shipped lists."""
    with tempfile.TemporaryDirectory() as home:
        place = Path(home) / faulty.relative_to(BAD)
        if "cases" in place.parts:
            place.parent.mkdir()
        else:
            shutil.copytree(shipped("datasets") / "redflags" / "lists", Path(home) / "redflags" / "lists")
        shutil.copyfile(faulty, place)
        with pytest.raises(BadData) as refused:
            read(place)
        return str(refused.value).replace(f"{home}/", "") + "\n"


@pytest.mark.parametrize("faulty", FAULTY, ids=lambda path: str(path.relative_to(BAD)))
def test_each_fault_is_told_in_one_sentence(faulty: Path) -> None:
    assert told(faulty) == faulty.with_name(faulty.name + ".expected").read_text(encoding="utf-8")


def test_every_expected_file_has_its_fault() -> None:
    found = {path for folder in ("cases", "redflags") for path in (BAD / folder).rglob("*.expected")}
    assert found == {path.with_name(path.name + ".expected") for path in FAULTY}


def test_validate_reads_the_cases_of_a_directory(tmp_path: Path) -> None:
    data = tmp_path / "data"
    shutil.copytree(BAD / "good", data)
    (data / "cases").mkdir()
    shutil.copyfile(BAD / "cases" / "dc-90-unknown-flag.yaml", data / "cases" / "dc-90-unknown-flag.yaml")
    with pytest.raises(BadData, match=r"cases/dc-90-unknown-flag\.yaml:\d+: .*'hub-rout'; did you mean 'hub-route'"):
        desk.validate(data)


@pytest.mark.parametrize(("wrong", "right"), [("case", "cases"), ("red-flags", "redflags")])
def test_a_misnamed_folder_is_not_passed_over(tmp_path: Path, wrong: str, right: str) -> None:
    shutil.copytree(BAD / "good", tmp_path / "data")
    (tmp_path / "data" / wrong).mkdir()
    with pytest.raises(BadData, match=f"{wrong}: a data set has no folder of this name; did you mean '{right}'"):
        datasets.read(tmp_path / "data")


def test_two_files_of_one_case_are_refused(tmp_path: Path) -> None:
    for name in ("dc-06-one", "dc-06-two"):
        shutil.copyfile(FOLDER / "dc-06-seagate-huawei.yaml", tmp_path / f"{name}.yaml")
    with pytest.raises(BadData, match=r"the case 'dc-06' stands in .*dc-06-one\.yaml already"):
        load_cases(tmp_path)


# ---- the cases


def test_all_thirty_cases_are_there_and_each_says_what_it_does_not_know() -> None:
    assert list(cases()) == [f"dc-{number:02d}" for number in range(1, 31)]
    assert all(case.gaps and case.flags and case.outcome for case in cases().values())


def test_each_stance_has_a_word_of_common_speech() -> None:
    assert set(STATUS) == set(Stance)
    assert set(STATUS.values()) == {"established", "reported", "alleged", "disputed", "opinion"}


def test_acts_are_established_only_where_a_court_or_an_admission_says_so() -> None:
    established = {id_ for id_, case in cases().items() if any(case.words_of(leg) == "established" for leg in case.chain)}
    assert established >= GUILTY
    assert established - GUILTY == {"dc-03"}  # officials of Singapore on the way to Malaysia
    for id_ in CHARGED - {"dc-03"}:
        assert {case.words_of(leg) for case in [cases()[id_]] for leg in case.chain} == {"alleged"}, id_


def test_nobody_is_said_to_have_violated_anything() -> None:
    for path in [*FOLDER.glob("*.yaml"), *(shipped("datasets") / "redflags").rglob("*.yaml")]:
        words = re.sub(r'url: "[^"]*"|via: "[^"]*"', "", path.read_text(encoding="utf-8"))
        assert not re.search(r"violat|illegal|\blegal\b|complian(t|ce) (firm|buyer)", words, re.IGNORECASE), path.name


def test_rival_figures_stand_side_by_side_on_their_speakers_words() -> None:
    (leg,) = (leg for leg in cases()["dc-01"].chain if leg.quantity)
    assert [(one.at_least, one.by, one.stance) for one in leg.quantity] == [
        (2_000_000, "csis", Stance.REPORTS), (2_900_000, "semianalysis", Stance.ESTIMATES),
    ]  # fmt: skip
    deny = {said.by for said in cases()["dc-01"].disputes if cases()["dc-01"].words_of(said) == "disputed"}
    assert deny == {"sophgo", "bitmain", "huawei", "toms-hardware"}


@pytest.mark.parametrize(
    ("case", "wrong"),
    [
        ("dc-01", "wafers"), ("dc-01", "fined"), ("dc-05", "Ho was Corvex"), ("dc-20", "219 years"), ("dc-22", "80 TB"),
        ("dc-25", "2023-12-13"), ("dc-28", "900 m"), ("dc-29", "430.4"), ("dc-30", "were sold"),
    ],
)  # fmt: skip
def test_wrong_relays_are_refused_with_a_reason(case: str, wrong: str) -> None:
    (found,) = (one for one in cases()[case].refused if wrong in one.said)
    assert found.why


def test_access_and_know_how_never_become_shipments() -> None:
    assert {case.id for case in cases().values() if not case.rows} == {
        "dc-02", "dc-12", "dc-14", "dc-15", "dc-16", "dc-17", "dc-18", "dc-19", "dc-22", "dc-23", "dc-24", "dc-27", "dc-28", "dc-30",
    }  # fmt: skip
    assert {leg.how for leg in cases()["dc-22"].chain} == {"access"}
    assert {leg.how for leg in cases()["dc-30"].chain} == {"know-how"}
    assert {leg.how for case in cases().values() for row in case.rows for leg in case.chain if leg.leg == row.leg} == {"goods"}


def test_rows_are_rows_of_the_table_form() -> None:
    columns = set(ordinary_shipments(1).columns)
    rows = [row for case in cases().values() for row in case.shipments()]
    assert {key for row in rows for key in row} <= columns
    assert all({"id", "date", "item", "shipper", "consignee", "origin", "destination", "source"} <= set(row) for row in rows)
    assert len({row["id"] for row in rows}) == len(rows)


def test_rows_bear_ids_of_the_data_and_keep_in_words_what_is_left_open() -> None:
    case = cases()["dc-25"]
    azu = "azu-international-bilgi-teknolojileri-ve-dis-ticaret-limited-sirketi"
    assert [(row["shipper"], row["consignee"], row["date"]) for row in case.shipments()] == [
        ("Smart Impex GmbH", azu, date(2022, 6, 1)), (azu, "Fast Impex", date(2022, 6, 15)),
    ]  # fmt: skip
    assert all("stated" not in row and "leg" not in row for row in case.shipments())
    assert "seven months of 2022" in case.rows[1].stated


def test_every_row_says_how_it_differs_from_a_record() -> None:
    assert [row.id for case in cases().values() for row in case.rows if not row.stated] == []


def test_legs_of_a_trail_follow_each_other_within_ninety_days() -> None:
    trails = {"dc-05": 3, "dc-07": 2, "dc-10": 2, "dc-21": 2, "dc-25": 2, "dc-26": 2, "dc-29": 2, "dc-09": 10}
    for id_, count in trails.items():
        rows = cases()[id_].shipments()
        assert len(rows) == count
        for before, after in pairwise(rows):
            if before["consignee"] == after["shipper"]:
                assert 0 <= (after["date"] - before["date"]).days <= 90
                assert before["item"] == after["item"]


def test_parties_carry_what_flags_ask_of_them() -> None:
    azu, smart = cases()["dc-25"].parties["azu"], cases()["dc-25"].parties["smart-impex"]
    assert azu.founded is not None
    assert azu.founded.since == date(2022, 3, 1)
    assert azu.officers == smart.officers
    assert cases()["dc-11"].parties["olax"].address == cases()["dc-11"].parties["rikkon"].address
    assert {one.on for one in azu.listed} == {"sdn-list", "entity-list"}


# ---- the flags


def test_every_numbered_flag_stands_once_with_its_day() -> None:
    numbered = {int(flag.source.number): flag for flag in flags().values() if flag.source.number}
    assert sorted(numbered) == list(range(1, 30))
    assert Counter(flag.source.number for flag in flags().values() if flag.source.number).most_common(1)[0][1] == 1
    assert {numbered[number].applies_from for number in range(15, 20)} == {date(2023, 11, 17)}
    assert {numbered[number].applies_from for number in range(20, 28)} == {date(2024, 12, 2)}
    assert (numbered[28].applies_from, numbered[29].applies_from, numbered[29].applies_to) == (
        date(2025, 1, 13), date(2025, 9, 29), date(2025, 11, 10),
    )  # fmt: skip


def test_flags_that_law_asks_about_lead_to_it() -> None:
    book = kg().rules
    text = "".join(path.read_text(encoding="utf-8") for path in (shipped("datasets") / "law").rglob("732-supp-3-*.yaml"))
    assert {flag.rule for flag in flags().values() if flag.rule} <= set(book.rules)
    given = {flag.gives for flag in flags().values() if flag.gives}
    assert len(given) == 6
    assert all(f"what: {word}}}" in text for word in given)


def test_every_condition_is_used_by_a_flag() -> None:
    used = {flag.test.kind_of_condition for flag in flags().values() if flag.test is not None}
    assert used == set(redflags.CONDITIONS)
    page = (shipped("datasets") / "redflags" / "README.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+): ", page, flags=re.MULTILINE)) == used


def test_what_records_cannot_show_says_why() -> None:
    silent = [flag for flag in flags().values() if flag.test is None]
    assert len(silent) > 20
    assert all(len(flag.not_in_records) > 20 for flag in silent)


def test_lists_that_flags_look_up() -> None:
    lists = redflags.load_lists()
    tiers = Counter(entry.tier for entry in lists["high-priority"].entries)
    assert tiers == {"1": 4, "2": 5, "3.A": 16, "3.B": 9, "4.A": 11, "4.B": 5}
    assert {"TR", "AE", "KZ", "HK"} <= set(lists["hubs-russia"].codes)
    assert {"MY", "SG"} <= set(lists["hubs-chips"].codes)
    days = {entry.code: entry.day for entry in lists["controls"].entries}
    assert days["russia-2022"] == date(2022, 2, 24)


# ---- ordinary trade


@cache
def trade() -> pd.DataFrame:
    return ordinary_shipments(20_000, seed=7)


def test_the_same_seed_gives_the_same_trade() -> None:
    pd.testing.assert_frame_equal(ordinary_shipments(2_000, seed=3), ordinary_shipments(2_000, seed=3))
    assert not ordinary_shipments(2_000, seed=3).equals(ordinary_shipments(2_000, seed=4))


def test_made_up_trade_keeps_to_its_days_and_says_that_it_is_made_up() -> None:
    table = ordinary_shipments(500, seed=1, since=date(2023, 3, 1), until=date(2023, 5, 31))
    assert table["date"].between("2023-03-01", "2023-05-31").all()
    names = pd.concat([trade()[column].dropna() for column in ("shipper", "consignee", "forwarder", "payer", "end_user", "item")])
    assert names.str.lower().str.startswith("made-up").all()
    assert (trade()["date"].dt.day_of_week < 5).mean() > 0.98


def test_firms_have_few_partners_and_unequal_trade() -> None:
    partners = trade().groupby("shipper")["consignee"].nunique()
    rows = trade()["shipper"].value_counts()
    assert partners.median() < 15
    assert rows.head(len(rows) // 10).sum() > 0.2 * len(trade())
    spread = np.log(trade()["quantity"] * 1.0).std()
    assert spread > 1.5


def test_innocent_trails_run_through_hubs() -> None:
    legs = trade()[["date", "item", "shipper", "consignee", "origin", "destination"]]
    trails = legs.merge(legs, left_on=["item", "consignee"], right_on=["item", "shipper"], suffixes=("_1", "_2"))
    lag = (trails["date_2"] - trails["date_1"]).dt.days
    trails = trails[(lag >= 0) & (lag <= 90) & (trails["origin_1"] != trails["destination_2"])]
    assert len(trails) > 500
    assert set(trails["destination_1"]) & {"SG", "HK", "AE", "TR"}


def test_distributors_sell_what_they_got_before() -> None:
    got = trade().groupby(["item", "consignee"]).agg(first=("date", "min"), total=("quantity", "sum"))
    sold = trade().groupby(["item", "shipper"]).agg(begun=("date", "min"), out=("quantity", "sum"))
    sold.index.names = ["item", "consignee"]
    both = got.join(sold, how="inner")
    assert len(both) > 200
    assert (both["begun"] >= both["first"]).mean() > 0.97
    assert (both["out"] <= both["total"] * 1.01 + 5).mean() > 0.95


def test_impossible_trade_is_refused() -> None:
    with pytest.raises(BadQuestion, match="0 rows cannot be made"):
        ordinary_shipments(0)
    with pytest.raises(BadQuestion, match="before they begin"):
        ordinary_shipments(10, since=date(2024, 1, 1), until=date(2023, 1, 1))


if __name__ == "__main__":
    for faulty_ in FAULTY:
        faulty_.with_name(faulty_.name + ".expected").write_text(told(faulty_), encoding="utf-8")
