"""The paper: takes pen, touch and mouse, shows the ink at once, and tells what was done.

It knows no recognition: it shows the page that it is given and emits what the writer did.
"""

import math
import time
from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPointingDevice,
    QResizeEvent,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QWidget

from handpad.app.nib import paint_nib
from handpad.app.page_view import FADE_IN, GLOW, PageView, View
from handpad.app.pen_path import PenPath, width_of
from handpad.app.rubber import Rubber
from handpad.app.theme import Theme
from handpad.app.tiles import Tiles
from handpad.app.touch import Touch
from handpad.app.under_pointer import item_at, label_at, word_at, word_near
from handpad.app.walk_keys import take_key
from handpad.app.zoom import Zoom
from handpad.page.line_job import Key
from handpad.page.page import Character, Page
from handpad.page.pen import PLAIN

TAP = 5.0
"""A press that moves less than this many logical pixels is a tap."""

SETTLED = 1.0
"""A tap on a character opens it only this many seconds after its last stroke; before that it is ink (a dot)."""

_MOUSE_AFTER_PEN = 0.4
_BLANK_ROWS = 2
_BLANK = 0.4
"""So many rows, and such a part of what is in sight, are blank below the ink: the last line can be moved up."""


class Canvas(QWidget):
    """A ruled page that can be written on.

    Signals
    -------
    stroke_written(stroke, picture) : a stroke ended; stroke is (n, 4) in page units, picture its PenPath.
    strokes_erased(numbers, left) : the eraser was lifted from these strokes; left: of some of them something stays.
    opened(key) : the writer asked for the character, or the drawing, made of this ink.
    word_opened(key) : the writer asked for the word that this character is in.
    space_turned(key) : the space before this character, which is in doubt, is none; or there is one.
    removed(key) : the writer asked for it to be deleted.
    drawn(numbers), read_asked(numbers) : these strokes are a drawing; these are one no more, and to be read.
    pressed() : something was pressed on the paper, before anything else happens.
    fingers_moved(before, after, factor) : fingers moved the paper between points of the screen, and apart.
    painted_first() : the paper is on the screen for the first time.
    """

    stroke_written = Signal(object, object)
    strokes_erased = Signal(object, object)
    opened = Signal(object)
    word_opened = Signal(object)
    space_turned = Signal(object)
    removed = Signal(object)
    drawn = Signal(object)
    read_asked = Signal(object)
    pressed = Signal()
    fingers_moved = Signal(QPointF, QPointF, float)
    painted_first = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.page = Page()
        self.view = View()
        self.eraser = False
        self.rubber = Rubber()
        self.pen = PLAIN
        self.painter = PageView(theme, self.font())
        self._painted = False
        self._live: PenPath | None = None
        self._points: list[tuple[float, float, float, float]] = []
        self._device: object = None
        self._erasing = False
        self._tapped: Character | None = None
        self._tapped_gap: Character | None = None
        self._tapped_space: Character | None = None
        self._pressed_at = QPointF()
        self._nib: QPointF | None = None
        self._hand: QPointF | None = None
        self.zoom = Zoom()
        self.touch = Touch(self)
        self.tiles = Tiles(self._paint_tile, self._paint_blank, self.update, lambda: self._device is not None)
        self._last_pen = -1.0
        self._last_written: dict[int, float] = {}
        self._unsure: dict[int, set] = {}
        self._animation = QTimer(self, interval=16)
        self._animation.timeout.connect(self._animate)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName("Paper")
        self.setAccessibleDescription(
            "Write here. With the keyboard: arrow keys go from character to character, with Ctrl from word to word; "
            "Enter corrects the character, Shift+Enter the word, Delete removes, Ctrl+D makes a drawing of it, "
            "which is not read."
        )

    # What is shown

    def show_page(self, page: Page) -> None:
        """Show another state of the page."""
        old, self.page = self.page, page
        if bool(old.strokes) != bool(page.strokes) or old.boxes != page.boxes:
            self.renew()
        for rect in self.painter.changed_rects(old, page):
            self.update_page(rect)
        for number in old.drawings ^ page.drawings:
            shown = old if number in old.drawings else page
            box, reach = shown.stroke_boxes[number], 8 + width_of(1.0, shown.pen(number)) / 2
            self.update_page(QRectF(box.left, box.top, box.width, box.height).adjusted(-reach, -reach, reach, reach))
        self._update_unsure(page.changed_lines(old) or page.lines)
        if self.view.selected is not None and page.item(self.view.selected) is None:
            self.view.selected = None
        self.view.hovered = None
        self.fit()

    def _update_unsure(self, rows: Iterable[int]) -> None:
        """Paint those characters and spaces again that are unsure now and were not before, or the other way round."""
        for row in rows:
            line = self.page.lines.get(row, ())
            unsure = {(c.substrokes, self.painter.label_rect) for c in line if self.view.unsure(c)}
            unsure |= {(c.substrokes, self.painter.gap_rect) for c in line if self.view.space_in_doubt(c)}
            for key, rect_of in unsure ^ self._unsure.get(row, set()):
                character = self.page.find(key)
                if character is not None:
                    self.update_page(rect_of(self.page, character).adjusted(-4, -4, 4, 4))
            self._unsure[row] = unsure

    def light_up(self, rects: Sequence[QRectF]) -> None:
        """Mark what was found on the page, in page units, until something is written."""
        self.view.found = tuple(rects)
        self.renew()

    def set_theme(self, theme: Theme) -> None:
        self.painter.theme = theme
        self.renew()

    def animate(self) -> None:
        """Start painting the view's fading marks until all have ended."""
        if not self._animation.isActive():
            self._animation.start()
        self._animate()

    def _animate(self) -> None:
        now = time.monotonic()
        running = False
        for times, duration in ((self.view.appeared, FADE_IN), (self.view.changed, GLOW)):
            for key, start in list(times.items()):
                character = self.page.find(key)
                if character is not None:
                    self.update_page(self.painter.character_rect(self.page, character))
                if character is None or now - start > duration:
                    del times[key]
                else:
                    running = True
        if not running:
            self._animation.stop()

    def fit(self) -> None:
        """Keep blank paper below the ink, all ink within reach, and what is in sight where it is."""
        sight = self.parentWidget().size() if self.parentWidget() else self.size()
        ruling, factor = self.page.ruling, self.zoom.factor
        bottom = max((box.bottom for box in self.page.stroke_boxes.values()), default=0.0)
        bottom = max(bottom, *(ruling.baseline(typed.row) for typed in self.page.typed), 0.0)
        right = max((box.right for box in self.page.stroke_boxes.values()), default=0.0)
        if self.page.box_rows:  # the last box is whole
            right = ruling.margin + math.ceil((right - ruling.margin) / ruling.box_width) * ruling.box_width
        right += ruling.margin
        blank = ruling.row(bottom + sight.height() / factor * _BLANK) if bottom else 0
        height = ruling.baseline(max(ruling.row(bottom) + _BLANK_ROWS, blank)) + ruling.DEPTH * ruling.pitch
        width = right if (right - ruling.margin) * factor > sight.width() else 0.0
        if factor > 1:  # all that was in sight in its usual size stays within reach
            width, height = max(width, sight.width()), max(height, sight.height())
        lowest = sight.height() - self.y() if self.y() < 0 else 0
        self.setMinimumSize(int(width * factor), max(int(height * factor), lowest))

    def set_zoom(self, zoom: Zoom) -> None:
        """Show the page in another size."""
        self.tiles.scale(zoom.factor / self.zoom.factor)
        self.zoom = zoom
        self._nib = None
        self.fit()
        self.update()

    def update_page(self, rect: QRectF) -> None:
        """Paint a part of the page anew."""
        shown = self.zoom.widget_rect(rect).adjusted(-1, -1, 1, 1).toAlignedRect()
        self.tiles.change(shown)
        self.update(shown)

    def renew(self) -> None:
        """Paint all of the page anew."""
        self.tiles.clear()
        self.update()

    def _refresh(self, rect: QRectF) -> None:
        """Paint a part of the page anew where only the nib or the stroke being written is another."""
        self.update(self.zoom.widget_rect(rect).adjusted(-1, -1, 1, 1).toAlignedRect())

    def _paint_tile(self, painter: QPainter, rect: QRect) -> None:
        """Paint the page in a part of the widget."""
        self.view.edge = self._edge()
        painter.scale(self.zoom.factor, self.zoom.factor)
        self.painter.paint(painter, self.zoom.page_rect(QRectF(rect)), self.page, self.view, time.monotonic())

    def _edge(self) -> float:
        return self.width() / self.zoom.factor

    def resizeEvent(self, event: QResizeEvent) -> None:
        if self.page.boxes or self.page.box_rows:  # none is drawn across the edge
            self.renew()
        super().resizeEvent(event)

    def _paint_blank(self, painter: QPainter, rect: QRect) -> None:
        """Paint empty paper in a part of the widget."""
        painter.save()
        painter.scale(self.zoom.factor, self.zoom.factor)
        self.painter.paint_paper(painter, self.zoom.page_rect(QRectF(rect)), self.page, self._edge())
        painter.restore()

    def hand(self) -> QPointF | None:
        """Where the writer's hand is, on the page: a pen or a pointer over the paper, else the end of the last stroke.

        None where nothing was written yet.
        """
        if self._hand is not None:
            return self._hand
        last = max(self._last_written, key=self._last_written.__getitem__, default=None)
        stroke = self.page.strokes.get(last) if last is not None else None
        return QPointF(*stroke[-1, :2]) if stroke is not None else None

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        sight = self.visibleRegion().boundingRect() or event.rect()
        self.tiles.draw(painter, event.rect(), sight.united(event.rect()), self.devicePixelRatioF())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.scale(self.zoom.factor, self.zoom.factor)
        if self._live is not None:
            self._live.paint(painter, QColor(self.painter.theme.ink))
        if self._nib is not None:
            eraser = self._reach(self.rubber.radius) if self.eraser or self._erasing else None
            paint_nib(painter, self._nib, QColor(self.painter.theme.ink), self.pen, eraser)
        painter.end()
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.painted_first.emit)

    def _move_nib(self, point: QPointF | None) -> None:
        """Put the mark of the nib elsewhere, or nowhere."""
        for where in (self._nib, point):
            if where is not None:
                reach = self._reach(self.rubber.radius + 2) + width_of(0.5, self.pen)
                self._refresh(QRectF(where.x() - reach, where.y() - reach, 2 * reach, 2 * reach))
        self._nib = point

    def _reach(self, pixels: float) -> float:
        """So many logical pixels in page units."""
        return pixels / self.zoom.factor

    # Pen, mouse and touch

    def tabletEvent(self, event: QTabletEvent) -> None:
        event.accept()
        self._last_pen = time.monotonic()
        self.touch.pen(self._last_pen)
        device = event.pointingDevice()
        eraser = event.pointerType() == QPointingDevice.PointerType.Eraser or (
            device is not None and "eraser" in device.name().lower()
        )
        has_pressure = device is not None and bool(device.capabilities() & QInputDevice.Capability.Pressure)
        pressure = event.pressure() if has_pressure else float("nan")
        point, seconds = self.zoom.on_page(event.position()), event.timestamp() / 1000
        self._hand = point
        if event.type() == QEvent.Type.TabletPress:
            self._press_button(event, "pen", pressure, seconds, eraser)
        elif event.type() == QEvent.Type.TabletMove:
            self._move("pen", point, pressure, seconds)
            self._move_nib(point)
        elif event.type() == QEvent.Type.TabletRelease and event.button() == Qt.MouseButton.LeftButton:
            self._release("pen", point, seconds)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._from_pen():
            return
        self._press_button(event, "mouse", float("nan"), event.timestamp() / 1000, False)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from_pen():
            return
        self._hand = point = self.zoom.on_page(event.position())
        self._move("mouse", point, float("nan"), event.timestamp() / 1000)
        self._move_nib(point if self.eraser else None)
        self._hover(point)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._release("mouse", self.zoom.on_page(event.position()), event.timestamp() / 1000)

    def _press_button(
        self, event: QMouseEvent | QTabletEvent, device: str, pressure: float, seconds: float, eraser: bool
    ) -> None:
        """Tip or left button write, unless a barrel button, told of before the tip, or another is held; right asks."""
        if event.button() == Qt.MouseButton.LeftButton and not event.buttons() & ~event.button():
            self._press(device, self.zoom.on_page(event.position()), pressure, seconds, eraser)
        elif event.button() == Qt.MouseButton.RightButton:
            self._open_at(self.zoom.on_page(event.position()))

    def _from_pen(self) -> bool:
        """Windows can send a late mouse event for what the pen did."""
        return self._device == "pen" or time.monotonic() - self._last_pen < _MOUSE_AFTER_PEN

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if isinstance(event, QTouchEvent):
            self.touch.take(event, time.monotonic())
            event.accept()
            return True
        if kind == QEvent.Type.Leave:
            self._hand = None
            self._move_nib(None)
            self._hover(None)
        return super().event(event)

    def finger_down(self, point: QPointF, seconds: float) -> None:
        self._press("touch", self.zoom.on_page(point), float("nan"), seconds, False)

    def finger_at(self, point: QPointF, seconds: float) -> None:
        self._move("touch", self.zoom.on_page(point), float("nan"), seconds)

    def finger_up(self, point: QPointF, seconds: float) -> None:
        self._release("touch", self.zoom.on_page(point), seconds)

    def finger_gone(self) -> None:
        if self._device == "touch":
            self._cancel()

    def fingers_at(self, before: QPointF, after: QPointF, factor: float) -> None:
        self.fingers_moved.emit(before, after, factor)

    def _press(self, device: str, point: QPointF, pressure: float, seconds: float, eraser: bool) -> None:
        if self._device is not None:  # each stroke belongs to the device that began it
            return
        self.pressed.emit()
        self._device = device
        self._pressed_at = point
        self._erasing = eraser or self.eraser
        self._tapped = None if self._erasing else self._character_at(point)
        self._tapped_space = None if self._erasing else self._space_at(point)
        self._tapped_gap = None if self._erasing or self._tapped else self._word_at(point)
        if self._erasing:
            self._erase_at(point)
            return
        self._points = []
        self._live = PenPath(pen=self.pen)
        self._add(point, pressure, seconds)

    def _move(self, device: str, point: QPointF, pressure: float, seconds: float) -> None:
        if device != self._device:
            return
        if self._erasing:
            self._erase_at(point)
        else:
            self._add(point, pressure, seconds)

    def _release(self, device: str, point: QPointF, seconds: float) -> None:
        if device != self._device:
            return
        self._device = None
        if self._erasing:
            self._erasing = False
            gone, left = self.rubber.lift(self.view)
            if gone:
                self.strokes_erased.emit(gone, left)
            return
        picture, self._live = self._live, None
        stroke = np.array(self._points)
        extent = np.abs(stroke[:, :2] - stroke[0, :2]).max()
        tapped = self._tapped_space or self._tapped or self._tapped_gap
        if extent < self._reach(TAP) and tapped:
            self._refresh(picture.bounds)
            word_or_letter = self.opened if self._tapped else self.word_opened
            asked = self.space_turned if self._tapped_space else word_or_letter
            # Never open anything inside a pen event: the pen would be left pressed.
            QTimer.singleShot(0, lambda: asked.emit(tapped.substrokes))
            return
        self.stroke_written.emit(stroke, picture)

    def _cancel(self) -> None:
        """Forget the stroke being written."""
        self._device = None
        self._erasing = False
        self.rubber.lift(self.view)
        self._live = None
        self.renew()

    def _add(self, point: QPointF, pressure: float, seconds: float) -> None:
        # Rounded as the page file stores it, so that ink is the same after the next start.
        row = (round(point.x(), 2), round(point.y(), 2), round(pressure, 3), round(seconds, 3))
        if self._points and row[:2] == self._points[-1][:2]:
            return
        self._points.append(row)
        self._refresh(self._live.add(row[0], row[1], row[2]))

    def written(self, number: int, picture: PenPath) -> None:
        """Keep the live picture of the stroke that was given this number."""
        self.painter.adopt(number, picture)
        self._last_written[number] = time.monotonic()
        if self.view.found:
            self.light_up(())

    def _erase_at(self, point: QPointF) -> None:
        for rect in self.rubber.rub(self.page, self.view, point, self._reach(self.rubber.radius)):
            self.update_page(rect)
        self._move_nib(point)

    # Choosing characters

    def _settled(self, numbers: Iterable[int]) -> bool:
        """Whether strokes were written so long ago that a tap on them means them, and is no dot."""
        return max(self._last_written.get(number, 0.0) for number in numbers) < time.monotonic() - SETTLED

    def _character_at(self, point: QPointF) -> Character | None:
        return item_at(self.page, self.painter, point, self._settled)

    def _word_at(self, point: QPointF) -> Character | None:
        return word_at(self.page, self.painter, point, self._settled)

    def _space_at(self, point: QPointF) -> Character | None:
        """The character before whose doubtful space, or want of one, a point is."""
        return self.painter.doubtful_gap(self.page, self.view, point)

    def _open_at(self, point: QPointF) -> None:
        """Open the word at a point; in boxes, the character."""
        character = self._character_at(point) or self._word_at(point) or word_near(self.page, point)
        if character is not None:
            in_box = self.page.row(character) in self.page.box_rows
            asked = self.opened if in_box else self.word_opened
            QTimer.singleShot(0, lambda: asked.emit(character.substrokes))

    def _hover(self, point: QPointF | None) -> None:
        hovered = None
        if point is not None and self._device is None and not self.eraser:
            labelled = label_at(self.page, self.painter, point)
            hovered = labelled.substrokes if labelled is not None else None
        if hovered != self.view.hovered:
            for key in (hovered, self.view.hovered):
                character = self.page.find(key) if key else None
                if character:
                    self.update_page(self.painter.label_rect(self.page, character))
            self.view.hovered = hovered
        if not self.eraser:
            open_here = hovered or (point is not None and (self._word_at(point) or self._space_at(point)))
            self.setCursor(Qt.CursorShape.PointingHandCursor if open_here else Qt.CursorShape.CrossCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not take_key(self, event):
            super().keyPressEvent(event)

    def select(self, key: Key | None) -> None:
        """Put the keyboard's mark on a character or a drawing, or on none."""
        for marked in (self.view.selected, key):
            character = self.page.item(marked) if marked else None
            if character:
                self.update_page(self.painter.character_rect(self.page, character))
        self.view.selected = key
        self.select_word(())

    def select_word(self, keys: tuple[Key, ...]) -> None:
        """Put a mark around the word of these characters, in place of the mark on one of them; (): none."""
        before, self.view.word = self.view.word, keys
        for marked in (before, keys):
            if marked:
                self.update_page(self.painter.marked_rect(self.page, marked).adjusted(-3, -3, 3, 3))
