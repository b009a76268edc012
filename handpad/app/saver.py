"""Keeps the page on disk, in a thread of its own."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from handpad.document import DocumentError, save_page
from handpad.page import Page

log = logging.getLogger(__name__)


class Saver(QObject):
    """Writes pages. `failed` carries a sentence for the user; `saved` tells that a page is on disk."""

    saved = Signal()
    failed = Signal(str)

    @Slot(object, object)
    def save(self, page: Page, path: Path) -> None:
        """Write the page to path."""
        try:
            save_page(page, path)
            self.saved.emit()
        except DocumentError as error:
            log.exception("save")
            self.failed.emit(str(error))

    @Slot()
    def finish(self) -> None:
        """Return when all that was asked for before has been written: calls are taken one after another."""
