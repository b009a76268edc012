"""The study of mini-batches from the data to its page: each training is kept as soon as it is done."""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.files import replace_file
from handpad.train.console import Console, duration
from handpad.train.datasets import Dataset
from handpad.train.fit import checkpoint
from handpad.train.fit.builders import build
from handpad.train.fit.device import open_device, set_seed
from handpad.train.fit.minibatches import (
    METRICS,
    chosen_order,
    gradient,
    in_batches,
    nearest_half,
    shuffled_order,
    walk,
)
from handpad.train.fit.networks import Network
from handpad.train.fit.studies import MINIBATCH, trainable
from handpad.train.fit.study_driver import LIMIT, rows_to_study

BATCH = 256
SHUFFLED = "shuffled"

_TRIED = 3  # batches that are timed


def run(args: argparse.Namespace) -> dict:
    """Train all that is not done yet. Returns the content of minibatch.json.

    Raises DataError where it would take long and was not told to, or there are too few characters.
    """
    name = args.classifier or MINIBATCH.classifier
    preset = trainable(name, MINIBATCH)
    metrics = [MINIBATCH.value(text) for text in args.values] if args.values else list(METRICS)
    data = Dataset.load(args.prepared)
    rows = rows_to_study(data, args)
    size = min(BATCH, max(1, len(rows["train"]) // 10))
    if len(rows["train"]) < 2 * size or args.epochs < 3:
        raise DataError("The study needs at least 3 epochs and 20 training characters.")
    seeds = range(1, args.seeds + 1)
    ordered = {metric: rows["train"][np.argsort(METRICS[metric](data.glyphs[rows["train"]]))] for metric in metrics}
    batches = {metric: in_batches(own, size) for metric, own in ordered.items()}
    console = Console(args.json)

    with open_device(args.device, "fp32", args.threads) as device:

        def network(seed: int) -> Network:
            set_seed(seed)
            return device.place(build(preset.network, len(data.labels), preset.settings))

        kept = _Kept(args, data, name, rows, size)
        wanted = [(metric, "ordered", 1) for metric in metrics]
        wanted += [(what, "trained", seed) for what in [SHUFFLED, *metrics] for seed in seeds]
        left = [one for one in wanted if kept.read(*one) is None]
        count = len(next(iter(batches.values())))
        step = _step_seconds(network(1), data, next(iter(batches.values())))
        steps = sum(args.epochs * count * (3 if kind == "ordered" else 1) for _, kind, _ in left)
        seconds = steps * step
        console.line("plan", fits=len(left), epochs=args.epochs, seconds=round(seconds, 1), time=duration(seconds))
        if seconds > LIMIT and not args.yes:
            raise DataError(
                f"This study takes about {duration(seconds)}: add --yes to begin, or ask for less by --epochs, "
                "--seeds, --values or --characters. It can be stopped and gone on with."
            )
        for number, (what, kind, seed) in enumerate(left):
            console.line("fit", value=f"{what}, {kind}", seed=seed, number=number + 1, fits=len(left))
            if kind == "ordered":
                own = batches[what]
                found = walk(network(seed), data, rows["validation"], args.epochs, lambda _, own=own: own, own)
            else:
                if what == SHUFFLED:
                    order = shuffled_order(rows["train"], size, seed)
                else:
                    distances = np.array(kept.read(what, "ordered", 1)["distances"])
                    order = chosen_order(batches[what], nearest_half(distances), args.epochs, seed)
                found = walk(network(seed), data, rows["validation"], args.epochs, order)
            kept.write(what, kind, seed, found.accuracies, found.distances)
        return {
            "about": {
                "study": "minibatch",
                "classifier": name,
                "data": data.name,
                "labels": len(data.labels),
                "characters": {part: len(own) for part, own in rows.items()},
                "writers": {part: len(np.unique(data.writer_index[own])) for part, own in rows.items()},
                "epochs": args.epochs,
                "batch": size,
                "batches": count,
                "seeds": list(seeds),
            },
            "metrics": {
                metric: {
                    **kept.read(metric, "ordered", 1),
                    "means": [
                        float(METRICS[metric](data.glyphs[own]).mean())
                        for own in (batches[metric][0], batches[metric][-1])
                    ],
                    "examples": [own[:: max(1, size // 12)][:12].tolist() for own in _ends(batches[metric])],
                }
                for metric in metrics
            },
            "trained": {
                what: [kept.read(what, "trained", seed)["accuracies"] for seed in seeds]
                for what in [SHUFFLED, *metrics]
            },
        }


def _ends(batches: list[np.ndarray]) -> list[np.ndarray]:
    """The first, the middle and the last batch."""
    return [batches[0], batches[len(batches) // 2], batches[-1]]


def _step_seconds(network, data: Dataset, batches: list[np.ndarray]) -> float:
    gradient(network, data, batches[0])
    begun = time.monotonic()
    for rows in batches[:_TRIED]:
        gradient(network, data, rows)
    return (time.monotonic() - begun) / len(batches[:_TRIED])


class _Kept:
    """What is done, one file for each training."""

    def __init__(self, args: argparse.Namespace, data: Dataset, classifier: str, rows: dict, size: int):
        self._folder: Path = args.results / "minibatch"
        self._settings = {
            "classifier": classifier,
            "epochs": args.epochs,
            "batch": size,
            "characters": [len(own) for own in rows.values()],
            "data": checkpoint.fingerprint(data),
        }

    def _path(self, what: str, kind: str, seed: int) -> Path:
        return self._folder / f"{what.replace(' ', '-')}-{kind}-seed{seed}.json"

    def read(self, what: str, kind: str, seed: int) -> dict | None:
        """What a training left; None if it is not done. Raises DataError where it was another study's."""
        path = self._path(what, kind, seed)
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
            settings = found.pop("settings")
        except FileNotFoundError:
            return None
        except (OSError, ValueError, KeyError, AttributeError) as error:
            raise DataError(f"{path} is damaged: delete it to train this again.") from error
        if settings != self._settings:
            raise DataError(f"{path} is another study's: name another folder by --results, or delete it.")
        return found

    def write(self, what: str, kind: str, seed: int, accuracies: list[float], distances: np.ndarray | None) -> None:
        content = {
            "settings": self._settings,
            "accuracies": accuracies,
            "distances": None if distances is None else np.round(distances, 5).tolist(),
        }
        path = self._path(what, kind, seed)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_file(path, json.dumps(content).encode())
        except OSError as error:
            raise DataError(f"The training cannot be written to {path} ({error.strerror or error}).") from error
