"""What the pen tells of itself: to see whether pressure, tilt, buttons and rate arrive."""

from collections import deque

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QInputDevice, QTabletEvent
from PySide6.QtWidgets import QDialog, QFormLayout, QLabel, QVBoxLayout, QWidget

NOTHING = "Hold the pen over this window, or write in it."
_SPAN = 100
"""Over so many events the rate is measured."""

_BUTTONS = {
    Qt.MouseButton.LeftButton: "tip",
    Qt.MouseButton.RightButton: "first",
    Qt.MouseButton.MiddleButton: "second",
    Qt.MouseButton.BackButton: "third",
}


class PenTest(QDialog):
    """Shows the last event of a pen over it.

    Attributes
    ----------
    values : what is said of the device, its kind, pressure, tilt, buttons, place and rate, by these names.
    """

    def __init__(self, parent: QWidget | None):
        super().__init__(parent)
        self.setWindowTitle("Pen test")
        self.setMinimumSize(420, 320)
        self.setAttribute(Qt.WidgetAttribute.WA_TabletTracking)
        self._hint = QLabel(NOTHING, wordWrap=True)
        form = QFormLayout()
        self.values = {name: QLabel("–") for name in ("Device", "Kind", "Pressure", "Tilt", "Buttons", "Place", "Rate")}
        for name, value in self.values.items():
            value.setAccessibleName(name)
            form.addRow(name, value)
        layout = QVBoxLayout(self)
        layout.addWidget(self._hint)
        layout.addLayout(form)
        layout.addStretch(1)
        self._times: deque[float] = deque(maxlen=_SPAN)

    def tabletEvent(self, event: QTabletEvent) -> None:
        event.accept()
        device = event.pointingDevice()
        can = device.capabilities()
        self._times.append(event.timestamp() / 1000)
        if event.type() == QEvent.Type.TabletPress:
            self._hint.setText("Writing")
        elif event.type() == QEvent.Type.TabletRelease:
            self._hint.setText("Over the window")
        self._say("Device", device.name() or "a pen without a name")
        self._say("Kind", event.pointerType().name or "unknown")
        has_pressure = bool(can & QInputDevice.Capability.Pressure)
        self._say("Pressure", f"{event.pressure():.2f}" if has_pressure else "not told by this device")
        tilts = bool(can & (QInputDevice.Capability.XTilt | QInputDevice.Capability.YTilt))
        self._say("Tilt", f"{event.xTilt():.0f}°, {event.yTilt():.0f}°" if tilts else "not told by this device")
        self._say("Buttons", ", ".join(said for button, said in _BUTTONS.items() if event.buttons() & button) or "none")
        self._say("Place", f"{event.position().x():.1f}, {event.position().y():.1f}")
        span = self._times[-1] - self._times[0]
        self._say("Rate", f"{(len(self._times) - 1) / span:.0f} events a second" if span > 0 else "–")

    def _say(self, name: str, text: str) -> None:
        self.values[name].setText(text)
