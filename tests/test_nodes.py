"""What a table is answered by gives every row what its verdicts combine to, however they are grouped, looped or shared by a family."""

from __future__ import annotations

from functools import reduce
from itertools import count
from operator import and_, or_

import numpy as np
import pytest

from policygraph.law.nodes import ITEM, Members, Node, Rows, Run, joined
from policygraph.law.verdicts import CODES, Codes, Verdicts

VALID = Verdicts.decoded(np.arange(CODES, dtype=np.uint8))
PROPER = np.flatnonzero((np.abs(VALID.all_) >= np.abs(VALID.clear)) & (VALID.all_ * VALID.clear >= 0)).astype(np.uint8)
SIZE = 500


def drawn(seed: int, names: list[str], cells: int) -> tuple[dict[str, np.ndarray], dict[str, Codes]]:
    draw = np.random.default_rng(seed)
    columns = {name: draw.integers(0, cells, SIZE).astype(np.uint8) for name in names}
    return columns, {name: draw.choice(PROPER, cells) for name in names}


@pytest.mark.parametrize("join", [and_, or_])
@pytest.mark.parametrize("cells", [3, 40])
def test_many_verdicts_are_joined_in_groups_as_they_would_be_at_once(join: object, cells: int) -> None:
    columns, tables = drawn(cells, [f"c{number}" for number in range(14)], cells)
    numbers = count()
    nodes = [Node.of_column(next(numbers), name, table) for name, table in tables.items()]
    run = joined([Run.of(node) for node in nodes], join, lambda part: Node.combined(next(numbers), part))  # type: ignore[arg-type]
    found = Rows(columns, slice(0, SIZE), None).finished(Node.combined(next(numbers), run))
    each = [Verdicts.decoded(np.take(tables[name], columns[name])) for name in columns]
    assert np.array_equal(found, reduce(join, each).codes)  # type: ignore[arg-type]


def test_what_is_read_of_columns_together_is_read_only_for_what_occurs() -> None:
    columns, _ = drawn(7, ["a", "b"], 30)
    keys, codes = np.unique(columns["a"].astype(np.int64) * 30 + columns["b"], return_inverse=True)
    given = np.random.default_rng(8).choice(PROPER, len(keys))
    node = Node.of_columns(0, {name: (np.arange(30), 30) for name in columns}, keys, given)
    assert np.array_equal(Rows(columns, slice(0, SIZE), None).of(node), given[codes])


def test_rules_that_ask_for_each_other_hold_only_by_what_holds_without_them() -> None:
    columns, tables = drawn(9, ["a", "b"], 5)
    ground, limit = (Node.of_column(number, name, tables[name]) for number, name in enumerate(columns))
    first = Node.looping(2, columns, "first", ("first", "second"), lambda: Run.of(ground) | Run.of(second))
    second = Node.looping(3, columns, "second", ("first", "second"), lambda: Run.of(first) & Run.of(limit))
    rows = Rows(columns, slice(0, SIZE), None)
    assert np.array_equal(rows.of(first), rows.of(ground))
    one, other = Verdicts.decoded(rows.of(ground)), Verdicts.decoded(rows.of(limit))
    assert np.array_equal(rows.of(second), (one & other).codes)


def test_a_family_is_answered_as_one_only_where_its_members_agree() -> None:
    members = Members([np.array([0]), np.array([0, 1]), np.array([1, 2])])
    met, not_met = PROPER[-1], PROPER[0]
    node = Node.of_column(0, ITEM, np.array([met, met, not_met], np.uint8))
    found = Rows({ITEM: np.array([2, 0, 1, 2])}, slice(0, 4), members).finished(node)
    assert [(int(Verdicts.decoded(found).all_[row]) > 0) - (int(Verdicts.decoded(found).all_[row]) < 0) for row in range(4)] == [0, 1, 1, 0]
