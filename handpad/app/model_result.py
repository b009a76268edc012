"""A new model beside the one in use, as the wizard's last page shows them: figures, size and speed."""

import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handpad.app.prepared import in_few_words
from handpad.errors import ModelError
from handpad.installed import FILES

MEASURES = {
    "accuracy_62": ("Digits and letters read right", "Of the 62 digits and letters alone, without any context."),
    "accuracy_62_shapes": (
        "the same, twins as one",
        "Characters that differ in size or place only, such as c and C or 0 and O, count as one.",
    ),
    "accuracy_all": ("All characters read right", "Of everything that the model can read, without any context."),
    "calibration_error": (
        "Calibration error",
        "How far the model's certainty is from how often it is right (expected calibration error): lower is better.",
    ),
}
"""The figures of ``model.json`` that are shown: a name for each, and what it means."""

_LOWER_IS_BETTER = ("calibration_error",)
_TIMED = 200


@dataclass(frozen=True)
class Measure:
    """One row: its name, what it means, both values and their difference, as text."""

    title: str
    explanation: str
    new: str
    current: str
    difference: str


@dataclass(frozen=True)
class Group:
    """The rows of one data set, or of the models themselves."""

    title: str
    measures: list[Measure]


@dataclass(frozen=True)
class Result:
    """The names of both models, all rows, and sentences on what to know of them."""

    new: str
    current: str
    groups: list[Group]
    notes: list[str]


def compare(new: Path, current: Path, glyphs: np.ndarray) -> Result:
    """Compare two model folders; glyphs uint8 (m, 28, 28), m >= 1, are read to measure the speed.

    Raises ModelError if one of them cannot be read.
    """
    infos = _info(new), _info(current)
    names = tuple(info["name"] for info in infos)
    figures = tuple(_by_part(info.get("figures", {})) for info in infos)
    groups, notes = [], []
    for (data, part), mine in figures[0].items():
        theirs = figures[1].get((data, part), {})
        first = next(iter(mine.values()))
        writers = f"{first['writers']:,} writer{'' if first['writers'] == 1 else 's'}"
        title = f"{data.upper()}, {part}: {writers}, {first['count']:,} characters"
        rows = [_row(name, mine[name], theirs.get(name)) for name in MEASURES if name in mine]
        groups.append(Group(title, rows))
        if theirs and "earlier" in infos[1].get("provenance", {}):
            notes.append(f"{names[1]} was measured on {data.upper()} before it learned from all of its writers.")
        elif not theirs:
            notes.append(f"{names[1]} was not measured on these writers of {data.upper()}.")
    groups.append(Group("Both models", _properties(new, current, infos, glyphs)))
    missing = set(infos[1]["labels"]) - set(infos[0]["labels"])
    if missing:
        notes.insert(0, f"{names[0]} cannot read {in_few_words(missing)}, which {names[1]} can.")
    return Result(*names, groups, list(dict.fromkeys(notes)))


def _info(folder: Path) -> dict:
    try:
        return json.loads((folder / "model.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelError(f"The model in {folder} cannot be read: {error}.") from error


def _by_part(figures: dict[str, dict]) -> dict[tuple[str, str], dict[str, dict]]:
    """The shown figures by data set and part of it; those of the exported weights themselves where there are any."""
    found: dict[tuple[str, str], dict[str, dict]] = {}
    for key in sorted(figures, key=lambda key: key.startswith("exported_")):
        figure = figures[key]
        measure = next((name for name in MEASURES if key.endswith(f"_{name}")), None)
        if measure is not None and figure["part"] != "validation writers":
            found.setdefault((figure["data"], figure["part"]), {})[measure] = figure
    return found


def _row(name: str, new: dict, current: dict | None) -> Measure:
    title, explanation = MEASURES[name]
    if current is None or current["count"] != new["count"]:
        return Measure(title, explanation, _percent(new["value"]), "not measured", "")
    points = 100 * (new["value"] - current["value"])
    better = points < 0 if name in _LOWER_IS_BETTER else points > 0
    verdict = "same" if abs(points) < 0.05 else f"{abs(points):.1f} points {'better' if better else 'worse'}"
    return Measure(title, explanation, _percent(new["value"]), _percent(current["value"]), verdict)


def _properties(new: Path, current: Path, infos: tuple[dict, dict], glyphs: np.ndarray) -> list[Measure]:
    def both(title: str, explanation: str, value: Callable, text: Callable) -> Measure:
        values = value(new), value(current)
        ratio = values[0] / values[1]
        difference = "same" if 0.95 < ratio < 1.05 else f"{ratio:.1f} times"
        return Measure(title, explanation, text(values[0]), text(values[1]), difference)

    labels = [str(len(info["labels"])) for info in infos]
    size = "The network, its labels and its writing styles together."
    speed = f"Median over {_TIMED} characters, one after another, on this computer, without adapting."
    return [
        Measure("Different characters", "How many characters it can tell apart.", *labels, ""),
        both("Size on disk", size, _bytes, lambda value: f"{value / 1e6:.1f} MB"),
        both("Time for a character", speed, lambda folder: _speed(folder, glyphs), lambda value: f"{value:.2f} ms"),
    ]


def _bytes(folder: Path) -> int:
    return sum((folder / file).stat().st_size for file in FILES)


def _speed(folder: Path, glyphs: np.ndarray) -> float:
    """Median milliseconds for one character."""
    from handpad.model import BaseModel  # loads OpenCV

    model, times = BaseModel.load(folder), []
    for index in range(_TIMED):
        glyph = glyphs[index % len(glyphs)][None]
        begun = time.perf_counter()
        model.run(glyph)
        times.append((time.perf_counter() - begun) * 1e3)
    return statistics.median(times)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
