"""NIST Special Database 19, second edition: 814,255 images of 62 characters by 3,596 writers, in place."""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from sys import intern

import numpy as np

from handpad.errors import DataError
from handpad.labels import ALPHANUMERIC
from handpad.train.datasets.dataset import Dataset
from handpad.train.datasets.dropped import Dropped
from handpad.train.datasets.images import convert, decoded, image_dataset
from handpad.train.datasets.stores import Both, EntryError, Folder, Store, Zip, drop_refused
from handpad.train.datasets.work import PLAIN, Work

NAME = "nist"
LICENCE = "NIST Special Database 19, second edition, public domain (work of the US government)"
UNKNOWN = "unknown"
SHAPE = (128, 128)


_WRITTEN_PATH = r"f(?P<w>\d{4})_\d\d/(?P<folder>[dulc](?P=w)_\d\d)/(?P=folder)_\d+\.png"
_IMAGE = re.compile(r"(?:^|/)by_class/([0-9a-f]{2})/(hsf_[0-7]|train_\1)/(\2_\d+\.png)$")
_PART = re.compile(r"(?:^|/)by_class/[0-9a-f]{2}/hsf_[0-7][/.]")
_LIST = re.compile(r"(?:^|/)by_class/([0-9a-f]{2})/(hsf_[0-7])\.mit$")
_WRITTEN = re.compile(rf"(?:^|/)by_write/(hsf_[0-7]/{_WRITTEN_PATH})$")
_PATH = re.compile(_WRITTEN_PATH)


def read(source: Path, work: Work = PLAIN) -> Dataset:
    """Read all images of ``by_class`` with their labels and writers. The data set has no ink.

    The label is the class folder's. The writer is "hsf_<n>/<number>", from the lists ``hsf_<n>.mit``; images that no
    list gives a writer are dropped, and counted. The ``train_<hex>`` folders repeat the others and are read only
    where there are no others: those images have no writer, and the one writer is called "unknown".

    ``by_write`` holds the same images again, without labels. It is not needed; where it lies beside ``by_class``,
    images that only it holds are taken from it, and images are dropped whose path leads to nothing there.

    Parameters
    ----------
    source : ``by_class.zip`` or an unpacked ``by_class``, or the folder that holds one of them.

    Raises
    ------
    DataError : no such source, or no image in it.
    """
    store = _store(Path(source))
    dropped = Dropped()
    found, notes = _joined(store, drop_refused(store, dropped), dropped)
    order = np.argsort(found.writer, kind="stable")
    places, labels, writers = (np.asarray(values)[order] for values in (found.place, found.label, found.writer))
    converted = convert(store, places, partial(decoded, shape=SHAPE), dropped, work)
    del store, found, order, places
    return image_dataset(NAME, LICENCE, labels, writers, converted, dropped, notes)


def parts(source: Path) -> list[Path]:
    """``by_class``, and where it lies beside it ``by_write``, each as a zip or a folder."""
    if source.is_file() or source.name == "by_class":
        by_class, beside = source, source.parent
    else:
        zipped = source / "by_class.zip"
        by_class, beside = zipped if zipped.is_file() else source / "by_class", source
    by_write = [path for path in (beside / "by_write.zip", beside / "by_write") if path.exists()]
    return [by_class, *by_write[:1]]


def _store(source: Path) -> Store:
    if not source.exists():
        raise DataError(f"There is no file or folder {source}.")
    stores = [Zip(path) if path.is_file() else Folder(path.parent, path.name) for path in parts(source)]
    return Both(*stores) if len(stores) == 2 else stores[0]


@dataclass
class _Found:
    """The images so far: place in the store, label and writer of each."""

    place: list[int] = field(default_factory=list)
    label: list[str] = field(default_factory=list)
    writer: list[str] = field(default_factory=list)

    def add(self, place: int, label: str, writer: str) -> None:
        self.place.append(place)
        self.label.append(label)
        self.writer.append(writer)


def _joined(store: Store, refused: set[int], dropped: Dropped) -> tuple[_Found, list[str]]:
    """All images with label and writer, and what to say of where they come from."""
    images: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    lists: dict[tuple[str, str], int] = {}
    written: dict[str, int] = {}
    listed = any(_PART.search(name) for name in store.names)
    for place, name in enumerate(store.names):
        if place in refused:
            continue
        if match := _IMAGE.search(name):
            if match[2].startswith("hsf") or not listed:
                images[match[1], match[2]][match[3]] = place
        elif match := _WRITTEN.search(name):
            written[match[1]] = place
        elif match := _LIST.search(name):
            lists[match[1], match[2]] = place
    found, notes = _Found(), []
    for code, part in sorted({*images, *lists}):
        label = chr(int(code, 16))
        own = images.get((code, part), {})
        if label not in ALPHANUMERIC:
            dropped.add("labels outside the alphabet", f"by_class/{code}/{part}", len(own))
        elif listed:
            lines = _listed(store, lists.get((code, part)), dropped)
            _join(label, part, own, lines, written, found, dropped)
        else:
            for place in own.values():
                found.add(place, label, UNKNOWN)
    if found.place and not listed:
        notes.append("Only the train folders are there, which name no writer.")
    missing = sorted(set(ALPHANUMERIC) - set(found.label))
    if missing:
        notes.append(f"These classes are missing: {' '.join(missing)}.")
    return found, notes


def _join(
    label: str,
    part: str,
    own: dict[str, int],
    lines: dict[str, str],
    written: dict[str, int],
    found: _Found,
    dropped: Dropped,
) -> None:
    """Give the images of one class and part their writers, and take those that only ``by_write`` holds from there."""
    for name in sorted({*own, *lines}):
        entry = f"by_class/{ord(label):x}/{part}/{name}"
        path = f"{part}/{lines[name]}" if name in lines else ""
        place = own.get(name, written.get(path))
        if not path:
            dropped.add("images that no .mit file gives a writer", entry)
        elif place is None:
            dropped.add("images that a .mit file lists and that are missing", entry)
        elif written and path not in written:
            dropped.add("images whose path in the .mit file is not in by_write", entry)
        else:
            found.add(place, label, intern(f"{part}/{lines[name][1:5]}"))


def _listed(store: Store, place: int | None, dropped: Dropped) -> dict[str, str]:
    """What one .mit file lists: the path below ``by_write/hsf_<n>`` by the image's file name; nothing without one."""
    if place is None:
        return {}
    entry = store.names[place]
    (content,) = store.portion(np.array([place]))
    if isinstance(content, EntryError):
        dropped.add(f".mit {content}", entry)
        return {}
    count, *lines = content.decode("latin-1").splitlines() or [""]
    lines = [line.split() for line in lines if line.strip()]
    if count.strip() != str(len(lines)):
        dropped.add(".mit files whose count is not that of their lines", entry)
    good = {words[0]: words[1] for words in lines if len(words) == 2 and _PATH.fullmatch(words[1])}
    bad = sum(len(words) != 2 or not _PATH.fullmatch(words[1]) for words in lines)
    dropped.add(".mit lines without the path of a writer", entry, bad)
    return good
