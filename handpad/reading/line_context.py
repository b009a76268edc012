"""How a character stood on the line where it was learned."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handpad.ink import Guide
from handpad.reading.fragments import KnownCharacter
from handpad.reading.frames import LABELS, FrameSamples
from handpad.reading.lattice import GEOMETRY


@dataclass(frozen=True)
class LineContext:
    """What a learned character's line adds to its ink.

    Attributes
    ----------
    geometry : float32 (GEOMETRY,), its size and place, as of a segment in :class:`handpad.reading.lattice.Lattice`.
    misread : what was taken for characters where it is, until the writer parted or joined the ink: of each segment its
        strokes (n, 4) and its geometry.
    sequence : float32 (c + 1,), what the sequence network says there for each of its labels, see
        :func:`handpad.reading.sequence.label_scores`, and how joined the line is (letters a stroke); None if unknown.
    frames : what its frames teach; none where the network is another by now.
    """

    geometry: np.ndarray
    misread: tuple[tuple[list[np.ndarray], np.ndarray], ...] = ()
    sequence: np.ndarray | None = None
    frames: FrameSamples | None = None

    def packed(self) -> np.ndarray:
        """Geometry and, where known, the sequence network's values and the frames behind it: float32."""
        if self.sequence is None:
            return self.geometry
        frames = np.zeros(0, np.float32) if self.frames is None else self.frames.packed()
        return np.concatenate([self.geometry, self.sequence, frames])

    @classmethod
    def unpacked(cls, values: np.ndarray, misread: tuple[tuple[list[np.ndarray], np.ndarray], ...]) -> "LineContext":
        """The reverse of :meth:`packed`; profiles of old hold geometry alone."""
        if len(values) <= GEOMETRY:
            return cls(values, misread)
        stop = GEOMETRY + len(LABELS) + 1
        return cls(values[:GEOMETRY], misread, values[GEOMETRY:stop], FrameSamples.unpacked(values[stop:]))


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
    characters: Sequence[KnownCharacter]
    place: int
    guide: Guide | None
    regrouped: bool
