"""Ink: what a pen wrote, as plain numpy arrays.

A *stroke* is a float64 array of shape (n, 4), n >= 1, with the columns x, y, pressure and time. x and y are
in any one unit with y pointing down; pressure is 0 to 1 and time is in seconds, and both are NaN where they
are not known. *Ink* is a list of strokes in the order in which they were written.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import ArrayLike

from handpad.errors import InkError

X, Y, PRESSURE, TIME = range(4)

MOST_STROKES, MOST_POINTS = 100_000, 10_000_000
"""Ink of more strokes or points than that is refused: no page holds as many."""

FARTHEST = 1e12
"""No coordinate is farther from 0, and no x-height larger; at such a size neighbouring points still differ."""

SMALLEST_X_HEIGHT = 1e-9
"""No x-height is smaller, in ink units."""

TINIEST = 1e-300
"""Ink smaller than so many ink units has no extent: what is computed from less loses its digits."""

THINNEST = 1e-9
"""No character is smaller than this part of all ink that is read at once: what is, is measured as if it were not."""

MISFIT = 1000
"""A character's guide does not belong to it if the character is more than so many x-heights large or away from the
baseline ..."""

MISFIT_OF_DOT = 1e6
"""... or so many times smaller than the x-height: a dot has no more extent than the trembling of the hand."""


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
    list of arrays (n, 4); pressure and time are NaN where they were not given or are not finite. Never shares memory
    with the input.

    Raises
    ------
    InkError : no strokes, more than MOST_STROKES or MOST_POINTS, a stroke without points or with other than 2 to 4
        columns, x or y not finite or farther out than FARTHEST.
    """
    try:
        count = 0 if strokes is None else len(strokes)
    except TypeError:
        raise InkError("Ink is a list of strokes, each an array of points.") from None
    if count == 0:
        raise InkError("There is no ink to read: the list of strokes is empty.")
    if count > MOST_STROKES:
        raise InkError(f"There are {count:,} strokes: no more than {MOST_STROKES:,} can be read at once.")
    checked, points = [], 0
    for number, stroke in enumerate(strokes, start=1):
        checked.append(_as_stroke(stroke, number))
        points += len(checked[-1])
        if points > MOST_POINTS:
            raise InkError(f"There are more than {MOST_POINTS:,} points: no more can be read at once.")
    return checked


def _as_stroke(stroke: ArrayLike, number: int) -> np.ndarray:
    try:
        points = np.asarray(stroke, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InkError(f"Stroke {number} is not an array of numbers.") from None
    if points.ndim != 2 or not 2 <= points.shape[1] <= 4:
        raise InkError(
            f"Stroke {number} has the shape {points.shape}: give n points of x, y and, if known, pressure and time."
        )
    if len(points) == 0:
        raise InkError(f"Stroke {number} has no points.")
    if not np.isfinite(points[:, :2]).all():
        raise InkError(f"Stroke {number} has a point whose x or y is not a finite number.")
    if np.abs(points[:, :2]).max() > FARTHEST:
        raise InkError(f"Stroke {number} has a point too far out to be ink.")
    full = np.full((len(points), 4), np.nan)
    full[:, : points.shape[1]] = points
    full[~np.isfinite(full)] = np.nan
    return full


def as_guide(guide: ArrayLike | None) -> Guide | None:
    """Check a guide from outside.

    Raises InkError unless it is two numbers, the baseline at most FARTHEST from 0 and the x-height from
    SMALLEST_X_HEIGHT to FARTHEST.
    """
    if guide is None:
        return None
    try:
        baseline, x_height = (float(value) for value in cast(Iterable[float], guide))
    except (TypeError, ValueError, OverflowError):
        raise InkError("A guide is two numbers: the y of the baseline and the x-height.") from None
    if not (np.isfinite(baseline) and np.isfinite(x_height) and x_height > 0):
        raise InkError("A guide needs a finite baseline and an x-height above 0.")
    if abs(baseline) > FARTHEST or not SMALLEST_X_HEIGHT <= x_height <= FARTHEST:
        raise InkError("The baseline or the x-height of the guide is too large or too small to belong to any ink.")
    return Guide(baseline, x_height)


def as_guides(guide: ArrayLike | Sequence[ArrayLike] | None) -> list[Guide]:
    """One guide, or a list of them, checked. Raises InkError."""
    if guide is None:
        return []
    given: Any = guide
    try:
        several = len(given) and np.ndim(given[0]) > 0
    except (TypeError, KeyError, ValueError):
        several = False
    return [found for one in (given if several else [given]) if (found := as_guide(one)) is not None]


def checked_ink(strokes: Sequence[ArrayLike], guide: ArrayLike | None) -> tuple[list[np.ndarray], Guide | None]:
    """Check one character from outside, and that its guide can belong to it.

    Returns its strokes as :func:`as_strokes` and its guide as :func:`as_guide` give them.

    Raises
    ------
    InkError : as these; or the x-height is far too large or small for the ink, or the baseline too far from it
        (MISFIT, MISFIT_OF_DOT). Ink without extent suits every x-height.
    """
    checked, line = as_strokes(strokes), as_guide(guide)
    if line is None:
        return checked, None
    box = bounding_box(checked)
    extent = max(box.width, box.height)
    rounding = 1e-9 * max(abs(value) for value in box)
    if line.x_height * MISFIT < extent or (extent > rounding and line.x_height > MISFIT_OF_DOT * extent):
        raise InkError("The x-height of the guide does not belong to this ink: its size is quite another.")
    if max(box.top - line.baseline, line.baseline - box.bottom) > MISFIT * line.x_height:
        raise InkError("The baseline of the guide does not belong to this ink: it is far away from it.")
    return checked, line


def bounding_box(strokes: Sequence[np.ndarray]) -> Box:
    """The smallest box around all points of checked ink."""
    lows = np.min([stroke[:, :2].min(axis=0) for stroke in strokes], axis=0)
    highs = np.max([stroke[:, :2].max(axis=0) for stroke in strokes], axis=0)
    return Box(float(lows[0]), float(lows[1]), float(highs[0]), float(highs[1]))
