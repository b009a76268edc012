"""The keys of the paper: from character to character, from word to word, and what is done to the one marked."""

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QCursor, QKeyEvent

from handpad.app.under_pointer import strokes_at
from handpad.page.page import Character
from handpad.page.walk import row_beside, word_beside

_ON = 7.0
"""Logical pixels from the pointer in which a stroke is under it."""


def take_key(canvas, event: QKeyEvent) -> bool:
    """Do what a key means on a canvas; whether it means anything."""
    page, key = canvas.page, event.key()
    characters = page.items
    steps: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
    selected = page.item(canvas.view.selected) if canvas.view.selected else None
    if not characters:
        return False
    if key == Qt.Key.Key_D and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        _turn_drawing(canvas, selected)
    elif key in steps and selected and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
        canvas.select(word_beside(page, selected, steps[key]).substrokes)
    elif key in steps:
        index = characters.index(selected) + steps[key] if selected else len(characters) - 1
        canvas.select(characters[min(max(index, 0), len(characters) - 1)].substrokes)
    elif key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
        step = -1 if key == Qt.Key.Key_Up else 1
        canvas.select((row_beside(page, selected, step) if selected else characters[-1]).substrokes)
    elif key == Qt.Key.Key_Home:
        canvas.select(characters[0].substrokes)
    elif key == Qt.Key.Key_End:
        canvas.select(characters[-1].substrokes)
    elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2, Qt.Key.Key_Space) and selected:
        shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
        (canvas.word_opened if shift else canvas.opened).emit(selected.substrokes)
    elif key == Qt.Key.Key_Menu and selected:
        canvas.word_opened.emit(selected.substrokes)
    elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and selected:
        index = characters.index(selected)
        others = [c.substrokes for c in characters if c is not selected]
        canvas.select(others[min(index, len(others) - 1)] if others else None)
        canvas.removed.emit(selected.substrokes)
    elif key == Qt.Key.Key_Escape and selected:
        canvas.select(None)
    else:
        return False
    return True


def _turn_drawing(canvas, selected: Character | None) -> None:
    """Make the ink under the keyboard's mark, else under the pointer, a drawing; what is one is read again."""
    page = canvas.page
    under = canvas.zoom.on_page(QPointF(canvas.mapFromGlobal(QCursor.pos())))
    on = set(selected.strokes) if selected else strokes_at(page, under, _ON / canvas.zoom.factor) - page.marks
    if on and on <= page.drawings:
        canvas.read_asked.emit({n for item in page.items if not on.isdisjoint(item.strokes) for n in item.strokes})
    elif on:
        canvas.drawn.emit(on)
