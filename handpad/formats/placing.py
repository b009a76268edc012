"""Where the ink of a page comes to lie on a sheet of paper, in points (1/72 inch), for all files that have paper."""

from dataclasses import dataclass

import numpy as np

from handpad.formats.document import HIGHLIGHTER, InkPage, StrokeStyle
from handpad.ink import Box

A4 = (595.0, 842.0)

MARGIN = 36.0
"""Around ink that the file knows no paper for."""

X_HEIGHT = 9.0
"""What writing is scaled to where neither paper nor unit are known: hands write with some three millimetres."""

STROKE_HEIGHT = 14.0
"""... or, where it is not read, the middle one of the heights of its strokes."""

LARGEST, SMALLEST = 14_400.0, 36.0
"""Sides of a sheet: no PDF reader takes a larger one."""

PEN_WIDTH, MARKER_WIDTH = 1.41, 8.5
"""Of strokes whose width the file does not tell; those of Xournal++."""

THINNEST, WIDEST = 0.05, 500.0


@dataclass(frozen=True)
class Placed:
    """A sheet of width by height points. A point of ink comes to lie at (x - left) * scale, (y - top) * scale."""

    width: float
    height: float
    left: float
    top: float
    scale: float

    def points(self, stroke: np.ndarray) -> np.ndarray:
        """x and y of a stroke (n, 2..4) on the sheet: (n, 2)."""
        return (stroke[:, :2] - (self.left, self.top)) * self.scale

    def box(self, box: Box) -> Box:
        """A box of ink on the sheet."""
        left, right = ((x - self.left) * self.scale for x in (box.left, box.right))
        top, bottom = ((y - self.top) * self.scale for y in (box.top, box.bottom))
        return Box(left, top, right, bottom)

    def width_of(self, style: StrokeStyle) -> float:
        """How wide a stroke is at full pressure, in points."""
        if style.width is None:
            return MARKER_WIDTH if style.tool == HIGHLIGHTER else PEN_WIDTH
        return min(max(style.width * self.scale, THINNEST), WIDEST)


def placed(page: InkPage) -> Placed:
    """The page's own paper at its own size; around other ink a sheet of A4, or a larger one where it needs that."""
    box = page.box or Box(0.0, 0.0, 1.0, 1.0)
    paper, scale = page.paper, page.unit or 0.0
    if paper is not None:
        scale = scale or A4[0] / paper.width
    else:
        scale = scale or _fitting(page, box)
        margin = MARGIN / scale
        if page.unit and min(box.left, box.top) >= 0 and box.right * scale <= A4[0] and box.bottom * scale <= A4[1]:
            box, margin = Box(0.0, 0.0, box.right, box.bottom), 0.0
        left, top = box.left - margin, box.top - margin
        paper = Box(
            left, top, max(box.right + margin, left + A4[0] / scale), max(box.bottom + margin, top + A4[1] / scale)
        )
    scale = min(scale, LARGEST / max(paper.width, paper.height))
    sides = [max(SMALLEST, side * scale) for side in (paper.width, paper.height)]
    return Placed(sides[0], sides[1], paper.left, paper.top, scale)


def _fitting(page: InkPage, box: Box) -> float:
    """The scale at which writing of no unit has the size of writing, and is no wider than the sheet."""
    if page.lines:
        scale = X_HEIGHT / float(np.median([line.x_height for line in page.lines]))
    else:
        heights = [float(np.ptp(stroke[:, 1])) for stroke in page.strokes]
        scale = STROKE_HEIGHT / max(float(np.median(heights)) if heights else 1.0, box.height / 1000, 1e-9)
    return min(scale, (A4[0] - 2 * MARGIN) / max(box.width, 1e-9))
