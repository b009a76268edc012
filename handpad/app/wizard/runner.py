"""Runs what the wizard needs done in child processes, and shows on its pages how far that is."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Signal

from handpad.app.wizard.sheet_page import SheetPage
from handpad.app.wizard.train_page import TrainPage
from handpad.app.wizard.training_job import TrainingJob
from handpad.own_model.training_plan import Command

STEPS = {
    "prepare": "Reading the data",
    "fit": "Training",
    "export": "Writing and checking the model",
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
    progressed(text) : what is going on, in a few words; "" for nothing.
    """

    round_done = Signal(object)
    progressed = Signal(str)

    def __init__(self, look: SheetPage, train: TrainPage, parent: QObject):
        """look shows how preparing goes, train all other steps."""
        super().__init__(parent)
        self.job: TrainingJob | None = None
        self._look = look
        self._train = train
        self._step = ""

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
    ) -> None:
        """Run commands in order and show how they go; then call one of the three, on_failed with a sentence."""
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
        self._page.progress.begin(f"{STEPS[step]} …")
        self.progressed.emit(f"{STEPS[step]} …")

    @property
    def _page(self) -> SheetPage | TrainPage:
        """The page that shows the step."""
        return self._look if self._step == "prepare" else self._train

    def _on_event(self, event: dict) -> None:
        kind = event.get("event")
        if kind == "progress":
            self._on_progress(event)
        elif kind == "plan":
            rounds = "One round fits" if event["epochs"] == 1 else f"{event['epochs']} rounds fit"
            self._train.progress.detail.setText(f"{rounds} into the time.")
        elif kind == "epoch":
            self.round_done.emit(event)
            self._train.draw_round(event)
            if event["epoch"] == event["epochs"]:
                self._train.progress.begin("Measuring it on unseen writers …")

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
            self._train.draw_on(event, share)
        elif "text" in event:
            words.insert(0, event["text"])
        self._page.progress.show_share(share, " · ".join(words))
        done = f"{share:.0%}".replace("%", " %")
        self.progressed.emit(" · ".join([STEPS[self._step], done, *words[-1:]]))


def duration(seconds: float) -> str:
    """A time in words, as roughly as one needs it."""
    if seconds < 1.5:
        return "1 second"
    if seconds < 90:
        return f"{round(seconds)} seconds"
    if seconds < 5400:
        return f"{round(seconds / 60)} minutes"
    return f"{seconds / 3600:.1f} hours"
