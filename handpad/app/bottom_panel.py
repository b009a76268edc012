"""What stands below the paper: the text that it says, and the status line."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout

from handpad.app.status_line import StatusLine

_TEXT_LINES = 3


class BottomPanel(QFrame):
    """The page's text with a button that copies it (the window connects it), above a status line."""

    def __init__(self, status: StatusLine):
        super().__init__(objectName="bottom")
        self.text = QPlainTextEdit(readOnly=True, placeholderText="What you write appears here as text.")
        self.text.setAccessibleName("The recognised text of this page")
        self.text.setTabChangesFocus(True)
        font = QFont(self.text.font())
        font.setPixelSize(17)
        self.text.setFont(font)
        self.text.setFixedHeight(QFontMetrics(font).lineSpacing() * _TEXT_LINES + 26)
        self.copy = QPushButton("Copy")
        row = QHBoxLayout()
        row.addWidget(self.text, 1)
        row.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 8)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(status)

    def show_text(self, text: str) -> None:
        """Show the page's text, its end in view if it is another than before."""
        if text != self.text.toPlainText():
            self.text.setPlainText(text)
            self.text.moveCursor(self.text.textCursor().MoveOperation.End)
        self.copy.setEnabled(bool(text))
