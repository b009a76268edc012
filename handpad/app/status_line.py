"""The line at the bottom of the window: what has just happened, or else how much has been learned."""

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from handpad.app.engine import Summary
from handpad.page.messages import Change

NOTICE_MS = 8000
"""How long the status line speaks of one event before it returns to the summary."""


class StatusLine(QWidget):
    """A sentence, Undo beside it where that makes sense, and a button that leads to a training.

    Attributes
    ----------
    summary : what was learned so far; None before the recogniser is open.
    learning : whether corrections teach anything.
    sentence : the label with what is said.
    undo, training : the buttons; the window connects them.
    """

    def __init__(self, learning: bool):
        super().__init__()
        self.summary: Summary | None = None
        self.learning = learning
        self.sentence = QLabel(objectName="status")
        self.sentence.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.undo = QPushButton("Undo", flat=True)
        self.undo.hide()
        self.training = QPushButton("A training waits", flat=True)
        self.training.setToolTip("Open the training of a base model")
        self._timer = QTimer(self, singleShot=True, interval=NOTICE_MS)
        self._timer.timeout.connect(self.rest)
        row = QHBoxLayout(self)
        row.setContentsMargins(4, 0, 0, 0)
        row.addWidget(self.sentence, 1)
        row.addWidget(self.undo)
        row.addWidget(self.training)
        self.undo.setFixedHeight(self.undo.sizeHint().height())
        row.addSpacing(1)
        self.sentence.setMinimumHeight(self.undo.sizeHint().height())

    def notice(self, sentence: str, undo: bool = False) -> None:
        """Say what has just happened, with Undo beside it where that makes sense."""
        self.sentence.setText(sentence)
        self.undo.setVisible(undo)
        self._timer.start()

    def tell_change(self, change: Change) -> None:
        """Say what a correction did."""
        if change.confirmed:
            self.notice(f"“{change.label}” stays as it is.", undo=True)
            return
        if not change.learned:
            self.notice(f"{ended(f'Changed to {change.label}')} Learning is paused, so nothing was learned.", undo=True)
            return
        others = ""
        if change.others:
            others = f"; {counted(change.others, 'other character')} on this page changed"
        if change.skipped or change.text_only:
            self.notice(f"Changed to {change.label}; {_not_learned(change)}{others}.", undo=True)
        elif change.like:
            self.notice(
                f"Learned your {change.label}, but it looks just like {change.like}: they will be mixed up. Keep it?",
                undo=True,
            )
        else:
            self.notice(ended(f"Learned your {change.label}{others}"), undo=True)

    def show_summary(self, summary: Summary) -> None:
        """Show how much has been learned, now or after what is being said."""
        self.summary = summary
        if not self._timer.isActive():
            self.rest()

    def show_training(self, text: str) -> None:
        """Show how a training goes on the button that leads to it; "" hides it."""
        self.training.setText(text)
        self.training.setVisible(bool(text))

    def rest(self) -> None:
        """Return to the summary."""
        self._timer.stop()
        self.undo.hide()
        self.sentence.setText(_summary_sentence(self.summary, self.learning))


def ended(sentence: str) -> str:
    """A sentence with one full stop at its end, also where what it speaks of ends with one."""
    return sentence if sentence.endswith(".") else f"{sentence}."


def _not_learned(change: Change) -> str:
    """In a few words, what of a correction was not learned."""
    if len(change.skipped) == change.letters:
        return "nothing was learned, as the ink does not look like it"
    if len(change.text_only) == change.letters:
        return "as text only"
    parts = []
    if change.skipped:
        parts.append(", ".join(one.label or "" for one in change.skipped) + " not learned")
    if change.text_only:
        parts.append(", ".join(one.label or "" for one in change.text_only) + " as text only")
    return ", ".join(parts)


def counted(number: int, noun: str) -> str:
    """A number of things in words, such as "1,200 characters"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def _summary_sentence(summary: Summary | None, learning: bool) -> str:
    if summary is None:
        return "Getting ready to read …"
    if summary.behind:
        done = summary.samples - summary.behind
        return f"Learning your {counted(summary.samples, 'sample')} again with this model: {done:,} done"
    state = "Learning on" if learning else "Learning paused"
    if not summary.samples:
        return f"{state} · write, and click a character that was read wrong"
    parts = [state, counted(summary.samples, "character"), summary.accuracy]
    return " · ".join(part for part in parts if part)
