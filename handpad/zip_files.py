"""The list of members at the end of a zip file, as numbers and one run of bytes, and what a member holds, in pieces.

Nothing is unpacked beyond the size that the list states. Python's zipfile makes a record of about 700 bytes for each
member: over a gigabyte for NIST's ``by_class.zip`` with its one and a half million members. Here a member takes 31
bytes and its name. The layout is that of PKWARE's APPNOTE, sections 4.3.12 to 4.3.16.
"""

import mmap
import os
import struct
import zipfile
import zlib
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

import numpy as np

MEMBER = np.dtype(
    [("offset", "<i8"), ("packed", "<u8"), ("size", "<u8"), ("crc", "<u4"), ("method", "<u2"), ("flags", "<u2")]
)
"""Where the local header of a member lies, its sizes in bytes, CRC-32, method and general purpose flags."""

_END = struct.Struct("<4s4x2H2LH")
_END_64_LOCATOR = struct.Struct("<4s4xQ4x")
_END_64 = struct.Struct("<4s20x4Q")
_ENTRY = struct.Struct("<4s4xHH4xLLLHHH8xL")
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_LONGEST_COMMENT = 0xFFFF
_LONGEST_NAME = 1024
_ENCRYPTED = 1
_UTF_8 = 0x800
_IN_EXTRA = 0xFFFFFFFF


PIECE = 1 << 16
"""Bytes of a file that are unpacked at once."""


class MemberError(ValueError):
    """A member that cannot be read; the text says what kind of file that is, and names none."""


class Names(Sequence[str]):
    """Many names in little memory."""

    def __init__(self, names: Iterator[str]):
        text, ends = bytearray(), array("q", [0])
        for name in names:
            text += name.encode("utf-8", "surrogatepass")
            ends.append(len(text))
        self._text, self._ends = bytes(text), ends

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, place: int) -> str:  # type: ignore[override] # nobody takes a slice of so many
        if not 0 <= place < len(self):
            raise IndexError(place)
        return self._text[self._ends[place] : self._ends[place + 1]].decode("utf-8", "surrogatepass")


class JoinedNames(Sequence[str]):
    """The names of the first sequence, then those of the second, without a copy of either."""

    def __init__(self, first: Sequence[str], second: Sequence[str]):
        self._first, self._second = first, second

    def __len__(self) -> int:
        return len(self._first) + len(self._second)

    def __getitem__(self, place: int) -> str:  # type: ignore[override] # nobody takes a slice of so many
        beyond = place - len(self._first)
        return self._first[place] if beyond < 0 else self._second[beyond]


def read_directory(path: Path) -> tuple[Names, np.ndarray]:
    """All members of a zip file that are no folders: their names, and their places and sizes, MEMBER (n,).

    Raises ValueError if the file is no zip, is cut off, or lies in several parts; OSError if it cannot be read.
    """
    with path.open("rb") as file:
        try:
            content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        except ValueError:  # an empty file
            raise ValueError("it is empty") from None
        with content:
            members = array("B")

            def names() -> Iterator[str]:
                for name, member in _entries(content):
                    members.frombytes(_PACKED.pack(*member))
                    yield name

            found = Names(names())
            return found, np.frombuffer(members, MEMBER)


_PACKED = struct.Struct("<qQQLHH")


def _entries(content: mmap.mmap) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Name and numbers of every member, folders left out."""
    start, size, count, before = _where(content)
    at, end = start, start + size
    for _ in range(count):
        if at + _ENTRY.size > end:
            raise ValueError("its list of members is cut off")
        mark, flags, method, crc, packed, full, name_length, extra, comment, offset = _ENTRY.unpack_from(content, at)
        if mark != b"PK\1\2":
            raise ValueError("its list of members is damaged")
        if name_length > _LONGEST_NAME:
            raise ValueError("it has a name that is too long")
        at += _ENTRY.size
        name = content[at : at + name_length].decode("utf-8" if flags & _UTF_8 else "cp437")
        at += name_length
        if _IN_EXTRA in (packed, full, offset):
            full, packed, offset = _long(content[at : at + extra], full, packed, offset)
        at += extra + comment
        if not name.endswith("/"):
            yield name, (offset + before, packed, full, crc, method, flags)


def _where(content: mmap.mmap) -> tuple[int, int, int, int]:
    """Start and size of the list in bytes, the number of members, and how many bytes lie before the zip's own start."""
    at = content.rfind(b"PK\5\6", max(0, len(content) - _END.size - _LONGEST_COMMENT))
    if at < 0 or at + _END.size > len(content):
        raise ValueError("its end is missing")
    _, here, count, size, offset, _ = _END.unpack_from(content, at)
    end = at
    locator = at - _END_64_LOCATOR.size
    if locator >= 0 and content[locator : locator + 4] == b"PK\6\7":
        _, end = _END_64_LOCATOR.unpack_from(content, locator)
        if content[end : end + 4] != b"PK\6\6":  # something was put before the zip
            end = locator - _END_64.size
        if end < 0 or content[end : end + 4] != b"PK\6\6":
            raise ValueError("its end is damaged")
        _, here, count, size, offset = _END_64.unpack_from(content, end)
    before = end - size - offset
    if here != count or before < 0 or count * _ENTRY.size > size:
        raise ValueError("its beginning is missing, or it is one of several parts")
    return end - size, size, count, before


def _long(extra: bytes, *values: int) -> list[int]:
    """Sizes and offset where those of 0xFFFFFFFF stand in the ZIP64 field instead, in the same order."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1:
            wanted = values.count(_IN_EXTRA)
            long = iter(struct.unpack_from(f"<{wanted}Q", extra[: at + 4 + length], at + 4))
            return [next(long) if value == _IN_EXTRA else value for value in values]
        at += 4 + length
    return list(values)


def unpacked(file: BinaryIO, member: Sequence[int]) -> Iterator[bytes]:
    """The content of one member, a row of MEMBER, in pieces of at most PIECE bytes (sections 4.3.7 and 4.4).

    Raises MemberError, at the latest after the last piece, where it is not whole or cannot be unpacked.
    """
    offset, packed, size, crc, method, flags = member
    if flags & _ENCRYPTED:
        raise MemberError("files that need a password")
    if method not in (zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED):
        raise MemberError("files packed in an unknown way")
    file.seek(offset)
    header = file.read(_LOCAL_HEADER.size)
    if len(header) < _LOCAL_HEADER.size or not header.startswith(b"PK\3\4"):
        raise MemberError("files that are damaged or cut off")
    _, name_length, extra_length = _LOCAL_HEADER.unpack(header)
    file.seek(name_length + extra_length, os.SEEK_CUR)
    found, checksum = 0, 0
    pieces = _packed_pieces(file, packed)
    for piece in pieces if method == zipfile.ZIP_STORED else _inflated(pieces):
        found += len(piece)
        if found > size:
            break
        checksum = zlib.crc32(piece, checksum)
        yield piece
    if found != size or checksum != crc:
        raise MemberError("files that are damaged or cut off")


def _packed_pieces(file: BinaryIO, left: int) -> Iterator[bytes]:
    while piece := file.read(min(PIECE, left)):
        left -= len(piece)
        yield piece


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        for packed in pieces:
            while packed and not inflate.eof:
                yield inflate.decompress(packed, PIECE)
                packed = inflate.unconsumed_tail
        while not inflate.eof and (piece := inflate.decompress(b"", PIECE)):
            yield piece
    except zlib.error:
        raise MemberError("files that are damaged or cut off") from None
