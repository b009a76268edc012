"""Strokes to fragments: the smallest parts of ink that a reading never cuts further.

Most strokes are one fragment. A stroke wide enough to hold two joined letters is cut where a pen joins letters: at
the low points between two rises, and where it turns back sharply (Yaeger, Webb and Lyon 1998, "tentative
segmentation").
"""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from handpad.ink import Box
from handpad.reading.frames import Frames, cuts_between_letters


@dataclass(frozen=True)
class Fineness:
    """How finely strokes are cut, in line heights.

    Attributes
    ----------
    wide : a stroke wider than that may hold more than one letter.
    shortest : no cut leaves a fragment narrower than that.
    rise : a low point stands out by that on both sides.
    pieces : a character has at most so many fragments.
    look : what segments look like by themselves counts at least so much, since a sequence network alone does not tell
        where between two letters a stroke is to be cut.
    """

    wide: float
    shortest: float
    rise: float
    pieces: int
    look: float = 0.0


READ = Fineness(wide=1.3, shortest=0.25, rise=0.08, pieces=5)
"""For reading."""

SPELLED = Fineness(wide=0.6, shortest=0.12, rise=0.04, pieces=8, look=0.5)
"""For ink of which the text is known: there are fewer ways to take it, so more of them are looked at."""

MOST_CUTS = 24
"""A stroke is cut at most so often: a scribble stays bounded."""

MOST_ON_LINE = 1000
"""Where more would come of it, no stroke of a line is cut at all."""

CROWDED = 64
"""More fragments than that with their middles within one line height are a tangle: writing has a dozen there."""


class Substroke(NamedTuple):
    """A stretch of one stroke: its index on the line, and rows ``stroke[start:stop]``."""

    stroke: int
    start: int
    stop: int


@dataclass(frozen=True)
class KnownCharacter:
    """A character of which something is known already: no reading cuts, joins or names it differently.

    substrokes : its ink. label : what it says, or None where only the parting is known. space : whether a space
    precedes it; None if that is open. probability : that this ink is one character of that shape, 0 to 1, as
    :mod:`handpad.reading.likely` has it, where a text was parted over its ink; else None.
    """

    substrokes: tuple[Substroke, ...]
    label: str | None = None
    space: bool | None = None
    probability: float | None = field(default=None, compare=False)


@dataclass(frozen=True)
class Fragment:
    """A stroke, a part of one, or all the ink of a known character.

    Attributes
    ----------
    points : float64 (n, 4), n >= 1; both ends of a part belong to it, so neighbouring parts share one point.
    substrokes : where the points come from, in writing order.
    box : of the points.
    known : what is known of it, or None.
    """

    points: np.ndarray
    substrokes: tuple[Substroke, ...]
    box: Box
    known: KnownCharacter | None = None


def fragments_of(
    strokes: Sequence[np.ndarray],
    size: float,
    known: Sequence[KnownCharacter] = (),
    frames: Frames | None = None,
    fineness: Fineness = READ,
) -> list[Fragment]:
    """Cut the strokes of one line, n >= 1, and put the fragments in reading order.

    Parameters
    ----------
    strokes : checked ink, in writing order.
    size : the line's typical height of a character, in the same unit, > 0.
    known : known characters; none of them share ink.
    frames : what the sequence network makes of the line: strokes are cut between the letters that it sees as well.

    Returns
    -------
    Fragments from left to right by the centres of their boxes. A dot or an accent goes right behind the stroke that
    it was set over, wherever its own centre lies.
    """
    fragments = [_fragment(strokes, character.substrokes, character) for character in known]
    taken: dict[int, list[Substroke]] = {
        substroke.stroke: [] for character in known for substroke in character.substrokes
    }
    for character in known:
        for substroke in character.substrokes:
            taken[substroke.stroke].append(substroke)
    free = [
        (index, start, stop)
        for index, stroke in enumerate(strokes)
        for start, stop in _free(len(stroke), taken.get(index, []))
    ]
    inside = [[start + row for row in cuts(strokes[index][start:stop], size, fineness)] for index, start, stop in free]
    if frames is not None:
        cuts_known: dict[int, list[int]] = {}
        for (index, _, _), rows in zip(free, inside, strict=True):
            cuts_known.setdefault(index, []).extend(rows)
        between = cuts_between_letters(frames, strokes, cuts_known)
        inside = [
            sorted({*rows, *(row for row in between.get(index, ()) if start < row < stop - 1)})
            for (index, start, stop), rows in zip(free, inside, strict=True)
        ]
    if len(fragments) + len(free) + sum(map(len, inside)) > MOST_ON_LINE:
        inside = [[]] * len(free)
    for (index, start, stop), rows in zip(free, inside, strict=True):
        for first, last in itertools.pairwise([start, *rows, stop - 1]):
            fragments.append(_fragment(strokes, (Substroke(index, first, last + 1),)))
    fragments.sort(key=lambda fragment: fragment.substrokes[0])
    fragments = [fragments[index] for index in _order([fragment.box for fragment in fragments], size)]
    return _untangled(strokes, fragments, size)


def _untangled(strokes: Sequence[np.ndarray], fragments: list[Fragment], size: float) -> list[Fragment]:
    """The fragments in reading order, each tangle of them made one: a scribble is not parted into letters."""
    if len(fragments) <= CROWDED:
        return fragments
    places = np.maximum.accumulate([fragment.box.center[0] for fragment in fragments])
    ends = np.searchsorted(places, places + size)
    found, start = [], 0
    while start < len(fragments):
        stop = max(int(ends[start]), start + 1)
        loose = [fragment for fragment in fragments[start:stop] if fragment.known is None]
        if len(loose) > CROWDED:
            found.append(
                _fragment(strokes, joined(substroke for fragment in loose for substroke in fragment.substrokes))
            )
            found += [fragment for fragment in fragments[start:stop] if fragment.known is not None]
            start = stop
        else:
            found.append(fragments[start])
            start += 1
    return found


def _free(length: int, taken: Sequence[Substroke]) -> list[tuple[int, int]]:
    """The stretches of a stroke of that many rows that no known character holds."""
    free, start = [], 0
    for substroke in sorted(taken):
        if substroke.start - start >= 1 and substroke.start > 0:
            free.append((start, substroke.start + 1))
        start = substroke.stop - 1
    if not taken:
        return [(0, length)]
    if start < length - 1:
        free.append((start, length))
    return free


def _fragment(
    strokes: Sequence[np.ndarray], substrokes: Sequence[Substroke], known: KnownCharacter | None = None
) -> Fragment:
    points = np.concatenate([strokes[substroke.stroke][substroke.start : substroke.stop] for substroke in substrokes])
    return Fragment(points, tuple(substrokes), _box(points), known)


def cuts(stroke: np.ndarray, size: float, fineness: Fineness = READ) -> list[int]:
    """Rows of a stroke at which it may be cut in two, ascending; none for a narrow stroke."""
    x, y = stroke[:, 0], stroke[:, 1]
    if np.ptp(x) < fineness.wide * size or len(stroke) < 5:
        return []
    left, right = _reach(x), _reach(x[::-1])[::-1]
    chosen: list[int] = []
    for row in sorted(turning_rows(y, fineness.rise * size), key=lambda row: -y[row]):
        wide_enough = min(left[row], right[row]) >= fineness.shortest * size
        if wide_enough and all(abs(x[row] - x[other]) >= fineness.shortest * size for other in chosen):
            chosen.append(row)
            if len(chosen) == MOST_CUTS:
                break
    return sorted(chosen)


def _reach(x: np.ndarray) -> np.ndarray:
    """How wide a stroke is from its first point up to each: (n,)."""
    return np.maximum.accumulate(x) - np.minimum.accumulate(x)


def joined(substrokes: Iterable[Substroke]) -> tuple[Substroke, ...]:
    """The same ink in the order of writing; parts that follow each other on one stroke become one again."""
    found: list[Substroke] = []
    for substroke in sorted(substrokes):
        if found and found[-1].stroke == substroke.stroke and substroke.start <= found[-1].stop:
            found[-1] = Substroke(substroke.stroke, found[-1].start, max(found[-1].stop, substroke.stop))
        else:
            found.append(substroke)
    return tuple(found)


def share_ink(substrokes: Sequence[Substroke], others: Sequence[Substroke]) -> bool:
    """Whether two groups have more in common than the point at which a stroke was cut."""
    return any(
        one.stroke == other.stroke and min(one.stop, other.stop) - max(one.start, other.start) > 1
        for one in substrokes
        for other in others
    )


def moved(substrokes: Sequence[Substroke], place: Sequence[int] | Mapping[int, int]) -> tuple[Substroke, ...]:
    """The parts with their strokes numbered anew."""
    return tuple(substroke._replace(stroke=place[substroke.stroke]) for substroke in substrokes)


def ink_of(
    substrokes: Sequence[Substroke], strokes: Sequence[np.ndarray] | Mapping[int, np.ndarray]
) -> list[np.ndarray]:
    """The strokes, or stretches of them, that some parts name."""
    return [strokes[substroke.stroke][substroke.start : substroke.stop] for substroke in substrokes]


def turning_rows(y: np.ndarray, least: float) -> list[int]:
    """Rows where y (down) has a maximum that stands out by `least` on both sides: the low points of the path."""
    rows, lowest, highest = [], 0, 0
    y = y.tolist()  # many times faster, point by point, than an array
    falling = True  # looking for a low point
    for row in range(1, len(y)):
        if falling:
            if y[row] >= y[lowest]:
                lowest = row
            elif y[lowest] - y[row] > least:
                rows.append(lowest)
                falling, highest = False, row
        elif y[row] <= y[highest]:
            highest = row
        elif y[row] - y[highest] > least:
            falling, lowest = True, row
    return rows


def _order(boxes: Sequence[Box], size: float) -> list[int]:
    centers = np.array([box.center[0] for box in boxes])
    keys = centers.copy()
    for index, box in enumerate(boxes):
        if index and max(box.width, box.height) < 0.35 * size:
            before = boxes[index - 1]
            near = before.left - 0.1 * size < centers[index] < before.right + 0.4 * size
            if near and before.height > 0.35 * size and box.bottom < before.top + 0.25 * before.height:
                keys[index] = centers[index - 1] + 1e-6 * size
    return sorted(range(len(boxes)), key=lambda index: (keys[index], index))


def _box(points: np.ndarray) -> Box:
    return Box(points[:, 0].min(), points[:, 1].min(), points[:, 0].max(), points[:, 1].max())
