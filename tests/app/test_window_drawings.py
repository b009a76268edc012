"""Drawings in the window: by popup, by key, by themselves, and back."""

import numpy as np
import pytest
from canvas_clock import clock
from doodles import MARKS, drawing
from handwriting import write_line
from PySide6.QtCore import QPoint, Qt
from tablet import Pen

from handpad.app.correction_popup import CorrectionPopup
from handpad.app.drawing_popup import DrawingPopup
from handpad.app.word_popup import WordPopup


def settle(qtbot, window):
    pad = window.pad
    qtbot.waitUntil(lambda: not pad.session.reads and not pad.session.stores, timeout=10_000)


def put(qtbot, window, text, row=0):
    pen, ruling = Pen(window.canvas), window.pad.page.ruling
    for letter in write_line(text, ruling.x_height, (60.0, ruling.baseline(row)), gap=0.3):
        pen.write(letter)
    settle(qtbot, window)


def sketch(qtbot, window, strokes):
    Pen(window.canvas).write([np.pad(stroke, ((0, 0), (0, 1)), constant_values=0.5) for stroke in strokes])
    settle(qtbot, window)


def click(qtbot, window, x, y, button=Qt.MouseButton.LeftButton, kind=object):
    """Click on the paper once the ink has settled, and wait for a popup of a kind."""
    clock.ahead += 2
    qtbot.mouseClick(window.canvas, button, pos=QPoint(round(x), round(y)))
    qtbot.waitUntil(lambda: isinstance(window.popups.popup, kind), timeout=5000)
    return window.popups.popup


def button(popup, text):
    from PySide6.QtWidgets import QPushButton

    return next(one for one in popup.findChildren(QPushButton) if one.text() == text)


def middle(window, index):
    box = window.pad.page.box(window.pad.page.characters[index])
    return box.center


@pytest.mark.parametrize("by_key", [False, True])
def test_a_character_becomes_a_drawing_from_its_popup_and_is_read_again_from_its_own(qtbot, window, by_key):
    put(qtbot, window, "vit tool")
    said = window.pad.page.text()
    popup = click(qtbot, window, *middle(window, 0), kind=CorrectionPopup)
    if by_key:
        qtbot.keyClick(popup.first, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    else:
        qtbot.mouseClick(button(popup, "Not text"), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.popups.popup is None
    assert window.pad.page.drawings == {1} and window.pad.page.text() == said[1:]
    assert window.status.undo.isVisible() and "drawing" in window.status.sentence.text()
    x, y = window.pad.page.strokes[1][6, :2]
    popup = click(qtbot, window, x, y, kind=DrawingPopup)
    if by_key:
        qtbot.keyClick(popup.first, Qt.Key.Key_Return)
    else:
        qtbot.mouseClick(button(popup, "Read it"), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert not window.pad.page.drawings and window.pad.page.text() == said


def test_a_word_becomes_a_drawing_and_the_status_line_takes_it_back(qtbot, window):
    put(qtbot, window, "vit tool")
    said = window.pad.page.text()
    popup = click(qtbot, window, *middle(window, 0), Qt.MouseButton.RightButton, WordPopup)
    qtbot.mouseClick(button(popup, "Not text"), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.pad.page.text() == said.split()[1]
    assert window.bottom.text.toPlainText() == said.split()[1]
    qtbot.mouseClick(window.status.undo, Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert window.pad.page.text() == said and not window.pad.page.drawings


def test_a_key_makes_a_drawing_of_the_marked_character_and_goes_on_to_it(qtbot, window):
    put(qtbot, window, "vit tool")
    canvas, control = window.canvas, Qt.KeyboardModifier.ControlModifier
    canvas.setFocus()
    canvas.select(window.pad.page.characters[0].substrokes)
    qtbot.keyClick(canvas, Qt.Key.Key_D, control)
    settle(qtbot, window)
    assert window.pad.page.drawings == {1}
    qtbot.keyClick(canvas, Qt.Key.Key_Home)
    assert canvas.view.selected == window.pad.page.pictures[0]
    qtbot.keyClick(canvas, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: isinstance(window.popups.popup, DrawingPopup), timeout=5000)
    qtbot.keyClick(window.popups.popup.first, Qt.Key.Key_Escape)
    canvas.select(window.pad.page.pictures[0])
    qtbot.keyClick(canvas, Qt.Key.Key_D, control)
    settle(qtbot, window)
    assert not window.pad.page.drawings and window.pad.page.writing == {1}


def test_a_key_makes_a_drawing_of_the_stroke_under_the_pointer(qtbot, window, monkeypatch):
    put(qtbot, window, "vit tool")
    x, y = window.pad.page.strokes[1][6, :2]
    where = window.canvas.mapToGlobal(QPoint(round(x), round(y)))
    monkeypatch.setattr("handpad.app.walk_keys.QCursor.pos", lambda: where)
    window.canvas.setFocus()
    qtbot.keyClick(window.canvas, Qt.Key.Key_D, Qt.KeyboardModifier.ControlModifier)
    settle(qtbot, window)
    assert window.pad.page.drawings == {1}


def test_a_ring_and_a_scribble_are_ink_without_a_label_and_inside_the_ring_the_word_opens(qtbot, window):
    put(qtbot, window, "vital tool")
    said, ruling = window.pad.page.text(), window.pad.page.ruling
    word = [window.pad.page.strokes[n][:, :2] for c in window.pad.page.words(0)[0] for n in c.strokes]
    sketch(qtbot, window, [MARKS["ring"](word, ruling.x_height, np.random.default_rng(1))])
    ring = max(window.pad.page.strokes)
    sketch(qtbot, window, drawing("loops", np.random.default_rng(0), 30.0, (500.0, 250.0)))
    assert window.pad.page.drawings == {ring, ring + 1} and window.pad.page.text() == said
    picture = window.canvas.grab().toImage()
    x, y = window.pad.page.strokes[ring][20, :2]
    assert picture.pixelColor(round(x), round(y)).lightness() < 150
    popup = click(qtbot, window, *middle(window, 1), Qt.MouseButton.RightButton, WordPopup)
    popup.close()
    popup = click(qtbot, window, x, y, Qt.MouseButton.RightButton, DrawingPopup)
    qtbot.mouseClick(button(popup, "Delete"), Qt.MouseButton.LeftButton)
    settle(qtbot, window)
    assert ring not in window.pad.page.strokes and window.pad.page.text() == said


def test_the_eraser_and_the_delete_key_take_drawings_away(qtbot, window):
    sketch(qtbot, window, drawing("loops", np.random.default_rng(0), 30.0, (100.0, 50.0)))
    sketch(qtbot, window, drawing("loops", np.random.default_rng(1), 30.0, (100.0, 350.0)))
    assert window.pad.page.drawings == {1, 2}
    Pen(window.canvas, eraser=True).stroke(window.pad.page.strokes[1][:3, :2])
    settle(qtbot, window)
    assert window.pad.page.drawings == {2} == window.pad.page.strokes.keys()
    window.canvas.select(window.pad.page.pictures[0])
    qtbot.keyClick(window.canvas, Qt.Key.Key_Delete)
    assert not window.pad.page.strokes
