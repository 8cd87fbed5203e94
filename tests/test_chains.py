"""Chains of shipments against brute force on random tables: all chains, the best, and the shipments that lie on one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import combinations, permutations, product
from random import Random
from typing import Any

import ibis
import pytest

from policygraph.diversion.chains import Search, best, enumerated, pruned
from policygraph.diversion.families import on_chains, reduced, sizes

SCHEMA = {
    "id": "string", "day": "int64", "key": "string", "shipper": "string", "consignee": "string", "origin": "string",
    "destination": "string", "quantity": "float64", "unit": "string", "starts": "boolean", "onward": "boolean", "enters": "boolean",
    "arrives": "boolean", "shipper_known": "int64", "consignee_known": "int64", "shipper_listed": "int64", "consignee_listed": "int64",
    "documented": "int64",
}  # fmt: skip


@pytest.fixture(scope="module")
def engine() -> Any:
    return ibis.duckdb.connect(threads=1)


@dataclass(frozen=True)
class Leg:
    id: str
    day: int
    key: str | None
    shipper: str
    consignee: str
    origin: str
    destination: str
    quantity: float | None = None
    unit: str | None = None
    via_refused: frozenset[str] = frozenset()

    @property
    def starts(self) -> bool:
        return self.origin == "US"

    @property
    def arrives(self) -> bool:
        return self.destination == "RU"

    @property
    def onward(self) -> bool:
        return not self.arrives and self.destination not in self.via_refused

    @property
    def enters(self) -> bool:
        return self.origin not in self.via_refused

    def row(self) -> dict[str, Any]:
        listed = {f"{end}_{what}": int(getattr(self, end)[0] in "AB") for end in ("shipper", "consignee") for what in ("known", "listed")}
        return {name: getattr(self, name, None) for name in SCHEMA} | listed | {"documented": self.day % 2}


def random_legs(
    dice: Random, world: str, size: int, parties: int, keys: int, days: int, refused: frozenset[str] = frozenset()
) -> list[Leg]:
    names = [chr(65 + number) + world for number in range(parties)]
    legs = []
    for number in range(size):
        shipper, consignee = dice.choice(names), dice.choice(names)
        origin = "US" if dice.random() < 0.3 else dice.choice(["DE", "TR", "AE"])
        destination = "RU" if dice.random() < 0.3 else dice.choice(["DE", "TR", "AE"])
        key = dice.choice([*(f"k{one}" for one in range(keys)), None]) if keys > 1 else "k0"
        quantity = dice.choice([None, 1.0, 2.0, 5.0])
        unit = dice.choice([None, "kg", "kg", "pcs"])
        legs.append(Leg(f"s{world}-{number}", dice.randrange(days), key, shipper, consignee, origin, destination, quantity, unit, refused))
    return legs


def brute(legs: list[Leg], search: Search, becomes: set[tuple[str, str]] = frozenset()) -> dict[tuple[str, ...], list[Leg]]:  # type: ignore[assignment]
    """Return every chain by the definition, walked leg by leg."""

    def meets(one: Leg, other: Leg) -> bool:
        same = not search.keyed or (one.key is not None and (one.key == other.key or (one.key, other.key) in becomes))
        near = 0 <= other.day - one.day <= search.lag_days
        return one.consignee == other.shipper and same and near and (not search.contiguous or one.destination == other.origin)

    def walk(path: list[Leg]) -> Iterator[list[Leg]]:
        for leg in legs:
            parties = [path[0].shipper, *(one.consignee for one in path)]
            if not (meets(path[-1], leg) and leg.enters) or leg.consignee in parties:
                continue
            if leg.arrives:
                yield [*path, leg]
            elif leg.onward and len(path) + 1 < search.max_legs:
                yield from walk([*path, leg])

    found = [path for leg in legs if leg.starts and leg.onward and leg.shipper != leg.consignee for path in walk([leg])]
    return {tuple(one.id for one in path): path for path in found}


def arrow_of(legs: list[Leg]) -> Any:
    import pyarrow as pa

    kinds = {"string": pa.string(), "int64": pa.int64(), "float64": pa.float64(), "boolean": pa.bool_()}
    return pa.table({name: pa.array([leg.row()[name] for leg in legs], kinds[kind]) for name, kind in SCHEMA.items()})


def table(engine: Any, legs: list[Leg]) -> Any:
    return engine.create_table("legs", arrow_of(legs), overwrite=True, temp=True)


def hold(expression: Any) -> Any:
    return expression.cache()


def ids(frame: Any) -> list[tuple[str, ...]]:
    return [tuple(row[f"leg_{one}"] for one in range(1, row["legs"] + 1)) for row in frame.to_dict(orient="records")]


def quantity(path: list[Leg]) -> float | None:
    units = {leg.unit for leg in path if leg.unit is not None}
    known = [leg.quantity for leg in path if leg.quantity is not None]
    return min(known) if known and len(units) < 2 else None


CASES = [
    (Search(lag_days=10, max_legs=4), 60, 8, 2, 30),
    (Search(lag_days=0, max_legs=3), 80, 6, 1, 3),
    (Search(lag_days=5, max_legs=5, keyed=False), 45, 7, 3, 20),
    (Search(lag_days=20, max_legs=3, contiguous=True), 90, 6, 2, 40),
    (Search(lag_days=40, max_legs=2), 60, 5, 2, 50),
    (Search(lag_days=9, max_legs=4, contiguous=True, keyed=False), 70, 5, 2, 30),
]  # fmt: skip
WORLDS = 12
"""Random tables asked at once: their parties have no name in common, so no chain joins two of them."""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case[0].max_legs}-legs-{case[0].lag_days}-days")
def test_chains_are_those_of_the_definition(engine: Any, case: tuple[Search, int, int, int, int]) -> None:
    search, *shape = case
    legs: list[Leg] = []
    expected: dict[tuple[str, ...], list[Leg]] = {}
    for number in range(WORLDS):
        refused = frozenset({"AE"}) if number % 3 == 2 else frozenset[str]()
        world = random_legs(Random(f"{case} {number}"), str(number), *shape, refused=refused)
        expected |= brute(world, search)
        legs += world
    assert len(expected) > WORLDS
    stages = pruned(table(engine, legs), search, hold)
    frame = best(enumerated(stages, search), search.max_legs, None).to_pandas()
    assert sorted(ids(frame)) == sorted(expected)
    for row, chain in zip(frame.to_dict(orient="records"), ids(frame), strict=True):
        path = expected[chain]
        said = None if row["quantity"] != row["quantity"] else row["quantity"]
        assert (said, row["first"], row["last"]) == (quantity(path), path[0].day, path[-1].day)
        parties = [path[0].shipper, *(leg.consignee for leg in path)]
        assert row["listed"] == sum(party[0] in "AB" for party in parties)
        assert row["undocumented"] == sum(1 - leg.day % 2 for leg in path)
    lying = {leg for chain in expected for leg in chain}
    assert set(on_chains(stages, search, hold).to_pandas()["id"]) == lying


def lying_on_one(legs: list[Leg], search: Search) -> set[str]:
    """Return which legs lie on a chain, from all lists of the parties before each leg and after it; no list is dropped."""

    def lists(starting: list[Leg], rows: list[Leg], before: Callable[[Leg, Leg], bool], ends: tuple[str, str]) -> list[dict[Leg, set[Any]]]:
        entry, exit_ = ends
        stages: list[dict[Leg, set[Any]]] = [{leg: {()} for leg in starting}]
        for _ in range(1, search.max_legs):
            reached: dict[Leg, set[Any]] = {}
            for one, earlier in stages[-1].items():
                for leg in rows:
                    if before(one, leg):
                        longer = {(*parties, getattr(one, entry)) for parties in earlier}
                        found = {parties for parties in longer if getattr(leg, exit_) not in parties}
                        if found:
                            reached.setdefault(leg, set()).update(found)
            stages.append(reached)
        return stages

    def meets(one: Leg, other: Leg) -> bool:
        return one.consignee == other.shipper and one.key == other.key and 0 <= other.day - one.day <= search.lag_days

    legs = [leg for leg in legs if leg.shipper != leg.consignee]
    first, last = [leg for leg in legs if leg.starts and leg.onward], [leg for leg in legs if leg.arrives]
    middle = [leg for leg in legs if leg.onward]
    forward = lists(first, middle, meets, ("shipper", "consignee"))
    back = lists(last, middle, lambda one, other: meets(other, one), ("consignee", "shipper"))
    found = set()
    for position, depth in product(range(search.max_legs), repeat=2):
        if position + depth + 1 > search.max_legs:
            continue
        for leg in forward[position].keys() & back[depth].keys():
            if any(not set(one) & set(other) for one in forward[position][leg] for other in back[depth][leg]):
                found.add(leg.id)
    for leg in last:  # the last leg is reached, and nothing comes after it
        for stage in forward[: search.max_legs - 1]:
            for one, earlier in stage.items():
                if meets(one, leg) and any(leg.consignee not in (*parties, one.shipper) for parties in earlier):
                    found.add(leg.id)
    return found


@pytest.mark.parametrize(("max_legs", "size", "parties", "rarity"), [(4, 220, 9, 7), (5, 80, 7, 2)])
def test_the_shipments_on_chains_are_exact_where_chains_explode(engine: Any, max_legs: int, size: int, parties: int, rarity: int) -> None:
    search = Search(lag_days=40, max_legs=max_legs)
    dice, legs = Random(f"{max_legs}"), []
    for world in range(3):
        few = random_legs(dice, str(world), size, parties, 1, 60)
        rare = [Leg(**{**leg.__dict__, "origin": "DE"}) if number % rarity else leg for number, leg in enumerate(few)]
        legs += [Leg(**{**leg.__dict__, "destination": "TR"}) if number % (rarity + 1) else leg for number, leg in enumerate(rare)]
    stages = pruned(table(engine, legs), search, hold)
    found = set(on_chains(stages, search, hold).to_pandas()["id"])
    assert found == lying_on_one(legs, search)
    assert 0 < len(found) < len(legs)


@pytest.mark.parametrize(("places", "avoided"), [(1, 3), (2, 2), (3, 1), (2, 1)])
def test_a_kept_family_stands_for_all_lists_on_every_day(engine: Any, places: int, avoided: int) -> None:
    dice, names = Random(places * 7 + avoided), "ABCDEFGH"
    columns = [f"p{place}" for place in range(places)]
    every = dice.sample(list(permutations(names, places)), min(150, 8 if places == 1 else 50 if places == 2 else 150))
    rows = [{"g": "g", "d": dice.randrange(12), **dict(zip(columns, parties, strict=True))} for parties in every]
    lists = engine.create_table("lists", ibis.memtable(rows).to_pyarrow(), overwrite=True, temp=True)
    for latest in (False, True):
        kept = reduced(lists, ["g"], columns, avoided, hold, "d", latest).to_pandas().to_dict(orient="records")
        assert len(kept) <= sizes(places, avoided)[-1] < len(rows)
        for day, met in product(range(12), combinations(names, avoided)):
            near = [[row for row in some if (row["d"] >= day if latest else row["d"] <= day)] for some in (kept, rows)]
            apart = [any(not {row[name] for name in columns} & set(met) for row in some) for some in near]
            assert apart[0] == apart[1], (day, met)
