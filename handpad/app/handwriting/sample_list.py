"""The list of samples: their ink as tiles, as many as there are, fetched when they come into view."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime

import numpy as np
from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QFont, QPainter, QPen, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from handpad.app.handwriting.samples import Row, Samples
from handpad.app.theme import Theme

KEPT_INK = 2000
"""The ink of so many samples is kept for painting."""

TILE = QSize(92, 92)
KINDS = ("corrected", "left", "parted")
"""What the samples of each kind of handpad.handwriting are called on a tile."""

KINDS_SAID = ("corrected by you", "left as it was read", "joined or parted by you")
_Index = QModelIndex | QPersistentModelIndex


class SampleList(QAbstractListModel):
    """The samples that are listed now.

    Signals
    -------
    inked() : ink has come that was not there yet.
    """

    inked = Signal()

    def __init__(self, samples: Samples):
        super().__init__()
        self._samples = samples
        self._rows: list[Row] = []
        self._ink: OrderedDict[str, list[np.ndarray] | None] = OrderedDict()
        self._wanted: list[str] = []
        self._fetch = QTimer(self, singleShot=True, interval=0)
        self._fetch.timeout.connect(self._ask)

    def show_rows(self, rows: Sequence[Row]) -> None:
        """List other samples."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def row(self, index: int) -> Row:
        """The sample at a place of the list."""
        return self._rows[index]

    def place_of(self, sample_id: str) -> int | None:
        """The place of a sample, if it is listed."""
        return next((place for place, row in enumerate(self._rows) if row.id == sample_id), None)

    def ink(self, sample_id: str) -> list[np.ndarray] | None:
        """A sample's strokes; None for now if they have to be fetched."""
        if sample_id not in self._ink:
            self._ink[sample_id] = None
            self._wanted.append(sample_id)
            self._fetch.start()
            while len(self._ink) > KEPT_INK:
                self._ink.popitem(last=False)
        self._ink.move_to_end(sample_id)
        return self._ink[sample_id]

    def forget_ink(self) -> None:
        """Have all ink fetched anew: the profile is another."""
        self._ink.clear()

    def _ask(self) -> None:
        wanted, self._wanted = self._wanted, []
        self._samples.ink(wanted, self._take)

    def _take(self, found: dict[str, list[np.ndarray]]) -> None:
        self._ink.update(found)
        self.inked.emit()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """As Qt asks."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """As Qt asks: the character for people, all of it for screen readers."""
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.label
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            return described(row)
        return None


class SampleDelegate(QStyledItemDelegate):
    """Paints a tile: the ink, the character, how it was learned; doubt by a dashed frame and a mark."""

    def __init__(self, model: SampleList, theme: Callable[[], Theme]):
        super().__init__()
        self._model, self._theme = model, theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """As Qt asks."""
        return TILE

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """As Qt asks."""
        theme, row = self._theme(), self._model.row(index.row())
        tile = QRectF(option.rect).adjusted(3, 3, -3, -3)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        pen = QPen(QColor(theme.accent if chosen or focused else theme.border), 2 if chosen or focused else 1)
        if row.doubt:
            pen = QPen(QColor(theme.danger), 2 if chosen or focused else 1.4, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(QColor(theme.accent_soft if chosen else theme.paper))
        painter.drawRoundedRect(tile, 8, 8)
        ink = self._model.ink(row.id)
        if ink is not None:
            paint_ink(painter, ink, tile.adjusted(10, 8, -10, -26), QColor(theme.muted if row.aside else theme.ink))
        font = QFont(option.font)
        font.setPixelSize(14)
        font.setBold(True)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        line = QRectF(tile.left() + 8, tile.bottom() - 22, tile.width() - 16, 18)
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, row.label)
        font.setPixelSize(11)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(theme.muted))
        kind = "aside" if row.aside else KINDS[row.kind]
        painter.drawText(line, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, kind)
        if row.decides:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawEllipse(QPointF(tile.left() + 10, tile.top() + 10), 3, 3)
        if row.doubt:
            font.setPixelSize(14)
            font.setBold(True)
            painter.setFont(font)
            painter.setPen(QColor(theme.danger))
            corner = QRectF(tile.right() - 20, tile.top() + 2, 16, 18)
            painter.drawText(corner, Qt.AlignmentFlag.AlignCenter, "?")
        painter.restore()


def paint_ink(painter: QPainter, ink: Sequence[np.ndarray], box: QRectF, color: QColor) -> None:
    """Draw strokes as large as a box allows, in their own proportions."""
    points = np.concatenate([stroke[:, :2] for stroke in ink])
    low, high = points.min(axis=0), points.max(axis=0)
    size = np.maximum(high - low, 1e-9)
    scale = min(box.width() / size[0], box.height() / size[1])
    if not np.isfinite(scale) or scale * max(size) < 4:  # a dot
        scale = 0.0
    middle = (low + high) / 2
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(color, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
    for stroke in ink:
        at = (stroke[:, :2] - middle) * scale + (box.center().x(), box.center().y())
        line = QPolygonF([QPointF(x, y) for x, y in at.tolist()])
        if line.count() == 1 or scale == 0.0:
            painter.drawPoint(line.first())
        else:
            painter.drawPolyline(line)


def described(row: Row) -> str:
    """All that a tile shows, in words."""
    parts = [f"\u201c{row.label}\u201d", KINDS_SAID[row.kind], when(row.created)]
    if row.shown and row.shown != row.label:
        parts.append(f"was read as \u201c{row.shown}\u201d")
    if row.decides:
        parts.append("decides now")
    if row.aside:
        parts.append("set aside")
    if row.doubt:
        parts.append(f"doubtful: {row.doubt}")
    return ", ".join(parts)


def when(created: float) -> str:
    """A time in seconds since 1970 as people say it."""
    then = datetime.fromtimestamp(created)
    return f"{then.day} {then:%B %Y}"
