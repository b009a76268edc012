"""What can be read of a damaged page: every stroke that is still there, and the characters around it."""

import contextlib
import html
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from handpad.page.document import (
    FARTHEST,
    LAST_ROW,
    MOST_BYTES,
    MOST_POINTS,
    MOST_STROKES,
    MOST_TYPED,
    NAMESPACE,
    DocumentError,
    character_of,
    fitted,
    parsed,
    pen_of,
    ruling_of,
    stroke_of,
    typed_of,
)
from handpad.page.page import Character, Page, Ruling, Typed
from handpad.page.pen import PLAIN, Pen
from handpad.reading.fragments import Substroke

_VALUE = rb"(?:[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?|\?)"
_POINT = rb"[ \t\r\n]+".join([_VALUE] * 4)
_ALONE = re.compile(_POINT)
_BEHIND = re.compile(rb"(?<![\w.+-])" + _POINT + rb"$")  # behind a sign that has become another
_BEFORE = re.compile(_POINT + rb"(?![\w.+-])")
_LONGEST_POINT = 200
_ANNOTATION = (b"type=", b"annotation", b"ruling", b"boxRows")
_PIECE = re.compile(rb"[^<>\"]+")
_NUMBER = re.compile(rb"s(\d{1,9})\W*$")


@dataclass(frozen=True)
class Salvaged:
    """What was found of a page.

    Attributes
    ----------
    page : its strokes; those whose characters could not be read are ink that has not been read yet.
    whole : strokes that are there with every point that the file has of them.
    mended : strokes that are there without points that could not be read.
    lost : strokes of which nothing could be read, as far as the file tells how many there were.
    """

    page: Page
    whole: int
    mended: int
    lost: int


def salvage_page(data: bytes) -> Salvaged:
    """Every readable stroke of a page file that is damaged in any way: cut off, bits flipped, numbers that are none.

    Never raises for what the bytes are. What looks whole may have been changed: only a checksum tells.
    """
    data = data[:MOST_BYTES]
    try:
        page = parsed(data)
        return Salvaged(page, len(page.strokes), 0, 0)
    except DocumentError:
        pass
    strokes, mended = _strokes(data)
    page = _page(data, strokes, mended)
    return Salvaged(page, len(strokes) - len(mended), len(mended), max(0, _told(data) - len(strokes)))


def _strokes(data: bytes) -> tuple[dict[int, np.ndarray], set[int]]:
    """The strokes by number, and the numbers of those that lack points. A number that is damaged becomes a new one."""
    found: list[tuple[int, list[list[float]], bool]] = []  # number or 0, points, whether all could be read
    points_left = MOST_POINTS
    end = -1
    for piece in _PIECE.finditer(data):
        before = data[max(0, piece.start() - 20) : piece.start()]
        points, complete = _points(piece[0])
        if not points or any(sign in before for sign in _ANNOTATION):
            continue
        points_left -= len(points)
        if points_left < 0 or len(found) == MOST_STROKES:
            break
        if found and piece.start() <= end + 1:  # a sign in the middle of a stroke has become one of XML's
            found[-1] = found[-1][0], found[-1][1] + points, False
        else:
            named = _NUMBER.search(before)
            found.append((int(named[1]) if named else 0, points, complete))
        end = piece.end()
    fresh = max((number for number, _, _ in found), default=0) + 1
    strokes: dict[int, np.ndarray] = {}
    mended: set[int] = set()
    for number, points, complete in found:
        if not number or number in strokes:
            number, fresh = fresh, fresh + 1
        strokes[number] = fitted(np.array(points))
        if not complete:
            mended.add(number)
    return strokes, mended


def _points(text: bytes) -> tuple[list[list[float]], bool]:
    """The points that a piece of text holds, and whether it holds nothing else."""
    if len(text) < 7 or text[:1].isalpha():  # the least that a point takes; a tag
        return [], False
    try:
        return stroke_of(text.decode("ascii")).tolist(), True
    except (DocumentError, ValueError):
        pass
    fields = text.split(b",")
    points = []
    for place, field in enumerate(field.strip() for field in fields):
        found = _ALONE.fullmatch(field) if len(field) <= _LONGEST_POINT else None
        if found is None and place == 0:
            found = _BEHIND.search(field, max(0, len(field) - _LONGEST_POINT))
        if found is None and place == len(fields) - 1:
            found = _BEFORE.match(field, 0, _LONGEST_POINT)
        row = _row(found[0]) if found else None
        if row is not None:
            points.append(row)
    return points, len(points) == len(fields)


def _row(point: bytes) -> list[float] | None:
    """The values of a point that can lie on a page; None for any other."""
    row = [np.nan if value == b"?" else float(value) for value in point.split()]
    return row if abs(row[0]) <= FARTHEST and abs(row[1]) <= FARTHEST else None


def _page(data: bytes, strokes: dict[int, np.ndarray], mended: set[int]) -> Page:
    """A page of the strokes, with the characters that can be read and fit them, and the rest as unread ink."""
    ruling = _ruling(data)
    profile = re.fullmatch(rb"[0-9a-f-]{32,36}", _note(data, b"profile") or b"")
    page = Page(
        MappingProxyType(strokes),
        boxes=_note(data, b"boxes") == b"1",
        ruling=ruling,
        profile=profile[0].decode() if profile else "",
        typed=_typed(data),
    )
    deep = {number for number in strokes if page.stroke_row(number) > LAST_ROW}
    if deep:
        strokes = {number: stroke for number, stroke in strokes.items() if number not in deep}
        page = replace(page, strokes=MappingProxyType(strokes))
    drawings, writing = (_numbers(data, kind) & strokes.keys() for kind in (b"drawings", b"writing"))
    pens = {number: pen for number, pen in _pens(data).items() if number in strokes}
    drawings |= {number for number, pen in pens.items() if pen.highlighter}
    writing -= drawings
    own = (character for character in _characters(data, strokes) if drawings.isdisjoint(character.strokes))
    characters = _fitting(own, strokes, mended)
    covered = {number for character in characters for number in character.strokes}
    characters += [
        Character((Substroke(number, 0, len(strokes[number])),)) for number in strokes.keys() - covered - drawings
    ]
    lines: dict[int, list[Character]] = {}
    for character in characters:
        lines.setdefault(page.row(character), []).append(character)
    for line in lines.values():
        line.sort(key=lambda character: page.box(character).center[0])
    return replace(
        page,
        lines=MappingProxyType({row: tuple(line) for row, line in lines.items()}),
        box_rows=_numbers(data, b"boxRows") & lines.keys(),
        drawings=drawings,
        writing=writing,
        pens=MappingProxyType(pens),
    )


def _numbers(data: bytes, kind: bytes) -> frozenset[int]:
    """The numbers that an annotation of the page lists, as far as they can be read."""
    return frozenset(int(one) for one in (_note(data, kind) or b"").split() if one.isdigit() and len(one) < 9)


def _pens(data: bytes) -> dict[int, Pen]:
    """The pens that can be read, by the numbers of the strokes that they wrote."""
    brushes = {}
    for name, content in re.findall(rb'<brush xml:id="(b\d{1,9})">(.{0,2000}?)</brush>', data[:1_000_000], re.DOTALL):
        try:
            brushes[name] = pen_of(ET.fromstring(b'<brush xmlns="%s">%s</brush>' % (NAMESPACE.encode(), content)))
        except Exception:  # of whatever kind: its strokes are as a plain pen's
            continue
    told = re.findall(rb'<trace brushRef="#(b\d{1,9})" xml:id="s(\d{1,9})"', data)
    return {int(number): brushes[name] for name, number in told if brushes.get(name, PLAIN) != PLAIN}


def _characters(data: bytes, strokes: Mapping[int, np.ndarray]) -> Iterable[Character]:
    """The characters of the groups that can be read."""
    for group in data.split(b"<traceGroup>")[1:]:
        content, _, _ = group.partition(b"</traceGroup>")
        try:
            root = ET.fromstring(b'<traceGroup xmlns="%s">%s</traceGroup>' % (NAMESPACE.encode(), content))
            yield character_of(root, strokes)
        except Exception:  # of whatever kind: what such a group says is lost, and its ink is not
            continue


def _fitting(characters: Iterable[Character], strokes: Mapping[int, np.ndarray], mended: set[int]) -> list[Character]:
    """Those characters that together have every point of their strokes, and none but those of cuts twice."""
    kept = list(characters)
    bad = set(mended)
    while True:
        substrokes = sorted(substroke for character in kept for substroke in character.substrokes)
        ends: dict[int, int] = {}
        for substroke in substrokes:
            if substroke.start != max(ends.get(substroke.stroke, 0) - 1, 0) or ends.get(substroke.stroke) == len(
                strokes[substroke.stroke]
            ):
                bad.add(substroke.stroke)
            ends[substroke.stroke] = substroke.stop
        bad |= {number for number, end in ends.items() if end != len(strokes[number])}
        fitting = [character for character in kept if bad.isdisjoint(character.strokes)]
        if len(fitting) == len(kept):
            return fitting
        kept = fitting


def _note(data: bytes, kind: bytes) -> bytes | None:
    """The text of an annotation of the page; None where it cannot be found."""
    found = re.search(rb'type="%s">([^<]*)' % kind, data[:100_000])
    return found[1] if found else None


def _typed(data: bytes) -> tuple[Typed, ...]:
    """The typed text that can be read."""
    found, left = [], MOST_TYPED
    for note in re.findall(rb'type="typed">([^<]*)</', data):
        with contextlib.suppress(DocumentError, ValueError):
            typed = typed_of(html.unescape(note.decode()))
            left -= len(typed.text)
            if left >= 0:
                found.append(typed)
    return tuple(found)


def _ruling(data: bytes) -> Ruling:
    """The ruled paper, or the usual one where it cannot be read."""
    try:
        return ruling_of((_note(data, b"ruling") or b"").decode("ascii"))
    except (DocumentError, ValueError, TypeError):
        return Ruling()


def _told(data: bytes) -> int:
    """How many strokes there were, as far as the file still tells."""
    note = _note(data, b"strokes") or b""
    said = int(note) if note.isdigit() and len(note) < 7 else 0
    begun = len(re.findall(rb'<trace (?:brushRef="[^"<>]{0,20}" )?xml:id=', data))
    if b"</ink>" not in data:  # cut off: what follows is known only from the head
        return max(said, begun)
    referred = len(set(re.findall(rb"#s(\d{1,9})\"", data)))
    return sorted((said, begun, referred))[1]  # two of them are right, wherever the damage is
