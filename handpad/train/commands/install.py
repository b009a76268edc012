"""``handpad-train install``: put an exported model where the pad offers it."""

import argparse
from pathlib import Path

from handpad.installed import install_model
from handpad.train.console import Console


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("model", type=Path, help="the model folder, as export wrote it")
    parser.add_argument("--name", help="the name under which the pad offers it (default: the folder's)")


def run(args: argparse.Namespace) -> None:
    """Check the model, copy it and report where it lies."""
    target = install_model(args.model, args.name)
    Console(args.json).line("result", command="install", name=target.name, model=str(target))
