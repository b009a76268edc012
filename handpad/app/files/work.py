"""Long work that a line above the text tells of, with a way to stop it; the pen writes on meanwhile."""

from collections import deque
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton

from handpad.app.background import Task
from handpad.errors import HandpadError

SHOWN_AFTER_MS = 300
"""Work that takes less time than that is not told of."""

_LOOK_MS = 100


class Stopped(HandpadError):
    """The user has stopped the work."""


class Work:
    """How far some work is; written by its thread, read by the window's.

    Attributes
    ----------
    title : what is being done, as a sentence without its end. done, total : how much of how much.
    stopped : it is to end soon.
    """

    def __init__(self, title: str):
        self.title = title
        self.done = self.total = 0
        self.stopped = False

    def tell(self, done: int, total: int) -> None:
        """Note how far it is. Raises Stopped when it is to end."""
        self.done, self.total = done, total
        if self.stopped:
            raise Stopped("Stopped.")


class WorkLine(QFrame):
    """Does one work after another, and shows the one that is being done.

    Attributes
    ----------
    sentence, bar, stop : what is shown; the button ends the work.
    """

    def __init__(self):
        super().__init__(objectName="banner")
        self.sentence = QLabel()
        self.bar = QProgressBar(textVisible=False, maximumWidth=220)
        self.bar.setFixedHeight(8)
        self.stop = QPushButton("Stop", flat=True)
        self.stop.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.stop.clicked.connect(self._stop)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 6, 12, 6)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.bar)
        row.addWidget(self.stop)
        self._work: Work | None = None
        self._waiting: deque[Callable[[], None]] = deque()
        self._show_later = QTimer(self, singleShot=True, interval=SHOWN_AFTER_MS)
        self._show_later.timeout.connect(self.show)
        self._look = QTimer(self, interval=_LOOK_MS)
        self._look.timeout.connect(self._tell)
        self.hide()

    @property
    def busy(self) -> bool:
        """Whether anything is being done."""
        return self._work is not None

    def do(
        self, title: str, function: Callable[[Work], Any], then: Callable[[Any], None], failed: Callable[[str], None]
    ) -> None:
        """Call a function in a thread of its own, after those before; then its result, or failed with a sentence.

        If it is stopped, neither is called.
        """
        self._waiting.append(lambda: self._begin(Work(title), function, then, failed))
        if not self.busy:
            self._next()

    def end(self) -> None:
        """Stop what is being done, and let go what waits: the window closes."""
        self._waiting.clear()
        if self._work is not None:
            self._work.stopped = True

    def _begin(self, work: Work, function, then, failed) -> None:
        self._work = work
        task = Task(self, function, work)
        task.done.connect(lambda result: self._ended(work, lambda: then(result)))
        task.failed.connect(lambda sentence: self._ended(work, lambda: failed(sentence)))
        self._tell()
        self._show_later.start()
        self._look.start()
        task.start()

    def _ended(self, work: Work, tell: Callable[[], None]) -> None:
        self._work = None
        self._show_later.stop()
        self._look.stop()
        self.hide()
        self.stop.setEnabled(True)
        if not work.stopped:
            tell()
        self._next()

    def _next(self) -> None:
        if self._waiting and not self.busy:
            self._waiting.popleft()()

    def _stop(self) -> None:
        if self._work is not None:
            self._work.stopped = True
            self.stop.setEnabled(False)

    def _tell(self) -> None:
        work = self._work
        if work is not None:
            several = work.total > 1
            self.sentence.setText(
                f"{work.title}: {work.done + 1:,} of {work.total:,}" if several else f"{work.title} …"
            )
            self.bar.setRange(0, work.total if several else 0)
            self.bar.setValue(work.done)
