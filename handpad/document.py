"""A page of ink: its strokes, the characters that they form, and its InkML file.

A page never changes: every edit gives a new one that shares all that stayed. That makes undo a matter of keeping
the old page.
"""

import functools
import itertools
import xml.etree.ElementTree as ET
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np

from handpad.errors import HandpadError
from handpad.files import backup_path, replace_file
from handpad.ink import Box, Guide, as_strokes, bounding_box
from handpad.reading.separate import separate, separate_boxes

NAMESPACE = "http://www.w3.org/2003/InkML"
_ID = "{http://www.w3.org/XML/1998/namespace}id"


class DocumentError(HandpadError):
    """A page that cannot be read or written."""


@dataclass(frozen=True)
class Ruling:
    """The lines of the paper, in page units (logical pixels); y points down.

    Attributes
    ----------
    pitch : distance between two baselines.
    first_baseline : y of the first one.
    x_height : height of a small x.
    margin : x where the first box starts.
    box_width : width of one box in boxes mode.
    """

    pitch: float = 106.0
    first_baseline: float = 74.0
    x_height: float = 30.0
    margin: float = 28.0
    box_width: float = 56.0

    DEPTH = 0.36
    """Part of the pitch that a line reaches below its baseline."""

    def row(self, y: float) -> int:
        """The line that a height belongs to, 0 for the first."""
        return max(0, int((y - self.first_baseline + (1 - self.DEPTH) * self.pitch) // self.pitch))

    def baseline(self, row: int) -> float:
        return self.first_baseline + row * self.pitch

    def guide(self, row: int) -> Guide:
        return Guide(self.baseline(row), self.x_height)


@dataclass(frozen=True)
class Character:
    """Strokes that form one character, and what they say.

    Attributes
    ----------
    strokes : stroke numbers, ascending.
    label : what it says; "" until it has been read.
    fixed : the writer chose the label: nothing else may change it or the strokes.
    grouped : the writer chose the strokes, by joining or splitting: nothing else may regroup them.
    sample_id : the sample that was learned from it; 0 if none was.
    """

    strokes: tuple[int, ...]
    label: str = ""
    fixed: bool = False
    sample_id: int = 0
    grouped: bool = False


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes
    ----------
    strokes : stroke numbers to (n, 4) arrays.
    characters : in reading order.
    boxes : whether a line that has no ink yet is a line of boxes.
    box_rows : the lines with ink that are lines of boxes; the others are separated by gaps and overlap.
    ruling : the lines of the paper.
    stroke_boxes : the box of each stroke.
    """

    strokes: Mapping[int, np.ndarray] = field(default_factory=lambda: MappingProxyType({}))
    characters: tuple[Character, ...] = ()
    boxes: bool = False
    box_rows: frozenset[int] = frozenset()
    ruling: Ruling = Ruling()
    stroke_boxes: Mapping[int, Box] = field(default_factory=lambda: MappingProxyType({}), compare=False)

    def __post_init__(self):
        known = self.stroke_boxes
        boxes = {n: known[n] if n in known else bounding_box([stroke]) for n, stroke in self.strokes.items()}
        object.__setattr__(self, "stroke_boxes", MappingProxyType(boxes))

    def ink(self, character: Character) -> list[np.ndarray]:
        """The strokes of a character, in writing order."""
        return [self.strokes[number] for number in character.strokes]

    def box(self, character: Character) -> Box:
        """The smallest box around a character's ink, in page units."""
        first, *others = (self.stroke_boxes[number] for number in character.strokes)
        return functools.reduce(Box.union, others, first)

    def row(self, character: Character) -> int:
        """The line that a character stands on."""
        return self.ruling.row(self.box(character).center[1])

    def guide(self, character: Character) -> Guide:
        return self.ruling.guide(self.row(character))

    def add(self, number: int, stroke: np.ndarray) -> "Page":
        """The page with one more stroke under a number of its own, its characters grouped anew."""
        return self._with_strokes({**self.strokes, number: stroke})

    def erase(self, numbers: Iterable[int]) -> "Page":
        """The page without these strokes. What is left of a character is a new one."""
        gone = set(numbers)
        return self._with_strokes({number: stroke for number, stroke in self.strokes.items() if number not in gone})

    def has_boxes(self, row: int) -> bool:
        """Whether a line is one of boxes."""
        return row in self.box_rows if row in self.ink_rows else self.boxes

    @functools.cached_property
    def ink_rows(self) -> frozenset[int]:
        """The lines that have ink."""
        return frozenset(self.ruling.row(box.center[1]) for box in self.stroke_boxes.values())

    def with_character(self, old: Character, new: Character) -> "Page":
        """The page with a character put in another's place. Raises ValueError if the old one is not there."""
        return self._with_characters([old], [new])

    def following(self, character: Character) -> Character | None:
        """The next character on the same line. Raises ValueError if the character is not on the page."""
        index = self.characters.index(character) + 1
        following = self.characters[index] if index < len(self.characters) else None
        return following if following and self.row(following) == self.row(character) else None

    def join(self, character: Character, other: Character) -> "Page":
        """The page with two characters made one. Raises ValueError if they are not both there."""
        joined = Character(tuple(sorted(character.strokes + other.strokes)), grouped=True)
        return self._with_characters([character, other], [joined])

    def split(self, character: Character) -> "Page":
        """The page with a character parted in two, between the strokes that lie farthest apart.

        Raises ValueError if it has one stroke only, or is not there.
        """
        if len(character.strokes) < 2:
            raise ValueError("a single stroke cannot be split")
        centers = {number: self.stroke_boxes[number].center[0] for number in character.strokes}
        order = sorted(centers, key=centers.get)
        gaps = [centers[b] - centers[a] for a, b in itertools.pairwise(order)]
        cut = gaps.index(max(gaps)) + 1
        parts = [Character(tuple(sorted(part)), grouped=True) for part in (order[:cut], order[cut:])]
        return self._with_characters([character], parts)

    def _with_characters(self, old: list[Character], new: list[Character]) -> "Page":
        index = min(self.characters.index(character) for character in old)
        others = [character for character in self.characters if character not in old]
        return replace(self, characters=(*others[:index], *new, *others[index:]))

    def find(self, strokes: tuple[int, ...]) -> Character | None:
        """The character made of exactly these strokes."""
        return next((character for character in self.characters if character.strokes == strokes), None)

    def text(self) -> str:
        """All that the page says: one line of text per line of paper, spaces where the gaps are wide."""
        rows: dict[int, list[Character]] = {}
        for character in self.characters:
            rows.setdefault(self.row(character), []).append(character)
        lines = [self._line_text(row, rows.get(row, [])) for row in range(max(rows, default=-1) + 1)]
        return "\n".join(lines).strip("\n")

    def _line_text(self, row: int, characters: list[Character]) -> str:
        text = ""
        previous: Character | None = None
        for character in characters:
            if previous is not None and self._apart(row, previous, character):
                text += " "
            text += character.label or "\N{WHITE SQUARE}"
            previous = character
        return text

    def _apart(self, row: int, left: Character, right: Character) -> bool:
        if row in self.box_rows:
            return self._column(right) - self._column(left) > 1
        return self.box(right).left - self.box(left).right > SPACE * self.ruling.x_height

    def _column(self, character: Character) -> int:
        return int((self.box(character).center[0] - self.ruling.margin) // self.ruling.box_width)

    def _with_strokes(self, strokes: Mapping[int, np.ndarray]) -> "Page":
        """Group all strokes into characters; a group that stays the same keeps its character."""
        before = {character.strokes: character for character in self.characters}
        kept = [c for c in self.characters if (c.fixed or c.grouped) and all(number in strokes for number in c.strokes)]
        locked = {number for character in kept for number in character.strokes}
        bare = replace(self, strokes=MappingProxyType(dict(strokes)), characters=())
        boxes = bare.stroke_boxes
        rows: dict[int, list[int]] = {}
        for number in strokes:
            if number not in locked:
                rows.setdefault(self.ruling.row(boxes[number].center[1]), []).append(number)
        characters = list(kept)
        box_rows = frozenset(row for row in bare.ink_rows if self.has_boxes(row))
        for row, numbers in rows.items():
            numbers.sort()
            row_boxes = [boxes[number] for number in numbers]
            if row in box_rows:
                groups = separate_boxes(row_boxes, self.ruling.box_width, self.ruling.margin).values()
            else:
                groups = separate(row_boxes, self.ruling.x_height)
            for group in groups:
                members = tuple(numbers[index] for index in group)
                characters.append(before.get(members) or Character(members))
        ordered = sorted(characters, key=lambda c: (bare.row(c), bare.box(c).center[0]))
        return replace(bare, characters=tuple(ordered), box_rows=box_rows)


SPACE = 0.85
"""A gap wider than this many x-heights is a space."""


def to_inkml(page: Page) -> bytes:
    """A page as an InkML file: a trace per stroke (X, Y, F 0..1, T seconds; ? if unknown), a group per character."""
    ET.register_namespace("", NAMESPACE)
    root = _element(None, "ink")
    _annotate(root, "application", "Handpad")
    _annotate(root, "format", "1")
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
        if character.grouped:
            _annotate(group, "grouped", "1")
        if character.sample_id:
            _annotate(group, "sample", str(character.sample_id))
        for number in character.strokes:
            _element(group, "traceView", traceDataRef=f"#s{number}")
    return ET.tostring(root, encoding="utf-8", xml_declaration=True)


def from_inkml(data: bytes) -> Page:
    """The page of an InkML file written by :func:`to_inkml`. Raises DocumentError if it is anything else."""
    try:
        return _parse(ET.fromstring(data))
    except (ET.ParseError, ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise DocumentError(f"It is no InkML page of Handpad ({error}).") from error


def _parse(root: ET.Element) -> Page:
    notes = {note.get("type"): note.text or "" for note in root.findall(f"{{{NAMESPACE}}}annotation")}
    if int(notes["format"]) > 1:
        raise DocumentError("It comes from a newer Handpad; update Handpad to open it.")
    strokes = {}
    for trace in root.iter(f"{{{NAMESPACE}}}trace"):
        points = [[np.nan if v == "?" else float(v) for v in point.split()] for point in trace.text.split(",")]
        strokes[int(trace.get(_ID)[1:])] = as_strokes([points])[0]
    characters = []
    for group in root.iter(f"{{{NAMESPACE}}}traceGroup"):
        group_notes = {note.get("type"): note.text or "" for note in group.findall(f"{{{NAMESPACE}}}annotation")}
        numbers = tuple(int(view.get("traceDataRef")[2:]) for view in group.findall(f"{{{NAMESPACE}}}traceView"))
        if not numbers or not all(number in strokes for number in numbers):
            raise DocumentError("A character refers to a stroke that is not there.")
        label = group_notes.get("truth", group_notes.get("recognised", ""))
        sample_id = int(group_notes.get("sample", 0))
        characters.append(Character(numbers, label, "truth" in group_notes, sample_id, "grouped" in group_notes))
    grouped = [number for character in characters for number in character.strokes]
    if sorted(grouped) != sorted(strokes):
        raise DocumentError("Its strokes and characters do not fit together.")
    ruling = Ruling(*(float(value) for value in notes["ruling"].split()))
    box_rows = frozenset(int(row) for row in notes["boxRows"].split())
    return Page(MappingProxyType(strokes), tuple(characters), notes["boxes"] == "1", box_rows, ruling)


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
