"""A page of ink: its strokes, the characters that they form, its drawings, and what an edit makes of them.

A page never changes: every edit gives a new one that shares all that stayed. That makes undo a matter of keeping
the old page.
"""

import functools
import itertools
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from types import MappingProxyType

import numpy as np

from handpad.ink import Box, Guide, bounding_box
from handpad.page.parting import Cut, cuts_of
from handpad.page.pen import PLAIN, Pen
from handpad.reading.drawings import NEAR, close_together
from handpad.reading.fragments import Substroke, joined
from handpad.reading.separate import separate_boxes


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
        """The y of a line's baseline, in page units."""
        return self.first_baseline + row * self.pitch

    def guide(self, row: int) -> Guide:
        """Baseline and x-height of a line, in page units."""
        return Guide(self.baseline(row), self.x_height)


@dataclass(frozen=True)
class Character:
    """Ink that forms one character, and what it says.

    Attributes
    ----------
    substrokes : its stretches of the page's strokes, ascending; they name the character. A whole stroke of n points is
        ``Substroke(number, 0, n)``; two parts of one stroke share the point where it was cut.
    label : what it says; "" until it has been read.
    corrected : the writer chose the label: nothing else may change it or the ink.
    sample_id : the sample that was learned from it; "" if none was.
    grouped : the writer chose the ink, by joining or splitting: nothing else may regroup it.
    space : whether a space precedes it. On a line of boxes the boxes tell.
    spaced : the writer chose the space.
    committed : it was left as it was read, and the writer has moved on: only a correction changes it.
    doubtful : its label was doubtful when the writer left it; it stays so until the writer says what it is, or until
        what was learned since gives it another label.
    alternatives : what else it is likely to say, best first; for searching, so that it makes no other character.
    """

    substrokes: tuple[Substroke, ...]
    label: str = ""
    corrected: bool = False
    sample_id: str = ""
    grouped: bool = False
    space: bool = False
    spaced: bool = False
    committed: bool = False
    doubtful: bool = False
    alternatives: tuple[str, ...] = field(default=(), compare=False)

    @property
    def strokes(self) -> tuple[int, ...]:
        """The numbers of the strokes that it has ink of, ascending."""
        return tuple(dict.fromkeys(substroke.stroke for substroke in self.substrokes))

    @property
    def locked(self) -> bool:
        """Whether its ink is given: reading a line does not group it anew."""
        return self.corrected or self.grouped or self.spaced or self.committed


@dataclass(frozen=True)
class Typed:
    """Words that the writer typed on a line of paper: they have no ink. x : where they begin, in page units."""

    row: int
    x: float
    text: str


@dataclass(frozen=True)
class Page:
    """One page.

    Attributes
    ----------
    strokes : stroke numbers to (n, 4) arrays.
    lines : line of paper to its characters in reading order; lines without ink are left out. All ink of a line's
        strokes is in its characters, but for drawings.
    boxes : whether a line that has no ink yet is a line of boxes.
    box_rows : the lines with ink that are lines of boxes, one character in each; the others are free writing.
    ruling : the lines of the paper.
    profile : identifier of the profile that the samples of its characters belong to; "" while that is not known.
    typed : what was typed between the words of ink and on lines without any.
    drawings : numbers of the strokes that say nothing: they are never read, and in no character.
    writing : numbers of the strokes of which the writer has said that they are no drawing.
    pens : numbers of the strokes that another pen than PLAIN wrote to that pen; those of a highlighter are drawings.
    stroke_boxes : the box of each stroke.
    """

    strokes: Mapping[int, np.ndarray] = field(default_factory=lambda: MappingProxyType({}))
    lines: Mapping[int, tuple[Character, ...]] = field(default_factory=lambda: MappingProxyType({}))
    boxes: bool = False
    box_rows: frozenset[int] = frozenset()
    ruling: Ruling = Ruling()
    profile: str = ""
    typed: tuple[Typed, ...] = ()
    drawings: frozenset[int] = frozenset()
    writing: frozenset[int] = frozenset()
    pens: Mapping[int, Pen] = field(default_factory=lambda: MappingProxyType({}))
    stroke_boxes: Mapping[int, Box] = field(default_factory=lambda: MappingProxyType({}), compare=False)

    def __post_init__(self) -> None:
        if self.stroke_boxes.keys() != self.strokes.keys():
            boxes = {number: bounding_box([stroke]) for number, stroke in self.strokes.items()}
            object.__setattr__(self, "stroke_boxes", MappingProxyType(boxes))

    @functools.cached_property
    def characters(self) -> tuple[Character, ...]:
        """All characters in reading order."""
        return tuple(character for row in sorted(self.lines) for character in self.lines[row])

    @functools.cached_property
    def _by_parts(self) -> dict[tuple[Substroke, ...], Character]:
        return {character.substrokes: character for line in self.lines.values() for character in line}

    def find(self, substrokes: tuple[Substroke, ...]) -> Character | None:
        """The character made of exactly this ink."""
        return self._by_parts.get(substrokes)

    @functools.cached_property
    def items(self) -> tuple[Character, ...]:
        """All characters in reading order, and among them the drawings as if each were one that says nothing."""
        drawings: dict[int, list[Character]] = {}
        for picture in map(Character, self.pictures):
            drawings.setdefault(self.row(picture), []).append(picture)
        found: list[Character] = []
        for row in sorted(self.lines.keys() | drawings.keys()):
            line: Sequence[Character] = self.lines.get(row, ())
            for picture in drawings.get(row, ()):
                line = self.inserted(line, picture)
            found += line
        return tuple(found)

    def item(self, substrokes: tuple[Substroke, ...]) -> Character | None:
        """The character made of exactly this ink, or the drawing, as if it were one that says nothing."""
        return self.find(substrokes) or (Character(substrokes) if substrokes in self.pictures else None)

    def ink(self, character: Character) -> list[np.ndarray]:
        """The ink of a character, in writing order."""
        return [self.strokes[substroke.stroke][substroke.start : substroke.stop] for substroke in character.substrokes]

    def box(self, character: Character) -> Box:
        """The smallest box around a character's ink, in page units."""
        return functools.reduce(Box.union, map(self._part_box, character.substrokes))

    def _part_box(self, substroke: Substroke) -> Box:
        stroke = self.strokes[substroke.stroke]
        if substroke.stop - substroke.start == len(stroke):
            return self.stroke_boxes[substroke.stroke]
        return bounding_box([stroke[substroke.start : substroke.stop]])

    def stroke_row(self, number: int) -> int:
        """The line that a stroke stands on."""
        return self.ruling.row(self.stroke_boxes[number].center[1])

    def row(self, character: Character) -> int:
        """The line that a character stands on: that of its first stroke."""
        return self.stroke_row(character.substrokes[0].stroke)

    def guide(self, character: Character) -> Guide:
        """Baseline and x-height of the line that a character stands on, in page units."""
        return self.ruling.guide(self.row(character))

    def pen(self, number: int) -> Pen:
        """What a stroke was written with."""
        return self.pens.get(number, PLAIN)

    @functools.cached_property
    def marks(self) -> frozenset[int]:
        """Numbers of the strokes of highlighters."""
        return frozenset(number for number, pen in self.pens.items() if pen.highlighter)

    def add(self, number: int, stroke: np.ndarray, pen: Pen = PLAIN) -> "Page":
        """The page with one more stroke under a number of its own, for now a character by itself unless in a box.

        A stroke of a highlighter is a drawing.
        """
        box = bounding_box([stroke])
        page = replace(
            self,
            strokes=MappingProxyType({**self.strokes, number: stroke}),
            stroke_boxes=MappingProxyType({**self.stroke_boxes, number: box}),
            pens=self.pens if pen == PLAIN else MappingProxyType({**self.pens, number: pen}),
        )
        if pen.highlighter:
            return replace(page, drawings=self.drawings | {number})
        row = self.ruling.row(box.center[1])
        line = page.inserted(self.lines.get(row, ()), Character((Substroke(number, 0, len(stroke)),)))
        if self.has_boxes(row):
            page = replace(page, box_rows=self.box_rows | {row})
        return page._grouped(row, line)

    def renumbered(self, first: int) -> "Page":
        """The page with its strokes numbered from a number on, in the order in which they were written."""
        number_of = {number: first + place for place, number in enumerate(sorted(self.strokes))}

        def moved(character: Character) -> Character:
            return replace(
                character, substrokes=tuple(s._replace(stroke=number_of[s.stroke]) for s in character.substrokes)
            )

        return replace(
            self,
            strokes=MappingProxyType({new: self.strokes[old] for old, new in number_of.items()}),
            stroke_boxes=MappingProxyType({new: self.stroke_boxes[old] for old, new in number_of.items()}),
            lines=MappingProxyType({row: tuple(map(moved, line)) for row, line in self.lines.items()}),
            drawings=frozenset(number_of[number] for number in self.drawings),
            writing=frozenset(number_of[number] for number in self.writing),
            pens=MappingProxyType({number_of[number]: pen for number, pen in self.pens.items()}),
        )

    def erase(self, numbers: Iterable[int]) -> "Page":
        """The page without these strokes. What is left of a character is ink that has not been read."""
        gone = set(numbers) & self.strokes.keys()
        page = self._unread(gone)
        return replace(
            page,
            strokes=MappingProxyType({n: stroke for n, stroke in self.strokes.items() if n not in gone}),
            stroke_boxes=MappingProxyType({n: box for n, box in self.stroke_boxes.items() if n not in gone}),
            drawings=self.drawings - gone,
            writing=self.writing - gone,
            pens=self._pens_without(gone),
        )

    def _pens_without(self, numbers: Set[int]) -> Mapping[int, Pen]:
        """The pens, the very same ones where none of these strokes has one."""
        if numbers.isdisjoint(self.pens):
            return self.pens
        return MappingProxyType({number: pen for number, pen in self.pens.items() if number not in numbers})

    def _unread(self, numbers: Set[int]) -> "Page":
        """The page whose characters have none of these strokes. What is left of one is ink that has not been read."""
        page = self
        for row, before in self.lines.items():
            if all(numbers.isdisjoint(character.strokes) for character in before):
                continue
            line: list[Character] = []
            for character in before:
                if numbers.isdisjoint(character.strokes):
                    line.append(character)
                else:
                    line += [
                        Character((substroke,)) for substroke in character.substrokes if substroke.stroke not in numbers
                    ]
            page = page._grouped(row, line)
        return page

    def drawn(self, numbers: Iterable[int]) -> "Page":
        """The page with these strokes a drawing. What is left of a character is ink that has not been read."""
        new = (set(numbers) & self.strokes.keys()) - self.drawings
        return replace(self._unread(new), drawings=self.drawings | new, writing=self.writing - new)

    def written(self, numbers: Iterable[int]) -> "Page":
        """The page with these strokes no drawing any more, nor ever taken for one again: ink that has not been read.

        What a highlighter drew stays a drawing.
        """
        new = (set(numbers) & self.drawings) - self.marks
        page = replace(self, drawings=self.drawings - new, writing=self.writing | new)
        for number in sorted(new):
            row = self.stroke_row(number)
            if page.has_boxes(row):
                page = replace(page, box_rows=page.box_rows | {row})
            whole = Character((Substroke(number, 0, len(self.strokes[number])),))
            page = page._grouped(row, page.inserted(page.lines.get(row, ()), whole))
        return page

    @functools.cached_property
    def pictures(self) -> tuple[tuple[Substroke, ...], ...]:
        """The drawings but those of highlighters, from top to bottom: strokes that touch, or nearly, are one."""
        numbers = sorted(self.drawings - self.marks)
        groups = close_together([self.stroke_boxes[number] for number in numbers], NEAR * self.ruling.x_height)
        found = [tuple(numbers[index] for index in group) for group in groups]
        found.sort(key=lambda group: (self.stroke_row(group[0]), self.stroke_boxes[group[0]].left))
        return tuple(tuple(Substroke(number, 0, len(self.strokes[number])) for number in group) for group in found)

    def changed_lines(self, other: "Page") -> dict[int, tuple[tuple[Character, ...], tuple[Character, ...]]]:
        """The lines whose characters are not those of another page: row to the other's and this page's."""
        rows = self.lines.keys() | other.lines.keys()
        both = {row: (other.lines.get(row, ()), self.lines.get(row, ())) for row in sorted(rows)}
        return {row: (theirs, ours) for row, (theirs, ours) in both.items() if theirs is not ours}

    def remove(self, character: Character, number: int) -> "Page":
        """The page without a character's ink. What other characters have of its strokes become strokes of their own.

        number : of the first of these; the next ones follow. Raises KeyError if the character is not on the page.
        """
        row = self.row(character)
        page = self
        gone = set(character.strokes)
        line = []
        for other in self.lines[row]:
            if other.substrokes == character.substrokes:
                continue
            substrokes = []
            for substroke in other.substrokes:
                if substroke.stroke in gone:
                    stroke = self.strokes[substroke.stroke][substroke.start : substroke.stop]
                    page = page.add(number, stroke, self.pen(substroke.stroke))
                    substroke, number = Substroke(number, 0, len(stroke)), number + 1
                substrokes.append(substroke)
            line.append(
                other if tuple(substrokes) == other.substrokes else replace(other, substrokes=tuple(substrokes))
            )
        kept = {n: stroke for n, stroke in page.strokes.items() if n not in gone}
        boxes = {n: page.stroke_boxes[n] for n in kept}
        page = replace(
            page,
            strokes=MappingProxyType(kept),
            stroke_boxes=MappingProxyType(boxes),
            lines=self.lines,
            pens=page._pens_without(gone),
        )
        page = page.with_line(row, [other for other in line if page.row(other) == row])
        for other in line:  # a stretch of a tall stroke may stand on another line than the whole
            if page.row(other) != row:
                page = page.with_line(page.row(other), page.inserted(page.lines.get(page.row(other), ()), other))
        return page

    def inserted(self, line: Sequence[Character], character: Character) -> list[Character]:
        """Characters of a line with one more character, at the place that its centre has among the others."""
        center, index = self.box(character).center[0], len(line)
        while index and self.box(line[index - 1]).center[0] > center:  # from the end: there one mostly writes
            index -= 1
        return [*line[:index], character, *line[index:]]

    def _grouped(self, row: int, line: Sequence[Character]) -> "Page":
        """The page with a line; in boxes, one character of all ink that is in a box and not given."""
        if row not in self.box_rows:
            return self.with_line(row, line)
        given = [character.corrected or character.grouped or character.spaced for character in line]
        kept = list(itertools.compress(line, given))
        before = {character.substrokes: character for character in line}
        loose = sorted(part for one, stays in zip(line, given, strict=True) if not stays for part in one.substrokes)
        columns = separate_boxes(
            [self._part_box(substroke) for substroke in loose], self.ruling.box_width, self.ruling.margin
        )
        for members in columns.values():
            substrokes = tuple(loose[index] for index in members)
            kept.append(before.get(substrokes) or Character(substrokes))
        return self.with_line(row, sorted(kept, key=lambda character: self.box(character).center[0]))

    def with_line(self, row: int, line: Sequence[Character]) -> "Page":
        """The page with other characters on a line, which hold the same ink; none: the line is left out.

        With the very same ones, it is this page.
        """
        if tuple(line) == self.lines.get(row, ()):
            return self
        lines = dict(self.lines)
        if line:
            lines[row] = tuple(line)
        else:
            lines.pop(row, None)
        return replace(self, lines=MappingProxyType(lines), box_rows=self.box_rows & lines.keys())

    def has_boxes(self, row: int) -> bool:
        """Whether a line is one of boxes."""
        return row in self.box_rows if row in self.lines else self.boxes

    def with_character(self, old: Character, new: Character) -> "Page":
        """The page with a character put in another's place. Raises ValueError if the old one is not there."""
        return self.with_characters([old], [new])

    def with_characters(self, old: Sequence[Character], new: Sequence[Character]) -> "Page":
        """The page with neighbours on one line put in others' place. Raises ValueError if they are not there."""
        row = self.row(old[0])
        line = self.lines.get(row, ())
        index = min(line.index(character) for character in old)
        others = [character for character in line if character not in old]
        return self.with_line(row, [*others[:index], *new, *others[index:]])

    def following(self, character: Character) -> Character | None:
        """The next character on the same line. Raises ValueError if the character is not on the page."""
        line = self.lines[self.row(character)]
        index = line.index(character) + 1
        return line[index] if index < len(line) else None

    def words(self, row: int) -> list[tuple[Character, ...]]:
        """The words of a line: characters without a space between them."""
        words: list[list[Character]] = []
        for character in self.lines.get(row, ()):
            if not words or self._apart(row, words[-1][-1], character):
                words.append([])
            words[-1].append(character)
        return [tuple(word) for word in words]

    def word(self, character: Character) -> tuple[Character, ...]:
        """The word that a character is in. Raises ValueError if the character is not on the page."""
        for word in self.words(self.row(character)):
            if character in word:
                return word
        raise ValueError("the character is not on the page")

    def join(self, character: Character, other: Character) -> "Page":
        """The page with two neighbours made one. Raises ValueError if they are not both there."""
        substrokes = joined(character.substrokes + other.substrokes)
        merged = Character(substrokes, grouped=True, space=character.space, spaced=character.spaced)
        return self.with_characters([character, other], [merged])

    def can_split(self, character: Character) -> bool:
        """Whether a character has enough ink to be two."""
        return len(character.substrokes) > 1 or character.substrokes[0].stop - character.substrokes[0].start > 2

    def cuts(self, character: Character) -> list[Cut]:
        """The ways to part a character in two, the plainest by the look of its ink first."""
        return cuts_of(self.strokes, character.substrokes)

    def split(self, character: Character, cut: Cut | None = None) -> "Page":
        """The page with a character parted in two, by the first of :meth:`cuts` or by another.

        Raises ValueError if it has too little ink, if the cut is not one of this ink, or if it is not there.
        """
        if not self.can_split(character):
            raise ValueError("so little ink cannot be split")
        chosen = cut or self.cuts(character)[0]
        if joined(chosen.left + chosen.right) != joined(character.substrokes):
            raise ValueError("the cut is of other ink")
        first, second = (Character(half, grouped=True) for half in (chosen.left, chosen.right))
        first = replace(first, space=character.space, spaced=character.spaced)
        return self.with_characters([character], [first, second])

    def text(self) -> str:
        """All that it says: one line of text per line of paper, words with a space between them."""
        last = max((*self.lines, *(typed.row for typed in self.typed)), default=-1)
        return "\n".join(self.line_text(row) for row in range(last + 1)).strip("\n")

    def line_text(self, row: int) -> str:
        """What a line says."""
        return " ".join(text for text, _ in self.said(row))

    def said(self, row: int) -> list[tuple[str, tuple[Character, ...] | Typed]]:
        """What the words of a line say, with the ink of each or the typed text, from left to right."""
        found = (
            (source.text if isinstance(source, Typed) else "".join(character.label for character in source), source)
            for source in self.along(row)
        )
        return [(text, source) for text, source in found if text]

    def along(self, row: int) -> list[tuple[Character, ...] | Typed]:
        """The words of ink of a line and its typed text, from left to right."""
        typed = sorted((typed for typed in self.typed if typed.row == row), key=lambda one: one.x)
        found: list[tuple[Character, ...] | Typed] = []
        for word in self.words(row):
            while typed and typed[0].x < (self.box(word[0]).left + self.box(word[-1]).right) / 2:
                found.append(typed.pop(0))
            found.append(word)
        return [*found, *typed]

    def _apart(self, row: int, left: Character, right: Character) -> bool:
        if row in self.box_rows:
            return self._column(right) - self._column(left) > 1
        return right.space

    def _column(self, character: Character) -> int:
        return int((self.box(character).center[0] - self.ruling.margin) // self.ruling.box_width)
