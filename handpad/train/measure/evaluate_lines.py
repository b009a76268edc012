"""How well lines are read, by writers whom the model has never seen.

Every variant of the reader reads every line of every writer; Tesseract, where installed, reads the same ink drawn as
an image. A variant that learns is first taught some lines of the writer, drawn at random, each read, corrected and
learned in turn; what it then reads is compared with what the others read of the same remaining lines.
"""

import statistics
import string
import time
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from functools import cache
from typing import NamedTuple, Protocol

import numpy as np

from handpad.errors import DataError
from handpad.model.base import BaseModel
from handpad.reading.language import Language
from handpad.train.console import Console
from handpad.train.datasets import unipen, unipen_lines
from handpad.train.datasets.unipen_lines import Line
from handpad.train.measure import tesseract
from handpad.train.measure.protocols import generator
from handpad.train.measure.text_errors import Reading, errors, errors_inside, plain, rates
from handpad.train.measure.unseen import unseen_writers

TAUGHT, WORDS_TAUGHT = (5,), (5, 20, 60)
"""Texts, and words, that learning variants are taught before they are measured.

Writers with fewer than twice the most of them are left out.
"""

PAIRS_KEPT = 40


class LineReader(Protocol):
    """What reads the lines of one writer."""

    def read(self, strokes: Sequence[np.ndarray]) -> str:
        """The text of ink: float64 (n, 2) strokes in writing order, y down. White space counts as one space."""


class Learner(LineReader, Protocol):
    """A reader that its writer can teach."""

    def learn(self, strokes: Sequence[np.ndarray], text: str) -> None:
        """Learn a line whose text the writer has corrected."""


class Variant(NamedTuple):
    """One way to read: how to make its reader for a new writer, and how many texts it is taught first.

    Only a learner can be taught any.
    """

    make: Callable[[], LineReader | Learner]
    taught: int = 0


class Outcome(NamedTuple):
    """What one variant said about some lines, by the name of the line, and how long each took in seconds."""

    said: dict[str, str]
    seconds: list[float]


def read_by(variant: Variant, by_writer: Mapping[str, Sequence[Line]], seed: int, most: int) -> Outcome:
    """Let a variant read the lines of each writer with a fresh reader.

    A variant that learns is asked about the lines behind :func:`taught` only.

    most : how many lines the variant that is taught most is taught.
    """
    said, seconds = {}, []
    for writer, lines in by_writer.items():
        reader = variant.make()
        asked = lines
        if variant.taught:
            first, asked = taught(writer, lines, seed, most)
            for line in first[: variant.taught] if asked else []:
                reader.learn(line.strokes, line.text)
        for line in asked:
            start = time.perf_counter()
            said[line.name] = plain(reader.read(line.strokes))
            seconds.append(time.perf_counter() - start)
    return Outcome(said, seconds)


def taught(writer: str, lines: Sequence[Line], seed: int, most: int) -> tuple[list[Line], list[Line]]:
    """The lines that a writer corrects first, and the rest; no rest where the writer has too few lines."""
    order = generator(seed, writer, 0).permutation(len(lines))
    if not most or len(lines) < 2 * most:
        return list(lines), []
    return [lines[row] for row in order[:most]], [lines[row] for row in sorted(order[most:])]


def evaluate(
    lines: Sequence[Line], variants: Mapping[str, Variant], known_texts: Set[str], seed: int, console: Console
) -> dict:
    """Let every variant and Tesseract read the lines: the content of evaluation.json, less what it is about.

    Parameters
    ----------
    known_texts : what writers outside this part wrote; lines that say something else are also counted apart.

    Returns
    -------
    all : by variant, the figures over all lines (:func:`_figures`); taught : the same over the lines behind those
        that were taught, which is where variants that learn can be compared. tesseract : its version, or None.
    lines : each line's name, writer, site, text, and what each variant said.
    """
    by_writer: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        by_writer[line.writer].append(line)
    outcomes: dict[str, Outcome] = {}
    most = max(variant.taught for variant in variants.values())
    for name, variant in variants.items():
        outcomes[name] = read_by(variant, by_writer, seed, most)
        said = outcomes[name].said
        readings = [Reading(line.writer, line.text, said[line.name]) for line in lines if line.name in said]
        rate = rates(readings)["cer"] if readings else None
        console.line("progress", variant=name, lines=len(readings), character_error_rate=rate)
    installed = tesseract.version()
    if installed:
        start = time.perf_counter()
        several = [unipen_lines.several_rows(line.strokes) for line in lines]
        texts = tesseract.read([line.strokes for line in lines], several)
        seconds = (time.perf_counter() - start) / len(lines)
        outcomes[tesseract.NAME] = Outcome(
            {line.name: plain(text) for line, text in zip(lines, texts, strict=True)}, [seconds]
        )
        console.line("progress", variant=installed, lines=len(lines))
    rest = [line for writer, own in by_writer.items() for line in taught(writer, own, seed, most)[1]]
    everything = {name: one for name, one in outcomes.items() if not (name in variants and variants[name].taught)}
    return {
        "all": {name: _figures(lines, one, known_texts) for name, one in everything.items()},
        "taught": {name: _figures(rest, one, known_texts) for name, one in outcomes.items()} if rest else {},
        "tesseract": installed,
        "lines": [
            {
                "name": line.name,
                "writer": line.writer,
                "site": line.site,
                "text": line.text,
                "said": {name: one.said[line.name] for name, one in outcomes.items() if line.name in one.said},
            }
            for line in lines
        ],
    }


def is_unlisted(word: str) -> bool:
    """Whether the English word list lacks a word, less the signs around it: names, numbers, codes, addresses."""
    bare = word.strip(string.punctuation)
    return bool(bare) and not _english().is_word(bare)


@cache
def _english() -> Language:
    return Language.load()


def _figures(lines: Sequence[Line], outcome: Outcome, known_texts: Set[str]) -> dict:
    """Error rates over all, by site, by writer, of new texts and unlisted words; errors by kind; pairs; ms a line."""

    def readings(some: Sequence[Line]) -> list[Reading]:
        return [Reading(line.writer, line.text, outcome.said[line.name]) for line in some]

    def grouped(key: Callable[[Line], str]) -> dict[str, dict]:
        groups: dict[str, list[Line]] = defaultdict(list)
        for line in lines:
            groups[key(line)].append(line)
        return {name: rates(readings(some)) for name, some in sorted(groups.items())}

    kinds, pairs = errors(readings(lines))
    new = [line for line in lines if line.text not in known_texts]
    wrong, written = errors_inside(readings(lines), is_unlisted)
    return {
        "overall": rates(readings(lines)),
        "sites": grouped(lambda line: line.site),
        "writers": grouped(lambda line: line.writer),
        "hands": grouped(lambda line: line.style or "unknown"),
        "new": rates(readings(new)) if new else None,
        "unlisted": {"cer": 100 * wrong / written, "characters": written} if written else None,
        "kinds": kinds,
        "pairs": pairs[:PAIRS_KEPT],
        "ms": 1e3 * statistics.median(outcome.seconds),
    }


def unseen_by_sequence(lines: Sequence[Line], model: BaseModel, part: str, limit: int) -> tuple[list[Line], str]:
    """Lines of the writers whom the model's sequence network held back, and what to call these.

    limit : of each writer's words, and of its texts, so many characters at most: those that come first.

    Raises DataError if the model's folder does not say whom its network was fitted on.
    """
    writers = model.info.get("sequence", {}).get("writers", {})
    if not writers.get(part):
        raise DataError(f"{model.name} does not say whom its sequence network held back: fit one with reading.")
    chosen, written, counts = set(writers[part]), [], defaultdict(int)
    for line in lines:
        if line.writer in chosen and counts[line.writer, line.category] < limit:
            counts[line.writer, line.category] += len(line.text)
            written.append(line)
    return written, f"{part} writers of the sequence network"


def unseen_lines(lines: Sequence[Line], model: BaseModel, part: str) -> tuple[list[Line], str]:
    """The lines of the writers whom a model held back, and what to call these: :func:`unseen_writers`.

    A writer of whom UNIPEN has no characters counts as a test writer.
    """
    writers = sorted({line.writer for line in lines})
    names, called = unseen_writers(unipen.NAME, writers, {model.name: model.info}, part, otherwise="test")
    chosen = set(names)
    return [line for line in lines if line.writer in chosen], called
