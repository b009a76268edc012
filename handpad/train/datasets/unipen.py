"""UNIPEN train_r01_v07: isolated characters of data/1a to 1d (digits, capitals, small letters, symbols)."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.train.datasets.allowance import Allowance, TooMuchError
from handpad.train.datasets.archive import read_texts
from handpad.train.datasets.dataset import Dataset, Sample, collect
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.unipen_text import Component, Segment, parse, strokes_of
from handpad.train.datasets.work import PLAIN, Work

NAME = "unipen"
LICENCE = "UNIPEN train_r01_v07, International Unipen Foundation, Zenodo record 1195803, CC BY 4.0"

_DATA_FILE = re.compile(r"(?:^|/)data/1[abcd]/([^/]+)/(.+)$")
_DOTS_OF_SCATTERED_INK = 3
_MOST_COMPONENTS = 100
"""Of a character; UNIPEN's have at most 13 strokes."""

_MOST_READINGS = 16
"""So often a file is read on average; UNIPEN's includes are read at most five times."""

_MOST_POINTS = 20_000
"""Of a character; UNIPEN's have at most 1,025."""

_FLIP = np.array([1.0, -1.0])


def read(source: Path, work: Work = PLAIN) -> Dataset:
    """Read the isolated characters, y flipped to point down.

    The writer is "<contributor>/<id>", since the same id at two contributors is two people. Dropped, counted and
    listed: ink that the labellers could not name, labels other than one printable ASCII character, segments that
    point outside the ink or have no pen-down point, ink whose strokes have lost their places, ink listed more than
    once (the first is kept where the labels agree, none where they contradict each other), and files that cannot be
    read.

    Parameters
    ----------
    source : the archive (tar.xz) or its unpacked folder, with ``data`` and ``include`` below it.

    Raises
    ------
    DataError : no UNIPEN data, or none that can be read; the sentence names file and line.
    """
    texts = read_texts(source)
    fetch = fetcher(texts, source)
    samples: list[Sample] = []
    dropped, allowance = Dropped(), Allowance(source)
    by_ink = sorted(_by_ink(texts).items(), key=lambda item: natural("/".join(item[0])))
    for done, ((contributor, _), paths) in enumerate(by_ink):
        work.progress(done, len(by_ink), "files")
        try:
            samples += allowance.counted(_characters(contributor, paths, fetch, dropped))
        except TooMuchError:
            raise
        except DataError as error:
            dropped.add("files that cannot be read", str(error))
    return collect(NAME, LICENCE, samples, dropped, work)


def fetcher(texts: dict[str, str], source: Path) -> Callable[[str], str]:
    """What gives :func:`handpad.train.datasets.unipen_text.parse` the files of a source, by path or as included.

    Parameters
    ----------
    texts : the source's files by path, as from :func:`handpad.train.datasets.archive.read_texts`.
    source : what to name where a file is missing, or files are included too often: the function returned raises
        DataError then.
    """
    left = _MOST_READINGS * sum(map(len, texts.values()))
    include_path = {_include_key(path): path for path in texts if "include/" in path.lower()}

    def fetch(name: str) -> str:
        path = name if name in texts else include_path.get("include/" + name.lower().strip().strip('"'))
        if path is None:
            raise DataError(f"UNIPEN file include/{name[:200]} is missing from {source}.")
        nonlocal left
        left -= len(texts[path])
        if left < 0:
            raise TooMuchError(f"The files of {source} include each other over and over: it is no data set of ink.")
        return texts[path]

    return fetch


def _include_key(path: str) -> str:
    lower = path.lower()
    return lower[lower.index("include/") :]


def _by_ink(texts: dict[str, str]) -> dict[tuple[str, str], list[str]]:
    """The data files that label the same ink (digits in 1a, capitals in 1b, ...), by contributor and ink."""
    groups = defaultdict(list)
    for path in texts:
        match = _DATA_FILE.search(path)
        if match:
            groups[match[1], match[2].lower()].append(path)
    return groups


def natural(path: str) -> list:
    """A key to sort paths with, in which numbers count as numbers."""
    parts = re.split(r"([0-9]+)", path)
    return [(len(part.lstrip("0")), part.lstrip("0")) if place % 2 else part for place, part in enumerate(parts)]


def _characters(contributor: str, paths: list[str], fetch: Callable[[str], str], dropped: Dropped) -> Iterator[Sample]:
    """The characters that several data files find in one ink, in the order in which they were written."""
    components: list[Component] = []
    segments: list[Segment] = []
    file_of: dict[Segment, str] = {}
    for path in sorted(paths):
        document = parse(path, fetch)
        components = document.components
        segments += document.segments
        file_of |= dict.fromkeys(document.segments, path)
    labels_of = defaultdict(set)
    for segment in segments:
        labels_of[segment.ranges].add(segment.label)
    seen = set()
    scattered = _is_scattered(strokes_of(segment, components, _MOST_COMPONENTS) for segment in segments)
    for segment in sorted(segments, key=lambda segment: [(c, p or 0) for c, p in segment.ranges[0]]):
        strokes = strokes_of(segment, components, _MOST_COMPONENTS)
        if reason := _reason(segment, strokes, labels_of[segment.ranges], scattered, segment.ranges in seen):
            dropped.add(reason, f"{file_of[segment]}, component {segment.ranges[0][0][0]}")
        else:
            seen.add(segment.ranges)
            writer = components[segment.ranges[0][0][0]].writer
            yield Sample(segment.label, f"{contributor}/{writer}", [s * _FLIP for s in strokes])


def _reason(
    segment: Segment, strokes: list[np.ndarray] | None, labels: set[str | None], scattered: bool, seen: bool
) -> str:
    """Why a segment is left out, or ""."""
    if segment.label is None:
        return "the labellers could not name it"
    if len(segment.label) != 1 or not "!" <= segment.label <= "~":
        return "the label is not one printable ASCII character"
    if strokes is None:
        return "it points outside the ink"
    if sum(map(len, strokes)) > _MOST_POINTS:
        return "it has more points than a character"
    if not strokes:
        return "it has no pen-down point"
    if len(labels) > 1:
        return "the same ink has contradicting labels"
    if scattered and all(_at_origin(stroke) for stroke in strokes):
        return "its strokes were each stored at an origin of their own, so their places are lost"
    return "the same ink is listed twice" if seen else ""


def _at_origin(stroke: np.ndarray) -> bool:
    return bool((stroke.min(axis=0) == 0).all())


def _is_scattered(characters: Iterable[list[np.ndarray] | None]) -> bool:
    """Whether an ink was stored stroke by stroke, each moved to an origin of its own, as part of IBM's was.

    There every stroke is labelled as a character, and its dots lie at (0, 0), which tells such ink from that of
    sites which move whole characters to the origin.
    """
    dots = sum(bool(strokes) and all((stroke == 0).all() for stroke in strokes) for strokes in characters)
    return dots >= _DOTS_OF_SCATTERED_INK
