"""The wizard that trains a base model from the user's own download, step by step, while writing goes on."""

import time
from datetime import datetime
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QImage, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from handpad.app.curve import Curve
from handpad.app.theme import Theme
from handpad.app.training_job import Plan, TrainingJob, missing_packages
from handpad.errors import HandpadError
from handpad.installed import install_model

SOURCES = {
    "nist": ("NIST Special Database 19, second edition", "by_class.zip (with by_write.zip beside it), from NIST"),
    "deepwriting": ("DeepWriting", "deepwriting_training.npz, from ETH Zurich"),
    "unipen": ("UNIPEN train_r01_v07", "unipen_train_r01_v07.tar.xz, record 1195803 at Zenodo"),
    "uji": ("UJI Pen Characters", "uji_pen_characters_v1, from the UCI repository"),
    "idx": ("EMNIST or QMNIST", "the folder with its idx files, plain or gz, from NIST"),
    "folder": ("Your own images", "a folder or zip of <i>writer</i>/<i>character</i>/*.png, dark on light"),
    "profile": ("Handpad profiles", "a folder of .handpad files of several writers"),
}
"""What the wizard offers: each data set's name, and the file to get."""

STEPS = {"prepare": "Reading the data", "fit": "Training", "export": "Writing the model"}

BUDGETS = (("A first try: 3 rounds through the data", 3), ("In full, as recommended", None))

_SHEET = (6, 20)


class DropArea(QFrame):
    """Takes a dropped file or folder. `chosen` carries its path."""

    chosen = Signal(object)

    def __init__(self):
        super().__init__(objectName="drop", acceptDrops=True)
        prompt = QLabel("Drop the downloaded file here")
        prompt.setAlignment(Qt.AlignmentFlag.AlignCenter)
        file_button = QPushButton("Choose a file …")
        file_button.clicked.connect(self._ask_file)
        folder_button = QPushButton("Choose a folder …")
        folder_button.clicked.connect(self._ask_folder)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(file_button)
        row.addWidget(folder_button)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(20, 26, 20, 26)
        layout.addWidget(prompt)
        layout.addLayout(row)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.chosen.emit(Path(paths[0]))

    def _ask_file(self) -> None:
        name, _ = QFileDialog.getOpenFileName(self, "Choose a data set")
        if name:
            self.chosen.emit(Path(name))

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Choose the folder of a data set")
        if name:
            self.chosen.emit(Path(name))


class Wizard(QDialog):
    """Choose data, choose how, watch, install. Closing it while it trains lets it go on in the background.

    `installed(name)` tells that a model has been installed; `notice(sentence)` is for the status line.
    """

    installed = Signal(str)
    notice = Signal(str)

    def __init__(self, theme: Theme, folder: Path, current_figures: dict, parent: QWidget | None = None):
        """folder is where runs are kept; current_figures are those of the model in use (``model.json``)."""
        super().__init__(parent)
        self.setWindowTitle("Train a base model")
        self.resize(720, 560)
        self._theme = theme
        self._folder = folder
        self._current = current_figures
        self._source: Path | None = None
        self._dataset = ""
        self._figures: dict[str, float] = {}
        self.job: TrainingJob | None = None
        self.pages = QStackedWidget()
        for page in (self._data_page(), self._how_page(), self._progress_page(), self._result_page()):
            self.pages.addWidget(page)
        self.back = QPushButton("Back")
        self.back.clicked.connect(lambda: self._show(self.pages.currentIndex() - 1))
        self.next = QPushButton("Next", default=True)
        self.next.clicked.connect(self._advance)
        row = QHBoxLayout()
        row.addWidget(self.back)
        row.addStretch()
        row.addWidget(self.next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(14)
        layout.addWidget(self.pages, 1)
        layout.addLayout(row)
        self._show(0)

    # Pages

    def _data_page(self) -> QWidget:
        drop = DropArea()
        drop.chosen.connect(self.choose)
        self.found = QLabel(wordWrap=True)
        known = "".join(f"<li><b>{title}</b>: {where}</li>" for title, where in SOURCES.values())
        sources = QLabel(f"Handpad reads these as they are downloaded, without unpacking:<ul>{known}</ul>")
        sources.setWordWrap(True)
        return _page("Which handwriting should it learn from?", drop, self.found, sources)

    def _how_page(self) -> QWidget:
        self.networks = QButtonGroup(self)
        self.budgets = QButtonGroup(self)
        widgets: list[QWidget] = [_heading("Network")]
        for index, text in enumerate(
            ("Handpad's own: more accurate", "As published: the paper's network and schedule")
        ):
            button = QRadioButton(text, checked=index == 0)
            self.networks.addButton(button, index)
            widgets.append(button)
        widgets.append(_heading("Time"))
        for index, (text, _) in enumerate(BUDGETS):
            button = QRadioButton(text, checked=index == 1)
            self.budgets.addButton(button, index)
            widgets.append(button)
        self.extra = QLabel(wordWrap=True)
        widgets.append(self.extra)
        return _page("How should it be trained?", *widgets)

    def _progress_page(self) -> QWidget:
        self.step = QLabel()
        self.bar = QProgressBar(textVisible=False)
        self.bar.setFixedHeight(8)
        self.left = QLabel(wordWrap=True)
        self.sheet = QLabel()
        self.sheet.setAccessibleName("A sample of the characters that were read")
        self.curve = Curve("Right on writers held out for validation", self._theme)
        return _page("Training", self.step, self.bar, self.left, self.sheet, self.curve)

    def _result_page(self) -> QWidget:
        self.outcome = QLabel(wordWrap=True)
        self.table = QGridLayout()
        self.table.setHorizontalSpacing(28)
        holder = QWidget()
        holder.setLayout(self.table)
        return _page("The new model", self.outcome, holder)

    def _show(self, index: int) -> None:
        self.pages.setCurrentIndex(index)
        self.back.setVisible(index == 1)
        if index == 0:
            self.next.setText("Next")
            self.next.setEnabled(self._source is not None)
        elif index == 1:
            missing = missing_packages()
            self.extra.setText(
                f"Training needs more packages ({', '.join(missing)}): run  pip install 'handpad[train]'  and start "
                "Handpad again."
                if missing
                else "You can go on writing meanwhile."
            )
            self.next.setText("Start")
            self.next.setEnabled(not missing)
        elif index == 2:
            self.next.setText("Stop")
            self.next.setEnabled(True)

    def _advance(self) -> None:
        index = self.pages.currentIndex()
        if index == 0:
            self._show(1)
        elif index == 1:
            self._start()
        elif index == 2:
            self.next.setEnabled(False)
            self.left.setText("Stopping …")
            self.job.stop()
        else:
            self._install()

    # Doing

    def choose(self, path: Path) -> None:
        """Look at what the user has chosen, and say what it is."""
        from handpad.train.datasets.detect import detect

        try:
            name = detect(path)
        except HandpadError as error:
            name, problem = None, str(error)
        else:
            problem = f"Handpad does not know what {path.name} is. It reads the data sets below."
        if name is None:
            self._source = None
            self.found.setText(problem)
        else:
            self._source, self._dataset = path, name
            title = SOURCES.get(name, (name, ""))[0]
            hostile = (
                " Files of this kind can hold program code; Handpad reads plain numbers from them and runs nothing."
                if name == "deepwriting"
                else ""
            )
            self.found.setText(f"<b>{path.name}</b> is {title}.{hostile}")
        self.next.setEnabled(self._source is not None)

    def _start(self) -> None:
        folder = self._folder / datetime.now().strftime("%Y-%m-%d-%H%M%S")
        network = ("handpad", "paper")[self.networks.checkedId()]
        plan = Plan(self._dataset, self._source, network, BUDGETS[self.budgets.checkedId()][1], folder)
        self._figures = {}
        self.curve.clear()
        self.sheet.clear()
        self.job = TrainingJob(plan, self)
        self.job.started.connect(self._on_step)
        self.job.event.connect(self._on_event)
        self.job.finished.connect(self._on_finished)
        self.job.failed.connect(self._on_failed)
        self.job.stopped.connect(lambda: self._on_failed("Training was stopped."))
        try:
            self.job.start()
        except OSError as error:
            self._on_failed(f"The folder {folder} cannot be written: {error.strerror}.")
            return
        self._show(2)

    def _on_step(self, step: str) -> None:
        self.step.setText(f"{STEPS[step]} …")
        self.left.setText("")
        self.bar.setRange(0, 0)
        self._fit_begun = time.monotonic()
        if step == "fit":
            worker = _Sheet(self.job.plan.folder / "prepared.npz", self._theme)
            worker.done.ready.connect(self._show_sheet)
            QThreadPool.globalInstance().start(worker)

    def _show_sheet(self, image: QImage) -> None:
        self.sheet.setPixmap(QPixmap.fromImage(image))

    def _on_event(self, event: dict) -> None:
        kind = event.get("event")
        if kind == "epoch":
            done, of = event["epoch"], event["epochs"]
            self.bar.setRange(0, of)
            self.bar.setValue(done)
            if event.get("validation_accuracy") is not None:
                self.curve.add(event["validation_accuracy"], of)
            seconds = (time.monotonic() - self._fit_begun) / done * (of - done)
            self.left.setText(f"Round {done} of {of}; about {_duration(seconds)} left.")
        elif kind == "progress" and event.get("of"):
            self.bar.setRange(0, event["of"])
            self.bar.setValue(event["done"])
        elif kind == "figure":
            self._figures[event["name"]] = event["value"]
        elif kind == "result" and event.get("command") == "prepare":
            dropped = sum(event["dropped"].values())
            self.left.setText(f"{event['samples']:,} characters of {event['writers']:,} writers; {dropped:,} left out.")

    def _on_failed(self, sentence: str) -> None:
        self._show(1)
        self.extra.setText(sentence)
        self.notice.emit(sentence)

    def _on_finished(self, model: Path) -> None:
        while (item := self.table.takeAt(0)) is not None:
            item.widget().deleteLater()
        for column, text in enumerate(("", "New model", "Handpad's own")):
            self.table.addWidget(QLabel(f"<b>{text}</b>"), 0, column)
        rows = [name for name in self._figures if name.endswith(("_test_accuracy_62", "_test_accuracy_all"))]
        for row, name in enumerate(rows, start=1):
            label = "digits and letters" if name.endswith("62") else "all characters"
            self.table.addWidget(QLabel(f"Right on test writers, {label}"), row, 0)
            self.table.addWidget(QLabel(f"{self._figures[name]:.1%}"), row, 1)
            own = self._current.get(name, {}).get("value")
            self.table.addWidget(QLabel("not measured on this data" if own is None else f"{own:.1%}"), row, 2)
        self.outcome.setText(
            f"It lies in {model}. Installing it makes Handpad read with it; what you have taught is learned again "
            "from its ink, and you can switch back in the menu at any time."
        )
        self._show(3)
        self.back.hide()
        self.next.setText("Install and use")
        self.next.setEnabled(True)
        self.notice.emit("The new base model is ready to be installed.")

    def _install(self) -> None:
        try:
            target = install_model(self.job.plan.model)
        except HandpadError as error:
            self.outcome.setText(str(error))
            return
        self.installed.emit(target.name)
        self.accept()

    def closeEvent(self, event: QCloseEvent) -> None:
        if self.job is not None and self.job.running:
            self.notice.emit("Training goes on in the background; the menu shows it again.")
        super().closeEvent(event)


class _Sheet(QRunnable):
    """Draws a sample of prepared glyphs, off the pen's thread."""

    class Done(QObject):
        ready = Signal(QImage)

    def __init__(self, prepared: Path, theme: Theme):
        super().__init__()
        self.done = self.Done()
        self._prepared = prepared
        self._dark = theme.dark

    def run(self) -> None:
        with np.load(self._prepared, allow_pickle=False) as data:
            glyphs = data["glyphs"]
        rows, columns = _SHEET
        chosen = np.random.default_rng(0).choice(len(glyphs), min(rows * columns, len(glyphs)), replace=False)
        sheet = np.zeros((rows * 28, columns * 28), np.uint8)
        for place, index in enumerate(chosen):
            top, left = place // columns * 28, place % columns * 28
            sheet[top : top + 28, left : left + 28] = glyphs[index]
        pixels = sheet if self._dark else 255 - sheet
        image = QImage(
            pixels.tobytes(), sheet.shape[1], sheet.shape[0], sheet.shape[1], QImage.Format.Format_Grayscale8
        )
        self.done.ready.emit(image.copy())


def _heading(text: str) -> QLabel:
    return QLabel(f"<b>{text}</b>")


def _page(title: str, *widgets: QWidget) -> QWidget:
    page = QWidget()
    layout = QVBoxLayout(page)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(10)
    layout.addWidget(QLabel(f"<h2>{title}</h2>"))
    for widget in widgets:
        layout.addWidget(widget)
    layout.addStretch()
    return page


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{max(1, round(seconds))} seconds"
    return f"{round(seconds / 60)} minutes" if seconds < 5400 else f"{seconds / 3600:.1f} hours"
