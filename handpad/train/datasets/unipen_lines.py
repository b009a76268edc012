"""UNIPEN train_r01_v07: lines of printed text of data/8, with their transcripts."""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.train.datasets.archive import read_texts
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.unipen import fetcher, natural
from handpad.train.datasets.unipen_text import Component, Segment, parse, strokes_of

_DATA_FILE = re.compile(r"(?:^|/)data/8/([^/]+)/(.+)$")
_ROWS = 5
_FLIP = np.array([1.0, -1.0])


@dataclass(frozen=True)
class Line:
    """A piece of text that somebody wrote, and what it says.

    Attributes
    ----------
    name : file below data/8 and delineation, such as "apa/apa00/app0001.dat:0-23".
    writer : "<contributor>/<id>", as in the characters of :mod:`handpad.train.datasets.unipen`.
    site : the contributor.
    strokes : in writing order, pen down only: float64 (n, 2) each, in the site's own units, y pointing DOWN.
    text : the transcript, printable ASCII, words separated by one space.
    page : the file, which may hold several lines in the order of writing.
    """

    name: str
    writer: str
    site: str
    strokes: list[np.ndarray]
    text: str
    page: str


def read(source: Path) -> tuple[list[Line], dict[str, int]]:
    """Read the texts.

    Parameters
    ----------
    source : the archive (tar.xz) or its unpacked folder, with ``data`` and ``include`` below it.

    Returns
    -------
    The lines, ordered by site, file and place in the file; and how many were dropped, by reason.

    Raises
    ------
    DataError : no UNIPEN texts, a missing include, rows that cannot be read; the sentence names file and line.
    """
    texts = read_texts(source)
    fetch = fetcher(texts, source)
    pages = {match[0].lstrip("/"): (path, match[1]) for path in texts if (match := _DATA_FILE.search(path))}
    if not pages:
        raise DataError(f"{source} holds no UNIPEN texts: there is no data/8 in it.")
    lines, dropped = [], Dropped()
    for page, (path, site) in sorted(pages.items(), key=lambda item: natural(item[0])):
        document = parse(path, fetch)
        page = page.removeprefix("data/8/")
        for segment in sorted(document.texts, key=lambda one: one.ranges[0][0][0]):
            name = f"{page}:{_delineation(segment)}"
            strokes = strokes_of(segment, document.components)
            reason = _reason(segment, strokes, document.components)
            if reason:
                dropped.add(reason, name)
                continue
            writer = document.components[segment.ranges[0][0][0]].writer
            text = " ".join(segment.label.split())
            lines.append(Line(name, f"{site}/{writer}", site, [s * _FLIP for s in strokes], text, page))
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


def _reason(segment: Segment, strokes: list[np.ndarray] | None, components: list[Component]) -> str | None:
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
