"""Painting a page: paper, ink, and what each character was read as, small and calm beneath it."""

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen, QTransform

from handpad.app.label_rows import LABEL_DROP, LABEL_HEIGHT, LabelRows
from handpad.app.pen_path import PenPath
from handpad.app.theme import Theme
from handpad.page.line_job import Key
from handpad.page.page import Character, Page

FADE_IN = 0.1
"""Seconds in which a read character appears."""

GLOW = 1.6
"""Seconds that a character glows after a correction elsewhere changed it."""


WELCOME = (
    "What you write on the lines is read as you go.",
    "Click a letter to put it right: Handpad learns it at once.",
    "All is saved by itself, and stays on this machine.",
)
"""What is said at the first start, until the first stroke."""

WELCOME_SIZE = 17


@dataclass
class View:
    """What is shown besides the page itself.

    Attributes
    ----------
    unsure, space_in_doubt : tell whether a character, or the space before it or that there is none, is to be marked
        as unsure.
    appeared, changed : ink of a character to when it was first read, or changed by learning (s).
    selected, hovered : ink of the character under the keyboard's or the pointer's mark, or None.
    word : ink of the characters of the word that is being corrected, or ().
    faded : numbers of strokes that an eraser is about to remove.
    rubbed : numbers of strokes to what an eraser is about to leave of them.
    found : around what a search found on the page.
    edge : x where the paper ends: no box is drawn across it.
    welcomes : whether an empty page says how Handpad works.
    """

    unsure: Callable[[Character], bool] = lambda character: False
    space_in_doubt: Callable[[Character], bool] = lambda character: False
    appeared: dict[Key, float] = field(default_factory=dict)
    changed: dict[Key, float] = field(default_factory=dict)
    selected: Key | None = None
    hovered: Key | None = None
    word: tuple[Key, ...] = ()
    faded: set[int] = field(default_factory=set)
    rubbed: dict[int, list[np.ndarray]] = field(default_factory=dict)
    found: tuple[QRectF, ...] = ()
    edge: float = math.inf
    welcomes: bool = False


class PageView:
    """Paints pages in one theme; keeps the pictures of strokes between paintings."""

    def __init__(self, theme: Theme, font: QFont):
        self.theme = theme
        self._font = QFont(font)
        self._font.setPixelSize(17)
        self._metrics = QFontMetricsF(self._font)
        self._pictures: dict[int, PenPath] = {}
        self._rows = LabelRows(self._metrics)
        self._reaches: dict[int, tuple[tuple[Character, ...], QRectF]] = {}

    def adopt(self, number: int, picture: PenPath) -> None:
        """Use the picture that was drawn live for the stroke that it became."""
        self._pictures[number] = picture

    def label_rect(self, page: Page, character: Character) -> QRectF:
        """Where the label of a character stands and can be clicked."""
        return self._rows.row(page, page.row(character)).labels.get(character.substrokes, QRectF())

    def character_rect(self, page: Page, character: Character) -> QRectF:
        """Everything that is painted for a character: ink, label and marks."""
        box = page.box(character)
        ink = QRectF(box.left, box.top, box.width, box.height).adjusted(-8, -8, 8, 8)
        return ink.united(self.label_rect(page, character).adjusted(-8, -6, 8, 6))

    def changed_rects(self, old: Page, new: Page) -> list[QRectF]:
        """All that is to be painted anew when a page has become another one."""
        found = []
        for before, after in new.changed_lines(old).values():
            found += [self.character_rect(old, character) for character in set(before) - set(after)]
            found += [self.character_rect(new, character) for character in set(after) - set(before)]
        rows = {typed.row for typed in {*old.typed} ^ {*new.typed}} | new.changed_lines(old).keys()
        for row in rows:  # labels, marks and typed text may stand elsewhere although their ink does not
            was, now = self._rows.row(old, row), self._rows.row(new, row)
            moved = [rect for some, others in ((was, now), (now, was)) for rect in some.places() - others.places()]
            found += [QRectF(*rect).adjusted(-8, -6, 8, 6) for rect in moved]
        return found

    def gap_rect(self, page: Page, character: Character) -> QRectF:
        """Where the mark stands that tells of a space before a character; empty where there can be none."""
        return self._rows.row(page, page.row(character)).gaps.get(character.substrokes, QRectF())

    def doubtful_gap(self, page: Page, view: View, point: QPointF) -> Character | None:
        """The character before whose mark of a doubtful space, or of a doubtful want of one, a point is."""
        row = self.label_row(page, point)
        gaps = self._rows.row(page, row).gaps if row is not None else {}
        for character in page.lines.get(row, ()) if row is not None else ():
            rect = gaps.get(character.substrokes)
            if rect is not None and rect.adjusted(-2, 0, 2, 4).contains(point) and view.space_in_doubt(character):
                return character
        return None

    def label_row(self, page: Page, point: QPointF) -> int | None:
        """The line whose band of labels a point is in."""
        row = page.ruling.row(point.y() - LABEL_DROP - LABEL_HEIGHT / 2)
        top = page.ruling.baseline(row) + LABEL_DROP
        return row if top <= point.y() <= top + LABEL_HEIGHT else None

    def marked_rect(self, page: Page, keys: Sequence[Key]) -> QRectF:
        """Everything that is painted for some characters; those that are gone do not count."""
        rects = [self.character_rect(page, character) for character in map(page.find, keys) if character is not None]
        return functools.reduce(QRectF.united, rects, QRectF())

    def word_rect(self, page: Page, word: Sequence[Character]) -> QRectF:
        """The band of a word's labels, gaps included."""
        rect = self.label_rect(page, word[0])
        for character in word[1:]:
            rect = rect.united(self.label_rect(page, character))
        return rect

    def paint_paper(self, painter: QPainter, rect: QRectF, page: Page, edge: float) -> None:
        """Paint the empty paper within rect; edge: as in a view."""
        painter.fillRect(rect, QColor(self.theme.paper))
        self._paint_ruling(painter, rect, page, edge)

    def paint(self, painter: QPainter, rect: QRectF, page: Page, view: View, now: float) -> None:
        """Paint the part of the page within rect; now is in seconds on the clock of the view's times."""
        self.paint_paper(painter, rect, page, view.edge)
        if not page.strokes and not page.typed:
            self._paint_hint(painter, page, view.welcomes)
        characters = [
            c for line in self._lines_in(page, rect) for c in line if self.character_rect(page, c).intersects(rect)
        ]
        self._paint_found(painter, view)
        for character in characters:
            self._paint_marks(painter, page, character, view, now)
        if view.selected is not None and view.selected in page.pictures:
            self._paint_marks(painter, page, Character(view.selected), view, now)
        if view.word:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.theme.accent), 1.6))
            painter.drawRoundedRect(self.marked_rect(page, view.word).adjusted(2, 2, -2, -2), 8, 8)
        ink = QColor(self.theme.ink)
        faded = QColor(self.theme.ink)
        faded.setAlphaF(0.25)
        drawn = {number for character in characters for number in character.strokes} | page.drawings
        for number in sorted(drawn - view.rubbed.keys(), key=lambda number: (number not in page.marks, number)):
            picture = self._pictures.get(number)
            if picture is None:
                picture = self._pictures[number] = PenPath(page.strokes[number], page.pen(number))
            if picture.bounds.intersects(rect):
                picture.paint(painter, faded if number in view.faded else ink)
        for number, pieces in view.rubbed.items():
            for piece in pieces:
                PenPath(piece, page.pen(number)).paint(painter, ink)
        painter.setFont(self._font)
        for character in characters:
            if character.label and self.label_rect(page, character).adjusted(-4, -4, 4, 4).intersects(rect):
                self._paint_label(painter, page, character, view, now)
        self._paint_gaps(painter, rect, page, view)

    def _paint_gaps(self, painter: QPainter, rect: QRectF, page: Page, view: View) -> None:
        """The spaces between words, those in doubt in another form, and what was typed."""
        first, last = page.ruling.row(rect.top()) - 1, page.ruling.row(rect.bottom())
        for row in range(max(first, 0), last + 1):
            laid = self._rows.row(page, row)
            painter.setPen(QColor(self.theme.text))
            for typed, place in laid.typed:
                if place.intersects(rect):
                    painter.drawText(place, Qt.AlignmentFlag.AlignCenter, typed.text)
            for character in page.lines.get(row, ()):
                place = laid.gaps.get(character.substrokes, QRectF())
                if place.adjusted(-4, -4, 4, 4).intersects(rect):
                    self._paint_gap(painter, place, character, view.space_in_doubt(character))

    def _paint_gap(self, painter: QPainter, place: QRectF, character: Character, doubt: bool) -> None:
        """An open box for a space, large and dashed where it is in doubt; a dashed bar where there may be one."""
        if not (character.space or doubt):
            return
        pen = QPen(QColor(self.theme.accent if doubt else self.theme.muted), 1.8 if doubt else 1.2)
        if doubt:
            pen.setDashPattern([1.6, 1.2])
        painter.setPen(pen)
        middle, bottom = place.center().x(), place.bottom() - (1 if doubt else 4)
        reach, rise = (7, 8) if doubt else (4, 4)
        left, right, top = middle - reach, middle + reach, bottom - rise
        if character.space:
            painter.drawPolyline(
                [QPointF(left, top), QPointF(left, bottom), QPointF(right, bottom), QPointF(right, top)]
            )
        else:
            painter.drawLine(QPointF(middle, place.top() + 3), QPointF(middle, bottom))

    def _paint_found(self, painter: QPainter, view: View) -> None:
        painter.setPen(QPen(QColor(self.theme.accent), 1.4))
        glow = QColor(self.theme.glow)
        glow.setAlphaF(0.55)
        painter.setBrush(glow)
        for found in view.found:
            painter.drawRoundedRect(found.adjusted(-8, -8, 8, 8), 8, 8)

    def _lines_in(self, page: Page, rect: QRectF) -> list[tuple[Character, ...]]:
        """The lines of which something may lie within rect; how far each reaches is kept between paintings."""
        found = []
        for row in sorted(page.lines):
            line = page.lines[row]
            known, reach = self._reaches.get(row, ((), QRectF()))
            if known is not line:
                rects = (self.character_rect(page, character) for character in line)
                reach = functools.reduce(QRectF.united, rects, QRectF())
                self._reaches[row] = line, reach
            if reach.intersects(rect):
                found.append(line)
        return found

    def characters_near(self, page: Page, point: QPointF) -> list[Character]:
        """The characters of those lines of which anything is painted around a point."""
        rect = QRectF(point.x() - 8, point.y() - 8, 16, 16)
        return [character for line in self._lines_in(page, rect) for character in line]

    def _paint_ruling(self, painter: QPainter, rect: QRectF, page: Page, edge: float) -> None:
        ruling = page.ruling
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        first, last = ruling.row(rect.top()), ruling.row(rect.bottom() + ruling.pitch)
        for row in range(first, last + 1):
            baseline = ruling.baseline(row)
            painter.setPen(QPen(QColor(self.theme.baseline), 1))
            painter.drawLine(QPointF(rect.left(), baseline), QPointF(rect.right(), baseline))
            painter.setPen(QPen(QColor(self.theme.x_line), 1))
            x_line = baseline - ruling.x_height
            painter.drawLine(QPointF(rect.left(), x_line), QPointF(rect.right(), x_line))
            if page.has_boxes(row):
                self._paint_boxes(painter, rect, page, baseline, edge)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _paint_boxes(self, painter: QPainter, rect: QRectF, page: Page, baseline: float, edge: float) -> None:
        ruling = page.ruling
        top, bottom = baseline - 1.9 * ruling.x_height, baseline + 0.75 * ruling.x_height
        painter.setPen(QPen(QColor(self.theme.baseline), 1))
        column = max(0, int((rect.left() - ruling.margin) // ruling.box_width))
        x = ruling.margin + column * ruling.box_width
        while x <= rect.right() + ruling.box_width and x + ruling.box_width <= edge:
            painter.drawRect(QRectF(x + 2, top, ruling.box_width - 4, bottom - top))
            x += ruling.box_width

    def _paint_hint(self, painter: QPainter, page: Page, welcomes: bool) -> None:
        """The line of handwriting on an empty page that says where to begin; at the first start also how it goes on."""
        color = QColor(self.theme.muted)
        color.setAlphaF(0.45)
        painter.setPen(QPen(color, 2.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        scale = page.ruling.x_height / 10
        place = QTransform().translate(page.ruling.margin + 14, page.ruling.baseline(0)).scale(scale, scale)
        painter.drawPath(place.map(_hint_path()))
        if welcomes:
            font = QFont(painter.font())
            font.setPixelSize(WELCOME_SIZE)
            painter.setFont(font)
            painter.setPen(QColor(self.theme.muted))
            for row, sentence in enumerate(WELCOME, start=1):
                painter.drawText(QPointF(page.ruling.margin + 14, page.ruling.baseline(row) - 6), sentence)

    def _paint_marks(self, painter: QPainter, page: Page, character: Character, view: View, now: float) -> None:
        rect = self.character_rect(page, character).adjusted(2, 2, -2, -2)
        painter.setPen(Qt.PenStyle.NoPen)
        since = now - view.changed.get(character.substrokes, -GLOW)
        if since < GLOW:
            glow = QColor(self.theme.glow)
            glow.setAlphaF(0.85 * (1 - since / GLOW))
            painter.setBrush(glow)
            painter.drawRoundedRect(rect, 8, 8)
        if character.substrokes == view.hovered:
            painter.setBrush(QColor(self.theme.accent_soft))
            painter.drawRoundedRect(self.label_rect(page, character), 6, 6)
        if character.substrokes == view.selected and not view.word:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(self.theme.accent), 1.6))
            painter.drawRoundedRect(rect, 8, 8)

    def _paint_label(self, painter: QPainter, page: Page, character: Character, view: View, now: float) -> None:
        rect = self.label_rect(page, character)
        color = QColor(self.theme.text if character.corrected else self.theme.muted)
        color.setAlphaF(min(1.0, max(0.0, (now - view.appeared.get(character.substrokes, 0.0)) / FADE_IN)))
        painter.setPen(color)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, character.label)
        if not character.corrected and view.unsure(character):
            pen = QPen(QColor(self.theme.accent), 2.2, Qt.PenStyle.DotLine, Qt.PenCapStyle.RoundCap)
            painter.setPen(pen)
            middle = rect.center().x()
            painter.drawLine(QPointF(middle - 7, rect.bottom() - 0.5), QPointF(middle + 7, rect.bottom() - 0.5))


def _hint_path() -> QPainterPath:
    """ "Write here" in handwriting: x-height 10, baseline at y = 0, y down."""
    path = QPainterPath()
    for stroke in _HINT:
        path.moveTo(*stroke[0])
        for control, other, end in stroke[1]:
            path.cubicTo(QPointF(*control), QPointF(*other), QPointF(*end))
    return path


# Each stroke: its start, then cubic curves (control, control, end).
_HINT = (
    # W
    (
        (0, -15),
        (
            ((1, -9), (3, -2), (4, 0)),
            ((5.5, -4), (7, -9), (8.5, -12)),
            ((9.5, -7), (11, -2), (12.5, 0)),
            ((14.5, -4), (17, -11), (17.5, -15)),
        ),
    ),
    # r
    (
        (20, -9.5),
        (
            ((20.8, -6), (20.8, -3), (20.8, 0)),
            ((20.6, -5), (22.5, -10), (26, -9)),
        ),
    ),
    # i
    ((29, -9.5), (((29, -6), (28.5, -1), (30, -0.2)), ((30.8, 0.2), (31.5, -0.5), (32, -1.2)))),
    ((29.3, -13.6), (((29.4, -13.7), (29.5, -13.6), (29.4, -13.4)),)),
    # t
    ((36.4, -14.5), (((36, -9), (35.2, -2), (36.6, -0.4)), ((37.6, 0.6), (39.2, -0.4), (40, -1.6)))),
    ((33, -9.6), (((35, -9.9), (37.5, -10.2), (39.6, -10.3)),)),
    # e
    (
        (42.3, -4.6),
        (
            ((45, -4.6), (48.5, -5.4), (48.4, -7.6)),
            ((48.2, -10.2), (44.2, -10.2), (42.8, -6.8)),
            ((41.4, -3), (43, 0.4), (46, 0.2)),
            ((48, 0), (49.2, -1.2), (50, -2.4)),
        ),
    ),
    # h
    (
        (60, -15.5),
        (
            ((59.8, -10), (59.6, -5), (59.8, 0)),
            ((60, -4.5), (62, -9.6), (64.6, -9.6)),
            ((67.6, -9.6), (66.6, -4), (67, -1.4)),
            ((67.2, 0), (68.4, 0.2), (69.4, -1)),
        ),
    ),
    # e
    (
        (71.3, -4.6),
        (
            ((74, -4.6), (77.5, -5.4), (77.4, -7.6)),
            ((77.2, -10.2), (73.2, -10.2), (71.8, -6.8)),
            ((70.4, -3), (72, 0.4), (75, 0.2)),
            ((77, 0), (78.2, -1.2), (79, -2.4)),
        ),
    ),
    # r
    (
        (81, -9.5),
        (
            ((81.8, -6), (81.8, -3), (81.8, 0)),
            ((81.6, -5), (83.5, -10), (87, -9)),
        ),
    ),
    # e
    (
        (88.3, -4.6),
        (
            ((91, -4.6), (94.5, -5.4), (94.4, -7.6)),
            ((94.2, -10.2), (90.2, -10.2), (88.8, -6.8)),
            ((87.4, -3), (89, 0.4), (92, 0.2)),
            ((94, 0), (95.4, -1.2), (96.4, -2.6)),
        ),
    ),
)
