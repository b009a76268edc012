"""``handpad-train compare``: models and classifiers on the same characters of writers that none was trained on."""

import argparse
import shlex
import tempfile
from dataclasses import replace
from pathlib import Path

from handpad.errors import DataError
from handpad.model.base import BaseModel
from handpad.model.folder import NETWORK, is_model
from handpad.train.commands import fit
from handpad.train.console import Console, duration
from handpad.train.datasets import Dataset
from handpad.train.datasets.splits import SPLITS
from handpad.train.fit.recipes import PRESETS
from handpad.train.fit.run_files import RECORD
from handpad.train.measure.comparison import Contestant, parameters
from handpad.train.measure.contest import contest
from handpad.train.report import comparison_report, results

EPILOG = """\
classifiers, which are trained here:
{presets}
  blend              the mean of the probabilities of the others, or of those named: blend:deep+forest
  vote               a vote of the others, or of those named; vote:5xprelu is five fits on different writers

What was trained lies in the results folder: the same command goes on where it was broken off, and each can be
exported and installed (handpad-train export RESULTS/deep DATA MODEL; handpad-train install MODEL).
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = EPILOG.format(presets="\n".join(f"  {name:18} {preset.help}" for name, preset in PRESETS.items()))
    parser.add_argument("prepared", type=Path, help="the prepared data set with the writers")
    parser.add_argument(
        "what", nargs="+", help="two or more: model folders, run folders of fits, or names of classifiers"
    )
    parser.add_argument("--results", type=Path, default=Path("comparison"), help="folder for the page (comparison)")
    parser.add_argument("--minutes", type=float, default=5.0, help="how long each classifier is trained (5)")
    parser.add_argument("--split", choices=SPLITS, default="contributor", help="of the writers (default contributor)")
    parser.add_argument(
        "--part",
        choices=("validation", "test"),
        default="test",
        help="which writers of the data set that the models were fitted on (default test); of another, all",
    )
    parser.add_argument("--all-labels", action="store_true", help="all labels that the models share, not the 62 alone")
    parser.add_argument(
        "--adapt",
        type=int,
        default=100,
        help="characters of each writer that the default adapter learns (100; 0: none)",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the fits and the bootstrap (1)")
    parser.add_argument("--device", choices=("cpu", "cuda", "mps"), help="default: an NVIDIA GPU if there is one")
    parser.add_argument("--threads", type=int, help="threads of the training (default: one per core)")


def run(args: argparse.Namespace) -> None:
    """Train what is to be trained, compare, print one table and one of the differences, and write the page."""
    console = Console(args.json)
    if len(args.what) < 2:
        raise DataError("Name two models or classifiers, or more, to compare.")
    if not args.minutes > 0:
        raise DataError("--minutes must be more than 0.")
    if args.adapt < 0:
        raise DataError("--adapt must be 0 or more.")
    data = Dataset.load(args.prepared)
    contestants = _contestants(args, data, console)
    found = contest(contestants, data, args.part, args.all_labels, args.adapt, args.seed, console)
    found["about"] |= {"command": _command(args)}
    for one in found["details"]:
        preset = PRESETS.get(one["preset"])
        one |= {"help": preset.help if preset else "", "source": preset.source if preset else ""}
    results.write(args.results, found, comparison_report.render(found), "comparison")
    if args.json:
        for one in found["figures"]:
            console.line("figure", **one)
        for one in found["differences"]:
            console.line("difference", **one)
    else:
        print(comparison_report.table(found))
    page = args.results / "comparison.html"
    about = {key: value for key, value in found["about"].items() if key not in ("command", "label_list")}
    console.line("result", command="compare", **about, page=str(page))


def load(path: Path) -> Contestant:
    """A model folder, or the network of a run folder as export would write it.

    Raises ModelError or DataError for a folder that is neither.
    """
    if is_model(path) or not (path / RECORD).exists():
        network = path / NETWORK
        return Contestant(path, BaseModel.load(path), network.stat().st_size, parameters(network))
    from handpad.train.fit.model_export import write_without_styles  # torch comes with it: model folders do without

    with tempfile.TemporaryDirectory() as folder:
        record = write_without_styles(path, Path(folder))
        network = Path(folder) / NETWORK
        model = BaseModel.load(Path(folder))
        return Contestant(path, model, network.stat().st_size, parameters(network), record)


def _contestants(args: argparse.Namespace, data: Dataset, console: Console) -> list[Contestant]:
    """All that is compared, in the order in which it was named; what is to be trained is trained first."""
    folders = {what: Path(what) for what in args.what if is_model(Path(what)) or (Path(what) / RECORD).is_file()}
    if len(folders) == len(args.what):
        return [load(Path(what)) for what in args.what]
    from handpad.train.fit import contestants  # torch comes with it: model folders do without
    from handpad.train.fit.run_folder import Fitted

    def parse(words: list[str]) -> argparse.Namespace:
        parser = argparse.ArgumentParser()
        fit.add_arguments(parser)
        return parser.parse_args(words, argparse.Namespace(json=args.json))

    chosen = {"--device": args.device, "--threads": args.threads}
    words = tuple(word for option, value in chosen.items() if value for word in (option, value))
    options = contestants.Options(args.prepared, args.results, args.minutes, args.seed, args.split, words, parse)
    named = [what for what in args.what if what not in folders]
    members = {what: contestants.names_of([*args.what], what) for what in named}
    wanted = list(dict.fromkeys(one for own in members.values() for one in own if one[0] in PRESETS))
    seconds = 60 * args.minutes * len(wanted)
    console.line("plan", fits=len(wanted), seconds=seconds, time=f"at most about {duration(seconds)} of training")
    runs: dict[tuple[str, int], Path] = {}
    for one in dict.fromkeys(one for own in members.values() for one in own):
        console.line("training", classifier=one[0], draw=one[1], number=len(runs) + 1)
        runs[one] = contestants.fitted(*one, options)
    for what in named:
        if contestants.is_blend(what):
            fits = [Fitted.load(runs[one]) for one in members[what]]
            folders[what] = contestants.blend(what, fits, data, options)
        else:
            folders[what] = runs[members[what][0]]
    return [replace(load(folders[what]), path=what) for what in args.what]


def _command(args: argparse.Namespace) -> str:
    """What to type for the same comparison, with the names of files and folders only."""
    words: list[str] = ["handpad-train", "compare", args.prepared.name, *(Path(what).name for what in args.what)]
    for option, default in (("minutes", 5.0), ("split", "contributor"), ("part", "test"), ("adapt", 100), ("seed", 1)):
        value = getattr(args, option)
        if value != default:
            words += [f"--{option}", f"{value:g}" if isinstance(value, float) else str(value)]
    return shlex.join([*words, *(["--all-labels"] if args.all_labels else [])])
