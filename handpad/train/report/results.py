"""The folder with the results of an evaluation."""

import json
from pathlib import Path

from handpad.errors import DataError
from handpad.files import replace_file
from handpad.train.report import paper

FIGURES = "evaluation.json"
PAGE = "evaluation.html"


def write(folder: Path, found: dict, html: str, name: str = "evaluation") -> None:
    """Write the figures and the page, each whole or not at all. Raises DataError if the disk refuses."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        replace_file(folder / f"{name}.json", json.dumps(found, indent=1).encode())
        replace_file(folder / f"{name}.html", html.encode())
    except OSError as error:
        raise DataError(f"The results cannot be written to {folder} ({error.strerror or error}).") from error


def read(path: Path, data_name: str) -> dict:
    """The content of an evaluation.json, or of the one in a folder. Raises DataError if it is none of this data."""
    file = path / FIGURES if path.is_dir() else path
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        name = found["about"]["data"]
        paper.adapted_table(found.get("holdout", {}))  # older evaluations lack figures that it needs
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{file} is no evaluation: run handpad-train evaluate first.") from error
    if name != data_name:
        raise DataError(f"{file} is an evaluation on {name}, not on {data_name}.")
    return found
