"""The results of an evaluation as a table for the terminal and as one HTML page that needs no other file."""

from html import escape

import numpy as np

from handpad.train import page, plots, published
from handpad.train.plots import Series
from handpad.train.protocols import PROTOCOLS

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
    about = found["about"]
    lead = page.paragraph(
        f"{about['data']}, {about['part']}: {about['writers']} writers with at least {about['fewest']} characters, "
        f"{about['characters']:,} characters, {len(about['labels'])} labels. Model {about['model']} "
        f"({about['fingerprint']}), seed {about['seed']}."
    ).replace("<p>", "<p class='lead'>")
    sections = [("In short", _short(found)), *_protocols(found)]
    if found.get("holdout"):
        sections.append(("Beside the paper", _published(found["holdout"])))
    if found.get("live"):
        sections.append(("As characters are written", page.figure(_curves(found["live"]), _CURVES)))
    gains = [
        page.figure(
            plots.bars(sorted(one["gain_by_writer"].items(), key=lambda item: -item[1])),
            f"Points gained over the base by {published.adapter(name)}: {PROTOCOLS[protocol].title}.",
        )
        for protocol in _done(found)
        if protocol != "mistaken"
        for name, one in found[protocol].items()
    ]
    sections.append(("Writer by writer", page.beside(gains)))
    if "confusion" in found:
        sections.append(("What is taken for what", _confusions(found["confusion"], about["labels"])))
    if "confidence" in found:
        confidence = found["confidence"]
        plot = plots.strip(confidence["classifiers"], about["labels"], np.array(confidence["means"]))
        caption = (
            "Mean reliability over the writers after the live run, by classifier and label; darker is more reliable."
        )
        sections.append(("Confidence vectors of the paper's method", page.figure(plot, caption, wide=True)))
    sections.append(("How to measure it again", f"<pre>{escape(about['command'])}</pre>"))
    return page.document("What adapting gains", lead, sections)


_CURVES = (
    "Live: each character is read, then learned. Per cent right by how many the writer has written before; below each "
    "stretch, how many writers got there."
)


def _short(found: dict) -> str:
    tiles = []
    for protocol in _done(found):
        for name, one in found[protocol].items():
            what = f"points for {published.adapter(name)}: {PROTOCOLS[protocol].title}"
            tiles.append((f"{one['gain']['mean']:+.1f}", what))
    return page.tiles(tiles) + page.paragraph(
        "Per cent of characters read right: means over writers, with 95 % intervals over writers. “Base or it” and "
        "“base or any” are limits: the base or the adapter is right, the base or any of the adapter's classifiers is "
        "right. “Shapes” counts labels of the same shape (c/C, 0/o/O) as one."
    )


def _protocols(found: dict) -> list[tuple[str, str]]:
    head = [column for column, _ in _COLUMNS]
    return [
        (
            PROTOCOLS[protocol].title.capitalize(),
            page.paragraph(_count(found[protocol]) + ".") + page.table(head, _rows(found[protocol])),
        )
        for protocol in _done(found)
    ]


def _published(holdout: dict) -> str:
    head, rows = published.adapted_table(holdout)
    return page.paragraph(
        "Learn the Way We Write (Čugurović, Nikolić, Novaković), Table 3 and section 4.5, beside this evaluation by "
        "the same protocol, all tested characters pooled. The data and the writers differ: the columns can be read "
        "side by side, not ranked."
    ) + page.table(head, rows, ours=range(3, len(head)))


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


def _confusions(confusions: dict, labels: str) -> str:
    parts = []
    for name, counts in confusions.items():
        title = "Before adapting" if name == "base" else f"After adapting: {published.adapter(name)}"
        parts.append(f"<h3>{escape(title)} (live)</h3>{plots.confusion(np.array(counts), list(labels))}")
    return "".join(parts)


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
