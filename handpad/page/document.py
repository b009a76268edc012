"""A page of ink as InkML: how it is written, and what is checked before it is read."""

import hashlib
import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from handpad.errors import HandpadError
from handpad.ink import as_strokes
from handpad.page.page import Character, Page, Ruling, Typed
from handpad.page.pen import MARKER, PLAIN, WIDEST, Pen
from handpad.reading.fragments import Substroke, ink_of
from handpad.sample_ids import old_sample_id

NAMESPACE = "http://www.w3.org/2003/InkML"
_ID = "{http://www.w3.org/XML/1998/namespace}id"


class DocumentError(HandpadError):
    """A page that cannot be read or written."""


class NewerPageError(DocumentError):
    """A page of a later version of Handpad: whole, but not to be read by this one."""


SPACE = 0.85
"""In a page of format 1, which tells no spaces, a gap wider than this many x-heights is one."""

FORMAT = 5
"""Version of the page file. Version 1 had whole strokes in its characters, and no spaces; until version 2 samples had
numbers, and no page said of which profile; until version 3 there were no typed text and no drawings; until version 4
all strokes were of one pen."""

MOST_BYTES = 64_000_000
MOST_ELEMENTS = 1_000_000
MOST_STROKES = 100_000
MOST_POINTS = 5_000_000
FARTHEST = 1e6
"""No point lies farther than this from the corner of the paper, in page units."""

LAST_ROW = 10_000
"""No stroke stands on a line of paper below this one."""

LONGEST_LABEL = 1000
"""Characters that one piece of ink says at most: the writer may give any text to any ink."""

LONGEST_ID = 64
MOST_ALTERNATIVES = 8

MOST_TYPED = 200_000
"""A page holds no more characters of typed text than this."""

RULING_BOUNDS = {
    "pitch": (10.0, 10_000.0),
    "first_baseline": (-10_000.0, 10_000.0),
    "x_height": (2.0, 10_000.0),
    "margin": (-10_000.0, 10_000.0),
    "box_width": (5.0, 10_000.0),
}
"""What each measure of the ruled paper may be, in page units."""

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file may hold, so that a page with them could not be read again."""

_COLOR = re.compile("#[0-9a-f]{6}")

_CHECKSUM = re.compile(rb"<!-- sha256 ([0-9a-f]{64}) -->")


def to_inkml(page: Page) -> bytes:
    """A page as an InkML file: a trace per stroke (X, Y, F 0..1, T seconds; ? if unknown), a group per character."""
    ET.register_namespace("", NAMESPACE)
    root = _element(None, "ink")
    _annotate(root, "application", "Handpad")
    _annotate(root, "format", str(FORMAT))
    if page.profile:
        _annotate(root, "profile", page.profile)
    _annotate(root, "strokes", str(len(page.strokes)))
    _annotate(root, "boxes", str(int(page.boxes)))
    _annotate(root, "boxRows", " ".join(map(str, sorted(page.box_rows))))
    for kind in _OF_STROKES:
        _annotate(root, kind, " ".join(map(str, sorted(getattr(page, kind)))))
    ruling = page.ruling
    values = (ruling.pitch, ruling.first_baseline, ruling.x_height, ruling.margin, ruling.box_width)
    _annotate(root, "ruling", " ".join(f"{value:g}" for value in values))
    for typed in page.typed:
        _annotate(root, "typed", f"{typed.row} {typed.x:.10g} {typed.text}")
    brushes = {pen: f"b{number}" for number, pen in enumerate(dict.fromkeys(page.pens.values()), start=1)}
    if brushes:
        definitions = _element(root, "definitions")
        for pen, name in brushes.items():
            _brush(definitions, pen, name)
    trace_format = _element(root, "traceFormat")
    for name in "XYFT":
        _element(trace_format, "channel", name=name, type="decimal")
    for number, stroke in page.strokes.items():
        trace = _element(root, "trace")
        if number in page.pens:
            trace.set("brushRef", f"#{brushes[page.pens[number]]}")
        trace.set(_ID, f"s{number}")
        form = ", ".join(["%.10g %.10g %.10g %.10g"] * len(stroke))
        trace.text = (form % tuple(stroke.ravel().tolist())).replace("nan", "?")
    for character in page.characters:
        group = _element(root, "traceGroup")
        _annotate(group, "truth" if character.corrected else "recognised", character.label[:LONGEST_LABEL])
        for kind, field in _FLAGS.items():
            if getattr(character, field):
                _annotate(group, kind, "1")
        if character.sample_id:
            _annotate(group, "sample", character.sample_id)
        if character.alternatives:
            _annotate(group, "alternatives", " ".join(character.alternatives))
        for substroke in character.substrokes:
            view = _element(group, "traceView", traceDataRef=f"#s{substroke.stroke}")
            if substroke.stop - substroke.start < len(page.strokes[substroke.stroke]):
                view.set(
                    "from", str(substroke.start + 1)
                )  # InkML counts points from 1, and both ends belong to the view
                view.set("to", str(substroke.stop))
    content = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return content + b"\n<!-- sha256 %s -->\n" % hashlib.sha256(content).hexdigest().encode()


def _brush(definitions: ET.Element, pen: Pen, name: str) -> None:
    brush = _element(definitions, "brush")
    brush.set(_ID, name)
    _element(brush, "brushProperty", name="color", value=pen.color)
    _element(brush, "brushProperty", name="width", value=f"{pen.width * (MARKER if pen.highlighter else 1):g}")
    if pen.highlighter:
        _element(brush, "brushProperty", name="transparency", value="128")
        _element(brush, "brushProperty", name="rasterOp", value="maskPen")


# What a flag is called in the file, and in Character.
_FLAGS = {
    "grouped": "grouped",
    "space": "space",
    "spaced": "spaced",
    "settled": "committed",
    "doubtful": "doubtful",
}

_OF_STROKES = ("drawings", "writing")
"""What a page holds of some of its strokes, as numbers."""


def from_inkml(data: bytes) -> Page:
    """The page of an InkML file written by :func:`to_inkml`.

    Raises DocumentError if it is anything else, was changed since, or holds more than a page may hold; NewerPageError
    if a later version of Handpad wrote it.
    """
    page = parsed(data)
    if not unchanged(data):
        raise DocumentError("It was damaged, or changed by another program: its checksum is not that of its content.")
    return page


def parsed(data: bytes) -> Page:
    """The page of an InkML file as :func:`from_inkml` reads it, whatever its checksum says."""
    if len(data) > MOST_BYTES:
        raise DocumentError(f"It is larger than {MOST_BYTES // 1_000_000} MB, which no page is.")
    try:
        return _page(_tree(data))
    except DocumentError:
        raise
    except Exception as error:  # whatever is in the file, its reader learns in a sentence that it is no page
        raise DocumentError(f"It is no InkML page of Handpad ({error}).") from error


def unchanged(data: bytes) -> bool:
    """Whether a page file is as it was written.

    Behind the root element stands a comment with the SHA-256 of all before it. A file with nothing there, as other
    programs and earlier versions write it, counts as unchanged.
    """
    content, end, tail = data.rpartition(b"</ink>")
    if not tail.strip() or (not end and b"<!-- sha256" not in data[-100:]):
        return True
    found = _CHECKSUM.fullmatch(tail.strip())
    return found is not None and hashlib.sha256(content + end).hexdigest().encode() == found[1]


class _Builder(ET.TreeBuilder):
    """Builds the tree of a page; refuses what only a hostile file holds before it costs memory."""

    _elements = 0

    def start(self, tag: str, attributes: dict[str, str], /) -> ET.Element:
        self._elements += 1
        if self._elements > MOST_ELEMENTS:
            raise DocumentError(f"It holds more than {MOST_ELEMENTS:,} elements, which no page does.")
        return super().start(tag, attributes)

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        raise DocumentError("It declares a document type, which no page does.")


def _tree(data: bytes) -> ET.Element:
    parser = ET.XMLParser(target=_Builder())
    parser.feed(data)
    return parser.close()


def _page(root: ET.Element) -> Page:
    notes = notes_of(root)
    version = int(notes["format"])
    if version > FORMAT:
        raise NewerPageError("It comes from a newer Handpad; update Handpad to open it.")
    strokes: dict[int, np.ndarray] = {}
    brushes = {brush.get(_ID, ""): pen_of(brush) for brush in root.iter(f"{{{NAMESPACE}}}brush")}
    pens: dict[int, Pen] = {}
    points = 0
    for trace in root.iter(f"{{{NAMESPACE}}}trace"):
        number = int(trace.get(_ID, "")[1:])
        if not 0 < number < 2**31 or number in strokes:
            raise DocumentError("Two of its strokes have one number, or one has none.")
        strokes[number] = stroke_of(trace.text or "")
        pen = brushes.get(trace.get("brushRef", "")[1:])
        if pen is not None and pen != PLAIN:
            pens[number] = pen
        points += len(strokes[number])
        if len(strokes) > MOST_STROKES or points > MOST_POINTS:
            raise DocumentError(f"It holds more than {MOST_STROKES:,} strokes or {MOST_POINTS:,} points.")
    characters = [character_of(group, strokes) for group in root.iter(f"{{{NAMESPACE}}}traceGroup")]
    drawings, writing = (frozenset(int(number) for number in notes.get(kind, "").split()) for kind in _OF_STROKES)
    if not drawings | writing <= strokes.keys():
        raise DocumentError("A drawing refers to a stroke that is not there.")
    _check_ink({number: stroke for number, stroke in strokes.items() if number not in drawings}, characters)
    box_rows = frozenset(int(row) for row in notes["boxRows"].split())
    ruling, profile = ruling_of(notes["ruling"]), notes.get("profile", "")
    typed = tuple(typed_of(note.text or "") for note in root if note.get("type") == "typed")
    if sum(len(one.text) for one in typed) > MOST_TYPED:
        raise DocumentError(f"It holds more than {MOST_TYPED:,} characters of typed text.")
    page = Page(
        MappingProxyType(strokes),
        boxes=notes["boxes"] == "1",
        ruling=ruling,
        profile=profile,
        typed=typed,
        drawings=drawings,
        writing=writing,
        pens=MappingProxyType(pens),
    )
    if not page.marks <= drawings:
        raise DocumentError("A stroke of a highlighter is no drawing.")
    lines: dict[int, list[Character]] = {}
    for character in characters:
        lines.setdefault(page.row(character), []).append(character)
    check_rows({*lines, *map(page.stroke_row, drawings)})
    if version < 2:
        lines = {row: _with_spaces(page, line) for row, line in lines.items()}
    return replace(
        page,
        lines=MappingProxyType({row: tuple(line) for row, line in lines.items()}),
        box_rows=box_rows & lines.keys(),
    )


def notes_of(element: ET.Element) -> dict[str, str]:
    """The annotations of an element: type to text."""
    return {note.get("type", ""): note.text or "" for note in element.findall(f"{{{NAMESPACE}}}annotation")}


def stroke_of(text: str) -> np.ndarray:
    """The points of a trace, (n, 4). Raises DocumentError or ValueError if they are none of a page's."""
    points = [[np.nan if value == "?" else float(value) for value in point.split()] for point in text.split(",")]
    if any(len(point) != 4 for point in points):
        raise DocumentError("A point has other than four values.")
    stroke = as_strokes([points])[0]
    if np.abs(stroke[:, :2]).max() > FARTHEST:
        raise DocumentError(f"A point lies farther out than {FARTHEST:,.0f}, where no paper is.")
    return fitted(stroke)


def fitted(stroke: np.ndarray) -> np.ndarray:
    """A stroke (n, 4) as a page holds it: points on the paper, pressure 0 to 1, times finite, both NaN if unknown.

    What a pen gives is brought to this form before it is on a page, so that every page that was written can be read.
    """
    stroke = np.column_stack([np.nan_to_num(stroke[:, :2]).clip(-FARTHEST, FARTHEST), stroke[:, 2:]])
    stroke[:, 2] = stroke[:, 2].clip(0, 1)
    stroke[np.isinf(stroke[:, 3]), 3] = np.nan
    return stroke


def pen_of(brush: ET.Element) -> Pen:
    """The pen of a brush. Raises DocumentError or ValueError if it is none of a page's."""
    found = {one.get("name"): one.get("value", "") for one in brush.findall(f"{{{NAMESPACE}}}brushProperty")}
    highlighter = found.get("rasterOp") == "maskPen"
    color, width = found.get("color", PLAIN.color), float(found.get("width", PLAIN.width))
    width = width / MARKER if highlighter else width
    if not _COLOR.fullmatch(color) or not 0 < width <= WIDEST:
        raise DocumentError("It has a pen that no page has.")
    return Pen(color, round(width, 6), highlighter)


def ruling_of(text: str) -> Ruling:
    """The ruled paper of a page. Raises DocumentError for paper that nobody could write on."""
    ruling = Ruling(*(float(value) for value in text.split()))
    for name, (least, most) in RULING_BOUNDS.items():
        if not least <= getattr(ruling, name) <= most:
            raise DocumentError(
                f"The {name} of its ruled lines is {getattr(ruling, name):g}, not {least:g} to {most:g}."
            )
    return ruling


def typed_of(text: str) -> Typed:
    """Typed text: its line, where it begins, its words. Raises DocumentError or ValueError if no page has such."""
    row, x, *words = text.split()
    if not words or not 0 <= int(row) <= LAST_ROW or not abs(float(x)) <= FARTHEST:
        raise DocumentError("Its typed text stands nowhere on the paper.")
    return Typed(int(row), float(x), " ".join(words))


def check_rows(rows: Iterable[int]) -> None:
    """Raise DocumentError if ink stands on a line of paper too far down."""
    if max(rows, default=0) > LAST_ROW:
        raise DocumentError(f"It has ink on line {max(rows) + 1:,}; a page has {LAST_ROW:,} at most.")


def character_of(group: ET.Element, strokes: Mapping[int, np.ndarray]) -> Character:
    """The character of a trace group. Raises DocumentError, ValueError or TypeError if it is none of these strokes."""
    notes = notes_of(group)
    substrokes = []
    for view in group.findall(f"{{{NAMESPACE}}}traceView"):
        number = int(view.get("traceDataRef", "")[2:])
        if number not in strokes:
            raise DocumentError("A character refers to a stroke that is not there.")
        start, stop = int(view.get("from", 1)) - 1, int(view.get("to", len(strokes[number])))
        if not 0 <= start < stop <= len(strokes[number]):
            raise DocumentError("A character refers to points that are not there.")
        substrokes.append(Substroke(number, start, stop))
    label, sample_id = notes.get("truth", notes.get("recognised", "")), notes.get("sample", "")
    if not substrokes or len(label) > LONGEST_LABEL or len(sample_id) > LONGEST_ID:
        raise DocumentError("A character has no ink, or a label that is too long.")
    if sample_id.isdecimal() and len(sample_id) < 20:  # until version 2
        sample_id = old_sample_id(int(sample_id), label, ink_of(substrokes, strokes))
    return Character(
        tuple(substrokes),
        label,
        "truth" in notes,
        sample_id,
        **{field: kind in notes for kind, field in _FLAGS.items()},
        alternatives=tuple(notes.get("alternatives", "").split()[:MOST_ALTERNATIVES]),
    )


def _check_ink(strokes: Mapping[int, np.ndarray], characters: Sequence[Character]) -> None:
    """Raise DocumentError unless every point is in a character, and none but those of cuts in two.

    strokes : those that are no drawings.
    """
    ends = dict.fromkeys(strokes, 0)
    for substroke in sorted(substroke for character in characters for substroke in character.substrokes):
        if substroke.stroke not in ends:
            raise DocumentError("A stroke is in a character and in a drawing.")
        if substroke.start != max(ends[substroke.stroke] - 1, 0) or ends[substroke.stroke] == len(
            strokes[substroke.stroke]
        ):
            raise DocumentError("Its strokes and characters do not fit together.")
        ends[substroke.stroke] = substroke.stop
    if any(ends[number] != len(stroke) for number, stroke in strokes.items()):
        raise DocumentError("Its strokes and characters do not fit together.")


def _with_spaces(page: Page, line: Sequence[Character]) -> list[Character]:
    gaps = [page.box(right).left - page.box(left).right for left, right in itertools.pairwise(line)]
    wide = [False, *(gap > SPACE * page.ruling.x_height for gap in gaps)]
    return [replace(character, space=space) for character, space in zip(line, wide, strict=True)]


def _element(parent: ET.Element | None, tag: str, **attributes: str) -> ET.Element:
    name = f"{{{NAMESPACE}}}{tag}"
    return ET.Element(name, attributes) if parent is None else ET.SubElement(parent, name, attributes)


def _annotate(parent: ET.Element, kind: str, text: str) -> None:
    _element(parent, "annotation", type=kind).text = _NOT_IN_XML.sub("\ufffd", text)
