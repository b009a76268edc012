"""What each adapter gains on writers that the base model has never seen, protocol by protocol."""

import numpy as np

from handpad.adaptation import Observation
from handpad.adaptation.kinds import ADAPTERS
from handpad.adaptation.paper import CLASSIFIERS, PaperAdapter
from handpad.model.base import BaseModel
from handpad.train.console import Console
from handpad.train.datasets import Dataset
from handpad.train.measure import protocols
from handpad.train.measure.accuracy import SHAPE_TWINS, group_of
from handpad.train.measure.protocols import PROTOCOLS, Settings, Trial, WriterData
from handpad.train.measure.scores import Outcome, confusion, curve, summary

COMPARED = ("paper", "default")
"""The adapters that are compared; the base itself stands beside each."""


_BATCH = 512


def observe(data: Dataset, model: BaseModel, names: list[str]) -> list[WriterData]:
    """What the model makes of the writers' characters; labels that it does not know are left out."""
    number = {label: index for index, label in enumerate(model.labels)}
    labels = np.array([number.get(label, -1) for label in data.labels])[data.label_index]
    cues = data.cues()
    writers = []
    for name in names:
        rows = data.rows_of([name])
        rows = rows[labels[rows] >= 0]
        if not len(rows):
            continue
        runs = [model.run(data.glyphs[rows[start : start + _BATCH]]) for start in range(0, len(rows), _BATCH)]
        embeddings, logits = (np.concatenate(parts) for parts in zip(*runs, strict=True))
        writers.append(WriterData(name, Observation(embeddings, logits, cues[rows]), labels[rows]))
    return writers


def evaluate(
    writers: list[WriterData], model: BaseModel, names: list[str], settings: Settings, seed: int, console: Console
) -> dict:
    """Run the named protocols with every adapter: the content of evaluation.json, less what it is about.

    Under each protocol's name stands the summary of every adapter; the live one also gives the curve over the
    characters written, the confusions before and after, and the confidence vectors of the paper's method.
    """
    group = group_of(model.labels, SHAPE_TWINS)
    found: dict = {name: {} for name in names}
    for name in names:
        protocol = PROTOCOLS[name]
        enough = [writer for writer in writers if len(writer) >= protocol.fewest]
        for adapter_name in COMPARED if enough else ():
            outcomes, adapters = [], []
            for count, writer in enumerate(enough, start=1):
                for draw in range(protocol.draws(settings)):
                    adapter = ADAPTERS[adapter_name].characters(model)
                    random = protocols.generator(seed, writer.name, draw)
                    outcomes.append(_outcome(writer, protocol.run(adapter, writer, random, settings)))
                    adapters.append(adapter)
                console.progress("evaluate", count, len(enough), text=f"{name}, {adapter_name}")
            found[name][adapter_name] = summary(outcomes, group)
            if name == "live":
                found[name][adapter_name]["curve"] = curve(outcomes)
                before, after = confusion(outcomes, len(model.labels))
                found.setdefault("confusion", {"base": before.tolist()})[adapter_name] = after.tolist()
                means = [adapter.confidence.means() for adapter in adapters if isinstance(adapter, PaperAdapter)]
                if means:
                    found["confidence"] = {
                        "classifiers": CLASSIFIERS,
                        "means": np.mean(means, axis=0).round(4).tolist(),
                    }
    return found


def _outcome(writer: WriterData, trial: Trial) -> Outcome:
    rows = trial.rows
    base = writer.seen.logits[rows].argmax(axis=1)
    return Outcome(
        writer.name,
        writer.labels[rows],
        base,
        trial.predicted,
        trial.reach,
        trial.predict_seconds,
        trial.learn_seconds,
    )
