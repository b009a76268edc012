"""Drawings told from writing: python tests/bench/bench_drawings.py [DATA] [--lines 400] [--drawings 20]

Real words and texts by writers whom the sequence network kept for validation, printed, mixed and joined: how many
characters are lost to drawings, of how many; the same with a line under them, through them, a ring or a frame around
them: how many characters are wrong without it, with it, and with it where it is taken for writing, and how often it is
found. Drawings of tests/doodles.py, which no training saw, alone, on ruled paper and beside a real word; lines upside
down; and the ink of other programs: how many are told as drawings, and how many have a word of more than half a
probability.
"""

import argparse
import gzip
import re
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from doodles import DRAWINGS, MARKS, drawing
from handpad.inkml import traces

from handpad.errors import HandpadError
from handpad.ink import Guide, as_strokes
from handpad.reading.result import Reading
from handpad.reading.trajectory import writing_size
from handpad.recognizer import Recognizer
from handpad.train.datasets.unipen_lines import TEXTS, WORDS, Line, read
from handpad.train.lines.examples import rows_of
from handpad.train.measure.evaluate_lines import unseen_by_sequence
from handpad.train.measure.text_errors import edits, plain

SHARED = Path(__file__).resolve().parents[3] / "shared"
DATA = SHARED / "data_words" / "unipen_train_r01_v07_words.tar.xz"
SURE = 0.5
X_HEIGHT = 30.0
GUIDE = Guide(74.0, X_HEIGHT)


def real_lines(pad: Recognizer, source: Path, count: int, rng: np.random.Generator) -> dict[str, list[Line]]:
    """At most so many lines of each kind of hand."""
    lines, _ = unseen_by_sequence(read(source, (TEXTS, WORDS))[0], pad.model, "validation", 100_000)
    found: dict[str, list[Line]] = defaultdict(list)
    for index in rng.permutation(len(lines)):
        kind = lines[index].style or "unknown"
        if len(found[kind]) < count:
            found[kind].append(lines[index])
    return dict(sorted(found.items()))


def is_sure(reading: Reading) -> bool:
    """Whether a word of it is confident."""
    return any(word.probability > SURE for word in reading.words)


def wrong(pad: Recognizer, ink: Sequence[np.ndarray], text: str, as_writing: bool = False) -> tuple[int, set[int]]:
    """Wrong characters of a line, and its drawings; as_writing: none is looked for."""
    line = pad.read_line(ink, writing=range(len(ink)) if as_writing else ())
    return edits(text, plain(line.text)), set(line.drawings)


def bench_real(pad: Recognizer, lines: dict[str, list[Line]]) -> None:
    for kind, own in lines.items():
        characters = sum(len(line.text) for line in own)
        strokes = lost = hit = 0
        for line in own:
            for row in rows_of(line.strokes):
                drawn = pad.read_line(row).drawings
                strokes, lost, hit = strokes + len(row), lost + len(drawn), hit + bool(drawn)
                if drawn:
                    print(f"   {line.name} {line.text!r}: strokes {sorted(drawn)} of {len(row)}")
        print(f"{kind:8} {lost} strokes of {strokes} lost, in {hit} of {len(own)} lines, {characters} characters")


def bench_marks(pad: Recognizer, lines: dict[str, list[Line]], count: int, rng: np.random.Generator) -> None:
    for name, make in MARKS.items():
        for kind, own in lines.items():
            figures = np.zeros(5, int)
            for line in [line for line in own if len(rows_of(line.strokes)) == 1][:count]:
                ink = [stroke[:, :2] for stroke in line.strokes]
                marked = [*ink, make(ink, writing_size(ink), rng)]
                before, _ = wrong(pad, ink, line.text)
                after, drawn = wrong(pad, marked, line.text)
                written, _ = wrong(pad, marked, line.text, as_writing=True)
                figures += [len(line.text), before, after, written, len(ink) in drawn]
            shares = ", ".join(f"{100 * one / figures[0]:.1f} %" for one in figures[1:4])
            many = min(count, len(own))
            print(f"{name:12} {kind:8} {figures[4]} of {many} found; wrong without, with, as writing: {shares}")


def bench_drawings(pad: Recognizer, words: Sequence[Line], count: int, rng: np.random.Generator) -> None:
    print("drawing      alone: found, sure   ruled: found, sure   beside a word: found, word as alone")
    totals = np.zeros(7, int)
    for name in DRAWINGS:
        figures = np.zeros(7, int)
        for number in range(count):
            ink = drawing(name, rng, X_HEIGHT, (100.0, 30.0))
            alone, ruled = pad.read(ink), pad.read(ink, GUIDE)
            word = words[number % len(words)]
            scale = X_HEIGHT / writing_size(word.strokes)
            text = [stroke * scale for stroke in word.strokes]
            right = max(stroke[:, 0].max() for stroke in text)
            low = max(stroke[:, 1].max() for stroke in text)
            moved = np.array([right + 3 * X_HEIGHT, low - 1.5 * X_HEIGHT]) - (100.0, 30.0)
            both = pad.read_line([*text, *(stroke + moved for stroke in ink)])
            there = set(range(len(text), len(text) + len(ink)))
            said, alone_said = plain(both.text), plain(pad.read_line(text).text)
            figures += [
                1, not alone.words, is_sure(alone), not ruled.words, is_sure(ruled), there <= both.drawings,
                said.startswith(alone_said),
            ]  # fmt: skip
        totals += figures
        print(f"{name:12} {_percent(figures)}")
    print(f"{'all':12} {_percent(totals)}")


def _percent(figures: np.ndarray) -> str:
    a, b, c, d, e, f = (f"{100 * one / figures[0]:3.0f} %" for one in figures[1:])
    return f"{a:>12}, {b} {c:>13}, {d} {e:>14}, {f}"


def bench_upside_down(pad: Recognizer, lines: dict[str, list[Line]], count: int) -> None:
    for kind, own in lines.items():
        some = own[:count]
        readings = [pad.read([-stroke for stroke in line.strokes]) for line in some]
        none = sum(not reading.words for reading in readings)
        words = [word.probability for reading in readings for word in reading.words]
        print(
            f"upside down  {kind:8} {none} of {len(some)} lines are drawings; {np.mean(np.array(words) > SURE):.1%} of "
            f"{len(words)} words sure, {np.mean([is_sure(reading) for reading in readings]):.1%} of lines have one"
        )


def other_programs() -> dict[str, list[np.ndarray]]:
    """The ink of files of other programs, by name."""
    found = {}
    for path in sorted((SHARED / "ink_samples").iterdir()):
        data = path.read_bytes()
        try:
            if path.name.startswith("inkml"):
                found[path.name] = traces(data)
            elif path.suffix in (".xopp", ".xoj"):
                text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf8", "replace")
                values = [
                    np.array(one.split(), float) for one in re.findall(r"<stroke[^>]*>([-+\d.eE\s]+)</stroke>", text)
                ]
                found[path.name] = as_strokes([one[: len(one) // 2 * 2].reshape(-1, 2) for one in values])
        except (HandpadError, OSError, ValueError) as error:
            print(f"{path.name}: {error}")
    return found


def bench_files(pad: Recognizer) -> None:
    for name, ink in other_programs().items():
        reading = pad.read(ink[:1000])
        drawn = sum(len(one.strokes) for one in reading.drawings)
        sure = [word.text for word in reading.words if word.probability > SURE]
        print(f"{name:52} {drawn} of {len(ink)} strokes drawings; text {reading.text[:60]!r}, sure {sure[:8]}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", default=DATA)
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--lines", type=int, default=400, help="of each kind of hand (400)")
    parser.add_argument("--marked", type=int, default=60, help="of these, with each mark and upside down (60)")
    parser.add_argument("--drawings", type=int, default=20, help="of each kind (20)")
    options = parser.parse_args()
    pad, rng = Recognizer(model=options.model), np.random.default_rng(1)
    lines = real_lines(pad, options.data, options.lines, rng)
    bench_files(pad)
    bench_drawings(pad, [line for line in lines["mixed"] if line.category == WORDS], options.drawings, rng)
    bench_upside_down(pad, lines, options.marked)
    bench_marks(pad, lines, options.marked, rng)
    bench_real(pad, lines)


if __name__ == "__main__":
    main()
