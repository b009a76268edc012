"""Ink of an InkML file of any program (W3C InkML, sections 3.1 and 3.2.1): its traces, in the order of the file."""

import re
from typing import Protocol
from xml.parsers import expat

import numpy as np

from handpad.errors import InkError
from handpad.ink import as_strokes

MOST_BYTES = 50_000_000
"""Of a file; a page of handwriting has about one million."""

MOST_STROKES = 10_000
MOST_POINTS = 500_000
"""Of a file: some eight full pages of handwriting."""

MOST_ELEMENTS = 500_000
MOST_CHANNELS = 64

_CHANNELS = ("X", "Y", "F", "T")
_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_VALUE = re.compile(rf"(?:([!'\"])\s*)?(#[0-9A-Fa-f]+|{_NUMBER}|[*?TF])|(\S)")
_PLAIN = re.compile(r"[-+0-9.eE?,\s]*")
_LONGEST_PLAIN = 32
"""Characters for each value up to which a trace is parted at its blanks; beyond, it is read value by value."""


def traces(data: bytes) -> list[np.ndarray]:
    """The pen-down traces as strokes: float64 (n, 4), y down.

    Channels may come in any order and with others between them; values may be differences (prefixes ' and "). A
    channel whose orientation is negative is turned round. Pressure (F) is kept where it is 0 to 1, time (T) as it is.

    Raises
    ------
    InkError : no XML, no InkML, a document type, more than the limits above, no traces, or a trace that cannot be
        read, named by its place in the file.
    """
    return as_strokes(_strokes(data))


def check(data: bytes) -> None:
    """Raise InkError where :func:`traces` does, but for a file without ink: the rest may then be read in any way."""
    _strokes(data)


def _strokes(data: bytes) -> list[np.ndarray]:
    if len(data) > MOST_BYTES:
        raise InkError(f"It has more than {MOST_BYTES // 1_000_000} MB: split it into smaller files.")
    ink_format = _Format()
    _parse(data, ink_format)
    found = _Traces(ink_format.channels or [("X", 1.0), ("Y", 1.0)])
    _parse(data, found)
    return found.strokes


class _Listener(Protocol):
    """What is told of the tags of a file, named without their namespace, and of the text between them."""

    def begin(self, name: str, attributes: dict[str, str]) -> None: ...

    def end(self, name: str) -> None: ...

    def text(self, text: str) -> None: ...


def _parse(data: bytes, listener: _Listener) -> None:
    """Go through an XML file, keeping nothing of it. Raises InkError if it is no XML, or has a document type."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    parser.StartElementHandler = lambda name, attributes: listener.begin(name.rpartition("}")[2], attributes)
    parser.EndElementHandler = lambda name: listener.end(name.rpartition("}")[2])
    parser.CharacterDataHandler = listener.text
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(data, True)
    except InkError:
        raise
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise InkError(f"It is no InkML: {error}.") from error


def _refuse_doctype(*_: object) -> None:
    """The entities that a document type may declare grow without bound."""
    raise InkError("It has a document type (DOCTYPE), which no ink needs: it is not read.")


class _Format:
    """Looks for the channels of a file's first trace format: ``channels`` are their names and signs.

    Checks on the way that the file is InkML and has no more than MOST_ELEMENTS.
    """

    def __init__(self) -> None:
        self.channels: list[tuple[str, float]] = []
        self._elements = self._depth = 0
        self._inside = 0
        self._done = False

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._elements += 1
        self._depth += 1
        if self._depth == 1 and name != "ink":
            raise InkError("It is XML, but no InkML.")
        if self._elements > MOST_ELEMENTS:
            raise InkError(f"It has more than {MOST_ELEMENTS:,} elements: split it into smaller files.")
        if name == "traceFormat" and not self._done and not self._inside:
            self._inside = self._depth
        elif name == "channel" and self._inside:
            sign = -1.0 if attributes.get("orientation") == "-ve" else 1.0
            self.channels.append((attributes.get("name", ""), sign))
            if len(self.channels) > MOST_CHANNELS:
                raise InkError(f"Its trace format has more than {MOST_CHANNELS} channels.")

    def end(self, name: str) -> None:
        if self._inside == self._depth:
            self._inside, self._done = 0, True
            if not {"X", "Y"} <= {name for name, _ in self.channels}:
                raise InkError("Its trace format has no X and Y.")
        self._depth -= 1

    def text(self, text: str) -> None:
        pass


class _Traces:
    """Reads the traces of a file with these channels: ``strokes``, float64 (n, 4) each."""

    def __init__(self, channels: list[tuple[str, float]]) -> None:
        self.strokes: list[np.ndarray] = []
        self._channels = channels
        self._text: list[str] = []
        self._depth = self._inside = 0
        self._traces = self._points = 0

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if name == "trace" and attributes.get("type") != "penUp" and not self._inside:
            self._inside = self._depth

    def text(self, text: str) -> None:
        if self._inside == self._depth:
            self._text.append(text)

    def end(self, name: str) -> None:
        if self._inside == self._depth:
            self._inside = 0
            text = "".join(self._text)
            self._text.clear()
            self._add(text)
        self._depth -= 1

    def _add(self, text: str) -> None:
        count = text.count(",") + 1
        self._traces += 1
        self._points += count
        if self._traces > MOST_STROKES or self._points > MOST_POINTS:
            raise InkError(
                f"It holds more than {MOST_STROKES:,} strokes or {MOST_POINTS:,} points: split it into smaller files."
            )
        try:
            rows = _rows(text, count, len(self._channels))
        except (ValueError, OverflowError) as error:
            raise InkError(f"Its trace {self._traces} cannot be read: {error}.") from error
        if len(rows):
            self.strokes.append(_stroke(rows, self._channels, self._traces))


def _stroke(rows: np.ndarray, channels: list[tuple[str, float]], number: int) -> np.ndarray:
    stroke = np.full((len(rows), 4), np.nan)
    for column, (name, sign) in enumerate(channels):
        if name in _CHANNELS and column < rows.shape[1]:
            stroke[:, _CHANNELS.index(name)] = sign * rows[:, column]
    if not np.isfinite(stroke[:, :2]).all():
        raise InkError(f"Its trace {number} has a point without x or y.")
    if not (np.nanmin(stroke[:, 2], initial=0) >= 0 and np.nanmax(stroke[:, 2], initial=1) <= 1):
        stroke[:, 2] = np.nan
    return stroke


def _rows(text: str, count: int, most: int) -> np.ndarray:
    """The values of a trace of that many points: float64 (n, k), k <= most; unknown ones and booleans NaN.

    Takes time and memory in proportion to the text. Raises ValueError, or OverflowError for a number without bounds.
    """
    if len(text) <= _LONGEST_PLAIN * count * most and _PLAIN.fullmatch(text):
        points = [point.split() for point in text.replace("?", " nan ").split(",")]
        if len(points[0]) <= most and {len(point) for point in points} == {len(points[0])}:
            try:
                return np.array(points, dtype=np.float64)
            except ValueError:  # numbers without blanks between them
                pass
    return _rows_one_by_one(text, most)


def _rows_one_by_one(text: str, most: int) -> np.ndarray:
    rows: list[list[float]] = []
    modes, steps = ["!"] * most, [0.0] * most
    for point in text.split(","):
        row: list[float] = []
        for match in _VALUE.finditer(point):
            prefix, value, junk = match.groups()
            if junk:
                raise ValueError(f"{junk!r} is no number")
            place = len(row)
            if place >= most:
                raise ValueError(f"point {len(rows) + 1} has more than {most} values")
            modes[place] = prefix or modes[place]
            before = rows[-1][place] if rows and place < len(rows[-1]) else 0.0
            if value in "?TF":
                row.append(np.nan)
                continue
            if value == "*":
                row.append(before)
                continue
            number = _number(value)
            if modes[place] == "!":
                steps[place], now = number - before, number
            else:
                steps[place] = number if modes[place] == "'" else steps[place] + number
                now = before + steps[place]
            row.append(now)
        if row:
            rows.append(row)
    if not rows:
        return np.empty((0, 0))
    if len({len(row) for row in rows}) > 1:  # channels behind the regular ones may be left out now and then
        width = min(len(row) for row in rows)
        rows = [row[:width] for row in rows]
    return np.array(rows)


def _number(value: str) -> float:
    if value[0] != "#":
        return float(value)
    if len(value) > 17:
        raise ValueError(f"{value[:17]}... is no number that ink can have")
    return float(int(value[1:], 16))
