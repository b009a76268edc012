"""What reading gives: pages of lines of words of characters, each with its ink and its alternatives."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce

import numpy as np

from handpad.adaptation import Observation
from handpad.ink import Box, Guide, bounding_box
from handpad.reading.drawings import NEAR, close_together
from handpad.reading.fragments import KnownCharacter, Substroke, moved


@dataclass(frozen=True)
class LineInk:
    """A line that was read, for those who put it right.

    Attributes
    ----------
    strokes : all strokes of the page that it is on, checked ink (n, 4).
    guide : of the line, where it was given.
    characters : as they were read, left to right, their parts by the places of the strokes.
    given : the strokes as they were given to be read, before they were checked.
    """

    strokes: Sequence[np.ndarray]
    guide: Guide | None
    characters: tuple[KnownCharacter, ...]
    given: Sequence[np.ndarray]


@dataclass(frozen=True)
class ReadCharacter:
    """A character of a reading.

    Attributes
    ----------
    label : what it says.
    probability : that the label is right, 0 to 1, given the ink and the rest of the line.
    by_ink : how likely its ink by itself is to be one character of that label's shape, whatever the text around it
        says, 0 to 1; see :func:`handpad.reading.likely.likelihoods`. In a box, whose size is known, that label itself.
    candidates : the best labels with their probabilities, best first; the first is ``label``.
    substrokes : its ink, as stretches of the strokes that were read.
    box : of its ink.
    observation : what the base model makes of its glyph (one row), to learn from.
    geometry : float32 (GEOMETRY,), its size and place on the line, to learn from.
    space : whether a space precedes it. space_probability : that one does, 0 to 1, the rest of the line being so.
    line : the line that it is on; None in what a reader gives by itself.
    """

    label: str
    probability: float
    by_ink: float
    candidates: tuple[tuple[str, float], ...]
    substrokes: tuple[Substroke, ...]
    box: Box
    observation: Observation
    geometry: np.ndarray
    space: bool
    line: LineInk | None = field(default=None, repr=False, compare=False)
    space_probability: float = 0.0

    @property
    def strokes(self) -> tuple[np.ndarray, ...]:
        """Its ink, stretches of the arrays that were given to be read; none in what a reader gives by itself."""
        if self.line is None:
            return ()
        return tuple(
            self.line.given[substroke.stroke][substroke.start : substroke.stop] for substroke in self.substrokes
        )

    @property
    def text(self) -> str:
        """The same as label."""
        return self.label

    @property
    def characters(self) -> tuple["ReadCharacter", ...]:
        """The character itself."""
        return (self,)


@dataclass(frozen=True)
class ReadWord:
    """Characters without a space between them. alternatives: other readings of the word with probabilities."""

    characters: tuple[ReadCharacter, ...]
    probability: float
    alternatives: tuple[tuple[str, float], ...]

    @property
    def text(self) -> str:
        return "".join(character.label for character in self.characters)


@dataclass(frozen=True)
class ReadLine:
    """A line of words from left to right; alternatives are other readings of the whole line.

    drawings : the strokes of it that are no writing, and in no word. There may be no word.
    """

    words: tuple[ReadWord, ...]
    alternatives: tuple[tuple[str, float], ...]
    guide: Guide
    drawings: frozenset[int] = frozenset()

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def characters(self) -> tuple[ReadCharacter, ...]:
        return tuple(character for word in self.words for character in word.characters)


@dataclass(frozen=True)
class Drawing:
    """Ink that is no writing: its strokes, ascending, by their places among those that were read, and its box."""

    strokes: tuple[int, ...]
    box: Box


@dataclass(frozen=True)
class Reading:
    """A page of lines from top to bottom, each with a word at least, and what on it is no writing."""

    lines: tuple[ReadLine, ...]
    drawings: tuple[Drawing, ...] = ()

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def words(self) -> tuple[ReadWord, ...]:
        return tuple(word for line in self.lines for word in line.words)

    @property
    def characters(self) -> tuple[ReadCharacter, ...]:
        return tuple(character for line in self.lines for character in line.characters)


def reading_of(lines: Iterable[ReadLine], strokes: Sequence[np.ndarray], drawn: Collection[int] = ()) -> Reading:
    """The reading of a page from its lines, whose parts name the page's strokes.

    drawn : strokes that are drawings, beside those of the lines. What touches is one drawing.
    """
    lines = list(lines)
    numbers = sorted({*drawn, *(number for line in lines for number in line.drawings)})
    boxes = [bounding_box([strokes[number]]) for number in numbers]
    read = [line for line in lines if line.words]
    reach = NEAR * float(np.median([line.guide.x_height for line in read])) if read else 0.0
    drawings = [
        Drawing(tuple(numbers[index] for index in group), reduce(Box.union, (boxes[index] for index in group)))
        for group in close_together(boxes, reach)
    ]
    return Reading(tuple(read), tuple(drawings))


def renumbered(line: ReadLine, members: Sequence[int]) -> ReadLine:
    """The line with its parts naming the page's strokes in place of its own."""
    line = replace(line, drawings=frozenset(members[number] for number in line.drawings))
    return _each_character(line, lambda character: replace(character, substrokes=moved(character.substrokes, members)))


def on_its_line(
    line: ReadLine, strokes: Sequence[np.ndarray], guide: Guide | None, given: Sequence[np.ndarray]
) -> ReadLine:
    """The line whose characters know the line that they are on, see :class:`LineInk`."""
    known = tuple(
        KnownCharacter(character.substrokes, character.label, character.space) for character in line.characters
    )
    ink = LineInk(strokes, guide, known, given)
    return _each_character(line, lambda character: replace(character, line=ink))


def _each_character(line: ReadLine, change: Callable[[ReadCharacter], ReadCharacter]) -> ReadLine:
    words = [replace(word, characters=tuple(map(change, word.characters))) for word in line.words]
    return replace(line, words=tuple(words))
