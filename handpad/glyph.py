"""Strokes or an offline image to the 28 x 28 glyph that the base model reads (paper, section 4.2).

Both kinds of input take one path: :func:`rasterize` draws strokes as an offline image, and
:func:`glyph_from_image` turns any offline image into a glyph. Training data, the canvas and scanned
characters all pass through these two functions.
"""

from collections.abc import Sequence

import cv2
import numpy as np

from handpad.ink import MISFIT, TINIEST, Box, Guide, bounding_box

SIZE = 28
"""Side of a glyph in pixels."""

VERSION = 1
"""Version of this preprocessing; a model records the one it was trained with."""

LONG_SIDE = 48
"""Length in pixels of the longer side of a rasterised character, pen path only: about that of NIST SD19."""

PEN_WIDTH = 4
"""Pen width in pixels at LONG_SIDE, the same for a tiny and a huge character."""

MOST_DRAWN = 100_000
"""Of a character with more points, each stroke is drawn with its share of so many."""

_SUBPIXEL_BITS = 4


def rasterize(strokes: Sequence[np.ndarray], pen_width: int = PEN_WIDTH) -> np.ndarray:
    """Draw checked ink as an offline image: uint8 (h, w), ink 255 on 0, longer side about LONG_SIDE pixels.

    The character is scaled by its longer side, so its size and place leave no trace; pen_width is in pixels
    of that scale. A single point, or ink without any extent, becomes a round dot.
    """
    box = bounding_box(strokes)
    extent = max(box.width, box.height)
    scale = LONG_SIDE / extent if extent > TINIEST else 0.0
    margin = pen_width
    image = np.zeros((round(box.height * scale) + 2 * margin + 1, round(box.width * scale) + 2 * margin + 1), np.uint8)
    origin = np.array([box.left, box.top])
    unit = 1 << _SUBPIXEL_BITS
    for stroke in _thinned(strokes):
        points = (stroke[:, :2] - origin) * scale + margin
        fixed = np.rint(points * unit).astype(np.int32)
        if len(fixed) == 1 or (fixed == fixed[0]).all():
            cv2.circle(image, fixed[0].tolist(), pen_width * unit // 2, 255, -1, cv2.LINE_AA, _SUBPIXEL_BITS)
        else:
            cv2.polylines(image, [fixed], False, 255, pen_width, cv2.LINE_AA, _SUBPIXEL_BITS)
    return image


def _thinned(strokes: Sequence[np.ndarray]) -> Sequence[np.ndarray]:
    """The strokes, with fewer points if no image of this size can tell so many apart; their ends stay."""
    if sum(map(len, strokes)) <= MOST_DRAWN:
        return strokes
    share = max(2, MOST_DRAWN // len(strokes))
    return [
        stroke if len(stroke) <= share else stroke[np.linspace(0, len(stroke) - 1, share).astype(int)]
        for stroke in strokes
    ]


def glyph_from_image(image: np.ndarray) -> np.ndarray:
    """Offline image of one character to its glyph: crop, blur, square, resize (paper, section 4.2).

    Parameters
    ----------
    image : uint8 (h, w), ink bright on black.

    Returns
    -------
    uint8 (28, 28), ink bright on black: cropped to the ink with a margin of one pixel, smoothed by a Gaussian
    of standard deviation 1, centred in a square without rescaling, resized by bicubic interpolation. An image
    without ink gives an empty glyph.
    """
    rows = np.flatnonzero(image.any(axis=1))
    if len(rows) == 0:
        return np.zeros((SIZE, SIZE), np.uint8)
    columns = np.flatnonzero(image.any(axis=0))
    ink = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    height, width = ink.shape[0] + 2, ink.shape[1] + 2
    cropped = np.zeros((height, width), np.uint8)
    cropped[1:-1, 1:-1] = ink
    blurred = cv2.GaussianBlur(cropped, (0, 0), 1.0, borderType=cv2.BORDER_CONSTANT)
    side = max(height, width)
    square = np.zeros((side, side), np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = blurred
    return cv2.resize(square, (SIZE, SIZE), interpolation=cv2.INTER_CUBIC)


def glyph(strokes: Sequence[np.ndarray]) -> np.ndarray:
    """The glyph of one character of checked ink: uint8 (28, 28), ink bright on black."""
    return glyph_from_image(rasterize(strokes))


def cues(strokes: Sequence[np.ndarray], guide: Guide | None = None) -> np.ndarray:
    """What the glyph has lost, the character's size and place: float64 (4,), see :func:`cues_of_box`."""
    return cues_of_box(bounding_box(strokes), guide)


def cues_of_box(box: Box, guide: Guide | None = None) -> np.ndarray:
    """The size and place of ink with that bounding box: float64 (4,).

    Returns
    -------
    log height, log width, vertical centre, and 1.0 if measured against a guide else 0.0. With a guide, the
    unit is the x-height and the centre is measured upwards from the baseline. Without one, sizes are in ink
    units and the centre is the negated y, so both grow upwards. A hair-thin side counts as one hundredth
    of the longer one; a single point, and what is next to nothing beside the x-height, as 1/20 of the x-height (with
    a guide) or of one ink unit. Always finite for checked ink.
    """
    unit = guide.x_height if guide else 1.0
    zero = guide.baseline if guide else 0.0
    longest = max(box.width, box.height)
    if longest <= max(unit / MISFIT if guide else 0.0, TINIEST):
        longest = unit / 20
    height = max(box.height, longest / 100) / unit
    width = max(box.width, longest / 100) / unit
    middle = (zero - box.center[1]) / unit
    return np.array([np.log(height), np.log(width), middle, 1.0 if guide else 0.0])
