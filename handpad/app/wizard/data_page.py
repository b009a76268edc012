"""The first page: which data to learn from, together, and which to measure on."""

from collections.abc import Sequence
from html import escape
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFontMetrics, QResizeEvent
from PySide6.QtWidgets import QComboBox, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from handpad.app.wizard.drop_area import DropArea
from handpad.app.wizard.left_over import LeftOver
from handpad.app.wizard.page import Page
from handpad.own_model.training_data import KINDS, Found

FOR_MEASURING = ("uji",)
"""Kinds that are so small that they are only measured on beside others, unless the user says otherwise."""


class DataPage(Page):
    """Which data. All are learned from together, but for those that the user only measures on.

    Attributes
    ----------
    found : the chosen data sets.
    drop, left_over : where data are dropped, and the offer to go on with a training that was interrupted.

    Signals
    -------
    changed() : `found` has changed.
    deleting() : prepared data are to be deleted.
    """

    changed = Signal()
    deleting = Signal()

    def __init__(self):
        super().__init__("Which handwriting should it learn from?", "Data")
        self.found: list[Found] = []
        self._measured: set[Path] = set()
        self.left_over = LeftOver()
        self.drop = DropArea()
        self.trouble = QLabel(wordWrap=True, objectName="danger", textFormat=Qt.TextFormat.PlainText)
        self.trouble.hide()
        self._list = QVBoxLayout()
        self._list.setSpacing(8)
        offers = "".join(
            f"<li style='margin-bottom:4px'><b>{_link(kind.title, kind.page)}</b>: {kind.file}</li>"
            for kind in KINDS.values()
        )
        self.offers = QLabel(
            "These are read as they are downloaded, without unpacking, one or several together. A name leads to the "
            "page that offers it."
            f"<ul style='margin-left:-22px'>{offers}</ul>",
            wordWrap=True,
            openExternalLinks=True,
        )
        self.offers.setTextInteractionFlags(Qt.TextInteractionFlag.TextBrowserInteraction)
        for widget in (self.left_over, self.drop, self.trouble):
            self.column.addWidget(widget)
        self.column.addLayout(self._list)
        self.column.addWidget(self.offers)
        self.column.addStretch()
        self.room = QLabel(objectName="muted")
        self.delete = QPushButton("Delete prepared data", flat=True)
        self.delete.setToolTip("They are prepared again from the download when they are next needed.")
        self.delete.clicked.connect(self.deleting)
        below = QHBoxLayout()
        below.addWidget(self.room)
        below.addWidget(self.delete)
        below.addStretch()
        self.column.addLayout(below)
        self.show_room(0)

    @property
    def learn(self) -> list[Found]:
        """What to learn from."""
        return [found for found in self.found if found.source not in self._measured]

    @property
    def measure(self) -> list[Found]:
        """What to measure on besides."""
        return [found for found in self.found if found.source in self._measured]

    @property
    def lines(self) -> tuple[Path, ...]:
        """What there is to learn from how lines are read."""
        return tuple(dict.fromkeys(path for found in self.learn for path in found.lines))

    def say(self, sentence: str) -> None:
        """Show a sentence on what is wrong, or none."""
        self.trouble.setText(sentence)
        self.trouble.setVisible(bool(sentence))

    def show_room(self, size: int) -> None:
        """Say how much room the prepared data take that can be deleted, in bytes; 0 offers nothing."""
        words = f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.1f} MB"
        self.room.setText(f"Prepared data that no training waits for: {words}")
        for widget in (self.room, self.delete):
            widget.setVisible(size > 0)

    def add(self, found: Sequence[Found], problems: Sequence[str]) -> None:
        """Add what was recognised."""
        problems = [*problems, *(each.problem for each in found if each.problem)]
        fresh = [each for each in found if not each.problem and each.source not in [old.source for old in self.found]]
        for one in fresh:
            if one.kind in FOR_MEASURING and (self.learn or len(fresh) > 1):
                self._measured.add(one.source)
        self.found = self.found + fresh
        if self.found and not self.learn:
            self._measured.discard(self.found[0].source)
        self.say(" ".join(problems))
        self._show_found()

    def _show_found(self) -> None:
        while (item := self._list.takeAt(0)) is not None:
            item.widget().deleteLater()
        for index, found in enumerate(self.found):
            self._list.addWidget(self._row(index, found))
        self.offers.setVisible(not self.found)
        self.changed.emit()

    def _row(self, index: int, found: Found) -> QWidget:
        row = QFrame(objectName="panel")
        title = QLabel(f"<b>{escape(found.title)}</b>")
        column = QVBoxLayout()
        column.setSpacing(3)
        column.addWidget(title)
        column.addWidget(PathLabel(found.source))
        for hint in found.hints:
            column.addWidget(QLabel(hint, wordWrap=True, textFormat=Qt.TextFormat.PlainText))
        remove = QPushButton("Remove", flat=True)
        remove.setAccessibleName(f"Remove {found.title}")
        remove.clicked.connect(lambda: self._remove(index))
        layout = QHBoxLayout(row)
        layout.setContentsMargins(14, 10, 10, 10)
        layout.addLayout(column, 1)
        if found.lines:
            column.addWidget(QLabel("It holds lines of text too, from which reading lines is learned."))
        if len(self.found) > 1:
            role = QComboBox()
            role.addItems(["Learn from it", "Only measure on it"])
            role.setCurrentIndex(int(found.source in self._measured))
            role.setAccessibleName(f"What {found.title} is for")
            role.activated.connect(lambda chosen: self._set_role(found.source, chosen == 1))
            layout.addWidget(role, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        return row

    def _remove(self, index: int) -> None:
        self._measured.discard(self.found[index].source)
        del self.found[index]
        if self.found and not self.learn:
            self._measured.clear()
        self._show_found()
        self.drop.files.setFocus()

    def _set_role(self, source: Path, measured: bool) -> None:
        (self._measured.add if measured else self._measured.discard)(source)
        self.say("" if self.learn else "Choose at least one data set to learn from.")
        self.changed.emit()

    def clear(self) -> None:
        """Begin again with nothing chosen."""
        self.found = []
        self._measured.clear()
        self.say("")
        self._show_found()


class PathLabel(QLabel):
    """A path in one line, shortened in the middle where there is no room; the tool tip has all of it."""

    def __init__(self, path: Path):
        super().__init__(objectName="muted", textFormat=Qt.TextFormat.PlainText)
        self._full = str(path)
        self.setToolTip(self._full)
        self.setAccessibleName(self._full)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setText(self._full)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.setText(QFontMetrics(self.font()).elidedText(self._full, Qt.TextElideMode.ElideMiddle, self.width()))
        super().resizeEvent(event)


def _link(text: str, page: str) -> str:
    return f'<a href="{page}">{text}</a>' if page else text
