"""Nodes: what a table of cases is answered by, each a small table of codes over what columns or other nodes come to.

Comes in: verdicts by cell of a column, and how verdicts are combined. Goes out: nodes, and :class:`Rows`, which looks them up for some
rows of the table. All combinations that can occur are worked through once, when a node is made; for a row it costs one look-up for each
thing the node reads, and one for the code. What comes out the same whatever is read, is read no further.

>>> cells = Node.of_column(0, "to", np.array([Verdicts.code_of(Verdict.sure(one)) for one in (True, False, True)], np.uint8))
>>> either = Node.combined(1, Run.of(cells) | Run.constant(Verdict.sure(False)))
>>> [str(Verdicts.decoded(either.values).at(place).outcome) for place in range(2)]
['not met', 'met']
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import reduce
from operator import and_, or_
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from policygraph.law.verdicts import CODES, Codes, Verdicts, agreed
from policygraph.truth import Verdict

__all__ = ["ITEM", "Members", "Node", "Numbers", "Rows", "Run", "distinct", "joined"]

Numbers = npt.NDArray[Any]
Work = Callable[[Mapping[int, Verdicts], int], Verdicts]

ITEM: Final = "item"
"""The column of the item, whose cells are members where they name families."""
_MOST: Final = 1 << 16
"""Combinations up to which all are worked through when a node is made; beyond, only those that occur."""
_GROUP: Final = 1 << 12
"""Combinations beyond which what is joined is joined in groups."""
_DENSE: Final = 1 << 22


@dataclass(frozen=True, eq=False)
class Run:
    """How verdicts are combined: the nodes they are of, and what works them through."""

    sources: Mapping[int, Node]
    work: Work

    @classmethod
    def constant(cls, verdict: Verdict) -> Run:
        """Return what always comes to one verdict."""
        return cls({}, lambda env, size: Verdicts.filled(verdict, size))

    @classmethod
    def of(cls, node: Node) -> Run:
        """Return the verdict of a node."""
        if len(node.values) == 1:
            return cls.constant(Verdicts.decoded(node.values).at(0))
        return cls({node.id: node}, lambda env, size: env[node.id])

    @classmethod
    def made(cls, parts: Sequence[Run], work: Callable[..., Verdicts]) -> Run:
        """Return what works through several parts together."""
        sources = {id_: node for part in parts for id_, node in part.sources.items()}
        return cls(sources, lambda env, size: work(*(part.work(env, size) for part in parts)))

    def __and__(self, other: Run) -> Run:
        return Run.made((self, other), and_)

    def __or__(self, other: Run) -> Run:
        return Run.made((self, other), or_)

    def __invert__(self) -> Run:
        return self.then(lambda verdicts: ~verdicts)

    def then(self, change: Callable[[Verdicts], Verdicts]) -> Run:
        """Return what changes the verdict it comes to."""
        return Run.made((self,), change)

    @property
    def span(self) -> int:
        """How many combinations of what it reads there are."""
        return _span(_digits(self.sources.values()))


@dataclass(frozen=True, eq=False)
class _Digit:
    """One thing a node reads: a column, or another node; which of its values are alike, and what each source comes to for them."""

    column: str
    node: Node | None
    classes: Numbers
    count: int
    tables: Mapping[int, Codes]

    def codes(self, rows: Rows, weighed: Numbers) -> Numbers:
        """Return for each row what one of its values is weighed at."""
        found: Numbers = np.take(weighed, rows.column(self.column) if self.node is None else rows.of(self.node))
        return found


@dataclass(frozen=True, eq=False)
class Node:
    """What something comes to, row by row.

    Attributes
    ----------
    values
        The codes of the verdicts it may come to.
    reads
        The columns that it, or what it reads, is read of.
    column, table
        Where it is read of one column alone: which, and its code for each cell.
    loops
        Rules that it asks for and that ask for themselves.
    codes
        Its codes for some rows.
    """

    id: int
    values: Codes
    reads: frozenset[str]
    codes: Callable[[Rows], Codes] = field(repr=False)
    column: str = ""
    table: Codes | None = field(default=None, repr=False)
    loops: frozenset[str] = frozenset()

    @classmethod
    def of_column(cls, id_: int, column: str, table: Codes) -> Node:
        """Return the node that is read of one column."""
        values = np.unique(table)
        if len(values) == 1:
            return cls.constant(id_, values[0])
        return cls(id_, values, frozenset((column,)), lambda rows: np.take(table, rows.column(column)), column, table)

    @classmethod
    def constant(cls, id_: int, code: np.uint8) -> Node:
        """Return the node that comes to one verdict in every row."""
        return cls(id_, np.array([code], np.uint8), frozenset(), lambda rows: np.full(rows.size, code))

    @classmethod
    def anything(cls, id_: int, reads: Iterable[str], codes: Callable[[Rows], Codes], loops: Iterable[str] = ()) -> Node:
        """Return a node of which nothing is known beforehand."""
        return cls(id_, np.arange(CODES, dtype=np.uint8), frozenset(reads), codes, loops=frozenset(loops))

    @classmethod
    def looping(cls, id_: int, reads: Iterable[str], name: str, loops: Iterable[str], run: Callable[[], Run]) -> Node:
        """Return the node of a rule that asks for itself by way of others: worked through until nothing changes."""

        def codes(rows: Rows) -> Codes:
            if name in rows.under_way:
                return rows.under_way[name]
            found = np.full(rows.size, Verdicts.code_of(Verdict.sure(False)), np.uint8)
            digits = _digits(run().sources.values())
            while True:
                rows.under_way[name] = found
                again = _occurring(digits, {}, run().work, rows)
                if np.array_equal(again, found):
                    del rows.under_way[name]
                    return found
                found = again

        return cls.anything(id_, reads, codes, loops)

    @classmethod
    def combined(cls, id_: int, run: Run) -> Node:
        """Return the node that works other nodes through."""
        digits = [digit for digit in _digits(run.sources.values()) if digit.count > 1]
        fixed = {id_: table for digit in _digits(run.sources.values()) if digit.count == 1 for id_, table in digit.tables.items()}
        reads = frozenset[str]().union(*(node.reads for node in run.sources.values()))
        span = _span(digits)
        loops = frozenset[str]().union(*(node.loops for node in run.sources.values()))
        if span > _MOST:
            return cls.anything(id_, reads, lambda rows: _occurring(digits, fixed, run.work, rows), loops)
        env = {id_: Verdicts.decoded(np.repeat(table, span)) for id_, table in fixed.items()}
        left = np.arange(span)
        for digit in reversed(digits):
            left, number = np.divmod(left, digit.count)
            env |= {id_: Verdicts.decoded(np.take(table, number)) for id_, table in digit.tables.items()}
        return cls._tabled(id_, digits, run.work(env, span).codes.reshape([digit.count for digit in digits]))

    @classmethod
    def _tabled(cls, id_: int, digits: Sequence[_Digit], shaped: Codes) -> Node:
        """Return the node of a table with an axis for each thing read; an axis along which nothing changes is left out."""
        kept: list[_Digit] = []
        for axis, digit in reversed(tuple(enumerate(digits))):
            first = shaped.take([0], axis)
            if (shaped == first).all():
                shaped = first.squeeze(axis)
            else:
                kept.insert(0, digit)
        if not kept:
            return cls.constant(id_, shaped.reshape(-1)[0])
        table = np.ascontiguousarray(shaped).reshape(-1)
        if len(kept) == 1 and kept[0].node is None:
            return cls.of_column(id_, kept[0].column, table[kept[0].classes])
        weights = np.cumprod([1, *(digit.count for digit in reversed(kept[1:]))])[::-1]
        weighed = [(digit, digit.classes * int(weight)) for digit, weight in zip(kept, weights, strict=True)]
        reads = frozenset[str]().union(*(digit.node.reads if digit.node is not None else (digit.column,) for digit in kept))

        def codes(rows: Rows) -> Codes:
            key = weighed[0][0].codes(rows, weighed[0][1])
            for digit, numbers in weighed[1:]:
                key += digit.codes(rows, numbers)
            return np.take(table, key)

        loops = frozenset[str]().union(*(digit.node.loops for digit in kept if digit.node is not None))
        return cls(id_, np.unique(table), reads, codes, loops=loops)

    @classmethod
    def of_columns(cls, id_: int, classes: Mapping[str, tuple[Numbers, int]], keys: Numbers, given: Codes) -> Node:
        """Return the node read of several columns together.

        Parameters
        ----------
        classes
            For each column, the class of each cell and how many there are.
        keys, given
            The combinations of classes that occur, as numbers in mixed radix, ascending; and the code of each.
        """
        counts = [count for _, count in classes.values()]
        digits = [_Digit(column, None, numbers.astype(np.intp), count, {}) for column, (numbers, count) in classes.items()]
        span = _span(digits)
        if span <= _DENSE:
            # what does not occur is given a code that does, so that it bears on nothing
            table = np.full(span, given[0], np.uint8)
            table[keys] = given
            return cls._tabled(id_, digits, table.reshape(counts))

        def codes(rows: Rows) -> Codes:
            return np.take(given, np.searchsorted(keys, _key(digits, rows)))

        return cls(id_, np.unique(given), frozenset(classes), codes)


def joined(parts: Sequence[Run], join: Callable[[Verdicts, Verdicts], Verdicts], node: Callable[[Run], Node]) -> Run:
    """Join verdicts by AND or OR; where they come in too many combinations together, in groups that have few.

    Parameters
    ----------
    node
        Makes a node of a group.
    """
    whole = Run.made(parts, lambda *given: reduce(join, given))
    while len(parts) > 2 and whole.span > _GROUP:
        groups: list[list[Run]] = [[]]
        for part in parts:
            if groups[-1] and Run.made([*groups[-1], part], join).span > _GROUP:
                groups.append([])
            groups[-1].append(part)
        if len(groups) == len(parts):
            break
        parts = [Run.of(node(Run.made(group, lambda *given: reduce(join, given)))) for group in groups]
        whole = Run.made(parts, lambda *given: reduce(join, given))
    return whole


def _digits(sources: Iterable[Node]) -> list[_Digit]:
    """Return what nodes read: those of one column together, cells alike for all of them being one."""
    columns: dict[str, list[Node]] = {}
    found = []
    for node in sources:
        if node.table is not None:
            columns.setdefault(node.column, []).append(node)
        else:
            classes = np.zeros(CODES, np.intp)
            classes[node.values] = np.arange(len(node.values))
            found.append(_Digit("", node, classes, len(node.values), {node.id: node.values}))
    for column, nodes in columns.items():
        alike, numbers = np.unique(np.stack([node.table for node in nodes if node.table is not None]), axis=1, return_inverse=True)
        tables = {node.id: np.ascontiguousarray(alike[place]) for place, node in enumerate(nodes)}
        found.append(_Digit(column, None, numbers.reshape(-1).astype(np.intp), alike.shape[1], tables))
    return found


def _span(digits: Sequence[_Digit]) -> int:
    return reduce(lambda span, digit: span * digit.count, digits, 1)


def _key(digits: Sequence[_Digit], rows: Rows) -> Numbers:
    key = np.zeros(rows.size, np.int64)
    for digit in digits:
        key *= digit.count
        key += digit.codes(rows, digit.classes)
    return key


def _occurring(digits: Sequence[_Digit], fixed: Mapping[int, Codes], work: Work, rows: Rows) -> Codes:
    """Work through the combinations that occur in some rows, where there are too many to work through all."""
    each = [digit.codes(rows, digit.classes) for digit in digits]
    key, span = np.zeros(rows.size, np.int64), 1
    for numbers, digit in zip(each, digits, strict=True):
        if span * digit.count >= 1 << 62:
            key, first = distinct(key, span)
            span = len(first)
        key = key * digit.count + numbers
        span *= digit.count
    place, first = distinct(key, span)
    env = {id_: Verdicts.decoded(np.repeat(table, len(first))) for id_, table in fixed.items()}
    for numbers, digit in zip(each, digits, strict=True):
        env |= {id_: Verdicts.decoded(np.take(table, numbers[first])) for id_, table in digit.tables.items()}
    return np.take(work(env, len(first)).codes, place)


def distinct(key: Numbers, span: int) -> tuple[Numbers, Numbers]:
    """Return for each row the number of its key among the different ones, and for each of them a row that has it.

    Parameters
    ----------
    span
        A bound above all keys.
    """
    if span <= max(_DENSE, len(key)):
        row = np.full(span, -1, np.int64)
        row[key] = np.arange(len(key))
        present = np.flatnonzero(row >= 0)
        number = np.zeros(span, np.int32)
        number[present] = np.arange(len(present), dtype=np.int32)
        return np.take(number, key), row[present]
    import pandas as pd

    place, found = pd.factorize(key)
    first = np.empty(len(found), np.int64)
    first[place] = np.arange(len(key))
    return place, first


class Members:
    """The items that each cell of the column of items stands for: the members of a family, or one.

    Parameters
    ----------
    members
        For each cell, the numbers of its items.
    """

    def __init__(self, members: Sequence[Numbers]) -> None:
        self.many = np.array([len(each) for each in members], np.intp)
        self.flat = np.concatenate(members).astype(np.intp)
        self.begins = np.cumsum(self.many) - self.many


class Rows:
    """Some rows of a table, with what nodes come to there; a case of a family stands once for each member.

    The rows of the table come first, each with the first member; the other members follow.

    Parameters
    ----------
    columns
        The numbers of the cells of the whole table.
    rows
        Which rows.
    members
        What the cells of the column of items stand for.
    """

    def __init__(self, columns: Mapping[str, Numbers], rows: slice, members: Members | None) -> None:
        self._columns = columns
        self._slice = rows
        self._members = members
        self.cases = rows.stop - rows.start
        cells = columns[ITEM][rows].astype(np.intp) if members is not None else np.zeros(0, np.intp)
        more = members.many[cells] - 1 if members is not None else cells
        self._above = np.repeat(np.arange(len(more)), more)
        self.size = self.cases + len(self._above)
        self._taken: dict[str, Numbers] = {}
        self._known: dict[int, Codes] = {}
        self.under_way: dict[str, Codes] = {}
        if members is not None:
            below = np.arange(len(self._above)) - np.repeat(np.cumsum(more) - more, more) + 1
            cells = np.concatenate((cells, cells[self._above]))
            self._taken[ITEM] = members.flat[members.begins[cells] + np.concatenate((np.zeros(self.cases, np.intp), below))]
        self.families = np.flatnonzero(more)
        sizes = more[self.families] + 1
        self.begins = np.cumsum(sizes) - sizes
        self.places = np.empty(int(sizes.sum()), np.intp)
        others = np.ones(len(self.places), bool)
        others[self.begins] = False
        self.places[self.begins] = self.families
        self.places[others] = np.arange(self.cases, self.size)

    def column(self, name: str) -> Numbers:
        """Return the number of each row's cell of a column."""
        if name not in self._taken:
            here = self._columns[name][self._slice].astype(np.intp)
            self._taken[name] = np.concatenate((here, here[self._above])) if len(self._above) else here
        return self._taken[name]

    def of(self, node: Node) -> Codes:
        """Return what a node comes to in each row, looked up once; again and again only while a rule it asks for is under way."""
        if node.id in self._known:
            return self._known[node.id]
        codes = node.codes(self)
        if node.loops.isdisjoint(self.under_way):
            self._known[node.id] = codes
        return codes

    def finished(self, node: Node) -> Codes:
        """Return what a node comes to in each case: of a family, what all its members agree in."""
        codes = self.of(node)[: self.cases]
        if ITEM in node.reads and len(self.families):
            codes = codes.copy()
            codes[self.families] = agreed(Verdicts.decoded(np.take(self.of(node), self.places)), self.begins).codes
        return codes
