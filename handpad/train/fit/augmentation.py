"""New variants of training ink: the strokes are bent, not the pixels, and drawn as glyphs the usual way."""

import itertools
import os
import signal
import threading
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process

import cv2
import numpy as np

from handpad import glyph
from handpad.train.datasets import Dataset
from handpad.train.fit.recipes import STEPS, USUAL_STEPS

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
    points: np.ndarray,
    stroke_starts: np.ndarray,
    sample_starts: np.ndarray,
    rng: np.random.Generator,
    steps: Sequence[str] = USUAL_STEPS,
    strength: float = 1.0,
) -> np.ndarray:
    """One random variant of each of n characters, as glyphs.

    Every character is turned, sheared, stretched, bent by two slow waves, its strokes moved against each other,
    its points disturbed and thinned out, and drawn with another pen.

    Parameters
    ----------
    points : float (p, 2); stroke_starts : int (s + 1,); sample_starts : int (n + 1,), as in Dataset, from 0 on.
    steps : those of :data:`handpad.train.fit.recipes.STEPS` to take; the others are left out, the random numbers of
        those taken being the same. strength : multiplies the first six.

    Returns
    -------
    uint8 (n, 28, 28)
    """
    n = len(sample_starts) - 1
    much = {step: strength * (step in steps) for step in STEPS}
    sample_of_stroke = np.repeat(np.arange(n), np.diff(sample_starts))
    stroke_of_point = np.repeat(np.arange(len(sample_of_stroke)), np.diff(stroke_starts))
    sample_of_point = sample_of_stroke[stroke_of_point]

    first_point = stroke_starts[sample_starts[:-1]]
    low = np.minimum.reduceat(points, first_point)
    high = np.maximum.reduceat(points, first_point)
    extent = (high - low).max(axis=1, keepdims=True)
    extent[extent == 0] = 1
    xy = ((points - (low + high)[sample_of_point] / 2) / extent[sample_of_point]).astype(np.float64)

    xy += much["strokes"] * rng.normal(0, STROKE_SHIFT, (len(sample_of_stroke), 2))[stroke_of_point]
    for _ in range(_WAVES):
        frequency = rng.uniform(-1.2, 1.2, (n, 2))[sample_of_point] * 2 * np.pi
        phase = rng.uniform(0, 2 * np.pi, n)[sample_of_point]
        amplitude = much["waves"] * rng.normal(0, WAVE, (n, 2))[sample_of_point]
        xy = xy + amplitude * np.sin((xy * frequency).sum(axis=1) + phase)[:, None]
    xy = np.einsum("pij,pj->pi", _matrices(n, rng, much)[sample_of_point], xy)
    xy += rng.normal(0, 1, xy.shape) * np.abs(much["jitter"] * rng.normal(0, JITTER, (n, 1)))[sample_of_point]

    thinning = np.where(much["thinning"], rng.choice(THINNING, n), 1)[sample_of_stroke]
    pens = np.where(much["pen"], rng.choice(PEN_WIDTHS, n), PEN_WIDTHS[1])
    glyphs = np.empty((n, glyph.SIZE, glyph.SIZE), np.uint8)
    for sample in range(n):
        numbers = range(sample_starts[sample], sample_starts[sample + 1])
        strokes = [_thin(xy[stroke_starts[j] : stroke_starts[j + 1]], thinning[j]) for j in numbers]
        glyphs[sample] = glyph.glyph_from_image(glyph.rasterize(strokes, int(pens[sample])))
    return _disturbed(glyphs, rng) if much["pixels"] else glyphs


def _disturbed(glyphs: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Each glyph blurred, in another contrast, with noise, or with a patch of it gone: two of these at random."""
    found = glyphs.astype(np.float32)
    for image, chosen in zip(found, rng.random((len(glyphs), 4)).argsort(axis=1)[:, :2], strict=True):
        if 0 in chosen:
            image[:] = cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.2))
        if 1 in chosen:
            image *= rng.uniform(0.6, 1.4)
        if 2 in chosen:
            image += rng.normal(0, rng.uniform(5, 25), image.shape)
        if 3 in chosen:
            size, (y, x) = int(rng.integers(3, 7)), rng.integers(0, glyph.SIZE - 3, 2)
            image[y : y + size, x : x + size] = 0
    return np.clip(np.rint(found), 0, 255).astype(np.uint8)


def _matrices(n: int, rng: np.random.Generator, much: dict[str, float]) -> np.ndarray:
    """Random rotation times shear times stretch: float64 (n, 2, 2)."""
    angle = much["turn"] * rng.normal(0, ROTATION, n)
    shear = much["shear"] * rng.normal(0, SHEAR, n)
    stretch = np.exp(much["stretch"] * rng.normal(0, LOG_ASPECT, n) / 2)
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

    def __init__(self, data: Dataset, workers: int, steps: Sequence[str] = USUAL_STEPS, strength: float = 1.0):
        self._workers = workers
        self._how = (tuple(steps), strength)
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
            pending.append(self._pool.submit(_augment_rows, rows, seed, *self._how))
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


def _augment_rows(rows: np.ndarray, seed: tuple[int, ...], steps: tuple[str, ...], strength: float) -> np.ndarray:
    points, stroke_starts, sample_starts = _ink
    strokes = np.concatenate([np.arange(sample_starts[row], sample_starts[row + 1]) for row in rows])
    pieces = [points[stroke_starts[j] : stroke_starts[j + 1]] for j in strokes]
    return augment(
        np.concatenate(pieces),
        _starts(map(len, pieces)),
        _starts(sample_starts[row + 1] - sample_starts[row] for row in rows),
        np.random.default_rng(seed),
        steps,
        strength,
    )


def _starts(lengths: Iterable[int]) -> np.ndarray:
    return np.array([0, *itertools.accumulate(lengths)], np.int64)


def default_workers(device: str) -> int:
    """How many processes prepare variants: a quarter of the cores, or nearly all where a GPU does the rest."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, cores // 4 if device == "cpu" else cores - 1)
