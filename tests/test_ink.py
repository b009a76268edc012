import numpy as np
import pytest

from handpad.errors import InkError
from handpad.ink import as_guide, as_strokes, bounding_box


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
        ([[[1e300, 0]]], "too far out"),
    ],
)
def test_bad_ink_is_refused_in_one_sentence(strokes, sentence):
    with pytest.raises(InkError, match=sentence):
        as_strokes(strokes)


@pytest.mark.parametrize("guide", [(1,), (1, 0), (1, -2), (float("nan"), 1), "ab", 3])
def test_bad_guides_are_refused(guide):
    with pytest.raises(InkError):
        as_guide(guide)


def test_bounding_box_spans_all_strokes():
    box = bounding_box(as_strokes([[[0, 5], [2, 7]], [[-1, 6]]]))
    assert box == (-1, 5, 2, 7)
    assert (box.width, box.height, box.center) == (3, 2, (0.5, 6))
