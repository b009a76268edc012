"""What is to be exported, and as what."""

from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QDialog,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from handpad.formats.exporting import KINDS


class ExportDialog(QDialog):
    """Asks for a page or its notebook and the kind of file; which file is asked for after it.

    Attributes
    ----------
    page, notebook : buttons, one of which is checked. kind : the kinds of file, with their keys as data.
    """

    def __init__(self, notebook: str, pages: int, kind: str, parent: QWidget):
        super().__init__(parent)
        self.setWindowTitle("Export")
        self.page = QRadioButton("This page")
        self.notebook = QRadioButton(f"All {pages:,} pages of the notebook {notebook}")
        self.notebook.setVisible(pages > 1)
        self.page.setChecked(True)
        both = QButtonGroup(self)
        both.addButton(self.page)
        both.addButton(self.notebook)
        self.kind = QComboBox()
        self.kind.setAccessibleName("Kind of file")
        for key, name in KINDS.items():
            short = name.split(":")[0]
            self.kind.addItem(f"{short[0].upper()}{short[1:]} (.{key})", key)
        self.kind.setCurrentIndex(max(0, self.kind.findData(kind)))
        cancel = QPushButton("Cancel", autoDefault=False)
        cancel.clicked.connect(self.reject)
        self.go_on = QPushButton("Export …", default=True)
        self.go_on.clicked.connect(self.accept)
        below = QHBoxLayout()
        below.addStretch()
        below.addWidget(cancel)
        below.addWidget(self.go_on)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(18, 18, 18, 16)
        layout.setSpacing(10)
        layout.addWidget(self.page)
        layout.addWidget(self.notebook)
        layout.addSpacing(4)
        layout.addWidget(self.kind)
        layout.addSpacing(8)
        layout.addLayout(below)
        self.setMinimumWidth(380)
        self.kind.setFocus()

    @property
    def chosen(self) -> tuple[str, bool]:
        """The kind of file, and whether the whole notebook is wanted."""
        return self.kind.currentData(), self.notebook.isChecked()
