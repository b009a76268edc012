"""Writing styles: the centroids that the paper's adaptation looks corrections up in (paper, section 3.2)."""

import numpy as np
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

MAX_STYLES = 30
_RESTARTS = 3


def style_count(samples: int) -> int:
    """k = int(min(30, 1 + max(n / 1000, 4))) clusters for a label with n samples, but no more than samples."""
    return min(samples, int(min(MAX_STYLES, 1 + max(samples / 1000, 4))))


def style_centroids(embeddings: np.ndarray, label_index: np.ndarray, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """K-means of each label's embeddings, raw: the authors z-score centroids but not queries, which is a mistake.

    Parameters
    ----------
    embeddings : float32 (n, d), of training and validation writers; label_index : int (n,).

    Returns
    -------
    centroids float32 (k, d) and their labels int32 (k,), in the order of the labels.
    """
    centroids, labels = [], []
    for label in np.unique(label_index):
        mine = embeddings[label_index == label]
        with threadpool_limits(1):  # so few rows gain nothing from threads, and lose much on a busy machine
            means = KMeans(style_count(len(mine)), n_init=_RESTARTS, random_state=seed).fit(mine).cluster_centers_
        centroids.append(means.astype(np.float32))
        labels.append(np.full(len(means), label, np.int32))
    return np.concatenate(centroids), np.concatenate(labels)
