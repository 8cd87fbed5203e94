"""What every figure is: plain data with a title and an answer, drawn only when it is saved or shown.

Comes in: an immutable description that knows how to draw itself. Goes out: the bytes of a file. The same description gives the same bytes.
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from policygraph.errors import BadQuestion, as_path

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["FORMATS", "Drawable"]

FORMATS = (".svg", ".png", ".pdf")


class Drawable(ABC):
    """A figure that is described and not yet drawn.

    Attributes
    ----------
    title, answer
        The question, and the answer in one line.
    """

    title: str
    answer: str

    @abstractmethod
    def draw(self) -> Figure:
        """Lay it out and draw it on a new matplotlib figure."""

    def save(self, path: str | Path) -> Path:
        """Write the figure as SVG, PNG or PDF, by the ending of the name; the same figure gives the same bytes.

        Raises
        ------
        BadQuestion
            If the ending is none of these, or the directory does not exist.
        """
        target = as_path(path, "the file to write: .svg, .png or .pdf")
        if target.suffix.lower() not in FORMATS:
            raise BadQuestion(
                f"the format of the figure '{target.name}' is not known by its ending; use one of {', '.join(FORMATS)}"
            )
        if not target.parent.is_dir():
            raise BadQuestion(f"there is no directory '{target.parent}' to write '{target.name}' into; make it or name another")
        target.write_bytes(self.rendered(target.suffix.lower().removeprefix(".")))
        return target

    def rendered(self, format: str) -> bytes:
        """Return the drawn figure as the bytes of a file of that format: svg, png or pdf.

        Raises
        ------
        BadQuestion
            If the format is none of these.
        """
        from matplotlib import style

        about: dict[str, dict[str, str | None]] = {
            "svg": {"Title": self.title, "Description": self.answer, "Date": None},
            "pdf": {"Title": self.title, "Subject": self.answer, "CreationDate": None},
            "png": {"Title": self.title, "Description": self.answer},
        }
        if format not in about:
            raise BadQuestion(f"'{format}' is no format of a figure; use one of {', '.join(about)}")
        stream = io.BytesIO()
        settings = {"svg.hashsalt": "policygraph", "svg.fonttype": "path", "pdf.fonttype": 42, "text.hinting": "none"}
        with style.context(settings, after_reset=True):
            self.draw().savefig(stream, format=format, dpi=300, metadata=about[format])
        return stream.getvalue()

    def _repr_svg_(self) -> str:
        return self.rendered("svg").decode()
