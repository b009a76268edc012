"""All that a comparison of models tells: each on the same characters, and each with an adapter on top."""

import numpy as np

from handpad.errors import DataError
from handpad.model.base import BaseModel
from handpad.train.console import Console
from handpad.train.datasets import Dataset
from handpad.train.measure.accuracy import SHAPE_TWINS, folded_accuracy
from handpad.train.measure.calibration import calibration_error
from handpad.train.measure.comparison import (
    Contestant,
    accuracy_of,
    difference,
    milliseconds,
    read_logits,
    shared_labels,
)
from handpad.train.measure.evaluate_characters import evaluate, observe
from handpad.train.measure.protocols import Settings
from handpad.train.measure.unseen import unseen_writers

ADAPTER = "default"


def contest(
    contestants: list[Contestant],
    data: Dataset,
    part: str,
    all_labels: bool,
    limit: int,
    seed: int,
    console: Console,
) -> dict:
    """Compare models on the writers of a part that none of them was trained on.

    Parameters
    ----------
    limit : how many characters of each writer the default adapter reads and learns, one after the other; 0 for none.
    seed : of the bootstrap and of the adapter's order.

    Returns
    -------
    the content of comparison.json: "about", "figures" and "details" of every model, "differences" of every other from
    the first.

    Raises DataError where they share no writers or labels, or were trained on these writers.
    """
    described = {str(one.path): one.model.info for one in contestants}
    writers, part = unseen_writers(data.name, data.writers, described, part)
    labels = shared_labels(data, contestants, all_labels)
    rows = data.rows_of(writers)
    rows = rows[np.isin(data.texts()[rows], labels)]
    if not len(rows):
        raise DataError(f"The writers of {data.name} ({part}) wrote none of the labels that the models share.")
    true = np.array([labels.index(text) for text in data.texts()[rows]])
    writer_index = data.writer_index[rows]
    right, figures, details = [], [], []
    for number, contestant in enumerate(contestants):
        console.progress("compare", number, len(contestants), text=str(contestant.path))
        model = contestant.model.restricted(labels)
        logits = read_logits(model, data.glyphs[rows])
        said = logits.argmax(axis=1)
        right.append(said == true)
        gain, adapting = _adapted(model, data, writers, limit, seed)
        figures.append(
            {
                "model": str(contestant.path),
                **accuracy_of(right[-1], writer_index, seed),
                "shapes": 100 * folded_accuracy(labels, logits, true, SHAPE_TWINS),
                "calibration_error": 100 * calibration_error(logits, true),
                "gain": gain,
                "parameters": contestant.parameters,
                "megabytes": contestant.bytes / 1e6,
                "training_seconds": _training_seconds(contestant),
                "milliseconds": milliseconds(contestant.model, data.glyphs[rows]),
            }
        )
        confusion = np.zeros((len(labels), len(labels)), int)
        np.add.at(confusion, (true, said), 1)
        record = contestant.record or {}
        details.append(
            {
                "model": str(contestant.path),
                "preset": record.get("preset"),
                "command": record.get("command") or contestant.model.info.get("provenance", {}).get("command"),
                "history": record.get("history") or [],
                "tried": record.get("tried") or [],
                "found": record.get("found") or {},
                "recipe": record.get("recipe") or {},
                "network_settings": record.get("network_settings") or {},
                "adapting": adapting,
                "confusion": confusion.tolist(),
            }
        )
    first = {"than": str(contestants[0].path)}
    differences = [
        {"model": str(other.path), **first, **difference(right[0], own, writer_index, seed)}
        for other, own in zip(contestants[1:], right[1:], strict=True)
    ]
    about = {
        "data": data.name,
        "part": part,
        "writers": len(np.unique(writer_index)),
        "characters": len(rows),
        "labels": len(labels),
        "label_list": labels,
        "adapted_characters": limit,
        "seed": seed,
    }
    return {"about": about, "figures": figures, "differences": differences, "details": details}


def _adapted(
    model: BaseModel, data: Dataset, writers: list[str], limit: int, seed: int
) -> tuple[dict | None, list[dict]]:
    """What the default adapter gains over the model live, in points: mean and half width or None; its curve."""
    if not limit:
        return None, []
    observed = observe(data, model, writers)
    silent = Console(as_json=False, silent=True)
    live = evaluate(observed, model, ["live"], Settings(1, limit), seed, silent, (ADAPTER,))["live"][ADAPTER]
    gain = {**live["gain"], "better": live["better"], "equal": live["equal"], "worse": live["worse"]}
    if len(observed) < 2:
        gain["half_width"] = None  # one writer has no interval
    return gain, live["curve"]


def _training_seconds(contestant: Contestant) -> float | None:
    """How long the fit took, search and validation included; None where the model does not tell."""
    record = contestant.record
    if record is None:
        return None
    searched = sum(one["seconds"] for one in record.get("tried") or [])
    return float(record.get("seconds", searched + sum(epoch["seconds"] for epoch in record["history"])))
