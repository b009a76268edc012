"""Which files a command is to read: those it was given, and those in the folders it was given."""

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from handpad.errors import HandpadError
from handpad.files import reason
from handpad.formats.opening import SUFFIXES

PICTURES = (".png", ".jpg", ".jpeg")


class Input(NamedTuple):
    """A file, and its path below the folder that was asked for; its name if it was named itself."""

    path: Path
    below: Path


def inputs(given: Sequence[Path]) -> list[Input]:
    """All files to be read, each once: files as they are given, folders with all below them, sorted.

    In folders, files count whose names end as those of ink and pictures do; what begins with a dot is left out.
    Raises HandpadError for a folder that cannot be read or has no such file.
    """
    found: dict[Path, Input] = {}
    for path in given:
        there = list(_in_folder(path)) if path.is_dir() else [Input(path, Path(path.name))]
        if not there:
            raise HandpadError(f"There is no file of ink and no picture in {path}.")
        for one in there:
            found.setdefault(one.path.absolute(), one)
    return list(found.values())


def _in_folder(folder: Path) -> Iterator[Input]:
    def refuse(error: OSError) -> None:
        raise HandpadError(f"{error.filename} cannot be read: {reason(error)}.")

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            path = Path(place, name)
            if not name.startswith(".") and (path.suffix.lower() in (*SUFFIXES, *PICTURES) or _is_inkml(path)):
                yield Input(path, path.relative_to(folder))


def _is_inkml(path: Path) -> bool:
    """Whether a file whose name ends with .xml says at its beginning that it is InkML."""
    if path.suffix.lower() != ".xml":
        return False
    try:
        with path.open("rb") as file:
            return b"InkML" in file.read(1000)
    except OSError:
        return False
