"""The writer's own signs on lines: they speak by segments alone, for the sequence network knows nothing of them.

A sign is weighed against everything else that its ink may be (:mod:`handpad.adaptation.own_signs`). On a line that is
the likeliest way to read its fragments otherwise, as one character or as several, so that a sign of several letters, or
one whose dots stand apart, is held against what its parts say. Most hypotheses on a line are no character at all, and
may be like a sign by chance: those that read better in parts than as one are believed less.
"""

from collections.abc import Callable, Collection, Sequence

import numpy as np

from handpad.adaptation import Observation
from handpad.adaptation.own_signs import OwnSigns
from handpad.ink import Box, bounding_box
from handpad.numerics import log_sum_exp
from handpad.reading.language import SIGN
from handpad.reading.lattice import Lattice
from handpad.reading.search import Weights

TRUST, IN_PARTS, PRIOR = 0.5, 0.25, -2.2
"""The log odds of a sign on a line: TRUST times those by shape, less IN_PARTS for each nat by which its ink reads
better in parts, and PRIOR. Fitted by logistic regression on 339 hypotheses, 50 of them signs, of the first five lines
of UNIPEN's validation writers with accents put on letters (``tests/bench/bench_own_signs.py``). On their next ten lines
-1.7 in place of -2.2 reads 23 of 33 signs and costs 5 of 1,006 plain characters, -2.2 reads 20 and costs none."""

MOST_STROKES, MOST_GROUPS = 40, 32
"""Of a sign that seems to be a drawing; and so many such are looked at on a line."""

See = Callable[[Sequence[Sequence[np.ndarray]]], Observation]
"""What the base model sees in n >= 1 characters, each given as its strokes."""

HEARD = -4.0
"""A sign of lower log odds than that in all segments of a line is left out there."""


def sign_columns(
    segments: Lattice,
    observation: Observation,
    labels: np.ndarray,
    spaces: np.ndarray,
    signs: OwnSigns,
    weights: Weights,
    wanted: Collection[str] = (),
    in_boxes: bool = False,
) -> tuple[list[str], np.ndarray]:
    """The signs that a line may hold, k of them, and their scores in each segment: float (n, k).

    Parameters
    ----------
    observation : what the base model sees in each segment.
    labels : float (n, c), what all other labels score there. spaces : float (m - 1, 2), as in the search.
    wanted : signs that are told in any case.
    in_boxes : every segment is known to be a character, and weighed by itself.
    """
    odds = signs.log_odds(observation)
    if in_boxes:
        kept = [place for place, sign in enumerate(signs.labels) if sign in wanted or odds[:, place].max() > HEARD]
        calm = weights.temperature
        every = calm * log_sum_exp(labels.astype(np.float64) / calm)
        return [signs.labels[place] for place in kept], every + calm * odds[:, kept]
    odds = TRUST * odds + PRIOR
    kept = [place for place, sign in enumerate(signs.labels) if sign in wanted or odds[:, place].max() > HEARD]
    odds = odds[:, kept]
    heard = np.flatnonzero(odds.max(axis=1, initial=-np.inf) > HEARD)
    a_letter = weights.character + weights.language * SIGN
    rivals = labels.max(axis=1).astype(np.float64)
    gained = np.zeros(len(rivals))
    gained[heard] = _best_ways(segments, rivals + a_letter, spaces, heard) - a_letter - rivals[heard]
    rivals += (1 - IN_PARTS) * gained
    return [signs.labels[place] for place in kept], rivals[:, None] + odds


def strokes_of_signs(strokes: Sequence[np.ndarray], drawn: Collection[int], signs: OwnSigns, see: See) -> set[int]:
    """Of strokes that seem to be drawings, those that look like a sign, alone or with those that they overlap."""
    groups: list[tuple[Box, set[int]]] = []
    for index in sorted(drawn):
        box, members = bounding_box([strokes[index]]), {index}
        for other in [one for one in groups if _overlap(one[0], box)]:
            groups.remove(other)
            box, members = box.union(other[0]), members | other[1]
        groups.append((box, members))
    chosen = [sorted(members) for _, members in groups if len(members) <= MOST_STROKES][:MOST_GROUPS]
    if not chosen:
        return set()
    odds = TRUST * signs.log_odds(see([[strokes[index] for index in members] for members in chosen])) + PRIOR
    return {index for members, found in zip(chosen, odds, strict=True) if found.max() > 0 for index in members}


def _overlap(one: Box, other: Box) -> bool:
    return one.left <= other.right and other.left <= one.right and one.top <= other.bottom and other.top <= one.bottom


def _best_ways(segments: Lattice, scores: np.ndarray, spaces: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The score of the best way to read the fragments of some segments, as themselves or in parts: (k,).

    scores : (n,), of each segment as what it is likeliest to be.
    """
    ending = np.searchsorted(segments.stops, np.arange(len(segments.fragments) + 2))
    between = np.concatenate([[0.0], spaces.max(axis=1)]) if len(spaces) else np.zeros(1)
    found = np.empty(len(rows))
    for place, row in enumerate(rows):
        start, stop = int(segments.starts[row]), int(segments.stops[row])
        best = {start: 0.0}
        for end in range(start + 1, stop + 1):
            ways = [
                best[begin] + scores[part] + (between[begin] if begin > start else 0.0)
                for part in range(ending[end], ending[end + 1])
                if (begin := int(segments.starts[part])) in best
            ]
            best[end] = max(ways, default=-np.inf)
        found[place] = best[stop]
    return found
