"""A document as PDF, SVG and PNG: its ink as it looks, and what was read as text that is not seen but found.

Painted with Qt on no screen, so that the commands can do it too.
"""

import itertools
import sys
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontDatabase,
    QFontMetricsF,
    QGuiApplication,
    QImage,
    QPageSize,
    QPainter,
    QPainterPath,
    QPdfWriter,
    QPen,
)
from PySide6.QtSvg import QSvgGenerator

from handpad.errors import HandpadError
from handpad.formats.document import HIGHLIGHTER, PEN, Document, InkPage, StrokeStyle, TextLine
from handpad.formats.placing import Placed, placed

DOTS_PER_INCH = 150
"""Of a PNG, if its sheet is not too large for that."""

MOST_PIXELS = 10_000
"""A side of a PNG."""

PDF_DOTS_PER_INCH = 1200

THINNEST = 0.15
"""Part of its width that a stroke has at least, however lightly the pen was pressed."""

WIDTH_STEPS = 8
"""So many widths there are between none and full pressure."""

CLOSE = 0.35
"""Points of a stroke that are nearer than so many points to the one before are not painted; they would not be seen."""

FLAT = 0.1
"""A curve that bends by less than half of so many points is painted as a line, which takes a third of the file."""

SPACE, COLUMN = 0.5, 3.0
"""A wider gap than the first, and narrower than the second, in sizes of the text, is filled down to the first by the
word before it: readers of PDF take words farther apart for columns."""

_TYPED = "#333333"
"""Words without ink were typed: they are seen."""

MOST_STRETCH = 1.6
"""The unseen text is at most so many times as high as print with its x-height."""

FONT_PIXELS = 100
"""Size at which the unseen text is measured; it is then scaled to its ink."""


Tell = Callable[[int, int], None]
"""Told how many pages are done, of how many; it may raise to end the work."""


def drawn(document: Document, kind: str, tell: Tell = lambda done, total: None) -> list[bytes]:
    """A document as "pdf", or each of its pages as "svg" or "png". Raises HandpadError without fonts."""
    if kind == "pdf":
        return [pdf(document, tell)]
    found = []
    for number, page in enumerate(document.pages):
        tell(number, len(document.pages))
        found.append({"svg": svg, "png": png}[kind](page))
    return found


def pdf(document: Document, tell: Tell = lambda done, total: None) -> bytes:
    """A PDF of all pages, ink as lines and the text unseen upon it. Raises HandpadError without fonts."""
    application = _application()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(buffer)
    writer.setResolution(PDF_DOTS_PER_INCH)
    writer.setCreator("Handpad")
    writer.setTitle(next((page.name for page in document.pages if page.name), ""))
    writer.setPageMargins(QMarginsF(0, 0, 0, 0))
    painter = QPainter()
    try:
        for number, page in enumerate(document.pages):
            tell(number, len(document.pages))
            place = placed(page)
            size = QPageSize(
                QSizeF(place.width, place.height), QPageSize.Unit.Point, "", QPageSize.SizeMatchPolicy.ExactMatch
            )
            writer.setPageSize(size)
            if number:
                writer.newPage()
            else:
                painter.begin(writer)
            painter.resetTransform()
            painter.scale(PDF_DOTS_PER_INCH / 72, PDF_DOTS_PER_INCH / 72)
            paint(painter, page, place)
    finally:
        painter.end()
    del application
    return bytes(buffer.data().data())


def svg(page: InkPage) -> bytes:
    """An SVG of one page, with the text unseen upon its ink. Raises HandpadError without fonts."""
    application = _application()
    place = placed(page)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    generator = QSvgGenerator()
    generator.setOutputDevice(buffer)
    generator.setResolution(72)
    generator.setSize(QSize(round(place.width), round(place.height)))
    generator.setViewBox(QRectF(0, 0, place.width, place.height))
    generator.setTitle(page.name)
    generator.setDescription(page.text)
    painter = QPainter(generator)
    paint(painter, page, place)
    painter.end()
    del application
    return bytes(buffer.data().data())


def png(page: InkPage) -> bytes:
    """A picture of one page."""
    application = _application()
    place = placed(page)
    scale = min(DOTS_PER_INCH / 72, MOST_PIXELS / max(place.width, place.height))
    image = QImage(round(place.width * scale), round(place.height * scale), QImage.Format.Format_RGB32)
    image.fill(QColor(page.paper_color))  # the last pixels lie on the sheet only in part
    image.setDotsPerMeterX(round(scale * 72 / 0.0254))
    image.setDotsPerMeterY(round(scale * 72 / 0.0254))
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(scale, scale)
    paint(painter, page, place)
    painter.end()
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")
    del application
    return bytes(buffer.data().data())


def paint(painter: QPainter, page: InkPage, place: Placed) -> None:
    """Paint a page, in points: its paper, its ink with what is highlighted beneath, and its text, which is not seen."""
    painter.fillRect(QRectF(0, 0, place.width, place.height), QColor(page.paper_color))
    strokes = list(zip(page.strokes, page.styles, strict=True))
    for below in (True, False):
        for stroke, style in strokes:
            if (style.tool == HIGHLIGHTER) is below:
                _paint_stroke(painter, stroke, style, place, page.paper_color)
    for line in page.lines:
        _paint_text(painter, line, place)


def _paint_stroke(painter: QPainter, stroke: np.ndarray, style: StrokeStyle, place: Placed, paper_color: str) -> None:
    marks = style.tool == HIGHLIGHTER
    color = QColor(style.color if style.tool in (PEN, HIGHLIGHTER) else paper_color)
    color.setAlphaF(min(style.opacity, 0.5) if marks else style.opacity)
    spots = place.points(stroke)
    kept = _apart(spots)
    points, widths = spots[kept].tolist(), _widths(stroke[kept, 2], place.width_of(style), marks)
    if len(points) == 1:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(color)
        painter.drawEllipse(QPointF(*points[0]), widths[0] / 2, widths[0] / 2)
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    # As on the canvas: curves through the middles of the stretches, which have the points as control points.
    path, width = QPainterPath(QPointF(*points[0])), widths[0]
    end = QPointF(*points[-1])
    for number, (one, other) in enumerate(itertools.pairwise(points)):
        middle = QPointF((one[0] + other[0]) / 2, (one[1] + other[1]) / 2)
        if widths[number] != width:
            start = path.currentPosition()
            painter.strokePath(path, _pen(color, width))
            path, width = QPainterPath(start), widths[number]
        bend = QPointF(*one) - (path.currentPosition() + middle) / 2
        if abs(bend.x()) + abs(bend.y()) < FLAT:
            path.lineTo(middle)
        else:
            path.quadTo(QPointF(*one), middle)
    path.lineTo(end)
    painter.strokePath(path, _pen(color, width))


def _apart(points: np.ndarray) -> list[int]:
    """The indexes of the points (n, 2) that are painted: those that are not CLOSE to the one before, and the last."""
    kept, (x, y) = [0], points[0].tolist()
    for number, (other_x, other_y) in enumerate(points.tolist()):
        if (other_x - x) ** 2 + (other_y - y) ** 2 >= CLOSE**2:
            kept.append(number)
            x, y = other_x, other_y
    if kept[-1] != len(points) - 1 and (points[kept[-1]] != points[-1]).any():
        kept.append(len(points) - 1)
    return kept


def _widths(pressures: np.ndarray, width: float, marks: bool) -> list[float]:
    """The width at each point, in steps."""
    shares = np.where(np.isfinite(pressures), pressures, 1.0) if not marks else np.ones(len(pressures))
    steps = np.ceil(shares.clip(THINNEST, 1) * WIDTH_STEPS) / WIDTH_STEPS
    return (width * steps).tolist()


def _pen(color: QColor, width: float) -> QPen:
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _paint_text(painter: QPainter, line: TextLine, place: Placed) -> None:
    """Text that is not seen, each word as wide as its ink, and high enough to cover that of its line.

    Hands write high letters higher, and words farther apart, than print has them; text as high as its ink is taken
    for one line by readers of PDF.
    """
    font = QFont("Sans Serif")
    font.setPixelSize(FONT_PIXELS)
    font.setStyleStrategy(QFont.StyleStrategy.PreferNoShaping)  # a ligature of f and i is not found by f and i
    measures = QFontMetricsF(font)
    baseline, high = (line.baseline - place.top) * place.scale, line.x_height * place.scale / measures.xHeight()
    top = (min(word.box.top for word in line.words) - place.top) * place.scale
    high *= min(max((baseline - top) / (high * measures.ascent()), 1.0), MOST_STRETCH)
    painter.setFont(font)
    boxes = [place.box(word.box) for word in line.words]
    for word, box, after in itertools.zip_longest(line.words, boxes, boxes[1:]):
        advance, width = measures.horizontalAdvance(word.text), max(box.width, 0.1)
        if after is not None and SPACE < (after.left - box.right) / (high * FONT_PIXELS) < COLUMN:
            width = after.left - SPACE * high * FONT_PIXELS - box.left
        if advance > 0 and high > 0:
            painter.save()
            painter.setPen(QColor(0, 0, 0, 0) if word.strokes else QColor(_TYPED))
            painter.translate(box.left, baseline)
            painter.scale(width / advance, high)
            painter.drawText(QPointF(0, 0), word.text)
            painter.restore()


def _application() -> QGuiApplication:
    """What Qt's fonts need; on no screen where there is none yet. Raises HandpadError without fonts."""
    there = QGuiApplication.instance()
    application = there if isinstance(there, QGuiApplication) else None
    if application is None:
        # Elsewhere than on Linux, Qt finds the fonts of the system only on its screen.
        application = QGuiApplication(["handpad", *(("-platform", "offscreen") if sys.platform == "linux" else ())])
    if not QFontDatabase.families():
        raise HandpadError("No fonts are installed, which the text of PDF and SVG files needs: install any.")
    return application
