"""A comparison of models as a table for the terminal and as one HTML page that needs no other file."""

import base64
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from handpad.train.console import duration
from handpad.train.report import plots, rendering
from handpad.train.report.plots import COLOURS, Series
from handpad.train.report.training_report import learning_curves, plain, unit_of

_COLUMNS: tuple[tuple[str, Callable[[dict], str]], ...] = (
    ("model", lambda one: one["model"]),
    ("accuracy %", lambda one: f"{one['accuracy']:.2f}"),
    ("95 % interval", lambda one: f"{one['low']:.1f} to {one['high']:.1f}"),
    ("shapes %", lambda one: f"{one['shapes']:.2f}"),
    ("ECE points", lambda one: f"{one['calibration_error']:.2f}"),
    ("adapter gains", lambda one: gained(one["gain"])),
    ("parameters", lambda one: f"{one['parameters']:,}"),
    ("MB", lambda one: f"{one['megabytes']:.2f}"),
    ("training", lambda one: "–" if one["training_seconds"] is None else duration(one["training_seconds"])),
    ("ms a character", lambda one: f"{one['milliseconds']:.2f}"),
)


def gained(gain: dict | None) -> str:
    """What an adapter gained, with its interval."""
    if gain is None:
        return "–"
    return f"{gain['mean']:+.1f}" + ("" if gain["half_width"] is None else f" ± {gain['half_width']:.1f}")


def table(found: dict) -> str:
    """Both tables for people: the models, and how each other differs from the first."""
    about = found["about"]
    rows = [[name for name, _ in _COLUMNS], *_rows(found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = [
        f"{about['data']}, {about['part']}: {about['writers']} writers, {about['characters']} characters, "
        f"{about['labels']} labels",
        "",
    ]
    for row in rows:
        lines.append("  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]))
    lines.append("")
    return "\n".join(lines + [_sentence(one) for one in found["differences"]])


def render(found: dict) -> str:
    """The whole HTML page."""
    found = _shortly_named(found)
    figures, details = found["figures"], found["details"]
    best = max(figures, key=lambda one: one["accuracy"])
    small = min(figures, key=lambda one: one["megabytes"])
    tiles = [(f"{best['accuracy']:.1f} %", f"right, the best of them: {best['model']}")]
    gains = [one for one in figures if one["gain"]]
    if gains:
        most = max(gains, key=lambda one: one["gain"]["mean"])
        tiles.append((f"{most['gain']['mean']:+.1f} points", f"the most that adapting gains: {most['model']}"))
    tiles.append((f"{small['megabytes']:.2f} MB", f"the smallest: {small['model']}, {small['accuracy']:.1f} % right"))
    return rendering.render(
        "comparison.html",
        about=found["about"],
        names=[one["model"] for one in figures],
        tiles=tiles,
        head=[name for name, _ in _COLUMNS],
        rows=_rows(found),
        intervals=plots.intervals([(one["model"], one["accuracy"], one["low"], one["high"]) for one in figures]),
        differences=[_sentence(one) for one in found["differences"]],
        costs=_costs(figures),
        origins=[(one["model"], one) for one in map(_origin, details)],
        learning=[(one["model"], _learning(one)) for one in details if one["history"]],
        searches=[_search(one) for one in details if one["tried"]],
        adapting=_adapting(details),
        confusions=[
            (one["model"], plots.confusion(np.array(one["confusion"]), found["about"]["label_list"])) for one in details
        ],
    )


def _shortly_named(found: dict) -> dict:
    """The same with folders called by their names alone, where no two have the same."""
    names = {one["model"]: Path(one["model"]).name for one in found["figures"]}
    if len(set(names.values())) < len(names):
        return found
    shortened = {
        key: [{**one, "model": names[one["model"]]} for one in found[key]]
        for key in ("figures", "details", "differences")
    }
    for one in shortened["differences"]:
        one["than"] = names[one["than"]]
    return found | shortened


def _rows(found: dict) -> list[list[str]]:
    return [[cell(one) for _, cell in _COLUMNS] for one in found["figures"]]


def _sentence(one: dict) -> str:
    return (
        f"{one['model']} against {one['than']}: {one['points']:+.2f} points, 95 % interval {one['low']:+.2f} to "
        f"{one['high']:+.2f}; {one['better']} writers better, {one['equal']} equal, {one['worse']} worse"
    )


def _costs(figures: list[dict]) -> list[tuple[str, str]]:
    """What each costs, as bars with their captions."""
    found = [
        (_bars(figures, "milliseconds", "{:.2f} ms"), "Milliseconds a character, one at a time on one core."),
        (_bars(figures, "megabytes", "{:.2f} MB"), "Size of the network on disk."),
    ]
    trained = [one for one in figures if one["training_seconds"] is not None]
    if trained:
        caption = "How long it was trained, search and validation included."
        found.append((plots.bars([(one["model"], one["training_seconds"]) for one in trained], duration), caption))
    return found


def _bars(figures: list[dict], key: str, form: str) -> str:
    return plots.bars([(one["model"], one[key]) for one in figures], form.format)


def _origin(one: dict) -> dict:
    """What a classifier is, where that comes from, its settings, and what to type for the same fit."""
    settings = [f"{key.replace('_', ' ')} {plain(value)}" for key, value in one["recipe"].items() if key != "members"]
    return {
        "model": one["model"],
        "help": one["help"],
        "source": one["source"],
        "settings": ", ".join(settings),
        "command": one["command"],
        "members": one["recipe"].get("members", []),
    }


def _learning(one: dict) -> list[tuple[str, str]]:
    losses, accuracies = learning_curves(one["history"])
    unit = unit_of(one["history"])
    found = [(plots.curves(losses, unit, height=170), "Loss.")] if losses else []
    return [*found, (plots.curves(accuracies, unit, height=170), "Per cent right, all labels.")]


def _search(one: dict) -> dict:
    """What was tried, what was found, and the picture of which pixels a forest looks at."""
    tried, found = one["tried"], one["found"]
    head = [*tried[0]["setting"], "validation, %", "seconds"]
    best = max(tried, key=lambda step: step["accuracy"])
    rows = [
        [
            *(plain(value) for value in step["setting"].values()),
            f"{100 * step['accuracy']:.1f}",
            f"{step['seconds']:.1f}",
        ]
        for step in tried
    ]
    facts = []
    if "exponent" in found:
        every = duration(found["seconds_for_all"])
        facts += [
            ("Fitted on", f"{found['characters']:,} of {found['of_characters']:,} training characters"),
            ("Support vectors", f"{found['support_vectors']:,}"),
            ("Time grows with", f"the {found['exponent']:.1f}th power of the characters; all would take about {every}"),
        ]
    if "oob_accuracy" in found:
        facts += [
            ("Trees", str(found["trees"])),
            ("Right out of the bag", f"{100 * found['oob_accuracy']:.1f} % of the training characters"),
        ]
    return {
        "model": one["model"],
        "head": head,
        "rows": rows,
        "best": tried.index(best),
        "facts": facts,
        "importance": heat(np.array(found["importance"]).reshape(28, 28)) if "importance" in found else None,
    }


def heat(image: np.ndarray) -> str:
    """Shares float (h, w) from 0 to 1 as the address of a picture: the larger, the less transparent."""
    pixels = np.zeros((*image.shape, 4), np.uint8)
    pixels[..., 3] = np.rint(255 * np.clip(image, 0, 1))
    png = cv2.imencode(".png", pixels)[1]
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _adapting(details: list[dict]) -> str | None:
    """Accuracy with the default adapter over the characters written, and the same without, dashed."""
    series = []
    for colour, one in zip(_colours(len(details)), details, strict=True):
        places = list(range(len(one["adapting"])))
        if places:
            series.append(Series(one["model"], colour, places, [step["accuracy"] for step in one["adapting"]]))
    if not series:
        return None
    steps = next(one["adapting"] for one in details if one["adapting"])

    def name(place: float) -> str:
        step = steps[int(place)]
        return f"{step['from']}+" if step["to"] is None else f"{step['from']}-{step['to']}"

    return plots.curves(series, "characters written before", x_names=name, x_ticks=range(len(steps)))


def _colours(count: int) -> list[str]:
    return [COLOURS[number % len(COLOURS)] for number in range(count)]
