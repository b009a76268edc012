"""Frames of a line by hand: what a sequence network might say, one frame after another."""

import numpy as np

from handpad.reading.frames import BLANK, CLASSES, LABELS, SPACE, Frames


def class_of(label: str) -> int:
    """The network's class of a label; " " is the space and "" the blank."""
    return SPACE if label == " " else LABELS.index(label) + 1 if label else BLANK


def frames(rows: list[tuple[int, float, str]], sure: float = 0.9) -> Frames:
    """Frames of (stroke, position, label), each so sure of its label; the rest is blank, or a dot for blanks."""
    probabilities = np.zeros((len(rows), CLASSES), np.float32)
    for row, (_, _, label) in enumerate(rows):
        probabilities[row, class_of(label)] = sure
        probabilities[row, class_of("" if label else ".")] = 1 - sure
    return with_probabilities(probabilities, [stroke for stroke, _, _ in rows], [place for _, place, _ in rows])


def with_probabilities(probabilities: np.ndarray, strokes: list[int], positions: list[float]) -> Frames:
    """Frames with these probabilities (t, CLASSES)."""
    embeddings = np.zeros((len(strokes), 2), np.float32)
    return Frames(probabilities.astype(np.float32), embeddings, np.array(strokes), np.array(positions, float))
