"""Studies: one setting of a classifier's training in several values, all else the same."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from handpad.errors import DataError
from handpad.train.fit.recipes import OPTIMIZERS, PRESETS, STEPS, Preset, Recipe

Change = Callable[[Recipe, Any], Recipe]


@dataclass(frozen=True)
class Study:
    """What is varied, in which values, and of what.

    Attributes
    ----------
    title : for people; unit : what the values are called.
    classifier : key of PRESETS that is trained unless another is named.
    values : the values, in order; numbers, or names of what can be chosen.
    setting : the setting of the network that is varied, or None where ``change`` makes another recipe of a value.
    shown : values whose first layer is pictured.
    plain : begin without decay and dropout, so that nothing else keeps the network from overfitting.
    paced : whether an epoch takes another time with each value.
    """

    title: str
    unit: str
    classifier: str
    values: tuple
    setting: str | None = None
    change: Change | None = None
    shown: tuple = ()
    plain: bool = True
    paced: bool = False

    def value(self, text: str) -> Any:
        """A value as it was typed. Raises DataError, naming what there is, for a name or number that cannot be."""
        if isinstance(self.values[0], str):
            if text in self.values:
                return text
        else:
            try:
                number = type(self.values[0])(text)
                if 0 <= number < np.inf and (number or self.unit in ("L2 strength", "dropout")):
                    return number
            except ValueError:
                pass
        raise DataError(f"{text} is no value of {self.unit}; these are: {', '.join(map(name_of, self.values))}.")


def name_of(value: Any) -> str:
    """A value for people and for the names of folders."""
    return value if isinstance(value, str) else f"{value:.3g}"


def _augmented(recipe: Recipe, value: str) -> Recipe:
    """Steps are taken up one after the other, in the order of STEPS."""
    count = _AUGMENTATIONS.index(value)
    return replace(recipe, augment=count > 0, steps=STEPS[:count])


_AUGMENTATIONS = ("none", STEPS[0], *(f"and {step}" for step in STEPS[1:]))

STUDIES: dict[str, Study] = {
    "l2": Study(
        "How strong the L2 penalty should be", "L2 strength", "deep",
        tuple(float(value) for value in np.geomspace(1e-7, 0.1, 10)),
        # The gradient of s |w|^2 is that of a decay of 2 s; AdamW's decay is not divided by the gradients' size.
        change=lambda recipe, value: replace(recipe, weight_decay=2 * value),
        shown=(1e-7, float(np.geomspace(1e-7, 0.1, 10)[6]), 0.1),
    ),
    "width": Study(
        "How wide the layers should be", "width", "deep", (10, 50, 100, 200, 500), setting="width",
        shown=(10, 100, 500), paced=True,
    ),
    "rate": Study(
        "How fast to learn", "learning rate", "deep", tuple(float(value) for value in np.geomspace(1e-4, 1, 10)),
        change=lambda recipe, value: replace(recipe, learning_rate=value), shown=(1e-4, 1.0),
    ),
    "dropout": Study(
        "How much to drop", "dropout", "deep", (0.0, 0.25, 0.5), setting="dropout", shown=(0.0, 0.25, 0.5),
    ),
    "activation": Study(
        "Which activation function", "activation", "prelu", ("relu", "leaky-relu", "prelu"), setting="activation",
        plain=False,
    ),
    "order": Study(
        "Batch norm before or after the activation", "order", "prelu", ("activation first", "norm first"),
        setting="order", plain=False,
    ),
    "pooling": Study(
        "Pooling or a stride", "pooling", "prelu", ("max", "stride"), setting="pooling", plain=False, paced=True,
    ),
    "optimizer": Study(
        "Which optimizer", "optimizer", "prelu", OPTIMIZERS, plain=False,
        change=lambda recipe, value: recipe.with_optimizer(value),
    ),
    "augmentation": Study(
        "What each step of augmentation adds", "augmentation", "deep", _AUGMENTATIONS, change=_augmented,
        shown=("none", _AUGMENTATIONS[-1]), paced=True,
    ),
    "batch": Study(
        "How many characters a step", "batch size", "deep", (16, 32, 64, 128, 256, 512, 1024),
        change=lambda recipe, value: replace(recipe, series=((recipe.epochs, value),)), paced=True,
    ),
}  # fmt: skip
"""The studies by name."""

MINIBATCH = Study(
    "Which mini-batches come nearest to the full gradient", "mini-batches", "deep",
    ("ink", "stroke width", "edges", "unlike the mean"),
)  # fmt: skip
"""Another kind of study, ``minibatch``: its values are the metrics of :mod:`handpad.train.fit.minibatches`."""


def trainable(name: str, study: Study) -> Preset:
    """The preset of a classifier. Raises DataError, naming those that can be, where the study cannot vary it."""
    from handpad.train.fit.builders import settings_of  # torch comes with it: help must do without

    fitting = [
        key
        for key, preset in PRESETS.items()
        if isinstance(preset.recipe, Recipe) and (study.setting is None or study.setting in settings_of(preset.network))
    ]
    if name not in fitting:
        raise DataError(f"{name} has no {study.unit} to study; these have: {', '.join(fitting)}.")
    return PRESETS[name]


def varied(study: Study, preset: Preset, value: Any, epochs: int) -> tuple[Recipe, dict]:
    """The recipe and the network's settings of one value: so many epochs, nothing averaged or left out."""
    recipe = replace(preset.recipe, patience=0, average=0.0, clean=None, augment=False).shortened(epochs)
    settings = dict(preset.settings)
    if study.plain:
        recipe = replace(recipe, weight_decay=0.0, label_smoothing=0.0)
        settings.pop("dropout", None)
    if study.setting:
        settings[study.setting] = value
    if study.change:
        recipe = study.change(recipe, value)
    return recipe, settings
