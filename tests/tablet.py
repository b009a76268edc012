"""A drawing tablet for tests: sends the events that Qt makes of a real one."""

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QInputDevice, QPointingDevice, QTabletEvent
from PySide6.QtWidgets import QApplication, QWidget


class Pen:
    """A pen (or its eraser end) over a widget; points are (x, y[, pressure]) in the widget's coordinates."""

    def __init__(self, widget: QWidget, eraser: bool = False):
        kind = QPointingDevice.PointerType.Eraser if eraser else QPointingDevice.PointerType.Pen
        capabilities = QInputDevice.Capability.Position | QInputDevice.Capability.Pressure
        self._device = QPointingDevice("test pen", 7, QInputDevice.DeviceType.Stylus, kind, capabilities, 1, 1)
        self._widget = widget
        self._clock = 1_000_000

    def _send(self, kind: QEvent.Type, point, button: Qt.MouseButton, buttons: Qt.MouseButton) -> None:
        x, y, *rest = (float(value) for value in point)
        pressure = rest[0] if rest and kind != QEvent.Type.TabletRelease else 0.0
        where = QPointF(x, y)
        event = QTabletEvent(
            kind,
            self._device,
            where,
            QPointF(self._widget.mapToGlobal(where.toPoint())),
            pressure,
            0,
            0,
            0,
            0,
            0,
            Qt.KeyboardModifier.NoModifier,
            button,
            buttons,
        )
        self._clock += 8
        event.setTimestamp(self._clock)
        QApplication.sendEvent(self._widget, event)

    def press(self, point, button=Qt.MouseButton.LeftButton, held=Qt.MouseButton.LeftButton) -> None:
        """Press the tip or a button; held: all that are down then."""
        self._send(QEvent.Type.TabletPress, point, button, held)

    def move(self, point) -> None:
        self._send(QEvent.Type.TabletMove, point, Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton)

    def hover(self, point) -> None:
        self._send(QEvent.Type.TabletMove, point, Qt.MouseButton.NoButton, Qt.MouseButton.NoButton)

    def release(self, point, button=Qt.MouseButton.LeftButton) -> None:
        self._send(QEvent.Type.TabletRelease, point, button, Qt.MouseButton.NoButton)

    def stroke(self, points: np.ndarray) -> None:
        """Draw one stroke through points (n, 2..)."""
        self.press(points[0])
        for point in points[1:]:
            self.move(point)
        self.release(points[-1])
        self._clock += 150

    def write(self, strokes: list[np.ndarray]) -> None:
        for stroke in strokes:
            self.stroke(stroke)
