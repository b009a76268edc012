"""Data sets of images without ink: from image files or pixel arrays to a Dataset, on all cores."""

import io
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import cv2
import numpy as np

from handpad.errors import DataError
from handpad.files import replace_file
from handpad.glyph import SIZE, glyph_from_image
from handpad.reading.images import png_chunks_fit
from handpad.train.datasets.dataset import Dataset
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.processes import run_all
from handpad.train.datasets.stores import EntryError, Portion
from handpad.train.datasets.work import Work

PART = 4096
"""Images in one part: the unit of work of a process, and the most that it loses when it is killed."""

Cutter = Callable[[bytes | np.ndarray], np.ndarray]
"""Makes an image, uint8 (h, w) with ink bright on black, cut to its ink, of an entry; or raises EntryError."""


class Images(Protocol):
    """What images are read from: a store, or anything else that can hand out portions of named entries."""

    names: Sequence[str]

    def portion(self, places: np.ndarray) -> Portion: ...


def decoded(content: bytes, shape: tuple[int, int] | None, max_side: int = 4096) -> np.ndarray:
    """A PNG of black ink on white, cut to its ink, as uint8 (h, w), ink 255 on 0.

    Raises EntryError if it is no PNG, is not of the given shape (h, w), has a side over max_side, or holds no ink.
    """
    if content[:8] != b"\x89PNG\r\n\x1a\n" or content[12:16] != b"IHDR" or len(content) < 33:
        raise EntryError("files that are no PNG images")
    width, height = int.from_bytes(content[16:20]), int.from_bytes(content[20:24])
    if shape and (height, width) != shape:
        raise EntryError(f"images that are not {shape[1]} x {shape[0]}")
    if max(height, width) > max_side:
        raise EntryError(f"images wider or higher than {max_side} pixels")
    if not png_chunks_fit(content):
        raise EntryError("images that are damaged")
    try:
        image = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    except cv2.error:
        image = None
    if image is None or image.shape != (height, width):
        raise EntryError("images that are damaged")
    return cut(255 - image)


def cut(image: np.ndarray) -> np.ndarray:
    """An image, uint8 (h, w) with ink bright on black, cut to its ink. Raises EntryError if it holds none."""
    left, top, width, height = cv2.boundingRect(image)
    if width == 0:
        raise EntryError("images without ink")
    return image[top : top + height, left : left + width]


def image_cues(image: np.ndarray) -> np.ndarray:
    """Size of a character in an image cut to its ink, float64 (4,), as :func:`handpad.glyph.cues` without a guide.

    The unit is the pixel. An image keeps no place on a line, so the vertical centre is 0.
    """
    return np.array([*np.log(image.shape), 0.0, 0.0])


@dataclass(frozen=True)
class Parts:
    """The glyphs of n images, in files of PART images each.

    Attributes
    ----------
    kept : int (m,), which of the n images could be read.
    """

    kept: np.ndarray
    _order: np.ndarray
    _paths: list[Path]
    _temporary: tempfile.TemporaryDirectory | None

    def collect(self) -> tuple[np.ndarray, np.ndarray]:
        """The glyphs, uint8 (m, 28, 28), and cues, float64 (m, 4), of the images ``kept``, in the order asked for."""
        row_of = np.full(len(self._order), -1)
        row_of[self.kept] = np.arange(len(self.kept))
        glyphs = np.empty((len(self.kept), SIZE, SIZE), np.uint8)
        cues = np.empty((len(self.kept), 4))
        for number, path in enumerate(self._paths):
            rows = row_of[self._order[number * PART : (number + 1) * PART]]
            with np.load(path, allow_pickle=False) as part:
                glyphs[rows[rows >= 0]] = part["glyphs"][rows >= 0]
                cues[rows[rows >= 0]] = part["cues"][rows >= 0]
        return glyphs, cues


def convert(images: Images, places: np.ndarray, image: Cutter, dropped: Dropped, work: Work) -> Parts:
    """Make glyphs of n images in several processes, in the order in which they lie.

    Parameters
    ----------
    places : int (n,), of the images in ``images.names``.
    image : of a module, or a partial of such a function: it is sent to the processes.
    dropped : counts the images that were left out.
    work : finished parts that lie in its folder are not made again.

    Raises DataError if the source can no longer be read, or the parts cannot be written.
    """
    temporary = None if work.folder else tempfile.TemporaryDirectory(prefix="handpad-")
    folder = work.folder or Path(temporary.name)
    order = np.argsort(places, kind="stable")
    paths = [folder / f"{number:06}.npz" for number in range(-(-len(places) // PART))]
    rows = [order[number * PART : (number + 1) * PART] for number in range(len(paths))]
    to_do = [number for number, path in enumerate(paths) if not path.exists()]
    done = len(places) - sum(len(rows[number]) for number in to_do)
    work.progress(done, len(places), "images")
    tasks = ((images.portion(places[rows[number]]), image, paths[number]) for number in to_do)
    try:
        with closing(run_all(make_part, tasks, len(to_do))) as counts:
            for count in counts:
                done += count
                work.progress(done, len(places), "images")
    except OSError as error:
        raise DataError(
            f"{folder} cannot be written ({error.strerror or error}); {done:,} of {len(places):,} images are done "
            "and kept there: make room and prepare again to go on."
        ) from error
    return Parts(_kept(images, places, rows, paths, dropped), order, paths, temporary)


def _kept(
    images: Images, places: np.ndarray, rows: list[np.ndarray], paths: list[Path], dropped: Dropped
) -> np.ndarray:
    """Which images the parts hold, int (m,); the others are counted, in the order in which they lie."""
    kept = np.ones(len(places), bool)
    for mine, path in zip(rows, paths, strict=True):
        with np.load(path, allow_pickle=False) as part:
            bad, reasons = mine[part["bad"]], part["reasons"]
        kept[bad] = False
        for row, reason in zip(bad, reasons.tolist(), strict=True):
            dropped.add(reason, images.names[places[row]])
    return np.flatnonzero(kept)


def make_part(portion: Portion, image: Cutter, path: Path) -> int:
    """Write the glyphs and cues of some images to a file; of those that cannot be read, their place and the reason.

    Returns how many images there were.
    """
    glyphs = np.zeros((len(portion), SIZE, SIZE), np.uint8)
    cues = np.zeros((len(portion), 4))
    bad: dict[int, str] = {}
    for row, content in enumerate(portion):
        try:
            if isinstance(content, EntryError):
                raise content
            pixels = image(content)
        except EntryError as error:
            bad[row] = str(error)
        else:
            glyphs[row], cues[row] = glyph_from_image(pixels), image_cues(pixels)
    reasons = np.array(list(bad.values()), str)
    part = io.BytesIO()
    np.savez(part, glyphs=glyphs, cues=cues, bad=np.array(list(bad), np.int64), reasons=reasons)
    replace_file(path, part.getvalue())
    return len(portion)


def image_dataset(
    name: str,
    licence: str,
    labels: np.ndarray,
    writers: np.ndarray,
    parts: Parts,
    dropped: Dropped,
    notes: Sequence[str] = (),
) -> Dataset:
    """A Dataset without ink of n images that are ordered by writer already.

    Parameters
    ----------
    labels, writers : the label and the writer's name of every image, str (n,).
    parts : the same n images.

    Raises DataError if none of the images could be read.
    """
    labels, writers = labels[parts.kept], writers[parts.kept]
    if not len(labels):
        raise DataError(f"The source of {name} holds no labelled character{dropped.why()}.")
    label_names, label_index = np.unique(labels, return_inverse=True)
    writer_names, writer_index = np.unique(writers, return_inverse=True)
    del labels, writers
    glyphs, cues = parts.collect()
    return Dataset(
        name=name,
        labels=label_names.tolist(),
        label_index=label_index.astype(np.int32),
        writers=writer_names.tolist(),
        writer_index=writer_index.astype(np.int32),
        points=np.empty((0, 2), np.float32),
        stroke_starts=np.zeros(1, np.int64),
        sample_starts=np.zeros(len(label_index) + 1, np.int64),
        glyphs=glyphs,
        licence=licence,
        dropped=dropped.counts(),
        listed=dropped.listed,
        notes=list(notes),
        measured_cues=cues,
    )
