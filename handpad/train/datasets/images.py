"""Data sets of images without ink: from image files or pixel arrays to a Dataset."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import cv2
import numpy as np

from handpad.errors import DataError
from handpad.glyph import SIZE, glyph_from_image
from handpad.train.datasets.dataset import Dataset
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.stores import EntryError, Store

_CHUNK = 1024


def image_cues(image: np.ndarray) -> np.ndarray:
    """Size of a character in an image, float64 (4,), as :func:`handpad.glyph.cues` without a guide.

    The unit is the pixel. An image keeps no place on a line, so the vertical centre is 0. Without ink all are 0.
    """
    rows, columns = (np.flatnonzero(image.any(axis=axis)) for axis in (1, 0))
    if len(rows) == 0:
        return np.zeros(4)
    height, width = (float(found[-1] - found[0]) + 1 for found in (rows, columns))
    return np.array([np.log(height), np.log(width), 0.0, 0.0])


def decoded(content: bytes, shape: tuple[int, int] | None, max_side: int = 4096) -> np.ndarray:
    """A PNG of black ink on white as uint8 (h, w), ink 255 on 0.

    Raises EntryError if it is no PNG, is not of the given shape (h, w), has a side over max_side, or holds no ink.
    """
    if content[:8] != b"\x89PNG\r\n\x1a\n" or len(content) < 24:
        raise EntryError("files that are no PNG images")
    width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    if shape and (height, width) != shape:
        raise EntryError(f"images that are not {shape[1]} x {shape[0]}")
    if max(height, width) > max_side:
        raise EntryError(f"images wider or higher than {max_side} pixels")
    image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise EntryError("images that are damaged")
    if image.min() == 255:
        raise EntryError("images without ink")
    return 255 - image


def glyphs_of_files(
    store: Store, places: np.ndarray, image: Callable[[bytes], np.ndarray], dropped: Dropped
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Read image files in several threads, in the order in which they lie, into the order asked for.

    Parameters
    ----------
    places : int (n,), of the files in ``store.names``.
    image : makes an image, uint8 (h, w) with ink bright on black, of a file's content, or raises EntryError.
    dropped : counts the files that were left out.

    Returns
    -------
    kept : int (m,), the rows of ``places`` that could be read; glyphs : uint8 (m, 28, 28); cues : float64 (m, 4).
    """
    glyphs = np.empty((len(places), SIZE, SIZE), np.uint8)
    cues = np.empty((len(places), 4))

    def read(rows: np.ndarray) -> list[tuple[int, str]]:
        bad = []
        for row, content in zip(rows, store.contents(places[rows]), strict=True):
            try:
                if isinstance(content, EntryError):
                    raise content
                pixels = image(content)
            except EntryError as error:
                bad.append((int(row), str(error)))
            else:
                glyphs[row], cues[row] = glyph_from_image(pixels), image_cues(pixels)
        return bad

    as_they_lie = np.argsort(places, kind="stable")
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        found = pool.map(read, [as_they_lie[at : at + _CHUNK] for at in range(0, len(places), _CHUNK)])
        bad = sorted(pair for chunk in found for pair in chunk)
    for row, reason in bad:
        dropped.add(reason, store.names[places[row]])
    kept = np.setdiff1d(np.arange(len(places)), [row for row, _ in bad])
    if bad:
        for at in range(0, len(kept), _CHUNK):  # in place: a copy would need as much memory again
            rows = kept[at : at + _CHUNK]
            glyphs[at : at + len(rows)], cues[at : at + len(rows)] = glyphs[rows], cues[rows]
    return kept, glyphs[: len(kept)], cues[: len(kept)]


def image_dataset(
    name: str,
    licence: str,
    labels: Sequence[str],
    writers: Sequence[str],
    glyphs: np.ndarray,
    cues: np.ndarray,
    dropped: Dropped,
) -> Dataset:
    """A Dataset without ink from n rows that are ordered by writer already.

    Raises DataError if there is no row.
    """
    if not len(labels):
        raise DataError(f"The source of {name} holds no labelled character.")
    label_names, label_index = np.unique(np.asarray(labels), return_inverse=True)
    writer_names, writer_index = np.unique(np.asarray(writers), return_inverse=True)
    return Dataset(
        name=name,
        labels=label_names.tolist(),
        label_index=label_index.astype(np.int32),
        writers=writer_names.tolist(),
        writer_index=writer_index.astype(np.int32),
        points=np.empty((0, 2), np.float32),
        stroke_starts=np.zeros(1, np.int64),
        sample_starts=np.zeros(len(labels) + 1, np.int64),
        glyphs=glyphs,
        licence=licence,
        dropped=dropped.counts(),
        measured_cues=cues,
    )
