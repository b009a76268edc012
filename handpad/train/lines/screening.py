"""Words and texts of UNIPEN that a reader must not learn from: by rule, before it has seen any of them."""

from collections import Counter
from collections.abc import Iterable
from itertools import pairwise

import numpy as np

from handpad.reading.trajectory import FRAME, STEP, writing_size
from handpad.train.datasets.unipen_lines import WORDS, Line

_MOST_FRAMES_A_CHARACTER = 60
_MOST_POINTS = 20_000
_MOST_ASPECT = 40.0


def screened(lines: Iterable[Line]) -> tuple[list[Line], dict[str, int]]:
    """The lines that can be learned from, and how many were left out, by reason."""
    kept, left_out = [], Counter()
    for line in lines:
        reason = reason_against(line)
        if reason:
            left_out[reason] += 1
        else:
            kept.append(line)
    return kept, dict(left_out)


def reason_against(line: Line) -> str:
    """Why a line cannot be learned from, or "".

    A labeller's mark (``@``) stands in words for a letter that nobody could read. A transcript needs a frame for each
    of its characters, and has no more ink than letters could have.
    """
    text = line.text
    if "@" in text and line.category == WORDS:
        return "the transcript holds a mark for what could not be read"
    if sum(map(len, line.strokes)) > _MOST_POINTS:
        return "it has more points than a line of writing"
    size = writing_size(line.strokes)
    every = np.concatenate(line.strokes)
    if not np.ptp(every, axis=0).any():
        return "all its ink lies in one point" if len(text) > 1 else ""
    length = sum(float(np.hypot(*np.diff(stroke, axis=0).T).sum()) for stroke in line.strokes) / size
    frames = length / (FRAME * STEP) + 2 * len(line.strokes)
    needed = len(text) + sum(first == second for first, second in pairwise(text))
    if frames < needed:
        return "its ink is too short for the transcript"
    if frames > _MOST_FRAMES_A_CHARACTER * (len(text) + 1):
        return "its ink is too long for the transcript"
    wide, high = np.ptp(every, axis=0)
    if high > _MOST_ASPECT * max(wide, size) and len(text) > 2:
        return "it stands upright"
    return ""
