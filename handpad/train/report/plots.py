"""Plots as SVG in the colours of the page (report.css): sums of geometry, hence not templates."""

import json
import math
from collections.abc import Callable, Sequence
from html import escape
from typing import NamedTuple

import numpy as np
from markupsafe import Markup

_CELL, _EDGE = 10, 16

COLOURS = ("blue", "orange", "green", "red", "grey", "purple", "teal", "pink", "olive", "brown")
"""The names of the colours in report.css, in the order in which curves take them."""


class Series(NamedTuple):
    """One curve: its name, the name of its colour in report.css, and its points; NaN leaves a gap.

    band : the least and the most of each point, to be drawn as an area behind the curve; None for none.
    """

    name: str
    colour: str
    x: Sequence[float]
    y: Sequence[float]
    dashed: bool = False
    band: tuple[Sequence[float], Sequence[float]] | None = None


def curves(
    series: Sequence[Series],
    x_title: str,
    y_range: tuple[float, float] | None = None,
    x_names: Callable[[float], str] = "{:g}".format,
    y_names: Callable[[float], str] = "{:g}".format,
    x_ticks: Sequence[float] | None = None,
    height: int = 250,
) -> Markup:
    """Curves over one axis, each named at its end. The y axis is as long as the points need unless given."""
    values = np.array([value for one in series for part in (one.y, *(one.band or ())) for value in part], dtype=float)
    places = np.array([value for one in series for value in one.x], dtype=float)
    low, high = y_range or (np.nanmin(values), np.nanmax(values))
    if low == high:
        low, high = low - 0.5, high + 0.5
    y_ticks = ticks(low, high)
    low, high = y_range or (y_ticks[0], y_ticks[-1])
    first, last = places.min(), max(places.max(), places.min() + 1e-9)
    names_width = 14 + 8 * max(len(one.name) for one in series)
    left, top, width = 46, 12, 520 - 46 - names_width

    def x(value: float) -> float:
        return left + width * (value - first) / (last - first)

    def y(value: float) -> float:
        return top + height * (high - value) / (high - low)

    content = []
    for value in y_ticks:
        if low - 1e-9 <= value <= high + 1e-9:
            content.append(
                f"<line class='grid' x1='{left}' x2='{left + width}' y1='{y(value):.1f}' y2='{y(value):.1f}'/>"
            )
            content.append(_text(left - 7, y(value) + 4, y_names(value), "end"))
    for value in ticks(first, last) if x_ticks is None else x_ticks:
        if first - 1e-9 <= value <= last + 1e-9:
            content.append(_text(x(value), top + height + 18, x_names(value)))
    content.append(f"<line class='axis' x1='{left}' x2='{left + width}' y1='{top + height}' y2='{top + height}'/>")
    ends = []
    for one in series:
        kept = [(x(a), y(b)) for a, b in zip(one.x, one.y, strict=True) if not math.isnan(b)]
        points = " ".join(f"{a:.1f},{b:.1f}" for a, b in kept)
        if one.band is not None:
            edges = [*zip(one.x, one.band[0], strict=True), *reversed([*zip(one.x, one.band[1], strict=True)])]
            area = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in edges)
            content.append(f"<polygon class='band' style='--c:var(--{one.colour})' points='{area}'/>")
        dash = " dash" if one.dashed else ""
        content.append(f"<polyline class='curve{dash}' style='--c:var(--{one.colour})' points='{points}'/>")
        if len(kept) == 1:
            a, b = kept[0]
            content.append(f"<circle class='dot' style='--c:var(--{one.colour})' cx='{a:.1f}' cy='{b:.1f}' r='3.5'/>")
        ends.append((kept[-1][1], one))
    ends.sort(key=lambda end: end[0])
    heights = [end for end, _ in ends]
    for place in range(1, len(heights)):
        heights[place] = max(heights[place], heights[place - 1] + 15)
    for place, (_, one) in zip(heights, ends, strict=True):
        content.append(
            f"<text class='named' style='--c:var(--{one.colour})' x='{left + width + 8}' y='{place + 4:.1f}'>"
            f"{escape(one.name)}</text>"
        )
    content.append(_text(left + width / 2, top + height + 38, x_title))
    return _svg(520, top + height + 46, content, f"{', '.join(one.name for one in series)} over {x_title}")


def bars(values: Sequence[tuple[str, float]], names: Callable[[float], str] = "{:+.1f}".format) -> Markup:
    """One bar per name, to the right of zero or, in red, to the left."""
    low = min(0.0, min(value for _, value in values))
    high = max(1e-9, max(value for _, value in values))
    row, left = 17, 14 + 7 * max(len(name) for name, _ in values)
    room = max(
        46, 12 + 7 * max(len(names(value)) for _, value in values)
    )  # for the figure beside a bar, on either side
    scale = (520 - left - room * (2 if low < 0 else 1)) / (high - low)
    zero = left + (room if low < 0 else 0) - low * scale
    content = []
    for place, (name, value) in enumerate(values):
        start, length = min(zero, zero + value * scale), max(0.8, abs(value * scale))
        colour = "blue" if value >= 0 else "red"
        content.append(
            f"<rect class='bar' style='--c:var(--{colour})' x='{start:.1f}' y='{place * row + 2}' rx='2' "
            f"width='{length:.1f}' height='{row - 6}'/>"
        )
        content.append(_text(left - 8, place * row + 12, name, "end"))
        beyond = (zero + value * scale + 5, "start") if value >= 0 else (zero + value * scale - 5, "end")
        content.append(_text(beyond[0], place * row + 12, names(value), beyond[1], "strong"))
    content.append(f"<line class='axis' x1='{zero:.1f}' x2='{zero:.1f}' y1='0' y2='{len(values) * row}'/>")
    return _svg(520, len(values) * row + 4, content, "one bar per name")


def intervals(values: Sequence[tuple[str, float, float, float]]) -> Markup:
    """A dot and a line for each name: (name, value, low, high), per cent."""
    low, high = min(one[2] for one in values), max(one[3] for one in values)
    marks = ticks(low, high)
    low, high = marks[0], max(marks[-1], marks[0] + 1e-9)
    row, left, right = 24, 14 + 7 * max(len(one[0]) for one in values), 52

    def x(value: float) -> float:
        return left + (520 - left - right) * (value - low) / (high - low)

    bottom = len(values) * row
    content = []
    for mark in marks:
        content.append(f"<line class='grid' x1='{x(mark):.1f}' x2='{x(mark):.1f}' y1='0' y2='{bottom}'/>")
        content.append(_text(x(mark), bottom + 16, f"{mark:g}"))
    for place, (name, value, least, most) in enumerate(values):
        y = place * row + row / 2
        colour = f"style='--c:var(--{COLOURS[place % len(COLOURS)]})'"
        content.append(_text(left - 10, y + 4, name, "end", "strong"))
        content.append(f"<path class='curve' {colour} d='M{x(least):.1f} {y}H{x(most):.1f}'/>")
        content.append(f"<circle class='dot' {colour} cx='{x(value):.1f}' cy='{y}' r='4.5'/>")
        content.append(_text(x(most) + 8, y + 4, f"{value:.1f}", "start", "strong"))
    return _svg(520, bottom + 24, content, "one dot and interval per name")


def strip(rows: Sequence[str], columns: Sequence[str], shares: np.ndarray) -> Markup:
    """Shares float (r, c) from 0 to 1 as cells, darker for more; what a cell shows is in its title."""
    cell, left = 14, 12 + 7 * max(map(len, rows))
    content = [
        _text(left + place * cell + cell / 2, 12, label, "middle", "strong") for place, label in enumerate(columns)
    ]
    for row, name in enumerate(rows):
        content.append(_text(left - 8, 31 + row * cell, name, "end"))
        for column, label in enumerate(columns):
            share = shares[row][column]
            content.append(
                f"<rect class='bar' style='--c:var(--blue)' x='{left + column * cell}' y='{20 + row * cell}' "
                f"width='{cell - 1}' height='{cell - 1}' fill-opacity='{share:.2f}'>"
                f"<title>{escape(f'{name}, {label}: {share:.2f}')}</title></rect>"
            )
    return _svg(left + cell * len(columns) + 4, 24 + cell * len(rows), content, "shares as a strip")


def confusion(counts: np.ndarray, labels: Sequence[str]) -> Markup:
    """What was written (rows) and what was read (columns), int (c, c): enlarged and put in words by report.js.

    Digits, capitals, small letters and symbols stand together; the shade is the share of what was written.
    """
    order = sorted(range(len(labels)), key=lambda index: (kind_of(labels[index]), labels[index]))
    counts, labels = np.asarray(counts)[np.ix_(order, order)], [labels[index] for index in order]
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    side = _EDGE + _CELL * len(labels)
    content = []
    for place, label in enumerate(labels):
        middle = _EDGE + place * _CELL + _CELL / 2
        content += [_text(middle, 11, label), _text(8, middle + 3, label)]
        if place and kind_of(label) != kind_of(labels[place - 1]):
            line = _EDGE + place * _CELL
            content.append(f"<path class='axis' d='M{_EDGE} {line}H{side}M{line} {_EDGE}V{side}'/>")
    for written, read in np.argwhere(counts):
        kind = "right" if written == read else "cell"
        shade = min(1, 0.1 + (0.9 if written == read else 2.2) * shares[written, read])
        content.append(
            f"<rect class='{kind}' x='{_EDGE + read * _CELL}' y='{_EDGE + written * _CELL}' "
            f"width='{_CELL}' height='{_CELL}' fill-opacity='{shade:.2f}'/>"
        )
    length = side - _EDGE
    content.append(f"<rect class='frame' x='{_EDGE}' y='{_EDGE}' width='{length}' height='{length}'/>")
    content.append(f"<rect class='cross' x='0' width='{side}' height='{_CELL}' style='display:none'/>")
    content.append(f"<rect class='cross' y='0' width='{_CELL}' height='{side}' style='display:none'/>")
    content.append(f"<rect class='hit' width='{side}' height='{side}'/>")
    sparse = [[[int(column), int(row[column])] for column in np.flatnonzero(row)] for row in counts]
    return Markup(
        f"<div class='matrix' data-cell='{_CELL}' data-edge='{_EDGE}' "
        f"data-labels='{escape(json.dumps(labels), quote=True)}' data-counts='{json.dumps(sparse)}'>"
        "<div class='tools'><output>Rows: what was written. Columns: what was read. Point at a cell.</output>"
        "<button class='out' aria-label='Smaller'>−</button><button class='in' aria-label='Larger'>+</button></div>"
        "<div class='view' tabindex='0' aria-label='Confusion matrix; arrow keys move, plus and minus enlarge'>"
        f"{_svg(side + 2, side + 2, content, 'Confusion matrix')}</div></div>"
    )


def kind_of(label: str) -> int:
    """The order of the kinds of labels: digits, capitals, small letters, symbols."""
    return 0 if label.isdigit() else 1 if label.isupper() else 2 if label.islower() else 3


def ticks(low: float, high: float) -> np.ndarray:
    """Round values from at or below low to at or above high, four to eight of them."""
    span = max(high - low, 1e-6)
    step = 10 ** math.floor(math.log10(span))
    while span / step < 4:
        step /= 2 if span / step >= 2 else 5
    return np.arange(math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9) + 1) * step


def _text(x: float, y: float, text: str, anchor: str = "middle", kind: str = "") -> str:
    kind = f" class='{kind}'" if kind else ""
    return f"<text{kind} x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'>{escape(text)}</text>"


def _svg(width: float, height: float, content: Sequence[str], title: str) -> Markup:
    head = f"<svg viewBox='0 0 {width:.0f} {height:.0f}' role='img' aria-label='{escape(title, quote=True)}'>"
    return Markup(f"{head}{''.join(content)}</svg>")
