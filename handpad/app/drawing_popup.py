"""The popup of a drawing: one press reads it after all."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from handpad.app.correction_popup import Popup, is_not_text


class DrawingPopup(Popup):
    """Says that some ink is taken for a drawing, and asks whether it is to be read.

    Signals
    -------
    read_asked() : it is writing.
    deleted() : it is to be removed.
    """

    read_asked = Signal()
    deleted = Signal()

    def __init__(self, parent: QWidget):
        super().__init__("A drawing", parent)
        self.read = QPushButton("Read it", toolTip="This is writing (Enter)", default=True, autoDefault=True)
        self.read.clicked.connect(lambda: self.close_with(self.read_asked))
        delete = QPushButton("Delete", toolTip="Remove this drawing from the page (Del)")
        delete.setProperty("danger", True)
        delete.clicked.connect(lambda: self.close_with(self.deleted))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(10)
        layout.addWidget(QLabel("A drawing: it is not read."))
        below = QHBoxLayout()
        below.addWidget(self.read)
        below.addStretch()
        below.addWidget(delete)
        layout.addLayout(below)
        self.first = self.read
        self.adjustSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) or is_not_text(event):
            self.close_with(self.read_asked)
        elif event.key() == Qt.Key.Key_Delete:
            self.close_with(self.deleted)
        else:
            super().keyPressEvent(event)
