"""What the law demands of an item between every two countries on a day.

Comes in: a view, the rules, an item. Goes out: :class:`Controls`. For every pair of countries the law is asked what it demands of a firm
of the one that sends the item to a firm of the other: each legal order by its own rules, and the strictest counts.

A leg is weighed on its face, as its papers would show it: the receiver is a firm of that country which no list names, and nothing
further is known. Whoever knows that the goods go on exports to where they go; so a leg that is weak here is a way past the papers, and
no permission.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from functools import cached_property
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from policygraph.errors import BadQuestion
from policygraph.law.conditions import PartyIs, below
from policygraph.law.rulebook import Rule, Rulebook, in_operation
from policygraph.law.screen import Screening, screen
from policygraph.law.table import CaseTable
from policygraph.view import FrozenView

__all__ = ["COVERAGE", "Control", "Controls", "Leg", "Letter", "controls"]

COVERAGE: Final = (
    "Each leg is weighed on its face: a receiver that no list names, and nothing further known. Whoever knows that goods go on exports to "
    "where they go; no route here is a permission."
)
Levels = npt.NDArray[np.int8]


class Control(IntEnum):
    """What the law demands of a leg, from nothing to a policy of denial."""

    NONE = 0
    OPEN = 1
    EXCEPTION = 2
    CONDITIONAL = 3
    APPROVAL = 4
    CASE_BY_CASE = 5
    LICENCE = 6
    DENIAL = 7
    DENIED = 8

    @property
    def word(self) -> str:
        """What it is called in an answer."""
        return _WORDS[self]


_WORDS: Final = {
    Control.NONE: "no requirement", Control.OPEN: "not known", Control.EXCEPTION: "licence exception",
    Control.CONDITIONAL: "licence exception on conditions", Control.APPROVAL: "licence, presumption of approval",
    Control.CASE_BY_CASE: "licence, case by case", Control.LICENCE: "licence, by a policy not known",
    Control.DENIAL: "licence, presumption of denial", Control.DENIED: "licence, policy of denial",
}  # fmt: skip
_OF_THE_LEG: Final = ("item", "act", "from", "to", "ultimate_consignee", "end_user")
"""What each leg says itself, and nobody can tell of all legs."""
_POLICIES: Final = {
    "presumption-of-approval": Control.APPROVAL, "case-by-case": Control.CASE_BY_CASE, "presumption-of-denial": Control.DENIAL,
    "policy-of-denial": Control.DENIED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Leg:
    """What the law demands of one leg.

    Attributes
    ----------
    from_, to
        Countries, by code.
    control
        The strictest demand of any legal order.
    rules
        Ids of the rules that make it, or that leave it open.
    """

    from_: str
    to: str
    control: Control
    rules: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"from": self.from_, "to": self.to, "control": self.control.word, "rules": list(self.rules)}


@dataclass(frozen=True, slots=True)
class Letter:
    """A requirement that binds named exporters alone, and so no leg of a sender without a name.

    Attributes
    ----------
    rule
        Id of the rule.
    exporters
        Ids of those it names.
    into
        Countries into which it demands a licence of them on the day, or may.
    """

    rule: str
    exporters: tuple[str, ...]
    into: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"rule": self.rule, "exporters": list(self.exporters), "into": list(self.into)}


@dataclass(frozen=True, eq=False)
class Controls:
    """What the law demands of an item between every two countries on a day.

    Attributes
    ----------
    item, as_of
        Of what, and by the law and the facts of which day.
    countries
        Codes, in the order of the rows and columns of *levels*.
    levels
        One :class:`Control` a pair: sender by row, receiver by column.
    by_rule
        The same by the rule that demands it.
    labels
        What the item and the countries are called.
    orders
        The legal orders whose rules were asked.
    letters
        Requirements that bind named exporters alone; empty where the exporter was told.
    """

    item: str
    as_of: date
    countries: tuple[str, ...]
    levels: Levels = field(repr=False)
    by_rule: Mapping[str, Levels] = field(default_factory=dict, repr=False)
    labels: Mapping[str, str] = field(default_factory=dict, repr=False)
    orders: tuple[str, ...] = ()
    letters: tuple[Letter, ...] = ()

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The row of each country."""
        return {country: row for row, country in enumerate(self.countries)}

    def called(self, id_: str) -> str:
        """Return the name of the item or of a country."""
        return self.labels.get(id_, id_)

    def leg(self, from_: str, to: str) -> Leg:
        """Return what is demanded from one country to another."""
        place = self.index[from_], self.index[to]
        level = int(self.levels[place])
        return Leg(from_, to, Control(level), tuple(rule for rule, levels in self.by_rule.items() if level and levels[place] == level))


def controls(
    view: FrozenView, book: Rulebook, item: str, *, assume: Mapping[str, str] | None = None, inputs: Mapping[str, str] | None = None
) -> Controls:  # fmt: skip
    """Ask the law about an item on every leg between two countries.

    Parameters
    ----------
    view
        What stands; its day is that of every leg.
    book
        The rules.
    item
        Id of the item.
    assume
        Statuses to assume, by rule.
    inputs
        Further inputs of every leg, as cells of a table of cases (:mod:`policygraph.law.table`).

    Raises
    ------
    UnknownName
        If there is no such item.
    BadQuestion
        If an input is one that each leg has of its own, as where it goes.
    """
    given = {key.replace("-", "_"): value for key, value in (inputs or {}).items()}
    if own := sorted(set(given) & set(_OF_THE_LEG)):
        said = f"'{own[0]}' is another on every leg, and is not told of all"
        raise BadQuestion(f"{said}; tell what holds of each, such as exporter or knowledge")
    countries = tuple(id_ for id_, of in zip(view.graph.node_ids, view.graph.node_class, strict=True) if of == "Country")
    # leaving the country of a legal order a thing is exported, leaving any other it is reexported
    orders = tuple(sorted({rule.order for rule in book.of_effect("licence-required")}))
    homes = [country for country in orders if country in countries]
    asked = screen(view, book, _legs(countries, homes, item, given), _speaking(book, view.as_of), assume=assume)
    size = len(countries)
    by_rule: dict[str, Levels] = {}
    for rule in book.of_effect("licence-required"):
        levels = _demanded(rule, asked, book).reshape(size + len(homes), size)
        square = levels[:size].copy()
        if rule.order in homes:
            square[countries.index(rule.order)] = levels[size + homes.index(rule.order)]
        if square.any():
            by_rule[rule.id] = square
    strictest = np.zeros((size, size), np.int8)
    for levels in by_rule.values():
        np.maximum(strictest, levels, out=strictest)
    labels = {id_: view.graph.label(id_) for id_ in (item, *countries)}
    letters = () if "exporter" in given else _letters(view, book, countries, item, given, assume)
    return Controls(item, view.as_of, countries, strictest, by_rule, labels, orders, letters)


def _letters(
    view: FrozenView, book: Rulebook, countries: Sequence[str], item: str, inputs: Mapping[str, str], assume: Mapping[str, str] | None
) -> tuple[Letter, ...]:  # fmt: skip
    """Return the requirements that reach exports of named exporters: asked of each of these, into every country."""
    named: dict[str, tuple[str, ...]] = {}
    for rule in book.of_effect("licence-required"):
        conditions = (one for version in rule.versions for one, negated in below(version.when) if not negated)
        firms = {firm for one in conditions if isinstance(one, PartyIs) and one.role == ("exporter",) for firm in one.is_}
        if firms and rule.order in countries:
            named[rule.id] = tuple(sorted(firms))
    open_ = {id_: "in-force" for id_ in named if in_operation(book.rules[id_].operates, view.as_of)[0] == "unknown"}
    found = []
    for home in sorted({book.rules[id_].order for id_ in named}):
        of = {id_: firms for id_, firms in named.items() if book.rules[id_].order == home}
        exporters = sorted({firm for firms in of.values() for firm in firms})
        told: Any = np.repeat(np.array(exporters, dtype=object), len(countries))
        legs = _legs((), [home] * len(exporters), item, {**inputs, "exporter": told}, countries)
        asked = screen(view, book, legs, list(of), {**open_, **(assume or {})})
        for id_, bound in of.items():
            shown = asked[id_].all_.reshape(len(exporters), len(countries))[[exporters.index(firm) for firm in bound]].max(axis=0)
            into = tuple(sorted(country for country, verdict in zip(countries, shown, strict=True) if verdict > 0))
            if into:
                found.append(Letter(id_, bound, into))
    return tuple(found)


def _speaking(book: Rulebook, on: date) -> tuple[str, ...]:
    """Return the rules that require a licence, and those that except from it, limit exceptions or tell how it is reviewed."""
    required = book.of_effect("licence-required")
    about = (book.about(rule, on) for rule in required)
    others = (rule for one in about for rule in (*one.exceptions, *one.limits, *one.reviews))
    return tuple(dict.fromkeys(rule.id for rule in (*required, *others)))


def _legs(
    senders: Sequence[str], homes: Sequence[str], item: str, inputs: Mapping[str, str], receivers: Sequence[str] = ()
) -> CaseTable:  # fmt: skip
    """Return every leg as a case that says no more than its papers would: as a reexport, then from each home as an export.

    Receivers are the senders where left out.
    """
    import pandas as pd

    into = receivers or senders
    firms = np.array([f"{{name: a firm of {code}, country: {code}, headquarters: {code}}}" for code in into], dtype=object)
    departs = np.array([*senders, *homes], dtype=object)
    acts = np.array(["reexport"] * len(senders) + ["export"] * len(homes), dtype=object)
    firm = np.tile(firms, len(departs))
    said = {
        "item": item, "knowledge_of_destination": "yes", "knowledge_of_end_use": "no", "knowledge_of_violation": "no", "end_use": "none",
        "into": "none", "facility": "none", "attestations": "none", "authorisations": "none", "parties": "complete",
    }  # fmt: skip
    frame = pd.DataFrame({"from": np.repeat(departs, len(into)), "to": np.tile(np.array(into, dtype=object), len(departs))})
    frame = frame.assign(act=np.repeat(acts, len(into)), ultimate_consignee=firm, end_user=firm, **{**said, **inputs})
    return CaseTable.of(frame, f"the legs of {item}")


def _demanded(rule: Rule, asked: Screening, book: Rulebook) -> Levels:
    """Return what one requirement comes to on every leg, exceptions and review policies considered."""
    requirement = asked[rule.id].all_
    about = book.about(rule, asked.as_of)
    policy = np.zeros(len(requirement), np.int8)
    for review in about.reviews:
        level = _POLICIES.get(str(review.terms.get("policy")), Control.LICENCE)
        np.maximum(policy, np.where(asked[review.id].all_ > 0, np.int8(level), np.int8(0)), out=policy)
    licence = np.where(policy > 0, policy, np.int8(Control.LICENCE))
    for exception in about.exceptions:
        shown = asked[exception.id].all_
        barred = np.zeros(len(requirement), bool)
        for limit in about.barring(exception):
            barred |= asked[limit.id].all_ > 0
        relief = np.select([shown > 0, shown == 0], [np.int8(Control.EXCEPTION), np.int8(Control.CONDITIONAL)], np.int8(Control.DENIED))
        licence = np.where(barred, licence, np.minimum(licence, relief))
    found: Levels = np.select([requirement > 0, requirement == 0], [licence, np.int8(Control.OPEN)], np.int8(Control.NONE)).astype(np.int8)
    return found
