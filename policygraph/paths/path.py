"""One path through a view, step by step, with its own verdict and the bounds of time it relies on without knowing them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from policygraph.dates import day
from policygraph.findings import Step
from policygraph.ontology import TimeRule
from policygraph.paths.clock import precedences
from policygraph.truth import Verdict
from policygraph.view import FrozenView

__all__ = ["Bound", "Path", "Paths"]


@dataclass(frozen=True, slots=True)
class Bound:
    """A bound of an edge that is not known and that a path relies on; *place* is ``from`` or ``to``.

    >>> Bound(3, "from", "when it began is not known").place
    'from'
    """

    row: int
    place: str
    text: str


@dataclass(frozen=True)
class Path:
    """A path, best read as its :attr:`steps`.

    Attributes
    ----------
    nodes
        Ids of the nodes passed, from the start to the end; one more than there are steps.
    rows, inverse
        The edges of the view, and whether each is walked backwards.
    verdict
        The weakest of its steps and of its end being a target, in both runs.
    """

    nodes: tuple[str, ...]
    rows: tuple[int, ...]
    inverse: tuple[bool, ...]
    verdict: Verdict
    view: FrozenView = field(repr=False, compare=False)

    def __len__(self) -> int:
        return len(self.rows)

    @cached_property
    def bounds(self) -> tuple[Bound, ...]:
        """The bounds of time that it relies on without knowing them."""
        return tuple(dict.fromkeys((*self._on_the_day(), *self._where_edges_meet())))

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps with their evidence."""
        steps = []
        for row, inverse in zip(self.rows, self.inverse, strict=True):
            step = self.view.step(row, inverse)
            relied = tuple(bound.text for bound in self.bounds if bound.row == row)
            steps.append(replace(step, unknown_bounds=tuple(dict.fromkeys(relied))))
        return tuple(steps)

    def _on_the_day(self) -> Iterable[Bound]:
        edges, today = self.view.edges, self.view.as_of.toordinal()
        for row in self.rows:
            rule = self._rule(row)
            if rule is TimeRule.TIMELESS:
                continue
            if today < edges.sure_begin[row]:
                known = day(int(edges.sure_begin[row]))
                yield Bound(row, "from", f"{self._said(row)}: it is not known to have begun by {self.view.as_of}, only by {known}")
            if rule is TimeRule.STATE and today >= edges.sure_end[row]:
                until = day(int(edges.sure_end[row]))
                yield Bound(row, "to", f"{self._said(row)}: it is not known to last on {self.view.as_of}, only until {until}")

    def _where_edges_meet(self) -> Iterable[Bound]:
        edges = self.view.edges
        for earlier, later in precedences([(self._rule(row), row, way) for row, way in zip(self.rows, self.inverse, strict=True)]):
            if edges.sure_begin[earlier] < edges.sure_end[later]:
                continue
            needed = f"the path needs that it began before {self._said(later)} ended"
            if edges.begin[earlier] < edges.sure_begin[earlier]:
                yield Bound(earlier, "from", f"{self._said(earlier)}: when it began is not known; {needed}")
            if edges.sure_end[later] < edges.end[later]:
                needed = f"the path needs that it lasted until {self._said(earlier)} had begun"
                yield Bound(later, "to", f"{self._said(later)}: when it ended is not known; {needed}")

    def _rule(self, row: int) -> TimeRule:
        rule: TimeRule = self.view.graph.time_rules[int(self.view.edges.relation[row])]
        return rule

    def _said(self, row: int) -> str:
        edges, graph = self.view.edges, self.view.graph
        name = graph.relation_names[edges.relation[row]]
        relation = graph.ontology.relations[name].narrows or name
        return f"{graph.node_ids[edges.subject[row]]} {relation} {graph.node_ids[edges.object[row]]}"


class Paths(tuple[Path, ...]):
    """Paths, best first; *truncated* where the search stopped before it had looked at all.

    >>> Paths(truncated=True), Paths(truncated=True).truncated
    ((), True)
    """

    truncated: bool

    def __new__(cls, paths: Iterable[Path] = (), *, truncated: bool = False) -> Paths:
        made = super().__new__(cls, tuple(paths))
        made.truncated = truncated
        return made
