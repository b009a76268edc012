"""The picture in the correction popup is drawn from the strokes, as sharp as the screen."""

import pytest
from handwriting import write
from PySide6.QtGui import QColor

from handpad.app.correction_popup import picture_of
from handpad.app.theme import DARK, LIGHT


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_the_picture_has_the_pixels_of_the_screen_and_sharp_edges(qapp, theme, ratio):
    pixmap = picture_of(write("L"), theme, ratio)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (72 * ratio, ratio)
    image = pixmap.toImage()
    row = [image.pixelColor(x, image.height() // 2) for x in range(image.width())]
    paper, ink = QColor(theme.paper), QColor(theme.ink)
    assert ink in row
    assert sum(color not in (ink, paper) for color in row) <= 2, "the stem is blurred"


def test_a_dot_stays_small(qapp):
    image = picture_of([write("i")[1]], LIGHT, 1.0).toImage()
    ink = QColor(LIGHT.ink)
    inked = sum(image.pixelColor(x, y) == ink for x in range(image.width()) for y in range(image.height()))
    assert 10 < inked < 500
