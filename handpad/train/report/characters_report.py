"""The results of an evaluation as a table for the terminal and as one HTML page that needs no other file."""

import numpy as np

from handpad.train.measure.protocols import PROTOCOLS
from handpad.train.report import paper, plots, rendering
from handpad.train.report.plots import Series

_COLUMNS = (
    ("adapter", lambda name, one: name),
    ("base", lambda name, one: _pm(one["base"])),
    ("adapted", lambda name, one: _pm(one["accuracy"])),
    ("gain", lambda name, one: _pm(one["gain"], "+")),
    ("better/equal/worse", lambda name, one: f"{one['better']}/{one['equal']}/{one['worse']}"),
    ("worst", lambda name, one: f"{one['worst_gain']:+.1f}"),
    ("base or it", lambda name, one: f"{one['base_or_adapter']['mean']:.1f}"),
    ("base or any", lambda name, one: f"{one['base_or_any']['mean']:.1f}"),
    ("shapes, base", lambda name, one: f"{one['folded_base']['mean']:.1f}"),
    ("shapes", lambda name, one: f"{one['folded']['mean']:.1f}"),
    ("ms predict", lambda name, one: f"{one['predict_ms']:.2f}"),
    ("ms learn", lambda name, one: f"{one['learn_ms']:.2f}"),
)
_COLOURS = {"base": "grey", "paper": "orange", "default": "blue"}


def table(found: dict) -> str:
    """All protocols as text: per cent, means over writers with 95 % intervals."""
    about = found["about"]
    lines = [
        f"{about['data']}, {about['part']}: {about['writers']} writers, {about['characters']} characters, "
        f"{len(about['labels'])} classes, model {about['model']}, seed {about['seed']}"
    ]
    for protocol in _done(found):
        rows = [[column for column, _ in _COLUMNS], *_rows(found[protocol])]
        widths = [max(len(row[i]) for row in rows) for i in range(len(_COLUMNS))]
        lines += ["", f"{PROTOCOLS[protocol].title} ({_count(found[protocol])})"]
        lines += ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    if "live" in _done(found):
        lines += ["", "live, by characters written: base -> adapted"]
    for name, one in found.get("live", {}).items():
        steps = [f"{_stretch(step)}: {step['base']:.1f} -> {step['accuracy']:.1f}" for step in one["curve"]]
        lines.append(f"{name.rjust(8)}  " + "   ".join(steps))
    return "\n".join(lines)


def render(found: dict) -> str:
    """The whole HTML page."""
    done = [(protocol, name, one) for protocol in _done(found) for name, one in found[protocol].items()]
    confidence = found.get("confidence")
    labels = found["about"]["labels"]
    return rendering.render(
        "characters.html",
        found=found,
        tiles=[
            (f"{one['gain']['mean']:+.1f}", f"points for {paper.adapter(name)}: {PROTOCOLS[protocol].title}")
            for protocol, name, one in done
        ],
        head=[column for column, _ in _COLUMNS],
        protocols=[
            {"title": PROTOCOLS[name].title, "extent": _count(found[name]), "rows": _rows(found[name])}
            for name in _done(found)
        ],
        published=paper.adapted_table(found["holdout"]) if found.get("holdout") else None,
        curves=_curves(found["live"]) if found.get("live") else None,
        gains=[
            (
                plots.bars(sorted(one["gain_by_writer"].items(), key=lambda item: -item[1])),
                f"Points gained over the base by {paper.adapter(name)}: {PROTOCOLS[protocol].title}.",
            )
            for protocol, name, one in done
            if protocol != "mistaken"
        ],
        confusions=[
            (
                "Before adapting" if name == "base" else f"After adapting: {paper.adapter(name)}",
                plots.confusion(np.array(counts), list(labels)),
            )
            for name, counts in found.get("confusion", {}).items()
        ],
        confidence=confidence and plots.strip(confidence["classifiers"], labels, np.array(confidence["means"])),
    )


def _curves(live: dict) -> str:
    steps = next(iter(live.values()))["curve"]
    places = list(range(len(steps)))
    series = [Series("base", _COLOURS["base"], places, [step["base"] for step in steps])]
    for name, one in live.items():
        series.append(Series(name, _COLOURS.get(name, "green"), places, [step["accuracy"] for step in one["curve"]]))
    return plots.curves(
        series,
        "characters written before",
        x_names=lambda place: f"{_stretch(steps[int(place)])} ({steps[int(place)]['writers']})",
        x_ticks=places,
    )


def _done(found: dict) -> list[str]:
    """The protocols that were run on someone."""
    return [name for name in PROTOCOLS if found.get(name)]


def _rows(one_protocol: dict) -> list[list[str]]:
    return [[cell(name, one) for _, cell in _COLUMNS] for name, one in one_protocol.items()]


def _count(one_protocol: dict) -> str:
    one = next(iter(one_protocol.values()))
    return f"{one['writers']} writers, {one['characters']} tested characters"


def _pm(value: dict, sign: str = "") -> str:
    return f"{value['mean']:{sign}.2f} ± {value['half_width']:.2f}"


def _stretch(step: dict) -> str:
    return f"{step['from']}+" if step["to"] is None else f"{step['from']}-{step['to']}"
