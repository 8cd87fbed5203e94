"""Cases as facts: rows, the cells that each has, and what a cell tells.

Comes in: cases with every name resolved. Goes out: columns, each a variable of the program. Inputs that are read together are one
column, with a cell for each combination that occurs. A case whose item is a family stands once for each member, and each earlier act
that a case tells of is a row of its own, with its own item or else that of the case.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from policygraph.case import Case
from policygraph.parties import ROLES, Party
from policygraph.view import FrozenView
from tests.datalog.graded import Algebra, Graded, pair
from tests.datalog.program import ROW, Atom, Bool, Program

__all__ = ["NO_ITEM", "UNTOLD", "Column", "Rows"]

Numbers = npt.NDArray[np.int64]
Signed = npt.NDArray[np.int8]
NO_ITEM: Final = -2
"""The item of a case that names none."""
UNTOLD: Final = -1
"""What an earlier act is about that names no item."""
_NO_CASE: Final = -1
_READ: Final[Mapping[str, Callable[[Case], Hashable]]] = {
    "from": lambda case: case.origin,
    "knowledge": lambda case: frozenset(case.knowledge.items()),
    "parties": lambda case: case.parties_complete,
    "earlier": lambda case: case.earlier is not None,
    **{role: lambda case, role=role: case.parties.get(role) for role in ROLES},
}


@dataclass(frozen=True, eq=False)
class Column:
    """A variable: the cell of each row, and for each cell a case that has it; only the inputs of the column may be read off that."""

    name: str
    cells: Numbers
    cases: tuple[Case, ...]


class Rows:
    """The rows of some cases.

    Parameters
    ----------
    cases
        With every name resolved.
    """

    def __init__(self, program: Program, view: FrozenView, cases: Sequence[Case]) -> None:
        self.program = program
        self.graph = view.graph
        self.size = len(cases)
        families = _Families(view)
        self.told: list[Case] = []
        owners: list[int] = []
        items: list[int] = []
        self.earlier: list[tuple[int, int]] = []
        for number, case in enumerate(cases):
            for member in families.members(case.item) if case.item else ("",):
                for above, told in _with_earlier(case, len(self.told)):
                    if above != _NO_CASE:
                        self.earlier.append((above, len(self.told)))
                        # an act on another item is asked about that one
                        is_other = told.item not in ("", self.told[above].item)
                        items.append(self.graph.index[told.item] if is_other else items[above])
                    else:
                        items.append(self.graph.index[member] if member else NO_ITEM)
                    owners.append(number if above == _NO_CASE else _NO_CASE)
                    self.told.append(told)
        self.case_of = np.array(owners, np.int64)
        self.items = np.array(items, np.int64)
        self.count = len(self.told)
        self.columns: dict[str, Column] = {}
        self.column = cache(self._column)
        self._codes = cache(self._coded)
        program.domains[ROW] = self._domain(ROW, range(self.count))
        self._joined("x", self.items)
        self.no_item = program.given(("x",), [NO_ITEM] if (self.items == NO_ITEM).any() else [])

    def _domain(self, name: str, values: Iterable[int]) -> Atom:
        atom = self.program.given((name,), values)
        assert not isinstance(atom, bool)
        return atom

    def _joined(self, name: str, cells: Numbers) -> None:
        """Say which cell of a column each row has."""
        self.program.domains[name] = self._domain(name, np.unique(cells).tolist())
        pairs = self.program.given((ROW, name), enumerate(cells.tolist()))
        assert not isinstance(pairs, bool)
        self.program.domains[f"row>{name}"] = pairs

    def _coded(self, name: str) -> Numbers:
        read, numbers = _READ.get(name) or (lambda case: getattr(case, name)), {}
        return np.array([numbers.setdefault(read(case), len(numbers)) for case in self.told], np.int64)

    def _column(self, *names: str) -> Column:
        name = "c:" + "+".join(names)
        stacked = np.stack([self._codes(one) for one in names])
        _, first, cells = np.unique(stacked, axis=1, return_index=True, return_inverse=True)
        self.columns[name] = column = Column(name, cells.reshape(-1).astype(np.int64), tuple(self.told[int(row)] for row in first))
        self._joined(name, column.cells)
        return column

    @property
    def leaves_out(self) -> tuple[int, ...]:
        """What stands for the item of earlier acts that name none, if there are such."""
        return (UNTOLD,) if any(not act.item for case in self.told for act in case.earlier or ()) else ()

    # ---- columns

    def role(self, role: str) -> Column:
        """Return the column that tells who has a role."""
        if role == "incorporator":
            return self.into
        return self.column("actor" if role == "employer" else role, "parties")

    @property
    def into(self) -> Column:
        """The column of the larger thing."""
        return self.column("into")

    def parties(self) -> Iterable[Party]:
        """Return everybody whom the cases tell of, in any role."""
        for role in (*ROLES, "incorporator", "employer"):
            for case in self.role(role).cases:
                yield from case.party(role) or ()

    def named(self, role: str) -> tuple[Column, Callable[[Case], tuple[str, ...] | None]]:
        """Return the column that tells of something in a role, and how it names it: None where the case does not tell."""
        match role:
            case "eccn":
                return self.column("eccn"), lambda case: None if case.eccn is None else tuple(f"eccn:{code}" for code in case.eccn)
            case "from" | "to" | "facility":
                return self.column(role), lambda case: _place(getattr(case, "origin" if role == "from" else role))
            case "into":
                return self.into, lambda case: None if case.into is None else tuple(one.item for one in case.into if one.item)
        return self.role(role), lambda case: None if (found := case.party(role)) is None else tuple(one.id for one in found if one.id)

    # ---- what cells tell

    def where(self, column: Column, holds: Callable[[Case], bool]) -> Bool:
        """Return the cells of a column of which something holds."""
        cells = [cell for cell, case in enumerate(column.cases) if holds(case)]
        return True if len(cells) == len(column.cases) else self.program.given((column.name,), cells)

    def said(self, column: Column, says: Callable[[Case], bool | None]) -> Graded:
        """Return what cells say: yes, no, or nothing."""
        yes, no = self.where(column, lambda case: says(case) is True), self.where(column, lambda case: says(case) is False)
        free = self.program.no(no)
        return Graded(pair(lambda run, grade: yes), pair(lambda run, grade: free))

    def linked(
        self, column: Column, told: Callable[[Case], Iterable[int] | None], there: Graded, args: tuple[str, ...],
        unknown: Callable[[Case], bool] = lambda case: False,
    ) -> Graded:  # fmt: skip
        """Return whether one of the things that a cell names passes; unknown where it does not tell, or names what is unknown."""
        pairs = [(cell, one) for cell, case in enumerate(column.cases) for one in told(case) or ()]
        link = self.program.given((column.name, "n"), pairs)
        silent = self.where(column, lambda case: told(case) is None or unknown(case))
        found = Algebra(self.program).some((column.name, *args), link, there.at("*", "n")).each(self.program.on_rows)
        return Graded(found.for_, pair(lambda run, grade: self.program.any(silent, found.free[run][grade - 1])))

    # ---- reading back

    def read(self, verdict: Graded, found: Mapping[str, Sequence[Sequence[int]]]) -> tuple[Signed, Signed]:
        """Return for each case the grade in either run, above 0 for what speaks for and below for what speaks against.

        A family is answered as one only where its members agree.
        """
        runs = []
        known: dict[Any, npt.NDArray[np.bool_]] = {}
        asked = self.case_of != _NO_CASE

        def rows(part: Bool) -> npt.NDArray[np.bool_]:
            if part not in known:
                known[part] = np.full(self.count, part) if isinstance(part, bool) else self._rows(part, found)
            return known[part]

        for run in (0, 1):
            for_ = np.sum([rows(part) for part in verdict.for_[run]], axis=0, dtype=np.int8)
            against = np.sum([~rows(part) for part in verdict.free[run]], axis=0, dtype=np.int8)
            least = [np.full(self.size, 4, np.int8) for _ in range(2)]
            for bound, each in zip(least, (for_, against), strict=True):
                np.minimum.at(bound, self.case_of[asked], each[asked])
            assert not (least[0] * least[1]).any(), "a verdict speaks for one side only"
            runs.append(least[0] - least[1])
        return runs[0], runs[1]

    def _rows(self, part: Atom, found: Mapping[str, Sequence[Sequence[int]]]) -> npt.NDArray[np.bool_]:
        (arg,) = part.args
        values = np.array([row[0] for row in found[part.name]], np.int64)
        cells = np.arange(self.count) if arg == ROW else self.items if arg == "x" else self.columns[arg].cells
        return np.isin(cells, values)


def _with_earlier(case: Case, first: int, above: int = _NO_CASE) -> Iterator[tuple[int, Case]]:
    """Yield a case and the earlier acts it tells of, each with the number of the row that tells of it."""
    yield above, case
    number = first
    for act in case.earlier or ():
        for row in _with_earlier(act, number + 1, first):
            yield row
            number += 1


def _place(text: str) -> tuple[str, ...] | None:
    return None if not text else () if text.lower() == "none" else (text,)


class _Families:
    """The members of families, down to those that are no families themselves."""

    def __init__(self, view: FrozenView) -> None:
        self.below: dict[str, list[str]] = {}
        ids, edges = view.graph.node_ids, view.edges
        for row in view.find(None, "variantOf"):
            if edges.all_for[row]:
                self.below.setdefault(ids[edges.object[row]], []).append(ids[edges.subject[row]])

    def members(self, item: str, above: tuple[str, ...] = ()) -> dict[str, None]:
        inside = [one for one in self.below.get(item, ()) if one not in above]
        if not inside:
            return {item: None}
        return {name: None for one in inside for name in self.members(one, (*above, item))}
