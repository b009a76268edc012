"""Where a command puts what it read: on stdout, all in one file, or a file for each in a folder."""

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from handpad.cli.inputs import Input
from handpad.errors import HandpadError
from handpad.files import numbered, reason
from handpad.formats.document import Document, InkPage
from handpad.formats.exporting import contents, write_contents

STDOUT = "-"


@dataclass
class Output:
    """One kind of file to be written.

    Attributes
    ----------
    kind : a key of :data:`handpad.formats.exporting.KINDS`.
    target : the file for all that is read, or the folder for a file for each; STDOUT.
    folder : whether target is a folder.
    """

    kind: str
    target: str
    folder: bool
    _taken: set[Path] = field(default_factory=set)
    _pages: list[InkPage] = field(default_factory=list)

    def add(self, document: Document, source: Input) -> None:
        """What was read of one file. Raises HandpadError if its own file cannot be written."""
        if not self.folder:
            self._pages += document.pages
            return
        path = next(new for new in numbered(self._beside(source)) if new not in self._taken)
        self._taken.add(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HandpadError(f"{path.parent} cannot be made: {reason(error)}.") from error
        write_contents(path, contents(document, self.kind, _draw))

    def _beside(self, source: Input) -> Path:
        path = Path(self.target, source.below.with_suffix(f".{self.kind}"))
        if path.absolute() == source.path.absolute():
            path = path.with_stem(f"{path.stem}-read")
        return path

    def finish(self) -> None:
        """Write the one file of all that was read. Raises HandpadError."""
        if self.folder or not self._pages:
            return
        document = Document(tuple(self._pages))
        if self.target == STDOUT:
            _print(contents(document, self.kind, _draw))
        else:
            write_contents(Path(self.target), contents(document, self.kind, _draw))


def outputs(wanted: Mapping[str, str | None], sources: Sequence[Input]) -> list[Output]:
    """The outputs for what was asked: kind to file, folder or STDOUT, or None.

    Raises HandpadError where it is plain before anything is read that one cannot be written.
    """
    found = []
    for kind, target in wanted.items():
        if target is None:
            continue
        folder = target != STDOUT and (target.endswith(("/", os.sep)) or Path(target).is_dir())
        _check(Path(target), folder, target == STDOUT, sources)
        found.append(Output(kind, target, folder))
    if sum(output.target == STDOUT for output in found) > 1:
        raise HandpadError("Only one kind of file can be written to stdout.")
    return found


def _check(target: Path, folder: bool, stdout: bool, sources: Sequence[Input]) -> None:
    if stdout:
        return
    if not folder and any(target.absolute() == source.path.absolute() for source in sources):
        raise HandpadError(f"{target} is to be read, and would be replaced: choose another file.")
    parent = target if folder and target.exists() else target.parent
    if folder:
        while not parent.exists():
            parent = parent.parent
    if not parent.is_dir():
        raise HandpadError(f"{target} cannot be written: the folder is not there.")
    if not os.access(parent, os.W_OK):
        raise HandpadError(f"{target} cannot be written: Handpad has no permission.")


def _draw(document: Document, kind: str) -> list[bytes]:
    try:
        from handpad.app import drawn_files  # Qt, which nothing else here needs
    except ImportError as error:
        raise HandpadError(f"PDF, SVG and PNG are painted with Qt, which cannot be loaded here: {error}.") from error
    return drawn_files.drawn(document, kind)


def _print(contents: Iterable[bytes]) -> None:
    for content in contents:
        sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
