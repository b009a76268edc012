"""Characters in boxes with and without their words: python tests/bench/bench_boxes.py [DATA] [--characters 1500]

Takes UNIPEN's lines of printed text by validation writers of whom every character is delineated, and puts every
character into a box of its own on ruled paper, as large and as high as it stood on its line. A page session reads them
as it does for the app. Prints character errors by kind of token, first of each character by itself, then as the page
says it: with nothing learned, and in the second half of each writer's lines after every wrong character of the first
half was put right and the others left. Sequences that no language knows (codes of any characters and of digits and
capitals, numbers) are drawn from the same writers' characters and counted apart. The bundled model was fitted on all
writers, so that its readings are too good; --model paper was not.
"""

import argparse
import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import cv2
import numpy as np
from bench_corrections import DATA, Row, rows_of
from desk import Desk

from handpad.ink import bounding_box
from handpad.labels import ALPHANUMERIC
from handpad.model.base import BaseModel
from handpad.page.page import Page, Ruling
from handpad.paths import bundled_models
from handpad.reading.lattice import X_HEIGHTS, lattice
from handpad.recognizer import Recognizer
from handpad.train.datasets.splits import split_writers

RULING = Ruling()
POOL, LONG, DRAWN = 200, 6, 8
"""Sequences are drawn from so many neighbouring characters, are so long, and so many are drawn from each pool."""

Box = tuple[str, list[np.ndarray], str]
"""A character, its ink around x = 0 on a baseline at 0, and the kind of token that it is in."""


def kind_of(token: str) -> str:
    """What a token is counted as."""
    letters = token.strip("'.,;:!?\"()[]{}")
    if letters.isdigit():
        return "digits"
    if letters.isalpha():
        return "words" if letters.islower() else "capitals" if letters.isupper() else "names"
    return "codes"


def line_of(row: Row) -> list[list[Box]]:
    """The words of a row, their characters as large and as high on their line as they were written."""
    shape = lattice(row.strokes, None).shape
    scale = RULING.x_height / (shape.size / X_HEIGHTS)
    words: dict[int, list[Box]] = defaultdict(list)
    for label, own, word in row.characters:
        ink = [row.strokes[stroke] for stroke in own]
        x = bounding_box(ink).center[0]
        place = np.array([x, shape.intercept + shape.slope * x, 0, 0])
        words[word].append((label, [(stroke - place) * [scale, scale, 1, 1] for stroke in ink], ""))
    found = [words[number] for number in sorted(words)]
    return [[(label, ink, kind_of("".join(c[0] for c in word))) for label, ink, _ in word] for word in found]


def sequences(characters: Sequence[Box], rng: np.random.Generator) -> Iterator[list[list[Box]]]:
    """Sequences without a language, from neighbouring characters: one word a line."""
    kinds: dict[str, Callable[[str], bool]] = {
        "any characters": lambda label: True,
        "digits and capitals": lambda label: label in ALPHANUMERIC and not label.islower(),
        "numbers": str.isdigit,
    }
    for kind, belongs in kinds.items():
        own = [(label, ink, kind) for label, ink, _ in characters if belongs(label)]
        for start in range(0, len(own) - POOL // 2, POOL):
            pool = own[start : start + POOL]
            for _ in range(DRAWN):
                yield [[pool[place] for place in rng.permutation(len(pool))[:LONG]]]


def write(desk: Desk, row: int, words: Sequence[Sequence[Box]]) -> list[tuple[Box, int]]:
    """Write a line in boxes, an empty one between words; of each character, the number of its first stroke."""
    written, column = [], 0
    for word in words:
        for character in word:
            place = np.array([RULING.margin + (column + 0.5) * RULING.box_width, RULING.baseline(row), 0, 0])
            written.append((character, max(desk.page.strokes, default=0) + 1))
            for stroke in character[1]:
                desk.do("write", stroke + place)
            column += 1
        column += 1
    return written


def read(model: BaseModel, some: Sequence[list[list[Box]]], teach: bool) -> list[tuple[str, bool, bool]]:
    """The kind of every character, whether it was right by itself, and on the page.

    teach : every wrong character is put right, and only the second half of the lines is counted. What reads characters
    by themselves is then taught likewise, by its own errors.
    """
    found, alone = [], Recognizer(model=model)
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder) / "me.handpad", Page(boxes=True), model)
        desk.session.learns = teach
        for row, words in enumerate(some):
            written = write(desk, row, words)
            guide = desk.page.ruling.guide(row)
            for (label, ink, kind), number in written:
                here = next(c for c in desk.page.characters if number in c.strokes)
                said = alone.recognize([s + np.array([0, guide.baseline, 0, 0]) for s in ink], guide)[0].label
                if not teach or row >= len(some) // 2:
                    found.append((kind, said == label, here.label == label))
                    continue
                alone.learn([s + np.array([0, guide.baseline, 0, 0]) for s in ink], label, guide, said == label)
                if here.label != label:
                    desk.do("correct", here.substrokes, label)
        desk.recognizer.close()
    return found


def table(found: Sequence[tuple[str, bool, bool]]) -> dict[str, tuple[int, float, float]]:
    """By kind: how many characters, and the per cent of errors of each alone and on the page."""
    kinds: dict[str, list[tuple[bool, bool]]] = defaultdict(list)
    for kind, alone, page in found:
        kinds[kind].append((not alone, not page))
        if kind in ("words", "capitals", "names", "digits", "codes"):
            kinds["all tokens"].append((not alone, not page))
    return {kind: (len(values), *(100 * np.mean(values, axis=0)).tolist()) for kind, values in kinds.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", default=DATA)
    parser.add_argument("--characters", type=int, default=1500, help="about so many, drawn line by line (1500)")
    parser.add_argument("--model", default="handpad", help="a bundled model (handpad)")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    model, rng = BaseModel.load(bundled_models() / options.model), np.random.default_rng(1)
    known = [name for part in BaseModel.load().info["provenance"]["writers"].values() for name in part]
    by_writer: dict[str, list[list[list[Box]]]] = defaultdict(list)
    for row in rows_of(options.data, set(split_writers(known).validation)):
        by_writer[row.writer].append(line_of(row))
    total = sum(len(word) for some in by_writer.values() for line in some for word in line)
    share = min(1.0, options.characters / total)
    nothing, taught = [], []
    for some in by_writer.values():
        order = rng.permutation(len(some))[: max(2, round(share * len(some)))]
        chosen = [some[place] for place in sorted(order)]
        everything = [character for line in some for word in line for character in word]
        drawn = [line for line in sequences(everything, rng) if rng.random() < 2 * share]
        for line in [*chosen, *drawn]:
            nothing += read(model, [line], False)
        taught += read(model, chosen, True)
    figures = {"nothing learned": table(nothing), "after half was put right": table(taught)}
    if options.json:
        print(json.dumps({"model": options.model, "figures": figures}))
        return
    for title, rows in figures.items():
        print(f"{title:28}{'characters':>12}{'by itself %':>14}{'in its line %':>15}")
        for kind, (count, alone, page) in sorted(rows.items()):
            print(f"  {kind:26}{count:12}{alone:14.1f}{page:15.1f}")


if __name__ == "__main__":
    main()
