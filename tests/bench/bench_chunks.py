"""How well chunks of DeepWriting's lines are read, which nobody trains on: character errors by writer.

    python tests/bench/bench_chunks.py deepwriting_validation.npz [--count 250] [--model FOLDER] [--seed 1]

The chunks are cut inside words. What a chunk says is taken from its labels, a character for each start label and a
space before each start of a word but the first; upper and lower case, digits and signs count.
"""

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from handpad import Recognizer
from handpad.train.datasets.deepwriting_lines import FIRST_ETH_WRITER, strokes_of, writer_name
from handpad.train.datasets.plain_npz import read_npz
from handpad.train.measure.text_errors import Reading, plain, rates

IAM_SCALE = np.array([7275.0, 9088.0])


def chunks(path: Path) -> Iterator[tuple[str, list[np.ndarray], str]]:
    """Writer, strokes float64 (n, 2), y down, and text of each chunk."""
    arrays = read_npz(path)
    alphabet = sorted(str(letter) for letter in arrays["alphabet"].ravel())
    mean, std, size = arrays["mean"][:2], arrays["std"][:2], (arrays["max"] - arrays["min"])[:2]
    for number, points in enumerate(arrays["strokes" if "strokes" in arrays else "samples"]):
        labels, starts, words = (
            np.asarray(arrays[name][number]) for name in ("char_labels", "soc_labels", "sow_labels")
        )
        text = ""
        for row in np.flatnonzero(starts):
            if 0 < labels[row] < len(alphabet):
                text += (" " if words[row] and text else "") + alphabet[int(labels[row])]
        writer = int(arrays["subject_labels"][number])
        scale = size if writer >= FIRST_ETH_WRITER else IAM_SCALE
        places = np.cumsum(points[:, :2].astype(np.float64) * std + mean, axis=0) * scale
        strokes = strokes_of(places, points[:, 2] > 0.5, np.arange(len(points)))
        if text and strokes:
            yield writer_name(writer), strokes, text


def main() -> None:
    """Read them, and print what was wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path)
    parser.add_argument("--count", type=int, default=250)
    parser.add_argument("--model", type=Path, default=None)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    every = list(chunks(options.data))
    chosen = np.sort(np.random.default_rng(options.seed).permutation(len(every))[: options.count])
    pad = Recognizer(model=options.model)
    readings = [Reading(every[n][0], every[n][2], plain(pad.read(every[n][1]).text)) for n in chosen]
    found = rates(readings)
    for one in readings[:12]:
        print(f"{one.writer}: {one.true!r} read as {one.said!r}")
    print({key: value for key, value in found.items() if not isinstance(value, dict)}, f"seed {options.seed}")


if __name__ == "__main__":
    main()
