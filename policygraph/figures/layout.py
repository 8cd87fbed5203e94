"""Where boxes stand and how arrows run: columns from left to right, one for each lane or part of a lane.

Comes in: boxes with their columns and sizes, arrows with the sizes of their labels, in points. Goes out: a :class:`Layout`. The label
of an arrow is a place of its own between two columns, on the line it belongs to, so that no label covers another or a box.

Graphviz dot decides the order and the heights where pygraphviz is installed (extra ``layout``), in the process; a short barycentre
layout stands in where it is not. Arrows run level through columns and bend in the gaps between them, so they cross no box.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

__all__ = ["Curve", "Frame", "Layout", "Link", "Node", "Point", "laid_out"]

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle by its centre; the y axis points upwards."""

    x: float
    y: float
    width: float
    height: float

    @property
    def left(self) -> float:
        """Its left edge."""
        return self.x - self.width / 2

    @property
    def right(self) -> float:
        """Its right edge."""
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        """Its lower edge."""
        return self.y - self.height / 2

    @property
    def top(self) -> float:
        """Its upper edge."""
        return self.y + self.height / 2

    def overlaps(self, other: Frame) -> bool:
        """Tell whether two rectangles share more than an edge.

        >>> Frame(0, 0, 4, 4).overlaps(Frame(3, 3, 4, 4)), Frame(0, 0, 4, 4).overlaps(Frame(4, 0, 4, 4))
        (True, False)
        """
        return (
            abs(self.x - other.x) * 2 < self.width + other.width - 1e-6
            and abs(self.y - other.y) * 2 < self.height + other.height - 1e-6
        )

    def moved(self, dx: float, dy: float) -> Frame:
        """Return it at another place."""
        return replace(self, x=self.x + dx, y=self.y + dy)


@dataclass(frozen=True, slots=True)
class Node:
    """A box to place: its column, its size."""

    id: str
    column: int
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow to route between boxes of two different columns: its ends, the size of its label."""

    tail: str
    head: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Curve:
    """The way of an arrow: Bézier control points (3n + 1) from the tail to its label and from the label to the head."""

    before: tuple[Point, ...]
    after: tuple[Point, ...]
    label: Frame

    def moved(self, dx: float, dy: float) -> Curve:
        """Return it at another place."""
        before, after = (tuple((x + dx, y + dy) for x, y in points) for points in (self.before, self.after))
        return Curve(before, after, self.label.moved(dx, dy))


@dataclass(frozen=True, slots=True)
class Layout:
    """Places of boxes by id, and of arrows in the order given, within a width and a height from (0, 0).

    ``ease`` is the part of the gaps between columns that could be granted, of what the climb of the arrows asks for, 0 to 1.
    """

    width: float
    height: float
    frames: dict[str, Frame]
    curves: tuple[Curve, ...]
    ease: float = 1.0

    def moved(self, dx: float, dy: float) -> Layout:
        """Return it at another place."""
        frames = {id_: frame.moved(dx, dy) for id_, frame in self.frames.items()}
        return replace(self, frames=frames, curves=tuple(curve.moved(dx, dy) for curve in self.curves))


def laid_out(
    nodes: Sequence[Node], links: Sequence[Link], *, room: float, column_gaps: tuple[float, float] = (8.0, 30.0), row_gap: float = 8.5
) -> Layout:
    """Place boxes and route arrows.

    Parameters
    ----------
    nodes, links
        What to place; the first link comes out in the upper half.
    room
        The width to fill, as far as the gaps allow.
    column_gaps
        Least and most distance between a column and the labels beside it; the gap in which arrows climb most is the widest.
    row_gap
        Least distance between two boxes or labels of a column.

    Examples
    --------
    >>> nodes = [Node("chip", 0, 50, 20), Node("fab", 1, 50, 20)]
    >>> layout = laid_out(nodes, [Link("chip", "fab", 30, 10)], room=300)
    >>> layout.frames["chip"].right < layout.curves[0].label.left < layout.frames["fab"].left
    True
    """
    column = {node.id: node.column for node in nodes}
    places = [replace(node, column=2 * node.column) for node in nodes]
    chains: list[list[str]] = []
    for number, link in enumerate(links):
        left, right = sorted((link.tail, link.head), key=column.__getitem__)
        label = Node(_label(number), 2 * column[left] + 1, link.width, link.height)
        passing = [Node(f"{label.id}.{at}", at, 0, _PASSING) for at in range(label.column + 1, 2 * column[right])]
        places += [label, *passing]
        chains.append([left, label.id, *(each.id for each in passing), right])
    heights = _snapped(_heights(places, chains, row_gap), places, chains, row_gap)
    frames, ease = _spread(places, chains, heights, room, column_gaps)
    edges = {
        at: (min(frames[place.id].left for place in members), max(frames[place.id].right for place in members))
        for at, members in _by_column(places)
    }
    at = {place.id: place.column for place in places}
    curves = []
    for number, (link, chain) in enumerate(zip(links, chains, strict=True)):
        before, after = _way(chain[:2], frames, edges, at), _way(chain[1:], frames, edges, at)
        if chain[0] != link.tail:
            before, after = after[::-1], before[::-1]
        curves.append(Curve(before, after, frames[_label(number)]))
    return _upright(Layout(0, 0, {node.id: frames[node.id] for node in nodes}, tuple(curves), ease))


_PASSING = 3.0
"""Height kept free for an arrow that passes a column."""


def _label(number: int) -> str:
    return f"\0{number}"


def _by_column(places: Sequence[Node]) -> list[tuple[int, list[Node]]]:
    columns: dict[int, list[Node]] = {}
    for place in places:
        columns.setdefault(place.column, []).append(place)
    return sorted(columns.items())


def _heights(places: Sequence[Node], chains: Sequence[Sequence[str]], row_gap: float) -> dict[str, float]:
    try:
        import pygraphviz
    except ImportError:
        return _by_barycentre(places, chains, row_gap)
    return _by_dot(pygraphviz.AGraph, places, chains, row_gap)


def _snapped(y: dict[str, float], places: Sequence[Node], chains: Sequence[Sequence[str]], gap: float) -> dict[str, float]:
    """Level what an arrow joins where little is missing and nothing is in the way: first with the left, then labels with the right."""
    columns = {place.id: members for _, members in _by_column(places) for place in members}
    height = {place.id: place.height for place in places}

    def is_free(id_: str, wanted: float) -> bool:
        return all(
            abs(wanted - y[other.id]) >= (height[id_] + other.height) / 2 + 0.6 * gap for other in columns[id_] if other.id != id_
        )

    at = {place.id: place.column for place in places}
    onward = sorted((pair for chain in chains for pair in pairwise(chain)), key=lambda pair: at[pair[1]])
    level: set[str] = set()
    for pairs in (onward, [(right, left) for left, right in reversed(onward) if left.startswith("\0")]):
        for still, moving in pairs:
            if moving not in level and abs(y[still] - y[moving]) < 2 * gap and is_free(moving, y[still]):
                y[moving] = y[still]
                level.add(moving)
    return y


def _spread(
    places: Sequence[Node], chains: Sequence[Sequence[str]], y: dict[str, float], room: float, column_gaps: tuple[float, float]
) -> tuple[dict[str, Frame], float]:
    """Set the columns side by side; what room is left goes to the gaps, most to those in which arrows climb most."""
    least, most = column_gaps
    columns = _by_column(places)
    widths = [max(place.width for place in members) for _, members in columns]
    number = {place.id: index for index, (_, members) in enumerate(columns) for place in members}
    climb = [0.0] * len(columns)
    for chain in chains:
        for left, right in pairwise(chain):
            climb[number[left]] = max(climb[number[left]], abs(y[left] - y[right]))
    wanted = [min(0.14 * each, most - least) for each in climb[:-1]]
    spare = room - sum(widths) - least * len(wanted)
    share = min(1.0, max(spare, 0.0) / sum(wanted)) if sum(wanted) else 1.0
    more = max(spare - sum(wanted), 0.0) / len(wanted) if wanted else 0.0
    x, frames = 0.0, {}
    for index, (_, members) in enumerate(columns):
        for place in members:
            frames[place.id] = Frame(x + widths[index] / 2, y[place.id], place.width, place.height)
        x += widths[index] + (min(least + share * wanted[index] + more, most) if index < len(wanted) else 0.0)
    return frames, share


def _way(
    chain: Sequence[str], frames: dict[str, Frame], edges: dict[int, tuple[float, float]], at: dict[str, int]
) -> tuple[Point, ...]:
    """Run level through columns and in an even bend from one to the next."""
    points = []
    for index, id_ in enumerate(chain):
        frame, (left, right) = frames[id_], edges[at[id_]]
        if index:
            points += [(left, frame.y), (frame.left, frame.y)] if index == len(chain) - 1 else [(left, frame.y)]
        if index < len(chain) - 1:
            points += [(frame.right, frame.y), (right, frame.y)] if index == 0 else [(right, frame.y)]
    way = [points[0]]
    for (x0, y0), (x1, y1) in pairwise(points):
        way += [((x0 + x1) / 2, y0), ((x0 + x1) / 2, y1), (x1, y1)]
    return tuple(way)


def _upright(layout: Layout) -> Layout:
    """Move a layout to the origin, and mirror it so that its first arrow runs in the upper half."""
    around = [*layout.frames.values(), *(curve.label for curve in layout.curves)]
    heights = [y for curve in layout.curves for _, y in (*curve.before, *curve.after)]
    left, right = min(frame.left for frame in around), max(frame.right for frame in around)
    bottom = min([*(frame.bottom for frame in around), *heights])
    top = max([*(frame.top for frame in around), *heights])
    placed = replace(layout, width=right - left, height=top - bottom).moved(-left, -bottom)
    if not placed.curves or placed.curves[0].label.y >= placed.height / 2 - 1:
        return placed

    def flipped(points: Iterable[Point]) -> tuple[Point, ...]:
        return tuple((x, placed.height - y) for x, y in points)

    def mirrored(frame: Frame) -> Frame:
        return replace(frame, y=placed.height - frame.y)

    curves = tuple(Curve(flipped(curve.before), flipped(curve.after), mirrored(curve.label)) for curve in placed.curves)
    return replace(placed, frames={id_: mirrored(frame) for id_, frame in placed.frames.items()}, curves=curves)


def _by_dot(graph: Callable[..., Any], places: Sequence[Node], chains: Sequence[Sequence[str]], row_gap: float) -> dict[str, float]:
    """Let Graphviz dot order the columns and settle heights; invisible anchors keep the columns in order."""
    names = {place.id: f"n{number}" for number, place in enumerate(places)}
    columns = _by_column(places)
    lines = [
        f"graph [rankdir=LR, nodesep={row_gap / 72:.4f}, ranksep=0.2, splines=false]",
        'node [shape=box, fixedsize=true, label=""]',
        *(f"{names[place.id]} [width={max(place.width, 1) / 72:.4f}, height={place.height / 72:.4f}]" for place in places),
    ]
    for at, members in columns:
        lines.append(f"{{rank=same; a{at} [style=invis, width=0.01, height=0.01]; {'; '.join(names[place.id] for place in members)}}}")
    lines += [f"a{left} -> a{right} [style=invis, weight=0]" for (left, _), (right, _) in pairwise(columns)]
    for chain in chains:
        for index, (left, right) in enumerate(pairwise(chain)):
            lines.append(f"{names[left]} -> {names[right]} [weight={8 if 0 < index < len(chain) - 2 else 3}]")
    text = "digraph {\n" + ";\n".join(lines) + "\n}"
    drawn = json.loads(graph(string=text).draw(format="json0", prog="dot"))
    y = {thing["name"]: float(thing["pos"].split(",")[1]) for thing in drawn["objects"] if "pos" in thing}
    return {place.id: y[names[place.id]] for place in places}


def _by_barycentre(places: Sequence[Node], chains: Sequence[Sequence[str]], row_gap: float) -> dict[str, float]:
    """Order each column by the mean height of its neighbours, then settle heights."""
    height = {place.id: place.height for place in places}
    columns = [[place.id for place in members] for _, members in _by_column(places)]
    left_of: dict[str, list[str]] = {id_: [] for id_ in height}
    right_of: dict[str, list[str]] = {id_: [] for id_ in height}
    for chain in chains:
        for left, right in pairwise(chain):
            right_of[left].append(right)
            left_of[right].append(left)
    y: dict[str, float] = {}
    for column in columns:
        y.update(_settled(column, [0.0] * len(column), height, row_gap))
    for sweep in range(24):
        onward = sweep % 2 == 0
        for column in columns if onward else columns[::-1]:
            beside = left_of if onward else right_of
            wanted = {id_: sum(y[other] for other in beside[id_]) / len(beside[id_]) if beside[id_] else y[id_] for id_ in column}
            if sweep < 16:
                column.sort(key=lambda id_: -wanted[id_])
            y.update(_settled(column, [wanted[id_] for id_ in column], height, row_gap))
    return y


def _settled(order: Sequence[str], wanted: Sequence[float], height: dict[str, float], gap: float) -> dict[str, float]:
    """Put things below one another in an order, each as near to where it is wanted as the others allow (least squares)."""
    offsets = [0.0]
    for above, below in pairwise(order):
        offsets.append(offsets[-1] + height[above] / 2 + gap + height[below] / 2)
    pools: list[tuple[float, int]] = []
    for place, offset in zip(wanted, offsets, strict=True):
        pools.append((place + offset, 1))
        while len(pools) > 1 and pools[-2][0] < pools[-1][0]:
            (mean, count), (above_mean, above_count) = pools.pop(), pools.pop()
            pools.append(((above_mean * above_count + mean * count) / (above_count + count), above_count + count))
    levels = [mean for mean, count in pools for _ in range(count)]
    return {id_: level - offset for id_, level, offset in zip(order, levels, offsets, strict=True)}
