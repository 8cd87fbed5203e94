"""Reading shipments: every row is accepted or rejected with its place and its reasons; what cannot be read is refused whole."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from policygraph.errors import BadData, BadQuestion
from policygraph.shipments.columns import NAMES, Shipment
from policygraph.shipments.mapping import Mapping
from policygraph.shipments.reading import read_shipments
from policygraph.shipments.table import FileReport, Report, Shipments

BAD = Path(__file__).parent / "bad" / "shipments"
ROW = {"id": "1", "date": "2024-03-01", "item": "chip", "shipper": "A", "consignee": "B", "origin": "US", "destination": "TR"}
REASONS = {
    "good": {}, "out-of-order": {},
    "negative-quantity": {1: "quantity '-8' is not above zero"},
    "zero-quantity": {1: "quantity '0' is not above zero"},
    "absurd-quantity": {1: "is more than any shipment can hold", 2: "quantity '1e99' is more than any shipment can hold"},
    "not-a-number": {
        1: "quantity 'NaN' is no number", 2: "quantity 'inf' is no number",
        3: "quantity '1,000' is no number; tell decimal and thousands in a mapping file", 4: "quantity 'eight' is no number",
    },
    "negative-value": {1: "value '-100' is below zero"},
    "unknown-currency": {1: "currency 'Taler' is no code of ISO 4217"},
    "unknown-country": {1: "destination 'Rusia' is no country; did you mean RU?", 2: "origin 'XX' is no country"},
    "mixed-dates": {
        2: "date '05/01/2024' is not written as YYYY-MM-DD; tell how it is written in a mapping file",
        3: "date '20240105' is not written as YYYY-MM-DD",
    },
    "no-such-day": {1: "date '2024-02-30' is no day", 2: "date '0024-02-03' is no day", 3: "date '2023-02-29' is no day"},
    "missing-cells": {1: "no date", 2: "no id", 3: "no item; no shipper"},
    "same-id-same-words": {3: "id 'sw1' stands already, with the same words, in row 1 of "},
    "same-id-other-words": {1: "id 'so1' stands with other words in row 3 of ", 3: "id 'so1' stands with other words in row 1 of "},
    "cut": {2: "the row has 6 cells, and the columns are 11"},
    "cut-in-quotes": {2: "the row has 3 cells, and the columns are 11"},
    "too-many-cells": {1: "the row has 12 cells, and the columns are 11"},
    "no-text": {1: "the row is no UTF-8 text"},
    "bad-hs": {2: "hs 'chips' is no code of four to twelve digits"},
}  # fmt: skip


@pytest.fixture(scope="module")
def mixed() -> Shipments:
    return read_shipments(BAD)


@pytest.mark.parametrize("name", REASONS)
def test_each_bad_row_is_rejected_with_its_place_and_its_reason(mixed: Shipments, name: str) -> None:
    file = (BAD / f"{name}.csv").as_posix()
    found = {row["row"]: row["reason"] for row in mixed.rejected.to_dict(orient="records") if row["file"] == file}
    assert found.keys() == REASONS[name].keys()
    for row, said in REASONS[name].items():
        assert said in found[row]
    report = next(one for one in mixed.report.files if one.file == file)
    assert (report.rejected, report.rows) == (len(found), report.accepted + len(found))


def test_every_file_of_a_mixed_directory_is_told_of_and_totals_add_up(mixed: Shipments) -> None:
    assert {Path(one.file).name for one in mixed.report.files} == {path.name for path in BAD.iterdir()}
    lines = {path.name: len(path.read_bytes().splitlines()) - 1 for path in BAD.glob("*.csv")}
    assert {Path(one.file).name: one.rows for one in mixed.report.files if one.rows} == lines
    assert mixed.report.rows == sum(lines.values()) == len(mixed.to_pandas()) + len(mixed.rejected) == len(mixed) + mixed.report.rejected
    remarks = {Path(one.file).name: one.remarks for one in mixed.report.files if one.remarks}
    assert set(remarks) == {"README.txt", "cut.csv", "cut-in-quotes.csv"}
    assert "was not read" in str(mixed.report)
    assert next(one for one in mixed.report.files if one.file.endswith("bad-hs.csv")).ignored == ("remark",)


def test_a_rejected_row_is_kept_as_it_stood_and_can_be_written(mixed: Shipments, tmp_path: Path) -> None:
    stood = {row["row"]: row["stood"] for row in mixed.rejected.to_dict(orient="records") if row["file"].endswith("/not-a-number.csv")}
    assert [stood[row] for row in sorted(stood)] == (BAD / "not-a-number.csv").read_text(encoding="utf-8").splitlines()[1:]
    written = pd.read_csv(mixed.write_rejected(tmp_path / "rejects.csv"))
    assert list(written.columns) == ["file", "row", "reason", "stood"]
    assert len(written) == mixed.report.rejected


def test_accepted_rows_are_in_one_form_whatever_they_were_written_in(mixed: Shipments) -> None:
    rows = {row["id"]: row for row in mixed.to_pandas().to_dict(orient="records")}
    assert [*rows["g1"]] == ["file", "row", *NAMES]
    told = [(row["date"].date(), row["item"], row["quantity"], row["unit"], row["currency"], row["origin"], row["destination"])
            for row in (rows["g1"], rows["g2"], rows["g3"])]  # fmt: skip
    assert [cell if cell == cell else None for row in told for cell in row] == [
        date(2024, 1, 5), "chip", 8.0, "pcs", "USD", "US", "MY",
        date(2024, 1, 4), "chip", 15.0, "pcs", None, "US", "MY",
        date(2023, 12, 31), "chip, boxed", 0.5, "pcs", "EUR", "US", "MY",
    ]  # fmt: skip
    assert rows["g3"]["shipper"] == 'Alpha "A"'
    assert rows["hs1"]["hs"] == "854231"


def test_a_report_in_which_rows_are_lost_cannot_be_made() -> None:
    with pytest.raises(AssertionError, match="3 rows of x came in, 1 were accepted and 1 rejected"):
        Report((FileReport("x", 3, 1, 1),))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id,date,item,Exporter,consignee,origin,destination\n",
         "name it in a mapping file, for example columns: {shipper: Exporter}"),
        ("id,date,item\n1,2024-01-01,x\n", "there is no column 'consignee'"),
        ("id,id,date\n", "two columns are called 'id'"),
        ("", "the file is empty"),
    ],
)  # fmt: skip
def test_a_file_without_its_columns_is_refused_whole(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "x.csv").write_text(text, encoding="utf-8")
    with pytest.raises(BadData, match=r"x\.csv:1: ") as refused:
        read_shipments(tmp_path / "x.csv")
    assert said in str(refused.value)


@pytest.mark.parametrize("name", ["x.parquet", "x.feather"])
def test_a_columnar_file_that_is_cut_is_refused_whole(tmp_path: Path, name: str) -> None:
    table = pa.table({key: [value] * 100 for key, value in ROW.items()})
    (pq.write_table if name.endswith("parquet") else feather.write_feather)(table, tmp_path / name)
    whole = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BadData, match=f"{name}: the file cannot be read, perhaps because it was cut"):
        read_shipments(tmp_path / name)


@pytest.mark.parametrize("given", ["missing.csv", "x.xlsx", "empty"])
def test_what_is_no_file_of_shipments_is_refused(tmp_path: Path, given: str) -> None:
    (tmp_path / "x.xlsx").write_bytes(b"")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadData, match=given):
        read_shipments(tmp_path / given)


@pytest.mark.parametrize("memory", ["lots", "0GB", "-1GB"])
def test_an_amount_of_memory_must_be_one(memory: str) -> None:
    with pytest.raises(BadQuestion, match="is no amount of memory"):
        read_shipments([ROW], memory=memory)
    with pytest.raises(BadQuestion, match="use duckdb or spark"):
        read_shipments([ROW], backend="oracle")


def test_parquet_arrow_and_csv_say_the_same(tmp_path: Path) -> None:
    rows = [{**ROW, "quantity": 2.5, "id": f"{kind}{number}"} for kind in "pqf" for number in range(3)]
    rows[1]["quantity"], rows[4]["quantity"], rows[5]["quantity"] = float("nan"), float("inf"), -1.0
    for row in rows:
        row["date"] = date(2024, 3, 1)
    for kind in "pq":
        pq.write_table(pa.Table.from_pylist([row for row in rows if row["id"][0] == kind]), tmp_path / f"{kind}.parquet")
    feather.write_feather(pa.Table.from_pylist(rows[6:]), tmp_path / "f.feather")
    with pa.OSFile(str(tmp_path / "s.arrow"), "wb") as sink, pa.ipc.new_stream(sink, pa.Table.from_pylist(rows[:1]).schema) as stream:
        stream.write_table(pa.Table.from_pylist([{**rows[0], "id": "s0", "destination": "Türkiye"}]))
    found = read_shipments(tmp_path)
    assert sorted(found.to_pandas()["id"]) == ["f0", "f1", "f2", "p0", "p2", "q0", "s0"]
    assert {(Path(row["file"]).name, row["row"]): row["reason"] for row in found.rejected.to_dict(orient="records")} == {
        ("p.parquet", 2): "quantity 'nan' is no number", ("q.parquet", 2): "quantity 'inf' is no number",
        ("q.parquet", 3): "quantity '-1.0' is not above zero",
    }  # fmt: skip
    assert set(found.to_pandas()["destination"]) == {"TR"}


MAPPED = """Beleg;Datum;Ware;Menge;Absender;Empfänger;nach
1;31.12.2023;Chip;1.234,5;A;B;Türkei
2;1 Mar 2024;Chip;2;A;B;TR
3;03.04.24;Chip;;A;B;TR
"""
MAPPING = """
columns: {id: Beleg, date: Datum, item: Ware, quantity: Menge, shipper: Absender, consignee: Empfänger, destination: nach}
date_format: ["%d.%m.%Y", "%d %b %Y", "%d.%m.%y"]
decimal: ","
thousands: "."
constants: {origin: Germany, unit: pcs}
defaults: {quantity: "1"}
"""


def test_a_mapping_says_what_columns_dates_and_numbers_are_called(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text(MAPPED.replace("Türkei", "TUR"), encoding="utf-8")
    (tmp_path / "m.yaml").write_text(MAPPING, encoding="utf-8")
    found = read_shipments(tmp_path / "x.csv", tmp_path / "m.yaml").to_pandas()
    assert [cell.date().isoformat() for cell in found["date"]] == ["2023-12-31", "2024-03-01", "2024-04-03"]
    assert found["quantity"].tolist() == [1234.5, 2.0, 1.0]
    assert set(found["origin"]) == {"DE"}
    assert set(found["unit"]) == {"pcs"}


def test_a_date_that_means_two_days_is_rejected() -> None:
    both = Mapping(date_format=("%d/%m/%Y", "%m/%d/%Y"))
    days = ("03/04/2024", "13/04/2024", "04/04/2024")
    found = read_shipments([{**ROW, "id": day, "date": day} for day in days], both)
    assert [cell.date().isoformat() for cell in found.to_pandas()["date"]] == ["2024-04-13", "2024-04-04"]
    assert found.rejected["reason"].tolist() == ["date '03/04/2024' means one day in one of the forms and another day in another"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns: {shiper: X}", "there is no column 'shiper'; did you mean 'shipper'?"),
        ("date_format: '%d/%m'", "must tell a year, a month and a day once each"),
        ("date_format: '%d/%m/%Y %H'", "has '%H'"),
        ("decimal: x", "decimal: is a point or a comma"),
        ("separator: x", "a mapping file has no key 'separator'; use columns, date_format"),
        ("columns: {id: A}\nconstants: {id: B}", "'id' is told as a column and as a constant"),
        ("columns: {id: [", "this is no YAML"),
        ("columns: [id]", "tells nothing of a column"),
        ("columns: {id: No, item: What, id: Number}", "m.yaml:1: 'id' stands twice"),
        ("date_format: 5", "5 is no form of dates"),
        ("- id", "a mapping file holds columns:"),
    ],
)
def test_a_mapping_with_a_fault_is_refused_whole(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "m.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(BadData, match=r"m\.yaml") as refused:
        Mapping.read(tmp_path / "m.yaml")
    assert said in str(refused.value)


def test_a_mapping_that_names_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadData, match="the mapping calls 'shipper' 'Exportr', and there is no such column; did you mean 'Exporter'"):
        Mapping(columns={"shipper": "Exportr"}).columns_of(("Exporter", "id"), "x.csv")
    with pytest.raises(BadData, match="may both be 'id'"):
        Mapping().columns_of(("ID", "id"), "x.csv")


@pytest.mark.parametrize(
    "wrong",
    [{"quantity": 0}, {"quantity": float("nan")}, {"value": -1}, {"currency": "XYZW"}, {"origin": "Atlantis"}, {"item": " "}, {"extra": 1}],
)
def test_one_row_by_itself_is_checked_alike(wrong: dict[str, Any]) -> None:
    assert Shipment.model_validate(ROW).destination == "TR"
    with pytest.raises(ValidationError):
        Shipment.model_validate({**ROW, **wrong})


def test_rows_frames_and_values_can_be_given(tmp_path: Path) -> None:
    values = [Shipment.model_validate(ROW), Shipment.model_validate({**ROW, "id": "2"})]
    frame = pd.DataFrame([{**ROW, "date": pd.Timestamp("2024-03-01")}, {**ROW, "id": "2", "date": pd.Timestamp("2024-03-01")}])
    one, other = Shipments.of(values).to_pandas(), Shipments.of(frame).to_pandas()
    assert one.equals(other)
    assert len(Shipments.of([])) == 0
    with pytest.raises(BadQuestion, match="a row of shipments is a mapping"):
        Shipments.of([1, 2])
