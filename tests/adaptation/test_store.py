import numpy as np
import pytest

from handpad.adaptation.store import Learned, Store


def sample(label, confirmed=False, known=False):
    """A character of one of three labels; the base is sure of it, or sure of another."""
    logits = np.zeros(3, dtype=np.float32)
    logits[label if known else (label + 1) % 3] = 20
    return Learned(np.zeros(2, dtype=np.float32), logits, np.zeros(4), label, confirmed)


def filled(*samples):
    store = Store()
    for sample_id, one in enumerate(samples):
        store.add([sample_id], [one])
    return store


def test_all_are_useful_while_there_is_room():
    assert filled(sample(0), sample(0), sample(1)).useful(3) == [0, 1, 2]


def test_every_label_gives_its_best_first():
    store = filled(*[sample(0) for _ in range(10)], sample(1, confirmed=True, known=True), sample(2))
    assert sorted(store.useful(3)) == [9, 10, 11]
    assert sorted(store.useful(4)) == [8, 9, 10, 11]


def test_corrections_then_surprises_then_recent_ones():
    store = filled(
        sample(0, known=True), sample(0), sample(0, confirmed=True), sample(0), sample(0, confirmed=True, known=True)
    )
    assert store.useful(1) == [3]
    assert sorted(store.useful(2)) == [1, 3]
    assert sorted(store.useful(3)) == [0, 1, 3]
    assert sorted(store.useful(4)) == [0, 1, 2, 3]


def test_removing_is_as_if_never_added():
    samples = [sample(i % 3, confirmed=i % 2 == 0) for i in range(200)]
    store, other = Store(), Store()
    for sample_id, one in enumerate(samples):
        store.add([sample_id], [one])
        if sample_id not in (0, 77, 199):
            other.add([sample_id], [one])
    for sample_id in (77, 0, 199):
        store.remove(sample_id)
    assert len(store) == 197
    assert 77 not in store
    assert store.useful(50) == other.useful(50)


def test_unknown_and_repeated_ids_are_refused():
    store = filled(sample(0))
    with pytest.raises(KeyError):
        store.remove(5)
    with pytest.raises(ValueError, match="Sample 0"):
        store.add([0], [sample(1)])
