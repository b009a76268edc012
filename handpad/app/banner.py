"""Trouble: sentences across the top of the window that stay until they are dismissed."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel, QPushButton

_MOST_SENTENCES = 4


class Banner(QFrame):
    """Hidden until there is something to say.

    Attributes
    ----------
    text : the label with what stays until it is dismissed.
    unsaved : the label that says, for as long as it is so, that ink is not on disk.
    save_elsewhere : a button that stands beside that; the window connects it.
    """

    def __init__(self):
        super().__init__(objectName="banner")
        self._sentences: list[str] = []
        self.unsaved = QLabel(wordWrap=True)
        self.unsaved.setProperty("danger", True)
        self.text = QLabel(wordWrap=True)
        for label in (self.unsaved, self.text):
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.save_elsewhere = QPushButton("Save elsewhere …")
        self._dismiss = QPushButton("Dismiss", flat=True)
        self._dismiss.clicked.connect(self.dismiss)
        table = QGridLayout(self)
        table.setContentsMargins(16, 8, 12, 8)
        table.setHorizontalSpacing(10)
        table.addWidget(self.unsaved, 0, 0)
        table.addWidget(self.save_elsewhere, 0, 1)
        table.addWidget(self.text, 1, 0)
        table.addWidget(self._dismiss, 1, 1, Qt.AlignmentFlag.AlignRight)
        table.setColumnStretch(0, 1)
        self._show()

    def say(self, sentence: str) -> None:
        """Show a sentence below those that were not dismissed yet."""
        others = [other for other in self._sentences if other != sentence]
        self._sentences = [*others, sentence][-_MOST_SENTENCES:]
        self._show()

    def warn_unsaved(self, sentence: str) -> None:
        """Show that ink is not on disk; "": it is."""
        if sentence != self.unsaved.text():
            self.unsaved.setText(sentence)
            self._show()

    def dismiss(self) -> None:
        """Take away what was said; not that ink is not on disk."""
        self._sentences = []
        self._show()

    def _show(self) -> None:
        unsaved, told = bool(self.unsaved.text()), bool(self._sentences)
        self.text.setText("\n".join(self._sentences))
        for widget, shown in (
            (self.unsaved, unsaved),
            (self.save_elsewhere, unsaved),
            (self.text, told),
            (self._dismiss, told),
            (self, unsaved or told),
        ):
            widget.setVisible(shown)
