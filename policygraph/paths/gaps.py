"""What is not known and would matter: one missing step that would make a path, or a bound of time that a path relies on.

Comes in: a product, targets, the verdict. Goes out: :class:`~policygraph.findings.Gap` values, nearest to the target first, then
nearest to the start. A missing step leaves a node that is reached, by a relation the grammar allows there, towards something of a
class from which the rest of a path is on record. What is declared complete is no gap.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from policygraph.findings import Gap
from policygraph.paths.automaton import Move
from policygraph.paths.compressed import Grades, Ints
from policygraph.paths.path import Path
from policygraph.paths.product import Product
from policygraph.paths.targets import Targets
from policygraph.paths.walks import Walks
from policygraph.paths.walls import Walls
from policygraph.truth import Strength, Verdict

__all__ = ["find_gaps"]

_OF_ONE_STEP = 5
"""Most gaps of one relation and end, so that other steps are seen too."""
_BACKWARDS = 3
"""Most gaps told from the side of the target."""


def find_gaps(
    product: Product, targets: Targets, verdict: Verdict, best: Path | None, *, limit: int, strengthen: bool
) -> tuple[Gap, ...]:
    """Return the gaps of one question of existence, at most *limit*.

    Parameters
    ----------
    best
        The best path; the unknown bounds of time it relies on are gaps.
    strengthen
        Also look for missing steps where there is an undisputed path, which a stronger one would improve.
    """
    found = list(_bounds(product, best)) if best else []
    every, clear = verdict.all_.for_, verdict.uncontested.for_
    if (clear == 0 or strengthen) and len(found) < limit:
        held, disputed = (clear, True) if clear < every else (every, False)
        if held < Strength.ESTABLISHED:
            missing = _Missing(product, targets, held, disputed=disputed)
            found.extend(missing.gaps(limit - len(found), also_behind=every == 0))
    return tuple(found[:limit])


def _bounds(product: Product, best: Path) -> Iterator[Gap]:
    view = product.view
    graph, edges = view.graph, view.edges
    for bound in best.bounds:
        rows = edges.rows(bound.row).tolist()
        strongest = min(rows, key=lambda row: (-int(view.strength[row]), graph.table.ids[row]))
        relation = "validFrom" if bound.place == "from" else "validTo"
        yield Gap(graph.table.ids[strongest], relation, None, of="date", why=bound.text)


class _Reach(NamedTuple):
    """Nodes in a state, each once, with their fewest steps."""

    nodes: Ints
    steps: Ints


class _Missing:
    """The search for missing steps, at the first level that would improve what is held."""

    def __init__(self, product: Product, targets: Targets, held: int, *, disputed: bool) -> None:
        view = product.view
        self.product, self.view, self.held = product, view, held
        self.walls = Walls(view)
        self.automaton = product.automaton
        level = held + 1
        column: Grades = view.edges.clear_for if disputed else view.edges.all_for
        self.reached: Grades = targets.clear_for if disputed else targets.all_for
        self.open = (targets.all_against == 0) & (self.reached < level)
        self.level = level
        steps = product.graph.kept(product.on(column) >= level).steps(product.start)
        self.forward = _by_state(product.node, product.state, steps, len(self.automaton))
        self.stuck = int(steps.max(initial=0)) == 0
        ends = np.flatnonzero(self.reached >= level).astype(np.int32)
        accepting = [state for state, accepts in enumerate(self.automaton.accepting) if accepts]
        behind = Product.grown(
            Walks(view, column >= level), self.automaton.turned(), np.tile(ends, len(accepting)),
            np.repeat(np.array(accepting, np.int32), len(ends)),
        )  # fmt: skip
        back = behind.graph.steps(behind.start)
        self.backward = _by_state(behind.node, behind.state, back, len(self.automaton))

    def gaps(self, limit: int, *, also_behind: bool) -> list[Gap]:
        ranked = sorted(self._ahead(limit), key=lambda item: item[0])
        kept: list[Gap] = []
        per_step: dict[tuple[str, str, bool], int] = {}
        for _, gap in ranked:
            kind = gap.relation, gap.of, gap.subject is None
            per_step[kind] = per_step.get(kind, 0) + 1
            if per_step[kind] <= _OF_ONE_STEP and gap not in kept:
                kept.append(gap)
        if also_behind and self.stuck and len(kept) < limit:
            kept.extend(gap for gap in self._behind() if gap not in kept)
        return kept[:limit]

    def _ahead(self, limit: int) -> Iterator[tuple[tuple[int, int, str], Gap]]:
        """Yield a missing step from each node that is reached, with its rank."""
        ids = self.view.graph.node_ids
        for state, moves in enumerate(self.automaton.moves):
            here = self.forward[state]
            for move in moves if len(here.nodes) else ():
                for name in sorted(move.letter.names) if not move.letter.others else ():
                    leads = self._ends(name, move)
                    if not leads:
                        continue
                    inverse = move.letter.inverse
                    open_ = self._open(name, here.nodes, inverse=inverse)
                    nodes, steps = here.nodes[open_], here.steps[open_]
                    order = np.argsort(steps, kind="stable")
                    if len(order) > limit:
                        order = order[steps[order] <= steps[order[limit]]]
                    for place in order.tolist():
                        node = int(nodes[place])
                        for end, left in leads.items():
                            yield (left, int(steps[place]), ids[node]), self._gap(node, name, end, left, inverse=inverse)

    def _behind(self) -> Iterator[Gap]:
        """Yield steps that would lead to what is known to lead to a target, where nothing is known from the start."""
        ids = self.view.graph.node_ids
        ranked = []
        for state, moves in enumerate(self.automaton.moves):
            for move in moves if state else ():
                there = self.backward[move.to]
                for name in sorted(move.letter.names) if len(there.nodes) and not move.letter.others else ():
                    inverse = not move.letter.inverse
                    open_ = self._open(name, there.nodes, inverse=inverse)
                    for node, left in zip(there.nodes[open_].tolist(), there.steps[open_].tolist(), strict=True):
                        ranked.append((left, ids[node], node, name, inverse, state))
        ranked.sort(key=lambda item: item[:2])
        for left, _, node, name, inverse, state in ranked[:_BACKWARDS]:
            for end in self._joints(state, name, inverse=inverse)[:1]:
                yield self._gap(node, name, end, left, inverse=inverse)

    def _joints(self, state: int, name: str, *, inverse: bool) -> list[str]:
        """Return the classes at the open end of a step that something may be of to which a step before it leads."""
        terms = self.view.graph.ontology
        relation = terms.relations[name]
        entering = {
            end
            for moves in self.automaton.moves
            for move in moves
            if move.to == state and not move.letter.others
            for other in move.letter.names
            for end in (terms.relations[other].domain if move.letter.inverse else terms.relations[other].range)
        }
        declared = relation.domain if inverse else relation.range
        return [end for end in declared if any(terms.is_a(end, other) or terms.is_a(other, end) for other in entering)]

    def _open(self, name: str, nodes: Ints, *, inverse: bool) -> Ints:
        """Return the places of the nodes of which more may be said: of a fitting class, and not declared complete."""
        complete = self.walls.complete(name, nodes, inverse=inverse)
        refused = (complete > 0) & (complete >= self.held)
        return np.flatnonzero(self.walls.fits(name, nodes, inverse=inverse) & ~refused).astype(np.int32)

    def _ends(self, name: str, move: Move) -> dict[str, int]:
        """Return the classes of things a step may lead to from which a path goes on, and the fewest steps from there."""
        terms = self.view.graph.ontology
        relation = terms.relations[name]
        there = self.backward[move.to]
        nearest: dict[str, int] = {}
        classes, code_of = self.product.view.classes
        codes = code_of[there.nodes]
        for code in np.unique(codes).tolist():
            nearest[classes[code]] = int(there.steps[codes == code].min())
        if self.automaton.accepting[move.to] and self.open.any():
            nearest |= {classes[code]: 0 for code in np.unique(code_of[np.flatnonzero(self.open)]).tolist()}
        declared = relation.domain if move.letter.inverse else relation.range
        leads: dict[str, int] = {}
        for end in declared or sorted(nearest):
            fitting = [left for class_, left in nearest.items() if terms.may_be(class_, (end,))]
            if fitting:
                leads[end] = min(fitting)
        return leads

    def _gap(self, node: int, name: str, end: str, left: int, *, inverse: bool) -> Gap:
        view = self.view
        graph = view.graph
        wider = graph.ontology.relations[name].narrows or name
        id_, number = graph.node_ids[node], graph.relation_index[name]
        edges, rows = view.edges, view.edges_of(number)
        known = bool(((edges.object if inverse else edges.subject)[rows][edges.for_[rows] > 0] == node).any())
        label = graph.ontology.label(end).lower()
        said = f"the {label} on record does not lead there" if known else f"no {label} is on record"
        onward = "it would complete a path" if left == 0 else f"the remaining {left} steps are on record for some {label}"
        onward = onward.replace("1 steps are", "1 step is")
        why = f"{said}; {onward}" if self.held == 0 else f"{said} more surely; {onward} that is stronger or undisputed"
        subject, object_ = (None, id_) if inverse else (id_, None)
        return Gap(subject, wider, object_, of=end, why=why)


def _by_state(node: Ints, state: Ints, steps: Ints, states: int) -> list[_Reach]:
    """Sort what was reached by state; a node that was reached with several marks of time counts once, by its fewest steps."""
    found = []
    for number in range(states):
        here = np.flatnonzero((state == number) & (steps >= 0))
        order = here[np.lexsort((steps[here], node[here]))]
        nodes, first = np.unique(node[order], return_index=True)
        found.append(_Reach(nodes.astype(np.int32), steps[order][first]))
    return found
