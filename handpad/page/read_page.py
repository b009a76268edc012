"""The open page as a recogniser reads it and learns from it, whatever the writer does to it.

Which of it is to be read, what becomes of it when that is answered, and which of its characters are learned: see
:mod:`handpad.page.session` for what the writer does, and :mod:`handpad.page.messages` for what is asked and told.
"""

from collections import deque
from collections.abc import Iterable, Mapping, Set
from dataclasses import replace
from typing import TYPE_CHECKING

from handpad.labels import NOTHING, Alphabet
from handpad.page import learning, line_job, messages
from handpad.page.effects import CorrectionEffects
from handpad.page.line_job import Key, LineJob, ReadBack
from handpad.page.page import Character, Page
from handpad.page.reading_queue import ReadingQueue
from handpad.page.steps import Steps
from handpad.sample_ids import new_sample_id

if TYPE_CHECKING:
    from handpad.recognizer import Candidate

SURE_SPACE = 0.8
"""A space, or that there is none, is in doubt if it is less probable than this."""

CLOSED = 2000
"""So many characters more than twice those of the page may have candidates before those on no page are let go."""


class ReadPage:
    """One page being read and learned from; an empty one at first.

    Attributes
    ----------
    page : the page as it is.
    candidates : ink of a character to its candidates, best first.
    space_probabilities : ink of a character to how probable a space before it was when that was last open.
    learns : whether corrections and confirmations are learned.
    alphabet : what its recogniser can read and be taught.
    is_ready : whether there is a recogniser to read with: from :meth:`profile_opened` on, until its caller closes it.
    outbox : what is asked and told, oldest first; whoever takes it out does it.
    """

    def __init__(self) -> None:
        self.page = Page()
        self.candidates: dict[Key, list[Candidate]] = {}
        self.space_probabilities: dict[Key, float] = {}
        self.learns = True
        self.is_ready = False
        self.alphabet = NOTHING
        self.outbox: deque[messages.Request | messages.Event] = deque()
        self._steps = Steps()  # their pages can come back
        self._pen_row: int | None = None  # line and number of the stroke written last
        self._pen_stroke: int | None = None
        self._queue = ReadingQueue()
        self._alone: set[Key] = set()  # characters in boxes that were read by themselves, and not yet with their line
        self._by_ink: dict[Key, float] = {}  # of the characters that were read with their line
        self._effects = CorrectionEffects()
        self._profile: tuple[str, set[str]] = ("", set())  # its id, and the ids of the samples that it knows
        self._regrouped: set[Key] = set()  # joined or split, and not yet learned so

    @property
    def reads(self) -> bool:
        """Whether a line is being read or is to be read."""
        return not self._queue.idle

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
        if character.substrokes in self._alone:
            return False
        probability, by_ink = self.probability(character), self._by_ink.get(character.substrokes, 1.0)
        if self.page.row(character) in self.page.box_rows:  # a line of boxes counts the look of a character twice
            probability = min(probability, by_ink)
        return learning.is_certain(probability, by_ink)

    # What is shown

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

    # What is learned

    def profile_opened(self, profile: str, known: Set[str], behind: bool, alphabet: Alphabet) -> None:
        """A profile of this id, which knows samples of these ids, is there to read with and to learn these labels.

        The first one leaves what the page says. With another one, all is read anew that is neither corrected nor
        confirmed; while samples are behind, that waits for :meth:`caught_up`.
        """
        self.is_ready = True
        self.alphabet = alphabet
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

    def sample_learned(self, sample_id: str, like: str = "") -> None:
        """A sample is on disk.

        like : the character that the ink of a sign looks just like; "" if none.
        """
        change = self._effects.pending.pop(sample_id, None)
        if change is None:
            return
        change = replace(change, like=like)
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

    def _of_sample(self, sample_id: str) -> Character | None:
        return next((c for c in self.page.characters if c.sample_id == sample_id), None)

    def _learn(self, sample_id: str, key: Key, label: str, shown: str, confirmed: bool = False) -> None:
        """Have a character learned that the writer was shown as `shown`; confirmed: it was left so."""
        self._profile[1].add(sample_id)
        self.alphabet = self.alphabet.with_sign(label)
        ink, guide = self.page.ink(Character(key)), self.page.guide(Character(key))
        around = line_job.line_around(self.page, key)
        self.outbox.append(messages.LearnSample(sample_id, ink, guide, label, shown, confirmed, around))

    def _tell(self, change: messages.Change | None) -> None:
        if change is not None:
            self.outbox.append(change)
