"""What a run's record says: how it was made, what it is worth, and what to type to make it again."""

import argparse
import platform
import shlex
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import numpy as np

from handpad import glyph
from handpad.train.datasets import Dataset
from handpad.train.datasets.splits import SPLITS
from handpad.train.fit.device import Device
from handpad.train.fit.networks import Network, outputs
from handpad.train.fit.recipes import PRESETS
from handpad.train.fit.task import Task
from handpad.train.measure.base_figures import label_counts, measure
from handpad.train.measure.calibration import fit_temperature
from handpad.train.measure.unseen import NONE_TRAINED_ON

_VERSIONS = ("handpad", "torch", "numpy", "opencv-python-headless", "scikit-learn")


def measured(network: Network, task: Task, unseen: Dataset | None, split: str, stopped: str | None) -> dict:
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
        part = NONE_TRAINED_ON
        trained = label_counts(data, rows["train"])
        logits = outputs(network, unseen.glyphs)[1]
        found = measure(data.labels, logits, unseen, everything, temperature, part, trained)
        figures |= {f"{unseen.name}_{key}": value for key, value in found.items()}
    fit = "the split fit: training writers only" + (f", stopped {stopped}" if stopped else "")
    for figure in figures.values():
        figure |= {"split": split, "seed": task.seed, "fit": fit}
    return {"temperature": temperature, "figures": figures}


def about(args: argparse.Namespace, task: Task, device: Device) -> dict:
    """What a run's record says of how it was made."""
    data = task.data
    return {
        "preset": args.preset,
        "network": PRESETS[args.preset].network,
        "network_settings": PRESETS[args.preset].settings,
        "labels": data.labels,
        "seed": task.seed,
        "split": split_name(args),
        "writers": {part: task.writers(part) for part in task.rows},
        "recipe": asdict(task.recipe),
        "teachers": [_run_name(name) for name in args.teacher],
        "data": {"name": data.name, "licence": data.licence, "samples": len(data), "dropped": data.dropped},
        "preprocessing": glyph.VERSION,
        "machine": device.describe(),
        "versions": {"python": platform.python_version(), **{package: version(package) for package in _VERSIONS}},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def split_name(args: argparse.Namespace) -> str:
    """What the split is called, and what was changed of it."""
    drawn = f", validation writers drawn anew ({args.draw})" if args.draw else ""
    return SPLITS[args.split][0] + drawn + (f", all of {args.hold_out} test" if args.hold_out else "")


def of_earlier(record: dict) -> dict:
    """What a fit on all writers takes over from the split fit before it."""
    return {
        **{key: record[key] for key in ("network", "network_settings", "temperature", "figures") if key in record},
        "split": f"none: after a fit on the split ({record['split']}) trained further on all writers",
        "earlier": {key: record[key] for key in ("writers", "recipe", "history", "command")},
    }


def command(args: argparse.Namespace) -> str:
    """What to type for the same fit, with the names of files and folders only."""
    words = ["handpad-train", "fit", args.preset, args.prepared.name, args.run.name, "--seed", str(args.seed)]
    for option, value in (
        ("--epochs", args.epochs),
        ("--minutes", args.minutes),
        ("--optimizer", args.optimizer),
        ("--schedule", args.schedule),
        ("--split", None if args.split == "contributor" else args.split),
        ("--hold-out", args.hold_out),
        ("--draw", args.draw or None),
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
