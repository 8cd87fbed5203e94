"""One question of existence: does a path of the grammar lead from a start to a target?

Comes in: a view, a grammar, start nodes, targets. Goes out, each computed when asked for: the verdict in both runs, the best paths,
the gaps, what every path passes, what it would take to cut them all, and what would flip the outcome.

Support is that of the best path, and a path has the support of its weakest step. Against existence speaks only a search space that
is declared complete: the dual, a greatest fixed point, found level by level as "nothing open can be reached along steps that are
refuted less surely than this".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cached_property

import numpy as np

from policygraph.findings import Flip, Gap
from policygraph.paths.best import best_paths
from policygraph.paths.compressed import Flags, Grades, Ints
from policygraph.paths.cuts import Cut, Relevant
from policygraph.paths.flips import flips
from policygraph.paths.gaps import find_gaps
from policygraph.paths.grammar import Grammar
from policygraph.paths.path import Path, Paths
from policygraph.paths.product import Product
from policygraph.paths.targets import Targets
from policygraph.paths.walks import Walks
from policygraph.paths.walls import Walls
from policygraph.truth import Outcome, Truth, Verdict
from policygraph.view import FrozenView

__all__ = ["Search"]


class Search:
    """A question of existence on a view.

    Parameters
    ----------
    view
        What stands.
    grammar
        Which paths count.
    starts
        Numbers or ids of the nodes to start from; a path from any of them will do.
    targets
        What is to be reached: numbers or ids of nodes (and surely no others), or :class:`Targets` with a grade for each node.
    budget
        How many vertices a search for paths may look at.

    Raises
    ------
    UnknownName
        If no node has one of the ids.

    Examples
    --------
    >>> import datetime
    >>> import numpy as np
    >>> from policygraph.graph import ClaimGraph
    >>> from policygraph.ontology import Ontology, shipped
    >>> from policygraph.truth import EvidenceTable
    >>> from policygraph.view import FrozenView, Policy
    >>> day = datetime.date(2025, 5, 13)
    >>> graph = ClaimGraph.of_columns(relations=["incorporates"], subject=np.array([0, 1]), relation=np.array([0, 0]),
    ...                               object=np.array([1, 2]), node_count=3, date=day)
    >>> view = FrozenView(graph, day, None, Policy(EvidenceTable.read(shipped("ontology") / "evidence.yaml")))
    >>> search = Search(view, Grammar.parse("pg:incorporates+", graph.ontology), ["n-0"], ["n-2"])
    >>> search.verdict.outcome, search.paths(1)[0].nodes
    (<Outcome.MET: 'met'>, ('n-0', 'n-1', 'n-2'))
    >>> search.chokepoints(), search.minimum_cut().claims
    (('n-1',), ('c-0',))
    """

    def __init__(
        self, view: FrozenView, grammar: Grammar, starts: Iterable[int | str], targets: Targets | Iterable[int | str], *,
        budget: int = 100_000,
    ) -> None:  # fmt: skip
        count = len(view.graph.node_ids)
        self.view = view
        self.grammar = grammar
        self.starts = _numbers(view, starts)
        self.targets = targets if isinstance(targets, Targets) else Targets.of(count, _numbers(view, targets).tolist())
        self.budget = budget

    @cached_property
    def product(self) -> Product:
        """The part of the view that the grammar reaches from the starts."""
        return Product.of(Walks(self.view), self.grammar.automaton, self.starts)

    # ---- the verdict

    @cached_property
    def verdict(self) -> Verdict:
        """Whether there is such a path, in both runs."""
        if not len(self.starts):
            return Verdict.unknown()
        edges, targets = self.view.edges, self.targets
        every = Truth(
            self._support(edges.all_for, targets.all_for), self._against(edges.all_against, targets.all_against)
        )
        same = self._same(edges.all_for, edges.clear_for) and self._same(edges.all_against, edges.clear_against)
        if same and targets.all_for is targets.clear_for and targets.all_against is targets.clear_against:
            return Verdict(every, every)
        clear = Truth(
            self._support(edges.clear_for, targets.clear_for) if every.for_ else 0,
            self._against(edges.clear_against, targets.clear_against),
        )
        return Verdict(every, clear)

    def _same(self, left: Grades, right: Grades) -> bool:
        return bool(np.array_equal(self.product.on(left), self.product.on(right)))

    def _support(self, column: Grades, reached: Grades) -> int:
        """Return the highest level at which a target can be reached along edges of at least that level."""
        product = self.product
        grade = product.on(column)
        end = np.where(product.accepts, reached[product.node], np.int8(0))
        for level in range(int(end.max(initial=0)), 0, -1):
            found = product.graph.kept(grade >= level).reached(product.start)
            if bool((end[found] >= level).any()):
                return level
        return 0

    def _against(self, column: Grades, refused: Grades) -> int:
        """Return the highest level at which everything that can be reached is closed."""
        product, start = self.product, self.product.start
        if not self._walls.around(product.automaton, product.node[start], product.state[start], refused).all():
            return 0
        walls = self._walls.around(product.automaton, product.node, product.state, refused)
        closed = np.minimum(walls, np.where(product.accepts, refused[product.node], np.int8(4)))
        highest = int(closed[product.start].min())
        grade = product.on(column)
        for level in range(1, highest + 1):
            found = product.graph.kept(grade < level).reached(product.start)
            if int(closed[found].min()) < level:
                return level - 1
        return highest

    @cached_property
    def _walls(self) -> Walls:
        return Walls(self.view)

    # ---- the paths

    def paths(self, count: int = 5, *, barring: Collection[int] = ()) -> Paths:
        """Return up to *count* paths in the run *all*: best supported first, then shortest, then by ids.

        The result says in ``truncated`` whether the search stopped at its budget; *barring* are edges of the view not to use.
        """
        return best_paths(self.product, self.targets, count, budget=self.budget, barring=barring)

    @cached_property
    def best(self) -> Path | None:
        """The best path, or None."""
        return next(iter(self.paths(1)), None)

    # ---- what is not known

    def gaps(self, limit: int = 10, *, strengthen: bool = False) -> tuple[Gap, ...]:
        """Return what is not known and would move the outcome, nearest first.

        Parameters
        ----------
        limit
            How many at most.
        strengthen
            Also say what would make an undisputed answer stronger.
        """
        return find_gaps(self.product, self.targets, self.verdict, self.best, limit=limit, strengthen=strengthen)

    # ---- what it hangs on

    def chokepoints(self) -> tuple[str, ...]:
        """Return the nodes that every supporting path passes, in the order they are passed; starts and ends are left out."""
        return () if self.best is None else self._relevant.chokepoints(self.best)

    def minimum_cut(self) -> Cut | None:
        """Return the fewest claims whose rejection leaves no path, or None where there is none to cut or a start is a target."""
        return self._relevant.cut() if self.best else None

    @cached_property
    def _relevant(self) -> Relevant:
        product = self.product
        end = np.where(product.accepts, self.targets.all_for[product.node], np.int8(0))
        return Relevant.of(product, product.on(self.view.edges.all_for) > 0, end > 0)

    # ---- what would flip it

    def flip_candidates(self) -> tuple[str, ...]:
        """Return the claims of which at least one must be rejected before the outcome can change.

        These are the claims behind the best path of each run, and the claims against steps on the way that are contested,
        outweighed or refuted.
        """
        view, edges = self.view, self.view.edges
        paths = [best_paths(self.product, self.targets, 1, budget=self.budget, uncontested=clear) for clear in (False, True)]
        support = [edges.rows(row) for found in paths for path in found for row in path.rows]
        met = self.verdict.outcome is Outcome.MET
        opposed = [] if met else [edges.rows(row, against=True) for row in self._opposed_rows().tolist()]
        claims = (int(row) for rows in (*support, *opposed) for row in rows)
        return tuple(view.graph.table.ids[row] for row in dict.fromkeys(claims))

    def _opposed_rows(self) -> Ints:
        """Return the edges with claims against them that lie on a way to a target, or wall in what is reached."""
        product, edges = self.product, self.view.edges
        end = np.where(product.accepts, self.targets.all_for[product.node], np.int8(0))
        on_the_way: Flags = Relevant.of(product, np.ones(len(product.edge), bool), end > 0).flags
        refuted = product.on(edges.all_against) > 0
        inside = np.zeros(len(product), bool)
        inside[product.graph.kept(~refuted).reached(product.start)] = True
        chosen = (on_the_way & (product.on(edges.against) > 0)) | (refuted & inside[product.graph.sources])
        return np.unique(product.edge[chosen])

    def without(self, ids: Collection[str]) -> Search:
        """Return the same question where these claims, documents or speakers are rejected."""
        return self._on(self.view.without(ids))

    def _on(self, view: FrozenView) -> Search:
        return Search(view, self.grammar, self.starts.tolist(), self.targets, budget=self.budget)

    def flips(self, count: int = 5, *, budget: int = 250) -> tuple[tuple[Flip, ...], bool]:
        """Return the smallest sets of claims whose rejection changes the outcome, and whether the search was cut short.

        The targets stay as they are given. Parameters and order as in :func:`policygraph.paths.flips.flips`.
        """
        narrow = self._on(self.view.within(np.unique(self.product.node).tolist()))
        searches: dict[frozenset[str], Search] = {frozenset(): self}

        def search(rejected: frozenset[str]) -> Search:
            if rejected not in searches:
                searches[rejected] = narrow.without(rejected)
            return searches[rejected]

        graph = self.view.graph
        return flips(
            lambda rejected: search(rejected).verdict,
            lambda rejected: search(rejected).flip_candidates(),
            lambda claim: graph.document_ids[graph.table.document[graph.row_of[claim]]],
            sources=[complete.document for complete in graph.completes] if self.verdict.all_.against else (),
            count=count,
            budget=budget,
        )


def _numbers(view: FrozenView, nodes: Iterable[int | str]) -> Ints:
    index = view.graph.index
    given = list(nodes)
    for node in given:
        if isinstance(node, str) and node not in index:
            view.graph.entity(node)  # which says what is wrong and what is near
    found = [index[node] if isinstance(node, str) else int(node) for node in given]
    return np.array(list(dict.fromkeys(found)), np.int32)
