"""How long a search over many pages takes: python tests/bench/bench_search.py [--pages 10000] [--words 120] [--json]

Makes pages' worth of words from the bundled word list (seed 1; how often each word comes falls off with its rank), one
character in twelve with an alternative, indexes them, and searches for beginnings of words as they are typed. Prints
the time for indexing, the size of the index, and the median and 99th percentile of a search; the goal is 50 ms.
"""

import argparse
import json
import tempfile
import time
from pathlib import Path

import numpy as np

from handpad.ink import Box
from handpad.notebook.index import Index
from handpad.notebook.shelf import PageFile
from handpad.notebook.words import Word

QUERIES = 400


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=10_000)
    parser.add_argument("--words", type=int, default=120, help="on a page")
    parser.add_argument("--json", action="store_true")
    args = parser.parse_args()
    generator = np.random.default_rng(1)
    everyday = Path(__file__).with_name("everyday.txt").read_text(encoding="utf-8").split()
    vocabulary = sorted({word.strip(".,;:!?\"'()") for word in everyday} - {""})
    chances = 1 / np.arange(1, len(vocabulary) + 1)
    generator.shuffle(vocabulary)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pages.sqlite"
        index = Index(path)
        start = time.perf_counter()
        for number in range(args.pages):
            texts = generator.choice(vocabulary, args.words, p=chances / chances.sum())
            index.add_words(_file(number), "page", [_word(generator, str(text), n) for n, text in enumerate(texts)])
        seconds = time.perf_counter() - start
        times = []
        for _ in range(QUERIES):
            word = vocabulary[generator.integers(len(vocabulary))]
            typed = word[: int(generator.integers(1, len(word) + 1))]
            if generator.random() < 0.3:
                typed = f"{vocabulary[generator.integers(len(vocabulary))]} {typed}"
            begin = time.perf_counter()
            index.search(typed)
            times.append(1000 * (time.perf_counter() - begin))
        index.close()
        megabytes = path.stat().st_size / 1e6
    figures = {
        "pages": args.pages,
        "words": args.pages * args.words,
        "indexing_s": round(seconds, 1),
        "index_mb": round(megabytes, 1),
        "search_median_ms": round(float(np.median(times)), 1),
        "search_p99_ms": round(float(np.quantile(times, 0.99)), 1),
        "longest_ms": round(max(times), 1),
        "searches": QUERIES,
    }
    print(json.dumps(figures) if args.json else "\n".join(f"{name}: {value}" for name, value in figures.items()))


def _file(number: int) -> PageFile:
    return PageFile(Path(f"/pages/{number}.inkml"), "", number, 1)


def _word(generator: np.random.Generator, text: str, number: int) -> Word:
    others = []
    for place in np.flatnonzero(generator.random(len(text)) < 1 / 12):
        others.append(text[:place] + "abcdefghijklmnopqrstuvwxyz"[generator.integers(26)] + text[place + 1 :])
    return Word(text, tuple(others), (3 * number, 3 * number + 1), Box(0, 0, 1, 1), number // 8)


if __name__ == "__main__":
    main()
