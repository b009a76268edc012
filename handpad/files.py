"""Files that a crash, a full disk or a power cut leaves whole, and that are never written over unread."""

import contextlib
import errno
import itertools
import os
import re
import tempfile
import time
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

LEFT_OVER_AFTER = 600.0
"""A temporary file of that age, in seconds, is no longer being written: a crash left it."""

_TEMPORARY = re.compile(r"(?P<name>.+)\.(?:[a-z0-9_]{8}\.tmp|bak\.new)")

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the room that you have on the disk is used up",
    errno.EFBIG: "the file would be larger than is allowed here",
    errno.EACCES: "Handpad has no permission",
    errno.EPERM: "Handpad has no permission",
    errno.EROFS: "the disk can only be read",
    errno.ENOENT: "the folder is not there",
    errno.ENOTDIR: "the folder is not there",
    errno.EISDIR: "a folder is in its place",
    errno.EIO: "the disk does not answer as it should",
}


def reason(error: OSError) -> str:
    """Why a file could not be read or written, as a part of a sentence for the user."""
    return _REASONS.get(error.errno or 0) or error.strerror or str(error)


def replace_file(path: Path, data: bytes, backup: bool = False) -> None:
    """Write data beside path, sync it to disk, then put it in path's place.

    backup: keep the file that was there as ``<path>.bak``.

    Raises OSError, with the old file untouched and nothing left over.
    """
    with _written_beside(path, data) as temporary:
        if backup and path.exists():
            _keep_backup(path)
        temporary.replace(path)
    _sync_folder(path.parent)


def write_new(path: Path, data: bytes) -> Path:
    """Write data to a file that was not there: path, or where that is taken, path with a number; returns that file.

    It is on disk when this returns. Raises OSError, with nothing left over.
    """
    with _written_beside(path, data) as temporary:
        new = _claimed(path)
        try:
            temporary.replace(new)
        except BaseException:
            new.unlink(missing_ok=True)
            raise
    _sync_folder(path.parent)
    return new


def put_aside(path: Path) -> Path:
    """Move a file that cannot be read out of the way; returns where it lies now.

    Its new name, beside path, is ``<stem>-damaged-<date and time><suffix>``, with a number where that is taken: no
    file is ever replaced. Raises OSError if it cannot be moved: then nothing may be written in its place.
    """
    aside = _claimed(path.with_name(f"{path.stem}-damaged-{stamp()}{path.suffix}"))
    try:
        path.replace(aside)
    except BaseException:
        aside.unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)
    return aside


def backup_path(path: Path) -> Path:
    """Where :func:`replace_file` keeps the file before the last."""
    return path.with_name(path.name + ".bak")


def numbered(path: Path) -> Iterable[Path]:
    """path, then path with the numbers 2, 3, ... behind its stem, without end."""
    yield path
    for number in itertools.count(2):
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")


def free_name(path: Path) -> Path:
    """A path that no file has yet: the one given, or the same with a number."""
    return next(name for name in numbered(path) if not name.exists())


def stamp() -> str:
    """Date and time of now, as names of files have it."""
    return datetime.fromtimestamp(time.time()).strftime("%Y-%m-%d-%H%M%S")


def keep_private(path: Path) -> None:
    """Let nobody but the owner of a file read or write it. What cannot be changed stays as it is, as on Windows."""
    with contextlib.suppress(OSError):
        mode = path.stat().st_mode
        if mode & 0o077:
            path.chmod(mode & 0o7700)


def clear_left_over(folder: Path, matching: str) -> None:
    """Remove the temporary files that a crash left of writing the files in folder whose names match a pattern.

    Those that another program may still be writing stay. What cannot be removed stays too.
    """
    with contextlib.suppress(OSError):
        for file in folder.iterdir():
            found = _TEMPORARY.fullmatch(file.name)
            if found and Path(found["name"]).match(matching):
                with contextlib.suppress(OSError):
                    if abs(time.time() - file.lstat().st_mtime) > LEFT_OVER_AFTER:
                        file.unlink()


@contextlib.contextmanager
def _written_beside(path: Path, data: bytes) -> Iterator[Path]:
    """A temporary file beside path that holds data and is on disk; gone afterwards, unless it was moved."""
    handle, name = tempfile.mkstemp(prefix=path.name + ".", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        yield temporary
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _claimed(path: Path) -> Path:
    """An empty file that this call has made: path, or with a number where that is taken. Raises OSError."""
    for new in numbered(path):
        try:
            os.close(os.open(new, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except FileExistsError:
            continue
        return new
    raise AssertionError("numbers never run out")


def _keep_backup(path: Path) -> None:
    link = path.with_name(path.name + ".bak.new")
    link.unlink(missing_ok=True)
    try:
        os.link(path, link)
    except OSError:  # a file system without hard links
        return
    link.replace(backup_path(path))


def _sync_folder(folder: Path) -> None:
    with contextlib.suppress(OSError):  # Windows has no way to open a folder
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
