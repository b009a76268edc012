"""The writer's own words: seen, added and removed."""

import re

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QLineEdit, QListWidget, QPushButton, QVBoxLayout, QWidget

from handpad.app.pad import Pad
from handpad.app.word_popup import own_word


def own_words(text: str) -> list[str]:
    """The words in a text, each once, without the commas and other marks between and around them."""
    found = (own_word(piece) for piece in re.split(r"[\s,;]+", text))
    return list(dict.fromkeys(word for word in found if word))


class WordsDialog(QDialog):
    """Lists the words; what is added or removed counts at once."""

    def __init__(self, pad: Pad, parent: QWidget):
        super().__init__(parent)
        self.setWindowTitle("My words")
        self.resize(380, 420)
        self._pad = pad
        about = QLabel("Names and terms that reading is to expect. They are kept with what it has learned from you.")
        about.setWordWrap(True)
        self.list = QListWidget()
        self.list.setAccessibleName("My words")
        self.list.itemSelectionChanged.connect(self._enable)
        self.field = QLineEdit(placeholderText="A word, or several", maxLength=400)
        self.field.setAccessibleName("Words to add")
        self.field.textChanged.connect(self._enable)
        self.field.returnPressed.connect(self.add)
        self.add_button = QPushButton("Add", autoDefault=False)
        self.add_button.clicked.connect(self.add)
        self.remove_button = QPushButton("Remove", autoDefault=False)
        self.remove_button.clicked.connect(self.remove)
        close = QPushButton("Close", autoDefault=False)
        close.clicked.connect(self.accept)
        adding, below = QHBoxLayout(), QHBoxLayout()
        adding.addWidget(self.field, 1)
        adding.addWidget(self.add_button)
        below.addWidget(self.remove_button)
        below.addStretch()
        below.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(about)
        layout.addLayout(adding)
        layout.addWidget(self.list, 1)
        layout.addLayout(below)
        pad.words_changed.connect(self._show)
        self._show()
        self.field.setFocus()

    def add(self) -> None:
        """Add the words in the field."""
        words = own_words(self.field.text())
        for word in words:
            self._pad.set_word(word, True)
        if words:
            self.field.clear()

    def remove(self) -> None:
        """Remove the chosen word."""
        for item in self.list.selectedItems():
            self._pad.set_word(item.text(), False)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Delete and self.list.hasFocus():
            self.remove()
        else:
            super().keyPressEvent(event)

    def _show(self) -> None:
        self.list.clear()
        self.list.addItems(sorted(self._pad.words, key=str.casefold))
        self._enable()

    def _enable(self) -> None:
        self.add_button.setEnabled(bool(own_words(self.field.text())))
        self.remove_button.setEnabled(bool(self.list.selectedItems()))
