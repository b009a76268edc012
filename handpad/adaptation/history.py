"""One writer's writing history (paper, section 3.3) and nearest-neighbour votes over it (section 3.4)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

ABSTAINED = -1
"""The vote of a k-nearest-neighbours classifier that had fewer than k entries to look at."""


@dataclass
class Style:
    """How this writer writes one label when the base model takes it for another (or for itself).

    mean : float64 (d,), the mean of the population's style centroids that came nearest; count : how many.
    """

    mean: np.ndarray
    count: int


class WritingHistory:
    """``{(predicted, true): [mean of the nearest centroids of the true label, count]}`` (paper, 3.3).

    ``entries[predicted][true]`` is a :class:`Style`: pairs are grouped by the predicted label because the
    votes on a character look only at the pairs that share its base prediction.
    """

    def __init__(self) -> None:
        self.entries: dict[int, dict[int, Style]] = {}

    def add(self, predicted: int, true: int, centroid: np.ndarray) -> None:
        """Note that a character with this true label was taken for `predicted`; centroid (d,) is its style."""
        style = self.entries.setdefault(predicted, {}).get(true)
        if style is None:
            self.entries[predicted][true] = Style(np.array(centroid, dtype=np.float64), 1)
        else:
            style.count += 1
            style.mean += (centroid - style.mean) / style.count

    def clear(self, predicted: int) -> None:
        """Drop all pairs with this predicted label."""
        self.entries.pop(predicted, None)

    def votes(self, predicted: int, embedding: np.ndarray, neighbours: Sequence[int]) -> list[int]:
        """What k-nearest-neighbours over the pairs with this predicted label would say (paper, 3.4).

        Parameters
        ----------
        predicted : the base prediction.
        embedding : (d,), the character's; distances are Euclidean.
        neighbours : the values of k. An entry counts as `count` neighbours.

        Returns
        -------
        One label per k; the lowest label wins a tie of votes, and entries equally far stand in the order
        of their labels. ABSTAINED where the pairs hold fewer than k neighbours.
        """
        styles = self.entries.get(predicted, {})
        labels = sorted(styles)
        if not labels:
            return [ABSTAINED] * len(neighbours)
        means = np.array([styles[label].mean for label in labels])
        counts = np.array([styles[label].count for label in labels])
        nearest = np.argsort(((means - embedding) ** 2).sum(axis=1), kind="stable")
        before = np.cumsum(counts[nearest]) - counts[nearest]
        votes = []
        for k in neighbours:
            if counts.sum() < k:
                votes.append(ABSTAINED)
                continue
            ballots = np.zeros(len(labels), dtype=int)
            ballots[nearest] = np.clip(k - before, 0, counts[nearest])
            votes.append(labels[int(np.argmax(ballots))])
        return votes
