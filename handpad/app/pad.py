"""What happens to the page: ink in, characters read, corrections learned, undo; without any widget.

The pad owns the page and talks to the engine (reading and learning) and the saver, each in a thread of its own.
"""

import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Qt, QThread, QTimer, Signal

from handpad.app.engine import Engine, Key, Lesson, Summary
from handpad.app.saver import Saver
from handpad.document import Character, DocumentError, Page, load_page

SAVE_AFTER_MS = 200
"""A changed page is written this long after its first unsaved change."""

UNDO_STEPS = 200


@dataclass(frozen=True)
class Change:
    """What a correction did: the label learned, whether it taught anything, and how many others changed with it."""

    label: str
    learned: bool
    others: int


class Pad(QObject):
    """One page being written.

    Attributes
    ----------
    page : the page as it is.
    candidates : strokes of a character to its candidates, best first.
    alphabet : all that a character can be read as; "" before the recogniser is open.
    learning : whether corrections and confirmations are learned.

    Signals
    -------
    changed(page) : the page is another.
    appeared(keys) : these characters have been read for the first time.
    relabelled(keys) : learning has changed these.
    corrected(Change) : a correction is on disk and every open character was ranked again.
    summary(Summary) : how much has been learned.
    ready() : characters can be read.
    trouble(str) : a sentence for the user.
    """

    changed = Signal(object)
    appeared = Signal(object)
    relabelled = Signal(object)
    corrected = Signal(object)
    summary = Signal(object)
    ready = Signal()
    trouble = Signal(str)

    _open = Signal(object)
    _read = Signal(object)
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
        self.learning = True
        self.is_ready = False
        self._path = page_path
        self._undo: list[Page] = []
        self._redo: list[Page] = []
        self._next_stroke = 1
        self._next_sample = 1
        self._row: int | None = None
        self._pending: dict[int, str] = {}  # corrections on their way to disk: sample id to label
        self._changed_by_learning: set[Key] = set()
        self._read_anew: set[Key] = set()
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
        self._keep.connect(self._engine.keep)
        self._learn.connect(self._engine.learn)
        self._change.connect(self._engine.change)
        self._engine.ready.connect(self._on_ready)
        self._engine.ranked.connect(self._on_ranked)
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
        """Add a stroke (n, 4); returns its number. Moving on to another line confirms the others."""
        number = self._next_stroke
        self._next_stroke += 1
        self._step(self.page.add(number, stroke))
        row = next(self.page.row(c) for c in self.page.characters if number in c.strokes)
        if self._row is not None and row != self._row:
            self.confirm(except_row=row)
        self._row = row
        return number

    def erase(self, numbers: set[int]) -> None:
        """Remove strokes."""
        self._step(self.page.erase(numbers))

    def set_boxes(self, boxes: bool) -> None:
        """Make the lines that have no ink yet lines of boxes, or of free writing."""
        self._step(replace(self.page, boxes=boxes))

    def join(self, key: Key) -> None:
        """Make a character and the next one on its line one character."""
        character = self.page.find(key)
        other = self.page.following(character) if character else None
        if other is not None:
            self._step(self.page.join(character, other))

    def split(self, key: Key) -> None:
        """Part a character of several strokes in two."""
        character = self.page.find(key)
        if character is not None and len(character.strokes) > 1:
            self._step(self.page.split(character))

    def correct(self, key: Key, label: str) -> None:
        """The writer says what a character is. Learned at once, unless learning is paused."""
        character = self.page.find(key)
        if character is None:
            return
        sample_id = self._new_sample() if self.learning else 0
        if sample_id:
            self._pending[sample_id] = label
            self._changed_by_learning.clear()
        self._step(
            self.page.with_character(character, replace(character, label=label, fixed=True, sample_id=sample_id))
        )
        if sample_id:
            self._send_lesson(sample_id, key, label, character.label, confirmed=False)
        else:
            self.corrected.emit(Change(label, False, 0))

    def confirm(self, except_row: int | None = None) -> None:
        """Learn every character that was left uncorrected, with less weight; not those of the line being written."""
        if not self.learning or not self.is_ready:
            return
        characters = list(self.page.characters)
        for index, character in enumerate(characters):
            open_to_confirm = character.label and not character.fixed and not character.sample_id
            if open_to_confirm and character.strokes in self.candidates and self.page.row(character) != except_row:
                sample_id = self._new_sample()
                self._send_lesson(sample_id, character.strokes, character.label, character.label, confirmed=True)
                characters[index] = replace(character, sample_id=sample_id)
        if characters != list(self.page.characters):
            self._show(replace(self.page, characters=tuple(characters)))

    def new_page(self) -> Path | None:
        """Put the page aside as a file of its own and begin an empty one; returns that file, if there was ink."""
        if not self.page.strokes:
            return None
        self.confirm()
        folder = self._path.parent / "pages"
        folder.mkdir(exist_ok=True)
        aside = folder / f"{_stamp()}.inkml"
        self._save.emit(self.page, aside)
        self._row = None
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
        before = {c.sample_id for c in self.page.characters if c.sample_id}
        after = {c.sample_id for c in page.characters if c.sample_id}
        # A new page is no reason to forget, and going back to the one before is none to learn it twice.
        if forgets and not self._is_new_page(self.page, page):
            fresh = after - before - set(self._pending)
            if before - after or fresh:
                self._change.emit(sorted(before - after), sorted(fresh))
        self._show(self._with_labels(page))
        unread = [c for c in self.page.characters if c.strokes not in self.candidates]
        if unread and self.is_ready:
            self._read.emit({c.strokes: (self.page.ink(c), self.page.guide(c)) for c in unread})

    @staticmethod
    def _is_new_page(old: Page, new: Page) -> bool:
        """Whether two pages have no ink in common, so that one of them is the empty page after the other."""
        return not (old.strokes.keys() & new.strokes.keys()) and not (old.strokes and new.strokes)

    def _with_labels(self, page: Page) -> Page:
        """The page with every character labelled that has been read but has no label yet."""
        return replace(
            page,
            characters=tuple(
                replace(character, label=self.candidates[character.strokes][0].label)
                if not character.label and character.strokes in self.candidates
                else character
                for character in page.characters
            ),
        )

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
        self._read_anew = {c.strokes for c in self.page.characters if not c.sample_id} if self.candidates else set()
        self.candidates.clear()
        self.summary.emit(summary)
        self.ready.emit()
        if self.page.characters:
            self._read.emit({c.strokes: (self.page.ink(c), self.page.guide(c)) for c in self.page.characters})

    def _forget_unstored(self, next_sample: int) -> None:
        """Confirmations that a crash or another profile kept from being stored can be confirmed again."""
        characters = tuple(
            replace(character, sample_id=0) if character.sample_id >= next_sample else character
            for character in self.page.characters
        )
        if characters != self.page.characters:
            self._show(replace(self.page, characters=characters))

    def _on_ranked(self, ranked: dict[Key, list], after_learning: bool) -> None:
        self.candidates.update(ranked)
        characters = list(self.page.characters)
        first, others, contradicted = set(), set(), []
        for index, character in enumerate(characters):
            key = character.strokes
            if character.fixed or key not in ranked or ranked[key][0].label == character.label:
                continue
            if not character.label:
                first.add(key)
            elif after_learning or key in self._read_anew:
                others.add(key)
            else:
                continue
            if character.sample_id:
                # It had been confirmed as something else: what that taught is no longer believed.
                contradicted.append(character.sample_id)
            characters[index] = replace(character, label=ranked[key][0].label, sample_id=0)
        self._read_anew -= ranked.keys()
        if first or others:
            self._show(replace(self.page, characters=tuple(characters)))
        else:
            self.changed.emit(self.page)
        if contradicted:
            self._change.emit(contradicted, [])
        if first:
            self.appeared.emit(first)
        if others:
            self._changed_by_learning |= others
            self.relabelled.emit(others)
        if len(self.candidates) > 2 * len(self.page.characters) + 2000:
            self._drop_closed()

    def _drop_closed(self) -> None:
        """Let go of characters that are on no page that undo could bring back."""
        pages = [self.page, *self._undo, *self._redo]
        keys = {character.strokes for page in pages for character in page.characters}
        self.candidates = {key: ranked for key, ranked in self.candidates.items() if key in keys}
        self._keep.emit(keys)

    def _on_learned(self, sample_id: int, summary: Summary) -> None:
        self.summary.emit(summary)
        label = self._pending.pop(sample_id, None)
        if label is not None:
            self.corrected.emit(Change(label, True, len(self._changed_by_learning)))

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
