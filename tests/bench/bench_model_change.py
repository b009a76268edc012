"""How long a change of base model keeps a writer waiting: python tests/bench/bench_model_change.py [--samples 20000]

Opens the app with a profile that another base model has seen, writes a line as soon as it can be read, and goes on
writing lines until all samples are learned again. Prints the seconds from the start of the app to the first line read,
how long the other lines took to be read meanwhile, and how long learning everything again took. On no screen it
measures Qt's offscreen platform. Ink is made here.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as handpad.app does before numpy is loaded

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer

sys.path[:0] = [str(Path(__file__).resolve().parents[1]), str(Path(__file__).resolve().parents[1] / "app")]

if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TEXT = "the quick fox"
PAUSE_S = 0.2


def measure(folder: Path, samples: int) -> dict[str, float]:
    """Seconds by what they are, and milliseconds of the lines read meanwhile."""
    os.environ["XDG_DATA_HOME"] = os.environ["XDG_CACHE_HOME"] = str(folder)
    from handwriting import write_line
    from old_profile import fill

    from handpad.app import main

    profile = folder / "bench.handpad"
    fill(profile, samples)
    app = main.create_application()
    wake = QTimer(interval=20)  # so that waiting for events always ends
    wake.start()
    window = main.create_window(main.parse(["--profile", str(profile)]))
    pad, behind = window.pad, [samples]
    pad.summary.connect(lambda summary: behind.append(summary.behind))

    def wait(condition) -> float:
        begun = time.perf_counter()
        while not condition():
            app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
        return time.perf_counter() - begun

    def write(row: int) -> float:
        for letter in write_line(TEXT, pad.page.ruling.x_height, (60, pad.page.ruling.baseline(row))):
            for stroke in letter:
                pad.write(stroke)
        return wait(lambda: not pad.session.reads and all(c.label for c in pad.page.characters))

    begun = time.perf_counter()
    window.show()
    wait(lambda: pad.is_ready)
    ready = time.perf_counter() - begun
    write(0)
    first = time.perf_counter() - begun
    others = []
    while behind[-1]:
        rest = time.perf_counter() + PAUSE_S
        wait(lambda rest=rest: time.perf_counter() > rest)
        others.append(1e3 * write(len(others) + 1))
    everything = time.perf_counter() - begun
    window.close()
    figures = {"ready, s": ready, "first line read, s": first, "all learned again, s": everything, "lines": len(others)}
    if others:
        figures |= {"line meanwhile, median ms": float(np.median(others)), "longest, ms": max(others)}
    return figures


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=20_000, help="samples that another base model has seen")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = measure(Path(name), options.samples)
    if options.json:
        print(json.dumps({"samples": options.samples, "figures": figures}))
        return
    print(f"{options.samples} samples, {os.cpu_count()} cores, on {os.environ.get('QT_QPA_PLATFORM', 'the screen')}")
    for name, value in figures.items():
        print(f"{name:28}{value:9.2f}")


if __name__ == "__main__":
    main()
