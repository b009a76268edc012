"""All that one writer taught, and which of it is worth deciding with."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

HALF_LIFE = 4000
"""After so many later characters a sample's usefulness has halved: styles change."""


@dataclass(frozen=True, slots=True)
class Learned:
    """One learned character: embedding float32 (d,), logits float32 (c,), cues (4,), label, and whether it
    was only confirmed."""

    embedding: np.ndarray
    logits: np.ndarray
    cues: np.ndarray
    label: int
    confirmed: bool


class Store:
    """Learned characters by sample id, in the order in which they were learned."""

    def __init__(self) -> None:
        self._samples: dict[Hashable, Learned] = {}
        self._ids = np.empty(64, dtype=object)
        self._labels = np.empty(64, dtype=np.int64)
        self._worth = np.empty(64)  # at most 2

    def __len__(self) -> int:
        return len(self._samples)

    def __contains__(self, sample_id: Hashable) -> bool:
        return sample_id in self._samples

    def __getitem__(self, sample_id: Hashable) -> Learned:
        return self._samples[sample_id]

    def add(self, sample_ids: Sequence[Hashable], samples: Sequence[Learned]) -> None:
        """Keep some more, n >= 1. Raises ValueError, with none kept, if one of the ids is known already."""
        for sample_id in sample_ids:
            if sample_id in self._samples:
                raise ValueError(f"Sample {sample_id} has been learned already.")
        first, stop = len(self._samples), len(self._samples) + len(samples)
        if stop > len(self._ids):
            room = max(stop, 2 * len(self._ids)) - len(self._ids)
            self._ids, self._labels, self._worth = (
                np.concatenate([array, np.empty(room, array.dtype)]) for array in (self._ids, self._labels, self._worth)
            )
        self._samples.update(zip(sample_ids, samples, strict=True))
        self._ids[first:stop] = sample_ids
        self._labels[first:stop] = [sample.label for sample in samples]
        self._worth[first:stop] = _worth(samples, self._labels[first:stop])

    def remove(self, sample_id: Hashable) -> None:
        """Drop one. Raises KeyError if it is not known."""
        del self._samples[sample_id]
        row = int(np.flatnonzero(self._ids[: len(self._samples) + 1] == sample_id)[0])
        for array in (self._ids, self._labels, self._worth):
            array[row : len(self._samples)] = array[row + 1 : len(self._samples) + 1]

    def useful(self, capacity: int, latest: int | None = None) -> list[Hashable]:
        """The ids of the most useful samples, at most `capacity`: a function of the samples and their order alone.

        latest : only so many of the newest samples are considered; None considers all.

        Every label gives its best, then its second best, and so on. Corrections are better than
        confirmations, surprising characters better than those that the base knew, and recent ones better
        than old ones.
        """
        known = len(self._samples)
        oldest = 0 if latest is None else max(known - latest, 0)
        ids, labels, worth = (array[oldest:known] for array in (self._ids, self._labels, self._worth))
        count = len(ids)
        if count <= capacity:
            return ids.tolist()
        worth = worth * 0.5 ** (np.arange(count)[::-1] / HALF_LIFE)
        order = np.argsort(4 * labels - worth, kind="stable")  # by label, and within it the best first
        first = np.searchsorted(labels[order], labels[order])  # where each label begins
        place = np.arange(count) - first
        taken = np.cumsum(np.bincount(place))  # how many samples have one of the first places
        full = int(np.searchsorted(taken, capacity, side="right"))  # so many places fit whole
        chosen = order[place < full]
        last = order[place == full]
        last = last[np.argsort(-worth[last], kind="stable")][: capacity - len(chosen)]
        return ids[np.concatenate([chosen, last])].tolist()


def _worth(samples: Sequence[Learned], labels: np.ndarray) -> np.ndarray:
    """0.1 for a confirmation that the base knew well, up to 2 for a correction that it never thought of: (n,)."""
    logits = np.stack([sample.logits for sample in samples])
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True), dtype=np.float64)
    surprise = 1 - shifted[np.arange(len(samples)), labels] / shifted.sum(axis=1)
    return 0.1 + 0.9 * surprise + np.array([0 if sample.confirmed else 1 for sample in samples])
