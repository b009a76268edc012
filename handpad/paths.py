"""Where Handpad's own files and the user's files lie."""

import tempfile
from pathlib import Path

import appdirs

from handpad.errors import FolderError
from handpad.files import reason

_PACKAGE = Path(__file__).resolve().parent


def _bundled(name: str) -> Path:
    """A data folder of Handpad: inside the package when installed from a wheel, beside it in a checkout."""
    inside = _PACKAGE / name
    return inside if inside.is_dir() else _PACKAGE.parent / name


def bundled_models() -> Path:
    """The folder of the base models that Handpad ships, one folder per model."""
    return _bundled("models")


def resources() -> Path:
    """The folder of icons and other resources that Handpad ships."""
    return _bundled("resources")


def user_data() -> Path:
    """The user's own data folder (profiles, pages, installed models); made when first asked for.

    Raises FolderError if it cannot be made.
    """
    return _made(Path(appdirs.user_data_dir("handpad", appauthor=False)))


def user_cache() -> Path:
    """The folder of what can be made again, such as the index of pages; made when first asked for.

    Raises FolderError if it cannot be made.
    """
    return _made(Path(appdirs.user_cache_dir("handpad", appauthor=False)))


def user_log() -> Path:
    """The folder of the log files; made when first asked for. Raises FolderError if it cannot be made."""
    return _made(Path(appdirs.user_log_dir("handpad", appauthor=False)))


def check_writable(folder: Path) -> None:
    """Raise FolderError unless files can be made in a folder."""
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"0")
    except OSError as error:
        raise FolderError(
            f"Handpad keeps your pages in the folder {folder}, but cannot write there: {reason(error)}. "
            "See that you may write in this folder and that there is room, then start Handpad again."
        ) from error


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        why = "a file is in its place" if isinstance(error, FileExistsError) else reason(error)
        raise FolderError(
            f"Handpad keeps its files in the folder {folder}, but cannot make it: {why}. "
            "See that this folder can be made, then start Handpad again."
        ) from error
    return folder
