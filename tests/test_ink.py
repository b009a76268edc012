import numpy as np
import pytest

from handpad.errors import InkError
from handpad.ink import MOST_POINTS, MOST_STROKES, as_guide, as_strokes, bounding_box, checked_ink


def test_columns_are_filled_up_with_nan():
    (stroke,) = as_strokes([[[1, 2], [3, 4]]])
    assert stroke.shape == (2, 4)
    assert stroke[:, :2].tolist() == [[1, 2], [3, 4]]
    assert np.isnan(stroke[:, 2:]).all()


def test_input_is_copied():
    given = np.array([[1.0, 2.0, 0.5, 0.0]])
    as_strokes([given])[0][0, 0] = 99
    assert given[0, 0] == 1


@pytest.mark.parametrize(
    ("strokes", "sentence"),
    [
        ([], "no ink"),
        (None, "no ink"),
        ([np.zeros((0, 2))], "Stroke 1 has no points"),
        ([np.zeros((3, 2)), [[1, float("nan")]]], "Stroke 2 has a point whose x or y is not a finite number"),
        ([[[1, float("inf")]]], "not a finite number"),
        ([[1, 2, 3]], "shape"),
        ([np.zeros((3, 5))], "shape"),
        ([["a", "b"]], "not an array of numbers"),
        ([[[1, 2, "hard"]]], "not an array of numbers"),
        ([[[10**400, 2]]], "not an array of numbers"),
        (7, "a list of strokes"),
        (np.broadcast_to(np.zeros((1, 2)), (MOST_STROKES + 1, 1, 2)), "no more than 100,000"),
        ([np.broadcast_to(np.zeros(2), (MOST_POINTS // 4, 2))] * 5, "more than 10,000,000 points"),
        ([[[1e300, 0]]], "too far out"),
    ],
)
def test_bad_ink_is_refused_in_one_sentence(strokes, sentence):
    with pytest.raises(InkError, match=sentence):
        as_strokes(strokes)


def test_pressure_and_time_that_are_not_finite_are_not_known():
    (stroke,) = as_strokes([[[1, 2, np.inf, -np.inf], [3, 4, None, 0.5]]])
    assert stroke[:, :2].tolist() == [[1, 2], [3, 4]]
    assert np.isnan(stroke[:, 2]).all()
    assert np.isnan(stroke[0, 3]) and stroke[1, 3] == 0.5


@pytest.mark.parametrize(
    "guide",
    [(1,), (1, 0), (1, -2), (float("nan"), 1), "ab", 3, (74, 1e-300), (1e300, 1), (74, 1e300), (10**400, 1)],
)
def test_bad_guides_are_refused(guide):
    with pytest.raises(InkError):
        as_guide(guide)


LETTER = [[[60.0, 30.0], [80.0, 74.0]]]
DOT = [[[60.0, 40.0], [60.02, 40.01]]]


@pytest.mark.parametrize(
    ("strokes", "guide"),
    [
        (LETTER, (74, 0.01)),
        (LETTER, (74, 1e9)),
        (LETTER, (74 + 31_000, 30)),
        (LETTER, (74 - 32_000, 30)),
        (DOT, (1e6, 30)),
    ],
)
def test_a_guide_that_cannot_belong_to_the_ink_is_refused(strokes, guide):
    with pytest.raises(InkError, match="does not belong to this ink"):
        checked_ink(strokes, guide)


@pytest.mark.parametrize(
    "strokes",
    [LETTER, DOT, [[[60.0, 40.0]]], DOT * 2, [[[60.0, 40.0], [60.0 + 1e-12, 40.0]]], [[[0.0, 74.0], [9000.0, 74.0]]]],
)
def test_letters_dots_and_rules_may_have_a_guide(strokes):
    checked, guide = checked_ink(strokes, (74, 30))
    assert len(checked) == len(strokes) and guide == (74, 30)


def test_bounding_box_spans_all_strokes():
    box = bounding_box(as_strokes([[[0, 5], [2, 7]], [[-1, 6]]]))
    assert box == (-1, 5, 2, 7)
    assert (box.width, box.height, box.center) == (3, 2, (0.5, 6))
