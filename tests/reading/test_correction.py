"""A reading that is put right."""

import numpy as np

from handpad.labels import alphabet_of
from handpad.reading.correction import parted, taught_by
from handpad.reading.fragments import KnownCharacter, Substroke
from handpad.reading.likely import LIKELY
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


def test_lessons_are_of_likely_ink_that_the_model_knows():
    places = [(Substroke(number, 0, 9),) for number in range(5)]
    characters = [
        KnownCharacter(places[0], "a", False, 0.9),
        KnownCharacter(places[1], "ä", False, 0.0),
        KnownCharacter(places[2], "cl", False, 0.0),
        KnownCharacter(places[3], "b", False, LIKELY / 2),
        KnownCharacter(places[4], "c"),
    ]
    taught = taught_by({places[0]: "a", places[4]: "o"}, characters, alphabet_of("abco"))
    assert [(sample.label, sample.shown, sample.right) for sample in taught.samples] == [
        ("c", "o", False),
        ("a", "a", True),
    ]
    assert [one.label for one in taught.text_only] == ["ä", "cl"]
    assert [one.label for one in taught.skipped] == ["b"]
    assert [sample.label for sample in taught_by({}, characters, alphabet_of("abco"), {places[4]}).samples] == ["a"]
