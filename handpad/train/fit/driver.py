"""One fit from the data to the run folder: split, train with checkpoints, calibrate, measure, save."""

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace

from handpad.errors import DataError
from handpad.train.console import Console
from handpad.train.datasets import Dataset
from handpad.train.fit import checkpoint, distillation, searching
from handpad.train.fit import record as records
from handpad.train.fit.augmentation import default_workers
from handpad.train.fit.device import Device, open_device
from handpad.train.fit.loop import Trainer
from handpad.train.fit.recipes import Recipe
from handpad.train.fit.run_folder import Fitted
from handpad.train.fit.task import Task, task_of, task_on_all_writers, within

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
    "draw",
)
"""The arguments that decide what a fit becomes; a resumed one must repeat them."""


def run(args: argparse.Namespace) -> None:
    """The command ``fit``; see :mod:`handpad.train.commands.fit`.

    Raises KeyboardInterrupt with a sentence after Ctrl-C; by then the best model so far is saved.
    """
    with open_device(args.device, args.precision, args.threads) as device:
        _fit(args, device)


def _fit(args: argparse.Namespace, device: Device) -> None:
    """Train and save; whatever holds on to the other processes is gone when it returns, before they part."""
    console = Console(args.json, silent=not device.first)
    workers = args.workers or default_workers(device.torch_device.type)
    data = Dataset.load(args.prepared)
    unseen = Dataset.load(args.unseen) if args.unseen else None
    earlier = Fitted.load(args.all_writers_after) if args.all_writers_after else None
    settings = {name: getattr(args, name) for name in _SETTINGS}
    settings |= {
        "data": checkpoint.fingerprint(data),
        "earlier": earlier.record["created"] if earlier else None,
    }
    saved = _checkpoint(args, settings, device)
    task = task_of(args, data) if earlier is None else task_on_all_writers(data, earlier)
    if not isinstance(task.recipe, Recipe):
        _search(args, task, unseen, settings, saved, device, console)
        return
    if args.teacher:
        task = replace(task, teachers=distillation.load(args.teacher, data.labels, task.writers("train")))
    if saved is not None:
        task = replace(task, recipe=task.recipe.shortened(saved["epochs"]))
    elif args.minutes is not None:
        task = within(args.minutes, task, device, workers, console)
    trainer = task.trainer(device)
    if saved is not None:
        trainer.restore(saved["trainer"])

    def save(trainer: Trainer) -> None:
        if device.first:
            content = {"settings": settings, "epochs": task.recipe.epochs, "trainer": trainer.state()}
            checkpoint.write(args.run, content)

    with interruptible(device, "Stopping: measuring and saving the best model so far …") as stopping:
        done = trainer.run(workers, console, save, stopping)
    if not device.first:
        return
    epochs = len(trainer.history)
    if not done:
        if epochs == 0:
            raise KeyboardInterrupt("Stopped before the first epoch was over: there is no model yet.")
        trainer.restore(checkpoint.read(args.run)["trainer"])
    network = trainer.fitted()
    record = {
        **records.about(args, task, device),
        "command": records.command(args),
        "history": trainer.history,
        "stopped": None if done else f"after {epochs} of {task.recipe.epochs} epochs",
    }
    if earlier is not None:
        record |= records.of_earlier(earlier.record)
    else:
        record |= records.measured(network, task, unseen, record["split"], record["stopped"])
    Fitted(network, record).save(args.run)
    for name, figure in record["figures"].items():
        console.line("figure", name=name, **figure)
    values = {"command": "fit", "run": str(args.run), "temperature": record["temperature"]}
    console.line("result", **values, stopped=record["stopped"])
    if not done:
        raise KeyboardInterrupt(
            f"Stopped {record['stopped']}. The best model so far is in {args.run}; the same command with --resume "
            "goes on."
        )
    checkpoint.remove(args.run)


def _search(
    args: argparse.Namespace,
    task: Task,
    unseen: Dataset | None,
    settings: dict,
    saved: dict | None,
    device: Device,
    console: Console,
) -> None:
    """Fit what is not trained epoch by epoch. What was tried is kept, so that --resume tries nothing twice."""

    def save(notes: searching.Notes) -> None:
        checkpoint.write(args.run, {"settings": settings, "notes": asdict(notes)})

    notes = searching.Notes(**saved["notes"]) if saved else searching.Notes()
    found = searching.fit(task, args.minutes, notes, save, console)
    record = {
        **records.about(args, task, device),
        "network_settings": found.settings,
        "command": records.command(args),
        "history": notes.history,
        "tried": notes.tried,
        "found": found.about,
        "stopped": None,
    }
    record |= records.measured(found.network, task, unseen, record["split"], None)
    Fitted(found.network, record).save(args.run)
    for name, figure in record["figures"].items():
        console.line("figure", name=name, **figure)
    console.line("result", command="fit", run=str(args.run), temperature=record["temperature"], stopped=None)
    checkpoint.remove(args.run)


def _checkpoint(args: argparse.Namespace, settings: dict, device: Device) -> dict | None:
    """What to go on from, in every process; None for a new fit. Refuses to mix one fit with another."""
    if not args.resume:
        if device.first and checkpoint.exists(args.run):
            raise DataError(
                f"{args.run} holds an unfinished fit: go on with it by --resume, name another folder, or delete it."
            )
        return None
    saved = device.same(checkpoint.read(args.run) if device.first else None)
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


@contextmanager
def interruptible(device: Device, said: str) -> Iterator[Callable[[], bool]]:
    """Whether Ctrl-C was pressed meanwhile, which is answered with a sentence; pressed once more, it interrupts."""
    pressed: list[float] = []

    def note(*_) -> None:
        pressed.append(time.monotonic())
        if pressed[-1] - pressed[0] > _SECOND_PRESS:
            raise KeyboardInterrupt("Stopped at once; --resume goes on after the last whole epoch.")
        if device.first and len(pressed) == 1:
            print(f"\n{said}", file=sys.stderr, flush=True)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield lambda: bool(pressed)
    finally:
        signal.signal(signal.SIGINT, before)
