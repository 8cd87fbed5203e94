"""One rule of law as a value: its headers, its versions, the times it operates.

Comes in: what a file says. Goes out: a :class:`Rule`, immutable, which tells which of its versions stands or is enforced on a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from policygraph.law import conditions as law
from policygraph.law.entries import Words

__all__ = ["BINDINGNESS", "CodeList", "Duty", "Effect", "Notice", "Operation", "Rule", "Status", "StoredRules", "Version", "in_operation"]

Effect = Literal[
    "not-subject", "subject-to-ear", "classified", "licence-required", "excepted", "limits-exceptions", "review-policy",
    "prohibited", "presumption", "red-flag", "obliges", "forbids-compliance", "definition",
]  # fmt: skip
Status = Literal["in-force", "suspended", "unenforced", "repealed", "not-yet-in-force", "unknown"]
Bindingness = Literal[
    "statute", "regulation", "order", "interpretive-rule", "policy-statement", "guidance", "press-release", "statement", "bill"
]
BINDINGNESS: Final = (
    "statute", "regulation", "order", "interpretive-rule", "policy-statement", "guidance", "press-release", "statement", "bill",
)  # fmt: skip
"""How far a text binds, the most binding first."""
_FROM_EFFECTIVE: Final = ("not-subject", "subject-to-ear", "classified", "presumption", "red-flag", "definition")


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Operation(_Value):
    """A stretch of time over which a rule or version has a status: from a day until the day before another."""

    since: date | None = Field(default=None, alias="from")
    until: date | None = Field(default=None, alias="to")
    status: Status
    published: date | None = None
    cite: str = ""
    bindingness: Bindingness | None = None
    note: str = ""


class Version(_Value):
    """What the text was: from ``effective`` (for duties ``compliance``) until the next version, or until it lapsed.

    Without ``effective`` it stood before the time that the data cover. ``basis`` names the provision that it stood in, if not that of
    the rule. With ``in_text: false`` it is what is enforced of a text that says more, and not the text.
    """

    published: date | None = None
    effective: date | None = None
    compliance: date | None = None
    until: date | None = None
    cite: str = ""
    basis: str = ""
    in_text: bool = True
    confidence: law.Confidence = ""
    edition: date | None = None
    note: str = ""
    operates: tuple[Operation, ...] = ()
    when: law.Condition

    def __str__(self) -> str:
        begun = f"effective {self.effective}" if self.effective else "in the text since before the data begin"
        return f"{self.cite}, {begun}" if self.cite else begun


class Duty(_Value):
    """Who must do what with what."""

    bearer: str
    act: str
    object: str


class Notice(_Value):
    """Public notice of something about a class of items; whoever deals in one is taken to know, as presumed."""

    of: str
    since: date = Field(alias="from")
    cite: str = ""
    when: law.Condition


class CodeList(_Value):
    """A list of codes that several rules use."""

    id: str = Field(alias="list")
    title: str
    cite: str = ""
    note: str = ""
    entries: law.Codes


class Rule(_Value):
    """A rule of law as data.

    Attributes
    ----------
    effect
        What follows where its conditions hold.
    basis
        The provision it is, by id.
    operates
        When it is in force, suspended and so on; empty for always.
    versions
        Its texts, from the oldest to the newest.
    classifies
        For a rule whose effect is to classify: the entries it puts an item in.
    notice
        What the public is on notice of by it.
    order
        The legal order it belongs to, by the ISO 3166-1 alpha-2 code of its country.
    displaces
        Rules that do not apply where this one does.
    concerns
        For an exception, a limit of exceptions or a review policy: the requirements it speaks to, each the id of a rule or a
        provision that is the basis of one or contains it.
    leaves
        For a limit of exceptions: the exceptions that it leaves, likewise.
    forbids
        For a rule that forbids complying with the law of another order: the rules or provisions whose duties it forbids to carry out.
    duty, terms
        Who must do what; policy, exceptions, expiry and the like.
    words
        Words that it brings for what only a case can tell, by the condition that uses them; see ``ontology/words.yaml``.
    document
        The document that alone makes it, such as guidance; where a view rejects that, the rule is not known to operate.
    file
        Where it was read.
    """

    id: str = Field(alias="rule")
    title: str
    effect: Effect
    order: str = Field(pattern="^[A-Z]{2}$")
    bindingness: Bindingness
    basis: str
    note: str = ""
    operates: tuple[Operation, ...] = ()
    versions: tuple[Version, ...] = Field(min_length=1)
    classifies: tuple[str, ...] = ()
    notice: Notice | None = None
    displaces: tuple[str, ...] = ()
    concerns: tuple[str, ...] = ()
    leaves: tuple[str, ...] = ()
    forbids: tuple[str, ...] = ()
    duty: Duty | None = None
    terms: Mapping[str, Any] = Field(default_factory=dict)
    words: Mapping[str, Words] = Field(default_factory=dict)
    document: str = ""
    file: str = ""

    def begins(self, version: Version) -> date | None:
        """Return the day from which a version counts for what this rule does."""
        late = version.compliance if self.effect not in _FROM_EFFECTIVE else None
        return late or version.effective

    def text(self, on: date, known_by: date | None = None) -> Version | None:
        """Return the latest version that the text has had by a day, or None if there is none or that one has lapsed."""
        begun = [version for version in self._published(known_by) if version.in_text and self._stands(version, on, lapses=False)]
        return begun[-1] if begun and self._stands(begun[-1], on) else None

    def enforced(self, on: date, known_by: date | None = None, status: str | None = None) -> Version | None:
        """Return the latest version that stands on a day and is in operation, or None if there is none.

        Parameters
        ----------
        status
            What the caller assumes of the latest text, in place of what is recorded.
        """
        standing = [version for version in self._published(known_by) if self._stands(version, on, lapses=False)]
        latest = next((version for version in reversed(standing) if version.in_text), None)
        if status in ("in-force", "unknown") and latest is not None:
            return latest if self._stands(latest, on) else None
        for version in reversed(standing):
            recorded = in_operation(version.operates, on, known_by)[0]
            if (status if status and version is latest else recorded) in ("in-force", "unknown"):
                return version if self._stands(version, on) else None
        return None

    def basis_of(self, version: Version | None) -> str:
        """Return the provision that a version of the rule stood in."""
        return version.basis if version is not None and version.basis else self.basis

    def _published(self, known_by: date | None) -> Iterator[Version]:
        for version in self.versions:
            if known_by is None or version.published is None or version.published <= known_by:
                yield version

    def _stands(self, version: Version, on: date, lapses: bool = True) -> bool:
        begins = self.begins(version)
        if begins is not None and on < begins:
            return False
        return not (lapses and version.until is not None and on >= version.until)

    def falls_under(self, names: Iterable[str], on: date | None = None) -> bool:
        """Tell whether it is one of some rules, or has its basis in one of some provisions or a paragraph of one.

        Parameters
        ----------
        on
            The day on which its basis is read; None for that of the rule.
        """
        basis = self.basis_of(self.text(on)) if on is not None else self.basis
        return any(name == self.id or basis == name or basis.startswith(f"{name}-") for name in names)

    @property
    def days(self) -> tuple[date, ...]:
        """Days on which its text, operation or notice changes."""
        found: set[date | None] = {self.notice.since if self.notice else None}
        for operation in (*self.operates, *(operation for version in self.versions for operation in version.operates)):
            found |= {operation.since, operation.until}
        for version in self.versions:
            found |= {self.begins(version), version.until}
            for condition, _ in law.below(version.when):
                for entry in _entries(condition):
                    found |= {entry.since, entry.until}
        return tuple(sorted(day for day in found if day is not None))


def in_operation(
    operations: tuple[Operation, ...], on: date, known_by: date | None = None
) -> tuple[str, Operation | None]:
    """Return the status on a day, and the entry that gives it; without entries, in force.

    An entry whose end was published only after ``known_by`` goes on.

    >>> pause = Operation(since=date(2025, 11, 10), status="suspended", published=date(2025, 11, 12))
    >>> rule = (Operation(since=date(2025, 9, 29), until=date(2025, 11, 10), status="in-force"), pause)
    >>> in_operation(rule, date(2025, 12, 1))[0], in_operation(rule, date(2025, 12, 1), known_by=date(2025, 10, 1))[0]
    ('suspended', 'in-force')
    """
    if not operations:
        return "in-force", None
    hidden = {
        operation.since for operation in operations if known_by and operation.published and operation.published > known_by
    }
    shown = [operation for operation in operations if operation.since not in hidden]
    begun = [operation for operation in shown if operation.since is None or operation.since <= on]
    if not begun:
        return "not-yet-in-force", None
    last = begun[-1]
    if last.until is not None and on >= last.until and last.until not in hidden:
        return "repealed" if last.status == "in-force" else "unknown", last
    return last.status, last


def _entries(condition: law.Condition) -> Iterator[law.Entry]:
    if isinstance(condition, law.Classified):
        yield from (*condition.in_, *condition.except_)
    for target, _ in law.targets_of(condition):
        yield from target.eccn


class StoredRules(_Value):
    """A rulebook as it is kept."""

    rules: tuple[Rule, ...]
    lists: tuple[CodeList, ...]
    digest: str
