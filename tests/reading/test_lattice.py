import numpy as np
import pytest
from handwriting import line, write_line

from handpad.ink import Guide, bounding_box
from handpad.reading.fragments import KnownCharacter, Substroke
from handpad.reading.lattice import GAPS, GEOMETRY, MOST_PIECES, lattice, line_shape


def ink_of(text, **how):
    return [stroke for letter in write_line(text, **how) for stroke in letter]


def spans(segments):
    return set(zip(segments.starts.tolist(), segments.stops.tolist(), strict=True))


def test_every_letter_is_among_the_groups():
    letters = write_line("Hot xilt")
    segments = lattice([stroke for letter in letters for stroke in letter])
    found = {segments.substrokes(segment) for segment in range(len(segments))}
    number = 0
    for letter in letters:
        substrokes = tuple(Substroke(number + i, 0, len(stroke)) for i, stroke in enumerate(letter))
        assert substrokes in found
        number += len(letter)


def test_every_piece_is_a_group_and_groups_are_in_order():
    segments = lattice(ink_of("Hot xilt"))
    count = len(segments.fragments)
    assert {(index, index + 1) for index in range(count)} <= spans(segments)
    assert (np.diff(segments.stops) >= 0).all()
    sizes = segments.stops - segments.starts
    assert sizes.min() == 1
    assert sizes.max() <= MOST_PIECES
    assert segments.geometry.shape == (len(segments), GEOMETRY)
    assert segments.gaps.shape == (count - 1, GAPS)
    assert np.isfinite(segments.geometry).all() and np.isfinite(segments.gaps).all()


def test_a_fixed_character_is_a_group_by_itself_alone():
    ink = ink_of("HHH")
    middle = KnownCharacter(tuple(Substroke(index, 0, len(ink[index])) for index in (3, 4, 5)), "H")
    segments = lattice(ink, known=[middle])
    place = next(index for index, fragment in enumerate(segments.fragments) if fragment.known)
    holding = {span for span in spans(segments) if span[0] <= place < span[1]}
    assert holding == {(place, place + 1)}


@pytest.mark.parametrize("slope", [-0.02, 0.0, 0.02])
def test_the_baseline_is_found(slope):
    ink = [stroke.copy() for stroke in ink_of("Hot cut wooz vuz", at=(0.0, 100.0))]
    for stroke in ink:
        stroke[:, 1] += slope * stroke[:, 0]
    shape = line_shape([bounding_box([stroke]) for stroke in ink])
    x = np.array([50.0, 400.0])
    np.testing.assert_allclose(shape.intercept + shape.slope * x, 100 + slope * x, atol=6)
    assert 25 < shape.size < 55


def test_a_guide_steadies_a_short_line():
    boxes = [bounding_box([stroke]) for stroke in ink_of("c", at=(0.0, 70.0))]
    alone, guided = line_shape(boxes), line_shape(boxes, Guide(100.0, 30.0))
    assert abs(guided.intercept - 100) < abs(alone.intercept - 100)


def test_groups_do_not_depend_on_place_or_unit():
    ink = ink_of("Hot xilt")
    one = lattice(ink)
    other = lattice([np.concatenate([stroke[:, :2] * 1e4 + 5e6, stroke[:, 2:]], axis=1) for stroke in ink])
    assert spans(one) == spans(other)
    np.testing.assert_allclose(one.geometry, other.geometry, atol=1e-3)


@pytest.mark.parametrize(
    "ink",
    [
        [np.zeros((1, 4))],
        [np.zeros((3, 4))] * 7,
        [line((0, 0), (100, 0))],
        [line((0, 0), (0, 100))],
        [np.full((1, 4), 1e12), np.full((1, 4), -1e12)],
        [np.full((2, 4), 1e-12), line((0, 0), (1e-12, 1e-12))],
        [line((0, 0), (1e-300, 1e-300)), line((1e-300, 0), (0, 2e-300))],
        [*(line((x * 1e11, 0), (x * 1e11, 1e-300)) for x in range(9)), line((0, 1e12), (1, -1e12))],
        [*(line((x * 1e11, x), (x * 1e11, x + 1e-300)) for x in range(9))],
    ],
)
def test_odd_ink_has_finite_features(ink):
    for guide in (None, Guide(0.0, 1e-9), Guide(1e12, 1e12), Guide(-1e12, 1e-9)):
        segments = lattice(ink, guide)
        assert np.isfinite(segments.geometry).all()
        assert np.isfinite(segments.gaps).all()
