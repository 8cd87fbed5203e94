"""What two countries say of the same trade. All tables here are made up, in the shape of UN Comtrade's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from policygraph.diversion.comtrade import read_trade
from policygraph.diversion.mirror import Mirror, mirror
from policygraph.errors import BadData, BadQuestion, UnknownName

US, TR, RU, WORLD = "842", "792", "643", "0"


def row(reporter: str, flow: str, partner: str, period: str, value: float, **more: Any) -> dict[str, Any]:
    basis = "cifvalue" if flow == "M" else "fobvalue"
    return {
        "typeCode": "C", "period": period, "reporterCode": reporter, "flowCode": flow, "partnerCode": partner, "partner2Code": "0",
        "cmdCode": "8542", "customsCode": "C00", "motCode": "0", "primaryValue": value, basis: value, "netWgt": "",
        "classificationCode": "H6", **more,
    }  # fmt: skip


def months(first: str, values: list[float | None], **more: Any) -> list[dict[str, Any]]:
    """Return what Türkiye reports to send to Russia, month by month; None is a month without a report."""
    days = pd.period_range(first, periods=len(values), freq="M")
    return [row(TR, "X", RU, day.strftime("%Y%m"), value, **more) for day, value in zip(days, values, strict=True) if value is not None]


def ask(rows: list[dict[str, Any]], **asked: Any) -> Mirror:
    return mirror(read_trade([pd.DataFrame(rows)]), "8542", **asked)


def test_both_reports_of_a_trade_stand_beside_one_another_with_their_basis() -> None:
    (gap,) = ask([row(US, "X", TR, "202401", 100), row(TR, "M", US, "202401", 130)]).gaps.to_dict("records")
    assert (gap["exporter"], gap["importer"], gap["period"], gap["difference"], gap["ratio"]) == ("US", "TR", "2024-01", 30, 1.3)
    assert (gap["exports_basis"], gap["imports_basis"]) == ("fob", "cif")


def test_a_missing_report_is_no_zero_and_says_which_silence_it_is() -> None:
    rows = [
        row(US, "X", TR, "202401", 100), row(US, "X", RU, "202401", 7), row(TR, "M", "276", "202401", 5), row(RU, "M", US, "202402", 9),
    ]  # fmt: skip
    gaps = ask(rows).gaps.set_index(["exporter", "importer", "period"])
    listed, silent, before = gaps.loc[("US", "TR", "2024-01")], gaps.loc[("US", "RU", "2024-01")], gaps.loc[("US", "RU", "2024-02")]
    assert (listed["imports_missing"], silent["imports_missing"], before["exports_missing"]) == ("not listed", "no report", "no report")
    assert gaps["difference"].isna().all()
    assert ask(rows, importer=["RU"]).gaps["exporter"].unique().tolist() == ["US"]
    assert ask(rows, importer=["TR"]).gaps["imports_missing"].tolist() == ["", "not listed"]


def test_totals_and_parts_are_set_aside_and_every_row_is_accounted_for() -> None:
    good = row(US, "X", TR, "202401", 100)
    rows = [good, {**good, "partnerCode": WORLD}, {**good, "motCode": "1000"}, {**good, "flowCode": "RX"}, {**good, "typeCode": "S"}, good]
    trade = read_trade([pd.DataFrame(rows)])
    assert len(trade.rows) + sum(trade.set_aside.values()) == trade.read == len(rows)
    assert set(trade.set_aside) == {
        "totals of all partners", "parts of a row, by mode of transport", "flows other than exports (X) and imports (M)",
        "services, not goods", "told again",
    }  # fmt: skip


def test_weight_may_be_compared_and_nothing_weighed_is_nothing_told() -> None:
    rows = [row(US, "X", TR, "202401", 100, netWgt="10", isNetWgtEstimated="true"), row(TR, "M", US, "202401", 130, netWgt="0.0")]
    (gap,) = ask(rows, measure="weight").gaps.to_dict("records")
    assert (gap["exports"], gap["exports_basis"]) == (10, "estimated")
    assert (pd.isna(gap["imports"]), gap["imports_missing"]) == (True, "not told in this measure")


# ---- before and after a date


def test_a_surge_is_a_ratio_of_medians_and_a_count_of_months_beyond_all_earlier_ones() -> None:
    before, turn, after = [10.0] * 11 + [50.0], [999.0], [30.0] * 9 + [51.0, 60.0, 50.0]
    (found,) = ask(months("2021-10", before + turn + after + [9000.0]), after="2022-10-07").surges.to_dict("records")
    assert (found["before"], found["after"], found["ratio"]) == (10, 30, 3)
    assert (found["highest_before"], found["beyond"]) == (50, 2)  # neither the month of the date nor the thirteenth after it counts
    assert (found["months_before"], found["months_after"], found["classification_changed"]) == (12, 12, False)


def test_on_the_first_of_a_month_that_month_is_after() -> None:
    (found,) = ask(months("2021-10", [10.0] * 12 + [40.0] * 12), after="2022-10-01").surges.to_dict("records")
    assert (found["months_after"], found["beyond"]) == (12, 12)


def test_months_without_a_report_are_left_out_and_too_few_make_no_ratio() -> None:
    sparse: list[float | None] = [10.0, None] * 6
    (found,) = ask(months("2021-10", [*sparse, None, *([20.0] * 12)]), after="2022-10-07").surges.to_dict("records")
    assert (found["months_before"], found["before"], found["ratio"]) == (6, 10, 2)
    sparse[0] = None
    (found,) = ask(months("2021-10", [*sparse, None, *([20.0] * 12)]), after="2022-10-07").surges.to_dict("records")
    assert (found["months_before"], found["before"]) == (5, 10)
    assert pd.isna(found["ratio"])


def test_a_change_of_classification_is_told() -> None:
    rows = months("2021-10", [10.0] * 12, classificationCode="H5") + months("2022-11", [10.0] * 12)
    assert ask(rows, after="2022-10-07").surges["classification_changed"].tolist() == [True]


def test_an_answer_can_be_read_and_kept() -> None:
    found = ask([*months("2021-10", [10.0] * 30), row(RU, "M", TR, "202201", 12)], after="2022-10-07")
    told = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert (len(told["gaps"]), told["surges"][0]["ratio"], told["after"]) == (30, 1.0, "2022-10-07")
    assert told["gaps"][0]["imports"] is None
    assert "A report that is missing is not a zero." in str(found)
    assert "<table" in found._repr_html_()


# ---- files, as they come


def test_files_with_a_comma_at_the_end_of_lines_and_other_letters_are_read(tmp_path: Path) -> None:
    header = "period,reporterCode,reporterDesc,partnerCode,partnerDesc,flowCode,cmdCode,primaryValue"
    (tmp_path / "a.csv").write_bytes(f'{header}\n"202401","842","USA","792","Türkiye","X","8542","5",\n'.encode("latin-1"))
    (tmp_path / "b.csv").write_text(f"{header}\n202401,792,Türkiye,842,USA,M,8542,6\n", encoding="utf-8")
    (gap,) = mirror(read_trade([tmp_path / "a.csv", tmp_path / "b.csv"]), "8542").gaps.to_dict("records")
    assert (gap["exporter"], gap["importer"], gap["ratio"]) == ("US", "TR", 1.2)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"period": "202413"}, "table 1:3: period '202413' is neither a year"),
        ({"primaryValue": "-1"}, "table 1:3: primaryValue '-1' is no amount"),
        ({"primaryValue": "n/a"}, "no amount"),
        ({"partnerCode": ""}, "partnerCode '' is no number of a country"),
        ({"cmdCode": "chips"}, "no code of the Harmonized System"),
        ({"primaryValue": "101"}, "table 1:3: exports of 8542, US with TR in 2024-01 are 101 here and 100 at table 1:2; keep one"),
    ],
)
def test_rows_that_cannot_be_read_are_refused_with_their_line(change: dict[str, Any], words: str) -> None:
    good = row(US, "X", TR, "202401", 100)
    with pytest.raises(BadData, match=words):
        read_trade([pd.DataFrame([good, {**good, **change}])])


def test_what_cannot_be_answered_is_refused(tmp_path: Path) -> None:
    yearly = [row(US, "X", TR, "2024", 100)]
    with pytest.raises(BadQuestion, match="only years or nothing"):
        ask(yearly, after="2022-10-07")
    with pytest.raises(BadQuestion, match="'length' is none of value, weight"):
        ask(yearly, measure="length")
    with pytest.raises(UnknownName, match="nothing of 'Chile'"):
        ask(yearly, importer=["Chile"])
    with pytest.raises(UnknownName, match="in code '85'; they have 8542"):
        mirror(read_trade([pd.DataFrame(yearly)]), "85")
    with pytest.raises(BadQuestion, match="has no column primaryValue"):
        read_trade([pd.DataFrame(yearly).drop(columns="primaryValue")])
    with pytest.raises(BadQuestion, match="no code of the Harmonized System is asked for"):
        mirror(read_trade([pd.DataFrame(yearly)]), [])
    with pytest.raises(BadQuestion, match="no file"):
        read_trade([])
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(BadQuestion, match=r"empty\.csv cannot be read as CSV"):
        read_trade([tmp_path / "empty.csv"])
