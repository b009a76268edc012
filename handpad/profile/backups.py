"""Copies of a profile in the folder ``backups`` beside it: one a day, and one before anything far-reaching.

Seven days, four weeks and twelve months of daily copies are kept. A copy holds the ink and labels alone: what base
models derive from them is made anew.
"""

import contextlib
import logging
import os
import sqlite3
import tempfile
import threading
from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path

from handpad.files import clear_left_over, free_name

log = logging.getLogger(__name__)

DAYS, WEEKS, MONTHS = 7, 4, 12
"""So many days, weeks and months keep their latest copy."""

MOST_SPECIAL = 6
"""So many of the copies made before something far-reaching are kept."""


DELAY_S = 10.0
"""The backup of the day waits so long after the profile was opened: then the pen has its first characters read."""


def folder_of(path: Path) -> Path:
    """The folder that holds the backups of a profile, and of others beside it."""
    return path.parent / "backups"


def backups_of(path: Path) -> list[Path]:
    """All backups of a profile, newest first."""
    found = [file for file in folder_of(path).glob(f"*{path.suffix}") if _parts(file, path) is not None]
    return sorted(found, key=lambda file: _parts(file, path) or ("", ""), reverse=True)


def _parts(file: Path, path: Path) -> tuple[str, str] | None:
    """Day and the rest of a backup's name, ``<stem>-YYYY-MM-DD[-HHMMSS-before-reason]``; None for other files."""
    stem = file.stem
    if not stem.startswith(path.stem + "-"):
        return None
    rest = stem[len(path.stem) + 1 :]
    try:
        date.fromisoformat(rest[:10])
    except ValueError:
        return None
    return rest[:10], rest[10:]


def back_up(path: Path, reason: str = "") -> Path | None:
    """Copy a profile to its backups, with the day in its name; returns the copy.

    reason : what is about to be done; such a copy stands beside that of the day. Without one it is the copy of the day.

    A copy that cannot be made (a full disk, no permission) is logged and None returned: it is no reason not to write.
    """
    now = datetime.now()
    name = f"{path.stem}-{now:%Y-%m-%d}" + (f"-{now:%H%M%S}-before-{reason}" if reason else "")
    temporary = None
    try:
        folder = folder_of(path)
        folder.mkdir(exist_ok=True)
        clear_left_over(folder, f".{path.name}")
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=folder)
        os.close(handle)
        _copy(path, temporary)
        target = folder / f"{name}{path.suffix}"
        if reason:
            target = free_name(target)
        Path(temporary).replace(target)
    except (OSError, sqlite3.Error):
        log.exception("no backup of %s", path)
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        return None
    prune(path)
    return target


def _copy(path: Path, target: str) -> None:
    with contextlib.closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as source:
        source.execute("PRAGMA busy_timeout = 5000")
        with contextlib.closing(sqlite3.connect(target, isolation_level=None)) as copy:
            source.backup(copy)
            copy.execute("PRAGMA journal_mode = DELETE")  # version 1 wrote ahead
            copy.execute("PRAGMA trusted_schema = OFF")
            copy.execute("DELETE FROM derived")
            copy.execute("VACUUM")
            if copy.execute("PRAGMA quick_check(1)").fetchone()[0] != "ok":
                raise sqlite3.DatabaseError("the copy is damaged")


def prune(path: Path) -> None:
    """Delete the backups of a profile that are no longer kept."""
    files = {file: parts for file in backups_of(path) if (parts := _parts(file, path))}
    daily = [file for file, (_, rest) in files.items() if not rest]
    kept = kept_days([date.fromisoformat(files[file][0]) for file in daily])
    special = [file for file, (_, rest) in files.items() if rest]
    gone = [file for file in daily if date.fromisoformat(files[file][0]) not in kept]
    for file in [*gone, *special[MOST_SPECIAL:]]:
        with contextlib.suppress(OSError):
            file.unlink()


def kept_days(days: Iterable[date]) -> set[date]:
    """Of the days with a backup those that keep it: the latest seven, and the last of four weeks and twelve months."""
    newest = sorted(set(days), reverse=True)
    kept = set(newest[:DAYS])
    for periods, period in ((WEEKS, lambda day: day.isocalendar()[:2]), (MONTHS, lambda day: (day.year, day.month))):
        latest: dict[tuple, date] = {}
        for day in newest:
            latest.setdefault(period(day), day)
        kept.update(list(latest.values())[:periods])
    return kept


class Daily:
    """Makes the backup of the day in a thread of its own, if there is none yet; at the latest when it is waited for."""

    def __init__(self, path: Path):
        self._path = path
        self._thread: threading.Thread | None = None
        self._wanted = threading.Event()
        if not (folder_of(path) / f"{path.stem}-{date.today():%Y-%m-%d}{path.suffix}").exists():
            self._thread = threading.Thread(target=self._run, name="backup", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        self._wanted.wait(DELAY_S)
        with contextlib.suppress(OSError, AttributeError):  # Linux lets one thread give way to the others
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), 10)
        back_up(self._path)

    def wait(self) -> None:
        """Return when it is made."""
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()
