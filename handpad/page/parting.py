"""How a word's ink is parted into characters, and how the writer changes that; without Qt.

A parting is what stands between the text of a word and its ink: which stretches of which strokes each character has.
The writer drags a border between two of them, adds one or removes one; the text stays.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Protocol, TypeVar

import numpy as np

from handpad.ink import bounding_box
from handpad.reading.correction import text_of, within
from handpad.reading.fragments import KnownCharacter, Substroke, ink_of, joined, turning_rows
from handpad.reading.spelling import said_by, units_of

Key = tuple[Substroke, ...]
Strokes = Mapping[int, np.ndarray]

MOST_CUTS = 24
"""So many places to cut one character are given at most."""

STANDS_OUT = 0.06
"""A turn of the pen is a place to cut where it stands out by this part of the ink's size."""


BESIDE = 0.05
"""A border is put into a gap rather than on a stroke that is nearer by this part of the ink's size."""


class Inked(Protocol):
    """A character, on a page or of a reading."""

    @property
    def substrokes(self) -> Key: ...


InkedT = TypeVar("InkedT", bound=Inked)


@dataclass(frozen=True)
class Border:
    """Where two neighbouring pieces of ink meet: a point in page units, and whether it lies on a stroke that is cut."""

    x: float
    y: float
    through: bool


@dataclass(frozen=True)
class Cut:
    """A way to part a character's ink in two.

    Attributes
    ----------
    left, right : the ink of both halves.
    border : where they meet.
    labels : what the halves would say; "" each where the recogniser was not asked.
    """

    left: Key
    right: Key
    border: Border
    labels: tuple[str, str] = ("", "")

    @property
    def ink(self) -> Key:
        """The ink of both halves, as the character has it."""
        return joined((*self.left, *self.right))


def cuts_of(strokes: Strokes, ink: Key) -> list[Cut]:
    """Ways to part some ink in two, between strokes and through them, the plainest by the look of the ink first.

    None only where there is a single stroke of two points or fewer. At most MOST_CUTS.
    """
    found: dict[frozenset[Substroke], tuple[float, Cut]] = {}
    for cost, halves in (*_between(strokes, ink), *_through(strokes, ink)):
        cut = _cut(strokes, *halves)
        known = found.get(frozenset(cut.left))
        if known is None or cost < known[0]:
            found[frozenset(cut.left)] = cost, cut
    return [cut for _, cut in sorted(found.values(), key=lambda pair: pair[0])][:MOST_CUTS]


def _between(strokes: Strokes, ink: Key) -> Iterator[tuple[float, tuple[Key, Key]]]:
    """Ways to deal out whole strokes to two halves, each with what speaks against it."""
    center = {one: bounding_box(ink_of([one], strokes)).center[0] for one in ink}
    size = _size(strokes, ink)
    for order in (sorted(ink, key=center.__getitem__), sorted(ink)):
        for count in range(1, len(order)):
            left, right = order[:count], order[count:]
            gap = min(center[one] for one in right) - max(center[one] for one in left)
            yield -gap / size, (tuple(left), tuple(right))
    for one in ink if len(ink) > 2 else ():
        yield 1.0, ((one,), tuple(other for other in ink if other != one))


def _through(strokes: Strokes, ink: Key) -> Iterator[tuple[float, tuple[Key, Key]]]:
    """Ways to cut one stroke, the others going where they lie, each with what speaks against it."""
    size, whole = _size(strokes, ink), bounding_box(ink_of(ink, strokes))
    for one in ink:
        points = strokes[one.stroke][one.start : one.stop]
        for row, low in _rows(points, size):
            off_middle = abs(points[row, 0] - whole.center[0]) / size
            cost = 0.3 * (len(ink) > 1) + off_middle + (0.0 if low else 0.2)
            yield cost, cut_through(strokes, ink, one.stroke, one.start + row)


def _rows(points: np.ndarray, size: float) -> list[tuple[int, bool]]:
    """Rows where the pen turns, by which a stroke may be cut, and whether each is a low point; the middle if none."""
    x, y = points[:, 0], points[:, 1]
    low = turning_rows(y, STANDS_OUT * size)
    others = {*turning_rows(-y, STANDS_OUT * size), *turning_rows(x, STANDS_OUT * size)}
    others |= {*turning_rows(-x, STANDS_OUT * size)}
    rows = [(row, True) for row in low] + [(row, False) for row in sorted(others - set(low))]
    rows = [(row, is_low) for row, is_low in rows if 0 < row < len(points) - 1]
    if not rows and len(points) > 2:
        way = np.concatenate([[0.0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
        rows = [(int(np.clip(np.searchsorted(way, way[-1] / 2), 1, len(points) - 2)), False)]
    return rows


def cut_through(strokes: Strokes, ink: Key, stroke: int, row: int) -> tuple[Key, Key]:
    """Both halves, left and right, of ink of which a stroke is cut at a row; other strokes go where they lie."""
    one = next(part for part in ink if part.stroke == stroke and part.start < row < part.stop - 1)
    halves = [one._replace(stop=row + 1), one._replace(start=row)]
    halves.sort(key=lambda half: bounding_box(ink_of([half], strokes)).center[0])
    boxes = [bounding_box(ink_of([half], strokes)) for half in halves]
    middle = (boxes[0].center[0] + boxes[1].center[0]) / 2
    left, right = [halves[0]], [halves[1]]
    for other in ink:
        if other != one:
            (left if bounding_box(ink_of([other], strokes)).center[0] < middle else right).append(other)
    return joined(left), joined(right)


def _cut(strokes: Strokes, one: Key, other: Key) -> Cut:
    left, right = sorted((joined(one), joined(other)), key=lambda half: bounding_box(ink_of(half, strokes)).center[0])
    return Cut(left, right, border_of(strokes, left, right))


def border_of(strokes: Strokes, left: Key, right: Key) -> Border:
    """Where two pieces of ink meet: the point at which a stroke is cut, or the middle between them."""
    for one in left:
        for other in right:
            if one.stroke == other.stroke and (one.stop - 1 == other.start or other.stop - 1 == one.start):
                x, y = strokes[one.stroke][max(one.start, other.start), :2]
                return Border(float(x), float(y), True)
    first, second = bounding_box(ink_of(left, strokes)), bounding_box(ink_of(right, strokes))
    y = (min(first.top, second.top) + max(first.bottom, second.bottom)) / 2
    x = (first.right + second.left) / 2
    if not first.center[0] <= x <= second.center[0]:
        x = (first.center[0] + second.center[0]) / 2
    return Border(x, y, False)


def _size(strokes: Strokes, ink: Key) -> float:
    box = bounding_box(ink_of(ink, strokes))
    return max(box.width, box.height, 1e-6)


@dataclass(frozen=True)
class Parting:
    """A word's ink in pieces, left to right, and what each says.

    Attributes
    ----------
    strokes : the page's strokes.
    pieces : of each its ink, its text ("" where none is left for it), and whether a space precedes it. A piece of which
        ``probability`` is None is as the writer has it; else that is how likely its ink is for its text.
    """

    strokes: Strokes
    pieces: tuple[KnownCharacter, ...]

    @property
    def text(self) -> str:
        """What the word says."""
        return text_of(self.pieces)

    @property
    def borders(self) -> list[Border]:
        """Where each piece but the last meets the next one."""
        return [border_of(self.strokes, one.substrokes, other.substrokes) for one, other in pairwise(self.pieces)]

    def dragged(self, border: int, x: float, y: float) -> "Parting":
        """With a border put at the place that is nearest to a point: on a stroke, which is cut there, or in a gap."""
        return self._parted(border, border + 2, x, y)

    def stepped(self, border: int, steps: int) -> "Parting":
        """With a border put at the next place to its right (steps > 0) or left at which the ink is likely to be cut."""
        ink = self._ink(border, border + 2)
        now = self.pieces[border].substrokes
        ways = sorted(cuts_of(self.strokes, ink), key=lambda cut: cut.border.x)
        here = self.borders[border].x
        before = [cut for cut in ways if cut.left != now and cut.border.x < here]
        behind = [cut for cut in ways if cut.left != now and cut.border.x >= here]
        some = behind[steps - 1 : steps] if steps > 0 else before[len(before) + steps : len(before) + steps + 1]
        return self._with_halves(border, border + 2, (some[0].left, some[0].right)) if some else self

    def added(self, x: float, y: float) -> "Parting":
        """With one border more, at the place that is nearest to a point; the same where the ink there is one dot."""
        nearest = min(range(len(self.pieces)), key=lambda place: self._distance(place, x, y))
        return self._parted(nearest, nearest + 1, x, y)

    def removed(self, border: int) -> "Parting":
        """With two neighbouring pieces made one, which says what both said."""
        first, second = self.pieces[border : border + 2]
        text = (first.label or "") + (" " if second.space and second.label else "") + (second.label or "")
        piece = KnownCharacter(joined(first.substrokes + second.substrokes), text, first.space)
        return self._dealt_out([*self.pieces[:border], piece, *self.pieces[border + 2 :]])

    def whole(self) -> "Parting":
        """With every piece that says nothing made one with its neighbour."""
        parting = self
        while len(parting.pieces) > 1:
            empty = next((place for place, piece in enumerate(parting.pieces) if not piece.label), None)
            if empty is None:
                break
            parting = parting.removed(max(empty - 1, 0))
        return parting

    def _ink(self, first: int, last: int) -> Key:
        return joined(substroke for piece in self.pieces[first:last] for substroke in piece.substrokes)

    def _distance(self, place: int, x: float, y: float) -> float:
        points = np.concatenate(ink_of(self.pieces[place].substrokes, self.strokes))
        return float(np.hypot(points[:, 0] - x, points[:, 1] - y).min())

    def _parted(self, first: int, last: int, x: float, y: float) -> "Parting":
        ink = self._ink(first, last)
        best: tuple[float, tuple[Key, Key]] = math.inf, (ink, ())
        for _, halves in _between(self.strokes, ink):
            cut = _cut(self.strokes, *halves)
            best = min(best, (abs(cut.border.x - x), (cut.left, cut.right)))
        for one in ink:
            points = self.strokes[one.stroke][one.start : one.stop]
            if len(points) > 2:
                distances = np.hypot(points[1:-1, 0] - x, points[1:-1, 1] - y) + BESIDE * _size(self.strokes, ink)
                row = int(distances.argmin())
                if distances[row] < best[0]:
                    halves = cut_through(self.strokes, ink, one.stroke, one.start + 1 + row)
                    best = float(distances[row]), halves
        return self._with_halves(first, last, best[1]) if best[1][1] else self

    def _with_halves(self, first: int, last: int, halves: tuple[Key, Key]) -> "Parting":
        old = self.pieces[first:last]
        if len(old) == 2:
            texts = [(piece.label or "", piece.space) for piece in old]
        else:
            units = units_of(old[0].label or "")
            share = bounding_box(ink_of(halves[0], self.strokes)).width
            share /= max(share + bounding_box(ink_of(halves[1], self.strokes)).width, 1e-6)
            count = min(max(round(share * len(units)), 1), max(len(units) - 1, 1))
            right = units[count:]
            texts = [(said_by(units[:count]), old[0].space), (said_by(right), bool(right) and right[0].space)]
        new = [KnownCharacter(half, text, space) for half, (text, space) in zip(halves, texts, strict=True)]
        kept = {piece.substrokes: piece for piece in old}
        new = [kept.get(piece.substrokes, piece) for piece in new]
        return self._dealt_out([*self.pieces[:first], *new, *self.pieces[last:]])

    def _dealt_out(self, pieces: Sequence[KnownCharacter]) -> "Parting":
        """These pieces; where there are as many as characters, each with one of these."""
        units = units_of(self.text)
        if len(units) == len(pieces):
            pieces = [
                piece
                if piece.label == unit.text
                else replace(piece, label=unit.text, space=unit.space, probability=None)
                for piece, unit in zip(pieces, units, strict=True)
            ]
            pieces[0] = replace(pieces[0], space=self.pieces[0].space)
        return Parting(self.strokes, tuple(pieces))


def covered(line: Sequence[InkedT], characters: Sequence[Inked]) -> list[InkedT]:
    """The characters of a line whose ink is that of some others, or part of it."""
    ink = joined(part for character in characters for part in character.substrokes)
    return [character for character in line if within(character.substrokes, ink)]


def same_ink(one: Sequence[Inked], other: Sequence[Inked]) -> bool:
    """Whether some characters have the same ink together as others."""
    first, second = (joined(part for character in some for part in character.substrokes) for some in (one, other))
    return first == second
