"""The open page: what the writer does to it; what of it is read and learned is in :mod:`handpad.page.read_page`.

A session is called by whoever has the pen (the app, a script, a test). What is to be done for it, and what is to be
shown, lies in its outbox after every call, in order: see :mod:`handpad.page.messages`. What a recogniser answers (see
:mod:`handpad.page.answers`), at once or later, is given back to it. It waits for nothing.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace
from math import inf
from types import MappingProxyType

import numpy as np

from handpad.page import edits, learning, line_job, messages
from handpad.page.adding import with_ink
from handpad.page.asked_words import AskedWord, as_one, key_now
from handpad.page.document import fitted
from handpad.page.line_job import Key, WordReading
from handpad.page.merging import merged
from handpad.page.page import Character, Page
from handpad.page.parting import Cut, Parting, covered, same_ink
from handpad.page.pen import PLAIN, Pen
from handpad.page.read_page import ReadPage
from handpad.page.reading_queue import ReadingQueue
from handpad.page.steps import Steps
from handpad.page.text_edit import edit_of
from handpad.reading.fragments import KnownCharacter
from handpad.reading.spelling import said_by, units_of
from handpad.sample_ids import new_sample_id


class PageSession(ReadPage):
    """One page being written, read and learned from; an empty one until :meth:`resume`."""

    def __init__(self) -> None:
        super().__init__()
        self._next_stroke = 1
        self._asked: deque[AskedWord] = deque()  # in the order of the answers
        self._asked_cuts: Key | None = None

    def resume(self, page: Page) -> None:
        """Go on with a page that was left, before anything else is done; what its boxes say stays."""
        for row in page.box_rows:
            page = line_job.committed(page, row, None)
        self.page = page
        self._next_stroke = max((*page.strokes, self._next_stroke - 1)) + 1
        self.outbox.append(messages.PageChanged(page))

    def turn_to(self, page: Page) -> None:
        """Go on with another page; the one before is left as it is, and its steps can no longer be undone.

        page : its strokes are numbered from :attr:`next_stroke` on: what is still answered of the page before must not
            be taken for this one's.
        """
        self._steps = Steps()
        self.candidates.clear()
        self.space_probabilities.clear()
        self._alone.clear()
        self._queue = ReadingQueue()
        self._pen_row = self._pen_stroke = None
        self.resume(page)
        if self.is_ready:
            self._go_on(*self._profile)
            self.review(self._unsure())

    def merge(self, base: Page, theirs: Page) -> None:
        """Another program has changed the page's file since both were base: take over what it did."""
        page = merged(base, self.page, theirs)
        if page is not self.page:
            self._next_stroke = max((*page.strokes, self._next_stroke - 1)) + 1
            changed = page.changed_lines(self.page)
            self._step(page)
            self._read(row for row in changed if row in page.lines)

    @property
    def next_stroke(self) -> int:
        """A number that no stroke has had since the start, and none above it."""
        return self._next_stroke

    @property
    def says_words(self) -> bool:
        """Whether words that the writer has spelled are still being parted."""
        return any(asked.act is not None and asked.wanted for asked in self._asked)

    # What the writer does

    def write(self, stroke: np.ndarray, pen: Pen = PLAIN) -> int:
        """Add a stroke (n, 4); returns its number. Moving on to another line settles and confirms the others.

        A highlighter only marks: nothing is read or settled.
        """
        number, left = self._next_stroke, self._pen_row
        if pen.highlighter:
            self._next_stroke += 1
            self._step(self.page.add(number, fitted(stroke), pen))
            return number
        behind = () if left is None else self.page.lines.get(left, ())
        unread = any(character.substrokes in self._alone for character in behind)  # its line is settled when it is read
        page = edits.written(self.page, number, fitted(stroke), None if unread else left, pen)
        row = page.stroke_row(number)
        self._next_stroke, self._pen_row, self._pen_stroke = number + 1, row, number
        self._step(page)
        if left is not None and left != row:
            self.confirm(except_row=row)
        return number

    def insert(self, strokes: Sequence[np.ndarray], drawings: Set[int] = frozenset()) -> None:
        """Put strokes (n, 4) on the page in one step; drawings: the places of those that are never read."""
        first = self._next_stroke
        numbered = {first + place: fitted(stroke) for place, stroke in enumerate(strokes)}
        page = with_ink(self.page, numbered, {first + place for place in drawings})
        self._next_stroke += len(strokes)
        self._step(page)
        self._read({page.stroke_row(number) for number in numbered})

    def erase(self, numbers: set[int], left: Mapping[int, Sequence[np.ndarray]] = MappingProxyType({})) -> None:
        """Remove strokes. left : numbers of some of them to the strokes that are left of them."""
        fitting = {number: [fitted(stroke) for stroke in pieces] for number, pieces in left.items()}
        page, rows = edits.erased(self.page, numbers, fitting, self._next_stroke)
        self._next_stroke = max((*page.strokes, self._next_stroke - 1)) + 1
        self._step(page)
        self._read(rows)

    def delete(self, key: Key) -> None:
        """Remove a character's ink; letters that it is joined to keep theirs."""
        character = self.page.find(key)
        if character is not None:
            row = self.page.row(character)
            page = edits.deleted(self.page, character, self._next_stroke)
            self._next_stroke = max((*page.strokes, self._next_stroke - 1)) + 1
            self._step(page)
            self._read([row])

    def draw(self, numbers: Iterable[int]) -> None:
        """The writer says that some strokes are a drawing: they stay ink, and are neither read nor learned."""
        numbers = (set(numbers) & self.page.strokes.keys()) - self.page.drawings
        if numbers:
            self._step(edits.drawn(self.page, numbers))
            self._read({self.page.stroke_row(number) for number in numbers})

    def read_drawing(self, numbers: Iterable[int]) -> None:
        """The writer says that strokes of a drawing are writing: they are read, and never taken for a drawing again."""
        numbers = (set(numbers) & self.page.drawings) - self.page.marks
        if numbers:
            self._step(edits.read_as_writing(self.page, numbers))
            self._read({self.page.stroke_row(number) for number in numbers})

    def set_boxes(self, boxes: bool) -> None:
        """Make the lines that have no ink yet lines of boxes, or of free writing."""
        self._step(replace(self.page, boxes=boxes))

    def join(self, key: Key) -> None:
        """Make a character and the next one on its line one character."""
        character = self.page.find(key)
        other = self.page.following(character) if character else None
        if character is not None and other is not None:
            self._regroup(edits.joined(self.page, character, other))

    def cuts(self, key: Key) -> list[Cut]:
        """The ways to part a character in two, the plainest by the look of its ink first; none: it has too little."""
        character = self.page.find(key)
        return self.page.cuts(character) if character is not None else []

    def ask_cuts(self, key: Key) -> None:
        """Ask for the ways to part a character in two, the likeliest first by what both halves would say."""
        character = self.page.find(key)
        cuts = self.cuts(key)
        if character is None or not self.is_ready or len(cuts) < 2:
            self.outbox.append(messages.CutsRead(key, cuts))
            return
        self._asked_cuts = key
        self.outbox.append(messages.CutJob(line_job.cut_job_line(self.page, character), tuple(cuts)))

    def split(self, key: Key, cut: Cut | None = None) -> None:
        """Part a character in two: by a cut of :meth:`cuts` or :meth:`ask_cuts`, or else by the plainest one."""
        character = self.page.find(key)
        if character is not None and self.page.can_split(character):
            self._regroup(edits.split(self.page, character, cut))

    def _regroup(self, page: Page) -> None:
        """Go to a page on which the writer has joined or split ink: it is learned as soon as it is read."""
        new = {c.substrokes for _, line in page.changed_lines(self.page).values() for c in line if c.grouped}
        self._regrouped |= {key for key in new if self.page.find(key) is None}
        self._step(page)

    def set_space(self, key: Key, space: bool) -> None:
        """The writer says whether a space precedes a character."""
        character = self.page.find(key)
        if character is not None:
            self._step(edits.with_space(self.page, character, space))
            self._read([self.page.row(character)])

    def correct(self, key: Key, label: str, sign: bool = False) -> None:
        """The writer says what a character is, be it any text. Learned at once, unless learning is paused.

        A character that the recogniser does not know becomes a sign of the writer's own. Several are text only and
        teach nothing, unless they are such a sign already, or become one now: sign says so.
        """
        character = self.page.find(key)
        if character is None:
            return
        label = said_by(units_of(label)) or label
        can_learn = (label in self.alphabet if sign else self.alphabet.takes(label)) or not self.is_ready
        text_only = () if can_learn or not self.learns else (KnownCharacter(key, label),)
        change = messages.Change(label, self.learns, 0, text_only=text_only)
        sample_id = new_sample_id() if self.learns and can_learn else ""
        if sample_id:
            self._effects.expect(sample_id, change)
        self._step(edits.corrected(self.page, character, label, sample_id))
        if sample_id:
            self._learn(sample_id, key, label, character.label)  # its line is read after that
        else:
            self._read([self.page.row(character)])
            self.outbox.append(change)

    def ask_word(self, key: Key, text: str = "") -> None:
        """Ask for ways to read the word that a character is in; with a text, for the one way that says it."""
        if not self._ask(key, text, None):
            self.outbox.append(messages.WordRead(key, []))

    def say_word(self, key: Key, text: str) -> None:
        """The writer says what a word is: it is corrected when it is known how its ink is parted into that.

        Ink that is not parted gets one label that stands for all of it.
        """
        character = self.page.find(key)
        if character is not None and not self._ask(key, text, self._steps.act or object()):
            self.correct_word(key, as_one(self.page.word(character), text))

    def _ask(self, key: Key, text: str, act: object) -> bool:
        """Ask for readings of a word; whether it can be read. See :class:`AskedWord`."""
        character = self.page.find(key)
        if character is None or self.page.row(character) in self.page.box_rows:
            return False
        word = self.page.word(character)
        job = line_job.word_job(self.page, word, keep_corrected=not text)
        if job is None:
            return False
        ink = tuple(other.substrokes for other in word)
        self._asked.append(AskedWord(key, ink, text, act))
        self.outbox.append(messages.WordJob(job, frozenset(ink), text))
        return True

    def edit_text(self, before: Page, text: str) -> str:
        """The writer has edited the text of the page `before`, which is this one or was so a moment ago; one step.

        Returns a sentence on what was not done as it was typed; "" if all was.
        """
        edit = edit_of(before, text)
        with self._steps.one_act(object()):
            page = edits.with_typed(self.page, edit.typed_gone, edit.typed_new)
            if page is not self.page:
                self._step(page)
            for key, space in edit.spaces.items():
                self.set_space(key, space)
            for key, label in edit.labels.items():
                self.correct(key, label)
            silent = {substroke.stroke for word in edit.silent for key in word for substroke in key}
            if silent:
                self.draw(silent)
            for key, said in edit.says.items():
                self.say_word(key, said)
        return edit.note

    def correct_word(self, key: Key, reading: WordReading) -> None:
        """The writer says what a word is: all its characters are corrected, and learned unless learning is paused.

        Ink that does not look like its character is not learned: the word may not be what was written. If its ink has
        changed since it was read so, it is only read anew.
        """
        character = self.page.find(key)
        if character is None:
            return
        word = covered(self.page.lines[self.page.row(character)], reading.characters)
        if not same_ink(word, reading.characters):  # the word has changed since it was read so
            self.ask_word(key, reading.text)
            return
        done = edits.corrected_word(self.page, word, reading.characters, self.learns, self.alphabet)
        change = messages.Change(
            reading.text,
            self.learns,
            0,
            letters=len(reading.characters),
            skipped=done.skipped,
            text_only=done.text_only,
        )
        corrections = [sample_id for sample_id, sample in done.samples if not sample.right]
        if corrections:
            self._effects.expect(corrections[-1], change)
        self._step(done.page)
        for sample_id, sample in done.samples:
            self._learn(sample_id, sample.substrokes, sample.label, sample.shown, sample.right)
        if not corrections:
            self.outbox.append(replace(change, confirmed=done.right))

    def parting(self, key: Key, reading: WordReading | None = None) -> Parting | None:
        """How the word that a character is in is parted, or would be by a reading of it; for :meth:`part_word`."""
        character = self.page.find(key)
        if character is None:
            return None
        word = self.page.word(character)
        if reading is not None:
            return Parting(self.page.strokes, tuple(reading.characters)) if same_ink(word, reading.characters) else None
        pieces = [
            KnownCharacter(c.substrokes, c.label, c.space, None if c.corrected else self.probability(c)) for c in word
        ]
        return Parting(self.page.strokes, tuple(pieces))

    def part_word(self, key: Key, parting: Parting) -> None:
        """The writer says how the word that a character is in is parted, and by that what each piece is.

        All its characters are corrected. What the writer has put a border to is learned as it is; the rest by the same
        rules as in :meth:`correct_word`.
        """
        whole = parting.whole()
        self.correct_word(key, WordReading(whole.text, 1.0, list(whole.pieces)))

    def confirm(self, except_row: int | None = None, most: float = inf) -> None:
        """The writer leaves what was read as it is, except on one line: see :func:`handpad.page.learning.confirmed`.

        What was certain is learned, with less weight than a correction; what was doubtful stays so. No further line is
        learned when `most` characters are.
        """
        if not self.learns or not self.is_ready:
            return
        page, found = learning.confirmed(self.page, self.is_doubtful, self.is_certain, except_row, most)
        for character in found:
            self._learn(character.sample_id, character.substrokes, character.label, character.label, confirmed=True)
        self._show(page)

    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return bool(self._steps.before)

    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return bool(self._steps.behind)

    def undo(self) -> None:
        """Take back the last step: ink, text, and what was learned by it."""
        waiting = [asked for asked in self._asked if asked.act is not None and asked.wanted]
        for asked in waiting:
            asked.wanted = False
        if waiting and waiting[-1].act is not self._steps.last_act:  # nothing of it was done yet
            self.outbox.append(messages.PageChanged(self.page))
        elif self.can_undo():
            self._go_to(self._steps.back(self.page))

    def redo(self) -> None:
        """Do again what was taken back."""
        if self.can_redo():
            self._go_to(self._steps.forth(self.page))

    def _step(self, page: Page) -> None:
        """Go to a new page by a step that can be undone."""
        self._steps.leave(self.page)
        self._go_to(page)

    # What comes of what the writer asked for

    def word_found(self, readings: list[WordReading]) -> None:
        """The word that was asked for first was read, or, with no readings, cannot be."""
        if not self._asked:
            return
        asked = self._asked.popleft()
        if asked.act is None:
            self.outbox.append(messages.WordRead(asked.key, readings))
        elif not asked.wanted or (key := key_now(self.page, asked)) is None:
            self.outbox.append(messages.PageChanged(self.page))
        else:
            with self._steps.one_act(asked.act):
                word = self.page.word(self.page.find(key) or Character(key))
                if tuple(character.substrokes for character in word) == asked.ink:
                    self.correct_word(key, readings[0] if readings else as_one(word, asked.text))
                else:  # read otherwise meanwhile
                    self.say_word(key, asked.text)

    def end_asking(self) -> None:
        """No answer comes any more: words that the writer has spelled get one label for all of their ink."""
        while self._asked:
            self.word_found([])

    def cuts_found(self, cuts: list[Cut]) -> None:
        """The ways to part the character that was asked for were ranked."""
        if self._asked_cuts is not None:
            self.outbox.append(messages.CutsRead(self._asked_cuts, cuts))
            self._asked_cuts = None
