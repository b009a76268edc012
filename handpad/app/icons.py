"""Icons from ``resources/icons`` (Lucide, ISC licence), tinted to the palette."""

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from handpad.app.theme import Theme
from handpad.paths import resources

_SIZE = 20


def icon(name: str, theme: Theme, color: str | None = None) -> QIcon:
    """An icon in the theme's text colour (or another), in its accent when checked, muted when disabled."""
    result = QIcon()
    svg = (resources() / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    plain = color or theme.text
    for mode, state, tint in (
        (QIcon.Mode.Normal, QIcon.State.Off, plain),
        (QIcon.Mode.Normal, QIcon.State.On, theme.accent),
        (QIcon.Mode.Disabled, QIcon.State.Off, theme.border),
    ):
        renderer = QSvgRenderer(QByteArray(svg.replace("currentColor", tint).encode()))
        for scale in (1, 2, 3):
            pixmap = QPixmap(_SIZE * scale, _SIZE * scale)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            renderer.render(painter, QRectF(0, 0, _SIZE * scale, _SIZE * scale))
            painter.end()
            pixmap.setDevicePixelRatio(scale)
            result.addPixmap(pixmap, mode, state)
    return result
