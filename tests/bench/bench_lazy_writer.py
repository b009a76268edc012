"""Whether silence teaches errors: python tests/bench/bench_lazy_writer.py [DATA] [--words WORDS] [--part test]

Lazy writers are simulated: UNIPEN's validation writers, who correct a third of the errors, chosen at random, and leave
the rest. Each writes up to 400 characters in boxes and 40 lines of printed text, and with --words 40 lines of four
words of any hand, on pages of a page session that a recogniser answers, as in the app. Each does so twice, with the
same characters chosen: once so that nothing is learned by leaving it, once as the app learns. Prints for each writer
the errors when everything was first read, without and with; how many characters leaving confirmed, and how many of
these are wrong; and how many wrong characters had a mark of doubt when they were left, and have lost it at the end.

handpad.page.learning.CERTAIN and handpad.adaptation.default.CONFIRMATION were fitted on every other writer by name
(--part fit), on characters in boxes, and are reported on the others (--part test). UNIPEN's isolated characters have
no baseline: they are put where writers put such characters. The bundled base model knows these writers, its sequence
network does not; --model names another.
"""

import argparse
import json
import os
import sys
import zlib
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, astuple, dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import cv2
import numpy as np
from desk import Desk

from handpad.ink import as_strokes, bounding_box
from handpad.model.base import BaseModel
from handpad.page.messages import LearnSample
from handpad.page.page import Character, Page, Ruling
from handpad.reading.lattice import X_HEIGHTS, line_shape
from handpad.recognizer import Recognizer
from handpad.train.datasets import unipen, unipen_lines
from handpad.train.datasets.splits import Split, split_writers
from handpad.train.lines.examples import rows_of
from handpad.train.lines.readers import by_row
from handpad.train.lines.writing_split import part_of
from handpad.train.measure.text_errors import align, edits

SHARED = Path(__file__).resolve().parents[3] / "shared"
DATA = SHARED / "data" / "unipen_train_r01_v07.tar.xz"
CHARACTERS, LINES, WORDS_A_LINE = 400, 40, 4
FEWEST_CHARACTERS, FEWEST_LINES = 200, 15
CORRECTED = 1 / 3
SEED = 1

RULING = Ruling(pitch=240.0, first_baseline=160.0, box_width=96.0)
"""Wide enough apart that real ink falls on the line, and in the box, that it was meant for."""

A_ROW, A_PAGE = 20, 10
"""Characters in a row of boxes; rows on a page."""

_LOW, _HIGH, _MIDDLE = set("gjpqy,;Q_"), set("'\"^`*"), set("-=~+<>:")


@dataclass(frozen=True)
class Row:
    """A row as its writer writes it: what it says, and its strokes (n, 4), with the baseline at 0 and y down."""

    text: str
    strokes: list[np.ndarray]
    in_boxes: bool


@dataclass
class Outcome:
    """What a lazy writer met, in characters.

    Attributes
    ----------
    errors, written : when they were first read. corrected : errors put right, words or characters.
    confirmed, wrongly : learned because they were left, and of these the wrong ones.
    doubted, lost : wrong, left, and marked as doubtful then; and of these the ones that are wrong and unmarked later.
    """

    errors: int = 0
    written: int = 0
    corrected: int = 0
    confirmed: int = 0
    wrongly: int = 0
    doubted: int = 0
    lost: int = 0


class Writer(Desk):
    """A lazy writer at a page session; confirms says whether what is left may teach anything."""

    def __init__(self, name: str, boxes: bool, confirms: bool, model: BaseModel):
        super().__init__(None, Page(boxes=boxes, ruling=RULING), model)
        self.outcome = Outcome()
        self._confirms = confirms
        self._dice = np.random.default_rng([SEED, zlib.crc32(name.encode())])
        self._truth: dict[tuple, str] = {}  # of the page's characters, where it is known
        self._left: set[tuple] = set()
        self._confirmed: set[tuple] = set()

    def write(self, rows: Sequence[Row]) -> Outcome:
        """Write rows, page by page, and leave most errors."""
        for number, row in enumerate(rows):
            if number and number % A_PAGE == 0:
                self.turn()
            self._write_row(number % A_PAGE, row)
        self.turn()
        return self.outcome

    def turn(self) -> None:
        """Copy the page, look at it for the last time, and begin another."""
        self.do("confirm")
        now = [c for key in self._left if (c := self.page.find(key)) is not None]
        self.outcome.lost += sum(c.label != self._truth[c.substrokes] and not self.session.is_doubtful(c) for c in now)
        self.do("new_page")
        self._truth.clear()
        self._left.clear()
        self._confirmed.clear()

    def learn(self, sample: LearnSample) -> None:
        """Learn a sample, or, if it was only left and that is to teach nothing, do not."""
        character = next((c for c in self.page.characters if c.sample_id == sample.sample_id), None)
        silent = character is not None and not character.corrected
        if silent:
            if character.substrokes not in self._confirmed:
                self._confirmed.add(character.substrokes)
                self.outcome.confirmed += 1
                self.outcome.wrongly += self._truth.get(character.substrokes, sample.label) != sample.label
            if not self._confirms:
                self.session.unconfirm({sample.sample_id})
                return
        super().learn(sample)

    def _write_row(self, number: int, row: Row) -> None:
        place = np.array([RULING.margin, RULING.baseline(number), 0, 0])
        for stroke in row.strokes:
            self.session.write(stroke + place)  # the pen is faster than the reading
        self.work()
        self.outcome.written += len(row.text)
        if row.in_boxes:
            self._truth |= self._in_boxes(number, row.text)
            self.outcome.errors += sum(c.label != self._truth[c.substrokes] for c in self.page.lines[number])
            self._correct_boxes(number)
        else:
            self.outcome.errors += edits(row.text, self.page.line_text(number))
            self._correct_words(number, row.text)
            self._truth |= self._aligned(number, row.text)
        for character in self.page.lines[number]:
            key = character.substrokes
            wrong = key in self._truth and character.label != self._truth[key]
            if wrong and self.session.is_doubtful(character):
                self._left.add(key)
                self.outcome.doubted += 1

    def _in_boxes(self, number: int, text: str) -> dict[tuple, str]:
        """What the characters of a line of boxes should say."""
        line = self.page.lines[number]
        columns = [int((self.page.box(c).center[0] - RULING.margin) // RULING.box_width) for c in line]
        return {c.substrokes: text[column] for c, column in zip(line, columns, strict=True)}

    def _correct_boxes(self, number: int) -> None:
        """Put a third of the misread characters right."""
        for key in [character.substrokes for character in self.page.lines[number]]:
            character, true = self.page.find(key), self._truth[key]
            if self._dice.random() < CORRECTED and character is not None and character.label != true:
                self.do("correct", key, true)
                self.outcome.corrected += 1

    def _correct_words(self, number: int, text: str) -> None:
        """Put a third of the misread words right; words that were parted elsewhere are left."""
        words = self.page.words(number)
        meant = by_row(text, ["".join(c.label for c in word) for word in words])
        chosen = self._dice.random(64) < CORRECTED  # the same ones, however many words are read
        for place, (word, said) in enumerate(zip(words, meant, strict=True)):
            read = "".join(c.label for c in word)
            beside = meant[max(place - 1, 0) : place + 2]
            if read == said or not chosen[place % 64] or "" in beside:
                continue
            self.outcome.corrected += 1
            wrong = [(c, label) for c, label in zip(word, said, strict=False) if c.label != label]
            if len(read) == len(said) and len(wrong) == 1:
                self.do("correct", wrong[0][0].substrokes, wrong[0][1])
            elif readings := self.ask_word(word[0].substrokes, said):
                self.do("correct_word", word[0].substrokes, readings[0])

    def _aligned(self, number: int, text: str) -> dict[tuple, str]:
        """What the characters of a line should say, where the text tells."""
        line = self.page.lines[number]
        said: list[tuple[str, Character | None]] = []
        for character in line:
            said += [(" ", None)] if character.space and said else []
            said.append((character.label, character))
        truth, place = {}, 0
        for true, read in align(text, [label for label, _ in said]):
            if read:
                character = said[place][1]
                if character is not None:
                    truth[character.substrokes] = true
                place += 1
        return truth


def boxes_of(characters: Sequence[tuple[str, list[np.ndarray]]], name: str) -> list[Row]:
    """Characters of one writer, drawn at random, each in a box, of the size and where a writer writes it."""
    dice = np.random.default_rng([SEED, zlib.crc32(name.encode()), 1])
    small = [np.ptp(np.concatenate(ink)[:, 1]) for label, ink in characters if label in "aceimnorsuvwxz"]
    tall = [np.ptp(np.concatenate(ink)[:, 1]) for label, ink in characters if label.isupper() or label.isdigit()]
    x_height = float(np.median(small)) if len(small) >= 5 else 0.65 * float(np.median(tall))
    scale = RULING.x_height / max(x_height, 1e-6)
    chosen = [characters[index] for index in dice.permutation(len(characters))[:CHARACTERS]]
    rows = []
    for start in range(0, len(chosen), A_ROW):
        strokes = []
        for column, (label, ink) in enumerate(chosen[start : start + A_ROW]):
            points = np.concatenate(ink)[:, :2]
            low, high = points.min(axis=0), points.max(axis=0)
            bigger = min(scale, 3 * RULING.x_height / max(high[1] - low[1], 1e-6), 80 / max(high[0] - low[0], 1e-6))
            if label in _HIGH:
                base = low[1] + 1.7 * RULING.x_height / bigger
            elif label in _MIDDLE:
                base = (low[1] + high[1]) / 2 + 0.5 * RULING.x_height / bigger
            elif label in _LOW and label not in ",_":
                base = high[1] - 0.45 * RULING.x_height / bigger
            elif label == ",":
                base = low[1] + 0.15 * RULING.x_height / bigger
            else:
                base = high[1]
            middle = (column + 0.5) * RULING.box_width
            shake = dice.normal(0, 0.05 * RULING.x_height)
            move = np.array([(low[0] + high[0]) / 2, base])
            for stroke in ink:
                moved = (stroke[:, :2] - move) * bigger + (middle, shake)
                strokes.append(np.column_stack([moved, stroke[:, 2:]]))
        rows.append(Row("".join(label for label, _ in chosen[start : start + A_ROW]), strokes, True))
    return rows


def lines_of(lines: Sequence[unipen_lines.Line], model: BaseModel) -> list[Row]:
    """The rows of a writer's texts, at the size of the paper's; their words as an untaught reading deals them out."""
    fresh, rows = Recognizer(model=model), []
    for line in lines:
        if len(rows) >= LINES:
            break
        ink = rows_of(line.strokes)
        texts = [line.text] if len(ink) == 1 else by_row(line.text, [fresh.read_line(own).text for own in ink])
        rows += [_row(text, own) for text, own in zip(texts, ink, strict=True) if text]
    return rows[:LINES]


def words_of(words: Sequence[unipen_lines.Line], name: str) -> list[Row]:
    """A writer's words, drawn at random, four on a line, all at one scale."""
    order = np.random.default_rng([SEED, zlib.crc32(name.encode()), 2]).permutation(len(words))
    order = order[: LINES * WORDS_A_LINE]
    size = float(np.median([line_shape([bounding_box([s]) for s in words[i].strokes]).size for i in order]))
    rows = []
    for start in range(0, len(order), WORDS_A_LINE):
        strokes, right = [], 0.0
        for index in order[start : start + WORDS_A_LINE]:
            placed = _placed(words[index].strokes, size)
            left = min(stroke[:, 0].min() for stroke in placed)
            placed = [stroke + np.array([right - left, 0, 0, 0]) for stroke in placed]
            right = max(stroke[:, 0].max() for stroke in placed) + 1.2 * RULING.x_height
            strokes += placed
        rows.append(Row(" ".join(words[i].text for i in order[start : start + WORDS_A_LINE]), strokes, False))
    return rows


def _row(text: str, strokes: list[np.ndarray]) -> Row:
    placed = _placed(strokes)
    left = min(stroke[:, 0].min() for stroke in placed)
    return Row(text, [stroke - np.array([left, 0, 0, 0]) for stroke in placed], False)


def _placed(strokes: list[np.ndarray], size: float | None = None) -> list[np.ndarray]:
    """Ink on a level baseline at 0 with the paper's x-height."""
    shape = line_shape([bounding_box([stroke]) for stroke in strokes])
    scale = RULING.x_height * X_HEIGHTS / (size or shape.size)
    placed = []
    for stroke in as_strokes(strokes):
        stroke = stroke.copy()
        stroke[:, 1] -= shape.intercept + shape.slope * stroke[:, 0]
        stroke[:, :2] *= scale
        placed.append(stroke)
    return placed


def writers_of(options: argparse.Namespace, model: BaseModel) -> dict[tuple[str, str], Callable[[], list[Row]]]:
    """The rows of each writer by kind ("boxes", "lines", "words") and name, to be made when they are wanted."""
    known = [name for part in BaseModel.load().info["provenance"]["writers"].values() for name in part]
    split = split_writers(known)
    found: dict[tuple[str, str], Callable[[], list[Row]]] = {}
    data = unipen.read(options.data)
    for name in split.validation:
        rows = data.rows_of([name]) if name in data.writers else []
        if len(rows) >= FEWEST_CHARACTERS:
            characters = [(data.labels[data.label_index[row]], data.ink(row)) for row in rows]
            found["boxes", name] = lambda characters=characters, name=name: boxes_of(characters, name)
    for name, lines in _by_writer(unipen_lines.read(options.data)[0], split, model).items():
        if len(lines) >= FEWEST_LINES:
            found["lines", name] = lambda lines=lines: lines_of(lines, model)
    if options.words:
        words = unipen_lines.read(options.words, (unipen_lines.WORDS,))[0]
        for name, own in _by_writer(words, split, model).items():
            if len(own) >= FEWEST_LINES * WORDS_A_LINE:
                found["words", name] = lambda own=own, name=name: words_of(own, name)
    return found


def _by_writer(
    lines: Sequence[unipen_lines.Line], split: Split, model: BaseModel
) -> dict[str, list[unipen_lines.Line]]:
    """What the validation writers wrote, as far as the model knows its characters."""
    parts = part_of({line.writer for line in lines}, split)
    found = defaultdict(list)
    for line in lines:
        if parts[line.writer] == "validation" and set(line.text) - {" "} <= set(model.labels):
            found[line.writer].append(line)
    return dict(sorted(found.items()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", default=DATA, help="UNIPEN's characters and printed lines")
    parser.add_argument("--words", type=Path, help="UNIPEN's words, for lines of any hand")
    parser.add_argument("--model", type=Path, help="folder of a base model (the bundled one)")
    parser.add_argument("--part", choices=("fit", "test", "all"), default="test", help="which writers (test)")
    parser.add_argument("--limit", type=int, help="at most so many writers of each kind, and rows of each")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    model = BaseModel.load(options.model)
    writers = writers_of(options, model)
    start, step = {"fit": (0, 2), "test": (1, 2), "all": (0, 1)}[options.part]
    figures = {}
    for kind in dict.fromkeys(kind for kind, _ in writers):
        names = sorted(name for other, name in writers if other == kind)[start::step][: options.limit]
        both = []
        for name in names:
            rows = writers[kind, name]()[: options.limit]
            outcomes = []
            for confirms in (False, True):
                writer = Writer(name, kind == "boxes", confirms, model)
                outcomes.append(writer.write(rows))
                writer.recognizer.close()
            both.append(outcomes)
            if not options.json:
                print(f"{kind} {name}: {_told(*outcomes)}", flush=True)
        if both:
            totals = [Outcome(*map(sum, zip(*(astuple(one[arm]) for one in both), strict=True))) for arm in (0, 1)]
            worse = sum(one[1].errors > one[0].errors for one in both)
            figures[kind] = {"without": asdict(totals[0]), "with": asdict(totals[1]), "worse": worse, "of": len(both)}
            if not options.json:
                print(f"{kind}, {len(both)} writers, seed {SEED}: {_told(*totals)}; {worse} writers worse")
    if options.json:
        print(json.dumps(figures))


def _told(without: Outcome, learned: Outcome) -> str:
    return (
        f"{without.errors} of {without.written} characters wrong without, {learned.errors} with; "
        f"{learned.confirmed} confirmed, {learned.wrongly} of them wrong; "
        f"{learned.doubted} wrong ones left in doubt, {learned.lost} lost the mark"
    )


if __name__ == "__main__":
    main()
