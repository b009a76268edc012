"""Work in a thread of its own whose result comes back to the thread of the window."""

import logging
import threading
from collections.abc import Callable
from contextlib import suppress

from PySide6.QtCore import QObject, Signal

from handpad.errors import HandpadError

log = logging.getLogger(__name__)


class Task(QObject):
    """Calls a function once, off the pen's thread.

    `done(result)` or `failed(sentence)` follows. A task that nobody waits for any longer does not keep the app from
    ending.
    """

    done = Signal(object)
    failed = Signal(str)

    def __init__(self, parent: QObject, function: Callable, *arguments):
        super().__init__(parent)
        self._call = lambda: function(*arguments)
        self.done.connect(self.deleteLater)
        self.failed.connect(self.deleteLater)

    def start(self) -> None:
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self) -> None:
        with suppress(RuntimeError):  # the window is gone
            try:
                self.done.emit(self._call())
            except HandpadError as error:
                self.failed.emit(str(error))
            except Exception as error:
                log.exception("background")
                self.failed.emit(f"Something went wrong inside Handpad ({error}); the log has the rest.")
