"""Under which entries of the control lists an item falls: what is said, and what its parameters come to.

Comes in: a view, the rules that classify, an item. Goes out: a :class:`Classification`, with the paragraphs met, not met and open, and
the figures they were held against.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from policygraph import measures
from policygraph.law import conditions as law
from policygraph.law.evaluate import Evaluation
from policygraph.law.question import family_of, of_family
from policygraph.law.readings import YES, Reading
from policygraph.law.reasons import reason
from policygraph.truth import Outcome, Strength, Verdict
from policygraph.view import FrozenView

__all__ = ["BASKET", "Classification", "classify"]

BASKET: Final = "EAR99"
"""What is subject to the regulations and stands on no list."""
_QUANTITIES: Final[Mapping[str, str]] = {
    "tpp": "total-processing-performance", "performance_density": "performance-density",
    "memory_bandwidth_density": "memory-bandwidth-density",
}  # fmt: skip

_FIGURES: Final[Mapping[str, str]] = {
    "tpp": "total processing performance (TPP)", "performance_density": "performance density",
    "memory_bandwidth_density": "memory bandwidth density",
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Classification:
    """Under which entries an item falls.

    Attributes
    ----------
    item, label, as_of
        What was asked, and on which day.
    verdicts
        For each paragraph that a rule or a claim speaks of, whether the item is specified in it.
    why
        For each paragraph, what decides it.
    figures
        The highest figure known of each quantity, and how it was computed; None where there is none.
    """

    item: str
    label: str
    as_of: date
    verdicts: Mapping[str, Verdict]
    why: Mapping[str, str]
    figures: Mapping[str, tuple[float | None, str]]
    readings: Mapping[str, Reading] = field(repr=False)

    def _those(self, *outcomes: Outcome) -> tuple[str, ...]:
        return tuple(code for code, verdict in self.verdicts.items() if verdict.leaning in outcomes)

    @property
    def met(self) -> tuple[str, ...]:
        """The paragraphs the item is specified in, disputed or not."""
        return self._those(Outcome.MET)

    @property
    def not_met(self) -> tuple[str, ...]:
        """Those it is not specified in."""
        return self._those(Outcome.NOT_MET)

    @property
    def unknown(self) -> tuple[str, ...]:
        """Those of which nothing is known."""
        return self._those(Outcome.UNKNOWN)

    @property
    def contested(self) -> tuple[str, ...]:
        """Those of which the answer is disputed."""
        return tuple(code for code, verdict in self.verdicts.items() if verdict.outcome is Outcome.CONTESTED)

    @property
    def is_basket(self) -> bool:
        """Whether it is said to stand on no list, and no paragraph is met."""
        return self.met == (BASKET,)

    def to_json(self) -> dict[str, Any]:
        """Return it in the form the command line prints with ``--json``."""
        return {
            "item": self.item, "as_of": self.as_of.isoformat(), **{name: number for name, (number, _) in self.figures.items()},
            "eccn": list(self.met), "not_met": list(self.not_met), "unknown": list(self.unknown), "contested": list(self.contested),
            "paragraphs": {code: str(verdict.outcome) for code, verdict in self.verdicts.items()},
            "why": dict(self.why), "computed": {name: text for name, (_, text) in self.figures.items() if text},
        }  # fmt: skip

    def lines(self) -> Iterator[str]:
        """Yield it as lines of a note."""
        yield f"Specified in: {', '.join(self.met) or 'nothing that is known'}."
        for code in self.met:
            verdict = self.verdicts[code]
            disputed = ", contested" if code in self.contested else ""
            why = f"; {self.why[code]}" if self.why[code] != code else ""
            yield f"  {code}: met{disputed}, {Strength(verdict.all_.for_).word}{why}"
        if self.unknown:
            yield f"Not known, as no figure and no claim decides it: {', '.join(self.unknown)}."

    def __str__(self) -> str:
        lines = [f"Under which entries does {self.label} fall?", f"As of {self.as_of}.", "", *self.lines()]
        lines += ["Figures:", *(f"  {_FIGURES.get(name, name)}: {text or 'not known'}" for name, (_, text) in self.figures.items())]
        kinds = {code[:2] for code in (*self.met, *self.unknown, *self.contested)}
        alike = [code for code in self.not_met if code[:2] in kinds]
        rest = len(self.not_met) - len(alike)
        told = ", ".join([*alike, *([f"and {rest} paragraphs on other kinds of items"] if rest else [])])
        return "\n".join([*lines, f"Not specified in: {told or 'none that is known'}."])

    def _repr_html_(self) -> str:
        from html import escape

        return f"<pre>{escape(str(self))}</pre>"


def classify(evaluation: Evaluation, item: str, told: Sequence[str] | None = None) -> Classification:
    """Return under which entries an item falls on the day of an evaluation.

    Parameters
    ----------
    evaluation
        Rules on a view.
    item
        Id of an item; a family falls under a paragraph only if all its members do.
    told
        The entries that a case puts it in, which then count instead; None where it does not tell.

    Examples
    --------
    >>> import policygraph as pg
    >>> kg = pg.load()
    >>> view = kg.view("2025-05-13").frozen
    >>> found = classify(Evaluation(view, kg.rules, view.as_of), "h20")
    >>> found.figures["tpp"][0], "3A090.a" in found.not_met
    (2368.0, True)
    """
    view = evaluation.view
    family = family_of(view, item)
    readings: dict[str, Reading] = {}
    if told is not None:
        readings = {code: Reading("classified", f"the case puts it in {code}", YES) for code in told}
    for code in sorted(set(_codes(evaluation, (item, *family)))) if told is None else ():
        readings[code] = of_family(evaluation, item, family, _Specified(code))
    return Classification(
        item=item, label=view.graph.label(item) if item in view.graph.index else item, as_of=evaluation.on,
        verdicts={code: reading.verdict for code, reading in readings.items()},
        why={code: reason(reading) for code, reading in readings.items()},
        figures={name: _figure(view, item, family, quantity) for name, quantity in _QUANTITIES.items()}, readings=readings,
    )  # fmt: skip


def _codes(evaluation: Evaluation, items: tuple[str, ...]) -> Iterator[str]:
    """Yield the paragraphs that some rule of the day puts items in, and those that claims name."""
    for rule in evaluation.book.of_effect("classified"):
        if evaluation.version_of(rule) is not None:
            yield from rule.classifies
    view = evaluation.view
    for item in items:
        for holder in (item, *evaluation.facts.family(item)) if item in view.graph.index else ():
            for row in view.find(holder, "classifiedAs"):
                yield view.graph.node_ids[view.edges.object[row]].removeprefix("eccn:")


@dataclass(frozen=True)
class _Specified:
    """Asks whether an item is specified in one entry."""

    code: str

    def __call__(self, evaluation: Evaluation, item: str) -> Reading:
        entry = law.Entry(code=self.code)
        return evaluation.settled(lambda: evaluation.classified(item, (entry,), ()))


def _figure(view: FrozenView, item: str, family: tuple[str, ...], quantity: str) -> tuple[float | None, str]:
    """Return the highest figure known of a quantity, that of a family only if all its members have the same."""
    each = {measures.figures(view, one, quantity)[:1] for one in family or (item,) if one in view.graph.index}
    numbers = {figure[0].number if figure else None for figure in each}
    if len(numbers) != 1 or None in numbers:
        return None, ""
    figure = next(iter(each))[0]
    return (figure.number if figure.number == figure.number else None), figure.text
