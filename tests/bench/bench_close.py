"""How long the app takes to end: python tests/bench/bench_close.py [--strokes 3000] [--json]

Opens a page of so many strokes that nobody has read yet, closes the window, and prints the seconds from closing to the
end of the process: once while the page is being read, once when all of it is read and waits to be confirmed. Tells how
much of it was confirmed. On no screen it measures Qt's offscreen platform. Ink is made here.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TEXT = "the quick fox jumps over a lazy dog "
APART = 25
"""So many letters a line."""

RUN = """
import sys, time
from PySide6.QtCore import QTimer
from handpad.app import main
app = main.create_application()
window = main.create_window(main.parse(sys.argv[2:]))
def close():
    print(sum(bool(c.label) for c in window.pad.page.characters), len(window.pad.page.strokes), flush=True)
    begun = time.time()
    window.close()
    print(begun, flush=True)
def ready():
    if sys.argv[1] == "reading":
        QTimer.singleShot(1000, close)
    else:
        wait = QTimer(window, interval=50)
        wait.timeout.connect(lambda: window.pad.session.reads or (wait.stop(), QTimer.singleShot(500, close)))
        wait.start()
window.pad.ready.connect(ready)
window.show()
app.exec()
"""


def unread_page(path: Path, strokes: int) -> None:
    """A page with lines of our own ink, none of it read."""
    from handwriting import write_line

    from handpad.page.page import Page
    from handpad.page.page_file import save_page

    page, row, text = Page(), 0, TEXT * 2
    while len(page.strokes) < strokes:
        substroke = text[row * 7 % len(TEXT) :][:APART].strip()
        for letter in write_line(substroke, page.ruling.x_height, (60.0, page.ruling.baseline(row))):
            for stroke in letter:
                page = page.add(len(page.strokes) + 1, stroke.round(2))
        row += 1
    save_page(page, path)


def measure(folder: Path, strokes: int, when: str) -> dict[str, float]:
    """Seconds to the end of the process, and how many samples were learned by it."""
    from handpad.profile import Profile

    folder.mkdir()
    page, profile = folder / "page.inkml", folder / "me.handpad"
    unread_page(page, strokes)
    environment = {**os.environ, "XDG_DATA_HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    command = [sys.executable, "-c", RUN, when, "--profile", str(profile), "--page", str(page)]
    output = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.split()
    ended = time.time()
    with Profile(profile) as opened:
        return {"seconds": ended - float(output[2]), "read": int(output[0]), "confirmed": len(opened)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strokes", type=int, default=3000, help="strokes on the page")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        figures = {when: measure(Path(name) / when, options.strokes, when) for when in ("reading", "read")}
    if options.json:
        print(json.dumps({"strokes": options.strokes, "figures": figures}))
        return
    print(f"{options.strokes} strokes, {os.cpu_count()} cores, on {os.environ.get('QT_QPA_PLATFORM', 'the screen')}")
    print(f"{'closed while the page is':26}{'s to the end':>13}{'read':>7}{'confirmed':>11}")
    for when, found in figures.items():
        print(f"{when:26}{found['seconds']:13.2f}{found['read']:7}{found['confirmed']:11}")


if __name__ == "__main__":
    main()
