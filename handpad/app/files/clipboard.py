"""Ink on the clipboard: as InkML that other programs read, and as a picture of it."""

from dataclasses import replace

import numpy as np
from PySide6.QtCore import QMimeData
from PySide6.QtGui import QImage

from handpad.app.drawn_files import png
from handpad.errors import HandpadError, InkError
from handpad.formats import inkml_writing
from handpad.formats.document import MOST_BYTES, Document
from handpad.formats.inkml import read
from handpad.formats.placing import MARGIN
from handpad.ink import Box
from handpad.notebook.documents import UNIT, as_ink_page
from handpad.notebook.importing import as_page
from handpad.page.page import Page

INKML = "application/inkml+xml"
"""The media type of ink on the clipboard (W3C InkML, section 9)."""

AROUND = MARGIN / 3 / UNIT
"""White around the ink of a picture, in page units."""


def copied(page: Page) -> QMimeData:
    """A page's ink as InkML, and a picture that is as large as the ink. Raises HandpadError if there is none."""
    sheet = as_ink_page(page)
    if sheet.box is None:
        raise HandpadError("There is no ink to copy yet.")
    left, top, right, bottom = sheet.box
    picture = png(replace(sheet, paper=Box(left - AROUND, top - AROUND, right + AROUND, bottom + AROUND)))
    data = QMimeData()
    data.setData(INKML, inkml_writing.write(Document((sheet,))))
    data.setImageData(QImage.fromData(picture))
    return data


def pasted(data: QMimeData, page: Page) -> tuple[list[np.ndarray], set[int]]:
    """Strokes (n, 4) for a page, on the first lines below its ink, and the places of those that are drawings.

    Raises HandpadError, a sentence that says why there are none.
    """
    if not data.hasFormat(INKML):
        what = "a picture" if data.hasImage() else "text" if data.hasText() else ""
        if what == "text":
            raise HandpadError("Text cannot be pasted as ink: click into the text below and paste it there.")
        raise HandpadError(f"Only ink can be pasted here, and the clipboard holds {what or 'none'}.")
    content = bytes(data.data(INKML).data())
    try:
        if len(content) > MOST_BYTES:
            raise InkError(f"It is larger than {MOST_BYTES // 1_000_000} MB.")
        found = [as_page(sheet, page.ruling) for sheet in read(content).pages if sheet.strokes]
    except InkError as error:
        raise HandpadError(f"The ink on the clipboard cannot be read. {error}") from error
    strokes: list[np.ndarray] = []
    drawings: set[int] = set()
    free = _first_free(page)
    for new in found:
        rows = [new.stroke_row(number) for number in new.strokes]
        down = free - min(rows) if page.strokes or page.typed or strokes else 0
        free = max(rows) + down + 1
        drawings |= {len(strokes) + place for place, number in enumerate(new.strokes) if number in new.drawings}
        moved = np.array([0.0, down * page.ruling.pitch, 0.0, 0.0])
        strokes += [stroke + moved for stroke in new.strokes.values()]
    if not strokes:
        raise HandpadError("There is no ink on the clipboard.")
    return strokes, drawings


def _first_free(page: Page) -> int:
    """The first line of paper below all ink and typed text."""
    rows = [page.ruling.row(box.bottom - 0.5 * page.ruling.x_height) for box in page.stroke_boxes.values()]
    return max([*rows, *(typed.row for typed in page.typed)], default=-1) + 1
