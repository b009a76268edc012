import numpy as np
import pytest

from handpad.numerics import log_softmax, log_sum_exp


def test_the_log_of_a_sum_of_exponentials():
    scores = np.log([[1.0, 2.0, 3.0], [0.5, 0.25, 0.25]])
    assert log_sum_exp(scores) == pytest.approx(np.log([[6.0], [1.0]]))


def test_the_log_of_a_softmax():
    assert log_softmax(np.log([[1.0, 2.0, 5.0]])) == pytest.approx(np.log([[0.125, 0.25, 0.625]]))


@pytest.mark.parametrize("far", [-1000.0, 1000.0])
def test_neither_overflows_nor_vanishes(far):
    scores = np.array([[far, far + 1]])
    expected = np.log(1 + np.e)
    assert log_sum_exp(scores) == pytest.approx(far + expected)
    assert log_softmax(scores) == pytest.approx(np.array([[-expected, 1 - expected]]))
