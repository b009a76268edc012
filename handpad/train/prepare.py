"""``handpad-train prepare``: read a data set from its own files and write it as one prepared file.

What is finished is kept beside the prepared file until all is, so that preparing again after a crash or a stop goes
on from there. A prepared file of the same content, read in the same way, is left as it is.
"""

import argparse
import shutil
import time
from dataclasses import replace
from pathlib import Path

from handpad.errors import DataError
from handpad.files import replace_file
from handpad.train import datasets
from handpad.train.content_key import content_key
from handpad.train.datasets.dataset import read_about
from handpad.train.report import Report

UNFINISHED = ".unfinished"
"""Added to the name of the prepared file: the folder with what is finished."""

TELL_EVERY = 0.5
"""Seconds between two reports of progress."""

_KEY = "key"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("dataset", choices=sorted(datasets.READERS), help="which data set it is")
    parser.add_argument("source", type=Path, help="the data set's archive or its unpacked folder")
    parser.add_argument("prepared", type=Path, help="the prepared file to write (.npz)")


def run(args: argparse.Namespace) -> None:
    """Read, render the glyphs, save, and report what was kept and what was left out."""
    report = Report(args.json)
    begun = time.monotonic()
    paths = datasets.parts(args.dataset, args.source)
    if args.prepared.is_dir() or any(path.exists() and path.resolve() == args.prepared.resolve() for path in paths):
        raise DataError(f"{args.prepared} cannot be the prepared file: name one that may be written, such as data.npz.")
    key = content_key(args.dataset, paths)
    already = prepared_key(args.prepared) == key
    if not already:
        prepare(args.dataset, args.source, args.prepared, key, report)
    about = read_about(args.prepared)
    values = {"notes": about["notes"], "listed": about["listed"]} if args.json else {}
    report.line(
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
            report.line("note", text=note)
        for reason, count in about["dropped"].items():
            report.line("dropped", count=count, reason=reason)


def prepare(dataset: str, source: Path, prepared: Path, key: str, report: Report) -> None:
    """Write the prepared file, going on from what an earlier run with the same key has finished.

    Raises DataError with the prepared file unchanged; finished parts are kept beside it.
    """
    folder = prepared.with_name(prepared.name + UNFINISHED)
    try:
        if _key_in(folder) != key:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            replace_file(folder / _KEY, key.encode())
    except OSError as error:
        raise DataError(f"{prepared} cannot be written ({error.strerror}); nothing was changed.") from error
    try:
        data = datasets.read(dataset, source, datasets.Work(Telling(report), folder))
        replace(data, key=key).save(prepared)
    finally:
        if prepared_key(prepared) == key or [path.name for path in folder.iterdir()] == [_KEY]:
            shutil.rmtree(folder, ignore_errors=True)


def prepared_key(prepared: Path) -> str | None:
    """The key that a prepared file was written with, None where there is no such file."""
    about = read_about(prepared)
    return about and about.get("key")


def _key_in(folder: Path) -> str | None:
    try:
        return (folder / _KEY).read_text("ascii")
    except (OSError, ValueError):
        return None


class Telling:
    """Reports how far the reading is, at most twice a second, and guesses the time left from the pace so far."""

    def __init__(self, report: Report):
        self._report = report
        self._told = 0.0
        self._what = ""
        self._start = (0.0, 0)

    def __call__(self, done: int, total: int, text: str) -> None:
        now = time.monotonic()
        if text != self._what:
            self._what, self._start = text, (now, done)
        if now - self._told < TELL_EVERY:
            return
        self._told = now
        begun, before = self._start
        left = (now - begun) / (done - before) * (total - done) if done > before else None
        words = f"{done:,} of {total:,} {text}"
        self._report.progress("prepare", done, total, None if left is None else round(left, 1), text=words)
