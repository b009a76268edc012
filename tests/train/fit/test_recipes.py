import math

import pytest

from handpad.errors import DataError
from handpad.train.fit.recipes import PRESETS, Cosine, Plateau, Recipe, Replay, policy_of


def recipe(*series) -> Recipe:
    return Recipe(series, 1e-3, 0.0, 0.0, False, 0.0, False, None)


def test_batches_grow_with_the_series():
    growing = recipe((2, 10), (1, 20))
    assert growing.epochs == 3
    assert [growing.batch_size(epoch) for epoch in range(3)] == [10, 10, 20]


def test_a_shortened_recipe_keeps_its_proportions():
    assert recipe((20, 1), (10, 2), (5, 3)).shortened(7).series == ((4, 1), (2, 2), (1, 3))
    with pytest.raises(DataError):
        recipe((20, 1)).shortened(0)


def test_cosine_warms_up_and_falls():
    cosine = Cosine(peak=1.0, epochs=100)
    rates = [cosine.rate(epoch / 10) for epoch in range(1001)]
    assert rates[0] < 0.05
    assert max(rates) == pytest.approx(1, abs=1e-3)
    assert rates.index(max(rates)) == 50
    assert rates[-1] == pytest.approx(0.01)
    assert cosine.rate(52.5) == pytest.approx((1 + 0.01) / 2, abs=1e-6)


def test_plateau_halves_and_then_stops():
    plateau = Plateau(1.0, patience=4)
    assert not plateau.after_epoch(2.0)
    assert [(plateau.after_epoch(2.0), plateau.rate(0)) for _ in range(4)] == [
        (False, 1.0),
        (False, 0.5),
        (False, 0.5),
        (True, 0.25),
    ]


def test_a_better_epoch_starts_the_wait_anew():
    plateau = Plateau(1.0, patience=4)
    for loss in (3.0, 3.0, 2.0, 2.0):
        assert not plateau.after_epoch(loss)
    assert plateau.rate(0) == 1.0
    assert not plateau.after_epoch(math.nan)
    assert plateau.rate(0) == 0.5


def test_replay_repeats_the_rates():
    replay = Replay([3.0, 2.0])
    assert [replay.rate(0.9), replay.rate(1.0)] == [3.0, 2.0]


def test_the_papers_schedules():
    nist, deepwriting = PRESETS["paper-nist"].recipe, PRESETS["paper-deepwriting"].recipe
    assert nist.series == ((20, 1024), (10, 2048), (5, 4096))
    assert deepwriting.series == ((20, 1024),)
    for recipe, patience in ((nist, 4), (deepwriting, 5)):
        assert (recipe.optimizer, recipe.learning_rate, recipe.augment) == ("adam", 1e-3, False)
        policy = policy_of(recipe)
        assert [policy.after_epoch(1.0) for _ in range(patience + 1)] == [False] * patience + [True]


def test_a_policy_goes_on_where_another_was():
    first, second = Plateau(1.0, patience=4), Plateau(1.0, patience=4)
    for loss in (2.0, 1.0, 1.0, 1.0):
        first.after_epoch(loss)
    second.restore(first.state())
    assert second.rate(0) == 0.5
    assert [policy.after_epoch(1.0) for policy in (first, second) for _ in range(2)] == [False, True] * 2


def test_another_optimizer_gets_the_rates_that_suit_it():
    recipe = PRESETS["handpad"].recipe
    sgd, adam = recipe.with_optimizer("sgd"), recipe.with_optimizer("adam")
    assert sgd.learning_rate == pytest.approx(0.1)
    assert sgd.learning_rate * sgd.weight_decay == pytest.approx(recipe.learning_rate * recipe.weight_decay)
    assert (adam.learning_rate, adam.weight_decay) == (recipe.learning_rate, 0)
    assert recipe.with_optimizer("adamw") == recipe


def test_every_preset_has_its_network():
    builders = pytest.importorskip("handpad.train.fit.builders")
    assert {preset.network for preset in PRESETS.values()} == set(builders.NETWORKS) - {"blend"}
