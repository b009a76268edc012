"""Runs what the wizard needs done in child processes, and shows on its pages how far that is."""

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from handpad.app.wizard.sheet_page import SheetPage
from handpad.app.wizard.train_page import TrainPage
from handpad.app.wizard.training_job import TrainingJob
from handpad.own_model.learning_curve import LearningCurve
from handpad.own_model.time_left import TimeLeft
from handpad.own_model.training_plan import Command

STEPS = {
    "prepare": "Reading the data",
    "combine": "Putting the data together",
    "fit": "Learning characters",
    "export": "Writing and checking the model",
    "segments": "Learning how lines part into characters",
    "sequence": "Learning to read along the pen's way",
    "compare": "Comparing it with the model in use",
}
"""What each step of a job is called while it runs."""


class Runner(QObject):
    """Runs one job at a time.

    Attributes
    ----------
    job : the job of now or the last one; None if there is none.

    Signals
    -------
    round_done(event) : a round of a fit is over, see ``epoch`` in :mod:`handpad.train.console`.
    lines_kept(share) : so much of the time for reading lines (0 to 1) is over, and what it gave is on disk.
    progressed(text) : what is going on, in a few words; "" for nothing.
    """

    round_done = Signal(object)
    lines_kept = Signal(float)
    progressed = Signal(str)

    def __init__(self, look: SheetPage, train: TrainPage, parent: QObject):
        """look shows how preparing goes, train all other steps."""
        super().__init__(parent)
        self.job: TrainingJob | None = None
        self._look = look
        self._train = train
        self._step = ""
        self._left = TimeLeft([], {}, {})
        self._curve = LearningCurve()

    @property
    def running(self) -> bool:
        """Whether a child process is at work."""
        return self.job is not None and self.job.running

    def run(
        self,
        commands: Sequence[Command],
        on_finished: Callable[[], None],
        on_failed: Callable[[str], None],
        on_stopped: Callable[[], None],
        time_left: TimeLeft,
        rounds: Sequence[dict] = (),
    ) -> None:
        """Run commands in order and show how they go; then call one of the three, on_failed with a sentence.

        time_left : of the steps of these commands, and of what follows. rounds : those that a fit goes on after.
        """
        self._left, self._curve = time_left, LearningCurve()
        if rounds:
            self._curve.begin_after(rounds[-1])
        self.job = job = TrainingJob(commands, self)
        job.told.connect(self._on_event)
        job.started.connect(self._on_step)
        for signal, then in ((job.finished, on_finished), (job.failed, on_failed), (job.stopped, on_stopped)):
            signal.connect(then)
        job.start()

    def compare(
        self, commands: Sequence[Command], then: Callable[[list[list[dict]]], None], done: Sequence[list[dict]] = ()
    ) -> None:
        """Run one comparison after another, and call `then` with the events of each that was possible.

        done : those of the comparisons before.
        """
        if not commands:
            then(list(done))
            return
        events: list[dict] = []
        self.job = job = TrainingJob(commands[:1], self)
        job.told.connect(events.append)
        job.finished.connect(lambda: self.compare(commands[1:], then, [*done, events]))
        job.failed.connect(lambda _: self.compare(commands[1:], then, done))  # model.json tells instead
        job.start()

    def kill(self) -> None:
        """End what runs, so that it can be gone on with another day; returns when it has ended."""
        if self.running:
            self.job.blockSignals(True)
            self.job.kill()

    def abandon(self) -> None:
        """End what runs, and hear no more of it."""
        self.kill()
        self.job = None
        self.progressed.emit("")

    def _on_step(self, step: str) -> None:
        self._step = step
        self._left.begin(time.monotonic())
        self._page.progress.go_on(f"{STEPS[step]} …")
        self._show_left("", None)

    @property
    def _page(self) -> SheetPage | TrainPage:
        """The page that shows the step."""
        return self._look if self._step in ("prepare", "combine") else self._train

    def _on_event(self, event: dict) -> None:
        kind = event.get("event")
        if kind == "progress":
            self._on_progress(event)
        elif kind == "plan":
            self._left.plan(event["seconds"])
            rounds = "One round fits" if event["epochs"] == 1 else f"{event['epochs']} rounds fit"
            self._show_left(f"{rounds} into the time", None)
        elif kind == "epoch" and self._step == "fit":
            self.round_done.emit(event)
            self._train.draw_round(event)
            if event["epoch"] == event["epochs"]:
                self._train.progress.go_on("Measuring it on unseen writers …")
        elif kind == "epoch":
            self._show_left(f"Round {event['epoch']} of {event['epochs']}", None)

    def _on_progress(self, event: dict) -> None:
        """Show how far the step is, and for "fit" draw on."""
        total, done, left = event.get("total", 0), event.get("done"), event.get("seconds_left")
        if self._step == "sequence":
            if "cer" in event:
                self.lines_kept.emit(done)
            self._show_left(f"{event['cer']:.0f} % of characters wrong so far" if "cer" in event else "", None)
        elif self._step == "fit" and total:
            share = (event["epoch"] - 1 + done / total) / event["epochs"]
            loss, accuracy = self._curve.after(event)
            self._train.draw_on(event["epochs"], share, loss, accuracy)
            self._show_left(f"Round {event['epoch']} of {event['epochs']}", left)
        elif total:
            self._show_left(event.get("text", ""), left)

    def _show_left(self, words: str, left: float | None) -> None:
        """Show how much of all steps is done and how long the rest will take; left: seconds of this step."""
        share, left = self._left.at(time.monotonic(), left)
        texts = [words] if words else []
        if left is not None:
            texts.append(f"about {duration(left)} left")
            self._page.progress.show_share(share, " · ".join(texts))
        elif words:
            self._page.progress.detail.setText(words)
        done = [] if left is None else [f"{share:.0%}".replace("%", " %")]
        self.progressed.emit(" · ".join([STEPS[self._step], *done, *texts[-1:]]) + ("" if texts else " …"))


def duration(seconds: float) -> str:
    """A time in words, as roughly as one needs it."""
    if seconds < 1.5:
        return "1 second"
    if seconds < 90:
        return f"{round(seconds)} seconds"
    if seconds < 5400:
        return f"{round(seconds / 60)} minutes"
    return f"{seconds / 3600:.1f} hours"
