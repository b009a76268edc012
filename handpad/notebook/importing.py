"""A page of another program as one of Handpad: its writing as large as the ruled lines are high, each line on one."""

from bisect import bisect_left
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from handpad.errors import InkError
from handpad.formats.document import ERASER, PEN, InkPage
from handpad.ink import Box, bounding_box
from handpad.notebook.documents import UNIT
from handpad.page.adding import with_ink
from handpad.page.document import FARTHEST, LAST_ROW, fitted
from handpad.page.page import Page, Ruling
from handpad.reading.lines import split_lines
from handpad.reading.trajectory import writing_size

FITS = (0.6, 2.2)
"""Writing whose size at the file's own scale is between so many x-heights of the ruled lines is left as it is."""

TALLEST = 6.0
"""A stroke so many times as tall as the writing is no writing."""

ON_LINES = 0.8
"""Ink lies on the ruled lines as it is if so many of the strokes of each of its lines do; ..."""

OFF = 0.3
"""... and its baselines are off by so many pitches at most."""

MOST_POINTS = 1_000_000
"""Of a page: its file stays small enough to be opened."""

_SAMPLED = 2_000
"""So many strokes tell the size of writing."""


@dataclass(frozen=True)
class _Line:
    """A line of writing: the places of its strokes, its baseline, and the size of its letters."""

    members: list[int]
    baseline: float
    size: float


def as_page(source: InkPage, ruling: Ruling | None = None, checked: Callable[[], None] = lambda: None) -> Page:
    """The page of Handpad that ink of another program becomes; its strokes are numbered from 1, and not read yet.

    What was highlighted and what is much taller than the writing are drawings; what was painted over with an eraser
    stays what it was, and the eraser's own strokes are left out.

    Parameters
    ----------
    ruling : the lines of the paper. checked : called now and then; it may raise to end it.

    Raises InkError where there is more ink than a page may hold, or it lies too far apart.
    """
    ruling = ruling or Ruling()
    tools = [style.tool for style in source.styles]
    chosen = [(stroke, tool) for stroke, tool in zip(source.strokes, tools, strict=True) if tool != ERASER]
    strokes = [stroke for stroke, _ in chosen]
    if sum(map(len, strokes)) > MOST_POINTS:
        raise InkError(f"A page of it has more than {MOST_POINTS:,} points, which no page of Handpad holds.")
    writing = [place for place, (_, tool) in enumerate(chosen) if tool == PEN]
    lines, tall = _lines(strokes, writing, checked)
    scale, natural = _scale(source, lines, ruling)
    if not np.isfinite(scale) or scale <= 0:
        scale, natural = 1.0, False
    boxes = [Box(*(side * scale for side in bounding_box([stroke]))) for stroke in strokes]
    left = min((box.left for box in boxes), default=0.0)
    across = 0.0 if natural and left >= 0 else ruling.margin - left
    if natural and _lie_on_lines(boxes, lines, scale, ruling):
        down = [0.0] * len(strokes)
    else:
        down = _moves_to_lines(boxes, lines, scale, ruling, 0.0 if natural else None)
    top = min((box.top + move for box, move in zip(boxes, down, strict=True)), default=0.0)
    if top < 0:  # what is higher than the first line has room for
        lower = -(top // ruling.pitch) * ruling.pitch
        down = [move + lower for move in down]
    checked()
    placed = {}
    for place, stroke in enumerate(strokes):
        points = stroke.copy()
        points[:, :2] = points[:, :2] * scale + (across, down[place])
        if np.abs(points[:, :2]).max() > FARTHEST or ruling.row(float(points[:, 1].mean())) > LAST_ROW:
            raise InkError("Its ink lies farther apart than any paper of Handpad reaches.")
        placed[place + 1] = fitted(points)
    drawings = {place + 1 for place, (_, tool) in enumerate(chosen) if tool != PEN} | {place + 1 for place in tall}
    return with_ink(Page(ruling=ruling), placed, drawings)


def _lines(
    strokes: Sequence[np.ndarray], writing: Sequence[int], checked: Callable[[], None]
) -> tuple[list[_Line], set[int]]:
    """The lines of writing from top to bottom, in units of the file, and the strokes too tall to be of one."""
    tall: set[int] = set()
    found: list[_Line] = []
    for _ in range(2):  # again without what is too tall, which may have made one line of several
        rest = [place for place in writing if place not in tall]
        if not rest:
            return [], tall
        boxes = [bounding_box([strokes[place]]) for place in rest]
        found = []
        for members in split_lines(boxes, between_steps=checked):
            sampled = members[:: -(-len(members) // _SAMPLED)]
            size = writing_size([strokes[rest[index]][:, :2] for index in sampled])
            bottoms = [boxes[index].bottom for index in members if boxes[index].height >= 0.5 * size]
            baseline = float(np.median(bottoms or [boxes[index].bottom for index in members]))
            found.append(_Line([rest[index] for index in members], baseline, size))
        size = _size(found)
        taller = {place for place, box in zip(rest, boxes, strict=True) if box.height > TALLEST * size}
        if not taller or len(taller) == len(rest):
            break
        tall |= taller
    return sorted(found, key=lambda line: line.baseline), tall


def _size(lines: Sequence[_Line]) -> float:
    """The size of the middle stroke's line."""
    sizes = sorted((line.size, len(line.members)) for line in lines)
    passed = np.cumsum([count for _, count in sizes])
    return sizes[int(np.searchsorted(passed, passed[-1] / 2))][0]


def _scale(source: InkPage, lines: Sequence[_Line], ruling: Ruling) -> tuple[float, bool]:
    """Page units for a unit of the file, and whether that is its own size."""
    own = source.unit / UNIT if source.unit else 0.0
    if not lines:
        return own or 1.0, bool(own)
    fitting = ruling.x_height / _size(lines)
    if own and FITS[0] <= own / fitting <= FITS[1]:
        return own, True
    return fitting, False


def _lie_on_lines(boxes: Sequence[Box], lines: Sequence[_Line], scale: float, ruling: Ruling) -> bool:
    for line in lines:
        rows = [ruling.row(boxes[place].center[1]) for place in line.members]
        row = max(set(rows), key=rows.count)
        off = abs(line.baseline * scale - ruling.baseline(row)) / ruling.pitch
        if rows.count(row) < ON_LINES * len(rows) or (off > OFF and len(rows) > 3):
            return False
    return min((box.top for box in boxes), default=0.0) >= 0


def _moves_to_lines(
    boxes: Sequence[Box], lines: Sequence[_Line], scale: float, ruling: Ruling, start: float | None
) -> list[float]:
    """How far down each stroke is moved, so that every line of writing stands on a ruled line of its own.

    start : the top of the paper, in page units; None: the first line comes to the first ruled line.
    """
    if not lines:
        top = min((box.top for box in boxes), default=0.0)
        return [max(0.0, ruling.pitch / 4 - top) if start is not None else ruling.pitch / 4 - top] * len(boxes)
    baselines = [line.baseline * scale for line in lines]
    begin = baselines[0] - ruling.first_baseline if start is None else start
    row, by_line, moves = -1, [], [0.0] * len(boxes)
    for line, baseline in zip(lines, baselines, strict=True):
        row = max(row + 1, round((baseline - begin - ruling.first_baseline) / ruling.pitch))
        by_line.append(ruling.baseline(row) - baseline)
        upper = ruling.baseline(row) - (1 - ruling.DEPTH) * ruling.pitch
        for place in line.members:
            center = boxes[place].center[1] + by_line[-1]
            kept = min(max(center, upper + 0.5), upper + ruling.pitch - 0.5)  # a mark high above is still of its line
            moves[place] = by_line[-1] + kept - center
    written = {place for line in lines for place in line.members}
    for place, box in enumerate(boxes):
        if place not in written:  # goes with the line that it lies on
            index = bisect_left(baselines, box.center[1])
            moves[place] = by_line[min(index, len(by_line) - 1)]
    return moves
