"""A table of cases as facts: rows, the cells that each has, and what a cell tells.

Comes in: a table. Goes out: columns, each a variable of the program. What is told by several columns of the table together is one
column here, with a cell for each combination that occurs. A row whose item is a family stands once for each member.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from policygraph.case import ROLES, Case, Party
from policygraph.law.table import CaseTable, joined_cells
from policygraph.view import FrozenView
from tests.datalog.graded import Algebra, Graded, pair
from tests.datalog.program import ROW, Atom, Bool, Program

__all__ = ["Column", "Rows"]

Numbers = npt.NDArray[np.int64]
NO_ITEM: Final = -2
_NOBODY: Final = Case()


@dataclass(frozen=True, eq=False)
class Column:
    """A variable: the cell of each row, and each cell as a case that tells nothing else."""

    name: str
    cells: Numbers
    cases: tuple[Case, ...]


class Rows:
    """The rows of a table.

    Parameters
    ----------
    table
        The cases.
    """

    def __init__(self, program: Program, view: FrozenView, table: CaseTable) -> None:
        self.program = program
        self.graph = view.graph
        told = table.resolved(view.graph)
        families = _Families(view)
        items = [Case(**cell).resolved(view.graph).item for cell in told["item"]] if "item" in table.columns else [""]
        numbers = table.columns["item"].codes.tolist() if "item" in table.columns else [0] * len(table)
        members = [tuple(families.members(item)) if item else ("",) for item in items]
        self.case_of = np.array([row for row, number in enumerate(numbers) for _ in members[number]], np.int64)
        self.items = np.array([self._item(one) for number in numbers for one in members[number]], np.int64)
        self._told = {name: cells for name, cells in told.items() if name != "item"}
        self._codes = {name: table.columns[name].codes[self.case_of].astype(np.int64) for name in self._told}
        self.count = len(self.case_of)
        self.columns: dict[str, Column] = {}
        self.column = cache(self._column)
        program.domains[ROW] = self._domain(ROW, range(self.count))
        self._joined("x", self.items)
        self.no_item = program.given(("x",), [NO_ITEM] if (self.items == NO_ITEM).any() else [])

    def _item(self, id_: str) -> int:
        return self.graph.index[id_] if id_ else NO_ITEM

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

    def _column(self, *names: str) -> Column:
        told = [name for name in names if name in self._told]
        name = "c:" + "+".join(told)
        if name not in self.columns:
            stacked = np.stack([self._codes[one] for one in told]) if told else np.zeros((1, self.count), np.int64)
            combinations, first, cells = np.unique(stacked, axis=1, return_index=True, return_inverse=True)
            cases = tuple(self._case(told, int(row)) for row in first)
            self.columns[name] = Column(name, cells.reshape(-1).astype(np.int64), cases)
            self._joined(name, self.columns[name].cells)
        return self.columns[name]

    def _case(self, names: Sequence[str], row: int) -> Case:
        return Case(**joined_cells(*(self._told[name][self._codes[name][row]] for name in names))).resolved(self.graph)

    # ---- columns

    def role(self, role: str) -> Column:
        """Return the column that tells who has a role."""
        if role == "incorporator":
            return self.into
        return self.column("actor" if role == "employer" else role.replace("-", "_"), "parties")

    @property
    def into(self) -> Column:
        """The column of the larger thing."""
        return self.column("into", "into_to", "into_by")

    def parties(self) -> Iterable[Party]:
        """Return everybody whom the table tells of, in any role."""
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

    def told(self, column: Column, says: Callable[[Case], bool | None]) -> Graded:
        """Return what cells say: yes, no, or nothing."""
        yes, no = self.where(column, lambda case: says(case) is True), self.where(column, lambda case: says(case) is False)
        free = self.program.no(no)
        return Graded(pair(lambda run, grade: yes), pair(lambda run, grade: free))

    def linked(self, column: Column, told: Callable[[Case], Iterable[int] | None], there: Graded, args: tuple[str, ...]) -> Graded:
        """Return whether one of the things that a cell names passes; unknown where it does not tell."""
        pairs = [(cell, one) for cell, case in enumerate(column.cases) for one in told(case) or ()]
        link = self.program.given((column.name, "n"), pairs)
        silent = self.where(column, lambda case: told(case) is None)
        found = Algebra(self.program).some((column.name, *args), link, there.at("*", "n"))
        return Graded(found.for_, pair(lambda run, grade: self.program.any(silent, found.free[run][grade - 1])))

    # ---- reading back

    def read(self, verdict: Graded, found: dict[str, list[list[int]]]) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        """Return for each case the grade in either run, above 0 for what speaks for and below for what speaks against.

        A family is answered as one only where its members agree.
        """
        runs = []
        known: dict[Any, npt.NDArray[np.bool_]] = {}

        def rows(part: Bool) -> npt.NDArray[np.bool_]:
            if part not in known:
                known[part] = np.full(self.count, part) if isinstance(part, bool) else self._rows(part, found)
            return known[part]

        for run in (0, 1):
            for_ = np.sum([rows(part) for part in verdict.for_[run]], axis=0, dtype=np.int8)
            against = np.sum([~rows(part) for part in verdict.free[run]], axis=0, dtype=np.int8)
            least = [np.full(self.case_of.max(initial=-1) + 1, 4, np.int8) for _ in range(2)]
            for bound, each in zip(least, (for_, against), strict=True):
                np.minimum.at(bound, self.case_of, each)
            assert not (least[0] * least[1]).any(), "a verdict speaks for one side only"
            runs.append(least[0] - least[1])
        return runs[0], runs[1]

    def _rows(self, part: Atom, found: dict[str, list[list[int]]]) -> npt.NDArray[np.bool_]:
        (arg,) = part.args
        values = np.array([row[0] for row in found[part.name]], np.int64)
        cells = np.arange(self.count) if arg == ROW else self.items if arg == "x" else self.columns[arg].cells
        return np.isin(cells, values)


def _place(text: str) -> tuple[str, ...] | None:
    return None if not text else () if text.lower() == "none" else (text,)


class _Families:
    """The members of families, down to those that are no families themselves."""

    def __init__(self, view: FrozenView) -> None:
        self.view = view
        self.below: dict[str, list[str]] = {}
        for row in view.find(None, "variantOf"):
            if view.edges.all_for[row]:
                ids = view.graph.node_ids
                self.below.setdefault(ids[view.edges.object[row]], []).append(ids[view.edges.subject[row]])

    def members(self, item: str, above: tuple[str, ...] = ()) -> dict[str, None]:
        inside = [one for one in self.below.get(item, ()) if one not in above]
        if not inside:
            return {item: None}
        return {name: None for one in inside for name in self.members(one, (*above, item))}


