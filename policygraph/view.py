"""What stands: the claims that count on a date, frozen into weighted edges.

Comes in: a claim graph, two dates and an evidence policy. Goes out: a :class:`FrozenView` whose edges carry their truth in both
runs, their possible interval, and the rows of the claims behind them. Every path and every rule runs on a view.

The order of work: grade each claim by the evidence table; drop what the policy or ``known_by`` leaves out; gather the claims of
one statement into stretches of equal evidence; add what claims about kinds say of their members; keep what the clock of each
relation lets through on ``as_of``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from policygraph.claims import Stance
from policygraph.dates import FIRST, LAST, day
from policygraph.edges import Columns, EdgeTable, Flags, Grades, Rows, merged, taken
from policygraph.findings import Evidence, Step
from policygraph.grading import strengths
from policygraph.graph import ClaimGraph
from policygraph.kinds import Derived, classes_of, derived, voice_of
from policygraph.ontology import TimeRule
from policygraph.silence import Silence
from policygraph.stretches import Said, stretches
from policygraph.truth import EvidenceTable, Strength, Truth, Verdict

if TYPE_CHECKING:
    import networkx as nx

__all__ = ["FrozenView", "Policy", "ValueLeaf"]

_AGAINST = np.array([stance.is_against for stance in Stance])


@dataclass(frozen=True)
class Policy:
    """Whose word counts, and from which strength.

    Parameters
    ----------
    table
        The evidence table from which strengths are computed.
    at_least
        Claims weaker than this are left out, on both sides.
    without
        Ids of documents, publishers, speakers or claims that are rejected.
    """

    table: EvidenceTable
    at_least: Strength = Strength.ALLEGED
    without: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ValueLeaf:
    """One value said of a subject: as written, as a number, its truth, and the rows of the claims behind it."""

    value: str
    number: float
    truth: Truth[int]
    rows: tuple[int, ...]
    opposed: tuple[int, ...] = ()


class FrozenView:
    """The claims that count on a date, as edges; immutable.

    Parameters
    ----------
    graph
        The claims.
    as_of
        The day on which things must hold.
    known_by
        Only claims on record by this day count; None for all.
    policy
        Whose word counts.

    Attributes
    ----------
    strength
        How sure each claim is, by row of the graph's table.
    classes
        The classes in use, and the number of its class for each node.
    edges
        What stands, in columns.
    """

    def __init__(self, graph: ClaimGraph, as_of: date, known_by: date | None, policy: Policy) -> None:
        self.graph = graph
        self.as_of = as_of
        self.known_by = known_by
        self.policy = policy
        self.strength = strengths(graph, policy.table)
        self.classes = classes_of(graph)
        self._scope: Flags | None = None
        self._freeze()

    def _freeze(self) -> None:
        graph, table = self.graph, self.graph.table
        admitted = self._counts = self._admitted()
        entity = table.object >= 0
        is_kind = np.zeros(len(graph.node_ids), dtype=bool)
        is_kind[list(graph.kinds)] = True
        of_kind = is_kind[table.subject] if len(table.subject) else np.zeros(0, bool)
        if self._scope is not None:
            admitted = admitted & (of_kind | self._scope[table.subject])
        self._value_rows = np.flatnonzero(admitted & ~entity & ~of_kind)
        direct = np.flatnonzero(admitted & entity & ~of_kind)
        general = np.flatnonzero(admitted & entity & of_kind)
        self.edges = self._narrowed(self._silence.weighed(self._build(direct, general), graph))

    # ---- which claims count

    def _admitted(self) -> Flags:
        table, graph = self.graph.table, self.graph
        keep: Flags = self.strength >= max(int(self.policy.at_least), 1)
        if self.known_by is not None:
            keep = keep & (table.recorded <= self.known_by.toordinal())
        without = self.policy.without
        if without:
            rejected = np.array(
                [id_ in without or graph.documents[id_].publisher in without for id_ in graph.document_ids], dtype=bool
            )
            if len(rejected):
                keep = keep & ~rejected[table.document]
            speakers = [graph.index[id_] for id_ in without if id_ in graph.index]
            if speakers:
                keep = keep & ~np.isin(table.speaker, speakers)
            rows = [graph.row_of[id_] for id_ in without if id_ in graph.row_of]
            if rows:
                keep[rows] = False
        return keep

    # ---- edges

    def _build(self, direct: Rows, general: Rows) -> EdgeTable:
        plain = self._gather(direct, ())
        of_members = tuple(derived(self.graph, self.strength, plain, general, self.classes, self._scope))
        return self._on_the_day(self._gather(direct, of_members) if of_members else plain)

    def _gather(self, rows: Rows, of_members: tuple[Derived, ...]) -> EdgeTable:
        """Group claims by statement and cut each into stretches of equal evidence."""
        graph, table = self.graph, self.graph.table
        nodes = np.int64(max(len(graph.node_ids), 1))
        relation, subject, target = table.relation[rows].astype(np.int64), table.subject[rows], table.object[rows]
        key = (relation * nodes + subject) * nodes + target
        order = np.argsort(key, kind="stable")
        rows, key = rows[order], key[order]
        first = np.flatnonzero(np.r_[True, key[1:] != key[:-1]]) if len(key) else np.zeros(0, np.int64)
        last = np.r_[first[1:], len(rows)]
        begin, end = table.from_earliest[rows], table.to_latest[rows]
        sure_begin = np.where(table.from_latest[rows] > FIRST, table.from_latest[rows], table.recorded[rows])
        sure_begin = np.where(begin > FIRST, np.maximum(table.from_latest[rows], begin), sure_begin).astype(np.int32)
        sure_end = table.to_earliest[rows]
        against = _AGAINST[table.stance[rows]]
        grade = self.strength[rows]

        timeless = np.array([rule is TimeRule.TIMELESS for rule in graph.time_rules], dtype=bool)
        is_timeless = timeless[table.relation[rows]]
        begin = np.where(is_timeless, FIRST, begin).astype(np.int32)
        end = np.where(is_timeless, LAST, end).astype(np.int32)
        simple = np.ones(len(first), bool)
        if len(rows):
            simple = (np.minimum.reduceat(begin, first) == np.maximum.reduceat(begin, first)) & (
                np.minimum.reduceat(end, first) == np.maximum.reduceat(end, first)
            )
            single = np.array([graph.ontology.relations[name].one_at_a_time for name in graph.relation_names], dtype=bool)
            pair = key[first] // nodes
            rivals = (np.r_[False, pair[1:] == pair[:-1]] | np.r_[pair[1:] == pair[:-1], False]) & single[
                table.relation[rows[first]]
            ]
            simple &= ~rivals
            if of_members:
                touched = np.array([((d.relation * nodes) + d.subject) * nodes + d.object for d in of_members], dtype=np.int64)
                simple &= ~np.isin(key[first], touched) & ~(np.isin(pair, touched // nodes) & single[table.relation[rows[first]]])

        zero = np.int8(0)
        for_ = np.maximum.reduceat(np.where(against, zero, grade), first) if len(rows) else np.zeros(0, np.int8)
        opp = np.maximum.reduceat(np.where(against, grade, zero), first) if len(rows) else np.zeros(0, np.int8)
        chosen = np.flatnonzero(simple)
        columns = Columns()
        if len(chosen):
            member = np.repeat(simple, last - first)
            columns.add_simple(
                relation=table.relation[rows[first[chosen]]], subject=table.subject[rows[first[chosen]]],
                target=table.object[rows[first[chosen]]], begin=begin[first[chosen]], end=end[first[chosen]],
                sure_begin=np.minimum.reduceat(np.where(against, LAST, sure_begin), first)[chosen].astype(np.int32),
                sure_end=np.maximum.reduceat(np.where(against, FIRST, sure_end), first)[chosen].astype(np.int32),
                for_=for_[chosen], against=opp[chosen], rows=rows[member], opposing=against[member],
                sizes=(last - first)[chosen],
            )
        groups: dict[tuple[int, int], dict[int, list[Said]]] = defaultdict(lambda: defaultdict(list))
        for group in np.flatnonzero(~simple):
            for place in range(first[group], last[group]):
                row = int(rows[place])
                pair_key = (int(table.relation[row]), int(table.subject[row]))
                groups[pair_key][int(table.object[row])].append(
                    Said(
                        int(begin[place]), int(end[place]), int(sure_begin[place]), int(sure_end[place]), int(grade[place]),
                        int(grade[place]), bool(against[place]), int(table.recorded[row]), voice_of(table, row), (row,), (),
                    )
                )
        for item in of_members:
            groups[(item.relation, item.subject)][item.object].append(item.said)
        for (relation_index, subject_index), by_object in groups.items():
            declared = graph.ontology.relations[graph.relation_names[relation_index]]
            for object_index, pieces in stretches(by_object, declared).items():
                for piece in pieces:
                    columns.add(relation_index, subject_index, object_index, piece)
        return columns.table()

    def _on_the_day(self, edges: EdgeTable) -> EdgeTable:
        today = self.as_of.toordinal()
        rules = self.graph.time_rules
        state = np.array([rule is TimeRule.STATE for rule in rules], dtype=bool)[edges.relation]
        timeless = np.array([rule is TimeRule.TIMELESS for rule in rules], dtype=bool)[edges.relation]
        keep = (edges.begin <= today) & (~(state | timeless) | (edges.end > today))
        chosen = np.flatnonzero(keep)
        clip = (~timeless & ~state)[chosen]
        end = np.where(clip, np.minimum(edges.end[chosen], today + 1), edges.end[chosen]).astype(np.int32)
        return taken(edges, chosen, end)

    def _narrowed(self, edges: EdgeTable) -> EdgeTable:
        """Repeat the edges of a relation under its narrower relations, where their ends fit."""
        graph, terms = self.graph, self.graph.ontology
        classes, of = self.classes
        chosen, renamed = [np.arange(len(edges))], [edges.relation]
        for name, relation in terms.relations.items():
            base = graph.relation_index.get(relation.narrows)
            if base is None:
                continue
            lower, upper = np.searchsorted(edges.relation, [base, base + 1])
            fits = np.ones(upper - lower, bool)
            for column, ends in ((edges.subject, relation.domain), (edges.object, relation.range)):
                fits &= np.array([terms.may_be(class_, ends) for class_ in classes], bool)[of[column[lower:upper]]]
            rows = lower + np.flatnonzero(fits)
            chosen.append(rows)
            renamed.append(np.full(len(rows), graph.relation_index[name], np.int16))
        if len(chosen) == 1:
            return edges
        rows, names = np.concatenate(chosen), np.concatenate(renamed)
        order = np.argsort(names, kind="stable")
        repeated = taken(edges, rows[order], edges.end[rows[order]])
        return replace(repeated, relation=names[order])

    # ---- questions

    def edges_of(self, relation: int) -> slice:
        """Return the slice of edges of a relation, given by its index in the graph."""
        lower, upper = np.searchsorted(self.edges.relation, [relation, relation + 1])
        return slice(int(lower), int(upper))

    def find(self, subject: str | None, relation: str, object_: str | None = None) -> list[int]:
        """Return the rows of the edges that match; None matches anything."""
        index = self.graph.relation_index.get(relation)
        if index is None:
            return []
        where = self.edges_of(index)
        keep = np.ones(where.stop - where.start, bool)
        for column, id_ in ((self.edges.subject, subject), (self.edges.object, object_)):
            if id_ is not None:
                node = self.graph.index.get(id_)
                if node is None:
                    return []
                keep &= column[where] == node
        return [int(row) for row in where.start + np.flatnonzero(keep)]

    def verdict(self, subject: str, relation: str, object_: str) -> Verdict:
        """Tell whether a statement holds on the day, in both runs; silence is unknown unless something is declared complete.

        What happens in a period (the clock *During*) holds from its beginning on: what was made or supplied stays so.
        """
        verdict = Verdict.unknown()
        for row in self.find(subject, relation, object_):
            edges = self.edges
            here = Verdict(
                Truth(int(edges.all_for[row]), int(edges.all_against[row])),
                Truth(int(edges.clear_for[row]), int(edges.clear_against[row])),
            )
            verdict = here if verdict == Verdict.unknown() else verdict | here
        if verdict.all_.for_ == 0:
            refuted = self.refuted_by_silence(subject, relation, object_)
            if refuted > verdict.all_.against:
                verdict = Verdict(Truth(0, refuted), Truth(0, refuted))
        return verdict

    def refuted_by_silence(self, subject: str, relation: str, object_: str) -> int:
        """Return how strongly the absence of a statement refutes it, from what is declared complete."""
        index, nodes = self.graph.relation_index.get(relation), self.graph.index
        if index is None:
            return 0
        grades = [0]
        if subject in nodes:
            grades.append(int(self.complete_from(index)[nodes[subject]]))
        if object_ in nodes:
            grades.append(int(self.complete_to(index)[nodes[object_]]))
        return max(grades)

    def values(self, subject: str, relation: str) -> tuple[ValueLeaf, ...]:
        """Return what is said of a value relation of a subject on the day, strongest first."""
        graph, table = self.graph, self.graph.table
        index, node = graph.relation_index.get(relation), graph.index.get(subject)
        if index is None or node is None:
            return ()
        lower, upper = np.searchsorted(self._values_key, [(node << 16) + index, (node << 16) + index + 1])
        today = self.as_of.toordinal()
        by_value: dict[str, list[int]] = {}
        for row in self._values_sorted[lower:upper].tolist():
            if graph.time_rules[index] is TimeRule.STATE and not table.from_earliest[row] <= today < table.to_latest[row]:
                continue
            number = float(table.number[row])
            key = repr(number) if number == number else table.value[row]
            by_value.setdefault(key, []).append(row)
        leaves = []
        for rows in by_value.values():
            support = [row for row in rows if not _AGAINST[table.stance[row]]]
            opposed = [row for row in rows if _AGAINST[table.stance[row]]]
            truth = Truth(
                max((int(self.strength[row]) for row in support), default=0),
                max((int(self.strength[row]) for row in opposed), default=0),
            )
            leaves.append(ValueLeaf(table.value[rows[0]], float(table.number[rows[0]]), truth, tuple(support), tuple(opposed)))
        return tuple(sorted(leaves, key=lambda leaf: (-leaf.truth.for_, leaf.value)))

    @cached_property
    def _values_sorted(self) -> Rows:
        table = self.graph.table
        rows = self._value_rows
        key = (table.subject[rows].astype(np.int64) << 16) + table.relation[rows]
        return rows[np.argsort(key, kind="stable")]

    @cached_property
    def _values_key(self) -> Rows:
        table, rows = self.graph.table, self._values_sorted
        return (table.subject[rows].astype(np.int64) << 16) + table.relation[rows]

    def complete_from(self, relation: int) -> Grades:
        """Return, for each node, how surely all its objects of the relation are said.

        Where a relation holds one value at a time, an undisputed value says that there is no other.
        """
        declared = self._silence.subjects.get(relation, self._nothing)
        if not self.graph.ontology.relations[self.graph.relation_names[relation]].one_at_a_time:
            return declared
        column, edges = declared.copy(), self.edges
        where = self.edges_of(relation)
        np.maximum.at(column, edges.subject[where], edges.clear_for[where])
        return column

    def complete_to(self, relation: int) -> Grades:
        """Return, for each node, how surely all subjects of the relation to it are said."""
        return self._silence.objects.get(relation, self._nothing)

    @cached_property
    def _nothing(self) -> Grades:
        return np.zeros(len(self.graph.node_ids), np.int8)

    @cached_property
    def _silence(self) -> Silence:
        policy = self.policy
        return Silence.on(self.graph, policy.table, self.as_of, self.known_by, policy.at_least, policy.without)

    # ---- evidence

    def evidence(self, rows: Iterable[int], *, against: bool = False) -> tuple[Evidence, ...]:
        """Return claims as evidence, strongest first."""
        graph = self.graph
        found = []
        for row in rows:
            claim = graph.claim_at(row)
            document = graph.documents[claim.document]
            version = document.version(claim.version)
            found.append(
                Evidence(
                    claim=claim.id, text=graph.says(claim), against=against, strength=Strength(int(self.strength[row])),
                    stance=claim.stance.value, speaker=claim.by or document.publisher, document=document.id,
                    version=claim.version, at=claim.at, title=document.title, published=version.published,
                    url=version.url or document.url or document.via, when=str(claim.interval), note=claim.note, relation=claim.relation,
                )
            )
        return tuple(sorted(found, key=lambda item: (-item.strength, item.published, item.claim)))

    def step(self, edge: int, inverse: bool = False) -> Step:
        """Return an edge as a step of a path, with its evidence and the bounds of time it relies on without knowing them."""
        edges, names = self.edges, self.graph.node_ids
        relation = int(edges.relation[edge])
        begin, end = int(edges.begin[edge]), int(edges.end[edge])
        unknown = []
        label = f"{names[edges.subject[edge]]} {self.graph.relation_names[relation]} {names[edges.object[edge]]}"
        if self.graph.time_rules[relation] is TimeRule.STATE:
            today = self.as_of.toordinal()
            if today < edges.sure_begin[edge]:
                unknown.append(f"{label}: began some day, known only by {day(int(edges.sure_begin[edge]))}")
            if today >= edges.sure_end[edge]:
                unknown.append(f"{label}: ended some day, known to hold only until {day(int(edges.sure_end[edge]))}")
        name = self.graph.relation_names[relation]
        return Step(
            subject=names[edges.subject[edge]],
            relation=self.graph.ontology.relations[name].narrows or name,
            object=names[edges.object[edge]],
            inverse=inverse,
            truth=Truth(int(edges.for_[edge]), int(edges.against[edge])),
            evidence=(
                *self.evidence(edges.rows(edge).tolist()),
                *self.evidence(edges.rows(edge, against=True).tolist(), against=True),
            ),
            begins=day(begin),
            ends=day(end),
            unknown_bounds=tuple(unknown),
        )

    def without(self, ids: Iterable[str]) -> FrozenView:
        """Return the view as it would be if these claims, documents or speakers were rejected."""
        again = copy(self)
        again.policy = replace(self.policy, without=self.policy.without | frozenset(ids))
        again._forget()
        if any(again.policy.without & {one.document, one.by, self.graph.documents[one.document].publisher} for one in self.graph.completes):
            again._freeze()
            return again
        counts = again._admitted()
        subjects = self._concerned(np.flatnonzero(self._counts & ~counts))
        part = copy(again)
        part._scope = subjects if self._scope is None else subjects & self._scope
        part._freeze()
        again.edges = merged(self.edges, ~subjects[self.edges.subject], part.edges)
        again._counts = counts
        again._value_rows = self._value_rows[counts[self._value_rows]]
        return again

    def _concerned(self, rows: Rows) -> Flags:
        """Return the nodes of which something else may hold once these claims are rejected."""
        table, edges = self.graph.table, self.edges
        found = np.zeros(len(self.graph.node_ids), bool)
        found[table.subject[rows]] = True
        general = rows[table.holds[rows] > 0]
        for pointer, behind in ((edges.support_ptr, edges.support_rows), (edges.oppose_ptr, edges.oppose_rows)):
            places = np.flatnonzero(np.isin(behind, general))
            found[edges.subject[np.searchsorted(pointer, places, side="right") - 1]] = True
        for row in general.tolist():
            if self.graph.time_rules[table.relation[row]] is TimeRule.STATE:  # it may have ended what no edge shows any more
                below = set(self.graph.ontology.below(self.graph.kinds[int(table.subject[row])].of))
                found |= np.array([class_ in below for class_ in self.classes[0]], bool)[self.classes[1]]
        return found

    def within(self, nodes: Iterable[int]) -> FrozenView:
        """Return the view of what is said about these nodes alone: the same edges from them, and quick to ask again."""
        again = copy(self)
        again._scope = np.zeros(len(self.graph.node_ids), bool)
        again._scope[list(nodes)] = True
        again._freeze()
        again._forget()
        return again

    def _forget(self) -> None:
        for name in ("_values_sorted", "_values_key", "_silence"):
            self.__dict__.pop(name, None)

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """Return what stands as a networkx multigraph; edges carry relation, truth, claims and dates."""
        import networkx as nx

        graph: nx.MultiDiGraph[str] = nx.MultiDiGraph(as_of=str(self.as_of), known_by=str(self.known_by or ""))
        names, edges = self.graph.node_ids, self.edges
        for row in np.flatnonzero(edges.all_for > 0).tolist():
            ends = names[edges.subject[row]], names[edges.object[row]]
            for id_ in ends:
                node = self.graph.index[id_]
                graph.add_node(id_, label=self.graph.node_names[node], type=self.graph.node_class[node])
            begin, end = day(int(edges.begin[row])), day(int(edges.end[row]))
            graph.add_edge(
                *ends, relation=self.graph.relation_names[edges.relation[row]], strength=int(edges.all_for[row]),
                against=int(edges.against[row]), contested=bool(edges.clear_for[row] == 0),
                claims=" ".join(self.graph.table.ids[claim] for claim in edges.rows(row)),
                begins=str(begin or ""), ends=str(end or ""),
            )
        return graph
