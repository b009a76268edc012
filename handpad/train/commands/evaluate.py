"""``handpad-train evaluate``: what each adapter gains on writers that the base model has never seen.

Every protocol of :data:`handpad.train.measure.protocols.PROTOCOLS` is run with every adapter: the paper's 90/10 with
resampling, live, and 200 learned characters of which 20 have a wrong label. Results go to the terminal, a JSON file
and one HTML page.
"""

import argparse
import shlex
import sys
from pathlib import Path

from handpad.errors import DataError
from handpad.labels import ALPHANUMERIC
from handpad.model.base import BaseModel
from handpad.train.commands.reading import PRINTED
from handpad.train.console import Console
from handpad.train.datasets import Dataset, unipen_lines
from handpad.train.lines.readers import variants, variants_for_words
from handpad.train.measure import evaluate_lines
from handpad.train.measure.evaluate_characters import evaluate, observe
from handpad.train.measure.evaluate_lines import unseen_by_sequence, unseen_lines
from handpad.train.measure.protocols import PROTOCOLS, Settings
from handpad.train.measure.unseen import unseen_writers
from handpad.train.report import characters_report, lines_report, results

LINES, WORDS = "lines", "words"
"""The protocols of :mod:`handpad.train.measure.evaluate_lines`: printed texts, and words and texts of all hands."""


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
        choices=[*PROTOCOLS, LINES, WORDS],
        default=list(PROTOCOLS),
        help=f"default: all for characters; {LINES} or {WORDS}, alone: how UNIPEN's printed texts, or all, are read",
    )
    parser.add_argument("--resamples", type=int, default=10, help="draws of the 90/10 protocol (10)")
    parser.add_argument("--limit", type=int, default=400, help="characters per writer in the live protocol (400)")
    parser.add_argument("--seed", type=int, default=1, help="of all draws (1)")


def run(args: argparse.Namespace) -> None:
    """Evaluate, print the table and write both files."""
    if {LINES, WORDS} & set(args.protocols):
        if len(args.protocols) > 1:
            raise DataError(f"The protocols {LINES} and {WORDS} read the UNIPEN archive itself: name one alone.")
        _run_lines(args, WORDS in args.protocols)
    else:
        _run_characters(args)


def _run_characters(args: argparse.Namespace) -> None:
    console = Console(args.json)
    data, model = Dataset.load(args.prepared), BaseModel.load(args.model)
    names, part = unseen_writers(data.name, data.writers, {model.name: model.info}, args.part)
    if not args.all_labels:
        model = model.restricted([label for label in ALPHANUMERIC if label in model.labels])
    writers = [writer for writer in observe(data, model, names) if len(writer) >= args.fewest]
    if not writers:
        raise DataError(f"No writer of {data.name} ({part}) has {args.fewest} characters: ask for fewer.")
    settings = Settings(args.resamples, args.limit)
    found = evaluate(writers, model, args.protocols, settings, args.seed, console)
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
        "command": _command(),
    }
    _tell(args, console, found, characters_report.render(found), characters_report.table(found))


def _run_lines(args: argparse.Namespace, words: bool) -> None:
    console = Console(args.json)
    model = BaseModel.load(args.model)
    if words:
        every_line, dropped = unipen_lines.read(args.prepared, (unipen_lines.WORDS, unipen_lines.TEXTS))
        lines, part = unseen_by_sequence(every_line, model, args.part, args.limit)
        compared = variants_for_words(args.model, model)
    else:
        every_line, dropped = unipen_lines.read(args.prepared)
        printed = [line for line in every_line if line.site in PRINTED]
        lines, part = unseen_lines(printed, model, args.part)
        compared = variants(args.model, model)
    mine = {line.writer for line in lines}
    known_texts = {line.text for line in every_line if line.writer not in mine}
    found = evaluate_lines.evaluate(lines, compared, known_texts, args.seed, console)
    found["about"] = {
        "data": "unipen data/7 and data/8" if words else "unipen data/8",
        "part": part,
        "writers": len(mine),
        "lines": len(lines),
        "characters": sum(len(line.text) for line in lines),
        "dropped": dropped,
        "taught": max(variant.taught for variant in compared.values()),
        "model": model.name,
        "fingerprint": model.fingerprint,
        "seed": args.seed,
        "command": _command(),
    }
    ink = {line.name: line.strokes for line in lines}
    _tell(args, console, found, lines_report.render(found, ink), lines_report.table(found))


def _command() -> str:
    return shlex.join(["handpad-train", *sys.argv[1:]])


def _tell(args: argparse.Namespace, console: Console, found: dict, html: str, table: str) -> None:
    results.write(args.results, found, html)
    if not args.json:
        print(table)
    console.line("result", command="evaluate", results=str(args.results))
