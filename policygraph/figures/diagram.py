"""From a finding to a diagram: boxes in lanes, arrows with strength and dispute, numbered sources.

Comes in: a finding with routes. Goes out: a :class:`Diagram`, immutable, which draws itself when it is saved or shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from policygraph.errors import BadQuestion
from policygraph.figures.drawable import Drawable
from policygraph.findings import Evidence, Finding, Step
from policygraph.ontology import Ontology
from policygraph.truth import Outcome, Strength, Truth, Verdict

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["LANES", "MOST_ROUTES", "MOST_SOURCES", "Arrow", "Box", "Diagram", "Lane", "Source", "diagram"]

LANES: tuple[Mapping[str, str], ...] = (
    {"": "item"},
    {"Chip": "chips and dies", "Die": "chips and dies", "Memory": "memory", "System": "systems", "": "parts"},
    {"PackagingPlant": "plants", "Site": "fabs", "Software": "design software", "IntellectualProperty": "design blocks"},
    {"Equipment": "equipment"},
    {"Component": "parts of equipment", "Material": "materials"},
    {"Technology": "technology", "Agent": "makers"},
    {"Country": "origin"},
)
"""Lanes from the item to the origin: the classes that stand in each, and what a reader calls them.

The first lane is for the item itself, or the members of the family asked about; what has no lane of its own stands in the second."""

MOST_ROUTES = 8
MOST_SOURCES = 3


@dataclass(frozen=True, slots=True)
class Box:
    """A node of the diagram: what it is called, in which lane and which column it stands."""

    id: str
    label: str
    lane: int
    column: int
    kind: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """A step: drawn by its strength, marked where somebody disputes it, with the numbers of its sources.

    Attributes
    ----------
    sources, against
        Numbers of the sources for it, and of those against it.
    when
        The widest span of years that the sources allow, in words.
    """

    tail: str
    head: str
    label: str
    strength: Strength
    contested: bool
    disputed_by: tuple[str, ...]
    sources: tuple[int, ...]
    against: tuple[int, ...] = ()
    when: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A numbered source under the figure: the document, its title, who published it when, where it is."""

    number: int
    document: str
    title: str
    imprint: str
    url: str = ""


@dataclass(frozen=True, slots=True)
class Lane:
    """A heading over the columns of a lane, the last one included."""

    number: int
    heading: str
    first: int
    last: int


@dataclass(frozen=True)
class Diagram(Drawable):
    """A diagram as data; nothing is drawn until it is saved or shown.

    Attributes
    ----------
    title, answer
        The question, and the outcome in one line.
    lanes, boxes, arrows, sources
        What is drawn, in a fixed order.
    notes
        Sentences the reader must see under the sources.

    Examples
    --------
    >>> empty = Diagram("What?", "This.", (Lane(0, "item", 0, 0),), (Box("chip", "A chip", 0, 0, "Chip"),), (), ())
    >>> empty.rendered("pdf")[:4]
    b'%PDF'
    """

    title: str
    answer: str
    lanes: tuple[Lane, ...]
    boxes: tuple[Box, ...]
    arrows: tuple[Arrow, ...]
    sources: tuple[Source, ...]
    notes: tuple[str, ...] = ()

    def draw(self) -> Figure:
        """Lay the diagram out and draw it on a new matplotlib figure."""
        from policygraph.figures.drawing import drawn
        from policygraph.figures.page import composed

        return drawn(composed(self))


def diagram(finding: Finding) -> Diagram:
    """Describe a finding that has routes as a layered diagram.

    Routes that share a step share its arrow. At most :data:`MOST_ROUTES` routes are drawn, and at most :data:`MOST_SOURCES` sources
    cited for an arrow and as many against it, the strongest; a note says so where there are more.

    Parameters
    ----------
    finding
        An answer with routes, such as that of ``view.touches``.

    Raises
    ------
    BadQuestion
        If the finding has no route to draw.

    Examples
    --------
    >>> import policygraph as pg
    >>> found = diagram(pg.load().view(as_of="2025-05-13").touches("ascend-910b"))
    >>> found.boxes[0].id
    'ascend-910b'
    """
    terms = Ontology.shipped()
    routes = [route for route in finding.routes if route.path]
    merged = _merged((step for route in routes[:MOST_ROUTES] for step in route.path), terms)
    if not merged:
        raise BadQuestion(f"there is no route to draw: the answer to '{finding.question}' is {finding.outcome}, and nothing leads there")
    ids = list(dict.fromkeys(id_ for subject, _, object_ in merged for id_ in (subject, object_)))
    items = {finding.subject, *(route.path[0].object if route.path[0].inverse else route.path[0].subject for route in routes)}
    lane = {id_: 0 if id_ in items else _lane(finding.classes.get(id_, ""), terms) for id_ in ids}
    column = _columns(ids, lane, [(subject, object_) for subject, _, object_ in merged])
    boxes = [Box(id_, finding.labels.get(id_, id_), lane[id_], column[id_], finding.classes.get(id_, "")) for id_ in ids]
    boxes.sort(key=lambda box: box.column)
    cited = _Cited()
    arrows = tuple(
        _arrow(key, steps, finding, terms, cited) for key, steps in sorted(merged.items(), key=lambda item: column[item[0][0]])
    )
    return Diagram(
        title=finding.question, answer=_answer(finding), lanes=tuple(_lanes(boxes, terms)), boxes=tuple(boxes), arrows=arrows,
        sources=tuple(cited.sources(finding.labels)), notes=tuple(_notes(finding, len(routes), cited)),
    )


Key = tuple[str, str, str]


def _merged(steps: Iterable[Step], terms: Ontology) -> dict[Key, list[Step]]:
    """Gather the steps of one edge, a narrower relation under the name of the claim; a loop has no arrow."""
    found: dict[Key, list[Step]] = {}
    for step in steps:
        relation = terms.relations.get(step.relation)
        key = (step.subject, (relation.narrows if relation else "") or step.relation, step.object)
        if step.subject != step.object and step not in found.setdefault(key, []):
            found[key].append(step)
    return {key: found[key] for key in found if found[key]}


def _lane(class_: str, terms: Ontology) -> int:
    """Return the lane of a class, by the nearest of its ancestors that has one."""
    lineage = [name for name in terms.lineage(class_) if name]
    return next((number for name in lineage for number, kinds in enumerate(LANES) if name in kinds), 1)


def _columns(ids: list[str], lane: Mapping[str, int], ends: list[tuple[str, str]]) -> dict[str, int]:
    """Give each lane as many columns as its longest chain of arrows needs, so that no arrow joins two boxes of one column."""
    onward: dict[str, list[str]] = {id_: [] for id_ in ids}
    for tail, head in ends:
        if lane[tail] == lane[head]:
            onward[tail].append(head)
    finished: list[str] = []

    def visit(id_: str, above: tuple[str, ...]) -> None:
        if id_ in finished:
            return
        onward[id_] = [head for head in onward[id_] if head not in above]
        for head in onward[id_]:
            visit(head, (*above, head))
        finished.append(id_)

    for id_ in ids:
        visit(id_, (id_,))
    depth = dict.fromkeys(ids, 0)
    for id_ in reversed(finished):
        for head in onward[id_]:
            depth[head] = max(depth[head], depth[id_] + 1)
    places = sorted({(lane[id_], depth[id_]) for id_ in ids})
    return {id_: places.index((lane[id_], depth[id_])) for id_ in ids}


def _lanes(boxes: Iterable[Box], terms: Ontology) -> Iterable[Lane]:
    for number, group in groupby(boxes, key=lambda box: box.lane):
        members = list(group)
        kinds = LANES[number]
        called = {next((kinds[class_] for class_ in terms.lineage(box.kind) if class_ in kinds), kinds.get("", "")) for box in members}
        heading = ", ".join(name for name in dict.fromkeys(kinds.values()) if name in called)
        yield Lane(number, heading, members[0].column, members[-1].column)


class _Cited:
    """Sources in the order in which they are first cited."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}
        self.evidence: dict[str, Evidence] = {}
        self.left_out = False

    def cite(self, evidence: Iterable[Evidence], relation: str) -> tuple[int, ...]:
        """Return the numbers of a few documents: first those that say the thing itself, in the words of its relation, rather than what
        it follows from; then the strongest; of equals those already cited."""

        def rank(item: Evidence) -> tuple[bool, int]:
            return relation not in item.text, -item.strength

        best: dict[str, Evidence] = {}
        for item in evidence:
            if item.document not in best or rank(item) < rank(best[item.document]):
                best[item.document] = item
        ranked = sorted(best.values(), key=lambda item: (*rank(item), item.document not in self.numbers))
        self.left_out |= len(ranked) > MOST_SOURCES
        for item in ranked[:MOST_SOURCES]:
            self.numbers.setdefault(item.document, len(self.numbers) + 1)
            self.evidence.setdefault(item.document, item)
        return tuple(sorted(self.numbers[item.document] for item in ranked[:MOST_SOURCES]))

    def sources(self, labels: Mapping[str, str]) -> Iterable[Source]:
        """Yield the sources by number."""
        for document, number in self.numbers.items():
            item = self.evidence[document]
            yield Source(number, document, item.title, f"{_publisher(item, labels)}, {item.published}", item.url)


def _arrow(key: Key, steps: list[Step], finding: Finding, terms: Ontology, cited: _Cited) -> Arrow:
    items = list(dict.fromkeys(item for step in steps for item in step.evidence))
    against = [item for item in items if item.against]
    return Arrow(
        tail=key[0],
        head=key[2],
        label=terms.label(key[1]),
        strength=Strength(max(step.truth.for_ for step in steps)),
        contested=any(step.truth.against for step in steps),
        disputed_by=tuple(dict.fromkeys(finding.labels.get(item.speaker, _spelled(item.speaker)) for item in against)),
        sources=cited.cite((item for item in items if not item.against), terms.label(key[1])),
        against=cited.cite(against, terms.label(key[1])),
        when=_when(steps, finding.as_of),
    )


def _publisher(item: Evidence, labels: Mapping[str, str]) -> str:
    """Name who published a document: ids of documents begin with the publisher; else the site, else the id spelled out."""
    parts = item.document.split("-")
    names = ("-".join(parts[:count]) for count in range(len(parts), 0, -1))
    known = next((labels[name] for name in names if name in labels), "")
    site = (urlsplit(item.url).hostname or "").removeprefix("www.")
    return known or site or _spelled(re.split(r"-\d{4}", item.document)[0])


def _spelled(id_: str) -> str:
    return " ".join(word.capitalize() for word in id_.split("-"))


def _when(steps: list[Step], as_of: date) -> str:
    """Write the widest span of years.

    It is open where it has not ended by the day of the view, or ended only because something else is said of the time after.
    """
    known = [step.begins for step in steps if step.begins is not None]
    over = [
        step.ends for step in steps
        if step.ends is not None and step.ends <= as_of and any("until" in item.when for item in step.evidence if not item.against)
    ]
    first = min(known).year if len(known) == len(steps) else None
    last = (max(over) - timedelta(days=1)).year if len(over) == len(steps) else None
    if first is None or last is None:
        return f"from {first}" if first else f"until {last}" if last else ""
    return str(first) if first == last else f"{first}–{last}"


def _answer(finding: Finding) -> str:
    leaning = f", leaning {finding.leaning}" if finding.outcome is Outcome.CONTESTED else ""
    every, clear = finding.verdict.all_, finding.verdict.uncontested
    known = f", on record by {finding.known_by}" if finding.known_by else ""
    alone = f" Undisputed claims alone: {Verdict(clear, clear).outcome}{_grade(clear)}." if clear != every else ""
    return f"As of {finding.as_of}{known}: {finding.outcome}{leaning}{_grade(every)}.{alone}"


def _grade(truth: Truth[int]) -> str:
    grade = truth.for_ or truth.against
    return f" ({Strength(grade).word})" if grade else ""


def _notes(finding: Finding, routes: int, cited: _Cited) -> Iterable[str]:
    yield from finding.remarks
    if routes > MOST_ROUTES:
        yield f"The {MOST_ROUTES} best of {routes} routes are drawn."
    if cited.left_out:
        yield f"At most {MOST_SOURCES} sources are cited for an arrow, the strongest; the answer lists all."
    data = " ".join(finding.data[key] for key in ("name", "version", "date") if finding.data.get(key))
    if data:
        yield f"Data: {data}."
