"""The default adapter: kernel ridge on the base's residuals, with size and position, closed form.

It corrects the base in two steps (symbols: x a character, e its embedding at unit length, q its size and place):

1. *Zones*, which transfer between letters: a ridge from q alone to the zones of the learned characters,
   fitted to the residuals of the base's own zone probabilities. Each label's probability is multiplied by what
   became of its zone.
2. *Classes*: a ridge from (e, q) to the labels, fitted to the residuals that are left.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from handpad.adaptation import Observation, softmax
from handpad.adaptation.inverse import KernelInverse
from handpad.adaptation.zones import zone_matrix

SOFTENING = 1.5
"""Temperature on the base's calibrated logits: an overconfident base cannot be corrected."""

SHAPE = 4.0
"""The class kernel falls with exp(-SHAPE |e - e'|^2)."""

PLACE = 6.0
"""The class kernel falls with exp(-PLACE |q - q'|^2)."""

NOISE = 0.5
"""Ridge of the class kernel, for a correction."""

ZONE_PLACE = 3.0
"""The zone kernel falls with exp(-ZONE_PLACE |q - q'|^2)."""

ZONE_NOISE = 1.5
"""Ridge of the zone kernel, for a correction."""

CONFIRMATION = 2.0
"""How much more noise a confirmation has than a correction."""

_FLOOR = 1e-6


@dataclass(frozen=True)
class _Point:
    """A learned character: unit embedding (d,), base probabilities (c,), place (4,), label, noise factor."""

    embedding: np.ndarray
    base: np.ndarray
    place: np.ndarray
    label: int
    noise: float


class DefaultAdapter:
    """Kernel ridge on the base's residuals with zones (see the module).

    Parameters
    ----------
    labels : the model's labels, each one character.
    """

    def __init__(self, labels: Sequence[str]):
        self._zones = zone_matrix(labels)
        self._classes = len(labels)
        self._points: dict[int, _Point] = {}
        self._slots: list[int] = []
        self._inverse = KernelInverse()
        self._zone_inverse = KernelInverse()
        self._refresh()

    def __len__(self) -> int:
        return len(self._points)

    def predict(self, seen: Observation) -> np.ndarray:
        """Probabilities float64 (m, c), each row summing to 1. Changes nothing."""
        base = softmax(seen.logits / SOFTENING)
        if not self._slots:
            return base
        embeddings, places = _unit(seen.embeddings), _place(seen.cues)
        near = _near(places, self._places)
        zoned = self._zoned(base, near**ZONE_PLACE @ self._zone_weights)
        kernel = _alike(embeddings, self._embeddings) ** SHAPE * near**PLACE
        return _normalised(zoned + kernel @ self._weights)

    def learn(self, sample_id: int, seen: Observation, label: int, confirmed: bool = False) -> None:
        """Learn one character. Raises ValueError if the sample is known already."""
        self.learn_many([sample_id], seen, [label], [confirmed])

    def learn_many(
        self, sample_ids: Iterable[int], seen: Observation, labels: Iterable[int], confirmed: Iterable[bool]
    ) -> None:
        """Learn m characters at once: the same as one after another, but faster."""
        embeddings, base, places = _unit(seen.embeddings), softmax(seen.logits / SOFTENING), _place(seen.cues)
        new = zip(sample_ids, embeddings, base, places, labels, confirmed, strict=True)
        for sample_id, embedding, probabilities, place, label, let_stand in new:
            if sample_id in self._points:
                raise ValueError(f"Sample {sample_id} has been learned already.")
            noise = CONFIRMATION if let_stand else 1.0
            point = _Point(embedding, probabilities, place, int(label), noise)
            near = _near(place[None], self._places)[0]
            alike = _alike(embedding[None], self._embeddings)[0]
            self._inverse.add(alike**SHAPE * near**PLACE, 1 + NOISE * noise)
            self._zone_inverse.add(near**ZONE_PLACE, 1 + ZONE_NOISE * noise)
            self._points[sample_id] = point
            self._slots.append(sample_id)
            self._stack()
        self._refresh()

    def forget(self, sample_id: int) -> None:
        """Forget one sample, as if it had never been learned. Raises KeyError if it is not known."""
        del self._points[sample_id]
        slot = self._slots.index(sample_id)
        self._inverse.remove(slot)
        self._zone_inverse.remove(slot)
        self._slots[slot] = self._slots[-1]
        self._slots.pop()
        self._stack()
        self._refresh()

    def _stack(self) -> None:
        points = [self._points[sample_id] for sample_id in self._slots]
        self._embeddings = np.array([point.embedding for point in points])
        self._places = np.array([point.place for point in points]).reshape(-1, 4)

    def _refresh(self) -> None:
        """The ridge weights, from the inverses and the residuals."""
        self._stack()
        points = [self._points[sample_id] for sample_id in self._slots]
        if not points:
            return
        base = np.array([point.base for point in points])
        truth = np.eye(self._classes)[[point.label for point in points]]
        self._zone_weights = self._zone_inverse.matrix @ ((truth - base) @ self._zones)
        near = _near(self._places, self._places)
        zoned = self._zoned(base, near**ZONE_PLACE @ self._zone_weights)
        self._weights = self._inverse.matrix @ (truth - zoned)

    def _zoned(self, base: np.ndarray, zone_change: np.ndarray) -> np.ndarray:
        """Base probabilities (m, c) times what became of each label's zone."""
        zones = base @ self._zones
        ratio = np.maximum(zones + zone_change, 1e-3) / np.maximum(zones, 1e-9)
        return _normalised(base * (ratio @ self._zones.T))


def _unit(embeddings: np.ndarray) -> np.ndarray:
    embeddings = np.asarray(embeddings, dtype=np.float64)
    return embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-12)


def _place(cues: np.ndarray) -> np.ndarray:
    """Size and place for comparison: without a guide the vertical centre is dropped, for it has no unit."""
    place = np.array(cues, dtype=np.float64)
    place[:, 2] *= place[:, 3]
    return place


def _near(places: np.ndarray, others: np.ndarray) -> np.ndarray:
    """exp(-|q - q'|^2), float64 (m, n); 0 between a place measured against a guide and one that was not."""
    if not len(others):
        return np.empty((len(places), 0))
    return np.exp(-_squared_distances(places[:, :3], others[:, :3])) * (places[:, 3:] == others[:, 3])


def _alike(embeddings: np.ndarray, others: np.ndarray) -> np.ndarray:
    """exp(-|e - e'|^2), float64 (m, n)."""
    if not len(others):
        return np.empty((len(embeddings), 0))
    return np.exp(-_squared_distances(embeddings, others))


def _squared_distances(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    squares = (points**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * points @ others.T
    return np.maximum(squares, 0)


def _normalised(probabilities: np.ndarray) -> np.ndarray:
    positive = np.maximum(probabilities, _FLOOR)
    return positive / positive.sum(axis=1, keepdims=True)
