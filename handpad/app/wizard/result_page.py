"""The last page: the new model beside the one in use."""

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel

from handpad.app.wizard.page import Page, Progress
from handpad.own_model.model_result import Result

_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


class ResultPage(Page):
    """The new model beside the one in use.

    result : what is shown; None until it is known. `judged()` follows when it is, or when it cannot be.
    """

    judged = Signal()

    def __init__(self):
        super().__init__("The new model is ready", "Result")
        self.result: Result | None = None
        self.verdict = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText, objectName="verdict")
        self.intro = QLabel(
            "Installing it makes Handpad read with it. What you have taught is learned again from its ink, and the "
            "menu leads back to the other models at any time.",
            wordWrap=True,
        )
        self.progress = Progress()
        self.table = QGridLayout()
        self.table.setHorizontalSpacing(26)
        self.table.setVerticalSpacing(6)
        self.frame = QFrame(objectName="panel")
        self.frame.setLayout(self.table)
        self.frame.hide()
        self.table.setContentsMargins(16, 12, 16, 14)
        self.note = QLabel(wordWrap=True, objectName="muted", textFormat=Qt.TextFormat.PlainText)
        self.trouble = QLabel(wordWrap=True, objectName="danger", textFormat=Qt.TextFormat.PlainText)
        self.trouble.hide()
        for widget in (self.verdict, self.progress, self.intro, self.frame, self.note, self.trouble):
            self.column.addWidget(widget)
        self.column.addStretch()

    def clear(self) -> None:
        """Nothing is known yet."""
        self.result = None
        for widget in (self.verdict, self.frame, self.note, self.trouble):
            widget.hide()
        self.progress.show()

    def show_result(self, result: Result) -> None:
        """Fill the table."""
        self.result = result
        self.verdict.setText(result.verdict.sentence)
        self.verdict.show()
        self.progress.hide()
        self.frame.show()
        while (item := self.table.takeAt(0)) is not None:
            item.widget().deleteLater()
        for column, text in enumerate(("", f"New: {result.new}", f"In use: {result.current}", "")):
            label = QLabel(f"<b>{escape(text)}</b>")
            label.setAlignment(_RIGHT if column else Qt.AlignmentFlag.AlignLeft)
            self.table.addWidget(label, 0, column)
        self.table.setColumnStretch(0, 1)
        row = 1
        for group in result.groups:
            heading = QLabel(f"<b>{escape(group.title)}</b>", wordWrap=True)
            heading.setContentsMargins(0, 8, 0, 0)
            self.table.addWidget(heading, row, 0, 1, 4)
            row += 1
            for measure in group.measures:
                name = QLabel(measure.title, wordWrap=True)
                name.setToolTip(measure.explanation)
                self.table.addWidget(name, row, 0)
                for column, text in enumerate((measure.new, measure.current, measure.difference), start=1):
                    cell = QLabel(text, objectName="muted" if column == 3 else "")
                    cell.setAlignment(_RIGHT)
                    self.table.addWidget(cell, row, column)
                row += 1
        self.note.setText("\n".join(result.notes))
        self.note.setVisible(bool(result.notes))
        self.judged.emit()

    def show_trouble(self, sentence: str) -> None:
        """Say why the result cannot be shown, or the model not installed."""
        self.progress.hide()
        self.trouble.setText(sentence)
        self.trouble.show()
        self.judged.emit()
