"""``handpad-train prepare``: read a data set from its own files and write it as one prepared file."""

import argparse
from pathlib import Path

from handpad.train import datasets
from handpad.train.report import Report


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("dataset", choices=sorted(datasets.READERS), help="which data set it is")
    parser.add_argument("source", type=Path, help="the data set's archive or its unpacked folder")
    parser.add_argument("prepared", type=Path, help="the prepared file to write (.npz)")


def run(args: argparse.Namespace) -> None:
    """Read, render the glyphs, save, and report what was kept and what was dropped."""
    data = datasets.read(args.dataset, args.source)
    data.save(args.prepared)
    Report(args.json).line(
        "result",
        command="prepare",
        dataset=data.name,
        samples=len(data),
        labels=len(data.labels),
        writers=len(data.writers),
        dropped=data.dropped,
        prepared=str(args.prepared),
    )
