"""A look into a prepared data set: what it holds, and some of its characters, without loading the whole of it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.labels import ALPHANUMERIC
from handpad.npz import Npz
from handpad.train.datasets.combined import parts_of
from handpad.train.datasets.dataset import read_about
from handpad.train.datasets.splits import split_of

GLYPH = (28, 28)


@dataclass(frozen=True)
class Prepared:
    """What a prepared file holds.

    Attributes
    ----------
    name, licence : of the data set.
    samples : how many characters.
    labels : the sorted different characters.
    writers : how many writers to learn from, to watch while learning, and to test on; the last two can be 0.
    dropped : how many samples were left out, by reason.
    notes : what the reader had to say, such as what the source lacks.
    """

    path: Path
    name: str
    licence: str
    samples: int
    labels: list[str]
    writers: tuple[int, int, int]
    dropped: dict[str, int]
    notes: list[str]

    @property
    def short_name(self) -> str:
        """The name as a part of a model's name: of several data sets, with "+" between."""
        return "+".join(parts_of(self.name))

    @property
    def too_few_writers(self) -> bool:
        """Whether no writers are left to watch or to test on, so that nothing can be trained."""
        return 0 in self.writers

    @property
    def missing(self) -> set[str]:
        """The digits and letters that the data set does not hold."""
        return set(ALPHANUMERIC) - set(self.labels)


def look_into(path: Path) -> Prepared:
    """Read what a prepared file says of itself. Raises DataError if it is none or is damaged."""
    about = read_about(path)
    if about is None:
        raise DataError(f"{path} is no prepared data or is damaged: prepare it again.")
    split = split_of(about["name"], about["writers"])
    return Prepared(
        Path(path),
        about["name"],
        about["licence"],
        about["samples"],
        about["labels"],
        (len(split.train), len(split.validation), len(split.test)),
        about["dropped"],
        about["notes"],
    )


def sample(path: Path, count: int, seed: int) -> tuple[np.ndarray, list[str]]:
    """Some characters of a prepared file, spread evenly over its labels, ordered by label.

    Returns
    -------
    glyphs uint8 (m, 28, 28), m <= count, and their m labels. Other seeds draw other characters.

    The glyphs of a large data set take hundreds of megabytes; they are passed by, not held.

    Raises DataError if the file is damaged.
    """
    labels = look_into(path).labels
    try:
        stored = Npz(path)
        label_index = stored.array("label_index")
        rows = _spread(label_index, len(labels), count, np.random.default_rng(seed))
        return _glyphs(stored, rows), [labels[label_index[row]] for row in rows]
    except (OSError, ValueError, IndexError) as error:
        raise DataError(f"{path} is no prepared data or is damaged: prepare it again.") from error


def in_few_words(characters: Iterable[str]) -> str:
    """Characters as a person would list them: whole stretches of the alphabet as "a–z"."""
    left, words = set(characters), []
    for row in (ALPHANUMERIC[:10], ALPHANUMERIC[10:36], ALPHANUMERIC[36:]):
        for run in "".join(c if c in left else " " for c in row).split():
            words += [f"{run[0]}–{run[-1]}"] if len(run) > 3 else list(run)
        left -= set(row)
    return " ".join([*words, *sorted(left)])


def _spread(label_index: np.ndarray, labels: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """Rows ordered by label: one of every label if there is room (some labels at random if not), then more of each."""
    shuffled = rng.permutation(len(label_index))
    order = shuffled[np.argsort(label_index[shuffled], kind="stable")]
    counts = np.bincount(label_index, minlength=labels)
    place = np.arange(len(order)) - np.repeat(np.cumsum(counts) - counts, counts)  # 0 for the first of each label
    tie = rng.permutation(labels)[label_index[order]]
    chosen = np.lexsort((tie, place))[:count]
    return order[np.sort(chosen)]


def _glyphs(stored: Npz, rows: np.ndarray) -> np.ndarray:
    """The glyphs of m different rows, uint8 (m, 28, 28), from a stream over all."""
    size = GLYPH[0] * GLYPH[1]
    found = np.empty((len(rows), size), np.uint8)
    wanted = np.argsort(rows, kind="stable").tolist()
    with stored.opened("glyphs") as (header, pieces):
        if header.shape[1:] != GLYPH or header.dtype != np.uint8:
            raise ValueError(f"glyphs of shape {header.shape}")
        content, begin = bytearray(), 0  # what is held of the stream, and where in it that begins
        for place in wanted:
            start = int(rows[place]) * size
            while begin + len(content) < start + size:
                skipped = min(start - begin, len(content))
                begin += skipped
                piece = next(pieces, None)
                if piece is None:
                    raise ValueError("fewer glyphs than labels")
                content = content[skipped:] + piece
            found[place] = np.frombuffer(content[start - begin : start - begin + size], np.uint8)
    return found.reshape(-1, *GLYPH)
