"""A page of Handpad as other programs have pages: its ink on a sheet of paper, and what it says."""

import functools
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from handpad.errors import HandpadError
from handpad.formats.document import Document, InkPage, StrokeStyle, TextLine, Word
from handpad.formats.placing import A4, MARGIN
from handpad.ink import Box
from handpad.notebook.shelf import Shelf
from handpad.page.document import DocumentError, parsed
from handpad.page.page import Page, Typed

STYLE = StrokeStyle(width=2.7)
"""How ink looks on a page of Handpad."""

UNIT = 0.75
"""Points (1/72 inch) in a page unit, which is a pixel of 1/96 inch."""

_TYPED_WIDTH = 0.9
"""Of a typed character, in x-heights."""


Tell = Callable[[int, int], None]
"""Told how much is done, of how much; it may raise a HandpadError to end the work."""


def is_own(data: bytes) -> bool:
    """Whether the content of a file says at its beginning that it is a page of Handpad."""
    return b">Handpad</" in data[:2000]


def as_ink_page(page: Page) -> InkPage:
    """A page with its ink where it is, on a sheet of A4 or a larger one where it needs that.

    Its lines are what the page says now; a typed word is one without strokes.
    """
    strokes = tuple(page.strokes.values())
    places = {number: place for place, number in enumerate(page.strokes)}
    lines = []
    for row in sorted({*page.lines, *(typed.row for typed in page.typed)}):
        words = []
        for text, source in page.said(row):
            if isinstance(source, Typed):
                words.append(Word(text, _typed_box(page, source)))
            else:
                numbers = sorted({number for character in source for number in character.strokes})
                box = functools.reduce(Box.union, map(page.box, source))
                words.append(Word(text, box, tuple(places[number] for number in numbers)))
        if words:
            lines.append(TextLine(tuple(words), page.ruling.baseline(row), page.ruling.x_height))
    paper = _sheet([*page.stroke_boxes.values(), *(word.box for line in lines for word in line.words)])
    return InkPage(strokes, (STYLE,) * len(strokes), paper, UNIT, lines=tuple(lines))


def _typed_box(page: Page, typed: Typed) -> Box:
    guide = page.ruling.guide(typed.row)
    width = _TYPED_WIDTH * guide.x_height * len(typed.text)
    return Box(typed.x, guide.baseline - 1.5 * guide.x_height, typed.x + width, guide.baseline)


def _sheet(boxes: list[Box]) -> Box:
    """From the corner of the paper, or farther out where there is ink, as far as the ink and A4 need."""
    box = functools.reduce(Box.union, boxes, Box(0.0, 0.0, 0.0, 0.0))
    margin = MARGIN / UNIT
    left, top = (side - margin if side < 0 else 0.0 for side in (box.left, box.top))
    right = max(left + A4[0] / UNIT, box.right + margin if box.right > A4[0] / UNIT else 0.0)
    bottom = max(top + A4[1] / UNIT, box.bottom + margin if box.bottom > A4[1] / UNIT else 0.0)
    return Box(left, top, right, bottom)


def notebook_as_document(shelf: Shelf, notebook: str, held: Mapping[Path, Page], tell: Tell) -> Document:
    """All pages of a notebook with ink or text, in the order in which they were begun.

    held : pages that are newer than their files. Raises HandpadError if there is no such page.
    """
    paths = {page.path for page in shelf.pages(notebook)}
    paths |= {path for path in held if shelf.notebook_of(path) == notebook}
    pages, damaged = [], 0
    for number, path in enumerate(sorted(paths, key=lambda path: (path != shelf.first, _in_order(path.stem)))):
        tell(number, len(paths))
        try:
            page = held[path] if path in held else parsed(path.read_bytes())
        except (OSError, DocumentError):
            damaged += 1
            continue
        if page.strokes or page.typed:
            pages.append(as_ink_page(page))
    if not pages:
        raise HandpadError("There is nothing on the pages of this notebook yet.")
    return Document(tuple(pages), {"pages that cannot be read": damaged} if damaged else {})


def _in_order(name: str) -> list[tuple[int, str]]:
    """A file's name with its numbers as numbers, so that 10 comes after 9."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", name)]
