"""What fingers and palms on the paper mean: one finger writes until a pen is there, two move the paper."""

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QEvent, QPointF
from PySide6.QtGui import QEventPoint, QTouchEvent

WRITE, MOVE, OFF = "write", "move", "off"
"""What touch does: a finger writes until a pen is used, and two move the paper; fingers move it only; nothing."""

HOVERS = 0.3
"""A pen that was heard of so many seconds ago is still over the paper: it tells of itself a hundred times a second."""

PALM = 45.0
"""What touches the paper more widely than so many logical pixels is no finger."""

SHORT = 24.0
"""A stroke of a finger that reaches less far than so many logical pixels is none if another finger comes down."""


class Written(Protocol):
    """What is done with fingers, in points of the widget; moved in those of the screen."""

    def finger_down(self, point: QPointF, seconds: float) -> None: ...
    def finger_at(self, point: QPointF, seconds: float) -> None: ...
    def finger_up(self, point: QPointF, seconds: float) -> None: ...
    def finger_gone(self) -> None: ...
    def fingers_at(self, before: QPointF, after: QPointF, factor: float) -> None: ...


class Touch:
    """Tells fingers from palms, and what they do; a touch that was refused once does nothing until it ends.

    Attributes
    ----------
    mode : WRITE, MOVE or OFF.
    delay : seconds after the pen was last heard of, in which touch does nothing.
    pen_seen : whether a pen has been used since the start: from then on no finger writes.
    """

    def __init__(self, paper: Written):
        self.mode = WRITE
        self.delay = 1.0
        self.pen_seen = False
        self._paper = paper
        self._last_pen = -1e9
        self._does = ""  # "write", "move", "refused", or "" while it is not known
        self._finger = -1
        self._start = QPointF()
        self._reach = 0.0
        self._before: dict[int, QPointF] = {}  # the fingers that move the paper, on the screen

    def pen(self, now: float) -> None:
        """A pen was heard of, written with or only held near; now in seconds."""
        self.pen_seen, self._last_pen = True, now

    def refuses(self, now: float) -> bool:
        """Whether a touch does nothing now."""
        return self.mode == OFF or now - self._last_pen < max(self.delay, HOVERS)

    def take(self, event: QTouchEvent, now: float) -> None:
        """Do what a touch means; now in seconds on the clock of :meth:`pen`."""
        kind, seconds = event.type(), event.timestamp() / 1000
        down = [p for p in event.points() if p.state() != QEventPoint.State.Released and not _is_palm(p)]
        if kind == QEvent.Type.TouchBegin:
            self._does, self._before = "", {}
        if self.refuses(now) or kind == QEvent.Type.TouchCancel:
            self._stop_writing()
            self._does = "refused"
        if not self._does and down:
            self._begin(down, seconds)
        if self._does == "write":
            self._write(event, down, seconds)
        if self._does == "move":
            self._move(down)
        if kind in (QEvent.Type.TouchEnd, QEvent.Type.TouchCancel):
            self._does, self._before = "", {}

    def _begin(self, down: Sequence[QEventPoint], seconds: float) -> None:
        if len(down) > 1 or self.mode == MOVE:
            self._does = "move"
        elif self.mode == WRITE and not self.pen_seen:
            self._does, self._finger = "write", down[0].id()
            self._start, self._reach = down[0].position(), 0.0
            self._paper.finger_down(down[0].position(), seconds)

    def _write(self, event: QTouchEvent, down: Sequence[QEventPoint], seconds: float) -> None:
        point = next((p for p in event.points() if p.id() == self._finger), None)
        if len(down) > 1 and self._reach < SHORT:
            self._stop_writing()
            self._does = "move"
        elif point is None or event.type() == QEvent.Type.TouchBegin:
            return
        elif point.state() == QEventPoint.State.Released:
            self._does = "refused"  # what other fingers there are does nothing more
            self._paper.finger_up(point.position(), seconds)
        else:
            away = point.position() - self._start
            self._reach = max(self._reach, abs(away.x()), abs(away.y()))
            self._paper.finger_at(point.position(), seconds)

    def _move(self, down: Sequence[QEventPoint]) -> None:
        """Let the paper follow fingers: one only where no finger writes at all."""
        now = {point.id(): point.globalPosition() for point in down[:2]}
        if len(now) < 2 and self.mode != MOVE:
            now = {}
        if now and now.keys() == self._before.keys():
            before, after = list(self._before.values()), [now[finger] for finger in self._before]
            spread, was = _spread(after), _spread(before)
            self._paper.fingers_at(_middle(before), _middle(after), spread / was if was > 1 else 1.0)
        self._before = now

    def _stop_writing(self) -> None:
        if self._does == "write":
            self._paper.finger_gone()


def _is_palm(point: QEventPoint) -> bool:
    size = point.ellipseDiameters()
    return max(size.width(), size.height()) > PALM


def _middle(points: Sequence[QPointF]) -> QPointF:
    return (points[0] + points[-1]) / 2


def _spread(points: Sequence[QPointF]) -> float:
    away = points[-1] - points[0]
    return (away.x() ** 2 + away.y() ** 2) ** 0.5
