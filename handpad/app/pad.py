"""The page session of the app: events of the window become its calls, and what it asks and tells become signals.

What an act does to the page and to what is learned is decided in :mod:`handpad.page.session`; the engine answers in a
thread of its own, and another one keeps the page on disk.
"""

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar

from PySide6.QtCore import QObject, Signal

from handpad.app.autosave import Autosave
from handpad.app.engine import Consultation
from handpad.app.engine_thread import EngineThread
from handpad.labels import Alphabet
from handpad.notebook.shelf import NotebookError, Shelf
from handpad.page.messages import Change, CutsRead, PageChanged, WordRead
from handpad.page.page import Page
from handpad.page.session import PageSession

CLOSING_S = 0.3
"""So long confirmations are still learned when the pad is closed ..."""

CONFIRMED_AT_CLOSE = 40
"""... and when so many of them are asked for, no further line is: far more than the lines that one has just written."""

_P = ParamSpec("_P")
_R = TypeVar("_R")


def _act(method: Callable[Concatenate[PageSession, _P], _R]) -> Callable[Concatenate["Pad", _P], _R]:
    """The same method of a pad: what comes of it goes on to engine and window before it returns."""

    @functools.wraps(method)
    def act(pad: "Pad", /, *args: _P.args, **options: _P.kwargs) -> _R:
        result = method(pad.session, *args, **options)
        pad._send()
        return result

    return act


class Pad(QObject):
    """One page being written: what the writer does, and what the engine answers, are methods of its session.

    Attributes
    ----------
    session : the page session.
    shelf : where the pages lie.
    file : what keeps the page on disk.
    words : the writer's own words.

    Signals
    -------
    changed(page) : the page is another.
    appeared(keys) : these characters have been read for the first time.
    relabelled(keys) : learning has changed these.
    corrected(Change) : a correction is on disk and its line was read again.
    spread(Change) : the same correction has changed characters on other lines too; others counts all of them.
    word_read(Key, readings) : ways to read the word with this character, a list of WordReading; none: it has none.
    cuts_read(Key, cuts) : ways to part this character in two, a list of Cut, the likeliest first.
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
    cuts_read = Signal(object, object)
    words_changed = Signal()
    summary = Signal(object)
    ready = Signal()
    trouble = Signal(str)

    write = _act(PageSession.write)
    insert = _act(PageSession.insert)
    erase = _act(PageSession.erase)
    delete = _act(PageSession.delete)
    draw = _act(PageSession.draw)
    read_drawing = _act(PageSession.read_drawing)
    set_boxes = _act(PageSession.set_boxes)
    join = _act(PageSession.join)
    ask_cuts = _act(PageSession.ask_cuts)
    split = _act(PageSession.split)
    set_space = _act(PageSession.set_space)
    correct = _act(PageSession.correct)
    ask_word = _act(PageSession.ask_word)
    correct_word = _act(PageSession.correct_word)
    edit_text = _act(PageSession.edit_text)
    part_word = _act(PageSession.part_word)
    confirm = _act(PageSession.confirm)
    undo = _act(PageSession.undo)
    redo = _act(PageSession.redo)
    merge = _act(PageSession.merge)

    boxes_read = _act(PageSession.boxes_read)
    line_read = _act(PageSession.line_read)
    word_found = _act(PageSession.word_found)
    cuts_found = _act(PageSession.cuts_found)
    sample_learned = _act(PageSession.sample_learned)
    samples_refused = _act(PageSession.samples_refused)
    caught_up = _act(PageSession.caught_up)

    def __init__(self, page_path: Path, shelf: Shelf | None = None):
        super().__init__()
        self.session = PageSession()
        self.words: set[str] = set()
        self._engine = EngineThread()
        self.shelf = shelf or Shelf(page_path)
        self.file = Autosave(page_path)
        self.file.trouble.connect(self.trouble)
        self.file.changed_elsewhere.connect(self.merge)
        worker = self._engine.worker
        worker.ready.connect(self._on_ready)
        worker.words_changed.connect(self._on_words)
        worker.ranked.connect(self.boxes_read)
        worker.line_read.connect(self.line_read)
        worker.word_read.connect(self.word_found)
        worker.cuts_read.connect(self.cuts_found)
        worker.learned.connect(self.sample_learned)
        worker.refused.connect(self.samples_refused)
        worker.caught_up.connect(self.caught_up)
        worker.consulted.connect(self._on_consulted)
        worker.summary.connect(self.summary)
        worker.failed.connect(self.trouble)

    @property
    def page(self) -> Page:
        """The page as it is."""
        return self.session.page

    @property
    def is_ready(self) -> bool:
        """Whether characters can be read."""
        return self.session.is_ready

    # Opening and closing

    def load(self) -> None:
        """Show the page of the last time. A page that cannot be read is put aside, never overwritten."""
        self.session.resume(self.file.load())
        self._send()

    def open(self, **options) -> None:
        """Open the recogniser with the options of Recognizer, or open it anew with others."""
        self.session.is_ready = False
        self._engine.open.emit(options)

    def new_page(self, notebook: str | None = None) -> Path | None:
        """Put the page away and begin an empty one in a notebook, or in its own; returns the file of the page before.

        None if it stays open: it has no ink, or cannot be saved, and then `trouble` tells why.
        """
        before = self.file.path
        if not (self.page.strokes or self.page.typed) or not self._put_away():
            return None
        try:
            self._turn_to(self.shelf.new_page(self.shelf.notebook_of(before) if notebook is None else notebook))
        except NotebookError as error:
            self.trouble.emit(f"{error} So this page stays open.")
            return None
        return before

    def open_page(self, path: Path) -> bool:
        """Put the page away and go on with another, or with an empty one where path is no file yet.

        Returns whether it is open: if the page cannot be saved it stays open, and `trouble` tells why.
        """
        if not self._put_away():
            return False
        self._turn_to(path)
        return True

    def discard(self, path: Path, then: Path | None) -> Path:
        """Put a page into the trash; returns where it lies there.

        then : the page to open if that one is open; None for an empty one.

        Raises NotebookError, with the page left where it is.
        """
        if path == self.file.path:
            if not self._put_away():
                raise NotebookError("The page could not be saved, so it stays open.")
            self._turn_to(then or self.shelf.new_page(""))
        return self.shelf.discard(path)

    def move(self, path: Path, notebook: str) -> Path:
        """Put a page into another notebook; returns where it lies then. Raises NotebookError, with nothing changed."""
        is_open = path == self.file.path
        if is_open and not self._put_away():
            raise NotebookError("The page could not be saved, so it stays where it is.")
        moved = self.shelf.move(path, notebook)
        if is_open:
            self._turn_to(moved)
        return moved

    def _put_away(self) -> bool:
        """Have the page on disk, what was left on it confirmed; if that fails, tell why."""
        self.session.end_asking()
        self.confirm()
        if self.file.save():
            return True
        self.trouble.emit(f"{self.file.problem} So it stays open.")
        return False

    def _turn_to(self, path: Path) -> None:
        empty = replace(Page(), boxes=self.page.boxes, ruling=self.page.ruling)
        page = self.file.open(path, self.session.next_stroke)
        self.session.turn_to(page if page.strokes or page.typed else empty)
        self._send()
        self.shelf.remember(path)

    def set_word(self, word: str, known: bool) -> None:
        """Make a word one of the writer's own, which reading expects, or no longer."""
        self._engine.set_word.emit(word, known)

    def consult(self, ask: Callable[..., Any], answer: Callable[..., None], changes: bool = False) -> None:
        """Have something asked of the recogniser in its thread, and answered in this one: see Consultation."""
        self._engine.consult.emit(Consultation(ask, answer, changes))

    def close(self) -> None:
        """Return soon, with everything on disk. Closing twice does nothing.

        Corrections are learned. What was left uncorrected is confirmed as far as there is time; the rest, and what is
        still to be read, is left to the next start. A page that cannot be written to its file is kept in the home or
        the temporary folder, and found at the next start, unless the user has given it up.
        """
        if not self._engine.running:
            return
        self._engine.stop_reading()
        self.session.end_asking()
        self.confirm(most=CONFIRMED_AT_CLOSE)
        self._engine.finish(CLOSING_S)
        self.file.save()  # while the engine learns
        self.session.unconfirm(self._engine.close())
        self._send()
        self.file.close()

    # What the session asks and tells

    def _send(self) -> None:
        """Pass on what is in the session's outbox."""
        while self.session.outbox:
            match self.session.outbox.popleft():
                case PageChanged(page, appeared, relabelled):
                    self.file.hold(page)
                    self.changed.emit(page)
                    if appeared:
                        self.appeared.emit(appeared)
                    if relabelled:
                        self.relabelled.emit(relabelled)
                case Change() as change:
                    (self.spread if change.spread else self.corrected).emit(change)
                case WordRead(key, readings):
                    self.word_read.emit(key, readings)
                case CutsRead(key, cuts):
                    self.cuts_read.emit(key, cuts)
                case request:
                    self._engine.ask.emit(request)

    def _on_ready(self, profile: str, known_samples: set[str], alphabet: Alphabet, behind: bool) -> None:
        self.session.profile_opened(profile, known_samples, behind, alphabet)
        self._send()
        self.ready.emit()

    def _on_consulted(self, consultation: Consultation, result: Any) -> None:
        if consultation.changes:
            self.caught_up()
        consultation.answer(result)

    def _on_words(self, words: list[str]) -> None:
        self.words = set(words)
        self.words_changed.emit()
