"""Which strokes say nothing: scribbles, shapes, and lines under, around and through words.

A stroke is taken for a drawing only where that is clear. The sequence network hears no letter in it (CTC's blank, or a
space, in every frame; see :mod:`handpad.reading.frames`), and it is no silent part of a letter either, such as the bar
of a t: it goes around several letters, or runs under or through them. Or it goes on, with the strokes that it touches,
for longer than letters do, and is heard as hardly one. The thresholds were chosen on training writers of UNIPEN;
``tests/bench/bench_drawings.py`` measures them on validation writers.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np

from handpad.ink import Box, Guide
from handpad.reading.frames import BLANK, SPACE, Frames, letters
from handpad.reading.trajectory import FRAME, STEP

SILENT = 0.3
"""A stroke says nothing if no frame of it says something more probably than that."""

FEW_FRAMES = 6
"""Silent strokes of fewer frames are parts of letters, and never looked at."""

AROUND = 14, 3
"""A silent stroke of at least so many frames with so many letters inside is a ring or a frame around them."""

FLAT = 0.25
"""A stroke at most so high for its width is a line."""

UNDER = 6, 3
"""A silent line of at least so many frames under so many letters is no letter's ..."""

THROUGH = 9, 4
"""... and so is one through so many, below the height at which a t is crossed:"""

CROSSED = 0.75
"""that part of the way from the feet of the letters to their tops."""

LETTERLESS = 32.0
"""Strokes that touch each other, of so many frames for each letter heard in them, are a scribble: letters have 29 at
most."""

TOUCHING = 0.3
"""Strokes so near, in sizes of the writing, touch."""

LONGEST_LINE = 14.0
"""No line that belongs to a letter is longer, in sizes of the writing; in x-heights on ruled paper without any."""

STRAIGHT = 1.2
"""The way along a line is at most so many times its width: a flat word's is longer."""

LARGER, FEW_LETTERS = 2.5, 2
"""On ruled paper, nobody writes more than so many times as large as its x-height. This counts while no more letters
are heard on the line: letters tell the size better."""

STRETCHED = 0.35
"""Where most strokes are lines, the writing is at least of so many times their length."""

PASSES = 4
"""What says nothing is looked for again among what is left, at most so often."""

TALL, ACROSS = 4.0, 1.5
"""On a page, a stroke of so many character heights around three others whose middles lie so far apart in height goes
around several lines."""

NEAR = 0.4
"""Strokes of drawings that are so many x-heights apart or less are one drawing."""

MOST_TALL = 200
"""Where more strokes are as tall, none goes around the others: it is a page of drawings."""

MOST_GROUPED = 3000
"""Of more drawings than that, each stroke is one by itself."""

_MOST_POINTS = 4000


@dataclass(frozen=True)
class _Heard:
    """A line, and what the sequence network hears in it.

    Attributes
    ----------
    strokes : (n, 2 or more) each. size : of the writing. longest : that a line of a letter may be. counts : int (n,),
    frames of each. ways : float64 (n,), how many it would have if the writing was of that size. silent : bool (n,).
    found : how many letters in each. spots : float64 (k, 3), stroke, x and y of each letter. boxes : float64 (n, 4).
    """

    strokes: Sequence[np.ndarray]
    size: float
    longest: float
    counts: np.ndarray
    ways: np.ndarray
    silent: np.ndarray
    found: np.ndarray
    spots: np.ndarray
    boxes: np.ndarray

    @classmethod
    def of(cls, strokes: Sequence[np.ndarray], frames: Frames, guide: Guide | None) -> "_Heard":
        """A line of n >= 1 strokes, its frames, and its ruled line if there is one."""
        count = len(strokes)
        own = frames.positions >= 0
        said = 1 - frames.probabilities[:, BLANK] - frames.probabilities[:, SPACE]
        loudest = np.zeros(count)
        np.maximum.at(loudest, frames.strokes[own], said[own])
        spots = [
            (stroke, *strokes[stroke][round(place), :2])
            for stroke, places in letters(frames).items()
            for place in places
        ]
        places = np.array(spots, dtype=np.float64).reshape(-1, 3)
        found = np.bincount(places[:, 0].astype(int), minlength=count)
        boxes = np.array([[*stroke[:, :2].min(axis=0), *stroke[:, :2].max(axis=0)] for stroke in strokes])
        counts = np.bincount(frames.strokes[own], minlength=count)
        longest = np.maximum(boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1])
        size = max(frames.size, STRETCHED * float(np.median(longest)))
        if guide is not None and found.sum() <= FEW_LETTERS:
            size = min(size, LARGER * guide.x_height)
        line = LONGEST_LINE * (guide.x_height if guide is not None and found.sum() <= 1 else size)
        lengths = np.array([np.hypot(*np.diff(stroke[:, :2], axis=0).T).sum() for stroke in strokes])
        return cls(strokes, size, line, counts, lengths / (FRAME * STEP * size), loudest < SILENT, found, places, boxes)

    def is_line(self, stroke: int) -> bool:
        """Whether a stroke is hardly higher than a line."""
        left, top, right, bottom = self.boxes[stroke]
        return bool(bottom - top <= FLAT * (right - left))

    def is_mark(self, stroke: int) -> bool:
        """Whether a stroke is a long line, or is silent and goes around letters of others, or under or through them."""
        left, top, right, bottom = self.boxes[stroke]
        count, is_line = self.counts[stroke], self.is_line(stroke)
        if is_line and right - left > self.longest and self.found[stroke] <= 1:
            return bool(self.ways[stroke] * FRAME * STEP * self.size < STRAIGHT * (right - left))
        if not self.silent[stroke] or count < FEW_FRAMES:
            return False
        over = self.spots[(self.spots[:, 0] != stroke) & (self.spots[:, 1] > left) & (self.spots[:, 1] < right)]
        inside = int(((over[:, 2] > top) & (over[:, 2] < bottom)).sum())
        if not is_line or count < UNDER[0] or len(over) < UNDER[1]:
            return bool(not is_line and count >= AROUND[0] and inside >= AROUND[1])
        crossed = np.unique(over[:, 0]).astype(int)
        tops, feet = np.median(self.boxes[crossed, 1]), np.median(self.boxes[crossed, 3])
        height = (feet - self.strokes[stroke][:, 1].mean()) / max(feet - tops, 1e-9)
        if height < 0:
            return bool((over[:, 2] < top).sum() >= UNDER[1])
        return bool(count >= THROUGH[0] and len(over) >= THROUGH[1] and height < CROSSED)

    def is_letterless(self, strokes: Sequence[int]) -> bool:
        """Whether strokes together go on for longer than letters do that are heard in them."""
        return bool(self.ways[strokes].sum() >= LETTERLESS * max(self.found[strokes].sum(), 1))

    def letterless(self) -> list[list[int]]:
        """The groups of strokes that touch each other, go on for long, and are heard as hardly a letter."""
        beyond = np.maximum(self.ways - LETTERLESS * self.found, 0)
        found = []
        for near in close_together([Box(*box) for box in self.boxes], TOUCHING * self.size):
            if beyond[near].sum() + self.ways[near].max() >= LETTERLESS:  # else no group among them can be
                found += [group for group in self._touching(near) if self.is_letterless(group)]
        return found

    def _touching(self, strokes: Sequence[int]) -> list[list[int]]:
        """Some strokes in groups that touch each other."""
        paths = [_evenly(self.strokes[stroke][:, :2] / self.size, TOUCHING / 2) for stroke in strokes]
        owner = np.repeat(np.arange(len(paths)), [len(path) for path in paths])
        every = np.concatenate(paths)
        across, down = np.floor((every - every.min(axis=0)) / TOUCHING).clip(0, 2**30).astype(np.int64).T
        cells = np.unique(np.column_stack([(across << 32) + down, owner]), axis=0)
        groups = _Groups(len(paths))
        for step in (0, 1, 1 << 32, (1 << 32) + 1, (1 << 32) - 1):  # a cell, and one on each side of it
            place = np.searchsorted(cells[:, 0], cells[:, 0] + step).clip(max=len(cells) - 1)
            there = cells[place, 0] == cells[:, 0] + step
            pairs = np.unique(np.column_stack([cells[there, 1], cells[place[there], 1]]), axis=0)
            for one, other in pairs.tolist():
                groups.join(one, other)
        return [[strokes[index] for index in group] for group in groups.all()]


def drawings_among(
    strokes: Sequence[np.ndarray],
    hear: Callable[[Sequence[np.ndarray]], Frames],
    guide: Guide | None = None,
    writing: Collection[int] = (),
) -> frozenset[int]:
    """The strokes of a line that are clearly drawings.

    What is left then sounds otherwise, and may have others.

    Parameters
    ----------
    strokes : of the line, n >= 1 arrays (n, 2 or more), y down.
    hear : gives what the sequence network makes of a line.
    guide : the ruled line, if there is one.
    writing : strokes that are none, whatever they look like.
    """
    heard = _Heard.of(strokes, hear(strokes), guide)
    free = np.array([stroke not in writing for stroke in range(len(strokes))])
    drawn = {
        stroke for stroke in np.flatnonzero(free).tolist() if heard.is_mark(stroke) or heard.is_letterless([stroke])
    }
    if not drawn:
        for group in heard.letterless():
            if free[group].all():
                drawn.update(group)
        longest = max(drawn, key=lambda stroke: heard.ways[stroke], default=0)
        rest = [stroke for stroke in range(len(strokes)) if stroke != longest]
        if len(drawn) > 1 and rest:  # a ring may touch letters, which are not heard beside it
            alone = _Heard.of([strokes[stroke] for stroke in rest], hear([strokes[stroke] for stroke in rest]), guide)
            if any(count for stroke, count in zip(rest, alone.found.tolist(), strict=True) if stroke in drawn):
                drawn = {longest}
    return frozenset(drawn)


def around_lines(boxes: Sequence[Box]) -> frozenset[int]:
    """The strokes of a page that go around several lines of it: without them, lines are found among the others."""
    edges = np.array(boxes, dtype=np.float64)
    heights = edges[:, 3] - edges[:, 1]
    if len(edges) < 4:
        return frozenset()
    size = float(np.median(heights[heights >= 0.4 * np.quantile(heights, 0.8)]))
    centers = (edges[:, :2] + edges[:, 2:]) / 2
    found = set()
    tall = np.flatnonzero(heights > TALL * size)
    for stroke in tall if len(tall) <= MOST_TALL else ():
        left, top, right, bottom = edges[stroke]
        inside = ((centers > (left, top)) & (centers < (right, bottom))).all(axis=1) & (np.arange(len(edges)) != stroke)
        if inside.sum() >= 3 and np.ptp(centers[inside, 1]) > ACROSS * size:
            found.add(int(stroke))
    return frozenset(found)


def close_together(boxes: Sequence[Box], reach: float) -> list[list[int]]:
    """Which of some boxes touch each other or lie within reach, over any number of others: groups, each ascending."""
    if len(boxes) > MOST_GROUPED:
        return [[index] for index in range(len(boxes))]
    edges = np.array(boxes, dtype=np.float64).reshape(-1, 4)
    groups = _Groups(len(boxes))
    for index, (left, top, right, bottom) in enumerate(edges):
        before = edges[:index]
        near = (before[:, 0] <= right + reach) & (before[:, 2] >= left - reach)
        near &= (before[:, 1] <= bottom + reach) & (before[:, 3] >= top - reach)
        for other in np.flatnonzero(near).tolist():
            groups.join(index, other)
    return groups.all()


class _Groups:
    """Numbers from 0 to count - 1 in groups, each by itself at first."""

    def __init__(self, count: int):
        self._above = list(range(count))

    def _top(self, number: int) -> int:
        while self._above[number] != number:
            self._above[number] = self._above[self._above[number]]
            number = self._above[number]
        return number

    def join(self, one: int, other: int) -> None:
        self._above[self._top(one)] = self._top(other)

    def all(self) -> list[list[int]]:
        """The groups, by their first numbers."""
        found: dict[int, list[int]] = {}
        for number in range(len(self._above)):
            found.setdefault(self._top(number), []).append(number)
        return list(found.values())


def _evenly(path: np.ndarray, step: float) -> np.ndarray:
    """A path (n, 2) with points at most a step apart, but not more than _MOST_POINTS."""
    if len(path) < 2:
        return path
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    wanted = np.linspace(0, along[-1], int(min(along[-1] / step, _MOST_POINTS)) + 2)
    return np.column_stack([np.interp(wanted, along, path[:, axis]) for axis in (0, 1)])
