"""Writing a document in the formats of other programs; those that are drawn are drawn by whoever can."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from handpad.errors import HandpadError
from handpad.files import reason, replace_file
from handpad.formats import inkml_writing, rnote, texts, xopp
from handpad.formats.document import Document

KINDS = {
    "pdf": "PDF that can be searched: ink as lines, what was read unseen at its place",
    "svg": "SVG, a file for each page",
    "png": "PNG, a file for each page",
    "xopp": "Xournal++",
    "rnote": "Rnote",
    "inkml": "InkML with what was read",
    "md": "Markdown",
    "txt": "text",
}
"""What can be written, by the ending of the file without its dot, and what it is called."""

WRITERS: dict[str, Callable[[Document], bytes]] = {
    "inkml": inkml_writing.write,
    "xopp": xopp.write,
    "rnote": rnote.write,
    "txt": texts.plain,
    "md": texts.markdown,
}
"""What a document is written with, by its kind; what is not among these is drawn."""

Draw = Callable[[Document, str], list[bytes]]
"""Draws a document as one of the other kinds: the content of each file."""


def export(document: Document, path: Path, kind: str | None = None) -> None:
    """Write a document to a file; what was there is replaced once the new file is whole and on disk.

    kind : a key of WRITERS; None for that of the file's ending.

    Raises HandpadError if there is no such kind or the file cannot be written.
    """
    kind = path.suffix.lower().removeprefix(".") if kind is None else kind
    if kind not in WRITERS:
        raise HandpadError(f"{path} cannot be written: its name must end with one of {', '.join(WRITERS)}.")
    write_file(path, WRITERS[kind](document))


def contents(document: Document, kind: str, draw: Draw) -> list[bytes]:
    """The content of each file that a document becomes: one, or one for each page. Raises HandpadError.

    kind : a key of KINDS. draw : what the kinds are drawn with that are not in WRITERS.
    """
    return [WRITERS[kind](document)] if kind in WRITERS else draw(document, kind)


def write_contents(path: Path, contents: Sequence[bytes]) -> list[Path]:
    """Write one file, or several that are numbered from 1; returns their paths. Raises HandpadError."""
    paths = [path]
    if len(contents) > 1:
        paths = [path.with_stem(f"{path.stem}-{number}") for number in range(1, len(contents) + 1)]
    for one, content in zip(paths, contents, strict=True):
        write_file(one, content)
    return paths


def write_file(path: Path, data: bytes) -> None:
    """Put data in the place of a file, so that it holds the old content or the new one. Raises HandpadError.

    A new file may be read by whom the system lets read new files, unlike Handpad's own; one that was there, as before.
    """
    try:
        mode = path.stat().st_mode & 0o777 if path.exists() else 0o666 & ~_umask()
        replace_file(path, data)
        path.chmod(mode)
    except OSError as error:
        raise HandpadError(f"{path} cannot be written: {reason(error)}.") from error


def _umask() -> int:
    """What the system takes from the rights of new files; it can only be asked by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
