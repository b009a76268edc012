"""Where a word is parted, as lines on its ink that can be dragged, added and removed with pen, mouse and keys."""

from itertools import pairwise

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen, QRegion

from handpad.app.canvas import Canvas
from handpad.app.ink_overlay import InkOverlay, ink_rect
from handpad.app.theme import Theme
from handpad.page.messages import Change
from handpad.page.page import Page
from handpad.page.parting import Parting, same_ink

_REACH = 8.0
_KNOB = 4.5
_ABOVE = 12.0
_AWAY = 26.0
"""A cut that is dragged so far above or below the ink is taken away."""


class WordCuts(InkOverlay):
    """The cuts of one word.

    Signals
    -------
    parted(Parting) : the writer has parted the word otherwise.
    dragging() : a cut is being moved, so that nothing should lie over the ink.
    left() : Escape was pressed.

    Attributes
    ----------
    parting : as it is shown. chosen : the cut that keys move, counted from 0; None if there is none.
    note : a few words beside the word, such as "T not learned".
    """

    parted = Signal(object)
    dragging = Signal()
    left = Signal()

    def __init__(self, theme: Theme, page: Page, parting: Parting, canvas: Canvas, note: str = ""):
        super().__init__(theme, "Cuts between the letters", canvas)
        self.setAccessibleDescription(
            "Left and right move the chosen cut, Tab goes to the next one, Delete removes it, Insert or plus adds one, "
            "Enter keeps the change, Escape leaves."
        )
        self._page = page
        self._kept = self.parting = parting
        self.note = note
        self.chosen: int | None = 0 if parting.borders else None
        self._dragged: int | None = None
        self._start = parting
        self._gone = False
        self._lay()
        self.show()
        self.raise_()

    def move_to(self, page: Page, parting: Parting, note: str) -> None:
        """Show the same word as it is parted now."""
        self._page, self.note = page, note
        self._kept = parting
        self._set(parting)

    def _lay(self) -> None:
        self._ink = ink_rect(self._page, [piece.substrokes for piece in self.parting.pieces])
        self.cover(self._ink)
        self._clip()
        self._tell()

    def _set(self, parting: Parting) -> None:
        self.parting = parting
        count = len(parting.borders)
        self.chosen = None if not count else min(self.chosen or 0, count - 1)
        self._lay()
        self.update()

    # Where things are

    def line(self, border: int) -> QRectF:
        """Where a cut can be taken hold of, in points of the page."""
        x = self.parting.borders[border].x
        top = self._top() - _KNOB
        return QRectF(x - _REACH, top, 2 * _REACH, self._ink.bottom() - top + 4)

    def _top(self) -> float:
        """The height of the knobs."""
        return max(self._ink.top() - _ABOVE, 10.0)

    def plus(self) -> QRectF:
        """Where a cut can be added, in points of the page."""
        x = self._ink.right() + 16
        if x + 10 > self._paper().right():
            x = self._ink.left() - 16
        return QRectF(x - 9, self._top() - 9, 18, 18)

    def _note_rect(self) -> QRectF:
        """Beside the sign that adds a cut, or before the word where there is no room behind it."""
        width, plus = self._width(self.note) + 14, self.plus()
        left = plus.right() + 5
        if left + width > self._paper().right():
            left = max(min(plus.left(), self._ink.left()) - 5 - width, 2.0)
        return QRectF(left, plus.center().y() - 8.5, width, 17)

    def _clip(self) -> None:
        """Only what can be taken hold of is in the way of the pen."""
        if self.note:
            note = self._canvas.zoom.widget_rect(self._note_rect()).toAlignedRect()
            self.setGeometry(self.geometry().united(note))
        region = QRegion()
        for rect in (*map(self.line, range(len(self.parting.borders))), self.plus()):
            region += self._inside(rect)
        if self.note:
            region += self._inside(self._note_rect())
        self.setMask(region)

    def _tell(self) -> None:
        """Say the chosen cut to those who do not see it."""
        said = [piece.label or "nothing" for piece in self.parting.pieces]
        if self.chosen is None:
            self.setAccessibleName(f"“{self.parting.text}” is not parted")
            return
        one, other = list(pairwise(said))[self.chosen]
        count = len(said) - 1
        self.setAccessibleName(f"Cut {self.chosen + 1} of {count} in “{self.parting.text}”, between {one} and {other}")

    # Mouse and pen

    def press(self, point: QPointF) -> bool:
        borders = self.parting.borders
        near = [place for place in range(len(borders)) if self.line(place).contains(point)]
        self._start, self._gone = self.parting, False
        if near:
            self.chosen = self._dragged = min(near, key=lambda place: abs(borders[place].x - point.x()))
        elif self.plus().contains(point):
            self._add()
            self._dragged = self.chosen
        if self._dragged is None:
            return False
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        self.clearMask()
        self.dragging.emit()
        self.update()
        return True

    def drag(self, point: QPointF) -> None:
        if self._dragged is None:
            return
        above, below = self._ink.top() - _ABOVE - _AWAY - point.y(), point.y() - self._ink.bottom() - _AWAY
        beside = self.plus().contains(point)
        self._gone = max(above, below) > 0
        if not self._gone and not beside:
            inside = self._ink.top() <= point.y() <= self._ink.bottom()
            y = point.y() if inside else self.parting.borders[self._dragged].y
            self.parting = self.parting.dragged(self._dragged, point.x(), y)
        self.update()

    def release(self, point: QPointF) -> None:
        if self._dragged is not None and self._gone:
            self.parting = self.parting.removed(self._dragged)
        self._dragged, self._gone = None, False
        self._set(self.parting)
        self._keep()

    def hover(self, point: QPointF) -> None:
        over = any(self.line(place).contains(point) for place in range(len(self.parting.borders)))
        if over:
            self.setCursor(Qt.CursorShape.SplitHCursor)
            self.setToolTip("Drag to part the letters elsewhere; drag it off the word to remove it")
        else:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
            self.setToolTip("One cut more" if self.plus().contains(point) else "")

    # Keys

    def focusNextPrevChild(self, forward: bool) -> bool:
        count = len(self.parting.borders)
        if self.chosen is not None and count:
            self.chosen = (self.chosen + (1 if forward else -1)) % count
            self._tell()
            self.update()
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, chosen = event.key(), self.chosen
        if key == Qt.Key.Key_Escape:
            changed = self.parting is not self._kept
            self._set(self._kept)
            if not changed:
                self.left.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if not self._keep():
                self.left.emit()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right) and chosen is not None:
            self._set(self.parting.stepped(chosen, 1 if key == Qt.Key.Key_Right else -1))
        elif key in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and chosen is not None:
            self._set(self.parting.removed(chosen))
        elif key == Qt.Key.Key_Insert or event.text() == "+":
            self._add()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._keep()
        self.update()

    def _add(self) -> None:
        """One cut more, through the widest piece."""
        rects = [ink_rect(self._page, [piece.substrokes]) for piece in self.parting.pieces]
        widest = max(range(len(rects)), key=lambda place: rects[place].width())
        center = rects[widest].center()
        added = self.parting.added(center.x(), center.y())
        if len(added.borders) > len(self.parting.borders):
            self.chosen = min(range(len(added.borders)), key=lambda place: abs(added.borders[place].x - center.x()))
            self._set(added)

    def _keep(self) -> bool:
        """Tell of a change, if there is one."""
        if self._dragged is not None or same_parting(self.parting, self._kept):
            return False
        self._kept = self.parting
        self.parted.emit(self.parting)
        return True

    # Painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = self._begin()
        for place in range(len(self.parting.borders)):
            self._paint_cut(painter, place)
        color = QColor(self._theme.accent)
        plus = self.plus()
        painter.setPen(QPen(color, 1.2))
        painter.setBrush(QColor(self._theme.paper))
        painter.drawEllipse(plus.adjusted(1, 1, -1, -1))
        center = plus.center()
        painter.drawLine(center - QPointF(4, 0), center + QPointF(4, 0))
        painter.drawLine(center - QPointF(0, 4), center + QPointF(0, 4))
        if self.note:
            rect = self._note_rect()
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(self._theme.surface))
            painter.drawRoundedRect(rect, 6, 6)
            self._write(painter, rect, self.note, self._theme.muted)

    def _paint_cut(self, painter: QPainter, place: int) -> None:
        border, chosen = self.parting.borders[place], place == self.chosen and self.hasFocus()
        color = QColor(self._theme.accent)
        if place == self._dragged and self._gone:
            color.setAlphaF(0.25)
        style = Qt.PenStyle.SolidLine if border.through else Qt.PenStyle.DashLine
        painter.setPen(QPen(color, 2.2 if chosen else 1.2, style))
        top = self._top()
        painter.drawLine(QPointF(border.x, top + _KNOB), QPointF(border.x, self._ink.bottom() + 3))
        painter.setPen(QPen(color, 1.4))
        painter.setBrush(color if chosen else QColor(self._theme.paper))
        painter.drawEllipse(QPointF(border.x, top), _KNOB, _KNOB)
        if border.through:
            painter.setBrush(color)
            painter.drawEllipse(QPointF(border.x, border.y), 2.4, 2.4)


def same_parting(one: Parting, other: Parting) -> bool:
    """Whether two partings have the same pieces, which say the same."""
    return [(piece.substrokes, piece.label) for piece in one.pieces] == [
        (piece.substrokes, piece.label) for piece in other.pieces
    ]


def not_learned(change: Change) -> str:
    """What of a word was not learned, in three words; "" if nothing."""
    if change.skipped and len(change.skipped) == change.letters:
        return "Nothing was learned"
    skipped = ", ".join(piece.label or "" for piece in change.skipped)
    text_only = ", ".join(piece.label or "" for piece in change.text_only)
    said = [f"{skipped} not learned"] if skipped else []
    return "; ".join([*said, f"{text_only} text only"] if text_only else said)


def is_word_of(page: Page, parting: Parting) -> bool:
    """Whether a page still has a word of just this ink."""
    first = next((c for c in page.characters if c.substrokes[0] == parting.pieces[0].substrokes[0]), None)
    return first is not None and same_ink(page.word(first), parting.pieces)
