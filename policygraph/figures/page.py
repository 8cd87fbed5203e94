"""A diagram set on a page: sizes, places and every line of text, in points.

Comes in: a diagram. Goes out: a :class:`Page`, in which nothing is left to measure or to break; :mod:`policygraph.figures.drawing`
puts the ink on it. The page is 180 mm wide if the diagram fits, else as wide as a landscape A4 page between its margins, else as wide
as the diagram needs; type is never made smaller to fit.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from policygraph.figures.diagram import Arrow, Diagram, Lane, Source
from policygraph.figures.layout import Curve, Frame, Layout, Link, Node, laid_out
from policygraph.figures.lettering import Face, balanced, legible, width, wrapped
from policygraph.truth import Strength

__all__ = ["DISPUTED", "MILLIMETRE", "NARROW", "WIDE", "Line", "Page", "Sample", "composed"]

MILLIMETRE = 72 / 25.4
NARROW = 180 * MILLIMETRE
WIDE = 277 * MILLIMETRE
MARGIN = 8.0
TITLE, ANSWER, HEADING = Face(10.5, bold=True), Face(8), Face(6.6, bold=True)
BOX, RELATION, CITED, DISPUTED = Face(6.7), Face(6.5), Face(6.5), Face(6.5, bold=True)
SMALL = Face(6.5)
PAD_X, PAD_Y = 4.2, 3.6
LABEL_PAD = 2.0
BAND_PAD = 4.0
MARK = 8.6
_LONG = 28
SAMPLE = 26.0
ROOMS = (
    (NARROW, 92.0, 64.0), (NARROW, 74.0, 54.0), (NARROW, 62.0, 46.0),
    (WIDE, 96.0, 66.0), (WIDE, 82.0, 56.0), (WIDE, 70.0, 50.0), (WIDE, 60.0, 46.0), (WIDE, 52.0, 44.0), (WIDE, 46.0, 40.0),
)
"""Page width, widest line in a box, widest line in the label of an arrow: tried in this order."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text: where its baseline begins, ends or has its middle."""

    x: float
    y: float
    text: str
    face: Face
    align: str = "left"
    role: str = "text"
    url: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """A piece of arrow in the legend, from left to right at a height."""

    x: float
    y: float
    strength: Strength
    contested: bool = False


@dataclass(frozen=True)
class Page:
    """Everything that is drawn, with its place; (0, 0) is the lower left corner."""

    diagram: Diagram
    width: float
    height: float
    layout: Layout
    bands: tuple[tuple[Lane, Frame], ...]
    lines: tuple[Line, ...]
    marks: tuple[tuple[float, float], ...]
    samples: tuple[Sample, ...]
    rules: tuple[float, ...]

    @cached_property
    def arrows(self) -> tuple[tuple[Arrow, Curve], ...]:
        """Every arrow with its way."""
        return tuple(zip(self.diagram.arrows, self.layout.curves, strict=True))


@dataclass(frozen=True, slots=True)
class _Label:
    """The text beside an arrow, broken into lines: what it says, its sources and years, who disputes it."""

    lines: tuple[tuple[str, Face], ...]
    disputed_from: int
    width: float
    height: float

    @classmethod
    def of(cls, arrow: Arrow, limit: float) -> _Label:
        limit = max(limit, *(width(word, RELATION) for word in arrow.label.split()))
        numbers = f"[{_numbers(arrow.sources)}]" if arrow.sources else ""
        lines = [(line, RELATION) for line in balanced(legible(arrow.label), RELATION, limit)]
        joined = " ".join(part for part in (numbers, arrow.when) if part)
        for part in [joined] if width(joined, CITED) <= limit else [numbers, arrow.when]:
            lines += [(line, CITED) for line in wrapped(part, CITED, limit)]
        disputed_from = len(lines)
        if arrow.contested:
            first, then = _dispute(arrow)
            widest = max(limit - MARK, width(first, DISPUTED) + 8)
            lines += [(line, DISPUTED) for line in (first, *balanced(then, DISPUTED, widest))]
        wide = max(width(line, face) + (MARK if number >= disputed_from else 0) for number, (line, face) in enumerate(lines))
        return cls(tuple(lines), disputed_from, wide + 2 * LABEL_PAD, sum(face.leading for _, face in lines) + 2 * LABEL_PAD)


def _numbers(numbers: Sequence[int]) -> str:
    """Write numbers with three or more in a row as a range.

    >>> _numbers([1, 2, 3, 5])
    '1–3, 5'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


def _citation(source: Source) -> str:
    return f"{legible(source.title, source.document)} ({legible(source.imprint, source.document)})"


def _dispute(arrow: Arrow) -> tuple[str, str]:
    """Say that an arrow is disputed, then by whom and in which sources."""
    by = [_short(legible(name, "a source")) for name in arrow.disputed_by]
    named = by if len(by) <= 2 else [by[0], f"{len(by) - 1} others"]
    numbers = f"[{_numbers(arrow.against)}]" if arrow.against else ""
    return ("disputed by" if named else "disputed"), " ".join(part for part in (" and ".join(named), numbers) if part)


def _short(name: str) -> str:
    """Leave the qualification off a long name; the list of sources tells more.

    >>> _short("Ministry of Commerce of the People's Republic of China"), _short("Huawei")
    ('Ministry of Commerce', 'Huawei')
    """
    return re.split(r" of the |, | \(", name)[0] if len(name) > _LONG else name


def composed(diagram: Diagram) -> Page:
    """Set a diagram on a page.

    Examples
    --------
    >>> from policygraph.figures import Arrow, Box, Diagram, Lane
    >>> boxes = (Box("chip", "A chip", 0, 0, "Chip"), Box("fab", "A fab", 2, 1, "Fab"))
    >>> arrow = Arrow("chip", "fab", "fabricated at", Strength.REPORTED, False, (), ())
    >>> page = composed(Diagram("Where?", "There.", (Lane(0, "item", 0, 0), Lane(2, "fabs", 1, 1)), boxes, (arrow,), ()))
    >>> round(page.width / MILLIMETRE)
    180
    """
    tried: list[tuple[float, Arranged]] = []
    for wide, box, label in ROOMS:
        arranged = _arranged(diagram, wide, box, label)
        if arranged[2].width <= wide - 2 * MARGIN - 2 * BAND_PAD + 0.01:
            tried.append((wide, arranged))
            if arranged[2].ease > 0.5:
                break
    wide, (texts, labels, layout) = max(tried, key=lambda each: each[1][2].ease) if tried else (0.0, arranged)
    wide = max(wide, layout.width + 2 * MARGIN + 2 * BAND_PAD)
    return _Setting(diagram, wide, texts, labels, layout).page()


Arranged = tuple[dict[str, tuple[str, ...]], list[_Label], Layout]


def _arranged(diagram: Diagram, wide: float, box: float, label: float) -> Arranged:
    """Break the text of boxes and labels, place them, and spread the columns over the page."""
    texts = {each.id: balanced(legible(each.label, each.id.replace("-", " ")), BOX, box) for each in diagram.boxes}
    labels = [_Label.of(arrow, label) for arrow in diagram.arrows]
    widest: dict[int, float] = {}
    for each in diagram.boxes:
        widest[each.column] = max(widest.get(each.column, 34.0), *(width(line, BOX) for line in texts[each.id]))
    nodes = [
        Node(each.id, each.column, widest[each.column] + 2 * PAD_X, len(texts[each.id]) * BOX.leading + 2 * PAD_Y)
        for each in diagram.boxes
    ]
    links = [Link(arrow.tail, arrow.head, text.width, text.height) for arrow, text in zip(diagram.arrows, labels, strict=True)]
    layout = laid_out(nodes, links, room=wide - 2 * MARGIN - 2 * BAND_PAD)
    return texts, labels, layout


class _Setting:
    """Fills a page from the top downwards; heights are counted from the top until the height of the page is known."""

    def __init__(self, diagram: Diagram, wide: float, texts: dict[str, tuple[str, ...]], labels: list[_Label], layout: Layout) -> None:
        self.diagram, self.wide, self.texts, self.labels = diagram, wide, texts, labels
        self.down = MARGIN
        self.lines: list[Line] = []
        self.marks: list[tuple[float, float]] = []
        self.samples: list[Sample] = []
        self.rules: list[float] = []
        self.natural = layout

    def page(self) -> Page:
        """Return the page."""
        inside = self.wide - 2 * MARGIN
        diagram = self.diagram
        self._paragraph(diagram.title, TITLE, inside, "title")
        self.down += 2
        self._paragraph(diagram.answer, ANSWER, inside, "answer")
        self.down += 8
        top = self.down
        layout = self.natural.moved((self.wide - self.natural.width) / 2, 0)
        bands = self._headings(layout)
        self.down += 6
        layout = layout.moved(0, -self.down - layout.height)
        self.down += layout.height + 6
        bottom = self.down
        self._in_boxes(layout)
        self._on_arrows(layout)
        self.down += 9
        self._legend(inside)
        self._sources(inside)
        self._notes(inside)
        height = self.down + MARGIN - 2
        return Page(
            diagram, self.wide, height, layout.moved(0, height),
            tuple((lane, Frame(middle, height - (top + bottom) / 2, wide, bottom - top)) for lane, middle, wide in bands),
            tuple(Line(line.x, line.y + height, line.text, line.face, line.align, line.role, line.url) for line in self.lines),
            tuple((x, y + height) for x, y in self.marks),
            tuple(Sample(each.x, each.y + height, each.strength, each.contested) for each in self.samples),
            tuple(height - rule for rule in self.rules),
        )

    def _paragraph(self, text: str, face: Face, limit: float, role: str) -> None:
        breaking = balanced if role == "title" else wrapped
        for line in breaking(legible(text), face, limit):
            self._line(MARGIN, line, face, role)
            self.down += face.leading

    def _line(self, x: float, text: str, face: Face, role: str = "text", url: str = "") -> None:
        """Put a line of text under what is there already, without moving on."""
        self.lines.append(Line(x, -self.down - 0.88 * face.size, text, face, role=role, url=url))

    def _headings(self, layout: Layout) -> list[tuple[Lane, float, float]]:
        """Put the name of each lane over it; return the middle and the width of its band."""
        column = {box.id: box.column for box in self.diagram.boxes}
        bands, broken = [], []
        for lane in self.diagram.lanes:
            inside = [frame for id_, frame in layout.frames.items() if lane.first <= column[id_] <= lane.last]
            left, right = min(frame.left for frame in inside) - BAND_PAD, max(frame.right for frame in inside) + BAND_PAD
            bands.append((lane, (left + right) / 2, right - left))
            broken.append(balanced(lane.heading.capitalize(), HEADING, right - left - 4))
        self.down += 4
        for (_, middle, _), lines in zip(bands, broken, strict=True):
            for number, text in enumerate(lines):
                y = -self.down - number * HEADING.leading - 0.88 * HEADING.size
                self.lines.append(Line(middle, y, text, HEADING, "center", "heading"))
        self.down += max((len(lines) for lines in broken), default=0) * HEADING.leading
        return bands

    def _in_boxes(self, layout: Layout) -> None:
        for box in self.diagram.boxes:
            frame, lines = layout.frames[box.id], self.texts[box.id]
            top = frame.y + len(lines) * BOX.leading / 2
            for number, text in enumerate(lines):
                y = top - (number + 0.5) * BOX.leading - 0.36 * BOX.size
                self.lines.append(Line(frame.x, y, text, BOX, "center", f"box {box.lane}"))

    def _on_arrows(self, layout: Layout) -> None:
        for curve, label in zip(layout.curves, self.labels, strict=True):
            y = curve.label.top - LABEL_PAD
            block = MARK + max((width(text, face) for text, face in label.lines[label.disputed_from :]), default=0.0)
            left = curve.label.x - block / 2
            for number, (text, face) in enumerate(label.lines):
                y -= face.leading
                baseline = y + 0.26 * face.leading
                if number < label.disputed_from:
                    self.lines.append(Line(curve.label.x, baseline, text, face, "center", "relation"))
                    continue
                if number == label.disputed_from:
                    self.marks.append((left + MARK / 2 - 1, y + 0.55 * face.leading))
                self.lines.append(Line(left + MARK, baseline, text, face, "left", "dispute"))

    def _legend(self, inside: float) -> None:
        entries = [(strength, False, strength.word) for strength in sorted(Strength, reverse=True) if strength]
        if any(arrow.contested for arrow in self.diagram.arrows):
            entries.append((Strength.REPORTED, True, "disputed"))
        x, right = MARGIN, MARGIN + inside
        for strength, contested, word in entries:
            wide = SAMPLE + 4 + width(word, SMALL) + 14
            if x + wide - 14 > right:
                x, self.down = MARGIN, self.down + SMALL.leading + 2
            y = -self.down - SMALL.leading / 2
            self.samples.append(Sample(x, y, strength, contested))
            if contested:
                self.marks.append((x + SAMPLE / 2, y))
            self._line(x + SAMPLE + 4, word, SMALL, "legend")
            x += wide
        words = "; ".join(
            text
            for text, is_needed in (
                ("[n] sources below", self.diagram.sources),
                ("years: the widest span the sources allow", any(arrow.when for arrow in self.diagram.arrows)),
            )
            if is_needed
        )
        if x + width(words, SMALL) > right:
            x, self.down = MARGIN, self.down + SMALL.leading + 2
        self._line(x, words, SMALL, "legend")
        self.down += SMALL.leading + 7

    def _sources(self, inside: float) -> None:
        """Set the sources in balanced columns under a rule."""
        if not self.diagram.sources:
            return
        self.rules.append(self.down)
        self.down += 6
        count = 3 if self.wide > NARROW + 1 else 2
        gutter = 14.0
        measure = (inside - (count - 1) * gutter) / count
        indent = width(f"{len(self.diagram.sources)}", SMALL) + 6
        broken = [(source, wrapped(_citation(source), SMALL, measure - indent)) for source in self.diagram.sources]
        top, lowest = self.down, self.down
        for number, members in enumerate(_balanced(broken, count)):
            self.down = top
            x = MARGIN + number * (measure + gutter)
            for source, lines in members:
                mark = f"{source.number}"
                self._line(x + indent - 6 - width(mark, SMALL), mark, SMALL, "number")
                for text in lines:
                    self._line(x + indent, text, SMALL, "source", source.url)
                    self.down += SMALL.leading
                self.down += 1.6
            lowest = max(lowest, self.down)
        self.down = lowest

    def _notes(self, inside: float) -> None:
        if self.diagram.notes:
            self.down += 3
            self._paragraph(" ".join(self.diagram.notes), SMALL, inside, "note")


_Broken = tuple[Source, tuple[str, ...]]


def _balanced(items: Sequence[_Broken], count: int) -> list[list[_Broken]]:
    """Deal sources into columns, in order, the longest column as short as can be."""
    limit = -(-sum(len(lines) for _, lines in items) // count)
    while True:
        columns: list[list[_Broken]] = [[]]
        for item in items:
            if columns[-1] and sum(len(lines) for _, lines in columns[-1]) + len(item[1]) > limit:
                columns.append([])
            columns[-1].append(item)
        if len(columns) <= count:
            return columns
        limit += 1
