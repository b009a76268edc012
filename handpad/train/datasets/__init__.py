"""Data sets of handwritten characters, each in one module with the same interface.

A data-set module offers ``NAME``, ``SOURCE`` (what a user points at) and ``read(source) -> Dataset``; the table
:data:`READERS` names the modules.
"""

import importlib
from pathlib import Path

from handpad.train.datasets.dataset import Dataset

READERS = {
    "unipen": "handpad.train.datasets.unipen",
    "uji": "handpad.train.datasets.uji",
    "deepwriting": "handpad.train.datasets.deepwriting",
    "nist": "handpad.train.datasets.nist",
    "idx": "handpad.train.datasets.idx",
    "folder": "handpad.train.datasets.folder",
    "profile": "handpad.train.datasets.profile",
}


def read(name: str, source: Path) -> Dataset:
    """Read a data set from its own files. Raises DataError with one sentence on what cannot be read."""
    return importlib.import_module(READERS[name]).read(Path(source))


__all__ = ["READERS", "Dataset", "read"]
