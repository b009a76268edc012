"""New training lines of real ink: other slants, sizes and speeds, words joined into lines, letters into words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handpad.reading.trajectory import writing_size
from handpad.train.lines.examples import rows_of

DESCENDING = frozenset("gjpqy,;Q")
_MIDDLE = frozenset("-+=~*<>")
_HIGH = frozenset("'\"^`")
_LETTERS = 8


@dataclass(frozen=True)
class Sample:
    """Ink to learn from: strokes float32 (n, 2) on one line, in order of writing, y down; and what it says."""

    strokes: list[np.ndarray]
    text: str
    writer: str


def on_one_line(strokes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """The rows of a text one behind the other, as if written on one long line."""
    rows = rows_of(strokes)
    if len(rows) == 1:
        return list(rows[0])
    return beside([list(row) for row in rows], [writing_size(row) for row in rows])


def beside(pieces: Sequence[list[np.ndarray]], gaps: Sequence[float]) -> list[np.ndarray]:
    """Pieces of ink one behind the other on one line, with a gap behind each (the last is not used)."""
    placed: list[np.ndarray] = []
    right = 0.0
    for strokes, gap in zip(pieces, gaps, strict=True):
        every = np.concatenate(strokes)
        moved = np.array([right - every[:, 0].min(), -np.median(every[:, 1])])
        placed += [stroke + moved for stroke in strokes]
        right += float(np.ptp(every[:, 0])) + gap
    return placed


def varied(strokes: Sequence[np.ndarray], generator: np.random.Generator, strength: float = 1.0) -> list[np.ndarray]:
    """The same ink with another slant, slope, width, spacing of strokes and tremor, and points left out."""
    size = writing_size(strokes)
    slant, slope = generator.normal(0, 0.17 * strength), generator.normal(0, 0.035 * strength)
    width = float(np.exp(generator.normal(0, 0.14 * strength)))
    bend = np.array([[width, slope], [slant, 1.0]])
    spread = float(np.exp(generator.normal(0, 0.3))) - 1 if generator.random() < 0.3 * strength else 0.0
    changed: list[np.ndarray] = []
    shift, reach = 0.0, -np.inf
    for stroke in strokes:
        left = float(stroke[:, 0].min())
        if left > reach + 0.15 * size and np.isfinite(reach):  # a gap: another hand leaves another
            shift += spread * min(left - reach, 2 * size)
        reach = max(reach, float(stroke[:, 0].max()))
        moved = stroke + np.array([shift, 0.0]) + generator.normal(0, 0.03 * strength, 2) * size
        if len(stroke) > 8 and generator.random() < 0.3 * strength:
            kept = generator.random(len(stroke)) < generator.uniform(0.4, 1.0)
            kept[[0, -1]] = True
            moved = moved[kept]
        if len(moved) > 4 and generator.random() < 0.3 * strength:
            tremor = generator.normal(0, 0.04 * size, (len(moved), 2))
            moved = moved + (tremor + np.roll(tremor, 1, axis=0)) / 2
        changed.append(moved @ bend)
    return changed


def joined_words(words: Sequence[Sample], generator: np.random.Generator) -> Sample:
    """Some words of one writer as a line."""
    size = float(np.median([writing_size(word.strokes) for word in words]))
    gaps = size * np.exp(generator.normal(np.log(1.1), 0.35, len(words)))
    scaled = [[stroke * (size / writing_size(word.strokes)) ** 0.7 for stroke in word.strokes] for word in words]
    return Sample(beside(scaled, gaps), " ".join(word.text for word in words), words[0].writer)


def no_writing(generator: np.random.Generator) -> Sample:
    """Strokes that say nothing: a zigzag, a wave, a spiral, a scrawl, hatching or a star."""
    kind = generator.integers(6)
    if kind == 0:
        corners = int(generator.integers(14, 50))
        x = np.cumsum(generator.uniform(0.02, 0.3) * generator.uniform(0.6, 1.4, corners))
        y = np.where(np.arange(corners) % 2, 1.0, 0.0) * generator.uniform(0.7, 1.3, corners)
        strokes = [_between(np.column_stack([x, y]))]
    elif kind == 1:
        turns = generator.uniform(7, 25)
        along = np.linspace(0, turns, int(24 * turns))
        height = np.interp(along, np.arange(27), generator.uniform(0.7, 1.3, 27))
        strokes = [np.column_stack([along * generator.uniform(0.3, 1.2), height * np.sin(2 * np.pi * along) / 2])]
    elif kind == 2:
        turns = generator.uniform(2.5, 8)
        along = np.linspace(0, turns, int(40 * turns))
        angle = 2 * np.pi * along * generator.choice([-1, 1]) + generator.uniform(0, 6)
        radius = (0.1 + along / turns) * generator.uniform(0.5, 1.5)
        strokes = [np.column_stack([radius * np.cos(angle), radius * np.sin(angle) * generator.uniform(0.5, 1.3)])]
        strokes = [strokes[0][::-1]] if generator.random() < 0.5 else strokes
    elif kind == 3:
        count = int(generator.integers(80, 400))
        spots = generator.normal(0, 1, (count // 6 + 3, 2)) * np.array([generator.uniform(0.5, 3), 1.0])
        where = np.linspace(0, len(spots) - 1, count)
        path = np.column_stack([np.interp(where, np.arange(len(spots)), spots[:, axis]) for axis in (0, 1)])
        smooth = np.ones(7) / 7
        strokes = [np.column_stack([np.convolve(path[:, axis], smooth, "valid") for axis in (0, 1)])]
    elif kind == 4:
        count, tilt, gap = int(generator.integers(8, 25)), generator.normal(0, 0.8), generator.uniform(0.05, 0.3)
        strokes = [
            _between(np.array([[gap * n, 0.0], [gap * n + tilt, 1.0]]) + generator.normal(0, 0.06, (2, 2)))
            for n in range(count)
        ]
    else:
        rays = 2 * int(generator.integers(2, 6)) + 1
        angle = 2 * np.pi * np.arange(rays + 1) * (rays // 2) / rays + generator.uniform(0, 6)
        corners_of_star = np.column_stack([np.cos(angle), np.sin(angle)]) + generator.normal(0, 0.05, (rays + 1, 2))
        strokes = [_between(corners_of_star)]
    size = float(np.exp(generator.normal(0, 0.5)))
    return Sample([(size * stroke).astype(np.float32) for stroke in strokes], "", "")


def upside_down(sample: Sample) -> Sample:
    """The ink of a line turned by half, in the same order: it says nothing any more."""
    return Sample([-stroke for stroke in sample.strokes], "", sample.writer)


def _between(corners: np.ndarray) -> np.ndarray:
    """A path of straight lines through corners (n, 2), 12 points a line."""
    where = np.linspace(0, len(corners) - 1, 12 * (len(corners) - 1) + 1)
    return np.column_stack([np.interp(where, np.arange(len(corners)), corners[:, axis]) for axis in (0, 1)])


class Letters:
    """The isolated characters of many writers, from which words are put together that nobody wrote.

    characters : (writer, label, strokes) of each.
    words : that are to be spelled, among numbers and codes made up.
    """

    def __init__(self, characters: Sequence[tuple[str, str, list[np.ndarray]]], words: Sequence[str]):
        self._of: dict[str, dict[str, list[list[np.ndarray]]]] = defaultdict(lambda: defaultdict(list))
        for writer, label, strokes in characters:
            self._of[writer][label].append(strokes)
        self._of = {writer: own for writer, own in self._of.items() if len(own) >= 8}
        self._writers = sorted(self._of)
        self._chances = np.array([len(self._of[writer]) for writer in self._writers], float)
        self._chances /= max(self._chances.sum(), 1.0)
        self._words = list(words)

    def __len__(self) -> int:
        """How many writers have enough characters to make up words of."""
        return len(self._writers)

    def one(self, generator: np.random.Generator) -> Sample:
        """A single character, as it was written."""
        own = self._of[self._writers[generator.choice(len(self._writers), p=self._chances)]]
        label = list(own)[generator.integers(len(own))]
        return Sample(own[label][generator.integers(len(own[label]))], label, "")

    def word(self, generator: np.random.Generator) -> Sample:
        """A word, number or code in one hand, its letters on one baseline."""
        writer = self._writers[generator.choice(len(self._writers), p=self._chances)]
        own = self._of[writer]
        text = self._text(own, generator)
        tight = float(np.exp(generator.normal(np.log(0.22), 0.5)))
        pieces: list[np.ndarray] = []
        right = 0.0
        heights = [float(np.ptp(np.concatenate(ink)[:, 1])) for inks in own.values() for ink in inks[:2]]
        tall = float(np.quantile(heights, 0.7)) or 1.0
        for letter in text:
            if letter == " ":
                right += tall * generator.uniform(0.5, 1.2)
                continue
            ink = own[letter][generator.integers(len(own[letter]))]
            every = np.concatenate(ink)
            height = float(np.ptp(every[:, 1]))
            lift = _lift(letter, height, tall) + generator.normal(0, 0.04) * tall
            moved = np.array([right - every[:, 0].min(), lift - every[:, 1].max()])
            pieces += [stroke + moved for stroke in ink]
            right += float(np.ptp(every[:, 0])) + tall * tight * generator.uniform(0.6, 1.4)
        return Sample(pieces, text, writer)

    def _text(self, own: dict[str, list], generator: np.random.Generator) -> str:
        kind = generator.random()
        if kind < 0.45 and self._words:
            for _ in range(4):
                word = self._words[generator.integers(len(self._words))]
                word = word.upper() if generator.random() < 0.2 else word
                if set(word) <= own.keys():
                    return word
        pool = [label for label in own if label.isdigit()] if kind < 0.75 else list(own)
        pool = pool if len(pool) > 3 else list(own)
        count = 1 + int(generator.integers(1, _LETTERS))
        text = "".join(pool[index] for index in generator.integers(len(pool), size=count))
        if kind > 0.9 and count > 4:
            text = text[:3] + " " + text[3:]
        return text


def _lift(letter: str, height: float, tall: float) -> float:
    """Where the lowest point of a letter lies below the baseline, y down."""
    if letter in DESCENDING:
        return min(0.45 * height, 0.4 * tall)
    if letter in _MIDDLE:
        return -0.35 * tall
    return -0.75 * tall if letter in _HIGH else 0.0
