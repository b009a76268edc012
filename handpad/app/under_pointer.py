"""Which ink lies under a pointer, and which word it means."""

from collections.abc import Callable, Iterable

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from handpad.app.page_view import PageView
from handpad.page.page import Character, Page

DRAWING_REACH = 6.0
"""A point so near to the ink of a drawing is on it: nothing inside a frame is."""

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


def label_at(page: Page, painter: PageView, point: QPointF) -> Character | None:
    """The character whose label lies under a point."""
    for character in painter.characters_near(page, point):
        if character.label and painter.label_rect(page, character).contains(point):
            return character
    return None


def item_at(
    page: Page, painter: PageView, point: QPointF, settled: Callable[[Iterable[int]], bool]
) -> Character | None:
    """The character whose label, or the drawing or character whose settled ink, lies under a point.

    settled : whether strokes of these numbers may be meant by a tap.
    """
    labelled = label_at(page, painter, point)
    if labelled is not None:
        return labelled
    near = painter.characters_near(page, point)
    on = strokes_at(page, point, DRAWING_REACH) & page.drawings - page.marks if page.drawings else set()
    drawing = next((Character(key) for key in page.pictures if on.intersection(s.stroke for s in key)), None)
    for item in ([drawing] if drawing else []) + near:
        box = page.box(item)
        inside = QRectF(box.left, box.top, box.width, box.height).adjusted(-2, -2, 2, 2).contains(point)
        if (inside or item is drawing) and settled(item.strokes):
            return item
    return None


def word_at(
    page: Page, painter: PageView, point: QPointF, settled: Callable[[Iterable[int]], bool]
) -> Character | None:
    """The first character of the settled word in whose band of labels a point lies."""
    row = painter.label_row(page, point)
    for word in page.words(row) if row is not None and row not in page.box_rows else ():
        if painter.word_rect(page, word).contains(point):
            complete = all(character.label for character in word)
            return word[0] if complete and settled(number for c in word for number in c.strokes) else None
    return None
