"""Keeps the page on disk, in a thread of its own."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

from handpad.files import clear_left_over, stamp
from handpad.page.document import DocumentError
from handpad.page.page import Page
from handpad.page.page_file import keep_page, save_page
from handpad.page.rescue import note_elsewhere, open_page, pages_folder, rescue

log = logging.getLogger(__name__)

SAVE_AFTER_MS = 200
"""A changed page is written this long after its first unsaved change."""

RETRY_MS = 5000
"""After so long a page that could not be written is tried again."""


class Autosave(QObject):
    """Writes the page that it was last given, soon and again until it is on disk.

    Attributes
    ----------
    page : the page.
    path : the file that it is kept in.
    problem : a sentence that says why the page could not be saved when it was last tried; "" if it could.
    given_up : the user wants what is not on disk to be lost when the page is closed.

    Signals
    -------
    trouble(str) : a sentence for the user.
    kept(problem) : it was tried to save the page; problem is "" if it is on disk.
    """

    trouble = Signal(str)
    kept = Signal(str)

    _save = Signal(object, object)
    _finish = Signal()

    def __init__(self, path: Path):
        super().__init__()
        self.page = Page()
        self.path = path
        self.problem = ""
        self._home = path
        self._on_disk = self.page
        self._writing: tuple[Page, Path] | None = None
        self.given_up = False
        self._save_timer = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS)
        self._save_timer.timeout.connect(self._save_now)
        self._retry_timer = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry_timer.timeout.connect(self._save_now)
        self._saver = _Saver()
        self._thread = QThread()
        self._saver.moveToThread(self._thread)
        self._save.connect(self._saver.save)
        self._saver.done.connect(self._on_saved)
        self._finish.connect(self._saver.finish, Qt.ConnectionType.BlockingQueuedConnection)
        self._thread.start()

    def load(self) -> Page:
        """The page of the last time. A page that cannot be read is put aside, never overwritten."""
        clear_left_over(self._home.parent, self._home.name)
        clear_left_over(pages_folder(self._home), "*.inkml")
        loaded = open_page(self._home)
        self.path = loaded.path
        if loaded.notice:
            self.trouble.emit(loaded.notice)
        self._on_disk = loaded.page if loaded.written else Page()
        return loaded.page

    def hold(self, page: Page) -> None:
        """Have another page on disk soon."""
        self.page = page
        if page is not self._on_disk and not self._save_timer.isActive():
            self._save_timer.start()

    def keep(self) -> Path:
        """Write the page to a file of its own too, in the folder `pages`; returns that file when it is on disk.

        Raises DocumentError if it cannot be written there.
        """
        return keep_page(self.page, pages_folder(self._home) / f"{stamp()}.inkml")

    @property
    def unsaved_strokes(self) -> int:
        """How many strokes of the page are not on disk."""
        return sum(self._on_disk.strokes.get(number) is not stroke for number, stroke in self.page.strokes.items())

    def save(self) -> bool:
        """Write the page now if it is not on disk, and return whether it is then, or closed."""
        if not self._thread.isRunning():
            return True
        self._finish.emit()
        self._writing = None  # the saver has answered, but that is not delivered while this goes on
        if self.page is not self._on_disk:
            self._settle(self.page, _written(self.page, self.path))
        return self.page is self._on_disk

    def save_elsewhere(self, path: Path) -> None:
        """Keep the page in another file from now on, and remember it for the next start.

        Raises DocumentError, with nothing changed, if it cannot be written there either.
        """
        page = self.page
        save_page(page, path)
        note_elsewhere(self._home, path)
        self.path, self._writing = path, None
        self._settle(page, "")

    def close(self) -> None:
        """Return when the page is on disk: in its file, or else in the first place that takes it."""
        if not self.save() and not self.given_up:
            try:
                log.warning("the page was kept as %s", rescue(self.page, self._home))
            except DocumentError:
                log.exception("rescue")
        self._save_timer.stop()
        self._retry_timer.stop()
        self._thread.quit()
        self._thread.wait()

    def _save_now(self) -> None:
        if self._writing is None and self.page is not self._on_disk:  # otherwise the saver's answer goes on with it
            self._writing = (self.page, self.path)
            self._save.emit(self.page, self.path)

    def _on_saved(self, page: Page, path: Path, problem: str) -> None:
        if self._writing is not None and page is self._writing[0] and path == self._writing[1]:
            self._writing = None
            self._settle(page, problem)

    def _settle(self, page: Page, problem: str) -> None:
        """A page is on disk, or could not be written."""
        self.problem = problem
        if not problem:
            self._on_disk = page
        if self.page is not self._on_disk:
            (self._retry_timer if problem else self._save_timer).start()
        self.kept.emit(problem)


class _Saver(QObject):
    """Writes pages. `done(page, path, problem)` answers each: problem is "", or a sentence for the user."""

    done = Signal(object, object, str)

    @Slot(object, object)
    def save(self, page: Page, path: Path) -> None:
        """Write the page to path."""
        self.done.emit(page, path, _written(page, path))

    @Slot()
    def finish(self) -> None:
        """Return when all that was asked for before has been written: calls are taken one after another."""


def _written(page: Page, path: Path) -> str:
    """Write the page to path; "" when it is on disk, otherwise a sentence that says why it is not."""
    try:
        save_page(page, path)
    except DocumentError as error:
        log.warning("%s", error)
        return str(error)
    except Exception as error:  # of a kind nobody thought of: it must not pass for saved
        log.exception("save")
        return f"The page could not be saved to {path} ({error})."
    return ""
