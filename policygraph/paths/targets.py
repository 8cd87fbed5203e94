"""What a path is to reach: for each node, how surely it is a target, in both runs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from policygraph.paths.compressed import Grades
from policygraph.truth import Strength, Verdict

__all__ = ["Targets"]


@dataclass(frozen=True, eq=False)
class Targets:
    """Grades over all nodes of a graph: for and against being a target, in the runs *all* and *uncontested*.

    >>> ends = Targets.of(3, [2])
    >>> ends.all_for.tolist(), ends.all_against.tolist()
    ([0, 0, 4], [4, 4, 0])
    """

    all_for: Grades
    clear_for: Grades
    all_against: Grades
    clear_against: Grades

    @classmethod
    def of(cls, count: int, nodes: Iterable[int]) -> Targets:
        """Make these nodes targets, and surely no others.

        Parameters
        ----------
        count
            Number of nodes of the graph.
        nodes
            Numbers of the targets.
        """
        held = np.zeros(count, np.int8)
        held[np.fromiter(nodes, np.int64)] = int(Strength.ESTABLISHED)
        refused = (int(Strength.ESTABLISHED) - held).astype(np.int8)
        return cls(held, held, refused, refused)

    @classmethod
    def graded(cls, count: int, verdicts: Mapping[int, Verdict], others: Verdict | None = None) -> Targets:
        """Make targets of nodes as far as a verdict on each says so; *others* is the verdict on the rest, unknown by default.

        >>> Targets.graded(2, {1: Verdict.sure(True, Strength.REPORTED)}).all_for.tolist()
        [0, 3]
        """
        rest = others or Verdict.unknown()
        columns = []
        for read in (_all_for, _clear_for, _all_against, _clear_against):
            column = np.full(count, read(rest), np.int8)
            column[np.fromiter(verdicts, np.int64)] = [read(verdict) for verdict in verdicts.values()]
            columns.append(column)
        return cls(*columns)

    @classmethod
    def anywhere(cls, count: int) -> Targets:
        """Make every node a target."""
        return cls.of(count, range(count))


def _all_for(verdict: Verdict) -> int:
    return verdict.all_.for_


def _clear_for(verdict: Verdict) -> int:
    return verdict.uncontested.for_


def _all_against(verdict: Verdict) -> int:
    return verdict.all_.against


def _clear_against(verdict: Verdict) -> int:
    return verdict.uncontested.against
