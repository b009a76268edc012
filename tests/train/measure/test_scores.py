import numpy as np
import pytest

from handpad.train.measure.intervals import interval
from handpad.train.measure.scores import Outcome, confusion, curve, summary


def outcome(writer, true, base, said, reach=None):
    reach = np.zeros(len(true), dtype=bool) if reach is None else np.array(reach)
    return Outcome(writer, np.array(true), np.array(base), np.array(said), reach, 0.002, 0.004)


GROUP = np.array([0, 1, 1])  # the labels 1 and 2 have one shape


def test_interval_by_hand():
    # 1, 2, 3: standard deviation 1, t with 2 degrees of freedom 4.302653
    assert interval(np.array([1.0, 2.0, 3.0])) == pytest.approx({"mean": 2, "half_width": 4.302653 / np.sqrt(3)})


def test_summary_counts_writers_once():
    outcomes = [
        outcome("a", [0, 0, 0, 0], [0, 1, 1, 1], [0, 0, 0, 1]),  # 25 -> 75
        outcome("b", [1, 2], [1, 1], [1, 1], reach=[False, True]),  # 50 -> 50; folded 100
        outcome("c", [0, 0], [0, 0], [0, 1]),  # 100 -> 75 over both draws
        outcome("c", [0, 0], [0, 0], [0, 0]),
    ]
    found = summary(outcomes, GROUP)
    assert (found["writers"], found["characters"]) == (3, 10)
    assert found["gain_by_writer"] == {"a": 50, "b": 0, "c": -25}
    assert (found["better"], found["equal"], found["worse"]) == (1, 1, 1)
    assert found["base"]["mean"] == pytest.approx(175 / 3)
    assert found["accuracy"]["mean"] == pytest.approx(200 / 3)
    assert found["gain"]["mean"] == pytest.approx(25 / 3)
    assert found["worst_gain"] == -25
    assert found["base_or_adapter"]["mean"] == pytest.approx((75 + 50 + 100) / 3)
    assert found["base_or_any"]["mean"] == pytest.approx((75 + 100 + 100) / 3)
    assert found["pooled"] == pytest.approx({"base": 60, "accuracy": 70, "base_or_adapter": 80, "base_or_any": 90})
    assert found["folded"]["mean"] == pytest.approx((75 + 100 + 75) / 3)
    assert found["predict_ms"] == pytest.approx(2)
    assert found["learn_ms"] == pytest.approx(4)


def test_curve_is_over_the_writers_that_wrote_so_much():
    outcomes = [
        outcome("a", [0, 0, 0], [0, 1, 1], [0, 1, 0]),
        outcome("b", [0, 0], [1, 1], [0, 0]),
    ]
    assert curve(outcomes, edges=(0, 2, 9)) == [
        {"from": 0, "to": 2, "writers": 2, "base": 25, "accuracy": 75},
        {"from": 2, "to": 9, "writers": 1, "base": 0, "accuracy": 100},
    ]


def test_confusion_counts_pairs():
    before, after = confusion([outcome("a", [0, 0, 2], [0, 1, 1], [0, 0, 1])], 3)
    assert before.tolist() == [[1, 1, 0], [0, 0, 0], [0, 1, 0]]
    assert after.tolist() == [[2, 0, 0], [0, 0, 0], [0, 1, 0]]
