"""A plain folder of images, ``<writer>/<label>/*.png``: black ink on white, one character each."""

import re
from pathlib import Path

import numpy as np

from handpad.errors import DataError
from handpad.train.datasets.dataset import Dataset
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.images import decoded, glyphs_of_files, image_dataset
from handpad.train.datasets.stores import Folder, Zip

NAME = "folder"
LICENCE = "images of your own"

_IMAGE = re.compile(r"(?:^|/)(?P<writer>[^/]+)/(?P<label>[^/]+)/[^/]+\.png$", re.IGNORECASE)
_CODE = re.compile(r"U\+([0-9A-Fa-f]{4,6})")


def read(source: Path) -> Dataset:
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
    for name in store.refused:
        dropped.add("paths that climb out of the archive", name)
    found = []
    for place, name in enumerate(store.names):
        match = _IMAGE.search(name)
        label = _label(match["label"]) if match else None
        if label:
            found.append((match["writer"], label, place))
        elif match:
            dropped.add("images in a folder that is not named by a character", name)
    found.sort()
    places = np.array([place for _, _, place in found], np.int64)
    kept, glyphs, cues = glyphs_of_files(store, places, lambda content: decoded(content, None), dropped)
    labels, writers = [found[row][1] for row in kept], [found[row][0] for row in kept]
    return image_dataset(NAME, LICENCE, labels, writers, glyphs, cues, dropped)


def _label(name: str) -> str | None:
    code = _CODE.fullmatch(name)
    if code and int(code[1], 16) <= 0x10FFFF:
        name = chr(int(code[1], 16))
    return name if len(name) == 1 and name.isprintable() and not name.isspace() else None
