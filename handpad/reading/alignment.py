"""A known text over the ink of a line: which ink each of its characters has (forced alignment).

Dynamic programming over fragments and characters finds the likeliest way of all. There always is one: where there is
less ink than text, a piece stands for several characters, and where there is more, a piece takes what is left.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from handpad.reading.lattice import Lattice
from handpad.reading.spelling import Unit

LEFT_OVER = -16.0
"""Score of each character that shares the ink of the one before it, and of each fragment beyond a character's ink."""

LEAST = -14.0
"""No label scores lower than that below the best one of a segment: what a writer says may look like nothing known."""

LOOKS_LIKE = -1.0
"""A sign that the model does not know scores so much below the letter that it has marks on ..."""

UNKNOWN = -4.0
"""... or, where there is none, so much below all labels together."""


@dataclass(frozen=True)
class Piece:
    """Fragments start to stop - 1, and the characters that they stand for: first to last - 1 of a text.

    Attributes
    ----------
    segment : the hypothesis with just these fragments; None if they are more than any.
    share : of all ways to part the text over the line's ink, how much have this segment for this character, 0 to 1; 0
        for a piece that is no segment or has several characters.
    """

    start: int
    stop: int
    first: int
    last: int
    segment: int | None
    share: float


def unit_scores(labels: np.ndarray, alphabet: Sequence[str], units: Sequence[Unit]) -> np.ndarray:
    """How each segment scores as each character of a text: float64 (n, u).

    labels : float (n, c), of the labels of the alphabet. Characters that it lacks are scored by what they look like.
    """
    columns = {label: column for column, label in enumerate(alphabet)}
    best, every = labels.max(axis=1).astype(np.float64), np.logaddexp.reduce(labels.astype(np.float64), axis=1)
    found = np.empty((len(labels), len(units)))
    for place, unit in enumerate(units):
        plain = unicodedata.normalize("NFD", unit.text)[0]
        if unit.text in columns:
            found[:, place] = labels[:, columns[unit.text]]
        elif plain in columns:
            found[:, place] = labels[:, columns[plain]] + LOOKS_LIKE
        else:
            found[:, place] = every + UNKNOWN
    return np.maximum(found, best[:, None] + LEAST)


def align(
    segments: Lattice, scores: np.ndarray, spaces: np.ndarray, units: Sequence[Unit], temperature: float
) -> list[Piece]:
    """The likeliest parting of a text over the open fragments of a line; known characters keep their ink.

    Parameters
    ----------
    scores : float64 (n, u), of each segment as each of the u >= 1 characters.
    spaces : float (m - 1, 2), of no space and of a space before each fragment but the first.
    units : the text that the open fragments say. Whether a space precedes the first is left open.
    temperature : divides scores where shares are asked for.

    Returns
    -------
    Pieces from left to right, one at least; none if no fragment is open.
    """
    taken = np.array([fragment.known is not None for fragment in segments.fragments])
    if taken.all():
        return []
    steps = _steps(segments, scores, spaces, units)
    back = _best(segments, taken, steps, len(units))
    pieces = _traced(segments, back, len(taken), len(units))
    shares = _shares(segments, taken, [step / temperature for step in steps], len(units), temperature)
    return [
        piece
        if piece.segment is None or piece.last - piece.first > 1
        else Piece(
            piece.start, piece.stop, piece.first, piece.last, piece.segment, float(shares[piece.segment, piece.first])
        )
        for piece in pieces
    ]


def _steps(segments: Lattice, scores: np.ndarray, spaces: np.ndarray, units: Sequence[Unit]) -> list[np.ndarray]:
    """Of each segment, what it adds as each character with the space before it: float64 (u,) each."""
    spaced = np.array([int(unit.space) for unit in units])
    spaced_scores = np.zeros((len(segments.fragments), len(units)))
    spaced_scores[1:] = spaces[:, spaced]
    spaced_scores[:, 0] = 0.0
    return [scores[segment] + spaced_scores[start] for segment, start in enumerate(segments.starts)]


def _best(segments: Lattice, taken: np.ndarray, steps: Sequence[np.ndarray], count: int) -> np.ndarray:
    """By which step the likeliest way to have m fragments say u characters ends: int (m + 1, u + 1).

    Steps: a segment's number; or -1, a fragment that is known; -2, one that is left over; -3, a character that is.
    """
    last = len(taken)
    best = np.full((last + 1, count + 1), -np.inf)
    back = np.full((last + 1, count + 1), -1)
    best[0, 0] = 0.0
    ends = np.searchsorted(segments.stops, np.arange(last + 2))
    for stop in range(1, last + 1):
        here, by = best[stop], back[stop]
        if taken[stop - 1]:
            here[:] = best[stop - 1]
        else:
            here[1:], by[1:] = best[stop - 1, 1:] + LEFT_OVER, -2
            for segment in range(ends[stop], ends[stop + 1]):
                found = best[segments.starts[segment], :-1] + steps[segment]
                better = found > here[1:]
                here[1:][better], by[1:][better] = found[better], segment
        for place in range(2, count + 1):
            if here[place - 1] + LEFT_OVER > here[place]:
                here[place], by[place] = here[place - 1] + LEFT_OVER, -3
    return back


def _traced(segments: Lattice, back: np.ndarray, stop: int, count: int) -> list[Piece]:
    pieces: list[Piece] = []
    last, end = count, None
    place = count
    while stop > 0:
        step = int(back[stop, place])
        if step == -3:
            place -= 1
        elif step == -2:
            end = stop if end is None else end
            stop -= 1
        elif step == -1:
            stop -= 1
        else:
            start = int(segments.starts[step])
            whole = end is None and last - place == 0
            pieces.append(Piece(start, end or stop, place - 1, last, step if whole else None, 0.0))
            stop, place = start, place - 1
            last, end = place, None
    return pieces[::-1]


def _shares(
    segments: Lattice, taken: np.ndarray, steps: Sequence[np.ndarray], count: int, temperature: float
) -> np.ndarray:
    """The part of all ways that have each segment for each character: (n, u). Forward and backward sums."""
    last, extra = len(taken), LEFT_OVER / temperature
    ahead, behind = np.full((last + 1, count + 1), -np.inf), np.full((last + 1, count + 1), -np.inf)
    ends = np.searchsorted(segments.stops, np.arange(last + 2))
    ahead[0, 0] = behind[last, count] = 0.0
    for stop in range(1, last + 1):
        if taken[stop - 1]:
            ahead[stop] = ahead[stop - 1]
            continue
        ahead[stop, 1:] = ahead[stop - 1, 1:] + extra
        for segment in range(ends[stop], ends[stop + 1]):
            ahead[stop, 1:] = np.logaddexp(ahead[stop, 1:], ahead[segments.starts[segment], :-1] + steps[segment])
        for place in range(2, count + 1):
            ahead[stop, place] = np.logaddexp(ahead[stop, place], ahead[stop, place - 1] + extra)
    by_start = np.argsort(segments.starts, kind="stable")
    begins = np.searchsorted(segments.starts[by_start], np.arange(last + 1))
    for place in range(count - 1, 0, -1):
        behind[last, place] = behind[last, place + 1] + extra
    for start in range(last - 1, -1, -1):
        if taken[start]:
            behind[start] = behind[start + 1]
        else:
            behind[start, 1:] = behind[start + 1, 1:] + extra
            for segment in by_start[begins[start] : begins[start + 1]]:
                found = behind[segments.stops[segment], 1:] + steps[segment]
                behind[start, :-1] = np.logaddexp(behind[start, :-1], found)
        for place in range(count - 1, 0, -1):
            behind[start, place] = np.logaddexp(behind[start, place], behind[start, place + 1] + extra)
    total = ahead[last, count]
    return np.stack(
        [
            np.exp(np.minimum(ahead[start, :-1] + step + behind[stop, 1:] - total, 0.0))
            for start, stop, step in zip(segments.starts, segments.stops, steps, strict=True)
        ]
    )
