"""How fast paper is shown: python tests/bench/bench_painting.py [--strokes 20000] [--json]

Prints, with median and 99th percentile in milliseconds, on a page of so many strokes that are read: a frame while
scrolling, while zooming in and out (every stroke in sight at the smallest), while two fingers would pan and zoom, a
pen event to painted ink, and pen-up to the page with the stroke on it. Run it on a screen (or Xvfb); on none it
measures Qt's offscreen platform. Ink is made here; no data set is needed. Where other programs run too, the time of
the processor tells more than that of the clock.
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path
from types import MappingProxyType

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

if not os.environ.get("DISPLAY") and not os.environ.get("WAYLAND_DISPLAY"):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

TARGETS = {
    "a frame while scrolling, ms": 16.7,
    "a frame while zooming, ms": 16.7,
    "a frame while panning and zooming, ms": 16.7,
    "pen event to painted ink, ms": 4,
}

TEXT = "the quick brown fox jumps over the lazy dog and writes it down again"


def large_page(count: int):
    """A page of so many strokes at least, every character read."""
    from handwriting import write_line

    from handpad.page.page import Character, Page
    from handpad.reading.fragments import Substroke

    page = Page()
    line = write_line(TEXT, page.ruling.x_height * 0.5, (40, 0))
    strokes, lines, row = {}, {}, 0
    while len(strokes) < count:
        characters = []
        for label, letter in zip(TEXT.replace(" ", ""), line, strict=True):
            parts = []
            for stroke in letter:
                number = len(strokes) + 1
                full = np.column_stack([stroke[:, :2], np.full(len(stroke), 0.5), np.full(len(stroke), np.nan)])
                full[:, 1] += page.ruling.baseline(row)
                strokes[number] = full
                parts.append(Substroke(number, 0, len(full)))
            characters.append(Character(tuple(parts), label))
        lines[row] = tuple(characters)
        row += 1
    return Page(MappingProxyType(strokes), MappingProxyType(lines))


def measure(count: int) -> dict[str, list[tuple[float, float]]]:
    """What was measured: name to times in milliseconds, by the clock and of the processor."""
    from PySide6.QtCore import QPointF
    from tablet import Pen

    from handpad.app import main, theme
    from handpad.app.canvas import Canvas
    from handpad.app.paper import Paper
    from handpad.app.zoom import Zoom
    from handpad.page.session import PageSession

    application = main.create_application()
    session = PageSession()
    session.resume(large_page(count))
    canvas = Canvas(theme.LIGHT)
    paper = Paper(canvas)
    paper.resize(1280, 740)
    paper.show()
    canvas.show_page(session.page)
    application.processEvents()
    times: dict[str, list[tuple[float, float]]] = {}

    def frame(name: str, act) -> None:
        begun, worked = time.perf_counter(), time.process_time()
        act()
        application.processEvents()
        spent = time.perf_counter() - begun, time.process_time() - worked
        times.setdefault(name, []).append((1000 * spent[0], 1000 * spent[1]))

    bar = paper.verticalScrollBar()
    for _ in range(2):  # what is shown for the first time, and again
        bar.setValue(0)
        for step in range(200):
            frame("a frame while scrolling, ms", lambda step=step: bar.setValue(step * 40))
    for top in np.linspace(0, bar.maximum(), 100):
        frame("a frame after a jump, ms", lambda top=top: bar.setValue(int(top)))
    bar.setValue(bar.maximum() // 2)
    at = QPointF(600, 370)
    for factor in (*np.geomspace(1, 4, 40), *np.geomspace(4, 0.25, 80), *np.geomspace(0.25, 1, 40)):
        frame("a frame while zooming, ms", lambda factor=factor: paper.zoom_to(Zoom(float(factor)), at))
    for step in range(150):
        zoom, then = Zoom(0.6 + 0.35 * float(np.sin(step / 20))), at + QPointF(8 * np.sin(step / 9), -6)
        frame("a frame while panning and zooming, ms", lambda zoom=zoom, then=then: paper.zoom_to(zoom, at, then))
    paper.zoom_to(Zoom())

    def written(stroke, picture) -> None:
        number = session.write(stroke)
        canvas.show_page(session.page)
        canvas.written(number, picture)

    canvas.stroke_written.connect(written)
    pen, top = Pen(canvas), -canvas.y()
    for stroke in range(20):
        x, y = 100.0 + 40 * stroke, top + 300.0
        frame("pen event to painted ink, ms", lambda x=x, y=y: pen.press((x, y, 0.5)))
        for step in range(1, 60):
            place = (x + 10 * np.sin(step / 5), y + step, 0.5)
            frame("pen event to painted ink, ms", lambda place=place: pen.move(place))
        frame("pen-up to the page with the stroke, ms", lambda place=place: pen.release(place))
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--strokes", type=int, default=20_000)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    found = {}
    for name, values in measure(options.strokes).items():
        (median, work), (high, most_work) = np.percentile(values, [50, 99], axis=0).round(2).tolist()
        found[name] = {"median": median, "99 %": high, "work": work, "work 99 %": most_work}
        found[name]["target"] = TARGETS.get(name)
    if options.json:
        print(json.dumps(found))
        return
    for name, row in found.items():
        target = f"   target {row['target']}" if row["target"] else ""
        work = f"   of the processor {row['work']:7.2f} {row['work 99 %']:7.2f}"
        print(f"{name:42} median {row['median']:7.2f}   99 % {row['99 %']:7.2f}{work}{target}")


if __name__ == "__main__":
    main()
