"""How fast and how large the base models are: python tests/bench/bench_network.py [--json] [MODEL_FOLDER ...]

Without a folder, every bundled model. Prints the milliseconds per character on one core in OpenCV's dnn, one
character at a time (median and 99th percentile) and 64 at once, and the size of model.onnx. The ink is made here;
no data set is needed.
"""

import argparse
import json
import sys
import time
from pathlib import Path

import cv2
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from handwriting import LETTERS, write

from handpad.glyph import glyph
from handpad.model.base import BaseModel
from handpad.paths import bundled_models

TARGETS = {"milliseconds": 1.0, "megabytes": 4.0}
BATCH = 64


def milliseconds(model: BaseModel, glyphs: np.ndarray, rounds: int) -> np.ndarray:
    """The time of each of some calls, in milliseconds (rounds,)."""
    times = []
    for _ in range(rounds):
        begun = time.perf_counter()
        model.run(glyphs)
        times.append(1000 * (time.perf_counter() - begun))
    return np.array(times)


def measure(folder: Path) -> dict:
    """The figures of one model folder."""
    model = BaseModel.load(folder)
    glyphs = np.stack([glyph(write(label, seed=n)) for n, label in enumerate((list(LETTERS) * BATCH)[:BATCH])])
    milliseconds(model, glyphs[:1], 50)
    single = milliseconds(model, glyphs[:1], 1000)
    batch = milliseconds(model, glyphs, 30) / BATCH
    return {
        "model": model.name,
        "milliseconds": round(float(np.median(single)), 3),
        "milliseconds_99th": round(float(np.percentile(single, 99)), 3),
        f"milliseconds_in_batches_of_{BATCH}": round(float(np.median(batch)), 3),
        "megabytes": round((folder / "model.onnx").stat().st_size / 1e6, 3),
        "cores": 1,
        "opencv": cv2.__version__,
        "targets": TARGETS,
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", type=Path, nargs="*", metavar="MODEL_FOLDER")
    parser.add_argument("--json", action="store_true", help="print one JSON object per model")
    args = parser.parse_args()
    cv2.setNumThreads(1)
    for folder in args.folders or sorted(path.parent for path in bundled_models().glob("*/model.json")):
        figures = measure(folder)
        print(json.dumps(figures) if args.json else "\n".join(f"{key}: {value}" for key, value in figures.items()))


if __name__ == "__main__":
    main()
