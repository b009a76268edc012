"""What was read stands below its ink so that it can be read, and shows where words end and whether that is sure."""

import itertools

import pytest
from canvas_clock import clock
from handwriting import write_line
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QFontMetricsF
from tablet import Pen


def put(qtbot, window, text, row=0, left=60.0, gap=0.3):
    pen, ruling = Pen(window.canvas), window.pad.page.ruling
    for letter in write_line(text, ruling.x_height, (left, ruling.baseline(row)), gap=gap):
        pen.write(letter)
    qtbot.waitUntil(
        lambda: not window.pad.session.reads and all(c.label for c in window.pad.page.characters), timeout=10_000
    )


def test_labels_below_narrow_ink_do_not_overprint_each_other(qtbot, window):
    put(qtbot, window, "illi fill till", gap=0.1)
    painter, page = window.canvas.painter, window.pad.page
    metrics = QFontMetricsF(painter._font)
    line = page.lines[0]
    rects = [painter.label_rect(page, character) for character in line]
    for (a, left), (b, right) in itertools.pairwise(zip(line, rects, strict=True)):
        assert left.right() <= right.left() + 1e-6
        between = right.center().x() - left.center().x()
        assert between >= (metrics.horizontalAdvance(a.label) + metrics.horizontalAdvance(b.label)) / 2
    narrow = [page.box(b).center[0] - page.box(a).center[0] for a, b in itertools.pairwise(line)]
    assert min(narrow) < 6, "the ink is not narrow enough to tell"


def test_what_has_room_stands_right_below_its_ink(qtbot, window):
    put(qtbot, window, "HAT")
    painter, page = window.canvas.painter, window.pad.page
    for character in page.characters:
        assert painter.label_rect(page, character).center().x() == pytest.approx(
            page.box(character).center[0], abs=0.01
        )


def doubtful(window):
    return [c for c in window.pad.page.characters if window.pad.session.space_in_doubt(c)]


def put_doubtful(qtbot, window):
    """Two words with a gap that may be a space or none; returns the character behind it."""
    for row, wide in enumerate(range(66, 90, 2)):
        put(qtbot, window, "to", row % 3)
        put(qtbot, window, "day", row % 3, left=60.0 + wide)
        if doubtful(window):
            return doubtful(window)[0]
        window.pad.erase(set(window.pad.page.strokes))
    raise AssertionError("no gap is in doubt")


def colors(window, rect):
    image = window.canvas.grab(rect.toAlignedRect()).toImage()
    return {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}


def test_a_space_shows_and_one_in_doubt_shows_in_another_form_and_can_be_clicked(qtbot, window):
    put(qtbot, window, "to lit", row=2)
    (sure,) = (c for c in window.pad.page.characters if c.space)
    painter = window.canvas.painter
    assert len(colors(window, painter.gap_rect(window.pad.page, sure))) > 1
    window.pad.erase(set(window.pad.page.strokes))
    character = put_doubtful(qtbot, window)
    rect = painter.gap_rect(window.pad.page, character)
    assert QColor(window.theme.accent).name() in colors(window, rect.adjusted(-3, 0, 3, 0))
    strokes, words = len(window.pad.page.strokes), len(window.pad.page.words(window.pad.page.row(character)))
    clock.ahead += 5
    at = rect.center().toPoint() + QPoint(0, 4)
    qtbot.mouseClick(window.canvas, Qt.MouseButton.LeftButton, pos=at)
    row = window.pad.page.row(character)
    step = -1 if character.space else 1
    qtbot.waitUntil(lambda: len(window.pad.page.words(row)) == words + step, timeout=5000)
    assert len(window.pad.page.strokes) == strokes and window.popups.popup is None
    qtbot.waitUntil(lambda: not window.pad.session.reads, timeout=5000)
    now = window.pad.page.find(character.substrokes)
    assert now.spaced and not window.pad.session.space_in_doubt(now)
    window.tools.undo.trigger()
    assert len(window.pad.page.words(row)) == words


def test_typed_text_is_painted_behind_the_ink_that_it_follows(qtbot, window):
    put(qtbot, window, "to")
    empty = window.canvas.grab().toImage()
    window.pad.edit_text(window.pad.page, window.pad.page.text() + " and more")
    qtbot.waitUntil(lambda: window.canvas.grab().toImage() != empty, timeout=2000)
    ((typed, rect),) = window.canvas.painter._rows.row(window.pad.page, 0).typed
    assert typed.text == "and more"
    assert rect.left() > window.pad.page.box(window.pad.page.characters[-1]).right
    assert QColor(window.theme.text).name() in colors(window, rect)
