"""A reading that is put right: the ink around what is corrected, how a word is spelled out, and what is learned of it.

The app and scripts correct by the same functions, so that they teach the same.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from handpad.ink import Guide
from handpad.labels import Alphabet
from handpad.reading.fragments import KnownCharacter, Substroke, moved
from handpad.reading.likely import LIKELY
from handpad.reading.line_context import LineAround
from handpad.reading.spelling import Unit, said_by

if TYPE_CHECKING:
    from handpad.reading.result import LineInk, ReadCharacter

CONTEXT = 16
"""So many characters on either side help to read what is open."""

NEIGHBOURS = 8
"""So many characters on either side of one show how it stands on its line."""

Substrokes = tuple[Substroke, ...]


@dataclass(frozen=True)
class TrainingSample:
    """A character that a correction teaches.

    Attributes
    ----------
    substrokes : its ink.
    label, shown : what it is, and what the writer was shown for that very ink; "" if nothing.
    right : whether that was right, so that it is confirmed and not corrected.
    """

    substrokes: Substrokes
    label: str
    shown: str
    right: bool


class Correction(list[str]):
    """What came of putting a part of a reading right: the ids of what was learned of it, and how it is parted now.

    Attributes
    ----------
    characters : the part as it is now, left to right: of each its ink, its label and whether a space precedes it. A
        label of several characters stands for ink that could not be parted.
    skipped, text_only : those of its characters that were not learned, see :class:`Taught`.
    """

    def __init__(self, sample_ids: Iterable[str], characters: Sequence[KnownCharacter], taught: "Taught"):
        super().__init__(sample_ids)
        self.characters = tuple(characters)
        self.skipped, self.text_only = taught.skipped, taught.text_only

    @property
    def text(self) -> str:
        """What the part says now."""
        return text_of(self.characters)


def text_of(characters: Sequence["Said"]) -> str:
    """What some neighbouring characters say, without a space before the first."""
    return "".join((" " if one.space and place else "") + (one.label or "") for place, one in enumerate(characters))


@dataclass(frozen=True)
class Taught:
    """What a word that was put right teaches, and what it does not.

    Attributes
    ----------
    samples : what is learned, corrections first.
    skipped : characters that are not learned because their ink, or a neighbour's, does not look like them: the word may
        not be what was written, or may be parted otherwise.
    text_only : characters that nobody can learn: signs that the model does not know, several characters in one piece.
    """

    samples: list[TrainingSample]
    skipped: tuple[KnownCharacter, ...]
    text_only: tuple[KnownCharacter, ...]


def taught_by(
    before: Mapping[Substrokes, str],
    characters: Sequence[KnownCharacter],
    alphabet: Alphabet,
    learned: Collection[Substrokes] = (),
) -> Taught:
    """What a word that was put right teaches.

    Parameters
    ----------
    before : the word's characters as they were read: ink to label.
    characters : those that it has now, as parting a text over the ink gives them; what has no probability is as the
        writer says.
    alphabet : what can be learned.
    learned : the ink of those that need not be learned again.
    """
    samples, skipped, text_only = [], [], []
    for one in characters:
        if one.substrokes in learned:
            continue
        if one.label is None or not alphabet.takes(one.label):
            text_only.append(one)
        elif one.probability is not None and one.probability < LIKELY:
            skipped.append(one)
        else:
            shown = before.get(one.substrokes, "")
            samples.append(TrainingSample(one.substrokes, one.label, shown, shown == one.label))
    return Taught(sorted(samples, key=lambda sample: sample.right), tuple(skipped), tuple(text_only))


def with_shared_strokes(line: Sequence[Substrokes], chosen: Iterable[int]) -> list[int]:
    """The chosen places of a line and those that share a stroke with them: a stroke is read as a whole or not."""
    strokes_of = [{substroke.stroke for substroke in substrokes} for substrokes in line]
    found = set(chosen)
    while True:
        strokes = set().union(*(strokes_of[index] for index in found))
        more = {index for index, own in enumerate(strokes_of) if index not in found and not strokes.isdisjoint(own)}
        if not more:
            return sorted(found)
        found |= more


def nearby(line: Sequence[Substrokes], first: int, last: int, reach: int) -> list[int]:
    """The places first to last of a line, up to `reach` on either side, and those that share a stroke with them."""
    return with_shared_strokes(line, range(max(0, first - reach), min(len(line), last + reach + 1)))


def as_they_are(line: Sequence["Said"], chosen: Sequence[int], first: int, last: int) -> list[KnownCharacter]:
    """The chosen characters of a line around those from first to last, which are to be read anew.

    What precedes the first of them is not seen, so whether a space does is left open.
    """
    return [
        KnownCharacter(line[index].substrokes, line[index].label, line[index].space if place else None)
        for place, index in enumerate(chosen)
        if not first <= index <= last
    ]


def strokes_of(characters: Iterable[Substrokes]) -> list[int]:
    """The numbers of all strokes with ink in some characters, ascending."""
    return sorted({substroke.stroke for substrokes in characters for substroke in substrokes})


def line_around(
    strokes: Sequence[np.ndarray] | Mapping[int, np.ndarray],
    line: Sequence[Substrokes],
    place: int,
    guide: Guide | None,
    regrouped: bool,
) -> LineAround:
    """A character of a line among its neighbours, to learn it as it stands there.

    Parameters
    ----------
    strokes : the strokes that the parts name, by number.
    line : the ink of its characters, left to right; place : the index of the one meant.
    regrouped : whether the writer has parted or joined its ink.
    """
    chosen = nearby(line, place, place, NEIGHBOURS)
    numbers = strokes_of(line[index] for index in chosen)
    places = {number: index for index, number in enumerate(numbers)}
    characters = tuple(KnownCharacter(moved(line[index], places)) for index in chosen)
    return LineAround([strokes[number] for number in numbers], characters, chosen.index(place), guide, regrouped)


class Said(Protocol):
    """A character of a line, read or known: its ink, what it says, and whether a space precedes it."""

    @property
    def substrokes(self) -> Substrokes: ...

    @property
    def label(self) -> str | None: ...

    @property
    def space(self) -> bool | None: ...


def within(substrokes: Substrokes, ink: Iterable[Substroke]) -> bool:
    """Whether some parts lie inside others."""
    return all(
        any(
            substroke.stroke == other.stroke and other.start <= substroke.start and substroke.stop <= other.stop
            for other in ink
        )
        for substroke in substrokes
    )


def parted(
    line: "LineInk", first: int, last: int, text: str, spell: Callable[..., tuple[KnownCharacter, ...]]
) -> list[KnownCharacter]:
    """The characters first to last of a line parted anew so that they say text, everything around them staying.

    spell : parts the open ink of a line, as :meth:`handpad.recognizer.Recognizer.spelled` does.
    """
    every = [character.substrokes for character in line.characters]
    chosen = nearby(every, first, last, CONTEXT)
    numbers = strokes_of(every[index] for index in chosen)
    places = {number: place for place, number in enumerate(numbers)}
    known = [
        replace(one, substrokes=moved(one.substrokes, places))
        for one in as_they_are(line.characters, chosen, first, last)
    ]
    found = spell([line.strokes[number] for number in numbers], text, line.guide, known)
    on_page = [replace(character, substrokes=moved(character.substrokes, numbers)) for character in found]
    if not on_page:
        return on_page
    return [replace(on_page[0], space=bool(line.characters[first].space)), *on_page[1:]]


def with_text(
    line: "LineInk",
    part: Sequence["ReadCharacter"],
    units: list[Unit],
    spell: Callable[..., tuple[KnownCharacter, ...]],
) -> tuple[list[KnownCharacter], dict[Substrokes, str], list[Substrokes]]:
    """Neighbouring characters of a line that are given a text: one character keeps its ink, others are parted anew.

    spell : as for :func:`parted`.

    Returns
    -------
    The characters that they are now; what the ink said before; and the ink of the whole line's characters now.
    """
    every = [character.substrokes for character in line.characters]
    first, last = every.index(part[0].substrokes), every.index(part[-1].substrokes)
    if len(part) == len(units) == 1:
        characters = [KnownCharacter(every[first], units[0].text, line.characters[first].space)]
    else:
        characters = parted(line, first, last, said_by(units), spell)
    before = {character.substrokes: character.label or "" for character in line.characters[first : last + 1]}
    return characters, before, [*every[:first], *(one.substrokes for one in characters), *every[last + 1 :]]
