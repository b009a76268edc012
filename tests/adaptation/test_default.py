import numpy as np
import pytest

from handpad.adaptation import Observation
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


def taught(seen, labels, rows):
    adapter = DefaultAdapter(LABELS)
    for row in rows:
        adapter.learn(int(row), seen[row : row + 1], int(labels[row]), confirmed=bool(row % 3 == 0))
    return adapter


def test_untaught_it_answers_as_the_base():
    seen, _ = characters(20)
    probabilities = DefaultAdapter(LABELS).predict(seen)
    np.testing.assert_array_equal(probabilities.argmax(axis=1), seen.logits.argmax(axis=1))
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)


def test_corrections_teach():
    seen, labels = characters(200)
    adapter = taught(seen, labels, range(100))
    right = (adapter.predict(seen[100:]).argmax(axis=1) == labels[100:]).mean()
    assert right > 0.9 > 0.4 > (seen.logits[100:].argmax(axis=1) == labels[100:]).mean()


def test_forgetting_is_as_if_never_learned():
    seen, labels = characters(80)
    gone = [0, 5, 33, 59]
    forgetful = taught(seen, labels, range(60))
    for row in gone:
        forgetful.forget(row)
    innocent = taught(seen, labels, [row for row in range(60) if row not in gone])
    np.testing.assert_allclose(forgetful.predict(seen), innocent.predict(seen), atol=1e-10)
    for row in range(60):
        if row not in gone:
            forgetful.forget(row)
    np.testing.assert_array_equal(forgetful.predict(seen), DefaultAdapter(LABELS).predict(seen))


def test_learning_many_is_learning_one_after_another():
    seen, labels = characters(80)
    one_by_one = taught(seen, labels, range(60))
    at_once = DefaultAdapter(LABELS)
    at_once.learn_many(range(60), seen[:60], labels[:60], [row % 3 == 0 for row in range(60)])
    np.testing.assert_allclose(at_once.predict(seen), one_by_one.predict(seen), atol=1e-10)


def test_unknown_and_repeated_samples_are_refused():
    seen, labels = characters(2)
    adapter = taught(seen, labels, [1])
    with pytest.raises(KeyError):
        adapter.forget(0)
    with pytest.raises(ValueError, match="Sample 1"):
        adapter.learn(1, seen[1:2], 0)
    assert len(adapter) == 1


def test_shape_and_size_without_a_guide_are_enough():
    seen, labels = characters(200, guide=0.0)
    adapter = taught(seen, labels, range(100))
    assert (adapter.predict(seen[100:]).argmax(axis=1) == labels[100:]).mean() > 0.9
