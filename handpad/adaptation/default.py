"""The default adapter: kernel ridge on the base's residuals, with size and position, closed form.

Symbols: x a character, e its embedding at unit length, q its size and place. The base is softened, since an
overconfident base cannot be corrected, and then corrected in three steps, of which the first two carry over
from the letters that were learned to those that were not:

1. *Habits*: how large and how high this writer writes each label, given what was learned and how labels go
   together over all training writers (:mod:`handpad.adaptation.size_prior`). The base's logits gain the log
   likelihood of x's size and height under each label.
2. *Zones*: a ridge from q to the zones of the learned characters (digit, capital, small, ...), fitted to the
   residuals of the zone probabilities so far. Each label's probability is multiplied by what became of its zone.
3. *Classes*: a ridge from (e, q) to the labels, fitted to the residuals that are left. New ways of writing,
   and labels that the base never gets right, need no special case.

A confirmation counts as noisier evidence than a correction. Learned samples that contradict the others around
them do not decide (:meth:`DefaultAdapter.suspects`). Everything is a function of the samples that are known and
their order, so forgetting is exact.
"""

from collections.abc import Hashable, Iterable, Sequence

import numpy as np

from handpad.adaptation import Observation, position_prior, size_prior, softmax
from handpad.adaptation.inverse import KernelInverse
from handpad.adaptation.kernels import Kernels, compare, places_of, squared_distances, unit_length
from handpad.adaptation.store import Learned, Store
from handpad.adaptation.zones import zone_matrix

SOFTENING = 1.8
"""Temperature on the base's calibrated logits."""

PRIOR_WEIGHT = 0.5
"""Weight of the log likelihoods of size and height: below 1, for they are not independent of the shape."""

NOISE = 0.4
"""Ridge of the class kernel, for a correction."""

ZONE_NOISE = 1.5
"""Ridge of the zone kernel, for a correction."""

CONFIRMATION = 4.0
"""How much noisier a confirmation is than a correction; see :data:`handpad.page.learning.CERTAIN`."""

CAPACITY = 700
"""How many samples decide at most; of more, the most useful (:meth:`handpad.adaptation.store.Store.useful`)."""

CROWD = 1.5
CONTRADICTION = 4.0
"""A sample is suspect if its likenesses to samples of one other label sum to more than CROWD, and to more than
CONTRADICTION times its likenesses to samples of its own label."""

FLOOR = 1e-3
SHARPENING = 1.6
"""The corrected probabilities are raised to FLOOR at least and to the power SHARPENING, which undoes the softening:
this made them as honest as could be on validation writers, after few and after many learned characters."""

_ZONE_FLOOR = 1e-3


class DefaultAdapter:
    """Kernel ridge on the base's residuals with habits and zones (see the module).

    Parameters
    ----------
    labels : the model's labels, each one character.
    """

    def __init__(self, labels: Sequence[str]):
        self._zones = zone_matrix(labels)
        self._populations = size_prior.load(labels)
        self._store = Store()
        self._slots: list[Hashable] = []
        self._inverse = KernelInverse()
        self._zone_inverse = KernelInverse()
        self._arrays: dict[str, np.ndarray] = {}
        self._weighed = True  # whether the weights are those of the samples that decide

    def __len__(self) -> int:
        return len(self._store)

    def predict(self, observation: Observation) -> np.ndarray:
        """Probabilities float64 (m, c), each row summing to 1.

        While nothing is learned they are the base's own, with what a guide tells where there is one.
        """
        if not self._slots:
            return softmax(observation.logits + position_prior.log_likelihood(observation.cues, self._zones))
        self._weigh()
        logits = observation.logits / np.float64(SOFTENING)
        place = places_of(observation.cues)
        shape = squared_distances(unit_length(observation.embeddings), self._active("embeddings"))
        kernels = compare(shape, place, self._active("places"))
        base = softmax(logits + self._priors(observation.cues))
        zoned = self._zoned(base, kernels.zones @ self._zone_weights)
        return _normalised(np.maximum(zoned + kernels.classes @ self._weights, FLOOR) ** SHARPENING)

    def learn(self, sample_id: Hashable, observation: Observation, label: int, confirmed: bool = False) -> None:
        """Learn one character. Raises ValueError if the sample is known already."""
        self.learn_many([sample_id], observation, [label], [confirmed])

    def learn_many(
        self, sample_ids: Iterable[Hashable], observation: Observation, labels: Iterable[int], confirmed: Iterable[bool]
    ) -> None:
        """Learn m characters at once: the same as one after another, but with one factorisation.

        Raises ValueError, with nothing learned, if one is known already.
        """
        embeddings = unit_length(observation.embeddings).astype(np.float32)
        new = zip(embeddings, observation.logits, observation.cues, labels, confirmed, strict=True)
        learned = [Learned(e, logits, cues, int(label), bool(let_stand)) for e, logits, cues, label, let_stand in new]
        self._store.add(list(sample_ids), learned)
        self._choose()

    def forget(self, sample_id: Hashable) -> None:
        """Forget one sample, as if it had never been learned. Raises KeyError if it is not known."""
        self._store.remove(sample_id)
        self._choose()

    def suspects(self) -> list[Hashable]:
        """The ids of learned samples that contradict the others around them, and therefore do not decide."""
        self._weigh()
        found = [self._slots[slot] for slot in np.flatnonzero(self._suspect)] if self._slots else []
        return sorted(found)  # type: ignore[type-var] # the ids of one adapter are of one kind

    def deciding(self) -> set[Hashable]:
        """The ids of the samples that have a part in every prediction now."""
        return set(self._slots) - set(self.suspects())

    def behind(self, observation: Observation, label: int) -> dict[Hashable, float]:
        """What each deciding sample adds to a label's probability before it is sharpened (step 3 of the module)."""
        if not self._slots:
            return {}
        self._weigh()
        shape = squared_distances(unit_length(observation.embeddings), self._active("embeddings"))
        kernels = compare(shape, places_of(observation.cues), self._active("places"))
        added = np.where(self._suspect, 0, kernels.classes[0] * self._weights[:, label])
        return dict(zip(self._slots, added.tolist(), strict=True))

    # Which samples decide.

    def _choose(self) -> None:
        """Bring the deciding samples up to date; the weights follow when they are next needed."""
        chosen = self._store.useful(CAPACITY)
        wanted, present = set(chosen), set(self._slots)
        fresh = [sample_id for sample_id in chosen if sample_id not in present]
        stale = [slot for slot, sample_id in enumerate(self._slots) if sample_id not in wanted]
        if len(fresh) > len(self._slots) // 4 + 1:
            self._load(chosen)
        else:
            for slot in reversed(stale[len(fresh) :]):
                self._evict(slot)
            for slot, sample_id in zip(stale, fresh, strict=False):
                self._exchange(slot, sample_id)
            for sample_id in fresh[len(stale) :]:
                self._admit(sample_id)
        self._weighed = False

    def _admit(self, sample_id: Hashable) -> None:
        """Let one more sample decide."""
        slot = len(self._slots)
        self._fill(slot, sample_id)
        kernels = self._kernels_of(slot)
        self._inverse.add(kernels.classes[:slot], kernels.classes[slot])
        self._zone_inverse.add(kernels.zones[:slot], kernels.zones[slot])
        self._support_by(slot, kernels.alike, 1)

    def _exchange(self, slot: int, sample_id: Hashable) -> None:
        """Let a sample decide instead of the one in a slot."""
        self._support_by(slot, self._kernels_of(slot).alike, -1)
        self._fill(slot, sample_id)
        kernels = self._kernels_of(slot)
        self._inverse.replace(slot, kernels.classes, kernels.classes[slot])
        self._zone_inverse.replace(slot, kernels.zones, kernels.zones[slot])
        self._support_by(slot, kernels.alike, 1)

    def _evict(self, slot: int) -> None:
        """Let the sample in a slot decide no longer; the last one moves there."""
        self._support_by(slot, self._kernels_of(slot).alike, -1)
        self._inverse.remove(slot)
        self._zone_inverse.remove(slot)
        last = len(self._slots) - 1
        for array in self._arrays.values():
            array[slot] = array[last]
        self._slots[slot] = self._slots[last]
        self._slots.pop()

    def _load(self, sample_ids: list[Hashable]) -> None:
        """Let these samples decide and no others, with one factorisation."""
        self._slots = []
        for slot, sample_id in enumerate(sample_ids):
            self._fill(slot, sample_id)
        embeddings, places, noise = self._active("embeddings"), self._active("places"), self._active("noise")
        kernels = compare(squared_distances(embeddings, embeddings), places, places)
        np.fill_diagonal(kernels.alike, 0)
        np.fill_diagonal(kernels.classes, 1 + NOISE * noise)
        np.fill_diagonal(kernels.zones, 1 + ZONE_NOISE * noise)
        self._arrays["support"][: len(noise)] = kernels.alike @ np.eye(len(self._zones))[self._active("labels")]
        self._inverse.reset(kernels.classes)
        self._zone_inverse.reset(kernels.zones)

    def _fill(self, slot: int, sample_id: Hashable) -> None:
        """Write a sample into a slot, which is an old one or the next."""
        sample, classes = self._store[sample_id], len(self._zones)
        if not self._arrays:
            self._arrays = {
                "embeddings": np.empty((CAPACITY, len(sample.embedding))),
                "logits": np.empty((CAPACITY, classes)),
                "cues": np.empty((CAPACITY, 4)),
                "places": np.empty((CAPACITY, 4)),
                "labels": np.empty(CAPACITY, dtype=np.int64),
                "noise": np.empty(CAPACITY),
                "support": np.empty((CAPACITY, classes)),
            }
        arrays = self._arrays
        arrays["embeddings"][slot] = sample.embedding
        arrays["logits"][slot] = sample.logits / np.float64(SOFTENING)
        arrays["cues"][slot] = sample.cues
        arrays["places"][slot] = places_of(sample.cues)
        arrays["labels"][slot] = sample.label
        arrays["noise"][slot] = CONFIRMATION if sample.confirmed else 1.0
        arrays["support"][slot] = 0
        self._slots[slot : slot + 1] = [sample_id]

    def _support_by(self, slot: int, alike: np.ndarray, sign: int) -> None:
        """Add or take away what the sample in a slot and the others lend each other: kernel values by label."""
        labels, support = self._active("labels"), self._active("support")
        alike = alike.copy()
        alike[slot] = 0
        support[:, labels[slot]] += sign * alike
        support[slot] += sign * np.bincount(labels, alike, support.shape[1])

    def _active(self, name: str) -> np.ndarray:
        return self._arrays[name][: len(self._slots)]

    def _kernels_of(self, slot: int) -> Kernels:
        """Kernels of one slot with all, (n,) each; the ridges' have the noise on its own entry."""
        embeddings, places, noise = self._active("embeddings"), self._active("places"), self._arrays["noise"][slot]
        shape = squared_distances(embeddings[slot : slot + 1], embeddings)
        kernels = Kernels(*(kernel[0] for kernel in compare(shape, places[slot : slot + 1], places)))
        kernels.classes[slot], kernels.zones[slot] = 1 + NOISE * noise, 1 + ZONE_NOISE * noise
        return kernels

    # What they say.

    def _weigh(self) -> None:
        """Habits, zone weights and class weights of the samples that decide now, if those are others than before.

        Put off until a prediction needs them: what is learned in a row is weighed once.
        """
        if self._weighed or not self._slots:
            return
        self._weighed = True
        labels, cues = self._active("labels"), self._active("cues")
        self._suspect = contradicting(self._active("support"), labels)
        self._expectations = self._expect(cues, labels, np.where(self._suspect, 0, 1 / self._active("noise")))
        base = softmax(self._active("logits") + self._priors(cues))
        truth = np.eye(len(self._zones))[labels]
        missing = (truth - base) @ self._zones
        self._zone_weights = self._zone_inverse.weights(missing, self._suspect)
        # K w = missing - noise w on the samples that decide, so the kernel itself is not needed here
        change = missing - ZONE_NOISE * self._active("noise")[:, None] * self._zone_weights
        zoned = self._zoned(base, np.where(self._suspect[:, None], 0, change))
        self._weights = self._inverse.weights(truth - zoned, self._suspect)

    def _expect(self, cues: np.ndarray, labels: np.ndarray, weights: np.ndarray) -> dict:
        """The habits by whether there was a guide: the unit of length, and what is expected of either cue."""
        size, height = self._populations["size"], self._populations["height"]
        found = {}
        for guided in (0.0, 1.0):
            rows = (cues[:, 3] == guided) & (weights > 0)
            if rows.any():
                sizes, own, weight = size_prior.size(cues[rows]), labels[rows], weights[rows]
                unit = size_prior.unit(size, sizes, own)
                found[guided] = (
                    unit,
                    size_prior.expect(size, sizes, own, weight),
                    size_prior.expect(height, cues[rows, 2] / unit, own, weight),
                )
        return found

    def _priors(self, cues: np.ndarray) -> np.ndarray:
        """What size and height add to the softened logits of m characters, by habit and by the line: (m, c)."""
        learned = (self._active("cues")[:, 3] * ~self._suspect).sum()
        added = position_prior.log_likelihood(cues, self._zones, learned)
        for guided, (unit, size, height) in self._expectations.items():
            rows = cues[:, 3] == guided
            likelihood = size.log_likelihood(size_prior.size(cues[rows])) + height.log_likelihood(cues[rows, 2] / unit)
            added[rows] += PRIOR_WEIGHT * likelihood
        return added

    def _zoned(self, base: np.ndarray, change: np.ndarray) -> np.ndarray:
        """Probabilities (m, c) times what became of each label's zone."""
        zones = base @ self._zones
        ratio = np.maximum(zones + change, _ZONE_FLOOR) / np.maximum(zones, 1e-9)
        return _normalised(base * (ratio @ self._zones.T))


def contradicting(support: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Which samples the others contradict: bool (n,), from the kernel values summed by label (n, c)."""
    others = support.copy()
    rows = np.arange(len(labels))
    own = others[rows, labels]
    others[rows, labels] = 0
    strongest = others.max(axis=1)
    return (strongest > CROWD) & (strongest > CONTRADICTION * own)


def _normalised(probabilities: np.ndarray) -> np.ndarray:
    return probabilities / probabilities.sum(axis=1, keepdims=True)
