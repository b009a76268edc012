"""Files of ink as other programs write them, made by the tests."""

import gzip
import io
import json
import zipfile

import numpy as np
from handwriting import write_line

from handpad.formats.document import Document, InkPage, StrokeStyle
from handpad.ink import as_strokes


def page(text="Hot oil", unit=0.75, styles=None, **more) -> InkPage:
    """A page of written text, each stroke with pressures of its own."""
    strokes = as_strokes([stroke for letter in write_line(text) for stroke in letter])
    for number, stroke in enumerate(strokes):
        stroke[:, 2] = np.linspace(0.2, 0.9, len(stroke)) if number % 2 else 0.5
    return InkPage(tuple(strokes), tuple(styles or [StrokeStyle(width=2.0)] * len(strokes)), unit=unit, **more)


def document(*texts) -> Document:
    """A document with a page for each text."""
    return Document(tuple(page(text) for text in texts or ("Hot oil",)))


def xournal(body: str, head: str = 'creator="Xournal++ 1.2.8" fileversion="4"') -> bytes:
    """The XML of a Xournal++ file with what is on its first page."""
    return (
        f'<?xml version="1.0" standalone="no"?>\n<xournal {head}>\n<title>x</title>\n<preview>iVBORw0K</preview>\n'
        f'<page width="595.0" height="842.0">\n<background type="solid" color="#ffffffff" style="lined"/>\n'
        f"<layer>\n{body}\n</layer>\n</page>\n</xournal>"
    ).encode()


def zipped(name: str, content: bytes) -> bytes:
    """A zip of one file."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/xournal++")
        archive.writestr(name, content)
    return file.getvalue()


def element(x: float, y: float, pressure: float = 0.5) -> dict:
    """A point as Rnote has it."""
    return {"pos": [x, y], "pressure": pressure}


def brushstroke(path, layer=None, t=1) -> tuple[dict, dict]:
    """A stroke of Rnote with a path: what it and its time are in the file."""
    color = {"r": 1.0, "g": 0.0, "b": 0.0, "a": 1.0}
    style = {"smooth": {"stroke_width": 2.0, "stroke_color": color, "fill_color": None, "pressure_curve": "linear"}}
    value = {"brushstroke": {"path": path, "style": style}}
    return {"value": value, "version": 1}, {
        "value": {"t": t, "layer": layer or {"user_layer": 0}},
        "version": 1,
    }


def rnote(strokes, version="0.9.4", layout="fixed_size", data=None) -> bytes:
    """A file of Rnote with these strokes on sheets of 100 by 200 pixels."""
    grey = {"r": 1.0, "g": 1.0, "b": 1.0, "a": 1.0}
    sheet = {
        "format": {"width": 100.0, "height": 200.0, "dpi": 96.0},
        "background": {"color": grey, "pattern": "dots"},
        "layout": layout,
    }
    snapshot = {
        "document": sheet,
        "stroke_components": [{"value": None, "version": 0}, *(stroke for stroke, _ in strokes)],
        "chrono_components": [{"value": None, "version": 0}, *(chrono for _, chrono in strokes)],
        "chrono_counter": len(strokes),
    }
    content = {"version": version, "data": {"engine_snapshot": snapshot} if data is None else data(snapshot)}
    return gzip.compress(json.dumps(content).encode())
