"""Answers drawn for print: a layered supply-chain diagram with its sources numbered underneath, a map of stepping stones.

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


def figure(answer: Any) -> Drawable:
    """Describe an answer as a figure.

    Parameters
    ----------
    answer
        A finding with routes, such as that of ``view.touches``, for a layered diagram; routes under the law, or the difference of two,
        for a map of stepping stones.

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
    if isinstance(answer, Finding):
        return diagram(answer)
    from policygraph.diversion.routes import Difference, Routes

    if isinstance(answer, (Routes, Difference)):
        from policygraph.figures.routemap import route_map

        return route_map(answer)
    raise BadQuestion(f"there is no figure of a {type(answer).__name__}; give the answer of touches, or of routes")
