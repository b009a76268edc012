"""``handpad-train compare``: two or more models on the same characters of writers that none of them was trained on."""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from handpad.errors import DataError
from handpad.model import BaseModel
from handpad.model_folder import NETWORK, STYLES, is_model, write_description
from handpad.train.datasets import Dataset
from handpad.train.measures import ALPHANUMERIC, SHAPE_TWINS, accuracy, calibration_error, folded_accuracy
from handpad.train.report import Report

RESAMPLES = 10_000
"""Draws of the bootstrap."""

_BATCH = 512
_TIMED = 300
_WARM_UP = 20


@dataclass(frozen=True)
class Contestant:
    """One model, and where it came from: path, and the size of its network as ONNX in bytes."""

    path: Path
    model: BaseModel
    bytes: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("prepared", type=Path, help="the prepared data set with the writers")
    parser.add_argument("models", type=Path, nargs="+", help="two or more model folders, or run folders of fits")
    parser.add_argument(
        "--part",
        choices=("validation", "test"),
        default="test",
        help="which writers of the data set that the models were fitted on (default test); of another, all",
    )
    parser.add_argument("--all-labels", action="store_true", help="all labels that the models share, not the 62 alone")
    parser.add_argument("--seed", type=int, default=1, help="of the bootstrap (1)")


def run(args: argparse.Namespace) -> None:
    """Compare, print one table of the models and one of the differences."""
    report = Report(args.json)
    if len(args.models) < 2:
        raise DataError("Name two models or more to compare.")
    data = Dataset.load(args.prepared)
    contestants = [load(path) for path in args.models]
    writers, part = unseen_writers(data, contestants, args.part)
    labels = shared_labels(data, contestants, args.all_labels)
    rows = data.rows_of(writers)
    rows = rows[np.isin(data.texts()[rows], labels)]
    if not len(rows):
        raise DataError(f"The writers of {data.name} ({part}) wrote none of the labels that the models share.")
    true = np.array([labels.index(text) for text in data.texts()[rows]])
    writer_index = data.writer_index[rows]
    right, figures = [], []
    for contestant in contestants:
        logits = read(contestant.model.restricted(labels), data.glyphs[rows])
        right.append(logits.argmax(axis=1) == true)
        figure = {
            "model": str(contestant.path),
            "accuracy": 100 * accuracy(logits, true),
            "shapes": 100 * folded_accuracy(labels, logits, true, SHAPE_TWINS),
            "calibration_error": 100 * calibration_error(logits, true),
            "megabytes": contestant.bytes / 1e6,
            "milliseconds": milliseconds(contestant.model, data.glyphs[rows]),
        }
        figures.append(figure)
        if args.json:
            report.line("figure", **figure)
    first = {"than": str(contestants[0].path)}
    differences = [
        {"model": str(other.path), **first, **difference(right[0], own, writer_index, args.seed)}
        for other, own in zip(contestants[1:], right[1:], strict=True)
    ]
    for found in differences if args.json else ():
        report.line("difference", **found)
    about = {
        "data": data.name,
        "part": part,
        "writers": len(np.unique(writer_index)),
        "characters": len(rows),
        "labels": len(labels),
        "seed": args.seed,
    }
    if not args.json:
        print(text(about, figures, differences))
    report.line("result", command="compare", **about)


def load(path: Path) -> Contestant:
    """A model folder, or the network of a run folder as export would write it.

    Raises ModelError or DataError for a folder that is neither.
    """
    if is_model(path) or not (path / "run.json").exists():
        return Contestant(path, BaseModel.load(path), (path / NETWORK).stat().st_size)
    from handpad.train.export import describe, write_onnx  # torch comes with them: model folders do without
    from handpad.train.fitted import Fitted

    fitted = Fitted.load(path)
    embedding = fitted.network.classifier.in_features
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        write_onnx(fitted.network, folder / NETWORK)
        no_styles = {"centroids": np.zeros((1, embedding), np.float32), "labels": np.zeros(1, np.int32)}
        np.savez(folder / STYLES, **no_styles)
        write_description(folder, describe(fitted.record, path.name, embedding))
        return Contestant(path, BaseModel.load(folder), (folder / NETWORK).stat().st_size)


def unseen_writers(data: Dataset, contestants: list[Contestant], part: str) -> tuple[list[str], str]:
    """The writers to compare on, and what to call them.

    They are the validation or test writers of all models that were fitted on this data set; where none was, all
    writers. Raises DataError, naming models and writers, if one model was trained on what another left out.
    """
    fitted = [one for one in contestants if _provenance(one).get("data", {}).get("name") == data.name]
    if not fitted:
        return data.writers, "all writers, none trained on"
    held_out = {}
    for one in fitted:
        names = _provenance(one).get("writers", {}).get(part, [])
        if not names:
            raise DataError(f"{one.path} was trained on all writers of {data.name}: name a model that left some out.")
        held_out[one.path] = set(names)
    union = set().union(*held_out.values())
    used = ("train",) if part == "validation" else ("train", "validation")  # validation chose epoch and temperature
    for one in fitted:
        seen = sorted(union.intersection(name for key in used for name in _provenance(one)["writers"][key]))
        if seen:
            raise DataError(
                f"{one.path} was trained on {len(seen)} of the {len(union)} {part} writers that are compared on, "
                f"such as {seen[0]}: compare models of one split."
            )
    return sorted(set.intersection(*held_out.values()) & set(data.writers)), f"{part} writers"


def _provenance(contestant: Contestant) -> dict:
    return contestant.model.info.get("provenance", {})


def shared_labels(data: Dataset, contestants: list[Contestant], all_labels: bool) -> list[str]:
    """The labels that the data and all models have, sorted; of these only digits and letters unless all are asked."""
    shared = set(data.labels).intersection(*(one.model.labels for one in contestants))
    if not all_labels:
        shared &= set(ALPHANUMERIC)
    if not shared:
        raise DataError("The models and the data have no label in common.")
    return sorted(shared)


def read(model: BaseModel, glyphs: np.ndarray) -> np.ndarray:
    """Calibrated logits float32 (n, c) of glyphs uint8 (n, 28, 28)."""
    return np.concatenate([model.run(glyphs[start : start + _BATCH])[1] for start in range(0, len(glyphs), _BATCH)])


def milliseconds(model: BaseModel, glyphs: np.ndarray) -> float:
    """The median time of one character at a time, on one core, over the first characters."""
    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        times = []
        for place in range(_WARM_UP + _TIMED):
            row = place % len(glyphs)
            begun = time.perf_counter()
            model.run(glyphs[row : row + 1])
            times.append(1e3 * (time.perf_counter() - begun))
    finally:
        cv2.setNumThreads(threads)
    return float(np.median(times[_WARM_UP:]))


def difference(first: np.ndarray, other: np.ndarray, writer_index: np.ndarray, seed: int) -> dict[str, float]:
    """How much more often the other model is right than the first, in points, on the very same characters.

    Parameters
    ----------
    first, other : bool (n,), whether each character was read right; writer_index : int (n,), who wrote it.

    Returns
    -------
    points : the difference; low, high : its 95 % interval, by drawing writers with replacement (percentile
    bootstrap), so that a writer's characters stay together; better, equal, worse : how many writers gain or lose.
    """
    _, place = np.unique(writer_index, return_inverse=True)
    counts = np.bincount(place)
    gains = np.bincount(place, weights=other.astype(float) - first)
    drawn = np.random.default_rng(seed).integers(0, len(counts), (RESAMPLES, len(counts)))
    points = 100 * gains[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.percentile(points, [2.5, 97.5])
    return {
        "points": 100 * float(gains.sum() / counts.sum()),
        "low": float(low),
        "high": float(high),
        "better": int((gains > 0).sum()),
        "equal": int((gains == 0).sum()),
        "worse": int((gains < 0).sum()),
    }


def text(about: dict, figures: list[dict], differences: list[dict]) -> str:
    """Both tables for people."""
    head = ["model", "accuracy %", "shapes %", "ECE points", "MB", "ms a character"]
    rows = [head]
    for one in figures:
        numbers = (f"{one[key]:.2f}" for key in list(one)[1:])
        rows.append([one["model"], *numbers])
    widths = [max(len(row[column]) for row in rows) for column in range(len(head))]
    lines = [
        f"{about['data']}, {about['part']}: {about['writers']} writers, {about['characters']} characters, "
        f"{about['labels']} labels",
        "",
    ]
    for row in rows:
        lines.append("  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]))
    lines.append("")
    for one in differences:
        lines.append(
            f"{one['model']} against {one['than']}: {one['points']:+.2f} points, 95 % interval {one['low']:+.2f} to "
            f"{one['high']:+.2f}; {one['better']} writers better, {one['equal']} equal, {one['worse']} worse"
        )
    return "\n".join(lines)
