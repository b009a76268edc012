"""Whether typed words teach wrong ink: python tests/bench/bench_typed_words.py [DATA] [--lines 500] [--fit] [--json]

Reads UNIPEN's lines of printed text by validation writers of whom every character is delineated. Each word that was
misread is typed as it is; each word of three letters or more is also typed with a letter left out and with one put in.
The reader parts what was typed over the word's ink, as it does for the app, and every character is compared with the
ink that the writer's own delineation gives it. Prints, for each way of typing, how many characters would be learned
with wrong ink, of how many learned and typed: without the gate of :mod:`handpad.reading.likely`, and with it. --fit
prints the same for other thresholds. The bundled model was fitted on all writers, so that its readings are too good; a
model that was fitted without these writers can be named by --model.
"""

import argparse
import json
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
import numpy as np

from handpad.ink import as_strokes, bounding_box
from handpad.model.base import BaseModel
from handpad.reading.fragments import KnownCharacter, joined
from handpad.reading.language import Language
from handpad.reading.likely import LIKELY, TWINS
from handpad.reading.lines import split_lines
from handpad.reading.reader import Reader
from handpad.train.datasets.archive import read_texts
from handpad.train.datasets.splits import split_writers
from handpad.train.datasets.unipen import fetcher
from handpad.train.datasets.unipen_lines import several_rows
from handpad.train.datasets.unipen_text import Document, Segment, parse

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "unipen_train_r01_v07.tar.xz"
THRESHOLDS = (0.0, 0.02, 0.05, 0.1, 0.2, 0.5)

_FILE = re.compile(r"(?:^|/)data/(1[abcd]|8)/((ap[abp])/.+)$")
_FLIP = np.array([1.0, -1.0])


@dataclass(frozen=True)
class Row:
    """A row of checked ink and its characters from left to right: label, strokes, and the number of their word."""

    strokes: list[np.ndarray]
    characters: list[tuple[str, tuple[int, ...], int]]


@dataclass(frozen=True)
class Taught:
    """A character of a typed word: how it was typed, how likely its ink is, and whether that ink is wrong."""

    typed: str
    probability: float
    wrong: bool


def rows_of(source: Path, writers: set[str]) -> Iterator[Row]:
    """The rows of the writers' texts of which every stroke is in a delineated character."""
    texts = read_texts(source)
    fetch = fetcher(texts, source)
    files: dict[str, dict[str, tuple[str, str]]] = defaultdict(dict)
    for path in texts:
        if match := _FILE.search(path):
            files[match[2]][match[1]] = path, match[3]
    for _, substrokes in sorted(files.items()):
        if "8" not in substrokes or len(substrokes) < 2:
            continue
        path, site = substrokes.pop("8")
        document = parse(path, fetch)
        segments = [segment for other, _ in substrokes.values() for segment in parse(other, fetch).segments]
        for text in document.texts:
            if f"{site}/{document.components[text.ranges[0][0][0]].writer}" in writers:
                yield from _rows(document, text, segments)


def _rows(document: Document, text: Segment, segments: Sequence[Segment]) -> Iterator[Row]:
    owner = {index: segment for segment in segments for index in _components(segment)}
    indexes = [index for index in _components(text) if document.components[index].pen_down]
    if not text.label or not indexes or any(index not in owner for index in indexes):
        return
    strokes = as_strokes([document.components[index].points * _FLIP for index in indexes])
    found: dict[int, tuple[str, list[int]]] = {}
    for stroke, index in enumerate(indexes):
        segment = owner[index]
        found.setdefault(_components(segment)[0], (segment.label or "", []))[1].append(stroke)
    ordered, words = [found[first] for first in sorted(found)], text.label.split()
    if "".join(label for label, _ in ordered) != "".join(words):
        return
    numbers = [number for number, word in enumerate(words) for _ in word]
    several = several_rows(strokes)
    for members in split_lines([bounding_box([one]) for one in strokes]) if several else [list(range(len(strokes)))]:
        place = {stroke: number for number, stroke in enumerate(members)}
        characters = [
            (label, tuple(place[stroke] for stroke in own), number)
            for (label, own), number in zip(ordered, numbers, strict=True)
            if all(stroke in place for stroke in own)
        ]
        if sum(len(own) for _, own, _ in characters) == len(members):
            yield Row([strokes[stroke] for stroke in members], characters)


def _components(segment: Segment) -> list[int]:
    """The components of a segment; none if it begins or ends inside one."""
    if any(point is not None for ends in segment.ranges for _, point in ends):
        return []
    return [index for (first, _), (last, _) in segment.ranges for index in range(first, last + 1)]


def type_words(reader: Reader, row: Row, alphabet: set[str], rng: np.random.Generator) -> Iterator[Taught]:
    """Read a row, type its words, and compare the ink of what was typed with the writer's own delineation."""
    line = reader.read_line(row.strokes)
    truth = {own: label for label, own, _ in row.characters}
    for word in line.words:
        ink = {substroke.stroke for character in word.characters for substroke in character.substrokes}
        said = _said(row, ink)
        others = [
            KnownCharacter(character.substrokes, character.label, character.space if number else None)
            for number, character in enumerate(line.characters)
            if character not in word.characters
        ]
        settled = {joined(other.substrokes) for other in others}
        for typed, text in _typed(said, word.text, rng):
            whole = " ".join(text if other is word else other.text for other in line.words)
            spelled = reader.spelled(row.strokes, whole, known=others) if set(text) - {" "} <= alphabet else None
            for one in spelled or ():
                if joined(one.substrokes) not in settled:
                    own = tuple(substroke.stroke for substroke in one.substrokes)
                    cut = any(
                        substroke.stop - substroke.start < len(row.strokes[substroke.stroke])
                        for substroke in one.substrokes
                    )
                    yield Taught(typed, one.probability, cut or not _same_shape(truth.get(own), one.label))


def _said(row: Row, ink: set[int]) -> str:
    """What some ink says: the characters that have at least half of their strokes in it."""
    said, before = "", None
    for label, own, word in row.characters:
        if 2 * len(ink.intersection(own)) >= len(own):
            said += (" " if before not in (None, word) else "") + label
            before = word
    return said


def _typed(said: str, read: str, rng: np.random.Generator) -> Iterator[tuple[str, str]]:
    if said and said != read:
        yield "misread, as it is", said
    if len(said) >= 3 and " " not in said:
        place = int(rng.integers(len(said)))
        yield "a letter left out", said[:place] + said[place + 1 :]
        yield "a letter put in", said[:place] + str(rng.choice(list("etaoinshr"))) + said[place:]


def _same_shape(label: str | None, other: str) -> bool:
    return label == other or any(label in twins and other in twins for twins in TWINS if label)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", default=DATA, help="the UNIPEN archive, or its folder")
    parser.add_argument("--model", type=Path, help="folder of a base model (the bundled one)")
    parser.add_argument("--lines", type=int, default=500, help="at most so many rows of ink, drawn at random (500)")
    parser.add_argument("--fit", action="store_true", help="other thresholds as well")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    model, rng = BaseModel.load(options.model), np.random.default_rng(1)
    known = [name for substroke in BaseModel.load().info["provenance"]["writers"].values() for name in substroke]
    rows = list(rows_of(options.data, set(split_writers(known).validation)))
    rows = [rows[index] for index in sorted(rng.permutation(len(rows))[: options.lines])]
    reader = Reader.for_model(model, Language.load())
    taught = [one for row in rows for one in type_words(reader, row, set(model.labels), rng)]
    figures = {
        kind: {
            threshold: Counter(one.wrong for one in taught if one.typed == kind and one.probability >= threshold)
            for threshold in (THRESHOLDS if options.fit else (0.0, LIKELY))
        }
        for kind in dict.fromkeys(one.typed for one in taught)
    }
    if options.json:
        print(
            json.dumps(
                {
                    "lines": len(rows),
                    "figures": {k: {t: [c[True], c.total()] for t, c in v.items()} for k, v in figures.items()},
                }
            )
        )
        return
    print(f"{len(rows)} rows of ink by validation writers")
    for kind, counts in figures.items():
        typed = counts[0.0].total()
        for threshold, count in counts.items():
            gate = f"gate {threshold:g}" if threshold else "no gate"
            print(f"{kind:18} {gate:9} wrong ink {count[True]} of {count.total()} learned, {typed} typed")


if __name__ == "__main__":
    main()
