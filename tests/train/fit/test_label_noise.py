import numpy as np

from handpad.train.fit.label_noise import contradicted, look_alikes

LABELS = ["-", "A", "O", "o"]


def test_only_confident_contradictions_count():
    probabilities = np.array(
        [
            [0.95, 0.005, 0.03, 0.015],  # called A, but certainly a dash
            [0.60, 0.005, 0.30, 0.095],  # called A, certainly not, but what then?
            [0.90, 0.050, 0.03, 0.020],  # called A, and perhaps one
        ]
    )
    assert contradicted(probabilities, LABELS, np.array([1, 1, 1])).tolist() == [True, False, False]


def test_twins_are_never_dropped_for_each_other():
    probabilities = np.array([[0.001, 0.001, 0.997, 0.001]])
    assert contradicted(probabilities, LABELS, np.array([3])).tolist() == [False]


def test_look_alikes_are_disjoint():
    groups = look_alikes()
    assert any(set("1lI|iL") == set(group) for group in groups)
    assert len(set("".join(groups))) == sum(map(len, groups))
