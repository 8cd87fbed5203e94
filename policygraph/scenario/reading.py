"""Scenario files to scenarios: every fault with its line, and all faults at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, Final

from policygraph.case import Case
from policygraph.datasets import files
from policygraph.datasets.files import Faults, Record
from policygraph.datasets.register import SLUG, calendar_day
from policygraph.dates import covered
from policygraph.errors import BadQuestion, PolicygraphError, UnknownName, nearest
from policygraph.graph import ClaimGraph
from policygraph.law import Rulebook
from policygraph.law import conditions as law
from policygraph.law.explain import assumed, refuse_strange_words
from policygraph.law.rulebook import conditions_of
from policygraph.overlay import law_alone, overlaid
from policygraph.scenario.hypothetical import QUESTIONS, Ask, Scenario, Source
from policygraph.scenario.stipulated import stipulated

__all__ = ["read"]

_KEYS: Final = (
    "scenario", "title", "source", "base", "as_of", "known_by", "note", "entities", "claims", "complete", "case", "assume", "ask", "expect",
)  # fmt: skip
_NESTED: Final = ("source", "entities", "claims", "complete", "case", "assume", "ask", "expect")
_NEEDED: Final = ("scenario", "title", "case", "ask")
_SOURCE_KEYS: Final = ("title", "publisher", "url", "published", "at", "says", "read", "via", "note")
_BASES: Final = ("shipped", "none")
_OF_AN_ITEM: Final = ("touches", "classify")
_NAMED_BY_RULES: Final = ("Technology", "Software", "Document")


def read(path: Path, graph: ClaimGraph, book: Rulebook, called: str) -> Scenario:
    """Read a scenario file; see :meth:`Scenario.read`."""
    shown = path.as_posix()
    node = files.parse_yaml(files.text_of(path, shown)[1], shown)
    faults = Faults()
    record = Record.of(node, shown, "a scenario", _KEYS, _NESTED, faults)
    if record is None:
        raise faults.error()
    return _Reader(record, graph, book, called, faults).scenario()


def _named(graph: ClaimGraph, book: Rulebook) -> frozenset[str]:
    """Return the technology, software and documents that rules name."""
    found: set[str] = set()
    for rule in book.rules.values():
        found.add(rule.document)
        for condition in conditions_of(rule):
            found.update(id_ for target, _ in law.targets_of(condition) for id_ in target.is_)
            if isinstance(condition, law.Statement):
                found.add(condition.is_)
    classes = {id_: graph.node_class[graph.index[id_]] for id_ in found if id_ in graph.index}
    return frozenset(id_ for id_, class_ in classes.items() if graph.ontology.may_be(class_, _NAMED_BY_RULES))


class _Reader:
    """Reads one scenario; what comes after a fault is still checked."""

    def __init__(self, record: Record, graph: ClaimGraph, book: Rulebook, called: str, faults: Faults) -> None:
        self.record, self.graph, self.book, self.called, self.faults = record, graph, book, called, faults

    def scenario(self) -> Scenario:
        record, texts = self.record, self.record.texts
        missing = [key for key in _NEEDED if key not in texts and key not in record.nested and key not in record.refused]
        if missing:
            said = " and no ".join(f"'{key}'" for key in missing)
            self._fault(record.line, f"the scenario has no {said}; every scenario has {', '.join(_NEEDED)}")
        id_ = texts.get("scenario", "")
        if id_ and not SLUG.match(id_):
            self._fault(record.line_of("scenario"), f"'{id_}' is not an id: use lower-case letters, digits and single hyphens")
        base = texts.get("base", "shipped")
        if base not in _BASES:
            self._fault(record.line_of("base"), f"'{base}' is no base; use shipped, or none for the law alone")
        as_of, known_by = self._day("as_of") or self.graph.date, self._day("known_by")
        source = self._source()
        beneath = law_alone(self.graph, _named(self.graph, self.book)) if base == "none" else self.graph
        additions = stipulated(record, beneath, as_of, known_by, self.called, self.faults)
        graph = None if len(self.faults) else overlaid(beneath, additions, f"the scenario {id_} over {beneath.name}")
        case, assume, asks = self._case(graph), self._assume(), self._asks()
        expect = self._expect(len(asks))
        if len(self.faults) or graph is None or case is None:
            raise self.faults.error()
        scenario = Scenario(
            id=id_, title=texts["title"], file=record.file, source=source, base=base, as_of=as_of, known_by=known_by,
            note=texts.get("note", ""), graph=graph, additions=additions, case=case, assume=assume, ask=asks, expect=expect,
        )  # fmt: skip
        self._refuse_unanswerable(scenario)
        return scenario

    def _fault(self, line: int, text: str) -> None:
        self.faults.add(self.record.file, line, text)

    def _day(self, key: str) -> date | None:
        text = self.record.texts.get(key)
        return self._covered(text, key, self.record.line_of(key)) if text else None

    def _covered(self, text: str, key: str, line: int) -> date | None:
        try:
            return covered(calendar_day(text))
        except BadQuestion as error:
            self._fault(line, f"'{key}': {error}")
            return None

    def _mapping(self, key: str, like: str) -> files.Mapping | None:
        """Return the mapping under a key; anything else there is a fault."""
        node = self.record.nested.get(key)
        if isinstance(node, files.Mapping):
            return node
        if node is not None or key in self.record.texts:
            self._fault(self.record.line_of(key), f"'{key}' is a mapping, for example {like}")
        return None

    def _source(self) -> Source | None:
        node = self._mapping("source", "{title: ..., publisher: ..., url: ..., published: ..., at: ..., says: ...}")
        told = Record.of(node, self.record.file, "the source of a scenario", _SOURCE_KEYS, (), self.faults) if node else None
        return Source(**told.texts) if told else None

    # ---- what is asked

    def _case(self, graph: ClaimGraph | None) -> Case | None:
        """Read the case input by input, so that each fault is told with its line, and then as a whole."""
        node = self._mapping("case", "{item: h20, to: CN, end_user: bytedance}")
        if node is None:
            return None
        before = len(self.faults)
        told = {key: files.plain(item) for key, item in node.items.items()}
        for key, value in told.items():
            self._made({key: value}, graph, node.lines[key])
        return self._made(told, graph, node.line) if len(self.faults) == before else None

    def _made(self, told: Mapping[str, Any], graph: ClaimGraph | None, line: int) -> Case | None:
        try:
            case = Case(**told)
            refuse_strange_words(case, self.book)
            if graph is not None:
                case = case.resolved(graph)
        except PolicygraphError as error:
            self._fault(line, str(error))
            return None
        for act in (case, *(case.earlier or ())) if len(told) == 1 else ():
            if act.on is not None:
                self._covered(act.on.isoformat(), "on", line)
        return case

    def _assume(self) -> dict[str, str]:
        node = self._mapping("assume", "{ear-gp10: in-force}")
        found: dict[str, str] = {}
        for name, item in node.items.items() if node else ():
            try:
                found |= assumed(self.book, {name: item.text if isinstance(item, files.Scalar) else ""})
            except PolicygraphError as error:
                self._fault(item.line, str(error))
        return found

    def _asks(self) -> tuple[Ask, ...]:
        node = self.record.nested.get("ask")
        if "ask" in self.record.texts:
            node_of_text = files.Scalar(self.record.texts["ask"], self.record.line_of("ask"), False)
            return self._asked(node_of_text)
        if isinstance(node, files.Sequence):
            return tuple(ask for item in node.items for ask in self._asked(item))
        return self._asked(node) if node else ()

    def _asked(self, node: files.Node) -> tuple[Ask, ...]:
        """Read one question."""
        if isinstance(node, files.Mapping) and list(node.items) == ["touches"] and isinstance(node.items["touches"], files.Scalar):
            try:
                return (Ask("touches", self.graph.resolve(node.items["touches"].text, "Country"), node.line),)
            except PolicygraphError as error:
                self._fault(node.line, f"'touches' names a country: {error}")
                return ()
        if not isinstance(node, files.Scalar):
            self._fault(node.line, f"a question is one of {', '.join(QUESTIONS)}, the id of a rule, or {{touches: US}}")
            return ()
        if node.text in QUESTIONS:
            return (Ask(node.text, "", node.line),)
        try:
            return (Ask(self.book.rule(node.text).id, "", node.line),)
        except UnknownName:
            near = nearest(node.text, (*QUESTIONS, *self.book.rules), 2)
            hint = "" if near else f"; use one of {', '.join(QUESTIONS)}, or the id of a rule"
            self._fault(node.line, str(UnknownName(f"'{node.text}' is no question and no rule{hint}", near)))
            return ()

    def _refuse_unanswerable(self, scenario: Scenario) -> None:
        """Refuse a question about something that the case does not name."""
        for ask in scenario.ask:
            if ask.what in _OF_AN_ITEM and not scenario.case.item:
                self._fault(ask.line, f"'{ask.what}' asks about the item of the case, and the case names none; write case: {{item: ...}}")
            if ask.what == "affiliates" and (scenario.party is None or scenario.party.is_stranger):
                text = "'affiliates' asks about the end user, or the only party, of the case; name one of the data or of `entities`"
                self._fault(ask.line, text)
        if len(self.faults):
            raise self.faults.error()

    def _expect(self, asked: int) -> tuple[Mapping[str, Any], ...]:
        node, line = self.record.nested.get("expect"), self.record.line_of("expect")
        if node is None and "expect" not in self.record.texts:
            return ({},) * asked
        nodes = node.items if isinstance(node, files.Sequence) else [node]
        found = [files.plain(item) for item in nodes if isinstance(item, files.Mapping)]
        if len(found) < len(nodes):
            self._fault(line, "'expect' is a mapping by keys of the answer, {outcome: not met}, or a list of one for each question")
        elif asked and len(found) != asked:
            text = f"questions asked: {asked}, and answers expected: {len(found)}; write one mapping for each, {{}} for nothing"
            self._fault(line, text)
        return tuple(found)
