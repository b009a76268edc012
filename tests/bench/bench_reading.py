"""How fast lines are read again: python tests/bench/bench_reading.py [--samples 700] [--repeats 30] [--json]

Prints, with median and 99th percentile, for a line of 60 characters of our own ink and the bundled model: reading it
cold (nothing of it was seen before), reading it again warm, again after one more character has been written at its
end with everything open, and the same with all but the last two words settled, as the app does after each stroke.
Wall-clock time and the processor time of the reading thread; one thread reads, as in the app.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import cv2
import numpy as np
from handwriting import LETTERS, write, write_line

from handpad.ink import Guide
from handpad.reading.fragments import KnownCharacter
from handpad.recognizer import Recognizer

TEXT = "Hot tool till out toil loot coil too lit cut vox zoo till coo tool lit out zoo"
GUIDE = Guide(74.0, 30.0)
TARGET_MS = 100


def taught(samples: int) -> Recognizer:
    """A recogniser that has learned so many characters of our own ink."""
    recognizer = Recognizer()
    labels = list(LETTERS)
    for number in range(samples):
        label = labels[number % len(labels)]
        recognizer.learn(write(label, 30, (60, 74), seed=1000 + number), label, GUIDE, confirmed=number % 5 > 0)
    return recognizer


def measure(recognizer: Recognizer, repeats: int) -> tuple[int, dict[str, list[tuple[float, float]]]]:
    """Characters read, and for each case (wall, processor) seconds of every repeat."""
    written = [stroke for letter in write_line(TEXT, 30, (60, 74)) for stroke in letter]
    cases = {}

    def timed(case: str, *arguments) -> object:
        wall, processor = time.perf_counter(), time.thread_time()
        found = recognizer.read_line(*arguments)
        cases.setdefault(case, []).append((time.perf_counter() - wall, time.thread_time() - processor))
        return found

    recognizer.open_reading()
    for number in range(repeats):
        strokes = [stroke + np.array((number / 1000, 0, 0, 0)) for stroke in written]  # ink that was never seen
        line = timed("cold", strokes, GUIDE)
        timed("warm", strokes, GUIDE)
        end = max(float(stroke[:, 0].max()) for stroke in strokes)
        longer = [*strokes, *write("o", 30, (end + 12, 74), seed=number)]
        timed("one more character", longer, GUIDE)
        settled = [KnownCharacter(c.substrokes, c.label, c.space) for word in line.words[:-2] for c in word.characters]
        longer = [*strokes, *write("o", 30, (end + 12, 74), seed=repeats + number)]
        timed("one more, settled", longer, GUIDE, settled)
    return len(line.characters), cases


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=700, help="learned characters; more decide no reading (700)")
    parser.add_argument("--repeats", type=int, default=30)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    characters, cases = measure(taught(options.samples), options.repeats)
    rows = {}
    for case, times in cases.items():
        wall, processor = 1e3 * np.array(times).T
        rows[case] = {
            "wall median": float(np.median(wall)),
            "wall p99": float(np.percentile(wall, 99)),
            "cpu median": float(np.median(processor)),
            "cpu p99": float(np.percentile(processor, 99)),
        }
    if options.json:
        print(json.dumps({"samples": options.samples, "characters": characters, "figures": rows}))
        return
    load = os.getloadavg()[0]
    print(f"a line read as {characters} characters, {options.samples} learned, {os.cpu_count()} cores, load {load:.1f}")
    print(f"{'ms (target ' + str(TARGET_MS) + ')':22}" + "".join(f"{name:>13}" for name in next(iter(rows.values()))))
    for case, row in rows.items():
        print(f"{case:22}" + "".join(f"{value:13.1f}" for value in row.values()))


if __name__ == "__main__":
    main()
