"""Where pages lie. A page is a file, a notebook is a folder of pages, and what is thrown away lies in a trash folder.

The page that there was before there were notebooks, ``page.inkml`` in the data folder, is one of the pages of the
first notebook; the others of it lie in the folder ``pages``, and every folder in that is a notebook of its own. So a
synchronised folder, or another program, can add and take away pages and notebooks as it likes.
"""

import contextlib
import logging
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from handpad.errors import HandpadError
from handpad.files import backup_path, free_name, reason, replace_file, stamp

log = logging.getLogger(__name__)

SUFFIX = ".inkml"
TRASH = ".trash"
LAST = ".last"
_DAMAGED = "-damaged-"
LONGEST_NAME = 80
_NOT_IN_NAMES = re.compile(r'[\x00-\x1f<>:"/\\|?*]')
"""What no file system that Handpad runs on takes in a folder's name, or some do not."""

_IN_TRASH = re.compile(r"(?P<notebook>[^!]*)!(?P<name>.+)")


class NotebookError(HandpadError):
    """A notebook or page that cannot be made, moved or found."""


@dataclass(frozen=True)
class PageFile:
    """A page on the shelf.

    Attributes
    ----------
    path : its file.
    notebook : the notebook that it is in; "" for the first.
    changed : when it was written last, nanoseconds since 1970.
    size : bytes of its file.
    """

    path: Path
    notebook: str
    changed: int
    size: int


class Shelf:
    """The notebooks of a data folder.

    first : the page that there was before notebooks, ``page.inkml``; it need not exist.
    """

    def __init__(self, first: Path):
        self.first = first
        self.folder = first.parent / "pages"

    def notebooks(self) -> list[str]:
        """The names of all notebooks, the first ("") before the others, which are in order of their names."""
        try:
            inside = [entry.name for entry in os.scandir(self.folder) if entry.is_dir(follow_symlinks=False)]
        except OSError:
            inside = []
        return ["", *sorted((name for name in inside if not name.startswith(".")), key=str.casefold)]

    def pages(self, notebook: str | None = None) -> list[PageFile]:
        """The pages of a notebook, or of all, what was written last first."""
        names = self.notebooks() if notebook is None else [notebook]
        found = [page for name in names for page in self._in(self._folder(name), name)]
        if notebook in (None, ""):
            found += filter(None, [_page_file(self.first, "")])
        return sorted(found, key=lambda page: (-page.changed, page.path.name))

    def last(self) -> Path:
        """The page that was open last, if it is still there; otherwise the first one."""
        try:
            path = self.first.parent / (self.folder / LAST).read_text(encoding="utf-8").strip()
        except (OSError, ValueError):
            return self.first
        return path if path.is_file() and path.is_relative_to(self.first.parent) else self.first

    def remember(self, page: Path) -> None:
        """Note that a page is the one that is open, for :meth:`last`; not being able to is no reason to stop."""
        try:
            self._made(self.folder)
            replace_file(self.folder / LAST, page.relative_to(self.first.parent).as_posix().encode("utf-8"))
        except (OSError, ValueError, NotebookError) as error:
            log.warning("which page is open was not noted: %s", error)

    def notebook_of(self, page: Path) -> str:
        """The notebook that a page lies in."""
        return "" if page.parent in (self.folder, self.first.parent) else page.parent.name

    def new_page(self, notebook: str) -> Path:
        """A file for a page that is to be written; it does not exist yet.

        Raises NotebookError if its notebook cannot be made.
        """
        return free_name(self._made(self._folder(notebook)) / f"{stamp()}{SUFFIX}")

    def make_notebook(self, name: str) -> str:
        """Make a notebook; returns its name, without what no folder may be called. Raises NotebookError."""
        name = " ".join(_NOT_IN_NAMES.sub(" ", name).split()).strip(". ")[:LONGEST_NAME].rstrip(". ")
        if not name:
            raise NotebookError("A notebook needs a name of letters or digits.")
        if name.casefold() in map(str.casefold, self.notebooks()):
            raise NotebookError(f"There is a notebook {name} already.")
        self._made(self._folder(name))
        return name

    def remove_notebook(self, name: str) -> None:
        """Remove a notebook without pages; one that has any stays."""
        with contextlib.suppress(OSError):
            self._folder(name).rmdir()

    def rename_notebook(self, old: str, new: str) -> str:
        """Give a notebook another name; returns it. Raises NotebookError, with nothing changed."""
        name = self.make_notebook(new)
        try:
            self._folder(name).rmdir()
            self._folder(old).rename(self._folder(name))
        except OSError as error:
            raise NotebookError(f"The notebook {old} could not be renamed: {reason(error)}.") from error
        return name

    def move(self, page: Path, notebook: str) -> Path:
        """Put a page into another notebook; returns where it lies then. Raises NotebookError, with nothing changed."""
        return _moved(page, self._made(self._folder(notebook)) / (page.name if page != self.first else _named()))

    def discard(self, page: Path) -> Path:
        """Put a page into the trash; returns where it lies there. Raises NotebookError, with nothing changed."""
        name = page.name if page != self.first else _named()
        return _moved(page, self._made(self.folder / TRASH) / f"{self.notebook_of(page)}!{name}")

    def trashed(self) -> list[PageFile]:
        """The pages in the trash, with the notebooks that they were in; what was thrown away last first."""
        found = []
        for page in self._in(self.folder / TRASH, ""):
            known = _IN_TRASH.fullmatch(page.path.name)
            found.append(PageFile(page.path, known["notebook"] if known else "", page.changed, page.size))
        return sorted(found, key=lambda page: -page.changed)

    def restore(self, page: Path) -> Path:
        """Put a page of the trash back into its notebook, which is made again if it is gone; returns where it lies.

        Raises NotebookError, with nothing changed.
        """
        known = _IN_TRASH.fullmatch(page.name)
        notebook, name = (known["notebook"], known["name"]) if known else ("", page.name)
        return _moved(page, self._made(self._folder(notebook)) / name)

    def empty_trash(self) -> int:
        """Remove all pages in the trash for good; returns how many. Raises NotebookError."""
        pages = self.trashed()
        for page in pages:
            try:
                page.path.unlink()
                backup_path(page.path).unlink(missing_ok=True)
            except OSError as error:
                raise NotebookError(f"The page {page.path} could not be removed: {reason(error)}.") from error
        return len(pages)

    def _folder(self, notebook: str) -> Path:
        return self.folder / notebook if notebook else self.folder

    def _in(self, folder: Path, notebook: str) -> Iterator[PageFile]:
        try:
            entries = list(os.scandir(folder))
        except OSError:
            return
        for entry in entries:
            if entry.name.endswith(SUFFIX) and _DAMAGED not in entry.name and not entry.name.startswith("."):
                page = _page_file(Path(entry.path), notebook)
                if page is not None:
                    yield page

    def _made(self, folder: Path) -> Path:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise NotebookError(f"The folder {folder} for pages cannot be made: {reason(error)}.") from error
        return folder


def _page_file(path: Path, notebook: str) -> PageFile | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return PageFile(path, notebook, found.st_mtime_ns, found.st_size)


def _named() -> str:
    return f"{stamp()}{SUFFIX}"


def _moved(page: Path, target: Path) -> Path:
    """Move a page and the backup beside it to a name that nothing has yet; returns it."""
    target = free_name(target)
    try:
        page.rename(target)
    except OSError as error:
        raise NotebookError(f"The page {page} could not be moved to {target.parent}: {reason(error)}.") from error
    backup = backup_path(page)
    try:
        if backup.exists():
            backup.rename(backup_path(target))
    except OSError:  # the page is where it belongs; an older version of it stays behind
        pass
    return target
