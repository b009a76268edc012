"""Data sets of handwritten characters, each in one module with the same interface.

A data-set module offers ``NAME`` and ``read(source, work) -> Dataset``; the table :data:`READERS` names the modules.
One whose data set is several files side by side also offers ``parts(source)``, which lists them.
"""

import importlib
from pathlib import Path

from handpad.train.datasets.dataset import Dataset
from handpad.train.datasets.work import PLAIN, Work

READERS = {
    "unipen": "handpad.train.datasets.unipen",
    "uji": "handpad.train.datasets.uji",
    "deepwriting": "handpad.train.datasets.deepwriting",
    "nist": "handpad.train.datasets.nist",
    "idx": "handpad.train.datasets.idx",
    "folder": "handpad.train.datasets.folder",
    "profile": "handpad.train.datasets.profile",
}


def read(name: str, source: Path, work: Work = PLAIN) -> Dataset:
    """Read a data set from its own files. Raises DataError with one sentence on what cannot be read.

    Parameters
    ----------
    name : key of READERS.
    source : a file or folder, as the module's own ``read`` says.
    work : where to tell how far it is, and to keep what is finished.
    """
    return importlib.import_module(READERS[name]).read(Path(source), work)


def parts(name: str, source: Path) -> list[Path]:
    """The files and folders that :func:`read` reads; none of them need be there."""
    module = importlib.import_module(READERS[name])
    return module.parts(Path(source)) if hasattr(module, "parts") else [Path(source)]


__all__ = ["PLAIN", "READERS", "Dataset", "Work", "parts", "read"]
