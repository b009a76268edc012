"""Zips in the layout of NIST SD19, second edition. The writers and lists are made up."""

import zipfile
from collections.abc import Iterable
from itertools import cycle
from pathlib import Path

CLASSES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
PARTS = {"hsf_0": 0, "hsf_1": 500, "hsf_2": 1000, "hsf_3": 1500, "hsf_4": 2100, "hsf_6": 2600, "hsf_7": 3100}
"""The parts of the collection and the number of each one's first writer."""

WRITERS = 400


def write_by_class(path: Path, images: Iterable[bytes], count: int) -> None:
    """A ``by_class.zip`` of so many images, taken from the given ones over and over.

    As in the real one, the images of all parts but hsf_4 stand in it once more, in the train folders.
    """
    pngs, sizes = cycle(images), _sizes(count)
    with zipfile.ZipFile(path, "w") as archive:
        for label in CLASSES:
            code, copied = f"{ord(label):x}", 0
            for part, first in PARTS.items():
                lines = []
                for number in range(sizes[label, part]):
                    name, png = f"{part}_{number:05}.png", next(pngs)
                    archive.writestr(f"by_class/{code}/{part}/{name}", png)
                    lines.append(f"{name} {_written(label, first + number % WRITERS, number)}")
                    if part != "hsf_4":
                        archive.writestr(f"by_class/{code}/train_{code}/train_{code}_{copied:05}.png", png)
                        copied += 1
                archive.writestr(f"by_class/{code}/{part}.mit", "\n".join([str(len(lines)), *lines]) + "\n")


def write_by_write(path: Path, images: Iterable[bytes], count: int) -> None:
    """The ``by_write.zip`` that belongs to :func:`write_by_class` with the same images and count."""
    pngs, sizes = cycle(images), _sizes(count)
    with zipfile.ZipFile(path, "w") as archive:
        for label in CLASSES:
            for part, first in PARTS.items():
                for number in range(sizes[label, part]):
                    archive.writestr(f"by_write/{part}/{_written(label, first + number % WRITERS, number)}", next(pngs))


def _sizes(count: int) -> dict[tuple[str, str], int]:
    """How many images each class and part has."""
    places = [(label, part) for label in CLASSES for part in PARTS]
    return {place: count // len(places) + (number < count % len(places)) for number, place in enumerate(places)}


def _written(label: str, writer: int, number: int) -> str:
    """An image's path below by_write/hsf_<n>; its number is its own among all classes of the writer."""
    kind = "d" if label.isdigit() else "u" if label.isupper() else "l"
    name = f"{kind}{writer:04}_{number % 100:02}"
    return f"f{writer:04}_{number % 100:02}/{name}/{name}_{CLASSES.index(label) * 1000 + number:05}.png"
