"""Adapters: how one writer's corrections change what the base model says, without retraining.

An adapter sees of a character what the base model made of it (embedding and logits) and what the glyph has
lost (size and position cues); it answers with probabilities. Labels are indexes into the model's labels.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np


@dataclass(frozen=True)
class Observation:
    """What is known of m characters before their labels are.

    Attributes
    ----------
    embeddings : float32 (m, d), the output of the base model's next-to-last layer.
    logits : float32 (m, c), calibrated: already divided by the model's temperature.
    cues : float64 (m, 4), as from :func:`handpad.glyph.cues`.
    """

    embeddings: np.ndarray
    logits: np.ndarray
    cues: np.ndarray

    def __len__(self) -> int:
        return len(self.logits)

    def __getitem__(self, rows: slice | Sequence[int] | np.ndarray) -> "Observation":
        return Observation(self.embeddings[rows], self.logits[rows], self.cues[rows])


def concatenate(observations: Sequence[Observation]) -> Observation:
    """One observation of several, n >= 1."""
    return Observation(
        np.concatenate([observation.embeddings for observation in observations]),
        np.concatenate([observation.logits for observation in observations]),
        np.concatenate([observation.cues for observation in observations]),
    )


class Adapter(Protocol):
    """One way to adapt. Predictions depend only on the samples learned and not forgotten, and their order."""

    def predict(self, observation: Observation) -> np.ndarray:
        """Probabilities float64 (m, c), each row summing to 1. Changes nothing."""

    def learn(self, sample_id: Hashable, observation: Observation, label: int, confirmed: bool = False) -> None:
        """Learn one character (m = 1) whose true label is known.

        confirmed: the writer merely let the prediction stand, which is weaker evidence than a correction.
        """

    def learn_many(
        self, sample_ids: Sequence[Hashable], observation: Observation, labels: Sequence[int], confirmed: Sequence[bool]
    ) -> None:
        """Learn m characters: the same as one after another."""

    def forget(self, sample_id: Hashable) -> None:
        """Forget one sample, as if it had never been learned. Raises KeyError if it is not known."""

    def deciding(self) -> set[Hashable]:
        """The ids of the samples that have a part in every prediction now."""

    def behind(self, observation: Observation, label: int) -> dict[Hashable, float]:
        """How much each deciding sample speaks for a label of one character (m = 1), or, below 0, against it."""


def softmax(logits: np.ndarray) -> np.ndarray:
    """Softmax over the last axis, in float64."""
    shifted = np.exp(logits - logits.max(axis=-1, keepdims=True), dtype=np.float64)
    return shifted / shifted.sum(axis=-1, keepdims=True)
