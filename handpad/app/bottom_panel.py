"""What stands below the paper: the text that it says, and the status line."""

from PySide6.QtGui import QFont, QFontMetrics
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from handpad.app.status_line import StatusLine
from handpad.app.text_panel import TextPanel
from handpad.page.page import Page

_TEXT_LINES = 3


class BottomPanel(QFrame):
    """The page's text with buttons that copy it (the window connects them), above a status line."""

    def __init__(self, status: StatusLine):
        super().__init__(objectName="bottom")
        self.text = TextPanel()
        font = QFont(self.text.font())
        font.setPixelSize(17)
        self.text.setFont(font)
        self.text.setFixedHeight(QFontMetrics(font).lineSpacing() * _TEXT_LINES + 26)
        self.copy = QPushButton("Copy")
        self.copy_paragraphs = QPushButton("Paragraphs")
        self.copy_paragraphs.setAccessibleName("Copy as paragraphs")
        buttons = QVBoxLayout()
        buttons.setSpacing(6)
        buttons.addWidget(self.copy)
        buttons.addWidget(self.copy_paragraphs)
        buttons.addStretch()
        row = QHBoxLayout()
        row.addWidget(self.text, 1)
        row.addLayout(buttons)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 8)
        column.setSpacing(6)
        column.addLayout(row)
        column.addWidget(status)

    def show_page(self, page: Page) -> None:
        """Show the page's text, its end in view if it is another than before and is not being edited."""
        self.text.show_page(page)
        has_text = bool(self.text.toPlainText())
        self.copy.setEnabled(has_text)
        self.copy_paragraphs.setEnabled(has_text)
