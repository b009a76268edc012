"""How often the word popup shows what was written: python tests/bench/bench_word_popup.py [PRINTED] [JOINED]

Ink of UNIPEN's validation writers is laid on a page and read as in the app: lines of printed text of which every
character is delineated, and words of joined and mixed hands. On each word that is read wrongly the popup is asked for,
as a right click asks for it, until --words of either kind have been. Prints how often the truth is among the readings
shown, and the processor time that a popup took to be answered. The truth is what the ink of the word says; of a word
that was parted in two, what both say. The bundled model was fitted on all of UNIPEN's writers of characters, so that it
reads these better than new ones.
"""

import argparse
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
import numpy as np
from bench_corrections import rows_of

from handpad import Recognizer
from handpad.app.correction_popup import CHOICES
from handpad.ink import as_strokes, bounding_box
from handpad.model.base import BaseModel
from handpad.page.answers import Answers
from handpad.page.line_job import LineJob, WordReading
from handpad.page.messages import WordJob, WordRead
from handpad.page.page import Character, Page, Ruling
from handpad.page.session import PageSession
from handpad.reading.lattice import X_HEIGHTS, line_shape
from handpad.train.datasets.splits import split_writers
from handpad.train.datasets.unipen_lines import WORDS, read
from handpad.train.lines.writing_split import split_by_writer

SHARED = Path(__file__).resolve().parents[3] / "shared"
PRINTED = SHARED / "data" / "unipen_train_r01_v07.tar.xz"
JOINED = SHARED / "data_words" / "unipen_train_r01_v07_words.tar.xz"


@dataclass(frozen=True)
class Written:
    """A line of ink; characters from left to right: label, strokes, number of the word. None: it is one word, text."""

    strokes: list[np.ndarray]
    text: str
    characters: list[tuple[str, tuple[int, ...], int]] | None = None


@dataclass(frozen=True)
class Asked:
    """A word that was asked for: what it says, what was read, the readings offered, and the processor time it took."""

    truth: str
    read: str
    offered: list[str]
    seconds: float


def printed_lines(source: Path, writers: set[str]) -> list[Written]:
    """The rows of printed text of these writers."""
    return [Written(row.strokes, "", row.characters) for row in rows_of(source, writers)]


def joined_words(source: Path, known: Sequence[str]) -> list[Written]:
    """The single words of validation writers in joined and mixed hands."""
    lines = split_by_writer(read(source, (WORDS,))[0], split_writers(known)).validation
    chosen = [line for line in lines if " " not in line.text and line.style != "printed"]
    return [Written(as_strokes(line.strokes), line.text) for line in chosen]


class Desk:
    """A page session that a recognizer answers at once."""

    def __init__(self, recognizer: Recognizer, written: Written):
        shape = line_shape([bounding_box([stroke]) for stroke in written.strokes])
        ruling = Ruling(pitch=2000.0, first_baseline=1000.0)
        scale, left = ruling.x_height * X_HEIGHTS / shape.size, min(stroke[:, 0].min() for stroke in written.strokes)
        page = Page(ruling=ruling)
        for number, stroke in enumerate(written.strokes):
            points = stroke.copy()
            base = shape.intercept + shape.slope * points[:, 0]
            points[:, 0] = ruling.margin + (stroke[:, 0] - left) * scale
            points[:, 1] = ruling.baseline(0) + (stroke[:, 1] - base) * scale
            page = page.add(number, points.round(2))
        self.session, self._answers = PageSession(), Answers(recognizer, {})
        self.session.resume(page)
        self.session.profile_opened(recognizer.profile_id, set(), False, recognizer.alphabet)
        self.work()

    def work(self) -> list[WordReading]:
        """Answer all that is asked for; returns the readings of a word among it."""
        session, found = self.session, []
        while session.outbox:
            match session.outbox.popleft():
                case LineJob() as job:
                    session.line_read(job, self._answers.read_line(job))
                case WordJob() as job:
                    session.word_found(self._answers.read_word(job))
                case WordRead(_, readings):
                    found = readings
        return found


def said(written: Written, ink: set[int]) -> str:
    """What some ink says: the characters that have at least half of their strokes in it."""
    if written.characters is None:
        return written.text
    text, before = "", None
    for label, own, word in written.characters:
        if 2 * len(ink.intersection(own)) >= len(own):
            text += (" " if before not in (None, word) else "") + label
            before = word
    return text


def wrong_words(written: Written, words: list[tuple[Character, ...]]) -> Iterator[tuple[Character, str]]:
    """Words that do not say what is written: a character to open each by, and the truth.

    Of a word that was parted in several, the truth is what all of them say.
    """
    if written.characters is None:
        if " ".join(_text(word) for word in words) != written.text:
            yield words[0][0], written.text
        return
    for place, word in enumerate(words):
        truth = said(written, {number for c in word for number in c.strokes})
        following = words[place + 1] if place + 1 < len(words) else ()
        both = said(written, {number for c in (*word, *following) for number in c.strokes})
        if following and " " not in both:
            yield word[0], both
        elif truth and truth != _text(word):
            yield word[0], truth


def _text(word: Sequence[Character]) -> str:
    return "".join(character.label for character in word)


def ask(recognizer: Recognizer, lines: Sequence[Written], most: int) -> tuple[list[Asked], int]:
    """Read lines and ask for every word that is wrong, until so many were; and how many lines that took."""
    asked: list[Asked] = []
    for number, written in enumerate(lines):
        if len(asked) >= most:
            return asked, number
        desk = Desk(recognizer, written)
        for character, truth in list(wrong_words(written, desk.session.page.words(0))):
            read_as = _text(desk.session.page.word(character))
            start = time.process_time()
            desk.session.ask_word(character.substrokes)
            readings = desk.work()
            asked.append(Asked(truth, read_as, [one.text for one in readings], time.process_time() - start))
    return asked, len(lines)


def figures(kind: str, asked: Sequence[Asked], lines: int, shown: int) -> str:
    """What is printed of one kind of ink."""
    there = sum(one.truth in one.offered[:shown] for one in asked)
    first = sum(bool(one.offered) and one.offered[0] == one.read for one in asked)
    seconds = np.array([one.seconds for one in asked])
    return (
        f"{kind}: truth among {shown} shown {there} of {len(asked)} ({100 * there / len(asked):.1f} %), "
        f"what was read first {first}; {lines} lines; "
        f"processor time of a popup: median {1000 * np.median(seconds):.0f} ms, "
        f"99 % {1000 * np.quantile(seconds, 0.99):.0f} ms"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("printed", type=Path, nargs="?", default=PRINTED, help="the UNIPEN archive, or its folder")
    parser.add_argument("joined", type=Path, nargs="?", default=JOINED, help="the archive of words, or its folder")
    parser.add_argument("--words", type=int, default=300, help="so many wrongly read words of each kind (300)")
    parser.add_argument("--seed", type=int, default=1, help="of the order in which lines are drawn (1)")
    parser.add_argument("--shown", type=int, default=CHOICES, help=f"so many readings are shown ({CHOICES})")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    recognizer = Recognizer()
    recognizer.open_reading()
    known = [name for part in BaseModel.load().info["provenance"]["writers"].values() for name in part]
    kinds = {
        "printed": printed_lines(options.printed, set(split_writers(known).validation)),
        "joined": joined_words(options.joined, known),
    }
    print(f"wrongly read words of UNIPEN validation writers, seed {options.seed}")
    for kind, lines in kinds.items():
        order = np.random.default_rng(options.seed).permutation(len(lines))
        asked, count = ask(recognizer, [lines[index] for index in order], options.words)
        print(figures(kind, asked, count, options.shown), flush=True)


if __name__ == "__main__":
    main()
