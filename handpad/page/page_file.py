"""The file of a page: it always holds a whole page, and is never written over before it has been read."""

import itertools
import logging
import stat
from dataclasses import dataclass
from pathlib import Path

from handpad.files import backup_path, numbered, put_aside, reason, replace_file, stamp, write_new
from handpad.page.document import MOST_BYTES, DocumentError, NewerPageError, from_inkml, to_inkml
from handpad.page.page import Page

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Loaded:
    """A page as it could be had.

    Attributes
    ----------
    page : the page.
    path : the file to write it to from now on; another than was asked for where that one must not be written over.
    notice : sentences for the user; "" if all is as it was left.
    written : whether the file at path holds this page, or there is nothing to be written.
    lost : strokes that could not be read, wholly or in part, as far as is known.
    """

    page: Page
    path: Path
    notice: str = ""
    written: bool = True
    lost: int = 0


class _NotToBeRead(Exception):
    """A page that is not damaged, but not to be read now: it must stay where it is, as it is."""


def save_page(page: Page, path: Path) -> bytes:
    """Write a page so that path always holds a whole page; the one before is kept as a backup; returns the data.

    Raises DocumentError, with the old file untouched.
    """
    data = _as_bytes(page, path)
    try:
        replace_file(path, data, backup=True)
    except OSError as error:
        raise DocumentError(f"The page could not be saved to {path}: {reason(error)}.") from error
    return data


def keep_page(page: Page, path: Path) -> Path:
    """Write a page to a file that was not there: path, or path with a number; returns it when it is on disk.

    The folder is made where there is none. Raises DocumentError.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return write_new(path, _as_bytes(page, path))
    except OSError as error:
        raise DocumentError(f"The page could not be kept in {path.parent}: {reason(error)}.") from error


def _as_bytes(page: Page, path: Path) -> bytes:
    try:
        return to_inkml(page)
    except Exception as error:  # a label that XML cannot hold, for instance: the ink must not go down with it
        log.exception("to_inkml")
        raise DocumentError(
            f"The page could not be saved to {path}: it cannot be written as InkML ({error})."
        ) from error


def load_page(path: Path) -> Loaded:
    """The page at path, or else the best that can be had of it. Never raises an Exception.

    A missing file is an empty page. A file that cannot be read is put aside before anything else is done, so that
    nothing is ever written over it; where it cannot be moved, or is whole but not to be read, the page that comes
    back is to be written to another file.
    """
    try:
        return _load(path)
    except Exception as error:
        log.exception("load_page")
        other = path.with_name(f"{path.stem}-{stamp()}{path.suffix}")
        return Loaded(Page(), other, f"The page {path} cannot be opened ({error}). {_left(other)}")


def _load(path: Path) -> Loaded:
    try:
        page = _read(path)
    except _NotToBeRead as error:
        return _instead(path, str(error))
    except DocumentError as error:
        log.warning("page %s: %s", path, error)
        return _restored(path, str(error))
    if page is not None:
        return Loaded(page, path)
    if backup_path(path).exists():
        return _restored(path, "")
    return Loaded(Page(), path)


def _read(path: Path) -> Page | None:
    """The page in a file; None if there is no file. Raises DocumentError if it is damaged, _NotToBeRead if not."""
    try:
        kind, size = path.stat().st_mode, path.stat().st_size
        if not stat.S_ISREG(kind) or size > MOST_BYTES:
            raise DocumentError(f"It is no file of at most {MOST_BYTES // 1_000_000} MB.")
        return from_inkml(path.read_bytes())
    except FileNotFoundError:
        return None
    except PermissionError as error:
        raise _NotToBeRead(f"Handpad is not allowed to read the page {path}.") from error
    except NewerPageError as error:
        raise _NotToBeRead(f"The page {path} cannot be opened yet. {error}") from error
    except DocumentError:
        raise
    except OSError as error:
        raise DocumentError(f"It cannot be read: {reason(error)}.") from error


def _restored(path: Path, problem: str) -> Loaded:
    """What the page before, or the page itself, still holds. problem : why it cannot be read; "" if it is not there."""
    from handpad.page.salvage import salvage_page  # seldom needed, and the window waits for this module

    backup = backup_path(path)
    there = f"The page {path} cannot be opened: {problem}" if problem else f"There was no page at {path}."
    data = _bytes(path)
    page, lost = None, 0
    try:
        page = _read(backup)
    except (DocumentError, _NotToBeRead) as error:
        log.warning("page %s: %s", backup, error)
    if page is not None:
        page, newer = _with_newer(page, salvage_page(data).page)
        found = "This is the version saved before it"
        found += f", with {newer} newer stroke{'s' if newer > 1 else ''} that could be read." if newer else "."
        damaged = [path]
    else:
        best = max((salvage_page(content) for content in (data, _bytes(backup))), key=lambda s: len(s.page.strokes))
        page, lost = best.page, best.lost + best.mended
        found = _told(len(page.strokes), best.mended, best.lost)
        damaged = [path, backup]
    try:
        asides = [put_aside(file) for file in damaged if file.exists()]
    except OSError as error:
        log.warning("not put aside: %s", error)
        return _instead(path, f"{there} {found}", page)
    kept = f"The damaged file is kept as {asides[0].name}." if asides else ""
    return Loaded(page, path, " ".join(filter(None, (there, found, kept))), written=not page.strokes, lost=lost)


def _told(readable: int, mended: int, lost: int) -> str:
    if not readable:
        return "None of its ink could be read, so this is a new page."
    sentence = f"{readable} of its {readable + lost} strokes could be read"
    return f"{sentence}, {mended} of them in part." if mended else f"{sentence}."


def _with_newer(page: Page, other: Page) -> tuple[Page, int]:
    """A page with the strokes of another that were written after all of its own, and how many there were."""
    known = {stroke.tobytes() for stroke in page.strokes.values()}
    last = max(page.strokes, default=0)
    newer = {n: s for n, s in other.strokes.items() if n > last and s.tobytes() not in known}
    for number, stroke in sorted(newer.items()):
        page = page.add(number, stroke, other.pen(number))
    return page.drawn(newer.keys() & other.drawings), len(newer)


def _instead(path: Path, notice: str, page: Page | None = None) -> Loaded:
    """The page beside one that must stay as it is: what was written there the last time goes on.

    page : what there is of the one that stays, to go on with where nothing was written yet.
    """
    for other in itertools.islice(numbered(path), 1, 10):
        try:
            there = _read(other)
        except (DocumentError, _NotToBeRead):
            continue
        page, written = there or page or Page(), there is not None or page is None
        break
    else:
        other, page, written = path.with_name(f"{path.stem}-{stamp()}{path.suffix}"), page or Page(), page is None
    return Loaded(page, other, f"{notice} {_left(other)}", written)


def _left(other: Path) -> str:
    return f"It was left as it is; what you write now goes to {other.name}."


def _bytes(path: Path) -> bytes:
    """What is in a file; nothing if it cannot be read."""
    try:
        return path.read_bytes() if path.is_file() and path.stat().st_size <= MOST_BYTES else b""
    except OSError:
        return b""


def same_ink(page: Page, other: Page) -> bool:
    """Whether all strokes of a page are on another, point by point."""
    known = {stroke.tobytes() for stroke in other.strokes.values()}
    return all(stroke.tobytes() in known for stroke in page.strokes.values())
