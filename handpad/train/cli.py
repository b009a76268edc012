"""``handpad-train``: prepare data, fit a base model, export it and measure it.

Every command is the module of its name in :mod:`handpad.train.commands`, with ``add_arguments(parser)`` and
``run(args)``. With ``--json`` a command prints one JSON object per line on stdout and nothing else there (see
:mod:`handpad.train.console`). The exit code is 0 only on success; what a user can act on goes to stderr as one
sentence, with exit code 1.
"""

import argparse
import importlib
import sys
from collections.abc import Sequence

from handpad.errors import HandpadError

COMMANDS = {
    "prepare": "read a data set and write it as one prepared file",
    "combine": "make one prepared data set of several",
    "fit": "train a network on a prepared data set",
    "export": "write a fitted network as a model folder",
    "evaluate": "measure adapting, or reading lines, on writers never seen",
    "reading": "learn from lines of text how a model's ink parts into characters",
    "compare": "compare models and classifiers on writers that none was trained on",
    "study": "train with one setting in several values, and show what it does",
    "lines": "compare how models read lines of writers that none learned reading from",
    "install": "put a model folder where the pad offers it",
    "language": "build a language resource from texts and word lists",
}
"""Each command and its line in ``--help``."""


def build_parser(chosen: str | None = None) -> argparse.ArgumentParser:
    """The parser. Only the chosen command's module is imported, so that help needs no torch."""
    parser = argparse.ArgumentParser(prog="handpad-train", description="Train and measure Handpad's base models.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="command")
    for name, text in COMMANDS.items():
        subparser = commands.add_parser(name, help=text, description=text.capitalize() + ".")
        subparser.add_argument("--json", action="store_true", help="print results and progress as lines of JSON")
        if name == chosen:
            module = importlib.import_module(f"handpad.train.commands.{name}")
            module.add_arguments(subparser)
            subparser.set_defaults(execute=module.run)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command. Returns the exit code: 0 on success, 1 for an error the user can act on, 130 if stopped."""
    argv = sys.argv[1:] if argv is None else list(argv)
    chosen = next((word for word in argv if not word.startswith("-")), None)
    try:
        try:
            args = build_parser(chosen).parse_args(argv)
            args.execute(args)
        except ImportError as error:
            raise HandpadError(f"Training needs the train extra ({error}): pip install 'handpad[train]'.") from error
    except HandpadError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt as stopped:
        print(str(stopped) or "Stopped.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
