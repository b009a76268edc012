"""``handpad-train lines``: two or more models on the same lines of writers whose writing none learned to read from."""

import argparse
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.model.base import BaseModel
from handpad.recognizer import Recognizer
from handpad.train.console import Console
from handpad.train.datasets import unipen
from handpad.train.datasets.splits import split_writers
from handpad.train.datasets.unipen_lines import Line
from handpad.train.lines.sequence_training import read_lines
from handpad.train.lines.writing_split import split_by_writer
from handpad.train.measure.text_errors import Reading, plain, rates
from handpad.train.measure.unseen import writers_known


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument(
        "models", type=Path, nargs="+", help="model folders; by the last one's writers it is told who is new"
    )
    parser.add_argument(
        "--unipen", type=Path, nargs="+", required=True, help="the UNIPEN archive, its folder, or parts"
    )
    parser.add_argument("--characters", type=int, default=2000, help="read about so many, drawn line by line (2000)")
    parser.add_argument("--seed", type=int, default=1, help="of the drawing (1)")


def run(args: argparse.Namespace) -> None:
    """Read the lines with each model, as the pad would, and print what is wrong."""
    console = Console(args.json)
    models = [BaseModel.load(path) for path in args.models]
    known = writers_known(models[-1].info, unipen.NAME)
    if known is None:
        raise DataError(f"{args.models[-1]} did not learn from UNIPEN: it is not known which of its writers are new.")
    lines, _ = read_lines(args.unipen)
    split = split_writers(sorted({writer for writers in known.values() for writer in writers}))
    chosen = _drawn(split_by_writer(lines, split).test, args.characters, args.seed)
    if not chosen:
        raise DataError("There are no lines of test writers in these sources.")
    for path, model in zip(args.models, models, strict=True):
        pad, readings = Recognizer(model=model), []
        for done, line in enumerate(chosen):
            console.progress("lines", done, len(chosen), text=path.name)
            readings.append(Reading(line.writer, line.text, plain(pad.read(line.strokes).text)))
        pad.close()
        console.line("lines", model=str(path), cer=rates(readings)["cer"])
    characters, writers = sum(len(line.text) for line in chosen), len({line.writer for line in chosen})
    console.line("result", command="lines", data=unipen.NAME, lines=len(chosen), characters=characters, writers=writers)


def _drawn(lines: list[Line], characters: int, seed: int) -> list[Line]:
    chosen, count = [], 0
    for place in np.random.default_rng(seed).permutation(len(lines)):
        if count >= characters:
            break
        chosen.append(lines[place])
        count += len(lines[place].text)
    return chosen
