"""Keeps the page on disk, in a thread of its own, and notices when another program changes its file."""

import logging
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal, Slot

from handpad.files import clear_left_over, put_aside
from handpad.page.document import DocumentError, from_inkml
from handpad.page.page import Page
from handpad.page.page_file import save_page
from handpad.page.rescue import note_elsewhere, open_page, pages_folder, rescue

log = logging.getLogger(__name__)

SAVE_AFTER_MS = 200
"""A changed page is written this long after its first unsaved change."""

RETRY_MS = 5000
"""After so long a page that could not be written is tried again."""

WATCH_MS = 2000
"""So often it is looked whether another program has changed the file."""

MERGES = 5
"""So many times in a row a file that somebody else keeps changing is merged before it is closed."""


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
    changed_elsewhere(base, theirs) : another program has changed the file from base, a Page, to theirs; what comes of
        both is to be held.
    """

    trouble = Signal(str)
    kept = Signal(str)
    changed_elsewhere = Signal(object, object)

    _save = Signal(object, object, object)
    _look = Signal(object, object)
    _finish = Signal()

    def __init__(self, path: Path):
        super().__init__()
        self.page = Page()
        self.path = path
        self.problem = ""
        self._home = path
        self._on_disk = self.page
        self._file_state: FileState = None  # of the file with that page
        self._writing: tuple[Page, Path] | None = None
        self.given_up = False
        self._save_timer = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS)
        self._save_timer.timeout.connect(self._save_now)
        self._retry_timer = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry_timer.timeout.connect(self._save_now)
        self._watch_timer = QTimer(self, interval=WATCH_MS)
        self._watch_timer.timeout.connect(self._look_at_file)
        self._saver = _Saver()
        self._thread = QThread()
        self._saver.moveToThread(self._thread)
        self._save.connect(self._saver.save)
        self._saver.done.connect(self._on_saved)
        self._look.connect(self._saver.look)
        self._saver.found.connect(self._on_found)
        self._finish.connect(self._saver.finish, Qt.ConnectionType.BlockingQueuedConnection)
        self._thread.start()

    def load(self) -> Page:
        """The page of the last time. A page that cannot be read is put aside, never overwritten."""
        clear_left_over(self._home.parent, self._home.name)
        clear_left_over(pages_folder(self._home), "*.inkml")
        return self._opened(1)

    def open(self, path: Path, first_stroke: int) -> Page:
        """Keep another page from now on, which lies in path or is to; the one before has to be on disk.

        first_stroke : the number that its first stroke gets, the others following.
        """
        self.page, self._home, self._writing = Page(), path, None
        self._save_timer.stop()
        self._retry_timer.stop()
        return self._opened(first_stroke)

    def _opened(self, first_stroke: int) -> Page:
        loaded = open_page(self._home)
        self.path, self._file_state = loaded.path, _state(loaded.path)
        if loaded.notice:
            self.trouble.emit(loaded.notice)
        page = loaded.page
        if page.strokes and min(page.strokes) < first_stroke:
            page = page.renumbered(first_stroke)
        self._on_disk = page if loaded.written else Page()
        self._watch_timer.start()
        return page

    def hold(self, page: Page) -> None:
        """Have another page on disk soon."""
        self.page = page
        if page is not self._on_disk and not self._save_timer.isActive():
            self._save_timer.start()

    @property
    def unsaved_strokes(self) -> int:
        """How many strokes of the page are not on disk."""
        return sum(self._on_disk.strokes.get(number) is not stroke for number, stroke in self.page.strokes.items())

    def save(self) -> bool:
        """Write the page now if it is not on disk, and return whether it is then, or closed."""
        if not self._thread.isRunning():
            return True
        self._finish.emit()
        if self._writing is not None and self._saver.last is not None:
            self._on_saved(*self._saver.last)  # which is not delivered while this goes on
        self._writing = None
        for _ in range(MERGES):
            if self.page is self._on_disk:
                break
            page, outcome = self.page, _written(self.page, self.path, self._file_state)
            self._take(page, outcome)
            if outcome.theirs is None:
                break
        return self.page is self._on_disk

    def save_elsewhere(self, path: Path) -> None:
        """Keep the page in another file from now on, and remember it for the next start.

        Raises DocumentError, with nothing changed, if it cannot be written there either.
        """
        page = self.page
        save_page(page, path)
        note_elsewhere(self._home, path)
        self.path, self._writing = path, None
        self._take(page, Outcome("", _state(path)))

    def close(self) -> None:
        """Return when the page is on disk: in its file, or else in the first place that takes it."""
        if not self.save() and not self.given_up:
            try:
                log.warning("the page was kept as %s", rescue(self.page, self._home))
            except DocumentError:
                log.exception("rescue")
        self._save_timer.stop()
        self._retry_timer.stop()
        self._watch_timer.stop()
        self._thread.quit()
        self._thread.wait()

    def _save_now(self) -> None:
        if self._writing is None and self.page is not self._on_disk:  # otherwise the saver's answer goes on with it
            self._writing = (self.page, self.path)
            self._save.emit(self.page, self.path, self._file_state)

    def _look_at_file(self) -> None:
        if self._writing is None:
            self._look.emit(self.path, self._file_state)

    def _on_saved(self, page: Page, path: Path, outcome: "Outcome") -> None:
        if self._writing is not None and page is self._writing[0] and path == self._writing[1]:
            self._writing = None
            self._take(page, outcome)

    def _on_found(self, path: Path, known: "FileState", outcome: "Outcome") -> None:
        if self._writing is None and path == self.path and known == self._file_state:
            self._merge(outcome)

    def _take(self, page: Page, outcome: "Outcome") -> None:
        """A page is on disk, or could not be written, or was not because its file holds another by now."""
        if outcome.theirs is not None:
            self._merge(outcome)
            return
        self.problem, self._file_state = outcome.problem, outcome.state
        if not outcome.problem:
            self._on_disk = page
        if self.page is not self._on_disk:
            (self._retry_timer if outcome.problem else self._save_timer).start()
        self.kept.emit(outcome.problem)

    def _merge(self, outcome: "Outcome") -> None:
        """What another program wrote is on disk now; what comes of it and of the page is written if it differs."""
        base, self._on_disk, self._file_state = self._on_disk, self.page, outcome.state
        self.changed_elsewhere.emit(base, outcome.theirs)
        if self.page is not self._on_disk:
            self._save_timer.start()


FileState = tuple[int, int] | None
"""When a file was changed and how large it is; None while there is none."""


@dataclass(frozen=True)
class Outcome:
    """What came of writing a page: why it could not be written, "" if it was; the state of its file afterwards.

    theirs : what another program wrote to that file since the state that was known of it; then nothing was written.
    """

    problem: str
    state: FileState
    theirs: Page | None = None


class _Saver(QObject):
    """Writes pages. `done(page, path, Outcome)` answers each, `found(path, known, Outcome)` tells of other writers."""

    done = Signal(object, object, object)
    found = Signal(object, object, object)

    last: tuple[Page, Path, Outcome] | None = None
    """What was answered last; read by another thread only after :meth:`finish`."""

    @Slot(object, object, object)
    def save(self, page: Page, path: Path, known: FileState) -> None:
        """Write the page to path, unless that is not in the known state any more."""
        self.last = page, path, _written(page, path, known)
        self.done.emit(*self.last)

    @Slot(object, object)
    def look(self, path: Path, known: FileState) -> None:
        """Tell if another program has written a page to path."""
        now = _state(path)
        if now is not None and now != known:
            theirs = _theirs(path)
            if theirs is not None:
                self.found.emit(path, known, Outcome("", now, theirs))

    @Slot()
    def finish(self) -> None:
        """Return when all that was asked for before has been written: calls are taken one after another."""


def _state(path: Path) -> FileState:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size


def _theirs(path: Path) -> Page | None:
    """The page that another program wrote; None if it is none, or one in the middle of being written."""
    try:
        return from_inkml(path.read_bytes())
    except (OSError, DocumentError) as error:
        log.warning("changed by another program, and cannot be read: %s: %s", path, error)
        return None


def _written(page: Page, path: Path, known: FileState) -> Outcome:
    """Write the page to path, unless another program has written one there since it was in the known state.

    A file that was changed and is no page is put aside first.
    """
    try:
        now = _state(path)
        if now is not None and now != known:
            theirs = _theirs(path)
            if theirs is not None:
                return Outcome("", now, theirs)
            put_aside(path)
        data = save_page(page, path)
        state = _state(path)
        if path.read_bytes() != data:  # another program has written there since: nothing is known of that file
            state = None
    except DocumentError as error:
        log.warning("%s", error)
        return Outcome(str(error), known)
    except Exception as error:  # of a kind nobody thought of: it must not pass for saved
        log.exception("save")
        return Outcome(f"The page could not be saved to {path} ({error}).", known)
    return Outcome("", state)
