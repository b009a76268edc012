"""Ink of an InkML file of any program (W3C InkML, sections 3.1 and 3.2): its traces, in the order of the file."""

import re

import numpy as np

from handpad.errors import InkError
from handpad.formats.document import (
    MOST_BYTES,
    MOST_PAGES,
    Document,
    InkPage,
    Limits,
    StrokeStyle,
    finite_number,
    hex_color,
)
from handpad.formats.inkml_format import Channel, Definitions, TraceFormat, id_of, plain
from handpad.formats.xml_tags import each_tag
from handpad.ink import Box, as_strokes

_COLUMNS = ("X", "Y", "F", "T")
_NUMBER = r"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]+)?"
_VALUE = re.compile(rf"(?:([!'\"])\s*)?(#[0-9A-Fa-f]+|{_NUMBER}|[*?TF])|(\S)")
_PLAIN = re.compile(r"[-+0-9.eE?,\s]*")
_LONGEST_PLAIN = 32
"""Characters for each value up to which a trace is parted at its blanks; beyond, it is read value by value."""

PAGE = "page"
PAPER = "paper"
PAPER_COLOR = "paperColor"
"""Types of the annotations that a trace group has which Handpad wrote as a page: its name; left, top, right and bottom
of the sheet in ink units; its colour."""


def read(data: bytes) -> Document:
    """The pen-down traces as strokes, y down.

    Channels may come in any order and with others between them, in each context its own; values may be differences
    (prefixes ' and "). A channel whose orientation is negative is turned round. Traces of another unit than the page's
    first are brought to its unit. Pressure (F) is divided by the most that its channel tells, and left out if that is
    not 0 to 1; time (T) becomes seconds where its unit is told. A trace that goes on with another is joined to it.

    Raises
    ------
    InkError : no XML, no InkML, a document type, more than the limits of :mod:`handpad.formats.document`, no traces,
        or a trace that cannot be read, named by its place in the file.
    """
    if len(data) > MOST_BYTES:
        raise InkError(f"It has more than {MOST_BYTES // 1_000_000} MB: split it into smaller files.")
    definitions = Definitions()
    each_tag(data, definitions, "InkML")
    found = _Traces(definitions)
    each_tag(data, found, "InkML")
    return Document(tuple(page.finished() for page in found.pages if page.strokes or page.is_page))


class _PageOfTraces:
    """The traces of a page, as they are read. is_page : the file says that it is one."""

    def __init__(self) -> None:
        self.is_page = False
        self.unit: float | None = None
        self.strokes: list[np.ndarray] = []
        self.styles: list[StrokeStyle] = []
        self.notes: dict[str, str] = {}

    def finished(self) -> InkPage:
        strokes = tuple(as_strokes(self.strokes)) if self.strokes else ()
        name, color = self.notes.get(PAGE, ""), hex_color(self.notes.get(PAPER_COLOR, "")) or ("#ffffff", 1.0)
        return InkPage(strokes, tuple(self.styles), _paper(self.notes), self.unit, name, paper_color=color[0])


def _paper(notes: dict[str, str]) -> Box | None:
    sides = [finite_number(side) for side in notes.get(PAPER, "").split()]
    if len(sides) != 4:
        return None
    left, top, right, bottom = (side for side in sides if side is not None)
    return Box(left, top, right, bottom) if left < right and top < bottom else None


class _Traces:
    """Reads the traces of a file with these definitions, page by page."""

    def __init__(self, definitions: Definitions) -> None:
        self.pages = [_PageOfTraces()]
        self._definitions = definitions
        self._limits = Limits()
        self._text: list[str] = []
        self._depth = self._inside = self._note_depth = self._in_definitions = 0
        self._note = ""
        self._numbers = {"context": 0, "brush": 0}
        self._context = self._brush = ""
        self._groups: list[tuple[str, str]] = []
        self._trace: dict[str, str] = {}
        self._places: dict[str, tuple[list[np.ndarray], int]] = {}

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._inside:
            return
        if name == "definitions":
            self._in_definitions += 1
        elif name in self._numbers:
            self._numbers[name] += 1
            if not self._in_definitions and name == "context":
                self._context = id_of(attributes) or str(self._numbers[name])
            elif not self._in_definitions:
                self._brush = id_of(attributes) or str(self._numbers[name])
        elif name == "traceGroup":
            self._groups.append((attributes.get("contextRef", ""), attributes.get("brushRef", "")))
        elif name == "annotation" and len(self._groups) == 1:
            self._note, self._note_depth = attributes.get("type", ""), self._depth
            if self._note == PAGE:
                self._begin_page()
        elif name == "trace" and attributes.get("type") != "penUp":
            self._inside, self._trace = self._depth, attributes

    def text(self, text: str) -> None:
        if self._inside == self._depth or self._note_depth == self._depth:
            self._text.append(text)

    def end(self, name: str) -> None:
        if self._inside == self._depth:
            self._inside = 0
            self._add(self._taken())
        elif self._note_depth == self._depth:
            self._note_depth = 0
            self.pages[-1].notes[self._note] = self._taken()[:200]
        elif name == "definitions" and not self._inside:
            self._in_definitions -= 1
        elif name == "traceGroup" and not self._inside and self._groups:
            self._groups.pop()
            if not self._groups and self.pages[-1].is_page:
                self.pages.append(_PageOfTraces())
        self._depth -= 1

    def _taken(self) -> str:
        text = "".join(self._text)
        self._text.clear()
        return text

    def _begin_page(self) -> None:
        if self.pages[-1].strokes:
            self.pages.append(_PageOfTraces())
        self.pages[-1].is_page = True
        if len(self.pages) > MOST_PAGES:
            raise InkError(f"It has more than {MOST_PAGES:,} pages: split it into smaller files.")

    def _named(self, place: int, attribute: str) -> str:
        """What a trace names by an attribute, itself or in the group around it; "" if nothing."""
        chosen = (self._trace.get(attribute, ""), *(group[place] for group in reversed(self._groups)))
        return plain(next(filter(None, chosen), ""))

    def _add(self, text: str) -> None:
        count = text.count(",") + 1
        self._limits.count(count)
        context = self._named(0, "contextRef") or self._context
        trace_format = self._definitions.format_of(context)
        number = self._limits.strokes
        try:
            rows = _rows(text, count, len(trace_format.channels))
        except (ValueError, OverflowError) as error:
            raise InkError(f"Its trace {number} cannot be read: {error}.") from error
        if not len(rows):
            return
        page = self.pages[-1]
        stroke = _stroke(rows, trace_format, number)
        unit = trace_format.unit
        if not page.strokes:
            page.unit = unit
        elif unit and page.unit and unit != page.unit:
            stroke[:, :2] *= unit / page.unit
        before = self._places.get(plain(self._trace.get("priorRef", "")))
        if before is not None and self._trace.get("continuation") in ("middle", "end"):
            strokes, place = before
            strokes[place] = np.concatenate([strokes[place], stroke])
            self._limits.count(len(strokes[place]))
        else:
            page.strokes.append(stroke)
            page.styles.append(self._style(context))
            before = page.strokes, len(page.strokes) - 1
        if identifier := id_of(self._trace):
            self._places[identifier] = before

    def _style(self, context: str) -> StrokeStyle:
        name, unit = self._named(1, "brushRef"), self.pages[-1].unit
        brush = (
            self._definitions.brushes.get(name)
            or self._definitions.brush_of(context)
            or self._definitions.brushes.get(self._brush)
        )
        return StrokeStyle() if brush is None else brush.style(unit)


def _stroke(rows: np.ndarray, trace_format: TraceFormat, number: int) -> np.ndarray:
    stroke = np.full((len(rows), 4), np.nan)
    units: dict[str, float | None] = {}
    for column, channel in enumerate(trace_format.channels):
        if channel.name in _COLUMNS and column < rows.shape[1]:
            stroke[:, _COLUMNS.index(channel.name)] = channel.sign * rows[:, column]
            units[channel.name] = channel.unit
            if channel.name == "F":
                stroke[:, 2] = _share(stroke[:, 2], channel)
    if not np.isfinite(stroke[:, :2]).all():
        raise InkError(f"Its trace {number} has a point without x or y.")
    x_unit, y_unit = units.get("X"), units.get("Y")
    if x_unit and y_unit and x_unit != y_unit:
        stroke[:, 1] *= y_unit / x_unit
    stroke[:, 3] *= units.get("T") or 1.0
    if not (np.nanmin(stroke[:, 2], initial=0) >= 0 and np.nanmax(stroke[:, 2], initial=1) <= 1):
        stroke[:, 2] = np.nan
    return stroke


def _share(force: np.ndarray, channel: Channel) -> np.ndarray:
    """Force as a part of the most that there can be; as it is where that is not told."""
    if channel.most is None or channel.most <= channel.least:
        return force
    return ((force - channel.least) / (channel.most - channel.least)).clip(0, 1)


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
