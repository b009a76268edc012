"""What reading gives: pages of lines of words of characters, each with its ink and its alternatives."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from handpad.adaptation import Observation
from handpad.ink import Box, Guide
from handpad.reading.pieces import Part, moved


@dataclass(frozen=True)
class ReadCharacter:
    """A character of a reading.

    Attributes
    ----------
    label : what it says.
    probability : that the label is right, 0 to 1, given the ink and the rest of the line.
    candidates : the best labels with their probabilities, best first; the first is ``label``.
    parts : its ink, as stretches of the strokes that were read.
    box : of its ink.
    seen : what the base model makes of its glyph (one row), to learn from.
    geometry : float32 (GEOMETRY,), its size and place on the line, to learn from.
    space : whether a space precedes it.
    """

    label: str
    probability: float
    candidates: tuple[tuple[str, float], ...]
    parts: tuple[Part, ...]
    box: Box
    seen: Observation
    geometry: np.ndarray
    space: bool


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
    """A line of words from left to right; alternatives are other readings of the whole line."""

    words: tuple[ReadWord, ...]
    alternatives: tuple[tuple[str, float], ...]
    guide: Guide

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def characters(self) -> tuple[ReadCharacter, ...]:
        return tuple(character for word in self.words for character in word.characters)


@dataclass(frozen=True)
class Reading:
    """A page of lines from top to bottom."""

    lines: tuple[ReadLine, ...]

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def words(self) -> tuple[ReadWord, ...]:
        return tuple(word for line in self.lines for word in line.words)

    @property
    def characters(self) -> tuple[ReadCharacter, ...]:
        return tuple(character for line in self.lines for character in line.characters)


def renumbered(line: ReadLine, members: Sequence[int]) -> ReadLine:
    """The line with its parts naming the page's strokes in place of its own."""
    words = [
        replace(word, characters=tuple(replace(c, parts=moved(c.parts, members)) for c in word.characters))
        for word in line.words
    ]
    return replace(line, words=tuple(words))
