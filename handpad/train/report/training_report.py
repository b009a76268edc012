"""The report of a training: one HTML page about a fitted network, for whoever asks what it is worth."""

from dataclasses import dataclass

import numpy as np

from handpad.train.datasets import Dataset
from handpad.train.measure.mistakes import Diagnosis
from handpad.train.report import paper, plots, rendering
from handpad.train.report.plots import Series

_MEASURES = {
    "accuracy_62": "digits and letters",
    "accuracy_62_shapes": "look-alikes united",
    "accuracy_62_without_case": "case ignored",
    "accuracy_35": "UJI's 35 classes",
    "accuracy_62_mean_of_writers": "mean over writers",
    "accuracy_all": "all labels",
    "calibration_error_before": "calibration error before",
    "calibration_error": "after",
}


_FEWEST = 20
"""Steps of confidence with fewer characters say nothing of the accuracy."""


@dataclass(frozen=True)
class Gallery:
    """The writing styles to show.

    Attributes
    ----------
    labels : int (s,), the label index of each centroid; glyphs : uint8 (s, 28, 28), the character nearest to it.
    share : float (s,), how much of its label it stands for.
    judged : the share of validation characters that the k nearest centroids name right, by k; None without
        validation writers.
    """

    labels: np.ndarray
    glyphs: np.ndarray
    share: np.ndarray
    judged: dict[int, float] | None


@dataclass(frozen=True)
class Facts:
    """All that the report tells.

    Attributes
    ----------
    name : of the model; record : of the run, see :class:`handpad.train.fit.run_folder.Fitted`.
    commands : that make the model again, in order.
    images : how many characters of each part of the split; base : the accuracy on each part, None if not known.
    diagnosis : on writers never seen, with the data set whose rows it names; None if every writer was trained on.
    evaluation : the content of an evaluation.json, or None.
    """

    name: str
    record: dict
    commands: list[str]
    images: dict[str, int]
    base: dict[str, float | None]
    diagnosis: Diagnosis | None
    examined: Dataset | None
    gallery: Gallery
    evaluation: dict | None


def render(facts: Facts) -> str:
    """The whole page."""
    record = facts.record
    writers = record["earlier"]["writers"] if "earlier" in record else record["writers"]
    holdout = facts.evaluation and facts.evaluation.get("holdout")
    return rendering.render(
        "training.html",
        name=facts.name,
        facts=facts,
        worth=_worth(record["figures"]),
        learning=_learning(record),
        mistakes=_mistakes(facts.diagnosis) if facts.diagnosis else None,
        confidence=_confidence(facts.diagnosis) if facts.diagnosis else None,
        styles=_styles(facts.gallery, record["labels"]),
        paper_names=list(paper.NAMES),
        split_rows=paper.split_table({part: len(names) for part, names in writers.items()}, facts.images, facts.base),
        adapted=paper.adapted_table(holdout) if holdout else None,
        origin=_origin(record),
    )


def _worth(figures: dict[str, dict]) -> dict:
    """Tiles, and a table with a row for each data set, part and fit."""
    groups: dict[tuple, dict[str, dict]] = {}
    for name, figure in figures.items():
        measure = max((key for key in _MEASURES if name.endswith(key)), key=len, default=None)
        if measure is not None:
            groups.setdefault((figure["data"], figure["part"], figure["fit"]), {})[measure] = figure
    shown = [key for key in _MEASURES if any(key in group for group in groups.values())]
    rows = []
    for (data, part, fit), group in groups.items():
        largest = max(group.values(), key=lambda figure: figure["count"])
        exported = " (the exported weights)" if "exported" in fit else ""
        cells = [f"{100 * group[key]['value']:.1f}" if key in group else "–" for key in shown]
        rows.append([f"{data}, {part}{exported}", f"{largest['writers']}", f"{largest['count']:,}", *cells])
    tiles = []
    for (data, part, _), group in groups.items():
        if "validation" not in part and "accuracy_62" in group:
            tiles.append((f"{100 * group['accuracy_62']['value']:.1f} %", f"digits and letters right, {data}, {part}"))
            if "accuracy_62_shapes" in group and len(tiles) < 3:
                value = group["accuracy_62_shapes"]["value"]
                tiles.append((f"{100 * value:.1f} %", "with look-alikes such as c/C and 0/o/O united"))
    errors = [group["calibration_error"]["value"] for key, group in groups.items() if "test" in key[1]]
    tiles += [(f"{100 * error:.1f} points", "between its confidence and its accuracy") for error in errors]
    head = ["per cent", "writers", "characters", *(_MEASURES[key] for key in shown)]
    return {"tiles": tiles[:4], "head": head, "rows": rows}


def _learning(record: dict) -> dict:
    """Epochs, minutes, rows left out, when it was stopped, and the curves with their captions."""
    history = record["history"]
    again = history if "earlier" in record else []
    first = record["earlier"]["history"] if again else history
    if not first:
        return {"steps": "A blend of several fits", "minutes": record["seconds"] / 60, "left_out": None,
                "stopped": None, "figures": []}  # fmt: skip
    unit = unit_of(first)
    losses, accuracies = learning_curves(first)
    figures = []
    if losses:
        caption = "Loss. Training may see varied ink and smoothed labels; validation sees them plain."
        figures.append((plots.curves(losses, unit), caption))
    figures.append((plots.curves(accuracies, unit), "Characters read right, per cent, all labels."))
    if unit == "epoch":
        batches = " → ".join(dict.fromkeys(f"{epoch['batch']:,}" for epoch in first))
        rates = [Series("learning rate", "grey", [epoch["epoch"] for epoch in first], _column(first, "rate"))]
        figures.append((plots.curves(rates, unit, height=130), f"Learning rate; batches of {batches}."))
    else:
        times = [Series("seconds", "grey", [step[unit] for step in first], _column(first, "seconds"))]
        figures.append((plots.curves(times, unit, height=130), "Seconds of each fit."))
    if again:
        more = [Series("all writers", "orange", [epoch["epoch"] for epoch in again], _column(again, "loss"))]
        caption = f"Loss of the {len(again)} further epochs on all writers, which leave nobody to validate on."
        figures.append((plots.curves(more, "epoch", height=130), caption))
    return {
        "steps": f"{len(first)} {'epochs' if unit == 'epoch' else 'fits of growing size'}",
        "minutes": sum(epoch["seconds"] for epoch in [*first, *again]) / 60,
        "left_out": first[-1].get("rows_left_out"),
        "stopped": record.get("stopped"),
        "figures": figures,
    }


def unit_of(history: list[dict]) -> str:
    """What grew from record to record: "epoch", or "characters" or "trees" where nothing is trained in epochs."""
    return next((unit for unit in ("characters", "trees") if history and unit in history[0]), "epoch")


def learning_curves(history: list[dict]) -> tuple[list[Series], list[Series]]:
    """Losses, and accuracies in per cent, of training and validation as far as they are known."""
    places = [step[unit_of(history)] for step in history]
    losses = [Series("training loss", "orange", places, _column(history, "loss"))]
    losses.append(Series("validation", "blue", places, _column(history, "validation_loss")))
    accuracies = [Series("training", "orange", places, _column(history, "accuracy", 100))]
    accuracies.append(Series("validation", "blue", places, _column(history, "validation_accuracy", 100)))
    return _known(losses), _known(accuracies)


def _column(history: list[dict], key: str, times: float = 1.0) -> list[float]:
    return [float("nan") if epoch.get(key) is None else times * epoch[key] for epoch in history]


def _known(series: list[Series]) -> list[Series]:
    return [one for one in series if not np.isnan(one.y).all()]


def _mistakes(found: Diagnosis) -> dict:
    """How many are right, the confusion matrix, and (label, right, count) of every label that was written."""
    counts, right = found.confusion.sum(axis=1), np.diag(found.confusion)
    order = sorted(np.flatnonzero(counts), key=lambda index: plots.kind_of(found.labels[index]))
    return {
        "total": int(counts.sum()),
        "right": int(right.sum()),
        "confusion": plots.confusion(found.confusion, found.labels),
        "classes": [(found.labels[index], int(right[index]), int(counts[index])) for index in order],
    }


def _confidence(found: Diagnosis) -> list[tuple[str, str]]:
    """Plots with their captions."""
    series = [Series("ideal", "grey", [0, 100], [0, 100], dashed=True)]
    for name, colour, one in (("before", "orange", found.before), ("after", "blue", found.after)):
        enough = one.count >= _FEWEST
        if enough.any():
            series.append(Series(name, colour, 100 * one.confidence[enough], 100 * one.accuracy[enough]))
    shares = 100 * found.after.count / found.after.count.sum()
    steps = [f"{value:.0f} %" for value in 100 * found.after.confidence]
    return [
        (
            plots.curves(series, "confidence, per cent", y_range=(0, 100)),
            f"{found.part}: accuracy against confidence, per cent, in the steps that hold {_FEWEST} characters.",
        ),
        (
            plots.bars(list(zip(steps, shares, strict=True)), "{:.1f} %".format),
            "How many of the characters fall on each step of confidence, after the temperature.",
        ),
    ]


def _styles(gallery: Gallery, labels: list[str]) -> dict:
    """Of each label its (glyph, share), the commonest first; and how the styles are judged: a plot and its caption."""
    rows = []
    for label in np.unique(gallery.labels):
        mine = np.flatnonzero(gallery.labels == label)
        mine = mine[np.argsort(-gallery.share[mine], kind="stable")]
        rows.append((labels[label], [(gallery.glyphs[style], gallery.share[style]) for style in mine]))
    judged = []
    if gallery.judged:
        best = max(gallery.judged, key=gallery.judged.get)
        right = [100 * value for value in gallery.judged.values()]
        plot = plots.curves(
            [Series("right", "blue", list(gallery.judged), right)], "k nearest centroids that vote", height=150
        )
        caption = (
            f"As a classifier of their own, the training writers' styles name {100 * gallery.judged[best]:.1f} % of "
            f"the validation writers' characters right (k = {best}); per cent by k."
        )
        judged.append((plot, caption))
    return {"labels": rows, "judged": judged}


def _origin(record: dict) -> list[tuple[str, str]]:
    dropped = "; ".join(f"{count:,}: {reason}" for reason, count in record["data"]["dropped"].items())
    recipe = ", ".join(f"{key.replace('_', ' ')} {plain(value)}" for key, value in record["recipe"].items())
    return [
        ("Data", f"{record['data']['name']}, {record['data']['samples']:,} characters, {len(record['labels'])} labels"),
        ("Licence", record["data"]["licence"] or "not known"),
        ("Left out of the data", dropped or "nothing"),
        ("Split", record["split"]),
        ("Seed", str(record["seed"])),
        ("Recipe", recipe),
        ("Preprocessing", f"version {record['preprocessing']} (28 x 28 glyphs, section 4.2)"),
        ("Libraries", ", ".join(f"{name} {number}" for name, number in record["versions"].items())),
        ("Fitted", record["created"]),
    ]


def plain(value: object) -> str:
    """A setting for people."""
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):
        pairs = all(isinstance(one, (list, tuple)) for one in value)  # the series: epochs and batch size of each
        return " + ".join(f"{epochs} x {size}" for epochs, size in value) if pairs else " ".join(map(plain, value))
    return f"{value:g}"
