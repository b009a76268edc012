"""How fast the app is: python tests/bench/bench_app.py [--samples 10000] [--boxes] [--training prepared.npz] [--json]

Prints, with median and 99th percentile: pen event to painted ink, pen-up to painted character (with a profile of
--samples learned characters), process start to first paint and to ready, and memory. Run it on a screen (or Xvfb);
on none it measures Qt's offscreen platform and says so. Ink is made here; no data set is needed. With --training, a
base model is trained on that prepared data meanwhile, as by the wizard.
"""

import argparse
import contextlib
import json
import multiprocessing
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
from PySide6.QtCore import QEventLoop, QTimer

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TARGETS = {
    "pen event to painted ink, ms": 8,
    "pen-up to painted character, ms": 30,
    "start to first paint, s": 0.7,
    "start to ready, s": 1.5,
    "memory after 60 characters, MB": 250,
}

STROKE_PAUSE = 0.2
"""Seconds between strokes: a fast writer makes four or five a second."""

START = """
import sys, time
from handpad.app import main
app = main.create_application()
window = main.create_window(main.parse(sys.argv[2:]))
begun = float(sys.argv[1])
window.canvas.painted_first.connect(lambda: print(time.time() - begun, flush=True))
window.pad.ready.connect(lambda: (print(time.time() - begun, flush=True), window.close()))
window.show()
app.exec()
"""


def learned_profile(path: Path, count: int) -> None:
    """A profile of `count` samples of our own ink, written without learning them one by one."""
    from handwriting import LETTERS, write

    from handpad.ink import Guide
    from handpad.model.base import BaseModel
    from handpad.profile import Profile, schema
    from handpad.profile.packing import pack_ink
    from handpad.recognizer import Recognizer
    from handpad.sample_ids import new_sample_id

    labels, rng = list(LETTERS), np.random.default_rng(0)
    inks = [write(labels[i % len(labels)], 30, (60, 74), seed=i) for i in range(500)]
    model = BaseModel.load()
    recognizer = Recognizer()
    seen = recognizer.observe([(ink, Guide(74, 30)) for ink in inks])
    ids, derived = [new_sample_id() for _ in range(count)], []
    Profile(path).close()
    with contextlib.closing(sqlite3.connect(path)) as db, db:  # one transaction: a disk takes long over each
        for i, sample_id in enumerate(ids):
            n = i % len(inks)
            label, confirmed = labels[n % len(labels)], bool(rng.random() < 0.8)
            schema.insert_sample(db, None, sample_id, pack_ink(inks[n]), 74.0, 30.0, label, "?", confirmed, "m", 1.0)
            noise = rng.normal(0, 0.05, seen.embeddings.shape[1]).astype(np.float32)
            derived.append((sample_id, seen.embeddings[n] + noise, seen.logits[n], seen.cues[n]))
    with Profile(path) as profile:
        profile.store_derived(model.fingerprint, derived)


def in_fresh_process(function, *arguments):
    """Call a function in a process that has loaded nothing yet, and in which the app's own set-up comes first."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as handpad.app does before numpy is loaded
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(function, *arguments).result()


def measure_start(folder: Path, runs: int) -> tuple[list[float], list[float]]:
    environment = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    first, ready = [], []
    for _ in range(runs):
        begun = time.time()
        command = [sys.executable, "-c", START, str(begun), "--profile", str(folder / "start.handpad")]
        lines = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
        first.append(float(lines[0]))
        ready.append(float(lines[1]))
    return first[1:], ready[1:]  # the first run reads everything from disk


def start_training(app, folder: Path, prepared: Path):
    """Train as the wizard does; returns the job once it learns."""
    from handpad.app.wizard.training_job import TrainingJob
    from handpad.own_model.training_plan import Plan

    data = prepared.absolute()
    job = TrainingJob(Plan(folder / "training", data, (data,), (), "handpad", None, "bench").commands())
    learning = []
    job.told.connect(lambda event: learning.append(event.get("event") == "progress"))
    job.failed.connect(sys.exit)
    job.start()
    while not any(learning):
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    return job


def measure_writing(
    folder: Path, samples: int, characters: int, training: Path | None, boxes: bool
) -> tuple[list[float], list[float], float]:
    os.environ["XDG_DATA_HOME"] = os.environ["XDG_CACHE_HOME"] = str(folder)
    from handwriting import LETTERS, write
    from tablet import Pen

    from handpad.app import main

    profile = folder / "bench.handpad"
    in_fresh_process(learned_profile, profile, samples)
    app = main.create_application()
    window = main.create_window(main.parse(["--profile", str(profile)]))
    painted: list[float] = []
    paint = window.canvas.paintEvent

    def timed_paint(event):
        paint(event)
        painted.append(time.perf_counter())

    window.canvas.paintEvent = timed_paint
    window.show()
    while not window.pad.is_ready:
        app.processEvents()
    if boxes:
        window.tools.boxes.trigger()
    job = start_training(app, folder, training) if training else None
    settle(app, 1.0)
    wake = QTimer(interval=100)  # so that waiting for events always ends
    wake.start()
    pen, ink_ms, shown_ms = Pen(window.canvas), [], []
    labels, appeared = list(LETTERS), []
    window.pad.appeared.connect(lambda keys: appeared.append(time.perf_counter()))
    for number in range(characters):
        ruling = window.pad.page.ruling
        row, column = divmod(number, 18)
        x = ruling.margin + (column + 0.3) * ruling.box_width if boxes else 60 + column * 62
        at = (x, ruling.baseline(row % 5))
        for stroke in write(labels[number % len(labels)], ruling.x_height, at, seed=number):
            for index, point in enumerate(stroke):
                painted.clear()
                begun = time.perf_counter()
                pen.press(point) if index == 0 else pen.move(point)
                wait(app, lambda: painted)
                if painted:
                    ink_ms.append((painted[-1] - begun) * 1e3)
            appeared.clear()
            begun = time.perf_counter()
            pen.release(stroke[-1])
            wait(app, lambda: appeared)
            painted.clear()
            wait(app, lambda: painted)
            if appeared and painted:
                shown_ms.append((painted[0] - begun) * 1e3)
            settle(app, STROKE_PAUSE)
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    if job:
        job.kill()
    window.close()
    return ink_ms, shown_ms, memory


def wait(app, condition, seconds: float = 0.5) -> None:
    """Process events, sleeping between them as the app itself does, until the condition holds or time is up."""
    end = time.perf_counter() + seconds
    while not condition() and time.perf_counter() < end:
        app.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def settle(app, seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        app.processEvents()
        time.sleep(0.001)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--samples", type=int, default=10_000, help="learned characters in the profile")
    parser.add_argument("--characters", type=int, default=60, help="characters to write")
    parser.add_argument("--boxes", action="store_true", help="write in boxes")
    parser.add_argument("--starts", type=int, default=6, help="starts of the app")
    parser.add_argument("--training", type=Path, metavar="PREPARED", help="train on this prepared data meanwhile")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        first, ready = measure_start(Path(name), options.starts)
        arguments = Path(name), options.samples, options.characters, options.training, options.boxes
        ink, shown, memory = in_fresh_process(measure_writing, *arguments)
    figures = dict(zip(TARGETS, (ink, shown, first, ready, [memory]), strict=True))
    if options.json:
        rows = {
            name: {"median": float(np.median(v)), "p99": float(np.percentile(v, 99)), "count": len(v)}
            for name, v in figures.items()
        }
        print(json.dumps({"samples": options.samples, "figures": rows}))
        return
    platform = os.environ.get("QT_QPA_PLATFORM", "the screen")
    meanwhile = f", while training on {options.training.name}" if options.training else ""
    print(f"{options.samples} learned samples, {os.cpu_count()} cores, on {platform}{meanwhile}")
    print(f"{'':36}{'median':>9}{'p99':>9}{'target':>9}{'count':>7}")
    for name, values in figures.items():
        print(f"{name:36}{np.median(values):9.2f}{np.percentile(values, 99):9.2f}{TARGETS[name]:9}{len(values):7}")


if __name__ == "__main__":
    main()
