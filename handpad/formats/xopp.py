"""Xournal++ files (.xopp, file versions 1 to 5) and those of its forerunner Xournal (.xoj): gzip or zip around XML.

Coordinates are points (1/72 inch), y down. A stroke's ``width`` is one number, or the nominal width and then the width
of each stretch between two points, which is the nominal width times the pressure there.
"""

import gzip
import xml.etree.ElementTree as ET
from collections import Counter

import numpy as np

from handpad.errors import InkError
from handpad.formats.document import (
    ERASER,
    HIGHLIGHTER,
    LONGEST_STROKE,
    MOST_PAGES,
    PEN,
    Document,
    InkPage,
    Limits,
    StrokeStyle,
    finite_number,
    hex_color,
)
from handpad.formats.placing import placed
from handpad.formats.xml_tags import each_tag
from handpad.ink import Box, as_strokes

KIND = "Xournal++ file"

NEWEST = 5
"""The last file version that is known."""

MOST_ELEMENTS = 1_000_000

THINNEST = 1e-4
"""Xournal++ takes no width of 0 or less, in points."""

NAMED_COLORS = {
    "black": "#000000",
    "blue": "#3333cc",
    "red": "#ff0000",
    "green": "#008000",
    "gray": "#808080",
    "lightblue": "#00c0ff",
    "lightgreen": "#00ff00",
    "magenta": "#ff00ff",
    "orange": "#ff8000",
    "yellow": "#ffff00",
    "white": "#ffffff",
}
"""Xournal's names for colours."""

NAMED_PAPER = NAMED_COLORS | {
    "blue": "#a0e8ff",
    "pink": "#ffc0d4",
    "green": "#80ffc0",
    "orange": "#ffc080",
    "yellow": "#ffff80",
}
"""... and for those of paper."""

_LONGEST_POINT = 80
"""Characters that x and y of a point have at most."""

_LEFT_OUT = {"text": "typed texts", "image": "pictures", "teximage": "formulas"}


def read(data: bytes) -> Document:
    """The pages of the XML in a file of Xournal++ or Xournal.

    Pressure is a stretch's width as a part of the nominal width, or of the widest stretch if that is wider; a width
    that is none counts as that of the stretch before it, as in Xournal++ itself.

    Raises InkError if it is no such file, comes from a newer version, holds more than a file may, or has a stroke that
    cannot be read, named by its place in the file.
    """
    found = _Pages()
    each_tag(data, found, KIND)
    return Document(tuple(found.pages), dict(found.left_out))


class _Pages:
    """Reads the pages, of all layers in their order."""

    def __init__(self) -> None:
        self.pages: list[InkPage] = []
        self.left_out: Counter[str] = Counter()
        self._limits = Limits()
        self._elements = self._depth = 0
        self._size = (0.0, 0.0)
        self._name, self._paper_color = "", "#ffffff"
        self._strokes: list[np.ndarray] = []
        self._styles: list[StrokeStyle] = []
        self._stroke: dict[str, str] | None = None
        self._text: list[str] = []

    def begin(self, name: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise InkError(f"It has more than {MOST_ELEMENTS:,} elements: split it into smaller files.")
        if self._depth == 1:
            _check_root(name, attributes)
        elif name == "page":
            self._size = (
                finite_number(attributes.get("width", "")) or 0.0,
                finite_number(attributes.get("height", "")) or 0.0,
            )
            self._name, self._paper_color, self._strokes, self._styles = "", "#ffffff", [], []
        elif name == "background":
            self._name = attributes.get("name", "")[:200]
            color = attributes.get("color", "")
            self._paper_color = (hex_color(color) or (NAMED_PAPER.get(color, "#ffffff"), 1.0))[0]
            if attributes.get("type") in ("pdf", "pixmap"):
                self.left_out["backgrounds"] += 1
        elif name == "stroke":
            self._stroke = attributes
        elif name in _LEFT_OUT:
            self.left_out[_LEFT_OUT[name]] += 1

    def text(self, text: str) -> None:
        if self._stroke is not None:
            self._text.append(text)

    def end(self, name: str) -> None:
        if name == "stroke" and self._stroke is not None:
            self._add("".join(self._text), self._stroke)
            self._text.clear()
            self._stroke = None
        elif name == "page":
            self._add_page()
        self._depth -= 1

    def _add(self, text: str, attributes: dict[str, str]) -> None:
        width_text = attributes.get("width", "")
        if max(len(text), len(width_text)) > _LONGEST_POINT * LONGEST_STROKE:
            self._limits.count(LONGEST_STROKE + 1)
        numbers, widths = _numbers(text), _numbers(width_text)
        count = len(numbers) // 2
        if count == 0:
            return
        self._limits.count(count)
        if not np.isfinite(numbers).all():
            raise InkError(f"Its stroke {self._limits.strokes} has a point whose x or y is no number.")
        nominal = float(widths[0]) if len(widths) and widths[0] > 0 else None
        stroke = np.full((count, 4), np.nan)
        stroke[:, :2] = numbers[: 2 * count].reshape(count, 2)
        if len(widths) > 1:
            nominal, stroke[:, 2] = _pressures(nominal, widths[1:], count)
        tool = attributes.get("tool", PEN)
        color, opacity = _color(attributes.get("color", ""), tool)
        self._strokes.append(stroke)
        self._styles.append(StrokeStyle(color, opacity, nominal, tool if tool in (HIGHLIGHTER, ERASER) else PEN))

    def _add_page(self) -> None:
        if len(self.pages) >= MOST_PAGES:
            raise InkError(f"It has more than {MOST_PAGES:,} pages: split it into smaller files.")
        width, height = self._size
        paper = Box(0.0, 0.0, width, height) if 0 < width < 1e6 and 0 < height < 1e6 else None
        strokes = tuple(as_strokes(self._strokes)) if self._strokes else ()
        self.pages.append(InkPage(strokes, tuple(self._styles), paper, 1.0, self._name, paper_color=self._paper_color))


def _check_root(name: str, attributes: dict[str, str]) -> None:
    if name != "xournal":
        raise InkError(f"It is XML, but no {KIND}.")
    version = finite_number(attributes.get("fileversion", "1"))
    if version is not None and version > NEWEST:
        raise InkError(
            f"It comes from a newer Xournal++ (file version {version:g}); {NEWEST} is the last that is known."
        )


def _numbers(text: str) -> np.ndarray:
    """The numbers of a text, float64 (n,); NaN for what is none."""
    words = text.split()
    try:
        return np.array(words, dtype=np.float64)
    except ValueError:
        numbers = map(finite_number, words)
        return np.array([np.nan if number is None else number for number in numbers])


def _pressures(nominal: float | None, widths: np.ndarray, count: int) -> tuple[float | None, np.ndarray]:
    """The width at full pressure, and the pressures of so many points, from the widths of the stretches between them.

    float64 (count,); NaN if no width is one.
    """
    sound = np.flatnonzero((widths > 0) & np.isfinite(widths))
    if len(sound) == 0:
        return nominal, np.full(count, np.nan)
    before = np.searchsorted(sound, np.arange(count), side="right") - 1
    filled = widths[sound[before.clip(0)]]
    widest = max(nominal or 0.0, float(filled.max()))
    return widest, filled / widest


def _color(text: str, tool: str) -> tuple[str, float]:
    found = hex_color(text)
    if found is None:
        found = NAMED_COLORS.get(text, "#000000"), 0.5 if tool == HIGHLIGHTER else 1.0
    return found


def write(document: Document) -> bytes:
    """A file of version 4 that Xournal++ 1.0 and later open: all pages on blank paper, of each its ink.

    Of pressure, that of a stroke's last point is lost: it would be the width of a stretch that is not there.
    """
    root = ET.Element("xournal", creator="Handpad", fileversion="4")
    ET.SubElement(root, "title").text = "Xournal++ document"
    for page in document.pages:
        place = placed(page)
        sheet = ET.SubElement(root, "page", width=_text(place.width), height=_text(place.height))
        ET.SubElement(sheet, "background", type="solid", color=f"{page.paper_color}ff", style="plain")
        layer = ET.SubElement(sheet, "layer")
        for stroke, style in zip(page.strokes, page.styles, strict=True):
            alpha = round(255 * style.opacity)
            element = ET.SubElement(
                layer, "stroke", tool=style.tool, color=f"{style.color}{alpha:02x}", capStyle="round"
            )
            element.set("width", " ".join(map(_text, _widths(stroke, place.width_of(style)))))
            points = place.points(stroke)
            if len(points) == 1:  # Xournal++ drops a stroke of one point
                points = np.repeat(points, 2, axis=0)
            element.text = " ".join(map(_text, points.ravel().tolist()))
    return gzip.compress(ET.tostring(root, encoding="utf-8", xml_declaration=True), compresslevel=6, mtime=0)


def _widths(stroke: np.ndarray, nominal: float) -> list[float]:
    """The nominal width, and where pressure is known that of each stretch."""
    pressures = stroke[:, 2]
    known = np.flatnonzero(np.isfinite(pressures))
    if len(known) == 0:
        return [nominal]
    filled = np.interp(np.arange(len(pressures)), known, pressures[known])
    return [nominal, *(max(THINNEST, nominal * one) for one in (filled[:-1] if len(filled) > 1 else filled).tolist())]


def _text(value: float) -> str:
    return repr(float(value)).removesuffix(".0")
