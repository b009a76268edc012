"""How sure a reading is of its spaces: each one weighed against its absence, the rest of the line as it was read."""

from collections.abc import Sequence

import numpy as np

from handpad.adaptation import softmax
from handpad.reading.language import Language
from handpad.reading.search import Step, Weights, text_of

LOOK_AHEAD = 6
"""So many characters after a place help to tell whether a space is there."""


def space_probabilities(
    steps: Sequence[Step],
    starts: Sequence[int],
    spaces: np.ndarray,
    alphabet: Sequence[str],
    language: Language | None,
    weights: Weights,
) -> list[float]:
    """The probability that a space precedes each character of a reading, 0 to 1; 0 for the first.

    Parameters
    ----------
    steps : the reading. starts : the first fragment of each segment hypothesis.
    spaces : float (m - 1, 2), score of no space and of a space before each fragment but the first.
    alphabet : the labels. language : what reading expects; None if nothing.
    """
    found = []
    state = language.start() if language is not None else 0
    for place, step in enumerate(steps):
        if place == 0:
            found.append(0.0)
        else:
            scores = spaces[starts[step.segment] - 1].astype(np.float64)
            if language is not None:
                following = text_of(steps[place : place + LOOK_AHEAD], alphabet)
                both = [_score(language, state, following), _score(language, state, " " + following)]
                scores = scores + weights.language * np.array(both)
            found.append(float(softmax(scores / weights.temperature)[1]))
        if language is not None:
            for character in (" " if step.space and place else "") + alphabet[step.label]:
                state = language.next(state, character)
    return found


def _score(language: Language, state: int, text: str) -> float:
    """Log probability of a text after a state."""
    total = 0.0
    for character in text:
        total += language.log_probability(state, character)
        state = language.next(state, character)
    return total
