"""From what people write to what is meant: names and aliases in any script, to numbers of nodes.

Comes in: folded names, each with the node that bears it. Goes out: :class:`Lookup`, which finds by whole name at once and by
likeness in one pass.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from policygraph.claims import Entity
from policygraph.names import folded

__all__ = ["Lookup", "inserted"]

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Lookup:
    """Folded names in order, and the node that bears each.

    Examples
    --------
    >>> lookup = Lookup.of({"tsmc": 0, "smic": 1}, {"tsmc": "TSMC", "smic": "SMIC"}, {})
    >>> lookup.bearers("T.S.M.C."), lookup.like("smick")[0][0]
    ((0,), 1)
    """

    keys: Sequence[str]
    nodes: npt.NDArray[np.int32]

    @classmethod
    def of(cls, index: Mapping[str, int], names: Mapping[str, str], entities: Mapping[str, Entity]) -> Lookup:
        """Gather ids, usual names, aliases and identifiers."""
        ordered = _ordered(index, names, entities)
        return cls([key for key, _ in ordered], np.array([node for _, node in ordered], dtype=np.int32))

    def over(
        self, moved: npt.NDArray[np.integer[Any]], index: Mapping[str, int], names: Mapping[str, str], entities: Mapping[str, Entity]
    ) -> Lookup:  # fmt: skip
        """Return the look-up with more nodes, after the old ones have got new numbers in the same order.

        Parameters
        ----------
        moved
            The new number of each old node.
        index, names, entities
            Of the new nodes alone.

        Examples
        --------
        >>> smic = Lookup.of({"smic": 0}, {"smic": "SMIC"}, {})
        >>> smic.over(np.array([1]), {"hua-hong": 0}, {"hua-hong": "Hua Hong"}, {}).bearers("smic")
        (1,)
        """
        keys, nodes = self.keys, moved[self.nodes].astype(np.int32)
        ordered = _ordered(index, names, entities)
        places = []
        for key, node in ordered:
            low, high = bisect_left(keys, key), bisect_right(keys, key)
            places.append(low + int(np.searchsorted(nodes[low:high], node)))
        added = np.array([node for _, node in ordered], dtype=np.int32)
        return Lookup(inserted(keys, places, [key for key, _ in ordered]), np.insert(nodes, places, added))

    def of_nodes(self, moved: npt.NDArray[np.integer[Any]]) -> Lookup:
        """Return the look-up of some of the nodes under new numbers in the same order; those that are left out are -1 in *moved*."""
        nodes = moved[self.nodes].astype(np.int32)
        kept = np.flatnonzero(nodes >= 0)
        return Lookup([self.keys[place] for place in kept.tolist()], nodes[kept])

    def bearers(self, text: str) -> tuple[int, ...]:
        """Return the nodes that bear a name, whole."""
        key = folded(text)
        return tuple(self.nodes[bisect_left(self.keys, key) : bisect_right(self.keys, key)].tolist())

    def like(self, text: str) -> list[tuple[int, float]]:
        """Return nodes whose names contain or resemble a text, with a score up to 1, best first.

        Whole names score 1, then beginnings, then parts of names, then names that are merely like it.
        """
        wanted = folded(text)
        pairs = {wanted[at : at + 2] for at in range(len(wanted) - 1)}
        scores: dict[int, float] = {}
        alike: list[tuple[float, str, int]] = []
        for key, node in zip(self.keys, self.nodes.tolist(), strict=True):
            if wanted and wanted in key:
                part = 1.0 if key == wanted else 0.6 + 0.1 * key.startswith(wanted) + 0.25 * len(wanted) / len(key)
                scores[node] = max(scores.get(node, 0.0), part)
            elif pairs:
                shared = sum(pair in key for pair in pairs) / max(len(pairs), len(key) - 1)
                if shared >= 0.3:
                    alike.append((shared, key, node))
        alike.sort(reverse=True)
        for _, key, node in alike[:80]:
            likeness = 0.7 * SequenceMatcher(None, wanted, key).ratio()
            if likeness >= 0.4:
                scores[node] = max(scores.get(node, 0.0), likeness)
        return sorted(scores.items(), key=lambda item: (-item[1], item[0]))


def _ordered(index: Mapping[str, int], names: Mapping[str, str], entities: Mapping[str, Entity]) -> list[tuple[str, int]]:
    keys: set[tuple[str, int]] = set()
    for id_, node in index.items():
        entity = entities.get(id_)
        more = (*entity.all_names, *entity.identifiers.values()) if entity else ()
        keys |= {(folded(name), node) for name in (id_, id_.rpartition(":")[2], names[id_], *more)}
    return sorted(pair for pair in keys if pair[0])


def inserted(values: Sequence[T], places: Sequence[int], added: Sequence[T]) -> list[T]:
    """Return a list with more values, each put before the old value of its place; places ascend.

    >>> inserted(["a", "c"], [1, 2], ["b", "d"])
    ['a', 'b', 'c', 'd']
    """
    found: list[T] = []
    done = 0
    for place, value in zip(places, added, strict=True):
        found += values[done:place]
        found.append(value)
        done = place
    return [*found, *values[done:]]
