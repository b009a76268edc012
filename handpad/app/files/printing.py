"""A page on paper: its ink as large as on the screen if it fits, and as many sheets as it is long."""

import functools
import math
from dataclasses import replace

from PySide6.QtGui import QPageLayout, QPainter
from PySide6.QtPrintSupport import QPrinter

from handpad.app.drawn_files import paint
from handpad.errors import HandpadError
from handpad.formats.document import InkPage
from handpad.formats.placing import Placed
from handpad.ink import Box, bounding_box
from handpad.notebook.documents import UNIT, as_ink_page
from handpad.page.page import Page


def print_page(page: Page, printer: QPrinter) -> int:
    """Print a page; returns how many sheets it took. A new sheet begins between two lines.

    Raises HandpadError if there is nothing on the page, or it could not be printed.
    """
    sheet = as_ink_page(page)
    boxes = [*page.stroke_boxes.values(), *(word.box for line in sheet.lines for word in line.words)]
    if not boxes:
        raise HandpadError("There is nothing on this page to print yet.")
    used, ruling = functools.reduce(Box.union, boxes), page.ruling
    area = printer.pageLayout().paintRect(QPageLayout.Unit.Point)
    left = min(0.0, used.left)
    scale = min(UNIT, area.width() / (used.right + ruling.margin - left))
    begin = ruling.baseline(0) + ruling.DEPTH * ruling.pitch - ruling.pitch  # where the first line begins
    upper = min(0.0, used.top)
    rows = max(1, int((area.height() / scale + upper - begin) // ruling.pitch))
    sheets = max(1, math.ceil((used.bottom - begin) / (rows * ruling.pitch)))
    painter = QPainter()
    if not painter.begin(printer):
        raise HandpadError("The page could not be printed: the printer does not answer, or its file cannot be written.")
    try:
        for number in range(sheets):
            if number:
                printer.newPage()
            top, bottom = (begin + rows * ruling.pitch * count for count in (number, number + 1))
            part = _part(sheet, -math.inf if number == 0 else top, math.inf if number == sheets - 1 else bottom)
            painter.resetTransform()
            painter.scale(printer.resolution() / 72, printer.resolution() / 72)
            paint(painter, part, Placed(area.width(), area.height(), left, top if number else upper, scale))
    finally:
        painter.end()
    return sheets


def _part(sheet: InkPage, top: float, bottom: float) -> InkPage:
    """What of a page has its middle between two heights, and what reaches from one beyond the other."""
    chosen = []
    for place, stroke in enumerate(sheet.strokes):
        box = bounding_box([stroke])
        if top <= box.center[1] < bottom or (box.top < top and box.bottom > bottom):
            chosen.append(place)
    return replace(
        sheet,
        strokes=tuple(sheet.strokes[place] for place in chosen),
        styles=tuple(sheet.styles[place] for place in chosen),
        lines=tuple(line for line in sheet.lines if top <= line.baseline < bottom),
    )
