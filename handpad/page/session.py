"""The open page: what the writer does to it, what of it is read and learned, and what comes back of that.

A session is called by whoever has the pen (the app, a script, a test). What is to be done for it, and what is to be
shown, lies in its outbox after every call, in order: see :mod:`handpad.page.messages`. What a recogniser answers (see
:mod:`handpad.page.answers`), at once or later, is given back to it. It waits for nothing.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from math import inf
from typing import TYPE_CHECKING

import numpy as np

from handpad.page import edits, learning, line_job, messages
from handpad.page.asked_words import AskedWord, as_one, key_now
from handpad.page.document import fitted
from handpad.page.effects import CorrectionEffects
from handpad.page.line_job import Key, LineJob, ReadBack, WordReading
from handpad.page.merging import merged
from handpad.page.page import Character, Page
from handpad.page.parting import Cut, Parting, covered, same_ink
from handpad.page.reading_queue import ReadingQueue
from handpad.page.steps import Steps
from handpad.page.text_edit import edit_of
from handpad.reading.fragments import KnownCharacter
from handpad.reading.spelling import said_by, units_of
from handpad.sample_ids import new_sample_id

if TYPE_CHECKING:
    from handpad.recognizer import Candidate

SURE_SPACE = 0.8
"""A space, or that there is none, is in doubt if it is less probable than this."""

CLOSED = 2000
"""So many characters more than twice those of the page may have candidates before those on no page are let go."""


class PageSession:
    """One page being written, read and learned from; an empty one until :meth:`resume`.

    Attributes
    ----------
    page : the page as it is.
    candidates : ink of a character to its candidates, best first.
    space_probabilities : ink of a character to how probable a space before it was when that was last open.
    learns : whether corrections and confirmations are learned.
    alphabet : the labels that its recogniser can learn.
    is_ready : whether there is a recogniser to read with: from :meth:`profile_opened` on, until its caller closes it.
    outbox : what is asked and told, oldest first; whoever takes it out does it.
    """

    def __init__(self) -> None:
        self.page = Page()
        self.candidates: dict[Key, list[Candidate]] = {}
        self.space_probabilities: dict[Key, float] = {}
        self.learns = True
        self.is_ready = False
        self.alphabet: Set[str] = frozenset()
        self.outbox: deque[messages.Request | messages.Event] = deque()
        self._steps = Steps()
        self._next_stroke = 1
        self._pen_row: int | None = None  # line and number of the stroke written last
        self._pen_stroke: int | None = None
        self._queue = ReadingQueue()
        self._alone: set[Key] = set()  # characters in boxes that were read by themselves, and not yet with their line
        self._effects = CorrectionEffects()
        self._profile: tuple[str, set[str]] = ("", set())  # its id, and the ids of the samples that it knows
        self._asked: deque[AskedWord] = deque()  # in the order of the answers
        self._asked_cuts: Key | None = None
        self._by_ink: dict[Key, float] = {}  # of the characters on lines with candidates
        self._regrouped: set[Key] = set()  # joined or split, and not yet learned so

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
    def reads(self) -> bool:
        """Whether a line of free writing is being read or is to be read."""
        return not self._queue.idle

    @property
    def says_words(self) -> bool:
        """Whether words that the writer has spelled are still being parted."""
        return any(asked.act is not None and asked.wanted for asked in self._asked)

    @property
    def stores(self) -> bool:
        """Whether corrections are on their way to disk."""
        return bool(self._effects.pending)

    def probability(self, character: Character) -> float:
        """How probable a character's label is, 0 to 1; 0 if it has not been read since the start."""
        candidates = self.candidates.get(character.substrokes, ())
        return next((c.probability for c in candidates if c.label == character.label), 0.0)

    def space_in_doubt(self, character: Character) -> bool:
        """Whether a space before a character, or that there is none, may well be wrong; not if the writer chose it."""
        probability = self.space_probabilities.get(character.substrokes, float(character.space))
        right = probability if character.space else 1 - probability
        return not (character.spaced or character.corrected) and right < SURE_SPACE

    def is_doubtful(self, character: Character) -> bool:
        """Whether the writer should look at a character: it is not sure, or was not when it was left.

        What the writer has said is never doubtful.
        """
        if character.corrected:
            return False
        if character.substrokes in self._alone:
            return character.doubtful
        unsure = learning.is_doubtful(self.probability(character)) and character.substrokes in self.candidates
        return character.doubtful or unsure

    def is_certain(self, character: Character) -> bool:
        """Whether a character was read with such certainty that leaving it as it is confirms it."""
        by_ink = self._by_ink.get(character.substrokes, 1.0)
        return learning.is_certain(self.probability(character), by_ink) and character.substrokes not in self._alone

    # What the writer does

    def write(self, stroke: np.ndarray) -> int:
        """Add a stroke (n, 4); returns its number. Moving on to another line settles and confirms the others."""
        number, left = self._next_stroke, self._pen_row
        behind = () if left is None else self.page.lines.get(left, ())
        unread = any(character.substrokes in self._alone for character in behind)  # its line is settled when it is read
        page = edits.written(self.page, number, fitted(stroke), None if unread else left)
        row = page.stroke_row(number)
        self._next_stroke, self._pen_row, self._pen_stroke = number + 1, row, number
        self._step(page)
        if left is not None and left != row:
            self.confirm(except_row=row)
        return number

    def erase(self, numbers: set[int]) -> None:
        """Remove strokes."""
        page, rows = edits.erased(self.page, numbers)
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
        numbers = set(numbers) & self.page.drawings
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

    def _learn_regrouped(self) -> None:
        """Learn how ink was joined or split, as far as its characters were read with certainty, so that it is read so
        the next time; what they say counts no more than what is left uncorrected."""
        now = [c for key in self._regrouped if (c := self.page.find(key)) is not None]
        found = [c for c in now if c.label and c.substrokes not in self._alone]
        self._regrouped = {c.substrokes for c in now if c not in found}
        for character in found:
            sure = not learning.is_doubtful(self.probability(character))
            if self.learns and sure and not character.corrected and not character.sample_id:
                learned = replace(character, sample_id=new_sample_id())
                self._show(self.page.with_character(character, learned))
                self._learn(learned.sample_id, learned.substrokes, learned.label, "", confirmed=True)

    def set_space(self, key: Key, space: bool) -> None:
        """The writer says whether a space precedes a character."""
        character = self.page.find(key)
        if character is not None:
            self._step(edits.with_space(self.page, character, space))
            self._read([self.page.row(character)])

    def correct(self, key: Key, label: str) -> None:
        """The writer says what a character is, be it any text. Learned at once, unless learning is paused.

        What the recogniser does not know, other signs and several characters, is text only and teaches nothing.
        """
        character = self.page.find(key)
        if character is None:
            return
        label = said_by(units_of(label)) or label
        can_learn = label in self.alphabet or not self.is_ready
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

    def _go_to(self, page: Page) -> None:
        """Show a page; forget the samples that it does not hold and learn those again that it does."""
        changed = page.changed_lines(self.page)
        gone, back = learning.changed_samples(self.page, page)
        back -= self._effects.pending.keys()
        if gone or back:
            self.outbox.append(messages.ChangeSamples(sorted(gone), sorted(back)))
        self.page = line_job.labelled(page, self.candidates)
        self.outbox.append(messages.PageChanged(self.page))
        for row, (_, line) in changed.items():
            unread = {c.substrokes for c in line if not c.label or c.substrokes not in self.candidates}
            if unread:
                self._queue.add(row, unread)
        self._look_into_boxes()

    def _show(self, page: Page) -> None:
        """Go to a page of the same ink."""
        if page is not self.page:
            self.page = page
            self.outbox.append(messages.PageChanged(page))

    # What is read

    def review(self, keys: Set[Key]) -> None:
        """Read every line again; committed characters among these may get another label."""
        self._queue.relabel(keys)
        for row, line in self.page.lines.items():
            self._queue.add(
                row, {c.substrokes for c in line if c.substrokes in keys or c.substrokes not in self.candidates}
            )
        self._read(sorted(self.page.lines, key=lambda row: row != self._pen_row))

    def _read(self, rows: Iterable[int]) -> None:
        """Have lines read as far as they are open or unread; the line being written comes first."""
        if not self.is_ready:
            return
        for row in rows:
            self._queue.add(row)
        self._read_next()

    def _look_into_boxes(self) -> None:
        """Have new characters in boxes read by themselves, so that they are seen at once; then what waits is read."""
        if not self.is_ready:
            return
        unread = [c for row in self.page.box_rows for c in self.page.lines[row] if not c.label]
        if unread:
            self.outbox.append(messages.BoxJob({c.substrokes: (self.page.ink(c), self.page.guide(c)) for c in unread}))
        self._read_next()

    def _read_next(self) -> None:
        """Have the next line read, if none is on its way; if none is left, tell what else a correction did."""
        job = self._queue.take(self.page, (self._effects.row, self._pen_row))
        if job is not None:
            self.outbox.append(job)
        elif self._queue.job is None:
            self._tell(self._effects.all_read())

    def boxes_read(self, ranked: Mapping[Key, list["Candidate"]]) -> None:
        """Characters in boxes were read by themselves; their line is still to be read."""
        unread = {c.substrokes for row in self.page.box_rows for c in self.page.lines[row] if not c.label}
        ranked = {key: candidates for key, candidates in ranked.items() if key in unread}
        self.candidates.update(ranked)
        self._alone |= ranked.keys()
        self._show_read(line_job.labelled(self.page, ranked), after_learning=False)

    def line_read(self, job: LineJob, reading: list[ReadBack] | None) -> None:
        """A line was read; None: that failed, and it is left as it is."""
        if job is not self._queue.job:  # asked for before another recogniser was opened
            return
        self._queue.job = None
        page = line_job.merged(self.page, job, reading) if reading is not None else self.page
        if page is None:  # the line has changed meanwhile
            self._queue.put_back(job)
        elif reading is not None:
            self._alone -= {back.substrokes for back in reading}
            locked = {character.substrokes for character in job.characters if character.locked}
            for back in reading:
                if back.candidates and (back.substrokes not in locked or back.substrokes in job.bare):
                    self.candidates[back.substrokes] = back.candidates
                    self._by_ink[back.substrokes] = back.by_ink
            given = {known.substrokes for known in job.known_here if known.space is not None}
            for back in reading[1:]:  # what precedes the first may not have been seen
                if back.substrokes not in given:
                    self.space_probabilities[back.substrokes] = back.space_probability
            number = self._pen_stroke if job.row == self._pen_row else None
            self._show_read(line_job.committed(page, job.row, number), bool(job.relabel))
            self._learn_regrouped()
            if any(not character.label for character in self.page.lines.get(job.row, ())):
                self._queue.add(job.row)  # written while it was being read
        if self._effects.row == job.row:
            self._tell(self._effects.line_read())
        self._read_next()

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

    def _show_read(self, page: Page, after_learning: bool) -> None:
        """Show a page with characters read anew; what was confirmed as something else is no longer believed."""
        appeared, relabelled, contradicted = line_job.changes(self.page, page, after_learning)
        self.page = page
        self.outbox.append(messages.PageChanged(page, appeared, relabelled))
        self._effects.relabelled(relabelled)
        if contradicted:
            self.outbox.append(messages.ChangeSamples(sorted(contradicted), []))
        if len(self.candidates) > 2 * len(page.characters) + CLOSED:
            self._drop_closed()

    def _drop_closed(self) -> None:
        """Let go of characters that are on no page that undo or redo could bring back."""
        pages = (self.page, *self._steps.pages)
        lines = {id(line): line for page in pages for line in page.lines.values()}
        keys = {character.substrokes for line in lines.values() for character in line}
        self.candidates = {key: ranked for key, ranked in self.candidates.items() if key in keys}
        self.space_probabilities = {key: p for key, p in self.space_probabilities.items() if key in keys}
        self._by_ink = {key: chance for key, chance in self._by_ink.items() if key in keys}
        self._alone &= keys

    # What is learned

    def profile_opened(self, profile: str, known: Set[str], behind: bool, alphabet: Iterable[str]) -> None:
        """A profile of this id, which knows samples of these ids, is there to read with and to learn these labels.

        The first one leaves what the page says. With another one, all is read anew that is neither corrected nor
        confirmed; while samples are behind, that waits for :meth:`caught_up`.
        """
        self.is_ready = True
        self.alphabet = frozenset(alphabet)
        self._profile = profile, set(known)
        self._go_on(*self._profile)
        anew = self._unsure() if self.candidates and not behind else set()
        self.candidates.clear()
        self._by_ink.clear()
        self._queue.job = None
        self.review(anew)

    def _go_on(self, profile: str, known: Set[str]) -> None:
        """Go on with the page under a profile; corrections of its own that it lacks are learned."""
        page, lost = learning.of_profile(self.page, profile, known)
        self._show(page)
        for character in lost:
            self._learn(character.sample_id, character.substrokes, character.label, "")

    def caught_up(self) -> None:
        """All samples that another base model had seen are learned again."""
        self.review(self._unsure())

    def _unsure(self) -> set[Key]:
        """The characters that are neither corrected nor confirmed: another base model may read them otherwise."""
        return {c.substrokes for c in self.page.characters if not c.corrected and not c.sample_id}

    def sample_learned(self, sample_id: str) -> None:
        """A sample is on disk."""
        change = self._effects.pending.pop(sample_id, None)
        if change is None:
            return
        if self._effects.row is not None:
            self._tell(self._effects.line_read())
        character = self._of_sample(sample_id)
        self._effects.stored(change, self.page.row(character) if character else -1)
        self.review({c.substrokes for c in self.page.characters if not c.corrected})
        if self._effects.row is not None and not self._queue.awaits(self._effects.row):
            self._tell(self._effects.line_read())

    def samples_refused(self, sample_ids: Iterable[str]) -> None:
        """Samples cannot be learned at all."""
        for sample_id in sample_ids:
            self._effects.pending.pop(sample_id, None)
            self._profile[1].discard(sample_id)
            character = self._of_sample(sample_id)
            if character is not None:
                self._show(self.page.with_character(character, replace(character, sample_id="")))

    def unconfirm(self, sample_ids: Set[str]) -> None:
        """There was no time to learn samples: what was left uncorrected among them can be confirmed another time.

        Corrections are learned when the profile is opened the next time.
        """
        self._show(learning.unconfirmed(self.page, sample_ids))

    def _of_sample(self, sample_id: str) -> Character | None:
        return next((c for c in self.page.characters if c.sample_id == sample_id), None)

    def _learn(self, sample_id: str, key: Key, label: str, shown: str, confirmed: bool = False) -> None:
        """Have a character learned that the writer was shown as `shown`; confirmed: it was left so."""
        self._profile[1].add(sample_id)
        ink, guide = self.page.ink(Character(key)), self.page.guide(Character(key))
        around = line_job.line_around(self.page, key)
        self.outbox.append(messages.LearnSample(sample_id, ink, guide, label, shown, confirmed, around))

    def _tell(self, change: messages.Change | None) -> None:
        if change is not None:
            self.outbox.append(change)
