"""The raw JSON of DeepWriting: ``<writer>/<form>/*segmented*.json``, one object for each line of a form.

A line has ``word_stroke``, its points as objects with x, y and ev (2 at the last point of a stroke), and
``wholeword_segments``, its words, whose ``chars`` have a ``char`` and ``ranges`` of indexes into the points.
"""

import json
import re
from collections.abc import Iterator
from itertools import chain

import numpy as np

from handpad.labels import ALPHANUMERIC
from handpad.train.datasets.allowance import Allowance
from handpad.train.datasets.dataset import Sample
from handpad.train.datasets.deepwriting_lines import Line, strokes_of, writer_name
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.stores import EntryError, Store, drop_refused

ALPHABET = frozenset(ALPHANUMERIC + "'.,-()/")

_FILE = re.compile(r"(?:^|/)(\d{1,9})/[^/]+/[^/]*segmented[^/]*\.json$")
_PEN_UP = 2


def json_lines(store: Store, dropped: Dropped, allowance: Allowance) -> Iterator[Line]:
    """The characters of every line in the JSON files of a folder or zip, y down, in the units of the files.

    Raises DataError where there are more than the allowance.
    """
    refused = drop_refused(store, dropped)
    for place, name in enumerate(store.names):
        match = _FILE.search(name)
        if not match or place in refused:
            continue
        (content,) = store.portion(np.array([place]))
        try:
            form = None if isinstance(content, EntryError) else json.loads(content)
        except (ValueError, RecursionError):
            form = None
        if not isinstance(form, dict):
            dropped.add("files that are no JSON of lines", name)
            continue
        for key, line in form.items():
            yield list(allowance.counted(_characters(f"{name}, {key}", writer_name(int(match[1])), line, dropped)))


def _characters(entry: str, writer: str, line, dropped: Dropped) -> Line:
    try:
        points = np.array([[float(point[key]) for key in ("x", "y", "ev")] for point in line["word_stroke"]])
        found = [char for word in line["wholeword_segments"] for char in word["chars"]]
    except (ValueError, KeyError, TypeError, OverflowError):
        points, found = np.empty(0), []
    if not len(points) or not np.isfinite(points).all():
        dropped.add("lines without points or segments", entry)
        return []
    characters = []
    for char in found:
        try:
            label, rows = char["char"], np.unique(np.array(list(chain(*char["ranges"]))))
        except (ValueError, KeyError, TypeError, OverflowError):
            label, rows = None, np.empty(0)
        if not isinstance(label, str) or label not in ALPHABET:
            dropped.add("characters whose label is outside the alphabet", entry)
        elif not len(rows) or rows.dtype.kind != "i" or rows[0] < 0 or rows[-1] >= len(points):
            dropped.add("characters that point outside the line", entry)
        else:
            characters.append(Sample(label, writer, strokes_of(points[:, :2], points[:, 2] == _PEN_UP, rows)))
    return characters
