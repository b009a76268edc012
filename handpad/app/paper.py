"""The part of the paper that is in sight: scrolled, moved by fingers, and shown larger or smaller."""

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QNativeGestureEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QScrollArea

from handpad.app.canvas import Canvas
from handpad.app.zoom import STEP, Zoom

_PER_NOTCH = 1.2
"""A notch of the wheel, 120 of its units, shows the page so many times as large."""


class Paper(QScrollArea):
    """Shows a canvas. What is under the pen, the pointer or the fingers stays there while the zoom changes.

    Signals
    -------
    zoomed(factor) : the page is shown larger or smaller.
    """

    zoomed = Signal(float)

    def __init__(self, canvas: Canvas):
        super().__init__(widgetResizable=True)
        self.canvas = canvas
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setWidget(canvas)
        self.viewport().ungrabGesture(Qt.GestureType.PanGesture)  # Qt's own takes palms for fingers
        for bar in (self.horizontalScrollBar(), self.verticalScrollBar()):
            bar.valueChanged.connect(canvas.tiles.hurry)
        canvas.fingers_moved.connect(self._follow)

    def zoom_in(self) -> None:
        """Show the page a step larger."""
        self.zoom_to(self.canvas.zoom.times(STEP))

    def zoom_out(self) -> None:
        """Show the page a step smaller."""
        self.zoom_to(self.canvas.zoom.times(1 / STEP))

    def zoom_reset(self) -> None:
        """Show a page unit as a logical pixel."""
        self.zoom_to(Zoom())

    def zoom_to(self, zoom: Zoom, at: QPointF | None = None, then: QPointF | None = None) -> None:
        """Show the page in another size.

        at : what is to stay in place, in the viewport; None: the pen or the pointer, else what was written last, else
            the middle. then : where it comes to lie, if not there.
        """
        canvas = self.canvas
        at = at if at is not None else self._anchor()
        point = canvas.zoom.on_page(at - QPointF(canvas.pos()))
        if zoom != canvas.zoom:
            canvas.set_zoom(zoom)
            canvas.resize(canvas.minimumSize().expandedTo(self.viewport().size()))  # now: the bars go by it
            self.zoomed.emit(zoom.factor)
        place = canvas.zoom.on_widget(point) - (then if then is not None else at)
        self.horizontalScrollBar().setValue(round(place.x()))
        self.verticalScrollBar().setValue(round(place.y()))

    def _anchor(self) -> QPointF:
        place, seen = self.canvas.hand(), self.viewport().rect()
        if place is not None:
            place = self.canvas.zoom.on_widget(place) + QPointF(self.canvas.pos())
            if seen.contains(place.toPoint()):
                return place
        return QPointF(seen.center())

    def _follow(self, before: QPointF, after: QPointF, factor: float) -> None:
        """Two fingers have moved on the screen: what was between them stays between them."""
        at, then = (self.viewport().mapFromGlobal(point) for point in (before, after))
        self.zoom_to(self.canvas.zoom.times(factor), at, then)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            at = self.viewport().mapFromGlobal(event.globalPosition())
            self.zoom_to(self.canvas.zoom.times(_PER_NOTCH ** (event.angleDelta().y() / 120)), at)
            event.accept()
        else:
            super().wheelEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            at = self.viewport().mapFromGlobal(event.globalPosition())
            self.zoom_to(self.canvas.zoom.times(1 + event.value()), at)
            return True
        return super().viewportEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.canvas.fit()
