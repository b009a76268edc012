"""What a fit is made of: data, rows by part, recipe, rates, first weights and teachers."""

import argparse
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field, replace

import numpy as np

from handpad.errors import DataError
from handpad.train.console import Console, duration
from handpad.train.datasets import Dataset
from handpad.train.datasets.splits import SPLITS, hold_out, redrawn
from handpad.train.fit.builders import build
from handpad.train.fit.device import Device, set_seed
from handpad.train.fit.distillation import Teacher
from handpad.train.fit.loop import Trainer
from handpad.train.fit.networks import Network
from handpad.train.fit.recipes import PRESETS, ForestSearch, Recipe, Replay, SvmSearch, policy_of
from handpad.train.fit.run_folder import Fitted


@dataclass(frozen=True)
class Task:
    """What a fit is made of.

    Attributes
    ----------
    rows : int (n,) by part: "train", "validation", "test".
    rates : the learning rate of each epoch, if not the recipe's policy decides.
    start : makes the network to begin with.
    teachers : whose outputs are learned beside the labels.
    """

    data: Dataset
    rows: dict[str, np.ndarray]
    recipe: Recipe | SvmSearch | ForestSearch
    rates: list[float] | None
    seed: int
    start: Callable[[], Network]
    teachers: list[Teacher] = field(default_factory=list)

    def writers(self, part: str) -> list[str]:
        """The names of a part's writers."""
        return [self.data.writers[number] for number in np.unique(self.data.writer_index[self.rows[part]])]

    def trainer(self, device: Device) -> Trainer:
        """A trainer at the beginning."""
        set_seed(self.seed)
        policy = policy_of(self.recipe) if self.rates is None else Replay(self.rates)
        rows = self.rows["train"], self.rows["validation"]
        return Trainer(self.start(), self.data, *rows, self.recipe, policy, self.seed, device, self.teachers)


def task_of(args: argparse.Namespace, data: Dataset) -> Task:
    """The preset's fit on the training writers, as the arguments change it.

    Raises DataError if there are too few writers to validate and test, or nothing to tell apart.
    """
    preset = PRESETS[args.preset]
    recipe = preset.recipe
    if isinstance(recipe, Recipe):
        recipe = _changed(recipe, args)
    split = redrawn(SPLITS[args.split][1](data), args.draw)
    if args.hold_out:
        split = hold_out(split, args.hold_out)
    if not (split.validation and split.test):
        raise DataError(f"{data.name} has {len(data.writers)} writers: too few for validation and test writers.")
    rows = {part: data.rows_of(writers) for part, writers in split._asdict().items()}
    if len(np.unique(data.label_index[rows["train"]])) < 2:
        raise DataError(f"The training writers of {data.name} wrote a single label: there is nothing to tell apart.")
    return Task(data, rows, recipe, None, args.seed, lambda: build(preset.network, len(data.labels), preset.settings))


def _changed(recipe: Recipe, args: argparse.Namespace) -> Recipe:
    """The recipe as the arguments change it."""
    if args.optimizer:
        recipe = recipe.with_optimizer(args.optimizer)
    if args.schedule:
        recipe = replace(recipe, cosine=args.schedule == "cosine")
    if args.no_augment:
        recipe = replace(recipe, augment=False)
    return recipe if args.epochs is None else recipe.shortened(args.epochs)


def task_on_all_writers(data: Dataset, earlier: Fitted) -> Task:
    """Go on from an earlier split fit, now on all writers: the last third of its epochs again, at their rates.

    No writer is left to measure on: temperature and figures are the earlier fit's, and the figures say so.
    """
    record = earlier.record
    if record["labels"] != data.labels or record["data"]["name"] != data.name:
        raise DataError(f"The earlier fit was made on other data than {data.name}: name a fit on the same data.")
    history = record["history"]
    if "series" not in record["recipe"]:
        raise DataError("The earlier fit was not trained epoch by epoch: only such a fit goes on.")
    recipe = Recipe(**record["recipe"])
    if not recipe.average:  # the weights are those of the best epoch
        best = min(range(len(history)), key=lambda index: history[index]["validation_loss"])
        history = history[: best + 1]
    again = history[2 * len(history) // 3 :]
    recipe = replace(
        recipe,
        series=tuple((1, epoch["batch"]) for epoch in again),
        clean=None if recipe.clean is None else 0.0,
    )
    rows = {"train": np.arange(len(data)), "validation": np.arange(0), "test": np.arange(0)}
    rates = [epoch["rate"] for epoch in again]
    return Task(data, rows, recipe, rates, record["seed"], lambda: deepcopy(earlier.network))


def within(minutes: float, task: Task, device: Device, workers: int, console: Console) -> Task:
    """The task with as many epochs as fit into the time, by the speed of its first batches; at least one."""
    seconds = task.trainer(device).epoch_seconds(workers)
    epochs = min(task.recipe.epochs, max(1, int(60 * minutes / seconds)))
    console.line("plan", epochs=epochs, seconds=round(epochs * seconds, 3), time=duration(epochs * seconds))
    return replace(task, recipe=task.recipe.shortened(epochs))
