"""``handpad-train reading``: learn from UNIPEN's words and texts how lines of ink are read.

Without ``--sequence``: from printed texts, how ink parts into characters and words; writes ``reading.npz`` into a base
model's folder. With it: from words and texts of all hands, the network that reads along the pen's way; writes
``sequence.onnx``, and how much it counts beside the rest into ``reading.npz``.
"""

import argparse
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.model.base import BaseModel
from handpad.model.folder import READING
from handpad.reading import potential_functions
from handpad.reading.language import Language
from handpad.reading.reader import Reader
from handpad.train.console import Console
from handpad.train.datasets import unipen
from handpad.train.datasets.unipen_lines import Line, read
from handpad.train.lines import potentials, search_weights, sequence_training
from handpad.train.lines.examples import example, rows_of, varied
from handpad.train.measure.evaluate_lines import unseen_lines
from handpad.train.measure.unseen import writers_known

PRINTED = ("apa", "apb", "app", "art")
"""Contributors from whose printed texts it is learned how ink parts into characters."""


FIT_SHARE = 0.6
"""Fitting takes about so much of the time that looking at every group of ink takes."""

VARIANTS = 2
"""Every line is also learned in so many other hands: see :func:`varied`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("model", type=Path, help="the model folder to add to")
    parser.add_argument(
        "sources",
        type=Path,
        nargs="+",
        metavar="unipen",
        help="the UNIPEN archive, its folder, or several parts",
    )
    parser.add_argument("--seed", type=int, default=1, help="of weights and order (default 1)")
    parser.add_argument(
        "--sequence",
        type=float,
        metavar="MINUTES",
        help="fit the network for joined writing for so long, only",
    )
    parser.add_argument("--go-on", action="store_true", help="with --sequence: from the network that the model has")
    parser.add_argument(
        "--all-writers-after",
        type=Path,
        metavar="MODEL",
        help="learn from all writers, with this model's settings; with --sequence also from its network",
    )


def run(args: argparse.Namespace) -> None:
    """Fit, choose the search's weights on the validation writers, write the files."""
    console = Console(args.json)
    if args.go_on and (args.sequence is None or args.all_writers_after):
        raise DataError("--go-on goes with --sequence MINUTES, and without --all-writers-after.")
    if args.sequence is not None:
        if args.sequence <= 0:
            raise DataError("--sequence takes minutes above 0.")
        sequence_training.run(
            args.model, args.sources, args.sequence, args.seed, console, args.all_writers_after, args.go_on
        )
    else:
        _run_segments(args, console)


def _printed(sources: Iterable[Path]) -> tuple[list[Line], dict[str, int]]:
    """The printed texts, each once, of the sources that hold any; and what was dropped."""
    lines: dict[str, Line] = {}
    dropped: dict[str, int] = {}
    for source in sources:
        found, left_out = read(source)
        lines |= {line.name: line for line in found if line.site in PRINTED}
        dropped |= left_out
    if not lines:
        raise DataError(f"{', '.join(map(str, sources))} holds no lines of printed text.")
    return list(lines.values()), dropped


def _run_segments(args: argparse.Namespace, console: Console) -> None:
    model = BaseModel.load(args.model)
    lines, dropped = _printed(args.sources)
    earlier = None
    if args.all_writers_after:
        earlier = potential_functions.PotentialFunctions.load(args.all_writers_after)
        if earlier is None:
            raise DataError(f"{args.all_writers_after} has no {READING}: make it with handpad-train reading.")
        parts = {"train": lines, "validation": []}
    else:
        known = set((writers_known(model.info, unipen.NAME) or {}).get("train", []))
        parts = {
            "train": [line for line in lines if line.writer in known],
            "validation": unseen_lines(lines, model, "validation")[0],
        }
    console.line(
        "progress", stage="reading", text="looking at every group of ink", **{k: len(v) for k, v in parts.items()}
    )
    generator = np.random.default_rng(args.seed)
    examples, begun = [], time.monotonic()
    for done, line in enumerate(parts["train"]):
        if done:
            passed, count = time.monotonic() - begun, len(parts["train"])
            left = passed / done * ((1 + FIT_SHARE) * count - done)
            console.progress("segments", done, round((1 + FIT_SHARE) * count), left, text="looking at lines of ink")
        rows = rows_of(line.strokes)
        versions = [rows, *([varied(row, generator) for row in rows] for _ in range(VARIANTS))]
        examples.append([example(line.text, version, model) for version in versions])
    arrays = potentials.fit(
        [versions for versions in examples if versions[0] is not None], model.labels, args.seed, console
    )
    arrays["fingerprint"] = np.array(model.fingerprint)
    arrays["familiar"] = search_weights.familiar(
        [versions[0] for versions in examples if versions[0] is not None], model, arrays
    )
    if earlier is None:
        unseen_examples = [example(line.text, rows_of(line.strokes), model) for line in parts["validation"]]
        arrays |= search_weights.choose([one for one in unseen_examples if one is not None], arrays, console)
        reader = Reader(model, model, potential_functions.PotentialFunctions(arrays), Language.load())
        arrays["temperature"] = np.float64(search_weights.calibrate(parts["validation"], reader, console))
    else:
        arrays |= {
            "language": np.float64(earlier.weights.language),
            "character": np.float64(earlier.weights.character),
            "temperature": np.float64(earlier.weights.temperature),
            **earlier.sequence_arrays(),
        }
    potentials.save(args.model, arrays)
    console.line(
        "result",
        command="reading",
        model=str(args.model),
        lines={part: len(some) for part, some in parts.items()},
        dropped=dropped,
    )
