"""What corrections teach: python tests/bench/bench_corrections.py [DATA] [--limit 120] [--words ARCHIVE] [--fit]

Validation writers of UNIPEN's printed texts, of whom every character is delineated, write their lines one after
another. Each line is read, and every word that is read wrongly is given its true text through ``Recognizer.correct``,
which is the way of the word popup. What is learned is compared with the ink that the writer's own delineation gives
each character. Printed are the characters learned with wrong ink, how many words say afterwards what they were given,
and how many characters of each writer's following lines are read wrongly, without anything learned and with it.

--words names UNIPEN's archive of words: as many joined and mixed words of validation writers are given their text
likewise. They have no delineation, so only their text and the reading of the following words are told.

--fit parts words over their ink without learning anything, as they are and, since writers also type what is not in the
ink, with a letter left out and with one put in, and prints what other thresholds of :mod:`handpad.reading.likely` would
learn.

The base model was fitted on all writers, the sequence network not on these.
"""

import argparse
import os
import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
import numpy as np

from handpad import Recognizer
from handpad.ink import as_strokes, bounding_box
from handpad.model.base import BaseModel
from handpad.reading.correction import parted
from handpad.reading.fragments import KnownCharacter
from handpad.reading.likely import TWINS
from handpad.reading.lines import split_lines
from handpad.reading.result import ReadWord
from handpad.train.datasets.archive import read_texts
from handpad.train.datasets.splits import split_writers
from handpad.train.datasets.unipen import fetcher
from handpad.train.datasets.unipen_lines import WORDS, read, several_rows
from handpad.train.datasets.unipen_text import Document, Segment, parse
from handpad.train.lines.writing_split import part_of
from handpad.train.measure.text_errors import edits, plain

DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "unipen_train_r01_v07.tar.xz"
THRESHOLDS = (0.0, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5)

_FILE = re.compile(r"(?:^|/)data/(1[abcd]|8)/((ap[abp])/.+)$")
_FLIP = np.array([1.0, -1.0])


@dataclass(frozen=True)
class Row:
    """A row of checked ink, its writer, and its characters from left to right: label, strokes, number of their word."""

    writer: str
    strokes: list[np.ndarray]
    characters: list[tuple[str, tuple[int, ...], int]]


@dataclass
class Count:
    """What was counted.

    Attributes
    ----------
    wrong, learned, typed : characters with wrong ink, learned, and typed.
    right, words : words that said what they were given, and all that were given a text.
    before, after, written : characters of following lines that were read wrongly with nothing learned and with what
        was learned from the lines before, and all of them.
    """

    wrong: int = 0
    learned: int = 0
    typed: int = 0
    right: int = 0
    words: int = 0
    before: int = 0
    after: int = 0
    written: int = 0
    wrong_as: Counter = field(default_factory=Counter)


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
            writer = f"{site}/{document.components[text.ranges[0][0][0]].writer}"
            if writer in writers:
                yield from _rows(writer, document, text, segments)


def _rows(writer: str, document: Document, text: Segment, segments: Sequence[Segment]) -> Iterator[Row]:
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
            yield Row(writer, [strokes[stroke] for stroke in members], characters)


def _components(segment: Segment) -> list[int]:
    """The components of a segment; none if it begins or ends inside one."""
    if any(point is not None for ends in segment.ranges for _, point in ends):
        return []
    return [index for (first, _), (last, _) in segment.ranges for index in range(first, last + 1)]


def is_wrong(row: Row, one: KnownCharacter) -> bool:
    """Whether a character's ink is other than the writer's own delineation has for it."""
    truth = {own: label for label, own, _ in row.characters}
    cut = any(substroke.stop - substroke.start < len(row.strokes[substroke.stroke]) for substroke in one.substrokes)
    return cut or not _same_shape(truth.get(tuple(s.stroke for s in one.substrokes)), one.label)


def correct_rows(rows: Sequence[Row], count: Count) -> None:
    """One writer's rows, read and put right one after another."""
    fresh, pad = Recognizer(), Recognizer()
    for number, row in enumerate(rows):
        line = pad.read_line(row.strokes)
        if number:
            said = " ".join(
                "".join(label for label, _, word in row.characters if word == one)
                for one in dict.fromkeys(word for _, _, word in row.characters)
            )
            count.written += len(said)
            count.before += edits(said, plain(fresh.read_line(row.strokes).text))
            count.after += edits(said, plain(line.text))
        for word in line.words:
            said = _said(row, {part.stroke for character in word.characters for part in character.substrokes})
            if said and said != word.text:
                correct(pad, row, word, said, count)


def correct(pad: Recognizer, row: Row, word: ReadWord, said: str, count: Count) -> None:
    """Give a word its text, and count what comes of it."""
    done = pad.correct(word, said)
    count.words += 1
    count.right += done.text == said
    count.typed += sum(not letter.isspace() for letter in said)
    count.learned += len(done)
    for one in done.characters:
        if one not in done.skipped and one not in done.text_only and is_wrong(row, one):
            count.wrong += 1
            count.wrong_as[f"{one.label} of {said} (read {word.text})"] += 1


def correct_words(source: Path, limit: int) -> None:
    """Joined and mixed words of validation writers, read and put right one after another."""
    lines = [line for line in read(source, (WORDS,))[0] if line.style != "printed"]
    known = [name for part in BaseModel.load().info["provenance"]["writers"].values() for name in part]
    part = part_of({line.writer for line in lines}, split_writers(known))
    by_writer = defaultdict(list)
    for line in lines:
        if part[line.writer] == "validation":
            by_writer[line.writer].append(line)
    count = Count()
    each = max(limit // len(by_writer), 8)
    for writer, words in sorted(by_writer.items())[: max(limit // each, 1)]:
        fresh, pad = Recognizer(), Recognizer()
        order = np.random.default_rng(len(writer)).permutation(len(words))[:each]
        for number, place in enumerate(order):
            word = words[place]
            line = pad.read_line(as_strokes(word.strokes))
            if number:
                count.written += len(word.text)
                count.before += edits(word.text, plain(fresh.read_line(as_strokes(word.strokes)).text))
                count.after += edits(word.text, plain(line.text))
            if line.text != word.text:
                done = pad.correct(line, word.text)
                count.words += 1
                count.right += done.text == word.text
                count.typed += sum(not letter.isspace() for letter in word.text)
                count.learned += len(done)
    print(f"joined words: {count.learned} of {count.typed} learned, text right {count.right} of {count.words}")
    print(f"joined words: {_following(count)}")


def _following(count: Count) -> str:
    rates = [100 * wrong / max(count.written, 1) for wrong in (count.before, count.after)]
    return f"following ones {rates[0]:.2f} % wrong before, {rates[1]:.2f} % after, of {count.written} characters"


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


def fit(rows: Sequence[Row]) -> None:
    """Print what other thresholds would learn from words as they are and from others."""
    pad, rng = Recognizer(), np.random.default_rng(1)
    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for row in rows:
        line = pad.read_line(row.strokes)
        every = [character.substrokes for character in line.characters]
        for word in line.words:
            said = _said(row, {part.stroke for character in word.characters for part in character.substrokes})
            first, last = (every.index(word.characters[place].substrokes) for place in (0, -1))
            for kind, text in _typed(said, word.text, rng):
                for one in parted(word.characters[0].line, first, last, text, pad.spelled):
                    found[kind].append((one.probability or 0.0, is_wrong(row, one)))
    for kind, taught in found.items():
        for threshold in THRESHOLDS:
            learned = [wrong for probability, wrong in taught if probability >= threshold]
            print(f"{kind:18} {threshold:4g} wrong ink {sum(learned)} of {len(learned)} learned, {len(taught)} typed")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("data", type=Path, nargs="?", default=DATA, help="the UNIPEN archive, or its folder")
    parser.add_argument("--limit", type=int, default=120, help="at most so many rows of ink, and words (120)")
    parser.add_argument("--words", type=Path, help="the UNIPEN archive of words, for joined ones")
    parser.add_argument("--fit", action="store_true", help="what other thresholds would learn")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    known = [name for part in BaseModel.load().info["provenance"]["writers"].values() for name in part]
    by_writer: dict[str, list[Row]] = defaultdict(list)
    for row in rows_of(options.data, set(split_writers(known).validation)):
        by_writer[row.writer].append(row)
    each = max(options.limit // len(by_writer), 4)  # of some writers in turn, so that there are following lines
    some = {writer: rows[:each] for writer, rows in list(by_writer.items())[: max(options.limit // each, 1)]}
    if options.fit:
        fit([row for rows in some.values() for row in rows])
        return
    if options.words:
        correct_words(options.words, options.limit)
    count = Count()
    for rows in some.values():
        correct_rows(rows, count)
    for one, times in count.wrong_as.most_common():
        print(f"wrong ink: {one}" + f", {times} times" * (times > 1))
    print(f"{sum(map(len, some.values()))} rows of {len(some)} writers: {_following(count)}")
    right = f"text right {count.right} of {count.words}"
    print(f"wrong ink {count.wrong} of {count.learned} learned, {count.typed} typed, {right}")


if __name__ == "__main__":
    main()
