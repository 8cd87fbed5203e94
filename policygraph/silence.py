"""What silence says: where a document declares that it leaves nothing out.

Comes in: the declarations that count on a day. Goes out: for each relation and node, how surely everything is on record. What is not
on record is refuted that surely; and so is what somebody else says more weakly of a list than the list itself speaks.
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

    ``documents`` are those that declare it of an object, by relation and object: what they say is not refuted by their silence.
    """

    subjects: dict[int, Grades]
    objects: dict[int, Grades]
    documents: dict[tuple[int, int], set[int]]

    @classmethod
    def on(
        cls, graph: ClaimGraph, table: EvidenceTable, as_of: date, known_by: date | None, at_least: Strength, without: frozenset[str]
    ) -> Silence:
        """Gather the declarations that count."""
        found = cls({}, {}, {})
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
            ends = found.subjects if complete.subject else found.objects
            column = ends.setdefault(relation, np.zeros(len(graph.node_ids), np.int8))
            column[node] = max(int(column[node]), int(strength))
            if complete.object:
                found.documents.setdefault((relation, node), set()).add(numbers[document.id])
        return found

    def weighed(self, edges: EdgeTable, graph: ClaimGraph) -> EdgeTable:
        """Refute what others say more weakly to stand on a list than the list speaks, which is complete and does not say it."""
        refuted: dict[int, int] = {}
        for relation, column in self.objects.items():
            low, high = np.searchsorted(edges.relation, [relation, relation + 1])
            grade = column[edges.object[low:high]]
            weaker = np.flatnonzero((edges.all_for[low:high] > 0) & (grade > edges.all_for[low:high]))
            refuted |= {int(low + place): int(grade[place]) for place in weaker if not self._says(edges, graph, int(low + place))}
        if not refuted:
            return edges
        rows, grades = np.array(list(refuted)), np.array(list(refuted.values()), np.int8)
        columns = {name: getattr(edges, name).copy() for name in ("against", "all_for", "clear_for", "all_against", "clear_against")}
        for name in ("against", "all_against", "clear_against"):
            columns[name][rows] = np.maximum(columns[name][rows], grades)
        columns["all_for"][rows] = columns["clear_for"][rows] = 0
        return replace(edges, **columns)

    def _says(self, edges: EdgeTable, graph: ClaimGraph, edge: int) -> bool:
        """Tell whether a document that declares itself complete says the edge itself."""
        declaring = self.documents[int(edges.relation[edge]), int(edges.object[edge])]
        return bool(np.isin(graph.table.document[edges.rows(edge)], list(declaring)).any())
