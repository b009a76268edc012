"""Two or more models on the same characters of writers that none of them was trained on."""

import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import onnx

from handpad.errors import DataError
from handpad.labels import ALPHANUMERIC
from handpad.model.base import BaseModel
from handpad.train.datasets import Dataset
from handpad.train.measure.intervals import drawn_interval

DRAWS = 10_000
"""Draws of the bootstrap."""

_BATCH = 512
_TIMED = 300
_WARM_UP = 20


@dataclass(frozen=True)
class Contestant:
    """One model, and where it came from.

    Attributes
    ----------
    path : what the user calls it.
    bytes, parameters : of its network as ONNX, where batch norm is part of the convolutions.
    record : of the run that fitted it, see :class:`handpad.train.fit.run_folder.Fitted`; None for a model folder.
    """

    path: Path | str
    model: BaseModel
    bytes: int
    parameters: int = 0
    record: dict | None = None


def shared_labels(data: Dataset, contestants: list[Contestant], all_labels: bool) -> list[str]:
    """The labels that the data and all models have, sorted; of these only digits and letters unless all are asked."""
    shared = set(data.labels).intersection(*(one.model.labels for one in contestants))
    if not all_labels:
        shared &= set(ALPHANUMERIC)
    if not shared:
        raise DataError("The models and the data have no label in common.")
    return sorted(shared)


def read_logits(model: BaseModel, glyphs: np.ndarray) -> np.ndarray:
    """Calibrated logits float32 (n, c) of glyphs uint8 (n, 28, 28)."""
    return np.concatenate([model.run(glyphs[start : start + _BATCH])[1] for start in range(0, len(glyphs), _BATCH)])


def parameters(network: Path) -> int:
    """How many numbers an ONNX file holds as weights."""
    graph = onnx.load(network).graph
    return int(sum(np.prod(one.dims) for one in graph.initializer if one.data_type == onnx.TensorProto.FLOAT))


def accuracy_of(right: np.ndarray, writer_index: np.ndarray, seed: int) -> dict[str, float]:
    """The share of right characters, bool (n,), in per cent, with its 95 % interval by drawing writers: low, high."""
    _, place = np.unique(writer_index, return_inverse=True)
    low, high = drawn_interval(100 * np.bincount(place, weights=right), np.bincount(place), seed, DRAWS)
    return {"accuracy": 100 * float(right.mean()), "low": low, "high": high}


def milliseconds(model: BaseModel, glyphs: np.ndarray) -> float:
    """The median time of one character at a time, on one core, over the first characters."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        times = []
        for place in range(_WARM_UP + _TIMED):
            row = place % len(glyphs)
            begun = time.perf_counter()
            model.run(glyphs[row : row + 1])
            times.append(1e3 * (time.perf_counter() - begun))
    finally:
        cv2.setNumThreads(threads)
    return float(np.median(times[_WARM_UP:]))


def difference(first: np.ndarray, other: np.ndarray, writer_index: np.ndarray, seed: int) -> dict[str, float]:
    """How much more often the other model is right than the first, in points, on the very same characters.

    Parameters
    ----------
    first, other : bool (n,), whether each character was read right; writer_index : int (n,), who wrote it.

    Returns
    -------
    points : the difference; low, high : its 95 % interval, by drawing writers with replacement (percentile
    bootstrap), so that a writer's characters stay together; better, equal, worse : how many writers gain or lose.
    """
    _, place = np.unique(writer_index, return_inverse=True)
    counts = np.bincount(place)
    gains = np.bincount(place, weights=other.astype(float) - first)
    low, high = drawn_interval(100 * gains, counts, seed, DRAWS)
    return {
        "points": 100 * float(gains.sum() / counts.sum()),
        "low": low,
        "high": high,
        "better": int((gains > 0).sum()),
        "equal": int((gains == 0).sum()),
        "worse": int((gains < 0).sum()),
    }
