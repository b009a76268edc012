"""Opening a profile's file: what is checked before SQLite touches it, and how SQLite is told to handle it."""

import contextlib
import os
import sqlite3
import struct
import time
from collections.abc import Iterator
from pathlib import Path

from handpad.errors import ProfileError
from handpad.files import keep_private, put_aside
from handpad.profile import backups, schema

PAGE_SIZE = 4096
"""Bytes of a page of the file."""

MOST_BYTES = 4 << 30
"""A profile is no larger than this (4 GiB)."""

LARGEST_VALUE = 64 << 20
"""No single value in it is larger than this many bytes (64 MiB)."""

LONGEST_CHECK_S = 20.0
"""Opening gives a file up after so many seconds."""

_BUSY_MS = 5000
_JOURNAL = bytes.fromhex("d9d505f920a163d7")
_CHANGES, _PAGE_SIZE_AT = 24, 16
_WAL_READ_VERSION = 19


class Damaged(Exception):
    """A profile whose file is damaged; the text says how."""


class NoProfile(ProfileError):
    """A file that does not begin as a profile does: something else, or a profile whose first page is damaged."""


def connect(path: str | Path, notes: list[str]) -> sqlite3.Connection:
    """Open a profile's file, or make one if there is none; ":memory:" keeps it in memory alone.

    What the writer should know is added to notes.

    Raises Damaged if SQLite finds the file damaged, and ProfileError if it is no profile, from a newer Handpad, or
    cannot be opened; the file is then as it was.
    """
    path = Path(path)
    in_memory = str(path) == ":memory:"
    if not in_memory:
        check_header(path)
        notes += _without_foreign_journals(path)
        _make_private(path)
    db = None
    try:
        db = sqlite3.connect(str(path), isolation_level=None, check_same_thread=False)
        db.text_factory = lambda text: text.decode("utf-8", "replace")
        db.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LARGEST_VALUE)
        for setting in (f"busy_timeout = {_BUSY_MS}", "trusted_schema = OFF", "cell_size_check = ON"):
            db.execute(f"PRAGMA {setting}")
        with _in_time(db):
            _open(db, path, in_memory)
        return db
    except BaseException as error:
        if db is not None:
            db.close()
        if isinstance(error, sqlite3.DatabaseError) and plain(error) == DAMAGED:
            raise Damaged(str(error)) from error
        if isinstance(error, sqlite3.Error):
            raise ProfileError(f"The profile {path} cannot be opened: {plain(error)}.") from error
        raise


def _make_private(path: Path) -> None:
    """Let nobody but its owner read a profile, what SQLite has left beside it, and its backups.

    A new one is made so: SQLite gives its journals the permissions of the file that they belong to.
    """
    with contextlib.suppress(OSError):  # SQLite tells what is wrong
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    beside = (path.with_name(path.name + suffix) for suffix in ("-journal", "-wal", "-shm"))
    for file in (path, *beside, *backups.backups_of(path)):
        keep_private(file)


def _open(db: sqlite3.Connection, path: Path, in_memory: bool) -> None:
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.VERSION:  # not yet in the header, if version 1 was killed
        raise ProfileError(newer(path))
    if not in_memory:
        problem = db.execute("PRAGMA quick_check(1)").fetchone()[0]
        if problem != "ok":
            raise Damaged(problem)
        db.execute("PRAGMA journal_mode = DELETE")
    for setting in ("synchronous = EXTRA", "foreign_keys = ON", "secure_delete = ON"):
        db.execute(f"PRAGMA {setting}")
    if db.execute("PRAGMA application_id").fetchone()[0] == 0:
        with transaction(db):
            if db.execute("PRAGMA application_id").fetchone()[0] == 0:  # no other process was faster
                schema.create(db)
        return
    try:
        schema.check(db, version)
    except ProfileError as error:
        raise ProfileError(f"The file {path} is not a Handpad profile: {error}.") from error
    if version < schema.VERSION:
        backups.back_up(path, f"version-{version}")
        with transaction(db):
            if db.execute("PRAGMA user_version").fetchone()[0] == version:
                schema.migrate(db, version)


@contextlib.contextmanager
def transaction(db: sqlite3.Connection) -> Iterator[None]:
    """All that is done inside is on disk afterwards, or nothing of it."""
    db.execute("BEGIN EXCLUSIVE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        with contextlib.suppress(sqlite3.Error):
            db.execute("ROLLBACK")
        raise


@contextlib.contextmanager
def _in_time(db: sqlite3.Connection) -> Iterator[None]:
    """Interrupts what SQLite does inside once LONGEST_CHECK_S are over."""
    end = time.monotonic() + LONGEST_CHECK_S
    db.set_progress_handler(lambda: time.monotonic() > end, 100_000)
    yield
    db.set_progress_handler(None, 0)


def check_header(path: Path) -> None:
    """Look at the first 100 bytes before SQLite touches the file (SQLite file format, section 1.3).

    Raises ProfileError unless they are those of a profile, or there is no file, or an empty one.
    """
    try:
        with path.open("rb") as file:
            header = file.read(100)
            size = file.seek(0, 2)
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise ProfileError(f"There is no folder {path.parent} to keep the profile in.") from None
        return
    except PermissionError as error:
        raise ProfileError(f"Handpad is not allowed to read the profile {path}.") from error
    except OSError as error:
        raise ProfileError(f"The profile {path} cannot be read: {error.strerror}.") from error
    if not header:
        return
    version, application = struct.unpack_from(">I4xI", header.ljust(100, b"\0"), 60)
    if not header.startswith(b"SQLite format 3\0") or application != schema.APPLICATION_ID:
        raise NoProfile(f"The file {path} is not a Handpad profile.")
    if version > schema.VERSION:
        raise ProfileError(newer(path))
    if size > MOST_BYTES:
        raise ProfileError(f"The profile {path} is larger than {MOST_BYTES >> 30} GiB: it is no writer's history.")


def _without_foreign_journals(path: Path) -> list[str]:
    """Put aside what SQLite would write into the profile although it was left by another file of that name.

    So it is after an older copy was put in the place of a profile that a crash had left with its journal. Returns a
    sentence for each.
    """
    told = []
    for suffix, belongs in (("-journal", _journal_belongs), ("-wal", _wal_belongs)):
        journal = path.with_name(path.name + suffix)
        if journal.is_file() and not belongs(path, journal):
            aside = put_aside(journal)
            told.append(
                f"Beside the profile {path} lay changes that belong to another version of it; they were not made, and "
                f"are kept as {aside.name}."
            )
    return told


def _wal_belongs(path: Path, wal: Path) -> bool:
    """Whether a write-ahead log may be the profile's: only version 1 wrote one, and said so in its header."""
    if not wal.stat().st_size:
        return True
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file:
        return file.read(100)[_WAL_READ_VERSION : _WAL_READ_VERSION + 1] == b"\2"
    return False


def _journal_belongs(path: Path, journal: Path) -> bool:
    """Whether a rollback journal is of the file as it is now (SQLite file format, section 3).

    It holds the first page as it was before the transaction, whose change counter the file has now or is one past.
    """
    with contextlib.suppress(FileNotFoundError), path.open("rb") as file, journal.open("rb") as old:
        header = old.read(28)
        if not header.startswith(_JOURNAL) or len(header) < 28:
            return True  # SQLite takes no notice of it
        _, _, _, sector, page_size = struct.unpack_from(">5I", header, 8)
        if not 512 <= page_size <= 65536 or not 28 <= sector <= 65536:
            return True
        (now,) = struct.unpack_from(">I", file.read(100).ljust(100, b"\0"), _CHANGES)
        old.seek(sector)
        while len(record := old.read(page_size + 8)) == page_size + 8:
            (number,) = struct.unpack_from(">I", record)
            if number == 1:
                (before,) = struct.unpack_from(">I", record, 4 + _CHANGES)
                return now in (before, (before + 1) & 0xFFFFFFFF)
        return True
    return False


def newer(path: Path) -> str:
    """The sentence on a profile of a newer Handpad."""
    return f"The profile {path} comes from a newer Handpad; update Handpad to use it."


DAMAGED = "it is damaged"


def plain(error: sqlite3.Error) -> str:
    """What an error of SQLite means for the writer: the end of a sentence."""
    text = str(error)
    if "full" in text:
        return "the disk is full"
    if "locked" in text or "busy" in text:
        return "another program is writing to it"
    if "readonly" in text or "unable to open" in text:
        return "it, or its folder, is read-only"
    if "malformed" in text or "not a database" in text or "corrupt" in text:
        return DAMAGED
    if "interrupted" in text:
        return "it takes too long to be read"
    if "disk I/O" in text:
        return "the disk does not do what it is asked for; it may be full"
    return text
