"""The parties of records: entities of the data where a name is theirs, strangers under their own names where not.

Comes in: the names that stand in records. Goes out: one party for each name. A name is an entity's if it is one of its names, aliases,
identifiers or ids, apart from case, accents and punctuation; nothing is guessed. Two strangers are one party if their names differ in no
more than that.

>>> import policygraph as pg
>>> view = pg.load().view("2025-05-13").frozen
>>> [party_of(name, view) for name in ("SMIC", "中芯国际", "Example Trading FZE", "EXAMPLE TRADING, F.Z.E.")]
['smic', 'smic', 'exampletradingfze', 'exampletradingfze']
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from policygraph.errors import BadQuestion, UnknownName
from policygraph.names import folded
from policygraph.view import FrozenView

__all__ = ["item_pairs", "listed_in", "party_of"]


def party_of(name: str, view: FrozenView | None, *classes: str) -> str:
    """Return the id of the entity that a name is of, or the folded name; of a name without a letter or digit, the name.

    Parameters
    ----------
    classes
        What the entity must be; an agent, unless told.
    """
    key = folded(name)
    if view is not None and (name in view.graph.index or view.graph.lookup.bearers(name)):
        try:
            return view.graph.resolve(name, *(classes or ("Agent",)))
        except (UnknownName, BadQuestion):  # of another class, or of several with equal right
            pass
    return key or name


def listed_in(view: FrozenView) -> frozenset[str]:
    """Return who stands on a list on the day of the view."""
    names, edges = view.graph.node_ids, view.edges
    return frozenset(names[edges.subject[row]] for row in view.find(None, "listed") if edges.all_for[row])


def item_pairs(items: Iterable[str], view: FrozenView) -> Sequence[tuple[str, str]]:
    """Return the pairs of items of which one is, at any depth, a part of the other, in both orders."""
    import networkx as nx

    names, edges = view.graph.node_ids, view.edges
    rows = [row for row in view.find(None, "incorporates") if edges.all_for[row]]
    bill: nx.DiGraph[str] = nx.DiGraph((names[edges.subject[row]], names[edges.object[row]]) for row in rows)
    told = set(items)
    down = {(whole, part) for whole in told & set(bill) for part in nx.descendants(bill, whole) & told}
    return sorted(down | {(part, whole) for whole, part in down})
