"""``handpad-train fit``: train a network on a prepared data set and measure it on writers it has never seen."""

import argparse
import platform
from dataclasses import asdict, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch

from handpad import glyph
from handpad.errors import DataError
from handpad.train.datasets import Dataset
from handpad.train.figures import measure
from handpad.train.fitted import Fitted
from handpad.train.measures import fit_temperature
from handpad.train.network import NETWORKS
from handpad.train.recipes import RECIPES, Cosine, Plateau, Recipe, Replay
from handpad.train.report import Report
from handpad.train.splits import SPLIT_SEED, Split, split_writers
from handpad.train.training import outputs, set_seed, train

SPLIT_NAME = f"by writer, stratified by contributor, 75 % train, 10 % validation, 15 % test, seed {SPLIT_SEED}"
_VERSIONS = ("handpad", "torch", "numpy", "opencv-python-headless", "scikit-learn")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("network", choices=sorted(NETWORKS), help="which network, with its own recipe")
    parser.add_argument("prepared", type=Path, help="the prepared data set to learn from")
    parser.add_argument("run", type=Path, help="the run folder to write", metavar="folder")
    parser.add_argument("--seed", type=int, default=1, help="of weights, order and variants (default 1)")
    parser.add_argument("--epochs", type=int, help="train for so many epochs instead of the recipe's")
    parser.add_argument("--all-writers-after", type=Path, metavar="RUN", help="go on from this run, on all writers")
    parser.add_argument("--unseen", type=Path, help="another prepared data set, only to be measured on")
    parser.add_argument("--workers", type=int, default=1, help="processes that prepare variants (default 1)")
    parser.add_argument("--threads", type=int, help="threads of the training itself (default: one per core)")


def run(args: argparse.Namespace) -> None:
    """Train, calibrate, measure, save the run folder, and report every epoch and every figure."""
    report = Report(args.json)
    if args.threads:
        torch.set_num_threads(args.threads)
    data = Dataset.load(args.prepared)
    unseen = Dataset.load(args.unseen) if args.unseen else None
    command = f"handpad-train fit {args.network} {args.prepared.name} {args.run.name} --seed {args.seed}"
    if args.all_writers_after:
        fitted = refit(data, Fitted.load(args.all_writers_after), args.workers, report)
        command += f" --all-writers-after {args.all_writers_after.name}"
    else:
        fitted = fit(args.network, data, unseen, args.seed, args.epochs, args.workers, report)
        command += f" --epochs {args.epochs}" if args.epochs else ""
        command += f" --unseen {args.unseen.name}" if args.unseen else ""
    fitted.record["command"] = command
    fitted.save(args.run)
    for name, figure in fitted.record["figures"].items():
        report.line("figure", name=name, **figure)
    report.line("result", command="fit", run=str(args.run), temperature=fitted.record["temperature"])


def fit(
    name: str, data: Dataset, unseen: Dataset | None, seed: int, epochs: int | None, workers: int, report: Report
) -> Fitted:
    """Fit a network on the training writers and measure it on the validation and test writers.

    Parameters
    ----------
    name : of the network and its recipe.
    unseen : a data set that is only measured on, or None.
    epochs : instead of the recipe's; its series keep their proportions.
    """
    recipe = RECIPES[name] if epochs is None else shortened(RECIPES[name], epochs)
    split = split_writers(data.writers)
    if not (split.validation and split.test):
        raise DataError(f"{data.name} has {len(data.writers)} writers: too few for validation and test writers.")
    set_seed(seed)
    policy = Cosine(recipe.learning_rate, recipe.epochs) if recipe.cosine else Plateau(recipe.learning_rate)
    rows = {part: data.rows_of(writers) for part, writers in split._asdict().items()}
    network, history = train(
        NETWORKS[name](len(data.labels)),
        data,
        rows["train"],
        rows["validation"],
        recipe,
        policy,
        seed,
        workers,
        lambda record: report.line("epoch", **record),
    )
    logits = outputs(network, data.glyphs[rows["validation"]])[1]
    temperature = fit_temperature(logits, data.label_index[rows["validation"]])
    figures = {}
    for part in ("validation", "test"):
        logits = outputs(network, data.glyphs[rows[part]])[1]
        found = measure(data.labels, logits, data, rows[part], temperature, f"{part} writers")
        figures |= {f"{data.name}_{part}_{key}": value for key, value in found.items()}
    if unseen is not None:
        logits = outputs(network, unseen.glyphs)[1]
        everything = np.arange(len(unseen))
        found = measure(data.labels, logits, unseen, everything, temperature, "all writers, none trained on")
        figures |= {f"{unseen.name}_{key}": value for key, value in found.items()}
    for figure in figures.values():
        figure |= {"split": SPLIT_NAME, "seed": seed, "fit": "the split fit: training writers only"}
    return Fitted(network, _record(name, data, split, recipe, history, seed, temperature, figures))


def refit(data: Dataset, earlier: Fitted, workers: int, report: Report) -> Fitted:
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
    set_seed(record["seed"])
    network, new_history = train(
        earlier.network,
        data,
        np.arange(len(data)),
        np.arange(0),
        recipe,
        Replay([epoch["rate"] for epoch in again]),
        record["seed"],
        workers,
        lambda epoch: report.line("epoch", **epoch),
    )
    return Fitted(
        network,
        {
            **record,
            "split": f"none: after a fit on the split ({record['split']}) trained further on all writers",
            "writers": Split(train=data.writers, validation=[], test=[])._asdict(),
            "recipe": asdict(recipe),
            "history": new_history,
            "earlier": {key: record[key] for key in ("writers", "recipe", "history", "command")},
            "created": _now(),
        },
    )


def shortened(recipe: Recipe, epochs: int) -> Recipe:
    """The recipe with another total number of epochs (>= 1), every series in proportion."""
    if epochs < 1:
        raise DataError("A fit needs at least one epoch.")
    ends = np.cumsum([count for count, _ in recipe.series]) * epochs / recipe.epochs
    counts = np.diff(np.rint(ends).astype(int), prepend=0)
    return replace(recipe, series=tuple((int(n), size) for n, (_, size) in zip(counts, recipe.series, strict=True)))


def _record(
    name: str,
    data: Dataset,
    split: Split,
    recipe: Recipe,
    history: list[dict],
    seed: int,
    temperature: float,
    figures: dict[str, dict],
) -> dict:
    return {
        "network": name,
        "labels": data.labels,
        "temperature": temperature,
        "seed": seed,
        "split": SPLIT_NAME,
        "writers": split._asdict(),
        "recipe": asdict(recipe),
        "history": history,
        "data": {"name": data.name, "licence": data.licence, "samples": len(data), "dropped": data.dropped},
        "preprocessing": glyph.VERSION,
        "figures": figures,
        "versions": {"python": platform.python_version(), **{package: version(package) for package in _VERSIONS}},
        "created": _now(),
    }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
