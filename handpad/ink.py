"""Ink: what a pen wrote, as plain numpy arrays.

A *stroke* is a float64 array of shape (n, 4), n >= 1, with the columns x, y, pressure and time. x and y are
in any one unit with y pointing down; pressure is 0 to 1 and time is in seconds, and both are NaN where they
are not known. *Ink* is a list of strokes in the order in which they were written.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from handpad.errors import InkError

X, Y, PRESSURE, TIME = range(4)


class Box(NamedTuple):
    """An axis-parallel box in ink units; y points down, so ``top <= bottom``."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def center(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def union(self, other: "Box") -> "Box":
        return Box(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )


class Guide(NamedTuple):
    """The writing line where the canvas knows it, in ink units: y of the baseline, and the x-height (> 0)."""

    baseline: float
    x_height: float


def as_strokes(strokes: Sequence[ArrayLike]) -> list[np.ndarray]:
    """Check ink from outside and bring every stroke to the form (n, 4) float64.

    Parameters
    ----------
    strokes : sequence of arrays (n, 2..4): x, y, then pressure (0 to 1) and time (s) where known.

    Returns
    -------
    list of arrays (n, 4); pressure and time are NaN where they were not given. Never shares memory with
    the input.

    Raises
    ------
    InkError : no strokes, a stroke without points or with other than 2 to 4 columns, or x or y not finite.
    """
    if strokes is None or len(strokes) == 0:
        raise InkError("There is no ink to read: the list of strokes is empty.")
    checked = []
    for number, stroke in enumerate(strokes, start=1):
        try:
            points = np.asarray(stroke, dtype=np.float64)
        except (TypeError, ValueError):
            raise InkError(f"Stroke {number} is not an array of numbers.") from None
        if points.ndim != 2 or not 2 <= points.shape[1] <= 4:
            raise InkError(
                f"Stroke {number} has the shape {points.shape}: give n points of x, y and, if known, pressure and time."
            )
        if len(points) == 0:
            raise InkError(f"Stroke {number} has no points.")
        if not np.isfinite(points[:, :2]).all():
            raise InkError(f"Stroke {number} has a point whose x or y is not a finite number.")
        if np.abs(points[:, :2]).max() > 1e12:
            raise InkError(f"Stroke {number} has a point too far out to be ink.")
        full = np.full((len(points), 4), np.nan)
        full[:, : points.shape[1]] = points
        checked.append(full)
    return checked


def as_guide(guide: Sequence[float] | None) -> Guide | None:
    """Check a guide from outside. Raises InkError unless it is two finite numbers with an x-height above 0."""
    if guide is None:
        return None
    try:
        baseline, x_height = (float(value) for value in guide)
    except (TypeError, ValueError):
        raise InkError("A guide is two numbers: the y of the baseline and the x-height.") from None
    if not (np.isfinite(baseline) and np.isfinite(x_height) and x_height > 0):
        raise InkError("A guide needs a finite baseline and an x-height above 0.")
    return Guide(baseline, x_height)


def bounding_box(strokes: Sequence[np.ndarray]) -> Box:
    """The smallest box around all points of checked ink."""
    lows = np.min([stroke[:, :2].min(axis=0) for stroke in strokes], axis=0)
    highs = np.max([stroke[:, :2].max(axis=0) for stroke in strokes], axis=0)
    return Box(float(lows[0]), float(lows[1]), float(highs[0]), float(highs[1]))
