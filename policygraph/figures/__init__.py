"""Findings drawn for print: a layered supply-chain diagram with its sources numbered underneath.

A figure is described first and drawn last. :func:`figure` turns a finding into a :class:`Diagram`, which is plain data;
:meth:`Diagram.save` lays it out and draws it with matplotlib.
"""

from __future__ import annotations

from policygraph.figures.diagram import Arrow, Box, Diagram, Lane, Source, figure

__all__ = ["Arrow", "Box", "Diagram", "Lane", "Source", "figure"]
