"""The figures of a fitted network on isolated characters, each with what it was measured on."""

import numpy as np

from handpad.train import measures
from handpad.train.datasets import Dataset

ALL_ASCII = "all labels of the model"
DIGITS_AND_LETTERS = "62 (digits and letters; logits restricted to them, no context)"


def measure(
    labels: list[str], logits: np.ndarray, data: Dataset, rows: np.ndarray, temperature: float, part: str
) -> dict[str, dict]:
    """All figures of one part of one data set.

    Parameters
    ----------
    labels : the model's labels; logits : float (m, c), of ``data.glyphs[rows]``, not yet divided by the temperature.
    data, rows : whose characters, int (m,); part : what to call them, such as "test writers".

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
    some, some_logits, some_true, kept = measures.restrict(labels, logits, true, measures.ALPHANUMERIC)

    values = {}
    if len(kept):
        values["accuracy_62"] = (measures.accuracy(some_logits, some_true), DIGITS_AND_LETTERS)
        for name, groups, what in (
            ("accuracy_62_without_case", measures.CASE_PAIRS, "36 (62 with case ignored)"),
            ("accuracy_62_shapes", measures.SHAPE_TWINS, f"62 with twins united: {' '.join(measures.SHAPE_TWINS)}"),
            ("accuracy_35", measures.UJI_35, "35 (62 with case ignored and zero counted as o)"),
        ):
            values[name] = (measures.folded_accuracy(some, some_logits, some_true, groups), what)
        per_writer = [
            measures.accuracy(some_logits[mine], some_true[mine])
            for mine in (data.writer_index[rows[kept]] == w for w in np.unique(data.writer_index[rows[kept]]))
        ]
        values["accuracy_62_mean_of_writers"] = (float(np.mean(per_writer)), DIGITS_AND_LETTERS)
    if len(kept) < len(rows):
        values["accuracy_all"] = (measures.accuracy(logits, true), ALL_ASCII)
    values["calibration_error_before"] = (measures.calibration_error(logits, true), ALL_ASCII)
    values["calibration_error"] = (measures.calibration_error(logits, true, temperature), ALL_ASCII)

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
