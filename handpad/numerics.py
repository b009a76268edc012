"""Sums of exponentials that neither overflow nor vanish."""

import numpy as np


def log_sum_exp(scores: np.ndarray) -> np.ndarray:
    """log(sum(exp)) of each row of float (n, c): (n, 1)."""
    top = scores.max(axis=1, keepdims=True)
    return top + np.log(np.exp(scores - top).sum(axis=1, keepdims=True))


def log_softmax(logits: np.ndarray) -> np.ndarray:
    """The logarithm of each row's softmax: float (n, c)."""
    shifted = logits - logits.max(axis=1, keepdims=True)
    return shifted - log_sum_exp(shifted)
