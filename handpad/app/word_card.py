"""The card of a word: other ways to read it, any word that one types, and whether it is a word at all."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QLineEdit, QPushButton, QVBoxLayout, QWidget

from handpad.app.card import Popup, percent
from handpad.app.engine import WordReading
from handpad.app.theme import Theme

CHOICES = 5
_FONT = 19


class WordButton(QAbstractButton):
    """One reading of a word: its key, what it says, its probability as a bar and a figure."""

    def __init__(self, number: int, text: str, probability: float, current: bool, theme: Theme):
        super().__init__()
        self.text_read = text
        self._number = number
        self._probability = probability
        self._current = current
        self._theme = theme
        self._word_font = QFont(self.font())
        self._word_font.setPixelSize(_FONT)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{text}, {probability:.0%}, key {number}" + (", as read" if current else ""))
        self.setToolTip(f"It says {text} (key {number})")

    def sizeHint(self) -> QSize:
        return QSize(int(QFontMetricsF(self._word_font).horizontalAdvance(self.text_read)) + 150, 38)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, rect = self._theme, QRectF(self.rect()).adjusted(1, 1, -1, -1)
        active = self.hasFocus() or self.underMouse() or self.isDown()
        painter.setPen(QColor(theme.accent if active else theme.border))
        painter.setBrush(QColor(theme.accent_soft if self._current or self.isDown() else theme.paper))
        painter.drawRoundedRect(rect, 8, 8)
        middle = Qt.AlignmentFlag.AlignVCenter
        small = QFont(self.font())
        small.setPixelSize(11)
        painter.setFont(small)
        painter.setPen(QColor(theme.muted))
        painter.drawText(rect.adjusted(10, 0, 0, 0), middle, str(self._number))
        painter.drawText(rect.adjusted(0, 0, -62, 0), middle | Qt.AlignmentFlag.AlignRight, percent(self._probability))
        painter.setFont(self._word_font)
        painter.setPen(QColor(theme.text))
        painter.drawText(rect.adjusted(28, 0, -110, 0), middle, self.text_read)
        bar = QRectF(rect.right() - 54, rect.center().y() - 2, 44, 4)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.border))
        painter.drawRoundedRect(bar, 2, 2)
        if self._probability >= 0.005:
            bar.setWidth(max(4.0, bar.width() * self._probability))
            painter.setBrush(QColor(theme.accent))
            painter.drawRoundedRect(bar, 2, 2)

    def enterEvent(self, event) -> None:
        self.update()

    def leaveEvent(self, event) -> None:
        self.update()


class WordCard(Popup):
    """Asks what a word is.

    Signals
    -------
    chosen(WordReading) : the writer picked a reading.
    typed(text) : the writer typed the word.
    word_set(word, known) : it is to be one of the writer's own words, or no longer.
    joined() : it is one word with the next one.
    """

    chosen = Signal(object)
    typed = Signal(str)
    word_set = Signal(str, bool)
    joined = Signal()

    def __init__(
        self,
        theme: Theme,
        readings: list[WordReading],
        text: str,
        own_words: set[str],
        parent: QWidget,
        can_join: bool = False,
    ):
        super().__init__("What is this word?", parent)
        self._readings = readings[:CHOICES]
        self._text = text
        self._own_words = own_words
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 14, 14, 12)
        layout.setSpacing(6)
        self.buttons = []
        total = sum(reading.probability for reading in self._readings) or 1.0
        for number, reading in enumerate(self._readings, start=1):
            current = reading.text == text
            button = WordButton(number, reading.text, reading.probability / total, current, theme)
            button.clicked.connect(lambda _, picked=reading: self._choose(picked))
            layout.addWidget(button)
            self.buttons.append(button)
        self.other = QLineEdit(placeholderText="Type what it says, then Enter", maxLength=80, minimumWidth=250)
        self.other.setAccessibleName("What the word says")
        self.other.textChanged.connect(self._show_own)
        self.other.returnPressed.connect(self._type)
        self.message = QLabel(wordWrap=True)
        self.message.hide()
        self.own = QPushButton()
        self.own.clicked.connect(self._set_word)
        join = QPushButton("Join words", toolTip="This and the next are one word", enabled=can_join)
        join.clicked.connect(lambda: self.close_with(self.joined))
        below = QHBoxLayout()
        below.addWidget(self.own)
        below.addStretch()
        below.addWidget(join)
        layout.addSpacing(4)
        layout.addWidget(self.other)
        layout.addLayout(below)
        layout.addWidget(self.message)
        self._show_own()
        self.first = self.buttons[0] if self.buttons else self.other
        self.adjustSize()

    def refuse(self, text: str) -> None:
        """Say that the ink cannot be read as what was typed."""
        self.setEnabled(True)
        self.message.setText(f"This ink cannot be parted into the characters of “{text}”.")
        self.message.show()
        self.other.setFocus(Qt.FocusReason.OtherFocusReason)
        self.adjustSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, number = event.key(), event.key() - Qt.Key.Key_1
        focused = next((i for i, button in enumerate(self.buttons) if button.hasFocus()), None)
        if key == Qt.Key.Key_Escape:
            self.close()
        elif 0 <= number < len(self.buttons):
            self._choose(self._readings[number])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and focused is not None:
            self._choose(self._readings[focused])
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and focused is not None:
            place = focused + (1 if key == Qt.Key.Key_Down else -1)
            target = self.buttons[place] if 0 <= place < len(self.buttons) else self.other
            target.setFocus(Qt.FocusReason.OtherFocusReason)
        elif key == Qt.Key.Key_Up and self.other.hasFocus() and self.buttons:
            self.buttons[-1].setFocus(Qt.FocusReason.OtherFocusReason)
        elif event.text() and event.text().isprintable() and not event.text().isspace():
            self.other.setFocus(Qt.FocusReason.OtherFocusReason)
            self.other.setText(self.other.text() + event.text())
        else:
            super().keyPressEvent(event)

    def _meant(self) -> str:
        """The word that the button below is about: what was typed, else what was read, without marks around it."""
        return own_word(self.other.text() or self._text)

    def _show_own(self) -> None:
        word = self._meant()
        known = word in self._own_words
        self.own.setText("Forget this word" if known else "This is a word")
        what = (
            f"Expect “{word}” no longer" if known else f"Expect “{word}” from now on, when you write something like it"
        )
        self.own.setToolTip(what)
        self.own.setEnabled(bool(word))

    def _set_word(self) -> None:
        word = self._meant()
        self.word_set.emit(word, word not in self._own_words)
        if self.other.text():
            self._type()
        else:
            self.close()

    def _type(self) -> None:
        text = " ".join(self.other.text().split())
        if text:
            self.setEnabled(False)
            self.typed.emit(text)

    def _choose(self, reading: WordReading) -> None:
        self.setEnabled(False)
        self.chosen.emit(reading)


def own_word(text: str) -> str:
    """The word in a text, without marks around it; "" if there is none or there are several."""
    word = text.strip().strip("\"'.,;:!?()[]{}<>-")
    return word if word and not any(character.isspace() for character in word) else ""
