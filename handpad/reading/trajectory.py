"""Ink of a line as the sequence network sees it: points along the pen's way, in order of writing, and what is around.

Strokes are brought to one size, levelled, and resampled at even steps. Between two strokes stand points of the pen's
way through the air, where the network can say "space". Every stroke and every way through the air begins a new frame of
FRAME points, so that a frame never belongs to two strokes. The bitmap around a point shows a late dot or bar from the
letter that it belongs to (compare Carbune et al. 2020, "Fast multi-language LSTM-based online handwriting
recognition").
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

FRAME = 4
"""So many points make one frame, for which the network gives one distribution over labels."""

STEP = 0.2
"""Between two points of a stroke, in sizes; a size is about an x-height."""

_COLUMNS, _ROWS = 5, 8
_SIDE, _ABOVE, _BELOW = 1.2, 3.0, 2.2
_CELLS_ACROSS, _CELLS_DOWN = 4, 4
FEATURES = 13 + _COLUMNS * _ROWS
"""Numbers per point: direction, turn, step, height, pen and stroke, the way through the air, how far back, bitmap."""

MOST_POINTS = 40_000
"""A line of more is resampled more coarsely: ink of any length stays bounded."""

_STEEPEST = 0.3
_LEVEL_FROM = 6.0
_FAR = 8.0


@dataclass(frozen=True)
class Trajectory:
    """The points of a line of ink.

    Attributes
    ----------
    features : float32 (FRAME * t, FEATURES).
    strokes : int (t,), the stroke of each frame; the way through the air counts to the stroke that it leads to.
    positions : float (t,), where on its stroke each frame lies, as an index into the stroke's points; -1 in the air.
    size : of the writing, in units of the ink.
    """

    features: np.ndarray
    strokes: np.ndarray
    positions: np.ndarray
    size: float


def trajectory(strokes: Sequence[np.ndarray]) -> Trajectory:
    """The points of a line of ink.

    Parameters
    ----------
    strokes : one or more arrays (n, 2 or more), n >= 1, in the order of writing; y points down, any unit.
    """
    paths = [np.asarray(stroke, dtype=np.float64)[:, :2] for stroke in strokes]
    size = writing_size(paths)
    middle = np.concatenate(paths).mean(axis=0)
    paths = levelled([(path - middle) / size for path in paths])
    lengths = [float(np.hypot(*np.diff(path, axis=0).T).sum()) if len(path) > 1 else 0.0 for path in paths]
    step = max(STEP, sum(lengths) / MOST_POINTS)
    points, down, owner, position, first, last = [], [], [], [], [], []
    for number, (path, length) in enumerate(zip(paths, lengths, strict=True)):
        if number:
            ahead = path[0] - paths[number - 1][-1]
            points.append(paths[number - 1][-1] + ahead * ((np.arange(FRAME) + 0.5) / FRAME)[:, None])
            down.append(np.zeros(FRAME))
            owner.append(np.full(1, number))
            position.append(np.full(1, -1.0))
            first.append(np.zeros(FRAME))
            last.append(np.zeros(FRAME))
        frames = max(1, int(np.ceil(length / (FRAME * step) - 0.25)))
        even, where = _evenly(path, FRAME * frames)
        points.append(even)
        down.append(np.ones(len(even)))
        owner.append(np.full(frames, number))
        position.append(where.reshape(frames, FRAME).mean(axis=1))
        ends = np.zeros(len(even)), np.zeros(len(even))
        ends[0][0] = ends[1][-1] = 1
        first.append(ends[0])
        last.append(ends[1])
    xy, pen = np.concatenate(points), np.concatenate(down)
    features = _features(xy, pen, np.concatenate(first), np.concatenate(last))
    return Trajectory(features, np.concatenate(owner), np.concatenate(position), size)


def writing_size(paths: Sequence[np.ndarray]) -> float:
    """The median height of the up and down moves of the pen, about the x-height; never 0.

    paths : arrays (n, 2). Moves of less than a twentieth of the tallest stroke are the hand's tremor, not writing.
    """
    tallest = max(float(np.ptp(path[:, 1])) for path in paths)
    widest = max(float(np.ptp(path[:, 0])) for path in paths)
    if tallest <= 0:
        return widest or 1.0
    moves: list[float] = []
    for path in paths:
        moves += _moves(path[:, 1], 0.1 * tallest)
    if not moves:
        return tallest
    # A dash is all width: it must not be blown up to the height of a letter.
    return max(float(np.median(moves)), 0.15 * widest if len(paths) == 1 else 0.0, 1e-9)


def _moves(y: np.ndarray, least: float) -> list[float]:
    """The heights of a stroke's moves up and down that are larger than least."""
    turns = np.flatnonzero(np.diff(np.sign(np.diff(y)), prepend=0.0) != 0) if len(y) > 2 else np.array([], int)
    corners = y[np.unique(np.concatenate([[0], turns, [len(y) - 1]]))]
    moves: list[float] = []
    low = high = anchor = float(corners[0])
    rising = 0
    for value in corners[1:].tolist():
        low, high = min(low, value), max(high, value)
        if rising >= 0 and high - value > least:
            if high - anchor > least:
                moves.append(high - anchor)
            anchor, low, rising = high, value, -1
            high = value
        elif rising <= 0 and value - low > least:
            if anchor - low > least:
                moves.append(anchor - low)
            anchor, high, rising = low, value, 1
            low = value
    rest = abs(float(corners[-1]) - anchor)
    return [*moves, rest] if rest > least else moves


def levelled(paths: list[np.ndarray]) -> list[np.ndarray]:
    """Paths in sizes, turned so that a line fitted through all points is level, and moved so that it is at height 0."""
    every = np.concatenate(paths)
    x, y = every.T
    if np.ptp(x) <= _LEVEL_FROM:
        return paths
    slope = float(np.clip(np.polyfit(x, y, 1)[0], -_STEEPEST, _STEEPEST))
    return [np.column_stack([path[:, 0], path[:, 1] - slope * path[:, 0]]) for path in paths]


def _evenly(path: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    """So many points evenly along a path, and their places between the path's own points."""
    if len(path) == 1:
        return np.repeat(path, count, axis=0), np.zeros(count)
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    if along[-1] <= 0:
        return np.repeat(path[:1], count, axis=0), np.zeros(count)
    wanted = (np.arange(count) + 0.5) / count * along[-1]
    # Points that lie on each other have one place on the way.
    own = np.concatenate([[True], np.diff(along) > 0])
    places = np.flatnonzero(own).astype(float)
    there = np.interp(wanted, along[own], places)
    return np.column_stack([np.interp(wanted, along[own], path[own, axis]) for axis in (0, 1)]), there


def _features(xy: np.ndarray, pen: np.ndarray, first: np.ndarray, last: np.ndarray) -> np.ndarray:
    ahead = np.diff(xy, axis=0, append=xy[-1:])
    behind = np.diff(xy, axis=0, prepend=xy[:1])
    way = ahead + behind
    length = np.hypot(*way.T)
    direction = way / np.maximum(length, 1e-6)[:, None]
    before = behind / np.maximum(np.hypot(*behind.T), 1e-6)[:, None]
    after = ahead / np.maximum(np.hypot(*ahead.T), 1e-6)[:, None]
    bend = np.stack([(before * after).sum(axis=1), before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]], axis=1)
    air = (1 - pen)[:, None]
    jump = np.zeros_like(xy)
    starts = np.flatnonzero((pen == 0) & (np.arange(len(pen)) % FRAME == 0))
    for offset in range(FRAME):
        jump[starts + offset] = (xy[starts + FRAME - 1] - xy[starts]) * FRAME / (FRAME - 1)
    reach = np.maximum.accumulate(xy[:, 0])
    columns = [
        direction,
        bend * pen[:, None],
        np.tanh(length / (4 * STEP))[:, None],
        np.clip(xy[:, 1:2] / 2, -3, 3),
        pen[:, None],
        first[:, None],
        last[:, None],
        np.tanh(jump) * air,
        np.tanh(jump[:, :1] / 4) * air,
        np.tanh((xy[:, :1] - reach[:, None]) / 2),
        _bitmap(xy, pen),
    ]
    return np.concatenate(columns, axis=1).astype(np.float32)


def _bitmap(xy: np.ndarray, pen: np.ndarray) -> np.ndarray:
    """How much ink lies in each cell around each point: sideways from the point, up and down from the line's middle."""
    ink = xy[pen > 0]
    wide, high = 2 * _SIDE / _COLUMNS / _CELLS_ACROSS, (_ABOVE + _BELOW) / _ROWS / _CELLS_DOWN
    left = xy[:, 0].min() - _SIDE - wide
    width = int(min((np.ptp(xy[:, 0]) + 2 * _SIDE) / wide, 20 * MOST_POINTS)) + 4
    column = np.clip(((ink[:, 0] - left) / wide).astype(int), 0, width - 1)
    row = np.floor((ink[:, 1] + _ABOVE) / high).astype(int)
    inside = (row >= 0) & (row < _ROWS * _CELLS_DOWN)
    cells = np.zeros((width + 1, _ROWS), np.float32)
    np.add.at(cells, (column[inside] + 1, row[inside] // _CELLS_DOWN), 1.0)
    summed = np.cumsum(cells, axis=0, dtype=np.float64)
    start = np.clip(((xy[:, 0] - _SIDE - left) / wide).astype(int), 0, width)
    edges = np.minimum(start[:, None] + _CELLS_ACROSS * np.arange(_COLUMNS + 1), width)
    amount = np.diff(summed[edges], axis=1)
    return np.tanh(amount.reshape(len(xy), -1) / 3)
