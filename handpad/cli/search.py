"""``handpad search``: finds words in all pages, in what was read and in what else they may say."""

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime

from handpad.errors import HandpadError
from handpad.notebook.index import MOST_HITS, Hit, Index
from handpad.notebook.shelf import Shelf
from handpad.paths import user_cache, user_data


def parser() -> argparse.ArgumentParser:
    """The command line of ``handpad search``."""
    parser = argparse.ArgumentParser(
        prog="handpad search",
        description="Find pages on which every one of the words begins a word: as it was read, or as it may be read.",
    )
    parser.add_argument("words", nargs="+", help="words or beginnings of words; case and accents do not matter")
    parser.add_argument("--notebook", metavar="NAME", help="only in this notebook")
    parser.add_argument("--limit", type=int, default=MOST_HITS, metavar="N", help="so many pages at most (40)")
    parser.add_argument("--json", action="store_true", help="pages, words, boxes and stroke numbers, for programs")
    return parser


def main(arguments: Sequence[str]) -> int:
    """Run the command. Returns 0 if something was found, 1 if nothing was, 2 if the pages cannot be searched."""
    options = parser().parse_args(arguments)
    try:
        shelf = Shelf(user_data() / "page.inkml")
        index = Index(user_cache() / "pages.sqlite")
    except HandpadError as error:
        print(error, file=sys.stderr)
        return 2
    try:
        index.refresh(shelf, _tell)
        hits = index.search(" ".join(options.words), options.notebook, max(options.limit, 1))
    finally:
        index.close()
    if options.json:
        print(json.dumps({"hits": [_plain(hit) for hit in hits]}, ensure_ascii=False))
    else:
        for hit in hits:
            print(_line(hit))
        if not hits:
            print("No page has these words.", file=sys.stderr)
    return 0 if hits else 1


def _tell(done: int, every: int) -> None:
    if sys.stderr.isatty():
        print(f"\rreading page {done} of {every}" if done < every else "\r\x1b[K", end="", file=sys.stderr, flush=True)


def _line(hit: Hit) -> str:
    when = datetime.fromtimestamp(hit.entry.file.changed / 1e9).strftime("%Y-%m-%d %H:%M")
    words = ", ".join(dict.fromkeys(word.text for word in hit.words))
    return f"{hit.entry.file.path}  {when}  {hit.entry.name or 'a page without text'}: {words}"


def _plain(hit: Hit) -> dict:
    return {
        "page": str(hit.entry.file.path),
        "notebook": hit.entry.file.notebook,
        "name": hit.entry.name,
        "changed": hit.entry.file.changed / 1e9,
        "words": [
            {
                "text": word.text,
                "alternatives": list(word.alternatives),
                "strokes": list(word.strokes),
                "box": [round(value, 2) for value in word.box],
                "line": word.row + 1,
            }
            for word in hit.words
        ],
    }
