"""The recogniser in a thread of its own, so that it never holds up the pen.

Every method of :class:`Engine` is called through a queued signal or invocation, so that it runs in the engine's
thread, one after another, in the order asked for. Confirmations wait until nothing else is asked for.
"""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from handpad.errors import HandpadError, ProfileError
from handpad.page.answers import Answers
from handpad.page.line_job import LineJob
from handpad.page.messages import BoxJob, ChangeSamples, CutJob, LearnSample, Request, WordJob

if TYPE_CHECKING:  # loads OpenCV, which must not hold up the window
    from handpad.recognizer import Recognizer

log = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Consultation:
    """Something that is asked of the recogniser in its thread, beside what the page asks.

    Attributes
    ----------
    ask : called with the Recognizer in the engine's thread; it may raise HandpadError, which the user is told.
    answer : called with what that gave, in the window's thread.
    changes : whether it changes what is learned: then all that is open is read again.
    """

    ask: Callable[["Recognizer"], Any]
    answer: Callable[[Any], None]
    changes: bool = False


@dataclass(frozen=True)
class Summary:
    """What the status line tells: how many samples there are, how well was read of late, and how many are behind.

    accuracy : a sentence, "" as long as too little is known. Samples behind are still to be learned again, since
    another base model saw them.
    """

    samples: int
    accuracy: str
    behind: int = 0


class _Ending(Exception):
    """What is being read is not wanted any more."""


class Engine(QObject):
    """Reads and learns.

    Attributes
    ----------
    ending : set from another thread when the engine is about to be closed: nothing is read any more.
    unlearned : the ids of samples that could not be learned or, after :meth:`finish`, that there was no time for.

    Signals
    -------
    ready(profile_id, known_sample_ids, alphabet, behind) : the recogniser is open; alphabet is all that it can read, as
        one string; behind: samples that another base model saw are still to be learned again.
    ranked(dict) : candidates by key, of the characters in boxes asked for, by themselves.
    line_read(job, characters) : a line was read: a list of ReadBack in reading order, or None if that failed.
    word_read(readings) : ways to read the word asked for, a list of WordReading, best first.
    cuts_read(cuts) : ways to part the character asked for, a list of Cut, the likeliest first.
    words_changed(words) : the writer's own words.
    consulted(consultation, result) : what a consultation asked for.
    summary(Summary) : how much is learned, before `ready` and whenever that changes; a few times a second while
        samples are learned again.
    learned(sample_id, like) : it is on disk; like: the character that the ink of a sign looks just like, "" if none.
    caught_up() : no sample is behind any more.
    refused(sample_ids) : these cannot be learned; failed says why.
    failed(sentence) : something is wrong, a sentence for the user.
    """

    ready = Signal(str, object, object, bool)
    ranked = Signal(object)
    line_read = Signal(object, object)
    word_read = Signal(object)
    cuts_read = Signal(object)
    words_changed = Signal(object)
    consulted = Signal(object, object)
    summary = Signal(object)
    learned = Signal(str, str)
    caught_up = Signal()
    refused = Signal(object)
    failed = Signal(str)

    def __init__(self):
        super().__init__()
        self.ending = threading.Event()
        self.unlearned: set[str] = set()
        self._recognizer = None
        self._answers = None
        self._forgotten = {}
        self._waiting: deque[LearnSample] = deque()
        self._waiting_since = 0.0
        self._unstored: dict[str, LearnSample] = {}
        self._retry = QTimer(self, singleShot=True, interval=RETRY_MS)
        self._retry.timeout.connect(self._learn_unstored)
        self._pause = QTimer(self, singleShot=True)
        self._pause.timeout.connect(self._learn_waiting)
        self._behind = QTimer(self, interval=CATCH_UP_PAUSE_MS)
        self._behind.timeout.connect(self._catch_up)
        self._told = 0.0  # when that was last told

    @Slot(object)
    def open(self, options: dict) -> None:
        """Open the recogniser: options are those of Recognizer. What cannot be opened gives way to what can."""
        import cv2  # loading it must not hold up the window

        from handpad.recognizer import Recognizer

        cv2.setNumThreads(1)  # the other cores are for the pen
        self.close()
        options = dict(options)
        while True:
            try:
                self._recognizer = Recognizer(**options, wait=False)
                break
            except ProfileError as error:
                log.exception("profile")
                options["profile"] = fresh = _beside(Path(options["profile"]))
                self.failed.emit(f"{error} It was left as it is; learning goes on in {fresh.name}.")
            except HandpadError as error:
                log.exception("model")
                if options.get("model") is None:
                    self.failed.emit(f"{error} Nothing can be read; install Handpad again.")
                    return
                options["model"] = None
                self.failed.emit(f"{error} Handpad goes on with the model it came with.")
        recognizer = self._recognizer
        self._answers = Answers(recognizer, self._forgotten)
        self.words_changed.emit(recognizer.words())
        self._tell_summary()
        alphabet, behind = recognizer.alphabet, recognizer.behind() > 0
        self.ready.emit(recognizer.profile_id, recognizer.known_ids(), alphabet, behind)
        self._tell_notes()
        try:
            self._recognizer.open_reading()
        except HandpadError as error:
            log.exception("reader")
            self.failed.emit(str(error))
        if self._recognizer.behind():
            self._told = time.monotonic()
            self._behind.start()

    def _catch_up(self) -> None:
        """Learn some more samples again that another base model saw; what is asked for meanwhile comes first."""
        if self.ending.is_set():
            return
        try:
            left = self._recognizer.catch_up(CATCH_UP_BY)
            self._recognizer.open_reading()
        except HandpadError as error:
            log.exception("catch up")
            self._behind.stop()
            self.failed.emit(f"{error} The rest is learned again at the next start.")
            return
        if not left:
            self._behind.stop()
            self._tell_notes()
        if not left or time.monotonic() - self._told > TELL_S:
            self._told = time.monotonic()
            self._tell_summary()
        if not left:
            self.caught_up.emit()

    def _tell_notes(self) -> None:
        """Tell the writer what was wrong with the profile."""
        for note in self._recognizer.take_notes():
            self.failed.emit(note)

    def _tell_summary(self) -> None:
        pad = self._recognizer
        self.summary.emit(Summary(pad.sample_count(), pad.accuracy().sentence, pad.behind()))

    @Slot(object)
    def answer(self, request: Request) -> None:
        """Answer what a page session asks for, see :mod:`handpad.page.messages`."""
        match request:
            case BoxJob():
                self._read_boxes(request)
            case LineJob() | WordJob() | CutJob():
                self._read(request)
            case LearnSample():
                self._learn_in_turn(request)
            case ChangeSamples(forget, restore):
                self._change(forget, restore)

    def _read_boxes(self, job: BoxJob) -> None:
        """Read characters in boxes by themselves, so that they are seen at once; their line is read after that."""
        if self._answers is None or self.ending.is_set():
            return
        self._let_wait()
        if ranked := self._answers.read_boxes(job):
            self.ranked.emit(ranked)

    def _let_wait(self) -> None:
        """Put off what waits to be learned: the pen is still writing."""
        if self._waiting and time.monotonic() - self._waiting_since < LONGEST_WAIT_S:
            self._pause.start(REST_MS)

    def _read(self, job: LineJob | WordJob | CutJob) -> None:
        """Read a line, a word or the halves of a character; always answers, unless the engine is ending."""
        if self.ending.is_set():
            return
        found, line = None, isinstance(job, LineJob)
        if line:
            self._let_wait()
        try:
            if self._answers is not None:
                with self._recognizer.interruptible(self._end_if_wanted):
                    found = self._answers.read(job)
        except _Ending:
            return
        except Exception as error:  # whatever the ink was, the next line must be read
            log.exception("reading")
            what = "A line" if line else "The word"
            self.failed.emit(f"{what} could not be read ({error}). Your ink is safe; the log has the rest.")
        match job:
            case LineJob():
                self.line_read.emit(job, found)
            case WordJob():
                self.word_read.emit(found or [])
            case CutJob():
                self.cuts_read.emit(found or list(job.cuts))

    def _end_if_wanted(self) -> None:
        """Let go of what is being read when the engine is ending."""
        if self.ending.is_set():
            raise _Ending

    @Slot(str, bool)
    def set_word(self, word: str, known: bool) -> None:
        """Make a word one of the writer's own, or no longer."""
        if self._recognizer is None:
            return
        try:
            (self._recognizer.add_word if known else self._recognizer.remove_word)(word)
        except HandpadError as error:
            log.exception("word")
            self.failed.emit(str(error))
        self.words_changed.emit(self._recognizer.words())

    @Slot(object)
    def consult(self, consultation: Consultation) -> None:
        """Ask the recogniser something beside what the page asks; nothing is answered while none is open."""
        if self._recognizer is None or self.ending.is_set():
            return
        try:
            if consultation.changes:
                self.flush()
            result = consultation.ask(self._recognizer)
        except HandpadError as error:
            log.exception("consultation")
            self.failed.emit(str(error))
            return
        if consultation.changes:
            if self._recognizer.behind():
                self._behind.start()
            self._tell_summary()
        self.consulted.emit(consultation, result)

    def _learn_in_turn(self, sample: LearnSample) -> None:
        """Learn a correction now; a confirmation when nothing else waits."""
        if sample.confirmed:
            if not self._waiting:
                self._waiting_since = time.monotonic()
                self._pause.start(REST_MS)
            self._waiting.append(sample)
        else:
            self._learn(sample)

    def _learn_waiting(self) -> None:
        if self._waiting:
            self._learn(self._waiting.popleft())
        if self._waiting:
            self._pause.start(CONFIRM_PAUSE_MS)

    def _learn(self, sample: LearnSample) -> None:
        if self._answers is None:
            self.unlearned.add(sample.sample_id)
            return
        try:
            like = self._answers.learn(sample)
        except ProfileError as error:  # a full disk, for instance: what was taught is kept until it can be stored
            self.unlearned.add(sample.sample_id)
            if not self._unstored:
                log.exception("learn")
                self.failed.emit(f"{error} What you teach is kept, and Handpad tries again every few seconds.")
            self._unstored[sample.sample_id] = sample
            self._retry.start()
            return
        except HandpadError as error:
            log.exception("learn")
            self.unlearned.add(sample.sample_id)
            self.refused.emit([sample.sample_id])
            self.failed.emit(str(error))
            return
        self.unlearned.discard(sample.sample_id)
        self._tell_summary()
        self.learned.emit(sample.sample_id, like)

    def _learn_unstored(self) -> None:
        """Try again to store what could not be stored."""
        waiting, self._unstored = self._unstored, {}
        for sample in waiting.values():
            if self._unstored:
                self._unstored[sample.sample_id] = sample  # it would fail likewise
            else:
                self._learn(sample)

    def _change(self, forget: list[str], restore: list[str]) -> None:
        """Forget samples and learn forgotten ones again, as undo and redo ask."""
        if self._answers is None:
            return
        if self.ending.is_set():  # no time to learn what is forgotten at once
            self._waiting = deque(sample for sample in self._waiting if sample.sample_id not in set(forget))
        else:
            self.flush()
        try:
            stored = [sample_id for sample_id in forget if self._unstored.pop(sample_id, None) is None]
            self._answers.change(stored, restore)
        except HandpadError as error:
            log.exception("change")
            self.failed.emit(str(error))
        self._tell_summary()

    def flush(self) -> None:
        """Learn every waiting confirmation."""
        while self._waiting:
            self._learn_waiting()

    @Slot(float)
    def finish(self, deadline: float) -> None:
        """Close for good; confirmations that still wait are learned until then, a time of `time.monotonic`."""
        try:
            while self._waiting and time.monotonic() < deadline:
                self._learn(self._waiting[0])
                self._waiting.popleft()
        finally:
            self.unlearned |= {sample.sample_id for sample in self._waiting}
            self._waiting.clear()
            self.close()

    @Slot()
    def close(self) -> None:
        """Learn what waits and close the profile."""
        if self._recognizer is not None:
            self._behind.stop()
            self._learn_unstored()
            self.flush()
            self._retry.stop()
            self._pause.stop()
            self._recognizer.close()
            self._recognizer = self._answers = None


RETRY_MS = 5000
"""After so long what could not be stored is tried again."""

REST_MS = 300
"""Confirmations are learned when nothing has been written for this long ..."""

LONGEST_WAIT_S = 0.8
"""... or when they have waited for this long, one by one ..."""

CONFIRM_PAUSE_MS = 15
"""... with this pause between, so that a line of them never holds up a reading."""

CATCH_UP_BY, CATCH_UP_PAUSE_MS = 32, 2
"""So many samples are learned again at once, with this pause between: no reading waits longer than one such step."""

TELL_S = 0.3
"""How often is told how far that is."""


def _beside(path: Path) -> Path:
    """The next name beside a profile that cannot be used: me.handpad, me-2.handpad, me-3.handpad ..."""
    stem, _, number = path.stem.rpartition("-")
    if stem and number.isdigit():
        return path.with_stem(f"{stem}-{int(number) + 1}")
    return path.with_stem(f"{path.stem}-2")
