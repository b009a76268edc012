"""DeepWriting (Aksan et al. 2018): handwritten text by ETH's own writers and those of IAM-OnDB, cut into characters.

Two forms are read: ``deepwriting_training.npz`` and ``deepwriting_validation.npz`` as published, in both spellings of
their fields, and the raw JSON, ``<writer>/<form>/*segmented*.json``.
"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from statistics import median

import numpy as np

from handpad.errors import DataError
from handpad.ink import Guide
from handpad.train.datasets.allowance import Allowance
from handpad.train.datasets.dataset import Dataset, Sample, collect
from handpad.train.datasets.deepwriting_json import json_lines
from handpad.train.datasets.deepwriting_lines import FIRST_ETH_WRITER, Line, strokes_of, writer_name
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.plain_npz import read_npz
from handpad.train.datasets.stores import Folder, Zip
from handpad.train.datasets.work import PLAIN, Work

NAME = "deepwriting"
LICENCE = (
    "DeepWriting, E. Aksan, F. Pece, O. Hilliges, ETH Zurich, CC BY-NC-SA 4.0, with parts under the terms of IAM-OnDB: "
    "not for commercial use, nor for the weights of a model that is given away under other terms"
)

_IAM_SCALE = np.array([7275.0, 9088.0])
_SPELLINGS = {"strokes": "samples", "soc_labels": "boc_labels"}
_LONGEST_ALPHABET = 10_000
_PER_POINT = ("char_labels", "soc_labels", "eoc_labels")


def read(source: Path, work: Work = PLAIN) -> Dataset:
    """Read the labelled characters, each in its place on the line, y down. Writers are "eth/<id>" and "iam/<id>".

    Every character has a guide: the baseline is the median bottom of the characters of its line or chunk, the
    x-height the median height of all characters of its writer. Both are measured without the labels.

    Parameters
    ----------
    source : an .npz file, or a folder with such files in it; or the folder or zip of the raw JSON files.

    Raises
    ------
    DataError : nothing to read, or a file that is damaged, lacks a field or holds more than plain data.
    """
    source = Path(source)
    dropped, allowance = Dropped(), Allowance(source)
    paths = sorted(source.glob("*.npz")) if source.is_dir() else [source] if source.suffix == ".npz" else []
    if paths:
        lines = [line for path in paths for line in _npz_lines(path, dropped, allowance)]
    else:
        lines = list(json_lines(Folder(source) if source.is_dir() else Zip(source), dropped, allowance))
    return collect(NAME, LICENCE, with_guides(lines), dropped, work)


def with_guides(lines: list[Line]) -> Line:
    """The characters of all lines, each with the guide that its line and its writer give (see :func:`read`)."""
    heights: dict[str, list[float]] = {}
    for line in lines:
        for sample in line:
            y = np.concatenate(sample.strokes)[:, 1]
            heights.setdefault(sample.writer, []).append(float(y.max() - y.min()))
    x_height = {writer: median(values) for writer, values in heights.items()}
    guided = []
    for line in lines:
        baseline = median(float(np.concatenate(sample.strokes)[:, 1].max()) for sample in line) if line else 0.0
        for sample in line:
            known = 0 < x_height[sample.writer] < np.inf and np.isfinite(baseline)
            guided.append(replace(sample, guide=Guide(baseline, x_height[sample.writer]) if known else None))
    return guided


def _npz_lines(path: Path, dropped: Dropped, allowance: Allowance) -> Iterator[Line]:
    """The characters of each chunk of one file. Raises DataError where there are more than the allowance."""
    arrays = read_npz(path)
    fields = {name: arrays.get(name, arrays.get(other)) for name, other in _SPELLINGS.items()}
    for name in ("char_labels", "eoc_labels", "subject_labels", "alphabet", "min", "max", "mean", "std"):
        fields[name] = arrays.get(name)
    missing = [name for name, value in fields.items() if value is None]
    if missing:
        raise DataError(f"{path} is no DeepWriting file: it has no array {missing[0]}.")
    if fields["alphabet"].size > _LONGEST_ALPHABET:
        raise DataError(f"{path}: the array alphabet has more than {_LONGEST_ALPHABET} characters.")
    alphabet = sorted(str(letter) for letter in fields["alphabet"].ravel())
    mean, std, size = _statistics(path, fields)
    writers = fields["subject_labels"]
    count = writers.size
    per_chunk = [writers, *(fields[name] for name in ("strokes", *_PER_POINT))]
    if writers.dtype.kind not in "iu" or writers.ndim != 1 or any(each.shape[:1] != (count,) for each in per_chunk):
        raise DataError(f"{path}: the arrays do not have the same number of chunks.")
    for number in range(count):
        entry = f"{path.name}, chunk {number}"
        points = np.asarray(fields["strokes"][number])
        labels = [np.asarray(fields[name][number]) for name in _PER_POINT]
        if not _fit_together(points, labels):
            dropped.add("chunks whose arrays do not fit each other", entry)
            continue
        writer = int(writers[number])
        scale = size if writer >= FIRST_ETH_WRITER else _IAM_SCALE
        places = np.cumsum(points[:, :2].astype(np.float64) * std + mean, axis=0) * scale
        line = _characters(entry, writer_name(writer), places, points[:, 2] > 0.5, labels, alphabet, dropped)
        yield list(allowance.counted(line))


def _statistics(path: Path, fields: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean and standard deviation of the steps, and the size of the canvas, each float64 (2,) for x and y."""
    for name in ("min", "max", "mean", "std"):
        values = fields[name]
        if values.shape != (3,) or values.dtype.kind not in "fiu" or not np.isfinite(values).all():
            raise DataError(f"{path}: the array {name} does not hold three numbers.")
    low, high, mean, std = (fields[name][:2].astype(np.float64) for name in ("min", "max", "mean", "std"))
    return mean, std, high - low


def _fit_together(points: np.ndarray, labels: list[np.ndarray]) -> bool:
    return (
        points.ndim == 2
        and points.shape[1] == 3
        and points.dtype.kind == "f"
        and bool(np.isfinite(points).all())
        and all(each.shape == (len(points),) and each.dtype.kind in "iufb" for each in labels)
    )


def _characters(
    entry: str,
    writer: str,
    places: np.ndarray,
    pen_up: np.ndarray,
    labels: list[np.ndarray],
    alphabet: list[str],
    dropped: Dropped,
) -> Line:
    """The characters of one chunk: from a start label to the end label that follows it."""
    of_point, starts, ends = labels[0], np.flatnonzero(labels[1]), np.flatnonzero(labels[2])
    line = []
    for start, following in zip(starts, [*starts[1:], len(of_point)], strict=True):
        end = ends[(ends >= start) & (ends < following)]
        label = of_point[start]
        span = of_point[start : end[0] + 1] if len(end) else np.empty(0)
        if not len(end):
            dropped.add("characters cut off by the end of their chunk", entry)
        elif not 0 < label < len(alphabet):
            dropped.add("characters whose label is outside the alphabet", entry)
        elif not np.isin(span, (0, label)).all():
            dropped.add("characters that hold points of another", entry)
        else:
            rows = start + np.flatnonzero(span == label)
            line.append(Sample(alphabet[int(label)], writer, strokes_of(places, pen_up, rows)))
    return line
