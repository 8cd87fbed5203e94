"""The third reader: a rulebook put to cases by a Datalog engine.

Comes in: a view, a rulebook, cases, a day. Goes out: for every rule and case a grade in either run. The program is generated from the
values of rule files and from the columns of the view; no other reader is asked for anything.

What is its own: AND, OR, NOT and doubt; how evidence is weighed; which version of a rule is read on a day, and whether it operates;
paths, their time rules and the closed search; classification by claims and by rules; lists, places and groups, headquarters with
parents, persons; inputs, knowledge and notices, presumptions; displacement; rules asked of other nodes, as least fixed points of the
engine; families and earlier acts; the arithmetic of measures, holdings and content, which enters as facts. What it shares with the
others: the rule files as values, the grammar of paths as a tree, cases as values, and the view with its edges, their grades and days,
and what is declared complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

import numpy as np
import numpy.typing as npt

from policygraph.case import Case
from policygraph.law import conditions as law
from policygraph.law.rulebook import Operation, Rule, Rulebook, Version, conditions_of
from policygraph.paths.grammar import Grammar
from policygraph.view import FrozenView
from tests.datalog.conditions import Conditions
from tests.datalog.contents import Contents, Known, Sides
from tests.datalog.graded import NO, UNKNOWN, YES, Graded, pair
from tests.datalog.items import ENTRIES, PARTS, Scope
from tests.datalog.paths import relations_of, states
from tests.datalog.program import ROW, Atom, Program
from tests.datalog.rows import Rows
from tests.datalog.world import World

__all__ = ["read"]

Signed = npt.NDArray[np.int8]
_OPERATES: Final = {"in-force": YES, "unknown": UNKNOWN}
_FROM_EFFECTIVE: Final = ("subject-to-ear", "not-subject", "classified", "presumption", "red-flag", "definition")
"""What runs from the day a text takes effect, and not from the day it must be complied with."""


def read(
    view: FrozenView, book: Rulebook, cases: Sequence[Case], rules: Iterable[str] | None = None, on: date | None = None
) -> dict[str, tuple[Signed, Signed]]:
    """Put rules to cases, every name in which is resolved.

    Returns
    -------
    For each rule, the grades of every case in the run of everything and in that of the undisputed: above 0 for, below 0 against.
    """
    asked = list(book.rules if rules is None else rules)
    found = _put(view, book, cases, lambda reader: [reader.rule(name, Scope("x", False)) for name in asked], on or view.as_of)
    return dict(zip(asked, found, strict=True))


def _put(
    view: FrozenView, book: Rulebook, cases: Sequence[Case], verdicts: Callable[[Conditions], list[Graded]], on: date
) -> list[tuple[Signed, Signed]]:
    """Put verdicts to cases."""
    recursive: frozenset[tuple[object, ...]] = frozenset()
    parts: dict[Known, Sides] = {}
    while True:
        reader = _Reader(view, book, cases, on, recursive, parts)
        try:
            asked = [verdict.each(reader.program.on_rows) for verdict in verdicts(reader)]
            break
        except _AsksForItselfError as loop:
            recursive |= {loop.key}
    columns = (column for verdict in asked for both in (verdict.for_, verdict.free) for column in both)
    found = reader.program.run(part.name for column in columns for part in column if isinstance(part, Atom))
    return [reader.rows.read(verdict, found) for verdict in asked]


class _AsksForItselfError(Exception):
    """A rule asks for itself, which must be declared before it is said."""

    def __init__(self, key: tuple[object, ...]) -> None:
        super().__init__(key)
        self.key = key


class _Reader(Conditions):
    def __init__(
        self, view: FrozenView, book: Rulebook, cases: Sequence[Case], on: date, recursive: frozenset[tuple[object, ...]],
        parts: dict[Known, Sides],
    ) -> None:  # fmt: skip
        program = Program()
        rows = Rows(program, view, cases)
        world = World(program, view, _reachable(view, book, rows), rows.parties(), rows.leaves_out)
        super().__init__(program, view, book, on, rows, world)
        self.contents = Contents(view, rows, self._by_another_run, parts)
        self.recursive = recursive
        self.done: dict[tuple[object, ...], Graded] = {}
        self.pending: set[tuple[object, ...]] = set()

    def _by_another_run(self, cases: Sequence[Case], verdicts: Callable[[Conditions], list[Graded]]) -> list[list[Sides]]:
        found = _put(self.view, self.book, cases, verdicts, self.on)
        return [[(_side(one), _side(other)) for one, other in zip(*both, strict=True)] for both in found]

    # ---- rules

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
        version = self._version(rule)
        operates = UNKNOWN if self.is_rejected(rule.document) else _OPERATES.get(self.status(rule.id), NO)
        if version is None:
            return NO
        parts = [operates, self.counted(self.condition(version.when, scope), version)]
        for other in self.book.rules.values():
            if rule.id in other.displaces:
                parts.append(self.algebra.not_(self.rule(other.id, scope)))
        return self.algebra.all(*parts)

    # ---- the clock of the law

    def is_read(self, rule: Rule) -> bool:
        """Tell whether there is a version by which a rule is read on the day."""
        return self._version(rule) is not None

    def status(self, rule: str) -> str:
        """Return the recorded status of a rule on the day."""
        return self._status(self.book.rules[rule].operates)

    def _status(self, stretches: Sequence[Operation]) -> str:
        """Return the status that the last stretch to have begun gives; what was not yet published on the day of knowledge is not there."""
        if not stretches:
            return "in-force"
        known_by = self.view.known_by
        unseen = {one.since for one in stretches if known_by is not None and one.published is not None and one.published > known_by}
        begun = [one for one in stretches if one.since not in unseen and (one.since is None or one.since <= self.on)]
        if not begun:
            return "not-yet-in-force"
        until = begun[-1].until
        if until is None or self.on < until or until in unseen:
            return begun[-1].status
        return "repealed" if begun[-1].status == "in-force" else "unknown"

    def _version(self, rule: Rule) -> Version | None:
        """Return the newest version that has begun and is in operation, or whose operation is not known; none once it has lapsed."""
        known_by = self.view.known_by
        for version in reversed(rule.versions):
            begins = version.effective if rule.effect in _FROM_EFFECTIVE else version.compliance or version.effective
            is_published = known_by is None or version.published is None or version.published <= known_by
            if is_published and (begins is None or begins <= self.on) and self._status(version.operates) in _OPERATES:
                return version if version.until is None or self.on < version.until else None
        return None


def _side(grade: int) -> tuple[int, int]:
    return max(int(grade), 0), max(-int(grade), 0)


def _reachable(view: FrozenView, book: Rulebook, rows: Rows) -> list[int]:
    """Return the nodes that any rule may ask about, for some cases."""
    graph, edges = view.graph, view.edges
    paths = {PARTS, ENTRIES, "pg:variantOf", "^pg:owns|^pg:controls"}
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
    codes |= {party.id for party in rows.parties()} | {case.item for case in rows.told}
    known[[graph.index[id_] for id_ in codes if id_ in graph.index]] = True
    letters = {letter for text in paths for moves in states(Grammar.parse(text, graph.ontology).path).values() for letter, _ in moves}
    walked = {
        (graph.relation_index[name], letter.inverse)
        for letter in letters for name in relations_of(letter, graph.ontology) if name in graph.relation_index
    }  # fmt: skip
    before = -1
    while before < known.sum():
        before = int(known.sum())
        for relation, inverse in walked:
            where = view.edges_of(relation)
            ends = edges.subject[where], edges.object[where]
            source, target = ends[::-1] if inverse else ends
            known[target[known[source]]] = True
    return np.flatnonzero(known).tolist()
