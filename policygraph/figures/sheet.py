"""A sheet for a figure: a heading, room for the picture, and notes underneath, all in points from the lower left corner.

Comes in: a :class:`~policygraph.figures.drawable.Drawable` and the height its picture needs. Goes out: a matplotlib figure with the words
set and the room left free.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from policygraph.figures.lettering import Face, legible, wrapped

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["GREY", "INK", "MARGIN", "SMALL", "WIDTH", "Sheet", "shortened"]

INK, GREY = "#1a1a1a", "#5a5a5a"
WIDTH: Final = 510.0
"""180 mm, the width of a page between its margins."""
MARGIN: Final = 8.0
SMALL: Final = Face(6.5)
_TITLE: Final = Face(10.5, bold=True)
_ANSWER: Final = Face(8)


class Sheet:
    """A page with its words set.

    Attributes
    ----------
    figure
        The matplotlib figure.
    height
        Of the whole page.
    bottom, top
        The room of the picture.
    """

    def __init__(self, title: str, answer: str, notes: Sequence[str], room: float) -> None:
        from matplotlib.figure import Figure

        limit = WIDTH - 2 * MARGIN
        heads = [(line, _TITLE) for line in wrapped(legible(title), _TITLE, limit)]
        heads += [(line, _ANSWER) for line in wrapped(legible(answer), _ANSWER, limit)]
        feet = [line for note in notes for line in wrapped(legible(note), SMALL, limit)]
        self.bottom = MARGIN + (len(feet) + 0.6) * SMALL.leading
        self.top = self.bottom + room
        self.height = self.top + MARGIN + 6 + sum(face.leading for _, face in heads)
        self.figure = Figure(figsize=(WIDTH / 72, self.height / 72), facecolor="white")
        y = self.height - MARGIN
        for line, face in heads:
            y -= face.leading
            self.text(MARGIN, y, line, face)
        for number, line in enumerate(feet):
            self.text(MARGIN, self.bottom - (number + 1.4) * SMALL.leading, line, SMALL, colour=GREY)

    def text(self, x: float, y: float, text: str, face: Face, *, colour: str = INK, align: str = "left", halo: bool = False) -> None:
        """Write a line whose baseline stands at a height, with a white rim where it may stand over something."""
        from matplotlib.patheffects import withStroke

        self.figure.text(
            x / WIDTH, y / self.height, text, fontproperties=face.font, color=colour, ha=align, va="baseline", parse_math=False, zorder=9,
            path_effects=[withStroke(linewidth=2.2, foreground="white", alpha=0.85)] if halo else [],
        )  # fmt: skip

    def axes(self, left: float, bottom: float, width: float, height: float) -> Axes:
        """Return axes without ticks over a rectangle, of which a unit is a point."""
        axes = self.figure.add_axes((left / WIDTH, bottom / self.height, width / WIDTH, height / self.height))
        axes.set(xlim=(0, width), ylim=(0, height))
        axes.axis("off")
        return axes


def shortened(text: str, face: Face, limit: float) -> str:
    """Return a text cut to a width, with an ellipsis where it was cut.

    >>> shortened("Example Trading FZE", Face(8), 60)
    'Example Tra…'
    """
    from policygraph.figures.lettering import width

    told = legible(text)
    if width(told, face) <= limit:
        return told
    while told and width(told + "…", face) > limit:
        told = told[:-1]
    return told.rstrip() + "…"
