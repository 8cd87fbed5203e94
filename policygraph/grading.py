"""How sure each claim is: the evidence table, applied to all claims at once."""

from __future__ import annotations

import numpy as np

from policygraph.claims import Stance
from policygraph.edges import Grades
from policygraph.graph import ClaimGraph
from policygraph.truth import EvidenceTable, Strength

__all__ = ["speaker_strength", "strengths"]


def speaker_strength(graph: ClaimGraph, table: EvidenceTable, speaker: str) -> Strength:
    """Return what a speaker can vouch for: the entry of the nearest class that the table names."""
    node = graph.index.get(speaker)
    class_ = graph.node_class[node] if node is not None else ""
    return table.vouched(graph.ontology.lineage(class_))


def strengths(graph: ClaimGraph, table: EvidenceTable) -> Grades:
    """Grade every claim by the evidence table: the weakest of carrier, speaker, stance and cap."""
    columns = graph.table
    if not len(columns.subject):
        return np.zeros(0, np.int8)
    documents = [graph.documents[id_] for id_ in graph.document_ids]
    carried = np.array([min(table.carriers[document.kind], document.cap) for document in documents], np.int8)[columns.document]
    by_class = {class_: int(table.vouched(graph.ontology.lineage(class_))) for class_ in set(graph.node_class)}
    vouched = np.array([by_class[class_] for class_ in graph.node_class], np.int8)[columns.speaker]
    stands = np.array([table.stances[stance.value] for stance in Stance], np.int8)
    own = np.array([table.own_conduct.get(stance.value, -1) for stance in Stance], np.int8)[columns.stance]
    is_own = columns.own & (own >= 0)
    said = np.where(is_own, own, np.minimum(vouched, stands[columns.stance]))
    graded = np.minimum(carried, said)
    return np.where(columns.holds == 2, np.minimum(graded, np.int8(table.generally)), graded).astype(np.int8)
