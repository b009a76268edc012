"""One study from the data to its page: every value with every seed, each kept as soon as it is done."""

import argparse
import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from handpad.adaptation import softmax
from handpad.errors import DataError
from handpad.files import replace_file
from handpad.train.console import Console, duration
from handpad.train.datasets import Dataset
from handpad.train.datasets.splits import SPLITS
from handpad.train.fit import checkpoint
from handpad.train.fit.augmentation import default_workers
from handpad.train.fit.builders import build
from handpad.train.fit.device import Device, open_device
from handpad.train.fit.driver import interruptible
from handpad.train.fit.networks import Network, outputs
from handpad.train.fit.studies import STUDIES, Study, name_of, trainable, varied
from handpad.train.fit.task import Task

LIMIT = 600.0
"""Seconds that a study may take without being told to go ahead."""

FIT = "fit.json"
PICTURES = 8

_WATCHED = 4000
_SAVE_EVERY = 5.0  # seconds


@dataclass(frozen=True)
class Fit:
    """One value with one seed: what it is, where it is kept, and how it is trained."""

    value: Any
    seed: int
    folder: Path
    task: Task
    settings: dict


def run(args: argparse.Namespace) -> dict:
    """Train all that is not done yet. Returns the content of study.json.

    Raises DataError where it would take long and was not told to, KeyboardInterrupt with a sentence after Ctrl-C.
    """
    study = STUDIES[args.what]
    preset = trainable(args.classifier or study.classifier, study)
    values = [study.value(text) for text in args.values] if args.values else list(study.values)
    data = Dataset.load(args.prepared)
    rows = rows_to_study(data, args)
    with open_device(args.device, None, args.threads) as device:
        fits = [_fit(args, study, preset, value, seed, data, rows) for value in values for seed in _seeds(args)]
        console = Console(args.json)
        workers = default_workers(device.torch_device.type)
        left = [fit for fit in fits if _done(fit) is None]
        _plan(study, left, args, device, workers, console)
        for number, fit in enumerate(left):
            console.line("fit", value=name_of(fit.value), seed=fit.seed, number=number + 1, fits=len(left))
            _train(fit, study, device, workers, args)
            console.progress("study", number + 1, len(left))
    return {
        "about": {
            "study": args.what,
            "classifier": args.classifier or study.classifier,
            "data": data.name,
            "labels": len(data.labels),
            "characters": {part: len(own) for part, own in rows.items()},
            "writers": {part: len(np.unique(data.writer_index[own])) for part, own in rows.items()},
            "epochs": args.epochs,
            "seeds": list(_seeds(args)),
            "recipe": asdict(fits[0].task.recipe),
        },
        "values": [
            {"value": value, "name": name_of(value), "fits": [_done(fit) for fit in fits if fit.value == value]}
            for value in values
        ],
    }


def _seeds(args: argparse.Namespace) -> range:
    return range(1, args.seeds + 1)


def rows_to_study(data: Dataset, args: argparse.Namespace) -> dict[str, np.ndarray]:
    """Training and validation rows; of the training as many as are asked for."""
    split = SPLITS[args.split][1](data)
    if not (split.train and split.validation):
        raise DataError(f"{data.name} has {len(data.writers)} writers: too few for training and validation writers.")
    train, validation = data.rows_of(split.train), data.rows_of(split.validation)
    if args.characters:
        train = np.sort(np.random.default_rng(1).permutation(train)[: args.characters])
    if len(np.unique(data.label_index[train])) < 2:
        raise DataError(f"The training writers of {data.name} wrote a single label: there is nothing to tell apart.")
    return {"train": train, "validation": validation}


def _fit(args: argparse.Namespace, study: Study, preset, value: Any, seed: int, data: Dataset, rows: dict) -> Fit:
    recipe, network_settings = varied(study, preset, value, args.epochs)
    task = Task(data, rows, recipe, None, seed, lambda: build(preset.network, len(data.labels), network_settings))
    folder = args.results / args.what / f"{name_of(value).replace(' ', '-')}-seed{seed}"
    settings = {
        "network": preset.network,
        "network_settings": network_settings,
        "recipe": json.loads(json.dumps(asdict(recipe))),
        "seed": seed,
        "characters": [len(own) for own in rows.values()],
        "data": checkpoint.fingerprint(data),
    }
    return Fit(value, seed, folder, task, settings)


def _done(fit: Fit) -> dict | None:
    """What a fit left behind; None if it is not finished. Raises DataError where it was another fit's."""
    try:
        found = json.loads((fit.folder / FIT).read_text(encoding="utf-8"))
        settings = found["settings"]
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{fit.folder / FIT} is damaged: delete it to train this value again.") from error
    if settings != fit.settings:
        raise DataError(f"{fit.folder} holds another study's fit: name another folder by --results, or delete it.")
    return found


def _plan(
    study: Study, left: list[Fit], args: argparse.Namespace, device: Device, workers: int, console: Console
) -> None:
    """Say how long all will take, from the first batches of each value that has its own pace."""
    seconds, pace = 0.0, {}
    for fit in left:
        key = fit.value if study.paced else None
        if key not in pace:
            pace[key] = fit.task.trainer(device).epoch_seconds(workers)
        seconds += pace[key] * args.epochs
    console.line("plan", fits=len(left), epochs=args.epochs, seconds=round(seconds, 1), time=duration(seconds))
    if seconds > LIMIT and not args.yes:
        raise DataError(
            f"This study trains {len(left)} fits of {args.epochs} epochs, about {duration(seconds)}: add --yes to "
            "begin, or ask for less by --epochs, --seeds, --values or --characters. It can be stopped and gone on with."
        )


def _train(fit: Fit, study: Study, device: Device, workers: int, args: argparse.Namespace) -> None:
    trainer = fit.task.trainer(device)
    if checkpoint.exists(fit.folder):
        saved = checkpoint.read(fit.folder)
        if json.loads(saved["settings"]) != fit.settings:
            raise DataError(f"{fit.folder} holds another study's fit: name another folder by --results, or delete it.")
        trainer.restore(saved["trainer"])
    last = time.monotonic()

    def save(trainer) -> None:
        nonlocal last
        if time.monotonic() - last > _SAVE_EVERY:
            checkpoint.write(fit.folder, {"settings": json.dumps(fit.settings), "trainer": trainer.state()})
            last = time.monotonic()

    with interruptible(device, "Stopping after this batch …") as stopping:
        if not trainer.run(workers, Console(False, silent=True), save, stopping):
            raise KeyboardInterrupt("Stopped. The same command goes on where it was.")
    content = {
        "settings": fit.settings,
        "history": trainer.history,
        "seconds": float(sum(epoch["seconds"] for epoch in trainer.history)),
        **_trained(trainer.network, fit.task),
        "weights": _pictures(trainer.network) if fit.value in study.shown and fit.seed == 1 else None,
    }
    try:
        fit.folder.mkdir(parents=True, exist_ok=True)
        replace_file(fit.folder / FIT, json.dumps(content).encode())
    except OSError as error:
        raise DataError(f"The fit cannot be written to {fit.folder} ({error.strerror or error}).") from error
    checkpoint.remove(fit.folder)


def _trained(network: Network, task: Task) -> dict:
    """Loss and accuracy on training characters at the end, without dropout, on plain ink."""
    rows = np.random.default_rng(1).permutation(task.rows["train"])[:_WATCHED]
    true = task.data.label_index[rows]
    probabilities = softmax(outputs(network, task.data.glyphs[rows])[1])
    losses = -np.log(np.maximum(np.nan_to_num(probabilities[np.arange(len(rows)), true]), 1e-12))
    return {
        "training_loss": float(losses.mean()),
        "training_accuracy": float((probabilities.argmax(axis=1) == true).mean()),
    }


def _pictures(network: Network) -> list[list[list[float]]]:
    """Some of the first layer's neurons or filters as images from -1 to 1, each over its own largest weight."""
    weights = next(value for value in network.parameters() if value.ndim > 1).detach().cpu().numpy()
    side = round(weights[0].size ** 0.5)
    chosen = np.sort(np.random.default_rng(1).permutation(len(weights))[:PICTURES])
    images = weights[chosen].reshape(len(chosen), -1)[:, : side * side].reshape(-1, side, side)
    largest = np.maximum(np.abs(images).max(axis=(1, 2), keepdims=True), 1e-12)
    return np.round(images / largest, 3).tolist()
