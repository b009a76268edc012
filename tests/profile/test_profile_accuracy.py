"""The figure of how well a writer was read of late."""

import pytest

from handpad.profile.accuracy import FEWEST, LATEST, Accuracy, accuracy


def test_the_latest_samples_count_and_what_was_parted_wrongly_is_wrong():
    assert accuracy([]) == Accuracy(0, 0)
    assert accuracy([("T", ""), ("h", "h"), ("e", "c"), ("n", "n")]) == Accuracy(2, 4)
    assert accuracy([("a", "b")] * 50 + [("a", "a")] * LATEST) == Accuracy(LATEST, LATEST)


def test_nothing_is_said_before_it_means_something():
    few = Accuracy(FEWEST - 1, FEWEST - 1)
    assert few.percent is None and few.sentence == ""
    assert Accuracy(90, FEWEST).sentence == (
        "of the last 100 characters that you checked or left with certainty, 90 % were right"
    )


@pytest.mark.parametrize(("right", "percent"), [(200, 100), (199, 99), (191, 95), (1, 0), (0, 0)])
def test_only_what_has_no_error_is_called_a_hundred_percent(right, percent):
    assert Accuracy(right, 200).percent == percent


def test_enough_count_for_ten_points_to_either_side():
    """Wilson's interval at its widest, where half of them are right."""
    z, n = 1.96, FEWEST
    assert z / (1 + z**2 / n) * (0.25 / n + z**2 / (4 * n**2)) ** 0.5 <= 0.1
