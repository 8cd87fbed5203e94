"""The third reader: a rulebook put to a table of cases by a Datalog engine.

Comes in: a view, a rulebook, a table, a day. Goes out: for every rule and case a grade in either run. The program is generated from
the values of rule files and from the columns of the view; ``evaluate``, ``trees`` and ``facts`` are not asked.

What is its own: AND, OR, NOT and doubt; how evidence is weighed; paths, their time rules and the closed search; classification by
claims and by rules; lists, places and groups, headquarters with parents, persons; inputs, knowledge and notices, presumptions;
displacement; rules asked of other nodes, as least fixed points of the engine; families. What enters as facts, each with brute-force
tests of its own: the edges of the view with their grades, the days on them and what is declared complete; values; whether a measure
compares; whether a share is owned by listed parties; content. Which version of a rule is read on a day, and whether it operates, is
asked of the rulebook; the parsers of grammars and of cells are shared.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import numpy as np
import numpy.typing as npt

from policygraph.law import conditions as law
from policygraph.law.rulebook import Rule, Rulebook, conditions_of, in_operation
from policygraph.law.table import CaseTable
from policygraph.paths.grammar import Grammar
from policygraph.view import FrozenView
from tests.datalog.conditions import _ENTRIES, _PARTS, Conditions, Scope
from tests.datalog.graded import NO, UNKNOWN, YES, Graded, pair
from tests.datalog.paths import relations_of, states
from tests.datalog.program import ROW, Atom, Program
from tests.datalog.rows import Rows
from tests.datalog.world import World

__all__ = ["read"]

Signed = npt.NDArray[np.int8]
_OPERATES = {"in-force": YES, "unknown": UNKNOWN}


def read(
    view: FrozenView, book: Rulebook, table: CaseTable, rules: Iterable[str] | None = None, on: date | None = None
) -> dict[str, tuple[Signed, Signed]]:
    """Put rules to every case of a table.

    Returns
    -------
    For each rule, the grades of every case in the run of everything and in that of the undisputed: above 0 for, below 0 against.
    """
    asked = [book.rules[name] for name in rules] if rules is not None else list(book.rules.values())
    recursive: frozenset[tuple[object, ...]] = frozenset()
    while True:
        reader = _Reader(view, book, table, on or view.as_of, recursive)
        try:
            verdicts = {rule.id: reader.rule(rule.id, Scope("x", False)) for rule in asked}
            break
        except _AsksForItselfError as loop:
            recursive |= {loop.key}
    columns = (column for verdict in verdicts.values() for both in (verdict.for_, verdict.free) for column in both)
    found = reader.program.run(part.name for column in columns for part in column if isinstance(part, Atom))
    return {name: reader.rows.read(verdict, found) for name, verdict in verdicts.items()}


class _AsksForItselfError(Exception):
    """A rule asks for itself, which must be declared before it is said."""

    def __init__(self, key: tuple[object, ...]) -> None:
        super().__init__(key)
        self.key = key


class _Reader(Conditions):
    def __init__(self, view: FrozenView, book: Rulebook, table: CaseTable, on: date, recursive: frozenset[tuple[object, ...]]) -> None:
        program = Program()
        rows = Rows(program, view, table)
        world = World(program, view, _reachable(view, book, rows), rows.parties())
        super().__init__(program, view, book, on, rows, world)
        self.recursive = recursive
        self.done: dict[tuple[object, ...], Graded] = {}
        self.pending: set[tuple[object, ...]] = set()

    def rule(self, name: str, scope: Scope) -> Graded:
        """Return how a rule comes out; one that asks for itself is a least fixed point of the engine."""
        key = (name, scope.item, scope.alone)
        scope = Scope(scope.item, scope.alone)
        if key in self.done:
            return self.done[key]
        if key in self.pending:
            raise _AsksForItselfError(key)
        if key in self.recursive:
            args = (scope.item,) if scope.alone else (ROW,) if scope.item == "x" else (ROW, scope.item)
            self.done[key] = declared = Graded(*(pair(lambda run, grade: self.program.declared(*args)) for _ in range(2)))
            found = self._of_rule(self.book.rules[name], scope)
            for said, meant in ((declared.for_, found.for_), (declared.free, found.free)):
                for run in (0, 1):
                    for atom, part in zip(said[run], meant[run], strict=True):
                        assert isinstance(atom, Atom)
                        self.program.define(atom, part)
            return declared
        self.pending.add(key)
        self.done[key] = self._of_rule(self.book.rules[name], scope)
        self.pending.remove(key)
        return self.done[key]

    def _of_rule(self, rule: Rule, scope: Scope) -> Graded:
        known_by = self.view.known_by
        version = rule.enforced(self.on, known_by)
        status = "unknown" if self.is_rejected(rule.document) else in_operation(rule.operates, self.on, known_by)[0]
        if version is None:
            return _OPERATES.get(status, NO) if status not in _OPERATES else NO
        parts = [_OPERATES.get(status, NO), self.counted(self.condition(version.when, scope), version)]
        for other in self.book.rules.values():
            if rule.id in other.displaces:
                parts.append(self.algebra.not_(self.rule(other.id, scope)))
        return self.algebra.all(*parts)


def _reachable(view: FrozenView, book: Rulebook, rows: Rows) -> list[int]:
    """Return the nodes that any rule may ask about, for the cases of a table."""
    graph, edges = view.graph, view.edges
    paths = {_PARTS, f"{_ENTRIES}", "pg:variantOf", "^pg:owns|^pg:controls"}
    codes = {f"eccn:{code}" for rule in book.rules.values() for code in rule.classifies}
    for rule in book.rules.values():
        for condition in conditions_of(rule):
            match condition:
                case law.Path():
                    paths.add(condition.path)
                case law.Some() | law.Every() if condition.among not in ("parties", "earlier"):
                    paths.add(condition.among)
    known = np.zeros(len(graph.node_ids), bool)
    known[[node for node, name in enumerate(graph.node_class) if name == "Country"]] = True
    known[rows.items[rows.items >= 0]] = True
    for role in ("eccn", "facility", "into"):
        column, named = rows.named(role)
        codes |= {id_ for case in column.cases for id_ in named(case) or ()}
    codes |= {party.id for party in rows.parties()}
    known[[graph.index[id_] for id_ in codes if id_ in graph.index]] = True
    letters = {letter for text in paths for moves in states(Grammar.parse(text, graph.ontology).path).values() for letter, _ in moves}
    walked = {(graph.relation_index[name], one.inverse) for one in letters for name in relations_of(one, graph.ontology) if name in graph.relation_index}
    before = -1
    while before < known.sum():
        before = int(known.sum())
        for relation, inverse in walked:
            where = view.edges_of(relation)
            ends = edges.subject[where], edges.object[where]
            source, target = ends[::-1] if inverse else ends
            known[target[known[source]]] = True
    return np.flatnonzero(known).tolist()
