"""Which ink lies under a pointer, and which word it means."""

import numpy as np
from PySide6.QtCore import QPointF

from handpad.page.page import Character, Page

NEAR = 1.2
"""A point so many x-heights beside a word still means the word, if no other is nearer."""


def strokes_at(page: Page, point: QPointF, reach: float) -> set[int]:
    """The numbers of the strokes that pass a point within so many page units."""
    center = np.array([point.x(), point.y()])
    found = set()
    for number, box in page.stroke_boxes.items():
        near = box.left - reach <= center[0] <= box.right + reach and box.top - reach <= center[1] <= box.bottom + reach
        if near and _distance(page.strokes[number][:, :2], center) <= reach:
            found.add(number)
    return found


def _distance(points: np.ndarray, center: np.ndarray) -> float:
    """Distance from a point to a polyline (n, 2)."""
    if len(points) == 1:
        return float(np.hypot(*(points[0] - center)))
    start, step = points[:-1], np.diff(points, axis=0)
    length = np.maximum((step**2).sum(axis=1), 1e-12)
    share = np.clip(((center - start) * step).sum(axis=1) / length, 0, 1)
    return float(np.sqrt((((start + share[:, None] * step) - center) ** 2).sum(axis=1).min()))


def word_near(page: Page, point: QPointF) -> Character | None:
    """The first character of the word that a point lies in or beside, gaps between its letters included.

    None on lines of boxes, and where no word that was read is near.
    """
    ruling = page.ruling
    row = ruling.row(point.y())
    if row in page.box_rows:
        return None
    best: tuple[float, Character | None] = NEAR * ruling.x_height, None
    for word in page.words(row):
        boxes = [page.box(character) for character in word]
        left, right = min(box.left for box in boxes), max(box.right for box in boxes)
        away = max(left - point.x(), point.x() - right, 0.0)
        if away < best[0] and all(character.label for character in word):
            best = away, word[0]
    return best[1]
