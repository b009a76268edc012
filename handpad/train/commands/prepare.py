"""``handpad-train prepare``: read a data set from its own files and write it as one prepared file.

What is finished is kept beside the prepared file until all is, so that preparing again after a crash or a stop goes
on from there. A prepared file of the same content, read in the same way, is left as it is.
"""

import argparse
import time
from pathlib import Path

from handpad.errors import DataError
from handpad.train import datasets
from handpad.train.console import Console
from handpad.train.datasets.content_key import content_key
from handpad.train.datasets.dataset import read_about
from handpad.train.datasets.prepared_file import prepare, prepared_key


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("dataset", choices=sorted(datasets.READERS), help="which data set it is")
    parser.add_argument("source", type=Path, help="the data set's archive or its unpacked folder")
    parser.add_argument("prepared", type=Path, help="the prepared file to write (.npz)")


def run(args: argparse.Namespace) -> None:
    """Read, render the glyphs, save, and report what was kept and what was left out."""
    console = Console(args.json)
    begun = time.monotonic()
    paths = datasets.parts(args.dataset, args.source)
    if args.prepared.is_dir() or any(path.exists() and path.resolve() == args.prepared.resolve() for path in paths):
        raise DataError(f"{args.prepared} cannot be the prepared file: name one that may be written, such as data.npz.")
    key = content_key(args.dataset, paths)
    already = prepared_key(args.prepared) == key
    if not already:
        prepare(args.dataset, args.source, args.prepared, key, console)
    about = read_about(args.prepared)
    values = {"notes": about["notes"], "listed": about["listed"]} if args.json else {}
    console.line(
        "result",
        command="prepare",
        dataset=about["name"],
        samples=about["samples"],
        labels=len(about["labels"]),
        writers=len(about["writers"]),
        dropped=about["dropped"] if args.json else sum(about["dropped"].values()),
        prepared=str(args.prepared),
        already_prepared=already,
        seconds=round(time.monotonic() - begun, 1),
        **values,
    )
    if not args.json:
        for note in about["notes"]:
            console.line("note", text=note)
        for reason, count in about["dropped"].items():
            console.line("dropped", count=count, reason=reason)
