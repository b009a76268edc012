"""Leaving and copying are weak evidence: what is doubtful stays marked, and teaches nothing, until the writer says."""

import os
from pathlib import Path

import numpy as np
from canvas_clock import clock
from handwriting import write, write_line
from PySide6.QtCore import Qt
from tablet import Pen

from handpad.profile import Profile


def settle(qtbot, window):
    """Wait until everything has been read and learned."""
    pad = window.pad
    qtbot.waitUntil(lambda: not pad.session.reads and not pad.session.stores, timeout=10_000)


def write_in_boxes(qtbot, window, letters, row=0):
    pen, ruling = Pen(window.canvas), window.pad.page.ruling
    for column, letter in enumerate(letters):
        place = ruling.margin + column * ruling.box_width + 18, ruling.baseline(row)
        pen.write(roof(*place) if letter == "^" else write(letter, ruling.x_height, place, seed=column))
    qtbot.waitUntil(lambda: all(c.label for c in window.pad.page.characters), timeout=10_000)
    settle(qtbot, window)


def roof(left, baseline, width=26.0):
    """The stroke of a drawn roof."""
    corners = np.array([[left, baseline - 14], [left + width / 2, baseline - 40], [left + width, baseline - 14]])
    steps = np.linspace(0, 2, 31)
    return [np.column_stack([np.interp(steps, [0, 1, 2], corners[:, axis]) for axis in (0, 1)] + [np.full(31, 0.5)])]


def samples():
    with Profile(Path(os.environ["XDG_DATA_HOME"]) / "handpad" / "me.handpad") as profile:
        return [(sample.label, sample.confirmed) for sample in profile.samples()]


def marks(window):
    """Which characters of the page carry a mark of doubt."""
    return [window.canvas.view.unsure(character) for character in window.pad.page.characters]


def open_popup(qtbot, window, index):
    point = window.canvas.painter.label_rect(window.pad.page, window.pad.page.characters[index]).center().toPoint()
    clock.ahead += 1  # the hand has changed from the pen to the mouse
    qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=point)
    qtbot.waitUntil(lambda: window.popups.popup is not None, timeout=2000)
    return window.popups.popup


def test_copying_teaches_what_is_certain_and_neither_a_drawn_roof_nor_an_o_that_may_be_a_capital(qtbot, window):
    window.tools.boxes.trigger()
    write_in_boxes(qtbot, window, "fo^")
    window.tools.copy.trigger()
    qtbot.waitUntil(lambda: samples() == [("f", True)], timeout=5000)
    write_in_boxes(qtbot, window, "t", row=1)  # moving on is no more than copying
    write_in_boxes(qtbot, window, "o", row=2)  # without a word that tells how large it is
    window.tools.copy.trigger()
    qtbot.waitUntil(lambda: len(samples()) == 2, timeout=5000)
    assert samples() == [("f", True), ("t", True)]
    assert marks(window)[0] is False and marks(window)[-1] is True
    window.close()
    assert len(samples()) == 2


def test_a_mark_of_doubt_stays_until_the_writer_says_what_it_is(qtbot, start):
    window = start()
    window.tools.boxes.trigger()
    write_in_boxes(qtbot, window, "o")
    (character,) = window.pad.page.characters
    label = character.label
    assert marks(window) == [True]
    window.tools.copy.trigger()
    write_in_boxes(qtbot, window, "oo", row=1)
    for index in (1, 2):  # which makes the first one sure as well
        popup = open_popup(qtbot, window, index)
        qtbot.keyClicks(popup, label)
        qtbot.waitUntil(lambda: window.popups.popup is None, timeout=5000)
    settle(qtbot, window)
    first = window.pad.page.characters[0]
    assert window.pad.session.probability(first) > 0.6 and first.label == label
    assert marks(window) == [True, False, False]
    window.close()

    again = start()
    qtbot.waitUntil(lambda: len(again.pad.session.candidates) == 3, timeout=5000)
    assert marks(again) == [True, False, False]
    popup = open_popup(qtbot, again, 0)
    assert popup.buttons[0].label == label
    qtbot.keyClick(popup.buttons[0], Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: again.popups.popup is None, timeout=5000)
    assert marks(again) == [False, False, False]
    assert samples() == [(label, False)] * 3
    again.tools.undo.trigger()
    assert marks(again) == [True, False, False]


def test_a_roof_on_a_line_that_is_left_is_not_learned(qtbot, window):
    pen, ruling = Pen(window.canvas), window.pad.page.ruling
    for letter in write_line("the fox", ruling.x_height, (60.0, ruling.baseline(0)), gap=0.3):
        pen.write(letter)
    pen.write(roof(340, ruling.baseline(0), width=90.0))
    settle(qtbot, window)
    drawn = window.pad.page.lines[0][-1]
    assert window.pad.page.line_text(0).startswith("the fox") and drawn.label
    pen.write(write("o", ruling.x_height, (60.0, ruling.baseline(1))))
    settle(qtbot, window)
    qtbot.waitUntil(lambda: len(samples()) >= 5, timeout=5000)
    drawn = window.pad.page.find(drawn.substrokes)
    assert not drawn.sample_id and window.canvas.view.unsure(drawn)
