"""Writing a file so that a crash, a full disk or a power cut leaves either the old file or the new one, whole."""

import contextlib
import itertools
import os
import tempfile
from datetime import datetime
from pathlib import Path


def replace_file(path: Path, data: bytes, backup: bool = False) -> None:
    """Write data beside path, sync it to disk, then put it in path's place.

    backup: keep the file that was there as ``<path>.bak``.

    Raises OSError, with the old file untouched and nothing left over.
    """
    handle, temporary = tempfile.mkstemp(prefix=path.name + ".", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        if backup and path.exists():
            _keep_backup(path)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
    _sync_folder(path.parent)


def backup_path(path: Path) -> Path:
    """Where :func:`replace_file` keeps the file before the last."""
    return path.with_name(path.name + ".bak")


def put_aside(path: Path) -> Path:
    """Rename a file that cannot be used, with the date in its name, so that nothing is written over it.

    Returns where it lies now, ``<stem>-damaged-YYYY-MM-DD-HHMMSS<suffix>``. Raises OSError, with nothing changed.
    """
    aside = free_name(path.with_name(f"{path.stem}-damaged-{datetime.now():%Y-%m-%d-%H%M%S}{path.suffix}"))
    path.rename(aside)
    _sync_folder(path.parent)
    return aside


def free_name(path: Path) -> Path:
    """A path that no file has yet: the one given, or the same with -2, -3 ... at the end of its stem."""
    names = itertools.chain([path], (path.with_stem(f"{path.stem}-{number}") for number in itertools.count(2)))
    return next(name for name in names if not name.exists())


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
