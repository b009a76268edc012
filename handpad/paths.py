"""Where Handpad's own files and the user's files lie."""

from pathlib import Path

import appdirs

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
    """The user's own data folder (profiles, pages, installed models); made when first asked for."""
    folder = Path(appdirs.user_data_dir("handpad", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def user_log() -> Path:
    """The folder of the log files; made when first asked for."""
    folder = Path(appdirs.user_log_dir("handpad", appauthor=False))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
