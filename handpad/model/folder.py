"""Which files a base model's folder has, and whether they are still what was written.

``model.json`` describes the model. It ends with the SHA-256 of every file that predictions depend on ("sha256": file
name to hex digest) and with that of its own other content ("digest"), so that a flipped bit anywhere never changes
predictions in silence. Folders from before Handpad wrote these lack both, and are taken as they are.
"""

import hashlib
import json
from pathlib import Path

from handpad.errors import ModelError
from handpad.files import replace_file
from handpad.paths import bundled_models

DESCRIPTION = "model.json"
NETWORK = "model.onnx"
STYLES = "styles.npz"
READING = "reading.npz"
"""What reading lines needs; a model without it leaves the grouping to the bundled one."""
SEQUENCE = "sequence.onnx"
"""The network that reads along the pen's way; without it lines are read by segments alone."""
REPORT = "report.html"
"""What the model is worth and how it was made, for people; a model without it is still a model."""

NEEDED = (DESCRIPTION, NETWORK, STYLES)
FILES = (NETWORK, STYLES, READING, SEQUENCE, REPORT, DESCRIPTION)
"""All that a folder can have, in the order of writing: one with a description is whole."""

FORMAT = 1
"""Version of the folder's layout that this code reads and writes."""

_SEALED = (NETWORK, STYLES, READING, SEQUENCE)
_SEAL = ("sha256", "digest")


def is_model(folder: Path) -> bool:
    """Whether a folder looks like a model's: a damaged one is noticed when it is opened."""
    return (folder / DESCRIPTION).is_file()


def files_of(folder: Path) -> list[str]:
    """The names of a model's files that are there or have to be, in the order of writing."""
    return [name for name in FILES if name in NEEDED or (folder / name).is_file()]


def read_description(folder: Path) -> dict:
    """The content of ``model.json``. Raises ModelError if it is missing, damaged or from a newer Handpad."""
    path = folder / DESCRIPTION
    try:
        info = json.loads(_bytes(path).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ModelError(f"The model file {path} cannot be read: {error}.") from error
    if not isinstance(info, dict):
        raise ModelError(f"The model file {path} is damaged: it is not a description of a model.")
    if isinstance(info.get("format"), int) and info["format"] > FORMAT:
        raise ModelError(f"The model {folder} comes from a newer Handpad; update Handpad to use it.")
    sealed = any(key in info for key in _SEAL)
    if sealed and not (isinstance(info.get("sha256"), dict) and info.get("digest") == _digest(info)):
        raise ModelError(_changed(path))
    return info


def read_file(folder: Path, name: str, info: dict) -> bytes:
    """A file of a model, as it was when its description `info` was written.

    Raises ModelError if it is missing, cannot be read, or is another file by now.
    """
    data = _bytes(folder / name)
    if name in sealed_files(info) and hashlib.sha256(data).hexdigest() != info["sha256"][name]:
        raise ModelError(_changed(folder / name))
    return data


def sealed_files(info: dict) -> list[str]:
    """The files whose checksums a description holds; none in folders from before there were any."""
    return [name for name in _SEALED if name in info.get("sha256", {})]


def write_description(folder: Path, info: dict) -> None:
    """Write ``model.json`` with the checksums of the files that lie in the folder now. Raises OSError."""
    sums = {}
    for name in _SEALED:
        if (folder / name).is_file():
            sums[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    _write(folder, {**info, "sha256": sums})


def seal(folder: Path) -> None:
    """Give a good model the checksums of its files as they are now. Raises ModelError or OSError."""
    write_description(folder, read_description(folder))


def add_file(folder: Path, name: str, data: bytes) -> None:
    """Put READING or SEQUENCE into a model's folder, whole or not at all. Raises ModelError or OSError.

    A crash in the middle leaves a model that can be used: it does without the file's checksum for that moment.
    """
    info = read_description(folder)
    if name in info.get("sha256", {}):
        _write(folder, {**info, "sha256": {k: v for k, v in info["sha256"].items() if k != name}})
    replace_file(folder / name, data)
    write_description(folder, info)


def _write(folder: Path, info: dict) -> None:
    """Write a description, its own digest last."""
    info = {key: value for key, value in info.items() if key not in _SEAL} | {"sha256": info["sha256"]}
    info = json.loads(json.dumps(info))  # the digest is that of what will be read, where all keys are strings
    text = json.dumps(info | {"digest": _digest(info)}, indent=1, ensure_ascii=False)
    replace_file(folder / DESCRIPTION, (text + "\n").encode("utf-8"))


def _digest(info: dict) -> str:
    """SHA-256 of all of a description but the digest itself, whatever its order and layout."""
    content = {key: value for key, value in info.items() if key != "digest"}
    return hashlib.sha256(json.dumps(content, sort_keys=True, separators=(",", ":")).encode("ascii")).hexdigest()


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise ModelError(f"The model is incomplete: {path} is missing.") from None
    except OSError as error:
        raise ModelError(f"The model file {path} cannot be read: {error}.") from error


def _changed(path: Path) -> str:
    what = "Handpad" if path.parent.parent == bundled_models() else "this model"
    return f"The model file {path} is damaged: it is not as it was written; install {what} again."
