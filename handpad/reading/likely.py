"""How likely the ink of a character is to be that character, whatever a text says: what a typed word may teach.

A word that the writer types is parted over its ink in the likeliest way, however unlikely that is: of "The" for ink
that says "Ithe", a stem would become a T. So each segment is asked without the text and without the language: how much
of all readings of the line take it for one character, and for one of that shape?
"""

from typing import TYPE_CHECKING

import numpy as np

from handpad.adaptation import softmax

if TYPE_CHECKING:
    from handpad.reading.lattice import Lattice

TWINS = ("0oO", "1lI|", "cC", "kK", "pP", "sS", "uU", "vV", "wW", "xX", "yY", "zZ")
"""Labels of one shape, a set each: ink that is likely for one is likely for all of them."""

LIKELY = 0.3
"""Ink that is less likely to be a character, or to be parted so from its neighbours, is not learned from a typed word.

Fitted on all of UNIPEN's lines of printed text by validation writers whose characters are delineated
(``tests/bench/bench_corrections.py --fit``): words that were misread, typed as they are, and, since writers also type
what is not in the ink, any words with a letter left out or put in. From 0.2 on at most 1 in 100 of the characters
learned from each of the three has wrong ink; here 3 of 1,061 and 7 of 2,376 and 2,079 have. The bundled model and its
potential functions were fitted on all of UNIPEN's writers, these among them, and know their ink better than a new
writer's: hence the distance to 0.2.
"""


def likelihoods(segments: "Lattice", labels: np.ndarray, spaces: np.ndarray, alphabet: list[str]) -> np.ndarray:
    """The probability that each segment is one character, and of a label's shape: float64 (n, c), 0 to 1.

    Parameters
    ----------
    labels : float (n, c), calibrated scores of each label in each segment.
    spaces : float (m - 1, 2), calibrated scores of no space and of a space before each fragment but the first.
    alphabet : the c labels.
    """
    return _shares(segments, labels, spaces)[:, None] * (softmax(labels) @ twins(alphabet))


def _shares(segments: "Lattice", labels: np.ndarray, spaces: np.ndarray) -> np.ndarray:
    """The part of all readings of the line that have each segment as a character: (n,). Forward and backward sums."""
    last = len(segments.fragments)
    own = np.logaddexp.reduce(labels.astype(np.float64), axis=1)
    own += np.concatenate([[0.0], np.logaddexp.reduce(spaces.astype(np.float64), axis=1)])[segments.starts]
    before, behind = np.full(last + 1, -np.inf), np.full(last + 1, -np.inf)
    before[0] = behind[last] = 0.0
    for segment in range(len(segments)):  # which are sorted by stop
        start, stop = segments.starts[segment], segments.stops[segment]
        before[stop] = np.logaddexp(before[stop], before[start] + own[segment])
    for segment in np.argsort(-segments.starts, kind="stable"):
        start, stop = segments.starts[segment], segments.stops[segment]
        behind[start] = np.logaddexp(behind[start], own[segment] + behind[stop])
    return np.exp(np.minimum(before[segments.starts] + own + behind[segments.stops] - before[last], 0.0))


def twins(alphabet: list[str]) -> np.ndarray:
    """Which labels have one shape: float64 (c, c), 1 or 0."""
    shapes = {label: shape for shape in TWINS for label in shape}
    names = np.array([shapes.get(label, label) for label in alphabet])
    return (names[:, None] == names).astype(np.float64)
