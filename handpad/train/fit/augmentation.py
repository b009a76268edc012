"""New variants of training ink: the strokes are bent, not the pixels, and drawn as glyphs the usual way."""

import itertools
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process

import cv2
import numpy as np

from handpad import glyph
from handpad.train.datasets import Dataset

# Standard deviations; lengths are relative to the longer side of the character.
ROTATION = np.radians(6.0)
SHEAR = 0.13
LOG_ASPECT = 0.13
STROKE_SHIFT = 0.025
WAVE = 0.025
JITTER = 0.006
PEN_WIDTHS = (3, 4, 4, 5)
THINNING = (1, 1, 2, 3)
_WAVES = 2
_POINTS_TO_THIN = 12
_PENDING_PER_WORKER = 8


def augment(
    points: np.ndarray, stroke_starts: np.ndarray, sample_starts: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """One random variant of each of n characters, as glyphs.

    Every character is turned, sheared, stretched, bent by two slow waves, its strokes moved against each other,
    its points disturbed and thinned out, and drawn with another pen.

    Parameters
    ----------
    points : float (p, 2); stroke_starts : int (s + 1,); sample_starts : int (n + 1,), as in Dataset, from 0 on.

    Returns
    -------
    uint8 (n, 28, 28)
    """
    n = len(sample_starts) - 1
    sample_of_stroke = np.repeat(np.arange(n), np.diff(sample_starts))
    stroke_of_point = np.repeat(np.arange(len(sample_of_stroke)), np.diff(stroke_starts))
    sample_of_point = sample_of_stroke[stroke_of_point]

    first_point = stroke_starts[sample_starts[:-1]]
    low = np.minimum.reduceat(points, first_point)
    high = np.maximum.reduceat(points, first_point)
    extent = (high - low).max(axis=1, keepdims=True)
    extent[extent == 0] = 1
    xy = ((points - (low + high)[sample_of_point] / 2) / extent[sample_of_point]).astype(np.float64)

    xy += rng.normal(0, STROKE_SHIFT, (len(sample_of_stroke), 2))[stroke_of_point]
    for _ in range(_WAVES):
        frequency = rng.uniform(-1.2, 1.2, (n, 2))[sample_of_point] * 2 * np.pi
        phase = rng.uniform(0, 2 * np.pi, n)[sample_of_point]
        amplitude = rng.normal(0, WAVE, (n, 2))[sample_of_point]
        xy = xy + amplitude * np.sin((xy * frequency).sum(axis=1) + phase)[:, None]
    xy = np.einsum("pij,pj->pi", _matrices(n, rng)[sample_of_point], xy)
    xy += rng.normal(0, 1, xy.shape) * np.abs(rng.normal(0, JITTER, (n, 1)))[sample_of_point]

    steps = rng.choice(THINNING, n)[sample_of_stroke]
    pens = rng.choice(PEN_WIDTHS, n)
    glyphs = np.empty((n, glyph.SIZE, glyph.SIZE), np.uint8)
    for sample in range(n):
        numbers = range(sample_starts[sample], sample_starts[sample + 1])
        strokes = [_thin(xy[stroke_starts[j] : stroke_starts[j + 1]], steps[j]) for j in numbers]
        glyphs[sample] = glyph.glyph_from_image(glyph.rasterize(strokes, int(pens[sample])))
    return glyphs


def _matrices(n: int, rng: np.random.Generator) -> np.ndarray:
    """Random rotation times shear times stretch: float64 (n, 2, 2)."""
    angle = rng.normal(0, ROTATION, n)
    shear = rng.normal(0, SHEAR, n)
    stretch = np.exp(rng.normal(0, LOG_ASPECT, n) / 2)
    cos, sin = np.cos(angle), np.sin(angle)
    rotation = np.stack([np.stack([cos, -sin], 1), np.stack([sin, cos], 1)], 1)
    slant = np.zeros((n, 2, 2))
    slant[:, 0, 0], slant[:, 1, 1], slant[:, 0, 1] = stretch, 1 / stretch, shear
    return rotation @ slant


def _thin(stroke: np.ndarray, step: int) -> np.ndarray:
    """Every step-th point and the last one, as a coarser tablet would have sent them; short strokes stay."""
    if step == 1 or len(stroke) < _POINTS_TO_THIN * step:
        return stroke
    return np.concatenate([stroke[: -step // 2 : step], stroke[-1:]])


class Augmenter:
    """Augments batches of a data set in worker processes. Use as a context manager.

    The variants depend only on the seed of each batch, never on the number of workers. PyTorch's DataLoader gave the
    same batches a quarter more slowly (51 ms each instead of 41, one worker), and loads PyTorch into every worker.
    """

    def __init__(self, data: Dataset, workers: int):
        self._workers = workers
        ink = (data.points, data.stroke_starts, data.sample_starts)
        self._pool = ProcessPoolExecutor(workers, get_context("spawn"), _start_worker, ink)

    def __enter__(self) -> "Augmenter":
        return self

    def __exit__(self, *_) -> None:
        self._pool.shutdown(cancel_futures=True)

    def glyphs(self, batches: Iterable[tuple[np.ndarray, tuple[int, ...]]]) -> Iterator[np.ndarray]:
        """The glyphs uint8 (b, 28, 28) of each batch (rows, seed), in order, computed some batches ahead."""
        pending = deque()
        for rows, seed in batches:
            pending.append(self._pool.submit(_augment_rows, rows, seed))
            if len(pending) > self._workers * _PENDING_PER_WORKER:
                yield pending.popleft().result()
        while pending:
            yield pending.popleft().result()


_ink: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None


def _start_worker(points: np.ndarray, stroke_starts: np.ndarray, sample_starts: np.ndarray) -> None:
    global _ink
    threading.Thread(target=_end_with_parent, daemon=True).start()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the training decides when to end
    cv2.setNumThreads(1)
    _ink = points, stroke_starts, sample_starts


def _end_with_parent() -> None:
    """A worker must not outlive a training that was killed."""
    parent_process().join()
    os._exit(1)


def _augment_rows(rows: np.ndarray, seed: tuple[int, ...]) -> np.ndarray:
    points, stroke_starts, sample_starts = _ink
    strokes = np.concatenate([np.arange(sample_starts[row], sample_starts[row + 1]) for row in rows])
    pieces = [points[stroke_starts[j] : stroke_starts[j + 1]] for j in strokes]
    return augment(
        np.concatenate(pieces),
        _starts(map(len, pieces)),
        _starts(sample_starts[row + 1] - sample_starts[row] for row in rows),
        np.random.default_rng(seed),
    )


def _starts(lengths: Iterable[int]) -> np.ndarray:
    return np.array([0, *itertools.accumulate(lengths)], np.int64)


def default_workers(device: str) -> int:
    """How many processes prepare variants: a quarter of the cores, or nearly all where a GPU does the rest."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // 4 if device == "cpu" else cores - 1)
