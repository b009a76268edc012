"""Opens the correction popup of a character or a word beside its ink, and passes on what is chosen there."""

from collections.abc import Iterable

from PySide6.QtCore import QObject, QRect, QRectF, Signal
from PySide6.QtWidgets import QScrollArea, QWidget

from handpad.app.canvas import Canvas
from handpad.app.correction_popup import CorrectionPopup
from handpad.app.cut_marks import CutMarks
from handpad.app.drawing_popup import DrawingPopup
from handpad.app.pad import Pad
from handpad.app.theme import Theme
from handpad.app.word_popup import WordPopup
from handpad.page.line_job import Key, WordReading
from handpad.page.page import Character
from handpad.page.parting import same_ink

KNOBS = 24
"""Logical pixels above a word in which its cuts are taken hold of."""


class Popups(QObject):
    """At most one popup is open.

    Attributes
    ----------
    popup : the open popup, or None. marks : the cuts of the word that it is about, and the choice that Split asks.
    theme : the colours that the next popup is shown in.

    Signals
    -------
    notice(sentence, undo) : what has just happened, and whether it can be undone.
    """

    notice = Signal(str, bool)

    def __init__(self, pad: Pad, canvas: Canvas, scroll: QScrollArea, place: QWidget, theme: Theme):
        """canvas is what scroll scrolls; popups lie on place, which holds both."""
        super().__init__(place)
        self.popup: CorrectionPopup | WordPopup | DrawingPopup | None = None
        self.theme = theme
        self._pad = pad
        self._canvas = canvas
        self._scroll = scroll
        self._place = place
        self._cuts_stay = False
        self.marks = CutMarks(pad, canvas, theme)
        self.marks.notice.connect(self.notice)
        self.marks.left.connect(self._on_left)
        self.marks.dragging.connect(self.close_popup)
        pad.word_read.connect(self._on_word_read)

    def open(self, key: Key) -> None:
        """Open the popup of a character."""
        self.close()
        pad, page = self._pad, self._pad.page
        character = page.find(key)
        if key in page.pictures:
            self._open_drawing(key)
        if character is None:
            return
        if not pad.is_ready or key not in pad.session.candidates:
            self.notice.emit("Handpad is still reading this character.", False)
            return
        self.popup = CorrectionPopup(
            self.theme,
            page.ink(character),
            pad.session.candidates[key],
            character.label,
            pad.session.alphabet,
            self._place,
            can_split=page.can_split(character),
            can_join=page.following(character) is not None,
            space=self._space_before(character),
            has_word=page.row(character) not in page.box_rows,
        )
        self.popup.spaced.connect(lambda space: pad.set_space(key, space))
        self.popup.word_asked.connect(lambda: self.open_word(key))
        self.popup.taught.connect(lambda label: pad.correct(key, label, True))
        self.popup.chosen.connect(lambda label: pad.correct(key, label))  # the popup closes when that is on disk
        self.popup.deleted.connect(lambda: self.delete(key))
        self.popup.drawn.connect(lambda: self.draw(character.strokes))
        self.popup.split.connect(lambda: self.split(key))
        self.popup.joined.connect(lambda: pad.join(key))
        self._show(key, self._canvas.painter.character_rect(page, character))

    def _space_before(self, character: Character) -> bool | None:
        """Whether a space precedes a character; None where there can be none."""
        page = self._pad.page
        row = page.row(character)
        first = page.lines[row][0] == character
        return None if first or row in page.box_rows else character.space

    def open_word(self, key: Key) -> None:
        """Open the popup of the word that a character is in, as soon as its other readings are found."""
        self.close()
        if key in self._pad.page.pictures:
            self._open_drawing(key)
            return
        self._canvas.select(key)
        self._pad.ask_word(key)

    def _on_word_read(self, key: Key, readings: list) -> None:
        """Readings of a word are here: those asked for by opening its popup, or the one that says what was typed."""
        pad, page = self._pad, self._pad.page
        character = page.find(key)
        if isinstance(self.popup, WordPopup):
            if readings:
                pad.correct_word(key, readings[0])
            return
        if character is None or not readings:
            self.notice.emit("Handpad is still reading this word.", False)
            return
        word = page.word(character)
        following = page.following(word[-1])
        text = readings[0].text
        self.popup = WordPopup(self.theme, readings, text, pad.words, self._place, can_join=following is not None)
        self.popup.chosen.connect(lambda reading: self._choose(key, reading))
        self.popup.typed.connect(lambda typed: pad.ask_word(key, typed))
        self.popup.word_set.connect(self._set_word)
        self.popup.joined.connect(lambda: pad.set_space(following.substrokes, False))
        self.popup.drawn.connect(lambda: self.draw(number for other in word for number in other.strokes))
        self.popup.cuts_asked.connect(self._move_cuts)
        self.marks.show_word(key)
        keys = tuple(other.substrokes for other in word)
        self._show(key, self._canvas.painter.marked_rect(page, keys))
        self._canvas.select_word(keys)

    def _choose(self, key: Key, reading: WordReading) -> None:
        """Take a reading of a word. What stands there, or takes a neighbour in, is parted already; else it is as typed.

        A typed text is parted with finer cuts, and teaches by the same rules, wherever it comes from.
        """
        page = self._pad.page
        character = page.find(key)
        word = page.word(character) if character is not None else ()
        as_it_is = [one.substrokes for one in word] == [one.substrokes for one in reading.characters]
        if as_it_is or not same_ink(word, reading.characters):
            self._pad.correct_word(key, reading)
        else:
            self._pad.ask_word(key, reading.text)

    def split(self, key: Key) -> None:
        """Ask where a character is to be parted in two."""
        self.close()
        self.marks.split(key)

    def _move_cuts(self) -> None:
        """Let the keys move the cuts of the word that is corrected."""
        self.close_popup()
        self.marks.take_keys()

    def _set_word(self, word: str, known: bool) -> None:
        """Expect one of the writer's own words from now on, or no longer."""
        self._pad.set_word(word, known)
        told = f"Handpad now expects “{word}”." if known else f"Handpad no longer expects “{word}”."
        self.notice.emit(told, False)

    def _open_drawing(self, key: Key) -> None:
        """Open the popup of a drawing."""
        numbers = {substroke.stroke for substroke in key}
        self.popup = DrawingPopup(self._place)
        self.popup.read_asked.connect(lambda: self.read_drawing(numbers))
        self.popup.deleted.connect(lambda: self.delete(key))
        self._show(key, self._canvas.painter.character_rect(self._pad.page, Character(key)))

    def draw(self, numbers: Iterable[int]) -> None:
        """Make strokes a drawing, which says nothing."""
        self._pad.draw(set(numbers))
        self.notice.emit("That is a drawing now: it stays, and is not read.", True)

    def read_drawing(self, numbers: Iterable[int]) -> None:
        """Have the strokes of a drawing read."""
        self._pad.read_drawing(set(numbers))
        self.notice.emit("That is read as writing from now on.", True)

    def delete(self, key: Key) -> None:
        """Remove the ink of a character or a drawing."""
        if key in self._pad.page.pictures:
            self._pad.erase({substroke.stroke for substroke in key})
            self.notice.emit("Deleted a drawing.", True)
            return
        self._pad.delete(key)
        self.notice.emit("Deleted one character.", True)

    def close(self) -> None:
        """Close the popup, if one is open, and show no cuts."""
        self.close_popup()
        self.marks.close()

    def close_popup(self) -> None:
        """Close the popup, if one is open; the cuts of its word stay."""
        if self.popup is not None:
            self._cuts_stay = True
            self.popup.close()
            self._cuts_stay = False

    def set_theme(self, theme: Theme) -> None:
        """Use other colours from now on."""
        self.theme = self.marks.theme = theme
        for shown in (self.marks.cuts, self.marks.choice):
            if shown is not None:
                shown.set_theme(theme)

    def _show(self, key: Key, rect: QRectF) -> None:
        """Show the popup beside a part of the page."""
        self.popup.closed.connect(self._on_closed)
        self._canvas.select(key)
        shown = self._canvas.zoom.widget_rect(rect).toAlignedRect()
        self._make_room(shown)
        corner = self._canvas.mapTo(self._place, shown.topLeft())
        self.popup.open_at(QRect(corner, shown.size()))

    def _make_room(self, rect: QRect) -> None:
        """Scroll until the popup has room below a part of the canvas, or above it, as far as the paper goes."""
        self._scroll.ensureVisible(rect.center().x(), rect.center().y(), 60, 80)
        self._scroll.ensureVisible(rect.left(), rect.top(), KNOBS, KNOBS)  # of large ink, the beginning
        needed, height = self.popup.height() + 24, self._scroll.viewport().height()
        top = rect.top() - self._scroll.verticalScrollBar().value()
        missing = top + rect.height() + needed - height
        if missing > 0 and top < needed:
            bar = self._scroll.verticalScrollBar()
            bar.setValue(bar.value() + min(missing, max(top - KNOBS, 0)))

    def _on_closed(self) -> None:
        self.popup = None
        if not self._cuts_stay:
            self.marks.close()
        self._on_left()

    def _on_left(self) -> None:
        self._canvas.select_word(())
        self._canvas.setFocus()
