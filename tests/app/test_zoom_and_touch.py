"""Zoom, and fingers on the paper: the ink stays where it is on the page, and palms do nothing."""

import numpy as np
import pytest
from canvas_clock import clock
from handwriting import write_line
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from tablet import Pen

from handpad.app import theme
from handpad.app.canvas import Canvas
from handpad.app.paper import Paper
from handpad.app.zoom import Zoom
from handpad.page.page import Page

LINE = np.array([[100.0, 100], [140, 120], [180, 140], [220, 160]])


@pytest.fixture
def paper(qtbot):
    """A paper of 600 x 400 pixels; what is written on it is on its page at once."""
    canvas = Canvas(theme.LIGHT)
    paper = Paper(canvas)
    qtbot.addWidget(paper)
    paper.resize(600, 400)
    paper.show()

    def write(stroke, picture):
        number = len(canvas.page.strokes) + 1
        canvas.show_page(canvas.page.add(number, stroke))
        canvas.written(number, picture)

    canvas.stroke_written.connect(write)
    return paper


def wheel(paper, point, notches, ctrl=True):
    """Turn the wheel over a point of what is in sight."""
    viewport = paper.viewport()
    keys = Qt.KeyboardModifier.ControlModifier if ctrl else Qt.KeyboardModifier.NoModifier
    place = QPointF(viewport.mapToGlobal(point))
    event = QWheelEvent(
        QPointF(point), place, QPoint(), QPoint(0, 120 * notches), Qt.MouseButton.NoButton, keys,
        Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    QApplication.sendEvent(viewport, event)


def page_point(paper, point):
    """What of the page is shown at a point of what is in sight."""
    found = paper.canvas.zoom.on_page(QPointF(point) - QPointF(paper.canvas.pos()))
    return found.x(), found.y()


class Fingers:
    """Fingers over a paper, at points of what is in sight."""

    def __init__(self, paper):
        self._paper = paper
        self._device = QTest.createTouchDevice()

    def _send(self, act, points):
        sequence = QTest.touchEvent(self._paper.canvas, self._device, False)
        for finger, point in enumerate(points):
            getattr(sequence, act)(finger, point - self._paper.canvas.pos(), self._paper.canvas)
        sequence.commit()

    def go(self, *ways):
        """Each way: the points of one finger, from press to release."""
        self._send("press", [way[0] for way in ways])
        for points in zip(*(way[1:] for way in ways), strict=True):
            self._send("move", points)
        self._send("release", [way[-1] for way in ways])


def test_what_is_under_the_pointer_stays_there_and_ink_keeps_its_place_on_the_page(paper):
    at = QPoint(300, 200)
    before = page_point(paper, at)
    wheel(paper, at, 3)
    assert paper.canvas.zoom.factor == pytest.approx(1.2**3)
    assert page_point(paper, at) == pytest.approx(before, abs=0.6)
    pen, zoom, offset = Pen(paper.canvas), paper.canvas.zoom, LINE
    shown = np.array([zoom.on_widget(QPointF(*point)).toTuple() for point in offset])
    pen.stroke(shown)
    assert paper.canvas.page.strokes[1][:, :2] == pytest.approx(LINE, abs=0.01)
    wheel(paper, at, -3)
    assert paper.canvas.zoom.factor == pytest.approx(1)
    assert page_point(paper, at) == pytest.approx(before, abs=1)


def test_zoom_by_keys_keeps_the_baseline_under_the_pen(paper):
    paper.canvas.show_page(Page().add(1, np.array([[50.0, 2000, 0.5, 0], [90, 2000, 0.5, 1]])))
    QApplication.processEvents()
    paper.verticalScrollBar().setValue(1700)
    pen = Pen(paper.canvas)
    pen.hover((200, 1950))
    at = QPoint(200, 1950) + paper.canvas.pos()
    for step in (paper.zoom_in, paper.zoom_in, paper.zoom_out, paper.zoom_out, paper.zoom_out):
        step()
        assert page_point(paper, at)[1] == pytest.approx(1950, abs=1)
    paper.zoom_reset()
    assert paper.canvas.zoom == Zoom()


def test_zoom_has_bounds(paper):
    wheel(paper, QPoint(10, 10), 50)
    assert paper.canvas.zoom.factor == 4
    wheel(paper, QPoint(10, 10), -99)
    assert paper.canvas.zoom.factor == 0.25


def test_paper_grows_with_the_pen_and_what_is_in_sight_stays(paper):
    canvas, pen = paper.canvas, Pen(paper.canvas)
    for _ in range(12):
        below = canvas.height() - 30
        pen.stroke(np.array([[40.0, below - 20], [60, below]]))
        QApplication.processEvents()
        assert canvas.height() > below + paper.canvas.page.ruling.pitch
        paper.verticalScrollBar().setValue(paper.verticalScrollBar().maximum())
    assert len(canvas.page.strokes) == 12
    assert paper.verticalScrollBar().maximum() > 1500


def test_two_fingers_move_and_pinch_and_leave_no_ink(paper):
    paper.canvas.show_page(Page().add(1, np.array([[50.0, 2000, 0.5, 0], [90, 2000, 0.5, 1]])))
    QApplication.processEvents()
    paper.verticalScrollBar().setValue(500)
    left, right = QPoint(200, 200), QPoint(300, 200)
    point = page_point(paper, QPoint(250, 200))
    Fingers(paper).go([left, QPoint(150, 180), QPoint(100, 150)], [right, QPoint(350, 180), QPoint(400, 150)])
    assert paper.canvas.zoom.factor == pytest.approx(3, rel=0.02)
    assert page_point(paper, QPoint(250, 150)) == pytest.approx(point, abs=2)
    assert len(paper.canvas.page.strokes) == 1


def test_a_finger_writes_until_another_comes_or_a_pen_was_seen(paper):
    fingers = Fingers(paper)
    way = [QPoint(*map(int, point)) for point in LINE]
    fingers.go(way)
    assert len(paper.canvas.page.strokes) == 1
    pen = Pen(paper.canvas)
    pen.hover((10, 10))
    clock.ahead += 10
    fingers.go(way)
    assert len(paper.canvas.page.strokes) == 1


@pytest.mark.parametrize("delay", [0.5, 2.0])
def test_touch_does_nothing_while_the_pen_is_near_and_for_a_while_afterwards(paper, delay):
    paper.canvas.touch.delay = delay
    paper.canvas.show_page(Page().add(1, np.array([[50.0, 2000, 0.5, 0], [90, 2000, 0.5, 1]])))
    QApplication.processEvents()
    ways = [QPoint(200, 300), QPoint(200, 200)], [QPoint(300, 300), QPoint(300, 200)]
    pen, fingers = Pen(paper.canvas), Fingers(paper)
    pen.hover((10, 10))
    fingers.go(*ways)
    clock.ahead += delay - 0.2
    fingers.go(*ways)
    assert paper.verticalScrollBar().value() == 0
    clock.ahead += 0.3
    fingers.go(*ways)
    assert paper.verticalScrollBar().value() == pytest.approx(100, abs=2)


def test_a_palm_that_lay_there_when_the_pen_came_moves_nothing_after_it_went(paper):
    paper.canvas.touch.mode = "move"
    paper.canvas.show_page(Page().add(1, np.array([[50.0, 2000, 0.5, 0], [90, 2000, 0.5, 1]])))
    QApplication.processEvents()
    pen, fingers = Pen(paper.canvas), Fingers(paper)
    fingers._send("press", [QPoint(300, 300)])
    pen.hover((10, 10))
    fingers._send("move", [QPoint(300, 280)])
    clock.ahead += 10
    fingers._send("move", [QPoint(300, 100)])
    fingers._send("release", [QPoint(300, 100)])
    assert paper.verticalScrollBar().value() == 0
    fingers.go([QPoint(300, 300), QPoint(300, 100)])
    assert paper.verticalScrollBar().value() == pytest.approx(200, abs=2)
    assert len(paper.canvas.page.strokes) == 1


@pytest.mark.parametrize(("mode", "moved"), [("move", True), ("off", False)])
def test_with_the_pen_only_fingers_write_nothing(paper, mode, moved):
    paper.canvas.touch.mode = mode
    paper.canvas.show_page(Page().add(1, np.array([[50.0, 2000, 0.5, 0], [90, 2000, 0.5, 1]])))
    QApplication.processEvents()
    Fingers(paper).go([QPoint(200, 300), QPoint(200, 250), QPoint(200, 150)])
    assert len(paper.canvas.page.strokes) == 1
    assert (paper.verticalScrollBar().value() > 100) is moved


def test_a_word_that_is_shown_larger_is_corrected_at_its_ink(qtbot, window):
    ruling, canvas = window.pad.page.ruling, window.canvas
    window.tools.zoom_in.trigger()
    window.tools.zoom_in.trigger()
    factor = canvas.zoom.factor
    assert factor == pytest.approx(1.25**2) and "156 %" in window.status.sentence.text()
    pen = Pen(canvas)
    for letter in write_line("hill", ruling.x_height, (60, ruling.baseline(0))):
        pen.write([stroke * factor for stroke in letter])
    qtbot.waitUntil(lambda: all(c.label for c in window.pad.page.characters) and not window.pad.session.reads)
    box = window.pad.page.box(window.pad.page.characters[0])
    assert box.left == pytest.approx(60, abs=8) and box.bottom == pytest.approx(ruling.baseline(0), abs=4)
    clock.ahead += 5
    where = canvas.zoom.on_widget(QPointF(*box.center)).toPoint()
    qtbot.mouseClick(canvas, Qt.MouseButton.RightButton, pos=where)
    qtbot.waitUntil(lambda: window.popups.popup is not None)
    cuts = window.popups.marks.cuts
    border = cuts.parting.borders[0]
    knob = canvas.zoom.on_widget(cuts.line(0).center()) - QPointF(cuts.pos())
    assert cuts.mask().contains(knob.toPoint()) and cuts.rect().contains(knob.toPoint())
    qtbot.mousePress(cuts, Qt.MouseButton.LeftButton, pos=knob.toPoint())
    qtbot.mouseMove(cuts, (knob + QPointF(4 * factor, 0)).toPoint())
    assert cuts.parting.borders[0].x > border.x
    qtbot.mouseRelease(cuts, Qt.MouseButton.LeftButton, pos=(knob + QPointF(4 * factor, 0)).toPoint())
    window.tools.zoom_reset.trigger()
    assert window.popups.popup is None and canvas.zoom == Zoom()


def test_zoom_is_kept_from_start_to_start(qtbot, start):
    window = start(ready=False)
    window.tools.zoom_out.trigger()
    window.close()
    window = start(ready=False)
    qtbot.waitUntil(lambda: window.canvas.zoom.factor == pytest.approx(0.8))


def test_what_touch_does_is_chosen_in_the_menu(start):
    window = start(ready=False)
    window.set_setting("touch", "off")
    window.set_setting("palm_delay", "2000")
    assert (window.canvas.touch.mode, window.canvas.touch.delay) == ("off", 2.0)
