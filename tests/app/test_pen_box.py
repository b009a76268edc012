"""Pens and erasers in the window: chosen on the bar, written with, kept from start to start."""

import numpy as np
import pytest
from canvas_clock import clock
from handwriting import write_line
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolButton
from tablet import Pen

from handpad.app import theme
from handpad.app.pages.shelf_thread import thumbnail
from handpad.app.pen_box import name_of
from handpad.app.pen_path import color_of
from handpad.app.pen_test import PenTest
from handpad.page.page import Page
from handpad.page.pen import COLORS, PLAIN, WIDTHS
from handpad.page.pen import Pen as InkPen

LINE = np.array([[100.0, 200, 0.5], [140, 200, 0.5], [180, 200, 0.5], [220, 200, 0.5]])
DOWN = np.array([0.0, 100, 0])


def press(qtbot, window, action):
    qtbot.mouseClick(window.bar.button(action), Qt.MouseButton.LeftButton)


def choose(qtbot, window, number, name):
    """Press a favourite until it shows what there is, and choose that."""
    menu = window.pen_box._menus[number]
    if not window.tools.pens[number].isChecked():
        press(qtbot, window, window.tools.pens[number])
    press(qtbot, window, window.tools.pens[number])
    qtbot.waitUntil(menu.isVisible)
    button = next(b for b in menu.findChildren(QToolButton) if b.toolTip() == name)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert not menu.isVisible()


def test_favourites_write_in_their_colours_and_are_kept(qtbot, start):
    window = start()
    pen = Pen(window.canvas)
    pen.stroke(LINE)
    press(qtbot, window, window.tools.pens[1])
    choose(qtbot, window, 1, "Violet")
    choose(qtbot, window, 1, "Broad")
    pen.stroke(LINE + DOWN)
    violet = InkPen(COLORS[5], WIDTHS[2])
    assert window.pad.page.pens == {2: violet}
    picture = window.canvas.grab(around(window, LINE + DOWN)).toImage()
    assert violet.color in {picture.pixelColor(x, picture.height() // 2).name() for x in range(picture.width())}
    window.activateWindow()
    qtbot.waitUntil(lambda: QGuiApplication.focusWindow() is window.windowHandle())
    QTest.keyClick(window.canvas, Qt.Key.Key_P)
    assert window.canvas.pen == PLAIN
    QTest.keyClick(window.canvas, Qt.Key.Key_P, Qt.KeyboardModifier.ShiftModifier)
    window.close()
    window = start()
    assert window.canvas.pen == violet and window.tools.pens[1].isChecked()
    qtbot.waitUntil(lambda: bool(window.pad.page.strokes))
    assert window.pad.page.pens == {2: violet}


def around(window, points):
    left, top = points[:, :2].min(axis=0)
    right, bottom = points[:, :2].max(axis=0)
    return QRect(QPoint(int(left), int(top) - 6), QPoint(int(right), int(bottom) + 6))


def test_a_highlighter_over_a_word_changes_nothing_that_is_read_and_takes_no_taps(qtbot, window):
    ruling = window.pad.page.ruling
    pen = Pen(window.canvas)
    for letter in write_line("hill", ruling.x_height, (60, ruling.baseline(0))):
        pen.write(letter)
    qtbot.waitUntil(lambda: all(c.label for c in window.pad.page.characters) and not window.pad.session.reads)
    said = window.pad.page.text()
    press(qtbot, window, window.tools.pens[2])
    middle = ruling.baseline(0) - 15
    pen.stroke(np.array([[50.0, middle, 0.5], [150, middle, 0.5], [300, middle, 0.5]]))
    assert window.pad.page.marks == window.pad.page.drawings and len(window.pad.page.marks) == 1
    assert window.pad.page.text() == said and not window.pad.session.reads
    clock.ahead += 5
    box = window.pad.page.box(window.pad.page.characters[0])
    with qtbot.waitSignal(window.canvas.opened) as asked:
        qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=QPoint(int(box.center[0]), int(box.center[1])))
    assert asked.args[0] == window.pad.page.characters[0].substrokes


def test_an_eraser_takes_whole_strokes_or_only_what_it_touches(qtbot, start):
    window = start(ready=False)
    pen = Pen(window.canvas)
    pen.stroke(LINE)
    press(qtbot, window, window.tools.pens[1])
    pen.stroke(LINE + DOWN)
    press(qtbot, window, window.tools.eraser)
    press(qtbot, window, window.tools.eraser)
    menu = window.pen_box._eraser_menu
    qtbot.waitUntil(menu.isVisible)
    next(action for action in menu.actions() if action.text() == "Only what it touches").trigger()
    menu.close()
    across = np.array([[160.0, 150], [160, 190], [160, 350]])
    pen.stroke(across)
    page = window.pad.page
    assert len(page.strokes) == 4 and sorted(map(page.pen, page.strokes), key=repr) == sorted(
        [PLAIN, PLAIN, window.pen_box.pens[1], window.pen_box.pens[1]], key=repr
    )
    ends = {round(float(x)) for stroke in page.strokes.values() for x in (stroke[0, 0], stroke[-1, 0])}
    assert ends == {100, 220} | {end for end in ends if abs(abs(end - 160) - 8) < 2} and len(ends) >= 4
    window.tools.undo.trigger()
    assert len(window.pad.page.strokes) == 2
    window.pen_box._rub(False, 4.0)
    pen.stroke(across)
    assert not window.pad.page.strokes


def test_a_fast_eraser_misses_no_stroke(qtbot, start):
    window = start(ready=False)
    pen = Pen(window.canvas)
    pen.stroke(LINE)
    window.tools.eraser.trigger()
    pen.stroke(np.array([[160.0, 20], [160, 380]]))
    assert not window.pad.page.strokes


def test_the_eraser_end_of_a_pen_erases_whatever_is_in_hand(start):
    window = start(ready=False)
    Pen(window.canvas).stroke(LINE)
    Pen(window.canvas, eraser=True).stroke(np.array([[160.0, 180], [160, 220]]))
    assert not window.pad.page.strokes


@pytest.mark.parametrize("paper", [theme.LIGHT, theme.DARK])
def test_every_colour_is_seen_on_the_paper(paper):
    """Lines of writing: at least 4 : 1."""

    def brightness(color):
        parts = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in color.getRgbF()[:3]]
        return np.dot(parts, (0.2126, 0.7152, 0.0722)) + 0.05

    ground = brightness(QColor(paper.paper))
    for color in COLORS:
        ink = brightness(color_of(InkPen(color), QColor(paper.ink)))
        assert max(ink, ground) / min(ink, ground) > 4, color


def test_thumbnails_show_pens():
    stroke = np.column_stack([LINE[:, :2], LINE[:, 2], np.zeros(4)])
    image = thumbnail(Page().add(1, stroke, InkPen(COLORS[1], 20.0)), QColor(theme.LIGHT.ink))
    seen = {image.pixelColor(x, y).name() for x in range(0, image.width(), 2) for y in range(0, image.height(), 2)}
    assert COLORS[1] in seen and theme.LIGHT.ink not in seen


def test_favourites_have_names_for_those_who_do_not_see_them(start):
    window = start(ready=False)
    names = [window.bar.button(action).accessibleName() for action in window.tools.pens]
    assert (
        names
        == ["Medium ink pen", "Medium red pen", "Medium amber highlighter"]
        == list(map(name_of, window.pen_box.pens))
    )


@pytest.mark.parametrize("text", ["", ";;;", "nonsense", "#000000 1 0; #000000 1 0; #000000 1 0; 0 0 7", "9 " * 999])
def test_pens_that_were_kept_by_another_program_are_the_first_ones(start, text):
    window = start(ready=False)
    before = list(window.pen_box.pens)
    window.pen_box.restore(text)
    assert window.pen_box.pens == before and window.pen_box.in_hand == 0


def test_the_pen_test_tells_what_arrives(qtbot, start):
    window = start(ready=False)
    next(action for action in window.menu.actions() if action.text() == "Pen test …").trigger()
    test = window.findChild(PenTest)
    pen = Pen(test)
    for x in range(20):
        pen.hover((x, 50))
    pen.press((30, 50, 0.25))
    told = {name: value.text() for name, value in test.values.items()}
    assert (told["Device"], told["Kind"], told["Pressure"]) == ("test pen", "Pen", "0.25")
    assert (told["Buttons"], told["Rate"]) == ("tip", "125 events a second")
    assert told["Tilt"] == "not told by this device"
    test.close()
    assert not window.pad.page.strokes


def test_leaving_the_paper_hides_the_nib(start):
    window = start(ready=False)
    Pen(window.canvas).hover((50, 50))
    QApplication.sendEvent(window.canvas, QEvent(QEvent.Type.Leave))
    assert window.canvas.hand() is None
