"""``handpad-train combine``: make one prepared file of several, so that a network learns from all of them together."""

import argparse
from pathlib import Path

from handpad.errors import DataError
from handpad.train.console import Console
from handpad.train.datasets import Dataset
from handpad.train.datasets.combined import combined
from handpad.train.datasets.dataset import read_about


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("prepared", type=Path, nargs="+", help="two or more prepared data sets")
    parser.add_argument("combined", type=Path, help="the prepared file to write (.npz)")


def run(args: argparse.Namespace) -> None:
    """Combine, save, and report; a file that was made of the same data is left as it is."""
    console = Console(args.json)
    if len(args.prepared) < 2:
        raise DataError("Name two prepared data sets or more to combine, and the file to write.")
    if args.combined.resolve() in {path.resolve() for path in args.prepared}:
        raise DataError(f"{args.combined} is one of the data sets: name another file to write.")
    abouts = [read_about(path) for path in args.prepared]
    known = read_about(args.combined)
    keys = [about["key"] for about in sorted((one for one in abouts if one), key=lambda one: one["name"])]
    already = known is not None and all(keys) and len(keys) == len(abouts) and known["key"] == "+".join(keys)
    if not already:
        console.progress("combine", 0, 2, text="putting the data together")
        data = combined([Dataset.load(path) for path in args.prepared])
        console.progress("combine", 1, 2, text="putting the data together")
        data.save(args.combined)
    about = read_about(args.combined)
    console.line(
        "result", command="combine", dataset=about["name"], samples=about["samples"], writers=len(about["writers"])
    )
