"""A small line plot in the app's own colours, with its numbers as text for those who cannot see it."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from handpad.app.theme import Theme

MOST_POINTS = 600
"""A series with more points than this loses every second one."""

_TICKS = 5


class Curve(QWidget):
    """One or two series of values over a common x axis that begins at 0.

    The first series is a plain thin line; the second is strong, with a dot at every value: they differ in shape, not
    only in colour.
    """

    def __init__(self, title: str, x_title: str, series: Sequence[str], as_share: bool, theme: Theme):
        """series are the names for the legend. Shares (0 to 1) are shown in per cent, on an axis that ends at 100."""
        super().__init__()
        self._title = title
        self._x_title = x_title
        self._names = list(series)
        self._as_share = as_share
        self._theme = theme
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 170)
        self.clear()

    def clear(self) -> None:
        """Forget all values."""
        self._points: list[list[tuple[float, float]]] = [[] for _ in self._names]
        self._end = 1.0
        self._describe()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def set_end(self, x: float) -> None:
        """Where the x axis ends, unless values lie beyond."""
        self._end = max(x, 1e-9)
        self.update()

    def add(self, series: int, x: float, y: float) -> None:
        """Add a value at the end of a series. What is no finite number is left out."""
        if not (math.isfinite(x) and math.isfinite(y)):
            return
        points = self._points[series]
        if len(points) >= MOST_POINTS:
            del points[1::2]
        points.append((x, y))
        self._end = max(self._end, x)
        self._describe()

    def _describe(self) -> None:
        last = [
            f"{name} {self._text(points[-1][1])}"
            for name, points in zip(self._names, self._points, strict=True)
            if points
        ]
        spoken = ", ".join(last) or "nothing yet"
        self.setAccessibleName(self._title)
        self.setAccessibleDescription(f"{self._title}: {spoken}")
        self.setToolTip(f"{self._title}: {spoken}")
        self.update()

    def _text(self, value: float) -> str:
        return f"{value:.1%}".replace("%", " %") if self._as_share else f"{value:.2f}"

    def sizeHint(self) -> QSize:
        return QSize(320, 210)

    def _range(self) -> tuple[float, float, float]:
        """Lowest and highest y of the axis, and the step between its lines."""
        values = [y for points in self._points for _, y in points]
        if self._as_share:
            low, high = min([0.9, *values] if values else [0.0]), 1.0
        else:
            low, high = 0.0, max(values, default=1.0) or 1.0
        step = _nice((high - low) / _TICKS)
        return math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step, step

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        font = QFont(self.font())
        font.setPointSizeF(self.font().pointSizeF() * 0.88)
        painter.setFont(font)
        text = QFontMetricsF(font)
        low, high, step = self._range()
        ticks = [low + index * step for index in range(round((high - low) / step) + 1)]
        labels = [f"{tick:.0%}" if self._as_share else f"{tick:.{_decimals(step)}f}" for tick in ticks]
        left = max(text.horizontalAdvance(label) for label in labels) + 10
        right = text.horizontalAdvance("100.0 %") + 12
        plot = QRectF(self.rect()).adjusted(left, 2.6 * text.height() + 6, -right, -2.4 * text.height())
        self._paint_titles(painter, text)

        def at(point: tuple[float, float]) -> QPointF:
            return QPointF(
                plot.left() + point[0] / self._end * plot.width(),
                plot.bottom() - (point[1] - low) / (high - low) * plot.height(),
            )

        for tick, label in zip(ticks, labels, strict=True):
            y = at((0, tick)).y()
            painter.setPen(QPen(QColor(theme.border), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(theme.muted))
            box = QRectF(0, y - text.height() / 2, left - 8, text.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, label)
        self._paint_x_axis(painter, text, plot, at)
        places = []
        for index, points in enumerate(self._points):
            if points:
                self._paint_series(painter, index, [at(point) for point in points])
                places.append((at(points[-1]), self._text(points[-1][1]), index))
        self._paint_last(painter, text, places)

    def _paint_titles(self, painter: QPainter, text: QFontMetricsF) -> None:
        theme, height = self._theme, text.height()
        painter.setPen(QColor(theme.text))
        painter.drawText(QRectF(0, 0, self.width(), height), Qt.AlignmentFlag.AlignLeft, self._title)
        x = 0.0
        for index, name in enumerate(self._names):
            middle = 1.2 * height + height / 2
            self._paint_series(painter, index, [QPointF(x + 1, middle), QPointF(x + 19, middle)])
            painter.setPen(QColor(theme.muted))
            painter.drawText(QRectF(x + 26, 1.2 * height, self.width(), height), Qt.AlignmentFlag.AlignLeft, name)
            x += text.horizontalAdvance(name) + 46

    def _paint_x_axis(self, painter: QPainter, text: QFontMetricsF, plot: QRectF, at) -> None:
        painter.setPen(QColor(self._theme.muted))
        step = max(1.0, _nice(self._end / 6))
        for number in range(int(self._end / step + 1e-9) + 1):
            x = at((number * step, 0)).x()
            box = QRectF(x - 30, plot.bottom() + 5, 60, text.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, f"{number * step:.0f}")
        box = QRectF(plot.left(), plot.bottom() + 5 + 1.1 * text.height(), plot.width(), text.height())
        painter.drawText(box, Qt.AlignmentFlag.AlignHCenter, self._x_title)

    def _color(self, index: int) -> QColor:
        return QColor(self._theme.muted if index == 0 and len(self._names) > 1 else self._theme.accent)

    def _paint_series(self, painter: QPainter, index: int, points: list[QPointF]) -> None:
        color = self._color(index)
        strong = index == 1 or len(self._names) == 1
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(color, 2 if strong else 1.3))
        painter.drawPolyline(QPolygonF(points))
        if strong:
            painter.setBrush(color)
            painter.setPen(Qt.PenStyle.NoPen)
            for point in points:
                painter.drawEllipse(point, 3, 3)

    def _paint_last(self, painter: QPainter, text: QFontMetricsF, places: list[tuple[QPointF, str, int]]) -> None:
        """The last values beside the ends of their lines, apart where they would lie on each other."""
        ys = [point.y() for point, _, _ in places]
        if len(ys) == 2 and abs(ys[0] - ys[1]) < text.height():
            middle, upper = (ys[0] + ys[1]) / 2, 0 if ys[0] <= ys[1] else 1
            ys[upper], ys[1 - upper] = middle - text.height() / 2, middle + text.height() / 2
        for (point, label, index), y in zip(places, ys, strict=True):
            painter.setPen(self._color(index))
            box = QRectF(point.x() + 8, y - text.height() / 2, 100, text.height())
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label)


def _nice(step: float) -> float:
    """The next larger of 1, 2 and 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))


def _decimals(step: float) -> int:
    return max(0, -math.floor(math.log10(step) + 1e-9))
