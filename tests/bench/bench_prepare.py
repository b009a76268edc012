"""How fast a data set of NIST's size is prepared: python tests/bench/bench_prepare.py [--images N] [--rounds N]

Makes a ``by_class.zip`` in NIST SD19's layout, with made-up writers and with the real images of
``../shared/data/nist_sd19_by_class_sample.zip`` over and over, or with drawn letters where that is absent. Then, in
turns, ``handpad-train prepare`` on all cores, and a plain reader on the same zip: zipfile, Pillow and scipy, one image
after another (on the first images only). Prints images per second of both, how busy the cores were, the peak memory of
all processes together (proportional set size), and the time of a second prepare and of one that goes on after kill -9.
Needs Linux, for the memory figures.
"""

import argparse
import io
import json
import os
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from multiprocessing import get_context
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "train"))

from made_up_nist import write_by_class, write_by_write

SAMPLE = Path(__file__).resolve().parents[3] / "shared" / "data" / "nist_sd19_by_class_sample.zip"


def some_images() -> list[bytes]:
    """PNG files of 128 x 128 pixels, black on white."""
    if SAMPLE.is_file():
        with zipfile.ZipFile(SAMPLE) as archive:
            return [archive.read(name) for name in archive.namelist()]
    import cv2
    from handwriting import LETTERS, write

    from handpad.glyph import rasterize

    images = []
    for number in range(2000):
        ink = rasterize(write(list(LETTERS)[number % len(LETTERS)], seed=number))[:128, :128]
        image = np.full((128, 128, 3), 255, np.uint8)
        image[: ink.shape[0], : ink.shape[1]] -= ink[..., None]
        images.append(cv2.imencode(".png", image)[1].tobytes())
    return images


def make(folder: Path, count: int, by_write: bool) -> None:
    """Write the zips."""
    images = some_images()
    write_by_class(folder / "by_class.zip", images, count)
    if by_write:
        write_by_write(folder / "by_write.zip", images, count)


def plain(path: Path, count: int) -> tuple[float, float]:
    """Seconds and processor seconds that a plain reader takes for so many images."""
    from PIL import Image
    from scipy.ndimage import gaussian_filter

    glyphs = []
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if "/hsf_" in name and name.endswith(".png")]
        begun, cpu = (
            time.perf_counter(),
            time.process_time(),
        )  # the list at the end of the zip does not count: only part of it is read
        for name in names[:count]:
            ink = 255 - np.asarray(Image.open(io.BytesIO(archive.read(name))).convert("L"))
            rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
            ink = np.pad(ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], 1)
            ink = gaussian_filter(ink, 1.0)
            side = max(ink.shape)
            top, left = ((side - length) // 2 for length in ink.shape)
            square = np.zeros((side, side), np.uint8)
            square[top : top + ink.shape[0], left : left + ink.shape[1]] = ink
            glyphs.append(np.asarray(Image.fromarray(square).resize((28, 28), Image.Resampling.BICUBIC)))
    np.stack(glyphs)
    return time.perf_counter() - begun, time.process_time() - cpu


class Memory(threading.Thread):
    """Watches a process and its descendants; ``peak`` is the most that they took together, in MB."""

    def __init__(self, pid: int):
        super().__init__(daemon=True)
        self.peak, self._pid, self._over = 0.0, pid, threading.Event()

    def run(self) -> None:
        while not self._over.wait(0.05):
            self.peak = max(self.peak, sum(_megabytes(pid) for pid in _family(self._pid)))

    def stop(self) -> float:
        self._over.set()
        self.join()
        return self.peak


def _family(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(one for child in children for one in _family(int(child)))]


def _megabytes(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def prepare(source: Path, prepared: Path, kill_after: int | None = None) -> dict:
    """Run handpad-train prepare; end it with SIGKILL once so many images are done."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begun = time.perf_counter()
    command = [sys.executable, "-m", "handpad.train.cli", "prepare", "--json", "nist", str(source), str(prepared)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        memory = Memory(process.pid)
        memory.start()
        event = {}
        for line in process.stdout:
            event = json.loads(line)
            if kill_after is not None and event.get("done", 0) >= kill_after:
                process.send_signal(signal.SIGKILL)
                break
    wall = time.perf_counter() - begun
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return {"seconds": wall, "cpu": cpu, "megabytes": memory.stop(), "event": event}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--images", type=int, default=100_000, help="of the zip (100,000)")
    parser.add_argument("--plain", type=int, default=20_000, help="how many of them the plain reader reads (20,000)")
    parser.add_argument("--rounds", type=int, default=3, help="of both readers in turn (3)")
    parser.add_argument("--by-write", action="store_true", help="make by_write.zip too, and read both")
    parser.add_argument("--folder", type=Path, help="where to make the zip (a temporary folder)")
    args = parser.parse_args()
    folder = Path(tempfile.mkdtemp(dir=args.folder))
    try:
        measure(folder, args)
    finally:
        shutil.rmtree(folder)


def tell(who: str, speeds: list[float], cpu: list[float]) -> float:
    """Print images per second and processor time per image. Returns the median of the former."""
    median = statistics.median(speeds)
    print(f"{who}: images/s median {median:,.0f}, least {min(speeds):,.0f}, most {max(speeds):,.0f}", end="; ")
    print(f"processor time per image {1e6 * statistics.median(cpu):.0f} us")
    return median


def measure(folder: Path, args: argparse.Namespace) -> None:
    source, prepared = folder / "by_class.zip", folder / "nist.npz"
    making = get_context("spawn").Process(target=make, args=(folder, args.images, args.by_write))
    making.start()  # in a process of its own: a list of a million members would stay in this one's memory
    making.join()
    print(f"images {args.images:,}, zips {sum(f.stat().st_size for f in folder.iterdir()) / 1e6:,.0f} MB")
    print(f"cores {os.cpu_count()}, load of the machine before {os.getloadavg()[0]:.1f}")
    ours, theirs, count = [], [], min(args.plain, args.images)
    for _ in range(args.rounds):
        prepared.unlink(missing_ok=True)
        ours.append(prepare(source, prepared))
        theirs.append(plain(source, count))
    busy = ", ".join(f"{run['cpu'] / run['seconds']:.2f}" for run in ours)
    speed = tell("prepare", [args.images / run["seconds"] for run in ours], [run["cpu"] / args.images for run in ours])
    print(f"prepare: cores in use {busy}; peak memory {max(run['megabytes'] for run in ours):,.0f} MB")
    plain_speed = tell("plain", [count / wall for wall, _ in theirs], [cpu / count for _, cpu in theirs])
    print(f"prepare is {speed / plain_speed:.1f} times as fast")
    again = prepare(source, prepared)
    print(f"second prepare: {again['seconds']:.2f} s, already prepared: {again['event']['already_prepared']}")
    whole = prepared.read_bytes()
    prepared.unlink()
    killed = prepare(source, prepared, kill_after=args.images // 2)
    resumed = prepare(source, prepared)
    print(
        f"killed after {killed['event']['done']:,} images and {killed['seconds']:.1f} s; "
        f"going on took {resumed['seconds']:.1f} s; the same file: {prepared.read_bytes() == whole}"
    )


if __name__ == "__main__":
    main()
