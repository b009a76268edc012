"""Whether a new model reads better, in one sentence."""

import pytest

from handpad.own_model.verdict import Compared, verdict


@pytest.mark.parametrize(
    ("found", "missing", "better", "sentence"),
    [
        ([Compared(0.85, 0.80, 100, 2.0, 8.0)], set(), True, "The new model reads better: 85.0 %"),
        ([Compared(0.66, 0.80, 100, -18.0, -9.0)], set(), False, "The new model reads worse: 66.0 %"),
        ([Compared(0.82, 0.80, 100, -1.0, 5.0)], set(), False, "Both read about equally well"),
        ([Compared(0.803, 0.80, 100)], set(), False, "Both read about equally well"),
        ([Compared(0.85, 0.80, 100)], set("xyz"), False, "it cannot read x y z at all"),
        ([], set(), False, "cannot be told"),
        ([Compared(0.9, 0.8, 100), Compared(0.6, 0.8, 900)], set(), False, "reads worse: 63.0 %"),
    ],
)
def test_the_sentence_and_which_model_to_prefer(found, missing, better, sentence):
    told = verdict(found, "handpad", missing)
    assert told.better == better
    assert sentence in told.sentence
    assert told.sentence.endswith(".") and told.sentence.count(". ") == 0
