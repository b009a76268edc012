"""What correcting words of joined and mixed hands gains: python tests/bench/bench_learned_words.py UNIPEN [--taught 20]

Writers of the contributors named (by default not and int, on whom the sequence network was not fitted) are read with
the bundled model: --asked words before and after --taught other words were each read, put right and learned, as in the
app. Both are drawn at random. Prints each writer's character errors, and how many writers are read worse than before.
"""

import argparse
from collections import defaultdict
from pathlib import Path

import numpy as np

from handpad import Recognizer
from handpad.model.base import BaseModel
from handpad.train.datasets.unipen_lines import WORDS, Line, read
from handpad.train.lines.readers import PadReader
from handpad.train.measure.protocols import generator
from handpad.train.measure.text_errors import edits, plain


def wrong(reader: PadReader, lines: list[Line]) -> int:
    """How many characters of the lines are read wrongly."""
    return sum(edits(line.text, plain(reader.read(line.strokes))) for line in lines)


def main() -> None:
    """Measure, writer by writer."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("unipen", type=Path)
    parser.add_argument("--taught", type=int, default=20)
    parser.add_argument("--asked", type=int, default=40)
    parser.add_argument("--sites", nargs="+", default=["int", "not"])
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    by_writer: dict[str, list[Line]] = defaultdict(list)
    for line in read(options.unipen, (WORDS,))[0]:
        if line.site in options.sites:
            by_writer[line.writer].append(line)
    model, rows = BaseModel.load(), []
    for writer, lines in sorted(by_writer.items()):
        if len(lines) < options.taught + options.asked:
            continue
        order = generator(options.seed, writer, 0).permutation(len(lines))
        first, asked = order[: options.taught], order[options.taught : options.taught + options.asked]
        reader, words = PadReader(Recognizer(model=model)), [lines[n] for n in asked]
        before = wrong(reader, words)
        for number in first:
            reader.learn(lines[number].strokes, lines[number].text)
        rows.append((before, wrong(reader, words), sum(len(line.text) for line in words)))
        print(f"{writer}: {rows[-1][2]} characters, {before} wrong before, {rows[-1][1]} after", flush=True)
    before, after, written = np.sum(rows, axis=0)
    worse = sum(row[1] > row[0] for row in rows)
    rates = f"{100 * before / written:.2f} % wrong before, {100 * after / written:.2f} % after {options.taught} words"
    print(f"{len(rows)} writers, {written} characters: {rates}; {worse} writers worse; seed {options.seed}")


if __name__ == "__main__":
    main()
