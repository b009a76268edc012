"""What a round eraser leaves of a stroke that it has passed."""

import numpy as np

_FINE = 0.25
"""Between its points a stroke is looked at in steps of that part of the eraser's radius."""

_MOST_STEPS = 64
"""Between two points."""


def left_of(stroke: np.ndarray, start: np.ndarray, end: np.ndarray, radius: float) -> list[np.ndarray]:
    """The pieces of a stroke that an eraser leaves which goes straight from one point to another.

    Parameters
    ----------
    stroke : (n, 4). start, end : (2,), of the way of the eraser's middle. radius : of the eraser, in page units.

    Returns
    -------
    list of (m, 4) : the very stroke where it was not touched. Pieces begin and end where the eraser passed, with
    pressure and time between those of the neighbouring points.
    """
    fine, own = _with_steps(stroke, _FINE * radius)
    free = _distances(fine[:, :2], start, end) > radius
    if free.all():
        return [stroke]
    pieces = []
    edges = np.flatnonzero(np.diff(np.concatenate([[0], free.astype(int), [0]])))
    for first, after in edges.reshape(-1, 2):
        kept = own[first:after].copy()
        kept[0] = kept[-1] = True
        piece = fine[first:after][kept]
        if len(piece) > 1:
            pieces.append(piece)
    return pieces


def _with_steps(stroke: np.ndarray, step: float) -> tuple[np.ndarray, np.ndarray]:
    """The points of a stroke with others between them, at most a step apart; and which are its own."""
    lengths = np.hypot(*np.diff(stroke[:, :2], axis=0).T)
    counts = np.minimum(np.ceil(lengths / step), _MOST_STEPS).astype(int).clip(1)
    places = np.concatenate([[0.0], *(k + np.arange(1, n + 1) / n for k, n in enumerate(counts))])
    low = np.minimum(places.astype(int), len(stroke) - 1)
    share = (places - low)[:, None]
    fine = stroke[low] + np.where(share > 0, share * (stroke[np.minimum(low + 1, len(stroke) - 1)] - stroke[low]), 0)
    fine[:, :2], fine[:, 2:] = fine[:, :2].round(2), fine[:, 2:].round(3)
    own = share[:, 0] == 0
    fine[own] = stroke
    return fine, own


def _distances(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """How far points (n, 2) are from a straight way."""
    way = end - start
    share = np.clip((points - start) @ way / max(float(way @ way), 1e-12), 0, 1)
    return np.hypot(*(points - (start + share[:, None] * way)).T)
