"""Which data set a file or folder is, by a glance at what it holds."""

import contextlib
import os
import re
import struct
from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from handpad.errors import DataError
from handpad.profile import APPLICATION_ID
from handpad.train.datasets.archive import open_tar

SIGNS = {
    "profile": r"\.handpad$",
    "idx": r"-images[-.]idx3-ubyte(\.gz)?$",
    "uji": r"(^|/)UJIpenchars-w\d+$",
    "unipen": r"(^|/)data/1[abcd]/[^/]+/",
    "deepwriting": r"(^|/)eoc_labels\.npy$|(^|/)deepwriting[^/]*\.npz$|(^|/)\d+/[^/]+/[^/]*segmented[^/]*\.json$",
    "nist": r"(^|/)by_class(\.zip$|/[0-9a-f]{2}/)",
    "folder": r"(^|/)[^/]+/([^/]|U\+[0-9A-Fa-f]{4,6})/[^/]+\.png$",
}
"""A pattern for each data set that one of the paths in it matches; the first row that does decides."""

_GLANCE = 2000
_LONGEST_NAME = 1024
_LOCAL_HEADER = struct.Struct("<4s2xH10xL4xHH")
_HAS_SIZE_BEHIND = 0x08


def detect(path: Path) -> str | None:
    """The name in READERS of the data set at a path, or None if it is none of them or cannot be read.

    Of a folder or an archive the first two thousand paths are looked at; nothing is unpacked to disk.
    """
    path = Path(path)
    if _is_profile(path):
        return "profile"
    names = list(islice(_names(path), _GLANCE))
    return next((name for name, sign in SIGNS.items() if any(re.search(sign, each) for each in names)), None)


def _is_profile(path: Path) -> bool:
    """A SQLite file with Handpad's mark (SQLite file format, section 1.3)."""
    head = _head(path, 72)
    return head.startswith(b"SQLite format 3\0") and head[68:72] == APPLICATION_ID.to_bytes(4)


def _head(path: Path, count: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(count)
    except OSError:
        return b""


def _names(path: Path) -> Iterator[str]:
    """The paths in a folder or an archive, as far as they can be read, or the name of the file alone."""
    if path.is_dir():
        for folder, _, files in os.walk(path):
            below = Path(path.name, os.path.relpath(folder, path)).as_posix()
            yield from (f"{below}/{name}" for name in files)
    elif _head(path, 4) == b"PK\3\4":
        yield from _zip_names(path)
    else:
        names = []
        with contextlib.suppress(DataError, OSError), open_tar(path) as archive:
            names += islice((member.name for member in archive), _GLANCE)
        yield from names or ([path.name] if path.is_file() else [])


def _zip_names(path: Path) -> Iterator[str]:
    """Paths from the headers before each member: the list at the end of a large zip takes long to read."""
    try:
        with path.open("rb") as file:
            while len(header := file.read(_LOCAL_HEADER.size)) == _LOCAL_HEADER.size:
                mark, flags, packed, name_length, extra_length = _LOCAL_HEADER.unpack(header)
                if mark != b"PK\3\4":
                    return
                yield file.read(name_length)[:_LONGEST_NAME].decode("utf-8", "replace")
                if flags & _HAS_SIZE_BEHIND:
                    return
                file.seek(extra_length + packed, os.SEEK_CUR)
    except OSError:
        return
