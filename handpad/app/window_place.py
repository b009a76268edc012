"""Where the window stood, how its page was shown, and which pens lay ready, from one start to the next."""

import base64
import binascii
import contextlib
import json
import logging
from pathlib import Path

from PySide6.QtWidgets import QWidget

from handpad.app.paper import Paper
from handpad.app.zoom import Zoom
from handpad.files import replace_file

log = logging.getLogger(__name__)

_MOST_BYTES = 100_000


class WindowPlace:
    """What was kept in a file when the window was closed; a file that cannot be read counts as none.

    Parameters
    ----------
    path : of the file.
    page : the file of the page that is shown; the scroll position of another one is not taken.

    Attributes
    ----------
    pens : those that lie ready, as a text; "" if none were kept.
    """

    def __init__(self, path: Path, page: Path):
        self._path = path
        self._page = str(page)
        self._kept: dict[str, str] = _read(path)
        self.pens = self._kept.get("pens", "")

    def restore(self, window: QWidget) -> None:
        """Put the window where it stood, on the same screen; Qt moves it into sight if that is gone."""
        try:
            window.restoreGeometry(base64.b64decode(self._kept.get("geometry", ""), validate=True))
        except binascii.Error:
            log.warning("window place %s not read", self._path)

    def restore_zoom(self, paper: Paper) -> None:
        """Show pages as large as they were shown."""
        with contextlib.suppress(ValueError):
            factor = float(self._kept.get("zoom", ""))
            if factor == factor:
                paper.zoom_to(Zoom().times(factor))

    def restore_scroll(self, paper: Paper) -> None:
        """Show the part of the page that was shown. The page must have its size by then."""
        across, down = self._kept.get("across", ""), self._kept.get("down", "")
        if self._kept.get("page") == self._page and across.isdecimal() and down.isdecimal() and len(across + down) < 16:
            paper.horizontalScrollBar().setValue(int(across))
            paper.verticalScrollBar().setValue(int(down))

    def keep(self, window: QWidget, paper: Paper) -> None:
        """Write down how the window stands now. That it cannot be written is logged: nothing is lost by it."""
        self._kept = {
            "geometry": base64.b64encode(window.saveGeometry().data()).decode(),
            "page": self._page,
            "across": str(paper.horizontalScrollBar().value()),
            "zoom": f"{paper.canvas.zoom.factor:.6g}",
            "pens": self.pens,
            "down": str(paper.verticalScrollBar().value()),
        }
        try:
            replace_file(self._path, json.dumps(self._kept, indent=1).encode())
        except OSError as error:
            log.warning("window place %s not written: %s", self._path, error)


def _read(path: Path) -> dict[str, str]:
    """The values in a file; none if it cannot be read."""
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise ValueError("it is too large")
        kept = json.loads(path.read_bytes())
        return {str(key): value for key, value in kept.items() if isinstance(value, str)}
    except FileNotFoundError:
        return {}
    except Exception as error:  # of whatever kind: nothing in that file keeps the app from opening
        log.warning("window place %s not read: %s", path, error)
        return {}
