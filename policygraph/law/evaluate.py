"""One rule put to one case on one view: every condition read, down to the claims.

Comes in: a view, a rulebook, a case, the day of the act. Goes out: readings. A rule that is asked for at the end of a path is asked
of that node by itself: of the transaction in which the node was got nothing is known, so conditions on it stay unknown there.
Rules that ask for each other by way of other nodes are answered by a least fixed point: what holds only because it is taken to hold
does not hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache, reduce
from operator import or_
from typing import TypeVar

import numpy as np

from policygraph.case import Case
from policygraph.errors import BadQuestion
from policygraph.findings import Gap
from policygraph.law import conditions as law
from policygraph.law.contents import content
from policygraph.law.facts import Facts, on_list
from policygraph.law.inputs import told_of
from policygraph.law.knowing import knowledge
from policygraph.law.operating import Operating
from policygraph.law.quantified import path_from, quantified
from policygraph.law.readings import NO, UNKNOWN, YES, Reading, doubted, joined, merged, noted, opposed, supported, weighed
from policygraph.law.rulebook import Rule, Rulebook, Version
from policygraph.law.told import Bound, Told, names_role
from policygraph.law.wording import codes_words, doubtful, open_leaves, outcome_words, path_words, target_words
from policygraph.ontology import Ontology
from policygraph.parties import Party
from policygraph.paths import Grammar, Path, Search, Targets, closure_to
from policygraph.truth import Strength, Truth, Verdict
from policygraph.view import FrozenView

T = TypeVar("T")

__all__ = ["PARTS", "Bound", "Evaluation", "stands_for_all"]

PARTS = "pg:incorporates+"
"""The path from an item to what it contains."""
_MOST_ROUNDS, _MOST_KEPT = 64, 400_000
_PATHS_LOOKED_AT, _WAYS_NAMED = 12, 3


@cache
def grammar_of(text: str, ontology: Ontology) -> Grammar:
    return Grammar.parse(text, ontology)


class Evaluation:
    """Rules put to a case.

    Parameters
    ----------
    view
        What stands.
    book
        The rules.
    on
        The day of the act, by which the law is read.
    assume
        Statuses that the caller assumes, by rule.
    textual
        Whether the text alone is read, enforced or not.
    once
        Whether every case is asked once and for its verdict and the claims it rests on alone, so that nothing is kept for cases that
        agree with it, nor for proofs.
    """

    def __init__(
        self, view: FrozenView, book: Rulebook, on: date, assume: Mapping[str, str] | None = None, *, textual: bool = False,
        once: bool = False,
    ) -> None:
        self.view = view
        self.book = book
        self.on = on
        self.assume = assume or {}
        self.textual = textual
        self.once = once
        self.facts = Facts(view)
        self.told = Told(self.facts, on)
        self.operating = Operating(view, on, self.assume, textual=textual)
        self.other_days: dict[date, Evaluation] = {}
        self.by_itself: dict[tuple[object, ...], Case] = {}
        self._read_once: dict[tuple[object, ...], Reading] = {}
        self._lasting: dict[tuple[object, ...], Reading] = {}
        self._reached: dict[tuple[str, tuple[str, ...]], tuple[Search, list[int]]] = {}
        self._done: dict[tuple[object, ...], Reading] = {}
        self._inputs: dict[int, tuple[Case, dict[str, int], dict[int, tuple[int, ...]]]] = {}
        self._numbers: dict[object, int] = {}
        self._under_way: dict[tuple[object, ...], None] = {}
        self._taken: dict[tuple[object, ...], Verdict] = {}
        self._relied: dict[tuple[object, ...], None] = {}

    # ---- rules

    def answer(self, rule: str, case: Case, item: str = "") -> Reading:
        """Return how a rule comes out on a case, or on another item put in the place of the case's own."""
        bound = Bound(item or case.item, case)
        return self.settled(lambda: self.rule(rule, bound))

    def covered(self, condition: law.Condition, item: str) -> Reading:
        """Return how a condition comes out on an item by itself."""
        return self.settled(lambda: self.condition(condition, Bound(item, None)))

    def settled(self, read: Callable[[], T]) -> T:
        """Read again and again until what rules were taken to say of each other is what they say."""
        for _ in range(_MOST_ROUNDS):
            self._relied.clear()
            told = read()
            found = {key: (self._lasting if key in self._lasting else self._done)[key].verdict for key in self._relied}
            changed = {key: verdict for key, verdict in found.items() if verdict != self._taken[key]}
            if not changed:
                return told
            self._taken |= changed
            self._done.clear()
            self._read_once.clear()
            self._lasting.clear()
        raise BadQuestion("the rules that this one asks for do not settle; look for a rule that asks for itself")

    def forget(self) -> None:
        """Drop what was read for one case alone, and keep what comes out the same for every case that agrees in what is read of it."""
        self._taken.clear()
        self._done.clear()
        self._read_once.clear()
        self._inputs.clear()
        if len(self._lasting) > _MOST_KEPT:
            self._lasting.clear()
            self._numbers.clear()

    def _place(self, names: tuple[str, ...], bound: Bound) -> tuple[int, ...]:
        """Return a number for what a case tells of each of some inputs, the same number for the same told."""
        case = bound.case
        if case is None:
            return ()
        if id(case) not in self._inputs:
            self._inputs[id(case)] = (case, {}, {})
        _, told, places = self._inputs[id(case)]
        # the names of inputs are the same value wherever they are the same
        if (found := places.get(id(names))) is not None:
            return found
        for name in names:
            if name not in told:
                told[name] = self._numbers.setdefault(told_of(case, name), len(self._numbers))
        places[id(names)] = tuple([told[name] for name in names])
        return places[id(names)]

    def rule(self, name: str, bound: Bound) -> Reading:
        """Return how a rule comes out, once for each item it is asked of."""
        done: dict[tuple[object, ...], Reading]
        key: tuple[object, ...]
        if bound.more or (self.once and bound.case is not None):
            done, key = self._done, (name, *bound.key)
        else:
            done, key = self._lasting, (name, bound.item, bound.case is None, self._place(self.book.inputs.names_of_rule(name), bound))
        if key in done:
            return done[key]
        rule = self.book.rules[name]
        if key in self._under_way:
            self._relied[key] = None
            verdict = self._taken.setdefault(key, NO)
            return Reading("rule", f"{rule.title}, as found above", verdict, rule.basis, rule=name)
        self._under_way[key] = None
        done[key] = reading = self._of_rule(rule, bound).but(redo=lambda other: other.settled(lambda: other.rule(name, bound)))
        del self._under_way[key]
        return reading

    def _of_rule(self, rule: Rule, bound: Bound) -> Reading:
        version, operation = self.operation(rule)
        parts = [operation]
        note = ""
        if version is not None:
            note = noted(f"version: {version}", version.note)
            where = version.when
            if stands_for_all(version):
                assert isinstance(where, law.All)
                parts += self._children(where, bound)
            else:
                parts.append(self._counted(self.condition(where, bound), version))
            parts += (self._displaced(other, bound) for other in self.book.displacers.get(rule.id, ()))
        basis = rule.basis_of(version)
        return joined("rule", rule.title, parts, cite=basis, note=note).but(rule=rule.id)

    def _displaced(self, other: str, bound: Bound) -> Reading:
        inner = self.rule(other, bound)
        label = f"not displaced by '{self.book.rules[other].title}'"
        return Reading("not", label, ~inner.verdict, parts=(inner,), combine=lambda given: ~given[0])

    def version_of(self, rule: Rule) -> Version | None:
        """Return the version by which a rule is read: the enforced one, or that of the text."""
        return self.operating.of(rule)[0]

    def operation(self, rule: Rule) -> tuple[Version | None, Reading]:
        """Return the version by which a rule is read, and whether it operates on the day."""
        return self.operating.of(rule)

    def is_rejected(self, rule: Rule) -> bool:
        """Tell whether the view rejects the document that makes a rule, or whoever published it."""
        return self.operating.is_rejected(rule)

    # ---- conditions

    def condition(self, condition: law.Condition, bound: Bound) -> Reading:
        """Return how a condition comes out, once for each thing it is asked of."""
        known: dict[tuple[object, ...], Reading]
        key: tuple[object, ...]
        if bound.case is not None and (bound.more or self.once):
            known, key = self._read_once, (id(condition), *bound.key)
        else:
            told = self._place(self.book.inputs.names_of(condition), bound)
            known, key = self._lasting, (id(condition), bound.item, bound.case is None, told, *bound.more.items())
        if key not in known:
            known[key] = self._condition(condition, bound)
        return known[key]

    def _condition(self, condition: law.Condition, bound: Bound) -> Reading:
        reading = self._read(condition, bound)
        reading = reading.but(
            label=condition.name or reading.label, cite=condition.cite or reading.cite,
            note=noted(condition.note, reading.note), redo=lambda other: other.settled(lambda: other.condition(condition, bound)),
        )  # fmt: skip
        return self._counted(reading, condition)

    def _counted(self, reading: Reading, of: law.Condition | law.Target | Version) -> Reading:
        """Cap what was read at what is sure of the wording; what is then weaker than the view asks for counts for nothing."""
        reading = doubted(reading, of, self.on)
        least = self.view.policy.at_least
        return reading.at_least(least) if least > Strength.ALLEGED else reading

    def _read(self, condition: law.Condition, bound: Bound) -> Reading:
        match condition:
            case law.All() | law.Any_():
                parts = list(self._children(condition, bound))
                return joined(condition.kind, {"all": "all of these", "any": "any of these"}[condition.kind], parts)
            case law.Not():
                inner = self.condition(condition.of, bound)
                return Reading("not", f"not: {inner.label}", ~inner.verdict, parts=(inner,), combine=lambda given: ~given[0])
            case law.Presumed():
                return self._presumed(condition, bound)
            case law.Path():
                return path_from(self, condition, bound)
            case law.Contains():
                return self.path(PARTS, condition.item, condition.what, bound)
            case law.Classified():
                if condition.item == "item" and bound.case is not None and bound.case.eccn is not None:
                    return self.told.classified(bound.case.eccn, condition, self.on)
                return self.told.of_items(condition.item, bound, lambda id_: self.classified(id_, condition.in_, condition.except_))
            case law.Measure():
                return self.told.of_items(condition.item, bound, lambda id_: self.facts.measured(id_, condition))
            case law.Has():
                return self.told.of_items(condition.item, bound, lambda id_: self.facts.has(id_, condition.attribute, condition.value))
            case law.Statement():
                return self.told.of_items(condition.item, bound, lambda id_: self.facts.said(id_, condition.relation, condition.is_))
            case law.RuleResult():
                return self._other_rule(condition, bound)
            case law.Some() | law.Every():
                return quantified(self, condition, bound)
            case law.Listed():
                return self.told.of_parties(condition.role, bound, lambda party: self.facts.listed(party, on_list(condition)))
            case law.Headquartered():
                return self.told.of_parties(
                    condition.role, bound, lambda party: self.facts.headquartered(party, condition.in_, condition.parent)
                )
            case law.Owned():
                return self.told.of_parties(condition.role, bound, lambda party: self.facts.owned(party, condition))
            case law.PartyIs():
                return self.told.of_parties(
                    condition.role, bound, lambda party: self.facts.is_party(party, condition.is_, condition.class_)
                )
            case law.PersonOf():
                return self.told.of_parties(
                    condition.role, bound, lambda party: self.facts.person(party, condition.of, condition.natural, condition.except_)
                )
            case law.Destination():
                return self.told.of_place("to", condition.in_, condition.except_, bound)
            case law.Place():
                parts = [self.told.of_place(role, condition.in_, condition.except_, bound) for role in condition.role]
                return parts[0] if len(parts) == 1 else joined("any", "one of these is there", parts)
            case law.Content():
                return content(self, condition, bound)
            case law.Knowledge():
                return knowledge(self, condition.of, bound)
            case _:
                return self.told.input(condition, bound)

    def _children(self, condition: law.All | law.Any_, bound: Bound) -> Iterator[Reading]:
        """Read the conditions inside; of a node asked by itself, no further than to what settles it for certain."""
        settled = YES if condition.kind == "any" else NO
        for child in condition.of:
            reading = self.condition(child, bound)
            yield reading
            if bound.case is None and reading.verdict == settled:
                return

    def _presumed(self, condition: law.Presumed, bound: Bound) -> Reading:
        asked = (condition.if_, condition.of, condition.unless)
        parts = tuple(self.condition(one, bound) for one in asked if one is not None)

        def combine(given: Sequence[Verdict]) -> Verdict:
            each = iter(given)
            silent = (YES, UNKNOWN, UNKNOWN)
            ground, record, shown = (next(each) if one is not None else left for one, left in zip(asked, silent, strict=True))
            held = weighed(merged((supported(ground).at_most(Strength.PRESUMED), opposed(~ground))), record)
            return held & opposed(shown) if shown.all_.for_ else held

        label = "presumed" if condition.unless is None else f"presumed, unless {parts[-1].label}"
        return Reading("presumed", label, combine([part.verdict for part in parts]), parts=parts, combine=combine)

    def _other_rule(self, condition: law.RuleResult, bound: Bound) -> Reading:
        if condition.item == "item":
            return self.rule(condition.rule, bound)
        return self.told.of_items(condition.item, bound, lambda id_: self.rule(condition.rule, Bound(id_, bound.case, bound.more)))

    # ---- paths

    def path(self, text: str, start: str, target: law.Target, bound: Bound) -> Reading:
        items = self.told.items(start, bound)
        if items is None:
            return self.told.untold(start, "Item", f"what the {start} is", bound)
        index = self.view.graph.index
        starts = [id_ for id_ in items if id_ in index]
        grammar = grammar_of(text, self.view.graph.ontology)
        steps = path_words(grammar.path, self.view.graph.ontology)
        label = f"{' or '.join(map(self.facts.name, starts)) or f'no {start}'} {steps} {target_words(target, self.facts.name)}".strip()
        if not starts:
            return Reading("path", label, UNKNOWN if items else NO)
        ways, nodes = self.ends(text, tuple(starts))
        ends = {node: self.target(self.view.graph.node_ids[node], target, bound) for node in nodes}
        search = Search(self.view, grammar, starts, Targets.graded(len(index), {n: end.verdict for n, end in ends.items()}))
        search.product = ways.product

        def claims() -> Iterator[str]:
            yield from search.flip_candidates()
            for end in ends.values():
                yield from end.rests_on

        if self.once:
            return Reading("path", label, search.verdict, claims=claims)
        paths = search.paths(_PATHS_LOOKED_AT)
        best = next((path for path in paths if path.verdict == search.verdict), paths[0] if paths else None)
        shown = (ends[index[best.nodes[-1]]],) if best else tuple(doubtful(ends.values()))

        def gaps() -> Iterator[Gap]:
            for node, end in ends.items():
                if end.is_unknown and Search(self.view, grammar, starts, [node]).verdict.all_.for_:
                    yield from (gap for part in open_leaves(end) if part.gaps for gap in part.gaps())
            yield from search.gaps()

        each_way: dict[tuple[str, ...], Path] = {}
        for path in (*(() if best is None else (best,)), *paths):
            each_way.setdefault(path.nodes[:-2], path)
        others = [
            f"also by way of {', '.join(map(self.facts.name, nodes[1:]))} ({outcome_words(path.verdict)})"
            for nodes, path in list(each_way.items())[1:]
            if len(nodes) > 1
        ]

        return Reading(
            "path", label, search.verdict, steps=best.steps if best else (), beside=tuple(end for end in shown if end.label),
            more_paths=lambda: [(path.verdict, path.steps) for path in each_way.values()], note=noted(*others[:_WAYS_NAMED]),
            gaps=gaps, claims=claims,
        )  # fmt: skip

    def ends(self, text: str, starts: tuple[str, ...]) -> tuple[Search, list[int]]:
        """Return the nodes that a path on record may end in, however doubtful its steps, and the search that found them."""
        key = (text, starts)
        if key not in self._reached:
            search = Search(self.view, grammar_of(text, self.view.graph.ontology), starts, ())
            product = search.product
            reached = product.graph.reached(product.start)
            found: list[int] = np.unique(product.node[reached][product.accepts[reached]]).tolist()
            self._reached[key] = search, found
        return self._reached[key]

    def leads(self, text: str, starts: Sequence[str], target: law.Target) -> list[Verdict]:
        """Return, for each of many starts, whether a path leads to what is asked for; the same as for a case with each, all at once."""
        graph = self.view.graph
        known = tuple(id_ for id_ in starts if id_ in graph.index)
        if not known:
            return [UNKNOWN] * len(starts)
        nodes = self.ends(text, known)[1]
        ends = {node: self.target(graph.node_ids[node], target, Bound("", None)).verdict for node in nodes}
        numbers = np.array([graph.index[id_] for id_ in known], np.int32)
        found = closure_to(self.view, grammar_of(text, graph.ontology), Targets.graded(len(graph.index), ends), numbers)
        columns = zip(known, found.all_for, found.all_against, found.clear_for, found.clear_against, strict=True)
        each = {id_: Verdict(Truth(int(a), int(b)), Truth(int(c), int(d))) for id_, a, b, c, d in columns}
        return [each.get(id_, UNKNOWN) for id_ in starts]

    def led(self, text: str, starts: tuple[str, ...], node: int) -> Verdict:
        """Return whether a path leads to a node."""
        return Search(self.view, grammar_of(text, self.view.graph.ontology), starts, [node]).verdict

    def target(self, id_: str, target: law.Target, bound: Bound) -> Reading:
        """Return whether a node is what the end of a path must be; the same for every case, but for a target that names a role."""
        if names_role(target):
            return self._target(id_, target, bound)
        return self.lasting(("target", id(target), id_), lambda: self._target(id_, target, bound))

    def lasting(self, key: tuple[object, ...], read: Callable[[], Reading]) -> Reading:
        """Return what was read once for every case, reading it the first time."""
        if key not in self._lasting:
            self._lasting[key] = read()
        return self._lasting[key]

    def _target(self, id_: str, target: law.Target, bound: Bound) -> Reading:
        facts, parts = self.facts, []
        if target.is_:
            label = f"{facts.name(id_)} is named" if target.note else ""
            parts.append(Reading("target", label, Verdict.sure(id_ in target.is_)))
        if target.class_:
            parts.append(Reading("target", "", Verdict.sure(facts.is_a(id_, target.class_))))
        if target.eccn:
            parts.append(self.classified(id_, target.eccn, ()))
        if target.origin:
            origins = [facts.statement(id_, "originIn", country, of="Country") for country in target.origin]
            parts.append(origins[0] if len(origins) == 1 else joined("any", f"origin of {facts.name(id_)}", origins))
        if target.rule:
            parts.append(self.rule(target.rule, Bound(id_, None)))
        if target.listed is not None:
            parts.append(facts.listed(Party(id=id_), on_list(target.listed)))
        if target.headquartered is not None:
            parts.append(facts.headquartered(Party(id=id_), target.headquartered.in_, target.headquartered.parent))
        if target.located:
            parts.append(facts.stands_in(id_, target.located))
        if target.role:
            parts.append(self.told.named_in(id_, target.role, bound))
        if target.either:
            ends = [self.target(id_, end, bound) for end in target.either]
            parts.append(joined("any", f"{facts.name(id_)} is what is asked for", ends))
        if target.except_ is not None:
            inner = self.target(id_, target.except_, bound)
            parts.append(Reading("not", inner.label and f"not: {inner.label}", ~inner.verdict, parts=(inner,), combine=lambda v: ~v[0]))
        told = any(part.label for part in parts)
        reading = joined("all", f"{facts.name(id_)} is what is asked for" if told else "", parts)
        if len(parts) == 1:
            reading = parts[0]
        return self._counted(reading.but(note=noted(target.note, reading.note)), target)

    # ---- classification

    def classified(self, id_: str, codes: Sequence[law.Entry], excepted: Sequence[law.Entry]) -> Reading:
        """Read whether an item is specified in one of some entries: by claims, or by the rules that classify."""
        label = f"{self.facts.name(id_)} is specified in {codes_words(codes)}"
        live = [entry for entry in codes if entry.stands(self.on)]
        claimed = self.facts.claimed(id_, live, self.on, label)
        rules = [rule for rule in self.book.classifiers(tuple(live)) if self.version_of(rule) is not None]
        readings = [self.rule(rule.id, Bound(id_, None)) for rule in rules]
        told = {code for rule in rules for code in rule.classifies}
        whole = bool(rules) and all(
            any(entry.covers(code) for code in told) or any(set(entry.meets) & {other.code for other in live}) for entry in live
        )

        def combine(given: Sequence[Verdict]) -> Verdict:
            computed = reduce(or_, given[1:], NO)
            if computed.all_.for_ and not claimed.steps:
                return computed  # that nobody names an entry does not dispute what the figures come to
            return merged((given[0], computed if whole else supported(computed)))

        parts = (claimed, *readings)
        verdict = combine([part.verdict for part in parts])
        met = tuple(part for part in parts if part.verdict.all_.for_)
        reading = Reading("classified", label, verdict, parts=parts, shown=met, combine=combine) if readings else claimed
        if excepted:
            outside = self.classified(id_, excepted, ())
            inverse = Reading("not", f"not: {outside.label}", ~outside.verdict, parts=(outside,), combine=lambda v: ~v[0])
            reading = joined("all", label, (reading, inverse))
        return reading


def stands_for_all(version: Version) -> bool:
    """Tell whether the conditions of a version stand for themselves, with nothing said of all of them together."""
    where = version.when
    said = (where.name, where.cite, where.confidence, where.edition, version.confidence, version.edition)
    return isinstance(where, law.All) and not any(said)
