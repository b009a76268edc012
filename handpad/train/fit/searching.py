"""Classifiers of scikit-learn: settings are tried on validation writers, then the best is fitted on more and more.

What is fitted becomes a network (:mod:`.support_vectors`, :mod:`.trees`), so that it is saved, exported and measured as
all others are.
"""

import time
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np
from scipy.sparse import csr_matrix
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.ensemble import RandomForestClassifier
from sklearn.svm import SVC
from torch import nn

from handpad import glyph
from handpad.train.console import Console
from handpad.train.datasets import Dataset
from handpad.train.fit import support_vectors, trees
from handpad.train.fit.recipes import ForestSearch, SvmSearch
from handpad.train.fit.task import Task

LEAF_EMBEDDING = 64
"""Dimensions of a forest's embedding."""

_WATCHED = 2000  # characters that a setting is judged on
_SEARCH_SHARE = 0.4  # of the time: the rest is for the final fit
_SIZES, _FIRST_SIZE = 5, 250  # how often the characters double, and the fewest to begin with
_COST = 2.0  # the exponent of a support vector machine's time until it is measured (Bottou and Lin 2007: 2 to 3)


@dataclass
class Notes:
    """What has been tried so far: every setting with its accuracy, and the growing fits in the form of a history."""

    tried: list[dict] = field(default_factory=list)
    history: list[dict] = field(default_factory=list)


@dataclass(frozen=True)
class Found:
    """A fitted network, its settings, and what else there is to tell of it."""

    network: nn.Module
    settings: dict
    about: dict


def fit(task: Task, minutes: float | None, notes: Notes, save: Callable[[Notes], None], console: Console) -> Found:
    """Search and fit what the task's recipe asks for.

    Parameters
    ----------
    minutes : how long it may take; None for as long as it takes.
    notes : of a search that was broken off, or empty; what is tried is added, and ``save`` called with it.
    """
    one = _Search(task, minutes, notes, save, console)
    return _svm(one, task.recipe) if isinstance(task.recipe, SvmSearch) else _forest(one, task.recipe)


class _Search:
    """Training and validation characters as pixels, what was tried, and how much time is left."""

    def __init__(
        self, task: Task, minutes: float | None, notes: Notes, save: Callable[[Notes], None], console: Console
    ):
        self.data, self.seed, self.notes, self._save, self._console = task.data, task.seed, notes, save, console
        self.train = np.random.default_rng(task.seed).permutation(task.rows["train"])
        self.validation = np.random.default_rng(task.seed).permutation(task.rows["validation"])[:_WATCHED]
        self._seconds = np.inf if minutes is None else 60 * minutes
        self._begun = time.monotonic()

    @property
    def left(self) -> float:
        """Seconds."""
        return self._seconds - self._spent

    @property
    def _spent(self) -> float:
        return time.monotonic() - self._begun

    @property
    def may_search(self) -> bool:
        return not self.notes.tried or self._spent <= _SEARCH_SHARE * self._seconds

    def try_all(
        self, settings: Iterable[dict], attempt: Callable[[dict], float], best: dict | None = None
    ) -> dict | None:
        """The best setting of all, by an attempt's accuracy on validation writers; tried ones are not tried again."""
        for setting in settings:
            known = next((one for one in self.notes.tried if one["setting"] == setting), None)
            if known is None:
                if not self.may_search:
                    break
                begun = time.monotonic()
                accuracy = attempt(setting)
                known = {
                    "setting": setting,
                    "accuracy": accuracy,
                    "seconds": round(time.monotonic() - begun, 2),
                }
                self.notes.tried.append(known)
                self._save(self.notes)
                self._console.line("tried", **setting, accuracy=accuracy, seconds=known["seconds"])
            if best is None or known["accuracy"] > best["accuracy"]:
                best = known
        return best

    def grown(self, unit: str, size: int, seconds: float, **values: float | None) -> None:
        """Note a fit of the growing series: ``size`` characters or trees."""
        record = {"epoch": len(self.notes.history) + 1, unit: size, **values, "seconds": round(seconds, 2)}
        self.notes.history.append(record)
        self._save(self.notes)
        self._console.line("epoch", **record)

    def true(self, rows: np.ndarray) -> np.ndarray:
        return self.data.label_index[rows]

    def pixels(self, rows: np.ndarray) -> np.ndarray:
        """float32 (n, 784) in 0..1."""
        return self.data.glyphs[rows].reshape(len(rows), -1).astype(np.float32) / 255


def balanced(data: Dataset, rows: np.ndarray, count: int, seed: int) -> np.ndarray:
    """At most so many rows, drawn so that frequent labels give way to rare ones; all rows if there are no more."""
    if len(rows) <= count:
        return rows
    rows = np.random.default_rng(seed).permutation(rows)
    labels = data.label_index[rows]
    order = np.argsort(labels, kind="stable")
    place = np.arange(len(rows)) - np.searchsorted(labels[order], labels[order])
    return np.sort(rows[order[np.argsort(place, kind="stable")[:count]]])


@dataclass(frozen=True)
class Projection:
    """Pixels to components: matrix float64 (d, 784) and offset (d,)."""

    matrix: np.ndarray
    offset: np.ndarray

    def __call__(self, pixels: np.ndarray) -> np.ndarray:
        return (pixels @ self.matrix.T + self.offset).astype(np.float32)


def project(pixels: np.ndarray, components: int, whiten: bool, polar: bool, seed: int) -> Projection:
    """Principal components of pixels float (n, 784), d at most the number of components.

    whiten : with unit variance each. polar : of the image in polar coordinates about its middle, which is linear in
    the pixels, so that nothing else is needed to compute it.
    """
    turned = polar_matrix() if polar else np.eye(pixels.shape[1])
    seen = pixels @ turned.T
    pca = PCA(min(components, *seen.shape), random_state=seed).fit(seen)
    matrix = pca.components_
    if whiten:
        matrix = matrix / np.sqrt(np.maximum(pca.explained_variance_, 1e-9))[:, None]
    return Projection(matrix @ turned, -matrix @ pca.mean_)


def whole_components(pixels: np.ndarray, components: int, seed: int) -> np.ndarray:
    """Principal components of pixels, rounded to whole numbers up to 63: float64 (d, 784).

    Their products with pixels from 0 to 255 add up to less than 2^24: float32 has all of them exactly.
    """
    matrix = project(pixels, components, False, False, seed).matrix
    return np.rint(63 * matrix / np.abs(matrix).max(axis=1, keepdims=True))


def polar_matrix() -> np.ndarray:
    """The transform of a glyph's pixels to polar coordinates: (784, 784), rows of angle, columns of radius."""
    size = glyph.SIZE
    images = np.eye(size * size, dtype=np.float32).reshape(-1, size, size)
    middle = ((size - 1) / 2, (size - 1) / 2)
    columns = [cv2.warpPolar(image, (size, size), middle, size / 2, cv2.WARP_POLAR_LINEAR) for image in images]
    return np.stack(columns, axis=-1).reshape(size * size, -1).astype(np.float64)


def _svm(one: _Search, search: SvmSearch) -> Found:
    some = balanced(one.data, one.train, search.searched, one.seed)
    seen, watched = one.pixels(some), one.pixels(one.validation)
    right = one.true(one.validation)

    def fitted(setting: dict, rows: np.ndarray, pixels: np.ndarray) -> tuple[Projection, SVC]:
        how = {key: setting[key] for key in ("components", "whiten", "polar")}
        projection = project(pixels, **how, seed=one.seed)
        inputs = projection(pixels)
        gamma = setting["scale"] / (inputs.shape[1] * inputs.var())
        return projection, SVC(C=setting["cost"], gamma=float(gamma), cache_size=500).fit(inputs, one.true(rows))

    def attempt(setting: dict) -> float:
        projection, svm = fitted(setting, some, seen)
        return float((svm.predict(projection(watched)) == right).mean())

    setting: dict[str, Any] = {
        "components": search.components[0],
        "cost": search.costs[0],
        "scale": search.scales[0],
        "whiten": search.whiten[0],
        "polar": search.polar[0],
    }
    best = one.try_all(
        ({**setting, "cost": cost, "scale": scale} for cost in search.costs for scale in search.scales), attempt
    )
    for name, values in (("components", search.components), ("whiten", search.whiten), ("polar", search.polar)):
        best = one.try_all(({**best["setting"], name: value} for value in values), attempt, best)

    total = min(len(one.train), search.largest)
    halves = [total // 2**power for power in range(_SIZES)]
    sizes = sorted(size for size in halves if size >= _FIRST_SIZE) or [total]
    done = [epoch["characters"] for epoch in one.notes.history]
    sizes = [size for size in sizes if size not in done] or sizes[-1:]
    projection = svm = None
    for size in sizes:
        if projection is not None and _next_seconds(one.notes.history, size) > one.left:
            break
        rows = balanced(one.data, one.train, size, one.seed)
        pixels = one.pixels(rows)
        begun = time.monotonic()
        projection, svm = fitted(best["setting"], rows, pixels)
        seconds = time.monotonic() - begun
        if size not in done:
            few = np.random.default_rng(one.seed).permutation(len(rows))[:_WATCHED]
            one.grown(
                "characters",
                size,
                seconds,
                accuracy=float((svm.predict(projection(pixels[few])) == one.true(rows[few])).mean()),
                validation_accuracy=float((svm.predict(projection(watched)) == right).mean()),
                loss=None,
                validation_loss=None,
            )
    network, settings = support_vectors.from_sklearn(projection.matrix, projection.offset, svm, len(one.data.labels))
    about = {
        "setting": best["setting"],
        "support_vectors": len(svm.support_),
        "characters": one.notes.history[-1]["characters"],
        "of_characters": len(one.train),
        "exponent": _exponent(one.notes.history),
        "seconds_for_all": _next_seconds(one.notes.history, len(one.train)),
    }
    return Found(network, settings, about)


def _exponent(history: list[dict]) -> float:
    """By which power of the number of characters the time of the last fits grew."""
    if len(history) < 2:
        return _COST
    (first, second) = history[-2:]
    times = max(second["seconds"], 1e-3) / max(first["seconds"], 1e-3)
    return float(np.clip(np.log(times) / np.log(second["characters"] / first["characters"]), 1.0, 3.0))


def _next_seconds(history: list[dict], size: int) -> float:
    """How long a fit on so many characters will take."""
    last = history[-1]
    return float(last["seconds"] * (size / last["characters"]) ** _exponent(history))


def _forest(one: _Search, search: ForestSearch) -> Found:
    watched, right = one.pixels(one.validation), one.true(one.validation)

    def projected(setting: dict, pixels: np.ndarray) -> np.ndarray | None:
        return whole_components(pixels, setting["components"], one.seed) if setting["components"] else None

    def inputs(matrix: np.ndarray | None, pixels: np.ndarray) -> np.ndarray:
        whole = np.rint(255 * pixels)
        return whole if matrix is None else (whole.astype(np.float64) @ matrix.T).astype(np.float32)

    def model(count: int) -> RandomForestClassifier:
        return RandomForestClassifier(
            count, max_leaf_nodes=search.leaves, oob_score=True, warm_start=True, random_state=one.seed, n_jobs=-1
        )

    def attempt(setting: dict) -> float:
        rows = balanced(one.data, one.train, search.searched, one.seed)
        matrix = projected(setting, one.pixels(rows))
        fitted = _quietly(model(search.trees_searched), inputs(matrix, one.pixels(rows)), one.true(rows))
        return float((fitted.predict(inputs(matrix, watched)) == right).mean())

    best = one.try_all(({"components": value} for value in search.components), attempt)
    pixels, true = one.pixels(one.train), one.true(one.train)
    matrix = projected(best["setting"], pixels)
    seen, shown = inputs(matrix, pixels), inputs(matrix, watched)
    grown = model(0)
    counts = [count for count in (5, 10, 20, 40, 70) if count < search.trees] + [search.trees]
    one.notes.history.clear()  # trees are not kept, and grow again to the same
    spent = 0.0
    for count in counts:
        per_tree = spent / max(grown.n_estimators, 1)
        if grown.n_estimators and per_tree * (count - grown.n_estimators) > one.left:
            break
        begun = time.monotonic()
        grown = _quietly(grown.set_params(n_estimators=count), seen, true)
        seconds = time.monotonic() - begun
        spent += seconds
        one.grown(
            "trees",
            count,
            seconds,
            accuracy=float(grown.oob_score_),
            validation_accuracy=float((grown.predict(shown) == right).mean()),
            loss=None,
            validation_loss=None,
        )

    def to_embedding(leaves: list[tuple[int, int]]) -> tuple[np.ndarray, np.ndarray]:
        return _leaf_space(grown.apply(seen[:5000]), leaves, one.seed)

    network, settings = trees.from_sklearn(grown, len(one.data.labels), matrix, to_embedding)
    importance = grown.feature_importances_
    if matrix is not None:
        importance = importance @ np.abs(matrix)
    about = {
        "setting": best["setting"],
        "trees": grown.n_estimators,
        "oob_accuracy": float(grown.oob_score_),
        "importance": [round(float(value), 6) for value in importance / max(importance.max(), 1e-12)],
    }
    return Found(network, settings, about)


def _quietly(model: RandomForestClassifier, seen: np.ndarray, true: np.ndarray) -> RandomForestClassifier:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # with few trees, some characters are in the bag of all
        return model.fit(seen, true)


def _leaf_space(ends: np.ndarray, leaves: list[tuple[int, int]], seed: int) -> tuple[np.ndarray, np.ndarray]:
    """The projection of leaves to their strongest directions (truncated SVD), centred: (d, leaves) and (d,).

    ends : int (n, trees), the node where each character ends in each tree.
    """
    place = {(tree, max(node, 0)): number for number, (tree, node) in enumerate(leaves)}
    columns = np.array([[place[tree, node] for tree, node in enumerate(row)] for row in ends])
    count, trees_count = columns.shape
    starts = np.arange(count + 1) * trees_count
    hits = csr_matrix((np.ones(columns.size), columns.ravel(), starts), shape=(count, len(leaves)))
    size = min(LEAF_EMBEDDING, count - 1, len(leaves) - 1)
    matrix = TruncatedSVD(size, random_state=seed).fit(hits).components_
    return matrix, -(hits @ matrix.T).mean(axis=0)
