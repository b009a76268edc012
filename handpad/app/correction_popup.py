"""The correction popups open at what they are about, take one press, and teach; here the one of a character."""

from collections.abc import Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QKeyEvent, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QAbstractButton, QFrame, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from handpad.app.pen_path import PenPath
from handpad.app.theme import Theme
from handpad.ink import bounding_box
from handpad.labels import LONGEST_SIGN, Alphabet, plain_label

CHOICES = 5
_PICTURE, _PICTURE_MARGIN = 72, 9
_MOST_ENLARGED = 3.0  # a dot stays a dot
_COMMANDS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class ChoiceButton(QAbstractButton):
    """One of several numbered readings: what it says, its probability, whether it is the present one."""

    radius: float
    tip: str

    def __init__(self, number: int, label: str, probability: float, current: bool, theme: Theme):
        super().__init__()
        self.label = label
        self._number = number
        self._probability = probability
        self._current = current
        self._theme = theme
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{label}, {probability:.0%}, key {number}" + (", as read" if current else ""))
        self.setToolTip(f"{self.tip} {label} (key {number})")

    def _begin(self) -> tuple[QPainter, QRectF]:
        """A painter, and the rectangle inside the frame that it has painted."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, rect = self._theme, QRectF(self.rect()).adjusted(1, 1, -1, -1)
        active = self.hasFocus() or self.underMouse() or self.isDown()
        painter.setPen(QColor(theme.accent if active else theme.border))
        painter.setBrush(QColor(theme.accent_soft if self._current or self.isDown() else theme.paper))
        painter.drawRoundedRect(rect, self.radius, self.radius)
        return painter, rect

    def _write(self, painter: QPainter, rect: QRectF, where: Qt.AlignmentFlag, text: str, pixels: int, color: str):
        font = QFont(self.font())
        font.setPixelSize(pixels)
        painter.setFont(font)
        painter.setPen(QColor(color))
        painter.drawText(rect, where, text)

    def _draw_bar(self, painter: QPainter, bar: QRectF) -> None:
        """The probability as a bar."""
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.border))
        painter.drawRoundedRect(bar, 2, 2)
        if self._probability >= 0.005:
            bar.setWidth(max(4.0, bar.width() * self._probability))
            painter.setBrush(QColor(self._theme.accent))
            painter.drawRoundedRect(bar, 2, 2)

    def enterEvent(self, event) -> None:
        self.update()

    def leaveEvent(self, event) -> None:
        self.update()


def focused_one(buttons: Sequence[ChoiceButton]) -> int | None:
    """Which of the choices has the focus, from 0; None if none has."""
    return next((n for n, button in enumerate(buttons) if button.parentWidget().focusWidget() is button), None)


def picked_one(event: QKeyEvent, buttons: Sequence[ChoiceButton]) -> int | None:
    """Which of the choices a key picks, from 0: by its number, or by Enter on the one with the focus; None if none."""
    number = event.key() - Qt.Key.Key_1
    if 0 <= number < len(buttons):
        return number
    return focused_one(buttons) if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) else None


class CandidateButton(ChoiceButton):
    """One candidate: its character, large; its probability as a bar and a figure; its key."""

    radius = 9
    tip = "It is"

    def sizeHint(self) -> QSize:
        return QSize(62, 84)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter, rect = self._begin()
        center, left = Qt.AlignmentFlag.AlignHCenter, Qt.AlignmentFlag.AlignLeft
        middle, bottom = Qt.AlignmentFlag.AlignCenter, center | Qt.AlignmentFlag.AlignBottom
        self._write(painter, rect.adjusted(0, 6, 0, -30), middle, self.label, 30, theme.text)
        self._write(painter, rect.adjusted(7, 4, 0, 0), left, str(self._number), 11, theme.muted)
        self._write(painter, rect.adjusted(0, 0, 0, -13), bottom, percent(self._probability), 11, theme.muted)
        self._draw_bar(painter, QRectF(rect.left() + 9, rect.bottom() - 9, rect.width() - 18, 4))


class Popup(QFrame):
    """A popup over the page. `closed` tells that it is gone.

    Subclasses set `first`, the widget that takes the keys.
    """

    closed = Signal()
    first: QWidget

    def __init__(self, name: str, parent: QWidget):
        super().__init__(parent)
        self.setObjectName("popup")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(name)

    def open_at(self, target: QRect) -> None:
        """Show the popup beside target (in the parent's coordinates), wholly inside the parent, and take the keys.

        Below it, above it, to its right or its left: where it fits first; where it fits nowhere, it covers the least.
        """
        area = self.parentWidget().rect().adjusted(8, 8, -8, -8)
        size = self.size()
        right, bottom = max(area.left(), area.right() - size.width()), max(area.top(), area.bottom() - size.height())

        def inside(x: int, y: int) -> QRect:
            return QRect(QPoint(min(max(x, area.left()), right), min(max(y, area.top()), bottom)), size)

        x, y = target.center().x() - size.width() // 2, target.center().y() - size.height() // 2
        places = [
            inside(x, target.bottom() + 8),
            inside(x, target.top() - 8 - size.height()),
            inside(target.right() + 8, y),
            inside(target.left() - 8 - size.width(), y),
        ]
        covered = [place.intersected(target) for place in places]
        self.move(places[min(range(4), key=lambda n: covered[n].width() * covered[n].height())].topLeft())
        self.show()
        self.raise_()
        self.first.setFocus(Qt.FocusReason.PopupFocusReason)

    def event(self, event: QEvent) -> bool:
        # A letter typed here is text; it is no shortcut of the window.
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and event.text()
            and not event.modifiers() & _COMMANDS
        ):
            event.accept()
            return True
        return super().event(event)

    def closeEvent(self, event) -> None:
        self.closed.emit()
        super().closeEvent(event)

    def close_with(self, signal) -> None:
        """Emit a signal of the popup and close it."""
        signal.emit()
        self.close()


class CorrectionPopup(Popup):
    """Asks what a character is.

    Signals
    -------
    chosen(label) : the writer picked a candidate or typed a character.
    taught(label) : the writer typed a sign of their own, one or several characters.
    deleted() : the character is to be removed.
    drawn() : it is no character: its ink stays, and says nothing.
    joined(), split() : it is to be one with the next character, or to be parted in two.
    spaced(bool) : whether a space is to precede it.
    word_asked() : the whole word is to be corrected instead.
    """

    chosen = Signal(str)
    taught = Signal(str)
    deleted = Signal()
    drawn = Signal()
    joined = Signal()
    split = Signal()
    spaced = Signal(bool)
    word_asked = Signal()

    def __init__(
        self,
        theme: Theme,
        ink: Sequence[np.ndarray],
        candidates: list,
        label: str,
        alphabet: Alphabet,
        parent: QWidget,
        can_split: bool = False,
        can_join: bool = False,
        space: bool | None = None,
        has_word: bool = False,
    ):
        """ink: its strokes, (n, 4). space: whether one precedes the character; None where that is not to be chosen."""
        super().__init__("What is this character?", parent)
        self._alphabet = alphabet
        picture = QLabel()
        picture.setPixmap(picture_of(ink, theme, self.devicePixelRatioF()))
        picture.setAccessibleName(f"Picture of the character, read as {label}" if label else "Picture of the character")
        row = QHBoxLayout()
        row.setSpacing(6)
        row.addWidget(picture)
        row.addSpacing(6)
        self.buttons = []
        for number, candidate in enumerate(candidates[:CHOICES], start=1):
            button = CandidateButton(number, candidate.label, candidate.probability, candidate.label == label, theme)
            button.clicked.connect(lambda _, chosen=candidate.label: self._choose(chosen))
            row.addWidget(button)
            self.buttons.append(button)
        self.other = QLineEdit(placeholderText="Another character", maxLength=LONGEST_SIGN, maximumWidth=150)
        self.other.setAccessibleName("Another character")
        self.other.textEdited.connect(self._typed)
        self.other.returnPressed.connect(lambda: self._teach(self.other.text()))
        self.sign = QPushButton("New sign …", toolTip="Teach a character or short text of your own, such as ä or →")
        self.sign.setCheckable(True)
        self.sign.clicked.connect(self._ask_sign)
        self.sign.setVisible(alphabet.further is None)
        word = QPushButton("Whole word …", toolTip="Other readings of the whole word (Shift+Enter)")
        word.clicked.connect(lambda: self.close_with(self.word_asked))
        word.setVisible(has_word)
        gap = QPushButton("No space before" if space else "Space before")
        gap.setToolTip("It belongs to the word before" if space else "A word begins here")
        gap.clicked.connect(lambda: self._space(not space))
        gap.setVisible(space is not None)
        split = QPushButton("Split", toolTip="These are two characters; next you choose where", enabled=can_split)
        split.clicked.connect(lambda: self.close_with(self.split))
        join = QPushButton("Join", toolTip="This and the next are one character", enabled=can_join)
        join.clicked.connect(lambda: self.close_with(self.joined))
        delete = QPushButton("Delete", toolTip="Remove this character from the page (Del)")
        delete.setProperty("danger", True)
        delete.clicked.connect(lambda: self.close_with(self.deleted))
        drawing = not_text_button()
        drawing.clicked.connect(lambda: self.close_with(self.drawn))
        self.message = QLabel(wordWrap=True)
        self.message.hide()
        row.addStretch()
        typing = QHBoxLayout()
        typing.addWidget(self.other)
        typing.addWidget(self.sign)
        typing.addStretch()
        typing.addWidget(word)
        below = QHBoxLayout()
        for lower in (split, join, gap):
            below.addWidget(lower)
        below.addStretch()
        below.addWidget(drawing)
        below.addWidget(delete)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 12)
        layout.setSpacing(10)
        layout.addLayout(row)
        layout.addLayout(typing)
        layout.addLayout(below)
        layout.addWidget(self.message)
        self.first = self.buttons[0] if self.buttons else self.other
        self.adjustSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, focused, picked = event.key(), focused_one(self.buttons), picked_one(event, self.buttons)
        if key == Qt.Key.Key_Escape:
            self.close()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.close_with(self.word_asked)
        elif picked is not None:
            self._choose(self.buttons[picked].label)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and focused is not None:
            step = 1 if key == Qt.Key.Key_Right else -1
            self.buttons[(focused + step) % len(self.buttons)].setFocus(Qt.FocusReason.OtherFocusReason)
        elif key == Qt.Key.Key_Delete:
            self.close_with(self.deleted)
        elif is_not_text(event):
            self.close_with(self.drawn)
        elif event.text() and event.text().isprintable() and not event.text().isspace():
            self.other.setFocus(Qt.FocusReason.OtherFocusReason)
            self.other.setText(event.text())
            self._typed(event.text())
        else:
            super().keyPressEvent(event)

    def _typed(self, text: str) -> None:
        label = plain_label(text)
        if label in self._alphabet.known and not self.sign.isChecked():
            self._choose(label)
        elif label in self._alphabet:
            self._say(f"Press Enter to teach “{label}” as a sign of your own.")
        elif label:
            self._say(f"Handpad cannot learn “{label}” as it is set now.")

    def _ask_sign(self) -> None:
        """Have a sign typed, which may begin with a character that is known."""
        self.sign.setChecked(True)
        self.other.setPlaceholderText("ä, →, kind regards")
        self.other.setAccessibleName("New sign of your own")
        self.other.setFocus(Qt.FocusReason.OtherFocusReason)
        self._say("Type what this ink is to stand for, then press Enter. Write it three times, and it is read.")

    def _teach(self, text: str) -> None:
        label = plain_label(text)
        if label in self._alphabet:
            self.setEnabled(False)
            self.taught.emit(label)
        elif label:
            self._say(f"Handpad cannot learn “{label}” as it is set now.")

    def _say(self, sentence: str) -> None:
        self.message.setText(sentence)
        self.message.show()
        self.adjustSize()

    def _choose(self, label: str) -> None:
        self.setEnabled(False)
        self.chosen.emit(label)

    def _space(self, space: bool) -> None:
        self.spaced.emit(space)
        self.close()


def not_text_button() -> QPushButton:
    """The button that makes a drawing of the ink that a popup is about."""
    return QPushButton("Not text", toolTip="This is a drawing: it stays as ink and is not read (Ctrl+D)")


def is_not_text(event: QKeyEvent) -> bool:
    """Whether a key does what that button does."""
    return event.key() == Qt.Key.Key_D and bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)


def percent(probability: float) -> str:
    """A probability as people read it: "93 %", "< 1 %"."""
    return "< 1 %" if probability < 0.01 else f"{min(99, round(probability * 100))} %"


def picture_of(ink: Sequence[np.ndarray], theme: Theme, ratio: float) -> QPixmap:
    """The strokes of a character, (n, 4) each, drawn in the theme's colours as large as they fit.

    ratio : pixels of the screen in a logical pixel.
    """
    pixmap = QPixmap(round(_PICTURE * ratio), round(_PICTURE * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(QColor(theme.paper))
    box = bounding_box(ink)
    scale = min((_PICTURE - 2 * _PICTURE_MARGIN) / max(box.width, box.height, 1.0), _MOST_ENLARGED)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(_PICTURE / 2, _PICTURE / 2)
    painter.scale(scale, scale)
    painter.translate(-box.center[0], -box.center[1])
    for stroke in ink:
        PenPath(stroke).paint(painter, QColor(theme.ink))
    painter.end()
    return pixmap
