"""Answers drawn for print: a supply-chain diagram with its sources underneath, a map of stepping stones, chains over time, flows.

A figure is described first and drawn last. :func:`figure` turns an answer into a :class:`Drawable`, which is plain data;
:meth:`Drawable.save` lays it out and draws it with matplotlib.
"""

from __future__ import annotations

from typing import Any

from policygraph.errors import BadQuestion
from policygraph.figures.diagram import Arrow, Box, Diagram, Lane, Source, diagram
from policygraph.figures.drawable import Drawable
from policygraph.findings import Finding

__all__ = ["Arrow", "Box", "Diagram", "Drawable", "Lane", "Source", "diagram", "figure"]


def figure(answer: Any, as_: str = "") -> Drawable:
    """Describe an answer as a figure.

    Parameters
    ----------
    answer
        A finding with routes, such as that of ``view.touches``, for a layered diagram; routes under the law, or the difference of two,
        for a map of stepping stones; transshipments for their chains over time, or with ``as_="flows"`` for how much went which way.
    as_
        ``chains`` or ``flows``, for transshipments.

    Raises
    ------
    BadQuestion
        If there is no figure of such an answer, or nothing in it to draw.

    Examples
    --------
    >>> import policygraph as pg
    >>> found = pg.figure(pg.load().view(as_of="2025-05-13").touches("ascend-910b"))
    >>> found.boxes[0].id
    'ascend-910b'
    """
    from policygraph.diversion.routes import Difference, Routes
    from policygraph.diversion.transship import Transshipments

    kinds: tuple[tuple[tuple[type, ...], tuple[str, ...]], ...] = (
        ((Finding,), ("diagram",)), ((Routes, Difference), ("map",)), ((Transshipments,), ("chains", "flows")),
    )  # fmt: skip
    ways = next((ways for types, ways in kinds if isinstance(answer, types)), ())
    if not ways:
        said = f"there is no figure of a {type(answer).__name__}"
        raise BadQuestion(f"{said}; give what touches, check, routes or transshipments returns")
    if as_ and as_ not in ways:
        raise BadQuestion(f"a {type(answer).__name__} is not drawn as '{as_}'; use {' or '.join(ways)}")
    match as_ or ways[0]:
        case "diagram":
            return diagram(answer)
        case "map":
            from policygraph.figures.routemap import route_map

            return route_map(answer)
        case "flows":
            from policygraph.figures.trails import flows

            return flows(answer)
        case _:
            from policygraph.figures.trails import chain_timeline

            return chain_timeline(answer)
