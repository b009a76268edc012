"""The prepared data that the wizard keeps: where they lie, how much room they take, and deleting them."""

import hashlib
import shutil
from collections.abc import Iterable
from pathlib import Path

from handpad.own_model.training_data import Found
from handpad.own_model.training_plan import left_over


def prepared_path(home: Path, found: Found) -> Path:
    """Where the prepared form of a data set belongs: the same for the same place."""
    number = hashlib.sha256(str(found.source).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return _folder(home) / f"{found.kind}-{number}.npz"


def combined_path(home: Path, parts: Iterable[Path]) -> Path:
    """Where several prepared data sets as one belong: the same for the same ones."""
    number = hashlib.sha256("\n".join(sorted(map(str, parts))).encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return _folder(home) / f"combined-{number}.npz"


def idle(home: Path, chosen: Iterable[Path] = ()) -> list[Path]:
    """What can be deleted: all prepared data, finished or not, but those chosen and those that a training waits for."""
    plans = left_over(home)
    needed = {*chosen, *(path for plan in plans for path in (plan.learn, *plan.parts, *plan.measure))}
    folder = _folder(home)
    return [path for path in sorted(folder.iterdir()) if path not in needed] if folder.is_dir() else []


def room(paths: Iterable[Path]) -> int:
    """Bytes that files and folders take."""
    files = (file for path in paths for file in (path, *path.rglob("*")))
    return sum(file.stat().st_size for file in files if file.is_file())


def delete(paths: Iterable[Path]) -> None:
    """Delete files and folders. Raises OSError for the first that cannot be deleted; the rest is left."""
    for path in paths:
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()


def _folder(home: Path) -> Path:
    return home / "prepared"
