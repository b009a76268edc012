"""Which buttons of mouse and pen write, and which only ask."""

import pytest
from handwriting import write_line
from PySide6.QtCore import QPoint, Qt
from tablet import Pen

LEFT, RIGHT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton, Qt.MouseButton.MiddleButton


@pytest.mark.parametrize("button", [RIGHT, MIDDLE])
def test_another_button_than_the_left_writes_nothing(qtbot, window, button):
    qtbot.mouseClick(window.canvas, button, pos=QPoint(300, 60))
    qtbot.mousePress(window.canvas, button, pos=QPoint(300, 60))
    for x in range(300, 340, 4):
        qtbot.mouseMove(window.canvas, QPoint(x, 60))
    qtbot.mouseRelease(window.canvas, button, pos=QPoint(340, 60))
    assert not window.pad.page.strokes


@pytest.mark.parametrize("button", [RIGHT, MIDDLE])
def test_a_pen_with_its_barrel_button_held_writes_nothing(qtbot, window, button):
    pen = Pen(window.canvas)
    pen.press((300, 60), button, button)
    pen.press((300, 60), LEFT, LEFT | button)  # then the tip comes down
    pen.move((310, 60))
    pen.release((310, 60))
    pen.release((310, 60), button)
    assert not window.pad.page.strokes
    pen.write(write_line("o")[0])
    assert len(window.pad.page.strokes) == 1


def test_a_barrel_button_pressed_in_the_middle_of_a_stroke_does_not_break_it(qtbot, window):
    pen = Pen(window.canvas)
    pen.press((300, 60))
    pen.move((310, 60))
    pen.press((312, 60), RIGHT, LEFT | RIGHT)
    pen.move((330, 60))
    pen.release((330, 60))
    (stroke,) = window.pad.page.strokes.values()
    assert stroke[:, 0].max() == 330
