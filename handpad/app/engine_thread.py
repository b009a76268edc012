"""The engine in its thread: started, asked and ended from the thread of the window."""

import time

from PySide6.QtCore import QObject, Qt, QThread, Signal

from handpad.app.engine import Engine, Summary


class EngineThread(QObject):
    """Runs an engine in a thread of its own. Emitting a signal asks for the method of Engine of its name.

    Attributes
    ----------
    worker : the engine; its signals are the answers. Nothing of it is called from another thread.
    is_ready : whether the recogniser is open, so that characters can be read and learned.

    Signals
    -------
    read, read_line, read_word, set_word, keep, learn, change : see the methods of Engine.
    ready(profile_id, known_sample_ids, alphabet, summary) : that of the engine, after `is_ready` has become true.
    """

    read = Signal(object)
    read_line = Signal(object)
    read_word = Signal(object, object, str)
    set_word = Signal(str, bool)
    keep = Signal(object)
    learn = Signal(object)
    change = Signal(object, object)
    ready = Signal(str, object, str, object)

    _open = Signal(object)
    _finish = Signal(float)
    _close = Signal()

    def __init__(self):
        super().__init__()
        self.is_ready = False
        self.worker = worker = Engine()
        self._thread = QThread()
        worker.moveToThread(self._thread)
        self._open.connect(worker.open)
        self.read.connect(worker.read)
        self.read_line.connect(worker.read_line)
        self.read_word.connect(worker.read_word)
        self.set_word.connect(worker.set_word)
        self.keep.connect(worker.keep)
        self.learn.connect(worker.learn)
        self.change.connect(worker.change)
        worker.ready.connect(self._on_ready)
        self._finish.connect(worker.finish)
        self._close.connect(worker.close, Qt.ConnectionType.BlockingQueuedConnection)
        self._thread.start()

    def open(self, options: dict) -> None:
        """Open the recogniser with the options of Recognizer, or open it anew with others; `ready` answers."""
        self.is_ready = False
        self._open.emit(options)

    def _on_ready(self, profile: str, known_samples: set[str], alphabet: str, summary: Summary) -> None:
        self.is_ready = True
        self.ready.emit(profile, known_samples, alphabet, summary)

    @property
    def running(self) -> bool:
        """Whether the thread has not been ended yet."""
        return self._thread.isRunning()

    def stop_reading(self) -> None:
        """Let go of all that is to be read, for the thread is closed next."""
        self.worker.ending.set()

    def finish(self, seconds: float) -> None:
        """Learn all corrections, and as many confirmations as there is time for; returns at once."""
        self._finish.emit(time.monotonic() + seconds)

    def close(self) -> set[str]:
        """End the thread when that is done; returns the ids of the samples that were not learned."""
        self._close.emit()
        self._thread.quit()
        self._thread.wait()
        return self.worker.unlearned
