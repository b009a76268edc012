import numpy as np
import pytest
from handwriting import write

from handpad import Recognizer
from handpad.adaptation.position_prior import FADING, log_likelihood
from handpad.adaptation.zones import zone_matrix
from handpad.glyph import cues
from handpad.ink import Guide

LABELS = "0Xxdp."
ZONES = zone_matrix(LABELS)
GUIDE = Guide(74, 30)


def fit(size, learned=0.0, guide=GUIDE):
    """What a cross of that x-height on the line says about LABELS."""
    return dict(
        zip(LABELS, log_likelihood(cues(write("x", size, (60, 74)), guide)[None], ZONES, learned)[0], strict=True)
    )


def test_a_cross_of_one_x_height_is_small_and_a_tall_one_is_a_capital():
    assert fit(30)["x"] > fit(30)["X"] + 0.5
    assert fit(52)["X"] > fit(52)["x"] + 0.5


def test_it_says_nothing_without_a_guide():
    assert set(fit(30, guide=None).values()) == {0.0}


def test_it_fades_as_the_writer_becomes_known():
    before, after = fit(30), fit(30, learned=FADING)
    assert after["x"] - after["X"] == pytest.approx((before["x"] - before["X"]) / 2)


def test_a_hand_that_ignores_the_lines_is_not_held_to_them():
    assert max(map(abs, fit(3000).values())) < 30
    assert np.isfinite(list(fit(1e-9).values())).all()


@pytest.mark.parametrize(
    ("label", "size", "expected"), [("x", 30, "x"), ("x", 52, "X"), ("o", 30, "o"), ("v", 30, "v")]
)
def test_the_line_parts_shape_twins_from_the_first_character_on(label, size, expected):
    read = Recognizer().recognize(write(label, size, (60, 74)), guide=GUIDE)
    assert read[0].label == expected
