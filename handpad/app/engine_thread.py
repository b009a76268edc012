"""The engine in its thread: started, asked and ended from the thread of the window."""

import time

from PySide6.QtCore import QObject, Qt, QThread, Signal

from handpad.app.engine import Engine


class EngineThread(QObject):
    """Runs an engine in a thread of its own.

    Attributes
    ----------
    worker : the engine; its signals are the answers. Nothing of it is called from another thread.

    Signals
    -------
    open(options), ask(request), set_word(word, known), consult(Consultation) : emitted by others, to open the
        recogniser with the options of Recognizer, or anew with others, to have a request answered, a word set, or
        something asked.
    """

    open = Signal(object)
    ask = Signal(object)
    set_word = Signal(str, bool)
    consult = Signal(object)

    _finish = Signal(float)
    _close = Signal()

    def __init__(self):
        super().__init__()
        self.worker = worker = Engine()
        self._thread = QThread()
        worker.moveToThread(self._thread)
        self.open.connect(worker.open)
        self.ask.connect(worker.answer)
        self.set_word.connect(worker.set_word)
        self.consult.connect(worker.consult)
        self._finish.connect(worker.finish)
        self._close.connect(worker.close, Qt.ConnectionType.BlockingQueuedConnection)
        self._thread.start()

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
