"""A new model beside the one in use, as the wizard's last page shows them: figures, size and speed."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from handpad.model.folder import NEEDED, read_description
from handpad.own_model.prepared import in_few_words
from handpad.own_model.verdict import Compared, Verdict, verdict

MEASURES = {
    "accuracy_62": ("Digits and letters read right", "Of the 62 digits and letters alone, without any context."),
    "accuracy_62_shapes": (
        "Digits and letters, twins as one",
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
    """The names of both models, which is to be preferred, all rows, and sentences on what to know of them."""

    verdict: Verdict
    new: str
    current: str
    groups: list[Group]
    notes: list[str]


def compare(new: Path, current: Path, compared: Sequence[Sequence[dict]], glyphs: np.ndarray) -> Result:
    """Bring together what is known of two model folders.

    Parameters
    ----------
    compared : for each data set on which ``handpad-train compare current new`` was run, the events that it printed;
        and those of ``handpad-train lines current new``, where that was run.
        Of other data sets the figures are shown that stand in both ``model.json``, where they are of the same writers.
    glyphs : uint8 (m, 28, 28), m >= 1; they are read to measure the speed.

    Raises ModelError if a model cannot be read.
    """
    infos = read_description(new), read_description(current)
    names = tuple(info["name"] for info in infos)
    groups, notes, found = [], [], []
    of_lines = next((events for events in compared if events[-1].get("command") == "lines"), None)
    compared = [events for events in compared if events is not of_lines]
    for events in compared:
        groups.append(_compared(events))
        found.append(_in_short(events))
    done = {events[-1]["data"] for events in compared}
    figures = tuple(_by_part(info.get("figures", {})) for info in infos)
    for (data, part), mine in figures[0].items():
        if data in done:
            continue
        theirs = figures[1].get((data, part), {})
        first = next(iter(mine.values()))
        rows = [_row(name, mine[name], theirs.get(name)) for name in MEASURES if name in mine]
        groups.append(Group(_title(data, part, first["writers"], first["count"]), rows))
        right = [figures.get("accuracy_62") for figures in (mine, theirs)]
        if right[0] and right[1] and right[0]["count"] == right[1]["count"]:
            found.append(Compared(right[0]["value"], right[1]["value"], right[0]["count"]))
        if any(_of_earlier_weights(figure, infos[1]) for figure in theirs.values()):
            notes.append(f"{names[1]} was measured on {data.upper()} before it learned from all of its writers.")
        elif not theirs:
            notes.append(f"{names[1]} was not measured on these writers of {data.upper()}.")
    if of_lines is not None:
        groups.append(_lines_group(of_lines))
    groups.append(Group("Both models", _properties(new, current, infos, glyphs)))
    missing = set(infos[1]["labels"]) - set(infos[0]["labels"])
    if missing:
        notes.insert(0, f"{names[0]} cannot read {in_few_words(missing)}, which {names[1]} can.")
    judged = verdict(found, names[1], missing, _lines_in_short(of_lines) if of_lines is not None else None)
    return Result(judged, names[0], names[1], groups, list(dict.fromkeys(notes)))


def _lines_in_short(events: Sequence[dict]) -> Compared:
    current, new = (1 - event["cer"] / 100 for event in events if event["event"] == "lines")
    return Compared(new, current, events[-1]["characters"])


def _lines_group(events: Sequence[dict]) -> Group:
    """The row of one run of ``lines``."""
    about, short = events[-1], _lines_in_short(events)
    explanation = (
        "Words and texts, with the language beside the ink, by writers from whom neither learned to read lines."
    )
    row = _values(("Characters of lines read right", explanation), short.new, short.current, False)
    return Group(f"Lines of {about['data'].upper()}: {about['writers']:,} writers, {about['lines']:,} lines", [row])


def _in_short(events: Sequence[dict]) -> Compared:
    current, new = (event["accuracy"] / 100 for event in events if event["event"] == "figure")
    (change,) = (event for event in events if event["event"] == "difference")
    return Compared(new, current, events[-1]["characters"], change["low"], change["high"])


def _compared(events: Sequence[dict]) -> Group:
    """The rows of one run of ``compare``: figures of both, and the difference with its 95 % interval."""
    about = events[-1]
    current, new = (event for event in events if event["event"] == "figure")
    (change,) = (event for event in events if event["event"] == "difference")
    rows = [
        _values(MEASURES[name], new[key] / 100, current[key] / 100, name in _LOWER_IS_BETTER)
        for key, name in (
            ("accuracy", "accuracy_62"),
            ("shapes", "accuracy_62_shapes"),
            ("calibration_error", "calibration_error"),
        )
    ]
    low, high = change["low"], change["high"]
    explanation = "95 % interval of the difference in digits and letters, by drawing writers with replacement."
    rows.insert(1, Measure("the difference lies between", explanation, "", "", f"{low:+.1f} and {high:+.1f} points"))
    counts = f"{change['better']} better, {change['worse']} worse"
    rows.insert(2, Measure("writers for whom it reads", "Of the others it reads as much right.", "", "", counts))
    return Group(_title(about["data"], about["part"], about["writers"], about["characters"]), rows)


def _title(data: str, part: str, writers: int, characters: int) -> str:
    return f"{data.upper()}, {part}: {writers:,} writer{'' if writers == 1 else 's'}, {characters:,} characters"


def _by_part(figures: dict[str, dict]) -> dict[tuple[str, str], dict[str, dict]]:
    """The shown figures by data set and part of it; those of the exported weights themselves where there are any."""
    found: dict[tuple[str, str], dict[str, dict]] = {}
    for key in sorted(figures, key=lambda key: key.startswith("exported_")):
        figure = figures[key]
        measure = next((name for name in MEASURES if key.endswith(f"_{name}")), None)
        if measure is not None and figure["part"] != "validation writers":
            found.setdefault((figure["data"], figure["part"]), {})[measure] = figure
    return found


def _of_earlier_weights(figure: dict, info: dict) -> bool:
    """Whether a model went on to learn from the very writers that it was measured on."""
    provenance = info.get("provenance", {})
    went_on = "earlier" in provenance and figure["data"] == provenance.get("data", {}).get("name")
    return went_on and figure.get("fit") != "the exported weights"


def _row(name: str, new: dict, current: dict | None) -> Measure:
    if current is None or current["count"] != new["count"]:
        title, explanation = MEASURES[name]
        return Measure(title, explanation, _percent(new["value"]), "not measured", "")
    return _values(MEASURES[name], new["value"], current["value"], name in _LOWER_IS_BETTER)


def _values(about: tuple[str, str], new: float, current: float, lower_is_better: bool) -> Measure:
    points = 100 * (new - current)
    better = points < 0 if lower_is_better else points > 0
    verdict = "same" if abs(points) < 0.05 else f"{abs(points):.1f} points {'better' if better else 'worse'}"
    return Measure(*about, _percent(new), _percent(current), verdict)


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
        Measure("Different characters", "How many characters it can tell apart.", labels[0], labels[1], ""),
        both("Size on disk", size, _bytes, lambda value: f"{value / 1e6:.1f} MB"),
        both("Time for a character", speed, lambda folder: _speed(folder, glyphs), lambda value: f"{value:.2f} ms"),
    ]


def _bytes(folder: Path) -> int:
    return sum((folder / file).stat().st_size for file in NEEDED if (folder / file).is_file())


def _speed(folder: Path, glyphs: np.ndarray) -> float:
    """Median milliseconds for one character."""
    from handpad.model.base import BaseModel  # loads OpenCV

    model, times = BaseModel.load(folder), []
    for index in range(_TIMED):
        glyph = glyphs[index % len(glyphs)][None]
        begun = time.perf_counter()
        model.run(glyph)
        times.append((time.perf_counter() - begun) * 1e3)
    return statistics.median(times)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
