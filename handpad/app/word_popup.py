"""The popup of a word: other ways to read it, any word that one types, and whether it is a word at all."""

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from handpad.app.correction_popup import (
    CHOICES,
    ChoiceButton,
    Popup,
    focused_one,
    is_not_text,
    not_text_button,
    percent,
    picked_one,
)
from handpad.app.theme import Theme
from handpad.page.line_job import WordReading

_FONT = 19


class WordButton(ChoiceButton):
    """One reading of a word: its key, what it says, its probability as a bar and a figure."""

    radius = 8
    tip = "It says"

    def sizeHint(self) -> QSize:
        font = QFont(self.font())
        font.setPixelSize(_FONT)
        return QSize(int(QFontMetricsF(font).horizontalAdvance(self.label)) + 150, 38)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter, rect = self._begin()
        left = Qt.AlignmentFlag.AlignVCenter
        right = left | Qt.AlignmentFlag.AlignRight
        self._write(painter, rect.adjusted(10, 0, 0, 0), left, str(self._number), 11, theme.muted)
        self._write(painter, rect.adjusted(0, 0, -62, 0), right, percent(self._probability), 11, theme.muted)
        self._write(painter, rect.adjusted(28, 0, -110, 0), left, self.label, _FONT, theme.text)
        self._draw_bar(painter, QRectF(rect.right() - 54, rect.center().y() - 2, 44, 4))


class WordPopup(Popup):
    """Asks what a word is.

    Signals
    -------
    chosen(WordReading) : the writer picked a reading.
    typed(text) : the writer typed the word.
    word_set(word, known) : it is to be one of the writer's own words, or no longer.
    joined() : it is one word with the next one.
    drawn() : it is no word: its ink stays, and says nothing.
    cuts_asked() : the keys are to move the cuts between its letters.
    """

    chosen = Signal(object)
    typed = Signal(str)
    word_set = Signal(str, bool)
    joined = Signal()
    drawn = Signal()
    cuts_asked = Signal()

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
        self.own = QPushButton()
        self.own.clicked.connect(self._set_word)
        join = QPushButton("Join words", toolTip="This and the next are one word", enabled=can_join)
        join.clicked.connect(lambda: self.close_with(self.joined))
        cuts = QPushButton("Cuts", toolTip="Move the lines between the letters by keys (F2), or drag them on the ink")
        cuts.clicked.connect(self.cuts_asked)
        below = QHBoxLayout()
        below.addWidget(self.own)
        drawing = not_text_button()
        drawing.clicked.connect(lambda: self.close_with(self.drawn))
        below.addStretch()
        below.addWidget(cuts)
        below.addWidget(join)
        below.addWidget(drawing)
        layout.addSpacing(4)
        layout.addWidget(self.other)
        layout.addLayout(below)
        self._show_own()
        self.first = self.buttons[0] if self.buttons else self.other
        self.adjustSize()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, focused, picked = event.key(), focused_one(self.buttons), picked_one(event, self.buttons)
        if key == Qt.Key.Key_Escape:
            self.close()
        elif is_not_text(event):
            self.close_with(self.drawn)
        elif key == Qt.Key.Key_F2:
            self.cuts_asked.emit()
        elif picked is not None:
            self._choose(self._readings[picked])
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
