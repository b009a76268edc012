"""What of the page is learned: corrections, confirmations, what undo takes back of them, and what they changed."""

from collections.abc import Set
from dataclasses import dataclass, replace
from math import inf

from PySide6.QtCore import QObject, Signal

from handpad.app.engine import Lesson, Summary
from handpad.app.engine_thread import EngineThread
from handpad.app.open_page import OpenPage
from handpad.app.page_reading import PageReading
from handpad.page.learning import changed_samples, confirmed, of_profile, unconfirmed
from handpad.page.line_job import Key, line_around
from handpad.page.page import Character, Page


@dataclass(frozen=True)
class Change:
    """What a correction did: the character or word it gave, whether it taught anything, how many others changed by it.

    confirmed : it was right before, and now stays so.
    letters, skipped : how many characters a word has, and how many of them were not learned because their ink does
        not look like them.
    """

    label: str
    learned: bool
    others: int
    confirmed: bool = False
    letters: int = 1
    skipped: int = 0


class Lessons(QObject):
    """Gives the samples of the open page their ids, has them learned and forgotten, and tells what learning did.

    Signals
    -------
    corrected(Change) : a correction is on disk and its line was read again.
    spread(Change) : the same correction has changed characters on other lines too; others counts all of them.
    summary(Summary) : how much has been learned.
    trouble(str) : a sentence for the user.
    """

    corrected = Signal(object)
    spread = Signal(object)
    summary = Signal(object)
    trouble = Signal(str)

    def __init__(self, open_page: OpenPage, reading: PageReading, engine: EngineThread):
        super().__init__()
        self._open_page = open_page
        self._reading = reading
        self._engine = engine
        self._pending: dict[str, Change] = {}  # corrections on their way to disk, by sample id
        self._correction: Change | None = None  # one that is learned, until its line is read again
        self._relabelled: set[Key] = set()  # by the last correction
        self._spreading: Change | None = None  # the last correction, while other lines are read again
        reading.relabelled.connect(self._on_relabelled)
        reading.line_done.connect(self._on_line_done)
        reading.all_done.connect(self._on_all_done)
        engine.worker.learned.connect(self._on_learned)
        engine.worker.forgotten.connect(self.summary)
        engine.worker.failed.connect(self._on_failed)

    @property
    def waiting(self) -> bool:
        """Whether corrections are on their way to disk."""
        return bool(self._pending)

    # What is learned and forgotten

    def begin(self, profile: str, known: Set[str]) -> None:
        """Go on with a profile that was just opened, which knows samples of these ids, see :func:`of_profile`."""
        old = self._open_page.page
        page, lost = of_profile(old, profile, known)
        if page is not old:
            self._open_page.show(page)
        for character in lost:
            self.learn(character.sample_id, character.parts, character.label, "", confirmed=False)

    def expect(self, sample_id: str, change: Change) -> None:
        """A correction is on its way; `corrected` will tell of that change when the sample has been learned."""
        self._pending[sample_id] = change
        self._relabelled.clear()
        self._spreading = None

    def learn(self, sample_id: str, key: Key, label: str, predicted: str, confirmed: bool) -> None:
        """Have a character learned, which was read as `predicted`; confirmed: it was left as it was read."""
        page, character = self._open_page.page, Character(key)
        ink, guide = page.ink(character), page.guide(character)
        line = line_around(page, key)
        self._engine.learn.emit(Lesson(sample_id, ink, guide, label, predicted, confirmed, line))

    def confirm(self, except_row: int | None = None, most: float = inf) -> None:
        """Learn every character that was left uncorrected, with less weight; not those of the line given.

        On lines of free writing, what was read with less than LEAST_SURE is left: it may be a drawing. No further line
        is begun when `most` are learned.
        """
        old = self._open_page.page
        read = self._reading.candidates.keys()
        page, found = confirmed(old, read, self._reading.probability, except_row, most)
        for character in found:
            self.learn(character.sample_id, character.parts, character.label, character.label, confirmed=True)
        if page is not old:
            self._open_page.show(page)

    def unconfirm(self, sample_ids: Set[str]) -> None:
        """Samples were not learned after all: what was left uncorrected among them can be confirmed another time.

        Corrections are learned when the profile is opened the next time.
        """
        old = self._open_page.page
        page = unconfirmed(old, sample_ids)
        if page is not old:
            self._open_page.show(page)

    def follow(self, page: Page) -> None:
        """The page is to be another: forget the samples that it does not hold and learn those again that it does."""
        gone, back = changed_samples(self._open_page.page, page)
        back -= set(self._pending)
        if gone or back:
            self._engine.change.emit(sorted(gone), sorted(back))

    # What learning did

    def _on_learned(self, sample_id: str, summary: Summary) -> None:
        self.summary.emit(summary)
        change = self._pending.pop(sample_id, None)
        if change is None:
            return
        page = self._open_page.page
        character = next((c for c in page.characters if c.sample_id == sample_id), None)
        if self._reading.corrected_row is not None:
            self._tell()
        self._correction = change
        self._reading.corrected_row = page.row(character) if character else -1
        self._reading.review({c.parts for c in page.characters if not c.fixed})
        row = self._reading.corrected_row
        if row is not None and not self._reading.awaits(row):
            self._tell()

    def _on_relabelled(self, keys: Set[Key]) -> None:
        self._relabelled |= keys

    def _on_line_done(self, row: int) -> None:
        if self._reading.corrected_row == row:
            self._tell()

    def _tell(self) -> None:
        """Say what a correction did, as far as is known."""
        self._reading.corrected_row = None
        if self._correction is not None:
            self._spreading = replace(self._correction, others=len(self._relabelled))
            self.corrected.emit(self._spreading)

    def _on_all_done(self) -> None:
        """Nothing is left to be read: say what else a correction did."""
        if self._spreading is not None and len(self._relabelled) > self._spreading.others:
            self.spread.emit(replace(self._spreading, others=len(self._relabelled)))
        self._spreading = None

    def _on_failed(self, message: str, sample_ids: list[str]) -> None:
        for sample_id in sample_ids:
            self._pending.pop(sample_id, None)
            page = self._open_page.page
            character = next((c for c in page.characters if c.sample_id == sample_id), None)
            if character is not None:
                self._open_page.show(page.with_character(character, replace(character, sample_id="")))
        self.trouble.emit(message)
