"""What silence says: where a document declares that it leaves nothing out.

Comes in: the declarations that count on a day. Goes out: for each relation and node, how surely everything is on record. What is not
on record is refuted that surely; and so is what somebody else says more weakly of a list than the list itself speaks, or of anything
else that is declared closed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from policygraph.dates import FIRST
from policygraph.edges import EdgeTable, Grades
from policygraph.grading import speaker_strength
from policygraph.graph import ClaimGraph
from policygraph.ontology import TimeRule
from policygraph.truth import EvidenceTable, Strength

__all__ = ["Silence"]


@dataclass(frozen=True, slots=True)
class Silence:
    """How surely all objects of a subject, and all subjects of an object, are on record, by relation.

    ``closed`` are those of the subjects of which others cannot say more. ``documents`` are those that declare it of an object, or close a
    subject, by relation, node and whether it is the object: what they say is not refuted by their silence.
    """

    subjects: dict[int, Grades]
    objects: dict[int, Grades]
    closed: dict[int, Grades]
    documents: dict[tuple[int, int, bool], set[int]]

    @classmethod
    def on(
        cls, graph: ClaimGraph, table: EvidenceTable, as_of: date, known_by: date | None, at_least: Strength, without: frozenset[str]
    ) -> Silence:
        """Gather the declarations that count."""
        found = cls({}, {}, {}, {})
        numbers = {id_: number for number, id_ in enumerate(graph.document_ids)}
        for complete in graph.completes:
            document = graph.documents[complete.document]
            speaker = complete.by or document.publisher
            if (known_by and complete.recorded > known_by) or not complete.interval.possibly(as_of):
                continue
            if without & {document.id, document.publisher, speaker}:
                continue
            said = min(table.stances[complete.stance.value], speaker_strength(graph, table, speaker))
            strength = min(table.carriers[document.kind], document.cap, said)
            relation = graph.relation_index.get(complete.relation)
            node = graph.index.get(complete.subject or complete.object)
            if strength < at_least or relation is None or node is None:
                continue
            if graph.time_rules[relation] is TimeRule.DURING and complete.interval.from_earliest > FIRST:
                continue  # what was made stays made: what is told of some days is silent about the days before
            is_object = bool(complete.object)
            for ends in ((found.objects,) if is_object else (found.subjects, found.closed) if complete.closed else (found.subjects,)):
                column = ends.setdefault(relation, np.zeros(len(graph.node_ids), np.int8))
                column[node] = max(int(column[node]), int(strength))
            if is_object or complete.closed:
                found.documents.setdefault((relation, node, is_object), set()).add(numbers[document.id])
        return found

    def weighed(self, edges: EdgeTable, graph: ClaimGraph) -> EdgeTable:
        """Refute what others say more weakly of a list or of what is closed than is declared, unless a declaring document says it too."""
        refuted: dict[int, int] = {}
        for declared, ends, is_object in ((self.objects, edges.object, True), (self.closed, edges.subject, False)):
            for relation, column in declared.items():
                low, high = np.searchsorted(edges.relation, [relation, relation + 1])
                grade = column[ends[low:high]]
                for place in np.flatnonzero((edges.all_for[low:high] > 0) & (grade > edges.all_for[low:high])).tolist():
                    edge = int(low) + place
                    if not self._says(edges, graph, edge, self.documents[relation, int(ends[edge]), is_object]):
                        refuted[edge] = max(refuted.get(edge, 0), int(grade[place]))
        if not refuted:
            return edges
        rows, grades = np.array(list(refuted)), np.array(list(refuted.values()), np.int8)
        columns = {name: getattr(edges, name).copy() for name in ("against", "all_for", "clear_for", "all_against", "clear_against")}
        for name in ("against", "all_against", "clear_against"):
            columns[name][rows] = np.maximum(columns[name][rows], grades)
        columns["all_for"][rows] = columns["clear_for"][rows] = 0
        return replace(edges, **columns)

    def _says(self, edges: EdgeTable, graph: ClaimGraph, edge: int, declaring: set[int]) -> bool:
        """Tell whether one of some documents says the edge itself, and not only what it follows from."""
        table, rows = graph.table, edges.rows(edge)
        rows = rows[(table.relation[rows] == edges.relation[edge]) & (table.object[rows] == edges.object[edge])]
        return bool(np.isin(table.document[rows], list(declaring)).any())
