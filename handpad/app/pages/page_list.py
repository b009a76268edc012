"""The list of pages: thumbnails with name and date, as many as there are, drawn when they come into view."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QImage, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from handpad.app.pages.shelf_thread import HEIGHT, WIDTH
from handpad.app.theme import Theme
from handpad.notebook.index import Entry, Hit

KEPT_PICTURES = 300
_Index = QModelIndex | QPersistentModelIndex
_PADDING, _TEXT_HEIGHT = 10, 44


class PageList(QAbstractListModel):
    """What the drawer lists: pages, or what was found on them.

    Attributes
    ----------
    open_page : the file of the page that is open.

    Signals
    -------
    wanted(path, changed) : a thumbnail that has come into view and is not there yet.
    """

    wanted = Signal(object, object)

    def __init__(self) -> None:
        super().__init__()
        self.open_page: Path | None = None
        self._rows: list[Hit] = []
        self._pictures: OrderedDict[tuple[Path, int], QImage | None] = OrderedDict()

    def show_rows(self, rows: Sequence[Hit]) -> None:
        """List other pages."""
        self.beginResetModel()
        self._rows = list(rows)
        self.endResetModel()

    def hit(self, row: int) -> Hit:
        """The page in a row, with the words that were found on it."""
        return self._rows[row]

    def row_of(self, path: Path) -> int | None:
        """The row of a page's file, if it is listed."""
        return next((row for row, hit in enumerate(self._rows) if hit.entry.file.path == path), None)

    def picture(self, entry: Entry) -> QImage | None:
        """A page's thumbnail; None for now if it has to be drawn."""
        key = (entry.file.path, entry.file.changed)
        if key not in self._pictures:
            self._pictures[key] = None
            self.wanted.emit(*key)
            while len(self._pictures) > KEPT_PICTURES:
                self._pictures.popitem(last=False)
        self._pictures.move_to_end(key)
        return self._pictures[key]

    def take_picture(self, path: Path, changed: int, image: QImage) -> None:
        """A thumbnail has been drawn."""
        self._pictures[path, changed] = image
        row = self.row_of(path)
        if row is not None:
            self.dataChanged.emit(self.index(row), self.index(row))

    def drop_pictures(self) -> None:
        """Have all thumbnails drawn anew, in other colours for instance."""
        self._pictures.clear()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """As Qt asks."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """As Qt asks: the name for people and for screen readers."""
        hit = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return name_of(hit.entry)
        if role == Qt.ItemDataRole.ToolTipRole:
            return str(hit.entry.file.path)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            is_open = ", open now" if hit.entry.file.path == self.open_page else ""
            return f"{name_of(hit.entry)}, {detail_of(hit)}{is_open}"
        return None


class PageDelegate(QStyledItemDelegate):
    """Paints a page of the list: its ink, its name, its date or the words that were found."""

    def __init__(self, model: PageList, theme: Callable[[], Theme]):
        super().__init__()
        self._model, self._theme = model, theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        """As Qt asks."""
        return QSize(WIDTH + 2 * _PADDING, HEIGHT + _TEXT_HEIGHT + 2 * _PADDING)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        """As Qt asks."""
        theme, hit = self._theme(), self._model.hit(index.row())
        card = option.rect.adjusted(4, 4, -4, -4)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_open = hit.entry.file.path == self._model.open_page
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.setPen(QPen(QColor(theme.accent if is_open or chosen else theme.border), 2 if is_open or chosen else 1))
        painter.setBrush(QColor(theme.accent_soft if chosen else theme.paper))
        painter.drawRoundedRect(card, 9, 9)
        picture = self._model.picture(hit.entry)
        if picture is not None:
            painter.drawImage(card.left() + (card.width() - WIDTH) // 2, card.top() + 4, picture)
        font = QFont(option.font)
        font.setPixelSize(14)
        font.setBold(is_open)
        painter.setFont(font)
        painter.setPen(QColor(theme.text))
        text = QRect(card.left() + 10, card.bottom() - _TEXT_HEIGHT, card.width() - 20, 20)
        name = painter.fontMetrics().elidedText(name_of(hit.entry), Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, name)
        font.setPixelSize(12)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(QColor(theme.muted))
        text.translate(0, 20)
        detail = painter.fontMetrics().elidedText(detail_of(hit), Qt.TextElideMode.ElideRight, text.width())
        painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, detail)
        painter.restore()


def name_of(entry: Entry) -> str:
    """What a page is called in the list."""
    if entry.name:
        return entry.name
    return "Without text" if entry.strokes else "Empty page"


def detail_of(hit: Hit) -> str:
    """The words that were found on a page, or when it was written."""
    if hit.words:
        return ", ".join(dict.fromkeys(word.text for word in hit.words))
    return when(hit.entry.file.changed)


def when(changed: int, now: datetime | None = None) -> str:
    """A time in nanoseconds as people say it."""
    now = now or datetime.now()
    then = datetime.fromtimestamp(changed / 1e9)
    days = (now.date() - then.date()).days
    if days <= 1:
        return f"{'Yesterday' if days == 1 else 'Today'} {then:%H:%M}"
    month = f"{then.day} {then:%B}"
    return month if then.year == now.year else f"{month} {then.year}"
