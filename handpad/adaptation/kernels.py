"""How alike characters are, in shape, size and place."""

from typing import NamedTuple

import numpy as np

SHAPE = 3.0
PLACE = 5.0
"""Two characters are alike by exp(-SHAPE |e - e'|^2) and exp(-PLACE |q - q'|^2), multiplied."""

SHAPE_ALONE = 0.25
"""This share of the class kernel looks at the shape alone, in case size and place say nothing or are not known."""

ZONE_PLACE = 3.0
"""The kernel of the zones falls with exp(-ZONE_PLACE |q - q'|^2)."""


class Kernels(NamedTuple):
    """Kernel values (m, n), of two sets of characters or of the deciding ones.

    alike : in shape and place, which is what contradictions are judged by; classes, zones : of the two ridges.
    """

    alike: np.ndarray
    classes: np.ndarray
    zones: np.ndarray


def compare(shape: np.ndarray, places: np.ndarray, others: np.ndarray) -> Kernels:
    """All kernels from squared distances in shape (m, n) and from places (m, 4) and (n, 4).

    A place measured against a guide and one that was not have nothing in common.
    """
    apart = squared_distances(places[:, :3], others[:, :3])
    together = places[:, 3:] == others[:, 3]
    same_shape = np.exp(-SHAPE * shape)
    alike = same_shape * np.exp(-PLACE * apart) * together
    classes = SHAPE_ALONE * same_shape + (1 - SHAPE_ALONE) * alike
    return Kernels(alike, classes, np.exp(-ZONE_PLACE * apart) * together)


def unit_length(embeddings: np.ndarray) -> np.ndarray:
    """Embeddings (m, d) at unit length, float64; a zero stays zero."""
    embeddings = np.asarray(embeddings, dtype=np.float64)
    return embeddings / np.maximum(np.linalg.norm(embeddings, axis=1, keepdims=True), 1e-12)


def places_of(cues: np.ndarray) -> np.ndarray:
    """Size and place for comparison: without a guide the vertical centre is left to the size_prior."""
    place = np.array(cues, dtype=np.float64)
    place[..., 2] *= place[..., 3]
    return place


def squared_distances(points: np.ndarray, others: np.ndarray) -> np.ndarray:
    """Squared Euclidean distances (m, n)."""
    squares = (points**2).sum(axis=1)[:, None] + (others**2).sum(axis=1) - 2 * points @ others.T
    return np.maximum(squares, 0)
