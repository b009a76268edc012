"""The plot of the training."""

import math

import pytest

from handpad.app.theme import DARK, LIGHT
from handpad.app.wizard.curve import MOST_POINTS, Curve


@pytest.fixture
def curve(qtbot):
    curve = Curve("Right", "rounds", ("learning", "watching"), True, LIGHT)
    qtbot.addWidget(curve)
    curve.resize(400, 220)
    return curve


def ink(curve, color):
    """How many pixels have about the colour."""
    image = curve.grab().toImage()
    near = 0
    for y in range(0, image.height()):
        for x in range(image.width()):
            pixel = image.pixelColor(x, y)
            near += abs(pixel.red() - color[0]) + abs(pixel.green() - color[1]) + abs(pixel.blue() - color[2]) < 12
    return near


def test_its_numbers_can_be_heard(curve):
    assert "nothing yet" in curve.accessibleDescription()
    curve.add(0, 0.5, 0.25)
    curve.add(1, 1, 0.5)
    assert curve.accessibleDescription() == "Right: learning 25.0 %, watching 50.0 %"
    curve.clear()
    assert "nothing yet" in curve.accessibleDescription()


def test_it_is_drawn_in_the_colour_of_the_theme(curve):
    curve.set_end(4)
    empty = ink(curve, (0x1B, 0x66, 0xA8))
    for epoch in range(1, 5):
        curve.add(1, epoch, 0.2 * epoch)
    assert ink(curve, (0x1B, 0x66, 0xA8)) > empty + 200
    curve.set_theme(DARK)
    assert ink(curve, (0x79, 0xB8, 0xF2)) > 200


def test_what_is_no_number_is_left_out(curve):
    curve.add(0, 1, math.nan)
    curve.add(0, 1, math.inf)
    assert "nothing yet" in curve.accessibleDescription()
    curve.grab()


def test_a_long_training_is_thinned_out(curve):
    for step in range(10 * MOST_POINTS):
        curve.add(0, step, step / (10 * MOST_POINTS))
    xs = [x for x, _ in curve._points[0]]
    assert len(xs) <= MOST_POINTS
    assert xs[-1] == 10 * MOST_POINTS - 1
    assert xs == sorted(xs)


@pytest.mark.parametrize("values", [[0.0], [1.0], [0.5, 0.5], [1e-9, 2e-9], [1000.0, 3.0]])
def test_any_values_can_be_drawn(qtbot, values):
    for as_share in (True, False):
        curve = Curve("Loss", "rounds", ("one",), as_share, LIGHT)
        qtbot.addWidget(curve)
        for number, value in enumerate(values):
            curve.add(0, number, min(value, 1.0) if as_share else value)
        curve.grab()
        low, high, step = curve._range()
        assert low <= min(values)
        assert high >= max(values) or as_share
        assert high > low
        assert 1 <= (high - low) / step <= 8
