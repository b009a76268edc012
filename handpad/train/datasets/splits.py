"""Splits by writer: no writer is in two parts, and the same data set is always split the same way."""

from collections import defaultdict
from typing import NamedTuple

import numpy as np

from handpad.errors import DataError
from handpad.train.datasets import Dataset
from handpad.train.datasets.combined import JOINS, PREFIX

SPLIT_SEED = 1
_TEST_PLACES = (3, 10, 17)
_VALIDATION_PLACES = (6, 14)
_CYCLE = 20


class Split(NamedTuple):
    """The names of the writers of each part, sorted."""

    train: list[str]
    validation: list[str]
    test: list[str]


def split_writers(writers: list[str], seed: int = SPLIT_SEED) -> Split:
    """15 % of the writers test, 10 % validation, the rest training, spread evenly over the contributors.

    The contributor is what precedes "/" in a writer's name. The writers are shuffled within each contributor and
    then dealt out in turn, so that a contributor of 20 writers has 3 in test and 2 in validation.

    Parameters
    ----------
    writers : the names of all writers of a data set; their order does not matter.
    seed : of the shuffle; the bundled models and all figures use the default.
    """
    draw = np.random.default_rng(seed).random(len(writers))
    dealt = sorted(zip(sorted(writers), draw, strict=True), key=lambda pair: (pair[0].rpartition("/")[0], pair[1]))
    parts: dict[str, list[str]] = {"train": [], "validation": [], "test": []}
    for place, (writer, _) in enumerate(dealt):
        turn = place % _CYCLE
        part = "test" if turn in _TEST_PLACES else "validation" if turn in _VALIDATION_PLACES else "train"
        parts[part].append(writer)
    return Split(*(sorted(parts[part]) for part in Split._fields))


def hold_out(split: Split, contributor: str) -> Split:
    """The split with all writers of a contributor moved to test. Raises DataError if it has none."""
    own = [name for part in split for name in part if name.rpartition("/")[0] == contributor]
    if not own:
        raise DataError(f"No writer was contributed by {contributor}: the names begin as in {split.train[0]}.")
    rest = [sorted(set(part) - set(own)) for part in split]
    return Split(rest[0], rest[1], sorted({*rest[2], *own}))


def redrawn(split: Split, draw: int) -> Split:
    """The split with other writers validating: as many, drawn from all that train or validate. 0 leaves it as it is."""
    if draw == 0:
        return split
    pool = sorted([*split.train, *split.validation])
    chosen = np.random.default_rng((SPLIT_SEED, draw)).permutation(len(pool))[: len(split.validation)]
    validation = {pool[index] for index in chosen}
    return Split([name for name in pool if name not in validation], sorted(validation), split.test)


PROLIFIC = 25
"""How many writers the paper's application set of DeepWriting holds."""


class Published(NamedTuple):
    """Writers and images of the parts of a split, as the paper's Table 2 has them: training, validation, test."""

    writers: tuple[int, int, int]
    images: tuple[int, int, int]


PUBLISHED = {
    "nist": Published((3057, 339, 200), (659_541, 73_209, 81_505)),
    "deepwriting": Published((242, 27, 25), (298_313, 33_484, 37_658)),
}
"""Table 2 says 70 writers for DeepWriting's application set; the text, and what is left of 294 writers, say 25."""


def paper_split(data: Dataset, fewest: int = 1) -> Split:
    """The split of the paper's section 4.3; its application set is called ``test`` here.

    Writers are sorted by their number of images. The most prolific ones form the application set until it holds
    10 % of all images; of the rest every tenth writer is validation. Equal numbers are ordered by name. The paper
    does not say at which writer the tenths begin. Where the data are as many as the paper's, they begin where the
    split has as many writers and images as Table 2; elsewhere the tenth writer is the first.

    Parameters
    ----------
    fewest : the application set holds at least so many writers, whatever their share of the images.

    Raises
    ------
    DataError : the data are as many as the paper's, and no beginning gives Table 2.
    """
    counts = np.bincount(data.writer_index, minlength=len(data.writers))
    order = sorted(range(len(data.writers)), key=lambda index: (-counts[index], data.writers[index]))
    enough = max(fewest, np.searchsorted(np.cumsum(counts[order]), 0.1 * len(data)) + 1)
    rest = order[enough:]
    published = PUBLISHED.get(data.name)
    complete = published and (len(order), len(data)) == (sum(published.writers), sum(published.images))
    for place in range(9, -1, -1):
        validation = rest[place::10]
        parts = sorted(set(rest) - set(validation)), validation, order[:enough]
        found = Published(tuple(map(len, parts)), tuple(int(counts[part].sum()) for part in parts))
        if not complete or found == published:
            return Split(*(sorted(data.writers[index] for index in part) for part in parts))
    raise DataError(
        f"The split of {data.name} is not the paper's, though the data are as many: its test writers are "
        f"{found.writers[2]} with {found.images[2]:,} images, the paper's {published.writers[2]} with "
        f"{published.images[2]:,}. Choose another split, and please report this."
    )


def split_of(name: str, writers: list[str]) -> Split:
    """The split of the writers of a data set of that name; of one that is made of several, each as it is by itself."""
    split: dict[str, list[str]] = {part: [] for part in Split._fields}
    of_part: dict[str, dict[str, str]] = defaultdict(dict)
    for writer in writers:
        part, own = writer.split(PREFIX, 1) if JOINS in name else ("", writer)
        of_part[part][own] = writer
    for named in of_part.values():
        for part, own in split_writers(list(named))._asdict().items():
            split[part] += [named[writer] for writer in own]
    return Split(*(sorted(split[part]) for part in Split._fields))


SPLITS = {
    "contributor": (
        f"by writer, stratified by contributor, 75 % train, 10 % validation, 15 % test, seed {SPLIT_SEED}",
        lambda data: split_of(data.name, data.writers),
    ),
    "paper": (
        "by writer, the paper's: the most prolific with 10 % of all images test, every tenth other validation",
        paper_split,
    ),
    "prolific": (
        f"by writer, the paper's with {PROLIFIC} writers: the most prolific test, every tenth other validation",
        lambda data: paper_split(data, PROLIFIC),
    ),
}
"""What each split is called in a record, and the function that makes it of a data set.

"prolific" is for data sets where a tenth of the images is the work of very few writers: 3 in UNIPEN.
"""
