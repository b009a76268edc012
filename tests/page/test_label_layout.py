"""Labels below narrow ink."""

import itertools

import numpy as np
import pytest

from handpad.page.label_layout import spread


@pytest.mark.parametrize("seed", range(20))
def test_no_two_labels_touch_and_those_with_room_stay(seed):
    rng = np.random.default_rng(seed)
    middles = np.sort(rng.uniform(0, 300, 20)).tolist()
    widths = rng.uniform(4, 18, 20).tolist()
    places = spread(middles, widths, 2.0)
    for (a, left), (b, right) in itertools.pairwise(zip(places, widths, strict=True)):
        assert b - a >= (left + right) / 2 + 2 - 1e-9
    assert np.mean(places) == pytest.approx(np.mean(middles))


def test_labels_with_room_stay_where_their_ink_is():
    assert spread([10, 40, 80], [10, 12, 8], 2) == [10, 40, 80]
    assert spread([10, 12, 80], [10, 10, 10], 2) == [5, 17, 80]
    assert spread([], [], 2) == []


def test_labels_keep_the_order_in_which_they_are_read():
    assert spread([20, 10], [10, 10], 0) == [10, 20]
