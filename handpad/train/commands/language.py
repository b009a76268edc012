"""``handpad-train language``: build a language resource from texts and word lists."""

import argparse
import io
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.files import replace_file
from handpad.reading.language import (
    ALPHABET,
    Language,
)
from handpad.train.console import Console
from handpad.train.lines.language_resource import bits_per_character, build


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's arguments."""
    parser.add_argument("texts", type=Path, nargs="+", metavar="TEXT", help="plain text, one paragraph a line")
    parser.add_argument(
        "--words",
        type=Path,
        action="append",
        required=True,
        metavar="FILE",
        help="a word list, one word a line; give several from common words to rare ones",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="FILE", help="the resource to write (.npz)")
    parser.add_argument("--seed", type=int, default=1, help="for where lines are cut (default: 1)")


def run(args: argparse.Namespace) -> None:
    """Build the resource, write it and report its size and its bits per character on held-out text."""
    console = Console(args.json)
    texts = [_read_lines(path) for path in args.texts]
    lists = [_read_lines(path) for path in args.words]
    sources = ", ".join(path.name for path in [*args.texts, *args.words])
    arrays, held_out = build(texts, lists, sources, args.seed)
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    replace_file(args.out, file.getvalue())
    language = Language.load(args.out)
    console.line(
        "result",
        command="language",
        out=str(args.out),
        bytes=file.tell(),
        contexts=len(arrays["context_sizes"]),
        ngrams=len(arrays["followers"]),
        nodes=len(arrays["tree_characters"]),
        bits_per_character=round(bits_per_character(language, held_out), 3),
        bits_in_capitals=round(bits_per_character(language, [line.upper() for line in held_out]), 3),
    )


def _read_lines(path: Path) -> list[str]:
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"{path} cannot be read as text in UTF-8 ({error}).") from error
    lines = [line.strip() for line in lines if line.strip() and all(c in ALPHABET for c in line)]
    if not lines:
        raise DataError(f"{path} holds no line of printable ASCII.")
    return lines
