"""Keeps the page read: asks the engine for what is open or unread, and puts what it answers on the page."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from handpad.app.engine_thread import EngineThread
from handpad.app.open_page import OpenPage
from handpad.page.line_job import Key, LineJob, ReadBack, line_job, merged, settled
from handpad.page.page import Character, Page


class PageReading(QObject):
    """Reads the open page, one line at a time, so that the pen's line is never behind others.

    Attributes
    ----------
    candidates : ink of a character to its candidates, best first.
    pen_row, pen_stroke : line and number of the stroke written last; None on a page without any.
    corrected_row : the line of a correction that has not been told yet: it is read first of all.

    Signals
    -------
    appeared(keys) : these characters have been read for the first time.
    relabelled(keys) : learning has changed these.
    line_done(row) : the reading of a line has come back.
    all_done() : nothing is left to be read.
    """

    appeared = Signal(object)
    relabelled = Signal(object)
    line_done = Signal(int)
    all_done = Signal()

    def __init__(self, open_page: OpenPage, engine: EngineThread):
        super().__init__()
        self.candidates: dict[Key, list] = {}
        self.pen_row: int | None = None
        self.pen_stroke: int | None = None
        self.corrected_row: int | None = None
        self._open_page = open_page
        self._engine = engine
        self._job: LineJob | None = None  # the line being read
        self._look: dict[int, set[Key]] = {}  # lines to be read, and settled characters to look at on them
        self._relabel: set[Key] = set()  # those of them that may be given another label
        self._read_anew: set[Key] = set()  # in boxes
        engine.worker.ranked.connect(self._on_ranked)
        engine.worker.line_read.connect(self._on_line_read)

    def probability(self, character: Character) -> float:
        """How probable a character's label is, 0 to 1; 0 if it has not been read since the start."""
        candidates = self.candidates.get(character.parts, ())
        return next((c.probability for c in candidates if c.label == character.label), 0.0)

    @property
    def page(self) -> Page:
        """The page as it is."""
        return self._open_page.page

    # What is to be read

    def ask(self, rows: Iterable[int]) -> None:
        """Have lines read as far as they are open or unread; the line being written comes first."""
        if not self._engine.is_ready:
            return
        for row in rows:
            if row in self.page.box_rows:
                line = self.page.lines[row]
                unread = {
                    c.parts: (self.page.ink(c), self.page.guide(c)) for c in line if c.parts not in self.candidates
                }
                if unread:
                    self._engine.read.emit(unread)
            else:
                self._look.setdefault(row, set())
        self._next_line()

    def ask_changed(self, lines: Mapping[int, tuple[Character, ...]]) -> None:
        """Have changed lines read as far as they are unread: line of paper to its characters now."""
        for row, line in lines.items():
            if row not in self.page.box_rows:
                unread = {c.parts for c in line if not c.label or c.parts not in self.candidates}
                if unread:
                    self._look.setdefault(row, set()).update(unread)
        self.ask(self.page.box_rows)

    def review(self, relabel: Set[Key]) -> None:
        """Read every line again; settled characters of those given may get another label."""
        self._relabel |= relabel
        for row, line in self.page.lines.items():
            if row not in self.page.box_rows:
                look = {c.parts for c in line if c.parts in relabel or c.parts not in self.candidates}
                self._look.setdefault(row, set()).update(look)
        self.ask(sorted(self.page.lines, key=lambda row: row != self.pen_row))

    def restart(self, relabel: bool) -> set[Key]:
        """Let go of all that was read, for a recogniser opened anew; returns the characters that it may relabel.

        Opened anew with other settings, all that is neither fixed nor confirmed is read anew, unless `relabel` is
        False, since the recogniser is still learning. At the start, the page says what it said.
        """
        anew = self.unsettled() if relabel and self.candidates else set()
        self._read_anew = anew
        self.candidates.clear()
        self._job = None
        return anew

    def unsettled(self) -> set[Key]:
        """The characters that are neither fixed nor confirmed: another base model may read them otherwise."""
        return {c.parts for c in self.page.characters if not c.fixed and not c.sample_id}

    def awaits(self, row: int) -> bool:
        """Whether a line is being read or is still to be read."""
        return self._job is not None and row in {self._job.row, *self._look}

    @property
    def idle(self) -> bool:
        """Whether nothing is being read or is to be read on lines of free writing."""
        return self._job is None and not self._look

    def _next_line(self) -> None:
        """Send the next line to be read, if none is on its way."""
        while self._job is None and self._look:
            urgent = (row for row in (self.corrected_row, self.pen_row) if row in self._look)
            row = next(urgent, next(iter(self._look)))
            look = self._look[row]
            job = line_job(self.page, row, look, self._relabel)
            if job is not None:
                self._job = job
                look -= job.bare
                self._relabel -= job.bare
                if not look & {character.parts for character in self.page.lines[row]}:
                    del self._look[row]
                self._engine.read_line.emit(job)
            else:
                del self._look[row]
        if self._job is None:
            self._relabel.clear()
            self.all_done.emit()

    # What was read

    def with_labels(self, page: Page) -> Page:
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
                    line[index] = replace(character, label=ranked[key][0].label, sample_id="")
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
                number = self.pen_stroke if job.row == self.pen_row else None
                page = settled(page, job.row, number)
                self._show_read(page, bool(job.relabel))
                if any(not c.label for c in self.page.lines.get(job.row, ())):
                    self._look.setdefault(job.row, set())  # written while it was being read
        self.line_done.emit(job.row)
        self._next_line()

    def _show_read(self, page: Page, after_learning: bool) -> None:
        """Show a page with characters read anew; what was confirmed as something else is no longer believed."""
        old = self.page
        appeared, relabelled = set(), set()
        contradicted: set[str] = set()
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
            self._open_page.show(page)
        else:
            self._open_page.changed.emit(page)
        if contradicted:
            self._engine.change.emit(sorted(contradicted), [])
        if appeared:
            self.appeared.emit(appeared)
        if relabelled:
            self.relabelled.emit(relabelled)
        if len(self.candidates) > 2 * len(self.page.characters) + 2000:
            self._drop_closed()

    def _drop_closed(self) -> None:
        """Let go of characters that are on no page that undo could bring back."""
        lines = {id(line): line for page in self._open_page.within_reach() for line in page.lines.values()}
        keys = {character.parts for line in lines.values() for character in line}
        self.candidates = {key: ranked for key, ranked in self.candidates.items() if key in keys}
        self._engine.keep.emit(keys)
