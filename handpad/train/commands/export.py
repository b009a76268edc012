"""``handpad-train export``: write a fitted network as a model folder that Handpad runs without torch."""

import argparse
import shlex
from pathlib import Path

from handpad.model.folder import REPORT
from handpad.train.console import Console
from handpad.train.datasets import Dataset
from handpad.train.fit.model_export import export, measure_exported
from handpad.train.fit.run_folder import Fitted
from handpad.train.report import results


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("run", type=Path, help="the run folder of a fit", metavar="folder")
    parser.add_argument("prepared", type=Path, help="the prepared data set of the fit, for the writing styles")
    parser.add_argument("model", type=Path, help="the model folder to write; its name becomes the model's")
    parser.add_argument("--unseen", type=Path, help="another prepared data set, to measure these very weights on")
    parser.add_argument(
        "--evaluation", type=Path, metavar="RESULTS", help="what evaluate wrote, to stand in the report"
    )


def run(args: argparse.Namespace) -> None:
    """Write the model folder, check it against torch, and report its size and new figures."""
    console = Console(args.json)
    fitted, data = Fitted.load(args.run), Dataset.load(args.prepared)
    unseen = Dataset.load(args.unseen) if args.unseen else None
    evaluation = results.read(args.evaluation, data.name) if args.evaluation else None
    if unseen is not None:
        figures = measure_exported(fitted, data, unseen)
        fitted.record["figures"] |= figures
        for name, figure in figures.items():
            console.line("figure", name=name, **figure)
    words = ["handpad-train", "export", args.run.name, args.prepared.name, args.model.name]
    for option, path in (("--unseen", args.unseen), ("--evaluation", args.evaluation)):
        words += [option, path.name] if path else []
    sizes = export(fitted, data, args.model, args.model.resolve().name, shlex.join(words), console, unseen, evaluation)
    console.line("result", command="export", model=str(args.model), bytes=sizes, report=str(args.model / REPORT))
