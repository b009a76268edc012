"""What one writer taught the reading of lines: the line side of every adapter.

On a line far more is known of a segment hypothesis than the base model sees: its size and place, and what shapes look
like among others. The line side of an adapter corrects what is made of a hypothesis *in context*: the default by kernel
ridge on the residuals of those probabilities, as it does for characters alone (what context knows already is not
learned twice); the paper's method by the decision of its classifiers on the hypothesis's glyph.

Hypotheses that were taken for characters and are none, and characters that were parted wrongly, are remembered as well,
whatever the adapter: ink that looks like them, among neighbours like theirs, is parted likewise the next time.

Everything is a function of the samples that are known and their order, so forgetting is exact.
Symbols: e an embedding at unit length, q size and place on the line. Geometry is float32 (n, g), the columns as in
:class:`handpad.reading.lattice.Lattice`; rows of NaN stand for characters that were learned off any line.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Protocol

import numpy as np

from handpad.adaptation import Observation, softmax
from handpad.adaptation.default import CONFIRMATION, contradicting
from handpad.adaptation.frames import FrameRidge
from handpad.adaptation.inverse import ridge_weights
from handpad.adaptation.kernels import PLACE, SHAPE, SHAPE_ALONE, squared_distances, unit_length
from handpad.adaptation.own_signs import OwnSigns
from handpad.adaptation.paper import PaperAdapter
from handpad.adaptation.store import Learned, Store
from handpad.numerics import log_sum_exp

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

GROUPING = 10.0
"""A hypothesis just like one that was parted wrongly loses or gains so many nats.

Chosen with NEIGHBOURS on misparted characters of UNIPEN's validation writers and of DeepWriting's joined ones, each
taught once and its line read again as a bent copy: with 3 nats 66 of 76 and 28 of 66 were parted as taught, with these
68 and 36 (18 and 9 without teaching); nothing else on these lines or on others was parted worse.
"""

MOST_GROUPINGS = 200
"""So many of the latest samples of grouping are kept."""

NEIGHBOURS = 1.0
"""Hypotheses are parted alike where exp(-SHAPE |e - e'|^2 - NEIGHBOURS |n - n'|^2) is large; n: size, place, gaps."""

_PLACE = (0, 1, 3)
"""Top, bottom and width among the columns of the geometry."""

_NEIGHBOURHOOD = (0, 1, 3, 9, 10)
"""Those, and the distances to the ink before and behind."""


InContext = Callable[[slice], np.ndarray]
"""Scores float (n, c), in context, of some of the characters that are to be learned."""

_TOGETHER = 64
"""So many characters are scored at once, so that learning a long history takes little memory."""


class LineAdapter(Protocol):
    """The line side of an adapter.

    Attributes
    ----------
    signs : the writer's own signs; None where the adapter knows none.
    """

    signs: OwnSigns | None

    def learn(
        self,
        sample_ids: Sequence[Hashable],
        observation: Observation,
        geometry: np.ndarray,
        in_context: InContext,
        labels: Sequence[int],
        confirmed: Sequence[bool],
    ) -> None:
        """Learn m characters. Raises ValueError if one is known already.

        in_context : gives the scores of some of them as a reader makes them, see
            :meth:`handpad.reading.reader.Reader.in_context`; called only if they matter, and not kept.
        """

    def learn_grouping(
        self, sample_id: Hashable, embeddings: np.ndarray, geometry: np.ndarray, whole: Sequence[bool]
    ) -> None:
        """Learn with a sample that hypotheses (m) are whole characters after all, or that they are not."""

    def learn_frames(self, sample_id: Hashable, embeddings: np.ndarray, missing: np.ndarray, confirmed: bool) -> None:
        """Learn with a sample what the sequence network missed in some of its frames: (k, d) and (k, classes)."""

    def forget(self, sample_id: Hashable) -> None:
        """Forget a sample and what it taught of grouping and frames. Raises KeyError if it is not known."""

    def corrected(self, scores: np.ndarray, observation: Observation, geometry: np.ndarray) -> np.ndarray:
        """Scores (n, c) of hypotheses in context as this writer's samples correct them; each row's sum stays."""

    def grouped(self, observation: Observation, geometry: np.ndarray) -> np.ndarray:
        """What hypotheses gain or lose as whole characters by what the writer parted and joined: float (n,)."""

    def corrected_frames(self, probabilities: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
        """What the sequence network says of frames, (t, classes), as this writer's samples correct it."""


class NoLineAdapter:
    """Learns nothing and changes nothing."""

    signs: OwnSigns | None = None

    def learn(
        self,
        sample_ids: Sequence[Hashable],
        observation: Observation,
        geometry: np.ndarray,
        in_context: InContext,
        labels: Sequence[int],
        confirmed: Sequence[bool],
    ) -> None:
        """Nothing."""

    def learn_grouping(
        self, sample_id: Hashable, embeddings: np.ndarray, geometry: np.ndarray, whole: Sequence[bool]
    ) -> None:
        """Nothing."""

    def learn_frames(self, sample_id: Hashable, embeddings: np.ndarray, missing: np.ndarray, confirmed: bool) -> None:
        """Nothing."""

    def forget(self, sample_id: Hashable) -> None:
        """Nothing."""

    def corrected(self, scores: np.ndarray, observation: Observation, geometry: np.ndarray) -> np.ndarray:
        """The scores as they are."""
        return scores

    def grouped(self, observation: Observation, geometry: np.ndarray) -> np.ndarray:
        """Zero for every hypothesis."""
        return np.zeros(len(geometry), np.float32)

    def corrected_frames(self, probabilities: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
        """What the network says."""
        return probabilities


NO_ADAPTER = NoLineAdapter()


class GroupingAdapter(NoLineAdapter):
    """Learns what a writer parted and joined, by the sample that it was learned with: so do all adapters that learn."""

    def __init__(self) -> None:
        self._groupings: dict[Hashable, list[tuple[np.ndarray, np.ndarray, float]]] = {}

    def learn_grouping(
        self, sample_id: Hashable, embeddings: np.ndarray, geometry: np.ndarray, whole: Sequence[bool]
    ) -> None:
        """See :class:`LineAdapter`."""
        for embedding, place, is_whole in zip(unit_length(embeddings), geometry, whole, strict=True):
            sample = embedding, place[list(_NEIGHBOURHOOD)], 1.0 if is_whole else -1.0
            self._groupings.setdefault(sample_id, []).append(sample)

    def forget(self, sample_id: Hashable) -> None:
        """Forget what a sample taught of grouping, if anything."""
        self._groupings.pop(sample_id, None)

    def grouped(self, observation: Observation, geometry: np.ndarray) -> np.ndarray:
        """See :class:`LineAdapter`."""
        samples = [sample for some in self._groupings.values() for sample in some][-MOST_GROUPINGS:]
        if not samples:
            return np.zeros(len(geometry))
        embeddings, places, signs = (np.array(column) for column in zip(*samples, strict=True))
        apart = squared_distances(geometry[:, list(_NEIGHBOURHOOD)], places)
        alike = np.exp(-SHAPE * squared_distances(unit_length(observation.embeddings), embeddings) - NEIGHBOURS * apart)
        return GROUPING * np.clip(alike @ signs, -1, 1)


class PaperLineAdapter(GroupingAdapter):
    """The paper's method on lines: its decision on a hypothesis's glyph changes places with the base's.

    It learns nothing of its own: writing history and confidence are those of the character side, which learns the same
    samples.
    """

    def __init__(self, characters: PaperAdapter):
        super().__init__()
        self._characters = characters

    def corrected(self, scores: np.ndarray, observation: Observation, geometry: np.ndarray) -> np.ndarray:
        """Scores (n, c) in which the base's first label and the label that was decided on change places."""
        found = np.array(scores)
        for row, decision in enumerate(self._characters.decide(observation)):
            first, chosen = decision.votes[0], decision.label
            found[row, [first, chosen]] = found[row, [chosen, first]]
        return found


class RidgeLineAdapter(GroupingAdapter):
    """The default on lines: kernel ridge on what context did not know."""

    def __init__(self) -> None:
        super().__init__()
        self._store = Store()
        self._geometry: dict[Hashable, np.ndarray] = {}
        self._scores: dict[Hashable, np.ndarray] = {}
        self._weights: np.ndarray | None = None  # None: to be found when they are next needed
        self._frames: dict[Hashable, tuple[np.ndarray, np.ndarray, bool]] = {}
        self._frame_ridge: FrameRidge | None = None  # likewise

    def __len__(self) -> int:
        return len(self._store)

    def learn(
        self,
        sample_ids: Sequence[Hashable],
        observation: Observation,
        geometry: np.ndarray,
        in_context: InContext,
        labels: Sequence[int],
        confirmed: Sequence[bool],
    ) -> None:
        """See :class:`LineAdapter`."""
        new = zip(observation.embeddings, observation.logits, observation.cues, labels, confirmed, strict=True)
        learned = [Learned(e, logits, cues, int(label), bool(let_stand)) for e, logits, cues, label, let_stand in new]
        self._store.add(sample_ids, learned)
        self._geometry.update(zip(sample_ids, geometry, strict=True))
        for start in range(0, len(sample_ids), _TOGETHER):
            some = slice(start, start + _TOGETHER)
            self._scores.update(zip(sample_ids[some], in_context(some), strict=True))
        self._weights = self._frame_ridge = None

    def forget(self, sample_id: Hashable) -> None:
        """See :class:`LineAdapter`."""
        super().forget(sample_id)  # own signs teach grouping alone
        self._store.remove(sample_id)
        del self._geometry[sample_id], self._scores[sample_id]
        self._frames.pop(sample_id, None)
        self._weights = self._frame_ridge = None

    def learn_frames(self, sample_id: Hashable, embeddings: np.ndarray, missing: np.ndarray, confirmed: bool) -> None:
        """See :class:`LineAdapter`."""
        self._frames[sample_id] = embeddings, missing, confirmed
        self._frame_ridge = None

    def corrected_frames(self, probabilities: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
        """See :class:`LineAdapter`."""
        if not self._frames:
            return probabilities
        if self._frame_ridge is None:
            chosen = [self._frames[i] for i in self._store.useful(CAPACITY, LATEST) if i in self._frames]
            if not chosen:
                return probabilities
            trust = [np.full(len(own), CONFIRMATION if confirmed else 1.0) for own, _, confirmed in chosen]
            known, missing = (np.concatenate([one[place] for one in chosen]) for place in (0, 1))
            self._frame_ridge = FrameRidge(known.astype(np.float32), missing, np.concatenate(trust))
        return self._frame_ridge.corrected(probabilities, embeddings)

    def corrected(self, scores: np.ndarray, observation: Observation, geometry: np.ndarray) -> np.ndarray:
        """See :class:`LineAdapter`."""
        if not len(self._store):
            return scores
        weights = self._fit() if self._weights is None else self._weights
        shape, place = _alike(unit_length(observation.embeddings), _places(geometry), self._embeddings, self._places)
        place[:, ~self._placed] = 1  # what was learned off any line is looked for anywhere
        change = (shape * (SHAPE_ALONE + (1 - SHAPE_ALONE) * place)) @ weights
        before = softmax(scores / SOFTENING)
        after = SOFTENING * np.log(np.maximum(before + change, np.minimum(before, FLOOR)))
        return after - log_sum_exp(after) + log_sum_exp(scores)

    def _fit(self) -> np.ndarray:
        """Find the weights of the samples that decide, (k, c).

        A confirmation takes nothing from labels that were never learned: a few lines are far from all that one writes.
        """
        chosen = self._store.useful(CAPACITY, LATEST)
        samples = [self._store[sample_id] for sample_id in chosen]
        labels = np.array([sample.label for sample in samples])
        geometry = np.stack([self._geometry[sample_id] for sample_id in chosen])
        self._embeddings = unit_length(np.stack([sample.embedding for sample in samples]))
        self._places, self._placed = _places(geometry), ~np.isnan(geometry[:, 0])
        shape, place = _alike(self._embeddings, self._places, self._embeddings, self._places)
        place *= self._placed[:, None] == self._placed
        probabilities = softmax(np.stack([self._scores[sample_id] for sample_id in chosen]) / SOFTENING)
        truth = np.eye(probabilities.shape[1])[labels]
        others = shape * place * ~np.eye(len(labels), dtype=bool)
        decides = ~contradicting(others @ truth, labels)
        confirmed = np.array([sample.confirmed for sample in samples])
        missing = truth - probabilities
        missing[np.ix_(confirmed, ~truth.any(axis=0))] = 0
        many = np.maximum(truth.sum(axis=0) / FULL, 1.0)[labels]
        noise = NOISE * np.where(confirmed, CONFIRMATION, 1.0) * many
        kernel = shape * (SHAPE_ALONE + (1 - SHAPE_ALONE) * place) + np.diag(noise)
        self._weights = ridge_weights(kernel, missing, left_out=~decides)
        return self._weights


def _places(geometry: np.ndarray) -> np.ndarray:
    """Top, bottom and width, float64 (n, 3); 0 where they are not known."""
    return np.nan_to_num(geometry[:, list(_PLACE)].astype(np.float64))


def _alike(
    embeddings: np.ndarray, places: np.ndarray, other_embeddings: np.ndarray, other_places: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """How alike characters are in shape, and in place, 0 to 1: (m, n) each."""
    shape = np.exp(-SHAPE * squared_distances(embeddings, other_embeddings))
    return shape, np.exp(-PLACE * squared_distances(places, other_places))
