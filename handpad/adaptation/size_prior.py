"""Habits: how large and how high writers write each label, and how the labels go together over all writers.

For one cue x (the log of the longer side, or the height of the centre) a writer's characters of label l follow

    x = offset + mean[l] + loadings[l] . z + own[l] + noise,

with a writer's offset about which nothing is known beforehand (tablets and hands differ), a few factors
z ~ N(0, 1) that say how this writer's labels move together (tall capitals, tiny letters), the writer's own
habit for the label, own[l] ~ N(0, spread[l]), and noise ~ N(0, noise[l] * unsteadiness). The population's numbers
come from training writers (:mod:`handpad.train.fit.population`); a writer's come from what was learned, in closed form.
So five learned letters say where the other fifty-seven should stand. A cue that is mere noise with a
writer, such as the height on a page of many lines, makes the unsteadiness large and thereby counts for nothing.

The aspect ratio of a character is no cue here: the glyph shows it, and the base has used it already.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handpad.adaptation.zones import zone_of

CUES = ("size", "height")
"""The cues with a population: log of the longer side, and centre upwards in units of the writer's size."""

TAIL = 4.0
"""Degrees of freedom of the t distribution that stands in for the noise: outliers count for little."""

_FLAT = 1e-3  # the prior precision of a writer's offset
_STEADY = 10.0  # how many characters the population's noise is worth against the writer's own
_UNSTEADIEST = 30.0
_ROUNDS = 4
_UNITS = -200, 200  # log units of length beyond these leave no room for the squares of what is measured in them


@dataclass(frozen=True)
class Population:
    """One cue over c labels: mean (c,), loadings (c, r), spread (c,) and noise (c,), the last two variances."""

    mean: np.ndarray
    loadings: np.ndarray
    spread: np.ndarray
    noise: np.ndarray


@dataclass(frozen=True)
class Expectation:
    """What is expected of one writer's next character, per label: mean (c,) and variance (c,) of the cue."""

    mean: np.ndarray
    variance: np.ndarray

    def log_likelihood(self, cue: np.ndarray) -> np.ndarray:
        """How well m cues (m,) fit each label: float64 (m, c), up to a constant."""
        squares = (cue[:, None] - self.mean) ** 2 / self.variance
        return -0.5 * np.log(self.variance) - (TAIL + 1) / 2 * np.log1p(squares / TAIL)


def load(labels: Sequence[str]) -> dict[str, Population]:
    """The bundled populations of CUES over these labels. A label that nobody wrote is like its zone's others."""
    with np.load(Path(__file__).with_name("size_prior.npz"), allow_pickle=False) as stored:
        known = [str(label) for label in stored["labels"]]
        return {
            cue: _over(
                labels, known, Population(*(stored[f"{cue}_{part}"] for part in Population.__dataclass_fields__))
            )
            for cue in CUES
        }


def _over(labels: Sequence[str], known: list[str], all_of_them: Population) -> Population:
    """A population over other labels, in their order."""
    zones = np.array([zone_of(label) for label in known])
    rows = []
    for label in labels:
        alike = np.array([label == other for other in known])
        if not alike.any():
            alike = zones == zone_of(label)
        if not alike.any():
            alike[:] = True
        mean, loadings, spread, noise = (getattr(all_of_them, part)[alike] for part in Population.__dataclass_fields__)
        rows.append((mean.mean(), loadings.mean(axis=0), spread.mean() + mean.var(), noise.mean()))
    return Population(*(np.array(column, dtype=np.float64) for column in zip(*rows, strict=True)))


def expect(population: Population, cue: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> Expectation:
    """One writer's expectation from n learned characters, n >= 1 (see the module).

    Parameters
    ----------
    cue : (n,), any origin; labels : int (n,); weights : (n,), 1 for a correction, less for weaker evidence.
    """
    mean, spread = population.mean, population.spread
    classes = len(mean)
    loadings = np.column_stack([np.ones(classes), population.loadings])
    precision = np.eye(loadings.shape[1])
    precision[0, 0] = _FLAT
    origin = np.median(cue - mean[labels])
    cue = cue - origin
    robust, unsteadiness = weights, 1.0
    for _ in range(_ROUNDS):
        counts = np.bincount(labels, robust, classes)
        seen = counts > 0
        at_least = np.maximum(counts, 1e-9)
        own = np.where(seen, np.bincount(labels, robust * cue, classes) / at_least - mean, 0)
        noise = population.noise * unsteadiness
        doubt = spread + noise / at_least
        trust = np.where(seen, 1 / doubt, 0)
        covariance = np.linalg.inv(precision + (loadings * trust[:, None]).T @ loadings)
        shared = loadings @ (covariance @ (loadings.T @ (trust * own)))
        shared_variance = np.einsum("li,ij,lj->l", loadings, covariance, loadings)
        kept = np.where(seen, spread / doubt, 0)  # how far a label's own characters speak for it
        expected = mean + (1 - kept) * shared + kept * own
        variance = noise + (1 - kept) * spread + (1 - kept) ** 2 * shared_variance
        squares = (cue - expected[labels]) ** 2 / noise[labels]
        robust = weights * np.minimum(1, (TAIL + 1) / (TAIL + squares))
        apart = (cue - (mean + shared)[labels]) ** 2 / (spread + population.noise)[labels]
        unsteadiness = (_STEADY + robust @ apart) / (_STEADY + robust.sum())
        unsteadiness = float(np.clip(unsteadiness, 0.3, _UNSTEADIEST))
    return Expectation(expected + origin, variance)


def size(cues: np.ndarray) -> np.ndarray:
    """The size cue of m characters, (m,): the log of the longer side, from the cues of an Observation (m, 4)."""
    return cues[:, :2].max(axis=1)


def unit(population: Population, sizes: np.ndarray, labels: np.ndarray) -> float:
    """A writer's unit of length for the height cue: what the labels written say of the writer's size."""
    return float(np.exp(np.clip(np.median(sizes - population.mean[labels]), *_UNITS)))
