"""How much an adapter counts on lines, where the language and the place on the line speak as well."""

import numpy as np

from handpad.adaptation import Adapter, Observation, softmax

HALF = 100
"""After so many learned characters the adapter counts as much as the base model.

Alone it is too sure of itself on lines at first: labels that it has not met in the few lines learned it all but rules
out, and of size and place it tells what the line has told already. Chosen on validation writers.
"""


def predict_on_line(adapter: Adapter, learned: int, seen: Observation) -> np.ndarray:
    """Probabilities float64 (n, c) of groups on a line: the base model's and the adapter's, multiplied.

    Parameters
    ----------
    learned : how many characters the adapter has learned; the more, the more it counts.
    """
    share = learned / (learned + HALF)
    if share == 0:
        return softmax(seen.logits)
    mixed = softmax(seen.logits) ** (1 - share) * adapter.predict(seen) ** share
    return mixed / mixed.sum(axis=1, keepdims=True)
