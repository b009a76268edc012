"""Writing styles: the centroids that the paper's adaptation looks corrections up in (paper, section 3.2)."""

from collections.abc import Callable

import numpy as np
from sklearn.cluster import KMeans
from threadpoolctl import threadpool_limits

MAX_STYLES = 30
NEIGHBOURS = tuple(range(1, 16))
"""The values of k with which centroids are judged (the paper uses ten of them, 1 to 15)."""

_RESTARTS = 3
_CHUNK = 4096


def style_count(samples: int) -> int:
    """k = int(min(30, 1 + max(n / 1000, 4))) clusters for a label with n samples, but no more than samples."""
    return min(samples, int(min(MAX_STYLES, 1 + max(samples / 1000, 4))))


def style_centroids(
    embeddings: np.ndarray,
    label_index: np.ndarray,
    seed: int,
    tell: Callable[[int, int], None] = lambda done, of: None,
) -> tuple[np.ndarray, np.ndarray]:
    """K-means of each label's embeddings, raw: the authors z-score centroids but not queries, which is a mistake.

    Plain K-means, not the mini-batch kind: on as many characters as NIST has it takes a minute, and mini-batches
    only save part of that while their centroids lie farther from the characters (``tests/bench/bench_styles.py``).

    Parameters
    ----------
    embeddings : float32 (n, d), of training and validation writers; label_index : int (n,).
    tell : called after every label with how many are done, and of how many.

    Returns
    -------
    centroids float32 (k, d) and their labels int32 (k,), in the order of the labels.
    """
    centroids, labels = [], []
    present = np.unique(label_index)
    for done, label in enumerate(present, start=1):
        mine = embeddings[label_index == label]
        with threadpool_limits(1):  # so few rows gain nothing from threads, and lose much on a busy machine
            means = KMeans(style_count(len(mine)), n_init=_RESTARTS, random_state=seed).fit(mine).cluster_centers_
        centroids.append(means.astype(np.float32))
        labels.append(np.full(len(means), label, np.int32))
        tell(done, len(present))
    return np.concatenate(centroids), np.concatenate(labels)


def judge(
    centroids: np.ndarray, labels: np.ndarray, embeddings: np.ndarray, label_index: np.ndarray
) -> dict[int, float]:
    """How often the k nearest centroids name a character's label, for every k in NEIGHBOURS (paper, section 3.2).

    The paper's authors judge on the writers that they test on. Judge on validation writers instead, and with
    centroids that were made without them.

    Parameters
    ----------
    centroids, labels : float (s, d) and int (s,), as from :func:`style_centroids`.
    embeddings, label_index : float (n, d) and int (n,), n >= 1, of characters that made no centroid.

    Returns
    -------
    The share of right answers, 0 to 1, by k; no k beyond s. The lowest label wins a tie of votes, and distances
    are Euclidean.
    """
    neighbours = [k for k in NEIGHBOURS if k <= len(centroids)]
    right = np.zeros(len(neighbours))
    squares = (centroids**2).sum(axis=1)
    for start in range(0, len(embeddings), _CHUNK):
        some, true = embeddings[start : start + _CHUNK], label_index[start : start + _CHUNK]
        near = labels[np.argsort(squares - 2 * some @ centroids.T, axis=1, kind="stable")[:, : neighbours[-1]]]
        votes = np.zeros((len(some), labels.max() + 1), dtype=int)
        for place, k in enumerate(neighbours):
            votes[np.arange(len(some)), near[:, k - 1]] += 1
            right[place] += (votes.argmax(axis=1) == true).sum()
    return dict(zip(neighbours, (right / len(embeddings)).tolist(), strict=True))


def nearest(centroids: np.ndarray, labels: np.ndarray, embeddings: np.ndarray, label_index: np.ndarray) -> np.ndarray:
    """The character that looks most like each centroid: int (s,), rows of ``embeddings`` with the centroid's label."""
    found = np.empty(len(centroids), dtype=int)
    for label in np.unique(labels):
        rows, mine = np.flatnonzero(label_index == label), np.flatnonzero(labels == label)
        own = embeddings[rows]
        distances = (own**2).sum(axis=1)[:, None] - 2 * own @ centroids[mine].T
        found[mine] = rows[distances.argmin(axis=0)]
    return found


def share(centroids: np.ndarray, labels: np.ndarray, embeddings: np.ndarray, label_index: np.ndarray) -> np.ndarray:
    """How much of its label each centroid stands for: float (s,), 0 to 1, adding up to 1 for every label."""
    found = np.zeros(len(centroids))
    for label in np.unique(labels):
        mine, own = np.flatnonzero(labels == label), embeddings[label_index == label]
        chosen = ((centroids[mine] ** 2).sum(axis=1) - 2 * own @ centroids[mine].T).argmin(axis=1)
        found[mine] = np.bincount(chosen, minlength=len(mine)) / len(own)
    return found
