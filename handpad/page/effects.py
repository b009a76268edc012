"""What corrections do, followed until it can be told: stored, their own line read again, then all other lines."""

from collections.abc import Set
from dataclasses import replace

from handpad.page.line_job import Key
from handpad.page.messages import Change


class CorrectionEffects:
    """Follows the latest correction; the ones before it only until they are stored.

    Attributes
    ----------
    pending : corrections on their way to disk, by the id of the sample that tells of them.
    row : the line of a correction that is stored and not told yet: it is read first of all; None if there is none.
    """

    def __init__(self) -> None:
        self.pending: dict[str, Change] = {}
        self.row: int | None = None
        self._stored: Change | None = None  # the correction of row
        self._relabelled: set[Key] = set()  # by the latest correction
        self._told: Change | None = None  # the latest correction, while other lines are read again

    def expect(self, sample_id: str, change: Change) -> None:
        """A correction is on its way."""
        self.pending[sample_id] = change
        self._relabelled.clear()
        self._told = None

    def stored(self, change: Change, row: int) -> None:
        """A correction on a line is on disk, and its line is to be read again."""
        self._stored, self.row = change, row

    def relabelled(self, keys: Set[Key]) -> None:
        """Learning has changed these characters."""
        self._relabelled |= keys

    def line_read(self) -> Change | None:
        """The line of the correction was read again: what the correction did, as far as is known."""
        self.row = None
        if self._stored is not None:
            self._told = replace(self._stored, others=len(self._relabelled))
        return self._told

    def all_read(self) -> Change | None:
        """Nothing is left to be read: what the correction did, if that is more than was told."""
        told, self._told = self._told, None
        if told is None or len(self._relabelled) <= told.others:
            return None
        return replace(told, others=len(self._relabelled), spread=True)
