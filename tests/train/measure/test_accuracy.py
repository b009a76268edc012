import numpy as np
import pytest

from handpad.adaptation import softmax
from handpad.labels import ALPHANUMERIC
from handpad.train.measure import accuracy, calibration


def test_restrict_keeps_allowed_rows_and_columns():
    logits = np.arange(12.0).reshape(3, 4)
    labels, kept, true, rows = accuracy.restrict(["!", "a", "b", "~"], logits, np.array([2, 0, 1]), "ab")
    assert labels == ["a", "b"]
    assert kept.tolist() == [[1, 2], [9, 10]]
    assert true.tolist() == [1, 0]
    assert rows.tolist() == [0, 2]


def test_merged_classes_add_their_probabilities():
    # o and O have 0.3 each, which together beat the 0.4 of x.
    logits = np.log([[0.3, 0.3, 0.4]])
    assert accuracy.accuracy(logits, np.array([0])) == 0
    assert accuracy.folded_accuracy(["O", "o", "x"], logits, np.array([0]), ("oO",)) == 1


def test_group_numbers_follow_the_labels():
    assert accuracy.group_of(["0", "A", "O", "o"], ("0oO",)).tolist() == [0, 1, 0, 0]


def test_the_published_uji_task_has_35_classes():
    labels = sorted(ALPHANUMERIC)
    assert accuracy.group_of(labels, accuracy.UJI_35).max() + 1 == 35
    assert accuracy.group_of(labels, accuracy.CASE_PAIRS).max() + 1 == 36


def test_no_label_has_two_shapes():
    letters = "".join(accuracy.SHAPE_TWINS)
    assert len(letters) == len(set(letters))


def test_calibration_error_by_hand():
    # Two rows of confidence 0.8 of which one is right: |0.5 - 0.8| = 0.3.
    logits = np.log([[0.8, 0.2], [0.8, 0.2]])
    assert calibration.calibration_error(logits, np.array([0, 1])) == pytest.approx(0.3)


def test_the_temperature_undoes_a_scale():
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (20_000, 5))
    true = np.array([rng.choice(5, p=p) for p in softmax(logits)])
    assert calibration.fit_temperature(logits, true) == pytest.approx(1, abs=0.05)
    assert calibration.fit_temperature(3 * logits, true) == pytest.approx(3, abs=0.15)
