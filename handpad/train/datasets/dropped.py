"""Count what a reader leaves out, and list it."""

LISTED = 100
"""So many entries are listed for each reason; all are counted."""

LONGEST = 300
"""Characters of an entry that are kept."""


class Dropped:
    """Reasons for leaving samples out, how often each, and where.

    Attributes
    ----------
    listed : by reason, the entries (files, lines, members of an archive) that were met first, at most LISTED.
    """

    def __init__(self):
        self.listed: dict[str, list[str]] = {}
        self._counts: dict[str, int] = {}

    def add(self, reason: str, entry: str, count: int = 1) -> None:
        """Note `count` samples of one entry."""
        if count:
            self._counts[reason] = self._counts.get(reason, 0) + count
            entries = self.listed.setdefault(reason, [])
            if len(entries) < LISTED:
                entries.append(entry[:LONGEST].encode("utf-8", "backslashreplace").decode())

    def counts(self) -> dict[str, int]:
        """The form that a Dataset keeps: "<reason> (first: <entry>)" to the number of samples."""
        return {f"{reason} (first: {self.listed[reason][0]})": count for reason, count in self._counts.items()}

    def why(self) -> str:
        """The end of a sentence that says that nothing is left: "; <count> <reason> (first: <entry>)" of each."""
        return "".join(f"; {count:,} {reason}" for reason, count in self.counts().items())
