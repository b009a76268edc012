"""How a character stood on the line where it was learned."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class OnLine:
    """What a learned character's line adds to its ink.

    Attributes
    ----------
    geometry : float32 (GEOMETRY,), its size and place, as of a group in :class:`handpad.reading.lattice.Lattice`.
    misread : what was taken for characters where it is, until the writer parted or joined the ink: of each group its
        strokes (n, 4) and its geometry.
    """

    geometry: np.ndarray
    misread: tuple[tuple[list[np.ndarray], np.ndarray], ...] = ()
