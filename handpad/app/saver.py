"""Keeps the page on disk, in a thread of its own."""

import logging
from pathlib import Path

from PySide6.QtCore import QObject, Signal, Slot

from handpad.page.document import DocumentError
from handpad.page.page import Page
from handpad.page.page_file import save_page

log = logging.getLogger(__name__)


class Saver(QObject):
    """Writes pages. `done(page, path, problem)` answers each: problem is "", or a sentence for the user."""

    done = Signal(object, object, str)

    @Slot(object, object)
    def save(self, page: Page, path: Path) -> None:
        """Write the page to path."""
        self.done.emit(page, path, written(page, path))

    @Slot()
    def finish(self) -> None:
        """Return when all that was asked for before has been written: calls are taken one after another."""


def written(page: Page, path: Path) -> str:
    """Write the page to path; "" when it is on disk, otherwise a sentence that says why it is not."""
    try:
        save_page(page, path)
    except DocumentError as error:
        log.warning("%s", error)
        return str(error)
    except Exception as error:  # of a kind nobody thought of: it must not pass for saved
        log.exception("save")
        return f"The page could not be saved to {path} ({error})."
    return ""
