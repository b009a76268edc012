"""How each network is trained: fixed settings, and the ways to steer the learning rate."""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass, field, replace

import numpy as np

from handpad.errors import DataError

OPTIMIZERS = ("adam", "adamw", "sgd")

STEPS = ("turn", "shear", "stretch", "waves", "strokes", "jitter", "thinning", "pen", "pixels")
"""What can be varied of the ink, in :mod:`handpad.train.fit.augmentation`; "pixels" varies the drawn glyph."""

USUAL_STEPS = STEPS[:-1]

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
    optimizer : one of OPTIMIZERS.
    patience : without cosine, stop after so many epochs without a better validation loss; 0 keeps the rate and trains
        all epochs.
    momentum : of "sgd": Nesterov's, or 0 for none.
    steps : which of STEPS make new variants of the ink, where ``augment``.
    strength : of these steps; 1 is usual.
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
    momentum: float = 0.9
    steps: tuple[str, ...] = USUAL_STEPS
    strength: float = 1.0

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
class SvmSearch:
    """How a support vector machine on principal components is found: one setting after another, then more characters.

    Attributes
    ----------
    searched : how many training characters every setting is tried on.
    components, costs, scales, whiten, polar : the values tried; scales are of gamma, as multiples of 1 / (d variance).
    largest : the most characters to fit on in the end; as many as the time allows.
    """

    searched: int = 3000
    components: tuple[int, ...] = (100, 50, 200, 500, 784)
    costs: tuple[float, ...] = (1.0, 1.5, 2.0, 10.0)
    scales: tuple[float, ...] = (1.0, 0.3, 3.0)
    whiten: tuple[bool, ...] = (False, True)
    polar: tuple[bool, ...] = (False, True)
    largest: int = 16_000


@dataclass(frozen=True)
class ForestSearch:
    """How a random forest is found: with pixels and with principal components, then more trees.

    Attributes
    ----------
    searched, trees_searched : how many training characters, and trees, every setting is tried with.
    components : the values tried; 0 for the pixels themselves.
    trees, leaves : the most trees, and leaves of each: as many as a model folder of 20 MB holds.
    """

    searched: int = 5000
    trees_searched: int = 30
    components: tuple[int, ...] = (0, 50)
    trees: int = 100
    leaves: int = 400


@dataclass(frozen=True)
class Preset:
    """A classifier that can be fitted by name.

    Attributes
    ----------
    network : key of :data:`handpad.train.fit.builders.NETWORKS`.
    recipe : how it is fitted: epoch by epoch, or by a search of scikit-learn's estimators.
    help : a line for people; source : where architecture and settings come from.
    settings : of the network.
    """

    network: str
    recipe: Recipe | SvmSearch | ForestSearch
    help: str
    source: str = "Handpad"
    settings: dict = field(default_factory=dict)


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


# Rouzaire trains with plain gradient descent at a constant rate, by default without any regularisation.
_DENSE = Recipe(
    series=((100, 100),),
    learning_rate=0.1,
    weight_decay=0.0,
    label_smoothing=0.0,
    cosine=False,
    average=0.0,
    augment=False,
    clean=None,
    optimizer="sgd",
    patience=0,
    momentum=0.0,
)
_MNIST = "Optical Character Recognition applied to MNIST dataset (Rouzaire)"
_MANGO = "Machine Learning Techniques Final Project: mangoes (Lin, Tsai and Tsai)"
_MONKEY = "Fine-grained monkeys with ResNet (Chen 2020)"

PRESETS |= {
    "linear": Preset("linear", _DENSE, "one layer from pixels to labels", _MNIST),
    "shallow": Preset("shallow", _DENSE, "one hidden layer of 100", _MNIST),
    # The report's best: dropout 0.25 and a penalty of 1e-3 |w|^2, whose gradient is that of a decay of 2e-3.
    "deep": Preset(
        "deep", replace(_DENSE, weight_decay=2e-3), "three hidden layers of 100, L2 and dropout", _MNIST,
        {"dropout": 0.25},
    ),
    "prelu": Preset(
        "prelu",
        replace(_DENSE, series=((40, 128),), learning_rate=0.05, momentum=0.9, augment=True, patience=8),
        "pairs of convolutions with PReLU, then batch norm, three dense layers, dropout 0.5",
        _MANGO,
    ),
    # What the report would try next: warm-up and cosine, and mixed precision where the processor has it.
    "resnet": Preset(
        "resnet",
        replace(
            _DENSE, series=((40, 128),), learning_rate=1e-3, optimizer="adam", cosine=True, augment=True,
            steps=STEPS, strength=1.5,
        ),
        "bottleneck residual blocks, heavy augmentation, warm-up and cosine, the best epoch kept",
        _MONKEY,
    ),
    "pca-svm": Preset("pca-svm", SvmSearch(), "principal components and an RBF support vector machine", _MANGO),
    "forest": Preset("forest", ForestSearch(), "a random forest, on pixels or principal components", _MANGO),
}  # fmt: skip


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


class Constant(Policy):
    """One rate for all epochs."""

    def __init__(self, rate: float):
        self._rate = rate

    def rate(self, epochs_done: float) -> float:
        return self._rate


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
    return Plateau(recipe.learning_rate, recipe.patience) if recipe.patience else Constant(recipe.learning_rate)
