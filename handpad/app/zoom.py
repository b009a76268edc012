"""How large a page is shown: the one place that maps between the page and the widget that shows it."""

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF

LEAST, MOST = 0.25, 4.0
"""A page unit is shown as that many logical pixels at least, and at most."""

STEP = 1.25
"""A key press shows the page so many times as large."""


@dataclass(frozen=True)
class Zoom:
    """factor : logical pixels of a page unit."""

    factor: float = 1.0

    def times(self, by: float) -> "Zoom":
        """Another zoom, so many times as large as far as there is one."""
        return Zoom(min(max(self.factor * by, LEAST), MOST))

    def on_page(self, point: QPointF) -> QPointF:
        """The point of the page that is shown at a point of the widget."""
        return point / self.factor

    def on_widget(self, point: QPointF) -> QPointF:
        """Where a point of the page is shown."""
        return point * self.factor

    def page_rect(self, rect: QRectF) -> QRectF:
        """The part of the page that is shown in a part of the widget."""
        return QRectF(rect.topLeft() / self.factor, rect.size() / self.factor)

    def widget_rect(self, rect: QRectF) -> QRectF:
        """Where a part of the page is shown."""
        return QRectF(rect.topLeft() * self.factor, rect.size() * self.factor)
