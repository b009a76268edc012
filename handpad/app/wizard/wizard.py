"""The wizard that trains a base model from the user's own download, step by step, while writing goes on."""

import logging
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
)

from handpad.app.background import Task
from handpad.app.theme import Theme
from handpad.app.wizard import model_result
from handpad.app.wizard.pages import DataPage, HowPage, Page, ResultPage, SheetPage, TrainPage
from handpad.app.wizard.prepared import Prepared, look_into, sample
from handpad.app.wizard.sheet import MOST
from handpad.app.wizard.training_data import Found, recognise
from handpad.app.wizard.training_job import TrainingJob, missing_packages
from handpad.app.wizard.training_plan import Command, Plan, left_over, new_folder, prepare_command, prepared_path
from handpad.errors import DataError, HandpadError
from handpad.installed import REPORT, available_models, install_model

log = logging.getLogger(__name__)

DATA, LOOK, HOW, TRAIN, RESULT = range(5)

INSTALL_SENTENCE = (
    "Training needs PyTorch, which does not come with Handpad: install it with  pip install 'handpad[train]'  and "
    "start Handpad again."
)

_STEPS = {
    "prepare": "Reading the data",
    "fit": "Training",
    "export": "Writing and checking the model",
    "compare": "Comparing it with the model in use",
}

_PUBLISHED = {"nist": "paper-nist", "deepwriting": "paper-deepwriting"}
"""The presets of ``handpad-train fit`` with the very schedules that were published, by data set."""


class Wizard(QDialog):
    """Choose data, look at them, choose how, watch, install. Closing it lets what runs go on in the background.

    Signals
    -------
    installed(name) : a model has been installed.
    notice(sentence) : for the status line.
    progressed(text) : what is going on or waits, in a few words; "" for nothing.
    """

    installed = Signal(str)
    notice = Signal(str)
    progressed = Signal(str)

    def __init__(self, theme: Theme, home: Path, current: Callable[[], Path], parent=None):
        """home is the folder of the trainings; current tells the folder of the model in use."""
        super().__init__(parent)
        self.resize(780, 640)
        self._home = home
        self._current = current
        self._choosing = False
        self._seed = 0
        self._step = ""
        self.job: TrainingJob | None = None
        self.plan: Plan | None = None
        self.prepared: Prepared | None = None
        self._build(theme)
        self.set_theme(theme)
        self._show(DATA)

    def _build(self, theme: Theme) -> None:
        self.data, self.look, self.how = DataPage(), SheetPage(theme), HowPage()
        self.train, self.result = TrainPage(theme), ResultPage()
        self.pages = QStackedWidget()
        self._contents = (self.data, self.look, self.how, self.train, self.result)
        for page in self._contents:
            self.pages.addWidget(_scrolled(page))
        self.data.drop.chosen.connect(self.choose)
        self.data.changed.connect(self._update_buttons)
        self.data.left_over.go_on.clicked.connect(lambda: self._train())
        self.data.left_over.use.clicked.connect(lambda: self._train(as_it_is=True))
        self.data.left_over.discard.clicked.connect(self._discard)
        self.look.more.connect(self._draw_sheet)
        self.how.changed.connect(self._check_name)
        self.how.networks.idClicked.connect(lambda _: self._suggest_name())
        self.steps = QLabel(objectName="muted")
        self.back = QPushButton("Back")
        self.back.clicked.connect(self._go_back)
        self.other = QPushButton()
        self.other.clicked.connect(self._do_other)
        self.next = QPushButton("Next", default=True)
        self.next.setProperty("primary", True)
        self.next.clicked.connect(self._advance)
        row = QHBoxLayout()
        row.addWidget(self.back)
        row.addStretch()
        row.addWidget(self.other)
        row.addWidget(self.next)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 16, 24, 18)
        layout.setSpacing(12)
        layout.addWidget(self.steps)
        layout.addWidget(self.pages, 1)
        layout.addLayout(row)

    def set_theme(self, theme: Theme) -> None:
        """Show the colours of another theme."""
        self.setStyleSheet(_style_sheet(theme))
        for widget in (self.look.sheet, self.train.accuracy, self.train.loss):
            widget.set_theme(theme)

    # Where in the wizard

    def _show(self, index: int) -> None:
        self.pages.setCurrentIndex(index)
        page = self._contents[index]
        self.setWindowTitle(f"Train a base model: {page.title}")
        names = (content.step for content in self._contents)
        self.steps.setText(
            " › ".join(f"<b>{name}</b>" if number == index else name for number, name in enumerate(names))
        )
        self.back.setText("Throw away" if index == RESULT else "Back")
        self.back.setVisible(index in (LOOK, HOW, RESULT))
        self.other.setText({TRAIN: "Stop", RESULT: "Open the report"}.get(index, ""))
        self.other.setVisible(index == TRAIN)
        self.other.setEnabled(True)
        self.next.setText(
            {HOW: "Start", TRAIN: "Go on in the background", RESULT: "Install and use"}.get(index, "Next")
        )
        self._update_buttons()
        (self.data.drop.files if index == DATA and not self.data.found else self.next).setFocus()

    def _update_buttons(self) -> None:
        index = self.pages.currentIndex()
        if index == DATA:
            missing = missing_packages()
            if missing:
                self.data.say(f"{INSTALL_SENTENCE} (Missing: {', '.join(missing)}.)")
            self.next.setEnabled(self.data.learn is not None and not missing and not self._choosing)
        elif index == LOOK:
            self.next.setEnabled(self.prepared is not None and not self.prepared.too_few_writers)
        elif index == HOW:
            self._check_name()
        else:
            self.next.setEnabled(True)

    def begin(self) -> None:
        """Show the first page, or what waits from an earlier day."""
        self.job = self.plan = None
        waiting = left_over(self._home)
        self._show(DATA)
        self.data.left_over.hide()
        if waiting and waiting[0].finished:
            self._finish(waiting[0])
        elif waiting:
            self.plan = waiting[0]
            self.data.left_over.show_plan(self.plan)
            self.progressed.emit("A training was interrupted")
        else:
            self.progressed.emit("")

    def _advance(self) -> None:
        index = self.pages.currentIndex()
        if index == DATA:
            self._prepare()
        elif index == LOOK:
            self._suggest_name()
            self._show(HOW)
        elif index == HOW:
            self._start()
        elif index == TRAIN:
            self.reject()
        else:
            self._install()

    def _go_back(self) -> None:
        index = self.pages.currentIndex()
        if index == LOOK:
            self._end_job()
            self._show(DATA)
        elif index == HOW:
            self._show(LOOK)
        else:
            self._discard()

    def _do_other(self) -> None:
        if self.pages.currentIndex() == TRAIN:
            self.other.setEnabled(self.other.text() == "Stop")
            self.other.setText("Stop at once")
            self.train.progress.begin("Stopping: the best model so far is measured and kept …")
            self.job.stop()
        else:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._report())))

    def reject(self) -> None:
        """Hide; what runs goes on."""
        if self.running and self.pages.currentIndex() != RESULT:
            self.notice.emit("Training goes on in the background; the button on the right shows it again.")
        super().reject()

    @property
    def running(self) -> bool:
        """Whether a child process is at work."""
        return self.job is not None and self.job.running

    def shut_down(self) -> None:
        """End what runs, so that it can be gone on with another day; returns when it has ended."""
        if self.running:
            self.job.blockSignals(True)
            self.job.kill()

    def _run(self, commands, on_finished: Callable, on_failed: Callable, on_stopped: Callable) -> None:
        self.job = job = TrainingJob(commands, self)
        job.event.connect(self._on_event)
        job.started.connect(self._on_step)
        for signal, then in ((job.finished, on_finished), (job.failed, on_failed), (job.stopped, on_stopped)):
            signal.connect(then)
        job.start()

    def _end_job(self) -> None:
        """End what runs, and hear no more of it."""
        if self.running:
            self.job.blockSignals(True)
            self.job.kill()
        self.job = None
        self.progressed.emit("")

    # Choosing and looking at data

    def choose(self, paths: list[Path]) -> None:
        """Find out what the user has chosen, and say it."""
        self._choosing = True
        self.data.say("")
        self.data.drop.prompt.setText("Looking at it …")
        task = Task(self, recognise, list(paths))
        task.done.connect(self._on_recognised)
        task.failed.connect(lambda sentence: self._on_recognised(([], [sentence])))
        task.start()
        self._update_buttons()

    def _on_recognised(self, result: tuple[list[Found], list[str]]) -> None:
        self._choosing = False
        self.data.drop.prompt.setText("Drop the downloaded files or folders here")
        self.data.add(*result)
        if self.data.found and self.pages.currentIndex() == DATA:
            self.next.setFocus()

    def _prepare(self) -> None:
        """Have the data read, unless that was done before."""
        self.prepared = None
        self.look.clear()
        commands, self._paths = [], []
        for found in (self.data.learn, self.data.measure):
            if found is None:
                continue
            if found.kind == "prepared":
                self._paths.append(found.source)
                continue
            try:
                path = prepared_path(self._home, found)
                path.parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                self._show(LOOK)
                self.look.show_trouble(f"{error.filename} cannot be used: {error.strerror}.")
                return
            self._paths.append(path)
            commands.append(prepare_command(found, path))
        self._show(LOOK)
        if commands:
            self._run(commands, self._on_prepared, self._on_unprepared, lambda: None)
        else:
            self._on_prepared()

    def _on_unprepared(self, sentence: str) -> None:
        self.look.show_trouble(sentence)
        self.progressed.emit("")
        self._tell(sentence)

    def _on_prepared(self) -> None:
        self.progressed.emit("")
        try:
            self.prepared = look_into(self._paths[0])
        except DataError as error:
            self._on_unprepared(str(error))
            return
        self._seed = 0
        self._draw_sheet()
        self.look.show_prepared(self.prepared)
        self._update_buttons()
        self.next.setFocus()
        self._tell("The data are read; the wizard shows them.")

    def _tell(self, sentence: str) -> None:
        """Say in the status line what has happened, if nobody sees it here."""
        if not self.isVisible():
            self.notice.emit(sentence)

    def _draw_sheet(self) -> None:
        task = Task(self, sample, self.prepared.path, MOST, self._seed)
        self._seed += 1
        task.done.connect(lambda drawn: self.look.sheet.show_glyphs(*drawn))
        task.failed.connect(self.look.show_trouble)
        task.start()

    # Choosing how

    def _suggest_name(self) -> None:
        self.how.name.setText(f"{self.how.network}-{self.prepared.name}")

    def _check_name(self) -> None:
        name = self.how.name.text().strip()
        allowed = bool(name) and not name.startswith(".") and all(c.isalnum() or c in " -_.+" for c in name)
        if not allowed:
            note = "A name is made of letters, digits, spaces and - _ . +"
        elif name in available_models():
            note = f"There is a model {name} already; installing the new one puts it in its place."
        else:
            note = ""
        self.how.note.setText(note)
        if self.pages.currentIndex() == HOW:
            self.next.setEnabled(allowed)

    # Training

    def _start(self) -> None:
        measure = self._paths[1] if len(self._paths) > 1 else None
        folder, name = new_folder(self._home), self.how.name.text().strip()
        preset = self.how.network
        if preset == "paper":
            preset = _PUBLISHED.get(self.prepared.name, preset)
        self.plan = Plan(folder, self._paths[0], measure, preset, self.how.budget, name)
        try:
            self.plan.save()
        except OSError as error:
            self.how.note.setText(f"The folder {self.plan.folder} cannot be written: {error.strerror}.")
            return
        self._train()

    def _train(self, as_it_is: bool = False) -> None:
        """Do what is left of the plan; as_it_is makes a model of what an unfinished fit has learned so far."""
        self.data.left_over.hide()
        self.train.accuracy.clear()
        self.train.loss.clear()
        for event in self.plan.epochs():
            self._draw_epoch(event)
        self._show(TRAIN)
        plan = self.plan
        self._run(plan.commands(as_it_is), lambda: self._finish(plan), self._on_failed, self._on_stopped)

    def _on_step(self, step: str) -> None:
        page = self.look if step == "prepare" else self.train
        page.progress.begin(f"{_STEPS[step]} …")
        self._step = step
        self.progressed.emit(f"{_STEPS[step]} …")

    def _on_event(self, event: dict) -> None:
        kind = event.get("event")
        if kind == "progress":
            self._on_progress(event)
        elif kind == "plan":
            rounds = "One round fits" if event["epochs"] == 1 else f"{event['epochs']} rounds fit"
            self.train.progress.detail.setText(f"{rounds} into the time.")
        elif kind == "epoch":
            self.plan.note_epoch(event)
            self._draw_epoch(event)
            if event["epoch"] == event["epochs"]:
                self.train.progress.begin("Measuring it on unseen writers …")

    def _on_progress(self, event: dict) -> None:
        """Show how far the step is, and for "fit" draw on."""
        total, left = event.get("total", 0), event.get("seconds_left")
        if not total:
            return
        share = event["done"] / total
        words = [] if left is None else [f"about {duration(left)} left"]
        if self._step == "fit":
            share = (event["epoch"] - 1 + share) / event["epochs"]
            words.insert(0, f"Round {event['epoch']} of {event['epochs']}")
            self.train.accuracy.add(0, share * event["epochs"], event["accuracy"])
            self.train.loss.add(0, share * event["epochs"], event["loss"])
            self._set_rounds(event["epochs"])
        elif "text" in event:
            words.insert(0, event["text"])
        page = self.look if self._step == "prepare" else self.train
        page.progress.show_share(share, " · ".join(words))
        done = f"{share:.0%}".replace("%", " %")
        self.progressed.emit(" · ".join([_STEPS[self._step], done, *words[-1:]]))

    def _draw_epoch(self, event: dict) -> None:
        page = self.train
        for curve, learning, watching in (
            (page.accuracy, "accuracy", "validation_accuracy"),
            (page.loss, "loss", "validation_loss"),
        ):
            for series, name in enumerate((learning, watching)):
                if event.get(name) is not None:
                    curve.add(series, event["epoch"], event[name])
        self._set_rounds(event["epochs"])

    def _set_rounds(self, count: int) -> None:
        for curve in (self.train.accuracy, self.train.loss):
            curve.set_end(count)

    def _on_stopped(self) -> None:
        plan = self.plan
        if not plan.unfinished_fit and not plan.usable:
            plan.discard()
            self.notice.emit("The training was stopped before there was anything to keep.")
        else:
            self.notice.emit("The training was stopped; what it has learned so far is kept.")
        self.begin()

    def _on_failed(self, sentence: str) -> None:
        if not self.plan.unfinished_fit and not self.plan.usable:
            self.plan.discard()
        self.notice.emit(sentence)
        self.begin()
        self.data.say(sentence)

    # The result

    def _finish(self, plan: Plan) -> None:
        self.plan = plan
        self._show(RESULT)
        self.other.setVisible(self._report().is_file())
        self.result.clear()
        self.result.intro.setText(
            "Installing it makes Handpad read with it. What you have taught is learned again from its ink, and the "
            "menu leads back to the other models at any time."
        )
        self.result.progress.begin(f"{_STEPS['compare']} …")
        self.progressed.emit("A new model is ready")
        self._tell("The new model is ready: look at it and install it.")
        self._compare(plan.comparisons(self._current()), [])

    def _compare(self, left: list[Command], done: list[list[dict]]) -> None:
        """Compare on one data set after another; on some it may not be possible. Then show the result."""
        if not left:
            task = Task(self, _result, self.plan, self._current(), done)
            task.done.connect(self.result.show_result)
            task.failed.connect(self._show_trouble)
            task.start()
            return
        events: list[dict] = []
        self.job = job = TrainingJob(left[:1], self)
        job.event.connect(events.append)
        job.finished.connect(lambda: self._compare(left[1:], [*done, events]))
        job.failed.connect(lambda _: self._compare(left[1:], done))  # what is in model.json is shown instead
        job.start()

    def _report(self) -> Path:
        return self.plan.model / REPORT

    def _show_trouble(self, sentence: str) -> None:
        self.result.progress.hide()
        self.result.trouble.setText(sentence)
        self.result.trouble.show()

    def _install(self) -> None:
        self.shut_down()
        try:
            target = install_model(self.plan.model)
        except HandpadError as error:
            self._show_trouble(str(error))
            return
        self.plan.discard()
        self.data.clear()
        self.begin()
        self.installed.emit(target.name)
        self.accept()

    def _discard(self) -> None:
        self.shut_down()
        self.plan.discard()
        self.begin()


def _scrolled(page: Page) -> QScrollArea:
    """A page that can be scrolled where the window is too small for it, with the arrow keys too."""
    area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    area.setWidget(page)
    return area


def _result(plan: Plan, current: Path, compared: list[list[dict]]) -> model_result.Result:
    try:
        glyphs, _ = sample(plan.learn, MOST, 0)
    except DataError:  # the data may be gone by now; the speed hardly depends on the ink
        glyphs = np.zeros((1, 28, 28), np.uint8)
    return model_result.compare(plan.model, current, compared, glyphs)


def duration(seconds: float) -> str:
    """A time in words, as roughly as one needs it."""
    if seconds < 1.5:
        return "1 second"
    if seconds < 90:
        return f"{round(seconds)} seconds"
    if seconds < 5400:
        return f"{round(seconds / 60)} minutes"
    return f"{seconds / 3600:.1f} hours"


def _style_sheet(t: Theme) -> str:
    return f"""
    QScrollArea, QScrollArea > QWidget > QWidget {{ background: {t.surface}; }}
    QRadioButton {{ border: 1px solid transparent; border-radius: 6px; padding: 2px 5px 2px 2px; }}
    QRadioButton:focus {{ border-color: {t.accent}; }}
    QRadioButton::indicator {{ width: 12px; height: 12px; border: 2px solid {t.muted}; border-radius: 8px;
                               background: {t.paper}; }}
    QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid {t.accent}; }}
    #muted {{ color: {t.muted}; }}
    #danger {{ color: {t.danger}; }}
    #panel {{ background: {t.paper}; border: 1px solid {t.border}; border-radius: 10px; }}
    #drop[active="true"] {{ border-color: {t.accent}; background: {t.accent_soft}; }}
    QPushButton[primary="true"] {{ background: {t.accent}; color: {t.on_accent}; border-color: {t.accent}; }}
    QPushButton[primary="true"]:hover, QPushButton[primary="true"]:focus {{ border: 2px solid {t.text};
                                                                            padding: 5px 13px; }}
    QPushButton[primary="true"]:disabled {{ background: {t.border}; color: {t.muted}; border-color: {t.border}; }}
    """
