import numpy as np
import pytest

from handpad.train.measure.calibration import calibration_error
from handpad.train.measure.mistakes import EXAMPLES, diagnose


def logits(read, sure=4.0):
    return sure * np.eye(3)[read]


def test_mistakes_are_counted_and_shown_by_several_writers():
    # b is read as a ten times (nine by one writer) and as c once; a once as c.
    true = np.array([1] * 12 + [0] * 5)
    read = np.array([0] * 10 + [2, 1] + [2] + [0] * 4)
    writer = np.array([7] * 9 + [3] + [7] * 7)
    rows = np.arange(100, 117)
    found = diagnose("somebody", list("abc"), logits(read), true, rows, writer, temperature=2.0, most=2)
    assert found.confusion.tolist() == [[4, 0, 1], [10, 1, 1], [0, 0, 0]]
    assert found.writers == 2
    first, second = found.mistakes
    assert (first.written, first.read, first.count, first.of) == ("b", "a", 10, 12)
    assert len(first.rows) == EXAMPLES
    assert {100, 109} <= set(first.rows)  # the writer with one example is shown
    assert (second.written, second.read, second.count, second.of) == ("a", "c", 1, 5)
    assert second.rows.tolist() == [112]


def test_confidence_before_and_after_the_temperature():
    true, read = np.array([0, 1, 2, 2]), np.array([0, 1, 2, 1])
    found = diagnose("x", list("abc"), logits(read), true, np.arange(4), np.zeros(4, int), temperature=4.0, most=5)
    assert found.before.accuracy.tolist() == found.after.accuracy.tolist() == [0.75]
    assert found.before.confidence[0] == pytest.approx(np.exp(4) / (np.exp(4) + 2))
    assert found.after.confidence[0] == pytest.approx(np.e / (np.e + 2))
    gap = abs(found.after.confidence[0] - 0.75)
    assert calibration_error(logits(read), true, 4.0) == pytest.approx(gap)
    assert len(found.mistakes) == 1
