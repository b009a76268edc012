"""Read the files of a data set of ink from an archive or its unpacked folder, without unpacking to disk."""

import bz2
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import numpy as np

from handpad.errors import DataError
from handpad.train.datasets.stores import MAX_FILE, EntryError, Folder, Zip
from handpad.unpacking import most_unpacked
from handpad.zip_files import PIECE

MAX_BYTES = 1 << 30
"""The files of a data set of ink are together no larger than this (1 GiB)."""

_LONGEST_HEADER = 1024
"""Bytes of a long name or of other extra headers of a tar file; Python searches them in quadratic time."""

_MOST_XZ_MEMORY = 256 << 20


def read_texts(source: Path) -> dict[str, str]:
    """All files of a zip or tar archive (gzip, bzip2, xz or plain) or of a folder, as text by their path with "/".

    Bytes that are not ASCII become Latin-1 characters.

    Raises DataError where the source is missing, is no archive, is cut off, holds a file of more than MAX_FILE
    bytes, or unpacks to more than MAX_BYTES or than :func:`handpad.unpacking.most_unpacked` allows; before more than
    that is unpacked.
    """
    source = Path(source)
    if not source.exists():
        raise DataError(f"There is no file or folder {source}.")
    if source.is_dir():
        return _texts(source, Folder(source), MAX_BYTES)
    most = min(most_unpacked(source.stat().st_size), MAX_BYTES)
    if zipfile.is_zipfile(source):
        store = Zip(source)
        if store.size > most:
            raise _too_large(source, most)
        return _texts(source, store, most)
    texts = {}
    with open_tar(source) as archive:
        for member in archive:
            if not member.isfile():
                continue
            if member.size > MAX_FILE:
                raise DataError(f"{source}, {member.name[:200]}: this is one of the files too large for a character.")
            texts[member.name.removeprefix("./")] = archive.extractfile(member).read().decode("latin-1")
    return texts


def file_names(source: Path) -> list[str]:
    """The paths of all files that :func:`read_texts` would read, without reading them. Raises DataError likewise."""
    source = Path(source)
    if source.is_dir():
        return list(Folder(source).names)
    if zipfile.is_zipfile(source):
        return list(Zip(source).names)
    with open_tar(source) as archive:
        return [member.name.removeprefix("./") for member in archive if member.isfile()]


@contextmanager
def open_tar(source: Path) -> Iterator[tarfile.TarFile]:
    """A tar archive, packed or not, whose members are read in their order.

    Raises DataError, also for what goes wrong while it is open: no archive, cut off, or more unpacked than
    :func:`read_texts` allows.
    """
    most = min(most_unpacked(source.stat().st_size), MAX_BYTES)
    try:
        with source.open("rb") as file:
            stream = _Bounded(_unpacked(file), most)
            with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member) as archive:
                yield archive
    except _TooLargeError:
        raise _too_large(source, most) from None
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError, ValueError) as error:
        raise DataError(f"{source} is no zip or tar archive or is cut off: download it again.") from error


def _too_large(source: Path, most: int) -> DataError:
    return DataError(f"{source} unpacks to more than {most >> 20:,} MiB: it is no data set of ink.")


def _texts(source: Path, store: Zip | Folder, most: int) -> dict[str, str]:
    texts, total = {}, 0
    for name, content in zip(store.names, store.portion(np.arange(len(store.names))), strict=True):
        if isinstance(content, EntryError):
            raise DataError(f"{source}, {name}: this is one of the {content}. Download {source.name} again.")
        total += len(content)
        if total > most:
            raise _too_large(source, most)
        texts[name] = content.decode("latin-1")
    return texts


class _Member(tarfile.TarInfo):
    """A member whose extra headers are short."""

    @classmethod
    def frombuf(cls, buf, encoding, errors):
        member = super().frombuf(buf, encoding, errors)
        if member.type in _EXTRA and member.size > _LONGEST_HEADER:
            raise tarfile.ReadError("a header is too long")
        return member


_EXTRA = (
    tarfile.GNUTYPE_LONGNAME,
    tarfile.GNUTYPE_LONGLINK,
    tarfile.XHDTYPE,
    tarfile.XGLTYPE,
    tarfile.SOLARIS_XHDTYPE,
)


class _TooLargeError(Exception):
    pass


class _Bounded:
    """A file of these pieces that gives no more than so many bytes. Raises _TooLargeError where there are more."""

    def __init__(self, pieces: Iterator[bytes], most: int):
        self._pieces, self._left, self._rest = pieces, most, b""

    def read(self, size: int) -> bytes:
        found = [self._rest]
        length = len(self._rest)
        while length < size and (piece := next(self._pieces, None)) is not None:
            self._left -= len(piece)
            if self._left < 0:
                raise _TooLargeError
            found.append(piece)
            length += len(piece)
        content = b"".join(found)
        self._rest = content[size:]
        return content[:size]


class _Gunzip:
    """Unpacks gzip as the decompressors of bz2 and lzma unpack theirs."""

    def __init__(self):
        self._inflate = zlib.decompressobj(16 + zlib.MAX_WBITS)

    def decompress(self, data: bytes, most: int) -> bytes:
        return self._inflate.decompress(self._inflate.unconsumed_tail + data, most)

    @property
    def eof(self) -> bool:
        return self._inflate.eof

    @property
    def needs_input(self) -> bool:
        return not self._inflate.unconsumed_tail

    @property
    def unused_data(self) -> bytes:
        return self._inflate.unused_data


def _xz() -> lzma.LZMADecompressor:
    return lzma.LZMADecompressor(memlimit=_MOST_XZ_MEMORY)


_DECOMPRESSORS: dict[bytes, Callable] = {
    b"\x1f\x8b": _Gunzip,
    b"BZh": bz2.BZ2Decompressor,
    b"\xfd7zXZ": _xz,
    b"\x5d\0\0": _xz,
}
"""What unpacks a file that begins so."""


def _unpacked(file: BinaryIO) -> Iterator[bytes]:
    """What is packed in a file, or the file itself, in pieces of at most PIECE bytes."""
    data = file.read(PIECE)
    begin = next((_DECOMPRESSORS[start] for start in _DECOMPRESSORS if data.startswith(start)), None)
    if begin is None:
        while data:
            yield data
            data = file.read(PIECE)
    while data.strip(b"\0"):  # one stream may follow another, and zeros the last
        unpack = begin()
        while not unpack.eof:
            piece = unpack.decompress(data, PIECE)
            data = b""
            if piece:
                yield piece
            elif unpack.needs_input and not unpack.eof:
                data = file.read(PIECE)
                if not data:
                    raise EOFError
        data = unpack.unused_data or file.read(PIECE)
