"""How a stroke looks: smooth curves through the midpoints of its points, wider where the pen was pressed.

For display only; recognition reads the raw points.
"""

import math

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

NIB = 2.7
"""Width in logical pixels of a line drawn without pressure."""

_STEP = 0.3


def width_of(pressure: float) -> float:
    """Line width in logical pixels for a pressure of 0 to 1, or NaN where it is not known."""
    if math.isnan(pressure):
        return NIB
    return max(0.9, round(NIB * (0.5 + pressure) / _STEP) * _STEP)


class PenPath:
    """The picture of one stroke, which grows point by point and can be painted at any time.

    Runs of equal width share one path, so that most strokes paint with a few calls.
    """

    def __init__(self, stroke: np.ndarray | None = None):
        self._runs: list[tuple[float, QPainterPath]] = []
        self._last: QPointF | None = None
        self._middle = QPointF()
        self._width = NIB
        self.bounds = QRectF()
        for x, y, pressure, _ in [] if stroke is None else stroke.tolist():
            self.add(x, y, pressure)

    def add(self, x: float, y: float, pressure: float) -> QRectF:
        """Add a point; returns the part of the page that must be painted anew."""
        point = QPointF(x, y)
        if self._last is None:
            self._last = self._middle = point
            self._width = width_of(pressure)
            changed = QRectF(point, point)
        else:
            # Pressure spikes at touch-down: let the width follow it with a short delay.
            target = width_of(pressure)
            self._width += min(0.6, max(-0.6, target - self._width))
            width = round(self._width / _STEP) * _STEP
            middle = (self._last + point) / 2
            if not self._runs or abs(self._runs[-1][0] - width) > 1e-6:
                path = QPainterPath(self._middle)
                self._runs.append((width, path))
            self._runs[-1][1].quadTo(self._last, middle)
            changed = QRectF(self._middle, self._last).normalized().united(QRectF(self._last, point).normalized())
            self._last, self._middle = point, middle
        reach = NIB * 2
        changed = changed.adjusted(-reach, -reach, reach, reach)
        self.bounds = changed if self.bounds.isNull() else self.bounds.united(changed)
        return changed

    def paint(self, painter: QPainter, color: QColor) -> None:
        """Draw the stroke; the painter should be antialiased."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
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
            radius = max(self._width, NIB) * 0.65
            painter.drawEllipse(self._last, radius, radius)


def _pen(color: QColor, width: float) -> QPen:
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
