"""A plain folder of images, ``<writer>/<label>/*.png``: black ink on white, one character each."""

import re
from functools import partial
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.train.datasets.dataset import Dataset
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.images import convert, decoded, image_dataset
from handpad.train.datasets.stores import Folder, Zip, drop_refused
from handpad.train.datasets.work import PLAIN, Work

NAME = "folder"
LICENCE = "images of your own"

_IMAGE = re.compile(r"(?:^|/)(?P<writer>[^/]+)/(?P<label>[^/]+)/[^/]+\.png$", re.IGNORECASE)
_CODE = re.compile(r"U\+([0-9A-Fa-f]{4,6})")


def read(source: Path, work: Work = PLAIN) -> Dataset:
    """Read all images. The data set has no ink; sizes in pixels are its cues.

    The folder of a label is named by the one character, or by its code as in "U+0041": some file systems take "a"
    and "A" for the same name, or forbid "/" and "?".

    Parameters
    ----------
    source : the folder above the writers, or a zip of it.

    Raises
    ------
    DataError : no such source, or no image in it.
    """
    source = Path(source)
    if not source.exists():
        raise DataError(f"There is no file or folder {source}.")
    store = Zip(source) if source.is_file() else Folder(source)
    dropped = Dropped()
    refused = drop_refused(store, dropped)
    found = []
    for place, name in enumerate(store.names):
        match = _IMAGE.search(name)
        label = _label(match["label"]) if match else None
        if place in refused:
            continue
        if label:
            found.append((match["writer"], label, place))
        elif match:
            dropped.add("images in a folder that is not named by a character", name)
    found.sort()
    places = np.array([place for _, _, place in found], np.int64)
    labels, writers = (np.array([row[column] for row in found], str) for column in (1, 0))
    del found
    parts = convert(store, places, partial(decoded, shape=None), dropped, work)
    return image_dataset(NAME, LICENCE, labels, writers, parts, dropped)


def _label(name: str) -> str | None:
    code = _CODE.fullmatch(name)
    if code and int(code[1], 16) <= 0x10FFFF:
        name = chr(int(code[1], 16))
    return name if len(name) == 1 and name.isprintable() and not name.isspace() else None
