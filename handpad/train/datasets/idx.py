"""EMNIST, QMNIST and MNIST: images of 28 x 28 pixels in the idx format, plain or packed by gzip."""

import gzip
import math
import re
import zlib
from pathlib import Path

import cv2
import numpy as np

from handpad.errors import DataError
from handpad.glyph import SIZE, glyph_from_image
from handpad.train.datasets.dataset import Dataset
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.images import image_dataset

NAME = "idx"
LICENCES = {
    "emnist": "EMNIST, G. Cohen et al. 2017, from NIST SD19, public domain (work of the US government)",
    "qmnist": "QMNIST, C. Yadav and L. Bottou 2019, from NIST SD19, BSD 3-Clause",
}
UNKNOWN = "unknown"
MAX_BYTES = 2 << 30

_IMAGES = re.compile(r"(?P<stem>.+)-images[-.]idx3-ubyte(?:\.gz)?")
_PART = re.compile(r"-?(?:train|test|test10k|test50k|t10k)$")
_TYPES = {8: np.dtype("u1"), 12: np.dtype(">i4")}
_ENLARGED = 4


def read(source: Path) -> Dataset:
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
    source = Path(source)
    paths = sorted(source.iterdir()) if source.is_dir() else [source]
    stems = {path: match["stem"] for path in paths if (match := _IMAGES.fullmatch(path.name))}
    names = sorted({_PART.sub("", stem) for stem in stems.values()})
    if len(names) > 1:
        raise DataError(f"{source} holds several data sets ({', '.join(names)}): name one of their files.")
    dropped = Dropped()
    label_of = _mapping(next(iter(stems)).parent, names[0]) if stems else {}
    glyphs, labels, writers = [np.empty((0, SIZE, SIZE), np.uint8)], [], []
    for path, stem in stems.items():
        images, rows = _array(path), _array(_labels_path(path.parent, stem))
        if images.ndim != 3 or images.shape[1:] != (28, 28) or rows.ndim > 2 or len(rows) != len(images):
            raise DataError(f"{path} and its labels do not fit each other.")
        if stem.lower().startswith("emnist"):
            images = images.transpose(0, 2, 1)
        numbers = rows if rows.ndim == 1 else rows[:, 0]
        known = np.isin(numbers, list(label_of)) & images.any(axis=(1, 2))
        dropped.add("images without ink or whose label is outside the alphabet", path.name, int((~known).sum()))
        glyphs.append(np.stack([_glyph(image) for image in images[known]]) if known.any() else glyphs[0])
        labels += [label_of[number] for number in numbers[known].tolist()]
        writers += _writers(rows[known])
    order = np.argsort(np.array(writers, dtype=str), kind="stable")
    labels, writers = np.array(labels, dtype=str)[order], np.array(writers, dtype=str)[order]
    licence = next((LICENCES[key] for key in LICENCES if names and names[0].lower().startswith(key)), "terms not known")
    name = "".join(names) or NAME
    return image_dataset(
        name, licence, labels, writers, np.concatenate(glyphs)[order], np.zeros((len(order), 4)), dropped
    )


def _glyph(image: np.ndarray) -> np.ndarray:
    large = cv2.resize(np.ascontiguousarray(image), None, fx=_ENLARGED, fy=_ENLARGED, interpolation=cv2.INTER_CUBIC)
    return glyph_from_image(large)


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
            if size > MAX_BYTES:
                raise DataError(f"{path} claims more than {MAX_BYTES >> 30} GiB: it is no data set of characters.")
            content = file.read(size + 1)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise DataError(f"{path} is damaged or cut off: download it again.") from error
    if len(shape) != start[3] or len(content) != size:
        raise DataError(f"{path} is damaged or cut off: download it again.")
    return np.frombuffer(content, _TYPES[start[2]]).reshape(shape)
