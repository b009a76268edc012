"""The second page: what was read from the data."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QWidget

from handpad.app.theme import Theme
from handpad.app.wizard.page import Page, Progress
from handpad.app.wizard.sheet import Sheet
from handpad.own_model.prepared import Prepared, in_few_words

MOST_REASONS = 3
"""How many reasons for leaving samples out are named; the tool tip has all."""


class SheetPage(Page):
    """What was read: a sheet of characters, how many there are, and what was left out.

    `more()` asks for other characters on the sheet.
    """

    more = Signal()

    def __init__(self, theme: Theme):
        super().__init__("Is this what it should learn?", "Look")
        self.progress = Progress()
        self.summary = QLabel(wordWrap=True)
        self.sheet = Sheet(theme)
        self.others = QPushButton("Show others")
        self.others.clicked.connect(self.more)
        self.trouble = QLabel(wordWrap=True, objectName="danger", textFormat=Qt.TextFormat.PlainText)
        self.notes = QLabel(wordWrap=True, objectName="muted", textFormat=Qt.TextFormat.PlainText)
        self.column.addWidget(self.progress)
        self.column.addWidget(self.trouble)
        top = QHBoxLayout()
        top.addWidget(self.summary, 1)
        top.addWidget(self.others, 0, Qt.AlignmentFlag.AlignTop)
        self.column.addLayout(top)
        self.column.addWidget(self.sheet, 1)
        self.column.addWidget(self.notes)
        self._rest = QWidget()
        self.column.addWidget(self._rest, 1)
        self.clear()

    def clear(self) -> None:
        """Nothing is read yet."""
        for widget in (self.summary, self.sheet, self.others, self.notes, self.trouble):
            widget.hide()
        self.progress.show()
        self._rest.show()

    def show_prepared(self, data: Prepared) -> None:
        """Show what was read."""
        self.progress.hide()
        learn, watch, test = data.writers
        count = sum(data.writers)
        writers = f"{count:,} writer{'' if count == 1 else 's'}"
        self.summary.setText(
            f"<b>{data.samples:,}</b> characters, <b>{len(data.labels)}</b> different ones, of <b>{writers}</b>"
        )
        self.trouble.setText(
            f"There {'is' if count == 1 else 'are'} only {writers}. Training keeps some writers for watching and some "
            "for testing, so that its figures are honest: it needs data with seven writers at least."
        )
        self.trouble.setVisible(data.too_few_writers)
        listed = " ".join(sorted(data.missing))  # as a reader may have said it already
        told = (note for note in data.notes if not data.missing or listed not in note)
        notes = [f"{note[:1].upper()}{note[1:].removesuffix('.')}." for note in told]
        if not data.too_few_writers:
            notes.append(f"It learns from {learn:,} writers, watches itself on {watch:,} and is tested on {test:,}.")
        if data.missing:
            lacking = in_few_words(data.missing)
            notes.append(f"Not in it: {lacking}. A model that learns from it will never read these.")
        if data.dropped:
            notes.append(left_out_sentence(data.dropped))
        self.notes.setText("\n".join(notes))
        self.notes.setToolTip("\n".join(f"{count:,}: {reason}" for reason, count in data.dropped.items()))
        for widget in (self.summary, self.sheet, self.others, self.notes):
            widget.show()
        self._rest.hide()

    def show_trouble(self, sentence: str) -> None:
        """Show why nothing could be read."""
        self.clear()
        self.progress.hide()
        self.trouble.setText(sentence)
        self.trouble.show()


def left_out_sentence(dropped: dict[str, int]) -> str:
    """How many samples were left out, and the most frequent reasons."""
    ordered = sorted(dropped.items(), key=lambda item: -item[1])
    reasons = "; ".join(f"{count:,} ({reason})" for reason, count in ordered[:MOST_REASONS])
    more = len(ordered) - MOST_REASONS
    others = f"; and {more} more reason{'' if more == 1 else 's'}" if more > 0 else ""
    return f"Left out: {reasons}{others}."
