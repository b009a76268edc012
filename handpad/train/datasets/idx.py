"""EMNIST, QMNIST and MNIST: images of 28 x 28 pixels in the idx format, plain or packed by gzip."""

import gzip
import math
import re
import zlib
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from handpad.errors import DataError
from handpad.train.datasets.dataset import Dataset
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.images import convert, cut, image_dataset
from handpad.train.datasets.work import PLAIN, Work
from handpad.unpacking import most_unpacked
from handpad.zip_files import Names

NAME = "idx"
LICENCES = {
    "emnist": "EMNIST, G. Cohen et al. 2017, from NIST SD19, public domain (work of the US government)",
    "qmnist": "QMNIST, C. Yadav and L. Bottou 2019, from NIST SD19, BSD 3-Clause",
}
UNKNOWN = "unknown"
_LONGEST_MAPPING = 1 << 20

_IMAGES = re.compile(r"(?P<stem>.+)-images[-.]idx3-ubyte(?:\.gz)?")
_PART = re.compile(r"-?(?:train|test|test10k|test50k|t10k)$")
_TYPES = {8: np.dtype("u1"), 12: np.dtype(">i4")}
_ENLARGED = 4


def read(source: Path, work: Work = PLAIN) -> Dataset:
    """Read all images of one data set. It has no ink, and its size cues are 0, since the images are scaled already.

    Each image is enlarged to about the size of NIST's and made a glyph like any other. EMNIST's images lie on their
    side (rows and columns exchanged) and are turned. Its labels are numbers that ``<name>-mapping.txt`` turns into
    character codes; of several codes (case merged) the first counts. The labels of the others are digits.
    QMNIST names the writers: "hsf_<n>/<number>" as in NIST SD19; otherwise the one writer is "unknown".

    Parameters
    ----------
    source : a file ``...-images-idx3-ubyte[.gz]`` with its labels beside it, or a folder of such files.

    Raises
    ------
    DataError : nothing to read, several data sets in one folder, or a file that is missing, damaged, too large or
        does not fit the others; the sentence names it.
    """
    paths = _image_files(Path(source))
    names = sorted({_name(path) for path in paths})
    if len(names) > 1:
        raise DataError(f"{source} holds several data sets ({', '.join(names)}): name one of their files.")
    dropped = Dropped()
    label_of = _mapping(paths[0].parent, names[0]) if paths else {}
    images, labels, writers = _labelled(paths, label_of, dropped)
    order = np.argsort(np.array(writers, dtype=str), kind="stable")
    labels, writers = np.array(labels, dtype=str)[order], np.array(writers, dtype=str)[order]
    licence = next((LICENCES[key] for key in LICENCES if names and names[0].lower().startswith(key)), "terms not known")
    converted = convert(_Pixels(images), order, enlarged, dropped, work)
    del images
    data = image_dataset("".join(names) or NAME, licence, labels, writers, converted, dropped)
    return replace(data, measured_cues=np.zeros((len(data), 4)))


def parts(source: Path) -> list[Path]:
    """The files of images with their labels and the list of what the labels stand for."""
    found = []
    for path in _image_files(source):
        found += [path, *sorted(path.parent.glob(f"{_stem(path)}-labels[-.]idx*"))]
        found += sorted(path.parent.glob(f"{_name(path)}-mapping.txt"))
    return found or [source]


def _image_files(source: Path) -> list[Path]:
    paths = sorted(source.iterdir()) if source.is_dir() else [source]
    return [path for path in paths if _IMAGES.fullmatch(path.name)]


def _stem(path: Path) -> str:
    """The file's name up to "-images", such as "emnist-balanced-train"."""
    return _IMAGES.fullmatch(path.name)["stem"]


def _name(path: Path) -> str:
    """The name of the data set that a file of images is a part of, such as "emnist-balanced"."""
    return _PART.sub("", _stem(path))


def _images_and_rows(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Images, uint8 (n, 28, 28), upright, and what the file of labels says of each: (n,) or (n, columns)."""
    images, rows = _array(path), _array(_labels_path(path.parent, _stem(path)))
    if images.ndim != 3 or images.shape[1:] != (28, 28) or rows.ndim > 2 or len(rows) != len(images):
        raise DataError(f"{path} and its labels do not fit each other.")
    return images.transpose(0, 2, 1) if _stem(path).lower().startswith("emnist") else images, rows


def _labelled(
    paths: list[Path], label_of: dict[int, str], dropped: Dropped
) -> tuple[list[tuple[str, np.ndarray, np.ndarray]], list[str], list[str]]:
    """What :class:`_Pixels` takes, and label and writer of each of its images."""
    images, labels, writers = [], [], []
    for path in paths:
        pixels, rows = _images_and_rows(path)
        numbers = rows if rows.ndim == 1 else rows[:, 0]
        known = np.isin(numbers, list(label_of))
        for number in np.flatnonzero(~known):
            dropped.add("images whose label is outside the alphabet", f"{path.name}, image {number}")
        images.append((path.name, pixels, np.flatnonzero(known)))
        labels += [label_of[number] for number in numbers[known].tolist()]
        writers += _writers(rows[known])
    return images, labels, writers


class _Pixels:
    """The images of several files as one list, like a store.

    Takes for each file its name, its images, uint8 (n, 28, 28), and which of them to list, int (m,).
    """

    def __init__(self, files: list[tuple[str, np.ndarray, np.ndarray]]):
        self._files = files
        self.names = Names(f"{name}, image {row}" for name, _, rows in files for row in rows.tolist())

    def portion(self, places: np.ndarray) -> np.ndarray:
        """The images at these places, int (n,), which must not decrease: uint8 (n, 28, 28)."""
        found, start = [], 0
        for _, images, rows in self._files:
            mine = places[(places >= start) & (places < start + len(rows))] - start
            found.append(images[rows[mine]])
            start += len(rows)
        return np.concatenate(found)


def enlarged(image: np.ndarray) -> np.ndarray:
    """An image of 28 x 28 pixels, ink bright on black, at about the size of NIST's and cut to its ink.

    Raises EntryError if there is no ink.
    """
    image = np.ascontiguousarray(image)
    return cut(cv2.resize(image, None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC))


def _writers(rows: np.ndarray) -> list[str]:
    """QMNIST's columns are class, NIST part (hsf), NIST writer, and five more."""
    if rows.ndim == 1 or rows.shape[1] < 3:
        return [UNKNOWN] * len(rows)
    return [f"hsf_{part}/{writer:04d}" for part, writer in rows[:, 1:3].tolist()]


def _labels_path(folder: Path, stem: str) -> Path:
    for ending in ("-labels-idx1-ubyte", "-labels-idx2-int", "-labels.idx1-ubyte"):
        for path in (folder / f"{stem}{ending}.gz", folder / f"{stem}{ending}"):
            if path.is_file():
                return path
    raise DataError(f"The labels {stem}-labels-idx1-ubyte are missing from {folder}.")


def _mapping(folder: Path, name: str) -> dict[int, str]:
    """Label of every class number: lines of a number and one or more character codes; else the ten digits."""
    path = folder / f"{name}-mapping.txt"
    if not path.is_file():
        if name.lower().startswith("emnist"):
            raise DataError(f"{path} is missing, which says what the labels of {name} stand for.")
        return {number: str(number) for number in range(10)}
    try:
        if path.stat().st_size > _LONGEST_MAPPING:
            raise ValueError("too long")
        lines = [[int(word) for word in line.split()] for line in path.read_text("ascii").splitlines() if line.strip()]
        found = {line[0]: chr(line[1]) for line in lines}
    except (OSError, ValueError, IndexError, OverflowError) as error:
        raise DataError(f"{path} is no list of class numbers and character codes.") from error
    return {number: label for number, label in found.items() if "!" <= label <= "~"}


def _array(path: Path) -> np.ndarray:
    """The array of one idx file: two zero bytes, type, number of dimensions, their sizes (big-endian), the values."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
            start = file.read(4)
            if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in _TYPES or not 1 <= start[3] <= 3:
                raise DataError(f"{path} is no idx file of whole numbers.")
            shape = np.frombuffer(file.read(4 * start[3]), ">u4").tolist()
            size = math.prod(shape) * _TYPES[start[2]].itemsize
            if size > most_unpacked(path.stat().st_size):
                raise DataError(f"{path} claims {size:,} bytes, too many for a file of its size.")
            content = np.empty(size, np.uint8)
            whole = file.readinto(content) == size and not file.read(1)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise DataError(f"{path} is damaged or cut off: download it again.") from error
    if len(shape) != start[3] or not whole:
        raise DataError(f"{path} is damaged or cut off: download it again.")
    return content.view(_TYPES[start[2]]).reshape(shape)
