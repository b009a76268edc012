"""``handpad read``: the text of a file of ink or of a picture of printed letters, without the app."""

import argparse
import json
import sys
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import numpy as np

from handpad.errors import HandpadError, InkError
from handpad.ink import Box
from handpad.inkml import check, traces
from handpad.page.document import DocumentError, from_inkml
from handpad.page.line_job import whole_line
from handpad.page.page import Page
from handpad.reading.images import ImageError, ink_of_image
from handpad.reading.reader import Progress
from handpad.reading.result import ReadCharacter, Reading, ReadLine, reading_of, renumbered
from handpad.recognizer import Recognizer

PICTURES = (b"\x89PNG", b"\xff\xd8\xff")
"""How PNG and JPEG files begin."""

MOST_BYTES = 100_000_000
MOST_SECONDS = 600
"""That the reading of a file may take; what takes longer is no page of writing."""


def parser() -> argparse.ArgumentParser:
    """The command line of ``handpad read``."""
    parser = argparse.ArgumentParser(prog="handpad read", description="Print what a file of ink or a picture says.")
    parser.add_argument("file", type=Path, help="InkML of any program, or a PNG or JPEG picture of separate letters")
    parser.add_argument(
        "--json", action="store_true", help="lines, words, characters and drawings, boxes, probabilities"
    )
    parser.add_argument("--profile", type=Path, metavar="FILE", help="read as this profile has learned to")
    parser.add_argument("--model", type=Path, metavar="FOLDER", help="another base model than the bundled one")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run the command. Returns 0 if there was text to read and it was printed, 1 or 130 after a sentence on stderr."""
    options = parser().parse_args(arguments)
    try:
        reading = read_file(options.file, options.profile, options.model, _told(time.monotonic()))
        print(json.dumps(as_json(reading), ensure_ascii=False, indent=1) if options.json else reading.text)
        if reading.drawings and not options.json:
            count = len(reading.drawings)
            print(f"{count} drawing{'s were' if count > 1 else ' was'} left out.", file=sys.stderr)
    except HandpadError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped before the end: nothing was printed.", file=sys.stderr)
        return 130
    return 0


def _told(begun: float) -> Progress:
    """Tells on a terminal how far the reading is, once it has taken longer than a second."""

    def tell(done: int, total: int) -> None:
        if sys.stderr.isatty() and time.monotonic() - begun > 1:
            print(f"\r{done:,} of {total:,} strokes", end="\n" if done == total else "", file=sys.stderr, flush=True)

    return tell


def _in_time(path: Path, progress: Progress | None) -> Progress:
    """The same progress, but it ends a reading of more than MOST_SECONDS."""
    end = time.monotonic() + MOST_SECONDS

    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress(done, total)
        if done < total and time.monotonic() > end:
            raise HandpadError(
                f"{path} is not read within {MOST_SECONDS // 60} minutes ({done:,} of {total:,} strokes are): "
                "split it into smaller files."
            )

    return tell


def read_file(
    path: Path, profile: Path | None = None, model: Path | None = None, progress: Progress | None = None
) -> Reading:
    """Read a file of ink or a picture.

    A page of Handpad is read with its ruled lines, and what its writer has corrected or left stays. Raises
    HandpadError, also where there is more to read than :func:`ink_of_file` takes, or it takes more than MOST_SECONDS.
    """
    strokes, page, traced = ink_of_file(path)
    if profile is not None and not profile.is_file():
        raise HandpadError(f"There is no profile at {profile}.")
    pad = Recognizer(profile, model=model)
    progress = _in_time(path, progress)
    try:
        return pad.read(strokes, progress=progress, traced=traced) if page is None else _read_page(pad, page, progress)
    finally:
        pad.close()


def ink_of_file(path: Path) -> tuple[list[np.ndarray], Page | None, bool]:
    """The strokes of a file of ink or a picture, at least one; the page, if it is one; whether it is traced.

    Raises HandpadError, also where the file goes beyond the limits of :mod:`handpad.inkml` or
    :mod:`handpad.reading.images`.
    """
    data = _bytes(path)
    try:
        strokes = None
        page = None
        if data.startswith(PICTURES):
            strokes = ink_of_image(data)
        elif data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"<" or data[:2] in (b"\xff\xfe", b"\xfe\xff"):
            page = _own_page(data)
            strokes = traces(data) if page is None else list(page.strokes.values())
        else:
            raise InkError("It is no InkML, no PNG and no JPEG.")
        if not strokes:
            raise InkError("There is no ink in it.")
    except (InkError, ImageError, DocumentError) as error:
        raise HandpadError(f"{path} cannot be read. {error}") from error
    return strokes, page, data.startswith(PICTURES)


def as_json(reading: Reading) -> dict:
    """A reading as JSON has it: boxes are left, top, right, bottom in the units of the file.

    What is no writing are drawings: the places of their strokes among those of the file, the first being 0.
    """
    drawings = [{"strokes": list(drawing.strokes), "box": _box(drawing.box)} for drawing in reading.drawings]
    return {"text": reading.text, "lines": [_line(line) for line in reading.lines], "drawings": drawings}


def _line(line: ReadLine) -> dict:
    return {
        "text": line.text,
        "baseline": round(line.guide.baseline, 3),
        "x_height": round(line.guide.x_height, 3),
        "alternatives": _ranked(line.alternatives),
        "words": [
            {
                "text": word.text,
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
        "box": _box(character.box),
        "candidates": _ranked(character.candidates),
    }


def _box(box: Box) -> list[float]:
    return [round(float(side), 3) for side in box]


def _ranked(pairs: Sequence[tuple[str, float]]) -> list[dict]:
    return [{"text": text, "probability": _share(probability)} for text, probability in pairs]


def _share(probability: float) -> float:
    return round(float(probability), 4)


def _bytes(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise HandpadError(f"{path} is larger than {MOST_BYTES // 1_000_000} MB, too large to be read.")
        return path.read_bytes()
    except FileNotFoundError:
        raise HandpadError(f"There is no file {path}.") from None
    except OSError as error:
        raise HandpadError(f"{path} cannot be read: {error.strerror}.") from error


def _own_page(data: bytes) -> Page | None:
    """The page, if Handpad wrote the file.

    Raises DocumentError if it is from a newer Handpad, or damaged, and InkError if it is too much to be read.
    """
    if b">Handpad</" not in data[:2000]:
        return None
    check(data)
    return from_inkml(data)


def _read_page(pad: Recognizer, page: Page, progress: Progress) -> Reading:
    lines, done = [], 0
    place = {number: index for index, number in enumerate(page.strokes)}
    for row in sorted(page.lines):
        job = whole_line(page, row)
        with pad.interruptible(partial(progress, done, len(page.strokes))):
            line = pad.read_line(job.strokes, job.guide, job.known, job.writing)
        lines.append(renumbered(line, [place[number] for number in job.numbers]))
        done += len(job.strokes)
        progress(done, len(page.strokes))
    return reading_of(lines, list(page.strokes.values()), [place[number] for number in page.drawings])
