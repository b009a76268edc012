"""The UNIPEN text format: keywords, components, segments. Only what characters, words and texts need."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from handpad.errors import DataError

_SEGMENT = re.compile(
    r'\.SEGMENT\s+(?:CHARACTER|WORD|TEXT)\s+([\d:,\-]+)(?:\s+[^\s"]+)?\s+"((?:\\.|[^"\\])*)"', re.IGNORECASE
)
_UNLABELLED = "\\@"
STYLES = ("printed", "mixed", "cursive")
MAX_NESTING = 8
MOST_COMPONENTS_IN_FILE = 500_000
"""With all that it includes, however often."""

MOST_COMPONENTS = 10_000
"""Of a text."""

_LONGEST_SEGMENT = 20_000
"""Characters of the line of a segment."""


@dataclass(frozen=True)
class Component:
    """A run of points between two pen keywords: with the pen down, or the pen-up path to the next one.

    points is float64 (k, 2), k >= 1, x and y as the file gives them (y UP); writer is the id in force, or ""; style is
    the kind of hand in force, "printed", "mixed", "cursive", or "" where the file does not say.
    """

    pen_down: bool
    points: np.ndarray
    writer: str
    style: str = ""


@dataclass(frozen=True)
class Segment:
    """A labelled character or text: ranges of (component, point) pairs, both ends included.

    A point of None means the component's first point at a start and its last at an end. label is None for
    ink that the labeller could not name.
    """

    ranges: tuple[tuple[tuple[int, int | None], tuple[int, int | None]], ...]
    label: str | None


@dataclass
class Document:
    """What one file says, its includes read in place: non-empty components, characters, words, texts, in order."""

    components: list[Component] = field(default_factory=list)
    segments: list[Segment] = field(default_factory=list)
    words: list[Segment] = field(default_factory=list)
    texts: list[Segment] = field(default_factory=list)


def parse_label(text: str) -> str | None:
    r"""Undo the escapes of a label: ``\"`` and ``\\``; ``\@`` alone is unlabelled ink: None."""
    return None if text == _UNLABELLED else re.sub(r"\\(.)", r"\1", text)


def parse_ranges(text: str) -> tuple[tuple[tuple[int, int | None], tuple[int, int | None]], ...]:
    """Read a delineation such as ``3``, ``3-5``, ``3:10-4:20`` or ``2,5-6``. Raises ValueError."""
    ranges = []
    for part in text.split(","):
        first, _, last = part.partition("-")
        start, end = _position(first), _position(last or first)
        if not last and start[1] is not None:
            raise ValueError(f"{text!r} is no range of components")
        ranges.append((start, end))
    return tuple(ranges)


def _position(text: str) -> tuple[int, int | None]:
    component, _, point = text.partition(":")
    return int(component), int(point) if point else None


def parse(name: str, fetch: Callable[[str], str]) -> Document:
    """Read a UNIPEN file and all that it includes.

    Parameters
    ----------
    name : of the file, as ``fetch`` understands it.
    fetch : gives the text of a file, or of an included path; raises DataError where there is none.

    Raises
    ------
    DataError : an include that is missing or goes in circles, a row that is no point, a coordinate that is no
        finite number, a segment that cannot be read. The sentence names the file and the line.
    """
    document = Document()
    _Reader(document, fetch).read(name, fetch(name), depth=0)
    return document


class _Reader:
    """The state that runs through a file and its includes: columns, writer, and the component being read."""

    def __init__(self, document: Document, fetch: Callable[[str], str]):
        self._document = document
        self._fetch = fetch
        self._columns = ["X", "Y"]
        self._writer = self._style = ""

    def read(self, name: str, text: str, depth: int) -> None:
        if depth > MAX_NESTING:
            raise DataError(f"{name} is included too deep: the files include each other in circles.")
        pen_down = False
        rows: list[str] | None = None
        start = 0
        for number, line in enumerate(text.splitlines(), start=1):
            if not line.startswith("."):  # only in the first column: indented keywords are prose in the .doc files
                if rows is not None and line.strip():
                    rows.append(line)
                continue
            self._close(name, start, pen_down, rows)
            rows = None
            words = line.split(maxsplit=1)
            keyword, rest = words[0].upper(), words[1].strip() if len(words) > 1 else ""
            if keyword in (".PEN_DOWN", ".PEN_UP"):
                pen_down, rows, start = keyword == ".PEN_DOWN", [rest] if rest else [], number
            elif keyword == ".INCLUDE":
                self.read(rest, self._fetch(rest), depth + 1)
            elif keyword == ".COORD":
                self._columns = rest.upper().split()
                if "X" not in self._columns or "Y" not in self._columns:
                    raise DataError(f"{name}, line {number}: .COORD names no X and Y.")
            elif keyword == ".WRITER_ID":
                self._writer = rest
            elif keyword == ".STYLE":
                self._style = rest.lower() if rest.lower() in STYLES else ""
            elif keyword == ".SEGMENT" and rest.upper().startswith("CHARACTER"):
                self._document.segments.append(_segment(name, number, line))
            elif keyword == ".SEGMENT" and rest.upper().startswith("WORD"):
                self._document.words.append(_segment(name, number, line))
            elif keyword == ".SEGMENT" and rest.upper().startswith("TEXT"):
                self._document.texts.append(_segment(name, number, line))
        self._close(name, start, pen_down, rows)

    def _close(self, name: str, start: int, pen_down: bool, rows: list[str] | None) -> None:
        if not rows:
            return
        width = len(self._columns)
        try:
            values = np.array(" ".join(rows).split(), dtype=np.float64).reshape(len(rows), width)
        except ValueError:
            raise DataError(f"{name}: the component from line {start} on has a row that is no point.") from None
        points = values[:, [self._columns.index("X"), self._columns.index("Y")]]
        if not np.isfinite(points).all():
            raise DataError(f"{name}: the component from line {start} on has a coordinate that is no finite number.")
        if len(self._document.components) == MOST_COMPONENTS_IN_FILE:
            raise DataError(f"{name}, line {start}: there are more than {MOST_COMPONENTS_IN_FILE:,} components.")
        self._document.components.append(Component(pen_down, points, self._writer, self._style))


def _segment(name: str, number: int, line: str) -> Segment:
    match = _SEGMENT.match(line) if len(line) <= _LONGEST_SEGMENT else None
    try:
        if not match:
            raise ValueError
        return Segment(parse_ranges(match[1]), parse_label(match[2]))
    except ValueError:
        raise DataError(f"{name}, line {number}: this segment cannot be read: {line[:60]}") from None


def strokes_of(segment: Segment, components: list[Component], most: int = MOST_COMPONENTS) -> list[np.ndarray] | None:
    """The pen-down strokes of a segment, float64 (k, 2) each, y as in the file.

    None where the segment points outside the ink, or to more components than that; an empty list where all of it is
    pen-up.
    """
    strokes = []
    for (first, first_point), (last, last_point) in segment.ranges:
        most -= last - first + 1
        if not first <= last < len(components) or most < 0:
            return None
        for index in range(first, last + 1):
            component = components[index]
            begin = first_point if index == first and first_point is not None else 0
            end = last_point + 1 if index == last and last_point is not None else len(component.points)
            if not 0 <= begin < len(component.points) or not begin < end <= len(component.points):
                return None
            if component.pen_down:
                strokes.append(component.points[begin:end])
    return strokes
