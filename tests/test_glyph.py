import numpy as np
import pytest
from handwriting import LETTERS, write

from handpad import glyph as glyphs
from handpad.glyph import cues, glyph, glyph_from_image, rasterize
from handpad.ink import Guide, as_guide, as_strokes


def test_steps_of_the_paper_on_a_hand_worked_image():
    """A 10 x 2 bar: cropped with one pixel around (12 x 4), squared to 12 x 12, enlarged to 28 x 28."""
    image = np.zeros((50, 40), np.uint8)
    image[20:30, 7:9] = 255
    result = glyph_from_image(image)
    assert result.shape == (28, 28)
    assert result.dtype == np.uint8
    columns = np.flatnonzero(result.max(axis=0) > 40)
    # 2 of 12 columns wide before the blur of one pixel, in the middle: nothing beyond 3 px of the centre line.
    assert abs(columns.mean() - 13.5) <= 0.5
    assert 28 * 2 / 12 <= len(columns) <= 28 * 6 / 12
    rows = np.flatnonzero(result.max(axis=1) > 40)
    assert rows[0] <= 3
    assert rows[-1] >= 24


def test_the_blur_has_a_standard_deviation_of_one_pixel():
    """At 26 pixels and a margin of one, the square is 28 wide and nothing is resized."""
    image = np.zeros((26, 26), np.uint8)
    image[0, 0] = image[25, 25] = 255  # they only span the box
    image[13, 13] = 255
    result = glyph_from_image(image).astype(float)
    assert result[14, 15] / result[14, 14] == pytest.approx(np.exp(-0.5), abs=0.03)
    assert result[14, 16] / result[14, 14] == pytest.approx(np.exp(-2), abs=0.03)


@pytest.mark.parametrize("label", LETTERS)
def test_size_and_place_leave_no_trace(label):
    small, large = write(label, 3, (1, 2)), write(label, 3000, (-9000, 40000))
    assert np.abs(glyph(small).astype(int) - glyph(large)).max() <= 2


def test_aspect_is_kept():
    tall = glyph(as_strokes([[[0, 0], [0, 10]]]))
    assert (tall.max(axis=0) > 60).sum() < 8
    assert (tall.max(axis=1) > 60).sum() > 22


@pytest.mark.parametrize("dot", [[[3, 4]], [[3, 4], [3, 4], [3, 4]]])
def test_dots_survive(dot):
    result = glyph(as_strokes([dot]))
    assert result[14, 14] > 150
    assert (result > 60).mean() > 0.3


def test_an_i_keeps_its_dot():
    result = glyph(write("i"))
    profile = result.max(axis=1) > 80
    assert np.count_nonzero(np.diff(profile.astype(int)) == 1) + int(profile[0]) == 2


def test_empty_image_gives_an_empty_glyph():
    assert not glyph_from_image(np.zeros((10, 10), np.uint8)).any()


def test_pen_and_offline_images_share_one_path():
    strokes = write("A")
    assert (glyph(strokes) == glyph_from_image(rasterize(strokes))).all()


def test_wide_ink_stays_bounded():
    image = rasterize(as_strokes([[[0, 0], [1e9, 1]]]))
    assert max(image.shape) <= glyphs.LONG_SIDE + 2 * glyphs.PEN_WIDTH + 1


def test_cues_against_a_guide_do_not_depend_on_the_unit():
    first = cues(write("t", 30, (0, 100)), Guide(100, 30))
    second = cues(write("t", 3, (50, 7)), Guide(7, 3))
    assert first == pytest.approx(second)
    assert first[0] == pytest.approx(np.log(1.5))
    assert first[2] == pytest.approx(0.75)
    assert first[3] == 1


def test_cues_without_a_guide_are_in_ink_units():
    height, width, middle, guided = cues(as_strokes([[[0, 10], [4, 18]]]))
    assert (np.exp(height), np.exp(width), middle, guided) == pytest.approx((8, 4, -14, 0))


def test_cues_of_a_dot_are_finite():
    assert np.isfinite(cues(as_strokes([[[3, 4]]]))).all()
    assert np.isfinite(cues(as_strokes([[[3, 4]]]), Guide(0, 10))).all()


@pytest.mark.parametrize("magnitude", [1e-320, 1e-300, 1e-150, 1e-12, 1.0, 1e6, 4e11])
@pytest.mark.parametrize("away", [0.0, 1.0, 1e9])
def test_ink_of_every_magnitude_has_a_glyph_and_finite_cues(magnitude, away):
    rng = np.random.default_rng(0)
    strokes = as_strokes([np.clip((rng.normal(0, 0.3, (8, 2)) + away) * magnitude, -1e12, 1e12) for _ in range(3)])
    guides = [None, *(as_guide((baseline, x)) for baseline in (-1e12, 0.0, 1e12) for x in (1e-9, 1.0, 1e12))]
    with np.errstate(divide="raise", invalid="raise", over="raise"):
        assert glyph(strokes).any()
        assert all(np.isfinite(cues(strokes, guide)).all() for guide in guides)


def test_what_is_next_to_nothing_beside_the_x_height_counts_as_a_dot():
    dot, trembling = as_strokes([[[3, 4]]]), as_strokes([[[3, 4], [3.001, 4]]])
    np.testing.assert_allclose(cues(trembling, Guide(0, 10)), cues(dot, Guide(0, 10)), atol=1e-3)
