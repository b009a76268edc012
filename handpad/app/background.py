"""Work in a thread of its own whose result comes back to the thread of the window."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, Qt, Signal, Slot

from handpad.errors import HandpadError

log = logging.getLogger(__name__)


class Task(QObject):
    """Calls a function once, off the pen's thread.

    `done(result)` or `failed(sentence)` follows. A task that nobody waits for any longer does not keep the app from
    ending.
    """

    done = Signal(object)
    failed = Signal(str)

    _ended = Signal()

    def __init__(self, parent: QObject, function: Callable, *arguments):
        super().__init__(parent)
        self._call = lambda: function(*arguments)
        self._result = None
        self._sentence = ""
        self._ended.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        # The result stays here until the window's thread takes it: an object sent by a signal from a thread that is
        # not Qt's own can arrive as None.
        try:
            self._result = self._call()
        except HandpadError as error:
            self._sentence = str(error)
        except Exception as error:
            log.exception("background")
            self._sentence = f"Something went wrong inside Handpad ({error}); the log has the rest."
        with suppress(RuntimeError):  # the window is gone
            self._ended.emit()

    @Slot()
    def _deliver(self) -> None:
        if self._sentence:
            self.failed.emit(self._sentence)
        else:
            self.done.emit(self._result)
        self.deleteLater()
