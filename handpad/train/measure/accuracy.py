"""What a classifier is worth: accuracies under several readings of "right".

All functions take logits or probabilities (n, c) over ``labels`` and the true label indexes (n,).
"""

import string

import numpy as np

from handpad.adaptation import softmax

SHAPE_TWINS = ("0oO", "1lI|", "cC", "kK", "pP", "sS", "uU", "vV", "wW", "xX", "yY", "zZ")
"""Labels that a glyph without size and place cannot tell apart, a set each; every other label stands alone."""


def restrict(labels: list[str], logits: np.ndarray, true: np.ndarray, allowed: str) -> tuple:
    """Keep the rows whose true label is allowed, and the columns of the allowed labels.

    Returns the restricted labels (in the model's order), logits (m, k), true indexes into them (m,), and the kept
    row numbers (m,).
    """
    columns = [index for index, label in enumerate(labels) if label in allowed]
    position = np.full(len(labels), -1)
    position[columns] = np.arange(len(columns))
    rows = np.flatnonzero(position[true] >= 0)
    return [labels[index] for index in columns], logits[np.ix_(rows, columns)], position[true[rows]], rows


def accuracy(scores: np.ndarray, true: np.ndarray) -> float:
    """The share of rows whose highest score is the true label's."""
    return float((scores.argmax(axis=1) == true).mean())


def group_of(labels: list[str], groups: tuple[str, ...]) -> np.ndarray:
    """The group number of every label, int (c,): the labels of one string share one, every other has its own."""
    names = {label: group for group in groups for label in group}
    keys = [names.get(label, label) for label in labels]
    order = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return np.array([order[key] for key in keys])


def merge(probabilities: np.ndarray, group: np.ndarray) -> np.ndarray:
    """Sum the probabilities of each group's labels: float (n, number of groups)."""
    merged = np.zeros((len(probabilities), group.max() + 1))
    np.add.at(merged.T, group, probabilities.T)
    return merged


def folded_accuracy(labels: list[str], logits: np.ndarray, true: np.ndarray, groups: tuple[str, ...]) -> float:
    """Accuracy when the labels of each group count as one class, their probabilities summed."""
    group = group_of(labels, groups)
    return accuracy(merge(softmax(logits), group), group[true])


CASE_PAIRS = tuple(low + low.upper() for low in string.ascii_lowercase)
"""Letters without case: 26 sets."""

UJI_35 = ("0oO", *(pair for pair in CASE_PAIRS if pair != "oO"))
"""The published task on UJI v1: case is ignored and zero counts as o, which leaves 35 classes of the 62."""
