"""How much an adapter counts on lines, where a few lines are far from all that a writer writes."""

import numpy as np

from handpad.adaptation import Adapter, Observation, softmax

AGAINST_UNMET = 1.0
"""A label that the writer has not been seen to write loses at most so many nats to the adapter.

Having learned a few lines of small letters, an adapter all but rules out the digits that look like them. That is right
where the same labels come again, but not on lines, where the language can tell. Chosen on validation writers: without
this bound, five corrected lines cost them more than they gain.
"""


def predict_on_line(adapter: Adapter, met: np.ndarray, seen: Observation) -> np.ndarray:
    """Probabilities float64 (n, c) of groups on a line.

    Parameters
    ----------
    met : bool (c,), which labels the adapter has learned; as long as it is none, the base model decides.
    """
    base = softmax(seen.logits)
    if not met.any():
        return base
    adapted = adapter.predict(seen)
    adapted[:, ~met] = np.maximum(adapted[:, ~met], base[:, ~met] * np.exp(-AGAINST_UNMET))
    return adapted / adapted.sum(axis=1, keepdims=True)
