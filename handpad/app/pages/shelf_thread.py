"""The index of all pages and their thumbnails, in a thread of their own."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThread, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter

from handpad.app.pen_path import PenPath
from handpad.notebook.index import Index
from handpad.notebook.shelf import Shelf
from handpad.page.document import DocumentError, parsed
from handpad.page.page import Page
from handpad.paths import user_cache

log = logging.getLogger(__name__)

WIDTH, HEIGHT = 220, 92
"""Of a thumbnail, in pixels of a screen of usual density; it is drawn twice as fine."""

_FINE = 2
_WIDE_AT_LEAST = 560.0
"""Of a page so much is shown, in page units, so that few words are not blown up."""


class ShelfThread(QObject):
    """Asks the index and draws thumbnails without making the pen wait.

    Signals
    -------
    listed(entries) : all pages, a list of Entry, after every :meth:`refresh`.
    found(query, hits) : what was searched for last.
    pictured(path, changed, image) : a thumbnail of the page as it was at that time.
    progressed(done, every) : pages that were read for the index.
    """

    listed = Signal(object)
    found = Signal(str, object)
    pictured = Signal(object, object, object)
    progressed = Signal(int, int)

    _refresh = Signal()
    _search = Signal(str, object)
    _picture = Signal(object, object, str)
    _close = Signal()

    def __init__(self, shelf: Shelf):
        super().__init__()
        self._worker = worker = _Worker(shelf)
        self._thread = QThread()
        worker.moveToThread(self._thread)
        self._refresh.connect(worker.refresh)
        self._search.connect(worker.search)
        self._picture.connect(worker.picture)
        self._close.connect(worker.close, Qt.ConnectionType.BlockingQueuedConnection)
        worker.listed.connect(self.listed)
        worker.found.connect(self.found)
        worker.pictured.connect(self.pictured)
        worker.progressed.connect(self.progressed)
        self._thread.start(QThread.Priority.LowPriority)

    def refresh(self) -> None:
        """Look at the shelf again; `listed` follows."""
        self._refresh.emit()

    def search(self, query: str, notebook: str | None) -> None:
        """Find pages; `found` follows, unless something else is searched for before."""
        self._worker.wanted = query
        self._search.emit(query, notebook)

    def picture(self, path: Path, changed: int, ink: str) -> None:
        """Draw a thumbnail in a colour; `pictured` follows."""
        self._picture.emit(path, changed, ink)

    def close(self) -> None:
        """End the thread; what is asked for and not done is let go. Closing twice does nothing."""
        if self._thread.isRunning():
            self._worker.ending = True
            self._close.emit()
            self._thread.quit()
            self._thread.wait()


class _Worker(QObject):
    listed = Signal(object)
    found = Signal(str, object)
    pictured = Signal(object, object, object)
    progressed = Signal(int, int)

    def __init__(self, shelf: Shelf):
        super().__init__()
        self._shelf = shelf
        self._index: Index | None = None
        self.wanted = ""
        self.ending = False

    @Slot()
    def refresh(self) -> None:
        if self.ending:
            return
        try:
            entries = self._opened().refresh(self._shelf, self.progressed.emit, lambda: self.ending)
        except Exception:  # a full disk, for instance: without an index one can still write
            log.exception("index of pages")
            self._index = None
            return
        self.listed.emit(entries)

    @Slot(str, object)
    def search(self, query: str, notebook: str | None) -> None:
        if self.ending or query != self.wanted:
            return
        try:
            hits = self._opened().search(query, notebook)
        except Exception:
            log.exception("search")
            self._index, hits = None, []
        self.found.emit(query, hits)

    @Slot(object, object, str)
    def picture(self, path: Path, changed: int, ink: str) -> None:
        if self.ending:
            return
        try:
            page = parsed(path.read_bytes())
        except (OSError, DocumentError) as error:
            log.warning("no thumbnail of %s: %s", path, error)
            page = Page()
        self.pictured.emit(path, changed, thumbnail(page, QColor(ink)))

    @Slot()
    def close(self) -> None:
        if self._index is not None:
            self._index.close()

    def _opened(self) -> Index:
        if self._index is None:
            self._index = Index(user_cache() / "pages.sqlite")
        return self._index


def thumbnail(page: Page, ink: QColor) -> QImage:
    """The upper left of a page's ink on nothing, WIDTH by HEIGHT, twice as fine."""
    image = QImage(WIDTH * _FINE, HEIGHT * _FINE, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    if page.strokes:
        boxes = page.stroke_boxes.values()
        left, top = min(box.left for box in boxes), min(box.top for box in boxes)
        width = max(_WIDE_AT_LEAST, max(box.right for box in boxes) - left)
        scale = WIDTH * _FINE / (width + 24)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(scale, scale)
        painter.translate(12 - left, 12 - top)
        lowest = top + HEIGHT * _FINE / scale
        for number, stroke in sorted(page.strokes.items(), key=lambda one: one[0] not in page.marks):
            if page.stroke_boxes[number].top < lowest:
                PenPath(stroke, page.pen(number)).paint(painter, ink)
        painter.end()
    image.setDevicePixelRatio(_FINE)
    return image
