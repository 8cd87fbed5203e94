"""Paths in Datalog: a grammar read by its derivatives, walked edge by edge, with the time rules of DESIGN section 3 as comparisons.

Comes in: a grammar, and the verdict on each entity whether it is what the end must be. Goes out: for each entity to start from, whether
there is such a path. The states are what is left of the grammar after some steps (V. Antimirov, "Partial derivatives of regular
expressions", 1996); nothing of the automaton, the clock and the walls of ``policygraph.paths`` is used, only its parser.

A walk remembers the last edge that took place at a time. Support is a least fixed point: from here an end can be reached along edges
that are at least so sure. Against speaks the dual: nothing open can be reached along edges that are refuted less surely.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Final

import numpy as np

from policygraph.ontology import Ontology, TimeRule
from policygraph.paths.expression import Chain, Choice, Expression, Letter, Repeat, Word
from policygraph.paths.grammar import Grammar
from tests.datalog.graded import Graded, pair
from tests.datalog.program import LESS, Atom, Bool
from tests.datalog.world import ENTITY, World

__all__ = ["Paths", "relations_of", "states"]

NOTHING: Final = Chain(())
"""What is left of a path that is walked to its end."""
_NO_EDGE: Final = -1
_TIMED: Final = (TimeRule.DURING, TimeRule.BEFORE)


def may_end(path: Expression) -> bool:
    """Tell whether a path may end before its first step."""
    match path:
        case Word():
            return False
        case Repeat():
            return path.mark in "?*" or may_end(path.part)
        case Choice():
            return any(map(may_end, path.parts))
    return all(map(may_end, path.parts))


def steps(path: Expression) -> dict[tuple[Letter, Expression], None]:
    """Return the first steps of a path, each with what is left after it."""
    found: dict[tuple[Letter, Expression], None] = {}
    match path:
        case Word():
            found = {(letter, NOTHING): None for letter in path.letters}
        case Choice():
            for part in path.parts:
                found |= steps(part)
        case Repeat():
            more = Repeat(path.part, "*") if path.mark in "*+" else NOTHING
            found = {(letter, _then(rest, more)): None for letter, rest in steps(path.part)}
        case Chain(parts=(first, *others)):
            left = Chain(tuple(others))
            found = {(letter, _then(rest, left)): None for letter, rest in steps(first)}
            if may_end(first):
                found |= steps(left)
    return found


def _then(first: Expression, second: Expression) -> Expression:
    parts = tuple(one for part in (first, second) for one in (part.parts if isinstance(part, Chain) else (part,)))
    return parts[0] if len(parts) == 1 else Chain(parts)


def states(path: Expression) -> dict[Expression, dict[tuple[Letter, Expression], None]]:
    """Return what may be left of a path, itself included, each with its first steps."""
    found: dict[Expression, dict[tuple[Letter, Expression], None]] = {}
    ahead = [path]
    while ahead:
        state = ahead.pop()
        if state not in found:
            found[state] = steps(state)
            ahead += [rest for _, rest in found[state]]
    return found


def relations_of(letter: Letter, terms: Ontology) -> list[str]:
    """Return the relations that a step may walk; one that names others leaves out those that only repeat part of another."""
    if not letter.others:
        return sorted(letter.names)
    return [name for name, one in terms.relations.items() if name not in letter.names and not one.is_value and not one.narrows]


@dataclass(frozen=True, slots=True)
class Hop:
    """A step by one relation, in one direction, to what is left."""

    relation: str
    inverse: bool
    rest: Expression


class Paths:
    """Questions of existence, as rules of a program."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.program = world.program
        self.read = cache(self._read)
        self.edges = cache(self._edges)
        self.fitting = cache(self._fitting)
        self._untold = cache(self._unsaid)

    def led(self, text: str, end: Graded) -> Graded:
        """Return whether a path of a grammar leads from each entity to one of which *end* holds."""
        return self.read(Grammar.parse(text, self.world.graph.ontology).path, end)

    def _read(self, path: Expression, end: Graded) -> Graded:
        moves = {
            state: [Hop(name, letter.inverse, rest) for letter, rest in found for name in relations_of(letter, self.world.graph.ontology)]
            for state, found in states(path).items()
        }
        walk = _Walk(self, path, moves, end)
        return Graded(pair(walk.support), pair(walk.free))

    def leads_to_owners(self, text: str) -> bool:
        """Tell whether the first step of a path can only lead to an owner."""
        path = Grammar.parse(text, self.world.graph.ontology).path
        return not may_end(path) and all(letter.inverse and letter.names == {"owns"} and not letter.others for letter, _ in steps(path))

    # ---- edges that may be walked

    def _edges(self, relation: str, inverse: bool, run: int, grade: int, against: bool) -> Bool:
        """Return the edges walked: their number, where from, where to; supported so much, or refuted less than so much."""
        edges = self.world.view.edges
        if against:
            column = edges.clear_against if run else edges.all_against
            rows = [row for row in self.walked(relation, inverse) if column[row] < grade]
        else:
            column = edges.clear_for if run else edges.all_for
            rows = [row for row in self.walked(relation, inverse) if column[row] >= grade]
        return self.program.given(("w", "*", "y"), [(2 * row + inverse, *self.ends(row, inverse)) for row in rows])

    def walked(self, relation: str, inverse: bool) -> Iterator[int]:
        """Yield the rows of the edges of a relation that anyone claims."""
        edges, known = self.world.view.edges, self.world.known
        for row in self.world.rows(relation):
            if edges.for_[row] > 0 and self.ends(row, inverse)[0] in known:
                yield row

    def ends(self, row: int, inverse: bool) -> tuple[int, int]:
        """Return from where to where an edge is walked."""
        edges = self.world.view.edges
        one, other = int(edges.subject[row]), int(edges.object[row])
        return (other, one) if inverse else (one, other)

    def timed(self, hop: Hop) -> TimeRule | None:
        """Return the time rule of a hop, None where it hands on what the edge before said."""
        rule = self.world.graph.ontology.relations[hop.relation].time
        return rule if rule in _TIMED else None

    def days(self, hops: list[Hop]) -> tuple[Bool, Bool]:
        """Return the first day of each edge that took place at a time, and the day after its last."""
        edges = self.world.view.edges
        walked = {(2 * row + hop.inverse, row) for hop in hops for row in self.walked(hop.relation, hop.inverse)}
        begins = self.program.given(("w", "day"), ((walk, int(edges.begin[row])) for walk, row in walked))
        ends = self.program.given(("w", "day"), ((walk, int(edges.end[row])) for walk, row in walked))
        return begins, ends

    # ---- where the search is closed

    def open_at(self, hop: Hop, grade: int) -> Bool:
        """Return the entities from which a step that nobody has told of may lead on, the contrary being less sure than a grade."""
        return self.program.given(ENTITY, self._untold(hop.relation, hop.inverse, grade) & self.world.known)

    def open_ends(self, hop: Hop, grade: int) -> frozenset[int]:
        """Return the nodes that such a step may lead to."""
        return self._untold(hop.relation, not hop.inverse, grade)

    def _unsaid(self, relation: str, inverse: bool, grade: int) -> frozenset[int]:
        graph, view = self.world.graph, self.world.view
        terms = graph.ontology
        told = terms.relations[relation]
        sure = np.zeros(len(graph.node_ids), np.int8)
        for name in filter(None, (relation, told.narrows)):
            if name in graph.relation_index:
                index = graph.relation_index[name]
                sure = np.maximum(sure, view.complete_to(index) if inverse else view.complete_from(index))
        fits = self.fitting(relation, inverse)
        return frozenset(node for node in np.flatnonzero(sure < grade).tolist() if node in fits)

    def _fitting(self, relation: str, inverse: bool) -> frozenset[int]:
        """Return the nodes that may stand where a relation is walked from."""
        graph = self.world.graph
        told = graph.ontology.relations[relation]
        ends = told.range if inverse else told.domain
        classes = {name for name in set(graph.node_class) if graph.ontology.may_be(name, ends)}
        return frozenset(node for node, name in enumerate(graph.node_class) if name in classes)


@dataclass
class _Walk:
    """One grammar, walked from every entity to the ends of one question."""

    paths: Paths
    path: Expression
    moves: Mapping[Expression, list[Hop]]
    end: Graded
    known: dict[tuple[object, ...], Bool] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.program = self.paths.program
        self.timed_hops = [hop for hops in self.moves.values() for hop in hops if self.paths.timed(hop)]
        self.remembers = any(self.paths.timed(hop) and self._timed_later(hop.rest) for hops in self.moves.values() for hop in hops)
        self.more = tuple(sorted({arg for pair_ in (self.end.for_, self.end.free) for column in pair_ for part in column
                                  if isinstance(part, Atom) for arg in part.args} - {"*"}))  # fmt: skip
        self.here = ("*", "m") if self.remembers else ENTITY
        self.loops = {state for state in self.moves if state in self._after(state)}
        if self.remembers:
            self._lay_out()

    def _after(self, state: Expression) -> set[Expression]:
        found: set[Expression] = set()
        ahead = [hop.rest for hop in self.moves[state]]
        while ahead:
            here = ahead.pop()
            if here not in found:
                found.add(here)
                ahead += [hop.rest for hop in self.moves[here]]
        return found

    def _timed_later(self, state: Expression) -> bool:
        return any(self.paths.timed(hop) for one in (state, *self._after(state)) for hop in self.moves[one])

    # ---- support, and what is open

    def support(self, run: int, grade: int) -> Bool:
        """Return the entities from which an end is reached so surely."""
        return self._from_start(self._at(self.path, run, grade, False))

    def free(self, run: int, grade: int) -> Bool:
        """Return the entities from which something open is reached, the contrary being less sure than the grade."""
        return self._from_start(self._at(self.path, run, grade, True))

    def _from_start(self, found: Bool) -> Bool:
        if not self.remembers:
            return found
        return self.program.some((*ENTITY, *self.more), self.program.given(("m",), [_NO_EDGE]), found)

    def _at(self, state: Expression, run: int, grade: int, is_open: bool) -> Bool:
        key = (state, run, grade, is_open)
        if key not in self.known:
            if state in self.loops:
                atom = self.program.declared(*self.here, *self.more)
                self.known[key] = atom
                self.program.define(atom, *self._ways(state, run, grade, is_open))
            else:
                self.known[key] = self.program.any(*self._ways(state, run, grade, is_open))
        return self.known[key]

    def _ways(self, state: Expression, run: int, grade: int, is_open: bool) -> Iterator[Bool]:
        program, paths = self.program, self.paths
        if may_end(state):
            reached = (self.end.free if is_open else self.end.for_)[run][grade - 1]
            yield program.all(self.visited[state], reached) if self.remembers else reached
        for hop in self.moves[state]:
            if is_open:
                unsaid = paths.open_at(hop, grade)
                if not self.moves[hop.rest]:
                    unsaid = program.all(unsaid, self._open_end(hop, run, grade))
                yield program.all(self.visited[state], unsaid) if self.remembers else unsaid
            walked = paths.edges(hop.relation, hop.inverse, run, grade, is_open)
            further = self._at(hop.rest, run, grade, is_open)
            args = (*self.here, *self.more)
            if not self.remembers:
                yield program.some(args, walked, _moved(further, "*", "y"))
            elif paths.timed(hop):
                yield program.some(args, self.layout[state, hop], walked, _moved(_moved(further, "*", "y"), "m", "w"))
            else:
                yield program.some(args, self.visited[state], walked, _moved(further, "*", "y"))

    def _open_end(self, hop: Hop, run: int, grade: int) -> Bool:
        """Tell whether a last step that is not on record may reach what is asked for.

        It cannot where all that leads to what may be meant is on record, such as a list that is complete.
        """
        program = self.program
        possible, anything = self.paths.open_ends(hop, grade), self.paths.fitting(hop.relation, not hop.inverse)
        if possible - self._reached:
            return True
        refused = program.no(program.some((*ENTITY, *self.more), *self._there(anything, self.end.free[run][3])))
        return program.any(program.some((*ENTITY, *self.more), *self._there(possible, self.end.free[run][grade - 1])), refused)

    def _there(self, nodes: frozenset[int], meant: Bool) -> tuple[Bool, Bool]:
        return self.program.given(("end",), nodes & self.paths.world.known), _moved(meant, "*", "end")

    @cached_property
    def _reached(self) -> frozenset[int]:
        """Nodes in which a path may end; of others it is not known whether they are what is asked for."""
        world = self.paths.world
        if may_end(self.path):
            return world.known
        last = [hop for hops in self.moves.values() for hop in hops if may_end(hop.rest)]
        return frozenset(self.paths.ends(row, hop.inverse)[1] for hop in last for row in self.paths.walked(hop.relation, hop.inverse))

    # ---- time

    def _lay_out(self) -> None:
        """Say what may be visited in which state with which last timed edge, and which timed edge may follow."""
        program, paths = self.program, self.paths
        self.visited: dict[Expression, Atom] = {state: program.declared("*", "m") for state in self.moves}
        self.layout: dict[tuple[Expression, Hop], Bool] = {}
        begins, ends = paths.days(self.timed_hops)
        ways: dict[Expression, list[Bool]] = {state: [] for state in self.moves}
        ways[self.path].append(program.some(("*", "m"), program.domain("*"), program.given(("m",), [_NO_EDGE])))
        for state, hops in self.moves.items():
            for hop in hops:
                walked = paths.edges(hop.relation, hop.inverse, 0, 5, True)
                rule = paths.timed(hop)
                if rule is None:
                    came = program.some(("y", "m"), self.visited[state], walked)
                    ways[hop.rest].append(_moved(came, "y", "*"))
                    continue
                follows = []
                for others, starts, stops in self._kinds(rule, hop.inverse):
                    may = [self.visited[state], walked, program.given(("m",), others)]
                    if starts:
                        may += [
                            _moved(_moved(begins, "day", "b"), "w", "w"),
                            _moved(_moved(ends, "w", "m"), "day", "e"),
                            Atom(LESS, ("b", "e")),
                        ]
                    if stops:
                        may += [
                            _moved(_moved(begins, "w", "m"), "day", "f"),
                            _moved(_moved(ends, "day", "g"), "w", "w"),
                            Atom(LESS, ("f", "g")),
                        ]
                    follows.append(program.some(("*", "m", "w"), *may))
                self.layout[state, hop] = found = program.any(*follows)
                came = program.some(("y", "w"), found, walked)
                ways[hop.rest].append(_moved(_moved(came, "y", "*"), "w", "m"))
        for state, atom in self.visited.items():
            program.define(atom, *ways[state])

    def _kinds(self, rule: TimeRule, inverse: bool) -> Iterator[tuple[list[int], bool, bool]]:
        """Yield the edges that may have been the last, with whether this one must begin before they end, and they before it ends.

        Two activities share a day. Where one of two edges is *before*, and both are walked one way, the one that leads out of the
        node between them begins before the one that leads into it ends.
        """
        groups: dict[tuple[bool, bool], list[int]] = {(False, False): [_NO_EDGE]}
        for hop in dict.fromkeys(self.timed_hops):
            both_during = rule is self.paths.timed(hop) is TimeRule.DURING
            one_way = hop.inverse == inverse and not both_during
            needs = both_during or (one_way and not inverse), both_during or (one_way and inverse)
            groups.setdefault(needs, []).extend(2 * row + hop.inverse for row in self.paths.walked(hop.relation, hop.inverse))
        for (starts, stops), edges in groups.items():
            yield edges, starts, stops


def _moved(part: Bool, here: str, there: str) -> Bool:
    return part.at(here, there) if isinstance(part, Atom) else part
