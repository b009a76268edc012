"""Arrays of an .npz file (a zip of NEP 1 files), each with a header that was checked before anything is unpacked.

numpy.load makes room for whatever a header claims and evaluates its text as Python. Here a header has the one form
that numpy writes, and its claim must be the size of its member, so that a small file cannot fill the memory.
"""

import itertools
import math
import re
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handpad.unpacking import most_unpacked
from handpad.zip_files import MEMBER, MemberError, read_directory, unpacked

MOST_ARRAYS = 1000

_HEADER = re.compile(
    r"\{\s*'descr': '(?P<descr>[<>|=]?[biufSUO][0-9]{0,9})',\s*'fortran_order': (?P<fortran>True|False),"
    r"\s*'shape': \((?P<shape>(?:[0-9]{1,20}L?(?:,\s*[0-9]{1,20}L?){0,7},?)?)\),?\s*\}\s*"
)
_LONGEST_HEADER = 10_000
_LAST_CHARACTER = 0x10FFFF


class NpzError(ValueError):
    """A file that is no .npz, is damaged, or has an array that is not plain; the text is the end of a sentence."""


@dataclass(frozen=True)
class Header:
    """What a member says of its array: the bytes before the content, shape, order and type."""

    length: int
    shape: tuple[int, ...]
    fortran: bool
    dtype: np.dtype

    @property
    def size(self) -> int:
        """Bytes of the content, if it is not pickled."""
        return math.prod(self.shape) * self.dtype.itemsize


class Npz:
    """An .npz file. ``names`` are those of its arrays, without ".npy".

    Raises NpzError if it is none, is damaged, or unpacks to more than :func:`handpad.unpacking.most_unpacked`;
    OSError if it cannot be read.
    """

    def __init__(self, path: Path):
        self.path = Path(path)
        try:
            names, self._members = read_directory(self.path)
        except (ValueError, OverflowError, struct.error) as error:
            raise NpzError(f"it is no .npz file ({error})") from error
        if len(names) > MOST_ARRAYS:
            raise NpzError(f"it holds more than {MOST_ARRAYS:,} arrays")
        most = most_unpacked(self.path.stat().st_size)
        if self._members["size"].sum(dtype=np.float64) > most:
            raise NpzError(f"it unpacks to more than {most >> 20:,} MiB")
        self.names = [name.removesuffix(".npy") for name in names]

    def header(self, name: str) -> Header:
        """What an array is, without unpacking it."""
        with self.opened(name) as (header, _):
            return header

    def array(self, name: str) -> np.ndarray:
        """One array of numbers or text."""
        with self.opened(name) as (header, pieces):
            if header.dtype.hasobject:
                raise NpzError(f"{name} holds objects")
            content, place = np.empty(header.size, np.uint8), 0
            for piece in pieces:
                content[place : place + len(piece)] = np.frombuffer(piece, np.uint8)
                place += len(piece)
        return array_of(content, header.shape, header.dtype, header.fortran)

    @contextmanager
    def opened(self, name: str) -> Iterator[tuple[Header, Iterator[bytes]]]:
        """The header of an array, and what is behind it in pieces of bytes: as many as the header claims, or a pickle.

        Going through the pieces raises NpzError where the file is damaged.
        """
        if name not in self.names:
            raise NpzError(f"it has no array {name}")
        member = self._members[self.names.index(name)].item()
        try:
            with self.path.open("rb") as file:
                pieces, start = unpacked(file, member), b""
                while len(start) < _LONGEST_HEADER and (piece := next(pieces, None)) is not None:
                    start += piece
                header = _header(name, start)
                if not header.dtype.hasobject and header.size != member[_SIZE] - header.length:
                    raise NpzError(f"{name} contradicts its header")
                yield header, itertools.chain([start[header.length :]], pieces)
        except MemberError as error:
            raise NpzError(f"{name} is one of the {error}") from error


_SIZE = list(MEMBER.names or ()).index("size")


def plain_dtype(code: str) -> np.dtype:
    """The type of a code such as "<f4": numbers, truth values, bytes, text or objects. Raises NpzError."""
    match = re.fullmatch(r"[<>|=]?([biufSUO])[0-9]{0,9}", code)
    if match is None:
        raise NpzError(f"the array type {code[:40]!a}")
    try:
        return np.dtype(object) if match[1] == "O" else np.dtype(code)
    except (TypeError, ValueError) as error:
        raise NpzError(f"the array type {code[:40]!a}") from error


def array_of(content: np.ndarray | bytes, shape: tuple[int, ...], dtype: np.dtype, fortran: bool) -> np.ndarray:
    """The array of numbers or text that has these bytes, uint8 (n,) or bytes. Raises NpzError if it is none."""
    content = np.frombuffer(content, np.uint8) if isinstance(content, bytes) else content
    if dtype.kind not in "biufSU" or len(content) != math.prod(shape) * dtype.itemsize:
        raise NpzError("its size or type contradicts its header")
    if math.prod(max(side, 1) for side in shape) * max(dtype.itemsize, 1) > max(len(content), 1) + 1_000_000:
        raise NpzError("it has a size without content")
    if not len(content):
        return np.empty(shape, dtype)
    found = content.view(dtype).reshape(shape, order="F" if fortran else "C")
    if dtype.kind == "U" and content.view(np.dtype("u4").newbyteorder(dtype.byteorder)).max() > _LAST_CHARACTER:
        raise NpzError("its text has a character that there is not")
    return found


def _header(name: str, start: bytes) -> Header:
    """The header at the start of a member (NEP 1). Raises NpzError."""
    before = 10 if start[6:7] == b"\1" else 12
    length = int.from_bytes(start[8:before], "little")
    text = start[before : before + length].decode("latin-1")
    match = _HEADER.fullmatch(text)
    if start[:6] != b"\x93NUMPY" or start[6:7] not in b"\1\2\3" or length > _LONGEST_HEADER - 12 or match is None:
        raise NpzError(f"{name} has no header of an array of plain data")
    shape = tuple(int(side.strip().rstrip("L")) for side in match["shape"].split(",") if side.strip())
    return Header(before + length, shape, match["fortran"] == "True", plain_dtype(match["descr"]))
