"""Writing a file so that a crash, a full disk or a power cut leaves either the old file or the new one, whole."""

import contextlib
import os
import tempfile
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
