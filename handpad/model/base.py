"""A base model: a folder with ``model.onnx``, ``model.json`` and ``styles.npz``, run by OpenCV's dnn.

``model.onnx`` maps ``glyph`` float32 (n, 1, 28, 28) in 0..1 to ``embedding`` (n, d) and raw ``logits`` (n, c).
``model.json`` names the labels, the calibration temperature and where the model comes from. ``styles.npz`` holds
the style centroids of each label (paper, section 3.2). :mod:`handpad.model.folder` checks them.
"""

import hashlib
import io
import threading
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np

from handpad.errors import LabelError, ModelError
from handpad.glyph import SIZE
from handpad.glyph import VERSION as PREPROCESSING
from handpad.model.folder import (
    DESCRIPTION,
    NETWORK,
    READING,
    SEQUENCE,
    STYLES,
    read_description,
    read_file,
    sealed_files,
)
from handpad.paths import bundled_models

_TOGETHER = 1024
"""Glyphs that run through the network at once: of more, what its layers hold takes gigabytes."""

BUNDLED = "handpad"
"""Name of the bundled model that recognises unless another is chosen."""


class BaseModel:
    """A trained network with its labels and styles.

    Attributes
    ----------
    name : the model's name.
    labels : list of c labels, each one character.
    columns : int (c,), where these labels stand among the network's own; all of them unless restricted.
    centroids, centroid_labels : float32 (k, d) style centroids and int (k,) indexes into ``labels``.
    info : the whole of ``model.json``: provenance, licence, figures.
    fingerprint : identifies weights and preprocessing; what is derived with one is stale under another.
    folder : where it was read from.
    """

    def __init__(
        self,
        folder: Path,
        net: cv2.dnn.Net,
        lock: threading.Lock,
        columns: np.ndarray,
        labels: list[str],
        temperature: float,
        centroids: np.ndarray,
        centroid_labels: np.ndarray,
        info: dict,
        fingerprint: str,
    ) -> None:
        self.folder = folder
        self._net = net
        self._lock = lock
        self.columns = columns
        self._temperature = temperature
        self.labels = labels
        self.centroids = centroids
        self.centroid_labels = centroid_labels
        self.info = info
        self.name = info["name"]
        self.fingerprint = fingerprint
        self._index = {label: index for index, label in enumerate(labels)}

    @classmethod
    def load(cls, folder: str | Path | None = None) -> "BaseModel":
        """Read a model folder; the bundled model when none is named. Raises ModelError naming the bad file."""
        folder = bundled_models() / BUNDLED if folder is None else Path(folder)
        if not folder.is_dir():
            raise ModelError(f"There is no model folder at {folder}.")
        info = _read_info(folder)
        for name in {READING, SEQUENCE} & set(sealed_files(info)):
            read_file(folder, name, info)  # a damaged one is told now, not at the first line
        labels = info["labels"]
        net, weights = _read_network(folder, info)
        centroids, centroid_labels = _read_styles(folder, info)
        checksum = info["sha256"][NETWORK] if NETWORK in sealed_files(info) else hashlib.sha256(weights).hexdigest()
        fingerprint = f"{checksum[:16]}-{PREPROCESSING}"
        columns = np.arange(len(labels))
        temperature = float(info["temperature"])
        return cls(
            folder, net, threading.Lock(), columns, labels, temperature, centroids, centroid_labels, info, fingerprint
        )

    def run(self, glyphs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Embeddings float32 (n, d) and calibrated logits float32 (n, c) of glyphs uint8 (n, 28, 28), n >= 1.

        The logits are already divided by the temperature, so their softmax is calibrated. Safe to call from
        several threads.
        """
        embeddings, logits = self.run_unrestricted(glyphs)
        return embeddings, logits[:, self.columns]

    def run_unrestricted(self, glyphs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The same as :meth:`run`, with logits over all labels of the network, restricted or not."""
        seen = [self._run_some(glyphs[start : start + _TOGETHER]) for start in range(0, len(glyphs), _TOGETHER)]
        embeddings, logits = (np.concatenate(column) for column in zip(*seen, strict=True))
        return embeddings, logits / self._temperature

    def _run_some(self, glyphs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        pixels = np.ascontiguousarray(glyphs[:, None], dtype=np.float32) / 255.0
        with self._lock:
            self._net.setInput(pixels, "glyph")
            embeddings, logits = self._net.forward(["embedding", "logits"])
            return embeddings.copy(), logits.copy()

    def index(self, label: str) -> int:
        """The index of a label. Raises LabelError if the alphabet does not hold it."""
        try:
            return self._index[label]
        except (KeyError, TypeError):
            raise LabelError(f"This model does not know the character {label!r}; it knows {self.alphabet}.") from None

    @property
    def alphabet(self) -> str:
        return "".join(self.labels)

    def restricted(self, labels: Sequence[str]) -> "BaseModel":
        """The same network over fewer labels. Raises LabelError for a label outside the alphabet, or none at all."""
        chosen = sorted({self.index(label) for label in labels})
        if not chosen:
            raise LabelError("An alphabet needs at least one character.")
        new_index = np.full(len(self.labels), -1)
        new_index[chosen] = np.arange(len(chosen))
        kept = new_index[self.centroid_labels] >= 0
        return BaseModel(
            self.folder,
            self._net,
            self._lock,
            self.columns[chosen],
            [self.labels[i] for i in chosen],
            self._temperature,
            self.centroids[kept],
            new_index[self.centroid_labels[kept]],
            self.info,
            self.fingerprint,
        )


def _read_info(folder: Path) -> dict:
    info, path = read_description(folder), folder / DESCRIPTION
    needed: dict[str, type | tuple[type, ...]] = {
        "format": int,
        "name": str,
        "labels": list,
        "embedding": int,
        "temperature": (int, float),
    }
    for key, kind in needed.items():
        if not isinstance(info.get(key), kind):
            raise ModelError(f"The model file {path} is damaged: {key!r} is missing or not as it should be.")
    if info.get("preprocessing", PREPROCESSING) > PREPROCESSING:
        raise ModelError(f"The model {folder} comes from a newer Handpad; update Handpad to use it.")
    labels = info["labels"]
    if not labels or len(set(labels)) != len(labels) or not all(isinstance(x, str) and len(x) == 1 for x in labels):
        raise ModelError(f"The model file {path} is damaged: its labels are not a list of different characters.")
    if not info["temperature"] > 0:
        raise ModelError(f"The model file {path} is damaged: its temperature is not above 0.")
    return info


def _read_network(folder: Path, info: dict) -> tuple[cv2.dnn.Net, bytes]:
    path, weights = folder / NETWORK, read_file(folder, NETWORK, info)
    try:
        net = cv2.dnn.readNetFromONNX(np.frombuffer(weights, np.uint8))
        net.setInput(np.zeros((1, 1, SIZE, SIZE), np.float32), "glyph")
        embedding, logits = net.forward(["embedding", "logits"])
    except cv2.error as error:
        raise ModelError(f"The model file {path} is damaged: it does not run as a network.") from error
    if embedding.shape != (1, info["embedding"]) or logits.shape != (1, len(info["labels"])):
        raise ModelError(f"The model file {path} does not fit its model.json: other labels or another embedding.")
    return net, weights


def _read_styles(folder: Path, info: dict) -> tuple[np.ndarray, np.ndarray]:
    path, data = folder / STYLES, read_file(folder, STYLES, info)
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as styles:
            centroids, labels = styles["centroids"].astype(np.float32), styles["labels"].astype(np.int64)
    except (OSError, ValueError, KeyError, zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise ModelError(f"The model file {path} is damaged: it does not hold style centroids.") from error
    if centroids.ndim != 2 or centroids.shape != (len(labels), info["embedding"]) or not np.isfinite(centroids).all():
        raise ModelError(f"The model file {path} is damaged: its centroids do not fit the embedding.")
    if len(labels) and not (labels.min() >= 0 and labels.max() < len(info["labels"])):
        raise ModelError(f"The model file {path} is damaged: a style belongs to no label.")
    return centroids, labels
