"""Split asks where: the places at which a character can be cut, numbered on its ink, the best first."""

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen

from handpad.app.canvas import Canvas
from handpad.app.ink_overlay import InkOverlay, ink_rect
from handpad.app.theme import Theme
from handpad.page.page import Page
from handpad.page.parting import Cut

MOST = 5
"""So many cuts are shown; keys 1 to 5 pick them."""

_HEIGHT = 18.0
_BESIDE = 3.0


class SplitChoice(InkOverlay):
    """The cuts of one character. The chosen one shows both halves in two colours.

    Signals
    -------
    picked(Cut) : the character is to be cut there.
    left() : it is not to be cut.
    """

    picked = Signal(object)
    left = Signal()

    def __init__(self, theme: Theme, page: Page, cuts: Sequence[Cut], canvas: Canvas):
        super().__init__(theme, "Where is it parted?", canvas)
        self._page, self.cuts, self.chosen = page, list(cuts[:MOST]), 0
        self._ink = ink_rect(page, [cuts[0].left, cuts[0].right])
        self._badges = self._placed()
        self.cover(self._badges[0].united(self._ink) if len(cuts) == 1 else self._around())
        self.setAccessibleDescription("Numbers or Enter part the ink, arrow keys go from cut to cut, Escape leaves.")
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._tell()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.PopupFocusReason)

    def _around(self) -> QRectF:
        rect = QRectF(self._ink)
        for badge in self._badges:
            rect = rect.united(badge)
        return rect

    def badge(self, place: int) -> QRectF:
        """Where the number of a cut stands, in points of the page."""
        return self._badges[place]

    def _placed(self) -> list[QRectF]:
        """The numbers above the ink, over their cuts, none over another; below it where there is no room above."""
        widths = [self._width(self._text(place)) + 12 for place in range(len(self.cuts))]
        found: dict[int, QRectF] = {}
        rows = self._ink.top() - 10 - _HEIGHT
        for place in sorted(range(len(self.cuts)), key=lambda place: self.cuts[place].border.x):
            x = self.cuts[place].border.x
            rect = QRectF(x - widths[place] / 2, rows, widths[place], _HEIGHT)
            if rect.left() < 2:
                rect.moveLeft(2)
            before = max((other.right() for other in found.values()), default=-1e9)
            if rect.left() < before + _BESIDE:
                rect.moveLeft(before + _BESIDE)
            found[place] = rect
        shift = (sum(found[place].center().x() - self.cuts[place].border.x for place in found)) / len(found)
        shift = min(shift, min(rect.left() for rect in found.values()) - 2)
        over = max(rect.right() for rect in found.values()) - shift - (self._paper().right() - 2)
        if rows < 2:
            for rect in found.values():
                rect.moveTop(self._ink.bottom() + 8)
        return [found[place].translated(-shift - max(over, 0.0), 0) for place in range(len(self.cuts))]

    def _text(self, place: int) -> str:
        said = " ".join(label for label in self.cuts[place].labels if label)
        return f"{place + 1}  {said}" if said else str(place + 1)

    def _tell(self) -> None:
        said = " and ".join(label for label in self.cuts[self.chosen].labels if label)
        reads = f", which reads {said}" if said else ""
        self.setAccessibleName(f"Where is it parted? Cut {self.chosen + 1} of {len(self.cuts)}{reads}")

    def press(self, point: QPointF) -> bool:
        place = self._at(point)
        if place is None:
            self.left.emit()
        else:
            self.picked.emit(self.cuts[place])
        return True

    def hover(self, point: QPointF) -> None:
        place = self._at(point)
        if place is not None and place != self.chosen:
            self._choose(place)

    def _at(self, point: QPointF) -> int | None:
        """The cut whose number, or else whose line, lies under a point."""
        for place, badge in enumerate(self._badges):
            if badge.adjusted(-2, -4, 2, 4).contains(point):
                return place
        inside = self._ink.adjusted(-8, -8, 8, 8).contains(point)
        near = min(range(len(self.cuts)), key=lambda place: abs(self.cuts[place].border.x - point.x()))
        return near if inside and abs(self.cuts[near].border.x - point.x()) < 8 else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key, number = event.key(), event.key() - Qt.Key.Key_1
        if key == Qt.Key.Key_Escape:
            self.left.emit()
        elif 0 <= number < len(self.cuts):
            self.picked.emit(self.cuts[number])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.picked.emit(self.cuts[self.chosen])
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._step(1 if key in (Qt.Key.Key_Right, Qt.Key.Key_Down) else -1)
        else:
            super().keyPressEvent(event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        self._step(1 if forward else -1)
        return True

    def focusOutEvent(self, event: QFocusEvent) -> None:
        if event.reason() == Qt.FocusReason.MouseFocusReason:
            self.left.emit()

    def _step(self, step: int) -> None:
        """Go to the cut to the right or to the left."""
        order = sorted(range(len(self.cuts)), key=lambda place: self._badges[place].left())
        self._choose(order[(order.index(self.chosen) + step) % len(order)])

    def _choose(self, place: int) -> None:
        self.chosen = place
        self._tell()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, theme = self._begin(), self._theme
        cut = self.cuts[self.chosen]
        self._trace(painter, self._page, cut.left, theme.accent)
        self._trace(painter, self._page, cut.right, theme.danger)
        for place in range(len(self.cuts)):
            self._paint_cut(painter, place)

    def _paint_cut(self, painter: QPainter, place: int) -> None:
        theme, border, badge = self._theme, self.cuts[place].border, self._badges[place]
        chosen = place == self.chosen
        color = QColor(theme.accent if chosen else theme.muted)
        painter.setPen(QPen(color, 1.8 if chosen else 1.0, Qt.PenStyle.SolidLine if chosen else Qt.PenStyle.DashLine))
        above = badge.bottom() <= self._ink.top()
        end = self._ink.bottom() + 3 if above else self._ink.top() - 3
        begin = badge.bottom() if above else badge.top()
        turn = self._ink.top() - 3 if above else self._ink.bottom() + 3
        painter.drawLine(QPointF(badge.center().x(), begin), QPointF(border.x, turn))
        painter.drawLine(QPointF(border.x, turn), QPointF(border.x, end))
        painter.setPen(QPen(color, 1.2))
        painter.setBrush(QColor(theme.accent_soft if chosen else theme.paper))
        painter.drawRoundedRect(badge, 6, 6)
        self._write(painter, badge, self._text(place), theme.text)
