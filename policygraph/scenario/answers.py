"""The questions of a scenario, put to a view of its graph, and the answers beside what was published.

Comes in: a :class:`Scenario`, and a view with the verbs that it asks for. Goes out: :class:`Answers`, in order, with what agrees with the
published conclusion and what does not. A disagreement is told plainly; it is no error.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final, Protocol

from policygraph.errors import BadData, Place, PolicygraphError
from policygraph.law.rulings import Determination
from policygraph.scenario.hypothetical import Ask, Scenario

__all__ = ["Answer", "Answers", "Expected", "answered"]


class Answer(Protocol):
    """What every answer can do."""

    def to_json(self) -> dict[str, Any]:
        """Return the answer in the form the command line prints with ``--json``."""


def _touches(view: Any, scenario: Scenario, ask: Ask) -> Answer:
    answer: Answer = view.touches(scenario.case.item, ask.of) if ask.of else view.touches(scenario.case.item)
    return answer


@dataclass(frozen=True)
class _Collisions:
    """Duties of two legal orders that collide, as an answer."""

    conflicts: tuple[Answer, ...]

    def to_json(self) -> dict[str, Any]:
        told = [conflict.to_json() for conflict in self.conflicts]
        between: dict[str, dict[str, dict[str, str]]] = {}
        for one in told:
            between.setdefault(one["demands"], {})[one["forbids"]] = {key: one[key] for key in _AT_ONCE}
        return {"conflicts": told, "between": between, "count": len(told)}

    def __str__(self) -> str:
        head = "Duties that collide:" if self.conflicts else "No duties of two legal orders are known to collide here."
        return "\n".join([head, *(f"  {conflict}" for conflict in self.conflicts)])


_VERBS: Final[Mapping[str, Callable[[Any, Scenario, Ask], Answer]]] = {
    "determine": lambda view, scenario, _: view.determine(scenario.case, assume=scenario.assume),
    "touches": _touches,
    "classify": lambda view, scenario, _: view.classify(scenario.case.item),
    "affiliates": lambda view, scenario, _: view.affiliates(str(scenario.party)),
    "content": lambda view, scenario, _: view.content(scenario.case),
    "conflicts": lambda view, scenario, _: _Collisions(view.conflicts(scenario.case, assume=scenario.assume)),
}
"""What each question asks of a view; anything else is the id of a rule."""


_AT_ONCE: Final = ("outcome", "leaning")
"""Keys that an answer has at hand."""


def answered(scenario: Scenario, view: Any) -> Answers:
    """Put the questions of a scenario to a view of its graph.

    Raises
    ------
    BadData
        If a question is refused, with the place where it is asked.

    Examples
    --------
    >>> import policygraph as pg
    >>> from policygraph.ontology import shipped
    >>> from pathlib import Path
    >>> import tempfile
    >>> kg = pg.load()
    >>> text = "{scenario: a, title: A chip, as_of: 2025-05-13, case: {item: h20}, ask: touches, expect: {outcome: not met}}"
    >>> with tempfile.TemporaryDirectory() as place:
    ...     _ = (Path(place) / "a.yaml").write_text(text)
    ...     scenario = Scenario.read(Path(place) / "a.yaml", kg.graph, kg.rules)
    >>> answers = answered(scenario, kg.view(scenario.as_of))
    >>> [(row.key, row.expected, row.found, row.agrees) for row in answers.expected]
    [('outcome', 'not met', 'met', False)]
    """
    found = []
    for ask in scenario.ask:
        try:
            verb = _VERBS.get(ask.what)
            found.append(verb(view, scenario, ask) if verb else view.check(ask.what, scenario.case, assume=scenario.assume))
        except BadData:
            raise
        except PolicygraphError as error:
            raise BadData([(Place(scenario.file, ask.line), str(error))]) from error
    return Answers(scenario, tuple(found))


@dataclass(frozen=True, slots=True)
class Expected:
    """One thing that the published conclusion says of an answer, and what the answer says."""

    ask: str
    key: str
    expected: Any
    found: Any
    agrees: bool

    def to_json(self) -> dict[str, Any]:
        """Return it in plain data."""
        return {"ask": self.ask, "key": self.key, "expected": self.expected, "found": self.found, "agrees": self.agrees}

    def __str__(self) -> str:
        verdict = "the answer agrees" if self.agrees else f"the answer DISAGREES: {_written(self.found)}"
        return f"{self.ask}: {self.key} is expected to be {_written(self.expected)}; {verdict}."


@dataclass(frozen=True)
class Answers(Sequence[Any]):
    """The answers to the questions of a scenario, in order.

    Attributes
    ----------
    scenario
        The scenario.
    answers
        One for each question.
    """

    scenario: Scenario
    answers: tuple[Any, ...]

    def __getitem__(self, index: Any) -> Any:
        return self.answers[index]

    def __len__(self) -> int:
        return len(self.answers)

    @cached_property
    def _kept(self) -> dict[int, dict[str, Any]]:
        return {}

    @cached_property
    def _outcomes(self) -> dict[int, dict[str, Any]]:
        return {}

    def _told(self, number: int) -> dict[str, Any]:
        """Return an answer in plain data, made once."""
        if number not in self._kept:
            self._kept[number] = self.answers[number].to_json()
        return self._kept[number]

    @cached_property
    def expected(self) -> tuple[Expected, ...]:
        """What was expected of each answer, and what it says."""
        return tuple(
            Expected(str(ask), key, wanted, found := self._found(number, key), _agrees(wanted, found))
            for number, (ask, expect) in enumerate(zip(self.scenario.ask, self.scenario.expect, strict=True))
            for key, wanted in expect.items()
        )

    def _found(self, number: int, key: str) -> Any:
        """Return what an answer says under a key; what it has at hand without the search for gaps and flips that its JSON needs."""
        if key in _AT_ONCE and hasattr(self.answers[number], key):
            return str(getattr(self.answers[number], key))
        return _at(self._at_hand(number), key) if key.partition(".")[0] in self._at_hand(number) else _at(self._told(number), key)

    def _at_hand(self, number: int) -> dict[str, Any]:
        """Return what a determination comes to, made once; nothing of another answer."""
        if number not in self._outcomes:
            answer = self.answers[number]
            self._outcomes[number] = answer.outcomes() if isinstance(answer, Determination) else {}
        return self._outcomes[number]

    def to_json(self) -> dict[str, Any]:
        """Return the answers in plain data; of one alone, its keys stand beside those of the scenario too."""
        scenario = self.scenario
        told = [self._told(number) for number in range(len(self))]
        head = {
            "scenario": scenario.id, "title": scenario.title, "as_of": scenario.as_of.isoformat(),
            "known_by": scenario.known_by.isoformat() if scenario.known_by else None, "base": scenario.base,
            "answers": [{"ask": str(ask), **answer} for ask, answer in zip(scenario.ask, told, strict=True)],
            "expected": [row.to_json() for row in self.expected],
        }  # fmt: skip
        return {**told[0], **head} if len(told) == 1 else head

    def note(self) -> str:
        """Return the answers as whole notes."""
        return "\n".join(self._lines(whole=True))

    def __str__(self) -> str:
        return "\n".join(self._lines(whole=False))

    def _lines(self, whole: bool) -> Iterator[str]:
        scenario = self.scenario
        yield f"Scenario {scenario.id}: {scenario.title}"
        yield "Laid over the law alone." if scenario.base == "none" else "Laid over the data; what it stipulates counts as established."
        for answer in self.answers:
            yield ""
            yield answer.note() if whole and hasattr(answer, "note") else str(answer)
        if self.expected:
            source = scenario.source
            yield ""
            yield f"Published conclusion ({source}): {source.says}" if source else "Expected:"
            for row in self.expected:
                yield f"  {row}"


def _at(answer: Any, key: str) -> Any:
    """Return what stands at a dotted path of an answer, or None; the names on the way may hold dots themselves.

    >>> _at({"uncontested": {"outcome": "met"}, "routes": [{"kind": "design"}]}, "routes.0.kind")
    'design'
    >>> _at({"requirements": {"ear-lr-742.6": "met"}}, "requirements.ear-lr-742.6")
    'met'
    """
    if isinstance(answer, list):
        head, dot, rest = key.partition(".")
        here = answer[int(head)] if head.isdecimal() and int(head) < len(answer) else None
        return _at(here, rest) if dot else here
    if not isinstance(answer, Mapping):
        return None
    if key in answer:
        return answer[key]
    parts = key.split(".")
    ways = (count for count in range(len(parts) - 1, 0, -1) if ".".join(parts[:count]) in answer)
    return next((_at(answer[".".join(parts[:count])], ".".join(parts[count:])) for count in ways), None)


def _agrees(wanted: Any, found: Any) -> bool:
    """Tell whether an answer is as expected: lists in any order, numbers as they round, of a mapping the keys that are written.

    >>> _agrees(19.45, 19.4496), _agrees(2368, 2369.0), _agrees(["b", "a"], ["a", "b"]), _agrees("not met", "met")
    (True, False, True, False)
    """
    if isinstance(wanted, list) and isinstance(found, (list, tuple)):
        rest = list(found)
        for one in wanted:
            match = next((place for place, other in enumerate(rest) if _agrees(one, other)), None)
            if match is None:
                return False
            del rest[match]
        return not rest
    if isinstance(wanted, Mapping) and isinstance(found, Mapping):
        return all(key in found and _agrees(value, found[key]) for key, value in wanted.items())
    if all(isinstance(value, (int, float)) and not isinstance(value, bool) for value in (wanted, found)):
        decimals = len(str(wanted).partition(".")[2])
        return bool(abs(wanted - found) <= 0.5 * 10.0**-decimals + 1e-9)
    return type(wanted) is type(found) and bool(wanted == found)


def _written(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(map(_written, value)) or "an empty list"
    return "nothing" if value is None else str(value)
