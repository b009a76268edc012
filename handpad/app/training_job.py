"""A base model trained in child processes: prepare, fit, export, one after another.

Each step is a ``handpad-train`` command that prints lines of JSON; PyTorch never enters the app's own process.
"""

import importlib.util
import json
import logging
import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QProcess, QTimer, Signal

log = logging.getLogger(__name__)

NEEDED = ("torch", "sklearn", "PIL", "onnx")
KILL_AFTER_MS = 10_000


def missing_packages() -> list[str]:
    """What of the train extra is not installed; empty if training can start."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


@dataclass(frozen=True)
class Plan:
    """What to train.

    Attributes
    ----------
    dataset, source : name of the data set, and its file or folder.
    network : "handpad" or "paper".
    epochs : how often all characters are seen; None for the network's own recipe.
    folder : where the prepared data, the run and the model are written.
    """

    dataset: str
    source: Path
    network: str
    epochs: int | None
    folder: Path

    @property
    def model(self) -> Path:
        """The folder of the finished model."""
        return self.folder / "model" / f"{self.network}-{self.dataset}"

    def steps(self) -> list[tuple[str, list[str]]]:
        """Every step's name and its ``handpad-train`` arguments."""
        prepared, run = self.folder / "prepared.npz", self.folder / "run"
        fit = ["fit", "--json", self.network, str(prepared), str(run)]
        if self.epochs is not None:
            fit += ["--epochs", str(self.epochs)]
        return [
            ("prepare", ["prepare", "--json", self.dataset, str(self.source), str(prepared)]),
            ("fit", fit),
            ("export", ["export", "--json", str(run), str(prepared), str(self.model)]),
        ]


class TrainingJob(QObject):
    """Runs a plan.

    Signals
    -------
    started(step) : "prepare", "fit" or "export" has begun.
    event(dict) : one line that a step printed, see :mod:`handpad.train.report`.
    finished(folder) : the model lies there.
    failed(sentence) : a step has failed.
    stopped() : it was stopped.
    """

    started = Signal(str)
    event = Signal(object)
    finished = Signal(object)
    failed = Signal(str)
    stopped = Signal()

    def __init__(self, plan: Plan, parent: QObject | None = None):
        super().__init__(parent)
        self.plan = plan
        self._steps = plan.steps()
        self._stopping = False
        self._pending = b""
        self._process = QProcess(self)
        self._process.readyReadStandardOutput.connect(self._read)
        self._process.finished.connect(self._on_finished)
        self._process.errorOccurred.connect(self._on_error)

    @property
    def running(self) -> bool:
        return self._process.state() != QProcess.ProcessState.NotRunning

    def start(self) -> None:
        """Begin with the first step."""
        self.plan.model.parent.mkdir(parents=True, exist_ok=True)
        self._next()

    def stop(self) -> None:
        """Ask the running step to end, as Ctrl-C would; end it after ten seconds if it does not."""
        self._stopping = True
        if not self.running:
            return
        if os.name == "posix":
            os.kill(self._process.processId(), signal.SIGINT)
        else:
            self._process.terminate()
        QTimer.singleShot(KILL_AFTER_MS, self._process, self._process.kill)

    def _next(self) -> None:
        name, arguments = self._steps.pop(0)
        self._pending = b""
        self._process.start(sys.executable, ["-m", "handpad.train.cli", *arguments])
        self.started.emit(name)

    def _read(self) -> None:
        self._pending += bytes(self._process.readAllStandardOutput())
        *lines, self._pending = self._pending.split(b"\n")
        for line in lines:
            try:
                self.event.emit(json.loads(line))
            except ValueError:
                log.warning("training printed what is no JSON: %r", line[:200])

    def _on_finished(self, code: int, status: QProcess.ExitStatus) -> None:
        self._read()
        errors = bytes(self._process.readAllStandardError()).decode(errors="replace").strip()
        if errors:
            log.info("training: %s", errors)
        if self._stopping:
            self.stopped.emit()
        elif status != QProcess.ExitStatus.NormalExit or code != 0:
            self.failed.emit(errors.splitlines()[-1] if errors else "Training ended without saying why.")
        elif self._steps:
            self._next()
        else:
            self.finished.emit(self.plan.model)

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if error == QProcess.ProcessError.FailedToStart:
            self.failed.emit(f"Training could not be started: {self._process.errorString()}.")
