"""What a reader is given beside its source."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


def _silent(done: int, total: int, text: str) -> None:
    pass


@dataclass(frozen=True)
class Work:
    """Where a reader tells how far it is, and where it keeps what is finished.

    Attributes
    ----------
    progress : called often with how much is done, of how much, and of what, such as (4096, 814255, "images").
    folder : finished parts are kept in it, and not made again if they are there already; its owner deletes it.
        None: nothing is kept.
    """

    progress: Callable[[int, int, str], None] = _silent
    folder: Path | None = None


PLAIN = Work()
"""Says nothing and keeps nothing."""
