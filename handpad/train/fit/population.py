"""Fit the prior of size and height (:mod:`handpad.adaptation.size_prior`) on a data set's training writers.

``python -m handpad.train.fit.population PREPARED.npz`` writes ``handpad/adaptation/size_prior.npz``. It knows
labels and cues only, so they serve every base model; the writers held out by the split stay out of them.
"""

import argparse
from dataclasses import asdict
from pathlib import Path

import numpy as np

from handpad.adaptation import size_prior
from handpad.adaptation.size_prior import Population
from handpad.train.datasets import Dataset
from handpad.train.datasets.splits import split_writers

FACTORS = {"size": 2, "height": 1}
"""How many ways of moving together each cue has."""

FEWEST = 20
"""Writers with fewer characters are left out."""

STEADY = 0.5
"""Heights come only from writers whose heights have a standard deviation below this many units: the others
wrote on several lines of one page, so that their heights say where the line was."""

_ROUNDS = 30
_LIMIT = 2.5  # residuals beyond this many standard deviations count less


def fit(cue: list[np.ndarray], labels: list[np.ndarray], classes: int, factors: int) -> Population:
    """The population of one cue by robust expectation maximisation.

    Parameters
    ----------
    cue, labels : for every writer the cue (n,), any origin, and the label indexes (n,).
    classes : number of labels; one that few writers wrote stays near the others' average.
    factors : r, the number of columns of the loadings.
    """
    middles, counts, unsteadiness, noise = _describe(cue, labels, classes)
    seen = counts > 0
    middles = middles - np.nanmedian(middles, axis=1, keepdims=True)
    mean = np.zeros(classes)
    for _ in range(8):
        mean = np.nan_to_num(np.nanmedian(np.where(seen.any(axis=0), middles, 0), axis=0))
        middles = middles - np.nanmedian(middles - mean, axis=1, keepdims=True)
    loadings = np.column_stack([np.ones(classes), 0.05 * np.random.default_rng(0).normal(size=(classes, factors))])
    spread = np.full(classes, 0.02)
    for _ in range(_ROUNDS):
        z, covariances = _writers(middles, seen, counts, unsteadiness, mean, loadings, spread, noise)
        for label in range(classes):
            rows = seen[:, label]
            if rows.sum() < 5:
                continue
            variance = noise[label] * unsteadiness[rows] / counts[rows, label]
            rest = middles[rows, label] - z[rows, 0]
            design = np.column_stack([np.ones(rows.sum()), z[rows, 1:]])
            off = rest - design @ np.r_[mean[label], loadings[label, 1:]]
            weights = _robust(off / np.sqrt(variance + spread[label])) / (variance + spread[label])
            normal = (design * weights[:, None]).T @ design + np.diag(np.r_[1e-6, np.full(factors, 20.0)])
            normal[1:, 1:] += np.einsum("u,uij->ij", weights, covariances[rows][:, 1:, 1:])
            target = design.T @ (weights * rest)
            target[1:] -= np.einsum("u,ui->i", weights, covariances[rows][:, 0, 1:])
            mean[label], *loadings[label, 1:] = np.linalg.solve(normal, target)
            off = rest - design @ np.r_[mean[label], loadings[label, 1:]]
            found = _variance(off) - np.median(variance)
            spread[label] = max(0.002, 0.5 * spread[label] + 0.5 * found)
    return Population(mean, loadings[:, 1:], spread, noise)


def _describe(cue, labels, classes):
    """Per writer and label the median and the count, per writer the unsteadiness, per label the noise."""
    middles, counts = np.full((len(cue), classes), np.nan), np.zeros((len(cue), classes))
    deviations = []
    for writer, (values, names) in enumerate(zip(cue, labels, strict=True)):
        own = [np.empty((0, 2))]
        for label in np.unique(names):
            here = values[names == label]
            middles[writer, label], counts[writer, label] = np.median(here), len(here)
            if len(here) > 2:
                own.append(np.column_stack([np.full(len(here), label), here - np.median(here)]))
        deviations.append(np.concatenate(own))
    steadiness = np.array([_variance(own[:, 1]) if len(own) else np.nan for own in deviations])
    unsteadiness = np.clip(np.nan_to_num(steadiness / np.nanmedian(steadiness), nan=1.0), 0.25, 400)
    pooled = np.concatenate([own for own, u in zip(deviations, unsteadiness, strict=True) if u < 16])
    overall = _variance(pooled[:, 1])
    noise = np.empty(classes)
    for label in range(classes):
        here = pooled[pooled[:, 0] == label, 1]
        share = min(1.0, len(here) / 100)
        noise[label] = share * (_variance(here) if len(here) else 0) + (1 - share) * overall
    return middles, counts, unsteadiness, np.maximum(0.7 * noise + 0.3 * overall, 1e-3)


def _writers(middles, seen, counts, unsteadiness, mean, loadings, spread, noise):
    """Every writer's offset and factors: their means (u, 1 + r) and covariances (u, 1 + r, 1 + r)."""
    precision = np.eye(loadings.shape[1])
    precision[0, 0] = 1e-2
    means, covariances = [], []
    for writer, rows in enumerate(seen):
        variance = noise[rows] * unsteadiness[writer] / counts[writer, rows] + spread[rows]
        off, own = middles[writer, rows] - mean[rows], loadings[rows]
        weights = 1 / variance
        for _ in range(2):
            covariance = np.linalg.inv(precision + (own * weights[:, None]).T @ own)
            z = covariance @ own.T @ (weights * off)
            weights = _robust((off - own @ z) / np.sqrt(variance)) / variance
        means.append(z)
        covariances.append(covariance)
    return np.array(means), np.array(covariances)


def _robust(residuals: np.ndarray) -> np.ndarray:
    return np.minimum(1, _LIMIT / np.maximum(np.abs(residuals), 1e-9))


def _variance(deviations: np.ndarray) -> float:
    """The variance of a normal distribution with the same median of absolute values."""
    return float((1.4826 * np.median(np.abs(deviations))) ** 2)


def populations(data: Dataset) -> dict[str, Population]:
    """The populations of all cues from the training writers of a data set."""
    cues = data.cues()
    rows = [data.rows_of([writer]) for writer in split_writers(data.writers).train]
    rows = [own for own in rows if len(own) >= FEWEST]
    labels = [data.label_index[own] for own in rows]
    sizes = [size_prior.size(cues[own]) for own in rows]
    found = {"size": fit(sizes, labels, len(data.labels), FACTORS["size"])}
    heights, names = [], []
    for own, size, label in zip(rows, sizes, labels, strict=True):
        height = cues[own, 2] / size_prior.unit(found["size"], size, label)
        if height.std() < STEADY:
            heights.append(height)
            names.append(label)
    found["height"] = fit(heights, names, len(data.labels), FACTORS["height"])
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Fit the prior of size and height.")
    parser.add_argument("data", type=Path, help="a prepared data set (.npz)")
    parser.add_argument("--out", type=Path, default=Path(size_prior.__file__).with_name("size_prior.npz"))
    args = parser.parse_args()
    data = Dataset.load(args.data)
    parts = {f"{cue}_{part}": array for cue, one in populations(data).items() for part, array in asdict(one).items()}
    np.savez_compressed(args.out, labels=np.array(data.labels), **parts)


if __name__ == "__main__":
    main()
