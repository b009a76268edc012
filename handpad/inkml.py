"""Ink of an InkML file of any program (W3C InkML, sections 3.1 and 3.2.1): its traces, in the order of the file."""

import re
import xml.etree.ElementTree as ET

import numpy as np

from handpad.errors import InkError
from handpad.ink import as_strokes

_CHANNELS = ("X", "Y", "F", "T")
_VALUE = re.compile(r"([!'\"]?)\s*(#[0-9A-Fa-f]+|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[*?TF])|(\S)")
_ROOT = re.compile(r"(?:\{[^}]*\})?ink")


def traces(data: bytes) -> list[np.ndarray]:
    """The pen-down traces as strokes: float64 (n, 4), y down.

    Channels may come in any order and with others between them; values may be differences (prefixes ' and "). A
    channel whose orientation is negative is turned round. Pressure (F) is kept where it is 0 to 1, time (T) as it is.

    Raises
    ------
    InkError : no XML, no InkML, no traces, or a trace that cannot be read, named by its place in the file.
    """
    try:
        root = ET.fromstring(data)
    except (ET.ParseError, ValueError, LookupError) as error:
        raise InkError(f"It is no InkML: {error}.") from error
    if not _ROOT.fullmatch(root.tag):
        raise InkError("It is XML, but no InkML.")
    names, signs = _format(root)
    if not {"X", "Y"} <= set(names):
        raise InkError("Its trace format has no X and Y.")
    strokes = []
    found = [trace for trace in root.iter() if _name(trace) == "trace" and trace.get("type") != "penUp"]
    for number, trace in enumerate(found, start=1):
        try:
            rows = _rows(trace.text or "", len(names))
        except ValueError as error:
            raise InkError(f"Its trace {number} cannot be read: {error}.") from error
        if not len(rows):
            continue
        stroke = np.full((len(rows), 4), np.nan)
        for column, (name, sign) in enumerate(zip(names, signs, strict=True)):
            if name in _CHANNELS and column < rows.shape[1]:
                stroke[:, _CHANNELS.index(name)] = sign * rows[:, column]
        if not np.isfinite(stroke[:, :2]).all():
            raise InkError(f"Its trace {number} has a point without x or y.")
        if not (np.nanmin(stroke[:, 2], initial=0) >= 0 and np.nanmax(stroke[:, 2], initial=1) <= 1):
            stroke[:, 2] = np.nan
        strokes.append(stroke)
    return as_strokes(strokes)


def _name(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _format(root: ET.Element) -> tuple[list[str], list[float]]:
    """Names and signs of the channels of the file's first trace format; X and Y where there is none."""
    for trace_format in root.iter():
        if _name(trace_format) == "traceFormat":
            channels = [channel for channel in trace_format.iter() if _name(channel) == "channel"]
            names = [channel.get("name", "") for channel in channels]
            return names, [-1.0 if channel.get("orientation") == "-ve" else 1.0 for channel in channels]
    return ["X", "Y"], [1.0, 1.0]


def _rows(text: str, most: int) -> np.ndarray:
    """The values of a trace: float64 (n, k), k <= most; unknown ones and booleans NaN. Raises ValueError."""
    rows: list[list[float]] = []
    modes, steps = ["!"] * most, [0.0] * most
    for point in text.split(","):
        row: list[float] = []
        for prefix, value, junk in _VALUE.findall(point):
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
            number = float(int(value[1:], 16)) if value[0] == "#" else float(value)
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
