"""The files of a data set where they lie: members of a zip that is never unpacked, or files below a folder.

A :class:`Zip` keeps a few numbers for each member instead of a record, so that a zip of over a million members can be
read in little memory, and from several threads.
"""

import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

import numpy as np

from handpad.errors import DataError

MAX_FILE = 16 << 20
"""No single file of a data set of characters is larger than this many bytes (16 MiB)."""

_MEMBER = np.dtype([("offset", "<i8"), ("packed", "<u8"), ("size", "<u8"), ("crc", "<u4"), ("method", "<u2")])
_LOCAL_HEADER = struct.Struct("<4s22xHH")


class EntryError(Exception):
    """One file that cannot be read; the text says why and names no file."""


class Zip:
    """A zip archive. ``names`` are the paths of its files; those that climb out of the archive are in ``refused``."""

    def __init__(self, path: Path):
        """Read the list of members. Raises DataError if the file is missing, no zip, or cut off."""
        self.path = Path(path)
        try:
            with zipfile.ZipFile(self.path) as archive:
                files = [member for member in archive.filelist if not member.is_dir()]
            self.refused = [member.filename for member in files if _climbs(member.filename)]
            files = [member for member in files if not _climbs(member.filename)]
            rows = ((m.header_offset, m.compress_size, m.file_size, m.CRC, m.compress_type) for m in files)
            self._members = np.fromiter(rows, _MEMBER, len(files))
        except FileNotFoundError:
            raise DataError(f"There is no file {path}.") from None
        except (OSError, ValueError, OverflowError, struct.error, NotImplementedError, zipfile.BadZipFile) as error:
            raise DataError(f"{path} is no zip file or is cut off: download it again.") from error
        # The names are made anew: kept as they are, they lie between the freed records and keep that memory taken.
        names = "\0".join(member.filename for member in files)
        del archive, files, rows
        self.names = names.split("\0") if names else []

    def contents(self, places: np.ndarray) -> Iterator[bytes | EntryError]:
        """The content of the file at each place in ``names``, or the error that a damaged one makes."""
        try:
            with self.path.open("rb") as file:
                for place in places:
                    yield _or_error(_unpacked, file, self._members[place])
        except OSError as error:
            raise DataError(f"{self.path} cannot be read: {error.strerror}.") from error


def _or_error(read: Callable[..., bytes], *arguments) -> bytes | EntryError:
    try:
        return read(*arguments)
    except EntryError as error:
        return error


def _climbs(name: str) -> bool:
    return name.startswith(("/", "\\")) or ".." in name.replace("\\", "/").split("/")


def _unpacked(file: BinaryIO, member: np.void) -> bytes:
    """One member (PKWARE APPNOTE, sections 4.3.7 and 4.4), at most MAX_FILE bytes."""
    offset, packed, size, crc, method = member.item()
    if max(packed, size) > MAX_FILE:
        raise EntryError("files too large for a character")
    file.seek(offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\3\4"):
        raise EntryError("files that are damaged or cut off")
    _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    file.seek(name_length + extra_length, 1)
    content = file.read(packed)
    try:
        if method == zipfile.ZIP_DEFLATED:
            content = zlib.decompressobj(-zlib.MAX_WBITS).decompress(content, size + 1)
        elif method != zipfile.ZIP_STORED:
            raise EntryError("files packed in an unknown way")
    except zlib.error:
        raise EntryError("files that are damaged or cut off") from None
    if len(content) != size or zlib.crc32(content) != crc:
        raise EntryError("files that are damaged or cut off")
    return content


class Folder:
    """A folder with everything below it; links are not followed. Has ``names`` and ``contents`` like :class:`Zip`."""

    def __init__(self, path: Path, below: str = "."):
        """List the files below ``path / below``. Names are relative to path, with "/"."""
        self.path = Path(path)
        self.refused: list[str] = []
        files = (file for file in sorted((self.path / below).rglob("*")) if file.is_file() and not file.is_symlink())
        self.names = [str(PurePosixPath(file.relative_to(self.path))) for file in files]

    def contents(self, places: np.ndarray) -> Iterator[bytes | EntryError]:
        """The content of the file at each place in ``names``, or the error that an unreadable one makes."""
        for place in places:
            yield _or_error(_file, self.path / self.names[place])


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
        self.refused = first.refused + second.refused
        self.names = first.names + second.names

    def contents(self, places: np.ndarray) -> Iterator[bytes | EntryError]:
        """The same for places in ``names`` of both; they must not decrease."""
        count = len(self._first.names)
        yield from self._first.contents(places[places < count])
        yield from self._second.contents(places[places >= count] - count)


Store = Zip | Folder | Both
