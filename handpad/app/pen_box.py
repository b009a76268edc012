"""The pens and the eraser on the bar: three favourites, each with its colour, width and kind, and the eraser's size."""

import functools
from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QAction, QColor, QIcon, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import QHBoxLayout, QMenu, QToolButton, QVBoxLayout, QWidget, QWidgetAction

from handpad.app import rubber
from handpad.app.pen_path import color_of
from handpad.app.theme import LIGHT, Theme
from handpad.page.pen import COLORS, MARKER, PLAIN, WIDTHS, Pen

FIRST = (PLAIN, Pen(COLORS[1]), Pen(COLORS[4], WIDTHS[1], True))
"""The favourites until the writer chooses others."""

COLOR_NAMES = ("Ink", "Red", "Blue", "Green", "Amber", "Violet")
WIDTH_NAMES = ("Fine", "Medium", "Broad")

_ICON = 20


class PenBox(QObject):
    """What the pen writes and rubs with.

    Attributes
    ----------
    pens : the three favourites. in_hand : the number of the one that writes. eraser : whether the eraser is in hand.
    by_point, radius : what the eraser removes, and its size in logical pixels.

    Signals
    -------
    taken() : another pen, or the eraser, is in hand, or it is another than before.
    """

    taken = Signal()

    def __init__(self, pen_actions: list[QAction], eraser: QAction, parent: QWidget):
        super().__init__(parent)
        self.pens = list(FIRST)
        self.in_hand = 0
        self.eraser = self.by_point = False
        self.radius = rubber.SIZES[1]
        self._actions, self._eraser_action = pen_actions, eraser
        self._theme = LIGHT
        self._menus = [QMenu(parent) for _ in pen_actions]
        self._eraser_menu = QMenu(parent)
        for number, (action, menu) in enumerate(zip(pen_actions, self._menus, strict=True)):
            menu.aboutToShow.connect(lambda n=number: self._fill_pen(n))
            action.triggered.connect(lambda _=False, n=number: self._take(n))
        self._eraser_menu.aboutToShow.connect(self._fill_eraser)
        eraser.triggered.connect(self._take_eraser)
        self._buttons: Mapping[QAction, QToolButton] = {}

    @property
    def pen(self) -> Pen:
        """The favourite that writes."""
        return self.pens[self.in_hand]

    def stand_on(self, buttons: Mapping[QAction, QToolButton]) -> None:
        """Take the buttons of the actions: holding one down, or pressing it again, opens what can be chosen."""
        self._buttons = buttons
        for action, menu in zip((*self._actions, self._eraser_action), (*self._menus, self._eraser_menu), strict=True):
            buttons[action].setMenu(menu)
            buttons[action].setPopupMode(QToolButton.ToolButtonPopupMode.DelayedPopup)

    def set_theme(self, theme: Theme) -> None:
        """Draw pens as their ink looks on the paper of a theme."""
        self._theme = theme
        self._name()

    def stored(self) -> str:
        """All that is chosen, as a text for :meth:`restore`."""
        pens = [f"{pen.color} {pen.width:g} {pen.highlighter:d}" for pen in self.pens]
        return "; ".join([*pens, f"{self.in_hand} {self.by_point:d} {self.radius:g}"])

    def restore(self, text: str) -> None:
        """Choose what was chosen when that was stored; a text that is of another kind counts as none."""
        *pens, rest = text.split(";")
        kept = [pen for pen in map(_pen, pens) if pen is not None]
        in_hand, by_point, radius = [*rest.split(), "", "", ""][:3]
        if len(kept) == len(self.pens) and in_hand in ("0", "1", "2"):
            self.pens, self.in_hand, self.by_point = kept, int(in_hand), by_point == "1"
            self.radius = next((size for size in rubber.SIZES if f"{size:g}" == radius), self.radius)
            self._actions[self.in_hand].setChecked(True)
        self._name()
        self.taken.emit()

    def _take(self, number: int) -> None:
        """Take a favourite; the one that is in hand already offers what can be chosen of it."""
        again = not self.eraser and number == self.in_hand
        self.eraser, self.in_hand = False, number
        self.taken.emit()
        if again:
            self._open(self._actions[number], self._menus[number])

    def _take_eraser(self) -> None:
        again, self.eraser = self.eraser, True
        self.taken.emit()
        if again:
            self._open(self._eraser_action, self._eraser_menu)

    def _open(self, action: QAction, menu: QMenu) -> None:
        button = self._buttons.get(action)
        if button is not None:
            menu.popup(button.mapToGlobal(button.rect().bottomLeft()))

    # What can be chosen

    def _fill_pen(self, number: int) -> None:
        pen, menu = self.pens[number], self._menus[number]
        menu.clear()
        colors = [
            (name, self._sample(replace(pen, color=color)), replace(pen, color=color), color == pen.color)
            for name, color in zip(COLOR_NAMES, COLORS, strict=True)
        ]
        widths = [
            (name, self._sample(replace(pen, width=width)), replace(pen, width=width), width == pen.width)
            for name, width in zip(WIDTH_NAMES, WIDTHS, strict=True)
        ]
        kinds = [
            (name, self._sample(other), other, other == pen)
            for name, other in (
                ("Pen", replace(pen, highlighter=False)),
                ("Highlighter", replace(pen, highlighter=True)),
            )
        ]
        self._add_rows(menu, [colors, widths, kinds], lambda chosen: self._change(number, chosen))

    def _change(self, number: int, pen: Pen) -> None:
        self.pens[number] = pen
        self.in_hand, self.eraser = number, False
        self._actions[number].setChecked(True)
        self._name()
        self.taken.emit()

    def _fill_eraser(self) -> None:
        menu = self._eraser_menu
        menu.clear()
        for text, by_point in (("Whole strokes", False), ("Only what it touches", True)):
            action = menu.addAction(text, functools.partial(self._rub, by_point, None))
            action.setCheckable(True)
            action.setChecked(self.by_point == by_point)
        menu.addSeparator()
        for name, radius in zip(("Small", "Medium", "Large"), rubber.SIZES, strict=True):
            action = menu.addAction(name, functools.partial(self._rub, None, radius))
            action.setCheckable(True)
            action.setChecked(self.radius == radius)

    def _rub(self, by_point: bool | None, radius: float | None) -> None:
        self.by_point = self.by_point if by_point is None else by_point
        self.radius, self.eraser = radius or self.radius, True
        self._eraser_action.setChecked(True)
        self.taken.emit()

    def _add_rows(self, menu: QMenu, rows: list, chosen) -> None:
        """Rows of pictures to choose from, which keys reach too; each is (name, icon, value, whether it is chosen)."""
        panel = QWidget()
        column = QVBoxLayout(panel)
        column.setContentsMargins(6, 6, 6, 6)
        for row in rows:
            line = QHBoxLayout()
            line.setSpacing(4)
            for name, picture, value, checked in row:
                button = QToolButton(checkable=True, checked=checked, toolTip=name, icon=picture)
                button.setIconSize(QSize(_ICON + 4, _ICON + 4))
                button.setAccessibleName(name)
                button.clicked.connect(lambda _=False, v=value: (menu.close(), chosen(v)))
                line.addWidget(button)
            line.addStretch(1)
            column.addLayout(line)
        action = QWidgetAction(menu)
        action.setDefaultWidget(panel)
        menu.addAction(action)

    # How they look

    def _name(self) -> None:
        """Draw and name the favourites as they are now."""
        for action, pen in zip(self._actions, self.pens, strict=True):
            action.setIcon(self._sample(pen))
            keys = action.shortcut().toString()
            action.setToolTip(f"{name_of(pen)} ({keys}); press again for others")
            if action in self._buttons:
                self._buttons[action].setAccessibleName(name_of(pen))

    def _sample(self, pen: Pen) -> QIcon:
        """A bit of ink of a pen."""
        result = QIcon()
        for scale in (1, 2, 3):
            pixmap = QPixmap(_ICON * scale, _ICON * scale)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.scale(scale, scale)
            width = pen.width * MARKER / 2 if pen.highlighter else pen.width
            cap = Qt.PenCapStyle.FlatCap if pen.highlighter else Qt.PenCapStyle.RoundCap
            painter.setPen(QPen(color_of(pen, QColor(self._theme.ink)), width, Qt.PenStyle.SolidLine, cap))
            path = QPainterPath(QPointF(3, 14))
            path.cubicTo(QPointF(8, 1), QPointF(12, 19), QPointF(17, 6))
            painter.setClipRect(QRectF(0, 0, _ICON, _ICON))
            painter.drawPath(path)
            painter.end()
            pixmap.setDevicePixelRatio(scale)
            result.addPixmap(pixmap)
        return result


def name_of(pen: Pen) -> str:
    """A pen in words."""
    color = dict(zip(COLORS, COLOR_NAMES, strict=True)).get(pen.color, "Coloured")
    width = dict(zip(WIDTHS, WIDTH_NAMES, strict=True)).get(pen.width, "")
    kind = "highlighter" if pen.highlighter else "pen"
    return f"{width} {color.lower()} {kind}".strip().capitalize()


def _pen(text: str) -> Pen | None:
    """A pen on offer as :meth:`PenBox.stored` writes it; None for any other text."""
    offered = (Pen(color, width, marks) for color in COLORS for width in WIDTHS for marks in (False, True))
    return next((pen for pen in offered if text.split() == [pen.color, f"{pen.width:g}", f"{pen.highlighter:d}"]), None)
