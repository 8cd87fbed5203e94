"""Whether rules operate on a day, and by which version they are read.

Comes in: a view, a day, what the caller assumes. Goes out: for each rule its version and a reading, worked out once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from functools import cached_property

import numpy as np

from policygraph.findings import Gap
from policygraph.law.readings import NO, UNKNOWN, YES, Reading, noted
from policygraph.law.rulebook import Rule, Version, in_operation
from policygraph.view import FrozenView

__all__ = ["Operating"]


class Operating:
    """The operation of rules on a day.

    Parameters
    ----------
    view
        What stands.
    on
        The day.
    assume
        Statuses that the caller assumes, by rule.
    textual
        Whether the text alone is read, enforced or not.
    """

    def __init__(self, view: FrozenView, on: date, assume: Mapping[str, str], *, textual: bool) -> None:
        self.view = view
        self.on = on
        self.assume = assume
        self.textual = textual
        self._known: dict[str, tuple[Version | None, Reading]] = {}

    def of(self, rule: Rule) -> tuple[Version | None, Reading]:
        """Return the version by which a rule is read, and whether it operates."""
        if rule.id not in self._known:
            self._known[rule.id] = self._of(rule)
        return self._known[rule.id]

    def _of(self, rule: Rule) -> tuple[Version | None, Reading]:
        status, entry = in_operation(rule.operates, self.on, self.view.known_by)
        version = self._version_of(rule)
        note = noted(entry.cite, entry.note) if entry else ""
        if self.is_rejected(rule):
            status, note = "unknown", f"the document that makes it is left out: {rule.document}"
        assumed = self.assume.get(rule.id)
        if assumed:
            status, note = assumed, f"assumed by whoever asks; on record: {status}"
        elif self.textual and status == "unenforced":
            status = "in-force"
        if version is None and status in ("in-force", "unknown"):
            status = "not-yet-in-force"
        verdict = {"in-force": YES, "unknown": UNKNOWN}.get(status, NO)
        label = f"in operation on {self.on}: {status.replace('-', ' ')}"
        gap = Gap(rule.id, "legalStatus", None, "LegalStatus", f"whether '{rule.title}' operates on {self.on}")
        return version, Reading(
            "operation", label, verdict, rule.basis_of(version), note, gaps=lambda: (gap,), claims=lambda: self._made_by(rule),
            redo=lambda other: other.operation(rule)[1],
        )  # fmt: skip

    def _version_of(self, rule: Rule) -> Version | None:
        if self.textual:
            return rule.text(self.on, self.view.known_by)
        return rule.enforced(self.on, self.view.known_by, self.assume.get(rule.id))

    def is_rejected(self, rule: Rule) -> bool:
        """Tell whether the view rejects the document that makes a rule, or whoever published it."""
        document = self.view.graph.documents.get(rule.document)
        return document is not None and not self.view.policy.without.isdisjoint((document.id, document.publisher))

    def _made_by(self, rule: Rule) -> Iterator[str]:
        """Yield one claim of the document that makes a rule, to stand for it among what an answer rests on."""
        if rule.document in self._first:
            yield self._first[rule.document]

    @cached_property
    def _first(self) -> Mapping[str, str]:
        """The first claim of each document."""
        graph = self.view.graph
        documents, rows = np.unique(graph.table.document, return_index=True)
        return {
            str(graph.document_ids[document]): graph.table.ids[row] for document, row in zip(documents.tolist(), rows.tolist(), strict=True)
        }
