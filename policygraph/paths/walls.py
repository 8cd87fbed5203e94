"""Where a search is closed: how surely everything that could be walked next is on record.

Comes in: nodes, and their states in an automaton. Goes out: for each, the strength with which nothing unsaid leads on. A source may
declare a relation complete; and what the ontology does not let a relation join cannot be missing.
"""

from __future__ import annotations

import numpy as np

from policygraph.paths.automaton import Automaton
from policygraph.paths.compressed import Flags, Grades, Ints
from policygraph.paths.expression import Letter
from policygraph.truth import Strength
from policygraph.view import FrozenView

__all__ = ["Walls"]

_SURE = np.int8(Strength.ESTABLISHED)


class Walls:
    """What is complete in a view, and what the ontology lets stand where.

    Parameters
    ----------
    view
        The view.
    """

    def __init__(self, view: FrozenView) -> None:
        self.view = view
        self._terms = view.graph.ontology.relations

    def around(self, automaton: Automaton, nodes: Ints, states: Ints, refused: Grades) -> Grades:
        """Return, for each node in its state, how surely no step that is not on record leads on.

        Parameters
        ----------
        refused
            For each node of the graph, how surely it is no target.
        """
        found = np.full(len(nodes), _SURE, np.int8)
        for state, moves in enumerate(automaton.moves):
            here = np.flatnonzero(states == state) if moves else ()
            if not len(here):
                continue
            grades = found[here]
            for move in moves:
                for name in self._names(move.letter):
                    if not grades.any():
                        break
                    inverse = move.letter.inverse
                    complete = self.complete(name, nodes[here], inverse=inverse)
                    if not automaton.moves[move.to]:
                        complete = np.maximum(complete, self.beyond(name, refused, inverse=inverse))
                    grades = np.minimum(grades, complete)
            found[here] = grades
        return found

    def complete(self, name: str, nodes: Ints, *, inverse: bool) -> Grades:
        """Return how surely all objects of the nodes (all subjects, where *inverse*) of a relation are on record."""
        index = self.view.graph.relation_index
        declared = self.view.complete_to if inverse else self.view.complete_from
        grades = declared(index[name])[nodes]
        wider = self._terms[name].narrows
        if wider:
            grades = np.maximum(grades, declared(index[wider])[nodes])
        return np.where(self.fits(name, nodes, inverse=inverse), grades, _SURE)

    def beyond(self, name: str, refused: Grades, *, inverse: bool) -> np.int8:
        """Return how surely a last step that is not on record reaches no target, wherever it comes from.

        It cannot reach a target of which all that leads to it by the relation is on record, such as a list that is complete.
        """
        possible = np.flatnonzero(refused < _SURE).astype(np.int32)
        possible = possible[self.fits(name, possible, inverse=not inverse)]
        if not len(possible):
            return np.int8(refused.min(initial=_SURE))
        return np.int8(np.maximum(refused[possible], self.complete(name, possible, inverse=not inverse)).min())

    def fits(self, name: str, nodes: Ints, *, inverse: bool) -> Flags:
        """Tell which nodes are of a class that may stand where the relation is walked from."""
        relation, terms = self._terms[name], self.view.graph.ontology
        ends = relation.range if inverse else relation.domain
        classes, codes = self.view.classes
        may = np.array([terms.may_be(class_, ends) for class_ in classes], bool)
        fitting: Flags = may[codes[nodes]]
        return fitting

    def _names(self, letter: Letter) -> list[str]:
        if not letter.others:
            return sorted(letter.names)
        return [
            name
            for name, relation in self._terms.items()
            if name not in letter.names and not relation.is_value and not relation.narrows
        ]
