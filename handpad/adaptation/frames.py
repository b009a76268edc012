"""What one writer taught of joined writing: kernel ridge on the frames of the sequence network.

The targets are what the network missed: by the alignment of the true label, less what it said. Weights are found in
closed form, of the samples that decide, so that forgetting is exact. Symbols: h an embedding at unit length.
"""

import numpy as np

from handpad.adaptation.inverse import ridge_weights
from handpad.adaptation.kernels import squared_distances, unit_length

SHARPNESS = 6.0
"""Frames are alike where exp(-SHARPNESS |h - h'|^2) is large."""

NOISE = 0.3
"""Ridge of the kernel, for a correction."""

FLOOR = 1e-4
"""No class of a frame falls below this by what was learned."""


class FrameRidge:
    """The correction of frames by some samples.

    Parameters
    ----------
    embeddings : (n, d) of the samples' frames. missing : (n, c), what the network missed in each.
    noise : (n,), how little each is trusted, 1 for a correction.
    """

    def __init__(self, embeddings: np.ndarray, missing: np.ndarray, noise: np.ndarray):
        self._embeddings = unit_length(embeddings)
        kernel = _alike(self._embeddings, self._embeddings) + np.diag(NOISE * noise)
        self._weights = ridge_weights(kernel, missing.astype(np.float64), np.zeros(len(noise), bool))

    def corrected(self, probabilities: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
        """The distributions (t, c) of frames with these embeddings (t, d) as the samples correct them."""
        change = _alike(unit_length(embeddings), self._embeddings) @ self._weights
        found = np.maximum(probabilities + change, np.minimum(probabilities, FLOOR))
        return (found / found.sum(axis=1, keepdims=True)).astype(probabilities.dtype)


def _alike(embeddings: np.ndarray, others: np.ndarray) -> np.ndarray:
    return np.exp(-SHARPNESS * squared_distances(embeddings, others))
