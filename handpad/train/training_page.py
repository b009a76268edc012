"""The report of a training: one HTML page about a fitted network, for whoever asks what it is worth."""

from dataclasses import dataclass
from html import escape

import numpy as np

from handpad.train import page, plots, published
from handpad.train.datasets import Dataset
from handpad.train.diagnosis import Diagnosis
from handpad.train.plots import Series

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
    name : of the model; record : of the run, see :class:`handpad.train.fitted.Fitted`.
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
    lead = page.paragraph(
        f"The network “{record['network']}”, fitted on {record['data']['samples']:,} characters of "
        f"{record['data']['name']}. {_who(record)}"
    ).replace("<p>", "<p class='lead'>")
    sections = [
        ("What it is worth", _worth(record)),
        ("How it learned", _learning(record)),
        ("What it takes for what", _mistakes(facts)),
        ("How honest its confidence is", _confidence(facts)),
        ("Writing styles", _styles(facts)),
        ("Beside the paper", _paper(facts)),
        ("How to make it again", _origin(facts)),
    ]
    return page.document(f"Training report: {facts.name}", lead, [section for section in sections if section[1]])


def _who(record: dict) -> str:
    parts = {part: len(names) for part, names in record["writers"].items()}
    if parts["test"]:
        return (
            f"{parts['train']} writers trained it, {parts['validation']} others steered it, and it is measured on "
            f"{parts['test']} that it has never seen."
        )
    return (
        f"It was measured after a fit that left {len(record['earlier']['writers']['test'])} writers out, and then "
        f"trained further on all {parts['train']}: the figures are that earlier fit's."
    )


def _worth(record: dict) -> str:
    figures = record["figures"]
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
    return (
        page.tiles(tiles[:4])
        + page.table(["per cent", "writers", "characters", *(_MEASURES[key] for key in shown)], rows)
        + "<p class='muted'>Single characters without any context. A look-alike is a label that a picture without "
        "size and place cannot tell from another. The calibration error is the mean gap between confidence and "
        "accuracy, before and after the temperature was set on the validation writers.</p>"
    )


def _learning(record: dict) -> str:
    history = record["history"]
    again = history if "earlier" in record else None
    first = record["earlier"]["history"] if again else history
    epochs = [epoch["epoch"] for epoch in first]
    losses = [Series("training loss", "orange", epochs, _column(first, "loss"))]
    losses.append(Series("validation", "blue", epochs, _column(first, "validation_loss")))
    accuracies = [Series("validation", "blue", epochs, _column(first, "validation_accuracy", 100))]
    if any("accuracy" in epoch for epoch in first):  # runs of older versions have none
        accuracies.insert(0, Series("training", "orange", epochs, _column(first, "accuracy", 100)))
    rates = [Series("learning rate", "grey", epochs, _column(first, "rate"))]
    seconds = sum(epoch["seconds"] for epoch in first)
    batches = " → ".join(dict.fromkeys(f"{epoch['batch']:,}" for epoch in first))
    figures = [
        page.figure(
            plots.curves(_known(losses), "epoch"),
            "Loss. Training may see varied ink and smoothed labels; validation sees them plain.",
        ),
        page.figure(plots.curves(_known(accuracies), "epoch"), "Characters read right, per cent, all labels."),
        page.figure(plots.curves(rates, "epoch", height=130), f"Learning rate; batches of {batches}."),
    ]
    if again:
        more = [Series("all writers", "orange", [epoch["epoch"] for epoch in again], _column(again, "loss"))]
        seconds += sum(epoch["seconds"] for epoch in again)
        caption = f"Loss of the {len(again)} further epochs on all writers, which leave nobody to validate on."
        figures.append(page.figure(plots.curves(more, "epoch", height=130), caption))
    left_out = first[-1].get("rows_left_out")
    text = f"{len(first)} epochs; {seconds / 60:.0f} minutes in all."
    if record.get("stopped"):
        text += f" It was stopped {record['stopped']}."
    if left_out:
        text += f" {left_out:,} characters whose label the network firmly contradicted were left out towards the end."
    return page.paragraph(text) + page.beside(figures)


def _column(history: list[dict], key: str, times: float = 1.0) -> list[float]:
    return [float("nan") if epoch.get(key) is None else times * epoch[key] for epoch in history]


def _known(series: list[Series]) -> list[Series]:
    return [one for one in series if not np.isnan(one.y).all()]


def _mistakes(facts: Facts) -> str:
    found = facts.diagnosis
    if found is None:
        return page.paragraph(
            "Every writer of its data has trained it, so its mistakes can only be looked at on another data set: "
            "export it with --unseen, or read the report of the fit that it goes back to."
        )
    total, right = int(found.confusion.sum()), int(np.trace(found.confusion))
    cards = []
    for mistake in found.mistakes:
        text = f"{mistake.written} read as {mistake.read}"
        glyphs = "".join(page.glyph_image(facts.examined.glyphs[row], text) for row in mistake.rows)
        cards.append(
            f"<li><b>{escape(mistake.written)} → {escape(mistake.read)}</b><span class='muted'>{mistake.count} of "
            f"{mistake.of:,}, {100 * mistake.count / mistake.of:.0f} %</span>{glyphs}</li>"
        )
    counts = found.confusion.sum(axis=1)
    shares = np.diag(found.confusion) / np.maximum(counts, 1)
    order = sorted(range(len(counts)), key=lambda index: plots.kind_of(found.labels[index]))
    classes = [
        f"<li title='{found.confusion[index, index]} of {counts[index]}'><b>{escape(found.labels[index])}</b>"
        f"<i style='--share:{100 * shares[index]:.0f}%'></i><span>{100 * shares[index]:.0f} %</span></li>"
        for index in order
        if counts[index]
    ]
    return (
        page.paragraph(
            f"{found.part}: {right:,} of {total:,} characters of {found.writers} writers right over all "
            f"{len(found.labels)} labels ({100 * right / total:.1f} %). The darker a cell, the larger its share of "
            "what was written."
        )
        + plots.confusion(found.confusion, found.labels)
        + f"<h3>The {len(cards)} commonest mistakes</h3><ul class='mistakes'>{''.join(cards)}</ul>"
        + f"<h3>Right, label by label</h3><ul class='classes'>{''.join(classes)}</ul>"
    )


def _confidence(facts: Facts) -> str:
    found = facts.diagnosis
    if found is None:
        return ""
    series = [Series("ideal", "grey", [0, 100], [0, 100], dashed=True)]
    for name, colour, one in (("before", "orange", found.before), ("after", "blue", found.after)):
        enough = one.count >= _FEWEST
        if enough.any():
            series.append(Series(name, colour, 100 * one.confidence[enough], 100 * one.accuracy[enough]))
    shares = 100 * found.after.count / found.after.count.sum()
    steps = [f"{value:.0f} %" for value in 100 * found.after.confidence]
    caption = f"{found.part}: accuracy against confidence, per cent, in the steps that hold {_FEWEST} characters."
    return page.paragraph(
        f"Where it is 80 % sure it should be right four times in five. Its logits are divided by a temperature of "
        f"{facts.record['temperature']:.3f}, found on the validation writers."
    ) + page.beside(
        [
            page.figure(plots.curves(series, "confidence, per cent", y_range=(0, 100)), caption),
            page.figure(
                plots.bars(list(zip(steps, shares, strict=True)), "{:.1f} %".format),
                "How many of the characters fall on each step of confidence, after the temperature.",
            ),
        ]
    )


def _styles(facts: Facts) -> str:
    gallery, labels = facts.gallery, facts.record["labels"]
    rows = []
    for label in np.unique(gallery.labels):
        mine = np.flatnonzero(gallery.labels == label)
        mine = mine[np.argsort(-gallery.share[mine], kind="stable")]
        pictures = "".join(
            page.glyph_image(gallery.glyphs[style], f"{labels[label]}: {100 * gallery.share[style]:.0f} %")
            for style in mine
        )
        rows.append(f"<li><b>{escape(labels[label])}</b><span>{pictures}</span></li>")
    text = (
        f"{len(gallery.labels)} ways of writing {len(rows)} labels, each shown by the character nearest to its "
        "centroid in the embedding; the commonest first. The paper's method looks a writer's corrections up among them "
        "(section 3.2: K-means, k = min(30, 1 + max(n / 1000, 4)) for a label with n characters)."
    )
    judged = ""
    if gallery.judged:
        best = max(gallery.judged, key=gallery.judged.get)
        plot = plots.curves(
            [Series("right", "blue", list(gallery.judged), [100 * value for value in gallery.judged.values()])],
            "k nearest centroids that vote",
            height=150,
        )
        judged = page.figure(
            plot,
            f"As a classifier of their own, the training writers' styles name {100 * gallery.judged[best]:.1f} % of "
            f"the validation writers' characters right (k = {best}); per cent by k.",
        )
    return page.paragraph(text) + page.beside([judged] if judged else []) + f"<ul class='styles'>{''.join(rows)}</ul>"


def _paper(facts: Facts) -> str:
    record = facts.record
    writers = record["earlier"]["writers"] if "earlier" in record else record["writers"]
    counts = {part: len(names) for part, names in writers.items()}
    rows = published.split_table(counts, facts.images, facts.base)
    content = page.paragraph(
        "Learn the Way We Write (Čugurović, Nikolić, Novaković), Table 2 and section 4.4.2, beside this fit. Other "
        "data, other writers: the columns can be read side by side, not ranked. What the paper calls the application "
        "set are the test writers here; accuracies here are over all labels."
    ) + page.table(["", *published.NAMES, f"{record['data']['name']}, this fit"], rows, ours=(3,))
    if facts.evaluation is None or not facts.evaluation.get("holdout"):
        return content
    about = facts.evaluation["about"]
    head, rows = published.adapted_table(facts.evaluation["holdout"])
    return (
        content
        + "<h3>What adapting gains</h3>"
        + page.paragraph(
            "Table 3 and section 4.5: of every ten characters of a writer nine are learned and one is tested, "
            f"{about['resamples']} draws, all tested characters pooled. Here: {about['data']}, {about['part']}, "
            f"{about['writers']} writers with at least {about['fewest']} characters, {len(about['labels'])} labels, "
            f"model {about['model']}."
        )
        + page.table(head, rows, ours=range(3, len(head)))
        + f"<pre>{escape(about['command'])}</pre>"
    )


def _origin(facts: Facts) -> str:
    record = facts.record
    dropped = "; ".join(f"{count:,}: {reason}" for reason, count in record["data"]["dropped"].items())
    recipe = ", ".join(f"{key.replace('_', ' ')} {_plain(value)}" for key, value in record["recipe"].items())
    pairs = [
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
    return f"<pre>{escape(chr(10).join(facts.commands))}</pre>" + page.facts(pairs)


def _plain(value: object) -> str:
    if value is None or isinstance(value, bool):
        return {None: "none", True: "yes", False: "no"}[value]
    if isinstance(value, str):
        return value
    if isinstance(value, str):
        return value
    if isinstance(value, (list, tuple)):  # the series: epochs and batch size of each
        return " + ".join(f"{epochs} x {size}" for epochs, size in value)
    return f"{value:g}"
