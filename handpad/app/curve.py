"""A small line plot in the app's own colours, with its numbers as text for those who cannot see it."""

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QWidget

from handpad.app.theme import Theme


class Curve(QWidget):
    """Shares (0 to 1) over epochs."""

    def __init__(self, title: str, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self._title = title
        self._theme = theme
        self._epochs = 1
        self._values: list[float] = []
        self.setMinimumHeight(170)
        self._describe()

    def clear(self) -> None:
        self._values = []
        self._describe()

    def add(self, value: float, epochs: int) -> None:
        """Add the next epoch's value; epochs is how many there will be."""
        self._values.append(value)
        self._epochs = max(epochs, len(self._values))
        self._describe()

    def _describe(self) -> None:
        spoken = ", ".join(f"{value:.1%}" for value in self._values) or "nothing yet"
        self.setAccessibleName(self._title)
        self.setAccessibleDescription(f"{self._title} after each epoch: {spoken}")
        self.setToolTip(f"{self._title}: {spoken}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(480, 200)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme = self._theme
        plot = QRectF(self.rect()).adjusted(48, 26, -52, -22)
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        painter.setPen(QColor(theme.muted))
        painter.drawText(QRectF(0, 0, self.width(), 20), Qt.AlignmentFlag.AlignLeft, self._title)
        low = max(0.0, (int(min(self._values, default=0.5) * 10) - 1) / 10)
        lines = [low + (1 - low) * step / 4 for step in range(5)]
        for share in lines:
            y = plot.bottom() - (share - low) / (1 - low) * plot.height()
            painter.setPen(QPen(QColor(theme.border), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(QColor(theme.muted))
            box = QRectF(0, y - 8, plot.left() - 8, 16)
            painter.drawText(box, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"{share:.0%}")
        painter.drawText(
            QRectF(plot.left(), plot.bottom() + 4, plot.width(), 16),
            Qt.AlignmentFlag.AlignRight,
            f"epoch {len(self._values)} of {self._epochs}",
        )
        if not self._values:
            return
        step = plot.width() / max(1, self._epochs - 1)
        points = [
            QPointF(plot.left() + index * step, plot.bottom() - (value - low) / (1 - low) * plot.height())
            for index, value in enumerate(self._values)
        ]
        painter.setPen(QPen(QColor(theme.accent), 2))
        painter.drawPolyline(QPolygonF(points))
        painter.setBrush(QColor(theme.accent))
        painter.setPen(Qt.PenStyle.NoPen)
        for point in points:
            painter.drawEllipse(point, 3, 3)
        painter.setPen(QColor(theme.text))
        box = QRectF(points[-1].x() + 8, points[-1].y() - 9, 60, 18)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, f"{self._values[-1]:.1%}")
