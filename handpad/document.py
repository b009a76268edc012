"""A page of ink on disk: its InkML form, and a file that always holds a whole page."""

import itertools
import xml.etree.ElementTree as ET
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from handpad.errors import HandpadError
from handpad.files import backup_path, replace_file
from handpad.ink import as_strokes
from handpad.page import Character, Page, Ruling
from handpad.profile import old_sample_id
from handpad.reading.pieces import Part, ink_of

NAMESPACE = "http://www.w3.org/2003/InkML"
_ID = "{http://www.w3.org/XML/1998/namespace}id"


class DocumentError(HandpadError):
    """A page that cannot be read or written."""


SPACE = 0.85
"""In a page of format 1, which tells no spaces, a gap wider than this many x-heights is one."""

FORMAT = 3
"""Version of the page file. Version 1 had whole strokes in its characters, and no spaces; until version 2 samples had
numbers, and no page said of which profile."""


def to_inkml(page: Page) -> bytes:
    """A page as an InkML file: a trace per stroke (X, Y, F 0..1, T seconds; ? if unknown), a group per character."""
    ET.register_namespace("", NAMESPACE)
    root = _element(None, "ink")
    _annotate(root, "application", "Handpad")
    _annotate(root, "format", str(FORMAT))
    if page.profile:
        _annotate(root, "profile", page.profile)
    _annotate(root, "boxes", str(int(page.boxes)))
    _annotate(root, "boxRows", " ".join(map(str, sorted(page.box_rows))))
    ruling = page.ruling
    values = (ruling.pitch, ruling.first_baseline, ruling.x_height, ruling.margin, ruling.box_width)
    _annotate(root, "ruling", " ".join(f"{value:g}" for value in values))
    trace_format = _element(root, "traceFormat")
    for name in "XYFT":
        _element(trace_format, "channel", name=name, type="decimal")
    for number, stroke in page.strokes.items():
        trace = _element(root, "trace")
        trace.set(_ID, f"s{number}")
        form = ", ".join(["%.10g %.10g %.10g %.10g"] * len(stroke))
        trace.text = (form % tuple(stroke.ravel().tolist())).replace("nan", "?")
    for character in page.characters:
        group = _element(root, "traceGroup")
        _annotate(group, "truth" if character.fixed else "recognised", character.label)
        for kind in _FLAGS:
            if getattr(character, kind):
                _annotate(group, kind, "1")
        if character.sample_id:
            _annotate(group, "sample", character.sample_id)
        for part in character.parts:
            view = _element(group, "traceView", traceDataRef=f"#s{part.stroke}")
            if part.stop - part.start < len(page.strokes[part.stroke]):
                view.set("from", str(part.start + 1))  # InkML counts points from 1, and both ends belong to the view
                view.set("to", str(part.stop))
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


_FLAGS = ("grouped", "space", "spaced", "settled")


def from_inkml(data: bytes) -> Page:
    """The page of an InkML file written by :func:`to_inkml`. Raises DocumentError if it is anything else."""
    try:
        return _parse(ET.fromstring(data))
    except (ET.ParseError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise DocumentError(f"It is no InkML page of Handpad ({error}).") from error


def _parse(root: ET.Element) -> Page:
    notes = {note.get("type"): note.text or "" for note in root.findall(f"{{{NAMESPACE}}}annotation")}
    version = int(notes["format"])
    if version > FORMAT:
        raise DocumentError("It comes from a newer Handpad; update Handpad to open it.")
    strokes = {}
    for trace in root.iter(f"{{{NAMESPACE}}}trace"):
        points = [[np.nan if v == "?" else float(v) for v in point.split()] for point in trace.text.split(",")]
        strokes[int(trace.get(_ID)[1:])] = as_strokes([points])[0]
    characters = [_character(group, strokes) for group in root.iter(f"{{{NAMESPACE}}}traceGroup")]
    _check_ink(strokes, characters)
    ruling = Ruling(*(float(value) for value in notes["ruling"].split()))
    box_rows = frozenset(int(row) for row in notes["boxRows"].split())
    profile = notes.get("profile", "")
    page = Page(MappingProxyType(strokes), boxes=notes["boxes"] == "1", ruling=ruling, profile=profile)
    lines: dict[int, list[Character]] = {}
    for character in characters:
        lines.setdefault(page.row(character), []).append(character)
    if version < 2:
        lines = {row: _with_spaces(page, line) for row, line in lines.items()}
    return replace(
        page,
        lines=MappingProxyType({row: tuple(line) for row, line in lines.items()}),
        box_rows=box_rows & lines.keys(),
    )


def _character(group: ET.Element, strokes: Mapping[int, np.ndarray]) -> Character:
    notes = {note.get("type"): note.text or "" for note in group.findall(f"{{{NAMESPACE}}}annotation")}
    parts = []
    for view in group.findall(f"{{{NAMESPACE}}}traceView"):
        number = int(view.get("traceDataRef")[2:])
        if number not in strokes:
            raise DocumentError("A character refers to a stroke that is not there.")
        start, stop = int(view.get("from", 1)) - 1, int(view.get("to", len(strokes[number])))
        if not 0 <= start < stop <= len(strokes[number]):
            raise DocumentError("A character refers to points that are not there.")
        parts.append(Part(number, start, stop))
    label, sample_id = notes.get("truth", notes.get("recognised", "")), notes.get("sample", "")
    if sample_id.isdecimal() and len(sample_id) < 20:  # until version 2
        sample_id = old_sample_id(int(sample_id), label, ink_of(parts, strokes))
    return Character(
        tuple(parts),
        label,
        "truth" in notes,
        sample_id,
        **{kind: kind in notes for kind in _FLAGS},
    )


def _check_ink(strokes: Mapping[int, np.ndarray], characters: Sequence[Character]) -> None:
    """Raise DocumentError unless every point is in a character, and none but those of cuts in two."""
    ends = dict.fromkeys(strokes, 0)
    for part in sorted(part for character in characters for part in character.parts):
        if part.start != max(ends[part.stroke] - 1, 0) or ends[part.stroke] == len(strokes[part.stroke]):
            raise DocumentError("Its strokes and characters do not fit together.")
        ends[part.stroke] = part.stop
    if any(ends[number] != len(stroke) for number, stroke in strokes.items()):
        raise DocumentError("Its strokes and characters do not fit together.")


def _with_spaces(page: Page, line: Sequence[Character]) -> list[Character]:
    gaps = [page.box(right).left - page.box(left).right for left, right in itertools.pairwise(line)]
    wide = [False, *(gap > SPACE * page.ruling.x_height for gap in gaps)]
    return [replace(character, space=space) for character, space in zip(line, wide, strict=True)]


def save_page(page: Page, path: Path) -> None:
    """Write a page so that path always holds a whole page; the one before is kept as a backup.

    Raises DocumentError, with the old file untouched.
    """
    try:
        replace_file(path, to_inkml(page), backup=True)
    except OSError as error:
        raise DocumentError(f"The page could not be saved to {path}: {error.strerror}.") from error


def load_page(path: Path) -> tuple[Page, str]:
    """The page at path, and a sentence for the user if it had to come from the backup, else "".

    A missing file is an empty page. Raises DocumentError, with all files untouched, if neither can be read.
    """
    if not path.exists():
        return Page(), ""
    try:
        return from_inkml(path.read_bytes()), ""
    except (DocumentError, OSError) as error:
        problem = error
    try:
        page = from_inkml(backup_path(path).read_bytes())
    except (DocumentError, OSError):
        raise DocumentError(f"The page {path} cannot be opened: {problem}") from problem
    return page, f"The page {path} was damaged; this is the version saved before it."


def _element(parent: ET.Element | None, tag: str, **attributes: str) -> ET.Element:
    name = f"{{{NAMESPACE}}}{tag}"
    return ET.Element(name, attributes) if parent is None else ET.SubElement(parent, name, attributes)


def _annotate(parent: ET.Element, kind: str, text: str) -> None:
    _element(parent, "annotation", type=kind).text = text
