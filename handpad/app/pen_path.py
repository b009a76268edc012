"""How a stroke looks: smooth curves through the midpoints of its points, wider where the pen was pressed.

For display only; recognition reads the raw points.
"""

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from handpad.page.pen import COLORS, MARKER, PLAIN, Pen

_ON_DARK = dict(zip(COLORS, ("", "#ff8a80", "#7ab8ff", "#7fd99a", "#ffb75c", "#c9a0ff"), strict=True))
"""What colours are on dark paper; the first is the ink of the theme."""

_MARKERS = dict(zip(COLORS, ("#8a94a6", "#ff6b6b", "#4fa3ff", "#4fd07f", "#ffd400", "#bf80ff"), strict=True))
_SEEN_THROUGH = 0.42

_STEP = 0.3


def width_of(pressure: float, pen: Pen = PLAIN) -> float:
    """Line width in page units for a pressure of 0 to 1, or NaN where it is not known; a highlighter's is one."""
    if pen.highlighter:
        return pen.width * MARKER
    if math.isnan(pressure):
        return pen.width
    return max(0.9, round(pen.width * (0.5 + pressure) / _STEP) * _STEP)


def color_of(pen: Pen, ink: QColor) -> QColor:
    """What a pen's ink looks like where a plain pen's looks like `ink`: on dark paper that is light."""
    if pen.highlighter:
        color = QColor(_MARKERS.get(pen.color, pen.color))
        color.setAlphaF(_SEEN_THROUGH)
        return color
    if pen.color == PLAIN.color:
        return ink
    return QColor(_ON_DARK.get(pen.color, pen.color) if ink.lightness() > 127 else pen.color)


class PenPath:
    """The picture of one stroke, which grows point by point and can be painted at any time.

    Runs of equal width share one path, so that most strokes paint with a few calls.

    Attributes
    ----------
    pen : what it is written with. bounds : all that is painted of it, in page units.
    """

    def __init__(self, stroke: np.ndarray | None = None, pen: Pen = PLAIN):
        self.pen = pen
        self._runs: list[tuple[float, QPainterPath]] = []
        self._last: QPointF | None = None
        self._middle = QPointF()
        self._width = pen.width
        self.bounds = QRectF()
        for x, y, pressure, _ in [] if stroke is None else stroke.tolist():
            self.add(x, y, pressure)

    def add(self, x: float, y: float, pressure: float) -> QRectF:
        """Add a point; returns the part of the page that must be painted anew."""
        point = QPointF(x, y)
        if self._last is None:
            self._last = self._middle = point
            self._width = width_of(pressure, self.pen)
            changed = QRectF(point, point)
        else:
            # Pressure spikes at touch-down: let the width follow it with a short delay.
            target, step = width_of(pressure, self.pen), 0.6 * max(1.0, self.pen.width / PLAIN.width)
            self._width += min(step, max(-step, target - self._width))
            width = round(self._width / _STEP) * _STEP
            middle = (self._last + point) / 2
            if not self._runs or abs(self._runs[-1][0] - width) > 1e-6:
                path = QPainterPath(self._middle)
                self._runs.append((width, path))
            self._runs[-1][1].quadTo(self._last, middle)
            changed = QRectF(self._middle, self._last).normalized().united(QRectF(self._last, point).normalized())
            self._last, self._middle = point, middle
        reach = max(width_of(1.0, self.pen), PLAIN.width) + 2
        changed = changed.adjusted(-reach, -reach, reach, reach)
        self.bounds = changed if self.bounds.isNull() else self.bounds.united(changed)
        return changed

    def paint(self, painter: QPainter, color: QColor) -> None:
        """Draw the stroke in the colour of its pen, color being a plain one's; the painter should be antialiased."""
        alpha, color = color.alphaF(), QColor(color_of(self.pen, color))
        color.setAlphaF(color.alphaF() * alpha if self.pen.highlighter else alpha)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        if self.pen.highlighter and self._runs and self._last is not None:
            path = QPainterPath(self._runs[0][1])
            path.lineTo(self._last)
            painter.setPen(_pen(color, self._runs[0][0]))  # at once: where it crosses itself it is no darker
            painter.drawPath(path)
            return
        for width, path in self._runs:
            painter.setPen(_pen(color, width))
            painter.drawPath(path)
        if self._last is None:
            return
        if self._runs:
            painter.setPen(_pen(color, self._runs[-1][0]))
            painter.drawLine(self._middle, self._last)
        else:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            radius = max(self._width, self.pen.width) * (0.5 if self.pen.highlighter else 0.65)
            painter.drawEllipse(self._last, radius, radius)


def _pen(color: QColor, width: float) -> QPen:
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
