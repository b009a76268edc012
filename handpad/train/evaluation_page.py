"""The results of an evaluation as a table for the terminal and as one HTML page that needs no other file."""

from html import escape

import numpy as np

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
_COLOURS = {"base": "#888888", "paper": "#c46210", "default": "#1f6fb2"}
_STYLE = (
    "body{font:15px/1.5 sans-serif;max-width:960px;margin:2em auto;padding:0 1em;color:#222}"
    "table{border-collapse:collapse;font-size:13px}td,th{padding:3px 8px;border-bottom:1px solid #ddd;"
    "text-align:right}td:first-child,th:first-child{text-align:left}svg{font:11px sans-serif}code{font-size:12px}"
)


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


def page(found: dict) -> str:
    """The whole HTML page, with plots as SVG."""
    about = found["about"]
    parts = [
        "<!DOCTYPE html><html lang='en'><meta charset='utf-8'><title>Handpad: evaluation of adapters</title>",
        f"<style>{_STYLE}</style><h1>What adapting gains</h1>",
        f"<p>{escape(about['data'])}, {escape(about['part'])}: {about['writers']} writers with at least "
        f"{about['fewest']} characters, {about['characters']} characters, {len(about['labels'])} classes. "
        f"Model {escape(about['model'])} ({escape(about['fingerprint'])}), seed {about['seed']}.</p>",
        f"<p><code>{escape(about['command'])}</code></p>",
        "<p>Per cent of characters read right: means over writers, with 95 % intervals over writers. &ldquo;Base or "
        "it&rdquo; and &ldquo;base or any&rdquo; are limits: the base or the adapter is right, the base or any of the "
        "adapter's classifiers is right. &ldquo;Shapes&rdquo; counts labels of the same shape (c/C, 0/o/O) as one.</p>",
    ]
    for protocol in _done(found):
        head = "".join(f"<th>{escape(column)}</th>" for column, _ in _COLUMNS)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in _rows(found[protocol])
        )
        parts.append(f"<h2>{escape(PROTOCOLS[protocol].title)}</h2><p>{_count(found[protocol])}</p>")
        parts.append(f"<table><tr>{head}</tr>{body}</table>")
    if "live" in _done(found):
        parts += ["<h2>Accuracy over characters written (live)</h2>", _curves(found["live"])]
    for protocol in ("live", "holdout"):
        for name, one in found.get(protocol, {}).items():
            parts += [f"<h2>Gain per writer: {escape(name)}, {escape(PROTOCOLS[protocol].title)}</h2>", _gains(one)]
    for name, matrix in found.get("confusion", {}).items():
        title = "before adapting" if name == "base" else f"after adapting: {name}"
        parts += [f"<h2>Confusion {escape(title)} (live)</h2>", _confusion(matrix, about["labels"])]
    if "confidence" in found:
        parts += ["<h2>Confidence vectors of the paper's method</h2>"]
        parts += ["<p>Mean reliability over the writers, after the live run.</p>"]
        parts.append(_confidence(found["confidence"], about["labels"]))
    return "\n".join(parts) + "</html>\n"


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


def _svg(width: int, height: int, content: list[str]) -> str:
    return f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}'>{''.join(content)}</svg>"


def _text(x: float, y: float, text: str, anchor: str = "middle", colour: str = "#222") -> str:
    return f"<text x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}' fill='{colour}'>{escape(text)}</text>"


def _curves(live: dict) -> str:
    """Lines of accuracy over the stretches, for the base and every adapter."""
    steps = next(iter(live.values()))["curve"]
    series = {"base": [step["base"] for step in steps]}
    series |= {name: [step["accuracy"] for step in one["curve"]] for name, one in live.items()}
    low = 10 * np.floor(min(map(min, series.values())) / 10)
    left, top, width, height = 50, 15, 640, 260

    def x(place: int) -> float:
        return left + width * place / max(1, len(steps) - 1)

    def y(value: float) -> float:
        return top + height * (100 - value) / (100 - low)

    content = []
    for value in np.arange(low, 101, 5):
        content.append(f"<line x1='{left}' x2='{left + width}' y1='{y(value)}' y2='{y(value)}' stroke='#ddd'/>")
        content.append(_text(left - 8, y(value) + 4, f"{value:.0f}", "end"))
    for place, step in enumerate(steps):
        content.append(_text(x(place), top + height + 18, f"{_stretch(step)} ({step['writers']})"))
    for name, values in series.items():
        points = " ".join(f"{x(place):.1f},{y(value):.1f}" for place, value in enumerate(values))
        colour = _COLOURS.get(name, "#2a7f3f")
        content.append(f"<polyline points='{points}' fill='none' stroke='{colour}' stroke-width='2.5'/>")
        content.append(_text(left + width + 8, y(values[-1]) + 4, name, "start", colour))
    content.append(_text(left + width / 2, top + height + 38, "characters written (writers who wrote so many)"))
    return _svg(left + width + 90, top + height + 50, content)


def _gains(one: dict) -> str:
    """One bar per writer, sorted."""
    gains = sorted(one["gain_by_writer"].items(), key=lambda item: item[1])
    low, high = min(0.0, gains[0][1]), max(1.0, gains[-1][1])
    left, width, row = 190, 520, 14
    scale = width / (high - low)
    zero = left - low * scale
    content = []
    for place, (writer, gain) in enumerate(gains):
        colour = "#1f6fb2" if gain >= 0 else "#b22222"
        start, length = min(zero, zero + gain * scale), abs(gain * scale)
        content.append(
            f"<rect x='{start:.1f}' y='{place * row}' width='{length:.1f}' height='{row - 3}' fill='{colour}'/>"
        )
        content.append(_text(left - 6 + low * 0, place * row + 10, writer, "end"))
        content.append(_text(max(zero, zero + gain * scale) + 4, place * row + 10, f"{gain:+.1f}", "start"))
    return _svg(left + width + 60, len(gains) * row + 4, content)


def _confusion(matrix: list[list[int]], labels: str) -> str:
    """What was written (rows) and what was read (columns); the right ones are left blank."""
    cell, left = 11, 20
    rates = np.array(matrix, dtype=float)
    rates /= np.maximum(rates.sum(axis=1, keepdims=True), 1)
    content = []
    for place, label in enumerate(labels):
        middle = left + place * cell + cell / 2
        content += [_text(middle, 12, label), _text(8, middle + 4, label)]
    for written, read in zip(*np.nonzero(rates), strict=True):
        if written != read:
            x, y = left + read * cell, left + written * cell
            share = rates[written, read]
            title = f"{labels[written]} read as {labels[read]}: {100 * share:.0f} %"
            content.append(
                f"<rect x='{x}' y='{y}' width='{cell}' height='{cell}' fill='#b22222' "
                f"fill-opacity='{min(1, 0.08 + 2 * share):.2f}'><title>{escape(title)}</title></rect>"
            )
    side = left + cell * len(labels)
    content.append(
        f"<rect x='{left}' y='{left}' width='{side - left}' height='{side - left}' fill='none' stroke='#999'/>"
    )
    return _svg(side + 4, side + 4, content)


def _confidence(confidence: dict, labels: str) -> str:
    """One row per classifier, one column per label; darker is more reliable."""
    cell, left = 13, 80
    content = [_text(left + place * cell + cell / 2, 12, label) for place, label in enumerate(labels)]
    for row, (name, means) in enumerate(zip(confidence["classifiers"], confidence["means"], strict=True)):
        content.append(_text(left - 6, 20 + row * cell + 10, name, "end"))
        for place, mean in enumerate(means):
            title = f"{name}, {labels[place]}: {mean:.2f}"
            content.append(
                f"<rect x='{left + place * cell}' y='{20 + row * cell}' width='{cell - 1}' height='{cell - 1}' "
                f"fill='#1f6fb2' fill-opacity='{mean:.2f}'><title>{escape(title)}</title></rect>"
            )
    return _svg(left + cell * len(labels) + 4, 24 + cell * len(confidence["means"]), content)
