"""Pictures of parts of the paper, kept so that scrolling and zooming paint only what was not seen before."""

import time
from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QPoint, QRect, QRectF, QTimer
from PySide6.QtGui import QPainter, QPixmap, QRegion

SIDE = 256
"""Of a tile, in logical pixels."""

AT_ONCE = 0.004
"""In a hurry so many seconds of a frame are for tiles that are not there yet; the others follow in the next frames."""

REST = 80
"""The paper is shown anew, and no longer as a scaled picture, so many milliseconds after the zoom was last changed."""

SPARE = 2.5
"""So many times as many tiles as are in sight are kept, and a few."""

_Key = tuple[int, int]


class Tiles(QObject):
    """The tiles of one widget.

    Attributes
    ----------
    busy : tells whether the writer writes, so that nothing may be painted in advance.
    """

    def __init__(
        self,
        paint: Callable[[QPainter, QRect], None],
        blank: Callable[[QPainter, QRect], None],
        update: Callable[[QRect], None],
        busy: Callable[[], bool],
    ):
        """paint, blank : paint a part of the widget, or the empty paper there. update : asks for a part to be shown."""
        super().__init__()
        self._paint, self._blank, self._update, self.busy = paint, blank, update, busy
        self._tiles: dict[_Key, QPixmap] = {}
        self._dirty: dict[_Key, QRegion] = {}
        self._old: dict[_Key, QPixmap] = {}  # of another zoom
        self._ratio = 1.0
        self._hurry = False
        self._sight = QRect()
        self._density = 1.0
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._work)

    @property
    def complete(self) -> bool:
        """Whether all that is in sight is shown as it is."""
        return not self._missing()

    def clear(self) -> None:
        """Everything looks otherwise now."""
        self._tiles.clear()
        self._dirty.clear()
        self._old.clear()
        self._hurry = False

    def change(self, rect: QRect) -> None:
        """A part of the widget looks otherwise now."""
        for key in _keys(rect):
            if key in self._tiles:
                self._dirty[key] = self._dirty.get(key, QRegion()).united(rect.intersected(_rect(key)))

    def hurry(self, _: object = None) -> None:
        """The paper is being moved: the next frame may show empty paper where it would be late otherwise."""
        self._hurry = True
        if not self._timer.isActive():
            self._timer.start(0)

    def scale(self, ratio: float) -> None:
        """Everything is shown so many times as large as before; until that rests, as a picture of how it was."""
        if not self._old or self._timer.interval() != REST or not self._timer.isActive():
            self._old, self._ratio = self._tiles, 1.0
        self._ratio *= ratio
        self._tiles, self._dirty, self._hurry = {}, {}, True
        self._timer.start(REST)

    def draw(self, painter: QPainter, rect: QRect, sight: QRect, density: float) -> None:
        """Show a part of the widget. sight : all of it that is in sight. density : device pixels of a logical one."""
        if density != self._density:
            self.clear()
        self._sight, self._density = sight, density
        begun = time.perf_counter()
        scaling = self._timer.isActive() and self._timer.interval() == REST
        for key in _keys(rect):
            tile, dirty = self._tiles.get(key), key in self._dirty
            late = self._hurry and (scaling or time.perf_counter() - begun > AT_ONCE)
            if (tile is None or dirty) and not late:
                tile = self._made(key)
            if tile is None:
                self._stand_in(painter, _rect(key).intersected(rect))
            else:
                painter.drawPixmap(_rect(key).topLeft(), tile)
        if not self._timer.isActive():
            self._timer.start(0)

    def _made(self, key: _Key) -> QPixmap:
        """A tile as it is to be, painted as far as it is not."""
        rect, tile = _rect(key), self._tiles.pop(key, None)
        region = self._dirty.pop(key, QRegion(rect))
        if tile is None:
            side = -int(-SIDE * self._density // 1)
            tile, region = QPixmap(side, side), QRegion(rect)
            tile.setDevicePixelRatio(self._density)
        painter = QPainter(tile)
        painter.translate(-rect.topLeft())
        part = region.boundingRect()
        painter.setClipRect(part)
        self._paint(painter, part)
        painter.end()
        self._tiles[key] = tile
        return tile

    def _stand_in(self, painter: QPainter, rect: QRect) -> None:
        """Show a part as it looked in the zoom before, or else as empty paper."""
        painter.save()
        painter.setClipRect(rect)
        self._blank(painter, rect)
        if self._old:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, self._ratio < 1)
            before = QRectF(rect.x(), rect.y(), rect.width(), rect.height())
            before = QRectF(before.topLeft() / self._ratio, before.size() / self._ratio)
            for key in _keys(before.toAlignedRect()):
                old = self._old.get(key)
                if old is not None:
                    place = QRectF(_rect(key))
                    place = QRectF(place.topLeft() * self._ratio, place.size() * self._ratio)
                    painter.drawPixmap(place, old, QRectF(0, 0, old.width(), old.height()))
        painter.restore()

    def _missing(self) -> list[_Key]:
        """What is in sight and not as it is to be."""
        return [key for key in _keys(self._sight) if key not in self._tiles or key in self._dirty]

    def _work(self) -> None:
        """Paint some of what is missing, else of what will be in sight next."""
        self._timer.setInterval(0)
        missing = self._missing()
        if not missing:
            self._old, self._hurry = {}, False
            if self.busy():
                return
            self._forget()
        begun = time.perf_counter()
        for key in missing or self._next():
            self._made(key)
            if missing:
                self._update(_rect(key))
            if time.perf_counter() - begun > AT_ONCE:
                self._timer.start(0)
                return
        if missing:
            self._timer.start(0)

    def _next(self) -> Iterator[_Key]:
        """What comes into sight when the paper is moved by half of what is in sight, nearest first."""
        for reach in (SIDE, self._sight.height() // 2):
            for key in _keys(self._sight.adjusted(0, -reach, 0, reach)):
                if key[1] >= 0 and key not in self._tiles:
                    yield key

    def _forget(self) -> None:
        """Keep no more than may be needed, what was made last before all others."""
        seen = set(_keys(self._sight))
        for key in list(self._tiles)[: max(0, len(self._tiles) - int(SPARE * len(seen)) - 16)]:
            if key not in seen:
                del self._tiles[key]
                self._dirty.pop(key, None)


def _rect(key: _Key) -> QRect:
    return QRect(QPoint(key[0] * SIDE, key[1] * SIDE), QPoint(key[0] * SIDE + SIDE - 1, key[1] * SIDE + SIDE - 1))


def _keys(rect: QRect) -> list[_Key]:
    """The tiles that a part of the widget is in."""
    if rect.isEmpty():
        return []
    columns = range(rect.left() // SIDE, rect.right() // SIDE + 1)
    rows = range(rect.top() // SIDE, rect.bottom() // SIDE + 1)
    return [(column, row) for row in rows for column in columns]
