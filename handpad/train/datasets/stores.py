"""The files of a data set where they lie: members of a zip that is never unpacked, or files below a folder.

A store lists the files; a portion of it reads some of them, and is small enough to be sent to another process.
"""

import os
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

import numpy as np

from handpad.errors import DataError
from handpad.train.datasets.dropped import Dropped
from handpad.zip_files import JoinedNames, MemberError, Names, read_directory, unpacked

MAX_FILE = 16 << 20
"""No single file of a data set of characters is larger than this many bytes (16 MiB)."""

MAX_TOTAL = 32 << 30
"""The files of a zip are together no larger than this many bytes (32 GiB): NIST's have about 5."""

_DEEPEST = 32
"""Folders below each other that are looked into."""


class EntryError(Exception):
    """One file that cannot be read; the text says why and names no file."""


class Portion(Protocol):
    """Some files of a store. Going through it gives each file's content, or the EntryError of a damaged one.

    Raises DataError where the store itself can no longer be read.
    """

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[bytes | EntryError]: ...


class Zip:
    """A zip archive. ``names`` are the paths of its files, and ``size`` is how many bytes they hold together.

    Those that climb out of the archive are not read; ``refused`` are the places of their names.
    """

    def __init__(self, path: Path):
        """Read the list of members.

        Raises DataError if the file is missing, no zip, cut off, or would unpack to more than MAX_TOTAL bytes.
        """
        self.path = Path(path)
        try:
            self.names, self._members = read_directory(self.path)
        except FileNotFoundError:
            raise DataError(f"There is no file {path}.") from None
        except (OSError, ValueError, OverflowError, struct.error) as error:
            raise DataError(f"{path} is no zip file or is cut off ({error}): download it again.") from error
        self.size = int(self._members["size"].sum(dtype=np.float64))
        if self.size > MAX_TOTAL:
            raise DataError(f"{path} unpacks to more than {MAX_TOTAL >> 30} GiB: it is no data set of characters.")
        self.refused = [place for place, name in enumerate(self.names) if _climbs(name)]

    def portion(self, places: np.ndarray) -> "ZipPortion":
        """The files at these places in ``names``, int (n,)."""
        return ZipPortion(self.path, self._members[places])


def _climbs(name: str) -> bool:
    return name.startswith(("/", "\\")) or (".." in name and ".." in name.replace("\\", "/").split("/"))


@dataclass(frozen=True)
class ZipPortion:
    """Some members of a zip, which is opened when they are read."""

    path: Path
    members: np.ndarray

    def __len__(self) -> int:
        return len(self.members)

    def __iter__(self) -> Iterator[bytes | EntryError]:
        try:
            with self.path.open("rb") as file:
                for member in self.members.tolist():
                    yield _or_error(_unpacked, file, member)
        except OSError as error:
            raise DataError(f"{self.path} cannot be read: {error.strerror}.") from error


def _or_error(read: Callable[..., bytes], *arguments) -> bytes | EntryError:
    try:
        return read(*arguments)
    except EntryError as error:
        return error


def _unpacked(file: BinaryIO, member: tuple[int, ...]) -> bytes:
    """One member, at most MAX_FILE bytes."""
    _, packed, size, *_ = member
    if max(packed, size) > MAX_FILE:
        raise EntryError("files too large for a character")
    try:
        return b"".join(unpacked(file, member))
    except MemberError as error:
        raise EntryError(str(error)) from None


class Folder:
    """A folder with everything below it; links are not followed. Has the same members as :class:`Zip`."""

    refused = ()

    def __init__(self, path: Path, below: str = "."):
        """List the files below ``path / below``, in order. Names are relative to path, with "/"."""
        self.path = Path(path)
        self.names = Names(_below(self.path / below, "" if below == "." else below + "/"))

    def portion(self, places: np.ndarray) -> "FolderPortion":
        """The files at these places in ``names``, int (n,)."""
        return FolderPortion(self.path, [self.names[place] for place in places])


def _below(folder: Path, prefix: str, depth: int = 0) -> Iterator[str]:
    """The files below a folder, links left out. A folder that cannot be listed, or lies too deep, counts as empty."""
    if depth > _DEEPEST:
        return
    try:
        with os.scandir(folder) as found:
            entries = sorted(found, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if entry.is_symlink():
            continue
        if entry.is_dir():
            yield from _below(Path(entry.path), f"{prefix}{entry.name}/", depth + 1)
        elif entry.is_file():
            yield prefix + entry.name


@dataclass(frozen=True)
class FolderPortion:
    """Some files below a folder."""

    path: Path
    names: list[str]

    def __len__(self) -> int:
        return len(self.names)

    def __iter__(self) -> Iterator[bytes | EntryError]:
        for name in self.names:
            yield _or_error(_file, self.path / name)


def _file(path: Path) -> bytes:
    try:
        if path.stat().st_size > MAX_FILE:
            raise EntryError("files too large for a character")
        return path.read_bytes()
    except OSError:
        raise EntryError("files that cannot be read") from None


class Both:
    """Two stores as one: the names of the first, then those of the second."""

    def __init__(self, first: "Store", second: "Store"):
        self._first, self._second = first, second
        self._count = len(first.names)
        self.names = JoinedNames(first.names, second.names)
        self.refused = [*first.refused, *(self._count + place for place in second.refused)]

    def portion(self, places: np.ndarray) -> "BothPortions":
        """The same for places in ``names`` of both; they must not decrease."""
        in_first = places < self._count
        return BothPortions(
            self._first.portion(places[in_first]), self._second.portion(places[~in_first] - self._count)
        )


@dataclass(frozen=True)
class BothPortions:
    """A portion of each of two stores."""

    first: Portion
    second: Portion

    def __len__(self) -> int:
        return len(self.first) + len(self.second)

    def __iter__(self) -> Iterator[bytes | EntryError]:
        yield from self.first
        yield from self.second


Store = Zip | Folder | Both


def drop_refused(store: Store, dropped: Dropped) -> set[int]:
    """Count the files that a store refuses. Returns their places."""
    for place in store.refused:
        dropped.add("paths that climb out of the archive", store.names[place])
    return set(store.refused)
