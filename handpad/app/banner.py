"""Trouble: sentences across the top of the window that stay until they are dismissed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton

_MOST_SENTENCES = 4


class Banner(QFrame):
    """Hidden until there is something to say.

    Attributes
    ----------
    text : the label that says it.
    save_elsewhere : a button that stands there while ink is not on disk; the window connects it.
    """

    def __init__(self):
        super().__init__(objectName="banner")
        self._sentences: list[str] = []
        self._unsaved = ""
        self.text = QLabel(wordWrap=True)
        self.text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.save_elsewhere = QPushButton("Save elsewhere …")
        self._dismiss = QPushButton("Dismiss", flat=True)
        self._dismiss.clicked.connect(self.dismiss)
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 8, 12, 8)
        row.setSpacing(10)
        row.addWidget(self.text, 1)
        row.addWidget(self.save_elsewhere)
        row.addWidget(self._dismiss)
        self.hide()

    def say(self, sentence: str) -> None:
        """Show a sentence below those that were not dismissed yet."""
        if sentence in self._sentences:
            self._sentences.remove(sentence)
        self._sentences = [*self._sentences, sentence][-_MOST_SENTENCES:]
        self._show()

    def warn_unsaved(self, sentence: str) -> None:
        """Show on top, for as long as it is so, that ink is not on disk; "": it is."""
        if sentence != self._unsaved:
            self._unsaved = sentence
            self._show()

    def dismiss(self) -> None:
        """Take away what was said; not that ink is not on disk."""
        self._sentences = []
        self._show()

    def _show(self) -> None:
        self.text.setText("\n".join(filter(None, (self._unsaved, *self._sentences))))
        self.save_elsewhere.setVisible(bool(self._unsaved))
        self._dismiss.setVisible(bool(self._sentences))
        self.setVisible(bool(self._unsaved or self._sentences))
