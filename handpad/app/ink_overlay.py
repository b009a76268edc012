"""What lies over the ink of a page while the writer decides where it is parted: takes mouse, pen and keys there."""

import functools

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPen,
    QTabletEvent,
)
from PySide6.QtWidgets import QWidget

from handpad.app.canvas import Canvas
from handpad.app.theme import Theme
from handpad.ink import Box
from handpad.page.page import Character, Page
from handpad.page.parting import Key

ROOM = 34.0
"""Page units around the ink."""

_SMALL = 11


class InkOverlay(QWidget):
    """A transparent part of the paper. Points are those of the page.

    Mouse and pen are one: subclasses say what a press, a move and a release do at a point of the page.
    """

    def __init__(self, theme: Theme, name: str, canvas: Canvas):
        super().__init__(canvas)
        self._canvas = canvas
        self._theme = theme
        self._pressed = False
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking)
        self.setAccessibleName(name)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def cover(self, ink: QRectF) -> None:
        """Lie over some ink and a little around it."""
        area = ink.adjusted(-ROOM, -ROOM, ROOM, ROOM + 30).intersected(self._paper())
        self.setGeometry(self._canvas.zoom.widget_rect(area).toAlignedRect())

    def _paper(self) -> QRectF:
        """All of the page that there is to lie on."""
        return self._canvas.zoom.page_rect(QRectF(self._canvas.rect()))

    def _inside(self, area: QRectF) -> QRect:
        """Where a part of the page lies in this widget."""
        return self._canvas.zoom.widget_rect(area).translated(-QPointF(self.pos())).toAlignedRect()

    def press(self, point: QPointF) -> bool:
        """The pen or the left button goes down; False leaves it to the paper."""
        raise NotImplementedError

    def drag(self, point: QPointF) -> None:
        """It moves while it is down."""

    def release(self, point: QPointF) -> None:
        """It goes up."""

    def hover(self, point: QPointF) -> None:
        """The pointer moves without being pressed."""

    def _on_page(self, point: QPointF) -> QPointF:
        return self._canvas.zoom.on_page(point + QPointF(self.pos()))

    def tabletEvent(self, event: QTabletEvent) -> None:
        kinds = {
            QEvent.Type.TabletPress: self._down,
            QEvent.Type.TabletMove: self._moved,
            QEvent.Type.TabletRelease: self._up,
        }
        event.setAccepted(kinds[event.type()](event) if event.type() in kinds else False)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.setAccepted(self._down(event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        event.setAccepted(self._moved(event))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.setAccepted(self._up(event))

    def _down(self, event: QMouseEvent | QTabletEvent) -> bool:
        left = event.button() == Qt.MouseButton.LeftButton
        self._pressed = left and self.press(self._on_page(event.position()))
        return self._pressed

    def _moved(self, event: QMouseEvent | QTabletEvent) -> bool:
        point = self._on_page(event.position())
        if self._pressed:
            self.drag(point)
        else:
            self.hover(point)
        return self._pressed

    def _up(self, event: QMouseEvent | QTabletEvent) -> bool:
        was, self._pressed = self._pressed, False
        if was:
            self.release(self._on_page(event.position()))
        return was

    def event(self, event: QEvent) -> bool:
        # What is typed here is for the ink; it is no shortcut of the window, but for those with Ctrl or Alt.
        commands = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.ShortcutOverride
            and not event.modifiers() & commands
        ):
            event.accept()
            return True
        return super().event(event)

    # Painting

    def _begin(self) -> QPainter:
        """A painter in points of the page."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(-QPointF(self.pos()))
        painter.scale(self._canvas.zoom.factor, self._canvas.zoom.factor)
        return painter

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(_SMALL)
        return font

    def _width(self, text: str) -> float:
        return QFontMetricsF(self._font()).horizontalAdvance(text)

    def _write(self, painter: QPainter, rect: QRectF, text: str, color: str) -> None:
        painter.setFont(self._font())
        painter.setPen(QColor(color))
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, text)

    def _trace(self, painter: QPainter, page: Page, ink: Key, color: str) -> None:
        """Draw some ink in a colour of its own."""
        pen = QPen(QColor(color), 2.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for stroke in page.ink(Character(ink)):
            path = QPainterPath(QPointF(*stroke[0, :2]))
            for x, y in stroke[1:, :2].tolist():
                path.lineTo(x, y)
            painter.drawPath(path)


def ink_rect(page: Page, inks: list[Key]) -> QRectF:
    """The smallest rectangle around some ink of a page."""
    box = functools.reduce(Box.union, (page.box(Character(ink)) for ink in inks))
    return QRectF(box.left, box.top, box.width, box.height)
