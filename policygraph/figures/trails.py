"""Trails of shipments drawn for print: chains over time, and how much went which way.

Comes in: :class:`~policygraph.diversion.transship.Transshipments`. Goes out: a :class:`ChainTimeline`, in which every chain is a ladder of
its parties with a rung on the day of each leg, or :class:`Flows`, bands between countries as wide as the quantity of the shipments that lie
on chains. Both are plain data that draw themselves.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from policygraph.diversion.transship import Transshipments
from policygraph.errors import BadQuestion
from policygraph.figures.drawable import Drawable
from policygraph.figures.lettering import Face, width
from policygraph.figures.sheet import GREY, MARGIN, SMALL, WIDTH, Sheet, shortened

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["Band", "ChainTimeline", "Flows", "Ladder", "Rung", "chain_timeline", "flows"]

_MOST: Final = 8
_NAMES: Final = 170.0
_ROW: Final = 12.5
_GAP: Final = 13.0
_BOLD: Final = Face(6.5, bold=True)
_TINY: Final = Face(5.8)
_COLOURS: Final = ("#1f3a5f", "#98804a", "#6a8a5a", "#7d6a93", "#9c3b2a", "#5b7796", "#8aa07c", "#474747")
_NOT_FOUND: Final = "A chain is a pattern of records, and no finding that anybody diverted anything."


@dataclass(frozen=True, slots=True)
class Rung:
    """One leg: the day, the quantity in words, and the id of the record."""

    day: date
    amount: str
    id: str


@dataclass(frozen=True, slots=True)
class Ladder:
    """One chain: its parties with their countries from first to last, and a rung between each two."""

    parties: tuple[tuple[str, str], ...]
    rungs: tuple[Rung, ...]


@dataclass(frozen=True)
class ChainTimeline(Drawable):
    """Chains over time, as data.

    Attributes
    ----------
    title, answer
        The question, and the answer in one line.
    ladders
        The chains, best first.
    notes
        Sentences the reader must see under them.
    """

    title: str
    answer: str
    ladders: tuple[Ladder, ...]
    notes: tuple[str, ...] = ()

    def draw(self) -> Figure:
        """Draw one ladder under the other, on a common scale of days."""
        heights = [len(ladder.parties) * _ROW + _GAP for ladder in self.ladders]
        sheet = Sheet(self.title, self.answer, self.notes, sum(heights) + 24)
        days = [rung.day for ladder in self.ladders for rung in ladder.rungs]
        first, last = min(days), max(days)
        span = max((last - first).days, 1)
        widest = max(width(_rung(rung), _TINY) for ladder in self.ladders for rung in ladder.rungs)
        left, right = MARGIN + _NAMES + 16, WIDTH - MARGIN - widest - 6
        axes = sheet.axes(0, sheet.bottom, WIDTH, sheet.top - sheet.bottom)

        def place(day: date) -> float:
            return left + (right - left) * (day - first).days / span

        for mark in _marks(first, last):
            if left <= place(mark) <= right + 1:
                axes.plot([place(mark)] * 2, [18, sheet.top - sheet.bottom - 2], color="#e3e3e3", linewidth=0.5, zorder=0)
                sheet.text(place(mark), sheet.bottom + 8, _month(mark, span), SMALL, colour=GREY, align="center")
        y = sheet.top - sheet.bottom
        for number, (ladder, height) in enumerate(zip(self.ladders, heights, strict=True)):
            self._ladder(sheet, axes, ladder, y - _GAP / 2, place, _COLOURS[number % len(_COLOURS)], number + 1)
            y -= height
        return sheet.figure

    @staticmethod
    def _ladder(sheet: Sheet, axes: Axes, ladder: Ladder, top: float, place: Any, colour: str, number: int) -> None:
        rows = [top - (row + 0.5) * _ROW for row in range(len(ladder.parties))]
        sheet.text(MARGIN, sheet.bottom + rows[0] - 2, str(number), _BOLD, colour=colour)
        for row, ((name, country), y) in enumerate(zip(ladder.parties, rows, strict=True)):
            limit = _NAMES - 14 - width(f" ({country})", SMALL)
            sheet.text(MARGIN + 12, sheet.bottom + y - 2, f"{shortened(name, SMALL, limit)} ({country})", SMALL)
            begins = place(ladder.rungs[max(row - 1, 0)].day)
            ends = place(ladder.rungs[min(row, len(ladder.rungs) - 1)].day)
            axes.plot([begins, ends], [y, y], color=colour, linewidth=1.4, solid_capstyle="round", zorder=2)
        for row, rung in enumerate(ladder.rungs):
            x = place(rung.day)
            style = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.0, "mutation_scale": 7, "shrinkA": 0, "shrinkB": 0}
            axes.annotate("", (x, rows[row + 1]), (x, rows[row]), arrowprops=style, zorder=3)
            axes.plot([x], [rows[row]], marker="o", markersize=2.6, color=colour, zorder=4)
            sheet.text(x + 4, sheet.bottom + (rows[row] + rows[row + 1]) / 2 - 2, _rung(rung), _TINY)


def _rung(rung: Rung) -> str:
    return " ".join(part for part in (rung.day.isoformat(), rung.amount) if part)


def chain_timeline(found: Transshipments, most: int = _MOST) -> ChainTimeline:
    """Describe the best chains over time.

    Raises
    ------
    BadQuestion
        If there is no chain to draw.
    """
    chains = found.chains.head(most).to_dict(orient="records")
    if not chains:
        raise BadQuestion("there is no chain to draw; the question found none, or only the shipments on chains were asked for")
    leg = {str(row["id"]): {str(key): value for key, value in row.items()} for row in found.legs.to_dict(orient="records")}
    for one in leg.values():
        for side in ("shipper", "consignee"):
            if found.view is not None and one[f"{side}_known"]:
                one[side] = found.view.graph.label(str(one[f"{side}_party"]))
    ladders = tuple(_ladder([leg[str(id_)] for id_ in chain["legs"]]) for chain in chains)
    shown = f", of which the best {len(ladders)} are drawn" if found.count and found.count > len(ladders) else ""
    answer = f"{found.count:,} chains{shown}; {found.shipments_on_chains:,} shipments lie on them." if found.count is not None else ""
    return ChainTimeline(_question(found), answer, ladders, (_NOT_FOUND,))


def _ladder(legs: Sequence[Mapping[str, Any]]) -> Ladder:
    parties = [(str(legs[0]["shipper"]), str(legs[0]["origin"]))] + [(str(one["consignee"]), str(one["destination"])) for one in legs]
    return Ladder(tuple(parties), tuple(Rung(one["date"].date(), _amount(one), str(one["id"])) for one in legs))


def _amount(leg: Mapping[str, Any]) -> str:
    quantity = leg["quantity"]
    if quantity is None or quantity != quantity:
        return ""
    unit = leg["unit"] if isinstance(leg["unit"], str) else ""
    return f"{quantity:,.6g} {unit}".strip()


def _question(found: Transshipments) -> str:
    return f"Which shipments may have gone on from {found.asked.from_.words} to {found.asked.to.words}?"


def _marks(first: date, last: date) -> Iterator[date]:
    """Yield the days at which the scale is marked: first days of months, of every month to every second year."""
    months = max(((last - first).days // 30) // 6, 1)
    step = next(size for size in (1, 2, 3, 6, 12, 24, 60) if size >= months or size == 60)
    mark = first.replace(day=1, month=1 if step >= 12 else (first.month - 1) // step * step + 1)
    while mark <= last + timedelta(days=1):
        yield mark
        month = mark.month - 1 + step
        mark = mark.replace(year=mark.year + month // 12, month=month % 12 + 1)


def _month(day: date, span: int) -> str:
    return str(day.year) if span > 3000 else f"{day.year}-{day.month:02d}"


@dataclass(frozen=True, slots=True)
class Band:
    """What went from a country to another: the stages they stand in, and how much."""

    from_: tuple[int, str]
    to: tuple[int, str]
    amount: float
    shipments: int


@dataclass(frozen=True)
class Flows(Drawable):
    """Bands between countries, as data.

    Attributes
    ----------
    title, answer
        The question, and the answer in one line.
    bands
        How much went which way.
    unit
        Of the amounts.
    notes
        Sentences the reader must see under them.
    """

    title: str
    answer: str
    bands: tuple[Band, ...]
    unit: str
    notes: tuple[str, ...] = ()

    def draw(self) -> Figure:
        """Draw a column of countries for each stage, and bands between them as wide as the amounts."""
        from matplotlib.patches import Rectangle

        columns: dict[int, list[tuple[int, str]]] = {}
        for node in sorted({end for band in self.bands for end in (band.from_, band.to)}):
            columns.setdefault(node[0], []).append(node)
        into = {node: sum(band.amount for band in self.bands if band.to == node) for nodes in columns.values() for node in nodes}
        out = {node: sum(band.amount for band in self.bands if band.from_ == node) for nodes in columns.values() for node in nodes}
        size = {node: max(into[node], out[node]) for node in into}
        room = 46.0 + max(sum(1 for _ in nodes) for nodes in columns.values()) * 26 + 120
        sheet = Sheet(self.title, self.answer, self.notes, room)
        axes = sheet.axes(0, sheet.bottom, WIDTH, room)
        most = max(sum(size[node] for node in nodes) for nodes in columns.values())
        gaps = 14.0
        scale = min((room - 20 - gaps * (len(nodes) - 1)) / most for nodes in columns.values())
        stages = sorted(columns)
        left, right = MARGIN + 62, WIDTH - MARGIN - 74
        x = {stage: left + (right - left) * number / max(len(stages) - 1, 1) for number, stage in enumerate(stages)}
        y: dict[tuple[int, str], float] = {}
        for nodes in columns.values():
            ordered = sorted(nodes, key=lambda node: -size[node])
            tall = sum(size[node] for node in ordered) * scale + gaps * (len(ordered) - 1)
            top = room - 10 - (room - 20 - tall) / 2
            for node in ordered:
                y[node] = top
                top -= size[node] * scale + gaps
        colour = {node: _COLOURS[number % len(_COLOURS)] for number, node in enumerate(sorted(y, key=lambda node: (node[0], -size[node])))}
        leaving, coming = dict(y), dict(y)
        for band in sorted(self.bands, key=lambda one: (one.from_[0], -y[one.from_], -y[one.to])):
            tall = band.amount * scale
            start, end = leaving[band.from_], coming[band.to]
            leaving[band.from_] -= tall
            coming[band.to] -= tall
            _band(axes, (x[band.from_[0]] + 5, start), (x[band.to[0]] - 5, end), tall, colour[band.from_])
        for node, top in y.items():
            tall = size[node] * scale
            axes.add_patch(Rectangle((x[node[0]] - 5, top - tall), 10, tall, facecolor=colour[node], linewidth=0, zorder=3))
            told = f"{size[node]:,.6g}"
            is_first = node[0] == stages[0]
            at = x[node[0]] - 9 if is_first else x[node[0]] + 9
            align = "right" if is_first else "left"
            sheet.text(at, sheet.bottom + top - tall / 2 + 0.5, node[1], _BOLD, align=align, halo=True)
            sheet.text(at, sheet.bottom + top - tall / 2 - 7, told, _TINY, colour=GREY, align=align, halo=True)
        return sheet.figure


def flows(found: Transshipments) -> Flows:
    """Describe how much of what lies on chains went which way between countries.

    Each shipment counts once, however many chains it lies on. Where quantities are missing or of several units, shipments are counted.

    Raises
    ------
    BadQuestion
        If no shipment lies on a chain.
    """
    legs = found.legs
    if legs.empty:
        raise BadQuestion("there is nothing to draw: no shipment lies on a chain")
    units = set(legs["unit"].dropna())
    counts = bool(legs["quantity"].isna().any()) or len(units) > 1
    stage = _stages(found)
    bands: dict[tuple[tuple[int, str], tuple[int, str]], list[float]] = {}
    for row in legs.to_dict(orient="records"):
        key = (stage[str(row["origin"])], str(row["origin"])), (stage[str(row["destination"])], str(row["destination"]))
        bands.setdefault(key, []).append(1.0 if counts else float(row["quantity"]))
    unit = "shipments" if counts else next(iter(units), "")
    loops = sum(len(amounts) for (start, end), amounts in bands.items() if end[0] <= start[0])
    told = tuple(Band(start, end, sum(each), len(each)) for (start, end), each in sorted(bands.items()) if end[0] > start[0])
    notes = [f"Amounts in {unit or 'the unit of the records'}; each shipment counts once.", _NOT_FOUND]
    if loops:
        notes.insert(1, f"Not drawn: {loops:,} shipments within a country or back towards the start.")
    if not told:
        raise BadQuestion("there is nothing to draw: every shipment on a chain stays within a country")
    return Flows(_question(found), f"{found.shipments_on_chains:,} shipments lie on chains.", told, unit, tuple(notes))


def _stages(found: Transshipments) -> Mapping[str, int]:
    """Return for each country the latest place at which a chain passes it; where chains end stands last."""
    stage: dict[str, int] = {}
    legs = {str(row["id"]): row for row in found.legs.to_dict(orient="records")}
    for chain in found.chains["legs"]:
        of = [legs[str(id_)] for id_ in chain]
        countries = [str(of[0]["origin"]), *(str(one["destination"]) for one in of)]
        for place, country in enumerate(dict.fromkeys(countries)):
            stage[country] = max(stage.get(country, 0), place)
        for one, other in pairwise(dict.fromkeys(countries)):
            stage[other] = max(stage[other], stage[one] + 1)
    for row in legs.values():
        stage.setdefault(str(row["origin"]), 0)
        stage.setdefault(str(row["destination"]), stage[str(row["origin"])] + 1)
    last = max(stage.values())
    ends = {str(of["destination"]) for chain in found.chains["legs"] for of in [legs[str(chain[-1])]]}
    return {country: last if country in ends else place for country, place in stage.items()}


def _band(axes: Axes, start: tuple[float, float], end: tuple[float, float], tall: float, colour: str) -> None:
    from matplotlib.patches import PathPatch
    from matplotlib.path import Path

    middle = (start[0] + end[0]) / 2
    points = [
        start, (middle, start[1]), (middle, end[1]), end, (end[0], end[1] - tall), (middle, end[1] - tall), (middle, start[1] - tall),
        (start[0], start[1] - tall), start,
    ]  # fmt: skip
    curve = [Path.MOVETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.LINETO, Path.CURVE4, Path.CURVE4, Path.CURVE4, Path.CLOSEPOLY]
    axes.add_patch(PathPatch(Path(points, curve), facecolor=colour, alpha=0.38, linewidth=0, zorder=1))
