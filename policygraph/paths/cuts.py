"""What all paths have in common, and what would cut them.

Comes in: a product, and which of its edges count. Goes out: the part that lies on some path from a start to a target, the nodes that
every path passes, and the fewest claims whose rejection leaves no path.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from policygraph.paths.compressed import Compressed, Flags, Ints
from policygraph.paths.path import Path
from policygraph.paths.product import Product
from policygraph.view import FrozenView

__all__ = ["Cut", "Relevant", "breakers"]


@dataclass(frozen=True, slots=True)
class Cut:
    """Claims whose rejection leaves no path.

    Attributes
    ----------
    claims
        Ids of the claims.
    rows
        The edges of the view that fall with them.
    is_smallest
        Whether fewer claims would surely not do. It may not be sure where one edge is walked in several states, or one claim stands
        behind several edges: the smallest cut is then a hard problem, and this is a small one, from which no edge can be left out.

    Examples
    --------
    >>> Cut(claims=("c-1",), rows=(0, 3), is_smallest=True).claims
    ('c-1',)
    """

    claims: tuple[str, ...]
    rows: tuple[int, ...]
    is_smallest: bool


@dataclass(frozen=True, eq=False)
class Relevant:
    """The part of a product that lies on some way from a start to an end.

    Attributes
    ----------
    flags
        The edges of the product that are in it.
    vertices
        The vertices of the product that are in it.
    graph, edge
        The part by itself, and for each of its edges the edge of the product.
    starts, ends
        Its vertices from which paths start and at which they end.
    """

    product: Product
    flags: Flags
    vertices: Ints
    graph: Compressed
    edge: Ints
    starts: Ints
    ends: Ints

    @classmethod
    def of(cls, product: Product, keep: Flags, end: Flags) -> Relevant:
        """Find the part.

        Parameters
        ----------
        keep
            Which edges of the product may be walked.
        end
            At which of its vertices a path may end.
        """
        forward, back = np.zeros(len(product), bool), np.zeros(len(product), bool)
        forward[product.graph.kept(keep).reached(product.start)] = True
        turned, order = product.turned
        back[turned.kept(keep[order]).reached(np.flatnonzero(end & forward).astype(np.int32))] = True
        inside = forward & back
        source, target = product.graph.sources, product.graph.indices
        flags: Flags = keep & inside[source] & inside[target]
        vertices = np.flatnonzero(inside).astype(np.int32)
        number = np.full(len(product), -1, np.int32)
        number[vertices] = np.arange(len(vertices), dtype=np.int32)
        edge = np.flatnonzero(flags).astype(np.int32)
        graph, _ = Compressed.of(number[source[edge]], number[target[edge]], len(vertices))
        starts = number[np.unique(product.start)]
        return cls(product, flags, vertices, graph, edge, starts[starts >= 0], number[np.flatnonzero(end & inside)])

    def chokepoints(self, path: Path) -> tuple[str, ...]:
        """Return the nodes, other than starts and ends, that every way passes; *path* is any of the ways.

        A node that every way passes lies on this one, so each of its nodes is tried by leaving it out.
        """
        node = self.product.node[self.vertices]
        outer = {*node[self.starts].tolist(), *node[self.ends].tolist()}
        found = []
        sources = self.graph.sources
        for id_ in dict.fromkeys(path.nodes):
            number = self.product.view.graph.index[id_]
            if number in outer:
                continue
            keep = (node[sources] != number) & (node[self.graph.indices] != number)
            if not np.isin(self.graph.kept(keep).reached(self.starts), self.ends).any():
                found.append(id_)
        return tuple(found)

    def cut(self, budget: int = 500) -> Cut | None:
        """Return a cut by claims, or None where a start is itself an end.

        A maximum flow finds it. Where one claim stands behind several edges, or one edge is walked in several states, fewer claims
        may do than the flow can see: then sets of up to three claims are tried, each time with a claim of a way still open.

        Parameters
        ----------
        budget
            How often a way may be looked for in trying such sets.
        """
        if np.isin(self.starts, self.ends).any():
            return None
        view = self.product.view
        rows = self.product.edge[self.edge]
        distinct, which = np.unique(rows, return_inverse=True)
        owner, said = breakers(view, distinct)
        severed = self._severed(np.bincount(owner, minlength=len(distinct)).astype(np.int32)[which])
        chosen = set(rows[severed].tolist())
        smallest = len(distinct) == len(rows) and len(np.unique(said)) == len(said)
        for row in sorted(chosen) if not smallest else ():
            if self._way(~np.isin(rows, list(chosen - {row}))) is None:
                chosen.discard(row)
        claims = frozenset(said[np.isin(distinct[owner], list(chosen))].tolist())
        if not smallest:
            behind: dict[int, set[int]] = {}
            for row, claim in zip(distinct[owner].tolist(), said.tolist(), strict=True):
                behind.setdefault(row, set()).add(claim)
            fewer, smallest = self._fewer(behind, rows, len(claims), budget)
            if fewer is not None:
                claims = fewer
                chosen = {row for row, needed in behind.items() if needed <= fewer}
        ids = view.graph.table.ids
        return Cut(tuple(ids[claim] for claim in sorted(claims)), tuple(sorted(chosen)), smallest)

    def _fewer(
        self, behind: dict[int, set[int]], rows: Ints, most: int, budget: int
    ) -> tuple[frozenset[int] | None, bool]:
        """Look for a cut of fewer claims, up to three; also tell whether there surely is none smaller than what then stands."""
        open_: dict[frozenset[int], list[int]] = {frozenset(): self._way(np.ones(len(rows), bool)) or []}
        for size in range(1, min(3, most - 1) + 1):
            further: dict[frozenset[int], list[int]] = {}
            for chosen, way in open_.items():
                for claim in sorted({claim for row in way for claim in behind[row]} - chosen):
                    larger = chosen | {claim}
                    if larger in further:
                        continue
                    budget -= 1
                    if budget < 0:
                        return None, False
                    left = self._way(~np.isin(rows, [row for row, needed in behind.items() if needed <= larger]))
                    if left is None:
                        return larger, True
                    further[larger] = left
            open_ = further
            if size == most - 1:
                return None, True
        return None, most <= 1

    def _way(self, keep: Flags) -> list[int] | None:
        """Return the edges of the view along a way through the part, along the edges kept; None where there is none."""
        kept = self.graph.kept(keep)
        ends = np.zeros(len(self.vertices), bool)
        ends[self.ends] = True
        way = kept.way(self.starts, ends)
        if way is None:
            return None
        edges = self.product.edge[self.edge[keep]]
        found = []
        for source, target in pairwise(way):
            low, high = int(kept.pointer[source]), int(kept.pointer[source + 1])
            found.append(int(edges[low + int(np.argmax(kept.indices[low:high] == target))]))
        return found

    def _severed(self, cost: Ints) -> Flags:
        """Return the edges of a cheapest cut, by maximum flow."""
        from scipy.sparse import coo_array
        from scipy.sparse.csgraph import maximum_flow

        count = len(self.vertices)
        source, sink, much = count, count + 1, np.int32(min(int(cost.sum()) + 1, 2**31 - 1))
        from_ = np.concatenate([self.graph.sources, np.full(len(self.starts), source, np.int32), self.ends])
        to = np.concatenate([self.graph.indices, self.starts, np.full(len(self.ends), sink, np.int32)])
        capacity = np.concatenate([cost, np.full(len(self.starts) + len(self.ends), much, np.int32)])
        network = coo_array((capacity, (from_, to)), shape=(count + 2, count + 2)).tocsr().astype(np.int32)
        left = (network - maximum_flow(network, source, sink).flow).tocoo()
        open_ = left.data > 0
        residual, _ = Compressed.of(left.row[open_].astype(np.int32), left.col[open_].astype(np.int32), count + 2)
        inside = np.zeros(count + 2, bool)
        inside[residual.reached(np.array([source], np.int32))] = True
        severed: Flags = inside[self.graph.sources] & ~inside[self.graph.indices]
        return severed


def breakers(view: FrozenView, rows: Ints) -> tuple[Ints, Ints]:
    """Return claims with whose rejection edges no longer stand: those that say it, of the edge itself or of its kind.

    The claims by which something belongs to a kind need not be rejected too, nor those that the evidence against an edge outweighs.

    Returns
    -------
    owner, claims
        For each claim, the place of its edge in *rows*, and the row of the claim.
    """
    graph, edges, table = view.graph, view.edges, view.graph.table
    low, sizes = edges.support_ptr[rows], edges.support_ptr[rows + 1] - edges.support_ptr[rows]
    owner = np.repeat(np.arange(len(rows)), sizes)
    claims = edges.support_rows[np.repeat(low - (np.cumsum(sizes) - sizes), sizes) + np.arange(len(owner))]
    edge = rows[owner]
    wider = np.array(
        [graph.relation_index[graph.ontology.relations[name].narrows or name] for name in graph.relation_names], np.int16
    )
    says = (table.object[claims] == edges.object[edge]) & (table.relation[claims] == wider[edges.relation[edge]])
    says &= (table.subject[claims] == edges.subject[edge]) | (table.holds[claims] > 0)
    # what is weaker than the evidence against the edge does not hold it up alone
    strong = view.strength[claims] >= edges.against[edge]
    says &= strong
    keep = says | (strong & (np.bincount(owner[says], minlength=len(rows)) == 0)[owner])
    return owner[keep], claims[keep]
