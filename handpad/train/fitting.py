"""One fit from the data to the run folder: split, train with checkpoints, calibrate, measure, save."""

import argparse
import platform
import shlex
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from handpad import glyph
from handpad.errors import DataError
from handpad.train import checkpoint, teachers
from handpad.train.datasets import Dataset
from handpad.train.figures import label_counts, measure
from handpad.train.fit import default_workers
from handpad.train.fitted import Fitted
from handpad.train.machine import Machine, open_machine
from handpad.train.measures import fit_temperature
from handpad.train.network import NETWORKS, Network
from handpad.train.recipes import PRESETS, Recipe, Replay, policy_of
from handpad.train.report import Report, duration
from handpad.train.splits import SPLITS, hold_out
from handpad.train.teachers import Teacher
from handpad.train.training import Trainer, outputs, set_seed

_VERSIONS = ("handpad", "torch", "numpy", "opencv-python-headless", "scikit-learn")

_SECOND_PRESS = 1.0  # seconds; torchrun passes on the Ctrl-C that its processes have already had

_SETTINGS = (
    "preset",
    "seed",
    "epochs",
    "minutes",
    "optimizer",
    "schedule",
    "no_augment",
    "split",
    "hold_out",
    "teacher",
)
"""The arguments that decide what a fit becomes; a resumed one must repeat them."""


@dataclass(frozen=True)
class Task:
    """What a fit is made of.

    Attributes
    ----------
    rows : int (n,) by part: "train", "validation", "test".
    rates : the learning rate of each epoch, if not the recipe's policy decides.
    start : makes the network to begin with.
    teachers : whose opinions count beside the labels.
    """

    data: Dataset
    rows: dict[str, np.ndarray]
    recipe: Recipe
    rates: list[float] | None
    seed: int
    start: Callable[[], Network]
    teachers: list[Teacher] = field(default_factory=list)

    def writers(self, part: str) -> list[str]:
        """The names of a part's writers."""
        return [self.data.writers[number] for number in np.unique(self.data.writer_index[self.rows[part]])]

    def trainer(self, machine: Machine) -> Trainer:
        """A trainer at the beginning."""
        set_seed(self.seed)
        policy = policy_of(self.recipe) if self.rates is None else Replay(self.rates)
        rows = self.rows["train"], self.rows["validation"]
        return Trainer(self.start(), self.data, *rows, self.recipe, policy, self.seed, machine, self.teachers)


def run(args: argparse.Namespace) -> None:
    """The command ``fit``; see :mod:`handpad.train.fit`.

    Raises KeyboardInterrupt with a sentence after Ctrl-C; by then the best model so far is saved.
    """
    with open_machine(args.device, args.precision, args.threads) as machine:
        _fit(args, machine)


def _fit(args: argparse.Namespace, machine: Machine) -> None:
    """Train and save; whatever holds on to the other processes is gone when it returns, before they part."""
    report = Report(args.json, silent=not machine.first)
    workers = args.workers or default_workers(machine.device.type)
    data = Dataset.load(args.prepared)
    unseen = Dataset.load(args.unseen) if args.unseen else None
    earlier = Fitted.load(args.all_writers_after) if args.all_writers_after else None
    settings = {name: getattr(args, name) for name in _SETTINGS}
    settings |= {
        "data": checkpoint.fingerprint(data),
        "earlier": earlier.record["created"] if earlier else None,
    }
    saved = _checkpoint(args, settings, machine)
    task = task_of(args, data) if earlier is None else _task_on_all_writers(data, earlier)
    if args.teacher:
        task = replace(task, teachers=teachers.load(args.teacher, data.labels, task.writers("train")))
    if saved is not None:
        task = replace(task, recipe=task.recipe.shortened(saved["epochs"]))
    elif args.minutes is not None:
        task = within(args.minutes, task, machine, workers, report)
    trainer = task.trainer(machine)
    if saved is not None:
        trainer.restore(saved["trainer"])

    def save(trainer: Trainer) -> None:
        if machine.first:
            content = {"settings": settings, "epochs": task.recipe.epochs, "trainer": trainer.state()}
            checkpoint.write(args.run, content)

    with _interruptible(machine) as stopping:
        done = trainer.run(workers, report, save, stopping)
    if not machine.first:
        return
    epochs = len(trainer.history)
    if not done:
        if epochs == 0:
            raise KeyboardInterrupt("Stopped before the first epoch was over: there is no model yet.")
        trainer.restore(checkpoint.read(args.run)["trainer"])
    network = trainer.fitted()
    record = {
        **_about(args, task, machine),
        "command": _command(args),
        "history": trainer.history,
        "stopped": None if done else f"after {epochs} of {task.recipe.epochs} epochs",
    }
    if earlier is not None:
        record |= _of_earlier(earlier.record)
    else:
        record |= _measured(network, task, unseen, record["split"], record["stopped"])
    Fitted(network, record).save(args.run)
    for name, figure in record["figures"].items():
        report.line("figure", name=name, **figure)
    values = {"command": "fit", "run": str(args.run), "temperature": record["temperature"]}
    report.line("result", **values, stopped=record["stopped"])
    if not done:
        raise KeyboardInterrupt(
            f"Stopped {record['stopped']}. The best model so far is in {args.run}; the same command with --resume "
            "goes on."
        )
    checkpoint.remove(args.run)


def _checkpoint(args: argparse.Namespace, settings: dict, machine: Machine) -> dict | None:
    """What to go on from, in every process; None for a new fit. Refuses to mix one fit with another."""
    if not args.resume:
        if machine.first and checkpoint.exists(args.run):
            raise DataError(
                f"{args.run} holds an unfinished fit: go on with it by --resume, name another folder, or delete it."
            )
        return None
    saved = machine.same(checkpoint.read(args.run) if machine.first else None)
    for name, value in saved["settings"].items():
        if settings[name] != value:
            what = (
                "on other data"
                if name == "data"
                else "after another fit"
                if name == "earlier"
                else f"with {name} {value}"
            )
            raise DataError(f"The fit in {args.run} was begun {what}: repeat its command, with --resume.")
    return saved


def task_of(args: argparse.Namespace, data: Dataset) -> Task:
    """The preset's fit on the training writers, as the arguments change it.

    Raises DataError if there are too few writers to validate and test.
    """
    preset = PRESETS[args.preset]
    recipe = preset.recipe
    if args.optimizer:
        recipe = recipe.with_optimizer(args.optimizer)
    if args.schedule:
        recipe = replace(recipe, cosine=args.schedule == "cosine")
    if args.no_augment:
        recipe = replace(recipe, augment=False)
    if args.epochs is not None:
        recipe = recipe.shortened(args.epochs)
    split = SPLITS[args.split][1](data)
    if args.hold_out:
        split = hold_out(split, args.hold_out)
    if not (split.validation and split.test):
        raise DataError(f"{data.name} has {len(data.writers)} writers: too few for validation and test writers.")
    rows = {part: data.rows_of(writers) for part, writers in split._asdict().items()}
    return Task(data, rows, recipe, None, args.seed, lambda: NETWORKS[preset.network](len(data.labels)))


def _task_on_all_writers(data: Dataset, earlier: Fitted) -> Task:
    """Go on from an earlier split fit, now on all writers: the last third of its epochs again, at their rates.

    No writer is left to measure on: temperature and figures are the earlier fit's, and the figures say so.
    """
    record = earlier.record
    if record["labels"] != data.labels or record["data"]["name"] != data.name:
        raise DataError(f"The earlier fit was made on other data than {data.name}: name a fit on the same data.")
    history = record["history"]
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


def within(minutes: float, task: Task, machine: Machine, workers: int, report: Report) -> Task:
    """The task with as many epochs as fit into the time, by the speed of its first batches; at least one."""
    seconds = task.trainer(machine).epoch_seconds(workers)
    epochs = min(task.recipe.epochs, max(1, int(60 * minutes / seconds)))
    report.line("plan", epochs=epochs, seconds=round(epochs * seconds, 3), time=duration(epochs * seconds))
    return replace(task, recipe=task.recipe.shortened(epochs))


@contextmanager
def _interruptible(machine: Machine) -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed meanwhile; pressed once more, it interrupts at once."""
    pressed: list[float] = []

    def note(*_) -> None:
        pressed.append(time.monotonic())
        if pressed[-1] - pressed[0] > _SECOND_PRESS:
            raise KeyboardInterrupt("Stopped at once; --resume goes on after the last whole epoch.")
        if machine.first and len(pressed) == 1:
            print("\nStopping: measuring and saving the best model so far …", file=sys.stderr, flush=True)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)


def _measured(network: Network, task: Task, unseen: Dataset | None, split: str, stopped: str | None) -> dict:
    """Temperature and figures of a network fitted on the training writers."""
    data, rows = task.data, task.rows
    logits = {part: outputs(network, data.glyphs[rows[part]])[1] for part in ("validation", "test")}
    temperature = fit_temperature(logits["validation"], data.label_index[rows["validation"]])
    figures = {}
    for part in logits:
        found = measure(data.labels, logits[part], data, rows[part], temperature, f"{part} writers")
        figures |= {f"{data.name}_{part}_{key}": value for key, value in found.items()}
    if unseen is not None:
        everything = np.arange(len(unseen))
        part = "all writers, none trained on"
        trained = label_counts(data, rows["train"])
        logits = outputs(network, unseen.glyphs)[1]
        found = measure(data.labels, logits, unseen, everything, temperature, part, trained)
        figures |= {f"{unseen.name}_{key}": value for key, value in found.items()}
    fit = "the split fit: training writers only" + (f", stopped {stopped}" if stopped else "")
    for figure in figures.values():
        figure |= {"split": split, "seed": task.seed, "fit": fit}
    return {"temperature": temperature, "figures": figures}


def _about(args: argparse.Namespace, task: Task, machine: Machine) -> dict:
    """What a run's record says of how it was made."""
    data = task.data
    return {
        "preset": args.preset,
        "network": PRESETS[args.preset].network,
        "labels": data.labels,
        "seed": task.seed,
        "split": SPLITS[args.split][0] + (f", all of {args.hold_out} test" if args.hold_out else ""),
        "writers": {part: task.writers(part) for part in task.rows},
        "recipe": asdict(task.recipe),
        "teachers": [_run_name(name) for name in args.teacher],
        "data": {"name": data.name, "licence": data.licence, "samples": len(data), "dropped": data.dropped},
        "preprocessing": glyph.VERSION,
        "machine": machine.describe(),
        "versions": {"python": platform.python_version(), **{package: version(package) for package in _VERSIONS}},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _of_earlier(record: dict) -> dict:
    """What a fit on all writers takes over from the split fit before it."""
    return {
        **{key: record[key] for key in ("network", "temperature", "figures")},
        "split": f"none: after a fit on the split ({record['split']}) trained further on all writers",
        "earlier": {key: record[key] for key in ("writers", "recipe", "history", "command")},
    }


def _command(args: argparse.Namespace) -> str:
    """What to type for the same fit, with the names of files and folders only."""
    words = ["handpad-train", "fit", args.preset, args.prepared.name, args.run.name, "--seed", str(args.seed)]
    for option, value in (
        ("--epochs", args.epochs),
        ("--minutes", args.minutes),
        ("--optimizer", args.optimizer),
        ("--schedule", args.schedule),
        ("--split", None if args.split == "contributor" else args.split),
        ("--hold-out", args.hold_out),
        ("--all-writers-after", args.all_writers_after and args.all_writers_after.name),
        ("--unseen", args.unseen and args.unseen.name),
    ):
        words += [option, f"{value:g}" if isinstance(value, float) else str(value)] if value is not None else []
    for name in args.teacher:
        words += ["--teacher", _run_name(name)]
    return shlex.join([*words, "--no-augment"] if args.no_augment else words)


def _run_name(teacher: str) -> str:
    """A teacher as it was named, less the folders above its run."""
    run, _, share = teacher.partition("=")
    return f"{Path(run).name}={share}" if share else Path(run).name
