import numpy as np

from handpad.adaptation.confidence import Confidence


def test_reliability_is_the_mean_of_a_beta():
    confidence = Confidence(2, 3)
    assert confidence.of(0, 1) == 0.5
    for correct in (True, True, False):
        confidence.add(0, 1, correct)
    assert confidence.of(0, 1) == 3 / 5
    confidence.add(1, 2, False)
    np.testing.assert_allclose(confidence.means(), [[1 / 2, 3 / 5, 1 / 2], [1 / 2, 1 / 2, 1 / 3]])


def test_taking_back_restores():
    confidence = Confidence(1, 2)
    confidence.add(0, 0, True)
    confidence.add(0, 0, False)
    confidence.add(0, 0, False, times=-1)
    assert confidence.of(0, 0) == 2 / 3
