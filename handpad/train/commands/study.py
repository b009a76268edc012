"""``handpad-train study``: one setting of a training in several values, on one page."""

import argparse
import shlex
from pathlib import Path

from handpad.errors import DataError
from handpad.train.console import Console
from handpad.train.datasets import Dataset
from handpad.train.datasets.splits import SPLITS
from handpad.train.fit.studies import MINIBATCH, STUDIES, Study, name_of
from handpad.train.report import minibatch_report, results, study_report

EPILOG = """\
studies:
{studies}

Every value is trained with every seed. What is done is kept in the results folder: the same command goes on where it
was stopped. The page is RESULTS/STUDY.html.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    lines = [
        f"  {key:14} {one.title}, of {one.classifier}: {', '.join(map(name_of, one.values))}"
        for key, one in STUDIES.items()
    ]
    lines.append(f"  minibatch      {MINIBATCH.title}, by {', '.join(MINIBATCH.values)}")
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG.format(studies="\n".join(lines))
    parser.add_argument("what", help="the name of a study", metavar="study")
    parser.add_argument("prepared", type=Path, help="the prepared data set to learn from")
    parser.add_argument("--results", type=Path, default=Path("studies"), help="folder for fits and page (studies)")
    parser.add_argument("--classifier", help="what is trained (default: the study's)")
    parser.add_argument("--values", nargs="+", help="these values instead of the study's")
    parser.add_argument("--epochs", type=int, default=50, help="of every fit (50)")
    parser.add_argument("--seeds", type=int, default=3, help="how many fits of every value, for the bands (3)")
    parser.add_argument("--characters", type=int, help="learn from so many characters of the training writers")
    parser.add_argument("--split", choices=SPLITS, default="contributor", help="of the writers (default contributor)")
    parser.add_argument("--yes", action="store_true", help="begin, however long it takes")
    parser.add_argument("--device", choices=("cpu", "cuda", "mps"), help="default: an NVIDIA GPU if there is one")
    parser.add_argument("--threads", type=int, help="threads of the training (default: one per core)")


def run(args: argparse.Namespace) -> None:
    """Say how long it takes, train, print the table and write the page."""
    if args.what not in (*STUDIES, "minibatch"):
        raise DataError(f"There is no study {args.what}; these are: {', '.join([*STUDIES, 'minibatch'])}.")
    for option in ("epochs", "seeds", "characters"):
        if getattr(args, option) is not None and getattr(args, option) < 1:
            raise DataError(f"--{option} must be at least 1.")
    study = STUDIES.get(args.what, MINIBATCH)
    for text in args.values or ():
        study.value(text)
    console = Console(args.json)
    summary, text = _minibatch(args) if study is MINIBATCH else _study(args, study)
    if args.json:
        for one in summary:
            console.line("figure", **one)
    else:
        print(text)
    console.line("result", command="study", study=args.what, page=str(args.results / f"{args.what}.html"))


def _study(args: argparse.Namespace, study: Study) -> tuple[list[dict], str]:
    """Train every value and write the page. Returns the figures, and the same as a table."""
    from handpad.train.fit import study_driver  # torch comes with it: help must do without

    found = study_driver.run(args)
    found["about"]["command"] = _command(args)
    summary = study_report.summary(found)
    page = study_report.render(found, study.title, study.unit)
    results.write(args.results, {**found, "summary": summary}, page, args.what)
    return summary, study_report.table(summary, study.unit)


def _minibatch(args: argparse.Namespace) -> tuple[list[dict], str]:
    """The same for the study of mini-batches."""
    from handpad.train.fit import minibatch_driver  # torch comes with it: help must do without

    found = minibatch_driver.run(args)
    found["about"]["command"] = _command(args)
    summary = minibatch_report.summary(found)
    page = minibatch_report.render(found, Dataset.load(args.prepared).glyphs)
    results.write(args.results, {**found, "summary": summary}, page, args.what)
    return summary, minibatch_report.table(summary)


def _command(args: argparse.Namespace) -> str:
    words = ["handpad-train", "study", args.what, args.prepared.name, "--epochs", str(args.epochs)]
    words += ["--seeds", str(args.seeds)]
    for option in ("classifier", "characters"):
        value = getattr(args, option)
        words += [f"--{option}", str(value)] if value else []
    words += ["--values", *args.values] if args.values else []
    return shlex.join([*words, *(["--split", args.split] if args.split != "contributor" else [])])
