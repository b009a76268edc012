"""A document as an InkML file that other programs read: one context, a brush for each style, a trace group per page."""

import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence

import numpy as np

from handpad.formats.document import HIGHLIGHTER, Document, InkPage, StrokeStyle
from handpad.formats.inkml import PAGE, PAPER, PAPER_COLOR

NAMESPACE = "http://www.w3.org/2003/InkML"
_ID = "{http://www.w3.org/XML/1998/namespace}id"
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

TRANSCRIPTION = "transcription"
"""The type of the annotation that tells what a trace group says."""


def write(document: Document) -> bytes:
    """An InkML file of all pages; what was read stands in a group for each word, with views of its traces.

    Numbers are written so that they are read back to the last bit.
    """
    ET.register_namespace("", NAMESPACE)
    root = _element(None, "ink")
    definitions = _element(root, "definitions")
    brushes: dict[tuple[StrokeStyle, float | None], str] = {}
    for number, page in enumerate(document.pages, start=1):
        _context(definitions, page, f"page{number}")
        group = _element(root, "traceGroup", contextRef=f"#page{number}")
        _annotate(group, PAGE, page.name)
        if page.paper is not None:
            _annotate(group, PAPER, " ".join(map(_number, page.paper)))
        if page.paper_color != "#ffffff":
            _annotate(group, PAPER_COLOR, page.paper_color)
        columns = _columns(page.strokes)
        for place, (stroke, style) in enumerate(zip(page.strokes, page.styles, strict=True)):
            key = style, page.unit
            if key not in brushes:
                brushes[key] = f"brush{len(brushes) + 1}"
                _brush(definitions, style, page.unit, brushes[key])
            trace = _element(group, "trace", brushRef=f"#{brushes[key]}")
            trace.set(_ID, f"p{number}s{place + 1}")
            trace.text = _points(stroke[:, columns])
        _add_lines(root, page, number)
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def _columns(strokes: Sequence[np.ndarray]) -> list[int]:
    """The columns of which there is something on a page: x and y, and pressure and time if any is known."""
    return [0, 1, *(column for column in (2, 3) if any(np.isfinite(stroke[:, column]).any() for stroke in strokes))]


def _context(definitions: ET.Element, page: InkPage, name: str) -> None:
    context = _element(definitions, "context")
    context.set(_ID, name)
    source = _element(context, "inkSource")
    trace_format = _element(source, "traceFormat")
    length = {} if page.unit is None else {"units": "pt"}
    kinds = {0: ("X", length), 1: ("Y", length), 2: ("F", {"min": "0", "max": "1"}), 3: ("T", {"units": "s"})}
    for column in _columns(page.strokes):
        channel, more = kinds[column]
        _element(trace_format, "channel", name=channel, type="decimal", **more)
    if page.unit is not None:
        properties = _element(source, "channelProperties")
        for channel in "XY":
            _element(
                properties,
                "channelProperty",
                channel=channel,
                name="resolution",
                value=_number(1 / page.unit),
                units="1/pt",
            )


def _brush(definitions: ET.Element, style: StrokeStyle, unit: float | None, name: str) -> None:
    brush = _element(definitions, "brush")
    brush.set(_ID, name)
    properties = {"color": style.color, "transparency": _number(round(255 * (1 - style.opacity)))}
    if style.tool == HIGHLIGHTER:
        properties |= {"tip": "rectangle", "rasterOp": "maskPen"}
    for kind, value in properties.items():
        _element(brush, "brushProperty", name=kind, value=value)
    if style.width is not None:
        for kind in ("width", "height"):
            size = {"value": _number(style.width)}
            if unit is not None:
                size = {"value": _number(style.width * unit * 2.54 / 72), "units": "cm"}
            _element(brush, "brushProperty", name=kind, **size)


def _add_lines(root: ET.Element, page: InkPage, number: int) -> None:
    for line in page.lines:
        group = _element(root, "traceGroup")
        _annotate(group, TRANSCRIPTION, line.text)
        for word in line.words:
            inner = _element(group, "traceGroup")
            _annotate(inner, TRANSCRIPTION, word.text)
            for place in word.strokes:
                _element(inner, "traceView", traceDataRef=f"#p{number}s{place + 1}")


def _points(points: np.ndarray) -> str:
    return ", ".join(" ".join(map(_number, point)) for point in points.tolist())


def _number(value: float) -> str:
    """The shortest text that is read back as the same number; ? for one that is not known."""
    return "?" if value != value else repr(float(value)).removesuffix(".0")


def _element(parent: ET.Element | None, tag: str, **attributes: str) -> ET.Element:
    name = f"{{{NAMESPACE}}}{tag}"
    return ET.Element(name, attributes) if parent is None else ET.SubElement(parent, name, attributes)


def _annotate(parent: ET.Element, kind: str, text: str) -> None:
    _element(parent, "annotation", type=kind).text = _NOT_IN_XML.sub("\ufffd", text)
