"""What a file of ink holds, whatever program wrote it: pages of strokes with their styles, and what they say."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import numpy as np

from handpad.errors import InkError
from handpad.ink import Box, bounding_box

PEN, HIGHLIGHTER, ERASER = "pen", "highlighter", "eraser"
"""The tools that a stroke may be of. Only a pen writes; an eraser paints in the colour of the paper."""

MOST_BYTES = 100_000_000
"""Of a file; and of the text in it, where it is packed."""

MOST_STROKES = 100_000
MOST_POINTS = 5_000_000
"""Of a file: some eighty full pages of handwriting."""

LONGEST_STROKE = 200_000
"""Points; a pen that stays on the paper for a quarter of an hour gives as many."""

MOST_PAGES = 5_000


@dataclass(frozen=True)
class StrokeStyle:
    """How a stroke looks.

    Attributes
    ----------
    color : "#rrggbb".
    opacity : 0 to 1.
    width : in ink units, at full pressure; None where the file does not tell.
    tool : PEN, HIGHLIGHTER or ERASER.
    """

    color: str = "#000000"
    opacity: float = 1.0
    width: float | None = None
    tool: str = PEN


@dataclass(frozen=True)
class Word:
    """A word that was read: what it says, the box of its ink, and the indexes of the page's strokes that it is of."""

    text: str
    box: Box
    strokes: tuple[int, ...] = ()


@dataclass(frozen=True)
class TextLine:
    """A line that was read: its words from left to right, y of its baseline and its x-height, in ink units."""

    words: tuple[Word, ...]
    baseline: float
    x_height: float

    @property
    def text(self) -> str:
        """The words with a space between each two."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True)
class InkPage:
    """One page of ink.

    Attributes
    ----------
    strokes : checked ink, float64 (n, 4) each, as :func:`handpad.ink.as_strokes` gives it, in writing order.
    styles : one for each stroke.
    paper : the sheet, in ink units; None where the file knows none.
    unit : how long an ink unit is, in points (1/72 inch); None where the file does not tell.
    name : what the page is called; "" if it has no name.
    lines : what was read, from top to bottom; empty until it is read.
    paper_color : "#rrggbb"; ink may be white.
    """

    strokes: tuple[np.ndarray, ...]
    styles: tuple[StrokeStyle, ...]
    paper: Box | None = None
    unit: float | None = None
    name: str = ""
    lines: tuple[TextLine, ...] = ()
    paper_color: str = "#ffffff"

    @property
    def writing(self) -> tuple[int, ...]:
        """The indexes of the strokes that a pen wrote."""
        return tuple(index for index, style in enumerate(self.styles) if style.tool == PEN)

    @property
    def box(self) -> Box | None:
        """The smallest box around all ink; None without ink."""
        return bounding_box(self.strokes) if self.strokes else None

    @property
    def text(self) -> str:
        """What was read, a line of text for each line of writing."""
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True)
class Document:
    """The pages of a file, and what else was in it that is no ink: what it is, in the plural, and how often."""

    pages: tuple[InkPage, ...]
    left_out: Mapping[str, int] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def text(self) -> str:
        """What was read, an empty line between pages."""
        return "\n\n".join(page.text for page in self.pages if page.lines)


class Limits:
    """Counts the strokes and points of a file while it is read."""

    def __init__(self) -> None:
        self.strokes = self.points = 0

    def count(self, points: int) -> None:
        """One more stroke of so many points. Raises InkError where that is more than a file may hold."""
        self.strokes += 1
        self.points += points
        if points > LONGEST_STROKE:
            raise InkError(f"It has a stroke of more than {LONGEST_STROKE:,} points, which no pen writes.")
        if self.strokes > MOST_STROKES or self.points > MOST_POINTS:
            raise InkError(
                f"It holds more than {MOST_STROKES:,} strokes or {MOST_POINTS:,} points: split it into smaller files."
            )


def hex_color(text: str) -> tuple[str, float] | None:
    """Colour and opacity of "#rrggbb" or "#rrggbbaa"; None for anything else."""
    digits = text.strip().removeprefix("#")
    if len(digits) not in (6, 8) or not set(digits.lower()) <= set("0123456789abcdef"):
        return None
    return "#" + digits[:6].lower(), int(digits[6:] or "ff", 16) / 255


def finite_number(text: str) -> float | None:
    """The number that a text is; None if it is none, or not finite."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
