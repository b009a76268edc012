"""How each network is trained: fixed settings, and the two ways to steer the learning rate."""

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """The settings of one kind of training.

    Attributes
    ----------
    series : (epochs, batch size) of each series in turn.
    learning_rate : the first (paper) or highest (cosine) learning rate.
    weight_decay, label_smoothing : of AdamW and of the cross-entropy; 0 for none.
    cosine : whether the rate warms up and then falls along a cosine; otherwise it is halved on a plateau of the
        validation loss, and training stops early (paper, 4.4.2).
    average : decay per step of the moving average of the weights that is used instead of the last weights; 0 for
        none.
    augment : whether every epoch sees new variants of the ink.
    clean : after this share of the epochs, training rows that the network confidently contradicts are left out;
        0 asks a network that was fitted before, None keeps all.
    """

    series: tuple[tuple[int, int], ...]
    learning_rate: float
    weight_decay: float
    label_smoothing: float
    cosine: bool
    average: float
    augment: bool
    clean: float | None

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


RECIPES = {
    # The paper's section 4.4.2, as for NIST: the batch grows, the rate is halved on a plateau. Not the paper's are
    # the variants of the ink: UNIPEN has an eighth of NIST's characters, and without them the network overfits.
    "paper": Recipe(
        series=((20, 1024), (10, 2048), (5, 4096)),
        learning_rate=1e-3,
        weight_decay=0.0,
        label_smoothing=0.0,
        cosine=False,
        average=0.0,
        augment=True,
        clean=None,
    ),
    "handpad": Recipe(
        series=((18, 256),),
        learning_rate=2.5e-3,
        weight_decay=0.03,
        label_smoothing=0.05,
        cosine=True,
        average=0.998,
        augment=True,
        clean=0.4,
    ),
}


class Cosine:
    """Linear warm-up over the first 5 % of the training, then half a cosine down to 1 % of the peak."""

    WARM_UP = 0.05
    FLOOR = 0.01

    def __init__(self, peak: float, epochs: int):
        self._peak, self._epochs = peak, epochs

    def rate(self, epochs_done: float) -> float:
        """The learning rate after so many epochs, which need not be whole."""
        progress = epochs_done / self._epochs
        if progress < self.WARM_UP:
            return self._peak * (progress + 1e-3) / (self.WARM_UP + 1e-3)
        fall = (progress - self.WARM_UP) / (1 - self.WARM_UP)
        return self._peak * (self.FLOOR + (1 - self.FLOOR) * (1 + math.cos(math.pi * fall)) / 2)

    def after_epoch(self, validation_loss: float) -> bool:
        """Never stops early."""
        return False


class Plateau:
    """Halves the rate after 2 epochs without a better validation loss, stops after 4 (paper, 4.4.2)."""

    HALVE_AFTER = 2
    STOP_AFTER = 4

    def __init__(self, first: float):
        self._rate, self._best, self._waited = first, math.inf, 0

    def rate(self, epochs_done: float) -> float:
        """The learning rate now."""
        return self._rate

    def after_epoch(self, validation_loss: float) -> bool:
        """Take note of an epoch's validation loss. Returns whether to stop."""
        if validation_loss < self._best:
            self._best, self._waited = validation_loss, 0
            return False
        self._waited += 1
        if self._waited % self.HALVE_AFTER == 0:
            self._rate /= 2
        return self._waited >= self.STOP_AFTER


class Replay:
    """The learning rates of an earlier fit, epoch by epoch, for training that has no validation writers."""

    def __init__(self, rates: list[float]):
        self._rates = rates

    def rate(self, epochs_done: float) -> float:
        """The earlier fit's rate in this epoch."""
        return self._rates[int(epochs_done)]

    def after_epoch(self, validation_loss: float) -> bool:
        """Never stops early."""
        return False
