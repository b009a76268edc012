"""What correcting words of all hands gains: python tests/bench/bench_learned_words.py UNIPEN [--taught N ...]

Writers of the contributors named (by default not and int, on whom the sequence network was not fitted) are read with
a model: --asked words before anything is learned, and each time when so many of --taught other words were each read,
put right and learned, as in the app. Both are drawn at random; of writers with few words, as many are taught as there
are. Prints each writer's character errors, and how many writers are read worse than before.
"""

import argparse
from collections import Counter, defaultdict
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
    parser.add_argument("--taught", type=int, nargs="+", default=[5, 20, 60])
    parser.add_argument("--asked", type=int, default=40)
    parser.add_argument("--sites", nargs="+", default=["int", "not"])
    parser.add_argument("--writers", type=int, default=10, help="of each site, at most")
    parser.add_argument("--model", type=Path, help="the base model (default: the bundled one)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    by_writer: dict[str, list[Line]] = defaultdict(list)
    for line in read(options.unipen, (WORDS,))[0]:
        if line.site in options.sites:
            by_writer[line.writer].append(line)
    model, rows, taken = BaseModel.load(options.model), [], Counter[str]()
    stages = sorted(options.taught)
    for writer, lines in sorted(by_writer.items()):
        site = lines[0].site
        if len(lines) < stages[0] + options.asked or taken[site] == options.writers:
            continue
        taken[site] += 1
        order = generator(options.seed, writer, 0).permutation(len(lines))
        asked, others = order[: options.asked], order[options.asked :]
        reader, words = PadReader(Recognizer(model=model)), [lines[n] for n in asked]
        figures, done = [wrong(reader, words)], 0
        for stage in stages:
            for number in others[done:stage]:
                reader.learn(lines[number].strokes, lines[number].text)
            figures.append(wrong(reader, words) if len(others) > done else figures[-1])
            done = stage
        rows.append((sum(len(line.text) for line in words), *figures))
        print(f"{writer}: {rows[-1][0]} characters, wrong before and after {stages}: {figures}", flush=True)
    written, *wrongs = np.sum(rows, axis=0).tolist()
    for stage, after, column in zip(stages, wrongs[1:], range(2, 2 + len(stages)), strict=True):
        worse = sum(row[column] > row[1] for row in rows)
        rates = f"{100 * wrongs[0] / written:.2f} % wrong before, {100 * after / written:.2f} % after {stage} words"
        print(f"{len(rows)} writers, {written} characters: {rates}; {worse} writers worse; seed {options.seed}")


if __name__ == "__main__":
    main()
