"""Which learned samples contradict the rest, and what they look like instead: for their writer to decide.

Two kinds are told. A sample that looks like a crowd of another label's samples and hardly like any of its own is what
the adapters leave aside as contradicting. One whose ink looks like its label neither to the base model on its line nor
to the other samples was probably learned from wrong ink (:mod:`handpad.suspects`).
"""

from dataclasses import dataclass

import numpy as np

from handpad.adaptation.default import contradicting
from handpad.adaptation.kernels import compare, places_of, squared_distances, unit_length
from handpad.handwriting import Written
from handpad.reading.likely import twins
from handpad.suspects import probabilities, unlike
from handpad.training_set import Labelled

MOST_ALIKE = 40
"""So many of the latest samples of each label are compared with."""

_TOGETHER = 512


@dataclass(frozen=True)
class Doubt:
    """Why a sample is doubted.

    Attributes
    ----------
    label : what it was learned as; looks_like : what its ink looks like instead.
    by_samples : whether the writer's other samples say so, rather than the base model alone.
    strength : 0 to 1, for the order in which doubts are shown.
    """

    label: str
    looks_like: str
    by_samples: bool
    strength: float

    @property
    def reason(self) -> str:
        """The doubt as a sentence."""
        if self.by_samples:
            return f"It looks like your other \u201c{self.looks_like}\u201d, not like your \u201c{self.label}\u201d."
        return f"Its ink does not look like \u201c{self.label}\u201d; it looks like \u201c{self.looks_like}\u201d."


def doubts(written: Written) -> dict[str, Doubt]:
    """The samples that contradict the rest, by their ids, the most doubtful first. Raises ModelError."""
    characters = written.characters
    if characters is None:
        return {}
    found: dict[str, Doubt] = {}
    names, labels = written.model.labels, np.array(characters.labels)
    probable = probabilities(characters, written.lines, written.model)
    # What the base model alone doubts: the likeliest label of another shape is what the ink looks like.
    same = twins(names) > 0
    for row in unlike(characters, probable, written.model):
        scores = np.where(same[labels[row]], -np.inf, characters.observation.logits[row])
        doubt = Doubt(names[labels[row]], names[int(scores.argmax())], False, 1 - float(probable[row]))
        found[characters.ids[row]] = doubt
    support = _support(characters, len(names))
    for row in np.flatnonzero(contradicting(support, labels)).tolist():
        others = support[row].copy()
        own, others[labels[row]] = others[labels[row]], 0
        looks_like = int(others.argmax())
        if same[labels[row], looks_like]:  # 0 and O look alike: that is no mistake
            continue
        strength = float(1 - own / others[looks_like])
        found[characters.ids[row]] = Doubt(names[labels[row]], names[looks_like], True, strength)
    return dict(sorted(found.items(), key=lambda one: -one[1].strength))


def _support(characters: Labelled, classes: int) -> np.ndarray:
    """How alike each character is to the latest others of each label, summed: float64 (n, classes)."""
    labels = np.array(characters.labels)
    compared = np.concatenate([np.flatnonzero(labels == label)[-MOST_ALIKE:] for label in np.unique(labels)])
    embeddings, places = unit_length(characters.observation.embeddings), places_of(characters.observation.cues)
    truth = np.eye(classes)[labels[compared]]
    found = np.zeros((len(labels), classes))
    for start in range(0, len(labels), _TOGETHER):
        some = slice(start, start + _TOGETHER)
        shape = squared_distances(embeddings[some], embeddings[compared])
        alike = compare(shape, places[some], places[compared]).alike
        alike[compared[None, :] == np.arange(len(labels))[some][:, None]] = 0  # none is compared with itself
        found[some] = alike @ truth
    return found
