"""Drawings of our own for tests and benches: what people draw beside their writing, as a hand draws it.

One x-height is 1, y points down. None of them comes from what training draws (`handpad.train.lines.variation`).
"""

from collections.abc import Callable

import numpy as np
from handwriting import arc, line

Ink = list[np.ndarray]


def _by_hand(stroke: np.ndarray, rng: np.random.Generator, size: float = 1.0) -> np.ndarray:
    """A stroke (n, 2) with the slow wandering and the tremor of a hand; `size` is how far it wanders."""
    count = len(stroke)
    knots = max(2, count // 14)
    slow = [np.interp(np.linspace(0, knots, count), np.arange(knots + 1), rng.normal(0, 0.07, knots + 1)) for _ in "xy"]
    return stroke + size * np.column_stack(slow) + rng.normal(0, 0.008, stroke.shape)


def _polygon(corners: list[tuple[float, float]]) -> np.ndarray:
    return line(*corners, corners[0])


def box(rng: np.random.Generator) -> Ink:
    """A frame in one stroke or four."""
    wide, high = rng.uniform(3, 14), rng.uniform(2.5, 9)
    corners = [(0, 0), (wide, 0), (wide, high), (0, high)]
    if rng.random() < 0.5:
        return [_polygon(corners)]
    return [line(corners[i], corners[(i + 1) % 4]) for i in range(4)]


def arrow(rng: np.random.Generator) -> Ink:
    """A shaft with a head, any way up."""
    long, turn = rng.uniform(4, 12), rng.uniform(0, 2 * np.pi)
    shaft = line((0, 0), (long, 0))
    head = line((long - 1, -0.8), (long, 0), (long - 1, 0.8))
    both = [np.concatenate([shaft, head[::-1]])] if rng.random() < 0.3 else [shaft, head]
    cos, sin = np.cos(turn), np.sin(turn)
    return [stroke @ np.array([[cos, sin], [-sin, cos]]) for stroke in both]


def house(rng: np.random.Generator) -> Ink:
    """Walls, roof, door and a window."""
    wide, high, roof = rng.uniform(4, 8), rng.uniform(3, 6), rng.uniform(2, 4)
    walls = _polygon([(0, 0), (wide, 0), (wide, high), (0, high)])
    door = line((0.4 * wide, high), (0.4 * wide, 0.45 * high), (0.6 * wide, 0.45 * high), (0.6 * wide, high))
    window = _polygon(
        [(0.1 * wide, 0.2 * high), (0.3 * wide, 0.2 * high), (0.3 * wide, 0.4 * high), (0.1 * wide, 0.4 * high)]
    )
    return [walls, line((0, 0), (wide / 2, -roof), (wide, 0)), door, window]


def face(rng: np.random.Generator) -> Ink:
    """A head with eyes, nose and mouth."""
    radius = rng.uniform(2, 5)
    eyes = [arc(side * 0.35 * radius, -0.25 * radius, 0.1 * radius, 0.12 * radius, 0, 360) for side in (-1, 1)]
    nose = line((0, -0.1 * radius), (0.08 * radius, 0.2 * radius), (-0.05 * radius, 0.2 * radius))
    return [
        arc(0, 0, radius, 1.1 * radius, -90, 275, 60),
        *eyes,
        nose,
        arc(0, 0.2 * radius, 0.5 * radius, 0.4 * radius, 20, 160),
    ]


def table(rng: np.random.Generator) -> Ink:
    """Rules across and down."""
    rows, columns = int(rng.integers(2, 6)), int(rng.integers(2, 6))
    wide, high = 3.5 * columns, 2.0 * rows
    across = [line((0, 2.0 * row), (wide, 2.0 * row)) for row in range(rows + 1)]
    return across + [line((3.5 * column, 0), (3.5 * column, high)) for column in range(columns + 1)]


def diagram(rng: np.random.Generator) -> Ink:
    """Two boxes or ovals with an arrow between them."""
    wide, high, gap = rng.uniform(3, 6), rng.uniform(2, 4), rng.uniform(2, 5)
    found = []
    for left in (0.0, wide + gap):
        if rng.random() < 0.5:
            found.append(_polygon([(left, 0), (left + wide, 0), (left + wide, high), (left, high)]))
        else:
            found.append(arc(left + wide / 2, high / 2, wide / 2, high / 2, 0, 365, 60))
    shaft = line((wide, high / 2), (wide + gap, high / 2))
    return [
        *found,
        shaft,
        line((wide + gap - 0.7, high / 2 - 0.5), (wide + gap, high / 2), (wide + gap - 0.7, high / 2 + 0.5)),
    ]


def axes(rng: np.random.Generator) -> Ink:
    """A plot: two axes and a curve."""
    wide, high = rng.uniform(6, 12), rng.uniform(4, 8)
    x = np.linspace(0, wide, 60)
    y = -high * (0.5 + 0.4 * np.sin(x * rng.uniform(0.3, 1.0) + rng.uniform(0, 6)))
    return [line((0, -high), (0, 0), (wide, 0)), np.column_stack([x, y])]


def flower(rng: np.random.Generator) -> Ink:
    """Petals around a middle, with a stem."""
    petals, radius = int(rng.integers(4, 8)), rng.uniform(1.5, 3)
    angle = np.linspace(0, 2 * np.pi, 40 * petals)
    reach = radius * (1 + 0.5 * np.cos(petals * angle))
    stem = line((0, 1.2 * radius), (0.2, 4 * radius))
    return [
        np.column_stack([reach * np.cos(angle), reach * np.sin(angle)]),
        arc(0, 0, 0.4 * radius, 0.4 * radius, 0, 360),
        stem,
    ]


def sun(rng: np.random.Generator) -> Ink:
    """A disc and its rays."""
    radius, rays = rng.uniform(1.2, 2.5), int(rng.integers(7, 14))
    found = [arc(0, 0, radius, radius, 0, 365, 50)]
    for angle in 2 * np.pi * np.arange(rays) / rays:
        way = np.array([np.cos(angle), np.sin(angle)])
        found.append(line(1.3 * radius * way, 2.1 * radius * way))
    return found


def curve(rng: np.random.Generator) -> Ink:
    """One large sweep of the pen."""
    count = int(rng.integers(4, 7))
    spots = np.column_stack([np.cumsum(rng.uniform(1, 6, count)), rng.uniform(0, 8, count)])
    where = np.linspace(0, count - 1, 90)
    path = np.column_stack([np.interp(where, np.arange(count), spots[:, axis]) for axis in (0, 1)])
    smooth = np.ones(15) / 15
    padded = np.pad(path, ((7, 7), (0, 0)), mode="edge")
    return [np.column_stack([np.convolve(padded[:, axis], smooth, "valid") for axis in (0, 1)])]


def scrawl(rng: np.random.Generator) -> Ink:
    """To and fro over one spot."""
    count = int(rng.integers(14, 40))
    wide, high = rng.uniform(1.5, 8), rng.uniform(1.0, 4)
    corners = rng.uniform(0, 1, (count, 2)) * (wide, high)
    return [line(*corners, points=6)]


def wave(rng: np.random.Generator) -> Ink:
    """A wave whose length changes on its way."""
    x = np.linspace(0, rng.uniform(8, 22), 200)
    turn = np.cumsum(rng.uniform(0.7, 1.4) * (1 + 0.4 * np.sin(x / 3))) * 0.09
    return [np.column_stack([x, rng.uniform(0.4, 1.6) * np.sin(turn * 2 * np.pi)])]


def loops(rng: np.random.Generator) -> Ink:
    """Rings in a row, as one tries a pen: a coil."""
    turns = rng.uniform(6, 16)
    angle = np.linspace(0, 2 * np.pi * turns, int(24 * turns))
    radius = rng.uniform(0.7, 2.0)
    return [np.column_stack([radius * np.cos(angle) + angle * rng.uniform(0.05, 0.15), radius * np.sin(angle)])]


def spiral(rng: np.random.Generator) -> Ink:
    """From the middle outwards."""
    turns = rng.uniform(3, 7)
    angle = np.linspace(0, 2 * np.pi * turns, int(30 * turns))
    radius = angle / angle[-1] * rng.uniform(1.5, 5)
    return [np.column_stack([radius * np.cos(angle), 0.9 * radius * np.sin(angle)])]


def zigzag(rng: np.random.Generator) -> Ink:
    """Sharp corners, wider and narrower."""
    count = int(rng.integers(10, 30))
    x = np.cumsum(rng.uniform(0.15, 0.8, count))
    y = np.where(np.arange(count) % 2, 0.0, -1.0) * rng.uniform(0.8, 2.5) * rng.uniform(0.7, 1.3, count)
    return [line(*np.column_stack([x, y]), points=6)]


def hatching(rng: np.random.Generator) -> Ink:
    """A shaded square."""
    count, lean, high = int(rng.integers(8, 20)), rng.uniform(0.5, 2.5), rng.uniform(2, 5)
    return [line((0.35 * n, 0), (0.35 * n + lean, -high), points=8) for n in range(count)]


DRAWINGS: dict[str, Callable[[np.random.Generator], Ink]] = {
    make.__name__: make
    for make in (
        box, arrow, house, face, table, diagram, axes, flower, sun, curve, scrawl, wave, loops, spiral, zigzag,
        hatching,
    )
}  # fmt: skip
"""The drawings that stand by themselves, by name."""


def drawing(name: str, rng: np.random.Generator, size: float = 30.0, at: tuple[float, float] = (0.0, 0.0)) -> Ink:
    """A drawing as a hand draws it, strokes (n, 2): an x-height of `size`, its upper left corner `at`."""
    strokes = [_by_hand(stroke, rng) for stroke in DRAWINGS[name](rng)]
    corner = np.min([stroke.min(axis=0) for stroke in strokes], axis=0)
    return [(stroke - corner) * size + at for stroke in strokes]


def _around(word: Ink) -> tuple[float, float, float, float]:
    every = np.concatenate(word)
    return (*every.min(axis=0), *every.max(axis=0))


def underline(word: Ink, size: float, rng: np.random.Generator) -> np.ndarray:
    """A line under a word or more (strokes (n, 2)), x-height `size`."""
    left, _, right, bottom = _around(word)
    y = bottom + size * rng.uniform(0.05, 0.5)
    over = size * rng.uniform(-0.2, 0.6)
    return _by_hand(line((left - over, y), (right + over, y + size * rng.normal(0, 0.1)), points=40), rng, size)


def crossing_out(word: Ink, size: float, rng: np.random.Generator) -> np.ndarray:
    """A line through a word."""
    left, top, right, bottom = _around(word)
    y = (top + bottom) / 2 + size * rng.normal(0, 0.15)
    return _by_hand(line((left - 0.2 * size, y), (right + 0.3 * size, y - 0.1 * size), points=40), rng, size)


def ring(word: Ink, size: float, rng: np.random.Generator) -> np.ndarray:
    """A ring around a word."""
    left, top, right, bottom = _around(word)
    beyond = size * rng.uniform(0.3, 0.8)
    wide, high = (right - left) / 2 * 1.15 + beyond, (bottom - top) / 2 * 1.2 + beyond
    return _by_hand(arc((left + right) / 2, (top + bottom) / 2, wide, high, -100, 270, 90), rng, size)


def frame(word: Ink, size: float, rng: np.random.Generator) -> np.ndarray:
    """A box around a word."""
    left, top, right, bottom = _around(word)
    beyond = size * rng.uniform(0.25, 0.6)
    left, top, right, bottom = left - beyond, top - beyond, right + beyond, bottom + beyond
    return _by_hand(_polygon([(left, top), (right, top), (right, bottom), (left, bottom)]), rng, size)


MARKS: dict[str, Callable[[Ink, float, np.random.Generator], np.ndarray]] = {
    make.__name__: make for make in (underline, ring, frame, crossing_out)
}
"""What is drawn under, around or through words, by name: takes the word's strokes and the x-height."""
