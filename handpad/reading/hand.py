"""One writer's hand on lines: what the characters that were learned say about other groups of ink.

On a line far more is known of a group than the base model sees: its size and place, and what shapes look like among
others. So a writer's corrections correct what is made of a group *in context*, by kernel ridge on the residuals of
those probabilities, as the default adapter does for characters alone; what context knows already is not learned twice.
Symbols: e an embedding at unit length, q size and place on the line.

Groups that were taken for characters and are none, and characters that were parted wrongly, are remembered as well:
ink that looks like them, among neighbours like theirs, is parted likewise the next time.

Everything is a function of the samples that are known and their order, so forgetting is exact.
"""

from collections.abc import Callable, Hashable, Sequence

import numpy as np

from handpad.adaptation import Observation, softmax
from handpad.adaptation.default import CONFIRMATION, contradicting
from handpad.adaptation.kernels import PLACE, SHAPE, SHAPE_ALONE, squared_distances, unit_length
from handpad.adaptation.store import Learned, Store
from handpad.reading.lattice import GEOMETRY

NOISE = 0.4
"""Ridge of the kernel, for a correction."""

SOFTENING = 1.8
"""Temperature on the scores in context: what is all but certain could not be corrected."""

FLOOR = 1e-4
"""No label falls below this by what was learned."""

FULL = 2.0
"""Samples of a label that has more than so many count for less, so that all together count as these.

How often a writer writes a label, the language knows better: it must not be counted twice.
"""

CAPACITY, LATEST = 300, 3000
"""So many samples decide at most: the most useful of the latest (:meth:`handpad.adaptation.store.Store.useful`)."""

GROUPING = 3.0
"""A group just like one that was parted wrongly loses or gains so many nats."""

MOST_GROUPINGS = 200
"""So many of the latest lessons on grouping are kept."""

NEIGHBOURS = 2.0
"""Groups are parted alike where exp(-SHAPE |e - e'|^2 - NEIGHBOURS |n - n'|^2) is large; n are size, place and gaps."""

_PLACE = (0, 1, 3)
"""Top, bottom and width among the features of a group."""

_NEIGHBOURHOOD = (0, 1, 3, 9, 10)
"""Those, and the distances to the pieces before and behind."""

NOWHERE = np.full(GEOMETRY, np.nan, np.float32)
"""The geometry of a character that was learned off any line."""

InContext = Callable[[Observation, np.ndarray], np.ndarray]
"""Scores float (n, c) of observed groups and their geometry, as :meth:`handpad.reading.reader.Reader.in_context`."""


class Hand:
    """What one writer taught a reader. Make it with :meth:`handpad.reading.reader.Reader.hand`.

    Geometry is float32 (n, GEOMETRY), as in a lattice; NOWHERE for a character that was learned off any line.
    """

    def __init__(self, in_context: InContext):
        self._in_context = in_context
        self._store = Store()
        self._geometry: dict[Hashable, np.ndarray] = {}
        self._groupings: dict[Hashable, list[tuple[np.ndarray, np.ndarray, float]]] = {}
        self._weights: np.ndarray | None = None  # None: to be found when they are next needed

    def __len__(self) -> int:
        return len(self._store)

    def learn(
        self,
        sample_ids: Sequence[Hashable],
        seen: Observation,
        geometry: np.ndarray,
        labels: Sequence[int],
        confirmed: Sequence[bool],
    ) -> None:
        """Learn m characters. Raises ValueError if one is known already."""
        new = zip(seen.embeddings, seen.logits, seen.cues, labels, confirmed, strict=True)
        learned = [Learned(*ink, int(label), bool(let_stand)) for *ink, label, let_stand in new]
        self._store.add(sample_ids, learned)
        self._geometry.update(zip(sample_ids, geometry, strict=True))
        self._weights = None

    def learn_grouping(self, sample_id: Hashable, embeddings: np.ndarray, geometry: np.ndarray, whole: Sequence[bool]):
        """Learn with a sample that groups (m) are whole characters after all, or that they are not."""
        for embedding, place, is_whole in zip(unit_length(embeddings), geometry, whole, strict=True):
            lesson = embedding, place[list(_NEIGHBOURHOOD)], 1.0 if is_whole else -1.0
            self._groupings.setdefault(sample_id, []).append(lesson)

    def forget(self, sample_id: Hashable) -> None:
        """Forget a sample and what it taught of grouping. Raises KeyError if it is not known."""
        self._store.remove(sample_id)
        del self._geometry[sample_id]
        self._groupings.pop(sample_id, None)
        self._weights = None

    def corrected(self, scores: np.ndarray, seen: Observation, geometry: np.ndarray) -> np.ndarray:
        """Scores (n, c) of groups in context as this writer's samples correct them; each group's sum stays."""
        if not len(self._store):
            return scores
        if self._weights is None:
            self._fit()
        shape, place = _alike(unit_length(seen.embeddings), _places(geometry), self._embeddings, self._places)
        place[:, ~self._placed] = 1  # what was learned off any line is looked for anywhere
        change = (shape * (SHAPE_ALONE + (1 - SHAPE_ALONE) * place)) @ self._weights
        before = softmax(scores / SOFTENING)
        after = SOFTENING * np.log(np.maximum(before + change, np.minimum(before, FLOOR)))
        return after - _log_sum(after) + _log_sum(scores)

    def grouped(self, seen: Observation, geometry: np.ndarray) -> np.ndarray:
        """What groups gain or lose as whole characters by what the writer parted and joined: float (n,)."""
        lessons = [lesson for some in self._groupings.values() for lesson in some][-MOST_GROUPINGS:]
        if not lessons:
            return np.zeros(len(geometry))
        embeddings, places, signs = (np.array(column) for column in zip(*lessons, strict=True))
        apart = squared_distances(geometry[:, list(_NEIGHBOURHOOD)], places)
        alike = np.exp(-SHAPE * squared_distances(unit_length(seen.embeddings), embeddings) - NEIGHBOURS * apart)
        return GROUPING * np.clip(alike @ signs, -1, 1)

    def _fit(self) -> None:
        """Find the weights of the samples that decide.

        A confirmation takes nothing from labels that were never learned: a few lines are far from all that one writes.
        """
        chosen = self._store.useful(CAPACITY, LATEST)
        samples = [self._store[sample_id] for sample_id in chosen]
        labels = np.array([sample.label for sample in samples])
        seen = Observation(*(np.stack([getattr(sample, name) for sample in samples]) for name in _SEEN))
        geometry = np.stack([self._geometry[sample_id] for sample_id in chosen])
        self._embeddings, self._places = unit_length(seen.embeddings), _places(geometry)
        self._placed = ~np.isnan(geometry[:, 0])
        shape, place = _alike(self._embeddings, self._places, self._embeddings, self._places)
        place *= self._placed[:, None] == self._placed
        probabilities = softmax(self._in_context(seen, geometry) / SOFTENING)
        truth = np.eye(probabilities.shape[1])[labels]
        others = shape * place * ~np.eye(len(labels), dtype=bool)
        decides = ~contradicting(others @ truth, labels)
        confirmed = np.array([sample.confirmed for sample in samples])
        missing = truth - probabilities
        missing[np.ix_(confirmed, ~truth.any(axis=0))] = 0
        many = np.maximum(truth.sum(axis=0) / FULL, 1.0)[labels]
        noise = (np.where(confirmed, CONFIRMATION, 1.0) * many)[decides]
        kernel = (shape * (SHAPE_ALONE + (1 - SHAPE_ALONE) * place))[np.ix_(decides, decides)] + NOISE * np.diag(noise)
        self._weights = np.zeros_like(truth)
        self._weights[decides] = np.linalg.solve(kernel, missing[decides])


_SEEN = ("embedding", "logits", "cues")


def _places(geometry: np.ndarray) -> np.ndarray:
    """Top, bottom and width, float64 (n, 3); 0 where they are not known."""
    return np.nan_to_num(geometry[:, list(_PLACE)].astype(np.float64))


def _alike(
    embeddings: np.ndarray, places: np.ndarray, other_embeddings: np.ndarray, other_places: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How alike characters are in shape, and in place, 0 to 1: (m, n) each."""
    shape = np.exp(-SHAPE * squared_distances(embeddings, other_embeddings))
    return shape, np.exp(-PLACE * squared_distances(places, other_places))


def _log_sum(scores: np.ndarray) -> np.ndarray:
    top = scores.max(axis=1, keepdims=True)
    return top + np.log(np.exp(scores - top).sum(axis=1, keepdims=True))
