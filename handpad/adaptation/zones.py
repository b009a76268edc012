"""Zones: what the letters of one writer have in common in size and place, whatever their shape."""

from collections.abc import Sequence

import numpy as np

ZONES = ("digit", "capital", "small", "ascender", "descender", "low mark", "high mark", "tall mark")
_ASCENDERS = frozenset("bdfhiklt")
_DESCENDERS = frozenset("gjpqy")
_LOW_MARKS = frozenset(".,_")
_HIGH_MARKS = frozenset("'\"`^*~-=+")


def zone_of(label: str) -> int:
    """The index into ZONES of one character."""
    if label.isdecimal():
        return 0
    if label.isalpha():
        if label.isupper():
            return 1
        return 3 if label in _ASCENDERS else 4 if label in _DESCENDERS else 2
    return 5 if label in _LOW_MARKS else 6 if label in _HIGH_MARKS else 7


def zone_matrix(labels: Sequence[str]) -> np.ndarray:
    """Which label lies in which zone: float64 (labels, ZONES) of ones and zeros; each row sums to 1."""
    return np.eye(len(ZONES))[[zone_of(label) for label in labels]]
