"""Ink of our own for tests: letters drawn from lines and arcs in a box 1 wide and 1 high (x-height), y down.

The baseline is y = 0; ascenders and capitals reach up to y = -1.7, descenders down to y = 0.6.
"""

import itertools

import numpy as np


def line(*corners, points: int = 12) -> np.ndarray:
    """A polyline through corners (x, y), densely sampled: (n, 2)."""
    corners = np.asarray(corners, float)
    substrokes = [np.linspace(a, b, points, endpoint=False) for a, b in itertools.pairwise(corners)]
    return np.concatenate([*substrokes, corners[-1:]])


def arc(cx: float, cy: float, rx: float, ry: float, start: float, end: float, points: int = 30) -> np.ndarray:
    """Part of an ellipse from one angle to another, in degrees clockwise from the right: (n, 2)."""
    angle = np.radians(np.linspace(start, end, points))
    return np.column_stack([cx + rx * np.cos(angle), cy + ry * np.sin(angle)])


BOWL = arc(0.4, -0.5, 0.4, 0.5, 0, -360)


def _hump(left: float = 0.0) -> np.ndarray:
    """What n and h end with: up the stem from the baseline, over and down again."""
    over = arc(left + 0.37, -0.6, 0.37, 0.4, 180, 360)
    return np.concatenate([line((left, 0), (left, -0.6)), over, line((left + 0.74, -0.6), (left + 0.74, 0))])


LETTERS = {
    "o": [arc(0.4, -0.5, 0.4, 0.5, -90, -450)],
    "c": [arc(0.45, -0.5, 0.45, 0.5, -40, -320)],
    "l": [line((0, -1.7), (0, 0))],
    "i": [line((0, -1), (0, 0)), line((0, -1.45), (0.01, -1.44))],
    "t": [line((0.3, -1.5), (0.3, 0)), line((0, -1), (0.6, -1))],
    "v": [line((0, -1), (0.4, 0), (0.8, -1))],
    "x": [line((0, -1), (0.8, 0)), line((0.8, -1), (0, 0))],
    "z": [line((0, -1), (0.8, -1), (0, 0), (0.8, 0))],
    "u": [np.concatenate([line((0, -1), (0, -0.4)), arc(0.4, -0.4, 0.4, 0.4, 180, 0), line((0.8, -0.4), (0.8, -1))])],
    "w": [line((0, -1), (0.3, 0), (0.6, -0.8), (0.9, 0), (1.2, -1))],
    "a": [np.concatenate([BOWL, line((0.8, -1), (0.8, 0))])],
    "b": [np.concatenate([line((0, -1.7), (0, -0.5)), arc(0.4, -0.5, 0.4, 0.5, 180, 540)])],
    "d": [np.concatenate([BOWL, line((0.8, -1.7), (0.8, 0))])],
    "e": [np.concatenate([line((0.05, -0.5), (0.8, -0.5)), arc(0.42, -0.5, 0.4, 0.5, 0, -310)])],
    "f": [
        np.concatenate([arc(0.5, -1.35, 0.3, 0.35, -20, -180), line((0.2, -1.35), (0.2, 0))]),
        line((0, -0.95), (0.55, -0.95)),
    ],
    "g": [np.concatenate([BOWL, line((0.8, -1), (0.8, 0.25)), arc(0.4, 0.25, 0.4, 0.35, 0, 150)])],
    "h": [np.concatenate([line((0, -1.7), (0, 0)), _hump()])],
    "j": [
        np.concatenate([line((0.3, -1), (0.3, 0.3)), arc(0, 0.3, 0.3, 0.3, 0, 140)]),
        line((0.3, -1.45), (0.31, -1.44)),
    ],
    "k": [line((0, -1.7), (0, 0)), line((0.65, -1), (0.03, -0.42), (0.7, 0))],
    "m": [np.concatenate([line((0, -1), (0, 0)), _hump(), _hump(0.74)])],
    "n": [np.concatenate([line((0, -1), (0, 0)), _hump()])],
    "p": [np.concatenate([line((0, -1), (0, 0.6), (0, -0.5)), arc(0.4, -0.5, 0.4, 0.5, 180, 540)])],
    "q": [np.concatenate([BOWL, line((0.8, -1), (0.8, 0.6), (1, 0.45))])],
    "r": [np.concatenate([line((0, -1), (0, 0), (0, -0.55)), arc(0.3, -0.6, 0.3, 0.4, 180, 300)])],
    "s": [np.concatenate([arc(0.35, -0.75, 0.3, 0.25, -30, -270), arc(0.35, -0.25, 0.35, 0.25, -90, 140)])],
    "y": [line((0, -1), (0.4, -0.05)), line((0.8, -1), (0.3, 0.5))],
    "H": [line((0, -1.7), (0, 0)), line((1, -1.7), (1, 0)), line((0, -0.85), (1, -0.85))],
    "T": [line((0, -1.7), (1.2, -1.7)), line((0.6, -1.7), (0.6, 0))],
    "L": [line((0, -1.7), (0, 0), (0.9, 0))],
    "A": [line((0, 0), (0.6, -1.7), (1.2, 0)), line((0.25, -0.7), (0.95, -0.7))],
    "E": [line((0.9, -1.7), (0, -1.7), (0, 0), (0.9, 0)), line((0, -0.85), (0.7, -0.85))],
    "7": [line((0, -1.7), (0.9, -1.7), (0.3, 0))],
    "4": [line((0.6, -1.7), (0, -0.6), (1, -0.6)), line((0.7, -1.2), (0.7, 0))],
}


def write(label: str, size: float = 30.0, at: tuple[float, float] = (0.0, 0.0), seed: int | None = None) -> list:
    """The strokes of one letter, (n, 4): x-height `size`, its left end of the baseline `at`.

    With a seed, a little unsteady, as a hand is.
    """
    rng = np.random.default_rng(seed)
    slant, stretch = (0.0, 1.0) if seed is None else (rng.normal(0, 0.08), rng.normal(1, 0.07))
    strokes, clock = [], 0.0
    for points in LETTERS[label]:
        wobble = 0.0 if seed is None else np.cumsum(rng.normal(0, 0.006, points.shape), axis=0)
        xy = points + wobble
        xy = np.column_stack([xy[:, 0] * stretch - slant * xy[:, 1], xy[:, 1]]) * size + at
        seconds = clock + 0.008 * np.arange(len(xy))
        clock = seconds[-1] + 0.15
        strokes.append(np.column_stack([xy, np.full(len(xy), 0.5), seconds]))
    return strokes


def width(label: str, size: float = 30.0) -> float:
    """How wide a letter is."""
    return size * max(points[:, 0].max() for points in LETTERS[label])


def write_line(text: str, size: float = 30.0, at: tuple[float, float] = (60.0, 74.0), gap: float = 0.45) -> list:
    """The letters of a text side by side, a list of strokes for each; a space is one x-height wide."""
    letters, x = [], at[0]
    for number, label in enumerate(text):
        if label == " ":
            x += size
            continue
        letters.append(write(label, size, (x, at[1]), seed=number))
        x += width(label, size) + gap * size
    return letters
