"""``handpad-train compare``: two or more models on the same characters of writers that none of them was trained on."""

import argparse
import tempfile
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.model.base import BaseModel
from handpad.model.folder import NETWORK, is_model
from handpad.train.console import Console
from handpad.train.datasets import Dataset
from handpad.train.fit.run_files import RECORD
from handpad.train.measure.accuracy import SHAPE_TWINS, accuracy, folded_accuracy
from handpad.train.measure.calibration import calibration_error
from handpad.train.measure.comparison import Contestant, difference, milliseconds, read_logits, shared_labels
from handpad.train.measure.unseen import unseen_writers


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
    console = Console(args.json)
    if len(args.models) < 2:
        raise DataError("Name two models or more to compare.")
    data = Dataset.load(args.prepared)
    contestants = [load(path) for path in args.models]
    described = {str(one.path): one.model.info for one in contestants}
    writers, part = unseen_writers(data.name, data.writers, described, args.part)
    labels = shared_labels(data, contestants, args.all_labels)
    rows = data.rows_of(writers)
    rows = rows[np.isin(data.texts()[rows], labels)]
    if not len(rows):
        raise DataError(f"The writers of {data.name} ({part}) wrote none of the labels that the models share.")
    true = np.array([labels.index(text) for text in data.texts()[rows]])
    writer_index = data.writer_index[rows]
    right, figures = [], []
    for contestant in contestants:
        logits = read_logits(contestant.model.restricted(labels), data.glyphs[rows])
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
            console.line("figure", **figure)
    first = {"than": str(contestants[0].path)}
    differences = [
        {"model": str(other.path), **first, **difference(right[0], own, writer_index, args.seed)}
        for other, own in zip(contestants[1:], right[1:], strict=True)
    ]
    for found in differences if args.json else ():
        console.line("difference", **found)
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
    console.line("result", command="compare", **about)


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


def load(path: Path) -> Contestant:
    """A model folder, or the network of a run folder as export would write it.

    Raises ModelError or DataError for a folder that is neither.
    """
    if is_model(path) or not (path / RECORD).exists():
        return Contestant(path, BaseModel.load(path), (path / NETWORK).stat().st_size)
    from handpad.train.fit.model_export import write_without_styles  # torch comes with it: model folders do without

    with tempfile.TemporaryDirectory() as folder:
        write_without_styles(path, Path(folder))
        return Contestant(path, BaseModel.load(Path(folder)), (Path(folder) / NETWORK).stat().st_size)
