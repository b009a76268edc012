"""The one form in which every data set of characters reaches training and evaluation."""

import json
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np

from handpad import glyph
from handpad.errors import DataError
from handpad.ink import Guide, as_strokes
from handpad.npz import Npz
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.processes import run_all
from handpad.train.datasets.work import PLAIN, Work

FORMAT = 1


@dataclass(frozen=True)
class Dataset:
    """n labelled characters of known writers, as ink and as glyphs.

    The rows are ordered by writer, and within one writer in the order in which they were written.

    Attributes
    ----------
    name : of the data set, such as "unipen".
    labels : the sorted different labels, each a string.
    label_index : int32 (n,), indexes into ``labels``.
    writers : sorted writer names; where ids are only unique per contributor, "<contributor>/<id>".
    writer_index : int32 (n,), indexes into ``writers``.
    points : float32 (p, 2), x and y of all ink in the data set's own units and places, with y pointing DOWN.
    stroke_starts : int64 (s + 1,): stroke j is ``points[stroke_starts[j]:stroke_starts[j + 1]]``.
    sample_starts : int64 (n + 1,): row i has the strokes ``sample_starts[i]`` to ``sample_starts[i + 1] - 1``.
    glyphs : uint8 (n, 28, 28), as from :func:`handpad.glyph.glyph`.
    licence : terms and provenance of the data, for attribution.
    dropped : how many samples of the source were left out, by reason.
    listed : by reason, the entries (files, lines, members) that were left out, the first of many.
    notes : sentences on what is peculiar to what was read, such as classes that it lacks.
    key : of the content and the settings it was read with, see :mod:`.content_key`; "" if not prepared.
    measured_cues : float64 (n, 4) as from :func:`handpad.glyph.cues`, where the reader knows more than the ink
        tells: measured against a guide, or from images without ink. None where the ink tells all.
    """

    name: str
    labels: list[str]
    label_index: np.ndarray
    writers: list[str]
    writer_index: np.ndarray
    points: np.ndarray
    stroke_starts: np.ndarray
    sample_starts: np.ndarray
    glyphs: np.ndarray
    licence: str
    dropped: dict[str, int] = field(default_factory=dict)
    listed: dict[str, list[str]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    key: str = ""
    measured_cues: np.ndarray | None = None

    def __len__(self) -> int:
        return len(self.label_index)

    def strokes(self, row: int) -> list[np.ndarray]:
        """The ink of one row: views of ``points``, float32 (k, 2) each, y down."""
        first, last = self.sample_starts[row], self.sample_starts[row + 1]
        starts = self.stroke_starts[first : last + 1]
        return [self.points[a:b] for a, b in pairwise(starts)]

    def ink(self, row: int) -> list[np.ndarray]:
        """The ink of one row in the form of :mod:`handpad.ink`: float64 (k, 4) per stroke."""
        return as_strokes(self.strokes(row))

    def cues(self) -> np.ndarray:
        """Size and place of every character, float64 (n, 4): ``measured_cues``, else :func:`handpad.glyph.cues`."""
        if self.measured_cues is not None:
            return self.measured_cues
        return np.array([glyph.cues(self.strokes(row)) for row in range(len(self))]).reshape(-1, 4)

    def texts(self) -> np.ndarray:
        """The label of every row as an array of strings (n,)."""
        return np.asarray(self.labels)[self.label_index]

    def rows_of(self, writers: Iterable[str]) -> np.ndarray:
        """The rows, in order, of the named writers: int64 (m,). Raises KeyError for a name that is not there."""
        number = {name: index for index, name in enumerate(self.writers)}
        return np.flatnonzero(np.isin(self.writer_index, [number[name] for name in writers]))

    def save(self, path: Path) -> None:
        """Write the prepared file (.npz, no pickles); an older one is replaced only when the new one is whole.

        Raises DataError, with nothing changed, if the disk is full or the file cannot be written.
        """
        path = Path(path)
        about = {"format": FORMAT, "preprocessing": glyph.VERSION} | {key: getattr(self, key) for key in _ABOUT}
        arrays = {key: getattr(self, key) for key in _ARRAYS}
        if self.measured_cues is not None:
            arrays["measured_cues"] = self.measured_cues
        temporary = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            try:
                with zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
                    for key, array in {"about": np.array(json.dumps(about)), **arrays}.items():
                        with archive.open(f"{key}.npy", "w", force_zip64=True) as member:
                            np.lib.format.write_array(member, array, allow_pickle=False)
                temporary.replace(path)
            finally:
                temporary.unlink(missing_ok=True)
        except OSError as error:
            raise DataError(f"{path} cannot be written ({error.strerror or error}); nothing was changed.") from error

    @classmethod
    def load(cls, path: Path) -> "Dataset":
        """Read a prepared file. Raises DataError if it is none, is damaged, or has other preprocessing."""
        try:
            stored = Npz(path)
            about = _about(stored)
            current = _is_current(about)
            names = [*_ARRAYS, *({"measured_cues"} & set(stored.names))] if current else []
            arrays = {name: stored.array(name) for name in names}
            if current:
                _check(about, **arrays)
        except FileNotFoundError:
            raise DataError(f"There is no prepared data at {path}: run handpad-train prepare first.") from None
        except (OSError, ValueError) as error:
            raise DataError(f"{path} is no prepared data or is damaged: run handpad-train prepare again.") from error
        if not current:
            raise DataError(f"{path} was prepared by another version of Handpad: run handpad-train prepare again.")
        return cls(**{key: about[key] for key in _ABOUT if key in about}, **arrays)


def read_about(path: Path) -> dict | None:
    """What a prepared file says of itself, and ``samples``, how many it holds; glyphs and ink are not read.

    None where there is no prepared file, or one that is damaged or of another version.
    """
    try:
        stored = Npz(path)
        about = _about(stored)
        (about["samples"],) = stored.header("label_index").shape
    except (OSError, ValueError):
        return None
    return about if _is_current(about) else None


def _about(stored: Npz) -> dict:
    """What a prepared file says of itself. Raises ValueError if that is not of the form that :meth:`Dataset.save`
    writes."""
    try:
        about = json.loads(str(stored.array("about")))
    except RecursionError:
        raise ValueError("a description that is nested too deep") from None
    if not isinstance(about, dict):
        raise ValueError("no description")
    if not _is_current(about):
        return about
    for key, kind in _ABOUT.items():
        if not isinstance(about.setdefault(key, kind()), kind):
            raise ValueError(f"{key} of another kind")
    if not all(isinstance(entries, list) for entries in about["listed"].values()):
        raise ValueError("entries that are no list")
    texts = [*about["labels"], *about["writers"], *about["notes"], *about["dropped"], *about["listed"]]
    texts += [entry for entries in about["listed"].values() for entry in entries]
    counts = about["dropped"].values()
    if not all(isinstance(text, str) for text in texts) or not all(isinstance(count, int) for count in counts):
        raise ValueError("names that are no text, or counts that are no numbers")
    return about


def _is_current(about: dict) -> bool:
    return about.get("format") == FORMAT and about.get("preprocessing") == glyph.VERSION


def _check(
    about: dict,
    label_index: np.ndarray,
    writer_index: np.ndarray,
    points: np.ndarray,
    stroke_starts: np.ndarray,
    sample_starts: np.ndarray,
    glyphs: np.ndarray,
    measured_cues: np.ndarray | None = None,
) -> None:
    """Raise ValueError unless the arrays of a data set fit each other and its description."""
    count = label_index.size
    fits = (
        _is_index(label_index, len(about["labels"]))
        and _is_index(writer_index, len(about["writers"]))
        and _are_starts(sample_starts, stroke_starts.size - 1)
        and _are_starts(stroke_starts, len(points) if points.ndim else -1)
        and len(writer_index) == count == len(sample_starts) - 1
        and (points.dtype, points.shape[1:]) == (np.float32, (2,))
        and (glyphs.dtype, glyphs.shape) == (np.uint8, (count, glyph.SIZE, glyph.SIZE))
        and (measured_cues is None or (measured_cues.dtype, measured_cues.shape) == (np.float64, (count, 4)))
        and bool(np.isfinite(points).all())
    )
    if not fits:
        raise ValueError("arrays that do not fit each other")


def _is_index(values: np.ndarray, below: int) -> bool:
    return (values.dtype, values.ndim) == (np.int32, 1) and not ((values < 0) | (values >= below)).any()


def _are_starts(starts: np.ndarray, end: int) -> bool:
    """Whether these are where parts of something begin, and last where it ends."""
    if (starts.dtype, starts.ndim) != (np.int64, 1) or not len(starts):
        return False
    return bool(starts[0] == 0 and starts[-1] == end and (starts[1:] >= starts[:-1]).all())


_LEVEL = 1
"""Of compression: the highest makes the file a tenth smaller and takes twice the time."""

_ABOUT = {
    "name": str,
    "labels": list,
    "writers": list,
    "licence": str,
    "dropped": dict,
    "listed": dict,
    "notes": list,
    "key": str,
}
_ARRAYS = ("label_index", "writer_index", "points", "stroke_starts", "sample_starts", "glyphs")


_TOGETHER = 4096
_FARTHEST = 1e12


@dataclass(frozen=True)
class Sample:
    """One character as a reader finds it: label, writer, strokes (k, 2) with y pointing down, and the writing line."""

    label: str
    writer: str
    strokes: Sequence[np.ndarray]
    guide: Guide | None = None


def collect(
    name: str, licence: str, samples: Iterable[Sample], dropped: Dropped, work: Work = PLAIN, notes: Sequence[str] = ()
) -> Dataset:
    """Build a Dataset from samples, keeping their order within each writer.

    Samples without points, or with coordinates that cannot be drawn, are dropped.

    Raises DataError if there is no sample at all.
    """
    drawable = []
    for sample in samples:
        if _drawable(sample):
            drawable.append(sample)
        else:
            dropped.add("characters without points, or far outside any page", f"{sample.label} of {sample.writer}")
    samples = sorted(drawable, key=lambda sample: sample.writer)
    if not samples:
        raise DataError(f"The source of {name} holds no labelled character{dropped.why()}.")
    labels = sorted({sample.label for sample in samples})
    writers = sorted({sample.writer for sample in samples})
    label_number = {label: index for index, label in enumerate(labels)}
    writer_number = {writer: index for index, writer in enumerate(writers)}
    strokes = [stroke for sample in samples for stroke in sample.strokes]
    measured = None
    if any(sample.guide for sample in samples):
        measured = np.array([glyph.cues(sample.strokes, sample.guide) for sample in samples])
    points = np.concatenate([np.asarray(stroke, np.float32)[:, :2] for stroke in strokes])
    stroke_starts = _starts([len(stroke) for stroke in strokes])
    sample_starts = _starts([len(sample.strokes) for sample in samples])
    return Dataset(
        name=name,
        labels=labels,
        label_index=np.array([label_number[sample.label] for sample in samples], np.int32),
        writers=writers,
        writer_index=np.array([writer_number[sample.writer] for sample in samples], np.int32),
        points=points,
        stroke_starts=stroke_starts,
        sample_starts=sample_starts,
        glyphs=_glyphs(points, stroke_starts, sample_starts, work),
        licence=licence,
        dropped=dropped.counts(),
        listed=dropped.listed,
        notes=list(notes),
        measured_cues=measured,
    )


def _starts(lengths: Sequence[int]) -> np.ndarray:
    return np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])


def _drawable(sample: Sample) -> bool:
    return bool(sample.strokes) and all(len(s) and (np.abs(s[:, :2]) < _FARTHEST).all() for s in sample.strokes)


def _glyphs(points: np.ndarray, stroke_starts: np.ndarray, sample_starts: np.ndarray, work: Work) -> np.ndarray:
    """The glyphs of all samples, uint8 (n, 28, 28), drawn on all cores."""
    count = len(sample_starts) - 1
    firsts = range(0, count, _TOGETHER)
    glyphs, done = np.empty((count, glyph.SIZE, glyph.SIZE), np.uint8), 0

    def task(first: int) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
        samples = sample_starts[first : first + _TOGETHER + 1]
        strokes = stroke_starts[samples[0] : samples[-1] + 1]
        return first, points[strokes[0] : strokes[-1]], strokes - strokes[0], samples - samples[0]

    work.progress(0, count, "characters")
    with closing(run_all(draw, map(task, firsts), len(firsts))) as results:
        for first, drawn in results:
            glyphs[first : first + len(drawn)] = drawn
            done += len(drawn)
            work.progress(done, count, "characters")
    return glyphs


def draw(
    first: int, points: np.ndarray, stroke_starts: np.ndarray, sample_starts: np.ndarray
) -> tuple[int, np.ndarray]:
    """The glyphs of some samples in the form of a Dataset, uint8 (n, 28, 28), and the number that came with them."""
    strokes = [points[start:end] for start, end in pairwise(stroke_starts)]
    return first, np.stack([glyph.glyph(as_strokes(strokes[start:end])) for start, end in pairwise(sample_starts)])
