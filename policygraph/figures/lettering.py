"""Text for print: which fonts, how wide a line is, where to break it, and what cannot be drawn.

Comes in: text and a face. Goes out: widths in points and wrapped lines, measured with the fonts that will draw them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache

from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font
from matplotlib.textpath import text_to_path

__all__ = ["LEADING", "Face", "balanced", "drawable", "legible", "width", "wrapped"]

LEADING = 1.2
"""Distance from line to line, in sizes of the face."""

_LATIN = "DejaVu Sans"
_CHINESE = (
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei", "WenQuanYi Zen Hei",
    "Microsoft YaHei", "PingFang SC", "Hiragino Sans GB", "SimHei", "Noto Sans CJK JP",
)


@dataclass(frozen=True, slots=True)
class Face:
    """A size of type in points, regular or bold."""

    size: float
    bold: bool = False

    @property
    def leading(self) -> float:
        """Distance from line to line, in points."""
        return self.size * LEADING

    @property
    def font(self) -> FontProperties:
        """The face as matplotlib wants it: DejaVu Sans, which comes with it, and a Chinese font where there is one."""
        return _font(self)


@cache
def _font(face: Face) -> FontProperties:
    return FontProperties(family=_families(), size=face.size, weight="bold" if face.bold else "normal")


@cache
def _families() -> list[str]:
    present = {entry.name for entry in fontManager.ttflist}
    return [_LATIN, *[name for name in _CHINESE if name in present][:1]]


@cache
def _glyphs() -> frozenset[str]:
    found: set[int] = set()
    for family in _families():
        found |= set(get_font(findfont(family)).get_charmap())
    return frozenset(chr(code) for code in found)


def drawable(text: str) -> bool:
    """Tell whether every character has a glyph in the fonts at hand.

    >>> drawable("Ascend 910B"), drawable("\\U0010ffff")
    (True, False)
    """
    return all(character in _glyphs() for character in text)


def legible(text: str, otherwise: str = "") -> str:
    """Return a text on one line in characters that can be drawn.

    What cannot be drawn is left out where it stands in brackets or is no letter; where letters would be missing, the other text takes
    its place, or without one only what can be drawn stays.

    >>> legible("SMIC (\u4e2d\u82af\U0010ffff)") in ("SMIC", "SMIC (\u4e2d\u82af)"), legible("\U00020000 910", "ascend 910")
    (True, 'ascend 910')
    """
    plain = " ".join(text.split())
    if plain and drawable(plain):
        return plain
    without = re.sub(r"[(\[（【]([^()\[\]（）【】]*)[)\]）】]", lambda bracket: bracket[0] if drawable(bracket[1]) else "", plain)
    kept = "".join(character for character in without if character in _glyphs() or (character.isalpha() and otherwise))
    kept = " ".join(kept.split()).strip(" ,;:/-·")
    return kept if drawable(kept) and any(character.isalnum() for character in kept) else legible(otherwise) if otherwise else kept


@cache
def width(text: str, face: Face) -> float:
    """Return how wide a line is in points.

    >>> width("wide", Face(8)) < width("wider", Face(8))
    True
    """
    return float(text_to_path.get_text_width_height_descent(text, face.font, ismath=False)[0]) if text else 0.0


def wrapped(text: str, face: Face, limit: float) -> tuple[str, ...]:
    """Break a text into lines no wider than a limit: at spaces, else after hyphens and slashes, else anywhere.

    >>> wrapped("made in a fab", Face(8), 36)
    ('made in', 'a fab')
    """
    lines: list[str] = []
    line = ""
    for piece in _pieces(text, face, limit):
        joined = line + piece
        if line and width(joined.rstrip(), face) > limit:
            lines.append(line.rstrip())
            line = piece
        else:
            line = joined
    return (*lines, line.rstrip()) if line.strip() else tuple(lines)


def balanced(text: str, face: Face, limit: float) -> tuple[str, ...]:
    """Break a text into as few lines as a limit allows, and of those as even as can be.

    >>> wrapped("direct product of", Face(8), 66), balanced("direct product of", Face(8), 66)
    (('direct product', 'of'), ('direct', 'product of'))
    """
    lines = wrapped(text, face, limit)
    longest = max((width(word, face) for word in text.split()), default=0.0)
    while len(lines) > 1:
        narrow = max(width(line, face) for line in lines) - 0.01
        narrower = wrapped(text, face, narrow)
        if narrow < longest or len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def _pieces(text: str, face: Face, limit: float) -> Iterable[str]:
    """Yield the parts of a text between which a line may break, none wider than the limit unless it is one character."""
    for word in (word + " " for word in text.split()):
        if width(word.rstrip(), face) <= limit:
            yield word
            continue
        for part in re.findall(r"[^-/]+[-/]?|[-/]", word):
            if width(part.rstrip(), face) <= limit:
                yield part
                continue
            piece = ""
            for character in part:
                if piece and width((piece + character).rstrip(), face) > limit:
                    yield piece
                    piece = ""
                piece += character
            yield piece
