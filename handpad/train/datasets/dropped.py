"""Count what a reader leaves out, with the first entry of each kind named."""


class Dropped:
    """Reasons for leaving samples out, how often each, and where it was met first."""

    def __init__(self):
        self._counts: dict[str, int] = {}
        self._first: dict[str, str] = {}

    def add(self, reason: str, entry: str, count: int = 1) -> None:
        """Note `count` samples of one entry (a file, a line or a member of an archive)."""
        if count:
            self._counts[reason] = self._counts.get(reason, 0) + count
            self._first.setdefault(reason, entry)

    def counts(self) -> dict[str, int]:
        """The form that a Dataset keeps: "<reason> (first: <entry>)" to the number of samples."""
        return {f"{reason} (first: {self._first[reason]})": count for reason, count in self._counts.items()}
