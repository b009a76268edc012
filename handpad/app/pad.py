"""The page session of the app: events of the window become its calls, and what it asks and tells become signals.

What an act does to the page and to what is learned is decided in :mod:`handpad.page.session`; the engine answers in a
thread of its own, and another one keeps the page on disk.
"""

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Concatenate, ParamSpec, TypeVar

from PySide6.QtCore import QObject, Signal

from handpad.app.autosave import Autosave
from handpad.app.engine import Summary
from handpad.app.engine_thread import EngineThread
from handpad.page.document import DocumentError
from handpad.page.line_job import Key, LineJob, ReadBack, WordReading
from handpad.page.messages import Appeared, Corrected, Event, PageChanged, Relabelled, Request, Spread, WordRead
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
    def act(pad: "Pad", *args: _P.args, **options: _P.kwargs) -> _R:
        result = method(pad.session, *args, **options)
        pad.send()
        return result

    return act


class Pad(QObject):
    """One page being written. What the writer does are the methods of PageSession of the same names.

    Attributes
    ----------
    session : the page session.
    alphabet : all that a character can be read as; "" before the recogniser is open.
    words : the writer's own words.

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

    write = _act(PageSession.write)
    erase = _act(PageSession.erase)
    delete = _act(PageSession.delete)
    set_boxes = _act(PageSession.set_boxes)
    join = _act(PageSession.join)
    split = _act(PageSession.split)
    set_space = _act(PageSession.set_space)
    correct = _act(PageSession.correct)
    ask_word = _act(PageSession.ask_word)
    correct_word = _act(PageSession.correct_word)
    confirm = _act(PageSession.confirm)
    undo = _act(PageSession.undo)
    redo = _act(PageSession.redo)

    def __init__(self, page_path: Path):
        super().__init__()
        self.session = PageSession()
        self.alphabet = ""
        self.words: set[str] = set()
        self._engine = EngineThread()
        self._file = Autosave(page_path)
        self._file.trouble.connect(self.trouble)
        self._file.kept.connect(self.kept)
        worker = self._engine.worker
        worker.ready.connect(self._on_ready)
        worker.ranked.connect(self._on_ranked)
        worker.line_read.connect(self._on_line_read)
        worker.word_read.connect(self._on_word_read)
        worker.words_changed.connect(self._on_words)
        worker.learned.connect(self._on_learned)
        worker.forgotten.connect(self.summary)
        worker.caught_up.connect(self._on_caught_up)
        worker.failed.connect(self._on_failed)

    @property
    def page(self) -> Page:
        """The page as it is."""
        return self.session.page

    @property
    def candidates(self) -> dict[Key, list]:
        """Ink of a character to its candidates, best first."""
        return self.session.candidates

    @property
    def is_ready(self) -> bool:
        """Whether characters can be read."""
        return self.session.is_ready

    # Opening and closing

    def load(self) -> None:
        """Show the page of the last time. A page that cannot be read is put aside, never overwritten."""
        self.session.resume(self._file.load())
        self.send()

    def open(self, **options) -> None:
        """Open the recogniser with the options of Recognizer, or open it anew with others."""
        self.session.profile_closes()
        self._engine.open(options)

    def save(self) -> bool:
        """Write the page now; returns whether it is on disk, or closed."""
        return not self._engine.running or self._file.save()

    def save_elsewhere(self, path: Path) -> None:
        """Keep the page in another file from now on, and at the next start. Raises DocumentError if that fails too."""
        self._file.save_elsewhere(path)

    def give_up(self) -> None:
        """The user wants what is not on disk to be lost at closing."""
        self._file.give_up()

    @property
    def unsaved_strokes(self) -> int:
        """How many strokes of the page are not on disk."""
        return self._file.unsaved_strokes

    @property
    def save_problem(self) -> str:
        """Why the page could not be saved when it was last tried, as a sentence; "" if it could."""
        return self._file.problem

    def new_page(self) -> Path | None:
        """Keep the page as a file of its own and begin an empty one; returns that file, if there was ink.

        The page stays open, and `trouble` tells why, if it cannot be kept.
        """
        if not self.page.strokes:
            return None
        self.confirm()
        try:
            aside = self._file.keep()
        except DocumentError as error:
            self.trouble.emit(f"{error} So it stays open.")
            return None
        self.session.new_page()
        self.send()
        return aside

    def set_word(self, word: str, known: bool) -> None:
        """Make a word one of the writer's own, which reading expects, or no longer."""
        self._engine.set_word.emit(word, known)

    def close(self) -> None:
        """Return soon, with everything on disk. Closing twice does nothing.

        Corrections are learned. What was left uncorrected is confirmed as far as there is time; the rest, and what is
        still to be read, is left to the next start. A page that cannot be written to its file is kept in the home or
        the temporary folder, and found at the next start, unless the user has given it up.
        """
        if not self._engine.running:
            return
        self._engine.stop_reading()
        self.confirm(most=CONFIRMED_AT_CLOSE)
        self._engine.finish(CLOSING_S)
        self._file.save()  # while the engine learns
        self.session.unconfirm(self._engine.close())
        self.send()
        self._file.close()

    # What the session asks and tells

    def send(self) -> None:
        """Pass on what is in the session's outbox."""
        while self.session.outbox:
            self._pass_on(self.session.outbox.popleft())

    def _pass_on(self, message: Request | Event) -> None:
        match message:
            case PageChanged(page):
                self._file.hold(page)
                self.changed.emit(page)
            case Appeared(keys):
                self.appeared.emit(keys)
            case Relabelled(keys):
                self.relabelled.emit(keys)
            case Corrected(change):
                self.corrected.emit(change)
            case Spread(change):
                self.spread.emit(change)
            case WordRead(key, readings):
                self.word_read.emit(key, readings)
            case _:
                self._engine.ask.emit(message)

    # What the engine answers

    def _on_ready(self, profile: str, known_samples: set[str], alphabet: str, summary: Summary) -> None:
        self.alphabet = alphabet
        self.session.profile_opened(profile, known_samples, summary.behind > 0)
        self.send()
        self.summary.emit(summary)
        self.ready.emit()

    def _on_ranked(self, ranked: dict[Key, list], after_learning: bool) -> None:
        self.session.boxes_read(ranked, after_learning)
        self.send()

    def _on_line_read(self, job: LineJob, reading: list[ReadBack] | None) -> None:
        self.session.line_read(job, reading)
        self.send()

    def _on_word_read(self, readings: list[WordReading]) -> None:
        self.session.word_read(readings)
        self.send()

    def _on_learned(self, sample_id: str, summary: Summary) -> None:
        self.summary.emit(summary)
        self.session.sample_learned(sample_id)
        self.send()

    def _on_caught_up(self, summary: Summary) -> None:
        self.summary.emit(summary)
        if not summary.behind:
            self.session.caught_up()
            self.send()

    def _on_failed(self, sentence: str, sample_ids: list[str]) -> None:
        self.session.samples_failed(sample_ids)
        self.send()
        self.trouble.emit(sentence)

    def _on_words(self, words: list[str]) -> None:
        self.words = set(words)
        self.words_changed.emit()
