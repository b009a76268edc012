"""A sheet of characters with what they are labelled, so that one sees whether a data set was read as it should be."""

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from handpad.app.theme import Theme

MOST = 400
"""More characters than this fit on no sheet."""

_CELL = 44
_GLYPH = 34


class Sheet(QWidget):
    """Shows as many of its characters as fit, evenly picked."""

    def __init__(self, theme: Theme):
        super().__init__()
        self._theme = theme
        self._glyphs = np.empty((0, 28, 28), np.uint8)
        self._labels: list[str] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(240, 130)
        self.setAccessibleName("A sample of the characters that were read")

    def show_glyphs(self, glyphs: np.ndarray, labels: list[str]) -> None:
        """Show glyphs uint8 (m, 28, 28) with their m labels, in this order."""
        self._glyphs, self._labels = glyphs, labels
        self.setAccessibleDescription(f"{len(labels)} characters, labelled {' '.join(dict.fromkeys(labels))}")
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(14 * _CELL, 300)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._labels:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.85)
        painter.setFont(font)
        painter.setPen(QColor(self._theme.muted))
        text = QFontMetricsF(font).height()
        height = _GLYPH + text + 8
        columns, rows = max(1, int(self.width() / _CELL)), max(1, int(self.height() / height))
        width, height = self.width() / columns, self.height() / rows
        count = min(columns * rows, len(self._labels))
        for place, index in enumerate(np.linspace(0, len(self._labels) - 1, count).round().astype(int)):
            left, top = place % columns * width, place // columns * height
            box = QRectF(left + (width - _GLYPH) / 2, top, _GLYPH, _GLYPH)
            painter.drawImage(box, self._image(self._glyphs[index]))
            below = QRectF(left, box.bottom(), width, text)
            painter.drawText(below, Qt.AlignmentFlag.AlignHCenter, self._labels[index])

    def _image(self, glyph: np.ndarray) -> QImage:
        """The glyph in the colour of ink, as transparent as it is faint."""
        pixels = np.empty((28, 28), np.uint32)
        ink = QColor(self._theme.ink)
        pixels[:] = ink.red() << 16 | ink.green() << 8 | ink.blue()
        pixels |= glyph.astype(np.uint32) << 24
        return QImage(pixels.tobytes(), 28, 28, 28 * 4, QImage.Format.Format_ARGB32).copy()
