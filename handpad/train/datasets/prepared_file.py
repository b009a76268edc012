"""A data set's own files as one prepared file, with a key of what it was made of.

What is finished is kept beside the prepared file until all is, so that preparing again after a crash or a stop goes
on from there.
"""

import shutil
import time
from dataclasses import replace
from pathlib import Path

from handpad.errors import DataError
from handpad.files import replace_file
from handpad.train import datasets
from handpad.train.console import Console
from handpad.train.datasets.dataset import read_about

UNFINISHED = ".unfinished"
"""Added to the name of the prepared file: the folder with what is finished."""

TELL_EVERY = 0.5
"""Seconds between two reports of progress."""

_KEY = "key"


def prepare(dataset: str, source: Path, prepared: Path, key: str, console: Console) -> None:
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
        data = datasets.read(dataset, source, datasets.Work(Telling(console), folder))
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

    def __init__(self, console: Console):
        self._console = console
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
        self._console.progress("prepare", done, total, None if left is None else round(left, 1), text=words)
