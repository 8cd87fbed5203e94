"""The map of stepping stones: what the law demands of an item on its way into every country, as a world map for print.

Comes in: :class:`~policygraph.diversion.routes.Routes` or the :class:`~policygraph.diversion.routes.Difference` of two. Goes out: a
:class:`RouteMap`, plain data that draws itself. Each country is filled by what is demanded of the leg into it; where onward it is not
everywhere the same, a hatch marks those from which the last leg is weaker than directly. Outlines are those of Natural Earth, in the
Equal Earth projection (Šavrič, Patterson and Jenny 2018).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt

from policygraph.diversion.controls import COVERAGE, Control
from policygraph.diversion.routes import Difference, Routes
from policygraph.figures.drawable import Drawable
from policygraph.figures.lettering import Face, width
from policygraph.figures.sheet import GREY, INK, MARGIN, SMALL, WIDTH, Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Panel", "RouteMap", "route_map"]

_START, _END, _LINE = "#1f3a5f", "#7a1010", "#ffffff"
_FILLS: Final[Mapping[Control, str]] = {
    Control.NONE: "#d5e4cd", Control.OPEN: "#e6e6e6", Control.EXCEPTION: "#dfe6a8", Control.CONDITIONAL: "#c3cc7a",
    Control.APPROVAL: "#f4dd9a", Control.CASE_BY_CASE: "#eec170", Control.LICENCE: "#dfa07a", Control.DENIAL: "#c96f4a",
    Control.DENIED: "#9c3b2a",
}  # fmt: skip
"""Light to dark as the demand grows, so that the order survives print in black."""
_MOST_ARROWS: Final = 6


@dataclass(frozen=True)
class Panel:
    """One map.

    Attributes
    ----------
    title
        Of which day, or under which assumption.
    into
        What is demanded of the leg into each country, by code.
    weaker
        Countries through which a route is weaker than directly.
    starts, ends
        Where routes start and end.
    ways
        The weakest routes that pass a country, as codes.
    """

    title: str
    into: Mapping[str, Control]
    weaker: frozenset[str]
    starts: tuple[str, ...]
    ends: tuple[str, ...]
    ways: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class RouteMap(Drawable):
    """One map, or two to compare, as data.

    Attributes
    ----------
    title, answer
        The question, and the answer in one line.
    panels
        The maps, from above.
    notes
        Sentences the reader must see under them.
    """

    title: str
    answer: str
    panels: tuple[Panel, ...]
    notes: tuple[str, ...] = ()

    def draw(self) -> Figure:
        """Draw the maps one under the other, the legend below."""
        height, keys = 216.0, list(_keys(self.panels))
        rows = _rows(keys)
        sheet = Sheet(self.title, self.answer, self.notes, len(self.panels) * (height + 14) + len(rows) * 11 + 10)
        for number, panel in enumerate(self.panels):
            bottom = sheet.top - (number + 1) * (height + 14)
            axes = sheet.figure.add_axes(
                (MARGIN / WIDTH, bottom / sheet.height, (WIDTH - 2 * MARGIN) / WIDTH, height / sheet.height)
            )
            _map(axes, panel)
            sheet.text(MARGIN, bottom + height + 2, panel.title, Face(7.5, bold=True), colour=GREY)
        for number, row in enumerate(rows):
            _legend(sheet, row, sheet.bottom + (len(rows) - number) * 11)
        return sheet.figure


def route_map(found: Routes | Difference) -> RouteMap:
    """Describe the map of stepping stones of routes, or of two sets of routes one under the other.

    Examples
    --------
    >>> from datetime import date
    >>> from policygraph.diversion.controls import Controls
    >>> from policygraph.diversion.routes import routes
    >>> levels = np.array([[0, 7, 0], [0, 0, 0], [0, 5, 0]], np.int8)
    >>> found = routes(Controls("a chip", date(2025, 5, 20), ("US", "CN", "MY"), levels), ["US"], ["CN"])
    >>> route_map(found).panels[0].weaker
    frozenset({'MY'})
    """
    if isinstance(found, Routes):
        sides, title, answer = [(found, f"As of {found.controls.as_of}")], found.question, _answer(found)
    else:
        sides = list(zip((found.first, found.second), found.names, strict=True))
        title, answer = found.first.question, f"Into or out of {len(found.changed)} countries the demand differs."
    panels = tuple(_panel(side, name) for side, name in sides)
    missing = sorted({code for panel in panels for code in panel.into} - set(_outlines()[0]) - set(_outlines()[1]))
    notes = [COVERAGE, "Outlines: Natural Earth; they say nothing about where a border lies or should lie."]
    if missing:
        notes.append(f"Too small to be drawn: {len(missing)} places.")
    return RouteMap(title, answer, panels, tuple(notes))


def _answer(found: Routes) -> str:
    direct = min(leg.control for leg in found.direct)
    stones = found.stones
    levels = {control.word: control for control in Control}
    less = stones[[levels[word] < direct for word in stones["into"]]]
    if less.empty:
        return f"Directly: {direct.word}. Into no other country is less demanded."
    onward = min(levels[word] for word in less["onward"])
    many = "one country" if len(less) == 1 else f"{len(less)} countries"
    return f"Directly: {direct.word}. Into {many} less is demanded; onward from there, at the least: {onward.word}."


def _panel(found: Routes, name: str) -> Panel:
    words = {control.word: control for control in Control}
    stones = found.stones
    into = {str(country): words[str(word)] for country, word in zip(stones["country"], stones["into"], strict=True)}
    weaker = frozenset(map(str, stones.loc[stones["weaker"], "country"]))
    ways = tuple(route.countries for route in found.best[:_MOST_ARROWS] if len(route.legs) > 1)
    return Panel(name, into, weaker, found.from_, found.to, ways)


Ring = npt.NDArray[np.float64]


@cache
def _outlines() -> tuple[Mapping[str, tuple[Ring, ...]], Mapping[str, Ring]]:
    """Return the outlines of countries and the points of small places, projected."""
    told: dict[str, Any] = json.loads((Path(__file__).parent / "outlines.json").read_text(encoding="utf-8"))
    land = {code: tuple(_equal_earth(np.array(ring)) for ring in rings) for code, rings in told["land"].items()}
    return land, {code: _equal_earth(np.array([point]))[0] for code, point in told["points"].items()}


def _equal_earth(degrees: Ring) -> Ring:
    """Project longitudes and latitudes in degrees."""
    a1, a2, a3, a4 = 1.340264, -0.081106, 0.000893, 0.003796
    longitude, latitude = np.radians(degrees[:, 0]), np.radians(degrees[:, 1])
    theta = np.arcsin(np.sqrt(3) / 2 * np.sin(latitude))
    slope = a1 + 3 * a2 * theta**2 + theta**6 * (7 * a3 + 9 * a4 * theta**2)
    x = 2 * np.sqrt(3) * longitude * np.cos(theta) / (3 * slope)
    y = a1 * theta + a2 * theta**3 + a3 * theta**7 + a4 * theta**9
    return np.column_stack((x, y))


def _map(axes: Axes, panel: Panel) -> None:
    from matplotlib.patches import Circle, Polygon

    land, points = _outlines()
    axes.set(xlim=(-2.75, 2.75), ylim=(-1.1, 1.3), aspect="equal")
    axes.axis("off")
    for code, rings in land.items():
        fill = _fill(panel, code)
        for ring in rings:
            axes.add_patch(Polygon(ring, closed=True, facecolor=fill, edgecolor=_LINE, linewidth=0.3, zorder=1))
            if code in panel.weaker:
                axes.add_patch(
                    Polygon(ring, closed=True, facecolor="none", edgecolor="#55775a", linewidth=0, hatch="//////", zorder=2)
                )
    for code, (x, y) in points.items():
        if code in panel.into or code in (*panel.starts, *panel.ends):
            axes.add_patch(Circle((x, y), 0.017, facecolor=_fill(panel, code), edgecolor=INK, linewidth=0.35, zorder=3))
    for way in panel.ways:
        for tail, head in pairwise(way):
            _arrow(axes, _middle(tail), _middle(head))


def _fill(panel: Panel, code: str) -> str:
    if code in panel.starts:
        return _START
    if code in panel.ends:
        return _END
    return _FILLS[panel.into[code]] if code in panel.into else "#f7f7f7"


def _middle(code: str) -> Ring | None:
    """Return where the arrows of a country end: the middle of its largest piece."""
    land, points = _outlines()
    if code in points:
        return points[code]
    if code not in land:
        return None
    ring = max(land[code], key=_area)
    return np.asarray((ring.min(axis=0) + ring.max(axis=0)) / 2)


def _area(ring: Ring) -> float:
    x, y = ring[:, 0], ring[:, 1]
    return float(abs(np.dot(x[:-1], y[1:]) - np.dot(x[1:], y[:-1])) / 2)


def _arrow(axes: Axes, tail: Ring | None, head: Ring | None) -> None:
    if tail is None or head is None:
        return
    from matplotlib.patches import FancyArrowPatch

    axes.add_patch(
        FancyArrowPatch(
            (float(tail[0]), float(tail[1])), (float(head[0]), float(head[1])), connectionstyle="arc3,rad=-0.18", arrowstyle="-|>",
            mutation_scale=6, linewidth=0.8, color=INK, shrinkA=1, shrinkB=1, zorder=5,
        )
    )  # fmt: skip


Key = tuple[str, str, str]


def _rows(keys: Sequence[Key]) -> list[list[Key]]:
    """Break the keys of the legend into rows."""
    rows: list[list[Key]] = [[]]
    x = MARGIN
    for key in keys:
        wide = 23 + width(key[2], SMALL)
        if x + wide > WIDTH - MARGIN and rows[-1]:
            rows.append([])
            x = MARGIN
        rows[-1].append(key)
        x += wide
    return rows


def _legend(sheet: Sheet, keys: Sequence[Key], y: float) -> None:
    from matplotlib.patches import Rectangle

    axes = sheet.axes(0, y, WIDTH, 9)
    x = MARGIN
    for fill, hatch, text in keys:
        edge = "#55775a" if hatch else "#8a8a8a"
        axes.add_patch(Rectangle((x, 1), 9, 7, facecolor=fill, edgecolor=edge, linewidth=0.4, hatch=hatch))
        sheet.text(x + 12, y + 2, text, SMALL)
        x += 23 + width(text, SMALL)


def _keys(panels: Sequence[Panel]) -> Iterator[Key]:
    """Yield what the legend explains: fill, hatch and words."""
    yield _START, "", "start"
    yield _END, "", "destination"
    used = {control for panel in panels for control in panel.into.values()}
    for control in Control:
        if control in used:
            many = [sum(1 for one in panel.into.values() if one is control) for panel in panels]
            yield _FILLS[control], "", f"into: {control.word} ({', then '.join(map(str, many))})"
    if any(panel.weaker for panel in panels):
        yield "#ffffff", "//////", "a route through here is weaker than directly"
