"""The paper's adaptation: a writing history, k-nearest-neighbour votes over it, and reliabilities (3.2-3.4).

Differences from the authors' published code, all towards the paper's text:

- Centroids and queries are compared as they are; the code z-scores the centroids but not the queries.
- A sample is scored against the history as it was *before* the sample; the code scores the
  neighbours on the very samples that built the history, so they look more reliable than they are.
- The code divides pixels by 255 twice, which leaves batch norm inert; that is a matter of the base model.
- The code picks the quality of K-means on the test writers; nothing is picked here.

What the method cannot do, by design: it can only answer labels that the history has seen under the same base
prediction, a character's own position is replaced by the nearest of the population's styles, and on a good base
or a short history it can lose to the base.
"""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass

import numpy as np

from handpad.adaptation import Observation, softmax
from handpad.adaptation.confidence import Confidence
from handpad.adaptation.history import ABSTAINED, WritingHistory

NEIGHBOURS = (2, 4, 6, 8, 10)
"""The values of k (paper, 3.4)."""

CLASSIFIERS = ("base", *(f"{k} nearest" for k in NEIGHBOURS))
"""Names of the classifiers, in the order of votes, reliabilities and confidence vectors."""


@dataclass(frozen=True)
class Decision:
    """How one character was decided.

    Attributes
    ----------
    label : the chosen label.
    classifier : index into CLASSIFIERS of the one that was believed.
    votes : the label that each classifier says; ABSTAINED (-1) where it says none.
    reliabilities : of each classifier for its own vote, 0 to 1; NaN where it abstained.
    """

    label: int
    classifier: int
    votes: tuple[int, ...]
    reliabilities: tuple[float, ...]


@dataclass(frozen=True)
class _Sample:
    """What of a learned character is needed to learn it again."""

    embedding: np.ndarray
    centroid: np.ndarray
    predicted: int
    label: int


class PaperAdapter:
    """The paper's method, live: every learned character scores all classifiers and then enters the history.

    Corrections and confirmations weigh the same: the paper takes a character that was not corrected for
    right (section 3.4, last paragraph).

    Parameters
    ----------
    styles_centroids : (s, d), the population's styles in the base model's embedding space (section 3.2).
    styles_labels : (s,), the label of each. A character whose label has no style is its own style.
    n_labels : how many labels the base model knows.
    """

    def __init__(self, styles_centroids: np.ndarray, styles_labels: Sequence[int] | np.ndarray, n_labels: int):
        centroids = np.asarray(styles_centroids, dtype=np.float64)
        labels = np.asarray(styles_labels)
        self._styles = {int(label): centroids[labels == label] for label in np.unique(labels)}
        self._samples: dict[Hashable, _Sample] = {}
        self._credits: dict[Hashable, tuple[int, ...]] = {}
        self.history = WritingHistory()
        self.confidence = Confidence(len(CLASSIFIERS), n_labels)

    def __len__(self) -> int:
        return len(self._samples)

    def predict(self, observation: Observation) -> np.ndarray:
        """Probabilities float64 (m, c): the base's, in which the chosen label and the base's first change places.

        The method decides on one label and ranks nothing, so all other labels keep the base's order.
        """
        probabilities = softmax(observation.logits)
        for row, decision in zip(probabilities, self.decide(observation), strict=True):
            first, chosen = decision.votes[0], decision.label
            row[first], row[chosen] = row[chosen], row[first]
            if row.argmax() != chosen:  # an exact tie
                row[chosen] = np.nextafter(row[chosen], 2)
        return probabilities

    def decide(self, observation: Observation) -> list[Decision]:
        """The decision on each of m characters: the most reliable vote.

        Ties go to the base first, then to the smallest k. A classifier that abstains is not asked.
        """
        decisions = []
        for embedding, predicted in zip(observation.embeddings, observation.logits.argmax(axis=1), strict=True):
            votes = self._votes(int(predicted), embedding)
            reliabilities = [
                np.nan if vote == ABSTAINED else self.confidence.of(classifier, vote)
                for classifier, vote in enumerate(votes)
            ]
            believed = int(np.nanargmax(reliabilities))
            decisions.append(Decision(votes[believed], believed, votes, tuple(reliabilities)))
        return decisions

    def learn(self, sample_id: Hashable, observation: Observation, label: int, confirmed: bool = False) -> None:
        """Score all classifiers on one character, then add it to the history (section 3.4).

        Raises ValueError if the sample is known already.
        """
        if sample_id in self._samples:
            raise ValueError(f"Sample {sample_id} has been learned already.")
        embedding = np.asarray(observation.embeddings[0], dtype=np.float64)
        sample = _Sample(embedding, self._nearest_style(embedding, label), int(observation.logits[0].argmax()), label)
        self._samples[sample_id] = sample
        self._enter(sample_id, sample)

    def learn_many(
        self, sample_ids: Sequence[Hashable], observation: Observation, labels: Sequence[int], confirmed: Sequence[bool]
    ) -> None:
        """Learn m characters, one after another."""
        for row, sample in enumerate(zip(sample_ids, labels, confirmed, strict=True)):
            sample_id, label, let_stand = sample
            self.learn(sample_id, observation[row : row + 1], int(label), let_stand)

    def forget(self, sample_id: Hashable) -> None:
        """Forget one sample, as if it had never been learned. Raises KeyError if it is not known.

        Votes look only at samples with the same base prediction, so only these are learned again.
        """
        predicted = self._samples[sample_id].predicted
        group = {key: sample for key, sample in self._samples.items() if sample.predicted == predicted}
        for key, sample in group.items():
            self._credit(self._credits.pop(key), sample.label, times=-1)
        self.history.clear(predicted)
        del self._samples[sample_id], group[sample_id]
        for key, sample in group.items():
            self._enter(key, sample)

    def deciding(self) -> set[Hashable]:
        """The ids of all samples: each is in the history."""
        return set(self._samples)

    def behind(self, observation: Observation, label: int) -> dict[Hashable, float]:
        """1 to 0 by distance for samples of the label that share the base prediction; below 0 for those of others."""
        embedding, predicted = observation.embeddings[0], int(observation.logits[0].argmax())
        return {
            sample_id: (1 if sample.label == label else -1) / (1 + float(((sample.centroid - embedding) ** 2).sum()))
            for sample_id, sample in self._samples.items()
            if sample.predicted == predicted
        }

    def _enter(self, sample_id: Hashable, sample: _Sample) -> None:
        votes = self._votes(sample.predicted, sample.embedding)
        votes = tuple(sample.predicted if vote == ABSTAINED else vote for vote in votes)
        self._credits[sample_id] = votes
        self._credit(votes, sample.label)
        self.history.add(sample.predicted, sample.label, sample.centroid)

    def _votes(self, predicted: int, embedding: np.ndarray) -> tuple[int, ...]:
        return (predicted, *self.history.votes(predicted, embedding, NEIGHBOURS))

    def _credit(self, votes: Sequence[int], label: int, times: int = 1) -> None:
        for classifier, vote in enumerate(votes):
            self.confidence.add(classifier, vote, vote == label, times)

    def _nearest_style(self, embedding: np.ndarray, label: int) -> np.ndarray:
        styles = self._styles.get(label)
        if styles is None:
            return embedding
        return styles[((styles - embedding) ** 2).sum(axis=1).argmin()]
