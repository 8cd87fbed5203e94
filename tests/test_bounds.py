"""How much could, and must, have come from a source: against every way of handing units on, and by properties.

All rows here are made up. Brute force hands single units on in every possible way; within a day parties ship in the order of their
numbers, so that brute force knows an order in which the day can have gone.
"""

from __future__ import annotations

import dataclasses
import itertools
import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from policygraph.diversion.bounds import Volumes, volumes
from policygraph.diversion.flow import Arcs, maximum_flow
from policygraph.diversion.ledger import items_of
from policygraph.diversion.transship import transshipments
from policygraph.errors import BadQuestion, UnknownName
from policygraph.shipments.reading import read_shipments
from tests.test_cli import loaded

Row = tuple[int, int, int, int, str, str]  # day, shipper, consignee, quantity, origin, destination
START = date(2023, 1, 1)
PERIOD = {"since": START + timedelta(days=1), "until": START + timedelta(days=4)}


def table(rows: list[Row], **columns: Any) -> pd.DataFrame:
    told = [
        {"id": f"s{number}", "date": START + timedelta(days=day), "item": "chip", "quantity": quantity, "unit": "piece",
         "shipper": f"p{shipper}", "consignee": f"p{consignee}", "origin": origin, "destination": destination}
        for number, (day, shipper, consignee, quantity, origin, destination) in enumerate(rows)
    ]  # fmt: skip
    return pd.DataFrame(told).assign(**columns)


def ask(rows: list[Row], **asked: Any) -> Volumes:
    return volumes(table(rows), from_={"US"}, to={"RU"}, **{**PERIOD, **asked})


def some_rows(dice: np.random.Generator, count: int, largest: int = 3, *, circles: bool = False) -> list[Row]:
    """Return rows between five parties in six days; without circles on one day unless asked for."""
    rows: list[Row] = []
    for _ in range(count):
        one, other = sorted(dice.choice(5, 2, replace=False).tolist())
        if circles and dice.random() < 0.5:
            one, other = other, one
        origin, destination = dice.choice(["US", "AE", "RU"], p=[0.3, 0.6, 0.1]), dice.choice(["US", "AE", "RU"], p=[0.1, 0.5, 0.4])
        rows.append((int(dice.integers(0, 6)), one, other, int(dice.integers(1, largest + 1)), str(origin), str(destination)))
    return rows


# ---- brute force: every way of handing units on


def counted(row: Row) -> bool:
    return row[5] == "RU" and row[4] != "RU" and 1 <= row[0] <= 4


def in_order(rows: list[Row]) -> list[Row]:
    return sorted((row for row in rows if row[0] <= 4), key=lambda row: (row[0], row[1]))


def ways_of_a_complete_file(rows: list[Row]) -> set[int]:
    """Return every total that can have reached the destination: stocks of units that are of the source or are not."""
    states = {(((0, 0),) * 5, 0)}
    wanted = [sum(other[3] for other in rows if other[:2] == row[:2]) for row in in_order(rows)]
    for number, row in enumerate(in_order(rows)):
        day, shipper = row[:2]
        first = number == 0 or in_order(rows)[number - 1][:2] != (day, shipper)
        after = set()
        for stocks, total in states:
            live, dead = stocks[shipper]
            dead += max(0, wanted[number] - live - dead) if first else 0  # what the day's dispatches lack is made
            after |= set(sent_on(row, (*stocks[:shipper], (live, dead), *stocks[shipper + 1 :]), total))
        states = after
    return {total for _, total in states}


def most_of_an_open_file(rows: list[Row], lag: int | None) -> int:
    """Return the largest total if parties have as much of their own as they like; units of the source keep the day they came on."""
    Held = tuple[tuple[int, ...], ...]  # noqa: N806  (days on which the units of each party came)
    states: set[tuple[Held, int]] = {(((),) * 5, 0)}
    for row in in_order(rows):
        day, shipper, consignee, quantity, origin, destination = row
        after = set()
        for held, total in states:
            fit = [came for came in held[shipper] if lag is None or day - came <= lag]
            most = 0 if origin == "US" else min(quantity, len(fit))
            choices = {one for many in range(most + 1) for one in itertools.combinations(fit, many)}
            for sent in choices:
                now = [list(came) for came in held]
                for came in sent:
                    now[shipper].remove(came)
                many = quantity if origin == "US" else len(sent)
                if destination != "RU":
                    now[consignee] += [day] * many
                after.add((tuple(tuple(sorted(came)) for came in now), total + (many if counted(row) else 0)))
        states = after
    return max(total for _, total in states)


def test_bounds_of_a_complete_file_are_those_of_every_way_of_handing_units_on() -> None:
    dice, apart = np.random.default_rng(1), 0
    for _ in range(90):
        rows = some_rows(dice, int(dice.integers(3, 14)))
        ways = ways_of_a_complete_file(rows)
        found = ask(rows, complete=True)
        assert (found.least, found.most) == (min(ways), max(ways))
        apart += found.direct < found.most != found.least
    assert apart > 3, "too few cases tell the bounds from one another"


@pytest.mark.parametrize("lag", [None, 0, 1, 2, 10])
@pytest.mark.parametrize("seed", range(100, 120))
def test_the_most_of_an_open_file_is_that_of_every_way_of_handing_units_on(seed: int, lag: int | None) -> None:
    dice = np.random.default_rng(seed)
    rows = some_rows(dice, int(dice.integers(2, 8)), largest=2)
    assert ask(rows, lag_days=lag).most == most_of_an_open_file(rows, lag)


def made_in(order: tuple[Row, ...], stocks: tuple[tuple[int, int], ...]) -> int:
    """Return how much must be made if shipments go in an order."""
    held, made = [sum(stock) for stock in stocks], 0
    for _, shipper, consignee, quantity, _, _ in order:
        lacks = max(0, quantity - held[shipper])
        made, held[shipper] = made + lacks, held[shipper] + lacks - quantity
        held[consignee] += quantity
    return made


def ways_in_any_order(rows: list[Row]) -> set[int]:
    """Return every total of units handed on shipment by shipment, in every order of a day in which the least is made that day."""
    states = {(((0, 0),) * 5, 0)}
    for _, group in itertools.groupby(in_order(rows), key=lambda row: row[0]):
        orders, after = set(itertools.permutations(list(group))), set()
        for stocks, total in states:
            least = min(made_in(order, stocks) for order in orders)
            for order in orders:
                now = {(stocks, total)} if made_in(order, stocks) == least else set()
                for row in order:
                    now = {one for state in now for one in sent_on(row, *state)}
                after |= now
        states = after
    return {total for _, total in states}


def sent_on(row: Row, stocks: tuple[tuple[int, int], ...], total: int) -> Iterator[tuple[tuple[tuple[int, int], ...], int]]:
    """Return what can come of one shipment; what is lacking is made."""
    _, shipper, consignee, quantity, origin, destination = row
    live, dead = stocks[shipper]
    dead += max(0, quantity - live - dead)
    for of_source in range(max(0, quantity - dead), min(live, quantity) + 1):
        held = [list(stock) for stock in stocks]
        held[shipper] = [live - of_source, dead - (quantity - of_source)]
        sent = quantity if origin == "US" else of_source
        arrives = 0 if destination == "RU" else sent
        held[consignee] = [held[consignee][0] + arrives, held[consignee][1] + quantity - arrives]
        yield tuple((one, other) for one, other in held), total + (sent if counted(row) else 0)


def test_bounds_hold_whoever_had_first_what_went_in_a_circle() -> None:
    dice, apart = np.random.default_rng(3), 0
    for _ in range(30):
        rows = [(row[0] // 3, *row[1:]) for row in some_rows(dice, 6, circles=True)]
        ways = ways_in_any_order(rows)
        found = ask(rows, complete=True)
        assert found.least <= min(ways) <= max(ways) <= found.most
        apart += found.most > found.direct
    assert apart > 3


def plain_estimates(rows: list[Row]) -> tuple[float, float]:
    """Return both estimates, shipment by shipment: stocks as layers of (quantity, of the source), the oldest first."""
    layers: list[list[list[float]]] = [[] for _ in range(5)]
    mixed = [[0.0, 0.0] for _ in range(5)]
    totals = [0.0, 0.0]
    for (day, shipper), group in itertools.groupby(in_order(rows), key=lambda row: row[:2]):
        today = list(group)
        wanted = sum(row[3] for row in today)
        rest, old = float(wanted), 0.0
        for layer in layers[shipper]:
            taken = min(rest, layer[0])
            part = layer[1] * taken / layer[0] if layer[0] else 0.0
            layer[0], layer[1], rest, old = layer[0] - taken, layer[1] - part, rest - taken, old + part
        mixed[shipper][0] = max(mixed[shipper][0], wanted)
        shares = [old / wanted, mixed[shipper][1] / mixed[shipper][0]]
        mixed[shipper] = [mixed[shipper][0] - wanted, mixed[shipper][1] - wanted * shares[1]]
        for row in today:
            sent = [row[3] * (1.0 if row[4] == "US" else share) for share in shares]
            totals = [total + (part if counted(row) else 0) for total, part in zip(totals, sent, strict=True)]
            arrives = [0.0, 0.0] if row[5] == "RU" else sent
            mixed[row[2]] = [mixed[row[2]][0] + row[3], mixed[row[2]][1] + arrives[1]]
            stock = layers[row[2]]
            if not stock or stock[-1][2] != day:
                stock.append([0, 0, day])
            stock[-1][0], stock[-1][1] = stock[-1][0] + row[3], stock[-1][1] + arrives[0]
    return totals[0], totals[1]


@pytest.mark.parametrize("seed", range(4))
def test_estimates_are_those_of_a_plain_loop(seed: int) -> None:
    dice = np.random.default_rng(500 + seed)
    for _ in range(8):
        rows = some_rows(dice, 40, largest=9)
        found = ask(rows)
        assert (found.fifo, found.pro_rata) == (pytest.approx(plain_estimates(rows)[0]), pytest.approx(plain_estimates(rows)[1]))


# ---- properties, with circles on one day


@pytest.mark.parametrize("seed", range(20))
def test_what_is_known_of_every_answer(seed: int) -> None:
    dice = np.random.default_rng(1000 + seed)
    rows = some_rows(dice, 40, largest=9, circles=True)
    whole, open_ = ask(rows, complete=True), ask(rows)
    for found in (whole, open_):
        assert found.fifo is not None
        assert found.pro_rata is not None
        assert found.direct <= found.least <= found.most <= found.arrived
        assert found.least - 1e-9 <= min(found.fifo, found.pro_rata)
        assert max(found.fifo, found.pro_rata) <= found.most + 1e-9
        assert found.direct + sum(one.quantity for one in found.bound_by) == found.most
        assert found.direct + sum(one.most for one in found.intermediaries) == found.most
        assert found.direct + sum(one.passed_on for one in found.intermediaries) == found.arrived
        assert found.direct + sum(one.fifo or 0 for one in found.intermediaries) == pytest.approx(found.fifo)
    assert whole.most <= open_.most
    assert (whole.fifo, whole.pro_rata) == (open_.fifo, open_.pro_rata)
    lags = [ask(rows, lag_days=lag).most for lag in (0, 1, 3, 6)]
    assert lags == sorted(lags)
    assert lags[-1] == open_.most


@pytest.mark.parametrize("seed", range(8))
def test_shipments_added_to_an_open_file_never_lower_the_most(seed: int) -> None:
    rows = some_rows(np.random.default_rng(2000 + seed), 30, circles=True)
    for lag in (None, 2):
        grown = [ask(rows[:count], lag_days=lag).most for count in (5, 10, 20, 30)]
        assert grown == sorted(grown)


@pytest.mark.parametrize("seed", range(8))
def test_a_shipment_cut_in_two_and_rows_out_of_order_change_nothing(seed: int) -> None:
    dice = np.random.default_rng(3000 + seed)
    rows = some_rows(dice, 25, largest=9, circles=True)
    halves = [(*row[:3], part, *row[4:]) for row in rows for part in (row[3] // 2, row[3] - row[3] // 2)]
    mixed = [halves[at] for at in dice.permutation(len(halves))]
    for asked in ({"complete": True}, {"lag_days": 1}, {}):
        one, other = ask(rows, **asked), ask(mixed, **asked)
        for name in ("arrived", "direct", "most", "least"):
            assert getattr(one, name) == getattr(other, name), name
        assert one.fifo == (None if one.fifo is None else pytest.approx(other.fifo))
        assert one.pro_rata == (None if one.pro_rata is None else pytest.approx(other.pro_rata))


def test_flows_of_any_size_are_exact() -> None:
    dice = np.random.default_rng(7)
    for largest in (10, 2**33, 2**52):
        for _ in range(20):
            tail, head, capacity = dice.integers(0, 7, 20), dice.integers(0, 7, 20), dice.integers(0, largest, 20)
            graph = nx.DiGraph()
            graph.add_nodes_from(range(7))
            for one, other, size in zip(tail.tolist(), head.tolist(), capacity.tolist(), strict=True):
                known = graph.get_edge_data(one, other, {"capacity": 0})["capacity"]
                graph.add_edge(one, other, capacity=known + size)
            flow = maximum_flow(Arcs(tail, head, capacity, 7), 0, 6)
            crossing = flow.before[tail] & ~flow.before[head]
            assert flow.value == nx.maximum_flow_value(graph, 0, 6) == int(capacity[crossing].sum()) == int(flow.into(6).sum())


# ---- by hand


def test_estimates_by_hand() -> None:
    rows = [
        (0, 0, 1, 10, "AE", "AE"), (1, 2, 1, 10, "US", "AE"), (2, 1, 3, 5, "AE", "RU"), (3, 1, 3, 10, "AE", "RU"), (3, 2, 3, 4, "US", "RU"),
    ]  # fmt: skip
    found = ask(rows, complete=True)
    assert (found.arrived, found.direct, found.most, found.least) == (19, 4, 14, 9)
    assert found.fifo == 4 + 0 + 5  # the 10 that came first leave first
    assert found.pro_rata == 4 + 2.5 + 5  # half of the stock is of the source
    (dealer,) = found.intermediaries
    assert (dealer.party, dealer.received, dealer.received_direct, dealer.passed_on, dealer.most) == ("p1", 20, 10, 15, 10)


def test_what_goes_round_on_one_day_is_not_made_more() -> None:
    circle = [(1, 1, 2, 10, "AE", "AE"), (1, 2, 1, 10, "AE", "AE"), (1, 0, 1, 3, "US", "AE"), (1, 1, 3, 8, "AE", "RU")]
    found = ask(circle, complete=True)
    assert (found.arrived, found.least, found.most) == (8, 0, 3)  # whoever had the first 10 may have kept the 3
    assert 0 <= min(found.fifo or 0, found.pro_rata or 0) <= max(found.fifo or 0, found.pro_rata or 0) <= 3 + 1e-9
    kept = ask([(0, 1, 2, 5, "AE", "AE"), (0, 2, 1, 5, "AE", "AE"), (1, 0, 1, 5, "US", "AE"), (2, 1, 3, 5, "AE", "RU")], complete=True)
    assert (kept.least, kept.most) == (0, 5)  # somebody had the first 5, and may have shipped them
    idle = ask([row for row in circle if row[4] != "US"], complete=True)
    assert (idle.most, idle.fifo, idle.pro_rata) == (0, 0, 0)


def test_goods_count_once_and_trade_inside_the_destination_is_no_arrival() -> None:
    rows = [(1, 0, 1, 5, "US", "RU"), (2, 1, 2, 5, "RU", "RU"), (3, 2, 3, 5, "RU", "AE"), (4, 3, 1, 5, "AE", "RU")]
    found = ask(rows, complete=True)
    assert (found.arrived, found.direct, found.most, found.least) == (10, 5, 5, 5)


def test_a_stock_can_be_what_bounds_the_most() -> None:
    rows = [(0, 0, 1, 10, "US", "AE"), (1, 1, 2, 7, "AE", "AE"), (2, 4, 1, 20, "AE", "AE"), (3, 1, 3, 9, "AE", "RU")]
    found = ask(rows, complete=True)
    assert found.most == 3
    assert [str(one) for one in found.bound_by] == ["stock of p1 at the end of 2023-01-02: 3"]
    assert ask(rows).most == 9


def test_ends_may_be_parties() -> None:
    rows = table([(1, 0, 1, 5, "KR", "AE"), (2, 1, 2, 4, "AE", "TR")])
    assert volumes(rows, from_={"p0"}, to={"p2"}).most == 4
    assert volumes(rows, from_={"P-0"}, to={"p2"}).most == 4  # one party, however it is written
    assert volumes(rows, from_="p0", to="Russia").arrived == 0
    with pytest.raises(UnknownName, match="is called 'p9'"):
        volumes(rows, from_="p9", to="RU")


def test_a_party_may_ship_to_itself_and_a_period_may_be_empty() -> None:
    rows = [(1, 1, 1, 5, "US", "AE"), (2, 1, 1, 9, "AE", "AE"), (3, 1, 1, 4, "AE", "RU")]
    assert (ask(rows).most, ask(rows, complete=True).most) == (4, 4)
    empty = ask(rows, since="2022-01-01", until="2022-12-31", complete=True)
    assert (empty.shipments, empty.arrived, empty.most, empty.least, empty.fifo, empty.bound_by) == (0, 0, 0, 0, 0, ())


def test_no_chain_carries_more_than_the_most() -> None:
    dice = np.random.default_rng(4000)
    rows = [row for row in some_rows(dice, 40, largest=9, circles=True) if row[4] != "RU"]
    chains = transshipments(table(rows), to="RU", from_="US", lag_days=2, max_legs=3).chains["quantity"]
    found = volumes(table(rows), to="RU", from_="US", lag_days=2)
    assert 0 < chains.max() <= found.most - found.direct


def test_parties_are_those_of_the_view_under_any_name() -> None:
    rows = table([(1, 0, 1, 5, "US", "CN"), (2, 1, 2, 4, "CN", "RU")])
    named = rows.assign(consignee=["中芯国际", "p2"], shipper=["p0", "SMIC"])
    assert volumes(named, to="RU").most == 0
    (smic,) = volumes(named, loaded().view("2025-05-13"), to="RU").intermediaries
    assert (smic.party, smic.received_direct, smic.most) == ("smic", 5, 4)


def test_a_file_of_which_rows_were_rejected_is_not_complete() -> None:
    shipments = read_shipments(table([(1, 0, 1, 5, "US", "AE"), (2, 1, 2, 4, "AE", "RU"), (2, 1, 2, -4, "AE", "RU")]).astype({"date": str}))
    assert volumes(shipments, to="RU").most == 4
    with pytest.raises(BadQuestion, match="1 rows of the file were rejected"):
        volumes(shipments, to="RU", complete=True)


def test_an_open_file_proves_no_least_and_says_so() -> None:
    rows = [(1, 0, 1, 5, "US", "AE"), (2, 1, 2, 5, "AE", "RU"), (2, 0, 2, 2, "US", "RU")]
    assert ask(rows).least == 2
    assert "A file that is not complete proves no least beyond what was shipped straight: 2." in str(ask(rows))
    assert ask(rows, complete=True).least == 7
    assert "if the file is complete" in str(ask(rows, complete=True))
    limited = ask(rows, lag_days=1)
    assert (limited.fifo, limited.pro_rata) == (None, None)
    assert "estimates are not made" in str(limited)


def test_decimals_and_large_quantities_are_exact() -> None:
    rows = table([(1, 0, 1, 0, "US", "AE"), (2, 1, 2, 0, "AE", "RU")])
    assert volumes(rows.assign(quantity=[0.3, 0.1]), from_={"US"}, to={"RU"}).most == 0.1
    huge = volumes(rows.assign(quantity=[3e12 + 1, 4e12]), from_={"US"}, to={"RU"})
    assert huge.most == 3e12 + 1


def test_an_answer_can_be_read_and_kept() -> None:
    found = ask([(1, 0, 1, 5, "US", "AE"), (2, 1, 2, 4, "AE", "RU")], complete=True)
    told = json.loads(json.dumps(found.to_json()))
    assert (told["most"], told["least"], told["bound_by"][0]["id"]) == (4, 4, "s1")
    assert found._repr_html_().count("<tr>") == 2
    assert list(found.table()["party"]) == ["p1"]
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.most = 0.0  # type: ignore[misc]


# ---- refused, with words


GOOD = table([(1, 0, 1, 5, "US", "AE"), (2, 1, 2, 4, "AE", "RU")])


@pytest.mark.parametrize(
    ("rows", "asked", "words"),
    [
        (GOOD.drop(columns="quantity"), {}, "no column quantity"),
        (GOOD.assign(quantity=[5, None]), {}, "1 of 2 shipments of chip have no quantity of 0 or more, the first is s1; leave"),
        (GOOD.assign(quantity=[-1, 2]), {}, "the first is s0"),
        (GOOD.assign(quantity=["5", "many"]), {}, "'many'"),
        (GOOD.assign(quantity=[0.1234567, 2]), {}, "more than 6 decimals"),
        (GOOD.assign(quantity=[1e15 * 9, 2.5]), {}, "too large to be exact"),
        (GOOD.assign(unit=["piece", "kg"]), {}, "several units \\('kg', 'piece'\\)"),
        (GOOD.assign(unit=["piece", None]), {}, "several units \\(none, 'piece'\\)"),
        (GOOD.assign(item=["chip", "board"]), {}, "2 items \\(board, chip\\)"),
        (GOOD.assign(date=["2023-01-01", "soon"]), {}, "'soon' of shipment s1"),
        (GOOD, {"from_": set()}, "'from' names nothing"),
        (GOOD, {"to": " "}, "'to' names nothing"),
        (GOOD, {"to": {"US", "RU"}}, "US cannot be source and destination"),
        (GOOD, {"lag_days": -1}, "below 0"),
        (GOOD, {"lag_days": 5, "complete": True}, "together with a complete file"),
        (GOOD, {"since": "2024-01-01", "until": "2023-01-01"}, "ends before it begins"),
        (GOOD, {"since": "last year"}, "is not a date"),
    ],
)
def test_what_cannot_be_answered_is_refused(rows: pd.DataFrame, asked: dict[str, Any], words: str) -> None:
    with pytest.raises(BadQuestion, match=words):
        volumes(rows, **{"from_": {"US"}, "to": {"RU"}, **asked})


def test_an_unknown_item_is_refused_with_the_nearest() -> None:
    assert items_of(GOOD) == ("chip",)
    with pytest.raises(UnknownName, match="did you mean 'chip'"):
        volumes(GOOD, from_={"US"}, to={"RU"}, item="chips")
