"""A key of what a prepared file was made of: the content of the source, and the settings it is read with."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from handpad import glyph
from handpad.errors import DataError
from handpad.train.datasets.dataset import FORMAT
from handpad.train.datasets.images import PART
from handpad.train.datasets.stores import Folder

READING = 1
"""To be raised when a reader makes other rows of the same files than before."""


def content_key(dataset: str, paths: Iterable[Path]) -> str:
    """64 hexadecimal digits that change with the data set's kind, its content, or how it is read.

    Of a file the content counts, wherever it lies. Of a folder the names, sizes and times of change of its files
    count: to read a million small files would take as long as to prepare them.

    Raises DataError if a file is missing or cannot be read.
    """
    digest = hashlib.sha256(repr((dataset, READING, FORMAT, glyph.VERSION, PART)).encode())
    for path in paths:
        try:
            if path.is_dir():
                digest.update(_listing(path))
            else:
                with path.open("rb") as file:
                    digest.update(hashlib.file_digest(file, "sha256").digest())
        except FileNotFoundError:
            raise DataError(f"There is no file or folder {path}.") from None
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}.") from error
    return digest.hexdigest()


def _listing(folder: Path) -> bytes:
    digest = hashlib.sha256()
    for name in Folder(folder).names:
        facts = (folder / name).stat()
        digest.update(f"{name}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode("utf-8", "surrogatepass"))
    return digest.digest()
