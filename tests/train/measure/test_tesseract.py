import cv2
import numpy as np
import pytest
from handwriting import arc, line, write_line

from handpad.errors import DataError
from handpad.train.measure import tesseract

needs_tesseract = pytest.mark.skipif(tesseract.version() is None, reason="Tesseract is not installed")


def ink(text, size=30.0):
    return [stroke for letter in write_line(text, size) for stroke in letter]


@pytest.mark.parametrize("size", [0.3, 30.0, 3000.0])
def test_ink_is_drawn_at_one_size_whatever_its_unit(size):
    image = tesseract.draw(ink("vzx", size))
    dark = np.argwhere(image < 128)
    height = np.ptp(dark[:, 0])
    assert height == pytest.approx(tesseract.X_HEIGHT, abs=5)
    assert dark.min() >= tesseract.MARGIN - 3
    assert (image[:: len(image) - 1] == 255).all()


def test_a_dot_is_drawn_and_a_long_stroke_stays_bounded():
    assert (tesseract.draw([np.array([[5.0, 5.0]])]) < 128).any()
    assert max(tesseract.draw([line((0, 0), (1e6, 0)), line((0, 0), (0, 1))]).shape) < 9000


def printed(text):
    """Text as an engraver's machine writes it, as strokes: the contours of a sans-serif font's thin lines."""
    image = np.zeros((60, 30 * len(text)), np.uint8)
    cv2.putText(image, text, (5, 40), cv2.FONT_HERSHEY_SIMPLEX, 1, 255, 1)
    contours, _ = cv2.findContours(image, cv2.RETR_LIST, cv2.CHAIN_APPROX_NONE)
    return [contour[:, 0].astype(float) for contour in contours]


@needs_tesseract
def test_clear_lines_are_read_in_their_order():
    said = tesseract.read([printed("hello"), printed("world"), printed("Apple")], [False, True, False], workers=2)
    assert said == ["hello", "world", "Apple"]


@needs_tesseract
def test_ink_that_says_nothing_is_read_as_something():
    said = tesseract.read([[arc(0, 0, 1, 1, 0, 90)], [np.zeros((1, 2))]], [False, False])
    assert len(said) == 2


def test_an_absent_command_is_said(monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert tesseract.version() is None
    with pytest.raises(DataError, match="not installed"):
        tesseract.read([[np.zeros((1, 2))]], [False])
