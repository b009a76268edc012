"""UNIPEN train_r01_v07: words (data/7, which holds data/6) and lines of text (data/8), with their transcripts."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.train.datasets.allowance import TooMuchError
from handpad.train.datasets.archive import file_names, read_texts
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.unipen import fetcher, natural
from handpad.train.datasets.unipen_text import Segment, parse, strokes_of

TEXTS, WORDS = "8", "7"
"""UNIPEN's categories: texts of several words, and words that stand alone or were cut out of texts."""

_DATA_FILE = re.compile(r"(?:^|/)data/([78])/([^/]+)/(.+)$")
_CATEGORY = re.compile(r"(?:^|/)data/([0-9][a-d]?)/[^/]+/.")
_ROWS = 5
_FLIP = np.array([1.0, -1.0])


@dataclass(frozen=True)
class Line:
    """A piece of text that somebody wrote, and what it says.

    Attributes
    ----------
    name : file below data/7 or data/8 and delineation, such as "apa/apa00/app0001.dat:0-23".
    writer : "<contributor>/<id>", as in the characters of :mod:`handpad.train.datasets.unipen`.
    site : the contributor.
    strokes : in writing order, pen down only: float64 (n, 2) each, in the site's own units, y pointing DOWN.
    text : the transcript, printable ASCII, words separated by one space.
    page : the file, which may hold several lines in the order of writing.
    style : "printed", "mixed", "cursive", or "" where the file does not say.
    category : WORDS or TEXTS.
    """

    name: str
    writer: str
    site: str
    strokes: list[np.ndarray]
    text: str
    page: str
    style: str = ""
    category: str = TEXTS


def read(source: Path, categories: Collection[str] = (TEXTS,)) -> tuple[list[Line], dict[str, int]]:
    """Read the texts, or the words, or both.

    Parameters
    ----------
    source : the archive (tar.xz) or its unpacked folder, with ``data`` and ``include`` below it.
    categories : of TEXTS and WORDS.

    Returns
    -------
    The lines, ordered by category, site, file and place in the file; and how many were dropped, by reason.

    Raises
    ------
    DataError : none of these in the source, or, where only texts are asked for, a missing include or rows that cannot
        be read; the sentence names file and line. Where words are, which are many, such a file is dropped and counted.
    """
    texts = read_texts(source)
    fetch = fetcher(texts, source)
    files = []
    for path in texts:
        match = _DATA_FILE.search(path)
        if match and match[1] in categories:
            files.append((natural(match[0].lstrip("/")), path, match[0].lstrip("/")[len("data/8/") :], match))
    if not files:
        raise DataError(f"{source} holds no UNIPEN texts: there is no data/{' or data/'.join(categories)} in it.")
    lines, dropped = [], Dropped()
    for _, path, page, match in sorted(files, key=lambda file: file[0]):
        category, site = match[1], match[2]
        try:
            document = parse(path, fetch)
        except TooMuchError:
            raise
        except DataError as error:
            if WORDS not in categories:
                raise
            dropped.add("files that cannot be read", str(error))
            continue
        segments = document.texts if category == TEXTS else document.words
        for segment in sorted(segments, key=lambda one: one.ranges[0][0][0]):
            name = f"{page}:{_delineation(segment)}"
            strokes = strokes_of(segment, document.components)
            reason = _reason(segment, strokes)
            if reason:
                dropped.add(reason, name)
                continue
            first = document.components[segment.ranges[0][0][0]]
            text = " ".join(segment.label.split())
            ink = [stroke * _FLIP for stroke in strokes]
            lines.append(Line(name, f"{site}/{first.writer}", site, ink, text, page, first.style, category))
    return lines, dropped.counts()


def several_rows(strokes: list[np.ndarray]) -> bool:
    """Whether a text runs over several rows, by its ink alone: it falls apart into bands, or is very tall.

    Marks above or below a row (quotes, commas) are no band of their own. Rows so slanted that they overlap are told
    by the height of all ink against that of a tall stroke.
    """
    edges = sorted((stroke[:, 1].min(), stroke[:, 1].max()) for stroke in strokes)
    bands = [list(edges[0])]
    for top, bottom in edges[1:]:
        if top <= bands[-1][1]:
            bands[-1][1] = max(bottom, bands[-1][1])
        else:
            bands.append([top, bottom])
    tallest = max(bottom - top for top, bottom in bands)
    rows = 1
    for (top, bottom), (next_top, next_bottom) in pairwise(bands):
        mark = min(bottom - top, next_bottom - next_top) < tallest / 2
        rows += not (mark and next_top - bottom < tallest / 2)
    tall = float(np.quantile([np.ptp(stroke[:, 1]) for stroke in strokes], 0.75))
    return rows > 1 or bool(bands[-1][1] - bands[0][0] > _ROWS * tall)


def _reason(segment: Segment, strokes: list[np.ndarray] | None) -> str | None:
    """Why a text cannot be used, or None."""
    if segment.label is None or not segment.label.strip():
        return "it has no transcript"
    if re.search(r"[^ -~\s]", segment.label):
        return "the transcript is not printable ASCII"
    if strokes is None:
        return "it points outside the ink"
    if not strokes:
        return "it has no pen-down point"
    return None


def _delineation(segment: Segment) -> str:
    (first, _), (last, _) = segment.ranges[0][0], segment.ranges[-1][1]
    return f"{first}-{last}"


def categories(source: Path) -> set[str]:
    """Which of UNIPEN's categories a source holds files of, such as {"1a", "8"}; nothing is read of what is in them.

    Raises DataError where the source is no archive or folder of ink.
    """
    return {match[1] for name in file_names(source) if (match := _CATEGORY.search(name))}
