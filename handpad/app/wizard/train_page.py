"""The fourth page: how the training goes."""

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QLabel

from handpad.app.theme import Theme
from handpad.app.wizard.curve import Curve
from handpad.app.wizard.page import Page, Progress


class TrainPage(Page):
    """How the training goes."""

    def __init__(self, theme: Theme):
        super().__init__("Training", "Train")
        self.progress = Progress()
        names = ("while learning", "unseen writers")
        x_title = "rounds through the data"
        self.accuracy = Curve("Characters read right", x_title, names, True, theme)
        self.loss = Curve("Loss: how far off it is", x_title, names, False, theme)
        self.note = QLabel("You can go on writing: training uses only what writing leaves free.", objectName="muted")
        self.note.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(20)
        row.addWidget(self.accuracy)
        row.addWidget(self.loss)
        self.column.addWidget(self.progress)
        self.column.addLayout(row, 1)
        self.column.addWidget(self.note)

    def begin(self, rounds: Sequence[dict]) -> None:
        """Draw the rounds that were done before, as ``epoch`` events, or none."""
        self.accuracy.clear()
        self.loss.clear()
        self.progress.begin("")
        for event in rounds:
            for curve, name in ((self.accuracy, "accuracy"), (self.loss, "loss")):
                curve.add(0, event["epoch"], event[name])
            self.draw_round(event)

    def draw_round(self, event: dict) -> None:
        """Draw how well unseen writers are read at the end of a round, an ``epoch`` event."""
        for curve, name in ((self.accuracy, "validation_accuracy"), (self.loss, "validation_loss")):
            if event.get(name) is not None:
                curve.add(1, event["epoch"], event[name])
        self._set_rounds(event["epochs"])

    def draw_on(self, rounds: int, share: float, loss: float, accuracy: float) -> None:
        """Draw how well it does while learning, when that share (0 to 1) of all rounds is done."""
        self.accuracy.add(0, share * rounds, accuracy)
        self.loss.add(0, share * rounds, loss)
        self._set_rounds(rounds)

    def _set_rounds(self, count: int) -> None:
        for curve in (self.accuracy, self.loss):
            curve.set_end(count)
