"""The edges of a view, in columns.

Comes in: statements with their truth, one by one or as whole arrays. Goes out: an :class:`EdgeTable`, sorted and immutable.
Columns, not objects, so that ten million edges are a mask and a sort.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from policygraph.stretches import Stretch
from policygraph.truth import Truth, two_runs

__all__ = ["Columns", "EdgeTable", "Flags", "Grades", "Ints", "Rows", "merged", "taken"]

Ints = npt.NDArray[np.integer[Any]]
Rows = npt.NDArray[np.int64]
Grades = npt.NDArray[np.int8]
Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class EdgeTable:
    """The edges of a view, in columns of one length, sorted by relation, subject, object, begin.

    Attributes
    ----------
    begin, end
        The possible interval, as ordinals; what goes on is clipped to the day after ``as_of``.
    sure_begin, sure_end
        The interval that is certain under every reading of vague bounds.
    for_, against
        The leaf: strongest support, strongest opposition.
    all_for, all_against, clear_for, clear_against
        The same in the runs *all* and *uncontested*.
    support_ptr, support_rows, oppose_ptr, oppose_rows
        The rows of the claims behind each edge, in compressed rows.
    """

    subject: Ints
    relation: Ints
    object: Ints
    begin: Ints
    end: Ints
    sure_begin: Ints
    sure_end: Ints
    for_: Grades
    against: Grades
    all_for: Grades
    all_against: Grades
    clear_for: Grades
    clear_against: Grades
    support_ptr: Rows
    support_rows: Rows
    oppose_ptr: Rows
    oppose_rows: Rows

    def __len__(self) -> int:
        return len(self.subject)

    def rows(self, edge: int, *, against: bool = False) -> Rows:
        """Return the claim rows behind an edge."""
        pointer, rows = (self.oppose_ptr, self.oppose_rows) if against else (self.support_ptr, self.support_rows)
        return rows[pointer[edge] : pointer[edge + 1]]


class Columns:
    """Edges under construction."""

    def __init__(self) -> None:
        self._parts: list[dict[str, npt.NDArray[np.generic]]] = []
        self._pieces: list[tuple[int, int, int, Stretch]] = []
        self._rows: list[tuple[Rows, Rows, Rows, Rows]] = []

    def add(self, relation: int, subject: int, target: int, piece: Stretch) -> None:
        self._pieces.append((relation, subject, target, piece))

    def add_simple(
        self, *, relation: Ints, subject: Ints, target: Ints, begin: Ints, end: Ints, sure_begin: Ints,
        sure_end: Ints, for_: Grades, against: Grades, rows: Rows, opposing: Flags, sizes: Rows,
    ) -> None:
        every, clear = two_runs(Truth(for_, against))
        self._parts.append(
            {
                "relation": relation, "subject": subject, "object": target, "begin": begin, "end": end,
                "sure_begin": sure_begin, "sure_end": sure_end, "for_": for_, "against": against,
                "all_for": every.for_, "all_against": every.against, "clear_for": clear.for_, "clear_against": clear.against,
            }
        )
        owner = np.repeat(np.arange(len(sizes)), sizes)
        self._rows.append(
            (
                np.bincount(owner[~opposing], minlength=len(sizes)).astype(np.int64), rows[~opposing],
                np.bincount(owner[opposing], minlength=len(sizes)).astype(np.int64), rows[opposing],
            )
        )

    def table(self) -> EdgeTable:
        pieces = self._pieces
        if pieces:
            self._parts.append(
                {
                    "relation": np.array([p[0] for p in pieces], np.int16), "subject": np.array([p[1] for p in pieces], np.int32),
                    "object": np.array([p[2] for p in pieces], np.int32), **{
                        name: np.array([getattr(p[3], name) for p in pieces], np.int32)
                        for name in ("begin", "end", "sure_begin", "sure_end")
                    }, **{
                        name: np.array([getattr(p[3], name) for p in pieces], np.int8)
                        for name in ("for_", "against", "all_for", "all_against", "clear_for", "clear_against")
                    },
                }
            )
            self._rows.append(
                (
                    np.array([len(p[3].support) for p in pieces], np.int64),
                    np.array([row for p in pieces for row in p[3].support], np.int64),
                    np.array([len(p[3].oppose) for p in pieces], np.int64),
                    np.array([row for p in pieces for row in p[3].oppose], np.int64),
                )
            )
        names = (
            "relation", "subject", "object", "begin", "end", "sure_begin", "sure_end", "for_", "against",
            "all_for", "all_against", "clear_for", "clear_against",
        )
        types = {"relation": np.int16, **dict.fromkeys(names[1:7], np.int32), **dict.fromkeys(names[7:], np.int8)}
        joined = {
            name: np.concatenate([np.zeros(0, types[name]), *(part[name].astype(types[name]) for part in self._parts)])
            for name in names
        }
        none = np.zeros(0, np.int64)
        sizes = [np.concatenate([none, *(part[column] for part in self._rows)]) for column in (0, 2)]
        rows = [np.concatenate([none, *(part[column] for part in self._rows)]) for column in (1, 3)]
        edges = EdgeTable(
            **joined,
            support_ptr=np.r_[0, np.cumsum(sizes[0])].astype(np.int64), support_rows=rows[0],
            oppose_ptr=np.r_[0, np.cumsum(sizes[1])].astype(np.int64), oppose_rows=rows[1],
        )
        if len(self._parts) == 1 and not pieces:
            return edges
        order = np.lexsort((edges.begin, edges.object, edges.subject, edges.relation))
        return taken(edges, order, edges.end[order])


def taken(edges: EdgeTable, chosen: Rows, end: Ints) -> EdgeTable:
    """Return the chosen edges in that order, with new ends."""

    def gathered(pointer: Rows, rows: Rows) -> tuple[Rows, Rows]:
        sizes = np.diff(pointer)[chosen]
        starts = np.r_[0, np.cumsum(sizes)].astype(np.int64)
        places = np.repeat(pointer[chosen] - starts[:-1], sizes) + np.arange(starts[-1])
        return starts, rows[places]

    support_ptr, support_rows = gathered(edges.support_ptr, edges.support_rows)
    oppose_ptr, oppose_rows = gathered(edges.oppose_ptr, edges.oppose_rows)
    return EdgeTable(
        subject=edges.subject[chosen], relation=edges.relation[chosen], object=edges.object[chosen], begin=edges.begin[chosen],
        end=end, sure_begin=edges.sure_begin[chosen], sure_end=edges.sure_end[chosen], for_=edges.for_[chosen],
        against=edges.against[chosen], all_for=edges.all_for[chosen], all_against=edges.all_against[chosen],
        clear_for=edges.clear_for[chosen], clear_against=edges.clear_against[chosen],
        support_ptr=support_ptr, support_rows=support_rows, oppose_ptr=oppose_ptr, oppose_rows=oppose_rows,
    )


def merged(edges: EdgeTable, kept: Flags, others: EdgeTable) -> EdgeTable:
    """Return the kept edges and the others together, in order; no subject has edges in both."""
    left = taken(edges, np.flatnonzero(kept), edges.end[kept])
    if not len(others):
        return left
    pointers = ("support_ptr", "oppose_ptr")
    columns = {name: np.concatenate([getattr(left, name), getattr(others, name)]) for name in _COLUMNS if name not in pointers}
    for name in pointers:
        first, second = getattr(left, name), getattr(others, name)
        columns[name] = np.concatenate([first, second[1:] + first[-1]])
    both = EdgeTable(**columns)
    order = np.argsort((both.relation.astype(np.int64) << 32) + both.subject, kind="stable")
    return taken(both, order, both.end[order])


_COLUMNS = tuple(column.name for column in fields(EdgeTable))
