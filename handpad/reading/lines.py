"""A page of ink to its lines of writing, in reading order."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from handpad.ink import THINNEST, TINIEST, Box, Guide, bounding_box

FULL = 0.45
"""Strokes at least so many character heights tall tell where the lines run; the others are marks."""

STEEPEST = 0.4
"""Lines rise or fall by at most so much for each unit to the right."""

SHARED = 0.35
"""A stroke whose height shares this part with the band of a line, or the band with it, stands on that line."""

FADING = 0.35
"""Weight of the newest stroke in the band of its line, so that lines may bend."""

STACKED = 0.34
"""Of two real lines one above the other, more than this part of the shorter one's strokes have ink of the other
above or below them."""

MIDDLES = 0.6
"""Lines whose middles lie less than so many character heights apart are one."""

WHITE, FEW_WHITE = (0.3, 0.0), (0.7, 0.3)
"""Otherwise they are one if the white between them is less than so many character heights where they are not stacked,
and where they are; the second pair is for a line that has but a few signs or low marks, such as quotes."""

WHITE_WITHIN = 1.3
"""The same for few signs that were begun and ended while the other line was written."""

FEW, LOW = 3, 0.75
"""A line of at most so many strokes has few signs; one whose strokes are all lower has low marks."""

WRITTEN_NEXT = 0.25
"""A mark counts as so many character heights nearer to the line on which the stroke before or after it stands."""

PASSES, NEIGHBOURS, SLOPES_FROM = 12, 6, 2000

MOST_LINES = 1500
"""No more lines are begun: of ink that is scattered all over, every stroke would be a line of its own."""

BetweenSteps = Callable[[], None]


def split_lines(
    boxes: Sequence[Box], guides: Sequence[Guide] = (), between_steps: BetweenSteps = lambda: None
) -> list[list[int]]:
    """Which strokes of a page belong to one line.

    Parameters
    ----------
    boxes : of the strokes, in writing order, n >= 1.
    guides : the ruled lines of the page where the canvas knows them; otherwise lines are found by the ink alone.
    between_steps : called every tenth of a second or so; it may raise to end it.

    Returns
    -------
    Lines from top to bottom, each the ascending indexes of its strokes. Every stroke is in one line.
    """
    edges = np.array(boxes, dtype=np.float64)
    owners = _ruled(edges, guides) if guides else _found(edges, between_steps)
    order = np.argsort(owners, kind="stable")
    lines = np.split(order, np.flatnonzero(np.diff(owners[order])) + 1)
    lines.sort(key=lambda members: float(np.median(edges[members, 1] + edges[members, 3])))
    return [members.tolist() for members in lines]


def _ruled(edges: np.ndarray, guides: Sequence[Guide]) -> np.ndarray:
    """The nearest ruled line of each stroke, by the middle of its x-height band."""
    middles = np.array([guide.baseline - guide.x_height / 2 for guide in guides])
    centers = (edges[:, 1] + edges[:, 3]) / 2
    return np.abs(centers[:, None] - middles).argmin(axis=1)


def _found(edges: np.ndarray, between_steps: BetweenSteps) -> np.ndarray:
    """The line of each stroke, by the ink alone.

    The page is levelled; its tall strokes, from left to right, join the line in whose band they stand or begin one;
    lines that fill each other's gaps become one; marks go to the nearest line.
    """
    size = _size(edges)
    edges = (edges - edges[:, :2].min(axis=0)[[0, 1, 0, 1]]) / size
    full = np.flatnonzero(edges[:, 3] - edges[:, 1] >= FULL)
    if len(full) == 0:
        full = np.arange(len(edges))
    edges[:, [1, 3]] -= (_slope(edges[full]) * (edges[:, 0] + edges[:, 2]) / 2)[:, None]
    owners = np.full(len(edges), -1)
    owners[full] = _one_line(edges[full], _tracked(edges[full], between_steps), between_steps)
    lines = [_Line.of(edges[full[owners[full] == number]]) for number in range(owners.max() + 1)]
    marks = np.flatnonzero(owners < 0)
    if len(marks):
        owners[marks] = _nearest_line(edges, owners, marks, lines, between_steps)
    return owners


def _size(edges: np.ndarray) -> float:
    """The typical height of a character, > 0 and not less than THINNEST of all ink."""
    widths, heights = edges[:, 2] - edges[:, 0], edges[:, 3] - edges[:, 1]
    tall = heights[heights >= 0.4 * np.quantile(heights, 0.8)]
    size = max(float(np.median(tall)), 0.25 * float(np.median(widths)))
    size = size if size > 0 else max(float(np.ptp(edges[:, [1, 3]])), 1.0)
    return max(size, THINNEST * max(float(np.ptp(edges[:, [0, 2]])), float(np.ptp(edges[:, [1, 3]]))), TINIEST)


def _slope(edges: np.ndarray) -> float:
    """The slope at which the strokes' middles crowd most into rows."""
    if len(edges) < 8:
        return 0.0
    chosen = edges[:: -(-len(edges) // SLOPES_FROM)]
    x, y = (chosen[:, 0] + chosen[:, 2]) / 2, (chosen[:, 1] + chosen[:, 3]) / 2
    best, most = 0.0, 0.0
    for slope in sorted(np.linspace(-STEEPEST, STEEPEST, 41), key=abs):
        levelled = np.sort(y - slope * x)
        near = np.searchsorted(levelled, levelled + 0.25) - np.searchsorted(levelled, levelled - 0.25)
        crowded = float(near.sum()) * (1 - 0.25 * abs(slope))
        if crowded > 1.02 * most:
            best, most = float(slope), crowded
    return best


def _tracked(edges: np.ndarray, between_steps: BetweenSteps) -> np.ndarray:
    """A line for each stroke, from left to right by the bands of the lines so far; too many rather than too few."""
    owners = np.empty(len(edges), dtype=np.intp)
    bands = np.empty((2, len(edges)))
    count = 0
    for place, index in enumerate(np.argsort(edges[:, 0] + edges[:, 2], kind="stable")):
        if place % 1000 == 0:
            between_steps()
        top, bottom = edges[index, 1], edges[index, 3]
        tops, bottoms = bands[:, :count]
        if count:
            shared = np.minimum(bottoms, bottom) - np.maximum(tops, top)
            shared = shared / np.maximum(np.minimum(bottoms - tops, bottom - top), 1e-9)
            best = int(np.argmax(shared))
        if not count or (not shared[best] >= SHARED and count < MOST_LINES):
            best, count = count, count + 1
            bands[:, best] = top, bottom
        elif shared[best] >= SHARED:
            moved = np.clip((top - tops[best], bottom - bottoms[best]), -0.5, 0.5)
            bands[:, best] += FADING * moved
            bands[1, best] = max(bands[1, best], bands[0, best] + FULL)
        owners[index] = best
    return owners


@dataclass(frozen=True)
class _Line:
    """The n strokes of a line: edges float64 (n, 4) from left to right, the band around them float64 (2, n) as running
    means of tops and bottoms, and how far to the right the ink reaches from each left edge on, by left edge."""

    edges: np.ndarray
    centers: np.ndarray
    band: np.ndarray
    lefts: np.ndarray
    reach: np.ndarray

    @classmethod
    def of(cls, edges: np.ndarray) -> "_Line":
        edges = edges[np.argsort(edges[:, 0] + edges[:, 2], kind="stable")]
        sums = np.concatenate([np.zeros((1, 2)), np.cumsum(edges[:, [1, 3]], axis=0)])
        low = np.maximum(np.arange(len(edges)) - 2, 0)
        high = np.minimum(np.arange(len(edges)) + 3, len(edges))
        band = (sums[high] - sums[low]).T / (high - low)
        by_left = edges[np.argsort(edges[:, 0], kind="stable")]
        return cls(edges, (edges[:, 0] + edges[:, 2]) / 2, band, by_left[:, 0], np.maximum.accumulate(by_left[:, 2]))

    def apart(self, edges: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """How far the middles of some strokes lie above or below the line's, and the white between: both (n,), >= 0."""
        x = (edges[:, 0] + edges[:, 2]) / 2
        top, bottom = (np.interp(x, self.centers, side) for side in self.band)
        middles = np.abs(edges[:, 1] + edges[:, 3] - top - bottom) / 2
        return middles, np.maximum(np.maximum(edges[:, 1] - bottom, top - edges[:, 3]), 0)

    def stacked(self, edges: np.ndarray) -> np.ndarray:
        """Whether the line has ink above or below the middles of some strokes."""
        x = (edges[:, 0] + edges[:, 2]) / 2
        before = np.searchsorted(self.lefts, x, side="right")
        return (before > 0) & (self.reach[np.maximum(before - 1, 0)] >= x)


def _one_line(edges: np.ndarray, owners: np.ndarray, between_steps: BetweenSteps) -> np.ndarray:
    """Number the lines anew, those that are one joined."""
    for _ in range(PASSES):
        between_steps()
        owners = np.unique(owners, return_inverse=True)[1]
        counts = np.bincount(owners)
        members = np.split(np.argsort(owners, kind="stable"), np.cumsum(counts)[:-1])
        lines = [_Line.of(edges[some]) for some in members]
        ranked = np.argsort([line.band.mean() for line in lines], kind="stable").tolist()
        tops, bottoms = [line.edges[:, 1].min() for line in lines], [line.edges[:, 3].max() for line in lines]
        pairs = [
            (_apart(lines[one], lines[other], _within(members, owners, one, other)), one, other)
            for place, first in enumerate(ranked)
            for second in ranked[place + 1 : place + 1 + NEIGHBOURS]
            if max(tops[first], tops[second]) - min(bottoms[first], bottoms[second]) < WHITE_WITHIN
            for one, other in [sorted((first, second), key=lambda number: (counts[number], number))]
        ]
        into = np.arange(len(lines))
        taken: set[int] = set()
        for distance, one, other in sorted(pairs):
            if distance < np.inf:
                if not {one, other} & taken:
                    into[one] = other
                taken |= {one, other}  # whose nearest has just changed waits
        if (into == np.arange(len(lines))).all():
            break
        owners = into[owners]
    return owners


def _within(members: Sequence[np.ndarray], owners: np.ndarray, small: int, large: int) -> bool:
    """Whether a line was begun and ended while the other was written."""
    first, last = members[small][0], members[small][-1]
    return first > 0 and last + 1 < len(owners) and owners[first - 1] == owners[last + 1] == large


def _apart(small: _Line, large: _Line, within: bool) -> float:
    """How far apart the middles of two lines lie that are one; infinite if they are two."""
    middles, white = (float(np.median(values)) for values in large.apart(small.edges))
    stacked = float(np.mean(large.stacked(small.edges))) > STACKED
    heights = small.edges[:, 3] - small.edges[:, 1]
    few = len(heights) <= FEW or heights.max() < LOW
    allowed = (FEW_WHITE if few else WHITE)[int(stacked)]
    if few and within:
        allowed = WHITE_WITHIN
    return middles if white < allowed or middles < MIDDLES else np.inf


def _nearest_line(
    edges: np.ndarray, owners: np.ndarray, marks: np.ndarray, lines: Sequence[_Line], between_steps: BetweenSteps
) -> np.ndarray:
    """The line of each mark: the nearest above or below, or that of the strokes written before and after it."""
    x = (edges[marks, 0] + edges[marks, 2]) / 2
    nearest, least = np.zeros(len(marks), dtype=np.intp), np.full(len(marks), np.inf)
    known = np.flatnonzero(owners >= 0)
    place = np.searchsorted(known, marks)
    before = owners[known[np.maximum(place - 1, 0)]]
    behind = owners[known[np.minimum(place, len(known) - 1)]]
    for number, line in enumerate(lines):
        if number % 10 == 0:
            between_steps()
        beyond = np.maximum(np.maximum(line.centers[0] - x, x - line.centers[-1]) - 4, 0)
        distance = (
            line.apart(edges[marks])[0] + 0.02 * beyond - WRITTEN_NEXT * ((before == number) | (behind == number))
        )
        nearest[distance < least] = number
        least = np.minimum(distance, least)
    return nearest


def nearest_guide(strokes: Sequence[np.ndarray], guides: Sequence[Guide]) -> Guide | None:
    """The ruled line that ink stands on: that whose middle is nearest; None if there are no ruled lines."""
    if not guides:
        return None
    middle = bounding_box(strokes).center[1]
    return min(guides, key=lambda guide: abs(guide.baseline - guide.x_height / 2 - middle))
