"""What of a page is read anew, and what becomes of the page by it; without Qt, so that it can be tested alone.

One line of paper is read at a time. What the writer corrected, and what is committed, stays as it is and helps to read
the rest; a character is committed when the writer has gone on to another line, or two words further.
"""

import itertools
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from handpad.ink import Box, Guide
from handpad.page.page import Character, Page
from handpad.reading.correction import CONTEXT, as_they_are, nearby, strokes_of
from handpad.reading.correction import line_around as around
from handpad.reading.fragments import KnownCharacter, Substroke, moved
from handpad.reading.line_context import LineAround

if TYPE_CHECKING:
    from handpad.recognizer import Candidate

Key = tuple[Substroke, ...]
"""The ink of a character: what names it between the page and the engine."""

BATCH = 120
"""About so many characters are read at once, and stay open on a line: a page of scribbles stays bounded."""

WORDS_OPEN = 2
"""The word being written and the ones before it, this many in all, are open; those before them are committed."""

REACH = 0.3
"""New ink within so many x-heights of a committed word opens it again: a late dot or bar belongs to it ..."""

LONGEST_MARK = 2.5
"""... unless it is wider than so many x-heights: a line through or under words is none of their letters."""


WORTH_FINDING = 0.03
MOST_ALTERNATIVES = 4
"""A search finds a character also by so many of its other candidates, if they are at least that probable."""


@dataclass(frozen=True)
class LineJob:
    """A line to be read.

    Attributes
    ----------
    row : the line.
    characters : those whose ink is to be read, in reading order, as they were when it was asked for.
    numbers, strokes : all strokes with ink in them.
    guide : of the line.
    known_here : what is known of it, its substrokes under the page's stroke numbers.
    writing : places of the strokes of which the writer has said that they are no drawing.
    bare : characters for which candidates are wanted although they are committed.
    relabel : committed characters that may be given another label.
    boxes : each character stands in a box of its own.
    """

    row: int
    characters: tuple[Character, ...]
    numbers: tuple[int, ...]
    strokes: list[np.ndarray]
    guide: Guide
    known_here: tuple[KnownCharacter, ...]
    writing: frozenset[int] = frozenset()
    bare: frozenset[Key] = frozenset()
    relabel: frozenset[Key] = frozenset()
    boxes: bool = False

    @property
    def known(self) -> list[KnownCharacter]:
        """What is known of it, its substrokes under the places of its strokes, as a recogniser takes it."""
        places = {number: place for place, number in enumerate(self.numbers)}
        return [replace(one, substrokes=moved(one.substrokes, places)) for one in self.known_here]


@dataclass(frozen=True)
class ReadBack:
    """A character as it was read: its ink, its label, its candidates (best first), whether a space precedes it.

    space_probability : that one does, 0 to 1.
    by_ink : see :class:`handpad.reading.result.ReadCharacter`.
    Without a label it is no character but a drawing: whole strokes that say nothing.
    """

    substrokes: Key
    label: str
    candidates: list
    space: bool
    space_probability: float = 0.0
    by_ink: float = 1.0


@dataclass(frozen=True)
class WordReading:
    """One way to read a word: what it says, how probable that is, and its characters."""

    text: str
    probability: float
    characters: list[KnownCharacter]


def line_job(page: Page, row: int, look: Set[Key] = frozenset(), relabel: Set[Key] = frozenset()) -> LineJob | None:
    """What is to be read on a line: what is open, and what to look at; None if there is nothing.

    Parameters
    ----------
    look : committed characters for which candidates are wanted.
    relabel : those of them that may be given another label.
    """
    line = page.lines.get(row, ())
    unread = [i for i, c in enumerate(line) if not c.label or c.substrokes in look][:BATCH]
    wanted = sorted({*unread, *(i for i, c in enumerate(line) if c.label and not c.locked)})
    if not wanted:
        return None
    chosen = nearby([c.substrokes for c in line], wanted[0], wanted[-1], CONTEXT)
    bare = frozenset(line[index].substrokes for index in wanted if line[index].substrokes in look)
    job = _job(page, row, chosen, _known(page, row, chosen, bare))
    return replace(job, bare=bare, relabel=frozenset(relabel) & bare)


def whole_line(page: Page, row: int) -> LineJob:
    """A line as it is read for somebody else: all that is known of it stays, and the boxes of a line of boxes."""
    chosen = range(len(page.lines[row]))
    return _job(page, row, chosen, _known(page, row, chosen, frozenset()))


def _job(page: Page, row: int, chosen: Sequence[int], known: Sequence[KnownCharacter]) -> LineJob:
    """The chosen characters of a line, to be read with what is known of them."""
    characters = tuple(page.lines[row][index] for index in chosen)
    numbers = tuple(strokes_of(character.substrokes for character in characters))
    strokes = [page.strokes[number] for number in numbers]
    writing = frozenset(place for place, number in enumerate(numbers) if number in page.writing)
    guide, in_boxes = page.ruling.guide(row), row in page.box_rows
    return LineJob(row, characters, numbers, strokes, guide, tuple(known), writing, boxes=in_boxes)


def _known(page: Page, row: int, chosen: Sequence[int], bare: Set[Key]) -> list[KnownCharacter]:
    """What is known of chosen characters of a line; of bare ones that the writer has not corrected, their ink alone."""
    line = page.lines[row]
    in_boxes = row in page.box_rows
    begins = {word[0].substrokes for word in page.words(row)} if in_boxes else set()
    found = []
    for index in chosen:
        character, before = line[index], line[index - 1] if index else None
        if not character.locked and not in_boxes:
            continue
        given = character.corrected or (character.committed and character.substrokes not in bare)
        label = character.label if given and character.label else None
        space_known = character.spaced or (character.committed and before is not None and before.locked)
        space = character.space if space_known else None
        found.append(KnownCharacter(character.substrokes, label, character.substrokes in begins if in_boxes else space))
    return found


def line_around(page: Page, key: Key) -> LineAround | None:
    """The line around a character of the page; None for one that stands in a box."""
    character = page.find(key)
    if character is None or page.has_boxes(page.row(character)):
        return None
    row = page.row(character)
    line = page.lines[row]
    ink = [other.substrokes for other in line]
    return around(page.strokes, ink, line.index(character), page.ruling.guide(row), character.grouped)


def merged(page: Page, job: LineJob, reading: list[ReadBack]) -> Page | None:
    """The page with a line as it was read; None if the line has changed meanwhile by more than new strokes."""
    line = page.lines.get(job.row, ())
    present = {character.substrokes: character for character in line}
    for character in job.characters:
        now = present.get(character.substrokes)
        if now is None or _state(now) != _state(character):
            return None
    read = {character.substrokes for character in job.characters}
    drawn = {number for back in reading if not back.label for number in strokes_of([back.substrokes])}
    new = []
    for place, back in enumerate(back for back in reading if back.label):
        old = present.get(back.substrokes) if back.substrokes in read else None
        if old is None:
            others = alternatives(back.candidates, back.label)
            new.append(Character(back.substrokes, back.label, space=back.space, alternatives=others))
            continue
        stays = old.corrected or (old.committed and old.label and old.substrokes not in job.relabel)
        label = old.label if stays else back.label
        # The first one may be in the middle of the line, where the reading does not see what precedes it.
        space = old.space if job.boxes or old.spaced or (place == 0 and old.locked) else back.space
        old = old if label == old.label else replace(old, label=label, sample_id="", doubtful=False)
        others = alternatives(back.candidates, label) if back.candidates else old.alternatives
        new.append(replace(old, space=space, alternatives=others))
    places = [index for index, character in enumerate(line) if character.substrokes in read]
    rest = [(index, character) for index, character in enumerate(line) if character.substrokes not in read]
    before = [character for index, character in rest if index < places[0] and character.label]
    behind = [character for index, character in rest if index > places[-1] and character.label]
    new = [*before, *new, *behind]
    for character in (character for _, character in rest if not character.label):
        new = page.inserted(new, character)
    page = page.with_line(job.row, new)
    return replace(page, drawings=page.drawings | drawn) if drawn else page


def alternatives(candidates: Sequence["Candidate"], label: str) -> tuple[str, ...]:
    """What else a character with that label is likely to say, best first: what a search finds it by too."""
    likely = (candidate.label for candidate in candidates if candidate.probability >= WORTH_FINDING)
    return tuple(itertools.islice((other for other in likely if other != label), MOST_ALTERNATIVES))


def _state(character: Character) -> tuple:
    """What a reading of a character went by besides its ink."""
    chosen = character.label if character.corrected or character.committed else None
    return chosen, character.locked, character.space if character.spaced else None


def labelled(page: Page, ranked: Mapping[Key, Sequence["Candidate"]]) -> Page:
    """The page after characters in boxes were ranked by themselves: those without a label get the best for now."""
    for row in page.box_rows:
        line = list(page.lines[row])
        for index, character in enumerate(line):
            key = character.substrokes
            if key in ranked and not character.label:
                best = ranked[key][0].label
                others = alternatives(ranked[key], best)
                line[index] = replace(character, label=best, alternatives=others)
        page = page.with_line(row, line)
    return page


def changes(old: Page, new: Page, after_learning: bool) -> tuple[set[Key], set[Key], set[str]]:
    """What a reading changed on a page; after_learning: because something had been learned.

    Returns the ink of characters that were read for the first time, the ink of those that learning gave another label,
    and the ids of the samples that were learned from what is read otherwise now.
    """
    appeared, relabelled = set(), set()
    contradicted: set[str] = set()
    for before, line in new.changed_lines(old).values():
        contradicted |= {c.sample_id for c in before if c.sample_id} - {c.sample_id for c in line}
        known = {c.substrokes: c.label for c in before if c.label}
        said = {(substroke.stroke, c.label) for c in before for substroke in c.substrokes}
        for character in line:
            if known.get(character.substrokes) == character.label:
                continue
            if character.substrokes in known and after_learning:
                relabelled.add(character.substrokes)
            elif not any((substroke.stroke, character.label) in said for substroke in character.substrokes):
                appeared.add(character.substrokes)
    return appeared, relabelled, contradicted


def committed(page: Page, row: int, number: int | None) -> Page:
    """The page with every word of a line committed that the writer has left behind.

    While some of the line is unread, none is: it may belong to a word that was read without it.

    number : the stroke written last, if it is on this line; None: the writer is on another line.
    """
    line = page.lines.get(row, ())
    words = page.words(row)
    writing = len(words) + WORDS_OPEN
    if number is not None:
        inside = (i for i, word in enumerate(words) if any(number in character.strokes for character in word))
        writing = next(inside, 0)
    unread = any(not character.label for character in line)
    left = set() if unread else {c.substrokes for word in words[: max(writing - WORDS_OPEN + 1, 0)] for c in word}
    loose = sorted(c.strokes[-1] for c in line if not c.locked)
    oldest = loose[-BATCH] if len(loose) > BATCH else 0
    new = [
        replace(c, committed=True)
        if c.label and not c.committed and (c.substrokes in left or c.strokes[-1] < oldest)
        else c
        for c in line
    ]
    return page.with_line(row, new)


def opened(page: Page, row: int, box: Box) -> Page:
    """The page with the words open again that new or erased ink in that box belongs to."""
    reach = REACH * page.ruling.x_height
    if box.width > LONGEST_MARK * page.ruling.x_height:
        return page
    touched: set[Key] = set()
    for word in page.words(row):
        boxes = [page.box(character) for character in word]
        if min(b.left for b in boxes) - reach < box.right and max(b.right for b in boxes) + reach > box.left:
            touched.update(character.substrokes for character in word)
    return reopened(page, row, touched)


def reopened(page: Page, row: int, keys: Set[Key]) -> Page:
    """The page with some characters of a line no longer committed."""
    line = page.lines.get(row, ())
    new = [replace(c, committed=False) if c.committed and c.substrokes in keys else c for c in line]
    return page.with_line(row, new)


def cut_job_line(page: Page, character: Character) -> LineJob:
    """The line around a character that is to be parted, everything else staying as it is."""
    row = page.row(character)
    line = page.lines[row]
    place = line.index(character)
    chosen = nearby([other.substrokes for other in line], place, place, CONTEXT)
    return _job(page, row, chosen, as_they_are(line, chosen, place, place))


def word_job(page: Page, word: tuple[Character, ...], keep_corrected: bool) -> LineJob | None:
    """A word that is to be read in other ways, everything around it staying as it is; None while that is unread.

    keep_corrected : whether what the writer chose inside the word stays too.
    """
    row = page.row(word[0])
    line = page.lines[row]
    first, last = line.index(word[0]), line.index(word[-1])
    every = [character.substrokes for character in line]
    chosen = nearby(every, first, last, CONTEXT)
    if not all(line[index].label for index in chosen):
        return None
    known = as_they_are(line, chosen, first, last)
    if keep_corrected:
        if last + 1 in chosen and not line[last + 1].spaced:  # it may be one word with the next
            known = [replace(one, space=None) if one.substrokes == every[last + 1] else one for one in known]
        own = (character for character in word if character.corrected or character.grouped)
        known += [
            KnownCharacter(character.substrokes, character.label if character.corrected else None) for character in own
        ]
        known.sort(key=lambda one: every.index(one.substrokes))
    return _job(page, row, chosen, known)
