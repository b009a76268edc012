"""How well pages are parted into lines and pictures of lines are read, on UNIPEN's texts.

    python tests/bench/bench_lines.py UNIPEN MODEL

MODEL is a model folder fitted on UNIPEN's training writers, with reading.npz. No line of a test writer is looked at.
Rows: the texts of one row that stay one line, of training and validation writers. Pictures: the character error rate
of the validation writers' texts, as ink and drawn with a pen of two widths, 40 pixels to a tall stroke.
"""

import sys
import time
from collections import Counter
from pathlib import Path

import cv2
import numpy as np

from handpad.ink import as_strokes, bounding_box
from handpad.model.base import BaseModel
from handpad.reading.images import ink_of_image
from handpad.reading.language import Language
from handpad.reading.lines import split_lines
from handpad.reading.reader import Reader
from handpad.train.datasets.unipen_lines import read, several_rows
from handpad.train.measure import tesseract
from handpad.train.measure.text_errors import Reading, rates

SITES = ("apa", "apb", "app", "art")
NIBS = (0.06, 0.12)


def main() -> None:
    """Measure and print."""
    model = BaseModel.load(Path(sys.argv[2]))
    part_of = {writer: substroke for substroke, some in model.info["provenance"]["writers"].items() for writer in some}
    lines = [line for line in read(Path(sys.argv[1]))[0] if line.site in SITES]
    lines = [line for line in lines if part_of.get(line.writer, "test") != "test"]
    counts = Counter()
    for line in lines:
        if not several_rows(line.strokes):
            whole = len(split_lines([bounding_box([stroke]) for stroke in line.strokes])) == 1
            counts[line.site, whole] += 1
    for site in SITES:
        whole, parted = counts[site, True], counts[site, False]
        print(f"{site}: {whole} of {whole + parted} one-row texts kept whole ({100 * whole / (whole + parted):.1f} %)")
    for strokes in (2_000, 20_000):
        boxes = np.random.default_rng(1).uniform(0, strokes, (strokes, 2))
        boxes = np.concatenate([boxes, boxes + 30], axis=1)
        start = time.perf_counter()
        split_lines(boxes)
        print(f"{strokes} strokes parted into lines in {time.perf_counter() - start:.2f} s")

    reader = Reader.for_model(model, Language.load())
    tesseract.X_HEIGHT = 40
    found: dict[str, list[Reading]] = {}
    for line in lines:
        if part_of[line.writer] != "validation":
            continue
        ink = as_strokes(line.strokes)
        inks = {"ink": ink}
        for tesseract.NIB in NIBS:
            picture = cv2.imencode(".png", tesseract.draw(ink))[1].tobytes()
            inks[f"picture, pen {tesseract.NIB} of a tall stroke"] = as_strokes(ink_of_image(picture))
        for name, strokes in inks.items():
            found.setdefault(name, []).append(Reading(line.writer, line.text, reader.read(strokes).text))
    for name, readings in found.items():
        figures = rates(readings)
        print(f"{name}: {figures['cer']:.1f} % of {figures['characters']} characters wrong, {figures['lines']} texts")


if __name__ == "__main__":
    main()
