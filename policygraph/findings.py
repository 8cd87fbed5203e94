"""Answers, as values: findings with their proof, disputes, gaps and flips.

Nothing is computed here but what is asked of a finding late: gaps, flips and intervals come from functions the asker put in, on
first access. ``str()`` reads like a lawyer's note, ``_repr_html_`` shows it in a notebook cell, :meth:`Finding.to_json` is the
command line's answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from html import escape
from typing import Any, Final, Literal

from policygraph.proofs import MOST_SHOWN, Evidence, Proof, Step, step_lines
from policygraph.truth import Outcome, Strength, Truth, Verdict

__all__ = ["Evidence", "Finding", "Flip", "Gap", "Proof", "Route", "Step"]


@dataclass(frozen=True, slots=True)
class Route:
    """One way by which something is so: a kind (fab equipment, design software ...), its best path, its own truth.

    ``through`` is the plant, program or part that tells it from other routes of its kind.
    """

    kind: str
    verdict: Verdict
    path: tuple[Step, ...]
    label: str = ""
    through: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return it in the form the command line prints."""
        return {
            "kind": self.kind, "label": self.label, "through": self.through,
            "outcome": str(self.verdict.outcome), "leaning": str(self.verdict.leaning),
            "for": Strength(self.verdict.all_.for_).word, "against": Strength(self.verdict.all_.against).word,
            "path": [step.to_json() for step in self.path],
        }


@dataclass(frozen=True, slots=True)
class Gap:
    """What is not known and would move the outcome: one typed pattern with one open end.

    >>> Gap("smic-finfet-lines", "usesEquipment", None, of="Equipment", why="which tools stood there").pattern
    'smic-finfet-lines usesEquipment ?Equipment'
    """

    subject: str | None
    relation: str
    object: str | None
    of: str
    why: str
    route: str = ""

    @property
    def pattern(self) -> str:
        """The pattern, the open end written ``?Class``."""
        return f"{self.subject or '?' + self.of} {self.relation} {self.object or '?' + self.of}"

    def __str__(self) -> str:
        if self.subject == "case":
            return f"{self.why} (an input of the case: {self.relation.replace('-', '_')})"
        return f"{f'{self.route}: ' if self.route else ''}{self.pattern}: {self.why}"

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"pattern": self.pattern, "s": self.subject, "r": self.relation, "o": self.object, "of": self.of,
                "why": self.why, "route": self.route}


@dataclass(frozen=True, slots=True)
class Flip:
    """A smallest set of claims, or a whole source, whose rejection changes the outcome."""

    claims: tuple[str, ...]
    documents: tuple[str, ...]
    becomes: Outcome
    whole_source: bool

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return {"reject": list(self.documents if self.whole_source else self.claims), "whole_source": self.whole_source,
                "claims": list(self.claims), "documents": list(self.documents), "becomes": str(self.becomes)}


MOST_SPEAKERS: Final = 6
"""Speakers named for each side of a route in a table."""
WHOLE: Final = "In brief; the whole note, with every claim: --proof on the command line, .note() in Python."
"""The last line of an answer in brief."""
_MOST_ROUTES: Final = 3
_MOST_GAPS: Final = 5


def _nothing() -> tuple[()]:
    return ()


@dataclass(frozen=True)
class Finding:
    """The answer to one question on one view.

    Attributes
    ----------
    question
        What was asked, in words.
    as_of, known_by
        The two clocks of the view; ``known_by`` is None where everything on record counts.
    data
        Name, version and hash of the data set.
    verdict
        The truth of the answer in both runs.
    proof
        The proof tree.
    routes
        Ways by which it is so, best first.
    binding, weakest
        The most binding text the answer rests on, and the least binding one it cannot do without, if that is another.
    coverage
        What the data set covers that bears on the question, and what it does not.
    remarks
        Sentences the reader must see beside the outcome (what the text alone would say, an assumption made).
    subject
        Id of the item or party the question is about.
    told_by
        What a note tells it by: its routes and the proof in outline, or the whole proof.
    labels, classes
        Name and class of every node on a route, and of every speaker, by id, for notes and figures.
    """

    question: str
    as_of: date
    known_by: date | None
    data: Mapping[str, str]
    verdict: Verdict
    proof: Proof
    routes: tuple[Route, ...] = ()
    binding: str = ""
    weakest: str = ""
    coverage: str = ""
    remarks: tuple[str, ...] = ()
    subject: str = ""
    told_by: Literal["routes", "proof"] = "routes"
    labels: Mapping[str, str] = field(default_factory=dict)
    classes: Mapping[str, str] = field(default_factory=dict)
    find_gaps: Callable[[], Iterable[Gap]] = field(default=_nothing, repr=False, compare=False)
    find_flips: Callable[[], tuple[Iterable[Flip], bool]] = field(default=lambda: ((), False), repr=False, compare=False)
    find_intervals: Callable[[], Iterable[tuple[date | None, date | None]]] = field(default=_nothing, repr=False, compare=False)

    @property
    def outcome(self) -> Outcome:
        """Met, not met, contested or unknown."""
        return self.verdict.outcome

    @property
    def leaning(self) -> Outcome:
        """What the run over everything that stands says; differs from the outcome only where it is contested."""
        return self.verdict.leaning

    @cached_property
    def gaps(self) -> tuple[Gap, ...]:
        """What is not known and would move the outcome."""
        return tuple(self.find_gaps())

    @cached_property
    def _flips(self) -> tuple[tuple[Flip, ...], bool]:
        flips, truncated = self.find_flips()
        return tuple(flips), truncated

    @property
    def flips(self) -> tuple[Flip, ...]:
        """The smallest sets of claims whose rejection changes the outcome."""
        return self._flips[0]

    @property
    def flips_truncated(self) -> bool:
        """Whether the search for flips stopped before it was exhaustive."""
        return self._flips[1]

    @cached_property
    def intervals(self) -> tuple[tuple[date | None, date | None], ...]:
        """The half-open intervals of dates, around and beside ``as_of``, over which the answer is the same."""
        return tuple(self.find_intervals())

    @cached_property
    def sources(self) -> tuple[Evidence, ...]:
        """One piece of evidence for each document the answer rests on, in order of appearance."""
        seen: dict[str, Evidence] = {}
        steps = (step for route in self.routes for step in route.path)
        for item in (*self.proof.all_evidence(), *(item for step in steps for item in step.evidence)):
            seen.setdefault(item.document, item)
        return tuple(seen.values())

    def to_json(self) -> dict[str, Any]:
        """Return the finding in the form the command line prints with ``--json``."""
        clear = self.verdict.uncontested
        answer: dict[str, Any] = {
            "question": self.question, "as_of": self.as_of.isoformat(),
            "known_by": self.known_by.isoformat() if self.known_by else None, "data": dict(self.data),
            "outcome": str(self.outcome), "leaning": str(self.leaning),
            "for": Strength(self.verdict.all_.for_).word, "against": Strength(self.verdict.all_.against).word,
            "uncontested": {"outcome": str(Verdict(clear, clear).outcome), "for": Strength(clear.for_).word,
                            "against": Strength(clear.against).word},
            "binding": self.binding, "remarks": list(self.remarks), "proof": self.proof.to_json(),
            "gaps": [gap.to_json() for gap in self.gaps],
            "flips": [flip.to_json() for flip in self.flips], "flips_truncated": self.flips_truncated,
            "intervals": [[str(begin) if begin else None, str(end) if end else None] for begin, end in self.intervals],
            "sources": [{"document": item.document, "title": item.title, "published": item.published.isoformat(),
                         "url": item.url} for item in self.sources],
            "coverage": self.coverage,
        }
        answer["routes"] = [route.to_json() for route in self.routes]
        return answer | ({"weakest": self.weakest} if self.weakest else {})

    def note(self) -> str:
        """Return the answer as a whole note: every route, the whole proof, every gap and source."""
        return "\n".join(self._whole())

    def __str__(self) -> str:
        return "\n".join(self._brief())

    def _head(self) -> Iterator[str]:
        yield self.question
        on_record = f", on record by {self.known_by}" if self.known_by else ""
        yield f"As of {self.as_of}{on_record}. Data: {self.data.get('name', '')} {self.data.get('version', '')}."
        leaning = f", leaning {self.leaning}" if self.outcome is Outcome.CONTESTED else ""
        clear = self.verdict.uncontested
        yield ""
        yield f"Outcome: {self.outcome}{leaning}."
        yield f"  Everything that stands: {self._grade(self.verdict.all_)}. Undisputed claims alone: {self._grade(clear)}."
        if self.binding:
            yield f"  Most binding text it rests on: {self.binding}."
        if self.weakest:
            yield f"  Least binding text it cannot do without: {self.weakest}."
        for remark in self.remarks:
            yield f"  {remark}"

    def _route_lines(self, routes: Iterable[Route], most: int) -> Iterator[str]:
        yield ""
        yield "Routes, best first:"
        for route in routes:
            yield f"  {route.kind}, {route.label}: {route.verdict.outcome}, {self._grade(route.verdict.all_)}"
            for step in route.path:
                yield from step_lines(step, "      ", most, count=most > 1)

    def _change_lines(self) -> Iterator[str]:
        if self.flips:
            yield "What would change the outcome:"
        elif self.flips_truncated:
            yield "What would change the outcome: nothing was found among one or two claims or a whole source; the search went no further."
        else:
            yield "No set of up to three claims changes the outcome."
        for flip in self.flips:
            what = ", ".join(flip.documents if flip.whole_source else flip.claims)
            yield f"  rejecting {'the source ' if flip.whole_source else ''}{what}: {flip.becomes}"
        if self.flips and self.flips_truncated:
            yield "  (the search was cut short; there may be others)"

    def _whole(self) -> Iterator[str]:
        yield from self._head()
        outline = bool(self.routes) and self.told_by == "routes"
        if outline:
            yield from self._route_lines(self.routes, MOST_SHOWN)
        yield ""
        yield "Proof in outline (the routes above are its paths):" if outline else "Proof:"
        yield from self.proof.lines(1, outline=outline, most=1 if self.told_by == "proof" else None)
        yield ""
        yield "What is not known and would matter:" if self.gaps else "No gap was found that would move the outcome."
        for gap in self.gaps:
            yield f"  {f'{gap.route}: ' if gap.route else ''}{gap.pattern}: {gap.why}"
        yield from self._change_lines()
        yield from _source_lines(self.sources, 0)
        if self.coverage:
            yield f"Coverage: {self.coverage}"

    def _brief(self) -> Iterator[str]:
        yield from self._head()
        shown: Iterable[Evidence]
        if self.routes and self.told_by == "routes":
            first = self.routes[:_MOST_ROUTES]
            yield from self._route_lines(first, 1)
            more = len(self.routes) - len(first)
            kinds = ", ".join(dict.fromkeys(f"{route.kind} ({route.verdict.outcome})" for route in self.routes[_MOST_ROUTES:]))
            yield from [f"  and {more} more: {kinds}"] if more else []
            shown = (item for route in first for step in route.path for item in step.evidence)
        else:
            lines, shown = self.proof.brief("  ")
            yield ""
            yield "Why:"
            yield from lines
        yield ""
        yield "What is not known and would matter:" if self.gaps else "No gap was found that would move the outcome."
        for gap in self.gaps[:_MOST_GAPS]:
            yield f"  {gap}"
        if len(self.gaps) > _MOST_GAPS:
            yield f"  and {len(self.gaps) - _MOST_GAPS} more"
        yield from self._change_lines()
        documents = {item.document for item in shown}
        named = [item for item in self.sources if item.document in documents]
        yield from _source_lines(named, len(self.sources) - len(named))
        if self.coverage:
            yield f"Coverage: {self.coverage}"
        yield WHOLE

    @staticmethod
    def _grade(truth: Truth[int]) -> str:
        if truth.for_:
            return f"for, {Strength(truth.for_).word}"
        return f"against, {Strength(truth.against).word}" if truth.against else "nothing either way"

    def __repr__(self) -> str:
        return f"<Finding as of {self.as_of}: {self.question} {str(self.outcome).capitalize()}.>"

    def _repr_html_(self) -> str:
        """Show the note in a notebook cell: static, readable where scripts are not run and styles are dropped."""
        note = list(self._whole())
        lines = [escape(line.strip()) for line in note[: note.index("", 3)] if line]
        top = "<br>".join(f"<b>{line}</b>" if number in (0, 2) else line for number, line in enumerate(lines))
        heads = ("route", "outcome", "strength", "best path", "on whose word", "disputed by")
        rows = [f"<th style='text-align:left'>{head}</th>" for head in heads], *map(self._row, self.routes)
        table = "<table>" + "".join(f"<tr>{''.join(row)}</tr>" for row in rows) + "</table>" if self.routes else ""
        whole = f"<summary>The whole note: proof, gaps, flips, sources</summary><pre>{escape(chr(10).join(note))}</pre>"
        return f"<div><p>{top}</p>{table}<details>{whole}</details></div>"

    def _row(self, route: Route) -> list[str]:
        """Tell a route in the cells of a table: its steps by name, who vouches for them, and who disputes one."""

        def speakers(against: bool) -> str:
            said = (item.speaker for step in route.path for item in step.evidence if item.against is against)
            names = list(dict.fromkeys(self.labels.get(id_, id_) for id_ in said))
            more = [f"{len(names) - MOST_SPEAKERS} more"] if len(names) > MOST_SPEAKERS else []
            return ", ".join([*names[:MOST_SPEAKERS], *more])

        kind = route.kind if route.label in ("", route.kind) else f"{route.kind}: {route.label}"
        path = " \N{RIGHTWARDS ARROW} ".join(self.labels.get(id_, id_) for id_ in _chain(route))
        cells = (kind, str(route.verdict.outcome), Strength(route.verdict.all_.for_).word, path, speakers(False), speakers(True))
        return [f"<td style='text-align:left'>{escape(cell) or '&ndash;'}</td>" for cell in cells]


def _source_lines(sources: Sequence[Evidence], left_out: int) -> Iterator[str]:
    yield "Sources:" if sources or left_out else "Sources: none."
    for number, item in enumerate(sources, 1):
        yield f"  {number}. {item.title} ({item.published}). {item.url}".rstrip()
    if left_out:
        yield f"  and {left_out} more"


def _chain(route: Route) -> tuple[str, ...]:
    if not route.path:
        return ()
    ends = [(step.object, step.subject) if step.inverse else (step.subject, step.object) for step in route.path]
    return (ends[0][0], *(end for _, end in ends))
