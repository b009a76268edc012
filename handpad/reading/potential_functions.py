"""How well each segment of ink would do as a character, and each gap as a space: small networks, learned from lines.

They are fitted together so that the true text of a line of ink is likelier than every other text in every other
grouping (a segmental conditional random field; see :mod:`handpad.train.lines.potentials`), on top of a base model whose
embedding they read. ``reading.npz`` in the base model's folder holds them.
"""

import io
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from handpad.adaptation import Observation
from handpad.adaptation.kernels import squared_distances
from handpad.errors import ModelError
from handpad.model.folder import READING, is_model, read_description, read_file
from handpad.numerics import log_softmax
from handpad.reading.lattice import GAPS, GEOMETRY
from handpad.reading.search import Weights

FORMAT = 1

LEAST_LOG_PROBABILITY = -12.0
"""What the base model finds less likely than that is all the same: an adapter must not make it impossible."""

JOINING = 0.9, 1.6
"""Letters a stroke up to which writing is print, and from which on it is joined."""

WEIGHED = ("language", "character", "segments", "sequence", "spaces", "temperature")
"""The weights that print and joined writing have of their own, in the order of ``reading.npz``."""

WITH_SEQUENCE = np.array([[1.0, 4.0, 1.0, 0.7, 0.6, 1.5], [0.55, 1.5, 0.0, 0.7, 1.0, 1.0]])
"""The weights of print and of joined writing where ``reading.npz`` has none of its own."""

FORBIDDEN = -1e4
"""Score of what a known character rules out."""


@dataclass(frozen=True)
class Layer:
    """One layer: ``x @ weight.T + bias``, weight float32 (out, in)."""

    weight: np.ndarray
    bias: np.ndarray

    def __call__(self, x: np.ndarray) -> np.ndarray:
        return x @ self.weight.T + self.bias


class PotentialFunctions:
    """The fitted networks of one base model. Made by :meth:`load` or from the arrays of ``reading.npz``.

    Attributes
    ----------
    labels : the c labels that it knows.
    fingerprint : of the base model whose embedding it reads; another model's means nothing to it.
    weights : of the search where segments alone speak.
    familiar : how far the embeddings of real characters lie from the nearest writing style of the base model.
    """

    def __init__(self, arrays: dict[str, np.ndarray]):
        self.labels = arrays["labels"].tolist()
        self.fingerprint = str(arrays["fingerprint"])
        self._trust = float(arrays["trust"])
        self._scale = {name: (arrays[f"{name}_mean"], arrays[f"{name}_deviation"]) for name in _INPUTS}
        self._networks = {name: _layers(arrays, name) for name in _NETWORKS}
        self.weights = Weights(
            language=float(arrays["language"]),
            character=float(arrays["character"]),
            temperature=float(arrays["temperature"]),
        )
        self._with_sequence = arrays.get("sequence_weights", WITH_SEQUENCE)
        if self._with_sequence.shape != (2, len(WEIGHED)):
            raise ValueError("weights")
        self.familiar = float(arrays["familiar"])
        if self._networks["size"][0].weight.shape[1] != GEOMETRY or self._networks["space"][0].weight.shape[1] != GAPS:
            raise ValueError("features")

    @classmethod
    def load(cls, folder: Path) -> "PotentialFunctions | None":
        """Those of a base model's folder; None where there are none. Raises ModelError if they are damaged."""
        path = folder / READING
        if not path.exists():
            return None
        data = read_file(folder, READING, read_description(folder) if is_model(folder) else {})
        try:
            with np.load(io.BytesIO(data), allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            if int(arrays["format"]) != FORMAT:
                raise ModelError(f"{path} was made by another version of Handpad; build it anew.")
            return cls(arrays)
        except (OSError, ValueError, KeyError, IndexError, zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise ModelError(f"The model file {path} is damaged: it does not hold what reading lines needs.") from error

    def sequence_arrays(self) -> dict[str, np.ndarray]:
        """What ``reading.npz`` holds of the weights beside the sequence network."""
        return {"sequence_weights": self._with_sequence}

    def weights_for(self, joining: float) -> Weights:
        """The weights of the search where the sequence network helps, for a line of so many letters a stroke.

        Print and joined writing have their own; between JOINING's ends they go over into each other.
        """
        print_most, joined_least = JOINING
        joined = float(np.clip((joining - print_most) / (joined_least - print_most), 0, 1))
        mixed = (1 - joined) * self._with_sequence[0] + joined * self._with_sequence[1]
        return replace(self.weights, **dict(zip(WEIGHED, mixed.tolist(), strict=True)))

    def character_scores(self, geometry: np.ndarray, observation: Observation) -> np.ndarray:
        """How much each segment looks like one whole character rather than parts of several: float32 (n,).

        geometry : float32 (n, GEOMETRY), of the segments in their lattice. observation : what
        their own base model makes of them, over all its labels.
        """
        logged = log_softmax(observation.logits)
        entropy = -(np.exp(logged) * logged).sum(axis=1, keepdims=True)
        top = -np.sort(-logged, axis=1)[:, :2]
        inputs = [self._scaled("geometry", geometry), self._scaled("embedding", observation.embeddings), entropy, top]
        return _run(self._networks["whole"], np.concatenate(inputs, axis=1))[:, 0]

    def label_scores(self, geometry: np.ndarray, embeddings: np.ndarray) -> np.ndarray:
        """What size, place and shape in context say for each label: float32 (n, c)."""
        by_size = _run(self._networks["size"], self._scaled("geometry", geometry))
        return by_size + _run(self._networks["shape"], self._scaled("embedding", embeddings))

    def space_scores(self, gaps: np.ndarray) -> np.ndarray:
        """Scores of no space and of a space before each fragment but the first: float32 (m - 1, 2)."""
        return _run(self._networks["space"], self._scaled("gaps", gaps))

    def trusted(self, probabilities: np.ndarray) -> np.ndarray:
        """The (adapted) probabilities of the base model as scores: (n, c)."""
        return self._trust * np.log(np.maximum(probabilities, np.exp(LEAST_LOG_PROBABILITY)))

    def _scaled(self, name: str, values: np.ndarray) -> np.ndarray:
        mean, deviation = self._scale[name]
        return ((values - mean) / deviation).astype(np.float32)


def from_styles(embeddings: np.ndarray, centroids: np.ndarray) -> np.ndarray:
    """How far embeddings (n, d) lie from the nearest of a base model's writing styles (k, d): float64 (n,)."""
    return np.sqrt(squared_distances(embeddings.astype(np.float64), centroids).min(axis=1))


_INPUTS = ("geometry", "gaps", "embedding")
_NETWORKS = ("size", "whole", "space", "shape")


def _layers(arrays: dict[str, np.ndarray], name: str) -> list[Layer]:
    layers: list[Layer] = []
    while f"{name}_{len(layers)}_weight" in arrays:
        layers.append(Layer(arrays[f"{name}_{len(layers)}_weight"], arrays[f"{name}_{len(layers)}_bias"]))
    if not layers:
        raise KeyError(name)
    return layers


def _run(layers: Sequence[Layer], x: np.ndarray) -> np.ndarray:
    for layer in layers[:-1]:
        x = np.maximum(layer(x), 0)
    return layers[-1](x)
