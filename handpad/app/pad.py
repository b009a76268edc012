"""What the writer does to the page: ink in, corrections, undo; without any widget.

The pad puts together the open page (steps and file), its reading, what is learned from it, and the engine that does
both in a thread of its own.
"""

from dataclasses import replace
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal

from handpad.app.engine import Summary, WordReading
from handpad.app.engine_thread import EngineThread
from handpad.app.lessons import Change, Lessons
from handpad.app.open_page import OpenPage
from handpad.app.page_reading import PageReading
from handpad.page import edits
from handpad.page.document import DocumentError, fitted
from handpad.page.line_job import Key, LineJob, word_job
from handpad.page.page import Character, Page
from handpad.sample_ids import new_sample_id

CLOSING_S = 0.3
"""So long confirmations are still learned when the pad is closed ..."""

CONFIRMED_AT_CLOSE = 40
"""... and when so many of them are asked for, no further line is: far more than the lines that one has just written."""


class Pad(QObject):
    """One page being written.

    Attributes
    ----------
    page : the page as it is.
    candidates : ink of a character to its candidates, best first.
    alphabet : all that a character can be read as; "" before the recogniser is open.
    words : the writer's own words.
    learning : whether corrections and confirmations are learned.
    is_ready : whether characters can be read.

    Signals
    -------
    changed(page) : the page is another.
    appeared(keys) : these characters have been read for the first time.
    relabelled(keys) : learning has changed these.
    corrected(Change) : a correction is on disk and its line was read again.
    spread(Change) : the same correction has changed characters on other lines too; others counts all of them.
    word_read(Key, readings) : ways to read the word with this character, a list of WordReading; none: it has none.
    words_changed() : the writer's own words are others.
    summary(Summary) : how much has been learned.
    ready() : characters can be read.
    trouble(str) : a sentence for the user.
    kept(problem) : it was tried to save the page; problem is "" if it is on disk, or a sentence that says why not.
    """

    changed = Signal(object)
    appeared = Signal(object)
    relabelled = Signal(object)
    corrected = Signal(object)
    spread = Signal(object)
    word_read = Signal(object, object)
    words_changed = Signal()
    summary = Signal(object)
    ready = Signal()
    trouble = Signal(str)
    kept = Signal(str)

    def __init__(self, page_path: Path):
        super().__init__()
        self.alphabet = ""
        self.words: set[str] = set()
        self.learning = True
        self._next_stroke = 1
        self._asked_word: Key | None = None
        self._engine = EngineThread()
        self._open_page = OpenPage(page_path)
        self._reading = PageReading(self._open_page, self._engine)
        self._lessons = Lessons(self._open_page, self._reading, self._engine)
        self._connect()

    def _connect(self) -> None:
        self._engine.ready.connect(self._on_ready)
        self._engine.worker.word_read.connect(self._on_word_read)
        self._engine.worker.words_changed.connect(self._on_words)
        self._engine.worker.caught_up.connect(self._on_caught_up)
        self._open_page.changed.connect(self.changed)
        self._open_page.trouble.connect(self.trouble)
        self._open_page.kept.connect(self.kept)
        self._reading.appeared.connect(self.appeared)
        self._reading.relabelled.connect(self.relabelled)
        self._lessons.corrected.connect(self.corrected)
        self._lessons.spread.connect(self.spread)
        self._lessons.summary.connect(self.summary)
        self._lessons.trouble.connect(self.trouble)

    @property
    def page(self) -> Page:
        """The page as it is."""
        return self._open_page.page

    @property
    def candidates(self) -> dict[Key, list]:
        """Ink of a character to its candidates, best first."""
        return self._reading.candidates

    @property
    def is_ready(self) -> bool:
        """Whether characters can be read."""
        return self._engine.is_ready

    # Opening and closing

    def load(self) -> None:
        """Show the page of the last time. A page that cannot be read is put aside, never overwritten."""
        self._open_page.load()
        self._next_stroke = max(self.page.strokes, default=0) + 1

    def open(self, **options) -> None:
        """Open the recogniser with the options of Recognizer, or open it anew with others."""
        self._engine.open(options)

    def save(self) -> bool:
        """Write the page now; returns whether it is on disk, or closed."""
        return not self._engine.running or self._open_page.save()

    def save_elsewhere(self, path: Path) -> None:
        """Keep the page in another file from now on, and at the next start. Raises DocumentError if that fails too."""
        self._open_page.save_elsewhere(path)

    def give_up(self) -> None:
        """The user wants what is not on disk to be lost at closing."""
        self._open_page.give_up()

    @property
    def unsaved_strokes(self) -> int:
        """How many strokes of the page are not on disk."""
        return self._open_page.unsaved_strokes

    @property
    def save_problem(self) -> str:
        """Why the page could not be saved when it was last tried, as a sentence; "" if it could."""
        return self._open_page.problem

    def close(self) -> None:
        """Return soon, with everything on disk. Closing twice does nothing.

        Corrections are learned. What was left uncorrected is confirmed as far as there is time; the rest, and what is
        still to be read, is left to the next start. A page that cannot be written to its file is kept in the home or
        the temporary folder, and found at the next start, unless the user has given it up.
        """
        if not self._engine.running:
            return
        self._engine.stop_reading()
        if self.learning and self.is_ready:
            self._lessons.confirm(most=CONFIRMED_AT_CLOSE)
        self._engine.finish(CLOSING_S)
        self._open_page.save()  # while the engine learns
        self._lessons.unconfirm(self._engine.close())
        self._open_page.close()

    def _on_ready(self, profile: str, known_samples: set[str], alphabet: str, summary: Summary) -> None:
        self.alphabet = alphabet
        self._lessons.begin(profile, known_samples)
        anew = self._reading.restart(relabel=not summary.behind)
        self.summary.emit(summary)
        self.ready.emit()
        self._reading.review(anew)

    # What the writer does

    def write(self, stroke: np.ndarray) -> int:
        """Add a stroke (n, 4); returns its number. Moving on to another line settles and confirms the others."""
        number = self._next_stroke
        self._next_stroke += 1
        left = self._reading.pen_row
        page = edits.written(self.page, number, fitted(stroke), left)
        row = page.stroke_row(number)
        self._reading.pen_row, self._reading.pen_stroke = row, number
        self._step(page)
        if left is not None and left != row:
            self.confirm(except_row=row)
        return number

    def erase(self, numbers: set[int]) -> None:
        """Remove strokes."""
        page, rows = edits.erased(self.page, numbers)
        self._step(page)
        self._reading.ask(rows)

    def delete(self, key: Key) -> None:
        """Remove a character's ink; letters that it is joined to keep theirs."""
        character = self.page.find(key)
        if character is None:
            return
        row = self.page.row(character)
        page = edits.deleted(self.page, character, self._next_stroke)
        self._next_stroke = max((*page.strokes, self._next_stroke - 1)) + 1
        self._step(page)
        self._reading.ask({row})

    def set_boxes(self, boxes: bool) -> None:
        """Make the lines that have no ink yet lines of boxes, or of free writing."""
        self._step(replace(self.page, boxes=boxes))

    def join(self, key: Key) -> None:
        """Make a character and the next one on its line one character."""
        character = self.page.find(key)
        other = self.page.following(character) if character else None
        if character is not None and other is not None:
            self._step(edits.joined(self.page, character, other))

    def split(self, key: Key) -> None:
        """Part a character in two."""
        character = self.page.find(key)
        if character is not None and self.page.can_split(character):
            self._step(edits.split(self.page, character))

    def set_space(self, key: Key, space: bool) -> None:
        """The writer says whether a space precedes a character."""
        character = self.page.find(key)
        if character is not None:
            self._step(edits.with_space(self.page, character, space))
            self._reading.ask({self.page.row(character)})

    def correct(self, key: Key, label: str) -> None:
        """The writer says what a character is. Learned at once, unless learning is paused."""
        character = self.page.find(key)
        if character is None:
            return
        sample_id = new_sample_id() if self.learning else ""
        if sample_id:
            self._lessons.expect(sample_id, Change(label, True, 0))
        self._step(edits.corrected(self.page, character, label, sample_id))
        if sample_id:
            self._lessons.learn(sample_id, key, label, character.label, confirmed=False)  # its line is read after that
        else:
            self._reading.ask({self.page.row(character)})
            self.corrected.emit(Change(label, False, 0))

    def ask_word(self, key: Key, text: str = "") -> None:
        """Ask for ways to read the word that a character is in; with a text, for the one way that says it."""
        character = self.page.find(key)
        job = None
        if character is not None and self.page.row(character) not in self.page.box_rows:
            job = word_job(self.page, self.page.word(character), keep_fixed=not text)
        if job is None or character is None:
            self.word_read.emit(key, [])
            return
        self._asked_word = key
        word = frozenset(other.parts for other in self.page.word(character))
        self._engine.read_word.emit(job, word, text)

    def correct_word(self, key: Key, reading: WordReading) -> None:
        """The writer says what a word is: all its characters are fixed, and learned unless learning is paused.

        Ink that does not look like its character is not learned: the word may not be what was written.
        """
        character = self.page.find(key)
        if character is None:
            return
        word = self.page.word(character)
        done = edits.corrected_word(self.page, word, reading.characters, self.learning)
        change = Change(reading.text, self.learning, 0, letters=len(reading.characters), skipped=done.skipped)
        corrections = [sample_id for sample_id, sample in done.samples if not sample.right]
        if corrections:
            self._lessons.expect(corrections[-1], change)
        self._step(done.page)
        for sample_id, sample in done.samples:
            self._lessons.learn(sample_id, sample.parts, sample.label, sample.shown, sample.right)
        if not corrections:
            self.corrected.emit(replace(change, confirmed=done.right))

    def set_word(self, word: str, known: bool) -> None:
        """Make a word one of the writer's own, which reading expects, or no longer."""
        self._engine.set_word.emit(word, known)

    def confirm(self, except_row: int | None = None) -> None:
        """Learn every character that was left uncorrected, with less weight; not those of the line being written."""
        if self.learning and self.is_ready:
            self._lessons.confirm(except_row)

    def probability(self, character: Character) -> float:
        """How probable a character's label is, 0 to 1; 0 if it has not been read since the start."""
        return self._reading.probability(character)

    def new_page(self) -> Path | None:
        """Keep the page as a file of its own and begin an empty one; returns that file, if there was ink.

        The page stays open, and `trouble` tells why, if it cannot be kept.
        """
        if not self.page.strokes:
            return None
        self.confirm()
        try:
            aside = self._open_page.keep()
        except DocumentError as error:
            self.trouble.emit(f"{error} So it stays open.")
            return None
        self._reading.pen_row = self._reading.pen_stroke = None
        self._step(Page(boxes=self.page.boxes, ruling=self.page.ruling, profile=self.page.profile), forgets=False)
        return aside

    def can_undo(self) -> bool:
        """Whether there is a step to take back."""
        return self._open_page.can_undo()

    def can_redo(self) -> bool:
        """Whether there is a step to do again."""
        return self._open_page.can_redo()

    def undo(self) -> None:
        """Take back the last step: ink, text, and what was learned by it."""
        if self.can_undo():
            self._go_to(self._open_page.undone())

    def redo(self) -> None:
        """Do again what was taken back."""
        if self.can_redo():
            self._go_to(self._open_page.redone())

    def _step(self, page: Page, forgets: bool = True) -> None:
        """Go to a new page by a step that can be undone."""
        self._open_page.remember()
        self._go_to(page, forgets)

    def _go_to(self, page: Page, forgets: bool = True) -> None:
        """Show a page; forget the samples that it does not hold and learn those again that it does."""
        changed = page.changed_lines(self.page)
        # A new page is no reason to forget, and going back to the one before is none to learn it twice.
        if forgets and not edits.is_new_page(self.page, page):
            self._lessons.follow(page)
        self._open_page.show(self._reading.with_labels(page))
        self._reading.ask_changed({row: line for row, (_, line) in changed.items()})

    # What the engine says

    def _on_word_read(self, job: LineJob, readings: list[WordReading]) -> None:
        if self._asked_word is not None:
            key, self._asked_word = self._asked_word, None
            self.word_read.emit(key, readings)

    def _on_caught_up(self, summary: Summary) -> None:
        self.summary.emit(summary)
        if not summary.behind:
            self._reading.review(self._reading.unsettled())

    def _on_words(self, words: list[str]) -> None:
        self.words = set(words)
        self.words_changed.emit()
