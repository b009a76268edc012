"""Where a page lies that could not be saved in its place, so that the next start finds it.

Either the user chose another file: then a note with its path lies beside the page, or, where that cannot be written
either, in the home or the temporary folder. Or Handpad had to end: then the page itself lies in one of these two.
"""

import hashlib
import logging
import os
import stat
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from handpad.files import backup_path, replace_file, stamp
from handpad.page.document import DocumentError
from handpad.page.page import Page
from handpad.page.page_file import Loaded, keep_page, load_page, same_ink, save_page

log = logging.getLogger(__name__)

_LONGEST_PATH = 10_000


def pages_folder(path: Path) -> Path:
    """Where other pages than this one are kept: beside it, if it lies in such a folder or in a notebook itself."""
    inside = "pages" in (path.parent.name, path.parent.parent.name)
    return path.parent if inside else path.parent / "pages"


def rescue(page: Page, path: Path) -> Path:
    """Write a page in the first place that takes it: its own file, the home folder, the temporary folder.

    Returns that file; :func:`open_page` finds it. Raises DocumentError if it cannot be written anywhere.
    """
    try:
        save_page(page, path)
        _forget(path)
        return path
    except DocumentError as error:
        problem = error
    for folder in _refuges():
        try:
            return keep_page(page, folder / f"{_name(path)}-{stamp()}.inkml")
        except DocumentError as error:
            log.warning("%s", error)
    raise problem


def note_elsewhere(path: Path, place: Path) -> None:
    """Remember that the page of path is saved in another file now."""
    for folder in (path.parent, *_refuges()):
        try:
            replace_file(folder / f"{_name(path)}.txt", os.fsencode(place.resolve()))
        except OSError as error:
            log.warning("where the page is could not be noted in %s: %s", folder, error)
        else:
            return


def open_page(path: Path) -> Loaded:
    """The page of path, brought back from where it had to be saved the last time. Never raises an Exception.

    It goes back to its own file if that can be written; a page there that has other ink is kept first. Otherwise it
    stays where it is.
    """
    try:
        places = _places(path)
        return _brought_back(path, places) if places else load_page(path)
    except Exception:  # of a kind nobody thought of
        log.exception("open_page")
        return load_page(path)


def _brought_back(path: Path, places: list[Path]) -> Loaded:
    own = load_page(path)
    place, *older = places
    if not place.is_file():
        _forget(path)
        gone = f"The page was last saved as {place}, which is not there now. This is the page as it was before."
        return replace(own, notice=f"{gone} {own.notice}".strip())
    found = load_page(place)
    notice = f"The page could not be saved in its place the last time. It was kept as {place}"
    try:
        for other in [own.page, *(load_page(file).page for file in older if file.is_file())]:
            if not same_ink(other, found.page):
                keep_page(other, pages_folder(path) / f"{stamp()}.inkml")
        save_page(found.page, own.path)
    except DocumentError as error:
        log.warning("not brought back: %s", error)
        return replace(found, notice=f"{notice} and stays there for now. {found.notice} {own.notice}".strip())
    for file in places:
        if file.name.startswith(_name(path)):
            file.unlink(missing_ok=True)
            backup_path(file).unlink(missing_ok=True)
    _forget(path)
    return Loaded(found.page, own.path, f"{notice} and is back now. {found.notice} {own.notice}".strip())


def _name(path: Path) -> str:
    """What the files of this page are called in folders that hold more than Handpad's."""
    return f"handpad-page-{hashlib.sha256(os.fsencode(path.resolve())).hexdigest()[:12]}"


def _refuges() -> Iterator[Path]:
    for folder in (Path("~"), Path(tempfile.gettempdir())):
        try:
            yield folder.expanduser()
        except RuntimeError:  # a user without a home
            continue


def _places(path: Path) -> list[Path]:
    """Where the page lies if it is not in its own file, what was noted or rescued last first; [] if it is in it."""
    found = []
    for folder in (path.parent, *_refuges()):
        try:
            found += [(file.stat().st_mtime, file) for file in folder.glob(f"{_name(path)}*") if _is_ours(file)]
        except OSError as error:
            log.warning("%s not searched for pages: %s", folder, error)
    places = []
    for _, file in sorted(found, reverse=True):
        if file.suffix == ".inkml":
            places.append(file)
        elif file.suffix == ".txt":
            places.append(Path(os.fsdecode(file.read_bytes()[:_LONGEST_PATH])))
    return places


def _is_ours(file: Path) -> bool:
    """Whether a file is one that this user made: anybody can put files into a temporary folder."""
    info = file.lstat()
    return stat.S_ISREG(info.st_mode) and (not hasattr(os, "getuid") or info.st_uid == os.getuid())


def _forget(path: Path) -> None:
    """Remove the notes on where the page lies."""
    for folder in (path.parent, *_refuges()):
        try:
            (folder / f"{_name(path)}.txt").unlink(missing_ok=True)
        except OSError as error:
            log.warning("a note on where the page is stays in %s: %s", folder, error)
