import numpy as np
import pytest

from handpad.adaptation import Observation, softmax
from handpad.adaptation.paper import PaperAdapter

# Three labels in a plane. Label 0 has the styles (0, 0) and (0, 4), label 1 (1, 0) and (1, 4), label 2 (9, 9).
CENTROIDS = np.array([[0, 0], [0, 4], [1, 0], [1, 4], [9, 9]], dtype=float)
LABELS = [0, 0, 1, 1, 2]
SAYS_0, SAYS_1, SAYS_2 = [2.0, 1.0, 0.0], [0.0, 2.0, 1.0], [0.0, 1.0, 2.0]


def character(x, y, logits=SAYS_0):
    return Observation(
        np.array([[x, y]], dtype=np.float32), np.array([logits], dtype=np.float32), np.array([[0.0, 0.0, 0.0, 0.0]])
    )


def adapter():
    return PaperAdapter(CENTROIDS, LABELS, 3)


def test_untaught_it_is_the_base():
    observation = character(1, 0)
    np.testing.assert_array_equal(adapter().predict(observation), softmax(observation.logits))


def test_history_holds_the_mean_of_the_nearest_styles_of_the_true_label():
    paper = adapter()
    paper.learn(1, character(0.2, 0.5), 1)  # nearest style of label 1: (1, 0), though (0, 0) is nearer
    paper.learn(2, character(0.2, 3.5), 1)  # (1, 4)
    paper.learn(3, character(0.2, 0.5, SAYS_2), 1)
    np.testing.assert_allclose(paper.history.entries[0][1].mean, [1, 2])
    assert paper.history.entries[0][1].count == 2
    assert paper.history.entries[2][1].count == 1


def test_two_corrections_change_the_third():
    paper = adapter()
    paper.learn(1, character(1, 0), 1)
    # 1: the base says 0 and is wrong; all kNN abstain and are credited with the base's 0: every mean is 1/3.
    np.testing.assert_allclose(paper.confidence.means()[:, 0], [1 / 3] * 6)
    paper.learn(2, character(1, 0), 1)
    # 2: one entry, all abstain again: 1/4.
    np.testing.assert_allclose(paper.confidence.means()[:, 0], [1 / 4] * 6)
    # 3: k=2 finds both entries and says 1, of which it knows nothing yet (1/2); the base says 0 (1/4).
    decision = paper.decide(character(1, 0))[0]
    assert decision.votes == (0, 1, -1, -1, -1, -1)
    np.testing.assert_allclose(decision.reliabilities, [1 / 4, 1 / 2, *[np.nan] * 4])
    assert (decision.label, decision.classifier) == (1, 1)
    probabilities = softmax(np.array([SAYS_0]))[0]
    np.testing.assert_allclose(paper.predict(character(1, 0))[0], probabilities[[1, 0, 2]])


def test_a_sample_is_scored_before_it_enters_the_history():
    paper = adapter()
    for number in range(2):
        paper.learn(number, character(1, 0), 1)
    paper.learn(2, character(0, 0), 0)
    # k=2 looked at two entries of label 1 and said 1: wrong. Had the sample been in, it would be its own neighbour.
    assert paper.confidence.of(1, 1) == 1 / 3
    assert paper.confidence.of(0, 0) == 2 / 5


def test_ties_of_reliability_go_to_the_base_then_to_the_smallest_k():
    paper = adapter()
    for number in range(4):
        paper.learn(number, character(1, 0, SAYS_2), 1)
    # base for 2: 0 of 4 right, 1/6. k=2 said 1 from the third on: 2 of 2, 3/4. k=4 never spoke: 1/2 for 1.
    decision = paper.decide(character(1, 0, SAYS_2))[0]
    assert decision.votes[:4] == (2, 1, 1, -1)
    np.testing.assert_allclose(decision.reliabilities[:3], [1 / 6, 3 / 4, 1 / 2])
    assert decision.classifier == 1
    untouched = adapter()
    untouched.history.add(0, 1, np.array([1.0, 0.0]))
    untouched.history.add(0, 1, np.array([1.0, 0.0]))
    assert untouched.decide(character(1, 0))[0].classifier == 0  # 1/2 against 1/2


def test_an_exact_tie_of_the_base_still_ends_at_the_chosen_label():
    paper = adapter()
    tie = [1.0, 1.0, 0.0]
    for number in range(4):
        paper.learn(number, character(1, 0, tie), 1)
    assert paper.predict(character(1, 0, tie))[0].argmax() == 1


def test_a_label_without_styles_is_its_own_style():
    paper = PaperAdapter(CENTROIDS[:4], LABELS[:4], 3)
    paper.learn(1, character(5, 6), 2)
    np.testing.assert_allclose(paper.history.entries[0][2].mean, [5, 6])


def random_samples(count, seed=0):
    random = np.random.default_rng(seed)
    logits = random.normal(size=(count, 3))
    return [character(*random.uniform(0, 5, 2), logits[i]) for i in range(count)], random.integers(0, 3, count)


def test_forgetting_is_as_if_never_learned():
    samples, labels = random_samples(60)
    forgetful, innocent = adapter(), adapter()
    gone = {0, 7, 30, 59}
    for number, (observation, label) in enumerate(zip(samples, labels, strict=True)):
        forgetful.learn(number, observation, int(label))
        if number not in gone:
            innocent.learn(number, observation, int(label))
    for number in gone:
        forgetful.forget(number)
    np.testing.assert_array_equal(forgetful.confidence.means(), innocent.confidence.means())
    questions, _ = random_samples(50, seed=1)
    for observation in questions:
        np.testing.assert_array_equal(forgetful.predict(observation), innocent.predict(observation))
        assert forgetful.decide(observation)[0].votes == innocent.decide(observation)[0].votes
    assert len(forgetful) == 56


def test_unknown_and_repeated_samples_are_refused():
    paper = adapter()
    with pytest.raises(KeyError):
        paper.forget(1)
    paper.learn(1, character(0, 0), 0)
    with pytest.raises(ValueError, match="Sample 1"):
        paper.learn(1, character(0, 0), 0)
