"""Ink on a page: boxes, arrows and lines of text, drawn with matplotlib.

Comes in: a :class:`~policygraph.figures.page.Page`. Goes out: a matplotlib figure of that size. Nothing is measured here. Colour
only helps: the strength of an arrow shows in its line, a dispute in a mark and a frame, the kind of a box in its lane, so that the
figure survives print in black.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import hypot

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, FancyBboxPatch, PathPatch, Polygon, Rectangle
from matplotlib.path import Path

from policygraph.figures.diagram import Arrow
from policygraph.figures.layout import Curve, Frame, Point
from policygraph.figures.page import Page
from policygraph.truth import Strength

__all__ = ["STROKES", "Stroke", "drawn"]

INK, GREY, RULE, BAND, RED, BLUSH = "#1a1a1a", "#5a5a5a", "#b5b5b5", "#f5f5f3", "#9c1414", "#fdf1ef"


@dataclass(frozen=True, slots=True)
class Stroke:
    """How a line is drawn: its width in points, its dashes in points, the radius of its ends."""

    width: float
    dashes: tuple[float, ...] = ()
    round: bool = False

    @property
    def style(self) -> str | tuple[float, tuple[float, ...]]:
        """The dashes as matplotlib wants them, in units of the width."""
        return (0, tuple(length / self.width for length in self.dashes)) if self.dashes else "solid"


STROKES: Mapping[Strength, Stroke] = {
    Strength.ESTABLISHED: Stroke(2.1),
    Strength.REPORTED: Stroke(1.0),
    Strength.PRESUMED: Stroke(1.0, (4.5, 2.4)),
    Strength.ALLEGED: Stroke(1.3, (0.01, 2.7), round=True),
    Strength.NONE: Stroke(0.5, (0.8, 3.0)),
}
"""One line for each strength, told apart without colour."""

FILLS = (
    ("#1f3a5f", "#1f3a5f", "white"),
    ("#dce6f1", "#5b7796", INK),
    ("#f2e8d3", "#98804a", INK),
    ("#e0ebda", "#6a8a5a", INK),
    ("#f0f4ea", "#8aa07c", INK),
    ("#e9e2f0", "#7d6a93", INK),
    ("#474747", "#474747", "white"),
)
"""Fill, edge and ink of the boxes of each lane."""


def drawn(page: Page) -> Figure:
    """Draw a page.

    Examples
    --------
    >>> from policygraph.figures import Box, Diagram, Lane
    >>> from policygraph.figures.page import composed
    >>> box = Box("chip", "A chip", 0, 0, "Chip")
    >>> figure = drawn(composed(Diagram("What?", "This.", (Lane(0, "item", 0, 0),), (box,), (), ())))
    >>> round(figure.get_figwidth() * 25.4)
    180
    """
    figure = Figure(figsize=(page.width / 72, page.height / 72), facecolor="white")
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, page.width), ylim=(0, page.height))
    axes.axis("off")
    for _, frame in page.bands:
        axes.add_patch(Rectangle((frame.left, frame.bottom), frame.width, frame.height, facecolor=BAND, linewidth=0, zorder=0))
    for arrow, curve in page.arrows:
        _arrow(axes, arrow, curve)
    for box in page.diagram.boxes:
        _box(axes, page.layout.frames[box.id], *FILLS[box.lane][:2])
    for y in page.rules:
        axes.add_line(Line2D((8, page.width - 8), (y, y), color=RULE, linewidth=0.5))
    for sample in page.samples:
        _stroke(axes, ((sample.x, sample.y), (sample.x + 26, sample.y)), sample.strength, RED if sample.contested else INK, tip=True)
    for x, y in page.marks:
        _mark(axes, x, y)
    inks = {"relation": INK, "dispute": RED, "heading": GREY, "legend": INK, "number": GREY, "note": GREY, "answer": INK}
    for line in page.lines:
        colour = FILLS[int(line.role.removeprefix("box "))][2] if line.role.startswith("box ") else inks.get(line.role, INK)
        axes.text(
            line.x, line.y, line.text, fontproperties=line.face.font, color=colour, ha=line.align, va="baseline", zorder=6,
            parse_math=False, url=line.url or None,
        )
    return figure


def _box(axes: Axes, frame: Frame, fill: str, edge: str) -> None:
    style = "round,pad=0,rounding_size=2.2"
    axes.add_patch(
        FancyBboxPatch(
            (frame.left, frame.bottom), frame.width, frame.height, boxstyle=style, facecolor=fill, edgecolor=edge, linewidth=0.7, zorder=4
        )
    )


def _arrow(axes: Axes, arrow: Arrow, curve: Curve) -> None:
    colour = RED if arrow.contested else INK
    _stroke(axes, curve.before, arrow.strength, colour)
    _stroke(axes, curve.after, arrow.strength, colour, tip=True)
    if arrow.contested:
        frame = curve.label
        axes.add_patch(
            FancyBboxPatch(
                (frame.left, frame.bottom), frame.width, frame.height, boxstyle="round,pad=0,rounding_size=2.2", facecolor=BLUSH,
                edgecolor=RED, linewidth=0.6, zorder=3,
            )
        )


def _stroke(axes: Axes, points: tuple[Point, ...], strength: Strength, colour: str, *, tip: bool = False) -> None:
    """Draw a line through Bézier control points, or a straight one between two, with a head at its end."""
    stroke = STROKES[strength]
    line = list(points)
    if tip:
        (x, y), (ux, uy) = line[-1], _direction(line)
        long, half = 4.6 + stroke.width, 1.7 + 0.6 * stroke.width
        base = (x - long * ux, y - long * uy)
        corners = [(x, y), (base[0] - half * uy, base[1] + half * ux), (base[0] + half * uy, base[1] - half * ux)]
        axes.add_patch(Polygon(corners, closed=True, facecolor=colour, linewidth=0, zorder=5))
        line[-1] = (x - 0.7 * long * ux, y - 0.7 * long * uy)
    curved = len(line) > 2
    codes = [Path.MOVETO, *([Path.CURVE4 if curved else Path.LINETO] * (len(line) - 1))]
    cap = "round" if stroke.round else "butt"
    axes.add_patch(
        PathPatch(
            Path(line, codes), facecolor="none", edgecolor=colour, linewidth=stroke.width, linestyle=stroke.style, capstyle=cap,
            joinstyle="round", zorder=2,
        )
    )


def _direction(points: list[Point]) -> Point:
    x, y = points[-1]
    for x0, y0 in reversed(points[:-1]):
        length = hypot(x - x0, y - y0)
        if length > 0.5:
            return (x - x0) / length, (y - y0) / length
    return 1.0, 0.0


def _mark(axes: Axes, x: float, y: float) -> None:
    """Draw the mark of a dispute: not equal, white on red."""
    axes.add_patch(Circle((x, y), 3.1, facecolor=RED, linewidth=0, zorder=6))
    for dy in (-0.75, 0.75):
        axes.add_line(Line2D((x - 1.6, x + 1.6), (y + dy, y + dy), color="white", linewidth=0.65, zorder=7))
    axes.add_line(Line2D((x - 1.0, x + 1.0), (y - 1.9, y + 1.9), color="white", linewidth=0.65, zorder=7))


