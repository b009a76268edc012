"""``handpad-train reading``: learn from lines of text how ink parts into characters and words.

Writes ``reading.npz`` into a base model's folder.
"""

import argparse
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.model.base import BaseModel
from handpad.model.folder import READING
from handpad.reading import scorer
from handpad.train.console import Console
from handpad.train.datasets.unipen_lines import read
from handpad.train.lines import potentials, search_weights
from handpad.train.lines.examples import example, rows_of, varied
from handpad.train.measure.evaluate_lines import unseen_lines

SITES = ("apa", "apb", "app", "art")
"""Contributors whose texts are printed; the others write joined letters without end."""


VARIANTS = 2
"""Every line is also learned in so many other hands: see :func:`varied`."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("model", type=Path, help="the model folder to add to")
    parser.add_argument("lines", type=Path, help="the UNIPEN archive, or its folder")
    parser.add_argument("--seed", type=int, default=1, help="of weights and order (default 1)")
    parser.add_argument(
        "--all-writers-after", type=Path, metavar="MODEL", help="learn from all writers, with this model's settings"
    )


def run(args: argparse.Namespace) -> None:
    """Fit, choose the search's weights on the validation writers, write ``reading.npz``."""
    console = Console(args.json)
    model = BaseModel.load(args.model)
    lines, dropped = read(args.lines)
    lines = [line for line in lines if line.site in SITES]
    if not lines:
        raise DataError(f"{args.lines} holds no lines of printed text.")
    earlier = None
    if args.all_writers_after:
        earlier = scorer.Scorer.load(args.all_writers_after)
        if earlier is None:
            raise DataError(f"{args.all_writers_after} has no {READING}: make it with handpad-train reading.")
        parts = {"train": lines, "validation": []}
    else:
        known = set(model.info.get("provenance", {}).get("writers", {}).get("train", []))
        parts = {
            "train": [line for line in lines if line.writer in known],
            "validation": unseen_lines(lines, model, "validation")[0],
        }
    console.line(
        "progress", stage="reading", text="looking at every group of ink", **{k: len(v) for k, v in parts.items()}
    )
    generator = np.random.default_rng(args.seed)
    examples = []
    for line in parts["train"]:
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
        arrays["temperature"] = search_weights.calibrate(parts["validation"], model, arrays, console)
    else:
        arrays |= {
            "language": np.float64(earlier.weights.language),
            "character": np.float64(earlier.weights.character),
            "temperature": np.float64(earlier.temperature),
        }
    potentials.save(args.model, arrays)
    console.line(
        "result",
        command="reading",
        model=str(args.model),
        lines={part: len(some) for part, some in parts.items()},
        dropped=dropped,
    )
