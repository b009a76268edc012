"""A page of ink to its lines of writing, in reading order."""

from collections.abc import Sequence

import numpy as np

from handpad.ink import Box, Guide

SAME_LINE = 0.95
"""A stroke that stands less than so many character heights above or below its neighbours is on their line."""

WRITTEN_NEXT = 0.25
"""A stroke counts as so much nearer to the line on which the stroke before it was written."""

NEIGHBOURS = 4

MARK = 0.75
"""What is lower than so many character heights may be a mark above or below a line: quotes, commas, dashes."""

MARK_REACH = 1.5
"""Marks stand at most so many character heights above or below their line's middle."""

CARRIED_ON = 1.3
"""Writing that begins where a line ends, at most so much higher or lower, carries that line on."""


def split_lines(boxes: Sequence[Box], guides: Sequence[Guide] = ()) -> list[list[int]]:
    """Which strokes of a page belong to one line.

    Parameters
    ----------
    boxes : of the strokes, in writing order, n >= 1.
    guides : the ruled lines of the page where the canvas knows them; otherwise lines are found by the ink alone.

    Returns
    -------
    Lines from top to bottom, each the ascending indexes of its strokes. Every stroke is in one line.
    """
    edges = np.array(boxes, dtype=np.float64)
    owners = _ruled(edges, guides) if guides else _found(edges)
    lines = [np.flatnonzero(owners == owner) for owner in np.unique(owners)]
    lines.sort(key=lambda members: float(np.median((edges[members, 1] + edges[members, 3]) / 2)))
    return [members.tolist() for members in lines]


def _ruled(edges: np.ndarray, guides: Sequence[Guide]) -> np.ndarray:
    """The nearest ruled line of each stroke, by the middle of its x-height band."""
    middles = np.array([guide.baseline - guide.x_height / 2 for guide in guides])
    centers = (edges[:, 1] + edges[:, 3]) / 2
    return np.abs(centers[:, None] - middles).argmin(axis=1)


def _found(edges: np.ndarray) -> np.ndarray:
    """From left to right each stroke joins the line whose last strokes stand at its height, or begins one.

    So lines may slope. Marks too small to tell their line by go to the nearest one afterwards, and so does a line
    that turns out to be no taller than a mark.
    """
    heights = edges[:, 3] - edges[:, 1]
    tallest = np.quantile(heights, 0.8)
    size = float(np.median(heights[heights >= 0.4 * tallest])) if tallest > 0 else 0.0
    if size <= 0:
        size = max(float(np.ptp(edges[:, 1])), 1.0)
    full = np.flatnonzero(heights >= 0.45 * size)
    if len(full) == 0:
        full = np.arange(len(edges))
    middles = np.stack([(edges[:, 0] + edges[:, 2]) / 2, (edges[:, 1] + edges[:, 3]) / 2], axis=1) / size
    owners = np.full(len(edges), -1)
    lines: list[list[int]] = []
    for index in full[np.argsort(middles[full, 0], kind="stable")]:
        distances = [_distance(index, line, middles) for line in lines]
        for near in (index - 1, index + 1):
            if 0 <= near < len(owners) and owners[near] >= 0 and distances[owners[near]] < 2:
                distances[owners[near]] -= WRITTEN_NEXT
        if distances and min(distances) < SAME_LINE:
            owners[index] = int(np.argmin(distances))
            lines[owners[index]].append(int(index))
        else:
            owners[index] = len(lines)
            lines.append([int(index)])
    while pair := _too_close(lines, edges / size, middles):
        lines[pair[0]] = lines[pair[0]] + lines[pair[1]]
        del lines[pair[1]]
    for number, line in enumerate(lines):
        owners[line] = number
    for index in np.flatnonzero(owners < 0):
        owners[index] = min(range(len(lines)), key=lambda line: _distance(index, lines[line], middles))
    return owners


def _too_close(lines: Sequence[list[int]], edges: np.ndarray, middles: np.ndarray) -> tuple[int, int] | None:
    """Two lines that are one: the second holds only marks or a stroke or two beside the first, or carries it on."""
    for first, line in enumerate(lines):
        for second, other in enumerate(lines):
            if first == second or len(other) > len(line):
                continue
            apart = min(_distance(index, line, middles) for index in other)
            marks = (edges[other, 3] - edges[other, 1]).max() < MARK
            shared = min(edges[line, 2].max(), edges[other, 2].max()) - max(edges[line, 0].min(), edges[other, 0].min())
            if (
                (marks and apart < MARK_REACH)
                or (apart < SAME_LINE and len(other) <= 2)
                or (shared < 0 and apart < CARRIED_ON)
            ):
                return first, second
    return None


def _distance(index: int, line: Sequence[int], middles: np.ndarray) -> float:
    """How far a stroke stands above or below the strokes of a line that are nearest to it, in character heights."""
    members = np.array(line)
    away = np.abs(middles[members, 0] - middles[index, 0])
    near = members[np.argsort(away, kind="stable")[:NEIGHBOURS]]
    return abs(float(middles[index, 1] - np.mean(middles[near, 1]))) + 0.02 * max(float(away.min()) - 4, 0)
