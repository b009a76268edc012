import numpy as np

from handpad.adaptation.history import ABSTAINED, WritingHistory


def test_entry_is_the_mean_and_count_of_its_centroids():
    history = WritingHistory()
    history.add(3, 5, np.array([0.0, 0.0]))
    history.add(3, 5, np.array([3.0, 0.0]))
    history.add(3, 5, np.array([0.0, 9.0]))
    np.testing.assert_allclose(history.entries[3][5].mean, [1.0, 3.0])
    assert history.entries[3][5].count == 3


def test_adding_does_not_change_the_centroid():
    centroid = np.array([1.0, 2.0])
    history = WritingHistory()
    history.add(0, 0, centroid)
    history.add(0, 0, np.array([5.0, 6.0]))
    np.testing.assert_array_equal(centroid, [1.0, 2.0])


def test_fewer_than_k_entries_abstain():
    history = WritingHistory()
    for _ in range(3):
        history.add(0, 1, np.zeros(2))
    history.add(2, 1, np.zeros(2))  # another base prediction does not count
    assert history.votes(0, np.zeros(2), (2, 3, 4)) == [1, 1, ABSTAINED]
    assert history.votes(1, np.zeros(2), (2,)) == [ABSTAINED]


def test_an_entry_counts_as_often_as_it_was_seen():
    # From the origin: label 4 once at distance 1, label 2 twice at 2, label 7 five times at 3.
    history = WritingHistory()
    history.add(0, 4, np.array([1.0, 0.0]))
    for _ in range(2):
        history.add(0, 2, np.array([2.0, 0.0]))
    for _ in range(5):
        history.add(0, 7, np.array([3.0, 0.0]))
    # k=1: 4. k=2: one each, the lower label 2. k=3: 2 has two. k=4: 4:1 2:2 7:1. k=6: 7 has three. k=8: five.
    assert history.votes(0, np.zeros(2), (1, 2, 3, 4, 6, 8, 9)) == [4, 2, 2, 2, 7, 7, ABSTAINED]


def test_equally_far_entries_stand_in_the_order_of_labels():
    history = WritingHistory()
    history.add(0, 6, np.array([0.0, 1.0]))
    history.add(0, 5, np.array([1.0, 0.0]))
    assert history.votes(0, np.zeros(2), (1,)) == [5]
