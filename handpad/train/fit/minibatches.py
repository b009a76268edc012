"""Which mini-batches come nearest to the full gradient, and whether training on those alone is any better.

After "What's the Best Mini-batch?" (Lasky, Kesiz Abnoui, Ma and Yang): characters are ordered by a metric and cut into
batches whose order never changes. At the beginning of every epoch a copy of the network, which is never stepped, gives
each batch's gradient at the very same weights (its algorithm 1). The report keeps all gradients on disk to average
them; here the batches are gone through twice, first for the mean, then for the distances, and nothing is kept.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from torch import Tensor, nn

from handpad.model.base import BaseModel
from handpad.train.datasets import Dataset
from handpad.train.fit.networks import Network, as_input, outputs

PHASES = 3
FIRST_RATE = 0.1
FALL = 10.0
"""The learning rate of each phase is a tenth of the one before."""

MOMENTUM = 0.9


def intensity(glyphs: np.ndarray) -> np.ndarray:
    """How much ink a glyph has."""
    return glyphs.reshape(len(glyphs), -1).mean(axis=1)


def stroke_width(glyphs: np.ndarray) -> np.ndarray:
    """The mean width of the ink in pixels: four times the mean distance of its pixels from the ground."""
    found = []
    for image in glyphs:
        ink = (image > 127).astype(np.uint8)
        depth = cv2.distanceTransform(ink, cv2.DIST_L2, 5)
        found.append(4 * float(depth[ink > 0].mean()) if ink.any() else 0.0)
    return np.array(found)


def edges(glyphs: np.ndarray) -> np.ndarray:
    """How many pixels Canny's detector calls an edge."""
    return np.array([np.count_nonzero(cv2.Canny(image, 100, 200)) for image in glyphs])


def unlike_the_mean(glyphs: np.ndarray) -> np.ndarray:
    """How far a glyph lies from the mean glyph in the embedding space of the bundled model."""
    model = BaseModel.load()
    mean = np.rint(glyphs.mean(axis=0)).astype(np.uint8)
    return np.linalg.norm(model.run(glyphs)[0] - model.run(mean[None])[0], axis=1)


METRICS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "ink": intensity,
    "stroke width": stroke_width,
    "edges": edges,
    "unlike the mean": unlike_the_mean,
}
"""What characters are ordered by: glyphs uint8 (n, 28, 28) to float (n,). The report has colour for stroke width, and
another network's embeddings."""


@dataclass(frozen=True)
class Walk:
    """What one training left: validation accuracy after every epoch, and distances float (epochs, batches) if asked."""

    accuracies: list[float]
    distances: np.ndarray | None


def in_batches(rows: np.ndarray, size: int) -> list[np.ndarray]:
    """Whole batches of neighbours; what is left at the end is dropped, as they are to be equally large."""
    return np.split(rows[: len(rows) // size * size], len(rows) // size)


def rate_of(epoch: int, epochs: int) -> float:
    """The learning rate of an epoch, counted from 0."""
    return FIRST_RATE / FALL ** phase_of(epoch, epochs)


def phase_of(epoch: int, epochs: int) -> int:
    """Which phase an epoch belongs to, from 0."""
    return PHASES * epoch // epochs


def walk(
    network: Network,
    data: Dataset,
    validation: np.ndarray,
    epochs: int,
    order: Callable[[int], Iterable[np.ndarray]],
    compared: Sequence[np.ndarray] | None = None,
) -> Walk:
    """Train with plain steps, without augmentation.

    Parameters
    ----------
    network : at its beginning; it is changed.
    order : the batches of an epoch, in order. compared : those whose distances are wanted.
    """
    optimizer = torch.optim.SGD(network.parameters(), lr=FIRST_RATE, momentum=MOMENTUM)
    accuracies, distances = [], []
    for epoch in range(epochs):
        if compared is not None:
            distances.append(gradient_distances(deepcopy(network), data, compared))
        network.train()
        for group in optimizer.param_groups:
            group["lr"] = rate_of(epoch, epochs)
        for rows in order(epoch):
            optimizer.zero_grad(set_to_none=True)
            _loss(network, data, rows).backward()
            optimizer.step()
        right = outputs(network, data.glyphs[validation])[1].argmax(axis=1) == data.label_index[validation]
        accuracies.append(float(right.mean()))
    return Walk(accuracies, np.array(distances) if compared is not None else None)


def gradient_distances(network: Network, data: Dataset, batches: Sequence[np.ndarray]) -> np.ndarray:
    """How far each batch's gradient is from the mean of all, at the network's weights: float (batches,).

    Without dropout, and with batch norm as in use: the full gradient is then the mean of the batches' gradients.
    """
    network.eval()
    mean = torch.zeros_like(gradient(network, data, batches[0]))
    for rows in batches:
        mean += gradient(network, data, rows) / len(batches)
    return np.array([float(torch.linalg.norm(gradient(network, data, rows) - mean)) for rows in batches])


def gradient(network: Network, data: Dataset, rows: np.ndarray) -> Tensor:
    """The gradient of the mean loss over some rows, as one vector."""
    found = torch.autograd.grad(_loss(network, data, rows), list(network.parameters()))
    return torch.cat([one.flatten() for one in found])


def _loss(network: Network, data: Dataset, rows: np.ndarray) -> Tensor:
    device = next(network.parameters()).device
    target = torch.from_numpy(data.label_index[rows]).long().to(device)
    return nn.functional.cross_entropy(network(as_input(data.glyphs[rows], device))[1], target)


def nearest_half(distances: np.ndarray) -> list[np.ndarray]:
    """Of each phase, the numbers of the half of the batches whose gradients were nearest to the full one."""
    epochs, count = distances.shape
    phases = np.array([phase_of(epoch, epochs) for epoch in range(epochs)])
    return [
        np.argsort(distances[phases == phase].mean(axis=0), kind="stable")[: max(1, count // 2)]
        for phase in range(PHASES)
    ]


def chosen_order(
    batches: Sequence[np.ndarray], chosen: Sequence[np.ndarray], epochs: int, seed: int
) -> Callable[[int], Iterable[np.ndarray]]:
    """Epochs of the chosen batches of each phase, as often as it takes for as many steps as there are batches."""

    def order(epoch: int) -> list[np.ndarray]:
        own = chosen[phase_of(epoch, epochs)]
        numbers = np.random.default_rng((seed, epoch)).permutation(np.resize(own, len(batches)))
        return [batches[number] for number in numbers]

    return order


def shuffled_order(rows: np.ndarray, size: int, seed: int) -> Callable[[int], Iterable[np.ndarray]]:
    """The usual: other batches every epoch."""
    return lambda epoch: in_batches(np.random.default_rng((seed, epoch)).permutation(rows), size)
