"""Which lines are read anew, and in which order: one at a time, so that an urgent one waits for one."""

from collections.abc import Sequence, Set

from handpad.page.line_job import Key, LineJob, line_job
from handpad.page.page import Page


class ReadingQueue:
    """The lines that are to be read.

    Attributes
    ----------
    job : the line being read; None while none is.
    """

    def __init__(self) -> None:
        self.job: LineJob | None = None
        self._look: dict[int, set[Key]] = {}  # lines to be read, and committed characters to look at on them
        self._relabel: set[Key] = set()  # those of them that may be given another label

    @property
    def idle(self) -> bool:
        """Whether nothing is being read or is to be read."""
        return self.job is None and not self._look

    def awaits(self, row: int) -> bool:
        """Whether a line is being read, or waits behind one that is."""
        return self.job is not None and row in {self.job.row, *self._look}

    def add(self, row: int, look: Set[Key] = frozenset()) -> None:
        """Have a line read as far as it is open or unread, and candidates of committed characters of it."""
        self._look.setdefault(row, set()).update(look)

    def relabel(self, keys: Set[Key]) -> None:
        """Let committed characters that are looked at get another label."""
        self._relabel |= keys

    def put_back(self, job: LineJob) -> None:
        """Have a line read again that has changed while it was being read."""
        self.add(job.row, job.bare)
        self.relabel(job.relabel)

    def take(self, page: Page, first: Sequence[int | None]) -> LineJob | None:
        """The line to be read now, one of `first` if it waits; None while one is being read, or if none is left."""
        while self.job is None and self._look:
            row = next((row for row in first if row in self._look), next(iter(self._look)))
            look = self._look[row]
            self.job = line_job(page, row, look, self._relabel)
            if self.job is not None:
                look -= self.job.bare
                self._relabel -= self.job.bare
            if self.job is None or not look & {character.substrokes for character in page.lines[row]}:
                del self._look[row]
            if self.job is not None:
                return self.job
        if self.job is None:
            self._relabel.clear()
        return None
