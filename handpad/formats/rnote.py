"""Rnote files (.rnote) of the versions 0.5 to 0.14: gzip around JSON. Coordinates are pixels of 1/96 inch, y down.

Strokes and pictures lie in ``stroke_components``, when each was made and on which layer in ``chrono_components`` at the
same place, sheets of ``format`` below each other. Until 0.5.8 a path was a list of segments that each had a start.
"""

import gzip
import json
import struct
from collections import Counter
from typing import Any

import numpy as np

from handpad.errors import InkError
from handpad.formats.document import HIGHLIGHTER, MOST_PAGES, PEN, Document, InkPage, Limits, StrokeStyle
from handpad.formats.placing import placed
from handpad.ink import Box, as_strokes

UNIT = 0.75
"""An ink unit in points."""

NEWEST = (0, 14)
"""The last version whose files are known."""

VERSION = "0.9.4"
"""What is written: every Rnote from 0.9 on opens it."""

MAGIC = b"RNOTE"
"""How the files of later versions begin, which are no gzip."""

MOST_MARKS = {b",": 16_000_000, b"[": 6_000_000, b"{": 16_000_000}
"""Of the JSON; five million points have about as many."""

MOST_OBJECTS = 2_000_000
"""Of the JSON, beside those of points."""

STACKED = ("fixed_size", "continuous_vertical", "endless_vertical")
"""Layouts whose sheets lie below each other; on the others writing goes on in all directions, and is one page."""

CURVE_STEPS = 8
"""Points that a curve of a path becomes."""

_POINT = struct.Struct("<3d")

_NO_STROKE = '{"value":null,"version":0}'
"""The first place of a slotmap, in which nothing ever lies."""

_LEFT_OUT = {
    "textstroke": "typed texts",
    "bitmapimage": "pictures",
    "vectorimage": "pictures",
    "shapestroke": "shapes",
}


def read(data: bytes) -> Document:
    """The pages of the JSON in a file of Rnote, its strokes in the order in which they were written.

    Raises InkError if it is no such file, comes from a newer version, is damaged, or holds more than a file may.
    """
    if any(data.count(mark) > most for mark, most in MOST_MARKS.items()):
        raise InkError("It holds more than any page of ink: split it into smaller files.")
    try:
        content = json.loads(data, object_hook=_Hook())
        version = content["version"]
        if not isinstance(version, str):
            raise TypeError("its version")
    except InkError:
        raise
    except (ValueError, KeyError, TypeError, ArithmeticError, RecursionError, struct.error) as error:
        raise InkError("It is no Rnote file, or a damaged one.") from error
    _check_version(version)
    try:
        return _document(content["data"])
    except InkError:
        raise
    except Exception as error:  # whatever is where a stroke should be, the user learns that the file is damaged
        raise InkError(f"It is a damaged Rnote file, or one of an unknown form ({type(error).__name__}).") from error


def _check_version(version: str) -> None:
    try:
        major, minor = (int(part) for part in version.split(".")[:2])
    except ValueError:
        raise InkError("It is no Rnote file, or a damaged one.") from None
    if (major, minor) > NEWEST:
        raise InkError(f"It comes from Rnote {major}.{minor}, which is newer than this Handpad knows.")
    if (major, minor) < (0, 5):
        raise InkError(f"It comes from Rnote {major}.{minor}; save it with a newer Rnote first.")


def _document(data: dict[str, Any]) -> Document:
    snapshot = data.get("engine_snapshot") or data["store_snapshot"]
    sheet: dict[str, Any] = snapshot.get("document") or data.get("document") or data["sheet"]
    left_out: Counter[str] = Counter()
    limits = Limits()
    found: list[tuple[int, np.ndarray, StrokeStyle]] = []
    for component, chrono in zip(snapshot["stroke_components"], snapshot["chrono_components"], strict=True):
        value = component["value"]
        if value is None:
            continue
        kind, stroke = _only(value)
        if kind == "brushstroke":
            points = _path(stroke["path"])
            limits.count(len(points))
            found.append((int(chrono["value"]["t"]), points, _style(stroke["style"], chrono["value"]["layer"])))
        else:
            left_out[_LEFT_OUT[kind]] += 1
    found.sort(key=lambda one: one[0])
    strokes = as_strokes([points for _, points, _ in found]) if found else []
    return Document(tuple(_pages(strokes, [style for *_, style in found], sheet)), dict(left_out))


class _Hook:
    """Makes of each point that is read the bytes of its x, y and pressure, which take a tenth of the memory."""

    def __init__(self) -> None:
        self._objects = 0

    def __call__(self, found: dict[str, Any]) -> Any:
        if len(found) == 2 and "pos" in found and "pressure" in found:
            x, y = found["pos"]
            return _POINT.pack(x, y, found["pressure"])
        if len(found) == 1:
            line = found.get("lineto")
            if line is not None:
                return line["end"]
            if isinstance(found.get("end"), bytes):  # goes on into the line around it
                return found
        self._objects += 1
        if self._objects > MOST_OBJECTS:
            raise InkError("It holds more than any page of ink: split it into smaller files.")
        return found


def _path(path: Any) -> np.ndarray:
    """The points of a path: float64 (n, 3) of x, y and pressure."""
    if isinstance(path, list):  # until 0.5.8
        points = _old_path(path)
    else:
        points = [path["start"]]
        for segment in path["segments"]:
            points += [segment] if isinstance(segment, bytes) else _along(points[-1], *_only(segment))
    stroke = np.frombuffer(b"".join(points), dtype="<f8").reshape(-1, 3).copy()
    stroke[:, 2] = stroke[:, 2].clip(0, 1)
    return stroke


def _old_path(path: list[Any]) -> list[bytes]:
    points: list[bytes] = []
    for segment in path:
        kind, to = _only(segment)
        if kind == "dot":
            points.append(to["element"])
            continue
        if not points:
            points.append(to["start"])
        points += [to["end"]] if kind == "line" else _along(points[-1], f"{kind}to", to)
    return points


def _only(found: dict[str, Any]) -> tuple[str, Any]:
    """The key and the value of an object that has one."""
    ((key, value),) = found.items()
    return key, value


def _along(start: bytes, kind: str, to: dict[str, Any]) -> list[bytes]:
    """The points of a curve after its start. Control points have no pressure: it changes evenly."""
    controls = {"quadbezto": ("cp",), "cubbezto": ("cp1", "cp2")}[kind]
    (*first, pressure), (*last, end) = _POINT.unpack(start), _POINT.unpack(to["end"])
    corners = np.array([first, *(to[control] for control in controls), last], dtype=np.float64)
    share = np.linspace(0, 1, CURVE_STEPS + 1)[1:, None, None]
    corners = np.repeat(corners[None], CURVE_STEPS, axis=0)
    while corners.shape[1] > 1:  # de Casteljau's construction
        corners = corners[:, :-1] * (1 - share) + corners[:, 1:] * share
    pressures = pressure + (end - pressure) * share.ravel()
    return [_POINT.pack(x, y, p) for (x, y), p in zip(corners[:, 0].tolist(), pressures.tolist(), strict=True)]


def _style(style: dict[str, Any], layer: Any) -> StrokeStyle:
    _, options = _only(style)
    color = options["stroke_color"] or {"r": 0, "g": 0, "b": 0, "a": 1}
    marks = isinstance(layer, str) and layer.lower() == "highlighter"
    return StrokeStyle(
        _hex(color),
        min(max(float(color["a"]), 0.0), 1.0),
        float(options["stroke_width"]),
        HIGHLIGHTER if marks else PEN,
    )


def _hex(color: dict[str, float]) -> str:
    return "#" + "".join(f"{round(255 * min(max(float(color[part]), 0.0), 1.0)):02x}" for part in "rgb")


def _parts(color: str) -> dict[str, float]:
    return {part: int(color[at : at + 2], 16) / 255 for part, at in zip("rgb", (1, 3, 5), strict=True)}


def _pages(strokes: list[np.ndarray], styles: list[StrokeStyle], sheet: dict[str, Any]) -> list[InkPage]:
    """The strokes on their sheets, each with its own corner as origin, up to the last one with ink."""
    config = sheet.get("config", sheet)
    color = _hex(config["background"]["color"])
    width, height = (float(config["format"][side]) for side in ("width", "height"))
    if config.get("layout") not in STACKED or not (width > 1 and height > 1):
        return [InkPage(tuple(strokes), tuple(styles), None, UNIT, paper_color=color)]
    rows = [max(0, int((stroke[:, 1].min() + stroke[:, 1].max()) / 2 // height)) for stroke in strokes]
    count = max(rows, default=0) + 1
    if count > MOST_PAGES:
        raise InkError(f"It has more than {MOST_PAGES:,} pages: split it into smaller files.")
    members: list[list[int]] = [[] for _ in range(count)]
    for place, row in enumerate(rows):
        members[row].append(place)
        strokes[place][:, 1] -= row * height
    paper = Box(0.0, 0.0, width, height)
    return [
        InkPage(tuple(strokes[one] for one in page), tuple(styles[one] for one in page), paper, UNIT, paper_color=color)
        for page in members
    ]


def write(document: Document) -> bytes:
    """A file that Rnote 0.9 and later open: the pages as sheets below each other, of each its ink."""
    places = [placed(page) for page in document.pages]
    width, height = (max(getattr(place, side) for place in places) / UNIT for side in ("width", "height"))
    strokes, chronos = [_NO_STROKE], [_NO_STROKE]
    for row, (page, place) in enumerate(zip(document.pages, places, strict=True)):
        for stroke, style in zip(page.strokes, page.styles, strict=True):
            points = place.points(stroke) / UNIT + (0, row * height)
            value = _brushstroke(points, stroke[:, 2], style, place.width_of(style) / UNIT)
            layer: Any = "highlighter" if style.tool == HIGHLIGHTER else {"user_layer": 0}
            strokes.append(_json({"value": value, "version": 1}))  # as text, which takes a tenth of the memory
            chronos.append(_json({"value": {"t": len(chronos), "layer": layer}, "version": 1}))
    grey, paper = {"r": 0.8, "g": 0.8, "b": 0.8, "a": 1.0}, _parts(document.pages[0].paper_color) | {"a": 1.0}
    sheet = {
        "x": 0.0,
        "y": 0.0,
        "width": width,
        "height": height * len(places),
        "format": {
            "width": width,
            "height": height,
            "dpi": 96.0,
            "orientation": "portrait" if width <= height else "landscape",
            "border_color": grey,
            "show_borders": True,
            "show_origin_indicator": True,
        },
        "background": {"color": paper, "pattern": "none", "pattern_size": [32.0, 32.0], "pattern_color": grey},
        "layout": "fixed_size",
        "snap_positions": False,
    }
    parts = {
        "document": _json(sheet),
        "camera": _json({"offset": [0.0, 0.0], "size": [800.0, 600.0], "zoom": 1.0}),
        "stroke_components": f"[{','.join(strokes)}]",
        "chrono_components": f"[{','.join(chronos)}]",
        "chrono_counter": str(len(chronos)),
    }
    snapshot = ",".join(f'"{name}":{part}' for name, part in parts.items())
    content = f'{{"version":"{VERSION}","data":{{"engine_snapshot":{{{snapshot}}}}}}}'
    return gzip.compress(content.encode(), compresslevel=6, mtime=0)


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"))


def _brushstroke(points: np.ndarray, pressures: np.ndarray, style: StrokeStyle, width: float) -> dict[str, Any]:
    """A stroke as Rnote has it; where no pressure is known, one that does not change."""
    known = np.isfinite(pressures)
    filled = np.where(known, pressures, np.mean(pressures[known]) if known.any() else 0.5).tolist()
    elements = [{"pos": point, "pressure": pressure} for point, pressure in zip(points.tolist(), filled, strict=True)]
    return {
        "brushstroke": {
            "path": {
                "start": elements[0],
                "segments": [{"lineto": {"end": element}} for element in elements[1:]],
            },
            "style": {
                "smooth": {
                    "stroke_width": width,
                    "stroke_color": _parts(style.color) | {"a": style.opacity},
                    "fill_color": None,
                    "pressure_curve": "linear" if known.any() else "const",
                }
            },
        }
    }
