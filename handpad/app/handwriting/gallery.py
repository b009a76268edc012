"""The gallery: the characters on the left, their samples as ink, and what can be done with those that are chosen."""

from collections import Counter

import numpy as np
from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QPersistentModelIndex, QRectF, Qt
from PySide6.QtGui import QColor, QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListView,
    QMessageBox,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from handpad.app.handwriting.sample_list import (
    KINDS_SAID,
    TILE,
    SampleDelegate,
    SampleList,
    paint_ink,
    when,
)
from handpad.app.handwriting.samples import Row, Samples
from handpad.app.status_line import counted
from handpad.app.theme import Theme

BEHIND = "Behind this reading"
MOST_BEHIND, LEAST_BEHIND = 24, 1e-3
"""So many samples are shown that speak most for or against a reading, and none that hardly count."""

ALL = ""
"""What stands for every character in the list of characters."""

FILTERS = ("Everything", "Doubtful", "Corrected", "Joined or parted", "Left as read", "Decide now", "Set aside")
_CORRECTION, _CONFIRMATION, _PARTED = range(3)
_Index = QModelIndex | QPersistentModelIndex


class CharacterList(QAbstractListModel):
    """The characters of which there are samples, each with their number and whether one of them is doubted."""

    def __init__(self) -> None:
        super().__init__()
        self.labels: list[str] = [ALL]
        self._counts: Counter[str] = Counter()
        self._doubtful: Counter[str] = Counter()

    def show_rows(self, rows: list[Row]) -> None:
        """Count other samples."""
        counts = Counter(row.label for row in rows if not row.aside)
        labels = [ALL, *sorted({row.label for row in rows}, key=lambda label: (not label.isalnum(), label))]
        self._counts, self._doubtful = counts, Counter(row.label for row in rows if row.doubt)
        if labels == self.labels:
            self.dataChanged.emit(self.index(0), self.index(len(labels) - 1))
            return
        self.beginResetModel()
        self.labels = labels
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        """As Qt asks."""
        return 0 if parent.isValid() else len(self.labels)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """As Qt asks."""
        label = self.labels[index.row()]
        count = self._counts[label] if label else self._counts.total()
        doubtful = self._doubtful[label] if label else self._doubtful.total()
        if role == Qt.ItemDataRole.DisplayRole:
            return f"{label or 'All'}  {count:,}{' ?' if doubtful and label else ''}"
        if role in (Qt.ItemDataRole.AccessibleTextRole, Qt.ItemDataRole.ToolTipRole):
            said = f"{label or 'All characters'}: {counted(count, 'sample')}"
            return f"{said}, {doubtful:,} doubtful" if doubtful else said
        return None


class InkPicture(QWidget):
    """The ink of one sample, large."""

    def __init__(self, theme: Theme):
        super().__init__()
        self._theme = theme
        self._ink: list[np.ndarray] | None = None
        self.setFixedSize(84, 84)

    def show_ink(self, ink: list[np.ndarray] | None, theme: Theme) -> None:
        """Show other ink, or none."""
        self._ink, self._theme = ink, theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """As Qt asks."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QColor(self._theme.border))
        painter.setBrush(QColor(self._theme.paper))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        if self._ink is not None:
            paint_ink(painter, self._ink, QRectF(self.rect()).adjusted(12, 12, -12, -12), QColor(self._theme.ink))


class Gallery(QWidget):
    """All samples, by character."""

    def __init__(self, samples: Samples, theme: Theme):
        super().__init__()
        self._samples, self._theme = samples, theme
        self._label = ALL
        self._read_as = ""
        self._behind: dict[str, float] = {}  # how much samples speak for the reading that was asked about
        self.filter = QComboBox()
        self.filter.addItems(FILTERS)
        self.filter.setAccessibleName("Which samples are shown")
        self.filter.currentIndexChanged.connect(lambda _: self._show())
        self.characters = QListView(objectName="characters")
        self.characters_model = CharacterList()
        self.characters.setModel(self.characters_model)
        self.characters.setUniformItemSizes(True)
        self.characters.setFixedWidth(88)
        self.characters.setAccessibleName("Characters")
        self.characters.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.characters.selectionModel().currentChanged.connect(lambda now, _: self._choose(now))
        self.model = SampleList(samples)
        self.list = QListView()
        self.list.setModel(self.model)
        self.list.setItemDelegate(SampleDelegate(self.model, lambda: self._theme))
        self.list.setViewMode(QListView.ViewMode.IconMode)
        self.list.setMovement(QListView.Movement.Static)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)
        self.list.setUniformItemSizes(True)
        self.list.setGridSize(TILE)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.list.setAccessibleName("Samples, doubtful ones first, then the newest of each kind")
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._show_chosen())
        self.model.inked.connect(self._on_inked)
        self.empty = QLabel(alignment=Qt.AlignmentFlag.AlignCenter, wordWrap=True)
        self.empty.setProperty("muted", True)
        self.details = self._build_details()
        self.reset = QPushButton(flat=True)
        self.reset.setProperty("danger", True)
        self.reset.clicked.connect(self._reset)
        both = QHBoxLayout()
        both.setSpacing(4)
        both.addWidget(self.characters)
        both.addWidget(self.list, 1)
        both.addWidget(self.empty, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(self.filter)
        column.addLayout(both, 1)
        column.addWidget(self.details)
        column.addWidget(self.reset, 0, Qt.AlignmentFlag.AlignLeft)
        samples.changed.connect(self._on_changed)
        self._on_changed()

    def _build_details(self) -> QFrame:
        self.picture = InkPicture(self._theme)
        self.title = QLabel(wordWrap=True)
        self.title.setTextFormat(Qt.TextFormat.PlainText)
        self.about = QLabel(wordWrap=True)
        self.about.setTextFormat(Qt.TextFormat.PlainText)
        self.about.setProperty("muted", True)
        self.doubt = QLabel(wordWrap=True)
        self.doubt.setTextFormat(Qt.TextFormat.PlainText)
        self.doubt.setProperty("danger", True)
        self.says = QLineEdit(placeholderText="It says \u2026")
        self.says.setAccessibleName("What this ink says instead")
        self.says.setFixedWidth(78)
        self.says.returnPressed.connect(self._relabel)
        self.mend = QPushButton()
        self.mend.clicked.connect(lambda: self._relabel_as(self.chosen()[0].looks_like))
        self.aside = QPushButton("Set aside")
        self.aside.clicked.connect(self._set_aside)
        self.delete = QPushButton("Delete")
        self.delete.setToolTip("Forget it (Delete)")
        self.delete.clicked.connect(self._delete)
        details = QFrame()
        grid = QGridLayout(details)
        grid.setContentsMargins(0, 0, 0, 0)
        texts = QVBoxLayout()
        texts.setSpacing(2)
        texts.addWidget(self.title)
        texts.addWidget(self.about)
        texts.addWidget(self.doubt)
        texts.addStretch(1)
        buttons = QHBoxLayout()
        buttons.addWidget(self.mend)
        buttons.addWidget(self.says)
        buttons.addWidget(self.aside)
        buttons.addWidget(self.delete)
        buttons.addStretch(1)
        grid.addWidget(self.picture, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addLayout(texts, 0, 1)
        grid.addLayout(buttons, 1, 0, 1, 2)
        grid.setColumnStretch(1, 1)
        for label in (self.title, self.about, self.doubt):
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        return details

    def set_theme(self, theme: Theme) -> None:
        """Draw it in the colours of a theme."""
        self._theme = theme
        self.list.viewport().update()
        self._show_picture()

    def show_character(self, label: str) -> None:
        """Show the samples of a character, or of all for ""; one without samples shows that."""
        self._forget_reading()
        self.filter.setCurrentIndex(0)
        self._label = label
        self._mark_character()
        self._show()

    def show_behind(self, label: str, weights: dict[str, float]) -> None:
        """Show the samples that speak most for ink being a label or against it, the weightiest first.

        weights : by sample, below 0 where it speaks against.
        """
        self.show_character(ALL)
        most = sorted(weights, key=lambda sample_id: -abs(weights[sample_id]))[:MOST_BEHIND]
        self._behind = {sample_id: weights[sample_id] for sample_id in most if abs(weights[sample_id]) > LEAST_BEHIND}
        self._read_as = label
        self.filter.addItem(BEHIND)
        self.filter.setCurrentText(BEHIND)

    def _forget_reading(self) -> None:
        self._behind = {}
        if (place := self.filter.findText(BEHIND)) >= 0:
            self.filter.removeItem(place)

    # What is shown

    def _on_inked(self) -> None:
        self.list.viewport().update()
        self._show_picture()

    def _on_changed(self) -> None:
        blocked = self.characters.selectionModel().blockSignals(True)
        self.characters_model.show_rows(self._samples.rows)
        self._mark_character()
        self.characters.selectionModel().blockSignals(blocked)
        self._show()

    def _mark_character(self) -> None:
        labels = self.characters_model.labels
        model = self.characters.selectionModel()
        if self._label in labels:
            self.characters.setCurrentIndex(self.characters_model.index(labels.index(self._label)))
        else:
            model.clear()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid() and self.characters_model.labels[index.row()] != self._label:
            self._label = self.characters_model.labels[index.row()]
            self._show()

    def _show(self) -> None:
        chosen = {row.id for row in self.chosen()}
        place = self.list.verticalScrollBar().value()
        named = self.filter.currentText()
        rows = [row for row in self._samples.rows if self._label in (ALL, row.label) and _passes(row, named)]
        if named == BEHIND:
            places = {sample_id: place for place, sample_id in enumerate(self._behind)}
            rows = sorted((row for row in rows if row.id in places), key=lambda row: places[row.id])
        self.model.show_rows(rows)
        self.list.verticalScrollBar().setValue(place)
        for number, row in enumerate(rows if chosen else ()):
            if row.id in chosen:
                index = self.model.index(number)
                self.list.selectionModel().select(index, self.list.selectionModel().SelectionFlag.Select)
        self.filter.setVisible(bool(self._samples.rows))
        self.characters.setVisible(bool(self._samples.rows))
        self.list.setVisible(bool(rows))
        self.empty.setVisible(not rows)
        self.empty.setText(_nothing(named, self._label))
        any_left = any(not row.aside and self._label in (ALL, row.label) for row in self._samples.rows)
        self.reset.setVisible(any_left)
        self.reset.setText(
            f"Forget every \u201c{self._label}\u201d \u2026" if self._label else "Forget everything \u2026"
        )
        self._show_chosen()

    def chosen(self) -> list[Row]:
        """The samples that are chosen, in the order of the list."""
        places = sorted(index.row() for index in self.list.selectionModel().selectedIndexes())
        return [self.model.row(place) for place in places if place < self.model.rowCount()]

    def _show_chosen(self) -> None:
        rows = self.chosen()
        self.details.setVisible(bool(rows))
        if not rows:
            return
        one = rows[0] if len(rows) == 1 else None
        self.says.setVisible(one is not None and not one.aside)
        self.picture.setVisible(one is not None)
        self.doubt.setVisible(one is not None and bool(one.doubt))
        self.mend.setVisible(one is not None and bool(one.looks_like))
        self.mend.setText(f"It is “{one.looks_like}”" if one is not None else "")
        self.aside.setText("Learn again" if all(row.aside for row in rows) else "Set aside")
        if one is None:
            self.title.setText(f"{counted(len(rows), 'sample')} chosen")
            self.about.setText("")
            return
        self.says.clear()
        self.title.setText(f"\u201c{one.label}\u201d, {KINDS_SAID[one.kind]}")
        about = _about(one)
        if self.filter.currentText() == BEHIND and one.id in self._behind:
            side = "for" if self._behind[one.id] > 0 else "against"
            about = f"It speaks {side} “{self._read_as}” here. {about}"
        self.about.setText(about)
        self.doubt.setText(one.doubt)
        self._show_picture()

    def _show_picture(self) -> None:
        rows = self.chosen()
        self.picture.show_ink(self.model.ink(rows[0].id) if len(rows) == 1 else None, self._theme)

    # What is done

    def _relabel(self) -> None:
        self._relabel_as(self.says.text().strip())

    def _relabel_as(self, label: str) -> None:
        rows = self.chosen()
        if len(rows) != 1 or not label or label == rows[0].label:
            return
        self._samples.relabel(rows[0], label)

    def _set_aside(self) -> None:
        rows = self.chosen()
        if all(row.aside for row in rows):
            self._samples.bring_back(rows)
        else:
            self._samples.set_aside([row for row in rows if not row.aside])

    def _delete(self) -> None:
        if rows := self.chosen():
            self._samples.delete(rows)

    def _reset(self) -> None:
        rows = [row for row in self._samples.rows if not row.aside and self._label in (ALL, row.label)]
        what = f"every \u201c{self._label}\u201d" if self._label else "everything that was learned"
        question = (
            f"Forget {what}, {counted(len(rows), 'sample')}? You can undo it while Handpad is open, "
            "and a copy is kept among the backups."
        )
        yes = QMessageBox.StandardButton.Yes
        if QMessageBox.question(self, "Forget", question, yes | QMessageBox.StandardButton.Cancel) == yes:
            self._samples.delete(rows, what)

    def event(self, event: QEvent) -> bool:
        """Undo and Delete are about samples here: they are no shortcuts of the window."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and _is_own(event):
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Delete forgets what is chosen, Ctrl+Z takes back what was done last here, F2 names the ink anew."""
        if event.matches(QKeySequence.StandardKey.Undo):
            self._samples.undo()
        elif event.matches(QKeySequence.StandardKey.Delete) and not self.says.hasFocus():
            self._delete()
        elif event.key() == Qt.Key.Key_F2 and self.says.isVisible():
            self.says.setFocus()
        else:
            super().keyPressEvent(event)


def _is_own(event: QKeyEvent) -> bool:
    return event.matches(QKeySequence.StandardKey.Undo) or event.matches(QKeySequence.StandardKey.Delete)


def _passes(row: Row, named: str) -> bool:
    """Whether a filter shows a sample."""
    match named:
        case "Doubtful":
            return bool(row.doubt)
        case "Corrected":
            return row.kind == _CORRECTION and not row.aside
        case "Joined or parted":
            return row.kind == _PARTED and not row.aside
        case "Left as read":
            return row.kind == _CONFIRMATION and not row.aside
        case "Decide now":
            return row.decides
        case "Set aside":
            return row.aside
    return True


def _nothing(named: str, label: str) -> str:
    of = f" of \u201c{label}\u201d" if label else ""
    if named == FILTERS[0]:
        return f"No samples{of} yet." if label else "Your letters stand here once you have put some right."
    return {
        "Doubtful": f"No sample{of} contradicts the others.",
        "Decide now": f"No sample{of} decides now.",
        "Set aside": f"No sample{of} is set aside.",
        BEHIND: "Nothing that you taught has a part in this reading: it is what the base model and the text say.",
    }.get(named, f"No samples{of} of this kind.")


def _about(row: Row) -> str:
    parts = [when(row.created)]
    if row.shown and row.shown != row.label:
        parts.append(f"it was read as \u201c{row.shown}\u201d")
    said = ", ".join(parts) + "."
    if row.aside:
        return f"{said} Set aside: nothing is learned from it."
    return said + (" It decides what is read now." if row.decides else " It does not decide at the moment.")
