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
