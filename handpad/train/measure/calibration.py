"""How honest a classifier's confidence is, and the temperature that makes it so.

Expected calibration error: Naeini, Cooper and Hauskrecht 2015. Temperature scaling: Guo, Pleiss, Sun and Weinberger
2017.
"""

from typing import NamedTuple

import numpy as np

from handpad.adaptation import softmax
from handpad.numerics import log_softmax


class Reliability(NamedTuple):
    """Confidence against accuracy: for each of b bins of confidence that holds anything, means and count (b,)."""

    confidence: np.ndarray
    accuracy: np.ndarray
    count: np.ndarray


def reliability(logits: np.ndarray, true: np.ndarray, temperature: float = 1.0, bins: int = 15) -> Reliability:
    """How often the top label is right, by how sure the softmax is of it, in equally wide bins."""
    probabilities = softmax(logits / temperature)
    return in_bins(probabilities.max(axis=1), probabilities.argmax(axis=1) == true, bins)


def in_bins(confidence: np.ndarray, right: np.ndarray, bins: int = 15) -> Reliability:
    """The same of any confidences float (n,), 0 to 1, and whether each was right, bool (n,)."""
    number = np.minimum((confidence * bins).astype(int), bins - 1)
    count = np.bincount(number, minlength=bins)
    full = np.flatnonzero(count)
    sums = [np.bincount(number, weights=values, minlength=bins)[full] for values in (confidence, right)]
    return Reliability(sums[0] / count[full], sums[1] / count[full], count[full])


def calibration_error(logits: np.ndarray, true: np.ndarray, temperature: float = 1.0, bins: int = 15) -> float:
    """Expected calibration error: mean over confidence bins of |accuracy - confidence|, weighted by rows."""
    return expected_error(reliability(logits, true, temperature, bins))


def expected_error(found: Reliability) -> float:
    """Mean over the bins of |accuracy - confidence|, weighted by their counts."""
    return float((found.count * np.abs(found.accuracy - found.confidence)).sum() / found.count.sum())


def fit_temperature(logits: np.ndarray, true: np.ndarray) -> float:
    """The temperature (0.25 to 8) that minimises the mean negative log likelihood of the true labels."""
    grid = np.geomspace(0.25, 8, 61)
    for _ in range(3):
        losses = [_negative_log_likelihood(logits / temperature, true) for temperature in grid]
        best = int(np.argmin(losses))
        grid = np.linspace(grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)], 9)
    return float(grid[len(grid) // 2])


def _negative_log_likelihood(logits: np.ndarray, true: np.ndarray) -> float:
    return float((-log_softmax(logits)[np.arange(len(true)), true]).mean())
