"""What happens to the page: ink in, characters read, corrections learned, undo; without any widget.

The pad owns the page and talks to the engine (reading and learning) and the saver, each in a thread of its own.
"""

import time
from collections.abc import Iterable, Set
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal

from handpad.app.engine import Engine, Lesson, Summary, WordReading
from handpad.app.line_job import Key, LineJob, ReadBack, line_job, merged, opened, reopened, settled, word_job
from handpad.app.saver import Saver
from handpad.document import Character, DocumentError, Page, load_page

SAVE_AFTER_MS = 200
"""A changed page is written this long after its first unsaved change."""

UNDO_STEPS = 200

UNSURE = 0.6
"""A character read with less probability than this is marked as unsure."""


@dataclass(frozen=True)
class Change:
    """What a correction did: the character or word it gave, whether it taught anything, how many others changed by it.

    confirmed : it was right before, and now stays so.
    """

    label: str
    learned: bool
    others: int
    confirmed: bool = False


class Pad(QObject):
    """One page being written.

    Attributes
    ----------
    page : the page as it is.
    candidates : ink of a character to its candidates, best first.
    alphabet : all that a character can be read as; "" before the recogniser is open.
    words : the writer's own words.
    learning : whether corrections and confirmations are learned.

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

    _open = Signal(object)
    _read = Signal(object)
    _read_line = Signal(object)
    _read_word = Signal(object, object, str)
    _set_word = Signal(str, bool)
    _keep = Signal(object)
    _learn = Signal(object)
    _change = Signal(object, object)
    _save = Signal(object, object)
    _finish = Signal()

    def __init__(self, page_path: Path):
        super().__init__()
        self.page = Page()
        self.candidates: dict[Key, list] = {}
        self.alphabet = ""
        self.words: set[str] = set()
        self.learning = True
        self.is_ready = False
        self._path = page_path
        self._undo: list[Page] = []
        self._redo: list[Page] = []
        self._next_stroke = 1
        self._next_sample = 1
        self._row: int | None = None
        self._last: int | None = None  # the stroke written last
        self._pending: dict[int, str] = {}  # corrections on their way to disk: sample id to label
        self._changed_by_learning: set[Key] = set()
        self._read_anew: set[Key] = set()  # in boxes
        self._job: LineJob | None = None  # the line being read; one at a time, so that the pen's is never behind others
        self._look: dict[int, set[Key]] = {}  # lines to be read, and settled characters to look at on them
        self._relabel: set[Key] = set()  # those of them that may be given another label
        self._lesson: tuple[str, int] | None = None  # the label of a correction and its line, until that is read again
        self._spreading: Change | None = None  # the last correction, while other lines are read again
        self._asked_word: tuple[Key, str] | None = None
        self._dirty = False
        self._save_timer = QTimer(self, singleShot=True, interval=SAVE_AFTER_MS)
        self._save_timer.timeout.connect(self._save_now)
        self._start_engine()
        self._start_saver()

    def _start_engine(self) -> None:
        self._engine = Engine()
        self._engine_thread = QThread()
        self._engine.moveToThread(self._engine_thread)
        self._open.connect(self._engine.open)
        self._read.connect(self._engine.read)
        self._read_line.connect(self._engine.read_line)
        self._read_word.connect(self._engine.read_word)
        self._set_word.connect(self._engine.set_word)
        self._keep.connect(self._engine.keep)
        self._learn.connect(self._engine.learn)
        self._change.connect(self._engine.change)
        self._engine.ready.connect(self._on_ready)
        self._engine.ranked.connect(self._on_ranked)
        self._engine.line_read.connect(self._on_line_read)
        self._engine.word_read.connect(self._on_word_read)
        self._engine.words_changed.connect(self._on_words)
        self._engine.learned.connect(self._on_learned)
        self._engine.forgotten.connect(self.summary)
        self._engine.failed.connect(self._on_failed)
        self._finish.connect(self._engine.close, Qt.ConnectionType.BlockingQueuedConnection)
        self._engine_thread.start()

    def _start_saver(self) -> None:
        self._saver = Saver()
        self._saver_thread = QThread()
        self._saver.moveToThread(self._saver_thread)
        self._save.connect(self._saver.save)
        self._saver.failed.connect(self._on_save_failed)
        self._finish.connect(self._saver.finish, Qt.ConnectionType.BlockingQueuedConnection)
        self._saver_thread.start()

    # Opening and closing

    def load(self) -> None:
        """Show the page of the last time. A page that cannot be read is put aside, never overwritten."""
        try:
            page, notice = load_page(self._path)
        except DocumentError as error:
            aside = self._path.with_name(f"{self._path.stem}-damaged-{_stamp()}{self._path.suffix}")
            self._path.replace(aside)
            page, notice = Page(), f"{error} It was kept as {aside.name}; this is a new page."
        if notice:
            self.trouble.emit(notice)
        self._next_stroke = max(page.strokes, default=0) + 1
        self.page = page
        self.changed.emit(page)

    def open(self, **options) -> None:
        """Open the recogniser with the options of Recognizer, or open it anew with others."""
        self.is_ready = False
        self._open.emit(options)

    def close(self) -> None:
        """Confirm what was left uncorrected, and return when everything is on disk. Closing twice does nothing."""
        if not self._engine_thread.isRunning():
            return
        self.confirm()
        if self._dirty:
            self._save_now()
        self._finish.emit()  # waits for all that was asked of both threads before
        for thread in (self._engine_thread, self._saver_thread):
            thread.quit()
            thread.wait()

    # What the writer does

    def write(self, stroke: np.ndarray) -> int:
        """Add a stroke (n, 4); returns its number. Moving on to another line settles and confirms the others."""
        number = self._next_stroke
        self._next_stroke += 1
        page = self.page.add(number, stroke)
        row = page.stroke_row(number)
        self._last = number
        moved_on = self._row is not None and row != self._row
        if row not in page.box_rows:
            page = opened(page, row, page.stroke_boxes[number])
        if moved_on and self._row not in page.box_rows:
            page = settled(page, self._row, None)
        self._row = row
        self._step(page)
        if moved_on:
            self.confirm(except_row=row)
        return number

    def erase(self, numbers: set[int]) -> None:
        """Remove strokes."""
        gone = [(self.page.stroke_row(n), self.page.stroke_boxes[n]) for n in numbers if n in self.page.strokes]
        page = self.page.erase(numbers)
        for row, box in gone:
            if row not in page.box_rows:
                page = opened(page, row, box)
        self._step(page)
        self._ask({row for row, _ in gone})

    def delete(self, key: Key) -> None:
        """Remove a character's ink; letters that it is joined to keep theirs."""
        character = self.page.find(key)
        if character is None:
            return
        page = self._with_open_word(self.page, character)
        row = page.row(character)
        page = page.remove(character, self._next_stroke)
        self._next_stroke = max((*page.strokes, self._next_stroke - 1)) + 1
        self._step(page)
        self._ask({row})

    def set_boxes(self, boxes: bool) -> None:
        """Make the lines that have no ink yet lines of boxes, or of free writing."""
        self._step(replace(self.page, boxes=boxes))

    def join(self, key: Key) -> None:
        """Make a character and the next one on its line one character."""
        character = self.page.find(key)
        other = self.page.following(character) if character else None
        if other is not None:
            page = self._with_open_word(self.page, character, other)
            self._step(page.join(page.find(key), page.find(other.parts)))

    def split(self, key: Key) -> None:
        """Part a character in two."""
        character = self.page.find(key)
        if character is not None and self.page.can_split(character):
            page = self._with_open_word(self.page, character)
            self._step(page.split(page.find(key)))

    def set_space(self, key: Key, space: bool) -> None:
        """The writer says whether a space precedes a character."""
        character = self.page.find(key)
        if character is not None:
            self._step(self.page.with_character(character, replace(character, space=space, spaced=True)))
            self._ask({self.page.row(character)})

    def _with_open_word(self, page: Page, *characters: Character) -> Page:
        """The page with the words of some characters open: what the writer did to one helps to read the others."""
        for character in characters:
            row = page.row(character)
            if row not in page.box_rows:
                page = reopened(page, row, {other.parts for other in self.page.word(character)})
        return page

    def correct(self, key: Key, label: str) -> None:
        """The writer says what a character is. Learned at once, unless learning is paused."""
        character = self.page.find(key)
        if character is None:
            return
        sample_id = self._new_sample() if self.learning else 0
        if sample_id:
            self._pending[sample_id] = label
            self._changed_by_learning.clear()
            self._spreading = None
        page = self._with_open_word(self.page, character)
        now = page.find(key)
        self._step(page.with_character(now, replace(now, label=label, fixed=True, sample_id=sample_id)))
        if sample_id:
            self._send_lesson(sample_id, key, label, character.label, confirmed=False)  # its line is read after that
        else:
            self._ask({self.page.row(character)})
            self.corrected.emit(Change(label, False, 0))

    def ask_word(self, key: Key, text: str = "") -> None:
        """Ask for ways to read the word that a character is in; with a text, for the one way that says it."""
        character = self.page.find(key)
        job = None
        if character is not None and self.page.row(character) not in self.page.box_rows:
            job = word_job(self.page, self.page.word(character), keep_fixed=not text)
        if job is None:
            self.word_read.emit(key, [])
            return
        self._asked_word = (key, text)
        word = frozenset(other.parts for other in self.page.word(character))
        self._read_word.emit(job, word, text)

    def correct_word(self, key: Key, reading: WordReading) -> None:
        """The writer says what a word is: all its characters are fixed, and learned unless learning is paused."""
        character = self.page.find(key)
        if character is None:
            return
        word = self.page.word(character)
        before = {other.parts: other for other in word}
        new, lessons = [], []
        for back in reading.characters:
            old = before.get(back.parts)
            right = old is not None and old.label == back.label
            known = right and (old.fixed or old.sample_id)
            sample_id = old.sample_id if known else self._new_sample() if self.learning else 0
            if not known and self.learning:
                lessons.append((sample_id, back.parts, back.label, old.label if old else "", right))
            new.append(Character(back.parts, back.label, True, sample_id, space=back.space, spaced=True))
        new[0] = replace(new[0], space=word[0].space, spaced=word[0].spaced)
        corrections = [lesson for lesson in lessons if not lesson[-1]]
        if corrections:
            self._pending[corrections[-1][0]] = reading.text
            self._changed_by_learning.clear()
            self._spreading = None
        self._step(self.page.with_characters(word, new))
        for lesson in sorted(lessons, key=lambda lesson: not lesson[-1]):
            self._send_lesson(*lesson)
        if not corrections:
            right = reading.text == "".join(other.label for other in word)
            self.corrected.emit(Change(reading.text, self.learning, 0, confirmed=right))

    def set_word(self, word: str, known: bool) -> None:
        """Make a word one of the writer's own, which reading expects, or no longer."""
        self._set_word.emit(word, known)

    def confirm(self, except_row: int | None = None) -> None:
        """Learn every character that was left uncorrected, with less weight; not those of the line being written."""
        if not self.learning or not self.is_ready:
            return
        page = self.page
        for row, line in self.page.lines.items():
            if row == except_row:
                continue
            new = []
            for character in line:
                open_to_confirm = character.label and not character.fixed and not character.sample_id
                if open_to_confirm and character.parts in self.candidates:
                    sample_id = self._new_sample()
                    self._send_lesson(sample_id, character.parts, character.label, character.label, confirmed=True)
                    character = replace(character, sample_id=sample_id)
                new.append(character)
            if new != list(line):
                page = page.with_line(row, new)
        if page is not self.page:
            self._show(page)

    def probability(self, character: Character) -> float:
        """How probable a character's label is, 0 to 1; 0 if it has not been read since the start."""
        candidates = self.candidates.get(character.parts, ())
        return next((c.probability for c in candidates if c.label == character.label), 0.0)

    def new_page(self) -> Path | None:
        """Put the page aside as a file of its own and begin an empty one; returns that file, if there was ink."""
        if not self.page.strokes:
            return None
        self.confirm()
        folder = self._path.parent / "pages"
        folder.mkdir(exist_ok=True)
        aside = folder / f"{_stamp()}.inkml"
        self._save.emit(self.page, aside)
        self._row = self._last = None
        self._step(Page(boxes=self.page.boxes, ruling=self.page.ruling), forgets=False)
        return aside

    def can_undo(self) -> bool:
        return bool(self._undo)

    def can_redo(self) -> bool:
        return bool(self._redo)

    def undo(self) -> None:
        """Take back the last step: ink, text, and what was learned by it."""
        if self._undo:
            self._redo.append(self.page)
            self._go_to(self._undo.pop())

    def redo(self) -> None:
        """Do again what was taken back."""
        if self._redo:
            self._undo.append(self.page)
            self._go_to(self._redo.pop())

    # The page and its samples

    def _step(self, page: Page, forgets: bool = True) -> None:
        """Go to a new page by a step that can be undone."""
        self._undo = [*self._undo[-UNDO_STEPS + 1 :], self.page]
        self._redo.clear()
        self._go_to(page, forgets)

    def _go_to(self, page: Page, forgets: bool = True) -> None:
        """Show a page; forget the samples that it does not hold and learn those again that it does."""
        changed = page.changed_lines(self.page)
        before = {c.sample_id for old, _ in changed.values() for c in old if c.sample_id}
        after = {c.sample_id for _, new in changed.values() for c in new if c.sample_id}
        # A new page is no reason to forget, and going back to the one before is none to learn it twice.
        if forgets and not self._is_new_page(self.page, page):
            fresh = after - before - set(self._pending)
            if before - after or fresh:
                self._change.emit(sorted(before - after), sorted(fresh))
        self._show(self._with_labels(page))
        for row, (_, line) in changed.items():
            if row not in page.box_rows:
                unread = {c.parts for c in line if not c.label or c.parts not in self.candidates}
                if unread:
                    self._look.setdefault(row, set()).update(unread)
        self._ask(page.box_rows)

    def _ask(self, rows: Iterable[int]) -> None:
        """Have lines read as far as they are open or unread; the line being written comes first."""
        if not self.is_ready:
            return
        for row in rows:
            if row in self.page.box_rows:
                line = self.page.lines[row]
                unread = {
                    c.parts: (self.page.ink(c), self.page.guide(c)) for c in line if c.parts not in self.candidates
                }
                if unread:
                    self._read.emit(unread)
            else:
                self._look.setdefault(row, set())
        self._next_line()

    def _next_line(self) -> None:
        """Send the next line to be read, if none is on its way."""
        while self._job is None and self._look:
            urgent = (row for row in (self._lesson and self._lesson[1], self._row) if row in self._look)
            row = next(urgent, next(iter(self._look)))
            look = self._look[row]
            job = line_job(self.page, row, look, self._relabel)
            if job is not None:
                self._job = job
                look -= job.bare
                self._relabel -= job.bare
                if not look & {character.parts for character in self.page.lines[row]}:
                    del self._look[row]
                self._read_line.emit(job)
            else:
                del self._look[row]
        if self._job is None:
            self._relabel.clear()
            self._all_told()

    @staticmethod
    def _is_new_page(old: Page, new: Page) -> bool:
        """Whether two pages have no ink in common, so that one of them is the empty page after the other."""
        return not (old.strokes.keys() & new.strokes.keys()) and not (old.strokes and new.strokes)

    def _with_labels(self, page: Page) -> Page:
        """The page with every character in boxes labelled that has been read but has no label yet."""
        for row in page.box_rows:
            line = page.lines[row]
            if not all(character.label for character in line):
                labelled = [
                    replace(character, label=self.candidates[character.parts][0].label)
                    if not character.label and character.parts in self.candidates
                    else character
                    for character in line
                ]
                page = page.with_line(row, labelled)
        return page

    def _show(self, page: Page) -> None:
        self.page = page
        self._dirty = True
        if not self._save_timer.isActive():
            self._save_timer.start()
        self.changed.emit(page)

    def _save_now(self) -> None:
        self._dirty = False
        self._save.emit(self.page, self._path)

    def _new_sample(self) -> int:
        sample_id = self._next_sample
        self._next_sample += 1
        return sample_id

    def _send_lesson(self, sample_id: int, key: Key, label: str, predicted: str, confirmed: bool) -> None:
        character = Character(key)
        ink, guide = self.page.ink(character), self.page.guide(character)
        self._learn.emit(Lesson(sample_id, ink, guide, label, predicted, confirmed))

    # What the engine says

    def _on_ready(self, next_sample: int, alphabet: str, summary: Summary) -> None:
        self.alphabet = alphabet
        self._next_sample = max(self._next_sample, next_sample)
        self._forget_unstored(next_sample)
        self.is_ready = True
        # Opened anew with other settings, all that is neither fixed nor confirmed is read anew; at the start,
        # the page says what it said.
        anew = {c.parts for c in self.page.characters if not c.fixed and not c.sample_id} if self.candidates else set()
        self._read_anew = anew
        self.candidates.clear()
        self._job = None
        self.summary.emit(summary)
        self.ready.emit()
        self._review(anew)

    def _review(self, relabel: Set[Key]) -> None:
        """Read every line again; settled characters of those given may get another label."""
        self._relabel |= relabel
        for row, line in self.page.lines.items():
            if row not in self.page.box_rows:
                look = {c.parts for c in line if c.parts in relabel or c.parts not in self.candidates}
                self._look.setdefault(row, set()).update(look)
        self._ask(sorted(self.page.lines, key=lambda row: row != self._row))

    def _forget_unstored(self, next_sample: int) -> None:
        """Confirmations that a crash or another profile kept from being stored can be confirmed again."""
        page = self.page
        for row, line in self.page.lines.items():
            if any(character.sample_id >= next_sample for character in line):
                new = [replace(c, sample_id=0) if c.sample_id >= next_sample else c for c in line]
                page = page.with_line(row, new)
        if page is not self.page:
            self._show(page)

    def _on_ranked(self, ranked: dict[Key, list], after_learning: bool) -> None:
        """Characters in boxes were read."""
        self.candidates.update(ranked)
        page = self.page
        for row in self.page.box_rows:
            line = list(page.lines[row])
            for index, character in enumerate(line):
                key = character.parts
                if character.fixed or key not in ranked or ranked[key][0].label == character.label:
                    continue
                if not character.label or after_learning or key in self._read_anew:
                    line[index] = replace(character, label=ranked[key][0].label, sample_id=0)
            if tuple(line) != page.lines[row]:
                page = page.with_line(row, line)
        self._read_anew -= ranked.keys()
        self._show_read(page, after_learning)

    def _on_line_read(self, job: LineJob, reading: list[ReadBack] | None) -> None:
        if job is not self._job:  # asked for before the recogniser was opened anew
            return
        self._job = None
        if reading is not None:
            page = merged(self.page, job, reading)
            if page is None:  # the line has changed meanwhile
                self._look.setdefault(job.row, set()).update(job.bare)
                self._relabel |= job.relabel
            else:
                locked = {character.parts for character in job.characters if character.locked}
                for back in reading:
                    if back.candidates and (back.parts not in locked or back.parts in job.bare):
                        self.candidates[back.parts] = back.candidates
                number = self._last if job.row == self._row else None
                page = settled(page, job.row, number)
                self._show_read(page, bool(job.relabel))
                if any(not c.label for c in self.page.lines.get(job.row, ())):
                    self._look.setdefault(job.row, set())  # written while it was being read
        if self._lesson is not None and self._lesson[1] == job.row:
            self._tell()
        self._next_line()

    def _show_read(self, page: Page, after_learning: bool) -> None:
        """Show a page with characters read anew; what was confirmed as something else is no longer believed."""
        old = self.page
        appeared, relabelled = set(), set()
        contradicted: set[int] = set()
        for before, line in page.changed_lines(old).values():
            contradicted |= {c.sample_id for c in before if c.sample_id} - {c.sample_id for c in line}
            known = {c.parts: c.label for c in before if c.label}
            said = {(part.stroke, c.label) for c in before for part in c.parts}
            for character in line:
                if known.get(character.parts) == character.label:
                    continue
                if character.parts in known and after_learning:
                    relabelled.add(character.parts)
                elif not any((part.stroke, character.label) in said for part in character.parts):
                    appeared.add(character.parts)
        if page is not old:
            self._show(page)
        else:
            self.changed.emit(page)
        if contradicted:
            self._change.emit(sorted(contradicted), [])
        if appeared:
            self.appeared.emit(appeared)
        if relabelled:
            self._changed_by_learning |= relabelled
            self.relabelled.emit(relabelled)
        if len(self.candidates) > 2 * len(self.page.characters) + 2000:
            self._drop_closed()

    def _drop_closed(self) -> None:
        """Let go of characters that are on no page that undo could bring back."""
        pages = [self.page, *self._undo, *self._redo]
        lines = {id(line): line for page in pages for line in page.lines.values()}
        keys = {character.parts for line in lines.values() for character in line}
        self.candidates = {key: ranked for key, ranked in self.candidates.items() if key in keys}
        self._keep.emit(keys)

    def _on_learned(self, sample_id: int, summary: Summary) -> None:
        self.summary.emit(summary)
        label = self._pending.pop(sample_id, None)
        if label is None:
            return
        character = next((c for c in self.page.characters if c.sample_id == sample_id), None)
        if self._lesson is not None:
            self._tell()
        self._lesson = (label, self.page.row(character) if character else -1)
        self._review({c.parts for c in self.page.characters if not c.fixed})
        if self._lesson is not None and (self._job is None or self._lesson[1] not in {self._job.row, *self._look}):
            self._tell()

    def _tell(self) -> None:
        """Say what a correction did, as far as is known."""
        (label, _), self._lesson = self._lesson, None
        self._spreading = Change(label, True, len(self._changed_by_learning))
        self.corrected.emit(self._spreading)

    def _all_told(self) -> None:
        """Nothing is left to be read: say what else a correction did."""
        if self._spreading is not None and len(self._changed_by_learning) > self._spreading.others:
            self.spread.emit(replace(self._spreading, others=len(self._changed_by_learning)))
        self._spreading = None

    def _on_word_read(self, job: LineJob, readings: list[WordReading]) -> None:
        if self._asked_word is not None:
            (key, _), self._asked_word = self._asked_word, None
            self.word_read.emit(key, readings)

    def _on_words(self, words: list[str]) -> None:
        self.words = set(words)
        self.words_changed.emit()

    def _on_failed(self, message: str, sample_ids: list[int]) -> None:
        for sample_id in sample_ids:
            self._pending.pop(sample_id, None)
            character = next((c for c in self.page.characters if c.sample_id == sample_id), None)
            if character is not None:
                self._show(self.page.with_character(character, replace(character, sample_id=0)))
        self.trouble.emit(message)

    def _on_save_failed(self, message: str) -> None:
        self._dirty = True
        QTimer.singleShot(5000, self._save_timer.start)
        self.trouble.emit(f"{message} Handpad tries again every few seconds.")


def _stamp() -> str:
    return datetime.fromtimestamp(time.time()).strftime("%Y-%m-%d-%H%M%S")
