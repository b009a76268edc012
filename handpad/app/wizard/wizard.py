"""The wizard that trains a base model from the user's own download, step by step, while writing goes on."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout

from handpad.app.background import Task
from handpad.app.question import asked
from handpad.app.theme import Theme
from handpad.app.wizard.comparison import Comparison
from handpad.app.wizard.data_page import DataPage
from handpad.app.wizard.how_page import HowPage
from handpad.app.wizard.page import scrolled, style_sheet
from handpad.app.wizard.preparation import Preparation
from handpad.app.wizard.result_page import ResultPage
from handpad.app.wizard.runner import Runner
from handpad.app.wizard.sheet_page import SheetPage
from handpad.app.wizard.train_page import TrainPage
from handpad.app.wizard.training_job import missing_packages
from handpad.errors import HandpadError
from handpad.installed import install_model
from handpad.model.folder import REPORT
from handpad.own_model import prepared_files
from handpad.own_model.time_left import TimeLeft
from handpad.own_model.training_data import Found, recognise
from handpad.own_model.training_plan import RELATIVE, Plan, left_over, new_folder, shared_out

DATA, LOOK, HOW, TRAIN, RESULT = range(5)

INSTALL_SENTENCE = (
    "Training needs PyTorch, which does not come with Handpad: install it with  pip install 'handpad[train]'  and "
    "start Handpad again."
)

_PUBLISHED = {"nist": "paper-nist", "deepwriting": "paper-deepwriting"}
"""The presets of ``handpad-train fit`` with the very schedules that were published, by data set."""


class Wizard(QDialog):
    """Choose data, look at them, choose how, watch, install. Closing it lets what runs go on in the background.

    Attributes
    ----------
    data, look, how, train, outcome : the pages, in this order in `pages`.
    runner : what runs in child processes.
    preparation : the chosen data, prepared.
    comparison : of a finished model with the one in use.
    plan : the training that is planned, runs or waits; None if there is none.

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
        self._choosing = False
        self._lines_spent = 0.0
        self.plan: Plan | None = None
        self._build(theme)
        self.runner = Runner(self.look, self.train, self)
        self.preparation = Preparation(home, self.look, self.runner, self)
        self.comparison = Comparison(self.outcome, self.runner, current, self)
        self._connect()
        self.set_theme(theme)
        self._show(DATA)

    def _build(self, theme: Theme) -> None:
        self.data, self.look, self.how = DataPage(), SheetPage(theme), HowPage()
        self.train, self.outcome = TrainPage(theme), ResultPage()
        self.pages = QStackedWidget()
        self._contents = (self.data, self.look, self.how, self.train, self.outcome)
        for page in self._contents:
            self.pages.addWidget(scrolled(page))
        self.steps = QLabel(objectName="muted")
        self.back = QPushButton("Back")
        self.other = QPushButton()
        self.next = QPushButton("Next", default=True)
        self.next.setProperty("primary", True)
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

    def _connect(self) -> None:
        self.data.drop.chosen.connect(self.choose)
        self.data.changed.connect(self._update_buttons)
        self.data.deleting.connect(self._delete_prepared)
        self.data.left_over.go_on.clicked.connect(lambda: self._train())
        self.data.left_over.use.clicked.connect(lambda: self._train(as_it_is=True))
        self.data.left_over.discard.clicked.connect(self._discard)
        self.how.changed.connect(self._check_name)
        self.how.networks.idClicked.connect(lambda _: self._suggest_name())
        self.back.clicked.connect(self._go_back)
        self.other.clicked.connect(self._do_other)
        self.next.clicked.connect(self._advance)
        self.runner.progressed.connect(self.progressed)
        self.runner.round_done.connect(self._on_round)
        self.runner.lines_kept.connect(self._on_lines_kept)
        self.outcome.judged.connect(self._offer_by_verdict)
        self.preparation.done.connect(self._on_prepared)
        self.preparation.failed.connect(self._on_unprepared)

    def set_theme(self, theme: Theme) -> None:
        """Show the colours of another theme."""
        self.setStyleSheet(style_sheet(theme))
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
        self.back.setText("Throw away …" if index == RESULT else "Back")
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
            self.next.setEnabled(bool(self.data.learn) and not missing and not self._choosing)
            self.data.show_room(prepared_files.room(self._idle_files()))
        elif index == LOOK:
            prepared = self.preparation.prepared
            self.next.setEnabled(prepared is not None and not prepared.too_few_writers)
        elif index == HOW:
            self._check_name()
        else:
            self.next.setEnabled(index != RESULT)  # until it is known which of the models reads better

    def _offer_by_verdict(self) -> None:
        """Let the button that follows from the result be the default."""
        if self.pages.currentIndex() != RESULT:
            return
        result = self.outcome.result
        better = result is not None and result.verdict.better
        current = result.current if result is not None else "the model in use"
        self.back.setText("Throw away …" if better else "Install and use")
        self.next.setText("Install and use" if better else f"Keep {current}")
        self.next.setEnabled(True)
        self.next.setFocus()

    def begin(self) -> None:
        """Show the first page, or what waits from an earlier day."""
        self.runner.job = self.plan = None
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
        elif self._installs(self.next):
            self._install()
        else:
            self._discard()

    def _installs(self, button: QPushButton) -> bool:
        return button.text() == "Install and use"

    def _go_back(self) -> None:
        index = self.pages.currentIndex()
        if index == LOOK:
            self.runner.abandon()
            self._show(DATA)
        elif index == HOW:
            self._show(LOOK)
        elif self._installs(self.back):
            self._install()
        else:
            self._discard()

    def _do_other(self) -> None:
        if self.pages.currentIndex() == TRAIN:
            self.other.setEnabled(self.other.text() == "Stop")
            self.other.setText("Stop at once")
            self.train.progress.begin("Stopping: the best model so far is measured and kept …")
            self.runner.job.stop()
        else:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._report())))

    def reject(self) -> None:
        """Hide; what runs goes on."""
        if self.runner.running and self.pages.currentIndex() != RESULT:
            self.notice.emit("Training goes on in the background; the button on the right shows it again.")
        super().reject()

    def shut_down(self) -> None:
        """End what runs, so that it can be gone on with another day; returns when it has ended."""
        self.runner.kill()

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
        self.preparation.clear()
        self._show(LOOK)
        self.preparation.begin(self.data.learn, self.data.measure)

    def _idle_files(self) -> list[Path]:
        """The prepared data that may be deleted now; none while anything runs."""
        if self.runner.running:
            return []
        return prepared_files.idle(self._home, [found.source for found in self.data.found])

    def _delete_prepared(self) -> None:
        try:
            prepared_files.delete(self._idle_files())
        except OSError as error:
            self.data.say(f"{error.filename} cannot be deleted: {error.strerror}.")
        self._update_buttons()
        self.data.drop.files.setFocus()

    def _on_unprepared(self, sentence: str) -> None:
        self.progressed.emit("")
        self._tell(sentence)

    def _on_prepared(self) -> None:
        self.progressed.emit("")
        self._update_buttons()
        self.next.setFocus()
        self._tell("The data are read; the wizard shows them.")

    def _tell(self, sentence: str) -> None:
        """Say in the status line what has happened, if nobody sees it here."""
        if not self.isVisible():
            self.notice.emit(sentence)

    # Choosing how

    def _suggest_name(self) -> None:
        self.how.name.setText(f"{self.how.network}-{self.preparation.prepared.short_name}")
        self.how.offer_lines(bool(self.data.lines))

    def _check_name(self) -> None:
        allowed = self.how.check_name()
        if self.pages.currentIndex() == HOW:
            self.next.setEnabled(allowed)

    # Training

    def _start(self) -> None:
        chosen, preset = self.preparation, self.how.network
        if preset == "paper":
            preset = _PUBLISHED.get(self.preparation.prepared.name, preset)
        folder = new_folder(self._home)
        minutes, name = self.how.budget, self.how.model_name
        parts, measure = tuple(chosen.parts), tuple(chosen.measure)
        self.plan = Plan(folder, chosen.learn, parts, measure, preset, minutes, name)
        if self.data.lines and self.how.lines.isChecked():
            of_fit, of_lines = shared_out(minutes)
            self.plan = replace(self.plan, minutes=of_fit, lines=self.data.lines, line_minutes=of_lines)
        try:
            self.plan.save()
        except OSError as error:
            self.how.note.setText(f"The folder {self.plan.folder} cannot be written: {error.strerror}.")
            return
        self._train()

    def _train(self, as_it_is: bool = False) -> None:
        """Do what is left of the plan; as_it_is makes a model of what an unfinished fit has learned so far."""
        self.data.left_over.hide()
        plan = self.plan
        if plan is None:
            return
        commands = plan.commands(as_it_is)
        if not commands:
            self._finish(plan)
            return
        self.train.begin(plan.epochs())
        self._show(TRAIN)
        self._lines_spent = plan.line_minutes_spent()
        steps = [*(name for name, _ in commands), *("compare" for _ in plan.parts)]
        left = TimeLeft(steps, plan.planned(), RELATIVE)
        self.runner.run(commands, lambda: self._finish(plan), self._on_failed, self._on_stopped, left, plan.epochs())

    def _on_lines_kept(self, share: float) -> None:
        self.plan.note_line_minutes(self._lines_spent + share * (self.plan.line_minutes - self._lines_spent))

    def _on_round(self, event: dict) -> None:
        self.plan.note_epoch(event)

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
        self.progressed.emit("A new model is ready")
        self._tell("The new model is ready: look at it and install it.")
        self.comparison.begin(plan)

    def _report(self) -> Path:
        return self.plan.model / REPORT

    def _install(self) -> None:
        self.shut_down()
        try:
            target = install_model(self.plan.model)
        except HandpadError as error:
            self.outcome.show_trouble(str(error))
            return
        self.plan.discard()
        self.data.clear()
        self.begin()
        self.installed.emit(target.name)
        self.accept()

    def _discard(self) -> None:
        """Throw a training away, after a question: it took long, and cannot be brought back."""
        name = self.plan.model_name
        finished = self.pages.currentIndex() == RESULT
        what = "the new model" if finished else "what it has learned so far"
        question = f"Throw away {name}?"
        if not asked(self, question, f"Its training and {what} cannot be brought back.", "Throw it away", "Not yet"):
            return
        self.shut_down()
        self.plan.discard()
        self.begin()
