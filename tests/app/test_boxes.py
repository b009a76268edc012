"""Boxes mode through the real window: a character is read with its word, and no box is cut off."""

import pytest
from handwriting import write
from tablet import Pen


@pytest.fixture
def boxes(window):
    window.tools.boxes.trigger()
    return window


def put(qtbot, window, column, label, size=30.0):
    """Write a letter in a box and wait until its line has been read."""
    pad, ruling = window.pad, window.pad.page.ruling
    at = (ruling.margin + ruling.box_width * (column + 0.3), ruling.baseline(0))
    Pen(window.canvas).write(write(label, size, at, seed=column))
    qtbot.waitUntil(lambda: not pad.session.reads, timeout=20_000)


def test_a_letter_as_large_as_a_capital_is_read_small_once_its_word_tells(qtbot, boxes):
    put(qtbot, boxes, 0, "t")
    put(qtbot, boxes, 1, "o", 46.0)
    put(qtbot, boxes, 2, "o")
    put(qtbot, boxes, 3, "l")
    assert boxes.pad.page.line_text(0) == "tool"


def drawn_right(canvas) -> int:
    """Where the rightmost line of a box is, on the height of the tops of small letters."""
    ruling, image = canvas.page.ruling, canvas.grab().toImage()
    ratio = image.devicePixelRatio()
    y = int((ruling.baseline(0) + 0.6 * ruling.x_height) * ratio)  # below the lines that cross the whole paper
    paper = image.pixelColor(int(2 * ratio), y)
    return max(x for x in range(image.width()) if image.pixelColor(x, y) != paper) / ratio


def test_the_last_box_of_a_row_is_whole(qtbot, boxes):
    ruling = boxes.pad.page.ruling
    for width in (1280, 1000, 811):
        boxes.resize(width, 700)
        qtbot.waitUntil(lambda w=width: abs(boxes.canvas.width() - w) < 40, timeout=5_000)
        columns = int((boxes.canvas.width() - ruling.margin) // ruling.box_width)
        assert abs(drawn_right(boxes.canvas) - (ruling.margin + columns * ruling.box_width - 2)) <= 1.5
    # Ink behind the last box has one of its own, which is scrolled to.
    columns = int((boxes.canvas.width() - ruling.margin) // ruling.box_width)
    before = boxes.canvas.width()
    put(qtbot, boxes, columns, "l")
    qtbot.waitUntil(lambda: boxes.canvas.width() >= ruling.margin + (columns + 1) * ruling.box_width, timeout=5_000)
    assert boxes.canvas.width() > before
    assert drawn_right(boxes.canvas) > ruling.margin + (columns + 1) * ruling.box_width - 4
