"""The figures of a fitted network on isolated characters, each with what it was measured on."""

import numpy as np

from handpad.labels import ALPHANUMERIC
from handpad.train.datasets import Dataset
from handpad.train.measure import accuracy
from handpad.train.measure.calibration import calibration_error

ALL_ASCII = "all labels of the model"
DIGITS_AND_LETTERS = "62 (digits and letters; logits restricted to them, no context)"

EQUALLY_FREQUENT = "the 62 known to be equally frequent, as they are in this data"


def label_counts(data: Dataset, rows: np.ndarray) -> np.ndarray:
    """How often each label occurs in some rows: int (c,)."""
    return np.bincount(data.label_index[rows], minlength=len(data.labels))


def measure(
    labels: list[str],
    logits: np.ndarray,
    data: Dataset,
    rows: np.ndarray,
    temperature: float,
    part: str,
    trained: np.ndarray | None = None,
) -> dict[str, dict]:
    """All figures of one part of one data set.

    Parameters
    ----------
    labels : the model's labels; logits : float (m, c), of ``data.glyphs[rows]``, not yet divided by the temperature.
    data, rows : whose characters, int (m,); part : what to call them, such as "test writers".
    trained : int (c,), how many characters of each label the network was trained on. With it come figures for a
        task in which all labels are known to be equally frequent, as in UJI, where everybody wrote each as often:
        the logits less the log of each label's share of the training characters.

    Returns
    -------
    by name: value (a share from 0 to 1), classes, count, writers, data, part. Figures that need a label of the
    model that the data set does not have are left out.
    """
    number = {label: index for index, label in enumerate(labels)}
    known = np.array([label in number for label in data.labels])
    rows_known = known[data.label_index[rows]]
    logits, rows = logits[rows_known], rows[rows_known]
    true = np.array([number.get(label, -1) for label in data.labels])[data.label_index[rows]]
    some, some_logits, some_true, kept = accuracy.restrict(labels, logits, true, ALPHANUMERIC)

    values = {}
    if len(kept):
        values["accuracy_62"] = (accuracy.accuracy(some_logits, some_true), DIGITS_AND_LETTERS)
        for name, groups, what in (
            ("accuracy_62_without_case", accuracy.CASE_PAIRS, "36 (62 with case ignored)"),
            ("accuracy_62_shapes", accuracy.SHAPE_TWINS, f"62 with twins united: {' '.join(accuracy.SHAPE_TWINS)}"),
            ("accuracy_35", accuracy.UJI_35, "35 (62 with case ignored and zero counted as o)"),
        ):
            values[name] = (accuracy.folded_accuracy(some, some_logits, some_true, groups), what)
        if trained is not None:
            share = np.array([trained[number[label]] for label in some], dtype=np.float64) / trained.sum()
            equal = some_logits - np.log(np.maximum(share, 1e-6))
            found = accuracy.accuracy(equal, some_true)
            values["accuracy_62_equal"] = (found, f"{DIGITS_AND_LETTERS}, {EQUALLY_FREQUENT}")
            found = accuracy.folded_accuracy(some, equal, some_true, accuracy.UJI_35)
            values["accuracy_35_equal"] = (
                found,
                f"35 (62 with case ignored and zero counted as o), {EQUALLY_FREQUENT}",
            )
        per_writer = [
            accuracy.accuracy(some_logits[mine], some_true[mine])
            for mine in (data.writer_index[rows[kept]] == w for w in np.unique(data.writer_index[rows[kept]]))
        ]
        values["accuracy_62_mean_of_writers"] = (float(np.mean(per_writer)), DIGITS_AND_LETTERS)
    if len(kept) < len(rows):
        values["accuracy_all"] = (accuracy.accuracy(logits, true), ALL_ASCII)
    values["calibration_error_before"] = (calibration_error(logits, true), ALL_ASCII)
    values["calibration_error"] = (calibration_error(logits, true, temperature), ALL_ASCII)

    def describe(name: str, value: float, classes: str) -> dict:
        used = rows[kept] if "_62" in name or "_35" in name else rows
        return {
            "value": round(value, 5),
            "classes": classes,
            "count": len(used),
            "writers": len(np.unique(data.writer_index[used])),
            "data": data.name,
            "part": part,
        }

    return {name: describe(name, value, classes) for name, (value, classes) in values.items()}
