"""What a page session asks of a recogniser, and what it tells whoever shows the page.

Asked for are LineJob (see :mod:`handpad.page.line_job`), BoxJob, WordJob, CutJob, LearnSample and ChangeSamples, to be
answered one after another in this order; told are PageChanged, Change, WordRead and CutsRead.
"""

from collections.abc import Set
from dataclasses import dataclass

import numpy as np

from handpad.ink import Guide
from handpad.page.line_job import Key, LineJob, WordReading
from handpad.page.page import Page
from handpad.page.parting import Cut
from handpad.reading.fragments import KnownCharacter
from handpad.reading.line_context import LineAround


@dataclass(frozen=True)
class BoxJob:
    """Characters in boxes to be read by themselves, each with its ink and guide, until their line is read."""

    characters: dict[Key, tuple[list[np.ndarray], Guide]]


@dataclass(frozen=True)
class WordJob:
    """The word of these characters, to be read in other ways.

    line : the word and what stays around it. text : the word as the writer spells it, to be parted into characters; ""
    asks for the likeliest readings.
    """

    line: LineJob
    keys: frozenset[Key]
    text: str


@dataclass(frozen=True)
class CutJob:
    """A character for which the writer wants to be shown where it can be parted in two.

    line : the line around it, with all that is known of it but this character. cuts : the ways to part it.
    """

    line: LineJob
    cuts: tuple[Cut, ...]


@dataclass(frozen=True)
class LearnSample:
    """A training sample to be learned, under the id that the page has given it: what Recognizer.learn is given.

    shown : the label that the writer was shown for this ink; "" if none was. confirmed : it was left as it was read.
    line : the ink around it, unless it stands in a box.
    """

    sample_id: str
    strokes: list[np.ndarray]
    guide: Guide
    label: str
    shown: str
    confirmed: bool
    line: LineAround | None = None


@dataclass(frozen=True)
class ChangeSamples:
    """The ids of samples to be forgotten, and of forgotten ones to be learned again."""

    forget: list[str]
    restore: list[str]


@dataclass(frozen=True)
class PageChanged:
    """The page is another, or other candidates are known of it.

    appeared : characters that have been read for the first time. relabelled : those that learning has changed.
    """

    page: Page
    appeared: Set[Key] = frozenset()
    relabelled: Set[Key] = frozenset()


@dataclass(frozen=True)
class Change:
    """What a correction did: the character or word it gave, whether it taught anything, how many others changed by it.

    Told when it is on disk and its line was read again, or at once if there was nothing to be learned.

    confirmed : it was right before, and now stays so.
    letters : how many characters a word has.
    skipped : those of them that were not learned because their ink, or a neighbour's, does not look like them.
    text_only : those that were not learned because they are not taught: signs where no adapter knows any, and several
        characters that stand for one piece of ink.
    like : the character that the ink of a new sign looks just like; "" if none.
    spread : this was told before, and since then it has changed characters on other lines too.
    """

    label: str
    learned: bool
    others: int
    confirmed: bool = False
    letters: int = 1
    skipped: tuple[KnownCharacter, ...] = ()
    text_only: tuple[KnownCharacter, ...] = ()
    like: str = ""
    spread: bool = False


@dataclass(frozen=True)
class WordRead:
    """Ways to read the word with this character, best first; none: it has none."""

    key: Key
    readings: list[WordReading]


@dataclass(frozen=True)
class CutsRead:
    """The ways to part this character in two, the likeliest first; none: it has too little ink."""

    key: Key
    cuts: list[Cut]


Request = LineJob | BoxJob | WordJob | CutJob | LearnSample | ChangeSamples
Event = PageChanged | Change | WordRead | CutsRead
