"""Trouble: a sentence across the top of the window that stays until it is dismissed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton


class Banner(QFrame):
    """Hidden until there is something to say; `text` is the label that says it."""

    def __init__(self):
        super().__init__(objectName="bottom")
        self.text = QLabel(wordWrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        dismiss = QPushButton("Dismiss", flat=True)
        dismiss.clicked.connect(self.hide)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.addWidget(self.text, 1)
        row.addWidget(dismiss)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence in place of the one before."""
        self.text.setText(sentence)
        self.show()
