"""How to begin, all keys, and what Handpad is: version, licences, where the data lies."""

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

import handpad
from handpad.app.help.shortcuts import Shortcut, shortcuts_of
from handpad.paths import user_data

START = (
    ("Write", "Write with pen or mouse on the lines. What you write is read as you go, and stands below as text."),
    (
        "Put right",
        "Click a letter to say what it is; Shift+Enter or the right button says it for the whole word. "
        "Handpad learns it at once, and Ctrl+Z takes it back.",
    ),
    ("Drawings", "Ctrl+D on ink makes it a drawing, which is not read. Rings, frames and scribbles are found alone."),
    ("Pages", "All pages stand in the drawer on the left. Everything is saved by itself within a second."),
    ("Find", "The search looks on all pages, also for what a word may say if it was read wrongly."),
    (
        "Files",
        "Open takes ink of other programs: InkML, Xournal++, Xournal, Rnote; or drop files on the window. "
        "Export writes PDF that can be searched, pictures, text and ink.",
    ),
    ("Private", "Handpad needs no network. What you write stays on this machine."),
)
"""What a newcomer is told: a word, and a sentence or two."""

LICENCES = (
    "Handpad is free software under the MIT licence. It uses Qt for Python (LGPL 3), OpenCV (Apache 2.0), NumPy (BSD) "
    "and icons of Lucide (ISC). Its models were trained on UNIPEN (CC BY 4.0); ATTRIBUTION.md names all sources."
)

_TWO_COLUMNS = 12
"""More keys than that stand in two columns."""


class HelpDialog(QDialog):
    """Three sheets: Start, Keys, About.

    part : the sheet that is shown first, by its name. on_paper : what the keys do there that belong to no action.
    """

    def __init__(self, window: QWidget, part: str, on_paper: str):
        super().__init__(window)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Help")
        room = window.screen().availableSize() - QSize(40, 60)
        self.resize(QSize(760, 600).boundedTo(room))
        self.sheets = QTabWidget(documentMode=True)
        self.sheets.tabBar().setDrawBase(False)
        for name, sheet in (
            ("Start", _start()),
            ("Keys", _keys(shortcuts_of(window), on_paper)),
            ("About", _about()),
        ):
            self.sheets.addTab(_scrolled(sheet), name)
            if name == part:
                self.sheets.setCurrentIndex(self.sheets.count() - 1)
        close = QPushButton("Close", default=True)
        close.clicked.connect(self.accept)
        below = QHBoxLayout()
        below.addStretch()
        below.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 12, 16, 14)
        layout.setSpacing(10)
        layout.addWidget(self.sheets, 1)
        layout.addLayout(below)
        close.setFocus()


def _scrolled(sheet: QWidget) -> QScrollArea:
    area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    sheet.layout().setContentsMargins(10, 14, 18, 14)
    area.setWidget(sheet)
    return area


def _text(text: str, **properties: bool) -> QLabel:
    label = QLabel(text, wordWrap=True)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    for name, value in properties.items():
        label.setProperty(name, value)
    return label


def _start() -> QWidget:
    sheet = QWidget()
    table = QGridLayout(sheet)
    table.setHorizontalSpacing(24)
    table.setVerticalSpacing(14)
    for row, (name, sentence) in enumerate(START):
        table.addWidget(QLabel(f"<b>{name}</b>"), row, 0, Qt.AlignmentFlag.AlignTop)
        table.addWidget(_text(sentence), row, 1)
    table.setColumnStretch(1, 1)
    table.setRowStretch(len(START), 1)
    return sheet


def _keys(shortcuts: list[Shortcut], on_paper: str) -> QWidget:
    sheet = QWidget()
    table = QGridLayout(sheet)
    table.setHorizontalSpacing(14)
    table.setVerticalSpacing(9)
    columns = 2 if len(shortcuts) > _TWO_COLUMNS else 1
    rows = -(-len(shortcuts) // columns)
    for number, (name, keys) in enumerate(shortcuts):
        row, column = number % rows, number // rows * 3
        table.addWidget(QLabel(name), row, column)
        caps = QLabel(" or ".join(keys), objectName="keys")
        table.addWidget(caps, row, column + 1)
    for column in range(columns):
        table.setColumnStretch(column * 3 + 1, 1)
        table.setColumnMinimumWidth(column * 3 + 2, 20 if column + 1 < columns else 0)
    if on_paper:
        table.setRowMinimumHeight(rows, 8)
        table.addWidget(_text(on_paper), rows + 1, 0, 1, columns * 3)
    table.setRowStretch(rows + 2, 1)
    return sheet


def _about() -> QWidget:
    sheet = QWidget()
    folder = user_data()
    picture = QLabel()
    picture.setPixmap(QGuiApplication.windowIcon().pixmap(72, 72))
    title = QLabel(f"<span style='font-size:20px'><b>Handpad</b></span><br>Version {handpad.__version__}")
    title.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    head = QHBoxLayout()
    head.setSpacing(16)
    head.addWidget(picture)
    head.addWidget(title, 1)
    show = QPushButton("Open the folder", autoDefault=False)
    show.clicked.connect(lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))))
    layout = QVBoxLayout(sheet)
    layout.setSpacing(14)
    layout.addLayout(head)
    layout.addWidget(_text("A handwriting pad that learns the way you write. What you write stays on this machine."))
    layout.addWidget(_text(f"Your pages and what was learned from you lie in\n{folder}"))
    layout.addWidget(show, 0, Qt.AlignmentFlag.AlignLeft)
    layout.addWidget(_text(LICENCES))
    layout.addStretch()
    return sheet
