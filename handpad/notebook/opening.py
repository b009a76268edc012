"""Files of ink opened as new pages on the shelf: what is in the file stays as it is."""

import functools
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from handpad.errors import HandpadError, InkError
from handpad.files import reason
from handpad.formats.document import ERASER, Document
from handpad.formats.opening import file_bytes, listed, open_ink
from handpad.notebook.documents import Tell, is_own
from handpad.notebook.importing import as_page
from handpad.notebook.shelf import NotebookError, Shelf
from handpad.page.document import DocumentError, from_inkml
from handpad.page.page import Page
from handpad.page.page_file import keep_page

_NO_INK = {
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"%PDF": "a PDF",
}


@dataclass(frozen=True)
class Opened:
    """What became of a file.

    Attributes
    ----------
    paths : the new pages, in the order of the file. notebook : where they lie; "" for the first.
    left_out : what of the file is no ink, as a part of a sentence; "" if all of it is on the pages.
    """

    paths: tuple[Path, ...]
    notebook: str
    left_out: str


def open_file(path: Path, shelf: Shelf, notebook: str, tell: Tell) -> Opened:
    """Put the ink of a file on new pages: one in a notebook, or several in a new one that is called like the file.

    Ink of other programs is put on the ruled lines by :func:`handpad.notebook.importing.as_page`; a page of Handpad
    stays as it is, but for what was learned from it. What lies on the shelf is not copied.

    Raises HandpadError, one sentence or two, with no page made; also whatever tell raises.
    """
    if path in {page.path for page in shelf.pages()}:
        return Opened((path,), shelf.notebook_of(path), "")
    data = file_bytes(path)
    for begin, what in _NO_INK.items():
        if data.startswith(begin):
            raise HandpadError(f"{path.name} is {what}; Handpad opens files of ink: InkML, Xournal++, Xournal, Rnote.")
    tell(0, 1)
    if is_own(data):
        try:
            return _kept([_own(from_inkml(data))], shelf, notebook, "", tell)
        except DocumentError as error:
            raise HandpadError(f"{path.name} cannot be opened. {error}") from error
    document = open_ink(path)
    try:
        pages = list(_pages(document, tell))
    except InkError as error:
        raise HandpadError(f"{path.name} cannot be opened. {error}") from error
    if len(pages) == 1:
        return _kept(pages, shelf, notebook, _left_out(document), tell)
    return _kept(pages, shelf, _new_notebook(shelf, path.stem), _left_out(document), tell, made=True)


def _own(page: Page) -> Page:
    """A page that shares no samples with the one that it is a copy of; what was right stays right."""
    for row, line in page.lines.items():
        page = page.with_line(row, [replace(c, sample_id="", corrected=True) if c.sample_id else c for c in line])
    return page


def _pages(document: Document, tell: Tell) -> Iterator[Page]:
    pages = [page for page in document.pages if any(style.tool != ERASER for style in page.styles)]
    for number, page in enumerate(pages):
        tell(number, len(pages))
        yield as_page(page, checked=functools.partial(tell, number, len(pages)))
    if not pages:
        raise InkError("Its ink was erased, not written.")


def _left_out(document: Document) -> str:
    erased = sum(style.tool == ERASER for page in document.pages for style in page.styles)
    found = {**document.left_out, **({"eraser strokes": erased} if erased else {})}
    return listed(Document((), found))


def _new_notebook(shelf: Shelf, name: str) -> str:
    """A notebook of that name, or with a number behind it where there is one. Raises NotebookError."""
    there = set(map(str.casefold, shelf.notebooks()))
    numbered = (name, *(f"{name} {number}" for number in range(2, 10_000)))
    free = next((one for one in numbered if one.casefold() not in there), name)
    try:
        return shelf.make_notebook(free)
    except NotebookError:  # no folder may be called so, or what is left of the name is taken
        return shelf.make_notebook(f"Opened {time.strftime('%Y-%m-%d %H.%M.%S')}")


def _kept(pages: list[Page], shelf: Shelf, notebook: str, left_out: str, tell: Tell, made: bool = False) -> Opened:
    """Write pages to the shelf, the first of them the one that was changed last. Raises HandpadError, with none kept.

    made : the notebook was made for them.
    """
    kept: list[Path] = []
    now = time.time_ns()
    try:
        for number, page in enumerate(pages):
            tell(number, len(pages))
            kept.append(keep_page(page, shelf.new_page(notebook)))
            changed = now - number * 1_000_000
            os.utime(kept[-1], ns=(changed, changed))
    except (HandpadError, OSError) as error:
        for path in kept:
            path.unlink(missing_ok=True)
        if made:
            shelf.remove_notebook(notebook)
        if isinstance(error, OSError):
            raise HandpadError(f"The pages could not be kept: {reason(error)}.") from error
        raise
    return Opened(tuple(kept), notebook, left_out)
