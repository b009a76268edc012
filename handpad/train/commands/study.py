"""``handpad-train study``: one setting of a training in several values, on one page."""

import argparse
import shlex
from pathlib import Path

from handpad.errors import DataError
from handpad.train.console import Console
from handpad.train.datasets.splits import SPLITS
from handpad.train.fit.studies import STUDIES, name_of
from handpad.train.report import results, study_report

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
    if args.what not in STUDIES:
        raise DataError(f"There is no study {args.what}; these are: {', '.join(STUDIES)}.")
    for option in ("epochs", "seeds", "characters"):
        if getattr(args, option) is not None and getattr(args, option) < 1:
            raise DataError(f"--{option} must be at least 1.")
    for text in args.values or ():
        STUDIES[args.what].value(text)
    from handpad.train.fit import study_driver  # torch comes with it: help must do without

    console = Console(args.json)
    found = study_driver.run(args)
    found["about"]["command"] = _command(args)
    study = STUDIES[args.what]
    summary = study_report.summary(found)
    page = study_report.render(found, study.title, study.unit)
    results.write(args.results, {**found, "summary": summary}, page, args.what)
    if args.json:
        for one in summary:
            console.line("figure", **one)
    else:
        print(study_report.table(summary, study.unit))
    console.line("result", command="study", study=args.what, page=str(args.results / f"{args.what}.html"))


def _command(args: argparse.Namespace) -> str:
    words = ["handpad-train", "study", args.what, args.prepared.name, "--epochs", str(args.epochs)]
    words += ["--seeds", str(args.seeds)]
    for option in ("classifier", "characters"):
        value = getattr(args, option)
        words += [f"--{option}", str(value)] if value else []
    words += ["--values", *args.values] if args.values else []
    return shlex.join([*words, *(["--split", args.split] if args.split != "contributor" else [])])
