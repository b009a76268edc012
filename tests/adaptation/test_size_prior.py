import numpy as np

from handpad.adaptation import size_prior
from handpad.adaptation.size_prior import Expectation, Population, expect

# Two labels, one apart in size; one factor moves only the second; own habits and noise have variance 1/100.
PAIR = Population(np.array([0.0, 1.0]), np.array([[0.0], [0.5]]), np.full(2, 0.01), np.full(2, 0.01))


def test_one_character_says_where_the_other_label_stands():
    expectation = expect(PAIR, np.array([7.0]), np.array([0]), np.ones(1))
    # The offset takes all of the 7; the other label is one above, and uncertain by its factor: 0.25 and more.
    np.testing.assert_allclose(expectation.mean, [7, 8], atol=1e-3)
    assert expectation.variance[0] < 0.05 < 0.25 < expectation.variance[1] < 0.35


def test_both_labels_say_how_far_the_second_moves():
    cue, labels = np.repeat([7.0, 8.6], 50), np.repeat([0, 1], 50)
    expectation = expect(PAIR, cue, labels, np.ones(100))
    np.testing.assert_allclose(expectation.mean, [7, 8.6], atol=0.02)
    assert (expectation.variance < 0.02).all()


def test_a_noisy_cue_is_worth_little():
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 200)
    steady = expect(PAIR, labels + random.normal(scale=0.1, size=200), labels, np.ones(200))
    noise = expect(PAIR, random.normal(scale=5, size=200), labels, np.ones(200))
    ratio = [np.diff(e.log_likelihood(np.array([0.0])))[0] for e in (steady, noise)]
    assert ratio[0] < -5
    assert abs(ratio[1]) < 1.5


def test_an_outlier_hardly_moves_the_expectation():
    cue, labels = np.r_[np.zeros(20), 9.0], np.zeros(21, dtype=int)
    assert abs(expect(PAIR, cue, labels, np.ones(21)).mean[0]) < 0.1


def test_weights_count_characters():
    cue, labels = np.array([0.0, 0.0, 0.3]), np.zeros(3, dtype=int)
    twice = expect(PAIR, cue, labels, np.ones(3))
    weighted = expect(PAIR, cue[1:], labels[1:], np.array([2.0, 1.0]))
    # only the origin, a median, differs, and the offset is free
    np.testing.assert_allclose(twice.mean, weighted.mean, atol=1e-3)


def test_log_likelihood_by_hand():
    expectation = Expectation(np.array([0.0]), np.array([4.0]))
    # t with 4 degrees of freedom at one scale unit: -log(2) - 2.5 log(1 + 1/4)
    np.testing.assert_allclose(expectation.log_likelihood(np.array([2.0])), [[-np.log(2) - 2.5 * np.log(1.25)]])


def test_the_bundled_population_knows_how_people_write():
    populations = size_prior.load(list("aAlgx0.'"))
    size, height = populations["size"].mean, populations["height"].mean
    assert size[1] > size[0] + 0.2  # A is larger than a
    assert size[6] < size[4] - 1  # a full stop is far smaller than x
    assert height[2] > height[4] > height[3]  # l stands higher than x, and g lower
    assert height[7] > height[0] > height[6]


def test_an_unknown_label_is_like_its_zone():
    zone = size_prior.load(list("acemnorsuvwxz"))["size"]
    stranger = size_prior.load(["é"])["size"]
    np.testing.assert_allclose(stranger.mean[0], zone.mean.mean())
    assert stranger.spread[0] > zone.spread.mean()


def test_size_and_unit():
    cues = np.array([[np.log(2), np.log(3), 0, 0], [np.log(5), np.log(4), 0, 0]])
    np.testing.assert_allclose(np.exp(size_prior.size(cues)), [3, 5])
    assert np.isclose(size_prior.unit(PAIR, np.log([2.0, 2 * np.e, 40.0]), np.array([0, 1, 1])), 2.0)
