"""What pages survive: damaged files, hostile ones, kill -9 while writing, and disks that are full.

    python tests/faults/pages.py [--count N] [--seed S]

Prints what was tried and counts lost strokes, silent changes, files written over, tracebacks and hangs; exits with 0
only if all of them are 0.
"""

import argparse
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS), str(TESTS.parent)]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from pages import labelled, page_of  # noqa: E402

from handpad.files import backup_path  # noqa: E402
from handpad.page.document import to_inkml  # noqa: E402
from handpad.page.page import Page  # noqa: E402
from handpad.page.page_file import Loaded, load_page, save_page  # noqa: E402
from handpad.page.rescue import open_page  # noqa: E402

FAULTS = ("lost strokes", "silent changes", "files written over", "tracebacks", "hangs")

HANG = 60.0
"""Seconds after which a single page counts as hung; the slowest takes a fraction of a second."""

NUMBERS = (b"0", b"-1", b"1e-300", b"1e300", b"1e999", b"nan", b"inf", b"1e11", b"-1e11", b"9" * 5000, b"x", b"")


def ink(page: Page) -> set[bytes]:
    """The strokes of a page, to be compared."""
    return {stroke.tobytes() for stroke in page.strokes.values()}


def sample_pages() -> list[Page]:
    """Pages of our own ink: two lines of text, one in boxes."""
    first = labelled(page_of("Hit zoo"), "Hitzoo")
    second = page_of("to lo", row=1)
    for number, stroke in second.strokes.items():
        first = first.add(100 + number, stroke)
    return [first, labelled(page_of("Hit", boxes=True), "Hit")]


class Files:
    """A page in a folder of its own that was saved twice, to be spoiled and loaded again and again."""

    def __init__(self, folder: Path, page: Page, found: Counter):
        self.page, self.found = page, found
        self.path = folder / "page.inkml"
        last = max(page.strokes)
        self.before = page.erase({last})
        self.data, self.backup = to_inkml(page), to_inkml(self.before)

    def load(self, data: bytes, backup: bytes | None) -> Loaded | None:
        """Load data in place of the page; counts tracebacks, hangs, and bytes that are nowhere afterwards."""
        shutil.rmtree(self.path.parent)
        self.path.parent.mkdir()
        self.path.write_bytes(data)
        if backup is not None:
            backup_path(self.path).write_bytes(backup)
        begun = time.monotonic()
        try:
            loaded = load_page(self.path)
            to_inkml(loaded.page)
            loaded.page.text()
            save_page(loaded.page, loaded.path)
            save_page(loaded.page, loaded.path)
        except Exception:
            traceback.print_exc()
            self.found["tracebacks"] += 1
            return None
        finally:
            self.found["hangs"] += time.monotonic() - begun > HANG
        kept = {file.read_bytes() for file in self.path.parent.iterdir()}
        self.found["files written over"] += bool(loaded.notice) and data not in kept
        return loaded


def flips(files: Files, choose: random.Random) -> None:
    """One to three bits flipped, with and without the version before."""
    data = bytearray(files.data)
    number = choose.choice((1, 1, 2, 3))
    for bit in choose.sample(range(8 * len(data.rstrip())), number):
        data[bit // 8] ^= 1 << bit % 8
    with_backup = choose.random() < 0.5
    loaded = files.load(bytes(data), files.backup if with_backup else None)
    if loaded is None:
        return
    files.found["silent changes"] += not loaded.notice
    missing = len(ink(files.before if with_backup else files.page) - ink(loaded.page))
    files.found["lost strokes"] += max(0, missing - (0 if with_backup else number))  # a flip hits one stroke


def cuts(files: Files, choose: random.Random) -> None:
    """The end cut off, as by a disk that was full or a power cut."""
    data = files.data[: choose.randrange(len(files.data))]
    with_backup = choose.random() < 0.5
    loaded = files.load(data, files.backup if with_backup else None)
    if loaded is None:
        return
    whole = data.count(b"</trace>")
    there = len(ink(loaded.page) & ink(files.page))
    files.found["lost strokes"] += max(0, (len(files.before.strokes) if with_backup else whole) - there)
    files.found["silent changes"] += not loaded.notice and loaded.page.characters != files.page.characters


def hostile(files: Files, choose: random.Random, paint) -> None:
    """Numbers that no page has, parts doubled, moved or gone, other encodings; what is opened is painted."""
    data = files.data.partition(b"<!--")[0] if choose.random() < 0.8 else files.data
    for _ in range(choose.randint(1, 3)):
        places = [match.span() for match in re.finditer(rb"[-\d.]+", data)]
        start, end = choose.choice(places)
        one, other = sorted(choose.sample(range(len(data)), 2))
        data = choose.choice(
            (
                data[:start] + choose.choice(NUMBERS) + data[end:],
                data[:start] + choose.choice(NUMBERS) + data[end:],
                data[:one] + data[other:],
                data[:other] + data[one:other] + data[other:],
                data[:one] + choose.randbytes(choose.randint(1, 30)) + data[one:],
                data.replace(b"utf-8", choose.choice((b"utf-9", b"utf-16", b"zip", b"latin-1")), 1),
                data.replace(b"<ink", b'<!DOCTYPE ink [<!ENTITY e "e">]><ink', 1),
                data.replace(b">recognised<", b">&e;<", 1),
            )
        )
    loaded = files.load(data, None)
    if loaded is None:
        return
    begun = time.monotonic()
    try:
        paint(loaded.page)
    except Exception:
        traceback.print_exc()
        files.found["tracebacks"] += 1
    files.found["hangs"] += time.monotonic() - begun > HANG


def painter():
    """A function that paints a page at its top, its middle and its end, as the window does."""
    from PySide6.QtWidgets import QScrollArea

    from handpad.app import main, theme
    from handpad.app.canvas import Canvas

    app = main.create_application()

    def paint(page: Page) -> None:
        canvas, scroll = Canvas(theme.LIGHT), QScrollArea(widgetResizable=True)
        scroll.setWidget(canvas)
        scroll.resize(1280, 800)
        scroll.show()
        canvas.show_page(page)
        bar = scroll.verticalScrollBar()
        for substroke in (0, 2, 1):
            app.processEvents()
            bar.setValue(bar.maximum() * substroke // 2)
            scroll.grab()
        scroll.close()
        scroll.deleteLater()
        app.processEvents()

    return paint


WRITER = """
import os, random, sys, threading
from pathlib import Path
from handpad.app import main
from handwriting import write
from tablet import Pen
import numpy as np
from PySide6.QtWidgets import QApplication
app = main.create_application()
window = main.create_window(main.parse(["--page", sys.argv[1]]))
window.show()
threading.Timer(120, os._exit, [1]).start()
while not window.pad.is_ready:
    app.processEvents()
pad = window.pad
file = pad.file
file.kept.connect(lambda problem: print("saved", len(file.page.strokes) - file.unsaved_strokes, problem, flush=True))
choose = random.Random(int(sys.argv[2]))
goal = len(pad.page.strokes) + int(sys.argv[3])
print("ready", len(pad.page.strokes), flush=True)
while len(pad.page.strokes) < goal:
    at = (60 + 40 * choose.randrange(25), pad.page.ruling.baseline(choose.randrange(5)))
    Pen(window.canvas).write([stroke + choose.random() for stroke in write(choose.choice("HLiotz"), 30, at)])
    for _ in range(10):
        app.processEvents()
print("written", len(pad.page.strokes), flush=True)
app.aboutToQuit.emit()
print("ended", flush=True)
os._exit(0)
"""


def _writer(path: Path, seed: int, strokes: int, home: Path) -> subprocess.Popen:
    environment = {**os.environ, "HOME": str(home), "XDG_DATA_HOME": str(home / "data"), "TMPDIR": str(home)}
    environment["PYTHONPATH"] = os.pathsep.join(sys.path[:2])
    command = [sys.executable, "-c", WRITER, str(path), str(seed), str(strokes)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def kills(folder: Path, choose: random.Random, found: Counter) -> None:
    """Kill the app while it writes: all strokes that it said were saved are there, and no litter stays."""
    path = folder / "page.inkml"
    process = _writer(path, choose.randrange(10**6), 10**6, folder)
    told = 0
    for line in process.stdout:
        told = int(line.split()[1]) if line.startswith(("ready", "saved")) else told
        if line.startswith("ready"):
            stop = time.monotonic() + choose.uniform(0.1, 1.5)
        if time.monotonic() > stop and choose.random() < 0.5:
            process.kill()
            break
    rest, errors = process.communicate()
    told = max([told, *(int(line.split()[1]) for line in rest.splitlines() if re.match(r"saved \d+ ", line))])
    found["tracebacks"] += "Traceback" in errors
    loaded = open_page(path)
    found["lost strokes"] += max(0, told - len(loaded.page.strokes))
    found["silent changes"] += bool(loaded.notice)  # a kill damages nothing
    print(f"  killed with {told} strokes said to be saved: {len(loaded.page.strokes)} are there", flush=True)


def full(folder: Path, choose: random.Random, found: Counter) -> None:
    """Write until the disk is full, then end the session: the next start has every stroke."""
    disk, home = folder / "disk", folder / "home"
    disk.mkdir()
    home.mkdir()
    size = choose.randrange(40, 120)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={size}k", "tmpfs", str(disk)]
    mounted = shutil.which("mount") and not subprocess.run(mount, capture_output=True).returncode
    before = {name: os.environ.get(name) for name in ("HOME", "TMPDIR")}
    try:
        path = disk / "page.inkml"
        process = _writer(path, choose.randrange(10**6), 120, home)
        if not mounted:
            for line in process.stdout:
                if line.startswith("saved"):
                    disk.rename(folder / "gone")
                    break
        said, errors = process.communicate()
        written = int(re.search(r"written (\d+)", said)[1])
        found["tracebacks"] += "Traceback" in errors
        os.environ["HOME"] = str(home)
        tempfile.tempdir = str(home)
        if not mounted:
            (folder / "gone").rename(disk)
        there = len(open_page(path).page.strokes)
        found["lost strokes"] += max(0, written - there)
        failed = len(re.findall(r"saved \d+ \S", said))
        place = f"a disk of {size} KB" if mounted else "a folder gone"
        print(f"  {place}: {failed} failed saves, {written} strokes, {there} at the next start", flush=True)
    finally:
        tempfile.tempdir = None
        for name, value in before.items():
            os.environ.pop(name, None) if value is None else os.environ.update({name: value})
        if mounted:
            subprocess.run(["umount", str(disk)], check=True)


def run(count: int, seed: int, kill_count: int, full_count: int) -> Counter:
    """The whole campaign: count pages of each kind of damage, and as many kills and full disks; returns the faults."""
    found = Counter(dict.fromkeys(FAULTS, 0))
    choose = random.Random(seed)
    paint = painter()
    for kind in ("flips", "cuts", "hostile"):
        before = found.copy()
        for _ in range(count):
            with tempfile.TemporaryDirectory() as name:
                files = Files(Path(name) / "page", choose.choice(sample_pages()), found)
                files.path.parent.mkdir()
                {"flips": flips, "cuts": cuts}.get(kind, lambda f, c: hostile(f, c, paint))(files, choose)
        print(f"{kind}: {count:,} pages, {_told(found - before)}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        print(f"kill -9: {kill_count} times", flush=True)
        for _ in range(kill_count):
            kills(Path(name), choose, found)
    print(f"full disks: {full_count} times", flush=True)
    for _ in range(full_count):
        with tempfile.TemporaryDirectory() as name:
            full(Path(name), choose, found)
    return found


def _told(found: Counter) -> str:
    return ", ".join(f"{found[fault]} {fault}" for fault in FAULTS)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000, help="pages of each kind of damage (default 2000)")
    parser.add_argument("--kills", type=int, default=30, help="how often the app is killed (default 30)")
    parser.add_argument("--full", type=int, default=10, help="how many disks are filled (default 10)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    import logging

    logging.disable(logging.CRITICAL)
    found = run(options.count, options.seed, options.kills, options.full)
    print(_told(found))
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main())
