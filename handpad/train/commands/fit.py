"""``handpad-train fit``: train a network on a prepared data set and measure it on writers it has never seen."""

import argparse
from pathlib import Path

from handpad.errors import DataError
from handpad.train.datasets.splits import SPLITS
from handpad.train.fit.recipes import OPTIMIZERS, PRESETS, Recipe

EPILOG = """\
presets:
{presets}

After every epoch a checkpoint is written into the run folder: the same command with --resume goes on from it, after
Ctrl-C, a crash or a power cut, to the same figures. Ctrl-C ends the fit and keeps the best model so far.

Several processes train together when torchrun starts them, on one machine or more:
  torchrun --nproc-per-node 2 -m handpad.train.cli fit handpad prepared.npz run
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG.format(presets="\n".join(f"  {name:18} {preset.help}" for name, preset in PRESETS.items()))
    parser.add_argument("preset", choices=PRESETS, help="which network, with which recipe", metavar="preset")
    parser.add_argument("prepared", type=Path, help="the prepared data set to learn from")
    parser.add_argument("run", type=Path, help="the run folder to write", metavar="folder")
    parser.add_argument("--resume", action="store_true", help="go on with the unfinished fit in the run folder")
    parser.add_argument("--seed", type=int, default=1, help="of weights, order and variants (default 1)")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--epochs", type=int, help="train for so many epochs instead of the recipe's")
    length.add_argument("--minutes", type=float, help="train for as many of the recipe's epochs as take so long")
    parser.add_argument("--optimizer", choices=OPTIMIZERS, help="instead of the recipe's, with rates that suit it")
    parser.add_argument(
        "--schedule",
        choices=("plateau", "cosine"),
        help="instead of the recipe's: halve the rate on a plateau and stop early, or warm up and fall along a cosine",
    )
    parser.add_argument("--no-augment", action="store_true", help="see the ink as it is, without new variants")
    parser.add_argument("--split", choices=SPLITS, default="contributor", help="of the writers (default contributor)")
    parser.add_argument(
        "--hold-out", metavar="CONTRIBUTOR", help="also test on all writers of this contributor: train on none of them"
    )
    parser.add_argument(
        "--draw", type=int, default=0, help="validate on other writers of those that are not tested on (1, 2, ...)"
    )
    parser.add_argument("--all-writers-after", type=Path, metavar="RUN", help="go on from this run, on all writers")
    parser.add_argument(
        "--teacher",
        action="append",
        default=[],
        metavar="RUN[=SHARE]",
        help="an earlier fit on the same writers, whose outputs are learned beside the labels; may be repeated",
    )
    parser.add_argument("--unseen", type=Path, help="another prepared data set, only to be measured on")
    parser.add_argument("--device", choices=("cpu", "cuda", "mps"), help="default: an NVIDIA GPU if there is one")
    parser.add_argument(
        "--precision",
        choices=("fp32", "bf16", "fp16"),
        help="default: the fastest that the device has instructions for",
    )
    parser.add_argument("--workers", type=int, help="processes that prepare variants (default: a quarter of the cores)")
    parser.add_argument("--threads", type=int, help="threads of the training itself (default: one per core)")


def run(args: argparse.Namespace) -> None:
    """Train, calibrate, measure, save the run folder, and report every epoch and every figure."""
    _check(args)
    from handpad.train.fit import driver  # torch comes with it: help must do without

    driver.run(args)


def _check(args: argparse.Namespace) -> None:
    for option, value, least in (
        ("--minutes", args.minutes, 0),
        ("--workers", args.workers, 0),
        ("--threads", args.threads, 0),
    ):
        if value is not None and not value > least:
            raise DataError(f"{option} must be more than {least}.")
    if args.draw < 0:
        raise DataError("--draw must be 0 or more.")
    searched = not isinstance(PRESETS[args.preset].recipe, Recipe)
    epochs_only = {
        "--epochs": args.epochs,
        "--optimizer": args.optimizer,
        "--schedule": args.schedule,
        "--no-augment": args.no_augment,
        "--all-writers-after": args.all_writers_after,
        "--teacher": args.teacher,
    }
    for option, value in epochs_only.items() if searched else ():
        if value:
            raise DataError(f"{args.preset} is not trained epoch by epoch: leave out {option}.")
    repeated = {
        "--epochs": args.epochs,
        "--minutes": args.minutes,
        "--optimizer": args.optimizer,
        "--schedule": args.schedule,
        "--no-augment": args.no_augment,
        "--hold-out": args.hold_out,
        "--unseen": args.unseen,
        "--draw": args.draw,
    }
    if args.all_writers_after:
        for option, value in repeated.items():
            if value:
                raise DataError(f"--all-writers-after goes on with the earlier fit's recipe: leave out {option}.")
