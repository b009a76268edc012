"""All plausible groupings of a line's fragments into characters, and what their size and place say."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handpad.ink import THINNEST, TINIEST, Box, Guide, bounding_box
from handpad.reading.fragments import READ, Fineness, Fragment, KnownCharacter, Substroke, fragments_of, ink_of, joined
from handpad.reading.frames import Frames

MOST_PIECES = READ.pieces
"""A character that is read has at most so many fragments."""

WIDEST = 2.4
"""A segment of several fragments is at most so many line heights wide."""

WIDEST_GAP = 0.9
"""... and leaves no gap inside wider than so many line heights."""

X_HEIGHTS = 1.35
"""The typical height of a character on a line, in x-heights."""

GUIDE_WEIGHT = 3
"""The guide counts as much as so many characters in estimating a line's baseline and height."""


@dataclass(frozen=True)
class LineShape:
    """Where a line of writing runs and how tall it is, in ink units.

    The baseline is ``intercept + slope * x`` (y down); size is the typical height of a character, > 0; profile
    float64 (8,) holds quantiles of tops and bottoms in sizes above the baseline, which tell a line of capitals
    from one of small letters.
    """

    intercept: float
    slope: float
    size: float
    profile: np.ndarray


@dataclass(frozen=True)
class Lattice:
    """The segment hypotheses of one line.

    Attributes
    ----------
    strokes, fragments : the line's ink and its fragments in reading order (m of them).
    shape : the line's.
    starts, stops : int (n,), segment i holds the fragments ``starts[i]`` to ``stops[i] - 1``. Every single fragment is
        a segment. Sorted by stop.
    boxes : float64 (n, 4), left, top, right, bottom of each segment.
    geometry : float32 (n, GEOMETRY), size and place of each segment, see :func:`_geometry`.
    gaps : float32 (m - 1, GAPS), the gap before each fragment but the first.
    """

    strokes: list[np.ndarray]
    fragments: list[Fragment]
    shape: LineShape
    starts: np.ndarray
    stops: np.ndarray
    boxes: np.ndarray
    geometry: np.ndarray
    gaps: np.ndarray

    def __len__(self) -> int:
        return len(self.starts)

    def substrokes(self, segment: int) -> tuple[Substroke, ...]:
        """The stretches of strokes that a segment is made of."""
        return joined(
            substroke
            for fragment in self.fragments[self.starts[segment] : self.stops[segment]]
            for substroke in fragment.substrokes
        )

    def row_of(self, substrokes: Sequence[Substroke]) -> int | None:
        """The segment of that very ink, or None."""
        wanted = joined(substrokes)
        return next((row for row in range(len(self)) if self.substrokes(row) == wanted), None)

    def strokes_of(self, segment: int) -> list[np.ndarray]:
        """The ink of a segment."""
        return ink_of(self.substrokes(segment), self.strokes)


def line_shape(boxes: Sequence[Box], guide: Guide | None = None) -> LineShape:
    """Estimate baseline and size of a line from its strokes' boxes; the guide steadies a short line."""
    edges = np.array(boxes, dtype=np.float64)
    heights = edges[:, 3] - edges[:, 1]
    tallest = float(np.quantile(heights, 0.8))
    if tallest <= 0:
        tallest = max(float(np.ptp(edges[:, [0, 2]])) / max(len(boxes), 1), 1e-6)
    full = heights >= 0.4 * tallest
    size = float(np.median(heights[full])) if full.any() else tallest
    centers, bottoms = (edges[full, 0] + edges[full, 2]) / 2, edges[full, 3]
    if not full.any():
        centers, bottoms = (edges[:, 0] + edges[:, 2]) / 2, edges[:, 3]
    if guide is not None:
        count = len(centers)
        size = (size * count + X_HEIGHTS * guide.x_height * GUIDE_WEIGHT) / (count + GUIDE_WEIGHT)
    size = max(size, THINNEST * float(np.ptp(edges[:, [0, 2]])), THINNEST * float(np.ptp(edges[:, [1, 3]])), TINIEST)
    intercept, slope = _robust_line(centers, bottoms, size, guide)
    above = intercept + slope * (edges[:, [0]] + edges[:, [2]]) / 2 - edges[:, [1, 3]]
    above = (above if not full.any() else above[full]) / size
    profile = np.concatenate(
        [np.quantile(above[:, 0], [0.1, 0.3, 0.5, 0.7, 0.9]), np.quantile(above[:, 1], [0.1, 0.5, 0.9])]
    )
    return LineShape(intercept, slope, size, np.clip(profile, -4, 4))


def _robust_line(x: np.ndarray, y: np.ndarray, size: float, guide: Guide | None) -> tuple[float, float]:
    """A line through the bottoms: iteratively reweighted, so that descenders and raised marks count little."""
    middle = float(np.median(y))
    if guide is not None:
        middle = (middle * len(y) + guide.baseline * GUIDE_WEIGHT) / (len(y) + GUIDE_WEIGHT)
    if len(x) < 4 or np.ptp(x) < 3 * size:
        return middle, 0.0
    origin = x.mean()
    columns = np.stack([np.ones_like(x), (x - origin) / np.ptp(x)], axis=1)
    found = np.array([middle, 0.0])
    steady = np.diag([0.0, 1.0])  # a weak pull towards a level line
    for width in (1.0, 0.7, 0.5, 0.35, 0.25, 0.15, 0.15, 0.15, 0.15):  # from all bottoms to those on the line
        residual = (y - columns @ found) / size
        weight = 1 / (1 + (residual / width) ** 2)
        found = np.linalg.solve(columns.T @ (columns * weight[:, None]) + steady, columns.T @ (weight * y))
    slope = float(found[1] / np.ptp(x))
    return float(found[0]) - slope * origin, slope


def lattice(
    strokes: Sequence[np.ndarray],
    guide: Guide | None = None,
    known: Sequence[KnownCharacter] = (),
    frames: Frames | None = None,
    fineness: Fineness = READ,
) -> Lattice:
    """All segments of one line of checked ink, n >= 1 strokes; a known character is a segment by itself alone.

    frames : what the sequence network makes of the line, which parts joined letters; None to go by the ink's shape.
    """
    strokes = list(strokes)
    shape = line_shape([bounding_box([stroke]) for stroke in strokes], guide)
    fragments = fragments_of(strokes, shape.size, known, frames, fineness)
    edges = np.array([fragment.box for fragment in fragments])
    firsts, ends, around, inner = [], [], [], []
    for stop in range(1, len(fragments) + 1):
        box, widest = edges[stop - 1].copy(), 0.0
        for start in range(stop - 1, max(stop - fineness.pieces, 0) - 1, -1):
            if start < stop - 1:
                if fragments[start].known or fragments[stop - 1].known:
                    break
                widest = max(widest, box[0] - edges[start, 2])
                box = np.concatenate([np.minimum(box[:2], edges[start, :2]), np.maximum(box[2:], edges[start, 2:])])
                if box[2] - box[0] > WIDEST * shape.size or widest > WIDEST_GAP * shape.size:
                    break
            firsts.append(start)
            ends.append(stop)
            around.append(box)
            inner.append(widest)
    starts, stops, boxes = np.array(firsts), np.array(ends), np.array(around)
    geometry = _geometry(fragments, edges, shape, starts, stops, boxes, np.array(inner))
    return Lattice(strokes, fragments, shape, starts, stops, boxes, geometry, _gaps(fragments, edges, shape))


GEOMETRY = 33
"""Number of features of a segment."""

GAPS = 20
"""Number of features of a gap."""


def _geometry(
    fragments: Sequence[Fragment],
    edges: np.ndarray,
    shape: LineShape,
    starts: np.ndarray,
    stops: np.ndarray,
    boxes: np.ndarray,
    inner: np.ndarray,
) -> np.ndarray:
    """Features of segments, float32 (n, GEOMETRY), lengths in line sizes, heights above the baseline.

    Top, bottom, height, width and their logs; fragments and strokes; the widest gap inside; distance to the fragments
    before and behind; whether the segment begins or ends inside a stroke; tops and bottoms of the two fragments before
    and the two behind, relative to the segment's; the profile of the line.
    """
    size, count = shape.size, len(fragments)
    baseline = shape.intercept + shape.slope * (boxes[:, 0] + boxes[:, 2]) / 2
    top, bottom = (baseline - boxes[:, 1]) / size, (baseline - boxes[:, 3]) / size
    height, width = top - bottom, (boxes[:, 2] - boxes[:, 0]) / size
    reach_right = np.maximum.accumulate(edges[:, 2])
    reach_left = np.minimum.accumulate(edges[::-1, 0])[::-1]
    before = np.where(starts > 0, (boxes[:, 0] - reach_right[np.maximum(starts - 1, 0)]) / size, 2.0)
    behind = np.where(stops < count, (reach_left[np.minimum(stops, count - 1)] - boxes[:, 2]) / size, 2.0)
    strokes = np.array([fragment.substrokes[0].stroke for fragment in fragments])
    inside = np.array([fragment.substrokes[0].start > 0 for fragment in fragments])
    ends: dict[int, int] = {}
    for fragment in fragments:
        ends[fragment.substrokes[-1].stroke] = max(
            ends.get(fragment.substrokes[-1].stroke, 0), fragment.substrokes[-1].stop
        )
    goes_on = np.array([fragment.substrokes[-1].stop < ends[fragment.substrokes[-1].stroke] for fragment in fragments])
    changes = np.concatenate([[0], np.cumsum(strokes[1:] != strokes[:-1])])
    columns = [
        top, bottom, height, width, np.log(height + 0.05), np.log(width + 0.05),
        stops - starts, changes[stops - 1] - changes[starts] + 1, inner / size * 2,
        np.clip(before, -2, 2), np.clip(behind, -2, 2), inside[starts], goes_on[stops - 1],
    ]  # fmt: skip
    for offset in (-2, -1, 0, 1):
        near = starts + offset if offset < 0 else stops + offset
        there = (near >= 0) & (near < count)
        near = np.clip(near, 0, count - 1)
        columns.append(np.where(there, np.clip((edges[near, 1] - boxes[:, 1]) / size, -3, 3), 0.0))
        columns.append(np.where(there, np.clip((edges[near, 3] - boxes[:, 3]) / size, -3, 3), 0.0))
        columns.append(there)
    features = np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)
    profile = np.broadcast_to(shape.profile, (len(features), len(shape.profile)))
    return np.clip(np.concatenate([features, profile], axis=1), -6, 6).astype(np.float32)


def _gaps(fragments: Sequence[Fragment], edges: np.ndarray, shape: LineShape) -> np.ndarray:
    """Features of the gap before each fragment but the first, float32 (m - 1, GAPS), widths in line sizes.

    The gap between boxes; the gap between the ink itself, band by band; the distance of the centres; the gaps before
    and behind; the line's own quantiles of gaps and its best division of them into narrow and wide, and how far this
    gap lies from each; whether both sides are parts of one stroke.
    """
    count = len(fragments)
    if count < 2:
        return np.zeros((0, GAPS), np.float32)
    size = shape.size
    reach, onset = np.maximum.accumulate(edges[:, 2])[:-1], np.minimum.accumulate(edges[::-1, 0])[::-1][1:]
    gap = np.clip((onset - reach) / size, -1, 4)
    ink = np.clip(_ink_gaps(fragments, shape), -1, 4)
    centers = (edges[:, 0] + edges[:, 2]) / 2 / size
    between = gap > 0  # the others lie inside a character, or nearly
    known = gap[between] if between.any() else np.zeros(1)
    low, middle, high = np.quantile(known, [0.25, 0.5, 0.85])
    threshold, narrow, wide = _divide(known)
    before, behind = _next_true(gap, between)
    columns = [
        gap, ink, np.clip(np.diff(centers), 0, 4), before, behind, gap - before, gap - behind,
        np.full_like(gap, low), np.full_like(gap, middle), np.full_like(gap, high), gap - low, gap - middle, gap - high,
        ink - middle, gap - threshold, (gap - threshold) / (wide - narrow + 0.1), np.full_like(gap, wide - narrow),
        np.full_like(gap, wide / (narrow + 0.1)), np.full_like(gap, np.mean(known > threshold)),
        [a.substrokes[-1].stroke == b.substrokes[0].stroke for a, b in itertools.pairwise(fragments)],
    ]  # fmt: skip
    return np.clip(np.stack(columns, axis=1), -6, 6).astype(np.float32)


BANDS = 6
"""The line is looked at in so many bands of half a size each to measure the gaps between ink."""


def _ink_gaps(fragments: Sequence[Fragment], shape: LineShape) -> np.ndarray:
    """The narrowest white between the ink left and right of each boundary within one band or two touching ones."""
    right = np.full((len(fragments), BANDS), -np.inf)
    left = np.full((len(fragments), BANDS), np.inf)
    origin = min(fragment.box.left for fragment in fragments)
    for index, fragment in enumerate(fragments):
        x, y = fragment.points[:, 0], fragment.points[:, 1]
        above = (shape.intercept + shape.slope * x - y) / shape.size
        band = np.clip(np.floor((above + 0.75) * 2), 0, BANDS - 1).astype(int)
        np.maximum.at(right[index], band, (x - origin) / shape.size)
        np.minimum.at(left[index], band, (x - origin) / shape.size)
    right = np.maximum.accumulate(right, axis=0)[:-1]
    left = np.minimum.accumulate(left[::-1], axis=0)[::-1][1:]
    right = np.maximum(right, np.maximum(_shift(right, 1, -np.inf), _shift(right, -1, -np.inf)))
    return np.nan_to_num((left - right).min(axis=1), posinf=4.0, neginf=-1.0)


def _shift(rows: np.ndarray, by: int, fill: float) -> np.ndarray:
    moved = np.full_like(rows, fill)
    if by > 0:
        moved[:, by:] = rows[:, :-by]
    else:
        moved[:, :by] = rows[:, -by:]
    return moved


def _divide(gaps: np.ndarray) -> tuple[float, float, float]:
    """The threshold that best divides gaps in two (Otsu), and the means of both parts."""
    ordered = np.sort(gaps)
    if len(ordered) < 3:
        return float(ordered[-1]) + 0.3, float(ordered.mean()), float(ordered.mean())
    sums, counts = np.cumsum(ordered)[:-1], np.arange(1, len(ordered))
    low, high = sums / counts, (ordered.sum() - sums) / (len(ordered) - counts)
    best = int(np.argmax(counts * (len(ordered) - counts) * (high - low) ** 2))
    return float(ordered[best] + ordered[best + 1]) / 2, float(low[best]), float(high[best])


def _next_true(values: np.ndarray, there: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each value the nearest one marked `there` before and behind it, or 0."""
    before, behind = np.zeros_like(values), np.zeros_like(values)
    last = 0.0
    for index in range(len(values)):
        before[index] = last
        last = values[index] if there[index] else last
    last = 0.0
    for index in range(len(values) - 1, -1, -1):
        behind[index] = last
        last = values[index] if there[index] else last
    return before, behind
