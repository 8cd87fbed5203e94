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

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from policygraph.errors import UnknownName, as_text, nearest
from policygraph.law import conditions as law
from policygraph.law.rules import (
    BINDINGNESS,
    CodeList,
    Duty,
    Effect,
    Notice,
    Operation,
    Rule,
    Status,
    StoredRules,
    Version,
    in_operation,
)  # fmt: skip
from policygraph.ontology import Ontology
from policygraph.ownership import By

if TYPE_CHECKING:
    from policygraph.law.inputs import Inputs
    from policygraph.law.naming import Known

__all__ = [
    "BINDINGNESS", "About", "CodeList", "Duty", "Notice", "Operation", "Rule", "Rulebook", "Status", "Version", "in_operation",
    "owning_lists",
]  # fmt: skip


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
    def load(cls, directory: Path, ontology: Ontology, known: Known | None = None) -> Rulebook:
        """Read every rule and list below a directory.

        Parameters
        ----------
        directory
            Holds files ``*.yaml``.
        ontology
            Where relations, classes and attributes are looked up.
        known
            What the data know; None to leave unchecked what is named in them.

        Raises
        ------
        BadRule
            With every fault, each with its file and line.
        """
        from policygraph.law.reading import read

        return read(directory, ontology, known)

    def stored(self) -> str:
        """Return the book as text that :meth:`restored` reads, faster than its files are."""
        kept = StoredRules(rules=tuple(self.rules.values()), lists=tuple(self.lists.values()), digest=self.digest)
        return kept.model_dump_json(by_alias=True)

    @classmethod
    def restored(cls, text: str | bytes, ontology: Ontology) -> Rulebook:
        """Return a book that was checked when it was stored.

        Raises
        ------
        ValueError
            If the text is no stored book.
        """
        kept = StoredRules.model_validate_json(text)
        return cls({rule.id: rule for rule in kept.rules}, {list_.id: list_ for list_ in kept.lists}, ontology, kept.digest)

    def with_draft(self, file: Path, known: Known | None = None) -> Rulebook:
        """Return these rules with those of a file or directory added, each in the place of one of the same id.

        Parameters
        ----------
        known
            What the data know; None to leave unchecked what is named in them.

        Raises
        ------
        BadRule
            With every fault of the draft, each with its file and line.
        """
        from policygraph.law.reading import drafted

        return drafted(self, file, known)

    def rule(self, name: str) -> Rule:
        """Return the rule of that id or title.

        Raises
        ------
        UnknownName
            With the nearest ids.
        """
        as_text(name, "the id or the title of a rule")
        for rule in self.rules.values():
            if name in (rule.id, rule.title) or name.casefold() == rule.title.casefold():
                return rule
        based = tuple(rule.id for rule in self.rules.values() if rule.basis == name)
        near = based or nearest(name, self.rules) or self._like(name) if name.strip() else ()
        hint = "" if near else "; give the id or the title of a rule (policygraph check lists them), for example ear-gp10"
        raise UnknownName(f"there is no rule '{name}'{hint}", near)

    def _like(self, name: str) -> tuple[str, ...]:
        """Return the ids of rules whose id or title holds the words of a name, or the most of them, or resembles it."""
        words = set(re.findall(r"\w+", name.casefold()))
        inside = {id_: len(words & set(re.findall(r"\w+", f"{id_} {rule.title}".casefold()))) for id_, rule in self.rules.items()}
        titles = {rule.title: id_ for id_, rule in self.rules.items()}
        near = tuple(map(titles.__getitem__, nearest(name, titles)))
        best = max(inside.values(), default=0)
        most = tuple(id_ for id_, count in inside.items() if count == best)[:3] if best else ()
        return near or most or tuple(id_ for id_ in self.rules if name.casefold() in id_)[:3]

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

    @cached_property
    def jurisdiction(self) -> Mapping[str, tuple[Rule, ...]]:
        """The rules of each order that make an item subject to it and that no other such rule asks for."""
        rules = self.of_effect("subject-to-ear")
        asked = {
            (rule.order, condition.rule)
            for rule in rules for version in rule.versions for condition, _ in law.below(version.when)
            if isinstance(condition, law.RuleResult) and condition.rule != rule.id
        }  # fmt: skip
        roots = [rule for rule in rules if (rule.order, rule.id) not in asked]
        return {order: tuple(rule for rule in roots if rule.order == order) for order in {rule.order for rule in roots}}

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
            yield from self.asked_in(where)

    def asked_in(self, where: law.Condition, negated: bool = False) -> Iterator[tuple[str, bool]]:
        """Yield the rules that a condition asks for, each with whether under a negation."""
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
                        yield from self.asked_in(other.notice.when, inner)


def conditions_of(rule: Rule) -> Iterator[law.Condition]:
    """Yield every condition of a rule, in all its versions and in its notice."""
    for where in (*(version.when for version in rule.versions), *((rule.notice.when,) if rule.notice else ())):
        for condition, _ in law.below(where):
            yield condition




def owning_rules(book: Rulebook, order: str, on: date, known_by: date | None = None) -> tuple[dict[str, str], ...]:
    """Return the rules of an order that do something where restricted parties hold somebody, each with its status on a day."""
    found = []
    for rule in book.rules.values():
        owned = rule.order == order and any(isinstance(condition, law.Owned) for condition in conditions_of(rule))
        if owned and rule.effect in ("licence-required", "review-policy", "prohibited"):
            status, operation = in_operation(rule.operates, on, known_by)
            cite = operation.cite if operation else ""
            found.append({"rule": rule.id, "title": rule.title, "basis": rule.basis, "status": status, "cite": cite})
    return tuple(found)


def owning_lists(book: Rulebook, order: str) -> tuple[By, ...]:
    """Return the lists whose parties' holdings rules of an order ask about, with a footnote or programmes where these are asked for."""
    rules = (rule for rule in book.rules.values() if rule.order == order)
    found = (condition.by for rule in rules for condition in conditions_of(rule) if isinstance(condition, law.Owned))
    every = dict.fromkeys(By(one.list, one.footnote, one.programme) for by in found for one in by if isinstance(one, law.Listed))
    return tuple(by for by in every if by == By(by.list) or By(by.list) not in every)
