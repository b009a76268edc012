"""The mark where the pen or the eraser is over the paper: some systems (Wayland) show no cursor for a pen."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QPainter

from handpad.app.pen_path import color_of, width_of
from handpad.page.pen import Pen


def paint_nib(painter: QPainter, at: QPointF, ink: QColor, pen: Pen, eraser: float | None) -> None:
    """Paint a dot of the pen's colour and width, or a ring of an eraser's radius, in page units; ink: a plain pen's."""
    if eraser is not None:
        painter.setPen(ink)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(at, eraser, eraser)
        return
    color, radius = QColor(color_of(pen, ink)), width_of(0.5, pen) / 2
    color.setAlphaF(0.5)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(color)
    painter.drawEllipse(at, radius, radius)
