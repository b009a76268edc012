"""How fast a large profile is: python tests/bench/bench_profile.py [--samples 20000] [--json]

Prints the seconds that a recogniser takes to open a profile of that many samples (with and without the backup of the
day to be made), the milliseconds to learn one more as the app does and to rank the next character after it, as median
and 99th percentile, and the seconds to mend the profile when one page of it is damaged. Ink is made here.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as handpad.app does before numpy is loaded

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench_app import learned_profile
from handwriting import LETTERS, write

from handpad.profile import Profile
from handpad.recognizer import Recognizer

GOALS = {"opened, s": 0.5, "learned, ms (99 %)": 10}


def opened(path: Path) -> float:
    begun = time.perf_counter()
    pad = Recognizer(profile=path)
    seconds = time.perf_counter() - begun
    pad.close()
    return seconds


def learned(path: Path, count: int) -> tuple[list[float], list[float]]:
    """Milliseconds to learn each of so many characters, and to rank the next one."""
    pad = Recognizer(profile=path)
    milliseconds, ranked = [], []
    for number in range(count):
        label = list(LETTERS)[number % len(LETTERS)]
        ink = write(label, 30, (60, 74), seed=1000 + number)
        begun = time.perf_counter()
        pad.learn(ink, label, guide=(74, 30), shown="?")
        milliseconds.append(1000 * (time.perf_counter() - begun))
        begun = time.perf_counter()
        pad.recognize(ink, (74, 30))
        ranked.append(1000 * (time.perf_counter() - begun))
    pad.close()
    return milliseconds[1:], ranked[1:]


def mended(path: Path) -> tuple[float, int, int]:
    """Seconds to open with one damaged page in the middle, and how many samples there were and are."""
    with Profile(path) as profile:
        before = len(profile)
    content = bytearray(path.read_bytes())
    middle = len(content) // 8192 * 4096
    content[middle : middle + 4096] = bytes(np.random.default_rng(0).integers(0, 256, 4096, dtype=np.uint8))
    path.write_bytes(content)
    begun = time.perf_counter()
    with Profile(path) as profile:
        return time.perf_counter() - begun, before, len(profile)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "me.handpad"
        learned_profile(path, options.samples)
        size = path.stat().st_size / 1e6
        first, later = opened(path), [opened(path) for _ in range(5)]
        times, ranked = learned(path, 100)
        seconds, before, after = mended(path)
    figures = {
        "samples": options.samples,
        "size, MB": round(size, 1),
        "opened, s": round(statistics.median(later), 3),
        "opened while the backup of the day is made, s": round(first, 3),
        "learned, ms (median)": round(statistics.median(times), 2),
        "learned, ms (99 %)": round(float(np.quantile(times, 0.99)), 2),
        "ranked after it, ms (median)": round(statistics.median(ranked), 2),
        "ranked after it, ms (99 %)": round(float(np.quantile(ranked, 0.99)), 2),
        "mended, s": round(seconds, 2),
        "samples before and after a damaged page": [before, after],
    }
    if options.json:
        print(json.dumps(figures, indent=1))
        return
    for name, value in figures.items():
        print(f"{name:50} {value}" + (f"   (goal: under {GOALS[name]})" if name in GOALS else ""))


if __name__ == "__main__":
    main()
