"""Where data sets are dropped, or chosen by hand."""

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtWidgets import QFileDialog, QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout


class DropArea(QFrame):
    """Where files and folders are dropped, or chosen by hand. `chosen(paths)` carries them."""

    chosen = Signal(list)

    def __init__(self):
        super().__init__(objectName="drop", acceptDrops=True)
        self.prompt = QLabel("Drop the downloaded files or folders here")
        self.prompt.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.files = QPushButton("Choose files …")
        self.files.clicked.connect(self._ask_files)
        self.folder = QPushButton("Choose a folder …")
        self.folder.clicked.connect(self._ask_folder)
        row = QHBoxLayout()
        row.addStretch()
        row.addWidget(self.files)
        row.addWidget(self.folder)
        row.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 28, 16, 28)
        layout.setSpacing(10)
        layout.addWidget(self.prompt)
        layout.addLayout(row)

    def _highlight(self, on: bool) -> None:
        self.setProperty("active", on)
        self.style().unpolish(self)
        self.style().polish(self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()
            self._highlight(True)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._highlight(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._highlight(False)
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.chosen.emit(paths)

    def _ask_files(self) -> None:
        names, _ = QFileDialog.getOpenFileNames(self, "Choose the files of a data set")
        if names:
            self.chosen.emit([Path(name) for name in names])

    def _ask_folder(self) -> None:
        name = QFileDialog.getExistingDirectory(self, "Choose the folder of a data set")
        if name:
            self.chosen.emit([Path(name)])
