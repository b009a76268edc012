"""What a fitted network gets wrong, on characters that it has not seen: for its report."""

from dataclasses import dataclass

import numpy as np

from handpad.train.measure.calibration import Reliability, reliability

EXAMPLES = 6
"""The most pictures of one mistake."""


@dataclass(frozen=True)
class Mistake:
    """One label taken for another: how often, of how many, and some rows of the data set to show."""

    written: str
    read: str
    count: int
    of: int
    rows: np.ndarray


@dataclass(frozen=True)
class Diagnosis:
    """How a network does on some characters.

    Attributes
    ----------
    part : whose characters, in words.
    labels : the network's, c of them; confusion : int (c, c), what was written (rows) and read (columns).
    mistakes : the commonest first.
    before, after : confidence against accuracy, without and with the temperature.
    writers : how many there are.
    """

    part: str
    labels: list[str]
    confusion: np.ndarray
    mistakes: list[Mistake]
    before: Reliability
    after: Reliability
    writers: int


def diagnose(
    part: str,
    labels: list[str],
    logits: np.ndarray,
    true: np.ndarray,
    rows: np.ndarray,
    writer_index: np.ndarray,
    temperature: float,
    most: int,
) -> Diagnosis:
    """Look at what a network made of some characters.

    Parameters
    ----------
    logits : float (n, c), not yet divided by the temperature; true : int (n,), indexes into ``labels``.
    rows : int (n,), where the characters stand in their data set; writer_index : int (n,), their writers.
    most : how many mistakes to keep.
    """
    read = logits.argmax(axis=1)
    confusion = np.zeros((len(labels), len(labels)), dtype=int)
    np.add.at(confusion, (true, read), 1)
    wrong = confusion - np.diag(np.diag(confusion))
    mistakes = []
    for index in np.argsort(-wrong, axis=None, kind="stable")[:most]:
        one, other = divmod(int(index), len(labels))
        if wrong[one, other]:
            here = np.flatnonzero((true == one) & (read == other))
            shown = rows[here[_varied(writer_index[here])]]
            mistakes.append(Mistake(labels[one], labels[other], len(here), int(confusion[one].sum()), shown))
    return Diagnosis(
        part,
        labels,
        confusion,
        mistakes,
        reliability(logits, true),
        reliability(logits, true, temperature),
        len(np.unique(writer_index)),
    )


def _varied(writers: np.ndarray) -> np.ndarray:
    """At most EXAMPLES places, of as many writers as there are."""
    turn = np.zeros(len(writers), dtype=int)  # each writer's first, second, third ...
    for writer in np.unique(writers):
        mine = np.flatnonzero(writers == writer)
        turn[mine] = np.arange(len(mine))
    return np.argsort(turn, kind="stable")[:EXAMPLES]
