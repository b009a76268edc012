"""``handpad-train evaluate``: what each adapter gains on writers that the base model has never seen.

Every protocol of :data:`handpad.train.protocols.PROTOCOLS` is run with every adapter: the paper's 90/10 with
resampling, live, and 200 learned characters of which 20 have a wrong label. Results go to the terminal, a JSON file
and one HTML page.
"""

import argparse
import json
import shlex
import sys
from pathlib import Path

import numpy as np

from handpad.adaptation import Observation
from handpad.adaptation.kinds import ADAPTERS
from handpad.adaptation.paper import CLASSIFIERS, PaperAdapter
from handpad.errors import DataError
from handpad.files import replace_file
from handpad.model import BaseModel
from handpad.train import evaluation_page, lines, protocols
from handpad.train.datasets import Dataset
from handpad.train.measures import ALPHANUMERIC, SHAPE_TWINS, group_of
from handpad.train.protocols import PROTOCOLS, Settings, Trial, WriterData
from handpad.train.report import Report
from handpad.train.scores import Outcome, confusion, curve, summary

COMPARED = ("paper", "default")
"""The adapters that are compared; the base itself stands beside each."""

LINES = "lines"
"""The protocol of :mod:`handpad.train.lines`."""

_BATCH = 512


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("prepared", type=Path, help="the prepared data set with the writers; for lines, the archive")
    parser.add_argument("model", type=Path, help="folder of a model fitted without these writers")
    parser.add_argument("results", type=Path, help="folder for evaluation.json and evaluation.html")
    parser.add_argument(
        "--part",
        choices=("validation", "test"),
        default="test",
        help="which writers of the data set that the model was fitted on (default test); of another, all",
    )
    parser.add_argument("--fewest", type=int, default=150, help="leave out writers with fewer characters (150)")
    parser.add_argument("--all-labels", action="store_true", help="all labels of the model, not the 62 alone")
    parser.add_argument(
        "--protocols",
        "--protocol",
        nargs="+",
        choices=[*PROTOCOLS, LINES],
        default=list(PROTOCOLS),
        help=f"default: all for characters; {LINES}, alone, measures how UNIPEN's lines of text are read",
    )
    parser.add_argument("--resamples", type=int, default=10, help="draws of the 90/10 protocol (10)")
    parser.add_argument("--limit", type=int, default=400, help="characters per writer in the live protocol (400)")
    parser.add_argument("--seed", type=int, default=1, help="of all draws (1)")


def run(args: argparse.Namespace) -> None:
    """Evaluate, print the table and write both files."""
    if LINES in args.protocols:
        if args.protocols != [LINES]:
            raise DataError(f"The protocol {LINES} reads the UNIPEN archive itself: name it alone.")
        lines.run(args)
        return
    report = Report(args.json)
    data, model = Dataset.load(args.prepared), BaseModel.load(args.model)
    names, part = unseen_writers(data, model, args.part)
    if not args.all_labels:
        model = model.restricted([label for label in ALPHANUMERIC if label in model.labels])
    writers = [writer for writer in observe(data, model, names) if len(writer) >= args.fewest]
    if not writers:
        raise DataError(f"No writer of {data.name} ({part}) has {args.fewest} characters: ask for fewer.")
    settings = Settings(args.resamples, args.limit)
    found = evaluate(writers, model, args.protocols, settings, args.seed, report)
    found["about"] = {
        "data": data.name,
        "part": part,
        "writers": len(writers),
        "characters": sum(len(writer) for writer in writers),
        "fewest": args.fewest,
        "labels": "".join(model.labels),
        "model": model.name,
        "fingerprint": model.fingerprint,
        "seed": args.seed,
        "resamples": args.resamples,
        "limit": args.limit,
        "command": shlex.join(["handpad-train", *sys.argv[1:]]),
    }
    args.results.mkdir(parents=True, exist_ok=True)
    replace_file(args.results / "evaluation.json", json.dumps(found, indent=1).encode())
    replace_file(args.results / "evaluation.html", evaluation_page.render(found).encode())
    if not args.json:
        print(evaluation_page.table(found))
    report.line("result", command="evaluate", results=str(args.results))


def unseen_writers(data: Dataset, model: BaseModel, part: str) -> tuple[list[str], str]:
    """The writers to evaluate on, and what to call them.

    Of the data set that the model was fitted on these are the model's own validation or test writers, of another
    data set all. Raises DataError if the model was fitted on all writers.
    """
    provenance = model.info.get("provenance", {})
    if provenance.get("data", {}).get("name") != data.name:
        return data.writers, "all writers, none trained on"
    names = provenance.get("writers", {}).get(part, [])
    if not names:
        raise DataError(f"{model.name} was fitted on all writers of {data.name}: name a model that left some out.")
    return names, f"{part} writers"


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
    writers: list[WriterData], model: BaseModel, names: list[str], settings: Settings, seed: int, report: Report
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
                report.progress("evaluate", count, len(enough), text=f"{name}, {adapter_name}")
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
