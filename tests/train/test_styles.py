import numpy as np
import pytest

pytest.importorskip("sklearn")

from handpad.train.styles import style_centroids, style_count


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
