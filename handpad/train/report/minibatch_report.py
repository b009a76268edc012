"""The study of mini-batches as a table for the terminal and as one HTML page that needs no other file."""

import numpy as np

from handpad.train.measure.intervals import interval
from handpad.train.report import plots, rendering
from handpad.train.report.comparison_report import heat
from handpad.train.report.plots import COLOURS, Series

PHOTOGRAPHS = {
    "ink": ("highest", "middle", "middle"),
    "edges": ("middle", "any", "middle"),
    "unlike the mean": ("highest", "middle", "middle"),
}
"""Where the nearest batches lay on CIFAR-10, phase by phase, in the report's own reading of its heat maps."""

FIFTHS = ("lowest", "second", "middle", "fourth", "highest")
_FLAT = 1.1  # times the nearest fifth's distance, below which no fifth is nearer than another


def fifths(distances: np.ndarray) -> list[np.ndarray]:
    """Of each phase the mean distance of every fifth of the batches, from the lowest values of the metric on."""
    phases = np.array_split(np.asarray(distances), 3)
    return [np.array([part.mean() for part in np.array_split(phase.mean(axis=0), 5)]) for phase in phases]


def nearest(means: np.ndarray) -> str:
    """Which fifth is nearest to the full gradient, in words; "any" where the farthest is hardly farther."""
    return "any" if means.max() < _FLAT * means.min() else FIFTHS[int(means.argmin())]


def summary(found: dict) -> list[dict]:
    """Of every metric: the nearest fifth of each phase, what photographs gave, and training on the nearest half.

    gain is that of the chosen over shuffled batches after the last epoch, in points: mean and half width of the 95 %
    interval over seeds. sooner: how many epochs before shuffled training it has 95 % of that one's accuracy.
    """
    shuffled = np.array(found["trained"]["shuffled"])
    rows = []
    for metric, one in found["metrics"].items():
        chosen = np.array(found["trained"][metric])
        means = fifths(one["distances"])
        rows.append(
            {
                "metric": metric,
                "nearest": [nearest(phase) for phase in means],
                "farthest_over_nearest": [float(phase.max() / phase.min()) for phase in means],
                "photographs": list(PHOTOGRAPHS.get(metric, ())),
                "accuracy": 100 * float(chosen[:, -1].mean()),
                "shuffled": 100 * float(shuffled[:, -1].mean()),
                "gain": _interval(100 * (chosen[:, -1] - shuffled[:, -1])),
                "sooner": _interval(_reached(shuffled, shuffled) - _reached(chosen, shuffled)),
            }
        )
    return rows


def _interval(values: np.ndarray) -> dict:
    """Mean and half width, which a single seed does not have: None."""
    found = interval(values)
    return found if len(values) > 1 else {**found, "half_width": None}


def _reached(curves: np.ndarray, shuffled: np.ndarray) -> np.ndarray:
    """The epoch at which each seed has 95 % of shuffled training's final accuracy; one past the last if never."""
    enough = curves >= 0.95 * shuffled[:, -1:]
    return np.where(enough.any(axis=1), enough.argmax(axis=1) + 1, curves.shape[1] + 1).astype(float)


def _head() -> list[str]:
    return ["ordered by", "phase 1", "phase 2", "phase 3", "photographs", "chosen %", "gain, points", "epochs sooner"]


def _cells(rows: list[dict]) -> list[list[str]]:
    return [
        [
            row["metric"],
            *(
                f"{name} ({ratio:.1f}x)"
                for name, ratio in zip(row["nearest"], row["farthest_over_nearest"], strict=True)
            ),
            ", ".join(row["photographs"]) or "–",
            f"{row['accuracy']:.1f}",
            _pm(row["gain"]),
            _pm(row["sooner"]),
        ]
        for row in rows
    ]


def _pm(value: dict) -> str:
    return f"{value['mean']:+.1f}" + ("" if value["half_width"] is None else f" ± {value['half_width']:.1f}")


def table(rows: list[dict]) -> str:
    """For the terminal."""
    cells = [_head(), *_cells(rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in cells)


def render(found: dict, glyphs: np.ndarray) -> str:
    """The whole HTML page. glyphs : of the data set, for examples of the batches."""
    rows = summary(found)
    best = max(rows, key=lambda row: row["gain"]["mean"])
    sure = best["gain"]["half_width"] is not None and best["gain"]["mean"] > best["gain"]["half_width"]
    words = f"by training on the half nearest to the full gradient, ordered by {best['metric']}"
    return rendering.render(
        "minibatch.html",
        about=found["about"],
        tiles=[
            (f"{_pm(best['gain'])} points", f"{words}: {'a gain' if sure else 'no sure gain'} over shuffled batches")
        ],
        head=_head(),
        rows=_cells(rows),
        curve=_curve(found),
        metrics=[
            {
                "name": metric,
                "maps": _maps(np.array(one["distances"])),
                "examples": [
                    (name, [glyphs[row] for row in own])
                    for name, own in zip(("lowest", "middle", "highest"), one["examples"], strict=True)
                ],
            }
            for metric, one in found["metrics"].items()
        ],
    )


def _maps(distances: np.ndarray) -> list[tuple[str, str, float, float]]:
    """Of each phase a picture of batches (down) by epochs (across), which epochs, the least and the most distance."""
    maps, first = [], 1
    for phase in np.array_split(distances, 3):
        low, high = float(phase.min()), float(phase.max())
        shares = (phase.T - low) / max(high - low, 1e-12)
        maps.append((heat(shares), f"epochs {first} to {first + len(phase) - 1}", low, high))
        first += len(phase)
    return maps


def _curve(found: dict) -> str:
    series = []
    for colour, (what, curves) in zip(COLOURS, found["trained"].items(), strict=False):
        values = 100 * np.array(curves)
        epochs = list(range(1, values.shape[1] + 1))
        band = (values.min(axis=0), values.max(axis=0)) if len(values) > 1 else None
        series.append(Series(what, colour, epochs, values.mean(axis=0), band=band))
    return plots.curves(series, "epoch", height=300)
