"""The eraser over the paper: what it has passed while it is down, whole strokes or only what it touches."""

import numpy as np
from PySide6.QtCore import QPointF, QRectF

from handpad.app.page_view import View
from handpad.app.pen_path import width_of
from handpad.page.page import Page
from handpad.page.rubbing import left_of

SIZES = (4.0, 7.0, 18.0)
"""Radius of the erasers on offer, in logical pixels."""


class Rubber:
    """An eraser; what it is about to remove is shown by the view.

    Attributes
    ----------
    radius : in logical pixels. by_point : whether it removes only what it touches, and not the whole stroke.
    """

    def __init__(self) -> None:
        self.radius = SIZES[1]
        self.by_point = False
        self._at: QPointF | None = None

    def rub(self, page: Page, view: View, point: QPointF, radius: float) -> list[QRectF]:
        """Go on to a point of the page; radius in page units. Returns the parts of the page that look otherwise now."""
        before, self._at = self._at or point, point
        start, end = (np.array(place.toTuple()) for place in (before, point))
        way = QRectF(before, point).normalized().adjusted(-radius, -radius, radius, radius)
        changed = []
        for number, box in page.stroke_boxes.items():
            near = box.left <= way.right() and way.left() <= box.right
            near = near and box.top <= way.bottom() and way.top() <= box.bottom
            if not near or number in view.faded:
                continue
            pieces = view.rubbed.get(number, [page.strokes[number]])
            left = [piece for each in pieces for piece in left_of(each, start, end, radius)]
            if len(left) == len(pieces) and all(one is other for one, other in zip(left, pieces, strict=True)):
                continue
            if self.by_point:
                view.rubbed[number] = left
            else:
                view.faded.add(number)
            reach = width_of(1.0, page.pen(number)) + 4
            changed.append(QRectF(box.left, box.top, box.width, box.height).adjusted(-reach, -reach, reach, reach))
        return changed

    def lift(self, view: View) -> tuple[set[int], dict[int, list[np.ndarray]]]:
        """It goes up: the numbers of the strokes to be erased, and what is left of those that it only touched."""
        gone, left = view.faded | view.rubbed.keys(), view.rubbed
        view.faded, view.rubbed, self._at = set(), {}, None
        return gone, left
