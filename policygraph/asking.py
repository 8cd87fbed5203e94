"""A view as people meet it: what stands on a date, and the questions it answers.

Thin: every verb hands on to the module that does the work.

>>> import policygraph as pg
>>> view = pg.load().view(as_of="2025-05-13")
>>> view.check("eccn-3a090-a", item="h20").outcome
<Outcome.NOT_MET: 'not met'>
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from policygraph.dates import as_day, covered
from policygraph.errors import BadQuestion, as_text
from policygraph.truth import Verdict
from policygraph.view import FrozenView

if TYPE_CHECKING:
    import networkx as nx
    import pandas as pd

    from policygraph.case import Case
    from policygraph.diversion.routes import Routes
    from policygraph.findings import Finding
    from policygraph.graph import ClaimGraph
    from policygraph.law import Rulebook
    from policygraph.law.classify import Classification
    from policygraph.law.evaluate import Evaluation
    from policygraph.law.exposure import Exposure
    from policygraph.law.rulings import Conflict, Determination
    from policygraph.law.screen import Screening
    from policygraph.law.table import CaseTable
    from policygraph.law.timeline import Timeline
    from policygraph.ownership import Affiliates

__all__ = ["Holder", "View"]


class Holder(Protocol):
    """What a view is of: a graph with its rules, in which names are looked up."""

    @property
    def graph(self) -> ClaimGraph:
        """The claims in columns."""

    @property
    def rules(self) -> Rulebook:
        """The rules of law that come with the data."""

    def resolve(self, text: str, *classes: str) -> str:
        """Return the id of what a text names."""

    def country(self, text: str) -> str:
        """Return the id of a country."""


class View:
    """What stands on a date, and the questions it answers.

    Attributes
    ----------
    kg
        The graph it is a view of.
    frozen
        The edges.
    """

    def __init__(self, kg: Holder, frozen: FrozenView) -> None:
        self.kg = kg
        self.frozen = frozen
        self._kept: dict[tuple[Any, ...], Evaluation] = {}

    def __repr__(self) -> str:
        known = f", known by {self.frozen.known_by}" if self.frozen.known_by else ""
        return f"<View as of {self.as_of}{known}: {len(self.frozen.edges):,} edges>"

    @property
    def as_of(self) -> date:
        """The day on which things must hold."""
        return self.frozen.as_of

    def touches(self, item: str, origin: str = "US") -> Finding:
        """Tell by which routes an item touched tooling or technology of an origin, how surely, and who disputes it.

        Parameters
        ----------
        item
            Id, name or alias of an item, in any script.
        origin
            A country, by its ISO 3166-1 alpha-2 code or name.
        """
        from policygraph.touches import touches

        item_id = self.kg.resolve(item, "Item")
        return touches(self.frozen, item_id, self.kg.country(origin))

    def verdict(self, subject: str, relation: str, object_: str) -> Verdict:
        """Tell whether one statement holds."""
        name = self.frozen.graph.ontology.relation(relation).name
        return self.frozen.verdict(self.kg.resolve(subject), name, self.kg.resolve(object_))

    def check(self, rule: str, case: Case | None = None, *, assume: Mapping[str, str] | None = None, **told: Any) -> Finding:
        """Tell whether a rule of law reaches a case, with the proof.

        Parameters
        ----------
        rule
            Id or title of a rule; :attr:`KnowledgeGraph.rules` has them all.
        case
            The case, if it is not told in the call itself.
        assume
            For rules whose operation is not known: ``{rule: "in-force"}``.
        told
            The inputs of the case: ``item``, ``to``, ``end_user``, ``knowledge`` ...; see :class:`policygraph.case.Case`.
        """
        from policygraph.law import explain

        return explain(self._covered, self.kg.rules, rule, self._case(case, told), assume=_statuses(assume))

    def determine(self, case: Case | None = None, *, assume: Mapping[str, str] | None = None, **told: Any) -> Determination:
        """Put the whole of the law to a case: jurisdiction, classification, requirements, exceptions, review, prohibitions, duties.

        Parameters
        ----------
        case, assume, told
            As for :meth:`check`.

        Examples
        --------
        >>> import policygraph as pg
        >>> found = pg.load().view("2025-05-20").determine(item="h100", to="CN", end_user="huawei", act="export", knowledge="yes")
        >>> found.classification.met
        ('3A090.a',)
        """
        from policygraph.law.determine import determine

        asked = self._case(case, told)
        statuses = _statuses(assume)
        shared = self._evaluation(asked.on or self.as_of, statuses)
        return determine(self._covered, self.kg.rules, asked, statuses, evaluation=shared)

    def classify(self, item: str) -> Classification:
        """Tell under which entries of the control lists an item falls, with the figures they are held against."""
        from policygraph.law.classify import classify

        id_ = self.kg.resolve(item, "Item", "Software", "Technology", "AIModel")
        return classify(self._evaluation(self.as_of, {}), id_)

    def conflicts(self, case: Case | None = None, *, assume: Mapping[str, str] | None = None, **told: Any) -> tuple[Conflict, ...]:
        """Return the duties of two legal orders that collide in a case."""
        return self.determine(case, assume=assume, **told).conflicts

    def affiliates(self, party: str, threshold: float = 50, *, order: str = "US") -> Affiliates:
        """Tell who holds a party, and which companies it catches through its holdings, tier by tier.

        What makes a party restricted are the lists that the rules on ownership name.

        Parameters
        ----------
        threshold
            The share from which a company is held, in per cent.
        order
            The legal order of these rules, by the code or name of its country.

        Raises
        ------
        BadQuestion
            If no rule of that order is held, or the threshold is no share.
        """
        from dataclasses import replace

        from policygraph.law.rulebook import owning_lists, owning_rules
        from policygraph.ownership import affiliates

        order = self.kg.country(order)
        asked = owning_lists(self.kg.rules, order)
        orders = sorted({rule.order for rule in self.kg.rules.rules.values()})
        if order not in orders:
            raise BadQuestion(f"no rule of the order of {order} is held; use one of {', '.join(orders)}")
        known = [by for by in asked if by.list in self.frozen.graph.index]
        found = affiliates(self._covered, self.kg.resolve(party, "Agent"), known, threshold)
        return replace(found, rules=owning_rules(self.kg.rules, order, self.as_of, self.frozen.known_by))

    def content(self, case: Case | None = None, **told: Any) -> Finding:
        """Tell whether the content of an item exceeds one of the thresholds that rules ask for, and how much of it counts."""
        from policygraph.law.contents import asked_of_content
        from policygraph.law.question import Question

        asked = self._case(case, told)
        rules, answer = asked_of_content(self.kg.rules, asked)
        name = self.kg.graph.label(asked.item) if asked.item else "an item"
        text = f"Does the content of {name} exceed what is allowed?"
        return Question(self._covered, self.kg.rules, asked, {}, text, answer, rules).finding()

    def exposure(self, item: str, rule: str | None = None, since: str | date | None = None) -> Exposure:
        """Return the reported acts with an item that a prohibition names, by whom, and after which public notice.

        Parameters
        ----------
        rule
            Id or title of a rule that prohibits acts; None for the one that the public is on notice of.
        since
            The day from which the item counts as tainted.
        """
        from policygraph.datasets.register import calendar_day
        from policygraph.law.exposure import exposure, prohibition

        id_ = self.kg.resolve(item, "Item", "Software", "Technology", "AIModel")
        asked = self.kg.rules.rule(rule) if rule is not None else prohibition(self.kg.rules)
        if asked.effect != "prohibited":
            prohibiting = ", ".join(one.id for one in self.kg.rules.of_effect("prohibited"))
            raise BadQuestion(f"'{asked.id}' prohibits nothing; use one of {prohibiting}")
        day = calendar_day(as_day(since).isoformat()) if since is not None else None
        return exposure(self._evaluation(self.as_of, {}), asked, id_, day)

    def screen(
        self, cases: CaseTable | pd.DataFrame | str | Path, rules: Sequence[str] | None = None, *, assume: Mapping[str, str] | None = None
    ) -> Screening:
        """Put rules to every case of a table, as arrays.

        Parameters
        ----------
        cases
            A frame or a CSV or Parquet file, one column an input of a case; see :mod:`policygraph.law.table`.
        rules
            Ids or titles; None for all.

        Examples
        --------
        >>> import pandas as pd
        >>> import policygraph as pg
        >>> view = pg.load().view("2025-05-13")
        >>> view.screen(pd.DataFrame({"item": ["h20", "h100"]}), ["eccn-3a090-a"]).outcomes("eccn-3a090-a").tolist()
        ['not met', 'met']
        """
        from policygraph.law.screen import screen
        from policygraph.law.table import CaseTable

        return screen(self._covered, self.kg.rules, CaseTable.given(cases), rules, _statuses(assume))

    def routes(
        self, item: str, *, to: str | Sequence[str], from_: str | Sequence[str] = "US", not_via: str | Sequence[str] = (),
        max_legs: int = 3, assume: Mapping[str, str] | None = None, inputs: Mapping[str, str] | None = None,
    ) -> Routes:  # fmt: skip
        """Tell by which routes an item reaches a destination with the weakest controls on each leg.

        Parameters
        ----------
        to, from_, not_via
            Countries, groups such as ``D:5`` or queries; several mean any of them.
        max_legs
            The most legs of a route.
        assume
            Statuses to assume, by rule.
        inputs
            Further inputs of every leg, as cells of a table of cases.

        Examples
        --------
        >>> import policygraph as pg
        >>> found = pg.load().view("2024-12-10").routes("h100", to="CN", max_legs=2)
        >>> found.controls.leg("US", "MY").control.word, found.direct[0].control.word
        ('no requirement', 'licence, presumption of denial')
        """
        from policygraph.diversion.controls import controls
        from policygraph.diversion.ends import end_of
        from policygraph.diversion.routes import routes

        ends = [end_of(told, self.frozen) for told in (from_, to, not_via)]
        for end in ends:
            if end.strangers:
                raise BadQuestion(f"'{end.strangers[0][1]}' is no country and no group; give one such as MY or D:5")
            if end.parties:
                raise BadQuestion(f"routes lead from countries to countries, and '{end.words}' names a party; give its country, or a group")
        if not (ends[0] and ends[1]):
            raise BadQuestion("routes have a start and an end: name a country or a group such as D:5 for each")
        told = dict(inputs or {})
        demands = controls(self.frozen, self.kg.rules, self.kg.resolve(item, "Item"), assume=assume, inputs=told)
        start, finish, barred = (tuple(sorted(end.countries)) for end in ends)
        return routes(demands, start, finish, max_legs=max_legs, not_via=barred)

    def timeline(
        self, rule: str | None = None, case: Case | None = None, *, since: str | date | None = None, until: str | date | None = None,
        assume: Mapping[str, str] | None = None, **told: Any,
    ) -> Timeline:  # fmt: skip
        """Tell when the answer was what, and which document or fact made each change.

        Parameters
        ----------
        rule
            Id or title of a rule; None for whether a licence is required.
        since, until
            The first and the last day asked; from the first day that the rules cover to the day of the view where left out.
        """
        from policygraph.law.history import history

        days = (as_day(since) if since is not None else None, as_day(until) if until is not None else None)
        return history(self._covered, self.kg.rules, rule, self._case(case, told), _statuses(assume), *days)

    def _case(self, case: Case | None, told: Mapping[str, Any]) -> Case:
        from policygraph.case import Case

        if case is not None and told:
            raise BadQuestion(f"a case is given, and {', '.join(told)} beside it; put everything into the one or the other")
        if case is not None and not isinstance(case, Case):
            raise BadQuestion(f"{case!r} is no case; tell its inputs by name, for example item='h20', to='CN', or give a policygraph.Case")
        asked = (case if case is not None else Case(**told)).resolved(self.kg.graph)
        for act in (asked, *(asked.earlier or ())):
            if act.on is not None:
                covered(act.on)
        return asked

    @property
    def _covered(self) -> FrozenView:
        """What stands, for questions of law: these are not asked of days before the law is told."""
        for day in (self.as_of, self.frozen.known_by):
            if day is not None:
                covered(day)
        return self.frozen

    def _evaluation(self, on: date, assume: Mapping[str, str]) -> Evaluation:
        """Return an evaluation that keeps what it reads of things by themselves from one question to the next."""
        from policygraph.law.evaluate import Evaluation
        from policygraph.law.explain import assumed

        statuses = assumed(self.kg.rules, assume)
        key = (on, *sorted(statuses.items()))
        if key not in self._kept:
            frozen = self._covered
            dated = frozen if on == frozen.as_of else FrozenView(frozen.graph, on, frozen.known_by, frozen.policy)
            self._kept[key] = Evaluation(dated, self.kg.rules, on, statuses)
        return self._kept[key]

    def sparql(self, query: str) -> pd.DataFrame:
        """Ask in SPARQL 1.1 over all claims, with the plain edges that stand in this view."""
        from policygraph import rdf

        return rdf.ask(self.frozen, as_text(query, "a SPARQL query"))

    def to_networkx(self) -> nx.MultiDiGraph[str]:
        """Return what stands as a networkx multigraph."""
        return self.frozen.to_networkx()


def _statuses(assume: Mapping[str, str] | None) -> dict[str, str]:
    """Return the statuses to assume, by rule."""
    if assume is not None and not isinstance(assume, Mapping):
        raise BadQuestion(f"{assume!r} assumes nothing; give statuses by rule, for example {{'ear-lr-affiliates': 'in-force'}}")
    return dict(assume or {})
