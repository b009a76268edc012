"""How each network is trained: fixed settings, and the ways to steer the learning rate."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, replace

import numpy as np

from handpad.errors import DataError

OPTIMIZERS = ("adam", "adamw", "sgd")

SGD_FACTOR = 40
"""SGD with momentum takes so many times the learning rate of Adam, and one part in as many of its weight decay."""


@dataclass(frozen=True)
class Recipe:
    """The settings of one kind of training.

    Attributes
    ----------
    series : (epochs, batch size) of each series in turn.
    learning_rate : the first (plateau) or highest (cosine) learning rate.
    weight_decay, label_smoothing : of the optimizer and of the cross-entropy; 0 for none.
    cosine : whether the rate warms up and then falls along a cosine; otherwise it is halved on a plateau of the
        validation loss, and training stops early (paper, 4.4.2).
    average : decay per step of the moving average of the weights that is used instead of the last weights; 0 for
        none.
    augment : whether every epoch sees new variants of the ink.
    clean : after this share of the epochs, training rows that the network confidently contradicts are left out;
        0 asks a network that was fitted before, None keeps all.
    optimizer : one of OPTIMIZERS; "sgd" is with Nesterov momentum 0.9.
    patience : without cosine, stop after so many epochs without a better validation loss.
    """

    series: tuple[tuple[int, int], ...]
    learning_rate: float
    weight_decay: float
    label_smoothing: float
    cosine: bool
    average: float
    augment: bool
    clean: float | None
    optimizer: str = "adamw"
    patience: int = 4

    @property
    def epochs(self) -> int:
        return sum(epochs for epochs, _ in self.series)

    def batch_size(self, epoch: int) -> int:
        """The batch size of an epoch, counted from 0."""
        for epochs, size in self.series:
            if epoch < epochs:
                return size
            epoch -= epochs
        return self.series[-1][1]

    def shortened(self, epochs: int) -> "Recipe":
        """The same with another total number of epochs, every series in proportion. Raises DataError below 1."""
        if epochs < 1:
            raise DataError("A fit needs at least one epoch.")
        ends = np.cumsum([count for count, _ in self.series]) * epochs / self.epochs
        counts = np.diff(np.rint(ends).astype(int), prepend=0)
        series = tuple((int(count), size) for count, (_, size) in zip(counts, self.series, strict=True))
        return replace(self, series=series)

    def with_optimizer(self, name: str) -> "Recipe":
        """The same with another optimizer, and with the learning rate and weight decay that suit it.

        Adam gets no weight decay, which it would divide by the size of the gradients.
        """
        if name == self.optimizer:
            return self
        factor = (SGD_FACTOR if name == "sgd" else 1) / (SGD_FACTOR if self.optimizer == "sgd" else 1)
        decay = 0.0 if name == "adam" else self.weight_decay / factor
        return replace(self, optimizer=name, learning_rate=self.learning_rate * factor, weight_decay=decay)


@dataclass(frozen=True)
class Preset:
    """What ``fit`` offers by name: a network of :mod:`handpad.train.fit.networks`, its recipe, and a line of help."""

    network: str
    recipe: Recipe
    help: str


# Section 4.4.2 for NIST, with the constants of the authors' code: the batch grows, the rate is halved on a plateau.
_PAPER_NIST = Recipe(
    series=((20, 1024), (10, 2048), (5, 4096)),
    learning_rate=1e-3,
    weight_decay=0.0,
    label_smoothing=0.0,
    cosine=False,
    average=0.0,
    augment=False,
    clean=None,
    optimizer="adam",
)

PRESETS = {
    "handpad": Preset(
        "handpad",
        Recipe(
            series=((18, 256),),
            learning_rate=2.5e-3,
            weight_decay=0.03,
            label_smoothing=0.05,
            cosine=True,
            average=0.998,
            augment=True,
            clean=0.4,
        ),
        "Handpad's own network and recipe",
    ),
    # UNIPEN has an eighth of NIST's characters: without variants of the ink the network learns them by heart.
    "paper": Preset("paper", replace(_PAPER_NIST, augment=True), "paper-nist, and new variants of the ink every epoch"),
    "paper-nist": Preset("paper", _PAPER_NIST, "the paper's network and its schedule for NIST"),
    "paper-deepwriting": Preset(
        "paper",
        replace(_PAPER_NIST, series=((20, 1024),), patience=5),
        "the paper's network and its schedule for DeepWriting",
    ),
}


class Policy(ABC):
    """Steers the learning rate, and may stop early. Its state is its attributes: numbers, and lists of them."""

    @abstractmethod
    def rate(self, epochs_done: float) -> float:
        """The learning rate after so many epochs, which need not be whole."""

    def after_epoch(self, validation_loss: float) -> bool:
        """Take note of an epoch's validation loss. Returns whether to stop: never, unless said otherwise."""
        return False

    def state(self) -> dict:
        """All that :meth:`restore` needs to go on from here."""
        return dict(vars(self))

    def restore(self, state: dict) -> None:
        """Go on where :meth:`state` was called."""
        vars(self).update(state)


class Cosine(Policy):
    """Linear warm-up over the first 5 % of the training, then half a cosine down to 1 % of the peak."""

    WARM_UP = 0.05
    FLOOR = 0.01

    def __init__(self, peak: float, epochs: int):
        self._peak, self._epochs = peak, epochs

    def rate(self, epochs_done: float) -> float:
        progress = epochs_done / self._epochs
        if progress < self.WARM_UP:
            return self._peak * (progress + 1e-3) / (self.WARM_UP + 1e-3)
        fall = (progress - self.WARM_UP) / (1 - self.WARM_UP)
        return self._peak * (self.FLOOR + (1 - self.FLOOR) * (1 + math.cos(math.pi * fall)) / 2)


class Plateau(Policy):
    """Halves the rate after 2 epochs without a better validation loss, stops after some more (paper, 4.4.2)."""

    HALVE_AFTER = 2

    def __init__(self, first: float, patience: int):
        self._rate, self._patience, self._best, self._waited = first, patience, math.inf, 0

    def rate(self, epochs_done: float) -> float:
        return self._rate

    def after_epoch(self, validation_loss: float) -> bool:
        """Take note of an epoch's validation loss. Returns whether to stop."""
        if validation_loss < self._best:
            self._best, self._waited = validation_loss, 0
            return False
        self._waited += 1
        if self._waited % self.HALVE_AFTER == 0:
            self._rate /= 2
        return self._waited >= self._patience


class Replay(Policy):
    """The learning rates of an earlier fit, epoch by epoch, for training that has no validation writers."""

    def __init__(self, rates: list[float]):
        self._rates = rates

    def rate(self, epochs_done: float) -> float:
        return self._rates[int(epochs_done)]


def policy_of(recipe: Recipe) -> Policy:
    """The policy that a recipe asks for, at its beginning."""
    if recipe.cosine:
        return Cosine(recipe.learning_rate, recipe.epochs)
    return Plateau(recipe.learning_rate, recipe.patience)
