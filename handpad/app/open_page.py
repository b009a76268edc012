"""The page being written: what it is now, what it was before each step, and its file."""

import time
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal

from handpad.app.saver import Saver
from handpad.document import DocumentError, load_page
from handpad.page import Page

SAVE_AFTER_MS = 200
"""A changed page is written this long after its first unsaved change."""

RETRY_MS = 5000
"""After so long a page that could not be written is tried again."""

UNDO_STEPS = 200


class OpenPage(QObject):
    """One page, with the steps that led to it, kept on disk in a thread of its own.

    Attributes
    ----------
    page : the page as it is.

    Signals
    -------
    changed(page) : the page is another.
    trouble(str) : a sentence for the user.
    """

    changed = Signal(object)
    trouble = Signal(str)

    _save = Signal(object, object)
    _finish = Signal()

    def __init__(self, path: Path):
        super().__init__()
        self.page = Page()
        self._path = path
        self._undo: list[Page] = []
        self._redo: list[Page] = []
        self._dirty = False
        self._save_timer = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS)
        self._save_timer.timeout.connect(self._save_now)
        self._saver = Saver()
        self._thread = QThread()
        self._saver.moveToThread(self._thread)
        self._save.connect(self._saver.save)
        self._saver.failed.connect(self._on_save_failed)
        self._finish.connect(self._saver.finish, Qt.ConnectionType.BlockingQueuedConnection)
        self._thread.start()

    def load(self) -> None:
        """Show the page of the last time. A page that cannot be read is put aside, never overwritten."""
        try:
            page, notice = load_page(self._path)
        except DocumentError as error:
            aside = self._path.with_name(f"{self._path.stem}-damaged-{_stamp()}{self._path.suffix}")
            self._path.replace(aside)
            page, notice = Page(), f"{error} It was kept as {aside.name}; this is a new page."
        if notice:
            self.trouble.emit(notice)
        self.page = page
        self.changed.emit(page)

    def show(self, page: Page) -> None:
        """Make another page the one being written; it is on disk soon."""
        self.page = page
        self._dirty = True
        if not self._save_timer.isActive():
            self._save_timer.start()
        self.changed.emit(page)

    def put_aside(self) -> Path:
        """Keep the page as a file of its own too, in the folder `pages` beside the usual one; returns that file."""
        folder = self._path.parent / "pages"
        folder.mkdir(exist_ok=True)
        aside = folder / f"{_stamp()}.inkml"
        self._save.emit(self.page, aside)
        return aside

    # The steps that led to it

    def remember(self) -> None:
        """Before a step: make the page as it is the one that undo comes back to."""
        self._undo = [*self._undo[-UNDO_STEPS + 1 :], self.page]
        self._redo.clear()

    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._undo)

    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return bool(self._redo)

    def undone(self) -> Page:
        """The page before the last step, to be shown now. Raises IndexError if there is none."""
        page = self._undo.pop()
        self._redo.append(self.page)
        return page

    def redone(self) -> Page:
        """The page after the step last taken back, to be shown now. Raises IndexError if there is none."""
        page = self._redo.pop()
        self._undo.append(self.page)
        return page

    def within_reach(self) -> list[Page]:
        """The page and all that undo and redo can bring back."""
        return [self.page, *self._undo, *self._redo]

    # Its file

    def save(self) -> None:
        """Write the page now if it has changed since it was written."""
        if self._dirty:
            self._save_now()

    def close(self) -> None:
        """Return when all that is to be written is on disk."""
        self._finish.emit()
        self._thread.quit()
        self._thread.wait()

    def _save_now(self) -> None:
        self._dirty = False
        self._save.emit(self.page, self._path)

    def _on_save_failed(self, message: str) -> None:
        self._dirty = True
        QTimer.singleShot(RETRY_MS, self._save_timer.start)
        self.trouble.emit(f"{message} Handpad tries again every few seconds.")


def _stamp() -> str:
    return datetime.fromtimestamp(time.time()).strftime("%Y-%m-%d-%H%M%S")
