"""Training labels that are probably wrong: UNIPEN calls some lone dashes "A"."""

import numpy as np

from handpad.train.measure.accuracy import CASE_PAIRS, SHAPE_TWINS, group_of, merge

LABEL_BELOW = 0.01
OTHER_ABOVE = 0.8


def contradicted(probabilities: np.ndarray, labels: list[str], true: np.ndarray) -> np.ndarray:
    """Which rows a network that is still learning confidently takes for something else: bool (n,).

    That is, all labels that look like the given one together have a probability below LABEL_BELOW, and those
    that look like some other one above OTHER_ABOVE. Case and shape twins count as looking alike, so that no row
    is lost for being one of them.

    Parameters
    ----------
    probabilities : float (n, c), of a network that has not yet learned the rows by heart.
    true : int (n,), the labels given.
    """
    group = group_of(labels, look_alikes())
    merged = merge(probabilities, group)
    return (merged[np.arange(len(true)), group[true]] < LABEL_BELOW) & (merged.max(axis=1) > OTHER_ABOVE)


def look_alikes() -> tuple[str, ...]:
    """CASE_PAIRS and SHAPE_TWINS united where they share a label."""
    united: list[set[str]] = []
    for group in (*SHAPE_TWINS, *CASE_PAIRS):
        joined = set(group)
        for other in [other for other in united if other & joined]:
            joined |= other
            united.remove(other)
        united.append(joined)
    return tuple("".join(sorted(group)) for group in united)
