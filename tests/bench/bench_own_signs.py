"""Signs of a writer's own: python tests/bench/bench_own_signs.py [DATA] [--lines 8] [--ordinary 100] [--json]

UNIPEN's validation writers teach 20 signs, three samples each, beside ORDINARY characters that are learned anyway.
The signs are put together of real ink of the same writer, such as a č of a c and a small v; where a writer lacks a
part, another validation writer lends it throughout. With --held the signs are ASCII characters that the base model is
kept from knowing instead: real ink as it is, of whatever symbols a writer wrote often enough.

Printed are, over up to 400 further characters of each writer in boxes, how many are read right without any sign known
and with all of them, and how many of ten further samples of each sign are, after one and after three.

With --lines each writer's printed lines, of which every character is delineated, are read too: as they are, without and
with the signs, and with accents put on letters, a third of those that have one among the signs. The base model was
fitted on all writers; the sequence network, and what weighs signs, not on these.
"""

import argparse
import json
import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
import numpy as np
from bench_corrections import Row, rows_of

from handpad.ink import bounding_box
from handpad.model.base import BaseModel
from handpad.recognizer import Recognizer
from handpad.train.datasets import unipen
from handpad.train.datasets.splits import split_writers
from handpad.train.measure.text_errors import edits

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "unipen_train_r01_v07.tar.xz"
SEED, TAUGHT, ASKED, FEWEST, TESTED = 1, 3, 10, 150, 400

FITTED = 5
"""So many lines of each writer handpad.reading.signs was fitted on: they are left out."""

HELD = tuple("#$%&*+=?@<>^~{}[]/!\\")
"""The ASCII characters that --held keeps from the base model, 20."""

PARTS = {
    "ä": ("a", "..", "above"), "ö": ("o", "..", "above"), "ü": ("u", "..", "above"), "Ä": ("A", "..", "above"),
    "é": ("e", "/", "above"), "è": ("e", "\\", "above"), "ê": ("e", "^", "above"), "č": ("c", "v", "above"),
    "š": ("s", "v", "above"), "ž": ("z", "v", "above"), "å": ("a", "o", "above"), "ñ": ("n", "~", "above"),
    "ø": ("o", "/", "over"), "€": ("C", "=", "over"), "≠": ("=", "/", "over"), "⊕": ("O", "+", "over"),
    "Θ": ("O", "-", "over"), "→": ("-", ">", "behind"), "±": ("+", "-", "below"),
    "kind regards": ("k", "r", "beside"),
}  # fmt: skip
"""20 signs: of what each is put together, and where the second part stands."""

_WIDTH = {"..": 0.7, "/": 0.4, "\\": 0.4, "v": 0.6, "o": 0.4, "~": 0.8, "^": 0.7}
_OVER = {"⊕": 0.8, "Θ": 0.75, "€": 0.7, "ø": 1.35, "≠": 1.2}

Ink = list[np.ndarray]
Pick = Callable[[str], Ink]


def moved(ink: Ink, scale: float, x: float, y: float) -> Ink:
    """Strokes scaled about the middle of their box, which comes to (x, y)."""
    center = np.array(bounding_box(ink).center)
    return [np.column_stack([(stroke[:, :2] - center) * scale + (x, y), stroke[:, 2:]]) for stroke in ink]


def fitted(ink: Ink, width: float, height: float) -> Ink:
    """Strokes scaled to fit, around the origin."""
    box = bounding_box(ink)
    return moved(ink, min(width / max(box.width, 1e-6), height / max(box.height, 1e-6)), 0, 0)


def accent(mark: str, pick: Pick, width: float, random: np.random.Generator) -> Ink:
    """A mark of that width above a letter of size 1, around the origin; ".." are two dots."""
    if mark == "..":
        left, right = (fitted(pick("."), 0.07, 0.07) for _ in range(2))
        apart = width / 2 + random.normal(0, 0.03)
        return moved(left, 1, -apart, 0) + moved(right, 1, apart, 0)
    return fitted(pick(mark), width, 0.35 * (1 + random.normal(0, 0.12)))


def composed(sign: str, pick: Pick, random: np.random.Generator) -> Ink:
    """A sign of real ink, as large as its first part; where the second part stands varies as hands do."""
    letter, mark, place = PARTS[sign]
    ink = pick(letter)
    size = max(bounding_box(ink).width, bounding_box(ink).height, 1e-6)
    ink = moved(ink, 1 / size, 0, 0)
    box = bounding_box(ink)
    off, wide = random.normal(0, 0.05, 2), 1 + random.normal(0, 0.12)
    if place == "above":
        second = accent(mark, pick, _WIDTH[mark] * max(box.width, 0.4) * wide, random)
        up = box.top - 0.15 - abs(off[1]) - bounding_box(second).height / 2
        second = moved(second, 1, off[0], up)
    elif place == "over":
        second = fitted(pick(mark), *(_OVER[sign] * wide * max(side, 0.5) for side in (box.width, box.height)))
        second = moved(second, 1, off[0] - (0.15 if sign == "€" else 0), off[1])
    elif place == "behind":
        second = moved(fitted(pick(mark), 0.4 * wide, 0.5 * wide), 1, box.right - 0.1 + off[0], off[1])
    elif place == "below":
        second = moved(fitted(pick(mark), 0.8 * box.width * wide, 0.4), 1, off[0], box.bottom + 0.2 + off[1])
    else:
        second = fitted(pick(mark), 0.7 * wide, 0.7 * wide)
        half = bounding_box(second)
        second = moved(second, 1, box.right + 0.1 + half.width / 2 + abs(off[0]), box.bottom - half.height / 2 + off[1])
    return moved(ink + second, size, 0, 0)


class Writer:
    """One writer's characters by label, and a generator of what is drawn of them."""

    def __init__(self, number: int, characters: Sequence[tuple[str, Ink]], lent: dict[str, list[list[Ink]]]):
        self.random = np.random.default_rng([SEED, number])
        self.characters = [characters[row] for row in self.random.permutation(len(characters))]
        self._own = defaultdict(list)
        for label, ink in self.characters:
            self._own[label].append(ink)
        for label, others in sorted(lent.items()):
            if len(self._own[label]) < TAUGHT and others:
                self._own[label] = others[self.random.integers(len(others))]

    def pick(self, label: str) -> Ink:
        own = self._own[label]
        return own[self.random.integers(len(own))]

    def signs(self, held: bool) -> dict[str, list[Ink]]:
        """By sign, the samples to teach and then those to ask for."""
        if held:
            return {sign: self._own[sign][: TAUGHT + ASKED] for sign in HELD if len(self._own[sign]) > TAUGHT}
        return {sign: [composed(sign, self.pick, self.random) for _ in range(TAUGHT + ASKED)] for sign in PARTS}


def right(pad: Recognizer, asked: Sequence[tuple[str, Ink]]) -> int:
    """How many characters are read right."""
    if not asked:
        return 0
    ranked = pad.rank(pad.observe([(ink, None) for _, ink in asked]))
    return sum(one[0].label == label for one, (label, _) in zip(ranked, asked, strict=True))


def in_boxes(model: BaseModel, writer: Writer, ordinary: int, held: bool) -> dict[str, int]:
    """What one writer's characters and signs are read as, see the module."""
    labels = [label for label in model.labels if not held or label not in HELD]
    pad = Recognizer(model=model.restricted(labels))
    known = [one for one in writer.characters if one[0] in labels]
    learned, asked = known[:ordinary], known[ordinary:][:TESTED]
    if learned:
        pad.learn_observed(pad.observe([(ink, None) for _, ink in learned]), [label for label, _ in learned])
    signs = writer.signs(held)
    new = [(sign, ink) for sign, inks in signs.items() for ink in inks[TAUGHT:]]
    found = {"asked": len(asked), "without": right(pad, asked), "signs": len(new)}
    for times in range(TAUGHT):
        some = [(sign, inks[times]) for sign, inks in signs.items()]
        if some:
            pad.learn_observed(pad.observe([(ink, None) for _, ink in some]), [sign for sign, _ in some])
        found[f"signs after {times + 1}"] = right(pad, new)
    return found | {"with": right(pad, asked)}


def accented(row: Row, writer: Writer) -> tuple[str, list[np.ndarray], list[list[np.ndarray]], list[str]]:
    """A row with accents on a third of the letters that take one: its text, strokes, and the ink of the signs."""
    by_letter = {letter: sign for sign, (letter, _, place) in PARTS.items() if place == "above"}
    text, strokes, inks, signs, last = "", list(row.strokes), [], [], 0
    for label, own, word in row.characters:
        text += " " * (word != last) + label
        last = word
        if label in by_letter and writer.random.random() < 1 / 3:
            sign = by_letter[label]
            ink = [row.strokes[stroke] for stroke in own]
            box = bounding_box(ink)
            size, mark = max(box.width, box.height), PARTS[sign][1]
            second = accent(mark, writer.pick, _WIDTH[mark] * max(box.width / size, 0.4), writer.random)
            up = box.top - 0.2 * size - size * bounding_box(second).height / 2
            second = moved(second, size, box.center[0], up)
            text = text[:-1] + sign
            strokes += second
            inks.append(ink + second)
            signs.append(sign)
    return text, strokes, inks, signs


def on_lines(model: BaseModel, writer: Writer, rows: Sequence[Row]) -> dict[str, int]:
    """What one writer's lines are read as, without the signs and with them; see the module."""
    fresh, pad = Recognizer(model=model), Recognizer(model=model)
    for sign in PARTS:
        for _ in range(TAUGHT):
            pad.learn(composed(sign, writer.pick, writer.random), sign)
    found = dict.fromkeys(("written", "plain without", "plain with", "accents without", "accents with"), 0)
    found |= {"accents": 0, "accents read": 0}
    for row in rows:
        last, said = 0, ""
        for label, _, word in row.characters:
            said += " " * (word != last) + label
            last = word
        text, strokes, _, signs = accented(row, writer)
        found["written"] += len(said)
        found["plain without"] += edits(said, fresh.read_line(row.strokes).text)
        found["plain with"] += edits(said, pad.read_line(row.strokes).text)
        found["accents without"] += edits(text, fresh.read_line(strokes).text)
        read = pad.read_line(strokes).text
        found["accents with"] += edits(text, read)
        found["accents"] += len(signs)
        found["accents read"] += sum(min(signs.count(sign), read.count(sign)) for sign in set(signs))
    return found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", nargs="?", type=Path, default=DATA)
    arguments.add_argument("--lines", type=int, default=0, help="read so many lines of each writer too")
    arguments.add_argument("--ordinary", type=int, default=100, help="characters that are learned beside the signs")
    arguments.add_argument("--held", action="store_true", help="signs are ASCII characters kept from the model")
    arguments.add_argument("--json", action="store_true")
    options = arguments.parse_args()
    cv2.setNumThreads(1)
    model, data = BaseModel.load(), unipen.read(options.data)
    validation = set(split_writers(data.writers).validation)
    characters = defaultdict(list)
    for row, index in enumerate(data.writer_index):
        if data.writers[index] in validation:
            characters[data.writers[index]].append((data.labels[data.label_index[row]], data.ink(row)))
    lent: dict[str, list[list[Ink]]] = defaultdict(list)
    for name in sorted(characters):
        by_label = defaultdict(list)
        for label, ink in characters[name]:
            by_label[label].append(ink)
        for label, inks in by_label.items():
            if len(inks) >= TAUGHT:
                lent[label].append(inks)
    rows = defaultdict(list)
    if options.lines:
        for row in rows_of(options.data, validation):
            rows[row.writer].append(row)
    totals: dict[str, int] = defaultdict(int)
    results = {}
    for number, name in enumerate(sorted(characters)):
        if len(characters[name]) < FEWEST:
            continue
        writer = Writer(number, characters[name], {} if options.held else lent)
        found = in_boxes(model, writer, options.ordinary, options.held)
        if rows[name]:
            found |= on_lines(model, writer, rows[name][FITTED:][: options.lines])
        results[name] = found
        for key, value in found.items():
            totals[key] += value
        if not options.json:
            print(f"{name:24}", "  ".join(f"{key} {value}" for key, value in found.items()), flush=True)
    accuracy = {key: float(np.mean([100 * one[key] / one["asked"] for one in results.values() if one["asked"]]))
                for key in ("without", "with")}  # fmt: skip
    if options.json:
        print(json.dumps({"seed": SEED, "writers": results, "totals": totals, "accuracy by writer": accuracy}))
        return
    print(f"{len(results)} writers, seed {SEED}:", "  ".join(f"{key} {value}" for key, value in totals.items()))
    print(f"accuracy by writer without {accuracy['without']:.2f} %, with {accuracy['with']:.2f} %")
    read = [100 * totals[f"signs after {times}"] / max(totals["signs"], 1) for times in range(1, TAUGHT + 1)]
    share = [f"{one:.1f} %" for one in read]
    print("signs read after one, two, three samples:", ", ".join(share))


if __name__ == "__main__":
    main()
