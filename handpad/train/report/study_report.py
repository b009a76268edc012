"""A study as a table for the terminal and as one HTML page that needs no other file."""

import base64
import math
from collections.abc import Sequence

import cv2
import numpy as np
from scipy import stats

from handpad.train.console import duration
from handpad.train.report import plots, rendering
from handpad.train.report.plots import COLOURS, Series

_RISE = 1.05  # times the least validation loss, from which on it is called overfitting
_BELOW = 8.0  # points of training accuracy below the best value, from which on it is called underfitting
_GAP = 10.0  # points between training and validation
_STILL = 0.01  # share by which the validation loss still falls in the last tenth


def summary(found: dict) -> list[dict]:
    """For every value the means over its seeds, and the verdict in words.

    Of each: value (its name), training_accuracy, validation_accuracy (with spread, half the distance of the least from
    the most), gap (points), training_loss, validation_loss, least_validation_loss, at_epoch, seconds, verdict.
    """
    chance = math.log(found["about"]["labels"])
    best = max(_mean(one["fits"], "training_accuracy") for one in found["values"])
    return [_summed(one, 100 * best, chance) for one in found["values"]]


def _summed(one: dict, best: float, chance: float) -> dict:
    fits = one["fits"]
    losses = _column(fits, "validation_loss").mean(axis=0)
    accuracies = 100 * _column(fits, "validation_accuracy")[:, -1]
    training = 100 * _mean(fits, "training_accuracy")
    least = int(np.nanargmin(losses)) if np.isfinite(losses).any() else 0
    found = {
        "value": one["name"],
        "training_accuracy": training,
        "validation_accuracy": float(accuracies.mean()),
        "spread": float(np.ptp(accuracies) / 2),
        "gap": training - float(accuracies.mean()),
        "training_loss": _mean(fits, "training_loss"),
        "validation_loss": float(losses[-1]),
        "least_validation_loss": float(losses[least]),
        "at_epoch": least + 1,
        "seconds": _mean(fits, "seconds"),
    }
    return {**found, "verdict": verdict(losses, training, found["gap"], best, chance)}


def verdict(losses: np.ndarray, training: float, gap: float, best: float, chance: float) -> str:
    """Under- or overfitting in words.

    Parameters
    ----------
    losses : the validation loss of every epoch; chance : that of guessing.
    training, gap, best : training accuracy, how far validation lies below it, and the best training accuracy of any
        value, per cent and points.
    """
    last, least = losses[-1], int(np.nanargmin(losses)) if np.isfinite(losses).any() else 0
    if not np.isfinite(last) or losses[least] > 0.97 * chance:
        return "does not learn: no better than guessing"
    if last > _RISE * losses[least]:
        rise = 100 * (last / losses[least] - 1)
        return f"overfits after epoch {least + 1}: validation loss rose by {rise:.0f} % while training went on"
    tenth = max(1, len(losses) // 10)
    falling = len(losses) > tenth and last < (1 - _STILL) * losses[-1 - tenth]
    if training < best - _BELOW:
        more = "; still learning when it ended" if falling else ""
        return f"underfits: even training stays {best - training:.0f} points below the best{more}"
    if falling:
        return "still learning when it ended: more epochs would help"
    if gap > _GAP:
        return f"learns by heart: {gap:.0f} points of what it learned do not carry over to other writers"
    return "balanced: training and validation stay together"


def table(rows: Sequence[dict], unit: str) -> str:
    """For the terminal."""
    cells = [_head(unit), *_cells(rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:-1], widths[1:-1]), row[-1]]) for row in cells
    )


def render(found: dict, title: str, unit: str) -> str:
    """The whole HTML page."""
    rows = summary(found)
    best = max(rows, key=lambda row: row["validation_accuracy"])
    worst = min(rows, key=lambda row: row["validation_accuracy"])
    return rendering.render(
        "study.html",
        about=found["about"],
        study_title=title,
        tiles=[
            (
                f"{best['validation_accuracy']:.1f} %",
                f"of validation characters right, the best: {unit} {best['value']}",
            ),
            (
                f"{best['validation_accuracy'] - worst['validation_accuracy']:.1f} points",
                f"between it and the worst: {worst['value']}",
            ),
            (f"{best['gap']:.1f} points", "between training and validation with the best"),
        ],
        head=_head(unit),
        rows=_cells(rows),
        curves=_curves(found),
        times=_times(rows, found, unit),
        weights=[
            (one["name"], [weight_picture(np.array(image)) for image in fit["weights"]])
            for one in found["values"]
            for fit in one["fits"]
            if fit["weights"]
        ],
        unit=unit,
    )


def _head(unit: str) -> list[str]:
    return [unit, "training %", "validation %", "gap", "training loss", "validation loss", "seconds", "verdict"]


def _cells(rows: Sequence[dict]) -> list[list[str]]:
    return [
        [
            row["value"],
            f"{row['training_accuracy']:.1f}",
            f"{row['validation_accuracy']:.1f} ± {row['spread']:.1f}",
            f"{row['gap']:+.1f}",
            f"{row['training_loss']:.3f}",
            f"{row['validation_loss']:.3f}",
            f"{row['seconds']:.1f}",
            row["verdict"],
        ]
        for row in rows
    ]


def _curves(found: dict) -> list[tuple[str, str]]:
    """Validation and training, loss and accuracy, over epochs: means over the seeds, bands from least to most."""
    top = 1.25 * math.log(found["about"]["labels"])
    several = len(found["about"]["seeds"]) > 1
    bands = " Lines are means over the seeds, bands reach from the least to the most." if several else ""
    plotted = []
    for key, caption, times, limit in (
        ("validation_loss", "Validation loss.", 1, top),
        ("loss", "Training loss, as it was seen in training.", 1, top),
        ("validation_accuracy", "Validation: per cent right.", 100, 100),
        ("accuracy", "Training: per cent right, as it was seen in training.", 100, 100),
    ):
        series = []
        for colour, one in zip(_colours(len(found["values"])), found["values"], strict=True):
            values = times * _column(one["fits"], key)
            values = np.minimum(np.where(np.isfinite(values), values, limit), limit)
            epochs = list(range(1, values.shape[1] + 1))
            band = (values.min(axis=0), values.max(axis=0)) if several else None
            series.append(Series(one["name"], colour, epochs, values.mean(axis=0), band=band))
        plotted.append((plots.curves(series, "epoch", height=280), caption + bands))
    return plotted


def _times(rows: Sequence[dict], found: dict, unit: str) -> tuple[str, str]:
    """What a fit takes, by value; over the width, with the straight line that fits it best."""
    values = [one["value"] for one in found["values"]]
    seconds = [row["seconds"] for row in rows]
    if unit != "width" or len(values) < 3:
        bars = plots.bars([(row["value"], row["seconds"]) for row in rows], duration)
        return bars, f"Training time of one fit, by {unit}."
    line = stats.linregress(values, seconds)
    fitted = [line.intercept + line.slope * value for value in values]
    series = [Series("measured", "blue", values, seconds), Series("line", "grey", values, fitted, dashed=True)]
    caption = (
        f"Seconds of one fit over the width. A straight line explains {100 * line.rvalue**2:.0f} % of the variance: "
        f"{1000 * line.slope:.1f} ms more for each neuron."
    )
    return plots.curves(series, "width"), caption


def weight_picture(image: np.ndarray) -> str:
    """Weights float (h, w) from -1 to 1 as the address of a picture: white above zero, black below, grey for none."""
    png = cv2.imencode(".png", np.rint(127.5 + 127.5 * np.clip(image, -1, 1)).astype(np.uint8))[1]
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def _column(fits: list[dict], key: str) -> np.ndarray:
    """float (seeds, epochs); NaN where a loss was no number."""
    return np.array([[np.nan if epoch[key] is None else epoch[key] for epoch in fit["history"]] for fit in fits], float)


def _mean(fits: list[dict], key: str) -> float:
    return float(np.mean([fit[key] for fit in fits]))


def _colours(count: int) -> list[str]:
    return [COLOURS[number % len(COLOURS)] for number in range(count)]
