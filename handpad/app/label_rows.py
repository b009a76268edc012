"""The row of labels below a line of ink: what each character was read as, spaces, and what was typed between them."""

import itertools
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF

from handpad.page.label_layout import spread
from handpad.page.line_job import Key
from handpad.page.page import Character, Page, Typed

LABEL_DROP = 27.0
LABEL_HEIGHT = 22.0
_WIDEST_MARGIN = 10.0
_LEAST_WIDTH = 24.0
_APART = 2.0
_SPACE_WIDTH = 11.0


@dataclass(frozen=True)
class LabelRow:
    """Where everything stands below one line.

    Attributes
    ----------
    labels : ink of a character to the place of its label, which no other one overlaps.
    gaps : ink of a character to the place of the mark on whether a space precedes it; none for the first of a line,
        nor in boxes.
    typed : typed text with its place.
    """

    labels: dict[Key, QRectF]
    gaps: dict[Key, QRectF]
    typed: list[tuple[Typed, QRectF]]

    def places(self) -> set[tuple[float, float, float, float]]:
        """Left, top, width and height of every place in the row."""
        rects = (*self.labels.values(), *self.gaps.values(), *(rect for _, rect in self.typed))
        return {(rect.x(), rect.y(), rect.width(), rect.height()) for rect in rects}


class LabelRows:
    """Lays out the rows of labels of pages in one font, and keeps the latest layout of each line."""

    def __init__(self, metrics: QFontMetricsF):
        self._metrics = metrics
        self._rows: dict[int, tuple[tuple, LabelRow]] = {}

    def row(self, page: Page, row: int) -> LabelRow:
        """The labels below a line."""
        line = page.lines.get(row, ())
        key = (line, page.typed, page.ruling, row in page.box_rows)
        known = self._rows.get(row)
        if known is None or any(a is not b for a, b in zip(known[0], key, strict=True)):
            self._rows[row] = known = key, self._laid_out(page, row)
        return known[1]

    def _laid_out(self, page: Page, row: int) -> LabelRow:
        top, has_gaps = page.ruling.baseline(row) + LABEL_DROP, row not in page.box_rows
        middles: list[float] = []
        widths: list[float] = []
        items: list[Character | Typed] = []
        marks: list[bool] = []  # whether the item is the mark of a space before that character

        def add(item: Character | Typed, middle: float, width: float, mark: bool = False) -> None:
            items.append(item)
            middles.append(middle)
            widths.append(width)
            marks.append(mark)

        right: float | None = None
        for word in page.along(row):
            if isinstance(word, Typed):
                width = self._metrics.horizontalAdvance(word.text)
                add(word, word.x + width / 2, width + 8)
                continue
            for number, character in enumerate(word):
                box = page.box(character)
                if number == 0 and has_gaps and right is not None:
                    add(character, (right + box.left) / 2, _SPACE_WIDTH, mark=True)
                add(character, box.center[0], self._metrics.horizontalAdvance(character.label))
                right = box.right
        places = spread(middles, widths, _APART)
        labels, gaps, typed = {}, {}, []
        for index, (item, middle, width) in enumerate(zip(items, places, widths, strict=True)):
            if isinstance(item, Typed):
                typed.append((item, QRectF(middle - width / 2, top, width, LABEL_HEIGHT)))
            elif marks[index]:
                gaps[item.substrokes] = QRectF(middle - width / 2, top, width, LABEL_HEIGHT)
            else:
                half = max(_LEAST_WIDTH, width + _WIDEST_MARGIN) / 2
                for other in (index - 1, index + 1):
                    if 0 <= other < len(items):
                        apart = abs(places[other] - middle)
                        half = min(half, max(width / 2, min(apart - widths[other] / 2, apart / 2)))
                labels[item.substrokes] = QRectF(middle - half, top, 2 * half, LABEL_HEIGHT)
        line = page.lines.get(row, ())
        for before, character in itertools.pairwise(line):
            if has_gaps and character.substrokes not in gaps:
                middle = (labels[before.substrokes].right() + labels[character.substrokes].left()) / 2
                gaps[character.substrokes] = QRectF(middle - _SPACE_WIDTH / 2, top, _SPACE_WIDTH, LABEL_HEIGHT)
        return LabelRow(labels, gaps, typed)
