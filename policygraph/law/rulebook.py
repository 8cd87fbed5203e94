"""Rules of law as data: read, checked as a whole, and asked which version applies on a day.

Comes in: a directory of YAML files, each one rule (``rule:``) or one list of codes (``list:``). Goes out: a :class:`Rulebook`,
immutable. A rule carries its legal basis, how far it binds, the times it operates and its versions, each a tree of conditions.

Two clocks of the law are kept apart here. *Operation* says whether a rule or a version is in force, suspended, in the text but not
enforced, or of unknown status. *Versions* say what the text was; jurisdiction and classification run from ``effective``, duties from
``compliance``. The enforced reading of a day is the latest version that is enforced; the reading of the text is the latest version.

>>> from policygraph.ontology import Ontology, shipped
>>> book = Rulebook.load(shipped("datasets") / "law", Ontology.shipped())
>>> book.rule("ear-gp10").basis
'ear:736.2-b-10'
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field

from policygraph.errors import UnknownName, nearest
from policygraph.law import conditions as law
from policygraph.ontology import Ontology

if TYPE_CHECKING:
    from policygraph.law.inputs import Inputs

__all__ = ["BINDINGNESS", "About", "CodeList", "Duty", "Notice", "Operation", "Rule", "Rulebook", "Version", "in_operation", "owning_lists"]

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
    document: str = ""
    file: str = ""

    def begins(self, version: Version) -> date | None:
        """Return the day from which a version counts for what this rule does."""
        late = version.compliance if self.effect not in _FROM_EFFECTIVE else None
        return late or version.effective

    def text(self, on: date, known_by: date | None = None) -> Version | None:
        """Return the version that stands in the text on a day, or None if there is none."""
        standing = [version for version in self._published(known_by) if version.in_text and self._stands(version, on)]
        return standing[-1] if standing else None

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


@dataclass(frozen=True)
class About:
    """What speaks to a requirement."""

    exceptions: tuple[Rule, ...]
    limits: tuple[Rule, ...]
    reviews: tuple[Rule, ...]

    def barring(self, exception: Rule) -> tuple[Rule, ...]:
        """Return the limits that do not leave an exception."""
        return tuple(limit for limit in self.limits if not exception.falls_under(limit.leaves))


@dataclass(frozen=True)
class Rulebook:
    """All rules of a directory.

    Attributes
    ----------
    rules, lists
        By id.
    digest
        A hash of every file read.
    """

    rules: Mapping[str, Rule]
    lists: Mapping[str, CodeList]
    ontology: Ontology
    digest: str

    @classmethod
    def load(cls, directory: Path, ontology: Ontology, provisions: Container[str] | None = None) -> Rulebook:
        """Read every rule and list below a directory.

        Parameters
        ----------
        directory
            Holds files ``*.yaml``.
        ontology
            Where relations, classes and attributes are looked up.
        provisions
            Ids of all provisions that may be cited; None to leave citations unchecked.

        Raises
        ------
        BadRule
            With every fault, each with its file and line.
        """
        from policygraph.law.reading import read

        return read(directory, ontology, provisions)

    def stored(self) -> str:
        """Return the book as text that :meth:`restored` reads, faster than its files are."""
        kept = _Stored(rules=tuple(self.rules.values()), lists=tuple(self.lists.values()), digest=self.digest)
        return kept.model_dump_json(by_alias=True)

    @classmethod
    def restored(cls, text: str | bytes, ontology: Ontology) -> Rulebook:
        """Return a book that was checked when it was stored.

        Raises
        ------
        ValueError
            If the text is no stored book.
        """
        kept = _Stored.model_validate_json(text)
        return cls({rule.id: rule for rule in kept.rules}, {list_.id: list_ for list_ in kept.lists}, ontology, kept.digest)

    def with_draft(self, file: Path) -> Rulebook:
        """Return these rules with those of a file or directory added, each in the place of one of the same id.

        Raises
        ------
        BadRule
            With every fault of the draft, each with its file and line.
        """
        from policygraph.law.reading import drafted

        return drafted(self, file)

    def rule(self, name: str) -> Rule:
        """Return the rule of that id or title.

        Raises
        ------
        UnknownName
            With the nearest ids.
        """
        for rule in self.rules.values():
            if name in (rule.id, rule.title) or name.casefold() == rule.title.casefold():
                return rule
        near = nearest(name, self.rules) or tuple(id_ for id_ in self.rules if name.casefold() in id_)[:3]
        hint = "" if near else "; the rules are " + ", ".join(self.rules)
        raise UnknownName(f"there is no rule '{name}'{hint}", near)

    def classifiers(self, codes: tuple[law.Entry, ...]) -> tuple[Rule, ...]:
        """Return the rules that put an item in one of the entries or in a paragraph of one."""
        key = tuple(entry.code for entry in codes)
        if key not in self._classifiers:
            self._classifiers[key] = tuple(
                rule
                for rule in self.rules.values()
                if rule.effect == "classified" and any(entry.covers(code) for entry in codes for code in rule.classifies)
            )
        return self._classifiers[key]

    @cached_property
    def _classifiers(self) -> dict[tuple[str, ...], tuple[Rule, ...]]:
        return {}

    @cached_property
    def inputs(self) -> Inputs:
        """What of a case each rule reads."""
        from policygraph.law.inputs import Inputs

        return Inputs(self)

    @cached_property
    def displacers(self) -> Mapping[str, tuple[str, ...]]:
        """The rules that displace each rule, by its id."""
        found: dict[str, list[str]] = {}
        for rule in self.rules.values():
            for name in rule.displaces:
                found.setdefault(name, []).append(rule.id)
        return {name: tuple(rules) for name, rules in found.items()}

    def of_effect(self, *effects: str) -> tuple[Rule, ...]:
        """Return the rules of some effects, in the order of their ids."""
        return self._by_effect[effects[0]] if len(effects) == 1 else tuple(rule for rule in self._in_order if rule.effect in effects)

    @cached_property
    def _in_order(self) -> tuple[Rule, ...]:
        return tuple(rule for _, rule in sorted(self.rules.items()))

    @cached_property
    def _by_effect(self) -> Mapping[str, tuple[Rule, ...]]:
        return {effect: tuple(rule for rule in self._in_order if rule.effect == effect) for effect in get_args(Effect)}

    def about(self, requirement: Rule, on: date) -> About:
        """Return the exceptions, limits of exceptions and review policies that speak to a requirement, as its basis stands on a day."""
        key = (requirement.id, on)
        if key not in self._about:
            found = {
                effect: tuple(one for one in self.of_effect(effect) if requirement.falls_under(one.concerns, on))
                for effect in ("excepted", "limits-exceptions", "review-policy")
            }
            self._about[key] = About(*found.values())
        return self._about[key]

    @cached_property
    def _about(self) -> dict[tuple[str, date], About]:
        return {}

    def notices(self, topic: str) -> tuple[Rule, ...]:
        """Return the rules by which the public is on notice of a topic."""
        return tuple(rule for rule in self.rules.values() if rule.notice and rule.notice.of == topic)

    @cached_property
    def words(self) -> Mapping[str, frozenset[str]]:
        """The words that rules use for ``act``, ``end_use``, ``knowledge`` and ``given``: what a case may usefully say."""
        kinds = ("act", "end_use", "service", "knowledge", "given", "authorised")
        found: dict[str, set[str]] = {kind: set() for kind in kinds}
        for rule in self.rules.values():
            for condition in conditions_of(rule):
                match condition:
                    case law.Act() | law.EndUse() | law.Service():
                        found[condition.kind] |= set(condition.in_)
                    case law.Knowledge():
                        found["knowledge"].add(condition.of)
                    case law.Given():
                        found["given"].add(condition.what)
                    case law.Authorised():
                        found["authorised"] |= set(condition.covers)
        return {kind: frozenset(words) for kind, words in found.items()}

    def depends_on(self, rule: Rule) -> Iterator[tuple[str, bool]]:
        """Yield the rules that a rule asks for, each with whether under a negation."""
        yield from ((name, True) for name in self.displacers.get(rule.id, ()))
        wheres = [version.when for version in rule.versions]
        for where in wheres:
            yield from self._asked(where, False)

    def _asked(self, where: law.Condition, negated: bool) -> Iterator[tuple[str, bool]]:
        for condition, inner in law.below(where, negated=negated):
            if isinstance(condition, law.RuleResult):
                yield condition.rule, inner
            if isinstance(condition, law.Content) and condition.needs:
                yield condition.needs, inner
            codes: list[tuple[tuple[law.Entry, ...], bool]] = []
            if isinstance(condition, law.Classified):
                codes += [(condition.in_, inner), (condition.except_, True)]
            for target, outside in law.targets_of(condition):
                if target.rule:
                    yield target.rule, inner or outside
                codes.append((target.eccn, inner or outside))
            for entries, excepted in codes:
                yield from ((rule.id, excepted) for rule in self.classifiers(entries))
            if isinstance(condition, law.Knowledge):
                for other in self.notices(condition.of):
                    if other.notice is not None and other.notice.when is not where:
                        yield from self._asked(other.notice.when, inner)


class _Stored(_Value):
    """A rulebook as it is kept."""

    rules: tuple[Rule, ...]
    lists: tuple[CodeList, ...]
    digest: str


def conditions_of(rule: Rule) -> Iterator[law.Condition]:
    """Yield every condition of a rule, in all its versions and in its notice."""
    for where in (*(version.when for version in rule.versions), *((rule.notice.when,) if rule.notice else ())):
        for condition, _ in law.below(where):
            yield condition




def owning_lists(book: Rulebook, order: str) -> tuple[tuple[str, str], ...]:
    """Return the lists, with a footnote where one is asked for, whose parties' holdings rules of an order ask about."""
    rules = (rule for rule in book.rules.values() if rule.order == order)
    found = (condition.by for rule in rules for condition in conditions_of(rule) if isinstance(condition, law.Owned))
    every = dict.fromkeys((one.list, one.footnote) for by in found for one in (by if isinstance(by, tuple) else (by,)))
    return tuple((list_, footnote) for list_, footnote in every if not footnote or (list_, "") not in every)
