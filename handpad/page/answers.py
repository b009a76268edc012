"""What a recogniser answers to what a page session asks, in the words of the page: its strokes and its characters."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from handpad.errors import InkError
from handpad.ink import Guide, checked_ink
from handpad.page.line_job import Key, LineJob, ReadBack, WordReading
from handpad.page.messages import BoxJob, CutJob, LearnSample, WordJob
from handpad.page.page import Character
from handpad.page.parting import Cut
from handpad.reading.correction import text_of, within
from handpad.reading.fragments import KnownCharacter, Substroke, joined, moved

if TYPE_CHECKING:  # loads OpenCV, which must not hold up the window
    from handpad.profile import Sample
    from handpad.recognizer import Candidate, Recognizer

log = logging.getLogger(__name__)

SHOWN = 8
"""How many candidates of each character are given."""


class Answers:
    """Answers for one recogniser.

    Parameters
    ----------
    forgotten : samples by id that were forgotten, and can be learned again; another recogniser may go on with them.
    """

    def __init__(self, recognizer: "Recognizer", forgotten: dict[str, "Sample"]):
        self._recognizer = recognizer
        self._forgotten = forgotten

    def read_boxes(self, job: BoxJob) -> dict[Key, list["Candidate"]]:
        """The candidates of characters in boxes by themselves; those of impossible sizes are left out."""
        readable = {key: ink for key, ink in job.characters.items() if _is_readable(ink)}
        if not readable:
            return {}
        ranked = self._recognizer.rank(self._recognizer.observe(list(readable.values())))
        return {key: candidates[:SHOWN] for key, candidates in zip(readable, ranked, strict=True)}

    def read(self, job: LineJob | WordJob | CutJob) -> list[ReadBack] | list[WordReading] | list[Cut]:
        """A line, a word or the halves of a character, whichever is asked for."""
        match job:
            case LineJob():
                return self.read_line(job)
            case WordJob():
                return self.read_word(job)
            case CutJob():
                return self.rank_cuts(job)

    def read_line(self, job: LineJob) -> list[ReadBack]:
        """A line's characters in reading order, then its drawings. What the writer has named is ranked alone."""
        from handpad.recognizer import Candidate

        line = self._recognizer.read_line(job.strokes, job.guide, job.known, job.writing, job.boxes)
        labelled = {known.substrokes for known in job.known_here if known.label is not None}
        found = []
        for character in line.characters:
            substrokes = moved(character.substrokes, job.numbers)
            candidates: list[Candidate] = []
            if substrokes not in labelled:
                candidates = [Candidate(*pair) for pair in character.candidates]
            elif substrokes in job.bare:
                candidates = self._recognizer.rank(character.observation)[0][:SHOWN]
            space, probability = character.space, character.space_probability
            found.append(ReadBack(substrokes, character.label, candidates, space, probability, character.by_ink))
        for place in sorted(line.drawings):
            whole = Substroke(job.numbers[place], 0, len(job.strokes[place]))
            found.append(ReadBack((whole,), "", [], False))
        return found

    def read_word(self, job: WordJob) -> list[WordReading]:
        """Ways to read the word, best first; with a text, the one that says it."""
        line, keys = job.line, job.keys
        if job.text:
            said = self._recognizer.spelled(line.strokes, job.text, line.guide, line.known)
            characters = [replace(one, substrokes=moved(one.substrokes, line.numbers)) for one in said]
            return [WordReading(text_of(characters), 1.0, characters)] if characters else []
        ink = joined(substroke for key in keys for substroke in key)  # which another reading may part elsewhere
        found: dict[str, WordReading] = {}
        for chance, read in self._recognizer.alternatives(line.strokes, line.guide, line.known, SHOWN):
            characters = [replace(one, substrokes=moved(one.substrokes, line.numbers)) for one in read]
            own = [place for place, one in enumerate(characters) if within(one.substrokes, ink)]
            word = characters[_begin(characters, own[0]) : _end(characters, own[-1])]
            found.setdefault(text_of(word), WordReading(text_of(word), chance, word))
        return _with_shown(list(found.values()), [one for one in line.characters if one.substrokes in keys])

    def rank_cuts(self, job: CutJob) -> list[Cut]:
        """The ways to part a character, likeliest first by what both halves would say, with what that is."""
        line, places = job.line, {number: place for place, number in enumerate(job.line.numbers)}
        ranked = []
        for number, cut in enumerate(job.cuts):
            halves = [KnownCharacter(moved(half, places)) for half in (cut.left, cut.right)]
            score, read = self._recognizer.reading_score(line.strokes, line.guide, [*line.known, *halves])
            said = {one.substrokes: one.label or "" for one in read}
            labels = said.get(halves[0].substrokes, ""), said.get(halves[1].substrokes, "")
            ranked.append((-score, number, replace(cut, labels=labels)))
        return [cut for _, _, cut in sorted(ranked, key=lambda one: one[:2])]

    def learn(self, sample: LearnSample) -> str:
        """Learn a training sample; returns the character that it looks just like if it is a sign, "" if none.

        Raises InkError, LabelError or ProfileError, with nothing learned.
        """
        known = sample.label in self._recognizer.model.labels or sample.confirmed
        like = "" if known else self._recognizer.looks_like(sample.strokes, sample.guide)
        self._recognizer.learn(**vars(sample))
        return like

    def change(self, forget: Iterable[str], restore: Iterable[str]) -> None:
        """Forget samples and learn forgotten ones again. Raises ProfileError if the profile cannot be written."""
        for sample_id in forget:
            try:
                self._forgotten[sample_id] = self._recognizer.forget(sample_id)
            except KeyError:
                log.warning("sample %s was not there to be forgotten", sample_id)
        known = [sample_id for sample_id in restore if sample_id in self._forgotten]
        if known:
            self._recognizer.restore([self._forgotten[sample_id] for sample_id in known])
            for sample_id in known:
                del self._forgotten[sample_id]


def _is_readable(ink: tuple[list[np.ndarray], Guide]) -> bool:
    """Whether a character in a box is of a size that any writing has."""
    try:
        checked_ink(*ink)
    except InkError as error:
        log.warning("a character in a box is not read: %s", error)
        return False
    return True


def _begin(line: Sequence[KnownCharacter], place: int) -> int:
    """Where the word that a character of a line is in begins."""
    while place and not line[place].space:
        place -= 1
    return place


def _end(line: Sequence[KnownCharacter], place: int) -> int:
    """The place behind the word that a character of a line is in."""
    place += 1
    while place < len(line) and not line[place].space:
        place += 1
    return place


def _with_shown(readings: list[WordReading], shown: Sequence[Character]) -> list[WordReading]:
    """The readings of a word with the one that stands on the page first, its ink parted as it is there.

    Ink that the reading does not part so any more teaches nothing: its characters are given no probability.
    """
    as_shown = [KnownCharacter(one.substrokes, one.label, one.space, 0.0) for one in shown]
    text = text_of(as_shown)
    same = next((reading for reading in readings if reading.text == text), None)
    likely = {one.substrokes: one for one in same.characters} if same is not None else {}
    as_shown = [likely.get(one.substrokes, one) for one in as_shown]
    first = WordReading(text, same.probability if same is not None else 0.0, as_shown)
    return [first, *(reading for reading in readings if reading is not same)]
