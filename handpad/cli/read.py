"""``handpad read``: the text of files of ink and of pictures of printed letters, without the app."""

import argparse
import contextlib
import functools
import json
import os
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from handpad.cli.inputs import Input, inputs
from handpad.cli.outputs import Output, outputs
from handpad.errors import HandpadError, InkError
from handpad.files import reason
from handpad.formats.document import Document, InkPage, StrokeStyle, TextLine, Word
from handpad.formats.exporting import KINDS
from handpad.formats.opening import file_bytes, listed, read_ink
from handpad.ink import Box
from handpad.notebook.documents import as_ink_page, is_own
from handpad.page.document import DocumentError, from_inkml
from handpad.page.line_job import whole_line
from handpad.page.page import Page
from handpad.reading.images import ImageError, ink_of_image
from handpad.reading.reader import Progress
from handpad.reading.result import ReadCharacter, Reading, ReadLine, ReadWord, reading_of, renumbered
from handpad.recognizer import Recognizer

PICTURES = (b"\x89PNG", b"\xff\xd8\xff")
"""How PNG and JPEG files begin."""

MOST_STROKES, MOST_POINTS = 10_000, 500_000
"""Of a page that is read: some eight full ones."""

MOST_SECONDS = 600
"""That the reading of a page may take; what takes longer is no page of writing."""


@dataclass(frozen=True)
class FileRead:
    """A file that was read. Its readings, one for each page, name the strokes by their places on the page."""

    path: Path
    document: Document
    readings: tuple[Reading, ...]

    @property
    def reading(self) -> Reading:
        """The lines and drawings of all pages."""
        lines = tuple(line for reading in self.readings for line in reading.lines)
        return Reading(lines, tuple(drawing for reading in self.readings for drawing in reading.drawings))

    @property
    def text(self) -> str:
        """What it says, an empty line between pages."""
        return "\n\n".join(reading.text for reading in self.readings if reading.lines)


def parser() -> argparse.ArgumentParser:
    """The command line of ``handpad read``."""
    parser = argparse.ArgumentParser(
        prog="handpad read",
        description="Print what files of ink say, or write it with the ink to a file of another kind. OUT is one file "
        "for all that is read, or a folder for a file for each, or - for stdout.",
    )
    parser.add_argument(
        "file",
        type=Path,
        nargs="+",
        help="InkML, Xournal++, Xournal or Rnote, a PNG or JPEG picture of separate letters, or a folder of these",
    )
    parser.add_argument("--text", action="store_true", help="print the text, also where OUT is asked for")
    parser.add_argument(
        "--json",
        action="store_true",
        help="print lines, words, characters, drawings, boxes, strokes, probabilities",
    )
    for kind, name in KINDS.items():
        parser.add_argument(f"--{kind}", metavar="OUT", help=name)
    parser.add_argument("--profile", type=Path, metavar="FILE", help="read as this profile has learned to")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="another base model than the bundled one")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run the command. Returns 0 if all was read and written, 1 or 130 after a sentence on stderr."""
    options = parser().parse_args(arguments)
    try:
        return _run(options)
    except HandpadError as error:
        print(error, file=sys.stderr)
        return 1
    except BrokenPipeError:  # whoever read the output has enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run(options: argparse.Namespace) -> int:
    sources = inputs(options.file)
    targets = outputs({kind: getattr(options, kind) for kind in KINDS}, sources)
    many = len(sources) > 1 or options.file[0].is_dir()
    printed = _Printed(options.json, options.text or not (options.json or targets), many)
    code, done = 0, 0
    with _recognizer(options.profile, options.model) as pad:
        try:
            for number, source in enumerate(sources, start=1):
                if many:
                    print(f"{number:,} of {len(sources):,}: {source.path}", file=sys.stderr, flush=True)
                try:
                    _read_one(pad, source, targets, printed)
                    done += 1
                except HandpadError as error:
                    print(error, file=sys.stderr)
                    code = 1
        except KeyboardInterrupt:
            printed.finish()
            read = f"{done:,} of {len(sources):,} files were read" if many else "nothing was printed"
            print(f"\nStopped before the end: {read}.", file=sys.stderr)
            return 130
    printed.finish()
    for target in targets:
        target.finish()
    return code


def _read_one(pad: Recognizer, source: Input, targets: Iterable[Output], printed: "_Printed") -> None:
    found = read_pages(pad, source.path, _told(time.monotonic()))
    if found.document.left_out:
        print(f"{source.path}: left out {listed(found.document)}.", file=sys.stderr)
    drawings = len(found.reading.drawings)
    if drawings:
        print(f"{source.path}: {drawings} drawing{'s' * (drawings > 1)} left out of the text.", file=sys.stderr)
    printed.add(found)
    for target in targets:
        target.add(found.document, source)
    if not any(page.writing for page in found.document.pages):
        raise HandpadError(f"{source.path} has nothing to read: its ink was highlighted or erased, not written.")


class _Printed:
    """What is printed on stdout: texts one after the other, or all JSON at the end."""

    def __init__(self, as_json: bool, as_text: bool, many: bool) -> None:
        self._as_json, self._as_text, self._many = as_json, as_text, many
        self._found: list[dict] = []
        self._begun = False

    def add(self, found: FileRead) -> None:
        if self._as_json:
            self._found.append(as_json(found))
        elif self._as_text:
            heading = f"==> {found.path} <==\n" if self._many else ""
            print(("\n" if self._begun else "") + heading + found.text, flush=True)
            self._begun = True

    def finish(self) -> None:
        if self._as_json and (self._found or self._many):
            print(json.dumps(self._found if self._many else self._found[0], ensure_ascii=False, indent=1))


def _told(begun: float) -> Progress:
    """Tells on a terminal how far the reading is, once it has taken longer than a second."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty() and time.monotonic() - begun > 1:
            print(f"\r{done:,} of {total:,} strokes", end="\n" if done == total else "", file=sys.stderr, flush=True)

    return tell


def _in_time(name: str, progress: Progress | None) -> Progress:
    """The same progress, but it ends a reading of more than MOST_SECONDS."""
    end = time.monotonic() + MOST_SECONDS

    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress(done, total)
        if done < total and time.monotonic() > end:
            raise HandpadError(
                f"{name} is not read within {MOST_SECONDS // 60} minutes ({done:,} of {total:,} strokes are): "
                "split it into smaller files."
            )

    return tell


def _recognizer(profile: Path | None, model: Path | None) -> "contextlib.closing[Recognizer]":
    """Raises HandpadError."""
    if profile is not None and not profile.is_file():
        raise HandpadError(f"There is no profile at {profile}.")
    return contextlib.closing(Recognizer(profile, model=model))


def read_file(
    path: Path, profile: Path | None = None, model: Path | None = None, progress: Progress | None = None
) -> Reading:
    """Read a file of ink or a picture, all its pages. Raises HandpadError as :func:`read_pages` does."""
    with _recognizer(profile, model) as pad:
        return read_pages(pad, path, progress).reading


def read_pages(pad: Recognizer, path: Path, progress: Progress | None = None) -> FileRead:
    """Read the pages of a file of ink or a picture.

    A page of Handpad is read with its ruled lines, and what its writer has corrected or left stays. Of other pages,
    what a pen wrote is read, not what was highlighted. Raises HandpadError, also where there is more on a page than
    MOST_STROKES or MOST_POINTS, or it takes more than MOST_SECONDS.
    """
    document, own, traced = ink_of_file(path)
    total, done = sum(len(page.writing) for page in document.pages), 0
    readings = []
    for number, page in enumerate(document.pages, start=1):
        name = f"{path}, page {number}," if len(document.pages) > 1 else str(path)
        tell = _in_time(name, None if progress is None else partial(_tell_of_all, progress, done, total))
        try:
            reading = _read_own(pad, own, tell) if own is not None else _read_page(pad, page, tell, traced)
        except InkError as error:
            raise HandpadError(f"{name} cannot be read. {error}") from error
        readings.append(reading)
        done += len(page.writing)
    pages = [replace(page, lines=_lines(reading)) for page, reading in zip(document.pages, readings, strict=True)]
    return FileRead(path, replace(document, pages=tuple(pages)), tuple(readings))


def _tell_of_all(progress: Progress, before: int, total: int, done: int, _: int) -> None:
    progress(before + done, total)


def ink_of_file(path: Path) -> tuple[Document, Page | None, bool]:
    """The ink of a file or a picture, at least one stroke; the page of Handpad, if it is one; whether it is traced.

    Raises HandpadError, also where the file goes beyond the limits of :mod:`handpad.formats.document` or
    :mod:`handpad.reading.images`.
    """
    data, page = file_bytes(path), None
    try:
        if data.startswith(PICTURES):
            strokes = tuple(ink_of_image(data))
            document = Document((InkPage(strokes, (StrokeStyle(),) * len(strokes)),))
        elif is_own(data):
            page = from_inkml(data)
            document = Document((as_ink_page(page),))
        else:
            document = read_ink(data, path)
        if not any(page.strokes for page in document.pages):
            only = f", only {listed(document)}" if document.left_out else ""
            raise InkError(f"There is no ink in it{only}.")
    except (InkError, ImageError, DocumentError) as error:
        raise HandpadError(f"{path} cannot be read. {error}") from error
    except OSError as error:
        raise HandpadError(f"{path} cannot be read: {reason(error)}.") from error
    return document, page, data.startswith(PICTURES)


def _read_page(pad: Recognizer, page: InkPage, progress: Progress, traced: bool) -> Reading:
    """What a page says, its characters made of the page's strokes. Raises InkError."""
    writing = page.writing
    if not writing:
        return Reading(())
    strokes = [page.strokes[index] for index in writing]
    _check_size(strokes)
    reading = pad.read(strokes, progress=progress, traced=traced)
    drawings = [replace(one, strokes=tuple(writing[place] for place in one.strokes)) for one in reading.drawings]
    return Reading(tuple(renumbered(line, writing) for line in reading.lines), tuple(drawings))


def _read_own(pad: Recognizer, page: Page, progress: Progress) -> Reading:
    """What a page of Handpad says, its strokes numbered from 0 in the page's order. Raises InkError."""
    _check_size(list(page.strokes.values()))
    places = {number: place for place, number in enumerate(page.strokes)}
    lines, done = [], 0
    for row in sorted(page.lines):
        job = whole_line(page, row)
        with pad.interruptible(partial(progress, done, len(page.strokes))):
            line = pad.read_line(job.strokes, job.guide, job.known, job.writing, job.boxes)
        lines.append(renumbered(line, [places[number] for number in job.numbers]))
        done += len(job.strokes)
        progress(done, len(page.strokes))
    return reading_of(lines, list(page.strokes.values()), [places[number] for number in page.drawings])


def _check_size(strokes: Sequence[np.ndarray]) -> None:
    if len(strokes) > MOST_STROKES or sum(map(len, strokes)) > MOST_POINTS:
        raise InkError(
            f"It holds more than {MOST_STROKES:,} strokes or {MOST_POINTS:,} points: split it into smaller files."
        )


def _lines(reading: Reading) -> tuple[TextLine, ...]:
    """What was read, as documents have it."""
    return tuple(
        TextLine(
            tuple(Word(word.text, _box(word), _strokes(word)) for word in line.words),
            line.guide.baseline,
            line.guide.x_height,
        )
        for line in reading.lines
    )


def _box(word: ReadWord) -> Box:
    return functools.reduce(Box.union, (character.box for character in word.characters))


def _strokes(word: ReadWord) -> tuple[int, ...]:
    return tuple(sorted({substroke.stroke for character in word.characters for substroke in character.substrokes}))


def as_json(found: FileRead) -> dict:
    """A file that was read, as JSON has it.

    Boxes are left, top, right, bottom in the units of the file; strokes are numbered from 1 on each page, in the order
    of the file, and a part is a stroke with its first point, counted from 0, and the one after its last. Drawings are
    what is no writing.
    """
    pages = [
        {
            "name": page.name,
            "strokes": len(page.strokes),
            "paper": None if page.paper is None else _sides(page.paper),
            "points_per_unit": page.unit,
        }
        for page in found.document.pages
    ]
    lines = [_line(line, number) for number, page in enumerate(found.readings, start=1) for line in page.lines]
    drawings = [
        {"page": number, "strokes": [stroke + 1 for stroke in drawing.strokes], "box": _sides(drawing.box)}
        for number, page in enumerate(found.readings, start=1)
        for drawing in page.drawings
    ]
    return {"file": str(found.path), "text": found.text, "pages": pages, "lines": lines, "drawings": drawings}


def _line(line: ReadLine, page: int) -> dict:
    return {
        "text": line.text,
        "page": page,
        "baseline": round(line.guide.baseline, 3),
        "x_height": round(line.guide.x_height, 3),
        "alternatives": _ranked(line.alternatives),
        "words": [
            {
                "text": word.text,
                "box": _sides(_box(word)),
                "strokes": [stroke + 1 for stroke in _strokes(word)],
                "probability": _share(word.probability),
                "alternatives": _ranked(word.alternatives),
                "characters": [_character(character) for character in word.characters],
            }
            for word in line.words
        ],
    }


def _character(character: ReadCharacter) -> dict:
    return {
        "label": character.label,
        "probability": _share(character.probability),
        "box": _sides(character.box),
        "strokes": sorted({substroke.stroke + 1 for substroke in character.substrokes}),
        "parts": [[stroke + 1, start, stop] for stroke, start, stop in character.substrokes],
        "candidates": _ranked(character.candidates),
    }


def _sides(box: Box) -> list[float]:
    return [round(float(side), 3) for side in box]


def _ranked(pairs: Sequence[tuple[str, float]]) -> list[dict]:
    return [{"text": text, "probability": _share(probability)} for text, probability in pairs]


def _share(probability: float) -> float:
    return round(float(probability), 4)
