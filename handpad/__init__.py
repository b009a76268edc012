"""Handpad: a handwriting pad that learns the way you write.

>>> from handpad import Recognizer
>>> pad = Recognizer()
>>> ranked = pad.recognize(strokes)          # doctest: +SKIP

The names below are loaded on first use, so that ``import handpad`` costs nothing before the window shows.
"""

import importlib
import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from handpad.errors import HandpadError
    from handpad.recognizer import Candidate, Recognizer

logging.getLogger(__name__).addHandler(logging.NullHandler())  # who wants the log sets up where it goes

__version__ = "0.1.0"
__all__ = ["Candidate", "HandpadError", "Recognizer", "__version__"]

_HOME = {
    "Recognizer": "handpad.recognizer",
    "Candidate": "handpad.recognizer",
    "HandpadError": "handpad.errors",
}


def __getattr__(name: str) -> object:
    if name in _HOME:
        return getattr(importlib.import_module(_HOME[name]), name)
    raise AttributeError(f"module 'handpad' has no attribute {name!r}")
