"""What each adapter gains on writers that the base model has never seen, protocol by protocol."""

from collections.abc import Sequence
from contextlib import closing

import numpy as np

from handpad.model.base import BaseModel
from handpad.recognizer import Recognizer
from handpad.train.console import Console
from handpad.train.datasets import Dataset
from handpad.train.measure import protocols
from handpad.train.measure.accuracy import SHAPE_TWINS, group_of
from handpad.train.measure.protocols import PROTOCOLS, Settings, Trial, WriterData
from handpad.train.measure.scores import Outcome, confusion, curve, summary

COMPARED = ("paper", "default")
"""The adapters that are compared; the base itself stands beside each."""


def observe(data: Dataset, model: BaseModel, names: list[str]) -> list[WriterData]:
    """What a recognizer observes in the writers' characters; labels that the model does not know are left out."""
    number = {label: index for index, label in enumerate(model.labels)}
    labels = np.array([number.get(label, -1) for label in data.labels])[data.label_index]
    cues = data.cues()
    writers = []
    with closing(Recognizer(model=model)) as pad:
        for name in names:
            rows = data.rows_of([name])
            rows = rows[labels[rows] >= 0]
            if len(rows):
                observation = pad.observe_glyphs(data.glyphs[rows], cues[rows])
                writers.append(WriterData(name, observation, labels[rows]))
    return writers


def evaluate(
    writers: list[WriterData],
    model: BaseModel,
    names: list[str],
    settings: Settings,
    seed: int,
    console: Console,
    adapters: Sequence[str] = COMPARED,
) -> dict:
    """Run the named protocols with every adapter of these: the content of evaluation.json, less what it is about.

    Under each protocol's name stands the summary of every adapter; the live one also gives the curve over the
    characters written, the confusions before and after, and the confidence vectors of the paper's method.
    """
    group = group_of(model.labels, SHAPE_TWINS)
    found: dict = {name: {} for name in names}
    for name in names:
        protocol = PROTOCOLS[name]
        enough = [writer for writer in writers if len(writer) >= protocol.fewest]
        for adapter_name in adapters if enough else ():
            outcomes, confidences = [], []
            for count, writer in enumerate(enough, start=1):
                for draw in range(protocol.draws(settings)):
                    random = protocols.generator(seed, writer.name, draw)
                    with closing(Recognizer(model=model, adapter=adapter_name)) as pad:
                        outcomes.append(_outcome(writer, protocol.run(pad, writer, random, settings)))
                        confidences.append(pad.confidence())
                console.progress("evaluate", count, len(enough), text=f"{name}, {adapter_name}")
            found[name][adapter_name] = summary(outcomes, group)
            if name == "live":
                found[name][adapter_name]["curve"] = curve(outcomes)
                before, after = confusion(outcomes, len(model.labels))
                found.setdefault("confusion", {"base": before.tolist()})[adapter_name] = after.tolist()
                if classifiers := list(confidences[0]):
                    means = np.mean([list(one.values()) for one in confidences], axis=0)
                    found["confidence"] = {"classifiers": classifiers, "means": means.round(4).tolist()}
    return found


def _outcome(writer: WriterData, trial: Trial) -> Outcome:
    rows = trial.rows
    base = writer.observation.logits[rows].argmax(axis=1)
    return Outcome(
        writer.name,
        writer.labels[rows],
        base,
        trial.predicted,
        trial.reach,
        trial.predict_seconds,
        trial.learn_seconds,
    )
