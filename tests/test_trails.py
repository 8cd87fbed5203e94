"""Figures of trails: what they show of chains, and that nothing is drawn where there is nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import policygraph as pg
from policygraph.errors import BadQuestion
from policygraph.figures.trails import ChainTimeline, Flows, Rung


def leg(id_: str, day: str, shipper: str, consignee: str, origin: str, destination: str, quantity: float | None = None) -> dict[str, Any]:
    row = {"id": id_, "date": day, "item": "chip", "shipper": shipper, "consignee": consignee, "origin": origin, "destination": destination}
    return row if quantity is None else {**row, "quantity": quantity, "unit": "units"}


CHAIN = [leg("1", "2024-01-05", "A", "B", "US", "MY", 8), leg("2", "2024-02-01", "B", "C", "MY", "CN", 5)]


def test_a_chain_is_a_ladder_of_its_parties(tmp_path: Path) -> None:
    drawn = pg.figure(pg.transshipments(CHAIN, to="CN"))
    assert isinstance(drawn, ChainTimeline)
    assert [ladder.parties for ladder in drawn.ladders] == [(("A", "US"), ("B", "MY"), ("C", "CN"))]
    assert drawn.ladders[0].rungs == (Rung(date(2024, 1, 5), "8 units", "1"), Rung(date(2024, 2, 1), "5 units", "2"))
    assert drawn.save(tmp_path / "chains.svg").read_bytes() == drawn.rendered("svg")


def test_bands_are_as_wide_as_what_went_between_countries(tmp_path: Path) -> None:
    rows = [*CHAIN, leg("3", "2024-01-20", "A", "D", "US", "SG", 4), leg("4", "2024-02-20", "D", "C", "SG", "CN", 4)]
    drawn = pg.figure(pg.transshipments(rows, to="CN"), as_="flows")
    assert isinstance(drawn, Flows)
    told = {(band.from_[1], band.to[1]): band.amount for band in drawn.bands}
    assert told == {("US", "MY"): 8, ("US", "SG"): 4, ("MY", "CN"): 5, ("SG", "CN"): 4}
    assert drawn.save(tmp_path / "flows.png").stat().st_size > 5_000


def test_shipments_are_counted_where_a_quantity_is_missing() -> None:
    drawn = pg.figure(pg.transshipments([CHAIN[0], leg("2", "2024-02-01", "B", "C", "MY", "CN")], to="CN"), as_="flows")
    assert drawn.unit == "shipments"
    assert {band.amount for band in drawn.bands} == {1.0}
    assert drawn.notes[0] == "Amounts in shipments; each shipment counts once."


@pytest.mark.parametrize(
    ("as_", "said"),
    [
        ("", "there is no chain to draw; the question found none, or only the shipments on chains were asked for"),
        ("flows", "there is nothing to draw: no shipment lies on a chain"),
        ("map", "a Transshipments is not drawn as 'map'; use chains or flows"),
    ],
)
def test_nothing_is_drawn_of_nothing(as_: str, said: str) -> None:
    with pytest.raises(BadQuestion) as caught:
        pg.figure(pg.transshipments(CHAIN[:1], to="CN"), as_=as_)
    assert str(caught.value) == said
