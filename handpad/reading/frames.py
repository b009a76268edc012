"""Frames of a line: what the sequence network sees at each step of the pen's way, and where ink is cut by it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

LABELS = tuple(chr(code) for code in range(ord("!"), ord("~") + 1))
"""What the network's classes 1 to 94 say; class 0 is the blank, the last is a space."""

BLANK, SPACE = 0, len(LABELS) + 1
CLASSES = len(LABELS) + 2

EMBEDDING = 184
"""Numbers of the network's last hidden layer."""


@dataclass(frozen=True)
class Frames:
    """What the network makes of a line.

    Attributes
    ----------
    probabilities : float32 (t, CLASSES), of each frame.
    embeddings : float32 (t, d), the network's last hidden layer, to learn from.
    strokes : int (t,), the stroke of each frame.
    positions : float64 (t,), where on its stroke, as an index into its points; -1 on the way through the air to it.
    size : of the writing, as :func:`handpad.reading.trajectory.writing_size` has it.
    """

    probabilities: np.ndarray
    embeddings: np.ndarray
    strokes: np.ndarray
    positions: np.ndarray
    size: float = 1.0

    def __len__(self) -> int:
        return len(self.strokes)


@dataclass(frozen=True)
class FrameSamples:
    """What some frames of a character teach, once its label is known.

    Attributes
    ----------
    network : tells the network that they are of from others.
    embeddings : float16 (k, d).
    missing : float16 (k, CLASSES), the posterior of each class by the alignment of the label, less what the network
        said (Graves et al. 2006, whose gradient this is).
    """

    network: int
    embeddings: np.ndarray
    missing: np.ndarray

    def packed(self) -> np.ndarray:
        """As float32 of any meaning: the network, then embeddings and what was missing, frame by frame."""
        halves = np.concatenate([self.embeddings, self.missing], axis=1).astype("<f2")
        return np.concatenate([np.array([self.network], "<u4").view("<f4"), halves.reshape(-1).view("<f4")])

    @classmethod
    def unpacked(cls, values: np.ndarray) -> "FrameSamples | None":
        """The reverse of :meth:`packed`; None where there are none."""
        width = (EMBEDDING + CLASSES) // 2
        if len(values) < 1 + width or (len(values) - 1) % width:
            return None
        network = int(values[:1].astype("<f4").view("<u4")[0])
        halves = values[1:].astype("<f4").view("<f2").reshape(-1, 2 * width)
        if not np.isfinite(halves).all():
            return None
        return cls(network, halves[:, :EMBEDDING], halves[:, EMBEDDING:])


def joining(frames: Frames) -> float:
    """How many letters the network sees a stroke, over all strokes in which it sees any: 1 at most in print."""
    per_stroke = [len(places) for places in letters(frames).values()]
    return float(np.mean(per_stroke)) if per_stroke else 0.0


def letters(frames: Frames) -> dict[int, list[float]]:
    """Where on each stroke the network sees a letter, spaces left aside, in the order of writing."""
    places: dict[int, list[float]] = {}
    best = frames.probabilities.argmax(axis=1)
    for frame in range(len(frames)):
        label = best[frame]
        if label in (BLANK, SPACE) or frames.positions[frame] < 0:
            continue
        stroke = int(frames.strokes[frame])
        goes_on = frame > 0 and best[frame - 1] == label and frames.strokes[frame - 1] == stroke
        own = places.setdefault(stroke, [])
        if goes_on and own:
            own[-1] = (own[-1] + frames.positions[frame]) / 2
        else:
            own.append(float(frames.positions[frame]))
    return places


def cuts_between_letters(
    frames: Frames, strokes: Sequence[np.ndarray], known: Mapping[int, Sequence[int]]
) -> dict[int, list[int]]:
    """Rows at which strokes are to be cut so that no two letters that the network sees lie in one fragment.

    Between two of them on one stroke, at the lowest point there, where a pen joins letters; none where `known` has one.

    Parameters
    ----------
    strokes : the line that the frames are of.
    known : by stroke, the rows at which it is cut anyway.

    Returns
    -------
    By stroke, the further rows, ascending.
    """
    found = {}
    for stroke, places in letters(frames).items():
        rows = []
        for first, last in pairwise(places):
            if any(first < row < last for row in known.get(stroke, ())):
                continue
            low, high = int(np.ceil(first)), int(np.floor(last))
            quarter = (high - low) // 4
            inner = strokes[stroke][low + quarter : high - quarter + 1, 1]
            row = low + quarter + int(inner.argmax()) if len(inner) else low
            if 0 < row < len(strokes[stroke]) - 1 and row not in rows:
                rows.append(row)
        if rows:
            found[stroke] = sorted(rows)
    return found
