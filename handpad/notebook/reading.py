"""Pages that nobody has opened yet are read, so that they are found and exported by what they say."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from handpad.page.answers import Answers
from handpad.page.document import from_inkml
from handpad.page.line_job import LineJob
from handpad.page.messages import BoxJob
from handpad.page.page import Page
from handpad.page.page_file import save_page
from handpad.page.session import PageSession

if TYPE_CHECKING:  # loads OpenCV, which must not hold up the window
    from handpad.recognizer import Recognizer


def read_page(page: Page, recognizer: "Recognizer", checked: Callable[[], None] = lambda: None) -> Page:
    """The page with all that can be read of it, as it would be read while it is open; nothing is learned.

    checked : called often; it may raise to end the reading.
    """
    session, answers = PageSession(), Answers(recognizer, {})
    session.learns = False
    session.resume(page)
    session.profile_opened(page.profile, frozenset(), False, recognizer.alphabet)
    while session.outbox:
        checked()
        with recognizer.interruptible(checked):
            match session.outbox.popleft():
                case LineJob() as job:
                    session.line_read(job, answers.read_line(job))
                case BoxJob() as job:
                    session.boxes_read(answers.read_boxes(job))
    return session.page


def read_file(path: Path, recognizer: "Recognizer", checked: Callable[[], None] = lambda: None) -> bool:
    """Read the page in a file, unless somebody else writes there meanwhile; it keeps the time of its last change.

    Returns whether it was read. Raises DocumentError if it is no page, or cannot be written, and what checked raises.
    """
    try:
        before = path.stat()
        page = read_page(from_inkml(path.read_bytes()), recognizer, checked)
        now = path.stat()
        if (now.st_mtime_ns, now.st_size) != (before.st_mtime_ns, before.st_size):
            return False
        save_page(page, path)
        os.utime(path, ns=(before.st_mtime_ns, before.st_mtime_ns))
    except OSError:  # thrown away meanwhile, for instance
        return False
    return True
