import math

import pytest

from handpad.errors import DataError
from handpad.train.fit import shortened
from handpad.train.recipes import RECIPES, Cosine, Plateau, Recipe, Replay


def recipe(*series) -> Recipe:
    return Recipe(series, 1e-3, 0.0, 0.0, False, 0.0, False, None)


def test_batches_grow_with_the_series():
    growing = recipe((2, 10), (1, 20))
    assert growing.epochs == 3
    assert [growing.batch_size(epoch) for epoch in range(3)] == [10, 10, 20]


def test_a_shortened_recipe_keeps_its_proportions():
    assert shortened(recipe((20, 1), (10, 2), (5, 3)), 7).series == ((4, 1), (2, 2), (1, 3))
    with pytest.raises(DataError):
        shortened(recipe((20, 1)), 0)


def test_cosine_warms_up_and_falls():
    cosine = Cosine(peak=1.0, epochs=100)
    rates = [cosine.rate(epoch / 10) for epoch in range(1001)]
    assert rates[0] < 0.05
    assert max(rates) == pytest.approx(1, abs=1e-3)
    assert rates.index(max(rates)) == 50
    assert rates[-1] == pytest.approx(0.01)
    assert cosine.rate(52.5) == pytest.approx((1 + 0.01) / 2, abs=1e-6)


def test_plateau_halves_and_then_stops():
    plateau = Plateau(1.0)
    assert not plateau.after_epoch(2.0)
    assert [(plateau.after_epoch(2.0), plateau.rate(0)) for _ in range(4)] == [
        (False, 1.0),
        (False, 0.5),
        (False, 0.5),
        (True, 0.25),
    ]


def test_a_better_epoch_starts_the_wait_anew():
    plateau = Plateau(1.0)
    for loss in (3.0, 3.0, 2.0, 2.0):
        assert not plateau.after_epoch(loss)
    assert plateau.rate(0) == 1.0
    assert not plateau.after_epoch(math.nan)
    assert plateau.rate(0) == 0.5


def test_replay_repeats_the_rates():
    replay = Replay([3.0, 2.0])
    assert [replay.rate(0.9), replay.rate(1.0)] == [3.0, 2.0]


def test_every_recipe_has_its_network():
    network = pytest.importorskip("handpad.train.network")
    assert set(RECIPES) == set(network.NETWORKS)
