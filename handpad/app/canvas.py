"""The paper: takes pen, touch and mouse, shows the ink at once, and tells what was done.

It knows no recognition: it shows the page that it is given and emits what the writer did.
"""

import math
import time
from collections.abc import Iterable, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QCursor,
    QInputDevice,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPointingDevice,
    QTabletEvent,
)
from PySide6.QtWidgets import QWidget

from handpad.app.page_view import FADE_IN, GLOW, PageView, View
from handpad.app.pen_path import NIB, PenPath
from handpad.app.theme import Theme
from handpad.app.under_pointer import strokes_at, word_near
from handpad.page.line_job import Key
from handpad.page.page import Character, Page
from handpad.page.walk import row_beside, word_beside

TAP = 5.0
"""A press that moves less than this many logical pixels is a tap."""

SETTLED = 1.0
"""A tap on a character opens it only this many seconds after its last stroke; before that it is ink (a dot)."""

ERASER_RADIUS = 7.0

DRAWING_REACH = 6.0
"""A point so near to the ink of a drawing is on it: nothing inside a frame is."""

_MOUSE_AFTER_PEN = 0.4
_BLANK_ROWS = 2


class Canvas(QWidget):
    """A ruled page that can be written on.

    Signals
    -------
    stroke_written(stroke, picture) : a stroke ended; stroke is (n, 4) in page units, picture its PenPath.
    strokes_erased(numbers) : the eraser was lifted from these strokes.
    opened(key) : the writer asked for the character, or the drawing, made of this ink.
    word_opened(key) : the writer asked for the word that this character is in.
    space_turned(key) : the space before this character, which is in doubt, is none; or there is one.
    removed(key) : the writer asked for it to be deleted.
    drawn(numbers), read_asked(numbers) : these strokes are a drawing; these are one no more, and to be read.
    pressed() : something was pressed on the paper, before anything else happens.
    painted_first() : the paper is on the screen for the first time.
    """

    stroke_written = Signal(object, object)
    strokes_erased = Signal(object)
    opened = Signal(object)
    word_opened = Signal(object)
    space_turned = Signal(object)
    removed = Signal(object)
    drawn = Signal(object)
    read_asked = Signal(object)
    pressed = Signal()
    painted_first = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None):
        super().__init__(parent)
        self.page = Page()
        self.view = View()
        self.eraser = False
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
        self._pen_seen = False
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
            self.update()
        for rect in self.painter.changed_rects(old, page):
            self.update(rect.toAlignedRect())
        for number in old.drawings ^ page.drawings:
            box = (old if number in old.drawings else page).stroke_boxes[number]
            self.update(QRectF(box.left, box.top, box.width, box.height).adjusted(-8, -8, 8, 8).toAlignedRect())
        self._update_unsure(page.changed_lines(old) or page.lines)
        if self.view.selected is not None and page.item(self.view.selected) is None:
            self.view.selected = None
        self.view.hovered = None
        self._fit()

    def _update_unsure(self, rows: Iterable[int]) -> None:
        """Paint those characters and spaces again that are unsure now and were not before, or the other way round."""
        for row in rows:
            line = self.page.lines.get(row, ())
            unsure = {(c.substrokes, self.painter.label_rect) for c in line if self.view.unsure(c)}
            unsure |= {(c.substrokes, self.painter.gap_rect) for c in line if self.view.space_in_doubt(c)}
            for key, rect_of in unsure ^ self._unsure.get(row, set()):
                character = self.page.find(key)
                if character is not None:
                    self.update(rect_of(self.page, character).adjusted(-4, -4, 4, 4).toAlignedRect())
            self._unsure[row] = unsure

    def light_up(self, rects: Sequence[QRectF]) -> None:
        """Mark what was found on the page, in page units, until something is written."""
        self.view.found = tuple(rects)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        self.painter.theme = theme
        self.update()

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
                    self.update(self.painter.character_rect(self.page, character).toAlignedRect())
                if character is None or now - start > duration:
                    del times[key]
                else:
                    running = True
        if not running:
            self._animation.stop()

    def _fit(self) -> None:
        """Keep blank lines below the ink, and all ink within reach; where there are boxes, the last one whole."""
        bottom = max((box.bottom for box in self.page.stroke_boxes.values()), default=0.0)
        bottom = max(bottom, *(self.page.ruling.baseline(typed.row) for typed in self.page.typed), 0.0)
        right = max((box.right for box in self.page.stroke_boxes.values()), default=0.0)
        ruling = self.page.ruling
        height = ruling.baseline(ruling.row(bottom) + _BLANK_ROWS) + ruling.DEPTH * ruling.pitch
        if self.page.box_rows:
            right = ruling.margin + math.ceil((right - ruling.margin) / ruling.box_width) * ruling.box_width
        width = right + ruling.margin if right > self.width() else 0
        self.setMinimumSize(int(width), int(height))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        rect = QRectF(event.rect())
        painter.setClipRect(rect)
        self.view.edge = self.width()
        self.painter.paint(painter, rect, self.page, self.view, time.monotonic())
        if self._live is not None:
            self._live.paint(painter, QColor(self.painter.theme.ink))
        if self._nib is not None:
            self._paint_nib(painter)
        painter.end()
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self.painted_first.emit)

    def _paint_nib(self, painter: QPainter) -> None:
        if self._nib is None:
            return
        color = QColor(self.painter.theme.ink)
        if self.eraser or self._erasing:
            painter.setPen(color)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawEllipse(self._nib, ERASER_RADIUS, ERASER_RADIUS)
        else:
            color.setAlphaF(0.5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(color)
            painter.drawEllipse(self._nib, NIB / 2, NIB / 2)

    def _move_nib(self, point: QPointF | None) -> None:
        """Draw our own nib dot: some systems (Wayland) show no cursor for a pen."""
        for where in (self._nib, point):
            if where is not None:
                reach = ERASER_RADIUS + 2
                self.update(QRectF(where.x() - reach, where.y() - reach, 2 * reach, 2 * reach).toAlignedRect())
        self._nib = point

    # Pen, mouse and touch

    def tabletEvent(self, event: QTabletEvent) -> None:
        event.accept()
        self._pen_seen = True
        self._last_pen = time.monotonic()
        device = event.pointingDevice()
        eraser = event.pointerType() == QPointingDevice.PointerType.Eraser or (
            device is not None and "eraser" in device.name().lower()
        )
        has_pressure = device is not None and bool(device.capabilities() & QInputDevice.Capability.Pressure)
        pressure = event.pressure() if has_pressure else float("nan")
        point, seconds = event.position(), event.timestamp() / 1000
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
        self._move("mouse", event.position(), float("nan"), event.timestamp() / 1000)
        self._move_nib(event.position() if self.eraser else None)
        self._hover(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._release("mouse", event.position(), event.timestamp() / 1000)

    def _press_button(
        self, event: QMouseEvent | QTabletEvent, device: str, pressure: float, seconds: float, eraser: bool
    ) -> None:
        """Tip or left button write, unless a barrel button, told of before the tip, or another is held; right asks."""
        if event.button() == Qt.MouseButton.LeftButton and not event.buttons() & ~event.button():
            self._press(device, event.position(), pressure, seconds, eraser)
        elif event.button() == Qt.MouseButton.RightButton:
            self._open_at(event.position())

    def _from_pen(self) -> bool:
        """Windows can send a late mouse event for what the pen did."""
        return self._device == "pen" or time.monotonic() - self._last_pen < _MOUSE_AFTER_PEN

    def event(self, event: QEvent) -> bool:
        kind = event.type()
        if kind in (QEvent.Type.TouchBegin, QEvent.Type.TouchUpdate, QEvent.Type.TouchEnd, QEvent.Type.TouchCancel):
            return self._touch(event)
        if kind == QEvent.Type.Leave:
            self._move_nib(None)
            self._hover(None)
        return super().event(event)

    def _touch(self, event) -> bool:
        """One finger writes until a pen has been seen; from then on fingers and palms only scroll."""
        if self._pen_seen:
            return False
        points = event.points()
        seconds = event.timestamp() / 1000
        if len(points) != 1 or event.type() == QEvent.Type.TouchCancel:
            if self._device == "touch":
                self._cancel()
            event.accept()
            return True
        point = points[0]
        if event.type() == QEvent.Type.TouchBegin:
            self._press("touch", point.position(), float("nan"), seconds, False)
        elif event.type() == QEvent.Type.TouchUpdate:
            self._move("touch", point.position(), float("nan"), seconds)
        else:
            self._release("touch", point.position(), seconds)
        event.accept()
        return True

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
        self._live = PenPath()
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
            gone, self.view.faded = self.view.faded, set()
            if gone:
                self.strokes_erased.emit(gone)
            return
        picture, self._live = self._live, None
        stroke = np.array(self._points)
        extent = np.abs(stroke[:, :2] - stroke[0, :2]).max()
        tapped = self._tapped_space or self._tapped or self._tapped_gap
        if extent < TAP and tapped:
            self.update(picture.bounds.toAlignedRect())
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
        self.view.faded = set()
        self._live = None
        self.update()

    def _add(self, point: QPointF, pressure: float, seconds: float) -> None:
        # Rounded as the page file stores it, so that ink is the same after the next start.
        row = (round(point.x(), 2), round(point.y(), 2), round(pressure, 3), round(seconds, 3))
        if self._points and row[:2] == self._points[-1][:2]:
            return
        self._points.append(row)
        self.update(self._live.add(row[0], row[1], row[2]).toAlignedRect())

    def written(self, number: int, picture: PenPath) -> None:
        """Keep the live picture of the stroke that was given this number."""
        self.painter.adopt(number, picture)
        self._last_written[number] = time.monotonic()
        if self.view.found:
            self.light_up(())

    def _erase_at(self, point: QPointF) -> None:
        for number in strokes_at(self.page, point, ERASER_RADIUS) - self.view.faded:
            box = self.page.stroke_boxes[number]
            self.view.faded.add(number)
            self.update(QRectF(box.left, box.top, box.width, box.height).adjusted(-6, -6, 6, 6).toAlignedRect())
        self._move_nib(point)

    # Choosing characters

    def _character_at(self, point: QPointF) -> Character | None:
        """The character whose label, or the drawing or character whose settled ink, lies under a point."""
        now = time.monotonic()
        for character in self.page.characters:
            if character.label and self.painter.label_rect(self.page, character).contains(point):
                return character
        on = strokes_at(self.page, point, DRAWING_REACH) & self.page.drawings if self.page.drawings else set()
        drawing = next((Character(key) for key in self.page.pictures if on.intersection(s.stroke for s in key)), None)
        for item in ([drawing] if drawing else []) + list(self.page.characters):
            box = self.page.box(item)
            settled = max(self._last_written.get(number, 0.0) for number in item.strokes) < now - SETTLED
            inside = QRectF(box.left, box.top, box.width, box.height).adjusted(-2, -2, 2, 2).contains(point)
            if settled and (inside or item is drawing):
                return item
        return None

    def _word_at(self, point: QPointF) -> Character | None:
        """The first character of the settled word in whose band of labels a point lies."""
        now = time.monotonic()
        row = self.painter.label_row(self.page, point)
        for word in self.page.words(row) if row is not None and row not in self.page.box_rows else ():
            if self.painter.word_rect(self.page, word).contains(point):
                last = max(self._last_written.get(number, 0.0) for c in word for number in c.strokes)
                return word[0] if all(c.label for c in word) and last < now - SETTLED else None
        return None

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
            hovered = next(
                (
                    character.substrokes
                    for character in self.page.characters
                    if character.label and self.painter.label_rect(self.page, character).contains(point)
                ),
                None,
            )
        if hovered != self.view.hovered:
            for key in (hovered, self.view.hovered):
                character = self.page.find(key) if key else None
                if character:
                    self.update(self.painter.label_rect(self.page, character).toAlignedRect())
            self.view.hovered = hovered
        if not self.eraser:
            open_here = hovered or (point is not None and (self._word_at(point) or self._space_at(point)))
            self.setCursor(Qt.CursorShape.PointingHandCursor if open_here else Qt.CursorShape.CrossCursor)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        characters = self.page.items
        steps: dict[int, int] = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        selected = self.page.item(self.view.selected) if self.view.selected else None
        if not characters:
            super().keyPressEvent(event)
        elif event.key() == Qt.Key.Key_D and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._turn_drawing(selected)
        elif event.key() in steps and selected and event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.select(word_beside(self.page, selected, steps[event.key()]).substrokes)
        elif event.key() in steps:
            index = characters.index(selected) + steps[event.key()] if selected else len(characters) - 1
            self.select(characters[min(max(index, 0), len(characters) - 1)].substrokes)
        elif event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            step = -1 if event.key() == Qt.Key.Key_Up else 1
            self.select((row_beside(self.page, selected, step) if selected else characters[-1]).substrokes)
        elif event.key() == Qt.Key.Key_Home:
            self.select(characters[0].substrokes)
        elif event.key() == Qt.Key.Key_End:
            self.select(characters[-1].substrokes)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2, Qt.Key.Key_Space) and selected:
            shift = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            (self.word_opened if shift else self.opened).emit(selected.substrokes)
        elif event.key() == Qt.Key.Key_Menu and selected:
            self.word_opened.emit(selected.substrokes)
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace) and selected:
            index = characters.index(selected)
            others = [c.substrokes for c in characters if c is not selected]
            self.select(others[min(index, len(others) - 1)] if others else None)
            self.removed.emit(selected.substrokes)
        elif event.key() == Qt.Key.Key_Escape and selected:
            self.select(None)
        else:
            super().keyPressEvent(event)

    def _turn_drawing(self, selected: Character | None) -> None:
        """Make the ink under the keyboard's mark, else under the pointer, a drawing; what is one is read again."""
        under = QPointF(self.mapFromGlobal(QCursor.pos()))
        on = set(selected.strokes) if selected else strokes_at(self.page, under, ERASER_RADIUS)
        if on and on <= self.page.drawings:
            self.read_asked.emit(
                {n for item in self.page.items if not on.isdisjoint(item.strokes) for n in item.strokes}
            )
        elif on:
            self.drawn.emit(on)

    def select(self, key: Key | None) -> None:
        """Put the keyboard's mark on a character or a drawing, or on none."""
        for marked in (self.view.selected, key):
            character = self.page.item(marked) if marked else None
            if character:
                self.update(self.painter.character_rect(self.page, character).toAlignedRect())
        self.view.selected = key
        self.select_word(())

    def select_word(self, keys: tuple[Key, ...]) -> None:
        """Put a mark around the word of these characters, in place of the mark on one of them; (): none."""
        before, self.view.word = self.view.word, keys
        for marked in (before, keys):
            if marked:
                self.update(self.painter.marked_rect(self.page, marked).adjusted(-3, -3, 3, 3).toAlignedRect())
