"""The inverse of a growing and shrinking kernel matrix, kept up to date in O(n^2) per change."""

import numpy as np

_BLOCK = 64


class KernelInverse:
    """``(K + diag(noise))^-1`` of n points in slots 0 to n - 1, for a symmetric positive semidefinite kernel K.

    With the inverse at hand, the ridge weights of targets T (n, c) are ``matrix @ T`` and the leave-one-out
    residuals are those weights divided by the inverse's diagonal. Noise of 0.1 and more keeps K + diag(noise)
    well conditioned (at most (n + noise) / noise for a kernel with values up to 1), so the updates lose no
    more than a few digits over tens of thousands of changes.
    """

    def __init__(self) -> None:
        self._buffer = np.empty((64, 64))
        self._size = 0

    def __len__(self) -> int:
        return self._size

    @property
    def matrix(self) -> np.ndarray:
        """The inverse, float64 (n, n): a view, valid until the next change."""
        return self._buffer[: self._size, : self._size]

    def reset(self, kernel: np.ndarray) -> None:
        """Start anew from K + diag(noise), float64 (n, n): one factorisation."""
        self._size = 0
        self._reserve(len(kernel))
        self._size = len(kernel)
        self.matrix[:] = np.linalg.inv(kernel)

    def add(self, row: np.ndarray, corner: float) -> None:
        """Add a point in slot n: its kernel (n,) with the others, and its kernel with itself plus its noise."""
        n = self._size
        self._reserve(n + 1)
        projected = self.matrix @ row
        rest = corner - row @ projected  # what the others do not explain: at least the noise
        _add_outer(self.matrix, projected / rest, projected)
        self._size = n + 1
        self.matrix[n, :n] = self.matrix[:n, n] = -projected / rest
        self.matrix[n, n] = 1 / rest

    def remove(self, slot: int) -> None:
        """Remove the point in a slot; the last point moves there."""
        last = self._size - 1
        matrix = self.matrix
        if slot != last:
            matrix[[slot, last]] = matrix[[last, slot]]
            matrix[:, [slot, last]] = matrix[:, [last, slot]]
        column, corner = matrix[:last, last].copy(), matrix[last, last]
        self._size = last
        _add_outer(self.matrix, -column / corner, column)

    def replace(self, slot: int, row: np.ndarray, corner: float) -> None:
        """Put another point into a slot: as remove and add, in one pass.

        row : its kernel (n,) with all points, of which the slot's own entry is ignored.
        """
        matrix = self.matrix
        column, pivot = matrix[:, slot].copy(), matrix[slot, slot]
        row = row.copy()
        row[slot] = 0
        projected = matrix @ row - column * (column @ row / pivot)  # 0 in the slot itself
        rest = corner - row @ projected
        _add_outer(matrix, -column / pivot, column, projected / rest, projected)
        matrix[slot] = matrix[:, slot] = -projected / rest
        matrix[slot, slot] = 1 / rest

    def weights(self, targets: np.ndarray, left_out: np.ndarray) -> np.ndarray:
        """Ridge weights (n, c) for targets (n, c), fitted without the points in left_out, bool (n,): theirs are 0."""
        kept = np.where(left_out[:, None], 0, targets)
        weights = self.matrix @ kept
        out = np.flatnonzero(left_out)
        if len(out):
            corner = self.matrix[np.ix_(out, out)]
            weights -= self.matrix[:, out] @ np.linalg.solve(corner, weights[out])
            weights[out] = 0
        return weights

    def _reserve(self, size: int) -> None:
        if size > len(self._buffer):
            grown = np.empty((2 * size, 2 * size))
            grown[: self._size, : self._size] = self.matrix
            self._buffer = grown


def ridge_weights(kernel: np.ndarray, targets: np.ndarray, left_out: np.ndarray) -> np.ndarray:
    """What :meth:`KernelInverse.weights` gives after `reset(kernel)`, by one factorisation: for a kernel used once.

    kernel : K + diag(noise), float64 (n, n). targets : (n, c). left_out : bool (n,).
    """
    kept = ~left_out
    weights = np.zeros_like(targets)
    weights[kept] = np.linalg.solve(kernel[np.ix_(kept, kept)], targets[kept])
    return weights


def _add_outer(matrix: np.ndarray, *pairs: np.ndarray) -> None:
    """matrix += outer(column, row) for every pair of column and row, in blocks that stay in the processor's cache."""
    columns, rows = np.array(pairs[0::2]).T, np.array(pairs[1::2])
    for start in range(0, len(matrix), _BLOCK):
        matrix[start : start + _BLOCK] += columns[start : start + _BLOCK] @ rows
