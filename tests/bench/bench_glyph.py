"""How long a glyph takes: python tests/bench/bench_glyph.py. Target: 0.3 ms a character (median)."""

import sys
import time
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from handwriting import LETTERS, write

from handpad.glyph import glyph


def main() -> None:
    cv2.setNumThreads(1)
    inks = [write(label, seed=seed) for seed in range(30) for label in LETTERS]
    for ink in inks[:50]:
        glyph(ink)
    times = []
    for ink in inks:
        begun = time.perf_counter()
        glyph(ink)
        times.append((time.perf_counter() - begun) * 1e3)
    points = np.mean([sum(map(len, ink)) for ink in inks])
    print(
        f"strokes to glyph, one core: median {np.median(times):.3f} ms, 99th percentile "
        f"{np.percentile(times, 99):.3f} ms (target 0.3 ms; {len(times)} characters of {points:.0f} points)"
    )


if __name__ == "__main__":
    main()
