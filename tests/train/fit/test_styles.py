import numpy as np
import pytest

pytest.importorskip("sklearn")

from handpad.train.fit import styles
from handpad.train.fit.styles import judge, nearest, share, style_centroids, style_count


@pytest.mark.parametrize(
    ("samples", "styles"), [(1, 1), (4, 4), (5, 5), (4000, 5), (4999, 5), (5000, 6), (29_000, 30), (90_000, 30)]
)
def test_style_counts_are_the_papers(samples, styles):
    assert style_count(samples) == styles


def test_centroids_are_raw_means_in_the_order_of_the_labels():
    embeddings = np.repeat(np.float32([[0, 0], [8, 0], [0, 8], [8, 8], [20, 20], [100, 3]]), 3, axis=0)
    label_index = np.repeat([4, 4, 4, 4, 4, 1], 3)
    centroids, labels = style_centroids(embeddings, label_index, seed=1)
    assert labels.tolist() == [1, 1, 1, 4, 4, 4, 4, 4]
    assert centroids.dtype == np.float32
    assert labels.dtype == np.int32
    assert (centroids[0] == [100, 3]).all()
    assert sorted(map(tuple, centroids[3:])) == [(0, 0), (0, 8), (8, 0), (8, 8), (20, 20)]


def test_progress_is_told_label_by_label():
    told = []
    style_centroids(np.eye(6, dtype=np.float32), np.repeat([2, 5], 3), 1, lambda *numbers: told.append(numbers))
    assert told == [(1, 2), (2, 2)]


def test_judged_by_the_nearest_centroids():
    # On a line: centroids of label 0 at 0, 10 and 11, of label 1 at 4 and 5.
    centroids, labels = np.float32([[0], [10], [11], [4], [5]]), np.int32([0, 0, 0, 1, 1])
    found = judge(centroids, labels, np.float32([[1], [4.4], [9]]), np.array([0, 1, 0]))
    assert found[1] == 1
    assert found[2] == 1  # at 1: one vote each, the lower label wins
    assert found[3] == pytest.approx(2 / 3)  # at 1: 0, 4 and 5
    assert found[5] == pytest.approx(2 / 3)  # all of them: label 0 everywhere
    assert list(found) == [1, 2, 3, 4, 5]


def test_judging_in_chunks_is_judging_at_once(monkeypatch):
    random = np.random.default_rng(0)
    arguments = (
        random.normal(size=(40, 3)).astype(np.float32),
        random.integers(0, 4, 40),
        random.normal(size=(70, 3)).astype(np.float32),
        random.integers(0, 4, 70),
    )
    whole = judge(*arguments)
    monkeypatch.setattr(styles, "_CHUNK", 9)
    assert judge(*arguments) == pytest.approx(whole)


def test_a_style_is_shown_by_a_character_of_its_label_and_knows_its_share():
    centroids, labels = np.float32([[0], [10], [4]]), np.int32([3, 3, 7])
    embeddings, label_index = np.float32([[1], [2], [4], [9], [30], [0]]), np.array([3, 3, 3, 3, 7, 7])
    assert nearest(centroids, labels, embeddings, label_index).tolist() == [0, 3, 5]
    assert share(centroids, labels, embeddings, label_index).tolist() == [0.75, 0.25, 1]
