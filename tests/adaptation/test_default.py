import numpy as np
import pytest

from handpad.adaptation import Observation, default, softmax
from handpad.adaptation.default import DefaultAdapter

LABELS = list("0OoaA")


def characters(count, seed=0, guide=1.0):
    """Characters with shapes around one of five directions, sizes around one of two, and random logits."""
    random = np.random.default_rng(seed)
    labels = random.integers(0, 5, count)
    embeddings = np.eye(8)[labels] + random.normal(scale=0.15, size=(count, 8))
    logits = 2 * np.eye(5)[random.integers(0, 5, count)] + random.normal(size=(count, 5))
    sizes = np.where(labels == 2, 0.0, 0.7) + random.normal(scale=0.1, size=count)
    cues = np.stack([sizes, sizes, np.exp(sizes) / 2, np.full(count, guide)], axis=1)
    return Observation(embeddings.astype(np.float32), logits.astype(np.float32), cues), labels


def taught(observation, labels, rows):
    adapter = DefaultAdapter(LABELS)
    for row in rows:
        adapter.learn(int(row), observation[row : row + 1], int(labels[row]), confirmed=bool(row % 3 == 0))
    return adapter


def test_untaught_and_without_a_guide_it_is_the_base():
    observation, _ = characters(20, guide=0.0)
    np.testing.assert_allclose(DefaultAdapter(LABELS).predict(observation), softmax(observation.logits), rtol=1e-5)


def test_taught_it_still_answers_with_probabilities():
    observation, labels = characters(60)
    probabilities = taught(observation, labels, range(30)).predict(observation)
    assert probabilities.shape == (60, 5)
    assert (probabilities > 0).all()
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_corrections_teach():
    observation, labels = characters(200)
    adapter = taught(observation, labels, range(100))
    right = (adapter.predict(observation[100:]).argmax(axis=1) == labels[100:]).mean()
    assert right > 0.9 > 0.4 > (observation.logits[100:].argmax(axis=1) == labels[100:]).mean()


def test_forgetting_is_as_if_never_learned():
    observation, labels = characters(80)
    gone = [0, 5, 33, 59]
    forgetful = taught(observation, labels, range(60))
    for row in gone:
        forgetful.forget(row)
    innocent = taught(observation, labels, [row for row in range(60) if row not in gone])
    np.testing.assert_allclose(forgetful.predict(observation), innocent.predict(observation), atol=1e-10)
    for row in range(60):
        if row not in gone:
            forgetful.forget(row)
    np.testing.assert_array_equal(forgetful.predict(observation), DefaultAdapter(LABELS).predict(observation))


def test_learning_many_is_learning_one_after_another():
    observation, labels = characters(80)
    one_by_one = taught(observation, labels, range(60))
    at_once = DefaultAdapter(LABELS)
    at_once.learn_many(range(60), observation[:60], labels[:60], [row % 3 == 0 for row in range(60)])
    np.testing.assert_allclose(at_once.predict(observation), one_by_one.predict(observation), atol=1e-10)


def test_unknown_and_repeated_samples_are_refused():
    observation, labels = characters(2)
    adapter = taught(observation, labels, [1])
    with pytest.raises(KeyError):
        adapter.forget(0)
    with pytest.raises(ValueError, match="Sample 1"):
        adapter.learn_many([0, 1], observation, [0, 0], [False, False])
    assert len(adapter) == 1


def test_shape_and_size_without_a_guide_are_enough():
    observation, labels = characters(200, guide=0.0)
    adapter = taught(observation, labels, range(100))
    assert (adapter.predict(observation[100:]).argmax(axis=1) == labels[100:]).mean() > 0.9


def test_more_than_the_capacity_is_forgotten_exactly_too(monkeypatch):
    monkeypatch.setattr(default, "CAPACITY", 30)
    observation, labels = characters(120)
    gone = [3, 50, 80, 119]
    forgetful = taught(observation, labels, range(120))
    for row in gone:
        forgetful.forget(row)
    innocent = taught(observation, labels, [row for row in range(120) if row not in gone])
    assert len(forgetful) == 116
    np.testing.assert_allclose(forgetful.predict(observation), innocent.predict(observation), atol=1e-10)
    assert forgetful.suspects() == innocent.suspects()
    assert (innocent.predict(observation).argmax(axis=1) == labels).mean() > 0.9


def test_a_wrong_correction_is_suspected_and_does_not_decide():
    observation, labels = characters(150)
    adapter, clean = taught(observation, labels, range(1, 100)), taught(observation, labels, range(1, 100))
    assert adapter.suspects() == []
    adapter.learn(0, observation[:1], int(labels[0] + 2) % 5)
    assert adapter.suspects() == [0]
    np.testing.assert_allclose(adapter.predict(observation), clean.predict(observation), atol=1e-10)


def test_five_letters_help_the_others():
    # The writer's small and capital letters have the same shape, and the base cannot tell them apart.
    labels = list("cCoOsSvVwWxXzZ")
    adapter = DefaultAdapter(labels)
    random = np.random.default_rng(3)

    def written(index):
        embedding, logits = np.zeros((1, 8), dtype=np.float32), np.zeros((1, len(labels)), dtype=np.float32)
        embedding[0, index // 2] = 1
        logits[0, [index, index ^ 1]] = 5 + random.normal(scale=0.5, size=2)
        side = (5.0 if index % 2 == 0 else 5.6) + random.normal(scale=0.05)
        return Observation(embedding, logits, np.array([[side, side, 0.0, 0.0]]))

    for sample_id, index in enumerate([0, 1, 2, 3, 4]):
        adapter.learn(sample_id, written(index), index)
    others = [index for index in range(6, 14) for _ in range(5)]
    right = [adapter.predict(written(index))[0].argmax() == index for index in others]
    assert np.mean(right) > 0.9


def test_the_line_still_counts_beside_the_first_habits():
    labels = list("xX")
    alike = Observation(np.ones((1, 4), np.float32), np.zeros((1, 2), np.float32), np.array([[0.0, 0.0, 0.5, 1.0]]))
    tall = Observation(alike.embeddings, alike.logits, np.array([[0.56, 0.56, 0.88, 1.0]]))
    adapter = DefaultAdapter(labels)
    before = adapter.predict(tall)[0, 1]
    adapter.learn(1, alike, 0)
    assert adapter.predict(tall)[0, 1] > before > 0.5
