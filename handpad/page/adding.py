"""Many strokes put on a page at once: those of a file, or what was copied."""

from collections.abc import Mapping, Set
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from handpad.page.edits import written
from handpad.page.page import Character, Page
from handpad.reading.fragments import Substroke


def with_ink(page: Page, strokes: Mapping[int, np.ndarray], drawings: Set[int] = frozenset()) -> Page:
    """The page with more strokes, numbers to arrays (n, 4); what they say is still to be read.

    drawings : the numbers of those that say nothing.
    """
    in_boxes = {}
    all_strokes = {**page.strokes, **strokes}
    page = replace(page, strokes=MappingProxyType(all_strokes), drawings=page.drawings | drawings)
    by_row: dict[int, list[Character]] = {}
    for number, stroke in strokes.items():
        row = page.stroke_row(number)
        if page.has_boxes(row):
            in_boxes[number] = stroke
        elif number not in drawings:
            by_row.setdefault(row, []).append(Character((Substroke(number, 0, len(stroke)),)))
    lines = dict(page.lines)
    for row, new in by_row.items():
        new.sort(key=lambda character: page.box(character).center[0])
        line = list(lines.get(row, ()))
        for character in new:
            line = page.inserted(line, character) if row in page.lines else [*line, character]
        lines[row] = tuple(line)
    page = replace(page, lines=MappingProxyType(lines))
    for number in in_boxes.keys() - drawings:
        page = written(page, number, strokes[number], None)
    return page
