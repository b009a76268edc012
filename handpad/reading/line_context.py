"""How a character stood on the line where it was learned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handpad.ink import Guide
from handpad.reading.fragments import Fixed


@dataclass(frozen=True)
class LineContext:
    """What a learned character's line adds to its ink.

    Attributes
    ----------
    geometry : float32 (GEOMETRY,), its size and place, as of a group in :class:`handpad.reading.lattice.Lattice`.
    misread : what was taken for characters where it is, until the writer parted or joined the ink: of each group its
        strokes (n, 4) and its geometry.
    """

    geometry: np.ndarray
    misread: tuple[tuple[list[np.ndarray], np.ndarray], ...] = ()


@dataclass(frozen=True)
class LineAround:
    """A character among its neighbours, to learn it as it stands on its line.

    Attributes
    ----------
    strokes : all that have ink in them, (n, 4) each.
    characters : left to right, their parts under the places of the strokes; place : the index of the one meant.
    guide : of the line; None if it is not known.
    regrouped : whether the writer has parted or joined its ink.
    """

    strokes: list[np.ndarray]
    characters: Sequence[Fixed]
    place: int
    guide: Guide | None
    regrouped: bool
