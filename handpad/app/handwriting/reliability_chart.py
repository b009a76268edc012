"""How far each classifier can be trusted when it says a character: a table of bars with their numbers."""

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from handpad.app.theme import Theme
from handpad.insight.figures import BASE, DEFAULT, SEQUENCE, Insight, Reliability
from handpad.insight.words import reliability_sentences

FEW_ROWS = 12
FEWEST_SAID = 3
"""A character that no classifier has said so often is left to the text."""

_SHORT = {BASE: "base", DEFAULT: "Hand-\npad", SEQUENCE: "se-\nquence"}


class ReliabilityChart(QWidget):
    """A row for each character, the least reliable first; a column for each classifier: its per cent over a bar."""

    def __init__(self, theme: Theme):
        super().__init__()
        self._theme = theme
        self._columns: tuple[str, ...] = ()
        self._rows: list[tuple[str, dict[str, Reliability]]] = []
        self.shows_all = False
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("How far each classifier can be trusted")

    def show_insight(self, found: Insight) -> None:
        """Show the figures of an insight."""
        by_label: dict[str, dict[str, Reliability]] = {}
        for one in found.reliabilities:
            by_label.setdefault(one.label, {})[one.classifier] = one
        rows = [
            (label, own)
            for label, own in by_label.items()
            if max(one.right + one.wrong for one in own.values()) >= FEWEST_SAID
        ]
        self._rows = sorted(rows, key=lambda row: row[1][BASE].mean if BASE in row[1] else 0.5)
        self._columns = found.classifiers
        self.setAccessibleDescription(" ".join(reliability_sentences(found.reliabilities, found.classifiers)))
        self._resize()

    @property
    def rows(self) -> int:
        """How many characters there are to show."""
        return len(self._rows)

    def show_all(self, shown: bool) -> None:
        """Show every character, or the least reliable ones."""
        self.shows_all = shown
        self._resize()

    def set_theme(self, theme: Theme) -> None:
        """Draw it in the colours of a theme."""
        self._theme = theme
        self.update()

    def _shown(self) -> list[tuple[str, dict[str, Reliability]]]:
        return self._rows if self.shows_all else self._rows[:FEW_ROWS]

    def _line(self) -> float:
        return QFontMetricsF(self._font()).height()

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(11)
        return font

    def _resize(self) -> None:
        self.setFixedHeight(round(self._head() + len(self._shown()) * self._pitch()) + 2 if self._rows else 0)
        self.update()

    def _head(self) -> float:
        return 3.4 * self._line()

    def _pitch(self) -> float:
        return self._line() + 9

    def sizeHint(self) -> QSize:
        """As Qt asks."""
        return QSize(330, self.height())

    def paintEvent(self, event: QPaintEvent) -> None:
        """As Qt asks."""
        if not self._columns:
            return
        painter, theme = QPainter(self), self._theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(self._font())
        left = 22.0
        width = (self.width() - left) / len(self._columns)
        center = Qt.AlignmentFlag.AlignCenter
        painter.setPen(QColor(theme.muted))
        nearest = [place for place, name in enumerate(self._columns) if "nearest" in name]
        if nearest:
            span = QRectF(left + nearest[0] * width, 0, len(nearest) * width, self._line())
            painter.drawText(span, center, "nearest styles")
            painter.setPen(QPen(QColor(theme.border), 1))
            painter.drawLine(span.bottomLeft(), span.bottomRight())
            painter.setPen(QColor(theme.muted))
        for place, name in enumerate(self._columns):
            said = _SHORT.get(name, name.split()[0])
            box = QRectF(left + place * width, self._line(), width, 2.2 * self._line())
            painter.drawText(box, center, said)
        for number, (label, own) in enumerate(self._shown()):
            top = self._head() + number * self._pitch()
            painter.setPen(QColor(theme.text))
            painter.drawText(QRectF(0, top, left, self._pitch()), center, label)
            for place, name in enumerate(self._columns):
                cell = QRectF(left + place * width, top, width, self._pitch()).adjusted(3, 1, -3, -2)
                self._paint_cell(painter, cell, own.get(name))

    def _paint_cell(self, painter: QPainter, cell: QRectF, one: Reliability | None) -> None:
        theme = self._theme
        if one is None:
            return
        bar = QRectF(cell.left(), cell.bottom() - 3, cell.width(), 3)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.border))
        painter.drawRect(bar)
        painter.setBrush(QColor(theme.accent))
        painter.drawRect(QRectF(bar.left(), bar.top(), bar.width() * one.mean, bar.height()))
        painter.setPen(QColor(theme.text))
        painter.drawText(cell.adjusted(0, 0, 0, -3), Qt.AlignmentFlag.AlignCenter, f"{100 * one.mean:.0f}")
