"""What the writer does to a page: each edit gives the page that it makes of one, and what it teaches.

Without Qt, so that scripts and tests edit pages as the app does; the app turns its events into these calls.
"""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from handpad.labels import Alphabet
from handpad.page.line_job import committed, opened, reopened
from handpad.page.page import Character, Page, Typed
from handpad.page.parting import Cut
from handpad.page.pen import PLAIN, Pen
from handpad.reading.correction import TrainingSample, taught_by, text_of
from handpad.reading.fragments import KnownCharacter
from handpad.sample_ids import new_sample_id


@dataclass(frozen=True)
class WordCorrection:
    """A word that was put right.

    Attributes
    ----------
    page : with the word's characters corrected.
    samples : what it teaches, under the ids that the page has for it, corrections first.
    skipped : characters that it does not teach because their ink, or a neighbour's, does not look like them.
    text_only : those that it does not teach: signs that may not be taught, several characters in one piece of ink.
    right : whether the word was read so before.
    """

    page: Page
    samples: list[tuple[str, TrainingSample]]
    skipped: tuple[KnownCharacter, ...]
    text_only: tuple[KnownCharacter, ...]
    right: bool


def written(page: Page, number: int, stroke: np.ndarray, left: int | None, pen: Pen = PLAIN) -> Page:
    """The page with one more stroke (n, 4).

    Words that it touches are open again; a line that the writer has left for it is committed.

    Parameters
    ----------
    number : of the stroke. left : the line of the stroke before; None if there was none.
    """
    page = page.add(number, stroke, pen)
    row = page.stroke_row(number)
    if row not in page.box_rows:
        page = opened(page, row, page.stroke_boxes[number])
    if left is not None and left != row:
        page = committed(page, left, None)
    return page


def erased(
    page: Page, numbers: Iterable[int], left: Mapping[int, Sequence[np.ndarray]] = MappingProxyType({}), first: int = 0
) -> tuple[Page, set[int]]:
    """The page without some strokes, words that they touched open again; and the lines that they stood on.

    What a highlighter drew is erased alone: the words beneath it stay as they are.

    Parameters
    ----------
    left : numbers of these strokes to what the eraser has left of them: strokes of the same pen.
    first : number of the first of those; the next ones follow.
    """
    numbers = set(numbers)
    before = page
    gone = [(page.stroke_row(n), page.stroke_boxes[n]) for n in numbers if n in page.strokes and n not in page.marks]
    page = page.erase(numbers)
    for number in sorted(numbers & left.keys()):
        added = range(first, first + len(left[number]))
        for piece, stroke in zip(added, left[number], strict=True):
            page = page.add(piece, stroke, before.pen(number))
        if number in before.drawings:
            page = page.drawn(added)
        elif number in before.writing:
            page = replace(page, writing=page.writing | {*added})
        first = added.stop
    for row, box in gone:
        if row not in page.box_rows:
            page = opened(page, row, box)
    return page, {row for row, _ in gone}


def drawn(page: Page, numbers: Iterable[int]) -> Page:
    """The page with some strokes a drawing; words that they were in, or touched, are open again."""
    numbers = set(numbers)
    return _opened_at(page.drawn(numbers), numbers)


def read_as_writing(page: Page, numbers: Iterable[int]) -> Page:
    """The page with the strokes of a drawing to be read, and never taken for one again; words near them are open."""
    numbers = set(numbers)
    return _opened_at(page.written(numbers), numbers)


def _opened_at(page: Page, numbers: Set[int]) -> Page:
    for number in numbers & page.strokes.keys():
        row = page.stroke_row(number)
        if row not in page.box_rows:
            page = opened(page, row, page.stroke_boxes[number])
    return page


def deleted(page: Page, character: Character, number: int) -> Page:
    """The page without a character's ink; letters that it is joined to keep theirs, under numbers from `number` on."""
    return with_open_words(page, character).remove(character, number)


def joined(page: Page, character: Character, other: Character) -> Page:
    """The page with two neighbours made one character."""
    page = with_open_words(page, character, other)
    return page.join(page.find(character.substrokes) or character, page.find(other.substrokes) or other)


def split(page: Page, character: Character, cut: Cut | None = None) -> Page:
    """The page with a character parted in two. Raises ValueError if it has too little ink, or the cut is of other."""
    page = with_open_words(page, character)
    return page.split(page.find(character.substrokes) or character, cut)


def with_space(page: Page, character: Character, space: bool) -> Page:
    """The page with the writer's word on whether a space precedes a character."""
    return page.with_character(character, replace(character, space=space, spaced=True))


def corrected(page: Page, character: Character, label: str, sample_id: str) -> Page:
    """The page with a character that the writer has named, and the id of the sample that it teaches, "" for none."""
    page = with_open_words(page, character)
    now = page.find(character.substrokes) or character
    return page.with_character(now, replace(now, label=label, corrected=True, sample_id=sample_id, doubtful=False))


def corrected_word(
    page: Page, word: Sequence[Character], now: Sequence[KnownCharacter], learning: bool, alphabet: Alphabet
) -> WordCorrection:
    """A word whose characters the writer has given: all are corrected, and those learned whose ink looks like them.

    Parameters
    ----------
    word : its characters on the page, neighbours on one line.
    now : those that it is to have, of the same ink.
    learning : whether it may teach anything.
    alphabet : what can be learned.
    """
    before = {character.substrokes: character for character in word}
    known = set()
    for given in now:
        old = before.get(given.substrokes)
        if old is not None and old.label == given.label and (old.corrected or old.sample_id):
            known.add(given.substrokes)
    labels = {character.substrokes: character.label for character in word}
    taught = taught_by(labels, now, alphabet, known)
    samples = [(new_sample_id(), sample) for sample in taught.samples] if learning else []
    ids = {sample.substrokes: sample_id for sample_id, sample in samples}
    new = []
    for given in now:
        old = before.get(given.substrokes)
        stays = old.sample_id if old is not None and given.substrokes in known else ""
        sample_id = ids.get(given.substrokes, stays)
        # How a text was parted by itself teaches nothing of parting; where the writer put a border is.
        grouped = old.grouped if old is not None else given.probability is None
        label, space = given.label or "", bool(given.space)
        new.append(Character(given.substrokes, label, True, sample_id, grouped, space, spaced=True))
    new[0] = replace(new[0], space=word[0].space, spaced=word[0].spaced)
    right = text_of(now) == text_of(word)
    skipped, text_only = (taught.skipped, taught.text_only) if learning else ((), ())
    return WordCorrection(page.with_characters(word, new), samples, skipped, text_only, right)


def with_typed(page: Page, gone: Iterable[Typed], new: Iterable[Typed]) -> Page:
    """The page with other typed text in place of some of it."""
    kept = set(page.typed) - set(gone)
    typed = tuple(sorted(kept | set(new), key=lambda one: (one.row, one.x)))
    return page if typed == page.typed else replace(page, typed=typed)


def with_open_words(page: Page, *characters: Character) -> Page:
    """The page with the words of some characters open: what the writer did to one helps to read the others."""
    words = [(page.row(character), {other.substrokes for other in page.word(character)}) for character in characters]
    for row, keys in words:
        if row not in page.box_rows:
            page = reopened(page, row, keys)
    return page
