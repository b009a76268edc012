"""Own signs: labels that the base model lacks, read by the writer's own samples alone.

A sign is any text that one piece of ink stands for: a letter of another alphabet, a symbol, a shorthand. The base model
has no logit for it, but its embeddings tell shapes apart that it never saw. So a sign is weighed against everything
else that ink may be: d is how far the ink is from the nearest of the sign's samples, r how far from the nearest of all
styles that the base model knows and of the writer's other characters. The odds of the sign are a power of r / d.

What is no sign keeps its probabilities among each other, so a sign that nothing looks like changes nothing. Everything
is a function of the samples that are known and their order, so forgetting is exact.
Symbols: e an embedding at unit length, q size and place.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from handpad.adaptation import Observation
from handpad.adaptation.kernels import places_of, squared_distances, unit_length

STEEPNESS, NEAREST = 4.5, 0.02
"""The odds of a sign are ((r + NEAREST) / (d + NEAREST)) ** STEEPNESS, of squared distances between e ..."""

PLACE, FARTHEST = 1.5, 2.0
"""... times exp(-PLACE |q - q'|^2), where |q - q'|^2 counts as FARTHEST at most ..."""

PRIOR = 0.0
"""... times exp(PRIOR).

Fitted by logistic regression on training writers of UNIPEN, with signs put together of their own ink and with ASCII
characters kept from the base model; one, three and eight samples of each sign give the same STEEPNESS and PLACE. PRIOR
was then lowered by 1.8 from where signs and other ink are lost equally: a letter must not be lost for a sign.
"""

LIKE = 0.18
"""A sign whose sample is no farther than that from another character's ink looks just like that.

Three in four real characters are no farther from their styles, and one in thirty signs.
"""

A_SIGN, FEWEST, ALL_SIGNS = 12, 2, 1500
"""So many of the latest samples of each sign are compared with; at least FEWEST, and of all signs about ALL_SIGNS."""

OTHERS = 1000
"""Of so many of the latest samples of other characters, the corrections are compared with."""

FAR = 0.75
"""What is so far from all samples of all signs is none."""

LOWEST = -60.0
"""No log odds below."""


@dataclass(frozen=True, slots=True)
class _Sample:
    embedding: np.ndarray
    place: np.ndarray


class OwnSigns:
    """The signs of one writer.

    Parameters
    ----------
    centroids : (s, d), the styles that the base model knows, in its embedding space.
    """

    def __init__(self, centroids: np.ndarray):
        self._styles = unit_length(centroids)
        self._signs: dict[str, dict[Hashable, _Sample]] = {}
        self._others: dict[Hashable, _Sample | None] = {}
        self._arrays: tuple[np.ndarray, ...] | None = None  # None: to be made when they are next needed

    @property
    def labels(self) -> list[str]:
        """The signs, in the order in which they were first learned: the columns of :meth:`log_odds`."""
        return list(self._signs)

    def __len__(self) -> int:
        return len(self._signs)

    def learn(self, sample_ids: Sequence[Hashable], observation: Observation, labels: Sequence[str]) -> None:
        """Learn n characters that are signs."""
        for sample_id, label, sample in zip(sample_ids, labels, _samples(observation), strict=True):
            self._signs.setdefault(label, {})[sample_id] = sample
        self._arrays = None

    def learn_others(self, sample_ids: Sequence[Hashable], observation: Observation, confirmed: Sequence[bool]) -> None:
        """Learn n characters that are none: ink like theirs is no sign.

        Confirmations are passed over: before a sign was taught, its ink may have been left as what it was taken for.
        """
        for sample_id, sample, let_stand in zip(sample_ids, _samples(observation), confirmed, strict=True):
            self._others[sample_id] = None if let_stand else sample
        for sample_id in list(self._others)[: max(len(self._others) - OTHERS, 0)]:
            del self._others[sample_id]
        self._arrays = None

    def log_odds(self, observation: Observation) -> np.ndarray:
        """How much likelier each sign is than everything else that is no sign: float64 (m, k), at least LOWEST."""
        found = np.full((len(observation), len(self._signs)), LOWEST)
        if not self._signs or not len(observation):
            return found
        embeddings, places, firsts, others = self._compared()
        seen, q = unit_length(observation.embeddings), places_of(observation.cues)
        apart = squared_distances(seen, embeddings)
        near = np.flatnonzero(apart.min(axis=1) < FAR)
        if not len(near):
            return found
        seen, q, apart = seen[near], q[near], STEEPNESS * np.log(apart[near] + NEAREST)
        together = q[:, 3:] == places[:, 3]
        away = np.minimum(squared_distances(q[:, :3], places[:, :3]), FARTHEST)
        apart += PLACE * np.where(together, away, FARTHEST / 2)
        rival = squared_distances(seen, others).min(axis=1)
        nearest = np.minimum.reduceat(apart, firsts, axis=1)
        found[near] = np.maximum(STEEPNESS * np.log(rival + NEAREST)[:, None] - nearest + PRIOR, LOWEST)
        return found

    def probabilities(self, observation: Observation) -> np.ndarray:
        """Of each sign, among all that the ink may be: float64 (m, k), each row summing to less than 1."""
        odds = np.exp(self.log_odds(observation))
        return odds / (1 + odds.sum(axis=1, keepdims=True))

    def looks_known(self, observation: Observation) -> np.ndarray:
        """Whether characters look just like ones that are no signs: bool (m,)."""
        *_, others = self._compared()
        return squared_distances(unit_length(observation.embeddings), others).min(axis=1) < LIKE

    def _compared(self) -> tuple[np.ndarray, ...]:
        """Embeddings and places of the signs' samples, sign by sign, where each sign begins, and the others."""
        if self._arrays is None:
            most = max(min(A_SIGN, ALL_SIGNS // max(len(self._signs), 1)), FEWEST)
            chosen = [list(samples.values())[-most:] for samples in self._signs.values()]
            flat = [sample for samples in chosen for sample in samples]
            width = self._styles.shape[1]
            others = [sample.embedding for sample in self._others.values() if sample is not None]
            self._arrays = (
                np.array([sample.embedding for sample in flat]).reshape(-1, width),
                np.array([sample.place for sample in flat]).reshape(-1, 4),
                np.cumsum([0, *(len(samples) for samples in chosen)])[:-1],
                np.concatenate([self._styles, np.array(others).reshape(-1, width)]),
            )
        return self._arrays


def with_signs(probabilities: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """The probabilities (m, c) of other labels and those (m, k) of signs beside each other: (m, c + k)."""
    return np.concatenate([probabilities * (1 - signs.sum(axis=1, keepdims=True)), signs], axis=1)


def _samples(observation: Observation) -> list[_Sample]:
    embeddings, places = unit_length(observation.embeddings).astype(np.float32), places_of(observation.cues)
    return [_Sample(embedding, place) for embedding, place in zip(embeddings, places, strict=True)]
