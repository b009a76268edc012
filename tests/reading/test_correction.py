"""A reading that is put right."""

import numpy as np

from handpad.reading.correction import parted
from handpad.reading.fragments import KnownCharacter, Substroke
from handpad.reading.result import LineInk


def test_a_text_may_part_a_joined_stroke_elsewhere_than_it_was_read():
    stroke = np.column_stack([np.arange(60.0), np.zeros(60), np.ones(60), np.zeros(60)])
    read = (
        KnownCharacter((Substroke(0, 0, 21),), "c", False),
        KnownCharacter((Substroke(0, 20, 41),), "l", False),
        KnownCharacter((Substroke(0, 40, 60),), "o"),
    )
    elsewhere = (
        KnownCharacter((Substroke(0, 0, 31),), "d", False),
        KnownCharacter((Substroke(0, 30, 60),), "o", False),
    )
    line = LineInk([stroke], None, read, [stroke])
    assert parted(line, 0, 2, "do", lambda *_: elsewhere) == list(elsewhere)
