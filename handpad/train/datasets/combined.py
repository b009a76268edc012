"""Several data sets as one, so that a network learns from all of them together."""

from collections.abc import Sequence

import numpy as np

from handpad.errors import DataError
from handpad.train.datasets.dataset import Dataset

JOINS = " + "
"""Between the names of the parts in the name of a combined data set."""

PREFIX = ":"
"""Between the name of a part and that of its writer: the same name in two data sets is two people."""


def combined(parts: Sequence[Dataset]) -> Dataset:
    """Two or more data sets as one. Its writers are called "<data set>:<writer>".

    Raises DataError if two of them are one data set.
    """
    names = [part.name for part in parts]
    if len(set(names)) < len(names):
        raise DataError(f"{', '.join(sorted(names))}: a data set can be learned from only once.")
    order = np.argsort(names, kind="stable")
    parts = [parts[place] for place in order]
    labels = sorted({label for part in parts for label in part.labels})
    number = {label: place for place, label in enumerate(labels)}
    writers = [f"{part.name}{PREFIX}{writer}" for part in parts for writer in part.writers]
    first_writer = np.cumsum([0, *(len(part.writers) for part in parts)])
    measured = None
    if any(part.measured_cues is not None for part in parts):
        measured = np.concatenate([part.cues() for part in parts])
    return Dataset(
        name=JOINS.join(part.name for part in parts),
        labels=labels,
        label_index=np.concatenate(
            [np.array([number[label] for label in part.labels], np.int32)[part.label_index] for part in parts]
        ),
        writers=writers,
        writer_index=np.concatenate(
            [part.writer_index + np.int32(first) for part, first in zip(parts, first_writer, strict=False)]
        ),
        points=np.concatenate([part.points for part in parts]),
        stroke_starts=_behind_each_other([part.stroke_starts for part in parts]),
        sample_starts=_behind_each_other([part.sample_starts for part in parts]),
        glyphs=np.concatenate([part.glyphs for part in parts]),
        licence="; ".join(dict.fromkeys(part.licence for part in parts)),
        dropped={f"{part.name}: {reason}": count for part in parts for reason, count in part.dropped.items()},
        notes=[f"{part.name}: {note}" for part in parts for note in part.notes],
        key="+".join(part.key for part in parts),
        measured_cues=measured,
    )


def parts_of(name: str) -> list[str]:
    """The names of the data sets that a data set is made of: of most, its own alone."""
    return name.split(JOINS)


def as_written_in(data: str, name: str, writer: str) -> str | None:
    """What a writer of the data set `name` is called in the data set `data`; None if that has no such writer.

    The one may be a part of the other.
    """
    of, own = writer.split(PREFIX, 1) if JOINS in name else (name, writer)
    if of not in parts_of(data):
        return None
    return f"{of}{PREFIX}{own}" if JOINS in data else own


def _behind_each_other(starts: Sequence[np.ndarray]) -> np.ndarray:
    """Where parts of something begin, and last where it ends, of one array behind the other."""
    first = np.cumsum([0, *(one[-1] for one in starts)])
    moved = [one[:-1] + before for one, before in zip(starts, first, strict=False)]
    return np.concatenate([*moved, first[-1:]]).astype(np.int64)
