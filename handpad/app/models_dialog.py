"""The base models that the user has installed: seen, and deleted."""

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from handpad.app.question import asked
from handpad.errors import HandpadError
from handpad.installed import delete_model, installed_models
from handpad.own_model.prepared_files import room


class ModelsDialog(QDialog):
    """Lists the installed models. `deleted(name)` follows when one is gone. The one in use stays."""

    deleted = Signal(str)

    def __init__(self, in_use: Callable[[], Path], parent: QWidget):
        """in_use tells the folder of the model that is read with."""
        super().__init__(parent)
        self.setWindowTitle("Base models")
        self.resize(420, 360)
        self._in_use = in_use
        about = QLabel("Models that you have installed. The ones that Handpad came with always stay.", wordWrap=True)
        self.list = QListWidget()
        self.list.setAccessibleName("Installed base models")
        self.list.itemSelectionChanged.connect(self._show_chosen)
        self.note = QLabel(wordWrap=True, textFormat=Qt.TextFormat.PlainText)
        self.delete_button = QPushButton("Delete …", autoDefault=False)
        self.delete_button.clicked.connect(self.delete)
        close = QPushButton("Close", autoDefault=False)
        close.clicked.connect(self.accept)
        below = QHBoxLayout()
        below.addWidget(self.delete_button)
        below.addStretch()
        below.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 16, 16, 14)
        layout.setSpacing(10)
        for widget in (about, self.list, self.note):
            layout.addWidget(widget, 1 if widget is self.list else 0)
        layout.addLayout(below)
        self._show()
        self.list.setFocus()

    def delete(self) -> None:
        """Delete the chosen model, after a question."""
        name = self._chosen()
        if not name or self._is_used(name):
            return
        question = f"Delete the model {name}?"
        if not asked(self, question, "It can be trained again, but not brought back.", "Delete it", "Keep it"):
            return
        try:
            delete_model(name)
        except HandpadError as error:
            self.note.setText(str(error))
            return
        self._show()
        self.deleted.emit(name)

    def keyPressEvent(self, event) -> None:
        if event.key() == Qt.Key.Key_Delete and self.list.hasFocus():
            self.delete()
        else:
            super().keyPressEvent(event)

    def _chosen(self) -> str:
        items = self.list.selectedItems()
        return items[0].data(Qt.ItemDataRole.UserRole) if items else ""

    def _is_used(self, name: str) -> bool:
        return self._in_use().resolve() == installed_models()[name].resolve()

    def _show(self) -> None:
        self.list.clear()
        for name, folder in installed_models().items():
            used = "  ·  in use" if self._is_used(name) else ""
            item = QListWidgetItem(f"{name}  ·  {room([folder]) / 1e6:.1f} MB{used}")
            item.setData(Qt.ItemDataRole.UserRole, name)
            self.list.addItem(item)
        if self.list.count():
            self.list.setCurrentRow(0)
        self._show_chosen()

    def _show_chosen(self) -> None:
        name = self._chosen()
        used = bool(name) and self._is_used(name)
        self.delete_button.setEnabled(bool(name) and not used)
        if not name:
            self.note.setText("No model of your own is installed.")
        else:
            self.note.setText("It is in use: choose another base model first." if used else "")
