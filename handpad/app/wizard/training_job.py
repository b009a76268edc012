"""``handpad-train`` commands run one after another in child processes; PyTorch never enters the app's own process."""

import importlib.util
import json
import logging
import os
import re
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, QTimer, Signal

from handpad.own_model.training_plan import Command

log = logging.getLogger(__name__)

NEEDED = ("torch", "sklearn", "PIL", "onnx")
KILL_AFTER_MS = 10_000

_FOR_A_TERMINAL = re.compile(r"[:,;] (?:run|make it with) handpad-train[^.]*(?=\.$)")
"""What a command tells to type next: the wizard types for its user."""


def missing_packages() -> list[str]:
    """What of the train extra is not installed; empty if training can start."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


class TrainingJob(QObject):
    """Runs commands in order, with all processors but one and at low priority.

    Signals
    -------
    started(step) : the command of that name has begun.
    told(dict) : one line that it printed, see :mod:`handpad.train.console`.
    finished() : all are done.
    failed(sentence) : one has failed; the rest is not run.
    stopped() : :meth:`stop` has ended it.
    """

    started = Signal(str)
    told = Signal(object)
    finished = Signal()
    failed = Signal(str)
    stopped = Signal()

    def __init__(self, commands: Sequence[Command], parent: QObject | None = None):
        super().__init__(parent)
        self._commands = list(commands)
        self._stopping = False
        self._pending = b""
        self._errors = b""
        self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("OMP_NUM_THREADS", str(max(1, (os.cpu_count() or 1) - 1)))
        self._process.setProcessEnvironment(environment)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.readyReadStandardError.connect(self._read_errors)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)

    @property
    def running(self) -> bool:
        return self._process.state() != QProcess.ProcessState.NotRunning

    def start(self) -> None:
        """Begin with the first command."""
        name, arguments = self._commands.pop(0)
        self._pending = self._errors = b""
        self._process.start(sys.executable, ["-m", "handpad.own_model.training_child", *arguments])
        self.started.emit(name)

    def stop(self) -> None:
        """Ask the running command to end, as Ctrl-C would: it keeps what it has done. The second time, at once."""
        if self.running:
            self._process.write(b"\n")
            if self._stopping:
                QTimer.singleShot(KILL_AFTER_MS, self._process, self._process.kill)
        self._stopping = True

    def kill(self) -> None:
        """End it now; returns when it has ended. What it has finished is on disk, and nothing is half-written."""
        self._stopping = True
        self._process.kill()
        self._process.waitForFinished(KILL_AFTER_MS)

    def _read(self) -> None:
        self._pending += bytes(self._process.readAllStandardOutput())
        *lines, self._pending = self._pending.split(b"\n")
        for line in lines:
            try:
                event = json.loads(line)
            except ValueError:
                log.warning("training printed what is no JSON: %r", line[:200])
                continue
            if isinstance(event, dict):
                self.told.emit(event)

    def _read_errors(self) -> None:
        self._errors = (self._errors + bytes(self._process.readAllStandardError()))[-20_000:]

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        self._read_errors()
        errors = self._errors.decode(errors="replace").strip()
        if errors:
            log.info("training: %s", errors)
        if self._stopping:
            self.stopped.emit()
        elif status != QProcess.ExitStatus.NormalExit or code != 0:
            self.failed.emit(_sentence(code, status == QProcess.ExitStatus.CrashExit, errors))
        elif self._commands:
            self.start()
        else:
            self.finished.emit()

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.failed.emit(f"Training could not be started: {self._process.errorString()}.")


def _sentence(code: int, crashed: bool, errors: str) -> str:
    """What to tell of a command that failed: its own sentence, if it said one."""
    last = errors.splitlines()[-1].strip() if errors else ""
    if crashed:
        with suppress(ValueError):
            if signal.Signals(code) == signal.Signals.SIGKILL:
                return "The system ended the training, most likely for want of memory: close other programs."
        return "Training broke off inside one of the packages it uses; the log has the rest."
    if "MemoryError" in last or "alloc" in last:
        return "There was not enough memory for the training: close other programs and start again."
    if "No space left" in last:
        return "The disk is full: make room and start again."
    if "Traceback (most recent call last)" in errors:
        return f"Training broke off with an unforeseen error ({last}); the log has the rest."
    return _FOR_A_TERMINAL.sub("", last) or "Training ended without saying why."
