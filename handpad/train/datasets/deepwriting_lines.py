"""What both forms of DeepWriting have in common: lines of characters, their writers and strokes."""

import numpy as np

from handpad.train.datasets.dataset import Sample

Line = list[Sample]
"""The characters of one line or chunk of text, in the order in which they were written."""

FIRST_ETH_WRITER = 123456


def writer_name(number: int) -> str:
    """Which collection a writer's number belongs to."""
    return f"{'eth' if number >= FIRST_ETH_WRITER else 'iam'}/{number}"


def strokes_of(places: np.ndarray, pen_up: np.ndarray, rows: np.ndarray) -> list[np.ndarray]:
    """The strokes that the points `rows` (increasing) form: a stroke ends where the pen rises or a point is left out.

    Parameters
    ----------
    places : float (T, 2) of the whole line; pen_up : bool (T,), True at the last point of every stroke.
    """
    cuts = 1 + np.flatnonzero(pen_up[rows[:-1]] | (np.diff(rows) > 1))
    return np.split(places[rows], cuts)
